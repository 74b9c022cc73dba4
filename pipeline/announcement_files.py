"""Announcements that finance drops into ``inbox/ประกาศ/``: whose they are, what may be public.

An image cannot be read, nor can old Word. Such a file is published only when its name has the
project's number: naming it is what a person does who has looked at it, and finance is told that
nobody else has. What can be read is published when no citizen's number stands in it.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pipeline.configure import Workspace
from pipeline.confine import announcement_confined
from pipeline.glance import ANNOUNCEMENTS, reserved
from pipeline.guard import Limits, guard_zip
from pipeline.inbox import Arrivals, Original
from pipeline.kinds import OLE, ZIP, RefusedError, damage_is_told
from pipeline.ledger import Ledger
from schemas.announcement import AnnouncementFile, kind_in, projects_in
from schemas.personal import without_citizens
from schemas.thai import days_made, visible

Outcome = Literal["accepted", "returned", "unchanged"]

MOST_PAGES = 500
LETTERS_OF_A_PAGE = 20  # Thai ones; a page with fewer was scanned, or its font means nothing
TITLE = 400  # characters of a text that may tell its kind
_THAI = re.compile("[ก-๎]")
_IMAGES = ((b"\xff\xd8\xff", ".jpg"), (b"\x89PNG\r\n\x1a\n", ".png"))
# What a document may carry beside what is seen: nobody looks into it here.
_CARRIES = "มีไฟล์แนบหรือโปรแกรมอยู่ภายใน"
_LIKE_NUMBERS = re.compile("[0-9๐-๙]{13}|[0-9๐-๙][0-9๐-๙ -]{15,18}[0-9๐-๙]")
_STEERS = {"/JavaScript", "/Launch"}


@dataclass(frozen=True)
class FileAnswer:
    """What became of one file of the folder in one pass."""

    original: Original
    outcome: Outcome
    file: AnnouncementFile


# ---- the coordinator


def take_in_files(
    arrived: Arrivals, today: date, workspace: Workspace, ledger: Ledger
) -> list[FileAnswer]:
    """Read what is new in the folder, each file in a child, and write it down."""
    dropped = [one for one in arrived.elsewhere if reserved(one.part) == ANNOUNCEMENTS]
    fresh = {one.file for one in dropped if not ledger.lies(one)}
    for one in dropped:
        if one.file in fresh:
            told = announcement_confined(one.path, one.file, workspace.limits)
            where = {"file": one.file, "sha256": one.sha256, "received_on": today}
            ledger.record_file(AnnouncementFile.of(told, **where))
    known = {(one.file, one.sha256): one for one in ledger.announcement_files()}

    def outcome(one: Original, file: AnnouncementFile) -> Outcome:
        if one.file not in fresh:
            return "unchanged"
        return "returned" if file.must_be_mended else "accepted"

    return [
        FileAnswer(one, outcome(one, file), file)
        for one in dropped
        if (file := known.get((one.file, one.sha256)))
    ]


# ---- the child


def read_announcement(path: Path, file: str, limits: Limits) -> dict[str, Any]:
    """Return what a file tells, as plain values: the fields of ``AnnouncementFile``."""
    try:
        ending, pages = _opened(path, limits)
    except RefusedError as refused:
        trouble = "other-file" if refused.rule == "file-is-a-workbook" else "damaged"
        return {"ending": "", "trouble": trouble, "reason": refused.reason}
    name = PurePosixPath(file).name
    text = "\n".join(pages)
    read = bool(pages) and all(_is_read(page) for page in pages)
    kind = kind_in((name, *(page[:TITLE] for page in pages[:1])))
    projects, trouble = _projects(name, text, read=read)
    if _names_citizen(name, text, *([] if read else _raw_texts(path))):
        trouble = "citizen-number"
    days = days_made(text) if read else []
    day = days[-1].isoformat() if days else None
    return {
        "ending": ending,
        "projects": projects,
        "kind": kind,
        "read": read,
        "trouble": trouble,
        "day": day,
    }


def _projects(name: str, text: str, *, read: bool) -> tuple[list[str], str]:
    """Return the numbers and what is the matter with them; the name goes before the text."""
    named, told = projects_in(name), projects_in(text)
    if len(named) > 1 or (named and told and named[0] not in told):
        return list(dict.fromkeys((*named, *told))), "two-numbers"
    if named:
        return named, ""
    if not read:
        return told, "number-in-name"
    if len(told) > 1:
        return told, "two-numbers"
    return told, "" if told else "without-number"


def _names_citizen(*texts: str) -> bool:
    """Also where a number is wrapped at the end of a line."""
    whole = "\0".join((*texts, *(" ".join(text.split()) for text in texts)))
    return without_citizens(whole) != whole


def _is_read(page: str) -> bool:
    return len(_THAI.findall(page)) >= LETTERS_OF_A_PAGE


def _raw_texts(path: Path) -> Iterator[str]:
    """What stands in the bytes themselves: notes of a camera, the text of old Word."""
    content = path.read_bytes()
    for start, codec in ((0, "cp874"), (0, "utf-16-le"), (1, "utf-16-le")):
        yield from _LIKE_NUMBERS.findall(content[start:].decode(codec, errors="replace"))


def _opened(path: Path, limits: Limits) -> tuple[str, list[str]]:
    """Return the ending of what the bytes are and the text of each page; RefusedError."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise RefusedError("file-within-limits", f"ใหญ่เกิน {limits.file_bytes >> 20} เมกะไบต์")
    with path.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:
        with damage_is_told("โครงสร้างของ PDF เสียหายหรือมีรหัสผ่าน"):
            return ".pdf", _pdf(path)
    for start, ending in _IMAGES:
        if head.startswith(start):
            with damage_is_told("ภาพไม่สมบูรณ์"):
                _see(path, ending)
            return ending, []
    if head.startswith(OLE):
        with damage_is_told("โครงสร้างไฟล์เสียหาย"):
            return ".doc", _old_word(path)
    if head.startswith(ZIP):
        return ".docx", _word(path, limits)
    raise RefusedError("file-is-a-workbook", "ไฟล์ชนิดอื่น")


