"""The front page, and the page of each fiscal year with its status and its open data."""

from collections.abc import Mapping

from pipeline.open_data import offered, open_data
from pipeline.pages import KINDS, PAGE
from pipeline.site import bundles
from pipeline.site.view import Site, Year
from schemas.status import STATE_WORDS


def front(site: Site) -> dict[str, bytes]:
    public = [tile for year in site.years for tile in year.tiles if tile.summary]
    offered = {file.kind for tile in public for file in tile.downloads}
    page = site.draw(
        "front.html",
        root="",
        years=site.years,
        latest=max(public, key=lambda tile: tile.status.month, default=None),
        kinds=[kind for kind in KINDS if kind in offered],
        state_words=STATE_WORDS,
    )
    return {PAGE: page}


def years(site: Site) -> dict[str, bytes]:
    """Return what stands in the folder of each fiscal year, beside its months."""
    files: dict[str, bytes] = {}
    for year in site.years:
        number = year.status.fiscal_year
        opened = open_data(number, site.summaries, site.rendered, site.settings, site.base)
        files |= opened
        files[f"fy{number}/{PAGE}"] = _year_page(site, year, opened)
    return files


def _year_page(site: Site, year: Year, opened: Mapping[str, bytes]) -> bytes:
    announced = [tile.status.announcements for tile in year.tiles if tile.status.announcements]
    return site.draw(
        "year.html",
        root="../",
        year=year,
        # A column of nothing but "unknown" would tell nobody anything; status.json has the null.
        with_announcements=any(month.announced is not None for month in announced),
        with_list=site.beside.announcements.looked,
        bundles=bundles.offered(site, year),
        compared=site.beside.compared.get(year.status.fiscal_year),
        with_questions=site.settings.site.questions and bool(year.status.rows),
        open_files=offered(year.status.fiscal_year, opened),
        state_words=STATE_WORDS,
    )
