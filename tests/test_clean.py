"""What a cell says is read, kept or asked about; what nobody wrote stays unknown."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clean import clean
from pipeline.recognise import recognise
from schemas.procurement import FACTS, Bid, Procurement, Written
from schemas.sheet import Merge
from schemas.thai import baht, thai_digits
from tests.paper import (
    GOOD,
    HEADS,
    NINE,
    OURS,
    STATED,
    STEADY,
    TITLE,
    TWELVE,
    Odd,
    Value,
    line,
    page,
    read_page,
    read_row,
)
from tests.paper import sheet as paper

ELEVEN = HEADS["eleven-columns"]
# Field → the key of GOOD in whose cell it stands, by layout.
CELL_OF = {
    "number": ("number",),
    "title": ("title",),
    "budget": ("budget",),
    "reference_price": ("reference_price",),
    "procurement_method": ("procurement_method",),
    "bids": ("bids", "bidder", "bid"),
    "supplier": ("award", "supplier"),
    "agreed_price": ("award", "agreed_price"),
    "selection_reason": ("selection_reason",),
    "contract_number": ("contract", "contract_number"),
    "contract_date": ("contract", "contract_date"),
}

Doubts = list[tuple[str, str]]


def bids_of(text: Value, heads: Mapping[str, str] = NINE) -> tuple[list[Bid], Doubts]:
    row, doubts = read_row(heads, bids=text)
    return list(row.bids), doubts


def winner_of(text: Value) -> tuple[str | None, int | None, Doubts]:
    row, doubts = read_row(award=text)
    return row.supplier, row.agreed_price, doubts


def contract_of(text: Value) -> tuple[str | None, date | None, Doubts]:
    row, doubts = read_row(contract=text)
    return row.contract_number, row.contract_date, doubts


# ---- the whole row


@pytest.mark.parametrize("layout", HEADS)
def test_a_good_row_is_read_whole(layout: str) -> None:
    row, doubts = read_row(HEADS[layout])

    assert doubts == []
    assert row.facts() == STATED.facts()
    assert row.source == STATED.source


@pytest.mark.parametrize("layout", HEADS)
def test_every_field_keeps_its_cell_and_the_text_that_stands_there(layout: str) -> None:
    heads = HEADS[layout]
    row, _ = read_row(heads)
    (table,) = recognise([page(line(heads), heads=heads)], OURS)[0]
    cells = {cell.address: cell.text for found in table.lines[0].cells.values() for cell in found}

    texts = {field: written.text for field, written in row.written.items()}
    assert set(texts) == set(CELL_OF)
    assert {w.cell for w in row.written.values()} <= set(cells)
    for written in row.written.values():
        assert cells[written.cell] in written.text
    for text in cells.values():  # both halves of what stands in two columns
        assert any(text in kept for kept in texts.values())


@pytest.mark.parametrize("layout", HEADS)
def test_an_empty_row_of_a_form_states_nothing(layout: str) -> None:
    heads = HEADS[layout]
    for blank in ("-", "\u2013", "—", " - ", "--", "...", "ไม่ระบุ", "ไม่มี"):
        empty = ["งานทดลอง" if key == "title" else blank for key in heads]
        (cleaned,), findings = read_page(page(empty, heads=heads))
        (row,) = cleaned.rows
        known = {name for name, value in zip(FACTS, row.facts(), strict=True) if value}

        assert known == {"title"}
        assert {f.rule for f in findings} <= {"number-readable"}


def test_cleaning_twice_gives_the_same() -> None:
    (table,) = recognise([page(line(), line(budget="ห้าหมื่น", contract="x"), line())], OURS)[0]

    assert clean(table) == clean(table)


EVERY_CELL = [(layout, key) for layout, heads in HEADS.items() for key in heads]
BLANKS = (None, "-", "\u2013", "...", "ไม่มี", "\u200b")
CONTRACT_BLANKS = (*BLANKS, "......../2568", "-/2568", "/68", "CNTR-")


@pytest.mark.parametrize(
    ("layout", "key", "blank"),
    [
        (layout, key, blank)
        for layout, key in EVERY_CELL
        for blank in (CONTRACT_BLANKS if "contract" in key else BLANKS)
    ],
    ids=str,
)
def test_a_cell_that_is_blanked_makes_its_own_fields_unknown_and_no_other(
    layout: str, key: str, blank: str | None
) -> None:
    row, doubts = read_row(HEADS[layout], **{key: blank})
    own = {field for field, keys in CELL_OF.items() if key in keys}
    expected: dict[str, object] = dict.fromkeys(own)
    if key in {"bids", "bidder", "bid"}:
        offer = STATED.bids[0]
        left = {"bids": None, "bidder": Bid(None, offer.amount), "bid": Bid(offer.bidder, None)}
        expected = {"bids": (left[key],) if left[key] else ()}

    assert row.facts() == replace(STATED, **expected).facts()  # type: ignore[arg-type]
    assert doubts == []
    for field in own & set(row.written):
        assert (blank or "") in row.written[field].text


@pytest.mark.parametrize(("layout", "key"), EVERY_CELL)
@pytest.mark.parametrize("odd", [Odd("error", "#REF!"), Odd("uncalculated", "=C6*2")], ids=str)
def test_a_cell_without_a_value_is_asked_about_and_changes_no_other_field(
    layout: str, key: str, odd: Odd
) -> None:
    heads = HEADS[layout]
    row, doubts = read_row(heads, **{key: odd})
    own = {field for field, keys in CELL_OF.items() if key in keys}
    rule = {"error": "cell-without-error", "uncalculated": "formula-calculated"}[odd.kind]

    assert doubts == [(rule, f"{chr(ord('A') + list(heads).index(key))}3")]
    for name in set(CELL_OF) - own:
        assert getattr(row, name) == getattr(STATED, name)
    for name in own - {"bids"}:
        assert getattr(row, name) is None


@STEADY
@given(st.sampled_from([*HEADS]), st.sampled_from([*GOOD]), st.text(max_size=20))
def test_whatever_is_typed_into_one_cell_changes_no_other_field(
    layout: str, key: str, text: str
) -> None:
    heads = HEADS[layout]
    if key not in heads or not text.strip():
        return
    row, _ = read_row(heads, **{key: text})

    for name, keys in CELL_OF.items():
        if key not in keys:
            assert getattr(row, name) == getattr(STATED, name)


# ---- money


@pytest.mark.parametrize(
    ("typed", "satang"),
    [
        (940_485, 94_048_500),
        (940_485.25, 94_048_525),
        (0.1 + 0.2, 30),
        (0, 0),
        ("940,485.25", 94_048_525),
        ("๙๔๐,๔๘๕.๒๕", 94_048_525),
        (" 940485.25 บาท", 94_048_525),
        ("1,000.-", 100_000),
        ("-", None),
        ("", None),
    ],
)
def test_an_amount_is_a_number_or_its_text(typed: Value, satang: int | None) -> None:
    for key in ("budget", "reference_price", "agreed_price"):
        row, doubts = read_row(TWELVE, **{key: typed})
        assert (getattr(row, key), doubts) == (satang, [])


@pytest.mark.parametrize(
    "typed",
    [
        *(-5, -0.01, 33.333, 0.001, 1e300, float("inf"), float("nan"), True, False),
        *(date(2024, 10, 1), "ห้าหมื่น", "1e5", "1_000", "1,00", "-500.00", "500\n600"),
        *("\u2013500", "-1500", "- 500", ".50", "/500", "100 200", "99999999999999999999"),
    ],
)
def test_what_is_no_amount_is_asked_about(typed: Value) -> None:
    row, doubts = read_row(budget=typed)

    assert (row.budget, doubts) == (None, [("amount-readable", "C3")])
    assert row.written["budget"].cell == "C3"


def test_the_finding_quotes_what_stands_there() -> None:
    (_,), findings = read_page(page(line(reference_price="ห้า\nหมื่น")))

    (finding,) = findings
    assert (finding.file, finding.sheet, finding.cell, finding.value, str(finding.month)) == (
        *("แบบ.xlsx", "Sheet1", "D3", "ห้า\nหมื่น", "2567-10"),
    )
    assert finding.message.startswith("ราคากลาง: «ห้า หมื่น» อ่านเป็นจำนวนเงินไม่ได้")


# ---- bidders


@pytest.mark.parametrize(
    ("text", "bids"),
    [
        ("ร้าน ก / 732,499.00 บาท", [("ร้าน ก", 73_249_900)]),
        ("ร้าน ก/732,499.00", [("ร้าน ก", 73_249_900)]),
        ("ร้าน ก\nเสนอราคา 500 บาท", [("ร้าน ก", 50_000)]),
        ("ร้าน ก\nเสนอราคา 500.50", [("ร้าน ก", 50_050)]),
        ("ร้าน ก  500 บาท", [("ร้าน ก", 50_000)]),
        ("ร้าน ก 500.00", [("ร้าน ก", 50_000)]),
        ("ร้าน ก\n500.00", [("ร้าน ก", 50_000)]),
        ("ร้าน ก ๑,๐๐๐.๕๐ บาท", [("ร้าน ก", 100_050)]),
        ("ร้าน ก ราคา 1,000.-", [("ร้าน ก", 100_000)]),
        ("ร้าน ก = 500 บาทถ้วน", [("ร้าน ก", 50_000)]),
        ("ร้าน ก : 500.00", [("ร้าน ก", 50_000)]),
        ("ร้าน ก\n/ 500 บาท", [("ร้าน ก", 50_000)]),
        ("ร้าน ก\t/\u00a0500 บาท", [("ร้าน ก", 50_000)]),
        ("ร้าน ก / 500 บาท\nร้าน ข / 600 บาท", [("ร้าน ก", 50_000), ("ร้าน ข", 60_000)]),
        (
            "ร้าน ก\nเสนอราคา 500 บาท\nร้าน ข\nเสนอราคา 600 บาท",
            [("ร้าน ก", 50_000), ("ร้าน ข", 60_000)],
        ),
        ("ร้าน ก / 500 บาท\n\n\nร้าน ข / 600 บาท", [("ร้าน ก", 50_000), ("ร้าน ข", 60_000)]),
        ("ร้าน ก\nร้าน ข", [("ร้าน ก", None), ("ร้าน ข", None)]),
        ("ร้าน ก", [("ร้าน ก", None)]),
        ("500.00 บาท", [(None, 50_000)]),
        ("/ 500.00 บาท", [(None, 50_000)]),
        (500, [(None, 50_000)]),
        # Names that end with digits, brackets, a number of their own.
        ("ร้าน 99", [("ร้าน 99", None)]),
        ("ร้าน 99\nเสนอราคา 500 บาท", [("ร้าน 99", 50_000)]),
        ("ร้าน 99 / 500 บาท", [("ร้าน 99", 50_000)]),
        ("เอเชียมอเตอร์ (2)", [("เอเชียมอเตอร์ (2)", None)]),
        ("เอเชียมอเตอร์ (2) 9,000.00 บาท", [("เอเชียมอเตอร์ (2)", 900_000)]),
        ("บริษัท 2000 จำกัด / 9,000.00 บาท", [("บริษัท 2000 จำกัด", 900_000)]),
        ("หจก. เอ แอนด์ บี 59 / 500.00 บาท", [("หจก. เอ แอนด์ บี 59", 50_000)]),
        # A legal head or tail that was broken onto its own line.
        ("บริษัท\nก้าวหน้า จำกัด / 500.00 บาท", [("บริษัท ก้าวหน้า จำกัด", 50_000)]),
        ("บริษัท ก้าวหน้า\nจำกัด / 500.00 บาท", [("บริษัท ก้าวหน้า จำกัด", 50_000)]),
        ("บริษัท ก้าวหน้า\nจำกัด\nเสนอราคา 500 บาท", [("บริษัท ก้าวหน้า จำกัด", 50_000)]),
        ("บริษัท ก จำกัด\n(มหาชน) / 500 บาท", [("บริษัท ก จำกัด (มหาชน)", 50_000)]),
        ("ห้างหุ้นส่วนจำกัด\nก้าวหน้า\nร้าน ข", [("ห้างหุ้นส่วนจำกัด ก้าวหน้า", None), ("ร้าน ข", None)]),
        ("นางสาว\nสมมติ ทดลอง / 500 บาท", [("นางสาว สมมติ ทดลอง", 50_000)]),
        # Numbered lists.
        ("1. ร้าน ก\n2. ร้าน ข", [("ร้าน ก", None), ("ร้าน ข", None)]),
        ("๑) ร้าน ก\n๒) ร้าน ข", [("ร้าน ก", None), ("ร้าน ข", None)]),
        ("1. ร้าน ก / 500 บาท\n2. ร้าน ข / 600 บาท", [("ร้าน ก", 50_000), ("ร้าน ข", 60_000)]),
        (
            "1. ร้าน ก\n500.00 บาท\n2. ร้าน ข\n600.00 บาท",
            [("ร้าน ก", 50_000), ("ร้าน ข", 60_000)],
        ),
        # Words that only say that a price follows.
        ("ร้าน ก\nเสนอราคาเป็นเงิน 500.00 บาท", [("ร้าน ก", 50_000)]),
        ("ร้าน ก\nราคาที่เสนอ 500.00 บาท", [("ร้าน ก", 50_000)]),
        ("ร้าน ก\nเป็นเงินจำนวน 500.00 บาท", [("ร้าน ก", 50_000)]),
        ("ร้าน ก\nในราคา 500.00 บาท", [("ร้าน ก", 50_000)]),
        ("ร้าน ก - 500.00 บาท", [("ร้าน ก", 50_000)]),
        ("ร้าน ก \u2013 500.00 บาท", [("ร้าน ก", 50_000)]),
        # Names first, then their prices, as in two columns.
        ("ร้าน ก\nร้าน ข\n500\n600", [("ร้าน ก", 50_000), ("ร้าน ข", 60_000)]),
        # Who asked for no price, and who stands for the name above.
        ("ร้าน ก / 500 บาท\nร้าน ข / -", [("ร้าน ก", 50_000), ("ร้าน ข", None)]),
        ("ร้าน ก -\nร้าน ข 500 บาท", [("ร้าน ก", None), ("ร้าน ข", 50_000)]),
        ("ร้าน ก ไม่ยื่นราคา\nร้าน ข 500 บาท", [("ร้าน ก ไม่ยื่นราคา", None), ("ร้าน ข", 50_000)]),
        ("ร้าน ก\nโดยนายสมมติ ทดลอง\n500 บาท", [("ร้าน ก โดยนายสมมติ ทดลอง", 50_000)]),
        ("ร้าน ก\n(นายสมมติ ทดลอง)\n500 บาท", [("ร้าน ก (นายสมมติ ทดลอง)", 50_000)]),
        ("ร้าน ก\n500\nบาท", [("ร้าน ก", 50_000)]),
    ],
)
def test_bidders_are_read_in_every_spelling(
    text: Value, bids: list[tuple[str | None, int | None]]
) -> None:
    assert bids_of(text) == ([Bid(*bid) for bid in bids], [])


@pytest.mark.parametrize(
    "text",
    [
        "ร้าน ก / 1,00 บาท",
        "ร้าน ก / ห้าร้อยบาท",
        "ร้าน ก\nเสนอราคา ห้าร้อย",
        "ร้าน ก 1 000.00 บาท",
        "ร้าน ก / -500.00 บาท",
        "ร้าน ก / 99999999999999999999.00 บาท",
        "ร้าน ก / 500.00 บาท, ร้าน ข / 600.00 บาท",
        "ร้าน ก 500.00 บาท ร้าน ข 600.00 บาท",
        # Whose price is it? Half a name is no bidder, and no price goes to the last in a list.
        "ร้าน ก\nร้าน ข\n500.00 บาท",
        "ร้าน ก\n500.00\n490.00\nร้าน ข\n600.00",
        "ร้าน ก 500.00 บาท\n490.00 บาท",
        "500.00 บาท\nร้าน ก",
        "ห้างหุ้นส่วนจำกัด ก้าวหน้าวัสดุ\nก่อสร้าง 500.00 บาท",
        # A remark is no bidder; a rate, a telephone and a taxpayer's number are no price.
        "ร้าน ก 500.00 บาท\n(เสนอราคาต่ำสุด)",
        "ร้าน ก เดือนละ 500.00 บาท",
        "ร้าน ก ลิตรละ 33.50 บาท",
        "ร้าน ก\n1234567890123\n500.00 บาท",
    ],
)
def test_a_price_that_cannot_be_read_is_asked_about_and_never_guessed(text: str) -> None:
    """No amount but those that stand there, no price as part of a name."""
    row, doubts = read_row(bids=text)

    assert [rule for rule, _ in doubts] in (["amount-readable"], ["bids-paired"])
    assert [cell for _, cell in doubts] == ["F3"]
    assert row.bids == ()
    assert row.written["bids"] == Written("F3", text)


@pytest.mark.parametrize(
    "text", ["หจก. เอ 1/2", "อู่ช่างดำ 12/3", "ร้าน ก สาขา 1/2567", "กลุ่มแม่บ้าน จำนวน 3"]
)
def test_a_number_in_a_name_is_no_price(text: str) -> None:
    assert bids_of(text) == ([Bid(text, None)], [])


@pytest.mark.parametrize(
    "text",
    [
        "ร้าน ก (500.00 บาท)",
        "ร้าน ก\n(500.00)",
        "ร้าน ก 1,000.00 + VAT",
        "500.00 บาท ร้าน ก",
        "ร้าน ก / ๑,๐๐๐ บาท ร้าน ข",
        "ร้าน ก เสนอราคา 500.00 บาท (ห้าร้อยบาทถ้วน)",
        "ร้าน ก  5,000 บ.",
        "ร้าน ก / 500.00\n(รวมภาษีมูลค่าเพิ่ม)",
    ],
)
def test_a_price_never_hides_in_a_name(text: str) -> None:
    """Read as a price or asked about; published as the name of a bidder it would be neither."""
    for key in ("bids", "award"):
        row, doubts = read_row(**{key: text})
        names = [bid.bidder for bid in row.bids] if key == "bids" else [row.supplier]
        assert doubts or names == ["ร้าน ก"]


@STEADY
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ร้าน ก", "บริษัท ข จำกัด", "นายสมมติ  ทดลอง", "หจก. ค 59", "ร้าน ง (2)"]),
            st.integers(1, 10**11),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(
        [
            "{} / {} บาท",
            "{}\nเสนอราคา {} บาท",
            "{}  {} บาท",
            "{}/{}",
            "{} {}",
            "{}\n{}",
            "{} ราคา {}",
        ]
    ),
)
def test_bidders_and_prices_come_back_as_they_were_typed(
    offers: list[tuple[str, int]], spelling: str
) -> None:
    for digits in (str, thai_digits):
        text = "\n".join(spelling.format(name, digits(baht(price))) for name, price in offers)
        assert bids_of(text) == ([Bid(*offer) for offer in offers], [])


@pytest.mark.parametrize(
    ("names", "prices", "bids"),
    [
        ("ร้าน ก", 500, [("ร้าน ก", 50_000)]),
        ("ร้าน ก\nร้าน ข", "500.00\n600.00", [("ร้าน ก", 50_000), ("ร้าน ข", 60_000)]),
        ("1. ร้าน ก\n2. ร้าน ข", "500\n600", [("ร้าน ก", 50_000), ("ร้าน ข", 60_000)]),
        ("บริษัท ก\nจำกัด", "500", [("บริษัท ก จำกัด", 50_000)]),
        ("ร้าน ก", None, [("ร้าน ก", None)]),
        (None, 500, [(None, 50_000)]),
        ("ร้าน ก\nร้าน ข", "-", [("ร้าน ก", None), ("ร้าน ข", None)]),
        ("ร้าน ก\nร้าน ข", "500\n-", [("ร้าน ก", 50_000), ("ร้าน ข", None)]),
        ("-", "-", []),
        (None, None, []),
    ],
)
def test_bidders_and_prices_in_two_columns_are_paired_line_by_line(
    names: Value, prices: Value, bids: list[tuple[str | None, int | None]]
) -> None:
    row, doubts = read_row(TWELVE, bidder=names, bid=prices)

    assert (list(row.bids), doubts) == ([Bid(*bid) for bid in bids], [])


@pytest.mark.parametrize(
    ("names", "prices"), [("ร้าน ก\nร้าน ข", "500"), ("ร้าน ก", "500\n600"), ("ก\nข\nค", "1\n2")]
)
def test_unequal_columns_are_asked_about_and_no_price_is_given_to_anybody(
    names: str, prices: str
) -> None:
    row, doubts = read_row(TWELVE, bidder=names, bid=prices)

    assert [bid.amount for bid in row.bids] == [None] * len(row.bids)
    assert [rule for rule, _ in doubts] == ["bids-paired"]


@pytest.mark.parametrize(
    ("text", "supplier", "price"),
    [
        ("ร้าน ก / 500.00 บาท", "ร้าน ก", 50_000),
        ("ร้าน ก\nราคาที่ตกลง 500 บาท", "ร้าน ก", 50_000),
        ("ร้าน ก\nราคาที่ตกลงซื้อหรือจ้าง 500 บาท", "ร้าน ก", 50_000),
        ("ร้าน ก\nราคาที่ตกลงซื้อ/จ้าง 500 บาท", "ร้าน ก", 50_000),
        ("ร้าน ก\nราคาที่ตกลงจ้างเป็นเงิน 500 บาท", "ร้าน ก", 50_000),
        ("ร้าน ก", "ร้าน ก", None),
        ("500.00 บาท", None, 50_000),
        ("-", None, None),
        (None, None, None),
    ],
)
def test_a_winner_is_a_name_and_a_price(
    text: Value, supplier: str | None, price: int | None
) -> None:
    assert winner_of(text) == (supplier, price, [])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ร้าน ก / 500 บาท\nร้าน ข / 600 บาท", "supplier-single"),
        ("ร้าน ก\nร้าน ข\n500 บาท", "amount-readable"),
    ],
)
def test_two_winners_in_one_row_are_asked_about(text: str, rule: str) -> None:
    assert winner_of(text) == (None, None, [(rule, "G3")])


# ---- contracts

SIGNED = date(2024, 10, 3)
NUMBERS = [
    *("60/2568", "05/2567", "593/2569", "CNTR-00240/68", "CNTR - ๐๐๗๑๗/๒๕๖๘", "พด.233/2568"),
    *("ซ59/2568", "ฉซ. 110/2568", "8 / 2568", "99 /2568", "9.1/2568", "47/2568 (กช.)"),
    *("สข 54002/01/2568", "จท.12-2567", "122", "31/05/2568"),
    *("กค.12/2568", "กค 5/2568", "มค.3/2568"),  # กองคลัง, no July
]
CONTRACTS = [
    "{}\nลว. 3 ต.ค. 67",
    "{}\nวันที่ 3 ตุลาคม 2567",
    "{}\n3 ต.ค. 67",
    "สัญญา เลขที่ {}\nวันที่ ๓ ตุลาคม ๒๕๖๗",
    "สัญญาเลขที่ {} ลงวันที่ 3 ตุลาคม พ.ศ. 2567",
    "ใบสั่งจ้าง/ซื้อ เลขที่ {}\nลงวันที่ 3/10/2567",
    "ใบสั่งซื้อ {}\nลว 3 ต.ค 67",
    "ข้อตกลง {} ลว. 3/10/67",
    "บันทึกข้อตกลง เลขที่ {}\nลว. 2024-10-03",
    "เลขที่ {} ลว. 3 ต.ค. 67",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_contract_number_is_text_in_every_spelling(number: str) -> None:
    read = {spelling: contract_of(spelling.format(number)) for spelling in CONTRACTS}

    assert read == dict.fromkeys(CONTRACTS, (number, SIGNED, []))
    assert contract_of(number) == (number, None, [])
    row, doubts = read_row(TWELVE, contract_number=number)
    assert (row.contract_number, row.contract_date, doubts) == (number, SIGNED, [])


@pytest.mark.parametrize(
    ("text", "number", "day"),
    [
        ("5/2568 3 ต.ค. 67", "5/2568", SIGNED),
        ("5/2568 3/10/2567", "5/2568", SIGNED),
        ("ใบสั่งซื้อ\n5/2568\n3 ต.ค. 67", "5/2568", SIGNED),
        ("ลว. 3 ต.ค. 67", None, SIGNED),
        ("เลขที่ 5/2568 ลว. ........", "5/2568", None),
        ("เลขที่ 5/2568 ลงวันที่", "5/2568", None),
        ("เลขที่ ........../2568 ลว. ........", None, None),
        ("5/2568\n-", "5/2568", None),
        ("เลขที่: 5/2568 วันที่: 3 ต.ค. 67", "5/2568", SIGNED),
        ("เลขที่ 5/2568\nวันที่ : 3 ต.ค. 67", "5/2568", SIGNED),
        ("5/2568, ลว. 3 ต.ค. 67", "5/2568", SIGNED),
        ("5/2568 (ลว. 3 ต.ค. 67)", "5/2568", SIGNED),
        ("5/2568 (3 ต.ค. 67)", "5/2568", SIGNED),
        ("สัญญาเช่าที่ดิน 5/2568 ลว. 3 ต.ค. 67", "สัญญาเช่าที่ดิน 5/2568", SIGNED),
        ("-\n-", None, None),
        ("........../2568", None, None),
        ("/2568", None, None),
        ("-/2568", None, None),
        ("CNTR-", None, None),
        ("-", None, None),
        # The day first, signs between the two, words that say what they are.
        ("ลว. 3 ต.ค. 67\nเลขที่ 5/2568", "5/2568", SIGNED),
        ("3 ตุลาคม 2567\nใบสั่งซื้อเลขที่ 5/2568", "5/2568", SIGNED),
        ("5/2568 / 3 ต.ค. 67", "5/2568", SIGNED),
        ("5/2568 - 3 ต.ค. 67", "5/2568", SIGNED),
        ("- / -", None, None),
        ("5/2568 เมื่อวันที่ 3 ต.ค. 67", "5/2568", SIGNED),
        ("เลขที่สัญญา 5/2568\nลงวันที่. 3 ตุลาคม 2567.", "5/2568", SIGNED),
        ("เลขที่โครงการ 67101\n3 ต.ค. 67", "เลขที่โครงการ 67101", SIGNED),
        ("สข 12/01/2568", "สข 12/01/2568", None),  # a number of the series สข, no day
        (122, "122", None),
    ],
)
def test_what_a_contract_cell_lacks_stays_unknown(
    text: Value, number: str | None, day: date | None
) -> None:
    assert contract_of(text) == (number, day, [])


@pytest.mark.parametrize(
    "text",
    [
        "5/2568\nลว. 31 ก.พ. 2568",
        "5/2568 ลว. 13/31/2568",
        "5/2568\nลว. 10/13/2567",
        "5/2568\nเร็วๆ นี้",
        "5/2568 ลว. 3 ต.ค. 67 สิ้นสุดวันที่ 30 ก.ย. 68",
        # Several contracts in a cell: no number is a row of numbers and days.
        "5/2568\n3 ต.ค. 67\n6/2568\n4 ต.ค. 67",
        "5/2568\n3/10/2567\n6/2568\n4/10/2567",
    ],
)
def test_a_day_that_cannot_be_read_is_asked_about(text: str) -> None:
    number, day, doubts = contract_of(text)

    assert (number, day, doubts) == ("5/2568", None, [("date-readable", "I3")])


@pytest.mark.parametrize("text", ["3 ต.ค. 67 - 30 ก.ย. 68", "5/2568 ลว. 3 ต.ค. 67 - 30 ก.ย. 68"])
def test_a_period_is_no_day_of_signing(text: str) -> None:
    _, day, doubts = contract_of(text)

    assert (day, doubts) == (None, [("date-readable", "I3")])


@pytest.mark.parametrize("typed", [date(2025, 12, 1), 9.1, 12.5, 1.05559e11, True, 1e300])
@pytest.mark.parametrize("heads", [NINE, TWELVE], ids=["one cell", "two cells"])
def test_a_number_that_excel_has_changed_is_asked_for_as_text(
    typed: Value, heads: Mapping[str, str]
) -> None:
    """12/2568 becomes 1 December 2568, 9.10 becomes 9.1: nobody knows what was typed."""
    key, cell = ("contract", "I3") if heads is NINE else ("contract_number", "K3")
    row, doubts = read_row(heads, **{key: typed})

    assert row.contract_number is None
    assert doubts == [("text-as-typed", cell)]


def test_a_number_that_became_a_date_is_not_taken_for_the_day_beside_it() -> None:
    """Two cells under one heading: «12/2568» typed, Excel made it 1 December 2568."""
    heads = [*NINE.values(), None]
    cells = [*line()[:8], date(2568, 12, 1), "3 ต.ค. 67"]
    (cleaned,), findings = read_page(paper([[TITLE], heads, cells], merges=[Merge(2, 9, 2, 10)]))

    (row,) = cleaned.rows
    assert row.contract_number is None
    assert [f.rule for f in findings] == ["text-as-typed"]


def test_two_days_beside_a_number_are_asked_about() -> None:
    """Signed and ended, under one wide heading: nobody knows which is the contract's."""
    heads = [*NINE.values(), None, None]
    cells = [*line()[:8], "12/2568", date(2024, 10, 3), date(2024, 12, 3)]
    (cleaned,), findings = read_page(paper([[TITLE], heads, cells], merges=[Merge(2, 9, 2, 11)]))

    assert (cleaned.rows[0].contract_number, cleaned.rows[0].contract_date) == ("12/2568", None)
    assert [f.rule for f in findings] == ["date-readable"]


