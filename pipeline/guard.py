"""Refuse a hostile file before any library sees it: sizes, parts, cells, encodings."""

import codecs
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.kinds import ZIPPED, Known, RefusedError, damage_is_told, kind_of

MIB = 1 << 20
CHUNK = 1 << 18
LONGEST_TAG = 4096
WHOLE_SHEET = 16_384 * 1_048_576
# A document type, or letters that would hide one: no spreadsheet program writes either.
_NOT_BY_EXCEL = "ข้อมูลภายในไม่ได้เขียนอย่างที่ Excel บันทึก"


@dataclass(frozen=True)
class Limits:
    """What one workbook may cost; the defaults let through every honest file we have met.

    Merges are limited by the area they cover, not by their number: openpyxl makes an object for
    each covered cell. The ratio is looked at only above a floor: honest pictures reach 1:140.
    """

    file_bytes: int = 25 * MIB
    part_bytes: int = 128 * MIB
    total_bytes: int = 256 * MIB
    parts: int = 1_000
    ratio: int = 200
    ratio_floor_bytes: int = 8 * MIB
    cells: int = 2_000_000
    merged_cells: int = 500_000
    wall_seconds: int = 120
    cpu_seconds: int = 90
    memory_bytes: int = 1536 * MIB


def guard(path: Path, limits: Limits) -> Known:
    """Return what ``path`` holds if it may be opened; else raise RefusedError."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise RefusedError("file-within-limits", f"ไฟล์ใหญ่เกิน {limits.file_bytes // MIB} เมกะไบต์")
    known = kind_of(path)
    if known.kind in ZIPPED:
        guard_zip(path, limits)
    if known.kind == "xml":
        _guard_xml(path)
    return known


def _guard_xml(path: Path) -> None:
    """Only a document type can make much of little; the reader counts the cells itself."""
    tail = ""
    with path.open("rb") as stream:
        letters = _incremental(stream.peek(2)[:2])
        while chunk := stream.read(CHUNK):
            text = tail + letters.decode(chunk)
            if "<!DOCTYPE" in text or "<!ENTITY" in text:
                raise RefusedError("file-is-read", _NOT_BY_EXCEL)
            tail = text[-len("<!DOCTYPE") :]


def _incremental(mark: bytes) -> codecs.IncrementalDecoder:
    """UTF-16 by its mark; of any other encoding that the reader knows the ASCII is enough."""
    two_bytes = mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    decoder = codecs.getincrementaldecoder("utf-16" if two_bytes else "latin-1")
    return decoder(errors="replace")


def guard_zip(path: Path, limits: Limits) -> None:
    """Look through every part of a container, really inflated; RefusedError."""
    with damage_is_told("โครงสร้างไฟล์เสียหายหรือขาดหาย"), zipfile.ZipFile(path) as archive:
        inflated, grid = 0, _Grid(limits)
        for part in _directory(archive, limits):
            inflated += _inflate(archive, part, grid, inflated)


def _directory(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    parts = archive.infolist()
    names = [part.filename.replace("\\", "/").lower() for part in parts]
    if len(parts) > limits.parts:
        raise RefusedError(
            "file-within-limits", f"มีแผ่นงาน รูปภาพ และส่วนประกอบเกิน {limits.parts:,} ชิ้น"
        )
    if len(set(names)) != len(names):
        raise RefusedError("file-is-read", "ส่วนประกอบภายในชื่อซ้ำกัน")
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise RefusedError("file-is-read", "ส่วนประกอบภายในอ้างถึงที่อื่นนอกไฟล์")
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("file-without-password", "")
    return parts


# A prefix may have any letters, and any number of them.
_PREFIX = rb"<(?:[^\s<>/:]{1,1024}:)?"
_CELL = re.compile(_PREFIX + rb"(?:c|table-cell)[\s>/]")
_MERGE = re.compile(_PREFIX + rb"mergeCell(?=[\s/>])([^>]*)(>?)")
_REF = re.compile(
    rb"""\sref\s*=\s*["']\s*\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?\s*["']"""
)
_PROLOG = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml\s[^>]*?\?>""")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([\w.-]+)""")
_OFFICE_S_OWN = ("__macosx/", "customxml/")  # Office itself writes UTF-16 into customXml
_MARKUP_STARTS = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")


def _inflate(archive: zipfile.ZipFile, part: zipfile.ZipInfo, grid: "_Grid", before: int) -> int:
    """Return how many bytes really come out: the declared size is never believed."""
    limits = grid.limits
    name = part.filename.replace("\\", "/").lower()
    # Any part may be a sheet: the workbook's relations say so, not the part's own name.
    markup = name.endswith((".xml", ".rels"))
    size, tail = 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            if size == 0:
                markup = markup or _MARKUP_STARTS.match(chunk) is not None
                if markup and not name.startswith(_OFFICE_S_OWN):
                    _refuse_odd_encoding(chunk)
            size += len(chunk)
            if size > limits.part_bytes or before + size > limits.total_bytes:
                raise RefusedError("file-within-limits", "ข้อมูลภายในใหญ่เกินไป")
            if size > limits.ratio_floor_bytes and size > limits.ratio * max(
                1, part.compress_size
            ):
                raise RefusedError("file-within-limits", "ข้อมูลภายในใหญ่กว่าตัวไฟล์ผิดปกติ")
            if not markup:
                continue
            text = tail + chunk
            cut = max(text.rfind(b"<"), len(text) - LONGEST_TAG)
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise RefusedError("file-is-read", _NOT_BY_EXCEL)
            grid.see(text[:cut])
            tail = text[cut:]
    grid.see(tail)
    return size


def _refuse_odd_encoding(head: bytes) -> None:
    """UTF-16 or UTF-7 would hide a DTD from the search for its bytes."""
    prolog = _PROLOG.match(head)
    declared = _ENCODING.search(prolog[0]) if prolog else None
    if declared is None:  # none that we can see, in a prolog of any length
        odd = head.removeprefix(codecs.BOM_UTF8).startswith(b"<?xml") and (
            prolog is None or b"encoding" in prolog[0]
        )
    else:
        odd = declared[1].lower() not in (b"utf-8", b"us-ascii")
    if odd or head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        raise RefusedError("file-is-read", _NOT_BY_EXCEL)


class _Grid:
    """Counts the cells of a workbook, and the cells under its merges, as the bytes go by."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.cells = self.merged = 0

    def see(self, text: bytes) -> None:
        self.cells += sum(1 for _ in _CELL.finditer(text))
        for tag in _MERGE.finditer(text):
            self.merged += _area(tag)
        if self.cells > self.limits.cells:
            raise RefusedError("file-within-limits", f"มีช่องเกิน {self.limits.cells:,} ช่อง")
        if self.merged > self.limits.merged_cells:
            raise RefusedError("file-within-limits", "ผสานช่องกว้างเกินไป")


def _area(tag: "re.Match[bytes]") -> int:
    """How many cells a merge covers; one spelt as no program spells it covers everything."""
    refs = list(_REF.finditer(tag[1].upper().replace(b"REF", b"ref")))
    if not tag[2] or len(refs) != 1:  # a second one may stand within another attribute
        return WHOLE_SHEET
    left, top, right, bottom = refs[0].groups()
    width = abs(_column(right or left) - _column(left)) + 1
    return width * (abs(int(bottom or top) - int(top)) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
