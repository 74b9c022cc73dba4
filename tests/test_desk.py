"""Finance's own page: what waits stands first, every link leads, no day but the ledger's."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from pipeline import examples
from pipeline.desk import DESK, FREQUENT, RECENT, desk_page
from pipeline.due import due_day
from pipeline.ledger import Ledger
from pipeline.reply import write_replies
from schemas.config import Settings
from schemas.finding import Finding
from schemas.history import History, Latest, MonthOfDrop, PastDrop
from schemas.month import Month, fiscal_months
from schemas.rules import RULE, RULES
from tests.conftest import Office
from tests.test_pages import Tag, parse

JANUARY, FEBRUARY, MARCH = Month(2568, 1), Month(2568, 2), Month(2568, 3)
EARLY = date(2025, 2, 4)  # before the due day of January
DUE = date(2025, 2, 7)
WAITS = "เรื่องที่รอท่านดำเนินการ"
OPEN = "เผยแพร่แล้ว แต่ยังมีข้อที่ควรชี้แจง"


def book(month: Month, *, without_price: int = 0, unreadable: int = 0, rows: int = 4) -> bytes:
    """A month's workbook: so many rows without reference price, so many with a word as budget."""
    made = examples.example_month(month, "nine-columns", rows)
    cells = [(row.source.sheet, row.source.row) for row in made.expected]
    for sheet, row in cells[:without_price]:
        made = examples.replace_cell(made, sheet, f"D{row}", "-")
    for sheet, row in cells[:unreadable]:
        made = examples.replace_cell(made, sheet, f"C{row}", "ห้าหมื่น")
    return examples.to_bytes(made)


def desk(office: Office) -> Tag:
    return parse_page((office.workspace.output / DESK).read_bytes())


def parse_page(content: bytes) -> Tag:
    # The pages of the site have no drawings within: the parser wants every element closed.
    return parse(re.sub(rb"<(use|path) ([^>]*)/>", rb"<\1 \2></\1>", content))


def words(tag: Tag) -> str:
    return " ".join(tag.text.split())


def section(page: Tag, heading: str) -> list[Tag]:
    """What stands between a heading of the second order and the next one."""
    (main,) = page.find("main")
    found: list[Tag] = []
    inside = False
    for tag in (child for child in main.children if isinstance(child, Tag)):
        if tag.name == "h2":
            inside = words(tag) == heading
        elif inside:
            found.append(tag)
    return found


def told(page: Tag, heading: str) -> str:
    return " ".join(words(tag) for tag in section(page, heading))


def boxes(page: Tag) -> list[str]:
    return [words(tag) for tag in section(page, WAITS) if tag.name == "div"]


def month_row(page: Tag, month: Month) -> list[str]:
    (row,) = [
        row
        for row in page.find("tr")
        if any(words(head) == month.words for head in row.find("th", scope="row"))
    ]
    return [words(cell) for cell in row.children if isinstance(cell, Tag)]


def links(page: Tag) -> list[str]:
    return [unquote(tag.attributes["href"]) for tag in page.find("a")]


def every_link_leads(office: Office) -> list[str]:
    page = desk(office)
    found = links(page)
    for href in found:
        assert "://" not in href
        assert (office.workspace.replies / href).is_file(), href
    ids = {tag.attributes["id"] for tag in page.all if "id" in tag.attributes}
    assert {tag.attributes["href"].removeprefix("#") for tag in page.find("use")} <= ids
    return found


# ---- what waits


def test_a_returned_month_stands_first_with_its_file_day_and_points(office: Office) -> None:
    office.drop("ม.ค.xlsx", book(JANUARY, unreadable=2, without_price=1))
    office.one_pass(EARLY)
    page = desk(office)

    (box, *_) = boxes(page)
    assert box == (
        "ม.ค.xlsx เดือนมกราคม 2568: ส่งกลับให้แก้ไข ต้องแก้ไข 2 ข้อ และแก้ไขหรือชี้แจง 1 ข้อ "
        "กำหนดเผยแพร่ 7 กุมภาพันธ์ 2568 ใบตอบรับ ไฟล์ที่ทำเครื่องหมายไว้"
    )
    assert "ส่งกลับให้แก้ไข 1 ไฟล์" in told(page, WAITS)
    assert every_link_leads(office) == ["ม.ค/ใบตอบรับ.html", "ม.ค/ม.ค.xlsx"] * 3
    assert month_row(page, JANUARY) == [
        "มกราคม 2568",
        "ส่งกลับให้แก้ไข",
        "–ยังไม่เผยแพร่",
        "7 กุมภาพันธ์ 2568",
        "ยังไม่ถึงกำหนด",
        "ม.ค.xlsx ใบตอบรับ ไฟล์ที่ทำเครื่องหมายไว้",
    ]


