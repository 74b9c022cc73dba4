"""Touch a stranger's file only in a child process with limits; the parent only waits.

One file a process. The next child is started while the one before it works, and waits for its only
question: what a start costs is spent beside the reading.
"""

import contextlib
import gc
import json
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from pipeline import nursery
from pipeline.guard import Limits
from schemas.announcement import ANSWERED
from schemas.egp import EgpContracts, refused
from schemas.examined import Examined, refusal
from schemas.finding import Finding

# A child of the nursery has everything loaded; Windows has only spawn, where each loads it anew.
_METHOD = "nursery" if nursery.POSSIBLE else "spawn"
_CONTEXT: Any = multiprocessing.get_context("spawn")  # the type depends on the system
_LOG = logging.getLogger("sokhoro1")
LARGEST_ANSWER = 512 << 20
PIECE = 1 << 20  # of an answer that is sent as it is made
TOO_LONG = "มีข้อมูลหรือจุดที่ต้องแก้ไขมากเกินไป"
Task = Callable[..., bytes | Iterator[bytes]]
GRACE_SECONDS = 5
_COMPUTED_TOO_LONG = getattr(signal, "SIGXCPU", 0)  # Windows has no such limit


def start_method() -> str:
    """Return how processes are started here, also those that are no child of a stranger's file."""
    return "forkserver" if _METHOD == "nursery" else _METHOD


def warm() -> None:
    """Start the nursery now: it loads the reader while the caller does other things."""
    if _METHOD == "nursery":
        _nursery()


def _nursery() -> nursery.Nursery:
    """The nursery of this process."""
    with _ONE:
        if not _NURSERIES or _NURSERIES[-1].owner != os.getpid():
            _NURSERIES.append(nursery.Nursery())
        return _NURSERIES[-1]


def examine_confined(path: Path, file: str, names: Sequence[str], limits: Limits) -> Examined:
    """Return what ``examine`` returns; a crash, a hang or too much memory is one finding.

    Errors: OSError when the machine, not the file, is at fault.
    """
    said = _asked(_examine, (path, file, tuple(names), limits), limits)
    if said.word == "refused":
        return refusal(file, "file-within-limits", said.text)
    if said.word == "bug":
        return refusal(file, "file-is-read", "ข้อบกพร่องของโปรแกรม กรุณาแจ้งผู้ดูแลระบบด้วย")
    try:
        return Examined.of(said.lines())
    except (ValueError, KeyError, TypeError):  # no answer of ours, whatever made it
        return refusal(file, "file-is-read", "รูปแบบภายในไฟล์ผิดปกติ")


def contracts_confined(
    path: Path, file: str, names: Sequence[str], limits: Limits
) -> EgpContracts:
    """Return what ``read_contracts`` returns; whatever breaks is a fault of the file.

    Errors: OSError when the machine, not the file, is at fault.
    """
    said = _asked(_contracts, (path, file, tuple(names), limits), limits)
    if said.word == "answer":
        return EgpContracts.of(json.loads(said.content))
    if said.word == "refused":
        return refused("egp-within-limits", said.text)
    return refused("egp-readable", "รูปแบบภายในไฟล์ผิดปกติ")


def mark_confined(
    path: Path, file: str, findings: Sequence[Finding], limits: Limits
) -> bytes | None:
    """Return what ``mark`` returns; None for a file that cannot be marked within the limits.

    Errors: OSError when the machine, not the file, is at fault.
    """
    said = _asked(_mark, (path, file, tuple(findings), limits), limits)
    return said.content if said.word == "answer" else None


def feed_confined(path: Path, code: str, department: str, limits: Limits) -> tuple[str, list[Any]]:
    """Return what ``egp_feed.parse`` makes of a kept answer: how it ended, and plain items.

    Errors: OSError when the machine, not the answer, is at fault.
    """
    said = _asked(_feed, (path, code, department), limits)
    if said.word != "answer":
        return "unreadable", []
    outcome, items = json.loads(said.content)
    return outcome, items


