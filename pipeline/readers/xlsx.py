"""An .xlsx or .xlsm → its sheets: each filled cell with its address, as the file types it."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import TYPE_ERROR
from openpyxl.cell.cell import Cell as OpenpyxlCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.readers.cells import is_thai_day, sheet_of, struck_of, typed
from schemas.sheet import Cell, Merge, Sheet, Struck

_FORMULA = re.compile(rb"<(?:\w{1,9}:)?f[\s>/]")
_STRIKE = re.compile(rb"<(?:\w{1,9}:)?strike[\s>/]")
CHUNK = 1 << 20


def read(path: Path, file: str) -> tuple[Sheet, ...]:
    """Return the worksheets of a guarded workbook in their order; ``file`` is its name for people.

    Reads cached results of formulas; a formula that no program has calculated would look like an
    empty cell, so a workbook with formulas is read a second time for their texts.
    """
    has_formulas, has_strikes = _holds(path, _FORMULA), _holds(path, _STRIKE)
    # Normal mode: read_only loses merges and believes a wrong <dimension> (TECHNOLOGY fact 2).
    book = _load(path, data_only=True, rich_text=has_strikes)
    formulas = _load(path, data_only=False, rich_text=False) if has_formulas else None
    sheets = []
    for sheet in book.worksheets:
        unread = {} if formulas is None else _filled(formulas[sheet.title])
        sheets.append(_sheet(sheet, file, book, unread))
        sheet._cells.clear()  # noqa: SLF001 - the largest thing in memory, and no longer needed
    return tuple(sheets)


def _load(path: Path, *, data_only: bool, rich_text: bool) -> openpyxl.Workbook:
    with path.open("rb") as file:  # by its bytes: openpyxl refuses a path without .xlsx
        return openpyxl.load_workbook(file, data_only=data_only, rich_text=rich_text)


def _holds(path: Path, mark: "re.Pattern[bytes]") -> bool:
    """True when some part holds the mark; any part may be a sheet, and be large."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as part:
                tail = b""
                while chunk := part.read(CHUNK):
                    if mark.search(tail + chunk):
                        return True
                    tail = chunk[-32:]
    return False


def _filled(sheet: Worksheet) -> Mapping[tuple[int, int], Any]:
    # The sparse store: a stray cell at XFD1048576 must not make us walk the rectangle to it.
    return {at: cell for at, cell in sheet._cells.items() if cell.value is not None}  # noqa: SLF001


def _sheet(
    sheet: Worksheet,
    file: str,
    book: openpyxl.Workbook,
    formulas: Mapping[tuple[int, int], Any],
) -> Sheet:
    start = book.epoch
    fonts: Any = book._fonts  # type: ignore[attr-defined]  # noqa: SLF001 - a font a cell is slow
    struck = frozenset(at for at, font in enumerate(fonts) if font.strike)
    cells = {at: _cell(*at, found, start, struck) for at, found in _filled(sheet).items()}
    for at, found in formulas.items():
        if found.data_type == "f" and at not in cells and not _is_empty_text(sheet, at):
            cells[at] = _uncalculated(*at, found.value)
    return sheet_of(
        file,
        sheet.title,
        cells.values(),
        _merges(sheet.merged_cells.ranges),
        hidden=sheet.sheet_state != "visible",
        hidden_rows={row for row, shape in sheet.row_dimensions.items() if shape.hidden},
        hidden_columns=_hidden_columns(sheet),
    )


def _hidden_columns(sheet: Worksheet) -> set[int]:
    """A dimension stands for a run of columns, often to the last of the sheet."""
    hidden: set[int] = set()
    for shape in sheet.column_dimensions.values():
        if shape.hidden and shape.min and shape.max:
            hidden.update(range(shape.min, shape.max + 1))
    return hidden


def _is_empty_text(sheet: Worksheet, at: tuple[int, int]) -> bool:
    """True for a formula calculated to "": prepared forms are full of ``=IF(B6="","",…)``."""
    result = sheet._cells.get(at)  # noqa: SLF001
    return result is not None and result.data_type == "str"


def _merges(ranges: Iterable[Any]) -> list[Merge]:
    return [Merge(r.min_row, r.min_col, r.max_row, r.max_col) for r in ranges]


def _cell(
    row: int, column: int, found: OpenpyxlCell, start: datetime, fonts: frozenset[int]
) -> Cell:
    value: object = found.value
    struck: Struck = ""
    if isinstance(value, (int, float)):
        value = _thai_day(found, start)
    style: Any = found._style  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    if isinstance(value, CellRichText):
        whole = style.fontId in fonts
        struck = struck_of(_runs(value, whole=whole))
    elif style.fontId in fonts:
        struck = "whole"
    return Cell(row, column, *typed(value, is_error=found.data_type == TYPE_ERROR), struck)


def _runs(text: CellRichText, *, whole: bool) -> Iterator[tuple[str, bool]]:
    """The runs of a text; one without a font of its own looks like its cell."""
    for run in text:
        if isinstance(run, TextBlock):
            yield run.text, bool(run.font.strike)
        else:
            yield run, whole


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
