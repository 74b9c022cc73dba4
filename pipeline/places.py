"""Where a month's files lie: from the root of the site, and on the website."""

from pipeline.pages import PAGE
from schemas.month import Month
from schemas.summary import MonthlySummary


def place_of(summary: MonthlySummary) -> str:
    """Return the folder of a summary from the site's root; a superseded one keeps its address."""
    folder = folder_of(summary.month)
    return f"{folder}revisions/{summary.revision}/" if summary.superseded else folder


def folder_of(month: Month) -> str:
    """Return the folder of a month's public revision, from the root of the site."""
    return f"fy{month.fiscal_year}/{month}/"


def web_page_of(summary: MonthlySummary) -> str:
    """Return the web address of the page that a paper belongs to; "" while nobody told it."""
    return f"{summary.site}{place_of(summary)}{PAGE}" if summary.site else ""
