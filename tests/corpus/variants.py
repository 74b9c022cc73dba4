"""The corpus: layouts by alterations by formats, each variant with what must come of it."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from pipeline.examples.paper import Book, Told, rename_file, tell, to_bytes
from schemas.example_words import Form
from schemas.finding import Severity
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.rules import RULE
from tests.corpus.alterations import (
    ALTERATIONS,
    LOOKS,
    MERGES,
    SHEETS,
    TYPES,
    Alteration,
    months_of,
)
from tests.corpus.forms import FEBRUARY, FLAT, FORMS, month_book
from tests.corpus.strangers import STRANGERS, beside, blank_form

# Rules that may not be there yet; the others say it themselves.
SEVERITIES: Mapping[str, Severity] = {
    "row-continued": "note",
    "row-struck": "fix",
    "cell-struck": "fix",
    "hidden-is-read": "note",
    "macros-left-out": "note",
    "table-is-sokhoro1": "fix",
    "sheet-is-another-table": "note",
}


def severity(rule: str) -> Severity:
    return SEVERITIES[rule] if rule in SEVERITIES else RULE[rule].severity


class Expected(NamedTuple):
    """A finding that must be there; cell None: wherever it points to in the sheet."""

    rule: str
    severity: Severity
    sheet: str
    cell: str | None


@dataclass(frozen=True)
class Variant:
    """A file, and what must be read in it: the rows of each month, and the findings.

    Findings of severity fix and explain are complete, of the notes these must be among all.
    """

    name: str
    file: str
    content: Callable[[], bytes]
    expected: Mapping[Month, tuple[Procurement, ...]]
    findings: tuple[Expected, ...]
    book: Book
    form: Form | None = None
    joins: bool = False
    says: tuple[str, ...] = ()  # one of these stands in the message that names another table

    @property
    def clean(self) -> bool:
        """True when nothing in it may send it back."""
        return all(finding.severity == "note" for finding in self.findings)


class Format(NamedTuple):
    """A kind of file: how a book is written so, and what of a book it can hold."""

    name: str
    ending: str
    written: Callable[[Book], bytes]
    holds: frozenset[str]
    told: tuple[Told, ...] = ()


def with_macros(book: Book) -> bytes:
    """Return the workbook as .xlsm: a part for macros, and the content type that goes with it."""
    file = io.BytesIO()
    plain, macro = (
        f"application/vnd.{kind}.main+xml".encode()
        for kind in (
            "openxmlformats-officedocument.spreadsheetml.sheet",
            "ms-excel.sheet.macroEnabled",
        )
    )
    vba = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    with zipfile.ZipFile(io.BytesIO(to_bytes(book))) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "[Content_Types].xml":
                content = content.replace(plain, macro).replace(b"</Types>", vba)
            new.writestr(part, content)
        new.writestr(zipfile.ZipInfo("xl/vbaProject.bin"), b"\xd0\xcf\x11\xe0 macros")
    return file.getvalue()


ALL = TYPES | LOOKS | MERGES | SHEETS
XLSX = Format("xlsx", "xlsx", to_bytes, ALL)
XLSM = Format("xlsm", "xlsm", with_macros, ALL, (Told("macros-left-out", ""),))
# The other formats join as soon as their readers are there; each with what it can hold.
FORMATS: tuple[Format, ...] = (XLSX, XLSM)

# What every format is tried with, in these layouts; .xlsx alone gets everything.
CHOSEN_FORMS = ("nine-columns", "twelve-columns", "fourteen-columns", "seventeen-fields")
CHOSEN = frozenset(
    {
        *("as-it-is", "headings/displaced-marks", "headings/line-breaks", "rows/blank-between"),
        *("rows/bidders-in-one-cell", "rows/one-line-a-bidder-merged", "rows/title-continued"),
        *("rows/one-line-a-bidder-blank", "rows/struck-row", "rows/hidden", "pages/total-first"),
        *("pages/title-and-header-again", "pages/signatures", "columns/empty-between"),
        *("tables/two-months-in-one-sheet", "tables/months-in-one-flat-sheet"),
        *("sheets/one-a-month", "sheets/hidden", "sheets/a-cover", "money/spellings"),
        *("dates/spellings", "dates/number-formats", "dates/buddhist-years", "dates/since-1904"),
        *("formulas/calculated", "formulas/uncalculated", "cells/errors", "texts/names-of-firms"),
        *("contracts/became-a-day", "contracts/placeholders", "texts/as-they-are-written"),
        *("projects/as-numbers", "columns/hidden-budget", "rows/struck-part-of-a-cell"),
    }
)


def variants(seed: int = 1) -> Iterator[Variant]:
    """Yield the corpus, always the same for a seed; each name is there once."""
    for form in FORMS.values():
        for alteration in ALTERATIONS:
            if not alteration.fits(form):
                continue
            book = alteration.function(month_book(form, alteration.rows, seed=seed), form)
            for kind in FORMATS:
                if alteration.holds <= kind.holds and _chosen(form, alteration, kind):
                    yield _variant(form, alteration, kind, book)

    for kind in FORMATS:
        yield from _nothing_bought(kind)
        yield from _strangers(kind, seed)


def _nothing_bought(kind: Format) -> Iterator[Variant]:
    """Months in which nothing was bought, said and not said."""
    for form in FORMS.values():
        if form.id != FLAT:
            said = month_book(form, 0)
            yield _made(f"{form.id}/nothing-bought", kind, said, {FEBRUARY: ()})
            silent = blank_form(form)
            yield _made(f"{form.id}/blank-form", kind, silent, {})


def _strangers(kind: Format, seed: int) -> Iterator[Variant]:
    """Other tables of the office, alone and beside a good one."""
    for name, stranger in STRANGERS.items():
        yield _made(f"another-table/{name}", kind, stranger.book, {}, stranger.says)
        if kind.holds >= SHEETS:
            good = month_book(FORMS["nine-columns"], 4, seed=seed)
            both = beside(good, stranger)
            says = stranger.says
            yield _made(
                f"another-table/{name}-beside-a-good-one", kind, both, months_of(good), says
            )


def _made(
    name: str,
    kind: Format,
    book: Book,
    expected: Mapping[Month, tuple[Procurement, ...]],
    says: tuple[str, ...] = (),
) -> Variant:
    book = _as_file(book, kind)
    renamed = {
        month: tuple(replace(row, source=replace(row.source, file=book.file)) for row in rows)
        for month, rows in expected.items()
    }
    told = tuple(expected_finding(one) for one in book.told)
    content = partial(kind.written, book)
    return Variant(f"{name}/{kind.name}", book.file, content, renamed, told, book, says=says)


def _as_file(book: Book, kind: Format) -> Book:
    return tell(rename_file(book, book.file.removesuffix("xlsx") + kind.ending), *kind.told)


def _chosen(form: Form, alteration: Alteration, kind: Format) -> bool:
    return kind == XLSX or (form.id in CHOSEN_FORMS and alteration.name in CHOSEN)


def _variant(form: Form, alteration: Alteration, kind: Format, book: Book) -> Variant:
    book = _as_file(book, kind)
    return Variant(
        f"{form.id}/{alteration.name}/{kind.name}",
        book.file,
        partial(kind.written, book),
        months_of(book),
        tuple(expected_finding(one) for one in book.told),
        book,
        form,
        alteration.joins,
    )


# Where these point to is not settled: to the sheet, or to its first hidden cell.
ANYWHERE = frozenset(
    {"hidden-is-read", "macros-left-out", "table-is-sokhoro1", "sheet-is-another-table"}
)


def expected_finding(one: Told) -> Expected:
    cell = None if one.rule in ANYWHERE else one.cell
    return Expected(one.rule, severity(one.rule), one.sheet, cell)
