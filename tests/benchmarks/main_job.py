"""Measure the main job: a cold run of one 50-row month, its stages, and how it grows.

    python tests/benchmarks/main_job.py [RUNS]

Whole processes are started anew for each run; medians are printed with minimum and maximum.
Peak memory is that of the process tree's largest member, as the system counts it.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from pipeline import examples, formats
from pipeline.check import check
from pipeline.clean import clean
from pipeline.clock import real_clock
from pipeline.configure import configure
from pipeline.examine import examine
from pipeline.guard import Limits, guard
from pipeline.ledger import Ledger
from pipeline.readers.xlsx import read
from pipeline.recognise import recognise
from pipeline.run import run
from pipeline.summarise import summarise
from schemas.example_words import ORGANISATION
from schemas.month import Month

TODAY = date(2025, 10, 20)
MONTH = Month(2568, 1)


def main(runs: int) -> None:
    print(f"{runs} runs each: median (minimum – maximum)\n")
    for rows in (50, 500):
        _whole(rows, runs)
    _line("--help", [_process(Path(), "--help")[0] for _ in range(runs)])
    _stages(50, runs)


def _whole(rows: int, runs: int) -> None:
    times, second, status, memory = [], [], [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as name:
            folder = _workspace(Path(name), rows)
            arguments = ("run", "--today", TODAY.isoformat(), "--settle", "0", "--json")
            elapsed, peak = _process(folder, *arguments)
            times.append(elapsed)
            memory.append(peak)
            second.append(_process(folder, *arguments)[0])
            status.append(_process(folder, "status", "2568", "--json")[0])
    _line(f"cold run, one month of {rows} rows", times)
    print(f"{'  peak memory, largest process':44}{max(memory):8.0f} MB")
    _line("  second run, nothing new", second)
    _line("  status", status)


def _workspace(folder: Path, rows: int) -> Path:
    config = f'[organisation]\nname = "{ORGANISATION}"\n'
    (folder / "sokhoro1.toml").write_text(config, encoding="utf-8")
    (folder / "inbox").mkdir()
    examples.write(examples.example_month(MONTH, "nine-columns", rows), folder / "inbox")
    return folder


def _process(folder: Path, *arguments: str) -> tuple[float, float]:
    """Seconds of a whole process from nothing, and the peak memory (MB) in its tree."""
    root = str(Path(__file__).resolve().parents[2])
    # A measuring parent of its own: ru_maxrss of children is a maximum over all of them.
    code = (
        "import resource, subprocess, sys, time; t = time.perf_counter(); "
        "subprocess.run([sys.executable, '-m', 'pipeline', *sys.argv[1:]], stdout=-3); "
        "print(time.perf_counter() - t, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kilobytes = done.stdout.split()
    return float(seconds), float(kilobytes) / 1000


def _stages(rows: int, runs: int) -> None:
    """Each step by itself in one warm process; the child process is the last line but one."""
    print(f"\nstages, {rows} rows, warm, in one process")
    with tempfile.TemporaryDirectory() as name:
        folder = _workspace(Path(name), rows)
        workspace = configure(folder / "sokhoro1.toml")
        path = next(workspace.inbox.iterdir())
        sheets = read(path, path.name)
        tables, _ = recognise(sheets, [ORGANISATION])
        cleaned = clean(tables[0])
        check(MONTH, cleaned.rows, TODAY, [])
        with Ledger.open(workspace.ledger) as ledger:
            run(TODAY, workspace, ledger, 0, real_clock())
            summary = summarise(ledger.history(), ledger, workspace.settings).public[0]

            steps: dict[str, Callable[[], object]] = {
                "guard": lambda: guard(path, Limits()),
                "read": lambda: read(path, path.name),
                "recognise": lambda: recognise(sheets, [ORGANISATION]),
                "clean": lambda: clean(tables[0]),
                "examine (the four above)": lambda: examine(
                    path, path.name, [ORGANISATION], Limits()
                ),
                "check": lambda: check(MONTH, cleaned.rows, TODAY, []),
                **{
                    f"format {form.__module__.rpartition('.')[2]}": partial(form, summary)
                    for form in formats.FORMATS
                },
                "all formats and the page": lambda: formats.render(summary),
                "a whole pass with nothing new": lambda: run(
                    TODAY, workspace, ledger, 0, real_clock()
                ),
            }
            for label, step in steps.items():
                times = []
                for _ in range(runs):
                    start = time.perf_counter()
                    step()
                    times.append(time.perf_counter() - start)
                _line(f"  {label}", times)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{'  peak memory of this process':44}{own:8.0f} MB")


def _line(label: str, times: list[float]) -> None:
    middle = statistics.median(times) * 1000
    low, high = min(times) * 1000, max(times) * 1000
    print(f"{label:44}{middle:8.1f} ms  ({low:.1f} – {high:.1f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
