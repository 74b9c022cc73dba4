"""The conversation with finance, played as an officer plays it: with nothing but workbooks."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import PatternFill
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


def reply_without_errors(office: Office) -> tuple[Workbook, Worksheet, int]:
    """The reply to the wrong month, its one error mended: with its table and the first row."""
    office.drop(FILE, wrong_month())
    office.one_pass(FOURTH)
    reply = reply_to(office)
    page = table(reply)
    top = first_row(page)
    page.cell(top, 3).value = 250_000
    return reply, page, top


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


# ---- what people do to a workbook that came back


def swapped(page: Worksheet) -> None:
    """The second and the third item change places, as sorting does it; the numbers stay."""
    top = first_row(page)
    for column in range(2, 10):
        second, third = page.cell(top + 1, column), page.cell(top + 2, column)
        second.value, third.value = third.value, second.value


def renamed(book: Workbook) -> None:
    for number, page in enumerate(book.worksheets):
        page.title = f"แผ่น {number}"


def without_colours(book: Workbook) -> None:
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                cell.fill = PatternFill()


def a_row_above(book: Workbook) -> None:
    page = table(book)
    for merged in list(page.merged_cells.ranges):
        page.unmerge_cells(str(merged))
    page.insert_rows(first_row(page))
    top = first_row(page)
    for column in range(1, 10):
        page.cell(top - 1, column).value = page.cell(top, column).value
    page.cell(top - 1, 2).value = "ซื้อวัสดุงานบ้านงานครัว"
    page.cell(top - 1, 9).value = "99/2568\nลว. 6 มกราคม 2568"


def everything(book: Workbook) -> None:
    a_row_above(book)
    without_colours(book)
    renamed(book)


CHANGES: dict[str, Callable[[Workbook], None]] = {
    "sorted": lambda book: swapped(table(book)),
    "renamed": renamed,
    "colours-off": without_colours,
    "row-inserted": a_row_above,
    "all": everything,
}


@pytest.mark.parametrize("change", CHANGES)
def test_answers_find_their_rows_whatever_was_done_to_the_workbook(
    change: str, office: Office
) -> None:
    reply, _, top = reply_without_errors(office)
    said = {f"D{top + 1}": ("เหตุที่หนึ่ง", WHO), f"D{top + 2}": ("เหตุที่สอง", WHO)}
    answer(reply, said)
    titles = {at: str(table(reply).cell(top + at, 2).value) for at in (1, 2)}
    CHANGES[change](reply)
    office.drop(FILE, saved(reply))
    (told,) = office.one_pass_json(FIFTH)["taken_in"]

    assert decision(told) == ("accepted", 0, 0)
    public = {
        row["title"]: [e["reason"] for e in row["explanations"]]
        for row in office.month("2568-01")["rows"]
        if row["explanations"]
    }
    assert public == {titles[1]: ["เหตุที่หนึ่ง"], titles[2]: ["เหตุที่สอง"]}


def test_a_row_may_be_mended_in_the_workbook_that_explains_it(office: Office) -> None:
    reply, page, top = reply_without_errors(office)
    page.cell(top + 1, 8).value = "เสนอราคาต่ำสุด"  # another cell of the row that is explained
    answer(reply, {f"D{top + 1}": ("เหตุที่หนึ่ง", WHO), f"D{top + 2}": ("เหตุที่สอง", WHO)})
    office.drop(FILE, saved(reply))
    (told,) = office.one_pass_json(FIFTH)["taken_in"]

    assert decision(told) == ("accepted", 0, 0)
    assert explained(office) == {2: [("เหตุที่หนึ่ง", WHO)], 3: [("เหตุที่สอง", WHO)]}


def test_an_answer_to_what_was_mended_is_told_not_published(office: Office) -> None:
    reply, page, top = reply_without_errors(office)
    page.cell(top + 1, 4).value = page.cell(top + 1, 3).value
    answer(reply, {f"D{top + 1}": ("ไม่ต้องใช้แล้ว", WHO), f"D{top + 2}": ("เหตุ", WHO)})
    office.drop(FILE, saved(reply))
    done = office.one_pass(FIFTH)

    (one,) = done.answers
    assert one.outcome == "accepted"
    assert [f.rule for f in one.drop.findings if f.severity == "note"] == [
        "explanation-without-question"
    ]
    assert "ไม่ต้องใช้แล้ว" in one.drop.findings[-1].message
    assert explained(office) == {3: [("เหตุ", WHO)]}


def without_reference_prices() -> bytes:
    """Rows 2, 3: no reference price. All else is good."""
    book = openpyxl.load_workbook(io.BytesIO(wrong_month()))
    page = book.worksheets[0]
    page.cell(first_row(page), 3).value = 250_000
    return saved(book)


def alike(content: bytes) -> bytes:
    """Row 3 buys the same of the same supplier as row 2, with a contract of its own."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    top = first_row(page)
    for column in (2, 3, 6, 7):
        page.cell(top + 2, column).value = page.cell(top + 1, column).value
    return saved(book)


