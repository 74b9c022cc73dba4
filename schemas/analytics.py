"""The tables that many published sites are rolled up into: each column once, and what it is.

Money is whole satang in Parquet and decimal baht in CSV, as everywhere else. What is unknown is
null, in CSV an empty field; a sum is null when no row states an amount, and the rows that state
none stand beside it.
"""

from dataclasses import dataclass
from typing import Literal

# "share" is hundredths of a per cent; "flag" is true or false.
Kind = Literal["text", "number", "money", "share", "flag", "day"]

# Why a site is counted nowhere. Told with the agency before it.
TROUBLES = {
    "no-site": "ไม่พบสิ่งที่เผยแพร่ ({what})",
    "unreadable": "อ่านไม่ได้ ({what})",
    "changed": "ไม่ตรงกับ manifest.json: {what}",
    "form": "{what} ไม่เป็นไปตามรูปแบบของระบบ",
    "disagrees": "{what} ไม่ตรงกับ status.json",
    "twice": "เป็นสิ่งที่เผยแพร่ชุดเดียวกับของ {what}",
    "future": "ลงวันที่ {what} ซึ่งยังมาไม่ถึง",
}


@dataclass(frozen=True)
class Column:
    """A column: its name in Parquet, its heading in CSV, the kind of its values."""

    name: str
    heading: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """A table: the name of its files, what it is called, its columns, and what orders it."""

    name: str
    title: str
    columns: tuple[Column, ...]
    order: tuple[str, ...]


YEAR = Column("fiscal_year", "ปีงบประมาณ", "number")
PROVINCE = Column("province", "จังหวัด")
AGENCY = Column("agency", "รหัสหน่วยงาน")
ORGANISATION = Column("organisation", "ชื่อหน่วยงาน")
MONTH = Column("month", "เดือน")
METHOD = Column("procurement_method", "วิธีซื้อหรือจ้าง")
METHOD_CODE = Column("procurement_method_code", "รหัสวิธี")
SUPPLIER = Column("supplier", "ผู้ได้รับการคัดเลือก")
KEY = Column("supplier_key", "กุญแจเทียบชื่อ (ชื่อที่ต่างกันเฉพาะคำย่อใช้กุญแจเดียวกัน)")
PERSON = Column("supplier_is_person", "ชื่อบุคคลธรรมดา (คนละคนอาจชื่อเดียวกัน)", "flag")
SUMS = (
    Column("rows", "จำนวนรายการ", "number"),
    Column("agreed_price", "ราคาที่ตกลงซื้อหรือจ้าง รวม (บาท)", "money"),
    Column("agreed_price_unknown", "รายการที่ไม่ระบุราคาที่ตกลง", "number"),
    Column("budget", "วงเงิน รวม (บาท)", "money"),
    Column("budget_unknown", "รายการที่ไม่ระบุวงเงิน", "number"),
)
STATES = (
    Column("months", "เดือนทั้งหมด", "number"),
    Column("months_published", "เผยแพร่แล้ว", "number"),
    Column("months_nil", "ไม่มีการจัดซื้อจัดจ้าง", "number"),
    Column("months_returned", "อยู่ระหว่างแก้ไขข้อมูล", "number"),
    Column("months_missing", "ยังไม่ได้เผยแพร่", "number"),
    Column("months_not_due", "ยังไม่ครบกำหนด", "number"),
    Column("months_unheard", "หน่วยงานยังไม่รายงาน", "number"),
    Column("months_on_time", "ทันกำหนด", "number"),
    Column("months_late", "เผยแพร่ล่าช้า", "number"),
    Column("months_overdue", "เกินกำหนดและยังไม่เผยแพร่", "number"),
)
# Of the rows that name a supplier and a price; a name differing in its abbreviations is one.
CONCENTRATION = (
    Column("suppliers", "จำนวนผู้ได้รับการคัดเลือก", "number"),
    Column("supplier_rows", "รายการที่ระบุชื่อ", "number"),
    Column("concentration_rows", "รายการที่ระบุชื่อและราคา", "number"),
    Column("largest_share", "ส่วนแบ่งของรายใหญ่ที่สุด ของที่เผยแพร่ (ร้อยละ)", "share"),
    Column("five_largest_share", "ส่วนแบ่งของห้ารายใหญ่ที่สุด ของที่เผยแพร่ (ร้อยละ)", "share"),
    Column("herfindahl", "ดัชนีการกระจุกตัว (0 ถึง 10000)", "number"),
)
WHOLE = Column("whole", "ครบทุกเดือนและทุกราคา", "flag")
HEARD = (
    Column("agencies", "หน่วยงานทั้งหมด", "number"),
    Column("agencies_heard", "หน่วยงานที่นับได้", "number"),
    Column("agencies_unheard", "หน่วยงานที่ไม่มีข้อมูล", "number"),
)

