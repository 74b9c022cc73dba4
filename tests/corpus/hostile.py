"""Hostile and broken files by kind, all generated: what each must come to, and nothing worse.

``test_guard`` pins which limit refuses what; here the whole way of a file is meant, in the child.
"""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Literal

from pipeline.examples import Formula, bad_books, replace_cell, to_bytes
from pipeline.examples.paper import Book, Paper, change_sheet
from tests.corpus.forms import FORMS, month_book
from tests.test_guard import parts_of, zipped
from tests.writers import text, xls

# refused: a finding of the file and no rows; read: the rows of the good file, exactly;
# harmless: one of these two; answered: also rows that are others by right, or findings of cells.
Outcome = Literal["refused", "read", "harmless", "answered"]

GOOD: Book = month_book(FORMS["nine-columns"], 4)
FILE = GOOD.file
WORKBOOK = to_bytes(GOOD)
SHEET = "xl/worksheets/sheet1.xml"
MIB = 1 << 20
Files = Iterator[tuple[str, Callable[[], bytes]]]


@dataclass(frozen=True)
class Hostile:
    """A file of a kind. ``content`` is made when it is needed: some are large."""

    kind: str
    name: str
    content: Callable[[], bytes]
    outcome: Outcome
    file: str = FILE


def hostile() -> Iterator[Hostile]:
    """Yield every file, always the same, kind by kind."""
    kinds: tuple[tuple[str, Outcome, Files], ...] = (
        ("a part that bursts", "refused", _bursting_parts()),
        ("too much in all", "refused", _bursting_totals()),
        ("entities", "refused", _entities()),
        ("another encoding", "refused", _encodings()),
        ("sizes that lie", "harmless", _lying_sizes()),
        ("cells far away", "read", _far_cells()),
        ("wide merges", "refused", _wide_merges()),
        ("too many cells", "refused", _too_many_cells()),
        ("too many parts", "refused", _too_many_parts()),
        ("doubled parts", "refused", _doubled_parts()),
        ("parts that point outside", "refused", _outside()),
        ("a workbook cut off", "refused", _cut(WORKBOOK)),
        ("an old workbook cut off", "harmless", _cut(xls.written(GOOD))),
        ("a text cut off", "answered", _cut(text.written(GOOD))),
        ("a part is missing", "answered", _missing_parts()),
        ("a part is something else", "answered", _garbled_parts()),
        ("no workbook at all", "refused", _no_workbooks()),
        ("a password", "refused", _locked()),
        ("owner files", "refused", _owner_files()),
        ("tricks of the zip", "answered", _zip_tricks()),
        ("tricks of the sheet", "answered", _sheet_tricks()),
        ("deep or wide XML", "answered", _odd_xml()),
        ("texts with odd bytes", "answered", _odd_texts()),
        ("an old workbook with wild records", "harmless", _wild_old_workbooks()),
        ("a binary workbook with wild records", "refused", _wild_binary_workbooks()),
        ("an OpenDocument that repeats", "answered", _repeating_documents()),
        ("a web page that spans", "answered", _spanning_pages()),
        ("XML of Excel 2003 that jumps", "answered", _jumping_xml()),
        ("a web page to be read again and again", "answered", _long_ways_of_pages()),
        ("XML of Excel 2003 to be read again and again", "answered", _long_ways_of_xml()),
    )
    for kind, outcome, files in kinds:
        for name, content in files:
            yield Hostile(kind, name, content, outcome)
    yield from _names()
    yield from _payloads()
    yield from _strange_values()
    yield from _hidden_sheets()


def _with(name: str, content: bytes) -> bytes:
    """The good workbook with one part more, or another one in its place."""
    return zipped([*((n, c) for n, c in parts_of(WORKBOOK) if n != name), (name, content)])


def _part(name: str) -> bytes:
    return dict(parts_of(WORKBOOK))[name]


def _in_sheet(old: bytes, new: bytes) -> bytes:
    xml = _part(SHEET)
    assert re.search(old, xml), old
    return _with(SHEET, re.sub(old, lambda _: new, xml, count=1))


def _give(content: bytes) -> Callable[[], bytes]:
    return lambda: content


# ---- bombs


