"""What a pass knows of time: it comes in as an argument, like paths and randomness."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")


@dataclass(frozen=True)
class Clock:
    """``now`` gives an aware moment, ``wait`` lets seconds pass."""

    now: Callable[[], datetime]
    wait: Callable[[float], None]


def real_clock() -> Clock:
    return Clock(lambda: datetime.now(BANGKOK), time.sleep)
