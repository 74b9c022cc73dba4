"""A page for each row ever published: what it states, and what became of it.

Its address has the row's permanent number (``pipeline.difference.births``) and never changes: a
row that was withdrawn keeps it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.difference import births
from pipeline.pages import row_address
from pipeline.places import folder_of, place_of
from pipeline.site.announcements import chain_of
from pipeline.site.suppliers import page_of, slugs
from pipeline.site.view import Site
from pipeline.summarise import Summaries
from schemas.difference import FIELD_WORDS, Correction, Field
from schemas.explanation import Explanation
from schemas.month import Month
from schemas.personal import is_person
from schemas.procurement import Procurement
from schemas.summary import MonthlySummary

ROOT = "../../../"  # from fy2568/2567-10/procurements/


@dataclass(frozen=True)
class Standing:
    """A row in one revision of its month; ``position`` counts from 1, as the anchors do."""

    summary: MonthlySummary
    position: int

    @property
    def row(self) -> Procurement:
        return self.summary.rows[self.position - 1]

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        return (self.summary.explanations or {}).get(self.position - 1, ())

    @property
    def anchor(self) -> str:
        """The row in the page of its month, from the root of the site."""
        return f"{place_of(self.summary)}{row_address(self.position)}"


@dataclass(frozen=True)
class Event:
    """What a correction did to one row: «added», «back», «changed», «renumbered», «removed»."""

    kind: str
    correction: Correction
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Life:
    """A row ever published: ``standings`` by revision, None where the revision is without it."""

    month: Month
    birth: int
    standings: tuple[Standing | None, ...]

    @property
    def public(self) -> Standing | None:
        """The row as the public revision has it; None when it was withdrawn."""
        return self.standings[-1]

    @property
    def last(self) -> Standing:
        """The row as it was public last."""
        return next(one for one in reversed(self.standings) if one)

    @property
    def number(self) -> str:
        """Its name for ever, without the prefix of the office."""
        return f"{self.month}-{self.birth}"

    @property
    def path(self) -> str:
        return f"{folder_of(self.month)}procurements/{self.birth}.html"


def procurements(site: Site) -> dict[str, bytes]:
    """Return the page of every row of every month by its path."""
    addresses = slugs(site.summaries.public)
    pages: dict[str, bytes] = {}
    for revisions in months(site.summaries):
        for life in lives_of(revisions):
            pages[life.path] = _page(site, life, revisions, addresses)
    return pages


def months(summaries: Summaries) -> list[list[MonthlySummary]]:
    """Return the revisions of each month, the public one last; months in their order."""
    every = sorted((*summaries.public, *summaries.superseded), key=lambda s: (s.month, s.revision))
    return [list(group) for _, group in groupby(every, key=lambda one: one.month)]


def lives_of(revisions: Sequence[MonthlySummary]) -> list[Life]:
    """Return every row that the month ever had, by its permanent number."""
    numbers = births([summary.rows for summary in revisions])
    standing = [
        {birth: Standing(summary, position) for position, birth in enumerate(own, 1)}
        for summary, own in zip(revisions, numbers, strict=True)
    ]
    return [
        Life(revisions[0].month, birth, tuple(one.get(birth) for one in standing))
        for birth in sorted({birth for own in numbers for birth in own})
    ]


def history(life: Life, revisions: Sequence[MonthlySummary]) -> Iterator[Event]:
    """Give what each correction of the month did to the row, the oldest first."""
    for at, summary in enumerate(revisions):
        if (correction := summary.corrected) is None:
            continue
        before, now = life.standings[at - 1] if at else None, life.standings[at]
        if before is None and now is not None:
            yield Event("back" if any(life.standings[:at]) else "added", correction)
        elif before is not None and now is None:
            yield Event("removed", correction)
        elif before is not None and now is not None:
            found = correction.difference
            for kind, pairs in (("changed", found.changed), ("renumbered", found.renumbered)):
                for pair in pairs:
                    if pair.new.position == now.position:
                        yield Event(kind, correction, pair.fields)


def names_person(row: Procurement) -> bool:
    """True for a row whose supplier, or a bidder, is a natural person by the head of the name."""
    names = (row.supplier, *(bid.bidder for bid in row.bids))
    return any(is_person(name) for name in names if name is not None)


def _page(
    site: Site, life: Life, revisions: Sequence[MonthlySummary], addresses: Mapping[str, str]
) -> bytes:
    events = list(history(life, revisions))
    if life.public is None:
        return site.draw(
            "withdrawn.html",
            root=ROOT,
            life=life,
            removed=next((one for one in reversed(events) if one.kind == "removed"), None),
        )
    row = life.public.row
    return site.draw(
        "procurement.html",
        root=ROOT,
        life=life,
        row=row,
        standing=life.public,
        events=events,
        words=FIELD_WORDS,
        ocid=f"{site.settings.open_data.ocid_prefix}-{life.number}",
        supplier_page=page_of(row.supplier, addresses),
        chain=chain_of(site, life.month, row),
        person=names_person(row),
    )
