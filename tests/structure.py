"""What Excel repairs although each part of a workbook is valid by itself; the SDK does not look.

``faults`` names each; a workbook without any gives none. Written from the standard (ISO/IEC 29500
part 1, clause 18) and from what Excel was seen to repair, on its own reading of the parts.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

from lxml import etree
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_XML = (".xml", ".rels")
_BOX = re.compile(
    r'ObjectType="Note".*?<(?:\w+:)?Row>\s*(\d+)\s*</.*?<(?:\w+:)?Column>\s*(\d+)\s*</', re.DOTALL
)
_COUNTED = ("fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
Tree = etree._Element  # noqa: SLF001 - lxml names its own class so


class _Parts:
    """The parts of a workbook, those of XML as trees."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.names = archive.namelist()
            self.raw = {name: archive.read(name) for name in self.names}
        self.trees = {
            name: etree.fromstring(raw) for name, raw in self.raw.items() if name.endswith(_XML)
        }

    def targets(self, part: str) -> Mapping[str, tuple[str, str]]:
        """Id → kind and part, of the relations inside the file."""
        folder, _, file = part.rpartition("/")
        rels = self.trees.get(f"{folder}/_rels/{file}.rels".lstrip("/"))
        return {
            one.get("Id", ""): (
                one.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
            )
            for one in ([] if rels is None else rels)
            if one.get("TargetMode") != "External"
        }


def faults(content: bytes) -> list[str]:
    parts = _Parts(content)
    return [*_package(parts), *_workbook(parts), *_styles(parts)]


def _package(parts: _Parts) -> Iterator[str]:
    for name in {name for name in parts.names if parts.names.count(name) > 1}:
        yield f"two parts {name}"
    types = parts.trees["[Content_Types].xml"]
    named = [one.get("PartName", "").lstrip("/") for one in types if one.get("PartName")]
    endings = {one.get("Extension", "").lower() for one in types if one.get("Extension")}
    for name in named:
        if name not in parts.raw:
            yield f"a content type for {name}, which is not there"
        if named.count(name) > 1:
            yield f"two content types for {name}"
    for name in parts.names:
        if name not in named and name.rpartition(".")[2].lower() not in endings:
            yield f"{name} without a content type"
    for name in parts.names:
        if name.endswith(".rels"):
            ids = [one.get("Id") for one in parts.trees[name]]
            if len(set(ids)) < len(ids):
                yield f"one id for two relations in {name}"


def _workbook(parts: _Parts) -> Iterator[str]:
    main = next(to for kind, to in parts.targets("").values() if kind == "officeDocument")
    book, targets = parts.trees[main], parts.targets(main)
    sheets = book.findall(f"{_M}sheets/{_M}sheet")
    for what in ("name", "sheetId", _R):
        said = [sheet.get(what, "").casefold() for sheet in sheets]
        if len(set(said)) < len(said):
            yield f"two sheets with one {what}"
    for sheet in sheets:
        name = sheet.get("name", "")
        if not 1 <= len(name) <= 31 or re.search(r"[\[\]:*?/\\]|^'|'$", name):
            yield f"a sheet with the name {name}"
    yield from _names(book, len(sheets))
    by_id: dict[str, set[str]] = {}
    for sheet in sheets:
        kind, part = targets.get(sheet.get(_R, ""), ("", ""))
        if part not in parts.trees:
            yield f"the sheet {sheet.get('name')} has no part"
        elif kind == "worksheet":
            by_id[sheet.get("sheetId", "")] = _formulas(parts.trees[part])
            yield from _worksheet(parts, part)
    yield from _chain(parts, by_id)


def _names(book: Tree, sheets: int) -> Iterator[str]:
    for view in book.iter(f"{_M}workbookView"):
        if int(view.get("activeTab", "0")) >= sheets:
            yield "a sheet is shown that is not there"
    names: set[tuple[str, str]] = set()
    for named in book.iter(f"{_M}definedName"):
        local = named.get("localSheetId", "")
        if local and int(local) >= sheets:
            yield f"the name {named.get('name')} belongs to no sheet"
        if (named.get("name", ""), local) in names:
            yield f"the name {named.get('name')} is there twice"
        names.add((named.get("name", ""), local))


def _formulas(sheet: Tree) -> set[str]:
    return {cell.get("r", "") for cell in sheet.iter(f"{_M}c") if cell.find(f"{_M}f") is not None}


def _chain(parts: _Parts, by_id: Mapping[str, set[str]]) -> Iterator[str]:
    sheet = ""
    chain = parts.trees.get("xl/calcChain.xml")
    for link in [] if chain is None else chain:
        sheet = link.get("i", sheet)
        if link.get("r") not in by_id.get(sheet, set()):
            yield f"the calculation chain names {link.get('r')} of sheet {sheet}: no formula there"


