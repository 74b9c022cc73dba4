"""The rows under a header: which are items, which are left out by name, which must be told."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.headings import ENOUGH_TO_BE_MEANT, Header
from pipeline.months import is_title
from schemas.finding import Finding
from schemas.layouts import BELOW_TABLE, NIL_SAID, PAGE_NUMBER, TOTAL_ROW, Column
from schemas.procurement import is_placeholder, method_code
from schemas.rules import found
from schemas.sheet import Cell, Sheet
from schemas.thai import fold

FOOT = re.compile("|".join(BELOW_TABLE))
INDEX = re.compile(r"\(?[0-9]{1,2}\)?")
AMOUNT = re.compile(r"[0-9][0-9,]*(?:\.[0-9]*)?(?:\.?-)?(?:บาท)?")
NUMBERED = {"budget", "reference_price", "bid", "agreed_price", "contract_number", "contract_date"}


@dataclass(frozen=True)
class Line:
    """One row of the table: for each recognised column its filled cells."""

    row: int
    cells: Mapping[Column, tuple[Cell, ...]]

    @property
    def all(self) -> list[Cell]:
        return [cell for cells in self.cells.values() for cell in cells]

    def of(self, field: str) -> tuple[Cell, ...]:
        return next((c for column, c in self.cells.items() if column.fields[0] == field), ())


@dataclass
class Under:
    """What stands under a header."""

    items: list[Line] = field(default_factory=list)
    titles: list[Cell] = field(default_factory=list)  # of later pages, or of a later month
    nil: bool = False  # finance wrote that nothing was bought
    findings: list[Finding] = field(default_factory=list)


def lines_under(sheet: Sheet, header: Header) -> Under:
    """Part the rows under a header; every text that is no item and has no name is told."""
    above = {fold(cell.text) for (row, _), cell in sheet.cells.items() if row < header.first}
    under, signed = Under(), False
    nil: list[Line] = []
    apart: list[Line] = []
    for row, cells in sheet.rows():
        line = _line(row, [cell for cell in cells if cell.column in header.spans], header)
        if row <= header.last or _left_out(line, header, above):
            continue
        if len(line.all) == 1 and is_title(line.all[0]):
            under.titles += line.all
        elif _says_nil(line):
            nil.append(line)
        elif _is_item(line, signed=signed):
            under.findings += _between(sheet, apart)
            apart, signed = [], False
            under.items.append(line)
        else:
            apart.append(line)
            signed = signed or any(FOOT.search(fold(cell.text)) for cell in line.all)
    under.nil = bool(nil) and not under.items
    below = apart if under.nil else sorted([*nil, *apart], key=lambda line: line.row)
    under.findings += _below(sheet, below)
    return under


def _line(row: int, cells: Sequence[Cell], header: Header) -> Line:
    by_column: dict[Column, tuple[Cell, ...]] = {}
    for cell in cells:
        column = header.spans[cell.column]
        by_column[column] = (*by_column.get(column, ()), cell)
    return Line(row, by_column)


def _left_out(line: Line, header: Header, above: set[str]) -> bool:
    """True for what is left out by name: nothing, empty numbers, index, total, page furniture."""
    texts = [fold(cell.text) for cell in line.all]
    numbers = line.of("number")
    if len(numbers) == len(texts) and all(
        INDEX.fullmatch(text) or text.isdecimal() for text in texts
    ):
        return True  # nothing at all, or the numbers that a prepared form has in empty rows
    if len(texts) == 1 and (texts[0] in above or re.search(PAGE_NUMBER, texts[0])):
        return True
    if len(texts) >= ENOUGH_TO_BE_MEANT and all(INDEX.fullmatch(text) for text in texts):
        return True
    return _is_total(line) or header.repeated(texts)


def _is_total(line: Line) -> bool:
    """A total has a label and sums; who has a bidder, a winner or a contract is an item."""
    label = [cell for cell in (*line.of("number"), *line.of("title")) if cell.kind == "text"]
    rest = [cell for cell in line.all if cell not in label]
    return (
        bool(label)
        and all(re.match(TOTAL_ROW, fold(cell.text)) for cell in label)
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


def _is_item(line: Line, *, signed: bool) -> bool:
    """True for a row that states a purchase, however little of it; one cell alone does not.

    Below a signature only a row with a number, or a wide one, is taken for another item.
    """
    if len(line.cells) == 1 or all(FOOT.search(fold(cell.text)) for cell in line.all):
        return False
    if len(line.cells) >= ENOUGH_TO_BE_MEANT:
        return True
    if any(cell.kind == "number" or fold(cell.text).isdecimal() for cell in line.of("number")):
        return True
    if signed:
        return False
    methods = line.of("procurement_method")
    return any(method_code(cell.text) for cell in methods) or any(
        re.search("[0-9]", fold(cell.text))
        for column, cells in line.cells.items()
        if NUMBERED & set(column.fields)
        for cell in cells
    )


def _between(sheet: Sheet, lines: Iterable[Line]) -> list[Finding]:
    """Texts between items may be torn parts of one: the month waits until somebody has looked."""
    return [_told(sheet, "row-is-whole", cell) for line in lines for cell in line.all]


def _below(sheet: Sheet, lines: Iterable[Line]) -> list[Finding]:
    """Below the items stand remarks and signatures; several cells before any may be an item."""
    findings: list[Finding] = []
    signed = False
    for line in lines:
        named = [cell for cell in line.all if FOOT.search(fold(cell.text))]
        signed = signed or bool(named)
        rule = "cell-in-table" if signed or len(line.all) == 1 else "row-is-whole"
        findings += [_told(sheet, rule, cell) for cell in line.all if cell not in named]
    return findings


def _told(sheet: Sheet, rule: str, cell: Cell) -> Finding:
    return found(rule, sheet.file, sheet.name, cell.address, cell.text, row=cell.row)
