"""The two small files that say when the program last worked: read and written, never waited for.

Neither is fsynced: after a power cut the next wake-up writes them anew.
"""

import json
from datetime import datetime
from pathlib import Path

from schemas.heartbeat import Heartbeat

HEARTBEAT, LAST_PASS = "heartbeat.json", "last_pass.json"


def write_heartbeat(output: Path, heartbeat: Heartbeat) -> None:
    """Replace the file at once; OSError where the disk refuses."""
    _replace(output / HEARTBEAT, heartbeat.text())


def read_heartbeat(output: Path) -> Heartbeat | None:
    """Return the heartbeat; None when no watch ever ran. ValueError for a damaged file."""
    try:
        return Heartbeat.of((output / HEARTBEAT).read_bytes())
    except FileNotFoundError:
        return None


def write_last_pass(output: Path, ended: datetime) -> None:
    """Note when a pass came to a good end; OSError where the disk refuses."""
    said = {"ended": ended.isoformat(timespec="seconds")}
    _replace(output / LAST_PASS, json.dumps(said) + "\n")


def read_last_pass(output: Path) -> datetime | None:
    """Return when the last pass came to a good end; None when that is not known."""
    try:
        said = json.loads((output / LAST_PASS).read_text(encoding="utf-8"))
        moment = datetime.fromisoformat(said["ended"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return moment if moment.tzinfo else None


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
