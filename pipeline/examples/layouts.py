"""Type purchases into a sheet as a clerk would: one way for all layouts, the forms are data."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from random import Random

from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple

from pipeline.examples.paper import Book, Paper, Question, Typed, Value
from pipeline.examples.purchases import BAHT, Purchase, chance
from schemas import example_words as words
from schemas.layouts import NIL
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.sheet import Merge
from schemas.thai import BUDDHIST_OFFSET, MONTHS, MONTHS_SHORT, baht, thai_digits

FORMS = {form.id: form for form in words.FORMS}
LAYOUTS = tuple(FORMS)
_LOOKS = {
    "index": "centre",
    "procurement_method": "centre",
    "contract_number": "centre",
    "contract_date": "date",
    "budget": "money",
    "reference_price": "money",
    "bid": "money",
    "agreed_price": "money",
}
_LINE = 21.0  # points: what a line of text needs
_FILL = 0.8  # letters that find room in a unit of column width

_Cells = dict[tuple[int, int], Typed]


def month_sheet(
    file: str, form: words.Form, month: Month, purchases: Sequence[Purchase], random: Random
) -> Book:
    """Return a workbook of one sheet; without purchases it states that nothing was bought."""
    sheet = form.sheet.format(**month_names(month))
    cells, merges = _above(form, month)
    expected, asked = [], []
    thai_numbering = chance(random, 25)

    row = form.first - 1
    for number, purchase in enumerate(purchases, start=1):
        row += random.choices((1, 2), (15, 1))[0]  # here and there a blank row
        # Dice of its own for each row: another row here changes nothing there.
        typed = _typed(purchase, form, Random(random.randbytes(8)))  # noqa: S311 - must repeat
        typed["index"] = thai_digits(str(number)) if thai_numbering else number
        line, wide = _line(form, row, typed)
        cells |= line
        merges += wide
        source = Source(file, sheet, row)
        expected.append(_expected(purchase, form, source, number))
        if purchase.question:
            asked.append(Question(sheet, row, purchase.question))
    if not purchases:
        row += 1
        cells |= _line(form, row, {"title": NIL})[0]

    below, under = _below(form, row, purchases)
    cells |= below
    merges += under
    widths = dict(enumerate(form.widths, start=1))
    heights = _heights(cells, merges, form.widths)
    paper = Paper(sheet, cells, tuple(merges), widths, heights, form.header)
    return Book(file, (paper,), tuple(expected), tuple(asked))


def month_names(month: Month) -> dict[str, object]:
    """Everything that titles, sheet names and file names may be filled with."""
    after = month.following
    return {
        "month": MONTHS[month.number - 1],
        "short": MONTHS_SHORT[month.number - 1],
        "year": month.year,
        "year2": month.year % 100,
        "year_thai": thai_digits(str(month.year)),
        "fiscal_year": month.fiscal_year,
        "next_month": MONTHS[after.number - 1],
        "next_year_thai": thai_digits(str(after.year)),
    }


def _above(form: words.Form, month: Month) -> tuple[_Cells, list[Merge]]:
    cells: _Cells = {}
    merges = []
    for area, text, look in form.above:
        first, _, last = area.partition(":")
        (top, left), (bottom, right) = map(coordinate_to_tuple, (first, last or first))
        for row in range(top, bottom + 1):
            cells |= {(row, column): Typed(None, look) for column in range(left, right + 1)}
        cells[top, left] = Typed(text.format(**month_names(month)), look)
        if (top, left) != (bottom, right):
            merges.append(Merge(top, left, bottom, right))
    return cells, merges


def _line(form: words.Form, row: int, typed: dict[str, Value]) -> tuple[_Cells, list[Merge]]:
    """Return the cells of an item, and what is merged in it."""
    cells: _Cells = {}
    merges: list[Merge] = []
    for column, field in enumerate(form.fields, start=1):
        if field:
            left = column
        elif merges and merges[-1].left == left:
            merges[-1] = Merge(row, left, row, column)
        else:
            merges.append(Merge(row, left, row, column))
        cells[row, column] = Typed(typed.get(field), _LOOKS.get(field, "text"))
    return cells, merges


def _heights(
    cells: Mapping[tuple[int, int], Typed], merges: Sequence[Merge], widths: Sequence[float]
) -> dict[int, float]:
    """Estimate how high the rows must be: merged cells are measured by no program."""
    right = {(merge.top, merge.left): merge.right for merge in merges}
    lines: dict[int, int] = {}
    for (row, column), typed in cells.items():
        wide = sum(widths[column - 1 : right.get((row, column), column)]) * _FILL
        text = "" if typed.value is None else str(typed.value)
        needed = sum(1 + int(_printed(line) / wide) for line in text.split("\n"))
        lines[row] = max(lines.get(row, 1), needed)
    return {row: needed * _LINE for row, needed in lines.items()}


def _printed(text: str) -> int:
    """Count the letters that take room; vowels above and below and tone marks take none."""
    return sum(unicodedata.category(letter) != "Mn" for letter in text)


def _below(
    form: words.Form, row: int, purchases: Sequence[Purchase]
) -> tuple[_Cells, list[Merge]]:
    """Return the total row or the lines to sign under the last item."""
    cells: _Cells = {
        (row + 2, column_index_from_string(column)): Typed(text, "plain")
        for column, text in form.below
    }
    if not (form.totals and purchases):
        return cells, []
    cells |= _line(form, row + 1, {})[0]
    cells[row + 1, 1] = Typed(words.TOTAL, "head")
    for field in ("budget", "agreed_price"):
        total = sum(getattr(purchase.row, field) for purchase in purchases)
        cells[row + 1, form.fields.index(field) + 1] = Typed(total / BAHT, "money")
    return cells, [Merge(row + 1, 1, row + 1, 2)]


def _expected(purchase: Purchase, form: words.Form, source: Source, number: int) -> Procurement:
    """Return what can be found there: a layout without a column for it leaves it unknown."""
    row = replace(purchase.row, source=source, number=number)
    if form.only_winner:
        row = replace(row, bids=(row.bids[purchase.won],))
    if "egp_project_number" not in form.fields:
        row = replace(row, egp_project_number=None)
    return row


# ---- how a clerk types


def _typed(purchase: Purchase, form: words.Form, random: Random) -> dict[str, Value]:
    """Return what the clerk types for one purchase, under every field that a form may have."""
    row = purchase.row
    own = row.bids[purchase.won]
    bid = random.choice(form.bids)
    award = Bid(row.supplier or "", row.agreed_price)
    signed = row.contract_date
    return {
        "title": _loose(row.title, random),
        "budget": _money(row.budget, random),
        "reference_price": _money(row.reference_price, random),
        "procurement_method": _loose(row.procurement_method, random),
        "bids": "\n".join(_offer(bid, each, random) for each in row.bids),
        "award": _loose(_offer(random.choice(form.award), award, random), random),
        "bidder": _loose(own.bidder, random),
        "bid": _money(own.amount, random),
        "supplier": _loose(row.supplier, random),
        "agreed_price": _money(row.agreed_price, random),
        "selection_reason": _loose(row.selection_reason, random),
        "contract": random.choice(form.contracts).format(
            paper=purchase.paper,
            number=row.contract_number,
            date=_date(signed, random) if signed else "",
        ),
        "contract_number": _loose(row.contract_number, random),
        "contract_date": signed,
        "egp_project_number": row.egp_project_number,
    }


def _loose(text: str | None, random: Random) -> str | None:
    """Leave blanks behind now and then, also one of no width, as a web page gives them away."""
    return text and text + random.choices(("", " ", "  ", "\u200b"), (88, 7, 4, 1))[0]


def _money(satang: int | None, random: Random) -> Value:
    """Type an amount as a number; now and then as text, with commas or in Thai digits."""
    if satang is None:
        return None
    as_text = random.choices((None, baht(satang), thai_digits(baht(satang))), (90, 6, 4))[0]
    return as_text or satang / BAHT


def _offer(spelling: str, bid: Bid, random: Random) -> str:
    text = baht(bid.amount or 0)
    whole = text.removesuffix(".00")
    amount = random.choices((text, thai_digits(text), whole), (80, 10, 10))[0]
    return spelling.format(name=bid.bidder, amount=amount)


def _date(day: date, random: Random) -> str:
    year, short = day.year + BUDDHIST_OFFSET, MONTHS_SHORT[day.month - 1]
    text = random.choice(words.DATES_IN_TEXT).format(
        day=day.day,
        month=day.month,
        long=MONTHS[day.month - 1],
        short=short,
        lost=short.removesuffix("."),
        year=year,
        year2=year % 100,
    )
    return thai_digits(text) if chance(random, 50) else text
