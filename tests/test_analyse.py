"""Many published sites as tables: what is public and verified is counted once, nothing else."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import CannotRunError, examples
from pipeline.add_up import Bounds, connected
from pipeline.analyse import Analysis, analyse, analysis_json, analysis_words, reading_with
from pipeline.examples.paper import Value
from pipeline.formats.csv import inert
from pipeline.keys import open_keys
from pipeline.publish import sealed
from pipeline.published import asked_for
from schemas.analytics import TABLES
from schemas.manifest import LOG, MANIFEST, SIGNATURE, SUMS
from schemas.month import Month
from schemas.procurement import unabbreviated
from schemas.thai import LARGEST
from tests.conftest import ROOT, Office, make_office

YEAR = 2568
TODAY = date(2026, 1, 20)
FULL, CORRECTED, EMPTY, HOSTILE = "6800901", "6800902", "6800903", "6800904"
HERE, THERE = "จังหวัดตัวอย่าง", "จังหวัดสมมติ"
PROVINCES = {FULL: HERE, CORRECTED: HERE, EMPTY: THERE, HOSTILE: None}
OCTOBER, NOVEMBER = Month(2567, 10), Month(2567, 11)
FORMULA = '=HYPERLINK("http://example.invalid","1")'
STATEMENT = "'); DROP TABLE rows; --"
Line = dict[str, Any]


def drop(office: Office, month: Month, rows: int, cells: Mapping[str, Value]) -> None:
    """Drop a month; ``cells`` are typed over, by column letter, in its first row."""
    book = examples.example_month(month, "nine-columns", rows=rows)
    for letter, value in cells.items():
        place = book.expected[0].source
        book = examples.replace_cell(book, place.sheet, f"{letter}{place.row}", value)
    office.drop(book.file, examples.to_bytes(book))


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four towns: a full year, one late and corrected, one without a site, one hostile."""
    folder = tmp_path_factory.mktemp("towns")
    full = make_office(folder / FULL)
    (book,) = examples.example_year(YEAR, "twelve-columns", questions=False)
    full.drop(book.file, examples.to_bytes(book))
    full.one_pass(date(2025, 10, 3))
    corrected = make_office(folder / CORRECTED)
    drop(corrected, OCTOBER, 3, {"G": None})
    drop(corrected, NOVEMBER, 0, {})
    corrected.one_pass(date(2024, 12, 3))
    drop(corrected, OCTOBER, 3, {"G": None, "H": "เป็นผู้เสนอราคาต่ำสุด"})
    corrected.one_pass(date(2025, 1, 20))
    make_office(folder / EMPTY)
    hostile = make_office(folder / HOSTILE)
    drop(hostile, OCTOBER, 2, {"B": FORMULA, "H": STATEMENT, "E": "=วิธีพิเศษ"})
    hostile.one_pass(date(2024, 11, 4))
    return folder


@pytest.fixture(scope="module")
def one_thread() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as made:
        yield made


def listed(towns: Path, folder: Path, provinces: Mapping[str, str | None] = PROVINCES) -> Path:
    """Write the list of agencies with their provinces."""
    path = folder / "towns.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["agency", "province", "site"])
        writer.writerows([key, name or "", towns / key] for key, name in provinces.items())
    return path


def analysed(place: Path, output: Path, executor: Executor, threads: int = 2) -> Analysis:
    return analyse(asked_for([place]), output, TODAY, Bounds(256, threads), executor)


@pytest.fixture(scope="module")
def made(
    towns: Path, one_thread: Executor, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Analysis]:
    folder = tmp_path_factory.mktemp("made")
    return folder / "out", analysed(listed(towns, folder), folder / "out", one_thread)


def table(output: Path, name: str) -> list[Line]:
    """The lines of a table in Parquet; sums, which are decimal there, as whole numbers."""
    found = duckdb.connect().read_parquet(str(output / f"{name}.parquet"))
    names = found.columns
    kinds = {one.name: one.kind for t in TABLES if t.name == name for one in t.columns}
    return [
        {
            key: int(value) if kinds[key] == "money" and value is not None else value
            for key, value in zip(names, line, strict=True)
        }
        for line in found.fetchall()
    ]


