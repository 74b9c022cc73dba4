"""What the open data of a fiscal year say of themselves, and what each file is good for."""

from typing import NamedTuple


class OpenFile(NamedTuple):
    """One file of a fiscal year: its name, media type, what it is called and what it is for."""

    name: str
    media_type: str
    label: str
    use: str
    data: bool = True  # the rows themselves; else what describes them


TITLE = "สรุปผลการจัดซื้อจัดจ้างรายเดือน (แบบ สขร.1) ปีงบประมาณ พ.ศ. {year} {organisation}"
DESCRIPTION = (
    "รายการจัดซื้อจัดจ้างทุกรายการตามแบบ สขร.1 ของ{organisation} ปีงบประมาณ พ.ศ. {year} "
    "เผยแพร่แล้ว {published} จาก 12 เดือน ({months}) รวม {rows} รายการ "
    "จัดทำตามมาตรา 9 (8) แห่งพระราชบัญญัติข้อมูลข่าวสารของราชการ พ.ศ. 2540 "
    "สิ่งที่เอกสารของหน่วยงานไม่ได้ระบุจะเว้นว่างไว้"
)
KEYWORDS = ("จัดซื้อจัดจ้าง", "สขร.1", "สัญญา", "งบประมาณ", "องค์กรปกครองส่วนท้องถิ่น")
MONTH_TABLE = "สรุปผลการจัดซื้อจัดจ้าง เดือน{month}"
TABLE_SCHEMA = "tableschema.json"
PACKAGE, CATALOGUE, DATASET = "datapackage.json", "dcat.json", "dataset.jsonld"

OPEN_FILES = (
    OpenFile(
        "sokhoro1-fy{year}.csv",
        "text/csv",
        "CSV ทั้งปี",
        "ตารางเดียวทุกเดือน เปิดในโปรแกรมตารางคำนวณ หรือนำไปวิเคราะห์",
    ),
    OpenFile(
        "sokhoro1-fy{year}.jsonl",
        "application/jsonl",
        "JSON Lines ทั้งปี",
        "หนึ่งบรรทัดต่อหนึ่งรายการ ครบทุกช่องเหมือนไฟล์ JSON ของแต่ละเดือน สำหรับโปรแกรมคอมพิวเตอร์",
    ),
    OpenFile(
        "ocds-fy{year}.json",
        "application/json",
        "OCDS",
        "มาตรฐานสากลของข้อมูลการจัดซื้อจัดจ้าง มีประวัติการแก้ไขทุกฉบับ สำหรับเปรียบเทียบกับหน่วยงานอื่น",
    ),
    OpenFile(
        PACKAGE,
        "application/json",
        "Data Package",
        "รายชื่อไฟล์ข้อมูลและความหมายของทุกคอลัมน์ สำหรับโปรแกรมวิเคราะห์ข้อมูล (Frictionless)",
        data=False,
    ),
    OpenFile(
        CATALOGUE,
        "application/ld+json",
        "DCAT",
        "คำอธิบายชุดข้อมูล สำหรับลงทะเบียนในบัญชีข้อมูลภาครัฐ เช่น data.go.th",
        data=False,
    ),
    OpenFile(
        DATASET,
        "application/ld+json",
        "schema.org",
        "คำอธิบายชุดข้อมูล สำหรับเครื่องมือค้นหาบนอินเทอร์เน็ต",
        data=False,
    ),
)
