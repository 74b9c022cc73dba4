"""Which column of e-GP's open data holds what: told by the values, never by the header alone.

In the set of FY2568 28 values stand under 31 names, from the district on under wrong ones; the
CSV of the same set has 26 names; other years swap two columns or spell a name otherwise. What does
not change is what a value looks like, and that five things of a contract stand side by side:
who, its number, signed on, ends on, how much. Where they do not, a header counts whose column
holds what its name promises.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from schemas.egp import COLUMNS, NEEDED, Fault, Taken
from schemas.procurement import TAX_ID_DIGITS, is_placeholder, method_code, tax_id_is_valid
from schemas.thai import arabic_digits, fold, parse_date, visible

MOST = 0.8  # of the filled values must look alike; the rest is what people type
SURE = 0.95
LONGEST_NUMBER = 60  # letters of a contract's number
LONGEST_STATUS = 60

# Header spellings of several years, folded; they only settle what the values leave open.
HEADERS: Mapping[str, tuple[str, ...]] = {
    "project": ("รหัสโครงการ", "เลขที่โครงการ", "project_id"),
    "title": ("ชื่อโครงการ", "project_name"),
    "organisation": ("ชื่อหน่วยงาน", "ชื่อหน่วยงานย่อย", "dept_name", "dept_sub_name", "agency"),
    "fiscal_year": ("ปีงบประมาณ", "budget_year"),
    "supplier": ("ชื่อผู้ชนะ", "winner", "contract.winner"),
    "number": ("เลขที่สัญญา", "contract_no", "contract.contract_no"),
    "signed": ("วันที่ลงนามสัญญา", "sign_date", "contract_date", "contract.contract_date"),
    "ends": ("วันที่สิ้นสุดสัญญา", "end_date", "contract.contract_finish_date"),
    "amount": ("งบสัญญา(บาท)", "contract_amount", "contract.price_agree"),
}
_OF = {fold(name): field for field, names in HEADERS.items() for name in names}

_PROJECT = re.compile(r"[5-7][0-9](?:0[1-9]|1[0-2])[0-9]{7}")
_MONEY = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2}0*)?")
_YEAR = re.compile(r"2[45][0-9]{2}")
_TAX = re.compile(r"[0-9]{13}|[0-9]{1,12}[xX*]{1,12}|[xX*]{1,12}[0-9]{1,12}|[0-9]{10}")
_POINT = re.compile(r"POINT\s?\(", re.IGNORECASE)
_COORDINATE = re.compile(r"[0-9]{1,3}\.[0-9]{3,}")
_LETTERS = re.compile("[ก-ฮA-Za-z].*[ก-๙A-Za-z]", re.DOTALL)
_ORGANISATION = re.compile(
    "เทศบาล|องค์การ|อบต|อบจ|สำนัก|กรม|กระทรวง|โรงพยาบาล|โรงเรียน|มหาวิทยาลัย|วิทยาลัย|สถาบัน|ศูนย์|"
    "การไฟฟ้า|การประปา|การรถไฟ|การทาง|การเคหะ|การท่าเรือ|การยาง|จังหวัด|อำเภอ|ที่ว่าการ|ที่ทำการ|ศาล|"
    "แขวง|กอง|คณะ|ตำรวจ|สถานี|เมืองพัทยา|กรุงเทพมหานคร|รัฐสภา|เรือนจำ|เขตพื้นที่|หน่วย|ธนาคาร"
)
_STATUS = re.compile(
    "ระหว่างดำเนินการ|อยู่ระหว่าง|ดำเนินการ|สิ้นสุด|ยกเลิก|แล้วเสร็จ|เสร็จ|ลงนาม|จัดทำ|ส่งงาน|ส่งมอบ|ตรวจรับ|"
    "บริหารสัญญา|บอกเลิก|หนังสือเชิญชวน|อนุมัติ|แก้ไขสัญญา|ปกติ"
)
_TYPES = frozenset(
    {
        *("ซื้อ", "เช่า", "แลกเปลี่ยน", "อื่นๆ", "จ้างก่อสร้าง", "จ้างทำของ/จ้างเหมาบริการ", "จ้างเหมาบริการ"),
        *("จ้างที่ปรึกษา", "จ้างออกแบบ", "จ้างควบคุมงาน", "จ้างออกแบบและควบคุมงาน"),
        "จ้างออกแบบและควบคุมงานก่อสร้าง",
    }
)
_TITLE = re.compile("ซื้อ|จ้าง|เช่า|ประกวด|สอบราคา|ประกาศ|โครงการ|ก่อสร้าง|ปรับปรุง|จัดทำ|ค่า")
_WAYS = "วิธีการจัดหา"  # the column beside the useful one lists all of them


@lru_cache(maxsize=65536)
def is_date(text: str) -> bool:
    try:
        parse_date(text)
    except ValueError:
        return False
    return True


def _is_number_of_contract(text: str) -> bool:
    return (
        any(c.isdigit() for c in text)
        and len(text) <= LONGEST_NUMBER
        and not _PROJECT.fullmatch(text)
        and not _TAX.fullmatch(text)
        and not _COORDINATE.fullmatch(text)
        and not (is_date(text) or ("." in text and _MONEY.fullmatch(text)))
    )


def _is_tax_number(text: str) -> bool:
    """Whole with its check digit, half masked, or one of the old ones of ten digits."""
    whole = len(text) == TAX_ID_DIGITS and text.isdigit()
    return _TAX.fullmatch(text) is not None and (not whole or tax_id_is_valid(text))


def _is_name(text: str) -> bool:
    return (
        _LETTERS.search(text) is not None
        and not is_date(text)
        and not _POINT.match(text)
        and not _is_status(text)
        and not _is_method(text)
        and text not in _TYPES
    )


def _is_status(text: str) -> bool:
    return len(text) <= LONGEST_STATUS and _STATUS.match(text) is not None


def _is_method(text: str) -> bool:
    return method_code(text) is not None


# What a value may be, and how sure a column of such values must be. A column may be several.
KINDS: Mapping[str, tuple[Callable[[str], object], float]] = {
    "project": (_PROJECT.fullmatch, MOST),
    "tax": (_is_tax_number, MOST),
    "point": (_POINT.match, MOST),
    "coordinate": (_COORDINATE.fullmatch, MOST),
    "date": (is_date, MOST),
    "money": (_MONEY.fullmatch, SURE),
    "year": (_YEAR.fullmatch, SURE),
    "method": (_is_method, MOST),
    "ways": (lambda text: text.startswith(_WAYS), MOST),
    "status": (_is_status, MOST),
    "type": (_TYPES.__contains__, MOST),
    "organisation": (_ORGANISATION.match, 0.5),
    "number": (_is_number_of_contract, MOST),
    "name": (_is_name, MOST),
    "title": (lambda text: _TITLE.match(text) and text not in _TYPES, MOST),
}


def plain(value: str) -> str:
    """The value as it is compared here: Arabic digits, nothing invisible, "" for a placeholder."""
    text = arabic_digits(visible(value))
    return "" if is_placeholder(text) or text.lower() in {"null", "none", "nan"} else text


class Columns:
    """The columns of a table by what they hold; ``faults`` are why it cannot be compared."""

    def __init__(
        self, names: Sequence[str], sample: Sequence[Sequence[str]], ours: frozenset[str]
    ) -> None:
        """``sample`` are lines of the table; ``ours`` the folded names of the organisation."""
        self.names = names
        self.faults: tuple[Fault, ...] = ()
        width = max((len(row) for row in sample), default=0)
        self._columns = [
            [text for row in sample if at < len(row) and (text := plain(row[at]))]
            for at in range(width)
        ]
        self._kinds = [_kinds_of(texts) for texts in self._columns]
        self.of: dict[str, int] = {}
        self.organisations: tuple[int, ...] = ()
        self._recognise(ours)

    def is_egp(self) -> bool:
        """True for a table that has at least projects beside names and days."""
        return "project" in self.of and any("date" in kinds for kinds in self._kinds)

    def taken(self) -> tuple[Taken, ...]:
        """What was taken for what, in the order of ``COLUMNS``."""
        found = dict(self.of)
        if self.organisations:
            found["organisation"] = self.organisations[0]
        return tuple(
            Taken(field, found[field] + 1, self.name_of(found[field]))
            for field in COLUMNS
            if field in found
        )

    def name_of(self, column: int) -> str:
        return visible(self.names[column]) if column < len(self.names) else ""

    def _recognise(self, ours: frozenset[str]) -> None:
        projects = self._all("project")
        if projects:
            self.of["project"] = self._named("project", projects) or projects[0]
        blocks = self._blocks()
        if len(blocks) != 1 and (named := self._named_block()):
            blocks = [named]
        if len(blocks) > 1:
            self.faults = (Fault("egp-columns-alone", f"«{COLUMNS['number']}»"),)
            return
        self.of |= blocks[0] if blocks else {}
        self._around(ours)
        missing = [
            COLUMNS[field]
            for field in NEEDED
            if field not in self.of and not (field == "organisation" and self.organisations)
        ]
        if missing:
            self.faults = (Fault("egp-columns-known", " ".join(f"«{one}»" for one in missing)),)

    def _blocks(self) -> list[dict[str, int]]:
        """Every place where who, number, signed, ends, how much stand side by side."""
        found = []
        for at in range(len(self._columns) - 3):
            known = (self._is(at, "name"), self._is(at + 1, "number"), self._is(at + 2, "date"))
            if not all(known) or self._is(at + 1, "year"):
                continue
            block = {"supplier": at, "number": at + 1, "signed": at + 2}
            if self._is(at + 3, "money"):
                found.append(block | {"amount": at + 3})
            elif self._is(at + 4, "money") and (
                self._is(at + 3, "date") or not self._columns[at + 3]
            ):
                found.append(block | {"ends": at + 3, "amount": at + 4})
        return found

    def _named_block(self) -> dict[str, int]:
        """The same by the headers, where each column holds what its name promises."""
        wanted = {"supplier": "name", "number": "number", "signed": "date", "amount": "money"}
        block = {}
        for field, kind in wanted.items():
            column = self._named(field, self._all(kind))
            if column is None:
                return {}
            block[field] = column
        ends = self._named("ends", self._all("date"))
        return block if ends is None else block | {"ends": ends}

    def _around(self, ours: frozenset[str]) -> None:
        """What stands beside the contract: organisations, title, year, method, both statuses."""
        taken = set(self.of.values())
        first = min((self.of[f] for f in ("supplier", "number") if f in self.of), default=None)
        free = [at for at in range(len(self._columns)) if at not in taken]

        def beside(*kinds: str) -> list[int]:
            """Columns of all these kinds, before the contract if there are any."""
            found = [at for at in free if self._kinds[at].issuperset(kinds)]
            return [at for at in found if first is None or at < first] or found

        named = [at for at in free if any(fold(text) in ours for text in set(self._columns[at]))]
        self.organisations = tuple(sorted({*named, *beside("organisation", "name")}))
        self._take("fiscal_year", beside("year"))
        self._take("method", beside("method"))
        self._take("project_status", beside("status"))
        self._take(
            "status",
            [at for at in free if at > self.of.get("amount", -1) and self._is(at, "status")],
        )
        titles = [at for at in beside("title") if not self._is(at, "method")]
        self._take("title", sorted(titles, key=lambda at: -_mean_length(self._columns[at])))

    def _take(self, field: str, columns: Sequence[int]) -> None:
        if columns:
            named = self._named(field, columns)
            self.of[field] = columns[0] if named is None else named

    def _is(self, column: int, kind: str) -> bool:
        return column < len(self._kinds) and kind in self._kinds[column]

    def _all(self, kind: str) -> list[int]:
        return [at for at, kinds in enumerate(self._kinds) if kind in kinds]

    def _named(self, field: str, columns: Sequence[int]) -> int | None:
        """The only one of these columns that bears a name of the field."""
        found = [at for at in columns if _field_of(self.name_of(at)) == field]
        return found[0] if len(found) == 1 else None


def _field_of(name: str) -> str:
    return _OF.get(fold(name.replace("[]", "")), "")


def _kinds_of(texts: Sequence[str]) -> frozenset[str]:
    if not texts:
        return frozenset()
    return frozenset(
        kind
        for kind, (test, share) in KINDS.items()
        if sum(bool(test(text)) for text in texts) >= share * len(texts)
    )


def _mean_length(texts: Sequence[str]) -> float:
    return sum(map(len, texts)) / max(len(texts), 1)
