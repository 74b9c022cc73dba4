"""The corpus: layouts by alterations by formats, each variant with what must come of it."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from pipeline.examples.paper import (
    Book,
    Told,
    rename_file,
    rename_sheet,
    tell,
    to_bytes,
    type_cells,
)
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
    SHOWN,
    TYPES,
    Alteration,
    months_of,
)
from tests.corpus.forms import FEBRUARY, FLAT, FORMS, month_book
from tests.corpus.strangers import STRANGERS, beside, blank_form
from tests.writers import html, ods, text, xls, xlsb, xml

# Rules that may not be there yet; the others say it themselves.
SEVERITIES: Mapping[str, Severity] = {
    "row-continued": "note",
    "row-struck": "fix",
    "cell-struck": "fix",
    "hidden-is-read": "note",
    "macros-left-out": "note",
    "table-is-the-form": "fix",
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


def _as_it_is(book: Book) -> Book:
    return book


def _in_874(book: Book) -> Book:
    """Windows-874 has no blank of no width; the corpus types no other letter that it lacks."""
    for paper in book.sheets:
        letters = {
            place: typed._replace(value=typed.value.replace("\u200b", ""))
            for place, typed in paper.cells.items()
            if isinstance(typed.value, str)
        }
        book = type_cells(book, paper.name, letters)
    return book


class Format(NamedTuple):
    """A kind of file: how a book is written so, and what of a book it can hold."""

    name: str
    ending: str
    written: Callable[[Book], bytes]
    holds: frozenset[str]
    told: tuple[Told, ...] = ()
    but: frozenset[str] = frozenset()  # alterations that its writer cannot write
    typed: Callable[[Book], Book] = _as_it_is  # what can be typed into it at all

    @property
    def named_sheets(self) -> bool:
        """False where the file's name is all that names the sheet."""
        return bool(self.holds)


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


ALL = SHOWN | LOOKS | MERGES | SHEETS
XLSX = Format("xlsx", "xlsx", to_bytes, ALL)
XLSM = Format("xlsm", "xlsm", with_macros, ALL, (Told("macros-left-out", ""),))
XLS = Format(
    "xls",
    "xls",
    xls.written,
    TYPES | MERGES | SHEETS,
    but=frozenset({"formulas/uncalculated", "cells/errors"}),
)
CSV = Format("csv", "csv", text.written, frozenset())
# Letters that Windows-874 has not: such a file cannot be written.
THAI_CSV = Format(
    "csv-874",
    "csv",
    partial(text.written, encoding="cp874"),
    frozenset(),
    but=frozenset({"texts/as-they-are-written", "texts/names-of-firms"}),
    typed=_in_874,
)
TABBED = Format(
    "tabs-utf-16", "txt", partial(text.written, encoding="utf-16", delimiter="\t"), frozenset()
)
ODS = Format("ods", "ods", ods.written, TYPES | MERGES | SHEETS)
# A page shows an error, or a formula, as the text that it is: there is no kind of cell.
HTML = Format(
    "html",
    "xls",
    html.written,
    TYPES | MERGES,
    but=frozenset({"formulas/uncalculated", "cells/errors"}),
)
XML = Format(
    "xml",
    "xml",
    xml.written,
    TYPES | MERGES | SHEETS,
    but=frozenset({"cells/errors"}),  # its writer types them as texts
)
XLSB = Format(
    "xlsb", "xlsb", xlsb.written, TYPES | MERGES | SHEETS, but=frozenset({"formulas/uncalculated"})
)
FORMATS: tuple[Format, ...] = (XLSX, XLSM, XLS, XLSB, ODS, HTML, XML, CSV, THAI_CSV, TABBED)
# In a text the merge over several columns of an item is lost: which cell is empty, nobody knows.
NOT_AS_TEXT = frozenset({"eleven-grid-columns", "fourteen-columns"})

# What every format is tried with, in these layouts; .xlsx alone gets everything.
CHOSEN_FORMS = (
    *("nine-columns", "ten-columns", "twelve-columns", "fourteen-columns", "seventeen-fields"),
)
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
        if form.id != FLAT and _told_apart(form, kind):
            said = month_book(form, 0)
            yield _made(f"{form.id}/nothing-bought", kind, said, (FEBRUARY,))
            silent = blank_form(form)
            yield _made(f"{form.id}/blank-form", kind, silent)


def _strangers(kind: Format, seed: int) -> Iterator[Variant]:
    """Other tables of the office, alone and beside a good one."""
    for name, stranger in STRANGERS.items():
        yield _made(f"another-table/{name}", kind, stranger.book, says=stranger.says)
        if kind.holds >= SHEETS:
            good = month_book(FORMS["nine-columns"], 4, seed=seed)
            both = beside(good, stranger)
            beside_it = f"another-table/{name}-beside-a-good-one"
            yield _made(beside_it, kind, both, says=stranger.says)


def _made(
    name: str,
    kind: Format,
    book: Book,
    nothing: tuple[Month, ...] = (),
    says: tuple[str, ...] = (),
) -> Variant:
    """``nothing``: the months of which the book says that nothing was bought."""
    book = as_file(book, kind)
    expected = months_of(book) or dict.fromkeys(nothing, ())
    told = tuple(expected_finding(one) for one in book.told)
    content = partial(kind.written, book)
    return Variant(f"{name}/{kind.name}", book.file, content, expected, told, book, says=says)


def as_file(book: Book, kind: Format) -> Book:
    """The book under the name, and with the letters, that a file of this kind has."""
    stem = book.file.removesuffix(".xlsx")
    book = tell(rename_file(kind.typed(book), f"{stem}.{kind.ending}"), *kind.told)
    return book if kind.named_sheets else rename_sheet(book, book.sheets[0].name, stem)


def _told_apart(form: Form, kind: Format) -> bool:
    return kind.holds >= MERGES or form.id not in NOT_AS_TEXT


def _chosen(form: Form, alteration: Alteration, kind: Format) -> bool:
    if alteration.name in kind.but or not _told_apart(form, kind):
        return False
    return kind == XLSX or (form.id in CHOSEN_FORMS and alteration.name in CHOSEN)


def _variant(form: Form, alteration: Alteration, kind: Format, book: Book) -> Variant:
    book = as_file(book, kind)
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
    {"hidden-is-read", "macros-left-out", "table-is-the-form", "sheet-is-another-table"}
)


def expected_finding(one: Told) -> Expected:
    cell = None if one.rule in ANYWHERE else one.cell
    return Expected(one.rule, severity(one.rule), one.sheet, cell)
