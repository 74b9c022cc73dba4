"""Statements about announcements: what e-GP's feed served, and the files that finance dropped."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from pipeline.ledger.drops import as_json, read_sightings
from pipeline.ledger.tables import ANNOUNCEMENT_FILE, FEED_ANSWER, SERVED, insert
from schemas.announcement import AnnouncementFile, FeedAnswer, Served

BANGKOK = ZoneInfo("Asia/Bangkok")


def write_answer(
    link: sa.Connection,
    agency: str,
    code: str,
    at: datetime,
    outcome: str,
    items: Iterable[Served],
) -> FeedAnswer:
    """Write down how the feed answered and what of it is news; replays write nothing new."""
    known = _last_of(link, agency, code)
    listed = list(items)
    fresh = [(item, text) for item in listed if known.get(item.key) != (text := kept(item))]
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    for item, text in fresh:
        said = {"code": code, "key": item.key, "item": text, "seen_at": moment}
        insert(link, SERVED, agency=agency, **said)
    answer = FeedAnswer(code, at, outcome, len(listed), len(fresh))
    if fresh or not _like_the_last(link, agency, answer):
        insert(
            link,
            FEED_ANSWER,
            agency=agency,
            code=code,
            at=moment,
            outcome=outcome,
            items=answer.items,
            fresh=answer.fresh,
        )
    return answer


def kept(item: Served) -> str:
    """Return an item as text: two that say the same are the same text."""
    plain = asdict(replace(item, seen=None))
    plain["published_on"] = item.published_on.isoformat() if item.published_on else None
    return as_json(plain)


def of(text: str, seen: date | None = None) -> Served:
    """Return the item that ``kept`` wrote down."""
    plain = json.loads(text)
    day = plain["published_on"]
    day = date.fromisoformat(day) if day else None
    return Served(**{**plain, "published_on": day, "seen": seen})


def _last_of(link: sa.Connection, agency: str, code: str) -> dict[str, str]:
    own = SERVED.c.agency == agency
    asked = sa.select(SERVED.c.key, SERVED.c.item).where(own, SERVED.c.code == code)
    return {row.key: row.item for row in link.execute(asked.order_by(SERVED.c.id))}


def _like_the_last(link: sa.Connection, agency: str, answer: FeedAnswer) -> bool:
    """True where the last answer to this code, on the same day in Bangkok, came to the same."""
    own = FEED_ANSWER.c.agency == agency
    asked = sa.select(FEED_ANSWER).where(own, FEED_ANSWER.c.code == answer.code)
    last = link.execute(asked.order_by(FEED_ANSWER.c.id.desc()).limit(1)).first()
    return (
        last is not None
        and last.outcome == answer.outcome
        and last.items == answer.items
        and day_of(last.at) == answer.at.astimezone(BANGKOK).date()
    )


def day_of(moment: str) -> date:
    """Return the day in Bangkok of a moment of the ledger."""
    return datetime.fromisoformat(moment).astimezone(BANGKOK).date()


def read_served(link: sa.Connection, agency: str) -> tuple[list[Served], list[date]]:
    """Return every item ever served as it was last, and the days on which there was news."""
    found: dict[str, Served] = {}
    days: list[date] = []
    asked = sa.select(SERVED).where(SERVED.c.agency == agency)
    for row in link.execute(asked.order_by(SERVED.c.id)):
        day = day_of(row.seen_at)
        first = found.get(row.key)
        found[row.key] = of(row.item, first.seen if first and first.seen else day)
        days.append(day)
    return list(found.values()), days


def read_answers(link: sa.Connection, agency: str) -> list[FeedAnswer]:
    """Return how the feed answered, the oldest first; what repeated itself is there once a day."""
    asked = sa.select(FEED_ANSWER).where(FEED_ANSWER.c.agency == agency)
    rows = link.execute(asked.order_by(FEED_ANSWER.c.id))
    return [
        FeedAnswer(row.code, datetime.fromisoformat(row.at), row.outcome, row.items, row.fresh)
        for row in rows
    ]


# ---- files


def write_file(link: sa.Connection, agency: str, file: AnnouncementFile) -> None:
    plain: Mapping[str, Any] = {
        one.name: getattr(file, one.name)
        for one in fields(file)
        if one.name not in {"file", "sha256", "received_on", "lies"}
    }
    insert(
        link,
        ANNOUNCEMENT_FILE,
        agency=agency,
        file=file.file,
        sha256=file.sha256,
        received_on=file.received_on.isoformat(),
        announcement=as_json(plain),
    )


def read_files(link: sa.Connection, agency: str) -> list[AnnouncementFile]:
    """Return the files that speak: each content under the names at which it lies.

    A content that lies nowhere any more speaks under its last name, as a workbook that finance
    has tidied away still does; but not where another file has taken that name.
    """
    lying = read_sightings(link, agency)
    found: dict[tuple[str, str], AnnouncementFile] = {}
    asked = sa.select(ANNOUNCEMENT_FILE).where(ANNOUNCEMENT_FILE.c.agency == agency)
    for row in link.execute(asked.order_by(ANNOUNCEMENT_FILE.c.id)):
        found.pop((row.file, row.sha256), None)  # so that the last word stands last
        found[row.file, row.sha256] = AnnouncementFile.of(
            json.loads(row.announcement),
            file=row.file,
            sha256=row.sha256,
            received_on=date.fromisoformat(row.received_on),
            lies=lying.get(row.file) == row.sha256,
        )
    lie = {one.sha256 for one in found.values() if one.lies}
    last = {one.sha256: one for one in found.values() if one.sha256 not in lie}
    gone = [one for one in last.values() if lying.get(one.file) is None]
    return [*(one for one in found.values() if one.lies), *gone]
