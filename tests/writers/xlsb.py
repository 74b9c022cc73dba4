"""A workbook on paper → .xlsb, record by record as MS-XLSB names them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from struct import pack

from pipeline.examples import Book, Formula, Paper
from pipeline.examples.paper import LOOKS, Rich, Value
from schemas.sheet import Merge
from tests.mutants import zipped

MAIN = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
PART = "application/vnd.ms-excel"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ERRORS = {
    "#NULL!": 0,
    "#DIV/0!": 7,
    "#VALUE!": 15,
    "#REF!": 23,
    "#NAME?": 29,
    "#NUM!": 36,
    "#N/A": 42,
}
FIRST_OWN_FORMAT = 164
EXCEL_S_ZERO = date(1899, 12, 30)
ZERO = pack("<HIBHI", 0, 3, 0x1E, 0, 0)  # what stands for every formula: =0


def record(code: int, data: bytes = b"") -> bytes:
    """Numbers and lengths have seven bits a byte; the last byte has the eighth bit off."""
    head = bytes([code]) if code < 0x80 else bytes([code & 0x7F | 0x80, code >> 7])
    length = len(data)
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + data


def string(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return pack("<I", len(data) // 2) + data


def rich(text: str, runs: Iterable[tuple[int, int]] = ()) -> bytes:
    """A text of which each run says from which letter on which font holds."""
    told = list(runs)
    after = pack("<I", len(told)) + b"".join(pack("<HH", *run) for run in told)
    return bytes([bool(told)]) + string(text) + (after if told else b"")


def row(number: int, *cells: bytes, hidden: bool = False) -> bytes:
    height = pack("<IIHBBBI", number - 1, 0, 300, 0, 0x10 * hidden, 0, 0)
    return record(0, height) + b"".join(cells)


def cell(code: int, column: int, value: bytes, look: int = 0) -> bytes:
    return record(code, pack("<II", column - 1, look) + value)


def column(first: int, last: int, *, hidden: bool = False) -> bytes:
    return record(60, pack("<IIIIH", first - 1, last - 1, 2560, 0, hidden))


def worksheet(rows: bytes, merges: Sequence[Merge] = (), columns: bytes = b"") -> bytes:
    merged = b"".join(
        record(176, pack("<IIII", m.top - 1, m.bottom - 1, m.left - 1, m.right - 1))
        for m in merges
    )
    return (
        record(129)
        + record(148, pack("<IIII", 0, 99, 0, 29))  # readers that believe it find no more
        + (record(390) + columns + record(391) if columns else b"")
        + record(145)
        + rows
        + record(146)
        + (record(177, pack("<I", len(merges))) + merged + record(178) if merges else b"")
        + record(130)
    )


@dataclass
class Work:
    """A workbook before it is packed; ``looks`` are (format, font), formats begin at 164."""

    sheets: list[tuple[str, bytes]]
    strings: list[bytes] = field(default_factory=list)
    formats: Sequence[str] = ()
    looks: Sequence[tuple[int, int]] = ((0, 0),)
    fonts_struck: Sequence[bool] = (False,)
    states: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    from_1904: bool = False


def packed(work: Work) -> bytes:
    names = [name for name, _ in work.sheets]
    bundles = b"".join(
        record(156, pack("<II", work.states.get(name, 0), at) + string(f"rId{at}") + string(name))
        for at, name in enumerate(names, start=1)
    )
    main = (
        record(131)
        + record(153, pack("<II", work.from_1904, 0) + string(""))
        + record(143)
        + bundles
        + record(144)
        + record(132)
    )
    relations = [
        (f"rId{at}", work.kinds.get(name, "worksheet"), f"worksheets/sheet{at}.bin")
        for at, name in enumerate(names, start=1)
    ]
    relations += [
        ("rIdStyles", "styles", "styles.bin"),
        ("rIdStrings", "sharedStrings", "sharedStrings.bin"),
    ]
    count = pack("<II", len(work.strings), len(work.strings))
    parts = {
        "xl/workbook.bin": main,
        "xl/styles.bin": _styles(work),
        "xl/sharedStrings.bin": record(159, count) + b"".join(work.strings) + record(160),
    }
    parts |= {
        f"xl/worksheets/sheet{at}.bin": part for at, (_, part) in enumerate(work.sheets, start=1)
    }
    return zipped(
        {
            "[Content_Types].xml": _types(parts).encode(),
            "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.bin")]),
            "xl/_rels/workbook.bin.rels": _relations(relations),
            **parts,
        }
    )


def _types(parts: Iterable[str]) -> str:
    special = {"xl/workbook.bin": MAIN, "xl/styles.bin": f"{PART}.styles"}
    special["xl/sharedStrings.bin"] = f"{PART}.sharedStrings"
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{special.get(name, f"{PART}.worksheet")}"/>'
        for name in parts
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>"
    )


def _relations(relations: Iterable[tuple[str, str, str]]) -> bytes:
    told = "".join(
        f'<Relationship Id="{name}" Type="{KIND}/{kind}" Target="{target}"/>'
        for name, kind, target in relations
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships '
        f'xmlns="{PACKAGE}/relationships">{told}</Relationships>'
    ).encode()


def _styles(work: Work) -> bytes:
    formats = [
        record(44, pack("<H", number) + string(code))
        for number, code in enumerate(work.formats, start=FIRST_OWN_FORMAT)
    ]
    fonts = [
        record(
            43,
            pack("<HHHHBBBB8sB", 280, 8 * struck, 400, 0, 0, 2, 222, 0, bytes(8), 0)
            + string("TH SarabunPSK"),
        )
        for struck in work.fonts_struck
    ]
    looks = [
        record(47, pack("<HHHHHBBI", 0, form, font, 0, 0, 0, 0, 0)) for form, font in work.looks
    ]
    own = record(47, pack("<HHHHHBBI", 0xFFFF, 0, 0, 0, 0, 0, 0, 0))
    return (
        record(278)
        + _listed(615, formats, 616)
        + _listed(611, fonts, 612)
        + _listed(603, [record(45, bytes(68))], 604)
        + _listed(613, [record(46, bytes(51))], 614)
        + _listed(626, [own], 627)
        + _listed(617, looks, 618)
        + record(279)
    )


def _listed(begin: int, items: Sequence[bytes], end: int) -> bytes:
    return record(begin, pack("<I", len(items))) + b"".join(items) + record(end)


# ---- a workbook on paper


def written(book: Book) -> bytes:
    """Return the workbook as .xlsb; a formula without result gets an empty text as its result."""
    names = list(LOOKS)
    codes = [str(LOOKS[name].get("num_format", "General")) for name in names]
    work = Work(
        [],
        formats=codes,
        looks=[(FIRST_OWN_FORMAT + at, 0) for at in range(len(codes))],
    )
    for paper in book.sheets:
        work.sheets.append((paper.name, _sheet(paper, work.strings, names)))
    return packed(work)


def _sheet(paper: Paper, strings: list[bytes], looks: Sequence[str]) -> bytes:
    rows: dict[int, list[bytes]] = {}
    for (at, place), typed in sorted(paper.cells.items()):
        code, value = _value(typed.value, strings)
        made = cell(code, place, value, looks.index(typed.look))
        rows.setdefault(at, []).append(made)
    return worksheet(b"".join(row(at, *cells) for at, cells in rows.items()), paper.merges)


def _value(value: Value, strings: list[bytes]) -> tuple[int, bytes]:  # noqa: PLR0911 - one a type
    match value:
        case None:
            return 1, b""
        case Formula(_, None):
            return 8, string("") + ZERO
        case Formula(_, str() as result) if result in ERRORS:
            return 11, bytes([ERRORS[result]]) + ZERO
        case Formula(_, str() as result):
            return 8, string(result) + ZERO
        case Formula(_, result):
            return 9, pack("<d", result) + ZERO
        case Rich():
            raise TypeError(value)  # runs of their own fonts are written by .xlsx alone
        case str():
            strings.append(record(19, rich(value)))
            return 7, pack("<I", len(strings) - 1)
        case date():
            return 5, pack("<d", (value - EXCEL_S_ZERO).days)
        case int() if abs(value) < 1 << 29:
            return 2, pack("<i", value << 2 | 2)
        case _:
            return 5, pack("<d", value)
