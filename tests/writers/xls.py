"""A workbook on paper → .xls, as old programs of the office save it."""

import io
import struct
from datetime import date

import xlwt

from pipeline.examples import Book, Formula, Paper
from pipeline.examples.paper import LOOKS

ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36}
_STRING = 0x0207


def written(book: Book) -> bytes:
    """Return the workbook as .xls; a formula without result gets the empty one of xlwt."""
    file = io.BytesIO()
    work = xlwt.Workbook(encoding="utf-8")
    styles = {name: _style(look) for name, look in LOOKS.items()}
    for paper in book.sheets:
        _write(work.add_sheet(paper.name, cell_overwrite_ok=True), paper, styles)
    work.save(file)
    return file.getvalue()


def _style(look: dict[str, object]) -> xlwt.XFStyle:
    style = xlwt.XFStyle()
    style.font.name = "TH SarabunPSK"
    style.alignment.wrap = bool(look.get("text_wrap"))
    style.num_format_str = str(look.get("num_format", "General"))
    return style


def _write(page: xlwt.Worksheet, paper: Paper, styles: dict[str, xlwt.XFStyle]) -> None:
    for merge in paper.merges:
        area = (merge.top - 1, merge.bottom - 1, merge.left - 1, merge.right - 1)
        page.merged_ranges.append(area)  # page.merge() would blank what stands there
    for (row, column), typed in sorted(paper.cells.items()):
        place, style = (row - 1, column - 1), styles[typed.look]
        match typed.value:
            case None:
                page.row(place[0]).set_cell_blank(place[1], style)
            case Formula():
                _write_formula(page, place, typed.value, style)
            case str() | float() | int() | date():
                page.write(*place, typed.value, style)


def _write_formula(
    page: xlwt.Worksheet, place: tuple[int, int], formula: Formula, style: xlwt.XFStyle
) -> None:
    row, column = place
    page.write(row, column, xlwt.Formula(formula.text.removeprefix("=")), style)
    if formula.result is not None:
        cell = page.row(row)._Row__cells[column]  # noqa: SLF001 - xlwt stores no results
        page.row(row).insert_cell(column, _Calculated(cell, formula.result))


class _Calculated:
    """A cell of xlwt, an object as xlwt wants one: its own record with a result put in."""

    def __init__(self, cell: xlwt.Cell.FormulaCell, result: str | float) -> None:
        self.cell, self.result = cell, result

    def get_biff_data(self) -> bytes:
        record: bytes = self.cell.get_biff_data()
        match self.result:
            case str() if self.result in ERRORS:
                result, after = struct.pack("<BxBxxxH", 2, ERRORS[self.result], 0xFFFF), b""
            case str():
                text = struct.pack("<HB", len(self.result), 1) + self.result.encode("utf-16-le")
                result = struct.pack("<BxxxxxH", 0, 0xFFFF)
                after = struct.pack("<HH", _STRING, len(text)) + text
            case _:
                result, after = struct.pack("<d", self.result), b""
        return record[:10] + result + record[18:] + after
