"""The queue of notices in the ledger: nobody is told twice, and nothing queued is forgotten.

A try is written down before it is made and its outcome after it. Who is killed in between sends
again, and says so: at least once is a promise, twice is a nuisance.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from pipeline import CannotRunError
from pipeline.channels import address_of, send
from pipeline.clock import Clock
from pipeline.configure import Workspace
from pipeline.ledger import Ledger
from pipeline.ledger.tables import NOTICE, NOTICE_KEY, NOTICE_OUTCOME, NOTICE_TRY, insert
from pipeline.notices import Trouble, notices
from schemas.config import Channel
from schemas.notice import AGAIN, SUBJECT, Notice, Queued, Try

LONGEST_PAUSE = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=14)

Send = Callable[[str, str, str], str]  # address, subject, text → trouble


@dataclass(frozen=True)
class Sent:
    """One try of this pass; ``trouble`` is "" when the message went out."""

    channel: str
    subject: str
    trouble: str


def tell_people(
    troubles: Iterable[Trouble], workspace: Workspace, ledger: Ledger, today: date, clock: Clock
) -> list[Sent]:
    """Queue what is to be told today, and try to send what is in the queue."""
    channels = workspace.settings.channels
    if not channels:
        return []
    fresh = notices(
        ledger.history(), ledger.drops(), troubles, told(ledger), workspace.settings, today
    )
    # What reaches nobody is not kept for a channel that may come in a year.
    queue(ledger, (one for one in fresh if any(map(one.is_for, channels))), today)
    return send_queued(ledger, channels, address_of, send, clock.now)


def told(ledger: Ledger) -> set[str]:
    """Return the keys of everything that anybody was ever to be told."""
    asked = sa.select(NOTICE_KEY.c.key).where(NOTICE_KEY.c.agency == ledger.agency)
    with ledger.engine.connect() as link:
        return set(link.execute(asked).scalars())


def queue(ledger: Ledger, notices: Iterable[Notice], today: date) -> None:
    """Write notices into the queue, each whole or not at all."""
    for notice in notices:
        with ledger.engine.begin() as link:
            number = insert(
                link,
                NOTICE,
                agency=ledger.agency,
                made_on=today.isoformat(),
                audience=notice.audience,
                part=notice.part,
                subject=notice.subject,
                text=notice.text,
            )
            for key in notice.keys:
                insert(link, NOTICE_KEY, agency=ledger.agency, notice_id=number, key=key)


def queued(ledger: Ledger, today: date) -> list[Queued]:
    """Return the notices that may still be sent on a (Gregorian) day, the oldest first."""
    since, own = (today - GIVEN_UP_AFTER).isoformat(), NOTICE.c.agency == ledger.agency
    with ledger.engine.connect() as link:
        numbers = link.execute(sa.select(NOTICE.c.id).where(own).order_by(NOTICE.c.id)).scalars()
        # Counted: a shared ledger gives its keys to the notices of all agencies.
        number = {key: position for position, key in enumerate(numbers, start=1)}
        recent = sa.and_(own, NOTICE.c.made_on >= since)
        tries: dict[int, list[Try]] = {}
        asked = sa.select(NOTICE_TRY, NOTICE_OUTCOME.c.trouble).outerjoin(NOTICE_OUTCOME)
        asked = asked.join(NOTICE, NOTICE.c.id == NOTICE_TRY.c.notice_id).where(recent)
        for row in link.execute(asked.order_by(NOTICE_TRY.c.id)):
            began = datetime.fromisoformat(row.began_at)
            tries.setdefault(row.notice_id, []).append(Try(row.channel, began, row.trouble))
        keys: dict[int, list[str]] = {}
        told_of = sa.select(NOTICE_KEY).join(NOTICE).where(recent)
        for row in link.execute(told_of.order_by(NOTICE_KEY.c.id)):
            keys.setdefault(row.notice_id, []).append(row.key)
        return [
            Queued(
                row.id,
                number[row.id],
                date.fromisoformat(row.made_on),
                Notice(tuple(keys[row.id]), row.audience, row.part, row.subject, row.text),
                tuple(tries.get(row.id, ())),
            )
            for row in link.execute(sa.select(NOTICE).where(recent).order_by(NOTICE.c.id))
        ]


def next_send(workspace: Workspace, ledger: Ledger, today: date) -> datetime | None:
    """Return when a message that did not go out may be tried again; None when none waits."""
    channels = workspace.settings.channels
    waiting = (
        next_try(tries)
        for one in (queued(ledger, today) if channels else ())
        for channel in channels
        if one.notice.is_for(channel) and not is_out(tries := one.tries_on(channel.name))
    )
    return min(filter(None, waiting), default=None)


def next_try(tries: Sequence[Try]) -> datetime | None:
    """Return when to try again: after 1, 2, 4 … 60 minutes; None at once, or when it went out.

    A try without an outcome was cut off: whoever comes next makes it again at once.
    """
    if not tries or not tries[-1].trouble:
        return None
    failed = sum(bool(one.trouble) for one in tries)
    pause = timedelta(minutes=2 ** min(failed - 1, 6))
    return tries[-1].began_at + min(pause, LONGEST_PAUSE)


def is_out(tries: Sequence[Try]) -> bool:
    return any(one.trouble == "" for one in tries)


def send_queued(
    ledger: Ledger,
    channels: Sequence[Channel],
    address: Callable[[Channel], str],
    send: Send,
    clock: Callable[[], datetime],
) -> list[Sent]:
    """Try to send what is in the queue and whose time has come; failing is never an error.

    ``clock`` gives an aware moment.
    """
    sent = []
    for one in queued(ledger, clock().date()):
        for channel in channels:
            tries = one.tries_on(channel.name)
            when = next_try(tries)
            if not one.notice.is_for(channel) or is_out(tries) or (when and clock() < when):
                continue
            again = AGAIN if tries and tries[-1].trouble is None else ""
            subject = SUBJECT.format(subject=one.notice.subject, number=one.number, again=again)
            began = _begin(ledger, one.key, channel, clock())
            try:
                trouble = send(address(channel), subject, one.notice.text)
            except CannotRunError as error:
                trouble = str(error)
            _end(ledger, began, trouble)
            sent.append(Sent(channel.name, subject, trouble))
    return sent


def _begin(ledger: Ledger, key: int, channel: Channel, now: datetime) -> int:
    with ledger.engine.begin() as link:
        began = now.isoformat()
        return insert(link, NOTICE_TRY, notice_id=key, channel=channel.name, began_at=began)


def _end(ledger: Ledger, began: int, trouble: str) -> None:
    with ledger.engine.begin() as link:
        insert(link, NOTICE_OUTCOME, notice_try_id=began, trouble=trouble)
