"""The clean row: one procurement of the form สขร.๑, named as Open Contracting names things."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from schemas.explanation import NO_TRAIT
from schemas.thai import arabic_digits, decimal_baht, fold, visible


@dataclass(frozen=True)
class Method:
    """One way of buying: our code for it and the spellings by which offices write it."""

    code: str
    spellings: tuple[str, ...]


# DOMAIN §5: the law's own words, those of the open data and of real sheets. «วิธี» in front is
# taken off before comparing. Consultants and design work have lists of their own in the law.
METHODS = (
    Method("direct", ("เฉพาะเจาะจง",)),
    Method("selective", ("คัดเลือก",)),
    Method("open", ("ประกาศเชิญชวนทั่วไป",)),
    Method(
        "e-bidding",
        (
            "ประกวดราคาอิเล็กทรอนิกส์",
            "ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)",
            "e-bidding",
            "ประกาศเชิญชวนทั่วไป (e-bidding)",
        ),
    ),
    Method(
        "e-market",
        ("ตลาดอิเล็กทรอนิกส์", "ตลาดอิเล็กทรอนิกส์ (e-market)", "e-market"),
    ),
    Method("quotation", ("สอบราคา",)),
    Method("consultant-direct", ("จ้างที่ปรึกษาโดยวิธีเฉพาะเจาะจง",)),
    Method("consultant-selective", ("จ้างที่ปรึกษาโดยวิธีคัดเลือก",)),
    Method("consultant-open", ("จ้างที่ปรึกษาโดยวิธีประกาศเชิญชวนทั่วไป",)),
    Method("design-direct", ("จ้างออกแบบหรือควบคุมงานก่อสร้างโดยวิธีเฉพาะเจาะจง",)),
    Method("design-selective", ("จ้างออกแบบหรือควบคุมงานก่อสร้างโดยวิธีคัดเลือก",)),
    Method("design-open", ("จ้างออกแบบหรือควบคุมงานก่อสร้างโดยวิธีประกาศเชิญชวนทั่วไป",)),
    Method("design-contest", ("จ้างออกแบบหรือควบคุมงานก่อสร้างโดยวิธีประกวดแบบ", "ประกวดแบบ")),
)


def _bare(words: str) -> str:
    return re.sub(r"^(?:โดย)?วิธี", "", re.sub(r"[()]", "", fold(words)))


_CODES = {_bare(spelling): method.code for method in METHODS for spelling in method.spellings}


def method_code(words: str | None) -> str | None:
    """Return our code for the words of column 5, None when we do not know the spelling."""
    return None if words is None else _CODES.get(_bare(words))


# What offices write where there is nothing to write: dashes, dots before a year, a bare series.
_PLACEHOLDER = re.compile(r"[-–—.…_ ]*(?:/ *(?:[0-9]{2}|2[0-9]{3})?)?|CNTR\s*-", re.IGNORECASE)
_NONE_WRITTEN = ("ไม่มี", "ไม่ระบุ")
_STARTS = frozenset("-–—.…_ /Ccไ")


def is_placeholder(text: str) -> bool:
    """True for an empty cell and for what stands in place of an unknown value (DOMAIN §3).

    >>> is_placeholder("........../๒๕๖๘"), is_placeholder("12/2568")
    (True, False)
    """
    bare = arabic_digits(visible(text))
    if bare and bare[0] not in _STARTS:
        return False  # most texts: no need to look further
    return _PLACEHOLDER.fullmatch(bare) is not None or bare in _NONE_WRITTEN


# Names are compared without their legal heads, which are written in many ways.
_LEGAL = re.compile(
    r"^(?:บริษัท|บจก\.?|บมจ\.?|ห้างหุ้นส่วนจำกัด|หจก\.?|ห้างหุ้นส่วนสามัญ|หสน\.?|ร้าน|"
    r"นางสาว|น\.ส\.|นส\.|นาย|นาง)|(?:จำกัด)?(?:\(มหาชน\)|\(สำนักงานใหญ่\)|จำกัด)$"
)


def same_name(name: str) -> str:
    """Return the form in which names of suppliers are compared; never publish it.

    >>> same_name("บริษัท ก้าวหน้า  จำกัด") == same_name("บจก.ก้าวหน้า")
    True
    """
    return _LEGAL.sub("", fold(name)) or fold(name)


def plain_name(name: str) -> str:
    """Return a supplier's name in one spelling of blanks: by it a page knows a supplier.

    >>> plain_name("บริษัท  ก้าวหน้า จำกัด ")
    'บริษัท ก้าวหน้า จำกัด'
    """
    return " ".join(visible(name).split())


_ABBREVIATED = {
    "บจก": "บริษัท",
    "บมจ": "บริษัท",
    "หจก": "ห้างหุ้นส่วนจำกัด",
    "หสน": "ห้างหุ้นส่วนสามัญ",
    "น.ส": "นางสาว",
    "นส": "นางสาว",
}


def unabbreviated(name: str) -> str:
    """Return the name with its legal head in one spelling; never publish it.

    >>> unabbreviated("หจก. ก้าวหน้า") == unabbreviated("ห้างหุ้นส่วนจำกัดก้าวหน้า")
    True
    >>> unabbreviated("หจก.ก้าวหน้า") == unabbreviated("ร้านก้าวหน้า")
    False
    """
    head = _LEGAL.match(fold(name))
    written = head[0].rstrip(".") if head else ""
    return _ABBREVIATED.get(written, written) + same_name(name)


TAX_ID_DIGITS = 13


def tax_id_is_valid(digits: str) -> bool:
    """True for 13 Arabic digits whose last one proves the others (DOMAIN §6).

    >>> tax_id_is_valid("0994000237031"), tax_id_is_valid("0994000237032")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{13}", digits):
        return False
    weighed = sum((13 - place) * int(digit) for place, digit in enumerate(digits[:12]))
    return int(digits[12]) == (11 - weighed % 11) % 10


