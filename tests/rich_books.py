"""Workbooks with what offices and Excel put into them, each to be marked without harm.

Parts that no library of ours writes are typed by hand, as Excel 365 stores them.
"""

import io
import zipfile
from collections.abc import Callable, Mapping

import openpyxl
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import NamedStyle, PatternFill
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo

from schemas.reply_words import EXPLANATIONS, READ_FIRST
from tests.marked import EVERYTHING, SHEET, workbook

Page = xlsxwriter.worksheet.Worksheet
Book = xlsxwriter.Workbook
LONG = "สรุปผลการจัดซื้อจัดจ้าง ประจำ ๑"[:31].ljust(31, "ก")
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MICROSOFT = "http://schemas.microsoft.com/office"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OPEN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PERSON, _THREAD = (
    "{00000000-0000-4000-8000-000000000001}",
    "{00000000-0000-4000-8000-000000000002}",
)


def with_parts(
    content: bytes,
    added: Mapping[str, tuple[str, str]],
    relations: Mapping[str, str] | None = None,
    changes: Mapping[str, tuple[str, str]] | None = None,
) -> bytes:
    """Add parts with their content types, relations of parts, and change texts of others."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        parts = {name: old.read(name) for name in old.namelist()}
        for name, relation in (relations or {}).items():
            before = parts.get(name, f'<Relationships xmlns="{_PACKAGE}/relationships"/>'.encode())
            opened = before.replace(b'relationships"/>', b'relationships"></Relationships>')
            end = b"</Relationships>"
            parts[name] = opened.replace(end, relation.encode() + end)
        types = "".join(
            f'<Override PartName="/{name}" ContentType="{kind}"/>'
            for name, (kind, _) in added.items()
        )
        parts |= {name: text.encode() for name, (_, text) in added.items()}
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            b"</Types>", f"{types}</Types>".encode()
        )
        for name, (before_text, after) in (changes or {}).items():
            if before_text.encode() not in parts[name]:
                raise ValueError(f"{before_text} is not in {name}")
            parts[name] = parts[name].replace(before_text.encode(), after.encode(), 1)
        for name, raw in parts.items():
            new.writestr(name, raw)
    return file.getvalue()


def threads() -> bytes:
    """A conversation of Excel 365 on D4, with the note that older programs show."""
    kind = "application/vnd.ms-excel"
    day = "2025-02-03T09:00:00.00"
    note = "[Threaded comment]\n\nComment: กรุณาตรวจราคา"
    return with_parts(
        workbook(lambda _, page: _thread_page(page, note)),
        {
            "xl/threadedComments/threadedComment1.xml": (
                f"{kind}.threadedcomments+xml",
                (
                    f'<ThreadedComments xmlns="{_MICROSOFT}/spreadsheetml/2018/threadedcomments">'
                    f'<threadedComment ref="D4" dT="{day}" personId="{_PERSON}" id="{_THREAD}">'
                    "<text>กรุณาตรวจราคา</text></threadedComment></ThreadedComments>"
                ),
            ),
            "xl/persons/person.xml": (
                f"{kind}.person+xml",
                (
                    f'<personList xmlns="{_MICROSOFT}/spreadsheetml/2018/threadedcomments">'
                    f'<person displayName="กองคลัง" id="{_PERSON}" userId="ก" providerId="None"/>'
                    "</personList>"
                ),
            ),
        },
        {
            "xl/worksheets/_rels/sheet1.xml.rels": (
                '<Relationship Id="rIdT" '
                f'Type="{_MICROSOFT}/2017/10/relationships/threadedComment"'
                ' Target="../threadedComments/threadedComment1.xml"/>'
            ),
            "xl/_rels/workbook.xml.rels": (
                f'<Relationship Id="rIdP" Type="{_MICROSOFT}/2017/10/relationships/person" '
                'Target="persons/person.xml"/>'
            ),
        },
    )


def _thread_page(page: Page, note: str) -> None:
    page.write("D4", "ข้อความ")
    page.write_comment("D4", note, {"author": f"tc={_THREAD}"})
    page.write("A1", 12.5)


def signed() -> bytes:
    """A signature that our change makes invalid: what it signs is no longer so."""
    package = "application/vnd.openxmlformats-package.digital-signature"
    return with_parts(
        EVERYTHING,
        {
            "_xmlsignatures/origin.sigs": (f"{package}-origin", ""),
            "_xmlsignatures/sig1.xml": (
                f"{package}-xmlsignature+xml",
                '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
            ),
        },
        {
            "_rels/.rels": (
                f'<Relationship Id="rIdS" Type="{_PACKAGE}/relationships/digital-signature/origin"'
                ' Target="_xmlsignatures/origin.sigs"/>'
            ),
            "_xmlsignatures/_rels/origin.sigs.rels": (
                '<Relationship Id="rId1" Target="sig1.xml" '
                f'Type="{_PACKAGE}/relationships/digital-signature/signature"/>'
            ),
        },
    )


def linked_outside() -> bytes:
    """A formula that takes its value from another workbook."""

    def fill(_: Book, page: Page) -> None:
        page.write_formula("B2", "=[1]ราคา!$A$1", None, 5)
        page.write("A1", 12.5)

    return with_parts(
        workbook(fill),
        {
            "xl/externalLinks/externalLink1.xml": (
                f"{_OPEN}.externalLink+xml",
                (
                    f'<externalLink xmlns="{_SHEETS}" xmlns:r="{_RELATIONS}">'
                    '<externalBook r:id="rId1"><sheetNames><sheetName val="ราคา"/></sheetNames>'
                    "</externalBook></externalLink>"
                ),
            )
        },
        {
            "xl/_rels/workbook.xml.rels": (
                f'<Relationship Id="rIdX" Type="{_RELATIONS}/externalLink" '
                'Target="externalLinks/externalLink1.xml"/>'
            ),
            "xl/externalLinks/_rels/externalLink1.xml.rels": (
                f'<Relationship Id="rId1" Type="{_RELATIONS}/externalLinkPath" '
                'Target="prices.xlsx" TargetMode="External"/>'
            ),
        },
        {
            "xl/workbook.xml": (
                "<calcPr",
                '<externalReferences><externalReference r:id="rIdX"/></externalReferences><calcPr',
            )
        },
    )


def pivoted() -> bytes:
    """The cache of a pivot table over the marked sheet."""

    def fill(_: Book, page: Page) -> None:
        page.write("A1", "กอง")
        page.write("A2", "กองช่าง")

    return with_parts(
        workbook(fill),
        {
            "xl/pivotCache/pivotCacheDefinition1.xml": (
                f"{_OPEN}.pivotCacheDefinition+xml",
                (
                    f'<pivotCacheDefinition xmlns="{_SHEETS}" xmlns:r="{_RELATIONS}" '
                    'refreshOnLoad="1" recordCount="0"><cacheSource type="worksheet">'
                    f'<worksheetSource ref="A1:A2" sheet="{SHEET}"/></cacheSource>'
                    '<cacheFields count="1"><cacheField name="กอง" numFmtId="0"><sharedItems/>'
                    "</cacheField></cacheFields></pivotCacheDefinition>"
                ),
            )
        },
        {
            "xl/_rels/workbook.xml.rels": (
                f'<Relationship Id="rIdC" Type="{_RELATIONS}/pivotCacheDefinition" '
                'Target="pivotCache/pivotCacheDefinition1.xml"/>'
            )
        },
        {
            "xl/workbook.xml": (
                "</workbook>",
                '<pivotCaches><pivotCache cacheId="1" r:id="rIdC"/></pivotCaches></workbook>',
            )
        },
    )


def table(book: Book, page: Page) -> None:
    """A table, a rule and a filter over the very cells that are marked."""
    page.write_row("A1", [12.5, 5, 10])
    page.add_table(
        "A3:D8",
        {
            "data": [[n, n * 2, "ก", "ข้อความ"] for n in range(5)],
            "columns": [{"header": h} for h in ("ลำดับ", "ราคา", "วิธี", "งาน")],
        },
    )
    red = book.add_format({"bg_color": "#FF0000"})
    page.conditional_format("A1:D8", {"type": "cell", "criteria": ">", "value": 3, "format": red})
    page.add_sparkline("F1", {"range": f"'{SHEET.replace(chr(39), chr(39) * 2)}'!A1:C1"})


def charts(book: Book, page: Page) -> None:
    """A chart beside the table, one on a sheet of its own, and a sheet that Excel never lists."""
    page.write_column("A1", [12.5, 5, 10])
    beside, alone = (book.add_chart({"type": "column"}) for _ in range(2))
    if beside is None or alone is None:
        raise ValueError("no chart")
    for chart in (beside, alone):
        chart.add_series({"values": [SHEET, 0, 0, 2, 0]})
    page.insert_chart("F2", beside)
    book.add_chartsheet("แผนภูมิ").set_chart(alone)
    book.add_worksheet("ซ่อนลึก").very_hidden()


def names(book: Book, page: Page) -> None:
    """Names of sheets at the limit, with marks, and names for cells of single sheets."""
    page.write("A1", 12.5)
    for name in (LONG, "=1+1", "<b>&amp;", "ก'ข", "2568!", "x" * 31):
        book.add_worksheet(name).write("A1", name)
    for name in (LONG, "x" * 31):
        book.define_name(f"'{name}'!ยอด", f"='{name}'!$A$1")


def ours_already(book: Book, page: Page) -> None:
    page.write("A1", 12.5)
    for name in (READ_FIRST, EXPLANATIONS):
        book.add_worksheet(name).write("A1", "ของผู้ส่งเอง")


def controls(_: Book, page: Page) -> None:
    """A button has its box where comments have theirs; an array formula has a part of its own."""
    page.insert_button("H2", {"caption": "กด"})
    page.write_dynamic_array_formula("J1:J2", "=SORT(A1:A2)", None, 1)
    page.write_column("A1", [12.5, 5])
    page.write_url("B2", "http://example.com", string="ลิงก์")
    page.ignore_errors({"number_stored_as_text": "A1:A9"})
    page.outline_settings(symbols_below=False)
    page.set_row(3, None, None, {"level": 1})


def protected() -> bytes:
    """A sheet, and the order of the sheets, locked by a password."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = SHEET
    page["A1"], page["B2"] = 12.5, 5
    page.protection.set_password("ลับ")
    page.protection.enable()
    book.security = WorkbookProtection(workbookPassword="ABCD", lockStructure=True)
    return _saved(book)


