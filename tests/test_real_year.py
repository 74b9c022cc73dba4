"""The real fiscal year 2568 of the seed municipality, printed as three kinds of workbooks.

Runs where the shared data lie beside the checkout. Its oracle says what must be found; equal
means: money to the satang, dates, identifiers and texts but for the number of spaces and for
spellings that look the same.
"""

import gzip
import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.look import try_rules
from schemas.thai import fold
from tests.conftest import REAL_YEAR, Office

TODAY = date(2025, 10, 20)
LAYOUTS = ("nine-columns", "twelve-columns", "fourteen-columns")
# All notes of 267 honest rows: a rule that adds to them asks about honest rows.
NOTES = {"supplier-named": 1, "bidders-named": 1, "phone-number-public": 1}
OF_PROJECTS = {"egp-number-near-contract": 3}  # only one layout shows the project number
ON_TRIAL = {"same-day-within-limit": 6}
ROWS = [52, 24, 6, 22, 21, 35, 20, 5, 18, 9, 20, 35]


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year")
    subprocess.run([sys.executable, REAL_YEAR, folder], check=True, capture_output=True)
    return folder


def oracle_of(printed: Path, layout: str) -> dict[str, Any]:
    text = (printed / layout / "oracle.json").read_text(encoding="utf-8")
    answer: dict[str, Any] = json.loads(text)
    return answer


def same(found: object, expected: object) -> bool:
    """Equal as the oracle's README says; an empty name there is unknown here (null, never "")."""
    match found, expected:
        case dict(), dict():
            return all(same(found[key], value) for key, value in expected.items())
        case list(), list():
            return len(found) == len(expected) and all(map(same, found, expected))
        case str(), str():
            return fold(found) == fold(expected)
        case None, "":
            return True
        case _:
            return found == expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_real_year_is_published_to_the_satang(
    office: Office, printed: Path, layout: str
) -> None:
    oracle = oracle_of(printed, layout)
    for book in (printed / layout).glob("*.xlsx"):
        office.drop(book.name, book.read_bytes())

    done = office.one_pass(TODAY)

    assert [len(summary.rows) for summary in done.published] == ROWS
    assert sum(s.totals.agreed_price or 0 for s in done.published) == 2_332_023_913
    wanted: dict[str, list[dict[str, Any]]] = {}
    for row in (row for file in oracle["files"] for row in file["rows"]):
        wanted.setdefault(row["month"], []).append(row)
    for summary in done.published:
        totals = summary.totals
        assert {
            "rows": totals.rows,
            "agreed_price_satang": totals.agreed_price,
            "budget_satang": totals.budget,
        } == oracle["months"][str(summary.month)]
        public = office.month(str(summary.month))["rows"]
        for row, expected in zip(public, wanted[str(summary.month)], strict=True):
            place = {"month": str(summary.month), **row["source"]}
            found = {**row, **place}
            different = {n: found[n] for n, v in expected.items() if not same(found[n], v)}
            assert different == {}
    asked = sorted(
        (finding.file, finding.sheet, int("".join(c for c in finding.cell if c.isdigit())))
        for answer in done.answers
        for finding in answer.drop.findings
        if finding.severity != "note"
    )
    assert asked == sorted(
        (file["file"], one["sheet"], one["row"])
        for file in oracle["files"]
        for one in file["findings"]
    )
    assert {answer.outcome for answer in done.answers} == {"accepted"}
    told = [f.rule for a in done.answers for f in a.drop.findings if f.severity == "note"]
    # The office of the tests bears an invented name.
    told = [rule for rule in told if rule != "organisation-is-ours"]
    assert Counter(told) == NOTES | (OF_PROJECTS if layout == "fourteen-columns" else {})
    trials = try_rules(office.workspace, TODAY)[1]
    assert {trial.rule.id: len(trial.findings) for trial in trials} == ON_TRIAL


def test_the_three_layouts_give_the_same_month_json(
    new_office: Callable[[str], Office], printed: Path
) -> None:
    """But for sources, and the project number that only one layout shows."""
    years = []
    for layout in LAYOUTS:
        office = new_office(layout)
        for book in (printed / layout).glob("*.xlsx"):
            office.drop(book.name, book.read_bytes())
        published = office.one_pass(TODAY).published
        year = [office.month(str(summary.month)) for summary in published]
        for row in (row for month in year for row in month["rows"]):
            del row["source"], row["egp_project_number"]
        years.append(year)
    assert years[0] == years[1] == years[2]


def test_the_missing_reference_price_is_unknown_and_not_zero(
    office: Office, printed: Path
) -> None:
    for book in (printed / "fourteen-columns").glob("*.xlsx"):
        office.drop(book.name, book.read_bytes())

    office.one_pass(TODAY)

    rows = {row["egp_project_number"]: row for row in office.month("2568-01")["rows"]}
    assert rows["67129406126"]["reference_price"] is None
    assert [row["reference_price"] for row in rows.values()].count(None) == 1


def test_the_open_data_of_the_year_are_called_by_their_name(office: Office) -> None:
    """As the service gives them, as a workbook with its shifted names, with names put right."""
    data = REAL_YEAR.parents[1] / "data"
    raw = (data / "egp-6800901.json.gz").read_bytes()
    rows = json.loads(gzip.decompress(raw))["rows"]
    names = json.loads((data / "HEADERS.json").read_text(encoding="utf-8"))
    shifted = names["egp_ckan_fy2568 (Trace24, DGA)"]
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(shifted)
    for row in rows:
        page.append([row.get(name) for name in shifted])
    sheet = io.BytesIO()
    book.save(sheet)
    office.drop("egp.json.gz", raw)
    office.drop("egp.xlsx", sheet.getvalue())
    office.drop("egp.csv", (data / "chamai_fy2568.csv").read_bytes())

    answers = office.one_pass(TODAY).answers

    told = {a.original.file: [f.rule for f in a.drop.findings] for a in answers}
    assert told == {
        "egp.json.gz": ["file-is-a-workbook"],
        "egp.xlsx": ["table-is-the-form"],
        "egp.csv": ["table-is-the-form"],
    }
    assert all("ข้อมูลเปิดโครงการจัดซื้อจัดจ้าง e-GP" in a.drop.findings[0].message for a in answers)
