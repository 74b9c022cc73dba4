"""What holds of every workbook: addresses are true, the form reads back, order changes nothing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.examine import examine
from pipeline.examples.paper import (
    Book,
    Paper,
    Typed,
    Value,
    insert_rows,
    move_column,
    to_bytes,
    type_cells,
)
from pipeline.guard import Limits
from pipeline.readers.xlsx import read
from schemas.examined import Examined
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.sheet import address
from schemas.thai import BUDDHIST_OFFSET, MONTHS, baht, visible
from tests.corpus.forms import FORMS, column_of, month_book
from tests.paper import NINE, OURS, STEADY, TITLE

STEADILY = settings(STEADY, max_examples=60)
OCTOBER = Month(2567, 10)
# What these rules show is not the raw text of the cell but what was made of it, by design.
SAID_OTHERWISE = frozenset({"year-typed-as-buddhist", "number-readable", "text-within-limits"})

letters = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs", "Mn")), max_size=24
)
values: st.SearchStrategy[Value] = st.one_of(
    letters,
    st.sampled_from(
        ("-", "1,000.00", "๑๒๓", "ห้าหมื่น", "31 กุมภาพันธ์ 2568", "12/2568\nลว. 3 ต.ค. 67", "รวม")
    ),
    st.integers(-10, 10**16),
    st.floats(-1, 1e12, allow_nan=False),
    st.dates(date(1950, 1, 1), date(2600, 1, 1)),
)


def examined(book: Book) -> Examined:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "original"
        path.write_bytes(to_bytes(book))
        return examine(path, book.file, OURS, Limits())


def standing(book: Book) -> dict[tuple[str, str], str]:
    """What stands at each address, by the reader alone."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "original"
        path.write_bytes(to_bytes(book))
        return {
            (sheet.name, cell.address): cell.text
            for sheet in read(path, book.file)
            for cell in sheet.cells.values()
        }


@STEADILY
@given(
    st.sampled_from(("nine-columns", "twelve-columns", "fourteen-columns", "ten-columns")),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 16), values), max_size=12),
)
def test_what_a_finding_shows_stands_at_its_address(
    layout: str, typed: Sequence[tuple[int, int, Value]]
) -> None:
    """Whatever is typed from the header's row on: the pointed cell holds what is shown."""
    book = month_book(FORMS[layout], 5)
    (paper,) = book.sheets
    changed = {
        (paper.header[0] + down, column): Typed(value, "plain") for down, column, value in typed
    }
    merged = {
        (row, column)
        for merge in paper.merges
        for row in range(merge.top, merge.bottom + 1)
        for column in range(merge.left, merge.right + 1)
    }
    book = type_cells(book, paper.name, {at: t for at, t in changed.items() if at not in merged})
    stands = standing(book)

    for finding in examined(book).findings:
        if finding.cell and finding.value and finding.rule not in SAID_OTHERWISE:
            here = squeezed(whole(stands, finding.sheet, finding.cell))
            # Between its lines may stand what belongs to another field: a project number.
            for line in map(squeezed, finding.value.splitlines()):
                found, there, here = here.partition(line)
                assert there == line, (finding, found)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", visible(text))


def whole(stands: dict[tuple[str, str], str], sheet: str, cell: str) -> str:
    """The text of a cell, of the next ones in its row, and below: they may state one thing."""
    letters_, row = re.fullmatch("([A-Z]+)([0-9]+)", cell).groups()  # type: ignore[union-attr]
    first = 0
    for letter in letters_:
        first = first * 26 + ord(letter) - ord("A") + 1
    near = (
        stands.get((sheet, address(int(row) + down, first + more)), "")
        for down in range(30)
        for more in range(4)
    )
    return "\n".join(text for text in near if text)


# ---- a row written out by the form and read back states the same

