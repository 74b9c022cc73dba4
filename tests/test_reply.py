"""Replies on the disk: written when they say something new, never over what somebody wrote."""

import io
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from pipeline.examples import BadBook, Book, bad_books, example_month, remove_row, to_bytes
from pipeline.reply import CHECKED, KEPT, marked_of, reply_of
from schemas.month import Month
from schemas.reply_words import EXPLANATIONS, READ_FIRST
from tests.conftest import ROOT, Office
from tests.test_conversation import (
    FILE,
    FOURTH,
    LATER,
    WHO,
    answer,
    first_row,
    reply_to,
    saved,
    table,
    wrong_month,
)

DAY = date(2025, 3, 4)


def reply_folder(office: Office, file: str = FILE) -> Path:
    return (office.workspace.output / reply_of(file)).parent


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_good_file_gets_a_receipt_alone(office: Office) -> None:
    office.drop("ม.ค.xlsx", to_bytes(example_month(Month(2568, 1), "nine-columns", rows=3)))
    (told,) = office.one_pass_json(FOURTH)["taken_in"]

    assert told["reply"] == "replies/ม.ค/ใบตอบรับ.html"
    assert names(reply_folder(office, "ม.ค.xlsx")) == ["ใบตอบรับ.html", "ใบตอบรับ.txt"]


@pytest.mark.parametrize(
    "bad", [b for b in bad_books() if not b.sheet and not b.cell], ids=lambda bad: bad.file
)
def test_a_file_that_cannot_be_read_gets_a_receipt_that_says_so(
    bad: BadBook, office: Office
) -> None:
    office.drop(bad.file, bad.content)
    (told,) = office.one_pass_json(DAY)["taken_in"]

    receipt = office.workspace.output / reply_of(bad.file)
    if told["reply"] == reply_of(bad.file):
        assert names(receipt.parent) == ["ใบตอบรับ.html", "ใบตอบรับ.txt"]
    text = receipt.with_name("ใบตอบรับ.txt").read_text(encoding="utf-8-sig")
    assert "ต้องแก้ไข (" in text
    assert told["sha256"] in text


def test_the_workbook_bears_the_name_it_was_dropped_by() -> None:
    for file, marked in {
        "ม.ค.xlsx": "replies/ม.ค/ม.ค.xlsx",
        "ม.ค.XLS": f"{Path(reply_of('ม.ค.XLS')).parent.as_posix()}/ม.ค.xlsx",
        "กองช่าง/ม.ค.xlsx": f"{Path(reply_of('กองช่าง/ม.ค.xlsx')).parent.as_posix()}/ม.ค.xlsx",
    }.items():
        assert marked_of(file) == marked
    assert len({marked_of(file) for file in ("a.xlsx", "a.xls", "ก/a.xlsx", "a.csv")}) == 4


def test_no_two_files_of_the_inbox_share_a_folder_of_replies(office: Office) -> None:
    """The page of all answers is no folder either."""
    files = (
        "a",
        "a.xlsx",
        "a.XLSX",
        "a.csv",
        "a.csv.xlsx",
        "a .xlsx",
        "a..xlsx",
        "a.",
        "ก/a.xlsx",
        "ก_a.xlsx",
    )
    assert len({Path(reply_of(file)).parent for file in (*files, "ก/a")}) == len(files) + 1

    pages = ("index.html", "index.html.xlsx", "INDEX.HTML.xlsx")
    for file in ("a", "a.xlsx", *pages):
        office.drop(file, wrong_month())
    done = office.one_pass(FOURTH)

    assert (office.workspace.replies / "index.html").is_file()
    assert len({(office.workspace.output / reply).parent for reply in done.replies.values()}) == 5
    assert all((office.workspace.output / reply).is_file() for reply in done.replies.values())


def test_answers_come_also_when_the_site_is_refused(office: Office) -> None:
    """A folder of the site where nothing can be put: nothing is public, finance is answered."""
    office.workspace.site.parent.mkdir(parents=True, exist_ok=True)
    office.workspace.site.write_bytes(b"no folder")
    office.drop(FILE, wrong_month())
    with pytest.raises(OSError, match="site"):
        office.one_pass(FOURTH)

    assert names(reply_folder(office)) == [FILE, "ใบตอบรับ.html", "ใบตอบรับ.txt"]
    office.workspace.site.unlink()
    office.one_pass(FOURTH)
    before = office.everything()
    shutil.rmtree(office.workspace.replies)
    office.one_pass(FOURTH)
    assert office.everything() == before


