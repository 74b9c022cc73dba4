"""The real command, killed by ``kill -9`` at any moment and started again until it comes through.

``SOKHORO_KILLS=200`` asks for more kills, ``SOKHORO_SEED=…`` for the moments of an earlier run.
"""

import io
import os
import random
import re
import signal
import subprocess
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.conftest import Situation
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
    fill,
    first_books,
    gone,
    open_office,
    public,
    run_arguments,
    state,
    straced,
    wounds,
)

KILLS = int(os.environ.get("SOKHORO_KILLS", "25"))
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


@pytest.fixture(scope="session")
def whole_s(first: Situation, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds that a run takes here and now: kills spread over all of it, on any machine."""
    office, began = first.office(tmp_path_factory.mktemp("length")), time.monotonic()
    assert not killed(Strike(600, whole_group=False), office, first)
    return time.monotonic() - began


@pytest.mark.parametrize("half", [1, 2])
def test_killed_again_and_again_a_run_comes_to_the_same_end(
    half: int, first: Situation, later: Situation, whole_s: float, tmp_path: Path
) -> None:
    print(f"SOKHORO_SEED={SEED}")  # noqa: T201 - shown when the test fails
    dice = random.Random(f"{SEED} {half}")  # noqa: S311 - the moments must repeat
    kills, rounds = 0, 0
    while kills < KILLS / 2:
        situation = (first, later)[rounds % 2]
        office = situation.office(tmp_path / str(rounds))
        while killed(
            Strike(dice.uniform(0, 1.1 * whole_s), dice.random() < GROUPS), office, situation
        ):
            kills += 1
            assert wounds(office.site) == []
            assert public(office.site) in situation.seen

        assert differences(state(office.output), situation.end) == []
        rounds += 1


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
    """Wait until a fourth process is there: beside command, fork server and its tracker."""
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
