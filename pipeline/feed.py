"""Revisions of months → ``feed.xml`` (Atom, RFC 4287) and ``feed.json`` (JSON Feed 1.1).

Who follows one of them hears of every correction; both have the same entries.

Names (``id``) must never change. A site may have no address yet, or move to another one, and a
``tag:`` would need a domain; so each is a ``urn:uuid`` made (version 5) from the organisation,
the month and the number of the revision, which stay what they are.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.pages import PAGE, draw
from pipeline.places import place_of
from pipeline.summarise import Summaries
from schemas.config import Organisation, Settings
from schemas.summary import MonthlySummary, Numerals
from schemas.thai import visible

FEED, JSON_FEED = "feed.xml", "feed.json"
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
    title: str
    text: str


def feed(summaries: Summaries, as_of: date, settings: Settings, base: str) -> dict[str, bytes]:
    """Return both feeds by path: one entry for each revision, newest first, at most LONGEST.

    ``base`` is the site's address with "/" behind, or "": then links are relative to the feed,
    and the JSON Feed, whose addresses must be whole, has paths only.
    ``as_of`` is the day of a feed without any entry.
    """
    every = (*summaries.public, *summaries.superseded)
    newest = sorted(every, key=lambda one: (one.published_on, one.month, one.revision))
    numerals, organisation = settings.site.numerals, settings.organisation
    entries = [_entry(summary, numerals) for summary in newest[::-1][:LONGEST]]
    title = _words("feed", numerals, organisation=visible(organisation.name))
    content = draw(
        FEED,
        numerals,
        id=urn(organisation),
        title=title,
        organisation=visible(organisation.name),
        updated=max((entry.updated for entry in entries), default=_hour(as_of)),
        base=base,
        entries=entries,
    )
    return {FEED: content, JSON_FEED: _json(entries, title, organisation.name, base)}


def urn(organisation: Organisation, *parts: str) -> str:
    """Return a name for ever of something of the office, which keeps it when it is renamed."""
    former = min(organisation.former_names, key=lambda one: one.until, default=None)
    return _name(former.name if former else organisation.name, *parts)


def _json(entries: Sequence[Entry], title: str, organisation: str, base: str) -> bytes:
    """Return the feed as https://www.jsonfeed.org/version/1.1/ wants it."""

    def address(path: str, name: str = "url") -> dict[str, str]:
        return {name: base + path} if base else {}

    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        **address(PAGE, "home_page_url"),
        **address(JSON_FEED, "feed_url"),
        "language": "th",
        "authors": [{"name": visible(organisation)}],
        "items": [
            {
                "id": entry.id,
                **address(entry.path),
                "title": entry.title,
                "content_text": entry.text,
                "date_published": entry.published,
                "date_modified": entry.updated,
                "_sokhoro1": {
                    "month": str(entry.summary.month),
                    "revision": entry.summary.revision,
                    "page": entry.path,
                },
            }
            for entry in entries
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _words(part: str, numerals: Numerals, **facts: object) -> str:
    """Return plain text; whoever puts it into a page must escape it."""
    return draw("feed.txt", numerals, part=part, **facts).decode().strip()


def _entry(summary: MonthlySummary, numerals: Numerals) -> Entry:
    """A reason that is given later is news of the same entry."""
    given = summary.corrected.said if summary.corrected else ()
    return Entry(
        summary,
        _name(summary.organisation, str(summary.month), str(summary.revision)),
        place_of(summary) + PAGE,
        _hour(summary.published_on),
        _hour(max([summary.published_on, *(one.date for one in given)])),
        _words("title", numerals, summary=summary),
        _words("text", numerals, summary=summary, reasons=[visible(one.reason) for one in given]),
    )


def _name(*parts: str) -> str:
    return f"urn:uuid:{uuid.uuid5(SPACE, '/'.join(parts))}"


def _hour(day: date) -> str:
    """Only days are known: the hour in which they begin in Thailand."""
    return f"{day.isoformat()}T00:00:00+07:00"
