"""Texts of one cell that state several things → their parts: names and prices, number and day.

Pure functions of text; what cannot be parted without a guess is a ValueError.
"""

import re
from collections.abc import Sequence

from schemas.procurement import Bid, is_placeholder
from schemas.thai import arabic_digits, months_in, parse_baht, parse_date, visible

LONGEST_LINE = 500  # letters, of a bidder with its price


def known(text: str) -> str | None:
    """Return the text, or None for nothing and for what offices write in place of nothing."""
    return None if is_placeholder(text) else text


# ---- names and prices

# A legal head or tail alone on its line belongs to the name beside it.
_HEAD_ALONE = re.compile(
    r"บริษัท|บจก\.?|ห้างหุ้นส่วนจำกัด|หจก\.?|ห้างหุ้นส่วนสามัญ|ร้าน|นาย|นาง|นางสาว|น\.ส\.|ห้างหุ้นส่วน"
)
_TAIL_ALONE = re.compile(r"จำกัด(?:\s*\(มหาชน\))?|\(มหาชน\)|\(สำนักงานใหญ่\)")
_COUNTED = re.compile(r"^([0-9]{1,2})[.)]\s*(?=[^0-9\s])")
_MONEY = r"[0-9][0-9,]*(?:\.(?:[0-9]+|-))?"
_EXACT = (
    r"(?:[0-9,]*,[0-9]{3}(?:\.(?:[0-9]+|-))?|[0-9]+\.(?:[0-9]{2}|-))"  # as only money is written
)
_SAID = (
    r"(?:(?:และ|ใน|โดย)?(?:ราคาที่เสนอ|เสนอราคา|ราคาที่ตกลง|ราคา|เป็นเงิน|เป็นจำนวนเงิน|จำนวนเงิน)"
    r"(?:ซื้อหรือจ้าง|ซื้อ/จ้าง|ซื้อ|จ้าง)?(?:จำนวน)?\s*)+"
)
_BAHT = r"\s*(?:บาท(?:ถ้วน)?|บ\.)"
# The same price again in words, and remarks on tax, are neither a name nor a price.
_BESIDE = re.compile(r"\s*\((?:[ก-๎\s]*(?:บาท|สตางค์)(?:ถ้วน)?|(?:ราคา)?(?:ไม่)?รวมภาษี[ก-๎\s]*)\)$")
_BRACKETED = re.compile(rf"\(\s*({_MONEY}(?:{_BAHT})?)\s*\)$")
# A number counts as a price only behind a sign or word that says so, before «บาท», written as
# only money is, or alone: «ร้าน 99», «หจก. เอ 1/2» and «เอเชียมอเตอร์ (2)» are names.
_PRICED = re.compile(
    rf"(?P<name>.*?)\s*(?:{_SAID}[:=]?\s*(?P<said>{_MONEY})(?:{_BAHT})?"
    rf"|(?:\s*[/=:]|\s[-–])\s*(?P<baht>{_MONEY}){_BAHT}"
    rf"|(?:\s*[/=:]|\s[-–])\s*(?P<exact>{_EXACT})"
    rf"|(?:^|\s)[/=:]\s+(?P<apart>{_MONEY})"
    rf"|(?<![0-9,.])(?P<bare>{_MONEY}){_BAHT}"
    rf"|\s(?P<spaced>{_EXACT}))[.,]?"
)
# The everyday offer, «ชื่อ / 1,000.00 บาท»: a fast look before the careful one, with its answer.
_EVERYDAY = re.compile(
    rf"(?P<name>[^0-9/=:\n]*[^0-9/=:\n\s–-])\s*/\s*(?P<exact>{_EXACT})(?:{_BAHT})?"
)
_MONEY_ALONE = re.compile(rf"(?P<said>{_MONEY})")
_UNITS = ("บาท", "บ.")
# «ร้าน ก / -»: who asked for no price, said by the office itself.
_UNPRICED = re.compile(r"(.*[^\s/:=–-])\s+(?:[/:=]\s*)?[-–—]+(?:\s*บาท)?")
_UNIT_PRICE = re.compile(
    r"(?:เดือน|วัน|ปี|คน|ราย|ชุด|เครื่อง|คัน|ลิตร|เที่ยว|ครั้ง|หน่วย|เมตร|ตัว|ชิ้น|กล่อง|เล่ม|อัน|งวด|ชั่วโมง)ละ$"
)
_OTHER_NUMBER = re.compile(r"[0-9]{10,}")  # of a telephone or a taxpayer: prices have commas
_REMARK = re.compile(r"\(.*\)|โดย.*")  # alone on its line; below a name it is a part of it
# Who is named so begins a new name; without, a line may be the second half of the one above.
_HEADED = re.compile(
    r"บริษัท|บจก|บมจ|ห้าง|หจก|หสน|ร้าน|นาย|นาง|น\.\s?ส|นส\.|ว่าที่|อู่|โรง|สหกรณ์|กลุ่ม|สำนัก|ศูนย์|มูลนิธิ|[-–•]"
)
_PRICE_MEANT = re.compile(rf"บาท\s*$|^{_SAID}")
_NO_NAME = re.compile(rf"[0-9]\s*(?:บาท|บ\.)|{_EXACT}|[-–/=:,+]$")


