"""Where releases are brought to: one module for each kind, all offering a ``Store``.

A kind has ``connect(target, secret, patience)`` and ``TROUBLES``, what its library raises of the
far side. Nothing heavy is imported before a target of its kind is opened. fsspec was not taken:
its SFTP trusts any unknown host, its FTPS checks no certificate of ours, and the four or five
requests of a kind are fewer lines than teaching it otherwise.
"""

import errno
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast
from urllib.parse import quote, unquote, urlsplit

from pipeline.secret import SecretError, secret_of
from schemas.config import Target
from schemas.manifest import printable

# All writing goes through this one name: whatever a cut line leaves there, the next write takes.
TEMPORARY = ".sokhoro1-new"
PIECE = 1 << 16  # bytes between two looks at the clock
LONGEST_REASON = 200  # characters of what a stranger's server says
NEEDS = {  # what a kind needs beside the program, as in the extras of pyproject.toml
    "paramiko": "paramiko>=5.1,<6",
    "botocore": "botocore>=1.40,<2",
}


KINDS = {  # the module of each
    "file": "folder",
    "ftp": "ftp",
    "ftps": "ftp",
    "sftp": "sftp",
    "webdav+https": "webdav",
    "webdav+http": "webdav",
    "s3": "s3",
}


class TargetError(Exception):
    """What is wrong with a target: one Thai sentence, with nothing secret in it."""


class Store(Protocol):
    """The files of a target; a path is relative, with / between. Errors: ``TargetError``."""

    def read(self, path: str, most: int) -> bytes | None:
        """Return a file, or only its first ``most + 1`` bytes; None where there is none."""

    def write(self, path: str, content: bytes) -> None:
        """Put a file in place, whole under another name first wherever the protocol can."""

    def remove(self, path: str) -> None:
        """Remove a file; one that is not there is no error."""

    def close(self) -> None:
        """Let go of the far side, whatever state it is in."""


@dataclass(frozen=True)
class Patience:
    """How long to wait: ``answer`` seconds for a server to go on, until ``ends`` for all of it."""

    answer: float
    ends: float  # on the clock
    clock: Callable[[], float]  # seconds

    def check(self) -> None:
        """TargetError when the time is over: a server that trickles must hold up nobody."""
        if self.clock() > self.ends:
            raise TargetError(
                "ใช้เวลานานเกินกำหนดจึงหยุดไว้ก่อน รอบหน้าจะทำต่อจากเดิม กรุณาตรวจความเร็วเครือข่าย"
            )


@contextmanager
def reached(target: Target, patience: Patience) -> Iterator[Store]:
    """Give the far side of a target; TargetError when it cannot be reached or used."""
    try:
        secret = secret_of(target.secret_env, target.secret_file)
    except SecretError as error:
        raise TargetError(str(error)) from None
    store = _Told(target, secret, patience)
    try:
        yield store
    finally:
        store.close()


class _Told:
    """A store that tells whatever goes wrong in one sentence, never what is secret."""

    def __init__(self, target: Target, secret: str, patience: Patience) -> None:
        self._target, self._secret, self._patience = target, secret, patience
        self._troubles: tuple[type[Exception], ...] = (OSError,)
        with self._telling("เชื่อมต่อ"):
            module = _module(target)
            self._troubles = module.TROUBLES
            self._store: Store = module.connect(target, secret, patience)

    def read(self, path: str, most: int) -> bytes | None:
        with self._telling(f"อ่าน {path} "):
            return self._store.read(path, most)

    def write(self, path: str, content: bytes) -> None:
        with self._telling(f"เขียน {path} "):
            self._store.write(path, content)

    def remove(self, path: str) -> None:
        with self._telling(f"ลบ {path} "):
            self._store.remove(path)

    def close(self) -> None:
        with suppress(*self._troubles):
            self._store.close()

    @contextmanager
    def _telling(self, doing: str) -> Iterator[None]:
        self._patience.check()
        try:
            yield
        except TargetError as error:
            raise TargetError(self._hidden(str(error))) from None
        except self._troubles as error:
            why = self._hidden(why_of(error, self._patience.answer))
            raise TargetError(f"{doing}ที่ {self._target.url} ไม่สำเร็จ: {why}") from None

    def _hidden(self, sentence: str) -> str:
        """A server may repeat what it was sent: a password, or its spelling in a URL."""
        for spelled in {self._secret, quote(self._secret), quote(self._secret, safe="")} - {""}:
            sentence = sentence.replace(spelled, "•••")
        return sentence


class _Kind(Protocol):
    """What the module of a kind offers."""

    TROUBLES: tuple[type[Exception], ...]

    def connect(self, target: Target, secret: str, patience: Patience) -> Store:
        """Open the far side; any of ``TROUBLES`` or a TargetError when it cannot be."""