def test_number_and_day_may_stand_in_two_cells_under_one_heading() -> None:
    heads = [*NINE.values(), None]
    cells = [*line()[:8], "12/2568", date(2024, 10, 3)]
    (cleaned,), findings = read_page(paper([[TITLE], heads, cells], merges=[Merge(2, 9, 2, 10)]))

    (row,) = cleaned.rows
    assert (row.contract_number, row.contract_date, findings) == ("12/2568", SIGNED, [])


@pytest.mark.parametrize(
    "typed",
    [
        *("3 ต.ค. 67", "๓ ตุลาคม พ.ศ. ๒๕๖๗", "3/10/2567", "03/10/67", "2024-10-03", "3-ต.ค.-67"),
        *("ลว. 3 ต.ค. 67", "วันที่ 3 ตุลาคม 2567", date(2024, 10, 3), "3 ต.ค 67"),
    ],
)
def test_a_contract_date_is_read_in_every_spelling(typed: Value) -> None:
    row, doubts = read_row(TWELVE, contract_date=typed)

    assert (row.contract_date, doubts) == (SIGNED, [])


def test_a_year_typed_as_buddhist_is_read_and_told() -> None:
    row, doubts = read_row(TWELVE, contract_date=date(2567, 10, 3))

    assert (row.contract_date, doubts) == (SIGNED, [("year-typed-as-buddhist", "L3")])
    assert row.written["contract_date"].text == "2567-10-03"


