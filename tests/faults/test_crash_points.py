"""Killed before its first, second, … last durable step, a run does no harm, and the next mends it.

Readers see one whole release, and the next run comes to the very end that an undisturbed one
reaches. ``kill -9`` leaves what the disk shows at that moment: one pass that is copied before each
of its steps gives all its crashes, and a few real kills show that they leave the same.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.configure import configure
from pipeline.verify import Folder, known_to, verify
from tests.faults.conftest import Situation
from tests.faults.gates import Operation, Request
from tests.faults.harness import (
    WAITS,
    Office,
    Program,
    bytes_of,
    differences,
    open_office,
    public,
    run_arguments,
    scratch,
    some,
    state,
    summary,
    wounds,
)

KILLED = -9


@dataclass(frozen=True)
class Crash:
    """What a kill at one step leaves: "before" it, or with its file "torn"."""

    name: str
    office: Office
    step: Operation


def crashes(
    program: Program, situation: Situation, office: Office, broken: str = ""
) -> list[Crash]:
    """Make the pass once; return what each kill in it would leave, alike ones once."""
    into = office.folder / "crashes"
    answer = program.run(office, situation.day, act="snapshot", into=str(into), broken=broken)
    assert answer.status == WAITS, answer.complained
    found: dict[object, Crash] = {}
    for copy in sorted(into.iterdir()):
        step = answer.passed[int(copy.name.split()[0]) - 1]
        crash = Crash(f"{copy.name} {step}", open_office(copy, situation.inbox), step)
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
    yield from (f"{crash.name}: {wound}" for wound in wounds(crash.office.site))


def unmended(
    crash: Crash, situation: Situation, program: Program, broken: str = ""
) -> Iterator[str]:
    """Run again after a crash; say where the end differs from an undisturbed one."""
    answer = program.run(crash.office, situation.day, broken=broken)
    if (answer.status, answer.complained) != (WAITS, ""):
        yield f"{crash.name}: status {answer.status}, {answer.complained[-300:]}"
    end = differences(state(crash.office.output), situation.end)
    yield from (f"{crash.name}: {difference}" for difference in end)


@pytest.mark.parametrize("name", ["first", "later"])
def test_a_kill_at_any_step_does_no_harm(
    name: str, request: pytest.FixtureRequest, program: Program, tmp_path: Path
) -> None:
    situation: Situation = request.getfixturevalue(name)
    with scratch(tmp_path) as folder:
        left = crashes(program, situation, situation.office(folder))
        harm = [wound for crash in left for wound in hurt(crash, situation)]
        tried = some(left, lambda crash: crash.step)
        harm += [change for crash in tried for change in unmended(crash, situation, program)]

    assert len(left) > 60, "the gates stand where nothing passes by"
    assert not harm, summary(harm)


def test_a_kill_while_a_damaged_release_is_set_right_does_no_harm(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    """Somebody has overwritten a page, thrown away another file, and put one beside them."""
    with scratch(tmp_path) as folder:
        office = open_office(folder, later.inbox, later.finished)
        current = office.site / "current"
        (current / "index.html").write_text("หน้าใหม่")
        (current / "robots.txt").unlink()
        (current / "assets" / "logo.png").write_bytes(b"PNG")
        left = crashes(program, later, office)
        # Until it is set right the damage is seen, or, between two renames, nothing.
        harm = [
            f"{crash.name}: readers see {public(crash.office.site)}"
            for crash in left
            if public(crash.office.site) not in {later.seen[1], None}
        ]
        # Most of them are crashes in a release like those above; the last ones are all its own.
        tried = left[:-30:12] + left[-30::2]
        harm += [change for crash in tried for change in unmended(crash, later, program)]

    assert len(left) > 40, "the gates stand where nothing passes by"
    assert not harm, summary(harm)


def test_a_real_kill_leaves_what_was_copied(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    """Else the copies would show crashes that never are."""
    with scratch(tmp_path) as folder:
        left = [
            crash
            for crash in crashes(program, later, later.office(folder))
            if crash.name.split()[1] == "before"
        ]
        for turn, crash in enumerate(left[:: len(left) // 4]):
            office = later.office(folder / f"killed {turn}")
            number = int(crash.name.split()[0])
            answer = program.run(office, later.day, act="kill", number=number)

            assert (answer.status, answer.complained) == (KILLED, "")
            # As the ledger's reader sees it: SQLite marks its journal with random numbers.
            assert differences(state(office.output), state(crash.office.output)) == []


def test_what_a_kill_left_half_made_is_cleared_away_although_other_files_came(
    first: Situation, later: Situation, program: Program, tmp_path: Path
) -> None:
    """The next run may make another release: the half of the first one is of no use to anybody."""
    with scratch(tmp_path) as folder:
        watched = program.run(first.office(folder / "watched"), first.day)
        made = next(n for n, o in enumerate(watched.passed, 1) if o.path.endswith("manifest.json"))
        office = first.office(folder / "office")
        assert program.run(office, first.day, act="kill", number=made).status == KILLED
        open_office(office.folder, later.inbox)
        assert program.run(office, later.day).status == WAITS

        assert wounds(office.site) == []
        hidden = [path.name for path in office.output.rglob(".*")]
    assert hidden == []


def test_a_kill_while_the_first_key_is_made_leaves_a_pair_or_none(
    first: Situation, program: Program, tmp_path: Path
) -> None:
    """Its bytes are chance, so what the next run makes is held to what anybody can check."""
    with scratch(tmp_path) as folder:
        office = first.office(folder)
        shutil.rmtree(office.output)
        left = [c for c in crashes(program, first, office) if c.step.path.startswith("keys")]
        for crash in left:
            assert public(crash.office.site) is None
            assert program.run(crash.office, first.day).status == WAITS, crash.name
            workspace = configure(crash.office.config)
            verified = verify(Folder((workspace.site / "current").resolve()), known_to(workspace))
            assert verified.sentences == [], crash.name
            assert not list(workspace.keys.glob(".*")), crash.name

    assert len(left) > 5, "the gates stand where nothing passes by"


# ---- nothing to do


@pytest.mark.parametrize("days_later", [0, 3])
def test_a_second_run_leaves_every_byte_as_it_was(
    days_later: int, later: Situation, program: Program, tmp_path: Path
) -> None:
    """No byte of the ledger moves either, and no file is written anew with the same content."""
    office = open_office(tmp_path, later.inbox, later.finished)
    day = later.day.replace(day=later.day.day + days_later)
    before = _untouched(office.output)
    answer = program.ask(Request((*run_arguments(office, day), "--json"), str(office.output)))

    assert (answer.status, answer.complained) == (WAITS, "")
    assert json.loads(answer.told)["published"] == []
    assert _untouched(office.output) == before


def _untouched(output: Path) -> dict[str, tuple[str, int]]:
    """Folders in which a temporary file came and went have a new time, and nothing else.

    What a pass notes in the cache is no state: anybody may delete it.
    """
    return {
        path: (content, 0 if content == "folder" else changed)
        for path, (content, changed) in bytes_of(output).items()
        if not path.startswith("cache")
    }


def test_the_whole_projection_can_be_deleted_and_is_made_again(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    """Only ledger, originals and keys are the truth; older releases are not made again."""
    office = open_office(tmp_path, later.inbox, later.finished)
    for name in ("site", "replies"):
        shutil.rmtree(office.output / name)
    answer = program.run(office, later.day)

    assert (answer.status, answer.complained) == (WAITS, "")
    assert public(office.site) == later.seen[1]
    assert wounds(office.site) == []
    lost = differences(state(office.output), later.end)
    assert [path for path in lost if f"releases/{later.seen[0]}" not in path] == []


# ---- the order in which things reach the disk


def disorder(passed: tuple[Operation, ...]) -> Iterator[str]:
    """Say what a power cut could lose: a name that came before its content was on the disk."""
    waiting: set[str] = set()  # files with new content and folders with new names
    for step in passed:
        if step.what == "fsync":
            waiting.discard(step.path)
        elif step.what == "sql":
            needed = TOLD_AFTER.get(step.path)
            if needed in waiting:
                yield f"{step}: the names in {needed} are not on the disk"
        elif step.path.startswith(("originals/", "site/", "replies/")):
            if step.what == "rename":
                inside = {path for path in waiting if f"{path}/".startswith(f"{step.path}/")}
                yield from (f"{step}: {path} is not on the disk" for path in sorted(inside))
                waiting -= inside
            if step.what == "open":
                waiting.add(step.path)
            waiting.add((step.to or step.path).rpartition("/")[0])
    yield from (f"never on the disk: {path}" for path in sorted(waiting & {"site", "originals"}))


TOLD_AFTER = {"INSERT INTO submission": "originals", "INSERT INTO release": "site/releases"}


@pytest.mark.parametrize("name", ["first", "later"])
def test_names_reach_the_disk_after_what_they_name(
    name: str, request: pytest.FixtureRequest, program: Program, tmp_path: Path
) -> None:
    """Content, folder, name, ledger, swap: whatever a power cut takes, it takes the later ones."""
    situation: Situation = request.getfixturevalue(name)
    passed = program.run(situation.office(tmp_path), situation.day).passed
    steps = [str(step) for step in passed]

    assert list(disorder(passed)) == []
    told = next(n for n, step in enumerate(passed) if step.path == "INSERT INTO release")
    assert steps.index("rename site/.next site/current") > told
    assert any(step.startswith("fsync site/releases/.making-") for step in steps[:told])


# ---- guards taken out: the same tests must notice


@pytest.mark.parametrize("broken", ["link_first", "into_the_public_folder"])
def test_a_publisher_that_shows_half_a_release_is_found_out(
    broken: str, later: Situation, program: Program, tmp_path: Path
) -> None:
    with scratch(tmp_path) as folder:
        left = crashes(program, later, later.office(folder), broken)
        harm = [crash.name for crash in left if list(hurt(crash, later))]

    assert len(harm) > 10


@pytest.mark.parametrize("broken", ["believed_by_name", "no_transaction"])
def test_a_run_that_does_not_mend_is_found_out(
    broken: str, first: Situation, program: Program, tmp_path: Path
) -> None:
    with scratch(tmp_path) as folder:
        left = crashes(program, first, first.office(folder), broken)
        # The releases, or the decisions: what the guard is there for.
        place = " sql " if broken == "no_transaction" else "releases/"
        concerned = [c for c in left if place in c.name]
        tried = concerned[:: len(concerned) // 12]
        harm = [c.name for c in tried if list(unmended(c, first, program, broken))]

    assert len(harm) > 3


def test_a_missing_fsync_is_found_out(later: Situation, program: Program, tmp_path: Path) -> None:
    passed = program.run(later.office(tmp_path), later.day, broken="no_fsync").passed

    assert len(list(disorder(passed))) > 10
