"""Where the header of a table stands, and what each grid column under it means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from schemas.layouts import LAYOUTS, Column, Layout, heading
from schemas.sheet import Cell, Merge, Sheet

HEADER_WITHIN = 30  # rows
HEADER_LINES = 2
ENOUGH_TO_BE_MEANT = 4  # columns: so many known headings in a row are a header, perhaps incomplete


@dataclass(frozen=True)
class Header:
    """A header: the layout it fits best, its rows (both included), its columns."""

    layout: Layout
    first: int
    last: int
    spans: Mapping[int, Column]  # grid column → the column of the layout
    unknown: Mapping[int, Cell]  # grid column → a heading that no spelling knows
    texts: frozenset[str]  # all that stands in its rows, as headings are compared

    @property
    def found(self) -> set[Column]:
        return set(self.spans.values())

    @property
    def missing(self) -> list[Column]:
        return [c for c in self.layout.columns if c.required and c not in self.found]

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Complete first, then what tells most columns apart, then the topmost, units included."""
        return (-len(self.missing), len(self.found), -self.first, self.last)

    def repeated(self, texts: Sequence[str]) -> bool:
        """True when a row holds nothing but headings: the header of another printed page."""
        return len(texts) > 1 and all(heading(text) in {"", *self.texts} for text in texts)


def find_header(sheet: Sheet) -> Header | None:
    """Return the best header within the first rows; None when no row looks like one."""
    best = None
    covered = _covered(sheet.merges)
    for first in range(1, HEADER_WITHIN + 1):
        for lines in range(1, HEADER_LINES + 1):
            paths = _paths(sheet, covered, range(first, first + lines))
            for layout in LAYOUTS if len(paths) >= ENOUGH_TO_BE_MEANT else ():
                header = _match(layout, paths)
                if header and (best is None or header.rank > best.rank):
                    best = header
    return best


def _covered(merges: Iterable[Merge]) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell under a merge within reach of a header: the corner that holds its text."""
    reach = HEADER_WITHIN + HEADER_LINES
    return {
        (row, column): (merge.top, merge.left)
        for merge in merges
        if merge.top <= reach
        for row in range(merge.top, min(merge.bottom, reach) + 1)
        for column in range(merge.left, merge.right + 1)
    }


def _paths(
    sheet: Sheet, covered: Mapping[tuple[int, int], tuple[int, int]], rows: range
) -> dict[int, list[Cell]]:
    """For each grid column the different header cells above it, from top to bottom."""
    columns = {column for row, column in sheet.cells if row in rows}
    columns |= {column for row, column in covered if row in rows}
    paths: dict[int, list[Cell]] = {}
    for column in sorted(columns):
        for row in rows:
            cell = sheet.cells.get(covered.get((row, column), (row, column)))
            if cell is not None and cell not in paths.setdefault(column, []):
                paths[column].append(cell)
    return {column: path for column, path in paths.items() if path}


@cache
def _known(layout: Layout) -> dict[tuple[str, ...], Column]:
    return {
        tuple(heading(part) for part in spelling.split(" > ")): column
        for column in layout.columns
        for spelling in column.spellings
    }


def _match(layout: Layout, paths: Mapping[int, list[Cell]]) -> Header | None:
    """Name each column by its path; the header's rows are those that helped to name one."""
    known = _known(layout)
    spans: dict[int, Column] = {}
    unknown: dict[int, Cell] = {}
    rows: set[int] = set()
    for place, path in paths.items():
        column, used = next(
            ((known[name], cells) for name, cells in _names(path) if name in known), (None, [])
        )
        # The same heading again in another cell is another table beside this one, or a slip.
        if column and (column not in spans.values() or spans.get(place - 1) == column):
            spans[place] = column
            rows |= {cell.row for cell in used}
        else:
            unknown[place] = path[-1]
    if len(set(spans.values())) < ENOUGH_TO_BE_MEANT:
        return None
    first, last = min(rows), max(rows)
    return Header(
        layout,
        first,
        last,
        spans,
        {place: cell for place, cell in unknown.items() if first <= cell.row <= last},
        frozenset(
            heading(cell.text)
            for path in paths.values()
            for cell in path
            if first <= cell.row <= last
        ),
    )


def _names(path: Sequence[Cell]) -> Iterator[tuple[tuple[str, ...], Sequence[Cell]]]:
    """The ways to read the header cells of one column: as a path, in one piece, the last alone."""
    texts = [heading(cell.text) for cell in path]
    yield tuple(texts), path
    yield (heading("".join(cell.text for cell in path)),), path
    yield (texts[-1],), path[-1:]