def announcement_confined(path: Path, file: str, limits: Limits) -> dict[str, Any]:
    """Return what ``read_announcement`` tells of a dropped file, as plain values.

    Errors: OSError when the machine, not the file, is at fault.
    """
    said = _asked(_announcement, (path, file, limits), limits)
    if said.word == "answer":
        told: dict[str, Any] = json.loads(said.content)
        return told
    reason = said.text if said.word == "refused" else "รูปแบบภายในไฟล์ผิดปกติ"
    return {"ending": "", "trouble": "damaged", "reason": reason}


def _feed(path: Path, code: str, department: str) -> bytes:
    from pipeline.egp_feed import OutageError, parse
    from pipeline.ledger.announcements import kept

    try:
        items = parse(path.read_bytes(), code, department)
    except OutageError as error:
        return json.dumps([error.outcome, []]).encode()
    return json.dumps([ANSWERED, [kept(item) for item in items]]).encode()


def _announcement(path: Path, file: str, limits: Limits) -> bytes:
    from pipeline.announcement_files import read_announcement

    return json.dumps(read_announcement(path, file, limits)).encode()


def _examine(path: Path, file: str, names: Sequence[str], limits: Limits) -> Iterator[bytes]:
    from pipeline.examine import examine  # loads the reader, which the parent never needs

    return _pieces(examine(path, file, names, limits).lines())


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines to pieces of some size: one message for most workbooks."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size > PIECE:
            yield b"\n".join(piece)
            piece, size = [], 0
    if piece:
        yield b"\n".join(piece)


def _contracts(path: Path, file: str, names: Sequence[str], limits: Limits) -> bytes:
    from pipeline.egp.contracts import read_contracts

    return json.dumps(read_contracts(path, file, names, limits).kept()).encode()


def _mark(path: Path, file: str, findings: Sequence[Finding], limits: Limits) -> bytes:
    from pipeline.guard import guard
    from pipeline.mark import mark

    return mark(path, file, guard(path, limits).kind, findings)


