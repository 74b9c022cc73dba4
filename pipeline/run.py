"""The spine: one pass from the inbox to the website. Every step is one line and one module.

inbox → examine (guard, read, recognise, clean) → judge (check, decide) → ledger
announcements (e-GP's feed, files of finance) → ledger
ledger → summarise → render → site → gate → publish → outside (deliver, look, tell)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.announce import take_in_served
from pipeline.announcement_files import FileAnswer, take_in_files
from pipeline.announcements import announced_by_month, copies, known
from pipeline.clock import Clock
from pipeline.configure import Workspace
from pipeline.duty import overdue
from pipeline.egp.compare import EgpAnswer, compare, take_in_contracts
from pipeline.formats.kept import Kept
from pipeline.gate import gate
from pipeline.inbox import Arrivals, arrivals
from pipeline.judge import released
from pipeline.ledger import Ledger
from pipeline.live import damage_of
from pipeline.outside import Outside, go_outside
from pipeline.publish import publish
from pipeline.render import render
from pipeline.reply import write_replies
from pipeline.site import assemble
from pipeline.site.view import Beside
from pipeline.status import calendar_moved, status_of_years, write_statuses
from pipeline.summarise import summarise
from pipeline.take_in import Answer, Office, take_in
from pipeline.unchanged import note_published, stands_as_noted
from pipeline.workers import HERE, Workers
from schemas.history import Waiting
from schemas.month import Month
from schemas.summary import MonthlySummary


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
    files: tuple[FileAnswer, ...] = ()  # announcements that finance dropped
    contracts: tuple[EgpAnswer, ...] = ()  # files of e-GP's open data

    @property
    def waits_for_somebody(self) -> bool:
        asked = any(one.file.must_be_mended for one in self.files)
        useless = any(one.outcome == "returned" for one in self.contracts)
        told = self.waiting or self.returned or self.late or asked or useless
        return bool(told) or self.outside.waits


def run(
    today: date,
    workspace: Workspace,
    ledger: Ledger,
    settle: float,
    clock: Clock,
    workers: Workers = HERE,
) -> Pass:
    """Answer every workbook that has settled, then bring replies and site up to the ledger.

    ``today`` decides; the clock only counts the waits between two tries to deliver or to tell.
    Safe to repeat and to kill: a decision is one transaction, all else is made from the ledger.
    """
    arrived = arrivals(workspace.inbox, workspace.originals, settle, clock.wait)
    office = Office(workspace, ledger, arrived)
    answers: list[Answer] = []
    for _, answer in take_in([office], today, workers):
        if isinstance(answer, Exception):
            raise answer
        answers.append(answer)
    return finish(office, answers, today, clock, workers)


def finish(
    office: Office, answers: Sequence[Answer], today: date, clock: Clock, workers: Workers = HERE
) -> Pass:
    """Bring everything of an office up to its ledger, which has the answers to its workbooks."""
    workspace, ledger, arrived = office.workspace, office.ledger, office.arrived
    take_in_served(workspace, ledger)
    files = tuple(take_in_files(arrived, today, workspace, ledger))
    contracts = tuple(take_in_contracts(arrived, workspace, ledger))
    ledger.saw(arrived, today)
    # Written down, not computed while rendering: the same ledger makes the same site on any day.
    ledger.accept(released(ledger.waiting(), workspace.settings, today), today)
    damage = damage_of(workspace, ledger)  # before it is set right
    try:
        published = publish_site(today, workspace, ledger, workers, untouched=not damage)
    finally:  # also when the site is refused; not before it, which may write down the day
        replies = write_replies(ledger, workspace)
    outside = go_outside(damage, workspace, ledger, today, clock)
    history = ledger.history()
    return Pass(
        today,
        arrived,
        tuple(answers),
        published,
        tuple(ledger.waiting()),
        history.returned,
        tuple(overdue(history, workspace.settings, today)),
        replies,
        outside,
        files,
        contracts,
    )


def publish_site(
    today: date,
    workspace: Workspace,
    ledger: Ledger,
    workers: Workers = HERE,
    *,
    untouched: bool = False,
) -> tuple[MonthlySummary, ...]:
    """Project the ledger onto the site; return what the public sees for the first time.

    ``untouched``: what is public was compared with what was released, and is the same.
    """
    settings, history = workspace.settings, ledger.history()
    if not history.latest:
        return ()  # nothing was ever dropped: there is nothing to say in public
    kept = Kept(workspace.cache)
    if untouched and stands_as_noted(today, workspace, ledger, kept):
        return ()
    summaries = summarise(history, ledger, settings)
    announcements = known(history, ledger, summaries, settings.site.base_url)
    if calendar_moved(history, summaries, settings, today) or announcements.since(
        history.as_of, today
    ):
        ledger.record_day(today)
        history = ledger.history()
    compared = compare(history, ledger, workspace, kept, summaries)
    rendered = render(summaries, kept, workers)
    announced = announced_by_month(summaries, announcements, settings.amounts)
    years = status_of_years(history, summaries, settings, rendered, announced, compared.reconciled)
    beside = Beside(workspace.emblem, announcements, compared.years)
    made = assemble(summaries, years, rendered, settings, kept, beside)
    site = gate(made | copies(announcements, workspace.originals), announcements.copies, kept)
    kept.sweep()
    published = publish(workspace, site, summaries, history, ledger, today)
    write_statuses(workspace.measure4, years)
    note_published(today, workspace, ledger, kept)
    return published
