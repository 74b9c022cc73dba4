"""The words of the marked workbook that goes back to finance: all data, no verbs."""

from schemas.finding import Severity

READ_FIRST = "อ่านก่อน"
EXPLANATIONS = "คำชี้แจง"
AUTHOR = "ระบบ สขร.๑"
# The line with which each of our comments begins; what stands before it is the sender's own.
NOTE_BEGINS = "— ระบบ สขร.๑ ตรวจพบ —"

TITLE = "ผลตรวจไฟล์ {file}"
HOW = {
    "fix": "กรุณาแก้ไขช่องสีแดงในแผ่นงานเดิมของท่าน บันทึก แล้ววางไฟล์นี้อีกครั้ง เดือนนี้จะเผยแพร่เมื่อแก้ครบ",
    "explain": "กรุณาแก้ไขช่องสีส้ม หรือกรอกเหตุผลในแผ่นงาน «คำชี้แจง» บันทึก แล้ววางไฟล์นี้อีกครั้ง",
    "note": "ช่องสีฟ้าเป็นข้อสังเกต กรุณาอ่าน หากถูกต้องแล้วไม่ต้องทำอะไร",
    "": "ไม่พบข้อที่ต้องแก้ไขหรือชี้แจง",
}
MEANS: dict[Severity, str] = {
    "fix": "เดือนนี้ยังไม่เผยแพร่จนกว่าจะแก้",
    "explain": "แก้ให้ถูก หรือบอกเหตุผล",
    "note": "อ่านเพื่อทราบ",
}
COUNTED = "{count:,} ข้อ"
LEVEL, PLACE, QUOTED, WHAT = "ระดับ", "ที่", "ข้อมูลในช่อง", "สิ่งที่พบและสิ่งที่ควรทำ"
LIST_HEADINGS = (LEVEL, PLACE, QUOTED, WHAT)
WHOLE_FILE = "ทั้งไฟล์"
WHOLE_SHEET = "แผ่นงาน {sheet}"
CELL = "{sheet} ช่อง {cell}"
NOTHING_THERE = "(ว่าง)"
MORE = "พบข้อเดียวกันอีก {count:,} ที่: {places}"

EXPLAINED = "ชี้แจงแล้ว"
ANSWERED = "ชี้แจงแล้ว: {reason} (โดย {by})"
KEY = "รหัส"
REASON = "เหตุผล"
BY = "ผู้ชี้แจง"
EXPLAIN_HEADINGS = (KEY, PLACE, "เรื่อง", QUOTED, REASON, BY)
EXPLAIN_HOW = "กรุณากรอกเหตุผลและชื่อผู้ชี้แจงในช่องสีเหลือง บันทึก แล้ววางไฟล์นี้อีกครั้ง ข้อที่แก้ในตารางแล้วไม่ต้องกรอก"
NOTHING_TO_EXPLAIN = "ไม่มีข้อที่ต้องชี้แจง"