def _bursting_parts() -> Files:
    """60 MiB of one letter in some 60 KiB, wherever it stands."""
    for name in (SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/media/image1.png"):
        for letter in (b"<", b"x", b"\0"):
            yield f"{name} {letter!r}", partial(_bomb, name, letter * (60 * MIB))
    text_ = b"<sst><si><t>" + b"x" * (40 * MIB) + b"</t></si></sst>"
    yield "one string", partial(_bomb, "xl/sharedStrings.xml", text_)
    strings = b"<sst>" + b"<si><t>x</t></si>" * 1_000_000 + b"</sst>"
    yield "a million strings", partial(_bomb, "xl/sharedStrings.xml", strings)


def _bomb(name: str, content: bytes) -> bytes:
    return _with(name, content)


def _bursting_totals() -> Files:
    """Each part within its limit, all together beyond theirs."""
    dice = Random(1)  # noqa: S311 - letters that pack less well
    block = dice.randbytes(40_000) + bytes(2_000_000)
    yield (
        "many parts",
        lambda: zipped(
            [*parts_of(WORKBOOK), *((f"xl/media/{n}.bin", block * 3) for n in range(45))]
        ),
    )


_TARGETS = (SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "[Content_Types].xml")


def _entities() -> Files:
    laughs = b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
    )
    kinds = {
        "laughs": b"<!DOCTYPE x [" + laughs + b"]>",
        "one large": b'<!DOCTYPE x [<!ENTITY a "' + b"x" * 100_000 + b'">]>',
        "external": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        "of a parameter": b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x">%a;]>',
        "document type alone": b"<!DOCTYPE x>",
    }
    for name in _TARGETS:
        for kind, dtd in kinds.items():
            head, tail = re.split(rb"(?<=\?>)", _part(name), maxsplit=1)
            yield f"{kind} in {name}", _give(_with(name, head + dtd + tail))


def _encodings() -> Files:
    for name in (SHEET, "xl/workbook.xml"):
        xml = _part(name)
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
            yield f"{encoding} in {name}", _give(_with(name, xml.decode().encode(encoding)))
        for declared in (b"UTF-7", b"UTF-16", b"cp037", b"windows-874"):
            odd = xml.replace(b'encoding="UTF-8"', b'encoding="' + declared + b'"')
            yield f"{declared!r} said in {name}", _give(_with(name, odd))


def _lying_sizes() -> Files:
    for field, at in (("size", 24), ("packed size", 20), ("sum", 16), ("offset", 42)):
        for value in (0, 1, 49_999, 1 << 31, 0xFFFFFFFF):
            content = bytearray(_with("xl/media/image1.png", bytes(50_000)))
            entry = content.rindex(b"PK\x01\x02")
            content[entry + at : entry + at + 4] = struct.pack("<I", value)
            yield f"{field} {value}", _give(bytes(content))


def _far_cells() -> Files:
    for place in ("XFD1048576", "A1048576", "ZZ30000", "XFD60"):
        row = re.sub("[A-Z]", "", place).encode()
        for value in (b" ", b"x"):
            cell = b'<row r="%s"><c r="%s" t="str"><v>%s</v></c></row></sheetData>' % (
                row,
                place.encode(),
                value,
            )
            yield f"{value!r} in {place}", _give(_in_sheet(b"</sheetData>", cell))


def _wide_merges() -> Files:
    for ref in ("A1:XFD10000", "XFD10000:A1", "a1:xfd10000", "$A$1:$XFD$10000", "A:XFD", ""):
        merge = b'<mergeCells count="1"><mergeCell ref="%s"/></mergeCells>' % ref.encode()
        yield f"«{ref}»", _give(_in_sheet(b"<mergeCells.*</mergeCells>", merge))
    many = b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (n, n) for n in range(100, 200))
    merges = b"<mergeCells>" + many + b"</mergeCells>"
    yield "a hundred rows", _give(_in_sheet(b"<mergeCells.*</mergeCells>", merges))


def _too_many_cells() -> Files:
    for name, cells in (("empty", b"<c/>" * 2_000_100), ("of blanks", b"<c ></c>" * 2_000_100)):
        rows = b"<row>" + cells + b"</row></sheetData>"
        yield name, partial(_in_sheet, b"</sheetData>", rows)


def _too_many_parts() -> Files:
    for count in (1_100, 20_000):
        yield str(count), partial(_many_parts, count)


def _many_parts(count: int) -> bytes:
    return zipped([*parts_of(WORKBOOK), *((f"xl/{n}.bin", b"") for n in range(count))])


# ---- containers


