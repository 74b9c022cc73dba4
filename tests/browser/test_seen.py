"""What people see, looked at in Chromium: axe, small screens, large letters, the keyboard.

One test looks at all kinds of page: a kind that is added to the site is looked at as well.
"""

import json
from collections.abc import Callable, Iterable
from functools import partial

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Route
from playwright.sync_api import Page as Window

from tests.browser.conftest import Visited
from tests.browser.look import (
    Scheme,
    Visitor,
    aside,
    axe,
    backward,
    forward,
    shorten,
    space_text,
    targets,
    visitor,
)
from tests.browser.pages import Page, examples, stretched
from tests.browser.town import MANY

# What axe leaves to a person, and a person has judged: page kind and rule → why it is right.
BESIDE = "words of a picture stand beside its bars, in the colours that tests/test_pages.py holds"
PICTURES = ("fy#/pictures.html", "trend.html")
REVIEWED = {(page, "incomplete color-contrast"): BESIDE for page in PICTURES}
NARROW, WIDE = 320, 1280


def told(
    visited: Visited,
    pages: Iterable[Page],
    someone: Visitor,
    *looks: Callable[[Window], list[str]],
) -> dict[str, list[str]]:
    """Return what is found wrong with each page; nothing of those that are right."""
    found = {}
    for page in pages:
        window = someone.to(visited.url(page))
        shorten(window)
        wrong = [one for look in looks for one in look(window)]
        reviewed = [rule for kind, rule in REVIEWED if kind == page.kind]
        found[page.name] = [one for one in wrong if not any(rule in one for rule in reviewed)]
    return {name: wrong for name, wrong in found.items() if wrong}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_axe_finds_nothing_and_leaves_nothing_to_judge(
    browser: Browser, visited: Visited, width: int, scheme: Scheme
) -> None:
    with visitor(browser, width, scheme) as someone:
        wrong = told(visited, visited.examples, someone, axe, aside, targets)
    assert not wrong


def test_digits_of_the_other_kind_are_as_good(browser: Browser, visited: Visited) -> None:
    with visitor(browser, NARROW) as someone:
        wrong = told(visited, examples(visited.arabic)[:8], someone, axe, aside)
    assert not wrong


@pytest.mark.parametrize(("width", "text"), [(NARROW, 100), (WIDE // 2, 100), (WIDE, 200)])
def test_no_page_scrolls_sideways(
    browser: Browser, visited: Visited, width: int, text: int
) -> None:
    def spaced(window: Window) -> list[str]:
        space_text(window)
        return aside(window)

    pages = [*visited.examples, *stretched(visited.thai)]
    with visitor(browser, width, text=text) as someone:
        wrong = told(visited, pages, someone, aside, spaced)
    assert not wrong


def test_the_reader_s_own_size_of_text_is_taken(browser: Browser, visited: Visited) -> None:
    """Otherwise the test above would have tried nothing."""
    heights = []
    for text in (100, 200):
        with visitor(browser, WIDE, text=text) as someone:
            window = someone.to(visited.url(visited.thai[0]))
            one = "document.querySelector('h1').getBoundingClientRect().height"
            heights.append(window.evaluate(f"() => {one}"))
    assert heights[1] >= 2 * heights[0]


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "dark"), (WIDE, "light")])
def test_who_has_a_keyboard_reaches_and_sees_all(
    browser: Browser, visited: Visited, width: int, scheme: Scheme
) -> None:
    with visitor(browser, width, scheme) as someone:
        wrong = told(visited, visited.examples, someone, forward, backward)
    assert not wrong


def test_a_script_that_got_into_a_page_is_not_run(browser: Browser, visited: Visited) -> None:
    """The page's own policy must stop it: not every web server sends the header."""
    bad = (
        "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"
        "<script src='data:text/javascript,window.ran = 3'></script>"
        "<p id='styled' style='position: fixed'></p>"
    )

    def with_bad(route: Route) -> None:
        answer = route.fetch()
        headers = {k: v for k, v in answer.headers.items() if "security" not in k}
        body = answer.text().replace("</body>", f"{bad}</body>")
        route.fulfill(response=answer, headers=headers, body=body)

    context = browser.new_context()
    for page in visited.public:
        window = context.new_page()
        blocked: list[str] = []
        window.on("console", partial(_note, blocked))
        window.route(visited.url(page), with_bad)
        window.goto(visited.url(page))

        assert window.evaluate("() => window.ran") is None, page.name
        place = "() => getComputedStyle(document.querySelector('#styled')).position"
        assert window.evaluate(place) == "static", page.name
        assert len([text for text in blocked if "Content Security Policy" in text]) >= 4
        window.close()
    context.close()


def _note(told: list[str], message: ConsoleMessage) -> None:
    told.append(message.text)


def test_without_javascript_nothing_is_missing(browser: Browser, visited: Visited) -> None:
    """Search alone has a script; its page leads on without one."""
    with visitor(browser, WIDE) as someone, visitor(browser, WIDE, script=False) as careful:
        for page in visited.public:
            shown, without = (
                one.to(visited.url(page)).locator("main").inner_text().split()
                for one in (someone, careful)
            )
            assert without, page.name
            assert page.tree.xpath("//script[@src]") or shown == without, page.name


def test_every_row_of_a_month_is_shown_without_javascript(
    browser: Browser, visited: Visited
) -> None:
    rows_of_pages = 0
    with visitor(browser, NARROW, script=False) as careful:
        for page in visited.thai:
            folder = (visited.town.thai / page.name).parent
            data = folder / f"sokhoro1-{folder.name}.json"
            if page.name.endswith("index.html") and data.is_file():
                rows = json.loads(data.read_bytes())["rows"]
                shown = [
                    text
                    # A page takes 300 rows, the next ones the rest.
                    for part in sorted(visited.thai, key=lambda one: (len(one.name), one.name))
                    if part.name.startswith(page.name.removesuffix(".html"))
                    for text in careful.to(visited.url(part))
                    .locator("tbody tr[id^=r]")
                    .all_inner_texts()
                ]
                assert len(shown) == len(rows), page.name
                for row, text in zip(rows, shown, strict=True):
                    title = "".join((row["title"] or "").split())
                    assert title in "".join(text.split()), page.name
                rows_of_pages += len(rows)
    assert rows_of_pages > MANY
