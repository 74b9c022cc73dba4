"""Documents over several months: quarters and the year, the winners' list of ว62, ITA sheets.

All from the months that are public; one that lacks months says which, and is not called whole.
What the form has no column for stays empty, but for what the office told of itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from pipeline.formats import form
from pipeline.formats.form import Cell, Digits, amount, sum_of
from pipeline.formats.report import Report, Side, Table, as_pdf, as_xlsx
from pipeline.site.view import Site, Tile, Year
from schemas import bundle_words as words
from schemas.config import Ita, Settings
from schemas.ita import items_of
from schemas.procurement import METHODS, Procurement, method_code
from schemas.status import STATE_WORDS
from schemas.summary import MonthlySummary, Totals
from schemas.thai import MONTHS_SHORT, UNKNOWN, date_long, date_short, thai_digits

QUARTERS = (1, 2, 3, 4)
_HUNDREDTH = Decimal("0.01")
_COVER = (300, 240, 140, 240, 240)  # pixels of the columns; as wide as the form
_AMOUNTS = {"budget", "reference_price", "agreed_price"}
_WIDE = {"title": 300, "organisation": 140, "supplier": 180, "procurement_method": 110}
_NARROW = {"number": 44, "year": 80}


@dataclass(frozen=True)
class Bundle:
    """The files of a quarter or of the year for its page: (name, label, what it is for)."""

    label: str
    part: str  # how incomplete it is, "" for all months
    files: tuple[tuple[str, str], ...]
    items: tuple[str, ...] = ()  # of the ITA, as the office told them


@dataclass(frozen=True)
class _Span:
    """Months of a fiscal year, public or not, and what every document over them says."""

    year: int
    quarter: int | None
    tiles: tuple[Tile, ...]
    settings: Settings

    @property
    def months(self) -> tuple[MonthlySummary, ...]:
        return tuple(tile.summary for tile in self.tiles if tile.summary)

    @property
    def missing(self) -> tuple[Tile, ...]:
        return tuple(tile for tile in self.tiles if not tile.summary)

    @property
    def rows(self) -> tuple[tuple[MonthlySummary, Procurement], ...]:
        return tuple((summary, row) for summary in self.months for row in summary.rows)

    @property
    def last(self) -> MonthlySummary:
        """The month whose office name the document bears."""
        return self.months[-1]

    def digits(self, text: str | int) -> str:
        return thai_digits(str(text)) if self.settings.site.numerals == "thai" else str(text)

    @property
    def completeness(self) -> str:
        if not self.missing:
            return self.digits(words.WHOLE.format(months=len(self.tiles)))
        return self.digits(
            words.PART.format(
                public=len(self.months),
                months=len(self.tiles),
                missing=" ".join(tile.status.month.words for tile in self.missing),
            )
        )

    @property
    def name(self) -> str:
        return f"fy{self.year}-q{self.quarter}" if self.quarter else f"fy{self.year}-summary"


def bundles(site: Site) -> dict[str, bytes]:
    """Return the documents of every fiscal year, in its folder."""
    files: dict[str, bytes] = {}
    for year in site.years:
        for span in _spans(site, year):
            made = _quarter(span, site) if span.quarter else _whole_year(span, site)
            files |= {f"fy{span.year}/{name}": content for name, content in made.items()}
    return files


def offered(site: Site, year: Year) -> list[Bundle]:
    """Return what the page of the year links to."""
    return [_bundle(span) for span in _spans(site, year)]


def sources_of_bundles(
    names: Sequence[str], months: Sequence[MonthlySummary]
) -> dict[str, tuple[str, ...]]:
    """Return the originals (sha256) of each file of this module among the paths given."""
    sources: dict[str, tuple[str, ...]] = {}
    for fiscal_year in {one.month.fiscal_year for one in months}:
        of_year = [one for one in months if one.month.fiscal_year == fiscal_year]
        for quarter in (None, *QUARTERS):
            inside = [one for one in of_year if quarter in (None, one.month.fiscal_quarter)]
            made = tuple(sorted({source for one in inside for source in one.sources}))
            paths = {f"fy{fiscal_year}/{name}" for name in _names(fiscal_year, quarter)}
            sources |= {path: made for path in names if path in paths}
    return sources


def _names(year: int, quarter: int | None) -> tuple[str, ...]:
    if quarter:
        stem = f"sokhoro1-fy{year}-q{quarter}"
        return f"{stem}.pdf", f"{stem}.xlsx", f"w62-fy{year}-q{quarter}.xlsx"
    stem = f"sokhoro1-fy{year}-summary"
    return f"{stem}.pdf", f"{stem}.xlsx", f"ita16-fy{year}.xlsx", f"ita18-fy{year}.xlsx"


def _spans(site: Site, year: Year) -> Iterator[_Span]:
    """Give the quarters and then the year, each with a month that is public."""
    number = year.status.fiscal_year
    for quarter in (*QUARTERS, None):
        tiles = tuple(t for t in year.tiles if quarter in (None, t.status.month.fiscal_quarter))
        if any(tile.summary for tile in tiles):
            yield _Span(number, quarter, tiles, site.settings)


def _bundle(span: _Span) -> Bundle:
    labels = [words.LABEL_PDF, words.LABEL_XLSX]
    labels += [words.LABEL_W62] if span.quarter else [words.LABEL_16, words.LABEL_18]
    first, last = span.tiles[0].status.month, span.tiles[-1].status.month
    between = f"{MONTHS_SHORT[first.number - 1]} – {MONTHS_SHORT[last.number - 1]}"
    quarter = words.QUARTER.format(quarter=span.quarter)
    part = words.PART_SHORT.format(public=len(span.months), months=len(span.tiles))
    return Bundle(
        f"{quarter} ({between})" if span.quarter else words.LABEL_YEAR,
        part if span.missing else "",
        tuple(
            (name, label)
            for name, label in zip(_names(span.year, span.quarter), labels, strict=True)
            if label != words.LABEL_PDF or not _too_long(span)
        ),
        tuple(_items(span)),
    )


def _items(span: _Span) -> Iterator[str]:
    """Give the items of the ITA that ask for these documents, of this year and the next."""
    told = span.settings.ita.items
    this, following = items_of(span.year, told), items_of(span.year + 1, told)
    asked = [(span.year, this.monthly if span.quarter else this.progress)] if this else []
    asked += [(span.year + 1, following.yearly)] if following and not span.quarter else []
    for year, item in asked:
        if item:
            yield words.ITA_ITEM.format(year=span.digits(year), item=item)


# ---- quarters and the year


def _quarter(span: _Span, site: Site) -> dict[str, bytes]:
    pdf, workbook, winners = _names(span.year, span.quarter)
    title = words.TITLE_QUARTER.format(quarter=span.quarter, year=span.year)
    edition = words.EDITION_QUARTER.format(quarter=span.quarter, year=span.year)
    report = replace(_report(span, title, edition, (_by_month(span),)), forms=True)
    made = {} if _too_long(span) else {pdf: as_pdf(report, site.kept)}
    return made | {
        workbook: as_xlsx(report, site.kept, data=True),
        winners: as_xlsx(_winners(span), site.kept),
    }


def _too_long(span: _Span) -> bool:
    """True for a quarter of more rows than a PDF is made of; that of a year has only sums."""
    return (
        bool(span.quarter)
        and sum(len(month.rows) for month in span.months) > form.MOST_ROWS_IN_PDF
    )


def _whole_year(span: _Span, site: Site) -> dict[str, bytes]:
    pdf, workbook, short, long = _names(span.year, span.quarter)
    title = words.TITLE_YEAR.format(year=span.year)
    tables = (_by_month(span), _by_method(span))
    report = _report(span, title, words.EDITION_YEAR.format(year=span.year), tables)
    return {
        pdf: as_pdf(report, site.kept),
        workbook: as_xlsx(report, site.kept, data=True),
        short: as_xlsx(_ita(span, words.ITA_16), site.kept),
        long: as_xlsx(_ita(span, words.ITA_18), site.kept),
    }


def _report(
    span: _Span,
    title: str,
    edition: str,
    tables: tuple[Table, ...],
    *notes: str,
) -> Report:
    """Return a document over the span; its day and its log are those of the newest month."""
    digits, last = span.digits, span.last
    day = max(summary.published_on for summary in span.months)
    logs = [summary.log for summary in span.months if summary.log]
    first, final = span.tiles[0].status.month.words, span.tiles[-1].status.month.words
    return Report(
        title=digits(title),
        above=(
            ("corner", digits(form.CORNER.format(form=form.FORM))),
            ("title", digits(title)),
            ("title", f"{last.organisation} {last.place}".strip()),
            ("published", digits(words.SPAN.format(first=first, last=final))),
            ("published", digits(words.AS_OF.format(form=form.FORM, day=date_long(day)))),
            ("superseded" if span.missing else "published", span.completeness),
        ),
        notes=notes,
        tables=tables,
        months=span.months,
        organisation=last.organisation,
        place=last.place,
        day=day,
        numerals=span.settings.site.numerals,
        edition=digits(edition),
        log=max(logs, key=lambda log: log.size, default=None),
    )


def _by_month(span: _Span) -> Table:
    digits = span.digits
    rows = []
    for tile in span.tiles:
        state = STATE_WORDS[tile.status.state]
        counted = _counted(tile.summary.totals, digits) if tile.summary else (words.NONE,) * 3
        rows.append((digits(tile.status.month.words), state, *counted))
    whole = words.SOME_MONTHS if span.missing else words.ALL_MONTHS
    label = whole.format(public=len(span.months), months=len(span.tiles))
    total = _counted(_totals([row for _, row in span.rows]), digits)
    return Table(
        words.BY_MONTH,
        (words.MONTH, words.STATE, words.ROWS, words.BUDGET, words.AGREED),
        ("left", "center", "right", "right", "right"),
        _COVER,
        tuple(rows),
        (digits(label), None, *total),
        whole=frozenset({2}),
    )


def _by_method(span: _Span) -> Table:
    """The rows by what stands in column 5; a share only of what is whole."""
    digits = span.digits
    totals = _totals([row for _, row in span.rows])
    why = _why_no_share(span, totals)
    rows = []
    for label, of in _methods([row for _, row in span.rows]).items():
        own = _totals(of)
        share: Cell = words.NONE if why else _share(own.agreed_price, totals.agreed_price)
        count, budget, agreed = _counted(own, digits)
        rows.append((label, share, count, budget, agreed))
    counted = _counted(totals, digits)
    note = why or digits(words.SHARE_ROUNDED.format(hundred=100))
    return Table(
        words.BY_METHOD,
        (words.METHOD, words.SHARE, words.ROWS, words.BUDGET, words.AGREED),
        ("left", "right", "right", "right", "right"),
        _COVER,
        tuple(rows),
        (digits(form.TOTAL.format(rows=totals.rows)), None, *counted),
        (note, words.METHODS_AS_WRITTEN, digits(words.NO_TYPE.format(form=form.FORM))),
        whole=frozenset({2}),
    )


def _why_no_share(span: _Span, totals: Totals) -> str:
    if span.missing:
        return words.NO_SHARE_MONTHS
    if totals.agreed_price_unknown:
        return words.NO_SHARE_ROWS
    return "" if totals.agreed_price else words.NO_SHARE_SUM


def _share(part: int | None, whole: int | None) -> Decimal:
    """Return per cent with two decimals; both are known where this is asked."""
    share = Decimal(100 * (part or 0)) / Decimal(whole or 1)
    return share.quantize(_HUNDREDTH, ROUND_HALF_UP)


def _methods(rows: Sequence[Procurement]) -> Mapping[str, list[Procurement]]:
    """Return the rows of each way of buying: the law's ways in their order, then other words."""
    known = {method.code: method.spellings[0] for method in METHODS}
    found: dict[str, list[Procurement]] = {}
    for row in rows:
        code = method_code(row.procurement_method)
        written = UNKNOWN if row.procurement_method is None else row.procurement_method
        found.setdefault(known[code] if code else written, []).append(row)
    places = {label: at for at, label in enumerate(known.values())}
    last = len(places)

    def place(label: str) -> tuple[bool, int, str]:
        return label == UNKNOWN, places.get(label, last), label

    return {label: found[label] for label in sorted(found, key=place)}


