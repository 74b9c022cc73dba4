"""Corrections are visible: on the pages, in difference.json and in the feed (promise 6)."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import jsonschema
import pytest
from lxml import etree

from pipeline import examples
from pipeline.explain import give
from pipeline.feed import LONGEST, feed
from pipeline.formats import difference
from pipeline.gate import PersonalDataError, gate
from pipeline.ledger import Ledger
from pipeline.site import assemble
from pipeline.site.measure4 import FRAGMENT
from pipeline.summarise import Summaries, correction
from schemas.config import FormerName, Organisation, Settings, Site
from schemas.difference import FIELD_WORDS, Correction
from schemas.explanation import Explanation
from schemas.month import Month
from schemas.procurement import Bid, Procurement
from schemas.summary import MonthlySummary
from tests.conftest import ROOT, Office
from tests.test_pages import (
    FY,
    NAME,
    PAYLOADS,
    ROW,
    Tag,
    month,
    page,
    parse,
    site,
    status,
    words,
    year,
)

REASON = Explanation("correction-has-reason", "พิมพ์ผิด", "นางสมมุติ", date(2024, 12, 2))
ATOM = "{http://www.w3.org/2005/Atom}"
OTHER = replace(ROW, number=2, title="จ้างถมดิน", supplier="ร้าน ข", contract_number="ค/ง")
NEW = replace(ROW, number=2, title="งานใหม่", supplier="ร้าน ค", contract_number="จ/ฉ")
CHANGED = replace(
    ROW, reference_price=None, contract_date=None, bids=(Bid("ร้านสมมุติ", None), Bid(None, 100))
)


def revisions(
    *lists: tuple[Procurement, ...], reasons: tuple[Explanation, ...] = (REASON,)
) -> list[MonthlySummary]:
    """The revisions of one month, a month apart, each knowing what came before and after."""
    made = [
        month(*rows, revision=number, published_on=date(2024, 10, 6) + timedelta(days=30 * number))
        for number, rows in enumerate(lists, 1)
    ]
    made = [made[0], *(replace(one, month_explanations=reasons) for one in made[1:])]
    for index in range(1, len(made)):
        change = correction(made[index - 1], made[index])
        made[index - 1] = replace(made[index - 1], replaced=change, superseded=True)
        made[index] = replace(made[index], corrected=change)
    return made


def section(tree: Tag) -> Tag:
    return tree.one("section", aria_labelledby="correction")


# ---- the pages


def test_a_corrected_month_shows_what_was_added_removed_and_changed_and_why() -> None:
    _, now = revisions((ROW, OTHER), (CHANGED, NEW))
    told = section(page(now))

    assert [words(h) for h in told.find("h3")] == [
        "รายการที่เพิ่ม",
        "รายการที่ลบออก",
        "รายการที่แก้ไขค่า",
    ]
    assert words(told.find("p")[0]) == (
        "ฉบับที่ ๒ แทนที่ฉบับที่ ๑ เมื่อวันที่ ๕ ธันวาคม ๒๕๖๗ เพิ่ม ๑ รายการ ลบ ๑ รายการ แก้ไข ๑ รายการ"
    )
    assert words(told.one("p", class_="explanation")) == (
        "คำชี้แจง พิมพ์ผิด โดย นางสมมุติ เมื่อ ๒ ธันวาคม ๒๕๖๗"
    )
    added, removed, changed = told.find("ul", class_="changes")
    last = "ไม่ระบุผู้เสนอราคา ๑.๐๐ บาท"
    assert words(added).startswith("งานใหม่ ร้าน ค เลขที่ จ/ฉ ราคาที่ตกลง ๑๐๖,๐๐๐.๐๐ บาท")
    assert added.one("a").attributes["href"] == "#r2"
    assert words(removed).startswith("จ้างถมดิน ร้าน ข เลขที่ ค/ง")
    assert removed.one("a").attributes["href"] == "revisions/1/index.html#r2"
    assert [words(div) for div in changed.find("div")] == [
        "ราคากลาง เดิม ๑๐๗,๐๐๐.๐๐ บาท แก้เป็น ไม่ระบุ",
        f"{FIELD_WORDS['bids']} เดิม ร้านสมมุติ ๑๐๖,๕๐๐.๐๐ บาท แก้เป็น ร้านสมมุติ ไม่ระบุราคา {last}",
        "วันที่ของสัญญาหรือข้อตกลง เดิม ๑ ตุลาคม ๒๕๖๗ แก้เป็น ไม่ระบุ",
    ]


def test_a_reason_stands_once_and_its_want_is_said() -> None:
    kept = replace(REASON, rule="rows-kept")
    _, explained = revisions((ROW, OTHER), (ROW,), reasons=(REASON, kept))
    _, silent = revisions((ROW, OTHER), (ROW,), reasons=())

    assert page(explained).text.count("พิมพ์ผิด") == 1
    assert words(section(page(silent)).one("p", class_="explanation")) == "ยังไม่มีคำชี้แจง"


def test_what_was_said_of_the_month_and_is_no_reason_keeps_its_place() -> None:
    total = replace(REASON, rule="total-as-summed", reason="ยอดรวมปัดเศษ")
    _, now = revisions((ROW, OTHER), (ROW,), reasons=(REASON, total))

    tree = page(now)
    assert "ยอดรวมปัดเศษ" not in section(tree).text
    assert "ยอดรวมปัดเศษ" in tree.one("section", aria_labelledby="explanations").text


def test_a_superseded_page_says_when_why_and_by_what_it_was_replaced() -> None:
    before, _ = revisions((ROW, OTHER), (CHANGED,))
    tree = page(before, difference.render(before))
    banner = words(tree.one("div", class_="banner"))

    assert "ถูกแทนที่ด้วยฉบับที่ ๒ เมื่อวันที่ ๕ ธันวาคม ๒๕๖๗" in banner
    assert "สิ่งที่แก้ไข: ลบ ๑ รายการ แก้ไข ๑ รายการ" in banner
    assert "คำชี้แจง พิมพ์ผิด" in banner
    links = [a.attributes["href"] for a in section(tree).find("a")]
    assert links == ["#r2", "#r1", "difference.json"]
    assert "คำชี้แจง" not in section(tree).text


def test_rows_that_only_moved_are_told_as_no_change_of_a_value() -> None:
    _, now = revisions((ROW, OTHER), (OTHER, ROW))

    told = section(page(now))
    assert not told.find("h3")
    assert "ไม่มีรายการที่เพิ่ม ลบ หรือแก้ไขค่า" in words(told)


def test_rows_with_another_running_number_are_counted_and_not_listed() -> None:
    _, now = revisions((ROW,), (replace(NEW, number=1), replace(ROW, number=2)))

    told = section(page(now))
    assert "เพิ่ม ๑ รายการ เปลี่ยนเฉพาะลำดับที่ ๑ รายการ" in words(told)
    assert len(told.find("h3")) == 1


def test_a_month_never_corrected_has_no_such_section() -> None:
    assert not page(month(ROW)).find("section", aria_labelledby="correction")


def test_earlier_corrections_are_linked_newest_first() -> None:
    *_, now = revisions((ROW,), (OTHER,), (ROW, OTHER))

    links = [a.attributes["href"] for a in section(page(now)).one("ul", class_="links").find("a")]
    assert links == ["revisions/2/difference.json", "revisions/1/index.html#correction"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_stranger_changes_what_is_told_of_a_correction(payload: str) -> None:
    def told(text: str) -> list[Tag]:
        before = replace(ROW, title=text, contract_number=None)
        after = replace(before, supplier="ข", agreed_price=1, egp_project_number="1")
        gone = replace(OTHER, title=text, supplier=text, contract_number=text)
        reason = replace(REASON, reason=text, by=text)
        texts = replace(ROW, selection_reason=text, bids=(Bid(text, 1),))
        lists = (before, gone, texts), (after, ROW)
        return [page(one) for one in revisions(*lists, reasons=(reason,))]

    for hostile, harmless in zip(told(payload), told("ข้อความ"), strict=True):
        assert hostile.shape == harmless.shape
        assert payload in section(hostile).text


def test_the_year_marks_a_corrected_month_and_leads_to_its_last_correction() -> None:
    row = parse(site()[f"fy{FY}/index.html"]).one("tr", id="2567-10")

    (link,) = [a for a in row.find("a") if "แก้ไข" in a.text]
    assert (link.text, link.attributes["href"]) == (
        "แก้ไขแล้ว ๒ ครั้ง",
        "2567-10/index.html#correction",
    )


# ---- difference.json


def told(change: MonthlySummary) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(difference.render(change)[difference.NAME])
    return answer


def held(answer: Mapping[str, Any]) -> None:
    schema = json.loads((ROOT / "schemas" / "difference.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema, format_checker=jsonschema.FormatChecker())


def test_the_difference_lies_beside_the_revision_that_was_replaced() -> None:
    before, now = revisions((ROW, OTHER), (CHANGED, NEW))

    answer = told(before)
    held(answer)
    assert difference.render(now) == {}
    assert (answer["from_revision"], answer["to_revision"]) == (1, 2)
    assert (answer["date"], answer["explanations"][0]["reason"]) == ("2024-12-05", "พิมพ์ผิด")
    assert answer["added"] == [{"position": 2, "row": NEW.public()}]
    assert answer["removed"] == [{"position": 2, "row": OTHER.public()}]
    assert answer["changed"] == [
        {
            "position": {"old": 1, "new": 1},
            "row": {"title": "ซื้อวัสดุ", "supplier": "ร้านสมมุติ", "contract_number": "ก/ข"},
            "fields": [
                {"field": "reference_price", "old": "107000.00", "new": None},
                {
                    "field": "bids",
                    "old": [{"bidder": "ร้านสมมุติ", "amount": "106500.00"}],
                    "new": [
                        {"bidder": "ร้านสมมุติ", "amount": None},
                        {"bidder": None, "amount": "1.00"},
                    ],
                },
                {"field": "contract_date", "old": "2024-10-01", "new": None},
            ],
        }
    ]


def test_the_schema_knows_every_field_and_refuses_others() -> None:
    every = replace(
        ROW,
        title="ก",
        budget=None,
        procurement_method=None,
        supplier=None,
        agreed_price=1,
        selection_reason=None,
        egp_project_number="1",
        egp_contract_number="2",
        number=None,
    )
    before, _ = revisions((ROW,), (replace(every, supplier="ร้านสมมุติ"),))
    answer = told(before)

    held(answer)
    assert len(answer["changed"][0]["fields"]) == 8
    answer["changed"][0]["fields"][0]["field"] = "supplier_tax_id"
    with pytest.raises(jsonschema.ValidationError):
        held(answer)


def test_an_answer_given_later_makes_no_correction(office: Office) -> None:
    """A question that the due day overtook is answered after publication: no new revision."""
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=4)
    source = book.expected[0].source
    blank = examples.replace_cell(book, source.sheet, f"D{source.row}", "")
    office.drop(book.file, examples.to_bytes(blank))
    office.one_pass(date(2025, 3, 1))
    with Ledger.open(office.workspace.ledger) as ledger:
        ((asked, part, finding),) = ledger.questions()
    ((_, given),) = give([(asked, part, finding)], finding.key, "ไม่มีราคากลาง", "นายสมมุติ")
    with Ledger.open(office.workspace.ledger) as ledger:
        ledger.record_explanation(part, given, date(2025, 3, 2))
    office.one_pass(date(2025, 3, 2))

    assert office.month("2568-01")["rows"][0]["explanations"]
    assert office.month("2568-01")["revision"] == 1
    assert not list(office.public.rglob(difference.NAME))
    text = (office.public / "fy2568/2568-01/index.html").read_text(encoding="utf-8")
    assert "รายการที่แก้ไข" not in text
    assert len(entries((office.public / "feed.xml").read_bytes())) == 1


# ---- the feed


def settings(base_url: str = "", **organisation: Any) -> Settings:  # noqa: ANN401 - fields of it
    return Settings(
        organisation=Organisation(name=NAME, **organisation), site=Site(base_url=base_url)
    )


def made(every: list[MonthlySummary], base: str = "", **organisation: Any) -> bytes:  # noqa: ANN401
    public = tuple(one for one in every if not one.superseded)
    superseded = tuple(one for one in every if one.superseded)
    summaries = Summaries(public, superseded)
    return feed(summaries, date(2025, 2, 20), settings(**organisation), base)["feed.xml"]


def entries(body: bytes) -> list[dict[str, str]]:
    """Every entry by its elements, after the whole was held to what RFC 4287 requires."""
    root = etree.fromstring(body)
    assert root.tag == f"{ATOM}feed"
    found = [_required(root), *(_required(one) for one in root.iter(f"{ATOM}entry"))]
    assert len({one["id"] for one in found}) == len(found)
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    return found[1:]


def _required(element: Any) -> dict[str, str]:  # noqa: ANN401 - lxml's element
    for name in ("id", "title", "updated"):
        assert len(element.findall(f"{ATOM}{name}")) == 1, name
    alternate = element.findall(f"{ATOM}link[@rel='alternate']")
    assert len(alternate) == 1
    told = {etree.QName(one).localname: one.text or "" for one in element}
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f-]{21}", told["id"])
    for name in ("updated", "published"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00\+07:00", told.get(name, told["updated"]))
    assert told["title"].strip()
    return told | {"href": alternate[0].attrib["href"]}


def test_the_feed_tells_every_revision_newest_first_and_what_it_changed() -> None:
    last, first, second = entries(made(revisions((ROW,), (ROW, OTHER), (OTHER,))))

    assert [one["href"] for one in (last, first, second)] == [
        "fy2568/2567-10/index.html",
        "fy2568/2567-10/revisions/2/index.html",
        "fy2568/2567-10/revisions/1/index.html",
    ]
    assert last["title"] == "แก้ไขสรุปผลการจัดซื้อจัดจ้าง เดือนตุลาคม ๒๕๖๗ (ฉบับที่ ๓)"
    assert last["summary"] == "แก้ไขข้อมูลที่เผยแพร่แล้ว ลบ ๑ รายการ เหตุผล: พิมพ์ผิด"
    assert last["published"] == "2025-01-04T00:00:00+07:00"
    assert second["summary"] == "เผยแพร่ ๑ รายการ ราคาที่ตกลงซื้อหรือจ้างรวม ๑๐๖,๐๐๐.๐๐ บาท"


def test_a_reason_given_later_makes_its_entry_newer_not_another() -> None:
    late = replace(REASON, date=date(2025, 1, 9))
    before = entries(made(revisions((ROW,), (OTHER,), reasons=())))[0]
    after = entries(made(revisions((ROW,), (OTHER,), reasons=(late,))))[0]

    assert before["summary"].endswith("ยังไม่มีคำชี้แจง")
    assert after["summary"].endswith("เหตุผล: พิมพ์ผิด")
    assert (before["id"], before["published"]) == (after["id"], after["published"])
    assert (before["updated"][:10], after["updated"][:10]) == ("2024-12-05", "2025-01-09")


def test_names_stay_when_the_site_moves_and_the_office_is_renamed() -> None:
    """Months before the renaming keep the name of their day, and the feed its first one."""
    every = revisions((ROW,), (OTHER,))
    here = made(every)
    former = (FormerName(name=NAME, until=date(2024, 12, 31)),)
    there = feed(
        Summaries((every[1],), (every[0],)),
        date(2025, 2, 20),
        Settings(organisation=Organisation(name="เทศบาลใหม่", former_names=former)),
        "https://www.example.go.th/",
    )["feed.xml"]

    names = [re.findall(b"<id>(.*?)</id>", body) for body in (here, there)]
    assert len(names[0]) == 3
    assert names[0] == names[1]
    assert entries(there)[0]["href"] == "https://www.example.go.th/fy2568/2567-10/index.html"


def test_links_bear_the_address_where_it_is_told() -> None:
    files = site(base_url="https://www.example.go.th/สขร/?a=1&b")
    base = "https://www.example.go.th/%E0%B8%AA%E0%B8%82%E0%B8%A3/?a=1&b/"

    assert all(one["href"].startswith(base) for one in entries(files["feed.xml"]))
    assert {one["href"].removeprefix(base) for one in entries(files["feed.xml"])} <= files.keys()
    assert {one["href"] for one in entries(site()["feed.xml"])} <= files.keys()


def test_the_feed_ends_after_its_longest_and_keeps_the_newest() -> None:
    months = [Month(2560 + n // 12, n % 12 + 1) for n in range(LONGEST + 3)]
    every = [month(ROW, month=one, published_on=one.following.first) for one in months]

    found = entries(made(every))

    assert len(found) == LONGEST
    assert found[0]["published"][:10] == months[-1].following.first.isoformat()


def test_a_site_without_a_month_has_a_feed_without_an_entry() -> None:
    body = assemble(Summaries((), ()), [year()], {}, settings())["feed.xml"]

    assert entries(body) == []
    assert b"<updated>2025-02-20T00:00:00+07:00</updated>" in body


def test_every_page_names_the_feed() -> None:
    for path, body in site().items():
        if path.endswith(".html") and not path.endswith(FRAGMENT):  # a part of another's page
            (link,) = parse(body).find("link", type="application/atom+xml")
            assert link.attributes["href"] == "../" * path.count("/") + "feed.xml"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_reason_and_no_name_changes_the_feed_around_it(payload: str) -> None:
    def feed_of(text: str) -> bytes:
        every = revisions((ROW,), (OTHER,), reasons=(replace(REASON, reason=f"เพราะ{text}ไง"),))
        return made(every)

    hostile, harmless = (etree.fromstring(feed_of(text)) for text in (payload, "ข้อความ"))
    assert [e.tag for e in hostile.iter()] == [e.tag for e in harmless.iter()]


def test_the_gate_looks_into_feed_and_difference() -> None:
    """Its own names of entries are no numbers of people; a number in a reason is."""
    number = "1-2345-67890-12-1"
    before, now = revisions((ROW,), (OTHER,), reasons=(replace(REASON, reason=number),))

    gate({"feed.xml": made(revisions((ROW,), (OTHER,)))})
    with pytest.raises(PersonalDataError, match=r"feed\.xml"):
        gate({"feed.xml": made([before, now])})
    with pytest.raises(PersonalDataError, match=r"difference\.json"):
        gate({"difference.json": difference.render(before)["difference.json"]})


def test_the_name_of_an_entry_is_never_taken_for_a_number_of_a_person() -> None:
    body = made(revisions((ROW,)))
    alike = b"urn:uuid:12345678-9012-5123-9456-123456789012"
    assert gate({"feed.xml": re.sub(rb"urn:uuid:[0-9a-f-]+", alike, body)})


def test_a_correction_counts_from_the_revision_before_it() -> None:
    before, now = revisions((ROW,), (OTHER,))

    change = correction(before, now)
    assert isinstance(change, Correction)
    assert (change.before, change.after, change.day) == (1, 2, now.published_on)
    assert status(now).revision == change.after
