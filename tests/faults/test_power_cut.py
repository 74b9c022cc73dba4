"""The power fails at any moment of a pass, or just after it: nothing that was told is lost.

``SOKHORO_CUTS=3000`` asks for more cuts, ``SOKHORO_SEED=…`` for the moments of an earlier run.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults.conftest import Situation
from tests.faults.harness import SEED, end_of, summary
from tests.faults.power_cut import IN_A_NAMESPACE, Outcome, Trial

CUTS = int(os.environ.get("SOKHORO_CUTS", "48"))
DISKS = {
    "ordinary": ("", False),
    "busy": ("", True),
    # Names reach the disk without their content wherever nobody asks for it.
    "careless": ("data=writeback,noauto_da_alloc", True),
}
SITUATIONS = ("first", "later")
PARTS = len(DISKS) * len(SITUATIONS)


def can_mount() -> bool:
    if not hasattr(os, "geteuid") or os.geteuid():
        return False
    words = [
        *IN_A_NAMESPACE,
        "sh",
        "-c",
        "mount -t tmpfs tmpfs /mnt && losetup -f && mkfs.ext4 -V",
    ]
    try:
        return subprocess.run(words, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(
        "CI" not in os.environ and not can_mount(),  # there, they run or fail
        reason="power cuts need root, loop devices and mkfs.ext4",
    ),
]


def cut(
    situation: Situation, folder: Path, disk: str, cuts: int, broken: str = "", turn: int = 0
) -> Outcome:
    """Cut the power so often; where a guard is out, only look at what the cuts leave."""
    options, busy = DISKS[disk]
    trial = Trial(
        disk=str(folder),
        inbox=str(situation.inbox),
        before=str(situation.before) if situation.before else None,
        finished=str(situation.finished),
        day=situation.day.isoformat(),
        seen=situation.seen,
        options=options,
        busy=busy,
        cuts=cuts,
        seed=f"{SEED} {disk} {turn}",
        mend=not broken,
        broken=broken,
    )
    python = [sys.executable, "-m", "tests.faults.power_cut", json.dumps(asdict(trial))]
    ended = end_of([*IN_A_NAMESPACE, *python])
    assert (ended.status, ended.complained) == (0, ""), ended.complained[-2000:]
    print(f"SOKHORO_SEED={SEED}", disk, ended.told)  # noqa: T201 - shown when the test fails
    return Outcome(**json.loads(ended.told))


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("disk", DISKS)
def test_a_power_cut_at_any_moment_does_no_harm(
    disk: str, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Readers see one whole release, what was told is there, and the next run mends the rest."""
    cuts = -(-CUTS // PARTS)
    outcome = cut(request.getfixturevalue(name), tmp_path, disk, cuts)

    assert outcome.harm == [], summary(outcome.harm)
    # Chance may put most of a few cuts behind the end, where a loaded machine is quick for once.
    assert outcome.within > cuts // 8, "the moments are not those of the pass"
    assert outcome.after_end, "no cut came just after the end"


@pytest.mark.parametrize(
    ("disk", "broken"),
    [
        ("ordinary", "no_fsync"),
        ("busy", "no_fsync_of_the_ledger"),
        ("careless", "no_fsync_of_the_ledger"),
    ],
)
def test_without_fsync_the_cuts_do_harm(
    disk: str, broken: str, later: Situation, tmp_path: Path
) -> None:
    """Else the harness would see nothing."""
    # Few of the moments are those in which the ledger is written.
    assert any(cut(later, tmp_path, disk, 8, broken, turn).harm for turn in range(12))
