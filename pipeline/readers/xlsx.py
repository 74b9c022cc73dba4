"""An .xlsx or .xlsm → its sheets: each filled cell with its address, as the file types it."""

import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import TYPE_ERROR
from openpyxl.cell.cell import Cell as OpenpyxlCell
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.readers.cells import is_thai_day, typed
from schemas.sheet import Cell, Merge, Sheet

_FORMULA = re.compile(rb"<(?:\w{1,9}:)?f[\s>/]")


def read(path: Path, file: str) -> tuple[Sheet, ...]:
    """Return the worksheets of a guarded workbook in their order; ``file`` is its name for people.

    Reads cached results of formulas; a formula that no program has calculated would look like an
    empty cell, so a workbook with formulas is read a second time for their texts.
    """
    # Normal mode: read_only loses merges and believes a wrong <dimension> (TECHNOLOGY fact 2).
    book = _load(path, data_only=True)
    formulas = _load(path, data_only=False) if _has_formulas(path) else None
    return tuple(
        _sheet(sheet, file, book.epoch, {} if formulas is None else _filled(formulas[sheet.title]))
        for sheet in book.worksheets
    )


def _load(path: Path, *, data_only: bool) -> openpyxl.Workbook:
    with path.open("rb") as file:  # by its bytes: openpyxl refuses a path without .xlsx
        return openpyxl.load_workbook(file, data_only=data_only)


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        # Any part may be a sheet; a chart's formulas only cost a second reading.
        return any(_FORMULA.search(archive.read(name)) for name in archive.namelist())


def _filled(sheet: Worksheet) -> Mapping[tuple[int, int], Any]:
    # The sparse store: a stray cell at XFD1048576 must not make us walk the rectangle to it.
    return {at: cell for at, cell in sheet._cells.items() if cell.value is not None}  # noqa: SLF001


def _sheet(
    sheet: Worksheet, file: str, epoch: datetime, formulas: Mapping[tuple[int, int], Any]
) -> Sheet:
    cells = {at: _cell(*at, found, epoch) for at, found in _filled(sheet).items()}
    for at, found in formulas.items():
        if found.data_type == "f" and at not in cells and not _is_empty_text(sheet, at):
            cells[at] = _uncalculated(*at, found.value)
    return Sheet(
        file,
        sheet.title,
        {at: cell for at, cell in cells.items() if cell.text.strip()},
        tuple(_merges(sheet.merged_cells.ranges)),
    )


def _is_empty_text(sheet: Worksheet, at: tuple[int, int]) -> bool:
    """True for a formula calculated to "": prepared forms are full of ``=IF(B6="","",…)``."""
    result = sheet._cells.get(at)  # noqa: SLF001
    return result is not None and result.data_type == "str"


def _merges(ranges: Iterable[Any]) -> list[Merge]:
    bounds = [Merge(r.min_row, r.min_col, r.max_row, r.max_col) for r in ranges]
    return sorted(bounds, key=lambda merge: (merge.top, merge.left))


def _cell(row: int, column: int, found: OpenpyxlCell, epoch: datetime) -> Cell:
    value = _thai_day(found, epoch) if isinstance(found.value, (int, float)) else found.value
    return Cell(row, column, *typed(value, is_error=found.data_type == TYPE_ERROR))


def _thai_day(found: OpenpyxlCell, epoch: datetime) -> object:
    """A number shown as a day by a format of Thai Excel, which openpyxl does not know for one."""
    style: Any = found._style  # type: ignore[attr-defined]  # noqa: SLF001 - number_format names no such id
    if is_thai_day(style.numFmtId, found.number_format):
        try:
            return from_excel(found.value, epoch)
        except (ValueError, OverflowError):  # beyond the calendar: a number like any other
            return found.value
    return found.value


def _uncalculated(row: int, column: int, formula: object) -> Cell:
    text = formula if isinstance(formula, str) else str(getattr(formula, "text", formula))
    return Cell(row, column, text, text, "uncalculated")
