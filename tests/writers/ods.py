"""A workbook on paper → .ods, as LibreOffice types the cells of one."""

import io
import re
import zipfile
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from pipeline.examples import Book, Formula, Paper
from pipeline.examples.paper import Typed

NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "number": "datastyle",
        "fo": "xsl-fo-compatible",
    }.items()
) + (
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
)
MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = b"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
 manifest:version="1.3"><manifest:file-entry manifest:full-path="/"
 manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry
 manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""
STYLES = """<number:date-style style:name="N1" number:language="th" number:country="TH">
<number:day/><number:text> </number:text><number:month number:textual="true"/>
<number:text> </number:text><number:year number:style="long" number:calendar="buddhist"/>
</number:date-style><number:number-style style:name="N2"><number:number
 number:decimal-places="2" number:min-integer-digits="1" number:grouping="true"/>
</number:number-style><style:style style:name="date" style:family="table-cell"
 style:data-style-name="N1"/><style:style style:name="money" style:family="table-cell"
 style:data-style-name="N2"/>"""
LAST_COLUMN, LAST_ROW = 16_384, 1_048_576
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?")
_REFERENCE = re.compile(r"[A-Z]+[0-9]+")


def written(book: Book) -> bytes:
    return packed(STYLES, "".join(map(_table, book.sheets)))


def packed(styles: str, tables: str, more: dict[str, bytes] | None = None) -> bytes:
    """Return an .ods of these automatic styles and tables."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES} '
        f'office:version="1.3"><office:automatic-styles>{styles}</office:automatic-styles>'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    parts = {"content.xml": content.encode(), "META-INF/manifest.xml": MANIFEST, **(more or {})}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        # First and not compressed: that is how an .ods is told from other zips.
        archive.writestr(zipfile.ZipInfo("mimetype"), MIMETYPE, zipfile.ZIP_STORED)
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _table(paper: Paper) -> str:
    spans = {
        (m.top, m.left): f' table:number-rows-spanned="{m.bottom - m.top + 1}"'
        f' table:number-columns-spanned="{m.right - m.left + 1}"'
        for m in paper.merges
    }
    covered = {
        (row, column)
        for m in paper.merges
        for row in range(m.top, m.bottom + 1)
        for column in range(m.left, m.right + 1)
    } - set(spans)
    last = max((row for row, _ in paper.cells), default=0)
    rows = []
    for row in range(1, last + 1):
        width = max((column for at, column in paper.cells if at == row), default=0)
        line = ""
        for at in ((row, column) for column in range(1, width + 1)):
            kind = "covered-table-cell" if at in covered else "table-cell"
            line += _cell(kind, paper.cells.get(at, Typed(None)), spans.get(at, ""))
        rows.append(f"<table:table-row>{line}{_rest(LAST_COLUMN - width)}</table:table-row>")
    return (
        f"<table:table table:name={quoteattr(paper.name)}>"
        f'<table:table-column table:number-columns-repeated="{LAST_COLUMN}"/>{"".join(rows)}'
        f'<table:table-row table:number-rows-repeated="{LAST_ROW - last}">'
        f"{_rest(LAST_COLUMN)}</table:table-row></table:table>"
    )


def _rest(columns: int) -> str:
    return f'<table:table-cell table:number-columns-repeated="{columns}"/>'


def _cell(kind: str, typed: Typed, span: str) -> str:
    value, told = typed.value, span
    if isinstance(value, Formula):
        formula = _REFERENCE.sub(lambda name: f"[.{name[0]}]", value.text)
        told += f" table:formula={quoteattr('of:' + formula)}"
        value = value.result
    if typed.look in ("date", "money"):
        told += f' table:style-name="{typed.look}"'
    match value:
        case None:
            return f"<table:{kind}{told}/>"
        case str():
            error = isinstance(typed.value, Formula) and _ERROR.fullmatch(value)
            told += ' office:value-type="string"' + ' calcext:value-type="error"' * bool(error)
            shown = value
        case date():
            told += f' office:value-type="date" office:date-value="{value.isoformat()}"'
            shown = value.isoformat()
        case _:
            told += f' office:value-type="float" office:value="{value!r}"'
            shown = f"{value:,.2f}"
    return f"<table:{kind}{told}>{_paragraphs(shown)}</table:{kind}>"


def _paragraphs(text: str) -> str:
    return "".join(f"<text:p>{_spaced(line)}</text:p>" for line in text.split("\n"))


def _spaced(line: str) -> str:
    """A space that XML might lose is an element, as LibreOffice writes it."""
    kept = re.sub(
        "(?<![^ ]) +", lambda spaces: f'<text:s text:c="{len(spaces[0])}"/>', escape(line)
    )
    return kept.replace("\t", "<text:tab/>")
