"""The public rows → the numbers of the pictures. Pure counting; nothing here is drawn.

Money in satang. What nobody stated is counted as such, never as 0, and belongs to no sum; a month
that is not public is a gap with its reason. Nothing is estimated.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.site.view import Tile, Year
from schemas import picture_words as words
from schemas.month import Month, fiscal_months
from schemas.procurement import Procurement, unabbreviated
from schemas.status import STATE_WORDS
from schemas.thai import fold

LARGEST = (1, 5, 10)  # suppliers
MANY_BIDDERS = 5
YEARS_BESIDE = 5  # how many years stand beside each other, month by month

Measure = Literal["amount", "rows"]


@dataclass(frozen=True)
class Line:
    """One bar with its numbers. ``gap`` says why there is none.

    ``rows`` is None where rows are unknown too; ``amount`` is the sum of agreed prices of the
    rows that state one, None when none does; ``unknown`` counts those that do not.
    """

    label: str
    rows: int | None
    amount: int | None
    unknown: int = 0
    gap: str = ""

    def value(self, measure: Measure) -> int | None:
        """What the bar shows, None for a gap."""
        if self.gap:
            return None
        return self.amount if measure == "amount" else self.rows


@dataclass(frozen=True)
class Picture:
    """Lines under one question. ``whole`` is what shares are shares of; None: none are told."""

    id: str
    measure: Measure
    lines: tuple[Line, ...]
    whole: int | None = None

    @property
    def largest(self) -> int:
        """The value that fills the width; 0 when there is nothing to draw."""
        return max((line.value(self.measure) or 0 for line in self.lines), default=0)

    @property
    def gaps(self) -> int:
        return sum(bool(line.gap) for line in self.lines)

    @property
    def unknown(self) -> int:
        """Rows in it that state no agreed price."""
        return sum(line.unknown for line in self.lines)

    def permille(self, line: Line) -> int | None:
        """The share of a line in thousandths, rounded half up; None where none may be told."""
        value = line.value(self.measure)
        if not self.whole or value is None:
            return None
        return (value * 2000 + self.whole) // (2 * self.whole)


def line_of(label: str, rows: Sequence[Procurement]) -> Line:
    """Return the bar of some rows that are all public."""
    stated = [row.agreed_price for row in rows if row.agreed_price is not None]
    amount = sum(stated) if stated or not rows else None
    gap = words.NO_AMOUNT if amount is None else ""
    return Line(label, len(rows), amount, len(rows) - len(stated), gap)


def rows_of(year: Year) -> tuple[Procurement, ...]:
    return tuple(row for tile in year.tiles if tile.summary for row in tile.summary.rows)


def complete(year: Year) -> bool:
    """True when all twelve months are public: only then a share of the year means anything."""
    return all(tile.summary for tile in year.tiles)


def pictures_of(year: Year) -> tuple[Picture, ...]:
    """Return the pictures of a fiscal year; those that no row could fill are left out."""
    rows = rows_of(year)
    found = [by_month(year)]
    if rows:
        found += [by_method(rows), by_type(rows), by_supplier(rows), by_price(rows)]
        found.append(by_bidders(rows))
    if complete(year):
        found = [_with_shares(picture, rows) for picture in found]
    return tuple(picture for picture in found if picture.lines)


def _with_shares(picture: Picture, rows: Sequence[Procurement]) -> Picture:
    whole = line_of("", rows).value(picture.measure)
    return Picture(picture.id, picture.measure, picture.lines, whole)


# ---- a year


def by_month(year: Year) -> Picture:
    return Picture("months", "amount", tuple(month_line(tile) for tile in year.tiles))


def month_line(tile: Tile) -> Line:
    """The bar of a month, or the words of its state: a month that is missing is not zero."""
    label = tile.status.month.words
    if tile.summary is None:
        return Line(label, None, None, gap=STATE_WORDS[tile.status.state])
    if not tile.summary.rows:
        return Line(label, 0, None, gap=words.NIL)
    return line_of(label, tile.summary.rows)


def by_method(rows: Sequence[Procurement]) -> Picture:
    def label(row: Procurement) -> str:
        if row.procurement_method is None:
            return words.NO_METHOD
        return words.METHOD_WORDS.get(row.procurement_method_code or "", words.OTHER_METHOD)

    order = (*words.METHOD_WORDS.values(), words.OTHER_METHOD, words.NO_METHOD)
    return Picture("methods", "amount", _grouped(rows, label, order, empty=False))


def by_type(rows: Sequence[Procurement]) -> Picture:
    """By the word that a title begins with; no lines when no title says it."""

    def label(row: Procurement) -> str:
        title = fold(row.title or "")
        starts = (kind for start, kind in words.TYPE_STARTS.items() if title.startswith(start))
        return next(starts, words.NO_TYPE)

    told = tuple(dict.fromkeys(words.TYPE_STARTS.values()))
    lines = _grouped(rows, label, (*told, words.NO_TYPE), empty=False)
    return Picture("types", "amount", lines if {x.label for x in lines} & set(told) else ())


def by_supplier(rows: Sequence[Procurement]) -> Picture:
    """How much the largest suppliers have together; nobody is named."""
    named: dict[str, list[Procurement]] = {}
    for row in rows:
        if row.supplier is not None:
            named.setdefault(unabbreviated(row.supplier), []).append(row)
    # The name only decides between equal ones, so that every run takes the same.
    largest = sorted(named, key=lambda name: (-(line_of("", named[name]).amount or 0), name))
    tops = [
        line_of(
            words.LARGEST_SUPPLIERS.format(count=count),
            [row for name in largest[:count] for row in named[name]],
        )
        for count in LARGEST
        if count < len(largest)
    ]
    every = [row for row in rows if row.supplier is not None]
    nameless = [row for row in rows if row.supplier is None]
    lines = [*tops, *([line_of(words.ALL_SUPPLIERS.format(count=len(named)), every)])]
    if nameless:
        lines.append(line_of(words.NO_SUPPLIER, nameless))
    return Picture("suppliers", "amount", tuple(lines) if every else ())


def by_price(rows: Sequence[Procurement]) -> Picture:
    order = (
        *(words.FAR_BELOW, words.BELOW, words.LITTLE_BELOW),
        *(words.EQUAL, words.ABOVE, words.NOT_COMPARABLE),
    )
    return Picture("prices", "rows", _grouped(rows, price_band, order, empty=True))


def price_band(row: Procurement) -> str:
    """How far the agreed price lies from the reference price, by whole satang."""
    price, reference = row.agreed_price, row.reference_price
    if price is None or not reference:  # a reference price of 0 compares with nothing
        return words.NOT_COMPARABLE
    if price >= reference:
        return words.EQUAL if price == reference else words.ABOVE
    below = (reference - price) * 100
    if below > reference * 20:
        return words.FAR_BELOW
    return words.BELOW if below > reference * 5 else words.LITTLE_BELOW


def by_bidders(rows: Sequence[Procurement]) -> Picture:
    def label(row: Procurement) -> str:
        if not row.bids:
            return words.NO_BIDDERS
        few = len(row.bids) < MANY_BIDDERS
        form = words.BIDDERS if few else words.MANY_BIDDERS
        return form.format(count=min(len(row.bids), MANY_BIDDERS))

    order = (
        *(words.BIDDERS.format(count=count) for count in range(1, MANY_BIDDERS)),
        words.MANY_BIDDERS.format(count=MANY_BIDDERS),
        words.NO_BIDDERS,
    )
    return Picture("bidders", "rows", _grouped(rows, label, order, empty=True))


def _grouped(
    rows: Iterable[Procurement],
    label: Callable[[Procurement], str],
    order: Sequence[str],
    *,
    empty: bool,
) -> tuple[Line, ...]:
    """Return a line for each label in its order; lines without rows only where ``empty``."""
    groups: dict[str, list[Procurement]] = {name: [] for name in order}
    for row in rows:
        groups[label(row)].append(row)
    return tuple(line_of(name, group) for name, group in groups.items() if group or empty)


# ---- years


def trend(years: Sequence[Year]) -> tuple[Picture, ...]:
    """Return the fiscal years beside each other, and the months of the newest of them.

    A year counts only when its twelve months are public; years between of which nothing is known
    are gaps as well. ValueError when nothing is public.
    """
    known = {year.status.fiscal_year: year for year in years}
    span = range(min(known), max(known) + 1)
    newest = max(number for number, year in known.items() if year.status.published)
    beside = range(min(known), newest + 1)[-YEARS_BESIDE:]
    tiles = {tile.status.month: tile for year in years for tile in year.tiles}
    of_years = Picture("years", "amount", tuple(_year_line(year, known) for year in span))
    if len(beside) == 1:
        return (of_years,)
    by_place = zip(*(fiscal_months(year) for year in beside), strict=True)
    lines = tuple(_month_of(month, tiles) for same in by_place for month in same)
    return of_years, Picture("same-months", "amount", lines)


def _year_line(number: int, known: Mapping[int, Year]) -> Line:
    label = words.FISCAL_YEAR.format(year=number)
    year = known.get(number)
    if year is None:
        return Line(label, None, None, gap=words.NOTHING_OF_YEAR)
    if not complete(year):
        published = sum(tile.summary is not None for tile in year.tiles)
        return Line(label, None, None, gap=words.INCOMPLETE.format(published=published))
    rows = rows_of(year)
    return line_of(label, rows) if rows else Line(label, 0, None, gap=words.NIL)


def _month_of(month: Month, tiles: Mapping[Month, Tile]) -> Line:
    tile = tiles.get(month)
    if tile is None:
        return Line(month.words, None, None, gap=words.NOTHING_OF_YEAR)
    return month_line(tile)
