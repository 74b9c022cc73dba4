"""MonthlySummary → the official form as PDF/A-2a: A4 landscape, tagged, text that can be copied.

What the form says goes to Typst as data, with the places where a line may break; the template
``month.typ`` sets it. Then the fonts' tables of letters are put right (``copied_text``).
"""

import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import as_file, files
from itertools import groupby
from typing import Any

import segno

from pipeline.formats import form
from pipeline.formats.form import Cell, Digits
from pipeline.formats.kept import NOTHING_KEPT, Kept, program
from pipeline.formats.row_heights import advances
from pipeline.formats.thai_words import CLUSTER, units
from pipeline.places import web_page_of
from schemas.summary import HEADINGS, MonthlySummary

SIZE = 9.1  # points, as in month.typ
BOLD = 1.08  # bold letters are that much wider than the regular ones we measure
INSET = 3.0  # points left and right of the text of a cell
PAGE = 785.0  # points between the margins of A4 landscape
# Points of each column when no amount needs more; the four of text share what is left.
WIDTHS = (28.0, 186.0, 64.0, 64.0, 62.0, 96.0, 96.0, 98.0, 91.0)
EXPLAINED_WIDTHS = (40.0, 224.0, 291.0, 128.0, 102.0)
MODULES = ("pdf", "form", "copied_text", "row_heights", "thai_words")
SET_WITH = (
    "form.typ",
    "month.typ",
    "report.typ",
    "words.txt",
    "fonts/Sarabun-Regular.ttf",
    "fonts/Sarabun-Bold.ttf",
)
GIVEN = {0, 2, 3, 4}  # columns that give nothing: «อิเล็กทรอนิกส์» is as wide as the fifth
AMOUNTS = (0, 2, 3, 6)  # columns that amounts may widen
TITLE = PAGE / 1.2  # the same, in letters of the table's size
TALLEST = 20  # lines of a row that is kept on one page; 36 fit, lines end before the edge
NARROWEST = 40.0  # points that a column of text keeps
QUIET = 4  # modules of white round a QR code, as ISO/IEC 18004 asks
SLACK = 1.02  # the width of a piece is the sum of its letters: kerning is not counted

_PLACE = re.compile(
    "(?:เทศบาล(?:นคร|เมือง|ตำบล)?|องค์การบริหารส่วน(?:จังหวัด|ตำบล)|ตำบล|อำเภอ|จังหวัด)([ก-๎]+)"
)

Line = list[str | list[str]]  # text, or [text] that stays on one line


def render(summary: MonthlySummary, kept: Kept = NOTHING_KEPT) -> dict[str, bytes]:
    """Return the PDF under its public name; the same summary makes the same bytes.

    A month of more than MOST_ROWS_IN_PDF rows has none: its other files hold every row.
    Letters that the typeface lacks are shown by their number, as «[U+4E2D]».
    """
    if len(summary.rows) > form.MOST_ROWS_IN_PDF:
        return {}
    said = said_of(summary)
    content = made("month.typ", said, lambda: set_month(said), kept)
    return {f"sokhoro1-{summary.month}.pdf": content}


def made(template: str, said: dict[str, Any], data: Callable[[], Any], kept: Kept) -> bytes:
    """Return the PDF that a template makes of ``data()``, which follows from ``said`` alone."""
    recipe = template + json.dumps(said, ensure_ascii=False, sort_keys=True)
    return kept.of(_program() + recipe.encode(), lambda: _typeset(template, data()))


def said_of(summary: MonthlySummary) -> dict[str, Any]:
    """Return everything that the template sets, as plain JSON values."""
    digits = form.digits_of(summary)
    rows = [texts_of(form.cells(row, digits), digits) for row in summary.rows]
    total = texts_of(form.total(summary, digits), digits)
    day = summary.published_on
    explained = [texts_of(cells, digits) for cells in form.explained(summary, digits)]
    return {
        "title": drawable(form.title(summary)),
        "author": drawable(summary.organisation),
        "names": sorted(names_of(f"{summary.organisation} {summary.place}")),
        "day": [day.year, day.month, day.day],
        "thai": summary.numerals == "thai",
        "log": form.log_words(summary.log),
        "edition": form.edition(summary),
        "page_of": form.PAGE_OF,
        "above": list(form.heading(summary)),
        "headings": HEADINGS,
        "rows": rows,
        "total": total,
        "nil": form.NIL if summary.nil else None,
        "explained": explained,
        "page": web_page_of(summary),
    }


def names_of(text: str) -> set[str]:
    """Return the names of places in a text, without what kind of place each is."""
    return set(_PLACE.findall(text))


def texts_of(cells: Iterable[Cell], digits: Digits) -> list[str]:
    return [text_of(cell, digits) for cell in cells]


def text_of(cell: Cell, digits: Digits) -> str:
    match cell:
        case None:
            return ""
        case str():
            return cell
        case Decimal():
            return digits(f"{cell:,.2f}")
        case _:
            return digits(str(cell))


@cache
def _program() -> bytes:
    """Return a hash of everything but its words that a PDF depends on: our files and libraries."""
    return program(MODULES, SET_WITH, ("typst", "pikepdf", "segno"))


