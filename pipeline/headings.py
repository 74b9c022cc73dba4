"""Where the headers of a sheet stand, and what each grid column under them means."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property

from schemas.layouts import LAYOUTS, OTHER_TABLES, Column, Layout, heading, loose, skeleton
from schemas.procurement import is_placeholder
from schemas.sheet import Cell, Merge, Sheet

HEADER_WITHIN = 30  # rows
HEADER_LINES = 3
ENOUGH_TO_BE_MEANT = 4  # columns: so many known headings in a row are a header, perhaps incomplete
ALIKE = 0.8  # of difflib: a heading that is nearly a spelling we know
LONGEST_HEADING = 300  # characters
WIDEST = 200  # columns: no form is so wide, and looking costs the square of it

Rows = Mapping[int, Sequence[Cell]]
# What the header cells of a column may be read as, with the cells of each: as they stand, without
# idle words, without marks. The first reading that a layout knows counts.
Reading = Mapping[tuple[str, ...], Sequence[Cell]]
Readings = tuple[Reading, Reading, Reading]


@dataclass(frozen=True)
class Header:
    """A header: the layout it fits best, its rows (both included), its columns."""

    layout: Layout
    first: int
    last: int
    spans: Mapping[int, Column]  # grid column → the column of the layout
    unknown: Mapping[int, Cell]  # grid column → a heading that no spelling knows
    guessed: Mapping[int, Cell]  # grid column → a heading known only without its lost marks
    twice: Mapping[int, Cell]  # grid column → a heading that stands further left as well
    texts: frozenset[str]  # all that stands in its rows, as headings are compared

    @cached_property
    def found(self) -> set[Column]:
        return set(self.spans.values())

    @property
    def missing(self) -> list[Column]:
        return [c for c in self.layout.columns if c.required and c not in self.found]

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Complete first, then the topmost, then what tells most columns apart, units included."""
        return (-len(self.missing), -self.first, len(self.found), self.last)

    def repeated(self, texts: Sequence[str]) -> bool:
        """True when a row holds nothing but headings: the header of another printed page."""
        return len(texts) > 1 and all(heading(text) in {"", *self.texts} for text in texts)


def find_header(
    sheet: Sheet, rows: Rows, layouts: Sequence[Layout] = LAYOUTS, start: int = 1
) -> Header | None:
    """Return the best header within the first rows from ``start`` on; None when there is none.

    ``rows`` are the filled rows of the sheet by number.
    """
    best = None
    covered = _covered(sheet.merges, start)
    for first in range(start, start + HEADER_WITHIN):
        if best and not best.missing and first > best.first:
            break  # a header further down never wins over a complete one
        if any(cell.kind in {"number", "date"} for cell in rows.get(first, ())):
            continue  # figures stand below the first line of a header, never in it
        for lines in range(1, HEADER_LINES + 1):
            header = _header_in(rows, covered, range(first, first + lines), layouts)
            within = header is not None and header.first < start + HEADER_WITHIN
            if header and within and (best is None or header.rank > best.rank):
                best = header
    return best


def later_header(sheet: Sheet, rows: Rows, row: int) -> Header | None:
    """Return the complete header that begins in just this row, as a second table has one."""
    best = None
    for lines in range(1, HEADER_LINES + 1):
        covered = _covered(sheet.merges, row)
        header = _header_in(rows, covered, range(row, row + lines), LAYOUTS)
        fits = header is not None and header.first == row and not header.missing
        if header and fits and (best is None or header.rank > best.rank):
            best = header
    return best


def other_table(sheet: Sheet, rows: Rows) -> Layout | None:
    """Return what a sheet holds that is a table we know, but no สขร.๑."""
    header = find_header(sheet, rows, OTHER_TABLES)
    return header.layout if header and not header.missing else None


def likely(text: str) -> str:
    """Return the spelling that an unknown heading is nearly; "" when it is like none."""
    spellings = {
        heading(spelling): spelling
        for layout in LAYOUTS
        for column in layout.columns
        for spelling in column.spellings
        if " > " not in spelling
    }
    near = get_close_matches(heading(text[:LONGEST_HEADING]), spellings, n=1, cutoff=ALIKE)
    return spellings[near[0]] if near else ""


def _header_in(
    rows: Rows,
    covered: Mapping[tuple[int, int], tuple[int, int]],
    lines: range,
    layouts: Sequence[Layout],
) -> Header | None:
    paths = _paths(rows, covered, lines)
    if len(paths) < ENOUGH_TO_BE_MEANT:
        return None
    best = None
    readings = {place: _readings(path) for place, path in paths.items()}  # the same for every one
    for layout in layouts:
        header = _match(layout, paths, readings)
        if header and (best is None or header.rank > best.rank):
            best = header
    return best


