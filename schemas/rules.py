"""Every judgement of the program, one literal each: what must hold, and what people read if not.

A rule with ``holds`` looks at a whole month of clean rows (``schemas.frame``) and returns plain
booleans, true when all is well or when the rule has nothing to say: an unknown value is another
rule's finding. A rule without ``holds`` is raised by the step that meets the case.
The law's and practice's ground of each stands in ``basis``; DOMAIN §5 has the evidence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from schemas.finding import Finding, Severity
from schemas.month import Month

if TYPE_CHECKING:  # pandas takes half a second to import; messages are needed without it
    import pandas as pd

    Rows = Mapping[str, pd.Series[Any]]  # the columns of the frame
    Holds = Callable[[Rows], "pd.Series[bool]"]
else:
    Holds = Callable

# A project number is given when a purchase is planned: 264 of a real year's 267 within 3 months.
EGP_MONTHS_APART = 3
BIDDERS_INVITED = 3
YEARS_EARLIER = 3 * 366  # days; a contract of many years ago is a slip of the year


@dataclass(frozen=True)
class Rule:
    """``column`` is the field whose cell is pointed at; "" when the place comes with the case.

    ``message`` is Thai and says what we saw, what we expected and what to do; names in braces are
    the frame's columns (money in baht, Buddhist days) or the facts given by the raising step.
    """

    id: str  # for ever: findings, explanations and the ledger refer to it
    severity: Severity
    message: str
    basis: str
    column: str = ""
    holds: Holds | None = None
    waits_always: bool = False  # explain: the due day does not release it
    # Gregorian: the rule looks only at months whose last day is on or after it; None at all.
    since: date | None = None
    # On trial: never told to finance, decides nothing; ``sokhoro1 rules --shadow`` shows it.
    shadow: bool = False
    avoid: str = ""  # one Thai sentence: how not to meet it again; "" where there is nothing to do

    def looks_at(self, month: Month | None) -> bool:
        """True when the month is not too old for the rule; no month is never too old."""
        return self.since is None or month is None or month.last >= self.since


FORM = "แบบ สขร.๑ ตามประกาศคณะกรรมการข้อมูลข่าวสารของราชการ 16 มกราคม 2558"
HOUSE = "แนวปฏิบัติของระบบ: ไม่เดาค่าที่ไม่มีผู้เขียน"
TWICE = "แนวปฏิบัติของระบบ: รายการเดียวกันนับเป็นเงินของเดือนเดียวเท่านั้น"
ACT = "พ.ร.บ.การจัดซื้อจัดจ้างและการบริหารพัสดุภาครัฐ พ.ศ. 2560"

FILE_RULES = (
    Rule(
        "file-is-a-workbook",
        "fix",
        "ไฟล์ «{file}» ไม่ใช่ไฟล์ตารางที่ระบบอ่านได้: {reason} กรุณาวางไฟล์ Excel ต้นฉบับของแบบ สขร.๑ "
        "หรือถ้าเปิดไฟล์นี้ด้วย Excel ได้ ให้บันทึกเป็น «Excel Workbook (*.xlsx)» แล้ววางไฟล์ที่บันทึกใหม่",
        HOUSE,
        avoid="วางไฟล์ Excel ต้นฉบับเท่านั้น ไม่ใช่ไฟล์ PDF, Word หรือภาพถ่ายของแบบ",
    ),
    Rule(
        "file-is-whole",
        "fix",
        "ไฟล์ «{file}» ไม่สมบูรณ์ ({reason}) อาจคัดลอกไม่ครบ กรุณาคัดลอกไฟล์ต้นฉบับมาวางใหม่อีกครั้ง",
        HOUSE,
        avoid="รอให้คัดลอกไฟล์เสร็จก่อนปิดหน้าต่างหรือถอดอุปกรณ์ และปิดไฟล์ใน Excel ก่อนคัดลอก",
    ),
    Rule(
        "file-without-password",
        "fix",
        "ไฟล์ «{file}» ติดรหัสผ่าน กรุณาเปิดด้วย Excel ไปที่ ไฟล์ > ข้อมูล > ป้องกันเวิร์กบุ๊ก "
        "แล้วลบรหัสผ่านออก บันทึก และวางไฟล์ใหม่",
        HOUSE,
        avoid="บันทึกฉบับสำหรับส่งโดยไม่ตั้งรหัสผ่าน",
    ),
    Rule(
        "file-within-limits",
        "fix",
        "ไฟล์ «{file}» ใหญ่หรือซับซ้อนเกินที่ระบบอ่านได้ ({reason}) กรุณาคัดลอกเฉพาะตาราง สขร.๑ "
        "ไปไว้ในไฟล์ใหม่ แล้ววางไฟล์นั้น",
        HOUSE,
        avoid="ส่งเฉพาะแผ่นงานแบบ สขร.๑ และลบภาพ แถวว่าง กับรูปแบบที่ลากยาวเกินตารางออกก่อนบันทึก",
    ),
    Rule(
        "macros-left-out",
        "note",
        "ไฟล์ «{file}» มีมาโคร ระบบไม่เรียกใช้และไม่เก็บมาโคร อ่านเฉพาะข้อมูลในตาราง",
        HOUSE,
        avoid="บันทึกฉบับสำหรับส่งเป็น «Excel Workbook (*.xlsx)» ซึ่งไม่มีมาโคร",
    ),
    Rule(
        "readers-agree",
        "fix",
        "โปรแกรมสองตัวอ่านช่องนี้ได้ไม่ตรงกัน («{value}» กับ «{other}») กรุณาเปิดด้วย Excel แล้วบันทึกเป็นไฟล์ใหม่ "
        "(.xlsx) จากนั้นวางไฟล์ใหม่",
        HOUSE,
        avoid="บันทึกจากโปรแกรม Excel เป็น .xlsx ทุกครั้งก่อนส่ง โดยเฉพาะไฟล์ที่ส่งออกจากระบบอื่น",
    ),
    Rule(
        "cells-accounted",
        "fix",
        "ระบบตรวจพบว่าข้อมูลบางช่องของแผ่นงาน «{sheet}» ตกหล่นระหว่างอ่าน (ช่องแรก {cell}) จึงยังไม่เผยแพร่ "
        "เป็นข้อบกพร่องของโปรแกรม ไม่ใช่ของไฟล์ กรุณาแจ้งผู้ดูแลระบบ",
        HOUSE,
    ),
    Rule(
        "file-is-read",
        "fix",
        "ระบบอ่านไฟล์ «{file}» ไม่ได้ ({reason}) กรุณาเปิดด้วย Excel แล้วบันทึกเป็นไฟล์ใหม่ "
        "(.xlsx) จากนั้นวางไฟล์ใหม่",
        HOUSE,
        avoid="เปิดดูไฟล์ด้วย Excel แล้วบันทึกเป็น .xlsx ก่อนส่ง",
    ),
)
SHEET_RULES = (
    Rule(
        "table-found",
        "fix",
        "ไม่พบหัวตาราง สขร.๑ ในแผ่นงาน «{sheet}» ภายใน {rows} แถวแรก ต้องมีหัวคอลัมน์ เช่น "
        "«งานที่จัดซื้อหรือจัดจ้าง», «วงเงินที่จะซื้อหรือจ้าง», «ราคากลาง» กรุณาใส่หัวตารางตามแบบ สขร.๑",
        FORM,
        avoid="ใช้หัวตารางเดิมของแบบ สขร.๑ ทุกเดือน ไม่ลบและไม่ย้ายแถวหัวตาราง",
    ),
    Rule(
        "sheet-is-a-table",
        "note",
        "แผ่นงาน «{sheet}» ไม่มีตาราง สขร.๑ จึงไม่ได้นำมาใช้",
        FORM,
    ),
    Rule(
        "table-is-the-form",
        "fix",
        "แผ่นงาน «{sheet}» เป็น{table} ไม่ใช่แบบ สขร.๑ จึงไม่ได้นำมาใช้ กรุณาวางไฟล์แบบ สขร.๑ ของเดือน",
        FORM,
        avoid="ตรวจชื่อไฟล์ก่อนวาง ว่าเป็นแบบ สขร.๑ ของเดือน ไม่ใช่ตารางหรือรายงานอื่น",
    ),
    Rule(
        "sheet-is-another-table",
        "note",
        "แผ่นงาน «{sheet}» เป็น{table} ไม่ใช่แบบ สขร.๑ จึงไม่ได้นำมาใช้",
        FORM,
    ),
    Rule(
        "tables-apart",
        "fix",
        "แผ่นงาน «{sheet}» มีสองตารางวางข้างกัน (หัวคอลัมน์ «{value}» ซ้ำ) กรุณาย้ายตารางขวาไปไว้ใต้ตารางซ้าย "
        "หรือในแผ่นงานใหม่",
        FORM,
        avoid="ทำตารางเดียวต่อหนึ่งแผ่นงาน ตารางถัดไปวางไว้ด้านล่างหรือในแผ่นงานใหม่",
    ),
    Rule(
        "heading-read-as",
        "note",
        "หัวคอลัมน์ «{value}» สระหรือวรรณยุกต์คลาดเคลื่อน ระบบอ่านเป็น «{heading}»",
        HOUSE,
    ),
    Rule(
        "columns-complete",
        "fix",
        "หัวตารางในแผ่นงาน «{sheet}» แถว {row} ขาดคอลัมน์ {missing} {unknown}"
        "กรุณาเพิ่มหรือแก้ชื่อหัวคอลัมน์ให้ตรงตามแบบ สขร.๑",
        FORM,
        avoid="คัดลอกหัวตารางจากเดือนที่ผ่านการตรวจแล้ว ไม่ลบคอลัมน์แม้ไม่มีข้อมูล",
    ),
    Rule(
        "heading-known",
        "note",
        "ไม่รู้จักหัวคอลัมน์ {shown} {likely}ข้อมูล {count} ช่องใต้หัวนี้ไม่ได้เผยแพร่ "
        "หากเป็นข้อมูลของ สขร.๑ กรุณาแก้ชื่อหัวคอลัมน์ตามแบบ",
        FORM,
        avoid="ใช้ชื่อหัวคอลัมน์ตามแบบ สขร.๑ ทุกคอลัมน์",
    ),
    Rule(
        "month-stated",
        "fix",
        "แผ่นงาน «{sheet}» ไม่ระบุเดือนและปี: ไม่พบทั้งในหัวเรื่อง («ในรอบเดือน …»), ชื่อแผ่นงาน "
        "และชื่อไฟล์ «{file}» กรุณาพิมพ์ เช่น «ในรอบเดือน ตุลาคม 2567» ในหัวเรื่องเหนือตาราง",
        FORM,
        avoid="พิมพ์ «ในรอบเดือน … พ.ศ. …» ในหัวเรื่องเหนือตารางทุกแผ่นงาน",
    ),
    Rule(
        "month-stated-once",
        "fix",
        "แผ่นงาน «{sheet}» ระบุเดือนไม่ตรงกัน: {statements} กรุณาแก้ให้เป็นเดือนเดียวกัน",
        FORM,
        avoid="เมื่อใช้ไฟล์เดือนก่อนเป็นต้นแบบ ให้แก้เดือนทั้งในหัวเรื่อง ชื่อแผ่นงาน และชื่อไฟล์",
    ),
    Rule(
        "month-of-these-years",
        "fix",
        "แผ่นงาน «{sheet}» ระบุปี พ.ศ. {year} ซึ่งไม่น่าเป็นไปได้ กรุณาตรวจปีในหัวเรื่อง ชื่อแผ่นงาน หรือชื่อไฟล์",
        HOUSE,
        avoid="พิมพ์ปี พ.ศ. ครบสี่หลัก เช่น 2568",
    ),
    Rule(
        "line-has-month",
        "fix",
        "แถว {row}: อ่านเดือนและปีของรายการไม่ได้ («{value}») ต้องเป็นชื่อเดือนและปี พ.ศ. เช่น ตุลาคม 2567",
        FORM,
        avoid="พิมพ์เดือนเป็นคำเต็มและปี พ.ศ. สี่หลักทุกแถว",
    ),
    Rule(
        "line-is-ours",
        "fix",
        "แถว {row} เป็นรายการของ «{value}» ไม่ใช่ «{organisation}» กรุณาลบแถวของหน่วยงานอื่นออก "
        "หรือแก้ชื่อหน่วยงาน",
        HOUSE,
        avoid="กรองเฉพาะแถวของหน่วยงานก่อนคัดลอกจากไฟล์รวม",
    ),
    Rule(
        "month-begun",
        "fix",
        "เดือน {month_words} ยังไม่เริ่ม (ตรวจเมื่อ {today}) จึงยังเผยแพร่ไม่ได้ กรุณาตรวจเดือนและปีในหัวเรื่อง",
        HOUSE,
        avoid="ตรวจเดือนและปี พ.ศ. ในหัวเรื่องก่อนส่ง โดยเฉพาะช่วงเปลี่ยนปีงบประมาณ",
    ),
    Rule(
        "made-after-the-month",
        "note",  # offices close September early; the month may still be whole
        "แบบลงวันที่ {made} ก่อนสิ้นเดือน {month_words} กรุณาตรวจว่ามีรายการครบทั้งเดือนและเดือนในหัวเรื่องถูกต้อง",
        FORM,
    ),
    Rule(
        "month-in-one-sheet",
        "fix",
        "ไฟล์นี้มีเดือน {month_words} มากกว่าหนึ่งแผ่นงาน: {sheets} กรุณารวมเป็นแผ่นงานเดียว "
        "หรือแก้เดือนในหัวเรื่องให้ถูก",
        FORM,
        avoid="หนึ่งเดือนใช้แผ่นงานเดียว และลบแผ่นงานสำเนาออกก่อนส่ง",
    ),
    Rule(
        "rows-present",
        "fix",
        "แผ่นงาน «{sheet}» มีหัวตารางแต่ไม่มีรายการ กรุณากรอกรายการของเดือน หากเดือนนี้ไม่มีการซื้อหรือจ้าง "
        "กรุณาพิมพ์ «ไม่มีการจัดซื้อจัดจ้าง» ในแถวแรกใต้หัวตาราง",
        FORM,
        avoid="เดือนที่ไม่มีการซื้อหรือจ้าง ให้พิมพ์ «ไม่มีการจัดซื้อจัดจ้าง» ในแถวแรกใต้หัวตาราง",
    ),
    Rule(
        "nil-without-items",
        "fix",
        "แผ่นงาน «{sheet}» ช่องนี้ระบุว่า «{value}» แต่ในตารางมีรายการ {count} รายการ หากมีการซื้อหรือจ้าง "
        "กรุณาลบข้อความในช่องนี้ หากไม่มี กรุณาลบรายการในตาราง",
        FORM,
        avoid="เลือก «ไม่มีการจัดซื้อจัดจ้าง» เฉพาะเดือนที่ไม่มีรายการในตารางเลย",
    ),
    Rule(
        "item-in-help",
        "fix",
        "แผ่นงาน «{sheet}» แถว {row} มีข้อความ «{value}» ซึ่งอาจเป็นรายการ แต่แผ่นงานนี้เป็นคำแนะนำ "
        "จึงไม่ได้เผยแพร่ กรุณาย้ายไปกรอกในตารางของแบบ สขร.๑ หรือลบออก",
        HOUSE,
        avoid="กรอกรายการในแผ่นงานแบบ สขร.๑ แผ่นแรกเท่านั้น",
    ),
    Rule(
        "sheet-still-empty",
        "note",
        "แผ่นงาน «{sheet}» ยังไม่มีรายการ จึงยังไม่ถือว่าเดือนนี้ส่งแล้ว",
        HOUSE,
    ),
    Rule(
        "row-is-whole",
        "fix",
        "แถว {row} มีข้อความ «{value}» ซึ่งยังไม่ครบเป็นรายการ หากเป็นรายการให้กรอกให้ครบ "
        "หากเป็นส่วนต่อของรายการก่อนหน้าให้ย้ายไปไว้ในช่องเดียวกัน หากไม่ใช่รายการให้ลบออก",
        HOUSE,
        avoid="หนึ่งรายการใช้หนึ่งแถว หากข้อความยาวให้กด Alt+Enter ขึ้นบรรทัดใหม่ในช่องเดิม",
    ),
    Rule(
        "row-continued",
        "note",
        "แถว {row} ไม่มีลำดับที่ วงเงิน และวิธี ระบบอ่านเป็นส่วนต่อของรายการก่อนหน้า",
        HOUSE,
    ),
    Rule(
        "row-struck",
        "fix",
        "แถว {row} ขีดฆ่าทั้งแถว หากยกเลิกรายการให้ลบแถวออก หากยังใช้ให้เอาขีดฆ่าออก",
        HOUSE,
        avoid="รายการที่ยกเลิกให้ลบแถวออก ไม่ใช้การขีดฆ่า",
    ),
    Rule(
        "cell-struck",
        "fix",
        "ช่องนี้มีข้อความขีดฆ่า «{value}» กรุณาลบข้อความที่ขีดฆ่าออก หรือเอาขีดฆ่าออกหากยังใช้",
        HOUSE,
        avoid="ข้อความที่ไม่ใช้แล้วให้ลบออก ไม่ใช้การขีดฆ่า",
    ),
    Rule(
        "hidden-is-read",
        "note",
        "แผ่นงาน «{sheet}» มีส่วนที่ซ่อนอยู่ ({what}) ระบบอ่านส่วนที่ซ่อนด้วย หากไม่ต้องการเผยแพร่กรุณาลบออก",
        HOUSE,
        avoid="ลบแถว คอลัมน์ และแผ่นงานที่ไม่ต้องการเผยแพร่ออก ไม่ใช้การซ่อน",
    ),
    Rule(
        "cell-in-table",
        "note",
        "ข้อความ «{value}» อยู่นอกตาราง จึงไม่ได้เผยแพร่",
        HOUSE,
    ),
    Rule(
        "total-as-summed",
        "explain",
        "{heading}: แถวรวมระบุ {stated} บาท แต่ {count} รายการในตารางรวมกันได้ {sum} บาท "
        "ต่างกัน {difference} บาท กรุณาตรวจว่ารายการครบและสูตรรวมครอบคลุมทุกแถว แล้วแก้ไขหรือชี้แจง",
        "ผลรวมในแบบต้องเท่ากับผลบวกของรายการ",
        avoid="ใช้สูตร SUM ที่ครอบคลุมทุกแถวของรายการ และตรวจอีกครั้งหลังแทรกแถว",
    ),
    Rule(
        "subtotal-as-summed",
        "note",
        "{heading}: แถวรวมระบุ {stated} บาท ผลรวมของรายการในตารางที่ใกล้เคียงที่สุดคือ {sum} บาท "
        "({count} รายการ) "
        "ต่างกัน {difference} บาท กรุณาตรวจแถวรวมและรายการเหนือแถวนี้",
        "ผลรวมในแบบต้องเท่ากับผลบวกของรายการ แต่แถวรวมกลางตารางอาจรวมเฉพาะบางรายการ",
    ),
    Rule(
        "organisation-is-ours",
        "note",
        "หัวเรื่องระบุหน่วยงาน «{value}» ซึ่งไม่ตรงกับชื่อ «{organisation}» ที่ตั้งไว้ในระบบ "
        "กรุณาตรวจว่าวางไฟล์ของหน่วยงานถูกแห่ง",
        HOUSE,
    ),
)
CELL_RULES = (
    Rule(
        "amount-readable",
        "fix",
        "{heading}: «{value}» อ่านเป็นจำนวนเงินไม่ได้ ต้องเป็นตัวเลขหน่วยบาท ทศนิยมไม่เกินสองตำแหน่ง "
        "เช่น 12,345.50 กรุณาพิมพ์ตัวเลขใหม่",
        FORM,
        avoid="พิมพ์จำนวนเงินเป็นตัวเลขอย่างเดียว หนึ่งช่องหนึ่งจำนวน ไม่พิมพ์คำอธิบายต่อท้าย",
    ),
    Rule(
        "date-readable",
        "fix",
        "{heading}: «{value}» อ่านเป็นวันที่ไม่ได้ ต้องเรียงวัน เดือน ปี และเป็นวันที่มีจริง "
        "เช่น 1 ตุลาคม 2567 กรุณาพิมพ์วันที่ใหม่",
        FORM,
        avoid="พิมพ์วันที่เป็นวัน เดือน ปี พ.ศ. สี่หลัก เช่น 1 ตุลาคม 2567 และตรวจว่าวันนั้นมีจริง",
    ),
    Rule(
        "number-readable",
        "note",
        "ลำดับที่: «{value}» ไม่ใช่จำนวนเต็ม จึงเผยแพร่ลำดับที่ของแถวนี้ว่า «ไม่ระบุ»",
        FORM,
    ),
    Rule(
        "text-as-typed",
        "fix",
        "{heading}: Excel เก็บช่องนี้เป็น{kind} («{value}») จึงไม่ทราบว่าเดิมพิมพ์ไว้อย่างไร "
        "กรุณาจัดรูปแบบช่องเป็น «ข้อความ» แล้วพิมพ์ใหม่ เช่น 12/2568",
        HOUSE,
        avoid="จัดรูปแบบคอลัมน์เลขที่สัญญาเป็น «ข้อความ» ก่อนพิมพ์ เพื่อไม่ให้ Excel เปลี่ยน 12/2568 เป็นวันที่",
    ),
    Rule(
        "formula-calculated",
        "fix",
        "{heading}: ช่องนี้เป็นสูตร «{value}» ที่ยังไม่มีผลลัพธ์บันทึกไว้ กรุณาเปิดไฟล์ด้วย Excel "
        "กดบันทึก แล้ววางไฟล์ใหม่",
        HOUSE,
        avoid="เปิดไฟล์ที่ส่งออกจากระบบอื่นด้วย Excel แล้วกดบันทึกก่อนส่ง",
    ),
    Rule(
        "cell-without-error",
        "fix",
        "{heading}: ช่องนี้แสดงข้อผิดพลาด {value} กรุณาแก้สูตรหรือพิมพ์ค่าที่ถูกต้องแทน",
        HOUSE,
        avoid="ตรวจหาช่องที่ขึ้นต้นด้วย # เช่น #REF! ก่อนส่ง หรือวางเป็นค่าแทนสูตร",
    ),
    Rule(
        "text-within-limits",
        "fix",
        "{heading}: ข้อความยาวเกินกว่าที่จะพิมพ์ในแบบได้ («{value}») กรุณาย่อให้เหลือเฉพาะข้อมูลของรายการนี้",
        HOUSE,
        avoid="หนึ่งช่องใส่เฉพาะข้อมูลของรายการนั้น รายละเอียดอื่นเก็บไว้ในเอกสารแนบ",
    ),
    Rule(
        "bids-paired",
        "fix",
        "{heading}: จับคู่รายชื่อกับราคาไม่ได้ («{value}»: {bidders} ชื่อ แต่มี {amounts} ราคา) "
        "กรุณาพิมพ์หนึ่งรายต่อหนึ่งบรรทัด เช่น ร้าน ก / 1,000.00 บาท",
        FORM,
        avoid="พิมพ์ผู้เสนอราคาหนึ่งรายต่อหนึ่งบรรทัด ตามด้วยราคาของรายนั้น เช่น ร้าน ก / 1,000.00 บาท",
    ),
    Rule(
        "supplier-single",
        "fix",
        "{heading}: พบมากกว่าหนึ่งราย «{value}» กรุณาแยกเป็นคนละแถว แถวละหนึ่งสัญญา",
        FORM,
        avoid="หนึ่งแถวมีผู้ได้รับการคัดเลือกหนึ่งราย หากมีหลายรายให้แยกแถว",
    ),
    Rule(
        "contract-single",
        "fix",
        "{heading}: พบเลขที่มากกว่าหนึ่งฉบับ «{value}» กรุณาแยกเป็นคนละแถว แถวละหนึ่งสัญญา",
        FORM,
        avoid="หนึ่งแถวมีเลขที่สัญญาหนึ่งฉบับ หากมีหลายฉบับให้แยกแถว",
    ),
    Rule(
        "citizen-number-hidden",
        "note",
        "ช่องนี้มีเลขประจำตัวประชาชน ระบบซ่อนทั้งเลขเมื่อเผยแพร่ ({hidden}) กรุณาลบออกจากไฟล์",
        "พ.ร.บ.ข้อมูลข่าวสารของราชการ พ.ศ. 2540 มาตรา 15 และ พ.ร.บ.คุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562",
        avoid="ไม่พิมพ์เลขประจำตัวประชาชนของบุคคลใดในแบบ สขร.๑ พิมพ์เพียงชื่อ",
    ),
    Rule(
        "phone-number-public",
        "note",
        "ช่องนี้มีหมายเลขโทรศัพท์ ซึ่งจะเผยแพร่ตามที่เขียน หากเป็นหมายเลขส่วนบุคคลกรุณาลบออก",
        "พ.ร.บ.คุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562",
        avoid="ไม่พิมพ์หมายเลขโทรศัพท์ในแบบ สขร.๑",
    ),
    Rule(
        "bank-account-public",
        "note",
        "ช่องนี้มีเลขที่บัญชีธนาคาร ซึ่งจะเผยแพร่ตามที่เขียน หากเป็นบัญชีส่วนบุคคลกรุณาลบออก",
        "พ.ร.บ.คุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562",
    ),
    Rule(
        "citizen-number-in-name",
        "note",
        "{what} «{value}» มีเลขประจำตัวประชาชน ชื่อนี้เผยแพร่เป็นที่มาของรายการ ระบบซ่อนทั้งเลขเมื่อเผยแพร่ "
        "({hidden}) กรุณาเปลี่ยนชื่อ",
        "พ.ร.บ.ข้อมูลข่าวสารของราชการ พ.ศ. 2540 มาตรา 15 และ พ.ร.บ.คุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562",
    ),
    Rule(
        "phone-number-in-name",
        "note",
        "{what} «{value}» มีหมายเลขโทรศัพท์ ชื่อนี้เผยแพร่เป็นที่มาของรายการตามที่เขียน "
        "หากเป็นหมายเลขส่วนบุคคลกรุณาเปลี่ยนชื่อ",
        "พ.ร.บ.คุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562",
    ),
    Rule(
        "year-typed-as-buddhist",
        "note",
        "{heading}: Excel เก็บปี {typed} เป็นปีคริสต์ศักราช ระบบอ่านเป็น {value} (พ.ศ. {typed})",
        HOUSE,
    ),
    Rule(
        "announcement-is-a-link",
        "note",
        "{heading}: «{value}» ไม่ใช่ลิงก์ของระบบ e-GP (gprocurement.go.th) "
        "หน้าเว็บแสดงเฉพาะลิงก์ของระบบ e-GP และของเว็บไซต์หน่วยงานเองตามที่ตั้งไว้ใน site.base_url",
        HOUSE,
        avoid="คัดลอกที่อยู่เว็บทั้งบรรทัด (ขึ้นต้นด้วย http) มาวางในช่อง ไม่ใช่ชื่อหรือข้อความ",
    ),
)

EXPLANATION_RULES = (
    Rule(
        "explanation-whole",
        "note",
        "คำชี้แจงบรรทัดนี้ยังไม่นับ เพราะยังไม่ได้กรอก{missing} กรุณากรอกให้ครบแล้ววางไฟล์อีกครั้ง",
        HOUSE,
    ),
    Rule(
        "explanation-expired",
        "note",
        "คำชี้แจงเดิม «{value}» ใช้กับข้อมูลเดิมของแถวนี้ ข้อมูลเปลี่ยนแล้ว กรุณาชี้แจงใหม่ในแผ่นงาน «คำชี้แจง» "
        "ของไฟล์ที่ตอบกลับครั้งนี้",
        "DESIGN: คำชี้แจงผูกกับข้อมูลของแถว",
    ),
    Rule(
        "explanation-kept",
        "note",
        "คำชี้แจง «{value}» เป็นของเดือน {month_words} แต่ไม่พบรายการของเดือนนั้นในไฟล์นี้ จึงยังไม่ใช้ "
        "และเก็บไว้ในแผ่นงาน «คำชี้แจง» แล้ว ไม่ต้องพิมพ์ใหม่ กรุณาตรวจเดือนในหัวเรื่องของตาราง แล้ววางไฟล์อีกครั้ง",
        HOUSE,
    ),
    Rule(
        "explanation-without-question",
        "note",
        "คำชี้แจง «{value}» ตอบข้อที่ไม่มีแล้วในไฟล์นี้ (แก้ไขแล้ว หรือไม่พบแถวเดิม) จึงไม่ได้เผยแพร่",
        HOUSE,
    ),
)

REVISION_RULES = (
    Rule(
        "month-of-contracts",
        "fix",
        "แบบของเดือน {month_words} แต่สัญญาทุกฉบับ ({count} ฉบับ) ลงวันที่ในเดือน {other} กรุณาตรวจปีในหัวเรื่อง "
        "(ปี พ.ศ. ของเดือนนั้น ไม่ใช่ปีงบประมาณ)",
        HOUSE,
        avoid="เดือนตุลาคมถึงธันวาคมใช้ปี พ.ศ. ตามปฏิทิน ไม่ใช่ปีงบประมาณ",
    ),
    Rule(
        "month-in-one-part",
        "fix",
        "เดือน {month_words} มีรายการชุดเดียวกันทั้งหมดจาก {other} เผยแพร่อยู่แล้ว หากย้ายไฟล์ไปโฟลเดอร์อื่น "
        "กรุณาย้ายกลับที่เดิม หากส่งซ้ำ กรุณาลบไฟล์นี้",
        HOUSE,
        avoid="กำหนดโฟลเดอร์เดียวให้แต่ละหน่วยงานย่อย และวางไฟล์ของหน่วยงานนั้นที่เดิมทุกครั้ง",
    ),
    Rule(
        "rows-kept",
        "explain",
        "เดือน {month_words} ที่เผยแพร่แล้วมีรายการนี้ แต่ไฟล์ใหม่ไม่มี: «{value}» "
        "กรุณาใส่รายการกลับ หรือชี้แจงเหตุที่ตัดออก",
        "DESIGN: รายการที่หายไปต้องมีคำชี้แจงเสมอ",
        waits_always=True,
        avoid="แก้ไขเดือนที่เผยแพร่แล้วจากไฟล์ล่าสุดของเดือนนั้น และส่งให้ครบทุกรายการ ไม่ส่งเฉพาะรายการที่แก้",
    ),
    Rule(
        "correction-has-reason",
        "explain",
        "เดือน {month_words} เผยแพร่แล้ว ไฟล์นี้แก้ไขข้อมูล กรุณาชี้แจงเหตุที่แก้ไข",
        "DESIGN: การแก้ไขข้อมูลที่เผยแพร่แล้วต้องแสดงเหตุผล",
        avoid="ตรวจทานให้ครบก่อนส่งครั้งแรก หากต้องแก้ไขภายหลังให้บันทึกเหตุผลไว้พร้อมกัน",
    ),
    Rule(
        "month-published-once",
        "explain",
        "รายการทั้งหมดของเดือน {month_words} ({count} รายการ) ตรงกับรายการของเดือน {other} ที่มีอยู่แล้ว "
        "จึงนับซ้ำสองเดือน กรุณาตรวจเดือนในหัวเรื่อง หากเดือน {other} ผิดให้ส่งไฟล์ที่ถูกต้องของเดือนนั้นด้วย หรือชี้แจง",
        TWICE,
        avoid="ตรวจเดือนในหัวเรื่องทุกครั้งที่คัดลอกแบบของเดือนก่อนมาใช้",
    ),
)


def _day_is_doubted(rows: "Rows") -> "pd.Series[bool]":
    """A day without a value, or one that another rule calls a slip: nothing more to say of it."""
    doubted: pd.Series[bool] = (
        rows["contract_date"].isna()
        | rows["contract_date"].gt(rows["today"])
        | (rows["month_first"] - rows["contract_date"]).dt.days.gt(YEARS_EARLIER)
    )
    return doubted


def _official(column: str, words: str, *, avoid: str, beside: str = "") -> Rule:
    """An official column must not be empty; it is not when the fact ``beside`` it is given."""
    return Rule(
        id=f"{column.replace('_', '-')}-filled",
        severity="explain",
        column=column,
        message=f"{words}: ช่องว่างหรือ «-» กรุณากรอก หรือชี้แจงเหตุที่ไม่มี (ถ้าไม่กรอก จะเผยแพร่ว่า «ไม่ระบุ»)",
        basis=FORM,
        holds=lambda rows: (
            rows[column].notna() | (beside != "" and rows[beside or column].notna())
        ),
        avoid=avoid,
    )


# Not here, because honest years break them: a reference price above the budget (22 of 267), a
# winner who is not the lowest bidder, a contract number or a title that repeats.
ROW_RULES = (
    Rule(
        id="title-filled",
        severity="fix",
        column="title",
        message="งานที่จัดซื้อหรือจัดจ้าง: แถวนี้ไม่มีชื่องาน กรุณากรอกชื่องาน หรือลบทั้งแถวหากไม่ใช่รายการ",
        basis=FORM,
        holds=lambda rows: rows["title"].notna(),
        avoid="กรอกชื่องานทุกแถว และลบแถวที่เหลือจากต้นแบบออกก่อนส่ง",
    ),
    _official("budget", "วงเงินที่จะซื้อหรือจ้าง", avoid="กรอกวงเงินตามบันทึกขออนุมัติทุกรายการ"),
    _official(
        "reference_price",
        "ราคากลาง",
        avoid="กรอกราคากลางทุกรายการ หากใช้ราคาที่เคยซื้อหรือราคาสืบจากท้องตลาดให้กรอกจำนวนนั้น",
    ),
    _official("procurement_method", "วิธีซื้อหรือจ้าง", avoid="กรอกวิธีซื้อหรือจ้างทุกแถว แม้ซ้ำกับแถวก่อนหน้า"),
    _official(
        "bids", "รายชื่อผู้เสนอราคาและราคาที่เสนอ", avoid="กรอกชื่อและราคาของผู้เสนอราคาทุกราย แม้มีรายเดียว"
    ),
    _official(
        "supplier",
        "ผู้ได้รับการคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง",
        beside="agreed_price",
        avoid="กรอกชื่อผู้ได้รับการคัดเลือกพร้อมราคาทุกรายการ",
    ),
    _official(
        "agreed_price", "ราคาที่ตกลงซื้อหรือจ้าง", avoid="กรอกราคาที่ตกลงต่อจากชื่อผู้ได้รับการคัดเลือกทุกรายการ"
    ),
    _official(
        "selection_reason",
        "เหตุผลที่คัดเลือกโดยสรุป",
        avoid="กรอกเหตุผลโดยสรุปทุกรายการตามรายงานผลการพิจารณา",
    ),
    _official(
        "contract_number", "เลขที่ของสัญญาหรือข้อตกลง", avoid="กรอกเลขที่สัญญาหรือใบสั่งเมื่อลงนามแล้วทันที"
    ),
    _official("contract_date", "วันที่ของสัญญาหรือข้อตกลง", avoid="กรอกวันที่ลงนามคู่กับเลขที่สัญญาทุกครั้ง"),
    Rule(
        id="supplier-named",
        # note: the column is not empty, and e-GP itself leaves a name out (1 of 267 rows).
        severity="note",
        column="supplier",
        message="ผู้ได้รับการคัดเลือก: มีราคาที่ตกลง {agreed_price} บาท แต่ไม่มีชื่อ กรุณากรอกชื่อ "
        "(ถ้าไม่กรอก จะเผยแพร่ว่า «ไม่ระบุ»)",
        basis=FORM,
        holds=lambda rows: rows["supplier"].notna() | rows["agreed_price"].isna(),
    ),
    Rule(
        id="bidders-named",
        severity="note",
        column="bids",
        message="รายชื่อผู้เสนอราคา: มีราคาที่เสนอแต่ไม่มีชื่อผู้เสนอราคา กรุณากรอกชื่อ",
        basis=FORM,
        holds=lambda rows: rows["bids"].isna() | rows["bids"].eq(rows["bidders"]),
    ),
    Rule(
        id="contract-not-in-future",
        severity="fix",
        column="contract_date",
        message="วันที่ของสัญญา {contract_date} ยังมาไม่ถึง (ตรวจเมื่อ {today}) กรุณาตรวจวัน เดือน ปี",
        basis=HOUSE,
        holds=lambda rows: rows["contract_date"].isna() | rows["contract_date"].le(rows["today"]),
        avoid="ตรวจปี พ.ศ. ของวันที่สัญญา และลงรายการเมื่อลงนามแล้วเท่านั้น",
    ),
    Rule(
        id="contract-within-month",
        severity="explain",
        column="contract_date",
        message="วันที่ของสัญญา {contract_date} อยู่หลังสิ้นเดือนของแบบนี้ ({month_last}) "
        "กรุณาแก้วันที่ ย้ายรายการไปเดือนที่ถูก หรือชี้แจง",
        basis=FORM,
        # A day in the future is contract-not-in-future's finding.
        holds=lambda rows: (
            rows["contract_date"].isna()
            | rows["contract_date"].le(rows["month_last"])
            | rows["contract_date"].gt(rows["today"])
        ),
        avoid="ลงรายการในเดือนที่ลงนามสัญญา รายการที่ลงนามเดือนถัดไปให้เก็บไว้ส่งกับเดือนนั้น",
    ),
    Rule(
        id="contract-of-these-years",
        severity="explain",
        column="contract_date",
        message="วันที่ของสัญญา {contract_date} อยู่ก่อนเดือนของแบบนี้เกิน 3 ปี กรุณาตรวจปี (ปีที่พิมพ์สองหลัก "
        "Excel อาจเก็บเป็น ค.ศ. 19xx) แก้ไขหรือชี้แจง",
        basis=HOUSE,
        holds=lambda rows: (
            rows["contract_date"].isna()
            | (rows["month_first"] - rows["contract_date"]).dt.days.le(YEARS_EARLIER)
        ),
        avoid="พิมพ์ปี พ.ศ. ครบสี่หลัก ไม่พิมพ์ปีสองหลัก",
    ),
    Rule(
        id="contract-not-earlier",
        severity="note",
        column="contract_date",
        message="วันที่ของสัญญา {contract_date} อยู่ก่อนเดือนของแบบนี้ (เริ่ม {month_first})",
        basis=FORM,
        holds=lambda rows: (
            rows["contract_date"].isna()
            | rows["contract_date"].ge(rows["month_first"])
            | (rows["month_first"] - rows["contract_date"]).dt.days.gt(YEARS_EARLIER)
        ),
    ),
    Rule(
        id="agreed-within-budget",
        severity="explain",
        column="agreed_price",
        message="ราคาที่ตกลง {agreed_price} บาท สูงกว่าวงเงินที่จะซื้อหรือจ้าง {budget} บาท "
        "อยู่ {over_budget} บาท กรุณาแก้ตัวเลขหรือชี้แจง",
        basis=f"{ACT}; พบได้จริงแต่น้อย (340 รายการทั่วประเทศในปีงบประมาณ 2568)",
        holds=lambda rows: rows["agreed_price"].le(rows["budget"]).fillna(value=True),
        avoid="ตรวจว่าวงเงินเป็นวงเงินที่อนุมัติล่าสุด และไม่สลับช่องกับราคาที่ตกลง",
    ),
    Rule(
        id="agreed-within-reference-price",
        severity="explain",
        column="agreed_price",
        message="ราคาที่ตกลง {agreed_price} บาท สูงกว่าราคากลาง {reference_price} บาท "
        "อยู่ {over_reference_price} บาท กรุณาแก้ตัวเลขหรือชี้แจง",
        basis=f"{ACT} มาตรา 63; พบได้จริงแต่น้อย (1,062 รายการทั่วประเทศในปีงบประมาณ 2568)",
        holds=lambda rows: rows["agreed_price"].le(rows["reference_price"]).fillna(value=True),
        avoid="ตรวจราคากลางกับเอกสารราคากลาง และไม่สลับช่องกับราคาที่ตกลง",
    ),
    Rule(
        id="agreed-within-own-bid",
        severity="explain",
        column="agreed_price",
        message="ราคาที่ตกลง {agreed_price} บาท สูงกว่าราคาที่ผู้ได้รับการคัดเลือกเสนอไว้ {own_bid} บาท "
        "อยู่ {over_own_bid} บาท ราคาที่ตกลงต้องไม่เกินราคาที่เสนอ กรุณาแก้ตัวเลขหรือชี้แจง",
        basis="แนวปฏิบัติ: การต่อรองทำให้ราคาเท่าเดิมหรือลดลง (เช่น เสนอ 9,770,000 บาท ตกลง 9,750,000 บาท)",
        holds=lambda rows: rows["agreed_price"].le(rows["own_bid"]).fillna(value=True),
        avoid="กรอกราคาที่ตกลงหลังต่อรอง ซึ่งต้องไม่สูงกว่าราคาที่ผู้ชนะเสนอ",
    ),
    Rule(
        id="supplier-among-bidders",
        severity="explain",
        column="supplier",
        message="ผู้ได้รับการคัดเลือก «{supplier}» ไม่อยู่ในรายชื่อผู้เสนอราคา กรุณาแก้ชื่อให้ตรงกันหรือชี้แจง",
        basis=FORM,
        holds=lambda rows: rows["supplier_among_bidders"].fillna(value=True),
        avoid="คัดลอกชื่อผู้ได้รับการคัดเลือกจากช่องผู้เสนอราคา เพื่อให้สะกดตรงกัน",
    ),
    Rule(
        id="direct-within-limit",
        severity="explain",  # not fix: section 56 (2) has seven other grounds
        column="procurement_method",
        message="วงเงิน {budget} บาท ราคาที่ตกลง {agreed_price} บาท เกิน {direct_limit} บาท "
        "แต่ใช้วิธีเฉพาะเจาะจง กรุณาแก้ไข หรือชี้แจงเหตุตามมาตรา 56 (2)",
        basis=f"{ACT} มาตรา 56 (2) (ข) และกฎกระทรวงกำหนดวงเงินฯ พ.ศ. 2560 ข้อ 1",
        holds=lambda rows: (
            rows["method_code"].ne("direct").fillna(value=True)
            | (
                rows["budget"].le(rows["direct_limit"]).fillna(value=True)
                & rows["agreed_price"].le(rows["direct_limit"]).fillna(value=True)
            )
        ),
        avoid="เกิน 500,000 บาทด้วยวิธีเฉพาะเจาะจง ให้ตรวจว่าเข้าข้อใดของมาตรา 56 (2) "
        "และระบุข้อนั้นในเหตุผลที่คัดเลือก",
    ),
    Rule(
        id="selective-invites-three",
        severity="note",
        column="bids",
        message=f"วิธีคัดเลือก: มีผู้เสนอราคา {{bids_count}} ราย น้อยกว่า {BIDDERS_INVITED} ราย "
        f"ต้องเชิญไม่น้อยกว่า {BIDDERS_INVITED} ราย เว้นแต่มีผู้มีคุณสมบัติน้อยกว่านั้น "
        "กรุณาตรวจว่ากรอกผู้เสนอราคาครบทุกราย",
        basis=f"{ACT} มาตรา 55 (2)",
        holds=lambda rows: (
            rows["method_code"].ne("selective").fillna(value=True)
            | rows["bids"].ge(BIDDERS_INVITED).fillna(value=True)
        ),
    ),
    Rule(
        id="contract-on-weekday",
        severity="note",
        column="contract_date",
        message="วันที่ของสัญญา {contract_date} เป็นวันเสาร์หรือวันอาทิตย์ กรุณาตรวจวัน เดือน ปี",
        basis="สัญญาของปีงบประมาณ 2568 ทั้ง 267 รายการลงวันจันทร์ถึงวันศุกร์",
        holds=lambda rows: _day_is_doubted(rows) | rows["contract_date"].dt.day_of_week.lt(5),
    ),
    Rule(
        id="contract-number-of-the-year",
        severity="note",
        column="contract_number",
        message="เลขที่สัญญา «{contract_number}» เป็นเลขของปีอื่น แต่สัญญาลงวันที่ {contract_date} "
        "ปีหลังเครื่องหมาย / ควรเป็นปีงบประมาณของวันที่สัญญา เช่น 15/{fiscal_year} กรุณาตรวจเลขที่และวันที่",
        basis="ปีหลังเครื่องหมาย / เป็นปีงบประมาณ (265 จาก 267 รายการ ที่เหลือเป็นของปีก่อนหน้า)",
        holds=lambda rows: (
            _day_is_doubted(rows) | rows["number_years_apart"].between(-1, 0).fillna(value=True)
        ),
    ),
    Rule(
        id="method-known",
        severity="note",
        column="procurement_method",
        message="ไม่รู้จักวิธีซื้อหรือจ้าง «{procurement_method}» จะเผยแพร่ตามที่เขียน",
        basis=f"{ACT} มาตรา 55",
        holds=lambda rows: rows["procurement_method"].isna() | rows["method_code"].notna(),
    ),
    Rule(
        id="egp-number-shaped",
        severity="note",
        column="egp_project_number",
        message="เลขที่โครงการ «{egp_project_number}» ไม่ใช่ตัวเลข 11 หลัก กรุณาตรวจว่าพิมพ์ครบ",
        basis="เลขที่โครงการในระบบ e-GP มี 11 หลัก",
        holds=lambda rows: (
            rows["egp_project_number"].isna()
            | rows["egp_project_number"].str.fullmatch(r"[0-9]{11}").fillna(value=False)
        ),
        avoid="คัดลอกเลขที่โครงการ 11 หลักจากระบบ e-GP โดยตรง และจัดรูปแบบช่องเป็น «ข้อความ»",
    ),
    Rule(
        id="egp-number-near-contract",
        severity="note",
        column="egp_project_number",
        message="เลขที่โครงการ {egp_project_number} ออกห่างจากเดือนของสัญญา {contract_date} "
        f"เกิน {EGP_MONTHS_APART} เดือน กรุณาตรวจว่าเป็นสัญญาของโครงการนี้",
        basis="สองหลักแรกเป็นปี พ.ศ. สองหลักถัดไปเป็นเดือนที่ออกเลข",
        holds=lambda rows: (
            rows["egp_months_before_contract"]
            .between(-EGP_MONTHS_APART, EGP_MONTHS_APART)
            .fillna(value=True)
        ),
    ),
    Rule(
        id="egp-contract-number-shaped",
        severity="note",
        column="egp_contract_number",
        message="เลขคุมสัญญา «{egp_contract_number}» ไม่ใช่ตัวเลข 12 หลัก เช่น 680801004122 "
        "กรุณาตรวจว่าพิมพ์ครบ",
        basis="เลขคุมสัญญาในระบบ e-GP มี 12 หลัก",
        holds=lambda rows: (
            rows["egp_contract_number"].isna()
            | rows["egp_contract_number"].str.fullmatch(r"[0-9]{12}").fillna(value=False)
        ),
    ),
    Rule(
        id="egp-contract-number-once",
        severity="explain",
        column="egp_contract_number",
        message="เลขคุมสัญญา {egp_contract_number} ซ้ำกับแถว {same_control_row} ของเดือนเดียวกัน "
        "หนึ่งเลขเป็นของสัญญาเดียว กรุณาแก้เลข ลบรายการที่ซ้ำ หรือชี้แจง",
        basis=TWICE,
        holds=lambda rows: rows["same_control_row"].isna(),
        avoid="คัดลอกเลขคุมสัญญาจากระบบ e-GP ทีละสัญญา ไม่ลากสำเนาจากแถวบน",
    ),
    Rule(
        id="egp-contract-number-elsewhere",
        severity="explain",
        column="egp_contract_number",
        message="เลขคุมสัญญา {egp_contract_number} มีอยู่แล้วในเดือน {control_elsewhere} "
        "หนึ่งเลขเป็นของสัญญาเดียว กรุณาแก้เลข ลบรายการที่ซ้ำ หรือชี้แจง",
        basis=TWICE,
        holds=lambda rows: rows["control_elsewhere"].isna(),
        avoid="ลงรายการเฉพาะในเดือนของวันที่สัญญา ไม่คัดลอกรายการเดิมไปเดือนถัดไป",
    ),
    Rule(
        id="purchase-published-once",
        severity="explain",
        column="contract_number",
        message="สัญญาเลขที่ «{contract_number}» ราคา {agreed_price} บาท ตรงกับรายการที่มีอยู่แล้วในเดือน "
        "{published_elsewhere} จะนับเป็นเงินสองครั้ง กรุณาลบรายการออกจากเดือนที่ไม่ถูกต้อง หรือชี้แจง",
        basis=TWICE,
        # A control number in another month tells the same, and more surely.
        holds=lambda rows: rows["published_elsewhere"].isna() | rows["control_elsewhere"].notna(),
        avoid="ลงรายการเฉพาะในเดือนของวันที่สัญญา ไม่คัดลอกรายการเดิมไปเดือนถัดไป",
    ),
    Rule(
        id="supplier-spelled-alike",
        severity="note",
        column="supplier",
        message="ผู้ได้รับการคัดเลือกเขียนไว้สองแบบในเดือนเดียวกัน: «{other_spelling}» และ «{supplier}» "
        "หากเป็นรายเดียวกัน กรุณาเขียนให้ตรงกัน",
        basis="ผู้ตรวจสอบค้นหาด้วยชื่อ รายเดียวกันจึงควรเขียนแบบเดียวกัน คำย่อ เช่น หจก. ไม่นับเป็นคนละแบบ",
        holds=lambda rows: rows["other_spelling"].isna(),
    ),
    Rule(
        id="taxpayer-of-one-name",
        severity="note",
        column="supplier",
        message="เลขประจำตัวผู้เสียภาษีของ «{supplier}» เป็นเลขเดียวกับของ «{other_name}» ในเดือนเดียวกัน "
        "กรุณาตรวจเลขและชื่อของทั้งสองรายการ",
        basis="เลขประจำตัวผู้เสียภาษีหนึ่งเลขเป็นของผู้เสียภาษีรายเดียว",
        holds=lambda rows: rows["other_name"].isna(),
    ),
    Rule(
        id="row-alike-of-other-contract",
        severity="note",
        column="title",
        message="ชื่องาน ผู้ได้รับการคัดเลือก และราคาที่ตกลง {agreed_price} บาท ตรงกับแถว {alike_row} "
        "แต่เลขที่สัญญาต่างกัน กรุณาตรวจว่าเป็นสองสัญญา ไม่ได้กรอกซ้ำ",
        basis="รายการที่คล้ายกันมีอยู่จริง («รายที่ ๑» … «รายที่ ๖») จึงไม่ตัดออก",
        holds=lambda rows: rows["alike_row"].isna(),
    ),
    Rule(
        id="same-day-within-limit",
        severity="note",
        shadow=True,  # purpose decides, not the sum, and groups are ordinary on 1 October
        column="agreed_price",
        message="ผู้ได้รับการคัดเลือก «{supplier}» มีสัญญาโดยวิธีเฉพาะเจาะจงลงวันที่ {contract_date} "
        "{same_day_rows} รายการ แต่ละรายการไม่เกิน {direct_limit} บาท รวม {same_day_total} บาท "
        "กรุณาตรวจว่าไม่ได้แบ่งซื้อแบ่งจ้างเพื่อเปลี่ยนวิธี",
        basis="ระเบียบกระทรวงการคลังว่าด้วยการจัดซื้อจัดจ้างฯ พ.ศ. 2560 ข้อ 20 (ดูเจตนาเป็นสำคัญ)",
        holds=lambda rows: rows["same_day_rows"].isna(),
    ),
    Rule(
        id="row-unlike-others",
        severity="note",
        column="title",
        message="รายการนี้เหมือนกับอีกรายการในเดือนเดียวกันทุกช่อง เผยแพร่ทั้งสองรายการ กรุณาตรวจว่าไม่ได้กรอกซ้ำ",
        basis="รายการที่คล้ายกันมีอยู่จริง («รายที่ ๑» … «รายที่ ๖») จึงไม่ตัดออก",
        holds=lambda rows: ~rows["repeats"],
    ),
)

RULES = (
    *FILE_RULES,
    *SHEET_RULES,
    *CELL_RULES,
    *EXPLANATION_RULES,
    *REVISION_RULES,
    *ROW_RULES,
)
RULE = {rule.id: rule for rule in RULES}
# What a change of a public month raises: asked of one revision, answered for one revision.
CORRECTIONS = ("correction-has-reason", "rows-kept")
# The file could not be read at all: there is nothing in it to point at.
UNREAD = frozenset(
    {
        "file-is-a-workbook",
        "file-is-whole",
        "file-without-password",
        "file-within-limits",
        "file-is-read",
    }
)

# What a finding that is not about a cell is about.
FILE_NAME, SHEET_NAME = "ชื่อไฟล์", "ชื่อแผ่นงาน"

QUOTED = 120  # characters of a long text that a message repeats


def found(
    rule_id: str,
    file: str,
    sheet: str = "",
    cell: str = "",
    value: str = "",
    *,
    month: Month | None = None,
    **facts: object,
) -> Finding:
    """Return the finding of a rule: ``facts`` fill the braces of its message."""
    rule = RULE[rule_id]
    known = {"file": file, "sheet": sheet, "cell": cell, "value": short(value)}
    words = rule.message.format(**{**known, **facts})
    return Finding(rule.id, rule.severity, file, sheet, cell, value, words, month)


def folder(part: str) -> str:
    """Name the folder of a part of the office; "" is the inbox itself."""
    return f"โฟลเดอร์ «{part}»" if part else "โฟลเดอร์หลัก"


def short(text: str) -> str:
    """Return a text for a message: on one line, and not longer than people read."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else line[:QUOTED] + "…"
