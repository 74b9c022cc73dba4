"""The public pages: strangers' text stays text, the unknown stays unknown, every link leads."""

import base64
import hashlib
import json
import os
import posixpath
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from pipeline.difference import births
from pipeline.dress import EmblemError, bare_png, contrast, dress
from pipeline.formats import difference, html
from pipeline.pages import row_address
from pipeline.places import place_of
from pipeline.site import assemble
from pipeline.site.about import ENGLISH
from pipeline.site.measure4 import FRAGMENT
from pipeline.site.search import SEARCH
from pipeline.summarise import Summaries, correction
from schemas.config import Organisation, Settings, Site
from schemas.explanation import Explanation
from schemas.manifest import CURRENT_KEY, LOG, MANIFEST, SIGNATURE, SUMS
from schemas.month import Month, fiscal_months
from schemas.procurement import Bid, Procurement, Source
from schemas.status import STATE_WORDS, Announced, MeasureStatus, MonthStatus
from schemas.summary import HEADINGS, MonthlySummary, Numerals
from schemas.thai import UNKNOWN

ROOT = Path(__file__).parent.parent
OCTOBER, NOVEMBER, DECEMBER = Month(2567, 10), Month(2567, 11), Month(2567, 12)
JANUARY, FEBRUARY = Month(2568, 1), Month(2568, 2)
FY = 2568
NAME, PLACE = "เทศบาลเมืองสมมุติ", "จังหวัดสมมุติ"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
VOID = {"meta", "link", "img", "br", "input"}
# What is put beside the pages when a release is sealed; tests/test_verify.py looks into them.
SEALS = (MANIFEST, MANIFEST + SIGNATURE, SUMS, SUMS + SIGNATURE, LOG, CURRENT_KEY)
ROW = Procurement(
    Source("ตุลาคม.xlsx", "แผ่นแรก", 7),
    number=1,
    title="ซื้อวัสดุ",
    budget=10_800_000,
    reference_price=10_700_000,
    procurement_method="เฉพาะเจาะจง",
    bids=(Bid("ร้านสมมุติ", 10_650_000),),
    supplier="ร้านสมมุติ",
    agreed_price=10_600_000,
    selection_reason="ราคาต่ำสุด",
    contract_number="ก/ข",
    contract_date=date(2024, 10, 1),
)
NOTHING_KNOWN = Procurement(Source("ตุลาคม.xlsx", "แผ่นแรก", 8))
EXPLANATION = Explanation("agreed-within-budget", "ราคาวัสดุสูงขึ้น", "นางสมมุติ", date(2024, 11, 4))
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</td></table></title><style>*{display:none}</style>",
    "{{ 7 * 7 }}{% for x in y %}{# #}",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;",
    "\u202eกลับด้าน",
    "ก" * 912,
    "สองบรรทัด\nและ  สองวรรค",
    "-=1+1",
)


@dataclass
class Tag:
    """An element with what it holds, as a parser of the standard library sees it."""

    name: str
    attributes: dict[str, str]
    children: list["Tag | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    @property
    def all(self) -> Iterator["Tag"]:
        yield self
        for child in self.children:
            if isinstance(child, Tag):
                yield from child.all

    def find(self, tag_name: str, /, **attributes: str) -> list["Tag"]:
        """``class_`` and ``aria_labelledby`` stand for the names that Python cannot spell."""
        named = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            tag
            for tag in self.all
            if tag.name == tag_name and named.items() <= tag.attributes.items()
        ]

    def one(self, tag_name: str, /, **attributes: str) -> "Tag":
        (found,) = self.find(tag_name, **attributes)
        return found

    @property
    def shape(self) -> list[tuple[str, dict[str, str]]]:
        return [(tag.name, tag.attributes) for tag in self.all]


