"""The pictures of each fiscal year, and those of all years: SVG with the numbers beside them."""

from pipeline.site.drawing import drawn
from pipeline.site.figures import complete, pictures_of, rows_of, trend
from pipeline.site.view import Site

PICTURES, TREND = "pictures.html", "trend.html"


def pictures(site: Site) -> dict[str, bytes]:
    """Return the page of pictures of each fiscal year of which a month is public."""
    return {
        f"fy{year.status.fiscal_year}/{PICTURES}": site.draw(
            PICTURES,
            root="../",
            year=year,
            pictures=[(picture, drawn(picture)) for picture in pictures_of(year)],
            complete=complete(year),
            rows=len(rows_of(year)),
        )
        for year in site.years
        if year.status.published
    }


def trend_page(site: Site) -> dict[str, bytes]:
    """Return the page of the years beside each other; none while nothing is public."""
    if not any(year.status.published for year in site.years):
        return {}
    made = [(picture, drawn(picture)) for picture in trend(site.years)]
    shown = [year for year in site.years if year.status.published]
    return {TREND: site.draw(TREND, root="", years=shown, pictures=made)}
