"""AnnualReport → PDF/A-2a, A4 landscape: the same text as in Word, set as the form is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.formats import form, pdf
from pipeline.formats.kept import NOTHING_KEPT
from schemas.report import HEADINGS, MONTH_HEADINGS, PROOF_HEADINGS, AnnualReport
from schemas.summary import Numerals

TEMPLATE = "annual.typ"
LARGER = 2.0  # the largest letters of the cover, in letters of the table's size


@dataclass(frozen=True)
class _Table:
    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]  # parts of the page
    sides: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


def as_pdf(report: AnnualReport, numerals: Numerals) -> bytes:
    """Return the report as PDF; the same report makes the same bytes."""
    names = frozenset(pdf.names_of(report.organisation))

    def lines(text: str, room: float = pdf.PAGE) -> list[pdf.Line]:
        return pdf.lines_of(text, room, names)

    data = {
        "title": pdf.drawable(f"{report.title} {report.year}"),
        "author": pdf.drawable(report.organisation),
        "day": [report.day.year, report.day.month, report.day.day],
        "thai": numerals == "thai",
        "log": "",
        "edition": report.year,
        "page_of": form.PAGE_OF,
        "inset": pdf.INSET,
        "cover": {
            "title": lines(report.title, pdf.PAGE / LARGER)[0],
            "lines": [
                lines(text, pdf.PAGE / LARGER)
                for text in (report.year, report.organisation, report.as_of)
            ],
            "draft": lines(report.draft, pdf.PAGE / LARGER),
        },
        "opening": lines(report.opening, pdf.TITLE),
        "tables": [_set(table, names) for table in _tables(report)],
    }
    return pdf.made(TEMPLATE, data, lambda: data, NOTHING_KEPT)


def _tables(report: AnnualReport) -> tuple[_Table, ...]:
    left, centre, right = "left", "center", "right"
    return (
        _Table(
            "",
            HEADINGS,
            (123, 152, 74, 82, 184, 170),
            (left, left, centre, left, left, left),
            tuple(line.cells for line in report.measures),
            "",
        ),
        _Table(
            report.months_title,
            MONTH_HEADINGS,
            (130, 150, 70, 150, 120, 165),
            (left, left, centre, centre, right, right),
            tuple(line.cells for line in report.months),
            report.release,
        ),
        _Table(
            report.proofs_title,
            PROOF_HEADINGS,
            (70, 235, 270, 210),
            (centre, left, left, left),
            tuple(line.cells for line in report.proofs),
            report.no_proof,
        ),
    )


def _set(table: _Table, names: frozenset[str]) -> dict[str, Any]:
    whole = sum(table.widths)
    widths = [round(pdf.PAGE * width / whole, 2) for width in table.widths]
    rooms = [width - 2 * pdf.INSET for width in widths]
    lines = pdf.lines_of(table.note, pdf.PAGE, names)
    return {
        "title": next(iter(pdf.lines_of(table.title, pdf.TITLE, names)), []),
        "headings": pdf.row_of(table.headings, rooms, names),
        "widths": widths,
        "sides": table.sides,
        "rows": [_row(cells, rooms, names) for cells in table.rows],
        "notes": [lines] if lines else [],
    }


def _row(cells: Sequence[str], rooms: Sequence[float], names: frozenset[str]) -> dict[str, Any]:
    """A row stays on one page as long as it fits there."""
    return pdf.whole_or_broken(cells, rooms, names)
