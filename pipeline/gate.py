"""The last look before publishing: no citizen's number in any byte that goes out (promise 10).

``schemas.personal.public`` hides them field by field; here the finished files are opened and read
as a stranger would read them. What is found is a fault of the program: nothing is published.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from pipeline.formats.kept import NOTHING_KEPT, Kept
from pipeline.site import ASSETS
from schemas.personal import without_citizens

NOTHING_ELSE: Mapping[str, str] = {}
# Between two texts: no blank and no sign, so that no number is found across it.
_BETWEEN = "\0"
# Figures of ours that only look like numbers of people: a sum of a file, an amount or a height.
_OURS = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])|(?<![^\0])[0-9]+\.[0-9]+(?![^\0])"
)
_FORMULA = re.compile(rb"<(?:[A-Za-z0-9]+:)?f[ />]")  # of a cell; text has no bare «<»
# Elements that do not part the text they stand in, of pages and of workbooks (runs of a string).
_WITHIN = {
    *("a", "abbr", "b", "em", "font", "i", "mark", "small", "span", "strong", "sub", "sup", "u"),
    *("r", "t", "rPr", "rFont", "sz", "color", "family", "charset", "scheme", "vertAlign"),
    *("strike", "outline", "shadow", "condense", "extend", "wbr"),
    *("bCs", "szCs", "cs", "lang", "proofErr"),  # of a run in Word
}


class PersonalDataError(Exception):
    """A citizen's number in a finished file. The message has the place, never the number."""


class UnknownKindError(Exception):
    """A file that nobody can look into: a new format needs its line in ``KINDS`` first."""


class FormulaError(Exception):
    """A workbook of ours that would reckon: strangers' text has become a formula."""


def gate(
    site: Mapping[str, bytes],
    looked_into: Mapping[str, str] = NOTHING_ELSE,
    kept: Kept = NOTHING_KEPT,
) -> Mapping[str, bytes]:
    """Return the site as it is when nothing in it is the number of a person.

    ``looked_into``: files of strangers by their path, with the sha256 of the very bytes that a
    child with limits has looked into already; they are not opened here, only their path is read.
    ``kept`` knows the files that were looked into before, by path and content and by how.

    Errors: PersonalDataError with the path of the file; UnknownKindError for a file of a kind
            that cannot be looked into; FormulaError for a workbook with a formula.
    """
    cleared: set[str] = set()  # page, workbook and tables say the same: one look is enough
    known = (kept.read(_how()) or b"").split()
    before, looked = set(known), list[bytes]()
    for path, content in site.items():
        theirs = path in looked_into
        if theirs and hashlib.sha256(content).hexdigest() != looked_into[path]:
            raise UnknownKindError(f"{path}: not the bytes that were looked into")
        looked.append(_file(path, content, b"child" if theirs else b"gate"))
        if looked[-1] in before:
            continue
        texts = {path} if theirs else set(text_of(path, content)) - cleared
        whole = _OURS.sub("", _BETWEEN.join(texts))
        if without_citizens(whole) != whole:
            place = without_citizens(path)
            raise PersonalDataError(f"{place}: a citizen's number in a file to be published")
        cleared |= texts
    if looked != known:
        kept.write(_how(), b"\n".join(looked))
    return site


@cache
def _how() -> bytes:
    """What a look depends on: another program has to look at everything anew."""
    ours = [files("pipeline") / name for name in ("gate.py", "pdf_text.py")]
    ours += [files("pipeline") / "formats" / "copied_text.py"]
    ours += [files("schemas") / name for name in ("personal.py", "procurement.py", "thai.py")]
    versions = "".join(f"{name} {version(name)}\n" for name in ("lxml", "pikepdf"))
    return b"gate\n" + versions.encode() + b"".join(file.read_bytes() for file in ours)


def _file(path: str, content: bytes, looked: bytes) -> bytes:
    return hashlib.sha256(looked + path.encode() + b"\0" + content).hexdigest().encode()


def text_of(path: str, content: bytes) -> Iterator[str]:
    """Give every text of a file, its path too: cells, comments, properties, names, attributes."""
    yield path
    if path in ASSETS:  # ours, with a colour and the points of an emblem
        return
    kind = PurePosixPath(path).suffix
    if kind not in KINDS:
        raise UnknownKindError(f"{path}: no way to look into a file of this kind")
    yield from KINDS[kind](content)


def _plain(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8-sig")


def _table(content: bytes) -> Iterator[str]:
    """Give each line of a field: each of several bidders has one."""
    for line in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        for field in line:
            yield from field.split("\n")


def _json(content: bytes) -> Iterator[str]:
    yield from _values(json.loads(content))


def _lines(content: bytes) -> Iterator[str]:
    for line in content.decode().split("\n"):
        yield from _values(json.loads(line)) if line else ()


def _values(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _values(one)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one)
    else:
        yield str(value)


def _page(content: bytes) -> Iterator[str]:
    yield from _marked_up(etree.fromstring(content, etree.HTMLParser(encoding="utf-8")))


def _xml(content: bytes) -> Iterator[str]:
    yield from _marked_up(etree.fromstring(content, etree.XMLParser(resolve_entities=False)))


def _marked_up(root: Any) -> Iterator[str]:  # noqa: ANN401 - lxml's element
    """Give attributes, comments and texts; the runs of one string are one text."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in {"comment", "pi"}:
            yield element.text or ""
            pieces.append(element.tail or "")
            continue
        if etree.QName(element).localname not in _WITHIN:
            yield "".join(pieces)
            pieces.clear()
        pieces.append((element.text if event == "start" else element.tail) or "")
        if event == "start":
            yield from element.attrib.values()
    yield "".join(pieces)


def _workbook(content: bytes) -> Iterator[str]:
    """Give the texts of all parts, hidden sheets, names, notes and properties too, line by line.

    The form puts bidders, or a number and its day, below each other in a cell: a number is not
    looked for across two lines of it. JSON and page have every text whole.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive.comment.decode(errors="replace")
        for name in archive.namelist():
            yield name
            if not name.endswith((".xml", ".rels", ".vml")):
                raise UnknownKindError(f"{name}: a part of a workbook of no known kind")
            content = archive.read(name)
            if _FORMULA.search(content) and name.startswith("xl/worksheets/"):
                raise FormulaError(f"{name}: a formula in a workbook to be published")
            for text in _xml(content):
                yield from text.split("\n")


def _document(content: bytes) -> Iterator[str]:
    """Give the texts of all parts of a Word document: body, headers, notes, names, properties.

    Pictures are those of the template, which is the office's own: nothing of ours becomes one.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive.comment.decode(errors="replace")
        for name in archive.namelist():
            yield name
            if name.endswith((".xml", ".rels")):
                yield from _xml(archive.read(name))
            elif not name.startswith(("word/media/", "docProps/thumbnail.")):
                raise UnknownKindError(f"{name}: a part of a document of no known kind")


def _pdf(content: bytes) -> Iterator[str]:
    from pipeline.pdf_text import UnknownPartError, texts

    try:
        yield from texts(content)
    except UnknownPartError as error:
        raise UnknownKindError(str(error)) from error


KINDS: Mapping[str, Callable[[bytes], Iterator[str]]] = {
    ".csv": _table,
    ".docx": _document,
    ".html": _page,
    ".json": _json,
    ".jsonl": _lines,
    ".jsonld": _json,
    ".pdf": _pdf,
    ".txt": _plain,
    ".xlsx": _workbook,
    ".xml": _xml,
}