class Parser(HTMLParser):
    """Builds the tree, and refuses a page whose elements are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Tag("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        new = Tag(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(new)
        if tag not in VOID:
            self.open.append(new)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Tag(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().name == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(page: bytes) -> Tag:
    parser = Parser()
    parser.feed(page.decode())
    parser.close()
    (root,) = parser.open
    return root


def month(*rows: Procurement, **changes: object) -> MonthlySummary:
    summary = MonthlySummary(OCTOBER, NAME, PLACE, 1, date(2024, 11, 5), rows)
    return replace(summary, **changes)  # type: ignore[arg-type]  # the tests name real fields


def page(summary: MonthlySummary, files: Mapping[str, bytes] | None = None) -> Tag:
    return parse(html.render(summary, files)["index.html"])


def cells(row: Procurement, **changes: object) -> list[str]:
    tree = page(month(row, **changes)).one("tr", id="r1")
    return [" ".join(cell.text.split()) for cell in tree.children if isinstance(cell, Tag)]


def files_of(summary: MonthlySummary) -> dict[str, bytes]:
    kinds = {"xlsx": 2_001, "csv": 999, "json": 1_000}
    files = {f"sokhoro1-{summary.month}.{kind}": bytes(size) for kind, size in kinds.items()}
    return files | difference.render(summary)


def year(*months: MonthStatus, fiscal_year: int = FY) -> MeasureStatus:
    known = {status.month: status for status in months}
    due = timedelta(days=10)
    return MeasureStatus(
        fiscal_year,
        NAME,
        date(2025, 2, 20),
        tuple(
            known.get(m, MonthStatus(m, "not_due", late=False, due=m.last + due))
            for m in fiscal_months(fiscal_year)
        ),
        result="ผล",
        outcome="ผลลัพธ์",
    )


def status(summary: MonthlySummary, *, late: bool = False) -> MonthStatus:
    return MonthStatus(
        summary.month,
        "nil" if summary.nil else "published",
        late,
        summary.month.last + timedelta(days=10),
        rows=len(summary.rows),
        total_agreed=summary.totals.agreed_price,
        revision=summary.revision,
        published_at=summary.published_on,
    )


def site(
    numerals: Numerals = "thai", base_url: str = "", *, backwards: bool = False
) -> dict[str, bytes]:
    """Three public months (one corrected twice, one late, one nil), one returned, one missing."""
    october = month(
        ROW,
        replace(NOTHING_KNOWN, egp_project_number="กขค"),
        revision=3,
        numerals=numerals,
        explanations={0: (EXPLANATION,)},
    )
    public = (
        october,
        month(ROW, month=NOVEMBER, numerals=numerals, births=(1,)),
        month(month=DECEMBER, nil=True, numerals=numerals),
    )
    october, superseded = corrected(october)
    public = (october, *public[1:])
    late = MonthStatus(FEBRUARY, "missing", late=True, due=date(2025, 2, 10))
    returned = MonthStatus(JANUARY, "returned", late=False, due=date(2025, 3, 1))
    first, second, third = public
    years = [
        year(status(first), status(second, late=True), status(third), returned, late),
        year(fiscal_year=FY + 1),
    ]
    rendered = {
        place_of(summary) + name: content
        for summary in (*public, *superseded)
        for name, content in (files_of(summary) | html.render(summary, files_of(summary))).items()
    }
    settings = Settings(
        organisation=Organisation(name=NAME, place=PLACE),
        site=Site(numerals=numerals, base_url=base_url),
    )
    if backwards:
        public, superseded = public[::-1], superseded[::-1]
        years.reverse()
        rendered = dict(reversed(rendered.items()))
    return assemble(Summaries(public, superseded), years, rendered, settings)


def corrected(october: MonthlySummary) -> tuple[MonthlySummary, tuple[MonthlySummary, ...]]:
    """The month and its two earlier revisions: first another price, then one row fewer."""
    dearer = replace(ROW, agreed_price=10_700_000)
    first = replace(october, rows=(dearer, *october.rows[1:]), revision=1, superseded=True)
    second = replace(october, rows=(dearer,), revision=2, superseded=True)
    changes = correction(first, second), correction(second, october)
    numbers = births([first.rows, second.rows, october.rows])
    return (
        replace(october, corrected=changes[1], births=numbers[2]),
        (
            replace(first, replaced=changes[0], births=numbers[0]),
            replace(second, corrected=changes[0], replaced=changes[1], births=numbers[1]),
        ),
    )


def pages_of(files: Mapping[str, bytes]) -> dict[str, Tag]:
    return {path: parse(body) for path, body in files.items() if is_page(path)}


def is_page(path: str) -> bool:
    """What others set into pages of their own is none."""
    return path.endswith(".html") and not path.endswith(f"/{FRAGMENT}")


def year_page(*months: MonthStatus, public: tuple[MonthlySummary, ...] = ()) -> Tag:
    rendered = {place_of(s) + n: c for s in public for n, c in html.render(s).items()}
    settings = Settings(organisation=Organisation(name=NAME))
    files = assemble(Summaries(public, ()), [year(*months)], rendered, settings)
    return parse(files[f"fy{FY}/index.html"])


def words(tag: Tag) -> str:
    return " ".join(tag.text.split())


# ---- strangers' text is text


def with_text(text: str) -> dict[str, MonthlySummary]:
    """The month with ``text`` in each place that a stranger can fill."""
    source = ROW.source
    rows = {
        "title": replace(ROW, title=text),
        "procurement_method": replace(ROW, procurement_method=text),
        "bidder": replace(ROW, bids=(Bid(text, 1),)),
        "supplier": replace(ROW, supplier=text),
        "selection_reason": replace(ROW, selection_reason=text),
        "contract_number": replace(ROW, contract_number=text),
        "egp_project_number": replace(ROW, egp_project_number=text),
        "egp_contract_number": replace(ROW, egp_contract_number=text),
        "file": replace(ROW, source=replace(source, file=text)),
        "sheet": replace(ROW, source=replace(source, sheet=text)),
    }
    reason, by = replace(EXPLANATION, reason=text), replace(EXPLANATION, by=text)
    return {
        **{name: month(row) for name, row in rows.items()},
        "reason": month(ROW, explanations={0: (reason,)}),
        "by": month(ROW, explanations={0: (by,)}),
        "vanished": month(ROW, month_explanations=(reason,)),
        "organisation": month(ROW, organisation=text),
        "place": month(ROW, place=text),
    }


@pytest.mark.parametrize("place", with_text(""))
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_stranger_changes_the_page_around_it(place: str, payload: str) -> None:
    hostile, harmless = page(with_text(payload)[place]), page(with_text("ข้อความ")[place])

    assert hostile.shape == harmless.shape
    assert payload in hostile.text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_name_or_sentence_changes_the_overviews(payload: str) -> None:
    def overview(text: str) -> list[Tag]:
        summary = month(ROW, organisation=text)
        status_ = replace(year(status(summary)), organisation=text, result=text, outcome=text)
        settings = Settings.model_construct(
            organisation=Organisation.model_construct(name=text, place=text), site=Site()
        )
        rendered = {place_of(summary) + "index.html": b""}
        files = assemble(Summaries((summary,), ()), [status_], rendered, settings)
        return [parse(files["index.html"]), parse(files[f"fy{FY}/index.html"])]

    for hostile, harmless in zip(overview(payload), overview("ข้อความ"), strict=True):
        assert hostile.shape == harmless.shape
        assert payload in hostile.text


def test_no_text_of_a_stranger_stands_in_an_attribute() -> None:
    mark = "ตราประทับ"
    for summary in with_text(mark).values():
        values = [value for tag in page(summary).all for value in tag.attributes.values()]
        assert not any(mark in value for value in values)


def test_text_is_set_apart_from_the_direction_and_the_blanks_around_it() -> None:
    tree = page(month(replace(ROW, title="ก  ข\u202e")))

    assert tree.one("tr", id="r1").find("bdi")[0].text == "ก  ข\u202e"


def test_the_templates_trust_nothing() -> None:
    sources = [path.read_text() for path in (ROOT / "templates").glob("*.html")]

    assert sources
    for source in sources:
        assert not re.search(r"\|\s*(safe|xmlattr)|Markup|autoescape", source)
        assert not re.search(r"=\s*\{\{", re.sub(r"\{%.*?%\}", "", source))  # unquoted attribute


# ---- the unknown


def test_each_unknown_cell_says_so_and_shows_no_number() -> None:
    number, title, *others = cells(replace(NOTHING_KNOWN, egp_contract_number=None))

    assert number == UNKNOWN
    assert title == f"{UNKNOWN} ที่มา แถวที่ ๘"
    assert others == [UNKNOWN] * 7


def test_an_unknown_part_of_a_cell_is_named_beside_the_known_part() -> None:
    row = replace(
        ROW,
        bids=(Bid("ร้าน ก", None), Bid("ร้าน ข", 100)),
        supplier=None,
        contract_number=None,
    )
    *_, bids, winner, _, contract = cells(row)

    assert bids == "ร้าน ก ไม่ระบุราคา ร้าน ข ๑.๐๐"
    assert winner == "ไม่ระบุผู้ได้รับการคัดเลือก ๑๐๖,๐๐๐.๐๐"
    assert contract == "ไม่ระบุเลขที่ ๑ ตุลาคม ๒๕๖๗"
    assert cells(replace(ROW, contract_date=None))[-1] == "ก/ข ไม่ระบุวันที่"


def test_an_unknown_is_told_by_a_word_in_an_element_of_its_own() -> None:
    unknown = page(month(NOTHING_KNOWN)).one("tr", id="r1").find("span", class_="unknown")

    assert [tag.text for tag in unknown] == [UNKNOWN] * 9


def test_a_stated_zero_is_no_unknown() -> None:
    row = replace(ROW, number=0, budget=0, reference_price=0, agreed_price=0, bids=(Bid("ก", 0),))

    number, _, budget, reference, _, bids, winner, *_ = cells(row)

    assert (number, budget, reference) == ("๐", "๐.๐๐", "๐.๐๐")
    assert (bids, winner) == ("ก ๐.๐๐", "ร้านสมมุติ ๐.๐๐")


def test_a_sum_says_how_many_rows_it_is_without() -> None:
    totals = page(month(ROW, NOTHING_KNOWN)).one("dl", class_="totals")

    assert [words(dd) for dd in totals.find("dd")] == [
        "๒ รายการ",
        "๑๐๘,๐๐๐.๐๐ บาท ไม่รวม ๑ รายการที่ไม่ระบุจำนวนเงิน",
        "๑๐๖,๐๐๐.๐๐ บาท ไม่รวม ๑ รายการที่ไม่ระบุจำนวนเงิน",
    ]


def test_a_sum_of_nothing_known_is_unknown_and_not_zero() -> None:
    totals = page(month(NOTHING_KNOWN)).one("dl", class_="totals")

    assert [words(dd) for dd in totals.find("dd")] == [
        "๑ รายการ",
        "ไม่ระบุ ไม่มีรายการใดระบุจำนวนเงิน",
        "ไม่ระบุ ไม่มีรายการใดระบุจำนวนเงิน",
    ]


# ---- the month's page


def test_the_table_has_the_official_headings_in_order() -> None:
    table = page(month(ROW)).one("table")

    assert [th.text for th in table.find("th", scope="col")] == list(HEADINGS)
    assert [th.text for th in table.find("th", scope="row")] == ["๑"]
    assert "ตุลาคม ๒๕๖๗" in table.one("caption").text


def test_cards_on_small_screens_bear_the_same_headings() -> None:
    style = (ROOT / "templates" / "style.css").read_text()
    labels = re.findall(r"\.rows [^{]*::before \{\s*content: \"([^\"]+)\"", style)

    assert labels == [HEADINGS[0], *HEADINGS[2:], "เลขที่โครงการ"]  # a title needs none


def test_the_project_number_has_a_column_when_a_row_states_one() -> None:
    table = page(month(ROW, replace(ROW, egp_project_number="67109226199"))).one("table")

    assert [th.text for th in table.find("th", scope="col")] == [*HEADINGS, "เลขที่โครงการ"]
    assert [words(tr.find("td")[-1]) for tr in table.find("tr")[1:]] == [UNKNOWN, "67109226199"]


def test_rows_are_anchored_by_their_place_whatever_number_they_bear() -> None:
    rows = [replace(ROW, number=number) for number in (5, 5, None)]
    table = page(month(*rows)).one("table")

    assert [tr.attributes["id"] for tr in table.find("tr")[1:]] == ["r1", "r2", "r3"]


def test_a_month_of_many_rows_takes_several_pages_that_lead_to_each_other() -> None:
    rows = [replace(ROW, title=f"ซื้อวัสดุ {place}") for place in range(1, 602)]
    pages = {path: parse(drawn) for path, drawn in html.render(month(*rows)).items()}

    assert list(pages) == ["index.html", "index-2.html", "index-3.html"]
    shown = {path: page.one("table").find("tr")[1:] for path, page in pages.items()}
    assert [len(found) for found in shown.values()] == [300, 300, 1]
    for place in range(1, 602):
        path, _, anchor = row_address(place).partition("#")
        (found,) = [tr for tr in shown[path] if tr.attributes["id"] == anchor]
        assert f"ซื้อวัสดุ {place}" in words(found)
    for path, page in pages.items():
        for nav in page.find("nav", class_="pages"):
            assert [a.attributes["href"] for a in nav.find("a")] == list(pages)
            (current,) = nav.find("a", aria_current="page")
            assert current.attributes["href"] == path
    assert "รายการที่ ๓๐๑–๖๐๐ จาก ๖๐๑" in words(pages["index-2.html"].one("caption"))
    source = pages["index-3.html"].find("a", href="index.html#s1")
    assert [words(link) for link in source] == ["ที่มา แถวที่ ๗"]


def test_each_row_names_its_row_and_its_sheet_can_be_found() -> None:
    other = replace(ROW, source=Source("ช่าง.xlsx", "Sheet1", 12))
    tree = page(month(ROW, other))

    links = [link for link in tree.find("a") if link.attributes["href"].startswith("#s")]
    assert [link.text for link in links] == ["ที่มา [๑] แถวที่ ๗", "ที่มา [๒] แถวที่ ๑๒"]
    assert [link.attributes["href"] for link in links] == ["#s1", "#s2"]
    assert words(tree.one("li", id="s2")) == "[๒] ไฟล์ ช่าง.xlsx แผ่นงาน Sheet1"


def test_an_explanation_stands_in_its_row_with_its_author_and_day() -> None:
    tree = page(month(ROW, ROW, explanations={1: (EXPLANATION,)}))

    assert not tree.one("tr", id="r1").find("p", class_="explanation")
    said = words(tree.one("tr", id="r2").one("p", class_="explanation"))
    assert said == "คำชี้แจง ราคาวัสดุสูงขึ้น โดย นางสมมุติ เมื่อ ๔ พฤศจิกายน ๒๕๖๗"


def test_an_explanation_without_a_row_is_not_lost() -> None:
    tree = page(month(nil=True, month_explanations=(EXPLANATION,)))

    assert "ราคาวัสดุสูงขึ้น" in words(tree.one("section", aria_labelledby="explanations"))


def test_a_nil_month_says_that_nothing_was_bought() -> None:
    tree = page(month(nil=True))

    assert tree.one("p", class_="nothing").text == "ไม่มีการจัดซื้อจัดจ้าง"
    assert not tree.find("table")
    assert not tree.find("dl")


@pytest.mark.parametrize("contradiction", [month(), month(ROW, nil=True)])
def test_absence_is_not_nil(contradiction: MonthlySummary) -> None:
    with pytest.raises(ValueError, match="absence is not nil"):
        html.render(contradiction)


def test_a_page_offers_the_files_that_exist_with_their_sizes() -> None:
    summary = month(ROW)
    names = [*files_of(summary), "sokhoro1-2567-10.pdf", "columns.json", "index.html"]
    files = files_of(summary) | dict.fromkeys(names[3:], b"x")
    take = page(summary, files).one("section", aria_labelledby="take")

    assert [(a.attributes["href"], words(a)) for a in take.find("a")] == [
        ("sokhoro1-2567-10.pdf", "PDF เดือนตุลาคม ๒๕๖๗ ๑ กิโลไบต์"),
        ("sokhoro1-2567-10.xlsx", "Excel (XLSX) เดือนตุลาคม ๒๕๖๗ ๓ กิโลไบต์"),
        ("sokhoro1-2567-10.csv", "CSV เดือนตุลาคม ๒๕๖๗ ๑ กิโลไบต์"),
        ("sokhoro1-2567-10.json", "JSON เดือนตุลาคม ๒๕๖๗ ๑ กิโลไบต์"),
        ("columns.json", "columns.json"),
    ]
    assert not page(summary).find("section", aria_labelledby="take")


def test_a_superseded_page_says_so_first_and_leads_to_the_valid_one() -> None:
    tree = page(month(ROW, revision=1, superseded=True))

    first = next(child for child in tree.one("main").children if isinstance(child, Tag))
    assert first.attributes["class"] == "banner"
    assert "ข้อมูลในหน้านี้ถูกแทนที่แล้ว" in first.text
    assert first.one("a").attributes["href"] == "../../index.html"
    assert "ถูกแทนที่แล้ว" in tree.one("title").text
    assert tree.find("meta", name="robots", content="noindex")


def test_a_valid_page_has_no_banner_and_leads_to_each_earlier_one() -> None:
    tree = page(month(ROW, revision=3))

    assert not tree.find("div", class_="banner")
    assert not tree.find("meta", name="robots")
    earlier = tree.one("section", aria_labelledby="earlier").find("a")
    assert [(a.text, a.attributes["href"]) for a in earlier] == [
        ("ฉบับที่ ๑", "revisions/1/index.html"),
        ("ฉบับที่ ๒", "revisions/2/index.html"),
    ]


# ---- digits


def test_people_s_digits_stay_and_ours_are_chosen() -> None:
    row = replace(ROW, title="ปี ๒๕๖๘ และ 2568", contract_number="CNTR - ๐๐๗/68")

    thai, arabic = cells(row), cells(row, numerals="arabic")

    assert thai[1] == "ปี ๒๕๖๘ และ 2568 ที่มา แถวที่ ๗"
    assert arabic[1] == "ปี ๒๕๖๘ และ 2568 ที่มา แถวที่ 7"
    assert (thai[-1], arabic[-1]) == (
        "CNTR - ๐๐๗/68 ๑ ตุลาคม ๒๕๖๗",
        "CNTR - ๐๐๗/68 1 ตุลาคม 2567",
    )
    assert (thai[2], arabic[2]) == ("๑๐๘,๐๐๐.๐๐", "108,000.00")


@pytest.mark.parametrize(("numerals", "foreign"), [("thai", "[0-9]"), ("arabic", "[๐-๙]")])
def test_no_page_mixes_the_digits_that_we_compose(numerals: Numerals, foreign: str) -> None:
    for path, tree in pages_of(site(numerals)).items():
        if path == ENGLISH:  # always in Arabic digits
            continue
        said = tree.text
        typed = sorted((code.text for code in tree.find("code")), key=len, reverse=True)
        for code in typed:  # names and commands have digits of their own
            said = said.replace(code, "")
        said = re.sub("\\bO[0-9]{1,2}\\b", "", said)  # so are the items of the ITA called
        assert not re.findall(f".*{foreign}.*", said), path


# ---- the whole site


def test_every_link_and_fragment_leads_to_something_in_the_site() -> None:
    files = site() | dict.fromkeys(SEALS, b"")
    trees = pages_of(files)
    ids = {
        p: {t.attributes["id"] for t in tree.all if "id" in t.attributes}
        for p, tree in trees.items()
    }
    reached = set()
    for path, tree in trees.items():
        for tag in tree.all:
            for link in (tag.attributes[a] for a in ("href", "src") if a in tag.attributes):
                parts = urlsplit(link)
                assert not parts.scheme, link
                assert not parts.netloc, link
                assert not link.startswith("/"), link
                folder = posixpath.dirname(path)
                target = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
                target = target if parts.path else path
                assert target in files, (path, link)
                assert not parts.fragment or parts.fragment in ids[target], (path, link)
                reached.add(target)
    not_linked = set(files) - reached - {"robots.txt"}
    # The style sheet leads to the fonts, the script of the search page to its index.
    assert all(path.startswith(("assets/fonts/", "search/")) for path in not_linked)


def test_every_file_that_the_style_sheet_wants_is_there() -> None:
    files = site()
    wanted = re.findall(r'url\("([^"]+)"\)', files["assets/style.css"].decode())

    assert len(wanted) == 4
    assert {f"assets/{name}" for name in wanted} <= files.keys()


def test_every_page_refuses_scripts_and_styles_of_its_own() -> None:
    """But the search page: tests/test_search.py looks at its one script."""
    for path, tree in pages_of(site()).items():
        if path == SEARCH:
            continue
        policy = tree.one("meta", http_equiv="Content-Security-Policy")
        assert policy.attributes["content"] == CSP
        assert not [tag for tag in tree.all if tag.name in {"script", "style", "iframe", "form"}]
        names = [name for tag in tree.all for name in tag.attributes]
        assert not [name for name in names if name == "style" or name.startswith("on")], path


def test_every_page_is_thai_titled_and_has_its_landmarks() -> None:
    trees = pages_of(site())

    for path, tree in trees.items():
        assert tree.one("html").attributes["lang"] == ("en" if path == ENGLISH else "th")
        assert len(tree.find("h1")) == 1
        assert tree.find("a", class_="skip")[0].attributes["href"] == "#main"
        assert tree.one("main").attributes["id"] == "main"
        ids = [tag.attributes["id"] for tag in tree.all if "id" in tag.attributes]
        assert len(ids) == len(set(ids))
    titles = [words(tree.one("head").one("title")) for tree in trees.values()]
    assert len(titles) == len(set(titles))


def test_no_line_of_a_page_ends_in_blanks() -> None:
    for path, body in site().items():
        if path.endswith(".html"):
            assert not re.findall(r".*[ \t]+\n", body.decode()), path


def test_the_months_of_a_year_stand_with_state_and_punctuality_in_words() -> None:
    tree = parse(site()[f"fy{FY}/index.html"])
    rows = [
        [words(cell) for cell in tr.children if isinstance(cell, Tag)] for tr in tree.find("tr")
    ]
    late = rows[0].index("ตามกำหนดเวลาที่เทศบาลกำหนด")

    assert len(rows) == 13
    assert [(row[0], row[1], row[late]) for row in rows[1:7]] == [
        ("ตุลาคม ๒๕๖๗", "เผยแพร่แล้ว แก้ไขแล้ว ๒ ครั้ง", "ภายในกำหนด"),
        ("พฤศจิกายน ๒๕๖๗", "เผยแพร่แล้ว", "ล่าช้า"),
        ("ธันวาคม ๒๕๖๗", "ไม่มีการจัดซื้อจัดจ้าง", "ภายในกำหนด"),
        ("มกราคม ๒๕๖๘", "อยู่ระหว่างแก้ไขข้อมูล", "ยังไม่เกินกำหนด"),
        ("กุมภาพันธ์ ๒๕๖๘", "ยังไม่ได้เผยแพร่", "เกินกำหนดแล้ว"),
        ("มีนาคม ๒๕๖๘", "ยังไม่ครบกำหนด", "ยังไม่เกินกำหนด"),
    ]
    assert all(cell for row in rows for cell in row)


def test_each_state_has_a_sign_of_its_own() -> None:
    signs = {
        tag.attributes["class"]: tag.one("path").attributes["d"]
        for tag in parse(site()["index.html"]).find("svg")
    }

    assert signs.keys() == {f"sign {state}" for state in STATE_WORDS}
    assert len(set(signs.values())) == len(STATE_WORDS)


def test_the_totals_of_a_year_say_how_complete_they_are() -> None:
    totals = parse(site()[f"fy{FY}/index.html"]).one("dl", class_="totals")

    assert [
        tuple(words(cell) for cell in part.all if cell.name in {"dt", "dd"})
        for part in totals.find("div")
    ] == [
        ("เผยแพร่แล้ว", "๓ จาก ๑๒ เดือน ครบกำหนดแล้ว ๔ เดือน"),
        ("ภายในกำหนดเวลาที่เทศบาลกำหนด", "๒ เดือน ล่าช้า ๑ เดือน"),
        ("จำนวนใน ๓ เดือนที่เผยแพร่", "๓ รายการ"),
        (
            "ราคาที่ตกลงซื้อหรือจ้าง รวมใน ๓ เดือน",
            "๒๑๒,๐๐๐.๐๐ บาท ไม่รวม ๑ รายการที่ไม่ระบุจำนวนเงิน",
        ),
    ]


def test_a_year_without_a_public_month_claims_no_amounts() -> None:
    totals = year_page().one("dl", class_="totals")

    assert [words(dd) for dd in totals.find("dd")] == ["๐ จาก ๑๒ เดือน ครบกำหนดแล้ว ๔ เดือน"]


def test_a_nil_month_has_no_rows_and_its_year_claims_no_price() -> None:
    summary = month(nil=True)
    tree = year_page(status(summary), public=(summary,))

    cells_of_october = tree.one("tr", id="2567-10").find("td")
    assert [words(cell) for cell in cells_of_october[1:3]] == ["๐", "–ไม่มีการจัดซื้อจัดจ้าง"]
    assert [words(dt) for dt in tree.one("dl", class_="totals").find("dt")] == [
        "เผยแพร่แล้ว",
        "ภายในกำหนดเวลาที่เทศบาลกำหนด",
        "จำนวนใน ๑ เดือนที่เผยแพร่",
    ]


def test_a_public_month_without_any_price_is_unknown_in_its_year() -> None:
    summary = month(NOTHING_KNOWN)
    tree = year_page(status(summary), public=(summary,))

    assert words(tree.one("tr", id="2567-10").find("td")[2]) == UNKNOWN
    assert words(tree.one("dl", class_="totals").find("dd")[-1]).startswith(UNKNOWN)


def test_announcements_are_shown_once_somebody_has_counted_them() -> None:
    summary = month(ROW)
    unknown = replace(status(summary), announcements=Announced(1, None))
    counted = replace(unknown, month=NOVEMBER, announcements=Announced(2, 1))

    assert not year_page(unknown).find("td", data_label="โครงการที่มีประกาศ")
    column = year_page(unknown, counted).find("td", data_label="โครงการที่มีประกาศ")
    assert [words(cell) for cell in column[:3]] == [
        "ไม่ระบุ จาก ๑",
        "๑ จาก ๒ ไม่ทราบ ๑",
        "–ยังไม่มีข้อมูล",
    ]


def test_the_front_page_leads_to_the_latest_month() -> None:
    latest = parse(site()["index.html"]).one("section", class_="latest")

    assert words(latest.one("h2")) == "ธันวาคม ๒๕๖๗"
    assert latest.one("p", class_="nothing").text == "ไม่มีการจัดซื้อจัดจ้าง"
    assert [a.attributes["href"] for a in latest.find("a")] == [
        "fy2568/2567-12/index.html",
        *(f"fy2568/2567-12/sokhoro1-2567-12.{kind}" for kind in ("xlsx", "csv", "json")),
    ]


def test_a_site_without_a_public_month_says_so() -> None:
    files = assemble(
        Summaries((), ()), [year()], {}, Settings(organisation=Organisation(name=NAME))
    )

    assert "ยังไม่มีเดือนที่เผยแพร่" in parse(files["index.html"]).text


def test_the_status_of_a_year_is_published_as_it_is() -> None:
    body = site()[f"fy{FY}/status.json"].decode()

    assert json.loads(body)["sentences"]["outcome"] == "ผลลัพธ์"
    assert "\\u" not in body
    assert body.endswith("}\n")


def test_a_month_outside_every_year_is_a_mistake_of_ours() -> None:
    settings = Settings(organisation=Organisation(name=NAME))

    with pytest.raises(ValueError, match="2568"):
        assemble(Summaries((month(ROW),), ()), [], {}, settings)


def test_a_map_of_the_site_needs_its_address_and_leaves_out_what_is_superseded() -> None:
    assert "sitemap.xml" not in site()
    assert b"Sitemap" not in site()["robots.txt"]

    files = site(base_url="https://www.example.go.th/สขร/?a=1&b")
    root = ET.fromstring(files["sitemap.xml"])  # noqa: S314 - our own output
    places = [loc.text or "" for loc in root.iter() if loc.tag.endswith("loc")]
    base = "https://www.example.go.th/%E0%B8%AA%E0%B8%82%E0%B8%A3/?a=1&b/"
    assert {place.removeprefix(base) for place in places} == {
        path for path in files if is_page(path) and "revisions" not in path
    }
    assert f"Sitemap: {base}sitemap.xml\n" in files["robots.txt"].decode()


# ---- the same bytes


def test_the_order_in_which_months_arrive_changes_no_byte() -> None:
    assert site() == site(backwards=True)
    assert list(site()) == sorted(site())


@pytest.mark.parametrize(("seed", "zone"), [("1", "Asia/Bangkok"), ("2", "America/Los_Angeles")])
def test_neither_the_hash_seed_nor_the_time_zone_changes_a_byte(seed: str, zone: str) -> None:
    made = subprocess.run(
        [sys.executable, "-c", "import test_pages; print(test_pages.fingerprint())"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": "C",
        },
        check=True,
        capture_output=True,
        text=True,
    )

    assert made.stdout.strip() == fingerprint()


def fingerprint() -> str:
    return hashlib.sha256(repr(site()).encode()).hexdigest()


# ---- colours


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_every_ground_by_day_and_night(scheme: int) -> None:
    style = (ROOT / "templates" / "style.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", blocks[scheme]))

    grounds = [colours[name] for name in ("paper", "surface", "accent-soft", "warn-soft", "mark")]
    for ink in ("text", "muted", "accent", "good", "warn", "bad"):
        for ground in grounds:
            assert contrast(colours[ink], ground) >= 4.5, (ink, ground)


@pytest.mark.parametrize("colour", ["#6b1f7a", "#ffe000", "#000000", "#FFFFFF", "#0a7cff"])
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_office_s_colour_can_be_read_whatever_it_is(colour: str, scheme: int) -> None:
    style = dress(colour, b"")["assets/style.css"].decode()
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    (ours, theirs) = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))
        for block in (blocks[scheme], blocks[2 + scheme])
    )
    colours = ours | theirs

    assert theirs.keys() == {"accent", "accent-soft"}
    for ground in ("paper", "surface", "accent-soft", "warn-soft", "mark"):
        assert contrast(colours["accent"], colours[ground]) >= 4.5, ground
    assert contrast(colours["text"], colours["accent-soft"]) >= 4.5
    assert contrast(colours["muted"], colours["accent-soft"]) >= 4.5


def test_a_colour_that_can_be_read_stays_as_the_office_gave_it() -> None:
    assert "--accent: #6b1f7a;" in dress("#6b1f7a", b"")["assets/style.css"].decode()


def png(*told: tuple[bytes, bytes]) -> bytes:
    """One violet point, and what a program for drawing tells beside it."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        *told,
        (b"IDAT", zlib.compress(b"\0\x6b\x1f\x7a")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def test_nothing_but_the_picture_of_an_emblem_is_published() -> None:
    author = (b"tEXt", "Author\0นางสมมุติ".encode())

    bare = bare_png(png(author, (b"eXIf", b"MM")) + b"more behind the end")
    (image,) = ET.fromstring(dress("", bare)["assets/icon.svg"])  # noqa: S314 - our own

    assert bare == png()
    kind, _, data = image.attrib["href"].partition(",")
    assert (kind, base64.b64decode(data)) == ("data:image/png;base64", bare)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg/>", "ไม่ใช่ไฟล์ PNG"),
        (b"\x89PNG\r\n\x1a\n", "ไม่สมบูรณ์"),
        (bytes(60_001), "เกิน 60,000 ไบต์"),
    ],
)
def test_what_is_no_emblem_is_refused_with_its_reason(content: bytes, why: str) -> None:
    with pytest.raises(EmblemError, match=why):
        bare_png(content)