def test_a_file_that_nobody_can_read_waits_without_a_month(office: Office) -> None:
    office.drop("แบบ.xlsx", b"%PDF-1.7 nothing")
    office.one_pass(EARLY)
    page = desk(office)

    assert boxes(page) == ["แบบ.xlsx ทั้งไฟล์: ส่งกลับให้แก้ไข ต้องแก้ไข 1 ข้อ ใบตอบรับ"]
    assert "4 กุมภาพันธ์ 2568" in words(page.find("main")[0])
    assert every_link_leads(office)


def test_a_question_waits_until_its_due_day_and_then_has_a_list_of_its_own(office: Office) -> None:
    office.drop("ม.ค.xlsx", book(JANUARY, without_price=3))
    office.one_pass(EARLY)
    before = desk(office)
    office.one_pass(DUE)
    after = desk(office)

    assert boxes(before)[0] == (
        "ม.ค.xlsx เดือนมกราคม 2568: รอคำชี้แจง แก้ไขหรือชี้แจง 3 ข้อ กำหนดเผยแพร่ 7 กุมภาพันธ์ 2568 "
        "เมื่อถึงวันครบกำหนดจะเผยแพร่ตามที่เป็น ใบตอบรับ ไฟล์ที่ทำเครื่องหมายไว้"
    )
    assert not section(before, OPEN)
    assert "ม.ค.xlsx" not in told(after, WAITS)
    assert "เดือนมกราคม 2568: แก้ไขหรือชี้แจง 3 ข้อ ในไฟล์ ม.ค.xlsx ใบตอบรับ ไฟล์ที่ทำเครื่องหมายไว้" in told(
        after, OPEN
    )
    assert month_row(after, JANUARY)[1:5] == [
        "เผยแพร่แล้ว",
        "4",
        "7 กุมภาพันธ์ 2568",
        "ทันกำหนด เผยแพร่ 7 กุมภาพันธ์ 2568",
    ]
    assert every_link_leads(office)


def test_the_same_rows_saved_again_keep_their_link_and_their_open_points(office: Office) -> None:
    first = book(JANUARY, without_price=2)
    again = first + b"\0" * 10  # other bytes, the same workbook
    office.drop("ม.ค.xlsx", first)
    office.one_pass(DUE)
    office.drop("ม.ค.xlsx", again)
    done = office.one_pass(DUE + timedelta(days=1))
    page = desk(office)

    assert [answer.outcome for answer in done.answers] == ["unchanged"]
    assert month_row(page, JANUARY)[5] == "ม.ค.xlsx ใบตอบรับ ไฟล์ที่ทำเครื่องหมายไว้"
    assert "แก้ไขหรือชี้แจง 2 ข้อ ในไฟล์ ม.ค.xlsx ใบตอบรับ ไฟล์ที่ทำเครื่องหมายไว้" in told(page, OPEN)
    assert "ข้อมูลเหมือนที่เผยแพร่แล้ว" in told(page, "ไฟล์ที่ส่งล่าสุด")


def test_rows_that_vanish_wait_beside_the_public_revision(office: Office) -> None:
    office.drop("ม.ค.xlsx", book(JANUARY, rows=5, without_price=1))
    office.one_pass(DUE)
    assert section(desk(office), OPEN)
    office.drop("ม.ค.xlsx", book(JANUARY, rows=4))
    office.one_pass(DUE + timedelta(days=1))
    page = desk(office)

    (box, *_) = boxes(page)
    assert "ฉบับเดิมยังเผยแพร่อยู่ เผยแพร่เมื่อชี้แจงครบแล้วเท่านั้น" in box
    assert month_row(page, JANUARY)[1:3] == ["เผยแพร่แล้ว มีไฟล์ใหม่ที่ยังไม่เผยแพร่", "5"]
    # The receipt at this path is about the later drop: the earlier one has no link of its own.
    assert (
        "ม.ค.xlsx ไฟล์ชื่อนี้มีฉบับที่ส่งภายหลังแล้ว ยังไม่เผยแพร่: ม.ค.xlsx ใบตอบรับ ไฟล์ที่ทำเครื่องหมายไว้"
        in (month_row(page, JANUARY)[5])
    )
    assert not section(page, OPEN)  # the file that waits asks for itself
    assert every_link_leads(office)


