"""Thai digits, months, dates and money: how offices write them, read and written in one place.

Inside the program years are Gregorian and money is whole satang; Buddhist years and baht exist
here, in ``Month`` and at the edges. Nothing here guesses: what cannot be read is a ValueError.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache

BUDDHIST_OFFSET = 543
OLDEST_BUDDHIST = 2400  # a four-digit year from here on is Buddhist
GREGORIAN_YEARS = range(1900, 2200)
MONTHS = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
MONTHS_SHORT = (
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
)
UNKNOWN = "ไม่ระบุ"  # what people read where nobody wrote anything

_TO_ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


_THAI_DIGIT = re.compile("[๐-๙]")


def arabic_digits(text: str) -> str:
    # A look is ten times cheaper than a translation, and most texts have none.
    return text.translate(_TO_ARABIC) if _THAI_DIGIT.search(text) else text


def thai_digits(text: str) -> str:
    return text.translate(_TO_THAI)


# ---- text

# Zero width, direction marks, BOM, soft hyphen: they print nothing and break every comparison.
# U+FFFE and U+FFFF are no characters, and XML cannot hold them.
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Excel writes a carriage return as _x000D_; with or without the newline it is one line end.
_LINE_END = re.compile("(?:(?:_x000[dD]_)+\r?|\r)\n?|\u2028|\u2029")


# Most texts are clean: one look tells. Every line begins and ends with something to be seen.
_SEEN = "!-~\u0e01-\u0e3a\u0e3f-\u0e5b"
_CLEAN = re.compile(rf"(?:[{_SEEN}](?:[ {_SEEN}]*[{_SEEN}])?(?:\n(?!$)|$))+")


@lru_cache(maxsize=1024)  # every step asks again, about the same row
def visible(text: str) -> str:
    """Return the text as it may be published: what is written, without what cannot be seen.

    NFC, never NFKC (which takes ำ apart); invisible and control characters go, line ends become
    one newline, blanks at the ends go. Inner spaces stay as typed.
    """
    if _CLEAN.fullmatch(text) and "_x000" not in text and unicodedata.is_normalized("NFC", text):
        return text
    text = _LINE_END.sub("\n", _INVISIBLE.sub("", text))
    text = _CONTROL.sub("", text).replace("\u00a0", " ").replace("\t", " ")
    # Again: what was taken out may have stood inside such an escape.
    text = _LINE_END.sub("\n", unicodedata.normalize("NFC", text))
    return "\n".join(line.strip() for line in text.split("\n")).strip()


_NIKHAHIT_AA = re.compile("\u0e4d+([\u0e48-\u0e4b]*)[\u0e32\u0e33]")
_TONE_BEFORE_VOWEL = re.compile("([\u0e48-\u0e4b]+)([\u0e31\u0e34-\u0e39]+)")


@lru_cache(maxsize=4096)  # names and titles are compared again and again
def fold(text: str) -> str:
    """Return the text in the form used to compare headers and names; never publish it.

    Digits become Arabic, ํา becomes ำ, เเ becomes แ, tone marks stand after vowels, all white
    space goes, Latin letters are small. DOMAIN §8 lists where each damage was met.
    """
    return _upright("".join(arabic_digits(visible(text)).casefold().split()))


def _upright(text: str) -> str:
    """The marks in the order in which they are typed; blanks stay."""
    text = text.replace("เเ", "แ")
    if "\u0e4d" in text:
        text = _NIKHAHIT_AA.sub("\\1\u0e33", text)
    return _TONE_BEFORE_VOWEL.sub(r"\2\1", text)


# ---- order

_LEADING_VOWEL = re.compile("([เ-ไ])([ก-ฮ])")
_MARKS = re.compile("[\u0e47-\u0e4e]")


def thai_order(text: str) -> tuple[str, str]:
    """Return the key by which names stand as in a Thai dictionary.

    A vowel that is written before its consonant counts after it; tone marks and the like only
    part what is the same without them.

    >>> sorted(["แก้ว", "กา", "เกา", "ก่า"], key=thai_order)
    ['กา', 'ก่า', 'เกา', 'แก้ว']
    """
    spoken = _LEADING_VOWEL.sub(r"\2\1", fold(text))
    return _MARKS.sub("", spoken), spoken


def initial(text: str) -> str:
    """Return the letter below which a name stands: a Thai consonant, A–Z, "" for anything else.

    >>> initial("เอเชีย"), initial("abc"), initial("(2)")
    ('อ', 'A', '')
    """
    first = thai_order(text)[0][:1].upper()
    return first if re.fullmatch("[ก-ฮA-Z]", first) else ""


# ---- money

LARGEST = 10**15  # satang: more than the state spends in a year
# [0-9], not \d: \d also matches the digits of every other script.
_BAHT = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*|0)"
    r"(?:\.(?P<part>[0-9]{1,2})|\.-|,-|\.)?"
    r"(?:บาท(?:ถ้วน)?)?"
)


def parse_baht(text: str) -> int:
    """Return the amount of money that ``text`` states, in satang.

    Units:  baht on paper, whole satang here; no float in between.
    Shape:  one amount only; Thai or Arabic digits, commas in threes, at most two decimals,
            «.-» for no satang, «บาท» behind it.
    Errors: ValueError otherwise (also for "" and "-"); the caller turns it into a Finding.
    Source: columns 3, 4, 6 and 7 of the form สขร.๑.

    >>> parse_baht("๑๒,๓๔๕.๕ บาท")
    1234550
    """
    words = " ".join(arabic_digits(visible(text)).split()).removeprefix("฿")
    # Blanks may stand before «บาท», never between digits: «100 200» is two amounts.
    shape = _BAHT.fullmatch(re.sub(r"(?<![0-9]) +| +(?![0-9])", "", words))
    if shape is None:
        raise ValueError(f"not an amount of money: {text!r}")
    satang = int(shape["whole"].replace(",", "")) * 100 + int((shape["part"] or "0").ljust(2, "0"))
    if satang > LARGEST:
        raise ValueError(f"not an amount of money that anybody spends: {text!r}")
    return satang


def satang_of(number: float) -> int:
    """Return the satang of a number that a workbook holds in baht.

    A workbook stores doubles; people see at most 15 significant digits, and so do we.
    ValueError when what they see is negative, not finite, or has parts of a satang.
    """
    if isinstance(number, int) and 0 <= number <= LARGEST // 100:
        return number * 100
    seen = Decimal(format(number, ".15g"))
    if not (seen.is_finite() and 0 <= seen * 100 <= LARGEST) or (seen * 100) % 1:
        raise ValueError(f"not whole satang: {number!r}")
    return int(seen * 100)


def baht(satang: int) -> str:
    """``94048500`` → ``940,485.00``."""
    return f"{satang // 100:,}.{satang % 100:02}"


def decimal_baht(satang: int) -> str:
    """``94048500`` → ``940485.00``: money in JSON and CSV."""
    return f"{satang // 100}.{satang % 100:02}"


# ---- days and months


def _spellings(number: int) -> list[str]:
    """Every spelling of a month, the dots optional because they get lost."""
    short = MONTHS_SHORT[number]
    return [MONTHS[number], short, short.rstrip("."), short.replace(".", "")]


_MONTH_OF = {fold(name): number + 1 for number in range(12) for name in _spellings(number)}
_MONTH = "|".join(re.escape(name) for name in sorted(_MONTH_OF, key=len, reverse=True))
_BEFORE_DAY = r"(?:ลงวันที่|ลงวันที|วันที่|ลว\.?)?"
_DAY_IN_WORDS = re.compile(
    rf"{_BEFORE_DAY}(?P<day>[0-9]{{1,2}})[-/.]?(?:เดือน)?(?P<month>{_MONTH})[-/.]?"
    rf"(?:พ\.?ศ\.?|ค\.?ศ\.?)?(?P<year>[0-9]{{4}}|[0-9]{{2}})"
)
_DAY_IN_DIGITS = re.compile(
    rf"{_BEFORE_DAY}(?P<day>[0-9]{{1,2}})(?P<sign>[-/.])(?P<month>[0-9]{{1,2}})(?P=sign)"
    r"(?P<year>[0-9]{4}|[0-9]{2})"
)
_DAY_ISO = re.compile(
    rf"{_BEFORE_DAY}(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})"
)
# Free text: a short name counts only where no Thai letter touches it («สมคิด» holds มค).
_MONTH_IN_TEXT = re.compile(
    "(?P<long>"
    + "|".join(MONTHS)
    + ")|(?:(?<![ก-๎])|(?<=เดือน))(?P<short>"
    + "|".join(r"\.?\s?".join(name.rstrip(".").split(".")) for name in MONTHS_SHORT)
    + r")(?![ก-๎])\.?"
)
_YEAR_AFTER_MONTH = re.compile(
    r"[\s,_/-]*(?:ปี)?\s?(?:พ\.?\s?ศ\.?)?[\s_]*([0-9]{4}|[0-9]{2}(?!\s*[ก-๎]))(?![0-9])"
)
_MONTH_IN_DIGITS = re.compile(r"(?<![0-9])(2[45][0-9]{2})-(0[1-9]|1[0-2])(?![0-9-])")


def gregorian_year(text: str) -> int:
    """Read a year as offices write it: 2568 and 68 are Buddhist, 2025 is Gregorian."""
    year = int(text)
    if len(text) == 2:  # noqa: PLR2004 - the shape «68»
        return 2500 + year - BUDDHIST_OFFSET
    if year >= OLDEST_BUDDHIST:
        return year - BUDDHIST_OFFSET
    if year not in GREGORIAN_YEARS:
        raise ValueError(f"not a year of an office: {text!r}")
    return year


def parse_date(text: str) -> date:
    """Return the (Gregorian) day that ``text`` states; the day comes first, always.

    Shapes: «๑ ตุลาคม พ.ศ. ๒๕๖๗», «1 ต.ค. 67», «10-มี.ค.-64», «15/03/2568», «2022-08-04», each
            also behind «วันที่», «ลงวันที่» or «ลว.».
    Errors: ValueError otherwise, also where only month-first would make a day of it.
    Source: DOMAIN §7.

    >>> parse_date("ลว. ๑ ต.ค ๖๗")
    datetime.date(2024, 10, 1)
    """
    folded = fold(text)
    for shape in (_DAY_IN_WORDS, _DAY_IN_DIGITS, _DAY_ISO):
        if found := shape.fullmatch(folded):
            month = _MONTH_OF.get(found["month"]) or int(found["month"])
            return date(gregorian_year(found["year"]), month, int(found["day"]))
    raise ValueError(f"not a date: {text!r}")


def date_long(day: date) -> str:
    """``1 ตุลาคม 2567``; the caller chooses the digits."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year + BUDDHIST_OFFSET}"


