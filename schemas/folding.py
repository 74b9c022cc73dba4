"""The form in which texts are searched, as a table: the page's script works from the same one.

Nobody who searches knows how an office typed it: the digits, the blanks, the order of the marks
above and below a letter. ``fold`` takes that away; what it returns is never shown. The table is
published with the index, so that ``templates/search.js`` holds no copy of it.
"""

import re
import unicodedata
from typing import Any

# Written as escapes where the letter itself could not be seen. Each range: first, last.
FOLDING: dict[str, Any] = {
    # Zero width, direction marks, control characters; and all blanks, which Thai sets freely.
    "out": [
        *(["\x00", "\x20"], ["\x7f", "\xa0"], ["\xad", "\xad"], ["\u1680", "\u1680"]),
        *(["\u2000", "\u200f"], ["\u2028", "\u202f"], ["\u205f", "\u2064"]),
        *(["\u2066", "\u2069"], ["\u3000", "\u3000"], ["\ufeff", "\ufeff"]),
        ["\ufffe", "\uffff"],
    ],
    # Each range: first, last, what the first becomes; the others follow it.
    "letters": [
        *(["๐", "๙", "0"], ["A", "Z", "a"], ["À", "Ö", "à"], ["Ø", "Þ", "ø"]),
        *(["\u0391", "\u03a1", "\u03b1"], ["\u03a3", "\u03ab", "\u03c3"]),
        *(["\u0400", "\u040f", "\u0450"], ["\u0410", "\u042f", "\u0430"]),
        *(["\uff10", "\uff19", "0"], ["\uff21", "\uff3a", "a"], ["\uff41", "\uff5a", "a"]),
        *(["\uff0f", "\uff0f", "/"], ["\uff0d", "\uff0d", "-"], ["\u2212", "\u2212", "-"]),
        *([dash, dash, "-"] for dash in "\u2010\u2011\u2012\u2013\u2014\u2015"),
        *(["\u2018", "\u2018", "'"], ["\u2019", "\u2019", "'"]),
        *(["\u201c", "\u201c", '"'], ["\u201d", "\u201d", '"']),
    ],
    # Marks that follow each other are put into this order: vowels, then tones, then ํ.
    "marks": [
        "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a",
        "\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4e",
        "\u0e4d",
    ],
    # One after the other, each as long as there is something to replace: เเ, ํา, ำ before its tone.
    "pairs": [
        ["\u0e40\u0e40", "\u0e41"],
        ["\u0e4d\u0e32", "\u0e33"],
        ["\u0e4d\u0e33", "\u0e33"],
        *([f"\u0e33{tone}", f"{tone}\u0e33"] for tone in "\u0e48\u0e49\u0e4a\u0e4b"),
    ],
}

_LETTERS: dict[int, str] = {
    code: chr(ord(becomes) + code - ord(first)) if becomes else ""
    for first, last, becomes in (
        *((first, last, "") for first, last in FOLDING["out"]),
        *FOLDING["letters"],
    )
    for code in range(ord(first), ord(last) + 1)
}
_RANK = {mark: rank for rank, marks in enumerate(FOLDING["marks"]) for mark in marks}
_MARKS = re.compile("[" + "".join(_RANK) + "]{2,}")


def fold(text: str) -> str:
    """Return the text as it is searched.

    >>> fold("บริษัท  กํ้า  จำกัด ๑๒/๒๕๖๘") == fold("บริษัทก้ำ จํากัด12/2568")
    True
    """
    text = unicodedata.normalize("NFC", text).translate(_LETTERS)
    text = _MARKS.sub(lambda run: "".join(sorted(run[0], key=_RANK.__getitem__)), text)
    for old, new in FOLDING["pairs"]:
        while old in text:
            text = text.replace(old, new)
    return text
