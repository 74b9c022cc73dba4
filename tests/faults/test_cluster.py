"""A cluster on a network of its own: workers die, cables are cut, the database crashes.

Scheduler and workers live in network namespaces joined by a bridge, the coordinator beside it: a
cut cable is a real one, with packets that nobody answers.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.configure import Place
from pipeline.examples import example_month, to_bytes
from schemas.month import Month
from tests.conftest import ROOT, Office, in_ledger, make_office
from tests.faults.harness import DONE, WAITS, command, put_keys, wounds
from tests.postgres import Postgres

pytestmark = pytest.mark.root

IP = "/usr/sbin/ip"
DAY = date(2025, 10, 20)
MONTHS = 36  # each with a workbook: more than are ever under way
CUT_SECONDS = 30
SCHEDULER, FIRST, SECOND = 10, 11, 12
LAYOUTS = ("nine-columns", "twelve-columns", "fourteen-columns")


@dataclass
class Cluster:
    """A scheduler and two workers of Dask, each at the end of a cable."""

    net: str  # "10.231.7"
    log: Path
    running: dict[int, subprocess.Popen[bytes]]

    @property
    def address(self) -> str:
        return f"{self.net}.{SCHEDULER}:8786"

    def begin(self, number: int) -> None:
        words = ["scheduler", "--port", "8786"]
        if number != SCHEDULER:
            words = ["worker", f"tcp://{self.address}", "--nthreads", "1", "--no-nanny"]
        dask = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
        with self.log.open("ab") as log:
            self.running[number] = subprocess.Popen(
                [IP, "netns", "exec", _host(self.net, number), *dask],
                cwd=self.log.parent,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )

    def kill(self, number: int) -> None:
        self.running[number].kill()
        self.running.pop(number).wait()

    def cable(self, number: int, state: str) -> None:
        _ip("link", "set", _cable(self.net, number), state)


def _host(net: str, number: int) -> str:
    return f"sokhoro1-{net}.{number}"


def _cable(net: str, number: int) -> str:
    return f"s{net.rpartition('.')[2]}-{number}"


def _ip(*words: str) -> None:
    subprocess.run([IP, *words], check=True, capture_output=True)


@contextmanager
def _network(net: str) -> Iterator[None]:
    bridge = _cable(net, 0)
    with ExitStack() as undo:
        _ip("link", "add", bridge, "type", "bridge")
        undo.callback(_ip, "link", "del", bridge)
        _ip("addr", "add", f"{net}.1/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for number in (SCHEDULER, FIRST, SECOND):
            host, cable = _host(net, number), _cable(net, number)
            _ip("netns", "add", host)
            undo.callback(_ip, "netns", "del", host)
            _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", host)
            # The cable too: a connection that nobody ends keeps a dead namespace alive.
            undo.callback(_ip, "link", "del", cable)
            _ip("link", "set", cable, "master", bridge, "up")
            _ip("-n", host, "addr", "add", f"{net}.{number}/24", "dev", "eth0")
            for end in ("eth0", "lo"):
                _ip("-n", host, "link", "set", end, "up")
        yield


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    net = f"10.231.{os.getpid() % 250}"
    with _network(net):
        made = Cluster(net, tmp_path / "dask.log", {})
        try:
            for number in (SCHEDULER, FIRST, SECOND):
                made.begin(number)
            yield made
        finally:
            for number in tuple(made.running):
                made.kill(number)


def town(folder: Path, tail: str) -> Office:
    office = make_office(folder, tail=tail)
    put_keys(office.workspace.keys / "1")
    month = Month(2566, 1)
    for number in range(MONTHS):
        book = example_month(month, LAYOUTS[number % len(LAYOUTS)], rows=6)
        office.drop(book.file, to_bytes(book))
        month = month.following
    return office


def begun(office: Office) -> subprocess.Popen[str]:
    """The real command; its readers and it are one session, to be struck together."""
    config = str(office.workspace.home / "sokhoro1.toml")
    words = ("run", "--config", config, "--today", DAY.isoformat(), "--settle", "0")
    return subprocess.Popen(
        command(*words),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def told(run: subprocess.Popen[str]) -> str:
    """What a run that could not go on has said: one sentence."""
    _, complained = run.communicate(timeout=120)
    assert run.returncode == 2, complained[-3000:]
    assert "Traceback" not in complained
    assert len(complained.strip().splitlines()) == 1
    return complained


def answered(place: Place) -> int:
    """How many workbooks have an answer in the ledger."""
    engine = sa.create_engine(place.url, poolclass=sa.NullPool)
    with engine.connect() as link:
        if not sa.inspect(link).has_table("submission"):
            return 0
        return int(link.execute(sa.text("SELECT count(*) FROM submission")).scalar_one())


def until(holds: Callable[[], bool], run: subprocess.Popen[str], seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < ends
        time.sleep(0.02)


def release(office: Office) -> dict[str, object]:
    made: dict[str, object] = json.loads((office.public / "manifest.json").read_bytes())
    return made


def test_whatever_breaks_the_next_runs_come_to_the_same_release(
    cluster: Cluster, tmp_path: Path
) -> None:
    alone = town(tmp_path / "alone", '[work]\nexecutor = "serial"\n')
    undisturbed = begun(alone)
    undisturbed.communicate(timeout=300)
    assert undisturbed.returncode in {DONE, WAITS}

    with Postgres() as server:
        place = Place(tmp_path / "town", url=server.url(), shared=True)
        work = f'[work]\nexecutor = "dask://{cluster.address}"\n'
        office = town(tmp_path / "town", in_ledger(place) + work)

        # A worker dies with work under way, and the other one's cable is cut at once.
        run = begun(office)
        until(lambda: answered(place) >= 2, run)
        cluster.kill(FIRST)
        cluster.cable(SECOND, "down")
        time.sleep(CUT_SECONDS)
        seen = answered(place)
        assert seen < MONTHS, "everything was done before the cable was cut"
        cluster.cable(SECOND, "up")
        cluster.begin(FIRST)  # as whoever keeps the workers does

        # It goes on; then the database crashes, and is there again at once.
        until(lambda: answered(place) >= seen + 3, run)
        server.stop("immediate")
        server.start()
        assert "ขาดระหว่างทำงาน" in told(run)

        # The scheduler cannot be reached: said at the start, or waited out in the middle.
        cluster.cable(SCHEDULER, "down")
        assert "Dask scheduler" in told(begun(office))
        cluster.cable(SCHEDULER, "up")
        run = begun(office)
        seen = answered(place)
        until(lambda: answered(place) > seen, run)

        # The coordinator is killed, with its readers.
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        assert run.returncode == -signal.SIGKILL, "it had come to its end"

        last = begun(office)
        _, complained = last.communicate(timeout=300)
        assert last.returncode == undisturbed.returncode, complained
        assert answered(place) == MONTHS

    assert wounds(office.workspace.site) == []
    assert release(office) == release(alone)
