"""Two readers, one table: what finance wrote must come out alike of both, cell by cell.

A single reader's bug would publish a wrong figure that every later check finds in order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    by_sheet: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        by_sheet[table.sheet].append(table)
    for name, of in by_sheet.items():
        sheet = by_name[name]
        seen = second(sheet)
        contradictions: list[Finding] = []
        if seen is not None:
            by_row = _by_row(sheet, seen)
            for table in of:
                contradictions += _contradictions(sheet, seen, table, _area(table, by_row))
        readers[name] = 1 if seen is None or contradictions else 2
        findings += contradictions
    return readers, findings


def _contradictions(
    sheet: Sheet, seen: Seen, table: Table, area: Iterable[Place]
) -> list[Finding]:
    findings: list[Finding] = []
    for at in area:
        cell, other = sheet.cells.get(at), seen.get(at)
        if differs(cell, other):
            where = (sheet.file, sheet.name, address(*at), cell.text if cell else "")
            month, shown = table.month, "" if other is None else str(other)
            findings.append(found("readers-agree", *where, month=month, other=shown))
            if len(findings) == MOST_TOLD:
                break
    return findings


def _by_row(sheet: Sheet, seen: Seen) -> Mapping[int, Sequence[Place]]:
    """The places that one reader saw filled."""
    by_row: dict[int, list[Place]] = defaultdict(list)
    for at in {**sheet.cells, **seen}:
        by_row[at[0]].append(at)
    return by_row


def _area(table: Table, by_row: Mapping[int, Sequence[Place]]) -> Iterator[Place]:
    """The filled places of the items, from the first column to the last."""
    used = {cell.column for line in table.lines for cell in line.all} | {*table.columns.values()}
    columns = range(min(used), max(used) + 1)
    rows = {row for line in table.lines for row in range(line.row, line.last + 1)}
    for row in sorted(rows):
        yield from (at for at in by_row.get(row, ()) if at[1] in columns)
