"""What may be done to a good workbook, and what must then be found: one list, ALTERATIONS.

Each alteration is a function (book, form) → book; it changes ``expected`` and ``told`` along with
the cells. What the pipeline should answer is written here by hand, never asked of the pipeline.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pipeline.examples.layouts import month_names
from pipeline.examples.paper import (
    STRUCK,
    Book,
    Formula,
    Paper,
    Rich,
    Told,
    Typed,
    Value,
    bind,
    change_sheet,
    expect,
    insert_columns,
    insert_rows,
    move_column,
    rename_file,
    rename_sheet,
    tell,
    type_cells,
)
from pipeline.examples.purchases import BAHT
from schemas import example_words as words
from schemas.example_words import Form
from schemas.month import Month
from schemas.procurement import Bid, Procurement
from schemas.sheet import Merge
from schemas.thai import BUDDHIST_OFFSET, MONTHS, MONTHS_SHORT, baht, thai_digits
from tests.corpus.forms import FEBRUARY, FLAT, column_of, month_book, width_of

Alter = Callable[[Book, Form], Book]


@dataclass(frozen=True)
class Alteration:
    """``changes`` says what is expected then, ``needs`` the fields that a layout must have.

    ``holds`` names what a format must be able to keep, such as types or looks; ``joins``
    is true where a joined text may stand on one line or on two.
    """

    name: str
    function: Alter
    changes: str = "nothing"
    needs: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    rows: int = 5
    only: tuple[str, ...] = ()  # layouts; all when empty
    but: tuple[str, ...] = ()
    joins: bool = False

    def fits(self, form: Form) -> bool:
        return (
            self.needs <= set(form.fields)
            and (not self.only or form.id in self.only)
            and form.id not in self.but
        )


TYPES = frozenset({"types"})
LOOKS = frozenset({"looks"})
MERGES = frozenset({"merges"})
SHEETS = frozenset({"sheets"})
SHOWN = frozenset({"types", "number formats"})  # as Excel keeps them

# ---- places


def first_sheet(book: Book) -> Paper:
    return book.sheets[0]


def put(book: Book, item: Procurement, column: int, value: Value, **more: Any) -> Book:  # noqa: ANN401 - a look or a format
    """Type a value into an item's row, in the look that its cell has."""
    place = (item.source.row, column)
    typed = book.sheet(item.source.sheet).cells[place]
    return type_cells(book, item.source.sheet, {place: typed._replace(value=value, **more)})


def told(rule: str, item: Procurement, column: int) -> Told:
    return Told(rule, item.source.sheet, item.source.row, column)


def state(book: Book, form: Form, at: int, field: str, value: Value, **facts: Any) -> Book:  # noqa: ANN401 - facts of a row
    """Type ``value`` into a field of the item at that position; the row then states ``facts``."""
    item = book.expected[at]
    return expect(put(book, item, column_of(form, field), value), replace(item, **facts))


# ---- headings: the same, damaged

ABOVE = "\u0e31\u0e34-\u0e37\u0e47-\u0e4e"  # marks above a consonant
MARKS = f"{ABOVE}\u0e38-\u0e3a"


def _displaced(text: str) -> str:
    """A mark slips onto the next consonant: «วันที่» → «วนั ที่», «ข้อตกลง» → «ขอ้ ตกลง»."""
    closed = rf"(?!ที่)([ก-ฮ])([{ABOVE}]+)([ก-ฮ])(?![\u0e30-\u0e3a\u0e45\u0e47-\u0e4e])"
    return re.sub(closed, r"\1\3\2 ", text)


def _spread(sign: str) -> Callable[[str], str]:
    """Between every second pair of letters, but before no mark."""

    def spread(text: str) -> str:
        letters = re.findall(rf".[{MARKS}]*", text, re.DOTALL)
        return "".join(
            letter + (sign if at % 3 == 1 and at + 1 < len(letters) else "")
            for at, letter in enumerate(letters)
        )

    return spread


HEADING_DAMAGE: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("nikhahit-and-sara-aa", lambda text: text.replace("ำ", "ํา")),
    ("both-marks-of-sara-am", lambda text: text.replace("ำ", "ํำ")),
    ("blank-before-sara-am", lambda text: text.replace("ำ", " ำ")),
    ("blank-before-sara-aa", lambda text: text.replace("า", " า")),
    ("sara-am-became-blank-and-sara-aa", lambda text: text.replace("ำ", " า")),
    ("sara-aa-became-sara-am", lambda text: text.replace("า", "ำ")),
    ("sara-am-became-sara-aa", lambda text: text.replace("ำ", "า")),
    ("two-sara-e", lambda text: text.replace("แ", "เเ")),
    ("tone-before-vowel", lambda text: re.sub("([ัิ-ฺ])([่-๋])", r"\2\1", text)),
    ("displaced-marks", _displaced),
    ("displaced-tone-and-vowel", lambda text: _displaced(re.sub("([ัิ-ฺ])([่-๋])", r"\2\1", text))),
    ("marks-above-lost", lambda text: re.sub(f"[{ABOVE}]", "", text)),
    ("all-marks-lost", lambda text: re.sub(f"[{MARKS}]", "", text)),
    ("zero-width", _spread("\u200b")),
    ("soft-hyphen-and-bom", lambda text: "\ufeff" + _spread("\u00ad")(text)),
    ("no-break-space", lambda text: "\u00a0" + _spread("\u00a0")(text)),
    ("double-spaces", _spread("  ")),
    ("tab", _spread("\t")),
    ("line-breaks", _spread("\n")),
    ("blanks-at-the-ends", lambda text: f"  {text} \n"),
    ("thai-letters-apart", lambda text: " ".join(re.findall(rf".[{MARKS}]*", text))),
)
SPELLINGS: tuple[Mapping[str, str], ...] = (
    {
        "index": "ลำดับ",
        "title": "งานที่จัดซื้อจัดจ้าง",
        "budget": "วงเงินที่จัดซื้อจัดจ้าง (บาท)",
        "reference_price": "ราคากลาง (บาท)",
        "procurement_method": "วิธีซื้อ/จ้าง",
        "award": "ผู้ที่ได้รับการคัดเลือกและราคาที่ตกลงซื้อหรือจ้าง",
        "contract": "เลขที่และวันที่ของสัญญาหรือข้อตกลง",
        "contract_date": "วันที่ของสัญญา/ข้อตกลง",
    },
    {
        "title": "งานที่จะจัดซื้อหรือจ้าง",
        "budget": "วงเงินที่จะซื้อหรือจ้าง\n(บาท)",
        "contract": "เลขที่และวันที่ของสัญญาหรือข้อตกลงในการจัดซื้อหรือจัดจ้าง",
    },
    {
        "title": "งานจัดซื้อจัดจ้าง",
        "reference_price": "ราคากลาง\n(หน่วย : บาท)",
        "contract": "เลขที่และวันที่ของหลักฐานที่ก่อให้เกิดภาระในการซื้อหรือจัดจ้าง",
    },
)


