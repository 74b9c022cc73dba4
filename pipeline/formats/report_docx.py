"""AnnualReport → Word, from ``report.docx``: ours, or the office's own copy of it."""

from dataclasses import asdict
from pathlib import Path

from pipeline.formats.word import Fields, filled, template_of
from schemas.report import COLUMNS, AnnualReport

TEMPLATE = "report.docx"
FIELDS = Fields(
    plain=(
        *("title", "year", "organisation", "as_of", "draft", "opening"),
        *("months_title", "release", "proofs_title", "no_proof"),
    ),
    lists={
        "measures": COLUMNS,
        "months": ("month", "state", "revision", "published", "rows", "agreed"),
        "proofs": ("measure", "what", "where", "when"),
    },
    needed=(
        *("title", "year", "organisation", "as_of", "draft", "opening"),
        *(f"measures.{column}" for column in COLUMNS),
        *("release", "months.month", "months.state", "months.revision"),
    ),
)


def as_docx(report: AnnualReport, own: Path) -> bytes:
    """Return the report as a Word document; ``own`` is the folder of the office's templates."""
    template = template_of(TEMPLATE, own)
    facts = {
        name: value
        for name, value in asdict(report).items()
        if name in FIELDS.plain or name in FIELDS.lists
    }
    return filled(template, FIELDS, facts, f"{report.title} {report.year}", report.day)