SITES = Table(
    "sites",
    "เว็บไซต์ที่นำมานับและที่ไม่ได้นับ",
    (
        PROVINCE,
        AGENCY,
        ORGANISATION,
        Column("counted", "นำมานับ", "flag"),
        Column("trouble", "เหตุที่ไม่ได้นับ"),
        Column("release", "ฉบับที่เผยแพร่"),
        Column("released_on", "วันที่ของฉบับ", "day"),
    ),
    ("agency",),
)
MONTHS = Table(
    "months",
    "หน่วยงานและเดือน",
    (
        YEAR,
        PROVINCE,
        AGENCY,
        ORGANISATION,
        MONTH,
        Column("state", "สถานะ"),
        Column("public", "เผยแพร่", "flag"),
        Column("late", "ล่าช้า", "flag"),
        Column("due", "วันครบกำหนด", "day"),
        Column("published_at", "วันที่เผยแพร่", "day"),
        Column("revision", "ฉบับที่", "number"),
        *SUMS,
        WHOLE,
    ),
    ("fiscal_year", "agency", "month"),
)
PURCHASES = Table(
    "purchases",
    "หน่วยงาน เดือน วิธี และผู้ได้รับการคัดเลือก",
    (YEAR, PROVINCE, AGENCY, MONTH, METHOD_CODE, METHOD, SUPPLIER, KEY, PERSON, *SUMS),
    (
        *("fiscal_year", "agency", "month"),
        *("procurement_method_code", "procurement_method", "supplier"),
    ),
)
METHODS = Table(
    "methods",
    "จังหวัดและวิธีซื้อหรือจ้าง",
    (YEAR, PROVINCE, METHOD_CODE, METHOD, *SUMS),
    ("fiscal_year", "province", "procurement_method_code", "procurement_method"),
)
SUPPLIERS = Table(
    "suppliers",
    "ผู้ได้รับการคัดเลือก",
    (
        YEAR,
        SUPPLIER,
        KEY,
        PERSON,
        Column("provinces", "จำนวนจังหวัด", "number"),
        Column("agencies", "จำนวนหน่วยงาน", "number"),
        *SUMS,
    ),
    ("fiscal_year", "supplier"),
)
AGENCIES = Table(
    "agencies",
    "หน่วยงาน",
    (
        YEAR,
        PROVINCE,
        AGENCY,
        ORGANISATION,
        *STATES,
        Column("months_lacking", "เดือนที่ยังไม่มีข้อมูลเผยแพร่"),
        *SUMS,
        *CONCENTRATION,
        WHOLE,
    ),
    ("fiscal_year", "agency"),
)
PROVINCES = Table(
    "provinces",
    "จังหวัด",
    (YEAR, PROVINCE, *HEARD, *STATES, *SUMS, *CONCENTRATION, WHOLE),
    ("fiscal_year", "province"),
)
COUNTRY = Table(
    "country",
    "ทุกหน่วยงานที่ขอให้นับ",
    (YEAR, *HEARD, *STATES, *SUMS, *CONCENTRATION, WHOLE),
    ("fiscal_year",),
)
TABLES = (SITES, MONTHS, PURCHASES, METHODS, SUPPLIERS, AGENCIES, PROVINCES, COUNTRY)

# One line a row of the form, as Parquet holds it; DuckDB's words for the types.
ROW_TYPES = {
    "province": "VARCHAR",
    "agency": "VARCHAR",
    "organisation": "VARCHAR",
    "month": "VARCHAR",
    "first_day": "DATE",  # of the month
    "revision": "INTEGER",
    "position": "INTEGER",  # in the month, from 1
    "number": "INTEGER",
    "title": "VARCHAR",
    "budget": "BIGINT",
    "reference_price": "BIGINT",
    "procurement_method": "VARCHAR",
    "procurement_method_code": "VARCHAR",
    "bids": "STRUCT(bidder VARCHAR, amount BIGINT)[]",
    "supplier": "VARCHAR",
    "supplier_name": "VARCHAR",  # in one spelling of blanks: by it the site has a page
    "supplier_key": "VARCHAR",  # names that differ only in their abbreviations have one
    "supplier_is_person": "BOOLEAN",
    "agreed_price": "BIGINT",
    "selection_reason": "VARCHAR",
    "contract_number": "VARCHAR",
    "contract_date": "DATE",
    "egp_project_number": "VARCHAR",
    "egp_contract_number": "VARCHAR",
    "source_file": "VARCHAR",
    "source_sheet": "VARCHAR",
    "source_row": "INTEGER",
    "explanations": 'STRUCT(rule VARCHAR, reason VARCHAR, "by" VARCHAR, date VARCHAR)[]',
    "announcements": (
        "STRUCT(kind VARCHAR, title VARCHAR, date VARCHAR, url VARCHAR, source VARCHAR)[]"
    ),
    "page": "VARCHAR",  # from the root of the site
    "release": "VARCHAR",
}
# As ``MONTHS`` has them, before the rows are added up.
MONTH_TYPES = {
    "fiscal_year": "INTEGER",
    "province": "VARCHAR",
    "agency": "VARCHAR",
    "organisation": "VARCHAR",
    "month": "VARCHAR",
    "heard": "BOOLEAN",  # the agency has a status of this year
    "state": "VARCHAR",
    "public": "BOOLEAN",
    "late": "BOOLEAN",
    "due": "DATE",
    "published_at": "DATE",
    "revision": "INTEGER",
}
SITE_TYPES = {
    "province": "VARCHAR",
    "agency": "VARCHAR",
    "organisation": "VARCHAR",
    "counted": "BOOLEAN",
    "trouble": "VARCHAR",
    "release": "VARCHAR",
    "released_on": "DATE",
}
