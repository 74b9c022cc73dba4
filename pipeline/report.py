"""Status of measure 4, measures of the office, what was seen → the annual report, as text. Pure.

What nobody wrote is said to be empty, and is in the list of what is still empty; nothing of
another year is taken over. ``pipeline/formats/report_*.py`` only set what stands here.
"""

from collections.abc import Callable, Iterator, Mapping

from pipeline.pages import draw
from schemas import report as words
from schemas.config import Settings
from schemas.history import Release
from schemas.report import (
    COLUMN_WORDS,
    COLUMNS,
    COUNTED,
    AnnualReport,
    Blank,
    Column,
    Measure,
    MeasureLine,
    Measures,
    MonthLine,
    ProofLine,
    Sighting,
    is_written,
)
from schemas.status import STATE_WORDS, MeasureStatus, MonthStatus
from schemas.thai import baht, date_formal, date_long, thai_digits

Digits = Callable[[str], str]
# Columns that say what was done in a year: those of another year's file are not this year's.
OF_ONE_YEAR: tuple[Column, ...] = ("result", "outcome")


def annual_report(
    status: MeasureStatus,
    measures: Measures,
    sightings: Mapping[str, Sighting],
    release: Release | None,
    settings: Settings,
    base: str = "",
) -> AnnualReport:
    """Return the report of the status's fiscal year on its day.

    ``sightings`` are by their place; ``release`` is what was public when the status was made;
    ``base`` is the address of the site with "/" behind, "" while nobody told it.
    """
    year, digits = status.fiscal_year, digits_of(settings)
    told = settings.report.of_year(year)
    same_year = measures.fiscal_year == year
    blanks = tuple(_blanks(told.score, told.level, measures, same_year=same_year))
    last = status.months[-1].month.last
    as_of = words.AS_OF if status.as_of > last else words.NOT_ENDED
    proofs = list(_proofs(measures, sightings, digits, same_year=same_year))
    if base and release:
        page = f"{base}fy{year}/measure4.html"
        day = digits(date_long(release.day))
        counted = ProofLine(digits(str(COUNTED)), words.COUNTED_PROOF, page, day)
        proofs = sorted([counted, *proofs], key=lambda line: line.measure)
    return AnnualReport(
        fiscal_year=year,
        day=status.as_of,
        title=words.TITLE,
        year=digits(words.OF_YEAR.format(year=year)),
        organisation=f"{status.organisation} {settings.organisation.place}".strip(),
        as_of=digits(as_of.format(day=date_formal(status.as_of), last=date_formal(last))),
        draft=digits(words.DRAFT.format(count=len(blanks))) if blanks else "",
        opening=_opening(status, told.score, told.level, settings, len(measures.measures)),
        measures=tuple(_line(one, status, digits, same_year) for one in measures.measures),
        months_title=digits(words.MONTHS.format(number=COUNTED)),
        months=tuple(month_line(month, digits) for month in status.months),
        release=release_words(release, digits),
        proofs_title=words.PROOFS,
        proofs=tuple(proofs),
        no_proof="" if proofs else words.NO_PROOFS,
        blanks=blanks,
        measures_year=measures.fiscal_year,
    )


def digits_of(settings: Settings) -> Digits:
    return thai_digits if settings.site.numerals == "thai" else str


def _opening(status: MeasureStatus, score: str, level: str, settings: Settings, count: int) -> str:
    text = draw(
        "report/opening.txt",
        settings.site.numerals,
        year=status.fiscal_year,
        organisation=status.organisation,
        score=score or words.NOT_WRITTEN,
        level=level or words.NOT_WRITTEN,
        count=count,
    ).decode()
    return " ".join(text.split())


def _blanks(score: str, level: str, measures: Measures, *, same_year: bool) -> Iterator[Blank]:
    """Give each place that nobody has filled; what the program counts is never empty."""
    if not score:
        yield Blank(None, words.SCORE)
    if not level:
        yield Blank(None, words.LEVEL)
    for one in measures.measures:
        for column in COLUMNS:
            counted = one.number == COUNTED and column in OF_ONE_YEAR
            if not counted and not _written(one, column, same_year=same_year):
                yield Blank(one.number, COLUMN_WORDS[column])


def _written(one: Measure, column: Column, *, same_year: bool) -> str:
    """Return what the office wrote there for this year; "" for nothing, or still the example."""
    text: str = getattr(one, column)
    if not is_written(text) or (column in OF_ONE_YEAR and not same_year):
        return ""
    return text


def _line(one: Measure, status: MeasureStatus, digits: Digits, same_year: bool) -> MeasureLine:  # noqa: FBT001 - a fact, not a switch
    year = digits(str(status.fiscal_year))
    said = {
        column: _written(one, column, same_year=same_year).replace(words.YEAR, year)
        for column in COLUMNS
    }
    title = said["title"] or words.NOT_WRITTEN
    said["title"] = words.NUMBERED.format(number=digits(str(one.number)), title=title)
    if one.number == COUNTED:  # the compiler's own words stand behind what is counted
        said["result"] = "\n".join(filter(None, (status.result, said["result"])))
        said["outcome"] = "\n".join(filter(None, (status.outcome, said["outcome"])))
    return MeasureLine(**{column: said[column] or words.NOT_WRITTEN for column in COLUMNS})


def month_line(month: MonthStatus, digits: Digits) -> MonthLine:
    def shown(value: object) -> str:
        return words.NONE if value is None else digits(str(value))

    return MonthLine(
        month=digits(month.month.words),
        state=STATE_WORDS[month.state],
        revision=shown(month.revision),
        published=shown(month.published_at and date_long(month.published_at)),
        rows=shown(month.rows),
        agreed=words.NONE if month.total_agreed is None else digits(baht(month.total_agreed)),
    )


def release_words(release: Release | None, digits: Digits) -> str:
    if release is None:
        return words.NO_RELEASE
    # The code is compared letter by letter with the website's: its digits stay as they are.
    day = digits(date_formal(release.day))
    return words.RELEASE.format(release=release.name, day=day)


def _proofs(
    measures: Measures, sightings: Mapping[str, Sighting], digits: Digits, *, same_year: bool
) -> Iterator[ProofLine]:
    for one in measures.measures:
        number = digits(str(one.number))
        for proof in one.evidence if same_year else ():
            day = digits(date_long(proof.day)) if proof.day else words.NO_DAY
            yield ProofLine(number, proof.title, proof.address or words.NONE, day)
        for place in one.watch:
            seen = digits(_seen(sightings.get(place)))
            yield ProofLine(number, words.WATCHED, place, seen)


def _seen(sighting: Sighting | None) -> str:
    if sighting is None or sighting.since is None or sighting.last is None:
        return words.NOT_LOOKED
    said = words.REACHABLE if sighting.reachable else words.NOT_REACHABLE
    since, last = date_long(sighting.since), date_long(sighting.last)
    return said.format(since=since, last=last, days=sighting.days)


def blanks_words(report: AnnualReport) -> Iterator[tuple[str, str]]:
    """Give what is still empty, measure by measure: which, and its columns."""
    by_measure: dict[int | None, list[str]] = {}
    for blank in report.blanks:
        by_measure.setdefault(blank.measure, []).append(blank.what)
    for number, columns in by_measure.items():
        yield (f"มาตรการที่ {number}" if number else "ส่วนนำ (sokhoro1.toml)"), " · ".join(columns)


def name_of(fiscal_year: int, kind: str) -> str:
    """Return the file name of the report; ``kind`` is docx, pdf or html."""
    return f"report-fy{fiscal_year}.{kind}"
