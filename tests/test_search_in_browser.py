"""Search as people meet it: the page's own script in a real browser, against the oracle.

The site stands under a path of a web server of ours, as on a municipality's; all that the browser
fetches is counted. ``.ci/run`` installs Chromium; elsewhere these tests need it, too.
"""

import http.server
import json
import random
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, unquote, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pipeline.site.search import FOLDER, INDEX, SEARCH
from schemas.folding import FOLDING, fold
from tests.conftest import CHROMIUM
from tests.searched import PAYLOADS, Asked, Town, questions, town, town_of

UNDER = "/หน่วยงาน/จัดซื้อ/"
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css"}
KINDS |= {".json": "application/json", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
ANSWER = "async (asked) => (await answer(await load(INDEX), asked)).rows"


@dataclass
class Server:
    """A web server of the files; ``asked`` counts the bytes of each answer by path."""

    files: Mapping[str, bytes]
    address: str = ""
    asked: list[tuple[str, int]] = field(default_factory=list)

    @property
    def page(self) -> str:
        return f"{self.address}{quote(UNDER)}{SEARCH}"


@pytest.fixture(scope="module")
def searched() -> Town:
    return town()


@pytest.fixture(scope="module")
def server(searched: Town) -> Iterator[Server]:
    served = Server(searched.files)

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            body = served.files.get(path.removeprefix(UNDER)) if path.startswith(UNDER) else None
            served.asked.append((path.removeprefix(UNDER), len(body or b"")))
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", KINDS.get(Path(path).suffix, "text/plain"))
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        served.address = f"http://127.0.0.1:{listening.server_port}"
        yield served
        listening.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield started
        started.close()


@pytest.fixture
def faults() -> list[str]:
    """What the browser complained of: errors of the script, and what its policy refused."""
    return []


@pytest.fixture
def page(browser: Browser, server: Server, faults: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    server.asked.clear()
    yield opened
    context.close()


def at(server: Server, **asked: str) -> str:
    return f"{server.page}?{urlencode(asked)}"


def count(page: Page) -> str:
    """What is told once the answer is there."""
    page.wait_for_function(
        "() => !['', 'กำลังค้นหา'].includes(document.getElementById('count').textContent)"
    )
    return page.inner_text("#count")


def shown(page: Page) -> list[str]:
    links: list[str] = page.eval_on_selector_all(
        "#hits tbody tr th > a", "links => links.map(link => link.getAttribute('href'))"
    )
    return links


def number(said: str) -> int:
    return int("".join(str(unicodedata.digit(letter)) for letter in said if letter.isdigit()) or 0)


# ---- folding


def test_python_and_javascript_fold_alike(page: Page, server: Server) -> None:
    lots = random.Random(6)  # noqa: S311 - no secret: the same texts again
    special = [mark for marks in FOLDING["marks"] for mark in marks] + ["\u0e32", "\u0e33", "เ"]
    special += [letter for first, last, *_ in FOLDING["out"] for letter in (first, last)]
    special += [one for first, last, _ in FOLDING["letters"] for one in (first, last)]
    thai = [chr(code) for code in range(0x0E01, 0x0E5C) if code not in range(0x0E3B, 0x0E3F)]
    # Letters newer than this Python's tables may be newer than the browser's, too.
    known = [chr(c) for c in range(0x20000) if unicodedata.category(chr(c)) not in {"Cn", "Cs"}]
    texts = [
        "".join(
            lots.choice(lots.choice((special, thai, known))) for _ in range(lots.randint(0, 24))
        )
        for _ in range(20_000)
    ]
    page.goto(server.page)

    folded = page.evaluate(
        """async (texts) => {
          const table = tableOf((await load(INDEX)).folding);
          return texts.map((text) => fold(table, text));
        }""",
        texts,
    )

    different = [text for text, ours in zip(texts, folded, strict=True) if fold(text) != ours]
    assert different == []
    assert len(set(folded)) > 18_000


# ---- answers


def test_the_script_answers_as_the_oracle_does(
    page: Page, server: Server, searched: Town, faults: list[str]
) -> None:
    lots = random.Random(7)  # noqa: S311
    page.goto(server.page)

    sizes = []
    for asked in questions(lots, searched, 700):
        answered = page.evaluate(ANSWER, asked.named)
        assert answered == searched.answer(asked), asked
        sizes.append(len(answered))
    assert faults == []
    # The tries were worth it: none, few, many.
    assert sizes.count(0) < 350
    assert sum(size == 1 for size in sizes) > 30
    assert sum(size > 50 for size in sizes) > 50


def test_a_long_phrase_with_one_letter_wrong_is_not_found(
    page: Page, server: Server, searched: Town
) -> None:
    """Only some of its grams are looked up; the rest is read in the rows that are left."""
    page.goto(server.page)
    title = max(
        (row.title or "" for _, _, row in searched.rows if row.title != "ก" * 1_200), key=len
    )
    assert page.evaluate(ANSWER, Asked(q=title).named) == searched.answer(Asked(q=title)) != []

    for place in range(len(title)):
        wrong = f"{title[:place]}ฮ{title[place + 1 :]}"
        found = page.evaluate(ANSWER, Asked(q=wrong).named)
        assert found == searched.answer(Asked(q=wrong)), (place, title[place])


def test_the_address_asks_and_the_page_shows_the_answer(
    page: Page, server: Server, searched: Town, faults: list[str]
) -> None:
    lots = random.Random(8)  # noqa: S311
    for asked in questions(lots, searched, 40):
        named = {name: value for name, value in asked.named.items() if value} or {"q": ""}
        page.goto(at(server, **named))
        wanted = searched.answer(Asked(**{**vars(asked), "q": named.get("q", "")}))

        said = count(page)
        assert shown(page) == [searched.address(row) for row in wanted[:50]], asked
        assert number(said.split(" รายการ")[0]) == len(wanted)
    assert faults == []


def test_every_result_leads_to_its_row(page: Page, server: Server, searched: Town) -> None:
    page.goto(at(server, q="12/2568"))
    count(page)
    for address in shown(page):
        path, _, anchor = address.partition("#")
        assert f'<tr id="{anchor}">'.encode() in searched.files[path]
        assert fold("12/2568") in fold(page.inner_text(f"#hits tr:has(a[href='{address}'])"))


def test_a_result_says_what_the_row_says(page: Page, server: Server, searched: Town) -> None:
    page.goto(at(server, order="cheapest"))
    count(page)
    for line, number_ in enumerate(searched.answer(Asked(order="cheapest"))[:50], 1):
        month, _, row = searched.rows[number_]
        cells = page.eval_on_selector_all(
            f"#hits tbody tr:nth-child({line}) > *", "all => all.map((one) => one.textContent)"
        )
        assert cells[0] == (row.title or "ไม่ระบุชื่องาน")
        assert fold(cells[1]) == fold(month.words)
        assert cells[2] == (row.supplier or "ไม่ระบุ")
        assert row.agreed_price is not None
        assert fold(cells[3]).replace(",", "") == f"{row.agreed_price / 100:.2f}"
        assert cells[4] == (row.procurement_method or "ไม่ระบุ")


def test_what_is_unknown_is_said(page: Page, server: Server) -> None:
    page.goto(at(server, method="unknown", order="dearest"))
    count(page)

    assert page.inner_text("#hits tbody tr:first-child td:nth-child(5) .unknown") == "ไม่ระบุ"
    page.goto(at(server, order="dearest", month="2567-01"))
    count(page)
    assert page.locator("#hits tbody tr:last-child .price .unknown").inner_text() == "ไม่ระบุ"


def test_an_amount_leaves_out_what_is_unknown_and_says_so(page: Page, server: Server) -> None:
    page.goto(at(server, **{"from": "๕,๐๐๐.๐๐"}))
    count(page)
    assert page.locator("#note").is_visible()
    assert page.locator("#hits .price .unknown").count() == 0

    page.goto(at(server, to="ห้าพัน"))
    assert "อ่านเป็นตัวเลขไม่ได้" in count(page)
    assert page.locator("#to-wrong").is_visible()
    assert page.get_attribute("#to", "aria-invalid") == "true"
    assert page.locator("#hits").is_hidden()


def test_what_is_searched_for_is_marked_in_what_was_written(page: Page, server: Server) -> None:
    page.goto(at(server, q="น้ํามั"))
    count(page)
    marks = page.eval_on_selector_all("#hits mark", "all => all.map((one) => one.textContent)")

    assert set(marks) == {"น้ำมั"}
    page.goto(at(server, q="ก้าวหน้าจำ"))
    count(page)
    marks = page.eval_on_selector_all("#hits mark", "all => all.map((one) => one.textContent)")
    assert set(marks) == {"ก้าวหน้า  จำ"}


# ---- addresses, keys, ears


def test_back_forward_and_reload_keep_the_question(
    page: Page, server: Server, searched: Town, faults: list[str]
) -> None:
    page.goto(server.page)
    assert page.locator("#results").is_hidden()
    page.fill("#q", "ถนน")
    page.keyboard.press("Enter")
    streets = count(page)
    assert number(streets.split(" รายการ")[0]) == len(searched.answer(Asked(q="ถนน")))
    page.get_by_role("link", name="หน้าถัดไป").click()
    page.wait_for_function("() => location.search.includes('page=2')")
    second = [searched.address(row) for row in searched.answer(Asked(q="ถนน"))[50:100]]
    page.wait_for_function(
        "(first) => document.querySelector('#hits a').getAttribute('href') === first",
        arg=second[0],
    )
    assert shown(page) == second
    assert page.evaluate("document.activeElement.id") == "found"

    page.go_back()
    page.wait_for_function("() => !location.search.includes('page')")
    first = searched.address(searched.answer(Asked(q="ถนน"))[0])
    page.wait_for_function(
        "(first) => document.querySelector('#hits a').getAttribute('href') === first", arg=first
    )
    assert page.input_value("#q") == "ถนน"
    page.reload()
    assert count(page) == streets
    page.go_back()
    page.wait_for_function("() => document.getElementById('results').hidden")
    assert page.input_value("#q") == ""
    assert faults == []


def test_all_is_reached_with_the_keyboard_alone_and_the_count_is_announced(
    page: Page, server: Server
) -> None:
    page.goto(server.page)
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.type"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
        if reached[-1] == "submit":
            break

    fields = ["q", "year", "month", "method", "supplier", "from", "to", "order", "submit"]
    assert [one for one in reached if one in fields] == fields
    assert page.get_attribute("#count", "role") == "status"  # polite, and whole
    page.keyboard.press("Enter")
    assert "รายการ" in count(page)
    assert page.evaluate("document.activeElement.type") == "submit"


@pytest.mark.parametrize("payload", PAYLOADS[:-1])
def test_a_hostile_title_is_text_in_the_results(
    payload: str, page: Page, server: Server, faults: list[str]
) -> None:
    page.goto(at(server, q=payload))

    assert number(count(page)) == 1
    titles = page.eval_on_selector_all(
        "#hits tbody tr > :nth-child(1) > a", "all => all.map((one) => one.textContent)"
    )
    assert titles == [payload]
    assert page.eval_on_selector_all(
        "#hits tbody *", "all => [...new Set(all.map((one) => one.localName))].sort()"
    ) == ["a", "bdi", "mark", "small", "span", "td", "th", "tr"]
    attributes = page.eval_on_selector_all(
        "#hits tbody *",
        "all => [...new Set(all.flatMap((one) => one.getAttributeNames()))].sort()",
    )
    assert attributes == ["class", "data-label", "href", "scope"]
    assert page.title().startswith("ค้นหา")
    assert faults == []


@pytest.mark.parametrize(
    "address",
    [
        *(f"q={quote(payload)}" for payload in PAYLOADS[:-1]),
        "q=%00%01%ff&q=2&page=-1&page=2",
        f"year={quote(PAYLOADS[0])}&month=__proto__&method=constructor&order=toString",
        "page=99999999999999999999&order=dearest",
        "from=NaN&to=1e9",
        "from=-1&to=0x10",
        f"supplier={quote(PAYLOADS[1])}&__proto__=1&constructor=2",
        "q=" + "ก" * 5_000,
    ],
)
def test_a_hostile_address_changes_nothing_but_the_answer(
    address: str, page: Page, server: Server, faults: list[str]
) -> None:
    page.goto(server.page)
    before = page.eval_on_selector_all("body *:not(#results *)", "all => all.length")
    page.goto(f"{server.page}?{address}")

    assert count(page)
    assert page.eval_on_selector_all("body *:not(#results *)", "all => all.length") == before
    assert page.title().startswith("ค้นหา")
    assert faults == []


def test_a_choice_that_the_page_does_not_offer_is_none(
    page: Page, server: Server, searched: Town
) -> None:
    page.goto(at(server, year="2400", month="__proto__", method="constructor", order="toString"))

    assert number(count(page).split(" รายการ")[0]) == len(searched.rows)
    assert page.input_value("#method") == page.input_value("#order") == ""


def test_the_policy_of_the_page_is_in_force(page: Page, server: Server, faults: list[str]) -> None:
    page.goto(server.page)
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "document.title = 'broken'";
          document.body.append(script);
        }"""
    )

    assert page.title().startswith("ค้นหา")
    assert "script-src" in faults[0]


# ---- where it cannot work


def test_without_javascript_nothing_looks_broken(
    browser: Browser, server: Server, searched: Town
) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(at(server, q="ถนน"))

    assert opened.locator("#without").is_visible()
    assert opened.locator("form").is_hidden()
    assert opened.locator("#results").is_hidden()
    assert opened.locator("main ul.links a").count() == len(searched.public)
    context.close()


def test_opened_from_a_disk_it_says_why_it_cannot_search(
    page: Page, searched: Town, tmp_path: Path
) -> None:
    for path in (SEARCH, INDEX, "assets/search.js", "assets/style.css"):
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(searched.files[path])
    page.goto(f"{(tmp_path / SEARCH).as_uri()}?q=a")

    assert "ไฟล์ในเครื่อง" in page.inner_text("main")
    assert page.locator("form").is_hidden()
    assert page.locator("main ul.links a").count() == len(searched.public)


def test_a_shard_that_does_not_come_is_said_in_words(page: Page, server: Server) -> None:
    whole = server.files
    server.files = {path: body for path, body in whole.items() if "grams" not in path}
    try:
        page.goto(at(server, q="ถนน"))
        assert "อ่านข้อมูลสำหรับค้นหาไม่สำเร็จ" in count(page)
        assert page.locator("#hits").is_hidden()
    finally:
        server.files = whole
    page.fill("#q", "ชุมชน")
    page.keyboard.press("Enter")
    page.wait_for_selector("#hits tbody tr")


def test_a_new_release_while_somebody_reads_is_taken_up(
    page: Page, server: Server, searched: Town
) -> None:
    *others, last = searched.public
    newer = town_of((*others, replace(last, rows=last.rows[:5])))
    older = server.files
    page.goto(at(server, month=str(last.month)))
    assert number(count(page)) == 40
    try:
        server.files = newer.files
        page.fill("#q", "ซื้อ")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "(wanted) => document.querySelectorAll('#hits tbody tr').length === wanted",
            arg=len(newer.answer(Asked(q="ซื้อ", month=str(last.month)))),
        )
    finally:
        server.files = older


# ---- what it costs


def test_a_question_needs_a_small_part_of_the_index(
    browser: Browser, server: Server, searched: Town
) -> None:
    """At most 250 kB for index, facts, grams and a page of fifty rows, from a new visitor."""
    whole = sum(len(body) for path, body in searched.files.items() if path.startswith(FOLDER))
    lots = random.Random(9)  # noqa: S311
    fetched = []
    for asked in questions(lots, searched, 12):
        context = browser.new_context()
        opened = context.new_page()
        server.asked.clear()
        opened.goto(at(server, **({k: v for k, v in asked.named.items() if v} | {"q": asked.q})))
        count(opened)
        mine = [(path, size) for path, size in server.asked if path.startswith(FOLDER)]
        assert len({path for path, _ in mine}) == len(mine)  # nothing twice
        fetched.append(sum(size for _, size in mine))
        context.close()

    assert max(fetched) < 250_000, json.dumps(fetched)
    assert max(fetched) < whole / 2
