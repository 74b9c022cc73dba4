"""``check``: what a drop of some files would be answered, for people and programs.

On its own, because an officer waits for it: what publishes is not loaded.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline import CannotRunError
from pipeline.configure import Place, Workspace
from pipeline.confine import examine_confined
from pipeline.judge import Judgement, judge
from pipeline.pages import draw
from schemas import reply_words
from schemas.finding import SEVERITY_WORDS, Finding
from schemas.history import Before
from schemas.month import Month

OUTCOME_WORDS = {
    "accepted": "รับแล้ว",
    "waiting": "รอคำชี้แจง",
    "returned": "ส่งกลับให้แก้ไข",
    "unchanged": "เคยรับแล้ว ไม่มีอะไรเปลี่ยน",
}
MARKS = {"accepted": "✓", "waiting": "?", "returned": "✗", "unchanged": "="}
UNBROKEN = 100_000  # columns


@dataclass(frozen=True)
class Checked:
    """A file that was only looked at."""

    name: str
    judgement: Judgement

    @property
    def outcome(self) -> str:
        return self.judgement.outcome

    @property
    def months(self) -> list[Month]:
        return [month.month for month in self.judgement.months]

    @property
    def rows(self) -> int:
        return self.judgement.rows

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.judgement.findings


def look(files: Sequence[Path], workspace: Workspace, today: date) -> list[Checked]:
    """Return what a drop of these files would be answered; the ledger is only read."""
    before = _before(workspace.ledger)
    checked = []
    for path in files:
        if not path.is_file():
            raise CannotRunError(f"ไม่พบไฟล์ {path}")
        examined = examine_confined(
            path, path.name, workspace.settings.organisation.names, workspace.limits
        )
        checked.append(Checked(path.name, judge(examined, before, workspace.settings, today)))
    return checked


def _before(place: Place) -> Before:
    if not place.url and not place.file.exists():
        return Before()  # where nothing was ever dropped no database is loaded
    from pipeline.ledger import Ledger

    with Ledger.view(place) as ledger:
        return ledger.before_part("") if ledger else Before()


def check_json(files: Sequence[Checked]) -> dict[str, Any]:
    """Return the object that ``check --json`` prints (DESIGN §7)."""
    return {
        "files": [
            {
                "file": file.name,
                "outcome": file.outcome,
                "months": [str(month) for month in file.months],
                "rows": [
                    {
                        "month": str(month.month),
                        **row.public(),
                        "sheet": row.source.sheet,
                        "row": row.source.row,
                    }
                    for month in file.judgement.months
                    for row in month.rows
                ],
                "findings": [finding_json(finding) for finding in file.findings],
            }
            for file in files
        ]
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    given = finding.explanation
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "month": str(finding.month) if finding.month else None,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "value": finding.value,
        "message": finding.message,
        "explanation": {"reason": given.reason, "by": given.by} if given else None,
    }


def check_words(
    files: Sequence[Checked], replies: Sequence[Path | None], width: int | None = None
) -> str:
    """Return the same for people; ``replies`` are the marked workbooks that were asked for.

    ``width`` is that of the terminal in columns; None does not break lines: a file has no width.
    """
    tables = [_table(file.findings, width) for file in files]
    return draw(
        "terminal/check.txt",
        "arabic",
        files=list(zip(files, tables, replies, strict=True)),
        marks=MARKS,
        words={**OUTCOME_WORDS, "accepted": "ใช้ได้", "unchanged": "ตรงกับที่เผยแพร่แล้ว"},
    ).decode()


def _table(findings: Sequence[Finding], width: int | None) -> str:
    """The findings in columns; rich knows that the marks of Thai take no room of their own."""
    if not findings:
        return ""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for head in (reply_words.LEVEL, reply_words.PLACE, reply_words.WHAT):
        table.add_column(Text(head), overflow="fold")
    for finding in findings:
        level = reply_words.EXPLAINED if finding.explanation else SEVERITY_WORDS[finding.severity]
        place = " ".join(filter(None, (finding.sheet, finding.cell))) or reply_words.WHOLE_FILE
        table.add_row(Text(level), Text(place), Text(finding.message))
    page = io.StringIO()
    console = Console(file=page, width=width or UNBROKEN, color_system=None, legacy_windows=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())
