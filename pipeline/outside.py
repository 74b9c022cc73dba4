"""What lies outside of this machine: web servers to bring the release to, and people to tell.

Nothing here can fail a pass: what could not be done is in the answer, and is tried again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.announce import silent_since
from pipeline.clock import Clock
from pipeline.configure import Workspace
from pipeline.deliver import deliver
from pipeline.heartbeat import read_last_pass
from pipeline.ledger import Ledger
from pipeline.live import far_damage_of, troubles_of
from pipeline.notices import feed_silence, silence
from pipeline.outbox import Sent, next_send, tell_people
from pipeline.publish import CURRENT
from pipeline.watched import watch_places
from schemas.delivery import Delivery

LOOK_AGAIN = timedelta(minutes=5)  # at a far side that was not as it should be


@dataclass(frozen=True)
class Outside:
    """What one pass did outside, and when it should be tried again what did not go well."""

    deliveries: tuple[Delivery, ...]  # one for each target
    damage: tuple[str, ...]  # what was public, here or there, and not as it was released
    told: tuple[Sent, ...]  # messages that were tried
    again_at: datetime | None

    @property
    def waits(self) -> bool:
        """True while something public is not as it should be."""
        return bool(self.damage) or not all(one.arrived for one in self.deliveries)


def go_outside(
    damage: Sequence[str], workspace: Workspace, ledger: Ledger, today: date, clock: Clock
) -> Outside:
    """Deliver the release, look at the far sides and at what the measures claim, tell people.

    ``damage`` is what was wrong here before this pass set it right.
    """
    now, targets = clock.now(), workspace.settings.targets
    deliveries = deliver(workspace.site / CURRENT, targets, workspace.targets, now)
    far = far_damage_of(workspace, ledger, deliveries, today, time.monotonic)
    watch_places(workspace, today, time.monotonic)
    troubles = (
        *troubles_of(damage, far, deliveries, today, now),
        *silence(read_last_pass(workspace.output), now),
        *feed_silence(silent_since(ledger.feed_answers(), now), now),
    )
    told = tell_people(troubles, workspace, ledger, today, clock)
    tries = [one.next_try for one in deliveries] + [next_send(workspace, ledger, today)]
    tries += [now + LOOK_AGAIN] if far else []
    again_at = min(filter(None, tries), default=None)
    return Outside(deliveries, (*damage, *far), tuple(told), again_at)
