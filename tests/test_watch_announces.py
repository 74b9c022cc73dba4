"""The watch asks e-GP at its hours, by a child, and makes up for what it missed."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.announce import LAST_POLL
from pipeline.configure import Place
from pipeline.ledger import Ledger
from schemas import watch_words
from tests.feed import Item, Server, feed, feed_server
from tests.test_watch import ROOT, Watched, book, wait_for, watched  # noqa: F401 - a fixture

ONE = "68010000001"
SAID = watch_words.POLLED.partition("{")[0]


def asks(watched: Watched, server: Server) -> None:  # noqa: F811
    """Let the office ask for winners."""
    with watched.office.config.open("a", encoding="utf-8") as file:
        file.write(f'[announcements]\naddress = "{server.address}"\ndepartment = "6800901"\n')
        file.write('codes = ["W0"]\n')


def last_poll(watched: Watched, ago: timedelta) -> None:  # noqa: F811
    said = {"at": (datetime.now(UTC) - ago).isoformat(), "whole": True}
    path = watched.office.output / LAST_POLL
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said), encoding="utf-8")


def seen(ledger: Path) -> list[str]:
    with Ledger.view(Place(ledger)) as found:
        return [item.project for item in found.served()[0]] if found else []


def test_a_missed_hour_is_made_up_for_once_and_a_pass_follows(
    watched: Watched,  # noqa: F811
) -> None:
    with feed_server(lambda _: feed([Item(ONE)])) as server:
        asks(watched, server)
        watched.drop(*book(1))
        last_poll(watched, timedelta(days=2))
        watched.start(announce=True)
        wait_for(lambda: SAID in watched.log)
        beat = watched.sees(lambda beat: beat.passes >= 2)
        watched.sees(lambda later: later.wake_ups > beat.wake_ups + 8)

        assert server.asked == ["W0"]
        assert seen(watched.office.ledger) == [ONE]
        assert watch_words.REASONS["asked"] in watched.log


def test_after_a_clock_set_back_it_asks_and_a_silent_feed_alarms_nobody(
    watched: Watched,  # noqa: F811
) -> None:
    with feed_server(lambda _: 503) as server:
        asks(watched, server)
        last_poll(watched, timedelta(hours=-1))
        watched.start(announce=True)
        wait_for(lambda: SAID in watched.log)
        beat = watched.sees(lambda beat: beat.last_status == "good" and beat.wake_ups > 8)

    assert server.asked == ["W0"] * 3, "once, and tried thrice"
    assert beat.failures == 0
    assert watch_words.FAULT not in watched.log


@pytest.mark.parametrize("due", [False, True])
def test_the_command_says_what_is_new(watched: Watched, due: bool) -> None:  # noqa: F811, FBT001
    def said(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "announce", "--config", str(office.config), *words],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout

    office = watched.office
    with feed_server(lambda _: feed([Item(ONE, "ซื้อโต๊ะ")])) as server:
        asks(watched, server)
        if due:
            last_poll(watched, timedelta(0))
            status, told = said("--due", "--json")
            answer: dict[str, Any] = json.loads(told)
            assert (status, answer["polled"], answer["new"], server.asked) == (0, False, [], [])
            return
        status, told = said("--json")
        answer = json.loads(told)
        again = said()

    assert (status, answer["polled"], answer["whole"]) == (0, True, True)
    (new,) = answer["new"]
    assert (new["kind"], new["egp_project_number"], new["title"]) == ("winner", ONE, "ซื้อโต๊ะ")
    assert again[0] == 0
    assert "ไม่มีประกาศใหม่" in again[1]
