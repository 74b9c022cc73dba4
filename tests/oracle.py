"""What a reader is measured by: the same example as .xlsx, and its own file with broken bytes."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from pipeline.examples import LAYOUTS, Book, example_month, to_bytes
from pipeline.readers import xlsx
from schemas.month import Month
from schemas.sheet import Sheet

EXAMPLES = tuple(example_month(Month(2568, 2), layout, 6) for layout in LAYOUTS)


def texts(sheet: Sheet) -> dict[str, str]:
    """Return what stands in each filled cell, by its address."""
    assert all(at == (cell.row, cell.column) for at, cell in sheet.cells.items())
    return {cell.address: cell.text for cell in sheet.cells.values()}


def as_excel_has_it(book: Book, folder: Path) -> tuple[Sheet, ...]:
    """Return the sheets of the book, written and read as .xlsx."""
    path = folder / "oracle"
    path.write_bytes(to_bytes(book))
    return xlsx.read(path, book.file)


def mutants(content: bytes, count: int) -> Iterator[bytes]:
    """Give broken copies, the same in every run: cut off, changed, pieces doubled or lost."""
    dice = Random(1)  # noqa: S311 - cases that repeat
    for _ in range(count):
        copy = bytearray(content)
        at = dice.randrange(len(copy))
        match dice.randrange(4):
            case 0:
                del copy[at:]
            case 1:
                del copy[at : at + dice.choice((1, 9, 300))]
            case 2:
                copy[at:at] = copy[dice.randrange(len(copy)) :][: dice.choice((1, 9, 300))]
            case _:
                for _ in range(dice.choice((1, 3, 40))):
                    copy[dice.randrange(len(copy))] = dice.randrange(256)
        yield bytes(copy)
