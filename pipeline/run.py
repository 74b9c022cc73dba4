"""The spine: one pass from the inbox to the website. Every step is one line and one module.

inbox → examine (guard, read, recognise, clean) → judge (check, decide) → ledger
ledger → summarise → render → site → gate → publish → outside (deliver, look, tell)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.clock import Clock
from pipeline.configure import Workspace
from pipeline.confine import examine_confined
from pipeline.duty import overdue
from pipeline.gate import gate
from pipeline.inbox import Arrivals, Original, arrivals
from pipeline.judge import judge, released
from pipeline.ledger import Ledger
from pipeline.live import damage_of
from pipeline.outside import Outside, go_outside
from pipeline.publish import publish
from pipeline.render import render
from pipeline.reply import write_replies
from pipeline.site import assemble
from pipeline.status import calendar_moved, status_of_years
from pipeline.summarise import summarise
from schemas.history import Drop, Waiting
from schemas.month import Month
from schemas.summary import MonthlySummary


@dataclass(frozen=True)
class Answer:
    """What became of one dropped file; "unchanged" when these bytes were answered before."""

    original: Original
    outcome: str
    drop: Drop


@dataclass(frozen=True)
class Pass:
    """What one pass did, and what waits for a person after it."""

    today: date
    arrived: Arrivals
    answers: tuple[Answer, ...]
    published: tuple[MonthlySummary, ...]
    waiting: tuple[Waiting, ...]
    returned: tuple[str, ...]  # files
    late: tuple[Month, ...]
    replies: Mapping[str, str]  # by path in the inbox, relative to ``output/``
    outside: Outside

    @property
    def waits_for_somebody(self) -> bool:
        return bool(self.waiting or self.returned or self.late) or self.outside.waits


def run(today: date, workspace: Workspace, ledger: Ledger, settle: float, clock: Clock) -> Pass:
    """Answer every workbook that has settled, then bring replies and site up to the ledger.

    ``today`` decides; the clock only counts the waits between two tries to deliver or to tell.
    Safe to repeat and to kill: a decision is one transaction, all else is made from the ledger.
    """
    arrived = arrivals(workspace.inbox, workspace.originals, settle, clock.wait)
    answers = tuple(take_in(one, arrived, today, workspace, ledger) for one in arrived.originals)
    ledger.saw(arrived, today)
    # Written down, not computed while rendering: the same ledger makes the same site on any day.
    ledger.accept(released(ledger.waiting(), workspace.settings, today), today)
    damage = damage_of(workspace, ledger)  # before it is set right
    try:
        published = publish_site(today, workspace, ledger)
    finally:  # also when the site is refused; not before it, which may write down the day
        replies = write_replies(ledger, workspace)
    outside = go_outside(damage, workspace, ledger, today, clock)
    history = ledger.history()
    return Pass(
        today,
        arrived,
        answers,
        published,
        tuple(ledger.waiting()),
        history.returned,
        tuple(overdue(history, workspace.settings, today)),
        replies,
        outside,
    )


def take_in(
    original: Original, arrived: Arrivals, today: date, workspace: Workspace, ledger: Ledger
) -> Answer:
    """Accept a workbook into the ledger month by month, or return it with every doubtful cell."""
    settings = workspace.settings
    # The latest, not any earlier one: going back to old content is a new revision.
    if ledger.is_latest(original, arrived.files):
        return Answer(original, "unchanged", ledger.answered(original))
    examined = examine_confined(
        original.path, original.file, settings.organisation.names, workspace.limits
    )
    judgement = judge(examined, ledger.before(original), settings, today)
    ledger.record(original, judgement, examined.accounts, today)
    return Answer(original, judgement.outcome, ledger.answered(original))


def publish_site(today: date, workspace: Workspace, ledger: Ledger) -> tuple[MonthlySummary, ...]:
    """Project the ledger onto the site; return what the public sees for the first time."""
    settings, history = workspace.settings, ledger.history()
    if not history.latest:
        return ()  # nothing was ever dropped: there is nothing to say in public
    summaries = summarise(history, ledger, settings)
    if calendar_moved(history, summaries, settings, today):
        ledger.record_day(today)
        history = ledger.history()
    rendered = render(summaries)
    years = status_of_years(history, summaries, settings, rendered)
    site = gate(assemble(summaries, years, rendered, settings))
    return publish(workspace, site, summaries, history, ledger, today)