def _totals(rows: Sequence[Procurement]) -> Totals:
    agreed = [row.agreed_price for row in rows if row.agreed_price is not None]
    budget = [row.budget for row in rows if row.budget is not None]
    return Totals(
        rows=len(rows),
        agreed_price=sum(agreed) if agreed else None,
        budget=sum(budget) if budget else None,
        agreed_price_unknown=len(rows) - len(agreed),
        budget_unknown=len(rows) - len(budget),
    )


def _counted(totals: Totals, digits: Digits) -> tuple[Cell, Cell, Cell]:
    """Return how many rows, their budget and their agreed price; without a row a dash."""
    if not totals.rows:
        return 0, words.NONE, words.NONE
    return (
        totals.rows,
        sum_of(totals.budget, totals.budget_unknown, digits),
        sum_of(totals.agreed_price, totals.agreed_price_unknown, digits),
    )


# ---- lists that other offices ask for


def _winners(span: _Span) -> Report:
    """The list of ว62: the winners of a quarter; who they are for the tax office nobody wrote."""
    digits = span.digits
    rows = tuple(
        (
            number,
            None,
            row.supplier,
            row.title,
            _baht(row.agreed_price, digits),
            digits(date_short(row.contract_date)) if row.contract_date else None,
            row.contract_number,
            None,
        )
        for number, (_, row) in enumerate(span.rows, start=1)
    )
    totals = _totals([row for _, row in span.rows])
    agreed = sum_of(totals.agreed_price, totals.agreed_price_unknown, digits) if rows else None
    label = digits(words.W62_TOTAL.format(rows=totals.rows))
    table = Table(
        "",
        words.W62_HEADINGS,
        ("center", "center", "left", "left", "right", "center", "left", "left"),
        (50, 140, 210, 320, 130, 100, 110, 100),
        rows,
        (None, None, label, None, agreed, None, None, None),
        whole=frozenset({0}),
    )
    report = _report(
        span,
        words.W62_TITLE,
        words.EDITION_QUARTER.format(quarter=span.quarter, year=span.year),
        (table,),
        digits(words.W62_NOTE.format(form=form.FORM)),
    )
    sheet = digits(words.W62_SHEET.format(quarter=span.quarter))
    return replace(report, above=report.above[1:], sheet=sheet, after=words.SIGNATURES)


