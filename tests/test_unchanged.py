"""A pass with no new ground leaves the site alone, and whatever is new makes it be looked at."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline import examples, unchanged
from pipeline.configure import configure
from pipeline.explain import give
from pipeline.keys import rotate
from pipeline.ledger import Ledger
from pipeline.site import assemble
from schemas.month import Month
from tests.conftest import Office
from tests.test_pages import png

TODAY = date(2025, 3, 20)
OCTOBER = Month(2567, 10)


@pytest.fixture
def office(office: Office) -> Office:
    """One month is public, and one waits for an answer."""
    examples.write(examples.example_month(OCTOBER, "nine-columns", 4), office.workspace.inbox)
    office.one_pass(TODAY)
    examples.write(examples.example_month(OCTOBER, "nine-columns", 6), office.workspace.inbox)
    assert office.one_pass(TODAY).waiting
    return office


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A line for each time that a site is made."""
    times: list[int] = []

    def counted(*facts: object) -> dict[str, bytes]:
        times.append(1)
        return assemble(*facts)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.run.assemble", counted)
    return times


def test_nothing_new_makes_nothing(office: Office, made: list[int]) -> None:
    before = office.everything()

    assert office.one_pass(TODAY).published == ()
    assert made == []
    after = office.everything()
    assert {path for path in after if after[path] != before.get(path)} <= {"ledger/lock"}
    assert before.keys() == after.keys()


def _another_day(_: Office) -> date:
    return TODAY + timedelta(days=1)


def _another_setting(office: Office) -> None:
    with (office.workspace.home / "sokhoro1.toml").open("a", encoding="utf-8") as config:
        config.write('[site]\nbase_url = "https://www.example.go.th/sokhoro1/"\n')


def _another_key(office: Office) -> None:
    rotate(office.workspace.keys)


def _an_answer(office: Office) -> None:
    with Ledger.open(office.workspace.ledger) as ledger:
        for _, _, question in ledger.questions():
            for part, given in give(ledger.questions(), question.key, "ส่งผิด", "นางสมมุติ"):
                ledger.record_explanation(part, given, TODAY)


def _a_workbook(office: Office) -> None:
    book = examples.example_month(OCTOBER.following, "nine-columns", 2)
    examples.write(book, office.workspace.inbox)


def _a_damaged_page(office: Office) -> None:
    (office.public / "index.html").write_bytes(b"<p>")


def _a_lost_page(office: Office) -> None:
    (office.public / "index.html").unlink()


def _a_lost_site(office: Office) -> None:
    shutil.rmtree(office.workspace.site)


def _an_older_release(office: Office) -> None:
    current = office.workspace.site / "current"
    here = current.resolve()
    other = shutil.copytree(here, here.with_name("0" * 32))
    current.unlink()
    current.symlink_to(Path("releases", other.name))


def _a_lost_status(office: Office) -> None:
    (office.workspace.measure4 / "fy2568" / "status.json").unlink()


def _another_status(office: Office) -> None:
    (office.workspace.measure4 / "fy2568" / "status.json").write_bytes(b"{}")


def _no_cache(office: Office) -> None:
    shutil.rmtree(office.workspace.cache)


@pytest.mark.parametrize(
    "change",
    [
        *(_another_day, _another_setting, _another_key, _an_answer, _a_workbook),
        *(_a_damaged_page, _a_lost_page, _a_lost_site, _an_older_release),
        *(_a_lost_status, _another_status, _no_cache),
    ],
)
def test_whatever_is_new_is_looked_at(
    office: Office, made: list[int], change: Callable[[Office], date | None]
) -> None:
    before = office.everything()
    day = change(office) or TODAY
    office = Office(configure(office.workspace.home / "sokhoro1.toml"))

    office.one_pass(day)

    assert made == [1]
    after = office.everything()
    lost = {path for path in before if path.startswith(("site/current", "measure4/"))}
    assert lost <= after.keys()


def test_another_emblem_is_seen(office: Office, made: list[int]) -> None:
    dressed = Office(replace(office.workspace, emblem=png()))

    dressed.one_pass(TODAY)

    assert made == [1]


def test_another_program_looks_again(
    office: Office, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchanged, "whole_program", lambda _: b"another")

    office.one_pass(TODAY)

    assert made == [1]


def test_what_a_killed_run_left_half_made_is_cleared_away_all_the_same(
    office: Office, made: list[int]
) -> None:
    left = office.workspace.site / "releases" / ".damaged-1"
    left.mkdir()

    office.one_pass(TODAY)

    assert made == []
    assert not left.exists()
