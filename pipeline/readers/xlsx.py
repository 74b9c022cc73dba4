"""An .xlsx or .xlsm → its sheets: each filled cell with its address, as the file types it."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree as ET
from xml.parsers import expat

import openpyxl
import openpyxl.reader.strings
import openpyxl.worksheet._reader
from openpyxl.cell.cell import TYPE_ERROR, MergedCell
from openpyxl.cell.cell import Cell as OpenpyxlCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.styles.numbers import BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.merge import MergedCellRange
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.readers.cells import (
    LAST_COLUMN,
    THAI_DAYS,
    is_thai_day,
    sheet_of,
    struck_of,
    typed,
)
from schemas.sheet import Cell, Merge, Sheet, Struck

_FORMULA = re.compile(rb"<(?:\w{1,9}:)?f[\s>/]")
_STRIKE = re.compile(rb"<(?:\w{1,9}:)?strike[\s>/]")
CHUNK = 1 << 20


def parsed(part: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Give the elements of a part as they end; ValueError where it declares an entity.

    openpyxl asks defusedxml for it, which knows only Python's own slow parser. Here a first look
    that builds nothing forbids the same, and then the parser in C may read.
    """
    look = expat.ParserCreate()
    look.EntityDeclHandler = look.UnparsedEntityDeclHandler = _forbidden
    look.ExternalEntityRefHandler = _forbidden
    while chunk := part.read(CHUNK):
        look.Parse(chunk)
    look.Parse(b"", True)  # noqa: FBT003 - it takes no keyword
    part.seek(0)
    return ET.iterparse(part)  # noqa: S314 - nothing is declared in it


def _forbidden(*_: object) -> int:
    raise ValueError("a workbook declares no entities")


# Where openpyxl looks for it.
vars(openpyxl.worksheet._reader)["iterparse"] = parsed  # noqa: SLF001
vars(openpyxl.reader.strings)["iterparse"] = parsed


def read(path: Path, file: str) -> tuple[Sheet, ...]:
    """Return the worksheets of a guarded workbook in their order; ``file`` is its name for people.

    Reads cached results of formulas; a formula that no program has calculated would look like an
    empty cell, so a workbook with formulas is read a second time for their texts.
    """
    has_formulas, has_strikes = _holds(path, _FORMULA), _holds(path, _STRIKE)
    # First, and only the formulas kept: two whole workbooks would be twice the memory.
    formulas = _formulas(path) if has_formulas else {}
    # Normal mode: read_only loses merges and believes a wrong <dimension> (TECHNOLOGY fact 2).
    book = _load(path, data_only=True, rich_text=has_strikes)
    looks = _looks(book)
    return tuple(
        _sheet(sheet, file, looks, formulas.get(sheet.title, {})) for sheet in book.worksheets
    )


