"""The announcements of each project: the chain in its page, and a list for each fiscal year.

Where nobody ever looked there is no list: a page of nothing but "unknown" would tell nobody
anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.announcements import in_quarterly_list, number_of, of_row
from pipeline.difference import births
from pipeline.pages import numbered, shares
from pipeline.places import folder_of
from pipeline.site.view import Site, Tile, Year
from schemas.announcement import KINDS, UNKNOWN_KIND, Announcement
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.status import Announced

LIST = "announcements.html"
LONGEST_LIST = 300  # announcements on a page
# What is asked of every project; a change or a cancelling stands there only when there was one.
ALWAYS = ("plan", "reference_price", "draft", "invitation", "winner", "contract")


@dataclass(frozen=True)
class Step:
    """A kind of announcement in a chain, and what is known of it."""

    words: str
    known: tuple[Announcement, ...]


@dataclass(frozen=True)
class Chain:
    """What is known of the announcements of one row's project.

    ``listed`` is the path of the quarterly list that has a small purchase without a project
    number, "" for any other. ``asked``: since when e-GP's feed is asked, None for never.
    """

    number: str | None
    steps: tuple[Step, ...]
    listed: str
    asked: date | None

    @property
    def known(self) -> bool:
        return any(step.known for step in self.steps)

    @property
    def unknown(self) -> bool:
        return not all(step.known for step in self.steps)


def chain_of(site: Site, month: Month, row: Procurement) -> Chain | None:
    """Return the chain of a row; None where nobody ever looked for announcements."""
    if not site.beside.announcements.looked:
        return None
    found = of_row(month, row, site.beside.announcements)
    steps = [
        Step(kind.words, own)
        for kind in KINDS
        if (own := tuple(one for one in found if one.kind == kind.id)) or kind.id in ALWAYS
    ]
    if others := tuple(one for one in found if one.kind is None):
        steps.append(Step(UNKNOWN_KIND, others))
    listed = in_quarterly_list(row, month, site.settings.amounts)
    path = f"fy{month.fiscal_year}/w62-fy{month.fiscal_year}-q{month.fiscal_quarter}.xlsx"
    return Chain(
        number_of(row), tuple(steps), path if listed else "", site.beside.announcements.asked
    )


@dataclass(frozen=True)
class Line:
    """One announcement in the list, with the row that it belongs to."""

    month: Month
    announcement: Announcement
    title: str | None
    page: str  # of the row, from the folder of the year


@dataclass(frozen=True)
class Coverage:
    """One month of the list: its count, None while it is not public."""

    tile: Tile
    counted: Announced | None


def announcements(site: Site) -> dict[str, bytes]:
    """Return the list of each fiscal year, over as many pages as it needs."""
    pages: dict[str, bytes] = {}
    for year in site.years if site.beside.announcements.looked else ():
        pages |= _list(site, year)
    return pages


def _list(site: Site, year: Year) -> dict[str, bytes]:
    lines = list(_lines(site, year))
    parts = shares(lines, LONGEST_LIST)
    paths = [numbered(LIST, number) for number in range(1, len(parts) + 1)]
    coverage = [Coverage(tile, tile.status.announcements) for tile in year.tiles]
    counted = [one.counted for one in coverage if one.counted]
    whole = Announced(
        sum(one.projects for one in counted),
        sum(one.announced or 0 for one in counted),
        sum(one.by_list for one in counted),
    )
    number = year.status.fiscal_year
    return {
        f"fy{number}/{path}": site.draw(
            "announcements.html",
            root="../",
            year=year,
            coverage=coverage,
            whole=whole,
            months=len(counted),
            lines=part,
            count=len(lines),
            paths=paths,
            number=at,
            asked=site.beside.announcements.asked,
        )
        for at, (path, part) in enumerate(zip(paths, parts, strict=True), start=1)
    }


def _lines(site: Site, year: Year) -> Iterator[Line]:
    """Give the announcements month by month, each under the first row of its project."""
    for tile in year.tiles:
        if tile.summary is None:
            continue
        month, told = tile.summary.month, set[Announcement]()
        for birth, row in zip(_births(tile), tile.summary.rows, strict=True):
            page = f"{folder_of(month)}procurements/{birth}.html".partition("/")[2]
            for one in of_row(month, row, site.beside.announcements):
                if one not in told:
                    told.add(one)
                    yield Line(month, one, row.title, page)


def _births(tile: Tile) -> tuple[int, ...]:
    """The permanent numbers of the rows: those of the summary, or of a month without a past."""
    summary = tile.summary
    if summary is None:
        return ()
    return summary.births or tuple(births([summary.rows])[0])
