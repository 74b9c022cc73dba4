"""The words of the invented municipality whose workbooks serve as examples: all data, no verbs.

Nobody in here exists: each person and each firm bears a word that says so (สมมติ, ทดลอง, …).
Words in braces are filled in by pipeline/examples/. How real sheets look: DOMAIN §3 to §8.
"""

from typing import NamedTuple

from schemas.summary import HEADINGS

ORGANISATION = "เทศบาลเมืองตัวอย่าง"
PLACE = "อำเภอตัวอย่าง จังหวัดตัวอย่าง"
TOTAL = "รวมทั้งสิ้น"
UNREADABLE_AMOUNT = "ห้าหมื่น"

# ---- who is bought from

PERSON_HEADS = ("นาย", "นาย", "นาง", "นางสาว", "น.ส.")
GIVEN_NAMES = (
    "สมมติ",
    "ทดลอง",
    "จำลอง",
    "ตัวอย่าง",
    "สาธิต",
    "ลองดู",
    "แต่งขึ้น",
    "สมมุติ",
    "เสมือน",
    "แบบฝึก",
)
FAMILY_NAMES = (
    "นามสมมติ",
    "ไม่มีจริง",
    "ตัวอย่างดี",
    "แบบร่าง",
    "ทดสอบระบบ",
    "จำลองไว้",
    "บทสมมติ",
    "ในนิทาน",
    "แต่งเรื่อง",
    "ลองใช้งาน",
    "มิใช่บุคคลจริง",
)
_STEMS = ("ตัวอย่าง", "สมมติ", "ทดลอง", "จำลอง", "สาธิต", "แบบฝึก", "นิทาน")
_FORMS = (
    "ร้าน{}",
    "บริษัท {} จำกัด",
    "ห้างหุ้นส่วนจำกัด {}",
    "บจก. {}",
    "ร้าน{} (2)",
    "หจก. {}",
    "บริษัท  {}  จำกัด",
    "{} โดยนายสมมติ  ไม่มีจริง",
    "หจก.{}",
)


def _firms(*trades: str) -> tuple[str, ...]:
    """Every stem in every trade; a firm keeps its form."""
    names = [stem + trade for stem in _STEMS for trade in trades]
    return tuple(_FORMS[at % len(_FORMS)].format(name) for at, name in enumerate(names))


SHOPS = _firms("พาณิชย์", "เครื่องเขียน", "คอมพิวเตอร์", "การเกษตร", "วัสดุภัณฑ์")
SERVICES = _firms("การพิมพ์", "ยานยนต์", "แอร์เซอร์วิส", "บริการ")
BUILDERS = _firms("วัสดุก่อสร้าง", "วิศวกรรม", "การโยธา", "ก่อสร้าง")
# One firm, two ways of writing it: a clerk types the winner anew, and shorter.
SHORTER = (
    (r"บริษัท *(.+?) *จำกัด", r"บจก. \1"),
    (r"ห้างหุ้นส่วนจำกัด *(.+)", r"หจก.\1"),
    (r"นางสาว(\S+) +(\S+)", r"น.ส.\1 \2"),
)

# ---- what is bought


class Kind(NamedTuple):
    """A sort of purchase.

    ``titles`` may hold {n} a small number, {m} a village, {asset}, {group}, {month}, {year}.
    """

    paper: str  # what the office calls the paper that binds the supplier; each has its own series
    weight: int
    baht: tuple[int, int]  # the least and the most that is agreed on
    methods: tuple[str, ...]
    bidders: tuple[int, ...]  # how many, each as often as it stands here
    numbers: tuple[str, ...]  # spellings of the contract number
    titles: tuple[str, ...]
    ending: str = " โดยวิธีเฉพาะเจาะจง"
    firms: tuple[str, ...] = BUILDERS  # () when persons are hired
    group: tuple[int, int] = (1, 1)  # so many rows alike but for {group}


_DIRECT = ("เฉพาะเจาะจง", "เฉพาะเจาะจง", "เฉพาะเจาะจง", "วิธีเฉพาะเจาะจง")
_BY_BIDDING = " ด้วยวิธีประกวดราคาอิเล็กทรอนิกส์ (e-bidding)"

