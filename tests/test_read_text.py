"""Text with signs between its fields: the same texts at the same addresses as Excel shows them."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.examine import examine
from pipeline.examples import Book
from pipeline.formats.csv import render
from pipeline.guard import Limits
from pipeline.kinds import RefusedError
from pipeline.readers import cells as limits
from pipeline.readers.letters import decoded
from pipeline.readers.text import read, sheet_name
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.sheet import Sheet
from schemas.summary import MonthlySummary
from tests.oracle import EXAMPLES, as_excel_has_it, mutants, texts
from tests.paper import OURS, STEADY
from tests.writers.text import written

TITLE = "สรุปผลการดำเนินการจัดซื้อจัดจ้าง, รอบเดือนกุมภาพันธ์ 2568"


def sheet_of(folder: Path, content: str | bytes, file: str = "แบบ.csv") -> Sheet:
    path = folder / "0a1b"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (sheet,) = read(path, file)
    return sheet


def cells(folder: Path, content: str | bytes) -> dict[str, str]:
    return texts(sheet_of(folder, content))


def refused(folder: Path, content: str | bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        sheet_of(folder, content)
    return f"{caught.value.rule}: {caught.value.reason}"


# ---- the examples


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("book", EXAMPLES, ids=lambda book: book.sheets[0].name)
def test_an_example_has_the_cells_of_its_workbook(
    tmp_path: Path, book: Book, delimiter: str
) -> None:
    (excel,) = as_excel_has_it(book, tmp_path)
    sheet = sheet_of(tmp_path, written(book, delimiter=delimiter), book.file)

    assert texts(sheet) == texts(excel)
    assert {cell.kind for cell in sheet.cells.values()} == {"text"}
    assert all(cell.value == cell.text for cell in sheet.cells.values())
    assert sheet.file == book.file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_example_is_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    for book in EXAMPLES:
        (excel,) = as_excel_has_it(book, tmp_path)

        assert cells(tmp_path, written(book, encoding)) == texts(excel)


def test_an_example_in_the_thai_code_page(tmp_path: Path) -> None:
    """It has no blank of zero width, which one title of an example bears."""
    for book in EXAMPLES:
        (excel,) = as_excel_has_it(book, tmp_path)
        content = written(book, "utf-8").decode().replace("\u200b", "").encode("cp874")
        expected = {at: text.replace("\u200b", "") for at, text in texts(excel).items()}

        assert cells(tmp_path, content) == expected


# ---- encodings


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_letter_are_known_by_their_mark(tmp_path: Path, encoding: str) -> None:
    content = ("\ufeff" + "ลำดับ\tงาน\n").encode(encoding)

    assert cells(tmp_path, content) == {"A1": "ลำดับ", "B1": "งาน"}


def test_the_thai_code_page_has_quotation_marks_and_dashes(tmp_path: Path) -> None:
    words = "“ซื้อ” – \u2018จ้าง\u2019…€\u00a0ก"

    assert cells(tmp_path, words.encode("cp874")) == {"A1": words}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xa1\xff\xfd\n", "file-is-a-workbook: มีข้อมูลที่ไม่ใช่ตัวอักษร"),
        (b"a,b\n\0\0\0\0", "file-is-a-workbook: มีข้อมูลที่ไม่ใช่ตัวอักษร"),
        (b"\x01\x02\x03abc", "file-is-a-workbook: มีข้อมูลที่ไม่ใช่ตัวอักษร"),
        ("ลำดับ,งาน".encode()[:-1], "file-is-whole: ตัวอักษรท้ายไฟล์ขาดหาย"),
        ("ลำดับ,งาน".encode("utf-8-sig")[:-1], "file-is-whole: ตัวอักษรท้ายไฟล์ขาดหาย"),
        ("ลำดับ,งาน".encode("utf-16")[:-1], "file-is-whole: ตัวอักษรท้ายไฟล์ขาดหาย"),
        (b"\xff\xfe" + b"a\0" + b"\x00\xd8" + b"b\0", "file-is-whole: ตัวอักษรบางตัวเสียหาย"),
        ("ลำดับ,งาน".encode() + b"\xff" + "ซื้อ".encode(), "file-is-whole: ตัวอักษรบางตัวเสียหาย"),
        (b"\xef\xbb\xbfa\xffb", "file-is-whole: ตัวอักษรบางตัวเสียหาย"),
    ],
)
def test_damaged_letters_are_never_read_as_others(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    assert refused(tmp_path, content) == expected


def test_a_single_odd_character_is_kept(tmp_path: Path) -> None:
    words = "ซื้อ\x0bวัสดุ\x02" + "ก" * 100

    assert cells(tmp_path, f"{words},2\n") == {"A1": words, "B1": "2"}


def test_the_end_mark_of_dos_is_no_text(tmp_path: Path) -> None:
    assert cells(tmp_path, "ก,ข\r\n\x1a") == {"A1": "ก", "B1": "ข"}


# ---- what stands between the fields


@pytest.mark.parametrize("sign", [",", "\t", ";", "|"])
def test_titles_above_the_table_do_not_tell_its_sign(tmp_path: Path, sign: str) -> None:
    lines = [
        TITLE,
        "เทศบาลเมืองตัวอย่าง; อำเภอตัวอย่าง; จังหวัดตัวอย่าง",
        "a | b | c",
        sign.join(("ลำดับที่", "งาน", "วงเงิน", "ราคากลาง")),
        sign.join(("1", "ซื้อ", '"1,234.00"', '"1,200.00"')),
    ]

    found = cells(tmp_path, "\n".join(lines))

    assert {at: found[at] for at in ("A4", "D4", "C5", "D5")} == {
        "A4": "ลำดับที่",
        "D4": "ราคากลาง",
        "C5": "1,234.00",
        "D5": "1,200.00",
    }


@pytest.mark.parametrize("sign", ["\t", ";", "|"])
def test_money_outside_quotation_marks_makes_no_columns(tmp_path: Path, sign: str) -> None:
    line = sign.join(("1", "ซื้อ", "1,234.00", "1,200.00", "ร้านสมมติ, ร้านทดลอง"))

    assert cells(tmp_path, f"{line}\n" * 20)["E20"] == "ร้านสมมติ, ร้านทดลอง"


def test_a_quoted_line_break_ends_no_row_and_a_blank_line_is_one(tmp_path: Path) -> None:
    content = '\r\nก,"ร้าน ""หนึ่ง""\nร้านสอง\r\nค"\r\n\r\n,ง\r\n'

    assert cells(tmp_path, content) == {"A2": "ก", "B2": 'ร้าน "หนึ่ง"\nร้านสอง\r\nค', "B4": "ง"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_one(tmp_path: Path, end: str) -> None:
    assert cells(tmp_path, f"ก,ข{end}{end}ค,ง") == {"A1": "ก", "B1": "ข", "A3": "ค", "B3": "ง"}


@pytest.mark.parametrize("line", ["sep=|", "SEP=|", '"sep=|"'])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_line_that_names_the_sign_is_obeyed_and_not_shown(
    tmp_path: Path, line: str, mark: str
) -> None:
    found = cells(tmp_path, f"{mark}{line}\r\n1,2,3|ข\r\n4,5,6|ง\r\n")

    assert found == {"A1": "1,2,3", "B1": "ข", "A2": "4,5,6", "B2": "ง"}


def test_a_quotation_mark_within_a_field_is_a_letter(tmp_path: Path) -> None:
    assert cells(tmp_path, 'ท่อ 5",ข\nค,ท่อ 6"\n') == {
        "A1": 'ท่อ 5"',
        "B1": "ข",
        "A2": "ค",
        "B2": 'ท่อ 6"',
    }


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('1,2,3\n4,"5,6\n7,8,9\n', 2),
        ('1,2,3\n4,"5"6,7\n8,9,0\n', 2),
        ('"1,2,3\n4,5,6\n7,8,9\n', 1),
        ('1,2,3\r\n4,"ก\r\nข",6\r\n7,8,"9\r\n', 4),
    ],
)
def test_marks_that_do_not_pair_are_refused_with_their_line(
    tmp_path: Path, content: str, line: int
) -> None:
    assert refused(tmp_path, content) == (f'file-is-whole: เครื่องหมาย " ในบรรทัดที่ {line} ไม่ครบคู่')


def test_prose_is_one_column_as_it_stands(tmp_path: Path) -> None:
    content = 'เรียน ผู้อำนวยการ\n\n"แบบ" เดือนนี้ส่งแล้ว\n"ยังไม่ปิด\n'

    assert cells(tmp_path, content) == {
        "A1": "เรียน ผู้อำนวยการ",
        "A3": '"แบบ" เดือนนี้ส่งแล้ว',
        "A4": '"ยังไม่ปิด',
    }


@pytest.mark.parametrize("content", ["สรุปผล\n", "สรุปผล, แล้ว\nไม่ใช่ตาราง", "\n\n", "P"])
def test_a_text_that_is_no_table_is_told_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "0a1b"
    path.write_text(content, encoding="utf-8")

    found = examine(path, "จดหมาย.txt", OURS, Limits()).findings

    assert [(finding.rule, finding.severity) for finding in found] == [("table-found", "fix")]


def test_a_text_may_have_so_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CELLS", 40)

    assert len(cells(tmp_path, "1,2,3,4\n" * 10)) == 40
    assert refused(tmp_path, "1,2,3,4\n" * 10 + "5") == "file-within-limits: มีช่องเกิน 40 ช่อง"


FIELD = st.text(st.sampled_from('ก,;|\t"\n\r 1='), max_size=6)


@STEADY
@given(st.lists(st.lists(FIELD, min_size=1, max_size=4), min_size=1, max_size=6))
def test_what_a_second_program_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    text = io.StringIO(newline="")
    text.write("sep=;\r\n")  # of so few letters no sign could be told
    csv.writer(text, delimiter=";").writerows(rows)

    assert cells(tmp_path_factory.getbasetemp(), text.getvalue()) == {
        f"{'ABCD'[column]}{row}": field
        for row, record in enumerate(rows, start=1)
        for column, field in enumerate(record)
        if field.strip()
    }


# ---- the sheet's name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("แบบ.csv", "แบบ"),
        ("สขร.1 ต.ค. 67.csv", "สขร.1 ต.ค. 67"),
        ("ก" * 40 + ".txt", "ก" * 31),
        ("ก" * 29 + "2567.csv", "ก" * 29),
        ("ก" * 27 + "2567.csv", "ก" * 27 + "2567"),
    ],
)
def test_the_sheet_has_the_name_of_the_file(tmp_path: Path, file: str, name: str) -> None:
    assert sheet_of(tmp_path, "ก", file).name == sheet_name(file) == name


# ---- our own CSV

ODD = (
    "=1+1",
    "'=1+1",
    "''",
    "'",
    "-นางสมมติ ไม่มีจริง",
    "1/2568",
    "0105500000000",
    "@ร้าน",
    "\tก",
    "ร้าน 'ก'",
    "=ก\nข",
)


def published(*titles: str) -> bytes:
    source = Source("ตุลาคม.xlsx", "สขร.๑", 7)
    rows = tuple(
        Procurement(
            source,
            title=title,
            budget=123_45,
            bids=(Bid(title, 100),),
            supplier=title,
            contract_number="1/2568",
            contract_date=date(2024, 10, 1),
            egp_contract_number="680801004122",
        )
        for title in titles
    )
    month = MonthlySummary(
        Month(2567, 10), "เทศบาลเมืองตัวอย่าง", "จังหวัดตัวอย่าง", 1, date(2024, 11, 5), rows, nil=False
    )
    return render(month)["sokhoro1-2567-10.csv"]


def test_our_own_csv_gives_back_what_was_published(tmp_path: Path) -> None:
    found = cells(tmp_path, published(*ODD))

    assert [found[f"D{row}"] for row in range(2, 2 + len(ODD))] == list(ODD)
    assert [found[f"J{row}"] for row in range(2, 2 + len(ODD))] == list(ODD)
    assert (found["H2"], found["E2"], found["I2"]) == ("=1+1", "123.45", "1.00")
    assert (found["M2"], found["Q2"]) == ("1/2568\n2024-10-01", "680801004122")
    assert found["A1"] == "ชื่อหน่วยงาน"


@STEADY
@given(st.text(st.sampled_from("'=+-@1/กx\t .,"), min_size=1, max_size=5))
def test_any_text_in_our_own_csv_comes_back(
    tmp_path_factory: pytest.TempPathFactory, title: str
) -> None:
    found = cells(tmp_path_factory.getbasetemp(), published(title))

    assert found.get("D2", "") == (title if title.strip() else "")


def test_what_our_writer_cannot_have_written_stays(tmp_path: Path) -> None:
    """Somebody typed it into our file later."""
    content = published("งาน").replace("งาน\r\n".encode(), b"").decode("utf-8-sig")
    typed = content.replace(",งาน,123.45,", ",'งาน,'123.45,")

    found = cells(tmp_path, typed)

    assert (found["D2"], found["E2"]) == ("'งาน", "'123.45")


def test_an_apostrophe_in_any_other_text_is_a_letter(tmp_path: Path) -> None:
    ours = published("=1+1").decode("utf-8-sig")
    other = ours.replace("ชื่อหน่วยงาน,", "หน่วยงาน,")

    assert cells(tmp_path, other)["D2"] == "'=1+1"
    assert cells(tmp_path, f"สำเนา\r\n{ours}")["D3"] == "'=1+1"


# ---- broken files


def thai(text: str) -> int:
    return len(re.findall("[ก-๛]", text))


def test_broken_bytes_are_refused_or_read_whole(tmp_path: Path) -> None:
    """No other exception than ours, and not a letter is lost on the way into the cells."""
    path = tmp_path / "0a1b"
    answers = set()
    for encoding in ("utf-8-sig", "utf-16", "utf-8"):
        for content in mutants(written(EXAMPLES[0], encoding), 100):
            path.write_bytes(content)
            try:
                (sheet,) = read(path, "แบบ.csv")
            except RefusedError as error:
                answers.add(error.rule)
            else:
                assert sum(map(thai, texts(sheet).values())) == thai(decoded(content))
                answers.add("read")

    assert answers == {"read", "file-is-whole"}