def rows_of(output: Path) -> list[Line]:
    files = duckdb.connect().read_parquet(f"{output}/rows/*/*.parquet", hive_partitioning=True)
    found = files.order("agency, month, position")
    return [dict(zip(found.columns, line, strict=True)) for line in found.fetchall()]


# ---- the other way of counting: plain Python over the public JSON


def published(towns: Path) -> list[tuple[str, Line, Line]]:
    """Every public row with its agency and month, as the month's JSON has it."""
    found = []
    for key in PROVINCES:
        for folder in sorted((towns / key).glob("output/site/current/fy*/2*/")):
            path = folder / f"sokhoro1-{folder.name}.json"
            month = json.loads(path.read_text(encoding="utf-8"))
            found += [(key, month, row) for row in month["rows"]]
    return found


def satang(baht: str | None) -> int | None:
    whole, _, part = (baht or "").partition(".")
    return None if baht is None else int(whole) * 100 + int(part)


def sums(rows: list[Line]) -> Line:
    told: Line = {"rows": len(rows)}
    for name in ("agreed_price", "budget"):
        known = [amount for row in rows if (amount := satang(row[name])) is not None]
        told |= {name: sum(known) if known else None, f"{name}_unknown": len(rows) - len(known)}
    return told


def grouped(towns: Path, *names: str) -> dict[tuple[Any, ...], list[Line]]:
    groups: dict[tuple[Any, ...], list[Line]] = {}
    for agency, month, row in published(towns):
        plain = row["supplier"] and " ".join(row["supplier"].split())
        facts = {
            **row,
            "agency": agency,
            "province": PROVINCES[agency],
            "month": month["month"],
            "fiscal_year": month["fiscal_year"],
            "supplier": plain,
        }
        groups.setdefault(tuple(facts[name] for name in names), []).append(row)
    return groups


def counted(lines: list[Line], *names: str) -> dict[tuple[Any, ...], Line]:
    """The sums of a table by some of its columns; each of them once."""
    keys = [tuple(line[name] for name in names) for line in lines]
    assert len(set(keys)) == len(keys)
    return {
        key: {name: line[name] for name in ADDED} for key, line in zip(keys, lines, strict=True)
    }


ADDED = ("rows", "agreed_price", "agreed_price_unknown", "budget", "budget_unknown")


# ---- every row


def test_every_public_row_is_there_once_and_says_what_its_month_says(
    towns: Path, made: tuple[Path, Analysis]
) -> None:
    rows, public = rows_of(made[0]), published(towns)
    assert len(rows) == len(public) == 254 + 3 + 2
    for line, (agency, month, row) in zip(rows, public, strict=True):
        assert (line["agency"], line["month"], line["revision"], line["fiscal_year"]) == (
            *(agency, month["month"], month["revision"]),
            month["fiscal_year"],
        )
        same = (
            *("number", "title", "procurement_method", "supplier", "selection_reason"),
            *("contract_number", "egp_project_number", "egp_contract_number"),
        )
        assert {name: line[name] for name in same} == {name: row[name] for name in same}
        for name in ("budget", "reference_price", "agreed_price"):
            assert line[name] == satang(row[name])
        day = line["contract_date"]
        assert (day and day.isoformat()) == row["contract_date"]
        assert [(bid["bidder"], bid["amount"]) for bid in line["bids"]] == [
            (bid["bidder"], satang(bid["amount"])) for bid in row["bids"]
        ]
        source = (line["source_file"], line["source_sheet"], line["source_row"])
        assert source == tuple(row["source"][name] for name in ("file", "sheet", "row"))
        page, _, anchor = line["page"].partition("#")
        current = towns / agency / "output/site/current"
        assert f'id="{anchor}"' in (current / page).read_text(encoding="utf-8")


# ---- every sum


