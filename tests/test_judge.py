"""What becomes of a month: published, waiting until its day, returned, or no news."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.decide import decide, worst
from pipeline.due import due_day
from pipeline.examples import example_month, replace_cell, to_bytes
from pipeline.judge import Judgement, judge, released
from schemas.config import Due, Hold, Organisation, Settings
from schemas.examined import Examined, Stated, refusal
from schemas.finding import Finding
from schemas.history import Before, Decision, Judged, Waiting
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.rules import RULE, RULES
from tests.conftest import Office
from tests.paper import STATED

OCTOBER, NOVEMBER = Month(2567, 10), Month(2567, 11)
DUE = date(2024, 11, 7)  # of October: the fifth working day of November 2024
BEFORE, AFTER = DUE - timedelta(days=1), DUE + timedelta(days=1)
HOLDS: tuple[Hold, ...] = ("until_due", "always", "never")


def settings(hold: Hold = "until_due") -> Settings:
    return Settings(organisation=Organisation(name="เทศบาลเมืองตัวอย่าง"), hold_for_explanation=hold)


def finding(rule: str, month: Month | None = OCTOBER) -> Finding:
    return Finding(rule, RULE[rule].severity, "แบบ.xlsx", "Sheet1", "C3", "x", "x", month)


GOOD = STATED
ASKED = replace(GOOD, reference_price=None)  # an empty official column
WRONG = replace(GOOD, title=None)
NOVEMBERS = replace(GOOD, contract_date=date(2024, 11, 4))


def stated(month: Month, *rows: Procurement, nil: bool = False, sheet: str = "Sheet1") -> Stated:
    return Stated("แบบ.xlsx", sheet, month, rows, nil)


def judged(
    *months: Stated,
    findings: Sequence[Finding] = (),
    public: Mapping[Month, tuple[Procurement, ...]] | None = None,
    today: date = BEFORE,
    hold: Hold = "until_due",
) -> Judgement:
    known = public or {}
    before = Before(known, dict.fromkeys(known, 1), dict.fromkeys(known, ()))
    return judge(Examined(months, tuple(findings)), before, settings(hold), today)


def decisions(judgement: Judgement) -> dict[str, str]:
    return {str(month.month): month.decision for month in judgement.months}


# ---- the decision itself


@pytest.mark.parametrize(
    ("hold", "today", "decision"),
    [
        ("until_due", BEFORE, "waiting"),
        ("until_due", DUE, "accepted"),
        ("until_due", AFTER, "accepted"),
        ("always", BEFORE, "waiting"),
        ("always", DUE, "waiting"),
        ("always", AFTER + timedelta(days=4000), "waiting"),
        ("never", BEFORE, "accepted"),
        ("never", AFTER, "accepted"),
    ],
)
def test_a_question_holds_a_month_as_long_as_the_office_wants(
    hold: Hold, today: date, decision: Decision
) -> None:
    for rule in RULES:
        if rule.severity == "explain" and not rule.waits_always:
            assert decide([finding(rule.id)], DUE, today, hold) == decision


@pytest.mark.parametrize("today", [BEFORE, DUE, AFTER])
@pytest.mark.parametrize("hold", HOLDS)
def test_a_cell_to_be_fixed_returns_a_month_and_a_note_never_does(hold: Hold, today: date) -> None:
    for rule in RULES:
        said = [finding("reference-price-filled"), finding(rule.id)]
        if rule.severity == "fix":
            assert decide(said, DUE, today, hold) == "returned"
        if rule.severity == "note":
            assert decide([finding(rule.id)], DUE, today, hold) == "accepted"
    assert decide([], DUE, today, hold) == "accepted"


@pytest.mark.parametrize("today", [BEFORE, DUE, AFTER])
@pytest.mark.parametrize("hold", HOLDS)
def test_rows_that_vanish_wait_always(hold: Hold, today: date) -> None:
    assert decide([finding("rows-kept")], DUE, today, hold) == "waiting"
    assert decide([finding("rows-kept"), finding("title-filled")], DUE, today, hold) == "returned"


def test_a_file_is_as_bad_as_its_worst_month() -> None:
    order: list[Decision] = ["returned", "waiting", "accepted", "unchanged"]

    for place, decision in enumerate(order):
        assert worst(order[place:]) == decision
        assert worst(reversed(order[place:])) == decision
    assert worst([]) == "returned"


# ---- month by month


def test_a_good_month_is_accepted() -> None:
    judgement = judged(stated(OCTOBER, GOOD))

    assert judgement == Judgement((Judged(OCTOBER, (GOOD,), nil=False, decision="accepted"),), ())
    assert (judgement.outcome, judgement.rows) == ("accepted", 1)


@pytest.mark.parametrize(
    ("today", "october", "outcome"),
    [(BEFORE, "waiting", "waiting"), (DUE, "accepted", "accepted")],
)
def test_each_month_has_its_own_due_day(today: date, october: str, outcome: str) -> None:
    november = replace(ASKED, contract_date=date(2024, 11, 1))
    judgement = judged(stated(OCTOBER, ASKED), stated(NOVEMBER, november), today=today)

    assert decisions(judgement) == {"2567-10": october, "2567-11": "waiting"}
    assert judgement.outcome == "waiting"
    assert judged(stated(OCTOBER, ASKED), today=today).outcome == outcome


def test_one_bad_sheet_does_not_hold_the_others() -> None:
    judgement = judged(
        stated(OCTOBER, GOOD),
        stated(NOVEMBER, replace(NOVEMBERS, title=None)),
        today=date(2024, 12, 2),
    )

    assert decisions(judgement) == {"2567-10": "accepted", "2567-11": "returned"}
    assert judgement.outcome == "returned"


def test_a_sheet_that_could_not_be_read_returns_its_month_and_no_other() -> None:
    unread = finding("columns-complete", NOVEMBER)
    judgement = judged(stated(OCTOBER, GOOD), findings=[unread])

    assert decisions(judgement) == {"2567-10": "accepted", "2567-11": "returned"}
    assert judgement.months[1] == Judged(NOVEMBER, (), nil=False, decision="returned")
    assert judgement.outcome == "returned"


def test_a_sheet_of_no_month_returns_the_file_and_publishes_the_rest() -> None:
    judgement = judged(stated(OCTOBER, GOOD), findings=[finding("month-stated", None)])

    assert decisions(judgement) == {"2567-10": "accepted"}
    assert judgement.outcome == "returned"


def test_a_note_of_no_month_is_only_told() -> None:
    told = finding("sheet-is-a-table", None)
    judgement = judged(stated(OCTOBER, GOOD), findings=[told])

    assert (judgement.outcome, judgement.findings) == ("accepted", (told,))


def test_a_finding_of_one_month_is_no_finding_of_another() -> None:
    judgement = judged(
        stated(OCTOBER, GOOD),
        stated(NOVEMBER, NOVEMBERS),
        findings=[finding("amount-readable")],
        today=date(2024, 12, 2),
    )

    assert decisions(judgement) == {"2567-10": "returned", "2567-11": "accepted"}


def test_a_file_that_was_refused_is_returned_without_a_month() -> None:
    refused = refusal("แบบ.xlsx", "file-is-whole", "ขาด")
    judgement = judge(refused, Before(), settings(), BEFORE)

    assert judgement == Judgement((), refused.findings)
    assert (judgement.outcome, judgement.rows) == ("returned", 0)


def test_nothing_bought_is_accepted_as_said() -> None:
    judgement = judged(stated(OCTOBER, nil=True))

    assert judgement.months == (Judged(OCTOBER, (), nil=True, decision="accepted"),)


def test_what_stops_a_month_is_told_first() -> None:
    november = replace(WRONG, contract_date=date(2024, 11, 1))
    judgement = judged(
        stated(OCTOBER, replace(ASKED, procurement_method="วิธีพิเศษ")),
        stated(NOVEMBER, november),
        findings=[finding("heading-known"), finding("month-stated", None)],
        today=date(2024, 12, 1),
    )

    assert [(f.severity, f.rule, str(f.month)) for f in judgement.findings] == [
        ("fix", "month-stated", "None"),
        ("fix", "title-filled", "2567-11"),
        ("explain", "reference-price-filled", "2567-10"),
        ("note", "heading-known", "2567-10"),
        ("note", "method-known", "2567-10"),
    ]


def test_a_day_after_the_day_of_the_drop_is_returned() -> None:
    row = replace(GOOD, contract_date=date(2024, 10, 30))

    assert judged(stated(OCTOBER, row), today=date(2024, 10, 29)).outcome == "returned"
    assert judged(stated(OCTOBER, row), today=date(2024, 10, 30)).outcome == "accepted"


@pytest.mark.parametrize(
    ("month", "outcome"),
    [(Month(2576, 10), "returned"), (NOVEMBER, "returned"), (OCTOBER, "accepted")],
)
def test_a_month_that_has_not_begun_is_returned(month: Month, outcome: str) -> None:
    """2576 typed for 2567: nothing can have been bought in it, nor can it be public."""
    for rows, nil in ((GOOD,), False), ((), True):
        judgement = judged(stated(month, *rows, nil=nil), today=date(2024, 10, 31))
        assert judgement.outcome == outcome


# ---- against what is public


def test_the_same_rows_are_no_news() -> None:
    public = {OCTOBER: (GOOD,)}
    again = replace(GOOD, source=replace(GOOD.source, file="ใหม่.xlsx", row=9), written={})

    judgement = judged(stated(OCTOBER, again), public=public)

    assert (judgement.outcome, judgement.findings) == ("unchanged", ())


@pytest.mark.parametrize("today", [BEFORE, DUE])
def test_a_month_that_is_public_with_an_open_question_stays_unchanged(today: date) -> None:
    judgement = judged(stated(OCTOBER, ASKED), public={OCTOBER: (ASKED,)}, today=today)

    assert judgement.outcome == "unchanged"
    assert [f.rule for f in judgement.findings] == ["reference-price-filled"]


def test_the_same_rows_beside_a_cell_to_be_fixed_are_returned() -> None:
    judgement = judged(
        stated(OCTOBER, GOOD), public={OCTOBER: (GOOD,)}, findings=[finding("amount-readable")]
    )

    assert judgement.outcome == "returned"


def test_a_nil_month_said_again_is_no_news() -> None:
    assert judged(stated(OCTOBER, nil=True), public={OCTOBER: ()}).outcome == "unchanged"


@pytest.mark.parametrize(
    ("today", "hold", "outcome"),
    [
        (BEFORE, "until_due", "waiting"),
        (DUE, "until_due", "accepted"),
        (AFTER, "always", "waiting"),
        (BEFORE, "never", "accepted"),
    ],
)
def test_a_correction_waits_for_its_reason_until_the_due_day(
    today: date, hold: Hold, outcome: str
) -> None:
    corrected = replace(GOOD, budget=200_000)
    judgement = judged(
        stated(OCTOBER, corrected), public={OCTOBER: (GOOD,)}, today=today, hold=hold
    )

    assert judgement.outcome == outcome
    assert [(f.rule, f.month) for f in judgement.findings] == [("correction-has-reason", OCTOBER)]


@pytest.mark.parametrize("hold", HOLDS)
@pytest.mark.parametrize("today", [BEFORE, DUE, date(2030, 1, 1)])
def test_a_row_that_vanishes_waits_whatever_the_day(today: date, hold: Hold) -> None:
    other = replace(GOOD, title="อื่น", contract_number="99/2568", supplier="x", bids=())
    for public, rows in (((GOOD, other), [GOOD]), ((GOOD,), [])):
        judgement = judged(
            stated(OCTOBER, *rows, nil=not rows), public={OCTOBER: public}, today=today, hold=hold
        )
        gone = [f.value for f in judgement.findings if f.rule == "rows-kept"]
        assert judgement.outcome == "waiting"
        assert gone == [public[-1].title]


def test_a_row_that_moved_to_another_public_month_is_not_lost() -> None:
    moved = replace(GOOD, title="ย้ายเดือน", contract_number="99/2568", supplier="x", bids=())
    alone = judged(stated(OCTOBER, GOOD), public={OCTOBER: (GOOD, moved), NOVEMBER: (moved,)})
    # October stands in the same workbook only: it may come back, and the row with it.
    both = stated(OCTOBER, moved), stated(NOVEMBER, GOOD)
    together = judged(*both, public={NOVEMBER: (GOOD, moved)})

    assert [f.rule for f in alone.findings] == ["correction-has-reason"]
    assert [f.value for f in together.findings if f.rule == "rows-kept"] == ["ย้ายเดือน"]


def test_another_month_in_public_is_no_measure() -> None:
    judgement = judged(stated(OCTOBER, GOOD), public={NOVEMBER: (NOVEMBERS,)})

    assert (judgement.outcome, judgement.findings) == ("accepted", ())


# ---- what the day releases


def waiting(month: Month, *rules: str) -> Waiting:
    return Waiting(month, "", 1, tuple(finding(rule, month) for rule in rules))


def test_the_due_day_releases_what_waits_for_an_answer() -> None:
    one = waiting(OCTOBER, "reference-price-filled", "method-known")
    two = waiting(NOVEMBER, "direct-within-limit")
    gone = waiting(OCTOBER, "rows-kept")
    all_ = [one, two, gone]

    assert due_day(OCTOBER, Due()) == DUE
    assert released(all_, settings(), BEFORE) == []
    assert released(all_, settings(), DUE) == [one]
    assert released(all_, settings(), date(2025, 6, 1)) == [one, two]
    assert released(all_, settings("always"), date(2025, 6, 1)) == []
    assert released(all_, settings("never"), BEFORE) == [one, two]
    assert released([], settings(), DUE) == []


def test_another_rule_for_the_due_day_is_kept_to() -> None:
    own = Settings(organisation=Organisation(name="ก"), due=Due(day=20))
    judgement = judge(Examined((stated(OCTOBER, ASKED),), ()), Before(), own, date(2024, 11, 19))
    later = judge(Examined((stated(OCTOBER, ASKED),), ()), Before(), own, date(2024, 11, 20))

    assert (judgement.outcome, later.outcome) == ("waiting", "accepted")


def test_judging_twice_gives_the_same() -> None:
    months = (stated(OCTOBER, ASKED, WRONG), stated(NOVEMBER, NOVEMBERS))
    told = [finding("heading-known"), finding("month-stated", None)]

    assert judged(*months, findings=told) == judged(*months, findings=told)


# ---- one workbook among others


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("C6", "99999999999999999999"),
        ("A2", "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือนกุมภาพันธ์ 2659"),
        ("A2", "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือนกุมภาพันธ์ 2450"),
        ("I6", "1/2568\nลว. 31 ธ.ค. 9999"),
    ],
)
def test_no_workbook_keeps_the_others_from_being_answered(
    office: Office, cell: str, value: str
) -> None:
    """Also not for ever: what it was answered is in the ledger when it is long gone."""
    good, odd = (example_month(Month(2568, month), "nine-columns", 2) for month in (1, 2))
    path = office.drop("แปลก.xlsx", to_bytes(replace_cell(odd, odd.sheets[0].name, cell, value)))
    office.drop("ดี.xlsx", to_bytes(good))

    first = office.one_pass_json(date(2025, 3, 20))
    path.unlink()
    second = office.one_pass_json(date(2025, 3, 21))

    outcomes = {one["file"]: one["outcome"] for one in first["taken_in"]}
    assert outcomes == {"แปลก.xlsx": "returned", "ดี.xlsx": "accepted"}
    assert [one["month"] for one in first["published"]] == ["2568-01"]
    assert {one["file"]: one["outcome"] for one in second["taken_in"]} == {"ดี.xlsx": "unchanged"}


def test_what_was_examined_comes_whole_out_of_the_child() -> None:
    examined = Examined(
        (stated(OCTOBER, GOOD, ASKED), stated(NOVEMBER, nil=True)),
        (finding("heading-known"), finding("month-stated", None)),
    )

    assert Examined.of(examined.lines()) == examined
