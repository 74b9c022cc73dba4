"""The conversation with finance, played as an officer plays it: with nothing but workbooks."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.examples import example_month, to_bytes
from pipeline.reply import marked_of
from schemas.month import Month
from schemas.reply_words import BY, EXPLANATIONS, READ_FIRST, REASON
from tests.conftest import Office

JANUARY = Month(2568, 1)
FILE = "สขร.1 มกราคม 2568.xlsx"
FOURTH, FIFTH, SIXTH = date(2025, 2, 4), date(2025, 2, 5), date(2025, 2, 6)
DUE = date(2025, 2, 7)
LATER = date(2025, 3, 3)
WHO = "นางสาวสมมติ ผู้ชี้แจง"

Row = Mapping[str, Any]


def month_of_eight() -> Workbook:
    """A good month: eight rows, the first in row ``first_row``."""
    book = example_month(JANUARY, "nine-columns", rows=8)
    return openpyxl.load_workbook(io.BytesIO(to_bytes(book)))


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def first_row(page: Worksheet) -> int:
    """The row of the first item: the one with 1 in the first column."""
    return next(row for row in range(1, 30) if str(page.cell(row, 1).value) in {"1", "๑"})


def wrong_month() -> bytes:
    """Row 1: a budget nobody can read. Rows 2, 3: no reference price. Row 4: nothing."""
    book = month_of_eight()
    page = book.worksheets[0]
    top = first_row(page)
    page.cell(top, 3).value = "หนึ่งหมื่นบาทถ้วน"
    page.cell(top + 1, 4).value = None
    page.cell(top + 2, 4).value = "-"
    return saved(book)


def reply_to(office: Office, file: str = FILE) -> Workbook:
    return openpyxl.load_workbook(office.workspace.output / marked_of(file), rich_text=True)


def answer(book: Workbook, said: Mapping[str, tuple[str, str]]) -> None:
    """Fill in the lines of «คำชี้แจง», by the cell that they are about."""
    page = book[EXPLANATIONS]
    heads = {str(cell.value): cell.column or 0 for cell in page[2]}
    for row in range(3, page.max_row + 1):
        place = str(page.cell(row, heads["ที่"]).value).rpartition(" ")[2]
        for head, text in zip((REASON, BY), said.get(place, ()), strict=False):
            page.cell(row, heads[head]).value = text


def asked(book: Workbook) -> list[tuple[str, str, str]]:
    """The lines of «คำชี้แจง»: the cell, the reason, by whom."""
    page = book[EXPLANATIONS]
    heads = {str(cell.value): cell.column or 0 for cell in page[2]}
    return [
        (
            str(page.cell(row, heads["ที่"]).value).rpartition(" ")[2],
            str(page.cell(row, heads[REASON]).value or ""),
            str(page.cell(row, heads[BY]).value or ""),
        )
        for row in range(3, page.max_row + 1)
    ]


def table(book: Workbook) -> Worksheet:
    return next(p for p in book.worksheets if p.title not in {READ_FIRST, EXPLANATIONS})


def decision(told: Row) -> tuple[str, int, int]:
    return told["outcome"], told["findings"]["fix"], told["findings"]["explain"]


def explained(office: Office) -> dict[int, list[tuple[str, str]]]:
    """The public explanations by number of the row: (reason, by)."""
    rows: list[Row] = office.month("2568-01")["rows"]
    return {
        row["number"]: [(e["reason"], e["by"]) for e in row["explanations"]]
        for row in rows
        if row["explanations"]
    }


def accepted_with_two_explanations(office: Office) -> tuple[int, str, str]:
    """Return the first row, and the two cells whose questions were answered."""
    office.drop(FILE, wrong_month())
    (told,) = office.one_pass_json(FOURTH)["taken_in"]
    assert decision(told) == ("returned", 1, 2)
    assert told["reply"] == marked_of(FILE)
    assert not (office.public / "fy2568" / "2568-01").exists()

    # Fixed in part, explained in part: one question stays open.
    reply = reply_to(office)
    page = table(reply)
    top = first_row(page)
    budget, second, third = f"C{top}", f"D{top + 1}", f"D{top + 2}"
    assert [place for place, _, _ in asked(reply)] == [second, third]
    page[budget].value = 250_000
    answer(reply, {second: ("จัดซื้อตามราคาตลาด", WHO)})
    office.drop(FILE, saved(reply))
    (told,) = office.one_pass_json(FIFTH)["taken_in"]
    assert decision(told) == ("waiting", 0, 1)

    # The rest is explained, in the workbook that came back: accepted, published with both.
    reply = reply_to(office)
    assert asked(reply) == [(second, "จัดซื้อตามราคาตลาด", WHO), (third, "", "")]
    answer(reply, {third: ("ไม่มีราคากลางอ้างอิง", WHO)})
    office.drop(FILE, saved(reply))
    done = office.one_pass_json(SIXTH)
    (told,) = done["taken_in"]
    assert (told["outcome"], told["findings"]) == ("accepted", {"fix": 0, "explain": 0, "note": 0})
    assert [one["month"] for one in done["published"]] == ["2568-01"]
    assert explained(office) == {
        2: [("จัดซื้อตามราคาตลาด", WHO)],
        3: [("ไม่มีราคากลางอ้างอิง", WHO)],
    }
    html = (office.public / "fy2568/2568-01/index.html").read_text(encoding="utf-8")
    assert "ไม่มีราคากลางอ้างอิง" in html
    assert all(row["reference_price"] is None for row in office.month("2568-01")["rows"][1:3])

    return top, second, third


def test_a_workbook_is_fixed_and_explained_in_part_then_wholly(office: Office) -> None:
    accepted_with_two_explanations(office)
    assert office.one_pass_json(LATER)["waiting"] == []


def test_an_explanation_ends_with_the_facts_it_was_given_for(office: Office) -> None:
    top, second, third = accepted_with_two_explanations(office)

    # A row changes after it was public: its explanation was for other facts. The other stays.
    reply = reply_to(office)
    page = table(reply)
    page[f"C{top + 2}"].value = 99_000
    office.drop(FILE, saved(reply))
    done = office.one_pass_json(LATER)
    (told,) = done["taken_in"]
    assert told["findings"]["explain"] == 2  # the reference price; why the month was corrected
    assert explained(office) == {2: [("จัดซื้อตามราคาตลาด", WHO)]}
    assert office.month("2568-01")["revision"] == 2
    reply = reply_to(office)
    assert [line for line in asked(reply) if line[0] in {second, third}] == [
        (second, "จัดซื้อตามราคาตลาด", WHO),
        (third, "", ""),
    ]
    assert any("คำชี้แจงเดิม" in str(cell.value) for row in reply[READ_FIRST] for cell in row)
    old = office.public / "fy2568/2568-01/revisions/1/sokhoro1-2568-01.json"
    assert "ไม่มีราคากลางอ้างอิง" in old.read_text(encoding="utf-8")

    # Answered after the day: the page shows it, the revision stays what it is.
    before = old.read_bytes()
    answer(reply, {third: ("สืบราคาจากร้านค้า", WHO)})
    page = reply[EXPLANATIONS]
    for row in range(3, page.max_row + 1):  # the question about the whole month has no cell
        if not page.cell(row, 5).value:
            page.cell(row, 5).value, page.cell(row, 6).value = "พิมพ์วงเงินผิด", WHO
    office.drop(FILE, saved(reply))
    done = office.one_pass_json(date(2025, 3, 4))
    assert done["taken_in"][0]["outcome"] == "accepted"
    assert done["taken_in"][0]["findings"]["explain"] == 0
    month = office.month("2568-01")
    assert month["revision"] == 2
    assert [e["reason"] for e in month["explanations"]] == ["พิมพ์วงเงินผิด"]
    assert explained(office)[3] == [("สืบราคาจากร้านค้า", WHO)]
    assert old.read_bytes() == before
    assert office.one_pass_json(date(2025, 3, 5))["waiting"] == []
