"""An .xlsb → its sheets: each filled cell with its address, as the file types it.

The parts of the zip are streams of records (MS-XLSB): a number, a length, so many bytes. No length
is believed beyond the bytes that are there. A formula that no program has calculated cannot be
told from one whose result is "": Excel itself always stores a result.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from struct import Struct, unpack_from

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS

from pipeline.readers.cells import Runs, epoch, sheet_of, shown, struck_by_runs, typed
from schemas.sheet import Cell, Merge, Sheet

# Records by the names of the specification.
_ROW, _SST_ITEM, _FONT, _FORMAT, _LOOK, _COLUMN = 0, 19, 43, 44, 47, 60
_PROPERTIES, _BUNDLE, _MERGE, _BEGIN_LOOKS, _END_LOOKS = 153, 156, 176, 617, 618


class _Is(IntEnum):
    """The cells, numbered as their records."""

    BLANK = 1
    SHORT_NUMBER = 2
    ERROR = 3
    TRUTH = 4
    NUMBER = 5
    TEXT = 6
    SHARED_TEXT = 7
    RICH_TEXT = 62


_RESULTS = {8: _Is.TEXT, 9: _Is.NUMBER, 10: _Is.TRUTH, 11: _Is.ERROR}
_CELLS = {kind.value: kind for kind in _Is} | _RESULTS
# The same without a column: each stands right of the one before.
_WITHOUT_COLUMN = {kind + 11: kind for kind in _Is if kind != _Is.RICH_TEXT}
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_CONTINUES, _BITS = 0x80, 0x7F
_PLACE, _AREA, _RUN = Struct("<II"), Struct("<IIII"), Struct("<HH")


@dataclass
class _Book:
    """What the cells of all sheets refer to."""

    start: datetime
    strings: list[tuple[str, Runs]] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=lambda: dict(BUILTIN_FORMATS))
    struck: list[bool] = field(default_factory=list)  # by font
    looks: list[tuple[int, int]] = field(default_factory=list)  # format and font of each


def read(path: Path, file: str) -> tuple[Sheet, ...]:
    """Return the worksheets of a guarded workbook in their order; ``file`` is told to people."""
    with zipfile.ZipFile(path) as archive:
        parts = _Parts(archive)
        book = _book(parts)
        return tuple(
            _sheet(book, name, parts.read(target), file, hidden=hidden)
            for name, target, hidden in _worksheets(parts)
        )


def rectangle(path: Path) -> int:
    """How many cells the largest rectangle from A1 around what is written has, blanks included."""
    with zipfile.ZipFile(path) as archive:
        parts = _Parts(archive)
        return max((_around(parts.read(target)) for _, target, _ in _worksheets(parts)), default=0)


def _around(part: bytes) -> int:
    places = [(row, column) for row, column, _, _, _ in _written(part)] or [(0, 0)]
    return max(row for row, _ in places) * max(column for _, column in places)


# ---- parts and records


class _Parts:
    """The parts of the workbook by their relations; some programs spell the names in odd ways."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {_plain(name): name for name in archive.namelist()}
        self.main = next(name for name in self.names if posixpath.basename(name) == "workbook.bin")
        folder = posixpath.dirname(self.main)
        relations = self.read(posixpath.join(folder, "_rels/workbook.bin.rels"))
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        self.relations = {
            relation.get("Id", ""): (
                relation.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/" + folder, relation.get("Target", "")))[1:],
            )
            for relation in etree.fromstring(relations, parser)
        }

    def read(self, name: str) -> bytes:
        return self.archive.read(self.names[_plain(name)])

    def of_type(self, told: str) -> bytes:
        """The part of that type, nothing where there is none."""
        found = (target for kind, target in self.relations.values() if kind == told)
        target = next(found, "")
        return self.read(target) if target else b""


def _plain(name: str) -> str:
    return name.replace("\\", "/").lower()


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(part):
        code, at = _varying(part, at, 2)
        length, at = _varying(part, at, 4)
        if length > len(part) - at:
            raise ValueError(f"a record of {length} bytes where {len(part) - at} are left")
        yield code, part[at : at + length]
        at += length