def test_nothing_is_written_while_nothing_is_new(office: Office) -> None:
    office.drop(FILE, wrong_month())
    office.one_pass(FOURTH)
    before = {p: p.stat().st_mtime_ns for p in office.workspace.replies.rglob("*") if p.is_file()}
    office.one_pass(FOURTH)

    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_replies_are_made_again_byte_for_byte(office: Office) -> None:
    office.drop(FILE, wrong_month())
    office.one_pass(FOURTH)
    before = office.everything()
    shutil.rmtree(office.workspace.replies)
    office.one_pass(FOURTH)

    assert office.everything() == before


def test_what_somebody_typed_into_a_reply_is_set_aside(office: Office) -> None:
    """Saved in the folder of replies, not dropped: the next reply must not write over it."""
    office.drop(FILE, wrong_month())
    office.one_pass(FOURTH)
    reply = reply_to(office)
    top = first_row(table(reply))
    answer(reply, {f"D{top + 1}": ("พิมพ์ไว้ครึ่งเดียว", WHO)})
    typed = saved(reply)
    (office.workspace.output / marked_of(FILE)).write_bytes(typed)

    page = openpyxl.load_workbook(io.BytesIO(wrong_month()))
    page.worksheets[0].cell(top, 3).value = 5000
    office.drop(FILE, saved(page))
    office.one_pass(LATER)

    folder = reply_folder(office)
    stem = FILE.removesuffix(".xlsx")
    assert names(folder) == [
        f"{stem} ({KEPT}).xlsx",
        FILE,
        "ใบตอบรับ.html",
        "ใบตอบรับ.txt",
    ]
    assert (folder / f"{stem} ({KEPT}).xlsx").read_bytes() == typed
    assert (folder / FILE).read_bytes() != typed


def test_a_reply_with_nothing_left_to_say_goes(office: Office) -> None:
    office.drop(FILE, wrong_month())
    office.one_pass(FOURTH)
    office.drop(FILE, to_bytes(example_month(Month(2568, 1), "nine-columns", rows=8)))
    office.one_pass(FOURTH)

    assert names(reply_folder(office)) == ["ใบตอบรับ.html", "ใบตอบรับ.txt"]


def test_a_receipt_with_hundreds_of_findings_stays_a_page_or_two(office: Office) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(to_bytes(example_month(Month(2568, 1), "nine-columns", rows=300)))
    )
    page = book.worksheets[0]
    items = [
        row for row in range(first_row(page), page.max_row + 1) if page.cell(row, 8).value
    ]  # blank rows stand between them
    for row in items:
        page.cell(row, 3).value = "หมื่นบาท"
        page.cell(row, 4).value = None
    office.drop(FILE, saved(book))
    (told,) = office.one_pass_json(FOURTH)["taken_in"]

    assert told["findings"]["fix"] == 300
    assert told["findings"]["explain"] > 250
    receipt = (office.workspace.output / reply_of(FILE)).read_text(encoding="utf-8")
    assert len(re.findall("<li>", receipt)) < 25
    assert "ต้องแก้ไข (300 ข้อ)" in receipt
    assert "ข้อลักษณะเดียวกันอีก 297 แห่ง" in receipt


def test_a_text_in_notepad(office: Office) -> None:
    office.drop(FILE, wrong_month())
    office.one_pass(FOURTH)
    raw = (reply_folder(office) / "ใบตอบรับ.txt").read_bytes()

    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n") > 10


# ---- check --reply, explain


