"""What the data are and how they may be used: in plain Thai, and in short in English."""

from pipeline.pages import KINDS
from pipeline.site.view import Site, Year
from schemas.difference import FIELD_WORDS
from schemas.ita import ITEM_WORDS, OF_YEAR_BEFORE, items_of
from schemas.open_data_words import OPEN_FILES
from schemas.site_words import ENGLISH_MONTHS, MEANINGS

ABOUT, ENGLISH = "about.html", "en/index.html"


def about(site: Site) -> dict[str, bytes]:
    kinds = {file.kind for year in site.years for tile in year.tiles for file in tile.downloads}
    return {
        ABOUT: site.draw(
            ABOUT,
            root="",
            years=site.years,
            columns=[(words, MEANINGS[name]) for name, words in FIELD_WORDS.items()],
            kinds=[kind for kind in KINDS if kind in kinds],
            open_files=OPEN_FILES,
            settings=site.settings.open_data,
            base=site.base,
            assessments=[found for year in site.years if (found := _assessed(site, year))],
        )
    }


def english(site: Site) -> dict[str, bytes]:
    """The summary is in Arabic digits whatever the site's own are."""
    page = site.draw(
        "english.html", root="../", numerals="arabic", years=site.years, months=ENGLISH_MONTHS
    )
    return {ENGLISH: page}


def _assessed(site: Site, year: Year) -> tuple[int, list[tuple[str, str, str | None]]] | None:
    """Return a year's items: number, words, and the page of the year that each looks at."""
    number = year.status.fiscal_year
    if (items := items_of(number, site.settings.ita.items)) is None:
        return None
    shown = {one.status.fiscal_year for one in site.years}
    numbers, found = items.model_dump(), []
    for name, words in ITEM_WORDS.items():
        if item := numbers[name]:
            looked_at = number - (name in OF_YEAR_BEFORE)
            page = f"fy{looked_at}/index.html" if looked_at in shown else None
            found.append((item, words.format(year=number, before=number - 1), page))
    return (number, found) if found else None
