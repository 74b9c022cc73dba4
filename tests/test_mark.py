"""The reply: the sender's workbook as it was, and every doubtful cell marked where it stands."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl.comments import Comment

from pipeline.answers import is_ours, read_answers
from pipeline.examples.paper import Typed, type_cells
from pipeline.formats.row_heights import height
from pipeline.mark import LISTED, NOTED, mark
from pipeline.marking.pages import SIZE
from pipeline.marking.styles import COLOURS
from pipeline.read import read
from schemas.explanation import Explanation
from schemas.finding import SEVERITIES, SEVERITY_WORDS
from schemas.month import Month
from schemas.reply_words import BY, EXPLANATIONS, NOTE_BEGINS, READ_FIRST, REASON
from schemas.sheet import Sheet, address
from tests.corpus.forms import FORMS, month_book
from tests.corpus.variants import XLS, XLSM, as_file
from tests.marked import (
    EVERYTHING,
    FILE,
    FILLS,
    ON_EVERYTHING,
    SHEET,
    cells,
    edited,
    finding,
    load,
    looks,
    marked,
    read_back,
    workbook,
)
from tests.rich_books import RICH

PAYLOADS = (
    *("=1+1", '=HYPERLINK("http://example.com")', "+1", "-1", "@SUM(1)", "<r>x</r>"),
    *("<r><t>x</t></r>", "http://example.com", "mailto:a@example.com", "<b>&amp;</b>", "\"'>"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "0a1b"  # originals have no ending


# ---- a workbook with everything


def test_nothing_of_a_rich_workbook_is_lost(path: Path) -> None:
    reply = marked(path, EVERYTHING, ON_EVERYTHING)

    but = {(SHEET, at) for at in ("A1", "B2", "C3", "D4", "A6", "E8", "G9", "B10", "F5", "AB40")}
    assert looks(reply, but) == looks(EVERYTHING, but)
    page = load(reply)[SHEET]
    assert page["A1"].font.bold
    assert page["A1"].number_format == "#,##0.00"
    assert page["C3"].value == "=B2*2"
    assert page["G9"].fill.patternType == "solid"
    assert page["B10"].number_format == "#,##0.00"  # an empty cell looks like its row
    assert page["A6"].fill.fgColor.rgb == FILLS["fix"]  # B7 lies in A6:C8
    path.write_bytes(EVERYTHING)
    before = read(path, FILE, "xlsx")
    assert [cells(s) for s in read_back(path, reply)[1:-1]] == [cells(s) for s in before]
    with zipfile.ZipFile(io.BytesIO(reply)) as new, zipfile.ZipFile(path) as _:
        assert "กล่องข้อความ" in new.read("xl/drawings/drawing1.xml").decode()


def test_a_mark_keeps_what_the_sender_noted_and_comes_off_without_a_trace(path: Path) -> None:
    reply = marked(path, EVERYTHING, ON_EVERYTHING)
    page = load(reply)[SHEET]
    text = page["D4"].comment.text

    assert text.startswith(f"ของผู้ส่ง\n\n{NOTE_BEGINS}\n")
    assert page["E5"].comment.text == "อีกข้อ"
    again = marked(path, reply, ON_EVERYTHING[:1])
    page = load(again)[SHEET]
    assert str(page["A1"].comment.text).count(NOTE_BEGINS) == 1
    assert page["B2"].comment is None
    # The cells that a mark made stay, empty, with the look that their row or column gives them.
    made = {(SHEET, "G9"), (SHEET, "B10")}
    assert looks(marked(path, again, []), made) == looks(EVERYTHING, made)


def test_a_box_shows_each_comment(path: Path) -> None:
    reply = marked(path, marked(path, EVERYTHING, ON_EVERYTHING), ON_EVERYTHING)

    with zipfile.ZipFile(io.BytesIO(reply)) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".vml")]
        boxes = re.findall(
            r"<x:Row>(\d+)</x:Row>\s*<x:Column>(\d+)</x:Column>", archive.read(name).decode()
        )
    places = [address(int(row) + 1, int(column) + 1) for row, column in boxes]
    noted = [c.coordinate for row in load(reply)[SHEET].iter_rows() for c in row if c.comment]
    assert sorted(places) == sorted(noted)


def test_marks_come_off_after_openpyxl_saved_the_reply(path: Path) -> None:
    """Another program numbers looks, fonts and fills anew."""
    book = load(marked(path, EVERYTHING, ON_EVERYTHING))
    file = io.BytesIO()
    book.save(file)
    page = load(marked(path, file.getvalue(), []))[SHEET]

    first = load(EVERYTHING)[SHEET]
    for at in ("A1", "B2", "C3", "D4", "A6", "E8", "G9", "B10", "F5", "AB40"):
        fill = "none" if first[at].fill.patternType is None else first[at].fill.patternType
        assert (page[at].fill.patternType or "none", page[at].fill.fgColor.rgb) == (
            fill if at not in {"G9", "B10"} else {"G9": "lightGray", "B10": "solid"}[at],
            first[at].fill.fgColor.rgb if at not in {"G9", "B10"} else page[at].fill.fgColor.rgb,
        ), at
        assert not page[at].comment or NOTE_BEGINS not in page[at].comment.text


def test_a_copied_mark_comes_off_as_well(path: Path) -> None:
    """A clerk inserts a row and copies a marked cell: the fill knows what was under it."""
    book = load(marked(path, EVERYTHING, [finding("B2", "fix", "5")]))
    page = book[SHEET]
    page["B20"].value = 7
    page["B20"]._style = page["B2"]._style  # noqa: SLF001 - as copying does
    file = io.BytesIO()
    book.save(file)

    assert load(marked(path, file.getvalue(), []))[SHEET]["B20"].fill.patternType == "lightGray"


def test_only_the_first_sheet_is_selected_and_shown(path: Path) -> None:
    book = load(marked(path, EVERYTHING, ON_EVERYTHING))

    assert book.active is not None
    assert book.active.title == READ_FIRST
    assert [s.title for s in book.worksheets if s.sheet_view.tabSelected] == [READ_FIRST]


def test_macros_are_left_out(path: Path) -> None:
    reply = marked(path, XLSM.written(month_book(FORMS["nine-columns"], 3)), [])

    with zipfile.ZipFile(io.BytesIO(reply)) as archive:
        types = archive.read("[Content_Types].xml").decode()
        assert not [n for n in archive.namelist() if "vba" in n.lower()]
    assert "macroEnabled" not in types
    assert "vbaProject" not in types


# ---- files of other programs


def small(_: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet) -> None:
    for at, text in (("A1", "หนึ่ง"), ("B1", "สอง"), ("A2", "สาม"), ("C4", "สี่")):
        page.write_string(at, text)


def prefixed(name: str, text: str) -> str:
    if not name.startswith("xl/worksheets/"):
        return text
    text = re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", text)
    return text.replace("xmlns=", "xmlns:x=")


def without_places(name: str, text: str) -> str:
    first = re.sub(r'(<(?:row|c)) r="[A-Z]*[12]"', r"\1", text)
    return first if name.startswith("xl/worksheets/") else text


def without_styles(name: str, text: str) -> str | None:
    if name == "xl/styles.xml":
        return None
    text = re.sub(r'<(?:Relationship|Override) [^>]*styles[^>]*"/>', "", text)
    return re.sub(r' s="\d+"', "", text)


@pytest.mark.parametrize("change", [prefixed, without_places, without_styles])
def test_workbooks_of_other_programs_are_marked_too(
    change: Callable[[str, str], str | None], path: Path
) -> None:
    content = edited(workbook(small), change)
    path.write_bytes(content)
    before = read(path, FILE, "xlsx")
    assert len(before[0].cells) == 4
    findings = [finding(at, "fix", f"{at}?") for at in ("A1", "B1", "A2", "B2", "C4", "A9")]

    reply = marked(path, marked(path, content, findings), findings)

    page = load(reply)[SHEET]
    for one in findings:
        assert str(page[one.cell].comment.text).endswith(one.message)
        assert page[one.cell].fill.fgColor.rgb == FILLS["fix"]
    assert cells(read_back(path, reply)[1]) == cells(before[0])


def behind_lost(_: str, text: str) -> str:
    """LibreOffice writes a colour of its own behind a full fill."""
    return re.sub(r'<bgColor rgb="FF5C[^"]*"/>', '<bgColor rgb="FFED8E85"/>', text)


def test_marks_come_off_by_their_places_where_the_fill_knows_no_more(path: Path) -> None:
    saved = edited(marked(path, EVERYTHING, ON_EVERYTHING), behind_lost)
    made = {(SHEET, "G9"), (SHEET, "B10")}

    reply = marked(path, saved, [])

    assert looks(reply, made) == looks(EVERYTHING, made)
    page = load(reply)[SHEET]
    assert page["G9"].fill.patternType == "lightGray"
    assert page["B10"].fill.fgColor.rgb == "FFFFFF00"


# ---- what stands in the first sheet


def listed(reply: bytes) -> list[tuple[str, str, str, str, str]]:
    """The lines of the list: severity, place, what stands there, message, where the link leads."""
    page = load(reply)[READ_FIRST]
    rows = [[str(c.value or "") for c in row[:4]] for row in page.iter_rows()]
    start = next(at for at, row in enumerate(rows) if row[1] == "ที่")
    lines = []
    for number, (severity, place, value, message) in enumerate(rows[start + 1 :], start + 2):
        link = page.cell(number, 2).hyperlink
        if severity:
            lines.append((severity, place, value, message, str(link.location) if link else ""))
    return lines


def test_the_first_sheet_lists_the_worst_first_and_leads_to_the_very_cell(path: Path) -> None:
    findings = [
        finding("B2", "note", "5"),
        finding("C12", "explain", "ข้อความ"),
        finding("B10", "fix"),
        finding("B9", "fix"),
        finding("", "note", sheet="", message="ทั้งไฟล์นี้"),
        finding("", "fix", message="ทั้งแผ่นนี้"),
    ]
    reply = marked(path, EVERYTHING, findings)
    quoted = "'แผ่น''1'"

    assert [(line[0], line[4]) for line in listed(reply)] == [
        ("ต้องแก้ไข", f"{quoted}!A1"),
        ("ต้องแก้ไข", f"{quoted}!B9"),
        ("ต้องแก้ไข", f"{quoted}!B10"),
        ("แก้ไขหรือชี้แจง", f"{quoted}!C12"),
        ("ข้อสังเกต", ""),
        ("ข้อสังเกต", f"{quoted}!B2"),
    ]
    assert [line[2] for line in listed(reply)] == ["", "(ว่าง)", "(ว่าง)", "ข้อความ", "", "5"]
    page = load(reply)[READ_FIRST]
    texts = [[str(c.value) for c in row[:2]] for row in page.iter_rows()]
    for severity, count in zip(SEVERITIES, (3, 1, 2), strict=True):
        assert [SEVERITY_WORDS[severity], f"{count} ข้อ"] in texts


def test_a_rule_met_often_is_told_in_one_line_that_names_every_cell(path: Path) -> None:
    rows = [*range(1, 101), *range(102, 502)]
    many = [finding(f"T{row}", "note", str(row)) for row in rows]
    other = [finding("B3", "note", rule="b-rule")]
    reply = marked(path, EVERYTHING, many + other)
    lines = listed(reply)

    assert len(lines) == LISTED + 2
    assert lines[-1][3].endswith(f"480 ที่: {SHEET} T21:T100, T102:T501")
    page = load(reply)[SHEET]
    assert {page[f.cell].fill.fgColor.rgb for f in many} == {FILLS["note"]}


def test_a_rule_met_very_often_is_commented_on_the_first_cells_only(path: Path) -> None:
    """Every cell is coloured and named; thousands of comments would be slow to open."""
    many = [finding(f"T{row}", "note", str(row)) for row in range(1, 501)]
    other = [finding("T500", "fix", "500", rule="b-rule", message="อีกข้อ")]
    page = load(marked(path, EVERYTHING, many + other))[SHEET]

    noted = {c.coordinate: str(c.comment.text) for (c,) in page["T1:T500"] if c.comment}
    assert set(noted) == {f"T{row}" for row in range(1, NOTED + 1)} | {"T500"}
    assert noted["T500"].endswith("อีกข้อ")
    assert page["T499"].fill.fgColor.rgb == FILLS["note"]
    assert page["T500"].fill.fgColor.rgb == FILLS["fix"]


def test_the_colours_can_be_told_apart_in_grey() -> None:
    greys = [
        sum(
            int(COLOURS[severity][at : at + 2], 16) * part
            for at, part in ((0, 0.3), (2, 0.59), (4, 0.11))
        )
        for severity in SEVERITIES
    ]
    assert greys == sorted(greys)
    assert min(b - a for a, b in pairwise(greys)) > 20


def test_text_of_strangers_stays_text(path: Path) -> None:
    findings = [
        finding(f"A{row}", "explain", text, rule=f"rule-{row}", message=text)
        for row, text in enumerate(PAYLOADS, start=1)
    ]

    def fill(_: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet) -> None:
        page.write_number("A1", 1)

    reply = marked(path, workbook(fill), findings)
    book = load(reply)
    for name in (READ_FIRST, EXPLANATIONS):
        for row in book[name].iter_rows():
            for cell in row:
                assert cell.data_type in {"s", "n", "inlineStr"}, cell.coordinate
                assert cell.hyperlink is None or (
                    cell.hyperlink.target is None and "!" in str(cell.hyperlink.location)
                )
    assert [line[2] for line in listed(reply)] == list(PAYLOADS)
    assert [line[3] for line in listed(reply)] == list(PAYLOADS)
    with zipfile.ZipFile(io.BytesIO(reply)) as archive:
        for name in archive.namelist():
            if "Reply" in name:
                assert b"<f" not in archive.read(name).replace(b"<fill", b"")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_rebuilt_cell_keeps_its_text(payload: str, path: Path) -> None:
    doubled = payload.replace('"', '""')
    content = f'"{doubled}","ข"\n"ค","ง"\n"จ","ฉ"\n'.encode()
    path.write_bytes(content)
    (sheet,) = read(path, "ก.csv", "text")
    reply = mark(path, "ก.csv", "text", [finding("A1", "fix", payload, sheet=sheet.name)])

    back = read_back(path, reply)[1]
    assert cells(back) == cells(sheet)
    assert [str(c.value) for c in load(reply)[back.name][1]] == [payload, "ข"]
    assert load(reply)[back.name]["A1"].data_type == "s"


def test_rows_of_a_rebuilt_sheet_are_tall_enough_for_their_texts(path: Path) -> None:
    """LibreOffice gives a row that says nothing the height of one line."""
    long = "จ้างเหมาบริการดูแลรักษาความสะอาดอาคารสำนักงาน " * 6
    path.write_bytes(f"ก,ข\n{long},ง\nจ,ฉ\n".encode())
    page = load(mark(path, "ก.csv", "text", [])).worksheets[1]

    heights = [page.row_dimensions[row].height for row in (1, 2, 3)]
    assert heights[0] == heights[2] == pytest.approx(height(1, SIZE), abs=0.1)
    assert heights[1] >= height(6, SIZE)


def test_no_decimals_of_a_rebuilt_sheet_are_rounded_away(path: Path) -> None:
    """A number without a format is shown with as many decimals as its column has room for."""
    book = as_file(month_book(FORMS["nine-columns"], 4), XLS)
    typed = {(6, 3): Typed(73582.85), (7, 3): Typed(1234567.5), (8, 3): Typed(2568.0)}
    path.write_bytes(XLS.written(type_cells(book, book.sheets[0].name, typed)))
    page = load(mark(path, "ก.xls", "xls", [])).worksheets[1]

    shown = [(page[at].value, page[at].number_format) for at in ("C6", "C7", "C8")]
    assert shown == [(73582.85, "#,##0.00"), (1234567.5, "#,##0.00"), (2568, "General")]
    assert page.column_dimensions["C"].width >= 14


def test_letters_that_xml_cannot_hold_are_shown_as_such(path: Path) -> None:
    reply = marked(
        path, EVERYTHING, [finding("A1", "fix", "a\x00b\ud800", message="c\x1f_x0041_")]
    )
    ((_, _, value, message, _),) = listed(reply)

    assert value == "a\ufffdb\ufffd"
    assert message == "c\ufffd_x0041_"


# ---- explanations


def answered(content: bytes, answers: Mapping[str, tuple[str | int, str | None]]) -> bytes:
    """Fill in reasons as finance does, by the cell that they are about, and save."""
    book = load(content)
    page = book[EXPLANATIONS]
    heads = {str(cell.value): re.sub(r"\d", "", cell.coordinate) for cell in page[2]}
    for row in range(3, page.max_row + 1):
        place = str(page[f"{heads['ที่']}{row}"].value).rpartition(" ")[2]
        for head, value in zip((REASON, BY), answers.get(place, ()), strict=False):
            page[f"{heads[head]}{row}"] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_explanations_come_back_by_their_keys(path: Path) -> None:
    asked = [finding(at, "explain", at) for at in ("A1", "B2", "D4", "G9")]
    reply = marked(path, EVERYTHING, [*asked, finding("C3", "fix")])
    page = load(reply)[EXPLANATIONS]
    assert page.max_row == 2 + len(asked)
    assert page.freeze_panes == "A3"
    assert page.column_dimensions["A"].hidden

    said: Mapping[str, tuple[str | int, str | None]] = {
        "A1": (" มีเหตุ ", "นางทดลอง"),
        "B2": ("  ", "ใคร"),
        "G9": (2568, None),
    }
    back = read_back(path, answered(reply, said))

    assert said_in(back) == [
        (asked[0].ticket, "มีเหตุ", "นางทดลอง"),
        (asked[1].ticket, "", "ใคร"),
        (asked[3].ticket, "2568", ""),
    ]
    assert [sheet.name for sheet in back if is_ours(sheet)] == [READ_FIRST, EXPLANATIONS]


def said_in(sheets: Sequence[Sheet]) -> list[tuple[str, str, str]]:
    """What was filled in; lines of questions that nobody answered are left."""
    return [(one.ticket, one.reason, one.by) for one in read_answers(sheets) if one.written]


@pytest.mark.parametrize("reason", ["=ไม่มี", "-", "  ", "......"])
def test_what_is_no_reason_is_none(reason: str, path: Path) -> None:
    one = finding("A1", "explain")
    back = read_back(path, answered(marked(path, EVERYTHING, [one]), {"A1": (reason, "ใคร")}))

    assert said_in(back) == [(one.ticket, "", "ใคร")]


def test_a_key_changes_with_what_it_is_about_not_with_its_place() -> None:
    one = replace(finding("A1", "explain", "5"), subject="00ff aa bb")
    others = [
        replace(one, subject="00fe aa bb"),
        replace(one, rule="b-rule"),
        replace(one, month=Month(2567, 11)),
        replace(one, subject=""),
    ]
    assert re.fullmatch("[0-9a-f]{16}", one.key)
    assert len({f.key for f in (one, *others)}) == 5
    moved = replace(one, cell="B7", sheet="อื่น", file="ข.xlsx", message="ใหม่", subject="00ff cc")
    assert moved.key == one.key


def test_a_reason_given_stays_while_it_is_asked_for(path: Path) -> None:
    one, two = finding("A1", "explain", "12.5"), finding("B2", "explain", "5")
    first = answered(marked(path, EVERYTHING, [one, two]), {"A1": ("เหตุ", "นายสมมติ")})
    second = marked(path, first, [one, two])

    assert said_in(read_back(path, second)) == [(one.ticket, "เหตุ", "นายสมมติ")]
    assert said_in(read_back(path, marked(path, second, [two]))) == []


def test_an_answer_that_counts_is_shown_and_no_longer_asked_for(path: Path) -> None:
    given = Explanation("a-rule", "ราคาวัสดุสูงขึ้น", "นางทดลอง", date(2024, 11, 4))
    one = replace(finding("A1", "explain", "12.5"), explanation=given)
    reply = marked(path, EVERYTHING, [one])

    assert said_in(read_back(path, reply)) == [(one.ticket, given.reason, given.by)]
    comment = load(reply)[SHEET]["A1"].comment
    assert comment is not None
    assert "ชี้แจงแล้ว: ราคาวัสดุสูงขึ้น (โดย นางทดลอง)" in comment.text
    assert SEVERITY_WORDS["note"] in comment.text
    assert SEVERITY_WORDS["explain"] not in comment.text


def test_a_sheet_of_the_sender_with_our_name_stays(path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, page: xlsxwriter.worksheet.Worksheet) -> None:
        page.write("A1", 1)
        for name in (READ_FIRST, EXPLANATIONS):
            book.add_worksheet(name).write("A1", "ของผู้ส่งเอง")

    one = finding("A1", "explain", "1")
    reply = marked(path, workbook(fill), [one])
    reply = answered_anywhere(marked(path, reply, [one]))
    back = read_back(path, reply)

    texts = {sheet.name: {c.text for c in sheet.cells.values()} for sheet in back}
    assert texts[READ_FIRST] == texts[EXPLANATIONS] == {"ของผู้ส่งเอง"}
    assert len(back) == 5
    assert said_in(back) == [(one.ticket, "เหตุ", "ใคร")]


def answered_anywhere(content: bytes) -> bytes:
    book = load(content)
    page = book.worksheets[-1]
    heads = {str(cell.value): re.sub(r"\d", "", cell.coordinate) for cell in page[2]}
    page[f"{heads[REASON]}3"], page[f"{heads[BY]}3"] = "เหตุ", "ใคร"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_replies_are_the_same_on_another_day(path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(marked(path, EVERYTHING, ON_EVERYTHING))) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    path.write_bytes("ก,ข\nค,ง\nจ,ฉ\n".encode())
    with zipfile.ZipFile(io.BytesIO(mark(path, "ก.csv", "text", []))) as archive:
        assert b"2024-10-01" in archive.read("docProps/core.xml")
        assert str(date.today()).encode() not in archive.read("docProps/core.xml")  # noqa: DTZ011


def test_a_comment_of_ours_is_no_part_of_what_a_sender_wrote(path: Path) -> None:
    """A comment that a clerk writes into a reply stays with the next one."""
    book = load(marked(path, EVERYTHING, [finding("A1")]))
    book[SHEET]["B9"].comment = Comment("ใหม่", "กองคลัง")
    file = io.BytesIO()
    book.save(file)

    page = load(marked(path, file.getvalue(), []))[SHEET]
    assert page["B9"].comment.text == "ใหม่"
    assert page["A1"].comment is None


def test_a_conversation_stays_and_a_signature_that_no_longer_holds_goes(path: Path) -> None:
    """An invalid signature would frighten; a thread is kept byte for byte."""
    before, after = RICH["threads"](), marked(path, RICH["threads"](), ON_EVERYTHING)
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        for name in ("xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml"):
            assert new.read(name) == old.read(name)
    with zipfile.ZipFile(io.BytesIO(marked(path, RICH["signed"](), ON_EVERYTHING))) as archive:
        assert not [name for name in archive.namelist() if "signature" in name.lower()]
        assert "signature" not in archive.read("_rels/.rels").decode()


def test_explanations_can_be_written_into_a_protected_workbook(path: Path) -> None:
    book = load(marked(path, RICH["protected"](), ON_EVERYTHING))

    assert book[SHEET].protection.sheet
    assert not book[EXPLANATIONS].protection.sheet
    assert not book[READ_FIRST].protection.sheet
