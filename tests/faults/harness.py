"""What the fault tests share: offices, the program in processes, what must be true after it."""

import hashlib
import json
import os
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from pipeline.examples import Book, example_month, replace_cell, to_bytes
from pipeline.heartbeat import LAST_PASS
from schemas.example_words import ORGANISATION, UNREADABLE_AMOUNT
from schemas.manifest import MANIFEST, SIGNATURE
from schemas.month import Month
from tests.faults.gates import Operation, Request
from tests.faults.program import Answer

ROOT = Path(__file__).resolve().parents[2]
FIRST_DAY = date(2025, 10, 6)  # September is due on the 7th: until then its question may wait
LATER_DAY = date(2025, 10, 8)
DONE, WAITS, COULD_NOT = 0, 1, 2
GIB = 1 << 30
SEED = os.environ.get("SOKHORO_SEED") or str(random.randrange(10**6))  # noqa: S311 - no secret
WHOLE = os.environ.get("SOKHORO_REFUSALS") == "all"
EACH = 60  # of the files of a release
EACH_OTHER = 5
PATIENCE_S = 10  # until the children of a killed run must be gone

State = Mapping[str, str]
T = TypeVar("T")


# ---- an office


@dataclass(frozen=True)
class Office:
    """A workspace whose inbox may lie elsewhere: many can look at one."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "sokhoro1.toml"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    @property
    def site(self) -> Path:
        return self.output / "site"

    @property
    def ledger(self) -> Path:
        return self.output / "ledger" / "ledger.sqlite"

    @property
    def lock(self) -> Path:
        return self.output / "ledger" / "lock"


def open_office(folder: Path, inbox: Path, output: Path | None = None) -> Office:
    """Make a workspace; it begins with a copy of ``output`` where one is given, else with keys."""
    folder.mkdir(parents=True, exist_ok=True)
    office = Office(folder)
    office.config.write_text(
        f'[organisation]\nname = "{ORGANISATION}"\n[folders]\ninbox = "{inbox}"\n',
        encoding="utf-8",
    )
    if output is not None:
        shutil.copytree(output, office.output, symlinks=True)
    elif not office.output.exists():
        put_keys(office.output / "keys" / "1")
    return office


def put_keys(folder: Path) -> None:
    """Put a pair there that is always the same: the same ledger and key make the same bytes."""
    folder.mkdir(parents=True)
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "private.pem").write_bytes(secret)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public)


def fill(inbox: Path, books: Mapping[str, bytes]) -> Path:
    """Drop workbooks; they have one age, so that only their names give an order."""
    inbox.mkdir(parents=True)
    for name, content in books.items():
        path = inbox / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(0, 0))
    return inbox


def first_books() -> dict[str, bytes]:
    """Three months of three rows: one to publish, one to return, one that must wait."""
    june, august, september = _months()
    return {
        june.file: to_bytes(june),
        august.file: to_bytes(_retyped(august, "C", UNREADABLE_AMOUNT)),
        september.file: to_bytes(_retyped(september, "D", None)),
    }


def later_books() -> dict[str, bytes]:
    """June is corrected, August comes back mended, September lies there as it was."""
    june, august, _ = _months()
    budget = june.expected[1].budget
    assert budget is not None
    corrected = _retyped(june, "C", (budget + 100) / 100)
    return first_books() | {june.file: to_bytes(corrected), august.file: to_bytes(august)}


def _months() -> list[Book]:
    return [example_month(Month(2568, n), "nine-columns", rows=3) for n in (6, 8, 9)]


def _retyped(book: Book, column: str, value: float | str | None) -> Book:
    place = book.expected[1].source
    return replace_cell(book, place.sheet, f"{column}{place.row}", value)


# ---- the program


class Program:
    """The command, loaded once: each run is a process of its own, forked from it."""

    def __init__(self) -> None:
        self._under_way: int | None = None
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.program"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            # Threads of a numeric library would not survive the fork.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )

    def __enter__(self) -> Self:
        with tempfile.TemporaryDirectory() as folder:
            office = open_office(Path(folder), fill(Path(folder, "inbox"), first_books()))
            loaded = self.run(office, FIRST_DAY)
        assert loaded.status == WAITS, "the pass that only loads came to nothing"
        return self

    def __exit__(self, *_: object) -> None:
        if self._under_way is not None:  # a test failed in the middle: nobody else will end it
            with suppress(ProcessLookupError):
                os.killpg(self._under_way, signal.SIGKILL)
        assert self.process.stdin
        self.process.stdin.close()  # it ends when it can be asked no more
        try:
            self.process.wait(PATIENCE_S)
        finally:  # unless somebody else, who was forked from us, still holds that end
            self.process.kill()
            with self.process:
                pass

    def run(self, office: Office, day: date, **gate: Any) -> Answer:  # noqa: ANN401 - see Request
        """Make one pass; ``gate`` says what is to happen in it (see ``Request``)."""
        return self.ask(Request(run_arguments(office, day), str(office.output), **gate))

    def ask(self, request: Request) -> Answer:
        self.begin(request)
        return self.end()

    def begin(self, request: Request) -> int:
        """Let a run begin; return its process, which leads a session and a group of its own."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(asdict(request)), file=self.process.stdin, flush=True)
        self._under_way = int(self.process.stdout.readline())
        return self._under_way

    def end(self) -> Answer:
        """Wait for the end of the run that has begun."""
        assert self.process.stdout
        said = json.loads(self.process.stdout.readline())
        self._under_way = None
        passed = tuple(Operation(**each) for each in said.pop("passed"))
        return Answer(**said, passed=passed)

    def traced(self, office: Office, day: date, log: Path, *options: str) -> Answer:
        """Make one pass under strace; the readers of workbooks are not looked at."""
        arguments = run_arguments(office, day)
        run = self.begin(Request(arguments, str(office.output), "free", halted=True))
        while not _is_halted(run):  # to be woken before it sleeps would be to sleep for ever
            time.sleep(0.005)
        words = ["strace", "-qq", "-y", "-o", str(log), "-p", str(run), *options]
        with subprocess.Popen(words) as strace:
            while strace.poll() is None and not _is_traced(run):
                time.sleep(0.005)
            os.kill(run, signal.SIGCONT)
            return self.end()


