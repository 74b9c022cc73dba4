"""Hostile and broken files: each is refused with its reason, and each limit is what refuses it."""

import io
import os
import random
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import confine
from pipeline.confine import examine_confined
from pipeline.examine import examine
from pipeline.examples import BadBook, bad_books, example_month, to_bytes
from pipeline.guard import Limits, guard
from pipeline.kinds import SPREADSHEETML, Known, RefusedError
from schemas.examined import Examined
from schemas.month import Month
from schemas.rules import RULE
from tests.conftest import ROOT
from tests.paper import OURS

GOOD = to_bytes(example_month(Month(2568, 2), "nine-columns", 3))
SHEET = "xl/worksheets/sheet1.xml"
XML_2003 = f'<?xml version="1.0"?><Workbook xmlns="{SPREADSHEETML}"></Workbook>'.encode()
NOT_BY_EXCEL = "file-is-read: ข้อมูลภายในไม่ได้เขียนอย่างที่ Excel บันทึก"
NO_LIMIT = 1 << 60
# Each limit alone: nothing but the one under test may be what refuses the file.
OFF = Limits(
    file_bytes=NO_LIMIT,
    part_bytes=NO_LIMIT,
    total_bytes=NO_LIMIT,
    parts=NO_LIMIT,
    ratio=NO_LIMIT,
    ratio_floor_bytes=0,
    cells=NO_LIMIT,
    merged_cells=NO_LIMIT,
)

Parts = list[tuple[str, bytes]]


def parts_of(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def zipped(parts: Iterable[tuple[str, bytes]]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            # By its record: writestr would clean an absolute name that we mean.
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return file.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    return zipped([(n, c) for n, c in parts_of(GOOD) if n != name] + [(name, content)])


def in_sheet(change: Callable[[bytes], bytes]) -> bytes:
    return zipped([(n, change(c) if n == SHEET else c) for n, c in parts_of(GOOD)])


def answer(folder: Path, content: bytes, limits: Limits | None = None) -> str:
    """What the guard says to a file of these bytes: "" or the rule and the reason."""
    path = folder / "แบบ.xlsx"
    path.write_bytes(content)
    try:
        guard(path, limits or Limits())
    except RefusedError as refused:
        return f"{refused.rule}: {refused.reason}"
    return ""


def rule(answered: str) -> str:
    return answered.partition(":")[0]


# ---- what it is


def test_an_honest_workbook_passes(tmp_path: Path) -> None:
    assert answer(tmp_path, GOOD) == ""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file-is-whole: ไฟล์ว่าง ขนาด 0 ไบต์"),
        (b"%PDF-1.7", "file-is-a-workbook: เป็นไฟล์ PDF"),
        (b"\x89PNG\r\n\x1a\n", "file-is-a-workbook: เป็นรูปภาพ"),
        (b"MIME-Version: 1.0\r\n", "file-is-a-workbook: เป็นหน้าเว็บแบบไฟล์เดียว (.mht)"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "file-is-a-workbook: เป็นไฟล์ XML ชนิดอื่น"),
        (zipped([("a.txt", b"x")]), "file-is-a-workbook: เป็นไฟล์บีบอัดหรือเอกสารชนิดอื่น"),
        (zipped([("word/document.xml", b"<x/>")]), "file-is-a-workbook: เป็นเอกสาร Word"),
        (bytes.fromhex("D0CF11E0A1B11AE1"), "file-is-whole: โครงสร้างไฟล์เสียหาย"),
    ],
)
def test_a_stranger_is_told_what_it_is(tmp_path: Path, content: bytes, reason: str) -> None:
    assert answer(tmp_path, content) == reason


