"""e-GP's feed of announcements: asked politely, read with suspicion. Bytes in, items out.

The feed is a stranger that is often away: whatever it answers becomes items or an outage by name
(``schemas.announcement.OUTAGES``), never a crash. Nothing is guessed from what it did not answer.
"""

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from lxml import etree

from pipeline.clock import Clock
from schemas.announcement import Served, egp_link, projects_in
from schemas.thai import GREGORIAN_YEARS, visible

# Without such a name the connection was reset (DOMAIN §9).
HEADERS = {
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Accept": "application/rss+xml, application/xml, text/xml, */*;q=0.5",
    "Accept-Language": "th, en;q=0.5",
    "Accept-Encoding": "identity",
}
LARGEST = 2 << 20  # bytes; a feed of twenty items has 12,000
MOST_ITEMS = 100  # of one department and code: never more than 20 were seen
LONGEST_TITLE = 2_000
CHUNK = 1 << 14
TRIES = (5.0, 20.0)  # seconds before the second and the third


class OutageError(Exception):
    """The feed gave no answer; ``args[0]`` is one of ``OUTAGES``."""

    @property
    def outcome(self) -> str:
        return str(self.args[0])


# ---- asking


@dataclass(frozen=True)
class Patience:
    """How long one question may take, in seconds: of silence, and in all."""

    silence: float = 20
    whole: float = 60


USUAL = Patience()


def address(base: str, department: str, code: str) -> str:
    """Return what is asked. The parameter is misspelt: «announceType» is silently ignored.

    >>> address("https://e/x.xml", "6800901", "W0")
    'https://e/x.xml?deptId=6800901&anounceType=W0'
    """
    asked = urlencode({"deptId": department, "anounceType": code})
    return f"{base}{'&' if '?' in base else '?'}{asked}"


def fetch(
    url: str,
    sink: Callable[[], BinaryIO],
    clock: Clock,
    seconds: Callable[[], float],
    tries: int = 3,
    patience: Patience = USUAL,
) -> None:
    """Write what ``url`` answers into a file that ``sink`` opens anew for each try.

    It is written while it is read: who is killed after the last byte has lost nothing.
    Errors: OutageError after the last try. ``seconds`` counts seconds, ``clock`` waits.
    """
    for number in range(tries):
        if number:
            clock.wait(TRIES[min(number, len(TRIES)) - 1])
        try:
            with sink() as file:
                for chunk in _chunks(url, seconds, patience):
                    file.write(chunk)
                    file.flush()
        except OutageError as error:
            if number + 1 == tries or error.outcome == "too-large":
                raise
        else:
            return


def _chunks(url: str, seconds: Callable[[], float], patience: Patience) -> Iterator[bytes]:
    """Give what is answered as it comes. What goes wrong with it meanwhile is no outage here."""
    began, size = seconds(), 0
    request = urllib.request.Request(url, headers=HEADERS)  # noqa: S310 - http(s) by the settings
    try:
        answer = _OPENER.open(request, timeout=patience.silence)
    except urllib.error.HTTPError as error:
        raise OutageError("refused") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OutageError("unreachable") from error
    with answer:
        while chunk := _chunk(answer):
            size += len(chunk)
            if size > LARGEST:
                raise OutageError("too-large")
            if seconds() - began > patience.whole:
                raise OutageError("unreachable")
            yield chunk
        if answer.length:  # bytes that were promised and did not come
            raise OutageError("not-whole")


def _chunk(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read1(CHUNK)
    except http.client.IncompleteRead as error:
        raise OutageError("not-whole") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OutageError("unreachable") from error


class _SameKind(urllib.request.HTTPRedirectHandler):
    """Follow a redirect only to http or https: urllib would take ftp as well."""

    def redirect_request(self, *facts: object) -> urllib.request.Request | None:
        if urlsplit(str(facts[-1])).scheme not in {"http", "https"}:
            raise OutageError("refused")
        return super().redirect_request(*facts)  # type: ignore[arg-type]


_OPENER = urllib.request.build_opener(_SameKind)


# ---- reading


_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,400}\?>")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DOWNLOAD = re.compile(r"/download/([0-9]{11})(?:/|$)")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")


def parse(content: bytes, code: str, department: str) -> list[Served]:
    """Return the items of an answer to ``code``, each once, in their order.

    cp874 whatever is announced, but for bytes that can only be UTF-8. The kind is the code that
    was asked for: ``templateType`` in the links says something else.
    Errors: OutageError.
    """
    text = _letters(content)
    head = text.lstrip("\ufeff \t\r\n")
    if not head:
        raise OutageError("empty")
    if "<rss" not in head[:4096]:
        raise OutageError("rejected" if "Request Rejected" in text else "page")
    if "</rss>" not in head[-4096:]:
        raise OutageError("not-whole")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise OutageError("unreadable")
    root = _root(_DECLARATION.sub("", head, count=1))
    items = list(root.iter("item"))
    if len(items) > MOST_ITEMS or _of_others(root, department):
        raise OutageError("others")
    found: dict[str, Served] = {}
    for item in items:
        served = _item(item, code)
        if served is not None:
            found.setdefault(served.key, served)
    return list(found.values())


def _letters(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp874", errors="replace")


def _root(text: str) -> etree._Element:
    """Read strictly; once more with what careless programs write into a title put right."""
    for once in (text, _NO_XML.sub("", _BARE_AMPERSAND.sub("&amp;", text))):
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
        )
        try:
            root = etree.fromstring(once.encode(), parser)
        except etree.XMLSyntaxError:
            continue
        if root.tag == "rss":
            return root
    raise OutageError("unreadable")


def _of_others(root: etree._Element, department: str) -> bool:
    """True where an address in the feed states another department than the one asked for."""
    return any(
        stated != department
        for link in root.iter("link")
        for name, stated_all in parse_qs(_query(link.text or "")).items()
        if name.casefold() == "deptid"
        for stated in stated_all
    )


def _query(link: str) -> str:
    """Return the query of an address; "" where it has none or is no address."""
    try:
        return urlsplit(link.strip()).query
    except ValueError:
        return ""


def _item(item: etree._Element, code: str) -> Served | None:
    """Return an item; None for one that says nothing at all."""
    title, description = (_said(item, name) for name in ("title", "description"))
    written = _said(item, "link")
    project = _project(written, description)
    link = egp_link(_quoted(written))
    if not (title or project or link):
        return None
    return Served(code, project, link, title, _day(_said(item, "pubDate")), description)


def _said(item: etree._Element, name: str) -> str:
    return " ".join(visible(item.findtext(name) or "").split())[:LONGEST_TITLE]


def _quoted(link: str) -> str:
    """The address with what is no ASCII, and a blank, written as addresses write it."""
    return quote(link, safe="%:/?#[]@!$&'()*+,;=~\\\"<>|`^{}")


def _project(link: str, description: str) -> str:
    """Return the number that the link carries, else the first of the description, else ""."""
    stated = parse_qs(_query(link)).get("projectId", [])
    downloaded = _DOWNLOAD.search(link)
    told: Iterator[str] = iter(
        (
            *(number for one in stated for number in projects_in(one)),
            *(projects_in(downloaded[1]) if downloaded else ()),
            *projects_in(description),
        )
    )
    return next(told, "")


def _day(text: str) -> date | None:
    """Return the day of ``pubDate``, a Gregorian ISO date; None for anything else."""
    found = _DAY.match(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
    return day if day and day.year in GREGORIAN_YEARS else None
