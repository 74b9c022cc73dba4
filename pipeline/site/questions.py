"""The page of questions of each fiscal year; only where the configuration wants it public."""

from pipeline.indicators import ask, items_of
from pipeline.site.view import Site

QUESTIONS = "questions.html"


def questions(site: Site) -> dict[str, bytes]:
    if not site.settings.site.questions:
        return {}
    files = {}
    for year in site.years:
        public = [tile.summary for tile in year.tiles if tile.summary]
        if any(summary.rows for summary in public):
            files[f"fy{year.status.fiscal_year}/{QUESTIONS}"] = site.draw(
                QUESTIONS,
                root="../",
                year=year,
                asked=ask(items_of(public), site.settings.amounts),
                missing=[tile.status.month for tile in year.tiles if not tile.summary],
            )
    return files