def test_an_answer_never_goes_over_to_a_look_alike_row(office: Office) -> None:
    """Its own row was mended after all: the other row waits for a reason of its own."""
    office.drop(FILE, alike(without_reference_prices()))
    office.one_pass(FOURTH)
    reply = reply_to(office)
    page = table(reply)
    top = first_row(page)
    answer(reply, {f"D{top + 1}": ("เหตุของแถวที่สอง", WHO)})
    page.cell(top + 1, 4).value = page.cell(top + 1, 3).value
    other = io.BytesIO(saved(reply))
    office.drop(FILE, other.getvalue())
    (told,) = office.one_pass_json(FIFTH)["taken_in"]

    assert decision(told) == ("waiting", 0, 1)
    assert asked(reply_to(office)) == [(f"D{top + 2}", "", "")]

    # Not even when the other row changed as well, so that its line no longer fits.
    reply = openpyxl.load_workbook(other, rich_text=True)
    table(reply).cell(top + 2, 8).value = "เสนอราคาต่ำสุด"
    office.drop(FILE, saved(reply))
    (told,) = office.one_pass_json(FIFTH)["taken_in"]
    assert decision(told) == ("waiting", 0, 1)


def test_look_alike_rows_may_be_mended_and_explained_at_once(office: Office) -> None:
    office.drop(FILE, alike(without_reference_prices()))
    office.one_pass(FOURTH)
    reply = reply_to(office)
    page = table(reply)
    top = first_row(page)
    answer(reply, {f"D{top + 1}": ("เหตุที่หนึ่ง", WHO), f"D{top + 2}": ("เหตุที่สอง", WHO)})
    page.cell(top + 1, 8).value = "เสนอราคาต่ำสุด"
    office.drop(FILE, saved(reply))
    (told,) = office.one_pass_json(FIFTH)["taken_in"]

    assert decision(told) == ("accepted", 0, 0)
    assert explained(office) == {2: [("เหตุที่หนึ่ง", WHO)], 3: [("เหตุที่สอง", WHO)]}


def test_an_answer_counts_for_the_same_facts_in_a_later_file(office: Office) -> None:
    """The same list came again by another name; the reply to the first is what is filled in."""
    office.drop(FILE, without_reference_prices())
    office.one_pass(FOURTH)
    again = openpyxl.load_workbook(io.BytesIO(without_reference_prices()))
    again.worksheets[0].title = "สำเนา"
    office.drop("ส่งใหม่.xlsx", saved(again))
    assert len(office.one_pass(FOURTH).waiting) == 1
    reply = reply_to(office)
    top = first_row(table(reply))
    answer(reply, {f"D{top + 1}": ("เหตุที่หนึ่ง", WHO), f"D{top + 2}": ("เหตุที่สอง", WHO)})
    office.drop(FILE, saved(reply))
    done = office.one_pass(FIFTH)

    assert (done.waiting, done.answers[-1].outcome) == ((), "accepted")
    assert not done.answers[-1].drop.findings
    assert explained(office) == {2: [("เหตุที่หนึ่ง", WHO)], 3: [("เหตุที่สอง", WHO)]}


def test_answers_are_kept_while_their_table_cannot_be_read(office: Office) -> None:
    office.drop(FILE, without_reference_prices())
    office.one_pass(FOURTH)
    reply = reply_to(office)
    page = table(reply)
    top = first_row(page)
    long = "เหตุผลยาว\n" * 100 + "จบ"
    answer(reply, {f"D{top + 1}": (long, WHO), f"D{top + 2}": ("", WHO)})
    title = page.title, [page.cell(row, 1).value for row in range(1, top - 1)]
    page.title = "ตาราง"
    for row in range(1, top - 1):
        page.cell(row, 1).value = None
    file = "ไม่บอกเดือน.xlsx"
    office.drop(file, saved(reply))
    done = office.one_pass(FIFTH)
    kept = [f for f in done.answers[-1].drop.findings if f.rule == "explanation-kept"]
    assert (done.answers[-1].outcome, [f.file for f in kept]) == ("returned", [file, file])
    reply = reply_to(office, file)
    page = reply[EXPLANATIONS]
    assert [(page.cell(row, 5).value, page.cell(row, 6).value) for row in (3, 4)] == [
        (long, WHO),
        (None, WHO),
    ]

    # The heading is mended: nothing has to be typed again.
    page.cell(4, 5).value = "เหตุที่สอง"
    table(reply).title = title[0]
    for row, text in enumerate(title[1], start=1):
        if text is not None:
            table(reply).cell(row, 1).value = text
    office.drop(file, saved(reply))
    (told, *_) = [t for t in office.one_pass_json(FIFTH)["taken_in"] if t["file"] == file]
    assert decision(told) == ("accepted", 0, 0)
    assert explained(office) == {2: [(long, WHO)], 3: [("เหตุที่สอง", WHO)]}


