"""Where a line of Thai may break: between the words of a dictionary, never inside one.

Thai writes no blank between words, and programs that set type break inside what they do not know.
The dictionary is ``templates/words.txt``, whose origin ``words-source.txt`` tells.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

# A consonant with the vowels and marks round it: nothing parts these.
CLUSTER = re.compile("[เ-ไ]*[ก-ฮ]?[ะ-ฺๅ็-๎]*")
_THAI = "ก-ฺเ-๎"
_RUNS = re.compile(rf"(?P<thai>[{_THAI}]+)|[^{_THAI}]+")
_LETTER = re.compile(f"[{_THAI}]")
_OPENS, _CLOSES = "([{«“", ")]}»”,;/-"
_BEGINS = re.compile("[ก-ฮเ-ไ]")  # no line begins with a vowel behind, a mark, ๆ or ฯ
_BEFORE_OPENING = re.compile(r"(?=[(\[{«“])")
SHORTEST = 2  # letters on a line of their own: «ก» of «ประกอบ ก» or of an abbreviation stays


def units(text: str, names: frozenset[str] = frozenset()) -> list[str]:
    """Return the pieces of a text without blanks, between which a line may break.

    ``names`` are words that no dictionary has: of the municipality and its places.

    >>> units("จ้างเหมาบริการ(พิเศษ)ปีพ.ศ.๒๕๖๘")
    ['จ้าง', 'เหมา', 'บริการ', '(พิเศษ)', 'ปีพ.ศ.๒๕๖๘']
    """
    found: list[str] = []
    for piece in _pieces(text, names):
        if found and not _may_break(found[-1], piece):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _pieces(text: str, names: frozenset[str]) -> Iterator[str]:
    for run in _RUNS.finditer(text):
        if run.lastgroup == "thai":
            yield from words(run[0], names)
        else:
            yield from filter(None, _BEFORE_OPENING.split(run[0]))


def _may_break(before: str, piece: str) -> bool:
    """True between two words, before an opening sign and behind a closing one.

    Digits, dots and single letters hold to what they stand beside: «พ.ศ.», «อาคาร ก».
    """
    if piece[0] in _OPENS:
        return before[-1] not in _OPENS
    a_word = len(piece) >= SHORTEST and _BEGINS.match(piece)
    return bool(a_word) and (before[-1] in _CLOSES or bool(_LETTER.match(before[-1])))


@lru_cache(maxsize=4096)  # the same firms, methods and reasons stand in every row
def words(run: str, names: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the words of a run of Thai letters: fewest unknown letters, then fewest words.

    What the dictionary does not know stays whole, as long as it is.

    >>> words("จัดซื้อครุภัณฑ์คอมพิวเตอร์ชะมาย")
    ('จัดซื้อ', 'ครุภัณฑ์', 'คอมพิวเตอร์', 'ชะ', 'มาย')
    """
    known, longest = _dictionary()
    edges = [0]
    while edges[-1] < len(run):
        cluster = CLUSTER.match(run, edges[-1])
        edges.append(cluster.end() if cluster and cluster[0] else edges[-1] + 1)
    # By edge, from the end: (unknown letters, words, the next edge, whether it is a known word).
    best: dict[int, tuple[int, int, int, bool]] = {len(run): (0, 0, 0, False)}
    for index in range(len(edges) - 2, -1, -1):
        at = edges[index]
        after = edges[index + 1]
        unknown, count, *_ = best[after]
        found = (unknown + after - at, count + 1, after, False)
        for after in edges[index + 1 :]:
            if after - at > longest:  # no name is longer than the longest word
                break
            if run[at:after] in known or run[at:after] in names:
                unknown, count, *_ = best[after]
                found = min(found, (unknown, count + 1, after, True))
        best[at] = found
    return tuple(_joined(run, best))


def _joined(run: str, best: dict[int, tuple[int, int, int, bool]]) -> Iterator[str]:
    at, strange = 0, ""
    while at < len(run):
        _, _, after, is_known = best[at]
        if is_known:
            if strange:
                yield strange
            yield run[at:after]
            strange = ""
        else:
            strange += run[at:after]
        at = after
    if strange:
        yield strange


@cache
def _dictionary() -> tuple[frozenset[str], int]:
    text = files("templates").joinpath("words.txt").read_text(encoding="utf-8")
    known = frozenset(text.split())
    return known, max(map(len, known))
