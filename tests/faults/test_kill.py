"""The command, killed by ``kill -9`` at any moment and started again until it comes through.

Most of the kills strike runs of the loaded program, every tenth the real command from its cold
start. ``SOKHORO_KILLS=2000`` asks for more kills, ``SOKHORO_SEED=…`` for the moments of an
earlier run.
"""

import io
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.faults.conftest import Situation
from tests.faults.gates import Request
from tests.faults.harness import (
    FIRST_DAY,
    ROOT,
    SEED,
    WAITS,
    Office,
    Program,
    alive,
    command,
    differences,
    end_of,
    ended_within,
    faults_of_the_books,
    fill,
    first_books,
    gone,
    open_office,
    public,
    run_arguments,
    scratch,
    state,
    straced,
    wounds,
)

KILLS = int(os.environ.get("SOKHORO_KILLS", "24"))
PARTS = {
    "forked 1": 0.225,
    "forked 2": 0.225,
    "forked 3": 0.225,
    "forked 4": 0.225,
    "cold 1": 0.05,
    "cold 2": 0.05,
}
GROUPS = 0.3  # of the kills take the readers along


def start(office: Office, situation: Situation) -> subprocess.Popen[bytes]:
    """Start a run in a session of its own, by which its children can be found."""
    return subprocess.Popen(
        command(*run_arguments(office, situation.day)),
        cwd=ROOT,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@dataclass(frozen=True)
class Strike:
    """When to kill, and whether the readers of workbooks go in the same moment."""

    seconds: float
    whole_group: bool


def killed(strike: Strike, office: Office, situation: Situation) -> bool:
    """Start a run and strike; False when it was through before that."""
    with start(office, situation) as run:
        try:
            run.wait(strike.seconds)
        except subprocess.TimeoutExpired:
            (os.killpg if strike.whole_group else os.kill)(run.pid, signal.SIGKILL)
        _, complained = run.communicate()
    assert gone(run.pid) == []
    if run.returncode == -signal.SIGKILL:
        return True  # an orphaned reader may have said that nobody listens
    assert (run.returncode, complained) == (WAITS, b"")
    return False


def struck(program: Program, strike: Strike, office: Office, situation: Situation) -> bool:
    """Do the same to a run of the loaded program."""
    arguments = run_arguments(office, situation.day)
    run = program.begin(Request(arguments, str(office.output), "free"))
    if not ended_within(run, strike.seconds):
        with suppress(ProcessLookupError):  # it has just ended
            (os.killpg if strike.whole_group else os.kill)(run, signal.SIGKILL)
    answer = program.end()
    assert gone(run) == []
    if answer.status == -signal.SIGKILL:
        return True
    assert (answer.status, answer.complained) == (WAITS, "")
    return False


def harm(office: Office, situation: Situation) -> Iterator[str]:
    """Say what a kill has done to readers, to workbooks that were accepted, and to months."""
    if public(office.site) not in situation.seen:
        yield f"readers see {public(office.site)}"
    yield from wounds(office.site)
    yield from faults_of_the_books(office.output)


@pytest.mark.parametrize("part", PARTS)
def test_killed_again_and_again_a_run_comes_to_the_same_end(
    part: str, first: Situation, later: Situation, program: Program, tmp_path: Path
) -> None:
    print(f"SOKHORO_SEED={SEED}")  # noqa: T201 - shown when the test fails
    dice = random.Random(f"{SEED} {part}")  # noqa: S311 - the moments must repeat
    strikes = killed if part.startswith("cold") else partial(struck, program)
    with scratch(tmp_path) as folder:
        office, began = first.office(folder / "whole"), time.monotonic()
        assert not strikes(Strike(600, whole_group=False), office, first)
        whole_s = time.monotonic() - began  # kills spread over all of it, on any machine

        kills, rounds = 0, 0
        while kills < KILLS * PARTS[part]:
            situation = (first, later)[rounds % 2]
            office = situation.office(folder / str(rounds))
            while strikes(
                Strike(dice.uniform(0, 1.1 * whole_s), dice.random() < GROUPS), office, situation
            ):
                kills += 1
                assert list(harm(office, situation)) == []

            assert faults_of_the_books(office.output) == []
            assert differences(state(office.output), situation.end) == []
            rounds += 1


def test_kills_of_a_run_without_transactions_are_found_out(
    first: Situation, program: Program, tmp_path: Path
) -> None:
    """Else the strikes would meet nothing."""
    dice = random.Random(SEED)  # noqa: S311 - the moments must repeat
    found: list[str] = []
    with scratch(tmp_path) as folder:
        for turn in range(60):
            office = first.office(folder / str(turn))
            if _struck_at_a_write(program, office, first, dice.randint(2, 30)):
                program.run(office, first.day, act="free", broken="no_transaction")
                found += differences(state(office.output), first.end)
            if found:
                return
    pytest.fail(f"{turn} kills, and nobody noticed")


def _struck_at_a_write(program: Program, office: Office, situation: Situation, write: int) -> bool:
    """Kill a run when the ledger was written to so often: most of a run only makes pages."""
    arguments = run_arguments(office, situation.day)
    run = program.begin(Request(arguments, str(office.output), "free", broken="no_transaction"))
    log, sizes = Path(f"{office.ledger}-wal"), set[int]()
    while len(sizes) < write and not ended_within(run, 0.0005):
        with suppress(FileNotFoundError):
            sizes.add(log.stat().st_size)
    with suppress(ProcessLookupError):
        os.killpg(run, signal.SIGKILL)
    return program.end().status == -signal.SIGKILL


def test_a_lost_original_and_a_month_twice_are_found_out(later: Situation, tmp_path: Path) -> None:
    office = open_office(tmp_path, later.inbox, later.finished)
    assert faults_of_the_books(office.output) == []

    next((office.output / "originals").iterdir()).write_bytes(b"")
    with closing(sqlite3.connect(office.ledger)) as ledger, ledger:
        month, number = ledger.execute("SELECT month, max(number) FROM revision").fetchone()
        again = "INSERT INTO revision (month, number, accepted_on) VALUES (?, ?, '2025-10-08')"
        new = ledger.execute(again, (month, number)).lastrowid
        ledger.execute(
            "INSERT INTO revision_part (revision_id, part, submission_id)"
            " SELECT ?, part, submission_id FROM revision_part JOIN revision"
            " ON revision.id = revision_id WHERE month = ? AND number = ? AND revision.id < ?",
            (new, month, number, new),
        )

    lost, numbers, twice = faults_of_the_books(office.output)
    assert lost.endswith("is lost")
    assert numbers.startswith(f"{month} has the revisions")
    assert twice == f"{month} is there twice"


def test_a_reader_does_not_outlive_a_killed_run_by_seconds(tmp_path: Path) -> None:
    """A workbook that takes long to read: it would be read for nobody, beside the next run."""
    office = open_office(tmp_path, fill(tmp_path / "inbox", {"ใหญ่.xlsx": _slow_book()}))
    with subprocess.Popen(
        command(*run_arguments(office, FIRST_DAY)),
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        _wait_for_reader(run)
        run.kill()
        run.communicate()
    left = gone(run.pid, 3)
    for line in left:
        os.kill(int(line.split()[0]), signal.SIGKILL)

    assert left == []


def _slow_book() -> bytes:
    """A workbook of 400,000 numbers, small enough to be let in."""
    cells = "".join(f'<c r="{column}{{row}}"><v>1</v></c>' for column in "ABCDEFGH")
    rows = "".join(f'<row r="{n}">{cells.format(row=n)}</row>' for n in range(1, 50_001))
    sheet = re.compile(r"<sheetData>.*</sheetData>", re.DOTALL)
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(next(iter(first_books().values())))) as book,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as big,
    ):
        for part in book.infolist():
            xml = book.read(part)
            if part.filename.endswith("sheet1.xml"):
                xml = sheet.sub(f"<sheetData>{rows}</sheetData>", xml.decode()).encode()
            big.writestr(part.filename, xml)
    return content.getvalue()


