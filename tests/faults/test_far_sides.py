"""Killed at any step, a run with a target and a channel comes to the same end far away, too."""

import shutil
from pathlib import Path

from tests.faults.conftest import Situation
from tests.faults.harness import (
    WAITS,
    Office,
    Program,
    State,
    differences,
    scratch,
    state,
    summary,
    wounds,
)

KILLED = -9
EACH = 18  # of the steps that have nothing to do with the far side


def with_target(office: Office) -> Path:
    """Let the office deliver to a folder; return it."""
    far = office.folder / "far"
    far.mkdir()
    with office.config.open("a", encoding="utf-8") as config:
        config.write(f'[[targets]]\nname = "web"\nurl = "{far}"\n')
    return far


def shown(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _but_the_cache(found: State) -> State:
    return {path: what for path, what in found.items() if path != "targets/web.json"}


def test_a_kill_at_any_step_reaches_the_far_side_in_the_end(
    later: Situation, program: Program, tmp_path: Path
) -> None:
    with scratch(tmp_path) as folder:
        office = later.office(folder / "office")
        far = with_target(office)
        watched = program.run(office, later.day)
        assert watched.status == WAITS, watched.complained
        right, end = shown(far), state(office.output)
        shutil.rmtree(office.folder)
        tried = [
            number
            for number, step in enumerate(watched.passed, 1)
            if step.path.startswith(("targets/", "live.json")) or number % EACH == 0
        ]
        harm = []
        for number in tried:
            step = watched.passed[number - 1]
            office = later.office(folder / "office")
            far = with_target(office)
            assert program.run(office, later.day, act="kill", number=number).status == KILLED
            manifest = far / "manifest.json"
            if manifest.exists() and shown(far) != right:
                harm.append(f"{step}: the far manifest came before what it lists")
            again = program.run(office, later.day)
            if (again.status, again.complained) != (WAITS, ""):
                harm.append(f"{step}: {again.status} {again.complained[-200:]}")
            if shown(far) != right:
                harm.append(f"{step}: the far side differs")
            # What is known of the far side stands in the order in which it was read back.
            left = differences(_but_the_cache(state(office.output)), _but_the_cache(end))
            harm += [f"{step}: {each}" for each in left]
            harm += wounds(office.site)
            shutil.rmtree(office.folder)

    assert len(tried) > 20, "the gates stand where nothing passes by"
    assert not harm, summary(harm)
