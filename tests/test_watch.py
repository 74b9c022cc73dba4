"""The watch as real processes: one at a time, never hanging, never tired, nothing missed."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alone import alone
from pipeline.bounded import LARGEST_ANSWER, Child
from pipeline.examples import example_month, to_bytes
from pipeline.heartbeat import HEARTBEAT, read_heartbeat
from pipeline.watch import (
    BANGKOK,
    LOG_BYTES,
    Glance,
    Result,
    State,
    after,
    due,
    glance_at,
    result_of,
)
from schemas import watch_words
from schemas.heartbeat import QUIET, Heartbeat, quiet_since
from schemas.month import Month
from schemas.watch_words import REASONS
from tests.faults.harness import Office, first_books, later_books, open_office, straced, wounds
from tests.watching import FAKETIME

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 90
MEBI = 1 << 20
WAKE_UPS = int(os.environ.get("SOKHORO_WAKE_UPS", "3000"))
WARM = WAKE_UPS // 10


# ---- what to do

NOON = datetime(2025, 10, 6, 12, tzinfo=BANGKOK)
DAILY = time_of_day(8, 30)
MINUTE = timedelta(minutes=1)
SEEN = Glance("a")
CALM = State("a", "a", NOON, NOON)


@pytest.mark.parametrize(
    ("glance", "state", "later", "reason"),
    [
        (SEEN, State(), timedelta(), "start"),
        (SEEN, CALM, MINUTE, None),
        (Glance("b"), CALM, MINUTE, "changed"),
        (Glance(None), CALM, MINUTE, None),
        (SEEN, replace(CALM, done=None), MINUTE, "changed"),
        (Glance(None), CALM, timedelta(hours=12), "day"),
        (SEEN, CALM, timedelta(hours=11, minutes=59), None),
        (SEEN, CALM, timedelta(hours=12), "day"),
        (SEEN, replace(CALM, good=NOON.replace(hour=8, minute=29)), MINUTE, "day"),
        (SEEN, replace(CALM, good=NOON.replace(hour=8, minute=30)), MINUTE, None),
        (SEEN, CALM, -MINUTE, "clock"),
        (SEEN, replace(CALM, failures=1), timedelta(seconds=59), None),
        (SEEN, replace(CALM, failures=1), MINUTE, "again"),
        (SEEN, replace(CALM, failures=3), 3 * MINUTE, None),
        (SEEN, replace(CALM, failures=3), 4 * MINUTE, "again"),
        (SEEN, replace(CALM, failures=99), 29 * MINUTE, None),
        (SEEN, replace(CALM, failures=99), 30 * MINUTE, "again"),
        (Glance("b"), replace(CALM, failures=9), timedelta(), "changed"),
        (Glance("b"), replace(CALM, failures=9, tried="b"), timedelta(), None),
        (SEEN, replace(CALM, busy=True), timedelta(), "busy"),
        (SEEN, replace(CALM, unsettled=True), MINUTE, None),
        (SEEN, replace(CALM, unsettled=True), 2 * MINUTE, "unsettled"),
        (SEEN, replace(CALM, again_at=NOON + 5 * MINUTE), 4 * MINUTE, None),
        (SEEN, replace(CALM, again_at=NOON + 5 * MINUTE), 5 * MINUTE, "asked"),
        (SEEN, replace(CALM, again_at=NOON - MINUTE), timedelta(seconds=59), None),
    ],
)
def test_when_a_pass_is_due(
    glance: Glance, state: State, later: timedelta, reason: str | None
) -> None:
    assert due(glance, state, NOON + later, DAILY) == reason


MOMENTS = st.datetimes(
    datetime(2025, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(BANGKOK),
    allow_imaginary=False,
)
LISTINGS = st.sampled_from(["a", "b", None])
RESULTS = st.builds(
    Result,
    st.sampled_from(["good", "failed", "other-run"]),
    unsettled=st.booleans(),
    again_at=st.none() | MOMENTS,
)


@st.composite
def _lives(draw: st.DrawFn) -> tuple[State, Glance, datetime]:
    """A state that passes have led to, at any jumps of the clock."""
    state, moment = State(), draw(MOMENTS)
    for _ in range(draw(st.integers(1, 6))):
        state = after(state, Glance(draw(LISTINGS)), draw(RESULTS), moment, moment + MINUTE)
        moment = draw(MOMENTS)
    return state, Glance(draw(LISTINGS)), moment


@given(_lives())
def test_what_changed_is_always_looked_at(life: tuple[State, Glance, datetime]) -> None:
    state, glance, now = life
    if glance.listing is not None and glance.listing not in {state.tried, state.done}:
        assert due(glance, state, now, DAILY) is not None


@given(_lives())
def test_whatever_the_clock_does_a_day_never_passes_without_a_pass(
    life: tuple[State, Glance, datetime],
) -> None:
    """Set back or forward by years: a pass is due at one of the next two minutes of a day."""
    state, glance, now = life
    assert any(
        due(glance, state, now + n * timedelta(minutes=30), DAILY) is not None for n in range(49)
    )


@given(_lives())
def test_a_good_pass_is_followed_by_rest(life: tuple[State, Glance, datetime]) -> None:
    """Nothing new, nothing owed: no second pass, however often the watch wakes up."""
    state, glance, now = life
    if glance.listing is None:
        return
    noon = now.replace(hour=12, minute=0)
    state = after(state, glance, Result("good"), noon, noon + MINUTE)
    waking = (noon + n * MINUTE for n in range(1, 12 * 60))
    assert {due(glance, state, moment, DAILY) for moment in waking} == {None}


@given(_lives())
def test_failures_are_tried_again_within_half_an_hour(
    life: tuple[State, Glance, datetime],
) -> None:
    state, glance, now = life
    failed = after(state, glance, Result("failed"), now, now)
    assert due(glance, failed, now, DAILY) is None
    assert due(glance, failed, now + 30 * MINUTE, DAILY) == "again"


@pytest.mark.parametrize(
    ("ended", "result"),
    [
        ((0, b'{"taken_in": [], "published": []}', b""), Result("good")),
        (
            (
                1,
                (
                    b'{"taken_in": [{"outcome": "returned"}, {"outcome": "ignored"}], '
                    b'"published": [1], "unsettled": ["a"], "again_at": "2025-10-06T05:00:00Z"}'
                ),
                b"",
            ),
            Result("good", "", 1, 1, unsettled=True, again_at=NOON),
        ),
        (
            (0, b'{"taken_in": [], "published": [], "again_at": "soon"}', b""),
            Result("good"),
        ),
        ((2, b"", "ดิสก์เต็ม\n".encode()), Result("failed", "ดิสก์เต็ม")),
        ((None, b"", b""), Result("failed", "ใช้เวลาเกิน 5 นาที จึงถูกหยุด")),
        # Python itself ends a program that broke with 1, which is also "something waits".
        (
            (1, b"", b"Traceback\nKeyError: 1\n"),
            Result("failed", "หยุดทำงานผิดปกติ (สถานะ 1) KeyError: 1"),
        ),
        ((-9, b"", b""), Result("failed", "หยุดทำงานผิดปกติ (สถานะ -9)")),
    ],
)
def test_what_a_pass_came_to(ended: tuple[int | None, bytes, bytes], result: Result) -> None:
    assert result_of(*ended, 5) == result


def test_two_days_without_a_good_pass_are_silence() -> None:
    alive = Heartbeat(NOON - 9 * QUIET, 1, "", 60, NOON)
    assert quiet_since(None, None, NOON) is None
    assert quiet_since(None, NOON - QUIET + MINUTE, NOON) is None
    assert quiet_since(None, NOON - QUIET, NOON) == QUIET
    assert quiet_since(alive, NOON - MINUTE, NOON) is None
    assert quiet_since(alive, None, NOON) == 9 * QUIET
    assert quiet_since(replace(alive, last_good=NOON), NOON - QUIET, NOON) is None


# ---- real watches


@dataclass
class Watched:
    """An office with watches in processes of their own."""

    office: Office
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    clock: tuple[str, ...] = ()  # a word more for the command

    def start(
        self, *before: str, **pace: float | str | tuple[str, ...]
    ) -> subprocess.Popen[bytes]:
        """Start a watch; ``before`` are words put before the command."""
        asked = {"poll_s": 0.05, "daily_at": "08:30", "pass_s": 120, "grace_s": 5} | pace
        words = [sys.executable, "-m", "tests.watching", str(self.office.config)]
        # What a shell starts in the background ignores Ctrl+C, and so would a watch started by it.
        heedful = ("env", "--default-signal")
        process = subprocess.Popen(
            [*heedful, *before, *words, json.dumps(asked), *self.clock],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    @property
    def heartbeat(self) -> Heartbeat | None:
        return read_heartbeat(self.office.output)

    def sees(self, what: Callable[[Heartbeat], bool], patience: float = PATIENCE_S) -> Heartbeat:
        """Wait until the heartbeat says something; return it."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            beat = self.heartbeat
            if beat is not None and what(beat):
                return beat
            time.sleep(0.02)
        pytest.fail(f"it never came; the last heartbeat: {self.heartbeat}\n{self.log}")

    @property
    def log(self) -> str:
        path = self.office.output / "watch.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def drop(self, name: str, content: bytes) -> None:
        (self.office.folder / "inbox" / name).write_bytes(content)


