"""An .ods gives the cells that the same workbook gives as .xlsx, and all that OpenDocument has."""

import io
import re
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from random import Random

import pytest

from pipeline.examples import LAYOUTS, Formula, example_month, replace_cell, to_bytes
from pipeline.kinds import Known, RefusedError, kind_of
from pipeline.readers import ods, xls, xlsx
from schemas.month import Month
from schemas.sheet import Hidden, Merge, Sheet
from tests.mutants import only_ordinary_errors, zip_mutants
from tests.told import told
from tests.writers.ods import MANIFEST, packed, written

MADE = Path(__file__).with_name("cases_of_readers")
TEXT = 'office:value-type="string"'
# Styles of every family that strike their text through, or say that they do not.
STRUCK = '<style:text-properties style:text-line-through-style="solid"/>'
PLAIN = '<style:text-properties style:text-line-through-style="none"/>'


with zipfile.ZipFile(MADE / "libreoffice.ods") as archive:
    CONTENT = archive.read("content.xml").decode()


def sheets_of(folder: Path, content: bytes) -> tuple[Sheet, ...]:
    path = folder / "0a1b"
    path.write_bytes(content)
    return ods.read(path, "แบบ.ods")


def table(rows: str, *, name: str = "แผ่น", attributes: str = "") -> str:
    return f'<table:table table:name="{name}" {attributes}>{rows}</table:table>'


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def cell(attributes: str = TEXT, inside: str = "<text:p>มี</text:p>") -> str:
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


def times(what: str, count: int) -> str:
    return f'table:number-{what}-repeated="{count}"'


def style(family: str, name: str, inside: str, parent: str = "") -> str:
    return (
        f'<style:style style:family="{family}" style:name="{name}" '
        f'style:parent-style-name="{parent}">{inside}</style:style>'
    )


def read_one(folder: Path, rows: str, styles: str = "") -> Sheet:
    (sheet,) = sheets_of(folder, packed(styles, table(rows)))
    return sheet


def put(folder: Path, attributes: str = TEXT, inside: str = "<text:p>มี</text:p>") -> object:
    """Write one cell into A1 and return what is read there."""
    found = read_one(folder, row(cell(attributes, inside))).cells.get((1, 1))
    return found and (found.text, found.value, found.kind)


# ---- the same as .xlsx


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_month_is_the_same_as_in_xlsx(tmp_path: Path, layout: str) -> None:
    book = example_month(Month(2568, 2), layout, 6)
    modern = tmp_path / "modern"
    modern.write_bytes(to_bytes(book))

    (free,), (new,) = sheets_of(tmp_path, written(book)), xlsx.read(modern, "แบบ.ods")

    assert free.cells == new.cells
    assert (free.file, free.name, free.merges) == (new.file, new.name, new.merges)
    assert len(free.cells) > 50


def test_what_libreoffice_saves_is_read_as_well() -> None:
    """Made with LibreOffice 7.4 from a workbook of examples, saved as .ods and as .xls."""
    assert kind_of(MADE / "libreoffice.ods") == Known("ods")
    free = ods.read(MADE / "libreoffice.ods", "แบบ")
    old = xls.read(MADE / "libreoffice.xls", "แบบ")
    cells = dict(free[0].cells)
    # The one loss: LibreOffice itself stores =TRUE() as the number 1 in .ods.
    assert (cells[23, 6].text, cells.pop((23, 6)).kind) == ("1", "number")

    assert cells == {at: found for at, found in old[0].cells.items() if at != (23, 6)}
    assert {found.kind for found in cells.values()} == {"text", "number", "date", "truth", "error"}
    assert {found.struck for found in cells.values()} == {"", "whole", "partly"}
    assert told(free[1]) == told(old[1])
    assert [(s.name, s.merges, s.hidden) for s in free] == [
        (s.name, s.merges, s.hidden) for s in old
    ]


