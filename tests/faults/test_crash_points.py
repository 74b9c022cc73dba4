"""Killed before its first, second, … last durable step: readers see one whole release, and the
next run comes to the very end that an undisturbed one reaches.

``kill -9`` leaves what the disk shows at that moment, so one pass that is copied before each of
its steps gives all its crashes; that a real kill leaves the same is tested beside them.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.conftest import Situation
from tests.faults.harness import (
    DONE,
    WAITS,
    Answer,
    Office,
    Program,
    bytes_of,
    differences,
    fill,
    first_books,
    open_office,
    public,
    scratch,
    state,
    summary,
    wounds,
)
from tests.faults.program import Operation

KILLED = -9


@dataclass(frozen=True)
class Crash:
    """What a kill at one step leaves: "before" it, or with its file "torn"."""

    name: str
    office: Office
    operation: Operation


def crashes(program: Program, situation: Situation, folder: Path, broken: str = "") -> list[Crash]:
    """Make the pass once; return what each kill in it would leave, alike ones once."""
    office = situation.office(folder / "office")
    answer = program.run(
        office, situation.day, act="snapshot", into=str(folder / "crashes"), broken=broken
    )
    assert answer.status == WAITS, answer.complained
    found: dict[object, Crash] = {}
    for copy in sorted((folder / "crashes").iterdir()):
        number = int(copy.name.split()[0])
        crash = Crash(copy.name, open_office(copy, situation.inbox), answer.operations[number - 1])
        found.setdefault(_fingerprint(copy / "output"), crash)
    return list(found.values())


def _fingerprint(output: Path) -> tuple[object, ...]:
    """The index beside SQLite's journal is made anew after a crash: it is no part of the state."""
    files = {path: content for path, (content, _) in bytes_of(output).items()}
    files.pop("ledger/ledger.sqlite-shm", None)
    return tuple(files.items())


def hurt(crash: Crash, situation: Situation) -> Iterator[str]:
    """Say what readers must not see after a crash."""
    seen = public(crash.office.site)
    if seen not in situation.seen:
        yield f"{crash.name}: readers see {seen}"
    for wound in wounds(crash.office.site):
        yield f"{crash.name} ({crash.operation.what} {crash.operation.path}): {wound}"


def unmended(
    crash: Crash, situation: Situation, program: Program, broken: str = ""
) -> Iterator[str]:
    """Run again after a crash; say where the end differs from an undisturbed one."""
    answer = program.run(crash.office, situation.day, broken=broken)
    if (answer.status, answer.complained) != (WAITS, ""):
        yield f"{crash.name}: status {answer.status}, {answer.complained}"
    for difference in differences(state(crash.office.output), situation.end):
        yield f"{crash.name} ({crash.operation.what} {crash.operation.path}): {difference}"


@pytest.mark.parametrize("name", ["first", "later"])
def test_a_kill_at_any_step_does_no_harm(
    name: str, request: pytest.FixtureRequest, program: Program, tmp_path: Path
) -> None:
    situation: Situation = request.getfixturevalue(name)
    with scratch(tmp_path / "work") as folder:
        left = crashes(program, situation, folder)
        harm = [wound for crash in left for wound in hurt(crash, situation)]
        harm += [change for crash in left for change in unmended(crash, situation, program)]

    assert len(left) > 60, "the gates stand where nothing passes by"
    assert not harm, summary(harm)
