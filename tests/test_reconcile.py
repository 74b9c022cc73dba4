"""Whatever is removed, changed, moved or added on one side is found, no more and no less."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reconcile import _assigned, reconcile
from schemas.egp import Contract, EgpContracts, EgpFile
from schemas.month import Month, fiscal_months
from schemas.procurement import Procurement, Source, Written
from schemas.reconciliation import PublicRow, Reconciliation, reconciled
from schemas.thai import thai_digits
from tests.egp_files import SUPPLIERS

YEAR = 2568
EVERY = frozenset((*fiscal_months(YEAR), *fiscal_months(YEAR - 1), *fiscal_months(YEAR + 1)))
FIELDS = ("contract_number", "agreed_price", "supplier", "contract_date")


def contract(at: int, project: str = "", **facts: object) -> Contract:
    """The contract of a place in the file: its price is its own, all else may repeat."""
    made = Contract(
        line=at + 2,
        project=project or f"6710900{at:04}",
        fiscal_year=YEAR,
        supplier=SUPPLIERS[at % len(SUPPLIERS)][0],
        number=f"{at % 5 + 1}/2568",
        signed=date(2024, 10, 1) + timedelta(days=at * 7 % 360),
        amount=100_000 + at,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def row(
    one: Contract, position: int = 1, month: Month | None = None, **facts: object
) -> PublicRow:
    """The row that says what a contract says."""
    assert one.signed
    made = Procurement(
        Source("แบบ.xlsx", "ต.ค.", position + 6),
        supplier=one.supplier,
        agreed_price=one.amount,
        contract_number=one.number,
        contract_date=one.signed,
        egp_project_number=one.project,
        written={name: Written(f"{letter}{position + 6}", "") for name, letter in CELLS.items()},
    )
    when = month or Month.of(one.signed)
    return PublicRow(when, position, position, replace(made, **facts))  # type: ignore[arg-type]


CELLS = {
    "supplier": "H",
    "agreed_price": "I",
    "contract_number": "K",
    "contract_date": "L",
    "egp_project_number": "M",
}


def file_of(contracts: Sequence[Contract], name: str = "e-GP/a.csv") -> EgpFile:
    said = EgpContracts(contracts=tuple(contracts))
    return EgpFile(name, "0" * 64, date(2025, 10, 20), there=True, said=said)


def held(
    contracts: Sequence[Contract], rows: Sequence[PublicRow], public: frozenset[Month] = EVERY
) -> Reconciliation:
    return reconcile({YEAR: file_of(contracts)}, rows, public)[YEAR]


# ---- any edits at all


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[Contract], list[str]]:
    """Contracts, some projects with several, and what is done to the row of each."""
    sizes = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2, 3, 5]), min_size=1, max_size=12))
    contracts: list[Contract] = []
    for project, size in enumerate(sizes):
        alike = draw(st.booleans())  # one supplier, one day: only number and price tell them apart
        for _ in range(size):
            at = len(contracts)
            one = contract(at, f"6710911{project:04}", number=f"{at % 7 + 1}/2568")
            if alike and contracts and contracts[-1].project == one.project:
                one = replace(one, supplier=contracts[-1].supplier, signed=contracts[-1].signed)
            contracts.append(one)
    edits = st.sampled_from(
        ["", "", "", "remove", "absent", "move", "nameless", "lost", "misnumbered", *FIELDS]
    )
    return contracts, draw(st.lists(edits, min_size=len(contracts), max_size=len(contracts)))


@given(towns(), st.randoms(use_true_random=False))
@settings(max_examples=400, deadline=None)
def test_what_was_done_is_what_is_found(  # noqa: C901 - a case for each thing that is done
    town: tuple[list[Contract], list[str]], chance: Random
) -> None:
    """In a project with several contracts each differs from the others in at least two things."""
    contracts, edits = town
    there: list[Contract] = []
    rows: list[PublicRow] = []
    matched, only_there = set(), set()
    only_here, not_comparable, differing = set(), set(), {}
    for at, (one, edit) in enumerate(zip(contracts, edits, strict=True)):
        place = at + 1
        if edit != "absent":
            there.append(one)
        match edit:
            case "":
                rows.append(row(one, place))
                matched.add(one.line)
            case "remove":
                only_there.add(one.line)
            case "absent":
                rows.append(row(one, place))
                only_here.add(place)
            case "move":
                rows.append(row(one, place, Month.of(one.signed or date.min).following))
                differing[one.line] = {"month"}
            case "nameless":
                rows.append(row(one, place, egp_project_number=None))
                matched.add(one.line)
            case "lost":  # without its number, and changed: nobody can tell what it is
                rows.append(row(one, place, egp_project_number=None, agreed_price=7 + at))
                only_there.add(one.line)
                not_comparable.add(place)
            case "misnumbered":
                rows.append(row(one, place, egp_project_number=f"6899999{at:04}"))
                differing[one.line] = {"egp_project_number"}
            case _:
                rows.append(row(one, place, **{edit: CHANGED[edit](at)}))
                differing[one.line] = {edit}
    chance.shuffle(rows)
    chance.shuffle(there)

    found = held(there, rows)

    assert {pair.contract.line for pair in found.matched} == matched
    told = {pair.contract.line: {one.field for one in pair.unlike} for pair in found.differing}
    if confusable(contracts, edits):
        return
    assert told == differing
    assert {one.contract.line for one in found.only_there} == only_there
    assert {one.position for one in found.only_here} == only_here
    assert {one.position for one in found.not_comparable} == not_comparable
    assert all(pair.row.position + 1 == pair.contract.line for pair in found.differing)


CHANGED: dict[str, Callable[[int], Any]] = {
    "contract_number": lambda at: f"9{at:03}/2568",
    "agreed_price": lambda at: 900_000 + at,
    "supplier": lambda at: f"ร้านอื่นที่ {at}",
    "contract_date": lambda at: date(2023, 11, 1) + timedelta(days=at),
}


def confusable(contracts: Sequence[Contract], edits: Sequence[str]) -> bool:
    """True where one row of a project is of no contract and one contract of the same has no row.

    They may be the same with other facts, and no number says that they are not.
    """
    done: dict[str, set[str]] = {}
    for one, edit in zip(contracts, edits, strict=True):
        done.setdefault(one.project, set()).add(edit)
    gone = {"remove", "lost", "misnumbered"}
    return any("absent" in edits and edits & gone for edits in done.values())


@given(st.lists(st.integers(0, 9), min_size=2, max_size=7), st.randoms(use_true_random=False))
def test_the_order_of_file_and_rows_changes_nothing(spread: list[int], chance: Random) -> None:
    there = [contract(at, f"6710911{at % 2:04}", amount=spread[at]) for at in range(len(spread))]
    rows = [row(one, at, agreed_price=spread[-at]) for at, one in enumerate(there, 1)]
    mixed, mixed_rows = list(there), list(rows)
    chance.shuffle(mixed)
    chance.shuffle(mixed_rows)

    found, again = held(there, rows), held(mixed, mixed_rows)

    assert replace(found, file=again.file) == again


# ---- what is the same


def test_digits_blanks_and_legal_heads_are_no_difference() -> None:
    one = contract(1, supplier="บริษัท ตัวอย่างพาณิชย์  จำกัด", number="8 / 2568")
    mine = row(one, supplier="บจก. ตัวอย่างพาณิชย์", contract_number=thai_digits("8/2568"))
    numbered = replace(mine.row, egp_project_number=thai_digits(one.project))

    assert len(held([one], [replace(mine, row=numbered)]).matched) == 1


def test_what_e_gp_does_not_tell_is_no_difference_and_what_we_do_not_tell_is_one() -> None:
    one = contract(1)

    assert held([replace(one, supplier=None)], [row(one)]).matched
    told = held([one], [row(one, supplier=None)]).differing
    assert [(pair.unlike[0].field, pair.unlike[0].here) for pair in told] == [("supplier", None)]
    nobody = replace(one, supplier=None)
    assert held([nobody], [row(nobody, egp_project_number=None)]).matched


def test_both_values_and_the_cell_of_ours_are_told() -> None:
    one = contract(1)
    pair = held([one], [row(one, 3, agreed_price=5)]).differing[0]

    assert [(u.field, u.here, u.there, u.cell) for u in pair.unlike] == [
        ("agreed_price", 5, one.amount, "I9")
    ]


def test_a_title_never_makes_two_the_same() -> None:
    one = contract(1, title="ซื้อวัสดุสมมติ")
    other = row(contract(2), title="ซื้อวัสดุสมมติ", contract_number="77/2568", egp_project_number=None)

    found = held([one], [other])

    assert (len(found.only_there), len(found.not_comparable)) == (1, 1)


def test_the_only_contract_of_a_project_is_its_only_row_whatever_else_differs() -> None:
    one = contract(1)
    changed = {name: change(1) for name, change in CHANGED.items()}
    mine = replace(row(one), row=replace(row(one).row, **changed))

    told = held([one], [mine]).differing[0].unlike

    assert [each.field for each in told] == [
        "contract_number",
        "agreed_price",
        "supplier",
        "contract_date",
    ]


def test_contracts_with_nothing_in_common_are_two_though_of_one_project() -> None:
    there = [contract(1, "67109110001"), contract(2, "67109110001")]
    changed = {name: change(1) for name, change in CHANGED.items()}
    mine = replace(row(there[0]), row=replace(row(there[0]).row, **changed))

    found = held(there, [mine])

    assert (len(found.only_there), len(found.only_here)) == (2, 1)


def test_alike_in_all_goes_before_a_better_sum() -> None:
    """The second row shares two facts with the first contract, none with the other."""
    one = contract(1, "67109110001")
    other = replace(one, line=9, number="5/2568", signed=date(2024, 10, 9))
    rows = [row(one, 1), row(one, 2, agreed_price=5, supplier="ร้านอื่น")]

    found = held([one, other], rows)

    assert [pair.contract.line for pair in found.matched] == [one.line]
    assert [each.contract.line for each in found.only_there] == [9]
    assert [each.position for each in found.only_here] == [2]


def test_all_facts_but_a_mistyped_project_say_more_than_the_project_alone() -> None:
    one, gone = contract(1, "67109110001"), contract(4, "67109110001")
    wrong = row(one, 2, egp_project_number="68999990001")

    found = held([one], [row(gone, 1), wrong])

    assert [pair.row.position for pair in found.differing] == [2]
    assert [each.position for each in found.only_here] == [1]


def test_two_contracts_that_say_the_same_are_two() -> None:
    one = contract(1)
    twin = replace(one, line=9)

    assert len(held([one, twin], [row(one, 1), row(one, 2)]).matched) == 2
    alone = held([one, twin], [row(one, 1)])
    assert (len(alone.matched), len(alone.only_there)) == (1, 1)


def test_a_mistyped_project_number_is_told_only_where_nothing_else_could_be_meant() -> None:
    one = contract(1)
    twin = replace(one, line=9, project="67109110009")
    wrong = row(one, egp_project_number="68999990001")

    assert [u.field for u in held([one], [wrong]).differing[0].unlike] == ["egp_project_number"]
    both = held([one, twin], [wrong])
    assert (len(both.differing), len(both.only_there), len(both.only_here)) == (0, 2, 1)


def test_what_is_left_of_a_project_is_no_pair_for_being_left() -> None:
    one, other, gone = (contract(at, "67109110001") for at in (1, 2, 4))

    found = held([one, other], [row(one, 1), row(gone, 2)])

    assert (len(found.matched), len(found.only_there), len(found.only_here)) == (1, 1, 1)


# ---- years and months


def test_a_row_in_a_month_of_another_year_is_found_there() -> None:
    one = contract(1, signed=date(2025, 9, 30))
    late = row(one, month=Month(2568, 10))

    found = held([one], [late])

    assert [u.field for u in found.differing[0].unlike] == ["month"]
    assert not found.only_here


def test_a_row_of_another_year_is_not_only_here() -> None:
    old = contract(1, signed=date(2024, 9, 30))

    assert held([contract(2)], [row(old)]).only_here == ()


def test_two_years_are_told_apart() -> None:
    old = contract(1, fiscal_year=2567, signed=date(2024, 9, 2))
    new = contract(2)
    files = {2567: file_of([old]), 2568: file_of([new])}

    found = reconcile(files, [row(old), row(new, 2)], EVERY)

    assert {year: len(one.matched) for year, one in found.items()} == {2567: 1, 2568: 1}
    assert not any(one.only_here for one in found.values())


def test_a_contract_of_a_month_that_is_not_public_is_awaited_not_missing() -> None:
    one = contract(1)
    assert one.signed

    found = held([one], [], EVERY - {Month.of(one.signed)})

    assert (found.awaited, found.asks) == (1, False)
    assert held([one], []).asks


def test_a_contract_of_the_year_before_dated_in_this_one_is_told() -> None:
    slip = contract(1, number="2/2567", signed=date(2024, 10, 2), ends=date(2024, 9, 30))
    other = contract(2, number="05/67", signed=date(2024, 10, 1))

    found = held([slip, other, contract(3)], [row(slip), row(other, 2), row(contract(3), 3)])

    assert {note.contract.line: note.reasons for note in found.notes} == {
        slip.line: ("number-of-an-earlier-year", "ends-before-signed"),
        other.line: ("number-of-an-earlier-year",),
    }
    assert len(found.matched) == 3


def test_the_counts_of_the_status_add_up() -> None:
    there = [contract(at) for at in range(6)]
    rows = [row(there[0], 1), row(there[1], 2, agreed_price=1), row(contract(40), 3)]

    counts = reconciled(held(there, rows))

    assert (counts.contracts, counts.matched, counts.differing) == (6, 1, 1)
    assert (counts.only_there, counts.only_here, counts.sha256) == (4, 1, "0" * 64)


# ---- the least sum


@given(st.integers(1, 5), st.integers(1, 5), st.data())
def test_the_sum_is_the_least_there_is(rows: int, columns: int, data: st.DataObject) -> None:
    costs = [[data.draw(st.integers(0, 9)) for _ in range(columns)] for _ in range(rows)]

    pairs = _assigned(costs)

    few = min(rows, columns)
    assert len({at for at, _ in pairs}) == len({to for _, to in pairs}) == len(pairs) == few
    turned = costs if rows <= columns else [list(one) for one in zip(*costs, strict=True)]
    least = min(
        sum(turned[at][to] for at, to in enumerate(chosen))
        for chosen in permutations(range(max(rows, columns)), few)
    )
    assert sum(costs[at][to] for at, to in pairs) == least


@pytest.mark.parametrize("count", [5_000])
def test_a_project_of_thousands_of_contracts_takes_no_longer_than_one_waits(count: int) -> None:
    there = [contract(at, "67109110001", amount=at % 3, number="1/2568") for at in range(count)]
    rows = [row(one, at, agreed_price=9) for at, one in enumerate(there[:20], 1)]

    found = held(there, rows)

    assert len(found.differing) == 20
