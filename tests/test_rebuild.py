"""What passes made bit by bit, and what is made at once from the ledger, are the same bytes."""

import json
import subprocess
from datetime import date, datetime, time

import pytest

from pipeline import examples, render
from pipeline.clock import BANGKOK, Clock
from pipeline.explain import give
from pipeline.ledger import Ledger
from pipeline.rebuild import rebuild
from pipeline.verify import Folder, known_to, verify
from schemas.month import Month
from tests.conftest import ROOT, Office
from tests.faults.harness import DONE, WAITS, command

DAYS = (date(2025, 3, 5), date(2025, 3, 12), date(2025, 3, 20))
OCTOBER = Month(2567, 10)


def dropped(office: Office, month: Month, rows: int) -> None:
    examples.write(examples.example_month(month, "nine-columns", rows), office.workspace.inbox)


def corrected(office: Office, rows: int, day: date) -> None:
    """October again with other rows, and why."""
    dropped(office, OCTOBER, rows)
    office.one_pass(day)
    with Ledger.open(office.workspace.ledger) as ledger:
        asked = ledger.questions()
        for _, _, question in asked:
            for part, given in give(asked, question.key, "ส่งผิดเดือน", "นางสมมุติ"):
                ledger.record_explanation(part, given, day)
    office.one_pass(day)


def rebuilt(office: Office, *more: str) -> subprocess.CompletedProcess[str]:
    config = str(office.workspace.home / "sokhoro1.toml")
    words = command("rebuild", "--config", config, "--today", DAYS[-1].isoformat(), *more)
    return subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def grown(office: Office) -> Office:
    """Three passes: two months, a correction of one of them, a third month."""
    dropped(office, OCTOBER, 4)
    dropped(office, OCTOBER.following, 5)
    office.one_pass(DAYS[0])
    corrected(office, 6, DAYS[1])
    dropped(office, OCTOBER.following.following, 3)
    office.one_pass(DAYS[2])
    assert office.month("2567-10")["revision"] == 2
    return office


def test_what_grew_by_passes_is_what_the_ledger_makes_at_once(grown: Office) -> None:
    before = grown.everything()

    done = rebuilt(grown, "--json")

    assert (done.returncode, done.stderr) == (DONE, "")
    told = json.loads(done.stdout)
    manifest = json.loads((grown.public / "manifest.json").read_bytes())
    assert (told["release"], told["files"]) == (manifest["release"], len(manifest["files"]))
    assert (told["damaged"], told["changed"]) == ([], [])
    after = grown.everything()
    public = [path for path in before if not path.startswith("ledger/")]
    assert {path: after.get(path) for path in public} == {path: before[path] for path in public}


def test_a_file_that_was_kept_wrongly_is_named_and_made_right(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recipe forgets what a month says: a correction is published with the old files."""
    monkeypatch.setattr(render, "_recipe", lambda summary: str(summary.month).encode())
    dropped(office, OCTOBER, 4)
    office.one_pass(DAYS[0])
    corrected(office, 6, DAYS[1])
    assert len(office.month("2567-10")["rows"]) == 4

    morning = datetime.combine(DAYS[1], time(9), BANGKOK)
    with Ledger.open(office.workspace.ledger) as ledger:
        made = rebuild(DAYS[1], office.workspace, ledger, Clock(lambda: morning, lambda _: None))

    assert made.waits
    assert "fy2568/2567-10/sokhoro1-2567-10.json" in made.changed
    assert len(office.month("2567-10")["rows"]) == 6
    assert verify(Folder(office.public.resolve()), known_to(office.workspace)).sentences == []


def test_nothing_public_is_nothing_to_make(office: Office) -> None:
    done = rebuilt(office)

    assert (done.returncode, done.stderr) == (DONE, "")
    assert "ยังไม่มีอะไรเผยแพร่" in done.stdout


def test_damage_is_told_and_set_right(grown: Office) -> None:
    page = grown.public / "index.html"
    whole = page.read_bytes()
    page.write_bytes(b"<p>")

    done = rebuilt(grown)

    assert done.returncode == WAITS
    assert "index.html" in done.stdout
    assert page.read_bytes() == whole
