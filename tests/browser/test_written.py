"""What the files of the whole site say: the validator, every link, every table, every heading."""

import gzip
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from lxml import etree
from lxml.html import HtmlElement

from pipeline.pages import ROWS_A_PAGE
from pipeline.site.measure4 import FRAGMENT
from tests.browser.conftest import Visited
from tests.browser.pages import Page
from tests.browser.town import BASE, MANY
from tests.conftest import JAVA, VNU

STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
SEARCH = "; script-src 'self'; connect-src 'self'"
PAGE, FULL = 150_000, 500_000
ADDED = 300
ELSEWHERE = """<!DOCTYPE html>
<html lang="th"><head><meta charset="utf-8"><title>เว็บไซต์อื่น</title></head>
<body><h1>เว็บไซต์อื่น</h1>
{fragment}</body></html>
"""
THAI, WORDS = re.compile("[ก-๛]"), re.compile(r"[A-Za-z]{2,}( [A-Za-z]{2,}){3,}")


def test_the_validator_finds_no_error_and_nothing_to_warn_of(
    visited: Visited, tmp_path: Path
) -> None:
    # It compares a policy with the addresses of files on a disk, where 'self' is nothing.
    arguments = ["--Werror", "--also-check-svg", "--filterpattern", ".*Content Security Policy.*"]
    pages = [page.root / page.name for page in visited.replies]
    for root in (visited.town.thai, visited.town.arabic):
        pages += [path for kind in ("html", "svg") for path in root.rglob(f"*.{kind}")]
    fragments = [path for path in pages if path.name == FRAGMENT]
    pages = [path for path in pages if path.name != FRAGMENT]
    for number, fragment in enumerate(fragments):  # as on the page of another website
        page = tmp_path / f"{number}.html"
        inside = fragment.read_text(encoding="utf-8")
        page.write_text(ELSEWHERE.format(fragment=inside), encoding="utf-8")
        pages.append(page)
    told = subprocess.run(
        [str(JAVA), "-jar", VNU, *arguments, *pages],
        capture_output=True,
        text=True,
        check=False,
    )
    assert fragments
    assert (told.stderr, told.returncode) == ("", 0)


@pytest.mark.parametrize("site", ["thai", "arabic", "replies"])
def test_every_link_and_anchor_leads_to_something(visited: Visited, site: str) -> None:
    pages: list[Page] = getattr(visited, site)
    root: Path = getattr(visited.town, site)
    anchors = {(root / page.name).resolve(): {*page.tree.xpath("//@id")} for page in pages}
    broken = [
        f"{page.name}: {link}"
        for page in pages
        for link in links_of(page)
        if not leads(root, root / page.name, link, anchors)
    ]
    assert not broken


def links_of(page: Page) -> Iterator[str]:
    for attribute in ("href", "src", "srcset", "data", "action", "poster", "cite"):
        yield from page.tree.xpath(f"//@{attribute}")