# ---- kinds


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('office:value-type="float" office:value="940485"', ("940485", 940485, "number")),
        ('office:value-type="float" office:value="12.50"', ("12.5", 12.5, "number")),
        ('office:value-type="float" office:value="1E3"', ("1000", 1000, "number")),
        (
            'office:value-type="float" office:value="67099237224"',
            ("67099237224", 67099237224, "number"),
        ),
        ('office:value-type="percentage" office:value="0.125"', ("0.125", 0.125, "number")),
        (
            'office:value-type="currency" office:currency="THB" office:value="-7.25"',
            ("-7.25", -7.25, "number"),
        ),
        ('office:value-type="boolean" office:boolean-value="true"', ("TRUE", "TRUE", "truth")),
        ('office:value-type="boolean" office:boolean-value="false"', ("FALSE", "FALSE", "truth")),
        (
            'office:value-type="date" office:date-value="2024-10-02"',
            ("2024-10-02", date(2024, 10, 2), "date"),
        ),
        (
            'office:value-type="date" office:date-value="2568-03-15T00:00:00"',
            ("2568-03-15", date(2568, 3, 15), "date"),
        ),
        (
            'office:value-type="date" office:date-value="2024-10-02T15:30:00.000000000"',
            ("2024-10-02 15:30:00", date(2024, 10, 2), "date"),
        ),
        ('office:value-type="date" office:date-value="-0043-03-15"', ("มี", "มี", "text")),
        (
            'office:value-type="time" office:time-value="PT12H00M00S"',
            ("12:00:00", "12:00:00", "truth"),
        ),
        (
            'office:value-type="time" office:time-value="PT25H30M00S"',
            ("1 day, 1:30:00", "1 day, 1:30:00", "truth"),
        ),
        (TEXT, ("มี", "มี", "text")),
        (TEXT + ' office:string-value="ไม่ใช่"', ("มี", "มี", "text")),
        ("", ("มี", "มี", "text")),
    ],
)
def test_a_value_keeps_its_kind(tmp_path: Path, attributes: str, expected: object) -> None:
    assert put(tmp_path, attributes) == expected


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<text:p>หนึ่ง</text:p><text:p/><text:p>สาม</text:p>", "หนึ่ง\n\nสาม"),
        ("<text:p><text:s/>ก<text:s text:c='2'/>ข </text:p>", " ก  ข "),
        ("<text:p>ก<text:tab/>ข<text:line-break/>ค</text:p>", "ก\tข\nค"),
        ("<text:p>ร้าน <text:span>ก</text:span> และ <text:a>ข</text:a>!</text:p>", "ร้าน ก และ ข!"),
        ("<text:p>ก\n      <text:span>ข</text:span>\n   </text:p>", "ก ข "),
        (
            "<office:annotation><text:p>หมายเหตุ</text:p></office:annotation><text:p>ก</text:p>",
            "ก",
        ),
        ("<text:p>ก<office:annotation><text:p>ข</text:p></office:annotation>ค</text:p>", "กค"),
        ("<draw:frame xmlns:draw='d'><text:p>รูป</text:p></draw:frame><text:p>ก</text:p>", "ก"),
        ("<text:p>#REF!</text:p>", "#REF!"),
    ],
)
def test_a_text_is_read_as_typed(tmp_path: Path, inside: str, expected: str) -> None:
    assert put(tmp_path, TEXT, inside) == (expected, expected, "text")


def test_a_text_may_stand_in_its_attribute(tmp_path: Path) -> None:
    assert put(tmp_path, TEXT + ' office:string-value="ก"', "") == ("ก", "ก", "text")


@pytest.mark.parametrize(
    "attributes",
    [
        'office:value-type="string" office:string-value="" calcext:value-type="error"',
        'office:value-type="string"',
        'office:value-type="float" office:value="0"',  # LibreOffice 3
    ],
)
@pytest.mark.parametrize("text", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "Err:509"])
def test_an_error_is_told_as_it_is_shown(tmp_path: Path, attributes: str, text: str) -> None:
    found = put(tmp_path, f'table:formula="of:=1/0" {attributes}', f"<text:p>{text}</text:p>")

    assert found == (text, text, "error")


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (250.5, ("250.5", 250.5, "number")),
        ("ข้อความ", ("ข้อความ", "ข้อความ", "text")),
        ("#REF!", ("#REF!", "#REF!", "error")),
        (None, ("=C6*SUM(C6:C9)", "=C6*SUM(C6:C9)", "uncalculated")),
    ],
)
def test_a_formula_is_its_stored_result(
    tmp_path: Path, result: str | float | None, expected: object
) -> None:
    book = example_month(Month(2568, 2), "nine-columns", 1)
    formula = Formula("=C6*SUM(C6:C9)", result)
    content = written(replace_cell(book, "สขร.1", "K9", formula))

    assert told(sheets_of(tmp_path, content)[0])[1]["K9"] == expected


