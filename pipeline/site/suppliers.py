"""Every supplier with what was bought from it: an index by name and by amount, a page for each.

Two names are one supplier only when they are the same but for the number of blanks: nobody has
told us that «บจก. ก้าวหน้า» is «บริษัท ก้าวหน้า จำกัด», and a page about a firm must not guess.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.difference import births
from pipeline.pages import numbered, shares
from pipeline.places import folder_of, place_of
from pipeline.site.view import Site, Year
from pipeline.summarise import Summaries
from schemas.personal import is_person
from schemas.procurement import Procurement, plain_name, same_name
from schemas.summary import MonthlySummary
from schemas.thai import initial, thai_order

FOLDER = "suppliers/"
INDEX, BY_AMOUNT = f"{FOLDER}index.html", f"{FOLDER}by-amount.html"
# Lines of one page: with long names it stays below 150 kB.
LONGEST_INDEX, LONGEST_PAGE = 250, 150


@dataclass(frozen=True)
class Purchase:
    """A public row; ``position`` and ``birth`` count from 1."""

    summary: MonthlySummary
    position: int
    birth: int
    row: Procurement

    @property
    def place(self) -> str:
        """The folder of its month from the root of the site."""
        return place_of(self.summary)

    @property
    def page(self) -> str:
        """Its own page from the root of the site."""
        return f"{folder_of(self.summary.month)}procurements/{self.birth}.html"


@dataclass(frozen=True)
class Sum:
    """What some purchases cost, in satang; None when none states a price."""

    rows: int
    agreed: int | None
    unknown: int


@dataclass(frozen=True)
class Supplier:
    """A name with its purchases, the newest first; ``slug`` is made by us."""

    name: str
    slug: str
    purchases: tuple[Purchase, ...]

    @property
    def total(self) -> Sum:
        return sum_of(self.purchases)

    @property
    def initial(self) -> str:
        return initial(same_name(self.name))

    @property
    def person(self) -> bool:
        return is_person(self.name)

    def in_year(self, fiscal_year: int) -> Sum:
        return sum_of(p for p in self.purchases if p.summary.month.fiscal_year == fiscal_year)


def sum_of(purchases: Iterable[Purchase]) -> Sum:
    """Return how many rows there are, what they cost, and how many of them do not tell."""
    prices = [purchase.row.agreed_price for purchase in purchases]
    known = [price for price in prices if price is not None]
    return Sum(len(prices), sum(known) if known else None, len(prices) - len(known))


def suppliers(site: Site) -> dict[str, bytes]:
    """Return the index in both orders, and the page of each supplier; long ones go on."""
    every = suppliers_of(site.summaries)
    by_name = sorted(every, key=_by_name)
    by_amount = sorted(every, key=_by_amount)
    pages = _index(site, by_name, INDEX) | _index(site, by_amount, BY_AMOUNT)
    for supplier in every:
        pages |= _pages(site, supplier)
    return pages


def suppliers_of(summaries: Summaries) -> list[Supplier]:
    """Return each supplier of the public rows with all that was bought from it."""
    addresses = slugs(summaries.public)
    bought: dict[str, list[Purchase]] = {}
    for purchase in purchases(summaries):
        if (name := purchase.row.supplier) is not None:
            bought.setdefault(plain_name(name), []).append(purchase)
    return [Supplier(name, addresses[name], tuple(found)) for name, found in bought.items()]


def purchases(summaries: Summaries) -> list[Purchase]:
    """Return every public row, the newest month first, its last row first."""
    older: dict[object, list[MonthlySummary]] = {}
    for summary in sorted(summaries.superseded, key=lambda one: one.revision):
        older.setdefault(summary.month, []).append(summary)
    found: list[Purchase] = []
    for summary in sorted(summaries.public, key=lambda one: one.month, reverse=True):
        revisions = (*older.get(summary.month, ()), summary)
        own = births([one.rows for one in revisions])[-1]
        beside = enumerate(zip(own, summary.rows, strict=True), 1)
        month = [Purchase(summary, position, birth, row) for position, (birth, row) in beside]
        found += reversed(month)
    return found


def slugs(public: Iterable[MonthlySummary]) -> dict[str, str]:
    """Return the name of each supplier's page, by the supplier's name in one spelling of blanks.

    12 hex digits of its sha256; all 64 where somebody found two names that begin alike.
    """
    names = {
        plain_name(row.supplier) for one in public for row in one.rows if row.supplier is not None
    }
    digests = {name: hashlib.sha256(name.encode()).hexdigest() for name in sorted(names)}
    short = Counter(digest[:12] for digest in digests.values())
    return {name: d if short[d[:12]] > 1 else d[:12] for name, d in digests.items()}


def page_of(name: str | None, addresses: Mapping[str, str]) -> str | None:
    """Return the page of a supplier from the root of the site; None for a row without one."""
    return None if name is None else f"{FOLDER}{addresses[plain_name(name)]}.html"


def _by_name(supplier: Supplier) -> tuple[bool, bool, tuple[str, str], str]:
    """Thai letters, then others, then what begins with no letter; heads do not count."""
    first = supplier.initial
    return not first, first.isascii(), thai_order(same_name(supplier.name)), supplier.name


def _by_amount(supplier: Supplier) -> tuple[bool, int, tuple[object, ...]]:
    """The dearest first; last those of whom no row states a price."""
    agreed = supplier.total.agreed
    return agreed is None, -(agreed or 0), _by_name(supplier)


def _index(site: Site, ordered: Sequence[Supplier], path: str) -> dict[str, bytes]:
    by_amount = path == BY_AMOUNT
    parts = shares(ordered, LONGEST_INDEX)
    paths = [numbered(path, number) for number in range(1, len(parts) + 1)]
    every = [(place, one) for place, part in zip(paths, parts, strict=True) for one in part]
    letters: dict[str, str] = {}  # where each letter begins
    for place, one in every:
        letters.setdefault(one.initial, place)
    rows = [row for summary in site.summaries.public for row in summary.rows]
    return {
        place: site.draw(
            "suppliers.html",
            root="../",
            here=place,
            part=part,
            groups=[
                (letter, list(group))
                for letter, group in groupby(part, lambda one: "" if by_amount else one.initial)
            ],
            number=number,
            paths=[one.removeprefix(FOLDER) for one in paths],
            by_amount=by_amount,
            letters=[
                (letter, where.removeprefix(FOLDER), anchor(letter))
                for letter, where in letters.items()
            ],
            first={letter: anchor(letter) for letter, where in letters.items() if where == place},
            suppliers=len(ordered),
            nameless=sum(row.supplier is None for row in rows),
            rows=len(rows),
            years=counted(site.years),
        )
        for number, (place, part) in enumerate(zip(paths, parts, strict=True), 1)
    }


def anchor(letter: str) -> str:
    """Return the name by which a letter can be linked.

    >>> anchor("ก"), anchor("A"), anchor("")
    ('k1', 'ka', 'k0')
    """
    if not letter:
        return "k0"
    return f"k{letter.lower()}" if letter.isascii() else f"k{ord(letter) - ord('ก') + 1}"


def counted(years: Sequence[Year]) -> list[Year]:
    """Return the years from which sums can be made: those with a public month."""
    return [year for year in years if year.status.published]


def _pages(site: Site, supplier: Supplier) -> dict[str, bytes]:
    parts = shares(supplier.purchases, LONGEST_PAGE)
    address = f"{FOLDER}{supplier.slug}.html"
    paths = [numbered(address, number) for number in range(1, len(parts) + 1)]
    years = [(year, supplier.in_year(year.status.fiscal_year)) for year in counted(site.years)]
    return {
        place: site.draw(
            "supplier.html",
            root="../",
            supplier=supplier,
            years=years,
            part=part,
            number=number,
            paths=[one.removeprefix(FOLDER) for one in paths],
        )
        for number, (place, part) in enumerate(zip(paths, parts, strict=True), 1)
    }
