"""Rows of many agencies in Parquet → the tables of ``schemas/analytics.py``, by DuckDB.

Within a limit of memory: what is more is done on disk. No value of a site is ever part of a
statement, it is data in files that we wrote. Whole numbers only, and every table has its order:
neither the order of sites nor the number of threads changes a line.
"""

# ruff: noqa: S608 - what a site says is never part of a statement: see above

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import CannotRunError
from pipeline.formats.csv import LINE_END, inert
from pipeline.published import LONGEST_LINE
from schemas.analytics import (
    AGENCIES,
    COUNTRY,
    METHODS,
    MONTH_TYPES,
    MONTHS,
    PROVINCES,
    PURCHASES,
    ROW_TYPES,
    SITE_TYPES,
    SITES,
    SUPPLIERS,
    TABLES,
    Column,
    Table,
)
from schemas.thai import decimal_baht

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS = "rows"  # the folder of the rows, a folder for each fiscal year in it
SITE_LINES, MONTH_LINES = "sites.jsonl", "months.jsonl"
NEEDS = "duckdb>=2,<3"
NO_YEAR = 0  # of tables without a line: nobody said anything
EXCEL_LINES = 1_048_575  # below the headings: what Excel shows of a file
FETCHED = 10_000


@dataclass(frozen=True)
class Bounds:
    """How much memory and how many threads DuckDB takes; beyond it works on disk."""

    memory_mib: int = 1024
    threads: int = 2


def connected(spilt: Path, bounds: Bounds) -> "DuckDBPyConnection":
    """Return a database in memory that spills to ``spilt``; it fetches nothing by itself.

    Errors: CannotRunError when DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise CannotRunError(f'คำสั่งนี้ใช้ DuckDB ซึ่งยังไม่ได้ติดตั้ง กรุณาสั่ง pip install "{NEEDS}"') from None
    database = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{bounds.memory_mib}MiB",
            "threads": str(bounds.threads),
            "temp_directory": str(spilt),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        },
    )
    # Else it writes how far it has come among what we print, for programs too.
    database.execute("SET enable_progress_bar = false")
    return database


def lines_in(path: Path, types: Mapping[str, str]) -> str:
    """Return the SELECT of lines of JSON that we wrote."""
    columns = ", ".join(f'"{name}": {_quoted(kind)}' for name, kind in types.items())
    return (
        f"SELECT * FROM read_json({_quoted(path)}, format = 'newline_delimited', "
        f"columns = {{{columns}}}, maximum_object_size = {LONGEST_LINE})"
    )


def write_parquet(database: "DuckDBPyConnection", select: str, path: Path) -> int:
    """Write what a SELECT gives, in its order; return how many lines that is."""
    told = database.execute(
        f"COPY ({select}) TO {_quoted(path)} (FORMAT parquet, COMPRESSION zstd)"
    ).fetchone()
    return int(told[0]) if told else 0


def add_up(database: "DuckDBPyConnection", spool: Path, folder: Path) -> dict[str, int]:
    """Write every table as Parquet into ``folder``, where the rows are; return its lines.

    ``spool`` has the lines of the sites, and what each agency says of its months. One fiscal year
    after the other: what memory holds does not grow with the years.
    """
    _view(database, "every_row", _rows(folder / ROWS))
    _view(database, "every_said", lines_in(spool / MONTH_LINES, MONTH_TYPES))
    told = database.execute("SELECT DISTINCT fiscal_year FROM every_said ORDER BY ALL").fetchall()
    years = [int(year) for (year,) in told] or [NO_YEAR]
    for year in years:
        _view(database, "rows", f"SELECT * FROM every_row WHERE fiscal_year = {year}")
        _view(database, "said", f"SELECT * FROM every_said WHERE fiscal_year = {year}")
        for table, select in SELECTS:
            part = spool / f"{table.name}-{year}.parquet"
            write_parquet(database, _ordered(table, select), part)
            _view(database, table.name, _in_parquet(part))
    # The year comes first in the order of each table: the years after each other are the whole.
    whole = {
        table: _in_parquet(*(spool / f"{table.name}-{year}.parquet" for year in years))
        for table, _ in SELECTS
    }
    whole[SITES] = _ordered(SITES, lines_in(spool / SITE_LINES, SITE_TYPES))
    lines = {}
    for table in TABLES:
        path = folder / f"{table.name}.parquet"
        lines[table.name] = write_parquet(database, whole[table], path)
        _view(database, table.name, _in_parquet(path))
    return lines


def lines_of(database: "DuckDBPyConnection", table: Table) -> tuple[Mapping[str, Any], ...]:
    """Return a small table, a mapping a line; sums as whole numbers."""
    names = [column.name for column in table.columns]
    found = database.execute(f"SELECT * FROM {table.name}").fetchall()
    return tuple(dict(zip(names, map(_whole, line), strict=True)) for line in found)


def write_csv(database: "DuckDBPyConnection", table: Table, folder: Path) -> bool:
    """Write a table as CSV for Excel; False, and no file, where Excel would show only a part."""
    counted = database.execute(f"SELECT count(*) FROM {table.name}").fetchone()
    if counted and counted[0] > EXCEL_LINES:
        return False
    path = folder / f"{table.name}.csv"
    lines = database.execute(f"SELECT * FROM {table.name}")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator=LINE_END)
        writer.writerow(column.heading for column in table.columns)
        while some := lines.fetchmany(FETCHED):
            writer.writerows(
                [_field(column, value) for column, value in zip(table.columns, line, strict=True)]
                for line in some
            )
    return True


def _field(column: Column, value: Any) -> str:  # noqa: ANN401 - of any column
    """A field as the CSV of a month has it: unknown is empty, strangers' text is inert."""
    if value is None:
        return ""
    if column.kind in {"money", "share"}:
        return decimal_baht(int(value))
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()
    return inert(value) if column.kind == "text" else str(value)


