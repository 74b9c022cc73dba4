"""PDF of Typst → the same pages with true tables of letters, for readers that know no other.

A cluster of Thai is several glyphs, and Typst says what they mean beside them (``/ActualText``).
poppler and PDFium read that; pdf.js, Firefox and pypdf read the fonts' ToUnicode tables, where
Typst writes the whole cluster for its first glyph. Here each glyph gets its own letter.
"""

import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import pikepdf

TONES = "\u0e48\u0e49\u0e4a\u0e4b"
ABOVE_VOWELS = TONES + "\u0e4c"  # and ์
NIKHAHIT, SARA_AA, SARA_AM = "\u0e4d", "\u0e32", "\u0e33"
LARGEST_BLOCK = 100  # entries, as the format of such tables allows
_ENTRY = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")
_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
_TAIL = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"

# A string and a dictionary as Typst nearly always writes them, in one look of the expression: a
# page has tens of thousands. What holds another of its kind inside is measured by ``_end_of_…``.
_STRING = rb"\((?:[^()\\]++|\\.)*+\)|<(?!<)[^>]*+>"
_STEP = re.compile(
    rb"(?P<font>/[^\s/<(\[]++)\s++[0-9.]++\s++Tf\b"
    rb"|(?P<opened><<(?:[^<>()]++|" + _STRING + rb")*+>>)"
    rb"|(?P<shown>" + _STRING + rb")"
    rb"|(?P<closed>\bEMC\b)"
    rb"|(?P<opened_deep><<)|(?P<shown_deep>\()",
    re.DOTALL,
)
_IN_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_IN_DICTIONARY = re.compile(rb"<<|>>|\(|<[0-9A-Fa-f\s]*>")
_BLOCK = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)

Step = Literal["font", "opened", "closed", "shown"]
Font = tuple[int, int]  # a font's object in the file
Glyph = tuple[Font, int]


@dataclass
class Span:
    """A marked stretch of a page: what its glyphs mean together, None where nobody says so."""

    meaning: str | None
    glyphs: list[Glyph] = field(default_factory=list)


@dataclass(frozen=True)
class Program:
    """A page with its program, and where in that something is done with letters."""

    page: pikepdf.Page
    content: bytes
    places: Sequence[tuple[Step, int, int]]