def _wait_for_reader(run: subprocess.Popen[bytes]) -> None:
    """Wait until a fourth process is there: beside command, nursery and the child that waits."""
    deadline = time.monotonic() + 60
    while len(alive(run.pid)) < 4:
        assert time.monotonic() < deadline, "nobody reads"
        time.sleep(0.05)


INSIDE_SQLITE = (
    ("pwrite64", "ledger/ledger.sqlite-wal", 1),
    ("pwrite64", "ledger/ledger.sqlite-wal", 8),
    ("pwrite64", "ledger/ledger.sqlite-wal", 30),
    ("fdatasync", "ledger/ledger.sqlite-wal", 3),
    ("pwrite64", "ledger/ledger.sqlite", 4),
    ("unlink", "ledger/ledger.sqlite-wal", 1),
)


@pytest.mark.parametrize(("call", "place", "when"), INSIDE_SQLITE)
def test_killed_inside_a_commit_the_decision_is_whole_or_not_at_all(
    call: str, place: str, when: int, first: Situation, program: Program, tmp_path: Path
) -> None:
    office, log = first.office(tmp_path), tmp_path / "strace"
    path = office.output / place
    strike = ("-P", str(path), "-e", f"inject={call}:signal=SIGKILL:when={when}")
    end_of([*straced(log, call, *strike), *command(*run_arguments(office, first.day))])

    assert "killed by SIGKILL" in log.read_text(encoding="utf-8", errors="replace")
    assert wounds(office.site) == []
    assert program.run(office, first.day).status == WAITS
    assert differences(state(office.output), first.end) == []
