"""From a file dropped into ``inbox/e-GP/`` to finance's page and the public statement."""

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.backup import back_up
from pipeline.look import compared_now
from pipeline.tell import pass_words
from schemas.month import Month
from schemas.thai import baht
from tests.conftest import Office, make_office
from tests.egp_files import HALF_TAX, PERSON_S_TAX, Deal, deals, file_of
from tests.forms import filled, row_of, saved

OCTOBER, NOVEMBER = Month(2567, 10), Month(2567, 11)
TODAY, LATER = date(2025, 1, 20), date(2025, 2, 3)
PAGE = "fy2568/completeness.html"


def deal(month: Month, at: int, **facts: Any) -> Deal:  # noqa: ANN401 - of any type
    """The contract that a row of the filled form is of."""
    typed = row_of(month, at)
    written = typed["L"]
    signed = written if isinstance(written, date) else day_of(month, at)
    known: dict[str, Any] = {
        "project": str(typed["M"]),
        "number": str(typed["K"]),
        "amount": 2_450_050,
        "supplier": str(typed["H"]),
        "signed": signed,
        "ends": signed,
        "title": f"{typed['B']} โดยวิธีเฉพาะเจาะจง",
    }
    return Deal(**(known | facts))


def day_of(month: Month, number: int) -> date:
    days = [date.fromordinal(at) for at in range(month.first.toordinal(), month.last.toordinal())]
    return [day for day in days if day.weekday() < 5][number - 1]


def year(rows: int = 5) -> list[Deal]:
    return [deal(month, at) for month in (OCTOBER, NOVEMBER) for at in range(1, rows + 1)]


@pytest.fixture
def town(office: Office) -> Office:
    """Two months are public, five rows each."""
    for month in (OCTOBER, NOVEMBER):
        office.drop(f"สขร1 {month}.xlsx", saved(filled(month, 5)))
    office.one_pass(TODAY)
    return office


def page(office: Office, path: str = PAGE) -> str:
    return (office.public / path).read_text(encoding="utf-8")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def desk(office: Office) -> str:
    return words((office.workspace.replies / "index.html").read_text(encoding="utf-8"))


def test_without_a_file_nothing_is_said(town: Office) -> None:
    assert not (town.public / PAGE).exists()
    assert "completeness.html" not in page(town, "fy2568/index.html")
    assert "e-GP</h2>" not in (town.workspace.replies / "index.html").read_text(encoding="utf-8")


def test_a_whole_year_matches_and_the_public_can_see_with_what(town: Office) -> None:
    path = town.drop("e-GP/สัญญา 2568.json.gz", file_of(year(), "shifted", "gz"))

    done = town.one_pass(LATER)

    assert done.answers == () or {one.outcome for one in done.answers} == {"unchanged"}
    said = words(page(town))
    assert "พบทั้งสองแหล่งและตรงกัน ๑๐ สัญญา" in said
    assert "พบเฉพาะใน e-GP ๐ สัญญา" in said
    assert "พบเฉพาะในแบบ สขร.๑ ๐ รายการ" in said
    assert "สัญญา 2568.json.gz" in said
    assert "๓ กุมภาพันธ์ ๒๕๖๘" in said
    assert hashlib.sha256(path.read_bytes()).hexdigest() in said
    assert 'href="completeness.html"' in page(town, "fy2568/index.html")
    assert "ตรงกัน 10 ต่างกัน 0" in desk(town)


def test_every_link_of_the_statement_leads_to_a_page(town: Office) -> None:
    made = [*year()[:8], deal(NOVEMBER, 4, amount=5), deal(OCTOBER, 9)]
    town.drop("e-GP/a.csv", file_of(made, "short", "csv-874"))
    town.one_pass(LATER)

    links = set(re.findall(r'href="([^"#:]+)', page(town)))

    assert any("procurements/" in link for link in links)
    for link in links:
        assert (town.public / "fy2568" / link).resolve().is_file(), link


def test_what_differs_is_told_to_finance_with_the_cell_and_to_the_public_with_the_row(
    town: Office,
) -> None:
    made = year()
    made[0] = deal(OCTOBER, 1, amount=9_999_900)
    made[1] = deal(OCTOBER, 2, supplier="ร้านอื่น")
    made[2] = deal(OCTOBER, 3, signed=date(2024, 11, 6))
    made[3] = deal(OCTOBER, 4, number="99/2568")
    town.drop("e-GP/a.json", file_of([*made[:9], deal(NOVEMBER, 8)], "right", "json"))
    town.one_pass(LATER)

    (found,) = compared_now(town.workspace).years.values()
    told = {
        (pair.row.month, pair.row.position): [(one.field, one.cell) for one in pair.unlike]
        for pair in found.differing
    }
    assert told == {
        (OCTOBER, 1): [("agreed_price", "I7")],
        (OCTOBER, 2): [("supplier", "H8")],
        (OCTOBER, 3): [("contract_date", "L9"), ("month", "")],
        (OCTOBER, 4): [("contract_number", "K10")],
    }
    assert [one.contract.number for one in found.only_there] == ["8/2568"]
    assert [(row.month, row.position) for row in found.only_here] == [(NOVEMBER, 5)]
    said, finance = words(page(town)), desk(town)
    for text in ("ร้านอื่น", "99/2568", "๙๙,๙๙๙.๐๐", "๖ พฤศจิกายน ๒๕๖๗"):
        assert text in said
    assert "ช่อง I7" in finance
    assert baht(9_999_900) in finance
    assert "ช่อง" not in said


