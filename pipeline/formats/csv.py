"""MonthlySummary → CSV that Excel opens rightly: UTF-8 with BOM, one line a row.

Beside it a description of the columns in Thai, as the W3C's "CSV on the Web" wants it.
"""

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from schemas.month import Month
from schemas.procurement import Procurement
from schemas.summary import MonthlySummary
from schemas.thai import MONTHS, MONTHS_SHORT, arabic_digits, decimal_baht

# CRLF is what RFC 4180 and Excel write. A break inside a cell is LF alone, so that even a reader
# that does not understand quotes can tell where a row ends.
LINE_END = "\r\n"
BREAK = "\n"


class Column(NamedTuple):
    """A column of the file: its heading, our name for it, the kind of value, what it says."""

    heading: str
    name: str
    datatype: str
    description: str
    separator: str | None = None  # between several values in one cell


_MONEY = "จำนวนเงินเป็นบาท ทศนิยมสองตำแหน่ง ไม่มีเครื่องหมายจุลภาค"
COLUMNS = (
    Column("ชื่อหน่วยงาน", "organisation", "string", "ชื่อหน่วยงานตามที่ใช้อยู่ในวันสุดท้ายของเดือน"),
    Column("ปี", "year", "integer", "ปี พ.ศ. ตามปฏิทินของเดือนนั้น ไม่ใช่ปีงบประมาณ"),
    Column("เดือน", "month", "string", "ชื่อเดือนที่รายงาน"),
    Column("งานจัดซื้อหรือจัดจ้าง", "title", "string", "งานที่จัดซื้อหรือจัดจ้าง"),
    Column("วงเงินที่จะซื้อหรือจ้าง", "budget", "decimal", f"วงเงินที่จะซื้อหรือจ้าง {_MONEY}"),
    Column("ราคากลาง", "reference_price", "decimal", f"ราคากลาง {_MONEY}"),
    Column("วิธีซื้อหรือจ้าง", "procurement_method", "string", "วิธีซื้อหรือจ้าง ตามที่หน่วยงานเขียนไว้"),
    Column(
        "รายชื่อผู้เสนอราคา",
        "bidders",
        "string",
        "ผู้เสนอราคาทุกราย บรรทัดละหนึ่งราย บรรทัดว่างคือไม่ระบุชื่อ ชื่อที่เดิมเขียนหลายบรรทัดต่อกันด้วยช่องว่าง",
        BREAK,
    ),
    Column(
        "ราคาที่เสนอ",
        "bid_amounts",
        "decimal",
        "ราคาที่เสนอ บรรทัดละหนึ่งราย เรียงตรงกับรายชื่อผู้เสนอราคา บรรทัดว่างคือไม่ระบุราคา " + _MONEY,
        BREAK,
    ),
    Column("ผู้ได้รับการคัดเลือก", "supplier", "string", "ผู้ได้รับการคัดเลือก"),
    Column("ราคาที่ตกลงซื้อหรือจ้าง", "agreed_price", "decimal", f"ราคาที่ตกลงซื้อหรือจ้าง {_MONEY}"),
    Column("เหตุผลที่คัดเลือกโดยสรุป", "selection_reason", "string", "เหตุผลที่คัดเลือกโดยสรุป"),
    Column(
        "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการซื้อหรือจ้าง",
        "contract",
        "string",
        "บรรทัดที่หนึ่งคือเลขที่ (เลขที่ที่เดิมเขียนหลายบรรทัดต่อกันด้วยช่องว่าง) บรรทัดที่สองคือวันที่ รูปแบบ "
        "ปี-เดือน-วัน เป็น ค.ศ. บรรทัดที่ว่างหรือไม่มีคือไม่ระบุ",
    ),
    Column("รหัสงบประมาณ", "budget_code", "string", "ไม่มีข้อมูล เว้นว่างทุกแถว"),
    Column("รหัสแหล่งเงิน", "fund_code", "string", "ไม่มีข้อมูล เว้นว่างทุกแถว"),
    Column("เลขที่โครงการ", "egp_project_number", "string", "เลขที่โครงการในระบบ e-GP 11 หลัก"),
    Column("เลขคุมสัญญา", "egp_contract_number", "string", "เลขคุมสัญญาในระบบ e-GP 12 หลัก"),
)
GENERAL = (
    "หนึ่งแถวคือหนึ่งรายการ ช่องว่างหมายความว่าเอกสารของหน่วยงานไม่ได้ระบุ ไม่ใช่ศูนย์",
    "เมื่อข้อความในช่องขึ้นต้นด้วยเครื่องหมาย ' ให้ตัดเครื่องหมายนั้นออกหนึ่งตัว จะได้ข้อความเดิม",
    "เครื่องหมายนั้นเติมไว้เพื่อไม่ให้โปรแกรมตารางคำนวณเปลี่ยนข้อความเป็นสูตร ตัวเลข หรือวันที่",
    "ไฟล์ .json ของเดือนเดียวกันมีข้อความเดิมทุกตัวอักษร",
)
NIL = "เดือนนี้ไม่มีการจัดซื้อจัดจ้าง ไฟล์จึงมีเฉพาะบรรทัดหัวตาราง"

