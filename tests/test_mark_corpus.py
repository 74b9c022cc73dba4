"""Marked workbooks of every layout, damage and kind of file, read by others than who wrote them.

openpyxl reads looks, comments and formulas; calamine the values and the results of formulas.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl.cell.cell import Cell
from python_calamine import CalamineWorkbook

from pipeline.examine import examine
from pipeline.guard import Limits, guard
from pipeline.judge import judge
from pipeline.kinds import Kind
from pipeline.mark import mark
from pipeline.marking.rebuilt import names_of
from pipeline.read import read
from schemas.config import Organisation, Settings
from schemas.finding import SEVERITIES, SEVERITY_WORDS, Finding
from schemas.history import Before
from schemas.reply_words import EXPLANATIONS, NOTE_BEGINS, READ_FIRST
from schemas.sheet import Merge, Sheet, address
from tests.corpus.variants import Variant, variants
from tests.marked import FILLS, cells, load, looks
from tests.paper import OURS

SETTINGS = Settings(organisation=Organisation(name=OURS[0]))
TODAY = date(2026, 6, 1)
CHUNKS = 20
Place = tuple[str, str]  # sheet, cell


def chosen() -> Iterator[Variant]:
    """One of each change in each kind of file and of each layout, some of the rest."""
    seen: set[str] = set()
    for number, variant in enumerate(variants()):
        layout, _, rest = variant.name.partition("/")
        kinds = {rest, f"{layout}/{rest.rpartition('/')[2]}"}
        if kinds - seen or number % 20 == 0:
            yield variant
        seen |= kinds


CHOSEN = tuple(chosen())


def test_enough_workbooks_are_marked() -> None:
    assert len(CHOSEN) >= 500
    assert len({variant.name for variant in CHOSEN}) == len(CHOSEN)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_marks_sit_where_they_belong_and_nothing_else_changes(chunk: int, tmp_path: Path) -> None:
    path = tmp_path / "0a1b"  # originals have no ending
    for number, variant in enumerate(CHOSEN[chunk::CHUNKS]):
        path.write_bytes(variant.content())
        kind = guard(path, Limits()).kind
        sheets = read(path, variant.file, kind)
        findings = [*found_by_us(path, variant), *injected(sheets, variant)]
        reply = mark(path, variant.file, kind, findings)

        if number % 4 == 0:
            assert mark(path, variant.file, kind, findings) == reply, variant.name
        answer = Answer(reply, kind, sheets, findings)
        assert answer.misplaced() == [], variant.name
        if kind == "xlsx":
            assert answer.changed(path.read_bytes()) == [], variant.name
        path.write_bytes(reply)
        assert guard(path, Limits()).kind == "xlsx", variant.name
        assert not guard(path, Limits()).macros, variant.name
        assert answer.otherwise(read(path, variant.file, "xlsx")) == [], variant.name
        if kind == "xlsx":
            taken_off = mark(path, variant.file, "xlsx", [])
            assert looks(taken_off, but=answer.made) == looks(variant.content(), but=answer.made)


def found_by_us(path: Path, variant: Variant) -> list[Finding]:
    examined = examine(path, variant.file, OURS, Limits())
    return list(judge(examined, Before(), SETTINGS, TODAY).findings)


def injected(sheets: Sequence[Sheet], variant: Variant) -> list[Finding]:
    """Some filled cells, some of them twice, and an empty one; each quotes what stands there."""
    dice = Random(variant.name)  # noqa: S311 - cases that repeat
    found = []
    for sheet in (sheet for sheet in sheets if sheet.cells):
        at = (dice.randint(1, 40), dice.randint(1, 30))
        texts = [(at, sheet.cells[at].text if at in sheet.cells else "")]
        some = list(sheet.cells.values())
        for number in range(2):
            texts += [
                ((cell.row, cell.column), cell.text)
                for cell in dice.sample(some, min(5, len(some)))
            ]
            found += [
                Finding(
                    f"rule-{number}",
                    dice.choice(SEVERITIES),
                    variant.file,
                    sheet.name,
                    address(*place),
                    text,
                    f"ข้อ {number} พบ «{text}» กรุณาตรวจสอบ",
                )
                for place, text in texts
            ]
    return found


class Answer:
    """A reply as other programs read it, beside what it was made of."""

    def __init__(
        self, reply: bytes, kind: Kind, sheets: Sequence[Sheet], findings: Sequence[Finding]
    ) -> None:
        self.reply, self.kind, self.sheets = reply, kind, sheets
        self.names = {s.name: s.name for s in sheets} if kind == "xlsx" else dict(names_of(sheets))
        merges = {sheet.name: sheet.merges for sheet in sheets}
        self.marked: dict[Place, list[Finding]] = {}
        for one in findings:
            if one.cell and one.sheet in self.names:
                place = (self.names[one.sheet], shown_at(one.cell, merges[one.sheet]))
                self.marked.setdefault(place, []).append(one)
        # A mark on nothing makes a cell, which stays when the mark comes off.
        self.made = {
            (name, at)
            for name, at in self.marked
            for sheet in sheets
            if self.names[sheet.name] == name and at not in cells(sheet)
        }
        self.book = load(reply)

    def misplaced(self) -> list[object]:
        """Marks that are missing, astray, of another colour, or say something else."""
        noted: dict[Place, Any] = {
            (page.title, cell.coordinate): cell
            for page in self.book.worksheets
            for row in page.iter_rows()
            for cell in row
            if isinstance(cell, Cell) and cell.comment and NOTE_BEGINS in cell.comment.text
        }
        wrong: list[object] = [*sorted(set(noted) ^ set(self.marked))]
        for place in noted.keys() & self.marked.keys():
            here = self.marked[place]
            worst = min((one.severity for one in here), key=SEVERITIES.index)
            if noted[place].fill.fgColor.rgb != FILLS[worst]:
                wrong.append((place, "colour"))
            said = noted[place].comment.text
            wrong += [
                (place, one.message)
                for one in here
                if f"{SEVERITY_WORDS[one.severity]}: {one.message}" not in said
            ]
        return wrong

    def changed(self, content: bytes) -> list[object]:
        """What differs from an .xlsx that was marked, marks themselves apart."""
        places = set(self.marked)
        old, new = looks(content, but=places), looks(self.reply, but=places)
        wrong: list[object] = [at for at in old.keys() | new.keys() if old.get(at) != new.get(at)]
        first, second = values(content), values(self.reply)
        wrong += [name for name in first if first[name] != second[name]]
        before = load(content)
        for name, at in places:
            one, other = before[name][at], self.book[name][at]
            if beside_the_mark(one) != beside_the_mark(other):
                wrong.append((name, at))
        return wrong

    def otherwise(self, back: Sequence[Sheet]) -> list[object]:
        """What the reply, dropped again, says otherwise than the file that it answers."""
        names = [READ_FIRST, *(self.names[sheet.name] for sheet in self.sheets), EXPLANATIONS]
        if [sheet.name for sheet in back] != names:
            return [[sheet.name for sheet in back]]
        wrong: list[object] = []
        for old, new in zip(self.sheets, back[1:-1], strict=True):
            if typed_again(cells(old), self.kind) != cells(new):
                wrong.append((new.name, "cells"))
            if (old.merges, old.hidden) != (new.merges, new.hidden):
                wrong.append((new.name, "merges, hidden"))
        quoted = {sheet.name: {at: c[0] for at, c in cells(sheet).items()} for sheet in back}
        wrong += [
            (place, one.value)
            for place, some in self.marked.items()
            for one in some
            if one.rule.startswith("rule-") and quoted[place[0]].get(one.cell, "") != one.value
        ]
        return wrong


def shown_at(cell: str, merges: Sequence[Merge]) -> str:
    """The cell where a comment on ``cell`` is seen: of a merged area the top left one."""
    for merge in merges:
        inside = {
            address(row, column)
            for row in range(merge.top, merge.bottom + 1)
            for column in range(merge.left, merge.right + 1)
        }
        if cell in inside:
            return address(merge.top, merge.left)
    return cell


def beside_the_mark(cell: object) -> tuple[object, ...]:
    assert isinstance(cell, Cell)
    look = (cell.number_format, *map(repr, (cell.font, cell.border, cell.alignment)))
    return (repr(cell.value), repr(cell.protection), *look)


def values(content: bytes) -> dict[str, list[list[object]]]:
    """What calamine reads, results of formulas among it, without the empty cells at the end."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found: dict[str, list[list[object]]] = {}
    for name in book.sheet_names:
        lines: list[list[object]] = []
        for line in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
            full = max((at for at, value in enumerate(line, 1) if value != ""), default=0)
            lines.append(list(line[:full]))
        while lines and not lines[-1]:
            lines.pop()
        found[name] = lines
    return found


def typed_again(
    old: Mapping[str, tuple[object, ...]], kind: Kind
) -> Mapping[str, tuple[object, ...]]:
    """A rebuilt formula without a result is the text that it is."""
    if kind == "xlsx":
        return old
    return {at: (t, v, "text" if k == "uncalculated" else k) for at, (t, v, k) in old.items()}
