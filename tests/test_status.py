"""The status of measure 4 and its sentences: counted, never more than is public."""

from datetime import date

import jsonschema
import pytest

from pipeline import examples
from pipeline.look import status_on
from pipeline.status import validate
from schemas.month import Month, fiscal_months
from tests.conftest import Office

YEAR = 2568


def drop_months(office: Office, *months: Month) -> None:
    for month in months:
        examples.write(
            examples.example_month(month, "nine-columns", rows=3), office.workspace.inbox
        )


def states(office: Office, today: date) -> list[str]:
    return [month.state for month in status_on(office.workspace, YEAR, today).months]


def test_a_month_is_not_due_until_its_due_day_and_missing_from_it_on(office: Office) -> None:
    """October 2567 is due on the fifth working day of November 2024: Thursday the 7th."""
    drop_months(office, Month(2567, 11))
    office.one_pass(date(2024, 12, 3))
    on = {
        day: status_on(office.workspace, YEAR, day).months[0]
        for day in (date(2024, 11, 6), date(2024, 11, 7), date(2024, 11, 8))
    }
    assert [(day.day, m.state, m.late) for day, m in on.items()] == [
        (6, "not_due", False),
        (7, "missing", False),
        (8, "missing", True),
    ]


def test_the_due_day_itself_is_on_time(office: Office) -> None:
    drop_months(office, Month(2567, 10))
    office.one_pass(date(2024, 11, 7))
    month = status_on(office.workspace, YEAR, date(2025, 1, 1)).months[0]
    assert (month.state, month.late, month.published_at) == ("published", False, date(2024, 11, 7))


def test_a_correction_does_not_make_a_month_late(office: Office) -> None:
    drop_months(office, Month(2567, 10))
    office.one_pass(date(2024, 11, 4))
    book = examples.example_month(Month(2567, 10), "nine-columns", rows=3)
    sheet, row = book.expected[0].source.sheet, book.expected[0].source.row
    changed = examples.replace_cell(book, sheet, f"H{row}", "เป็นผู้เสนอราคาต่ำสุด")
    office.drop(book.file, examples.to_bytes(changed))
    office.one_pass(date(2025, 2, 3))
    month = status_on(office.workspace, YEAR, date(2025, 3, 1)).months[0]
    assert (month.revision, month.late) == (2, False)


def test_the_public_status_is_of_the_day_on_which_something_changed(office: Office) -> None:
    drop_months(office, Month(2567, 10))
    office.one_pass(date(2024, 11, 4))
    office.one_pass(date(2024, 11, 20))
    assert office.status(YEAR)["as_of"] == "2024-11-04", "nothing has become due since"
    office.one_pass(date(2024, 12, 9))
    status = office.status(YEAR)
    assert status["as_of"] == "2024-12-09"
    assert status["months"][1]["state"] == "missing"


def test_the_status_names_the_files_that_prove_it(office: Office) -> None:
    drop_months(office, Month(2567, 10))
    office.one_pass(date(2024, 11, 4))
    listed = office.status(YEAR)["months"][0]["files"]
    assert {file["path"] for file in listed} >= {
        f"fy2568/2567-10/sokhoro1-2567-10.{kind}" for kind in ("xlsx", "csv", "json")
    }
    shown = status_on(office.workspace, YEAR, date(2024, 11, 4)).public_json()
    assert shown["months"][0]["files"] == listed


def test_what_the_schema_does_not_allow_is_a_bug_and_not_published(office: Office) -> None:
    drop_months(office, Month(2567, 10))
    office.one_pass(date(2024, 11, 4))
    status = office.status(YEAR)
    validate(status)
    wrongs: list[dict[str, object]] = [
        {"measure": 5},
        {"months": []},
        {"as_of": "4 พ.ย. 67"},
        {"more": 1},
    ]
    for wrong in wrongs:
        with pytest.raises(jsonschema.ValidationError):
            validate({**status, **wrong})


# ---- sentences


def test_a_full_year_on_time_and_late(office: Office) -> None:
    for month in fiscal_months(YEAR):
        drop_months(office, month)
        office.one_pass(month.following.first.replace(day=20 if month.number == 4 else 3))
    status = status_on(office.workspace, YEAR, date(2025, 10, 20))
    assert status.result.startswith(
        "กองคลังได้จัดทำสรุปผลการดำเนินการจัดซื้อจัดจ้างประจำเดือน ตามแบบ สขร.๑ "
        "ประจำปีงบประมาณ พ.ศ. ๒๕๖๘ และเผยแพร่บนเว็บไซต์หลักของเทศบาลเมืองตัวอย่าง"
        "ครบทั้ง ๑๒ เดือน รวม ๓๖ รายการ เป็นเงินทั้งสิ้น "
    )
    assert status.result.endswith("โดยเผยแพร่ภายในกำหนดเวลาที่เทศบาลกำหนด ๑๑ เดือน และล่าช้า ๑ เดือน")


def test_a_year_in_part_names_the_months_that_are_missing(office: Office) -> None:
    drop_months(office, Month(2567, 10))
    office.one_pass(date(2024, 11, 4))
    drop_months(office, Month(2567, 12))
    bad = examples.example_month(Month(2567, 11), "nine-columns", rows=3)
    sheet, row = bad.expected[0].source.sheet, bad.expected[0].source.row
    broken = examples.replace_cell(bad, sheet, f"C{row}", "ห้าหมื่น")
    office.drop(bad.file, examples.to_bytes(broken))
    office.one_pass(date(2025, 1, 6))
    status = status_on(office.workspace, YEAR, date(2025, 1, 20))
    assert "ณ วันที่ ๒๐ มกราคม พ.ศ. ๒๕๖๘" in status.result
    assert status.result.endswith(
        "ยังไม่ได้เผยแพร่ ๑ เดือน ได้แก่ เดือนพฤศจิกายน พ.ศ. ๒๕๖๗ ซึ่งอยู่ระหว่างการแก้ไขข้อมูล"
    )


def test_an_empty_year_claims_nothing(office: Office) -> None:
    status = status_on(office.workspace, YEAR, date(2025, 1, 20))
    assert status.result == (
        "ณ วันที่ ๒๐ มกราคม พ.ศ. ๒๕๖๘ ยังไม่ได้เผยแพร่แบบ สขร.๑ "
        "ประจำปีงบประมาณ พ.ศ. ๒๕๖๘ (ครบกำหนดแล้ว ๓ เดือน)"
    )
    assert status.outcome == "ยังไม่มีข้อมูลที่เผยแพร่ให้ประชาชนตรวจสอบ"


def test_a_nil_month_is_said_to_be_nil(office: Office) -> None:
    nil = examples.example_month(Month(2568, 5), "nine-columns", rows=0)
    examples.write(nil, office.workspace.inbox)
    office.one_pass(date(2025, 6, 4))
    assert states(office, date(2025, 6, 4))[7] == "nil"
    status = status_on(office.workspace, YEAR, date(2025, 6, 4))
    assert (
        "เดือนพฤษภาคม พ.ศ. ๒๕๖๘ ไม่มีการจัดซื้อจัดจ้าง และได้เผยแพร่แบบ สขร.๑ ตามที่กองคลังแจ้งแล้ว"
        in status.result
    )
