"""The first sheet of an example as a web page named .xls, in the manner of Excel's own."""

import html
import re
from datetime import date

from pipeline.examples import Book, Formula
from pipeline.examples.paper import Paper, Value
from tests.writers.shown import shown

_HEAD = r"""<html xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv=Content-Type content="text/html; charset={charset}">
<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets><x:ExcelWorksheet>
<x:Name>{name}</x:Name></x:ExcelWorksheet></x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]-->
<style><!--
.date {{mso-number-format:"\[$-107041E\]d\\ mmm\\ yyyy";}}
.money {{mso-number-format:"\#\,\#\#0\.00";}}
--></style></head>
<body>
<table border=0 cellpadding=0>
"""
_FOOT = """ <![if supportMisalignedColumns]>
 <tr height=0 style='display:none'><td width=64 style='width:48pt'></td></tr>
 <![endif]>
</table>
</body>
</html>
"""
_DAY_ZERO = date(1899, 12, 30)


def written(book: Book, charset: str = "utf-8", encoding: str = "utf-8") -> bytes:
    """Return the page: merges as spans, days and amounts as numbers beside what they show."""
    paper = book.sheets[0]
    rows, columns = (max(place[axis] for place in paper.cells) for axis in (0, 1))
    lines = []
    for row in range(1, rows + 1):
        cells = [_cell(paper, row, column) for column in range(1, columns + 1)]
        lines.append(f" <tr height=20>\n{''.join(cells)} </tr>\n")
    head = _HEAD.format(charset=charset, name=html.escape(paper.name))
    return f"{head}{''.join(lines)}{_FOOT}".encode(encoding, errors="xmlcharrefreplace")


def _cell(paper: Paper, row: int, column: int) -> str:
    spans = ""
    for merge in paper.merges:
        if (merge.top, merge.left) == (row, column):
            spans = f" colspan={merge.right - column + 1} rowspan={merge.bottom - row + 1}"
        elif merge.top <= row <= merge.bottom and merge.left <= column <= merge.right:
            return ""
    typed = paper.cells.get((row, column))
    marks, text = ("", "") if typed is None else _marked(typed.value)
    return f"  <td{spans}{marks}>{text}</td>\n"


def _marked(value: Value) -> tuple[str, str]:
    match value:
        case Formula():
            return "", _text(shown(value))
        case date():
            text = f"{value.day}/{value.month}/{value.year % 100}"
            return f' class=date x:num="{(value - _DAY_ZERO).days}"', text
        case int() | float():
            return f' class=money x:num="{shown(value)}"', f"{value:,.2f}"
        case _:
            return "", _text(shown(value))


def _text(text: str) -> str:
    """Blanks that a page would drop stand in a span, as Excel writes them."""
    marked = html.escape(text).replace("\n", "<br>\n    ")
    return re.sub(
        "^ +| +$|  +| (?=<br>)",
        lambda run: f"<span style='mso-spacerun:yes'>{'&nbsp;' * len(run[0])}</span>",
        marked.replace("<br>\n    ", "\x1f"),
        flags=re.MULTILINE,
    ).replace("\x1f", "<br>\n    ")
