"""An example as the XML of Excel 2003, in Excel's own manner."""

import html
from datetime import date

from pipeline.examples import Book, Formula
from pipeline.examples.paper import Paper, Value
from tests.writers.shown import shown

_HEAD = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
 <Styles>
  <Style ss:ID="Default" ss:Name="Normal">
   <Font ss:FontName="TH SarabunPSK"/><NumberFormat/>
  </Style>
  <Style ss:ID="date"><NumberFormat ss:Format="[$-107041E]d\\ mmm\\ yyyy"/></Style>
  <Style ss:ID="money"><NumberFormat ss:Format="#,##0.00"/></Style>
 </Styles>
"""


def written(book: Book) -> bytes:
    """Return the workbook with all its sheets; places are named only where one was left out."""
    sheets = "".join(
        f' <Worksheet ss:Name="{html.escape(paper.name)}">\n  <Table>\n{_rows(paper)}  </Table>\n'
        " <x:WorksheetOptions><x:Selected/></x:WorksheetOptions>\n </Worksheet>\n"
        for paper in book.sheets
    )
    return f"{_HEAD}{sheets}</Workbook>\n".encode()


def _rows(paper: Paper) -> str:
    lines = []
    before = 0
    for row in sorted({row for row, _ in paper.cells}):
        index = "" if row == before + 1 else f' ss:Index="{row}"'
        lines.append(f"   <Row{index}>\n{_cells(paper, row)}   </Row>\n")
        before = row
    return "".join(lines)


def _cells(paper: Paper, row: int) -> str:
    cells = []
    before = 0
    for column in sorted(column for at, column in paper.cells if at == row):
        merge = next(
            (
                one
                for one in paper.merges
                if one.top <= row <= one.bottom and one.left <= column <= one.right
            ),
            None,
        )
        if merge and (merge.top, merge.left) != (row, column):
            continue
        marks = "" if column == before + 1 else f' ss:Index="{column}"'
        if merge:
            across, down = merge.right - merge.left, merge.bottom - merge.top
            marks += f' ss:MergeAcross="{across}"' if across else ""
            marks += f' ss:MergeDown="{down}"' if down else ""
        before = merge.right if merge else column
        cells.append(f"    <Cell{marks}{_data(paper.cells[row, column].value)}\n")
    return "".join(cells)


def _data(value: Value) -> str:
    """Return the rest of the cell's tag, and what stands in it."""
    match value:
        case None:
            return "/>"
        case Formula():
            marks = f' ss:Formula="{html.escape(value.text)}"'
            return f"{marks}/>" if value.result is None else f"{marks}{_data(value.result)}"
        case str():
            kind, text, style = "String", html.escape(value).replace("\n", "&#10;"), ""
        case date():
            kind, text, style = "DateTime", f"{value.isoformat()}T00:00:00.000", "date"
        case _:
            kind, text, style = "Number", shown(value), "money"
    named = f' ss:StyleID="{style}"' if style else ""
    return f'{named}><Data ss:Type="{kind}">{text}</Data></Cell>'
