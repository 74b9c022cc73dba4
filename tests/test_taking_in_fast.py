"""What was made fast says the same as the slow way it replaced, and guards what that guarded."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import defusedxml.ElementTree
import openpyxl.reader.strings
import openpyxl.worksheet._reader
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline import confine
from pipeline.check import _frame
from pipeline.confine import examine_confined
from pipeline.examine import examine
from pipeline.examples import LAYOUTS, bad_books, example_month, to_bytes
from pipeline.facts import Beside, facts
from pipeline.guard import Limits
from pipeline.readers.xlsx import parsed
from schemas import frame as frame_of_rows
from schemas.frame import COLUMNS, failures
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.rules import ROW_RULES
from tests import rich_books
from tests.paper import STEADY
from tests.test_rules import OCTOBER, ROW, TODAY

OURS = ("เทศบาลเมืองตัวอย่าง",)
MONTH = Month(2568, 2)
PARSERS: list[dict[str, Any]] = [
    vars(openpyxl.worksheet._reader),  # noqa: SLF001
    vars(openpyxl.reader.strings),
]

# ---- the rules: all answers in one schema, against a check of pandera's for each rule

ONE_BY_ONE = pa.DataFrameSchema(
    {name: pa.Column(dtype, nullable=dtype != "bool") for name, dtype in COLUMNS.items()},
    checks=[pa.Check(rule.holds, error=rule.id) for rule in ROW_RULES if rule.holds],
    index=pa.Index("int64", unique=True),
    strict=True,
    unique_column_names=True,
)
ORDER = [rule.id for rule in ROW_RULES]


def one_by_one(rows: pd.DataFrame) -> list[tuple[int, str]]:
    """Every failure as pandera itself lists it, put in order."""
    if rows.empty:
        return []
    try:
        ONE_BY_ONE.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases[["index", "check"]].drop_duplicates()
        pairs = [(int(index), str(check)) for index, check in cases.itertuples(index=False)]
        return sorted(pairs, key=lambda pair: (pair[0], ORDER.index(pair[1])))
    return []


def frame_of(rows: Sequence[Procurement]) -> pd.DataFrame:
    return _frame(OCTOBER, rows, TODAY, facts(OCTOBER, rows, Beside()))


@settings(STEADY, max_examples=25, phases=[Phase.generate])
@given(st.lists(ROW, max_size=6))
def test_the_rules_together_find_what_each_finds_alone(rows: list[Procurement]) -> None:
    frame = frame_of(rows)

    assert failures(frame) == one_by_one(frame)


@settings(STEADY, max_examples=25, phases=[Phase.generate])
@given(st.lists(ROW, max_size=6))
def test_a_frame_of_arrays_is_the_frame_of_series(rows: list[Procurement]) -> None:
    made = frame_of(rows)

    slow = {
        name: pd.Series(list(made[name].astype(object)), dtype=dtype)
        for name, dtype in COLUMNS.items()
    }
    pd.testing.assert_frame_equal(made, pd.DataFrame(slow, index=pd.RangeIndex(len(rows))))


@pytest.mark.parametrize(
    "answer",
    [
        lambda rows: rows["title"].eq("ก"),  # unknown where the title is
        lambda rows: rows["title"].notna().head(1),
        lambda rows: rows["budget"],
        lambda _: True,
        lambda rows: rows["no such column"],
    ],
    ids=["unknown", "too short", "no claim", "one for all", "fails"],
)
def test_a_broken_rule_stops_the_program(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[Any], Any]
) -> None:
    rules = list(frame_of_rows._RULES)  # noqa: SLF001
    rules[3] = replace(rules[3], holds=answer)
    monkeypatch.setattr(frame_of_rows, "_RULES", tuple(rules))
    good = example_month(MONTH, "nine-columns", 2).expected
    rows = [replace(row, title=None) if at else row for at, row in enumerate(good)]

    with pytest.raises((ValueError, AttributeError, KeyError)):
        failures(frame_of(rows))


def test_a_frame_that_passed_lets_no_other_kind_of_frame_pass() -> None:
    """What was found sound once is remembered: by every name, every type and the index."""
    sound = frame_of(example_month(MONTH, "nine-columns", 3).expected)
    assert failures(sound) == one_by_one(sound)

    for broken in (
        sound.astype({"budget": "float64"}),
        sound.rename(columns={"budget": "titel"}),
        sound[list(reversed(sound.columns))].drop(columns="repeats"),
        sound.set_axis([0, 0, 1], axis="index"),
    ):
        with pytest.raises((pa.errors.SchemaError, pa.errors.SchemaErrors)):
            failures(broken)


# ---- the parser in C, against the one of defusedxml

RICH = [rich_books.threads, rich_books.signed, rich_books.linked_outside, rich_books.pivoted]
RICH += [rich_books.protected, rich_books.of_openpyxl]


@pytest.mark.parametrize(
    "content",
    [
        *(pytest.param(to_bytes(example_month(MONTH, name, 20)), id=name) for name in LAYOUTS),
        *(pytest.param(bad.content, id=f"{at} {bad.rule}") for at, bad in enumerate(bad_books())),
        *(pytest.param(make(), id=make.__name__) for make in RICH),
    ],
)
def test_both_parsers_read_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    fast = examine(path, path.name, OURS, Limits())
    for names in PARSERS:
        assert names["iterparse"] is parsed  # else nothing is compared
        monkeypatch.setitem(names, "iterparse", defusedxml.ElementTree.iterparse)

    assert examine(path, path.name, OURS, Limits()) == fast


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "b">',
        '<!ENTITY a SYSTEM "file:///etc/hostname">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1:9/x">%a;',
        '<!NOTATION n SYSTEM "x"><!ENTITY a SYSTEM "y" NDATA n>',
    ],
)
def test_a_part_that_declares_an_entity_is_not_read(declared: str, encoding: str) -> None:
    part = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [{declared}]><x>1</x>'

    with pytest.raises(ValueError, match="entities"):
        list(parsed(io.BytesIO(part.encode(encoding))))


def test_a_sheet_of_another_encoding_that_declares_one_is_refused(tmp_path: Path) -> None:
    """Office's own parts may be UTF-16, and any part may be named as a sheet."""
    path, file = tmp_path / "book.xlsx", io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(to_bytes(example_month(MONTH, "nine-columns", 2))))
    with old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            text = old.read(name).replace(b"worksheets/sheet1.xml", b"../customXml/item1.xml")
            new.writestr(name, text)
        sheet = old.read("xl/worksheets/sheet1.xml").decode().partition("?>")[2]
        declared = f'<!DOCTYPE worksheet [<!ENTITY a "b">]>{sheet}'
        new.writestr("customXml/item1.xml", declared.encode("utf-16"))
    path.write_bytes(file.getvalue())

    (finding,) = examine(path, path.name, OURS, Limits()).findings

    assert finding.rule == "file-is-read"