def test_on_the_due_day_the_unsent_month_stands_first_and_a_day_later_among_the_missed(
    office: Office,
) -> None:
    """At 16:25 it can still be sent; a day later it is late."""
    for month in fiscal_months(2568)[:4]:
        office.drop(f"{month}.xlsx", book(month))
    office.drop("เสีย.xlsx", b"nothing")
    office.one_pass(EARLY)
    due = due_day(FEBRUARY, Settings.model_validate({"organisation": {"name": "ก"}}).due)
    assert "เดือนถัดไปที่ยังไม่ส่ง: กุมภาพันธ์ 2568 ครบกำหนดเผยแพร่วันที่ 7 มีนาคม 2568" in told(
        desk(office), WAITS
    )
    office.one_pass(due)
    on_the_day = desk(office)
    office.one_pass(due + timedelta(days=1))
    later = desk(office)

    assert boxes(on_the_day)[0].startswith(
        "เดือนกุมภาพันธ์ 2568: ยังไม่ส่ง ครบกำหนดเผยแพร่วันที่ 7 มีนาคม 2568 กรุณา"
    )
    assert month_row(on_the_day, FEBRUARY)[1:5] == [
        "ยังไม่ส่ง",
        "–ยังไม่เผยแพร่",
        "7 มีนาคม 2568",
        "ถึงกำหนดแล้ว",
    ]
    assert boxes(later)[0].startswith("เสีย.xlsx")
    assert boxes(later)[-1].startswith(
        "เลยกำหนดเผยแพร่แล้วและยังไม่ส่ง เดือนกุมภาพันธ์ 2568 ครบกำหนดเผยแพร่วันที่ 7 มีนาคม 2568 กรุณา"
    )
    assert "เลยกำหนดและยังไม่ส่ง 1 เดือน" in told(later, WAITS)
    assert month_row(later, FEBRUARY)[4] == "เลยกำหนดแล้ว"
    assert "เดือนถัดไปที่ยังไม่ส่ง: มีนาคม 2568" in told(later, WAITS)


def test_when_nothing_waits_the_page_says_so(office: Office) -> None:
    for month in fiscal_months(2568)[:4]:
        office.drop(f"{month}.xlsx", book(month))
    office.one_pass(EARLY)
    page = desk(office)

    assert told(page, WAITS).startswith("ไม่มีเรื่องค้าง เดือนถัดไปที่ยังไม่ส่ง: กุมภาพันธ์ 2568")
    assert boxes(page) == []


def test_before_the_first_file_the_page_says_so(office: Office) -> None:
    office.one_pass(EARLY)

    assert "ยังไม่เคยมีไฟล์ส่งเข้ามา" in words(desk(office))


# ---- the year, the last drops, the mistakes


def test_the_years_tell_late_months_corrections_parts_and_nothing_bought(office: Office) -> None:
    october, november, december = fiscal_months(2568)[:3]
    office.drop("ก.ย.xlsx", book(Month(2567, 9)))
    office.drop("ต.ค.xlsx", book(october))
    office.one_pass(date(2024, 11, 4))
    office.drop("กองช่าง/ต.ค.xlsx", book(october, rows=2))
    office.drop("ต.ค.xlsx", book(october, without_price=1))
    office.drop("พ.ย.xlsx", book(november))
    nothing = examples.example_month(december, "nine-columns", 1)
    (row,) = nothing.expected
    for column in "ACDEFGHI":
        nothing = examples.replace_cell(nothing, row.source.sheet, f"{column}{row.source.row}", "")
    where = f"B{row.source.row}"
    nothing = examples.replace_cell(nothing, row.source.sheet, where, "ไม่มีการจัดซื้อจัดจ้าง")
    office.drop("ธ.ค.xlsx", examples.to_bytes(nothing))
    office.one_pass(date(2025, 1, 6))
    page = desk(office)

    state, rows, _, punctual, files = month_row(page, october)[1:]
    assert state == "เผยแพร่แล้ว แก้ไขแล้ว 2 ครั้ง"
    assert (rows, punctual) == ("6", "ทันกำหนด เผยแพร่ 4 พฤศจิกายน 2567")
    assert files == "ต.ค.xlsx ใบตอบรับ ไฟล์ที่ทำเครื่องหมายไว้ กองช่าง/ต.ค.xlsx ใบตอบรับ"
    assert month_row(page, november)[4] == "ล่าช้า เผยแพร่ 6 มกราคม 2568"
    assert month_row(page, december)[1:3] == ["เผยแพร่แล้วว่าไม่มีการจัดซื้อจัดจ้าง", "0"]
    (older,) = page.find("details")
    assert "ปีงบประมาณ พ.ศ. 2567" in words(older)
    assert len(older.find("tr")) == len(page.find("table")[0].find("tr")) == 1 + 12
    assert every_link_leads(office)