def offers(lines: Sequence[str]) -> list[Bid]:  # noqa: C901 - one branch for each kind of line
    """Part lines into names and prices; ValueError when a price is meant but cannot be read.

    Also when nobody can tell whose a price is, and for a line that is neither name nor price:
    half a name, or a remark, would be a bidder whom nobody wrote.
    """
    filled = [line for line in lines if known(line) is not None and line not in _UNITS]
    bare = uncounted(filled)
    bids: list[Bid] = []
    names: list[str] = []  # whose prices have not come yet
    prices: list[int] = []  # below these names, on lines of their own
    for line in bare:
        if len(line) > LONGEST_LINE:
            raise ValueError(line)  # no name is so long, and looking for its price takes for ever
        if _BESIDE.sub("", line) == "":
            continue
        unpriced = _UNPRICED.fullmatch(line)
        name, amount = (unpriced[1], None) if unpriced else _offer(line)
        name = known(name) or ""  # «........../2568 / 500 บาท»: nobody is named
        if name and prices:
            bids += _in_order(names, prices, line)
            names, prices = [], []
        if amount is None:
            if _REMARK.fullmatch(name) and not names:
                raise ValueError(line)
            names.append(name)
        elif not name:
            prices.append(amount)
        else:
            *before, last = joined([*names, name])
            if before and bare == filled and not _HEADED.match(last):
                raise ValueError(line)
            bids += [*(Bid(each, None) for each in before), Bid(last, amount)]
            names = []
        if unpriced:
            bids += _in_order(names, [], line)
            names = []
    if bids and prices and not names:
        raise ValueError(bare[-1])
    if not names:
        return [*bids, *(Bid(None, price) for price in prices)]
    return [*bids, *_in_order(names, prices, bare[-1])]


def _offer(line: str) -> tuple[str, int | None]:
    """The name of a line, "" for none, and its price; ValueError where one cannot be read."""
    plain = arabic_digits(line)
    priced = _EVERYDAY.fullmatch(plain)
    if priced is None:
        plain = _BRACKETED.sub(r" \1", arabic_digits(_BESIDE.sub("", line))).strip()
        priced = _MONEY_ALONE.fullmatch(plain) or _PRICED.fullmatch(plain)
    name = (
        line
        if priced is None
        else line[: priced.end("name")]
        if "name" in priced.re.groupindex
        else ""
    )
    if _NO_NAME.search(arabic_digits(name)) or (priced is None and _PRICE_MEANT.search(name)):
        raise ValueError(line)
    if priced is None:
        return name, None
    price = next(found for key, found in priced.groupdict().items() if found and key != "name")
    if _UNIT_PRICE.search(name) or _OTHER_NUMBER.fullmatch(price):
        raise ValueError(line)
    try:
        return name, parse_baht(price)
    except ValueError:
        raise ValueError(line) from None


def _in_order(names: Sequence[str], prices: Sequence[int], line: str) -> list[Bid]:
    """Names above their prices, one for one as in two columns; ``line`` is where it shows."""
    whole = joined(names)
    if not prices:
        return [Bid(name, None) for name in whole]
    if len(whole) != len(prices):
        raise ValueError(line)
    return [Bid(*pair) for pair in zip(whole, prices, strict=True)]


def uncounted(lines: Sequence[str]) -> list[str]:
    """Take the numbers off a list that is counted 1, 2, 3 …; the number of a single line stays."""
    counts = [_COUNTED.match(arabic_digits(line)) for line in lines]
    if [int(count[1]) for count in counts if count] != [*range(1, sum(map(bool, counts)) + 1)]:
        return list(lines)
    if sum(map(bool, counts)) < 2:  # noqa: PLR2004 - a list has two lines at least
        return list(lines)
    return [
        line[count.end() :] if count else line for line, count in zip(lines, counts, strict=True)
    ]


