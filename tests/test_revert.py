"""Going back to an earlier revision: a new one that says why, which no old file undoes."""

import json
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pipeline import CannotRunError, examples
from pipeline.__main__ import app
from pipeline.explain import give
from pipeline.ledger import Ledger
from pipeline.ledger.tables import METADATA
from pipeline.revert import month_of, revert
from schemas.month import Month
from tests.conftest import Office
from tests.test_corrections import held

FIRST_DAY, LATER, DAY = date(2025, 2, 20), date(2025, 3, 10), date(2025, 3, 20)
MONTH = Month(2568, 1)
FILE = "มกราคม 2568.xlsx"
SAID = ("ฉบับที่แก้ไขใช้เอกสารผิด", "นายสมมุติ ตัวอย่าง")


def book(seed: int = 0, rows: int = 4, month: Month = MONTH) -> bytes:
    return examples.to_bytes(examples.example_month(month, "nine-columns", rows=rows, seed=seed))


def with_reason(text: str, seed: int = 0) -> bytes:
    """The month with another reason for the first row: a correction of one cell."""
    made = examples.example_month(MONTH, "nine-columns", rows=4, seed=seed)
    source = made.expected[0].source
    return examples.to_bytes(examples.replace_cell(made, source.sheet, f"H{source.row}", text))


@pytest.fixture
def corrected(office: Office) -> Office:
    """A month public in two revisions; the file of the second still lies in the inbox."""
    office.drop(FILE, book())
    office.one_pass(FIRST_DAY)
    office.drop(FILE, with_reason("เสนอราคาต่ำสุด"))
    office.one_pass(LATER)
    assert office.month("2568-01")["revision"] == 2
    return office


def go_back(office: Office, number: int, day: date = DAY) -> None:
    with Ledger.open(office.workspace.ledger) as ledger:
        revert(MONTH, number, SAID, ledger, day)
    office.one_pass(day)


def months_in(office: Office) -> dict[str, bytes]:
    """What is public of the month and of its superseded revisions."""
    folder = office.public / "fy2568" / "2568-01"
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def rows(office: Office) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.month("2568-01")["rows"]
    return found


def test_the_new_revision_says_what_the_old_one_said_and_why(corrected: Office) -> None:
    old = corrected.public / "fy2568/2568-01/revisions/1/sokhoro1-2568-01.json"
    then = json.loads(old.read_text(encoding="utf-8"))

    go_back(corrected, 1)

    now = corrected.month("2568-01")
    assert now["revision"] == 3
    assert (now["rows"], now["totals"]) == (then["rows"], then["totals"])
    assert now["explanations"] == [
        {
            "rule": "correction-has-reason",
            "reason": f"กลับไปใช้ฉบับที่ ๑: {SAID[0]}",
            "by": SAID[1],
            "date": "2025-03-20",
        }
    ]
    change = json.loads(
        (corrected.public / "fy2568/2568-01/revisions/2/difference.json").read_text("utf-8")
    )
    held(change)
    assert change["explanations"] == now["explanations"]
    assert [len(change[kind]) for kind in ("added", "removed", "changed")] == [0, 0, 1]


def test_the_file_that_lies_there_does_not_undo_it(corrected: Office) -> None:
    go_back(corrected, 1)
    before = months_in(corrected)

    for day in (DAY, date(2025, 4, 20)):
        done = corrected.one_pass(day)
        assert [answer.outcome for answer in done.answers] == ["unchanged"]
        assert done.published == ()
    assert months_in(corrected) == before


def test_the_receipt_of_the_file_that_lies_there_says_so(corrected: Office) -> None:
    go_back(corrected, 1)

    (receipt,) = corrected.workspace.replies.glob("*/ใบตอบรับ.html")
    assert "เดือนนี้กลับไปใช้ฉบับที่เผยแพร่ก่อนหน้าแล้ว" in receipt.read_text(encoding="utf-8")


def test_a_renamed_file_does_not_undo_it(corrected: Office) -> None:
    go_back(corrected, 1)
    path = corrected.workspace.inbox / FILE
    path.rename(path.with_name("ฉบับแก้ มกราคม 2568.xlsx"))

    assert corrected.one_pass(DAY).published == ()


