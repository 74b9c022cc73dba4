"""MonthlySummary → the month's page, which needs no script and links only beside itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.formats.difference import NAME as DIFFERENCE
from pipeline.pages import PAGE, downloads, draw
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


def render(summary: MonthlySummary, files: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Return the page under its public name.

    Shape:  ``files`` are the month's other files by name; the page offers these and no others.
    Errors: ValueError for a month without rows that nobody called nil, or a nil one with rows.
    """
    if summary.nil == bool(summary.rows):
        raise ValueError(f"absence is not nil: {summary.month} has {len(summary.rows)} rows")

    files = files or {}
    offered = downloads(summary.month, files)
    sources = _sources(summary)
    explanations = summary.explanations or {}
    page = draw(
        "month.html",
        summary.numerals,
        root=ROOT_OF_SUPERSEDED if summary.superseded else ROOT,
        organisation=summary.organisation,
        place=summary.place,
        summary=summary,
        headings=HEADINGS,
        lines=[
            Line(
                position=index + 1,
                row=row,
                source=sources.index((row.source.file, row.source.sheet)) + 1,
                explanations=explanations.get(index, ()),
            )
            for index, row in enumerate(summary.rows)
        ],
        month_explanations=_said_of_the_month(summary),
        with_difference=DIFFERENCE in files,
        sources=sources,
        with_project=any(row.egp_project_number is not None for row in summary.rows),
        downloads=offered,
        other_files=sorted(files.keys() - {PAGE, DIFFERENCE} - {file.name for file in offered}),
    )
    return {PAGE: page}


def _said_of_the_month(summary: MonthlySummary) -> tuple[Explanation, ...]:
    """What stands beside no row, without the reasons that stand beside the correction."""
    beside = () if summary.superseded or not summary.corrected else summary.corrected.explanations
    return tuple(given for given in summary.month_explanations if given not in beside)


def _sources(summary: MonthlySummary) -> list[tuple[str, str]]:
    """Each (file, sheet) once, in the order of the rows."""
    return list(dict.fromkeys((row.source.file, row.source.sheet) for row in summary.rows))
