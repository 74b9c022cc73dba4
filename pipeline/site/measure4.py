"""What measure 4 claims in a fiscal year, each claim with what proves it; and the same for others.

``status.json`` for programs, ``status.csv`` for tables, a fragment for any website, and what could
be claimed on each day before.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.site.view import Site, Year
from pipeline.status import in_file, past_days
from schemas.month import SHAPE, Month
from schemas.status import (
    CSV_COLUMNS,
    HISTORY_VERSION,
    PROOF_WORDS,
    VERSION,
    Claim,
    PastDay,
    month_json,
)
from schemas.thai import decimal_baht

PAGE4, STATUS, TABLE = "measure4.html", "status.json", "status.csv"
HISTORY, FRAGMENT = "status-history.json", "measure4-fragment.html"


@dataclass(frozen=True)
class Proof:
    """A link from the folder of the year to what proves a claim."""

    path: str
    month: Month | None  # whose page it is
    words: str


def measure4(site: Site) -> dict[str, bytes]:
    """Return what stands in the folder of each fiscal year."""
    files: dict[str, bytes] = {}
    for year in site.years:
        folder = f"fy{year.status.fiscal_year}/"
        days = past_days(year.status, site.summaries, site.settings)
        made = {
            PAGE4: _page(site, year, days),
            STATUS: in_file(year.status),
            TABLE: _table(year),
            HISTORY: _json(_history(year, days)),
            FRAGMENT: _fragment(site, year),
        }
        files |= {folder + name: content for name, content in made.items()}
    return files


def _page(site: Site, year: Year, days: Sequence[PastDay]) -> bytes:
    return site.draw(
        PAGE4,
        root="../",
        year=year,
        claims=[(claim, list(_proofs(claim))) for claim in year.status.claims],
        days=list(reversed(days)),
        outcomes=year.status.outcomes,
    )


def _proofs(claim: Claim) -> Iterator[Proof]:
    for path in claim.proofs:
        folder, _, rest = path.partition("/")
        inside = rest if folder.startswith("fy") else f"../{path}"
        name = rest.partition("/")[0]
        if SHAPE.fullmatch(name):
            yield Proof(inside, Month.parse(name), "")
        else:
            kind = "csv" if inside.endswith(".csv") else inside.removeprefix("../")
            yield Proof(inside, None, PROOF_WORDS[kind])


def _fragment(site: Site, year: Year) -> bytes:
    """A piece of a page without style or script; it links only where the site's address is known.

    A relative link would lead nowhere from another website's page.
    """
    address = f"{site.base}fy{year.status.fiscal_year}/" if site.base else ""
    return site.draw(FRAGMENT, root="", status=year.status, address=address, version=VERSION)


def _table(year: Year) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    for month in year.status.months:
        told = month_json(month)
        flat = told | (told["announcements"] or {})
        writer.writerow([_field(flat.get(name)) for name in CSV_COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _field(value: object) -> str:
    """As JSON writes it; what is not known is empty."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _history(year: Year, days: Sequence[PastDay]) -> Mapping[str, Any]:
    return {
        "version": HISTORY_VERSION,
        "fiscal_year": year.status.fiscal_year,
        "organisation": year.status.organisation,
        "measure": 4,
        "days": [
            {
                "day": day.day.isoformat(),
                "due": day.due,
                "published": len(day.revisions),
                "on_time": day.on_time,
                "late": len(day.revisions) - day.on_time,
                "rows": day.rows,
                "total_agreed": None
                if day.total_agreed is None
                else decimal_baht(day.total_agreed),
                "months": [
                    {"month": str(month), "revision": number}
                    for month, number in sorted(day.revisions.items())
                ],
            }
            for day in days
        ],
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
