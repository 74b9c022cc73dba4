"""Measure adding up the rows of a nation, beside pandas on the same rows; and reading sites.

    python tests/benchmarks/analytics.py [AGENCIES] [YEARS]

Rows are invented by DuckDB (25 a month, one in 50 without a price), written as ``analyse`` writes
them. Each way of adding up is a process of its own, and its memory is that of the whole process.
pandas reads the same rows from CSV, as it would without pyarrow; DuckDB reads that CSV as well.
"""

import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from pipeline import examples
from pipeline.add_up import MONTH_LINES, SITE_LINES, Bounds, connected
from pipeline.analyse import analyse
from pipeline.published import Asked, asked_for, read_site
from schemas.analytics import MONTH_TYPES, ROW_TYPES, SITE_TYPES
from tests.conftest import make_office

ROOT = Path(__file__).resolve().parents[2]
ROWS_A_MONTH, SUPPLIERS, LIMIT_MIB = 25, 400_000, 1024
AS_CSV = ("fiscal_year", "province", "agency", "month", "supplier_name", "agreed_price", "budget")
LARGEST_FOR_PANDAS = 10_000_000  # rows; beyond it memory ends on a usual machine

INVENTED = """
    SELECT 2559 + year AS fiscal_year, CAST(1 + agency % 77 AS VARCHAR) AS province,
           printf('%07d', agency) AS agency,
           'องค์การบริหารส่วนตำบลสมมติที่ ' || agency AS organisation,
           (2558 + year + month // 4) || '-' || printf('%02d', 1 + (month + 9) % 12) AS month,
           position, hash(agency, year, month, position) AS h
    FROM range({first}, {last}) AS a(agency), range(1) AS y(zero),
         range(12) AS m(month), range(1, {rows} + 1) AS r(position), (SELECT {year} AS year)
"""
COLUMNS = {
    "province": "province",
    "agency": "agency",
    "organisation": "organisation",
    "month": "month",
    "revision": "1",
    "position": "position",
    "number": "position",
    "title": "'จ้างเหมาบริการงานสมมติ รายการที่ ' || h % 100000",
    "budget": "h % 50000000",
    "reference_price": "h % 49000000",
    "procurement_method": "CASE WHEN h % 20 = 0 THEN 'ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)' "
    "ELSE 'วิธีเฉพาะเจาะจง' END",
    "procurement_method_code": "CASE WHEN h % 20 = 0 THEN 'e-bidding' ELSE 'direct' END",
    "supplier": "'บริษัท สมมติที่ ' || (h // 7) % {suppliers} || ' จำกัด'",
    "supplier_name": "'บริษัท สมมติที่ ' || (h // 7) % {suppliers} || ' จำกัด'",
    "supplier_key": "printf('%016x', (h // 7) % {suppliers})",
    "supplier_is_person": "false",
    "agreed_price": "CASE WHEN h % 50 <> 0 THEN h % 48000000 END",
    "contract_number": "position || '/2568'",
    "page": "'fy/' || month || '/index.html#r' || position",
}
ADDED_UP = """
import sys, time
from pathlib import Path
from pipeline.add_up import Bounds, add_up, connected
folder, spool, memory = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
start = time.perf_counter()
with connected(spool / "spilt", Bounds(memory, 2)) as database:
    lines = add_up(database, spool, folder)
print(time.perf_counter() - start)
"""
# The same three questions for both: by agency and month, by method of all, by supplier.
BY_PANDAS = """
import sys, time
import pandas
start = time.perf_counter()
rows = pandas.read_csv(sys.argv[1], dtype={"agency": str, "province": str,
                       "agreed_price": "Int64", "budget": "Int64"})
for by in (["fiscal_year", "agency", "month"], ["fiscal_year", "province"],
           ["fiscal_year", "supplier_name"]):
    told = rows.groupby(by)["agreed_price"].agg(["size", "count", "sum"])
    told.sort_index()
print(time.perf_counter() - start)
"""
BY_DUCKDB = """
import sys, time
import duckdb
start = time.perf_counter()
database = duckdb.connect(config={"memory_limit": "1024MiB", "threads": "2"})
database.execute("SET enable_progress_bar = false")
for by in ("fiscal_year, agency, month", "fiscal_year, province", "fiscal_year, supplier_name"):
    database.execute(f"SELECT {by}, count(*), count(agreed_price), sum(agreed_price) "
                     f"FROM '{sys.argv[1]}' GROUP BY ALL ORDER BY ALL").fetchmany(1)
print(time.perf_counter() - start)
"""
# Not getrusage: Linux counts the program that started a process into that.
PEAK = """
from pathlib import Path
status = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) / 1000 for line in status if line.startswith("VmHWM")))
"""


