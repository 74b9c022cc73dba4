"""What a file is, by its bytes alone."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from pipeline.examples import bad_books, example_month, to_bytes
from pipeline.kinds import SPREADSHEETML, Known, RefusedError, kind_of
from schemas.month import Month

XLSX = to_bytes(example_month(Month(2568, 2), "nine-columns", 1))
WORKBOOK = f'<Workbook xmlns="{SPREADSHEETML}">'
XML = f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>{WORKBOOK}</Workbook>'
(LOCKED,) = [bad.content for bad in bad_books() if bad.rule == "file-without-password"]


def kind(folder: Path, content: bytes) -> str:
    """Return the kind, "macros" behind it where there are some, or the rule and the reason."""
    path = folder / "0a1b"
    path.write_bytes(content)
    try:
        known = kind_of(path)
    except RefusedError as refused:
        return f"{refused.rule}: {refused.reason}"
    assert isinstance(known, Known)
    return f"{known.kind} macros" if known.macros else known.kind


EGP = "เป็นข้อมูลเปิดโครงการจัดซื้อจัดจ้าง e-GP"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"rows": [{"รหัสโครงการ": 1}]}'.encode(), EGP),
        (gzip.compress('[{"รหัสโครงการ": 1}]'.encode(), mtime=0), EGP),
        (b'\xef\xbb\xbf [ {"a": 1}]', "เป็นข้อมูล JSON"),
        (gzip.compress(b"anything else", mtime=0), "เป็นไฟล์บีบอัด"),
        (gzip.compress(b'{"a": 1}', mtime=0)[:12], "เป็นไฟล์บีบอัด"),
    ],
)
def test_data_for_programs_are_called_by_their_name(
    tmp_path: Path, content: bytes, words: str
) -> None:
    assert kind(tmp_path, content) == f"file-is-a-workbook: {words}"


def zipped(*names: str, mimetype: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, b"<x/>")
    return file.getvalue()


def container(name: str) -> bytes:
    """A compound file with one stream of this name."""
    old, new = (n.encode("utf-16-le") for n in ("EncryptedPackage", name))
    at = LOCKED.index(old)
    entry = new.ljust(64, b"\0") + (len(new) + 2).to_bytes(2, "little")
    return LOCKED[:at] + entry + LOCKED[at + len(entry) :]


ODF = "application/vnd.oasis.opendocument."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (XLSX, "xlsx"),
        (zipped("xl/workbook.xml", "xl/vbaProject.bin"), "xlsx macros"),
        (zipped("XL\\WorkBook.xml", "XL\\VBAPROJECT.BIN"), "xlsx macros"),
        (zipped("workbook.xml"), "xlsx"),
        (zipped("xl/workbook.bin"), "xlsb"),
        (zipped("xl/workbook.bin", "xl/vbaProject.bin"), "xlsb macros"),
        (zipped("content.xml", mimetype=f"{ODF}spreadsheet"), "ods"),
        (zipped("content.xml", mimetype=f"{ODF}spreadsheet-template"), "ods"),
        (zipped("content.xml", "Basic/a.xml", mimetype=f"{ODF}spreadsheet"), "ods macros"),
        (container("Workbook"), "xls"),
        (container("WORKBOOK"), "xls"),
        (container("Book"), "xls"),
        (bytes.fromhex("0908080000001000") + b"\0\0", "xls"),
        (bytes.fromhex("0900040002001000"), "xls"),
    ],
)
def test_a_workbook_is_known_by_its_bytes(tmp_path: Path, content: bytes, expected: str) -> None:
    assert kind(tmp_path, content) == expected


@pytest.mark.parametrize(
    "content",
    [
        "<html><table>",
        "\n <HTML>",
        "<!DOCTYPE html><html>",
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://x"><html>',
        "<table border=1><tr><td>x",
        '<meta charset="utf-8"><table>',
        "<style>td {}</style>",
        "<div>x</div>",
        "<h3>รายงาน</h3>",
        "<p>รายงาน",
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">',
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html>',
        "<!-- จากระบบ --><html>",
        f"<!--{'x' * 20_000}-->\n<html>",
        "<!--[if gte mso 9]><xml></xml><![endif]--><html>",
        "<![if supportMisalignedColumns]><table>",
        f"<!--{'x' * 200_000}--><html>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_web_page_is_one_whatever_stands_before_its_first_tag(
    tmp_path: Path, content: str, encoding: str
) -> None:
    assert kind(tmp_path, content.encode(encoding)) == "html"


@pytest.mark.parametrize(
    "content",
    [
        XML,
        WORKBOOK,
        f"<?xml version='1.0'?>\n<!-- {'x' * 20_000} -->\n{WORKBOOK}",
        f'<ss:Workbook xmlns:ss="{SPREADSHEETML}">',
        f"<?xml version='1.0'?><!DOCTYPE Workbook [<!ENTITY a 'b'>]>{WORKBOOK}",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_xml_of_excel_2003_is_known(tmp_path: Path, content: str, encoding: str) -> None:
    assert kind(tmp_path, content.encode(encoding)) == "xml"


@pytest.mark.parametrize(
    "content",
    [
        "ลำดับ,งาน\n1,ซื้อ\n".encode(),
        "ลำดับ\tงาน\n".encode("utf-16"),
        "ลำดับ;งาน\n".encode("cp874"),
        "เรียน ผู้อำนวยการ\n\nส่งแบบมาแล้ว\n".encode(),
        b"P",
        b"\tx",
        b"< 100,000\n",
        "<ซื้อ>,1\n".encode(),
        b"BMW,1\n",
        b"Note: a mime-version: is named here\n",
    ],
)
def test_a_text_is_a_text(tmp_path: Path, content: bytes) -> None:
    assert kind(tmp_path, content) == "text"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "file-is-whole: ไฟล์ว่าง ขนาด 0 ไบต์"),
        (LOCKED, "file-without-password: "),
        (b"%PDF-1.7", "file-is-a-workbook: เป็นไฟล์ PDF"),
        (b"\x89PNG\r\n\x1a\n", "file-is-a-workbook: เป็นรูปภาพ"),
        (b"\xff\xd8\xff\xe0", "file-is-a-workbook: เป็นรูปภาพ"),
        (b"GIF89a", "file-is-a-workbook: เป็นรูปภาพ"),
        (b"{\\rtf1", "file-is-a-workbook: เป็นเอกสาร Word (RTF)"),
        (b"Rar!\x1a", "file-is-a-workbook: เป็นไฟล์บีบอัด"),
        (b"a\0b", "file-is-a-workbook: เป็นไฟล์ชนิดอื่น ไม่ใช่ตาราง"),
        (zipped("a.txt"), "file-is-a-workbook: เป็นไฟล์บีบอัดหรือเอกสารชนิดอื่น"),
        (zipped("word/document.xml"), "file-is-a-workbook: เป็นเอกสาร Word"),
        (zipped("ppt/presentation.xml"), "file-is-a-workbook: เป็นเอกสาร PowerPoint"),
        (zipped("Index/Document.iwa"), "file-is-a-workbook: เป็นไฟล์ Numbers ของ Apple"),
        (
            zipped("content.xml", mimetype=f"{ODF}text"),
            "file-is-a-workbook: เป็นเอกสาร OpenDocument ที่ไม่ใช่ตาราง",
        ),
        (container("WordDocument"), "file-is-a-workbook: เป็นเอกสาร Word รุ่นเก่า (.doc)"),
        (container("Anything"), "file-is-a-workbook: เป็นเอกสารชนิดอื่นของ Office รุ่นเก่า"),
        (LOCKED[:600], "file-is-whole: โครงสร้างไฟล์เสียหาย"),
        (XLSX[:600], "file-is-whole: โครงสร้างไฟล์เสียหายหรือขาดหาย"),
        (b"<?xml version='1.0'?><rss/>", "file-is-a-workbook: เป็นไฟล์ XML ชนิดอื่น"),
        (b"<rss xmlns='x' >", "file-is-a-workbook: เป็นไฟล์ XML ชนิดอื่น"),
        (b"<?xml version='1.0'?>", "file-is-a-workbook: เป็นไฟล์ XML ชนิดอื่น"),
        (
            b"<?xml version='1.0'?><w:wordDocument xmlns:w='x'/>",
            "file-is-a-workbook: เป็นเอกสาร Word แบบ XML",
        ),
        (b"MIME-Version: 1.0\r\nX-D: x", "file-is-a-workbook: เป็นหน้าเว็บแบบไฟล์เดียว (.mht)"),
        (
            b"From: <x>\r\nSubject: a\r\n\tb\r\nMIME-Version: 1.0\r\n",
            "file-is-a-workbook: เป็นหน้าเว็บแบบไฟล์เดียว (.mht)",
        ),
    ],
)
def test_what_is_no_workbook_is_named(tmp_path: Path, content: bytes, expected: str) -> None:
    assert kind(tmp_path, content) == expected


@pytest.mark.parametrize("length", range(1, 120, 7))
def test_a_web_page_or_text_cut_off_anywhere_has_a_kind(tmp_path: Path, length: int) -> None:
    known = {
        kind(tmp_path, content[:length])
        for content in (XML.encode(), XML.encode("utf-16"), b"<!DOCTYPE html><html>")
    }

    others = {"file-is-a-workbook: เป็นไฟล์ XML ชนิดอื่น"}
    assert known <= {"html", "xml", "text"} | others
