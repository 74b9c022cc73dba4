"""A guarded file → its sheets, by the reader of its kind; nothing is interpreted here."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from pipeline.kinds import Kind
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
    """Return the worksheets in their order; ``file`` is the file's name for people."""
    reader: Callable[[Path, str], tuple[Sheet, ...]] = import_module(READERS[kind]).read
    return reader(path, file)