def test_a_file_that_was_gone_and_came_back_is_a_new_drop(corrected: Office) -> None:
    go_back(corrected, 1)
    path = corrected.workspace.inbox / FILE
    content = path.read_bytes()
    other = corrected.drop("กุมภาพันธ์ 2568.xlsx", book(month=Month(2568, 2)))
    path.unlink()
    corrected.one_pass(DAY)
    path.write_bytes(content)
    corrected.one_pass(DAY)

    assert other.exists()
    assert corrected.month("2568-01")["revision"] == 4
    assert rows(corrected)[0]["selection_reason"] == "เสนอราคาต่ำสุด"


def test_a_changed_file_is_a_new_drop(corrected: Office) -> None:
    go_back(corrected, 1)
    corrected.drop(FILE, with_reason("ราคาเหมาะสม"))
    corrected.one_pass(DAY)

    assert corrected.month("2568-01")["revision"] == 4
    assert rows(corrected)[0]["selection_reason"] == "ราคาเหมาะสม"


def test_a_year_saved_again_with_another_month_changed_does_not_undo_it(office: Office) -> None:
    """Finance keeps several months in one workbook; only February is new in the last of them."""

    def workbook(january: str, february: str) -> bytes:
        sheets = []
        for month, text in ((MONTH, january), (Month(2568, 2), february)):
            made = examples.example_month(month, "nine-columns", rows=3)
            made = examples.rename_sheet(made, made.expected[0].source.sheet, month.words)
            row = made.expected[0].source.row
            sheets.append(examples.replace_cell(made, month.words, f"H{row}", text))
        return examples.to_bytes(examples.bind("ทั้งปี.xlsx", sheets))

    office.drop("ทั้งปี.xlsx", workbook("เสนอราคาต่ำสุด", "ราคาเหมาะสม"))
    office.one_pass(FIRST_DAY)
    office.drop("ทั้งปี.xlsx", workbook("ผิดเดือน", "ราคาเหมาะสม"))
    office.one_pass(LATER)
    go_back(office, 1)
    office.drop("ทั้งปี.xlsx", workbook("ผิดเดือน", "มีคุณสมบัติครบ"))
    office.one_pass(DAY)

    assert (office.month("2568-01")["revision"], rows(office)[0]["selection_reason"]) == (
        3,
        "เสนอราคาต่ำสุด",
    )
    assert office.month("2568-02")["rows"][0]["selection_reason"] == "มีคุณสมบัติครบ"

    office.drop("ทั้งปี.xlsx", workbook("ผิดเดือน แก้ใหม่", "มีคุณสมบัติครบ"))
    office.one_pass(DAY)
    assert rows(office)[0]["selection_reason"] == "ผิดเดือน แก้ใหม่"


def test_what_waited_does_not_come_by_itself_after_it(corrected: Office) -> None:
    """Rows that vanish wait; going back overrules that drop, and no due day brings it."""
    corrected.drop(FILE, book(rows=2))
    assert [one.month for one in corrected.one_pass(LATER).waiting] == [MONTH]

    go_back(corrected, 1)

    assert corrected.one_pass(date(2025, 6, 1)).waiting == ()
    assert corrected.month("2568-01")["revision"] == 3
    with Ledger.open(corrected.workspace.ledger) as ledger:
        assert [month for month, _, _ in ledger.questions() if month == MONTH] == []


def test_the_whole_union_of_the_divisions_comes_back_as_it_was(office: Office) -> None:
    office.drop(FILE, book())
    office.one_pass(FIRST_DAY)
    office.drop(f"กองช่าง/{FILE}", book(seed=5, rows=3))
    office.one_pass(FIRST_DAY)
    office.drop(FILE, with_reason("เสนอราคาต่ำสุด"))
    office.one_pass(LATER)
    union = rows(office)
    assert (len(union), office.month("2568-01")["revision"]) == (7, 3)

    go_back(office, 1)
    assert len(rows(office)) == 4
    office.one_pass(DAY)
    assert len(rows(office)) == 4  # the division's file still lies there

    go_back(office, 3)
    assert (rows(office), office.month("2568-01")["revision"]) == (union, 5)

    office.drop(f"กองช่าง/{FILE}", book(seed=5, rows=2))
    office.one_pass(DAY)
    with Ledger.open(office.workspace.ledger) as ledger:
        assert len(ledger.waiting()) == 1  # its rows that vanish are asked for, as ever


