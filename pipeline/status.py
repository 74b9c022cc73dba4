"""Facts of the ledger and the calendar → the status of measure 4. Pure: the day is an argument."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from pipeline.due import due_day
from pipeline.pages import draw
from pipeline.summarise import Summaries
from schemas.config import Settings
from schemas.history import History
from schemas.month import SHAPE, Month, fiscal_months
from schemas.status import Announced, MeasureStatus, MonthStatus, PublicFile, State
from schemas.summary import MonthlySummary

Files = Mapping[Month, tuple[PublicFile, ...]]


def measure4(
    fiscal_year: int,
    as_of: date,
    history: History,
    summaries: Summaries,
    settings: Settings,
    files: Files,
) -> MeasureStatus:
    """Return what may be claimed about a Buddhist fiscal year on a (Gregorian) day."""
    public = {summary.month: summary for summary in summaries.public}
    months = tuple(
        _month(month, as_of, history, public.get(month), settings, files.get(month, ()))
        for month in fiscal_months(fiscal_year)
    )
    corrections = sum(old.month.fiscal_year == fiscal_year for old in summaries.superseded)
    status = MeasureStatus(fiscal_year, settings.organisation.name, as_of, months, "", "")
    facts = {
        "status": status,
        "unknown_prices": sum(
            summary.totals.agreed_price_unknown
            for month, summary in public.items()
            if month.fiscal_year == fiscal_year
        ),
        "corrections": corrections,
    }
    return replace(
        status,
        result=_sentence("result", settings, facts),
        outcome=_sentence("outcome", settings, facts),
    )


def _month(
    month: Month,
    as_of: date,
    history: History,
    summary: MonthlySummary | None,
    settings: Settings,
    files: tuple[PublicFile, ...],
) -> MonthStatus:
    due = due_day(month, settings.due)
    if summary is None:
        return MonthStatus(month, _not_public(month, as_of, due, history), as_of > due, due)
    first = history.revisions[month][0].accepted_on
    projects = {row.egp_project_number or index for index, row in enumerate(summary.rows)}
    return MonthStatus(
        month=month,
        state="nil" if summary.nil else "published",
        late=first > due,
        due=due,
        rows=summary.totals.rows,
        total_agreed=summary.totals.agreed_price,
        revision=summary.revision,
        published_at=first,
        files=files,
        announcements=Announced(len(projects), None),  # nobody has told us of any yet
    )


def _not_public(month: Month, as_of: date, due: date, history: History) -> State:
    words = history.latest.get(month, {}).values()
    if any(word.decision == "returned" and word.file in history.returned for word in words):
        return "returned"
    return "missing" if as_of >= due else "not_due"


def _sentence(name: str, settings: Settings, facts: Mapping[str, Any]) -> str:
    text = draw(f"sentences/{name}.txt", settings.site.numerals, **facts).decode()
    return " ".join(text.split())


def status_of_years(
    history: History,
    summaries: Summaries,
    settings: Settings,
    rendered: Mapping[str, bytes],
) -> list[MeasureStatus]:
    """Return the status of every fiscal year known on the ledger's own day, held to its schema."""
    day = history.as_of
    if day is None:
        raise ValueError("the ledger knows no day: record_day comes first")
    files = files_by_month(
        PublicFile(path, hashlib.sha256(content).hexdigest())
        for path, content in sorted(rendered.items())
    )
    years = [
        measure4(year, day, history, summaries, settings, files) for year in _years(history, day)
    ]
    for status in years:
        validate(status.public_json())
    return years


def calendar_moved(
    history: History, summaries: Summaries, settings: Settings, today: date
) -> bool:
    """True when today other claims may be made than on the day that the ledger knows."""
    day = history.as_of
    if day is None:
        return True
    news = [summary.published_on for summary in summaries.public]
    return today > day and (
        max(news, default=day) > day
        or _months_on(day, history, summaries, settings)
        != _months_on(today, history, summaries, settings)
    )


def _months_on(
    day: date, history: History, summaries: Summaries, settings: Settings
) -> list[tuple[MonthStatus, ...]]:
    return [
        measure4(year, day, history, summaries, settings, {}).months
        for year in _years(history, day)
    ]


def _years(history: History, day: date) -> list[int]:
    return sorted({*history.fiscal_years, Month.of(day).fiscal_year})


def files_by_month(files: Iterable[PublicFile]) -> dict[Month, tuple[PublicFile, ...]]:
    """Return the files of public revisions: those that stand in the very folder of a month."""
    found: dict[Month, tuple[PublicFile, ...]] = {}
    for file in files:
        match file.path.split("/"):
            case [_, month, _] if SHAPE.fullmatch(month):
                key = Month.parse(month)
                found[key] = (*found.get(key, ()), file)
    return found


def validate(status: Mapping[str, Any]) -> None:
    """Hold a status.json against its schema; ``jsonschema.ValidationError`` is a bug of ours."""
    import jsonschema

    jsonschema.validate(status, _schema(), format_checker=jsonschema.FormatChecker())


@cache
def _schema() -> dict[str, Any]:
    text = (resources.files("schemas") / "status.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