def known(folder: Path, content: bytes) -> Known:
    path = folder / "แบบ.xlsx"
    path.write_bytes(content)
    return guard(path, Limits())


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (GOOD, "xlsx"),
        (zipped([("xl/workbook.bin", b"x")]), "xlsb"),
        ("สรุปผล\n".encode(), "text"),
        ("สรุปผล\n".encode("utf-16"), "text"),
        ("สรุปผล\n".encode("cp874"), "text"),
        (b"\n <HTML><table>", "html"),
        (b"<!DOCTYPE html>", "html"),
        (XML_2003, "xml"),
    ],
)
def test_every_kind_that_has_a_reader_passes_under_any_name(
    tmp_path: Path, content: bytes, kind: str
) -> None:
    assert known(tmp_path, content) == Known(kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "XL\\VBAPROJECT.BIN"])
def test_macros_are_no_reason_to_refuse_but_are_told(tmp_path: Path, part: str) -> None:
    assert known(tmp_path, with_part(part, b"x")) == Known("xlsx", macros=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "before", ["<!DOCTYPE Workbook [<!ENTITY a 'b'>]>", "<!DOCTYPE Workbook SYSTEM 'x'>"]
)
def test_a_document_type_in_the_xml_of_excel_2003_is_refused(
    tmp_path: Path, encoding: str, before: str
) -> None:
    whole = XML_2003.decode()

    content = whole.replace("<Workbook", f"{before}<Workbook").encode(encoding)

    assert answer(tmp_path, content) == NOT_BY_EXCEL
    assert answer(tmp_path, whole.encode(encoding)) == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("before", range(2, 14))
def test_a_document_type_is_seen_at_every_seam_of_that_xml(
    tmp_path: Path, encoding: str, before: int
) -> None:
    """It is read in pieces of 2**18 bytes, which is half as many letters of UTF-16."""
    head = XML_2003.decode().removesuffix("</Workbook>")
    begins = (1 << 18) // len("a".encode(encoding)[-2:]) - before
    content = head.ljust(begins, "x") + "<!DOCTYPE a>"

    assert answer(tmp_path, content.encode(encoding)) == NOT_BY_EXCEL


def test_a_locked_workbook_is_told_so(tmp_path: Path) -> None:
    (locked,) = [bad.content for bad in bad_books() if bad.rule == "file-without-password"]

    assert answer(tmp_path, locked) == "file-without-password: "


def test_an_old_workbook_passes(tmp_path: Path) -> None:
    """The same container, its streams named as .xls names them."""
    (locked,) = [bad.content for bad in bad_books() if bad.rule == "file-without-password"]
    name, old = ("EncryptedPackage".encode("utf-16-le"), "Workbook".encode("utf-16-le"))
    at = locked.index(name)
    entry = old.ljust(64, b"\0") + struct.pack("<H", len(old) + 2)
    content = locked[:at] + entry + locked[at + len(entry) :]

    assert known(tmp_path, content) == Known("xls")


def test_a_locked_part_of_a_zip_is_a_password(tmp_path: Path) -> None:
    content = bytearray(GOOD)
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1  # the flag in the first entry of the directory

    assert answer(tmp_path, bytes(content)) == "file-without-password: "