def settle(office: Office, seconds: float) -> None:
    text = office.config.read_text(encoding="utf-8").partition("\n[inbox]")[0]
    office.config.write_text(f"{text}\n[inbox]\nsettle_seconds = {seconds}\n", encoding="utf-8")


@contextmanager
def _watched(folder: Path) -> Iterator[Watched]:
    (folder / "inbox").mkdir()
    office = open_office(folder, folder / "inbox")
    settle(office, 0)
    watched = Watched(office)
    try:
        yield watched
    finally:
        for process in watched.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # strace and what it looks at
            process.communicate()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with _watched(tmp_path) as watched:
        yield watched


def book(number: int, rows: int = 3) -> tuple[str, bytes]:
    made = example_month(Month(2568, number), "nine-columns", rows=rows)
    return made.file, to_bytes(made)


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, complained = process.communicate(timeout=PATIENCE_S)
    return process.returncode, complained.decode()


def revisions(office: Office) -> dict[str, int]:
    """How often each month was published."""
    with closing(sqlite3.connect(office.ledger)) as ledger:
        return dict(ledger.execute("SELECT month, count(*) FROM revision GROUP BY month"))


@pytest.mark.parametrize("watches", [2, 5])
def test_of_watches_at_once_one_works_for_a_hundred_wake_ups(
    watches: int, watched: Watched
) -> None:
    """Each turn several start, one works, and it is killed or stopped when it has woken up."""
    turns, wake_ups, told = 5, 0, []
    for turn in range(1, turns + 1):
        watched.drop(*book(turn))
        started = [watched.start() for _ in range(watches)]
        pids = {process.pid for process in started}

        def worked(beat: Heartbeat, pids: set[int] = pids) -> bool:
            return beat.pid in pids and beat.last_good is not None and beat.wake_ups >= 20

        beat = watched.sees(worked)
        (holder,) = [process for process in started if process.pid == beat.pid]
        told += [ended(process) for process in started if process is not holder]
        holder.send_signal(signal.SIGKILL if turn % 2 else signal.SIGTERM)
        ended(holder)
        wake_ups += beat.wake_ups

    assert wake_ups >= 100
    assert told == [(2, f"{watch_words.ALREADY}\n")] * turns * (watches - 1)
    assert revisions(watched.office) == {f"2568-{n:02}": 1 for n in range(1, turns + 1)}
    assert wounds(watched.office.site) == []


