"""Polls are killed at random moments: nothing that was served and read whole is lost.

Each question moves the window of the feed on, so that what is lost once is lost for ever. A poll
is the real one in a process of its own, killed from outside at a random moment. A tap behind the
real ``fetch`` tells what was read whole, by the bytes on the disk and not by our reader.
``SOKHORO_INTERRUPTIONS=1000`` asks for more of them.
"""

import os
import random
import re
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import announce, confine
from pipeline.clock import BANGKOK, Clock
from pipeline.configure import Workspace
from pipeline.egp_feed import fetch
from pipeline.ledger import Ledger
from tests.conftest import Office, make_office
from tests.faults.forks import Forks
from tests.feed import Item, feed, feed_server

INTERRUPTIONS = int(os.environ.get("SOKHORO_INTERRUPTIONS", "60"))
WINDOW = 5
NUMBERS = re.compile(rb"projectId=([0-9]{11})")
CLOCK = Clock(lambda: datetime.now(BANGKOK), lambda _: None)


def poll_in_a_process(workspace: Workspace, tap: int) -> int:
    """Return the number of a process that polls once; what was read whole is told to ``tap``."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        # One nursery for each of a thousand processes would be slow.
        vars(confine).update(_METHOD="fork", _CONTEXT=Forks())
        vars(announce)["fetch"] = lambda *facts: tapped(tap, *facts)
        announce.poll(workspace, CLOCK)
        status = 0
    finally:
        os._exit(status)


def timed(workspace: Workspace, tap: int) -> float:
    """Return how many seconds a poll takes that nobody interrupts."""
    began = time.monotonic()
    assert os.waitpid(poll_in_a_process(workspace, tap), 0)[1] == 0
    return time.monotonic() - began


def tapped(tap: int, url: str, sink: Callable[[], Any], *facts: Any) -> None:  # noqa: ANN401
    opened: list[Any] = []

    def remembered() -> Any:  # noqa: ANN401
        opened.append(sink())
        return opened[-1]

    fetch(url, remembered, *facts)
    content = Path(opened[-1].name).read_bytes()
    os.write(tap, b"".join(number + b"\n" for number in NUMBERS.findall(content)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked to be killed")
def test_interruptions_lose_nothing_that_was_served(tmp_path: Path) -> None:
    lots = random.Random(7)  # noqa: S311 - not for secrets
    served: list[str] = []
    lock = threading.Lock()

    def answer(_: str) -> bytes:
        with lock:
            served.extend(f"6710{len(served) + n:07}" for n in range(WINDOW))
            return feed([Item(number) for number in served[-WINDOW:]])

    read_end, tap = os.pipe()
    with feed_server(answer) as server:
        office = open_office(tmp_path, server.address)
        announce.poll(office.workspace, CLOCK)  # what is loaded late, every fork then has
        longest = min(timed(office.workspace, tap) for _ in range(5)) * 1.1
        told = b""
        left = killed = 0
        for _ in range(INTERRUPTIONS):
            child = poll_in_a_process(office.workspace, tap)
            time.sleep(lots.uniform(0, longest * 1.4))
            os.kill(child, lots.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT)))
            status = os.waitpid(child, 0)[1]
            killed += status != 0
            left += any(announce.folder_of(office.workspace).glob("*-W0*"))
            told += drained(read_end)
    told += drained(read_end)
    announce.poll(office.workspace, CLOCK)  # nobody answers any more: only what waits is taken

    wanted = {number.decode() for number in told.split()}
    with Ledger.view(office.workspace.ledger) as ledger:
        assert ledger
        kept = [item.project for item in ledger.served()[0]]
    assert wanted - set(kept) == set(), "read whole, and lost"
    assert set(kept) - set(served) == set(), "kept, and never served"
    assert len(kept) == len(set(kept)), "a replay made something new"
    # The harness proves itself: many were hit, also between the last byte and the ledger.
    assert killed > INTERRUPTIONS / 8, (killed, left, len(wanted))
    assert left > INTERRUPTIONS / 20
    assert len(wanted) > INTERRUPTIONS / 2


def open_office(folder: Path, address: str) -> Office:
    tail = f'egp_department = "6800901"\n[announcements]\naddress = "{address}"\ncodes = ["W0"]\n'
    office = make_office(folder / "office", tail=tail)
    with Ledger.open(office.workspace.ledger):
        return office


def drained(pipe: int) -> bytes:
    """What stands in a pipe now."""
    os.set_blocking(pipe, False)
    told = b""
    try:
        while piece := os.read(pipe, 1 << 16):
            told += piece
    except BlockingIOError:
        pass
    return told
