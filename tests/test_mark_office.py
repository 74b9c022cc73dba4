"""LibreOffice opens marked workbooks: nothing of ours is lost when it saves, prints, or is undone.

Where LibreOffice is not installed, this file is left out.
"""

import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from pipeline.answers import is_ours, read_answers
from pipeline.guard import Limits, guard
from pipeline.mark import mark
from pipeline.read import read
from schemas.reply_words import BY, EXPLANATIONS, NOTE_BEGINS, READ_FIRST, REASON
from tests.conftest import OFFICE
from tests.corpus.forms import FORMS, month_book
from tests.corpus.variants import FORMATS, XLSX, Format, as_file
from tests.marked import FILE, FILLS, cells, load, on_each
from tests.rich_books import RICH


def _of_the_corpus(form: str, kind: Format) -> bytes:
    return kind.written(as_file(month_book(FORMS[form], 4), kind))


BOOKS: Mapping[str, Callable[[], bytes]] = {
    **{name: RICH[name] for name in ("everything", "names", "threads", "protected", "openpyxl")},
    **{
        f"layout {name}": partial(_of_the_corpus, name, XLSX)
        for name in ("ten-columns", "fourteen-columns", "seventeen-fields")
    },
    **{f"kind {kind.name}": partial(_of_the_corpus, "nine-columns", kind) for kind in FORMATS},
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Folders: the originals, their replies with a reason given, what LibreOffice made of these.

    One start of the program takes longer than fifteen files.
    """
    folders = {what: tmp_path_factory.mktemp(what) for what in ("old", "reply", "xlsx", "pdf")}
    for name, book in BOOKS.items():
        path = folders["old"] / name
        path.write_bytes(book())
        kind = guard(path, Limits()).kind
        reply = mark(path, FILE, kind, on_each(read(path, FILE, kind)))
        (folders["reply"] / f"{name}.xlsx").write_bytes(reply)
        explained(folders["reply"] / f"{name}.xlsx")
    profile = tmp_path_factory.mktemp("profile").as_uri()
    for ending in ("xlsx", "pdf"):
        subprocess.run(
            [
                *(str(OFFICE), f"-env:UserInstallation={profile}", "--headless"),
                *("--convert-to", ending, "--outdir", str(folders[ending])),
                *map(str, sorted(folders["reply"].iterdir())),
            ],
            check=True,
            capture_output=True,
            timeout=500,
        )
    return folders


def explained(path: Path) -> None:
    """Give a reason for the first question, as finance does."""
    book = openpyxl.load_workbook(path, rich_text=True)
    page = book[EXPLANATIONS]
    heads = {str(cell.value): at for at, cell in enumerate(page[2], start=1)}
    page.cell(3, heads[REASON]).value = "มีเหตุ"
    page.cell(3, heads[BY]).value = "นางทดลอง"
    book.save(path)


def noted(content: bytes) -> dict[tuple[str, str], str]:
    return {
        (page.title, cell.coordinate): str(cell.comment.text)
        for page in load(content).worksheets
        for row in page.iter_rows()
        for cell in row
        if cell.comment
    }


def test_the_books_are_many() -> None:
    assert len(BOOKS) >= 15


@pytest.mark.parametrize("name", BOOKS)
def test_a_reply_saved_by_libreoffice_is_still_one(
    name: str, saved: Mapping[str, Path], tmp_path: Path
) -> None:
    reply = (saved["reply"] / f"{name}.xlsx").read_bytes()
    path = saved["xlsx"] / f"{name}.xlsx"
    content = path.read_bytes()

    assert noted(content).keys() == noted(reply).keys()
    ours = {place for place, text in noted(reply).items() if NOTE_BEGINS in text}
    assert ours == {place for place, text in noted(content).items() if NOTE_BEGINS in text}
    book = load(content)
    assert {book[sheet][at].fill.fgColor.rgb for sheet, at in ours} <= set(FILLS.values())
    assert guard(path, Limits()).kind == "xlsx"
    back = read(path, FILE, "xlsx")
    given = read(saved["reply"] / f"{name}.xlsx", FILE, "xlsx")
    assert [sheet.name for sheet in back if is_ours(sheet)] == [READ_FIRST, EXPLANATIONS]
    assert read_answers(back) == read_answers(given) != []

    old = saved["old"] / name
    sheets = read(old, FILE, guard(old, Limits()).kind)
    kept = [sheet for sheet in back if not is_ours(sheet)]
    assert [sheet.cells.keys() for sheet in sheets] == [sheet.cells.keys() for sheet in kept]
    off = mark(path, FILE, "xlsx", [])
    assert not [place for place, text in noted(off).items() if NOTE_BEGINS in text]
    book = load(off)
    assert not {book[sheet][at].fill.fgColor.rgb for sheet, at in ours} & set(FILLS.values())
    (tmp_path / "off").write_bytes(off)
    again = [sheet for sheet in read(tmp_path / "off", FILE, "xlsx") if not is_ours(sheet)]
    assert [cells(sheet) for sheet in again] == [cells(sheet) for sheet in kept]


@pytest.mark.parametrize("name", BOOKS)
def test_a_reply_can_be_printed(name: str, saved: Mapping[str, Path]) -> None:
    path = saved["pdf"] / f"{name}.pdf"
    done = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True)  # noqa: S607
    text = done.stdout.decode()

    # Marks above and below letters come out of a PDF in another order: a word without any.
    assert "นางทดลอง" in text