def test_a_killed_watch_leaves_neither_lock_nor_pass(watched: Watched) -> None:
    """Its pass would hold the ledger's lock for ten minutes, and nobody would bound it."""
    watched.drop(*book(1))
    settle(watched.office, 600)
    first = watched.start()
    watched.sees(lambda beat: beat.last_status == "running")
    wait_for(watched.office.lock.exists)
    settle(watched.office, 0)
    first.kill()
    clock = time.monotonic()
    second = watched.start()
    watched.sees(lambda beat: beat.pid == second.pid and beat.last_good is not None)

    assert time.monotonic() - clock < 30
    assert revisions(watched.office) == {"2568-01": 1}


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_run_by_hand_is_no_failure(watched: Watched) -> None:
    with alone(watched.office.lock):
        watched.start()
        beat = watched.sees(lambda beat: beat.passes >= 2)
        assert (beat.last_status, beat.failures) == ("other-run", 0)
        assert beat.other_run_since is not None
    good = watched.sees(lambda beat: beat.last_status == "good")
    assert good.other_run_since is None


def test_a_pass_that_fails_is_told_and_tried_at_once_when_the_inbox_changes(
    watched: Watched,
) -> None:
    whole = watched.office.config.read_text(encoding="utf-8")
    watched.start()
    watched.sees(lambda beat: beat.passes == 1)
    watched.office.config.write_text("[organisation", encoding="utf-8")
    watched.drop(*book(1))
    beat = watched.sees(lambda beat: beat.passes == 2 and beat.last_status == "failed")
    assert "TOML" in beat.last_trouble
    assert beat.failures == 1
    watched.office.config.write_text(whole, encoding="utf-8")
    watched.sees(lambda later: later.wake_ups > beat.wake_ups + 20)  # it waits its minute
    watched.drop(*book(2))
    good = watched.sees(lambda beat: beat.last_status == "good" and beat.passes >= 3)

    assert good.failures == 0
    assert revisions(watched.office) == {"2568-01": 1, "2568-02": 1}
    assert "TOML" in watched.log