KINDS = (
    Kind(
        paper="ใบสั่งซื้อ",
        weight=36,
        baht=(620, 98_000),
        methods=_DIRECT,
        bidders=(1, 1, 1, 1, 1, 1, 2, 3),
        numbers=("{n}/{year}", "{n}/{year}", "{n}/{year}", "CNTR-{n:05}/{year2:02}"),
        titles=(
            "ซื้อวัสดุสำนักงาน จำนวน {n} รายการ",
            "ซื้อวัสดุคอมพิวเตอร์ จำนวน {n} รายการ (กองคลัง)",
            "ซื้อซื้อวัสดุงานบ้านงานครัว จำนวน {n} รายการ",
            "ซื้อวัสดุก่อสร้าง จำนวน {n} รายการ เพื่อซ่อมแซมถนนภายในหมู่ที่ {m}",
            "ซื้อครุภัณฑ์คอมพิวเตอร์ เครื่องพิมพ์แบบฉีดหมึก จำนวน {n} เครื่อง",
            "ซื้อน้ำมันเชื้อเพลิงและหล่อลื่น ประจำเดือน{month}",
            "ซื้อยางรถบรรทุกขยะ หมายเลขทะเบียน ตย {n}{m} - 00{n}{m}",
            "ซื้อวัสดุไฟฟ้าและวิทยุ ตามโครงการเมืองตัวอย่างสว่างไสว ประจำปี {year}",
            "ซื้อน้ำดื่ม ขนาด 20 ลิตร จำนวน {n}{m} ถัง",
        ),
        firms=SHOPS,
    ),
    Kind(
        paper="ใบสั่งจ้าง",
        weight=38,
        baht=(900, 120_000),
        methods=_DIRECT,
        bidders=(1, 1, 1, 1, 1, 1, 1, 2, 3),
        numbers=("{n}/{year}", "{n}/{year}", "{n:02}/{year}", "พด.{n}/{year}"),
        titles=(
            "จ้างซ่อมแซมเครื่องปรับอากาศ หมายเลขครุภัณฑ์ {asset}",
            "จ้างทำป้ายไวนิล โครงการตัวอย่างรักษ์สิ่งแวดล้อม จำนวน {n} ป้าย",
            "จ้างซ่อมแซมและบำรุงรักษารถยนต์ส่วนกลาง หมายเลขครุภัณฑ์ {asset}",
            "จ้างเหมาจัดทำอาหารและเครื่องดื่ม โครงการอบรมผู้สูงอายุ หมู่ที่ {m}",
            "จ้างจ้างเหมาถ่ายเอกสารและเข้าเล่ม ข้อบัญญัติงบประมาณ ประจำปี {year}",
            "จ้างเหมาเครื่องเสียงและเวที งานประเพณีตัวอย่าง ประจำปี {year}",
        ),
        firms=SERVICES,
    ),
    Kind(
        paper="ใบสั่งจ้าง",
        weight=3,
        baht=(54_000, 108_000),
        methods=_DIRECT,
        bidders=(1,),
        numbers=("{n}/{year}",),
        titles=(
            "จ้างเหมาบริการบุคคล เพื่อปฏิบัติงานจัดเก็บรายได้ ประจำปีงบประมาณ {year} (รายที่ {group})",
            "จ้างเหมาบริการดูแลสวนสาธารณะ (รายที่ {group}) ประจำปีงบประมาณ {year}",
        ),
        firms=(),
        group=(3, 6),
    ),
    Kind(
        paper="สัญญา",
        weight=16,
        baht=(86_000, 494_000),
        methods=_DIRECT,
        bidders=(1, 1, 2, 3, 3),
        numbers=("{n}/{year}", "{n:02}/{year}"),
        titles=(
            "จ้างก่อสร้างถนนคอนกรีตเสริมเหล็ก สายตัวอย่าง ซอย {n} หมู่ที่ {m}",
            "จ้างปรับปรุงระบบระบายน้ำ บริเวณตลาดสดตัวอย่าง หมู่ที่ {m} (ระยะที่ {n})",
            "จ้างก่อสร้างรางระบายน้ำรูปตัวยู หมู่ที่ {m} ยาว {n}{m}0 เมตร",
        ),
    ),
    Kind(
        paper="สัญญา",
        weight=2,
        baht=(560_000, 2_400_000),
        methods=("ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)", "e-bidding"),
        bidders=(2, 3, 4, 5),
        numbers=("{n}/{year}",),
        titles=("ประกวดราคาจ้างก่อสร้างถนนลาดยางแอสฟัลต์ สายจำลอง หมู่ที่ {m}",),
        ending=_BY_BIDDING,
    ),
    Kind(
        paper="สัญญา",
        weight=1,
        baht=(520_000, 1_400_000),
        methods=("คัดเลือก", "วิธีคัดเลือก"),
        bidders=(3, 4),
        numbers=("{n}/{year}",),
        titles=("จ้างปรับปรุงระบบประปาหมู่บ้าน หมู่ที่ {m} จำนวน {n} แห่ง",),
        ending=" โดยวิธีคัดเลือก",
    ),
)
REASONS = (
    "เป็นผู้มีคุณสมบัติถูกต้องครบถ้วนและเสนอราคาเหมาะสมภายในวงเงินงบประมาณ",
    "เป็นผู้มีคุณสมบัติตรงตามเงื่อนไขที่กำหนด",
    "เป็นผู้มีคุณสมบัติถูกต้องตามเงื่อนไขในการตกลงราคา",
)
# Above 500,000 baht, and legal: section 56 (2) (ง). The rule must ask all the same.
ABOVE_LIMIT_METHOD = "เฉพาะเจาะจง"
ABOVE_LIMIT_TITLE = "ซื้อเครื่องสูบน้ำเคลื่อนที่  กรณีอุทกภัยฉุกเฉิน  จำนวน ๑ เครื่อง  โดยวิธีเฉพาะเจาะจง"

