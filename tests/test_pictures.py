"""The pictures of a fiscal year: what is counted, what is drawn, and what must not be claimed."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.site.drawing import drawn
from pipeline.site.figures import Line, Picture, complete, pictures_of, rows_of, trend
from pipeline.site.pictures import pictures, trend_page
from pipeline.site.view import Site, Tile, Year
from pipeline.summarise import Summaries
from schemas import picture_words as words
from schemas.config import Organisation, Settings
from schemas.month import Month, fiscal_months
from schemas.procurement import Bid, Procurement, Source
from schemas.status import MeasureStatus, MonthStatus
from schemas.summary import MonthlySummary
from schemas.thai import LARGEST

SETTINGS = Settings(organisation=Organisation(name="เทศบาลตัวอย่าง"))
DAY = date(2025, 10, 20)
TITLES = ("ซื้อวัสดุ", "จ้างเหมา", "จัดซื้อจอ", "เช่ารถ", "โครงการ", None)
METHODS = ("วิธีเฉพาะเจาะจง", "e-bidding", "คัดเลือก", "วิธีของเราเอง", None)


def row(
    price: int | None = 100_00,
    reference: int | None = 100_00,
    method: str | None = "เฉพาะเจาะจง",
    supplier: str | None = "ร้านสมมติ",
    title: str | None = "ซื้อวัสดุ",
    bids: int = 1,
) -> Procurement:
    offered = tuple(Bid(f"ราย {n}", price) for n in range(bids))
    return Procurement(
        Source("a.xlsx", "ต.ค.", 5),
        title=title,
        reference_price=reference,
        procurement_method=method,
        bids=offered,
        supplier=supplier,
        agreed_price=price,
    )


Months = dict[Month, list[Procurement]]


def year(number: int, months: Months) -> Year:
    """A fiscal year of which only the given months are public; an empty list is a nil month."""
    tiles = []
    for month in fiscal_months(number):
        rows = months.get(month)
        summary = None
        state = "missing"
        if rows is not None:
            state = "published" if rows else "nil"
            summary = MonthlySummary(month, "เทศบาล", "", 1, DAY, tuple(rows), nil=not rows)
        status = MonthStatus(month, state, late=False, due=month.last)  # type: ignore[arg-type]
        tiles.append(Tile(status, summary, (), ()))
    of_year = MeasureStatus(number, "เทศบาล", DAY, tuple(t.status for t in tiles), "", "")
    return Year(of_year, tuple(tiles))


def whole_year(number: int, rows: Iterable[Procurement]) -> Year:
    months: Months = {month: [] for month in fiscal_months(number)}
    months[fiscal_months(number)[0]] = list(rows)
    return year(number, months)


def site(*years: Year) -> Site:
    return Site(years, Summaries((), ()), {}, SETTINGS, "")


def page(*years: Year) -> Any:  # noqa: ANN401 - lxml's element
    content = pictures(site(*years))[f"fy{years[0].status.fiscal_year}/pictures.html"]
    return etree.fromstring(content, etree.HTMLParser(encoding="utf-8"))


def by_id(found: Iterable[Picture]) -> dict[str, Picture]:
    return {picture.id: picture for picture in found}


amounts = st.one_of(st.none(), st.integers(0, LARGEST))
some_rows = st.lists(
    st.builds(
        row,
        price=amounts,
        reference=amounts,
        method=st.sampled_from(METHODS),
        supplier=st.sampled_from(("ร้านสมมติ", "บจก. ก", "บริษัท ก จำกัด", "นาย ข", None)),
        title=st.sampled_from(TITLES),
        bids=st.integers(0, 7),
    ),
    max_size=12,
)
some_months = st.dictionaries(st.sampled_from(fiscal_months(2568)), some_rows, max_size=12)


@given(some_months)
@settings(deadline=None)
def test_every_public_row_stands_in_each_picture_exactly_once(months: Months) -> None:
    """Rows, and the rows without an amount; suppliers alone are cumulative."""
    found = by_id(pictures_of(year(2568, months)))
    rows = rows_of(year(2568, months))
    stated = [r.agreed_price for r in rows if r.agreed_price is not None]
    for name, picture in found.items():
        lines = picture.lines
        if name == "suppliers":
            lines = tuple(
                x for x in lines if x.label.startswith("ทุกราย") or x.label == words.NO_SUPPLIER
            )
        assert sum(line.rows or 0 for line in lines) == len(rows)
        assert sum(line.amount or 0 for line in lines) == sum(stated)
        assert sum(line.unknown for line in lines) == len(rows) - len(stated)


@given(some_months)
@settings(deadline=None)
def test_a_share_is_told_only_when_twelve_months_are_public(months: Months) -> None:
    of_year = year(2568, months)
    for picture in pictures_of(of_year):
        told = [picture.permille(line) for line in picture.lines]
        if len(months) < 12:
            assert not any(share is not None for share in told)
        elif picture.largest:
            assert any(share is not None for share in told)
        assert all(share is None or 0 <= share <= 1000 for share in told)


@given(some_months)
@settings(deadline=None)
def test_bars_are_as_long_as_their_values_and_gaps_have_none(months: Months) -> None:
    for picture in pictures_of(year(2568, months)):
        drawing = drawn(picture)
        assert len(drawing.bars) == len(picture.lines)
        tops = [bar.top for bar in drawing.bars]
        assert tops == sorted(set(tops))
        for bar in drawing.bars:
            length = float(bar.width.removesuffix("%"))
            assert bar.top + 12 <= drawing.height
            if bar.line.gap:
                assert (bar.value, length) == (None, 0)
            elif picture.largest:
                exact = (bar.value or 0) * 100 / picture.largest
                assert exact - 0.011 <= length <= exact + 1e-9


def test_a_missing_month_is_a_gap_with_words_and_not_zero() -> None:
    october, november, december = fiscal_months(2568)[:3]
    months = by_id(pictures_of(year(2568, {october: [row()], december: []})))["months"].lines
    assert months[0] == Line(october.words, 1, 100_00)
    assert months[1] == Line(november.words, None, None, gap="ยังไม่ได้เผยแพร่")
    assert months[2] == Line(december.words, 0, None, gap="ไม่มีการจัดซื้อจัดจ้าง")


def test_a_year_that_is_not_whole_says_so_above_every_picture_and_gives_no_share() -> None:
    october = fiscal_months(2568)[0]
    tree = page(year(2568, {october: [row()]}))
    headings = ["".join(h.itertext()) for h in tree.iter("h2")]
    assert headings
    assert all("๑ จาก ๑๒ เดือน" in heading for heading in headings)
    assert "ร้อยละ" not in {"".join(th.itertext()) for th in tree.iter("th")}
    whole = page(whole_year(2568, [row()]))
    assert "ร้อยละ" in {"".join(th.itertext()) for th in whole.iter("th")}


def test_a_sum_names_how_many_rows_it_is_without() -> None:
    tree = page(whole_year(2568, [row(), row(price=None), row(price=None, method="คัดเลือก")]))
    text = " ".join("".join(tree.find("body").itertext()).split())
    assert "ไม่รวม ๒ รายการที่ไม่ระบุ" in text
    assert "ไม่ระบุราคาที่ตกลง ๓ รายการ" not in text
    selective = by_id(pictures_of(whole_year(2568, [row(price=None, method="คัดเลือก")])))
    (line,) = selective["methods"].lines
    assert (line.amount, line.value("amount"), line.gap) == (None, None, words.NO_AMOUNT)


def test_the_type_is_left_out_and_said_where_no_title_tells_it() -> None:
    none = whole_year(2568, [row(title="โครงการ"), row(title=None)])
    assert "types" not in by_id(pictures_of(none))
    assert "ไม่มีภาพตามประเภท" in "".join(page(none).itertext())
    told = by_id(pictures_of(whole_year(2568, [row(title="ซื้อซื้อ จอ"), row(title="งาน")])))
    assert [line.label for line in told["types"].lines] == ["ซื้อ", words.NO_TYPE]


@pytest.mark.parametrize(
    ("price", "reference", "band"),
    [
        (100_00, 100_00, words.EQUAL),
        (100_01, 100_00, words.ABOVE),
        (99_99, 100_00, words.LITTLE_BELOW),
        (95_00, 100_00, words.LITTLE_BELOW),
        (94_99, 100_00, words.BELOW),
        (80_00, 100_00, words.BELOW),
        (79_99, 100_00, words.FAR_BELOW),
        (0, 100_00, words.FAR_BELOW),
        (100_00, 0, words.NOT_COMPARABLE),
        (None, 100_00, words.NOT_COMPARABLE),
        (100_00, None, words.NOT_COMPARABLE),
    ],
)
def test_prices_are_compared_to_the_satang(
    price: int | None, reference: int | None, band: str
) -> None:
    found = by_id(pictures_of(whole_year(2568, [row(price, reference)])))["prices"]
    assert [line.label for line in found.lines if line.rows] == [band]


def test_concentration_is_cumulative_and_names_nobody() -> None:
    rows = [row(price=n * 100, supplier=f"ร้านลับ{n}") for n in range(1, 8)]
    lines = by_id(pictures_of(whole_year(2568, [*rows, row(supplier=None)])))["suppliers"].lines
    assert [line.amount for line in lines] == [700, 2500, 2800, 100_00]
    assert "ร้านลับ" not in "".join(page(whole_year(2568, rows)).itertext())


def test_only_whole_years_have_a_total_in_the_trend() -> None:
    part = year(2567, {fiscal_months(2567)[0]: [row()]})
    found = trend([whole_year(2568, [row()]), part, whole_year(2565, [row(price=5)])])
    years, months = found
    assert [(line.amount, line.gap) for line in years.lines] == [
        (5, ""),
        (None, words.NOTHING_OF_YEAR),  # nothing is known of 2566
        (None, "เผยแพร่แล้ว 1 จาก 12 เดือน จึงไม่แสดงยอดรวม"),
        (100_00, ""),
    ]
    assert len(months.lines) == 4 * 12
    assert all(picture.permille(line) is None for picture in found for line in picture.lines)


def test_years_of_which_nothing_is_public_have_no_pictures() -> None:
    assert pictures(site(year(2568, {}))) == {}
    assert trend_page(site(year(2568, {}))) == {}
    nil = whole_year(2568, [])
    assert complete(nil)
    assert [picture.id for picture in pictures_of(nil)] == ["months"]
    assert "trend.html" in trend_page(site(nil))


@pytest.mark.parametrize(
    "of_year",
    [
        whole_year(2568, [row()]),
        whole_year(2568, []),
        year(
            2568,
            {
                fiscal_months(2568)[0]: [
                    row(LARGEST, LARGEST),
                    row(None, None, None, None, None, 0),
                ]
            },
        ),
    ],
    ids=["one-row", "nil", "huge-and-unknown"],
)
def test_pictures_can_be_heard_and_obey_the_policy(of_year: Year) -> None:
    for content in (*pictures(site(of_year)).values(), *trend_page(site(of_year)).values()):
        tree: Any = etree.fromstring(content, etree.HTMLParser(encoding="utf-8"))
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        assert not tree.xpath("//@style")
        assert not list(tree.iter("style", "script", "image"))
        drawings = [svg for svg in tree.iter("svg") if svg.get("role") == "img"]
        assert drawings
        for svg in drawings:
            for name in (svg.get("aria-labelledby") or "").split():
                assert "".join(tree.xpath(f"//*[@id='{name}']")[0].itertext()).strip()
            table = svg.getparent().find("table")
            labels = [text.text for text in svg.iter("text") if text.get("class") == "label"]
            assert labels == [th.text for th in table.iter("th") if th.get("scope") == "row"]
            for bar in svg.iter("rect"):
                assert bar.get("x") == "0"
                assert re.fullmatch(r"(100\.00|[0-9]{1,2}\.[0-9]{2})%", bar.get("width") or "")
