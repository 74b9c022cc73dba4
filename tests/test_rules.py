"""Every rule has a case that raises it and one that passes, found by its id."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.check import check, compare, personal
from pipeline.conserve import conserve
from pipeline.examine import examine
from pipeline.examples import bad_books, example_month, to_bytes
from pipeline.facts import Beside, Index, remember
from pipeline.guard import Limits
from pipeline.judge import judge
from pipeline.recognise import Table, recognise
from pipeline.totals import totals
from schemas.config import LAW_THRESHOLDS, Organisation, Settings
from schemas.examined import Examined, Stated, refusal
from schemas.explanation import Answer
from schemas.finding import SEVERITIES, Finding
from schemas.form_words import HELP_SHEET, HELP_TITLE
from schemas.frame import COLUMNS, failures
from schemas.history import Before
from schemas.layouts import NIL, OTHER_TABLES
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source, Written
from schemas.rules import (
    CELL_RULES,
    EXPLANATION_RULES,
    FILE_RULES,
    QUOTED,
    REVISION_RULES,
    ROW_RULES,
    RULE,
    RULES,
    SHEET_RULES,
    Rule,
)
from schemas.rules import found as raised
from schemas.sheet import Hidden, Sheet, Struck
from tests.corpus.variants import with_macros
from tests.paper import (
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
)
from tests.paper import sheet as paper
from tests.test_guard import parts_of, zipped

OCTOBER = Month(2567, 10)
TODAY = date(2024, 11, 5)
GOOD = replace(
    STATED,
    egp_project_number="67109012345",
    written={
        name: Written(f"{letter}3", f"({name})")
        for name, letter in {
            "title": "B",
            "budget": "C",
            "reference_price": "D",
            "procurement_method": "E",
            "bids": "F",
            "supplier": "G",
            "agreed_price": "G",
            "selection_reason": "H",
            "contract_number": "I",
            "contract_date": "I",
            "egp_project_number": "J",
            "egp_contract_number": "K",
        }.items()
    },
)


def found(*rows: Procurement, today: date = TODAY, shadow: bool = False) -> list[Finding]:
    return check(OCTOBER, rows, today, [], shadow=shadow)


def compared(rule: str, *rows: Procurement) -> list[Finding]:
    """The findings of one rule where NOVEMBER_HAS is what November has in public."""
    others: Index = {}
    remember(others, Month(2567, 11), None, NOVEMBER_HAS.get(rule, ()))
    every = check(OCTOBER, rows, TODAY, [], Beside(others), shadow=RULE[rule].shadow)
    return [finding for finding in every if finding.rule == rule]


# ---- rules of a row: what is changed in the good row, and what is changed harmlessly

BAHT = 100
DIRECT_LIMIT = LAW_THRESHOLDS[0].baht * BAHT
ROW_CASES: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "title-filled": ({"title": None}, [{"title": "ก"}]),
    "budget-filled": ({"budget": None}, [{"budget": 100_000}]),
    "reference-price-filled": ({"reference_price": None}, [{"reference_price": 95_050}]),
    "procurement-method-filled": (
        {"procurement_method": None},
        [{"procurement_method": "วิธีที่ไม่มีใครรู้จัก"}],
    ),
    "bids-filled": ({"bids": ()}, [{"bids": (Bid("ร้านตัวอย่าง", None),)}]),
    "supplier-filled": (
        {"supplier": None, "agreed_price": None},
        [{"agreed_price": None}, {"supplier": None}],
    ),
    "agreed-price-filled": ({"agreed_price": None}, [{"agreed_price": 0}]),
    "selection-reason-filled": ({"selection_reason": None}, [{"selection_reason": "ก"}]),
    "contract-number-filled": ({"contract_number": None}, [{"contract_number": "1"}]),
    "contract-date-filled": ({"contract_date": None}, [{"contract_date": date(2024, 10, 31)}]),
    "supplier-named": ({"supplier": None}, [{"supplier": None, "agreed_price": None}]),
    "bidders-named": (
        {"bids": (Bid("ร้านตัวอย่าง", 90_025), Bid(None, 100_000))},
        [{"bids": (Bid("ร้านตัวอย่าง", None),)}, {"bids": ()}],
    ),
    "contract-not-in-future": (
        {"contract_date": date(2024, 11, 6)},
        [{"contract_date": TODAY}, {"contract_date": None}],
    ),
    "contract-within-month": (
        {"contract_date": date(2024, 11, 1)},
        [{"contract_date": date(2024, 10, 31)}, {"contract_date": date(2024, 11, 6)}],
    ),
    "contract-of-these-years": (
        {"contract_date": date(2021, 9, 20)},
        [{"contract_date": date(2021, 10, 1)}, {"contract_date": None}],
    ),
    "contract-not-earlier": (
        {"contract_date": date(2024, 9, 30)},
        [{"contract_date": date(2024, 10, 1)}, {"contract_date": None}],
    ),
    "agreed-within-budget": (
        {"agreed_price": 90_025, "budget": 90_024},
        [{"budget": 90_025}, {"budget": None}, {"agreed_price": None, "budget": 1}],
    ),
    "agreed-within-reference-price": (
        {"reference_price": 90_024},
        [{"reference_price": 90_025}, {"reference_price": None}],
    ),
    "supplier-among-bidders": (
        {"supplier": "ร้านอื่น"},
        [
            {"supplier": "ร้าน  ตัวอย่าง"},
            {"supplier": "บจก. ก", "bids": (Bid("x", 1), Bid("บริษัท ก จำกัด", None))},
            {"supplier": "น.ส.ก  ข", "bids": (Bid("นางสาวก ข", None),)},
            {"supplier": "หจก.ก", "bids": (Bid("ห้างหุ้นส่วนจำกัด ก", None),)},
            {"supplier": "ร้านอื่น", "bids": (Bid(None, 5),)},
            {"supplier": "ร้านอื่น", "bids": ()},
            {"supplier": None},
        ],
    ),
    "direct-within-limit": (
        {"budget": DIRECT_LIMIT + 1},
        [
            {"budget": DIRECT_LIMIT},
            {"budget": DIRECT_LIMIT + 1, "procurement_method": "คัดเลือก"},
            {"budget": DIRECT_LIMIT + 1, "procurement_method": None},
            {"budget": None, "agreed_price": None},
        ],
    ),
    "method-known": (
        {"procurement_method": "วิธีพิเศษ"},
        [{"procurement_method": "โดยวิธีเฉพาะเจาะจง"}, {"procurement_method": None}],
    ),
    "egp-number-shaped": (
        {"egp_project_number": "6710901234"},
        [{"egp_project_number": "67109012345"}, {"egp_project_number": None}],
    ),
    "egp-number-near-contract": (
        {"egp_project_number": "67069012345"},
        [
            {"egp_project_number": "67079012345"},
            {"egp_project_number": "68019012345"},
            {"egp_project_number": "1"},
            {"egp_project_number": "67069012345", "contract_date": None},
        ],
    ),
    "row-unlike-others": ({}, [{"title": "รายที่ ๒"}, {"contract_number": "16/2568"}]),
    "agreed-within-own-bid": (
        {"agreed_price": 90_026},
        [
            {"agreed_price": 90_025},
            {"bids": (Bid("ร้านตัวอย่าง", 1), Bid("ร้าน  ตัวอย่าง", 90_025))},
            {"bids": (Bid("ร้านอื่น", 1), Bid("ร้านตัวอย่าง", 90_025))},  # not the lowest: lawful
            {"bids": (Bid("ร้านอื่น", 1),)},
            {"bids": (Bid("ร้านตัวอย่าง", None),)},
            {"supplier": None, "bids": (Bid("ร้านตัวอย่าง", 1),)},
            {"agreed_price": None},
        ],
    ),
    "selective-invites-three": (
        {"procurement_method": "วิธีคัดเลือก", "bids": (Bid("ก", 1), Bid("ข", 2))},
        [
            {"procurement_method": "วิธีคัดเลือก", "bids": (Bid("ก", 1),) * 3},
            {"procurement_method": "วิธีคัดเลือก", "bids": ()},
            {"procurement_method": "จ้างที่ปรึกษาโดยวิธีคัดเลือก"},
            {"procurement_method": None},
            {},
        ],
    ),
    "contract-on-weekday": (
        {"contract_date": date(2024, 10, 5)},
        [
            {"contract_date": date(2024, 10, 4)},
            {"contract_date": date(2024, 10, 7)},
            {"contract_date": date(2024, 11, 9)},  # in the future: a slip that is told already
            {"contract_date": date(1967, 10, 15)},
        ],
    ),
    "contract-number-of-the-year": (
        {"contract_number": "15/2566"},
        [
            {"contract_number": "15/2568"},
            {"contract_number": "๒/๒๕๖๗"},  # the old series goes on into October
            {"contract_number": "CNTR-00240/68"},
            {"contract_number": "47/2568 (กช.)"},
            {"contract_number": "สข 54002/01/2568"},
            {"contract_number": "31/05/2568"},
            {"contract_number": "1/2568", "contract_date": date(2024, 9, 23)},
            {"contract_number": "จท.12-2567"},
            {"contract_number": "122"},
            {"contract_number": "12/15"},
            {"contract_number": "15/2566", "contract_date": None},
            {"contract_number": "15/2568", "contract_date": date(2599, 10, 3)},
        ],
    ),
    "egp-contract-number-shaped": (
        {"egp_contract_number": "68080100412"},
        [{"egp_contract_number": "680801004122"}, {"egp_contract_number": None}],
    ),
    "egp-contract-number-once": (
        {"egp_contract_number": "680801004122"},
        [
            {"egp_contract_number": "680801004123"},
            {"egp_contract_number": "1"},
            {"egp_contract_number": None},
        ],
    ),
    "egp-contract-number-elsewhere": (
        {"egp_contract_number": "680801004122"},
        [{"egp_contract_number": "680801004123"}, {"egp_contract_number": None}],
    ),
    "purchase-published-once": (
        {},
        [
            {"egp_project_number": "67109012346"},
            {"contract_number": "16/2568"},
            {"agreed_price": 90_026},
            {"agreed_price": None},
            {"egp_contract_number": "680801004122"},  # tells it by itself
            {"egp_project_number": None, "contract_date": date(2024, 10, 4)},
            {"egp_project_number": None, "supplier": "ร้านอื่น"},
            {"egp_project_number": None, "supplier": None},
        ],
    ),
    "supplier-spelled-alike": (
        {"supplier": "หจก.ตัวอย่าง"},
        [{"supplier": "ร้าน  ตัวอย่าง"}, {"supplier": "หจก.อื่น"}, {"supplier": None}],
    ),
    "taxpayer-of-one-name": (
        {"supplier": "ร้านอื่น", "supplier_tax_id": "0994000237031"},
        [
            {"supplier": "หจก.ตัวอย่าง", "supplier_tax_id": "0994000237031"},
            {"supplier": "ร้านอื่น", "supplier_tax_id": "0133540001301"},
            {"supplier": "ร้านอื่น"},
            {"supplier": None, "supplier_tax_id": "0994000237031"},
        ],
    ),
    "row-alike-of-other-contract": (
        {"contract_number": "16/2568"},
        [
            {"contract_number": "16/2568", "title": "ซื้อวัสดุสำนักงาน (รายที่ ๒)"},
            {"contract_number": "16/2568", "agreed_price": 1},
            {"contract_number": "16/2568", "supplier": "ร้านอื่น"},
            {"contract_number": None},
            {},
        ],
    ),
    "same-day-within-limit": (
        {"agreed_price": DIRECT_LIMIT},
        [
            {"agreed_price": DIRECT_LIMIT - 90_025},
            {"agreed_price": DIRECT_LIMIT + 1},
            {"agreed_price": DIRECT_LIMIT, "contract_date": date(2024, 10, 4)},
            {"agreed_price": DIRECT_LIMIT, "supplier": "ร้านอื่น"},
            {"agreed_price": DIRECT_LIMIT, "procurement_method": "คัดเลือก"},
        ],
    ),
}
# Rules that compare rows: what stands beside the row of the case, above it unless it is said.
ROWS_BESIDE: dict[str, dict[str, Any]] = {
    "row-unlike-others": {},
    "egp-contract-number-once": {"egp_contract_number": "680801004122"},
    "supplier-spelled-alike": {},
    "taxpayer-of-one-name": {"supplier_tax_id": "0994000237031"},
    "row-alike-of-other-contract": {},
    "same-day-within-limit": {},
}
FOUND_ABOVE = {"same-day-within-limit"}  # at the first row of the group
NOVEMBER_HAS = {
    "egp-contract-number-elsewhere": [replace(GOOD, egp_contract_number="680801004122")],
    "purchase-published-once": [
        GOOD,
        replace(GOOD, egp_contract_number="680801004122", contract_number="other"),
    ],
}


def of_case(rule: str, changes: Mapping[str, Any]) -> list[Procurement]:
    row = replace(GOOD, **changes)
    if rule not in ROWS_BESIDE:
        return [row]
    beside = replace(GOOD, number=2, **ROWS_BESIDE[rule])
    return [row, beside] if rule in FOUND_ABOVE else [beside, row]


def test_every_rule_of_a_row_has_its_cases() -> None:
    assert set(ROW_CASES) == {rule.id for rule in ROW_RULES}


@pytest.mark.parametrize("rule", ROW_CASES)
def test_a_rule_finds_its_case_at_its_cell_and_nothing_else(rule: str) -> None:
    bad, _ = ROW_CASES[rule]
    place = GOOD.written[RULE[rule].column]

    cases = compared(rule, *of_case(rule, bad))

    assert [(f.severity, f.file, f.sheet, f.cell, f.value, f.month) for f in cases] == [
        (RULE[rule].severity, "แบบ.xlsx", "Sheet1", place.cell, place.text, OCTOBER)
    ] * (2 if rule == "row-unlike-others" else 1)
    assert all(complete(finding.message) for finding in cases)


@pytest.mark.parametrize("rule", ROW_CASES)
def test_a_rule_lets_its_passing_cases_pass(rule: str) -> None:
    _, good = ROW_CASES[rule]
    for changes in good:
        assert compared(rule, *of_case(rule, changes)) == [], changes


def test_a_good_row_raises_nothing() -> None:
    assert found(GOOD) == []


def complete(message: str) -> bool:
    """A sentence without holes: nothing left in braces, nothing of Python in it."""
    return bool(message) and not re.search(r"[{}]|None|nan|NaT|<NA>|NaN", message)


# ---- rules of files, sheets, cells, revisions


def told(*sheets: Sheet) -> list[Finding]:
    return read_page(*sheets)[1]


def of_file(rule: str) -> Callable[[Path], list[Finding]]:
    def findings(folder: Path) -> list[Finding]:
        (content,) = [b.content for b in bad_books() if b.rule == rule and b.content]
        return examined(folder, content)

    return findings


def examined(folder: Path, content: bytes, limits: Limits | None = None) -> list[Finding]:
    path = folder / "file"
    path.write_bytes(content)
    return list(examine(path, "แบบ.xlsx", OURS, limits or Limits()).findings)


GOOD_BOOK = example_month(Month(2568, 2), "nine-columns", 3)
GOOD_FILE = to_bytes(GOOD_BOOK)
# A text that a merge covers: one reader drops it, the other does not, Excel shows nothing of it.
HIDDEN_UNDER_A_MERGE = zipped(
    (name, part.replace(b'<mergeCell ref="A2:', b'<mergeCell ref="D6:E6"/><mergeCell ref="A2:'))
    for name, part in parts_of(GOOD_FILE)
)


def good_file(folder: Path) -> list[Finding]:
    return examined(folder, GOOD_FILE)


def on(*sheets: Sheet) -> Callable[[Path], list[Finding]]:
    return lambda _: told(*sheets)


def cell(**changes: Value) -> Callable[[Path], list[Finding]]:
    return on(page(line(TWELVE, **changes), heads=TWELVE))


def linked(text: str) -> Callable[[Path], list[Finding]]:
    heads = {**TWELVE, "announcements": "ลิงก์ประกาศ"}
    return on(page(line(heads, announcements=text), heads=heads))


GOOD_PAGE = on(page(line()))
WITHOUT_PRICE = {key: text for key, text in NINE.items() if key != "reference_price"}
OTHER_NAME = paper([[TITLE], ["เทศบาลนครอื่น"], list(NINE.values()), line()])
OUR_NAME = paper([[TITLE], [OURS[0]], list(NINE.values()), line()])
NOVEMBER = page(title=TITLE.replace("ตุลาคม", "พฤศจิกายน"), name="พ.ย.67")


OTHER_TABLE = paper([[column.heading for column in OTHER_TABLES[0].columns]], name="ว62")
CONTINUED: list[Value] = [None, None, None, None, None, "ข / 5 บาท", "ข / 5 บาท"]


SUM: list[Value] = [None, "รวม", 1000]
TOO_MUCH: list[Value] = [None, "รวม", 1000.01]


def summed(*rows: list[Value]) -> Callable[[Path], list[Finding]]:
    return lambda _: totals(read_page(page(*rows))[0])


def flat(*, month: str = "ตุลาคม", organisation: str = OURS[0]) -> Sheet:
    """A sheet of one flat line, which says itself whose it is and of which month."""
    heads = HEADS["eleven-columns"]
    names = ["ชื่อหน่วยงาน", "ปี", "เดือน", *heads.values()]
    return paper([names, [organisation, 2567, month, *line(heads)]])


def struck(sheet: Sheet, rows: Mapping[int, Struck]) -> Sheet:
    cells = {at: replace(cell, struck=rows.get(at[0], "")) for at, cell in sheet.cells.items()}
    return replace(sheet, cells=cells)


def read_tables(*sheets: Sheet) -> list[Table]:
    return recognise(sheets, OURS)[0]


FORGETFUL = replace(read_tables(page(line()))[0], named={})


CITIZEN = "นายสมมติ ไม่มีจริง 1-2345-67890-12-1"
PHONED = "แบบ 081-234-5678.xlsx"


def noted(text: str) -> Procurement:
    return replace(GOOD, supplier=text, written={"supplier": Written("G3", text)})


OF_OCTOBER = [replace(GOOD, contract_date=date(2024, 10, day)) for day in (1, 2, 3)]


NOTHING_BEFORE = Before()


def answered_with(
    reason: str, by: str, *, asked: bool = True, was_public: bool = False, read: bool = True
) -> list[Finding]:
    """A row without a reference price, and an answer about it as it was, or about none."""
    row = replace(GOOD, reference_price=None)
    then = replace(row, budget=1, supplier="อื่น")
    if not asked:
        then = replace(then, title="งานอื่น", contract_number="99/2568")
    asked_then = replace(
        raised("reference-price-filled", "x"), month=OCTOBER, subject=then.subject
    )
    answer = Answer(asked_then.ticket, reason, by, "คำชี้แจง", "E3")
    stated = Stated("แบบ.xlsx", "Sheet1", OCTOBER, (row,), nil=False)
    unread = raised("macros-left-out", "แบบ.xlsx")
    examined = Examined((stated,) if read else (), () if read else (unread,), (), (answer,))
    spent = frozenset({(asked_then.key, reason, by)}) if was_public else frozenset()
    settings = Settings(organisation=Organisation(name="เทศบาลเมืองตัวอย่าง"))
    return list(judge(examined, Before(spent=spent), settings, TODAY).findings)


def judged_on(today: date, before: Before = NOTHING_BEFORE) -> list[Finding]:
    examined = Examined((Stated("แบบ.xlsx", "Sheet1", OCTOBER, (GOOD,), nil=False),), ())
    settings = Settings(organisation=Organisation(name="เทศบาลเมืองตัวอย่าง"))
    return list(judge(examined, before, settings, today).findings)


def judged_beside(public: Mapping[Month, tuple[Procurement, ...]]) -> list[Finding]:
    rows = tuple(replace(row, egp_project_number=None) for row in OF_OCTOBER)
    examined = Examined((Stated("แบบ.xlsx", "Sheet1", OCTOBER, rows, nil=False),), ())
    settings = Settings(organisation=Organisation(name="เทศบาลเมืองตัวอย่าง"))
    return list(judge(examined, Before(public), settings, TODAY).findings)


OTHER_CASES: dict[str, tuple[Callable[[Path], list[Finding]], Callable[[Path], list[Finding]]]] = {
    "file-is-a-workbook": (of_file("file-is-a-workbook"), good_file),
    "file-is-whole": (of_file("file-is-whole"), good_file),
    "file-without-password": (of_file("file-without-password"), good_file),
    "file-within-limits": (
        lambda folder: examined(folder, GOOD_FILE, replace(Limits(), file_bytes=100)),
        good_file,
    ),
    "file-is-read": (
        lambda folder: examined(folder, GOOD_FILE.replace(b"sheet1.xml", b"sheet9.xml")),
        good_file,
    ),
    "table-found": (on(paper([["ก"], ["ข"]])), GOOD_PAGE),
    "sheet-is-a-table": (on(page(line()), paper([["ก"]], name="ปก")), GOOD_PAGE),
    "macros-left-out": (
        lambda folder: examined(folder, with_macros(GOOD_BOOK)),
        good_file,
    ),
    "readers-agree": (lambda folder: examined(folder, HIDDEN_UNDER_A_MERGE), good_file),
    "cells-accounted": (
        lambda _: conserve([page(line())], [FORGETFUL], [], {"Sheet1": 1})[1],
        lambda _: conserve([page(line())], read_tables(page(line())), [], {"Sheet1": 1})[1],
    ),
    "table-is-the-form": (on(OTHER_TABLE), GOOD_PAGE),
    "sheet-is-another-table": (on(page(line()), OTHER_TABLE), on(OTHER_TABLE)),
    "tables-apart": (
        on(paper([[TITLE], [*NINE.values(), None, *NINE.values()], [*line(), None, *line()]])),
        GOOD_PAGE,
    ),
    "heading-read-as": (
        on(page(line(), heads={**NINE, "title": "งานทจดซอหรอจดจาง"})),
        GOOD_PAGE,
    ),
    "line-has-month": (on(flat(month="สิบ")), on(flat())),
    "line-is-ours": (on(flat(organisation="เทศบาลนครอื่น")), on(flat(organisation=OURS[1]))),
    "made-after-the-month": (
        on(paper([[TITLE], ["วันที่ ๓๐ เดือนตุลาคม พ.ศ. ๒๕๖๗"], list(NINE.values()), line()])),
        on(paper([[TITLE], ["ณ วันที่ 31 ต.ค. 67"], list(NINE.values()), line()])),
    ),
    "row-continued": (
        on(page(line(), CONTINUED, line(number=2))),
        on(page(line(), line(number=2))),
    ),
    "row-struck": (on(struck(page(line()), {3: "whole"})), GOOD_PAGE),
    "cell-struck": (on(struck(page(line()), {3: "partly"})), GOOD_PAGE),
    "hidden-is-read": (
        on(replace(page(line()), hidden=Hidden(rows=frozenset({3})))),
        GOOD_PAGE,
    ),
    "columns-complete": (on(page(line(WITHOUT_PRICE), heads=WITHOUT_PRICE)), GOOD_PAGE),
    "heading-known": (on(page([*line(), 1], heads={**NINE, "x": "อื่นๆ"})), GOOD_PAGE),
    "month-stated": (on(page(line(), title="สรุปผลการจัดซื้อ")), GOOD_PAGE),
    "month-stated-once": (on(page(line(), name="พ.ย.67")), on(page(line(), name="ต.ค.67"))),
    "month-of-these-years": (on(page(line(), title=TITLE.replace("2567", "2659"))), GOOD_PAGE),
    "month-begun": (
        lambda _: judged_on(date(2024, 9, 30)),
        lambda _: judged_on(date(2024, 10, 1)),
    ),
    "month-in-one-sheet": (on(page(line()), page(line(), name="ต.ค.67")), GOOD_PAGE),
    "rows-present": (on(page()), GOOD_PAGE),
    "nil-without-items": (
        on(paper([[TITLE], [NIL], list(NINE.values()), line()])),
        on(paper([[TITLE], [NIL], list(NINE.values())])),
    ),
    "item-in-help": (
        on(page(line()), paper([[HELP_TITLE], line()], name=HELP_SHEET)),
        on(page(line()), paper([[HELP_TITLE], ["ก", "ข"]], name=HELP_SHEET)),
    ),
    "sheet-still-empty": (on(page(line()), NOVEMBER), GOOD_PAGE),
    "row-is-whole": (on(page(line(), [None, "ก"], line())), on(page(line(), [], line()))),
    "cell-in-table": (on(page(line(), [None, "ก"])), on(page(line(), [None, "หมายเหตุ ก"]))),
    "total-as-summed": (summed(line(), TOO_MUCH), summed(line(), SUM)),
    "subtotal-as-summed": (summed(SUM, line(), TOO_MUCH), summed(SUM, line(), SUM)),
    "organisation-is-ours": (on(OTHER_NAME), on(OUR_NAME)),
    "amount-readable": (cell(budget="ห้าหมื่น"), cell(budget="50,000")),
    "date-readable": (cell(contract_date="31 ก.พ. 68"), cell(contract_date="3 ต.ค. 67")),
    "number-readable": (cell(number="ก"), cell(number="๑")),
    "text-as-typed": (cell(contract_number=date(2568, 12, 1)), cell(contract_number=122)),
    "formula-calculated": (cell(budget=Odd("uncalculated", "=D3")), cell(budget=500)),
    "cell-without-error": (cell(budget=Odd("error", "#REF!")), cell(budget=500)),
    "bids-paired": (cell(bidder="ก\nข", bid="5"), cell(bidder="ก\nข", bid="5\n6")),
    "supplier-single": (
        on(page(line(award="ก / 5 บาท\nข / 6 บาท"))),
        on(page(line(award="ก / 5 บาท"))),
    ),
    "year-typed-as-buddhist": (
        cell(contract_date=date(2567, 10, 3)),
        cell(contract_date=date(2024, 10, 3)),
    ),
    "announcement-is-a-link": (
        linked("ประกาศหน้าสำนักงานแล้ว"),
        linked("https://process5.gprocurement.go.th/x?a=1"),
    ),
    "contract-single": (
        cell(contract_number="15/2568\n16/2568"),
        cell(contract_number="สัญญาจ้าง\nเลขที่ 15/2568"),
    ),
    "month-of-contracts": (
        lambda _: check(Month(2568, 10), OF_OCTOBER, date(2025, 11, 5), []),
        lambda _: check(OCTOBER, OF_OCTOBER, TODAY, []),
    ),
    "month-published-once": (
        lambda _: judged_beside({Month(2567, 11): tuple(OF_OCTOBER)}),
        lambda _: judged_beside({Month(2567, 11): tuple(OF_OCTOBER[1:])}),
    ),
    "month-in-one-part": (
        lambda _: judged_on(TODAY, Before(elsewhere={OCTOBER: {"กองช่าง": (GOOD,)}})),
        lambda _: judged_on(
            TODAY, Before(elsewhere={OCTOBER: {"กองช่าง": (replace(GOOD, budget=1),)}})
        ),
    ),
    "citizen-number-hidden": (
        lambda _: list(personal(OCTOBER, [noted(CITIZEN)])),
        lambda _: list(personal(OCTOBER, [noted("เลขประจำตัวผู้เสียภาษี 0994000237031")])),
    ),
    "phone-number-public": (
        lambda _: list(personal(OCTOBER, [noted("ร้านตัวอย่าง โทร 081-234-5678")])),
        lambda _: list(personal(OCTOBER, [noted("ร้านตัวอย่าง เลขที่ 012/2568")])),
    ),
    "bank-account-public": (
        lambda _: list(personal(OCTOBER, [noted("โอนเข้าบัญชี ธ.ก.ส. เลขที่ 012-3-45678-9")])),
        lambda _: list(personal(OCTOBER, [noted("ธนาคารขยะ เลขที่โครงการ 67109012345")])),
    ),
    "citizen-number-in-name": (
        lambda _: list(personal(OCTOBER, [replace(GOOD, source=Source("ก.xlsx", CITIZEN, 3))])),
        lambda _: list(personal(OCTOBER, [replace(GOOD, source=Source("ก.xlsx", "ต.ค.67", 3))])),
    ),
    "phone-number-in-name": (
        lambda _: list(personal(OCTOBER, [replace(GOOD, source=Source(PHONED, "ต.ค.67", 3))])),
        lambda _: list(personal(OCTOBER, [GOOD])),
    ),
    "text-within-limits": (cell(title="ก" * 5_001), cell(title="ก" * 5_000)),
    "explanation-whole": (
        lambda _: answered_with("มีเหตุ", ""),
        lambda _: answered_with("มีเหตุ", "นางสมมติ"),
    ),
    "explanation-kept": (
        lambda _: answered_with("มีเหตุ", "นางสมมติ", read=False),
        lambda _: answered_with("มีเหตุ", "นางสมมติ", asked=False),
    ),
    "explanation-without-question": (
        lambda _: answered_with("มีเหตุ", "นางสมมติ", asked=False),
        lambda _: answered_with("", "นางสมมติ", asked=False),
    ),
    "explanation-expired": (
        lambda _: answered_with("มีเหตุ", "นางสมมติ", was_public=True),
        lambda _: answered_with("มีเหตุ", "นางสมมติ"),
    ),
    "rows-kept": (
        lambda _: compare(OCTOBER, [], [GOOD], "ใหม่.xlsx", 1),
        lambda _: compare(OCTOBER, [replace(GOOD, budget=1)], [GOOD], "ใหม่.xlsx", 1),
    ),
    "correction-has-reason": (
        lambda _: compare(OCTOBER, [replace(GOOD, budget=1)], [GOOD], "ใหม่.xlsx", 1),
        lambda _: compare(
            OCTOBER, [replace(GOOD, source=Source("", "", 1))], [GOOD], "ใหม่.xlsx", 1
        ),
    ),
}


def test_every_rule_has_its_cases() -> None:
    of_steps = (*FILE_RULES, *SHEET_RULES, *CELL_RULES, *EXPLANATION_RULES, *REVISION_RULES)
    others = {rule.id for rule in of_steps}

    assert set(OTHER_CASES) == others
    assert set(OTHER_CASES) | set(ROW_CASES) == set(RULE)
    assert len(RULE) == len(RULES)


@pytest.mark.parametrize("rule", OTHER_CASES)
def test_a_step_raises_the_rule_in_its_case_only(rule: str, tmp_path: Path) -> None:
    raises, passes = OTHER_CASES[rule]
    cases = raises(tmp_path)

    assert rule in {finding.rule for finding in cases}
    assert rule not in {finding.rule for finding in passes(tmp_path)}
    for finding in cases:
        assert finding.severity == RULE[finding.rule].severity
        assert complete(finding.message)
        assert finding.file


# ---- what the rules say of themselves

FIX = {
    *("file-is-a-workbook", "file-is-whole", "file-without-password", "file-within-limits"),
    *("file-is-read", "table-found", "columns-complete", "month-stated", "month-stated-once"),
    *("month-in-one-sheet", "rows-present", "row-is-whole", "amount-readable", "date-readable"),
    *("text-as-typed", "formula-calculated", "cell-without-error", "bids-paired"),
    *("supplier-single", "title-filled", "contract-not-in-future"),
    *("month-of-these-years", "month-begun", "text-within-limits", "month-in-one-part"),
    *("readers-agree", "cells-accounted", "table-is-the-form", "tables-apart", "line-has-month"),
    *("line-is-ours", "row-struck", "cell-struck", "contract-single", "month-of-contracts"),
    *("nil-without-items", "item-in-help"),
}
EXPLAIN = {
    *("rows-kept", "correction-has-reason", "budget-filled", "reference-price-filled"),
    *("procurement-method-filled", "bids-filled", "supplier-filled", "agreed-price-filled"),
    *("selection-reason-filled", "contract-number-filled", "contract-date-filled"),
    *("contract-within-month", "agreed-within-budget", "agreed-within-reference-price"),
    *("supplier-among-bidders", "direct-within-limit", "contract-of-these-years"),
    *("agreed-within-own-bid", "egp-contract-number-once", "egp-contract-number-elsewhere"),
    *("purchase-published-once", "month-published-once", "total-as-summed"),
}


def test_each_rule_is_as_severe_as_the_design_says() -> None:
    severities = {rule.id: rule.severity for rule in RULES}

    assert {id_ for id_, severity in severities.items() if severity == "fix"} == FIX
    assert {id_ for id_, severity in severities.items() if severity == "explain"} == EXPLAIN
    assert set(severities.values()) == set(SEVERITIES)
    assert [rule.id for rule in RULES if rule.waits_always] == ["rows-kept"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
def test_a_rule_is_a_claim_in_thai_with_its_ground(rule: Any) -> None:  # noqa: ANN401
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)
    assert re.search("[ก-๎]", rule.message)
    assert rule.basis
    assert (rule.holds is not None) == (rule in ROW_RULES)
    assert (rule.column != "") == (rule in ROW_RULES)


def test_a_day_that_excel_made_sixty_years_old_is_not_published_unasked() -> None:
    """Typed 15/10/67, stored as 15 October 1967: who reads it, reads 2510."""
    for typed in (date(1967, 10, 15), date(1968, 1, 15), date(1900, 1, 15)):
        severities = {f.severity for f in found(replace(GOOD, contract_date=typed))}
        assert severities & {"fix", "explain"}


# ---- the frame


def frame(**columns: Sequence[object]) -> pd.DataFrame:
    """A frame of the schema: what is not given is unknown in every row."""
    rows = len(next(iter(columns.values())))
    blank: dict[str, list[object]] = {name: [None] * rows for name in COLUMNS}
    blank |= {"repeats": [False] * rows, "bidders": [0] * rows}
    days = {"month_first": date(2024, 10, 1), "month_last": date(2024, 10, 31), "today": TODAY}
    blank |= {name: [day] * rows for name, day in days.items()}
    values = blank | {name: list(given_) for name, given_ in columns.items()}
    return pd.DataFrame(
        {name: pd.Series(values[name], dtype=dtype) for name, dtype in COLUMNS.items()},
        index=pd.RangeIndex(rows),
    )


UNKNOWN = [rule.id for rule in ROW_RULES if rule.id.endswith("-filled")]


@pytest.mark.parametrize("rows", [1, 2, 50])
def test_rows_of_which_nothing_is_known_are_each_found_empty(rows: int) -> None:
    assert failures(frame(title=[None] * rows)) == [
        (row, rule) for row in range(rows) for rule in UNKNOWN
    ]


def test_a_frame_without_rows_has_no_failure() -> None:
    assert failures(frame(title=[])) == []
    assert check(OCTOBER, [], TODAY, []) == []


def test_a_known_row_beside_an_unknown_one_is_judged_for_itself() -> None:
    found_ = failures(frame(title=["ก", None], budget=[100, None], agreed_price=[200, None]))

    assert (0, "agreed-within-budget") in found_
    assert (1, "agreed-within-budget") not in found_
    assert [rule for row, rule in found_ if row == 1] == UNKNOWN


def test_a_broken_frame_is_our_bug_and_not_silence() -> None:
    """Wrong types or columns: an error, never a month that passes."""
    sound = frame(title=["ก"])
    for broken in (
        sound.drop(columns="budget"),
        sound.astype({"budget": "float64"}),
        sound.assign(extra=1),
        sound.set_index(pd.Index([0.5])),
    ):
        with pytest.raises(Exception, match=r"budget|extra|column|index|dtype|float"):
            failures(broken)


MONEY = st.none() | st.integers(0, 10**15)
DAY = st.none() | st.dates(date(1900, 1, 1), date(2400, 1, 1))
WORDS = st.none() | st.sampled_from(["ก", "ร้านตัวอย่าง", "เฉพาะเจาะจง", "คัดเลือก", "{budget}", ""])
ROW = st.builds(
    Procurement,
    st.just(Source("แบบ.xlsx", "Sheet1", 3)),
    number=st.none() | st.integers(0, 99),
    title=WORDS,
    budget=MONEY,
    reference_price=MONEY,
    procurement_method=WORDS,
    bids=st.lists(st.builds(Bid, WORDS, MONEY), max_size=3).map(tuple),
    supplier=WORDS,
    agreed_price=MONEY,
    selection_reason=WORDS,
    contract_number=WORDS,
    contract_date=DAY,
    egp_contract_number=st.none() | st.sampled_from(["680801004122", "1"]),
    supplier_tax_id=st.none() | st.sampled_from(["0994000237031", "1"]),
    egp_project_number=st.none() | st.from_regex(r"[0-9]{10,12}", fullmatch=True) | st.just("๑"),
    written=st.just(GOOD.written),
)


# Without shrinking: a check that dies for one row would be tried on hundreds of smaller ones.
@settings(STEADY, max_examples=40, phases=[Phase.generate])
@given(st.lists(ROW, max_size=5))
def test_no_row_whatsoever_makes_the_check_fail(rows: list[Procurement]) -> None:
    for finding in found(*rows):
        assert finding.severity == RULE[finding.rule].severity
        assert finding.cell
        assert finding.message


@pytest.mark.parametrize(
    "changes",
    [
        {"budget": "99999999999999999999"},
        {"budget": "92,233,720,368,547,758.08"},  # one satang more than 63 bits hold
        {"agreed_price": 1e300},
        {"reference_price": 10**30},
        {"bid": "99999999999999999999"},
        {"contract_date": "1 ต.ค. 9999"},
        {"contract_date": date.max},
        {"contract_date": date(1, 1, 1)},
    ],
    ids=str,
)
def test_a_value_beyond_all_measure_does_not_stop_the_program(
    changes: dict[str, Value],
) -> None:
    """One cell of one workbook must not keep all others from being answered."""
    (cleaned,), unclear = read_page(page(line(TWELVE, **changes), heads=TWELVE))

    told_ = [*unclear, *check(OCTOBER, cleaned.rows, TODAY, unclear)]

    assert "fix" in {finding.severity for finding in told_}


# ---- what is told twice, and what is not


def test_a_cell_that_could_not_be_read_is_not_called_empty_as_well() -> None:
    place = GOOD.written["budget"]
    unread = Finding("amount-readable", "fix", "แบบ.xlsx", "Sheet1", place.cell, "x", "x", OCTOBER)

    told_ = check(OCTOBER, [replace(GOOD, budget=None)], TODAY, [unread])
    elsewhere = check(
        OCTOBER, [replace(GOOD, budget=None)], TODAY, [replace(unread, sheet="Sheet2")]
    )

    assert told_ == []
    assert [f.rule for f in elsewhere] == ["budget-filled"]


def test_a_message_says_amounts_and_days_as_the_office_writes_them() -> None:
    dear = replace(GOOD, budget=60_000_000, agreed_price=None)
    late = replace(GOOD, contract_date=date(2024, 11, 1))
    messages = {f.rule: f.message for f in [*found(dear), *found(late)]}

    assert "วงเงิน 600,000.00 บาท ราคาที่ตกลง (ไม่ระบุ) บาท" in messages["direct-within-limit"]
    assert "1 พฤศจิกายน 2567" in messages["contract-within-month"]
    assert "31 ตุลาคม 2567" in messages["contract-within-month"]


# ---- rows that go on in the next revision, and rows that vanish


def gone(before: Sequence[Procurement], after: Sequence[Procurement]) -> list[str]:
    return [f.value for f in compare(OCTOBER, after, before, "x", 1) if f.rule == "rows-kept"]


FIRST = replace(
    GOOD, title="ก", contract_number="1/2568", supplier="ร้าน ก", egp_project_number="1"
)
SECOND = replace(
    GOOD, title="ข", contract_number="2/2568", supplier="ร้าน ข", egp_project_number="2"
)


def test_a_row_goes_on_when_two_of_its_traits_do() -> None:
    renamed = replace(FIRST, title="ก ใหม่", budget=1)
    corrected = replace(FIRST, contract_number="3/2568", agreed_price=1)
    other = replace(FIRST, title="ค", supplier="ร้าน ค", contract_number="3/2568")

    assert gone([FIRST, SECOND], [SECOND, renamed]) == []
    assert gone([FIRST, SECOND], [corrected, SECOND]) == []
    assert gone([FIRST, SECOND], [other, SECOND]) == ["ก"]


def test_a_row_continues_one_row_only() -> None:
    twins = [FIRST, replace(FIRST, number=2)]
    changed = replace(FIRST, budget=1, contract_number="3/2568")

    assert gone(twins, [changed]) == ["ก"]
    assert gone(twins, [changed, replace(changed, number=2)]) == []
    assert gone(twins, twins) == []
    assert gone(twins, twins[:1]) == ["ก"]
    assert gone([FIRST, SECOND], [FIRST]) == ["ข"]
    assert gone([FIRST, SECOND], []) == ["ก", "ข"]
    assert gone([], [FIRST]) == []


def test_an_abbreviated_legal_head_is_no_other_spelling() -> None:
    def told(*names: str) -> list[Finding]:
        rows = [replace(GOOD, number=n, supplier=name) for n, name in enumerate(names)]
        return [f for f in found(*rows) if f.rule == "supplier-spelled-alike"]

    assert told("หจก.ตัวอย่าง", "ห้างหุ้นส่วนจำกัด ตัวอย่าง", "หจก. ตัวอย่าง") == []
    assert told("บริษัท ตัวอย่าง จำกัด", "บจก.ตัวอย่าง") == []
    assert told("น.ส.ตัวอย่าง", "นางสาวตัวอย่าง") == []
    assert len(told("ตัวอย่าง", "ร้านตัวอย่าง")) == 1
    assert len(told("นางตัวอย่าง", "นางสาวตัวอย่าง")) == 1


def test_the_order_of_rows_is_no_loss_but_a_change() -> None:
    assert [f.rule for f in compare(OCTOBER, [SECOND, FIRST], [FIRST, SECOND], "x", 1)] == [
        "correction-has-reason"
    ]
    assert compare(OCTOBER, [FIRST, SECOND], [FIRST, SECOND], "x", 1) == []


@STEADY
@given(st.lists(ROW, max_size=5), st.lists(ROW, max_size=5))
def test_never_fewer_rows_vanish_than_are_missing(
    before: list[Procurement], after: list[Procurement]
) -> None:
    missing = gone(before, after)

    assert len(missing) >= len(before) - len(after)
    assert gone(before, [*before, *after]) == []


def test_a_refusal_has_its_reason_in_its_sentence() -> None:
    (finding,) = refusal("ก.xlsx", "file-is-whole", "ขาด").findings

    assert (finding.rule, finding.severity, finding.file) == ("file-is-whole", "fix", "ก.xlsx")
    assert "«ก.xlsx» ไม่สมบูรณ์ (ขาด)" in finding.message


# ---- how not to meet it again


def test_whoever_must_act_is_told_how_not_to_meet_it_again() -> None:
    """Only where the fault is the program's own there is nothing that finance could do."""
    silent = {rule.id for rule in RULES if rule.severity != "note" and not rule.avoid}

    assert silent == {"cells-accounted"}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.avoid], ids=lambda rule: rule.id)
def test_a_sentence_of_advice_is_one_sentence_without_holes(rule: Rule) -> None:
    assert complete(rule.avoid)
    assert rule.avoid == " ".join(rule.avoid.split())
    assert len(rule.avoid) <= QUOTED