def legal_head(name: str) -> bool:
    """True for a name that begins as names of firms, shops and people do."""
    return _HEADED.match(name) is not None


def joined(lines: Sequence[str]) -> list[str]:
    """Names, one an entry: a legal head or tail broken onto its own line is joined again."""
    names: list[str] = []
    for line in lines:
        if names and (_HEAD_ALONE.fullmatch(names[-1]) or _goes_with(line)):
            names[-1] = f"{names[-1]} {line}"
        else:
            names.append(line)
    return names


def _goes_with(line: str) -> bool:
    """True for the tail of a name, and for who stands for it: «(นาย ก)», «โดยนาย ก»."""
    return (_TAIL_ALONE.fullmatch(line) or _REMARK.fullmatch(line)) is not None


_DAY_MARK = re.compile(r"(?:เมื่อ)?(?:ลงวันที่|วันที่|ลว\.?)\s*[:.]?")
_IN_BRACKETS = re.compile(r"^(.*[0-9๐-๙].*?)\(([^()]*)\)$", re.DOTALL)
_DAY_SHAPED = re.compile(
    r"\s(?=[0-9๐-๙]{1,2}\s*(?:[-/.]\s*[0-9๐-๙]{1,2}\s*[-/.]\s*[0-9๐-๙]{2,4}|[-\s]?[ก-๎][ก-๎.]+[-\s]*[0-9๐-๙]{2,4})$)"
)
# «เลขที่โครงการ …» and «เลขคุมสัญญา …» say what other number stands there.
_NUMBER_MARK = re.compile(
    r"^[^0-9๐-๙]*?เลขที่(?!โครงการ|คุม)(?:สัญญา|ข้อตกลง|ใบสั่ง(?:ซื้อ|จ้าง))?\s*[:.]?\s*"
)
_KIND = re.compile(
    r"^(?:บันทึกข้อตกลง|ข้อตกลง|สัญญา(?:ซื้อขาย|จ้าง|เช่า)?|ใบสั่งซื้อ(?:/จ้าง)?|ใบสั่งจ้าง(?:/ซื้อ)?)(?![ก-๎])\s*"
)


def number_and_day(text: str) -> tuple[str, str | None]:
    """Part «เลขที่ 15/2568⏎ลว. 1 ตุลาคม 2567» before the day; None when no day is stated.

    Several days are given back as one text, which nobody can read as a day.
    """
    lines = [line for line in text.split("\n") if line] or [""]
    if _day_first(lines):
        return lines[1], lines[0]
    bracketed = _IN_BRACKETS.fullmatch(text)
    if bracketed and is_day(bracketed[2]):
        return bracketed[1], bracketed[2]
    if mark := _DAY_MARK.search(text):
        return text[: mark.start()], text[mark.end() :].strip(" ().")
    *before, last = lines
    if any(_in_words(line) for line in before) or any(map(is_day, before[1:])):
        return before[0], "\n".join([*before[1:], last])
    return ("\n".join(before), last) if before else _on_one_line(last)


def _on_one_line(text: str) -> tuple[str, str | None]:
    if _in_words(text):
        return "", text  # a day in words is no number, as 31/05/2568 may be one
    shape = _DAY_SHAPED.search(text)
    # «สข 12/01/2568» is a number of the series สข: before a day stands a number.
    if shape and re.search("[0-9]", arabic_digits(text[: shape.start()])):
        return text[: shape.start()], text[shape.end() :]
    return text, None


def _day_first(lines: Sequence[str]) -> bool:
    """True for «ลว. 1 ตุลาคม 2567⏎เลขที่ 15/2568»."""
    if len(lines) != 2:  # noqa: PLR2004 - a day and a number
        return False
    day, number = lines
    return (
        is_day(day)
        and (_in_words(day) or _DAY_MARK.match(day) is not None)
        and re.search("[0-9]", arabic_digits(number)) is not None
        and not (months_in(number) or is_day(number) or _DAY_MARK.search(number))
    )


def _in_words(text: str) -> bool:
    return bool(months_in(text)) and is_day(text)


def is_day(text: str) -> bool:
    try:
        parse_date(text)
    except ValueError:
        return False
    return True


def contract_number(text: str) -> str | None:
    """The contract number without the words that only say what it is."""
    bare = " ".join(_KIND.sub("", _NUMBER_MARK.sub("", visible(text))).split())
    number = known(bare)
    # Signs that parted number and day; «- / -» is nothing but signs.
    return number and known(number.rstrip(" ,;:(/–-"))
