"""MonthlySummary → JSON: the exact text of every field, for programs."""

import json
from typing import Any

from schemas.announcement import Announcement
from schemas.explanation import Explanation
from schemas.procurement import Procurement
from schemas.summary import MonthlySummary
from schemas.thai import decimal_baht


def render(summary: MonthlySummary) -> dict[str, bytes]:
    """Return the file under its public name.

    Units: money is decimal text in baht, dates are Gregorian ISO days.
    Shape: what is unknown is null, never 0 and never "".
    """
    totals = summary.totals
    content = {
        "month": str(summary.month),
        "fiscal_year": summary.month.fiscal_year,
        "organisation": summary.organisation,
        "revision": summary.revision,
        "rows": rows(summary),
        "totals": {
            "rows": totals.rows,
            "agreed_price": _baht(totals.agreed_price),
            "budget": _baht(totals.budget),
        },
        "nil": summary.nil,
        "explanations": [given.public_json() for given in summary.month_explanations],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    return {f"sokhoro1-{summary.month}.json": text.encode()}


def rows(summary: MonthlySummary) -> list[dict[str, Any]]:
    """Return every row of the month as its JSON shows it, in the order of the form."""
    explanations = summary.explanations or {}
    return [_row(row, explanations.get(index, ())) for index, row in enumerate(summary.rows)]


def _row(row: Procurement, explanations: tuple[Explanation, ...]) -> dict[str, Any]:
    return row.public() | {
        "source": {"file": row.source.file, "sheet": row.source.sheet, "row": row.source.row},
        "explanations": [given.public_json() for given in explanations],
        # What finance wrote beside the row; what was found later stands in status.json.
        "announcements": [
            Announcement(None, None, None, None, "workbook", url=url).public_json()
            for url in row.announcements
        ],
    }


def _baht(satang: int | None) -> str | None:
    return None if satang is None else decimal_baht(satang)
