"""Files of e-GP's open data as they are met, with invented contracts: every shape and container.

The shapes are those of DOMAIN §4: names that are right, 31 names over 28 values (FY2568), 26 names
over them in CSV, the two columns of methods swapped, a blank in the names.
"""

import csv
import gzip
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from openpyxl import Workbook

from schemas.thai import date_short, decimal_baht

OURS = "เทศบาลเมืองตัวอย่าง"
NAMES = (
    *("ลำดับ", "รหัสโครงการ", "ชื่อโครงการ", "ชื่อประเภทโครงการ", "ชื่อหน่วยงาน", "ชื่อหน่วยงานย่อย"),
    *("วิธีจัดซื้อฯ", "กลุ่มวิธีจัดซื้อฯ", "วันที่ประกาศ", "งบประมาณ(บาท)", "ราคากลาง(บาท)"),
    *("ราคาตกลงซื้อ/จ้าง", "ปีงบประมาณ", "วันที่เกิดรายการ", "จังหวัด", "จังหวัด(Eng)", "เขต/อำเภอ"),
    *("เขต/อำเภอ(Eng)", "แขวง/ตำบล", "แขวง/ตำบล(Eng)", "สถานะโครงการ", "พิกัดของโครงการ"),
    *("ละติจูดโครงการ", "ลองจิจูดโครงการ", "เลขนิติบุคคล", "ชื่อผู้ชนะ", "เลขที่สัญญา"),
    *("วันที่ลงนามสัญญา", "วันที่สิ้นสุดสัญญา", "งบสัญญา(บาท)", "สถานะสัญญา"),
)
ENGLISH = tuple(name for name in NAMES if "Eng" in name)
WAYS = "วิธีการจัดหา ประกาศเชิญชวนทั่วไป คัดเลือก เฉพาะเจาะจง"
DIRECT, BIDDING = "เฉพาะเจาะจง", "ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)"
UNDERWAY = "ระหว่างดำเนินการ"
FIRM_S_TAX, PERSON_S_TAX, HALF_TAX = "0994000237031", "1234567890121", "123456789xxxx"
SHAPES = ("right", "shifted", "short", "swapped", "spaced")
CONTAINERS = (
    "csv",
    "csv-874",
    "csv-16",
    "json",
    "rows",
    "fields",
    "result",
    "xlsx",
    "gz",
    "csv-gz",
)

Value = str | int | float | None


@dataclass(frozen=True)
class Deal:
    """A contract of somebody; ``amount`` in satang, ``year`` the fiscal year of its record."""

    project: str
    number: str
    amount: int
    supplier: str
    signed: date | None
    title: str = "ซื้อวัสดุสำนักงาน จำนวน ๑๒ รายการ โดยวิธีเฉพาะเจาะจง"
    organisation: str = OURS
    year: int = 2568
    ends: date | None = None
    tax: str = HALF_TAX
    status: str = UNDERWAY


def deals(count: int, organisation: str = OURS, seed: int = 1, year: int = 2568) -> list[Deal]:
    """Contracts with numbers that repeat, suppliers of all kinds, prices also with satang."""
    chance = random.Random(seed)  # noqa: S311 - cases that repeat
    start = date(year - 544, 10, 1)
    made = []
    for at in range(count):
        day = start + timedelta(days=chance.randrange(364))
        supplier, tax = chance.choice(SUPPLIERS)
        made.append(
            Deal(
                project=f"{(day.year + 543) % 100:02}{day.month:02}9{at:06}",
                number=chance.choice(NUMBERS).format(at % 40 + 1, year, year % 100),
                amount=(1_000 + at) * 100 + chance.choice((0, 0, 0, 50, 69)),
                supplier=supplier,
                signed=day,
                organisation=organisation,
                year=year,
                ends=day + timedelta(days=30),
                tax=tax,
                title=TITLE.format(chance.choice(("ซื้อ", "จ้าง", "จ้างก่อสร้าง")), at),
            )
        )
    return made


SUPPLIERS = (
    ("นายสมมติ  นามสมมติ", HALF_TAX),
    ("นางสาวทดลอง ไม่มีจริง", "987654321xxxx"),
    ("บริษัท ตัวอย่างพาณิชย์ จำกัด", FIRM_S_TAX),
    ("ห้างหุ้นส่วนจำกัด จำลองก่อสร้าง", FIRM_S_TAX),
    ("ร้านสาธิตการค้า", HALF_TAX),
    ("สมมติบ้านวัสดุและการเกษตร", HALF_TAX),
    ("องค์การส่งเสริมกิจการสมมติ (อ.ส.ส.)", FIRM_S_TAX),
)
TITLE = "{}งานตัวอย่างที่ {} ของกองสมมติ โดยวิธีเฉพาะเจาะจง"
NUMBERS = ("{0}/{1}", "{0}/{1}", "{0}/{1}", "CNTR-{0:05}/{2}", "พด.{0}/{1}", "{0}")