@pytest.mark.parametrize("tenth", range(10))
def test_a_workbook_cut_off_anywhere_is_not_whole(tmp_path: Path, tenth: int) -> None:
    short = GOOD[: max(1, len(GOOD) * tenth // 10)]
    expected = "file-is-whole" if tenth else ""  # one byte is no zip yet, but a text

    assert rule(answer(tmp_path, short)) == expected


def test_a_workbook_without_its_last_byte_is_not_whole(tmp_path: Path) -> None:
    assert rule(answer(tmp_path, GOOD[:-1])) == "file-is-whole"


def test_flipped_bytes_are_refused_or_harmless(tmp_path: Path) -> None:
    """Whatever is done to the bytes, the answer is one of ours and no other exception."""
    dice = random.Random(1)  # noqa: S311 - cases that repeat
    rules = set()
    for _ in range(150):
        content = bytearray(GOOD)
        for _ in range(dice.choice((1, 3, 40))):
            content[dice.randrange(len(content))] = dice.randrange(256)
        rules.add(rule(answer(tmp_path, bytes(content))))

    assert rules <= {
        *("", "file-is-whole", "file-is-read", "file-is-a-workbook", "file-without-password")
    }
    assert "file-is-whole" in rules


# ---- limits, each with nothing else in its way


def test_a_file_may_be_so_large(tmp_path: Path) -> None:
    size = len(GOOD)

    assert answer(tmp_path, GOOD, replace(OFF, file_bytes=size)) == ""
    assert rule(answer(tmp_path, GOOD, replace(OFF, file_bytes=size - 1))) == "file-within-limits"


def test_a_part_may_be_so_large_when_it_is_inflated(tmp_path: Path) -> None:
    content = with_part("xl/media/image1.png", bytes(70_000))

    assert answer(tmp_path, content, replace(OFF, part_bytes=70_000)) == ""
    limits = replace(OFF, part_bytes=69_999)
    assert answer(tmp_path, content, limits) == "file-within-limits: ข้อมูลภายในใหญ่เกินไป"


def test_all_parts_together_may_be_so_large(tmp_path: Path) -> None:
    content = zipped([*parts_of(GOOD), *((f"xl/media/{n}.png", bytes(50_000)) for n in range(6))])
    total = sum(len(part) for _, part in parts_of(content))

    assert answer(tmp_path, content, replace(OFF, total_bytes=total)) == ""
    assert rule(answer(tmp_path, content, replace(OFF, total_bytes=total - 1))) == (
        "file-within-limits"
    )


def test_nothing_may_be_packed_too_well(tmp_path: Path) -> None:
    content = with_part("xl/media/image1.png", bytes(2_000_000))  # about 1:1000
    limits = replace(OFF, ratio=200, ratio_floor_bytes=1_000_000)

    assert answer(tmp_path, content, limits) == "file-within-limits: ข้อมูลภายในใหญ่กว่าตัวไฟล์ผิดปกติ"
    assert answer(tmp_path, content, replace(limits, ratio=2000)) == ""
    # Below the floor honest pictures are packed as well.
    assert answer(tmp_path, content, replace(limits, ratio_floor_bytes=2_000_000)) == ""


@pytest.mark.parametrize("name", ["xl/sharedStrings2.xml", "xl/media/image1.png"])
def test_a_hundred_mebibytes_in_a_hundred_kibibytes_are_refused_at_once(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts_of(GOOD):
            archive.writestr(part, content)
        with archive.open(name, "w") as stream:
            for _ in range(100):
                stream.write(b"<" * (1 << 20))

    assert path.stat().st_size < 120 << 10
    with pytest.raises(RefusedError) as refused:
        guard(path, Limits())

    assert refused.value.reason == "ข้อมูลภายในใหญ่กว่าตัวไฟล์ผิดปกติ"


def test_a_workbook_may_have_so_many_parts(tmp_path: Path) -> None:
    content = zipped([*parts_of(GOOD), *((f"xl/{n}.bin", b"") for n in range(40))])
    count = len(parts_of(content))

    assert answer(tmp_path, content, replace(OFF, parts=count)) == ""
    assert answer(tmp_path, content, replace(OFF, parts=count - 1)) == (
        f"file-within-limits: มีแผ่นงาน รูปภาพ และส่วนประกอบเกิน {count - 1} ชิ้น"
    )


def test_a_sheet_may_have_so_many_cells(tmp_path: Path) -> None:
    cells = len(re.findall(rb"<c ", dict(parts_of(GOOD))[SHEET]))

    assert answer(tmp_path, GOOD, replace(OFF, cells=cells)) == ""
    assert answer(tmp_path, GOOD, replace(OFF, cells=cells - 1)) == (
        f"file-within-limits: มีช่องเกิน {cells - 1:,} ช่อง"
    )


def test_the_cells_of_all_sheets_count(tmp_path: Path) -> None:
    cells = len(re.findall(rb"<c ", dict(parts_of(GOOD))[SHEET]))
    content = with_part("xl/worksheets/sheet9.xml", b"<x><c /><c /></x>")

    assert answer(tmp_path, content, replace(OFF, cells=cells + 2)) == ""
    assert rule(answer(tmp_path, content, replace(OFF, cells=cells + 1))) == "file-within-limits"


@pytest.mark.parametrize("prefix", ["x" * 300, "ก"])
def test_cells_are_counted_whatever_their_prefix(tmp_path: Path, prefix: str) -> None:
    content = with_part("xl/worksheets/sheet9.xml", f"<x><{prefix}:c /></x>".encode())
    cells = len(re.findall(rb"<c ", dict(parts_of(GOOD))[SHEET]))

    assert rule(answer(tmp_path, content, replace(OFF, cells=cells))) == "file-within-limits"


@pytest.mark.parametrize("before", range(0, 400, 16))
def test_cells_are_counted_across_the_pieces_that_are_read(tmp_path: Path, before: int) -> None:
    """A piece of 2**18 bytes may end within a tag: it is counted, and counted once."""
    xml = dict(parts_of(GOOD))[SHEET]
    cells = len(re.findall(rb"<c ", xml))
    padding = (1 << 18) - xml.index(b"<sheetData>") - len(b"<!---->") - before
    comment = b"<!--" + b"x" * padding + b"-->"
    content = in_sheet(lambda xml: xml.replace(b"<sheetData>", comment + b"<sheetData>"))

    assert answer(tmp_path, content, replace(OFF, cells=cells)) == ""
    assert rule(answer(tmp_path, content, replace(OFF, cells=cells - 1))) == "file-within-limits"


def merging(tag: bytes) -> bytes:
    whole = b'<mergeCells count="1">' + tag + b"</mergeCells>"
    return in_sheet(lambda xml: re.sub(rb"<mergeCells.*</mergeCells>", whole, xml))


def test_merges_may_cover_so_many_cells(tmp_path: Path) -> None:
    content = merging(b'<mergeCell ref="A2:I2"/><mergeCell ref="K1:L5"/>')

    assert answer(tmp_path, content, replace(OFF, merged_cells=19)) == ""
    assert answer(tmp_path, content, replace(OFF, merged_cells=18)) == (
        "file-within-limits: ผสานช่องกว้างเกินไป"
    )


@pytest.mark.parametrize(
    "tag",
    [
        b'<mergeCell ref="A1:XFD10000"/>',
        b'<mergeCell ref="XFD10000:A1"/>',
        b'<x:mergeCell ref="A1:XFD10000"/>',
        b"<mergeCell ref='A1:XFD10000'/>",
        b'<mergeCell ref = "A1:XFD10000"/>',
        b'<mergeCell xml:space="preserve" ref="A1:XFD10000"/>',
        b'<mergeCell ref="a1:xfd10000"/>',
        b'<mergeCell ref="$A$1:$XFD$10000"/>',
        b'<mergeCell ref="A:XFD"/>',
        b'<mergeCell x=" ref=\'A1\' " ref="A1:XFD10000"/>',
        f'<{"x" * 300}:mergeCell ref="A1:XFD10000"/>'.encode(),
        '<ก:mergeCell ref="A1:XFD10000"/>'.encode(),
    ],
)
def test_a_merge_that_is_too_wide_is_refused_however_it_is_spelt(
    tmp_path: Path, tag: bytes
) -> None:
    assert rule(answer(tmp_path, merging(tag))) == "file-within-limits"


@pytest.mark.parametrize("place", ["xl/pages/sheet1.xml", "xl/sheet1.xml", "xl/worksheets/1.dat"])
def test_a_sheet_is_guarded_wherever_the_workbook_keeps_it(tmp_path: Path, place: str) -> None:
    """The workbook says by its relations which part is a sheet, not the part by its name."""
    wide = merging(b'<mergeCell ref="A1:XFD10000"/>')
    target = place.removeprefix("xl/").encode()
    moved = zipped(
        (
            place if name == SHEET else name,
            content.replace(SHEET.encode(), place.encode()).replace(
                b"worksheets/sheet1.xml", target
            ),
        )
        for name, content in parts_of(wide)
    )

    assert rule(answer(tmp_path, moved)) == "file-within-limits"


# ---- tricks of the container and of XML

DTD = b"<!DOCTYPE worksheet [<!ENTITY a 'b'>]><worksheet"


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(DTD, id="at the start"),
        pytest.param(b"<!ENTITY a 'b'><worksheet", id="an entity alone"),
        pytest.param(b"<!DOCTYPE worksheet SYSTEM 'x'><worksheet", id="no entity"),
        pytest.param(b"<!--" + b"x" * 262_060 + b"-->" + DTD, id="across two pieces"),
        pytest.param(b" " * 400_000 + DTD, id="behind much white space"),
    ],
)
def test_a_document_type_is_refused_wherever_it_stands(tmp_path: Path, before: bytes) -> None:
    content = in_sheet(lambda xml: xml.replace(b"<worksheet", before, 1))

    assert answer(tmp_path, content) == NOT_BY_EXCEL


@pytest.mark.parametrize("start", range(262_100, 262_145, 4))
def test_a_document_type_is_seen_at_every_seam(tmp_path: Path, start: int) -> None:
    """The part is read in pieces of 2**18 bytes."""
    head = b"<?xml version='1.0'?><!--"
    padding = head + b"x" * (start - len(head) - 3) + b"-->"
    doctype = b"<!DOCTYPE worksheet SYSTEM 'x'><worksheet"
    content = in_sheet(lambda xml: padding + doctype + xml.partition(b"<worksheet")[2])

    assert answer(tmp_path, content) == NOT_BY_EXCEL


def declared(encoding: str, *, spelt: str = 'encoding="{}"') -> bytes:
    head = f'<?xml version="1.0" {spelt.format(encoding)}?>'.encode()
    return in_sheet(lambda xml: head + xml.partition(b"?>")[2])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_xml_in_two_bytes_a_letter_is_refused(tmp_path: Path, encoding: str) -> None:
    """It would hide a document type from the search for its bytes."""
    content = in_sheet(lambda xml: xml.decode().encode(encoding))

    assert answer(tmp_path, content) == NOT_BY_EXCEL


@pytest.mark.parametrize("encoding", ["UTF-7", "UTF-16", "cp037"])
@pytest.mark.parametrize(
    "spelt",
    [
        'encoding="{}"',
        "encoding='{}'",
        'encoding = "{}"',
        '\n\tencoding\n=\n"{}"',
        " " * 700 + 'encoding="{}"',
        " " * 300_000 + 'encoding="{}"',
    ],
)
def test_xml_that_declares_another_encoding_is_refused(
    tmp_path: Path, encoding: str, spelt: str
) -> None:
    assert answer(tmp_path, declared(encoding, spelt=spelt)) == NOT_BY_EXCEL


@pytest.mark.parametrize("name", ["UTF-8", "utf-8", "us-ascii"])
def test_xml_in_its_own_encoding_passes(tmp_path: Path, name: str) -> None:
    assert answer(tmp_path, declared(name)) == ""


def test_what_office_itself_writes_in_utf_16_passes(tmp_path: Path) -> None:
    content = "<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16")

    assert answer(tmp_path, with_part("customXml/item1.xml", content)) == ""


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("xl/Workbook.xml",), "ส่วนประกอบภายในชื่อซ้ำกัน"),
        (("xl\\workbook.xml",), "ส่วนประกอบภายในชื่อซ้ำกัน"),
        (("xl/a.bin", "xl/A.BIN"), "ส่วนประกอบภายในชื่อซ้ำกัน"),
        (("/etc/passwd",), "ส่วนประกอบภายในอ้างถึงที่อื่นนอกไฟล์"),
        (("\\\\server\\x",), "ส่วนประกอบภายในอ้างถึงที่อื่นนอกไฟล์"),
        (("xl/../../x",), "ส่วนประกอบภายในอ้างถึงที่อื่นนอกไฟล์"),
        (("..\\x",), "ส่วนประกอบภายในอ้างถึงที่อื่นนอกไฟล์"),
    ],
)
def test_parts_with_odd_names_are_refused(
    tmp_path: Path, names: tuple[str, ...], reason: str
) -> None:
    content = zipped([*parts_of(GOOD), *((name, b"x") for name in names)])

    assert answer(tmp_path, content) == f"file-is-read: {reason}"