def test_references_in_a_formula_are_shown_as_excel_shows_them(tmp_path: Path) -> None:
    found = put(tmp_path, 'table:formula="of:=SUM([.C6:.C9])+[$แผ่น.A1]"', "")

    assert found is not None
    assert found[0] == "=SUM(C6:C9)+$แผ่น.A1"  # type: ignore[index]


def test_an_error_that_libreoffice_calls_one_is_one_in_every_language(tmp_path: Path) -> None:
    attributes = f'table:formula="of:=1/0" {TEXT} calcext:value-type="error"'

    assert put(tmp_path, attributes, "<text:p>ผิดพลาด</text:p>") == ("ผิดพลาด", "ผิดพลาด", "error")


@pytest.mark.parametrize(
    ("attributes", "inside"),
    [
        ("", "<text:p/>"),
        ("", "<text:p> </text:p>"),
        (TEXT + ' office:string-value=""', ""),
    ],
)
def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(
    tmp_path: Path, attributes: str, inside: str
) -> None:
    formula = 'table:formula="of:=IF([.B6]=1;1;&quot;&quot;)" '

    assert put(tmp_path, formula + attributes, inside) is None


# ---- places


def test_repeats_stand_at_every_place(tmp_path: Path) -> None:
    sheet = read_one(
        tmp_path,
        row(cell("", ""), attributes=times("rows", 3))
        + row(cell(times("columns", 2), ""), cell(TEXT + " " + times("columns", 2)), cell())
        + f"<table:table-header-rows>{row(cell(), attributes=times('rows', 2))}"
        "</table:table-header-rows>"
        + f"<table:table-row-group>{row(cell(times('columns', 5), ''), cell())}"
        "</table:table-row-group>",
    )

    assert [found.address for found in sheet.cells.values()] == [
        "C4",
        "D4",
        "E4",
        "A5",
        "A6",
        "F7",
    ]
    assert all(at == (found.row, found.column) for at, found in sheet.cells.items())


def test_a_sheet_formatted_to_its_last_corner_costs_nothing(tmp_path: Path) -> None:
    """Office accident: a colour for all rows, a blank put into all columns."""
    blank = cell(TEXT + " " + times("columns", 16_384), "<text:p> </text:p>")
    rows = row(cell()) + row(blank, attributes=times("rows", 1_048_574)) + row(cell())
    rows += row(blank, attributes=times("rows", 10**15))
    tracemalloc.start()
    sheet = read_one(tmp_path, rows)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [found.address for found in sheet.cells.values()] == ["A1", "A1048576"]
    assert most < 5_000_000