def some(steps: Sequence[T], step_of: Callable[[T], Operation]) -> list[T]:
    """Return the steps that are tried in each run, or all for ``SOKHORO_REFUSALS=all``.

    The files of a release are written by the same lines, one like the other: of these a few, with
    the first and the last ones. Of the other steps every fifth. Each run begins elsewhere, where
    the seed says.
    """
    dice = random.Random(SEED)  # noqa: S311 - the steps must repeat
    alike = [one for one in steps if "/.making-" in step_of(one).path]
    others = [one for one in steps if "/.making-" not in step_of(one).path]
    kept = [*alike[:4], *alike[dice.randrange(EACH) :: EACH], *alike[-8:]]
    kept += others[dice.randrange(EACH_OTHER) :: EACH_OTHER]
    tried = {id(one) for one in kept}
    return [one for one in steps if WHOLE or id(one) in tried]


def run_arguments(office: Office, day: date, settle: float = 0) -> tuple[str, ...]:
    days = ("--today", day.isoformat(), "--settle", str(settle))
    return ("run", "--config", str(office.config), *days)


def command(*arguments: str) -> list[str]:
    """The words that start the real command, without a script in between."""
    return [sys.executable, "-m", "pipeline", *arguments]


def _is_halted(process: int) -> bool:
    return "State:\tT (stopped)\n" in Path(f"/proc/{process}/status").read_text(encoding="utf-8")


def _is_traced(process: int) -> bool:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return "TracerPid:\t0\n" not in status


def ended_within(run: int, seconds: float) -> bool:
    """Wait so long for the end of a process; True when it has ended by then."""
    try:
        handle = os.pidfd_open(run)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def alive(session: int) -> list[str]:
    """The processes of a session that have not ended; one that nobody has asked about has."""
    return [told for pid, told in _processes() if pid == session]