def test_the_last_drops_are_listed_with_what_was_answered_then(office: Office) -> None:
    office.drop("ม.ค.xlsx", book(JANUARY, unreadable=1))
    office.one_pass(EARLY)
    office.drop("ม.ค.xlsx", book(JANUARY))
    office.one_pass(EARLY + timedelta(days=1))
    page = desk(office)

    (table,) = [t for t in section(page, "ไฟล์ที่ส่งล่าสุด") if t.name == "table"]
    rows = [
        [words(cell) for cell in row.children if isinstance(cell, Tag)] for row in table.find("tr")
    ]
    assert rows[1:] == [
        ["ม.ค.xlsx", "5 กุมภาพันธ์ 2568", "เผยแพร่", "4", "ไม่พบข้อที่ต้องแก้ไข", "ใบตอบรับ"],
        [
            "ม.ค.xlsx",
            "4 กุมภาพันธ์ 2568",
            "ส่งกลับให้แก้ไข",
            "4",
            "ต้องแก้ไข 1 ข้อ",
            "ไฟล์ชื่อนี้มีฉบับที่ส่งภายหลังแล้ว",
        ],
    ]
    assert all(cell for row in rows for cell in row)


def test_mistakes_are_counted_once_for_each_content_and_told_with_advice(office: Office) -> None:
    priceless = book(JANUARY, without_price=3)
    office.drop("ม.ค.xlsx", priceless)
    office.drop("กองช่าง/ม.ค.xlsx", priceless)
    office.drop("กองคลัง/ก.พ.xlsx", book(FEBRUARY, without_price=1, unreadable=1))
    office.one_pass(date(2025, 3, 4))
    page = desk(office)

    (table,) = [t for t in section(page, "ข้อผิดพลาดที่พบบ่อย") if t.name == "table"]
    assert "1 ตุลาคม 2567" in words(table)
    first, second, *_ = [
        [words(cell) for cell in row.children if isinstance(cell, Tag)]
        for row in table.find("tr")[1:]
    ]
    assert first == [
        "ราคากลาง: ช่องว่างหรือ «-»",
        "2 ไฟล์ 4 แห่ง",
        RULE["reference-price-filled"].avoid,
    ]
    assert second[1:] == ["1 ไฟล์ 1 แห่ง", RULE["amount-readable"].avoid]
    assert second[0].startswith("วงเงินที่จะซื้อหรือจ้าง: «ห้าหมื่น» อ่านเป็นจำนวนเงินไม่ได้")
    assert "กรุณา" not in second[0]


# ---- promises of the page itself

SETTINGS = Settings.model_validate({"organisation": {"name": "เทศบาลเมืองตัวอย่าง"}})


