"""Web pages named .xls: what the page shows, from top to bottom, on one sheet."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.examine import examine
from pipeline.examples import Book
from pipeline.guard import Limits
from pipeline.kinds import RefusedError
from pipeline.readers import cells as limits
from pipeline.readers import html as reader
from pipeline.readers.html import read
from schemas.month import Month
from schemas.sheet import Hidden, Merge, Sheet
from tests.oracle import EXAMPLES, as_excel_has_it, mutants, texts
from tests.paper import OURS
from tests.writers.html import written


def sheet_of(folder: Path, content: str | bytes, file: str = "แบบ.xls") -> Sheet:
    path = folder / "0a1b"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (sheet,) = read(path, file)
    return sheet


def cells(folder: Path, content: str | bytes) -> dict[str, str]:
    return texts(sheet_of(folder, content))


def refused(folder: Path, content: str | bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        sheet_of(folder, content)
    return f"{caught.value.rule}: {caught.value.reason}"


def table(*rows: str) -> str:
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


# ---- the examples


@pytest.mark.parametrize("book", EXAMPLES, ids=lambda book: book.sheets[0].name)
def test_an_example_has_the_cells_of_its_workbook(tmp_path: Path, book: Book) -> None:
    (excel,) = as_excel_has_it(book, tmp_path)
    sheet = sheet_of(tmp_path, written(book), book.file)

    assert texts(sheet) == texts(excel)
    assert sheet.merges == excel.merges
    assert (sheet.name, sheet.file, sheet.hidden) == (excel.name, book.file, Hidden())
    for at, cell in sheet.cells.items():
        assert (cell.kind, cell.value) == (excel.cells[at].kind, excel.cells[at].value)


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("windows-874", "cp874"),
        ("TIS-620", "cp874"),
        ("windows-1252", "ascii"),  # Excel in English writes Thai as &#3585;
        ("iso-8859-1", "cp874"),  # as many web programs say of Thai
        ("tis-620", "utf-8"),  # a head that was forgotten when the program went to UTF-8
    ],
)
def test_an_example_is_the_same_in_every_encoding(
    tmp_path: Path, charset: str, encoding: str
) -> None:
    for book in EXAMPLES:
        (excel,) = as_excel_has_it(book, tmp_path)

        assert cells(tmp_path, written(book, charset, encoding)) == texts(excel)


def test_what_a_page_states_is_what_its_workbook_states(tmp_path: Path) -> None:
    book = EXAMPLES[0]
    path = tmp_path / "0a1b"
    path.write_bytes(written(book))

    examined = examine(path, book.file, OURS, Limits())

    (month,) = examined.months
    assert month.month == Month(2568, 2)
    assert [row.title for row in month.rows] == [row.title for row in book.expected]


def test_a_page_without_encoding_may_be_in_the_thai_code_page(tmp_path: Path) -> None:
    assert cells(tmp_path, table("<td>ลำดับที่<td>งาน").encode("cp874")) == {
        "A1": "ลำดับที่",
        "B1": "งาน",
    }


@pytest.mark.parametrize(
    "content",
    [table("<td>ลำดับที่").encode()[:-30] + b"\xff" + table("<td>ก").encode(), b"<table>\0\0"],
)
def test_damaged_letters_are_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content).startswith("file-is-")


# ---- from top to bottom


def test_what_stands_around_a_table_are_rows_above_and_below_it(tmp_path: Path) -> None:
    page = f"""<html><head><title>ชื่อหน้า</title><style>td {{}}</style></head><body>
        <h2>สรุปผล ในรอบเดือน<br>กุมภาพันธ์ 2568</h2>
        เทศบาลเมืองตัวอย่าง
        <div>วันที่ <b>5</b> มีนาคม</div><p></p>
        {table("<th>ลำดับที่<th>งาน", "<td>1<td>ซื้อ")}
        <script>document.write("<table><tr><td>x</table>")</script>
        <p>ผู้จัดทำ</p>หมดแล้ว</body></html>"""

    assert cells(tmp_path, page) == {
        "A1": "สรุปผล ในรอบเดือน",
        "A2": "กุมภาพันธ์ 2568",
        "A3": "เทศบาลเมืองตัวอย่าง",
        "A4": "วันที่ 5 มีนาคม",
        "A5": "ลำดับที่",
        "B5": "งาน",
        "A6": "1",
        "B6": "ซื้อ",
        "A7": "ผู้จัดทำ",
        "A8": "หมดแล้ว",
    }


def test_tables_follow_one_another(tmp_path: Path) -> None:
    page = table("<td>สรุปผล") + table("<td>ก<td>ข", "") + "<p>จบ</p>" + table("<td><td>ค")

    assert cells(tmp_path, page) == {"A1": "สรุปผล", "A2": "ก", "B2": "ข", "A4": "จบ", "B5": "ค"}


def test_a_table_that_arranges_the_page_loses_no_text(tmp_path: Path) -> None:
    inner = table("<td>1<td>ซื้อ<td>100", "<td>2<td>จ้าง<td>200")
    page = table("<td>เมนู<td>วันนี้", f"<td colspan=2>หัวเรื่อง{inner}ท้ายตาราง", "<td>ที่อยู่")

    assert cells(tmp_path, page) == {
        "A1": "เมนู",
        "A2": "วันนี้",
        "A3": "หัวเรื่อง",
        "A4": "1",
        "B4": "ซื้อ",
        "C4": "100",
        "A5": "2",
        "B5": "จ้าง",
        "C5": "200",
        "A6": "ท้ายตาราง",
        "A7": "ที่อยู่",
    }


def test_a_small_table_within_a_cell_is_its_text(tmp_path: Path) -> None:
    bidders = table("<td>ร้านสมมติ<td>900", "<td>ร้านทดลอง<td>950")
    page = table("<th>ที่<th>งาน<th>ผู้เสนอ<th>เหตุผล", f"<td>1<td>ซื้อ<td>{bidders}<td>ต่ำสุด")

    found = cells(tmp_path, page)

    assert (found["C2"], found["D2"]) == ("ร้านสมมติ 900\nร้านทดลอง 950", "ต่ำสุด")


def test_what_stands_in_a_table_but_in_no_cell_is_not_lost(tmp_path: Path) -> None:
    page = "<table><caption>สรุปผล<br>เดือนนี้</caption>หลง<tr><td>ก</td></tr></table>"

    assert cells(tmp_path, page) == {"A1": "สรุปผล", "A2": "เดือนนี้", "A3": "หลง", "A4": "ก"}


def test_two_pages_put_together_are_both_read(tmp_path: Path) -> None:
    page = f"<html><body>{table('<td>ก')}</body></html>"

    assert cells(tmp_path, page + page.replace("ก", "ข")) == {"A1": "ก", "A2": "ข"}


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>ก<td>ข<tr><td>ค<td>ง</table>",
        "<TABLE><TBODY><TR><TD>ก</TD><TH>ข</TH></TR><TR><TD>ค</TD><TD>ง</TD></TR></TABLE>",
        "<table><thead><tr><td>ก<td>ข</thead><tfoot><tr><td>ค<td>ง</tfoot></table>",
        "<table><td>ก<td>ข<tr><td>ค<td>ง</table>",
    ],
)
def test_tags_may_be_left_out(tmp_path: Path, page: str) -> None:
    assert cells(tmp_path, page) == {"A1": "ก", "B1": "ข", "A2": "ค", "B2": "ง"}


# ---- cells


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("  ซื้อ\n   วัสดุ  ", "ซื้อ วัสดุ"),
        ("ร้านหนึ่ง<br>\n  ร้านสอง<br/><br>สาม", "ร้านหนึ่ง\nร้านสอง\n\nสาม"),
        ("<p>ก</p>\n<p>ข</p><div>ค<br></div>ง", "ก\nข\nค\nง"),
        ("<ul><li>ก</li><li>ข</li></ul>", "ก\nข"),
        ("ก<span style='mso-spacerun:yes'>&nbsp; </span>ข", "ก  ข"),
        ("ก&nbsp;ข", "ก\u00a0ข"),
        ("&lt;ก&gt; &amp; &quot;&#3586;&#x0E04;&quot;", '<ก> & "ขค"'),
        ("<b>ก</b><font color=red>ข</font><!-- ค -->", "กข"),
        ("ก\x02ข", "กข"),
        ("ก<script>x</script><style>y</style>", "ก"),
        ("<span style='display:none'>20250205</span>5/2/2568", "5/2/2568"),
        ("<a href='x'>ก</a><![if !a]>ข<![endif]>", "กข"),
    ],
)
def test_a_cell_has_the_text_that_the_page_shows(tmp_path: Path, inner: str, text: str) -> None:
    assert cells(tmp_path, table(f"<td>{inner}</td>")) == {"A1": text}


@pytest.mark.parametrize("inner", ["", " ", "&nbsp;", "<br>", "<p>&nbsp;</p>"])
def test_a_cell_without_letters_is_empty(tmp_path: Path, inner: str) -> None:
    assert cells(tmp_path, table(f"<td>{inner}</td><td>ก")) == {"B1": "ก"}


def test_spans_are_merges_and_push_their_neighbours(tmp_path: Path) -> None:
    page = "<p>ก</p>" + table(
        "<td rowspan=2>1<td colspan=2>2<td>3",
        "<td>4<td>5<td rowspan=0>6",
        "<td colspan='3'>7",
    )

    sheet = sheet_of(tmp_path, page)

    assert texts(sheet) == {
        "A1": "ก",
        "A2": "1",
        "B2": "2",
        "D2": "3",
        "B3": "4",
        "C3": "5",
        "D3": "6",
        "A4": "7",
    }
    assert sheet.merges == (
        Merge(2, 1, 3, 1),
        Merge(2, 2, 2, 3),
        Merge(3, 4, 4, 4),
        Merge(4, 1, 4, 3),
    )


@pytest.mark.parametrize(
    ("spans", "merges"),
    [
        ("rowspan=65534", (Merge(1, 1, 2, 1),)),
        ("colspan=0", ()),
        ("colspan=-3 rowspan=x", ()),
        ("colspan=99999", (Merge(1, 1, 1, 1000),)),
        ("colspan=3 style='mso-ignore:colspan'", ()),
    ],
)
def test_no_span_reaches_beyond_its_table(
    tmp_path: Path, spans: str, merges: tuple[Merge, ...]
) -> None:
    sheet = sheet_of(tmp_path, table(f"<td {spans}>ก", "<td>ข"))

    assert sheet.merges == merges


def test_text_that_only_spills_over_keeps_its_neighbours_in_place(tmp_path: Path) -> None:
    assert cells(tmp_path, table("<td colspan=3 style='mso-ignore:colspan'>ก<td>ข")) == {
        "A1": "ก",
        "D1": "ข",
    }


# ---- looks

STYLES = """<style><!-- .gone {display:none} td.off, .x {mso-hide:all;} /* .y {display:none} */
@media print { .paper {display:none} } .del {text-decoration:line-through} --></style>"""


@pytest.mark.parametrize(
    "row",
    [
        "<tr style='display:none'><td>ข",
        "<tr style='DISPLAY: None;'><td>ข",
        "<tr style='mso-hide:all'><td>ข",
        "<tr style='visibility:collapse'><td>ข",
        "<tr class='a gone'><td>ข",
        "<tr class=x><td>ข",
        "</tbody><tbody class=gone><tr><td>ข",
    ],
)
def test_a_hidden_row_is_read_and_told(tmp_path: Path, row: str) -> None:
    sheet = sheet_of(tmp_path, f"{STYLES}<table><tbody><tr><td>ก{row}</table>")

    assert texts(sheet) == {"A1": "ก", "A2": "ข"}
    assert sheet.hidden == Hidden(rows=frozenset({2}))


@pytest.mark.parametrize(
    "page",
    [
        "<table><col><col style='display:none'><col>{}</table>",
        "<table><colgroup><col><col class=gone span=2></colgroup>{}</table>",
        "<table>{}</table>".replace("{}", "<tr><td>ก<td class=off>ข"),
        "<table>{}</table>".replace("{}", "<tr><td>ก<td><span class=gone>ข</span>"),
    ],
)
def test_a_hidden_column_is_read_and_told(tmp_path: Path, page: str) -> None:
    sheet = sheet_of(tmp_path, STYLES + page.replace("{}", "<tr><td>ก<td>ข"))

    assert texts(sheet) == {"A1": "ก", "B1": "ข"}
    assert sheet.hidden == Hidden(columns=frozenset({2}))


def test_hidden_places_without_text_are_nobody_s_business(tmp_path: Path) -> None:
    rows = "<tr><td>ก<td class=paper><tr class=gone><td><td>"

    assert sheet_of(tmp_path, f"{STYLES}<table>{rows}</table>").hidden == Hidden()


def test_hidden_lines_outside_tables_are_told(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, f"{STYLES}<p>ก</p><div class=gone>ข</div><p class=paper>ค</p>")

    assert texts(sheet) == {"A1": "ก", "A2": "ข", "A3": "ค"}
    assert sheet.hidden == Hidden(rows=frozenset({2}))


@pytest.mark.parametrize(
    ("cell", "struck"),
    [
        ("<td>ก", ""),
        ("<td><s>ก</s>", "whole"),
        ("<td><strike>ก</strike> ", "whole"),
        ("<td><b><del>ก</del></b><br>", "whole"),
        ("<td class=del>ก", "whole"),
        ("<td style='text-decoration:underline line-through'>ก", "whole"),
        ("<td style='text-line-through:single'>ก", "whole"),
        ("<td>ก<s>ข</s>", "partly"),
        ("<td class=del>ก<b>ข</b>", "whole"),
        ("<td>ก<s> </s>", ""),
        ("<td style='text-line-through:none;text-decoration:none'>ก", ""),
    ],
)
def test_what_is_struck_through_is_told(tmp_path: Path, cell: str, struck: str) -> None:
    sheet = sheet_of(tmp_path, STYLES + table(cell))

    assert sheet.cells[1, 1].struck == struck


# ---- what Excel writes beside the text

FORMATS = r"""<style>.d {mso-number-format:"\[$-107041E\]d\\ mmm\\ yyyy";}
.t {mso-number-format:"ว\\ ดดดด\\ ปปปป";} .s {mso-number-format:"Short Date";}
.m {mso-number-format:"\#\,\#\#0";} .h {mso-number-format:"h\:mm";}</style>"""


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<td class=d x:num='45567'>2 ต.ค. 2567", ("2024-10-02", date(2024, 10, 2), "date")),
        ("<td class=t x:num='45567'>๒ ตุลาคม", ("2024-10-02", date(2024, 10, 2), "date")),
        ("<td class=s x:num='45567'>2/10/67", ("2024-10-02", date(2024, 10, 2), "date")),
        ("<td class=d x:num='1e300'>#####", ("#####", "#####", "text")),
        ("<td class=d>2 ต.ค. 2567", ("2 ต.ค. 2567", "2 ต.ค. 2567", "text")),
        ("<td x:num='45567'>2/10/2567", ("2/10/2567", "2/10/2567", "text")),
        ("<td class=m x:num='1234.5'>1,235", ("1234.5", 1234.5, "number")),
        ("<td class=m x:num='1000'> 1,000 ", ("1000", 1000, "number")),
        ("<td x:num='105559000000'>1.05559E+11", ("105559000000", 105559000000, "number")),
        ("<td x:num='7'>007", ("007", "007", "text")),
        ("<td x:num>1,000", ("1,000", "1,000", "text")),
        ("<td x:num='nan'>1,000", ("1,000", "1,000", "text")),
        ("<td x:str='1'>1", ("1", "1", "text")),
        ("<td x:err='#REF!'>#REF!", ("#REF!", "#REF!", "error")),
        ("<td x:bool='TRUE'>TRUE", ("TRUE", "TRUE", "truth")),
        ("<td>1,000.00", ("1,000.00", "1,000.00", "text")),
    ],
)
def test_a_number_beside_the_text_is_what_the_cell_holds(
    tmp_path: Path, cell: str, expected: object
) -> None:
    found = sheet_of(tmp_path, FORMATS + table(cell)).cells[1, 1]

    assert (found.text, found.value, found.kind) == expected


# ---- names, and what is no table


def named(*names: str) -> str:
    inner = "".join(f"<x:ExcelWorksheet>\n<x:Name>{n}</x:Name></x:ExcelWorksheet>" for n in names)
    return f"<!--[if gte mso 9]><xml>{inner}</xml><![endif]-->{table('<td>ก')}"


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (named("ต.ค. &amp; พ.ย."), "ต.ค. & พ.ย."),
        (named("ก", "ข"), "แบบ"),
        (table("<td>ก"), "แบบ"),
    ],
)
def test_the_sheet_has_the_name_that_excel_kept(tmp_path: Path, page: str, name: str) -> None:
    assert sheet_of(tmp_path, page).name == name


def test_a_page_that_only_frames_others_is_refused(tmp_path: Path) -> None:
    page = """<html><head><link id="shLink" href="a_files/sheet001.htm"></head>
        <frameset rows="*,39"><frame src="a_files/sheet001.htm" name="frSheet">
        <noframes><body><p>This page uses frames</p></body></noframes></frameset></html>"""

    assert refused(tmp_path, page) == (
        "file-is-a-workbook: เป็นหน้าเว็บที่ Excel แยกแผ่นงานไว้ในโฟลเดอร์ข้างเคียง ในไฟล์นี้จึงไม่มีตาราง"
    )


@pytest.mark.parametrize("page", ["<html></html>", "<p>สรุปผล</p>", "<!-- ก -->", "<html>"])
def test_a_page_without_a_table_is_told_so(tmp_path: Path, page: str) -> None:
    path = tmp_path / "0a1b"
    path.write_text(page, encoding="utf-8")

    found = examine(path, "หน้าเว็บ.xls", OURS, Limits()).findings

    assert [(finding.rule, finding.severity) for finding in found] == [("table-found", "fix")]


# ---- cut off, too large, broken


def test_a_page_cut_off_within_its_table_is_refused(tmp_path: Path) -> None:
    whole = written(EXAMPLES[0]).decode()
    begins, ends = whole.index("<table"), whole.rindex("</table>")

    for cut in range(begins + 8, ends, 97):
        assert refused(tmp_path, whole[:cut]).startswith("file-is-whole: ")
    assert cells(tmp_path, whole[: ends + len("</table>")]) == cells(tmp_path, whole)


@pytest.mark.parametrize(
    "page",
    [
        f"{table('<td>ก')}<!-- ข",
        f"{table('<td>ก')}<p class='ข",
        f"{table('<td>ก')}<script>ข",
        f"{table('<td>ก')}{'<div>' * 5000}ข",
        table(f"<td>{'ก' * 11_000_000}"),
        "<!--" * 2_000_000,
        "<script" * 900_000,
    ],
    ids=["comment", "tag", "script", "deep", "long", "only comments", "only scripts"],
)
def test_what_the_parser_would_drop_without_a_word_is_refused(tmp_path: Path, page: str) -> None:
    assert refused(tmp_path, page) == "file-is-whole: หน้าเว็บขาดตอนท้าย หรือซับซ้อนผิดปกติ"


def test_a_page_may_have_so_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CELLS", 12)
    page: Callable[[int], str] = lambda rows: table(*["<td>1<td><td>2"] * rows)  # noqa: E731

    assert len(cells(tmp_path, page(4))) == 8
    assert refused(tmp_path, page(5)) == "file-within-limits: มีช่องเกิน 12 ช่อง"


def test_a_page_may_have_so_many_elements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "ELEMENTS", 12)

    assert len(cells(tmp_path, "<p>a</p>" * 12)) == 12
    assert refused(tmp_path, "<p>a</p>" * 13) == "file-within-limits: มีช่องและบรรทัดเกิน 12"


def test_lines_count_as_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CELLS", 12)

    assert len(cells(tmp_path, "<p>a" * 12)) == 12
    assert refused(tmp_path, "<p>a" * 13) == "file-within-limits: มีช่องเกิน 12 ช่อง"


def test_what_holds_on_paper_only_may_lie_in_other_blocks(tmp_path: Path) -> None:
    style = (
        "<style>@supports (a:b) { @MEDIA print { .a {display:none} .b {display:none} } "
        ".c {display:none} } @media print { .d {display:none}</style>"
    )
    page = style + table("<td class=a>a<td class=b>b<td class=c>c<td class=d>d")

    assert sheet_of(tmp_path, page).hidden.columns == {3}


def test_merges_may_cover_so_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_MERGED", 12)
    page = table("<td colspan=6 rowspan=2>1", "")

    assert cells(tmp_path, page) == {"A1": "1"}
    assert refused(tmp_path, page + table("<td colspan=2>1")) == (
        "file-within-limits: ผสานช่องกว้างเกินไป"
    )


def test_broken_bytes_end_in_an_answer(tmp_path: Path) -> None:
    """No other exception than ours."""
    path = tmp_path / "0a1b"
    answers = set()
    for content in mutants(written(EXAMPLES[2]), 300):
        path.write_bytes(content)
        try:
            read(path, "แบบ.xls")
        except RefusedError as error:
            answers.add(error.rule)
        else:
            answers.add("read")

    assert answers <= {"read", "file-is-whole", "file-is-a-workbook", "file-within-limits"}
    assert {"read", "file-is-whole"} <= answers
