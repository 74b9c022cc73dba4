"""Excel opens our workbooks without repair: the Open XML SDK and our own reading find no fault.

The program of the SDK is installed by ``.ci/run``; where it is not, this file is left out.
"""

import io
import json
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from pipeline.formats import xlsx
from pipeline.guard import Limits, guard
from pipeline.mark import mark
from pipeline.read import read
from tests.conftest import VALIDATOR
from tests.corpus.forms import FORMS, month_book
from tests.corpus.variants import FORMATS, XLSX, Format, as_file
from tests.marked import EVERYTHING, FILE, ON_EVERYTHING, edited, marked, on_each
from tests.rich_books import RICH, with_parts
from tests.structure import faults
from tests.test_bundles import QUARTER, made
from tests.test_format_xlsx import KNOWN, UNKNOWN, summary


def _of_the_corpus(form: str, kind: Format) -> bytes:
    return kind.written(as_file(month_book(FORMS[form], 4), kind))


BOOKS: Mapping[str, Callable[[], bytes]] = {
    **RICH,
    **{f"layout {name}": partial(_of_the_corpus, name, XLSX) for name in FORMS},
    **{f"kind {kind.name}": partial(_of_the_corpus, "nine-columns", kind) for kind in FORMATS},
}


def errors_of(path: Path) -> Counter[str]:
    """What the SDK finds wrong, each error with the part that has it."""
    done = subprocess.run([VALIDATOR, path], capture_output=True, check=False)
    answer = json.loads(done.stdout)
    return Counter(f"{one.get('path')}: {one['description']}" for one in answer["errors"])


def test_the_books_are_many() -> None:
    assert len(BOOKS) >= 30


@pytest.mark.filterwarnings("ignore:Sparkline Group")
@pytest.mark.parametrize("name", BOOKS)
def test_a_reply_has_no_error_that_the_original_has_not(name: str, tmp_path: Path) -> None:
    path, reply = tmp_path / "original.xlsx", tmp_path / "reply.xlsx"
    path.write_bytes(BOOKS[name]())
    kind = guard(path, Limits()).kind
    findings = on_each(read(path, FILE, kind))

    first = mark(path, FILE, kind, findings)
    reply.write_bytes(first)
    second = mark(reply, FILE, "xlsx", findings[:3])
    reply.write_bytes(second)
    last = mark(reply, FILE, "xlsx", [])

    assert [fault for content in (first, second, last) for fault in faults(content)] == []
    for content in (first, last):
        reply.write_bytes(content)
        errors = errors_of(reply)
        # An error of the sender's own is none of ours; a file of another kind has none to give.
        assert not errors or errors <= errors_of(path)


def test_the_published_workbook_has_no_error(tmp_path: Path) -> None:
    for number, month in enumerate((summary(KNOWN, UNKNOWN), summary(nil=True))):
        ((_, content),) = xlsx.render(month).items()
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(content)
        assert errors_of(path) == Counter()
        assert faults(content) == []


def test_the_workbooks_over_several_months_have_no_error(tmp_path: Path) -> None:
    for name, content in made(*QUARTER).items():
        if name.endswith(".xlsx"):
            (tmp_path / name).write_bytes(content)
            assert errors_of(tmp_path / name) == Counter(), name
            assert faults(content) == [], name


DAMAGES: Mapping[str, tuple[str, str, str]] = {
    "rows out of order": ("xl/worksheets/sheet1.xml", '<row r="2"', '<row r="200"'),
    "a text not there": ("xl/worksheets/sheet1.xml", 't="s"><v>0<', 't="s"><v>999<'),
    "areas over each other": (
        "xl/worksheets/sheet1.xml",
        '<mergeCell ref="A6:C8"/>',
        '<mergeCell ref="A6:C8"/><mergeCell ref="B7:D9"/>',
    ),
    "an author not there": ("xl/comments1.xml", 'authorId="0"', 'authorId="7"'),
    "a box astray": ("xl/drawings/vmlDrawing1.vml", "<x:Row>3</x:Row>", "<x:Row>2</x:Row>"),
    "a name of no sheet": ("xl/workbook.xml", 'localSheetId="0"', 'localSheetId="9"'),
    "looks counted wrong": ("xl/styles.xml", '<fills count="', '<fills count="1'),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_that_the_sdk_does_not_see_is_found(damage: str) -> None:
    part, before, after = DAMAGES[damage]
    broken = edited(
        EVERYTHING, lambda name, text: text.replace(before, after, 1) if name == part else text
    )

    assert faults(EVERYTHING) == []
    assert broken != EVERYTHING
    assert faults(broken) != []


def test_the_sdk_sees_damage(tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(
        edited(EVERYTHING, lambda _, text: text.replace('sheetId="2"', 'sheetId="1"'))
    )

    assert errors_of(path)


def test_a_formula_typed_into_a_sheet_of_ours_leaves_no_trace(tmp_path: Path) -> None:
    """Excel lists every formula in a part of its own; without its sheet, it would repair."""
    reply = marked(tmp_path / "0a1b", EVERYTHING, ON_EVERYTHING)
    chain = (
        '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<c r="E9" i="4"/><c r="C3" i="1"/></calcChain>'
    )
    saved = with_formula(reply, chain)

    again = marked(tmp_path / "0a1b", saved, ON_EVERYTHING)

    assert faults(again) == []
    with zipfile.ZipFile(io.BytesIO(again)) as archive:
        assert "calcChain" not in archive.read("[Content_Types].xml").decode()
        assert "calcChain" not in archive.read("xl/_rels/workbook.xml.rels").decode()


def test_the_workbook_without_a_reply_keeps_its_list_of_formulas(tmp_path: Path) -> None:
    chain = (
        '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<c r="C3" i="1"/><c r="D3"/></calcChain>'
    )
    reply = marked(tmp_path / "0a1b", with_formula(EVERYTHING, chain), ON_EVERYTHING)

    with zipfile.ZipFile(io.BytesIO(reply)) as archive:
        assert archive.read("xl/calcChain.xml").decode() == chain
    assert faults(reply) == []


def with_formula(content: bytes, chain: str) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    return with_parts(
        content,
        {"xl/calcChain.xml": (kind, chain)},
        {
            "xl/_rels/workbook.xml.rels": (
                '<Relationship Id="rIdF" Target="calcChain.xml" Type="http://schemas.'
                'openxmlformats.org/officeDocument/2006/relationships/calcChain"/>'
            )
        },
    )
