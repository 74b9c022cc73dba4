"""What a browser sees of a page: measured in Chromium, told as sentences about what is wrong."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Playwright, Request, Response
from playwright.sync_api import Page as Window

from tests.conftest import AXE, CHROMIUM

Scheme = Literal["light", "dark"]
AXE_TAGS = (
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22a",
    "wcag22aa",
    "best-practice",
)
# Still on its way when the visitor went on: a typeface, the beginning of the search's index.
LEFT_BEHIND = {("font", "net::ERR_ABORTED"), ("fetch", "net::ERR_ABORTED")}
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TALL, NORMAL = 800, 100
# The rows of a table are alike, and a window as high as 300 of them takes minutes to paint.
_SHORTENED = """() => {
  for (const body of document.querySelectorAll('tbody')) {
    [...body.rows].slice(30, -30).forEach(row => row.remove());
  }
}"""


def started(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser, who goes from page to page; ``wrong`` is what went wrong there."""

    window: Window
    wrong: list[str]

    def to(self, url: str) -> Window:
        self.window.goto(url, wait_until="load")
        return self.window


@contextmanager
def visitor(
    browser: Browser,
    width: int,
    scheme: Scheme = "light",
    *,
    script: bool = True,
    text: int = 100,
) -> Iterator[Visitor]:
    """Yield a visitor: ``width`` in CSS pixels, ``text`` the own size of text in percent.

    Errors: AssertionError when a page says something on the console, asks for anything outside or
    for what is not there.
    """
    context = browser.new_context(
        viewport={"width": width, "height": TALL},
        color_scheme=scheme,
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    window = context.new_page()
    wrong: list[str] = []

    def asked(request: Request) -> None:
        if urlsplit(request.url)[:2] != urlsplit(window.url)[:2] and not (
            request.is_navigation_request()
        ):
            wrong.append(f"{window.url} asks outside: {request.url}")

    def answered(response: Response) -> None:
        if response.status >= HTTPStatus.BAD_REQUEST:
            wrong.append(f"{response.status}: {response.url}")

    def said(message: ConsoleMessage) -> None:
        wrong.append(f"{window.url} says {message.text}")

    def failed(request: Request) -> None:
        if (request.resource_type, request.failure) not in LEFT_BEHIND:
            wrong.append(f"{window.url} fails to get {request.url}: {request.failure}")

    window.on("request", asked)
    window.on("response", answered)
    window.on("console", said)
    window.on("pageerror", lambda error: wrong.append(f"{window.url} fails: {error}"))
    window.on("requestfailed", failed)
    if text != NORMAL:
        size = {"standard": 16 * text // NORMAL, "fixed": 13 * text // NORMAL}
        context.new_cdp_session(window).send("Page.setFontSizes", {"fontSizes": size})
    try:
        yield Visitor(window, wrong)
    finally:
        context.close()
    assert not wrong, "\n".join(wrong)


def shorten(window: Window) -> None:
    """Leave of each long table its first and its last rows."""
    window.evaluate(_SHORTENED)


def axe(window: Window) -> list[str]:
    """Return what axe finds wrong, and what it leaves to a person to judge."""
    # A window as high as the page: axe cannot judge what it sees half below a heading that stays.
    width: int = window.evaluate("() => innerWidth")
    high: int = window.evaluate("() => document.documentElement.scrollHeight")
    window.set_viewport_size({"width": width, "height": high})
    window.evaluate(AXE.read_text(encoding="utf-8"))
    options = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "resultTypes": ["violations", "incomplete"],
    }
    found = window.evaluate(f"() => axe.run(document, {json.dumps(options)})")
    window.set_viewport_size({"width": width, "height": TALL})
    return [
        f"{result} {rule['id']}: {node['target']} {node['failureSummary']!r} {node['html'][:150]}"
        for result in ("violations", "incomplete")
        for rule in found[result]
        for node in rule["nodes"][:3]
    ]


# What stands wider than the window: whoever needs large letters would read a line in two parts.
_ASIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const out = [...document.body.querySelectorAll('*')].filter(e =>
    e.getBoundingClientRect().right > wide + 1 && getComputedStyle(e).clipPath === 'none');
  return ['the page is ' + document.documentElement.scrollWidth + ' px wide',
    ...out.slice(0, 5).map(e => e.outerHTML.slice(0, 100))];
}"""


def aside(window: Window) -> list[str]:
    """Return what makes the page scroll sideways."""
    found: list[str] = window.evaluate(_ASIDE)
    return found


# WCAG 1.4.12: lines, paragraphs, letters and words set apart by the reader.
_SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""


def space_text(window: Window) -> None:
    window.evaluate(_SPACED)


# WCAG 2.5.8: 24 px each way, or so much room around that a circle of 24 px touches no other.
_TARGETS = """() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter(e => e.checkVisibility({visibilityProperty: true}));
  const boxes = all.map(e => e.getBoundingClientRect());
  const small = boxes.map(b => b.width < 24 || b.height < 24);
  const inText = e => {
    if (getComputedStyle(e).display !== 'inline') return false;
    let around = e.parentElement;
    while (getComputedStyle(around).display === 'inline') around = around.parentElement;
    return around.textContent.trim().length > e.textContent.trim().length;
  };
  const near = (at, box, other) => {
    const x = at.left + at.width / 2, y = at.top + at.height / 2;
    if (other) {
      return Math.hypot(x - box.left - box.width / 2, y - box.top - box.height / 2) < 24;
    }
    const dx = Math.max(box.left - x, 0, x - box.right);
    return Math.hypot(dx, Math.max(box.top - y, 0, y - box.bottom)) < 12;
  };
  return all.flatMap((e, i) => {
    if (!small[i] || inText(e)) return [];
    const touched = boxes.findIndex((b, j) => j !== i && near(boxes[i], b, small[j]));
    if (touched < 0) return [];
    const size = Math.round(boxes[i].width) + ' by ' + Math.round(boxes[i].height);
    return [e.outerHTML.slice(0, 100) + ' is ' + size + ', too near to ' +
      all[touched].outerHTML.slice(0, 60)];
  });
}"""


def targets(window: Window) -> list[str]:
    """Return what is too small to be hit."""
    found: list[str] = window.evaluate(_TARGETS)
    return found


_STOPS = """() => {
  const may = 'a[href], button, input, select, textarea, summary, [tabindex]';
  window.stops = [...document.querySelectorAll(may)].filter(e => e.tabIndex >= 0 && !e.disabled
    && e.checkVisibility({visibilityProperty: true}));
  return window.stops.map(e => e.outerHTML.slice(0, 120));
}"""
_HERE = """() => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const wrong = [];
  const look = getComputedStyle(e);
  const own = look.outlineStyle === 'auto';  // the browser's, which it makes visible everywhere
  if (!own && (look.outlineStyle === 'none' || parseFloat(look.outlineWidth) < 2)) {
    wrong.push('has no outline');
  }
  const light = c => {
    const [r, g, b] = c.match(/[\\d.]+/g).map(Number)
      .map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  let ground = e.parentElement;
  while (ground && /, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor)) {
    ground = ground.parentElement;
  }
  if (ground && !own) {
    const both = [light(look.outlineColor), light(getComputedStyle(ground).backgroundColor)];
    const ratio = (Math.max(...both) + .05) / (Math.min(...both) + .05);
    if (ratio < 3) wrong.push('has an outline of contrast ' + ratio.toFixed(1));
  }
  const r = e.getClientRects()[0];
  if (!r || r.width < 2 || r.height < 2) wrong.push('is not to be seen');
  else for (const [dx, dy] of [[.5, 0], [.5, 1], [0, .5], [1, .5]]) {
    const x = r.left + 2 + (r.width - 4) * dx, y = r.top + 2 + (r.height - 4) * dy;
    const top = document.elementFromPoint(x, y);
    if (!top) { wrong.push('is out of the window'); break; }
    if (!e.contains(top) && !top.contains(e)) {
      wrong.push('is hidden below ' + top.outerHTML.slice(0, 60)); break;
    }
  }
  return [window.stops.indexOf(e), wrong];
}"""


def forward(window: Window) -> list[str]:
    """Return what goes wrong for who walks through a page with Tab."""
    return _walk(window, "Tab")


def backward(window: Window) -> list[str]:
    """Return what goes wrong on the way back: there the heading that stays may hide something."""
    return _walk(window, "Shift+Tab")


def _walk(window: Window, key: Literal["Tab", "Shift+Tab"]) -> list[str]:
    """All must be reached, in order, and be seen."""
    stops: list[str] = window.evaluate(_STOPS)
    order = list(range(len(stops)))
    if key == "Shift+Tab" and stops:
        window.evaluate("() => stops.at(-1).focus()")
        order = order[-2::-1]
    wrong = []
    for expected in order:
        window.keyboard.press(key)
        here: Any = window.evaluate(_HERE)
        if here is None or here[0] != expected:
            wrong.append(f"{key} does not lead to {stops[expected]} but to {here}")
            break
        wrong += [f"{stops[expected]} {problem}" for problem in here[1]]
    return wrong