def _covered(merges: Iterable[Merge], start: int) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell under a merge within reach of a header: the corner that holds its text."""
    reach = start + HEADER_WITHIN + HEADER_LINES
    return {
        (row, column): (merge.top, merge.left)
        for merge in merges
        if start <= merge.bottom and merge.top <= reach
        for row in range(max(merge.top, start), min(merge.bottom, reach) + 1)
        for column in range(merge.left, merge.right + 1)
    }


def _paths(
    rows: Rows, covered: Mapping[tuple[int, int], tuple[int, int]], lines: range
) -> dict[int, list[Cell]]:
    """For each grid column the different header cells above it, from top to bottom."""
    cells = {
        (cell.row, cell.column): cell
        for row in {*lines, *(top for (row, _), (top, _) in covered.items() if row in lines)}
        for cell in rows.get(row, ())
        if len(cell.text) <= LONGEST_HEADING and cell.column <= WIDEST
    }
    columns = {column for row, column in cells if row in lines}
    columns |= {column for row, column in covered if row in lines and column <= WIDEST}
    paths: dict[int, list[Cell]] = {}
    for column in sorted(columns):
        for row in lines:
            cell = cells.get(covered.get((row, column), (row, column)))
            if cell is None and any((below, column) in cells for below in lines if below > row):
                cell = _to_the_left(cells, row, column)
            if cell is not None and cell not in paths.setdefault(column, []):
                paths[column].append(cell)
    return {column: path for column, path in paths.items() if path}


def _to_the_left(cells: Mapping[tuple[int, int], Cell], row: int, column: int) -> Cell | None:
    """The heading over several columns where the merge is lost, as in a text."""
    near = (cells[row, left] for left in range(column - 1, 0, -1) if (row, left) in cells)
    return next(near, None)


@cache
def _known(layout: Layout) -> dict[tuple[str, ...], Column]:
    return {
        tuple(heading(part) for part in spelling.split(" > ")): column
        for column in layout.columns
        for spelling in column.spellings
    }


@cache
def _less(layout: Layout, less: Callable[[str], str]) -> dict[tuple[str, ...], Column]:
    """The same without marks or idle words, where that still names one column."""
    named: dict[tuple[str, ...], set[Column]] = {}
    for name, column in _known(layout).items():
        named.setdefault(tuple(map(less, name)), set()).add(column)
    return {name: columns.pop() for name, columns in named.items() if len(columns) == 1}


def _match(
    layout: Layout, paths: Mapping[int, list[Cell]], readings: Mapping[int, Readings]
) -> Header | None:
    """Name each column by its path; the header's rows are those that helped to name one."""
    spans: dict[int, Column] = {}
    unknown: dict[int, Cell] = {}
    guessed: dict[int, Cell] = {}
    twice: dict[int, Cell] = {}
    rows: set[int] = set()
    for place, path in paths.items():
        column, used, marks_lost = _named(layout, readings[place])
        # The same heading again in another cell is another table beside this one, or a slip.
        if column and (column not in spans.values() or spans.get(place - 1) == column):
            spans[place] = column
            rows |= {cell.row for cell in used}
            if marks_lost:
                guessed[place] = used[-1]
        elif column:
            twice[place] = path[-1]
        else:
            unknown[place] = path[-1]
    if len(set(spans.values())) < ENOUGH_TO_BE_MEANT:
        return None
    first, last = min(rows), max(rows)
    inside = range(first, last + 1)
    return Header(
        layout,
        first,
        last,
        spans,
        {place: cell for place, cell in (unknown | twice).items() if cell.row in inside},
        guessed,
        {place: cell for place, cell in twice.items() if cell.row in inside},
        frozenset(
            heading(cell.text) for path in paths.values() for cell in path if cell.row in inside
        ),
    )


def _named(layout: Layout, readings: Readings) -> tuple[Column | None, Sequence[Cell], bool]:
    """The column that header cells name, by which of them, and whether marks were lost."""
    standing, loosened, bare = readings
    for names, known, marks_lost in (
        (standing, _known(layout), False),
        (loosened, _less(layout, loose), False),
        (bare, _less(layout, skeleton), True),
    ):
        for name, cells in names.items():
            if column := known.get(name):
                return column, cells, marks_lost
    return None, (), False


def _readings(path: Sequence[Cell]) -> Readings:
    standing: dict[tuple[str, ...], Sequence[Cell]] = {}
    loosened: dict[tuple[str, ...], Sequence[Cell]] = {}
    bare: dict[tuple[str, ...], Sequence[Cell]] = {}
    for name, cells in _names(path):
        standing.setdefault(name, cells)
    for name, cells in standing.items():
        loosened.setdefault(tuple(map(loose, name)), cells)
        bare.setdefault(tuple(map(skeleton, name)), cells)
    return standing, loosened, bare


def _names(path: Sequence[Cell]) -> Iterator[tuple[tuple[str, ...], Sequence[Cell]]]:
    """The ways to read the header cells of one column: as a path, in one piece, some of them."""
    # Dashes stand in the rows below a header, never in it.
    path = [cell for cell in path if not is_placeholder(cell.text)] or path
    # The unit of the whole table stands above the last column, and belongs to no column.
    words = [cell for cell in path if heading(cell.text)]
    last = words[-1].row if words else 0
    path = [cell for cell in path if words and (cell in words or cell.row > last)] or path
    texts = [heading(cell.text) for cell in path]
    yield tuple(texts), path
    yield (heading("".join(cell.text for cell in path)),), path
    above = path[1:]  # without a title line
    below = path[: -1 if texts[-1] == "" else None]  # without a line of units or of indices
    for some in (above, below, above[: len(below) - 1]):
        if 0 < len(some) < len(path):
            yield tuple(heading(cell.text) for cell in some), path[path.index(some[0]) :]
            yield (heading("".join(cell.text for cell in some)),), path[path.index(some[0]) :]
    yield (texts[-1],), path[-1:]
