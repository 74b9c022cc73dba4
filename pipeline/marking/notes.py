"""Comments of a worksheet: ours behind the sender's, taken away again by the line they begin with.

A comment is a text in one part and a box in another, which is no well-formed XML when Excel 2003
wrote it: boxes are cut out and put in as letters.
"""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from lxml import etree
from openpyxl.utils.cell import coordinate_to_tuple

from pipeline.formats.row_heights import lines
from pipeline.marking.grid import At
from pipeline.marking.package import MAIN, REL, Element, Package
from pipeline.marking.pages import as_stored
from schemas.reply_words import AUTHOR, NOTE_BEGINS
from schemas.sheet import address

_NAMESPACE = MAIN[1:-1]
_EMPTY = (f'<comments xmlns="{_NAMESPACE}"><authors/><commentList/></comments>').encode()
_SHAPES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_EMPTY_DRAWING = (
    "<xml "
    + " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _SHAPES.items())
    + '><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_reply_{row}_{column}" type="#_x0000_t202" style="position:absolute;'
    "margin-left:59.25pt;margin-top:1.5pt;width:{width}pt;height:{height}pt;z-index:1;"
    'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)
_ONE_SHAPE = re.compile(r"<((?:\w+:)?)shape\s.*?</\1shape>", re.DOTALL)
_PLACE = r"<(?:\w+:)?{name}>\s*([0-9]+)\s*</"
_WIDTH, _TALLEST, _SIZE = 260, 400, 10  # points
_LINE = 1.45  # of the size of a letter: Tahoma is tall
_WIDER = 1.25  # than Sarabun, by which lines are counted
# What a worksheet has behind the boxes of its comments, in the order that Excel insists on.
_BEHIND = frozenset(
    f"{MAIN}{name}"
    for name in (
        *("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems"),
        *("tableParts", "extLst"),
    )
)


def take_away(package: Package, part: str) -> None:
    """Take our comments from a worksheet; of a shared one only what we put behind."""
    relation = package.related(part, "comments")
    if relation is None:
        return
    root = package.tree(relation.target)
    gone: set[At] = set()
    for comment in list(root.iter(f"{MAIN}comment")):
        if NOTE_BEGINS in _text(comment):
            _cut(comment)
            if not _text(comment).strip():
                _parent(comment).remove(comment)
                gone.add(coordinate_to_tuple(comment.get("ref", "A1")))
    if gone:
        _without_boxes(package, part, gone)


def put(package: Package, part: str, notes: Mapping[At, str]) -> None:
    """Write our comments behind those that the cells of a worksheet have."""
    relation = package.related(part, "comments")
    if relation is None:
        name = package.free_part("xl/commentsReply{}.xml")
        package.add(name, "comments", _EMPTY)
        package.relate(part, "comments", name)
    else:
        name = relation.target
    root = package.tree(name)
    author, box = _author(root), _child(root, "commentList")
    known = {comment.get("ref", ""): comment for comment in box.iter(f"{MAIN}comment")}
    boxes: list[str] = []
    for at, text in sorted(notes.items()):
        comment = known.get(address(*at))
        if comment is None:
            comment = etree.SubElement(
                box, f"{MAIN}comment", ref=address(*at), authorId=str(author)
            )
        _add(comment, text)
        boxes.append(_box(at, _text(comment)))
    _without_boxes(package, part, set(notes))
    _put_boxes(package, part, boxes)


def _text(comment: Element) -> str:
    return "".join(piece.text or "" for piece in comment.iterfind(f"{MAIN}text//{MAIN}t"))


def _cut(comment: Element) -> None:
    """Leave of a comment what stands before our line, with its looks."""
    before = len(_text(comment).partition(NOTE_BEGINS)[0].rstrip("\n"))
    for piece in list(comment.iterfind(f"{MAIN}text//{MAIN}t")):
        text = piece.text or ""
        piece.text = text[:before]
        before = max(0, before - len(text))
        run = _parent(piece)
        if not piece.text and run.tag == f"{MAIN}r":
            _parent(run).remove(run)


def _add(comment: Element, text: str) -> None:
    body = _child(comment, "text")
    before = _text(comment)
    for plain in body.findall(f"{MAIN}t"):  # beside runs a plain text would not be shown
        run = etree.Element(f"{MAIN}r")
        body.replace(plain, run)
        run.append(plain)
    gap = "\n\n" if before.strip() else ""
    for piece, bold in ((f"{gap}{NOTE_BEGINS}\n", True), (text, False)):
        run = etree.SubElement(body, f"{MAIN}r")
        look = etree.SubElement(run, f"{MAIN}rPr")
        if bold:
            etree.SubElement(look, f"{MAIN}b")
        etree.SubElement(look, f"{MAIN}sz", val=str(_SIZE))
        etree.SubElement(look, f"{MAIN}rFont", val="Tahoma")
        shown = etree.SubElement(run, f"{MAIN}t")
        shown.text = as_stored(piece)
        shown.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _author(root: Element) -> int:
    authors = _child(root, "authors")
    names = [author.text for author in authors]
    if AUTHOR not in names:
        etree.SubElement(authors, f"{MAIN}author").text = AUTHOR
        names.append(AUTHOR)
    return names.index(AUTHOR)


def _child(root: Element, name: str) -> Element:
    found = root.find(f"{MAIN}{name}")
    return etree.SubElement(root, f"{MAIN}{name}") if found is None else found


def _parent(element: Element) -> Element:
    parent = element.getparent()
    if parent is None:
        raise ValueError(f"{element.tag} stands alone")
    return parent


def _box(at: At, text: str) -> str:
    count = lines(text, (_WIDTH - 10) / (_SIZE * _WIDER))
    height = min(_TALLEST, round(count * _SIZE * _LINE) + 12)
    return _SHAPE.format(row=at[0] - 1, column=at[1] - 1, width=_WIDTH, height=height)


def _drawing(package: Package, part: str) -> str | None:
    """The part with the boxes: the one that the worksheet names, not one of its headers."""
    named = package.tree(part).find(f"{MAIN}legacyDrawing")
    if named is None:
        return None
    identity = named.get(f"{REL}id")
    targets = [one.target for one in package.relations(part) if one.id == identity]
    return targets[0] if targets and targets[0] in package.parts else None


def _without_boxes(package: Package, part: str, gone: set[At]) -> None:
    name = _drawing(package, part)
    if name is None:
        return
    text = package.parts[name].decode("utf-8", errors="surrogateescape")

    def left(shape: "re.Match[str]") -> str:
        return "" if _note_at(shape[0]) in gone else shape[0]

    text = _ONE_SHAPE.sub(left, text)
    package.parts[name] = text.encode("utf-8", errors="surrogateescape")


def _note_at(shape: str) -> At | None:
    row = re.search(_PLACE.format(name="Row"), shape)
    column = re.search(_PLACE.format(name="Column"), shape)
    if not row or not column or 'ObjectType="Note"' not in shape:
        return None
    return int(row[1]) + 1, int(column[1]) + 1


def _put_boxes(package: Package, part: str, boxes: list[str]) -> None:
    name = _drawing(package, part)
    if name is None:
        name = package.free_part("xl/drawings/vmlDrawingReply{}.vml")
        package.add(name, "vmlDrawing", _EMPTY_DRAWING.encode())
        _name_drawing(package.tree(part), package.relate(part, "vmlDrawing", name))
    text = package.parts[name].decode("utf-8", errors="surrogateescape")
    new = "".join(boxes)
    if 'id="_x0000_t202"' not in text:
        new = _SHAPE_TYPE + new
    head = text[: text.find(">", text.find("<xml") + 1) + 1] if "<xml" in text else text
    for prefix, namespace in _SHAPES.items():
        if f'xmlns:{prefix}="' not in head:  # another program's prefixes
            new = re.sub(
                r"<(v:shape(?:type)?)\s", rf'<\1 xmlns:{prefix}="{escape(namespace)}" ', new
            )
    before, end, after = text.rpartition("</")
    package.parts[name] = (before + new + end + after).encode("utf-8", errors="surrogateescape")


def _name_drawing(sheet: Element, identity: str) -> None:
    for old in sheet.findall(f"{MAIN}legacyDrawing"):
        sheet.remove(old)
    named = etree.Element(f"{MAIN}legacyDrawing", nsmap={"r": REL[1:-1]})
    named.set(f"{REL}id", identity)
    # An alternative may hold one of those behind: found by what is in it.
    behind = (
        child
        for child in sheet
        if child.tag in _BEHIND
        or (
            isinstance(child.tag, str)
            and child.tag.endswith("}AlternateContent")
            and any(inner.tag in _BEHIND for inner in child.iter("*"))
        )
    )
    following = next(behind, None)
    if following is None:
        sheet.append(named)
    else:
        following.addprevious(named)
