"""Work is done here, beside us or on a Dask cluster: what comes out is the same, byte for byte."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path

import pytest
from distributed import Client

from pipeline import CannotRunError, examples
from pipeline.alone import alone
from pipeline.clock import BANGKOK, Clock
from pipeline.configure import configure
from pipeline.keys import open_keys
from pipeline.ledger import Ledger
from pipeline.run import run
from pipeline.workers import HERE, TRIES, Started, Workers, workers
from schemas.config import Work
from schemas.month import Month
from tests.conftest import ROOT, Office, make_office

TODAY = date(2025, 3, 20)
MONTHS = (Month(2567, 10), Month(2567, 11), Month(2567, 12), Month(2568, 1))


@pytest.fixture(autouse=True)
def _even_for_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.take_in.FEW", 0)
    monkeypatch.setattr("pipeline.render.FEW", 0)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Four months, one workbook that is sent back, and one that is a copy of another."""
    office = make_office(tmp_path / "office")
    for number, month in enumerate(MONTHS):
        layout = ("nine-columns", "twelve-columns", "fourteen-columns")[number % 3]
        examples.write(examples.example_month(month, layout, rows=5), office.workspace.inbox)
    bad = examples.bad_books()[0]
    office.drop(bad.file, bad.content)
    first = min(office.workspace.inbox.glob("*.xlsx"))
    office.drop("สำเนา.xlsx", first.read_bytes())
    open_keys(office.workspace.keys)  # the same sign for its copies
    return office


def copied(office: Office, folder: Path) -> Office:
    """The same office elsewhere, its files dropped at the same moments."""
    shutil.copytree(office.workspace.home, folder)
    return Office(configure(folder / "sokhoro1.toml"))


def passed(office: Office, given: Workers) -> dict[str, bytes | str]:
    """Everything that a pass with these workers leaves, and all that the ledger says."""
    morning = datetime.combine(TODAY, time_of_day(9), BANGKOK)
    clock = Clock(lambda: morning, lambda _: None)
    with alone(office.workspace.lock), Ledger.open(office.workspace.ledger) as ledger:
        run(TODAY, office.workspace, ledger, 0, clock, given)
        told = f"{ledger.past_drops()} {ledger.history()}"
    left = office.everything()
    return {
        **{path: left[path] for path in left if not path.startswith(("ledger/", "cache/"))},
        "told": told,
    }


