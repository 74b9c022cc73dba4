"""The help sheet of our blank form comes back with every month: ours is passed over, no other.

It says nothing about a month; what an officer wrote into it is told, for nothing may be lost.
"""

from collections.abc import Collection, Iterator

from schemas import form_words as words
from schemas.finding import Finding
from schemas.month import Month
from schemas.procurement import METHODS
from schemas.rules import found
from schemas.sheet import Sheet
from schemas.thai import fold

ITEM = 3  # texts in a row that may be a purchase


def is_help(sheet: Sheet) -> bool:
    """True for our own help sheet, whatever else somebody wrote into it."""
    first = sheet.cells.get((1, 1))
    titled = first is not None and fold(first.text) == fold(words.HELP_TITLE)
    return titled and sheet.name.startswith(words.HELP_SHEET)


def written_in_help(sheet: Sheet, months: Collection[Month]) -> Iterator[Finding]:
    """What is not ours in the help sheet: a row like a purchase stops the month, a word is told.

    ``months`` are those of the file's tables.
    """
    ours = {fold(text) for text in _help_texts()}
    month = next(iter(months)) if len(months) == 1 else None
    for row, cells in sheet.rows():
        strange = [cell for cell in cells if fold(cell.text) not in ours]
        rule = "item-in-help" if len(strange) >= ITEM else "cell-in-table"
        for cell in strange[:1] if rule == "item-in-help" else strange:
            where = (sheet.file, sheet.name, cell.address, cell.text)
            yield found(rule, *where, month=month, row=row)


def _help_texts() -> Iterator[str]:
    yield from (words.HELP_TITLE, *words.STEPS, words.COLUMN, words.HOW, words.EXAMPLE)
    for entry in words.ENTRIES:
        yield from (entry.full_heading, entry.how, entry.example)
    yield from (words.MISTAKES_TITLE, *words.MISTAKES, words.METHODS_TITLE)
    yield from (method.spellings[0] for method in METHODS)
