"""One original → what it states: the left half of the way of a file, in a child with limits.

Everything that touches a stranger's bytes or texts runs here: guard, read, recognise, clean. Only
plain JSON comes back, so that no crash, hang or trick of a workbook reaches the coordinator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.clean import clean
from pipeline.guard import Limits, RefusedError, guard
from pipeline.read import read
from pipeline.recognise import recognise
from schemas.finding import Finding
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.rules import RULE


@dataclass(frozen=True)
class Stated:
    """What one sheet states about one month, before any rule has looked at it."""

    month: Month
    rows: tuple[Procurement, ...]
    nil: bool


@dataclass(frozen=True)
class Examined:
    """A workbook read: its months, and every finding so far (those without a month too)."""

    months: tuple[Stated, ...]
    findings: tuple[Finding, ...]

    def kept(self) -> dict[str, Any]:
        """Return it as plain JSON values; ``Examined.of`` reads it."""
        return {
            "months": [
                [str(stated.month), [row.kept() for row in stated.rows], stated.nil]
                for stated in self.months
            ],
            "findings": [finding.kept() for finding in self.findings],
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Examined":
        return cls(
            tuple(
                Stated(Month.parse(month), tuple(Procurement.of(row) for row in rows), nil)
                for month, rows, nil in kept["months"]
            ),
            tuple(Finding.of(finding) for finding in kept["findings"]),
        )


def examine(path: Path, file: str, names: Sequence[str], limits: Limits) -> Examined:
    """Return what the file at ``path``, named ``file``, states.

    ``names`` are all names of the organisation. A file that must not or cannot be opened is one
    finding with the true reason, no exception.
    """
    try:
        guard(path, limits)
        sheets = read(path, file)
    except RefusedError as refused:
        return refusal(file, refused)
    except Exception as error:  # noqa: BLE001 - fuzzing openpyxl showed eleven kinds of them
        return refusal(file, RefusedError("file-is-read", type(error).__name__))
    tables, unrecognised = recognise(sheets, names)
    cleaned = [clean(table) for table in tables]
    unclear = [finding for part in cleaned for finding in part.findings]
    stated = [
        Stated(part.table.month, part.rows, part.table.nil)
        for part in cleaned
        if part.table.month is not None
    ]
    return Examined(tuple(stated), (*unrecognised, *unclear))


def refusal(file: str, refused: RefusedError) -> Examined:
    """Return the one finding of a file that was not read."""
    rule = RULE[refused.rule]
    words = rule.message.format(file=file, reason=refused.reason)
    return Examined((), (Finding(rule.id, rule.severity, file, "", "", "", words),))
