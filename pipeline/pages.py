"""What every page shares: the template engine, and the files that a month offers for download."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from schemas.month import Month
from schemas.summary import Numerals
from schemas.thai import baht, date_formal, date_long, thai_digits

PAGE = "index.html"
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
        """Rounded up, so that no file seems to be empty."""
        return -(-self.size // 1000)


def downloads(month: Month, files: Mapping[str, bytes], folder: str = "") -> list[Download]:
    """Return the form in every kind that ``files`` holds under ``folder``, and in no other."""
    names = {kind: f"sokhoro1-{month}.{kind}" for kind in KINDS}
    return [
        Download(name, kind, len(files[folder + name]))
        for kind, name in names.items()
        if folder + name in files
    ]


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
    environment.filters.update(digits=digits, baht=amount, day=day, formal_day=formal_day)
    return environment