@pytest.mark.parametrize(
    "typed", [45567, 45567.5, True, "31/02/2568", "10/13/2567", date(2568, 2, 29), "15/2568"]
)
def test_what_is_no_day_in_a_date_column_is_asked_about(typed: Value) -> None:
    row, doubts = read_row(TWELVE, contract_date=typed)

    assert (row.contract_date, doubts) == (None, [("date-readable", "L3")])


# ---- identifiers and texts

WITH_IDS = {
    **NINE,
    "egp_project_number": "เลขที่โครงการ",
    "egp_contract_number": "เลขคุมสัญญา",
    "supplier_tax_id": "เลขประจำตัวผู้เสียภาษี",
}


def with_id(key: str, value: Value) -> tuple[str | None, Doubts]:
    cells = line(WITH_IDS, **{**dict.fromkeys(list(WITH_IDS)[9:]), key: value})
    (cleaned,), findings = read_page(page(cells, heads=WITH_IDS))
    return getattr(cleaned.rows[0], key), [(f.rule, f.cell) for f in findings]


def test_a_tax_id_gets_its_zeros_back_only_with_proof() -> None:
    """0994000237031 as a number is 994000237031; its check digit proves the zero."""
    assert with_id("supplier_tax_id", 994000237031) == ("0994000237031", [])
    asked = (None, [("text-as-typed", "L3")])
    assert with_id("supplier_tax_id", 994000237032) == asked
    assert with_id("supplier_tax_id", "994000237031") == ("994000237031", [])