def made_up(number: int, file: str = "", findings: int = 0) -> PastDrop:
    """A drop of a ledger that holds many: the page is a pure function of it."""
    name = file or f"กองที่ {number}/แบบ สขร.1 เดือนมกราคม 2568.xlsx"
    rules = RULES[:findings]
    return PastDrop(
        number,
        name,
        name.rpartition("/")[0],
        f"{number:064}",
        date(2025, 1, 6) + timedelta(days=number // 20),
        {JANUARY: MonthOfDrop("returned", 100, nil=False)},
        tuple(
            Finding(r.id, r.severity, name, "ม.ค.", "C9", "x", f"{r.message} กรุณาแก้", JANUARY)
            for r in rules
        ),
    )


def sent_back(*drops: PastDrop) -> History:
    said = {
        drop.part: Latest(drop.submission, drop.file, "returned", drop.received_on, public=False)
        for drop in drops
    }
    files = tuple(drop.file for drop in drops)
    return History({}, {JANUARY: said}, files, date(2025, 2, 20))


def test_three_hundred_files_with_forty_findings_each_stay_small() -> None:
    drops = [made_up(number, findings=40) for number in range(300)]  # all of one month
    answers = {d.file: (f"replies/{d.file.replace('/', '_')}/x.html",) for d in drops}
    page = desk_page(sent_back(*drops), drops, SETTINGS, answers)

    assert len(page) < 200_000
    tree = parse_page(page)
    assert len(boxes(tree)) == 40 + 1 + 1  # in full, the rest by name, the months not sent
    assert all(drop.file in told(tree, WAITS) for drop in drops)
    assert {f"{drop.file.replace('/', '_')}/x.html" for drop in drops} == set(links(tree))
    assert "และอีก 295 ไฟล์ในรายการด้านบน" in month_row(tree, JANUARY)[5]
    tables = tree.find("table")
    assert [len(table.find("tr")) - 1 for table in tables[-2:]] == [RECENT, FREQUENT]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.xlsx",
        '"><img src=x onerror=alert(1)>.xlsx',
        "{{ 7 * 7 }}&amp;.xlsx",
        "\u202egnp.xlsx",
        "100%#1?ก ข.xlsx",
    ],
)
def test_a_name_with_markup_stays_text_and_its_link_leads(name: str) -> None:
    plain = made_up(1, "ก.xlsx", 1)
    strange = replace(plain, file=name, findings=(replace(plain.findings[0], message=name),))
    pages = [
        parse_page(
            desk_page(
                sent_back(drop), [drop], SETTINGS, {drop.file: (f"replies/{folder}/x.html",)}
            )
        )
        for drop, folder in ((plain, "ก.xlsx"), (strange, name))
    ]

    # The same elements; only the text and the address differ.
    assert [tag.name for tag in pages[0].all] == [tag.name for tag in pages[1].all]
    assert links(pages[1]) == [f"{name}/x.html"] * len(links(pages[1]))
    raw = [tag.attributes["href"] for tag in pages[1].find("a")]
    assert not re.search(r'[<>"#? ]|%(?![0-9A-F]{2})', "".join(raw))
    assert {tag.text for tag in pages[1].find("bdi")} >= {name}
    for tag in pages[1].all:
        own = "".join(child for child in tag.children if isinstance(child, str))
        assert name not in own or tag.name == "bdi"


def test_the_same_ledger_makes_the_same_page_and_the_page_is_not_public(office: Office) -> None:
    office.drop("ม.ค.xlsx", book(JANUARY, without_price=1))
    office.one_pass(EARLY)
    path = office.workspace.output / DESK
    first = path.read_bytes()
    stamp = path.stat().st_mtime_ns
    office.one_pass(EARLY + timedelta(days=1))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (first, stamp)

    path.unlink()
    with Ledger.open(office.workspace.ledger) as ledger:
        write_replies(ledger, office.workspace)
    assert path.read_bytes() == first

    inside = [p for p in office.workspace.site.rglob("*") if p.is_file()]
    assert inside
    assert not any(DESK.encode() in p.read_bytes() or p.read_bytes() == first for p in inside)
    assert not any(
        "replies" in p.as_posix().removeprefix(str(office.workspace.site)) for p in inside
    )


def test_the_page_needs_no_script_no_network_and_is_in_order(office: Office) -> None:
    office.drop("ม.ค.xlsx", book(JANUARY, without_price=1))
    office.drop("ก.พ.xlsx", book(FEBRUARY, unreadable=1))
    office.one_pass(date(2025, 3, 4))
    content = (office.workspace.output / DESK).read_bytes()
    page = desk(office)

    assert not re.search(rb"<script|<link|<img|@import|url\(|https?:|//[a-z]", content)
    assert not re.search(r"None|Undefined|[{][{%]", content.decode())
    levels = [int(tag.name[1]) for tag in page.all if re.fullmatch("h[1-6]", tag.name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in page.find("table"):
        assert table.find("caption")
        heads, *rows = [[c for c in r.children if isinstance(c, Tag)] for r in table.find("tr")]
        assert all(head.attributes["scope"] == "col" for head in heads)
        for row in rows:
            assert [cell.name for cell in row] == ["th"] + ["td"] * (len(heads) - 1)
            labels = [cell.attributes["data-label"] for cell in row[1:]]
            assert labels == [words(head) for head in heads[1:]]


def test_colours_are_told_apart_from_their_ground() -> None:
    """WCAG 2.2, 1.4.3: text on its background at least 4.5 to 1."""
    css = (Path(__file__).parent.parent / "templates" / "desk.html").read_text(encoding="utf-8")
    colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", css)) | {"paper": "#ffffff"}
    grounds = ("paper", "surface", "accent-soft", "warn-soft", "bad-soft", "good-soft")
    for ink in ("text", "muted", "accent", "bad"):
        for ground in grounds:
            assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(
        part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True)
    )
