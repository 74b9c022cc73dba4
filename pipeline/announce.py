"""Ask e-GP's feed, and keep everything it served: nothing that was read whole is ever lost.

An answer is written to disk while it is read, and stays there until the ledger has it. Whoever
is interrupted, or finds the ledger busy, leaves it to the next poll or pass. What a poll could
not ask the next one asks: the feed is a window that may close tonight.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import BinaryIO

from pipeline import CannotRunError
from pipeline.alone import alone
from pipeline.clock import BANGKOK, Clock
from pipeline.configure import Workspace
from pipeline.confine import feed_confined
from pipeline.egp_feed import USUAL, OutageError, Patience, address, fetch
from pipeline.inbox import sync_folder
from pipeline.ledger import Ledger
from pipeline.ledger.announcements import of
from schemas.announcement import ANSWERED, FeedAnswer, Served
from schemas.config import AnnouncementFeed

POLITE_S = 3.0  # between two codes: quick requests were blocked
GIVEN_UP = 3  # codes in a row that could not be reached: the rest is left to the next poll
LAST_POLL = "last_poll.json"  # a cache: without it one poll too many is made
AGAIN = timedelta(hours=1)
# In office hours the feed does not answer (DOMAIN §9): a poll that failed is not repeated then.
CLOSED, OPEN = time_of_day(8, 30), time_of_day(17, 30)
LEDGER_PATIENCE_S = 30.0
_STAMP = "%Y%m%dT%H%M%S%fZ"
_PART, _WHOLE = ".part", ".xml"
_OURS = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9A-Z]{2}(-[a-z-]+)?\.(part|xml)")


@dataclass(frozen=True)
class Poll:
    """What one poll came to. ``unasked`` are the codes that were left to the next one."""

    answers: tuple[FeedAnswer, ...]
    fresh: tuple[Served, ...]
    unasked: tuple[str, ...]
    kept: int  # answers that wait for the ledger

    @property
    def whole(self) -> bool:
        """True when every code was answered and is in the ledger."""
        return (
            not self.unasked
            and not self.kept
            and all(one.outcome == ANSWERED for one in self.answers)
        )


def poll(
    workspace: Workspace,
    clock: Clock,
    seconds: Callable[[], float] = time.monotonic,
    patience: Patience = USUAL,
) -> Poll:
    """Ask for every code and write down what came; safe to repeat and to kill.

    The ledger is held only to write: a poll may take minutes, a pass must not wait for it.
    Errors: CannotRunError when another poll is up, or no address is configured.
    """
    if not workspace.settings.announcements.address:
        raise CannotRunError("ยังไม่ได้กำหนดที่อยู่ของ RSS ประกาศ e-GP (announcements.address) ในไฟล์ตั้งค่า")
    folder = folder_of(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / "lock", "มีการถามประกาศจาก e-GP อีกรายการหนึ่งอยู่ กรุณารอให้เสร็จ"):
        return _poll(workspace, clock, seconds, patience)


def _poll(
    workspace: Workspace, clock: Clock, seconds: Callable[[], float], patience: Patience
) -> Poll:
    settings, folder = workspace.settings.announcements, folder_of(workspace)
    # What a killed poll was writing may be whole; nobody else looks at it.
    answers, fresh = _take(workspace, clock, (_WHOLE, _PART))
    unreachable, unasked = 0, list(settings.codes)
    while unasked and unreachable < GIVEN_UP:
        code = unasked.pop(0)
        if len(unasked) + 1 < len(settings.codes):
            clock.wait(POLITE_S)
        outcome = _ask(workspace, code, clock, seconds, patience, tries=1 if unreachable else 3)
        unreachable = unreachable + 1 if outcome == "unreachable" else 0
        found = _take(workspace, clock)
        answers += found[0]
        fresh += found[1]
    left = len(_waiting(folder, (_WHOLE,)))
    done = Poll(tuple(answers), tuple(fresh), tuple(unasked), left)
    _write_last_poll(workspace, clock.now(), answered=done.whole)
    return done


def folder_of(workspace: Workspace) -> Path:
    """Where answers wait until the ledger has them."""
    return workspace.records / "served"


# ---- one question


def _ask(
    workspace: Workspace,
    code: str,
    clock: Clock,
    seconds: Callable[[], float],
    patience: Patience,
    tries: int,
) -> str:
    """Ask for one code; what was read whole lies in the folder, an outage too, as its name."""
    settings, folder = workspace.settings.announcements, folder_of(workspace)
    part = folder / f"{clock.now().astimezone(UTC).strftime(_STAMP)}-{code}{_PART}"

    def sink() -> BinaryIO:
        return part.open("wb")

    outcome = ANSWERED
    try:
        url = address(settings.address, workspace.settings.feed_department, code)
        fetch(url, sink, clock, seconds, tries, patience)
    except OutageError as error:
        outcome = error.outcome
        part.write_bytes(b"")
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    done = part.with_name(f"{part.stem}-{outcome}{_WHOLE}")
    part.replace(done)
    sync_folder(folder)
    return outcome


# ---- from the folder into the ledger


def take_in_served(workspace: Workspace, ledger: Ledger) -> list[FeedAnswer]:
    """Write into the ledger what waits for it: a transaction for each answer, then it is gone."""
    return [answer for answer, _ in _take_each(workspace, ledger)]


def _take(
    workspace: Workspace, clock: Clock, endings: Sequence[str] = (_WHOLE,)
) -> tuple[list[FeedAnswer], list[Served]]:
    """The same alone in the ledger; nothing where another run has it: its pass does it."""
    if not _waiting(folder_of(workspace), endings):
        return [], []
    waited = 0.0
    while True:
        try:
            with alone(workspace.lock), Ledger.open(workspace.ledger) as ledger:
                taken = list(_take_each(workspace, ledger, endings))
        except CannotRunError:
            if waited >= LEDGER_PATIENCE_S:
                return [], []
            clock.wait(1)
            waited += 1
        else:
            return [one for one, _ in taken], [item for _, new in taken for item in new]


def _waiting(folder: Path, endings: Sequence[str]) -> list[Path]:
    """The kept answers, the oldest first."""
    found = (path for ending in endings for path in folder.glob(f"*{ending}"))
    return sorted(path for path in found if _OURS.fullmatch(path.name))


def _take_each(
    workspace: Workspace, ledger: Ledger, endings: Sequence[str] = (_WHOLE,)
) -> Iterator[tuple[FeedAnswer, list[Served]]]:
    for path in _waiting(folder_of(workspace), endings):
        stamp, _, rest = path.stem.partition("-")
        code, _, outcome = rest.partition("-")
        at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        items: Sequence[Served] = ()
        if outcome in {ANSWERED, ""}:
            department = workspace.settings.feed_department
            said, plain = feed_confined(path, code, department, workspace.limits)
            items = [of(text) for text in plain]
            if not outcome and said != ANSWERED:  # killed in the middle: it was no answer
                path.unlink()
                continue
            outcome = said
        before = {item.key: item for item in ledger.served()[0]}
        answer = ledger.record_answer(code, at, outcome, items)
        path.unlink()
        yield answer, [one for one in items if _differs(before.get(one.key), one)]


def _differs(before: Served | None, now: Served) -> bool:
    return before is None or (before.title, before.published_on) != (now.title, now.published_on)


# ---- when


def next_poll(workspace: Workspace, now: datetime) -> datetime:
    """Return when the feed is to be asked next; a moment that is over when that is owed.

    A missed hour is owed until it is made up for. A poll that did not come to everything is
    repeated after an hour, but not in office hours.
    """
    last, whole = _read_last_poll(workspace)
    if last is None or last > now:  # never, or a clock that was set back
        return now
    following = following_hour(last, workspace.settings.announcements)
    if whole:
        return following
    again = (last + AGAIN).astimezone(BANGKOK)
    if CLOSED <= again.time() < OPEN:
        again = again.replace(hour=OPEN.hour, minute=OPEN.minute, second=0, microsecond=0)
    return min(following, again)


def following_hour(last: datetime, settings: AnnouncementFeed) -> datetime:
    """Return the first of the agreed hours after a moment, in Bangkok's zone."""
    there = last.astimezone(BANGKOK)
    hours = [time_of_day.fromisoformat(hour) for hour in settings.hours]
    days = [there.date() + timedelta(days=number) for number in (0, 1)]
    moments = [datetime.combine(day, hour, BANGKOK) for day in days for hour in hours]
    return min(moment for moment in moments if moment > there)


def _read_last_poll(workspace: Workspace) -> tuple[datetime | None, bool]:
    try:
        said = json.loads((workspace.output / LAST_POLL).read_text(encoding="utf-8"))
        moment = datetime.fromisoformat(said["at"])
        return (moment if moment.tzinfo else None), bool(said["whole"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, False


def _write_last_poll(workspace: Workspace, now: datetime, *, answered: bool) -> None:
    said = {"at": now.isoformat(timespec="seconds"), "whole": answered}
    path = workspace.output / LAST_POLL
    fresh = path.with_name(f".{LAST_POLL}.new")
    with suppress(OSError):
        fresh.write_text(json.dumps(said) + "\n", encoding="utf-8")
        fresh.replace(path)


# ---- is it silent


SILENT_DAYS = 3


def silent_since(answers: Sequence[FeedAnswer], now: datetime) -> datetime | None:
    """Return since when the feed answers nothing, when that is several days; else None.

    One night without an answer is normal, and so is every office hour.
    """
    if not answers:
        return None
    good = [one.at for one in answers if one.outcome == ANSWERED]
    since = max(good, default=answers[0].at)
    asked_since = any(one.at > since for one in answers) or not good
    return since if asked_since and now - since >= timedelta(days=SILENT_DAYS) else None
