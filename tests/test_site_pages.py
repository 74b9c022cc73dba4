"""Menu, suppliers, rows, corrections, about the data, English: what each page promises."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from pipeline import examples
from pipeline.difference import births
from pipeline.formats import difference, html
from pipeline.gate import gate
from pipeline.pages import numbered
from pipeline.places import place_of
from pipeline.site import assemble
from pipeline.site.about import ABOUT, ENGLISH
from pipeline.site.corrections import LONGEST, REGISTER
from pipeline.site.suppliers import BY_AMOUNT, INDEX, LONGEST_INDEX, LONGEST_PAGE, slugs
from pipeline.summarise import Summaries, correction
from schemas.config import Ita, OpenData, Organisation, Settings, Site
from schemas.difference import FIELD_WORDS
from schemas.explanation import Explanation
from schemas.ita import ItaItems, items_of
from schemas.month import Month
from schemas.personal import is_person
from schemas.procurement import Bid, Procurement
from schemas.site_words import MEANINGS
from schemas.summary import MonthlySummary
from schemas.thai import UNKNOWN, initial, thai_order
from tests.conftest import Office
from tests.test_pages import (
    DECEMBER,
    EXPLANATION,
    FY,
    NAME,
    NOTHING_KNOWN,
    NOVEMBER,
    OCTOBER,
    PAYLOADS,
    PLACE,
    ROW,
    Tag,
    is_page,
    month,
    parse,
    status,
    words,
    year,
)

WHY = Explanation("revision-reason", "พิมพ์ราคาผิด", "นางสมมุติ", date(2024, 12, 2))
SECOND = replace(
    ROW, number=2, title="จ้างซ่อมถนน", supplier="บริษัท ก้าวหน้า จำกัด", contract_number="ค/ง"
)
THIRD = replace(ROW, number=3, title="ซื้อครุภัณฑ์", supplier="นายสมมุติ ไม่มีจริง", contract_number="จ/ฉ")


def revisions(*rows: Sequence[Procurement], of: Month = OCTOBER) -> list[MonthlySummary]:
    """The revisions of a month with these rows, as ``summarise`` makes them."""
    plain = [
        month(
            *own,
            month=of,
            revision=number,
            published_on=date(2024, 11, 5) + timedelta(number),
            superseded=number < len(rows),
        )
        for number, own in enumerate(rows, 1)
    ]
    changes = [replace(correction(old, new), explanations=(WHY,)) for old, new in pairwise(plain)]
    numbers = births([one.rows for one in plain])
    beside = zip(plain, (None, *changes), (*changes, None), numbers, strict=True)
    return [replace(s, corrected=c, replaced=r, births=own) for s, c, r, own in beside]


def made(*months: Sequence[MonthlySummary], base: str = "", **more: object) -> dict[str, bytes]:
    """The site of these months, each given by its revisions."""
    public = tuple(one[-1] for one in months)
    superseded = tuple(old for one in months for old in one[:-1])
    summaries = Summaries(public, superseded)
    settings = Settings(
        organisation=Organisation(name=NAME, place=PLACE),
        site=Site(base_url=base),
        **more,  # type: ignore[arg-type]  # the tests name real fields
    )
    rendered = {
        place_of(one) + name: content
        for one in (*public, *superseded)
        for name, content in pages_alone(one).items()
    }
    return assemble(summaries, [year(*map(status, public))], rendered, settings)


def pages_alone(summary: MonthlySummary) -> dict[str, bytes]:
    """The page and what it changed; PDF and workbook take long and are tested elsewhere."""
    files = difference.render(summary)
    return files | html.render(summary, files)


def rows_of(tree: Tag, at: int = 0) -> list[list[str]]:
    body = tree.find("table")[at].find("tbody")
    return [
        [words(cell) for cell in line.children if isinstance(cell, Tag)]
        for part in body
        for line in part.find("tr")
    ]


def facts(tree: Tag) -> dict[str, str]:
    return {
        words(pair.one("dt")): words(pair.one("dd"))
        for box in tree.find("dl", class_="facts")
        for pair in box.find("div")
    }


# ---- the menu


def test_every_page_has_the_menu_and_says_where_it_stands() -> None:
    files = made(revisions([ROW], [ROW, SECOND]), revisions([THIRD], of=NOVEMBER))
    current = {}
    for path, body in files.items():
        if is_page(path):
            menu = parse(body).one("nav", class_="menu")
            assert len(menu.find("a")) >= 6, path
            here = [a for a in menu.find("a") if "aria-current" in a.attributes]
            current[path] = [(words(a), a.attributes["aria-current"]) for a in here]

    assert current["index.html"] == [("หน้าแรก", "page")]
    assert current[INDEX] == [("ผู้ขายและผู้รับจ้าง", "page")]
    assert current[BY_AMOUNT] == [("ผู้ขายและผู้รับจ้าง", "true")]
    assert current[REGISTER] == [("รายการแก้ไข", "page")]
    assert current[ABOUT] == [("เกี่ยวกับข้อมูล", "page")]
    assert current["verify.html"] == [("วิธีตรวจสอบ", "page")]
    assert current[ENGLISH] == [("English", "page")]
    assert current["fy2568/2567-10/index.html"] == []
    assert current["fy2568/2567-10/revisions/1/index.html"] == []


def test_a_superseded_page_stays_as_it_was_when_more_is_published() -> None:
    first, second = [ROW], [ROW, SECOND]
    old = "fy2568/2567-10/revisions/1/index.html"
    before = made(revisions(first, second))
    after = made(revisions(first, second, [SECOND, THIRD]), revisions([THIRD], of=NOVEMBER))

    assert before[old] == after[old]


# ---- suppliers


def test_a_supplier_is_a_name_and_nothing_is_guessed() -> None:
    spelled = ("บริษัท ก้าวหน้า จำกัด", "บริษัท  ก้าวหน้า จำกัด ", "บจก. ก้าวหน้า", "บริษัท ก้าวหน้าจำกัด")
    rows = [replace(ROW, supplier=name) for name in spelled]
    files = made(revisions(rows))

    index = rows_of(parse(files[INDEX]))
    assert sorted((line[0], line[1]) for line in index) == [
        ("บจก. ก้าวหน้า", "๑"),
        ("บริษัท ก้าวหน้า จำกัด", "๒"),
        ("บริษัท ก้าวหน้าจำกัด", "๑"),
    ]


def test_suppliers_stand_in_thai_order_without_their_heads_below_their_letters() -> None:
    names = ("ร้านเอ", "บริษัท กา จำกัด", "Zeta", "นายแก้ว ไม่มีจริง", "(2) ทดลอง", "เกาะ", "ABC")
    tree = parse(made(revisions([replace(ROW, supplier=name) for name in names]))[INDEX])

    assert [line[0] for line in rows_of(tree)] == [
        *("บริษัท กา จำกัด", "เกาะ", "นายแก้ว ไม่มีจริง", "ร้านเอ", "ABC", "Zeta", "(2) ทดลอง"),
    ]
    letters = tree.one("nav", class_="letters").find("a")
    assert [words(a) for a in letters] == ["ก", "อ", "A", "Z", "อื่น ๆ"]
    ids = [body.attributes["id"] for body in tree.find("tbody")]
    assert [a.attributes["href"] for a in letters] == [f"index.html#{one}" for one in ids]


@pytest.mark.parametrize(
    ("lower", "higher"), [("กา", "ก่า"), ("ขา", "ค่า"), ("เกา", "แก"), ("กอ", "เกา"), ("เกา", "ขา")]
)
def test_thai_order(lower: str, higher: str) -> None:
    assert thai_order(lower) < thai_order(higher)
    assert initial(lower) <= initial(higher)


def test_by_amount_the_dearest_stands_first_and_the_unknown_last() -> None:
    free = replace(ROW, supplier="ให้เปล่า", agreed_price=0)
    untold = replace(ROW, supplier="กไม่บอก", agreed_price=None)
    tree = parse(made(revisions([untold, free, ROW, replace(ROW, agreed_price=None)]))[BY_AMOUNT])

    assert rows_of(tree) == [
        ["ร้านสมมุติ", "๒", "๑๐๖,๐๐๐.๐๐ ไม่รวม ๑ รายการที่ไม่ระบุ"],
        ["ให้เปล่า", "๑", "๐.๐๐"],
        ["กไม่บอก", "๑", UNKNOWN],
    ]


def test_the_index_says_how_many_rows_have_no_supplier_and_how_complete_it_is() -> None:
    tree = parse(made(revisions([ROW, NOTHING_KNOWN, NOTHING_KNOWN]))[INDEX])
    said = words(tree.one("section", aria_labelledby="what"))

    assert "๑ ชื่อ จาก ๓ รายการ" in said
    assert "ปีงบประมาณ พ.ศ. ๒๕๖๘ ครบ ๑ จาก ๑๒ เดือน" in said
    assert "มี ๒ รายการที่ไม่ระบุผู้ได้รับการคัดเลือก" in said
    assert len(rows_of(tree)) == 1


def test_a_supplier_s_page_has_its_purchases_newest_first_and_complete_sums() -> None:
    mine = replace(SECOND, supplier=ROW.supplier, agreed_price=None, contract_date=None)
    files = made(revisions([ROW, SECOND, mine]), revisions([THIRD, ROW], of=NOVEMBER))
    (slug,) = slugs([month(ROW)]).values()
    tree = parse(files[f"suppliers/{slug}.html"])

    assert [words(dd) for dd in tree.one("dl", class_="totals").find("dd")] == [
        "๓ รายการ",
        "๒๑๒,๐๐๐.๐๐ บาท ไม่รวม ๑ รายการที่ไม่ระบุจำนวนเงิน",
    ]
    assert rows_of(tree) == [
        ["พ.ศ. ๒๕๖๘", "ครบ ๒ จาก ๑๒ เดือน", "๓", "๒๑๒,๐๐๐.๐๐ ไม่รวม ๑ รายการที่ไม่ระบุ"]
    ]
    assert [(line[1], line[2], line[3]) for line in rows_of(tree, 1)] == [
        ("พฤศจิกายน ๒๕๖๗ รายการที่ ๒", "๑ ตุลาคม ๒๕๖๗", "๑๐๖,๐๐๐.๐๐"),
        ("ตุลาคม ๒๕๖๗ รายการที่ ๓", UNKNOWN, UNKNOWN),
        ("ตุลาคม ๒๕๖๗ รายการที่ ๑", "๑ ตุลาคม ๒๕๖๗", "๑๐๖,๐๐๐.๐๐"),
    ]
    links = [a.attributes["href"] for a in tree.find("table")[1].find("a")]
    assert links[:2] == [
        "../fy2568/2567-11/procurements/2.html",
        "../fy2568/2567-11/index.html#r2",
    ]


def test_two_names_whose_digests_begin_alike_have_two_pages() -> None:
    """Both begin with 3181816f8ec3: found by trying thirty million names."""
    alike = ("ร้าน 8682656", "ร้าน 12619773")
    found = slugs([month(*(replace(ROW, supplier=name) for name in alike))])

    assert {slug[:12] for slug in found.values()} == {"3181816f8ec3"}
    assert {len(slug) for slug in found.values()} == {64}
    assert len(set(found.values())) == 2


def test_what_one_page_cannot_hold_goes_on_in_the_next_and_nobody_is_lost() -> None:
    names = [f"ร้าน {chr(0x0E01 + at % 40)}{at}" for at in range(2 * LONGEST_INDEX + 1)]
    rows = [replace(ROW, supplier=name) for name in names]
    many = [replace(ROW, number=at) for at in range(LONGEST_PAGE + 1)]
    files = made(revisions([*rows, *many]))

    for path in (INDEX, BY_AMOUNT):
        parts = [rows_of(parse(files[numbered(path, number)])) for number in (1, 2, 3)]
        assert {line[0] for part in parts for line in part} == {*names, "ร้านสมมุติ"}
    (slug,) = slugs([month(ROW)]).values()
    assert len(rows_of(parse(files[f"suppliers/{slug}.html"]), 1)) == LONGEST_PAGE
    assert len(rows_of(parse(files[f"suppliers/{slug}-2.html"]), 1)) == 1
    sizes = {path: len(body) for path, body in files.items() if path.startswith("suppliers/")}
    assert max(sizes.values()) < 150_000


@pytest.mark.parametrize(
    "name",
    [
        *("นายสมมุติ ไม่มีจริง", "นาง สมมุติ", "นางสาวสมมุติ", "น.ส.สมมุติ", "ด.ต.สมมุติ", "ว่าที่ร้อยตรีสมมุติ"),
        *("ร้านก้าวหน้า โดยนายสมมุติ", "อู่ก้าวหน้า (นางสมมุติ)", "Mr. Nobody", "พ.ต.ท.สมมุติ", "ส.ต.อ.สมมุติ"),
    ],
)
def test_a_person_is_known_by_the_head_of_the_name(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name",
    ["ร้านนายช่าง", "บริษัท ก้าวหน้า จำกัด", "หจก.พลเอกการโยธา", "สหกรณ์โคนม", "ดีเจริญ", "Missing Co"],
)
def test_a_firm_is_no_person(name: str) -> None:
    assert not is_person(name)


def test_persons_withdrawn_and_superseded_are_neither_indexed_nor_in_the_map() -> None:
    with_person = replace(SECOND, bids=(Bid("นางไม่มีจริง", 1),))
    files = made(
        revisions([ROW, SECOND], [ROW]),
        revisions([ROW, THIRD, with_person], of=NOVEMBER),
        base="https://www.example.go.th/",
    )
    found = slugs([month(ROW, THIRD)])
    hidden = {
        "fy2568/2567-10/revisions/1/index.html",
        "fy2568/2567-10/procurements/2.html",
        "fy2568/2567-11/procurements/2.html",
        "fy2568/2567-11/procurements/3.html",
        f"suppliers/{found['นายสมมุติ ไม่มีจริง']}.html",
    }
    pages = {path for path in files if is_page(path)}
    root = ET.fromstring(files["sitemap.xml"])  # noqa: S314 - our own output
    places = [loc.text or "" for loc in root.iter() if loc.tag.endswith("loc")]

    refusing = {p for p in pages if parse(files[p]).find("meta", name="robots", content="noindex")}
    assert refusing == hidden
    assert {place.removeprefix("https://www.example.go.th/") for place in places} == pages - hidden


# ---- a page for each row


def test_a_row_s_page_states_every_field_where_it_comes_from_and_its_name() -> None:
    row = replace(ROW, bids=(Bid("ร้าน ก", 100), Bid(None, None)), egp_project_number="กขค")
    files = made(
        [replace(revisions([SECOND, row])[0], explanations={1: (EXPLANATION,)})],
        open_data=OpenData(ocid_prefix="ocds-abc123"),
    )
    tree = parse(files["fy2568/2567-10/procurements/2.html"])
    (slug,) = slugs([month(ROW)]).values()

    assert words(tree.one("h1")) == "ซื้อวัสดุ"
    assert facts(tree) == {
        "ลำดับที่": "๑",
        "วงเงินที่จะซื้อหรือจ้าง": "๑๐๘,๐๐๐.๐๐ บาท",
        "ราคากลาง": "๑๐๗,๐๐๐.๐๐ บาท",
        "วิธีซื้อหรือจ้าง": "เฉพาะเจาะจง",
        "ผู้ได้รับการคัดเลือก": "ร้านสมมุติ",
        "ราคาที่ตกลงซื้อหรือจ้าง": "๑๐๖,๐๐๐.๐๐ บาท",
        "เหตุผลที่คัดเลือกโดยสรุป": "ราคาต่ำสุด",
        "เลขที่ของสัญญาหรือข้อตกลง": "ก/ข",
        "วันที่ของสัญญาหรือข้อตกลง": "๑ ตุลาคม ๒๕๖๗",
        "เลขที่โครงการ": "กขค",
        "เลขคุมสัญญา": UNKNOWN,
        "ไฟล์": "ตุลาคม.xlsx",
        "แผ่นงาน": "แผ่นแรก",
        "แถวที่": "๗",
        "รหัสกระบวนการ (ocid)": "ocds-abc123-2567-10-2",
    }
    assert rows_of(tree) == [["ร้าน ก", "๑.๐๐"], [UNKNOWN, UNKNOWN]]
    assert "ราคาวัสดุสูงขึ้น" in words(tree.one("section", aria_labelledby="explanations"))
    assert "ยังไม่มีข้อมูลประกาศ" in words(tree.one("section", aria_labelledby="announcements"))
    links = {a.attributes["href"] for a in tree.one("main").find("a")}
    assert links == {"../index.html#r2", f"../../../suppliers/{slug}.html"}


def test_a_row_without_anything_says_unknown_and_no_number() -> None:
    tree = parse(made(revisions([NOTHING_KNOWN]))["fy2568/2567-10/procurements/1.html"])
    told = {name: value for name, value in facts(tree).items() if name in FIELD_WORDS.values()}

    assert words(tree.one("h1")) == "ไม่ระบุชื่องาน"
    assert set(told.values()) == {UNKNOWN}
    assert len(told) == len(FIELD_WORDS) - 2  # the title is the heading, bidders have a table
    assert words(tree.one("section", aria_labelledby="bids")) == f"ผู้เสนอราคา {UNKNOWN}"


def test_the_name_of_a_row_is_the_one_of_its_ocid_and_never_moves() -> None:
    """A row put in front moves the others down; their pages stay, and the month leads there."""
    files = made(revisions([ROW, SECOND], [THIRD, ROW, SECOND]))

    titles = [
        words(parse(files[f"fy2568/2567-10/procurements/{n}.html"]).one("h1")) for n in (1, 2, 3)
    ]
    assert titles == ["ซื้อวัสดุ", "จ้างซ่อมถนน", "ซื้อครุภัณฑ์"]
    month_page = parse(files["fy2568/2567-10/index.html"])
    assert [
        row.one("span", class_="refs").find("a")[0].attributes["href"]
        for row in month_page.one("table", class_="rows").find("tr")[1:]
    ] == [f"procurements/{n}.html" for n in (3, 1, 2)]
    old = parse(files["fy2568/2567-10/revisions/1/index.html"])
    assert [
        row.one("span", class_="refs").find("a")[0].attributes["href"]
        for row in old.one("table", class_="rows").find("tr")[1:]
    ] == [f"../../procurements/{n}.html" for n in (1, 2)]


def test_a_row_tells_what_each_correction_did_to_it() -> None:
    dearer = replace(ROW, agreed_price=10_700_000)
    files = made(revisions([dearer], [ROW, SECOND], [SECOND], [SECOND, ROW]))
    said = words(
        parse(files["fy2568/2567-10/procurements/1.html"]).one(
            "section", aria_labelledby="history"
        )
    )

    assert re.findall("แก้ไขค่า|ลบรายการนี้|นำรายการนี้กลับมา|เพิ่มรายการนี้", said) == [
        *("แก้ไขค่า", "ลบรายการนี้", "นำรายการนี้กลับมา"),
    ]
    assert "เดิม ๑๐๗,๐๐๐.๐๐ บาท แก้เป็น ๑๐๖,๐๐๐.๐๐ บาท" in said
    assert said.count("พิมพ์ราคาผิด") == 3
    other = parse(files["fy2568/2567-10/procurements/2.html"])
    assert "เพิ่มรายการนี้ ฉบับที่ ๒ แทนที่ฉบับที่ ๑ เมื่อวันที่ ๗ พฤศจิกายน ๒๕๖๗" in words(
        other.one("section", aria_labelledby="history")
    )
    untouched = made(revisions([ROW], [ROW, SECOND]))["fy2568/2567-10/procurements/1.html"]
    assert "ไม่มีการแก้ไขตั้งแต่เผยแพร่ครั้งแรก" in words(parse(untouched))


def test_a_row_that_vanished_keeps_its_address_and_says_why() -> None:
    files = made(revisions([ROW, SECOND, THIRD], [ROW, THIRD], [THIRD]))
    tree = parse(files["fy2568/2567-10/procurements/1.html"])
    said = words(tree.one("main"))

    assert words(tree.one("h1")) == "รายการนี้ถูกถอนออกแล้ว"
    assert "ฉบับที่ ๓ ไม่มีรายการนี้ เผยแพร่เมื่อวันที่ ๘ พฤศจิกายน ๒๕๖๗" in said
    assert "พิมพ์ราคาผิด" in said
    assert "ซื้อวัสดุ" not in said
    links = [a.attributes["href"] for a in tree.one("main").find("a")]
    assert links[0] == "../../../fy2568/2567-10/revisions/2/index.html#r1"


# ---- corrections


def test_the_register_has_every_correction_newest_first() -> None:
    files = made(revisions([ROW], [ROW, SECOND], [SECOND]), revisions([THIRD], [ROW], of=NOVEMBER))
    tree = parse(files[REGISTER])
    entries = [words(one) for one in tree.one("ol", class_="changes register").find("h2")]

    assert entries == [
        "๘ พฤศจิกายน ๒๕๖๗ เดือนตุลาคม ๒๕๖๗",
        "๗ พฤศจิกายน ๒๕๖๗ เดือนพฤศจิกายน ๒๕๖๗",
        "๗ พฤศจิกายน ๒๕๖๗ เดือนตุลาคม ๒๕๖๗",
    ]
    said = words(tree.one("main"))
    assert "มีการแก้ไขทั้งหมด ๓ ครั้ง" in said
    assert "ฉบับที่ ๓ แทนที่ฉบับที่ ๒: ลบ ๑ รายการ" in said
    assert "ฉบับที่ ๒ แทนที่ฉบับที่ ๑: เพิ่ม ๑ รายการ ลบ ๑ รายการ" in said
    assert said.count("พิมพ์ราคาผิด") == 3
    links = [a.attributes["href"] for a in tree.one("ol", class_="changes register").find("a")]
    assert links[:3] == [
        "fy2568/2567-10/revisions/2/index.html#correction",
        "fy2568/2567-10/index.html",
        "fy2568/2567-10/revisions/2/difference.json",
    ]


def test_a_register_without_a_correction_says_so_and_a_long_one_goes_on() -> None:
    assert "ยังไม่มีการแก้ไข" in words(parse(made(revisions([ROW]))[REGISTER]).one("main"))

    many = [[replace(ROW, agreed_price=price)] for price in range(1, LONGEST + 3)]
    files = made(revisions(*many))
    pages = [parse(files[numbered(REGISTER, number)]) for number in (1, 2)]
    lists = [one.one("ol", class_="changes register") for one in pages]
    assert [len(one.find("h2")) for one in lists] == [LONGEST, 1]


# ---- about the data, English, front page


def test_every_published_field_is_explained() -> None:
    assert MEANINGS.keys() == FIELD_WORDS.keys()
    told = rows_of(parse(made(revisions([ROW]))[ABOUT]))
    assert [line[0] for line in told] == list(FIELD_WORDS.values())


def test_the_page_about_the_data_says_what_the_configuration_tells_and_no_more() -> None:
    silent = words(parse(made(revisions([ROW]))[ABOUT]))
    told = OpenData(
        license="https://creativecommons.org/licenses/by/4.0/",
        contact_name="งานพัสดุ",
        contact_email="data@example.go.th",
    )
    speaking = words(parse(made(revisions([ROW]), open_data=told)[ABOUT]))

    assert "ยังไม่ได้ระบุสัญญาอนุญาต" in silent
    assert "ผู้ติดต่อ" not in silent
    assert "สัญญาอนุญาต https://creativecommons.org/licenses/by/4.0/" in speaking
    assert "งานพัสดุ data@example.go.th" in speaking
    assert "ครบ ๑ จาก ๑๒ เดือน" in silent


def test_the_items_of_the_assessment_are_those_of_the_year() -> None:
    known = parse(made(revisions([ROW]))[ABOUT]).one("section", aria_labelledby="ita")
    other = ItaItems(fiscal_year=FY, monthly="O99")
    told = parse(made(revisions([ROW]), ita=Ita(items=(other,)))[ABOUT])

    assert [words(code) for code in known.find("code")] == ["O12", "O13"]
    ours = told.one("section", aria_labelledby="ita")
    assert [words(code) for code in ours.find("code")] == ["O99"]
    assert ours.one("a").attributes["href"] == f"fy{FY}/index.html"
    assert items_of(2570, ()) is None


def test_the_summary_in_english_says_how_complete_its_sums_are() -> None:
    nil = [month(month=DECEMBER, nil=True)]
    files = made(revisions([ROW, NOTHING_KNOWN]), revisions([ROW], of=NOVEMBER), nil)
    tree = parse(files[ENGLISH])

    assert tree.one("html").attributes["lang"] == "en"
    assert tree.one("nav", class_="menu").attributes["lang"] == "th"
    said = words(tree.one("section", aria_labelledby="fy2568"))
    assert "3 of 12 months published, 3 purchases." in said
    assert "212,000.00 baht without 1 purchase that states no price" in said
    assert rows_of(tree) == [
        ["October 2024", "2", "106,000.00 without 1 purchase that states no price"],
        ["November 2024", "1", "106,000.00"],
        ["December 2024", "0", "nothing was bought"],
    ]
    assert not re.search("[๐-๙]", tree.one("main").text)


def test_the_front_page_has_the_sum_of_each_year_and_how_much_of_it_is_there() -> None:
    files = made(revisions([ROW, NOTHING_KNOWN]), revisions([ROW], of=NOVEMBER))
    section = parse(files["index.html"]).one("section", aria_labelledby="fy2568")

    assert [words(dd) for dd in section.one("dl", class_="totals").find("dd")] == [
        "ครบ ๒ จาก ๑๒ เดือน",
        "๓ รายการ",
        "๒๑๒,๐๐๐.๐๐ บาท ไม่รวม ๑ รายการที่ไม่ระบุจำนวนเงิน",
    ]
    links = {a.attributes["href"] for a in parse(files["index.html"]).one("main").find("a")}
    assert {INDEX, REGISTER, ABOUT, ENGLISH, "verify.html"} <= links


# ---- strangers' text, the gate, the whole way


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_stranger_changes_the_pages_of_rows_and_suppliers(payload: str) -> None:
    def drawn(text: str) -> dict[str, Tag]:
        row = replace(
            ROW,
            title=text,
            procurement_method=text,
            bids=(Bid(text, 1),),
            supplier=text,
            selection_reason=text,
            contract_number=text,
            egp_project_number=text,
        )
        why = replace(WHY, reason=text, by=text)
        months = revisions([replace(row, agreed_price=1), SECOND], [row])
        told = [
            replace(
                one,
                corrected=one.corrected and replace(one.corrected, explanations=(why,)),
                replaced=one.replaced and replace(one.replaced, explanations=(why,)),
            )
            for one in months
        ]
        files = made(told)
        (slug,) = slugs([told[-1]]).values()
        places = {
            "row": "fy2568/2567-10/procurements/1.html",
            "withdrawn": "fy2568/2567-10/procurements/2.html",
            "register": REGISTER,
            "index": INDEX,
            "supplier": f"suppliers/{slug}.html",
        }
        return {name: parse(files[path]) for name, path in places.items()}

    def shape(tree: Tag) -> list[tuple[str, list[str]]]:
        # Slugs and the letter of a name differ with the name: made by us all the same.
        return [(tag.name, sorted(tag.attributes)) for tag in tree.all]

    # A name is shown without what cannot be seen.
    bare = " ".join(payload.replace("\u202e", "").split())
    hostile, harmless = drawn(payload), drawn("ข้อความ")
    for name, tree in hostile.items():
        assert shape(tree) == shape(harmless[name]), name
        assert bare in words(tree).replace("\u202e", ""), name
        for tag in tree.all:
            for attribute in ("href", "src", "id", "class"):
                value = tag.attributes.get(attribute, "")
                assert re.fullmatch(r"[a-z0-9 ./#_-]*", value, re.IGNORECASE), (name, value)


def test_what_the_program_publishes_has_its_pages(office: Office) -> None:
    """From a workbook to the page of a row, with the gate between: nothing is made by hand."""
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=4)
    office.drop(book.file, examples.to_bytes(book))
    office.one_pass(date(2025, 2, 4))

    place = office.public / "fy2568" / "2568-01"
    ocds = (office.public / "fy2568" / "ocds-fy2568.json").read_text(encoding="utf-8")
    pages = sorted(path.name for path in (place / "procurements").iterdir())
    assert pages == ["1.html", "2.html", "3.html", "4.html"]
    for name in pages:
        tree = parse((place / "procurements" / name).read_bytes())
        assert f'"ocid": "{facts(tree)["รหัสกระบวนการ (ocid)"]}"' in ocds
        position = tree.one("main").find("a")[0].attributes["href"].removeprefix("../index.html#r")
        row = office.month("2568-01")["rows"][int(position) - 1]
        assert row["title"] == tree.one("h1").text.strip()
    assert (office.public / REGISTER).is_file()


def test_no_page_is_heavy() -> None:
    long = "ก" * 200
    rows = [replace(ROW, title=f"{long}{at}", supplier=f"{long}{at % 90}") for at in range(120)]
    files = made(revisions(rows))

    for path, body in files.items():
        if path.endswith(".html") and not path.startswith("fy2568/2567-10/index"):
            assert len(body) < 150_000, path
    assert gate(files) == files