# ---- what hangs


def members(group: int) -> list[int]:
    """The living processes of a group; a zombie has ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[2]) == group and after_name[0] != "Z":
                found.append(int(folder.name))
    return found


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in listed for child in path.read_text().split()]


def test_a_child_ends_with_all_that_it_started() -> None:
    """Also one that ends by itself: what it left behind holds its pipe open."""
    for words, status in (("sleep 600 & sleep 600", None), ("sleep 600 & echo done", 0)):
        child = Child(["sh", "-c", words])
        limit = time.monotonic() + 1
        ended = child.end(lambda limit=limit: limit)  # type: ignore[misc]

        assert (ended.status, ended.told) == (status, b"" if status is None else b"done\n")
        wait_for(lambda child=child: not members(child.process.pid))  # type: ignore[misc]


def test_what_a_child_says_is_bounded_and_never_blocks_it() -> None:
    child = Child(["head", "-c", str(3 * LARGEST_ANSWER), "/dev/zero"])
    ended = child.end(_soon)
    assert (ended.status, len(ended.told)) == (0, LARGEST_ANSWER)


def test_a_pass_that_hangs_is_killed_with_all_its_children(watched: Watched) -> None:
    watched.drop(*book(1))
    settle(watched.office, 600)
    process = watched.start(pass_s=15)
    watched.sees(lambda beat: beat.last_status == "running")
    wait_for(lambda: any(len(members(pid)) > 1 for pid in children(process.pid)))
    (group,) = [pid for pid in children(process.pid) if len(members(pid)) > 1]
    beat = watched.sees(lambda beat: beat.last_status == "failed")

    assert beat.last_trouble == watch_words.OVERDUE.format(minutes=0.25)
    wait_for(lambda: not members(group))
    settle(watched.office, 0)
    watched.drop(*book(2))
    watched.sees(lambda beat: beat.last_status == "good")
    assert revisions(watched.office) == {"2568-01": 1, "2568-02": 1}


def hanging(folder: Path, log: Path) -> list[str]:
    """The words before a command in which nobody who looks into a folder ever comes back."""
    refused = ("-P", str(folder), "-e", "inject=getdents64:signal=SIGSTOP")
    return ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=getdents64", *refused]


def test_an_inbox_that_never_answers_stops_nothing_else(watched: Watched, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    watched.start(*hanging(inbox, tmp_path / "strace"), glance_s=2, pass_s=5)
    beat = watched.sees(lambda beat: beat.wake_ups >= 4)

    assert beat.glance_ok is None
    assert beat.glance_trouble == watch_words.INBOX_SLOW.format(seconds=2)
    assert beat.last_status == "failed"  # the pass that is owed at the start hangs as well
    assert beat.passes == 1


def test_a_full_disk_silences_the_heartbeat_and_stops_nothing(
    watched: Watched, tmp_path: Path
) -> None:
    """It is told once, and once more when there is room again."""
    fresh = str(watched.office.output / f".{HEARTBEAT}.new")
    refused = ("-P", fresh, "-e", "inject=write:error=ENOSPC:when=1..8")
    watched.start(*straced(tmp_path / "strace", "write", *refused))
    beat = watched.sees(lambda beat: beat.wake_ups > 8)
    log = watched.log

    assert beat.passes == 1
    assert log.count("No space left on device") == 1
    assert (
        log.count(watch_words.HEARTBEAT_AGAIN.format(file=watched.office.output / HEARTBEAT)) == 1
    )


def test_a_disk_that_never_answers_makes_room_for_another_watch(
    watched: Watched, tmp_path: Path
) -> None:
    """The heartbeat's own rename hangs: the watch ends, so that whoever keeps it up can act."""
    fresh = str(watched.office.output / f".{HEARTBEAT}.new")
    refused = ("-P", fresh, "-e", "inject=rename:delay_enter=600000000")
    first = watched.start(*straced(tmp_path / "strace", "rename", *refused), stuck_s=3)
    wait_for(Path(fresh).exists)
    (hung,) = children(first.pid)
    wait_for(lambda: hung not in members(first.pid))
    first.kill()  # strace, which would keep the rest of the ended process for ten minutes
    second = watched.start()
    watched.sees(lambda beat: beat.pid == second.pid and beat.passes == 1)


