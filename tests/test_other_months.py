"""Rules that look beyond a month: purchases published twice, amounts of their day, trials."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from pipeline.check import check, in_effect
from pipeline.facts import Beside
from pipeline.judge import Judgement, judge
from pipeline.look import try_rules
from pipeline.tell import rules_json, rules_words, trials_json, trials_words
from schemas.config import LAW_THRESHOLDS, Organisation, Settings, Threshold, in_force
from schemas.examined import Examined, Stated
from schemas.finding import Finding
from schemas.history import Before
from schemas.month import Month
from schemas.procurement import Bid, Procurement, method_code
from schemas.rules import RULE, RULES
from tests.conftest import Office
from tests.paper import STATED, TITLE, TWELVE, Value, line

OCTOBER, NOVEMBER = Month(2567, 10), Month(2567, 11)
TODAY = date(2024, 12, 20)
ROW = replace(STATED, egp_project_number="67109012345")
OTHER = replace(ROW, egp_project_number="67109012346", contract_number="16/2568", title="ข")
THIRD = replace(ROW, egp_project_number="67109012347", contract_number="17/2568", title="ค")
TWICE = {"purchase-published-once", "month-published-once", "egp-contract-number-elsewhere"}
Rows = tuple[Procurement, ...]


def judged(
    months: Mapping[Month, Rows],
    public: Mapping[Month, Rows] | None = None,
    overruled: Mapping[Month, Rows] | None = None,
    elsewhere: Mapping[Month, Mapping[str, Rows]] | None = None,
) -> Judgement:
    stated = [Stated("แบบ.xlsx", str(m), m, rows, nil=False) for m, rows in months.items()]
    settings = Settings(organisation=Organisation(name="เทศบาลเมืองตัวอย่าง"))
    examined = Examined(tuple(stated), ())
    known = public or {}
    before = Before(
        known,
        dict.fromkeys(known, 1),
        dict.fromkeys(known, ()),
        elsewhere or {},
        overruled or {},
    )
    return judge(examined, before, settings, TODAY)


def twice(judgement: Judgement) -> list[tuple[str, str]]:
    return [(f.rule, str(f.month)) for f in judgement.findings if f.rule in TWICE]


# ---- published twice


def test_a_purchase_that_another_public_month_has_is_asked_about() -> None:
    judgement = judged({NOVEMBER: (ROW, OTHER)}, {OCTOBER: (ROW,)})

    assert twice(judgement) == [("purchase-published-once", "2567-11")]
    (message,) = [f.message for f in judgement.findings if f.rule in TWICE]
    assert "เดือน ตุลาคม 2567" in message
    assert "900.25 บาท" in message


def test_months_of_one_workbook_are_compared_and_the_later_is_told() -> None:
    both = {OCTOBER: (ROW, OTHER), NOVEMBER: (ROW,)}

    assert twice(judged(both)) == [("purchase-published-once", "2567-11")]
    # What is public now of these months is what the workbook replaces.
    moved = {OCTOBER: (OTHER,), NOVEMBER: (ROW,)}
    assert twice(judged(moved, {OCTOBER: (ROW, OTHER)})) == []
    # But for a month about which another file speaks since: its public rows stay.
    assert twice(judged(both, {OCTOBER: (OTHER,)}, {OCTOBER: (ROW, OTHER)})) == []
    stays = judged({OCTOBER: (OTHER,), NOVEMBER: (ROW,)}, {OCTOBER: (ROW,)}, {OCTOBER: (OTHER,)})
    assert twice(stays) == [("purchase-published-once", "2567-11")]


def test_a_month_is_not_compared_with_itself() -> None:
    assert twice(judged({OCTOBER: (ROW, OTHER)}, {OCTOBER: (ROW, OTHER)})) == []
    assert twice(judged({OCTOBER: (ROW, OTHER)}, {OCTOBER: (ROW,)})) == []


def test_the_same_rows_under_another_month_are_one_question() -> None:
    """The month in the title was corrected while the wrong month is public."""
    rows = (ROW, OTHER, THIRD)
    judgement = judged({OCTOBER: rows}, {NOVEMBER: rows})

    assert twice(judgement) == [("month-published-once", "2567-10")]
    (message,) = [f.message for f in judgement.findings if f.rule in TWICE]
    assert "(3 รายการ) ตรงกับรายการของเดือน พฤศจิกายน 2567" in message
    more = judged({OCTOBER: (*rows, replace(ROW, contract_number="99/2568"))}, {NOVEMBER: rows})
    assert twice(more) == [("purchase-published-once", "2567-10")] * 3


def test_other_parts_of_the_office_are_compared_as_well() -> None:
    elsewhere = {OCTOBER: {"กองช่าง": (ROW,)}}

    judgement = judged({OCTOBER: (ROW, OTHER)}, elsewhere=elsewhere)
    assert twice(judgement) == [("purchase-published-once", "2567-10")]
    assert any("ตุลาคม 2567 โฟลเดอร์ «กองช่าง»" in f.message for f in judgement.findings)
    # A whole list that moved is another rule's finding.
    moved = judged({OCTOBER: (ROW,)}, elsewhere=elsewhere)
    assert twice(moved) == []
    assert "month-in-one-part" in {f.rule for f in moved.findings}


def test_a_control_number_in_another_month_is_told_once() -> None:
    numbered = replace(ROW, egp_contract_number="671001004122")

    judgement = judged({NOVEMBER: (numbered, OTHER)}, {OCTOBER: (numbered,)})

    assert twice(judgement) == [("egp-contract-number-elsewhere", "2567-11")]


def test_the_amount_of_a_contract_and_its_number_alone_prove_nothing() -> None:
    for honest in (
        replace(ROW, egp_project_number="67119000001"),
        replace(ROW, agreed_price=1),
        replace(ROW, contract_number="99/2568"),
        replace(ROW, egp_project_number=None, contract_date=date(2024, 11, 4)),
    ):
        assert twice(judged({NOVEMBER: (honest, OTHER)}, {OCTOBER: (ROW,)})) == []


# ---- amounts of their day


def test_the_amount_in_force_is_that_of_the_day() -> None:
    newer = Threshold(name="direct", baht=600_000, since=date(2024, 10, 15))
    both = (*LAW_THRESHOLDS, newer)

    assert in_force(both, "direct", date(2024, 10, 14)) == 50_000_000
    assert in_force(both, "direct", date(2024, 10, 15)) == 60_000_000
    assert in_force(both, "direct", date(2017, 8, 22)) is None
    assert in_force((*both, replace_amount(newer, 1)), "direct", TODAY) == 100


def replace_amount(threshold: Threshold, baht: int) -> Threshold:
    return threshold.model_copy(update={"baht": baht})


def test_a_purchase_is_held_to_the_amount_of_its_own_day() -> None:
    newer = Threshold(name="direct", baht=600_000, since=date(2024, 10, 15))
    beside = Beside(thresholds=(*LAW_THRESHOLDS, newer))
    dear = replace(
        ROW,
        budget=55_000_000,
        reference_price=55_000_000,
        agreed_price=55_000_000,
        bids=(Bid("ร้านตัวอย่าง", 55_000_000),),
    )
    days = (date(2024, 10, 14), date(2024, 10, 15), None)
    rows = [replace(dear, contract_date=day, contract_number=str(day)) for day in days]

    told = [f for f in check(OCTOBER, rows, TODAY, [], beside) if f.rule == "direct-within-limit"]

    assert len(told) == 1
    assert "เกิน 500,000.00 บาท" in told[0].message


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("วิธีเฉพาะเจาะจง", "direct"),
        ("เฉพาะเจาะจง", "direct"),
        ("วิธีประกาศเชิญชวนทั่วไป", "open"),
        ("วิธีคัดเลือก", "selective"),
        ("วิธีตลาดอิเล็กทรอนิกส์", "e-market"),
        ("ตลาดอิเล็กทรอนิกส์ (e-market)", "e-market"),
        ("วิธีประกวดราคาอิเล็กทรอนิกส์", "e-bidding"),
        ("ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)", "e-bidding"),
        ("e-bidding", "e-bidding"),
        ("วิธีสอบราคา", "quotation"),
        ("จ้างที่ปรึกษาโดยวิธีเฉพาะเจาะจง", "consultant-direct"),
        ("จ้างที่ปรึกษาโดยวิธีคัดเลือก", "consultant-selective"),
        ("จ้างที่ปรึกษาโดยวิธีประกาศเชิญชวนทั่วไป", "consultant-open"),
        ("จ้างออกแบบหรือควบคุมงานก่อสร้างโดยวิธีเฉพาะเจาะจง", "design-direct"),
        ("จ้างออกแบบหรือควบคุมงานก่อสร้างโดยวิธีคัดเลือก", "design-selective"),
        ("จ้างออกแบบหรือควบคุมงานก่อสร้างโดยวิธีประกาศเชิญชวนทั่วไป", "design-open"),
        ("วิธีประกวดแบบ", "design-contest"),
        ("วิธีพิเศษ", None),
    ],
)
def test_the_spellings_of_the_law_and_of_the_open_data_are_known(
    words: str, code: str | None
) -> None:
    assert method_code(words) == code


def test_consultants_and_designers_have_other_limits() -> None:
    for words in ("จ้างที่ปรึกษาโดยวิธีเฉพาะเจาะจง", "จ้างออกแบบหรือควบคุมงานก่อสร้างโดยวิธีเฉพาะเจาะจง"):
        row = replace(ROW, budget=60_000_000, procurement_method=words)
        assert check(OCTOBER, [row], TODAY, []) == []


# ---- rules that begin on a day, and rules on trial


def test_a_rule_looks_only_at_months_that_end_on_its_day_or_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = replace(RULE["agreed-within-budget"], since=date(2024, 10, 31))

    assert rule.looks_at(OCTOBER)
    assert rule.looks_at(None)
    assert not rule.looks_at(Month(2567, 9))
    assert not replace(rule, since=date(2024, 11, 1)).looks_at(OCTOBER)
    monkeypatch.setitem(RULE, rule.id, rule)
    old, new = (
        Finding(rule.id, "explain", "แบบ.xlsx", "Sheet1", "G3", "", "x", month)
        for month in (Month(2567, 9), OCTOBER)
    )
    assert in_effect([old, new]) == [new]
    dear = replace(ROW, budget=1)
    assert [f.rule for f in check(OCTOBER, [dear], TODAY, [])] == [rule.id]
    assert rule.id not in {f.rule for f in check(Month(2567, 9), [dear], TODAY, [])}


def test_a_rule_on_trial_is_one_that_the_check_of_rows_raises() -> None:
    """Only those can be tried again on what is public."""
    assert {rule.id for rule in RULES if rule.shadow} == {"same-day-within-limit"}
    assert all(rule.holds for rule in RULES if rule.shadow)


def of_october(*rows: list[Value]) -> bytes:
    """A workbook as CSV: the bytes are all that counts here."""
    lines: list[list[Value]] = [[TITLE], list(TWELVE.values()), *rows]
    text = "\n".join(",".join(f'"{value}"' for value in one) for one in lines)
    return text.encode("utf-8-sig")


def test_a_rule_on_trial_is_told_to_nobody_and_shown_by_its_command(office: Office) -> None:
    assert try_rules(office.workspace, TODAY)[0] == 0
    money: dict[str, Value] = dict.fromkeys(
        ("budget", "reference_price", "bid", "agreed_price"), "300,000.00"
    )
    day: dict[str, Value] = {"contract_date": "3 ต.ค. 67"}
    rows = [
        line(TWELVE, **money, **day, number=n, contract_number=f"{n}/2568", title=f"งานที่ {n}")
        for n in (1, 2)
    ]
    office.drop("ตุลาคม.csv", of_october(*rows))

    (answer,) = office.one_pass(date(2024, 11, 5)).answers

    assert answer.outcome == "accepted"
    assert answer.drop.findings == ()
    months, trials = try_rules(office.workspace, TODAY)
    assert months == 1
    (told,) = trials_json(months, trials)["trials"]
    assert (told["rule"], told["shadow"], told["rows"]) == ("same-day-within-limit", True, 1)
    (month,) = told["months"]
    assert (month["month"], month["rows"]) == ("2567-10", 1)
    assert "รวม 600,000.00 บาท" in month["findings"][0]["message"]
    words = trials_words(months, trials)
    assert "same-day-within-limit: พบ 1 แถว ใน 1 เดือน" in words
    assert "ตุลาคม 2567: 1 แถว" in words


def test_the_list_of_rules_has_each_with_its_ground() -> None:
    words = rules_words()

    assert [rule["rule"] for rule in rules_json()["rules"]] == [rule.id for rule in RULES]
    for rule in RULES:
        assert f"] {rule.id}" in words
        assert rule.basis in words
    assert "same-day-within-limit (ทดลอง" in words
