"""Say what a dropped file is by its bytes, never by its name; name what we cannot read."""

import codecs
import errno
import gzip
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import olefile

Kind = Literal["xlsx", "xlsb", "ods", "xls", "html", "xml", "text"]
ZIPPED: tuple[Kind, ...] = ("xlsx", "xlsb", "ods")

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# The first record of a workbook without its container, as Excel 2 to 4 and web programs write it;
# a text may begin with a tab as well, but holds no NUL.
BARE_XLS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
SPREADSHEETML = "urn:schemas-microsoft-com:office:spreadsheet"
# What people drop beside workbooks, by the first bytes.
GZIP = b"\x1f\x8b"
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*\"|\[\s*\{)")
EGP_FIELD = "รหัสโครงการ".encode()  # the open data of e-GP name it so (DOMAIN §4)
OTHERS = (
    (b"%PDF", "เป็นไฟล์ PDF"),
    (b"\x89PNG", "เป็นรูปภาพ"),
    (b"\xff\xd8\xff", "เป็นรูปภาพ"),
    (b"GIF8", "เป็นรูปภาพ"),
    (b"II*\0", "เป็นรูปภาพ"),
    (b"MM\0*", "เป็นรูปภาพ"),
    (b"{\\rtf", "เป็นเอกสาร Word (RTF)"),
    (b"Rar!", "เป็นไฟล์บีบอัด"),
    (b"7z\xbc\xaf", "เป็นไฟล์บีบอัด"),
    (b"\x1f\x8b", "เป็นไฟล์บีบอัด"),
    (b"SQLite format 3", "เป็นฐานข้อมูล"),
)
# Streams of an OLE file, parts of a zip: what tells a document that is no workbook.
OLE_OTHERS = {
    "worddocument": "เป็นเอกสาร Word รุ่นเก่า (.doc)",
    "powerpoint document": "เป็นเอกสาร PowerPoint รุ่นเก่า (.ppt)",
    "__properties_version1.0": "เป็นอีเมลของ Outlook",
}
ZIP_OTHERS = {
    "document.xml": "เป็นเอกสาร Word",
    "presentation.xml": "เป็นเอกสาร PowerPoint",
    "index.zip": "เป็นไฟล์ Numbers ของ Apple",
    "document.iwa": "เป็นไฟล์ Numbers ของ Apple",
}
HEAD = 1 << 16  # web pages of programs may begin with long comments

