"""Example workbooks of an invented municipality, each with what must be found in it."""

from pipeline.examples.bad import BadBook, bad_books
from pipeline.examples.layouts import LAYOUTS
from pipeline.examples.paper import (
    Book,
    Formula,
    Paper,
    Question,
    Typed,
    bind,
    expect,
    insert_rows,
    move_column,
    remove_row,
    rename_file,
    rename_sheet,
    replace_cell,
    to_bytes,
    write,
)
from pipeline.examples.year import demo_year, example_month, example_year

__all__ = [
    "LAYOUTS",
    "BadBook",
    "Book",
    "Formula",
    "Paper",
    "Question",
    "Typed",
    "bad_books",
    "bind",
    "demo_year",
    "example_month",
    "example_year",
    "expect",
    "insert_rows",
    "move_column",
    "remove_row",
    "rename_file",
    "rename_sheet",
    "replace_cell",
    "to_bytes",
    "write",
]
