"""A year, a month, a demonstration: the workbooks of the invented municipality."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from pipeline.examples.layouts import FORMS, month_names, month_sheet
from pipeline.examples.paper import Book, bind, replace_cell, to_bytes
from pipeline.examples.purchases import BAHT, Purchase, Series, purchases
from schemas import example_words as words
from schemas.month import Month, fiscal_months
from schemas.procurement import Bid

# October first: the new year's orders come at once, in May nearly nothing is bought.
MONTH_SIZES = (50, 31, 12, 18, 22, 30, 9, 5, 16, 14, 20, 27)
ABOVE_LIMIT_IN = 5  # March: explained late, or published as it stands on the due day
UNKNOWN_REFERENCE_IN = 11  # September: in October it still waits
RETURNED_IN = 10  # August: the month that the demonstration sees returned


def example_month(month: Month, layout: str, rows: int, seed: int = 1) -> Book:
    """Return a workbook of one month that raises no question; rows may be 0."""
    bought = purchases(month, rows, _random("bought", seed, month), Series())
    return _typed(month, layout, bought, seed)


def example_year(
    fiscal_year: int, layout: str, seed: int = 1, *, questions: bool = True
) -> tuple[Book, ...]:
    """Return the workbooks of a fiscal year; the same seed states the same facts in any layout.

    With ``questions`` two rows must be asked about (``Book.asked``), all others never.
    """
    months = fiscal_months(fiscal_year)
    series = Series()
    books = []
    for position, (month, size) in enumerate(zip(months, MONTH_SIZES, strict=True)):
        bought = purchases(month, size, _random("bought", seed, month), series)
        planted = _questionable(bought, position) if questions else bought
        books.append(_typed(month, layout, planted, seed))
    if layout == "nine-columns":
        return tuple(books)
    if layout == "twelve-columns":
        return (bind(words.YEAR_FILE.format(fiscal_year=fiscal_year), books),)
    files = [
        words.QUARTER_FILE.format(quarter=quarter, fiscal_year=fiscal_year)
        for quarter in range(1, 5)
    ]
    return tuple(bind(file, books[3 * i : 3 * i + 3]) for i, file in enumerate(files))


def demo_year(fiscal_year: int) -> list[tuple[str, bytes]]:
    """Return file names and workbooks of a year, October first.

    The budget of August's third row is unreadable, so that August comes back; September's empty
    reference price waits for an explanation until its due day.
    """
    books = list(example_year(fiscal_year, "nine-columns"))
    august = books[RETURNED_IN]
    place = august.expected[2].source
    books[RETURNED_IN] = replace_cell(
        august, place.sheet, f"C{place.row}", words.UNREADABLE_AMOUNT
    )
    return [(book.file, to_bytes(book)) for book in books]


def _typed(month: Month, layout: str, bought: Sequence[Purchase], seed: int) -> Book:
    file = words.MONTH_FILE.format(**month_names(month))
    return month_sheet(file, FORMS[layout], month, bought, _random(layout, seed, month))


def _random(purpose: str, seed: int, month: Month) -> Random:
    return Random(f"{purpose} {seed} {month}")  # noqa: S311 - examples must repeat, not surprise


def _questionable(bought: list[Purchase], position: int) -> list[Purchase]:
    """Plant the question of this month, if it has one, in its third row."""
    third = bought[2]
    if position == ABOVE_LIMIT_IN:
        price = 612_500 * BAHT
        row = replace(
            third.row,
            title=words.ABOVE_LIMIT_TITLE,
            budget=620_000 * BAHT,
            reference_price=price,
            procurement_method=words.ABOVE_LIMIT_METHOD,
            bids=(Bid(words.SHOPS[0], price),),
            supplier=words.SHOPS[0],
            agreed_price=price,
        )
        paper = words.KINDS[0].paper
        third = replace(third, paper=paper, row=row, won=0, question="direct-within-limit")
    elif position == UNKNOWN_REFERENCE_IN:
        row = replace(third.row, reference_price=None)
        third = replace(third, row=row, question="reference-price-filled")
    return [*bought[:2], third, *bought[3:]]
