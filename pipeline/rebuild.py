"""All that is public made again from the ledger, with nothing kept: it must be the same bytes.

A pass makes only what changed and takes the rest as it was made before. This is the proof that
both ways come to one site, and what to do when the folder of what is kept may be wrong.
"""

import shutil
from dataclasses import dataclass
from datetime import date

from pipeline.clock import Clock
from pipeline.configure import Workspace
from pipeline.ledger import Ledger
from pipeline.live import damage_of
from pipeline.outside import Outside, go_outside
from pipeline.publish import read_manifest
from pipeline.reply import write_replies
from pipeline.run import publish_site
from pipeline.workers import HERE, Workers


@dataclass(frozen=True)
class Rebuilt:
    """What came of it; ``files`` counts those of the release beside its own."""

    release: str | None  # the name of what is public now; None: nothing was ever published
    files: int
    damaged: tuple[str, ...]  # sentences: what did not lie there as released, and is set right
    changed: tuple[str, ...]  # paths that came out otherwise than from what was kept
    outside: Outside

    @property
    def waits(self) -> bool:
        """True when somebody should look."""
        return bool(self.changed) or self.outside.waits


def rebuild(
    today: date, workspace: Workspace, ledger: Ledger, clock: Clock, workers: Workers = HERE
) -> Rebuilt:
    """Publish as a pass does, throw away what was kept, publish again from nothing, and compare.

    Nothing is taken in. Replies and status are made again too, and targets brought up to it.
    """
    damaged = damage_of(workspace, ledger)  # before it is set right
    publish_site(today, workspace, ledger, workers)
    from_kept = set(read_manifest(workspace.site))
    shutil.rmtree(workspace.cache, ignore_errors=True)
    publish_site(today, workspace, ledger, workers)
    write_replies(ledger, workspace)
    from_nothing = set(read_manifest(workspace.site))
    releases = ledger.releases()
    return Rebuilt(
        releases[-1].name if releases else None,
        len(from_nothing),
        damaged,
        tuple(sorted({path for path, _ in from_kept ^ from_nothing})),
        go_outside(damaged, workspace, ledger, today, clock),
    )
