"""The first sheet of an example as a text with signs between its fields, as Excel saves it."""

import csv
import io

from pipeline.examples import Book
from tests.writers.shown import shown


def written(book: Book, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """Return the text; merges are lost, as they are in Excel."""
    cells = book.sheets[0].cells
    rows, columns = (max(place[axis] for place in cells) for axis in (0, 1))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    for row in range(1, rows + 1):
        typed = [cells.get((row, column)) for column in range(1, columns + 1)]
        writer.writerow("" if one is None else shown(one.value) for one in typed)
    return text.getvalue().encode(encoding)