# ---- how it is typed

DATES_IN_TEXT = (
    "{day} {long} {year}",
    "{day} {long} {year}",
    "{day} {long} พ.ศ. {year}",
    "{day} {short} {year2:02}",
    "{day} {lost} {year2:02}",  # the last dot gets lost: «1 ส.ค 67»
    "{day:02}/{month:02}/{year}",
)


class Box(NamedTuple):
    """A text over an area of the sheet. {month} {year} {year_thai} {next_month} are filled in."""

    area: str  # "A2:I2", or "I1" for one cell
    text: str
    look: str = "head"


class Form(NamedTuple):
    """A way of laying out สขร.๑: everything above the items, and how one item is typed."""

    id: str
    sheet: str
    above: tuple[Box, ...]
    header: tuple[int, int]  # first and last row
    first: int  # the row of the first item, a blank row before it left out
    fields: tuple[str, ...]  # what each column holds; "" continues the merged cell on its left
    widths: tuple[float, ...]
    bids: tuple[str, ...] = ("{name}",)  # spellings of one bidder
    award: tuple[str, ...] = ("{name}",)
    contracts: tuple[str, ...] = ("{number}",)
    below: tuple[tuple[str, str], ...] = ()  # lines under the items: (column, text)
    totals: bool = False
    only_winner: bool = False


_OFFERS = ("{name} / {amount} บาท", "{name} / {amount} บาท", "{name}  {amount} บาท")

