"""The ledger → the form of each month: what is public now, and what once was."""

from dataclasses import dataclass, replace

from pipeline.ledger import Ledger
from schemas.config import Settings
from schemas.history import History, Revision
from schemas.personal import public
from schemas.summary import MonthlySummary


@dataclass(frozen=True)
class Summaries:
    """One summary a month, and the superseded ones, both in the order of months."""

    public: tuple[MonthlySummary, ...]
    superseded: tuple[MonthlySummary, ...]


def summarise(history: History, ledger: Ledger, settings: Settings) -> Summaries:
    """Return every revision that has ever been accepted, ready to be rendered."""
    public, superseded = [], []
    for _, revisions in sorted(history.revisions.items()):
        *older, last = (_summary(revision, ledger, settings) for revision in revisions)
        public.append(last)
        superseded += [replace(summary, superseded=True) for summary in older]
    return Summaries(tuple(public), tuple(superseded))


def _summary(revision: Revision, ledger: Ledger, settings: Settings) -> MonthlySummary:
    organisation = settings.organisation
    return MonthlySummary(
        month=revision.month,
        organisation=organisation.name_on(revision.month.last),
        place=organisation.place,
        revision=revision.number,
        published_on=revision.accepted_on,
        rows=tuple(map(public, ledger.rows(revision))),
        numerals=settings.site.numerals,
        nil=ledger.is_nil(revision),
        sources=tuple(ledger.sources(revision)),
    )
