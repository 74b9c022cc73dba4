"""Pictures of every kind of page, for people: ``python -m tests.browser.pictures FOLDER``.

``FOLDER/town`` keeps the town, and is taken as it is when it is there already; SOKHORO_TOWN names
it to the tests. Printed pages need poppler's pdftoppm.
"""

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import Visited
from tests.browser.look import started, visitor
from tests.browser.pages import Page
from tests.browser.serve import serve
from tests.browser.town import make_town, town_in

WIDTHS = (320, 768, 1280)
# A page of 600 rows is no picture that anybody looks at.
HIGHEST = 6000


def main(folder: Path) -> None:
    place = folder / "town"
    if not place.exists():
        place.mkdir(parents=True)
        make_town(place)
    town = town_in(place)
    served = folder / "served"
    served.mkdir(exist_ok=True)
    sites = {"thai": town.thai, "arabic": town.arabic}
    with serve(served, sites) as address, sync_playwright() as playwright:
        browser = started(playwright)
        visited = Visited(town, address)
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                with visitor(browser, width, scheme) as someone:
                    for page in visited.examples:
                        window = someone.to(visited.url(page))
                        high: int = window.evaluate("() => document.documentElement.scrollHeight")
                        window.set_viewport_size({"width": width, "height": min(high, HIGHEST)})
                        window.screenshot(path=folder / f"{named(page)}-{width}-{scheme}.png")
        with visitor(browser, WIDTHS[-1]) as someone:
            for page in visited.examples:
                paper = folder / f"{named(page)}.pdf"
                window = someone.to(visited.url(page))
                window.pdf(path=paper, prefer_css_page_size=True, print_background=False)
                command = ["pdftoppm", "-r", "60", "-l", "3", "-png", str(paper)]
                subprocess.run([*command, str(paper.with_suffix(""))], check=True)
        browser.close()


def named(page: Page) -> str:
    """Return a file name for the pictures of a page."""
    desk = "replies-" if "replies" in page.root.parts else ""
    return desk + re.sub(r"[^\w.-]+", "_", page.name.removesuffix(".html"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
