"""The disk refuses one step of a pass, is full, or belongs to somebody else.

The run ends with status 2 and one Thai sentence, what was public stays whole, and the next run
finishes without help. Each error is met twice: raised inside the program at every step, and given
by the system itself to a sample of calls, those of SQLite among them.
"""

import hashlib
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.conftest import Situation
from tests.faults.gates import Operation
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
    open_office,
    public,
    run_arguments,
    scratch,
    state,
    straced,
    summary,
    wounds,
)
from tests.faults.program import Answer

ERRORS = ("ENOSPC", "EIO", "EACCES")
EACH = 9  # of the files of a release, which are all written in one way, so many stand for one


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
        yield f"status {answer.status}: {answer.complained[-300:]}"
    else:
        yield from differences(state(office.output), situation.end)
    if public(office.site) not in situation.seen:
        yield f"readers see {public(office.site)}"
    yield from wounds(office.site)


def next_run(program: Program, office: Office, situation: Situation) -> Iterator[str]:
    answer = program.run(office, situation.day)
    if (answer.status, answer.complained) != (WAITS, ""):
        yield f"the next run: status {answer.status}, {answer.complained[-300:]}"
    yield from (
        f"the next run: {each}" for each in differences(state(office.output), situation.end)
    )


def test_a_refusal_at_any_step_is_one_sentence(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    watched = program.run(later.office(tmp_path / "watched"), later.day)
    harm = []
    for turn, number in enumerate(steps(watched.passed)):
        error, operation = ERRORS[turn % len(ERRORS)], watched.passed[number - 1]
        with scratch(tmp_path) as folder:
            office = later.office(folder)
            answer = program.run(office, later.day, act="fail", number=number, error=error)
            found = [*after(answer, office, later), *next_run(program, office, later)]
            harm += [f"{error} at {operation}: {each}" for each in found]

    assert turn > 40, "the gates stand where nothing passes by"
    assert not harm, summary(harm)


# ---- errors that the system itself gives to the real command

REFUSED = (
    ("openat", "ledger/ledger.sqlite", "EACCES", "1"),
    ("pwrite64", "ledger/ledger.sqlite-wal", "ENOSPC", "3"),
    ("fdatasync", "ledger/ledger.sqlite-wal", "EIO", "2"),
    ("pwrite64", "ledger/ledger.sqlite", "EIO", "1"),
    ("pread64", "ledger/ledger.sqlite", "EIO", "12"),
    ("write", "originals/.making", "ENOSPC", "1"),
    ("fsync", "originals/.making", "EIO", "1"),
    ("read", "originals/{june}", "EIO", "1"),
    ("write", "site/releases/.making-{release}/index.html", "ENOSPC", "1"),
    ("fsync", "site/releases/.making-{release}/manifest.json", "EIO", "1"),
    ("fsync", "site/releases", "EIO", "1"),
    ("symlink", "site/.next", "ENOSPC", "1"),
    ("rename", "site/.next", "EACCES", "1"),
    ("fsync", "site", "EIO", "1"),
    ("write", "replies/สขร.1 มิถุนายน 2568/.ใบตอบรับ.html.new", "ENOSPC", "1"),
)


@pytest.mark.parametrize("refused", REFUSED, ids=" ".join)
def test_a_call_that_the_system_refuses_is_one_sentence(
    refused: tuple[str, str, str, str], later: Situation, program: Program, tmp_path: Path
) -> None:
    """A call that never comes is a fault as well: its fsync or its lock is not there."""
    call, place, error, when = refused
    office, log = later.office(tmp_path), tmp_path / "strace"
    june = hashlib.sha256(next(later.inbox.glob("*มิถุนายน*")).read_bytes()).hexdigest()
    path = office.output / place.format(release=later.seen[1], june=june)
    injected = ("-P", str(path), "-e", f"inject={call}:error={error}:when={when}")
    answer = end_of([*straced(log, call, *injected), *command(*run_arguments(office, later.day))])

    assert "(INJECTED)" in log.read_text(encoding="utf-8", errors="replace"), answer.complained
    harm = [*after(answer, office, later), *next_run(program, office, later)]
    assert not harm, summary(harm)


# ---- what else a disk or a person may do to a run


def test_a_ledger_that_is_none_is_one_sentence(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    office = later.office(tmp_path)
    office.ledger.write_bytes(b"not a ledger " * 1000)

    assert complaint(program.run(office, later.day)) == []
    assert wounds(office.site) == []


def test_a_ledger_that_somebody_holds_open_is_one_sentence(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    """A program to look into databases, left with a change that was not saved."""
    office = later.office(tmp_path)
    with closing(sqlite3.connect(office.ledger, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        assert complaint(program.run(office, later.day)) == []

    assert wounds(office.site) == []
    assert list(next_run(program, office, later)) == []


def test_folders_that_are_files_are_one_sentence(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    for name in ("ledger", "originals", "site", "keys"):
        office = open_office(tmp_path / name, later.inbox)
        if name == "keys":
            shutil.rmtree(office.output / name)
        (office.output / name).write_text("a file")

        assert complaint(program.run(office, later.day)) == [], name


def test_a_full_standard_output_is_one_sentence(later: Situation, tmp_path: Path) -> None:
    """What was published stays published; only nobody can be told."""
    office = later.office(tmp_path)
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            command(*run_arguments(office, later.day)),
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )

    assert complaint(Answer(run.returncode, "", run.stderr)) == []
    assert differences(state(office.output), later.end) == []


@pytest.mark.parametrize(
    "text", ["", "[organisation", '[organisation]\nname = "ก"\nnmae = "ข"', "\xff", None]
)
def test_a_bad_configuration_is_one_sentence(
    text: str | None, later: Situation, program: Program, tmp_path: Path
) -> None:
    office = later.office(tmp_path)
    if text is None:
        office.config.unlink()
    else:
        office.config.write_text(text, encoding="latin-1" if text == "\xff" else "utf-8")

    assert complaint(program.run(office, later.day)) == []
    assert differences(state(office.output), state(later.before or tmp_path)) == []


def test_a_hidden_file_among_the_releases_stops_nobody(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    """MacOS and network disks put them there; what a killed run left is a folder."""
    office = later.office(tmp_path)
    (office.site / "releases" / ".DS_Store").write_bytes(b"\0")
    answer = program.run(office, later.day)

    assert (answer.status, answer.complained) == (WAITS, "")
    assert public(office.site) == later.seen[1]
    assert wounds(office.site) == []
