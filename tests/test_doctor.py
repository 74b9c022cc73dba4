"""What the doctor says of a healthy office and of each ill, as the command prints it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.heartbeat import HEARTBEAT, LAST_PASS, write_heartbeat, write_last_pass
from pipeline.watch import BANGKOK
from schemas.heartbeat import Heartbeat
from tests.faults.conftest import Situation, first, program  # noqa: F401 - fixtures
from tests.faults.harness import Office, bytes_of, open_office

ROOT = Path(__file__).resolve().parent.parent
MINUTE = timedelta(minutes=1)
NOW = datetime.now(BANGKOK)  # of each test: who waited for others is no silent watch
NAMES = ["configuration", "inbox", "output", "ledger", "keys", "watch", "last-pass", "site"]


def doctor(office: Office, *before: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """Return the exit status, and what was said by the name of the point."""
    done = subprocess.run(
        [
            *before,
            *(sys.executable, "-m", "pipeline", "doctor", "--json"),
            *("--config", str(office.config)),
        ],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    points = {point["name"]: (point["standing"], point["sentence"]) for point in answer["points"]}
    assert answer["healthy"] == (done.returncode == 0)
    return done.returncode, points


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "NOW", datetime.now(BANGKOK).replace(microsecond=0))


def alive() -> Heartbeat:
    """What a watch says that beat a moment ago."""
    return Heartbeat(
        NOW - timedelta(days=9),
        1,
        "0",
        60,
        NOW,
        wake_ups=9,
        last_wake_up=NOW,
        next_wake_up=NOW + MINUTE,
        last_ended=NOW - MINUTE,
        last_status="good",
        last_good=NOW - MINUTE,
        passes=1,
    )


@pytest.fixture
def healthy(first: Situation, tmp_path: Path) -> Office:  # noqa: F811
    """An office after its first pass, watched by a watch that beat a moment ago."""
    office = open_office(tmp_path / "office", first.inbox, first.finished)
    for private in office.output.glob("keys/*/private.pem"):
        private.chmod(0o600)
    write_last_pass(office.output, NOW)
    write_heartbeat(office.output, alive())
    return office


def ills(points: dict[str, tuple[str, str]]) -> list[str]:
    return [name for name, (standing, _) in points.items() if standing == "bad"]


def test_a_healthy_office_is_told_so_with_what_waits_for_people(healthy: Office) -> None:
    status, points = doctor(healthy)

    assert (status, ills(points)) == (0, [])
    assert list(points) == [*NAMES, "returned", "questions", "late"]
    assert "สขร.1 สิงหาคม 2568.xlsx" in points["returned"][1]
    assert "กันยายน 2568" in points["questions"][1]
    assert {points[name][0] for name in ("returned", "questions", "late")} == {"told"}


def test_people_read_sentences(healthy: Office) -> None:
    words = [sys.executable, "-m", "pipeline", "doctor", "--config", str(healthy.config)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    lines = done.stdout.strip().splitlines()

    assert (done.returncode, done.stderr, lines[-1]) == (0, "", "ระบบปกติดี")
    assert {line[0] for line in lines[:-2]} == {"✓", "·"}
    for word in ("None", "Error", "{", "Traceback"):
        assert word not in done.stdout


def test_the_doctor_writes_nothing(healthy: Office) -> None:
    """But the index beside SQLite's journal, which every reader needs."""
    before = bytes_of(healthy.output)
    keys_before = sorted(healthy.folder.rglob("*"))
    doctor(healthy)
    after = bytes_of(healthy.output)

    assert {p: b for p, b in after.items() if "ledger" not in p} == {
        p: b for p, b in before.items() if "ledger" not in p
    }
    assert after["ledger/ledger.sqlite"] == before["ledger/ledger.sqlite"]
    assert sorted(healthy.folder.rglob("*")) == keys_before


def test_a_new_workspace_has_never_worked(first: Situation, tmp_path: Path) -> None:  # noqa: F811
    office = open_office(tmp_path, first.inbox)
    shutil.rmtree(office.output / "keys")
    status, points = doctor(office)

    assert (status, ills(points)) == (1, ["last-pass"])
    assert [points[name][0] for name in ("ledger", "keys", "watch", "site")] == ["told"] * 4
    assert list(office.output.iterdir()) == []


