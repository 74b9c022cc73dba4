"""The parts of an .xlsx and the relations between them: what is not changed stays as it was."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS = f"{{{_PACKAGE}/relationships}}"
_TYPES = f"{{{_PACKAGE}/content-types}}"
_KINDS = REL[1:-1]
TYPES = "[Content_Types].xml"
_OPEN = "application/vnd.openxmlformats-officedocument"
WORKBOOK = f"{_OPEN}.spreadsheetml.sheet.main+xml"
CONTENT = {
    "worksheet": f"{_OPEN}.spreadsheetml.worksheet+xml",
    "styles": f"{_OPEN}.spreadsheetml.styles+xml",
    "comments": f"{_OPEN}.spreadsheetml.comments+xml",
    "vmlDrawing": f"{_OPEN}.vmlDrawing",
}
# Macros and what signs a workbook: neither holds after our change.
_LEFT_OUT = ("/vbaProject", "/xlMacrosheet", "/xlIntlMacrosheet", "/digital-signature/origin")
_MACROS = ("vbaproject", "vbadata")
_SINCE = (1980, 1, 1, 0, 0, 0)

Element = etree._Element  # noqa: SLF001 - lxml names its own class so


class Relation(NamedTuple):
    """Where a part leads to."""

    id: str
    kind: str  # the last word of its type
    target: str  # the name of a part; an address when it leads out of the file


@dataclass
class Package:
    """Parts by name. A part asked for as a tree is written from that tree."""

    parts: dict[str, bytes]
    trees: dict[str, Element] = field(default_factory=dict)

    @classmethod
    def of(cls, content: bytes) -> "Package":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            return cls({name: archive.read(name) for name in names})

    def tree(self, name: str) -> Element:
        if name not in self.trees:
            self.trees[name] = parsed(self.parts[name])
        return self.trees[name]

    def add(self, name: str, kind: str, content: bytes) -> None:
        self.parts[name] = content
        types = self.tree(TYPES)
        etree.SubElement(
            types, f"{_TYPES}Override", PartName=f"/{name}", ContentType=CONTENT[kind]
        )

    def drop(self, name: str) -> None:
        """Take out a part and its own relations."""
        for gone in (name, relations_name(name)):
            self.parts.pop(gone, None)
            self.trees.pop(gone, None)
        for override in self.tree(TYPES).findall(f"{_TYPES}Override"):
            if override.get("PartName") == f"/{name}":
                _remove(override)

    def relations(self, part: str) -> Iterator[Relation]:
        name = relations_name(part)
        if name not in self.parts:
            return
        for element in list(self.tree(name).iterchildren(f"{_RELATIONS}Relationship")):
            target = element.get("Target", "")
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target))
                target = target.lstrip("/")
            yield Relation(
                element.get("Id", ""), element.get("Type", "").rpartition("/")[2], target
            )

    def related(self, part: str, kind: str) -> Relation | None:
        found = (relation for relation in self.relations(part) if relation.kind == kind)
        return next((relation for relation in found if relation.target in self.parts), None)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Return the id of a new relation."""
        name = relations_name(part)
        if name not in self.parts:
            self.parts[name] = f'<Relationships xmlns="{_PACKAGE}/relationships"/>'.encode()
        known = {relation.id for relation in self.relations(part)}
        number = free("rIdReply{}", known)
        etree.SubElement(
            self.tree(name),
            f"{_RELATIONS}Relationship",
            Id=number,
            Type=f"{_KINDS}/{kind}",
            Target=f"/{target}",
        )
        return number

    def unrelate(self, part: str, identity: str) -> None:
        for element in self.tree(relations_name(part)).findall(f"{_RELATIONS}Relationship"):
            if element.get("Id") == identity:
                _remove(element)

    def free_part(self, pattern: str) -> str:
        return free(pattern, self.parts)

    def written(self) -> bytes:
        """Return the file: the same parts give the same bytes."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                entry = zipfile.ZipInfo(name, _SINCE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 0
                tree = self.trees.get(name)
                archive.writestr(entry, content if tree is None else serialised(tree))
        return file.getvalue()


def plain_workbook(package: Package) -> str:
    """Take out macros, make it an .xlsx whatever it was; return the name of its main part."""
    main = package.related("", "officeDocument")
    book = main.target if main else "xl/workbook.xml"
    for part in ("", book):
        _drop_related(package, part)
    for name in list(package.parts):  # also one that nothing refers to
        if name.rpartition("/")[2].lower().startswith(_MACROS):
            package.drop(name)
    for element in list(package.tree(TYPES)):
        if element.get("PartName") == f"/{book}":
            element.set("ContentType", WORKBOOK)
        elif element.get("ContentType", "").endswith(".vbaProject"):
            _remove(element)
    return book


def _drop_related(package: Package, part: str) -> None:
    name = relations_name(part)
    if name not in package.parts:
        return
    types = {
        element.get("Id", ""): element.get("Type", "") for element in package.tree(name).iter("*")
    }
    for relation in list(package.relations(part)):
        if types[relation.id].endswith(_LEFT_OUT):
            _drop_with_all(package, relation.target)
            package.unrelate(part, relation.id)


def _drop_with_all(package: Package, part: str) -> None:
    below = [relation.target for relation in package.relations(part)]
    package.drop(part)
    for other in below:
        if other in package.parts:
            _drop_with_all(package, other)


def parsed(content: bytes) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if error.msg != "unknown error":
            raise
        raise MemoryError from error  # libxml2 has no other word for it


def serialised(tree: Element) -> bytes:
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def relations_name(part: str) -> str:
    folder, _, file = part.rpartition("/")
    return f"{folder}/_rels/{file}.rels".lstrip("/")


def free(pattern: str, taken: object) -> str:
    """Return the first name of a pattern that is not taken."""
    number = 1
    while pattern.format(number) in taken:  # type: ignore[operator]
        number += 1
    return pattern.format(number)


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