def invent(folder: Path, spool: Path, agencies: int, years: int) -> int:
    """Write rows, months and sites as ``analyse`` would; return how many rows there are."""
    count = 0
    with connected(spool / "spilt", Bounds(LIMIT_MIB, 2)) as database:
        for year in range(1, years + 1):
            target = folder / "rows" / f"fiscal_year={2559 + year}"
            target.mkdir(parents=True)
            source = INVENTED.format(first=0, last=agencies, rows=ROWS_A_MONTH, year=year)
            made = ", ".join(
                f"CAST({COLUMNS.get(name, 'NULL').format(suppliers=SUPPLIERS)} AS {kind}) "
                f'AS "{name}"'
                for name, kind in ROW_TYPES.items()
            )
            told = database.execute(
                f"COPY (SELECT {made} FROM ({source})) TO '{target}/part-00001.parquet' "  # noqa: S608
                "(FORMAT parquet, COMPRESSION zstd)"
            ).fetchone()
            count += told[0] if told else 0
        months = "".join(f', NULL AS "{n}"' for n in MONTH_TYPES if n in {"due", "published_at"})
        database.execute(
            f"COPY (SELECT DISTINCT fiscal_year, province, agency, organisation, month, "  # noqa: S608
            f"true AS heard, 'published' AS state, true AS public, false AS late{months}, "
            f"1 AS revision FROM read_parquet('{folder}/rows/*/*.parquet', "
            f"hive_partitioning = true)) TO '{spool}/{MONTH_LINES}' (FORMAT json)"
        )
        sites = ", ".join(f'NULL AS "{name}"' for name in SITE_TYPES if name != "agency")
        database.execute(
            f"COPY (SELECT agency, {sites} FROM range({agencies}) AS a(agency)) "  # noqa: S608
            f"TO '{spool}/{SITE_LINES}' (FORMAT json)"
        )
    return count


def measured(program: str, *words: object) -> tuple[float, float]:
    """Return seconds and megabytes that a process tells of itself."""
    command = [sys.executable, "-c", program + PEAK, *map(str, words)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    seconds, memory = map(float, told.stdout.split())
    return seconds, memory


def add_up_a_nation(folder: Path, agencies: int, years: int) -> None:
    made, spool = folder / "made", folder / "spool"
    made.mkdir()
    spool.mkdir()
    count = invent(made, spool, agencies, years)
    size = sum(path.stat().st_size for path in made.rglob("*.parquet")) / 1e6
    print(f"{agencies:,} agencies, {years} years: {count:,} rows, {size:,.0f} MB of Parquet")
    large = count > LARGEST_FOR_PANDAS
    for limit in (LIMIT_MIB,) if large else (512, LIMIT_MIB, 2048):
        seconds, memory = measured(ADDED_UP, made, spool, limit)
        print(f"  all tables, limit {limit} MiB: {seconds:.1f} s, {memory:,.0f} MB")
    if large:
        print("  pandas: not tried, the rows alone would fill the memory")
        return
    table = folder / "rows.csv"
    with connected(spool / "spilt", Bounds(LIMIT_MIB, 2)) as database:
        database.execute(
            f"COPY (SELECT {', '.join(AS_CSV)} FROM read_parquet('{made}/rows/*/*.parquet', "  # noqa: S608
            f"hive_partitioning = true)) TO '{table}' (FORMAT csv, HEADER)"
        )
    ways = {
        "pandas, CSV": (BY_PANDAS, table),
        "DuckDB, CSV": (BY_DUCKDB, table),
        "DuckDB, Parquet": (BY_DUCKDB, f"{made}/rows/*/*.parquet"),
    }
    best = {
        name: min(measured(program, place) for _ in range(3))
        for name, (program, place) in ways.items()
    }
    first = best["pandas, CSV"][0]
    for name, (seconds, memory) in best.items():
        print(
            f"  three sums, {name}: {seconds:.1f} s ({first / seconds:.1f} times as fast as "
            f"pandas), {memory:,.0f} MB"
        )


def read_sites(folder: Path, times: int = 20) -> None:
    """A town's year, read and verified again and again; then the whole of ``analyse`` once."""
    office = make_office(folder / "town")
    (book,) = examples.example_year(2568, "twelve-columns", questions=False)
    office.drop(book.file, examples.to_bytes(book))
    office.one_pass(date(2025, 10, 3))
    asked = asked_for([folder / "town"])[0]
    files = [path for path in office.public.resolve().rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    read_site(Asked(asked.agency, None, asked.site))
    start = time.perf_counter()
    for _ in range(times):
        told = read_site(asked)
    each = (time.perf_counter() - start) / times
    rows = sum(map(len, told.lines.values()))
    print(f"a site of {rows} rows, {len(files)} files, {size:.1f} MB: {each * 1000:.0f} ms")
    start = time.perf_counter()
    with ThreadPoolExecutor(1) as executor:
        analyse([asked], folder / "out", date(2026, 1, 1), Bounds(LIMIT_MIB), executor)
    print(f"analyse of that site alone: {time.perf_counter() - start:.2f} s")


def main() -> None:
    """Print what was measured."""
    agencies = int(sys.argv[1]) if len(sys.argv) > 1 else 7850
    years = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        read_sites(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        add_up_a_nation(Path(folder), agencies, years)


if __name__ == "__main__":
    main()
