"""The whole site from its months: each part is a module with a pure function from a ``Site``.

To add a part, write its module and name its function in PARTS.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from xml.sax.saxutils import escape

from pipeline.dress import dress
from pipeline.feed import feed
from pipeline.formats.kept import NOTHING_KEPT, Kept
from pipeline.pages import PAGE
from pipeline.places import place_of
from pipeline.site import (
    about,
    announcements,
    bundles,
    completeness,
    corrections,
    measure4,
    overview,
    pictures,
    procurements,
    questions,
    search,
    suppliers,
)
from pipeline.site.view import NOTHING_BESIDE, Beside, Site, year_of
from pipeline.summarise import Summaries
from schemas.config import Settings
from schemas.status import MeasureStatus

VERIFY = "verify.html"
NO_INDEX = b'<meta name="robots" content="noindex">'
ASSETS = {
    "assets/style.css": "style.css",
    "assets/icon.svg": "icon.svg",
    "assets/search.js": "search.js",
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


def assemble(
    summaries: Summaries,
    years: Sequence[MeasureStatus],
    rendered: Mapping[str, bytes],
    settings: Settings,
    kept: Kept = NOTHING_KEPT,
    beside: Beside = NOTHING_BESIDE,
) -> dict[str, bytes]:
    """Return every file of the site by its path from the root, months as ``rendered`` has them.

    ``kept`` has what was made before.
    Errors: ValueError when a month lies in none of ``years``: its page would lead nowhere.
    """
    lost = {s.month.fiscal_year for s in summaries.public} - {year.fiscal_year for year in years}
    if lost:
        raise ValueError(f"no status for the fiscal years {sorted(lost)}")

    newest_first = sorted(years, key=lambda year: year.fiscal_year, reverse=True)
    site = Site(
        tuple(year_of(status, summaries, rendered) for status in newest_first),
        summaries,
        rendered,
        settings,
        settings.site.root,
        kept,
        beside,
    )
    made = dict(rendered)
    for part in PARTS:
        made |= part(site)
    made |= _for_crawlers(site, made)
    return dict(sorted(made.items()))


def _how_to_verify(site: Site) -> dict[str, bytes]:
    return {VERIFY: site.draw(VERIFY, root="")}


def _assets(site: Site) -> dict[str, bytes]:
    ours = {path: (files("templates") / name).read_bytes() for path, name in ASSETS.items()}
    return ours | dress(site.settings.site.colour, site.beside.emblem)


def _feeds(site: Site) -> dict[str, bytes]:
    as_of = max(year.status.as_of for year in site.years)
    return feed(site.summaries, as_of, site.settings, site.base)


def _for_crawlers(site: Site, made: Mapping[str, bytes]) -> dict[str, bytes]:
    """A page that asks not to be found is not in the map either: superseded, withdrawn, a person.

    No text of a stranger can ask for it: its «<» is no «<» in a page.
    """
    robots = "User-agent: *\nDisallow:\n"
    base = site.base
    if not base:
        return {"robots.txt": robots.encode()}

    changed: dict[str, str] = {
        place_of(summary) + PAGE: f"<lastmod>{summary.published_on.isoformat()}</lastmod>"
        for summary in site.summaries.public
    }
    pages = sorted(
        path
        for path, page in made.items()
        if path.endswith(".html") and NO_INDEX not in page and not path.endswith(measure4.FRAGMENT)
    )
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


PARTS: tuple[Callable[[Site], Mapping[str, bytes]], ...] = (
    overview.front,
    overview.years,
    measure4.measure4,
    bundles.bundles,
    announcements.announcements,
    pictures.pictures,
    pictures.trend_page,
    questions.questions,
    search.search,
    _how_to_verify,
    _assets,
    _feeds,
    suppliers.suppliers,
    procurements.procurements,
    corrections.corrections,
    completeness.completeness,
    about.about,
    about.english,
)
