"""MonthlySummary → ``difference.json``: what the next revision changed in this one, and why."""

import json

from schemas.summary import MonthlySummary

NAME = "difference.json"


def render(summary: MonthlySummary) -> dict[str, bytes]:
    """Return the file beside a superseded revision; a public one has been changed by nobody.

    Units: money is decimal text in baht, dates are Gregorian ISO days, null is unknown.
    Shape: ``schemas/difference.schema.json``; positions count from 1, as the page's anchors do.
    """
    if summary.replaced is None:
        return {}
    content = summary.replaced.public_json()
    return {NAME: (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()}
