"""A gate before each durable step of a run: it watches, copies, kills or refuses."""

import builtins
import errno
import io
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal, cast

import sqlalchemy as sa

Opener = Callable[[str, int], int]
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True)
class Request:
    """One run of the command, and what happens at its gates.

    "watch" writes the steps down; "snapshot" also copies the folder ``output`` before each of them
    to ``into``, which is what ``kill -9`` would leave; "kill" and "fail" strike at gate ``number``
    with SIGKILL or the error ``error``; "free" puts up no gates. ``broken`` names a guard to take
    out. ``writes`` puts a gate before each write of a file as well; half of it passes a refusal.
    A ``halted`` run waits at its beginning, for SIGCONT.
    """

    arguments: tuple[str, ...]
    output: str
    act: Literal["watch", "snapshot", "kill", "fail", "free"] = "watch"
    number: int = 0
    error: str = ""
    into: str = ""
    broken: str = ""
    writes: bool = False
    halted: bool = False


@dataclass(frozen=True)
class Operation:
    """One durable step: what, where (relative to ``output``), and to where for a rename."""

    what: str
    path: str
    to: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.path} {self.to}".rstrip()


@dataclass
class Gates:
    """Stands before every operation below ``output`` that a disk remembers."""

    request: Request
    passed: list[Operation] = field(default_factory=list)
    synced: set[str] = field(default_factory=set)
    busy: bool = False

    def __post_init__(self) -> None:
        self.process = os.getpid()

    def put_up(self) -> None:
        """Stand at every way of ours to the disk: Python's own events, fsync, SQL that writes."""
        # A kill asks nothing of the disk: no step is lost by not waiting for it.
        vars(os)["fsync"] = lambda handle: self.meet("fsync", _at(handle))
        sa.event.listen(sa.Engine, "before_cursor_execute", self._statement)
        sa.event.listen(sa.Engine, "commit", lambda _: self.meet("sql", "COMMIT"))
        sys.addaudithook(self._event)
        if self.request.writes:
            vars(io)["open"] = vars(builtins)["open"] = partial(_opened, self, io.open)

    def meet(self, what: str, path: object, to: object = "") -> None:
        """Let a step pass, or not."""
        # A child that reads a workbook inherits the gates, and must not stop at them.
        if self.busy or os.getpid() != self.process:
            return
        here, there = (self._inside(one) for one in (path, to))
        if what != "sql" and here is None:
            return
        self.busy = True  # what the harness does itself is no step
        try:
            self.passed.append(Operation(what, here or str(path), there or ""))
            self._act(self.passed[-1])
        finally:
            self.busy = False

    def inside(self, path: object) -> bool:
        return self._inside(path) is not None

    def _event(self, event: str, args: tuple[Any, ...]) -> None:
        match event, args:
            case "open", (path, _, int(flags)) if flags & WRITES:
                self.meet("open", path)
            case "os.rename", (path, to, *_):
                self.meet("rename", path, to)
            case "os.symlink" | "os.link", (_, path, *_):
                self.meet("link", path)
            case "os.mkdir", (path, _, folder):
                self.meet("mkdir", _at(folder, path))
            case ("os.remove" | "os.rmdir", (path, folder)):
                self.meet("remove", _at(folder, path))
            case "os.truncate", (path, _):
                self.meet("truncate", path)

    def _statement(self, _link: object, _cursor: object, statement: str, *_: object) -> None:
        words = statement.partition("(")[0].split()
        if words[0].upper() not in {"SELECT", "PRAGMA"}:
            self.meet("sql", " ".join(words))

    def _inside(self, path: object) -> str | None:
        if not path or not isinstance(path, str | bytes | os.PathLike):
            return None
        whole, output = Path(os.fsdecode(path)), Path(self.request.output)
        return whole.relative_to(output).as_posix() if whole.is_relative_to(output) else None

    def _act(self, operation: Operation) -> None:
        number = len(self.passed)
        if self.request.act == "snapshot":
            self._snapshots(number, operation)
        elif number != self.request.number:
            return
        elif self.request.act == "kill":
            os.kill(self.process, signal.SIGKILL)
        elif self.request.act == "fail" and operation.what != "sql":
            code = getattr(errno, self.request.error)
            # fsync names no file in its error.
            name = [] if operation.what == "fsync" else [operation.path]
            raise OSError(code, os.strerror(code), *name)

    def _snapshots(self, number: int, operation: Operation) -> None:
        """Copy what is there, and what would be there had its file been written half."""
        what, path = operation.what, operation.path
        if number == 1 or self._changed(self.passed[-2]):
            self._copy(number, "before")
        half = what == "fsync" or (what == "rename" and path not in self.synced)
        if half and Path(self.request.output, path).is_file():
            torn = self._copy(number, "torn") / path
            os.truncate(torn, torn.stat().st_size // 2)
        if what == "fsync":
            self.synced.add(path)

    def _changed(self, operation: Operation) -> bool:
        """False when the disk shows the same after the step: copies cost most of the time."""
        within_transaction = operation.what == "sql" and operation.path != "COMMIT"
        return operation.what != "fsync" and (bool(self.request.broken) or not within_transaction)

    def _copy(self, number: int, kind: str) -> Path:
        copy = Path(self.request.into) / f"{number:03} {kind}" / "output"
        copy.parent.mkdir(parents=True)
        if Path(self.request.output).exists():
            shutil.copytree(self.request.output, copy, symlinks=True)
        return copy


class _Written(io.FileIO):
    """A file whose writes meet the gates; of one that is refused half is on the disk."""

    def __init__(self, gates: Gates, path: str, mode: str, opener: Opener | None) -> None:
        super().__init__(path, mode, opener=opener)
        self.gates = gates

    def write(self, content: Any, /) -> int:  # noqa: ANN401 - whatever is like bytes
        try:
            self.gates.meet("write", self.name)
        except OSError:
            super().write(memoryview(content)[: len(content) // 2])
            raise
        return super().write(content)


def _opened(
    gates: Gates,
    really: Callable[..., IO[Any]],
    file: int | str | bytes | os.PathLike[str],
    mode: str = "r",
    *more: object,
    **named: object,
) -> IO[Any]:
    """Stand in for ``open``."""
    if mode not in {"wb", "xb"} or not gates.inside(file):
        return really(file, mode, *more, **named)
    opener: Any = named.get("opener")
    return io.BufferedWriter(_Written(gates, os.fsdecode(cast("str", file)), mode, opener))


def _at(folder: int, path: Any = "") -> str:  # noqa: ANN401 - whatever os takes for a path
    """Return the whole path of a name in an open folder: shutil.rmtree works with those."""
    name = os.fsdecode(path)
    return name if folder < 0 else str(Path(f"/proc/self/fd/{folder}").readlink() / name)
