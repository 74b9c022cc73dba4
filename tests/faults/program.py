"""The real command, loaded once, run in forked processes with a gate before each durable step.

``python -m tests.faults.program`` reads a request a line and answers a line. Loading takes a
second, a fork some milliseconds: only so can a pass be broken at each of its steps. What differs
from ``sokhoro1``: workbooks are read in a plain fork, not one of a fork server (``test_kill.py``
has the real one).
"""

import errno
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import sqlalchemy as sa

Act = Literal["watch", "snapshot", "kill", "fail"]
ENDED_BADLY = 70  # a fault of the harness itself


@dataclass(frozen=True)
class Request:
    """One run of the command, and what to do at its gates.

    "watch" writes the operations down; "snapshot" also copies the folder ``output`` before each
    of them to ``into``, which is what ``kill -9`` would leave; "kill" and "fail" strike at gate
    ``number`` with SIGKILL or the error ``error``. ``broken`` names a guard to take out.
    """

    arguments: tuple[str, ...]
    output: str
    act: Act = "watch"
    number: int = 0
    error: str = ""
    into: str = ""
    broken: str = ""


@dataclass(frozen=True)
class Operation:
    """One durable step: what, where (relative to ``output``), and to where for a rename."""

    what: str
    path: str
    to: str = ""


@dataclass(frozen=True)
class Answer:
    """How a run ended. ``status`` is negative after a signal."""

    status: int
    told: str
    complained: str
    operations: tuple[Operation, ...]