def _typeset(template: str, data: object) -> bytes:
    """Return the PDF of a template; this takes a hundred times as long as all the rest."""
    import typst

    from pipeline.formats.copied_text import with_copied_text

    with as_file(files("templates")) as templates:
        content = typst.compile(
            templates / template,
            root=templates,
            font_paths=[templates / "fonts"],
            ignore_system_fonts=True,  # else the page depends on the machine
            sys_inputs={"form": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["a-2a", "ua-1"],
        )
    return with_copied_text(content)


# ---- where lines may break


def set_month(said: dict[str, Any]) -> dict[str, Any]:
    """Return the data of the template: every text as lines of pieces, and the columns' widths."""
    names = frozenset(said["names"])
    widths = _widths([*said["rows"], said["total"]])
    rooms = [width - 2 * INSET for width in widths]
    beside = [width - 2 * INSET for width in EXPLAINED_WIDTHS]
    explained = said["explained"] and {
        "title": form.EXPLANATIONS,
        "widths": EXPLAINED_WIDTHS,
        "headings": row_of(form.EXPLAINED, beside, names),
        "rows": [whole_or_broken(row, beside, names) for row in said["explained"]],
    }
    return said | {
        "inset": INSET,
        "widths": widths,
        "above": [(part, lines_of(text, TITLE, names)) for part, text in said["above"]],
        "headings": row_of(said["headings"], rooms, names),
        "rows": [whole_or_broken(row, rooms, names) for row in said["rows"]],
        "total": row_of(said["total"], rooms, names),
        "explained": explained or None,
        "qr": _qr(said["page"]) if said["page"] else None,
    }


def _qr(address: str) -> dict[str, str]:
    """Return a QR code as SVG, and the words that stand for it where nobody sees it."""
    drawn = io.BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(drawn, kind="svg", xmldecl=False, omitsize=True, border=QUIET)
    return {"svg": drawn.getvalue().decode(), "says": form.QR.format(page=address)}


def whole_or_broken(
    texts: Sequence[str], rooms: Sequence[float], names: frozenset[str]
) -> dict[str, Any]:
    """Return a row, and whether it must break over pages: else it stays together."""
    lines = max(
        sum(1 + width_of(drawable(line)) // room for line in text.split("\n"))
        for text, room in zip(texts, rooms, strict=True)
    )
    return {"breaks": lines > TALLEST, "cells": row_of(texts, rooms, names)}


def _widths(rows: Iterable[Sequence[str]]) -> list[float]:
    """Return points for each column: amounts stay on one line, as far as the paper reaches."""
    widths = list(WIDTHS)
    for row in rows:
        for column in AMOUNTS:
            amount = row[column].split("\n")[0]
            if re.fullmatch("[0-9๐-๙,.]+", amount):
                needed = width_of(amount) + 2 * INSET + 1
                widths[column] = max(widths[column], needed)
    texts = [column for column in range(len(widths)) if column not in GIVEN]
    over = sum(widths) - PAGE
    spare = sum(widths[column] - NARROWEST for column in texts)
    for column in texts:
        widths[column] -= over * (widths[column] - NARROWEST) / spare
    return [round(width, 2) for width in widths]


def row_of(
    texts: Sequence[str], rooms: Sequence[float], names: frozenset[str]
) -> list[list[Line]]:
    return [lines_of(text, room, names) for text, room in zip(texts, rooms, strict=True)]


def lines_of(text: str, room: float, names: frozenset[str]) -> list[Line]:
    """Return each line of a text as pieces, none of them wider than ``room`` points."""
    return [line_of(line, room, names) for line in drawable(text).split("\n")] if text else []


def line_of(text: str, room: float, names: frozenset[str]) -> Line:
    pieces: Line = []
    for is_blank, letters in groupby(text, str.isspace):
        run = "".join(letters)
        if is_blank:
            pieces.append(run)
            continue
        for unit in units(run, names):
            pieces.extend([part] for part in _fitting(unit, room))
    return pieces


def _fitting(unit: str, room: float) -> list[str]:
    """Return the piece, cut between clusters where it is wider than its column."""
    if width_of(unit) <= room:
        return [unit]
    parts, used = [""], 0.0
    for cluster in _CLUSTERS.findall(unit):
        width = width_of(cluster)
        if used + width > room and parts[-1]:
            parts.append("")
            used = 0.0
        parts[-1] += cluster
        used += width
    return parts


_CLUSTERS = re.compile(f"(?:(?=[ก-๎]){CLUSTER.pattern}|.)[\u0300-\u036f]*", re.DOTALL)


def width_of(text: str) -> float:
    """Return the points that a text takes at most, in the bold letters of a heading or a total."""
    known = advances()
    return sum(known[ord(letter)] for letter in text) * SIZE * BOLD * SLACK


# ---- letters that the typeface lacks


@cache
def _drawn() -> frozenset[str]:
    """The letters of both Sarabun fonts; a PDF/A may not show a letter without its glyph."""
    return frozenset(map(chr, advances())) | {"\n"}


def drawable(text: str) -> str:
    """Return the text with each letter that cannot be drawn as its number in Unicode."""
    drawn = _drawn()
    if drawn.issuperset(text):
        return text
    return "".join(letter if letter in drawn else f"[U+{ord(letter):04X}]" for letter in text)
