"""The watch at another pace: ``python -m tests.watching CONFIG PACE [CLOCK]``, PACE being JSON.

Only what nobody should configure is set here: wake-ups far below a second, short limits. CLOCK is
a file with how many seconds the clock is off; it may be changed meanwhile. The children live by
it through libfaketime, which knows nothing of how Python sleeps; so for this process itself
time-machine sets the clock, also the scheduler's.
"""

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import time_machine

from pipeline import CannotRunError
from pipeline.configure import configure
from pipeline.watch import BANGKOK, COULD_NOT, GLANCE, Pace, watch

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


def live_by(clock: Path) -> None:
    """Be as far off as the file says, now and whenever it changes."""
    os.environ |= {
        "LD_PRELOAD": FAKETIME,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    # The true time, whatever the clock is set to: monotonic, from a beginning that is true.
    began, beginning = datetime.now(UTC), time.monotonic()
    said = clock.read_text()
    travel = time_machine.travel(began + timedelta(seconds=float(said)))
    coordinates = travel.start()

    def follow() -> None:
        known = said
        while True:
            time.sleep(0.05)
            if (now := clock.read_text()) != known:
                known = now
                passed = timedelta(seconds=time.monotonic() - beginning + float(now))
                coordinates.move_to(began + passed)

    threading.Thread(target=follow, daemon=True).start()


def main() -> None:
    """Watch the office until a signal says stop."""
    if len(sys.argv) > 3:
        live_by(Path(sys.argv[3]))
    config = Path(sys.argv[1]).resolve()
    asked = json.loads(sys.argv[2])
    asked["glance"] = tuple(asked.get("glance", GLANCE))
    pace = Pace(daily_at=time_of_day.fromisoformat(asked.pop("daily_at")), **asked)
    workspace = configure(config)
    try:
        watch(config, workspace.inbox, workspace.output, pace, lambda: datetime.now(BANGKOK))
    except CannotRunError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(COULD_NOT)


if __name__ == "__main__":
    main()
