"""The rows under a header: which are items, which are left out by name, which must be told."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.headings import ENOUGH_TO_BE_MEANT, Header, Rows
from pipeline.months import is_title
from schemas.finding import Finding
from schemas.layouts import (
    BELOW_TABLE,
    COUNT_IN_TOTAL,
    NIL_SAID,
    PAGE_NUMBER,
    SECTION_ROW,
    TOTAL_ROW,
    Column,
)
from schemas.procurement import is_placeholder
from schemas.rules import found
from schemas.sheet import Cell, Sheet, address
from schemas.thai import fold

FOOT = re.compile("|".join(BELOW_TABLE))
INDEX = re.compile(r"\(?[0-9]{1,2}\)?")
LONGEST_NUMBER = 4  # digits in the first column of an empty prepared row; a telephone has more
AMOUNT = re.compile(r"[0-9][0-9,]*(?:\.[0-9]*)?(?:\.?-)?(?:บาท)?")
PRICE = re.compile(
    rf"(?:^(?:{AMOUNT.pattern})|,[0-9]{{3}}|\.[0-9]{{2}}|\.-|บาท(?:ถ้วน)?|[0-9]บ\.)\)?$"
)
# A row with one of these is an item of its own; without them it goes on with the row above.
OWN = {"number", "budget", "reference_price", "procurement_method"}
OFFERS = {"bidder", "bid"}
# What a total, a carry-over or the head of a section may state as well as a purchase.
NO_PROOF = {"number", "title", "budget", "reference_price"}

A_TEXT, SEVERAL = 9, 3  # letters, columns: a total row has not so many words

Place = tuple[int, int]


@dataclass(frozen=True)
class Line:
    """One item of the table, usually one row: for each recognised column its filled cells."""

    row: int  # the first, as Excel counts
    cells: Mapping[Column, tuple[Cell, ...]]
    last: int = 0

    @property
    def all(self) -> list[Cell]:
        return [cell for cells in self.cells.values() for cell in cells]

    @property
    def fields(self) -> set[str]:
        return {name for column in self.cells for name in column.fields}

    def of(self, field: str) -> tuple[Cell, ...]:
        return next((c for column, c in self.cells.items() if column.fields[0] == field), ())

    def and_then(self, other: "Line") -> "Line":
        """The same item with the cells of a further row."""
        columns = {**self.cells, **other.cells}
        cells = {
            column: (*self.cells.get(column, ()), *other.cells.get(column, ()))
            for column in columns
        }
        return Line(self.row, cells, other.row)


@dataclass
class Under:
    """What stands under a header. ``named`` says of cells why they are left out."""

    items: list[Line] = field(default_factory=list)
    totals: list[Line] = field(default_factory=list)  # left out, but they must add up
    titles: list[Cell] = field(default_factory=list)  # of later pages, or of a later month
    nil: bool = False  # finance wrote that nothing was bought
    named: dict[Place, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def lines_under(  # noqa: C901, PLR0912 - one branch for each thing that may stand under a header
    sheet: Sheet, header: Header, rows: Rows, above: set[str]
) -> Under:
    """Part the rows under a header; every text that is no item and has no name is told.

    ``rows`` are those below the header that belong to it; ``above`` are the texts (folded) of
    the title block, which later pages repeat.
    """
    under, signed = Under(), False
    groups = _groups(sheet, header)
    nil: list[Line] = []
    apart: list[Line] = []
    for row, cells in rows.items():
        line = _line(row, [cell for cell in cells if cell.column in header.spans], header)
        if not line.cells:
            continue
        if under.items and row <= groups.get(under.items[-1].row, 0):
            under.items[-1] = under.items[-1].and_then(line)
        elif _everyday(line):
            under.findings += _between(sheet, apart, under.items)
            apart, signed = [], False
            under.items.append(line)
        elif why := _left_out(line, header, above):
            _name(under, line.all, why)
            under.totals += [line] if why == "total" else []
            if why == "heading":  # of another page: what stood apart is the foot of the last one
                _below(sheet, apart, under)
                apart, signed = [], False
        elif titles := _titles(line):
            under.titles += titles
            _name(under, titles, "title")
            if beside := [cell for cell in line.all if cell not in titles]:
                apart.append(_line(row, beside, header))
        elif _says_nil(line):
            nil.append(line)
        elif not signed and not apart and _states(line) and _goes_on(line, under.items):
            under.findings += _continue(sheet, line, under.items)
        elif row in groups or _is_item(line, signed=signed):
            under.findings += _between(sheet, apart, under.items)
            apart, signed = [], False
            under.items.append(line)
        else:
            apart.append(line)
            signed = signed or any(FOOT.search(fold(cell.text)) for cell in line.all)
    under.nil = bool(nil) and not under.items
    for line in nil if under.nil else ():
        _name(under, line.all, "nil")
    below = apart if under.nil else sorted([*nil, *apart], key=lambda line: line.row)
    _below(sheet, below, under)
    under.findings += [doubt for line in under.items for doubt in _struck(sheet, line)]
    return under


def _titles(line: Line) -> list[Cell]:
    """The cells that head another page or month; a row of many cells is an item."""
    few = len(line.all) < ENOUGH_TO_BE_MEANT
    return [cell for cell in line.all if is_title(cell)] if few else []


def _name(under: Under, cells: Iterable[Cell], why: str) -> None:
    under.named |= {(cell.row, cell.column): why for cell in cells}


def _groups(sheet: Sheet, header: Header) -> dict[int, int]:
    """First row → last row of the items whose title or number is merged over several rows."""
    tall: dict[int, int] = {}
    for merge in sheet.merges:
        column = header.spans.get(merge.left)
        keys = column is not None and {"title", "number"} & set(column.fields)
        if keys and merge.top > header.last and merge.bottom > merge.top:
            tall[merge.top] = max(tall.get(merge.top, 0), merge.bottom)
    return tall


def _line(row: int, cells: Sequence[Cell], header: Header) -> Line:
    by_column: dict[Column, tuple[Cell, ...]] = {}
    for cell in cells:
        column = header.spans[cell.column]
        by_column[column] = (*by_column.get(column, ()), cell)
    return Line(row, by_column, row)


def _everyday(line: Line) -> bool:
    """A quick look that tells most items: a sum, and several texts beside title and number."""
    if len(line.cells) <= ENOUGH_TO_BE_MEANT:
        return False
    if not any(cell.kind == "number" for cell in line.of("budget")):
        return False
    texts = 0
    for column, cells in line.cells.items():
        if column.fields[0] not in {"number", "title"}:
            texts += any(cell.kind == "text" and len(cell.text) >= A_TEXT for cell in cells)
    return texts >= SEVERAL


def _left_out(line: Line, header: Header, above: set[str]) -> str:  # noqa: PLR0911 - one a name
    """Why a row is left out by name: empty numbers, dashes, index, total, page furniture."""
    cells, numbers = line.all, line.of("number")
    texts = [fold(cell.text) for cell in cells]
    if len(numbers) == len(texts) and all(
        INDEX.fullmatch(text) or (text.isdecimal() and len(text) <= LONGEST_NUMBER)
        for text in texts
    ):
        return "empty-row"  # the numbers that a prepared form has in empty rows
    rest = [cell for cell in cells if cell not in numbers]
    numbered = all(INDEX.fullmatch(fold(cell.text)) for cell in numbers)
    if rest and numbered and all(is_placeholder(cell.text) for cell in rest):
        return "empty-row"
    if all(text in above or re.search(PAGE_NUMBER, text) for text in texts):
        return "page"
    if line.fields <= {"number", "title"} and re.search(SECTION_ROW, "".join(texts)):
        return "section"
    if len(texts) >= ENOUGH_TO_BE_MEANT and all(INDEX.fullmatch(text) for text in texts):
        return "index"
    if _is_total(line):
        return "total"
    return "heading" if header.repeated(texts) else ""


def _is_total(line: Line) -> bool:
    """A total has a label and sums; who has a bidder, a winner or a contract is an item."""
    label = [cell for cell in (*line.of("number"), *line.of("title")) if cell.kind == "text"]
    rest = [cell for cell in line.all if cell not in label]
    first, *more = [fold(cell.text) for cell in label] or [""]
    return (
        re.match(TOTAL_ROW, first) is not None
        and all(re.match(TOTAL_ROW, text) or re.match(COUNT_IN_TOTAL, text) for text in more)
        and all(cell.kind != "text" or _is_sum(cell.text) for cell in rest)
    )


def _is_sum(text: str) -> bool:
    """True for what stands in a total: figures, the sum in words, a dash."""
    return (
        is_placeholder(text)
        or AMOUNT.fullmatch(fold(text)) is not None
        or re.search(r"(?:บาท|ถ้วน|สตางค์)\)?$", fold(text)) is not None
    )


def _says_nil(line: Line) -> bool:
    said = [cell for cell in line.all if re.match(NIL_SAID, fold(cell.text))]
    rest = [cell for cell in line.all if cell not in said and cell not in line.of("number")]
    return bool(said) and all(is_placeholder(cell.text) or fold(cell.text) == "0" for cell in rest)


def _goes_on(line: Line, items: Sequence[Line]) -> bool:
    """True for a row right under an item that only adds to it: a further bidder, a broken line.

    A title alone may be a heading between items: there somebody must look.
    """
    return (
        bool(items)
        and items[-1].last == line.row - 1
        and not line.fields & OWN
        and line.fields != {"title"}
        and not any(
            FOOT.search(fold(cell.text))
            for column, cells in line.cells.items()
            if "contract_date" not in column.fields  # «วันที่ …» signs a page, and dates a contract
            for cell in cells
        )
    )


def _continue(sheet: Sheet, line: Line, items: list[Line]) -> list[Finding]:
    items[-1] = items[-1].and_then(line)
    # A bidder a row is a way to write the form, not a broken line.
    return [] if line.fields <= OFFERS else [_told(sheet, "row-continued", line.all[0])]


def _is_item(line: Line, *, signed: bool) -> bool:
    """True for a row that states a purchase: by its number, budget or method, and by who or how.

    A label with figures may be a total, a number with a title the head of a section, names side
    by side those who sign: nobody's guess. Below a signature only a row with a number, or a wide
    one, is taken for another item.
    """
    if len(line.cells) == 1 or all(FOOT.search(fold(cell.text)) for cell in line.all):
        return False
    numbered = any(re.search("[0-9]", fold(cell.text)) for cell in line.of("number"))
    if len(line.cells) > ENOUGH_TO_BE_MEANT and numbered:
        return True
    if signed and not numbered and len(line.cells) < ENOUGH_TO_BE_MEANT:
        return False
    owned = numbered or line.fields & {"budget", "reference_price", "procurement_method"}
    rest = [cell for cell in line.all if cell not in line.of("title")]
    proof = any(
        not _is_sum(cell.text)
        for column, cells in line.cells.items()
        if not NO_PROOF & set(column.fields)
        for cell in cells
    )
    # A title among dashes was filled in by somebody: an item of which nothing is known.
    return bool(owned) and (proof or all(is_placeholder(cell.text) for cell in rest))


def _between(sheet: Sheet, lines: Iterable[Line], items: list[Line]) -> list[Finding]:
    """Texts between items may be torn parts of one: the month waits until somebody has looked."""
    findings: list[Finding] = []
    for line in lines:
        if _goes_on(line, items):
            findings += _continue(sheet, line, items)
        else:
            findings += [_told(sheet, "row-is-whole", cell) for cell in line.all]
    return findings


def _states(line: Line) -> bool:
    """True for a row with a figure: names alone may be the first line of the signatures.

    In the columns of bidders the figure is a price: a telephone or a date is a remark.
    """
    figure = PRICE if line.fields <= OFFERS else re.compile("[0-9]")
    return any(figure.search(fold(cell.text)) for cell in line.all)


def _below(sheet: Sheet, lines: Iterable[Line], under: Under) -> None:
    """Below the items stand remarks and signatures; several cells before any may be an item."""
    signed = False
    last = under.items[-1].last if under.items else 0
    for line in lines:
        named = [cell for cell in line.all if FOOT.search(fold(cell.text))]
        _name(under, named, "foot")
        signed = signed or bool(named)
        # Right under the last item, and not in the column of titles: the end of its text?
        torn = line.row == last + 1 and not line.fields & {"title", "number"}
        whole = signed or (len(line.all) == 1 and not torn)
        rule = "cell-in-table" if whole else "row-is-whole"
        under.findings += [_told(sheet, rule, cell) for cell in line.all if cell not in named]


def _struck(sheet: Sheet, line: Line) -> list[Finding]:
    """A row or a part of it is struck through: cancelled, or corrected by hand."""
    struck = [cell for cell in line.all if cell.struck]
    if struck and all(cell.struck == "whole" for cell in line.all):
        return [_told(sheet, "row-struck", line.all[0])]
    return [_told(sheet, "cell-struck", cell) for cell in struck]


def _told(sheet: Sheet, rule: str, cell: Cell) -> Finding:
    where = address(cell.row, cell.column)
    return found(rule, sheet.file, sheet.name, where, cell.text, row=cell.row)