def leads(root: Path, page: Path, link: str, anchors: dict[Path, set[str]]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return parts.scheme == "https"  # named for people to follow, never fetched: see test_seen
    there = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
    # A folder in an address is served by most web servers, but not where finance opens a file.
    inside = there.is_relative_to(root.resolve()) or "replies" in root.parts
    return (
        inside
        and there.is_file()
        and (not parts.fragment or unquote(parts.fragment) in anchors.get(there, set()))
    )


def test_what_the_style_sheets_want_is_there(visited: Visited) -> None:
    sheets = list(visited.town.thai.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert "@import" not in text
        for wanted in re.findall(r"url\(\s*[\"']?([^\"')]+)", text):
            assert leads(visited.town.thai, sheet, wanted, {}), wanted


def test_feeds_and_the_map_lead_into_the_site(visited: Visited) -> None:
    root = visited.town.arabic
    places = [
        *texts(root / "sitemap.xml", "//*[local-name()='loc']/text()"),
        *texts(root / "feed.xml", "//*[local-name()='link']/@href"),
        *json_links(json.loads((root / "feed.json").read_bytes())),
    ]
    anchors = {
        (root / page.name).resolve(): {*page.tree.xpath("//@id")} for page in visited.arabic
    }
    for place in places:
        address = unquote(urljoin(BASE, place))
        assert address.startswith(BASE), place
        inner = address.removeprefix(BASE)
        inner = f"{inner}index.html" if not inner or inner.endswith("/") else inner
        assert leads(root, root / "index.html", inner, anchors), place
    assert len(places) > 30


def texts(path: Path, found_by: str) -> list[str]:
    found = etree.parse(path).xpath(found_by)
    assert isinstance(found, list)
    return [str(text) for text in found]


def json_links(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.endswith("url") and isinstance(inner, str):
                yield inner
            yield from json_links(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from json_links(inner)


# ---- the policy


def test_no_page_has_a_script_or_a_style_of_its_own(visited: Visited) -> None:
    for page in [*visited.thai, *visited.arabic]:
        tree = page.tree
        (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        scripts = tree.xpath("//script[not(@type='application/ld+json')]")
        # Only what has a script may allow one.
        assert policy == STRICT + (SEARCH if scripts else ""), page.name
        assert not [script for script in scripts if script.text or not script.get("src")]
        assert not tree.xpath("//style | //@style | //base | //iframe | //object | //embed")
        assert not [
            name for e in tree.iter(etree.Element) for name in e.attrib if name[:2] == "on"
        ]
    assert len([page for page in visited.thai if page.tree.xpath("//script[@src]")]) <= 2


# ---- what screen readers go by


def test_every_table_has_a_caption_and_its_headings_their_scope(visited: Visited) -> None:
    for page in everything(visited):
        for table in page.tree.iter("table"):
            captions = table.xpath("./caption")
            assert len(captions) == 1, page.name
            assert captions[0].text_content().strip(), page.name
            assert table.xpath("./thead/tr/th"), page.name
            for heading in table.iter("th"):
                inside = "col" if heading.getparent().getparent().tag == "thead" else "row"
                assert heading.get("scope", "").removesuffix("group") == inside, page.name
                assert heading.text_content().strip(), page.name
            for row in table.xpath("./tbody/tr"):
                assert row.xpath("./th"), f"{page.name}: a row without a heading"


def test_headings_go_down_one_by_one_from_the_only_first(visited: Visited) -> None:
    for page in everything(visited):
        levels = [int(e.tag[1]) for e in page.tree.iter("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1, page.name
        assert levels.count(1) == 1, page.name
        assert all(below - above <= 1 for above, below in pairwise(levels)), page.name


def test_no_two_pages_have_the_same_title(visited: Visited) -> None:
    for pages in (visited.thai, visited.arabic, visited.replies):
        titles = Counter(page.tree.findtext(".//title") for page in pages)
        assert not [title for title, times in titles.items() if times > 1 or not title]


def test_every_part_says_its_language(visited: Visited) -> None:
    """A reader aloud speaks English words with a Thai voice unless it is told, and the reverse."""
    wrong = []
    for page in everything(visited):
        for element in page.tree.iter(etree.Element):
            spoken = nearest(element, "lang")
            if element.tag in {"script", "style", "title", "code", "bdi"} or under(
                element, {"code", "bdi"}
            ):
                continue  # people's own words, what computers are told, a title that has both
            texts_here = filter(None, (element.text, *(child.tail for child in element)))
            wrong += [
                f"{page.name} ({spoken}): {text.strip()[:60]}"
                for text in texts_here
                if (THAI.search(text) and spoken != "th")
                or (WORDS.search(text) and spoken != "en")
            ]
    assert not wrong


def nearest(element: HtmlElement, attribute: str) -> str | None:
    at: HtmlElement | None = element
    while at is not None:
        if at.get(attribute):
            return str(at.get(attribute))
        at = at.getparent()
    return None


def under(element: HtmlElement, tags: set[str]) -> bool:
    return any(above.tag in tags for above in element.iterancestors())


def everything(visited: Visited) -> Iterable[Page]:
    return [*visited.thai, *visited.arabic, *visited.replies]


# ---- what it weighs


def test_no_page_is_heavy(visited: Visited) -> None:
    """With its style sheet, pictures and scripts, without fonts.

    A page full of rows has a limit of its own: people's words alone are a quarter of a megabyte
    there.
    """
    full = []
    for page in visited.thai:
        whole = len(page.content) + sum(
            (visited.town.thai / page.name).parent.joinpath(unquote(link)).stat().st_size
            for link in {
                *page.tree.xpath("//link[@rel='stylesheet' or @rel='icon']/@href"),
                *page.tree.xpath("//img/@src | //script/@src"),
            }
        )
        rows = page.tree.xpath("//tbody/tr[starts-with(@id, 'r')]")
        if len(rows) < ROWS_A_PAGE:
            assert whole <= PAGE, page.name
            continue
        said = sum(len(row.text_content().encode()) for row in rows)
        assert len(page.content) - said <= PAGE / 10 + ADDED * len(rows), page.name
        assert len(page.content) <= FULL, page.name
        assert len(gzip.compress(page.content)) <= PAGE, page.name
        full.append(page.name)
    assert len(full) == MANY // ROWS_A_PAGE, full
