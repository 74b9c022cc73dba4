"""Summaries → every file of every revision of every month, by its path in the site."""

from pipeline import formats
from pipeline.summarise import Summaries
from schemas.month import Month
from schemas.summary import MonthlySummary


def render(summaries: Summaries) -> dict[str, bytes]:
    """Return the files of the months; pure, the same summaries make the same bytes."""
    return {
        f"{place_of(summary)}{name}": content
        for summary in (*summaries.public, *summaries.superseded)
        for name, content in formats.render(summary).items()
    }


def place_of(summary: MonthlySummary) -> str:
    """Return the folder of a summary from the site's root; a superseded one keeps its address."""
    folder = folder_of(summary.month)
    return f"{folder}revisions/{summary.revision}/" if summary.superseded else folder


def folder_of(month: Month) -> str:
    """Return the folder of a month's public revision, from the root of the site."""
    return f"fy{month.fiscal_year}/{month}/"
