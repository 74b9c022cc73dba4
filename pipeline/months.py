"""Which month a sheet speaks for: what its title, its name and its file say (DESIGN §6)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from schemas.finding import Finding
from schemas.layouts import TITLE_LINE
from schemas.month import Month
from schemas.rules import found
from schemas.sheet import Cell, Sheet
from schemas.thai import (
    MONTHS,
    MONTHS_SHORT,
    arabic_digits,
    fold,
    months_in,
    visible,
    without_days_made,
)

FISCAL_YEAR = re.compile(r"ปีงบประมาณ\s*(?:พ\.?\s*ศ\.?)?\s*(2[45][0-9]{2})(?![0-9])")
FIRST_OF_FISCAL_YEAR = 10  # October
IN_THE_MONTH = re.compile(r"(?:เดือน|สรุปผล)(.*)", re.DOTALL)
DOTS = re.compile(r"\.{2,}|…+|_{2,}")  # to be filled in: «เดือน....ตุลาคม....พ.ศ....2567»
NAME_KEPT = 26  # letters: Excel cuts at 31, and a year that was torn goes whole
# The law that asks for the form is of 2540; a title of another century is a slip.
BUDDHIST_YEARS = range(2540, 2600)
_MONTH = "|".join((*MONTHS, *(name.replace(".", r"\.?") for name in MONTHS_SHORT)))
MONTH_ALONE = re.compile(
    rf"\(?(?:ประจำ|ใน|ของ)?(?:รอบ)?(?:เดือน)?(?:{_MONTH})(?:(?:ปี)?พ\.?ศ\.?)?(?:[0-9]{{4}}|[0-9]{{2}})\)?"
)


@dataclass(frozen=True)
class _Statement:
    """A place that names a month; the year may be left out there."""

    where: str
    cell: str
    text: str
    year: int | None
    number: int

    @property
    def month(self) -> str:
        return f"{MONTHS[self.number - 1]} {self.year or ''}".strip()


def month_of(
    sheet: Sheet, titles: Iterable[Cell], *, titles_alone: bool = False
) -> tuple[Month | None, list[Finding]]:
    """Return the month on which all agree; None with a finding that says who says what.

    ``titles_alone`` where a sheet has several months: its name cannot agree with all of them.
    """
    statements = _in_cells(titles)
    if not titles_alone:
        # Texts and web pages have no sheets: Excel calls theirs by the file's name, cut short.
        stem = PurePath(sheet.file).stem
        whole = stem.startswith(sheet.name) and len(sheet.name) >= min(len(stem), NAME_KEPT)
        statements += [*([] if whole else _in_name(sheet.name)), *_in_file(sheet.file)]
    month = _agreed(statements)
    if month is not None:
        return month, []
    if not any(statement.year for statement in statements):
        return None, [found("month-stated", sheet.file, sheet.name)]
    years = {statement.year for statement in statements if statement.year}
    if odd := years - set(BUDDHIST_YEARS):
        return None, [found("month-of-these-years", sheet.file, sheet.name, year=min(odd))]
    first = statements[0]
    text = first.text if first.cell else ""
    said = _conflict(statements)
    where = (sheet.file, sheet.name, first.cell, text)
    return None, [found("month-stated-once", *where, statements=said)]


def month_meant(sheet: Sheet) -> Month | None:
    """Return the month of a sheet without a table, by its texts and its name."""
    return _agreed([*_in_cells(sheet.cells.values()), *_in_name(sheet.name)])


def months_said(titles: Iterable[Cell]) -> list[tuple[int | None, int]]:
    """The months that title lines name: (Buddhist year or None, 1–12)."""
    return [(one.year, one.number) for one in _in_cells(titles)]


def flat_month(year: Sequence[Cell], month: Sequence[Cell]) -> Month | None:
    """Return the month that the columns «ปี» and «เดือน» of a flat line state (DOMAIN §3)."""
    words = visible(" ".join(cell.text for cell in month))
    number = arabic_digits(words)
    if number.isdecimal() and int(number) in range(1, 13):
        words = MONTHS[int(number) - 1]
    years = visible(" ".join(cell.text for cell in year))
    named = months_in(f"{words} {years}")
    if len(named) != 1 or named[0][0] not in BUDDHIST_YEARS:
        return None
    return Month(int(named[0][0] or 0), named[0][1])


def is_title(cell: Cell) -> bool:
    """True for a line that heads a page of the form, or names its month and nothing else."""
    return re.search(TITLE_LINE, fold(cell.text)) is not None or _is_month_alone(cell.text)


def _is_month_alone(text: str) -> bool:
    """True for «พฤศจิกายน 2567» and «เดือน พ.ย. 67»; a day is none."""
    return MONTH_ALONE.fullmatch(fold(text)) is not None


def _in_cells(cells: Iterable[Cell]) -> list[_Statement]:
    """What title lines say; the day on which the summary was made is no statement."""
    statements = []
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        text = DOTS.sub(" ", visible(cell.text)).replace("พุทธศักราช", "พ.ศ.")
        behind = IN_THE_MONTH.search(without_days_made(text))
        said = behind[1] if behind else text if _is_month_alone(text) else ""
        where = f"หัวเรื่อง (ช่อง {cell.address}) "
        statements += [
            _Statement(where, cell.address, text, year or _by_fiscal_year(said, number), number)
            for year, number in months_in(said)
        ]
    return statements


def _by_fiscal_year(text: str, number: int) -> int | None:
    """The year of «เดือนตุลาคม ปีงบประมาณ พ.ศ. 2568»: the fiscal year begins in October."""
    found = FISCAL_YEAR.search(arabic_digits(text))
    if found is None:
        return None
    year = int(found[1])
    return year - 1 if number >= FIRST_OF_FISCAL_YEAR else year


def _in_name(name: str) -> list[_Statement]:
    """A name may state a range of months, «ต.ค.-ธ.ค.67»; then it says nothing about one."""
    named = months_in(name)
    return [_Statement("ชื่อแผ่นงาน", "", name, *one) for one in named] if len(named) == 1 else []


def _in_file(file: str) -> list[_Statement]:
    named = months_in(PurePath(file).stem)
    return [_Statement("ชื่อไฟล์", "", file, *one) for one in named] if len(named) == 1 else []


def _agreed(statements: Sequence[_Statement]) -> Month | None:
    numbers = {statement.number for statement in statements}
    years = {statement.year for statement in statements if statement.year is not None}
    if len(numbers) != 1 or len(years) != 1:
        return None
    year = years.pop()
    return Month(year, numbers.pop()) if year in BUDDHIST_YEARS else None


def _conflict(statements: Sequence[_Statement]) -> str:
    """Who says what: «หัวเรื่องและชื่อไฟล์ว่า «มกราคม 2568» แต่ชื่อแผ่นงานว่า «ธันวาคม 2567»»."""
    places: dict[str, list[str]] = {}
    for statement in statements:
        places.setdefault(statement.month, []).append(statement.where)
    said = (f"{'และ'.join(where)}ว่า «{month}»" for month, where in places.items())
    return " แต่".join(said)
