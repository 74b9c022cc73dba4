"""Many published sites → their rows as Parquet, and the tables that they are rolled up into.

Sites are read in the order of their agencies (``pipeline/published.py``); their rows go to disk as
they come, and are added up there (``pipeline/add_up.py``): memory is bounded throughout.
"""

import json
import multiprocessing
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipeline import CannotRunError
from pipeline.add_up import (
    MONTH_LINES,
    ROWS,
    SITE_LINES,
    Bounds,
    add_up,
    connected,
    lines_in,
    lines_of,
    write_csv,
    write_parquet,
)
from pipeline.pages import draw
from pipeline.published import Asked, Published, read_site
from pipeline.roll_up import together, unsaid
from schemas.analytics import COUNTRY, ROW_TYPES, TABLES
from schemas.province import AgencyYear, Province
from schemas.thai import decimal_baht

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MARK = "analysis.json"  # in every folder that we made, and may replace
ROWS_A_PART = 250_000
READ_AHEAD = 8  # sites that may wait in memory for their turn


@dataclass(frozen=True)
class Analysis:
    """What was counted, and what was not. ``lines`` of each table; ``without_csv`` are too long.

    ``country`` is the table of that name, a line a fiscal year by the names of its columns.
    """

    as_of: date | None
    sites: tuple[Published, ...]  # without their rows
    country: tuple[Mapping[str, Any], ...]
    lines: Mapping[str, int]
    without_csv: tuple[str, ...]

    @property
    def counted(self) -> int:
        return sum(not site.trouble for site in self.sites)

    @property
    def left_out(self) -> tuple[Published, ...]:
        return tuple(site for site in self.sites if site.trouble)


def analyse(
    asked: Sequence[Asked], output: Path, today: date, bounds: Bounds, executor: Executor
) -> Analysis:
    """Write rows, roll-ups and their CSV into ``output``, whole or not at all.

    ``today`` (Gregorian) only keeps out what claims to be of a later day: the same sites give the
    same tables on any day, in any order, with any executor and number of threads.
    Errors: CannotRunError where ``output`` holds what we did not write.
    """
    output = _may_be_ours(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".making-") as name:
        making, spool = Path(name) / "made", Path(name) / "spool"
        making.mkdir()
        spool.mkdir()
        with connected(Path(name) / "spilt", bounds) as database:
            sites = _take_in(asked, today, executor, _Rows(making / ROWS, spool, database))
            as_of = max((day for site in sites for day in _days(site)), default=None)
            _write(spool / SITE_LINES, map(_site_line, sites))
            _write(spool / MONTH_LINES, _month_lines(sites, as_of))
            lines = add_up(database, spool, making)
            without_csv = [one.name for one in TABLES if not write_csv(database, one, making)]
            country = lines_of(database, COUNTRY)
            analysis = Analysis(as_of, tuple(sites), country, lines, tuple(without_csv))
        made = json.dumps(analysis_json(analysis), ensure_ascii=False, indent=1) + "\n"
        (making / MARK).write_text(made, encoding="utf-8")
        _swap(making, output, Path(name) / "old")
    return analysis


def reading_with(workers: int) -> Executor:
    """Return an executor that reads sites in processes of its own, or in a thread if it is one."""
    if workers == 1:
        return ThreadPoolExecutor(1)
    # Nothing is forked: a thread of ours could hold a lock for ever in the copy.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


# ---- the sites


def _take_in(
    asked: Sequence[Asked], today: date, executor: Executor, rows: "_Rows"
) -> list[Published]:
    """Return what every site says but its rows, which go to disk."""
    sites: list[Published] = []
    seen: dict[str, str] = {}
    with rows:
        for site in _read_in_order(asked, executor):
            told = _held(site, today, seen)
            rows.add(told.lines)
            sites.append(told.without_rows())
    return sites


def _read_in_order(asked: Sequence[Asked], executor: Executor) -> Iterator[Published]:
    """Give what each site says, in the order asked; never many of them wait in memory."""
    ahead: deque[Future[Published]] = deque()
    for one in asked:
        ahead.append(executor.submit(read_site, one))
        if len(ahead) > READ_AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _held(site: Published, today: date, seen: dict[str, str]) -> Published:
    """Return the site, left out if it is counted already or claims a day that is still to come."""
    if site.trouble or site.release is None:
        return site
    if later := [day for day in _days(site) if day > today]:
        return site.left_out("future", max(later).isoformat())
    first = seen.setdefault(site.release, site.asked.agency)
    return site if first == site.asked.agency else site.left_out("twice", first)


def _days(site: Published) -> list[date]:
    return [year.as_of for year in site.years if year.as_of is not None]


