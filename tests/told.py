"""A sheet as its cells tell it, to compare what two readers make of the same workbook."""

from datetime import date

from schemas.sheet import Kind, Merge, Sheet

Told = tuple[str, dict[str, tuple[str, str | float | date, Kind]], tuple[Merge, ...]]


def told(sheet: Sheet) -> Told:
    """Return the name, the cells by address as text, value and kind, and the merges."""
    cells = {cell.address: (cell.text, cell.value, cell.kind) for cell in sheet.cells.values()}
    return sheet.name, cells, sheet.merges