def _headings(change: Callable[[str], str]) -> Alter:
    def alter(book: Book, _: Form) -> Book:
        paper = first_sheet(book)
        heads = {
            place: typed._replace(value=change(typed.value))
            for place, typed in paper.cells.items()
            if paper.header[0] <= place[0] <= paper.header[1]
            and isinstance(typed.value, str)
            and not re.fullmatch(r"\([0-9]+\)", typed.value)
        }
        return type_cells(book, paper.name, heads)

    return alter


def _spelt(spelling: Mapping[str, str]) -> Alter:
    def alter(book: Book, form: Form) -> Book:
        paper = first_sheet(book)
        heads = {}
        for field, text in spelling.items():
            if field in form.fields:
                place = (paper.header[0], column_of(form, field))
                heads[place] = paper.cells[place]._replace(value=text)
        return type_cells(book, paper.name, heads)

    return alter


TITLE_DAMAGE: tuple[tuple[str, Callable[[str], str]], ...] = (
    *(one for one in HEADING_DAMAGE if one[0] in {"nikhahit-and-sara-aa", "tone-before-vowel"}),
    ("no-break-spaces", lambda text: text.replace(" ", "\u00a0")),
    ("double-spaces", lambda text: text.replace(" ", "  ")),
    ("zero-width", _spread("\u200b")),
)


def _title_damage(change: Callable[[str], str]) -> Alter:
    """The texts above the header, damaged as the headings are."""

    def alter(book: Book, _: Form) -> Book:
        paper = first_sheet(book)
        return type_cells(
            book,
            paper.name,
            {
                place: typed._replace(value=change(typed.value))
                for place, typed in paper.cells.items()
                if place[0] < paper.header[0] and isinstance(typed.value, str)
            },
        )

    return alter


# ---- rows


def _blank_rows(book: Book, _: Form) -> Book:
    for item in reversed(book.expected[1:]):
        book = insert_rows(book, item.source.sheet, item.source.row, count=2)
    return book


def _three_bids(item: Procurement) -> Procurement:
    """The item with three bidders, its winner among them."""
    price = item.agreed_price or 0
    others = [name for name in words.SHOPS if name != item.supplier][:2]
    winner = Bid(item.supplier, price)
    first, second = (
        Bid(name, price + more) for name, more in zip(others, (150_00, 75_50), strict=True)
    )
    return replace(item, bids=(first, winner, second))


def _bid_texts(form: Form, bids: Sequence[Bid]) -> dict[str, list[str]]:
    """For each field that says who bid: what is typed, one text a bidder."""
    if "bids" in form.fields:
        spelling = form.bids[0]
        return {"bids": [spelling.format(name=b.bidder, amount=baht(b.amount or 0)) for b in bids]}
    return {
        "bidder": [b.bidder or "" for b in bids],
        "bid": [baht(b.amount or 0) for b in bids],
    }


def _bidders_in_one_cell(book: Book, form: Form) -> Book:
    for item in book.expected[1:3]:
        more = _three_bids(item)
        for field, texts in _bid_texts(form, more.bids).items():
            book = put(book, item, column_of(form, field), "\n".join(texts))
        book = expect(book, more)
    return book


def _bidders_counted(book: Book, form: Form) -> Book:
    """«1. ร้าน …», «2. ร้าน …» in one cell: the counting is no part of the names."""
    item = book.expected[1]
    more = _three_bids(item)
    for field, texts in _bid_texts(form, more.bids).items():
        counted = [f"{at}. {text}" for at, text in enumerate(texts, start=1)]
        lines = texts if field == "bid" else counted
        book = put(book, item, column_of(form, field), "\n".join(lines))
    return expect(book, more)


def _bidders_on_lines(*, merged: bool) -> Alter:
    """One line a bidder; the item's other cells are merged down, or stay blank."""

    def alter(book: Book, form: Form) -> Book:
        for at in (3, 1):
            book = _spread_item(book, form, book.expected[at], merged=merged)
        return book

    return alter


def _spread_item(book: Book, form: Form, item: Procurement, *, merged: bool) -> Book:
    more = _three_bids(item)
    texts = _bid_texts(form, more.bids)
    sheet, top = item.source.sheet, item.source.row
    book = insert_rows(book, sheet, top + 1, count=2)
    paper = book.sheet(sheet)
    cells = dict(paper.cells)
    merges = [merge for merge in paper.merges if merge.top != top]
    for field in filter(None, form.fields):
        left, width = column_of(form, field), width_of(form, field)
        look = cells[top, left].look
        for line in range(3):
            row = top + line
            kept = cells.get((row, left), Typed(None, look)).value if line == 0 else None
            value = texts[field][line] if field in texts else kept
            cells |= {(row, left + more_): Typed(None, look) for more_ in range(width)}
            cells[row, left] = Typed(value, look)
        if field in texts or not merged:
            if width > 1:
                merges += [Merge(top + n, left, top + n, left + width - 1) for n in range(3)]
        else:
            merges.append(Merge(top, left, top + 2, left + width - 1))
    taller = replace(paper, cells=cells, merges=tuple(merges))
    return expect(change_sheet(book, taller), more)


