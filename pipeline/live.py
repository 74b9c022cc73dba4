"""Is what readers see what was released? Here before every pass sets it right, far once a day."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline import CannotRunError
from pipeline.configure import Workspace
from pipeline.deliver import look_again
from pipeline.keys import public_keys
from pipeline.ledger import Ledger
from pipeline.log import entry_of
from pipeline.notices import Trouble
from pipeline.publish import CURRENT
from pipeline.verify import Folder, Known, site_at, verify
from schemas.config import Target
from schemas.delivery import Delivery
from schemas.verify_words import AWAY, FAR, SET_RIGHT

LOOKED = "live.json"  # what the far sides were like when they were looked at; a cache
LASTING = timedelta(minutes=7)  # of waiting for the next try: shorter troubles mend themselves
SHOWN = 10  # differences in a message; ``verify`` names them all
NO_DAMAGE = {"stale"}  # a run that was killed before its swap

Place = tuple[str, Callable[[], tuple[str, ...]]]  # its name, and a look at it


def damage_of(workspace: Workspace, ledger: Ledger) -> tuple[str, ...]:
    """Return a sentence for each public file here that is not as it was released."""
    current, known = workspace.site / CURRENT, _known(workspace, ledger)
    if known is None or not current.is_dir():
        return ()
    found = verify(Folder(current.resolve()), known).differences
    return tuple(one.sentence for one in found if one.kind not in NO_DAMAGE)


def far_damage_of(
    workspace: Workspace,
    ledger: Ledger,
    deliveries: Iterable[Delivery],
    today: date,
    seconds: Callable[[], float],
) -> tuple[str, ...]:
    """Compare every target and the public website with the last release, once a day.

    Where all was right that holds for the day. A target that the release has not reached is told
    by its delivery, and the website may stand there. What differs at a target is sent anew by the
    next pass. ``seconds`` counts seconds.
    """
    known, looked = _known(workspace, ledger), workspace.output / LOOKED
    if known is None or not all(one.arrived for one in deliveries):
        return ()
    before, after = _read(looked), {}
    for place, look in _places(workspace, known, seconds):
        seen = before.get(place)
        if seen is None or seen.day != today.isoformat() or seen.differences:
            seen = _Look(day=today.isoformat(), differences=look())
        after[place] = seen
    if after != before:
        said = {place: seen.model_dump(mode="json") for place, seen in after.items()}
        looked.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return tuple(sentence for seen in after.values() for sentence in seen.differences)


def _places(workspace: Workspace, known: Known, seconds: Callable[[], float]) -> Iterator[Place]:
    for target in workspace.settings.targets:

        def look_there(target: Target = target) -> tuple[str, ...]:
            looked = look_again(target, known, workspace.targets, seconds)
            return looked.differences or ((looked.failure,) if looked.failure else ())

        yield target.url, look_there
    if address := workspace.settings.site.base_url:
        yield address, lambda: _website(address, known, seconds)


def _website(address: str, known: Known, seconds: Callable[[], float]) -> tuple[str, ...]:
    try:
        with site_at(address, seconds) as site:
            return tuple(verify(site, known).sentences)
    except CannotRunError as error:
        return (str(error),)


def troubles_of(
    damage: Sequence[str],
    far: Sequence[str],
    deliveries: Iterable[Delivery],
    today: date,
    now: datetime,
) -> tuple[Trouble, ...]:
    """Return what must be told of them: the same once a day."""
    waits = [one for one in deliveries if one.next_try and one.next_try - now > LASTING]
    away = tuple(one.failure for one in waits)
    said = (("damage", damage, SET_RIGHT), ("far", far, FAR), ("target", away, AWAY))
    return tuple(
        Trouble(f"{name}/{today}/{_digest(found)}", (words, *found[:SHOWN]))
        for name, found, words in said
        if found
    )


def _known(workspace: Workspace, ledger: Ledger) -> Known | None:
    releases = tuple(map(entry_of, ledger.releases()))
    return Known(releases, public_keys(workspace.keys)) if releases else None


class _Look(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: str
    differences: tuple[str, ...]


def _read(looked: Path) -> dict[str, _Look]:
    """What was seen before; nothing where the file is lost or damaged: then all is seen anew."""
    try:
        said = json.loads(looked.read_text(encoding="utf-8"))
        return {place: _Look.model_validate(seen) for place, seen in said.items()}
    except (FileNotFoundError, ValueError, AttributeError, ValidationError):
        return {}


def _digest(sentences: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sentences).encode()).hexdigest()[:16]
