"""The day by which a month must be public, against days counted by hand on the office calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.due import due_day, office_holidays
from schemas.config import Due
from schemas.month import Month
from tests.paper import STEADY

# Counted by hand: the month, the working days of the next one up to the fifth, why others fail.
BY_HAND = [
    ("2566-12", "2024-01", (2, 3, 4, 5, 8)),  # New Year
    ("2567-03", "2024-04", (1, 2, 3, 4, 5)),
    ("2567-04", "2024-05", (1, 2, 3, 7, 8)),  # 1 May is worked; 6 May for Coronation Day
    ("2567-05", "2024-06", (4, 5, 6, 7, 10)),  # 3 June, the Queen's birthday
    ("2567-06", "2024-07", (1, 2, 3, 4, 5)),
    ("2567-09", "2024-10", (1, 2, 3, 4, 7)),
    ("2567-11", "2024-12", (2, 3, 4, 6, 9)),  # 5 December
    ("2567-12", "2025-01", (2, 3, 6, 7, 8)),
    ("2568-03", "2025-04", (1, 2, 3, 4, 8)),  # 7 April for Chakri Day
    ("2568-04", "2025-05", (1, 2, 6, 7, 8)),  # 5 May for Coronation Day
    ("2568-05", "2025-06", (4, 5, 6, 9, 10)),  # 2 June by the cabinet, 3 June
    ("2568-06", "2025-07", (1, 2, 3, 4, 7)),
    ("2568-07", "2025-08", (1, 4, 5, 6, 7)),
    ("2568-11", "2025-12", (1, 2, 3, 4, 8)),
    ("2568-12", "2026-01", (5, 6, 7, 8, 9)),  # 1 January, 2 January by the cabinet
    ("2569-02", "2026-03", (2, 4, 5, 6, 9)),  # 3 March, Makha Bucha
    ("2569-04", "2026-05", (1, 5, 6, 7, 8)),  # 1 May is worked; 4 May, Coronation Day
    ("2569-05", "2026-06", (2, 4, 5, 8, 9)),  # 1 June for Visakha Bucha, 3 June
    ("2569-11", "2026-12", (1, 2, 3, 4, 8)),  # 7 December for the 5th
]
MONTHS = st.builds(Month, st.integers(2560, 2575), st.integers(1, 12))


@pytest.mark.parametrize(("month", "next_month", "days"), BY_HAND)
def test_a_month_is_due_on_the_fifth_working_day_of_the_next(
    month: str, next_month: str, days: tuple[int, ...]
) -> None:
    due = [due_day(Month.parse(month), Due(business_day=n)).isoformat() for n in range(1, 6)]

    assert due == [f"{next_month}-{day:02}" for day in days]
    assert due_day(Month.parse(month), Due()).isoformat() == due[4]


def test_offices_work_on_labour_day_and_on_childrens_day() -> None:
    worked = [date(2024, 5, 1), date(2025, 5, 1), date(2026, 5, 1)]
    worked += [date(2022, 5, 2), date(2027, 5, 3)]  # in its stead, when it falls on a weekend
    saturdays = [date(2024, 1, 13), date(2025, 1, 11), date(2026, 1, 10)]

    assert [d for d in (*worked, *saturdays) if d in office_holidays(d.year)] == []


def test_offices_are_closed_on_the_ploughing_day_that_companies_work() -> None:
    days = [date(2024, 5, 10), date(2025, 5, 9), date(2026, 5, 13)]

    assert [day for day in days if day not in office_holidays(day.year)] == []


def test_a_day_closed_by_the_cabinet_puts_the_due_day_off() -> None:
    october = Month(2567, 10)  # due 7 November 2024, a Thursday

    def due(*closed: date) -> date:
        return due_day(october, Due(closed=closed))

    assert due() == date(2024, 11, 7)
    assert due(date(2024, 11, 4)) == date(2024, 11, 8)
    assert due(date(2024, 11, 7), date(2024, 11, 8)) == date(2024, 11, 11)
    assert due(date(2024, 11, 9), date(2023, 11, 4), date(2024, 12, 2)) == date(2024, 11, 7)


def test_a_day_of_the_month_wins_over_working_days_and_holidays() -> None:
    rule = Due(day=10, closed=(date(2024, 11, 10),))

    assert due_day(Month(2567, 10), rule) == date(2024, 11, 10)  # a Sunday
    assert due_day(Month(2567, 12), rule) == date(2025, 1, 10)
    assert due_day(Month(2568, 1), Due(day=28)) == date(2025, 2, 28)


@STEADY
@given(MONTHS, st.integers(1, 20))
def test_a_due_day_is_an_open_day_of_the_next_month(month: Month, n: int) -> None:
    due = due_day(month, Due(business_day=n))
    first = month.following.first
    earlier = [first + timedelta(days=d) for d in range((due - first).days + 1)]
    closed = office_holidays(due.year)

    assert Month.of(due) == month.following
    assert sum(d.weekday() < 5 and d not in closed for d in earlier) <= n
    assert due.weekday() < 5
    assert due not in closed


@pytest.mark.parametrize("month", [Month(2567, 10), Month(2567, 1)])
def test_a_month_of_few_working_days_is_due_on_its_last(month: Month) -> None:
    first = month.following.first
    closed = tuple(first + timedelta(days=n) for n in range(31) if n != 4)

    assert due_day(month, Due(business_day=20, closed=closed)) == first + timedelta(days=4)


def test_a_month_closed_throughout_is_due_on_its_first_day() -> None:
    closed = tuple(date(2024, 11, 1) + timedelta(days=n) for n in range(31))

    assert due_day(Month(2567, 10), Due(closed=closed)) == date(2024, 11, 1)