def _ita(span: _Span, columns: Sequence[tuple[str, str]]) -> Report:
    names = [name for _, name in columns]
    rows = tuple(
        tuple(_ita_cell(name, number, summary, row, span) for name in names)
        for number, (summary, row) in enumerate(span.rows, start=1)
    )
    table = Table(
        "",
        tuple(heading for heading, _ in columns),
        tuple(_side(name) for name in names),
        tuple((_WIDE | _NARROW).get(name, 105 if name in _AMOUNTS else 95) for name in names),
        rows,
        whole=frozenset(at for at, name in enumerate(names) if name in {"number", "year"}),
    )
    title = words.ITA_TITLE.format(year=span.year)
    edition = words.EDITION_YEAR.format(year=span.year)
    told = items_of(span.year, span.settings.ita.items)
    item = told.progress if told else ""
    notes = [words.ITA_ITEM.format(year=span.digits(span.year), item=item)] if item else []
    notes.append(span.digits(words.ITA_NOTE.format(form=form.FORM)))
    report = _report(span, title, edition, (table,), *notes)
    return replace(report, above=report.above[1:], sheet=f"ITA {len(columns)}")


def _ita_cell(
    name: str, number: int, summary: MonthlySummary, row: Procurement, span: _Span
) -> Cell:
    """Return what a column holds; nothing where neither the row nor the office tells it."""
    told: Ita = span.settings.ita
    known: dict[str, Cell] = {
        "": None,
        "number": number,
        "year": span.year,
        "organisation": summary.organisation,
        "district": told.district or None,
        "province": told.province or None,
        "ministry": told.ministry or None,
        "kind": told.kind or None,
    }
    if name in known:
        return known[name]
    if name in _AMOUNTS:
        return _baht(getattr(row, name), span.digits)
    text: str | None = getattr(row, name)
    return text


def _side(name: str) -> Side:
    if name in _AMOUNTS:
        return "right"
    return "center" if name in {"number", "year"} else "left"


def _baht(satang: int | None, digits: Digits) -> Cell:
    """Return baht; nothing where nobody wrote an amount."""
    return None if satang is None else amount(satang, digits)
