"""Look without touching: what would be found in a file, and what may be claimed on a day."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline import CannotRunError
from pipeline.configure import Workspace
from pipeline.confine import examine_confined, warm
from pipeline.judge import judge
from pipeline.ledger import Ledger
from pipeline.publish import read_manifest
from pipeline.status import files_by_month, measure4
from pipeline.summarise import Summaries, summarise
from pipeline.tell import Checked
from schemas.history import Before, History
from schemas.month import Month
from schemas.status import MeasureStatus, PublicFile


def look(files: Sequence[Path], workspace: Workspace, today: date) -> list[Checked]:
    """Return what a drop of these files would be answered; the ledger is only read."""
    warm()
    with Ledger.view(workspace.ledger) as ledger:
        before = ledger.before_part("") if ledger else Before()
    checked = []
    for path in files:
        if not path.is_file():
            raise CannotRunError(f"ไม่พบไฟล์ {path}")
        examined = examine_confined(
            path, path.name, workspace.settings.organisation.names, workspace.limits
        )
        checked.append(Checked(path.name, judge(examined, before, workspace.settings, today)))
    return checked


def status_on(workspace: Workspace, fiscal_year: int | None, today: date) -> MeasureStatus:
    """Return the status of measure 4 on a day; the fiscal year of that day if none is named."""
    settings = workspace.settings
    with Ledger.view(workspace.ledger) as ledger:
        history = ledger.history() if ledger else History({}, {}, (), None)
        summaries = summarise(history, ledger, settings) if ledger else Summaries((), ())
    year = Month.of(today).fiscal_year if fiscal_year is None else fiscal_year
    listed = [PublicFile(path, sha256) for path, sha256 in read_manifest(workspace.site)]
    return measure4(year, today, history, summaries, settings, files_by_month(listed))
