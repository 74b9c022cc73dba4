"""MonthlySummary → the month's page, and those that take the rows which one page cannot hold.

They need no script and link only beside themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.formats.difference import NAME as DIFFERENCE
from pipeline.formats.form import MOST_ROWS_IN_PDF
from pipeline.pages import PAGE, ROWS_A_PAGE, downloads, draw, numbered, shares
from schemas.explanation import Explanation
from schemas.procurement import Procurement
from schemas.summary import HEADINGS, MonthlySummary

# From fy2568/2567-10/ and from fy2568/2567-10/revisions/1/: the site may stand under any path.
ROOT = "../../"
ROOT_OF_SUPERSEDED = "../../../../"


@dataclass(frozen=True)
class Line:
    """A row in its place: ``position`` and ``source`` count from 1, as the anchors do."""

    position: int
    row: Procurement
    source: int
    explanations: tuple[Explanation, ...]
    page: str | None  # the row's own, beside the month's; None while rows have no numbers


def render(summary: MonthlySummary, files: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Return the pages under their public names.

    Shape:  ``files`` are the month's other files by name; the page offers these and no others.
    Errors: ValueError for a month without rows that nobody called nil, or a nil one with rows.
    """
    if summary.nil == bool(summary.rows):
        raise ValueError(f"absence is not nil: {summary.month} has {len(summary.rows)} rows")

    files = files or {}
    offered = downloads(summary.month, files)
    parts = shares(_lines(summary), ROWS_A_PAGE)
    paths = [numbered(PAGE, number) for number in range(1, len(parts) + 1)]
    shared = {
        "root": ROOT_OF_SUPERSEDED if summary.superseded else ROOT,
        "organisation": summary.organisation,
        "place": summary.place,
        "summary": summary,
        "headings": HEADINGS,
        "sources": _sources(summary),
        "with_project": any(row.egp_project_number is not None for row in summary.rows),
        "paths": paths,
    }
    first = draw(
        "month.html",
        summary.numerals,
        lines=parts[0],
        month_explanations=_said_of_the_month(summary),
        with_difference=DIFFERENCE in files,
        downloads=offered,
        without_pdf=len(summary.rows) > MOST_ROWS_IN_PDF,
        other_files=sorted(files.keys() - {PAGE, DIFFERENCE} - {file.name for file in offered}),
        **shared,
    )
    more = {
        path: draw("month_more.html", summary.numerals, lines=lines, number=number, **shared)
        for number, (path, lines) in enumerate(zip(paths[1:], parts[1:], strict=True), 2)
    }
    return {PAGE: first} | more


def _lines(summary: MonthlySummary) -> list[Line]:
    sources, explanations = _sources(summary), summary.explanations or {}
    return [
        Line(
            position=index + 1,
            row=row,
            source=sources.index((row.source.file, row.source.sheet)) + 1,
            explanations=explanations.get(index, ()),
            page=_page_of_row(summary, index),
        )
        for index, row in enumerate(summary.rows)
    ]


def _page_of_row(summary: MonthlySummary, index: int) -> str | None:
    if not summary.births:
        return None
    above = "../../" if summary.superseded else ""
    return f"{above}procurements/{summary.births[index]}.html"


def _said_of_the_month(summary: MonthlySummary) -> tuple[Explanation, ...]:
    """What stands beside no row, without the reasons that stand beside the correction."""
    beside = () if summary.superseded or not summary.corrected else summary.corrected.explanations
    return tuple(given for given in summary.month_explanations if given not in beside)


def _sources(summary: MonthlySummary) -> list[tuple[str, str]]:
    """Each (file, sheet) once, in the order of the rows."""
    return list(dict.fromkeys((row.source.file, row.source.sheet) for row in summary.rows))
