"""The blank form after LibreOffice saved it: read the same from every kind, nothing lost in it."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from pipeline.judge import Judgement
from schemas.form_words import HELP_SHEET
from schemas.layouts import NIL
from schemas.month import Month
from tests.conftest import SOFFICE
from tests.forms import FIRST, NIL_CELL, OCTOBER, filled, form, judged_file, saved

KINDS = ("xlsx", "xls", "ods")
CASES = {"เต็ม": 60, "เจ็ด": 7, "หนึ่ง": 1, "ไม่มี": 0, "เปล่า": 0}


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every case in every kind, in a folder for each kind."""
    folder = tmp_path_factory.mktemp("forms")
    for case, rows in CASES.items():
        book = filled(OCTOBER, rows)
        if case == "ไม่มี":
            book.worksheets[0][NIL_CELL] = NIL
        (folder / f"{case}.xlsx").write_bytes(saved(book))
    for kind in KINDS:
        convert(sorted(folder.glob("*.xlsx")), kind, folder / kind)
    return folder


def convert(files: list[Path], kind: str, into: Path) -> None:
    profile = into.parent / "profile"  # of its own: another LibreOffice may be open
    subprocess.run(
        [
            SOFFICE or "soffice",
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(into),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def judgements(converted: Path) -> Mapping[tuple[str, str], Judgement]:
    return {
        (kind, case): judged_file(converted / kind / f"{case}.{kind}", OCTOBER)
        for kind in KINDS
        for case in CASES
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_form_is_accepted_and_nothing_is_said(
    kind: str, judgements: Mapping[tuple[str, str], Judgement]
) -> None:
    for case, rows in CASES.items():
        if case == "เปล่า":
            continue
        judgement = judgements[kind, case]
        assert [(f.rule, f.cell) for f in judgement.findings] == []
        assert judgement.outcome == "accepted"
        assert [(m.month, len(m.rows), m.nil) for m in judgement.months] == [
            (Month(2567, 10), rows, rows == 0)
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_form_is_returned_and_is_no_nil_month(
    kind: str, judgements: Mapping[tuple[str, str], Judgement]
) -> None:
    judgement = judgements[kind, "เปล่า"]
    assert [f.rule for f in judgement.findings] == ["rows-present"]
    assert not any(m.nil for m in judgement.months)


def test_every_kind_says_the_same(judgements: Mapping[tuple[str, str], Judgement]) -> None:
    for case in CASES:
        said = {
            kind: [row.facts() for m in judgements[kind, case].months for row in m.rows]
            for kind in KINDS
        }
        assert said["xlsx"] == said["xls"] == said["ods"]


def test_the_checks_are_still_there_after_saving(converted: Path) -> None:
    before, after = form(OCTOBER), openpyxl.load_workbook(converted / "xlsx" / "เปล่า.xlsx")
    kept = {
        str(area): one.type
        for one in after.worksheets[0].data_validations.dataValidation
        for area in one.sqref.ranges
    }

    assert after.sheetnames == [before.worksheets[0].title, HELP_SHEET]
    for one in before.worksheets[0].data_validations.dataValidation:
        if one.type != "none":
            assert kept[str(one.sqref)] == one.type
    assert after.worksheets[0].protection.sheet
    assert not after.worksheets[0][f"C{FIRST}"].protection.locked
    assert after.worksheets[0]["A2"].protection.locked
