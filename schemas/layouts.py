"""The tables that we can read: which headings stand for which fields.

To add a spelling, add a text to the column's ``spellings``; to add a layout, add a literal to
LAYOUTS. Spellings are compared folded (``schemas.thai.fold``), without units and brackets, so
«วงเงิน ที่จะซื้อ หรือจ้าง (บาท)» needs no line of its own. A sub-heading is written «upper > lower».
Sources of the spellings: DOMAIN §3.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from schemas.thai import fold


@dataclass(frozen=True, eq=False)  # each is one literal below: itself, and quick to look up
class Column:
    """A column of a table: the fields that its cells state, and its headings.

    Two fields in one column are parted by ``pipeline.clean``, which keeps the raw text.
    """

    fields: tuple[str, ...]
    spellings: tuple[str, ...]
    required: bool = True

    @property
    def heading(self) -> str:
        """The spelling to show to people: the official one stands first."""
        return self.spellings[0]


@dataclass(frozen=True, eq=False)
class Layout:
    """A table by its columns, in no particular order.

    ``words`` says to people what a table is that we know but do not publish.
    """

    id: str
    columns: tuple[Column, ...]
    words: str = ""


NUMBER = Column(("number",), ("ลำดับที่", "ลำดับ", "ที่"), required=False)
TITLE = Column(
    ("title",),
    (
        "งานที่จัดซื้อหรือจัดจ้าง",
        "งานที่จัดซื้อจัดจ้าง",
        "งานจัดซื้อจัดจ้าง",
        "งานจัดซื้อหรือจัดจ้าง",  # so in the 17 flat fields
        "งานที่จะจัดซื้อหรือจ้าง",
        "งานที่จะจัดซื้อหรือจัดจ้าง",
        "งานที่จัดซื้อ/จัดจ้าง",
        "งานที่ซื้อหรือจ้าง",
    ),
)
BUDGET = Column(
    ("budget",),
    (
        "วงเงินที่จะซื้อหรือจ้าง",
        "วงเงินที่จัดซื้อจัดจ้าง",
        "วงเงินที่จะจัดซื้อหรือจัดจ้าง",
        "วงเงินที่จะซื้อ/จ้าง",
        "วงเงินงบประมาณที่จะซื้อหรือจ้าง",
    ),
)
REFERENCE_PRICE = Column(("reference_price",), ("ราคากลาง",))
METHOD = Column(
    ("procurement_method",),
    ("วิธีซื้อหรือจ้าง", "วิธีซื้อ/จ้าง", "วิธีจัดซื้อจัดจ้าง", "วิธีที่ซื้อหรือจ้าง", "วิธีจัดซื้อหรือจัดจ้าง"),
)
BIDS = Column(
    ("bidder", "bid"),
    (
        "รายชื่อผู้เสนอราคาและราคาที่เสนอ",
        "ผู้เสนอราคาและราคาที่เสนอ",
        "รายชื่อผู้เสนอราคาและราคาที่เสนอราคา",
        "รายชื่อผู้เสนอราคาและราคา",
        "ชื่อผู้เสนอราคาและราคาที่เสนอ",
        "ผู้เสนอราคาและราคาเสนอ",
    ),
)
BIDDER = Column(
    ("bidder",),
    (
        "รายชื่อผู้เสนอราคา",
        "ผู้เสนอราคา",
        *(
            f"{above} > {below}"
            for above in BIDS.spellings
            for below in ("รายชื่อผู้เสนอราคา", "ผู้เสนอราคา", "รายชื่อ", "ชื่อ")
        ),
    ),
)
BID = Column(
    ("bid",),
    (
        "ราคาที่เสนอ",
        *(f"{above} > {below}" for above in BIDS.spellings for below in ("ราคาที่เสนอ", "ราคา")),
    ),
)
WINNER = Column(
    ("supplier", "agreed_price"),
    (
        "ผู้ได้รับการคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง",
        "ผู้ที่ได้รับการคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง",
        "ผู้ได้รับการคัดเลือกและราคาที่ตกลงซื้อ/จ้าง",
        "ผู้ได้รับการคัดเลือกและราคา",
        "ผู้ได้รับการคัดเลือกและราคาที่ตกลง",
        "ผู้ได้รับคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง",
        "ผู้ได้รับการคัดเลือกและราคาตกลงซื้อหรือจ้าง",
    ),
)
SUPPLIER = Column(
    ("supplier",),
    (
        "ผู้ได้รับการคัดเลือก",
        "ผู้ที่ได้รับการคัดเลือก",
        *(f"{above} > {below}" for above in WINNER.spellings for below in ("รายชื่อ", "ชื่อ")),
    ),
)
AGREED_PRICE = Column(
    ("agreed_price",),
    (
        "ราคาที่ตกลงซื้อหรือจ้าง",
        "ราคาที่ตกลงซื้อ/จ้าง",
        "ราคาที่ตกลง",
        *(f"{above} > ราคา" for above in WINNER.spellings),
    ),
)
REASON = Column(
    ("selection_reason",),
    (
        "เหตุผลที่คัดเลือกโดยสรุป",
        "เหตุผลที่คัดเลือกโดยย่อ",
        "เหตุผลที่คัดเลือก",
        "เหตุผลการคัดเลือก",
        "เหตุผลที่คัดเลือกโดยสังเขป",
        "เหตุผลในการคัดเลือก",
        "เหตุผลในการคัดเลือกโดยสรุป",
    ),
)
CONTRACT = Column(
    ("contract_number", "contract_date"),
    (
        "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการซื้อหรือจ้าง",
        "เลขที่และวันที่ของสัญญาหรือข้อตกลง",
        "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการจัดซื้อหรือจัดจ้าง",
        "เลขที่และวันที่ของหลักฐานที่ก่อให้เกิดภาระในการซื้อหรือจัดจ้าง",
        "เลขที่และวันที่ของสัญญา",
        "เลขที่และวันที่สัญญา",
    ),
)
CONTRACT_NUMBER = Column(
    ("contract_number",),
    (
        "เลขที่สัญญา/ข้อตกลง",
        "เลขที่สัญญา",
        "เลขที่สัญญาหรือข้อตกลง",
        *(f"{above} > เลขที่" for above in CONTRACT.spellings),
    ),
)
CONTRACT_DATE = Column(
    ("contract_date",),
    (
        "วันที่ทำสัญญา/ข้อตกลง",
        "วันที่ของสัญญา/ข้อตกลง",
        "วันที่ทำสัญญา",
        "วันที่สัญญา",
        *(f"{above} > วันที่" for above in CONTRACT.spellings),
    ),
)
EGP_PROJECT = Column(
    ("egp_project_number",),
    ("เลขที่โครงการ", "เลขที่โครงการในระบบ e-GP", "เลขที่โครงการ e-GP", "รหัสโครงการ"),
    required=False,
)
EGP_CONTRACT = Column(
    ("egp_contract_number",),
    ("เลขคุมสัญญา", "เลขคุมสัญญาในระบบ e-GP", "เลขคุมสัญญา e-GP"),
    required=False,
)
TAX_ID = Column(
    ("supplier_tax_id",),
    ("เลขประจำตัวผู้เสียภาษี", "เลขประจำตัวผู้เสียภาษีอากร"),
    required=False,
)
ANNOUNCEMENT = Column(
    ("announcements",),
    (
        "ลิงก์ประกาศ",
        "ลิงค์ประกาศ",
        "ลิงก์ประกาศจัดซื้อจัดจ้าง",
        "ลิงค์ประกาศจัดซื้อจัดจ้าง",
        "ประกาศ",
        "ประกาศจัดซื้อจัดจ้าง",
        "ที่อยู่เว็บของประกาศ",
    ),
    required=False,
)

# The flat fields say in every line whose month it is.
ORGANISATION = Column(("organisation",), ("ชื่อหน่วยงาน", "หน่วยงาน"))
YEAR = Column(("year",), ("ปี", "ปี พ.ศ."))
MONTH = Column(("month",), ("เดือน",))

COMMON = (
    NUMBER,
    TITLE,
    BUDGET,
    REFERENCE_PRICE,
    METHOD,
    REASON,
    EGP_PROJECT,
    EGP_CONTRACT,
    TAX_ID,
    ANNOUNCEMENT,
)
LAYOUTS = (
    Layout("nine-columns", (*COMMON, BIDS, WINNER, CONTRACT)),
    Layout("ten-columns", (*COMMON, BIDS, WINNER, CONTRACT_NUMBER, CONTRACT_DATE)),
    Layout(
        "twelve-columns",
        (*COMMON, BIDDER, BID, SUPPLIER, AGREED_PRICE, CONTRACT_NUMBER, CONTRACT_DATE),
    ),
    Layout("eleven-columns", (*COMMON, BIDDER, BID, SUPPLIER, AGREED_PRICE, CONTRACT)),
    Layout(
        "flat-fields",
        (
            *COMMON,
            ORGANISATION,
            YEAR,
            MONTH,
            BIDDER,
            BID,
            SUPPLIER,
            AGREED_PRICE,
            CONTRACT,
        ),
    ),
)


def _headed(*headings: str, optional: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Columns that tell a table by their headings and are not read."""
    return (
        *(Column((), (text,)) for text in headings),
        *(Column((), (text,), required=False) for text in optional),
    )


