"""Passes on a disk that is too small: ``unshare -rm python -m tests.faults.small_disk REQUEST``.

The disk is a tmpfs in a mount namespace of this process, so that neither root nor a clean-up is
needed. The request is JSON (see ``Trial``); what was wrong is printed, a line each.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.faults.harness import (
    COULD_NOT,
    WAITS,
    Program,
    complaint,
    differences,
    open_office,
    public,
    state,
    wounds,
)

ENOUGH = "size=256m,nr_inodes=100k"
KIB = 1024


@dataclass(frozen=True)
class Trial:
    """The pass to make on each of the disks, what it finds, and what it leaves undisturbed.

    A disk has ``spare`` KiB, or ``inodes`` names, more than what lies on it before the pass.
    """

    disk: str
    inbox: str
    before: str
    finished: str
    day: str
    seen: tuple[str, str]
    spare: tuple[int, ...]
    inodes: tuple[int, ...]


def main() -> None:
    """Make the pass on each disk, then again with room enough."""
    trial = Trial(**json.loads(sys.argv[1]))
    end = state(Path(trial.finished))
    used, names = _used(trial)
    disks = [f"size={(used + spare) * KIB},nr_inodes=100k" for spare in trial.spare]
    disks += [f"size=256m,nr_inodes={names + more}" for more in trial.inodes]
    full = 0
    with Program() as program:
        for options in disks:
            _shell("mount", "-t", "tmpfs", "-o", ENOUGH, "tmpfs", trial.disk)
            office = open_office(Path(trial.disk), Path(trial.inbox), Path(trial.before))
            _shell("mount", "-o", f"remount,{options}", trial.disk)
            answer = program.run(office, date.fromisoformat(trial.day))
            full += answer.status == COULD_NOT
            wrong = complaint(answer) if answer.status == COULD_NOT else []
            if public(office.site) not in trial.seen:
                wrong.append(f"readers see {public(office.site)}")
            wrong += wounds(office.site)
            _shell("mount", "-o", f"remount,{ENOUGH}", trial.disk)
            again = program.run(office, date.fromisoformat(trial.day))
            if (again.status, again.complained) != (WAITS, ""):
                wrong.append(f"the next run: {again.status} {again.complained[-300:]}")
            wrong += [f"the next run: {each}" for each in differences(state(office.output), end)]
            sys.stdout.writelines(f"{options}: {each}\n" for each in wrong)
            _shell("umount", trial.disk)
    sys.stdout.write(f"full: {full} of {len(disks)}\n")


def _used(trial: Trial) -> tuple[int, int]:
    """KiB and names that the office takes on a tmpfs before the pass."""
    _shell("mount", "-t", "tmpfs", "-o", ENOUGH, "tmpfs", trial.disk)
    open_office(Path(trial.disk), Path(trial.inbox), Path(trial.before))
    taken = os.statvfs(trial.disk)
    _shell("umount", trial.disk)
    blocks = (taken.f_blocks - taken.f_bfree) * taken.f_frsize
    return blocks // KIB, taken.f_files - taken.f_ffree


def _shell(*words: str) -> None:
    subprocess.run(words, check=True)


if __name__ == "__main__":
    main()