# What makes Excel, LibreOffice or Google Sheets take text for a formula; the wide forms do so in
# East Asian Excel. Only the beginning of a cell counts: inside quotes a new line begins nothing,
# and an apostrophe there would falsify a name for no gain. A text that begins with an apostrophe
# gets a second one, so that taking one away always gives back what was written.
_FORMULA = re.compile("['\t\r]|[\\s\u200b\ufeff]*[-=+@\uff0d\uff1d\uff0b\uff20]")
# What they take for a number, a day, a time or a fraction: digits and their signs, or the name
# of a month beside digits. Then 0105… loses its zero, 680801004122 reads 6.80801E+11, 1/2568 and
# 12-2567 become days. Up to 11 digits that begin with 1 to 9 are shown as they are: left plain.
_MONTH = "|".join(re.escape(name.rstrip(".")) for name in (*MONTHS, *MONTHS_SHORT))
_ENGLISH_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_SIGNS = r" \xa0.,:/()%e+-"  # no line break: what has one is text to them
_NUMBER = re.compile(
    rf"[(฿$]?[0-9][0-9{_SIGNS}]*"
    rf"|(?=.*[0-9])[0-9{_SIGNS}]*(?:{_MONTH}|{_ENGLISH_MONTH})[0-9{_SIGNS}]*"
)
_HARMLESS = re.compile(r"[1-9][0-9]{0,10}")


def render(summary: MonthlySummary) -> dict[str, bytes]:
    """Return the table and its description under their public names.

    Units: money is decimal text in baht, dates are Gregorian ISO days, the year is Buddhist.
    Shape: what is unknown is an empty field.
    """
    name = f"sokhoro1-{summary.month}.csv"
    title = f"สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน{summary.month.words}"
    notes = (*GENERAL, NIL) if summary.nil else GENERAL
    return {
        name: table([summary]),
        f"{name}-metadata.json": description(name, title, summary.organisation, notes),
    }


def table(summaries: Iterable[MonthlySummary]) -> bytes:
    """Return the rows of the months, in the order given, below one line of headings."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=LINE_END)
    writer.writerow(column.heading for column in COLUMNS)
    for summary in summaries:
        writer.writerows(_fields(summary.organisation, summary.month, row) for row in summary.rows)
    return text.getvalue().encode("utf-8-sig")


def _fields(organisation: str, month: Month, row: Procurement) -> tuple[str, ...]:
    contract = one_line(row.contract_number)
    if row.contract_date is not None:
        contract += BREAK + row.contract_date.isoformat()
    return (
        inert(organisation),
        str(month.year),
        MONTHS[month.number - 1],
        inert(row.title),
        _baht(row.budget),
        _baht(row.reference_price),
        inert(row.procurement_method),
        inert(BREAK.join(one_line(bid.bidder) for bid in row.bids)),
        BREAK.join(_baht(bid.amount) for bid in row.bids),
        inert(row.supplier),
        _baht(row.agreed_price),
        inert(row.selection_reason),
        inert(contract),
        "",
        "",
        inert(row.egp_project_number),
        inert(row.egp_contract_number),
    )


def inert(text: str | None) -> str:
    """Keep spreadsheets from making anything but text of ``text``; take one apostrophe off again.

    >>> inert("=1+1"), inert("1/2568"), inert("67099354005"), inert("60/2568 (กช.)")
    ("'=1+1", "'1/2568", '67099354005', '60/2568 (กช.)')
    """
    if text is None:
        return ""
    plain = arabic_digits(text).strip().lower()  # Thai Excel reads Thai digits
    is_number = _NUMBER.fullmatch(plain) and not _HARMLESS.fullmatch(plain)
    return f"'{text}" if is_number or _FORMULA.match(text) else text


def one_line(text: str | None) -> str:
    """Return a value of a field of several values: a line each."""
    return re.sub(r"[\r\n]+", " ", text or "")


def _baht(satang: int | None) -> str:
    return "" if satang is None else decimal_baht(satang)


def description(name: str, title: str, publisher: str, notes: Iterable[str] = GENERAL) -> bytes:
    """Return the metadata of https://www.w3.org/TR/tabular-metadata/ for one file."""
    content = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "th"}],
        "url": name,
        "dc:title": title,
        "dc:publisher": publisher,
        "dc:description": " ".join(notes),
        "dialect": {"encoding": "utf-8", "lineTerminators": [LINE_END], "header": True},
        "tableSchema": {
            "columns": [
                {
                    "titles": column.heading,
                    "name": column.name,
                    "datatype": column.datatype,
                    "dc:description": column.description,
                    **({"separator": column.separator} if column.separator else {}),
                }
                for column in COLUMNS
            ]
        },
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()
