"""What must not be seen: passwords and addresses with tokens, from where only their owner reads.

They stand in a variable of the environment or in a file of mode 600, never in the configuration,
the ledger, a message or a log.
"""

import os
import stat
from pathlib import Path

LARGEST = 1 << 20
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SecretError(Exception):
    """Why a secret cannot be had: one Thai sentence, with nothing secret in it."""


def secret_of(variable: str, file: str) -> str:
    """Return what is configured as ``secret_env`` or ``secret_file``, "" where neither is.

    Errors: SecretError when it is not where the configuration says, or others may read it.
    """
    if variable:
        secret = os.environ.get(variable, "")
        if not secret:
            raise SecretError(
                f"ไม่พบค่าในตัวแปรระบบ {variable} ที่ระบุใน secret_env กรุณากำหนดให้ผู้ใช้ที่สั่งโปรแกรมนี้"
            )
        return secret
    if not file:
        return ""
    try:
        secret = private(file, "secret_file").decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        secret = ""
    if not secret or "\n" in secret:
        raise SecretError(f"ไฟล์ {file} (secret_file) ต้องมีรหัสลับหนึ่งบรรทัด บันทึกเป็น UTF-8")
    return secret


def private(path: str, key: str) -> bytes:
    """Return a file that only its owner may read; SecretError otherwise. ``key`` names it."""
    try:
        with Path(path).open("rb") as file:
            # Of the opened file: its name may come to mean another one meanwhile.
            if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & OTHERS:
                raise SecretError(
                    f"ไฟล์ {path} ({key}) ผู้อื่นอ่านได้ จึงไม่ใช้ กรุณาสั่ง chmod 600 "
                    "และเปลี่ยนรหัสนั้นหากผู้อื่นอาจเห็นแล้ว"
                )
            return file.read(LARGEST)
    except OSError as error:
        raise SecretError(f"อ่านไฟล์ {path} ({key}) ไม่ได้: {error.strerror}") from None
