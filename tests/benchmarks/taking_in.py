"""Measure taking in beside what people would use instead, side by side in one run.

    python tests/benchmarks/taking_in.py [ROUNDS] [LARGEST]

Ours is the whole way of a file into the ledger: guard, child, read, recognise, clean, the second
reader, rules, decision, a transaction that has reached the disk. Theirs only read the table and
look at its types: ``frictionless validate`` and ``pandas.read_excel``, both told where the header
stands. Each program has one process of its own, started once and warm; they take turns, so that
a busy machine slows all alike. Compare the ratios; LARGEST is the most rows that growth tries.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(sys.executable).parent
# As an installation writes it; ours is the program of this checkout.
SCRIPT = "import sys\nfrom pipeline.__main__ import main\nsys.exit(main())\n"
NAME = "sokhoro1.toml"
ROUNDS, LARGEST = 7, 20_000
TOWNS, MONTHS = 3, 12  # of a batch
TODAY = date(2026, 10, 20)
ROWS, MANY_ROWS = 52, 5_000
GROWTH = (13, 52, 208, 1_000, 5_000, 20_000, 100_000)
PROGRAMS = ("serial", "pool", "frictionless", "pandas")
OURS = {"serial", "pool", "ours"}  # in one process, in as many as there are processors


# ---- the programs, each in a process of its own


def ours(folder: Path, executor: str) -> float:
    """Take all towns in, each into a new ledger; opening that is not counted."""
    from pipeline.configure import configure
    from pipeline.inbox import arrivals
    from pipeline.ledger import Ledger
    from pipeline.take_in import Office, take_in

    with ExitStack() as open_now:
        offices = []
        for town in sorted(folder.iterdir()):
            workspace = configure(town / NAME)
            shutil.rmtree(workspace.output, ignore_errors=True)
            arrived = arrivals(workspace.inbox, workspace.originals, 0)
            ledger = open_now.enter_context(Ledger.open(workspace.ledger))
            offices.append(Office(workspace, ledger, arrived))
        start = time.perf_counter()
        for _, answer in take_in(offices, TODAY, _workers(executor)):
            if isinstance(answer, Exception):
                raise answer
            if answer.outcome != "accepted":
                raise ValueError(f"{answer.original.file}: {answer.outcome}")
        return time.perf_counter() - start


@cache
def _workers(executor: str) -> Any:  # noqa: ANN401 - only this program loads it
    """Started once, as a pass does, and warm from the second round on."""
    from pipeline.confine import warm
    from pipeline.workers import workers
    from schemas.config import Work

    warm()
    return workers(Work(executor=executor)).__enter__()


def frictionless(folder: Path, header: Sequence[int]) -> float:
    """Validate every workbook."""
    from frictionless import Dialect, Resource

    paths = sorted(folder.glob("*/inbox/*"))
    start = time.perf_counter()
    for path in paths:
        dialect = Dialect(header_rows=[*header])
        told = Resource(path=path.name, basepath=str(path.parent), dialect=dialect).validate()
        if not told.tasks[0].stats.get("rows"):
            raise ValueError(told)
    return time.perf_counter() - start


def pandas(folder: Path, header: Sequence[int]) -> float:
    """Read every workbook."""
    import pandas as pd

    paths = sorted(folder.glob("*/inbox/*"))
    start = time.perf_counter()
    for path in paths:
        if pd.read_excel(path, engine="openpyxl", header=header[-1] - 1).empty:
            raise ValueError(path.name)
    return time.perf_counter() - start


def work(program: str) -> None:
    """Measure whatever folder the next line of stdin names, until there is none."""
    for line in sys.stdin:
        folder, *header = line.split("\t")
        match program:
            case "frictionless":
                seconds = frictionless(Path(folder), [*map(int, header)])
            case "pandas":
                seconds = pandas(Path(folder), [*map(int, header)])
            case executor:
                seconds = ours(Path(folder), executor)
        print(seconds, flush=True)


@dataclass
class Program:
    """One of the programs, warm and waiting."""

    process: "subprocess.Popen[str]"

    @classmethod
    def start(cls, name: str) -> Self:
        command = [sys.executable, __file__, "--work", name]
        pipe = subprocess.PIPE
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return cls(
            subprocess.Popen(
                command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._pipe(self.process.stdin).close()
        self.process.wait()

    def measure(self, folder: Path, header: Sequence[int]) -> float:
        told = self._pipe(self.process.stdin)
        told.write("\t".join([str(folder), *map(str, header)]) + "\n")
        told.flush()
        return float(self._pipe(self.process.stdout).readline())

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        if pipe is None:
            raise RuntimeError("a process without pipes")
        return pipe


# ---- the workbooks


@dataclass(frozen=True)
class Batch:
    """Towns with so many workbooks in all, a month each; in all the header has the same rows."""

    folder: Path
    workbooks: int
    header: tuple[int, ...]

    @property
    def first(self) -> Path:
        return min(self.folder.glob("*/inbox/*"))


def batch(folder: Path, towns: int, months: int, rows: int) -> Batch:
    """Write workbooks of honest months; the rows of the header are those that we recognise."""
    from pipeline.examples import example_month, write
    from pipeline.headings import find_header
    from pipeline.readers.xlsx import read
    from schemas.example_words import ORGANISATION
    from schemas.month import Month

    config = f'[organisation]\nname = "{ORGANISATION}"\n'
    for town in range(towns):
        inbox = folder / f"{town}" / "inbox"
        inbox.mkdir(parents=True)
        (inbox.parent / NAME).write_text(config, encoding="utf-8")
        month = Month(2567, 10)
        for _ in range(months):
            write(example_month(month, "nine-columns", rows, seed=town), inbox)
            month = month.following
    path = min(folder.glob("*/inbox/*"))
    (sheet,) = read(path, path.name)
    header = find_header(sheet, dict(sheet.rows()))
    if header is None:
        raise ValueError(path)
    return Batch(folder, towns * months, tuple(range(header.first, header.last + 1)))


# ---- measuring


def in_turns(
    rounds: int, subjects: dict[str, Callable[[], float]]
) -> dict[str, tuple[float, float]]:
    """Median and best of so many rounds for each; the first round warms up and is not counted."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds + 1):
        for name, measure in subjects.items():
            times[name].append(measure())
    return {name: (statistics.median(t[1:]), min(t[1:])) for name, t in times.items()}


