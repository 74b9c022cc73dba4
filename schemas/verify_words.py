"""What ``verify`` says of each difference: where, what was seen, what was expected."""

from collections.abc import Mapping

DIFFERENCES: Mapping[str, str] = {
    "missing": "{place}: ไม่พบไฟล์ที่ต้องมี ({found})",
    "extra": "{place}: มีไฟล์นี้อยู่ แต่ไม่มีในรายการของ manifest.json",
    "size": "{place}: ขนาดไฟล์ {found} ไบต์ แต่ที่เผยแพร่ไว้คือ {expected} ไบต์",
    "sha256": "{place}: เนื้อไฟล์ถูกเปลี่ยน ค่า sha256 คือ {found} แต่ที่เผยแพร่ไว้คือ {expected}",
    "form": "{place}: รูปแบบไม่ถูกต้อง ({found})",
    "signature": "{place}: ลายมือชื่อดิจิทัลไม่ตรงกับเนื้อไฟล์ {found} เมื่อตรวจด้วยกุญแจ {expected}",
    "name": "{place}: ชื่อฉบับคือ {found} แต่คำนวณจากรายการไฟล์ได้ {expected}",
    "sums": "{place}: รายการไม่ตรงกับ manifest.json",
    "key": "{place}: กุญแจ (sha256 {found}) ไม่ตรงกับกุญแจที่ควรเป็น (sha256 {expected})",
    "endorsement": "{place}: กุญแจดอกนี้ไม่ได้รับการรับรองจากกุญแจดอกก่อน",
    "chain": "{place}: ฉบับก่อนหน้าคือ {found} แต่ลำดับใน log.txt คือ {expected}",
    "log-size": "{place}: ระบุว่ามีมาแล้ว {found} ฉบับ แต่ log.txt รวมฉบับนี้มี {expected} ฉบับ",
    "log-root": "{place}: ค่าราก (root) คือ {found} แต่คำนวณจาก log.txt ได้ {expected}",
    "ledger": "{place}: {found} แต่บัญชีข้อมูลของหน่วยงานคือ {expected}",
    "stale": "{place}: เป็นฉบับ {found} ซึ่งเก่ากว่าฉบับล่าสุดในบัญชีข้อมูลของหน่วยงาน คือ {expected}",
    "kept": "{place}: ประวัติการเผยแพร่ไม่มี {found} ที่เก็บไว้ (คำนวณจากประวัติปัจจุบันได้ {expected})",
}
NOT_THERE = "ไม่มีไฟล์"
ANSWERED = "เว็บไซต์ตอบสถานะ {status}"
NOTHING = "ไม่มี"
LINE = "log.txt บรรทัดที่ {number}"
MORE_THAN = "มากกว่า {size}"
SET_RIGHT = "ไฟล์ที่เผยแพร่ในเครื่องนี้ไม่ตรงกับที่เผยแพร่ไว้ ระบบนำฉบับที่ถูกต้องกลับคืนแล้ว กรุณาตรวจว่าใครแก้ไข"
FAR = "เว็บไซต์หรือปลายทางไม่ตรงกับที่เผยแพร่ไว้ หรืออ่านไม่ได้ ระบบจะส่งไฟล์ที่ต่างไปยังปลายทางใหม่ กรุณาตรวจว่าใครแก้ไข"
AWAY = "ส่งสิ่งที่เผยแพร่ไปยังเว็บไซต์ปลายทางไม่สำเร็จ ระบบลองใหม่เอง กรุณาตรวจปลายทาง"
