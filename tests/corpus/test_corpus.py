"""Every variant is read exactly right, or comes back for the stated reason; nothing is lost.

What is right is what the generator typed: nothing here asks the pipeline what it would expect.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from pipeline.examine import examine
from pipeline.examples.paper import STRUCK, Formula, Rich, Value
from pipeline.guard import Limits
from schemas.examined import Examined
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.sheet import address
from schemas.thai import visible
from tests.corpus.forms import FLAT
from tests.corpus.variants import ANYWHERE, Expected, Variant, variants
from tests.paper import OURS

VARIANTS = {variant.name: variant for variant in variants()}
ITEM_LOOKS = ("text", "centre", "money", "date")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@cache
def read(name: str, folder: Path) -> Examined:
    variant = VARIANTS[name]
    path = folder / "original"
    path.write_bytes(variant.content())
    return examine(path, variant.file, OURS, Limits())


def by_month(examined: Examined) -> dict[Month, list[Procurement]]:
    months: dict[Month, list[Procurement]] = {}
    for one in examined.months:
        months.setdefault(one.month, []).extend(one.rows)
    return dict(sorted(months.items()))


def plain(rows: Sequence[Procurement], variant: Variant) -> list[Procurement]:
    """The rows as they are compared: field by field, place included, raw texts apart.

    A row struck through comes back with its file, be it among the rows or not; where a text was
    joined from two rows, a line end and a blank are the same.
    """
    struck = {(f.sheet, f.cell) for f in variant.findings if f.rule == "row-struck"}
    gone = {(sheet, int(re.sub("[A-Z]", "", cell or ""))) for sheet, cell in struck}
    kept = [row for row in rows if (row.source.sheet, row.source.row) not in gone]
    return [_joined(replace(row, written={}), joins=variant.joins) for row in kept]


def _joined(row: Procurement, *, joins: bool) -> Procurement:
    if not joins:
        return row
    title, reason = row.title or "", row.selection_reason or ""
    return replace(row, title=" ".join(title.split()), selection_reason=" ".join(reason.split()))


@pytest.mark.parametrize("name", VARIANTS)
def test_it_is_read_exactly_right_or_comes_back_for_the_stated_reason(
    name: str, folder: Path
) -> None:
    variant, examined = VARIANTS[name], read(name, folder)

    assert returned(examined) == stated(variant), "what sends it back, and where"
    found = {month: plain(rows, variant) for month, rows in by_month(examined).items()}
    assert found == {month: plain(rows, variant) for month, rows in variant.expected.items()}
    assert missing(variant, examined) == [], "notes"
    assert list(lost(variant, examined)) == [], "neither in a row nor in a finding"
    assert list(misplaced(variant, examined)) == [], "another text stands at that address"
    for finding in examined.findings:
        assert finding.file == variant.file
        assert re.search("[ก-ฮ]", finding.message)
        assert "{" not in finding.message
    for account in examined.accounts:
        assert account.cells == account.read + sum(account.left_out.values()) + account.told
        assert account.words or not account.left_out  # every name has its Thai words


def returned(examined: Examined) -> list[tuple[str, str, str, str]]:
    """What sends the file back or asks about it, each with its place."""
    sure = (f for f in examined.findings if f.severity != "note")
    return sorted((f.rule, f.severity, f.sheet, _cell(f.rule, f.cell)) for f in sure)


def stated(variant: Variant) -> list[tuple[str, str, str, str]]:
    sure = (f for f in variant.findings if f.severity != "note")
    return sorted((f.rule, f.severity, f.sheet, f.cell or "") for f in sure)


def _cell(rule: str, cell: str) -> str:
    return "" if rule in ANYWHERE else cell


def missing(variant: Variant, examined: Examined) -> list[Expected]:
    """The notes that should be there and are not; others may be."""
    notes = {(f.rule, f.sheet, _cell(f.rule, f.cell)) for f in examined.findings}
    return [
        one
        for one in variant.findings
        if one.severity == "note" and (one.rule, one.sheet, one.cell or "") not in notes
    ]


@pytest.mark.parametrize("name", [name for name, one in VARIANTS.items() if one.says])
def test_another_table_is_called_by_its_name(name: str, folder: Path) -> None:
    rules = {"table-is-the-form", "sheet-is-another-table"}
    (told,) = (f.message for f in read(name, folder).findings if f.rule in rules)

    assert any(words in told for words in VARIANTS[name].says)


# ---- nothing is lost: what the generator typed, against what came out


def shown(value: Value) -> str:
    """The text of a typed value, as a reader of typed cells gives it."""
    match value:
        case Formula():
            return value.text if value.result is None else shown(value.result)
        case Rich():
            return value.text
        case date():
            return value.isoformat()
        case float():
            return format(value, ".15g")
        case None:
            return ""
    return str(value)


def item_cells(variant: Variant) -> Iterator[tuple[Procurement, str, str, str]]:
    """Yield (item, sheet, address, text) for every cell that was typed into an item."""
    for paper in variant.book.sheets:
        items = [item for item in variant.book.expected if item.source.sheet == paper.name]
        headed = {row for (row, _), typed in paper.cells.items() if typed.look == "head"}
        for (row, column), typed in sorted(paper.cells.items()):
            text = shown(typed.value)
            above = [item for item in items if item.source.row <= row]
            if row in headed or not above or not visible(text):
                continue
            if typed.look.removesuffix(STRUCK) in ITEM_LOOKS and not _of_no_row(variant, column):
                yield above[-1], paper.name, address(row, column), text


def _of_no_row(variant: Variant, column: int) -> bool:
    """The flat table's organisation, year and month state the month; they are of no row."""
    if variant.form is None or variant.form.id != FLAT:
        return False
    return bool({*variant.form.fields[column - 1 : column]} & {"organisation", "year", "month"})