def _formulas(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Return the texts of the formulas by sheet and place."""
    book = _load(path, data_only=False, rich_text=False)
    return {
        sheet.title: {
            at: _text_of(found.value)
            for at, found in _filled(sheet).items()
            if found.data_type == "f"
        }
        for sheet in book.worksheets
    }


def _load(path: Path, *, data_only: bool, rich_text: bool) -> openpyxl.Workbook:
    # By its bytes: openpyxl refuses a path without .xlsx.
    with path.open("rb") as file, _no_borders_of_merges():
        return openpyxl.load_workbook(file, data_only=data_only, rich_text=rich_text)


@contextmanager
def _no_borders_of_merges() -> Iterator[None]:
    """Load without what nobody here asks for.

    To give each covered cell the borders of its merge takes openpyxl three quarters of the time of
    a form whose rows are merged.
    """
    kept = {name: getattr(MergedCellRange, name) for name in ("format", "_get_borders")}
    try:
        for name in kept:
            setattr(MergedCellRange, name, _nothing)
        yield
    finally:
        for name, method in kept.items():
            setattr(MergedCellRange, name, method)


def _nothing(_: MergedCellRange) -> None:
    pass


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


@dataclass(frozen=True)
class _Looks:
    """What the looks of a workbook's cells mean; openpyxl builds them anew for each cell."""

    start: datetime  # from which day serials count
    struck: frozenset[int]  # fonts
    thai_days: frozenset[int]  # number formats


def _looks(book: openpyxl.Workbook) -> _Looks:
    inner: Any = book
    fonts = frozenset(at for at, font in enumerate(inner._fonts) if font.strike)  # noqa: SLF001
    own = enumerate(inner._number_formats, start=BUILTIN_FORMATS_MAX_SIZE)  # noqa: SLF001
    days = frozenset(at for at, code in own if is_thai_day(at, code))
    return _Looks(book.epoch, fonts, days | THAI_DAYS)


def _sheet(
    sheet: Worksheet, file: str, looks: _Looks, formulas: Mapping[tuple[int, int], str]
) -> Sheet:
    store = sheet._cells  # noqa: SLF001 - the sparse one
    unread = {at: text for at, text in formulas.items() if not _has_result(store.get(at))}
    cells = [_cell(*at, found, looks) for at, found in _emptied(store)]
    cells += [Cell(*at, text, text, "uncalculated") for at, text in unread.items()]
    return sheet_of(
        file,
        sheet.title,
        cells,
        _merges(sheet.merged_cells.ranges),
        hidden=sheet.sheet_state != "visible",
        hidden_rows={row for row, shape in sheet.row_dimensions.items() if shape.hidden},
        hidden_columns=_hidden_columns(sheet),
    )


def _emptied(store: dict[tuple[int, int], Any]) -> Iterator[tuple[tuple[int, int], Any]]:
    """Each filled cell, gone from the store once it is read: nothing here is larger."""
    for at in list(store):
        found = store.pop(at)
        if found.value is not None:
            yield at, found


def _hidden_columns(sheet: Worksheet) -> set[int]:
    """A dimension stands for a run of columns, often to the last of the sheet."""
    hidden: set[int] = set()
    for shape in sheet.column_dimensions.values():
        if shape.hidden and shape.min and shape.max:
            hidden.update(range(shape.min, min(shape.max, LAST_COLUMN) + 1))
    return hidden


def _has_result(result: OpenpyxlCell | MergedCell | None) -> bool:
    """True also for "": prepared forms are full of ``=IF(B6="","",…)``."""
    return result is not None and (result.value is not None or result.data_type == "str")


def _merges(ranges: Iterable[Any]) -> list[Merge]:
    return [Merge(r.min_row, r.min_col, r.max_row, r.max_col) for r in ranges]


def _cell(row: int, column: int, found: Any, looks: _Looks) -> Cell:  # noqa: ANN401 - its cells have two types
    value, style = found.value, found._style  # noqa: SLF001 - whose public face is slow
    struck: Struck = "whole" if style.fontId in looks.struck else ""
    if type(value) is str and found.data_type != TYPE_ERROR:
        return Cell(row, column, value, value, "text", struck)
    if isinstance(value, CellRichText):
        struck = struck_of(_runs(value, whole=bool(struck)))
    elif style.numFmtId in looks.thai_days and isinstance(value, (int, float)):
        value = _thai_day(value, looks.start)
    return Cell(row, column, *typed(value, is_error=found.data_type == TYPE_ERROR), struck)


def _runs(text: CellRichText, *, whole: bool) -> Iterator[tuple[str, bool]]:
    """The runs of a text; one without a font of its own looks like its cell."""
    for run in text:
        if isinstance(run, TextBlock):
            yield run.text, bool(run.font.strike)
        else:
            yield run, whole


def _thai_day(value: float, start: datetime) -> object:
    """A number shown as a day by a format of Thai Excel, which openpyxl does not know for one."""
    try:
        return from_excel(value, start)
    except (ValueError, OverflowError):  # beyond the calendar: a number like any other
        return value


def _text_of(formula: object) -> str:
    """A formula is a text, or an object where it is one of several cells."""
    return formula if isinstance(formula, str) else str(getattr(formula, "text", formula))
