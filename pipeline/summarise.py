"""The ledger → the form of each month: what is public now, and what once was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.difference import births, difference
from pipeline.ledger import Ledger
from pipeline.log import head
from schemas.announcement import egp_link
from schemas.config import Settings
from schemas.difference import RESTORED, Correction
from schemas.explanation import Explanation
from schemas.history import History, Release, Revision
from schemas.manifest import LogHead
from schemas.personal import public, without_citizens
from schemas.procurement import Procurement
from schemas.rules import CORRECTIONS
from schemas.summary import MonthlySummary, Numerals
from schemas.thai import thai_digits


@dataclass(frozen=True)
class Summaries:
    """One summary a month, and the superseded ones, both in the order of months."""

    public: tuple[MonthlySummary, ...]
    superseded: tuple[MonthlySummary, ...]


def summarise(history: History, ledger: Ledger, settings: Settings) -> Summaries:
    """Return every revision that has ever been accepted, ready to be rendered."""
    public, superseded = [], []
    heads = _heads(history, ledger.releases())
    for _, revisions in sorted(history.revisions.items()):
        beside = zip((None, *revisions), revisions, (*revisions[1:], None), strict=False)
        *older, last = _corrections(
            [
                replace(
                    _summary(earlier, revision, following, ledger, settings),
                    log=heads[revision.after],
                )
                for earlier, revision, following in beside
            ]
        )
        public.append(last)
        superseded += [replace(summary, superseded=True) for summary in older]
    return Summaries(tuple(public), tuple(superseded))


def _heads(history: History, releases: Sequence[Release]) -> dict[int | None, LogHead | None]:
    """Return where the log stood before each revision was shown first; that never changes."""
    needed = {one.after for revisions in history.revisions.values() for one in revisions}
    return {after: head(releases[:after]) for after in needed}


def _corrections(summaries: Sequence[MonthlySummary]) -> list[MonthlySummary]:
    """Give each revision of a month what it changed, what changed it, and its rows their numbers.

    Only what is public is compared: a citizen's number that is hidden in both is no difference.
    """
    made = [correction(old, new) for old, new in pairwise(summaries)]
    numbers = births([summary.rows for summary in summaries])
    beside = zip(summaries, (None, *made), (*made, None), numbers, strict=True)
    return [
        replace(summary, corrected=corrected, replaced=replaced, births=own)
        for summary, corrected, replaced, own in beside
    ]


def correction(old: MonthlySummary, new: MonthlySummary) -> Correction:
    """Return how one revision of a month became the next, and why, as far as somebody has said."""
    return Correction(
        month=new.month,
        organisation=new.organisation,
        before=old.revision,
        day=new.published_on,
        difference=difference(old.rows, new.rows),
        explanations=tuple(e for e in new.month_explanations if e.rule in CORRECTIONS),
    )


def _summary(
    earlier: Revision | None,
    revision: Revision,
    following: Revision | None,
    ledger: Ledger,
    settings: Settings,
) -> MonthlySummary:
    organisation = settings.organisation
    explained = ledger.explained_rows(revision, following)
    of_month = (
        *_going_back(revision, settings.site.numerals),
        *ledger.explained_month(revision, earlier, following),
    )
    return MonthlySummary(
        month=revision.month,
        organisation=organisation.name_on(revision.month.last),
        place=organisation.place,
        revision=revision.number,
        published_on=revision.accepted_on,
        rows=tuple(map(_row, ledger.rows(revision))),
        numerals=settings.site.numerals,
        nil=ledger.is_nil(revision),
        site=settings.site.root,
        sources=tuple(ledger.sources(revision)),
        explanations={index: tuple(map(_public, given)) for index, given in explained.items()},
        month_explanations=tuple(map(_public, of_month)),
    )


def _row(row: Procurement) -> Procurement:
    """The row as the month's files have it, with links to e-GP only.

    Which website is the office's own is configured: a month's files must not change with it.
    """
    links = tuple(filter(None, map(egp_link, row.announcements)))
    return replace(public(row), announcements=links)


def _going_back(revision: Revision, numerals: Numerals) -> Iterator[Explanation]:
    """Why the month went back to an earlier revision: an answer to why it was corrected."""
    if back := revision.restored:
        number = thai_digits(str(back.number)) if numerals == "thai" else str(back.number)
        reason = RESTORED.format(number=number, reason=back.reason)
        yield Explanation(CORRECTIONS[0], reason, back.by, revision.accepted_on)


def _public(explanation: Explanation) -> Explanation:
    reason, by = (without_citizens(text) for text in (explanation.reason, explanation.by))
    return replace(explanation, reason=reason, by=by)