# Tables that finance keeps beside the form (DOMAIN §4). Each lacks columns of the form: they can
# be compared with it, never published as it.
OTHER_TABLES = (
    Layout(
        "winners-of-the-quarter",
        _headed(
            "ชื่อผู้ประกอบการ",
            "รายการพัสดุที่จัดซื้อจัดจ้าง",
            "จำนวนเงินรวมที่จัดซื้อจัดจ้าง",
            "เหตุผลสนับสนุน",
            optional=(
                "ลำดับที่",
                "เลขประจำตัวผู้เสียภาษี/เลขประจำตัวประชาชน",
                "เอกสารอ้างอิง",
                "วันที่",
                "เลขที่",
            ),
        ),
        "บัญชีแนบท้ายประกาศผลผู้ชนะรายไตรมาส (แบบ ว 62)",
    ),
    Layout(
        "ita-items",
        _headed(
            "ปีงบประมาณ",
            "ชื่อหน่วยงาน",
            "อำเภอ",
            "จังหวัด",
            "กระทรวง",
            "ประเภทหน่วยงาน",
            "วงเงินงบประมาณที่ได้รับจัดสรร",
            "แหล่งที่มาของงบประมาณ",
            "สถานะการจัดซื้อจัดจ้าง",
            "วิธีการจัดซื้อจัดจ้าง",
            "รายชื่อผู้ประกอบการที่ได้รับการคัดเลือก",
            optional=(
                "ที่",
                "ชื่อรายการของงานที่ซื้อหรือจ้าง",
                "งานที่ซื้อหรือจ้าง",
                "ราคากลาง",
                "ราคาที่ตกลงซื้อหรือจ้าง",
                "เลขประจำตัวผู้เสียภาษี",
                "เลขที่โครงการในระบบ e-GP",
                "เลขที่โครงการ",
                "วันที่เริ่มต้นสัญญา",
                "วันที่สิ้นสุดสัญญา",
            ),
        ),
        "รายการจัดซื้อจัดจ้างตามแบบ ITA (ข้อ O12)",
    ),
    Layout(
        "egp-contracts",
        _headed(
            "รหัสโครงการ",
            "ชื่อโครงการ",
            "ชื่อประเภทโครงการ",
            "วิธีจัดซื้อฯ",
            "งบประมาณ",
            "ราคาตกลงซื้อ/จ้าง",
            "วันที่เกิดรายการ",
            optional=("กลุ่มวิธีจัดซื้อฯ", "ราคากลาง", "ปีงบประมาณ", "จังหวัด", "เลขที่สัญญา", "ชื่อผู้ชนะ"),
        ),
        "ข้อมูลเปิดโครงการจัดซื้อจัดจ้าง e-GP",
    ),
    Layout(
        "egp-contracts-in-english",
        _headed("project_id", "project_name", "agency", "method", "winner", "contract_no"),
        "ข้อมูลเปิดโครงการจัดซื้อจัดจ้าง e-GP",
    ),
    Layout(
        "egp-bidders",
        _headed("รายการพิจารณา", "เลขประจำตัวผู้เสียภาษีอากร", "รายชื่อผู้เสนอราคา", "ราคาที่เสนอ"),
        "ข้อมูลสาระสำคัญในสัญญาจากระบบ e-GP",
    ),
)