@pytest.mark.parametrize(
    ("name", "by"),
    [
        (
            "purchases",
            (
                *("fiscal_year", "province", "agency", "month"),
                *("procurement_method_code", "procurement_method", "supplier"),
            ),
        ),
        ("methods", ("fiscal_year", "province", "procurement_method_code", "procurement_method")),
        ("suppliers", ("fiscal_year", "supplier")),
    ],
)
def test_sums_are_those_of_plain_python(
    towns: Path, made: tuple[Path, Analysis], name: str, by: tuple[str, ...]
) -> None:
    expected = {key: sums(rows) for key, rows in grouped(towns, *by).items()}
    if name == "suppliers":
        expected = {key: told for key, told in expected.items() if key[1] is not None}
    assert counted(table(made[0], name), *by) == expected


def test_months_say_what_the_status_says_and_what_the_rows_add_up_to(
    towns: Path, made: tuple[Path, Analysis]
) -> None:
    rows = grouped(towns, "agency", "month")
    lines = {(one["agency"], one["month"]): one for one in table(made[0], "months")}
    assert len(lines) == 4 * 24
    for key in (FULL, CORRECTED, HOSTILE):
        path = towns / key / f"output/site/current/fy{YEAR}/status.json"
        for told in json.loads(path.read_text(encoding="utf-8"))["months"]:
            line = lines[key, told["month"]]
            public = told["state"] in {"published", "nil"}
            assert (line["public"], line["revision"]) == (public, told["revision"])
            own = sums(rows.get((key, told["month"]), []))
            assert {name: line[name] for name in ADDED} == (
                own if public else dict.fromkeys(ADDED)
            )
            assert line["agreed_price"] == satang(told["total_agreed"])
            assert line["agreed_price_unknown"] == told["price_unknown"]
    assert (lines[CORRECTED, "2567-11"]["state"], lines[CORRECTED, "2567-11"]["rows"]) == (
        "nil",
        0,
    )
    assert lines[CORRECTED, "2567-10"]["revision"] == 2
    assert lines[HOSTILE, "2567-11"]["state"] == "unheard", "its site is of November 2024"
    assert lines[EMPTY, "2567-10"]["state"] == "unheard"


def test_places_add_up_and_say_how_much_of_the_whole_they_are(
    towns: Path, made: tuple[Path, Analysis]
) -> None:
    agencies = {
        one["agency"]: one for one in table(made[0], "agencies") if one["fiscal_year"] == YEAR
    }
    by_agency = grouped(towns, "agency")
    for key in PROVINCES:
        own = sums(by_agency[key,]) if (key,) in by_agency else dict.fromkeys(ADDED)
        assert {name: agencies[key][name] for name in ADDED} == own
    assert [agencies[key]["whole"] for key in PROVINCES] == [True, False, False, False]
    assert agencies[EMPTY]["rows"] is None, "nobody knows: that is not 0"
    assert agencies[FULL]["months_lacking"] is None
    assert agencies[CORRECTED]["months_lacking"].split()[0] == "2567-12"
    provinces = [one for one in table(made[0], "provinces") if one["fiscal_year"] == YEAR]
    by_province = grouped(towns, "province")
    for one in provinces:  # one that nobody named has its sums as well
        rows = by_province.get((one["province"],))
        expected = dict.fromkeys(ADDED) if rows is None else sums(rows)
        assert {name: one[name] for name in ADDED} == expected
    heard = ("province", "agencies", "agencies_heard", "agencies_unheard", "whole")
    assert [tuple(one[name] for name in heard) for one in provinces] == [
        (HERE, 2, 2, 0, False),
        (THERE, 1, 0, 1, False),
        (None, 1, 1, 0, False),
    ]
    country = table(made[0], "country")[0]
    for name in ("months", "months_published", "months_nil", "months_unheard", "months_late"):
        assert country[name] == sum(one[name] for one in agencies.values())
    assert country["months"] == 48
    assert country["agreed_price"] == sums([row for _, _, row in published(towns)])["agreed_price"]