@dataclass
class Gates:
    """Stands before every operation below ``output`` that a disk remembers."""

    request: Request
    operations: list[Operation] = field(default_factory=list)
    synced: set[str] = field(default_factory=set)
    busy: bool = False

    def __post_init__(self) -> None:
        self.process = os.getpid()

    def pass_by(self, what: str, path: object, to: object = "") -> None:
        # A child that reads a workbook inherits the gates, and must not stop at them.
        if self.busy or os.getpid() != self.process:
            return
        inside = [self._inside(one) for one in (path, to)]
        if what != "sql" and inside[0] is None:
            return
        self.busy = True  # what the harness does itself is no operation
        try:
            self.operations.append(Operation(what, inside[0] or str(path), inside[1] or ""))
            self._act(self.operations[-1])
        finally:
            self.busy = False

    def _inside(self, path: object) -> str | None:
        if isinstance(path, int) or not path:
            return None
        whole = Path(os.fsdecode(path))  # type: ignore[arg-type]
        output = Path(self.request.output)
        return whole.relative_to(output).as_posix() if whole.is_relative_to(output) else None

    def _act(self, operation: Operation) -> None:
        number = len(self.operations)
        if self.request.act == "snapshot":
            self._snapshots(number, operation)
        elif number != self.request.number:
            return
        elif self.request.act == "kill":
            os.kill(self.process, signal.SIGKILL)
        elif self.request.act == "fail" and operation.what != "sql":
            code = getattr(errno, self.request.error)
            # Some calls name no file in their error, fsync and write among them.
            name = [] if operation.what == "fsync" else [operation.path]
            raise OSError(code, os.strerror(code), *name)

    def _snapshots(self, number: int, operation: Operation) -> None:
        """Copy what is there, and what would be there had the file been written half."""
        what, path = operation.what, operation.path
        before = self._copy(number, "before")
        half = what == "fsync" or (what == "rename" and path not in self.synced)
        if half and (before / path).is_file():
            torn = self._copy(number, "torn") / path
            os.truncate(torn, torn.stat().st_size // 2)
        if what == "fsync":
            self.synced.add(path)

    def _copy(self, number: int, kind: str) -> Path:
        copy = Path(self.request.into) / f"{number:03} {kind}" / "output"
        if Path(self.request.output).exists():
            shutil.copytree(self.request.output, copy, symlinks=True)
        else:
            copy.parent.mkdir(parents=True)
        return copy


# ---- where the gates stand

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def put_up(gates: Gates) -> None:
    """Every way of ours to the disk passes by: Python's own events, fsync, SQL that writes."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        match event, args:
            case "open", (path, _, int(flags)) if flags & WRITES:
                gates.pass_by("open", path)
            case "os.rename", (path, to, *_):
                gates.pass_by("rename", path, to)
            case "os.symlink" | "os.link", (_, path, *_):
                gates.pass_by("link", path)
            case "os.mkdir", (path, _, folder):
                gates.pass_by("mkdir", _at(folder, path))
            case (("os.remove" | "os.rmdir"), (path, folder)):
                gates.pass_by("remove", _at(folder, path))
            case "os.truncate", (path, _):
                gates.pass_by("truncate", path)

    def fsync(handle: int) -> None:
        # A kill asks nothing of the disk: no step is lost by not waiting for it.
        gates.pass_by("fsync", _at(handle, ""))

    def execute(_link: object, _cursor: object, statement: str, *_: object) -> None:
        word = statement.split(maxsplit=1)[0].upper()
        if word not in {"SELECT", "PRAGMA"}:
            gates.pass_by("sql", statement.split("(")[0].strip())

    os.fsync = fsync
    sa.event.listen(sa.Engine, "before_cursor_execute", execute)
    sa.event.listen(sa.Engine, "commit", lambda _: gates.pass_by("sql", "COMMIT"))
    sys.addaudithook(hook)


def _at(folder: int, path: str | bytes | os.PathLike[str]) -> str:
    """The whole path of a name in an open folder; shutil.rmtree works with those."""
    if folder < 0:
        return os.fsdecode(path)
    return str(Path(os.readlink(f"/proc/self/fd/{folder}"), os.fsdecode(path)))  # noqa: PTH115 - bytes too


# ---- guards taken out, to see whether the tests notice


def _no_fsync() -> None:
    os.fsync = lambda _: None


def _no_lock() -> None:
    from pipeline import alone

    vars(alone)["_lock"] = lambda _: None


def _no_transaction() -> None:
    """Each statement is on the disk by itself."""
    from pipeline import ledger

    real = vars(ledger)["_sqlite"]

    def sqlite(path: Path, *, immediate: bool) -> sa.Engine:
        engine: sa.Engine = real(path, immediate=immediate)
        sa.event.listen(engine, "begin", lambda link: link.exec_driver_sql("COMMIT"))
        return engine

    vars(ledger)["_sqlite"] = sqlite


def _link_first() -> None:
    """The public link points to the release before its files are there."""
    from pipeline import publish

    real = publish.write_release

    def write_release(site: Path, release: Any, files: Any) -> None:  # noqa: ANN401 - passed on
        site.mkdir(parents=True, exist_ok=True)
        publish.swap(site, release, files)
        real(site, release, files)

    publish.write_release = write_release


def _without_making() -> None:
    """The release is written under its last name, and a folder of that name is believed."""
    from pipeline import publish

    def write_release(site: Path, release: Any, files: Any) -> None:  # noqa: ANN401 - as above
        folder = site / publish.RELEASES / release.name
        if folder.exists():
            return
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)

    publish.write_release = write_release


def _into_public_folder() -> None:
    """The files that readers see are replaced one by one."""
    from pipeline import publish

    replace = vars(publish)["_replace"]

    def swap(site: Path, _: object, files: Any) -> None:  # noqa: ANN401 - as above
        (site / publish.CURRENT).mkdir(exist_ok=True)
        replace(site / publish.CURRENT, files)

    publish.swap = swap


BROKEN: dict[str, Callable[[], None]] = {
    "no fsync": _no_fsync,
    "no lock": _no_lock,
    "no transaction": _no_transaction,
    "link first": _link_first,
    "without making": _without_making,
    "into the public folder": _into_public_folder,
}


# ---- a process for each request


def main() -> None:
    """Answer requests until there are no more."""
    # The answers go where the standard output went; whatever else prints must not mix with them.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers, Path(os.devnull).open("w") as no:
        os.dup2(no.fileno(), 1)
        _load()
        for line in sys.stdin:
            said = json.loads(line)
            request = Request(**{**said, "arguments": tuple(said["arguments"])})
            print(json.dumps(asdict(_answer(request))), file=answers, flush=True)


def _load() -> None:
    """Make a pass here: what it imports and compiles late, every fork then has already.

    From now on workbooks are read in a fork of this loaded process, too.
    """
    from pipeline import confine, examine  # noqa: F401 - read in the fork
    from tests.faults.harness import (
        FIRST_DAY,
        WAITS,
        fill,
        first_books,
        open_office,
        run_arguments,
    )

    vars(confine).update(_METHOD="fork", _CONTEXT=multiprocessing.get_context("fork"))
    with tempfile.TemporaryDirectory() as folder:
        office = open_office(Path(folder), fill(Path(folder, "inbox"), first_books()))
        sys.argv = ["sokhoro1", *run_arguments(office, FIRST_DAY)]
        if (status := _status_of_main()) != WAITS:
            raise RuntimeError(f"the pass that only loads ended with {status}")


def _answer(request: Request) -> Answer:
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as told,
        tempfile.TemporaryFile("w+", encoding="utf-8") as complained,
        tempfile.TemporaryFile("w+", encoding="utf-8") as operations,
    ):
        child = os.fork()
        if child == 0:
            _play(request, told.fileno(), complained.fileno(), operations)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for file in (told, complained, operations):
            file.seek(0)
        passed = [Operation(**json.loads(line)) for line in operations]
        return Answer(status, told.read(), complained.read(), tuple(passed))


def _play(request: Request, told: int, complained: int, operations: IO[str]) -> None:
    """Run the command in this process, and end it."""
    status = ENDED_BADLY
    try:
        os.dup2(told, 1)
        os.dup2(complained, 2)
        sys.argv = ["sokhoro1", *request.arguments]
        gates = Gates(request)
        if request.broken:
            BROKEN[request.broken]()
        put_up(gates)
        status = _status_of_main()
        gates.busy = True
        for operation in gates.operations:
            print(json.dumps(asdict(operation)), file=operations)
        for file in (sys.stdout, sys.stderr, operations):
            file.flush()
    except BaseException:  # noqa: BLE001 - this process must never become a second server
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _status_of_main() -> int:
    from pipeline.__main__ import main as command

    try:
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as Python itself does for a command
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