# What a sheet may say outside its table, left out by name. Anything else becomes a note.
IGNORED_HEADINGS = ("หมายเหตุ", "รหัสงบประมาณ", "รหัสแหล่งเงิน")
TITLE_BLOCK = (
    r"สขร\.?\s*1",
    r"สรุปผลการ",
    r"แบบสรุป",
    r"รอบเดือน|ประจำเดือน",
    r"^วันที่",
    r"^\(?หน่วย",
    r"^หน้า(?:ที่)?\s*[0-9]",
    r"เทศบาล|องค์การบริหารส่วน|^กอง|^สำนัก|^งาน",
    r"ปีงบประมาณ",
    r"^หากไม่มีการซื้อหรือจ้างเลย",  # beside the nil cell of our blank form
)
BELOW_TABLE = (
    r"^[(.…_-]*(?:ผู้จัดทำ|ผู้ตรวจสอบ|ผู้รายงาน|ผู้รับรอง)",
    r"^\(?ลงชื่อ",
    r"^ตำแหน่ง",
    r"^หมายเหตุ",
    r"^วันที่",
    r"^หน้า(?:ที่)?\s*[0-9]",
    r"^\((?!ต่อ)[^()0-9]+\)$",  # the name in brackets under a signature
    r"^ข้อมูลณ|^สำเนาถูกต้อง",
)
# A month's title, also where it stands again above a later page of the same sheet.
TITLE_LINE = r"^(?:แบบ|รายงาน)*สรุปผล|^(?:ใน)?(?:แต่ละ)?รอบเดือน|^ประจำเดือน"
PAGE_NUMBER = r"^หน้า(?:ที่)?[0-9]|^-[0-9]{1,3}-$|^(?:แบบ)?สขร\.?1$"
TOTAL_ROW = (
    r"^(?:(?:ยอด)?(?:รวม|สะสม)(?:เงิน|ทั้งสิ้น|ทั้งหมด|ทั้งเดือน|ทั้งปี|เป็นเงิน|เป็นจำนวน|จำนวน|งบประมาณ|"
    r"(?:งาน)?(?:จัด)?ซื้อ|(?:งาน)?(?:จัด)?จ้าง|และ|หรือ|/|หน้านี้|(?:ประจำ)?เดือน(?:นี้|[ก-๎.]+(?:25)?[0-9]{2})|"
    r"วงเงิน|ราคากลาง|ราคา(?:ที่)?ตกลง|ที่(?:จะ)?|ทุก(?:รายการ|งาน|ตาราง|วิธี)|ทั้ง(?:สอง|สาม|[0-9]+)ตาราง|"
    r"สะสม|(?:ตั้ง)?แต่ต้นปี|[0-9]+(?:รายการ|โครงการ|งาน|สัญญา)|\([^()]*\)|บาท|[:.]|ยอดยก(?:มา|ไป))*|"
    r"(?:ยอด)?ยก(?:มา|ไป)(?:จาก|หน้า|ที่|[0-9])*)$"
)
COUNT_IN_TOTAL = r"^[0-9]*(?:รายการ|โครงการ|งาน|สัญญา)$"  # «รวม» and «5 รายการ» in two cells
CARRIED_OVER = r"ยก(?:มา|ไป)"
CUMULATIVE = r"สะสม|ต้นปี|ทั้งปี"  # sums months that are not on the sheet
TOTAL_OF_A_KIND = r"ซื้อ|จ้าง"  # may sum rows that stand apart
# A line between items that says of what kind those below it are, its number in front.
SECTION_ROW = (
    r"^(?:[0-9]{1,2}[.)]?)?(?:งาน|การ|รายการ|ประเภท|หมวด)+(?:จัด)?(?:ซื้อ|จ้าง)(?:(?:และ|หรือ|/)?(?:จัด)?จ้าง)?$"
    r"|^(?:[0-9]{1,2}[.)]?)?จัด(?:ซื้อ|จ้าง)(?:(?:และ|หรือ|/)?จัดจ้าง)?$"
    r"|^[0-9]{1,2}[.)]?วิธี(?:เฉพาะเจาะจง|คัดเลือก|ประกาศเชิญชวนทั่วไป)$"
)
NIL = "ไม่มีการจัดซื้อจัดจ้าง"
NIL_SAID = (  # in these words and others
    r"^[-–—.]*ไม่มี(?:รายการ|การ)?(?:จัด)?(?:ซื้อ)?(?:/|หรือ|และ)?(?:จัด)?(?:จ้าง)?"
    r"(?:ใน.*|ประจำ.*)?[-–—.]*$"
)

