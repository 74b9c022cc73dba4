"""The program and the two situations in which it is broken, made once for each worker."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.faults.harness import (
    FIRST_DAY,
    LATER_DAY,
    WAITS,
    Office,
    Program,
    State,
    fill,
    first_books,
    later_books,
    open_office,
    public,
    state,
    wounds,
)


@dataclass(frozen=True)
class Situation:
    """What a pass meets, and what it leaves when nothing disturbs it."""

    day: date
    inbox: Path
    before: Path | None  # the output/ that it finds
    end: State
    finished: Path  # the output/ that it leaves
    seen: tuple[str | None, str | None]  # the release that readers see before and after

    def office(self, folder: Path) -> Office:
        """Open an office that is about to make this pass, and has made its PDFs before.

        They take most of a pass, and nothing durable is done meanwhile.
        """
        office = open_office(folder, self.inbox, self.before)
        shutil.copytree(self.finished / "cache", office.output / "cache", dirs_exist_ok=True)
        return office


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    with Program() as program:
        yield program


@pytest.fixture(scope="session")
def first(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Situation:
    """Three workbooks and an empty ledger."""
    folder = tmp_path_factory.mktemp("first")
    inbox = fill(folder / "inbox", first_books())
    return _played(program, open_office(folder, inbox), FIRST_DAY, None)


@pytest.fixture(scope="session")
def later(
    program: Program, first: Situation, tmp_path_factory: pytest.TempPathFactory
) -> Situation:
    """A release is public; a correction comes, a mended workbook, and September's due day."""
    folder = tmp_path_factory.mktemp("later")
    inbox = fill(folder / "inbox", later_books())
    return _played(program, open_office(folder, inbox, first.finished), LATER_DAY, first)


def _played(program: Program, office: Office, day: date, before: Situation | None) -> Situation:
    answer = program.run(office, day)
    assert (answer.status, answer.complained) == (WAITS, ""), "months are missing, no more"
    assert wounds(office.site) == []
    return Situation(
        day,
        office.folder / "inbox",
        before.finished if before else None,
        state(office.output),
        office.output,
        (before.seen[1] if before else None, public(office.site)),
    )
