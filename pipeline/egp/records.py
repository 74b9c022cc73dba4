"""A file of e-GP's open data → its header and its lines, one after the other, all as text.

CSV (UTF-8, UTF-16, cp874), JSON as data.go.th stores and serves it (a list of records; records
beside other keys, also below ``result``; ``fields`` with records that are lists), either of them
in a .gz; workbooks by the readers that the form has. A file of the whole nation is larger than
memory: nothing is kept but the line at hand.
"""

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from json.decoder import JSONDecoder
from pathlib import Path
from typing import IO, Any, TextIO

from pipeline.guard import MIB, Limits, guard
from pipeline.kinds import GZIP, OLE, OTHERS, ZIP, RefusedError
from pipeline.read import read
from pipeline.readers.letters import decoded

HEAD = 1 << 18
CHUNK = 1 << 20  # letters
LARGEST_TEXT = 4096 * MIB  # unpacked; the nation's year is a quarter of it
LONGEST_RECORD = 1 << 20  # letters
MOST_RECORDS = 5_000_000
MOST_COLUMNS = 300
DELIMITERS = ",;\t|"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PROJECT = re.compile(r"[0-9]{11}")

Line = tuple[int, Sequence[str]]
# What the readers of finance's workbooks and texts refuse, as it is told of such a file.
OF_WORKBOOKS = {
    "file-within-limits": "egp-within-limits",
    "file-is-a-workbook": "egp-is-contracts",
    "file-is-read": "egp-readable",
    "file-is-whole": "egp-readable",
    "file-without-password": "egp-readable",
}


@dataclass(frozen=True)
class Table:
    """The header, "" or nothing where a column has none, and the lines with their numbers."""

    names: Sequence[str]
    lines: Iterator[Line]


def records(path: Path, file: str, limits: Limits) -> Iterator[Table]:
    """Give the tables of a file; a table's lines must be read before the next one is asked for.

    Errors: RefusedError for what cannot be read; while the lines are read also what
            ``damage_is_told`` makes one of.
    """
    with path.open("rb") as raw:
        head = raw.read(HEAD)
    if head.startswith((*ZIP, OLE)):
        yield from _sheets(path, file, limits)
        return
    with path.open("rb") as raw:
        stream = gzip.GzipFile(fileobj=raw) if head.startswith(GZIP) else raw
        head = stream.read(HEAD)
        stream.seek(0)
        for start, words in OTHERS:
            if head.startswith(start):
                raise RefusedError("egp-is-contracts", words)
        letters = io.TextIOWrapper(
            io.BufferedReader(_Bounded(stream), HEAD), _encoding(head), newline=""
        )
        first = letters.read(1)
        while first and (first.isspace() or first == "\ufeff"):
            first = letters.read(1)
        if not first:
            raise RefusedError("egp-is-contracts", "ไฟล์ว่าง")
        if first in "{[":
            yield from _Json(letters, first).tables()
        elif first == "<":
            yield from _sheets(path, file, limits)
        else:
            yield _csv(letters, first)


@contextmanager
def damage_is_told() -> Iterator[None]:
    """Whatever is raised while a file of letters is read means that it is damaged."""
    try:
        yield
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise RefusedError("egp-readable", "ไฟล์บีบอัดเสียหายหรือขาดหาย") from None
    except UnicodeDecodeError:
        raise RefusedError("egp-readable", "ตัวอักษรในไฟล์เสียหาย") from None
    except RecursionError:
        raise RefusedError("egp-within-limits", "ซ้อนกันหลายชั้นเกินไป") from None
    except csv.Error as error:
        raise RefusedError("egp-readable", f"รูปแบบ CSV ผิด: {error}") from None


