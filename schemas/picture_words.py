"""The words of the pictures: labels of their bars, and what stands where nothing can be drawn."""

# Short: they stand above a bar on a telephone. The code is that of ``schemas.procurement``.
METHOD_WORDS = {
    "direct": "เฉพาะเจาะจง",
    "selective": "คัดเลือก",
    "open": "ประกาศเชิญชวนทั่วไป",
    "e-bidding": "e-bidding",
    "e-market": "e-market",
    "quotation": "สอบราคา",
    "consultant-direct": "ที่ปรึกษา: เฉพาะเจาะจง",
    "consultant-selective": "ที่ปรึกษา: คัดเลือก",
    "consultant-open": "ที่ปรึกษา: ประกาศเชิญชวน",
    "design-direct": "ออกแบบ: เฉพาะเจาะจง",
    "design-selective": "ออกแบบ: คัดเลือก",
    "design-open": "ออกแบบ: ประกาศเชิญชวน",
    "design-contest": "ออกแบบ: ประกวดแบบ",
}
OTHER_METHOD = "เขียนเป็นอย่างอื่น"
NO_METHOD = "ไม่ระบุวิธี"

# The form has no column for the type; offices begin a title with one of these words.
TYPE_STARTS = {"ซื้อ": "ซื้อ", "จัดซื้อ": "ซื้อ", "จ้าง": "จ้าง", "จัดจ้าง": "จ้าง", "เช่า": "เช่า"}
NO_TYPE = "ชื่องานไม่บอก"

LARGEST_SUPPLIERS = "{count} รายที่มูลค่ามากที่สุด"
ALL_SUPPLIERS = "ทุกราย ({count} ราย)"
NO_SUPPLIER = "ไม่ระบุชื่อผู้ได้รับการคัดเลือก"

FAR_BELOW = "ต่ำกว่าเกิน 20%"
BELOW = "ต่ำกว่าเกิน 5% ถึง 20%"
LITTLE_BELOW = "ต่ำกว่าไม่เกิน 5%"
EQUAL = "เท่ากับราคากลาง"
ABOVE = "สูงกว่าราคากลาง"
NOT_COMPARABLE = "เทียบไม่ได้ (ไม่ระบุราคา)"

BIDDERS = "{count} ราย"
MANY_BIDDERS = "{count} รายขึ้นไป"
NO_BIDDERS = "ไม่ระบุผู้เสนอราคา"

FISCAL_YEAR = "ปีงบประมาณ {year}"
NIL = "ไม่มีการจัดซื้อจัดจ้าง"
NO_AMOUNT = "ไม่มีรายการใดระบุจำนวนเงิน"
INCOMPLETE = "เผยแพร่แล้ว {published} จาก 12 เดือน จึงไม่แสดงยอดรวม"
NOTHING_OF_YEAR = "ไม่มีข้อมูลในระบบ"
