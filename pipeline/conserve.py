"""Count the cells of a recognised sheet anew: read, left out by name, told; nothing else may be.

A recount, not a by-product: it starts from the cells that the reader gave, so that a step that
forgets one is found out (promise 2: nothing lost).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.lines import Place
from pipeline.recognise import Table
from schemas.examined import Account
from schemas.finding import Finding
from schemas.rules import found
from schemas.sheet import Sheet


def conserve(
    sheets: Sequence[Sheet],
    tables: Sequence[Table],
    findings: Sequence[Finding],
    readers: Mapping[str, int],
) -> tuple[list[Account], list[Finding]]:
    """Return the account of each sheet that has a table, and a finding where it does not close.

    ``readers`` says of each sheet how many programs have read it alike.
    """
    accounts: list[Account] = []
    doubts: list[Finding] = []
    told: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        told[finding.sheet].add(finding.cell)
    by_sheet: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        by_sheet[table.sheet].append(table)
    for sheet in sheets:
        of = by_sheet.get(sheet.name)
        if of is None:
            continue
        account, lost = _account(sheet, of, told[sheet.name])
        accounts.append(replace(account, readers=readers[sheet.name]))
        if lost:
            cell = sheet.cells[min(lost)]
            doubts += [
                found("cells-accounted", sheet.file, sheet.name, cell.address, month=month)
                for month in {table.month for table in of}
            ]
    return accounts, doubts


def _account(sheet: Sheet, tables: Sequence[Table], told: set[str]) -> tuple[Account, list[Place]]:
    read = {at for table in tables for at in _places(table)}
    named = tables[0].named  # of the whole sheet, the same for each of its tables
    left_out: Counter[str] = Counter()
    lost: list[Place] = []
    in_findings = 0
    for at, cell in sheet.cells.items():
        if at in read:
            continue
        if at in named:
            left_out[named[at]] += 1
        elif cell.address in told:
            in_findings += 1
        else:
            lost.append(at)
    here = len(read & sheet.cells.keys())
    return Account(
        sheet.name, len(sheet.cells), here, dict(sorted(left_out.items())), in_findings
    ), lost


def _places(table: Table) -> Iterator[Place]:
    for line in table.lines:
        for cells in line.cells.values():
            for cell in cells:
                yield cell.row, cell.column