def test_rows_without_a_project_number_are_not_missing(office: Office) -> None:
    book = filled(OCTOBER, 3)
    sheet = book.worksheets[0]
    for at in (7, 8):
        sheet[f"M{at}"].value = None
    sheet["I8"].value = 24_000
    office.drop("สขร1 2567-10.xlsx", saved(book))
    office.drop("e-GP/a.json", file_of([deal(OCTOBER, at) for at in (1, 2, 3)], "right"))
    office.one_pass(LATER)

    (found,) = compared_now(office.workspace).years.values()

    assert (len(found.matched), found.without_project) == (2, 1)
    assert [row.position for row in found.not_comparable] == [2]
    assert not found.only_here
    assert "เทียบไม่ได้ เพราะไม่ระบุเลขที่โครงการ ๑ รายการ" in words(page(office))


def test_the_renamed_organisation_finds_its_rows(tmp_path: Path) -> None:
    former = 'former_names = [{name = "เทศบาลตำบลตัวอย่าง", until = 2024-10-31}]'
    office = make_office(tmp_path, tail=former)
    office.drop("สขร1 2567-10.xlsx", saved(filled(OCTOBER, 2)))
    old = [deal(OCTOBER, at, organisation="เทศบาลตำบลตัวอย่าง") for at in (1, 2)]
    office.drop("e-GP/a.json", file_of(old))
    office.one_pass(LATER)

    assert [len(one.matched) for one in compared_now(office.workspace).years.values()] == [2]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (file_of(deals(5, "เทศบาลเมืองอื่นสมมติ")), "หน่วยงานที่พบ: «เทศบาลเมืองอื่นสมมติ»"),
        (file_of(deals(5, year=2566)), "ไฟล์เป็นของปีงบประมาณ 2566"),
        (b"%PDF-1.7", "ไม่ใช่ไฟล์ข้อมูลเปิดสัญญาของ e-GP (เป็นไฟล์ PDF)"),
        (saved(filled(OCTOBER, 3)), "ไม่ใช่ไฟล์ข้อมูลเปิดสัญญาของ e-GP"),
    ],
)
def test_a_file_that_is_not_ours_is_told_and_changes_nothing(
    town: Office, content: bytes, sentence: str
) -> None:
    before = {path.name for path in (town.workspace.output / "site").rglob("*.html")}
    town.drop("e-GP/x", content)

    town.one_pass(LATER)

    assert sentence in desk(town)
    assert not (town.public / PAGE).exists()
    assert before == {path.name for path in (town.workspace.output / "site").rglob("*.html")}


def test_a_newer_file_takes_the_place_of_the_older_and_a_wrong_one_does_not(
    town: Office,
) -> None:
    town.drop("e-GP/1.json", file_of(year()[:4]))
    town.one_pass(TODAY)
    town.drop("e-GP/2.json", file_of(year()[:7]))
    town.one_pass(LATER)
    town.drop("e-GP/3.json", file_of(deals(5, "เทศบาลเมืองอื่นสมมติ")))
    town.one_pass(LATER)

    (found,) = compared_now(town.workspace).years.values()

    assert (found.file.file, len(found.matched), len(found.only_here)) == ("e-GP/2.json", 7, 3)


def test_an_older_file_that_comes_back_stands_again(town: Office) -> None:
    town.drop("e-GP/1.json", file_of(year()[:4]))
    town.one_pass(TODAY)
    town.drop("e-GP/2.json", file_of(year()[:7]))
    town.one_pass(LATER)
    town.drop("e-GP/3.json", file_of(year()[:4]))
    town.one_pass(LATER)

    (found,) = compared_now(town.workspace).years.values()

    assert (found.file.file, len(found.matched)) == ("e-GP/3.json", 4)


def test_what_was_compared_stands_when_the_folder_is_cleaned(town: Office) -> None:
    path = town.drop("e-GP/1.json", file_of(year()))
    town.one_pass(LATER)
    before = page(town)
    path.unlink()

    town.one_pass(LATER)

    assert page(town) == before


def test_the_same_ledger_makes_the_same_bytes_without_the_cache(town: Office) -> None:
    town.drop("e-GP/1.json", file_of(year()[:7]))
    town.one_pass(LATER)
    before = {k: v for k, v in town.everything().items() if k.startswith(("site/", "replies/"))}
    shutil.rmtree(town.workspace.cache)

    town.one_pass(date(2025, 2, 4))

    after = {k: v for k, v in town.everything().items() if k.startswith(("site/", "replies/"))}
    assert after == before


