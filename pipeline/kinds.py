"""Say what a dropped file is by its bytes, never by its name; name what we cannot read."""

import codecs
import errno
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import olefile

Kind = Literal["xlsx", "xlsb", "ods", "xls", "html", "xml", "text"]
ZIPPED: tuple[Kind, ...] = ("xlsx", "xlsb", "ods")

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
HTML = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body", b"<div", b"<style")
SPREADSHEETML = b"urn:schemas-microsoft-com:office:spreadsheet"
# What people drop beside workbooks, by the first bytes.
OTHERS = (
    (b"%PDF", "เป็นไฟล์ PDF"),
    (b"\x89PNG", "เป็นรูปภาพ"),
    (b"\xff\xd8\xff", "เป็นรูปภาพ"),
    (b"GIF8", "เป็นรูปภาพ"),
    (b"{\\rtf", "เป็นเอกสาร Word (RTF)"),
    (b"Rar!", "เป็นไฟล์บีบอัด"),
    (b"7z\xbc\xaf", "เป็นไฟล์บีบอัด"),
    (b"\x1f\x8b", "เป็นไฟล์บีบอัด"),
)
HEAD = 4096

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
    for start, words in OTHERS:
        if head.startswith(start):
            raise RefusedError("file-is-a-workbook", words)
    return _markup_or_text(head)


def _ole(path: Path) -> Known:
    """A password makes an .xlsx an OLE file; to every reader both are just "not a zip"."""
    try:
        with olefile.OleFileIO(str(path)) as ole:
            if ole.exists("EncryptedPackage"):
                raise RefusedError("file-without-password", "")
            if ole.exists("Workbook") or ole.exists("Book"):
                return Known("xls", macros=ole.exists("_VBA_PROJECT_CUR"))
    except RefusedError:
        raise
    except Exception as error:
        if is_system_trouble(error):
            raise
        raise RefusedError("file-is-whole", "โครงสร้างไฟล์เสียหาย") from error
    raise RefusedError("file-is-a-workbook", "เป็นเอกสารชนิดอื่นของ Office รุ่นเก่า")


def _zip(path: Path) -> Known:
    try:
        with zipfile.ZipFile(path) as archive:
            # Some exporters write xl\workbook.xml, xl/WorkBook.xml or no xl/ folder at all.
            names = [name.replace("\\", "/").lower() for name in archive.namelist()]
            leaves = {name.rpartition("/")[2] for name in names}
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    told = file.read(100)
                if b"opendocument.spreadsheet" not in told:
                    raise RefusedError("file-is-a-workbook", "เป็นเอกสาร OpenDocument ชนิดอื่น")
                return Known("ods", macros=any(name.startswith("basic/") for name in names))
    except RefusedError:
        raise
    except Exception as error:
        if is_system_trouble(error):
            raise
        raise RefusedError("file-is-whole", "โครงสร้างไฟล์เสียหายหรือขาดหาย") from error
    macros = "vbaproject.bin" in leaves
    if "workbook.xml" in leaves:
        return Known("xlsx", macros)
    if "workbook.bin" in leaves:
        return Known("xlsb", macros)
    kinds = {"document.xml": "เป็นเอกสาร Word", "presentation.xml": "เป็นเอกสาร PowerPoint"}
    other = next((words for leaf, words in kinds.items() if leaf in leaves), "เป็นไฟล์บีบอัดหรือชนิดอื่น")
    raise RefusedError("file-is-a-workbook", other)


def _markup_or_text(head: bytes) -> Known:
    markup = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if markup.startswith(HTML):
        return Known("html")
    if markup.startswith((b"<?xml", b"<workbook")):
        if SPREADSHEETML in head:
            return Known("xml")
        if b"<html" in markup:
            return Known("html")
        raise RefusedError("file-is-a-workbook", "เป็นไฟล์ XML ชนิดอื่น")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Known("text")
    if b"\0" in head:
        raise RefusedError("file-is-a-workbook", "เป็นไฟล์ชนิดอื่น ไม่ใช่ตาราง")
    return Known("text")