def test_forth_again_and_back_again(corrected: Office) -> None:
    go_back(corrected, 1)
    go_back(corrected, 2)
    assert rows(corrected)[0]["selection_reason"] == "เสนอราคาต่ำสุด"

    done = corrected.one_pass(DAY)

    assert (done.published, corrected.month("2568-01")["revision"]) == ((), 4)
    reasons = [given["reason"] for given in corrected.month("2568-01")["explanations"]]
    assert reasons == [f"กลับไปใช้ฉบับที่ ๒: {SAID[0]}"]


def test_a_reason_of_the_first_correction_is_none_for_going_back_to_it(office: Office) -> None:
    office.drop(FILE, book())
    office.one_pass(FIRST_DAY)
    office.drop(FILE, with_reason("เสนอราคาต่ำสุด"))
    office.one_pass(LATER)
    with Ledger.open(office.workspace.ledger) as ledger:
        asked = ledger.questions()
        ((part, given),) = give(asked, asked[0][2].key, "พิมพ์ผิด", "นางสมมุติ")
        ledger.record_explanation(part, given, LATER)
    office.drop(FILE, with_reason("ราคาเหมาะสม"))
    office.one_pass(LATER)

    go_back(office, 2)

    reasons = [given["reason"] for given in office.month("2568-01")["explanations"]]
    assert reasons == [f"กลับไปใช้ฉบับที่ ๒: {SAID[0]}"]


@pytest.mark.parametrize(
    ("month", "number", "said", "words"),
    [
        (Month(2568, 2), 1, SAID, "ยังไม่เคยเผยแพร่"),
        (MONTH, 0, SAID, "ไม่มีฉบับที่ 0 กรุณาระบุฉบับที่ 1 ถึง 2"),
        (MONTH, 3, SAID, "ไม่มีฉบับที่ 3"),
        (MONTH, 2, SAID, "เป็นฉบับปัจจุบัน"),
        (MONTH, 1, ("", SAID[1]), "กรุณาระบุเหตุผล"),
        (MONTH, 1, (SAID[0], "-"), "กรุณาระบุเหตุผล"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(
    corrected: Office, month: Month, number: int, said: tuple[str, str], words: str
) -> None:
    with Ledger.open(corrected.workspace.ledger) as ledger:
        before = everything(ledger)
        with pytest.raises(CannotRunError, match=words):
            revert(month, number, said, ledger, DAY)
        assert everything(ledger) == before


def test_what_is_public_already_under_another_number_is_refused(corrected: Office) -> None:
    go_back(corrected, 1)

    with (
        Ledger.open(corrected.workspace.ledger) as ledger,
        pytest.raises(CannotRunError, match="มีข้อมูลตรงกับฉบับปัจจุบัน"),
    ):
        revert(MONTH, 1, SAID, ledger, DAY)


def test_no_month_is_no_month() -> None:
    with pytest.raises(CannotRunError, match="2567-10"):
        month_of("มกราคม")


def test_all_of_it_is_one_transaction(corrected: Office) -> None:
    """What fails at the last statement leaves nothing behind."""
    with Ledger.open(corrected.workspace.ledger) as ledger:
        before = everything(ledger)
        refuse = "CREATE TRIGGER no BEFORE INSERT ON restoration BEGIN SELECT RAISE(FAIL,''); END"
        with ledger.engine.begin() as link:
            link.exec_driver_sql(refuse)
        with pytest.raises(sa.exc.DatabaseError):
            revert(MONTH, 1, SAID, ledger, DAY)
        assert everything(ledger) == before


def test_the_command_publishes_at_once_and_tells(
    corrected: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(corrected.workspace.inbox.parent)
    said = ["--reason", SAID[0], "--by", SAID[1], "--today", str(DAY)]

    done = CliRunner().invoke(app, ["revert", "2568-01", "1", *said])

    assert done.exit_code == 0, done.output
    assert done.stdout == "เดือนมกราคม 2568 กลับไปใช้ฉบับที่ 1 แล้ว เผยแพร่เป็นฉบับที่ 3\n"
    assert corrected.month("2568-01")["revision"] == 3
    page = (corrected.public / "fy2568/2568-01/index.html").read_text(encoding="utf-8")
    assert f"กลับไปใช้ฉบับที่ ๑: {SAID[0]}" in page
    release = corrected.public.readlink()
    assert corrected.one_pass(DAY).published == ()
    assert corrected.public.readlink() == release


def everything(ledger: Ledger) -> dict[str, int]:
    with ledger.engine.connect() as link:
        return {
            table.name: link.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in METADATA.sorted_tables
        }