@pytest.mark.parametrize(("reason", "by"), [("มีเหตุ", ""), ("", WHO), ("-", WHO), ("มีเหตุ", " ")])
def test_half_an_answer_is_none(reason: str, by: str, office: Office) -> None:
    reply, _, top = reply_without_errors(office)
    answer(reply, {f"D{top + 1}": (reason, by), f"D{top + 2}": ("เหตุ", WHO)})
    office.drop(FILE, saved(reply))
    done = office.one_pass(FIFTH)

    (one,) = done.answers
    assert one.outcome == "waiting"
    assert "explanation-whole" in {finding.rule for finding in one.drop.findings}


def test_a_row_that_vanishes_waits_until_its_reason_is_given(office: Office) -> None:
    office.drop(FILE, saved(month_of_eight()))
    assert office.one_pass_json(FOURTH)["taken_in"][0]["outcome"] == "accepted"
    book = month_of_eight()
    page = book.worksheets[0]
    gone = str(page.cell(first_row(page) + 7, 2).value)
    page.delete_rows(first_row(page) + 7)
    office.drop(FILE, saved(book))
    assert office.one_pass_json(LATER)["taken_in"][0]["outcome"] == "waiting"

    reply = reply_to(office)
    page = reply[EXPLANATIONS]
    lines = {str(page.cell(row, 3).value): row for row in range(3, page.max_row + 1)}
    for row in lines.values():
        page.cell(row, 5).value, page.cell(row, 6).value = "ยกเลิกการจัดซื้อ", WHO
    assert any(" ".join(gone.split()) in text for text in lines)
    office.drop(FILE, saved(reply))
    done = office.one_pass_json(LATER)

    assert done["taken_in"][0]["outcome"] == "accepted"
    month = office.month("2568-01")
    assert (month["revision"], len(month["rows"])) == (2, 7)
    assert {e["rule"] for e in month["explanations"]} == {"rows-kept", "correction-has-reason"}
    old = office.public / "fy2568/2568-01/revisions/1/sokhoro1-2568-01.json"
    assert json.loads(old.read_text(encoding="utf-8"))["explanations"] == []


def test_the_reason_of_one_correction_is_not_that_of_the_next(office: Office) -> None:
    """To and fro: the same change again is another correction, and asks again."""
    content = saved(month_of_eight())
    other = month_of_eight()
    other.worksheets[0].cell(first_row(other.worksheets[0]), 3).value = 77_777_777
    changed = saved(other)
    for day, file in enumerate((content, changed, content, changed), start=1):
        office.drop(FILE, file)
        office.one_pass(date(2025, 3, day))
        if day == 2:
            reply = reply_to(office)
            page = reply[EXPLANATIONS]
            page.cell(3, 5).value, page.cell(3, 6).value = "พิมพ์วงเงินผิด", WHO
            office.drop(FILE, saved(reply))
            office.one_pass(date(2025, 3, day))
            assert [e["reason"] for e in office.month("2568-01")["explanations"]] == ["พิมพ์วงเงินผิด"]

    assert office.month("2568-01")["revision"] == 4
    assert office.month("2568-01")["explanations"] == []
    second = office.public / "fy2568/2568-01/revisions/2/sokhoro1-2568-01.json"
    assert "พิมพ์วงเงินผิด" in second.read_text(encoding="utf-8")


def test_the_explanations_stand_in_the_published_workbook(office: Office) -> None:
    accepted_with_two_explanations(office)
    book = openpyxl.load_workbook(office.public / "fy2568/2568-01/sokhoro1-2568-01.xlsx")

    lines = [[str(cell.value) for cell in row] for row in book["คำชี้แจง"].iter_rows(min_row=2)]
    assert [(line[0], line[2], line[3]) for line in lines] == [
        ("๒", "จัดซื้อตามราคาตลาด", WHO),
        ("๓", "ไม่มีราคากลางอ้างอิง", WHO),
    ]
    assert lines[0][4] == "๕ กุมภาพันธ์ ๒๕๖๘"


def test_numbers_of_citizens_in_a_reason_are_hidden(office: Office) -> None:
    reply, _, top = reply_without_errors(office)
    said = {f"D{top + 1}": ("ผู้ขาย 1-2345-67890-12-1 แจ้ง", "นายสมมติ 1234567890121")}
    answer(reply, said | {f"D{top + 2}": ("เหตุ", WHO)})
    office.drop(FILE, saved(reply))
    assert office.one_pass_json(FIFTH)["taken_in"][0]["outcome"] == "accepted"

    assert explained(office)[2] == [("ผู้ขาย X-XXXX-XXXXX-XX-X แจ้ง", "นายสมมติ X-XXXX-XXXXX-XX-X")]