class _Bounded(io.RawIOBase):
    """A stream that says so when more comes out of it than any honest file holds."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile) -> None:
        self._stream = stream
        self._left = LARGEST_TEXT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as RawIOBase has it
        piece = self._stream.read(min(len(buffer), CHUNK))
        self._left -= len(piece)
        if self._left < 0:
            raise RefusedError("egp-within-limits", f"ข้อมูลเกิน {LARGEST_TEXT // MIB:,} เมกะไบต์")
        buffer[: len(piece)] = piece
        return len(piece)


def _encoding(head: bytes) -> str:
    if head.startswith(UTF_16):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        decoded(head[: len(head) // 2 * 2])  # refuses what is no text, and damaged UTF-8
        return "cp874"
    if b"\0" in head:
        raise RefusedError("egp-is-contracts", "มีข้อมูลที่ไม่ใช่ตัวอักษร")
    return "utf-8"


# ---- CSV


def _csv(letters: TextIO, start: str) -> Table:
    first = start + letters.readline(LONGEST_RECORD)
    while (
        first.count('"') % 2
        and len(first) < LONGEST_RECORD
        and (more := letters.readline(LONGEST_RECORD))
    ):
        first += more  # a name with a line break in it
    delimiter = Counter(c for c in first if c in DELIMITERS).most_common(1)
    if not delimiter:
        raise RefusedError("egp-is-contracts", "ไม่มีตาราง")
    csv.field_size_limit(LONGEST_RECORD)
    sign = delimiter[0][0]
    names = next(csv.reader([first], delimiter=sign))
    if any(_PROJECT.fullmatch(name.strip()) for name in names):  # no header: it is data
        numbered = _numbered(csv.reader(_lines(first, letters), delimiter=sign), 1)
        return Table((), numbered)
    return Table(names, _numbered(csv.reader(_lines("", letters), delimiter=sign), 2))


def _lines(first: str, letters: TextIO) -> Iterator[str]:
    if first:
        yield first
    while line := letters.readline(LONGEST_RECORD):
        yield line


def _numbered(rows: Iterator[list[str]], begin: int) -> Iterator[Line]:
    for number, row in enumerate(rows, begin):
        if number > MOST_RECORDS or len(row) > MOST_COLUMNS:
            raise RefusedError("egp-within-limits", "มีแถวหรือคอลัมน์มากเกินไป")
        if row:
            yield number, row


# ---- JSON


class _Json:
    """Reads the records of a JSON text one by one; numbers stay as they are written."""

    def __init__(self, letters: TextIO, start: str) -> None:
        self._letters = letters
        self._text = start
        self._at = 0
        self._decoder = JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
        self._fields: list[str] = []

    def tables(self) -> Iterator[Table]:
        """Give the first list of records that the text has."""
        found = False
        for table in self._in_object() if self._next() == "{" else self._in_list():
            found = True
            yield table
        if not found:
            raise RefusedError("egp-is-contracts", "ไม่มีรายการในข้อมูล JSON")

    def _in_object(self) -> Iterator[Table]:
        """Look through an object for its records: a list of objects or of lists."""
        self._take("{")
        while (sign := self._next()) != "}":
            if sign == ",":
                self._take(",")
                continue
            key = self._value()
            self._take(":")
            after = self._next()
            if after == "[" and key == "fields":
                self._fields = [_name(one) for one in self._value()]
            elif after == "[":
                yield from self._in_list()
            elif after == "{" and key == "result":
                yield from self._in_object()
            else:
                self._value()
        self._take("}")

    def _in_list(self) -> Iterator[Table]:
        self._take("[")
        if self._next() in {"{", "["}:
            names: list[str] = list(self._fields)
            first = self._record(self._value(), names)
            yield Table(names, self._rest(first, names))
            return
        while (sign := self._next()) != "]":
            if sign == ",":
                self._take(",")
            else:
                self._value()
        self._take("]")

    def _rest(self, first: list[list[str]], names: list[str]) -> Iterator[Line]:
        number, rows = 1, first
        while True:
            if number > MOST_RECORDS or len(names) > MOST_COLUMNS:
                raise RefusedError("egp-within-limits", "มีแถวหรือคอลัมน์มากเกินไป")
            for row in rows:
                yield number, row
            if self._next() == "]":
                self._take("]")
                return
            self._take(",")
            rows, number = self._record(self._value(), names), number + 1

    def _record(self, value: Any, names: list[str]) -> list[list[str]]:  # noqa: ANN401 - JSON
        """The values of a record in the order of the names; new names are added to them.

        A record that holds a list of contracts is as many lines.
        """
        if isinstance(value, list):
            return [[_text(one) for one in value]]
        if not isinstance(value, dict):
            raise RefusedError("egp-is-contracts", "รายการในข้อมูล JSON ไม่ใช่ตาราง")
        within = [key for key, one in value.items() if isinstance(one, list) and one]
        rows = [value]
        for key in within[:1]:
            inner = value.pop(key)
            rows = [
                value | {f"{key}.{name}": one for name, one in piece.items()}
                for piece in inner
                if isinstance(piece, dict)
            ]
        known = {name: at for at, name in enumerate(names)}
        for row in rows:
            for name in row:
                if name not in known:
                    known[name] = len(names)
                    names.append(name)
        return [[_text(row.get(name)) for name in names] for row in rows]

    def _next(self) -> str:
        """The next sign that is no blank; it is not taken."""
        while True:
            while self._at < len(self._text):
                sign = self._text[self._at]
                if not sign.isspace():
                    return sign
                self._at += 1
            if not self._more():
                raise RefusedError("egp-readable", "ข้อมูล JSON ขาดหาย")

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            raise RefusedError("egp-readable", "รูปแบบ JSON ผิด")
        self._at += 1

    def _value(self) -> Any:  # noqa: ANN401 - JSON
        self._next()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                end = -1
            # What ends with the text at hand may go on: 12 of 123.
            if end >= 0 and (end < len(self._text) or not self._more()):
                self._at = end
                return value
            if end < 0:
                if len(self._text) - self._at > LONGEST_RECORD:
                    raise RefusedError("egp-readable", "รูปแบบ JSON ผิด หรือรายการยาวเกินไป")
                if not self._more():
                    raise RefusedError("egp-readable", "ข้อมูล JSON ขาดหายหรือผิดรูปแบบ")

    def _more(self) -> bool:
        piece = self._letters.read(CHUNK)
        self._text = self._text[self._at :] + piece
        self._at = 0
        return bool(piece)


def _name(field: object) -> str:
    return str(field.get("id", "")) if isinstance(field, dict) else str(field)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# ---- workbooks


def _sheets(path: Path, file: str, limits: Limits) -> Iterator[Table]:
    """Give the sheets of a workbook; its first filled row is the header."""
    # Its cells are kept whole: no more than a workbook of finance may have.
    sheets = read(path, file, guard(path, limits).kind)
    for sheet in sheets:
        rows = list(sheet.rows())
        if rows:
            wide = max(cell.column for _, cells in rows for cell in cells)
            table = [(number, _cells(cells, wide)) for number, cells in rows]
            headed = not any(_PROJECT.fullmatch(text) for text in table[0][1])
            names = table[0][1] if headed else ()
            yield Table(names, iter(table[1:] if headed else table))


def _cells(cells: Any, wide: int) -> list[str]:  # noqa: ANN401 - of a sheet's rows
    texts = [""] * wide
    for cell in cells:
        value = cell.value
        texts[cell.column - 1] = value.isoformat() if isinstance(value, date) else cell.text
    return texts