def compared(title: str, rounds: int, made: Batch) -> None:
    """Print all programs over one batch, milliseconds a workbook."""
    with ExitStack() as open_now:
        subjects: dict[str, Callable[[], float]] = {}
        for name in PROGRAMS:
            program = open_now.enter_context(Program.start(name))
            subjects[name] = partial(program.measure, made.folder, made.header)
        measured = in_turns(rounds, subjects)
    per = {name: (m / made.workbooks, b / made.workbooks) for name, (m, b) in measured.items()}
    _table(title, per)


def cold(rounds: int, made: Batch) -> None:
    """Print whole processes, from nothing to the answer about one file."""
    rows = ",".join(map(str, made.header))
    script = made.folder / "sokhoro1"
    script.write_text(SCRIPT)
    commands: dict[str, list[str | Path]] = {
        "ours": [
            *(
                sys.executable,
                script,
                "check",
                made.first.name,
                "--config",
                made.first.parents[1] / NAME,
            )
        ],
        "frictionless": [
            *(BINARIES / "frictionless", "validate", made.first.name, "--header-rows", rows)
        ],
    }

    def once(command: Sequence[str | Path]) -> float:
        start = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=made.first.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
        )
        if done.returncode > 1:  # 1: there is something to be said about the file
            raise ValueError(done.stderr)
        return time.perf_counter() - start

    _table(
        f"cold, a process for one file of {ROWS} rows",
        in_turns(rounds, {name: partial(once, command) for name, command in commands.items()}),
    )


def growth(rounds: int, largest: int, folder: Path) -> None:
    """Print how ours grows with the rows of one workbook."""
    print("\nours by the rows of a workbook: ms, ms a row")
    with Program.start("serial") as program:
        for rows in GROWTH:
            if rows > largest:
                break
            made = batch(folder / f"growth-{rows}", 1, 1, rows)
            times = [program.measure(made.folder, made.header) for _ in range(min(rounds, 3))]
            print(f"  {rows:>9,} {min(times) * 1e3:>10,.1f} {min(times) * 1e3 / rows:>8.3f}")


def _table(title: str, measured: dict[str, tuple[float, float]]) -> None:
    """Print milliseconds, and how many times as long ours takes, by median and by best."""
    print(f"\n{title}: median and best in ms")
    for name, (median, best) in measured.items():
        ratios = [
            f"{median / middle:5.2f} ({best / least:.2f}) x {other}"
            for other, (middle, least) in measured.items()
            if name in OURS and other not in OURS
        ]
        print(f"  {name:<14}{median * 1e3:>10,.1f}{best * 1e3:>10,.1f}   {'   '.join(ratios)}")


def main(rounds: int, largest: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = batch(folder / "small", TOWNS, MONTHS, ROWS)
        compared(f"{ROWS} rows, one of a batch of {small.workbooks}", rounds, small)
        cold(rounds, small)
        large = batch(folder / "large", 1, 1, MANY_ROWS)
        compared(f"{MANY_ROWS} rows", min(rounds, 3), large)
        growth(rounds, largest, folder)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2])
    else:
        numbers = [int(word) for word in sys.argv[1:3]]
        main(*(numbers + [ROUNDS, LARGEST][len(numbers) :]))
