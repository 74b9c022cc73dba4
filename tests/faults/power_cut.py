"""Power cuts on a real ext4: ``python -m tests.faults.power_cut TRIAL``, see ``IN_A_NAMESPACE``.

The run is stopped and the image of its disk copied: what has reached the disk. What was only in
memory is not in it. The copy is mounted and looked at, then the next run works on it. Disk, image
and copy lie on a tmpfs in a mount namespace of this process, which is the first of a process
namespace: whatever ends it, nothing of it stays, no loop device either. The request is JSON (see
``Trial``); what came out is printed as JSON (see ``Outcome``).
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from tests.faults.gates import Request
from tests.faults.harness import (
    PATIENCE_S,
    WAITS,
    Office,
    Program,
    State,
    alive,
    differences,
    ended_within,
    faults_of_the_books,
    gone,
    open_office,
    public,
    run_arguments,
    state,
    wounds,
)

IN_A_NAMESPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
AFTERWARDS = 4  # every so many cuts one comes when the run has ended: all of it must be there
LINGER_S = 0.05
IMAGE = "10M"


@dataclass(frozen=True)
class Trial:
    """The pass to make, what it finds and leaves undisturbed, and how often the power fails.

    ``options`` are those of the disk's mount. On a ``busy`` disk another program saves all the
    time, and with its files the system writes down names of ours whose content it still has in
    memory. ``mend`` lets the next run work on what each cut left.
    """

    disk: str
    inbox: str
    before: str | None
    finished: str
    day: str
    seen: tuple[str | None, str | None]
    options: str
    cuts: int
    seed: str
    busy: bool = False
    mend: bool = True
    broken: str = ""


@dataclass
class Outcome:
    """How many cuts fell within the run and after its end, and what was wrong after them."""

    within: int = 0
    after_end: int = 0
    journal: int = 0  # cuts that met a ledger with a journal to take over
    seconds: float = 0
    harm: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """What anybody could know at the moment of the cut: it must be true after it."""

    ended: bool
    ledger: tuple[str, ...]  # lines
    originals: frozenset[str]  # that the ledger accepted or returned, by their sha256


def main() -> None:
    trial = Trial(**json.loads(sys.argv[1]))
    began, outcome = time.monotonic(), Outcome()
    _shell("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", trial.disk)
    with Program() as program:
        bench = Bench(trial, program, Path(trial.disk))
        for _ in range(trial.cuts):
            bench.cut(outcome)
    outcome.seconds = time.monotonic() - began
    json.dump(asdict(outcome), sys.stdout)


class Bench:
    """A disk with the office as the pass finds it, to be copied for each cut."""

    def __init__(self, trial: Trial, program: Program, folder: Path) -> None:
        self.trial, self.program, self.folder = trial, program, folder
        self.day = date.fromisoformat(trial.day)
        self.end: State = state(Path(trial.finished))
        self.dice = random.Random(trial.seed)  # noqa: S311 - the moments must repeat
        self.fresh = folder / "fresh.img"
        _shell("truncate", "-s", IMAGE, str(self.fresh))
        _shell("mkfs.ext4", "-q", "-F", str(self.fresh))
        with self._mounted(self.fresh) as disk:
            open_office(disk, Path(trial.inbox), Path(trial.before) if trial.before else None)
        self.length_s = self._length_s()

    def _length_s(self) -> float:
        """Seconds that the pass takes on this disk: cuts spread over all of it."""
        _copy_anew(self.fresh, self.folder / "live.img")
        with self._mounted(self.folder / "live.img") as disk, self._neighbour(disk):
            began = time.monotonic()
            answer = self.program.run(Office(disk), self.day, act="free", broken=self.trial.broken)
            assert (answer.status, answer.complained) == (WAITS, "")
            return time.monotonic() - began

    def cut(self, outcome: Outcome) -> None:
        """Make the pass, cut the power at a moment, and look at what the disk has."""
        live, left = self.folder / "live.img", self.folder / "left.img"
        _copy_anew(self.fresh, live)
        with self._mounted(live) as disk:
            afterwards = (outcome.within + outcome.after_end) % AFTERWARDS == 0
            at, told = self._interrupted(Office(disk), live, left, afterwards=afterwards)
        outcome.after_end += told.ended
        outcome.within += not told.ended
        outcome.harm += [f"{at}: {harm}" for harm in self._harm(left, told, outcome)]

    def _interrupted(
        self, office: Office, live: Path, left: Path, *, afterwards: bool
    ) -> tuple[str, Told]:
        """Return the moment of the cut in words, and what was told by then."""
        moment = self.dice.uniform(0, 1.1 * self.length_s)
        linger = self.dice.uniform(0, LINGER_S)
        arguments = run_arguments(office, self.day)
        request = Request(arguments, str(office.output), "free", broken=self.trial.broken)
        with self._neighbour(office.folder):
            began = time.monotonic()
            run = self.program.begin(request)
            ended = ended_within(run, 60 if afterwards else moment)
            if ended:
                # Other work on the machine makes a pass longer: then a cut would come too late.
                self.length_s = min(self.length_s, time.monotonic() - began)
                time.sleep(linger)
            else:
                ended = not _stop(run)
        try:
            _copy_at_rest(live, left)
            told = _told(office, ended=ended)
        finally:
            if not ended:
                os.killpg(run, signal.SIGKILL)
            answer = self.program.end()
            assert gone(run) == []
        # One that was at its very end, when it seemed to be stopped, had nothing left to do.
        expected = {WAITS} if ended else {-signal.SIGKILL, WAITS}
        assert answer.status in expected, (answer.status, ended, answer.complained)
        return f"after the end + {linger:.3f} s" if ended else f"{moment:.3f} s", told

    def _harm(self, left: Path, told: Told, outcome: Outcome) -> Iterator[str]:
        try:
            with self._mounted(left) as disk:
                yield from self._hurt(Office(disk), told, outcome)
                if self.trial.mend:
                    yield from self._unmended(Office(disk))
        except subprocess.CalledProcessError as error:
            yield f"the disk is damaged: {error}"

    def _hurt(self, office: Office, told: Told, outcome: Outcome) -> Iterator[str]:
        """Say what readers or the office must not find; looks only at a copy of the files."""
        seen, look = public(office.site), self.folder / "look"
        expected = self.trial.seen[1:] if told.ended else self.trial.seen
        if seen not in expected:
            yield f"readers see {seen}"
        yield from wounds(office.site)
        if office.output.exists():
            shutil.copytree(office.output, look, symlinks=True)
            wal = look / "ledger" / "ledger.sqlite-wal"
            outcome.journal += wal.exists() and wal.stat().st_size > 0
            yield from _lost(look, told)
            if told.ended and (look / "ledger" / "ledger.sqlite").exists():
                found = _or_damaged(lambda: differences(state(look), self.end))
                yield from (f"told and gone: {each}" for each in found)
            shutil.rmtree(look)
        elif told.ended:
            yield "told and gone: everything"

    def _unmended(self, office: Office) -> Iterator[str]:
        answer = self.program.run(office, self.day, act="free", broken=self.trial.broken)
        if (answer.status, answer.complained) != (WAITS, ""):
            yield f"the next run: status {answer.status}, {answer.complained[-300:]}"
        found = _or_damaged(lambda: differences(state(office.output), self.end))
        yield from (f"the next run: {each}" for each in found)

    @contextmanager
    def _mounted(self, image: Path) -> Iterator[Path]:
        """Mount an image; its loop device goes with the mount."""
        disk = self.folder / image.stem
        disk.mkdir(exist_ok=True)
        options = ",".join(filter(None, ("loop", self.trial.options)))
        _shell("mount", "-t", "ext4", "-o", options, str(image), str(disk))
        try:
            yield disk
        finally:
            _unmount(disk)

    @contextmanager
    def _neighbour(self, disk: Path) -> Iterator[None]:
        """Another program on a busy disk, until the cut."""
        enough = threading.Event()

        def save() -> None:
            while not enough.wait(0.002):
                with (disk / "neighbour").open("wb") as file:
                    file.write(b"saved")
                    file.flush()
                    os.fsync(file.fileno())

        other = threading.Thread(target=save)
        if self.trial.busy:
            other.start()
        try:
            yield
        finally:
            enough.set()
            if self.trial.busy:
                other.join()


def _stop(run: int) -> bool:
    """Stop a run and its readers, in whatever they are; False when the run has just ended."""
    try:
        os.killpg(run, signal.SIGSTOP)
    except ProcessLookupError:
        return False
    # A call to the disk is still finished.
    while any(line.rpartition(")")[2].split()[0] != "T" for line in alive(run)):
        time.sleep(0.0005)
    return not ended_within(run, 0)


def _copy_anew(image: Path, copy: Path) -> None:
    """Never over an image that was mounted: its device may still know the old blocks."""
    copy.unlink(missing_ok=True)
    shutil.copyfile(image, copy)


def _copy_at_rest(image: Path, copy: Path) -> None:
    """Copy what is on the disk at one moment: again, if something was written meanwhile."""
    while True:
        before = image.stat().st_mtime_ns
        _copy_anew(image, copy)
        if image.stat().st_mtime_ns == before:
            return


def _told(office: Office, *, ended: bool) -> Told:
    """Read the ledger as anybody could: what it shows, it has promised."""
    try:
        with closing(_opened(office.ledger)) as ledger:
            lines = tuple(ledger.iterdump())
            named = ledger.execute("SELECT sha256 FROM submission").fetchall()
    except sqlite3.OperationalError:  # not there yet, or locked while it is made
        return Told(ended, (), frozenset())
    return Told(ended, lines, frozenset(digest for (digest,) in named))


def _lost(output: Path, told: Told) -> Iterator[str]:
    """Say what was told at the cut and is gone, in a ledger that may be damaged altogether."""
    yield from faults_of_the_books(output)
    for digest in sorted(told.originals):
        if not (output / "originals" / digest).is_file():
            yield f"the original {digest[:8]} is gone"
    if told.ledger:
        try:
            with closing(_opened(output / "ledger" / "ledger.sqlite")) as ledger:
                gone_lines = Counter(told.ledger) - Counter(ledger.iterdump())
        except sqlite3.DatabaseError as error:
            yield f"the ledger cannot be read: {error}"
        else:
            yield from (f"the ledger lost: {line[:120]}" for line in gone_lines)


def _opened(ledger: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{ledger.as_uri()}?mode=rw", uri=True, timeout=0)


def _or_damaged(look: Callable[[], list[str]]) -> list[str]:
    try:
        return look()
    except (OSError, sqlite3.DatabaseError) as error:
        return [f"cannot be read: {error}"]


def _unmount(disk: Path) -> None:
    """Take a disk away; the kernel lets go of a killed run's files some milliseconds after it."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            _shell("umount", str(disk))
        except subprocess.CalledProcessError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _shell(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


if __name__ == "__main__":
    main()
