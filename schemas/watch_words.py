"""What ``watch`` writes into its log and its heartbeat, a line each."""

from collections.abc import Mapping
from typing import Literal

Reason = Literal["start", "changed", "again", "busy", "unsettled", "day", "clock", "asked"]

REASONS: Mapping[Reason, str] = {
    "start": "เริ่มเฝ้า",
    "changed": "โฟลเดอร์รับไฟล์เปลี่ยน",
    "again": "รอบก่อนไม่สำเร็จ",
    "busy": "รอบก่อนมีผู้อื่นสั่งทำงานอยู่",
    "unsettled": "มีไฟล์ที่ยังคัดลอกไม่เสร็จหรือยังเปิดอยู่",
    "day": "ถึงเวลาประจำวัน",
    "clock": "นาฬิกาของเครื่องถูกตั้งย้อนหลัง",
    "asked": "ถึงเวลาที่รอบก่อนนัดไว้",
}

STARTED = "เริ่มเฝ้า {inbox} ทุก {seconds:g} วินาที (sokhoro1 {version} หมายเลขโปรเซส {pid})"
STOPPED = "หยุดเฝ้าตามคำสั่ง"
GOOD = (
    "ทำงานรอบ ({reason}): สำเร็จ รับ {taken} ไฟล์ เผยแพร่ {published} เดือน ใช้เวลา {seconds:.1f} วินาที"
)
FAILED = "ทำงานรอบ ({reason}): ไม่สำเร็จ ครั้งที่ {failures} ติดต่อกัน: {trouble}"
OTHER_RUN = "ทำงานรอบ ({reason}): มีการทำงานของ sokhoro1 อีกรายการหนึ่งอยู่ จะลองใหม่"
INTERRUPTED = "ทำงานรอบ ({reason}): ถูกหยุดตามคำสั่ง รอบหน้าจะทำต่อเอง"
ALREADY = "มี sokhoro1 watch ของพื้นที่ทำงานนี้ทำงานอยู่แล้ว จึงไม่ต้องเริ่มอีก"

# The feed is often away in office hours: that is told in the log and alarms nobody.
POLLED = "ถามประกาศจาก e-GP: ตอบ {answered} จาก {asked} ชนิด ประกาศใหม่หรือเปลี่ยน {new} ฉบับ"
POLL_FAILED = "ถามประกาศจาก e-GP ไม่สำเร็จ จะลองใหม่: {trouble}"

OVERDUE = "ใช้เวลาเกิน {minutes:g} นาที จึงถูกหยุด"
UNKILLABLE = "รอบก่อนหยุดไม่ได้ เพราะดิสก์หรือโฟลเดอร์ที่แชร์ไม่ตอบ กรุณาตรวจดิสก์และเครือข่าย"
ODD_END = "หยุดทำงานผิดปกติ (สถานะ {status}) {last}"
NOT_STARTED = "เริ่มโปรเซสไม่ได้: {error}"

INBOX_SLOW = "โฟลเดอร์รับไฟล์ไม่ตอบภายใน {seconds:g} วินาที กรุณาตรวจเครือข่ายหรือเครื่องที่แชร์โฟลเดอร์"
INBOX_REFUSED = "อ่านโฟลเดอร์รับไฟล์ไม่ได้ ({error}) กรุณาตรวจสิทธิ์และเครือข่าย"
INBOX_AGAIN = "อ่านโฟลเดอร์รับไฟล์ได้ตามเดิมแล้ว"

CLOCK_BACK = "นาฬิกาของเครื่องถูกตั้งย้อนหลัง จึงตื่นทันที"
NO_HEARTBEAT = "เขียน {file} ไม่ได้ ({error}) แต่ยังเฝ้าต่อไป กรุณาตรวจที่ว่างและสิทธิ์ของดิสก์"
HEARTBEAT_AGAIN = "เขียน {file} ได้ตามเดิมแล้ว"
FAULT = "โปรแกรมเฝ้าทำงานผิดพลาด แต่ยังเฝ้าต่อไป"
STUCK = "โปรแกรมเฝ้าไม่คืบหน้านานเกินไป จึงหยุดเพื่อให้ระบบเริ่มใหม่"
