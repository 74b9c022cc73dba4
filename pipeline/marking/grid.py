"""The cells of a worksheet's XML: found where they stand, made where nothing stands."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from lxml import etree
from openpyxl.utils.cell import column_index_from_string, range_boundaries

from pipeline.marking.package import MAIN, Element
from schemas.sheet import address

At = tuple[int, int]  # row and column from 1
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_TRUE = {"1", "true"}


def at_of(cell: str) -> At | None:
    """Return the place that an address names; None for what is no address.

    >>> at_of("C12"), at_of(""), at_of("ZZZ1")
    ((12, 3), None, None)
    """
    found = _ADDRESS.fullmatch(cell)
    if not found:
        return None
    at = int(found[2]), column_index_from_string(found[1])
    return at if at[0] <= LAST_ROW and at[1] <= LAST_COLUMN else None


def rows_of(sheet: Element) -> Iterator[tuple[int, Element]]:
    """Each row with its number: one that says none comes after the one before."""
    number = 0
    for row in sheet.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        number = int(row.get("r", number + 1))
        yield number, row


def cells_of(row: Element) -> Iterator[tuple[int, Element]]:
    column = 0
    for cell in row.iterchildren(f"{MAIN}c"):
        found = _ADDRESS.fullmatch(cell.get("r", "").upper())
        column = column_index_from_string(found[1]) if found else column + 1
        yield column, cell


def cells_at(sheet: Element, wanted: Collection[At]) -> Mapping[At, Element]:
    """Return the cell of each place; an empty one looks like its row or column until now."""
    rows = dict(rows_of(sheet))
    columns = _column_looks(sheet)
    found: dict[At, Element] = {}
    for number, at in groupby(sorted(wanted), key=itemgetter(0)):
        if number not in rows:
            rows[number] = _new_row(sheet, number, rows)
        row = rows[number]
        cells = dict(cells_of(row))
        for _, column in at:
            if column not in cells:
                cells[column] = _new_cell(row, (number, column), cells, columns.get(column))
            found[number, column] = cells[column]
    return found


def _new_row(sheet: Element, number: int, rows: Mapping[int, Element]) -> Element:
    data = sheet.find(f"{MAIN}sheetData")
    if data is None:
        raise ValueError("a worksheet without sheetData")
    row = etree.Element(f"{MAIN}row", r=str(number))
    after = [other for other in rows if other > number]
    if after:
        rows[min(after)].addprevious(row)
    else:
        data.append(row)
    return row


def _new_cell(row: Element, at: At, cells: Mapping[int, Element], look: str | None) -> Element:
    cell = etree.Element(f"{MAIN}c", r=address(*at))
    if row.get("customFormat") in _TRUE:
        look = row.get("s")
    if look:
        cell.set("s", look)
    after = [other for other in cells if other > at[1]]
    if after:
        cells[min(after)].addprevious(cell)
    elif cells:
        cells[max(cells)].addnext(cell)
    else:
        row.insert(0, cell)
    row.attrib.pop("spans", "")  # only a hint, and now perhaps a wrong one
    return cell


def _column_looks(sheet: Element) -> Mapping[int, str]:
    looks: dict[int, str] = {}
    for run in sheet.iterfind(f"{MAIN}cols/{MAIN}col"):
        look = run.get("style")
        if look:
            first, last = int(run.get("min", "1")), int(run.get("max", "1"))
            looks.update(dict.fromkeys(range(first, min(last, LAST_COLUMN) + 1), look))
    return looks


def anchors(sheet: Element, wanted: Collection[At]) -> Mapping[At, At]:
    """Return for each place the cell that shows there: of a merged area the top left one."""
    shown = {at: at for at in wanted}
    by_row: dict[int, list[int]] = {}
    for row, column in wanted:
        by_row.setdefault(row, []).append(column)
    numbers = sorted(by_row)
    for merge in sheet.iterfind(f"{MAIN}mergeCells/{MAIN}mergeCell"):
        left, top, right, bottom = range_boundaries(merge.get("ref", "A1"))
        if left is None or top is None or right is None or bottom is None:
            continue
        for row in numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)]:
            for column in by_row[row]:
                if left <= column <= right:
                    shown[row, column] = (top, left)
    return shown
