"""The real command, loaded once; each run is a process of its own, forked from it.

``python -m tests.faults.program`` reads a request a line and answers with two: the process that
makes the run, by which it can be struck from outside, and how it ended. Loading takes a second, a
fork some milliseconds: only so can a pass be broken at each of its steps. What differs from
``sokhoro1``: workbooks are read in a plain fork, not one of the nursery (``test_kill.py`` has
the real one).
"""

import json
import multiprocessing
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import typst  # noqa: F401 - loaded for every fork, as the reader is

from pipeline import confine, examine  # noqa: F401
from pipeline.__main__ import main as command
from pipeline.formats import copied_text, pdf  # noqa: F401
from tests.faults.broken import BROKEN
from tests.faults.forks import Forks
from tests.faults.gates import Gates, Operation, Request

FAULT_OF_THE_HARNESS = 70


@dataclass(frozen=True)
class Answer:
    """How a run ended. ``status`` is negative after a signal."""

    status: int
    told: str
    complained: str
    passed: tuple[Operation, ...] = ()


def main() -> None:
    """Answer requests until there are no more; the first one is played here.

    What that one imports and compiles late, every fork then has already.
    """
    vars(confine).update(_METHOD="fork", _CONTEXT=Forks())
    # The answers go where the standard output went; what else is printed must not mix with them.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers, Path(os.devnull).open("w") as no:
        os.dup2(no.fileno(), 1)
        for number, line in enumerate(sys.stdin):
            request = Request(**json.loads(line))
            if number:
                answer = _forked(request, answers)
            else:
                print(os.getpid(), file=answers)
                typeset = pdf._typeset  # noqa: SLF001
                vars(pdf)["_typeset"] = _elsewhere(typeset)
                answer = Answer(_played(request), "", "")
                vars(pdf)["_typeset"] = typeset
            print(json.dumps(asdict(answer)), file=answers, flush=True)


def _elsewhere(make: Callable[..., bytes]) -> Callable[..., bytes]:
    """The same in a fork: the threads of Typst would be missing in all later forks."""
    fork = multiprocessing.get_context("fork")

    def made(*arguments: object) -> bytes:
        ours, theirs = fork.Pipe(duplex=False)
        child = fork.Process(target=lambda: theirs.send_bytes(make(*arguments)))
        child.start()
        content: bytes = ours.recv_bytes()
        child.join()
        return content

    return made


def _forked(request: Request, answers: IO[str]) -> Answer:
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as told,
        tempfile.TemporaryFile("w+", encoding="utf-8") as complained,
        tempfile.TemporaryFile("w+", encoding="utf-8") as passed,
    ):
        child = os.fork()
        if child == 0:
            os.setsid()  # with its readers, which can so be found and struck together
            print(os.getpid(), file=answers, flush=True)  # before that nobody could strike it
            os.dup2(told.fileno(), 1)
            os.dup2(complained.fileno(), 2)
            _live(request, passed)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for file in (told, complained, passed):
            file.seek(0)
        operations = tuple(Operation(**json.loads(line)) for line in passed)
        return Answer(status, told.read(), complained.read(), operations)


def _live(request: Request, passed: IO[str]) -> None:
    """Be the command, and end."""
    status = FAULT_OF_THE_HARNESS
    try:
        gates = Gates(request)
        if request.act != "free":
            gates.put_up()
        if request.broken:
            BROKEN[request.broken]()
        if request.halted:
            os.kill(os.getpid(), signal.SIGSTOP)
        status = _played(request)
        gates.busy = True
        for operation in gates.passed:
            print(json.dumps(asdict(operation)), file=passed)
        for file in (sys.stdout, sys.stderr, passed):
            file.flush()
    except BaseException:  # noqa: BLE001 - this process must never become a second server
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _played(request: Request) -> int:
    """Run the command in this process; return the status that Python would end with."""
    sys.argv = ["sokhoro1", *request.arguments]
    try:
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as Python itself does
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
