"""Whose turn it is: a pure function of what the ledger knows, the house rule and the day."""

from collections.abc import Mapping
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pipeline.due import due_day, working_days_from, working_days_until, works
from pipeline.duty import Duty, duties, overdue
from schemas.config import Due, Organisation, Settings
from schemas.history import Decision, History, Latest, Revision
from schemas.month import Month, fiscal_months
from tests.paper import STEADY

OCTOBER, NOVEMBER = Month(2567, 10), Month(2567, 11)
DUE = date(2024, 11, 7)
DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))
NUMBERS = st.integers(1, 15)


def settings(*divisions: str) -> Settings:
    return Settings(organisation=Organisation(name="เทศบาลเมืองตัวอย่าง", divisions=divisions))


def word(file: str, decision: Decision, *, public: bool = False) -> Latest:
    return Latest(1, file, decision, date(2024, 11, 4), public)


def history(
    latest: Mapping[Month, Mapping[str, Latest]], public: Mapping[Month, tuple[str, ...]]
) -> History:
    revisions = {
        month: (Revision(month, 1, date(2024, 11, 4), dict.fromkeys(parts, 1), 1, 0),)
        for month, parts in public.items()
    }
    words = [one for parts in latest.values() for one in parts.values()]
    returned = [one.file for one in words if one.decision == "returned"]
    return History(revisions, latest, tuple(returned), None)


def of_october(known: History, *divisions: str) -> list[tuple[str, str, tuple[str, ...]]]:
    owed = duties(known, settings(*divisions), DUE)
    return [(one.part, one.wanted, one.files) for one in owed if one.month == OCTOBER]


def test_before_the_first_file_nobody_owes_anything() -> None:
    assert duties(history({}, {}), settings(), DUE) == []


def test_what_is_owed_is_a_list_a_mended_list_or_answers() -> None:
    november = {NOVEMBER: {"": word("พ.ย..xlsx", "accepted", public=True)}}
    returned = {OCTOBER: {"": word("ต.ค..xlsx", "returned")}}
    waiting = {OCTOBER: {"": word("ต.ค..xlsx", "waiting")}}

    assert of_october(history(november, {NOVEMBER: ("",)})) == [("", "list", ())]
    assert of_october(history(returned, {})) == [("", "mended", ("ต.ค..xlsx",))]
    assert of_october(history(waiting, {})) == [("", "answers", ("ต.ค..xlsx",))]
    assert of_october(history(waiting, {OCTOBER: ("",)})) == []


def test_a_returned_file_that_was_taken_away_is_a_list_that_nobody_sent() -> None:
    known = history({OCTOBER: {"": word("ต.ค..xlsx", "returned")}}, {})
    assert of_october(History(known.revisions, known.latest, (), None)) == [("", "list", ())]


def test_each_division_on_record_owes_its_own_list() -> None:
    words = {
        OCTOBER: {
            "กองช่าง": word("กองช่าง/ต.ค..xlsx", "accepted", public=True),
            "กองศึกษา": word("กองศึกษา/ต.ค..xlsx", "returned"),
        }
    }
    known = history(words, {OCTOBER: ("กองช่าง",)})

    assert of_october(known) == [], "nobody has told us who else sends a list"
    assert of_october(known, "กองช่าง", "กองศึกษา", "กองสวัสดิการ") == [
        ("กองศึกษา", "mended", ("กองศึกษา/ต.ค..xlsx",)),
        ("กองสวัสดิการ", "list", ()),
    ]


@STEADY
@given(DAYS)
def test_what_is_overdue_is_owed_and_nothing_is_owed_before_its_month_begins(day: date) -> None:
    known = history({OCTOBER: {"": word("ต.ค..xlsx", "accepted", public=True)}}, {OCTOBER: ("",)})
    owed = duties(known, settings(), day)
    late = overdue(known, settings(), day)

    assert set(late) == {one.month for one in owed if day > one.due}
    assert OCTOBER not in {one.month for one in owed}
    assert all(one.month.first <= day for one in owed)
    assert owed == sorted(owed, key=lambda one: one.month)
    assert {one.month for one in owed} <= {
        *fiscal_months(2568),
        *fiscal_months(Month.of(day).fiscal_year),
    }
    assert all(one == Duty(one.month, "", "list", due_day(one.month, Due())) for one in owed)


@STEADY
@given(DAYS, NUMBERS)
def test_working_days_are_counted_forth_and_back(day: date, number: int) -> None:
    later = working_days_from(day, number, Due())
    earlier = working_days_from(day, -number, Due())

    assert works(later, Due())
    assert works(earlier, Due())
    assert working_days_until(day, later, Due()) == number
    # From a day that is no working day the way back begins a day later.
    assert working_days_until(earlier, day, Due()) == number - (not works(day, Due()))


def test_what_the_office_says_of_a_day_wins() -> None:
    loy_krathong, saturday = date(2024, 11, 15), date(2024, 11, 16)
    rule = Due(closed=(loy_krathong,), open=(saturday,))

    assert [works(day, rule) for day in (loy_krathong, saturday)] == [False, True]
    assert working_days_from(date(2024, 11, 14), 1, rule) == saturday