class _Rows:
    """Rows on their way to Parquet: a file for each ``ROWS_A_PART`` rows of a fiscal year."""

    def __init__(self, folder: Path, spool: Path, database: "DuckDBPyConnection") -> None:
        self._folder, self._spool, self._database = folder, spool, database
        self._open: dict[int, _Spooled] = {}
        self._parts: dict[int, int] = {}
        self._files = ExitStack()

    def add(self, lines: Mapping[int, Sequence[bytes]]) -> None:
        for year, own in lines.items():
            for line in own:
                if year not in self._open:
                    path = self._spool / f"rows-{year}.jsonl"
                    self._open[year] = _Spooled(path, self._files.enter_context(path.open("wb")))
                spooled = self._open[year]
                spooled.file.write(line)
                spooled.rows += 1
                if spooled.rows == ROWS_A_PART:
                    self._write_part(year)

    def __enter__(self) -> None:
        """Nothing is open yet."""

    def __exit__(self, failed: object, *_: object) -> None:
        if failed is None:
            for year in sorted(self._open):
                self._write_part(year)
        self._files.close()

    def _write_part(self, year: int) -> None:
        spooled = self._open.pop(year)
        spooled.file.close()
        number = self._parts[year] = self._parts.get(year, 0) + 1
        folder = self._folder / f"fiscal_year={year}"
        folder.mkdir(parents=True, exist_ok=True)
        rows = lines_in(spooled.path, ROW_TYPES)
        write_parquet(self._database, rows, folder / f"part-{number:05}.parquet")
        spooled.path.unlink()


@dataclass
class _Spooled:
    """Rows of one fiscal year that are on disk, but not yet in Parquet."""

    path: Path
    file: IO[bytes]
    rows: int = 0


def _site_line(site: Published) -> dict[str, Any]:
    return {
        "province": site.asked.province,
        "agency": site.asked.agency,
        "organisation": site.organisation,
        "counted": not site.trouble,
        "trouble": site.trouble or None,
        "release": site.release,
        "released_on": site.released_on,
    }


def _month_lines(sites: Sequence[Published], as_of: date | None) -> Iterator[dict[str, Any]]:
    """Give every agency's twelve months of each fiscal year that any of them knows."""
    if as_of is None:
        return
    provinces = {site.asked.agency: site.asked.province for site in sites}
    said: dict[int, dict[str, AgencyYear]] = {}
    for site in sites:
        for year in site.years:
            said.setdefault(year.fiscal_year, {})[year.agency] = year
    for fiscal_year, known in sorted(said.items()):
        everybody = (
            known.get(site.asked.agency)
            or unsaid(fiscal_year, site.asked.agency, "unreadable" if site.trouble else "silent")
            for site in sites
        )
        yield from _lines_of(together(fiscal_year, everybody, as_of), provinces)


def _lines_of(together: Province, provinces: Mapping[str, str | None]) -> Iterator[dict[str, Any]]:
    for agency in together.agencies:
        for month in agency.months:
            yield {
                "fiscal_year": together.fiscal_year,
                "province": provinces[agency.agency],
                "agency": agency.agency,
                "organisation": agency.organisation,
                "month": str(month.month),
                "heard": agency.word == "said",
                "state": month.state,
                "public": month.public,
                "late": month.late,
                "due": month.due,
                "published_at": month.published_at,
                "revision": month.revision,
            }


def _write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False, default=date.isoformat) + "\n")


# ---- what is told


def analysis_json(analysis: Analysis) -> dict[str, Any]:
    """Return what ``analyse --json`` prints: baht as text, ISO days, null unknown."""
    return {
        "as_of": analysis.as_of.isoformat() if analysis.as_of else None,
        "agencies": len(analysis.sites),
        "agencies_counted": analysis.counted,
        "left_out": [
            {"agency": site.asked.agency, "trouble": site.trouble} for site in analysis.left_out
        ],
        "years": [_plain(line) for line in analysis.country],
        "tables": dict(analysis.lines),
        "without_csv": list(analysis.without_csv),
    }


def analysis_words(analysis: Analysis, output: Path) -> str:
    """Return the same for people."""
    return draw(
        "terminal/analyse.txt", "arabic", analysis=analysis, tables=TABLES, output=output
    ).decode()


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {column.name: column.kind for column in COUNTRY.columns}
    written = {"money": decimal_baht, "share": decimal_baht}
    return {
        name: None if value is None else written.get(kinds[name], lambda whole: whole)(value)
        for name, value in line.items()
    }


# ---- the folder


def _may_be_ours(output: Path) -> Path:
    """Return the folder to write; CannotRunError when something else than our work is there."""
    if (
        output.exists()
        and not (output / MARK).is_file()
        and (not output.is_dir() or any(output.iterdir()))
    ):
        raise CannotRunError(f"{output} มีไฟล์อื่นอยู่ จึงไม่เขียนทับ กรุณาระบุโฟลเดอร์ใหม่ด้วย --output")
    whole = output.absolute()
    if set(str(whole)) & set("*?[]"):  # DuckDB would look for many files by such a name
        raise CannotRunError(f"ชื่อโฟลเดอร์ {whole} ต้องไม่มีเครื่องหมาย * ? [ ]")
    return whole


def _swap(made: Path, output: Path, old: Path) -> None:
    if output.exists():
        output.replace(old)
    made.replace(output)
