"""The ledger → the form of each month: what is public now, and what once was."""

from dataclasses import dataclass, replace

from pipeline.ledger import Ledger
from schemas.config import Settings
from schemas.explanation import Explanation
from schemas.history import History, Revision
from schemas.personal import public, without_citizens
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
        beside = zip((None, *revisions), revisions, (*revisions[1:], None), strict=False)
        *older, last = (
            _summary(earlier, revision, following, ledger, settings)
            for earlier, revision, following in beside
        )
        public.append(last)
        superseded += [replace(summary, superseded=True) for summary in older]
    return Summaries(tuple(public), tuple(superseded))


def _summary(
    earlier: Revision | None,
    revision: Revision,
    following: Revision | None,
    ledger: Ledger,
    settings: Settings,
) -> MonthlySummary:
    organisation = settings.organisation
    explained = ledger.explained_rows(revision, following)
    of_month = ledger.explained_month(revision, earlier, following)
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
        explanations={index: tuple(map(_public, given)) for index, given in explained.items()},
        month_explanations=tuple(map(_public, of_month)),
    )


def _public(explanation: Explanation) -> Explanation:
    reason, by = (without_citizens(text) for text in (explanation.reason, explanation.by))
    return replace(explanation, reason=reason, by=by)