def _varying(part: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of at most so many bytes with seven bits each, and the place after it."""
    number = 0
    for index in range(most):
        byte = part[at + index]
        number |= (byte & _BITS) << 7 * index
        if not byte & _CONTINUES:
            return number, at + index + 1
    return number, at + most


def _string(data: bytes, at: int) -> tuple[str, int]:
    """The text at that place, and the place after it."""
    (length,) = unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    if end > len(data):
        raise ValueError(f"a text of {length} letters in a record of {len(data)} bytes")
    return data[at + 4 : end].decode("utf-16-le"), end


def _rich(data: bytes, at: int) -> tuple[str, Runs]:
    text, end = _string(data, at + 1)
    if not data[at] & 1:
        return text, ()
    (count,) = unpack_from("<I", data, end)
    runs = data[end + 4 : end + 4 + count * _RUN.size]
    return text, list(_RUN.iter_unpack(runs))


# ---- the workbook


def _worksheets(parts: _Parts) -> Iterator[tuple[str, str, bool]]:
    """Name, part and whether it is hidden; charts, dialogs and macro sheets are none."""
    for code, data in _records(parts.read(parts.main)):
        if code == _BUNDLE:
            relation, end = _string(data, 8)
            kind, target = parts.relations.get(relation, ("", ""))
            if kind == "worksheet":
                yield _string(data, end)[0], target, unpack_from("<I", data)[0] != 0


def _book(parts: _Parts) -> _Book:
    properties = (d for code, d in _records(parts.read(parts.main)) if code == _PROPERTIES)
    book = _Book(epoch(counts_from_1904=bool(next(properties, b"\0")[0] & 1)))
    for code, data in _records(parts.of_type("sharedStrings")):
        if code == _SST_ITEM:
            book.strings.append(_rich(data, 0))
    within = False
    for code, data in _records(parts.of_type("styles")):
        if code == _FORMAT:
            book.formats[unpack_from("<H", data)[0]] = _string(data, 2)[0]
        elif code == _FONT:
            book.struck.append(bool(data[2] & 8))
        elif code in (_BEGIN_LOOKS, _END_LOOKS):
            within = code == _BEGIN_LOOKS
        elif code == _LOOK and within:
            _, shown_as, font = unpack_from("<HHH", data)
            book.looks.append((shown_as, font))
    return book


# ---- a sheet


def _sheet(book: _Book, name: str, part: bytes, file: str, *, hidden: bool) -> Sheet:
    merges: list[Merge] = []
    rows: set[int] = set()
    columns: set[int] = set()
    for code, data in _records(part):
        if code == _MERGE:
            top, bottom, left, right = _AREA.unpack_from(data)
            merges.append(Merge(top + 1, left + 1, bottom + 1, right + 1))
        elif code == _ROW and data[11] & 0x10:
            rows.add(unpack_from("<I", data)[0] + 1)
        elif code == _COLUMN and data[16] & 1:
            first, last = _PLACE.unpack_from(data)
            columns.update(range(first + 1, min(last, 16_383) + 2))
    cells = (
        _cell(book, (row, column), look, kind, value)
        for row, column, look, kind, value in _written(part)
    )
    return sheet_of(
        file, name, cells, merges, hidden=hidden, hidden_rows=rows, hidden_columns=columns
    )


def _written(part: bytes) -> Iterator[tuple[int, int, int, _Is, bytes]]:
    """Row, column, look, kind and value of each cell that is more than a look."""
    row = column = 0
    for code, data in _records(part):
        if code == _ROW:
            row, column = unpack_from("<I", data)[0] + 1, 0
        elif code in _CELLS or code in _WITHOUT_COLUMN:
            kind = _CELLS.get(code) or _WITHOUT_COLUMN[code]
            at = 4 if code in _CELLS else 0
            column = unpack_from("<I", data)[0] + 1 if at else column + 1
            if kind != _Is.BLANK:
                yield row, column, unpack_from("<I", data, at)[0] & 0xFFFFFF, kind, data[at + 4 :]


def _cell(book: _Book, place: tuple[int, int], look: int, kind: _Is, data: bytes) -> Cell:
    shown_as, font = book.looks[look] if book.looks else (0, 0)
    value, runs = _value(book, kind, data)
    if isinstance(value, float):
        value = shown(value, shown_as, book.formats.get(shown_as, ""), book.start)
    told = typed(value, is_error=kind == _Is.ERROR)
    row, column = place
    struck = struck_by_runs(told[0], [(0, font), *runs], book.struck)
    return Cell(row, column, *told, struck)


def _value(book: _Book, kind: _Is, data: bytes) -> tuple[object, Runs]:
    value: object
    runs: Runs = ()
    match kind:
        case _Is.SHORT_NUMBER:
            value = _short(data)
        case _Is.NUMBER:
            (value,) = unpack_from("<d", data)
        case _Is.ERROR:
            value = _ERRORS.get(data[0], f"#{data[0]}!")
        case _Is.TRUTH:
            value = data[0] != 0
        case _Is.SHARED_TEXT:
            value, runs = book.strings[unpack_from("<I", data)[0]]
        case _Is.RICH_TEXT:
            value, runs = _rich(data, 0)
        case _:
            value, _ = _string(data, 0)
    return value, runs


def _short(data: bytes) -> float:
    """A number in 30 bits: whole, or the upper half of a long one; a hundredth when so marked."""
    (bits,) = unpack_from("<i", data)
    upper = (bits & 0xFFFFFFFC).to_bytes(4, "little")
    number = float(bits >> 2) if bits & 2 else unpack_from("<d", b"\0\0\0\0" + upper)[0]
    return float(number / 100 if bits & 1 else number)
