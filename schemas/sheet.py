"""A worksheet as it was dropped: filled cells with their addresses, nothing interpreted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

# What Excel shows in a cell is one of these; a reader must say which.
Kind = Literal["text", "number", "date", "truth", "error", "uncalculated"]
# Struck through: nothing of the cell, a part of its text, all of it.
Struck = Literal["", "partly", "whole"]


def address(row: int, column: int) -> str:
    """Return the address that Excel shows for a row and a column counted from 1.

    >>> address(6, 3), address(1, 28)
    ('C6', 'AB1')
    """
    return f"{_letters(column)}{row}"


@cache
def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell.

    ``text`` is what stands there, as typed or as the stored number is written; ``value`` is the
    typed value: text, int or float in the unit of the sheet, a Gregorian day. ``kind`` is
    ``uncalculated`` for a formula whose result no program has stored: ``text`` is the formula.
    """

    row: int
    column: int
    text: str
    value: str | float | date
    kind: Kind
    struck: Struck = ""

    @property
    def address(self) -> str:
        return address(self.row, self.column)


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged rectangle, all four bounds counted from 1 and included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Hidden:
    """What Excel does not show: the sheet itself, rows and columns that hold filled cells."""

    sheet: bool = False
    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """The filled cells of one worksheet by (row, column), its merged areas, what is hidden."""

    file: str
    name: str
    cells: Mapping[tuple[int, int], Cell]
    merges: tuple[Merge, ...] = ()
    hidden: Hidden = Hidden()

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Each row that holds something, top down, its cells from left to right."""
        by_row: dict[int, list[Cell]] = {}
        for at in sorted(self.cells):
            by_row.setdefault(at[0], []).append(self.cells[at])
        yield from by_row.items()
