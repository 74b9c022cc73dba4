"""The disk is full at any moment of a pass: told in one sentence, and mended by the next run."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.faults.conftest import Situation
from tests.faults.harness import end_of
from tests.faults.small_disk import Trial

SPARE_KIB = (0, 4, 16, 36, 64, 100, 140, 200, 280, 400, 560, 700)
SPARE_NAMES = (0, 1, 2, 4, 7, 15, 30)


def test_on_a_full_disk_what_is_public_stays_whole(later: Situation, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    old, new = later.seen
    trial = Trial(
        disk=str(disk),
        inbox=str(later.inbox),
        before=str(later.before),
        finished=str(later.finished),
        day=later.day.isoformat(),
        seen=(str(old), str(new)),
        spare=SPARE_KIB,
        inodes=SPARE_NAMES,
    )
    python = [sys.executable, "-m", "tests.faults.small_disk", json.dumps(asdict(trial))]
    # A mount of its own: a user's, without root, where the system lets users have namespaces.
    ended = end_of(["unshare", "--map-root-user", "--mount", *python])

    assert (ended.status, ended.complained) == (0, "")
    *wrong, last = ended.told.splitlines()
    assert wrong == []
    full = int(last.split()[1])
    assert full > len(SPARE_KIB) // 2, "the disks were not too small"
