"""Money, days and months: whatever offices write is read to the satang and the day, or refused."""

import re
import unicodedata
from datetime import date
from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.thai import (
    MONTHS,
    MONTHS_SHORT,
    arabic_digits,
    baht,
    date_formal,
    date_long,
    date_short,
    decimal_baht,
    fold,
    months_in,
    parse_baht,
    parse_date,
    satang_of,
    thai_digits,
    visible,
)
from tests.paper import STEADY

MOST = 10**13  # satang: fifteen digits, what Excel itself keeps
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff"


# ---- money


@STEADY
@given(st.integers(0, MOST))
def test_every_amount_is_read_as_it_is_written(satang: int) -> None:
    spellings = (
        baht(satang),
        decimal_baht(satang),
        f"{baht(satang)} บาท",
        thai_digits(baht(satang)),
        f"{thai_digits(baht(satang))} บาทถ้วน",
        f" ฿{baht(satang)}\u200b ",
    )

    assert [parse_baht(spelling) for spelling in spellings] == [satang] * len(spellings)


@STEADY
@given(st.integers(0, MOST))
def test_a_stored_double_is_the_amount_that_excel_shows(satang: int) -> None:
    assert satang_of(satang / 100) == satang


@pytest.mark.parametrize(
    ("text", "satang"),
    [
        ("732,499.00", 73_249_900),
        ("732499", 73_249_900),
        ("๑๒,๓๔๕.๕ บาท", 1_234_550),
        ("1,000.5", 100_050),
        ("1,000.-", 100_000),
        ("1,000.-บาท", 100_000),
        ("1,000,-", 100_000),
        ("1,000. บาท", 100_000),
        ("500 บาทถ้วน", 50_000),
        ("฿ 500", 50_000),
        ("0", 0),
        ("0.01", 1),
        ("0.10", 10),
        ("23,320,239.13", 2_332_023_913),
        ("1๐0", 10_000),
        ("\u200b9,000.00\u00a0บาท", 900_000),
    ],
)
def test_a_spelling_of_money_is_read(text: str, satang: int) -> None:
    assert parse_baht(text) == satang


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "\u2013", "ห้าหมื่น", "บาท", "ไม่มี"),
        *("-500", "-500.00", "+500", "(500.00)"),
        *(
            "007",
            "1,00",
            "1,0000",
            "5,00,000",
            "1.000,00",
            "1,000.123",
            "1000,00",
            ",500",
            ".50",
            "1..5",
        ),
        *("1e5", "1_000", "inf", "nan", "0x10", "1e400"),
        *("99999999999999999999", "9" * 400),  # no column of the ledger or a frame holds it
        *("\uff15\uff10\uff10", "¹²", "\u0665\u0660\u0660"),  # digits of other scripts
        *("1,000 2,000", "500 บาท/เดือน", "500-600", "ร้าน ก 500", "500 บาท 600 บาท"),
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_baht(text)


@pytest.mark.parametrize("text", ["100 200", "500\n600", "1 2 3"])
def test_two_amounts_are_never_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_baht(text)


@pytest.mark.parametrize(
    ("number", "satang"),
    [
        (0.1 + 0.2, 30),
        (19.99, 1999),
        (1.005 * 1000, 100_500),
        (940_485, 94_048_500),
        (0, 0),
        (-0.0, 0),
        (9_999_999_999_999.99, 999_999_999_999_999),
    ],
)
def test_a_number_of_a_workbook_is_whole_satang(number: float, satang: int) -> None:
    assert satang_of(number) == satang


@pytest.mark.parametrize(
    "number", [-1, -0.01, 33.333, 0.001, 1e18, 1e300, float("inf"), float("nan")]
)
def test_a_number_that_is_no_money_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not whole satang"):
        satang_of(number)


@STEADY
@given(st.floats())
def test_no_double_is_read_as_an_amount_that_it_does_not_show(number: float) -> None:
    try:
        satang = satang_of(number)
    except ValueError:
        return
    with localcontext(prec=400):
        shown = Decimal(format(number, ".15g")) * 100
    assert satang >= 0
    assert satang == shown


# ---- days

DAYS = st.dates(date(1957, 1, 1), date(2056, 12, 31))  # 2500 to 2599: two digits say which


