"""Measure reading: our whole examination of a workbook beside pandas' plain read of the same file.

    python tests/benchmarks/reading.py [RUNS]

Each measurement is a process of its own that does nothing else, imports not counted; both
programs take turns, so that a busy machine slows both. Medians, with minimum and maximum.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline.examples import example_month, write
from schemas.month import Month

ROOT = Path(__file__).resolve().parents[2]
SIZES = (50, 5_000, 100_000)
# As the child process does it (pipeline.confine): no collector of garbage, the process ends soon.
OURS = """
import gc; gc.disable()
from pipeline.examine import examine
from pipeline.guard import Limits
import pipeline.readers.xlsx
def work(): assert examine(path, path.name, ("เทศบาลเมืองตัวอย่าง",), Limits()).months
"""
PANDAS = """
import pandas, openpyxl
def work(): pandas.read_excel(path, engine="openpyxl")
"""
MEASURED = """
import resource, sys, time
from pathlib import Path
path = Path(sys.argv[1])
{program}
start = time.perf_counter()
work()
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


def main(runs: int) -> None:
    print(f"{runs} runs each: median seconds (minimum – maximum), peak memory\n")
    with tempfile.TemporaryDirectory() as folder:
        for rows in SIZES:
            path = write(example_month(Month(2568, 2), "nine-columns", rows), Path(folder))
            ours, theirs = [], []
            for _ in range(runs if rows < max(SIZES) else 1):
                ours.append(_measure(OURS, path))
                theirs.append(_measure(PANDAS, path))
            _line(f"{rows} rows, examine", ours)
            _line(f"{rows} rows, pandas.read_excel", theirs)
            ratios = [mine[0] / other[0] for mine, other in zip(ours, theirs, strict=True)]
            print(f"{'  ratio':36}{statistics.median(ratios):8.2f}\n")


def _measure(program: str, path: Path) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(program=program), str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def _line(what: str, measured: list[tuple[float, float]]) -> None:
    seconds = [one[0] for one in measured]
    spread = f"({min(seconds):.3f} – {max(seconds):.3f})"
    memory = max(one[1] for one in measured)
    print(f"{what:36}{statistics.median(seconds):8.3f}  {spread:20}{memory:6.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
