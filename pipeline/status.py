"""Facts of the ledger and the calendar → the status of measure 4. Pure: the day is an argument."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.due import due_day
from pipeline.durable import write_durably
from pipeline.outcomes import outcomes
from pipeline.pages import KINDS, PAGE, draw
from pipeline.summarise import Summaries
from schemas.config import Settings
from schemas.history import History
from schemas.month import SHAPE, Month, fiscal_months
from schemas.status import (
    Announced,
    Because,
    Claim,
    Column,
    MeasureStatus,
    MonthStatus,
    PastDay,
    PublicFile,
    Reconciled,
    State,
)
from schemas.summary import MonthlySummary

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

Files = Mapping[Month, tuple[PublicFile, ...]]
# Nothing known of announcements or of e-GP's open data, unless somebody says so.
NOBODY_LOOKED: Mapping[Month, Announced] = {}
NOTHING_COMPARED: Mapping[int, Reconciled] = {}
COLUMNS: tuple[Column, ...] = ("result", "outcome")
_CLAIM = re.compile(r"^\[([a-z]+)\]$", re.MULTILINE)
# What proves a claim, in the folder of its fiscal year; {month} is each month that it speaks of.
PROOFS = {
    "published": (PAGE, f"{{month}}/{PAGE}"),
    "sums": (PAGE, "sokhoro1-fy{year}.csv"),
    "punctuality": (PAGE,),
    "missing": (PAGE,),
    "nil": (f"{{month}}/{PAGE}",),
    "announcements": ("announcements.html",),
    "reconciliation": ("completeness.html",),
    "files": (f"{{month}}/{PAGE}",),
    "corrections": ("../corrections.html",),
    "suppliers": ("pictures.html",),
    "largest": ("pictures.html",),
    "bidders": ("pictures.html",),
    "saving": ("pictures.html", "sokhoro1-fy{year}.csv"),
}


def measure4(  # noqa: PLR0913 - the last two are known only where somebody has looked
    fiscal_year: int,
    as_of: date,
    history: History,
    summaries: Summaries,
    settings: Settings,
    files: Files,
    *,
    announced: Mapping[Month, Announced] = NOBODY_LOOKED,
    reconciled: Mapping[int, Reconciled] = NOTHING_COMPARED,
) -> MeasureStatus:
    """Return what may be claimed about a Buddhist fiscal year on a (Gregorian) day."""
    public = {summary.month: summary for summary in summaries.public}
    months = tuple(
        replace(
            _month(month, as_of, history, public.get(month), settings, files.get(month, ())),
            announcements=announced.get(month, _nobody_looked(public[month])),
        )
        if month in public
        else _month(month, as_of, history, None, settings, ())
        for month in fiscal_months(fiscal_year)
    )
    own = [summary for month, summary in public.items() if month.fiscal_year == fiscal_year]
    corrections = sum(old.month.fiscal_year == fiscal_year for old in summaries.superseded)
    status = MeasureStatus(
        fiscal_year,
        settings.organisation.name,
        as_of,
        months,
        result="",
        outcome="",
        outcomes=outcomes(
            [row for summary in own for row in summary.rows], complete=len(own) == len(months)
        ),
        corrections=corrections,
        reconciliation=reconciled.get(fiscal_year),
    )
    return said(status, settings)


def said(status: MeasureStatus, settings: Settings) -> MeasureStatus:
    """Return the status with its sentences: they consist of claims, each with its proofs."""
    claims = tuple(claim for column in COLUMNS for claim in _claims(column, status, settings))
    text = {
        column: " ".join(claim.text for claim in claims if claim.column == column)
        for column in COLUMNS
    }
    return replace(status, result=text["result"], outcome=text["outcome"], claims=claims)


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
        state, late = _not_public(month, as_of, due, history), as_of > due
        because = _what_is_missing(month, history, state) if late else None
        return MonthStatus(month, state, late, due, late_because=because)
    first = history.revisions[month][0].accepted_on
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
        late_because="published_after_due" if first > due else None,
        price_unknown=summary.totals.agreed_price_unknown,
    )


def _nobody_looked(summary: MonthlySummary) -> Announced:
    projects = {row.egp_project_number or index for index, row in enumerate(summary.rows)}
    return Announced(len(projects), None)


def _what_is_missing(month: Month, history: History, state: State) -> Because:
    if state == "returned":
        return "returned"
    words = history.latest.get(month, {}).values()
    waits = any(word.decision == "waiting" and not word.public for word in words)
    return "waiting" if waits else "not_received"


def _kinds(status: MeasureStatus) -> list[str]:
    """Return the kinds of files in which every published month can be had."""

    def offered(month: MonthStatus) -> set[str]:
        return {file.path.rpartition(".")[2] for file in month.files}

    return [kind for kind in KINDS if all(kind in offered(month) for month in status.published)]


def _not_public(month: Month, as_of: date, due: date, history: History) -> State:
    words = history.latest.get(month, {}).values()
    if any(word.decision == "returned" and word.file in history.returned for word in words):
        return "returned"
    return "missing" if as_of >= due else "not_due"


def _claims(column: Column, status: MeasureStatus, settings: Settings) -> Iterator[Claim]:
    """Give each claim that the template of a column makes of the status, in its order."""
    text = draw(
        f"sentences/{column}.txt", settings.site.numerals, status=status, kinds=_kinds(status)
    ).decode()
    _, *parts = _CLAIM.split(text)
    nil = iter([month for month in status.months if month.state == "nil"])
    for kind, words in zip(parts[::2], parts[1::2], strict=True):
        months = (next(nil),) if kind == "nil" else status.published
        yield Claim(kind, column, " ".join(words.split()), tuple(_proofs(kind, status, months)))


def _proofs(kind: str, status: MeasureStatus, months: Iterable[MonthStatus]) -> Iterator[str]:
    """Give the pages and files that prove a claim; of a year without a public month, its page."""
    year = status.fiscal_year
    for proof in PROOFS[kind] if status.published else (PAGE,):
        for month in months if "{month}" in proof else (None,):
            path = proof.format(year=year, month=month and month.month)
            yield path.removeprefix("../") if path.startswith("../") else f"fy{year}/{path}"


def status_of_years(
    history: History,
    summaries: Summaries,
    settings: Settings,
    rendered: Mapping[str, bytes],
    announced: Mapping[Month, Announced] = NOBODY_LOOKED,
    reconciled: Mapping[int, Reconciled] = NOTHING_COMPARED,
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
        measure4(
            *(year, day, history, summaries, settings, files),
            announced=announced,
            reconciled=reconciled,
        )
        for year in _years(history, day)
    ]
    for status in years:
        validate(status.public_json())
    return years


def write_statuses(folder: Path, years: Iterable[MeasureStatus]) -> None:
    """Put ``status.json`` of each year where the report compiler looks for it, as it is public.

    One that says the same already is left alone: its time tells when something changed.
    """
    for status in years:
        write_durably(folder / f"fy{status.fiscal_year}" / "status.json", in_file(status))


def in_file(status: MeasureStatus) -> bytes:
    """Return the bytes of ``status.json``."""
    return (json.dumps(status.public_json(), ensure_ascii=False, indent=2) + "\n").encode()


def past_days(status: MeasureStatus, summaries: Summaries, settings: Settings) -> list[PastDay]:
    """Return what could be claimed on each day on which a month came, changed, or was due.

    From the revisions and the calendar alone: the same ledger tells the same past on any day.
    """
    year = status.fiscal_year
    every = [
        one
        for one in (*summaries.superseded, *summaries.public)
        if one.month.fiscal_year == year and one.published_on <= status.as_of
    ]
    dues = {month: due_day(month, settings.due) for month in fiscal_months(year)}
    days = {one.published_on for one in every} | set(dues.values())
    return [_past(day, every, dues) for day in sorted(days) if day <= status.as_of]


def _past(day: date, every: Iterable[MonthlySummary], dues: Mapping[Month, date]) -> PastDay:
    known = sorted((one for one in every if one.published_on <= day), key=lambda one: one.revision)
    current = {one.month: one for one in known}  # the last revision counts
    first = {one.month: one.published_on for one in reversed(known)}
    agreed = [
        one.totals.agreed_price for one in current.values() if one.totals.agreed_price is not None
    ]
    return PastDay(
        day=day,
        due=sum(due <= day for due in dues.values()),
        revisions={month: one.revision for month, one in current.items()},
        on_time=sum(first[month] <= dues[month] for month in current),
        rows=sum(one.totals.rows for one in current.values()),
        total_agreed=sum(agreed) if agreed else None,
    )


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
    _validator().validate(status)


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    text = (resources.files("schemas") / "status.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