def test_concentration_is_that_of_the_status_and_of_plain_python(
    towns: Path, made: tuple[Path, Analysis]
) -> None:
    path = towns / FULL / f"output/site/current/fy{YEAR}/status.json"
    told = json.loads(path.read_text(encoding="utf-8"))["indicators"]
    (full,) = (
        one
        for one in table(made[0], "agencies")
        if (one["agency"], one["fiscal_year"]) == (FULL, YEAR)
    )
    assert full["suppliers"] == told["suppliers"]["value"]
    assert full["largest_share"] == satang(told["largest_share"]["percent"])
    assert full["concentration_rows"] == told["largest_share"]["rows"]
    bought: dict[str, int] = {}
    for agency, _, row in published(towns):
        if agency == FULL:
            name = unabbreviated(row["supplier"])
            bought[name] = bought.get(name, 0) + (satang(row["agreed_price"]) or 0)
    whole = sum(bought.values())
    largest = sum(sorted(bought.values(), reverse=True)[:5])
    assert full["five_largest_share"] == (largest * 20000 + whole) // (2 * whole)
    exact = sum((amount / whole) ** 2 for amount in bought.values()) * 10_000
    assert abs(full["herfindahl"] - exact) < 1.5


def test_a_supplier_of_many_towns_is_one_line(towns: Path, made: tuple[Path, Analysis]) -> None:
    by_name: dict[str, set[str]] = {}
    for agency, _, row in published(towns):
        if row["supplier"] is not None:
            by_name.setdefault(" ".join(row["supplier"].split()), set()).add(agency)
    lines = {one["supplier"]: one for one in table(made[0], "suppliers")}
    assert {name: one["agencies"] for name, one in lines.items()} == {
        name: len(own) for name, own in by_name.items()
    }
    assert max(one["agencies"] for one in lines.values()) > 1
    for name, one in lines.items():
        provinces = {PROVINCES[agency] for agency in by_name[name]} - {None}
        assert one["provinces"] == (len(provinces) or None)


# ---- what is not counted


