"""What is public, held against e-GP's own open data: the contracts of a fiscal year."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from schemas.egp import Contract, EgpFile, Fault
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.status import Reconciled
from schemas.thai import date_long

# What may differ, as people call it, in the order in which it is told.
FIELD_WORDS: Mapping[str, str] = {
    "egp_project_number": "เลขที่โครงการ (e-GP)",
    "contract_number": "เลขที่สัญญา",
    "agreed_price": "ราคาที่ตกลง",
    "supplier": "ผู้ได้รับการคัดเลือก",
    "contract_date": "วันที่ของสัญญา",
    "month": "เดือนที่เผยแพร่",
}
# Why finance may want to look at a contract again. Never said in public: a slip is no deed.
NOTE_WORDS: Mapping[str, str] = {
    "number-of-an-earlier-year": "เลขที่สัญญา «{number}» เป็นเลขของปีก่อน "
    "แต่ลงนามวันที่ {signed} ในปีงบประมาณ {year}",
    "ends-before-signed": "วันที่สิ้นสุด {ends} อยู่ก่อนวันที่ลงนาม {signed}",
}


@dataclass(frozen=True)
class PublicRow:
    """A row as it is public: its month, its place there and its permanent number, from 1 both.

    ``row`` has the addresses of its cells (``Procurement.written``) and is not fit for the public.
    """

    month: Month
    position: int
    birth: int
    row: Procurement


@dataclass(frozen=True)
class Unlike:
    """One thing that differs: money in satang, days, months, text; None is "not told".

    ``cell`` is the address of ours; "" where no cell says it, as for the month.
    """

    field: str
    here: int | str | date | Month | None
    there: int | str | date | Month | None
    cell: str


@dataclass(frozen=True)
class Both:
    """A contract that is here and there; ``unlike`` is empty where nothing differs."""

    contract: Contract
    row: PublicRow
    unlike: tuple[Unlike, ...] = ()


@dataclass(frozen=True)
class OnlyThere:
    """A contract of e-GP that no row here is known to be.

    ``awaited`` is True while the month in which it was signed is not public.
    """

    contract: Contract
    awaited: bool


def note_words(contract: Contract, reason: str) -> str:
    """Return a reason of a note as finance reads it."""
    signed, ends = contract.signed, contract.ends
    return NOTE_WORDS[reason].format(
        number=contract.number,
        signed=date_long(signed) if signed else "",
        ends=date_long(ends) if ends else "",
        year=Month.of(signed).fiscal_year if signed else "",
    )


@dataclass(frozen=True)
class Note:
    """What looks like a slip of the pen in the contract itself; reasons are of ``NOTE_WORDS``."""

    contract: Contract
    row: PublicRow | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Reconciliation:
    """A Buddhist fiscal year; every contract of the file stands in exactly one of three places.

    ``not_comparable`` are rows of the year without a project number that no contract is known to
    be: they may or may not be among the contracts that are only there.
    """

    fiscal_year: int
    file: EgpFile
    matched: tuple[Both, ...] = ()
    differing: tuple[Both, ...] = ()
    only_there: tuple[OnlyThere, ...] = ()
    only_here: tuple[PublicRow, ...] = ()
    not_comparable: tuple[PublicRow, ...] = ()
    notes: tuple[Note, ...] = ()
    months: tuple[Month, ...] = field(default=())  # of the year, that are public

    @property
    def contracts(self) -> int:
        return len(self.matched) + len(self.differing) + len(self.only_there)

    @property
    def asks(self) -> bool:
        """True when finance should look: something differs, or is in one alone."""
        return bool(self.differing or self.only_here) or self.awaited < len(self.only_there)

    @property
    def awaited(self) -> int:
        return sum(one.awaited for one in self.only_there)

    @property
    def without_project(self) -> int:
        """Of those that match: rows without a project number, which agree in all else."""
        return sum(not pair.row.row.egp_project_number for pair in self.matched)


def reconciled(found: Reconciliation) -> Reconciled:
    """Return the counts as the status has them."""
    return Reconciled(
        found.file.sha256,
        found.contracts,
        len(found.matched),
        len(found.differing),
        len(found.only_there),
        len(found.only_here),
    )


@dataclass(frozen=True)
class Compared:
    """All that came of e-GP's open data: the files that lie there now, and each fiscal year.

    ``faults`` are of the files, by path, beside those that a file has of itself.
    """

    files: tuple[EgpFile, ...] = ()
    years: Mapping[int, Reconciliation] = field(default_factory=dict)
    faults: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        return bool(self.faults) or any(found.asks for found in self.years.values())

    @property
    def reconciled(self) -> Mapping[int, Reconciled]:
        """The counts of each fiscal year, as the status has them."""
        return {year: reconciled(found) for year, found in self.years.items()}

    def of_year(self, fiscal_year: int | None) -> "Compared":
        """Only what is of a fiscal year, and all files; the whole if none is named."""
        if fiscal_year is None:
            return self
        years = {year: found for year, found in self.years.items() if year == fiscal_year}
        return replace(self, years=years)


NOTHING_COMPARED = Compared()