def date_formal(day: date) -> str:
    """``1 ตุลาคม พ.ศ. 2567``, as official sentences say it."""
    return f"{day.day} {MONTHS[day.month - 1]} พ.ศ. {day.year + BUDDHIST_OFFSET}"


def date_short(day: date) -> str:
    """``1 ต.ค. 67``."""
    return f"{day.day} {MONTHS_SHORT[day.month - 1]} {(day.year + BUDDHIST_OFFSET) % 100:02}"


def months_in(text: str) -> list[tuple[int | None, int]]:
    """Return the months that a free text names, in its order: (Buddhist year or None, 1–12).

    >>> months_in("สขร.1 ต.ค.67"), months_in("ตุลาคม - ธันวาคม พ.ศ. ๒๕๖๗")
    ([(2567, 10)], [(None, 10), (2567, 12)])
    """
    # No month has a ำ: what a PDF made of its า.
    text = re.sub(r"\s+", " ", _upright(arabic_digits(visible(text)))).replace("ำ", "า")
    found = []
    for name in _MONTH_IN_TEXT.finditer(text):
        number = _MONTH_OF[fold(name[0]).replace(".", "")]
        after = _YEAR_AFTER_MONTH.match(text, name.end())
        found.append((_buddhist(after[1]) if after else None, number))
    return found or [(int(year), int(month)) for year, month in _MONTH_IN_DIGITS.findall(text)]


_DAY_MADE = re.compile(
    r"(?:ณ\s*)?วันที่[^ก-๎]*(?:เดือน)?\s*(?:"
    + _MONTH_IN_TEXT.pattern.replace("?P<long>", "?:").replace("?P<short>", "?:")
    + ")"
    + _YEAR_AFTER_MONTH.pattern
)


def without_days_made(text: str) -> str:
    """Return a title without «วันที่ … เดือน … พ.ศ. …»: when a form was made, not its month."""
    return _DAY_MADE.sub("", _upright(arabic_digits(visible(text))))


def days_made(text: str) -> list[date]:
    """Return the (Gregorian) days on which a title says its form was made.

    >>> days_made("ณ วันที่ ๕ เดือนพฤศจิกายน พ.ศ. ๒๕๖๗")
    [datetime.date(2024, 11, 5)]
    """
    days = []
    for found in _DAY_MADE.finditer(_upright(arabic_digits(visible(text)))):
        try:
            days.append(parse_date(found[0].removeprefix("ณ")))
        except ValueError:  # a day that does not exist: nothing is read from it
            continue
    return days


def _buddhist(year: str) -> int | None:
    try:
        return gregorian_year(year) + BUDDHIST_OFFSET
    except ValueError:
        return None