@STEADY
@given(DAYS)
def test_every_day_is_read_as_it_is_written(day: date) -> None:
    spellings = (
        date_long(day),
        date_formal(day),
        date_short(day),
        f"{day.day}/{day.month}/{day.year + 543}",
        f"{day.day:02}/{day.month:02}/{(day.year + 543) % 100:02}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day}-{day.month}-{day.year + 543}",
        f"{day.day}.{day.month}.{day.year + 543}",
        f"{day.day} {MONTHS_SHORT[day.month - 1].rstrip('.')} {day.year + 543}",
        f"{day.day}-{MONTHS_SHORT[day.month - 1]}-{(day.year + 543) % 100:02}",
        f"วันที่ {day.day} เดือน{MONTHS[day.month - 1]} พ.ศ. {day.year + 543}",
        f"ลงวันที่ {date_long(day)}",
        f"ลว.{date_short(day)}",
        day.isoformat(),
    )
    both = [digits(s) for s in spellings for digits in (arabic_digits, thai_digits)]

    assert {text: parse_date(text) for text in both} == dict.fromkeys(both, day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1 พ.ย. 67", date(2024, 11, 1)),
        ("2 ส.ค. 2568", date(2025, 8, 2)),
        ("1 ส.ค 67", date(2024, 8, 1)),
        ("10-มี.ค.-64", date(2021, 3, 10)),
        ("15/03/2568", date(2025, 3, 15)),
        ("10/3/2026", date(2026, 3, 10)),
        ("15 มิ.ย 66", date(2023, 6, 15)),
        ("๑๔ ธันวาคม ๒๕๖๖", date(2023, 12, 14)),
        ("๒๗ พฤษภาคม พ.ศ. ๒๕๖๙", date(2026, 5, 27)),
        ("วันที่ 1 ตุลาคม 2567", date(2024, 10, 1)),
        ("ลว. ๑ ต.ค ๖๗", date(2024, 10, 1)),
        ("ลว 1 ต.ค. 67", date(2024, 10, 1)),
        ("2022-08-04", date(2022, 8, 4)),
        ("1  ตุลาคม\n2567", date(2024, 10, 1)),
        ("1ตค67", date(2024, 10, 1)),
        ("29 ก.พ. 2567", date(2024, 2, 29)),
        ("1 ตุลาคม ค.ศ. 2024", date(2024, 10, 1)),
    ],
)
def test_a_spelling_of_a_day_is_read(text: str, day: date) -> None:
    assert parse_date(text) == day


def test_the_day_comes_first_always() -> None:
    read = {
        (day, month): parse_date(f"{day}/{month}/2568")
        for day in range(1, 13)
        for month in range(1, 13)
    }

    assert read == {(day, month): date(2025, month, day) for day, month in read}


@pytest.mark.parametrize(
    "text",
    [
        *("10/13/2567", "1/31/68", "05/31/2568"),  # only month-first would make days of them
        *("31 ก.พ. 2568", "29 ก.พ. 2568", "31/04/2568", "0/1/2568", "1/0/2568", "32 ม.ค. 68"),
        *("", "-", "\u2013", "ตุลาคม 2567", "1 ตุลาคม", "1/10", "ลว.", "วันที่"),
        *("1/10/256", "1/10/25678", "1 ต.ค. 7", "1 ต.ค. 2300", "1/10-2567", "10.2567"),
        *("15/2568", "2568", "45444", "1 Oct 2024", "ต.ค. 67", "67-10-01", "2024/10/01"),
        *("1 ต.ค. 67 ถึง 3 ต.ค. 67", "1-3 ต.ค. 67", "1 ต.ค. 67, 2 ต.ค. 67"),
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a date|day|month|year"):
        parse_date(text)


# ---- months in free text


@pytest.mark.parametrize("number", range(1, 13))
def test_every_spelling_of_a_month_is_found_in_text(number: int) -> None:
    long, short = MONTHS[number - 1], MONTHS_SHORT[number - 1]
    lost, bare = short.rstrip("."), short.replace(".", "")
    texts = [
        *(f"{long} 2567", f"{long} พ.ศ. 2567", f"{long} {thai_digits('2567')}", f"{long}2567"),
        *(
            f"{short}67",
            f"{short} 2567",
            f"{lost} 67",
            f"{bare}67",
            f"{bare}.67",
            f"{bare}. 2567",
            f"{long}_2567",
            f"{long} 2024",
        ),
        *(f"สขร.1 {short}67", f"สขร.1-{long}-2567", f"ประจำเดือน{long} 2567", f"2567-{number:02}"),
    ]

    assert {text: months_in(text) for text in texts} == {text: [(2567, number)] for text in texts}


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("ตุลาคม - ธันวาคม พ.ศ. ๒๕๖๗", [(None, 10), (2567, 12)]),
        ("ต.ค.67-ธ.ค.67", [(2567, 10), (2567, 12)]),
        ("ตุลาคม", [(None, 10)]),
        ("สขร.1 ไตรมาสที่ 1 ปีงบประมาณ 2568", []),
        ("Sheet1", []),
        ("", []),
        ("ประจำปีงบประมาณ พ.ศ. 2568", []),
        ("นายสมคิด", []),  # holds มค
        ("อบต.คลองยาง", []),
        ("สขร.1 ตุลาคม 2567 (2)", [(2567, 10)]),
        ("ตุลาคม 2567 (แก้ไข 15)", [(2567, 10)]),
        ("2567-13", []),
        ("2567-10-01", []),
        ("ตุลาคม ปี 2567", [(2567, 10)]),
    ],
)
def test_a_free_text_names_these_months(text: str, months: list[tuple[int | None, int]]) -> None:
    assert months_in(text) == months


@pytest.mark.parametrize(
    "text", ["ตุลาคม ปี พ.ศ. 2567", "เดือนต.ค.67", "ประจำเดือนต.ค. 2567", "สขร.1 เดือนตค67"]
)
def test_a_month_is_found_behind_the_word_for_it(text: str) -> None:
    assert months_in(text) == [(2567, 10)]


