"""A finished PDF → every text in it, for the last look before publishing (``gate``)."""

import io
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pikepdf

from pipeline.formats.copied_text import fonts_of, glyphs, meanings, opened, steps

# What a page or a document may hold that nobody looked into here: nothing of ours needs it.
_UNKNOWN_IN_DOCUMENT = ("/AcroForm", "/AF", "/OpenAction", "/AA", "/OCProperties")
_UNKNOWN_IN_NAMES = ("/EmbeddedFiles", "/JavaScript")
_UNKNOWN_ON_PAGE = ("/Annots", "/AA")


class UnknownPartError(Exception):
    """Something in a PDF that holds text in a way nobody looks into."""


def texts(content: bytes) -> Iterator[str]:
    """Give properties, metadata, bookmarks, and each paragraph as its letters are read.

    A paragraph is joined over lines and pages: a number that is wrapped is found. What a cluster
    is said to mean (/ActualText) comes beside what its glyphs mean.
    Errors: UnknownPartError.
    """
    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PdfError as error:
        raise UnknownPartError(str(error)) from error
    with pdf:
        root = pdf.Root
        _refuse(root, _UNKNOWN_IN_DOCUMENT)
        _refuse(root.get("/Names", {}), _UNKNOWN_IN_NAMES)
        yield from (str(value) for value in pdf.docinfo.values())
        if "/Metadata" in root:
            yield root.Metadata.read_bytes().decode(errors="replace")
        yield from _strings(pdf)
        read: dict[Any, list[str]] = defaultdict(list)
        said: dict[Any, list[str]] = defaultdict(list)
        for number, page in enumerate(pdf.pages):
            _refuse(page, _UNKNOWN_ON_PAGE)
            owners = _owners(pdf, page)
            for place, letters, meaning in _shown(page):
                owner = owners.get(place, (number, place))
                read[owner].append(letters)
                said[owner].append(meaning)
        for pieces in (*read.values(), *said.values()):
            yield "".join(pieces)


def _refuse(where: Any, names: tuple[str, ...]) -> None:  # noqa: ANN401 - pikepdf's objects
    for name in names:
        if name in where:
            raise UnknownPartError(f"{name} in a PDF")


def _strings(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Give the texts of all objects outside the pages' programs: titles, alternatives, labels."""
    for thing in pdf.objects:
        holder = thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
        if isinstance(holder, pikepdf.Dictionary):
            yield from (
                str(value)
                for name, value in holder.items()
                if isinstance(value, pikepdf.String) and name not in {"/ID", "/O", "/U"}
            )


def _owners(pdf: pikepdf.Pdf, page: pikepdf.Page) -> dict[int, tuple[int, int]]:
    """Return, by number of a marked stretch, the element of the structure it belongs to."""
    if "/StructParents" not in page or "/StructTreeRoot" not in pdf.Root:
        return {}
    tree = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    elements: Any = tree[int(page.StructParents)]
    return {
        place: element.objgen
        for place, element in enumerate(elements)
        if isinstance(element, pikepdf.Dictionary)
    }


def _shown(page: pikepdf.Page) -> Iterator[tuple[int, str, str]]:
    """Give each shown string: the stretch it stands in (-1: none), its letters, their meaning."""
    tables = {name: meanings(font) for name, font in fonts_of(page).items()}
    table: dict[int, str] = {}
    stretches: list[tuple[int, str | None]] = [(-1, None)]
    for kind, operand in steps(page):
        if kind == "font":
            table = tables[operand]
        elif kind == "opened":
            number, meaning = opened(operand)
            stretches.append((stretches[-1][0] if number is None else number, meaning))
            if meaning is not None:
                yield stretches[-1][0], "", meaning
        elif kind == "closed":
            stretches.pop()
        else:
            try:
                letters = "".join(table[glyph] for glyph in glyphs(operand))
            except KeyError as error:
                raise UnknownPartError(f"a glyph that means nothing: {error}") from error
            place, meaning = stretches[-1]
            yield place, letters, "" if meaning is not None else letters