@dataclass(frozen=True, slots=True)
class Bid:
    """A bidder and the price offered in satang, each None where the sheet does not tell it."""

    bidder: str | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row stands: file name, sheet name, first row as Excel counts."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the sheet for one field: the address and the raw text."""

    cell: str
    text: str


@dataclass(frozen=True)
class Procurement:
    """One row of สขร.๑. None is "nobody wrote it", never a default.

    Money is whole satang; dates are Gregorian; identifiers are text. ``written`` keeps, for each
    field that has a cell in the sheet, the address and the raw text it was read from; a field
    whose cell is empty is there too, with "" as text, so that a finding can point at it.
    """

    source: Source
    number: int | None = None
    title: str | None = None
    budget: int | None = None
    reference_price: int | None = None
    procurement_method: str | None = None
    bids: tuple[Bid, ...] = ()
    supplier: str | None = None
    agreed_price: int | None = None
    selection_reason: str | None = None
    contract_number: str | None = None
    contract_date: date | None = None
    egp_project_number: str | None = None
    egp_contract_number: str | None = None
    supplier_tax_id: str | None = None  # for comparing only, never published
    # What stands in a column for links to announcements, word by word. No fact of the purchase:
    # a row that only gets a link is the same row.
    announcements: tuple[str, ...] = ()
    written: Mapping[str, Written] = field(default_factory=dict)

    @property
    def procurement_method_code(self) -> str | None:
        return method_code(self.procurement_method)

    def public(self) -> dict[str, Any]:
        """Return the row as every JSON shows it: baht as text, ISO days, None unknown."""

        def money(satang: int | None) -> str | None:
            return None if satang is None else decimal_baht(satang)

        return {
            "number": self.number,
            "title": self.title,
            "budget": money(self.budget),
            "reference_price": money(self.reference_price),
            "procurement_method": self.procurement_method,
            "procurement_method_code": self.procurement_method_code,
            "bids": [{"bidder": bid.bidder, "amount": money(bid.amount)} for bid in self.bids],
            "supplier": self.supplier,
            "agreed_price": money(self.agreed_price),
            "selection_reason": self.selection_reason,
            "contract_number": self.contract_number,
            "contract_date": self.contract_date.isoformat() if self.contract_date else None,
            "egp_project_number": self.egp_project_number,
            "egp_contract_number": self.egp_contract_number,
        }

    def facts(self) -> tuple[object, ...]:
        """Everything the row states, without where it stands: two equal rows say the same."""
        return tuple(getattr(self, name) for name in FACTS)

    @property
    def fingerprint(self) -> str:
        """16 hex digits of all facts but the running number, which moves with inserted rows."""
        plain = [[bid.bidder, bid.amount] for bid in self.bids]
        facts = [plain if name == "bids" else getattr(self, name) for name in FACTS[1:]]
        return _digest(json.dumps(facts, ensure_ascii=False, default=str), 16)

    @property
    def traits(self) -> tuple[str | None, ...]:
        """By what a row is known again after a change, folded; no single one is a key."""
        told = (self.contract_number, self.title, self.supplier, self.egp_project_number)
        return tuple(None if text is None else fold(text) for text in told)

    @property
    def subject(self) -> str:
        """What a question about the row is about: fingerprint, and a digest of each trait."""
        traits = (NO_TRAIT if trait is None else _digest(trait, 8) for trait in self.traits)
        return " ".join((self.fingerprint, *traits))

    def kept(self) -> dict[str, Any]:
        """Return the row, raw texts too, as plain JSON values; ``Procurement.of`` reads it."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in FACTS}
        day = self.contract_date
        return plain | {
            "bids": [[bid.bidder, bid.amount] for bid in self.bids],
            "contract_date": day.isoformat() if day else None,
            "source": [self.source.file, self.source.sheet, self.source.row],
            "written": {name: [w.cell, w.text] for name, w in self.written.items()},
            **({"announcements": list(self.announcements)} if self.announcements else {}),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Procurement":
        """Return the row that ``kept`` wrote down."""
        day = kept["contract_date"]
        return cls(
            **{
                **kept,
                "announcements": tuple(kept.get("announcements", ())),
                "bids": tuple(Bid(*bid) for bid in kept["bids"]),
                "contract_date": date.fromisoformat(day) if day else None,
                "source": Source(*kept["source"]),
                "written": {name: Written(*w) for name, w in kept["written"].items()},
            }
        )


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:length]


NO_FACTS = {"source", "written", "announcements"}
FACTS = tuple(f.name for f in fields(Procurement) if f.name not in NO_FACTS)
