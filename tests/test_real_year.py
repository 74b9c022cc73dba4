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
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import docx
import openpyxl
import pytest

from pipeline.compile import compile_report, report_files
from pipeline.configure import configure
from pipeline.look import compared_now, try_rules
from pipeline.reconcile import reconcile
from pipeline.run import Pass
from schemas.egp import EgpFile
from schemas.month import Month
from schemas.thai import fold
from tests.agreement import disagreements
from tests.conftest import REAL_YEAR, Office, make_office
from tests.test_report import of_page, of_pdf, of_word, squeezed

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


OURS = """name = "เทศบาลเมืองชะมาย"
former_names = [{name = "เทศบาลตำบลชะมาย", until = 2025-03-24}]"""


def real_office(folder: Path, printed: Path, layout: str, books: int = 12) -> Office:
    """The real municipality under both of its names, with what it would have dropped."""
    office = make_office(folder)
    config = folder / "sokhoro1.toml"
    config.write_text(f"[organisation]\n{OURS}\n", encoding="utf-8")
    for book in sorted((printed / layout).glob("*.xlsx"))[:books]:
        office.drop(book.name, book.read_bytes())
    return Office(configure(config))


@pytest.fixture(scope="session")
def year_of(
    printed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[Office, Pass]]:
    """The office that was given the year in one layout, and what its pass did; made once."""

    @cache
    def made(layout: str) -> tuple[Office, Pass]:
        office = real_office(tmp_path_factory.mktemp(layout), printed, layout)
        return office, office.one_pass(TODAY)

    return made


@pytest.fixture(scope="session")
def compared_year_of(
    year_of: Callable[[str], tuple[Office, Pass]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Office]:
    """A copy of that office, which was given the open data of e-GP as well."""

    @cache
    def made(layout: str) -> Office:
        folder = tmp_path_factory.mktemp("compared") / layout
        copytree(year_of(layout)[0].workspace.home, folder, symlinks=True)
        office = Office(configure(folder / "sokhoro1.toml"))
        raw = (REAL_YEAR.parents[1] / "data" / "egp-6800901.json.gz").read_bytes()
        office.drop("e-GP/egp-6800901.json.gz", raw)
        office.one_pass(TODAY)
        return office

    return made


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
    year_of: Callable[[str], tuple[Office, Pass]], printed: Path, layout: str
) -> None:
    oracle = oracle_of(printed, layout)

    office, done = year_of(layout)

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
    months = [str(summary.month) for summary in done.published]
    assert [wrong for month in months for wrong in disagreements(office.public, month)] == []
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
    assert Counter(told) == NOTES | (OF_PROJECTS if layout == "fourteen-columns" else {})
    trials = try_rules(office.workspace, TODAY)[1]
    assert {trial.rule.id: len(trial.findings) for trial in trials} == ON_TRIAL


def test_the_three_layouts_give_the_same_month_json(
    year_of: Callable[[str], tuple[Office, Pass]],
) -> None:
    """But for sources, and the project number that only one layout shows."""
    years = []
    for layout in LAYOUTS:
        office, done = year_of(layout)
        year = [office.month(str(summary.month)) for summary in done.published]
        for row in (row for month in year for row in month["rows"]):
            del row["source"], row["egp_project_number"]
        years.append(year)
    assert years[0] == years[1] == years[2]


def test_the_report_has_seven_rows_of_six_columns_and_the_same_text_three_times(
    year_of: Callable[[str], tuple[Office, Pass]], tmp_path: Path
) -> None:
    office, _ = year_of("fourteen-columns")

    report = compile_report(office.workspace, 2568, TODAY)
    files = report_files(report, office.workspace)

    wanted = list(report.lines())
    assert of_word(files["report-fy2568.docx"]) == wanted
    assert of_page(files["report-fy2568.html"]) == wanted
    rest = of_pdf(files["report-fy2568.pdf"], tmp_path)
    assert all(squeezed(line) in rest for line in wanted)
    table = docx.Document(io.BytesIO(files["report-fy2568.docx"])).tables[0]
    assert [len(row.cells) for row in table.rows] == [6] * 8
    fourth = report.measures[3]
    assert "ครบทั้ง ๑๒ เดือน รวม ๒๖๗ รายการ เป็นเงินทั้งสิ้น ๒๓,๓๒๐,๒๓๙.๑๓ บาท" in fourth.result
    # One of the 112 names of the open data is empty: who sold it is not known.
    assert "มีผู้ได้รับการคัดเลือก ๑๑๑ ราย (นับจาก ๒๖๖ รายการที่ระบุชื่อ)" in fourth.outcome


