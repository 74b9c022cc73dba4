"""Total rows must add up: what fires, what is left alone, and how surely it is told."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.examine import examine
from pipeline.examples import example_month, replace_cell, to_bytes
from pipeline.examples.paper import Formula
from pipeline.guard import Limits
from pipeline.totals import totals
from schemas.example_words import ORGANISATION, TOTAL
from schemas.finding import Finding
from schemas.month import Month
from schemas.sheet import Sheet, address
from tests.paper import HEADS, NINE, OURS, TITLE, TWELVE, Value, line, page, read_page, sheet

TWO = [line(), line(number=2)]  # budget 2,000.00 · reference price 1,901.00 · agreed 1,800.50


def told(*sheets: Sheet) -> list[Finding]:
    return totals(read_page(*sheets)[0])


def places(*rows: Sequence[Value]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.cell) for finding in told(page(*rows))]


@pytest.mark.parametrize(
    "total",
    [
        ["รวม", None, 2000, 1901, None, None, 1800.5],
        [None, "รวมทั้งสิ้น", "2,000.00 บาท", "๑,๙๐๑", "-", "-", "1,800.50 บาท"],
        [None, "รวมเป็นเงิน", None, None, None, None, 1800.5000000001],  # as a formula sums doubles
        [None, "รวม", None, 2000],  # a figure alone stands one column beside
        [None, "รวมทั้งสิ้น", "(สองพันบาทถ้วน)"],
        [None, "รวม", "-"],
        [None, "รวม"],
    ],
    ids=str,
)
def test_a_right_total_says_nothing_wherever_it_stands(total: list[Value]) -> None:
    assert places(*TWO, total) == []
    assert places(total, *TWO) == []


def test_the_one_total_at_the_end_is_asked_about_with_both_figures() -> None:
    (finding,) = told(page(*TWO, [None, "รวมทั้งสิ้น", 2000, 1901, None, None, "1,800.05 บาท"]))

    assert (finding.rule, finding.cell, finding.value) == (
        "total-as-summed",
        "G5",
        "1,800.05 บาท",
    )
    assert "ระบุ 1,800.05 บาท" in finding.message
    assert "2 รายการในตารางรวมกันได้ 1,800.50 บาท ต่างกัน 0.45 บาท" in finding.message
    assert finding.month is not None


def test_each_money_column_is_compared_with_its_own_rows() -> None:
    total = [None, "รวม", 2000.01, 1800.5, None, None, 2000]

    assert places(*TWO, total) == [
        ("total-as-summed", "C5"),
        ("total-as-summed", "D5"),
        ("total-as-summed", "G5"),
    ]
    apart: list[Value] = [None, "รวม", 2000, 1901, None, None, None, None, 1]
    assert [f.cell for f in told(page(line(TWELVE), apart, heads=TWELVE))] == ["C4", "D4", "I4"]


def test_totals_of_pages_sections_and_what_is_carried_over_are_right() -> None:
    one = line()
    part: list[Value] = [None, "รวมหน้านี้", 1000]
    whole: list[Value] = [None, "รวมทั้งสิ้น", 2000]

    assert places(one, part, line(number=2), part, whole) == []
    assert places(one, [None, "ยอดยกไป", 1000], line(number=2), whole) == []
    assert places([None, "ยอดยกมา", 500], *TWO, [None, "รวม", 2500]) == []
    assert places(one, [None, "รวมงานซื้อ", 1000], line(number=2), part, whole) == []
    assert places(*TWO, [None, "รวมงานซื้อ", 700], [None, "รวมงานจ้าง", 1300], whole) == []
    assert places(part, one, part, line(number=2)) == []


@pytest.mark.parametrize(
    "total",
    [
        ["รวม", "๒ รายการ", 2000, 1901, None, None, 1800.5],
        ["รวม", "รายการ", 2],  # a count, not money
        [None, "รวมวงเงินที่จะซื้อหรือจ้าง", 2000],
        [None, "รวมราคาที่ตกลง", 1800.5],
        [None, "รวมเดือนนี้", 2000, 1901, None, None, 1800.5],
        [None, "รวมสะสมตั้งแต่ต้นปีงบประมาณ", 90000, 80000, None, None, 70000],
        [None, "ยอดสะสม", 90000],
    ],
    ids=str,
)
def test_what_offices_call_a_total_does_not_return_the_month(total: list[Value]) -> None:
    for rows in ([*TWO, total], [*TWO, [None, "รวม", 2000], total]):
        cleaned, findings = read_page(page(*rows))

        assert [*findings, *totals(cleaned)] == []
        assert [len(one.rows) for one in cleaned] == [2]


def test_a_total_beside_that_of_the_year_so_far_is_still_the_one_of_the_table() -> None:
    year: list[Value] = [None, "รวมสะสม", 90000]

    assert places(*TWO, [None, "รวม", 2000.5], year) == [("total-as-summed", "C5")]
    assert places(*TWO, ["รวม", "รายการ", 3]) == [("total-as-summed", "C5")]


def test_a_total_among_others_is_only_noted() -> None:
    part, whole = [None, "รวมหน้านี้", 1000], [None, "รวมทั้งสิ้น", 2000.5]

    assert places(line(), part, line(number=2), whole) == [("subtotal-as-summed", "C6")]
    assert places(line(), [None, "รวม", 5], line(number=2)) == [("subtotal-as-summed", "C4")]


def test_tables_of_one_sheet_may_have_one_total() -> None:
    november = TITLE.replace("ตุลาคม", "พฤศจิกายน")
    heads: list[Value] = list(NINE.values())
    lines: list[list[Value]] = [[TITLE], heads, line(), [november], heads, line()]

    assert told(sheet([*lines, [None, "รวม", 1000]])) == []
    assert told(sheet([*lines, [None, "รวมทั้งสิ้น", 2000]])) == []
    assert [f.rule for f in told(sheet([*lines, [None, "รวม", 3]]))] == ["subtotal-as-summed"]


def test_a_sum_that_is_not_known_is_not_compared() -> None:
    total: list[Value] = [None, "รวม", 99, 99]

    assert places(line(budget="ห้าหมื่น"), total) == [("total-as-summed", "D4")]
    assert places(line(budget=None), [None, "รวม", 99]) == [("total-as-summed", "C4")]
    assert places(total) == []


@pytest.mark.parametrize(("more", "rules"), [(0, []), (1, ["total-as-summed"])])
def test_the_formula_of_a_dropped_workbook_is_compared(
    tmp_path: Path, more: int, rules: list[str]
) -> None:
    book = example_month(Month(2568, 2), "twelve-columns", 3)
    (paper,) = book.sheets
    row = max(row for (row, _), typed in paper.cells.items() if typed.value == TOTAL)
    column = next(at for at in range(3, 9) if (row, at) in paper.cells)
    due = sum(item.budget or 0 for item in book.expected)
    formula = Formula("SUM(C1:C9)", due / 100 + more)
    path = tmp_path / "original"
    path.write_bytes(to_bytes(replace_cell(book, paper.name, address(row, column), formula)))

    examined = examine(path, "แบบ.xlsx", [ORGANISATION], Limits())

    assert [f.rule for f in examined.findings if f.severity != "note"] == rules


def test_a_total_over_several_months_of_a_flat_list_is_of_none_of_them() -> None:
    eleven = HEADS["eleven-columns"]
    heads: list[Value] = ["ชื่อหน่วยงาน", "ปี", "เดือน", *eleven.values()]
    october, november = ([OURS[0], 2567, month, *line(eleven)] for month in ("ตุลาคม", "พฤศจิกายน"))
    total: list[Value] = [None, None, None, None, "รวม", 5]

    assert told(sheet([heads, october, november, total])) == []
    assert [f.rule for f in told(sheet([heads, october, total]))] == ["total-as-summed"]
