"""The two sentences of measure 4: whole texts, and no number that the status does not have."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.due import due_day
from pipeline.outcomes import outcomes
from pipeline.site import figures
from pipeline.status import PROOFS, said, validate
from schemas.config import Due, Organisation, Settings, Site
from schemas.month import fiscal_months
from schemas.procurement import Bid, Procurement, Source
from schemas.status import (
    NO_OUTCOMES,
    VERSION,
    Announced,
    MeasureStatus,
    MonthStatus,
    Outcomes,
    PublicFile,
    Reconciled,
    State,
)
from schemas.thai import arabic_digits

YEAR = 2568
NAME = "เทศบาลเมืองตัวอย่าง"
SETTINGS = Settings(organisation=Organisation(name=NAME))
SUM = "a" * 64
MADE = (
    "กองคลังได้จัดทำสรุปผลการดำเนินการจัดซื้อจัดจ้างประจำเดือน ตามแบบ สขร.๑ "
    "ประจำปีงบประมาณ พ.ศ. ๒๕๖๘ และเผยแพร่บนเว็บไซต์หลักของเทศบาลเมืองตัวอย่าง"
)
FILES = "ประชาชนและผู้มีส่วนได้ส่วนเสียสามารถตรวจสอบและดาวน์โหลดข้อมูลการจัดซื้อจัดจ้างของ"


def month_status(at: int, state: State = "published", **changes: Any) -> MonthStatus:  # noqa: ANN401 - fields of a status
    month = fiscal_months(YEAR)[at]
    due = due_day(month, Due())
    if state not in {"published", "nil"}:
        return replace(MonthStatus(month, state, state == "missing", due), **changes)
    files = tuple(
        PublicFile(f"fy{YEAR}/{month}/sokhoro1-{month}.{kind}", SUM)
        for kind in ("pdf", "xlsx", "csv")
    )
    rows = 0 if state == "nil" else 10
    whole = MonthStatus(
        *(month, state, False, due),
        rows=rows,
        total_agreed=None if state == "nil" else 1_000_050,
        revision=1,
        published_at=due,
        files=files,
        announcements=Announced(rows, None),
    )
    return replace(whole, **changes)


def status(
    months: dict[int, MonthStatus] | None = None,
    as_of: date = date(2025, 10, 20),
    **changes: Any,  # noqa: ANN401 - fields of a status
) -> MeasureStatus:
    every = tuple((months or {}).get(at, month_status(at)) for at in range(12))
    return said(MeasureStatus(YEAR, NAME, as_of, every, "", "", **changes), SETTINGS)


# ---- whole texts


def test_a_full_year() -> None:
    full = status()
    assert full.result == (
        f"{MADE}ครบทั้ง ๑๒ เดือน รวม ๑๒๐ รายการ เป็นเงินทั้งสิ้น ๑๒๐,๐๐๖.๐๐ บาท "
        "โดยเผยแพร่ภายในกำหนดเวลาที่เทศบาลกำหนดทุกเดือน"
    )
    assert full.outcome == f"{FILES}ทั้ง ๑๒ เดือนได้ในรูปแบบ PDF, Excel และ CSV"


def test_a_late_month_and_a_row_without_a_price() -> None:
    late = status({3: month_status(3, late=True, price_unknown=2)})
    assert late.result == (
        f"{MADE}ครบทั้ง ๑๒ เดือน รวม ๑๒๐ รายการ เป็นเงินทั้งสิ้น ๑๒๐,๐๐๖.๐๐ บาท "
        "(ไม่รวม ๒ รายการที่ไม่ระบุราคา) "
        "โดยเผยแพร่ภายในกำหนดเวลาที่เทศบาลกำหนด ๑๑ เดือน และล่าช้า ๑ เดือน"
    )


def test_every_month_late() -> None:
    late = status({at: month_status(at, late=True) for at in range(12)})
    assert late.result.endswith("โดยเผยแพร่หลังกำหนดเวลาที่เทศบาลกำหนดทั้ง ๑๒ เดือน")


def test_a_year_in_part_with_a_month_sent_back() -> None:
    """The example of the office: in August, July is being mended, the rest is not yet due."""
    gone = {9: month_status(9, "returned"), 10: month_status(10, "not_due")}
    gone[11] = month_status(11, "not_due")
    part = status(gone, as_of=date(2025, 8, 15))
    assert part.result == (
        f"{MADE} ณ วันที่ ๑๕ สิงหาคม พ.ศ. ๒๕๖๘ ได้เผยแพร่แล้ว ๙ เดือน จากที่ครบกำหนด ๑๐ เดือน "
        "รวม ๙๐ รายการ เป็นเงินทั้งสิ้น ๙๐,๐๐๔.๕๐ บาท "
        "โดยเผยแพร่ภายในกำหนดเวลาที่เทศบาลกำหนดทุกเดือน "
        "ยังไม่ได้เผยแพร่ ๑ เดือน ได้แก่ เดือนกรกฎาคม พ.ศ. ๒๕๖๘ ซึ่งอยู่ระหว่างการแก้ไขข้อมูล"
    )
    assert part.outcome == f"{FILES} ๙ เดือนได้ในรูปแบบ PDF, Excel และ CSV"


def test_a_month_that_came_before_it_was_due_is_not_one_of_those_due() -> None:
    rest = {at: month_status(at, "not_due") for at in range(2, 12)}
    early = status(rest, as_of=date(2024, 12, 3))
    assert "ได้เผยแพร่แล้ว ๒ เดือน (ครบกำหนดแล้ว ๑ เดือน) รวม ๒๐ รายการ" in early.result


def test_two_missing_months_are_both_named() -> None:
    part = status({at: month_status(at, "missing") for at in (3, 4)})
    assert part.result.endswith(
        "ยังไม่ได้เผยแพร่ ๒ เดือน ได้แก่ เดือนมกราคม พ.ศ. ๒๕๖๘ และเดือนกุมภาพันธ์ พ.ศ. ๒๕๖๘"
    )


def test_a_nil_month() -> None:
    nil = status({7: month_status(7, "nil")})
    assert nil.result == (
        f"{MADE}ครบทั้ง ๑๒ เดือน รวม ๑๑๐ รายการ เป็นเงินทั้งสิ้น ๑๑๐,๐๐๕.๕๐ บาท "
        "โดยเผยแพร่ภายในกำหนดเวลาที่เทศบาลกำหนดทุกเดือน "
        "เดือนพฤษภาคม พ.ศ. ๒๕๖๘ ไม่มีการจัดซื้อจัดจ้าง และได้เผยแพร่แบบ สขร.๑ ตามที่กองคลังแจ้งแล้ว"
    )
    assert [c.proofs for c in nil.claims if c.kind == "nil"] == [("fy2568/2568-05/index.html",)]


def test_a_year_of_nothing() -> None:
    empty = status({at: month_status(at, "missing") for at in range(12)})
    assert empty.result == (
        "ณ วันที่ ๒๐ ตุลาคม พ.ศ. ๒๕๖๘ ยังไม่ได้เผยแพร่แบบ สขร.๑ ประจำปีงบประมาณ พ.ศ. ๒๕๖๘ "
        "(ครบกำหนดแล้ว ๑๒ เดือน)"
    )
    assert empty.outcome == "ยังไม่มีข้อมูลที่เผยแพร่ให้ประชาชนตรวจสอบ"


def test_announcements_are_said_only_of_what_is_known() -> None:
    every = {at: month_status(at, announcements=Announced(10, 10)) for at in range(12)}
    assert status(every).result.endswith(
        "ทุกเดือน มีประกาศจัดซื้อจัดจ้างเผยแพร่แล้ว ๑๒๐ โครงการ จากทั้งหมด ๑๒๐ โครงการ"
    )
    every[0] = month_status(0, announcements=Announced(10, 6, 1))
    assert status(every).result.endswith(
        "มีประกาศจัดซื้อจัดจ้างเผยแพร่แล้ว ๑๑๖ โครงการ จากทั้งหมด ๑๒๐ โครงการ "
        "อยู่ในบัญชีผู้ชนะรายไตรมาส ๑ โครงการ และยังไม่ทราบว่ามีประกาศแล้วหรือไม่ ๓ โครงการ"
    )
    every |= {at: month_status(at) for at in range(1, 12)}
    assert status(every).result.endswith(
        "ใน ๑ เดือนที่ทราบข้อมูลประกาศ มีประกาศจัดซื้อจัดจ้างเผยแพร่แล้ว ๖ โครงการ จากทั้งหมด ๑๐ โครงการ "
        "อยู่ในบัญชีผู้ชนะรายไตรมาส ๑ โครงการ และยังไม่ทราบว่ามีประกาศแล้วหรือไม่ ๓ โครงการ"
    )
    assert "ประกาศจัดซื้อจัดจ้าง" not in status().result


def test_a_year_held_against_the_open_data_of_the_state() -> None:
    equal = status(reconciliation=Reconciled(SUM, 120, 120, 0, 0, 0))
    assert equal.result.endswith(
        "ทุกเดือน เมื่อเทียบกับข้อมูลเปิดของระบบ e-GP จำนวน ๑๒๐ สัญญา มีข้อมูลตรงกัน ๑๒๐ สัญญา"
    )
    unlike = status(reconciliation=Reconciled(SUM, 121, 115, 2, 4, 3))
    assert unlike.result.endswith(
        "จำนวน ๑๒๑ สัญญา มีข้อมูลตรงกัน ๑๑๕ สัญญา ข้อมูลต่างกัน ๒ สัญญา "
        "มีเฉพาะในระบบ e-GP ๔ สัญญา มีเฉพาะในแบบ สขร.๑ ๓ รายการ"
    )


def test_a_corrected_year() -> None:
    assert status(corrections=2).outcome.endswith(
        "และเมื่อมีการแก้ไขข้อมูลภายหลังการเผยแพร่ จำนวน ๒ ครั้ง ได้เก็บฉบับเดิมไว้ให้ตรวจสอบได้ทุกครั้ง"
    )


OUTCOMES = Outcomes(
    complete=True,
    suppliers=41,
    supplier_rows=118,
    largest_share=1234,
    largest_rows=117,
    bidders=150,
    bidder_rows=119,
    reference_price=12_000_000,
    agreed_price=11_500_050,
    price_rows=116,
)


def test_what_the_rows_tell_is_said_with_the_rows_it_rests_on() -> None:
    assert status(outcomes=OUTCOMES).outcome == (
        f"{FILES}ทั้ง ๑๒ เดือนได้ในรูปแบบ PDF, Excel และ CSV "
        "มีผู้ได้รับการคัดเลือก ๔๑ ราย (นับจาก ๑๑๘ รายการที่ระบุชื่อ) "
        "รายที่มีราคาที่ตกลงรวมสูงสุดมีสัดส่วนร้อยละ ๑๒.๓๔ ของราคาที่ตกลงทั้งหมด "
        "(นับจาก ๑๑๗ รายการที่ระบุทั้งชื่อและราคา) "
        "มีผู้เสนอราคาเฉลี่ย ๑.๒๖ รายต่อรายการ (นับจาก ๑๑๙ รายการที่ระบุผู้เสนอราคา) "
        "ราคาที่ตกลงต่ำกว่าราคากลางรวม ๔,๙๙๙.๕๐ บาท หรือร้อยละ ๔.๑๗ ของราคากลาง "
        "(นับจาก ๑๑๖ รายการที่ระบุทั้งสองราคา)"
    )
    above = replace(OUTCOMES, agreed_price=12_600_000)
    assert "สูงกว่าราคากลางรวม ๖,๐๐๐.๐๐ บาท หรือร้อยละ ๕.๐๐ ของ" in status(outcomes=above).outcome
    part = replace(OUTCOMES, complete=False, largest_share=None)
    assert status(outcomes=part).outcome == status().outcome, "a year in part has no share"


# ---- no number that is not in the status

STATES = ("published", "nil", "returned", "missing", "not_due")
COUNT = st.integers(0, 99_999)


@st.composite
def month_statuses(draw: st.DrawFn, at: int) -> MonthStatus:
    state: State = draw(st.sampled_from(STATES))
    if state not in {"published", "nil"}:
        return month_status(at, state)
    projects = draw(COUNT)
    known = draw(st.none() | st.integers(0, projects))
    listed = draw(st.integers(0, projects - (known or 0)))
    return month_status(
        at,
        state,
        late=draw(st.booleans()),
        rows=0 if state == "nil" else draw(COUNT),
        total_agreed=None if state == "nil" else draw(st.none() | st.integers(0, 10**12)),
        price_unknown=draw(COUNT),
        announcements=Announced(projects, known, listed),
    )


@st.composite
def statuses(draw: st.DrawFn) -> MeasureStatus:
    months = tuple(draw(month_statuses(at)) for at in range(12))
    complete = all(month.public for month in months)
    maybe = st.none() | st.integers(1, 10**12)
    rows = draw(st.integers(1, 99_999))
    known = Outcomes(
        complete=complete,
        suppliers=draw(st.none() | st.integers(1, 9_999)),
        supplier_rows=draw(COUNT),
        largest_share=draw(st.none() | st.integers(0, 10_000)) if complete else None,
        largest_rows=draw(COUNT),
        bidders=draw(COUNT),
        bidder_rows=draw(st.sampled_from((0, rows))),
        reference_price=draw(maybe),
        agreed_price=draw(maybe),
        price_rows=draw(COUNT),
    )
    held = st.builds(Reconciled, st.just(SUM), COUNT, COUNT, COUNT, COUNT, COUNT)
    return MeasureStatus(
        YEAR,
        NAME,
        date(2024, 10, 1) + timedelta(days=draw(st.integers(0, 800))),
        months,
        "",
        "",
        outcomes=draw(st.sampled_from((NO_OUTCOMES, known))),
        corrections=draw(COUNT),
        reconciliation=draw(st.none() | held),
    )


# Where in status.json the numbers of each kind of claim stand.
WHERE = {
    "published": ("fiscal_year", "as_of", "summary.published", "summary.due"),
    "sums": ("summary.rows", "summary.total_agreed", "summary.price_unknown"),
    "punctuality": ("summary.on_time", "summary.late"),
    "missing": ("summary.missing", "months.month"),
    "nil": ("months.month",),
    "announcements": ("summary.announcements", "summary.announcements_known_months"),
    "reconciliation": ("reconciliation",),
    "files": ("summary.published",),
    "corrections": ("summary.corrections",),
    "suppliers": ("indicators.suppliers",),
    "largest": ("indicators.largest_share",),
    "bidders": ("indicators.average_bidders",),
    "saving": ("indicators.saving",),
}


def numbers_at(place: str, value: Any) -> set[str]:  # noqa: ANN401 - whatever JSON holds
    """Every number at a place of the JSON as a sentence may write it."""
    if isinstance(value, list):
        return {number for one in value for number in numbers_at(place, one)}
    if place:
        name, _, rest = place.partition(".")
        return numbers_at(rest, value[name])
    if isinstance(value, dict):
        return {number for one in value.values() for number in numbers_at("", one)}
    if isinstance(value, str) and (
        day := re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", value)
    ):
        return {str(int(day[1]) + 543), str(int(day[3]))}
    if isinstance(value, str) and (month := re.fullmatch(r"(2[45][0-9]{2})-[0-9]{2}", value)):
        return {month[1]}
    return set() if value is None else {str(value).removeprefix("-")}


def numbers_in(text: str) -> list[str]:
    plain = arabic_digits(text).replace("สขร.1", "").replace(",", "")
    return re.findall(r"[0-9]+(?:\.[0-9]+)?", plain)


@pytest.mark.parametrize("numerals", ["thai", "arabic"])
@given(made=statuses())
def test_every_number_of_a_sentence_is_in_the_status(made: MeasureStatus, numerals: Any) -> None:  # noqa: ANN401 - a literal
    settings = SETTINGS.model_copy(update={"site": Site(numerals=numerals)})
    whole = said(made, settings)
    told = whole.public_json()
    validate(told)
    for claim in whole.claims:
        known = {n for place in WHERE[claim.kind] for n in numbers_at(place, told)}
        assert set(numbers_in(claim.text)) <= known, claim
        assert claim.proofs, claim
    for column, text in told["sentences"].items():
        parts = [claim.text for claim in whole.claims if claim.column == column]
        assert text == " ".join(parts)
        assert "  " not in text
        assert "None" not in text


def test_every_kind_of_claim_has_a_proof_and_a_place() -> None:
    assert set(PROOFS) == set(WHERE)


def test_the_version_is_that_of_the_schema() -> None:
    assert status().public_json()["version"] == VERSION


# ---- counting


def row(supplier: str | None, agreed: int | None, reference: int | None, bids: int) -> Procurement:
    return Procurement(
        source=Source("a.xlsx", "1", 1),
        title="ซื้อ",
        supplier=supplier,
        agreed_price=agreed,
        reference_price=reference,
        bids=tuple(Bid("ร้าน", None) for _ in range(bids)),
    )


ROWS = (
    row("ร้าน ก", 100, 200, 2),
    row("ร้าน  ก", 250, None, 1),
    row("ร้าน ข", 300, 300, 0),
    row(None, 50, 0, 0),
    row("ร้าน ค", None, 400, 1),
)


def test_outcomes_are_counted_on_the_rows_that_state_them() -> None:
    assert outcomes(ROWS, complete=True) == Outcomes(
        complete=True,
        suppliers=3,
        supplier_rows=4,
        largest_share=5385,  # 350 of 650: two spellings are one supplier
        largest_rows=3,
        bidders=4,
        bidder_rows=3,
        reference_price=500,
        agreed_price=400,
        price_rows=2,
    )
    assert outcomes(ROWS, complete=False).largest_share is None
    assert outcomes((), complete=True) == replace(NO_OUTCOMES, complete=True)


def test_they_are_counted_as_the_pictures_count_them() -> None:
    last = figures.by_supplier(ROWS).lines[-2]
    assert f"{outcomes(ROWS, complete=True).suppliers}" in last.label
    assert last.rows == outcomes(ROWS, complete=True).supplier_rows