def _continued(*fields: str) -> Alter:
    """A text goes on in the row below, which has neither number nor money."""

    def alter(book: Book, form: Form) -> Book:
        item = book.expected[1]
        sheet, below = item.source.sheet, item.source.row + 1
        rows = book.sheet(sheet).cells
        blank = not any((below, column) in rows for column in range(1, len(form.fields) + 1))
        if not blank or below == book.expected[2].source.row:
            book = insert_rows(book, sheet, below)
        facts: dict[str, Any] = {}
        for field in fields:
            text = str(getattr(item, field))
            head, tail = (
                text[: len(text) // 2].strip() + "ต่อ",
                "ส่วนที่เหลือ" + text[len(text) // 2 :].strip(),
            )
            column = column_of(form, field)
            book = put(book, item, column, head)
            book = type_cells(book, sheet, {(below, column): Typed(tail, "text")})
            facts[field] = f"{head}\n{tail}" if len(fields) > 1 else head
        book = expect(book, replace(item, **facts))
        first = min(column_of(form, field) for field in fields)
        # A title alone may be a heading between items as well: there somebody must look.
        rule = "row-continued" if len(fields) > 1 else "row-is-whole"
        return tell(book, Told(rule, sheet, below, first))

    return alter


def _struck_row(book: Book, _: Form) -> Book:
    item = book.expected[2]
    paper = book.sheet(item.source.sheet)
    struck = {
        place: typed._replace(look=typed.look + STRUCK)
        for place, typed in paper.cells.items()
        if place[0] == item.source.row and typed.value is not None
    }
    first = min(column for _, column in struck)
    return tell(type_cells(book, paper.name, struck), told("row-struck", item, first))


def _struck_cell(field: str) -> Alter:
    """One cell of an item struck through whole: the item itself stands."""

    def alter(book: Book, form: Form) -> Book:
        item = book.expected[1]
        column = column_of(form, field)
        typed = book.sheet(item.source.sheet).cells[item.source.row, column]
        book = put(book, item, column, typed.value, look=typed.look + STRUCK)
        return tell(book, told("cell-struck", item, column))

    return alter


def _struck_part(book: Book, form: Form) -> Book:
    item = book.expected[1]
    column = column_of(form, "title")
    text = item.title or ""
    middle = len(text) // 2
    value = Rich(((text[:middle], True), (text[middle:], False)))
    return tell(put(book, item, column, value), told("cell-struck", item, column))


def _hidden_rows(book: Book, _: Form) -> Book:
    paper = first_sheet(book)
    rows = frozenset(item.source.row for item in book.expected[1:3])
    book = change_sheet(book, replace(paper, hidden_rows=rows))
    return tell(book, Told("hidden-is-read", paper.name))


def _hidden_column(field: str) -> Alter:
    def alter(book: Book, form: Form) -> Book:
        paper = first_sheet(book)
        left = column_of(form, field)
        columns = frozenset(range(left, left + width_of(form, field)))
        book = change_sheet(book, replace(paper, hidden_columns=columns))
        return tell(book, Told("hidden-is-read", paper.name))

    return alter


def _hidden_sheet(how: str) -> Alter:
    def alter(book: Book, _: Form) -> Book:
        paper = first_sheet(book)
        hidden: Any = how
        book = change_sheet(book, replace(paper, hidden=hidden))
        book = replace(book, sheets=(*book.sheets, Paper("Sheet2", {})))
        return tell(book, Told("hidden-is-read", paper.name))

    return alter


def _filtered(book: Book, form: Form) -> Book:
    paper = first_sheet(book)
    last = book.expected[-1].source.row
    area = Merge(paper.header[1], 1, last, len(form.fields))
    rows = frozenset(item.source.row for item in book.expected[::2])
    book = change_sheet(book, replace(paper, filtered=area, hidden_rows=rows))
    return tell(book, Told("hidden-is-read", paper.name))


def _filter_that_hides_nothing(book: Book, form: Form) -> Book:
    paper = first_sheet(book)
    area = Merge(paper.header[1], 1, book.expected[-1].source.row, len(form.fields))
    return change_sheet(book, replace(paper, filtered=area))


def _hidden_blank_rows(book: Book, _: Form) -> Book:
    """Rows that hold nothing may be hidden without a word."""
    paper = first_sheet(book)
    last = max(row for row, _ in paper.cells)
    return change_sheet(book, replace(paper, hidden_rows=frozenset(range(last + 1, last + 4))))


def _comments(book: Book, form: Form) -> Book:
    paper = first_sheet(book)
    notes = {
        (item.source.row, column_of(form, "title")): f"ตรวจแล้ว {item.source.row}"
        for item in book.expected[:2]
    }
    return change_sheet(book, replace(paper, comments=notes))


def _whole_columns(book: Book, form: Form) -> Book:
    """Looks laid over columns to the last row of the sheet, and over a thousand blank cells."""
    paper = first_sheet(book)
    last = max(row for row, _ in paper.cells)
    blank = {
        (row, column): Typed(None, "text")
        for row in range(last + 1, last + 120)
        for column in range(1, len(form.fields) + 1)
    }
    looks = dict.fromkeys(range(1, len(form.fields) + 6), "text")
    wide = replace(paper, whole_columns=looks, cells={**paper.cells, **blank})
    return change_sheet(book, wide)


def _far_blank(book: Book, _: Form) -> Book:
    """A blank that somebody typed far away says nothing."""
    return type_cells(book, first_sheet(book).name, {(3000, 60): Typed(" ", "plain")})


# ---- furniture of the page, left out by name


def _header_again(book: Book, _: Form) -> Book:
    return _page_break(book, with_title=False)


def _page_again(book: Book, _: Form) -> Book:
    return _page_break(book, with_title=True)


def _page_break(book: Book, *, with_title: bool) -> Book:
    """The head of the first page once more, above the fourth item."""
    paper = first_sheet(book)
    item = book.expected[3]
    first = 1 if with_title else paper.header[0]
    last = paper.header[1]
    down = item.source.row - first
    book = insert_rows(book, paper.name, item.source.row, count=last - first + 1)
    head = {
        (row + down, column): typed
        for (row, column), typed in paper.cells.items()
        if first <= row <= last
    }
    merges = tuple(
        replace(merge, top=merge.top + down, bottom=merge.bottom + down)
        for merge in paper.merges
        if first <= merge.top <= last
    )
    book = type_cells(book, paper.name, head)
    paper = first_sheet(book)
    return change_sheet(book, replace(paper, merges=(*paper.merges, *merges)))


def _line_before(at: int, cells: Mapping[int, Typed]) -> Alter:
    """Another row above the item at that position; -1 is below all items."""

    def alter(book: Book, _: Form) -> Book:
        sheet = first_sheet(book).name
        row = book.expected[at].source.row + (at < 0)
        book = insert_rows(book, sheet, row)
        return type_cells(book, sheet, {(row, column): typed for column, typed in cells.items()})

    return alter


def _index_row(book: Book, form: Form) -> Book:
    cells = {at: Typed(f"({at})", "head") for at, field in enumerate(form.fields, 1) if field}
    row = first_sheet(book).header[1] + 1
    book = insert_rows(book, first_sheet(book).name, row)
    return type_cells(book, first_sheet(book).name, {(row, at): t for at, t in cells.items()})


def _index_row_of_numbers(book: Book, form: Form) -> Book:
    row = first_sheet(book).header[1] + 1
    book = insert_rows(book, first_sheet(book).name, row)
    cells = {(row, at): Typed(at, "head") for at, field in enumerate(form.fields, 1) if field}
    return type_cells(book, first_sheet(book).name, cells)


def _units_line(book: Book, form: Form) -> Book:
    money = [f for f in ("budget", "reference_price", "bid", "agreed_price") if f in form.fields]
    row = first_sheet(book).header[1] + 1
    book = insert_rows(book, first_sheet(book).name, row)
    cells = {(row, column_of(form, field)): Typed("(บาท)", "head") for field in money}
    return type_cells(book, first_sheet(book).name, cells)


def _units_above(book: Book, form: Form) -> Book:
    """«หน่วย : บาท» in a corner, one mark lost, in a row of its own above the header."""
    row = first_sheet(book).header[0]
    book = insert_rows(book, first_sheet(book).name, row)
    corner = {(row, len(form.fields)): Typed("หนวย : บาท", "corner")}
    return type_cells(book, first_sheet(book).name, corner)


def _total(label: str, field: str, *, first: bool) -> Alter:
    def alter(book: Book, form: Form) -> Book:
        sums = {
            column_of(form, money): Typed(
                sum(getattr(item, money) or 0 for item in book.expected) / BAHT, "money"
            )
            for money in ("budget", "agreed_price")
            if money in form.fields
        }
        cells = {column_of(form, field): Typed(label, "head"), **sums}
        return _line_before(0 if first else -1, cells)(book, form)

    return alter


def _signatures(book: Book, form: Form) -> Book:
    sheet = first_sheet(book).name
    row = max(row for row, _ in first_sheet(book).cells) + 2
    right = column_of(form, "selection_reason")
    lines = (
        (
            "ลงชื่อ ............................. ผู้จัดทำ",
            "ลงชื่อ ............................. ผู้ตรวจสอบ",
        ),
        ("(นายสมมติ นามสมมติ)", "(นางสาวทดลอง ไม่มีจริง)"),
        ("ตำแหน่ง เจ้าพนักงานพัสดุ", "ตำแหน่ง ผู้อำนวยการกองคลัง"),
        ("วันที่ 5 มีนาคม 2568", "วันที่ 5 มีนาคม 2568"),
    )
    cells = {
        (row + at, column): Typed(text, "plain")
        for at, pair in enumerate(lines)
        for column, text in zip((2, right), pair, strict=True)
    }
    return type_cells(book, sheet, cells)


def _remark(book: Book, _: Form) -> Book:
    sheet = first_sheet(book).name
    row = max(row for row, _ in first_sheet(book).cells) + 2
    return type_cells(book, sheet, {(row, 2): Typed("หมายเหตุ : ราคารวมภาษีมูลค่าเพิ่มแล้ว", "plain")})


def _unknown_note(book: Book, _: Form) -> Book:
    sheet = first_sheet(book).name
    row = max(row for row, _ in first_sheet(book).cells) + 2
    book = type_cells(book, sheet, {(row, 2): Typed("ข้อมูลนี้ส่งให้งานประชาสัมพันธ์แล้ว", "plain")})
    return tell(book, Told("cell-in-table", sheet, row, 2))


def _remarks_column(book: Book, form: Form) -> Book:
    """A last column «หมายเหตุ» is left out by name."""
    paper = first_sheet(book)
    at = len(form.fields) + 1
    cells = {(paper.header[0], at): Typed("หมายเหตุ", "head")}
    cells |= {(i.source.row, at): Typed("ตรวจแล้ว", "left out") for i in book.expected[:2]}
    looked = {place: typed._replace(look="plain") for place, typed in cells.items()}
    return type_cells(book, paper.name, looked)


def _unknown_column(book: Book, form: Form) -> Book:
    paper = first_sheet(book)
    at = len(form.fields) + 1
    cells = {(paper.header[0], at): Typed("ผู้รับผิดชอบโครงการ", "plain")}
    cells |= {(i.source.row, at): Typed("งานพัสดุ", "plain") for i in book.expected[:2]}
    book = type_cells(book, paper.name, cells)
    return tell(book, Told("heading-known", paper.name, paper.header[0], at))


# ---- columns


def _empty_columns(book: Book, form: Form) -> Book:
    sheet = first_sheet(book).name
    for field in ("selection_reason", "budget", "title"):
        book = insert_columns(book, sheet, column_of(form, field))
    return book


def _empty_first_columns(book: Book, _: Form) -> Book:
    return insert_columns(book, first_sheet(book).name, 1, count=2)


def _lower_down(book: Book, _: Form) -> Book:
    return insert_rows(book, first_sheet(book).name, 1, count=6)


def _columns_shuffled(book: Book, _: Form) -> Book:
    sheet = first_sheet(book).name
    for column, to in (("A", "I"), ("C", "E"), ("G", "B"), ("D", "F")):
        book = move_column(book, sheet, column, to)
    return book


def _number_last(book: Book, form: Form) -> Book:
    last = chr(ord("A") + len(form.fields) - 1)
    return move_column(book, first_sheet(book).name, "A", last)


# ---- several tables


def _stack(upper: Book, lower: Book, *, with_title: bool) -> Book:
    """Put the table of ``lower`` under that of ``upper``, on the same sheet."""
    top, below = first_sheet(upper), first_sheet(lower)
    start = 1 if with_title else below.header[0]
    down = max(row for row, _ in top.cells) + 3 - start
    cells = {
        (row + down, column): typed for (row, column), typed in below.cells.items() if row >= start
    }
    merges = tuple(
        replace(merge, top=merge.top + down, bottom=merge.bottom + down)
        for merge in below.merges
        if merge.top >= start
    )
    paper = replace(top, cells={**top.cells, **cells}, merges=(*top.merges, *merges))
    moved = tuple(
        replace(item, source=replace(item.source, sheet=top.name, row=item.source.row + down))
        for item in lower.expected
    )
    return replace(change_sheet(upper, paper), expected=(*upper.expected, *moved))


def _two_tables(*, with_title: bool) -> Alter:
    def alter(book: Book, form: Form) -> Book:
        return _stack(book, month_book(form, 4, seed=2), with_title=with_title)

    return alter


MARCH, APRIL = FEBRUARY.following, FEBRUARY.following.following


def _of_no_month(book: Book) -> Book:
    return rename_sheet(book, first_sheet(book).name, "รายงาน")


def _two_months(book: Book, form: Form) -> Book:
    return _stack(_of_no_month(book), month_book(form, 3, MARCH), with_title=True)


def _three_months(book: Book, form: Form) -> Book:
    return _stack(_two_months(book, form), month_book(form, 4, APRIL), with_title=True)


def _months_in_rows(book: Book, form: Form) -> Book:
    """A flat table goes on with the next months under the same header."""
    for month in (MARCH, APRIL):
        more = month_book(form, 3, month)
        paper = first_sheet(more)
        rows = {at: typed for at, typed in paper.cells.items() if at[0] > paper.header[1]}
        last = max(row for row, _ in first_sheet(book).cells)
        down = last - paper.header[1]
        book = type_cells(
            book, first_sheet(book).name, {(r + down, c): typed for (r, c), typed in rows.items()}
        )
        moved = (
            replace(item, source=replace(item.source, row=item.source.row + down))
            for item in more.expected
        )
        book = replace(book, expected=(*book.expected, *moved))
    return book


def _months_mixed(book: Book, form: Form) -> Book:
    """The rows of three months of a flat table in no order of months."""
    book = _months_in_rows(book, form)
    paper = first_sheet(book)
    rows = sorted(item.source.row for item in book.expected)
    order = sorted(rows, key=lambda row: (row * 7) % 11)
    new = dict(zip(rows, order, strict=True))
    cells = {(new.get(row, row), column): typed for (row, column), typed in paper.cells.items()}
    moved = [
        replace(item, source=replace(item.source, row=new[item.source.row]))
        for item in book.expected
    ]
    moved.sort(key=lambda item: item.source.row)
    return replace(change_sheet(book, replace(paper, cells=cells)), expected=tuple(moved))


def _sheet_per_month(book: Book, form: Form) -> Book:
    books = [book, *(month_book(form, 3, month) for month in (MARCH, APRIL))]
    named = [
        rename_sheet(one, first_sheet(one).name, "{short}{year2}".format(**month_names(month)))
        for one, month in zip(books, (FEBRUARY, MARCH, APRIL), strict=True)
    ]
    return bind(book.file, named)


def _hidden_month(book: Book, form: Form) -> Book:
    book = _sheet_per_month(book, form)
    paper = book.sheets[1]
    book = change_sheet(book, replace(paper, hidden="hidden"))
    return tell(book, Told("hidden-is-read", paper.name))


def _empty_month(book: Book, form: Form) -> Book:
    """The sheet of a month that has only been prepared."""
    book = _sheet_per_month(book, form)
    paper = book.sheets[2]
    head = {at: typed for at, typed in paper.cells.items() if at[0] <= paper.header[1]}
    merges = tuple(merge for merge in paper.merges if merge.top <= paper.header[1])
    book = change_sheet(book, replace(paper, cells=head, merges=merges))
    kept = tuple(item for item in book.expected if item.source.sheet != paper.name)
    return tell(replace(book, expected=kept), Told("sheet-still-empty", paper.name))


COVER = Paper(
    "ปก",
    {
        (2, 2): Typed("รายงานผลการจัดซื้อจัดจ้าง", "title"),
        (4, 2): Typed(words.ORGANISATION, "title"),
        (5, 2): Typed(words.PLACE, "title"),
    },
)


def _cover(book: Book, _: Form) -> Book:
    book = replace(book, sheets=(COVER, *book.sheets))
    return tell(book, Told("sheet-is-a-table", COVER.name))


def _empty_sheets(book: Book, _: Form) -> Book:
    return replace(book, sheets=(*book.sheets, Paper("Sheet2", {}), Paper("Sheet3", {})))


def _month_in_sheet_name(book: Book, _: Form) -> Book:
    """The title leaves the month out; the sheet's name says it."""
    book = _silent_title(book)
    return rename_sheet(book, first_sheet(book).name, FEBRUARY.words)


def _month_in_file_name(book: Book, _: Form) -> Book:
    book = rename_sheet(_silent_title(book), first_sheet(book).name, "Sheet1")
    return rename_file(book, f"สขร1 {MONTHS_SHORT[1]}{FEBRUARY.year % 100}.xlsx")


def _silent_title(book: Book) -> Book:
    paper = first_sheet(book)
    title = next(
        place
        for place, typed in paper.cells.items()
        if isinstance(typed.value, str) and "รอบเดือน" in typed.value
    )
    silent = paper.cells[title]._replace(value=words.TITLE_WITHOUT_MONTH)
    return type_cells(book, paper.name, {title: silent})


# ---- values

MONEY: tuple[tuple[str, Callable[[int], Value]], ...] = (
    ("text with commas", baht),
    ("text without commas", lambda satang: f"{satang // BAHT}.{satang % BAHT:02}"),
    ("Thai digits", lambda satang: thai_digits(baht(satang))),
    ("with the unit", lambda satang: f"{baht(satang)} บาท"),
    ("unit at once", lambda satang: f"{thai_digits(baht(satang))}บาท"),
    ("blanks around", lambda satang: f"  {baht(satang)} \n"),
    ("no-break space", lambda satang: f"\u00a0{baht(satang)}\u00a0"),
    ("zero width within", lambda satang: baht(satang)[:1] + "\u200b" + baht(satang)[1:]),
    ("sign of the baht", lambda satang: f"฿{baht(satang)}"),
    ("number", lambda satang: satang / BAHT),
)
WHOLE: tuple[tuple[str, Callable[[int], Value]], ...] = (
    ("no decimals", lambda satang: f"{satang // BAHT:,}"),
    ("stroke for no satang", lambda satang: f"{satang // BAHT:,}.-"),
    ("unit and even", lambda satang: f"{satang // BAHT:,} บาทถ้วน"),
    ("one decimal", lambda satang: f"{satang // BAHT:,}.0"),
    ("comma and stroke", lambda satang: f"{satang // BAHT:,},-"),
    ("integer", lambda satang: satang // BAHT),
)


def _money(spellings: Sequence[tuple[str, Callable[[int], Value]]], *, whole: bool) -> Alter:
    """Every spelling once in the budgets and once, in another row, in the reference prices."""

    def alter(book: Book, form: Form) -> Book:
        for field, shift in (("budget", 0), ("reference_price", 1)):
            for at in range(len(book.expected)):
                satang = getattr(book.expected[at], field)
                satang = satang // BAHT * BAHT if whole else satang
                _, spell = spellings[(at + shift) % len(spellings)]
                book = state(book, form, at, field, spell(satang), **{field: satang})
        return _summed_again(book, form)

    return alter


def _summed_again(book: Book, form: Form) -> Book:
    """The total row, where the form has one, as its formulas calculate it after a change."""
    paper = first_sheet(book)
    rows = [row for (row, _), typed in paper.cells.items() if typed.value == words.TOTAL]
    sums = {
        (row, column_of(form, field)): Typed(
            sum(getattr(item, field) or 0 for item in book.expected) / BAHT, "money"
        )
        for row in rows
        for field in ("budget", "agreed_price")
    }
    return type_cells(book, paper.name, sums)


def _money_shown(book: Book, form: Form) -> Book:
    """Number formats of Thai Excel change how an amount looks, not what it is."""
    column = column_of(form, "budget")
    for item, shown in zip(
        book.expected, (59, 60, 61, 62, 67, 68, "[$-D00041E]#,##0.00", 4, 43), strict=False
    ):
        satang = item.budget or 0
        book = put(book, item, column, satang / BAHT, shown=shown)
    return book


DATES: tuple[str, ...] = (
    "{day} {long} {year}",
    "{day} {short} {year2:02}",
    "{day} {short} {year}",
    "{day} {lost} {year2:02}",
    "{day} {bare} {year}",
    "{day}-{short}-{year2:02}",
    "{day:02}/{month:02}/{year}",
    "{day}/{month}/{ce}",
    "{day}/{month}/{year2:02}",
    "{ce}-{month:02}-{day:02}",
    "{day} {long} พ.ศ. {year}",
    "{day} เดือน {long} พ.ศ. {year}",
    "วันที่ {day} {long} {year}",
    "ลว. {day} {short} {year2:02}",
    "ลงวันที่ {day} {long} {year}",
    "{day}{long}{year}",
    "{day}  {long}\u00a0{year}",
)


def spelt_day(day: date, spelling: str, *, thai: bool = False) -> str:
    short = MONTHS_SHORT[day.month - 1]
    text = spelling.format(
        day=day.day,
        month=day.month,
        long=MONTHS[day.month - 1],
        short=short,
        lost=short.removesuffix("."),
        bare=short.replace(".", ""),
        year=day.year + BUDDHIST_OFFSET,
        year2=(day.year + BUDDHIST_OFFSET) % 100,
        ce=day.year,
    )
    return thai_digits(text) if thai else text


def _dates(*, thai: bool) -> Alter:
    def alter(book: Book, form: Form) -> Book:
        for at, (item, spelling) in enumerate(zip(book.expected, DATES, strict=False)):
            assert item.contract_date
            text = spelt_day(item.contract_date, spelling, thai=thai)
            if "contract_date" in form.fields:
                book = put(book, item, column_of(form, "contract_date"), text)
            else:
                marked = text if re.match("วันที่|ลว|ลง", text) else f"ลว. {text}"
                value = f"{item.contract_number}{' ' if at % 2 else chr(10)}{marked}"
                book = put(book, item, column_of(form, "contract"), value)
        return book

    return alter


# Built into Thai Excel, or written in letters; each shows a day.
DAYS_SHOWN = (
    *(71, 72, 73, 74, 77, 81, 14, 15),
    *("ว ดดดด ปปปป", "ว/ด/ปปปป", "[$-D07041E]d mmmm yyyy", "[$-107041E]d mmm yy;@"),
    *("[$-1070000]d/mm/yyyy;@", "d/m/bbbb", "[$-41E]d mmmm yyyy"),
)


def _days_shown(book: Book, form: Form) -> Book:
    column = column_of(form, "contract_date")
    for item, shown in zip(book.expected, DAYS_SHOWN, strict=False):
        book = put(book, item, column, item.contract_date, shown=shown)
    return book


def _buddhist_days(book: Book, form: Form) -> Book:
    """A year typed as Buddhist is stored as that year of our era."""
    column = column_of(form, "contract_date")
    for item in book.expected[1:3]:
        day = item.contract_date
        assert day
        book = put(book, item, column, day.replace(year=day.year + BUDDHIST_OFFSET))
        book = tell(book, told("year-typed-as-buddhist", item, column))
    return book


def _since_1904(book: Book, _: Form) -> Book:
    return replace(book, since_1904=True)


def _calculated(book: Book, form: Form) -> Book:
    """Formulas that Excel has calculated are what they show."""
    first, second = book.expected[:2]
    row = first.source.row
    formula = Formula(f"=ROUND(Z{row}*1.07,2)", (first.budget or 0) / BAHT)
    book = put(book, first, column_of(form, "budget"), formula)
    title = Formula('="ซื้อ"&Z9', second.title)
    return put(book, second, column_of(form, "title"), title)


def _of_another_file(book: Book, form: Form) -> Book:
    """What Excel has taken over from a file that is not here is what it shows."""
    item = book.expected[2]
    formula = Formula("='[อื่น.xlsx]Sheet1'!A1", (item.reference_price or 0) / BAHT)
    return put(book, item, column_of(form, "reference_price"), formula)


def _empty_formulas(book: Book, form: Form) -> Book:
    """Prepared rows below the items are full of ``=IF(B9="","",…)``, calculated to nothing."""
    sheet = first_sheet(book).name
    last = max(row for row, _ in first_sheet(book).cells)
    cells = {
        (last + at, column_of(form, field)): Typed(
            Formula(f'=IF(B{last + at}="","",1)', ""), "text"
        )
        for at in range(1, 4)
        for field in ("title", "budget")
    }
    return type_cells(book, sheet, cells)


def _uncalculated(book: Book, form: Form) -> Book:
    for at, field, fact in ((1, "budget", "budget"), (2, "title", "title")):
        item = book.expected[at]
        formula = Formula(f"=Z{item.source.row}*1", None)
        book = state(book, form, at, field, formula, **{fact: None})
        book = tell(book, told("formula-calculated", item, column_of(form, field)))
    return book


ERRORS = ("#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")


def _errors(book: Book, form: Form) -> Book:
    fields = ("reference_price", "title", "budget", "procurement_method", "selection_reason")
    for at, error in enumerate(ERRORS):
        field = fields[at % len(fields)]
        item = book.expected[at]
        formula = Formula("=1/0", error)
        book = state(book, form, at, field, formula, **{field: None})
        book = tell(book, told("cell-without-error", item, column_of(form, field)))
    return book


def _number_became_a_day(book: Book, form: Form) -> Book:
    """«12/2568» typed into a plain cell is the first of December 2568."""
    field = "contract_number" if "contract_number" in form.fields else "contract"
    item = book.expected[1]
    facts: dict[str, Any] = {"contract_number": None}
    if field == "contract" or form.id == "ten-columns-one-heading":
        facts["contract_date"] = None  # what stands under one heading is known as a whole
    book = put(book, item, column_of(form, field), date(2568, 12, 1), look="date")
    book = expect(book, replace(item, **facts))
    return tell(book, told("text-as-typed", item, column_of(form, field)))


def _number_became_decimal(book: Book, form: Form) -> Book:
    """«9.10» typed into a plain cell is 9.1."""
    field = "contract_number" if "contract_number" in form.fields else "contract"
    item = book.expected[1]
    facts: dict[str, Any] = {"contract_number": None}
    if field == "contract" or form.id == "ten-columns-one-heading":
        facts["contract_date"] = None  # what stands under one heading is known as a whole
    book = put(book, item, column_of(form, field), 9.1, look="centre")
    book = expect(book, replace(item, **facts))
    return tell(book, told("text-as-typed", item, column_of(form, field)))


def _project_as_number(book: Book, form: Form) -> Book:
    for item in book.expected:
        number = int(item.egp_project_number or "0")
        book = put(book, item, column_of(form, "egp_project_number"), number)
    return book


def _project_in_powers(book: Book, form: Form) -> Book:
    item = book.expected[2]
    book = state(book, form, 2, "egp_project_number", "6.80901E+10", egp_project_number=None)
    return tell(book, told("text-as-typed", item, column_of(form, "egp_project_number")))


PLACEHOLDERS = (
    "-",
    "–",
    "........../2568",
    "/2568",
    "-/2568",
    "ไม่มี",
    "…………/๒๕๖๘",
    "CNTR-",
    "  - ",
)


def _placeholders(book: Book, form: Form) -> Book:
    """What stands in place of a number of a contract is no number."""
    for at, text in enumerate(PLACEHOLDERS):
        if "contract_number" in form.fields:
            book = state(book, form, at, "contract_number", text, contract_number=None)
        else:
            facts = {"contract_number": None, "contract_date": None}
            book = state(book, form, at, "contract", text, **facts)
    return book


def _dashes(book: Book, form: Form) -> Book:
    """A dash, or nothing, in the other columns of a row that is a row all the same."""
    fields = ("reference_price", "selection_reason", "procurement_method", "budget")
    for at, (field, text) in enumerate(zip(fields, ("-", "–", "ไม่มี", None), strict=True)):
        book = state(book, form, at, field, text, **{field: None})
    return _summed_again(book, form)


# ---- texts that are published as they are written

LONG = "จ้างเหมาบริการบุคคลภายนอกเพื่อปฏิบัติงานตัวอย่าง " * 18  # some 900 letters, as the longest known
TEXTS: tuple[tuple[str, str], ...] = (
    ("ซื้อวัสดุสํานักงาน จํานวน ๕ รายการ", "ซื้อวัสดุสํานักงาน จํานวน ๕ รายการ"),
    ("จ้างซ่อมแซมเเละปรับปรุงอาคาร", "จ้างซ่อมแซมเเละปรับปรุงอาคาร"),
    ("ท่ีดินและส่ิงก่อสร้างตัวอย่าง", "ท่ีดินและส่ิงก่อสร้างตัวอย่าง"),
    ("ซื้อซื้อวัสดุ  จ้างจ้างเหมา", "ซื้อซื้อวัสดุ  จ้างจ้างเหมา"),
    ("ซื้อ\u200bวัสดุ\ufeff\u00adงานบ้าน", "ซื้อวัสดุงานบ้าน"),
    ("ซื้อวัสดุ\u00a0ก่อสร้าง", "ซื้อวัสดุ ก่อสร้าง"),
    ("ซื้อวัสดุ\tก่อสร้าง", "ซื้อวัสดุ ก่อสร้าง"),
    ("ซื้อวัสดุ\nคอมพิวเตอร์", "ซื้อวัสดุ\nคอมพิวเตอร์"),
    ("=1+1 จ้างทำป้าย", "=1+1 จ้างทำป้าย"),
    ("-ซื้อวัสดุไฟฟ้า", "-ซื้อวัสดุไฟฟ้า"),
    ("+ซื้อวัสดุ @กองคลัง", "+ซื้อวัสดุ @กองคลัง"),
    ("<script>alert(1)</script> ซื้อวัสดุ & «อื่น»", "<script>alert(1)</script> ซื้อวัสดุ & «อื่น»"),
    (LONG, LONG.strip()),
    ("ซื้อวัสดุ (รายที่ ๑)", "ซื้อวัสดุ (รายที่ ๑)"),
    ("ซื้อวัสดุ e\u0301cole", "ซื้อวัสดุ \u00e9cole"),
)


def _texts(book: Book, form: Form) -> Book:
    for at, (typed, published) in enumerate(TEXTS):
        book = state(book, form, at, "title", typed, title=published)
    return book


NAMES = (
    *("NA", "None", "null", "nan", "TRUE", "ร้าน 99", "เอเชียมอเตอร์ตัวอย่าง (2)"),
    *("-นางสาวสมมติ  ไม่มีจริง", "=ร้านตัวอย่าง", "1E5", "ร้านสมมติ\u200bพาณิชย์"),
)


def _names(book: Book, form: Form) -> Book:
    """Names of firms that some programs take for something else."""
    for at, name in enumerate(NAMES):
        seen = name.replace("\u200b", "")
        item = book.expected[at]
        price = item.agreed_price or 0
        facts = {"supplier": seen, "bids": (Bid(seen, price),)}
        if "bids" in form.fields:
            book = put(book, item, column_of(form, "bids"), f"{name} / {baht(price)} บาท")
            award = f"{name} / {baht(price)} บาท"
            book = state(book, form, at, "award", award, **facts)
        else:
            book = put(book, item, column_of(form, "bidder"), name)
            book = put(book, item, column_of(form, "bid"), price / BAHT)
            book = state(book, form, at, "supplier", name, **facts)
    return book


NUMBERS = (
    *("60/2568", "05/2567", "CNTR-00240/68", "พด.233/2568", "ซ59/2568", "ฉซ. 110/2568"),
    *("8 / 2568", "99 /2568", "9.1/2568", "47/2568 (กช.)", "สข 54002/01/2568", "จท.12-2567"),
    *("122", "CNTR - ๐๐๗๑๗/๒๕๖๘"),
)


def _contract_numbers(book: Book, form: Form) -> Book:
    """Every shape of a contract number that was met, each as it is written."""
    for at, number in enumerate(NUMBERS):
        item = book.expected[at]
        assert item.contract_date
        field = "contract_number" if "contract_number" in form.fields else "contract"
        day = spelt_day(item.contract_date, "{day} {short} {year2:02}")
        value = number if field == "contract_number" else f"{number}\nลว. {day}"
        book = state(book, form, at, field, value, contract_number=number)
    return book


def _unaltered(book: Book, _: Form) -> Book:
    return book


_FLAT = (FLAT,)
_SHUFFLED = ("nine-columns", "ten-columns", "eleven-columns")
_TORN = ("heading-over-three-rows",)  # its headings are only whole when read together


def _all() -> Iterator[Alteration]:
    yield Alteration("as-it-is", _unaltered)
    for name, change in HEADING_DAMAGE:
        yield Alteration(f"headings/{name}", _headings(change))
    for at, spelling in enumerate(SPELLINGS, start=1):
        needs = frozenset({"index"})
        but = (*_TORN, "three-line-header")
        yield Alteration(f"headings/other-spellings-{at}", _spelt(spelling), needs=needs, but=but)
    index = frozenset({"index"})
    for name, change in TITLE_DAMAGE:
        damaged = _title_damage(change)
        yield Alteration(f"title/{name}", damaged, only=("nine-columns", "twelve-columns"))
    yield from _of_rows(index)
    yield from _of_pages(index)
    yield from _of_sheets(index)
    yield from _of_values()


def _of_rows(index: frozenset[str]) -> Iterator[Alteration]:
    bidders = "three bidders, the row is the item's first"
    joined = "the text is joined; row-continued"
    yield Alteration("rows/blank-between", _blank_rows, "addresses")
    yield Alteration("rows/bidders-in-one-cell", _bidders_in_one_cell, bidders)
    yield Alteration("rows/bidders-counted-in-one-cell", _bidders_counted, bidders)
    yield Alteration(
        "rows/one-line-a-bidder-merged",
        _bidders_on_lines(merged=True),
        bidders,
        needs=index,
        holds=MERGES,
    )
    yield Alteration(
        "rows/one-line-a-bidder-blank", _bidders_on_lines(merged=False), bidders, needs=index
    )
    yield Alteration("rows/title-continued", _continued("title"), "row-is-whole")
    yield Alteration(
        "rows/title-and-reason-continued",
        _continued("title", "selection_reason"),
        joined,
        joins=True,
    )
    yield Alteration("rows/struck-row", _struck_row, "row-struck", holds=LOOKS)
    yield Alteration("rows/struck-title", _struck_cell("title"), "cell-struck", holds=LOOKS)
    yield Alteration("rows/struck-budget", _struck_cell("budget"), "cell-struck", holds=LOOKS)
    yield Alteration("rows/struck-part-of-a-cell", _struck_part, "cell-struck", holds=LOOKS)
    hidden = "hidden-is-read"
    yield Alteration("rows/hidden", _hidden_rows, hidden, holds=LOOKS)
    yield Alteration("rows/filtered-away", _filtered, hidden, holds=LOOKS)
    yield Alteration("rows/filter-that-hides-nothing", _filter_that_hides_nothing, holds=LOOKS)
    yield Alteration("rows/hidden-but-blank", _hidden_blank_rows, holds=LOOKS)
    yield Alteration("columns/hidden-budget", _hidden_column("budget"), hidden, holds=LOOKS)
    yield Alteration(
        "columns/hidden-reason", _hidden_column("selection_reason"), hidden, holds=LOOKS
    )
    yield Alteration("cells/comments", _comments, holds=LOOKS)
    yield Alteration("columns/looks-to-the-last-row", _whole_columns, holds=LOOKS)
    yield Alteration("cells/a-blank-far-away", _far_blank)


def _of_pages(index: frozenset[str]) -> Iterator[Alteration]:
    page = {1: Typed("หน้า 2", "plain")}
    corner = {6: Typed("หน้าที่ ๒", "corner")}
    yield Alteration("pages/header-again", _header_again, "addresses")
    yield Alteration("pages/title-and-header-again", _page_again, "addresses", needs=index)
    yield Alteration("pages/page-number-between", _line_before(2, page), "addresses")
    yield Alteration("pages/page-number-at-the-right", _line_before(3, corner), "addresses")
    yield Alteration("pages/index-row", _index_row, "addresses", but=("fourteen-columns",))
    yield Alteration(
        "pages/index-row-of-numbers", _index_row_of_numbers, "addresses", but=("fourteen-columns",)
    )
    yield Alteration("pages/units-line", _units_line, "addresses", but=("fourteen-columns",))
    yield Alteration("pages/units-above", _units_above, "addresses", needs=index)
    for name, label, field, first in (
        ("total-last", "รวมทั้งสิ้น", "index", False),
        ("total-first", "รวม", "index", True),
        ("total-under-the-titles", "รวมเป็นเงิน", "title", False),
        ("total-with-its-rows-counted", "รวมทั้งสิ้น 5 รายการ", "title", False),
        ("grand-total", "ยอดรวม", "title", True),
    ):
        total = _total(label, field, first=first)
        but = ("twelve-columns",) if not first else ()  # it has a total of its own
        yield Alteration(f"pages/{name}", total, "addresses", needs=index, but=but)
    yield Alteration("pages/signatures", _signatures, needs=index)
    yield Alteration("pages/remark-below", _remark, needs=index)
    yield Alteration(
        "pages/unknown-text-below",
        _unknown_note,
        "cell-in-table",
        needs=index,
        but=("fourteen-columns",),  # below its signatures
    )
    yield Alteration("columns/remarks", _remarks_column)
    yield Alteration("columns/unknown", _unknown_column, "heading-known")
    yield Alteration("columns/empty-between", _empty_columns, "addresses")
    yield Alteration("columns/empty-at-the-left", _empty_first_columns, "addresses")
    yield Alteration("columns/shuffled", _columns_shuffled, "addresses", only=_SHUFFLED)
    yield Alteration(
        "columns/number-last", _number_last, "addresses", only=(*_SHUFFLED, "three-line-header")
    )
    yield Alteration("pages/table-lower-down", _lower_down, "addresses")


def _of_sheets(index: frozenset[str]) -> Iterator[Alteration]:
    both = "the rows of both tables"
    months = "each month with its rows"
    yield Alteration("tables/two-for-one-month", _two_tables(with_title=False), both, but=_FLAT)
    yield Alteration(
        "tables/two-for-one-month-with-titles", _two_tables(with_title=True), both, needs=index
    )
    yield Alteration("tables/two-months-in-one-sheet", _two_months, months, needs=index)
    yield Alteration("tables/three-months-in-one-sheet", _three_months, months, needs=index)
    yield Alteration("tables/months-in-one-flat-sheet", _months_in_rows, months, only=_FLAT)
    yield Alteration("tables/months-in-one-flat-sheet-mixed", _months_mixed, months, only=_FLAT)
    yield Alteration("sheets/one-a-month", _sheet_per_month, months, holds=SHEETS)
    yield Alteration("sheets/a-cover", _cover, "sheet-is-a-table", holds=SHEETS)
    yield Alteration("sheets/empty-ones", _empty_sheets, holds=SHEETS)
    yield Alteration(
        "sheets/a-month-only-prepared",
        _empty_month,
        "sheet-still-empty",
        needs=index,
        holds=SHEETS,
    )
    hidden = "hidden-is-read"
    yield Alteration("sheets/hidden", _hidden_sheet("hidden"), hidden, holds=SHEETS | LOOKS)
    yield Alteration(
        "sheets/very-hidden", _hidden_sheet("very hidden"), hidden, holds=SHEETS | LOOKS
    )
    yield Alteration("sheets/a-hidden-month", _hidden_month, hidden, holds=SHEETS | LOOKS)
    yield Alteration("month/in-the-sheet-name", _month_in_sheet_name, needs=index, holds=SHEETS)
    yield Alteration("month/in-the-file-name", _month_in_file_name, needs=index)


def _of_values() -> Iterator[Alteration]:
    dated = frozenset({"contract_date"})
    project = frozenset({"egp_project_number"})
    yield Alteration("money/spellings", _money(MONEY, whole=False), rows=10)
    yield Alteration("money/whole-baht", _money(WHOLE, whole=True), "no satang", rows=6)
    yield Alteration("money/number-formats", _money_shown, holds=SHOWN, rows=9)
    yield Alteration("dates/spellings", _dates(thai=False), rows=len(DATES))
    yield Alteration("dates/spellings-in-thai-digits", _dates(thai=True), rows=len(DATES))
    yield Alteration("dates/number-formats", _days_shown, needs=dated, holds=SHOWN, rows=15)
    yield Alteration(
        "dates/buddhist-years", _buddhist_days, "year-typed-as-buddhist", needs=dated, holds=TYPES
    )
    yield Alteration("dates/since-1904", _since_1904, holds=SHOWN)
    yield Alteration("formulas/calculated", _calculated, holds=TYPES)
    yield Alteration("formulas/of-another-file", _of_another_file, holds=SHOWN)
    yield Alteration("formulas/calculated-to-nothing", _empty_formulas, holds=TYPES)
    yield Alteration("formulas/uncalculated", _uncalculated, "formula-calculated", holds=TYPES)
    yield Alteration("cells/errors", _errors, "cell-without-error", holds=TYPES, rows=7)
    changed = "text-as-typed"
    yield Alteration("contracts/became-a-day", _number_became_a_day, changed, holds=TYPES)
    yield Alteration("contracts/became-a-decimal", _number_became_decimal, changed, holds=TYPES)
    yield Alteration("contracts/numbers-of-all-shapes", _contract_numbers, rows=len(NUMBERS))
    yield Alteration("contracts/placeholders", _placeholders, "unknown", rows=len(PLACEHOLDERS))
    yield Alteration("cells/dashes", _dashes, "unknown")
    yield Alteration("projects/as-numbers", _project_as_number, needs=project, holds=TYPES)
    yield Alteration("projects/in-powers-of-ten", _project_in_powers, changed, needs=project)
    yield Alteration("texts/as-they-are-written", _texts, "titles", rows=len(TEXTS))
    yield Alteration("texts/names-of-firms", _names, "names", rows=len(NAMES))


ALTERATIONS: tuple[Alteration, ...] = tuple(_all())


def months_of(book: Book, default: Month = FEBRUARY) -> dict[Month, tuple[Procurement, ...]]:
    """Return what is expected by month: that of a row's contract, else that of the row before."""
    months: dict[Month, list[Procurement]] = {}
    for item in book.expected:
        default = Month.of(item.contract_date) if item.contract_date else default
        months.setdefault(default, []).append(item)
    return {month: tuple(rows) for month, rows in sorted(months.items())}