def _whole(value: Any) -> Any:  # noqa: ANN401 - of any column
    return int(value) if isinstance(value, Decimal) else value


def _view(database: "DuckDBPyConnection", name: str, select: str) -> None:
    database.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")


def _ordered(table: Table, select: str) -> str:
    names = ", ".join(column.name for column in table.columns)
    order = ", ".join(f"{name} NULLS LAST" for name in table.order)
    return f"SELECT {names} FROM ({select}) ORDER BY {order}"


def _in_parquet(*paths: Path) -> str:
    return f"SELECT * FROM read_parquet([{', '.join(map(_quoted, paths))}])"


def _rows(folder: Path) -> str:
    """The rows of all fiscal years; without any, a table of their columns and no line."""
    if any(folder.glob("*/*.parquet")):
        return (
            f"SELECT * FROM read_parquet({_quoted(folder / '*' / '*.parquet')}, "
            "hive_partitioning = true, hive_types = {'fiscal_year': INTEGER})"
        )
    columns = {**ROW_TYPES, "fiscal_year": "INTEGER"}
    empty = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
    return f"SELECT {empty} WHERE false"


def _quoted(text: object) -> str:
    """A text of ours as SQL writes it; no text of a site comes here."""
    return "'" + str(text).replace("'", "''") + "'"


# ---- the statements, in an order in which each finds what it needs

# Sums in DECIMAL(38, 0): exact, and wider than any number of rows could fill.
_SUMS_OF_ROWS = """
    count(*) AS rows,
    CAST(sum(agreed_price) AS DECIMAL(38, 0)) AS agreed_price,
    count(*) - count(agreed_price) AS agreed_price_unknown,
    CAST(sum(budget) AS DECIMAL(38, 0)) AS budget,
    count(*) - count(budget) AS budget_unknown"""
_SUMS = """
    CAST(sum(rows) AS BIGINT) AS rows,
    sum(agreed_price) AS agreed_price,
    CAST(sum(agreed_price_unknown) AS BIGINT) AS agreed_price_unknown,
    sum(budget) AS budget,
    CAST(sum(budget_unknown) AS BIGINT) AS budget_unknown"""
# Where something is public and there is no row, nothing was bought: 0 rows, and no sum. Where
# nothing is public, nobody knows.
_SUMS_OF_PUBLIC = """
    CASE WHEN {public} THEN coalesce(s.rows, 0) END AS rows,
    s.agreed_price,
    CASE WHEN {public} THEN coalesce(s.agreed_price_unknown, 0) END AS agreed_price_unknown,
    s.budget,
    CASE WHEN {public} THEN coalesce(s.budget_unknown, 0) END AS budget_unknown"""
_STATES = """
    count(*) AS months,
    count(*) FILTER (state = 'published') AS months_published,
    count(*) FILTER (state = 'nil') AS months_nil,
    count(*) FILTER (state = 'returned') AS months_returned,
    count(*) FILTER (state = 'missing') AS months_missing,
    count(*) FILTER (state = 'not_due') AS months_not_due,
    count(*) FILTER (state = 'unheard') AS months_unheard,
    count(*) FILTER (public AND NOT late) AS months_on_time,
    count(*) FILTER (public AND late) AS months_late,
    count(*) FILTER (NOT public AND late) AS months_overdue,
    string_agg(month, ' ' ORDER BY month) FILTER (NOT public) AS months_lacking,
    count(*) // 12 AS agencies,
    count(*) FILTER (heard) // 12 AS agencies_heard,
    count(*) FILTER (NOT heard) // 12 AS agencies_unheard,
    count(*) FILTER (public) AS months_public"""

