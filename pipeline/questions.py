"""Finance's own page of what people may ask about what is public: answers can be prepared.

Private, beside the desk, and always made; the public page needs ``site.questions``.
"""

from collections.abc import Iterable
from itertools import groupby

from pipeline.indicators import ask, items_of
from pipeline.pages import draw
from schemas.config import Settings
from schemas.month import fiscal_months
from schemas.summary import MonthlySummary

QUESTIONS = "replies/คำถามที่ประชาชนอาจถาม.html"
QUESTION_YEARS = 2  # the newest


def questions_page(summaries: Iterable[MonthlySummary], settings: Settings) -> bytes:
    """Return the page as HTML, the newest fiscal year first."""

    def fiscal_year(summary: MonthlySummary) -> int:
        return summary.month.fiscal_year

    years = []
    for number, group in groupby(sorted(summaries, key=lambda s: s.month), key=fiscal_year):
        of_year = list(group)
        public = {summary.month for summary in of_year}
        missing = [month for month in fiscal_months(number) if month not in public]
        years.append((number, missing, ask(items_of(of_year), settings.amounts)))
    return draw(
        "desk_questions.html",
        "arabic",
        organisation=settings.organisation.name,
        public=settings.site.questions,
        years=years[::-1],
    )
