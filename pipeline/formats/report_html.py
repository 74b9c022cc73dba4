"""AnnualReport → a page that stands alone in its folder, with the site's style beside it."""

from importlib.resources import files

from pipeline.pages import draw
from schemas.report import HEADINGS, MONTH_HEADINGS, PROOF_HEADINGS, AnnualReport
from schemas.summary import Numerals

# Of the site; without the fonts people's machines would choose one.
ASSETS = {
    "assets/style.css": "style.css",
    "assets/report.css": "report/report.css",
    **{
        f"assets/fonts/{name}": f"fonts/{name}"
        for name in (
            "OFL.txt",
            "sarabun-latin-400-normal.woff2",
            "sarabun-latin-700-normal.woff2",
            "sarabun-thai-400-normal.woff2",
            "sarabun-thai-700-normal.woff2",
        )
    },
}


def as_html(report: AnnualReport, numerals: Numerals) -> bytes:
    return draw(
        "report/report.html",
        numerals,
        report=report,
        headings=HEADINGS,
        month_headings=MONTH_HEADINGS,
        proof_headings=PROOF_HEADINGS,
    )


def assets() -> dict[str, bytes]:
    """Return what the page needs beside it."""
    return {path: (files("templates") / name).read_bytes() for path, name in ASSETS.items()}
