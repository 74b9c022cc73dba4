"""A sheet of our own as XML: texts are texts, whoever wrote them; links lead into the workbook."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from pipeline.formats.row_heights import height, lines
from pipeline.formats.workbook import BOLD, BORDERS, FONT, POINTS, TALLEST
from pipeline.marking.package import MAIN
from pipeline.marking.styles import COLOURS, Styles
from schemas.sheet import address

SIZE, TITLE_SIZE = 14, 20
# Where the font is missing another stands in that is wider: rather too tall than cut off.
_SURE = 0.62
_PIXELS = 7  # of a letter by which the width of a column is counted
LONGEST = 8_000  # letters of a text in a cell of ours; Excel holds 32,767
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

Look = str
_RUNS_OVER = frozenset({"title", "says"})  # over the empty cells beside it
_LINED = (
    "<border>"
    + "".join(
        f'<{side} style="thin"><color rgb="FFBFBFBF"/></{side}>'
        for side in ("left", "right", "top", "bottom")
    )
    + "<diagonal/></border>"
)
_PLAIN_BORDER = "<border><left/><right/><top/><bottom/><diagonal/></border>"


class Item(NamedTuple):
    """What stands in a cell of ours; ``link`` is a place in this workbook."""

    text: str | int
    look: Look = "text"
    link: str = ""


class Page(NamedTuple):
    """``lines`` by row from 1; columns are as wide as so many letters, 0 for a hidden one."""

    widths: Sequence[int]
    lines: Sequence[Sequence[Item | None]]
    frozen: int = 0  # rows that stay
    colour: str = ""
    first: bool = False


def link_to(sheet: str, cell: str) -> str:
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"


def looks(styles: Styles) -> Mapping[Look, int]:
    """Add the looks of our sheets; return their numbers."""
    made: dict[Look, int] = {}
    for name, (font, fill, lined, shown) in _looks().items():
        fonts = styles.add("fonts", f"<font>{font}<name val={quoteattr(FONT)}/></font>")
        fills = styles.add("fills", fill)
        border = styles.add("borders", _LINED if lined else _PLAIN_BORDER)
        made[name] = styles.add(
            "cellXfs",
            f'<xf numFmtId="{shown}" fontId="{fonts}" fillId="{fills}" borderId="{border}" '
            'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" '
            f'applyAlignment="1"><alignment vertical="top" wrapText="{name not in _RUNS_OVER:d}"/>'
            "</xf>",
        )
    return made


def _looks() -> Mapping[Look, tuple[str, str, bool, int]]:
    """Font, fill, lines around, number format; 49 is text: what is typed there stays as typed."""
    text, bold = f'<sz val="{SIZE}"/>', f'<b/><sz val="{SIZE}"/>'
    link = f'<u/><sz val="{SIZE}"/><color rgb="FF0B5394"/>'
    none = '<fill><patternFill patternType="none"/></fill>'
    return {
        "title": (f'<b/><sz val="{TITLE_SIZE}"/>', none, False, 0),
        "says": (text, none, False, 0),
        "text": (text, none, True, 49),
        "link": (link, none, True, 49),
        "head": (bold, _filled("E7E6E6"), True, 0),
        "answer": (text, _filled("FFFBE0"), True, 49),
        "count": (bold, none, True, 3),
        "hidden": (text, none, False, 49),
        # Not the colours of the marks themselves: by those, marks are found and taken away.
        **{
            severity: (bold, _filled(f"{int(colour, 16) - 0x010101:06X}"), True, 49)
            for severity, colour in COLOURS.items()
        },
    }


def _filled(colour: str) -> str:
    return (
        f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour}"/>'
        '<bgColor indexed="64"/></patternFill></fill>'
    )


def written(page: Page, look: Mapping[Look, int]) -> bytes:
    """Return the worksheet."""
    rows, links = [], []
    for number, line in enumerate(page.lines, start=1):
        cells = [
            _cell(item, address(number, column), look)
            for column, item in enumerate(line, start=1)
            if item is not None
        ]
        tall = f'ht="{_height(line, page.widths):g}" customHeight="1"'
        rows.append(f'<row r="{number}" {tall}>{"".join(cells)}</row>')
        links += [
            f"<hyperlink ref={quoteattr(address(number, column))} "
            f"location={quoteattr(plain(item.link))}/>"
            for column, item in enumerate(line, start=1)
            if item is not None and item.link
        ]
    colour = f'<tabColor rgb="FF{page.colour}"/>' if page.colour else ""
    selected = ' tabSelected="1"' if page.first else ""
    frozen = (
        f'<pane ySplit="{page.frozen}" topLeftCell="A{page.frozen + 1}" '
        'activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
        if page.frozen
        else ""
    )
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width or 10}" customWidth="1"'
        + (' hidden="1"/>' if width == 0 else "/>")
        for at, width in enumerate(page.widths, start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN[1:-1]}"><sheetPr>{colour}<pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView showGridLines="0"{selected} workbookViewId="0">{frozen}'
        f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="21"/><cols>{columns}</cols>'
        f"<sheetData>{''.join(rows)}</sheetData>"
        + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
        + '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()


def plain(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def as_stored(text: str) -> str:
    """The same for a cell: Excel takes _x0041_ for a letter unless its underscore is one too."""
    return _CODED.sub("_x005F_", plain(text))


def cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[:longest] + "…"


def _cell(item: Item, place: str, look: Mapping[Look, int]) -> str:
    style = look[item.look]
    if isinstance(item.text, int):
        return f'<c r="{place}" s="{style}"><v>{item.text}</v></c>'
    if not item.text:
        return f'<c r="{place}" s="{style}"/>'
    text = escape(as_stored(item.text))
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    )


def _height(line: Sequence[Item | None], widths: Sequence[int]) -> float:
    needed = [height(1, SIZE)]
    for item, width in zip(line, widths, strict=False):
        if item is None or width == 0:
            continue
        if item.look in _RUNS_OVER:
            needed.append(height(1, TITLE_SIZE if item.look == "title" else SIZE))
            continue
        em = SIZE * (1 if item.look in {"text", "link", "answer"} else BOLD)
        needed.append(tall_enough(str(item.text), width, em))
    return min(TALLEST, max(needed))


def tall_enough(text: str, width: float, em: float = SIZE) -> float:
    """Return the points that a row needs for a text in columns so many letters wide."""
    room = (width * _PIXELS - BORDERS) * POINTS * _SURE / em
    return min(TALLEST, height(lines(text, room), SIZE))