def _values(at: int, deal: Deal) -> dict[str, Value]:
    """A record with every value under its right name."""
    baht = deal.amount / 100 if deal.amount % 100 else deal.amount // 100
    signed = date_short(deal.signed) if deal.signed else "-"
    placed = at % 7 == 0
    status = UNDERWAY if placed else None
    return {
        "ลำดับ": at,
        "รหัสโครงการ": int(deal.project) if deal.project.isdigit() else deal.project,
        "ชื่อโครงการ": deal.title,
        "ชื่อประเภทโครงการ": ("ซื้อ", "จ้างก่อสร้าง", "จ้างทำของ/จ้างเหมาบริการ")[at % 3],
        "ชื่อหน่วยงาน": deal.organisation,
        "ชื่อหน่วยงานย่อย": deal.organisation,
        "วิธีจัดซื้อฯ": WAYS,
        "กลุ่มวิธีจัดซื้อฯ": BIDDING if at % 50 == 3 else DIRECT,
        "วันที่ประกาศ": "10 มี.ค. 68" if at % 50 == 3 else "-",
        "งบประมาณ(บาท)": baht,
        "ราคากลาง(บาท)": None if at % 90 == 5 else baht,
        "ราคาตกลงซื้อ/จ้าง": baht,
        "ปีงบประมาณ": deal.year,
        "วันที่เกิดรายการ": signed,
        "จังหวัด": "ตัวอย่าง",
        "จังหวัด(Eng)": "Example",
        "เขต/อำเภอ": "เมืองตัวอย่าง",
        "เขต/อำเภอ(Eng)": "Mueang Example",
        "แขวง/ตำบล": "ในเมือง",
        "แขวง/ตำบล(Eng)": "Nai Mueang",
        "สถานะโครงการ": status,
        "พิกัดของโครงการ": "POINT(99.66696560382843 8.16598068214207)" if placed else "",
        "ละติจูดโครงการ": 8.1659806821421 if placed else None,
        "ลองจิจูดโครงการ": 99.666965603828 if placed else None,
        "เลขนิติบุคคล": deal.tax,
        "ชื่อผู้ชนะ": deal.supplier,
        "เลขที่สัญญา": deal.number,
        "วันที่ลงนามสัญญา": signed,
        "วันที่สิ้นสุดสัญญา": date_short(deal.ends) if deal.ends else "-",
        "งบสัญญา(บาท)": baht,
        "สถานะสัญญา": deal.status,
    }


def table(made: Sequence[Deal], shape: str) -> tuple[list[str], list[list[Value]]]:
    """The header and the lines of a file in one of ``SHAPES``."""
    names = list(NAMES)
    records = [_values(at, deal) for at, deal in enumerate(made, 1)]
    if shape == "right":
        return names, [[record[name] for name in names] for record in records]
    if shape == "swapped":
        ways = {"วิธีจัดซื้อฯ": "กลุ่มวิธีจัดซื้อฯ", "กลุ่มวิธีจัดซื้อฯ": "วิธีจัดซื้อฯ"}
        return names, [[record[ways.get(name, name)] for name in names] for record in records]
    if shape == "spaced":
        spaced = [name.replace("(Eng)", " (Eng)") for name in names]
        return spaced, [[record[name] for name in names] for record in records]
    kept = [name for name in names if name not in ENGLISH]
    lines = [[record[name] for name in kept] for record in records]
    if shape == "shifted":
        return names, lines
    return [name for name in kept if name not in {"พิกัดของโครงการ", "ละติจูดโครงการ"}], lines


def file_of(made: Sequence[Deal], shape: str = "shifted", container: str = "rows") -> bytes:
    """The bytes of a file in one of ``SHAPES`` and ``CONTAINERS``."""
    names, lines = table(made, shape)
    match container:
        case "csv":
            return _csv(names, lines).encode("utf-8-sig")
        case "csv-874":
            return _csv(names, lines).encode("cp874")
        case "csv-16":
            return _csv(names, lines).encode("utf-16")
        case "csv-gz":
            return gzip.compress(_csv(names, lines).encode(), mtime=0)
        case "xlsx":
            return _workbook(names, lines)
    width = max(len(names), max(map(len, lines), default=0))
    keys = [*names, *(f"_{at}" for at in range(len(names), width))]
    wide = [[*line, *[None] * (width - len(line))] for line in lines]
    records = [{"_id": at} | dict(zip(keys, line, strict=True)) for at, line in enumerate(wide)]
    fields = {"fields": [{"id": key, "type": "text"} for key in keys], "records": wide}
    whole: object = {
        "json": records,
        "rows": {"agencyId": "ตัวอย่าง", "count": len(records), "rows": records},
        "gz": {"agencyId": "ตัวอย่าง", "count": len(records), "rows": records},
        "fields": fields,
        "result": {"help": "…", "success": True, "result": {"sort": [], **fields, "total": 9}},
    }[container]
    text = json.dumps(whole, ensure_ascii=container == "fields").encode()
    return gzip.compress(text, mtime=0) if container == "gz" else text


def _csv(names: Sequence[str], lines: Sequence[Sequence[Value]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows(["" if one is None else one for one in line] for line in lines)
    return text.getvalue()


def _workbook(names: Sequence[str], lines: Sequence[Sequence[Value]]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(names))
    for line in lines:
        sheet.append(list(line))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def amount(satang: int) -> str:
    return decimal_baht(satang)
