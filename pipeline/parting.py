"""Texts of one cell that state several things → their parts: names and prices, number and day.

Pure functions of text; what cannot be parted without a guess is a ValueError.
"""

import re
from collections.abc import Sequence

from schemas.procurement import Bid, is_placeholder
from schemas.thai import arabic_digits, months_in, parse_baht, parse_date, visible


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
_PRICE_MEANT = re.compile(rf"บาท\s*$|^{_SAID}")
_NO_NAME = re.compile(rf"[0-9]\s*(?:บาท|บ\.)|{_EXACT}|[-–/=:,+]$")


def offers(lines: Sequence[str]) -> list[Bid]:
    """Part lines into names and prices; ValueError when a price is meant but cannot be read."""
    bids: list[Bid] = []
    waiting: list[str] = []  # names whose price has not come yet
    for line in uncounted([line for line in lines if known(line) is not None]):
        plain = arabic_digits(line)
        priced = _EVERYDAY.fullmatch(plain)
        if priced is None:
            plain = _BRACKETED.sub(r" \1", arabic_digits(_BESIDE.sub("", line))).strip()
            if not plain:
                continue
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
            waiting.append(name)
            continue
        price = next(found for key, found in priced.groupdict().items() if found and key != "name")
        names = joined([*waiting, *([name] if name else [])])
        waiting = []
        bids += [Bid(each, None) for each in names[:-1]]
        try:
            amount = parse_baht(price)
        except ValueError:
            raise ValueError(line) from None
        bids.append(Bid(names[-1] if names else None, amount))
    return [*bids, *(Bid(name, None) for name in joined(waiting))]


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


def joined(lines: Sequence[str]) -> list[str]:
    """Names, one an entry: a legal head or tail broken onto its own line is joined again."""
    names: list[str] = []
    for line in lines:
        if names and (_HEAD_ALONE.fullmatch(names[-1]) or _TAIL_ALONE.fullmatch(line)):
            names[-1] = f"{names[-1]} {line}"
        else:
            names.append(line)
    return names


_DAY_MARK = re.compile(r"(?:ลงวันที่|วันที่|ลว\.?)\s*:?")
_IN_BRACKETS = re.compile(r"^(.*[0-9๐-๙].*?)\(([^()]*)\)$", re.DOTALL)
_DAY_SHAPED = re.compile(
    r"\s(?=[0-9๐-๙]{1,2}\s*(?:[-/.]\s*[0-9๐-๙]{1,2}\s*[-/.]\s*[0-9๐-๙]{2,4}|[-\s]?[ก-๎][ก-๎.]+[-\s]*[0-9๐-๙]{2,4})$)"
)
_NUMBER_MARK = re.compile(r"^[^0-9๐-๙]*?เลขที่\s*:?\s*")
_KIND = re.compile(
    r"^(?:บันทึกข้อตกลง|ข้อตกลง|สัญญา(?:ซื้อขาย|จ้าง|เช่า)?|ใบสั่งซื้อ(?:/จ้าง)?|ใบสั่งจ้าง(?:/ซื้อ)?)(?![ก-๎])\s*"
)


def number_and_day(text: str) -> tuple[str, str | None]:
    """Part «เลขที่ 15/2568⏎ลว. 1 ตุลาคม 2567» before the day; None when no day is stated."""
    bracketed = _IN_BRACKETS.fullmatch(text)
    if bracketed and is_day(bracketed[2]):
        return bracketed[1], bracketed[2]
    if mark := _DAY_MARK.search(text):
        return text[: mark.start()], text[mark.end() :].strip(" ()")
    *before, last = [line for line in text.split("\n") if line] or [""]
    if before:
        return "\n".join(before), last
    if months_in(text) and is_day(text):
        return "", text  # a day in words is no number, as 31/05/2568 may be one
    shape = _DAY_SHAPED.search(text)
    # «สข 12/01/2568» is a number of the series สข: before a day stands a number.
    if shape and re.search("[0-9]", arabic_digits(text[: shape.start()])):
        return text[: shape.start()], text[shape.end() :]
    return text, None


def is_day(text: str) -> bool:
    try:
        parse_date(text)
    except ValueError:
        return False
    return True


def contract_number(text: str) -> str | None:
    """The contract number without the words that only say what it is."""
    bare = _KIND.sub("", _NUMBER_MARK.sub("", visible(text)))
    return known(" ".join(bare.split()).rstrip(" ,;:("))
