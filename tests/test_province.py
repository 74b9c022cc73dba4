"""Many agencies with one ledger: each is published as it would be alone."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path

import pytest

from pipeline import CannotRunError, examples, take_in
from pipeline.agencies import (
    LIST,
    PassOfAll,
    add_agencies,
    agencies_in,
    configure_all,
    make_province,
    run_all,
    write_pages,
)
from pipeline.clock import BANGKOK, Clock
from pipeline.configure import configure
from pipeline.run import Pass, finish
from schemas.month import Month
from tests.conftest import Office

TODAY = date(2025, 3, 20)
OCTOBER = Month(2567, 10)
NAMES = {
    "5800001": "เทศบาลเมืองสมมติ",
    "5800002": "องค์การบริหารส่วนตำบลตัวอย่าง",
    "5800003": "เทศบาลตำบลที่เงียบ",
}


@pytest.fixture
def province(tmp_path: Path) -> Path:
    """Three agencies: one with two months, one with a month and a bad file, one silent."""
    path = make_province(tmp_path / "province", "จังหวัดสมมติ")
    add_agencies(path, list(NAMES.items()), OCTOBER)
    for number, layout in enumerate(("nine-columns", "twelve-columns")):
        inbox = path.parent / "agencies" / f"580000{number + 1}" / "inbox"
        for month in (OCTOBER, OCTOBER.following)[: 2 - number]:
            book = examples.example_month(month, layout, rows=4 + number)
            examples.write(book, inbox)
    bad = examples.bad_books()[0]
    (path.parent / "agencies" / "5800002" / "inbox" / bad.file).write_bytes(bad.content)
    return path


def passed(path: Path, today: date = TODAY) -> PassOfAll:
    morning = datetime.combine(today, time_of_day(9), BANGKOK)
    listed = configure_all(path)
    done = run_all(listed, today, 0, Clock(lambda: morning, lambda _: None))
    write_pages(listed, done, today)
    return done


def office_of(path: Path, agency: str) -> Office:
    return Office(configure(path.parent / "agencies" / agency / "sokhoro1.toml"))


def of_output(office: Office) -> dict[str, bytes | str]:
    """What lies in its output, but for the ledger, the PDFs that were kept and the locks."""
    left = office.everything()
    return {path: left[path] for path in left if not path.startswith(("ledger/", "cache/"))}


def alone(path: Path, agency: str, folder: Path) -> Office:
    """The same agency with the same keys in a folder and with a ledger of its own."""
    shutil.copytree(path.parent / "agencies" / agency, folder)
    config = folder / "sokhoro1.toml"
    text = config.read_text(encoding="utf-8").splitlines(keepends=True)
    config.write_text(
        "".join(t for t in text if not t.startswith(("file =", "agency ="))), "utf-8"
    )
    return Office(configure(config))


def test_each_agency_is_published_as_it_would_be_alone(province: Path, tmp_path: Path) -> None:
    lonely = {id_: alone(province, id_, tmp_path / id_) for id_ in NAMES}

    done = passed(province)

    assert done.failed == {}
    assert [len(done.passes[id_].published) for id_ in NAMES] == [2, 1, 0]
    assert [len(done.passes[id_].returned) for id_ in NAMES] == [0, 1, 0]
    for id_, office in lonely.items():
        office.one_pass(TODAY)
        assert of_output(office_of(province, id_)) == of_output(office), id_


def test_nothing_new_changes_nothing(province: Path) -> None:
    passed(province)
    before = {p: p.read_bytes() for p in province.parent.rglob("*.*") if p.is_file()}

    done = passed(province)

    assert all(not one.published for one in done.passes.values())
    after = {p: p.read_bytes() for p in province.parent.rglob("*.*") if p.is_file()}
    kept = {p for p in before if "ledger" not in p.parts}
    assert {p: after.get(p) for p in kept} == {p: before[p] for p in kept}


def _no_configuration(folder: Path) -> None:
    (folder / "sokhoro1.toml").write_text("[organisation]\nnam = 1\n", encoding="utf-8")


def _no_inbox(folder: Path) -> None:
    shutil.rmtree(folder / "inbox")
    (folder / "inbox").write_bytes(b"")


def _another_ledger(folder: Path) -> None:
    config = folder / "sokhoro1.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("ledger.sqlite", "other.sqlite"), encoding="utf-8")


def _another_key(folder: Path) -> None:
    config = folder / "sokhoro1.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('agency = "5800002"', 'agency = "5800001"'), encoding="utf-8")


@pytest.mark.parametrize("broken", [_no_configuration, _no_inbox, _another_ledger, _another_key])
def test_what_is_wrong_with_one_agency_is_told_and_leaves_the_others_alone(
    province: Path, broken: Callable[[Path], None]
) -> None:
    broken(province.parent / "agencies" / "5800002")

    done = passed(province)

    assert list(done.failed) == ["5800002"]
    assert done.failed["5800002"].count("\n") == 0
    assert len(done.passes["5800001"].published) == 2
    assert done.waits_for_somebody
    page = (province.parent / "output/overview/index.html").read_text(encoding="utf-8")
    assert "หน่วยงานที่รอบล่าสุดทำงานไม่ได้" in page


@pytest.mark.parametrize("step", ["judge", "publish"])
def test_a_bug_that_one_agency_meets_is_logged_and_leaves_the_others_alone(
    province: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    if step == "judge":
        real = take_in.find_out

        def broken(question: take_in.Question) -> take_in.Found:
            if question.settings.organisation.name == NAMES["5800001"]:
                raise ZeroDivisionError
            return real(question)

        monkeypatch.setattr(take_in, "find_out", broken)
    else:

        def ended(office: take_in.Office, *facts: object) -> Pass:
            if office.workspace.settings.organisation.name == NAMES["5800001"]:
                raise ZeroDivisionError
            return finish(office, *facts)  # type: ignore[arg-type]

        monkeypatch.setattr("pipeline.agencies.finish", ended)

    done = passed(province)

    assert list(done.failed) == ["5800001"]
    assert "ZeroDivisionError" in done.failed["5800001"]
    log = (province.parent / "output/sokhoro1.log").read_text(encoding="utf-8")
    assert "Traceback" in log
    assert len(done.passes["5800002"].published) == 1
    monkeypatch.undo()
    assert passed(province).failed == {}
    assert office_of(province, "5800001").month(str(OCTOBER))["rows"]


def test_the_overview_adds_up_what_the_agencies_say_and_counts_the_silent(province: Path) -> None:
    passed(province)

    folder = province.parent / "output" / "overview"
    told = json.loads((folder / "fy2568.json").read_text(encoding="utf-8"))
    rows = [
        row
        for id_, months in (("5800001", 2), ("5800002", 1))
        for month in (OCTOBER, OCTOBER.following)[:months]
        for row in office_of(province, id_).month(str(month))["rows"]
    ]
    assert told["summary"]["agencies"] == 3
    assert told["summary"]["agencies_silent"] == 1
    assert told["summary"]["rows"] == len(rows) == 13
    assert told["summary"]["whole"] is False
    agreed = sum(round(float(row["agreed_price"]) * 100) for row in rows)
    assert told["summary"]["total_agreed"] == f"{agreed // 100}.{agreed % 100:02}"
    lines = list(csv.reader(io.StringIO((folder / "fy2568.csv").read_text("utf-8-sig"))))
    assert len(lines) == 1 + 3 * 12
    page = (folder / "fy2568.html").read_text(encoding="utf-8")
    assert "จึงยังไม่ใช่ยอดรวมทั้งหมด" in page
    assert NAMES["5800003"] in page
    assert "../../agencies/5800001/output/site/current/index.html" in page
    assert "../../agencies/5800003/output" not in page


def test_agencies_are_added_once_and_what_they_wrote_is_kept(province: Path) -> None:
    config = province.parent / "agencies/5800001/sokhoro1.toml"
    config.write_text(config.read_text("utf-8") + "\n# ของเรา\n", encoding="utf-8")

    assert add_agencies(province, [("5800001", "อื่น"), ("5800004", "ใหม่")], OCTOBER) == ["5800004"]

    assert "# ของเรา" in config.read_text("utf-8")
    assert [one.id for one in configure_all(province).settings.agencies][-1] == "5800004"
    with pytest.raises(CannotRunError, match="รหัสหน่วยงาน"):
        add_agencies(province, [("../x", "ร้าย")], OCTOBER)
    with pytest.raises(CannotRunError, match="สร้างทับ"):
        make_province(province.parent, "อีกครั้ง")


def test_a_list_of_agencies_is_read_from_a_table(tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text("\ufeffid,name\n5800001, เทศบาล ก \n\n5800002,เทศบาล ข\n", encoding="utf-8")
    assert agencies_in(table) == [("5800001", "เทศบาล ก"), ("5800002", "เทศบาล ข")]
    table.write_text("5800001,ก,เกิน\n", encoding="utf-8")
    with pytest.raises(CannotRunError, match="บรรทัดที่ 1"):
        agencies_in(table)
    table.write_bytes("ก".encode("cp874"))
    with pytest.raises(CannotRunError):
        agencies_in(table)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "ก"\n[[agencies]]\nid = "A B"\nfolder = "x"\n', "agencies"),
        ('name = "ก"\n[work]\nexecutor = "cloud"\n', "work.executor"),
        ('name = "ก"\n' + '[[agencies]]\nid = "1"\nfolder = "x"\n' * 2, "มากกว่าหนึ่งแห่ง"),
        ("name = ", "TOML"),
        ("", "name"),
    ],
)
def test_a_wrong_list_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / LIST
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRunError, match=said):
        configure_all(path)
    path.unlink()
    with pytest.raises(CannotRunError, match="agencies init"):
        configure_all(path)
