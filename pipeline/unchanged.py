"""A pass whose grounds are those of the last one leaves the site alone: it would come to the same.

The ledger only grows, so that its extent says whether anything was written. Whatever is in doubt
is no such pass: then all is made and compared as always.
"""

import hashlib
import json
from datetime import date
from pathlib import Path

from pipeline.configure import Workspace
from pipeline.formats.kept import Kept, whole_program
from pipeline.keys import open_keys
from pipeline.ledger import Ledger
from pipeline.publish import CURRENT, tidy
from pipeline.render import LIBRARIES


def note_published(today: date, workspace: Workspace, ledger: Ledger, kept: Kept) -> None:
    """Write down on what grounds the site, that is now public, stands."""
    kept.write(_grounds(today, workspace, ledger), json.dumps(_statuses(workspace)).encode())


def stands_as_noted(today: date, workspace: Workspace, ledger: Ledger, kept: Kept) -> bool:
    """True when the site, and the status files beside it, would be made as they are there.

    The caller has compared the public files with what was released.
    """
    noted = kept.read(_grounds(today, workspace, ledger))
    releases = ledger.releases()
    if noted is None or not releases:
        return False
    if (workspace.site / CURRENT).resolve().name != releases[-1].name:
        return False
    if json.loads(noted) != _statuses(workspace):
        return False
    tidy(workspace.site, releases)
    return True


def _grounds(today: date, workspace: Workspace, ledger: Ledger) -> bytes:
    """All that a site depends on: program, day, configuration, keys, and what the ledger says."""
    said = (
        today.isoformat(),
        repr(workspace.settings),
        workspace.emblem,
        open_keys(workspace.keys).public,
        ledger.extent(),
    )
    return b"site\n" + whole_program(LIBRARIES) + repr(said).encode(errors="replace")


def _statuses(workspace: Workspace) -> dict[str, str]:
    """The status files that the report compiler reads, with their hashes."""
    files: list[Path] = sorted(workspace.measure4.glob("*/status.json"))
    return {path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
