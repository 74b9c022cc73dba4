"""Lines → the places of bars and words in an SVG: heights in pixels, lengths in percent.

Only lengths follow the width of the page: words keep their size on a telephone.
"""

import unicodedata
from dataclasses import dataclass

from pipeline.site.figures import Line, Picture
from schemas.thai import baht

TEXT, BAR, SPACE = 22, 12, 8  # pixels; a year must fit beside its heading on A4
ACROSS = 34  # letters that fit beside each other at 320 px


@dataclass(frozen=True)
class Bar:
    """One line drawn; ``top`` is where its bar begins, ``width`` its length in percent."""

    line: Line
    value: int | None
    label_at: int
    words_at: int  # on the label's line, or below it where both would not fit
    below: bool
    top: int
    width: str


@dataclass(frozen=True)
class Drawing:
    """All bars of a picture, and how many pixels high they are together."""

    height: int
    bars: tuple[Bar, ...]


def drawn(picture: Picture) -> Drawing:
    """Return where everything stands. Bars begin at 0, and the largest one fills the width."""
    bars, y = [], 0
    for line in picture.lines:
        value = line.value(picture.measure)
        shown = line.gap if value is None else f"{baht(value)} บาท"
        below = _letters(line.label) + _letters(shown) > ACROSS
        label_at = y + TEXT - 7
        words_at = label_at + TEXT * below
        top = words_at + 7
        bars.append(
            Bar(line, value, label_at, words_at, below, top, percent(value or 0, picture.largest))
        )
        y = top + BAR + SPACE
    return Drawing(y, tuple(bars))


def percent(value: int, whole: int) -> str:
    """Return the length as SVG wants it, cut after two decimals, never more than it is.

    >>> percent(1, 3), percent(3, 3), percent(0, 0)
    ('33.33%', '100.00%', '0.00%')
    """
    hundredths = value * 10_000 // whole if whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def _letters(text: str) -> int:
    """How many letters stand beside each other: marks above and below take no room."""
    return sum(unicodedata.category(letter) != "Mn" for letter in text)
