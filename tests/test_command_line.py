"""The command as people and programs call it: what it prints, where, and its exit status."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import examples
from schemas.example_words import ORGANISATION
from schemas.month import Month
from tests.conftest import ROOT

TODAY = "2025-10-20"


def sokhoro1(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    # Any zone, any locale: neither may change what is printed.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "TZ": "America/New_York"}
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = sokhoro1("init", str(tmp_path), "--organisation", ORGANISATION, folder=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    return tmp_path


def test_init_makes_a_workspace_that_runs_at_once(workspace: Path) -> None:
    examples.write(
        examples.example_month(Month(2568, 1), "nine-columns", rows=5), workspace / "inbox"
    )
    done = sokhoro1("run", "--today", TODAY, "--settle", "0", "--json", folder=workspace)

    answer = json.loads(done.stdout)
    assert done.returncode == 1, "eleven months of the year are late"
    assert answer["today"] == TODAY
    assert [taken["outcome"] for taken in answer["taken_in"]] == ["accepted"]
    assert [published["month"] for published in answer["published"]] == ["2568-01"]
    assert (workspace / "output" / answer["taken_in"][0]["reply"]).is_file()


def test_init_never_writes_over_a_configuration(workspace: Path) -> None:
    before = (workspace / "sokhoro1.toml").read_bytes()
    again = sokhoro1("init", str(workspace), folder=workspace)
    assert again.returncode == 2
    assert (workspace / "sokhoro1.toml").read_bytes() == before


def test_nothing_dropped_is_nothing_to_do(workspace: Path) -> None:
    done = sokhoro1("run", "--today", TODAY, "--settle", "0", "--json", folder=workspace)
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "today": TODAY,
        "taken_in": [],
        "published": [],
        "waiting": [],
        "targets": [],
        "damage": [],
        "notices": [],
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "ไม่พบไฟล์ตั้งค่า"),
        ("[organisation", "TOML"),
        ("", "organisation"),
        ('[organisation]\nname = "ก"\n[sight]\nnumerals = "thai"', "«site»"),
        ('[organisation]\nname = "ก"\n[site]\nnumeral = "thai"', "«site.numerals»"),
        ('[organisation]\nname = "ก"\n[site]\nnumerals = "roman"', "site.numerals"),
    ],
)
def test_a_wrong_configuration_is_one_sentence(
    tmp_path: Path, text: str | None, words: str
) -> None:
    if text is not None:
        (tmp_path / "sokhoro1.toml").write_text(text, encoding="utf-8")
    done = sokhoro1("run", "--settle", "0", folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--today", "20 ต.ค. 68"),
        ("run", "--today", "2568-10-20"),  # the ledger would never forget it
        ("run", "--today", "2025-10-20", "--settle", "-1"),
        ("run", "--today", "2025-10-20", "--settle", "nan"),
        ("status", "2025"),
        ("status", "--today", "9999-12-31"),
    ],
)
def test_a_day_or_a_year_that_cannot_be_is_one_sentence(
    workspace: Path, arguments: tuple[str, ...]
) -> None:
    done = sokhoro1(*arguments, folder=workspace)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert not (workspace / "output" / "ledger" / "ledger.sqlite").exists()


def test_a_demonstration_never_goes_into_a_real_workspace(tmp_path: Path) -> None:
    sokhoro1("init", str(tmp_path), folder=tmp_path)
    done = sokhoro1("demo", str(tmp_path), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert [path for path in (tmp_path / "inbox").rglob("*") if path.is_file()] == []


def test_check_says_what_would_be_found_and_records_nothing(workspace: Path) -> None:
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3)
    bad = examples.replace_cell(book, "สขร.1", "C7", "ห้าหมื่น")
    path = examples.write(bad, workspace)
    done = sokhoro1("check", path.name, "--today", TODAY, "--json", folder=workspace)

    (file,) = json.loads(done.stdout)["files"]
    assert done.returncode == 1
    assert (file["file"], file["outcome"], file["months"]) == (path.name, "returned", ["2568-01"])
    assert [(f["rule"], f["cell"], f["value"]) for f in file["findings"]] == [
        ("amount-readable", "C7", "ห้าหมื่น")
    ]
    assert len(file["rows"]) == 3
    said = sokhoro1("check", path.name, "--today", TODAY, folder=workspace).stdout
    assert re.search(r"^ระดับ +ที่ +สิ่งที่พบ", said, re.MULTILINE)
    assert re.search(r"^ต้องแก้ไข +สขร.1 C7 +วงเงินที่จะซื้อหรือจ้าง: «ห้าหมื่น»", said, re.MULTILINE)
    assert [path.name for path in (workspace / "output").iterdir()] == ["keys"]  # of init


def test_template_writes_last_months_form_once(workspace: Path) -> None:
    made = sokhoro1("template", "--today", TODAY, folder=workspace)
    path = workspace / "สขร1-2568-09.xlsx"
    before = path.read_bytes()
    again = sokhoro1("template", "2568-09", folder=workspace)

    assert (made.returncode, made.stderr) == (0, "")
    assert path.name in made.stdout
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (2, "", 1)
    assert path.read_bytes() == before


def test_template_writes_where_it_is_told_and_check_knows_the_form(workspace: Path) -> None:
    made = sokhoro1("template", "2567-10", "--output", "ของกองช่าง.xlsx", folder=workspace)
    done = sokhoro1("check", "ของกองช่าง.xlsx", "--today", TODAY, "--json", folder=workspace)
    (file,) = json.loads(done.stdout)["files"]

    assert made.returncode == 0
    assert (file["outcome"], file["months"]) == ("returned", ["2567-10"])
    assert [finding["rule"] for finding in file["findings"]] == ["rows-present"]


@pytest.mark.parametrize("arguments", [("2024-10",), ("ตุลาคม",), ("2567-10", "--output", "a.xls")])
def test_a_form_that_cannot_be_is_one_sentence(
    workspace: Path, arguments: tuple[str, ...]
) -> None:
    before = sorted(workspace.iterdir())
    done = sokhoro1("template", *arguments, folder=workspace)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert sorted(workspace.iterdir()) == before


def test_init_puts_the_blank_form_beside_the_example(workspace: Path) -> None:
    example, blank = sorted(
        (workspace / "ตัวอย่าง").iterdir(), key=lambda p: p.stem.startswith("สขร1")
    )
    assert re.fullmatch(r"สขร1-25[0-9]{2}-[0-9]{2}\.xlsx", blank.name)
    assert example.suffix == ".xlsx"


def test_status_answers_before_anything_was_dropped(workspace: Path) -> None:
    done = sokhoro1("status", "2568", "--today", TODAY, "--json", folder=workspace)
    status = json.loads(done.stdout)
    assert status["summary"]["published"] == 0
    assert {month["state"] for month in status["months"]} == {"missing"}


def test_people_read_thai_without_a_word_of_a_programmer(workspace: Path) -> None:
    for bad in examples.bad_books():
        (workspace / "inbox" / bad.file).write_bytes(bad.content)
    done = sokhoro1("run", "--today", TODAY, "--settle", "0", folder=workspace)
    assert done.returncode == 1
    assert done.stderr == ""
    for word in ("Error", "Exception", "None", "Traceback"):
        assert word not in done.stdout


def test_rules_are_listed_anywhere_and_tried_in_a_workspace(workspace: Path) -> None:
    listed = sokhoro1("rules", "--json", folder=workspace.parent)
    tried = sokhoro1("rules", "--shadow", "--json", folder=workspace)

    assert (listed.returncode, tried.returncode) == (0, 0)
    assert {"rule", "severity", "since", "shadow", "message", "basis"} == set(
        json.loads(listed.stdout)["rules"][0]
    )
    assert json.loads(tried.stdout)["months"] == 0
    assert "ต้องแก้ไข" in sokhoro1("rules", folder=workspace).stdout
    assert "ยังไม่มีเดือนที่เผยแพร่" in sokhoro1("rules", "--shadow", folder=workspace).stdout


def test_a_target_in_trouble_waits_for_somebody_and_stops_nothing(workspace: Path) -> None:
    """run, then the folder comes, then deliver; the key of run --json is «targets»."""
    config = workspace / "sokhoro1.toml"
    config.write_text(
        config.read_text("utf-8")
        + '\n[[targets]]\nname = "share"\nurl = "เว็บ"\n'
        + '[[targets]]\nname = "other"\nurl = "อื่น"\n',
        encoding="utf-8",
    )
    (workspace / "อื่น").mkdir()
    examples.write(
        examples.example_month(Month(2568, 10), "nine-columns", rows=5), workspace / "inbox"
    )
    day = "2025-11-03"  # no other month of the fiscal year is due
    first = sokhoro1("run", "--today", day, "--settle", "0", "--json", folder=workspace)
    answer = json.loads(first.stdout)
    assert first.returncode == 1
    share, other = answer["targets"]
    assert (share["name"], share["state"], share["sent"]) == ("share", "failed", 0)
    assert "ไม่พบโฟลเดอร์ปลายทาง" in share["failure"]
    assert share["next_try"].endswith("+07:00")
    assert (other["state"], other["failure"], other["next_try"]) == ("delivered", None, None)
    assert other["sent"] == sum(path.is_file() for path in (workspace / "อื่น").rglob("*"))

    told = sokhoro1("run", "--today", day, "--settle", "0", folder=workspace)
    assert "✗ ยังส่งไปยังปลายทาง share ไม่ครบ: ไม่พบโฟลเดอร์ปลายทาง" in told.stdout
    assert "other" not in told.stdout, "nothing new there"
    (workspace / "เว็บ").mkdir()
    waits = sokhoro1("run", "--today", day, "--settle", "0", "--json", folder=workspace)
    assert json.loads(waits.stdout)["targets"][0]["state"] == "waiting"

    now = sokhoro1("deliver", "share", folder=workspace)
    assert (now.returncode, now.stderr) == (0, "")
    assert now.stdout.startswith("✓ ส่งไปยังปลายทาง share แล้ว: ส่ง ")
    again = sokhoro1("deliver", folder=workspace)
    assert again.returncode == 0
    assert again.stdout.count("ตรงกับที่เผยแพร่ทุกไฟล์ ไม่มีอะไรต้องส่ง") == 2
    as_json = json.loads(sokhoro1("deliver", "--json", folder=workspace).stdout)
    assert [one["state"] for one in as_json["targets"]] == ["unchanged", "unchanged"]
    done = sokhoro1("run", "--today", day, "--settle", "0", folder=workspace)
    assert (done.returncode, "ปลายทาง" in done.stdout) == (0, False), (
        "nothing waits, nothing is new"
    )
    no = sokhoro1("deliver", "nobody", folder=workspace)
    assert (no.returncode, no.stdout) == (2, "")
    assert "ที่มีคือ share, other" in no.stderr


def test_report_writes_three_documents_and_lists_what_is_empty(workspace: Path) -> None:
    seen = sokhoro1("report", "2568", "--preview", "--today", TODAY, folder=workspace)
    assert (seen.returncode, seen.stderr) == (1, "")
    assert not (workspace / "output" / "measure4").exists()

    done = sokhoro1("report", "2568", "--today", TODAY, "--output", "r", folder=workspace)
    assert (done.returncode, done.stderr) == (1, ""), "something is still empty"
    assert {path.name for path in (workspace / "r").glob("report-fy2568.*")} == {
        *("report-fy2568.docx", "report-fy2568.pdf", "report-fy2568.html"),
    }
    assert (workspace / "r" / "assets" / "style.css").is_file()
    for said in (seen.stdout, done.stdout):
        assert "ยังไม่ได้กรอก 20 แห่ง" in said
        assert "มาตรการที่ 7: ขั้นตอนหรือวิธีการปฏิบัติ · ผลการดำเนินการ" in said
        assert "หรือเขียนของปีนี้แยกไว้ใน measures-2568.toml" in said, "init wrote it for this year"


def test_a_fault_in_the_measures_or_the_year_is_one_sentence(workspace: Path) -> None:
    (workspace / "measures.toml").write_text("fiscal_year = 2568\n", encoding="utf-8")
    for year in ("2568", "2025"):
        done = sokhoro1("report", year, "--today", TODAY, folder=workspace)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