def lying(size: int) -> bytes:
    """A part of 50,000 bytes, for which the directory states another size."""
    content = bytearray(with_part("xl/media/image1.png", bytes(50_000)))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(content)


@pytest.mark.parametrize("size", [0, 1, 49_999])
def test_a_part_that_is_larger_than_it_says_is_not_whole(tmp_path: Path, size: int) -> None:
    assert rule(answer(tmp_path, lying(size))) == "file-is-whole"


def test_a_part_that_is_smaller_than_it_says_counts_for_what_comes_out(tmp_path: Path) -> None:
    content = lying(1 << 31)

    assert answer(tmp_path, content, replace(OFF, part_bytes=50_000)) == ""
    assert rule(answer(tmp_path, content, replace(OFF, part_bytes=49_999))) == "file-within-limits"


def test_a_part_whose_sum_is_wrong_is_not_whole(tmp_path: Path) -> None:
    content = bytearray(GOOD)
    at = content.rindex(b"PK\x01\x02")
    content[at + 16] ^= 0xFF

    assert rule(answer(tmp_path, bytes(content))) == "file-is-whole"


def test_a_cell_in_the_last_corner_is_an_accident_and_no_attack(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData>'
    content = in_sheet(lambda xml: xml.replace(b"</sheetData>", far))
    path = tmp_path / "far.xlsx"
    path.write_bytes(content)

    examined = examine(path, "far.xlsx", OURS, Limits())

    (month,) = examined.months
    assert len(month.rows) == 3
    assert [(f.rule, f.cell) for f in examined.findings] == [("heading-known", "XFD1048576")]


# ---- examine and its child


# What a rule of a row finds is no business of the child: see test_rules.
BAD = [bad for bad in bad_books() if RULE[bad.rule].holds is None]


@pytest.mark.parametrize("bad", BAD, ids=[bad.file for bad in BAD])
def test_a_bad_file_is_found_out_at_its_place(tmp_path: Path, bad: BadBook) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(bad.content)

    found = examine(path, bad.file, OURS, Limits()).findings

    fixes = [(f.rule, f.file, f.sheet, f.cell) for f in found if f.severity == "fix"]
    assert fixes == [(bad.rule, bad.file, bad.sheet, bad.cell)]
    assert all(f.message and "{" not in f.message for f in found)


def test_a_part_that_openpyxl_cannot_read_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(with_part("xl/styles.xml", b"<styleSheet><x"))

    examined = examine(path, "broken.xlsx", OURS, Limits())

    assert examined.months == ()
    assert [f.rule for f in examined.findings] == ["file-is-read"]


def test_a_workbook_without_a_sheet_is_one_finding_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "no-sheet.xlsx"
    empty = re.compile(b"<sheets>.*</sheets>")
    path.write_bytes(zipped((n, empty.sub(b"<sheets/>", c)) for n, c in parts_of(GOOD)))

    examined = examine(path, "no-sheet.xlsx", OURS, Limits())

    assert examined.months == ()
    assert [(f.severity, f.file) for f in examined.findings] == [("fix", "no-sheet.xlsx")]


def heavy(rows: int) -> bytes:
    """An honest workbook that needs a while: many rows of text that nobody wrote twice."""
    line = b'<row><c t="str"><v>%d</v></c><c t="str"><v>x%d</v></c></row>'
    data = b"".join(line % (n, n) for n in range(rows))
    return in_sheet(lambda xml: xml.replace(b"</sheetData>", data + b"</sheetData>"))


def test_a_child_answers_what_examine_answers(tmp_path: Path) -> None:
    path = tmp_path / "แบบ.xlsx"
    path.write_bytes(GOOD)

    confined = examine_confined(path, "แบบ.xlsx", OURS, Limits())

    assert confined == examine(path, "แบบ.xlsx", OURS, Limits())
    assert [len(month.rows) for month in confined.months] == [3]


def one_refusal(examined: Examined) -> tuple[str, str]:
    (finding,) = examined.findings
    assert examined.months == ()
    assert (finding.severity, finding.sheet, finding.cell) == ("fix", "", "")
    return finding.rule, finding.message


def test_a_child_that_needs_too_long_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "slow.xlsx"
    path.write_bytes(heavy(60_000))

    rule_id, message = one_refusal(
        examine_confined(path, "slow.xlsx", OURS, replace(Limits(), wall_seconds=1))
    )

    assert rule_id == "file-within-limits"
    assert "ใช้เวลาเกิน 1 วินาที" in message


def test_a_child_that_wants_too_much_memory_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "fat.xlsx"
    path.write_bytes(heavy(60_000))

    rule_id, message = one_refusal(
        examine_confined(path, "fat.xlsx", OURS, replace(Limits(), memory_bytes=230 << 20))
    )

    assert rule_id in {"file-within-limits", "file-is-read"}
    assert "fat.xlsx" in message


def test_a_child_that_computes_too_long_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "busy.xlsx"
    path.write_bytes(heavy(60_000))

    rule_id, message = one_refusal(
        examine_confined(path, "busy.xlsx", OURS, replace(Limits(), cpu_seconds=1))
    )

    assert rule_id == "file-within-limits"
    assert "ใช้เวลาประมวลผลเกิน 1 วินาที" in message


def test_what_a_child_says_in_pieces_is_heard_whole_unless_it_is_beyond_measure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of a large workbook no message holds all: 100,000 rows would not have room twice."""
    path = tmp_path / "long.xlsx"
    path.write_bytes(to_bytes(example_month(Month(2568, 2), "nine-columns", 2_000)))

    confined = examine_confined(path, "long.xlsx", OURS, Limits())

    assert confined == examine(path, "long.xlsx", OURS, Limits())
    assert sum(map(len, confined.lines())) > 3 * confine.PIECE
    monkeypatch.setattr(confine, "LARGEST_ANSWER", 3 * confine.PIECE)
    rule_id, message = one_refusal(examine_confined(path, "long.xlsx", OURS, Limits()))
    assert rule_id == "file-within-limits"
    assert "มีข้อมูลหรือจุดที่ต้องแก้ไขมากเกินไป" in message


NOISE = """
import sys
sys.addaudithook(lambda event, args: event == "open" and "noisy" in str(args[0]) and print("!"))
"""
PROGRAM = """
import sys
from pathlib import Path
from pipeline.confine import examine_confined
from pipeline.guard import Limits
if __name__ == "__main__":
    found = examine_confined(Path(sys.argv[1]), "noisy.xlsx", ["x"], Limits())
    for line in found.lines():
        print(line.decode())
"""


def test_nothing_that_a_library_prints_gets_into_our_output(tmp_path: Path) -> None:
    """Here each opening of the workbook prints; the answer on stdout stays JSON alone."""
    path = tmp_path / "noisy.xlsx"
    path.write_bytes(GOOD)
    (tmp_path / "sitecustomize.py").write_text(NOISE, encoding="utf-8")
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py"), str(path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert len(Examined.of(done.stdout.encode().splitlines()).months) == 1