def _processes() -> Iterator[tuple[int, str]]:
    """Session and line of every living process."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has just ended
            continue
        state, _, _, session, *_ = line.rpartition(")")[2].split()
        if state not in {"Z", "X"}:
            yield int(session), line


def gone(session: int, patience: float = PATIENCE_S) -> list[str]:
    """Wait a little for the processes of a session to end; return those that did not."""
    deadline = time.monotonic() + patience
    while (left := alive(session)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


# ---- what must be true


def state(output: Path) -> dict[str, str]:
    """Return all that a run has left: each path with its content, each table with its rows.

    How SQLite lays out its pages is its own business; so is the time at which a file was made.
    The cache saves time and is no state: anybody may delete it, and a disk may refuse it.
    """
    found = {
        path.relative_to(output).as_posix(): _content(path)
        for path in sorted(output.rglob("*"))
        if not path.name.startswith("ledger.sqlite") and path.name != LAST_PASS
        if path.relative_to(output).parts[0] != "cache"
    }
    with closing(sqlite3.connect(output / "ledger" / "ledger.sqlite")) as ledger:
        found["ledger"] = "\n".join(ledger.iterdump())
    return found


def _content(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"


def bytes_of(output: Path) -> dict[str, tuple[str, int]]:
    """Return every byte and every time of change, those of the ledger included.

    When the last pass ended is no state: each pass says it anew.
    """
    return {
        path.relative_to(output).as_posix(): (_content(path), path.lstat().st_mtime_ns)
        for path in sorted(output.rglob("*"))
        if path.name != LAST_PASS
    }


def differences(found: State, expected: State) -> list[str]:
    """Say where two states part; the ledger by its first line that differs."""
    told = []
    for path in sorted(found.keys() | expected.keys()):
        here, there = found.get(path, "missing"), expected.get(path, "missing")
        if path == "ledger":
            lines = (here.splitlines(), there.splitlines())
            told += [f"ledger: {line}" for line in sorted(set(lines[0]) ^ set(lines[1]))]
        elif here != there:
            told.append(f"{path}: {here}, expected {there}")
    return told


def public(site: Path) -> str | None:
    """Return the name of the release that readers see; None when they see none."""
    current = site / "current"
    return current.resolve().name if current.exists() else None


def wounds(site: Path) -> list[str]:
    """Say what is not whole in what readers see, or in a release that was ever finished."""
    releases = site / "releases"
    finished = releases.iterdir() if releases.is_dir() else []
    folders = [folder for folder in finished if not folder.name.startswith(".")]
    current = site / "current"
    told = [wound for folder in sorted(folders) for wound in _wounds(folder)]
    if current.is_symlink() and current.exists():
        told += _wounds(current)
    elif current.exists():
        told.append("current is no link: what readers see cannot change at once")
    return told


def _wounds(folder: Path) -> Iterator[str]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield f"{folder.name}: no manifest ({error})"
        return
    if manifest["release"] != folder.resolve().name:
        yield f"{folder.name}: holds the release {manifest['release']}"
    listed = {file["path"]: file for file in manifest["files"]}
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    for path in sorted(listed.keys() ^ (present - {MANIFEST, MANIFEST + SIGNATURE})):
        yield f"{folder.name}: {path} is {'missing' if path in listed else 'not listed'}"
    for path in sorted(listed.keys() & present):
        content = (folder / path).read_bytes()
        if hashlib.sha256(content).hexdigest() != listed[path]["sha256"]:
            yield f"{folder.name}: {path} has other bytes than listed"


def faults_of_the_books(output: Path) -> list[str]:
    """Say which accepted workbooks are lost and which months are there twice; looks at a copy.

    A revision that is the content of another one of its month is a month published twice.
    """
    if not (output / "ledger" / "ledger.sqlite").exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        look = shutil.copytree(output / "ledger", Path(folder, "ledger"))
        try:
            with closing(sqlite3.connect(look / "ledger.sqlite")) as ledger:
                return list(_faults_of(ledger, output / "originals"))
        except sqlite3.DatabaseError as error:
            return [f"the ledger cannot be read: {error}"]


def _faults_of(ledger: sqlite3.Connection, originals: Path) -> Iterator[str]:
    sound = ledger.execute("PRAGMA integrity_check").fetchall()
    if sound != [("ok",)]:
        yield f"the ledger is damaged: {sound[:3]}"
    if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'release'").fetchall():
        return  # killed before it had its tables
    for (digest,) in ledger.execute("SELECT DISTINCT sha256 FROM submission"):
        path = originals / digest
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            yield f"the original {digest[:8]} is lost"
    numbers: dict[str, list[int]] = {}
    contents = Counter[tuple[str, str]]()
    for key, month, number in ledger.execute("SELECT id, month, number FROM revision ORDER BY id"):
        numbers.setdefault(month, []).append(number)
        contents[month, repr(ledger.execute(CONTENT, (month, key)).fetchall())] += 1
    for month, counted in numbers.items():
        if counted != list(range(1, len(counted) + 1)):
            yield f"{month} has the revisions {counted}"
    yield from (f"{month} is there twice" for (month, _), n in contents.items() if n > 1)


# What a revision says: the rows of each of its parts.
CONTENT = """
    SELECT revision_part.part, submission_row.procurement
    FROM revision_part
    LEFT JOIN submission_row
    ON submission_row.submission_id = revision_part.submission_id AND submission_row.month = ?
    WHERE revision_part.revision_id = ?
    ORDER BY revision_part.part, submission_row.position
"""


def summary(harm: Sequence[str]) -> str:
    """A few lines for the report of a failed test: one fault is often seen a hundred times."""
    return "\n".join([f"{len(harm)} faults:", *harm[:12]])


def complaint(answer: Answer) -> list[str]:
    """Say what is wrong with how a run that could not be done has ended."""
    said = answer.complained.strip()
    rules = {
        f"status {answer.status} in place of 2": answer.status == COULD_NOT,
        "a traceback": "Traceback" not in said + answer.told,
        "not one line": len(said.splitlines()) == 1,
        "no Thai": any("ก" <= letter <= "๛" for letter in said),
    }
    wrong = [rule for rule, holds in rules.items() if not holds]
    return [f"{', '.join(wrong)}; it said: …{said[-300:]}"] if wrong else []


def straced(log: Path, call: str, *options: str) -> list[str]:
    """The words that put a command under strace; ``call`` is what it looks at."""
    # Its filter in the kernel is faster; it misses the unlink with which SQLite ends, and of the
    # signals that are to be sent at a call about one in ten.
    exact = call == "unlink" or any("signal=" in option for option in options)
    filtered = [] if exact else ["--seccomp-bpf"]
    return [
        "strace",
        "-f",
        *filtered,
        "-qq",
        "-y",
        "-o",
        str(log),
        "-e",
        f"trace={call}",
        *options,
    ]


def end_of(command: Sequence[str]) -> Answer:
    """Run a command to its end."""
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    return Answer(ended.returncode, ended.stdout, ended.stderr)


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder for hundreds of copies: gone afterwards, and in memory where there is enough."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > GIB
    with tempfile.TemporaryDirectory(dir=memory if roomy else folder) as name:
        yield Path(name)
