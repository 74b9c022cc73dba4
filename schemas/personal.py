"""Numbers of citizens: found in any text, hidden whole before anything is published (promise 10).

The open data of e-GP show the first nine digits of a person, other lists the last four: two half
masks make one number. So nothing of it stays, also where it came half masked. Numbers of firms
and offices (first digit 0 or 9) are public.
"""

import re
from dataclasses import replace
from typing import Any

from schemas.procurement import Bid, Procurement, Source, tax_id_is_valid
from schemas.thai import arabic_digits, fold, visible

HIDDEN = "X-XXXX-XXXXX-XX-X"

_DIGIT = "[0-9๐-๙]"
# Also at the end of a line in a narrow cell, and as « - ».
_APART = r"[\s.\u2010-\u2015\u2212-]{1,3}"
_GROUPS = _APART.join(f"{_DIGIT}{{{length}}}" for length in (1, 4, 5, 2, 1))
_NUMBER = re.compile(rf"(?<!{_DIGIT})(?:{_DIGIT}{{13}}|{_GROUPS})(?!{_DIGIT})")
# Behind such words any thirteen digits are meant as one, slips of the pen included.
_CALLED = re.compile(
    rf"((?:ประชาชน|ปชช\.?|ผู้เสียภาษี|เลขประจำตัว)[^0-9๐-๙\0]{{0,30}})"
    rf"({_DIGIT}(?:(?:{_APART})?{_DIGIT}){{12}})(?!{_DIGIT})"
)
_MASK = r"[xX*#•●]"
_ANY = rf"(?:{_DIGIT}|{_MASK})"
_SIGN = "[0-9A-Za-z๐-๙*#•●]"
_HALF = re.compile(rf"(?<!{_SIGN}){_ANY}(?:(?:{_APART})?{_ANY}){{12}}(?!{_SIGN})")
FEWEST_MASKED = 3  # one behind the other: the signs of «60 x 120 x 240 x 30» are no mask
_PHONE = re.compile(rf"(?<!{_DIGIT})[0๐][2-9๒-๙](?:[ -]?{_DIGIT}){{7,8}}(?!{_DIGIT})")
# Ten to twelve digits as banks write them (3-1-5-1, 2-3-2-5-1, in one), and only behind a word of
# banking: numbers of projects and contracts are as long. What has a name of its own is none.
_ACCOUNT = re.compile(
    r"(?:บัญชี|บ/ช|ธนาคาร|ธ\.\s?ก\.\s?ส|ธกส|ออมสิน|พร้อมเพย์|promptpay)"
    r"(?P<between>[^0-9๐-๙\0]{0,60})"
    rf"(?<![0-9๐-๙/.,])(?:{_DIGIT}[ -]?){{9,11}}{_DIGIT}(?![ -]?{_DIGIT}|[/.,]{_DIGIT})",
    re.IGNORECASE,
)
_OF_SOMETHING_ELSE = re.compile(
    "โครงการ|สัญญา|ข้อตกลง|ใบสั่ง|ภาษี|ประจำตัว|ครุภัณฑ์|โทร|แฟกซ์|e-?GP", re.IGNORECASE
)
# Heads of natural persons: also behind the name of a shop, as in «ร้านก้าวหน้า โดยนายสมมติ».
_PERSON = re.compile(
    r"(?:^|โดย|\()(?:นาย|นาง|น\.?ส\.|นส\.|เด็กชาย|เด็กหญิง|ด\.?[ชญ]\.|ว่าที่|คุณ|หม่อม|ม\.?[รล]\.?ว?\.|"
    r"ดร\.|[พรจส]\.?[ตสอ]\.?[ตทอ]?\.|ด\.ต\.|(?:พล|พัน|ร้อย|สิบ|จ่า)(?:ตำรวจ)?(?:ตรี|โท|เอก|จัตวา)|ดาบตำรวจ|"
    r"(?:mr|mrs|ms|miss)\b)"
)
TEXTS = ("title", "procurement_method", "supplier", "selection_reason", "contract_number")


def is_citizen(digits: str) -> bool:
    """True for 13 Arabic digits that are the number of a natural person."""
    return digits[:1] in set("12345678") and tax_id_is_valid(digits)


def without_citizens(text: str) -> str:
    """Return the text with every citizen's number hidden whole, half masked ones too.

    >>> without_citizens("นายสมมติ (1-2345-67890-12-1) โทร 02-123-4567")
    'นายสมมติ (X-XXXX-XXXXX-XX-X) โทร 02-123-4567'
    """
    while (hidden := _hidden_once(text)) != text:  # each turn leaves fewer digits
        text = hidden  # beside a number that is hidden now, there may stand the next one
    return text


def _hidden_once(text: str) -> str:
    text = _NUMBER.sub(lambda found: HIDDEN if is_citizen(_bare(found[0])) else found[0], text)
    text = _CALLED.sub(_called, text)
    return _HALF.sub(_half, text)


def is_person(name: str) -> bool:
    """True for a name that is, or has in it, that of a natural person, as far as its head tells.

    In doubt a shop is taken for a person: then its page is only harder to find.

    >>> is_person("นาง สาว สมมติ"), is_person("ร้านสมมติ โดย นายไม่มีจริง"), is_person("ร้านนายช่าง")
    (True, True, False)
    """
    return _PERSON.search(fold(name)) is not None


def has_phone(text: str) -> bool:
    """True for a text with a telephone number of Thailand: nine or ten digits from 0."""
    return _PHONE.search(text) is not None


def has_bank_account(text: str) -> bool:
    """True for a text that calls ten to twelve digits a bank account.

    >>> has_bank_account("โอนเข้าบัญชีเลขที่ 012-3-45678-9"), has_bank_account("67109289344")
    (True, False)
    """
    return any(
        not _OF_SOMETHING_ELSE.search(found["between"]) for found in _ACCOUNT.finditer(text)
    )


def public(row: Procurement) -> Procurement:
    """Return the row as it may be published: no citizen's number in any of its texts."""
    texts: dict[str, Any] = {name: _hidden(getattr(row, name)) for name in TEXTS}
    source = row.source
    return replace(
        row,
        **texts,
        bids=tuple(Bid(_hidden(bid.bidder), bid.amount) for bid in row.bids),
        egp_project_number=_hidden(row.egp_project_number),
        egp_contract_number=_hidden(row.egp_contract_number),
        supplier_tax_id=None,
        announcements=tuple(t for t in row.announcements if without_citizens(t) == t),
        source=Source(_name(source.file), _name(source.sheet), source.row),
        written={},
    )


def _name(text: str) -> str:
    """A name of a file or a sheet as people see it: signs that turn or steer a line are gone."""
    return without_citizens(visible(text))


def _hidden(text: str | None) -> str | None:
    return None if text is None else without_citizens(text)


def _bare(text: str) -> str:
    return re.sub("[^0-9]", "", arabic_digits(text))


def _called(found: "re.Match[str]") -> str:
    """A number of a firm stays, also behind «เลขประจำตัวผู้เสียภาษี»."""
    return found[0] if _bare(found[2])[0] in "09" else f"{found[1]}{HIDDEN}"


def _half(found: "re.Match[str]") -> str:
    """Nine digits and four x, or the other way round; a word of x alone is no number."""
    signs = re.sub(_APART, "", found[0])
    longest = max(map(len, re.findall(f"{_MASK}+", signs)), default=0)
    firm = arabic_digits(signs)[0] in "09"
    return HIDDEN if FEWEST_MASKED <= longest < len(signs) and not firm else found[0]