def command(office: Office, *arguments: str) -> tuple[int, str]:
    """The exit status of the real command, and what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments, "--today", FOURTH.isoformat()],
        cwd=office.workspace.inbox.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def test_check_writes_the_marked_workbook_beside_and_over_nothing(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / FILE
    content = wrong_month()
    path.write_bytes(content)
    for _ in range(2):
        status, said = command(office, "check", str(path), "--reply", str(tmp_path))
        assert status == 1
    stem = FILE.removesuffix(".xlsx")
    made = [f"{stem} ({CHECKED}).xlsx", f"{stem} ({CHECKED}2).xlsx"]
    assert {p.name for p in tmp_path.glob("*.xlsx")} == {FILE, *made}
    assert path.read_bytes() == content
    assert made[1] in said
    assert not office.workspace.ledger.file.exists()
    book = openpyxl.load_workbook(tmp_path / made[0])
    assert book.sheetnames[0] == READ_FIRST
    assert book.sheetnames[-1] == EXPLANATIONS


def test_an_answer_given_at_the_command_line_is_published(office: Office) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(to_bytes(example_month(Month(2568, 1), "nine-columns", rows=3)))
    )
    page = book.worksheets[0]
    page.cell(first_row(page), 4).value = None
    office.drop(FILE, saved(book))
    office.one_pass(FOURTH)

    status, said = command(office, "explain")
    (key,) = re.findall("^[0-9a-f]{8}", said, re.MULTILINE)
    assert (status, "ราคากลาง" in said) == (1, True)
    for wrong in (["ffffffff"], [key, "--reason", "-", "--by", WHO], [key, "--reason", "เหตุ"]):
        assert command(office, "explain", *wrong)[0] == 2
    assert command(office, "explain", key, "--reason", "ไม่มีราคากลาง", "--by", WHO)[0] == 0

    done = office.one_pass_json(FOURTH)
    assert [one["month"] for one in done["published"]] == ["2568-01"]
    assert command(office, "explain") == (0, "ไม่มีข้อที่รอคำชี้แจง\n")
    (row, *_) = office.month("2568-01")["rows"]
    assert [(e["reason"], e["by"]) for e in row["explanations"]] == [("ไม่มีราคากลาง", WHO)]


def test_one_answer_is_for_every_division_with_the_same_row(office: Office) -> None:
    """The row stands in the lists of two divisions: one question, one key."""
    for part in ("กองช่าง", "กองคลัง"):
        book = openpyxl.load_workbook(
            io.BytesIO(to_bytes(example_month(Month(2568, 1), "nine-columns", rows=3)))
        )
        page = book.worksheets[0]
        page.cell(first_row(page), 4).value = None
        page.cell(first_row(page) + 2, 2).value = f"ซื้อวัสดุสำนักงานของ{part}"
        office.drop(f"{part}/{FILE}", saved(book))
    office.one_pass(FOURTH)

    _, said = command(office, "explain")
    keys = set(re.findall("^[0-9a-f]{8}", said, re.MULTILINE))
    assert (len(keys), said.count("กองช่าง"), said.count("กองคลัง")) == (1, 1, 1)
    reason = "ไม่มี\u202eราคากลาง"
    assert command(office, "explain", *keys, "--reason", reason, "--by", WHO)[0] == 0
    assert command(office, "explain") == (0, "ไม่มีข้อที่รอคำชี้แจง\n")
    done = office.one_pass(FOURTH)
    given = [f.explanation for one in done.answers for f in one.drop.findings if f.explanation]
    assert [one.reason for one in given] == ["ไม่มีราคากลาง", "ไม่มีราคากลาง"]


def test_a_receipt_never_asks_for_an_answer_by_a_day_that_is_over(office: Office) -> None:
    month = Month(2568, 1)
    office.drop(FILE, to_bytes(example_month(month, "nine-columns", rows=6)))
    office.one_pass(FOURTH)
    whole = (office.workspace.output / reply_of(FILE)).read_text(encoding="utf-8")
    office.drop(FILE, to_bytes(remove_first_item(month)))
    office.one_pass(date(2030, 1, 1))
    short = (office.workspace.output / reply_of(FILE)).read_text(encoding="utf-8")

    assert "ไม่ต้องดำเนินการใด" in whole
    assert "ไฟล์นี้จะเผยแพร่เมื่อแก้ไขหรือชี้แจงครบทุกข้อ" in short
    assert "ภายในวันที่" not in short


def remove_first_item(month: Month) -> Book:
    book = example_month(month, "nine-columns", rows=6)
    place = book.expected[0].source
    return remove_row(book, place.sheet, place.row)


def test_a_file_without_a_month_is_not_said_to_have_no_items(office: Office) -> None:
    office.drop("รายชื่อ.csv", "ชื่อ,ตำแหน่ง\n".encode())
    office.one_pass(FOURTH)
    (receipt,) = office.workspace.output.glob("replies/*/ใบตอบรับ.html")

    assert "ไม่พบรายการที่อ่านได้" in receipt.read_text(encoding="utf-8")
