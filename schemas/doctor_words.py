"""What ``doctor`` says of each thing that it looks at: what it saw, and what to do."""

from typing import Literal

Standing = Literal["good", "bad", "told"]  # "told" is no fault of the program
MARKS: dict[Standing, str] = {"good": "✓", "bad": "✗", "told": "·"}

CONFIGURATION = "ไฟล์ตั้งค่า {file} อ่านได้ หน่วยงาน: {organisation}"

INBOX = "โฟลเดอร์รับไฟล์ {folder} อ่านได้ มี {count} ไฟล์"
INBOX_MISSING = "ไม่พบโฟลเดอร์รับไฟล์ {folder} กรุณาต่อโฟลเดอร์ที่แชร์ หรือแก้ folders.inbox ในไฟล์ตั้งค่า"
INBOX_BAD = "{folder}: {trouble}"

OUTPUT = "โฟลเดอร์ผลลัพธ์ {folder} เขียนได้ ดิสก์ว่าง {free}"
OUTPUT_MISSING = "ยังไม่มีโฟลเดอร์ผลลัพธ์ {folder} กรุณาสั่ง sokhoro1 run"
OUTPUT_HANGS = "โฟลเดอร์ผลลัพธ์ {folder} ไม่ตอบหรืออ่านไม่ได้ จึงตรวจข้ออื่นไม่ได้ กรุณาตรวจดิสก์และเครือข่าย"
OUTPUT_CLOSED = "เขียนลง {folder} ไม่ได้ กรุณาตรวจสิทธิ์ของโฟลเดอร์และดิสก์"
OUTPUT_FULL = "ดิสก์ของ {folder} เหลือที่ว่าง {free} ควรมีอย่างน้อย {needed} กรุณาเพิ่มที่ว่าง"

LEDGER = "บัญชีข้อมูลเปิดได้ รุ่น {version} และไม่เสียหาย"
LEDGER_NEW = "ยังไม่มีบัญชีข้อมูล ระบบจะสร้างเมื่อสั่ง sokhoro1 run ครั้งแรก"
LEDGER_BAD = "บัญชีข้อมูล {file} เสียหาย ({trouble}) กรุณาหยุดใช้และกู้คืนจากไฟล์สำรองด้วย sokhoro1 restore"

KEYS = "กุญแจลงนามดอกที่ {number} ใช้ได้"
KEYS_NEW = "ยังไม่มีกุญแจลงนาม ระบบจะสร้างเมื่อเผยแพร่ครั้งแรก"
KEYS_LOST = "ไม่พบกุญแจลงนามใน {folder} แต่มีสิ่งที่เผยแพร่แล้ว กรุณานำสำเนาสำรองของโฟลเดอร์ keys กลับมา"
KEYS_OPEN = "ผู้อื่นในเครื่องอ่านกุญแจลงนาม {file} ได้ กรุณาสั่ง chmod 600 กับไฟล์นี้"
KEYS_UNREAD = "อ่านกุญแจลงนามใน {folder} ไม่ได้ ({error}) กรุณาตรวจสิทธิ์ของโฟลเดอร์"

WATCH = "sokhoro1 watch ทำงานอยู่ ตื่นล่าสุด {last} ตื่นครั้งต่อไป {next}"
WATCH_WORKING = "sokhoro1 watch ทำงานอยู่ กำลังทำงานรอบที่เริ่มเมื่อ {began} ({reason})"
WATCH_STOPPED = "sokhoro1 watch ถูกหยุดเมื่อ {stopped} กรุณาเริ่มใหม่ด้วย sokhoro1 watch หรือบริการของระบบ"
WATCH_SILENT = (
    "sokhoro1 watch ไม่ส่งสัญญาณตั้งแต่ {beat} อาจถูกปิดหรือเครื่องดับ กรุณาเริ่มใหม่ด้วย sokhoro1 watch "
    "หรือบริการของระบบ"
)
WATCH_DAMAGED = (
    "ไฟล์ {file} เสียหาย ระบบจะเขียนใหม่เมื่อ sokhoro1 watch ทำงาน หากไม่ได้เปิดไว้ กรุณาเริ่ม sokhoro1 watch"
)
WATCH_NEVER = (
    "ไม่เคยใช้ sokhoro1 watch หากใช้ตัวตั้งเวลาของระบบสั่ง sokhoro1 run อยู่แล้วก็ใช้ได้ "
    "หากยัง กรุณาสั่ง sokhoro1 service"
)
WATCH_BLIND = "sokhoro1 watch ดูโฟลเดอร์รับไฟล์ไม่ได้: {trouble}"
WATCH_BLOCKED = (
    "มีการทำงานของ sokhoro1 อีกรายการหนึ่งค้างอยู่ตั้งแต่ {since} กรุณาตรวจว่าใครสั่งไว้ แล้วปิดโปรแกรมนั้น"
)

