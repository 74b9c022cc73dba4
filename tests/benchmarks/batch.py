"""Measure taking in one workbook of each of many agencies, in one process and in several.

    python tests/benchmarks/batch.py [AGENCIES]

Workbooks of all layouts, 1 to 200 rows, each once for some agencies: what is taken in is the
same for every measurement. Guard, child, rules and ledger included, publishing not. Each
measurement is a process of its own, on a ledger and folders of its own.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

from pipeline.agencies import add_agencies, make_province
from pipeline.examples import LAYOUTS, example_month, write
from schemas.month import Month

ROOT = Path(__file__).resolve().parents[2]
MONTH, MOST_ROWS, KINDS = Month(2568, 1), 200, 60
MEASURED = """
import resource, sys, time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from pipeline.agencies import configure_all
from pipeline.configure import configure
from pipeline.confine import warm
from pipeline.inbox import arrivals
from pipeline.ledger import Ledger
from pipeline.take_in import Office, take_in
from pipeline.workers import workers
from schemas.config import Work
province = configure_all(Path(sys.argv[1]))
work = Work(executor="pool" if sys.argv[2] != "1" else "serial", processes=int(sys.argv[2]))
warm()
spaces = [configure(province.configuration(one)) for one in province.settings.agencies]
arrived = [arrivals(one.inbox, one.originals, 0) for one in spaces]
with ExitStack() as held:
    ledger = held.enter_context(Ledger.open(spaces[0].ledger))
    given = held.enter_context(workers(work))
    offices = [
        Office(space, held.enter_context(ledger.of(space.ledger.agency)), there)
        for space, there in zip(spaces, arrived)
    ]
    start = time.perf_counter()
    outcomes = [answer.outcome for _, answer in take_in(offices, date(2025, 2, 20), given)]
    took = time.perf_counter() - start
assert len(outcomes) == len(spaces) and set(outcomes) <= {"accepted", "waiting"}, set(outcomes)
print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


def main() -> None:
    """Print what was measured."""
    agencies = int(sys.argv[1]) if len(sys.argv) > 1 else 7_850
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        books = _books(folder / "books")
        whole = {processes: _took(folder, books, agencies, processes) for processes in (1, 2)}
        part, _ = _took(folder, books, agencies // 4, 2)
    for processes, (seconds, memory) in whole.items():
        each = seconds / agencies * 1000
        print(f"{agencies} workbooks, {processes} at once: {seconds:.1f} s, {each:.1f} ms each,")
        print(f"  the coordinator at most {memory:.0f} MB")
    print(f"2 processes over 1: {whole[1][0] / whole[2][0]:.2f} times as fast")
    print(f"time(4N) / time(N) at 2 processes: {whole[2][0] / part:.2f}")


def _books(folder: Path) -> list[Path]:
    folder.mkdir()
    dice = Random(8)  # noqa: S311 - the same workbooks every time
    made = []
    for number in range(KINDS):
        rows = dice.randint(1, MOST_ROWS)
        book = example_month(MONTH, LAYOUTS[number % len(LAYOUTS)], rows, number)
        (folder / str(number)).mkdir()
        made.append(write(book, folder / str(number)))
    return made


def _took(folder: Path, books: list[Path], agencies: int, processes: int) -> tuple[float, float]:
    """Return the seconds, and the MB of the process that writes the ledger."""
    home = folder / f"{agencies}-{processes}"
    path = make_province(home, "จังหวัดสมมติ")
    names = [(f"{number:07}", "เทศบาลเมืองตัวอย่าง") for number in range(agencies)]
    add_agencies(path, names, MONTH)
    for number, (agency, _) in enumerate(names):
        book = books[number % len(books)]
        shutil.copy(book, home / "agencies" / agency / "inbox" / book.name)
    command = [sys.executable, "-c", MEASURED, str(path), str(processes)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    shutil.rmtree(home)
    seconds, memory = told.stdout.split()
    return float(seconds), float(memory)


if __name__ == "__main__":
    main()