@pytest.mark.parametrize("key", ["egp_project_number", "egp_contract_number", "supplier_tax_id"])
def test_an_identifier_is_text_whatever_excel_stored(key: str) -> None:
    cell = {"egp_project_number": "J3", "egp_contract_number": "K3", "supplier_tax_id": "L3"}[key]
    asked = (None, [("text-as-typed", cell)])

    assert with_id(key, "67099237224") == ("67099237224", [])
    assert with_id(key, "๖๗๐ ๙๙๒๓ ๗๒๒๔") == ("67099237224", [])
    numbered = ("67099237224", []) if key != "supplier_tax_id" else asked
    assert with_id(key, 67099237224) == numbered
    assert with_id(key, "6.70992E+10") == asked
    assert with_id(key, "0133540001301") == ("0133540001301", [])
    assert with_id(key, "380970014xxxx") == ("380970014xxxx", [])
    assert with_id(key, "-") == (None, [])
    assert with_id(key, 1.5) == asked
    assert with_id(key, 1.05559e25) == asked
    assert with_id(key, date(2024, 1, 1)) == asked


@pytest.mark.parametrize("key", ["egp_project_number", "supplier_tax_id", "egp_contract_number"])
@pytest.mark.parametrize("number", [1234567890123456, 12345678901234567890])
def test_a_number_longer_than_excel_keeps_is_asked_for_as_text(key: str, number: int) -> None:
    """Excel keeps fifteen digits; the rest were made zeros before anybody saw them."""
    value, doubts = with_id(key, number)

    assert value is None
    assert [rule for rule, _ in doubts] == ["text-as-typed"]


