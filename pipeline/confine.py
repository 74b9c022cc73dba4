"""Touch a stranger's file only in a child process with limits; the parent only waits."""

import contextlib
import gc
import json
import logging
import multiprocessing
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from pipeline.guard import Limits
from pipeline.read import READERS
from schemas.examined import Examined, refusal
from schemas.finding import Finding

# A fork server starts a child in some 12 ms with the reader loaded; Windows has only spawn.
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_CONTEXT: Any = multiprocessing.get_context(_METHOD)  # the type depends on the system
_LOG = logging.getLogger("sokhoro1")
LARGEST_ANSWER = 256 << 20
GRACE_SECONDS = 5
_COMPUTED_TOO_LONG = getattr(signal, "SIGXCPU", 0)  # Windows has no such limit


def warm() -> None:
    """Start the fork server now: it loads the reader while the caller does other things."""
    if _METHOD == "forkserver":
        from multiprocessing import forkserver

        _CONTEXT.set_forkserver_preload(["pipeline.examine", READERS["xlsx"]])
        forkserver.ensure_running()


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
        return Examined.of(json.loads(said.content))
    except (ValueError, KeyError, TypeError):  # no answer of ours, whatever made it
        return refusal(file, "file-is-read", "รูปแบบภายในไฟล์ผิดปกติ")


def mark_confined(
    path: Path, file: str, findings: Sequence[Finding], limits: Limits
) -> bytes | None:
    """Return what ``mark`` returns; None for a file that cannot be marked within the limits.

    Errors: OSError when the machine, not the file, is at fault.
    """
    said = _asked(_mark, (path, file, tuple(findings), limits), limits)
    return said.content if said.word == "answer" else None


def _examine(path: Path, file: str, names: Sequence[str], limits: Limits) -> bytes:
    from pipeline.examine import examine  # loads the reader, which the parent never needs

    return json.dumps(examine(path, file, names, limits).kept()).encode()


def _mark(path: Path, file: str, findings: Sequence[Finding], limits: Limits) -> bytes:
    from pipeline.guard import guard
    from pipeline.mark import mark

    return mark(path, file, guard(path, limits).kind, findings)


@dataclass(frozen=True)
class _Said:
    """What came back: an answer, a limit that was met, our own fault; or nothing to be heard."""

    word: Literal["answer", "refused", "bug", "nothing"]
    content: bytes = b""

    @property
    def text(self) -> str:
        return self.content.decode()


def _asked(task: Callable[..., bytes], arguments: tuple[Any, ...], limits: Limits) -> _Said:
    """Ask a child, and once more when it dies: the system may have been short of memory."""
    return (
        _asked_once(task, arguments, limits)
        or _asked_once(task, arguments, limits)
        or _Said("nothing")
    )


def _asked_once(
    task: Callable[..., bytes], arguments: tuple[Any, ...], limits: Limits
) -> _Said | None:
    answer, question = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(target=_work, args=(question, task, arguments, limits), daemon=True)
    child.start()
    question.close()
    import schemas.frame  # noqa: F401 - half a second of pandas, best spent while the child reads

    try:
        if not answer.poll(limits.wall_seconds):
            return _Said("refused", f"ใช้เวลาเกิน {limits.wall_seconds} วินาที".encode())
        content = answer.recv_bytes(LARGEST_ANSWER)
    except EOFError:  # it died
        child.join(GRACE_SECONDS)
        if _COMPUTED_TOO_LONG and child.exitcode == -_COMPUTED_TOO_LONG:  # and would again
            return _Said("refused", f"ใช้เวลาประมวลผลเกิน {limits.cpu_seconds} วินาที".encode())
        return None
    except OSError:  # an answer beyond all measure, or killed while it spoke
        return _Said("nothing")
    finally:
        answer.close()
        child.kill()
        child.join(GRACE_SECONDS)
    return _heard(content, str(arguments[1]))


def _heard(content: bytes, file: str) -> _Said:
    word, said = content[:1], content[1:]
    match word:
        case b"A":
            return _Said("answer", said)
        case b"R":
            return _Said("refused", said)
        case b"T":
            raise OSError(*json.loads(said))
        case _:
            _LOG.error("a fault of the program with %s\n%s", file, said.decode(errors="replace"))
            return _Said("bug")


def _work(
    question: Connection, task: Callable[..., bytes], arguments: tuple[Any, ...], limits: Limits
) -> None:
    """In the child: limits first, then the work; whatever breaks becomes an answer."""
    _limit(limits)
    gc.disable()  # a short life: looking for garbage costs a third of reading a large workbook
    warnings.simplefilter("ignore")  # what a library thinks of a stranger's file is no news
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # A library that prints must not write into our terminal or JSON.
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            said = _within(task(*arguments))
        except MemoryError:
            said = b"R" + "ใช้หน่วยความจำเกิน".encode()
        except OSError as error:  # the machine's trouble: the caller must hear of it
            path = str(arguments[0])
            said = b"T" + json.dumps([error.errno, error.strerror, path]).encode()
        except Exception:  # noqa: BLE001 - ours: the log must have it, and the other files go on
            said = b"B" + traceback.format_exc().encode(errors="replace")
        question.send_bytes(said)


def _within(answer: bytes) -> bytes:
    """The answer, or that it is too long to be sent."""
    if len(answer) < LARGEST_ANSWER:
        return b"A" + answer
    return b"R" + "มีข้อมูลหรือจุดที่ต้องแก้ไขมากเกินไป".encode()


def _end_with_parent() -> None:
    """A killed run leaves no reader behind that goes on for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
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
