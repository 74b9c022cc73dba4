"""The sheets that a reply added to a workbook: told apart from finance's own, and read back.

They are known by what stands in them, not by their names: people rename and copy sheets.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from schemas import reply_words as words
from schemas.explanation import Answer, Ticket
from schemas.procurement import is_placeholder
from schemas.sheet import Cell, Sheet, address
from schemas.thai import visible

SIGN = "sokhoro1 reply 1"  # in a hidden cell of the first sheet
SIGN_AT = (1, 5)
WITHIN = 20  # rows: somebody may have put lines above our headings


def is_ours(sheet: Sheet) -> bool:
    """True for a sheet that an earlier reply brought: it states nothing of the month."""
    sign = sheet.cells.get(SIGN_AT)
    if sign is not None and sign.text == SIGN:
        return True
    return any(_heads(cells) for _, cells in islice(sheet.rows(), WITHIN))


def read_answers(sheets: Sequence[Sheet]) -> list[Answer]:
    """Return every line of a question, answered or not, and whatever else finance wrote there.

    A line without an answer still tells which question it is that was not answered.
    """
    return [answer for sheet in sheets if is_ours(sheet) for answer in _answers(sheet)]


def _answers(sheet: Sheet) -> Iterator[Answer]:
    columns: Mapping[str, int] = {}
    for row, cells in sheet.rows():
        if heads := _heads(cells):
            columns = heads
        elif columns:
            by_column = {cell.column: cell for cell in cells}
            ticket, reason, by = (
                _said(by_column.get(columns[name])) for name in (words.KEY, words.REASON, words.BY)
            )
            if reason or by or Ticket.of(ticket):
                yield Answer(ticket, reason, by, sheet.name, address(row, columns[words.REASON]))


def _heads(cells: Sequence[Cell]) -> Mapping[str, int]:
    """The columns of our headings; nothing for a row that lacks one of them."""
    heads = {cell.text.strip(): cell.column for cell in cells}
    return heads if heads.keys() >= set(words.EXPLAIN_HEADINGS) else {}


def _said(cell: Cell | None) -> str:
    """A dash is no reason; nor is the error that «-ไม่มี» makes, taken for a formula."""
    if cell is None or cell.kind in {"error", "uncalculated"} or is_placeholder(cell.text):
        return ""
    return visible(cell.text).strip()
