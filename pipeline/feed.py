"""Revisions of months → ``feed.xml`` (Atom, RFC 4287): who follows it hears of every correction.

Names (``id``) must never change. A site may have no address yet, or move to another one, and a
``tag:`` would need a domain; so each is a ``urn:uuid`` made (version 5) from the organisation,
the month and the number of the revision, which stay what they are.
"""

import uuid
from dataclasses import dataclass
from datetime import date

from pipeline.pages import PAGE, draw
from pipeline.render import place_of
from pipeline.summarise import Summaries
from schemas.config import Settings
from schemas.summary import MonthlySummary
from schemas.thai import visible

FEED = "feed.xml"
LONGEST = 60  # entries: five years of months without a correction
# Drawn once for this program: beneath it the names that we make cannot meet anybody else's.
SPACE = uuid.UUID("5c9b3e0a-7d1f-4a86-9f60-2b8e4d1c7a35")


@dataclass(frozen=True)
class Entry:
    """One revision of one month; ``path`` is that of its page, days stand with the hour 0."""

    summary: MonthlySummary
    id: str
    path: str
    published: str
    updated: str
    reasons: tuple[str, ...]


def feed(summaries: Summaries, as_of: date, settings: Settings, base: str) -> dict[str, bytes]:
    """Return the feed by its path: one entry for each revision, newest first, at most LONGEST.

    ``base`` is the site's address with "/" behind, or "": then links are relative to the feed.
    ``as_of`` is the day of a feed without any entry.
    """
    every = (*summaries.public, *summaries.superseded)
    newest = sorted(every, key=lambda one: (one.published_on, one.month, one.revision))
    entries = [_entry(summary) for summary in newest[::-1][:LONGEST]]
    organisation = settings.organisation
    former = min(organisation.former_names, key=lambda one: one.until, default=None)
    content = draw(
        FEED,
        settings.site.numerals,
        id=_name(former.name if former else organisation.name),
        organisation=visible(organisation.name),
        updated=max((entry.updated for entry in entries), default=_hour(as_of)),
        base=base,
        entries=entries,
    )
    return {FEED: content}


def _entry(summary: MonthlySummary) -> Entry:
    """A reason that is given later is news of the same entry."""
    given = summary.corrected.said if summary.corrected else ()
    return Entry(
        summary,
        _name(summary.organisation, str(summary.month), str(summary.revision)),
        place_of(summary) + PAGE,
        _hour(summary.published_on),
        _hour(max([summary.published_on, *(one.date for one in given)])),
        tuple(visible(one.reason) for one in given),
    )


def _name(*parts: str) -> str:
    return f"urn:uuid:{uuid.uuid5(SPACE, '/'.join(parts))}"


def _hour(day: date) -> str:
    """Only days are known: the hour in which they begin in Thailand."""
    return f"{day.isoformat()}T00:00:00+07:00"