def test_who_is_left_out_is_told_and_nobody_else_is_touched(
    towns: Path, made: tuple[Path, Analysis], one_thread: Executor, tmp_path: Path
) -> None:
    shutil.copytree(towns / FULL / "output/site/current", tmp_path / "towns" / FULL)
    shutil.copytree(towns / HOSTILE / "output/site/current", tmp_path / "towns" / HOSTILE)
    broken = tmp_path / "towns" / FULL / f"fy{YEAR}/2567-10/sokhoro1-2567-10.json"
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text.replace('"agreed_price": "', '"agreed_price": "1', 1), encoding="utf-8")
    told = analysed(tmp_path / "towns", tmp_path / "out", one_thread)
    assert [site.asked.agency for site in told.left_out] == [FULL]
    assert broken.name in told.left_out[0].trouble
    assert {row["agency"] for row in rows_of(tmp_path / "out")} == {HOSTILE}
    before = [row for row in rows_of(made[0]) if row["agency"] == HOSTILE]
    assert rows_of(tmp_path / "out") == before
    (line,) = (one for one in table(tmp_path / "out", "agencies") if one["agency"] == FULL)
    assert (line["months_unheard"], line["rows"]) == (1, None), "the others are of November"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda site: (site / "index.html").write_bytes(b"another page"),
        lambda site: (site / "manifest.json").write_bytes(b"{" * 100_000),
        lambda site: (site / "manifest.json.sig").unlink(),
        lambda site: next(site.glob("fy*/2*/*.json")).unlink(),
        lambda site: (site / "manifest.json").unlink(),
    ],
    ids=["page", "manifest", "unsigned", "gone", "no-site"],
)
def test_a_site_that_does_not_verify_is_left_out(
    towns: Path, one_thread: Executor, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    site = tmp_path / "towns" / HOSTILE
    shutil.copytree(towns / HOSTILE / "output/site/current", site)
    spoil(site)
    told = analysed(tmp_path / "towns", tmp_path / "out", one_thread)
    assert [one.asked.agency for one in told.left_out] == [HOSTILE]
    assert rows_of_no_site(tmp_path / "out")
    assert table(tmp_path / "out", "country") == []


def rows_of_no_site(output: Path) -> bool:
    return not list(output.glob("rows/*/*"))


# ---- a site that is signed rightly, and says what no program of ours says

MONTH_FILE = f"fy{YEAR}/2567-10/sokhoro1-2567-10.json"
STATUS_FILE = f"fy{YEAR}/status.json"
Change = Callable[[Line], object]


def signed(towns: Path, place: Path, changes: Mapping[str, Change | bytes]) -> Path:
    """Write the hostile town's site with other files in it, signed by a key of its own."""
    site = towns / HOSTILE / "output/site/current"
    files = {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file() and path.parent.name != "keys"
    }
    for name, change in changes.items():
        if isinstance(change, bytes):
            files[name] = change
            continue
        content = json.loads(files[name])
        change(content)
        files[name] = json.dumps(content).encode()
    made = (MANIFEST, MANIFEST + SIGNATURE, SUMS, SUMS + SIGNATURE, LOG)
    own = {name: content for name, content in files.items() if name not in made}
    _, whole = sealed(own, {}, (), date(2024, 11, 4), open_keys(place / "keys"))
    for name, content in whole.items():
        path = place / "towns" / "signed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place / "towns"


def in_row(**changes: object) -> Change:
    return lambda month: month["rows"][0].update(changes)


def test_the_same_signed_anew_is_counted(
    towns: Path, one_thread: Executor, tmp_path: Path
) -> None:
    """Also with what a later version may say beside; a formula for a name is only a name."""
    place = signed(
        *(towns, tmp_path),
        {
            MONTH_FILE: in_row(later="more"),
            STATUS_FILE: lambda told: told.update(organisation=FORMULA),
        },
    )
    told = analysed(place, tmp_path / "out", one_thread)
    assert told.left_out == ()
    assert len(rows_of(tmp_path / "out")) == 2
    assert f"'{FORMULA}".replace('"', '""') in (tmp_path / "out/agencies.csv").read_text(
        "utf-8-sig"
    )


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (MONTH_FILE, in_row(agreed_price="1e999")),
        (MONTH_FILE, in_row(agreed_price="12")),
        (MONTH_FILE, in_row(agreed_price=12.5)),
        (MONTH_FILE, in_row(agreed_price="-1.00")),
        (MONTH_FILE, in_row(agreed_price="9" * 20 + ".00")),
        (MONTH_FILE, in_row(agreed_price="๑๒.๐๐")),
        (MONTH_FILE, in_row(agreed_price="0.01")),
        (MONTH_FILE, in_row(agreed_price=None)),
        (MONTH_FILE, in_row(number="1")),
        (MONTH_FILE, in_row(number=2**40)),
        (MONTH_FILE, in_row(supplier="a\ud800")),
        (MONTH_FILE, in_row(supplier="a\0b")),
        (MONTH_FILE, in_row(title=["a"])),
        (MONTH_FILE, in_row(title="a" * (9 << 20))),
        (MONTH_FILE, in_row(contract_date="2024-02-30")),
        (MONTH_FILE, in_row(bids=[{"bidder": 1, "amount": None}])),
        (MONTH_FILE, in_row(source=None)),
        (MONTH_FILE, lambda month: month["rows"].pop()),
        (MONTH_FILE, lambda month: month.update(revision=2)),
        (MONTH_FILE, lambda month: month.update(month="2567-11")),
        (MONTH_FILE, lambda month: month["totals"].update(budget="0.00")),
        (MONTH_FILE, b"[" * 100_000),
        (MONTH_FILE, b"\xff"),
        (STATUS_FILE, lambda told: told["months"][0].update(rows=1)),
        (STATUS_FILE, lambda told: told["months"][0].update(price_unknown=1)),
        (STATUS_FILE, lambda told: told["months"][0].update(state="missing", rows=None)),
        (STATUS_FILE, lambda told: told.update(organisation="a\ud800")),
        (STATUS_FILE, lambda told: told.update(version="9.9")),
        (STATUS_FILE, b"[" * 100_000),
        ("fy2690/status.json", b"{}"),
        (f"fy{YEAR}/2567-11/sokhoro1-2567-11.json", b"{}"),
    ],
    ids=[str(number) for number in range(31)],
)
def test_a_signed_site_that_is_not_of_the_form_is_left_out_whole(
    towns: Path, one_thread: Executor, tmp_path: Path, name: str, change: Change | bytes
) -> None:
    place = signed(towns, tmp_path, {name: change})
    shutil.copytree(towns / HOSTILE / "output/site/current", place / "well")
    told = analysed(place, tmp_path / "out", one_thread)
    assert [site.asked.agency for site in told.left_out] == ["signed"]
    assert name in told.left_out[0].trouble or MONTH_FILE in told.left_out[0].trouble
    assert [row["agency"] for row in rows_of(tmp_path / "out")] == ["well"] * 2