FORMS = (
    Form(
        id="nine-columns",
        sheet="สขร.1",
        above=(
            Box("I1", "แบบ สขร.๑", "corner"),
            Box("A2:I2", "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน{month} {year_thai}", "title"),
            Box("A3:I3", f"{ORGANISATION} {PLACE}", "title"),
            # The day the summary was made: a month later than the month it speaks for.
            Box("A4:I4", "วันที่ ๙ เดือน{next_month} พ.ศ. {next_year_thai}", "title"),
            *(Box(f"{column}5", text) for column, text in zip("ABCDEFGHI", HEADINGS, strict=True)),
        ),
        header=(5, 5),
        first=6,
        fields=(
            "index",
            "title",
            "budget",
            "reference_price",
            "procurement_method",
            "bids",
            "award",
            "selection_reason",
            "contract",
        ),
        widths=(8, 46, 17, 17, 18, 42, 42, 34, 28),
        bids=_OFFERS,
        award=_OFFERS,
        contracts=(
            "{number}\nลว. {date}",
            "{number}\nลว. {date}",
            "{paper} เลขที่ {number}\nลงวันที่ {date}",
            "เลขที่ {number} ลว. {date}",
        ),
    ),
    Form(
        id="twelve-columns",
        sheet="{short}{year2}",
        above=(
            Box("A1:L1", "แบบสรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน {month} พ.ศ. {year}", "title"),
            Box("A2:L2", f"{ORGANISATION}  (แบบ สขร.1)", "title"),
            Box("L3", "หน่วย : บาท", "corner"),
            Box("A4:A5", "ลำดับที่"),
            Box("B4:B5", "งานที่จัดซื้อจัดจ้าง"),
            Box("C4:C5", "วงเงินที่จะซื้อหรือจ้าง"),
            Box("D4:D5", "ราคากลาง"),
            Box("E4:E5", "วิธีซื้อหรือจ้าง"),
            Box("F4:G4", "รายชื่อผู้เสนอราคาและราคาที่เสนอ"),
            Box("F5", "รายชื่อผู้เสนอราคา"),
            Box("G5", "ราคาที่เสนอ"),
            Box("H4:I4", "ผู้ได้รับการคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง"),
            Box("H5", "ผู้ได้รับการคัดเลือก"),
            Box("I5", "ราคาที่ตกลงซื้อหรือจ้าง"),
            Box("J4:J5", "เหตุผลที่คัดเลือกโดยสรุป"),
            Box("K4:L4", "เลขที่และวันที่ของสัญญาหรือข้อตกลง"),
            Box("K5", "เลขที่"),
            Box("L5", "วันที่"),
        ),
        header=(4, 5),
        first=6,
        fields=(
            "index",
            "title",
            "budget",
            "reference_price",
            "procurement_method",
            "bidder",
            "bid",
            "supplier",
            "agreed_price",
            "selection_reason",
            "contract_number",
            "contract_date",
        ),
        widths=(8, 46, 17, 17, 18, 34, 17, 34, 17, 34, 18, 18),
        totals=True,
        only_winner=True,
    ),
    Form(
        id="fourteen-columns",
        sheet="{month} {year}",
        above=(
            Box("A1:N1", "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน {month} {year}", "title"),
            Box("A2:N2", f"กองคลัง {ORGANISATION}", "title"),
            Box("A4", "ลำดับ"),
            Box("B4", "งานจัดซื้อจัดจ้าง"),
            Box("C4", "วงเงินที่จะซื้อหรือจ้าง\n(บาท)"),
            Box("D4", "ราคากลาง\n(บาท)"),
            Box("E4", "วิธีซื้อ/จ้าง"),
            Box("F4:H4", HEADINGS[5]),
            Box("I4:K4", HEADINGS[6]),
            Box("L4", HEADINGS[7]),
            Box("M4", HEADINGS[8]),
            Box("N4", "เลขที่โครงการ"),
            *(
                Box(area, f"({number})")
                for number, area in enumerate(
                    ("A5", "B5", "C5", "D5", "E5", "F5:H5", "I5:K5", "L5", "M5", "N5"), start=1
                )
            ),
        ),
        header=(4, 5),
        first=6,
        fields=(
            "index",
            "title",
            "budget",
            "reference_price",
            "procurement_method",
            "bids",
            "",
            "",
            "award",
            "",
            "",
            "selection_reason",
            "contract",
            "egp_project_number",
        ),
        widths=(8, 42, 17, 17, 18, 14, 14, 14, 14, 14, 14, 34, 30, 18),
        bids=("{name}\nเสนอราคา {amount} บาท",),
        award=("{name}\nราคาที่ตกลง {amount} บาท",),
        contracts=(
            "{paper} เลขที่ {number}\nวันที่ {date}",
            "{paper} เลขที่ {number}\nลงวันที่ {date}",
        ),
        below=(
            ("B", "ผู้จัดทำ ................................"),
            ("I", "ผู้ตรวจสอบ ................................"),
        ),
    ),
)
MONTH_FILE = "สขร.1 {month} {year}.xlsx"
YEAR_FILE = "สรุปผลการจัดซื้อจัดจ้าง ปีงบประมาณ {fiscal_year}.xlsx"
QUARTER_FILE = "สขร.1 ไตรมาสที่ {quarter} ปีงบประมาณ {fiscal_year}.xlsx"

# ---- workbooks that must come back (pipeline/examples/bad.py)

TITLE_WITHOUT_MONTH = "สรุปผลการดำเนินการจัดซื้อจัดจ้าง"
SHEET_OF_ANOTHER_MONTH = "ธ.ค.66"
CONTRACT_ON = "{number}\nลว. {date}"
IMPOSSIBLE_DATE = "31 กุมภาพันธ์ 2568"
FAR_DATE = "1 ตุลาคม 2599"
NOT_A_WORKBOOK = "%PDF-1.7\n%สรุปผลการจัดซื้อจัดจ้าง ซึ่งมีผู้เปลี่ยนชื่อเป็น .xlsx\n"
BAD_FILES = {
    "table-found": "ไม่มีหัวตาราง.xlsx",
    "columns-complete": "ไม่มีคอลัมน์ราคากลาง.xlsx",
    "month-stated": "รายงานกองคลัง.xlsx",
    "month-stated-once": "ชื่อแผ่นงานเป็นเดือนอื่น.xlsx",
    "date-readable": "วันที่ที่ไม่มีจริง.xlsx",
    "amount-readable": "จำนวนเงินเป็นตัวหนังสือ.xlsx",
    "title-filled": "ไม่มีชื่องาน.xlsx",
    "contract-not-in-future": "สัญญาในอนาคต.xlsx",
    "cell-without-error": "ช่องมีข้อผิดพลาด.xlsx",
    "formula-calculated": "สูตรยังไม่คำนวณ.xlsx",
    "file-is-a-workbook": "ไม่ใช่ไฟล์ Excel.xlsx",
    "file-is-whole": "ไฟล์ขาดครึ่ง.xlsx",
    "file-without-password": "ติดรหัสผ่าน.xlsx",
}
EMPTY_FILE = "ไฟล์ว่าง.xlsx"
