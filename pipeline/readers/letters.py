"""Bytes → letters: which of the encodings that Thai offices use a text or a web page is in."""

import codecs
import re

from pipeline.kinds import RefusedError

# The names that pages and XML give to it.
THAI_PAGES = frozenset({b"windows-874", b"tis-620", b"tis620", b"iso-8859-11", b"cp874"})
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_THAI = re.compile("[\u0e00-\u0e7f]")
_CUT_OFF = "ตัวอักษรท้ายไฟล์ขาดหาย"
_DAMAGED = "ตัวอักษรบางตัวเสียหาย"
_NO_TEXT = "มีข้อมูลที่ไม่ใช่ตัวอักษร"
# What stands in texts: tab, line ends, the page ends of old printouts, the end mark of DOS.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_ACCIDENTS = 100  # one such character in a hundred is an accident, more are no text


def decoded(content: bytes) -> str:
    """Return the text of a file: UTF-16 by its mark, else UTF-8, else the Thai code page.

    RefusedError for bytes that are in none of them, and for a text with damaged letters: read as
    another encoding it would come out as words that nobody wrote.
    """
    for mark, encoding in _UTF_16.items():
        if content.startswith(mark):
            return _plain(_strict(content[len(mark) :], encoding))
    if content.startswith(codecs.BOM_UTF8):
        return _plain(_strict(content[len(codecs.BOM_UTF8) :], "utf-8"))
    try:
        return _plain(content.decode())
    except UnicodeDecodeError as error:
        _refuse_damaged_utf_8(content, error)
    return thai_page(content)


def thai_page(content: bytes) -> str:
    """Decode windows-874, which Python calls cp874.

    Never tis-620 or iso8859-11: they make control characters of quotation marks and dashes.
    """
    try:
        return _plain(content.decode("cp874"))
    except UnicodeDecodeError:
        raise RefusedError("file-is-a-workbook", _NO_TEXT) from None


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        reason = _CUT_OFF if error.end >= len(content) else _DAMAGED
        raise RefusedError("file-is-whole", reason) from None


def _refuse_damaged_utf_8(content: bytes, error: UnicodeDecodeError) -> None:
    """The Thai code page has hardly any run of bytes that is a Thai letter in UTF-8."""
    shown = content.decode(errors="replace")
    if len(_THAI.findall(shown)) > shown.count("\ufffd"):
        reason = _CUT_OFF if error.end >= len(content) else _DAMAGED
        raise RefusedError("file-is-whole", reason)


def _plain(text: str) -> str:
    """NUL stands in no text; a few other control characters are somebody's accident."""
    if "\0" in text or len(_BINARY.findall(text)) > 1 + len(text) // _ACCIDENTS:
        raise RefusedError("file-is-a-workbook", _NO_TEXT)
    return text
