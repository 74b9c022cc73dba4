"""Every published file of a month says the same, cell for cell, to readers that are not ours."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.examples import Book, example_year, replace_cell, to_bytes
from tests.agreement import disagreements
from tests.conftest import Office, make_office

TODAY = date(2025, 12, 20)
DISHES = "ซื้อ «จาน» <b>น้ำ</b> & ช้อน 'ส้อม' เลขที่ ๑๒ / 34 – ที่นี่ อำเภอ ป่าพะยอม"


@pytest.fixture(scope="module", params=["thai", "arabic"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Three months of invented workbooks, where cells of every column are empty."""
    numerals = f'[site]\nnumerals = "{request.param}"\n'
    office = make_office(tmp_path_factory.mktemp("agreement"), tail=numerals)
    for book in example_year(2568, "nine-columns")[:3]:
        office.drop(book.file, to_bytes(_with_holes(book)))
    office.one_pass(TODAY)
    return office


def _with_holes(book: Book) -> Book:
    """The first row has an odd title; of every second one a cell is a dash."""
    for number, row in enumerate(book.expected):
        place, column = row.source, "CDEFGHI"[number // 2 % 7]
        if number == 0:
            book = replace_cell(book, place.sheet, f"B{place.row}", DISHES)
        elif number % 2 == 0:
            book = replace_cell(book, place.sheet, f"{column}{place.row}", "-")
    return book


def months_of(office: Office) -> list[str]:
    return sorted(path.name for path in office.public.glob("fy*/25*") if path.is_dir())


def test_all_files_of_every_month_say_the_same(office: Office) -> None:
    months = months_of(office)
    told = [one for month in months for one in office.month(month)["rows"]]

    assert [wrong for month in months for wrong in disagreements(office.public, month)] == []
    assert len(months) == 3
    assert sum(row["title"] == DISHES for row in told) == 3
    for field in ("budget", "reference_price", "procurement_method", "supplier", "contract_date"):
        assert any(row[field] is None for row in told), field


DIFFERENT = {
    "title": "ซื้อสิ่งอื่น",
    "budget": "0.01",
    "reference_price": "0.02",
    "procurement_method": "วิธีอื่น",
    "supplier": "ร้านอื่น",
    "agreed_price": "0.01",
    "selection_reason": "เหตุอื่น",
    "contract_number": "0/0",
    "contract_date": "2020-01-01",
}
READERS = (
    *("csv", "xlsx by openpyxl", "xlsx by calamine", "pages", "ocds"),
    *("pdf by_pdfium", "pdf by_pypdf"),
)


def test_a_cell_that_differs_is_found_in_every_file(office: Office, tmp_path: Path) -> None:
    """Else the readers here would see nothing."""
    month = "2567-10"
    year = shutil.copytree(office.public / "fy2568", tmp_path / "fy2568")
    path = year / month / f"sokhoro1-{month}.json"
    told = json.loads(path.read_text("utf-8"))
    for place, (field, value) in enumerate(DIFFERENT.items()):
        told["rows"][place][field] = value
    path.write_text(json.dumps(told), encoding="utf-8")

    wrong = disagreements(tmp_path, month)
    for reader in READERS:
        for place in range(1, len(DIFFERENT) + 1):
            assert any(re.search(f" {reader} row {place}[: ]", one) for one in wrong), (
                reader,
                place,
            )