def _worksheet(parts: _Parts, part: str) -> Iterator[str]:
    tree = parts.trees[part]
    shared = parts.trees.get("xl/sharedStrings.xml")
    texts = 0 if shared is None else len(shared.findall(f"{_M}si"))
    xfs = parts.trees["xl/styles.xml"].find(f"{_M}cellXfs") if "xl/styles.xml" in parts.raw else ()
    looks = 1 if xfs is None else max(1, len(xfs))
    row_before = 0
    for row in tree.iterfind(f"{_M}sheetData/{_M}row"):
        number = int(row.get("r", row_before + 1))
        if number <= row_before:
            yield f"{part}: row {number} after row {row_before}"
        row_before, column_before = number, 0
        for cell in row.iterfind(f"{_M}c"):
            at = coordinate_to_tuple(cell.get("r", "")) if cell.get("r") else None
            if at and (at[0] != number or at[1] <= column_before):
                yield f"{part}: {cell.get('r')} out of its order"
            column_before = at[1] if at else column_before + 1
            if cell.get("t") == "s" and int(cell.findtext(f"{_M}v", "0")) >= texts:
                yield f"{part}: {cell.get('r')} shows a shared text that is not there"
            if int(cell.get("s", "0")) >= looks:
                yield f"{part}: {cell.get('r')} has a look that is not there"
    yield from _merges(tree, part)
    yield from _ids(parts, tree, part)
    yield from _comments(parts, part)


def _merges(tree: Tree, part: str) -> Iterator[str]:
    areas = [
        tuple(edge or 0 for edge in range_boundaries(one.get("ref", "")))
        for one in tree.iterfind(f"{_M}mergeCells/{_M}mergeCell")
    ]
    for (left, top, right, bottom), other in combinations(areas, 2):
        if left <= other[2] and other[0] <= right and top <= other[3] and other[1] <= bottom:
            yield f"{part}: merged areas lie over each other"


def _ids(parts: _Parts, tree: Tree, part: str) -> Iterator[str]:
    folder, _, file = part.rpartition("/")
    rels = parts.trees.get(f"{folder}/_rels/{file}.rels")
    known = {one.get("Id") for one in ([] if rels is None else rels)}
    for element in tree.iter("*"):
        if _R in element.attrib and element.get(_R) not in known:
            yield f"{part}: {element.tag} names a relation that is not there"


def _comments(parts: _Parts, part: str) -> Iterator[str]:
    found = [to for kind, to in parts.targets(part).values() if kind == "comments"]
    if len(found) > 1:
        yield f"{part}: two parts of comments"
    if not found:
        return
    root = parts.trees[found[0]]
    authors = len(root.findall(f"{_M}authors/{_M}author"))
    places = [one.get("ref", "") for one in root.iter(f"{_M}comment")]
    if len(set(places)) < len(places):
        yield f"{part}: two comments on one cell"
    for one in root.iter(f"{_M}comment"):
        if int(one.get("authorId", "0")) >= authors:
            yield f"{part}: the comment on {one.get('ref')} has no author"
        if len("".join(map(str, one.itertext()))) > 32_767:
            yield f"{part}: the comment on {one.get('ref')} is too long"
    legacy = parts.trees[part].find(f"{_M}legacyDrawing")
    drawing = parts.targets(part).get("" if legacy is None else legacy.get(_R, ""), ("", ""))[1]
    shown = [
        (int(row) + 1, int(column) + 1)
        for row, column in _BOX.findall(parts.raw.get(drawing, b"").decode(errors="replace"))
    ]
    if sorted(shown) != sorted(coordinate_to_tuple(place) for place in places):
        yield f"{part}: comments and their boxes are not the same"
    ids = re.findall(rb'<v:shape [^>]*?\bid="([^"]*)"', parts.raw.get(drawing, b""))
    if len(set(ids)) < len(ids):
        yield f"{part}: two boxes with one id"


def _styles(parts: _Parts) -> Iterator[str]:
    tree = parts.trees.get("xl/styles.xml")
    if tree is None:
        return
    sizes: dict[str, int] = {}
    for name in _COUNTED:
        box = tree.find(f"{_M}{name}")
        sizes[name] = 0 if box is None else len(box)
        if box is not None and int(box.get("count", len(box))) != len(box):
            yield f"{name} are counted wrong"
    order = [child.tag for child in tree if isinstance(child.tag, str)]
    wanted = [f"{_M}{n}" for n in ("numFmts", *_COUNTED, "tableStyles", "colors", "extLst")]
    if any(wanted.index(a) >= wanted.index(b) for a, b in pairwise(order)):
        yield "the groups of styles.xml are out of their order"
    for group in ("cellStyleXfs", "cellXfs"):
        for xf in tree.iterfind(f"{_M}{group}/{_M}xf"):
            for what, of in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                if int(xf.get(what, "0")) >= sizes[of]:
                    yield f"a look names a {what} that is not there"
            if group == "cellXfs" and int(xf.get("xfId", "0")) >= max(1, sizes["cellStyleXfs"]):
                yield "a look is of a named look that is not there"
