"""The disk refuses one step of a pass, is full, or belongs to somebody else.

The run ends with status 2 and one Thai sentence, what was public stays whole, and the next run
finishes without help. Each error is met twice: raised inside the program at every step, and given
by the system itself to a sample of calls, those of SQLite among them.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Situation
from tests.faults.harness import (
    COULD_NOT,
    LATER_DAY,
    WAITS,
    Answer,
    Office,
    Program,
    command,
    complaint,
    complaint_of,
    differences,
    public,
    run_arguments,
    scratch,
    state,
    wounds,
)
from tests.faults.program import Operation

ERRORS = ("ENOSPC", "EIO", "EACCES")
EACH = 6  # of the files of a release, which are all written in one way, so many stand for one


def steps(operations: tuple[Operation, ...]) -> Iterator[int]:
    """The numbers of the steps to refuse: all but most files of a new release."""
    alike = 0
    for number, operation in enumerate(operations, start=1):
        within = ".making-" in operation.path and operation.what in {"open", "fsync", "mkdir"}
        alike += within
        if operation.what != "sql" and not (within and alike % EACH):
            yield number


def after(answer: Answer, office: Office, situation: Situation) -> Iterator[str]:
    """Say what is wrong after a refused step: it was got over, or nothing was done in public."""
    if answer.status == COULD_NOT:
        yield from complaint(answer)
    elif (answer.status, answer.complained) != (WAITS, ""):
        yield f"status {answer.status}: {answer.complained[-1500:]}"
    else:
        yield from differences(state(office.output), situation.end)
    if public(office.site) not in situation.seen:
        yield f"readers see {public(office.site)}"
    yield from wounds(office.site)


def next_run(program: Program, office: Office, situation: Situation) -> Iterator[str]:
    answer = program.run(office, situation.day)
    if (answer.status, answer.complained) != (WAITS, ""):
        yield f"the next run: status {answer.status}, {answer.complained[-1500:]}"
    yield from (f"the next run: {each}" for each in differences(state(office.output), situation.end))


def test_a_refusal_at_any_step_is_one_sentence(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    watched = program.run(later.office(tmp_path / "watched"), later.day)
    harm = []
    for turn, number in enumerate(steps(watched.operations)):
        error, operation = ERRORS[turn % len(ERRORS)], watched.operations[number - 1]
        with scratch(tmp_path / str(number)) as folder:
            office = later.office(folder)
            answer = program.run(office, later.day, act="fail", number=number, error=error)
            found = [*after(answer, office, later), *next_run(program, office, later)]
            harm += [f"{error} at {operation.what} {operation.path}: {each}" for each in found]

    assert turn > 40, "the gates stand where nothing passes by"
    assert harm == []