def bought_again(each: int, count: int) -> dict[str, Change]:
    """The month as ``count`` rows of ``each`` satang, and the status that claims them."""
    baht, whole = (f"{satang // 100}.00" for satang in (each, each * count))

    def swell(month: Line) -> None:
        month["rows"] = [{**month["rows"][0], "agreed_price": baht, "budget": baht}] * count
        month["totals"] = {"rows": count, "agreed_price": whole, "budget": whole}

    def claim(told: Line) -> None:
        told["months"][0].update(rows=count, total_agreed=whole)

    return {MONTH_FILE: swell, STATUS_FILE: claim}


def test_sums_beyond_64_bits_are_exact(towns: Path, one_thread: Executor, tmp_path: Path) -> None:
    """No town spends that; but one that says so must not stop the sum of all."""
    each, count = LARGEST, 10_000
    place = signed(towns, tmp_path, bought_again(each, count))
    told = analysed(place, tmp_path / "out", one_thread)
    assert told.left_out == ()
    (country,) = table(tmp_path / "out", "country")
    assert country["agreed_price"] == each * count > 2**63
    assert (country["largest_share"], country["herfindahl"]) == (10_000, 10_000)
    assert f"{each * count // 100}.00" in (tmp_path / "out/country.csv").read_text("utf-8-sig")


