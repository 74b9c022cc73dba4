"""The words of the blank form that finance fills: its columns, prompts and help; no verbs.

The form has the nine official columns; the sixth, the seventh and the ninth are parted below
their official headings, so that a price is a number and a contract's day stands alone.
"""

from dataclasses import dataclass

from schemas.layouts import (
    AGREED_PRICE,
    BID,
    BIDDER,
    BIDS,
    BUDGET,
    CONTRACT,
    CONTRACT_DATE,
    CONTRACT_NUMBER,
    EGP_PROJECT,
    METHOD,
    NIL,
    NUMBER,
    REASON,
    REFERENCE_PRICE,
    SUPPLIER,
    TITLE,
    WINNER,
    Column,
)

FILE = "สขร1-{month}.xlsx"
BAHT = " (บาท)"
EGP = " e-GP"


@dataclass(frozen=True)
class Entry:
    """A column of the blank form; ``above`` is the official heading that it shares.

    ``how`` stands in the help sheet, with ``example``; ``prompt`` beside the cell.
    """

    column: Column
    how: str
    example: str
    above: Column | None = None
    unit: str = ""
    prompt: str = ""

    @property
    def field(self) -> str:
        return self.column.fields[0]

    @property
    def heading(self) -> str:
        return self.column.heading + self.unit

    @property
    def full_heading(self) -> str:
        return f"{self.above.heading}\n– {self.heading}" if self.above else self.heading


ENTRIES = (
    Entry(NUMBER, "พิมพ์ไว้ให้แล้ว แถวที่แทรกเพิ่มให้พิมพ์ลำดับเอง", "1"),
    Entry(
        TITLE,
        "ชื่องานตามใบสั่งซื้อ ใบสั่งจ้าง หรือสัญญา หนึ่งแถวต่อหนึ่งสัญญาหรือข้อตกลง",
        "ซื้อวัสดุสำนักงาน จำนวน 5 รายการ",
    ),
    Entry(BUDGET, "จำนวนเงินเป็นตัวเลข ไม่ต้องพิมพ์คำว่าบาท", "25,000.00", unit=BAHT),
    Entry(
        REFERENCE_PRICE,
        "ราคากลางที่กำหนดไว้จริง เป็นตัวเลข หากไม่มีให้เว้นว่าง ไม่คัดลอกวงเงินมาใส่",
        "24,800.00",
        unit=BAHT,
    ),
    Entry(
        METHOD,
        "เลือกจากรายการในช่อง หากใช้วิธีอื่นให้พิมพ์เอง",
        "เฉพาะเจาะจง",
        prompt="เลือกจากรายการ หากไม่มีวิธีที่ใช้ พิมพ์เองได้",
    ),
    Entry(
        BIDDER,
        "ผู้เสนอราคาทุกราย หลายรายให้กด Alt+Enter ขึ้นบรรทัดใหม่ในช่องเดียวกัน บรรทัดละหนึ่งราย",
        "ร้านตัวอย่างการค้า\nบริษัท สมมติพาณิชย์ จำกัด",
        above=BIDS,
        prompt="หลายราย: กด Alt+Enter ขึ้นบรรทัดใหม่ บรรทัดละหนึ่งราย",
    ),
    Entry(
        BID,
        "ราคาของแต่ละราย เรียงตามรายชื่อ หลายรายให้กด Alt+Enter บรรทัดละหนึ่งราคา",
        "24,500.00\n24,800.00",
        above=BIDS,
        unit=BAHT,
        prompt="พิมพ์เฉพาะตัวเลข หลายราย: กด Alt+Enter ขึ้นบรรทัดใหม่ เรียงตามรายชื่อ",
    ),
    Entry(
        SUPPLIER,
        "ผู้ได้รับการคัดเลือกหนึ่งราย พิมพ์ชื่อให้ตรงกับรายชื่อผู้เสนอราคา",
        "ร้านตัวอย่างการค้า",
        above=WINNER,
    ),
    Entry(
        AGREED_PRICE,
        "ราคาตามสัญญาหรือข้อตกลง เป็นตัวเลข",
        "24,500.00",
        above=WINNER,
        unit=BAHT,
    ),
    Entry(
        REASON,
        "เหตุผลตามรายงานผลการพิจารณา โดยย่อ",
        "เป็นผู้มีคุณสมบัติถูกต้องและเสนอราคาภายในวงเงิน",
    ),
    Entry(
        CONTRACT_NUMBER,
        "เลขที่ตามเอกสาร หนึ่งเลขที่ต่อแถว",
        "12/2568",
        above=CONTRACT,
        prompt="พิมพ์ตามเอกสาร เช่น 12/2568",
    ),
    Entry(
        CONTRACT_DATE,
        "วัน เดือน ปี พ.ศ. เรียงตามนี้เสมอ เช่น 1 ต.ค. 2567 หรือ 1/10/2567 ช่องนี้เก็บตามที่พิมพ์ Excel จะไม่แปลงปี",
        "1 ตุลาคม 2567",
        above=CONTRACT,
        prompt="พิมพ์วัน เดือน ปี พ.ศ. เช่น {example} หรือ {short}",
    ),
    Entry(
        EGP_PROJECT,
        "เลขที่โครงการในระบบ e-GP 11 หลัก หากไม่มีให้เว้นว่าง",
        "67109000001",
        unit=EGP,
        prompt="เลข 11 หลักจากระบบ e-GP หากไม่มีให้เว้นว่าง",
    ),
)