@STEADY
@given(st.text("กคมพยสตธเี.ิ 67๖๗/-ก.ค.ต.ค.มี.ค.", max_size=14))
@example("กค.12/2568")
@example("มี ค.")
def test_no_text_is_too_odd_to_be_searched_for_months(text: str) -> None:
    for year, month in months_in(text):
        assert month in range(1, 13)
        assert year is None or year > 2400


def test_a_count_behind_a_month_is_no_year() -> None:
    assert months_in("สขร.1 ตุลาคม 12 รายการ") == [(None, 10)]


# ---- text as it may be published

PIECES = st.sampled_from(
    [
        *("กนทรสี่้ิัำาแเะํ๑2 aZ\n\r\t" + INVISIBLE + "\u00a0\u00e9\u0301\u2028\x07"),
        *("_x000D_", "_x000d_", "_x00", "0D_"),
    ]
)
ANY = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=30)


@STEADY
@given(ANY)
@example("_x00\u200b0D_")
@example("_x00_x000D_0D_")
def test_visible_text_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@STEADY
@given(ANY)
def test_visible_text_holds_nothing_that_cannot_be_seen(text: str) -> None:
    shown = visible(text)

    assert unicodedata.is_normalized("NFC", shown)
    assert not set(shown) & {*INVISIBLE, "\t", "\r", "\u00a0", "\u2028", "\u2029"}
    assert not [c for c in shown if unicodedata.category(c) == "Cc" and c != "\n"]
    assert shown == "\n".join(line.strip() for line in shown.split("\n")).strip()


@STEADY
@given(st.text("กขคงจชซดตถทธนบปผพฟมยรลวสหอะาิีึืุูเแโใไ่้๊๋็์ำ๐๑๒ 12ab/.-", max_size=30))
def test_visible_text_is_what_was_typed(text: str) -> None:
    assert visible(text) == unicodedata.normalize("NFC", text).strip()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("สำนักงาน", "สำนักงาน"),  # NFKC would take ำ apart
        ("นำ้", "นำ้"),
        ("ชื่อ\tสกุล", "ชื่อ สกุล"),
        ("ก  ข", "ก  ข"),  # real titles hold double spaces
        ("ก\u00a0ข\u200b", "ก ข"),
        ("บรรทัด 1_x000D_\r\nบรรทัด 2", "บรรทัด 1\nบรรทัด 2"),
        ("บรรทัด 1\rบรรทัด 2", "บรรทัด 1\nบรรทัด 2"),
        ("\ufeffก\u00ad", "ก"),
        ("-นางสาวสมมติ", "-นางสาวสมมติ"),
        ("=1+1", "=1+1"),
        ("\x00\x07", ""),
    ],
)
def test_a_text_is_published_as_typed(typed: str, shown: str) -> None:
    assert visible(typed) == shown


def test_a_line_end_that_excel_escapes_still_parts_two_lines() -> None:
    assert visible("ร้าน ก_x000D_ร้าน ข") == "ร้าน ก\nร้าน ข"


# ---- text as it is compared


@STEADY
@given(st.text("".join(map(chr, range(0x0E01, 0x0E5C))) + " \n\u200baZ09/.()-", max_size=20))
@example("ที่่")
@example("ก่่ิ")
@example("จํําน")
def test_folded_text_stays_folded(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("ลําดับที่", "ลำดับที่"),
        ("จํานวนเงิน", "จำนวนเงิน"),
        ("ล ำดับ", "ลำดับ"),
        ("จํำนวน", "จำนวน"),
        ("ช่ือหน่วยงาน", "ชื่อหน่วยงาน"),
        ("ราคาท่ีตกลงซ้ือ", "ราคาที่ตกลงซื้อ"),
        ("ท้องถ่ิน", "ท้องถิ่น"),
        ("ท่ี", "ที่"),
        ("สํานักงาน", "สำนักงาน"),
        ("น้ํา", "น้ำ"),
        ("นํ้า", "น้ำ"),
        ("เเฟ้ม", "แฟ้ม"),
        ("ชื่อ\tสกุล", "ชื่อสกุล"),
        ("วงเงิน ที่จะซื้อ\nหรือจ้าง", "วงเงินที่จะซื้อหรือจ้าง"),
        ("หมู่ที่ ๑๒", "หมู่ที่ 12"),
        ("E-Bidding", "e-bidding"),
        ("ราคา\u200bกลาง\ufeff", "ราคากลาง"),
    ],
)
def test_a_damaged_spelling_is_the_same_when_folded(damaged: str, meant: str) -> None:
    assert fold(damaged) == fold(meant)


@pytest.mark.parametrize(
    ("one", "other"), [("จ้าง", "จาง"), ("ซื้อ", "เช่า"), ("ก 1", "ก 2"), ("ราคา", "ราค")]
)
def test_different_words_stay_different_when_folded(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@STEADY
@given(st.text())
def test_digits_go_there_and_back(text: str) -> None:
    assert arabic_digits(thai_digits(text)) == arabic_digits(text)
    assert not re.search("[๐-๙]", arabic_digits(text))
    assert not re.search("[0-9]", thai_digits(text))
