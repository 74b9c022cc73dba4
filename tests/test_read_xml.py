"""The XML of Excel 2003: what stands in a cell, in the kind and at the address of the file."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.examples import Book, Formula, bind, insert_rows, replace_cell
from pipeline.kinds import RefusedError
from pipeline.readers import cells as limits
from pipeline.readers.xml import read
from schemas.sheet import Hidden, Merge, Sheet
from tests.oracle import EXAMPLES, as_excel_has_it, mutants, texts
from tests.writers.xml import written


def sheets_of(folder: Path, content: str | bytes) -> tuple[Sheet, ...]:
    path = folder / "0a1b"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, "แบบ.xml")


def sheet_of(folder: Path, content: str | bytes) -> Sheet:
    (sheet,) = sheets_of(folder, content)
    return sheet


def refused(folder: Path, content: str | bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        sheets_of(folder, content)
    return f"{caught.value.rule}: {caught.value.reason}"


STYLES = """<Style ss:ID="Default"><Font ss:Size="14"/></Style>
<Style ss:ID="day" ss:Parent="Default"><NumberFormat ss:Format="Short Date"/></Style>
<Style ss:ID="thai"><NumberFormat ss:Format="[$-107041E]d\\ mmmm\\ yyyy"/></Style>
<Style ss:ID="letters"><NumberFormat ss:Format="ว\\ ดดดด\\ ปปปป"/></Style>
<Style ss:ID="general"><NumberFormat ss:Format="General Date"/></Style>
<Style ss:ID="clock"><NumberFormat ss:Format="h:mm"/></Style>
<Style ss:ID="money"><NumberFormat ss:Format="#,##0.00"/></Style>
<Style ss:ID="gone"><Font ss:StrikeThrough="1"/></Style>
<Style ss:ID="gone too" ss:Parent="gone"><NumberFormat/></Style>
<Style ss:ID="back" ss:Parent="gone"><Font ss:Bold="1"/></Style>"""


def workbook(rows: str, *, before: str = "", more: str = "", head: str = "") -> str:
    return f"""<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:html="http://www.w3.org/TR/REC-html40">{head}<Styles>{STYLES}</Styles>
