"""A clock and a nurse: wakes up, glances at the inbox, and lets a pass be made when one is due.

What is due in the ledger a pass finds out itself; here it is only decided when to make one. All
that may hang or die is a child with limits; this process stays light and stays up.
"""

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from pipeline import glance as glance_script
from pipeline.alone import OTHER_RUN, alone
from pipeline.bounded import Child, bounded_command
from pipeline.glance import GONE
from pipeline.heartbeat import HEARTBEAT, write_heartbeat
from schemas import watch_words as words
from schemas.announcement import ANSWERED
from schemas.heartbeat import Heartbeat, PassStatus
from schemas.watch_words import REASONS, Reason

BANGKOK = ZoneInfo("Asia/Bangkok")
WATCH_LOCK, WATCH_LOG = "watch.lock", "watch.log"
LOG_BYTES, LOGS_KEPT = 1 << 20, 3
LONGEST_WAIT_MIN = 30  # between two tries of a pass that fails
UNSETTLED_AGAIN = timedelta(minutes=2)
POLL_AGAIN = timedelta(minutes=30)  # where a poll could not be made
LONGEST_SILENCE = timedelta(days=1)  # between two polls: the agreed hours come every day
SOONEST_AGAIN = timedelta(minutes=1)  # whatever moment a pass asks for
NURSE_S = 0.2
CLOCK_SLACK_S = 5
LONGEST_SENTENCE = 500  # characters
DONE, WAITS, COULD_NOT = 0, 1, 2
GONE_LISTING = sha256(GONE).hexdigest()  # of a folder that is not there


# ---- what to do: a pure function of what was seen and what is known


@dataclass(frozen=True)
class Glance:
    """What a look at the inbox gave; ``listing`` is a hash, None when it came to nothing."""

    listing: str | None
    files: int = 0
    trouble: str = ""  # one sentence
    hung: Child | None = None  # a look that no signal could end


@dataclass(frozen=True)
class State:
    """What the watch remembers; after a start nothing, and then a pass is due at once."""

    tried: str | None = None  # the listing before the last pass
    done: str | None = None  # the listing before the last good one
    ended: datetime | None = None  # of the last pass
    good: datetime | None = None  # when the last good one began
    failures: int = 0  # in a row
    busy: bool = False  # the last pass met another run
    unsettled: bool = False
    again_at: datetime | None = None


@dataclass(frozen=True)
class Result:
    """How a pass ended: what the watch needs of what it said."""

    status: PassStatus
    trouble: str = ""
    taken: int = 0
    published: int = 0
    unsettled: bool = False
    again_at: datetime | None = None


