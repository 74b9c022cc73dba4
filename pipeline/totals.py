"""The total rows of a sheet against our own sums, satang by satang.

A total is right when it is the sum of the rows since any earlier total, since the top of its
table or of its sheet, each with what was carried over, or of the rows below it: pages and
sections have totals of their own. A figure alone in its row may stand under another column, or
count the rows. What sums the year so far is not compared: its other months are not on the sheet.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.clean import Cleaned
from pipeline.lines import Line
from schemas.finding import Finding
from schemas.layouts import CARRIED_OVER, CUMULATIVE, TOTAL_OF_A_KIND, Column
from schemas.procurement import Procurement, is_placeholder
from schemas.rules import found
from schemas.sheet import Cell
from schemas.thai import baht, fold, parse_baht, satang_of

MONEY = ("budget", "reference_price", "agreed_price")


def totals(cleaned: Sequence[Cleaned]) -> list[Finding]:
    """Return what does not add up; a total that cannot be read, or has no rows, says nothing.

    A sum of rows one of whose amounts could not be read is not known, and not compared.
    """
    findings: list[Finding] = []
    by_sheet: dict[str, list[Cleaned]] = {}
    for one in cleaned:
        by_sheet.setdefault(one.table.sheet, []).append(one)
    for tables in by_sheet.values():
        above: list[Procurement] = []
        for one in tables:
            findings += _of_table(one, above, alone=len(tables) == 1)
            above += one.rows
    return findings


def _of_table(cleaned: Cleaned, above: Sequence[Procurement], *, alone: bool) -> Iterator[Finding]:
    """``above`` are the rows of the tables above on the same sheet."""
    table, rows = cleaned.table, cleaned.rows
    own = [line for line in table.totals if not _is_cumulative(line)]
    lines = [line for line in own if not _is_carry(line)]
    carried = [line for line in own if _is_carry(line)]
    # A single total below the last row means the table and nothing else.
    final = alone and len(own) == 1 and bool(lines) and lines[0].row > rows[-1].source.row
    for name in MONEY if rows else ():
        column = next((c for c in table.columns if name in c.fields), None)
        if column is None or not all(_is_known(row, name) for row in (*above, *rows)):
            continue
        brought = [amount for line in carried if (amount := _stated(line, column)[1]) is not None]
        for line in lines:
            cell, stated = _stated(line, column)
            if cell is None or stated is None or _stands_beside(cleaned, line, stated):
                continue
            sums = _sums(name, line, own, above, rows)
            right = {total + more for total in sums for more in (0, *brought)}
            if stated in right or not sums or (not final and _is_of_a_kind(line)):
                continue
            near = min(sums, key=lambda total: abs(total - stated))
            yield found(
                "total-as-summed" if final else "subtotal-as-summed",
                table.file,
                table.sheet,
                cell.address,
                cell.text,
                month=table.month,
                heading=column.heading,
                stated=baht(stated),
                sum=baht(near),
                count=sums[near],
                difference=baht(abs(stated - near)),
            )


def _sums(
    name: str,
    line: Line,
    totals: Sequence[Line],
    above: Sequence[Procurement],
    rows: Sequence[Procurement],
) -> dict[int, int]:
    """Every sum that a total in this line may mean → of how many rows it is; no rows, no sum."""
    here = [row for row in rows if row.source.row < line.row]
    starts = {0, *(other.row for other in totals if other.row < line.row)}
    meant = [[row for row in here if row.source.row > start] for start in sorted(starts)]
    end = min((other.row for other in totals if other.row > line.row), default=None)
    below = [row for row in rows if row.source.row > line.row]
    meant += [below, [row for row in below if end is None or row.source.row < end]]
    if above:
        meant.append([*above, *here])
    return {_sum(of, name): len(of) for of in reversed(meant) if of}


def _sum(rows: Sequence[Procurement], name: str) -> int:
    return sum(getattr(row, name) or 0 for row in rows)


def _is_known(row: Procurement, name: str) -> bool:
    """False where something stands that is no amount: its finding is told."""
    if getattr(row, name) is not None:
        return True
    return name not in row.written or is_placeholder(row.written[name].text)


def _stated(line: Line, column: Column) -> tuple[Cell | None, int | None]:
    """The one amount of a line in a column, in satang."""
    read = [(cell, amount) for cell in line.cells.get(column, ()) if (amount := _amount(cell))]
    return read[0] if len(read) == 1 else (None, None)


def _stands_beside(cleaned: Cleaned, line: Line, stated: int) -> bool:
    """True for a figure alone in its row: the sum of some money column, or how many rows."""
    columns = [c for c in cleaned.table.columns if set(MONEY) & set(c.fields)]
    alone = sum(_stated(line, column)[0] is not None for column in columns) == 1
    sums = {_sum(cleaned.rows, name) for name in MONEY}
    return alone and stated in {*sums, len(cleaned.rows) * 100}


def _amount(cell: Cell) -> int | None:
    try:
        if cell.kind == "number" and isinstance(cell.value, (int, float)):
            return satang_of(cell.value)
        return parse_baht(cell.text) if cell.kind == "text" else None
    except (ValueError, OverflowError):
        return None


def _label(line: Line) -> str:
    return "".join(fold(cell.text) for cell in (*line.of("number"), *line.of("title")))


def _is_carry(line: Line) -> bool:
    return re.search(CARRIED_OVER, _label(line)) is not None


def _is_cumulative(line: Line) -> bool:
    return re.search(CUMULATIVE, _label(line)) is not None


def _is_of_a_kind(line: Line) -> bool:
    """True for «รวมงานจ้าง»: it may sum rows that stand apart."""
    return re.search(TOTAL_OF_A_KIND, _label(line)) is not None
