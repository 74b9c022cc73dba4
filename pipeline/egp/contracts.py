"""A dropped file of e-GP's open data → the contracts of the organisation in it.

Runs in the confined child. Of a file of the whole nation only the lines of ours are kept: a
sample says what the columns are, then the lines go by one after the other.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, islice
from pathlib import Path

from pipeline.egp.columns import Columns, plain
from pipeline.egp.records import OF_WORKBOOKS, Line, damage_is_told, records
from pipeline.guard import Limits
from pipeline.kinds import RefusedError
from schemas.egp import COLUMNS, Contract, EgpContracts, Fault, refused
from schemas.month import Month
from schemas.personal import without_citizens
from schemas.thai import fold, parse_baht, parse_date, visible

SAMPLE = 2_000  # lines that say what the columns are
MOST_OURS = 200_000
OTHERS_TOLD = 3  # organisations of a file that is not ours
FAULTS_TOLD = 50  # lines that cannot be read; the rest is only counted
LONGEST_TEXT = 2_000


def read_contracts(path: Path, file: str, names: Sequence[str], limits: Limits) -> EgpContracts:
    """Return what the file says of the organisation under any of its names; never raises for it.

    Errors: OSError when the machine, not the file, is at fault.
    """
    ours = frozenset(fold(name) for name in names)
    told: list[EgpContracts] = []
    try:
        with damage_is_told():
            for table in records(path, file, limits):
                told.append(_of_table(table.names, table.lines, ours))
                if told[-1].ours:
                    return told[-1]
    except RefusedError as error:
        return refused(OF_WORKBOOKS.get(error.rule, error.rule), error.reason or "มีรหัสผ่าน")
    if not told:
        return refused("egp-is-contracts", "ไม่มีตาราง")
    return next((one for one in told if one.taken), told[0])


def _of_table(names: Sequence[str], lines: Iterator[Line], ours: frozenset[str]) -> EgpContracts:
    sample = list(islice(lines, SAMPLE))
    columns = Columns(names, [row for _, row in sample], ours)
    if columns.faults:
        known = columns.is_egp()
        return (
            EgpContracts(faults=columns.faults, records=len(sample), taken=columns.taken())
            if known
            else refused("egp-is-contracts", "ไม่พบเลขที่โครงการ 11 หลักและวันที่ในตาราง")
        )
    return _collected(columns, chain(sample, lines), ours)


def _collected(columns: Columns, lines: Iterator[Line], ours: frozenset[str]) -> EgpContracts:
    contracts, faults = [], []
    without = unreadable = 0
    counted = _Counted()
    for number, row in counted.of_ours(lines, columns.organisations, ours):
        try:
            contract = _contract(columns, number, row)
        except _UnreadableError as error:
            unreadable += 1
            if unreadable <= FAULTS_TOLD:
                faults.append(Fault("egp-row-readable", str(error), number))
            continue
        if contract is None:
            without += 1
        else:
            contracts.append(contract)
    if not counted.ours:
        faults = [Fault("egp-of-ours", _named(counted.others))]
    lines_told = (counted.records, counted.ours, without, unreadable)
    return EgpContracts(*lines_told, tuple(contracts), columns.taken(), tuple(faults))


class _Counted:
    """How many lines went by, how many of them are ours, and whose the first others are."""

    def __init__(self) -> None:
        self.records = self.ours = 0
        self.others: Counter[str] = Counter()

    def of_ours(
        self, lines: Iterator[Line], where: Sequence[int], ours: frozenset[str]
    ) -> Iterator[Line]:
        """Give the lines that have a name of ours in one of these columns."""
        known: dict[str, bool] = {}  # few names stand in many lines, and folding one is slow
        for number, row in lines:
            self.records += 1
            names = [row[at] if at < len(row) else "" for at in where]
            for name in names:
                if name not in known:
                    known[name] = fold(name) in ours
            if any(known[name] for name in names):
                self.ours += 1
                if self.ours > MOST_OURS:
                    raise RefusedError("egp-within-limits", f"มีสัญญาเกิน {MOST_OURS:,} แถว")
                yield number, row
            elif len(self.others) < SAMPLE:
                self.others[names[0]] += 1


def _named(others: Counter[str]) -> str:
    """The organisations that a file has most of, for people."""
    seen = [visible(name) for name, _ in others.most_common(OTHERS_TOLD) if plain(name)]
    return " ".join(f"«{without_citizens(name)[:100]}»" for name in seen) or "ไม่มี"


class _UnreadableError(ValueError):
    """What stands in a line, for people."""


def _contract(columns: Columns, number: int, row: Sequence[str]) -> Contract | None:
    """The contract of a line of ours; None for a project that has none yet."""

    def text(field: str) -> str | None:
        at = columns.of.get(field, len(row))
        value = row[at] if at < len(row) else ""
        return without_citizens(visible(value))[:LONGEST_TEXT] if plain(value) else None

    def unreadable(field: str) -> _UnreadableError:
        return _UnreadableError(f"{COLUMNS[field]} «{(text(field) or '')[:100]}»")

    def day(field: str) -> date | None:
        written = text(field)
        try:
            return parse_date(written) if written else None
        except ValueError:
            raise unreadable(field) from None

    supplier, contract_number = text("supplier"), text("number")
    signed, amount = day("signed"), text("amount")
    if not (contract_number or signed or supplier):
        return None
    project = plain(text("project") or "")
    if len(project) != 11 or not project.isdigit():  # noqa: PLR2004 - the length of all of them
        raise unreadable("project")
    try:
        satang = _satang(amount)
    except ValueError:
        raise unreadable("amount") from None
    year = plain(text("fiscal_year") or "")
    if year.isdigit():
        fiscal_year = int(year)
    elif signed:
        fiscal_year = Month.of(signed).fiscal_year
    else:
        raise unreadable("fiscal_year")
    statuses = (text("status"), text("project_status"))
    # A cancelled project is told as such, whatever the contract's own column says.
    status = next((one for one in statuses if one and "ยกเลิก" in one), statuses[0] or statuses[1])
    return Contract(
        number,
        project,
        fiscal_year,
        text("title"),
        supplier,
        contract_number,
        signed,
        _day_if_any(text("ends")),
        satang,
        status,
    )


def _day_if_any(text: str | None) -> date | None:
    """The day on which a contract ends: only said beside, so that nothing is lost with it."""
    try:
        return parse_date(text) if text else None
    except ValueError:
        return None


def _satang(text: str | None) -> int | None:
    """The amount in satang; JSON writes 940485.0 and 730223.690 for what has two decimals."""
    if text is None:
        return None
    whole, dot, part = text.partition(".")
    return parse_baht(whole + dot + (part.rstrip("0") or "0") if dot else whole)