<Worksheet ss:Name="แผ่น"><Table>{before}{rows}</Table>{more}</Worksheet></Workbook>"""


def data(text: str, kind: str = "String", marks: str = "") -> str:
    return f'<Cell {marks}><Data ss:Type="{kind}">{text}</Data></Cell>'


def one(folder: Path, cell: str, head: str = "") -> object:
    """Return what is read in A1."""
    found = sheet_of(folder, workbook(f"<Row>{cell}</Row>", head=head)).cells.get((1, 1))
    return found and (found.text, found.value, found.kind)


# ---- the examples


@pytest.mark.parametrize("book", EXAMPLES, ids=lambda book: book.sheets[0].name)
def test_an_example_is_the_same_as_its_workbook(tmp_path: Path, book: Book) -> None:
    path = tmp_path / "0a1b"
    path.write_bytes(written(book))
    moved = insert_rows(book, book.sheets[0].name, 3, count=2)

    assert read(path, book.file) == as_excel_has_it(book, tmp_path)
    path.write_bytes(written(moved))
    assert read(path, book.file) == as_excel_has_it(moved, tmp_path)


def test_all_sheets_come_in_their_order(tmp_path: Path) -> None:
    book = bind("แบบ.xml", EXAMPLES)

    assert sheets_of(tmp_path, written(book)) == as_excel_has_it(book, tmp_path)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("windows-874", "cp874"),
        ("TIS-620", "cp874"),
    ],
)
def test_an_example_is_the_same_in_every_encoding(
    tmp_path: Path, name: str, encoding: str
) -> None:
    text = written(EXAMPLES[0]).decode().replace("\u200b", "&#x200B;")
    content = text.replace('version="1.0"', f'version="1.0" encoding="{name}"').encode(encoding)

    assert texts(sheet_of(tmp_path, content)) == texts(as_excel_has_it(EXAMPLES[0], tmp_path)[0])


@pytest.mark.parametrize("name", ["UTF-7", "cp037", "shift_jis"])
def test_no_other_encoding_is_guessed(tmp_path: Path, name: str) -> None:
    content = workbook("").replace('version="1.0"', f'version="1.0" encoding="{name}"')

    assert refused(tmp_path, content).startswith("file-is-read: ")


# ---- places


def test_cells_stand_where_they_say(tmp_path: Path) -> None:
    rows = f"""<Row ss:Index="3">{data("ก")}{data("ข", marks='ss:Index="4"')}{data("ค")}</Row>
        <Row ss:Span="2"/><Row>{data("ง")}</Row><Row/><Row>{data("จ")}</Row>"""

    assert texts(sheet_of(tmp_path, workbook(rows))) == {
        "A3": "ก",
        "D3": "ข",
        "E3": "ค",
        "A7": "ง",
        "A9": "จ",
    }


def test_merges_push_their_neighbours(tmp_path: Path) -> None:
    rows = f"""<Row>{data("ก", marks='ss:MergeAcross="2" ss:MergeDown="1"')}{data("ข")}</Row>
        <Row>{data("ค", marks='ss:Index="4" ss:MergeDown="1"')}</Row>
        <Row><Cell ss:MergeAcross="1"/>{data("ง")}</Row>"""

    sheet = sheet_of(tmp_path, workbook(rows))

    assert texts(sheet) == {"A1": "ก", "D1": "ข", "D2": "ค", "C3": "ง"}
    assert sheet.merges == (Merge(1, 1, 2, 3), Merge(2, 4, 3, 4), Merge(3, 1, 3, 2))


@pytest.mark.parametrize(
    "rows",
    [
        '<Row ss:Index="2"/><Row ss:Index="2"/>',
        '<Row ss:Index="2"/><Row ss:Index="1"/>',
        '<Row ss:Span="3"/><Row ss:Index="3"/>',
        '<Row><Cell/><Cell ss:Index="1"/></Row>',
        '<Row><Cell ss:MergeAcross="2"/><Cell ss:Index="2"/></Row>',
        '<Row ss:Index="x"/>',
        '<Row><Cell ss:Index="-1"/></Row>',
        '<Row><Cell ss:MergeDown="99999999"/></Row>',
    ],
)
def test_a_place_that_is_none_is_refused(tmp_path: Path, rows: str) -> None:
    """Two cells in one place: one of them would be lost."""
    assert refused(tmp_path, workbook(rows)).startswith("file-is-read: ")


# ---- kinds


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (data("ก&#10;ข &lt;"), ("ก\nข <", "ก\nข <", "text")),
        (data("1000"), ("1000", "1000", "text")),
        (data("940485", "Number"), ("940485", 940485, "number")),
        (data("12.50", "Number"), ("12.5", 12.5, "number")),
        (data("1.05559E+11", "Number"), ("105559000000", 105559000000.0, "number")),
        (data("0.30000000000000004", "Number"), ("0.3", 0.30000000000000004, "number")),
        (data("1_000", "Number"), ("1_000", "1_000", "text")),
        (data("ห้า", "Number"), ("ห้า", "ห้า", "text")),
        (data("1", "Boolean"), ("TRUE", "TRUE", "truth")),
        (data("0", "Boolean"), ("FALSE", "FALSE", "truth")),
        (data("#REF!", "Error"), ("#REF!", "#REF!", "error")),
        (
            data("2024-10-02T00:00:00.000", "DateTime", 'ss:StyleID="thai"'),
            ("2024-10-02", date(2024, 10, 2), "date"),
        ),
        (
            data("2568-03-15T00:00:00.000", "DateTime", 'ss:StyleID="day"'),
            ("2568-03-15", date(2568, 3, 15), "date"),
        ),
        (
            data("2024-10-02T15:30:00.000", "DateTime"),
            ("2024-10-02 15:30:00", date(2024, 10, 2), "date"),
        ),
        (data("1899-12-31T12:00:00.000", "DateTime"), ("12:00:00", "12:00:00", "truth")),
        (data("เมื่อวาน", "DateTime"), ("เมื่อวาน", "เมื่อวาน", "text")),
        (data(""), None),
        (data(" &#10; "), None),
        ("<Cell/>", None),
    ],
)
def test_a_value_keeps_its_kind(tmp_path: Path, cell: str, expected: object) -> None:
    assert one(tmp_path, cell) == expected


@pytest.mark.parametrize("style", ["day", "thai", "letters", "general"])
def test_a_number_that_is_shown_as_a_day_is_one(tmp_path: Path, style: str) -> None:
    cell = data("45567", "Number", f'ss:StyleID="{style}"')
    day = ("2024-10-02", date(2024, 10, 2), "date")

    assert one(tmp_path, cell) == day
    from_1904 = "<x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook>"
    assert one(tmp_path, cell.replace("45567", "44105"), from_1904) == day


@pytest.mark.parametrize("style", ["money", "clock", "Default", "unheard of"])
def test_any_other_number_is_a_number(tmp_path: Path, style: str) -> None:
    cell = data("45567", "Number", f'ss:StyleID="{style}"')

    assert one(tmp_path, cell) == ("45567", 45567, "number")


def test_the_style_of_a_row_or_a_column_holds_for_its_cells(tmp_path: Path) -> None:
    columns = '<Column/><Column ss:Index="3" ss:Span="1" ss:StyleID="day"/>'
    number = data("45567", "Number")
    rows = f'<Row>{number * 5}</Row><Row ss:StyleID="day">{number}</Row>'

    sheet = sheet_of(tmp_path, workbook(rows, before=columns))

    assert {c.address for c in sheet.cells.values() if c.kind == "date"} == {"C1", "D1", "A2"}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (data("250.5", "Number", 'ss:Formula="=R[-1]C*2"'), ("250.5", 250.5, "number")),
        (data("#REF!", "Error", 'ss:Formula="=#REF!"'), ("#REF!", "#REF!", "error")),
        ('<Cell ss:Formula="=R[-1]C*2"/>', ("=R[-1]C*2", "=R[-1]C*2", "uncalculated")),
        (data("", "String", "ss:Formula='=\"\"'"), None),
    ],
)
def test_a_formula_is_its_stored_result(tmp_path: Path, cell: str, expected: object) -> None:
    assert one(tmp_path, cell) == expected


def test_a_formula_of_an_example_is_told(tmp_path: Path) -> None:
    book = replace_cell(EXAMPLES[0], "สขร.1", "C7", Formula("=D7*1", None))

    assert sheet_of(tmp_path, written(book)).cells[7, 3].kind == "uncalculated"


def test_a_comment_is_no_text_of_the_cell(tmp_path: Path) -> None:
    note = '<Comment ss:Author="x"><ss:Data><html:B>หมายเหตุ</html:B></ss:Data></Comment>'
    rows = f'<Row><Cell>{note}</Cell><Cell><Data ss:Type="String">ก</Data>{note}</Cell></Row>'

    assert texts(sheet_of(tmp_path, workbook(rows))) == {"B1": "ก"}


# ---- looks


def rich(inner: str, marks: str = "") -> str:
    return (
        f'<Cell {marks}><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">'
        f"{inner}</ss:Data></Cell>"
    )


@pytest.mark.parametrize(
    ("cell", "text", "struck"),
    [
        (data("ก"), "ก", ""),
        (data("ก", marks='ss:StyleID="gone"'), "ก", "whole"),
        (data("ก", marks='ss:StyleID="gone too"'), "ก", "whole"),
        (data("ก", marks='ss:StyleID="back"'), "ก", ""),
        (data("7", "Number", 'ss:StyleID="gone"'), "7", "whole"),
        (rich('<B>ก</B><Font html:Color="#F00">ข</Font>ค'), "กขค", ""),
        (rich("<S>ก</S>ข"), "กข", "partly"),
        (rich("ก<B>ข<S>ค</S></B>"), "กขค", "partly"),
        (rich("<S>ก<B>ข</B></S> "), "กข ", "whole"),
        (rich("ก<S> </S>"), "ก ", ""),
    ],
)
def test_what_is_struck_through_is_told(tmp_path: Path, cell: str, text: str, struck: str) -> None:
    found = sheet_of(tmp_path, workbook(f"<Row>{cell}</Row>")).cells[1, 1]

    assert (found.text, found.struck) == (text, struck)


def test_hidden_rows_and_columns_that_hold_something_are_told(tmp_path: Path) -> None:
    columns = '<Column/><Column ss:Hidden="1" ss:Span="1"/><Column ss:Index="9" ss:Hidden="1"/>'
    rows = f'<Row ss:Hidden="1">{data("ก")}</Row><Row ss:Hidden="1"/><Row>{data("ข") * 2}</Row>'

    sheet = sheet_of(tmp_path, workbook(rows, before=columns))

    assert texts(sheet) == {"A1": "ก", "A3": "ข", "B3": "ข"}
    assert sheet.hidden == Hidden(rows=frozenset({1}), columns=frozenset({2}))


@pytest.mark.parametrize(
    ("visible", "hidden"),
    [
        ("", False),
        ("<x:Visible>SheetHidden</x:Visible>", True),
        ("<x:Visible>SheetVeryHidden</x:Visible>", True),
        ("<x:Visible>SheetVisible</x:Visible>", False),
    ],
)
def test_a_hidden_sheet_is_read_and_told(tmp_path: Path, visible: str, hidden: bool) -> None:  # noqa: FBT001
    options = f"<x:WorksheetOptions>{visible}</x:WorksheetOptions>"
    content = workbook(f"<Row>{data('ก')}</Row>", more=options)
    twice = content.replace("</Workbook>", "<Worksheet ss:Name='สอง'/></Workbook>")

    first, second = sheets_of(tmp_path, twice)

    assert (texts(first), first.hidden) == ({"A1": "ก"}, Hidden(sheet=hidden))
    assert (second.name, second.cells, second.hidden) == ("สอง", {}, Hidden())


# ---- hostile, cut off, too large


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "before", ["<!DOCTYPE Workbook [<!ENTITY a 'b'>]>", "<!DOCTYPE Workbook SYSTEM 'file:///x'>"]
)
def test_a_document_type_is_refused(tmp_path: Path, encoding: str, before: str) -> None:
    content = workbook("").replace("<Workbook", f"{before}<Workbook")

    assert refused(tmp_path, content.encode(encoding)) == (
        "file-is-read: ข้อมูลภายในไม่ได้เขียนอย่างที่ Excel บันทึก"
    )


def test_a_workbook_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = written(EXAMPLES[0]).decode().rstrip()

    for cut in range(100, len(whole), 149):
        assert refused(tmp_path, whole[:cut]).startswith("file-is-whole: ")


def test_columns_that_go_back_are_refused(tmp_path: Path) -> None:
    columns = '<Column ss:Index="5"/><Column ss:Index="3"/>'

    assert refused(tmp_path, workbook(columns + f"<Row>{data('ก')}</Row>")).startswith(
        "file-is-read: "
    )


def test_a_workbook_may_have_so_many_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_CELLS", 12)
    row = f"<Row>{data('ก')}<Cell/><Cell/></Row>"

    assert len(sheet_of(tmp_path, workbook(row * 4)).cells) == 4
    assert refused(tmp_path, workbook(row * 5)) == "file-within-limits: มีช่องเกิน 12 ช่อง"


def test_merges_may_cover_so_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_MERGED", 12)
    row = '<Row><Cell ss:MergeAcross="2" ss:MergeDown="1"/></Row>'

    assert len(sheet_of(tmp_path, workbook(row * 2)).merges) == 2
    assert refused(tmp_path, workbook(row * 3)) == "file-within-limits: ผสานช่องกว้างเกินไป"


def test_broken_bytes_end_in_an_answer(tmp_path: Path) -> None:
    """No other exception than ours."""
    answers = set()
    for content in mutants(written(EXAMPLES[2]), 300):
        try:
            sheets_of(tmp_path, content)
        except RefusedError as error:
            answers.add(error.rule)
        else:
            answers.add("read")

    assert answers <= {"read", "file-is-whole", "file-is-read", "file-is-a-workbook"}
    assert {"read", "file-is-whole"} <= answers
