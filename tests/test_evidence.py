"""The evidence pack: only what is public is linked, by the hash of the manifest."""

import csv
import hashlib
import io
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest

from pipeline import CannotRunError, examples
from pipeline.compile import copy_templates, evidence_files
from schemas.month import Month
from tests.conftest import Office, make_office
from tests.test_report import of_word

YEAR, DAY = 2568, date(2025, 7, 1)
ADDRESS = "https://www.example.go.th/sokhoro1/"
ITEMS = """
[site]
base_url = "https://www.example.go.th/sokhoro1/"
[ita]
items = [
  { fiscal_year = 2568, monthly = "O11", progress = "O12" },
  { fiscal_year = 2569, yearly = "O13" },
]
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """October and a month without a purchase in the third quarter; the second has nothing."""
    office = make_office(tmp_path_factory.mktemp("evidence"), tail=ITEMS)
    for month, rows in ((Month(2567, 10), 3), (Month(2568, 5), 0)):
        examples.write(
            examples.example_month(month, "nine-columns", rows=rows), office.workspace.inbox
        )
    office.one_pass(DAY)
    return office


def links(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"evidence-{name}.csv"].decode("utf-8-sig"))))


def test_there_is_a_pack_for_each_quarter_with_a_month_and_for_the_year(office: Office) -> None:
    files = evidence_files(office.workspace, YEAR, DAY)
    spans = ("fy2568-q1", "fy2568-q3", "fy2568")
    assert set(files) == {
        *(
            f"{kind}-{span}.docx"
            for kind in ("evidence", "memo", "publication-form")
            for span in spans
        ),
        *(f"evidence-{span}.csv" for span in spans),
    }
    assert evidence_files(office.workspace, 2560, DAY) == {}


def test_every_link_leads_to_a_public_file_of_that_hash(office: Office) -> None:
    files = evidence_files(office.workspace, YEAR, DAY)
    for span in ("fy2568-q1", "fy2568-q3", "fy2568"):
        listed = links(files, span)
        assert listed
        in_word = of_word(files[f"evidence-{span}.docx"])
        for link in listed:
            path = office.public / link["address"].removeprefix(ADDRESS)
            assert hashlib.sha256(path.read_bytes()).hexdigest() == link["sha256"]
            assert link["address"] in in_word
            assert link["sha256"] in in_word


def test_items_are_those_of_the_fiscal_year(office: Office) -> None:
    files = evidence_files(office.workspace, YEAR, DAY)
    by_name = {link["address"].rpartition("/")[2]: link["item"] for link in links(files, "fy2568")}
    assert by_name["sokhoro1-2567-10.pdf"] == "O11 (ITA 2568)"
    assert by_name["sokhoro1-fy2568-q1.xlsx"] == "O11 (ITA 2568)"
    assert by_name["ita16-fy2568.xlsx"] == "O12 (ITA 2568)"
    assert by_name["sokhoro1-fy2568-summary.pdf"] == "O13 (ITA 2569)", "looked at a year later"
    assert by_name["w62-fy2568-q1.xlsx"] == "–"


def test_the_memo_says_what_was_made_and_leaves_day_and_signature_to_people(
    office: Office,
) -> None:
    files = evidence_files(office.workspace, YEAR, DAY)
    whole = "\n".join(of_word(files["memo-fy2568-q1.docx"]))
    assert "ตามแบบ สขร.๑ แล้ว ๑ จาก ๓ เดือน รวม ๓ รายการ เป็นเงินทั้งสิ้น " in whole
    assert "วันที่ ....." in whole
    nil = "\n".join(of_word(files["memo-fy2568-q3.docx"]))
    assert "แล้ว ๑ จาก ๓ เดือน รวม ๐ รายการ รายละเอียด" in nil


def test_without_an_address_the_paths_are_said_to_be_paths(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    examples.write(
        examples.example_month(Month(2567, 10), "nine-columns", rows=1), office.workspace.inbox
    )
    office.one_pass(DAY)
    files = evidence_files(office.workspace, YEAR, DAY)
    assert any("site.base_url" in line for line in of_word(files["publication-form-fy2568.docx"]))
    assert links(files, "fy2568")[0]["address"].startswith("fy2568/2567-10/")


def test_the_offices_copy_of_a_template_wins_and_a_fault_in_it_is_told(office: Office) -> None:
    own = office.workspace.templates
    assert {path.name for path in copy_templates(own)} == {
        *("report.docx", "evidence.docx", "memo.docx", "publication-form.docx"),
    }
    assert list(copy_templates(own)) == [], "what is there stays"
    try:
        document = docx.Document(str(own / "memo.docx"))
        document.add_paragraph("สำเนาถึง {{ organisation }}")
        document.save(str(own / "memo.docx"))
        files = evidence_files(office.workspace, YEAR, DAY)
        assert of_word(files["memo-fy2568.docx"])[-1].startswith("สำเนาถึง เทศบาลเมือง")
        document.add_paragraph("{{ telephone }}")
        document.save(str(own / "memo.docx"))
        with pytest.raises(CannotRunError, match=r"memo\.docx มีช่อง «telephone» ซึ่งโปรแกรมไม่รู้จัก"):
            evidence_files(office.workspace, YEAR, DAY)
    finally:
        for path in own.iterdir():
            path.unlink()


def test_the_same_facts_make_the_same_bytes(office: Office) -> None:
    first = evidence_files(office.workspace, YEAR, DAY)
    assert first == evidence_files(office.workspace, YEAR, DAY)
    for name, content in first.items():
        if name.endswith(".docx"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