@dataclass(frozen=True)
class _Said:
    """What came back: an answer, a limit that was met, our own fault; or nothing to be heard."""

    word: Literal["answer", "refused", "bug", "nothing"]
    content: bytes = b""
    pieces: deque[bytes] = field(default_factory=deque)  # of an answer that comes in several

    @property
    def text(self) -> str:
        return self.content.decode()

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of the pieces, each gone when it is read; once."""
        while self.pieces:
            yield from self.pieces.popleft().split(b"\n")


def _asked(task: Task, arguments: tuple[Any, ...], limits: Limits) -> _Said:
    """Ask a child, and once more when it dies: the system may have been short of memory."""
    return (
        _asked_once(task, arguments, limits)
        or _asked_once(task, arguments, limits)
        or _Said("nothing")
    )


@dataclass(frozen=True)
class _Child:
    """A process that waits for one question and answers it, and the line to it."""

    line: Connection
    kill: Callable[[], object]
    status: Callable[[], int | None]  # after it died; minus the number of the signal that ended it
    owner: int  # the process that may ask it

    def ask(self, *question: object) -> bool:
        """False when it has died while it waited."""
        try:
            self.line.send(question)
        except OSError:
            return False
        return True

    def end(self) -> None:
        """Whatever it still does, nobody waits for it."""
        self.line.close()
        with contextlib.suppress(OSError):
            self.kill()


@cache
def _load_beside() -> None:
    """Half a second of pandas, best spent while a child reads."""
    import schemas.frame  # noqa: F401

    gc.freeze()  # all that stays for good: looking through it again and again costs more than work


_ONE = threading.Lock()
_NURSERIES: list[nursery.Nursery] = []
_WAITING: deque[_Child] = deque()  # hardly ever more than one; append and pop are atomic


def _started() -> _Child:
    if _METHOD == "nursery":
        try:
            return _born(_nursery())
        except OSError:  # somebody killed it
            while _NURSERIES:
                _NURSERIES.pop().close()
            return _born(_nursery())
    line, other = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=work, args=(other,), daemon=True)
    process.start()
    other.close()

    def status() -> int | None:
        process.join(GRACE_SECONDS)
        exitcode: int | None = process.exitcode
        return exitcode

    return _Child(line, process.kill, status, os.getpid())


def _born(home: nursery.Nursery) -> _Child:
    child, line = home.child()
    return _Child(line, partial(home.end, child), partial(home.status, child), os.getpid())


def _asked_child(*question: object) -> _Child:
    """A child at work on the question; another one is started to wait for the next."""
    while _WAITING:
        child = _WAITING.pop()
        if child.owner == os.getpid() and child.ask(*question):
            break
    else:
        child = _started()
        child.ask(*question)
    if _METHOD == "nursery" and not _WAITING:  # elsewhere a start in vain costs half a second
        _WAITING.append(_started())
    return child


def _asked_once(task: Task, arguments: tuple[Any, ...], limits: Limits) -> _Said | None:
    child = _asked_child(task, arguments, limits)
    _load_beside()
    pieces, size, ends = deque[bytes](), 0, time.monotonic() + limits.wall_seconds
    try:
        while True:
            if not child.line.poll(max(0, ends - time.monotonic())):
                return _Said("refused", f"ใช้เวลาเกิน {limits.wall_seconds} วินาที".encode())
            content = child.line.recv_bytes(LARGEST_ANSWER)
            if content[:1] != b"P":
                break
            pieces.append(content[1:])
            size += len(content)
            if size > LARGEST_ANSWER:
                return _Said("refused", TOO_LONG.encode())
    except EOFError:  # it died
        if _COMPUTED_TOO_LONG and child.status() == -_COMPUTED_TOO_LONG:  # and would again
            return _Said("refused", f"ใช้เวลาประมวลผลเกิน {limits.cpu_seconds} วินาที".encode())
        return None
    except OSError:  # an answer beyond all measure, or killed while it spoke
        return _Said("nothing")
    finally:
        child.end()
    return _heard(content, pieces, str(arguments[1]))


def _heard(content: bytes, pieces: deque[bytes], file: str) -> _Said:
    word, said = content[:1], content[1:]
    match word:
        case b"A":
            return _Said("answer", said, pieces)
        case b"R":
            return _Said("refused", said)
        case b"T":
            raise OSError(*json.loads(said))
        case _:
            _LOG.error("a fault of the program with %s\n%s", file, said.decode(errors="replace"))
            return _Said("bug")


def work(line: Connection) -> None:
    """In the child: limits first, then the work; whatever breaks becomes an answer."""
    gc.disable()  # a short life: looking for garbage costs a third of reading a large workbook
    warnings.simplefilter("ignore")  # what a library thinks of a stranger's file is no news
    try:
        task, arguments, limits = line.recv()
    except (EOFError, OSError):  # nobody asks any more
        return
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    _limit(limits)
    # A library that prints must not write into our terminal or JSON.
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            said = _answered(task(*arguments), line)
        except MemoryError:
            said = b"R" + "ใช้หน่วยความจำเกิน".encode()
        except OSError as error:  # the machine's trouble: the caller must hear of it
            path = str(arguments[0])
            said = b"T" + json.dumps([error.errno, error.strerror, path]).encode()
        except Exception:  # noqa: BLE001 - ours: the log must have it, and the other files go on
            said = b"B" + traceback.format_exc().encode(errors="replace")
        line.send_bytes(said)


def _answered(answer: bytes | Iterator[bytes], line: Connection) -> bytes:
    """The last message of an answer, those before it sent; or that it is too long to be sent."""
    if not isinstance(answer, bytes):
        for piece in answer:
            line.send_bytes(b"P" + piece)
        return b"A"
    if len(answer) < LARGEST_ANSWER:
        return b"A" + answer
    return b"R" + TOO_LONG.encode()


def _end_with(line: Connection) -> None:
    """A killed run leaves no reader behind that goes on for nobody: nothing more is ever said."""
    with contextlib.suppress(EOFError, OSError):
        line.recv_bytes()
    os._exit(1)


def _limit(limits: Limits) -> None:
    if sys.platform == "win32":
        return  # no resource module there: the wall limit alone holds
    import resource

    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))
    # Only the soft limit ends it by a signal that says why.
    cpu_seconds = (limits.cpu_seconds, limits.cpu_seconds + GRACE_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, cpu_seconds)
