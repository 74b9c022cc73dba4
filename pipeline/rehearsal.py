"""Loaded by the nursery alone: a workbook of our own goes through the whole examination.

Every child is a copy of it and reads one stranger's file with it. What the first reading
costs once – libraries, the tables of headings, code that Python has run warm – is paid here.
"""

import gc
import tempfile
from pathlib import Path

import openpyxl

from pipeline.examine import examine
from pipeline.guard import Limits
from schemas.layouts import LAYOUTS
from schemas.month import Month

ROWS = 12  # Python warms code that it has run some eight times
OURS = "เทศบาลตัวอย่าง"


def _rehearse(month: Month) -> None:
    """Examine a month of each layout; nobody hears what it states."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for layout in LAYOUTS:
        sheet = book.create_sheet(layout.id)
        sheet.append([f"สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน {month.words}"])
        sheet.append([column.heading for column in layout.columns])
        for row in range(ROWS):
            sheet.append([f"{column.heading} {row}" for column in layout.columns])
        month = month.following
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rehearsal.xlsx"
        book.save(path)
        examine(path, path.name, (OURS,), Limits())


_rehearse(Month(2567, 10))
gc.collect()
gc.freeze()  # what is here stays: a child that looked at it would have to copy it
