"""What no workbook may hold, whichever reader has read it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.kinds import SPREADSHEETML, RefusedError
from pipeline.read import read
from pipeline.readers import cells as limits
from schemas.sheet import Sheet

Reading = Callable[[str], tuple[Sheet, ...]]


def cell(text: str, where: str = "") -> str:
    return f'<Cell{where}><Data ss:Type="String">{text}</Data></Cell>'


def page(name: str, *cells: str, row: str = "") -> str:
    rows = f"<Row{row}>{''.join(cells)}</Row>"
    return f'<Worksheet ss:Name="{name}"><Table>{rows}</Table></Worksheet>'


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Read a workbook of these sheets; any reader would do."""

    def of(sheets: str) -> tuple[Sheet, ...]:
        path = tmp_path / "0a1b"
        path.write_text(f'<Workbook xmlns="{SPREADSHEETML}" xmlns:ss="{SPREADSHEETML}">{sheets}')
        with path.open("a") as file:
            file.write("</Workbook>")
        return read(path, "แบบ.xls", "xml")

    return of


def refused(reading: Reading, sheets: str) -> str:
    with pytest.raises(RefusedError) as error:
        reading(sheets)
    return f"{error.value.rule}: {error.value.reason}"


def test_a_workbook_may_have_so_many_sheets(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_SHEETS", 3)

    assert len(reading("".join(page(f"{n}") for n in range(3)))) == 3
    assert refused(reading, "".join(page(f"{n}") for n in range(4))) == (
        "file-within-limits: มีแผ่นงานเกิน 3 แผ่น"
    )


def test_sheets_are_counted_while_they_are_read(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two million empty ones would fill the memory first: what comes behind is not looked at."""
    monkeypatch.setattr(limits, "MOST_SHEETS", 3)

    answer = refused(reading, "".join(page(f"{n}") for n in range(4)) + "<never closed>")
    assert answer == "file-within-limits: มีแผ่นงานเกิน 3 แผ่น"


def test_the_letters_of_all_sheets_count(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_LETTERS", 10)
    assert len(reading(page("a", cell("12345")) + page("b", cell("12345")))) == 2
    assert refused(reading, page("a", cell("12345")) + page("b", cell("123456"))) == (
        "file-within-limits: มีข้อความเกิน 10 ตัวอักษร"
    )


def test_a_text_that_many_cells_share_counts_each_time(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_LETTERS", 10)

    assert "ตัวอักษร" in refused(reading, page("a", cell("12345"), cell("12345"), cell("1")))
    assert "ตัวอักษร" in refused(reading, page("a", cell(" " * 11)))


def test_two_sheets_of_one_name_are_refused(reading: Reading) -> None:
    """The steps behind know a sheet by its name: one would answer for the other."""
    assert refused(reading, page("a", cell("1")) + page("a", cell("2"))) == (
        "file-is-read: มีแผ่นงานชื่อซ้ำกัน"
    )


@pytest.mark.parametrize(
    ("row", "column", "is_read"),
    [(1_048_576, 16_384, True), (1_048_577, 1, False), (1, 16_385, False)],
)
def test_no_cell_lies_where_excel_has_none(
    reading: Reading, row: int, column: int, *, is_read: bool
) -> None:
    sheets = page("a", cell("1", f' ss:Index="{column}"'), row=f' ss:Index="{row}"')

    if is_read:
        assert list(reading(sheets)[0].cells) == [(row, column)]
    else:
        assert refused(reading, sheets) == "file-is-read: มีข้อมูลนอกขอบเขตแผ่นงานของ Excel"
