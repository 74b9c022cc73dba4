"""Two readers, one table: what finance wrote must come out alike of both, cell by cell.

A single reader's bug would publish a wrong figure that every later check finds in order.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.kinds import Kind
from pipeline.lines import Place
from pipeline.readers.second import Seen, differs, second_reader
from pipeline.recognise import Table
from schemas.finding import Finding
from schemas.rules import found
from schemas.sheet import Sheet, address

MOST_TOLD = 20  # contradictions of a table: more say nothing more


def double_entry(
    path: Path, kind: Kind, sheets: Sequence[Sheet], tables: Sequence[Table]
) -> tuple[Mapping[str, int], list[Finding]]:
    """Return how many readers read each sheet alike, and the cells on which they contradict."""
    second = second_reader(path, kind)
    readers: dict[str, int] = {}
    findings: list[Finding] = []
    by_name = {sheet.name: sheet for sheet in sheets}
    for name in dict.fromkeys(table.sheet for table in tables):
        seen = second(by_name[name])
        contradictions: list[Finding] = []
        for table in tables:
            if table.sheet == name and seen is not None:
                contradictions += _contradictions(by_name[name], seen, table)
        readers[name] = 1 if seen is None or contradictions else 2
        findings += contradictions
    return readers, findings


def _contradictions(sheet: Sheet, seen: Seen, table: Table) -> list[Finding]:
    findings: list[Finding] = []
    for at in _area(sheet, seen, table):
        cell, other = sheet.cells.get(at), seen.get(at)
        if differs(cell, other):
            where = (sheet.file, sheet.name, address(*at), cell.text if cell else "")
            month, shown = table.month, "" if other is None else str(other)
            findings.append(found("readers-agree", *where, month=month, other=shown))
            if len(findings) == MOST_TOLD:
                break
    return findings


def _area(sheet: Sheet, seen: Seen, table: Table) -> Iterator[Place]:
    """The places of the items, from the first column to the last, that one reader saw filled."""
    rows = {row for line in table.lines for row in range(line.row, line.last + 1)}
    used = {cell.column for line in table.lines for cell in line.all} | {*table.columns.values()}
    columns = range(min(used), max(used) + 1)
    for at in sheet.cells:
        if at[0] in rows and at[1] in columns:
            yield at
    for at in seen:
        if at[0] in rows and at[1] in columns and at not in sheet.cells:
            yield at
