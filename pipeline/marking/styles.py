"""The looks of a workbook: ours are added behind the sender's, which stay as they are."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from pipeline.marking.package import MAIN, Element, parsed
from schemas.finding import Severity

NAMESPACE = MAIN[1:-1]
# Each lighter than the one before: told apart in grey and by eyes that see no red.
COLOURS: Mapping[Severity, str] = {"fix": "EE8F86", "explain": "FFD068", "note": "DDEEFB"}
# Behind a full fill no one sees a second colour: it says which fill the cell had before.
_BEHIND = 0x5C0000
_MOST_FILLS = 0xFFFF
_BEHIND_CODE = re.compile("FF(5C[0-9A-F]{4})", re.IGNORECASE)
_OURS = {f"FF{colour}" for colour in COLOURS.values()}
_ORDER = (
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
)
_NO_FILL = f'<fill xmlns="{NAMESPACE}"><patternFill patternType="none"/></fill>'
_FIRST = {
    "fonts": ('<font><sz val="11"/><name val="Calibri"/></font>',),
    "fills": (
        '<fill><patternFill patternType="none"/></fill>',
        '<fill><patternFill patternType="gray125"/></fill>',
    ),
    "borders": ("<border><left/><right/><top/><bottom/><diagonal/></border>",),
    "cellXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
}
EMPTY = (
    f'<styleSheet xmlns="{NAMESPACE}"><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" '
    'fillId="0" borderId="0"/></cellStyleXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
).encode()
Place = tuple[str, str]  # sheet, cell


@dataclass
class Styles:
    """``styles.xml``; ``before`` are the fills that marked cells had, ``places`` who had them."""

    root: Element
    before: list[str] = field(default_factory=list)
    places: dict[int, list[Place]] = field(default_factory=dict)
    known: dict[tuple[str, bytes], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for group, first in _FIRST.items():
            box = self._box(group)
            for text in first[len(box) :]:
                box.append(element(text))
            for at, one in enumerate(box):
                self.known.setdefault((group, _canonical(one)), at)

    def add(self, group: str, text: str | Element) -> int:
        """Return the number of a look, of an equal one that is there already."""
        new = element(text) if isinstance(text, str) else text
        key = (group, _canonical(new))
        if key not in self.known:
            box = self._box(group)
            self.known[key] = len(box)
            box.append(new)
            box.set("count", str(len(box)))
        return self.known[key]

    def marked(self, look: int, severity: Severity, place: Place) -> int:
        """Return the look of a cell with the fill of a severity; remember the one it had."""
        xf = deepcopy(self._look(look))
        number = self._before(int(xf.get("fillId", "0")))
        if number:
            self.places.setdefault(number, []).append(place)
        fill = (
            f'<fill><patternFill patternType="solid"><fgColor rgb="FF{COLOURS[severity]}"/>'
            f'<bgColor rgb="FF{_BEHIND + number:06X}"/></patternFill></fill>'
        )
        xf.set("fillId", str(self.add("fills", fill)))
        xf.set("applyFill", "1")
        return self.add("cellXfs", xf)

    def marks(self) -> dict[int, int | None]:
        """Looks with a fill of ours → the number of the fill before; None when it is lost."""
        fills = {at: _number(fill) for at, fill in enumerate(self._box("fills")) if _is_ours(fill)}
        return {
            at: fills[int(xf.get("fillId", "0"))]
            for at, xf in enumerate(self._box("cellXfs"))
            if int(xf.get("fillId", "0")) in fills
        }

    def unmarked(self, look: int, before: str) -> int:
        """Return the look with the fill that it had before, "" for none."""
        xf = deepcopy(self._look(look))
        xf.set("fillId", str(self.add("fills", fill_of(before))))
        if not before:
            xf.attrib.pop("applyFill", "")
        return self.add("cellXfs", xf)

    def _before(self, fill: int) -> int:
        box = self._box("fills")
        pattern = box[fill].find(f"{MAIN}patternFill") if fill < len(box) else None
        plain = pattern is not None and pattern.get("patternType", "none") == "none"
        if fill >= len(box) or plain or len(box[fill]) == 0:
            return 0
        text = _canonical(box[fill]).decode()
        if text not in self.before:
            self.before.append(text)
        return min(self.before.index(text) + 1, _MOST_FILLS)

    def _look(self, at: int) -> Element:
        box = self._box("cellXfs")
        return box[at if at < len(box) else 0]

    def _box(self, group: str) -> Element:
        found = self.root.find(f"{MAIN}{group}")
        if found is not None:
            return found
        box = etree.Element(f"{MAIN}{group}")
        later = {f"{MAIN}{name}" for name in _ORDER[_ORDER.index(group) :]}
        at = next((n for n, other in enumerate(self.root) if other.tag in later), len(self.root))
        self.root.insert(at, box)
        return box


def element(text: str) -> Element:
    """Return an element of the main namespace, written without it."""
    return parsed(f'<a xmlns="{NAMESPACE}">{text}</a>'.encode())[0]


def fill_of(text: str) -> Element:
    """Return a remembered fill; no fill for what is none: the text comes back from a stranger."""
    try:
        found = parsed((text or _NO_FILL).encode())
    except etree.XMLSyntaxError:
        found = parsed(_NO_FILL.encode())
    return found if found.tag == f"{MAIN}fill" else parsed(_NO_FILL.encode())


def before_of(number: int | None, place: Place, kept: Sequence[tuple[str, list[Place]]]) -> str:
    """Return the fill before: by its number, else by the place that was marked."""
    if number is not None:
        return kept[number - 1][0] if 0 < number <= len(kept) else ""
    return next((fill for fill, places in kept if place in places), "")


def _canonical(one: Element) -> bytes:
    return etree.tostring(one, method="c14n", exclusive=True)


def _colour(fill: Element, which: str) -> str:
    pattern = fill.find(f"{MAIN}patternFill/{MAIN}{which}")
    return "" if pattern is None else pattern.get("rgb", "").upper()


def _is_ours(fill: Element) -> bool:
    return _colour(fill, "fgColor") in _OURS


def _number(fill: Element) -> int | None:
    code = _BEHIND_CODE.fullmatch(_colour(fill, "bgColor"))
    return int(code[1], 16) - _BEHIND if code else None
