"""Status and the list of what is public → the evidence pack of each quarter and of the year. Pure.

Only what is public is linked; a hash is that of the manifest, so anybody can compare it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.pages import draw
from pipeline.report import digits_of, month_line, release_words
from schemas import evidence as words
from schemas import report as report_words
from schemas.config import Settings
from schemas.evidence import EvidencePack, Link
from schemas.history import Release
from schemas.ita import items_of
from schemas.status import MeasureStatus, MonthStatus
from schemas.thai import date_formal

QUARTERS = (1, 2, 3, 4)
Public = Mapping[str, str]  # path from the site's root → sha256


def evidence(
    status: MeasureStatus, public: Public, release: Release | None, settings: Settings, base: str
) -> Iterator[EvidencePack]:
    """Give the pack of each quarter with a public month, and that of the year.

    ``base`` is the address of the site with "/" behind, "" while nobody told it.
    """
    for quarter in (*QUARTERS, None):
        months = [m for m in status.months if quarter in (None, m.month.fiscal_quarter)]
        if any(month.public for month in months):
            yield _pack(quarter, months, status, public, release, settings, base)


def _pack(  # noqa: PLR0913, PLR0917 - one step of evidence(), which has them all
    quarter: int | None,
    months: Sequence[MonthStatus],
    status: MeasureStatus,
    public: Public,
    release: Release | None,
    settings: Settings,
    base: str,
) -> EvidencePack:
    digits, year = digits_of(settings), status.fiscal_year
    period = words.QUARTER if quarter else words.WHOLE_YEAR
    first, last = months[0].month.words, months[-1].month.words
    text = draw("report/statement.txt", settings.site.numerals, months=months).decode()
    found = _links(quarter, months, year, settings)
    return EvidencePack(
        name=f"fy{year}-q{quarter}" if quarter else f"fy{year}",
        day=status.as_of,
        organisation=f"{status.organisation} {settings.organisation.place}".strip(),
        period=digits(period.format(quarter=quarter, year=year, first=first, last=last)),
        as_of=digits(report_words.AS_OF.format(day=date_formal(status.as_of))),
        statement=" ".join(text.split()),
        months=tuple(month_line(month, digits) for month in months),
        links=tuple(
            Link(item, digits(what), base + path, public[path])
            for item, what, path in found
            if path in public
        ),
        no_address="" if base else words.NO_ADDRESS,
        release=release_words(release, digits),
    )


def _links(
    quarter: int | None, months: Iterable[MonthStatus], year: int, settings: Settings
) -> Iterator[tuple[str, str, str]]:
    """Give what could prove it, public or not: item of the ITA, what it is, path in the site."""
    told = settings.ita.items
    this, following = items_of(year, told), items_of(year + 1, told)

    def item(number: str, of: int) -> str:
        return words.ITEM.format(item=number, year=of) if number else words.NO_ITEM

    monthly = item(this.monthly if this else "", year)
    for month in months:
        for kind, name in words.KIND_WORDS.items():
            what = words.WHAT_MONTH.format(month=month.month.words, kind=name)
            yield monthly, what, f"fy{year}/{month.month}/sokhoro1-{month.month}.{kind}"
    for number in (quarter,) if quarter else QUARTERS:
        for kind, name in words.KIND_WORDS.items():
            what = words.WHAT_QUARTER.format(quarter=number, kind=name)
            yield monthly, what, f"fy{year}/sokhoro1-fy{year}-q{number}.{kind}"
        what = words.WHAT_WINNERS.format(quarter=number, kind=words.KIND_WORDS["xlsx"])
        yield words.NO_ITEM, what, f"fy{year}/w62-fy{year}-q{number}.xlsx"
    announced = item(this.announcements if this else "", year)
    yield announced, words.WHAT_ANNOUNCEMENTS, f"fy{year}/announcements.html"
    if quarter:
        return
    yearly = item(following.yearly if following else "", year + 1)
    for kind, name in words.KIND_WORDS.items():
        yield (
            yearly,
            words.WHAT_YEAR.format(kind=name),
            f"fy{year}/sokhoro1-fy{year}-summary.{kind}",
        )
    progress = item(this.progress if this else "", year)
    for columns in (16, 18):
        what = words.WHAT_LIST.format(columns=columns)
        yield progress, what, f"fy{year}/ita{columns}-fy{year}.xlsx"