def _pdf(path: Path) -> list[str]:
    """The text of each page; the texts of its other objects (titles, notes) with the last one."""
    import pikepdf
    import pypdfium2

    more = []
    with pikepdf.open(path) as pdf:
        if len(pdf.pages) > MOST_PAGES:
            raise RefusedError("file-within-limits", f"มีเกิน {MOST_PAGES} หน้า")
        for holder in (inner for thing in pdf.objects for inner in _dictionaries(thing)):
            if "/EmbeddedFiles" in holder or str(holder.get("/S", "")) in _STEERS:
                raise RefusedError("file-is-a-workbook", _CARRIES)
            more += [str(value) for value in holder.values() if isinstance(value, pikepdf.String)]
    document = pypdfium2.PdfDocument(str(path))
    pages = [visible(page.get_textpage().get_text_range()) for page in document]
    if pages:
        pages[-1] = "\n".join((pages[-1], *(visible(text) for text in more)))
    return pages


def _dictionaries(thing: Any) -> Iterator[Any]:  # noqa: ANN401 - pikepdf's objects
    """Give the dictionaries of an object, those written within it too."""
    import pikepdf

    holder = thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
    inner: Iterable[Any] = ()
    if isinstance(holder, pikepdf.Dictionary):
        yield holder
        inner = holder.values()
    elif isinstance(holder, pikepdf.Array):
        inner = list(holder)
    for one in inner:
        if isinstance(one, pikepdf.Object) and not one.is_indirect:
            yield from _dictionaries(one)


def _see(path: Path, ending: str) -> None:
    """That an image is whole is told by its end."""
    content = path.read_bytes().rstrip(b"\0\r\n ")
    whole = b"\xff\xd9" in content[-64:] if ending == ".jpg" else b"IEND" in content[-16:]
    if not whole:
        raise RefusedError("file-is-whole", "ภาพไม่สมบูรณ์")


def _old_word(path: Path) -> list[str]:
    import olefile

    with olefile.OleFileIO(str(path)) as ole:
        names = {"/".join(entry).lower() for entry in ole.listdir(storages=True)}
    if "worddocument" not in names:
        raise RefusedError("file-is-a-workbook", "ไฟล์ชนิดอื่น")
    if {"macros", "_vba_project_cur", "objectpool"} & names:
        raise RefusedError("file-is-a-workbook", _CARRIES)
    return []


def _word(path: Path, limits: Limits) -> list[str]:
    """The texts of all parts as one page: deleted ones, notes and properties too."""
    from lxml import etree

    guard_zip(path, limits)
    texts: list[str] = []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "word/document.xml" not in names:
            raise RefusedError("file-is-a-workbook", "ไฟล์ชนิดอื่น")
        if any(n.startswith("word/embeddings/") or n.endswith("vbaProject.bin") for n in names):
            raise RefusedError("file-is-a-workbook", _CARRIES)
        first = [n for n in names if n == "word/document.xml"]
        for name in (*first, *(n for n in names if n.endswith(".xml") and n not in first)):
            parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
            with damage_is_told("โครงสร้างไฟล์เสียหายหรือขาดหาย"):
                root = etree.parse(io.BytesIO(archive.read(name)), parser).getroot()
            paragraphs = [one for one in root.iter() if _local(one) == "p"] or [root]
            texts += [visible("".join(str(t) for t in one.itertext())) for one in paragraphs]
    return ["\n".join(texts)]


def _local(element: Any) -> str:  # noqa: ANN401 - lxml's element
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
