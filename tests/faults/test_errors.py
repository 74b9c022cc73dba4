"""The disk refuses one step of a pass, is full, or belongs to somebody else.

The run ends with status 2 and one Thai sentence, what was public stays whole, and the next run
finishes without help. Each error is met twice: raised inside the program at every step, and given
by the system itself to a sample of calls, those of SQLite among them.

Each run draws other errors and other calls; ``SOKHORO_SEED=…`` repeats one,
``SOKHORO_REFUSALS=all`` tries every error at every step and every writing call of SQLite.
"""

import hashlib
import random
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.configure import configure
from pipeline.verify import Folder, known_to, verify
from tests.faults.conftest import Situation
from tests.faults.gates import Operation
from tests.faults.harness import (
    COULD_NOT,
    ROOT,
    SEED,
    WAITS,
    WHOLE,
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
    some,
    state,
    straced,
    summary,
    wounds,
)
from tests.faults.program import Answer

ERRORS = ("ENOSPC", "EIO", "EACCES")
PARTS = 4


@dataclass(frozen=True)
class Refusal:
    """One step of a pass, and the error it meets."""

    number: int
    step: Operation
    error: str

    def __str__(self) -> str:
        return f"{self.error} at {self.number} {self.step}"


def refusals(passed: tuple[Operation, ...]) -> list[Refusal]:
    """Every step with every error, or with one that the seed draws: another in each run."""
    dice = random.Random(SEED)  # noqa: S311 - the errors must repeat
    return [
        Refusal(number, step, error)
        for number, step in enumerate(passed, start=1)
        if step.what != "sql"
        for error in (ERRORS if WHOLE else [dice.choice(ERRORS)])
    ]


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


@pytest.mark.parametrize("part", range(PARTS))
def test_a_refusal_at_any_step_is_one_sentence(
    part: int, later: Situation, program: Program, tmp_path: Path
) -> None:
    """A write is refused when half of it is on the disk."""
    print(f"SOKHORO_SEED={SEED}")  # noqa: T201 - shown when the test fails
    watched = program.run(later.office(tmp_path / "watched"), later.day, writes=True)
    whole, harm = refusals(watched.passed), []
    for refusal in some(whole[part::PARTS], lambda refusal: refusal.step):
        gate = {"act": "fail", "number": refusal.number, "error": refusal.error, "writes": True}
        with scratch(tmp_path) as folder:
            office = later.office(folder)
            answer = program.run(office, later.day, **gate)
            found = [*after(answer, office, later), *next_run(program, office, later)]
            harm += [f"{refusal}: {each}" for each in found]

    assert not harm, summary(harm)
    met = {refusal.step.what for refusal in whole}
    assert met == {"open", "write", "fsync", "rename", "link", "mkdir", "remove"}
    assert len(whole) > 250, "the gates stand where nothing passes by"


def test_a_refusal_while_the_first_key_is_made_is_one_sentence(
    first: Situation, program: Program, tmp_path: Path
) -> None:
    """Its bytes are chance: what the next run makes is held to what anybody can check."""

    def office_without_key(folder: Path) -> Office:
        office = first.office(folder)
        shutil.rmtree(office.output)
        return office

    watched = program.run(office_without_key(tmp_path / "watched"), first.day, writes=True)
    tried = [r for r in refusals(watched.passed) if r.step.path.startswith("keys")]
    for refusal in tried:
        gate = {"act": "fail", "number": refusal.number, "error": refusal.error, "writes": True}
        with scratch(tmp_path) as folder:
            office = office_without_key(folder)
            answer = program.run(office, first.day, **gate)

            assert complaint(answer) == [], refusal
            assert public(office.site) is None, refusal
            assert program.run(office, first.day).status == WAITS, refusal
            workspace = configure(office.config)
            verified = verify(Folder((workspace.site / "current").resolve()), known_to(workspace))
            assert verified.sentences == [], refusal

    assert len(tried) > 8, "the gates stand where nothing passes by"


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


SQLITE = "openat,pwrite64,fdatasync,ftruncate,unlink"  # how it writes


def test_a_call_of_sqlite_that_the_system_refuses_is_one_sentence(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    """Some of its calls, drawn by the seed, or all of them."""
    print(f"SOKHORO_SEED={SEED}")  # noqa: T201 - shown when the test fails
    log = tmp_path / "log"

    def traced(office: Office, *injected: str) -> Answer:
        files = [office.ledger.with_name(f"ledger.sqlite{end}") for end in ("", "-wal", "-shm")]
        paths = [word for file in files for word in ("-P", str(file))]
        return program.traced(office, later.day, log, *paths, "-e", f"trace={SQLITE}", *injected)

    assert traced(later.office(tmp_path / "watched")).status == WAITS
    made = Counter(line.partition("(")[0] for line in log.read_text("utf-8").splitlines())
    calls = [(call, n, e) for call in made for n in range(1, made[call] + 1) for e in ERRORS]
    assert len(calls) > 300, "strace looks where nothing passes by"
    dice, harm = random.Random(SEED), []  # noqa: S311 - the calls must repeat
    for call, number, error in calls if WHOLE else dice.sample(calls, 24):
        with scratch(tmp_path) as folder:
            office = later.office(folder)
            inject = f"inject={call}:error={error}:when={number}"
            found = [*after(traced(office, "-e", inject), office, later)]
            if "(INJECTED)" not in log.read_text("utf-8"):
                found.append("it never came to this call")
            found += next_run(program, office, later)
            harm += [f"{inject}: {each}" for each in found]

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
