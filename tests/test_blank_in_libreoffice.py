"""The blank form after LibreOffice saved it: read the same from every kind, nothing lost in it."""

import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.formula.translate import Translator

from pipeline.blank import ROWS
from pipeline.judge import Judgement
from schemas.form_words import HELP_SHEET
from schemas.layouts import NIL
from schemas.month import Month
from tests.conftest import OFFICE
from tests.forms import FIRST, NIL_CELL, OCTOBER, fill, filled, form, judged_file, row_of, saved

KINDS = ("xlsx", "xls", "ods")
CASES = {"เต็ม": 60, "เจ็ด": 7, "หนึ่ง": 1, "ไม่มี": 0, "เปล่า": 0}


# Types three lines into a row, inserts three rows in the middle, saves; tells the row's heights.
BASIC = """
Sub Insert(source As String, target As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL(source, "_blank", 0, hidden())
  sheet = book.Sheets.getByIndex(0)
  low = sheet.Rows.getByIndex(40).Height
  sheet.getCellByPosition(1, 40).String = "1" + Chr(10) + "2" + Chr(10) + "3"
  high = sheet.Rows.getByIndex(40).Height
  sheet.getCellByPosition(1, 40).String = ""
  sheet.unprotect("")
  sheet.Rows.insertByIndex(8, 3)
  sheet.getCellByPosition(20, 0).String = low &amp; "," &amp; high
  Dim how(0) As New com.sun.star.beans.PropertyValue
  how(0).Name = "FilterName" : how(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL(target, how())
  book.close(True)
End Sub
"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">{code}</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Module1"/>
</library:library>
"""


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every case in every kind, in a folder for each kind."""
    folder = tmp_path_factory.mktemp("forms")
    for case, rows in CASES.items():
        book = filled(OCTOBER, rows)
        if case == "ไม่มี":
            book.worksheets[0][NIL_CELL] = NIL
        (folder / f"{case}.xlsx").write_bytes(saved(book))
    for kind in KINDS:
        convert(sorted(folder.glob("*.xlsx")), kind, folder / kind)
    return folder


def convert(files: list[Path], kind: str, into: Path) -> None:
    soffice(into.parent, "--convert-to", kind, "--outdir", str(into), *map(str, files))


def soffice(folder: Path, *arguments: str) -> None:
    profile = folder / "profile"  # of its own: another LibreOffice may be open
    program = [OFFICE or "soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    subprocess.run([*program, *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def judgements(converted: Path) -> Mapping[tuple[str, str], Judgement]:
    return {
        (kind, case): judged_file(converted / kind / f"{case}.{kind}", OCTOBER)
        for kind in KINDS
        for case in CASES
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_form_is_accepted_and_nothing_is_said(
    kind: str, judgements: Mapping[tuple[str, str], Judgement]
) -> None:
    for case, rows in CASES.items():
        if case == "เปล่า":
            continue
        judgement = judgements[kind, case]
        assert [(f.rule, f.cell) for f in judgement.findings] == []
        assert judgement.outcome == "accepted"
        assert [(m.month, len(m.rows), m.nil) for m in judgement.months] == [
            (Month(2567, 10), rows, rows == 0)
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_form_is_returned_and_is_no_nil_month(
    kind: str, judgements: Mapping[tuple[str, str], Judgement]
) -> None:
    judgement = judgements[kind, "เปล่า"]
    assert [f.rule for f in judgement.findings] == ["rows-present"]
    assert not any(m.nil for m in judgement.months)


def test_every_kind_says_the_same(judgements: Mapping[tuple[str, str], Judgement]) -> None:
    for case in CASES:
        said = {
            kind: [row.facts() for m in judgements[kind, case].months for row in m.rows]
            for kind in KINDS
        }
        assert said["xlsx"] == said["xls"] == said["ods"]


def test_the_checks_are_still_there_after_saving(converted: Path) -> None:
    before, after = form(OCTOBER), load_workbook(converted / "xlsx" / "เปล่า.xlsx")
    kept = {
        str(area): one.type
        for one in after.worksheets[0].data_validations.dataValidation
        for area in one.sqref.ranges
    }

    assert after.sheetnames == [before.worksheets[0].title, HELP_SHEET]
    for one in before.worksheets[0].data_validations.dataValidation:
        if one.type != "none":
            assert kept[str(one.sqref)] == one.type
    assert after.worksheets[0].protection.sheet
    assert not after.worksheets[0][f"C{FIRST}"].protection.locked
    assert after.worksheets[0]["A2"].protection.locked


def test_rows_inserted_in_the_middle_are_checked_and_rows_grow_with_their_text(
    converted: Path,
) -> None:
    macros = converted / "profile" / "user" / "basic" / "Standard"
    (macros / "Module1.xba").write_text(MODULE.format(code=BASIC), encoding="utf-8")
    (macros / "script.xlb").write_text(LIBRARY, encoding="utf-8")
    source, target = converted / "เจ็ด.xlsx", converted / "แทรก.xlsx"
    call = f'macro:///Standard.Module1.Insert("{source.as_uri()}","{target.as_uri()}")'
    soffice(converted, call)
    book = load_workbook(target)
    sheet = book.worksheets[0]
    low, high = map(int, str(sheet["U1"].value).split(","))
    sheet["U1"] = None
    for at in range(3):  # where rows were inserted
        fill(sheet, FIRST + 2 + at, {"A": at + 20, **row_of(OCTOBER, at + 20)})
    areas = {str(one.sqref) for one in sheet.data_validations.dataValidation}
    target.write_bytes(saved(book))
    judgement = judged_file(target, OCTOBER)

    assert high > 2 * low
    assert {f"{column}{FIRST}:{column}{FIRST + ROWS + 2}" for column in "CDEGIL"} <= areas
    for column, looks in (("C", "#,##0.00"), ("K", "@"), ("L", "@")):
        assert sheet[f"{column}{FIRST + 3}"].number_format == looks
        assert not sheet[f"{column}{FIRST + 3}"].protection.locked
    assert [(f.rule, f.cell) for f in judgement.findings] == []
    assert [row.number for row in judgement.months[0].rows] == [1, 2, 20, 21, 22, 3, 4, 5, 6, 7]


# What is typed, by column, and whether the check of the last column named takes it.
TYPED: tuple[tuple[str, dict[str, str | float | date], bool], ...] = (
    ("C", {"C": 0}, True),
    ("C", {"C": 12_345.5}, True),
    ("C", {"C": 0.1 + 0.2}, True),
    ("C", {"C": -1}, False),
    ("C", {"C": 1.005}, False),
    ("C", {"C": "12,345.50 บาท"}, False),
    ("G", {"F": "ก", "G": 9_000.25}, True),
    ("G", {"F": "ก\nข", "G": "9,000.00\n9500"}, True),
    ("G", {"G": "9,000.00\n9500"}, True),  # the names may come later
    ("G", {"F": "ก\nข", "G": "9,000.00"}, False),
    ("G", {"F": "ก\nข", "G": "9,000.00\n9,500.00\n"}, False),
    ("G", {"F": "ก\nข", "G": "9,000\n9,500 บาท"}, False),
    ("G", {"F": "ก", "G": -5}, False),
    ("L", {"L": date(2024, 10, 1)}, True),
    ("L", {"L": date(2024, 10, 31)}, True),
    ("L", {"L": date(2567, 10, 15)}, True),  # typed as Buddhist into a cell for dates
    ("L", {"L": date(2024, 11, 1)}, False),
    ("L", {"L": date(1967, 10, 1)}, False),
    ("L", {"L": "1 ตุลาคม 2567"}, True),
    ("L", {"L": "1/10/67"}, True),
    ("L", {"L": "๑ ต.ค. ๖๗"}, True),
    ("L", {"L": "2024-10-01"}, True),
    ("L", {"L": "1 ตุลาคม 2568"}, False),  # the fiscal year
    ("L", {"L": "ต้นเดือน"}, False),
)


def test_the_checks_take_what_the_reader_reads_and_no_more(tmp_path: Path) -> None:
    form_sheet = form(OCTOBER).worksheets[0]
    formulas = {
        column: f"={one.formula1}"
        for one in form_sheet.data_validations.dataValidation
        for column in "CGL"
        if f"{column}{FIRST}" in one.sqref
    }
    book = Workbook()
    sheet = book.worksheets[0]
    for row, (column, typed, _) in enumerate(TYPED, start=1):
        fill(sheet, row, typed)
        moved = Translator(formulas[column], f"Z{FIRST}").translate_formula(f"Z{row}")
        sheet[f"Z{row}"] = moved
    (tmp_path / "checks.xlsx").write_bytes(saved(book))
    convert([tmp_path / "checks.xlsx"], "ods", tmp_path / "out")
    convert([tmp_path / "out" / "checks.ods"], "xlsx", tmp_path / "out")
    done = load_workbook(tmp_path / "out" / "checks.xlsx", data_only=True).worksheets[0]

    taken = [bool(done[f"Z{row}"].value) for row in range(1, len(TYPED) + 1)]
    assert taken == [takes for _, _, takes in TYPED]