def of_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = SHEET
    for row in range(1, 12):
        page.append([row, row * 2, "ก", "ข้อความ"])
    page["A1"].comment = Comment("ของผู้ส่ง", "กองคลัง")
    page["B2"].fill = PatternFill("solid", fgColor="FFFFFF00")
    page["C3"].style = NamedStyle("ของเรา", number_format="0.00")
    page.conditional_formatting.add("A1:B9", CellIsRule(operator="equal", formula=["3"]))  # type: ignore[no-untyped-call]
    rule = DataValidation(type="list", formula1='"ก,ข"')
    rule.add("C1:C9")
    page.add_data_validation(rule)
    listed = book.create_sheet("ตาราง")
    for line in (["ก", "ข"], [1, 2]):
        listed.append(line)
    shown = Table(displayName="T1", ref="A1:B2")
    shown.tableStyleInfo = TableStyleInfo(name="TableStyleMedium9", showRowStripes=True)
    listed.add_table(shown)
    chart = BarChart()
    chart.add_data(Reference(page, min_col=1, min_row=1, max_row=9))
    page.add_chart(chart, "H2")
    return _saved(book)


def _saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


RICH: Mapping[str, Callable[[], bytes]] = {
    "everything": lambda: EVERYTHING,
    "table": lambda: workbook(table),
    "charts": lambda: workbook(charts),
    "names": lambda: workbook(names),
    "ours-already": lambda: workbook(ours_already),
    "controls": lambda: workbook(controls),
    "threads": threads,
    "signed": signed,
    "linked-outside": linked_outside,
    "pivoted": pivoted,
    "protected": protected,
    "openpyxl": of_openpyxl,
}
