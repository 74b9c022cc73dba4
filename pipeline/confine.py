"""Run ``examine`` in a child process with limits on time and memory; the parent only waits."""

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
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipeline.guard import Limits
from pipeline.read import READERS
from schemas.examined import Examined, refusal

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

    A child that dies without a word is asked once more: the system may have been short of memory.
    Errors: OSError when the machine, not the file, is at fault.
    """
    return _asked(path, file, names, limits) or _asked(path, file, names, limits) or _odd(file)


def _odd(file: str) -> Examined:
    return refusal(file, "file-is-read", "รูปแบบภายในไฟล์ผิดปกติ")


def _asked(path: Path, file: str, names: Sequence[str], limits: Limits) -> Examined | None:
    """Ask a child; None when it died without an answer."""
    answer, question = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(
        target=_work, args=(question, path, file, tuple(names), limits), daemon=True
    )
    child.start()
    question.close()
    import schemas.frame  # noqa: F401 - half a second of pandas, best spent while the child reads

    try:
        if not answer.poll(limits.wall_seconds):
            return refusal(file, "file-within-limits", f"ใช้เวลาเกิน {limits.wall_seconds} วินาที")
        said = json.loads(answer.recv_bytes(LARGEST_ANSWER))
    except EOFError:  # it died
        child.join(GRACE_SECONDS)
        if _COMPUTED_TOO_LONG and child.exitcode == -_COMPUTED_TOO_LONG:  # and would again
            words = f"ใช้เวลาประมวลผลเกิน {limits.cpu_seconds} วินาที"
            return refusal(file, "file-within-limits", words)
        return None
    except OSError:  # an answer beyond all measure, or killed while it spoke
        return _odd(file)
    finally:
        answer.close()
        child.kill()
        child.join(GRACE_SECONDS)
    return _heard(said, file)


def _heard(said: dict[str, Any], file: str) -> Examined:
    if "trouble" in said:
        raise OSError(*said["trouble"])
    if "bug" in said:
        _LOG.error("a fault of the program while it read %s\n%s", file, said["bug"])
        return refusal(file, "file-is-read", "ข้อบกพร่องของโปรแกรม กรุณาแจ้งผู้ดูแลระบบด้วย")
    try:
        return Examined.of(said)
    except (ValueError, KeyError, TypeError):  # no answer of ours, whatever made it
        return _odd(file)


def _work(
    question: Connection, path: Path, file: str, names: Sequence[str], limits: Limits
) -> None:
    """In the child: limits first, then the work; whatever breaks becomes an answer."""
    from pipeline.examine import examine  # loads the reader, which the parent never needs

    _limit(limits)
    gc.disable()  # a short life: looking for garbage costs a third of reading a large workbook
    warnings.simplefilter("ignore")  # what a library thinks of a stranger's file is no news
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # A library that prints must not write into our terminal or JSON.
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        try:
            said = examine(path, file, names, limits).kept()
        except MemoryError:
            said = refusal(file, "file-within-limits", "ใช้หน่วยความจำเกิน").kept()
        except OSError as error:  # the machine's trouble: the caller must hear of it
            said = {"trouble": [error.errno, error.strerror, str(path)]}
        except Exception:  # noqa: BLE001 - ours: the log must have it, and the other files go on
            said = {"bug": traceback.format_exc()}
        question.send_bytes(_answer(said, file))


def _answer(said: dict[str, Any], file: str) -> bytes:
    answer = json.dumps(said).encode()
    if len(answer) > LARGEST_ANSWER:
        words = "มีข้อมูลหรือจุดที่ต้องแก้ไขมากเกินไป"
        answer = json.dumps(refusal(file, "file-within-limits", words).kept()).encode()
    return answer


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