def test_the_log_is_bounded(watched: Watched) -> None:
    log = watched.office.output / "watch.log"
    log.write_text("ก" * LOG_BYTES, encoding="utf-8")
    watched.start()
    watched.sees(lambda beat: beat.passes == 1)

    assert log.stat().st_size < 10_000
    assert log.with_name("watch.log.1").stat().st_size == 3 * LOG_BYTES


def test_the_command_itself_watches(watched: Watched) -> None:
    """With the pace of the configuration; a second one says in one sentence why it does not."""
    office = watched.office
    with office.config.open("a", encoding="utf-8") as file:
        file.write("[watch]\npoll_seconds = 1\n")
    words = [sys.executable, "-m", "pipeline", "watch", "--config", str(office.config)]
    watched.drop(*book(1))
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8") as process:
        watched.sees(lambda beat: beat.wake_ups >= 3 and beat.poll_seconds == 1)
        second = subprocess.run(
            words, cwd=ROOT, capture_output=True, encoding="utf-8", check=False
        )
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE_S)

    assert (process.returncode, second.returncode) == (0, 2)
    assert (second.stdout, second.stderr) == ("", f"{watch_words.ALREADY}\n")
    assert watch_words.STOPPED in said
    assert revisions(office) == {"2568-01": 1}


def test_the_watch_itself_stays_light() -> None:
    """What is heavy is loaded by the children."""
    heavy = {"pandas", "numpy", "sqlalchemy", "openpyxl", "cryptography", "jinja2"}
    words = "import sys, pipeline.watch, pipeline.configure; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert heavy.isdisjoint(done.stdout.split())


def test_a_glance_at_no_folder_says_why(tmp_path: Path) -> None:
    assert glance_at(tmp_path / "nowhere", _soon, 9).listing is not None  # a pass will make it
    (tmp_path / "file").write_bytes(b"")
    trouble = glance_at(tmp_path / "file", _soon, 9).trouble
    assert trouble == watch_words.INBOX_REFUSED.format(error="Not a directory")


def _soon() -> float:
    return time.monotonic() + 9


