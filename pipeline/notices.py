"""Facts of the ledger and the calendar → what people must be told today. Pure.

Only who has something to do is told: reminders go to those who have not filed, around the due
day; who sent a workbook is told at once that it came back; when all is well nobody hears of us.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.due import working_days_from, working_days_until
from pipeline.duty import Duty, duties
from pipeline.pages import draw
from schemas.config import Audience, Settings
from schemas.heartbeat import quiet_since
from schemas.history import Drop, History
from schemas.notice import FEED_SILENCE, SILENCE, Notice
from schemas.personal import without_citizens
from schemas.thai import date_short


@dataclass(frozen=True)
class Trouble:
    """Something that the one who keeps the machine must know; told once for each ``key``."""

    key: str
    sentences: tuple[str, ...]


def silence(last_pass: datetime | None, now: datetime) -> tuple[Trouble, ...]:
    """Return that nothing ran for two days or more before ``now``, if so; moments are aware."""
    quiet = quiet_since(None, last_pass, now)
    if last_pass is None or quiet is None:
        return ()
    day = last_pass.astimezone(now.tzinfo).date()
    return (Trouble(f"silence/{day}", (SILENCE.format(last=date_short(day), days=quiet.days),)),)


def feed_silence(since: datetime | None, now: datetime) -> tuple[Trouble, ...]:
    """Return that e-GP's feed has answered nothing since then, told once; None for no trouble."""
    if since is None:
        return ()
    day, days = since.astimezone(now.tzinfo).date(), (now - since).days
    return (Trouble(f"feed/{day}", (FEED_SILENCE.format(since=date_short(day), days=days),)),)


def notices(
    history: History,
    drops: Sequence[Drop],
    troubles: Iterable[Trouble],
    told: Collection[str],
    settings: Settings,
    today: date,
) -> list[Notice]:
    """Return what is to be told on a (Gregorian) day and has not been: ``told`` are its keys."""
    return [
        *_answers(history, drops, told, settings),
        *_reminders(history, told, settings, today),
        *_alarms(troubles, told, settings),
    ]


def _answers(
    history: History, drops: Sequence[Drop], told: Collection[str], settings: Settings
) -> Iterator[Notice]:
    """A workbook that came back, or waits for answers, is told at once."""
    waiting = {word.submission for _, _, word in history.waiting()}
    for drop in drops:
        returned = drop.file in history.returned
        key = f"answer/{drop.submission}"
        if key not in told and (returned or drop.submission in waiting):
            facts = {"drop": drop, "file": without_citizens(drop.file), "returned": returned}
            yield _notice((key,), "finance", drop.part, "answer.txt", settings, **facts)


def _reminders(
    history: History, told: Collection[str], settings: Settings, today: date
) -> Iterator[Notice]:
    """One message for each part of the office, about all that it owes.

    Of several days that have passed since somebody last looked only the latest counts: after a
    long silence nobody gets five messages about one month.
    """
    fresh: dict[str, list[tuple[str, Duty]]] = {}
    for duty in duties(history, settings, today):
        key = _reminder(duty, settings, today)
        if key and key not in told:
            fresh.setdefault(duty.part, []).append((key, duty))
    for part, owed in sorted(fresh.items()):
        keys, told_of = zip(*owed, strict=True)
        left = [working_days_until(today, duty.due, settings.due) for duty in told_of]
        facts = {
            "owed": list(zip(told_of, left, strict=True)),
            "today": today,
            "files": {file: without_citizens(file) for duty in told_of for file in duty.files},
        }
        yield _notice(keys, "finance", part, "reminder.txt", settings, **facts)


def _reminder(duty: Duty, settings: Settings, today: date) -> str:
    """The last day of reminding that has come for a duty, as a key; "" when none has."""
    days = {
        working_days_from(duty.due, number, settings.due): number
        for number in settings.reminders.working_days
    }
    come = [day for day in days if day <= today]
    return f"reminder/{duty.month}/{duty.part}/{days[max(come)]:+}" if come else ""


def _alarms(
    troubles: Iterable[Trouble], told: Collection[str], settings: Settings
) -> Iterator[Notice]:
    for trouble in troubles:
        if trouble.key not in told:
            facts = {"sentences": trouble.sentences}
            yield _notice((trouble.key,), "it", "", "alarm.txt", settings, **facts)


def _notice(
    keys: tuple[str, ...],
    audience: Audience,
    part: str,
    template: str,
    settings: Settings,
    **facts: object,
) -> Notice:
    """Draw a message: its first line is the subject."""
    drawn = draw(
        f"notices/{template}",
        settings.site.numerals,
        organisation=settings.organisation.name,
        part=part,
        inbox=settings.folders.inbox,
        output=settings.folders.output,
        **facts,
    ).decode()
    subject, _, text = drawn.strip().partition("\n")
    return Notice(keys, audience, part, subject.strip(), text.strip() + "\n")