titles = st.builds("{}{}".format, st.sampled_from(("ซื้อ", "จ้าง")), letters).map(visible)
firms = st.builds(
    "{}{}".format,
    st.sampled_from(("ร้าน", "บริษัท ", "นายสมมติ ", "หจก. ")),
    st.text("กขคงจฉชซญดตถทนบปผพฟมยรลวสหอ", min_size=2, max_size=12),
)
money = st.integers(1, 10**11)
rows = st.builds(
    Procurement,
    source=st.just(Source("", "", 0)),
    title=titles,
    budget=money,
    reference_price=st.none() | money,
    procurement_method=st.sampled_from(("เฉพาะเจาะจง", "คัดเลือก", "e-bidding")),
    bids=st.lists(st.builds(Bid, firms, money), min_size=1, max_size=4).map(tuple),
    supplier=firms,
    agreed_price=money,
    selection_reason=st.none() | st.just("เป็นผู้มีคุณสมบัติตรงตามเงื่อนไขที่กำหนด"),
    contract_number=st.builds("{}/{}".format, st.integers(1, 999), st.sampled_from((2567, 2568))),
    contract_date=st.dates(OCTOBER.first, OCTOBER.last),
)


def written_out(items: Sequence[Procurement]) -> Book:
    """The nine columns as a careful clerk types them; None is a dash."""

    def offer(name: str | None, amount: int | None) -> str:
        return f"{name} / {baht(amount or 0)} บาท"

    def line(number: int, row: Procurement) -> list[Value]:
        day = row.contract_date
        assert day
        said = f"{day.day} {MONTHS[day.month - 1]} {day.year + BUDDHIST_OFFSET}"
        return [
            number,
            row.title,
            baht(row.budget or 0),
            "-" if row.reference_price is None else baht(row.reference_price),
            row.procurement_method,
            "\n".join(offer(bid.bidder, bid.amount) for bid in row.bids),
            offer(row.supplier, row.agreed_price),
            row.selection_reason or "-",
            f"{row.contract_number}\nลว. {said}",
        ]

    lines: list[list[Value]] = [[TITLE], list(NINE.values())]
    lines += [line(number, row) for number, row in enumerate(items, start=1)]
    cells = {
        (row, column): Typed(value)
        for row, typed in enumerate(lines, start=1)
        for column, value in enumerate(typed, start=1)
    }
    return Book("แบบ.xlsx", (Paper("สขร.1", cells, header=(2, 2)),))


@STEADILY
@given(st.lists(rows, min_size=1, max_size=5))
def test_a_row_that_the_form_writes_is_read_back_as_it_was(items: list[Procurement]) -> None:
    once = examined(written_out(items))
    (month,) = once.months
    typed = [replace(row, number=at).facts() for at, row in enumerate(items, start=1)]

    assert [row.facts() for row in month.rows] == typed
    again = examined(written_out(month.rows))
    assert [row.facts() for one in again.months for row in one.rows] == typed


# ---- order and blank lines change addresses and nothing else


@STEADILY
@given(
    st.sampled_from(("nine-columns", "ten-columns", "eleven-columns")),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=6),
    st.lists(st.integers(1, 11), max_size=5),
    st.integers(0, 8),
)
def test_shuffled_columns_and_blank_rows_change_nothing_but_addresses(
    layout: str, moves: list[tuple[int, int]], blanks: list[int], above: int
) -> None:
    book = month_book(FORMS[layout], 5)
    sheet = book.sheets[0].name
    changed = book
    for column, to in moves:
        changed = move_column(changed, sheet, address(1, column + 1)[:-1], address(1, to + 1)[:-1])
    for at in sorted(blanks, reverse=True):
        first = changed.expected[0].source.row
        changed = insert_rows(changed, sheet, first + at)
    changed = insert_rows(changed, sheet, 1, count=above)
    if above:
        changed = type_cells(changed, sheet, {(1, 1): Typed("แบบ สขร.1", "title")})
    plain, moved = examined(book), examined(changed)

    assert facts(moved) == facts(plain)
    assert facts(moved) == [item.facts() for item in changed.expected]
    assert [row.source for one in moved.months for row in one.rows] == [
        item.source for item in changed.expected
    ]
    assert [f for f in moved.findings if f.severity != "note"] == []
    title = column_of(FORMS[layout], "title")
    assert all(row.written["title"].text for one in moved.months for row in one.rows), title


def facts(found: Examined) -> list[tuple[object, ...]]:
    return [row.facts() for one in found.months for row in one.rows]
