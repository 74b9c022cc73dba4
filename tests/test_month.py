"""A month of the office: Buddhist year, fiscal year, first and last day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.month import Month, fiscal_months
from tests.paper import STEADY

MONTHS = st.builds(Month, st.integers(2450, 2599), st.integers(1, 12))


@STEADY
@given(MONTHS)
def test_a_month_is_read_as_it_is_written(month: Month) -> None:
    assert Month.parse(str(month)) == month


@STEADY
@given(MONTHS)
def test_a_month_is_all_days_from_its_first_to_its_last(month: Month) -> None:
    day = timedelta(days=1)

    assert month.first.day == 1
    assert {Month.of(month.first), Month.of(month.last)} == {month}
    assert month.last + day == month.following.first
    assert Month.of(month.first - day) < month < month.following


@STEADY
@given(MONTHS)
def test_every_month_lies_in_its_own_fiscal_year(month: Month) -> None:
    assert month in fiscal_months(month.fiscal_year)


@pytest.mark.parametrize(
    ("month", "fiscal_year"),
    [("2567-09", 2567), ("2567-10", 2568), ("2567-12", 2568), ("2568-01", 2568)],
)
def test_the_fiscal_year_begins_in_october(month: str, fiscal_year: int) -> None:
    assert Month.parse(month).fiscal_year == fiscal_year


def test_a_fiscal_year_is_twelve_months_in_their_order() -> None:
    months = fiscal_months(2568)

    assert [str(month) for month in months] == [
        *("2567-10", "2567-11", "2567-12", "2568-01", "2568-02", "2568-03"),
        *("2568-04", "2568-05", "2568-06", "2568-07", "2568-08", "2568-09"),
    ]
    assert [a.following for a in months[:-1]] == list(months[1:])


def test_a_month_reads_as_the_office_writes_it() -> None:
    month = Month(2567, 2)

    assert (str(month), month.words, month.formal) == (
        "2567-02",
        "กุมภาพันธ์ 2567",
        "กุมภาพันธ์ พ.ศ. 2567",
    )
    assert (month.first, month.last) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    "text",
    [
        *("2567-13", "2567-00", "2567-1", "67-10", "2024-10", "2667-10", "2567/10", " 2567-10"),
        *("2567-10-01", "๒๕๖๗-๑๐", "", "ตุลาคม 2567", "2567-10\n"),
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        Month.parse(text)
