"""What the watch tells of itself in ``output/heartbeat.json``, and when it is to be believed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, TypeAdapter

# Good: exit status 0 or 1. Another run held the lock: no fault of anybody, tried again.
PassStatus = Literal["running", "good", "failed", "other-run", "stopped"]
QUIET = timedelta(days=2)
LEAST_PATIENCE = timedelta(minutes=5)
POLLS_OF_PATIENCE = 5


@dataclass(frozen=True)
class Heartbeat:
    """The state of the watch; moments are aware, None where it has not happened yet."""

    started: AwareDatetime
    pid: int
    version: str
    poll_seconds: float
    beat: AwareDatetime  # when this was written; also during a pass
    stopped: AwareDatetime | None = None
    wake_ups: int = 0
    last_wake_up: AwareDatetime | None = None
    next_wake_up: AwareDatetime | None = None
    glance_ok: AwareDatetime | None = None  # the last look at the inbox that came to an end
    glance_trouble: str = ""  # of the last look
    # Of the last pass:
    last_began: AwareDatetime | None = None
    last_ended: AwareDatetime | None = None
    last_reason: str = ""
    last_status: PassStatus | None = None
    last_trouble: str = ""  # one sentence
    last_good: AwareDatetime | None = None  # when the last good one ended
    passes: int = 0
    failures: int = 0  # in a row
    other_run_since: AwareDatetime | None = None
    again_at: AwareDatetime | None = None

    def fresh(self, now: AwareDatetime) -> bool:
        """True while the watch can be believed to be up: it beats at each wake-up."""
        patience = max(POLLS_OF_PATIENCE * timedelta(seconds=self.poll_seconds), LEAST_PATIENCE)
        return self.stopped is None and abs(now - self.beat) <= patience

    def text(self) -> str:
        """The file; moments in ISO with their offset."""
        return _SHAPE.dump_json(self, indent=1).decode() + "\n"

    @classmethod
    def of(cls, text: str | bytes) -> "Heartbeat":
        """Read the file again, also a later version's; ValueError for one that is damaged."""
        return _SHAPE.validate_json(text)


_SHAPE = TypeAdapter(Heartbeat)


def quiet_since(
    heartbeat: Heartbeat | None, last_pass: AwareDatetime | None, now: AwareDatetime
) -> timedelta | None:
    """Return for how long no pass has succeeded, when that is two days or more; else None.

    ``last_pass`` is when the last good pass ended, whoever started it. Where nothing ever ran
    nothing is quiet: there is no office at work yet.
    """
    known = [last_pass, heartbeat.last_good if heartbeat else None]
    ended = [moment for moment in known if moment is not None]
    # Watching without one good pass is silence as well.
    begun = ended or ([heartbeat.started] if heartbeat else [])
    quiet = now - max(begun) if begun else timedelta()
    return quiet if quiet >= QUIET else None