def test_a_bad_configuration_is_one_sentence(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "pipeline", "doctor", "--config", str(tmp_path / "a.toml")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def _no_inbox(office: Office) -> None:
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(f'{text.partition("inbox =")[0]}inbox = "gone"\n', encoding="utf-8")


def _no_ledger(office: Office) -> None:
    office.ledger.write_bytes(b"not a ledger " * 1000)


def _torn_ledger(office: Office) -> None:
    """A page is gone; the first ones, which say what it is, are whole."""
    with closing(sqlite3.connect(office.ledger)) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(truncate)")
        (page,) = ledger.execute(
            "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = 'finding'"
        ).fetchone()
    content = bytearray(office.ledger.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = bytes(4096)
    office.ledger.write_bytes(bytes(content))


def _open_key(office: Office) -> None:
    (office.output / "keys" / "1" / "private.pem").chmod(0o640)


def _torn_key(office: Office) -> None:
    (office.output / "keys" / "1" / "private.pem").write_bytes(b"")


def _lost_keys(office: Office) -> None:
    shutil.rmtree(office.output / "keys")


def _changed_page(office: Office) -> None:
    page = office.site / "current" / "index.html"
    page.write_bytes(page.read_bytes() + b" ")


def _lost_site(office: Office) -> None:
    (office.site / "current").unlink()


def _beat(office: Office, **facts: object) -> None:
    write_heartbeat(office.output, replace(alive(), **facts))  # type: ignore[arg-type]


def _no_passes(office: Office) -> None:
    long_ago = NOW - timedelta(days=3)
    write_last_pass(office.output, long_ago)
    _beat(office, last_good=long_ago)


def _nobody_runs(office: Office) -> None:
    (office.output / HEARTBEAT).unlink()
    write_last_pass(office.output, NOW - timedelta(days=2))


def _failing(office: Office) -> None:
    (office.output / LAST_PASS).unlink()
    _beat(office, last_status="failed", failures=3, last_trouble="ดิสก์เต็ม", last_good=None)


ILLS = {
    "no-inbox": (_no_inbox, "inbox", "ไม่พบโฟลเดอร์รับไฟล์"),
    "no-ledger": (_no_ledger, "ledger", "sokhoro1 restore"),
    "torn-ledger": (_torn_ledger, "ledger", "sokhoro1 restore"),
    "open-key": (_open_key, "keys", "chmod 600"),
    "torn-key": (_torn_key, "keys", "หายไปหรือเสียหาย"),
    "lost-keys": (_lost_keys, "keys", "ไม่พบกุญแจลงนาม"),
    "changed-page": (_changed_page, "site", "index.html"),
    "lost-site": (_lost_site, "site", "ไม่พบ"),
    "stopped": (lambda office: _beat(office, stopped=NOW), "watch", "ถูกหยุดเมื่อ"),
    "silent": (lambda office: _beat(office, beat=NOW + 9 * MINUTE), "watch", "ไม่ส่งสัญญาณ"),
    "damaged-heartbeat": (
        lambda office: (office.output / HEARTBEAT).write_text('{"pid": 1}'),
        "watch",
        "เสียหาย",
    ),
    "blind": (lambda office: _beat(office, glance_trouble="ไม่ตอบ"), "watch", "ไม่ตอบ"),
    "blocked": (
        lambda office: _beat(office, other_run_since=NOW - timedelta(hours=3)),
        "watch",
        "อีกรายการหนึ่ง",
    ),
    "no-passes": (_no_passes, "last-pass", "3 วัน"),
    "nobody-runs": (_nobody_runs, "last-pass", "2 วัน"),
    "failing": (_failing, "last-pass", "3 ครั้งติดต่อกัน"),
}


@pytest.mark.parametrize("ill", ILLS)
def test_an_ill_is_named_with_what_to_do(ill: str, healthy: Office) -> None:
    make, point, said = ILLS[ill]
    make(healthy)
    status, points = doctor(healthy)

    assert status == 1
    assert point in ills(points)
    assert said in points[point][1]
    if point not in {"ledger", "keys"}:  # what is public cannot be compared without them
        assert ills(points) == [point]


def test_who_stopped_watching_but_runs_otherwise_is_not_ill(healthy: Office) -> None:
    _beat(healthy, stopped=NOW - 9 * MINUTE, beat=NOW - 9 * MINUTE)
    status, points = doctor(healthy)
    assert (status, points["watch"][0]) == (0, "told")


def test_a_running_pass_is_told(healthy: Office) -> None:
    _beat(healthy, last_status="running", last_began=NOW, last_reason="เริ่มเฝ้า")
    assert "เริ่มเฝ้า" in doctor(healthy)[1]["watch"][1]


@pytest.mark.skipif(os.name == "nt", reason="strace is Linux'")
@pytest.mark.parametrize("folder", ["inbox", "output"])
def test_a_dead_share_is_named_and_nobody_waits_for_it(
    folder: str,
    healthy: Office,
    first: Situation,  # noqa: F811
    tmp_path: Path,
) -> None:
    """The inbox, or all of ``output/``, lies on a share whose machine is off."""
    path = first.inbox if folder == "inbox" else healthy.output
    refused = ("-P", str(path), "-e", "inject=getdents64:signal=SIGSTOP")
    log = str(tmp_path / "strace")
    before = ["strace", "-f", "-qq", "-o", log, "-e", "trace=getdents64", *refused]
    status, points = doctor(healthy, *before)

    assert (status, ills(points)) == (1, [folder])
    assert "ไม่ตอบ" in points[folder][1]
    assert len(points) == 3 if folder == "output" else len(points) > 3