def _doubled_parts() -> Files:
    for name in ("xl/Workbook.xml", "xl\\workbook.xml", SHEET.upper(), "[content_types].xml"):
        yield name, _give(zipped([*parts_of(WORKBOOK), (name, b"<x/>")]))


def _outside() -> Files:
    for name in (
        *("/etc/passwd", "\\\\server\\x", "xl/../../x", "..\\x", "../../../../tmp/x", "xl/..\\y"),
    ):
        yield name, _give(zipped([*parts_of(WORKBOOK), (name, b"x")]))


def _cut(content: bytes) -> Files:
    for tenth in range(10):
        yield f"{tenth} tenths", _give(content[: max(1, len(content) * tenth // 10)])
    yield "its last byte", _give(content[:-1])


def _missing_parts() -> Files:
    parts = parts_of(WORKBOOK)
    for name, _ in parts:
        yield name, _give(zipped((n, c) for n, c in parts if n != name))


def _garbled_parts() -> Files:
    for name, content in parts_of(WORKBOOK):
        for kind, other in (
            ("nothing", b""),
            ("no XML", b"%PDF-1.7"),
            ("half of it", content[: len(content) // 2]),
            ("another root", b"<x xmlns='urn:x'/>"),
        ):
            yield f"{kind} in {name}", _give(_with(name, other))


def _no_workbooks() -> Files:
    dice = Random(2)  # noqa: S311 - noise that repeats
    starts = {
        "nothing": b"",
        "one byte": b"P",
        "PDF": b"%PDF-1.7\n1 0 obj\n",
        "PNG": b"\x89PNG\r\n\x1a\n" + dice.randbytes(200),
        "JPEG": b"\xff\xd8\xff\xe0" + dice.randbytes(200),
        "GIF": b"GIF89a" + dice.randbytes(200),
        "RTF": rb"{\rtf1 x}",
        "RAR": b"Rar!\x1a\x07\x00" + dice.randbytes(50),
        "7z": b"7z\xbc\xaf\x27\x1c" + dice.randbytes(50),
        "gzip": b"\x1f\x8b\x08" + dice.randbytes(50),
        "program": b"MZ\x90\x00" + bytes(60) + dice.randbytes(200),
        "noise": b"\x00" + dice.randbytes(4_000),
        "NULs": bytes(4_000),
        "only the head of a zip": b"PK\x03\x04",
        "an empty zip": b"PK\x05\x06" + bytes(18),
        "only the head of an old file": bytes.fromhex("D0CF11E0A1B11AE1"),
        "other XML": b"<?xml version='1.0'?><rss><channel/></rss>",
    }
    for name, content in starts.items():
        yield name, _give(content)
    for name, part in (("Word", "word/document.xml"), ("slides", "ppt/presentation.xml")):
        yield name, _give(zipped([(part, b"<x/>")]))
    yield "a zip of workbooks", _give(zipped([(FILE, WORKBOOK)]))


def _locked() -> Files:
    for bad in bad_books():
        if bad.rule == "file-without-password":
            yield "an encrypted package", _give(bad.content)
    content = bytearray(WORKBOOK)
    content[content.index(b"PK\x01\x02") + 8] |= 1
    yield "an encrypted part", _give(bytes(content))


def _owner_files() -> Files:
    name = "กองคลัง"
    yield "of Excel", _give(bytes([len(name)]) + name.encode("utf-16-le").ljust(164, b"\0"))
    yield "of old Excel", _give(b"\x05abcde".ljust(55, b" ") + bytes(110))


def _zip_tricks() -> Files:
    yield "bytes in front", _give(b"MZ junk" * 50 + WORKBOOK)
    yield "bytes behind", _give(WORKBOOK + b"junk" * 50)
    yield "a long comment", _give(_commented(b"x" * 60_000))
    yield "two archives", _give(WORKBOOK + WORKBOOK)
    yield "an archive in a comment", _give(_commented(WORKBOOK[:50_000]))
    for method in (1, 9, 12, 14, 99):
        content = bytearray(WORKBOOK)
        for mark, at in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
            where = content.index(mark)
            content[where + at : where + at + 2] = struct.pack("<H", method)
        yield f"method {method}", _give(bytes(content))
    for count in (0, 1, 0xFFFF):
        content = bytearray(WORKBOOK)
        end = content.rindex(b"PK\x05\x06")
        content[end + 10 : end + 12] = struct.pack("<H", count)
        yield f"{count} entries said", _give(bytes(content))
    yield "stored, not packed", _give(_stored())


def _commented(comment: bytes) -> bytes:
    file = io.BytesIO(WORKBOOK)
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = comment
    return file.getvalue()


def _stored() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts_of(WORKBOOK):
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


# ---- parts


def _sheet_tricks() -> Files:
    for ref in (b"A1:XFD1048576", b"A1", b"ZZZZ9:A1", b""):
        said = b'<dimension ref="' + ref + b'"/>'
        yield f"dimension {ref!r}", _give(_in_sheet(rb"<dimension [^>]*>", said))
    more = {
        "a row 0": b'<row r="0"><c r="A0"><v>1</v></c></row>',
        "a row of minus one": b'<row r="-1"><c r="A-1"><v>1</v></c></row>',
        "a row beyond the last": b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>',
        "a column beyond the last": b'<row r="90"><c r="ZZZZ90"><v>1</v></c></row>',
        "a cell twice": b'<row r="6"><c r="A6"><v>7</v></c></row>',
        "a string that is not there": b'<row r="90"><c r="A90" t="s"><v>99999999</v></c></row>',
        "a negative string": b'<row r="90"><c r="A90" t="s"><v>-1</v></c></row>',
        "a look that is not there": b'<row r="90"><c r="A90" s="99999"><v>1</v></c></row>',
        "a number that is none": b'<row r="90"><c r="A90"><v>1e999</v></c></row>',
        "a number of letters": b'<row r="90"><c r="A90" t="n"><v>abc</v></c></row>',
        "a number without end": b'<row r="90"><c r="A90"><v>' + b"9" * 100_000 + b"</v></c></row>",
        "a truth of seven": b'<row r="90"><c r="A90" t="b"><v>7</v></c></row>',
        "an unknown type": b'<row r="90"><c r="A90" t="zz"><v>1</v></c></row>',
        "a day in letters": b'<row r="90"><c r="A90" t="d"><v>2568-99-99</v></c></row>',
        "a shared formula of nobody": b'<row r="90"><c r="A90"><f t="shared" si="9"/></c></row>',
        "a formula over the sheet": (
            b'<row r="90"><c r="A90"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c></row>'
        ),
        "a cell in a cell": b'<row r="90"><c r="A90"><c r="B90"><v>1</v></c></c></row>',
    }
    for name, row in more.items():
        yield name, _give(_in_sheet(b"</sheetData>", row + b"</sheetData>"))
    rels = "xl/_rels/workbook.xml.rels"
    for target in (
        *(b"http://127.0.0.1:9/x.xml", b"file:///etc/hostname", b"../../../../etc/hostname"),
        *(b"workbook.xml", b"styles.xml", b"", b"worksheets/sheet9.xml"),
    ):
        changed = _part(rels).replace(b"worksheets/sheet1.xml", target)
        yield f"the sheet is {target!r}", _give(_with(rels, changed))


def _odd_xml() -> Files:
    for depth in (1_000, 100_000):
        deep = b"<a>" * depth + b"</a>" * depth + b"</sheetData>"
        yield f"{depth} levels in the sheet", _give(_in_sheet(b"</sheetData>", deep))
        strings = b"<sst>" + b"<si>" * depth + b"</si>" * depth + b"</sst>"
        yield f"{depth} levels in the strings", _give(_with("xl/sharedStrings.xml", strings))
    attributes = b" ".join(b'a%d="1"' % n for n in range(50_000))
    wide = b"<row " + attributes + b"></row></sheetData>"
    yield "50,000 attributes", _give(_in_sheet(b"</sheetData>", wide))
    long = b'<row x="' + b"y" * (4 * MIB) + b'"></row></sheetData>'
    yield "a long attribute", _give(_in_sheet(b"</sheetData>", long))
    name = b"<" + b"n" * MIB + b"/></sheetData>"
    yield "a long name", _give(_in_sheet(b"</sheetData>", name))
    comment = b"<!--" + b"-x" * MIB + b"--></sheetData>"
    yield "a long comment", _give(_in_sheet(b"</sheetData>", comment))
    yield "references to nothing", _give(_in_sheet(b"</sheetData>", b"&nbsp;&#0;</sheetData>"))
    yield "letters that XML has not", _give(_in_sheet(b"</sheetData>", b"\x01\x0b</sheetData>"))
    yield "no letters at all", _give(_in_sheet(b"</sheetData>", b"\xff\xfe\xc3</sheetData>"))


# ---- other formats


def _odd_texts() -> Files:
    good = text.written(GOOD)
    head = good[:2_000]
    yield "NUL in a field", _give(good.replace(b",", b"\0,", 3))
    yield "NUL between lines", _give(good.replace(b"\r\n", b"\r\n\0\r\n"))
    yield "only quotation marks", _give(b'"' * 10_001)
    yield "a quotation that never ends", _give(good + b'\r\n"' + b"x" * MIB)
    yield "one line of 8 MiB", _give(b"x" * (8 * MIB))
    yield "one field of 8 MiB", _give(good + b"1," + b"x" * (8 * MIB) + b"\r\n")
    yield "a million fields", _give(good + b"," * 1_000_000 + b"\r\n")
    yield "three million fields", _give(good + (b"," * 30_000 + b"\r\n") * 100)
    yield "a million lines", _give(good + b"\r\n" * 1_000_000)
    yield "lines that end with CR", _give(good.replace(b"\r\n", b"\r"))
    yield "two encodings", _give(good + "ข้อความ".encode("cp874") + b"\r\n")
    yield "UTF-16 with an odd byte", _give(good.decode("utf-8-sig").encode("utf-16") + b"\0")
    yield (
        "UTF-16 of the other end",
        _give(b"\xfe\xff" + good.decode("utf-8-sig").encode("utf-16-le")),
    )
    yield (
        "half a surrogate",
        _give(b"\xff\xfe\x00\xd8" + good.decode("utf-8-sig").encode("utf-16-le")),
    )
    yield "bytes of no encoding", _give(head + b"\xff\xfc\xdb\xdc" * 20)
    yield "another separator said", _give(b"sep=;\r\n" + good)
    yield "a separator of quotation marks", _give(b'sep="\r\n' + good)
    yield "no line end", _give(good.replace(b"\r\n", b" "))
    yield "control characters", _give(good + bytes(range(1, 32)) * 10)


def _wild_old_workbooks() -> Files:
    good = xls.written(GOOD)
    dice = Random(3)  # noqa: S311 - cases that repeat
    at = good.index(b"\x09\x08\x10\x00")  # the first record: BOF of a workbook
    for offset in range(0, 80, 8):
        content = bytearray(good)
        content[at + offset + 2 : at + offset + 4] = dice.choice((b"\xff\xff", b"\x00\x00"))
        yield f"a record of odd length at {offset}", _give(bytes(content))
    for sector in (44, 48, 60, 68, 76):
        content = bytearray(good)
        content[sector : sector + 4] = b"\xfe\xff\xff\xff"
        yield f"a table that ends at {sector}", _give(bytes(content))
        content[sector : sector + 4] = b"\x00\x00\x00\x00"
        yield f"a table that points to itself at {sector}", _give(bytes(content))


def _wild_binary_workbooks() -> Files:
    dice = Random(4)  # noqa: S311 - cases that repeat
    for name, content in (
        ("nothing", b""),
        ("an endless length", b"\x83\x01\xff\xff\xff\xff\xff\x7f"),
        ("a length of a gibibyte", b"\x83\x01\x80\x80\x80\x80\x04" + bytes(100)),
        ("noise", dice.randbytes(4_000)),
        ("records of nothing", b"\x00\x00" * 200_000),
    ):
        parts = [
            ("[Content_Types].xml", b"<Types/>"),
            ("xl/workbook.bin", content),
            ("xl/worksheets/sheet1.bin", content),
            ("xl/_rels/workbook.bin.rels", b"<Relationships/>"),
        ]
        yield name, _give(zipped(parts))


_ODF = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="x">{}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def _repeating_documents() -> Files:
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row{}>{}</table:table-row>"
    rows, columns = (
        ' table:number-{}-repeated="{}"'.format(*pair)
        for pair in (("rows", 1_048_576), ("columns", 16_384))
    )
    spaces = '<text:s text:c="99999999"/>'
    for name, body in (
        ("a full sheet", row.format(rows, cell.format(columns, "x"))),
        ("a full column", row.format(rows, cell.format("", "x"))),
        ("a full row", row.format("", cell.format(columns, "x"))),
        ("an empty sheet", row.format(rows, cell.format(columns, ""))),
        ("a hundred full rows", row.format("", cell.format(columns, "x")) * 100),
        ("minus one row", row.format(' table:number-rows-repeated="-1"', cell.format("", "x"))),
        (
            "a number of letters",
            row.format(' table:number-rows-repeated="x"', cell.format("", "x")),
        ),
        ("blanks by number", row.format("", cell.format("", spaces))),
        (
            "a wide span",
            row.format("", cell.format(' table:number-columns-spanned="99999999"', "x")),
        ),
        ("no row", ""),
        (
            "columns far away",
            row.format(
                "",
                cell.format("", "x") * 3
                + '<table:table-cell table:number-columns-repeated="2000000000"/>'
                + cell.format("", "x") * 3,
            ),
        ),
    ):
        content = _ODF.format(body).encode()
        mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
        yield name, _give(zipped([("mimetype", mimetype), ("content.xml", content)]))


def _spanning_pages() -> Files:
    for name, body in (
        ("rows", "<tr><td rowspan=1000000>x</td></tr>" * 50),
        ("columns", "<tr><td colspan=1000000>x</td></tr>" * 50),
        ("both", "<tr><td rowspan=65534 colspan=1000>x</td></tr>"),
        ("letters", "<tr><td rowspan=x colspan=-1>x</td></tr>"),
        ("tables in tables", "<tr><td><table>" * 3_000),
        ("cells without end", "<td>x" * 300_000),
        ("rows without end", "<tr>" * 300_000),
        ("a script", "<script>while(1){}</script><tr><td>x</td></tr>"),
        ("a page elsewhere", "<frameset><frame src='http://127.0.0.1:9/'></frameset>"),
        ("entities", "<tr><td>&#0;&#x110000;&nbsp;&bogus;</td></tr>"),
    ):
        yield name, _give(f"<html><body><table>{body}</table></body></html>".encode())


def _long_ways_of_pages() -> Files:
    """What costs hours where one thing is looked for again for each of another."""
    many, one = 20_000, "<table><tr><td>x</td></tr></table>"
    declarations = ";".join(f"a{n}:b" for n in range(many))
    for name, style, body in (
        ("media", "@media" * 50 * many, one),
        ("comments", "/* " * 50 * many, one),
        ("no block", "a" * 50 * many, one),
        ("selectors", f"{'a,' * many}a{{{declarations}}}", one),
        ("a class", f".x{{{declarations}}}", f"<table>{'<tr><td class=x>1' * many * 5}</table>"),
        ("a style", "", f'<table><tr><td style="{"a" * 50 * many}">x</table>'),
        (
            "tables in tables",
            "",
            "<table><tr><td>" * 60 + f"<table>{'<tr><td>1<td>2' * many}" + "</table>" * 61,
        ),
        (
            "columns that are not displayed",
            "col {display:none}",
            f"<table>{'<col span=1000>' * many * 5}<tr><td>x</table>",
        ),
        ("lines", "", "<br>x" * 250 * many),
        ("paragraphs", "", "<p>" * 400 * many),
    ):
        page = f"<html><head><style>{style}</style></head><body>{body}</body></html>"
        yield name, _give(page.encode())


def _long_ways_of_xml() -> Files:
    names = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
    cells = "<Row>" + "<Cell><Data>x</Data></Cell>" * 16_000 + "</Row>"
    table = f"<Table>{'<Column/>' * 100_000}{cells * 6}</Table>"
    for name, body in (
        ("blanks", " " * 4_000_000),
        ("columns", f"<Worksheet>{table}</Worksheet>"),
        ("sheets", "<Worksheet/>" * 100_000),
    ):
        yield name, _give(f"<Workbook {names}>{body}</Workbook>".encode())


def _jumping_xml() -> Files:
    book = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="x"><Table>'
        "{}</Table></Worksheet></Workbook>"
    )
    cell = '<Cell{}><Data ss:Type="String">x</Data></Cell>'
    for name, says in (
        ("a far column", ' ss:Index="999999999"'),
        ("backwards", ' ss:Index="-5"'),
        ("letters", ' ss:Index="x"'),
        ("a wide merge", ' ss:MergeAcross="99999999"'),
        ("a tall merge", ' ss:MergeDown="99999999"'),
    ):
        body = f"<Row>{cell.format('')}{cell.format(says)}</Row>"
        yield name, _give(book.format(body).encode())
    for name, body in (
        ("a far row", f'<Row ss:Index="999999999">{cell.format("")}</Row>'),
        ("a span of rows", '<Row ss:Span="99999999"/>'),
        ("deep", "<Row>" * 50_000),
        ("cut off", "<Row><Cell><Data ss:Type="),
    ):
        yield name, _give(book.format(body).encode())
    for name, dtd in (
        ("an entity", '<!ENTITY a "x">'),
        ("a file", '<!ENTITY a SYSTEM "/etc/hostname">'),
    ):
        content = book.format("<Row/>").replace("<Workbook", f"<!DOCTYPE x [{dtd}]><Workbook", 1)
        yield name, _give(content.encode())


# ---- good files that look like bad ones


def _names() -> Iterator[Hostile]:
    """Names of files that break programs; the file itself is good, or cut off."""
    long = "ก" * 83 + ".xlsx"
    assert len(long.encode()) <= 255
    for name in (
        *(long, "\u202exslx.exe.xlsx", "{reason}.xlsx", "{0.__class__}.xlsx", "%s%n.xlsx"),
        *("a'b\"c.xlsx", "<script>.xlsx", "แบบ\u200bสขร.xlsx", "-rf.xlsx", "~ .xlsx", "=1+1.xlsx"),
        *("แบบ\nสอง.xlsx", "noending", "แบบ.xls", "แบบ.csv", "แบบ.html", "🙂.xlsx", "aux.xlsx"),
    ):
        yield Hostile("odd names", f"{name!r} good", _give(WORKBOOK), "read", name)
        half = _give(WORKBOOK[: len(WORKBOOK) // 2])
        yield Hostile("odd names", f"{name!r} cut off", half, "refused", name)


PAYLOADS = (
    *("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://127.0.0.1","x")'),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=1>'),
    *("{{7*7}}", "{% include 'x' %}", "${7*7}", "#{7*7}", "{reason}", "%(x)s", "\\u0000"),
    *("'; DROP TABLE finding; --", "../../etc/passwd", "\u202egnp.exe", "_x000D_ ข้อความ"),
)


def _payloads() -> Iterator[Hostile]:
    """Texts that some program would obey: titles like any other, and not struck by a finding."""
    place = GOOD.expected[1].source
    for payload in PAYLOADS:
        book = replace_cell(GOOD, place.sheet, f"B{place.row}", f"ซื้อวัสดุ {payload}")
        yield Hostile("payloads", f"in a title {payload!r}", partial(to_bytes, book), "answered")
        first = replace_cell(GOOD, place.sheet, f"B{place.row}", payload)
        yield Hostile("payloads", f"as a title {payload!r}", partial(to_bytes, first), "answered")
    for formula in (
        *("='[อื่น.xlsx]Sheet1'!A1", '=WEBSERVICE("http://127.0.0.1:9")', "=A1048576"),
        *("='file:///etc/[x.xlsx]S'!A1", '=INDIRECT("A1")', '=RTD("x",,"y")'),
    ):
        for result in (1234.5, None):
            book = replace_cell(GOOD, place.sheet, f"C{place.row}", Formula(formula, result))
            name = f"formula {formula!r} {result}"
            yield Hostile("formulas of elsewhere", name, partial(to_bytes, book), "answered")


def _strange_values() -> Iterator[Hostile]:
    place = GOOD.expected[1].source
    for value in (
        *("NA", "None", "null", "nan", "inf", "-inf", "1e400", "1_000", "0x10", "TRUE", "๑๒e๓"),
        *(
            "12345678901234567890",
            "9" * 400,
            1e300,
            -1.0,
            0.001,
            12345678901234567890.0,
            "½",
            "\uff11\uff12",
        ),
    ):
        for column in "ACEG":
            book = replace_cell(GOOD, place.sheet, f"{column}{place.row}", value)
            name = f"{value!r:.40} in {column}"
            yield Hostile("strange values", name, partial(to_bytes, book), "answered")


def _hidden_sheets() -> Iterator[Hostile]:
    """Sheets that nobody sees hold nothing that would be taken for a month."""
    for count in (1, 40):
        papers = tuple(
            Paper(f"h{n}", {}, hidden="very hidden" if n % 2 else "hidden") for n in range(count)
        )
        book = Book(FILE, (*GOOD.sheets, *papers))
        yield Hostile("hidden sheets", f"{count} empty", partial(to_bytes, book), "read")
    hidden = change_sheet(GOOD, GOOD.sheets[0])
    yield Hostile("hidden sheets", "none", partial(to_bytes, hidden), "read")


HOSTILE = tuple(hostile())