def due(glance: Glance, state: State, now: datetime, daily_at: time_of_day) -> Reason | None:
    """Return why a pass is due, None when none is. All moments in Bangkok's zone.

    A clock that was set back makes one pass due, not none until the old time has come again.
    """
    if state.ended is None:
        return "start"
    waited, calm = now - state.ended, not state.failures
    known = state.done if calm else state.tried
    asked = state.again_at is not None and now >= state.again_at
    reasons: tuple[tuple[bool, Reason], ...] = (
        (waited < timedelta(), "clock"),
        (state.busy, "busy"),
        (glance.listing not in {None, known}, "changed"),
        (not calm and waited >= _patience(state.failures), "again"),
        (calm and state.unsettled and waited >= UNSETTLED_AGAIN, "unsettled"),
        (calm and (state.good is None or state.good < _mark(now, daily_at)), "day"),
        (calm and asked and waited >= SOONEST_AGAIN, "asked"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _patience(failures: int) -> timedelta:
    """1, 2, 4 … 30 minutes."""
    return timedelta(minutes=min(LONGEST_WAIT_MIN, 1 << min(failures - 1, 8)))


def _mark(now: datetime, daily_at: time_of_day) -> datetime:
    """The last moment after which a pass is owed: midnight, or the time of day agreed on."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    agreed = midnight.replace(hour=daily_at.hour, minute=daily_at.minute)
    return agreed if now >= agreed else midnight


def after(state: State, glance: Glance, result: Result, began: datetime, ended: datetime) -> State:
    """Return what is remembered after a pass."""
    state = replace(state, tried=glance.listing, ended=ended, busy=False)
    match result.status:
        case "good":
            return replace(
                state,
                done=glance.listing,
                good=began,
                failures=0,
                unsettled=result.unsettled,
                again_at=result.again_at,
            )
        case "other-run":
            return replace(state, busy=True, failures=0)
        case "failed":
            return replace(state, failures=state.failures + 1)
        case _:  # interrupted: it is as if it had not been made
            return replace(state, ended=None)


# ---- children


# Some 15 ms: neither the user's folders nor site-packages are looked through.
GLANCE = (sys.executable, "-I", "-S", str(Path(glance_script.__file__).resolve()))


def glance_at(
    folder: Path,
    until: Callable[[], float],
    seconds: float,
    command: tuple[str, ...] = GLANCE,
) -> Glance:
    """Look at a folder by a child; ``until`` says when (monotonic) it is given up."""
    try:
        child = Child([*command, str(folder)])
        ended = child.end(until)
    except OSError as error:
        return Glance(None, trouble=words.NOT_STARTED.format(error=error.strerror or error))
    if ended.status == DONE:
        listed = ended.told
        count = 0 if listed in {b"", GONE} else listed.count(b"\0") + 1
        return Glance(sha256(listed).hexdigest(), count)
    if ended.status is None:
        trouble = words.INBOX_SLOW.format(seconds=seconds)
        return Glance(None, trouble=trouble, hung=None if child.gone else child)
    return Glance(None, trouble=words.INBOX_REFUSED.format(error=_last(ended.complained)))


def result_of(status: int | None, told: bytes, complained: bytes, minutes: float) -> Result:
    """Return what a pass came to by how its process ended; ``minutes`` was its limit."""
    if status is None:
        return Result("failed", words.OVERDUE.format(minutes=minutes))
    last = _last(complained)
    if status == COULD_NOT and OTHER_RUN in last:
        return Result("other-run", last)
    if status == COULD_NOT and last:
        return Result("failed", last)
    try:  # status 1 is also that of a program that broke: only its answer proves a pass
        said = json.loads(told) if status in {DONE, WAITS} else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return Result("failed", words.ODD_END.format(status=status, last=last).strip())
    taken = [one for one in said["taken_in"] if one["outcome"] not in {"unchanged", "ignored"}]
    return Result(
        "good",
        taken=len(taken),
        published=len(said["published"]),
        unsettled=bool(said.get("unsettled")),
        again_at=_moment(said.get("again_at")),
    )


def _last(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1][:LONGEST_SENTENCE] if lines else ""


def _moment(text: object) -> datetime | None:
    """A moment that a pass asked for; what is none asks for nothing."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.astimezone(BANGKOK) if moment.tzinfo else None


# ---- the watch


@dataclass(frozen=True)
class Pace:
    """How often and how long; ``grace_s`` is what a pass may still take after a stop."""

    poll_s: float
    daily_at: time_of_day
    pass_s: float
    glance_s: float = 20
    grace_s: float = 20
    stuck_s: float = 900  # without any progress of our own
    glance: tuple[str, ...] = GLANCE  # the program that looks; the folder is its last word
    announce: bool = False  # whether e-GP is asked for announcements
    announce_s: float = 900  # what one poll may take


class Watch:
    """What stays up. The scheduler's thread calls ``wake``, nobody else changes the state."""

    def __init__(
        self, config: Path, inbox: Path, output: Path, pace: Pace, now: Callable[[], datetime]
    ) -> None:
        self.config, self.inbox, self.output = config, inbox, output
        self.pace, self.now = pace, now
        self.next_wake_up: Callable[[], datetime | None] = lambda: None
        self.state = State()
        began = now()
        self.heartbeat = Heartbeat(began, os.getpid(), _version(), pace.poll_s, began)
        self.log = _log(output)
        self.stops = 0  # how often we were asked to stop
        self.stopped_at = 0.0  # monotonic
        self.alive = time.monotonic()  # of our last progress
        self.hung: Child | None = None
        self.ask_at: datetime | None = None  # when e-GP is asked next; None: find out at once
        self.silent = ""  # why no heartbeat can be written

    # ---- the scheduler's thread

    def wake(self) -> None:
        """One wake-up: a glance, and a pass when one is due."""
        try:
            self._wake()
        except Exception:
            self.log.exception(self._line(words.FAULT))

    def _wake(self) -> None:
        if self.stops:
            return
        now = self.now()
        wake_ups = self.heartbeat.wake_ups + 1
        self.heartbeat = replace(self.heartbeat, wake_ups=wake_ups, last_wake_up=now)
        glance = self._glance()
        reason = due(glance, self.state, self.now(), self.pace.daily_at)
        if reason is not None and not self.stops:
            self._pass(reason, glance)
        if self._asks(self.now()) and not self.stops:
            self._poll()
        self.beat()

    def _glance(self) -> Glance:
        if self.hung is not None and not self.hung.gone:  # another one would hang beside it
            trouble = self.heartbeat.glance_trouble or words.UNKILLABLE
            self.heartbeat = replace(self.heartbeat, glance_trouble=trouble)
            return Glance(None, trouble=trouble)
        pace = self.pace
        glance = glance_at(self.inbox, self._until(pace.glance_s), pace.glance_s, pace.glance)
        self.hung = glance.hung
        before = self.heartbeat.glance_trouble
        if glance.trouble != before:
            self.say(glance.trouble or words.INBOX_AGAIN)
        at = self.heartbeat.glance_ok if glance.trouble else self.now()
        self.heartbeat = replace(self.heartbeat, glance_ok=at, glance_trouble=glance.trouble)
        return glance

    def _pass(self, reason: Reason, glance: Glance) -> None:
        began, clock = self.now(), time.monotonic()
        self._passes(last_status="running", last_began=began, last_reason=REASONS[reason])
        self.beat()
        result = self._result()
        ended = self.now()
        self.state = after(self.state, glance, result, began, ended)
        known = self.heartbeat
        other = (known.other_run_since or ended) if result.status == "other-run" else None
        self._passes(
            last_status=result.status,
            last_ended=ended,
            last_trouble=result.trouble,
            last_good=ended if result.status == "good" else known.last_good,
            passes=known.passes + 1,
            failures=self.state.failures,
            other_run_since=other,
            again_at=self.state.again_at,
        )
        line = {
            "good": words.GOOD,
            "failed": words.FAILED,
            "other-run": words.OTHER_RUN,
            "stopped": words.INTERRUPTED,
        }[result.status]
        told = line.format(
            reason=REASONS[reason],
            taken=result.taken,
            published=result.published,
            seconds=time.monotonic() - clock,
            failures=self.state.failures,
            trouble=result.trouble,
        )
        self.say(told)

    # ---- announcements: the child finds out itself whether a poll is owed

    def _asks(self, now: datetime) -> bool:
        """True when e-GP may have to be asked; a clock that was set back asks at once as well."""
        if not self.pace.announce or (self.hung is not None and not self.hung.gone):
            return False
        at = self.ask_at
        return at is None or now >= at or at - now > LONGEST_SILENCE

    def _poll(self) -> None:
        now = self.now()
        self.ask_at = now + POLL_AGAIN
        try:
            child = Child(
                bounded_command("announce", "--config", str(self.config), "--due", "--json")
            )
        except OSError as error:
            self.say(words.POLL_FAILED.format(trouble=error.strerror or error))
            return
        ended = child.end(self._until(self.pace.announce_s))
        if not child.gone:
            self.hung = child
        try:
            said = json.loads(ended.told) if ended.status == DONE else None
        except ValueError:
            said = None
        if not isinstance(said, dict):
            self.say(words.POLL_FAILED.format(trouble=_last(ended.complained)))
            return
        self.ask_at = _moment(said["again_at"]) or self.ask_at
        if said["polled"]:
            answered = [one for one in said["answers"] if one["outcome"] == ANSWERED]
            facts = {"asked": len(said["answers"]), "answered": len(answered)}
            self.say(words.POLLED.format(new=len(said["new"]), **facts))
        if said["new"]:  # a pass brings them to the website
            self.state = replace(self.state, again_at=now)

    def _result(self) -> Result:
        if self.hung is not None and not self.hung.gone:
            return Result("failed", words.UNKILLABLE)
        try:
            child = Child(bounded_command("run", "--config", str(self.config), "--json"))
        except OSError as error:
            return Result("failed", words.NOT_STARTED.format(error=error.strerror or error))
        ended = child.end(self._until(self.pace.pass_s))
        if not child.gone:
            self.hung = child
        if ended.status is None and self.stops:
            return Result("stopped")
        return result_of(ended.status, ended.told, ended.complained, self.pace.pass_s / 60)

    def _passes(self, **facts: Any) -> None:  # noqa: ANN401 - fields of the heartbeat
        self.heartbeat = replace(self.heartbeat, **facts)

    def _until(self, seconds: float) -> Callable[[], float]:
        """Until when a child that begins now may live; beats meanwhile."""
        limit = time.monotonic() + seconds
        beaten = time.monotonic()

        def until() -> float:
            nonlocal beaten
            self.alive = time.monotonic()
            if self.alive - beaten >= self.pace.poll_s:
                beaten = self.alive
                self.beat()
            if self.stops > 1:
                return 0
            return min(limit, self.stopped_at + self.pace.grace_s) if self.stops else limit

        return until

    # ---- what it tells

    def beat(self, **facts: Any) -> None:  # noqa: ANN401 - fields of the heartbeat
        """Write the heartbeat; a disk that refuses it is told once in the log."""
        self.alive = time.monotonic()
        self.heartbeat = replace(
            self.heartbeat, beat=self.now(), next_wake_up=self.next_wake_up(), **facts
        )
        try:
            write_heartbeat(self.output, self.heartbeat)
            trouble = ""
        except OSError as error:
            trouble = error.strerror or str(error)
        if trouble != self.silent:
            line = words.NO_HEARTBEAT if trouble else words.HEARTBEAT_AGAIN
            self.say(line.format(file=self.output / HEARTBEAT, error=trouble))
            self.silent = trouble

    def say(self, line: str) -> None:
        self.log.info(self._line(line))

    def _line(self, line: str) -> str:
        return f"{self.now().isoformat(timespec='seconds')} {line}"

    def stop(self, *_: object) -> None:
        """A signal: no new child; a pass gets a little time, at the second signal none."""
        if not self.stops:
            self.stopped_at = time.monotonic()
        self.stops += 1


def watch(
    config: Path, inbox: Path, output: Path, pace: Pace, now: Callable[[], datetime]
) -> None:
    """Stay up until a signal says stop. All paths are absolute.

    Errors: CannotRunError when another watch of this workspace is up.
    """
    with alone(output / "ledger" / WATCH_LOCK, words.ALREADY):
        nurse(Watch(config, inbox, output, pace, now))


def nurse(watched: Watch) -> None:
    """Keep the clock going until a signal says stop; end the process when nothing moves."""
    _heed(watched)
    pace = watched.pace
    scheduler = BackgroundScheduler(
        timezone=BANGKOK,
        executors={"default": {"type": "threadpool", "max_workers": 1}},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    job = scheduler.add_job(
        watched.wake, "interval", seconds=pace.poll_s, next_run_time=watched.now()
    )
    watched.next_wake_up = lambda: None if watched.stops else job.next_run_time
    watched.say(
        words.STARTED.format(
            inbox=watched.inbox,
            seconds=pace.poll_s,
            version=watched.heartbeat.version,
            pid=watched.heartbeat.pid,
        )
    )
    scheduler.start()
    while not watched.stops:
        time.sleep(NURSE_S)
        next_time = job.next_run_time
        ahead = (next_time - watched.now()).total_seconds() if next_time else 0
        if ahead > pace.poll_s + CLOCK_SLACK_S:  # the scheduler would sleep until then
            watched.say(words.CLOCK_BACK)
            job.modify(next_run_time=watched.now())
        if time.monotonic() - watched.alive > max(pace.stuck_s, 2 * pace.poll_s):
            _give_up()
    ended = threading.Thread(target=scheduler.shutdown)  # waits for the pass of the moment
    ended.start()
    while ended.is_alive():  # meanwhile a second signal is heeded
        ended.join(NURSE_S)
    watched.beat(stopped=watched.now())
    watched.say(words.STOPPED)


def _give_up() -> None:
    """A thread that hangs in a dead disk cannot be ended; the service manager starts us anew."""
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, f"{words.STUCK}\n".encode())
    os._exit(COULD_NOT)


def _heed(watched: Watch) -> None:
    """SIGBREAK is Windows' Ctrl+Break and its closing of the console, SIGHUP the terminal's."""
    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # as nohup does
            signal.signal(number, watched.stop)


def _log(output: Path) -> logging.Logger:
    """The log, also on the standard error for whoever started us; a full disk stops neither."""
    logging.raiseExceptions = False
    log = logging.getLogger("sokhoro1.watch")
    log.setLevel(logging.INFO)
    log.propagate = False
    clock = logging.getLogger("apscheduler")
    clock.setLevel(logging.ERROR)
    handlers: tuple[logging.Handler, ...] = (
        RotatingFileHandler(
            output / WATCH_LOG,
            maxBytes=LOG_BYTES,
            backupCount=LOGS_KEPT,
            encoding="utf-8",
            delay=True,
        ),
        logging.StreamHandler(),
    )
    for handler in handlers:
        log.addHandler(handler)
        clock.addHandler(handler)
    return log


def _version() -> str:
    try:
        return version("sokhoro1")
    except PackageNotFoundError:  # run from a folder that was only copied
        return "?"