# Above the header; ``schemas.layouts.TITLE_BLOCK`` knows the label by its first words.
NIL_LABEL = "หากไม่มีการซื้อหรือจ้างเลย กรุณาเลือกข้อความในช่องสีเหลือง (หากมีรายการ ให้เว้นว่าง)"
NIL_PROMPT = f"เลือก «{NIL}» เฉพาะเมื่อไม่มีรายการใดเลย"
NIL_WRONG = f"ช่องนี้เลือกได้เพียง «{NIL}» หรือเว้นว่าง"

# What Excel says when a cell does not take what was typed.
MONEY_TITLE = "จำนวนเงินไม่ถูกต้อง"
MONEY_WRONG = (
    "กรุณาพิมพ์จำนวนเงินเป็นตัวเลขตั้งแต่ 0 ขึ้นไป ทศนิยมไม่เกินสองตำแหน่ง ไม่ต้องพิมพ์คำว่าบาท เช่น 12345.50 "
    "หากไม่มีข้อมูลให้เว้นว่าง"
)
BID_WRONG = (
    "กรุณาพิมพ์ราคาเป็นตัวเลข ทศนิยมไม่เกินสองตำแหน่ง ไม่ต้องพิมพ์คำว่าบาท หลายรายให้กด Alt+Enter "
    "ขึ้นบรรทัดใหม่ และมีจำนวนบรรทัดเท่ากับรายชื่อผู้เสนอราคา"
)
METHOD_TITLE = "วิธีนี้ไม่อยู่ในรายการ"
METHOD_WRONG = "กรุณาตรวจตัวสะกด หากพิมพ์ถูกต้องแล้ว ใช้ต่อได้"
DATE_TITLE = "กรุณาตรวจวันที่"
DATE_WRONG = "วันที่นี้อาจไม่อยู่ในเดือน{month} กรุณาพิมพ์วัน เดือน ปี พ.ศ. เช่น {example} หากตรวจแล้วถูกต้อง ใช้ต่อได้"
NIL_TITLE = "ข้อความไม่ถูกต้อง"

# ---- the help sheet

HELP_SHEET = "วิธีกรอก"
HELP_TITLE = "วิธีกรอกแบบ สขร.๑"
STEPS = (
    "1. กรอกในแผ่นงานแรก หนึ่งแถวต่อหนึ่งสัญญาหรือข้อตกลง เริ่มจากแถวแรกใต้หัวตาราง แถวที่ไม่ใช้ให้เว้นว่างไว้ ไม่ต้องลบ",
    "2. หากแถวไม่พอ คลิกขวาที่เลขแถวกลางตารางแล้วเลือก «แทรก» ช่องใหม่จะตรวจข้อมูลให้เหมือนแถวอื่น",
    f"3. เดือนที่ไม่มีการซื้อหรือจ้างเลย ให้เลือก «{NIL}» ในช่องสีเหลืองเหนือหัวตาราง และไม่กรอกรายการ",
    "4. บันทึกเป็น Excel Workbook (*.xlsx) ปิดไฟล์ แล้วคัดลอกไปวางในโฟลเดอร์รับไฟล์ที่ผู้ดูแลระบบแจ้งไว้",
    "5. เปิดใบตอบรับของไฟล์ หากมีข้อที่ต้องแก้ไข ให้แก้ในไฟล์เดิมแล้ววางทับ",
    "6. ข้อสงสัยเรื่องข้อมูล กรุณาสอบถามงานพัสดุ กองคลัง เรื่องไฟล์และโฟลเดอร์ กรุณาสอบถามผู้ดูแลระบบ",
)
COLUMN, HOW, EXAMPLE = "คอลัมน์", "ความหมายและวิธีกรอก", "ตัวอย่าง (ข้อมูลสมมติ)"
MISTAKES_TITLE = "ข้อผิดพลาดที่พบบ่อย"
MISTAKES = (
    "• พิมพ์ปีงบประมาณแทนปี พ.ศ. เช่น เดือนตุลาคม 2567 อยู่ในปีงบประมาณ 2568 แต่วันที่ของสัญญาต้องเป็นปี 2567",
    "• พิมพ์ปีสองหลักในไฟล์อื่นแล้วคัดลอกมา Excel อาจเก็บเป็น ค.ศ. 19xx กรุณาตรวจวันที่หลังวาง",
    "• รวมสองสัญญาไว้ในแถวเดียว กรุณาแยกเป็นคนละแถว",
    "• จำนวนบรรทัดของราคาไม่เท่ากับจำนวนรายชื่อผู้เสนอราคา",
    "• คัดลอกวงเงินไปใส่ช่องราคากลาง ทั้งที่ไม่ได้กำหนดราคากลาง",
    "• ใส่เลขประจำตัวประชาชนหรือหมายเลขโทรศัพท์ แบบนี้เผยแพร่ต่อสาธารณะ กรุณาไม่ใส่",
    "• วางข้อมูลจากไฟล์อื่นทับทั้งช่อง การตรวจในช่องจะหายไป ให้ใช้ วางแบบพิเศษ > ค่า",
)
METHODS_TITLE = "วิธีซื้อหรือจ้างที่มีในรายการให้เลือก"