def lost(variant: Variant, examined: Examined) -> Iterator[tuple[str, str, str]]:
    """Yield the typed cells that neither their row repeats nor a finding points to.

    A sheet that comes back as a whole, and says so, has lost nothing: nothing of it is published.
    """
    stated = {one.sheet for one in examined.months}
    back = {f.sheet for f in examined.findings if f.severity == "fix"} - stated
    rows = {(r.source.sheet, r.source.row): r for one in examined.months for r in one.rows}
    told = {(finding.sheet, finding.cell) for finding in examined.findings}
    for item, sheet, cell, text in item_cells(variant):
        if sheet in back or "" in back:
            continue
        row = rows.get((item.source.sheet, item.source.row))
        kept = [written.text for written in row.written.values()] if row else []
        if not any(_holds(one, text, variant) for one in kept) and (sheet, cell) not in told:
            yield sheet, cell, text


def misplaced(variant: Variant, examined: Examined) -> Iterator[tuple[str, str, str]]:
    """Yield what a row repeats from an address where the generator typed something else."""
    typed = {
        (paper.name, address(*place)): shown(cell.value)
        for paper in variant.book.sheets
        for place, cell in paper.cells.items()
    }
    for one in examined.months:
        for row in one.rows:
            for name, written in row.written.items():
                stands = typed.get((one.sheet, written.cell), "")
                if written.text and not _begins(written.text, stands, variant):
                    yield name, written.cell, written.text


def _holds(kept: str, text: str, variant: Variant) -> bool:
    """True when the lines of ``text`` stand among those of ``kept``, one behind the other."""
    if _is_page(variant):
        return _in_a_page(text) in _in_a_page(kept)
    return f"\n{text}\n" in f"\n{kept}\n"


def _begins(kept: str, text: str, variant: Variant) -> bool:
    if _is_page(variant):
        return text != "" and _in_a_page(kept).startswith(_in_a_page(text))
    return text != "" and kept.startswith(text)


def _is_page(variant: Variant) -> bool:
    return variant.name.endswith("/html")


def _in_a_page(text: str) -> str:
    """In a web page blanks are one blank, and those at the ends are none."""
    return " ".join(visible(text).split())


# ---- all together


def test_the_corpus_is_large_enough(record_property: Callable[[str, object], None]) -> None:
    """What went wrong with one of them, its own test says."""
    clean = [variant for variant in VARIANTS.values() if variant.clean]
    totals: Mapping[str, int] = {
        "files": len(VARIANTS),
        "clean files": len(clean),
        "rows": sum(len(rows) for v in VARIANTS.values() for rows in v.expected.values()),
        "cells": sum(1 for v in VARIANTS.values() for _ in item_cells(v)),
    }
    for name, count in totals.items():
        record_property(name, count)

    assert not any(stated(variant) for variant in clean)
    assert totals["files"] >= 2_000
    assert totals["rows"] >= 12_000
    assert totals["cells"] >= 120_000


def test_the_corpus_is_the_same_each_time() -> None:
    again = list(variants())

    assert [one.name for one in again] == list(VARIANTS)
    assert len(VARIANTS) == len(again)
    for one in again[::40]:
        assert one.content() == VARIANTS[one.name].content()
        assert one.expected == VARIANTS[one.name].expected