@pytest.mark.parametrize(
    "rows",
    [
        row(cell(TEXT + " " + times("columns", 3)), attributes=times("rows", 700_000)),
        row(cell(TEXT + " " + times("columns", 10**15))),
        row(cell(), attributes=times("rows", 10**15)),
        row(cell()) * 9 + row(cell(), attributes=times("rows", 1_999_992)),
    ],
)
def test_too_many_repeats_are_refused_before_they_cost(tmp_path: Path, rows: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_one(tmp_path, rows)

    assert refused.value.rule == "file-within-limits"


def test_repeats_in_several_sheets_are_counted_together(tmp_path: Path) -> None:
    few = table(row(cell()) * 9)
    many = table(row(cell(), attributes=times("rows", 1_999_992)))

    with pytest.raises(RefusedError):
        sheets_of(tmp_path, packed("", few + many))


def test_spans_are_merges(tmp_path: Path) -> None:
    covered = f"<table:covered-table-cell {times('columns', 2)}/>"
    hidden_under = (
        f"<table:covered-table-cell {TEXT}><text:p>ใต้</text:p></table:covered-table-cell>"
    )
    over = 'table:number-rows-spanned="2" table:number-columns-spanned="3"'
    sheet = read_one(
        tmp_path, row(cell(), cell(f"{TEXT} {over}"), covered, cell()) + row(cell(), hidden_under)
    )

    assert sheet.merges == (Merge(1, 2, 2, 4),)
    # What stands under a merge was written by somebody.
    assert [found.address for found in sheet.cells.values()] == ["A1", "B1", "E1", "A2", "B2"]


def test_merges_over_everything_are_refused(tmp_path: Path) -> None:
    over = 'table:number-rows-spanned="1048576" table:number-columns-spanned="16384"'

    with pytest.raises(RefusedError):
        read_one(tmp_path, row(cell(f"{TEXT} {over}")))


def test_tables_within_a_sheet_and_copies_of_other_files_are_no_sheets(tmp_path: Path) -> None:
    chart = table(row(cell()) * 3, name="กราฟ")
    outside = table(
        row(cell()), name="'file:///x'#$แผ่น", attributes='table:style-name="ta_extref"'
    )
    link = f"<table:dde-links><table:dde-link>{chart}</table:dde-link></table:dde-links>"
    first = table(row(cell("", f"<draw:object xmlns:draw='d'>{chart}</draw:object>"), cell()))

    found = sheets_of(
        tmp_path,
        packed(
            "", first + table("", name="ว่าง") + outside + link + table(row(cell()), name="ท้าย")
        ),
    )

    assert [(s.name, [c.address for c in s.cells.values()]) for s in found] == [
        ("แผ่น", ["B1"]),
        ("ว่าง", []),
        ("ท้าย", ["A1"]),
    ]


# ---- hidden and struck through


def test_what_is_hidden_is_read_and_told(tmp_path: Path) -> None:
    hides = style("table", "ta2", '<style:table-properties table:display="false"/>')
    columns = (
        f"<table:table-column {times('columns', 2)}/>"
        '<table:table-column table:visibility="collapse"/>'
        f'<table:table-column table:visibility="collapse" {times("columns", 10**15)}/>'
    )
    rows = (
        row(cell())
        + row(cell("", ""), cell(), attributes='table:visibility="collapse"')
        + row(cell("", ""), attributes='table:visibility="collapse"')
        + row(cell(times("columns", 2), ""), cell(), attributes='table:visibility="filter"')
    )

    shown, hidden = sheets_of(
        tmp_path,
        packed(
            hides, table(columns + rows) + table(row(cell()), attributes='table:style-name="ta2"')
        ),
    )

    assert shown.hidden == Hidden(rows=frozenset({2, 4}), columns=frozenset({3}))
    assert (len(shown.cells), len(hidden.cells)) == (3, 1)
    assert hidden.hidden == Hidden(sheet=True)


@pytest.mark.parametrize(
    ("attributes", "inside", "expected"),
    [
        ("", "<text:p>ก</text:p>", ""),
        ('table:style-name="ce1"', "<text:p>ก</text:p>", "whole"),
        ('table:style-name="child"', "<text:p>ก</text:p>", "whole"),
        ('table:style-name="ce0"', "<text:p>ก</text:p>", ""),
        ('table:style-name="circle"', "<text:p>ก</text:p>", ""),
        ("", '<text:p>ก<text:span text:style-name="T1">ข</text:span></text:p>', "partly"),
        ("", '<text:p> <text:span text:style-name="T1">ข</text:span></text:p>', "whole"),
        ("", '<text:p>ก</text:p><text:p text:style-name="P1">ข</text:p>', "partly"),
        (
            'table:style-name="ce1"',
            '<text:p><text:span text:style-name="T0">ก</text:span></text:p>',
            "",
        ),
        (
            'table:style-name="ce1" office:value-type="float" office:value="5"',
            "",
            "whole",
        ),
    ],
)
def test_what_is_struck_through_is_told(
    tmp_path: Path, attributes: str, inside: str, expected: str
) -> None:
    styles = (
        style("table-cell", "ce0", PLAIN, "ce1")
        + style("table-cell", "ce1", STRUCK)
        + style("table-cell", "child", "<style:text-properties/>", "ce1")
        + style("table-cell", "circle", "", "circle")
        + style("text", "T1", '<style:text-properties style:text-line-through-type="single"/>')
        + style("text", "T0", PLAIN)
        + style("paragraph", "P1", STRUCK)
    )

    found = read_one(tmp_path, row(cell(attributes, inside)), styles)

    assert found.cells[1, 1].struck == expected


def test_a_cell_without_a_style_has_that_of_its_row_or_column(tmp_path: Path) -> None:
    columns = '<table:table-column/><table:table-column table:default-cell-style-name="ce1"/>'
    rows = row(cell(), cell(), cell()) + row(
        cell(), cell('table:style-name="ce0"'), attributes='table:default-cell-style-name="ce1"'
    )

    found = read_one(
        tmp_path,
        columns + rows,
        style("table-cell", "ce1", STRUCK) + style("table-cell", "ce0", PLAIN),
    )

    assert {c.address for c in found.cells.values() if c.struck} == {"B1", "A2"}


def test_a_style_may_stand_in_the_styles_of_the_document(tmp_path: Path) -> None:
    common = style("table-cell", "ยกเลิก", STRUCK).join(
        (
            '<s xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">',
            "</s>",
        )
    )
    content = packed(
        style("table-cell", "ce1", "", "ยกเลิก"),
        table(row(cell('table:style-name="ce1"'))),
        {"styles.xml": common.encode()},
    )

    assert [c.struck for c in sheets_of(tmp_path, content)[0].cells.values()] == ["whole"]


# ---- hostile or damaged


def test_a_password_is_told_as_such(tmp_path: Path) -> None:
    locked = MANIFEST.replace(
        b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>"
    )

    with pytest.raises(RefusedError) as refused:
        sheets_of(tmp_path, packed("", table(""), {"META-INF/manifest.xml": locked}))

    assert refused.value.rule == "file-without-password"


def test_entities_are_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("ความลับ", encoding="utf-8")
    content = packed("", table(row(cell(TEXT, "<text:p>ก&x;</text:p>"))))
    for system in ("'ข'", f"SYSTEM '{secret.as_uri()}'"):
        path = tmp_path / "0a1b"
        path.write_bytes(
            rewritten(content, f"<!DOCTYPE office:document-content [<!ENTITY x {system}>]>")
        )
        found = ods.read(path, "แบบ.ods")
        assert [c.text for c in found[0].cells.values()] == ["ก"]


def rewritten(content: bytes, doctype: str) -> bytes:
    """Put a DTD into the content; the guard would refuse it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("content.xml").decode()
    return packed("", "", {"content.xml": text.replace("?>", "?>" + doctype, 1).encode()})


def test_damage_is_an_ordinary_error(tmp_path: Path) -> None:
    content = written(example_month(Month(2568, 2), "twelve-columns", 2))
    damaged = zip_mutants(content, ("content.xml",), 300)

    assert only_ordinary_errors(ods.read, tmp_path / "0a1b", damaged) > 75


def test_odd_attributes_are_an_ordinary_error(tmp_path: Path) -> None:
    """Damage that leaves the XML whole: other numbers, other words in the attributes."""
    random = Random(1)  # noqa: S311 - must repeat
    values = [*re.finditer('"[^":/<>]*"', CONTENT)]
    odd = ('"-1"', '"0"', '"99999999999999999"', '""', '"x"', '"true"', '"date"', '"float"')
    damaged = []
    for _ in range(300):
        at = random.choice(values)
        content = CONTENT[: at.start()] + random.choice(odd) + CONTENT[at.end() :]
        damaged.append(packed("", "", {"content.xml": content.encode()}))

    assert 5 < only_ordinary_errors(ods.read, tmp_path / "0a1b", iter(damaged)) < 200