_UNITS = re.compile(r"\((?:หน่?วย)?:?บาท\)|\(?หน่?วย:?บาท\)?")
_INDEX = re.compile(r"\([0-9]{1,2}\)$")


@lru_cache(maxsize=8192)  # a header is looked for in many rows, with the same texts
def heading(text: str) -> str:
    r"""Return a heading in the form in which headings are compared.

    >>> heading("วงเงิน ที่จะซื้อ\nหรือจ้าง (บาท)") == heading(BUDGET.heading)
    True
    """
    folded = fold(text).replace("ำ", "า")  # a PDF's า comes out as ำ, and the other way round
    return _INDEX.sub("", _UNITS.sub("", folded)).strip("-:*.")


# «ซื้อหรือจ้าง», «ซื้อ/จ้าง», «จัดซื้อจัดจ้าง» say one thing in every table, as do the others.
_LOOSE = re.compile(r"หรือ|และ|/|จัด(?=ซื้อ|จ้าง)|(?<=ที่)จะ|(?<=^วิธี)การ")


@lru_cache(maxsize=8192)
def loose(words: str) -> str:
    """Return what is left of a compared heading without the words that change nothing.

    >>> loose(heading("วิธีการจัดซื้อ/จ้าง")) == loose(heading("วิธีซื้อหรือจ้าง"))
    True
    """
    return _LOOSE.sub("", words)


# Vowels and marks above and below: a PDF moves or loses them, the letters of the line stay.
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


@lru_cache(maxsize=8192)
def skeleton(words: str) -> str:
    """Return what is left of a compared heading without its marks.

    Only for looking up in the closed list of spellings, and only where it names one column
    (DOMAIN §8, the last resort).

    >>> skeleton(heading("วนั ที่ของสญั ญา")) == skeleton(heading("วันที่ของสัญญา"))
    True
    """
    return _MARKS.sub("", words)