LATEST = "ทำงานสำเร็จครั้งล่าสุดเมื่อ {moment}"
LATEST_NEVER = "ยังไม่เคยทำงานสำเร็จ กรุณาสั่ง sokhoro1 run"
LATEST_FAILED = "ทำงานไม่สำเร็จ {failures} ครั้งติดต่อกัน ครั้งล่าสุดเมื่อ {moment}: {trouble}"
LATEST_QUIET = (
    "ไม่มีการทำงานที่สำเร็จมาแล้ว {days} วัน (ครั้งล่าสุด {moment}) "
    "กรุณาเริ่ม sokhoro1 watch หรือตรวจตัวตั้งเวลาที่สั่ง sokhoro1 run"
)
UNKNOWN_MOMENT = "ไม่ทราบเวลา"

SITE = "สิ่งที่เผยแพร่ตรงกับที่เผยแพร่ไว้ทุกไบต์ (ฉบับวันที่ {day})"
SITE_NEW = "ยังไม่มีสิ่งที่เผยแพร่"
SITE_LOST = "ไม่พบ {folder} ทั้งที่เคยเผยแพร่แล้ว กรุณาสั่ง sokhoro1 run"
SITE_UNREAD = "ตรวจ {folder} ไม่ได้ ({error}) กรุณาสั่ง sokhoro1 verify เพื่อดูรายละเอียด"
SITE_BAD = (
    "สิ่งที่เผยแพร่ไม่ตรงกับที่เผยแพร่ไว้ {count} ข้อ เช่น {first} กรุณาสั่ง sokhoro1 verify แล้ว sokhoro1 run"
)

TARGET = "ปลายทาง {name} ได้รับฉบับล่าสุดครั้งที่ส่งแล้ว"
TARGET_NEW = "ปลายทาง {name} ยังไม่เคยส่ง ระบบจะส่งเมื่อทำงานรอบหน้า หรือสั่ง sokhoro1 deliver {name}"
TARGET_BAD = "ส่งไปยังปลายทาง {name} ไม่สำเร็จ จะลองใหม่ {again}: {failure}"

CHANNEL = "ช่องทางแจ้งเตือน {name} ไม่มีข้อความค้าง"
CHANNEL_BAD = "ช่องทางแจ้งเตือน {name} ส่งไม่สำเร็จ {count} ข้อความ: {trouble} (ทดลองด้วย sokhoro1 notify)"

FEED = "RSS ประกาศของ e-GP ตอบครั้งล่าสุดเมื่อ {last}"
FEED_NEW = "ยังไม่เคยถามประกาศจาก e-GP ระบบจะถามเมื่อใช้ sokhoro1 watch หรือสั่ง sokhoro1 announce"
FEED_SILENT = (
    "RSS ประกาศของ e-GP ไม่ตอบเลยตั้งแต่ {since} ({days} วัน) ประกาศระหว่างนี้อาจไม่ถูกเก็บ "
    "กรุณาตรวจอินเทอร์เน็ตของเครื่องและ announcements.address ในไฟล์ตั้งค่า"
)

RETURNED = "รอกองคลังแก้ไข {count} ไฟล์: {names}"
QUESTIONS = "รอคำชี้แจง {count} ข้อ ของเดือน {months} (ดู sokhoro1 explain)"
LATE = "เกินกำหนดและยังไม่เผยแพร่ {count} เดือน: {months}"
NOTHING_WAITS = "ไม่มีสิ่งที่รอเจ้าหน้าที่"
ELLIPSIS = " และอีก {more}"

HEALTHY = "ระบบปกติดี"
NOT_HEALTHY = "ระบบไม่ปกติ {count} ข้อ กรุณาทำตามที่บอกในข้อที่มี ✗"