# ---- the nursery


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(to_bytes(example_month(MONTH, "nine-columns", 5)))
    return path


POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no nursery")


@POSIX
def test_a_child_states_what_is_stated_here(workbook: Path) -> None:
    here = examine(workbook, workbook.name, OURS, Limits())

    for _ in range(3):
        assert examine_confined(workbook, workbook.name, OURS, Limits()) == here


@POSIX
def test_every_file_has_a_child_of_its_own(workbook: Path) -> None:
    asked = [confine._asked_child(os.getpid, (), Limits()) for _ in range(4)]  # noqa: SLF001
    try:
        children = {child.kill.args[0] for child in asked}  # type: ignore[attr-defined]
        assert len(children) == 4
    finally:
        for child in asked:
            child.end()
    assert examine_confined(workbook, workbook.name, OURS, Limits()).months


@POSIX
@pytest.mark.parametrize("victim", ["child", "nursery"])
def test_who_is_killed_while_he_waits_is_replaced(workbook: Path, victim: str) -> None:
    whole = examine_confined(workbook, workbook.name, OURS, Limits())
    waiting = confine._WAITING[-1].kill.args[0]  # type: ignore[attr-defined]  # noqa: SLF001
    home = confine._NURSERIES[-1]._process.pid  # noqa: SLF001

    os.kill(waiting if victim == "child" else home, signal.SIGKILL)
    time.sleep(0.2)

    for _ in range(3):
        assert examine_confined(workbook, workbook.name, OURS, Limits()) == whole


@POSIX
def test_children_that_die_at_work_take_nobody_with_them(workbook: Path) -> None:
    examine_confined(workbook, workbook.name, OURS, Limits())
    home = confine._NURSERIES[-1]._process  # noqa: SLF001

    for _ in range(3):
        assert confine._asked(os._exit, (3,), Limits()).word == "nothing"  # noqa: SLF001

    assert examine_confined(workbook, workbook.name, OURS, Limits()).months
    assert confine._NURSERIES[-1]._process is home  # noqa: SLF001
    assert home.poll() is None


@POSIX
def test_threads_may_ask_at_once(workbook: Path) -> None:
    whole = examine_confined(workbook, workbook.name, OURS, Limits())

    with ThreadPoolExecutor(4) as threads:
        told = threads.map(
            lambda _: examine_confined(workbook, workbook.name, OURS, Limits()), range(16)
        )
        assert all(one == whole for one in told)


@POSIX
def test_nobody_stays_behind_when_the_owner_is_killed(tmp_path: Path) -> None:
    """One child waits and one works without end; both and the nursery go with their owner."""
    program = (
        "import os, sys, time\n"
        "from pipeline import confine\n"
        "from pipeline.guard import Limits\n"
        "busy = confine._asked_child(time.sleep, (600,), Limits())\n"
        "idle = confine._WAITING[-1]\n"
        "print(confine._NURSERIES[-1]._process.pid, busy.kill.args[0], idle.kill.args[0])\n"
        "sys.stdout.flush()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).resolve().parents[1]
    with (tmp_path / "told").open("w+") as told:  # a pipe would wait for all who hold it
        subprocess.run([sys.executable, "-c", program], stdout=told, cwd=root, check=False)
        told.seek(0)
        family = [int(word) for word in told.read().split()]

    assert len(family) == 3
    deadline = time.monotonic() + 10
    while any(map(alive, family)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, family))


def alive(process: int) -> bool:
    """False for one that is dead and not yet reaped as well."""
    try:
        state = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"
