"""The watch at another pace: ``python -m tests.watching CONFIG PACE``, PACE being JSON.

Only what nobody should configure is set here: wake-ups far below a second, short limits.
"""

import json
import sys
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path

from pipeline import CannotRunError
from pipeline.configure import configure
from pipeline.watch import BANGKOK, COULD_NOT, Pace, watch


def main() -> None:
    """Watch the office until a signal says stop."""
    config = Path(sys.argv[1]).resolve()
    asked = json.loads(sys.argv[2])
    pace = Pace(daily_at=time_of_day.fromisoformat(asked.pop("daily_at")), **asked)
    workspace = configure(config)
    try:
        watch(config, workspace.inbox, workspace.output, pace, lambda: datetime.now(BANGKOK))
    except CannotRunError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(COULD_NOT)


if __name__ == "__main__":
    main()