def test_the_missing_reference_price_is_unknown_and_not_zero(
    year_of: Callable[[str], tuple[Office, Pass]],
) -> None:
    office, _ = year_of("fourteen-columns")

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


# ---- held against the open data, as the service gives them


def open_data() -> dict[str, Any]:
    raw = (REAL_YEAR.parents[1] / "data" / "egp-6800901.json.gz").read_bytes()
    answer: dict[str, Any] = json.loads(gzip.decompress(raw))
    return answer


@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_contracts_of_the_open_data_are_found_in_what_is_public(
    compared_year_of: Callable[[str], Office], layout: str
) -> None:
    """Two of the layouts, as the official form, have no place for the number of the project."""
    office = compared_year_of(layout)

    found = compared_now(office.workspace).years[2568]
    assert (found.contracts, len(found.matched)) == (267, 267)
    rest = (found.differing, found.only_there, found.only_here, found.not_comparable)
    assert not any(rest)
    assert found.without_project == (0 if layout == "fourteen-columns" else 267)
    assert {note.contract.project: note.reasons for note in found.notes} == {
        "66099237224": ("number-of-an-earlier-year", "ends-before-signed"),
        "67109226199": ("number-of-an-earlier-year",),
    }
    page = (office.public / "fy2568" / "completeness.html").read_text(encoding="utf-8")
    assert page.count("/procurements/") == 267
    assert not any(str(row["พิกัดของโครงการ"])[:9] in page for row in open_data()["rows"])


@pytest.fixture(scope="session")
def real(compared_year_of: Callable[[str], Office]) -> tuple[EgpFile, list[Any]]:
    """What is read of the open data, and the rows of the year as they are public."""
    found = compared_now(compared_year_of("fourteen-columns").workspace).years[2568]
    return found.file, [pair.row for pair in found.matched]


CHANGES: tuple[tuple[str, Any], ...] = (
    ("supplier", "ร้านที่ไม่มีจริง"),
    ("agreed_price", 1),
    ("contract_number", "999/2599"),
    ("contract_date", date(2024, 2, 1)),
    ("month", None),
    ("egp_project_number", "68990000000"),
)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_done_to_the_real_year_is_what_is_found(
    real: tuple[EgpFile, list[Any]], seed: int
) -> None:
    file, rows = real
    dice = Random(seed)  # noqa: S311 - cases that repeat
    chosen = dice.sample(range(len(rows)), 60)
    removed, absent, changed = set(chosen[:20]), set(chosen[20:40]), chosen[40:]
    here = [row for at, row in enumerate(rows) if at not in removed]
    expected: dict[tuple[Month, int], str] = {}
    for at in changed:
        row, (field, value) = rows[at], dice.choice(CHANGES)
        if field == "month":
            new = replace(row, month=row.month.following.following, position=900 + at)
        else:
            new = replace(row, row=replace(row.row, **{field: value}))
        here[here.index(row)] = new
        expected[new.month, new.position] = field
    gone = {rows[at].row.egp_project_number for at in absent}
    kept = tuple(one for one in file.said.contracts if one.project not in gone)
    dice.shuffle(here)

    found = reconcile(
        {2568: replace(file, said=replace(file.said, contracts=kept))},
        here,
        {row.month for row in rows},
    )[2568]

    told = {
        (pair.row.month, pair.row.position): [one.field for one in pair.unlike]
        for pair in found.differing
    }
    assert told == {place: [field] for place, field in expected.items()}
    assert {one.contract.project for one in found.only_there} == {
        rows[at].row.egp_project_number for at in removed
    }
    assert {row.row.egp_project_number for row in found.only_here} == gone
    assert len(found.matched) == 267 - 60


@pytest.mark.parametrize("change", ["organisation", "year"])
def test_the_open_data_of_others_and_of_other_years_are_told(
    tmp_path: Path, printed: Path, change: str
) -> None:
    office = real_office(tmp_path, printed, "fourteen-columns", books=1)
    whole = open_data()
    for row in whole["rows"]:
        if change == "organisation":
            row["ชื่อหน่วยงาน"] = row["ชื่อหน่วยงานย่อย"] = "เทศบาลตำบลสมมติ"
        else:
            row["ปีงบประมาณ"] = 2566
    office.drop("e-GP/x.json", json.dumps(whole).encode())

    office.one_pass(TODAY)

    compared = compared_now(office.workspace)
    rule = {"organisation": "egp-of-ours", "year": "egp-of-a-public-year"}[change]
    assert compared.years == {}
    assert [fault.rule for fault in compared.faults["e-GP/x.json"]] == [rule]
