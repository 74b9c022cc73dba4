"""What each published field means, in plain words, for the page about the data."""

from collections.abc import Mapping

_BAHT = "จำนวนเงินเป็นบาท"

# By the fields of ``schemas.difference.FIELD_WORDS``, in their order.
MEANINGS: Mapping[str, str] = {
    "number": "ลำดับที่ในแบบของเดือนนั้น ตามที่หน่วยงานเขียนไว้",
    "title": "ซื้อหรือจ้างอะไร",
    "budget": f"เงินที่ตั้งไว้สำหรับการซื้อหรือจ้างครั้งนี้ {_BAHT}",
    "reference_price": f"ราคาที่หน่วยงานใช้เป็นฐานเปรียบเทียบกับราคาที่ผู้เสนอราคาเสนอ {_BAHT}",
    "procurement_method": "วิธีที่ใช้เลือกผู้ขายหรือผู้รับจ้าง ตามที่หน่วยงานเขียนไว้",
    "bids": f"ผู้เสนอราคาแต่ละรายและราคาที่เสนอ {_BAHT}",
    "supplier": "ผู้ขายหรือผู้รับจ้าง ชื่อตามที่หน่วยงานเขียนไว้",
    "agreed_price": f"ราคาที่ตกลงซื้อหรือจ้างจริง {_BAHT}",
    "selection_reason": "เหตุใดจึงเลือกผู้ขายหรือผู้รับจ้างรายนี้",
    "contract_number": "เลขที่ของสัญญา ใบสั่งซื้อ ใบสั่งจ้าง หรือข้อตกลง เลขที่เดียวกันอาจมีได้หลายรายการ",
    "contract_date": "วันที่ลงในสัญญาหรือข้อตกลง",
    "egp_project_number": "เลขที่โครงการในระบบจัดซื้อจัดจ้างภาครัฐ (e-GP)",
    "egp_contract_number": "เลขคุมสัญญาในระบบจัดซื้อจัดจ้างภาครัฐ (e-GP)",
}
ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
