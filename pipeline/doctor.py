"""Is the program healthy, when did it last work, what does it wait for? Looks, and writes nothing.

Folders may lie on shares that are dead: a child with a limit looks first, and where it does not
come back nobody follows it.
"""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline import CannotRunError
from pipeline.announce import silent_since
from pipeline.configure import Workspace
from pipeline.deliver import last_known
from pipeline.duty import overdue
from pipeline.heartbeat import HEARTBEAT, read_heartbeat, read_last_pass
from pipeline.keys import OWNER_ONLY, load_keys, signing_key
from pipeline.ledger import Ledger
from pipeline.ledger.engines import damage_of
from pipeline.ledger.tables import SCHEMA
from pipeline.outbox import is_out, queued
from pipeline.pages import draw
from pipeline.publish import CURRENT
from pipeline.verify import Folder, known_to, verify
from pipeline.watch import BANGKOK, GONE_LISTING, Glance, glance_at
from schemas import doctor_words as words
from schemas.announcement import ANSWERED
from schemas.doctor_words import MARKS, Standing
from schemas.heartbeat import Heartbeat, quiet_since
from schemas.thai import date_short

GLANCE_S = 20
MIB, GIB = 1 << 20, 1 << 30
LEAST_FREE = 500 * MIB
OTHER_RUN_TOO_LONG = timedelta(hours=2)
SHOWN = 5
PERMISSIONS = 0o777
ADVICE = "กรุณา"  # a sentence that has it says already what to do


@dataclass(frozen=True)
class Point:
    """One thing that was looked at; its sentence says what to do where it is bad."""

    name: str
    standing: Standing
    sentence: str


