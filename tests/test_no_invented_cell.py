"""One cell of a good workbook is emptied: what is published of it is unknown, all else the same.

Never a default, never a neighbour's value: each cell of each layout in turn, from the bytes of
the workbook to the four files that the public reads.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import html

from pipeline import formats
from pipeline.examine import examine
from pipeline.examples.paper import Book, Typed, rename_file, to_bytes, type_cells
from pipeline.guard import Limits
from pipeline.judge import Judgement, judge
from schemas.config import Organisation, Settings
from schemas.example_words import Form
from schemas.history import Before
from schemas.month import Month
from schemas.personal import public
from schemas.procurement import FACTS, Procurement
from schemas.summary import MonthlySummary
from schemas.thai import UNKNOWN
from tests.conftest import Office
from tests.corpus.alterations import ALTERATIONS
from tests.corpus.forms import FEBRUARY, FORMS, column_of, month_book
from tests.paper import OURS

TODAY = date(2025, 10, 20)  # after the due day: what is asked does not hold the month
SETTINGS = Settings(organisation=Organisation(name=OURS[0]))
PLACEHOLDERS = ("-", "........../2568")  # in turn, after every cell was truly emptied
# Which facts a cell of a column states, and which columns of the two tables show them.
STATES: Mapping[str, tuple[str, ...]] = {
    "index": ("number",),
    "bids": ("bids",),
    "bidder": ("bids",),
    "bid": ("bids",),
    "award": ("supplier", "agreed_price"),
    "contract": ("contract_number", "contract_date"),
}
IN_FORM = {
    "number": 0,
    "title": 1,
    "budget": 2,
    "reference_price": 3,
    "procurement_method": 4,
    "bids": 5,
    "supplier": 6,
    "agreed_price": 6,
    "selection_reason": 7,
    "contract_number": 8,
    "contract_date": 8,
    "egp_project_number": 9,
}
IN_CSV = {
    "title": (3,),
    "budget": (4,),
    "reference_price": (5,),
    "procurement_method": (6,),
    "bids": (7, 8),
    "supplier": (9,),
    "agreed_price": (10,),
    "selection_reason": (11,),
    "contract_number": (12,),
    "contract_date": (12,),
    "egp_project_number": (15,),
}
Grid = list[list[str]]


@dataclass(frozen=True)
class Case:
    """A good workbook and the form it is typed in."""

    form: Form
    book: Book

    def cells(self) -> Iterator[tuple[int, int]]:
        """Give every filled cell of the items."""
        (paper,) = self.book.sheets
        first = self.book.expected[1].source.row  # in between: neighbours above and below
        end = _end_of_items(self.book)
        for place, typed in sorted(paper.cells.items()):
            if first <= place[0] < end and typed.value is not None:
                yield place

    def item(self, row: int) -> int:
        """Which item stands in that row: an item may have several lines."""
        return max(at for at, item in enumerate(self.book.expected) if item.source.row <= row)

    def field(self, column: int) -> str:
        return next(field for field in reversed(self.form.fields[:column]) if field)


def _end_of_items(book: Book) -> int:
    """The row behind the last line of the last item: a total or a signature has no method."""
    (paper,) = book.sheets
    last = book.expected[-1].source.row
    return next(row for row in range(last + 1, last + 9) if not _continues(paper.cells, row, book))


def _continues(cells: Mapping[tuple[int, int], Typed], row: int, book: Book) -> bool:
    """A further line of the last item names a bidder of it."""
    names = {bid.bidder for bid in book.expected[-1].bids}
    said = [str(typed.value) for (at, _), typed in cells.items() if at == row and typed.value]
    return any(name and name in text for name in names for text in said)


def _cases() -> dict[str, Case]:
    cases = {name: Case(form, month_book(form, 2)) for name, form in FORMS.items()}
    for alteration in ALTERATIONS:
        if alteration.name.startswith("rows/one-line-a-bidder"):
            for name in ("nine-columns", "twelve-columns"):
                book = month_book(FORMS[name], 4)
                altered = alteration.function(book, FORMS[name])
                cases[f"{name} {alteration.name}"] = Case(FORMS[name], altered)
    return cases


CASES = _cases()


def test_there_are_enough_cells_and_layouts() -> None:
    assert len(CASES) >= 12
    assert sum(len(list(case.cells())) for case in CASES.values()) * 2 >= 500


@pytest.mark.parametrize("name", CASES)
def test_an_emptied_cell_is_unknown_in_public_and_nothing_else_changes(
    name: str, tmp_path: Path
) -> None:
    case = CASES[name]
    before = _judged(case.book, tmp_path)
    assert before.outcome == "accepted", before.findings
    rows = before.months[0].rows
    tables = _tables(rows)
    for place in case.cells():
        for value in (None, PLACEHOLDERS[sum(place) % 2]):
            changed = _with(case.book, place, value)
            after = _judged(changed, tmp_path)
            at, stated = case.item(place[0]), _facts(case.field(place[1]))
            doubt = (name, place, value, case.field(place[1]), after.findings)
            if after.outcome != "accepted":
                assert _points_at(after, case, at), doubt
                continue
            assert _only_unknown(rows, after.months[0].rows, at, stated), doubt
            if value is not None:  # rows alike make files alike
                continue
            for before_, after_, columns in zip(
                tables, _tables(after.months[0].rows), _columns(stated), strict=True
            ):
                assert _only_there(before_, after_, at, columns), (*doubt, before_, after_)


def _facts(field: str) -> tuple[str, ...]:
    return STATES.get(field, (field,) if field in FACTS else ())


def _columns(stated: tuple[str, ...]) -> tuple[set[int], set[int], set[int]]:
    form = {IN_FORM[fact] for fact in stated}
    return form, form, {column for fact in stated for column in IN_CSV.get(fact, ())}


def _with(book: Book, place: tuple[int, int], value: str | None) -> Book:
    (paper,) = book.sheets
    return type_cells(book, paper.name, {place: paper.cells[place]._replace(value=value)})


def _judged(book: Book, folder: Path) -> Judgement:
    path = folder / "original"
    path.write_bytes(to_bytes(book))
    examined = examine(path, book.file, OURS, Limits())
    return judge(examined, Before(), SETTINGS, TODAY)


def _points_at(judgement: Judgement, case: Case, at: int) -> bool:
    """What holds the month stands in the lines of the item whose cell was emptied."""
    items = case.book.expected
    first = items[at].source.row
    last = items[at + 1].source.row if at + 1 < len(items) else _end_of_items(case.book)
    return any(
        finding.severity == "fix"
        and first <= int("".join(filter(str.isdigit, finding.cell)) or 0) < last
        for finding in judgement.findings
    )


def _only_unknown(
    before: tuple[Procurement, ...],
    after: tuple[Procurement, ...],
    at: int,
    stated: tuple[str, ...],
) -> bool:
    if len(before) != len(after):
        return False
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        for fact in FACTS:
            was, is_ = getattr(old, fact), getattr(new, fact)
            if index != at or fact not in stated:
                if was != is_:
                    return False
            elif fact == "bids":
                if not _fewer(was, is_):
                    return False
            elif is_ is not None:
                return False
    return True


def _fewer(before: Any, after: Any) -> bool:  # noqa: ANN401 - bids
    """Each bid is one of before, with a name or a price gone at most; and something is gone."""
    left = [{(bid.bidder, bid.amount), (None, bid.amount), (bid.bidder, None)} for bid in before]
    for bid in after:
        match = next((one for one in left if (bid.bidder, bid.amount) in one), None)
        if match is None:
            return False
        left.remove(match)
    return bool(after != before)


# ---- the files that the public reads, as tables of texts


def _tables(rows: tuple[Procurement, ...]) -> tuple[Grid, Grid, Grid]:
    """Page, workbook and CSV of the month, an item a line; JSON must say what the rows say."""
    # As the ledger keeps them: the right half of the way knows nothing else.
    kept = tuple(Procurement.of(json.loads(json.dumps(row.kept()))) for row in rows)
    summary = MonthlySummary(
        FEBRUARY, OURS[0], "", 1, TODAY, tuple(map(public, kept)), numerals="arabic"
    )
    files = formats.render(summary)
    name = f"sokhoro1-{FEBRUARY}"
    said = json.loads(files[f"{name}.json"])["rows"]
    assert [{key: row[key] for key in row.keys() & kept[0].public().keys()} for row in said] == [
        row.public() for row in kept
    ]
    return (
        _page(files["index.html"]),
        _workbook(files[f"{name}.xlsx"], len(rows)),
        _csv(files[f"{name}.csv"]),
    )


def _csv(content: bytes) -> Grid:
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [[field.removeprefix("'") for field in line] for line in lines[1:]]


def _page(content: bytes) -> Grid:
    page: Any = html.document_fromstring(content.decode())
    lines = page.xpath("//table[@class='rows']/tbody/tr")
    return [[_text(cell) for cell in line.xpath("th|td")] for line in lines]


def _text(cell: Any) -> str:  # noqa: ANN401 - lxml's element
    return "\n".join(" ".join(text.split()) for text in cell.itertext() if text.strip())


def _workbook(content: bytes, count: int) -> Grid:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    lines = [["" if value is None else str(value) for value in line] for line in sheet.values]
    head = next(at for at, line in enumerate(lines) if line[0].startswith("ลำดับ"))
    return [line[:9] for line in lines[head + 1 :] if line[0]][:count]


def _only_there(before: Grid, after: Grid, at: int, columns: set[int]) -> bool:
    """Cells differ in these columns of the item alone, and there something is unknown now."""
    if len(before) != len(after):
        return False
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        for column in range(max(len(old), len(new))):
            was, is_ = _at(old, column), _at(new, column)
            if was == is_:
                continue
            if index != at or column not in columns:
                return False
            pieces = [line for line in is_.replace(" / ", "\n").split("\n") if line]
            if not all(line.startswith(UNKNOWN) or line in was for line in pieces):
                return False
    return True


def _at(line: list[str], column: int) -> str:
    return line[column] if column < len(line) else ""


# ---- headings and titles


@pytest.mark.parametrize("name", FORMS)
def test_an_emptied_heading_or_title_makes_no_value(name: str, tmp_path: Path) -> None:
    """The column is unknown and told, or the month comes back; no other column moves into it."""
    case = CASES[name]
    (paper,) = case.book.sheets
    rows = _judged(case.book, tmp_path).months[0].rows
    first = case.book.expected[0].source.row
    for place, typed in sorted(paper.cells.items()):
        if place[0] >= first or typed.value is None:
            continue
        after = _judged(_with(case.book, place, None), tmp_path)
        if after.outcome != "accepted":
            assert any(finding.severity == "fix" for finding in after.findings)
            continue
        again = after.months[0].rows
        assert len(again) == len(rows), (name, place)
        gone = {
            fact
            for old, new in zip(rows, again, strict=True)
            for fact in FACTS
            if getattr(old, fact) != getattr(new, fact)
        }
        assert all(
            getattr(new, fact) in {None, ()} or getattr(new, fact) == getattr(old, fact)
            for old, new in zip(rows, again, strict=True)
            for fact in gone
        ), (name, place, typed.value, gone)
        told = {finding.rule for finding in after.findings}
        assert not gone or told, (name, place, typed.value, gone)


# ---- the whole way, ledger and public folder too


@pytest.mark.parametrize("name", ["fourteen-columns", "three-line-header"])
def test_the_whole_program_publishes_an_emptied_cell_as_unknown(name: str, office: Office) -> None:
    """A month for each column, its first item's cell emptied."""
    form = FORMS[name]
    months = [Month(2567, 10 + at) for at in range(3)] + [Month(2568, 1 + at) for at in range(9)]
    columns = [field for field in form.fields if field not in {"", "title"}]
    expected = {}
    for month, field in zip(months, columns, strict=False):
        book = month_book(form, 3, month)
        item = book.expected[0]
        changed = _with(book, (item.source.row, column_of(form, field)), None)
        file = f"{month}.xlsx"
        office.drop(file, to_bytes(rename_file(changed, file)))
        expected[str(month)] = (field, book.expected)

    done = office.one_pass(TODAY)

    assert len(done.published) == len(expected)
    for month_, (field, rows) in expected.items():
        for at, (row, good) in enumerate(zip(office.month(month_)["rows"], rows, strict=True)):
            for fact, value in good.public().items():
                emptied = at == 0 and fact.removesuffix("_code") in _facts(field)
                nothing = _emptied(field, value) if fact == "bids" else None
                assert row[fact] == (nothing if emptied else value), (month_, field, fact)


def _emptied(field: str, bids: list[dict[str, str]]) -> list[dict[str, str | None]]:
    """What is left of the bids when the cell of a field is empty."""
    gone = {"bidder": "bidder", "bid": "amount"}.get(field)
    return [{**bid, gone: None} for bid in bids] if gone else []
