"""Questions about public rows: each row has one verdict, and what is unknown is never judged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.configure import NAME, configure
from pipeline.facts import Beside, facts
from pipeline.indicators import JUDGES, Asked, Item, ask
from pipeline.questions import QUESTIONS, questions_page
from pipeline.reply import reply_of
from schemas.config import LAW_THRESHOLDS, Organisation, Settings, Threshold
from schemas.config import Site as SiteSettings
from schemas.explanation import Explanation
from schemas.indicators import INDICATORS, MANY
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.summary import MonthlySummary
from schemas.thai import LARGEST
from tests.conftest import Office, make_office
from tests.test_year import AFTER_THE_YEAR, drop_year

OCTOBER = Month(2567, 10)
DAY = date(2024, 10, 9)
LIMIT = 500_000_00
PLAIN = Procurement(
    Source("a.xlsx", "ต.ค.", 5),
    title="ซื้อวัสดุ",
    budget=100_00,
    reference_price=110_00,
    procurement_method="เฉพาะเจาะจง",
    bids=(Bid("ร้านสมมติ", 100_00),),
    supplier="ร้านสมมติ",
    agreed_price=100_00,
    contract_date=DAY,
)
NOTHING = Procurement(PLAIN.source)


def verdicts(
    question: str, *rows: Procurement, thresholds: Sequence[Threshold] = LAW_THRESHOLDS
) -> list[str]:
    items = [Item(OCTOBER, number, row) for number, row in enumerate(rows, 1)]
    (asked,) = [one for one in ask(items, thresholds) if one.indicator.id == question]
    return list(asked.verdicts)


def bids(*amounts: int | None, names: str = "ABCDE") -> tuple[Bid, ...]:
    return tuple(Bid(name, amount) for name, amount in zip(names, amounts, strict=False))


def test_every_question_has_a_judge_a_ground_and_innocent_reasons() -> None:
    assert set(JUDGES) == {one.id for one in INDICATORS}
    for one in INDICATORS:
        assert all((one.question, one.means, one.basis, one.scope, one.unknown, one.innocent))


amounts = st.one_of(st.none(), st.sampled_from((0, 1, LIMIT, LIMIT + 1, LARGEST)))
any_rows = st.lists(
    st.builds(
        Procurement,
        source=st.just(PLAIN.source),
        budget=amounts,
        reference_price=amounts,
        agreed_price=amounts,
        procurement_method=st.sampled_from(
            ("เฉพาะเจาะจง", "คัดเลือก", "e-bidding", "จ้างที่ปรึกษาโดยวิธีเฉพาะเจาะจง", "แปลก", None)
        ),
        supplier=st.sampled_from(("A", "B", None)),
        bids=st.lists(st.builds(Bid, st.sampled_from(("A", "B", None)), amounts), max_size=3).map(
            tuple
        ),
        contract_date=st.sampled_from((DAY, date(2025, 9, 30), date(2017, 8, 22), None)),
    ),
    max_size=8,
)


@given(any_rows)
@settings(deadline=None)
def test_the_counts_of_every_question_add_up_to_all_rows(rows: list[Procurement]) -> None:
    items = [Item(OCTOBER, number, row) for number, row in enumerate(rows, 1)]
    for one in ask(items, LAW_THRESHOLDS):
        judged = one.count("applies") + one.count("not") + one.count("unknown")
        assert judged == one.scope
        assert judged + one.count("outside") == len(rows)
        assert len(one.applying) == one.count("applies")
        assert [item for _, own in one.by_month for item in own] == list(one.applying)


@given(st.integers(0, 6))
def test_a_row_of_which_nothing_is_known_is_never_judged(count: int) -> None:
    items = [Item(OCTOBER, number, NOTHING) for number in range(count)]
    for one in ask(items, LAW_THRESHOLDS):
        assert one.count("unknown") == count


def test_the_same_day_group_is_the_one_of_the_rule_on_trial() -> None:
    """Two halves above the limit are asked about, two small ones not; both judge alike."""
    half = replace(PLAIN, agreed_price=LIMIT // 2 + 1)
    other = replace(PLAIN, supplier="ร้านอื่น")
    assert verdicts("same-day-direct", half, half, other) == ["applies", "applies", "not"]
    told = facts(OCTOBER, [half, half, other], Beside())
    assert (told["same_day_rows"], told["same_day_total"]) == (
        [2, None, None],
        [LIMIT + 2, None, None],
    )
    assert verdicts("same-day-direct", PLAIN, PLAIN) == ["not", "not"]
    assert verdicts("same-day-direct", replace(half, agreed_price=LIMIT + 1)) == ["outside"]
    assert verdicts("same-day-direct", half, replace(half, procurement_method="e-bidding")) == [
        "not",
        "outside",
    ]


def test_an_unknown_price_of_the_same_day_leaves_its_neighbours_open() -> None:
    unknown = replace(PLAIN, agreed_price=None)
    later = replace(PLAIN, contract_date=date(2024, 10, 10))
    assert verdicts("same-day-direct", PLAIN, unknown, later) == ["unknown", "unknown", "not"]


@pytest.mark.parametrize(
    "unknown", ["supplier", "contract_date", "agreed_price", "procurement_method"]
)
def test_the_same_day_cannot_be_told_without_who_when_how_much_and_how(unknown: str) -> None:
    other = replace(PLAIN, supplier="ร้านอื่น")
    asked = replace(PLAIN, **{unknown: None})  # type: ignore[arg-type]
    assert verdicts("same-day-direct", asked, other) == ["unknown", "not"]


@pytest.mark.parametrize(
    ("budget", "verdict"),
    [
        (LIMIT * 9 // 10 - 1, "not"),
        (LIMIT * 9 // 10, "applies"),
        (LIMIT, "applies"),
        (LIMIT + 1, "not"),
        (None, "unknown"),
    ],
)
def test_near_the_limit_is_from_ninety_percent_to_the_limit(
    budget: int | None, verdict: str
) -> None:
    assert verdicts("near-limit", replace(PLAIN, budget=budget)) == [verdict]


@pytest.mark.parametrize(
    ("budget", "price", "verdict"),
    [
        (LIMIT, LIMIT, "not"),
        (LIMIT + 1, LIMIT, "applies"),
        (None, LIMIT + 1, "applies"),
        (None, LIMIT, "unknown"),
        (LIMIT, None, "unknown"),
    ],
)
def test_above_the_limit_needs_one_amount_to_apply_and_both_to_deny(
    budget: int | None, price: int | None, verdict: str
) -> None:
    asked = replace(PLAIN, budget=budget, agreed_price=price)
    assert verdicts("direct-above-limit", asked) == [verdict]


def test_the_limit_is_the_one_of_the_contracts_day() -> None:
    raised = (*LAW_THRESHOLDS, Threshold(name="direct", baht=1_000_000, since=date(2024, 10, 10)))
    dear = replace(PLAIN, budget=LIMIT + 1)
    later = replace(dear, contract_date=date(2024, 10, 10))
    old = replace(dear, contract_date=date(2017, 8, 22))  # before the act
    found = verdicts("direct-above-limit", dear, later, old, thresholds=raised)
    assert found == ["applies", "not", "outside"]
    assert verdicts("price-equals-reference", old) == ["outside"]
    assert verdicts("year-end", old) == ["not"]  # needs no law


def test_many_contracts_of_one_supplier_are_counted_whatever_the_blanks() -> None:
    spelled = [replace(PLAIN, supplier=f"ร้าน {' ' * n}สมมติ") for n in range(MANY)]
    assert verdicts("many-contracts", *spelled) == ["applies"] * MANY
    assert (
        verdicts("many-contracts", *spelled[1:], replace(PLAIN, supplier="อื่น")) == ["not"] * MANY
    )


def test_the_price_equals_the_reference_to_the_satang() -> None:
    rows = [replace(PLAIN, reference_price=n) for n in (100_00, 100_01, 0, None)]
    assert verdicts("price-equals-reference", *rows) == ["applies", "not", "unknown", "unknown"]


def test_a_single_bidder_is_asked_about_only_where_there_is_a_contest() -> None:
    contest = replace(PLAIN, procurement_method="e-bidding")
    rows = (PLAIN, contest, replace(contest, bids=bids(1, 2)), replace(contest, bids=()))
    assert verdicts("single-bidder", *rows) == ["outside", "applies", "not", "unknown"]
    assert verdicts("single-bidder", replace(PLAIN, procurement_method="แปลก")) == ["unknown"]


@pytest.mark.parametrize(
    ("offered", "winner", "verdict"),
    [
        (bids(100, 90), "A", "applies"),
        (bids(100, 110), "A", "not"),
        (bids(100, 100), "A", "not"),
        (bids(100, None), "A", "unknown"),
        (bids(100, None, 90), "A", "applies"),
        (bids(None, 90), "A", "unknown"),
        (bids(100, 90), "Z", "unknown"),
        (bids(100, 90), None, "unknown"),
        (bids(100, 90, names="AA"), "A", "unknown"),
        (bids(100), "A", "outside"),
        ((), "A", "unknown"),
    ],
)
def test_the_winner_is_compared_with_what_the_others_offered(
    offered: tuple[Bid, ...], winner: str | None, verdict: str
) -> None:
    assert verdicts("not-lowest", replace(PLAIN, bids=offered, supplier=winner)) == [verdict]


@pytest.mark.parametrize(
    ("offered", "verdict"),
    [
        (bids(100, 100), "applies"),
        (bids(100, 90), "not"),
        (bids(100, 100, names="AA"), "not"),  # one bidder written twice
        (bids(100, None), "unknown"),
        ((Bid(None, 100), Bid("A", 100)), "unknown"),
        (bids(100), "outside"),
        ((), "unknown"),
    ],
)
def test_equal_prices_are_those_of_different_bidders(
    offered: tuple[Bid, ...], verdict: str
) -> None:
    assert verdicts("same-price-offered", replace(PLAIN, bids=offered)) == [verdict]


def test_september_is_the_end_of_the_year() -> None:
    days = (date(2025, 9, 1), date(2025, 8, 31), None)
    rows = [replace(PLAIN, contract_date=day) for day in days]
    assert verdicts("year-end", *rows) == ["applies", "not", "unknown"]


def test_what_the_officer_explained_stands_beside_the_question_and_changes_nothing() -> None:
    said = Explanation("direct-within-limit", "ซ่อม <b>ด่วน</b>", "นางสมมติ", DAY)
    dear = replace(PLAIN, budget=LIMIT + 1)
    month = MonthlySummary(OCTOBER, "เทศบาล", "", 1, DAY, (PLAIN, dear), explanations={1: (said,)})
    settings_ = Settings(organisation=Organisation(name="เทศบาลสมมติ"))
    page = questions_page([month], settings_).decode()
    assert "ซ่อม &lt;b&gt;ด่วน&lt;/b&gt;" in page
    assert "เข้าข่าย 1 จาก 2 รายการ" in page
    assert "เผยแพร่แล้ว 1 จาก 12 เดือน" in page
    assert "ไม่เผยแพร่บนเว็บไซต์" in page


def test_the_public_sees_questions_only_where_the_office_wants_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Finance always does, from its own page; every link of the public page leads to a row."""
    office = make_office(tmp_path_factory.mktemp("office") / "o")
    drop_year(office, "nine-columns")
    for more in ("", "[site]\nquestions = true\n"):
        config = office.workspace.output.parent / NAME
        config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
        office = Office(configure(config))
        office.one_pass(AFTER_THE_YEAR)
        for_finance = office.workspace.output / QUESTIONS
        assert "คำถาม ไม่ใช่ข้อกล่าวหา" in for_finance.read_text(encoding="utf-8")
        desk = (office.workspace.output / "replies/index.html").read_text(encoding="utf-8")
        assert f'href="{for_finance.name}"' in desk
        public = office.public / "fy2568/questions.html"
        assert public.is_file() == bool(more)
        year = (office.public / "fy2568/index.html").read_text(encoding="utf-8")
        assert ('href="questions.html"' in year) == bool(more)
    tree = etree.fromstring(public.read_bytes(), etree.HTMLParser(encoding="utf-8"))
    links = [a.get("href") or "" for a in tree.iter("a") if a.get("class") == "row"]
    assert links
    for link in links:
        page, _, anchor = link.partition("#")
        text = (office.public / "fy2568" / page).read_text(encoding="utf-8")
        assert not anchor or f'id="{anchor}"' in text


def test_a_workbook_named_like_the_page_has_its_answer_beside_it() -> None:
    name = QUESTIONS.removeprefix("replies/")
    assert not reply_of(name).startswith(f"{QUESTIONS}/")


def test_settings_keep_questions_from_the_public_by_default() -> None:
    assert SiteSettings().questions is False
    assert Asked(INDICATORS[0], (), ()).scope == 0
