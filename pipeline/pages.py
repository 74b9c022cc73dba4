"""What every page shares: the template engine, and the files that a month offers for download."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from schemas.month import Month
from schemas.summary import Numerals
from schemas.thai import baht, date_formal, date_long, thai_digits

T = TypeVar("T")
PAGE = "index.html"
# Rows of a month on one page: 1,300 bytes each in the seed's year, and a page has 500 kB at most.
ROWS_A_PAGE = 300
# The order in which readers are offered them.
KINDS = ("pdf", "xlsx", "csv", "json")


@dataclass(frozen=True)
class Download:
    """The form in one of ``KINDS``, a file beside the month's page; ``size`` is bytes."""

    name: str
    kind: str
    size: int

    @property
    def kilobytes(self) -> int:
        return kilobytes(self.size)


def kilobytes(size: int) -> int:
    """Return bytes as kilobytes, rounded up, so that no file seems to be empty."""
    return -(-size // 1000)


def downloads(month: Month, files: Mapping[str, bytes], folder: str = "") -> list[Download]:
    """Return the form in every kind that ``files`` holds under ``folder``, and in no other."""
    names = {kind: f"sokhoro1-{month}.{kind}" for kind in KINDS}
    return [
        Download(name, kind, len(files[folder + name]))
        for kind, name in names.items()
        if folder + name in files
    ]


def shares(whole: Sequence[T], longest: int) -> list[Sequence[T]]:
    """Return what each page of a list holds; an empty list has one page, which says so."""
    return [whole[at : at + longest] for at in range(0, max(len(whole), 1), longest)]


def numbered(path: str, number: int) -> str:
    """Return the path of a list's page; the first has no number.

    >>> numbered("corrections.html", 1), numbered("corrections.html", 2)
    ('corrections.html', 'corrections-2.html')
    """
    stem, _, kind = path.rpartition(".")
    return path if number == 1 else f"{stem}-{number}.{kind}"


def row_address(position: int) -> str:
    """Return where a row of a month is shown, from the month's folder; positions count from 1.

    >>> row_address(1), row_address(301)
    ('index.html#r1', 'index-2.html#r301')
    """
    return f"{numbered(PAGE, (position - 1) // ROWS_A_PAGE + 1)}#r{position}"


def row_address_here(position: int) -> str:
    """The same from the first page of the month, where most rows are."""
    return row_address(position).removeprefix(PAGE)


def draw(template: str, numerals: Numerals, **facts: object) -> bytes:
    """Fill a template; the digits of what *we* compose are chosen here, people's text is not."""
    return _environment(numerals).get_template(template).render(facts).encode()


@cache
def _environment(numerals: Numerals) -> Environment:
    """One environment for each kind of digits, so that no template has to pass the choice on."""

    def digits(value: str | int) -> str:
        return thai_digits(str(value)) if numerals == "thai" else str(value)

    def amount(satang: int) -> str:
        return digits(baht(satang))

    def day(value: date) -> str:
        return digits(date_long(value))

    def formal_day(value: date) -> str:
        return digits(date_formal(value))

    environment = Environment(
        loader=PackageLoader("templates", ""),
        # Everything but plain text, whatever its name: select_autoescape() alone forgets some.
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        digits=digits, baht=amount, day=day, formal_day=formal_day, kilobytes=kilobytes
    )
    environment.filters.update(row_address=row_address, row_address_here=row_address_here)
    return environment