def test_a_price_that_no_cell_may_hold_is_left_out(
    towns: Path, one_thread: Executor, tmp_path: Path
) -> None:
    place = signed(towns, tmp_path, bought_again(2**63 // 100 * 100 + 100, 1))
    told = analysed(place, tmp_path / "out", one_thread)
    assert [MONTH_FILE in site.trouble for site in told.left_out] == [True]


# ---- counted once


def test_the_same_site_under_two_keys_is_counted_once(
    towns: Path, one_thread: Executor, tmp_path: Path
) -> None:
    for key in ("a", "b"):
        shutil.copytree(towns / HOSTILE / "output/site/current", tmp_path / "towns" / key)
    told = analysed(tmp_path / "towns", tmp_path / "out", one_thread)
    assert [site.asked.agency for site in told.left_out] == ["b"]
    assert len(rows_of(tmp_path / "out")) == 2


def test_a_site_of_a_day_to_come_is_left_out(
    towns: Path, one_thread: Executor, tmp_path: Path
) -> None:
    asked = asked_for([towns])
    early = date(2025, 1, 20)
    told = analyse(asked, tmp_path / "out", early, Bounds(256), one_thread)
    assert [site.asked.agency for site in told.left_out] == [FULL, EMPTY]


# ---- strangers' text


def test_text_of_a_site_is_text_in_every_table(made: tuple[Path, Analysis]) -> None:
    rows = [row for row in rows_of(made[0]) if row["agency"] == HOSTILE]
    assert FORMULA in [row["title"] for row in rows]
    assert STATEMENT in [row["selection_reason"] for row in rows]
    assert "=วิธีพิเศษ" in [one["procurement_method"] for one in table(made[0], "methods")]


def test_a_csv_never_begins_a_cell_like_a_formula(made: tuple[Path, Analysis]) -> None:
    kinds = {one.name: [column.kind for column in one.columns] for one in TABLES}
    seen = 0
    for one in TABLES:
        path = made[0] / f"{one.name}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            heading, *lines = csv.reader(file)
        assert heading == [column.heading for column in one.columns]
        assert len(lines) == made[1].lines[one.name]
        for line in lines:
            for kind, cell in zip(kinds[one.name], line, strict=True):
                if kind == "text" and cell:
                    assert inert(cell) == cell or cell.startswith("'")
                    seen += cell == "'=วิธีพิเศษ"
    assert seen, "the hostile cell has come as far as the CSV"


# ---- the same bytes


def test_order_threads_and_executor_change_no_byte(
    towns: Path, made: tuple[Path, Analysis], tmp_path: Path
) -> None:
    turned = listed(towns, tmp_path, dict(reversed(PROVINCES.items())))
    with reading_with(2) as processes:
        analysed(turned, tmp_path / "out", processes, threads=1)
    for path in sorted(made[0].glob("*.*")):
        if path.suffix != ".parquet":  # these say the same, in bytes that DuckDB chooses
            assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes(), path.name
    for one in TABLES:
        assert table(made[0], one.name) == table(tmp_path / "out", one.name)
    assert rows_of(made[0]) == rows_of(tmp_path / "out")


def test_an_analysis_is_replaced_whole_and_what_is_not_ours_never(
    towns: Path, one_thread: Executor, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    analysed(towns / HOSTILE, out, one_thread)
    (out / "rows" / "stale.txt").write_text("of an earlier analysis", encoding="utf-8")
    analysed(towns / HOSTILE, out, one_thread)
    assert not (out / "rows" / "stale.txt").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(CannotRunError):
        analysed(towns / HOSTILE, mine, one_thread)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "out"]
    assert (mine / "letter.txt").read_text(encoding="utf-8") == "keep"


# ---- for people


def test_the_summary_says_how_complete_it_is(made: tuple[Path, Analysis]) -> None:
    words = analysis_words(made[1], made[0])
    assert words.startswith("นับได้ 3 หน่วยงาน จาก 4 หน่วยงาน")
    assert f"✗ {EMPTY}: ไม่พบสิ่งที่เผยแพร่" in words
    assert "ปีงบประมาณ 2568: 3 หน่วยงานจาก 4 เผยแพร่ 15 เดือนจาก 48" in words
    assert "(ไม่รวม 1 รายการที่ไม่ระบุราคา) ยังไม่ใช่ยอดทั้งหมด" in words
    told = analysis_json(made[1])
    assert json.loads((made[0] / "analysis.json").read_text(encoding="utf-8")) == told


def test_the_command_line(towns: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "analyse", str(towns), "--today", "2026-01-20"]
    done = subprocess.run(
        [*command, "--output", str(tmp_path / "out"), "--workers", "2", "--json"],
        capture_output=True,
        cwd=ROOT,
        check=False,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["agencies_counted"] == 3
    again = subprocess.run(
        [*command, "--output", str(towns)], capture_output=True, cwd=ROOT, check=False
    )
    assert again.returncode == 2
    assert "ไม่เขียนทับ" in again.stderr.decode()


def test_duckdb_prints_nothing_fetches_nothing_and_keeps_its_limits(tmp_path: Path) -> None:
    with connected(tmp_path / "spilt", Bounds(200, 1)) as database:
        told = dict(database.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    names = ("enable_progress_bar", "autoinstall_known_extensions", "autoload_known_extensions")
    assert {told[name] for name in names} == {"false"}
    assert (told["memory_limit"], told["threads"]) == ("200.0 MiB", "1")
    assert told["temp_directory"] == str(tmp_path / "spilt")


# ---- which sites


def test_places_are_sites_folders_of_agencies_or_lists(towns: Path, tmp_path: Path) -> None:
    whole = asked_for([towns])
    assert [one.agency for one in whole] == sorted(PROVINCES)
    (site,) = asked_for([towns / FULL / "output/site/current"])
    assert site == whole[0]
    told = asked_for([listed(towns, tmp_path)])
    assert {one.agency: one.province for one in told} == PROVINCES
    assert [one.site for one in told] == [one.site for one in whole]


@pytest.mark.parametrize(
    "content",
    [
        b"agency,site\n1,a\n",
        b"agency,province,site\n,x,a\n",
        b"\xff\xfe\x00",
        b"agency,province,site\n1,,a\n1,,b\n",
    ],
)
def test_a_list_that_cannot_be_meant_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(CannotRunError):
        asked_for([path])


def test_every_column_has_a_heading_of_its_own() -> None:
    for one in TABLES:
        headings = [column.heading for column in one.columns]
        assert len(set(headings)) == len(headings)
        assert {*one.order} <= {column.name for column in one.columns}
