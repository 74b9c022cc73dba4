"""A guarded file → its sheets, by the reader of its kind; nothing is interpreted here."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from pipeline.kinds import Kind, RefusedError
from schemas.sheet import Sheet

# One module each, loaded when such a file comes: ``read(path, file) -> tuple[Sheet, ...]``.
READERS: dict[Kind, str] = {
    "xlsx": "pipeline.readers.xlsx",
    "xls": "pipeline.readers.xls",
    "xlsb": "pipeline.readers.xlsb",
    "ods": "pipeline.readers.ods",
    "text": "pipeline.readers.text",
    "html": "pipeline.readers.html",
    "xml": "pipeline.readers.xml",
}


def read(path: Path, file: str, kind: Kind) -> tuple[Sheet, ...]:
    """Return the worksheets in their order; ``file`` is the file's name for people.

    RefusedError for what no reader can make sense of, and for too much of it: a reader knows one
    sheet, and the steps behind know a sheet by its name.
    """
    from pipeline.readers.cells import area, within  # with openpyxl, which only the child needs

    reader: Callable[[Path, str], tuple[Sheet, ...]] = import_module(READERS[kind]).read
    sheets = reader(path, file)
    within(
        cells=sum(len(sheet.cells) for sheet in sheets),
        merged=sum(area(merge) for sheet in sheets for merge in sheet.merges),
        letters=sum(len(cell.text) for sheet in sheets for cell in sheet.cells.values()),
        sheets=len(sheets),
    )
    if len({sheet.name for sheet in sheets}) < len(sheets):
        raise RefusedError("file-is-read", "มีแผ่นงานชื่อซ้ำกัน")
    return sheets