def test_a_glance_sees_what_a_pass_would_take_in(tmp_path: Path) -> None:
    def seen() -> tuple[str | None, int]:
        glance = glance_at(tmp_path, _soon, 9)
        return glance.listing, glance.files

    empty = seen()
    for name in ("~$a.xlsx", "a.tmp", ".hidden", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "unpacked.xlsx").mkdir()
    (tmp_path / "unpacked.xlsx" / "b.xlsx").write_bytes(b"")
    assert seen() == empty
    (tmp_path / "ประกาศ").mkdir()
    (tmp_path / "ประกาศ" / "b.pdf").write_bytes(b"")
    announced = seen()
    assert (announced[0] != empty[0], announced[1]) == (True, 1)
    (tmp_path / "กองช่าง").mkdir()
    (tmp_path / "กองช่าง" / "ก.xlsx").write_bytes(b"1")
    one = seen()
    assert (one[0] != announced[0], one[1]) == (True, 2)
    (tmp_path / "กองช่าง" / "ก.xlsx").write_bytes(b"2")
    assert seen()[0] != one[0], "the same size, another time"
    (tmp_path / "new").write_bytes(b"2")
    stamp = (tmp_path / "กองช่าง" / "ก.xlsx").stat()
    os.utime(tmp_path / "new", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    before = seen()[0]
    (tmp_path / "new").replace(tmp_path / "กองช่าง" / "ก.xlsx")
    assert seen()[0] != before


# ---- the end


def test_a_stop_during_glances_is_clean(watched: Watched) -> None:
    for sent in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        process = watched.start()
        watched.sees(lambda beat, pid=process.pid: beat.pid == pid and beat.wake_ups > 10)  # type: ignore[misc]
        process.send_signal(sent)
        status, _ = ended(process)
        beat = watched.heartbeat
        assert status == 0
        assert beat is not None
        assert beat.stopped is not None
        assert beat.next_wake_up is None
        assert watched.log.rstrip().endswith(watch_words.STOPPED)


@pytest.mark.parametrize("signals", [1, 2])
def test_a_stop_during_a_pass_gives_it_a_little_time(signals: int, watched: Watched) -> None:
    """One signal: so long as its grace lasts. A second one: none."""
    watched.drop(*book(1))
    settle(watched.office, 600)
    process = watched.start(grace_s=3 if signals == 1 else 600)
    watched.sees(lambda beat: beat.last_status == "running")
    (child,) = children(process.pid)
    clock = time.monotonic()
    for _ in range(signals):
        process.send_signal(signal.SIGINT)
        time.sleep(1)
    status, _ = ended(process)
    beat = watched.heartbeat

    assert status == 0
    assert beat is not None
    assert (beat.stopped is not None, beat.last_status, beat.failures) == (True, "stopped", 0)
    assert members(child) == []
    assert time.monotonic() - clock < 20
    assert (time.monotonic() - clock > 3) == (signals == 1)


def test_a_pass_that_ends_in_its_grace_is_not_lost(watched: Watched) -> None:
    watched.drop(*book(1))
    settle(watched.office, 3)
    process = watched.start(grace_s=60)
    watched.sees(lambda beat: beat.last_status == "running")
    process.send_signal(signal.SIGTERM)

    assert ended(process)[0] == 0
    assert revisions(watched.office) == {"2568-01": 1}


# ---- time


@dataclass
class Clock:
    """The clock of all processes of an office: a file with how far it is off (tests/watching)."""

    file: Path

    def set(self, to: datetime) -> None:
        self.move(to - datetime.now(UTC))

    def move(self, offset: timedelta) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{offset.total_seconds():+.0f}\n")
        fresh.replace(self.file)


@pytest.fixture
def clock(watched: Watched, tmp_path: Path) -> Clock:
    if not Path(FAKETIME).exists() and "CI" not in os.environ:
        pytest.skip("faketime is not installed")
    clock = Clock(tmp_path / "clock")
    watched.clock = (str(clock.file),)
    return clock


def test_forty_five_days_of_absence_are_caught_up_at_the_first_wake_up(
    watched: Watched, clock: Clock
) -> None:
    """The machine is off from before September's due day; files are dropped meanwhile."""
    clock.set(datetime(2025, 10, 6, 9, tzinfo=BANGKOK))
    for name, content in first_books().items():
        watched.drop(name, content)
    process = watched.start()
    watched.sees(lambda beat: beat.last_good is not None)
    process.kill()
    ended(process)
    assert revisions(watched.office) == {"2568-06": 1}

    clock.set(datetime(2025, 11, 20, 9, tzinfo=BANGKOK))
    for name, content in later_books().items():
        if "สิงหาคม" in name:  # mended; June and September lie there as they were
            watched.drop(name, content)
    watched.drop(*book(10))
    process = watched.start(poll_s=600)
    beat = watched.sees(lambda beat: beat.pid == process.pid and beat.last_good is not None)

    assert (beat.wake_ups, beat.passes) == (1, 1)
    assert revisions(watched.office) == {f"2568-{n:02}": 1 for n in (6, 8, 9, 10)}
    assert wounds(watched.office.site) == []


def test_midnight_makes_due_what_the_new_day_asks_for(watched: Watched, clock: Clock) -> None:
    """September waits for an answer until the 7th of October; then it is public by itself."""
    books = first_books()
    september = next(name for name in books if "กันยายน" in name)
    clock.set(datetime(2025, 10, 6, 23, 45, tzinfo=BANGKOK))
    watched.drop(september, books[september])
    watched.start(poll_s=0.5)
    waiting = watched.sees(lambda beat: beat.passes == 1 and beat.last_status == "good")
    assert waiting.last_good is not None
    assert waiting.last_good.day == 6
    assert revisions(watched.office) == {}
    clock.set(datetime(2025, 10, 6, 23, 59, 57, tzinfo=BANGKOK))
    beat = watched.sees(lambda beat: beat.passes == 2 and beat.last_status == "good")

    assert beat.last_reason == REASONS["day"]
    assert revisions(watched.office) == {"2568-09": 1}


def test_a_clock_set_back_an_hour_stops_nothing(watched: Watched, clock: Clock) -> None:
    clock.set(datetime(2025, 10, 6, 12, tzinfo=BANGKOK))
    watched.start(poll_s=1)
    beat = watched.sees(lambda beat: beat.passes == 1 and beat.wake_ups >= 3)
    clock.set(datetime(2025, 10, 6, 11, tzinfo=BANGKOK))
    later = watched.sees(lambda now: now.wake_ups >= beat.wake_ups + 5, patience=30)

    assert (later.passes, later.last_reason) == (2, REASONS["clock"])
    assert watch_words.CLOCK_BACK in watched.log


# ---- for years


def figures(pid: int) -> tuple[int, int, int]:
    """Memory in bytes, open files, threads."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    counts = (sum(1 for _ in Path(f"/proc/{pid}/{each}").iterdir()) for each in ("fd", "task"))
    return int(resident) * 1024, *counts  # type: ignore[return-value]


def at_rest(pid: int) -> tuple[int, int, int]:
    """The least of many looks: while a child lives, its pipes and their readers are there too."""
    looks = []
    for _ in range(50):
        looks.append(figures(pid))
        time.sleep(0.002)
    memory, files, threads = (min(each) for each in zip(*looks, strict=True))
    return memory, files, threads


def test_thousands_of_wake_ups_leave_no_trace(watched: Watched) -> None:
    """Memory, files and threads of the watch itself stay as they are.

    ``stat`` of the folder stands in for our own program: a process like that one, done in a
    tenth of the time; a file that is dropped changes what it prints.
    """
    began = time.monotonic()
    process = watched.start(poll_s=0.001, glance=("stat", "-c", "%Z %n"))
    seen: list[tuple[int, int, int]] = []
    for part in range(1, WAKE_UPS // WARM + 1):
        if part in {1, 4, 8}:  # some of them with a pass
            watched.drop(*book(part))
        watched.sees(lambda beat, part=part: beat.wake_ups >= part * WARM)  # type: ignore[misc]
        seen.append(at_rest(process.pid))
    beat = watched.heartbeat

    assert beat is not None
    assert beat.passes >= 3
    print(f"{beat.wake_ups} wake-ups, {beat.passes} passes in {time.monotonic() - began:.0f} s,")  # noqa: T201
    print(f"memory {seen[0][0] >> 10} → {seen[-1][0] >> 10} KiB, files and threads {seen}")  # noqa: T201
    assert seen[-1][0] - seen[0][0] <= 5 * MEBI
    assert len({files for _, files, _ in seen}) == 1
    assert len({threads for _, _, threads in seen}) == 1
