"""MonthlySummary → JSON: the exact text of every field, for programs."""

import json
from typing import Any

from schemas.explanation import Explanation
from schemas.procurement import Procurement
from schemas.summary import MonthlySummary
from schemas.thai import decimal_baht


def render(summary: MonthlySummary) -> dict[str, bytes]:
    """Return the file under its public name.

    Units: money is decimal text in baht, dates are Gregorian ISO days.
    Shape: what is unknown is null, never 0 and never "".
    """
    explanations = summary.explanations or {}
    totals = summary.totals
    content = {
        "month": str(summary.month),
        "fiscal_year": summary.month.fiscal_year,
        "organisation": summary.organisation,
        "revision": summary.revision,
        "rows": [_row(row, explanations.get(index, ())) for index, row in enumerate(summary.rows)],
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


def _row(row: Procurement, explanations: tuple[Explanation, ...]) -> dict[str, Any]:
    return row.public() | {
        "source": {"file": row.source.file, "sheet": row.source.sheet, "row": row.source.row},
        "explanations": [given.public_json() for given in explanations],
        # What was announced is found after the month is published, and stands in status.json.
        "announcements": [],
    }


def _baht(satang: int | None) -> str | None:
    return None if satang is None else decimal_baht(satang)
