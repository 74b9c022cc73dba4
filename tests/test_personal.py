"""Citizens' numbers never reach the public, whole or half; every other number stays."""

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from pipeline.examples import example_month, rename_file, rename_sheet, replace_cell, write
from schemas.month import Month
from schemas.personal import HIDDEN, has_phone, is_citizen, without_citizens
from schemas.thai import arabic_digits, thai_digits
from tests.conftest import Office
from tests.paper import STEADY


def proved(twelve: str) -> str:
    """Twelve digits with the check digit that goes with them (DOMAIN §6)."""
    weighed = sum((13 - place) * int(digit) for place, digit in enumerate(twelve))
    return f"{twelve}{(11 - weighed % 11) % 10}"


def grouped(number: str, sign: str) -> str:
    return sign.join((number[0], number[1:5], number[5:10], number[10:12], number[12]))


CITIZEN = proved("123456789012")
citizens = st.from_regex(r"[1-8][0-9]{11}", fullmatch=True).map(proved)
others = st.from_regex(r"[09][0-9]{11}", fullmatch=True).map(proved)
spellings = st.sampled_from(
    (
        str,
        thai_digits,
        lambda number: grouped(number, "-"),
        lambda number: grouped(number, " "),
        lambda number: thai_digits(grouped(number, "-")),
        lambda number: f"{number[:9]}xxxx",
        lambda number: f"XXXXXXXXX{number[9:]}",
        lambda number: f"{number[0]}-{number[1:5]}-xxxxx-xx-{number[12]}",
    )
)
words = st.sampled_from(("", "นายสมมติ ", "เลข", "(", " โทร 02-123-4567 ", "12/2568 "))


@STEADY
@given(citizens, spellings, words, words)
def test_a_citizen_s_number_is_hidden_whole_however_it_is_written(
    number: str, spelling: "st.SearchStrategy[str]", before: str, behind: str
) -> None:
    text = f"{before}{spelling(number)} {behind}"  # type: ignore[operator]

    hidden = without_citizens(text)

    assert hidden == f"{before}{HIDDEN} {behind}"
    assert without_citizens(hidden) == hidden


@STEADY
@given(others, spellings)
def test_the_number_of_a_firm_or_an_office_stays(
    number: str, spelling: "st.SearchStrategy[str]"
) -> None:
    text = spelling(number)  # type: ignore[operator]
    if arabic_digits(text)[0] in "09":
        assert without_citizens(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "67109289344",  # a project
        "680801004122",  # a contract in e-GP
        "1234567890123",  # thirteen digits whose check digit is wrong
        f"{CITIZEN}4",
        "ทะเบียน 82 - 6514 เลขครุภัณฑ์ ๐๒๓-๖๐-๐๐๑๔",
        "1,234,567,890,123.00 บาท",
        "ปี 2567 2568 2569",
        "xxxxxxxxxxxxx",
        HIDDEN,
        "ร้าน 99 หมู่ 4 ต.ตัวอย่าง",
        "เลขประจำตัวผู้เสียภาษี 0994000237031",
    ],
)
def test_what_is_no_citizen_s_number_is_not_touched(text: str) -> None:
    assert without_citizens(text) == text


def test_behind_its_name_a_number_is_hidden_even_when_mistyped() -> None:
    mistyped = "เลขประจำตัวประชาชน: 1 2345 67890 12 9"
    assert without_citizens(mistyped) == f"เลขประจำตัวประชาชน: {HIDDEN}"


@pytest.mark.parametrize("number", ["0812345678", "081-234-5678", "๐๒ ๑๒๓ ๔๕๖๗", "02-123-4567"])
def test_a_telephone_number_is_seen(number: str) -> None:
    assert has_phone(f"ร้านตัวอย่าง โทร.{number}")
    assert not has_phone("สัญญา 012/2568 เลข 67109289344")


def test_no_byte_of_the_site_holds_a_citizen_s_number(office: Office) -> None:
    """Typed into every text of a row, the sheet's name and the file's name."""
    assert is_citizen(CITIZEN)
    half = f"{CITIZEN[:9]}xxxx"
    book = example_month(Month(2568, 1), "fourteen-columns", 3)
    sheet = f"ม.ค.68 {CITIZEN}"
    row = book.expected[0].source.row
    for column, text in {
        "B": f"จ้างเหมา นายสมมติ ({CITIZEN})",
        "E": f"เฉพาะเจาะจง {grouped(CITIZEN, '-')}",
        "F": f"นายสมมติ {thai_digits(CITIZEN)} / 100.00 บาท",
        "I": f"นายสมมติ {half} / 100.00 บาท",
        "L": f"เลขประจำตัวประชาชน {grouped(CITIZEN, ' ')}",
        "M": f"เลขที่ {CITIZEN} ลว. 3 ม.ค. 68",
    }.items():
        book = replace_cell(book, book.sheets[0].name, f"{column}{row}", text)
    book = rename_sheet(book, book.sheets[0].name, sheet)
    write(rename_file(book, f"มกราคม 2568 {CITIZEN}.xlsx"), office.workspace.inbox)

    done = office.one_pass(date(2025, 10, 20))

    assert [str(one.month) for one in done.published] == ["2568-01"]
    rules = [finding.rule for finding in done.answers[0].drop.findings]
    assert rules.count("citizen-number-hidden") == 6
    seen = 0
    for path in office.workspace.site.rglob("*"):
        for text in texts_of(path) if path.is_file() else ():
            ours = text.replace("๐๑๒๓๔๕๖๗๘๙", "")  # what the search page writes its numbers with
            digits = re.sub("[^0-9]", "", arabic_digits(ours))
            assert CITIZEN not in digits
            assert CITIZEN[:9] not in digits
            seen += text.count(HIDDEN)
    assert seen > 20


def texts_of(path: Path) -> list[str]:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    if path.suffix == ".pdf":
        document = PdfReader(path)
        return [*(page.extract_text() for page in document.pages), str(document.metadata)]
    # A signature is 64 bytes of its own, whatever was signed.
    return [] if path.suffix in {".woff2", ".sig"} else [path.read_text(encoding="utf-8")]
