"""What changed between two revisions: nothing lost, nothing doubled, the same from both sides."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.check import vanished
from pipeline.difference import difference
from schemas.difference import FIELD_WORDS, Difference, Pair
from schemas.procurement import FACTS, Bid, Procurement, Source

FIRST = Procurement(
    Source("ตุลาคม.xlsx", "แผ่นแรก", 7),
    number=1,
    title="ซื้อวัสดุ",
    budget=10_800_000,
    reference_price=None,
    procurement_method="เฉพาะเจาะจง",
    bids=(Bid("ร้านสมมุติ", 10_650_000),),
    supplier="ร้านสมมุติ",
    agreed_price=10_600_000,
    contract_number="1/2568",
    contract_date=date(2024, 10, 1),
)
SECOND = replace(FIRST, number=2, title="จ้างถมดิน", supplier="ร้าน ข", contract_number="2/2568")
WORDS = st.sampled_from([None, "ก", "ข", "ค"])
MONEY = st.sampled_from([None, 0, 100, 200])
# Few values, so that rows that look alike, and equal ones, come often.
ROW = st.builds(
    Procurement,
    source=st.just(FIRST.source),
    number=st.sampled_from([None, 1, 2]),
    title=WORDS,
    supplier=WORDS,
    contract_number=WORDS,
    egp_project_number=WORDS,
    agreed_price=MONEY,
    bids=st.lists(st.builds(Bid, WORDS, MONEY), max_size=2).map(tuple),
)
ROWS = st.lists(ROW, max_size=7)
STEADY = settings(max_examples=200, deadline=None, derandomize=True)


def applied(found: Difference, before: Sequence[Procurement]) -> Counter[tuple[object, ...]]:
    """The old rows with the difference worked in by position, field by field, in any order."""
    rows = dict(enumerate(before, 1))
    for one in found.removed:
        assert rows.pop(one.position) == one.row
    for pair in (*found.changed, *found.renumbered):
        row = rows.pop(pair.old.position)
        for field in pair.fields:
            assert getattr(row, field.name) == field.old
        new = replace(row, **{field.name: field.new for field in pair.fields})
        rows[-pair.new.position] = new
    return Counter(row.facts() for row in (*rows.values(), *(one.row for one in found.added)))


def turned(found: Difference) -> Difference:
    def pairs(these: Sequence[Pair]) -> tuple[Pair, ...]:
        back = [Pair(pair.new, pair.old) for pair in these]
        return tuple(sorted(back, key=lambda pair: pair.new.position))

    return Difference(found.removed, found.added, pairs(found.changed), pairs(found.renumbered))


@STEADY
@given(ROWS, ROWS)
def test_the_difference_worked_into_the_old_rows_gives_the_new(
    before: list[Procurement], after: list[Procurement]
) -> None:
    found = difference(before, after)

    assert applied(found, before) == Counter(row.facts() for row in after)


@STEADY
@given(ROWS, ROWS)
def test_each_row_stands_in_one_place_only(
    before: list[Procurement], after: list[Procurement]
) -> None:
    found = difference(before, after)
    pairs = (*found.changed, *found.renumbered)

    old = [one.position for one in found.removed] + [pair.old.position for pair in pairs]
    new = [one.position for one in found.added] + [pair.new.position for pair in pairs]
    assert len(set(old)) == len(old)
    assert len(set(new)) == len(new)
    assert len(before) - len(old) == len(after) - len(new)
    assert all(pair.fields for pair in pairs)


@STEADY
@given(ROWS, st.randoms(use_true_random=False))
def test_rows_that_only_moved_are_no_difference(rows: list[Procurement], chance: Random) -> None:
    moved = list(rows)
    chance.shuffle(moved)

    assert difference(rows, rows).empty
    assert difference(rows, moved).empty


@STEADY
@given(ROWS, ROWS)
def test_from_the_other_side_added_and_removed_are_exchanged(
    before: list[Procurement], after: list[Procurement]
) -> None:
    there, back = difference(before, after), difference(after, before)

    assert (there.added, there.removed) == (back.removed, back.added)
    assert there.changed == turned(back).changed
    assert Counter(pair.fields for pair in there.renumbered) == Counter(
        pair.fields for pair in turned(back).renumbered
    )


@STEADY
@given(ROWS, ROWS)
def test_a_row_asked_about_as_vanished_is_a_row_that_the_correction_removes(
    before: list[Procurement], after: list[Procurement]
) -> None:
    removed = [one.row for one in difference(before, after).removed]

    assert vanished(before, after) == removed


def test_a_changed_row_has_its_fields_with_old_and_new_in_the_order_of_the_form() -> None:
    corrected = replace(FIRST, reference_price=10_700_000, contract_date=None, title="ซื้อวัสดุใหม่")

    (pair,) = difference([SECOND, FIRST], [corrected, SECOND]).changed

    assert (pair.old.position, pair.new.position) == (2, 1)
    assert [(field.name, field.old, field.new) for field in pair.fields] == [
        ("title", "ซื้อวัสดุ", "ซื้อวัสดุใหม่"),
        ("reference_price", None, 10_700_000),
        ("contract_date", date(2024, 10, 1), None),
    ]


def test_one_trait_is_not_enough_to_be_the_same_purchase() -> None:
    other = replace(FIRST, title="ซื้อเก้าอี้", supplier="ร้านอื่น")

    found = difference([FIRST], [other])

    assert [one.row for one in found.removed] == [FIRST]
    assert [one.row for one in found.added] == [other]


def test_behind_a_row_put_in_the_others_are_only_renumbered() -> None:
    new = replace(SECOND, number=1, title="งานใหม่", supplier="ร้าน ค", contract_number="9/2568")
    after = [new, replace(FIRST, number=2), replace(SECOND, number=3)]

    found = difference([FIRST, SECOND], after)

    assert [one.row for one in found.added] == [new]
    assert (found.removed, found.changed) == ((), ())
    assert [(p.fields[0].old, p.fields[0].new) for p in found.renumbered] == [(1, 2), (2, 3)]


def test_look_alike_rows_keep_their_order_and_an_equal_one_is_never_taken() -> None:
    """Three deliveries of one supplier under one title: only the prices tell them apart."""

    def delivery(price: int) -> Procurement:
        return replace(FIRST, number=None, contract_number=None, agreed_price=price)

    before = [delivery(100), delivery(200), delivery(300)]
    after = [delivery(150), delivery(300), delivery(250)]

    pairs = difference(before, after).changed

    prices = [(pair.old.row.agreed_price, pair.new.row.agreed_price) for pair in pairs]
    assert prices == [(100, 150), (200, 250)]


def test_the_row_most_alike_is_the_one_that_goes_on() -> None:
    """Both share title and supplier with the old row; only one its contract number as well."""
    near = replace(FIRST, agreed_price=1, budget=1, number=2)
    far = replace(FIRST, contract_number="7/2568")

    found = difference([FIRST], [far, near])

    assert [pair.new.row for pair in found.changed] == [near]
    assert [one.row for one in found.added] == [far]


def test_every_published_field_has_its_words() -> None:
    assert list(FIELD_WORDS) == [name for name in FACTS if name != "supplier_tax_id"]