def test_no_tax_number_is_kept_or_published(town: Office) -> None:
    made = [*year()[:9], deal(NOVEMBER, 5, tax=PERSON_S_TAX, supplier=f"นายสมมติ {PERSON_S_TAX}")]
    town.drop("e-GP/1.csv", file_of(made, "right", "csv"))
    town.one_pass(LATER)

    kept = {
        path: content if isinstance(content, bytes) else content.encode()
        for path, content in town.everything().items()
        if not path.startswith("originals/")
    }
    whole, half = PERSON_S_TAX.encode(), HALF_TAX[:9].encode()
    assert [path for path, content in kept.items() if whole in content or half in content] == []
    assert "X-XXXX-XXXXX-XX-X" in page(town)


def test_what_strangers_write_stays_text(town: Office) -> None:
    evil = '<script>alert(1)</script>"><img src=x>'
    made = [*year()[:8], deal(NOVEMBER, 4, supplier=evil), deal(NOVEMBER, 9, number=evil[:50])]
    town.drop("e-GP/1.json", file_of(made, "right", "json"))
    town.one_pass(LATER)

    for html in (page(town), (town.workspace.replies / "index.html").read_text(encoding="utf-8")):
        assert "<script" not in html
        assert "<img src=x" not in html
        assert "&lt;script&gt;" in html


def test_a_person_s_name_is_not_found_through_the_statement(town: Office) -> None:
    town.drop("e-GP/1.json", file_of([*year()[:9], deal(NOVEMBER, 5, supplier="นายสมมติ ไม่มีจริง")]))
    town.one_pass(LATER)

    assert '<meta name="robots" content="noindex">' in page(town)


def test_the_months_stay_as_they_are(town: Office) -> None:
    months = {
        path: content
        for path, content in town.everything().items()
        if "/2567-10/" in path and "current" not in path
    }
    town.drop("e-GP/1.json", file_of(year()[:7]))
    town.one_pass(LATER)

    now = {Path(path).name: content for path, content in town.everything().items()}
    assert months
    for path, content in months.items():
        if Path(path).suffix in {".xlsx", ".csv", ".json", ".pdf"}:
            assert now[Path(path).name] == content


def test_the_command_says_what_the_page_says(town: Office) -> None:
    town.drop("e-GP/1.json", file_of([*year()[:8], deal(NOVEMBER, 4, amount=5)], "short", "csv"))
    town.one_pass(LATER)
    config = str(town.workspace.inbox.parent / "sokhoro1.toml")

    told = CliRunner().invoke(app, ["reconcile", "2568", "--config", config, "--json"])
    spoken = CliRunner().invoke(app, ["reconcile", "--config", config])

    (found,) = json.loads(told.stdout)["years"]
    assert (told.exit_code, spoken.exit_code) == (1, 1)
    assert {name: found[name] for name in ("contracts", "matched", "differing", "only_there")} == {
        "contracts": 9,
        "matched": 8,
        "differing": 1,
        "only_there": 0,
    }
    assert found["only_here"] == 1
    assert found["differences"][0]["fields"] == [
        {"field": "agreed_price", "here": "24500.50", "there": "0.05", "cell": "I10"}
    ]
    assert "ตรงกัน 8 ต่างกัน 1" in spoken.stdout
    assert "«ลองจิจูดโครงการ»" not in spoken.stdout  # 26 names: another one stands there


def test_the_pass_says_what_became_of_the_file(town: Office) -> None:
    town.drop("e-GP/1.json", file_of(year()))
    town.drop("e-GP/x.pdf", b"%PDF-1.7")

    first, second = town.one_pass_json(LATER), town.one_pass_json(LATER)

    told = [
        {one["file"]: one["outcome"] for one in done["taken_in"] if "e-GP" in one["file"]}
        for done in (first, second)
    ]
    assert told == [
        {"e-GP/1.json": "accepted", "e-GP/x.pdf": "returned"},
        {"e-GP/1.json": "unchanged", "e-GP/x.pdf": "returned"},
    ]
    done = town.one_pass(LATER)
    assert done.waits_for_somebody
    assert "✗ e-GP/x.pdf" in pass_words(done, "output")


def test_the_backup_has_the_file(town: Office, tmp_path: Path) -> None:
    content = file_of(year())
    town.drop("e-GP/1.json", content)
    town.one_pass(LATER)

    back_up(town.workspace, town.workspace.inbox.parent / "sokhoro1.toml", tmp_path / "b.zip")

    name = f"originals/{hashlib.sha256(content).hexdigest()}"
    assert zipfile.ZipFile(tmp_path / "b.zip").read(name) == content


def test_an_original_that_is_lost_is_told_and_stops_nothing(town: Office) -> None:
    content = file_of(year())
    path = town.drop("e-GP/1.json", content)
    town.one_pass(LATER)
    path.unlink()
    (town.workspace.originals / hashlib.sha256(content).hexdigest()).unlink()

    town.one_pass(LATER)

    assert not (town.public / PAGE).exists()


def test_a_file_of_e_gp_alone_makes_no_site(new_office: Callable[[str], Office]) -> None:
    office = new_office("empty")
    office.drop("e-GP/1.json", file_of(year()))

    office.one_pass(LATER)

    assert not office.public.exists()