def with_copied_text(content: bytes) -> bytes:
    """Return the PDF with its tables put right; pages, tags and metadata stay as they are."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        votes: dict[Glyph, Counter[str]] = defaultdict(Counter)
        fonts: dict[Font, Any] = {}
        programs = [_program(page) for page in pdf.pages]
        for program in programs:
            for span in _spans(program, fonts):
                for glyph, letters in zip(span.glyphs, _letters(span), strict=False):
                    votes[glyph][letters] += 1
        for program in programs:
            _part_displaced_tones(pdf, program, votes)
        for name, font in fonts.items():
            chosen = {
                glyph: min(counted, key=lambda letters: (-counted[letters], letters))
                for (owner, glyph), counted in votes.items()
                if owner == name
            }
            font.ToUnicode = pdf.make_stream(_table(meanings(font) | chosen))
        written = io.BytesIO()
        pdf.save(
            written,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return written.getvalue()


def _spans(program: Program, fonts: dict[Font, Any]) -> Iterator[Span]:
    """Give every stretch that says what it means; the fonts that were met are added."""
    named = fonts_of(program.page)
    fonts |= {font.objgen: font for font in named.values()}
    marked: list[Span] = []
    current: Font = (0, 0)
    for kind, start, end in program.places:
        operand = program.content[start:end]
        if kind == "font":
            current = named[operand].objgen
        elif kind == "opened":
            marked.append(Span(opened(operand)[1]))
        elif kind == "shown":
            if marked:
                marked[-1].glyphs += [(current, glyph) for glyph in glyphs(operand)]
        elif (span := marked.pop()).meaning is not None:
            yield span


def _part_displaced_tones(  # noqa: C901 - one walk over the page
    pdf: pikepdf.Pdf, program: Program, votes: dict[Glyph, Counter[str]]
) -> None:
    """Let a tone or ์ that is set higher than its vowel (ครั้ง) be said once.

    Typst shows it behind the stretch whose meaning includes it: every reader would say it twice.
    """
    content = program.content
    named = fonts_of(program.page)
    old = {font.objgen: meanings(font) for font in named.values()}
    parts, copied = [], 0
    current: Font = (0, 0)
    marked: list[tuple[Span, int, int]] = []
    last: tuple[Span, int, int] | None = None
    for kind, start, end in program.places:
        operand = content[start:end]
        if kind == "font":
            current = named[operand].objgen
        elif kind == "opened":
            marked.append((Span(opened(operand)[1]), start, end))
        elif kind == "closed":
            closed = marked.pop()
            last = closed if closed[0].meaning is not None else last
        else:
            shown = [(current, glyph) for glyph in glyphs(operand)]
            within = marked[-1] if marked and marked[-1][0].meaning is not None else None
            if last is not None and (within is None or not within[0].glyphs):
                tone = _displaced(last[0], within and within[0], shown[0], old[current], votes)
                if tone:
                    said = (last[0].meaning or "")[:-1]
                    for place, text in ((last, said), (within, tone)):
                        if place is not None:
                            parts += [content[copied : place[1]], _saying(text)]
                            copied = place[2]
                last = None
            if within is not None:
                within[0].glyphs += shown
    if parts:
        program.page.Contents = pdf.make_stream(b"".join((*parts, content[copied:])))


def _displaced(
    span: Span,
    within: Span | None,
    glyph: Glyph,
    old: Mapping[int, str],
    votes: dict[Glyph, Counter[str]],
) -> str | None:
    """Return the tone of a cluster when it is the glyph behind the stretch, and count it."""
    meaning = span.meaning or ""
    kept, tone = meaning[:-1], meaning[-1:]
    if not tone or tone not in ABOVE_VOWELS or len(span.glyphs) != len(kept):
        return None
    if within is not None and within.meaning != meaning:
        return None
    told = votes[glyph].most_common(1)[0][0] if votes.get(glyph) else None
    means = old.get(glyph[1], "")
    if not (within or told == tone or (told is None and len(means) > 1 and means[-1] == tone)):
        return None
    votes[glyph][tone] += 1
    for one, letter in zip(span.glyphs, kept, strict=True):
        votes[one][letter] += 1
    return tone


def _saying(text: str) -> bytes:
    return b"<</ActualText<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">>>"


# ---- the part of a page's program that is about letters


def fonts_of(page: pikepdf.Page) -> dict[bytes, Any]:
    """Return the fonts of a page by the names that its program has for them."""
    fonts: Any = page.Resources.get("/Font", {})
    return {name.encode(): font for name, font in fonts.items()}


def steps(page: pikepdf.Page) -> Iterator[tuple[Step, bytes]]:
    """Give what the program of a page does with letters, in its order.

    Shape: ("font", name) · ("opened", dictionary of the marked stretch) · ("shown", string) ·
           ("closed", b"EMC"). pikepdf's own parser takes twenty times as long.
    """
    program = _program(page)
    for kind, start, end in program.places:
        yield kind, program.content[start:end]


def _program(page: pikepdf.Page) -> Program:
    contents = page.Contents
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    content = b"\n".join(part.read_bytes() for part in parts)
    return Program(page, content, _places(content))


def _places(program: bytes) -> list[tuple[Step, int, int]]:
    places: list[Any] = []  # a list, not an iterator: pages have thousands, and two look at them
    at: int | None = 0
    while at is not None:
        matches = _STEP.finditer(program, at)
        at = None
        for found in matches:
            kind = found.lastgroup or ""
            start, end = found.span(kind)
            if kind in _DEEP:
                kind, measured = _DEEP[kind]
                at = measured(program, start)
                places.append((kind, start, at))
                break
            places.append((kind, start, end))
    return places


def _end_of_string(program: bytes, start: int) -> int:
    """Parentheses in pairs stand in a string as they are."""
    depth = 0
    for found in _IN_STRING.finditer(program, start):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    raise ValueError("a string without its end")


def _end_of_dictionary(program: bytes, start: int) -> int:
    depth, at = 0, start
    while found := _IN_DICTIONARY.search(program, at):
        at = _end_of_string(program, found.start()) if found[0] == b"(" else found.end()
        depth += {b"<<": 1, b">>": -1}.get(found[0], 0)
        if not depth:
            return at
    raise ValueError("a dictionary without its end")


_DEEP: Mapping[str, tuple[Step, Callable[[bytes, int], int]]] = {
    "opened_deep": ("opened", _end_of_dictionary),
    "shown_deep": ("shown", _end_of_string),
}


@lru_cache(maxsize=4096)
def glyphs(string: bytes) -> tuple[int, ...]:
    """Return the numbers of the glyphs that a string shows, of two bytes each."""
    code = bytes(pikepdf.Object.parse(string))
    return tuple(int.from_bytes(code[at : at + 2], "big") for at in range(0, len(code), 2))


@lru_cache(maxsize=4096)
def opened(properties: bytes) -> tuple[int | None, str | None]:
    """Return the number of a marked stretch in the structure, and what it is said to mean."""
    held = pikepdf.Object.parse(properties)
    number, meaning = held.get("/MCID"), held.get("/ActualText")
    return None if number is None else int(number), None if meaning is None else str(meaning)


def _letters(span: Span) -> list[str]:
    """Share the letters of a cluster among its glyphs, nothing when it cannot be told how.

    Shaping turns ำ into ํ and า, with ํ before the tone, or joined to it in one glyph.
    """
    meaning, count = span.meaning or "", len(span.glyphs)
    if not meaning.endswith(SARA_AM):
        return list(meaning) if len(meaning) == count else []
    base = meaning[:-1].rstrip(TONES)
    tones = meaning[len(base) : -1]
    if count == len(base) + len(tones) + 2:
        return [*base, NIKHAHIT, *tones, SARA_AA]
    if tones and count == len(base) + 2:
        return [*base, NIKHAHIT + tones, SARA_AA]
    return []


def meanings(font: Any) -> dict[int, str]:  # noqa: ANN401 - pikepdf's object
    """Return what each glyph of a font means, as its table of letters says."""
    return {
        int(glyph, 16): bytes.fromhex(letters.decode()).decode("utf-16-be")
        for glyph, letters in _ENTRY.findall(b"".join(_BLOCK.findall(font.ToUnicode.read_bytes())))
    }


def _table(meanings: Mapping[int, str]) -> bytes:
    entries = [
        f"<{glyph:04X}> <{letters.encode('utf-16-be').hex().upper()}>\n"
        for glyph, letters in sorted(meanings.items())
        if glyph
    ]
    blocks = [entries[at : at + LARGEST_BLOCK] for at in range(0, len(entries), LARGEST_BLOCK)]
    body = "".join(f"{len(one)} beginbfchar\n{''.join(one)}endbfchar\n" for one in blocks)
    return (_HEAD + body + _TAIL).encode()
