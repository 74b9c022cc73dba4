"""What a measure claims to be public: a look a day at each address and file, kept for ever.

The looks stand in ``output/ledger/watched.jsonl``, one line each, only ever added to: nobody can
look again at yesterday. A look that fails is tried again by every pass of the day; the day's last
answer counts.
"""

import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline import CannotRunError
from pipeline.configure import Workspace
from pipeline.measures import MEASURES, read_measures
from schemas.report import Sighting

NAME = "watched.jsonl"
PATIENCE_S = 10.0  # for one address
LONGEST_S = 60.0  # for all of a pass; the rest is looked at by the next one
AGENT = "Mozilla/5.0 (compatible; sokhoro1)"


class Look(BaseModel):
    """One look: the place as the office wrote it, the (Gregorian) day, and why it was in vain."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: str
    day: date
    reachable: bool
    why: str = ""


def watch_places(
    workspace: Workspace, today: date, seconds: Callable[[], float]
) -> Mapping[str, Sighting]:
    """Look at every watched place not yet seen today; return what is known of all of them.

    The caller holds the workspace's lock. ``seconds`` counts seconds. A file of measures that
    cannot be read is the report's to tell: nothing in it is looked at.
    """
    path, ends = workspace.records / NAME, seconds() + LONGEST_S
    looks = read_looks(path)
    last = {look.place: look for look in looks}
    for place in places_of(workspace.home):
        seen = last.get(place)
        if seen is not None and seen.day >= today and seen.reachable:
            continue
        if seconds() > ends:
            break
        why = _why_not(place, workspace.home)
        look = Look(place=place, day=today, reachable=not why, why=why)
        if look != seen:
            _append(path, look)
            looks.append(look)
    return sightings(looks)


def places_of(home: Path) -> list[str]:
    """Return the places that the files of measures beside the configuration name, each once."""
    places: dict[str, None] = {}
    for path in sorted(home.glob(MEASURES)):
        try:
            measures = read_measures(path)
        except CannotRunError:
            continue
        places |= dict.fromkeys(place for one in measures.measures for place in one.watch)
    return list(places)


def read_looks(path: Path) -> list[Look]:
    """Return every look in its order; a line that a power cut left half is none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [look for line in lines if (look := _read(line))]


def sightings(looks: Iterable[Look]) -> dict[str, Sighting]:
    """Return for each place its last answer, since when it was the same, and on how many days."""
    days: dict[str, dict[date, bool]] = {}
    for look in looks:
        days.setdefault(look.place, {})[look.day] = look.reachable  # the day's last answer
    return {place: _sighting(place, own) for place, own in days.items()}


def _sighting(place: str, days: Mapping[date, bool]) -> Sighting:
    newest = sorted(days, reverse=True)
    answer = days[newest[0]]
    same = []
    for day in newest:
        if days[day] != answer:
            break
        same.append(day)
    return Sighting(place, answer, since=same[-1], last=same[0], days=len(same))


def _read(line: str) -> Look | None:
    try:
        return Look.model_validate_json(line)
    except ValidationError:
        return None


def _append(path: Path, look: Look) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        # What a power cut left half stays a line of its own.
        whole = file.tell() == 0 or _last_byte(path) == b"\n"
        said = json.dumps(look.model_dump(mode="json"), ensure_ascii=False)
        file.write((b"" if whole else b"\n") + said.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


# ---- one look


def _why_not(place: str, home: Path) -> str:
    """Return "" when a place can be reached, else why not, in a few words without any of it."""
    if not place.startswith(("http://", "https://")):
        path = (home / place).resolve()
        if not path.is_relative_to(home.resolve()):
            return "outside the workspace"
        return "" if path.is_file() else "no such file"
    try:
        request = urllib.request.Request(_encoded(place), headers={"User-Agent": AGENT})  # noqa: S310 - http(s) only, see above
        with _opener().open(request, timeout=PATIENCE_S) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        with error:
            return f"answered {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return type(getattr(error, "reason", error)).__name__
    return ""


def _opener() -> urllib.request.OpenerDirector:
    """One that follows only to other web addresses, and asks no machine in between."""
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        _WebOnly(),
    )


class _WebOnly(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - the library's
        if not newurl.startswith(("http://", "https://")):
            raise urllib.error.HTTPError(newurl, code, msg, headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _encoded(address: str) -> str:
    """A Thai host or path as the network asks for it; ValueError for what is no address."""
    parts = urlsplit(address)
    if not parts.hostname:
        raise ValueError("no host")
    host = parts.hostname.encode("idna").decode()
    port = f":{parts.port}" if parts.port else ""
    path, query = quote(parts.path, safe="/%:@!$&'()*+,;=~"), quote(parts.query, safe="/%:@?=&+,;")
    return urlunsplit((parts.scheme, host + port, path, query, ""))
