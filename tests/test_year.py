"""The main job on the project's own year: dropped workbooks become months that say the same."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from pipeline import examples
from schemas.month import Month, fiscal_months
from schemas.procurement import Procurement
from schemas.thai import visible
from tests.conftest import Office

AFTER_THE_YEAR = date(2025, 10, 20)  # every month of 2568 is past its due day
YEAR = 2568


def drop_year(office: Office, layout: str, seed: int = 1) -> tuple[examples.Book, ...]:
    books = examples.example_year(YEAR, layout, seed)
    for book in books:
        examples.write(book, office.workspace.inbox)
    return books


def by_month(books: tuple[examples.Book, ...]) -> dict[str, list[Procurement]]:
    months: dict[str, list[Procurement]] = {}
    for row in (row for book in books for row in book.expected):
        assert row.contract_date is not None
        months.setdefault(str(Month.of(row.contract_date)), []).append(row)
    return months


@pytest.mark.parametrize("layout", examples.LAYOUTS)
def test_a_dropped_year_becomes_twelve_months_that_say_the_same(
    office: Office, layout: str
) -> None:
    """Rows, totals and every field, for each layout; whatever the sheet shows, and no more."""
    books = drop_year(office, layout)

    done = office.one_pass_json(AFTER_THE_YEAR)

    expected = by_month(books)
    assert [published["month"] for published in done["published"]] == sorted(expected)
    assert {taken["outcome"] for taken in done["taken_in"]} == {"accepted"}
    for month, rows in expected.items():
        public = office.month(month)
        stated = [{**row, "source": None} for row in public["rows"]]
        wanted = [
            {**row.public(), "source": None, "explanations": [], "announcements": []}
            for row in rows
        ]
        assert stated == wanted
        assert [row["source"] for row in public["rows"]] == [
            {"file": row.source.file, "sheet": row.source.sheet, "row": row.source.row}
            for row in rows
        ]
        agreed = sum(row.agreed_price or 0 for row in rows)
        assert Decimal(public["totals"]["agreed_price"]) * 100 == agreed


def test_only_the_planted_questions_are_asked(office: Office) -> None:
    books = drop_year(office, "nine-columns")

    done = office.one_pass(AFTER_THE_YEAR)

    asked = {
        (finding.file, finding.sheet, finding.rule)
        for answer in done.answers
        for finding in answer.drop.findings
        if finding.severity != "note"
    }
    planted = {(book.file, q.sheet, q.rule) for book in books for q in book.asked}
    assert asked == planted
    assert len(planted) == 2


def test_a_second_pass_publishes_nothing_and_leaves_every_byte(office: Office) -> None:
    drop_year(office, "twelve-columns")
    office.one_pass(AFTER_THE_YEAR)
    before = office.everything()

    done = office.one_pass_json(AFTER_THE_YEAR)

    assert done["published"] == []
    assert [taken["outcome"] for taken in done["taken_in"]] == ["unchanged"]
    assert office.everything() == before


def test_the_three_layouts_make_the_same_months(new_office: Callable[[str], Office]) -> None:
    """But for the source, and for the project number that only one of them shows."""
    months = []
    for layout in examples.LAYOUTS:
        office = new_office(layout)
        drop_year(office, layout)
        office.one_pass(AFTER_THE_YEAR)
        months.append({str(m): office.month(str(m)) for m in fiscal_months(YEAR)})
    shown_by_all = [
        {
            month: [
                {
                    name: row[name]
                    for name in ("title", "budget", "supplier", "agreed_price", "contract_date")
                }
                for row in public["rows"]
            ]
            for month, public in year.items()
        }
        for year in months
    ]
    facts = [
        [
            (month, row["title"].split(), row["budget"], row["agreed_price"], row["contract_date"])
            for month, rows in year.items()
            for row in rows
        ]
        for year in shown_by_all
    ]
    assert facts[0] == facts[1] == facts[2]


def test_every_format_of_a_month_tells_the_same(office: Office) -> None:
    """Read back by other readers: csv, openpyxl, json."""
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=12)
    examples.write(book, office.workspace.inbox)
    office.one_pass(AFTER_THE_YEAR)

    folder = office.public / "fy2568" / "2568-01"
    public = json.loads((folder / "sokhoro1-2568-01.json").read_text(encoding="utf-8"))
    text = (folder / "sokhoro1-2568-01.csv").read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    sheet = openpyxl.load_workbook(folder / "sokhoro1-2568-01.xlsx").worksheets[0]
    page = (folder / "index.html").read_text(encoding="utf-8")
    cells = {visible(str(cell.value)) for row in sheet.iter_rows() for cell in row if cell.value}

    assert len(lines) == len(public["rows"]) == len(book.expected) == 12
    for row, line in zip(public["rows"], lines, strict=True):
        assert line["งานจัดซื้อหรือจัดจ้าง"].removeprefix("'") == row["title"]
        assert line["ราคาที่ตกลงซื้อหรือจ้าง"] == row["agreed_price"]
        assert line["ผู้ได้รับการคัดเลือก"].removeprefix("'") == row["supplier"]
        assert visible(row["title"]) in cells
        assert str(row["supplier"]) in page


def test_the_status_counts_what_is_public(office: Office) -> None:
    books = drop_year(office, "nine-columns")
    office.one_pass(AFTER_THE_YEAR)

    status = office.status(YEAR)

    agreed = sum(row.agreed_price or 0 for book in books for row in book.expected)
    wanted = {
        "due": 12,
        "published": 12,
        "on_time": 0,
        "late": 12,
        "corrections": 0,
        "rows": sum(len(book.expected) for book in books),
        "total_agreed": f"{agreed // 100}.{agreed % 100:02}",
    }
    assert {name: status["summary"][name] for name in wanted} == wanted
    assert [month["state"] for month in status["months"]] == ["published"] * 12


def test_a_renamed_workbook_is_no_new_drop(office: Office) -> None:
    """An old workbook renamed to tidy up must not undo the correction beside it."""
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3)
    sheet, row = book.expected[0].source.sheet, book.expected[0].source.row
    corrected = examples.replace_cell(book, sheet, f"H{row}", "เป็นผู้เสนอราคาต่ำสุด")
    old = office.drop("ม.ค.68.xlsx", examples.to_bytes(book))
    office.one_pass(AFTER_THE_YEAR)
    office.drop("ม.ค.68 แก้ไข.xlsx", examples.to_bytes(corrected))
    office.one_pass(AFTER_THE_YEAR)

    old.rename(old.with_name("ม.ค.68 (เก่า).xlsx"))
    done = office.one_pass_json(AFTER_THE_YEAR)

    assert [taken["outcome"] for taken in done["taken_in"]] == ["unchanged", "unchanged"]
    assert office.month("2568-01")["revision"] == 2


def test_a_workbook_gone_and_back_is_a_new_drop(office: Office) -> None:
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3)
    sheet, row = book.expected[0].source.sheet, book.expected[0].source.row
    corrected = examples.replace_cell(book, sheet, f"H{row}", "เป็นผู้เสนอราคาต่ำสุด")
    first = office.drop("ม.ค.68.xlsx", examples.to_bytes(book))
    office.one_pass(AFTER_THE_YEAR)
    first.unlink()
    second = office.drop("แก้ไข.xlsx", examples.to_bytes(corrected))
    office.one_pass(AFTER_THE_YEAR)
    second.unlink()
    office.drop("ม.ค.68.xlsx", examples.to_bytes(book))

    done = office.one_pass_json(AFTER_THE_YEAR)

    assert [(p["month"], p["revision"]) for p in done["published"]] == [("2568-01", 3)]


def test_a_file_renamed_because_its_name_was_wrong_is_looked_at_again(office: Office) -> None:
    """The name may be what states the month."""
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3)
    silent = examples.replace_cell(book, book.sheets[0].name, "A2", "สรุปผลการจัดซื้อจัดจ้าง")
    path = office.drop("งาน.xlsx", examples.to_bytes(silent))
    assert office.one_pass(AFTER_THE_YEAR).returned == ("งาน.xlsx",)

    path.rename(path.with_name("สขร.1 มกราคม 2568.xlsx"))
    done = office.one_pass(AFTER_THE_YEAR)

    assert [answer.outcome for answer in done.answers] == ["accepted"]
    assert done.returned == ()


def test_a_list_moved_to_another_division_does_not_count_twice(office: Office) -> None:
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3)
    path = office.drop(book.file, examples.to_bytes(book))
    office.one_pass(AFTER_THE_YEAR)
    path.unlink()
    office.drop(f"กองช่าง/{book.file}", examples.to_bytes(book))

    done = office.one_pass(AFTER_THE_YEAR)

    assert [answer.outcome for answer in done.answers] == ["returned"]
    assert len(office.month("2568-01")["rows"]) == 3


def test_one_endless_cell_keeps_nobody_else_waiting(office: Office) -> None:
    book = examples.example_month(Month(2568, 2), "nine-columns", rows=2)
    sheet, row = book.expected[0].source.sheet, book.expected[0].source.row
    endless = examples.replace_cell(book, sheet, f"G{row}", "ก" * 32_000)
    office.drop("ยาว.xlsx", examples.to_bytes(endless))
    good = examples.example_month(Month(2568, 1), "nine-columns", rows=2)
    office.drop(good.file, examples.to_bytes(good))

    done = office.one_pass(AFTER_THE_YEAR)

    assert {a.original.file: a.outcome for a in done.answers} == {
        "ยาว.xlsx": "returned",
        good.file: "accepted",
    }
