"""The whole site from its months: front page, a page for each fiscal year, and what they need."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import quote
from xml.sax.saxutils import escape

from pipeline.feed import feed
from pipeline.pages import KINDS, PAGE, Download, downloads, draw
from pipeline.render import folder_of, place_of
from pipeline.summarise import Summaries
from schemas.config import Settings
from schemas.status import STATE_WORDS, MeasureStatus, MonthStatus
from schemas.summary import MonthlySummary

VERIFY = "verify.html"
ASSETS = {
    "assets/style.css": "style.css",
    "assets/icon.svg": "icon.svg",
    **{
        f"assets/fonts/{name}": f"fonts/{name}"
        for name in (
            "OFL.txt",  # the licence asks to travel with the fonts
            "sarabun-latin-400-normal.woff2",
            "sarabun-latin-700-normal.woff2",
            "sarabun-thai-400-normal.woff2",
            "sarabun-thai-700-normal.woff2",
        )
    },
}


@dataclass(frozen=True)
class Tile:
    """One month of a fiscal year as the overviews show it.

    ``summary`` is None while nothing is public; ``superseded`` are the earlier revisions.
    """

    status: MonthStatus
    summary: MonthlySummary | None
    downloads: tuple[Download, ...]
    superseded: tuple[MonthlySummary, ...]

    @property
    def agreed_price_unknown(self) -> int:
        """Public rows that state no agreed price: the sum of the month is without them."""
        return self.summary.totals.agreed_price_unknown if self.summary else 0


@dataclass(frozen=True)
class Year:
    """A fiscal year as the overviews show it: its status, and a tile for each month."""

    status: MeasureStatus
    tiles: tuple[Tile, ...]

    @property
    def late(self) -> int:
        """How many months are public, but came after the day of the house rule."""
        return len(self.status.published) - self.status.on_time

    @property
    def agreed_price_unknown(self) -> int:
        return sum(tile.agreed_price_unknown for tile in self.tiles)

    @property
    def superseded(self) -> tuple[MonthlySummary, ...]:
        return tuple(revision for tile in self.tiles for revision in tile.superseded)


def assemble(
    summaries: Summaries,
    years: Sequence[MeasureStatus],
    rendered: Mapping[str, bytes],
    settings: Settings,
) -> dict[str, bytes]:
    """Return every file of the site by its path from the root, months as ``rendered`` has them.

    Errors: ValueError when a month lies in none of ``years``: its page would lead nowhere.
    """
    lost = {s.month.fiscal_year for s in summaries.public} - {year.fiscal_year for year in years}
    if lost:
        raise ValueError(f"no status for the fiscal years {sorted(lost)}")

    newest_first = sorted(years, key=lambda year: year.fiscal_year, reverse=True)
    views = [_year(status, summaries, rendered) for status in newest_first]
    site = {**rendered, PAGE: _front(views, settings), VERIFY: _how_to_verify(settings)}
    for year in views:
        folder = f"fy{year.status.fiscal_year}/"
        site[folder + PAGE] = _year_page(year, settings)
        site[folder + "status.json"] = _json(year.status.public_json())
    for path, name in ASSETS.items():
        site[path] = (files("templates") / name).read_bytes()
    base = _base(settings.site.base_url)
    site |= _for_crawlers(summaries, years, base)
    site |= feed(summaries, max(year.as_of for year in years), settings, base)
    return dict(sorted(site.items()))


def _year(status: MeasureStatus, summaries: Summaries, rendered: Mapping[str, bytes]) -> Year:
    public = {summary.month: summary for summary in summaries.public}
    earlier = sorted(summaries.superseded, key=lambda summary: summary.revision)
    return Year(
        status,
        tuple(
            Tile(
                status=month,
                summary=public.get(month.month),
                downloads=tuple(downloads(month.month, rendered, folder_of(month.month))),
                superseded=tuple(old for old in earlier if old.month == month.month),
            )
            for month in status.months
        ),
    )


def _front(years: Sequence[Year], settings: Settings) -> bytes:
    public = [tile for year in years for tile in year.tiles if tile.summary]
    offered = {file.kind for tile in public for file in tile.downloads}
    return draw(
        "front.html",
        settings.site.numerals,
        root="",
        organisation=settings.organisation.name,
        place=settings.organisation.place,
        years=years,
        latest=max(public, key=lambda tile: tile.status.month, default=None),
        kinds=[kind for kind in KINDS if kind in offered],
        state_words=STATE_WORDS,
    )


def _year_page(year: Year, settings: Settings) -> bytes:
    announced = [tile.status.announcements for tile in year.tiles if tile.status.announcements]
    return draw(
        "year.html",
        settings.site.numerals,
        root="../",
        organisation=settings.organisation.name,
        place=settings.organisation.place,
        year=year,
        # A column of nothing but "unknown" would tell nobody anything; status.json has the null.
        with_announcements=any(month.announced is not None for month in announced),
        state_words=STATE_WORDS,
    )


def _how_to_verify(settings: Settings) -> bytes:
    return draw(
        VERIFY,
        settings.site.numerals,
        root="",
        organisation=settings.organisation.name,
        place=settings.organisation.place,
    )


def _for_crawlers(
    summaries: Summaries, years: Sequence[MeasureStatus], base: str
) -> dict[str, bytes]:
    """Superseded revisions stay out of the map: whoever searches should find what is valid."""
    robots = "User-agent: *\nDisallow:\n"
    if not base:
        return {"robots.txt": robots.encode()}

    changed: dict[str, str] = {
        place_of(summary) + PAGE: f"<lastmod>{summary.published_on.isoformat()}</lastmod>"
        for summary in summaries.public
    }
    pages = sorted([PAGE, *(f"fy{year.fiscal_year}/{PAGE}" for year in years), *changed])
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(f"<url><loc>{escape(base + page)}</loc>{changed.get(page, '')}</url>" for page in pages),
        "</urlset>",
    ]
    return {
        "robots.txt": f"{robots}Sitemap: {base}sitemap.xml\n".encode(),
        "sitemap.xml": "".join(f"{line}\n" for line in lines).encode(),
    }


def _base(base_url: str) -> str:
    """The address of the site with "/" behind, as standards want it; "" when nobody told it."""
    # A Thai path is fine in the configuration; here it must be percent-encoded.
    quoted = quote(base_url.rstrip("/"), safe="%:/?#[]@!$&'()*+,;=")
    return f"{quoted}/" if quoted else ""


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