def test_a_tax_id_is_in_nothing_that_is_published() -> None:
    cells = [*line(), None, None, "1234567890121"]
    (cleaned,), _ = read_page(page(cells, heads=WITH_IDS))

    (row,) = cleaned.rows
    assert row.supplier_tax_id == "1234567890121"
    assert "1234567890121" not in str(row.public())


@pytest.mark.parametrize(
    ("typed", "number"),
    [(1, 1), (1.0, 1), ("1", 1), ("๑๒", 12), ("3.", 3), ("3)", 3), (None, None), ("-", None)],
    ids=repr,
)
def test_a_row_number_is_a_number_or_nothing(typed: Value, number: int | None) -> None:
    row, doubts = read_row(number=typed)

    assert (row.number, doubts) == (number, [])


@pytest.mark.parametrize("typed", ["ก", "1.1", -1, 1.5, "1-2"])
def test_another_row_number_is_told(typed: Value) -> None:
    row, doubts = read_row(number=typed)

    assert (row.number, doubts) == (None, [("number-readable", "A3")])


@pytest.mark.parametrize(
    "title",
    [
        "ซื้อซื้อวัสดุ  จำนวน ๕ รายการ",
        "=1+1",
        "-นางสาวสมมติ",
        "<b>ก</b>",
        "NA",
        "None",
        "0",
        "ซ่อมรถ 82 - 6514 หมายเลข ๐๒๓-๖๐-๐๐๑๔",
        "รายที่ ๑\nรายที่ ๒",
    ],
)
def test_a_title_is_published_as_typed(title: str) -> None:
    row, doubts = read_row(title=title)

    assert (row.title, doubts) == (title, [])


