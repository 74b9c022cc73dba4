"""Is what readers see what was released? Looked at before every pass sets it right, with alarm."""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from pipeline import CannotRunError
from pipeline.configure import Workspace
from pipeline.keys import public_keys
from pipeline.ledger import Ledger
from pipeline.log import entry_of
from pipeline.notices import Trouble
from pipeline.publish import CURRENT
from pipeline.verify import Folder, Known, site_at, verify
from schemas.delivery import Delivery
from schemas.verify_words import AWAY, SET_RIGHT, WEBSITE

CHECKED = "live.json"  # when the website was looked at last; without it, it is looked at again
LASTING = timedelta(minutes=7)  # of waiting for the next try: shorter troubles mend themselves
SHOWN = 10  # differences in a message; ``verify`` names them all
NO_DAMAGE = {"stale"}  # a run that was killed before its swap


def damage_of(workspace: Workspace, ledger: Ledger) -> tuple[str, ...]:
    """Return a sentence for each public file here that is not as it was released."""
    current, known = workspace.site / CURRENT, _known(workspace, ledger)
    if known is None or not current.is_dir():
        return ()
    found = verify(Folder(current.resolve()), known).differences
    return tuple(one.sentence for one in found if one.kind not in NO_DAMAGE)


def website_check(
    workspace: Workspace, ledger: Ledger, today: date, seconds: Callable[[], float]
) -> tuple[str, ...]:
    """Compare the public website with the last release, once a day; return what differs.

    Only where ``site.base_url`` says where it is. On the other passes of the day the answer is
    the one that was found. ``seconds`` counts seconds.
    """
    address, known = workspace.settings.site.base_url, _known(workspace, ledger)
    if not address or known is None:
        return ()
    checked = workspace.output / CHECKED
    if (found := _found_on(checked, today, address)) is not None:
        return found
    try:
        with site_at(address, seconds) as site:
            found = tuple(verify(site, known).sentences)
    except CannotRunError as error:
        found = (str(error),)
    said = {"day": today.isoformat(), "address": address, "differences": found}
    checked.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return found


def troubles_of(
    damage: tuple[str, ...],
    website: tuple[str, ...],
    deliveries: Iterable[Delivery],
    today: date,
    now: datetime,
) -> tuple[Trouble, ...]:
    """Return what must be told of them: the same once a day."""
    away = tuple(
        one.failure for one in deliveries if one.next_try and one.next_try - now > LASTING
    )
    said = (("damage", damage, SET_RIGHT), ("website", website, WEBSITE), ("target", away, AWAY))
    return tuple(
        Trouble(f"{name}/{today}/{_digest(found)}", (words, *found[:SHOWN]))
        for name, found, words in said
        if found
    )


def _known(workspace: Workspace, ledger: Ledger) -> Known | None:
    releases = tuple(map(entry_of, ledger.releases()))
    return Known(releases, public_keys(workspace.keys)) if releases else None


def _found_on(checked: Path, today: date, address: str) -> tuple[str, ...] | None:
    try:
        said = json.loads(checked.read_text(encoding="utf-8"))
        fresh = (said["day"], said["address"]) == (today.isoformat(), address)
        return tuple(map(str, said["differences"])) if fresh else None
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _digest(sentences: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(sentences).encode()).hexdigest()[:16]