_TAGS = (
    "html head body title meta link style script base table thead tbody tr td th div span p br hr "
    "center font b i u h1 h2 h3 h4 h5 h6 form ul ol pre frameset"
)
HTML_TAGS = frozenset(_TAGS.split())
# What may stand before the first tag: blanks, comments, instructions, <![if …]>, a document type.
_BEFORE_TAG = re.compile(
    r"(?:\s+|<!--.*?-->|<\?.*?\?>|<!\[[^>]*>|<!doctype[^>\[]*(?:\[.*?\]\s*)?>)*+",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<(?:[\w.-]{1,40}:)?([\w.-]{1,40})[\s/>]")
_DOCTYPE_HTML = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_MAIL_HEAD = re.compile(r"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}mime-version:", re.IGNORECASE)

# The disk's or the system's trouble, not the file's: a workbook is not sent back for it.
SYSTEM_TROUBLE = frozenset(
    {errno.EIO, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ESTALE}
)


def is_system_trouble(error: BaseException) -> bool:
    """True for an error of the machine; a damaged zip raises OSError as well, with others."""
    return isinstance(error, OSError) and error.errno in SYSTEM_TROUBLE


class RefusedError(Exception):
    """The file is not read: ``rule`` is the finding to raise, ``reason`` the Thai words in it."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


@contextmanager
def damage_is_told(reason: str) -> Iterator[None]:
    """Whatever a library raises over a container means to people that the file is not whole.

    zlib, struct, EOF, unicode …: fuzzing showed eleven kinds.
    """
    try:
        yield
    except (RefusedError, MemoryError):  # the limit was met, whatever the file is
        raise
    except Exception as error:
        if is_system_trouble(error):
            raise
        raise RefusedError("file-is-whole", reason) from error


@dataclass(frozen=True)
class Known:
    """What a file is. Macros are never run nor kept; that they are there is told."""

    kind: Kind
    macros: bool = False


def kind_of(path: Path) -> Known:
    """Return what the file is; RefusedError names what we do not read."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise RefusedError("file-is-whole", "ไฟล์ว่าง ขนาด 0 ไบต์")
    if head.startswith(OLE):
        return _ole(path)
    if head.startswith(ZIP):
        return _zip(path)
    if head.startswith(BARE_XLS) and b"\0" in head[:8]:
        return Known("xls")
    inner = _unpacked(path) if head.startswith(GZIP) else head
    if _JSON.match(inner):
        words = "ข้อมูลเปิดโครงการจัดซื้อจัดจ้าง e-GP" if EGP_FIELD in inner else "ข้อมูล JSON"
        raise RefusedError("file-is-a-workbook", f"เป็น{words}")
    for start, words in OTHERS:
        if head.startswith(start):
            raise RefusedError("file-is-a-workbook", words)
    return _markup_or_text(head)


def _unpacked(path: Path) -> bytes:
    """The head of what a .gz holds; nothing when it is damaged."""
    try:
        with gzip.open(path) as file:
            return file.read(HEAD)
    except (OSError, EOFError, zlib.error):
        return b""


def _ole(path: Path) -> Known:
    """A password makes an .xlsx an OLE file; to every reader both are just "not a zip"."""
    with damage_is_told("โครงสร้างไฟล์เสียหาย"), olefile.OleFileIO(str(path)) as ole:
        names = {"/".join(entry).lower() for entry in ole.listdir(storages=True)}
    if "encryptedpackage" in names:
        raise RefusedError("file-without-password", "")
    if {"workbook", "book"} & names:
        return Known("xls", macros="_vba_project_cur" in names)
    raise RefusedError(
        "file-is-a-workbook", _named(OLE_OTHERS, names, "เป็นเอกสารชนิดอื่นของ Office รุ่นเก่า")
    )


def _zip(path: Path) -> Known:
    told = b""
    with damage_is_told("โครงสร้างไฟล์เสียหายหรือขาดหาย"), zipfile.ZipFile(path) as archive:
        # Some exporters write xl\workbook.xml, xl/WorkBook.xml or no xl/ folder at all.
        names = [name.replace("\\", "/").lower() for name in archive.namelist()]
        if "mimetype" in names:
            with archive.open(archive.namelist()[names.index("mimetype")]) as file:
                told = file.read(100)
    if told:
        if b"opendocument.spreadsheet" in told:
            return Known("ods", macros=any(name.startswith("basic/") for name in names))
        raise RefusedError("file-is-a-workbook", "เป็นเอกสาร OpenDocument ที่ไม่ใช่ตาราง")
    leaves = {name.rpartition("/")[2] for name in names}
    macros = "vbaproject.bin" in leaves
    if "workbook.xml" in leaves:
        return Known("xlsx", macros)
    if "workbook.bin" in leaves:
        return Known("xlsb", macros)
    raise RefusedError(
        "file-is-a-workbook", _named(ZIP_OTHERS, leaves, "เป็นไฟล์บีบอัดหรือเอกสารชนิดอื่น")
    )


def _named(others: dict[str, str], names: Collection[str], otherwise: str) -> str:
    return next((words for name, words in others.items() if name in names), otherwise)


def _markup_or_text(head: bytes) -> Known:
    text = _readable(head)
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        known = _markup(start)
        if known is not None:
            return known
    if _MAIL_HEAD.match(start):
        raise RefusedError("file-is-a-workbook", "เป็นหน้าเว็บแบบไฟล์เดียว (.mht)")
    if "\0" in text:
        raise RefusedError("file-is-a-workbook", "เป็นไฟล์ชนิดอื่น ไม่ใช่ตาราง")
    return Known("text")


def _readable(head: bytes) -> str:
    """Return the letters of the head, as far as ASCII goes, also where each takes two bytes."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return head.decode("utf-16-le", errors="replace")
    if head.startswith(codecs.BOM_UTF16_BE):
        return head.decode("utf-16-be", errors="replace")
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _markup(text: str) -> Known | None:
    """Return what begins with ``<``; None for a text that only begins so."""
    before = _BEFORE_TAG.match(text)
    begins = before.end() if before else 0
    first = _TAG.match(text, begins)
    name = first[1].lower() if first else ""
    if name == "workbook" and SPREADSHEETML in text:
        return Known("xml")
    if name in HTML_TAGS or _DOCTYPE_HTML.search(text, 0, max(begins, 1)):
        return Known("html")
    if text.startswith(("<?xml", "<!DOCTYPE", "<!doctype")) or (name and "xmlns" in text[:HEAD]):
        word = "worddocument" in name or "schemas.microsoft.com/office/word" in text
        words = "เป็นเอกสาร Word แบบ XML" if word else "เป็นไฟล์ XML ชนิดอื่น"
        raise RefusedError("file-is-a-workbook", words)
    # A comment that never ends leaves no tag, and so do pages that begin with their text.
    return Known("html") if text.startswith("<!--") else None
