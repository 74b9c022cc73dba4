"""A text with commas, tabs, semicolons or bars between its fields → one sheet, as Excel opens it.

Fields may stand in quotation marks, with line breaks in them, as RFC 4180 and Excel write them.
Nothing is typed: every cell is the text that stands there.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path, PurePath

from pipeline.formats.csv import COLUMNS, inert
from pipeline.kinds import RefusedError
from pipeline.readers.cells import sheet_of, within
from pipeline.readers.letters import decoded
from schemas.sheet import Cell, Sheet

LONGEST_NAME = 31  # Excel names the sheet after the file
DELIMITERS = "\t;,|"
_EVIDENCE = 200  # lines that say what stands between the fields
_HEADINGS = [column.heading for column in COLUMNS]
# The columns of our CSV whose texts its writer keeps from becoming formulas, numbers or days.
_INERT = frozenset(at for at, column in enumerate(COLUMNS) if column.datatype == "string")
_SEP = re.compile(r'"?sep=([^"\r\n])"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_DOS_END = "\x1a"

_Record = list[str]


def read(path: Path, file: str) -> tuple[Sheet, ...]:
    """Return the one sheet of a text; ``file`` is its name for people.

    RefusedError for what is no text, whose quotation marks do not pair, or that is too large.
    """
    text = decoded(path.read_bytes()).rstrip(_DOS_END)
    told = _SEP.match(text)
    if told:  # Excel obeys this line and does not show it
        text = text[told.end() :]
    records = _records(text, told[1] if told else _delimiter(text))
    return (sheet_of(file, sheet_name(file), _cells(_as_published(records))),)


def sheet_name(file: str) -> str:
    """Return the name that Excel gives to the sheet of a file that has no sheets.

    >>> sheet_name("รายงานกองคลังและพัสดุ ต.ค. 2567.csv")
    'รายงานกองคลังและพัสดุ ต.ค. 2567'
    >>> sheet_name("รายงานของกองคลังและพัสดุ ต.ค. 2567.csv")
    'รายงานของกองคลังและพัสดุ ต.ค. '
    """
    stem = PurePath(file).stem
    name, rest = stem[:LONGEST_NAME], stem[LONGEST_NAME:]
    # A year that is cut off would state another one: "2567" cut to "25" is 2525.
    return re.sub(r"\d+\Z", "", name) if rest[:1].isdigit() else name


def _cells(records: Iterable[_Record]) -> Iterator[Cell]:
    fields = 0
    for row, record in enumerate(records, start=1):
        fields += len(record)
        within(cells=fields)
        for column, text in enumerate(record, start=1):
            if text.strip():
                yield Cell(row, column, text, text, "text")


def _as_published(records: Iterator[_Record]) -> Iterator[_Record]:
    """Give the records; those of our own CSV with the texts that its writer was given.

    Only under exactly our headings: elsewhere ``'=1`` is what somebody wrote. There it is not
    ambiguous: the writer puts a second apostrophe before a text that begins with one, so ``'=1``
    was ``=1`` and ``''=1`` was ``'=1``. What the writer cannot have written stays as it is.
    """
    first = next(records, [])
    yield first
    if first != _HEADINGS:
        yield from records
    for record in records:
        yield [_written(text) if at in _INERT else text for at, text in enumerate(record)]


def _written(text: str) -> str:
    return text[1:] if text.startswith("'") and inert(text[1:]) == text else text


# ---- what stands between the fields


def _delimiter(text: str) -> str:
    """Return the sign that makes the most fields in lines of one width; "" where none does.

    Titles above the table have few signs, money like 1,234.00 has some commas in every line of a
    table with tabs: the table's own sign makes more columns in more lines than any other.
    """
    made = {sign: _columns_made(text, sign) for sign in DELIMITERS}
    best = max(made, key=lambda sign: made[sign])
    return best if made[best] else ""


def _columns_made(text: str, sign: str) -> int:
    widths = Counter(map(len, islice(_records(text, sign, strict=False), _EVIDENCE)))
    return max(((width - 1) * lines for width, lines in widths.items()), default=0)


# ---- lines and fields


def _records(text: str, sign: str, *, strict: bool = True) -> Iterator[_Record]:
    """Give every line of the text as its fields; a line break within quotation marks ends none.

    As in Excel such a mark opens a field only at its start, elsewhere it is a letter. Where one
    is not closed, or the field goes on behind its end, Excel swallows the rest or drops the mark:
    RefusedError. Not in a text without ``sign``, which is prose; its lines come as they stand.
    Without ``strict`` those lines are left out.
    """
    field = _field(sign)
    record: _Record = []
    at = 0
    while at < len(text):
        found = field.match(text, at)
        if found is not None:
            quoted, plain, end = found.groups()
            record.append(plain if quoted is None else quoted.replace('""', '"'))
            at = found.end()
            if end != sign:
                yield record
                record = []
        elif strict:
            line = len(_LINE_END.findall(text, 0, at)) + 1
            raise RefusedError("file-is-whole", f'เครื่องหมาย " ในบรรทัดที่ {line} ไม่ครบคู่')
        else:
            end_of_line = _LINE_END.search(text, at)
            at = end_of_line.end() if end_of_line else len(text)
            record = []
    if record:
        yield record


def _field(sign: str) -> re.Pattern[str]:
    """A field and what ends it; of prose each line is one field, as it stands."""
    if not sign:
        return re.compile(r"((?!))?([^\r\n]*+)(\r\n|\r|\n|\Z)")
    ends = re.escape(sign)
    return re.compile(
        rf'(?:"([^"]*+(?:""[^"]*+)*+)"|(?!")([^{ends}\r\n]*+))({ends}|\r\n|\r|\n|\Z)'
    )
