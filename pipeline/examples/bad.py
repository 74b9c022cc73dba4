"""Workbooks that must come back: each has one fault, and says by which rule it must be found."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from pipeline.examples.paper import (
    Book,
    Formula,
    Value,
    remove_row,
    rename_sheet,
    replace_cell,
    to_bytes,
)
from pipeline.examples.year import example_month
from schemas import example_words as words
from schemas.month import Month

MONTH = Month(2568, 2)
ROWS = 6


@dataclass(frozen=True)
class BadBook:
    """A file that must be returned by the rule ``rule``, of severity ``fix``, and by no other.

    ``sheet`` and ``cell`` are where the finding must point; "" means the whole sheet or file.
    """

    file: str
    content: bytes
    rule: str
    sheet: str = ""
    cell: str = ""


def bad_books(seed: int = 1) -> tuple[BadBook, ...]:
    """Return the bad workbooks, those that open first."""
    good = example_month(MONTH, "nine-columns", ROWS, seed)
    return (*_wrong_cells(good), *_wrong_tables(good), *_no_workbooks(good, seed))


def _wrong_cells(good: Book) -> Iterator[BadBook]:
    """One cell each, in the first row or the second; columns as `nine-columns` has them."""
    first, second = good.expected[:2]
    row = first.source.row

    def contract(day: str) -> str:
        return words.CONTRACT_ON.format(number=first.contract_number, date=day)

    wrong: tuple[tuple[str, str, Value], ...] = (
        ("amount-readable", f"C{row}", words.UNREADABLE_AMOUNT),
        ("date-readable", f"I{row}", contract(words.IMPOSSIBLE_DATE)),
        ("contract-not-in-future", f"I{row}", contract(words.FAR_DATE)),
        ("title-filled", f"B{second.source.row}", None),
        ("cell-without-error", f"D{row}", Formula("=#REF!*1.07", "#REF!")),
        ("formula-calculated", f"C{row}", Formula(f"=D{row}*1", None)),
    )
    for rule, cell, value in wrong:
        sheet = first.source.sheet
        content = to_bytes(replace_cell(good, sheet, cell, value))
        yield BadBook(words.BAD_FILES[rule], content, rule, sheet, cell)


def _wrong_tables(good: Book) -> Iterator[BadBook]:
    (paper,) = good.sheets
    header = paper.header[0]
    silent = replace_cell(good, paper.name, "A2", words.TITLE_WITHOUT_MONTH)
    tables = (
        ("table-found", "", remove_row(good, paper.name, header)),
        ("columns-complete", f"A{header}", replace_cell(good, paper.name, f"D{header}", None)),
        # The day the summary was made still names a month: not the one it speaks for.
        ("month-stated", "", rename_sheet(silent, paper.name, "Sheet1")),
        ("month-stated-once", "A2", rename_sheet(good, paper.name, words.SHEET_OF_ANOTHER_MONTH)),
    )
    for rule, cell, book in tables:
        yield BadBook(words.BAD_FILES[rule], to_bytes(book), rule, book.sheets[0].name, cell)


def _no_workbooks(good: Book, seed: int) -> Iterator[BadBook]:
    whole = to_bytes(good)
    noise = Random(seed).randbytes(_STREAM)  # noqa: S311 - bytes that look encrypted
    contents = {
        "file-is-a-workbook": words.NOT_A_WORKBOOK.encode(),
        "file-is-whole": whole[: len(whole) // 2],
        "file-without-password": _container({"EncryptedPackage": noise, "EncryptionInfo": noise}),
    }
    for rule, content in contents.items():
        yield BadBook(words.BAD_FILES[rule], content, rule)
    yield BadBook(words.EMPTY_FILE, b"", "file-is-whole")


# ---- a compound file, as Excel writes it around an encrypted workbook ([MS-CFB], version 3)

_SECTOR = 512
_STREAM = 4096  # the least that may stand outside the mini stream, which we then do not need
_END, _FREE, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
_ROOT, _FILE = 5, 2


def _container(streams: dict[str, bytes]) -> bytes:
    """Return a compound file of at most three streams of 4,096 bytes each.

    Sector 0 holds the allocation table, 1 the directory, the streams follow.
    """
    each = _STREAM // _SECTOR
    table = [_FAT, _END]
    entries = [_entry("Root Entry", _ROOT, child=1, start=_END, size=0)]
    # By length, then letters: the order of the directory's tree; here each hangs left of the last.
    names = sorted(streams, key=lambda name: (len(name), name), reverse=True)
    for number, name in enumerate(names, start=1):
        start = len(table)
        table += [*range(start + 1, start + each), _END]
        left = number + 1 if number < len(names) else _NONE
        entries.append(_entry(name, _FILE, left=left, start=start, size=_STREAM))
    table += [_FREE] * (_SECTOR // 4 - len(table))
    header = struct.pack(
        "<8s16x5H6x10I432s",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),  # versions, byte order, sectors of 2**9, small ones of 2**6
        *(0, 1, 1, 0),  # directory sectors (0 in version 3), table sectors, first directory sector
        *(_STREAM, _END, 0, _END, 0),  # no mini stream, no second list of table sectors
        0,  # the first table sector; the other 109 places are free
        b"\xff" * 432,
    )
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    fat = struct.pack(f"<{_SECTOR // 4}I", *table)
    return header + fat + directory + b"".join(streams[name] for name in names)


def _entry(
    name: str, kind: int, *, left: int = _NONE, child: int = _NONE, start: int, size: int
) -> bytes:
    text = f"{name}\0".encode("utf-16-le")
    return struct.pack("<64sHBB3I36xIQ", text, len(text), kind, 1, left, _NONE, child, start, size)