@dataclass(frozen=True)
class Cluster:
    """A scheduler and two workers of Dask, processes of their own."""

    address: str
    scheduler: str  # the same for Dask itself
    workers: tuple[subprocess.Popen[bytes], ...]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dask = [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = [*dask, "worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-nanny"]
    with (tmp_path / "log").open("wb") as log:
        started = [
            subprocess.Popen(
                command,
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )
            for command in (scheduler, [*worker, "--no-dashboard"], [*worker, "--no-dashboard"])
        ]
        try:
            where = f"127.0.0.1:{port}"
            yield Cluster(f"dask://{where}", f"tcp://{where}", tuple(started[1:]))
        finally:
            for one in started:
                one.kill()
                one.wait()


def test_a_pool_changes_no_byte(office: Office, tmp_path: Path) -> None:
    other = copied(office, tmp_path / "other")

    expected = passed(office, HERE)
    with workers(Work(executor="pool", processes=2)) as pool:
        assert pool.width == 2
        assert passed(other, pool) == expected

    papers = [path for path in expected if path.endswith(".pdf")]
    assert len(papers) == len(MONTHS) + 3  # two quarters, a year


def test_a_cluster_changes_no_byte(office: Office, tmp_path: Path, cluster: Cluster) -> None:
    other = copied(office, tmp_path / "other")

    expected = passed(office, HERE)
    with workers(Work(executor=cluster.address)) as far:
        assert far.far
        assert passed(other, far) == expected


def test_a_cluster_that_loses_a_worker_changes_no_byte(
    office: Office, tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the first decision, with work under way."""
    other = copied(office, tmp_path / "other")
    expected = passed(office, HERE)
    killed: list[int] = []
    record = Ledger.record

    def recorded(*facts: object) -> None:
        record(*facts)  # type: ignore[arg-type]
        if not killed:
            cluster.workers[0].kill()
            killed.append(cluster.workers[0].pid)

    monkeypatch.setattr(Ledger, "record", recorded)
    with workers(Work(executor=cluster.address)) as far:
        assert passed(other, far) == expected
    assert killed


def test_a_pool_that_loses_its_processes_changes_no_byte(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = copied(office, tmp_path / "other")
    expected = passed(office, HERE)
    killed: list[int] = []
    record = Ledger.record

    def recorded(*facts: object) -> None:
        record(*facts)  # type: ignore[arg-type]
        assert pool._started  # noqa: SLF001 - its processes are not told otherwise
        executor = pool._started.executor  # noqa: SLF001
        assert isinstance(executor, ProcessPoolExecutor)
        for pid in () if killed else tuple(executor._processes):  # noqa: SLF001
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    monkeypatch.setattr(Ledger, "record", recorded)
    with workers(Work(executor="pool", processes=2)) as pool:
        assert passed(other, pool) == expected
    assert killed


def test_a_worker_with_another_program_is_a_sentence(tmp_path: Path, cluster: Cluster) -> None:
    """One letter more in a template, and its bytes would be others."""
    for package in ("pipeline", "schemas", "templates"):
        shutil.copytree(ROOT / package, tmp_path / "other" / package)
    with (tmp_path / "other/templates/month.html").open("a") as template:
        template.write(" ")
    words = ["worker", cluster.scheduler, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    with subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "other")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as other:
        with Client(cluster.scheduler) as link:  # type: ignore[no-untyped-call]
            link.wait_for_workers(3, timeout=30)
        try:
            with (
                pytest.raises(CannotRunError, match=r"คนละรุ่น") as told,
                workers(Work(executor=cluster.address)),
            ):
                pass
        finally:
            other.kill()
    assert str(told.value).count("tcp://") == 1, "the other two are of this program"


def _killed(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def _number(asked: int) -> int:
    if asked < 0:
        raise ValueError(asked)
    return asked * 2


def test_workers_that_die_every_time_are_a_sentence() -> None:
    begun: list[int] = []

    def start() -> Started:
        begun.append(1)
        pool = ProcessPoolExecutor(2)
        return Started(pool, pool.shutdown)

    given = Workers(start, 2)
    with pytest.raises(CannotRunError, match=str(TRIES)):
        list(given.each(_killed, range(3), lambda number: number))
    given.close()
    assert len(begun) == TRIES


@pytest.mark.parametrize("kind", ["serial", "pool"])
def test_things_come_in_their_order_with_what_became_of_them(kind: str) -> None:
    """Also those that nothing is asked about, and those that fail; few are begun ahead."""
    taken: list[int] = []

    def things() -> Iterator[int]:
        for number in range(-1, 40):
            taken.append(number)
            yield number

    with workers(Work(executor=kind, processes=2)) as given:
        found = given.each(_number, things(), lambda n: None if n % 10 == 5 else n)
        first, second = next(found), next(found)
        begun = len(taken)
        rest = list(found)

    assert first[0] == -1
    assert isinstance(first[1], ValueError)
    assert second == (0, 0)
    assert rest == [(n, None if n % 10 == 5 else n * 2) for n in range(1, 40)]
    assert begun <= 10
    assert not isinstance(rest[0][1], Exception)


def test_no_scheduler_and_no_dask_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.workers.PATIENCE_SECONDS", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"dask://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(CannotRunError, match="Dask scheduler"), workers(Work(executor=nobody)):
            pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(CannotRunError, match="pip install"), workers(Work(executor=nobody)):
        pass