_MONTHS = f"""
    SELECT m.*, {_SUMS_OF_PUBLIC.format(public="m.public")},
           m.public AND coalesce(s.agreed_price_unknown, 0) = 0 AS whole
    FROM said AS m LEFT JOIN (
        SELECT fiscal_year, agency, month, {_SUMS} FROM purchases GROUP BY ALL
    ) AS s USING (fiscal_year, agency, month)"""
_PURCHASES = f"""
    SELECT fiscal_year, province, agency, month, procurement_method_code, procurement_method,
           supplier_name AS supplier, supplier_key, supplier_is_person, {_SUMS_OF_ROWS}
    FROM rows GROUP BY ALL"""
_METHODS = f"""
    SELECT fiscal_year, province, procurement_method_code, procurement_method, {_SUMS}
    FROM purchases GROUP BY ALL"""
# Step by step: a count of distinct values would not go to disk when memory ends.
_OF_SUPPLIER = "fiscal_year, supplier, supplier_key, supplier_is_person"
_SUPPLIERS = f"""
    SELECT {_OF_SUPPLIER}, nullif(count(province), 0) AS provinces,
           CAST(sum(agencies) AS BIGINT) AS agencies, {_SUMS}
    FROM (
        SELECT {_OF_SUPPLIER}, province, count(*) AS agencies, {_SUMS}
        FROM (
            SELECT {_OF_SUPPLIER}, province, agency, {_SUMS}
            FROM purchases WHERE supplier IS NOT NULL GROUP BY ALL
        ) GROUP BY ALL
    ) GROUP BY ALL"""


def _of_place(place: Sequence[str], more: str = "") -> str:
    """Return the SELECT of one line for each place: its months, sums and concentration.

    ``place`` are its columns; a province may be unknown, which is a place as well.
    """
    columns = ", ".join(place)

    def same(one: str, other: str) -> str:
        return " AND ".join(f"{one}.{name} IS NOT DISTINCT FROM {other}.{name}" for name in place)

    of_w = ", ".join(f"w.{name}" for name in place)
    return f"""
    WITH by_supplier AS (
        SELECT {columns}, supplier_key, sum(rows) AS rows,
               sum(rows) - sum(agreed_price_unknown) AS priced,
               CAST(coalesce(sum(agreed_price), 0) AS HUGEINT) AS agreed
        FROM purchases WHERE supplier_key IS NOT NULL GROUP BY ALL
    ), whole AS (
        SELECT {columns}, nullif(CAST(sum(agreed) AS HUGEINT), 0) AS agreed
        FROM by_supplier GROUP BY ALL
    ), shares AS (
        -- In millionths of the whole, so that no square outgrows its type.
        SELECT {of_w}, b.rows, b.priced, b.agreed, w.agreed AS whole,
               CAST(b.agreed * 1000000 // w.agreed AS HUGEINT) AS millionths
        FROM by_supplier AS b JOIN whole AS w ON {same("b", "w")}
    ), concentration AS (
        SELECT {columns}, count(*) AS suppliers,
               CAST(sum(rows) AS BIGINT) AS supplier_rows,
               CAST(sum(priced) AS BIGINT) AS concentration_rows,
               -- In hundredths of a per cent, rounded half up.
               CAST((max(agreed) * 20000 + min(whole)) // (2 * min(whole)) AS BIGINT)
                   AS largest_share,
               CAST((list_sum(max(agreed, 5)) * 20000 + min(whole)) // (2 * min(whole)) AS BIGINT)
                   AS five_largest_share,
               CAST(sum(millionths * millionths) // 100000000 AS BIGINT) AS herfindahl
        FROM shares GROUP BY ALL
    ), sums AS (
        SELECT {columns}, {_SUMS} FROM purchases GROUP BY ALL
    ), states AS (
        SELECT {columns}, {more} {_STATES} FROM said GROUP BY {columns}
    )
    SELECT t.*, c.* EXCLUDE ({columns}), {_SUMS_OF_PUBLIC.format(public="t.months_public > 0")},
           t.months_public = t.months AND coalesce(s.agreed_price_unknown, 0) = 0 AS whole
    FROM states AS t
    LEFT JOIN sums AS s ON {same("t", "s")}
    LEFT JOIN concentration AS c ON {same("t", "c")}"""


SELECTS: tuple[tuple[Table, str], ...] = (
    (PURCHASES, _PURCHASES),
    (MONTHS, _MONTHS),
    (METHODS, _METHODS),
    (SUPPLIERS, _SUPPLIERS),
    (
        AGENCIES,
        _of_place(
            ("fiscal_year", "agency"),
            "any_value(province) AS province, any_value(organisation) AS organisation,",
        ),
    ),
    (PROVINCES, _of_place(("fiscal_year", "province"))),
    (COUNTRY, _of_place(("fiscal_year",))),
)
