"""The files that a month is published as: one module, one pure function each.

To add a format, write its module and name its ``render`` in FORMATS. The page comes last, for it
offers the others.
"""

from collections.abc import Callable

from pipeline.formats import csv, difference, html, json, pdf, xlsx
from schemas.summary import MonthlySummary

FORMATS: tuple[Callable[[MonthlySummary], dict[str, bytes]], ...] = (
    xlsx.render,
    csv.render,
    json.render,
    difference.render,
)


def render(summary: MonthlySummary) -> dict[str, bytes]:
    """Return every file of one revision of a month by its name in the month's folder."""
    files = pdf.render(summary)
    for form in FORMATS:
        files |= form(summary)
    return files | html.render(summary, files)
