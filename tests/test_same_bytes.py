"""The same workbooks and the same key make the same bytes, whoever runs the command and where.

The real command in processes of its own: other hash seed, time zone, language, working folder,
wall clock, and folders that are listed in another order; two passes, the second with corrections.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from pipeline.examples import example_month, to_bytes
from schemas.month import Month
from tests.faults.harness import (
    FIRST_DAY,
    LATER_DAY,
    WAITS,
    Office,
    State,
    command,
    differences,
    fill,
    first_books,
    later_books,
    open_office,
    run_arguments,
    state,
)

ROOT = Path(__file__).resolve().parent.parent
DIVISIONS = ("กองช่าง", "กองการศึกษา")

# Before the command: what the system gives in any order comes the other way round, and the wall
# clock shows another year. Both hold for the process of the command, not for its readers.
OTHERWISE = """
import os, sys, time_machine
listed, scanned = os.listdir, os.scandir
class Scanned:
    def __init__(self, entries): self.entries = iter(entries)
    def __iter__(self): return self
    def __next__(self): return next(self.entries)
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def close(self): pass
vars(os)["listdir"] = lambda *a: sorted(listed(*a), reverse=REVERSE)
vars(os)["scandir"] = lambda *a: Scanned(
    sorted(scanned(*a), key=lambda entry: entry.name, reverse=REVERSE)
)
time_machine.travel(CLOCK).start()
from pipeline.__main__ import main

main()
"""


@dataclass(frozen=True)
class Surroundings:
    """What must not matter. ``elsewhere`` starts the command in another folder."""

    environment: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False
    otherwise: str = ""


def otherwise(*, backwards: bool, clock: str) -> str:
    return OTHERWISE.replace("REVERSE", str(backwards)).replace("CLOCK", repr(clock))


SURROUNDINGS = {
    "seed": Surroundings({"PYTHONHASHSEED": "7"}),
    "west": Surroundings({"TZ": "America/Los_Angeles", "LC_ALL": "C", "PYTHONHASHSEED": "8"}),
    "east": Surroundings({"TZ": "Pacific/Kiritimati", "LC_ALL": "th_TH.UTF-8", "LANGUAGE": "th"}),
    "elsewhere": Surroundings(
        {"TZ": "Asia/Bangkok", "HOME": "/", "LC_ALL": "POSIX"}, elsewhere=True
    ),
    "forwards": Surroundings(otherwise=otherwise(backwards=False, clock="2031-03-01T23:59+14")),
    "backwards": Surroundings(otherwise=otherwise(backwards=True, clock="1999-12-31T00:01-11")),
}


def one_pass(office: Office, day: date, around: Surroundings) -> None:
    words = command(*run_arguments(office, day))
    if around.otherwise:
        words[1:3] = ["-c", around.otherwise]
    ended = subprocess.run(
        words,
        cwd=office.folder if around.elsewhere else ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "1", **around.environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (WAITS, "")


def with_divisions(books: Mapping[str, bytes]) -> dict[str, bytes]:
    """Two divisions send a part of July each, before finance's own files in no order."""
    july = [example_month(Month(2568, 7), "nine-columns", rows=rows) for rows in (2, 4)]
    parts = zip(DIVISIONS, map(to_bytes, july), strict=True)
    return {**books, **{f"{division}/กรกฎาคม 2568.xlsx": content for division, content in parts}}


def two_passes(folder: Path, around: Surroundings) -> Office:
    """Make the passes of two days in an office of its own."""
    office = open_office(folder, folder / "inbox")
    for day, books in ((FIRST_DAY, first_books()), (LATER_DAY, later_books())):
        shutil.rmtree(folder / "inbox", ignore_errors=True)
        fill(folder / "inbox", with_divisions(books))
        one_pass(office, day, around)
    return office


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return two_passes(tmp_path_factory.mktemp("here"), Surroundings({"TZ": "UTC"}))


def end_of(office: Office) -> State:
    """What the ledger says, and every file of site and replies."""
    found = state(office.output)
    assert sum(path.startswith("site/releases/") for path in found) > 40
    assert sum(path.startswith("replies/") for path in found) > 10
    return found


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_what_is_round_the_command_changes_no_byte(
    name: str, here: Office, tmp_path: Path
) -> None:
    there = two_passes(tmp_path / "a longer name than before", SURROUNDINGS[name])

    assert differences(end_of(there), end_of(here)) == []


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_made_again_from_the_ledger_on_another_day_it_is_the_same_bytes(
    name: str, here: Office, tmp_path: Path
) -> None:
    """All but ledger, originals and keys is deleted; an older release is not made again."""
    there = open_office(tmp_path, here.folder / "inbox", here.output)
    for projection in ("site", "replies"):
        shutil.rmtree(there.output / projection)
    one_pass(there, LATER_DAY.replace(day=LATER_DAY.day + 20), SURROUNDINGS[name])

    older = {f"releases/{path.name}" for path in (here.site / "releases").iterdir()}
    older -= {str((here.site / "current").readlink())}
    lost = differences(end_of(there), end_of(here))
    assert [said for said in lost if not any(release in said for release in older)] == []
    assert len(older) == 1
