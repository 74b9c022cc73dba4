"""A province's year: what agencies said is added up, what they did not say is counted as such."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from pipeline import examples
from pipeline.roll_up import roll_up
from schemas.month import Month, fiscal_months
from schemas.province import Counts, Province, Total
from tests.conftest import Office, make_office

YEAR = 2568
OCTOBER, NOVEMBER, DECEMBER = (Month(2567, number) for number in (10, 11, 12))
LATER = date(2025, 1, 20)


def drop(office: Office, month: Month, *, without_price: int = 0, rows: int = 3) -> None:
    book = examples.example_month(month, "nine-columns", rows=rows)
    for row in book.expected[:without_price]:
        sheet, at = row.source.sheet, row.source.row
        book = examples.replace_cell(book, sheet, f"G{at}", None)
    office.drop(book.file, examples.to_bytes(book))


@pytest.fixture(scope="module")
def statuses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Mapping[str, Any]]:
    """One town on time, one late with rows that tell no price, one that stopped looking."""
    folder = tmp_path_factory.mktemp("towns")
    punctual, late, stopped = (make_office(folder / name) for name in "abc")
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        drop(punctual, month)
        punctual.one_pass(month.following.first.replace(day=3))
    punctual.one_pass(LATER)
    drop(late, OCTOBER, without_price=2)
    late.one_pass(date(2024, 11, 4))
    late.one_pass(date(2024, 11, 20))
    drop(late, NOVEMBER)
    late.one_pass(LATER)
    drop(stopped, OCTOBER)
    stopped.one_pass(date(2024, 11, 4))
    return {
        "6800901": punctual.status(YEAR),
        "6800902": late.status(YEAR),
        "6800903": stopped.status(YEAR),
    }


def states(province: Province, agency: str) -> list[str]:
    (one,) = (one for one in province.agencies if one.agency == agency)
    return [month.state for month in one.months[:4]]


def test_each_agency_is_told_as_it_told_itself(statuses: dict[str, Any]) -> None:
    province = roll_up(YEAR, statuses, LATER)
    assert states(province, "6800901") == ["published", "published", "published", "not_due"]
    assert states(province, "6800902") == ["published", "published", "missing", "not_due"]
    for one in province.agencies[:2]:
        told = statuses[one.agency]["months"]
        assert [(m.late, m.rows, m.revision) for m in one.months] == [
            (m["late"], m["rows"], m["revision"]) for m in told
        ]


def test_an_agency_that_stopped_looking_is_not_believed_about_later_months(
    statuses: dict[str, Any],
) -> None:
    """Its status of the 4th of November calls November «not due»; nobody knows that in January."""
    province = roll_up(YEAR, statuses, LATER)
    assert states(province, "6800903") == ["published", "unheard", "unheard", "not_due"]
    assert states(roll_up(YEAR, statuses, date(2024, 11, 4)), "6800903")[1:] == ["not_due"] * 3


def test_a_silent_agency_is_counted_and_lessens_every_sum(statuses: dict[str, Any]) -> None:
    heard = roll_up(YEAR, statuses, LATER)
    province = roll_up(YEAR, {**statuses, "6800904": None}, LATER)
    assert [one.agency for one in province.silent] == ["6800904"]
    assert states(province, "6800904") == ["unheard", "unheard", "unheard", "not_due"]
    assert (province.total.public, province.total.months) == (heard.total.public, 48)
    assert province.total.agreed == heard.total.agreed
    first = dict(province.months)[OCTOBER]
    assert (Total.of(first).public, Total.of(first).months, Total.of(first).whole) == (3, 4, False)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"version": "9.0"},
        {"months": []},
        {"fiscal_year": YEAR + 1},
        {"organisation": ""},
    ],
)
def test_a_status_that_is_not_of_the_form_touches_no_other(
    statuses: dict[str, Any], spoilt: dict[str, Any]
) -> None:
    broken = {**statuses, "6800901": {**statuses["6800901"], **spoilt}}
    province = roll_up(YEAR, broken, LATER)
    assert [(one.agency, one.word) for one in province.silent] == [("6800901", "unreadable")]
    assert states(province, "6800901")[0] == "unheard"
    assert province.agencies[1:] == roll_up(YEAR, statuses, LATER).agencies[1:]


def test_a_public_month_without_its_number_of_rows_is_not_counted_as_none(
    statuses: dict[str, Any],
) -> None:
    whole = statuses["6800901"]
    months = [{**whole["months"][0], "rows": None}, *whole["months"][1:]]
    province = roll_up(YEAR, {"6800901": {**whole, "months": months}}, LATER)
    assert [one.word for one in province.agencies] == ["unreadable"]


def test_a_sum_says_how_many_rows_it_lacks(statuses: dict[str, Any]) -> None:
    province = roll_up(YEAR, statuses, LATER)
    one = province.agencies[1]
    assert one.months[0].price_unknown == 2
    assert one.total.price_unknown == 2
    assert not Total.of(one.months[:2]).whole
    assert Total.of(province.agencies[0].months[:3]).whole
    assert Total.of(one.months[2:]).agreed is None, "nobody stated a price: that is not 0"


def test_counted_in_another_way(statuses: dict[str, Any]) -> None:
    province = roll_up(YEAR, statuses, LATER)
    months = [month for status in statuses.values() for month in status["months"]]
    public = [month for month in months if month["state"] in {"published", "nil"}]
    baht = sum(round(float(month["total_agreed"]) * 100) for month in public)
    assert (province.total.agreed, province.total.rows) == (baht, sum(m["rows"] for m in public))
    counts = province.counts
    assert (counts.on_time, counts.late) == (
        sum(not m["late"] for m in public),
        sum(m["late"] for m in public),
    )
    named = (
        *(counts.published, counts.nil, counts.returned, counts.missing),
        *(counts.not_due, counts.unheard),
    )
    assert sum(named) == counts.months == 36


def test_the_sums_of_the_months_are_the_sum_of_all(statuses: dict[str, Any]) -> None:
    province = roll_up(YEAR, {**statuses, "6800904": None}, LATER)
    told = province.public_json()
    assert [one["month"] for one in told["months"]] == [str(m) for m in fiscal_months(YEAR)]
    for name in Counts.of(()).__dict__:
        whole = told["summary"]["counts"][name]
        assert whole == sum(one["counts"][name] for one in told["months"])
        assert whole == sum(one["counts"][name] for one in told["agencies"])
    assert told["summary"]["rows"] == sum(one["rows"] for one in told["months"])


def test_the_order_in_which_agencies_are_given_does_not_matter(statuses: dict[str, Any]) -> None:
    turned = dict(reversed(statuses.items()))
    assert roll_up(YEAR, turned, LATER) == roll_up(YEAR, statuses, LATER)