def test_a_date_that_excel_made_of_a_text_is_not_published_as_text() -> None:
    """«1/2568» typed as the reason or the title: what stands there now nobody wrote."""
    for key, cell in (("title", "B3"), ("selection_reason", "H3"), ("procurement_method", "E3")):
        row, doubts = read_row(**{key: date(2568, 1, 1)})
        assert (getattr(row, key), doubts) == (None, [("text-as-typed", cell)])


# ---- the row goes through JSON unharmed


@STEADY
@given(st.sampled_from([*HEADS]), st.sampled_from([*GOOD]), st.text(max_size=20))
def test_a_row_is_kept_whole(layout: str, key: str, text: str) -> None:
    heads = HEADS[layout]
    row, _ = read_row(heads, **({key: text} if key in heads else {}))

    assert Procurement.of(json.loads(json.dumps(row.kept()))) == row


@pytest.mark.parametrize(
    ("supplier", "found"),
    [
        ("ร้าน ก\nร้าน ข", None),
        ("บริษัท ตัวอย่าง\nการก่อสร้าง จำกัด", "บริษัท ตัวอย่าง การก่อสร้าง จำกัด"),
        ("ห้างหุ้นส่วนจำกัด\nตัวอย่าง", "ห้างหุ้นส่วนจำกัด ตัวอย่าง"),
    ],
)
def test_two_suppliers_are_nobody_s_name(supplier: str, found: str | None) -> None:
    row, doubts = read_row(TWELVE, supplier=supplier)

    assert row.supplier == found
    assert doubts == ([] if found else [("supplier-single", "H3")])


def test_two_suppliers_in_rows_of_their_own_are_nobody_s_name() -> None:
    second: list[Value] = [None] * len(TWELVE)
    typed: dict[str, Value] = {"bidder": "ร้าน ข", "bid": 950, "supplier": "ข พาณิชย์"}
    for key, value in typed.items():
        second[list(TWELVE).index(key)] = value
    sheet = page(line(TWELVE), second, heads=TWELVE)
    (cleaned,), findings = read_page(sheet)

    assert cleaned.rows[0].supplier is None
    assert "supplier-single" in {finding.rule for finding in findings}


@pytest.mark.parametrize(("name", "asked"), [("ร้าน ก 9000", True), ("ร้าน ก 2499", False)])
def test_a_bare_price_behind_a_name_is_not_lost_in_the_name(name: str, asked: bool) -> None:  # noqa: FBT001
    """9,000 is about what was agreed; 2499 may be the year in which the shop was founded."""
    _, doubts = read_row(bids=name, award="ร้าน ก / 9,000.00 บาท", budget=10_000)

    assert doubts == ([("amount-readable", "F3")] if asked else [])
