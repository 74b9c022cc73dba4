"""One run at a time: whoever comes second is told so and does nothing; kill -9 frees the lock."""

import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.conftest import Situation
from tests.faults.harness import (
    COULD_NOT,
    ROOT,
    WAITS,
    Office,
    Program,
    command,
    complaint,
    differences,
    end_of,
    run_arguments,
    state,
    straced,
    wounds,
)
from tests.faults.program import Answer

SETTLE_S = 8  # a run holds its lock so long at least: enough for all to come meanwhile
PATIENCE_S = 60
OTHER_RUNS = "อีกรายการหนึ่ง"


def start(office: Office, situation: Situation, settle: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*run_arguments(office, situation.day, settle)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def end_of_run(run: subprocess.Popen[str]) -> Answer:
    told, complained = run.communicate()
    return Answer(run.returncode, told, complained)


def wait_for_lock(office: Office) -> None:
    """Wait until somebody holds the lock, as the kernel tells it: trying would take it."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        inode = f":{office.lock.stat().st_ino} " if office.lock.exists() else "?"
        if any("FLOCK" in line and inode in line for line in _locks()):
            return
        time.sleep(0.02)
    pytest.fail("nobody has taken the lock")


def _locks() -> list[str]:
    return Path("/proc/locks").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("runs", [2, 5])
def test_of_runs_at_once_one_works(runs: int, first: Situation, tmp_path: Path) -> None:
    office = first.office(tmp_path)
    with ExitStack() as stack:
        started = [stack.enter_context(start(office, first, SETTLE_S)) for _ in range(runs)]
        ended = [end_of_run(run) for run in started]

    assert sorted(answer.status for answer in ended) == [WAITS] + [COULD_NOT] * (runs - 1)
    for answer in ended:
        if answer.status == COULD_NOT:
            assert complaint(answer) == []
            assert OTHER_RUNS in answer.complained
    assert wounds(office.site) == []
    assert differences(state(office.output), first.end) == []


def test_a_second_run_changes_nothing_under_the_first(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    office = later.office(tmp_path)
    with start(office, later, SETTLE_S) as run:
        wait_for_lock(office)
        second = program.run(office, later.day)
        first = end_of_run(run)

    assert complaint(second) == []
    assert OTHER_RUNS in second.complained
    assert [str(step) for step in second.passed if step.what not in {"mkdir", "open"}] == []
    assert (first.status, first.complained) == (WAITS, "")
    assert differences(state(office.output), later.end) == []


def test_the_lock_of_a_killed_run_is_free_at_once(
    first: Situation, program: Program, tmp_path: Path
) -> None:
    office = first.office(tmp_path)
    with start(office, first, settle=600) as run:
        wait_for_lock(office)
        run.kill()
        run.communicate()
        answer = program.run(office, first.day)

    assert office.lock.exists()
    assert (answer.status, answer.complained) == (WAITS, "")
    assert differences(state(office.output), first.end) == []


def test_a_missing_lock_is_found_out(later: Situation, program: Program, tmp_path: Path) -> None:
    """Without it the second run works although the first one holds the lock."""
    office = later.office(tmp_path)
    with start(office, later, settle=600) as run:
        wait_for_lock(office)
        second = program.run(office, later.day, broken="no_lock")
        run.kill()
        run.communicate()

    assert second.status == WAITS
    assert any(step.what == "sql" for step in second.passed)


@pytest.mark.parametrize(("call", "error"), [("openat", "EACCES"), ("flock", "ENOLCK")])
def test_a_lock_that_cannot_be_had_is_told_as_what_it_is(
    call: str, error: str, later: Situation, tmp_path: Path
) -> None:
    """Who is told to wait for another run that there is not would wait for ever."""
    office, log = later.office(tmp_path), tmp_path / "strace"
    refused = ("-P", str(office.lock), "-e", f"inject={call}:error={error}:when=1")
    answer = end_of([*straced(log, call, *refused), *command(*run_arguments(office, later.day))])

    assert complaint(answer) == []
    assert OTHER_RUNS not in answer.complained