def _module(target: Target) -> _Kind:
    try:
        return cast("_Kind", import_module(f"pipeline.targets.{KINDS[target.kind]}"))
    except ModuleNotFoundError as error:
        needed = NEEDS.get((error.name or "").partition(".")[0])
        if needed is None:
            raise
        raise TargetError(
            f'ปลายทางแบบ {target.kind} ต้องติดตั้งโปรแกรมเสริมก่อน กรุณาสั่ง pip install "{needed}"'
        ) from None


# ---- what the kinds share


def place_of(target: Target) -> tuple[str, int | None, str, str]:
    """Return host, port (None: the usual one), folder and user of an address, all as text.

    The folder is what stands after the host, without "/" at its end.
    """
    parts = urlsplit(target.url)
    user = target.user or unquote(parts.username or "")
    return parts.hostname or "", parts.port, unquote(parts.path).rstrip("/"), user


def trusted(target: Target) -> ssl.SSLContext:
    """Return whom TLS believes: what the system knows, or only who stands in ``ca_file``."""
    try:
        return ssl.create_default_context(cafile=target.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise TargetError(
            f"อ่านใบรับรอง {target.ca_file} (ca_file) ไม่ได้: {why_of(error, 0)} ต้องเป็นไฟล์ PEM"
        ) from None


def login_refused(target: Target, said: object) -> TargetError:
    return TargetError(
        f"{target.url} ไม่รับการเข้าสู่ระบบ ({shown(said)}) "
        "กรุณาตรวจชื่อผู้ใช้ และรหัสผ่านใน secret_env หรือ secret_file"
    )


def shown(said: object) -> str:
    """Return what a stranger's server or library said, on one short line."""
    return printable(" ".join(str(said).split()))[:LONGEST_REASON] or type(said).__name__


_REASONS = {
    errno.ENOSPC: "ที่เก็บข้อมูลเต็ม กรุณาเพิ่มที่ว่าง",
    errno.EDQUOT: "ใช้ที่เก็บข้อมูลเกินโควตา กรุณาเพิ่มที่ว่าง",
    errno.EACCES: "ไม่มีสิทธิ์ กรุณาตรวจสิทธิ์ของโฟลเดอร์",
    errno.EPERM: "ไม่มีสิทธิ์ กรุณาตรวจสิทธิ์ของโฟลเดอร์",
    errno.EROFS: "ที่เก็บข้อมูลนี้เขียนไม่ได้ กรุณาตรวจสิทธิ์",
    errno.ENOENT: "ไม่พบไฟล์หรือโฟลเดอร์ กรุณาตรวจที่อยู่",
    errno.ENETUNREACH: "ไม่มีเส้นทางเครือข่ายไปถึง กรุณาตรวจเครือข่าย",
    errno.EHOSTUNREACH: "ไม่มีเส้นทางเครือข่ายไปถึง กรุณาตรวจเครือข่าย",
}


_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "เครื่องปลายทางไม่ตอบภายใน {seconds:g} วินาที กรุณาตรวจเครื่องและเครือข่าย"),
    (socket.gaierror, "ไม่พบเครื่องชื่อนี้ กรุณาตรวจชื่อเครื่องใน url และ DNS"),
    (
        ConnectionRefusedError,
        "เครื่องปลายทางไม่รับการเชื่อมต่อ กรุณาตรวจว่าเปิดบริการแล้วและหมายเลขพอร์ตถูกต้อง",
    ),
    (
        ssl.SSLCertVerificationError,
        "ใบรับรองของเครื่องปลายทางตรวจไม่ผ่าน ({said}) กรุณาตรวจชื่อเครื่อง หรือระบุ ca_file",
    ),
    (ssl.SSLEOFError, "การเชื่อมต่อถูกตัดกลางคัน กรุณาตรวจเครือข่าย"),
    (ssl.SSLError, "ตั้งการเชื่อมต่อแบบเข้ารหัสไม่ได้ ({said}) กรุณาตรวจบริการ TLS"),
    (ConnectionError, "การเชื่อมต่อถูกตัดกลางคัน กรุณาตรวจเครือข่าย"),
    (EOFError, "การเชื่อมต่อถูกตัดกลางคัน กรุณาตรวจเครือข่าย"),
)


def why_of(error: Exception, seconds: float) -> str:
    """Return why something failed, and what to do, in Thai as far as the reason is known."""
    for kind, words in _TROUBLES:
        if isinstance(error, kind):
            return words.format(seconds=seconds, said=shown(error))
    if isinstance(error, OSError) and error.errno in _REASONS:
        return _REASONS[error.errno]
    return f"ปลายทางตอบว่า «{shown(error)}» กรุณาตรวจการตั้งค่าของปลายทาง"
