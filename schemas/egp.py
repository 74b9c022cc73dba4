"""A contract as e-GP's open data have it, and a file of them: what was taken for what.

Tax numbers are no field here: they are recognised so that nobody takes them for anything else,
and never leave the process that reads the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self

# What a column was taken for, as people call it; the order in which they are told.
COLUMNS: Mapping[str, str] = {
    "project": "เลขที่โครงการ",
    "title": "ชื่อโครงการ",
    "organisation": "หน่วยงาน",
    "fiscal_year": "ปีงบประมาณ",
    "method": "วิธีซื้อหรือจ้าง",
    "project_status": "สถานะโครงการ",
    "supplier": "ผู้ขายหรือผู้รับจ้าง",
    "number": "เลขที่สัญญา",
    "signed": "วันที่ลงนาม",
    "ends": "วันที่สิ้นสุด",
    "amount": "มูลค่าสัญญา",
    "status": "สถานะสัญญา",
}
NEEDED = ("project", "organisation", "supplier", "number", "signed", "amount")

# Why a file, or a line of it, is not compared. For ever: tests and pages refer to the names.
FAULTS: Mapping[str, str] = {
    "egp-readable": "อ่านไฟล์ไม่ได้: {what}",
    "egp-within-limits": "ไฟล์ใหญ่หรือซับซ้อนเกินไป ({what}) กรุณากรองเฉพาะแถวของหน่วยงานแล้ววางใหม่",
    "egp-is-contracts": "ไม่ใช่ไฟล์ข้อมูลเปิดสัญญาของ e-GP ({what}) กรุณาวางไฟล์ชุดข้อมูลสัญญาจาก data.go.th",
    "egp-columns-known": "หาคอลัมน์ {what} ไม่พบจากค่าในไฟล์ จึงไม่ได้เทียบ "
    "กรุณาตรวจว่าเป็นชุดข้อมูลสัญญาของ e-GP",
    "egp-columns-alone": "มีคอลัมน์มากกว่าหนึ่งชุดที่อาจเป็น {what} จึงไม่ได้เทียบ",
    "egp-of-ours": "ไม่มีแถวของหน่วยงาน «{ours}» ในไฟล์นี้ หน่วยงานที่พบ: {what}",
    "egp-of-a-public-year": "ไฟล์เป็นของปีงบประมาณ {what} ซึ่งยังไม่มีเดือนที่เผยแพร่ จึงไม่มีอะไรให้เทียบ",
    "egp-row-readable": "แถวที่ {line} อ่านไม่ได้ ({what}) จึงไม่ได้เทียบ",
}


@dataclass(frozen=True)
class Fault:
    """One thing that kept a file, or a line of it, from being compared; ``line`` 0: the file."""

    rule: str
    what: str = ""
    line: int = 0

    def words(self, ours: str) -> str:
        return FAULTS[self.rule].format(what=self.what, line=self.line, ours=ours)


@dataclass(frozen=True)
class Taken:
    """A column, counted from 1, that was taken for one of ``COLUMNS``; ``name`` is its header."""

    field: str
    column: int
    name: str


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract of ours as a file has it; ``line`` counts as Excel does, a JSON's records from 1.

    ``amount`` is in satang, days are Gregorian, ``fiscal_year`` is Buddhist. None: not told.
    """

    line: int
    project: str
    fiscal_year: int
    title: str | None = None
    supplier: str | None = None
    number: str | None = None
    signed: date | None = None
    ends: date | None = None
    amount: int | None = None
    status: str | None = None

    def kept(self) -> list[Any]:
        values = (getattr(self, field.name) for field in fields(self))
        return [value.isoformat() if isinstance(value, date) else value for value in values]

    @classmethod
    def of(cls, kept: Sequence[Any]) -> Self:
        one = cls(*kept)
        days = {
            name: date.fromisoformat(str(day))
            for name in ("signed", "ends")
            if (day := getattr(one, name))
        }
        return cls(**{field.name: getattr(one, field.name) for field in fields(cls)} | days)


@dataclass(frozen=True)
class EgpContracts:
    """What a file of e-GP's open data says of us.

    ``records`` are its lines, ``ours`` those of the organisation under any of its names; of these
    ``without_contract`` are projects that have no contract yet, ``unreadable`` lines that nobody
    can read; not each of these has its fault.
    """

    records: int = 0
    ours: int = 0
    without_contract: int = 0
    unreadable: int = 0
    contracts: tuple[Contract, ...] = ()
    taken: tuple[Taken, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def fiscal_years(self) -> tuple[int, ...]:
        return tuple(sorted({contract.fiscal_year for contract in self.contracts}))

    def of_year(self, fiscal_year: int) -> tuple[Contract, ...]:
        return tuple(one for one in self.contracts if one.fiscal_year == fiscal_year)

    def kept(self) -> dict[str, Any]:
        """Return it as plain JSON values; ``EgpContracts.of`` reads them."""
        return {
            "records": self.records,
            "ours": self.ours,
            "without_contract": self.without_contract,
            "unreadable": self.unreadable,
            "contracts": [contract.kept() for contract in self.contracts],
            "taken": [asdict(one) for one in self.taken],
            "faults": [asdict(one) for one in self.faults],
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        return cls(
            kept["records"],
            kept["ours"],
            kept["without_contract"],
            kept["unreadable"],
            tuple(Contract.of(one) for one in kept["contracts"]),
            tuple(Taken(**one) for one in kept["taken"]),
            tuple(Fault(**one) for one in kept["faults"]),
        )


def refused(rule: str, what: str) -> EgpContracts:
    """Return what is known of a file that could not be read."""
    return EgpContracts(faults=(Fault(rule, what),))


@dataclass(frozen=True)
class EgpFile:
    """A dropped file: where it was seen last, on which (Gregorian) day, and what it says.

    ``there`` is False when it was taken out of the folder since; what it said still stands.
    """

    file: str
    sha256: str
    seen_on: date
    there: bool
    said: EgpContracts
