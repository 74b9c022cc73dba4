"""What went wrong, in one sentence; a fault of our own is written to the log whole."""

import errno
import traceback
from datetime import datetime
from pathlib import Path

LOG = "sokhoro1.log"
LARGEST_LOG = 1 << 20  # bytes; one older log is kept beside it
WORDS = {
    errno.ENOSPC: "ดิสก์เต็ม กรุณาเพิ่มที่ว่างแล้วสั่งใหม่",
    errno.EDQUOT: "ใช้ที่เก็บข้อมูลเกินโควตา กรุณาเพิ่มที่ว่างแล้วสั่งใหม่",
    errno.EACCES: "ไม่มีสิทธิ์อ่านหรือเขียน กรุณาตรวจสิทธิ์ของโฟลเดอร์",
    errno.EPERM: "ไม่มีสิทธิ์อ่านหรือเขียน กรุณาตรวจสิทธิ์ของโฟลเดอร์",
    errno.EROFS: "ดิสก์นี้เขียนไม่ได้ กรุณาตรวจดิสก์",
    errno.EIO: "อ่านหรือเขียนดิสก์ไม่สำเร็จ กรุณาตรวจดิสก์แล้วสั่งใหม่",
    errno.EMFILE: "เปิดไฟล์พร้อมกันมากเกินไป กรุณาสั่งใหม่",
}


def told_of_system(error: OSError) -> str:
    """Return what the system refused, and what to do about it."""
    reason = WORDS.get(error.errno or 0) or error.strerror or str(error)
    return f"ทำงานไม่ได้: {reason} ({error.filename or 'output'})"


def told_of_bug(error: Exception, output: Path, now: datetime) -> str:
    """Write the traceback to the log under ``output``; return what an officer is told."""
    log = output / LOG
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    with log.open("a", encoding="utf-8") as file:
        told = "".join(traceback.format_exception(error))
        file.write(f"{now.isoformat()}\n{told}\n")
    return (
        f"โปรแกรมทำงานผิดพลาด ({type(error).__name__}) สิ่งที่เผยแพร่แล้วไม่เปลี่ยน "
        f"กรุณาส่งไฟล์ {log} ให้ผู้ดูแลระบบ"
    )
