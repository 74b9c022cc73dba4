"""An .xls of Excel 5 to 2003 → its sheets: each filled cell with its address, as it is typed.

A formula that no program has calculated looks here like one whose result is "": nothing tells
them apart. Excel itself always stores a result.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlrd
from xlrd.biffh import error_text_from_code

from pipeline.readers.cells import epoch, sheet_of, shown, struck_by_runs, typed
from schemas.sheet import Cell, Merge, Sheet

_FIRST_UNICODE = 80  # BIFF8, Excel 97
_LATIN = 1252
_THAI_FONT = 222  # the character set of a font


def read(path: Path, file: str) -> tuple[Sheet, ...]:
    """Return the worksheets of a guarded workbook in their order; ``file`` is its name for people.

    xlrd itself leaves out charts, macro sheets and modules.
    """
    book = _load(path)
    if book.biff_version < _FIRST_UNICODE and _is_thai_unsaid(book):
        book = _load(path, "cp874")
    return tuple(_sheet(book, page, file) for page in book.sheets())


def _load(path: Path, encoding: str | None = None) -> Any:  # noqa: ANN401 - xlrd has no types
    return xlrd.open_workbook(
        logfile=io.StringIO(),  # it tells all doubts to stdout else
        file_contents=path.read_bytes(),
        encoding_override=encoding,
        formatting_info=True,  # merges, formats, fonts, what is hidden
        ragged_rows=True,  # a stray cell at IV65536 must not make a whole rectangle
    )


def _is_thai_unsaid(book: Any) -> bool:  # noqa: ANN401
    """Old writers name no code page, or the western one, and only the font says Thai."""
    thai_fonts = any(font.character_set == _THAI_FONT for font in book.font_list)
    return book.codepage is None or (book.codepage == _LATIN and thai_fonts)


def _sheet(book: Any, page: Any, file: str) -> Sheet:  # noqa: ANN401
    return sheet_of(
        file,
        page.name,
        _cells(book, page),
        (Merge(top + 1, left + 1, below, right) for top, below, left, right in page.merged_cells),
        hidden=page.visibility != 0,
        hidden_rows={row + 1 for row, look in page.rowinfo_map.items() if look.hidden},
        hidden_columns={column + 1 for column, look in page.colinfo_map.items() if look.hidden},
    )


def _cells(book: Any, page: Any) -> Iterator[Cell]:  # noqa: ANN401
    start = epoch(counts_from_1904=book.datemode == 1)
    struck_fonts = [bool(font.struck_out) for font in book.font_list]
    for row in range(page.nrows):
        for column, kind in enumerate(page.row_types(row)):
            if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            stored = page.cell_value(row, column)
            look = book.xf_list[page.cell_xf_index(row, column)]
            value: object = stored
            if isinstance(stored, float):
                code = book.format_map[look.format_key].format_str or ""
                value = shown(stored, look.format_key, code, start)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                value = bool(stored)
            elif kind == xlrd.XL_CELL_ERROR:
                value = error_text_from_code.get(stored, f"#{stored}!")
            told = typed(value, is_error=kind == xlrd.XL_CELL_ERROR)
            runs = [(0, look.font_index), *page.rich_text_runlist_map.get((row, column), ())]
            yield Cell(row + 1, column + 1, *told, struck_by_runs(told[0], runs, struck_fonts))
