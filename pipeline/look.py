"""Look without touching: what would be found in a file, and what may be claimed on a day."""

from datetime import date

from pipeline.announcements import announced_by_month, known
from pipeline.check import check
from pipeline.configure import Workspace
from pipeline.egp.compare import compare
from pipeline.facts import Beside, Index, remember
from pipeline.formats.kept import Kept
from pipeline.ledger import Ledger
from pipeline.publish import read_manifest
from pipeline.status import files_by_month, measure4
from pipeline.summarise import Summaries, summarise
from pipeline.tell import Trial
from schemas.announcement import NOTHING_KNOWN
from schemas.history import History
from schemas.month import Month
from schemas.reconciliation import NOTHING_COMPARED, Compared
from schemas.rules import RULES
from schemas.status import MeasureStatus, PublicFile


def try_rules(workspace: Workspace, today: date) -> tuple[int, list[Trial]]:
    """Run the rules on trial over all that is public now; the ledger is only read.

    Returns how many months are public, and for each rule on trial what it would have told on a
    (Gregorian) day. Of rows that stand in two months the later month is told.
    """
    with Ledger.view(workspace.ledger) as ledger:
        revisions = ledger.history().revisions if ledger else {}
        public = {m: ledger.rows(found[-1]) for m, found in revisions.items()} if ledger else {}
    told, others = [], Index()
    for month, rows in sorted(public.items()):
        beside = Beside(others, workspace.settings.amounts)
        told += check(month, rows, today, (), beside, shadow=True)
        remember(others, month, None, rows)
    return len(public), [
        Trial(rule, tuple(finding for finding in told if finding.rule == rule.id))
        for rule in RULES
        if rule.shadow
    ]


def compared_now(workspace: Workspace) -> Compared:
    """Return what came of e-GP's open data against all that is public; nothing is written down."""
    with Ledger.view(workspace.ledger) as ledger:
        if ledger is None:
            return NOTHING_COMPARED
        return compare(ledger.history(), ledger, workspace, Kept(workspace.cache))


def status_on(workspace: Workspace, fiscal_year: int | None, today: date) -> MeasureStatus:
    """Return the status of measure 4 on a day; the fiscal year of that day if none is named."""
    settings = workspace.settings
    with Ledger.view(workspace.ledger) as ledger:
        history = ledger.history() if ledger else History({}, {}, (), None)
        summaries = summarise(history, ledger, settings) if ledger else Summaries((), ())
        announcements = (
            known(history, ledger, summaries, settings.site.base_url) if ledger else NOTHING_KNOWN
        )
        kept = Kept(workspace.cache)
        compared = compare(history, ledger, workspace, kept) if ledger else NOTHING_COMPARED
    announced = announced_by_month(summaries, announcements, settings.amounts)
    year = Month.of(today).fiscal_year if fiscal_year is None else fiscal_year
    listed = [PublicFile(path, sha256) for path, sha256 in read_manifest(workspace.site)]
    files = files_by_month(listed)
    return measure4(
        *(year, today, history, summaries, settings, files),
        announced=announced,
        reconciled=compared.reconciled,
    )
