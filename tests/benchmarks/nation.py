"""Measure reading a file of e-GP's open data of the whole nation, of which little is ours.

    python tests/benchmarks/nation.py [LINES]

Each file is read in a process of its own; the memory is that of the whole process.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.egp_files import deals, table

ROOT = Path(__file__).resolve().parents[2]
OURS, OTHERS, OFFICES = 267, 20_000, 3_000
MEASURED = """
import resource, sys, time
from pathlib import Path
from pipeline.egp.contracts import read_contracts
from pipeline.guard import Limits
start = time.perf_counter()
said = read_contracts(Path(sys.argv[1]), "egp", ("เทศบาลเมืองตัวอย่าง",), Limits())
assert len(said.contracts) == 267 and not said.faults, said.faults
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


def write(folder: Path, lines: int) -> list[Path]:
    """The same lines as CSV (26 names over 28 values) and JSON (31 names), ours spread evenly."""
    names, ours = table(deals(OURS), "shifted")
    _, others = table(deals(OTHERS, "x", seed=5), "shifted")
    paths = [folder / "nation.csv", folder / "nation.json"]
    with (
        paths[0].open("w", encoding="utf-8", newline="") as text,
        paths[1].open("w", encoding="utf-8") as records,
    ):
        writer = csv.writer(text)
        writer.writerow(names[:26])
        for at in range(lines):
            mine, rest = divmod(at, lines // OURS)
            line = ours[mine] if not rest and mine < OURS else list(others[at % OTHERS])
            if line[4] == "x":
                line[4] = line[5] = f"องค์การบริหารส่วนตำบลสมมติที่ {at % OFFICES}"
            writer.writerow(["" if value is None else value for value in line])
            record = dict(zip(names, [*line, None, None, None], strict=True))
            records.write(("," if at else "[") + json.dumps(record, ensure_ascii=False))
        records.write("]")
    return paths


def main() -> None:
    """Print what was measured."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        for path in write(Path(folder), lines):
            command = [sys.executable, "-c", MEASURED, str(path)]
            told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
            seconds, memory = map(float, told.stdout.split())
            size = path.stat().st_size / 1e6
            print(
                f"{path.name}: {lines:,} lines, {size:,.0f} MB: {seconds:.1f} s, {memory:.0f} MB"
            )


if __name__ == "__main__":
    main()