@dataclass(frozen=True)
class Health:
    """What was found, and when the last pass came to a good end, where that is known."""

    points: tuple[Point, ...]
    last_pass: datetime | None

    @property
    def ills(self) -> int:
        return len(self.sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is not as it should be."""
        return tuple(point.sentence for point in self.points if point.standing == "bad")


def doctor(workspace: Workspace, config: Path, now: datetime) -> Health:
    """Look at everything; ``now`` is in Bangkok's zone."""
    name = workspace.settings.organisation.name
    points = [
        Point("configuration", "good", words.CONFIGURATION.format(file=config, organisation=name)),
        _inbox(workspace.inbox),
    ]
    seen = _glance(workspace.output)
    points.append(_output(workspace.output, seen))
    if seen.listing in {None, GONE_LISTING}:  # whoever goes on might hang, or finds nothing
        return Health(tuple(points), None)
    points += [*_ledger(workspace), _keys(workspace)]
    last_pass = read_last_pass(workspace.output)
    try:
        heartbeat = read_heartbeat(workspace.output)
    except (OSError, ValueError):
        heartbeat = None
        file = workspace.output / HEARTBEAT
        points.append(Point("watch", "bad", words.WATCH_DAMAGED.format(file=file)))
    else:
        points.append(_watch(heartbeat, last_pass, now))
    points.append(_last_pass(heartbeat, last_pass, now))
    points.append(_site(workspace))
    points += [*_targets(workspace), *_channels(workspace, now), *_feed(workspace, now)]
    points += _waiting(workspace, now)
    known = [last_pass, heartbeat.last_good if heartbeat else None]
    return Health(tuple(points), max(filter(None, known), default=None))


def health_words(health: Health) -> str:
    """Return what was found, for people."""
    verdict = words.NOT_HEALTHY.format(count=health.ills) if health.ills else words.HEALTHY
    facts = {"points": health.points, "marks": MARKS, "verdict": verdict}
    return draw("terminal/doctor.txt", "arabic", **facts).decode()


def health_json(health: Health) -> dict[str, Any]:
    """Return the object that ``doctor --json`` prints."""
    last = health.last_pass
    return {
        "healthy": not health.ills,
        "last_pass": last.isoformat(timespec="seconds") if last else None,
        "points": [asdict(point) for point in health.points],
    }


# ---- one function for each thing


def _glance(folder: Path) -> Glance:
    limit = time.monotonic() + GLANCE_S
    return glance_at(folder, lambda: limit, GLANCE_S)


def _inbox(folder: Path) -> Point:
    seen = _glance(folder)
    if seen.listing is None:
        return Point("inbox", "bad", words.INBOX_BAD.format(folder=folder, trouble=seen.trouble))
    if seen.listing == GONE_LISTING:
        return Point("inbox", "bad", words.INBOX_MISSING.format(folder=folder))
    return Point("inbox", "good", words.INBOX.format(folder=folder, count=seen.files))


def _output(folder: Path, seen: Glance) -> Point:
    if seen.listing is None:
        return Point("output", "bad", words.OUTPUT_HANGS.format(folder=folder))
    if seen.listing == GONE_LISTING:
        return Point("output", "bad", words.OUTPUT_MISSING.format(folder=folder))
    if not os.access(folder, os.W_OK):
        return Point("output", "bad", words.OUTPUT_CLOSED.format(folder=folder))
    free = shutil.disk_usage(folder).free
    facts = {"folder": folder, "free": _size(free), "needed": _size(LEAST_FREE)}
    if free < LEAST_FREE:
        return Point("output", "bad", words.OUTPUT_FULL.format(**facts))
    return Point("output", "good", words.OUTPUT.format(**facts))


def _ledger(workspace: Workspace) -> Iterator[Point]:
    place = workspace.ledger
    try:
        with Ledger.view(place) as ledger:
            if ledger is None:
                yield Point("ledger", "told", words.LEDGER_NEW)
                return
            found = [damage_of(ledger.engine) or "ok"]
    except CannotRunError as error:
        if ADVICE in str(error):
            yield Point("ledger", "bad", str(error))
            return
        found = [str(error)]
    except sa.exc.DBAPIError as error:
        found = [str(error.orig)]
    if found == ["ok"]:
        yield Point("ledger", "good", words.LEDGER.format(version=SCHEMA))
    else:
        trouble = " ".join(str(found[0] if found else "").split())
        yield Point("ledger", "bad", words.LEDGER_BAD.format(file=place, trouble=trouble))


def _keys(workspace: Workspace) -> Point:
    try:
        private = signing_key(workspace.keys)
        if private is None:
            if (workspace.site / CURRENT).exists():
                return Point("keys", "bad", words.KEYS_LOST.format(folder=workspace.keys))
            return Point("keys", "told", words.KEYS_NEW)
        keys = load_keys(workspace.keys)
        mode = private.stat().st_mode & PERMISSIONS
    except CannotRunError as error:
        return Point("keys", "bad", str(error))
    except OSError as error:
        trouble = words.KEYS_UNREAD.format(folder=workspace.keys, error=error.strerror)
        return Point("keys", "bad", trouble)
    if os.name != "nt" and mode & ~OWNER_ONLY:  # Windows has rights of another kind
        return Point("keys", "bad", words.KEYS_OPEN.format(file=private))
    return Point("keys", "good", words.KEYS.format(number=len(keys.public)))


def _watch(heartbeat: Heartbeat | None, last_pass: datetime | None, now: datetime) -> Point:
    if heartbeat is None:
        return Point("watch", "told", words.WATCH_NEVER)
    if not heartbeat.fresh(now):
        stopped = heartbeat.stopped
        # Somebody else calls run since then: whether often enough the next point says.
        others = last_pass is not None and last_pass > (stopped or heartbeat.beat)
        line = words.WATCH_STOPPED if stopped else words.WATCH_SILENT
        facts = {"stopped": _moment(stopped), "beat": _moment(heartbeat.beat)}
        return Point("watch", "told" if others else "bad", line.format(**facts))
    since = heartbeat.other_run_since
    if since is not None and now - since > OTHER_RUN_TOO_LONG:
        return Point("watch", "bad", words.WATCH_BLOCKED.format(since=_moment(since)))
    if heartbeat.glance_trouble:
        return Point("watch", "bad", words.WATCH_BLIND.format(trouble=heartbeat.glance_trouble))
    if heartbeat.last_status == "running":
        began = _moment(heartbeat.last_began)
        reason = heartbeat.last_reason
        return Point("watch", "good", words.WATCH_WORKING.format(began=began, reason=reason))
    facts = {"last": _moment(heartbeat.last_wake_up), "next": _moment(heartbeat.next_wake_up)}
    return Point("watch", "good", words.WATCH.format(**facts))


def _last_pass(heartbeat: Heartbeat | None, last_pass: datetime | None, now: datetime) -> Point:
    known = [last_pass, heartbeat.last_good if heartbeat else None]
    last = max(filter(None, known), default=None)
    quiet = quiet_since(heartbeat, last_pass, now)
    failed = heartbeat.last_ended if heartbeat and heartbeat.failures else None
    if heartbeat and failed and (last is None or last < failed):
        facts = {"failures": heartbeat.failures, "trouble": heartbeat.last_trouble}
        return Point(
            "last-pass", "bad", words.LATEST_FAILED.format(moment=_moment(failed), **facts)
        )
    if quiet is not None:
        sentence = words.LATEST_QUIET.format(days=quiet.days, moment=_moment(last))
        return Point("last-pass", "bad", sentence)
    if last is None:
        working = heartbeat is not None and heartbeat.fresh(now)
        return Point("last-pass", "told" if working else "bad", words.LATEST_NEVER)
    return Point("last-pass", "good", words.LATEST.format(moment=_moment(last)))


def _site(workspace: Workspace) -> Point:
    current = workspace.site / CURRENT
    try:
        known = known_to(workspace)
        if not current.is_dir():
            if known is None:
                return Point("site", "told", words.SITE_NEW)
            return Point("site", "bad", words.SITE_LOST.format(folder=current))
        found = verify(Folder(current.resolve()), known)
    except (CannotRunError, OSError, sa.exc.DBAPIError) as error:
        return Point("site", "bad", words.SITE_UNREAD.format(folder=current, error=error))
    if found.sentences or found.manifest is None:
        count, first = len(found.sentences), next(iter(found.sentences), "")
        return Point("site", "bad", words.SITE_BAD.format(count=count, first=first))
    return Point("site", "good", words.SITE.format(day=date_short(found.manifest.day)))


def _targets(workspace: Workspace) -> Iterator[Point]:
    """Whether the last release has reached each target, as the last delivery left it."""
    for target in workspace.settings.targets:
        known = last_known(target, workspace.targets)
        if known is None:
            yield Point("target", "told", words.TARGET_NEW.format(name=target.name))
        elif known.failure:
            facts = {"name": target.name, "failure": known.failure}
            facts["again"] = _moment(known.next_try)
            yield Point("target", "bad", words.TARGET_BAD.format(**facts))
        else:
            yield Point("target", "good", words.TARGET.format(name=target.name))


def _channels(workspace: Workspace, now: datetime) -> Iterator[Point]:
    """Whether messages go out; who has none is told nothing."""
    channels = workspace.settings.channels
    try:
        with Ledger.view(workspace.ledger) as ledger:
            if ledger is None:
                return
            waiting = queued(ledger, now.astimezone(BANGKOK).date()) if channels else []
    except (CannotRunError, sa.exc.DBAPIError):
        return  # told above
    for channel in channels:
        tries = [
            tries[-1]
            for one in waiting
            if one.notice.is_for(channel)
            and (tries := one.tries_on(channel.name))
            and not is_out(tries)
        ]
        troubles = [one.trouble for one in tries if one.trouble]
        if troubles:
            facts = {"name": channel.name, "count": len(troubles), "trouble": troubles[-1]}
            yield Point("channel", "bad", words.CHANNEL_BAD.format(**facts))
        else:
            yield Point("channel", "good", words.CHANNEL.format(name=channel.name))


def _feed(workspace: Workspace, now: datetime) -> Iterator[Point]:
    """Whether e-GP's feed answers; who asks nothing is told nothing, one silent day is normal."""
    if not workspace.settings.announcements.address:
        return
    try:
        with Ledger.view(workspace.ledger) as ledger:
            answers = ledger.feed_answers() if ledger else []
    except (CannotRunError, sa.exc.DBAPIError):
        return  # told above
    if not answers:
        yield Point("feed", "told", words.FEED_NEW)
    elif since := silent_since(answers, now):
        days = (now - since).days
        yield Point("feed", "bad", words.FEED_SILENT.format(since=_moment(since), days=days))
    else:
        last = max((one.at for one in answers if one.outcome == ANSWERED), default=None)
        yield Point("feed", "good", words.FEED.format(last=_moment(last)))


def _waiting(workspace: Workspace, now: datetime) -> Iterator[Point]:
    """What waits for a person: no fault of the program."""
    try:
        with Ledger.view(workspace.ledger) as ledger:
            if ledger is None:
                return
            history, questions = ledger.history(), ledger.questions()
    except (CannotRunError, sa.exc.DBAPIError):
        return  # told above
    late = overdue(history, workspace.settings, now.astimezone(BANGKOK).date())
    if history.returned:
        names = _some(history.returned)
        line = words.RETURNED.format(count=len(history.returned), names=names)
        yield Point("returned", "told", line)
    if questions:
        months = _some(sorted({month for month, _, _ in questions}))
        line = words.QUESTIONS.format(count=len(questions), months=months)
        yield Point("questions", "told", line)
    if late:
        yield Point("late", "told", words.LATE.format(count=len(late), months=_some(late)))
    if not (history.returned or questions or late):
        yield Point("waiting", "told", words.NOTHING_WAITS)


def _some(things: Sequence[Any]) -> str:
    shown = ", ".join(str(getattr(thing, "words", thing)) for thing in things[:SHOWN])
    more = len(things) - SHOWN
    return shown + (words.ELLIPSIS.format(more=more) if more > 0 else "")


def _moment(moment: datetime | None) -> str:
    """``6 ต.ค. 68 เวลา 12.05 น.``."""
    if moment is None:
        return words.UNKNOWN_MOMENT
    there = moment.astimezone(BANGKOK)
    return f"{date_short(there.date())} เวลา {there:%H.%M} น."


def _size(size: int) -> str:
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{size / MIB:.0f} MiB"
