"""Contracts of e-GP's open data and public rows → what is in both, differs, or is in one alone.

Pure. A contract and a row are the same by project number, then contract number and price; a title
never counts. Of several in a project those alike in all go together first, the rest so that as
little as possible differs; the order of file and rows changes nothing.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

from schemas.egp import Contract, EgpFile
from schemas.month import Month, fiscal_months
from schemas.procurement import same_name
from schemas.reconciliation import (
    Both,
    Note,
    OnlyThere,
    PublicRow,
    Reconciliation,
    Unlike,
)
from schemas.thai import BUDDHIST_OFFSET, fold, gregorian_year

T = TypeVar("T")
# How much a difference weighs where their number is the same: what is typed once for all last.
_WEIGHTS = {"contract_number": 5, "agreed_price": 4, "supplier": 3, "contract_date": 2, "month": 1}
_EACH = 100  # one difference more is worse than any weights
_NEVER = 10**6  # no pair at all
_ENDLESS = 10**12
_YEAR_OF_NUMBER = re.compile(r"/\s*(25[0-9]{2}|[0-9]{2})$")


def reconcile(
    files: Mapping[int, EgpFile], rows: Sequence[PublicRow], public: Collection[Month]
) -> dict[int, Reconciliation]:
    """Return what came of each fiscal year (Buddhist) of which there is a file.

    In:  for each year the file that stands for it; every public row of every year, since a row
         may stand in a month of another one; the months that are public, empty ones too.
    """
    contracts = [one for year, file in files.items() for one in file.said.of_year(year)]
    pairs = _paired(contracts, rows)
    there = _left(contracts, (pair.contract for pair in pairs))
    here = sorted(_left(rows, (pair.row for pair in pairs)), key=_place)
    answers = {}
    for year, file in sorted(files.items()):
        own = set(map(id, file.said.of_year(year)))
        both = sorted((pair for pair in pairs if id(pair.contract) in own), key=_place_of_pair)
        only_there = tuple(
            OnlyThere(one, _awaited(one, public))
            for one in sorted(there, key=_order_of_contract)
            if id(one) in own
        )
        alone = [row for row in here if row.month.fiscal_year == year]
        answers[year] = Reconciliation(
            year,
            file,
            matched=tuple(pair for pair in both if not pair.unlike),
            differing=tuple(pair for pair in both if pair.unlike),
            only_there=only_there,
            only_here=tuple(row for row in alone if _project(row)),
            not_comparable=tuple(row for row in alone if not _project(row)),
            notes=tuple(_notes(both, only_there)),
            months=tuple(month for month in fiscal_months(year) if month in public),
        )
    return answers


def _paired(contracts: Sequence[Contract], rows: Sequence[PublicRow]) -> list[Both]:
    """Pair what is the same, the surest first: what agrees in all before what agrees in a part."""
    there = sorted(contracts, key=_order_of_contract)
    here = sorted(rows, key=_order_of_row)
    known = Counter(one.project for one in there)
    stated = Counter(_project(row) for row in here)
    single = {project for project, count in known.items() if count == stated[project] == 1}
    pairs: list[Both] = []
    for pair_up, among in (
        (_alike, known.__contains__),
        (_nameless, "".__eq__),
        (_misnumbered, lambda project: project and project not in known),
        (partial(_nearest, single), known.__contains__),
        (_misnumbered, bool),
    ):
        pairs += pair_up(
            _left(there, (pair.contract for pair in pairs)),
            [row for row in _left(here, (pair.row for pair in pairs)) if among(_project(row))],
        )
    return pairs


def _left(every: Iterable[T], taken: Iterable[T]) -> list[T]:
    """Those that are not taken; two that say the same are two."""
    known = set(map(id, taken))
    return [one for one in every if id(one) not in known]


def _alike(contracts: Sequence[Contract], rows: Sequence[PublicRow]) -> list[Both]:
    """Pair a row with the first contract of its project from which it does not differ."""
    left = _by_project(contracts)
    pairs = []
    for row in rows:
        ones = left[_project(row)]
        at = next((at for at, one in enumerate(ones) if not _unlike(one, row)), None)
        if at is not None:
            pairs.append(Both(ones.pop(at), row))
    return pairs


def _nearest(
    single: Collection[str], contracts: Sequence[Contract], rows: Sequence[PublicRow]
) -> list[Both]:
    """Pair the rest of each project so that as little as possible differs.

    ``single`` are projects with one contract and one row: their number is enough.
    """
    there = _by_project(contracts)
    here: dict[str, list[PublicRow]] = defaultdict(list)
    for row in rows:
        here[_project(row)].append(row)
    pairs = []
    for project, own in here.items():
        ones = there[project]
        only_one = project in single
        costs = [[_cost(one, row, only_one=only_one) for one in ones] for row in own]
        pairs += [
            Both(ones[to], own[at], tuple(_unlike(ones[to], own[at])))
            for at, to in _assigned(costs)
            if costs[at][to] < _NEVER
        ]
    return pairs


def _by_project(contracts: Sequence[Contract]) -> dict[str, list[Contract]]:
    found: dict[str, list[Contract]] = defaultdict(list)
    for one in contracts:
        found[one.project].append(one)
    return found


def _misnumbered(contracts: Sequence[Contract], rows: Sequence[PublicRow]) -> list[Both]:
    """Pair what agrees in all but the project's number, where nothing else could be meant."""
    there: dict[object, list[Contract]] = defaultdict(list)
    here: dict[object, list[PublicRow]] = defaultdict(list)
    for contract in contracts:
        there[_facts_of_contract(contract)].append(contract)
    for row in rows:
        here[_facts_of_row(row)].append(row)
    pairs = []
    for facts, ones in there.items():
        if facts is not None and len(ones) == len(here.get(facts, ())) == 1:
            contract, row = ones[0], here[facts][0]
            number = _difference(
                row, "egp_project_number", row.row.egp_project_number, contract.project
            )
            pairs.append(Both(contract, row, (number, *_unlike(contract, row))))
    return pairs


def _nameless(contracts: Sequence[Contract], rows: Sequence[PublicRow]) -> list[Both]:
    """Pair rows without a project number with contracts that agree in all else they are known by.

    The official form has no place for that number. Number, price, day and supplier of a contract,
    all four, are as good; with less a row cannot be compared.
    """
    waiting: dict[object, list[PublicRow]] = defaultdict(list)
    for row in reversed(rows):
        waiting[_facts_of_row(row)].append(row)
    pairs = []
    for contract in contracts:
        facts = _facts_of_contract(contract)
        if facts is not None and waiting.get(facts):
            row = waiting[facts].pop()
            pairs.append(Both(contract, row, tuple(_unlike(contract, row))))
    return pairs


# ---- what differs


def _unlike(contract: Contract, public: PublicRow) -> list[Unlike]:
    """What differs between the two. What e-GP does not tell is no difference."""
    row = public.row
    found = []
    if contract.number and _number(contract.number) != _number(row.contract_number):
        found.append(_difference(public, "contract_number", row.contract_number, contract.number))
    if contract.amount is not None and contract.amount != row.agreed_price:
        found.append(_difference(public, "agreed_price", row.agreed_price, contract.amount))
    if contract.supplier and _name(contract.supplier) != _name(row.supplier):
        found.append(_difference(public, "supplier", row.supplier, contract.supplier))
    if contract.signed and contract.signed != row.contract_date:
        found.append(_difference(public, "contract_date", row.contract_date, contract.signed))
    if contract.signed and (signed := Month.of(contract.signed)) != public.month:
        found.append(_difference(public, "month", public.month, signed))
    return found


def _difference(
    public: PublicRow,
    field: str,
    here: int | str | date | Month | None,
    there: int | str | date | Month | None,
) -> Unlike:
    written = public.row.written.get(field)
    return Unlike(field, here, there, written.cell if written else "")


def _cost(contract: Contract, row: PublicRow, *, only_one: bool) -> int:
    """How badly the two go together. With nothing in common they are two things.

    Unless the project has no other: then its number is what they have in common.
    """
    unlike = {one.field for one in _unlike(contract, row)}
    told = {
        "contract_number": contract.number,
        "agreed_price": contract.amount,
        "supplier": contract.supplier,
        "contract_date": contract.signed,
    }
    if not only_one and not any(
        value is not None and field not in unlike for field, value in told.items()
    ):
        return _NEVER
    return sum(_EACH + _WEIGHTS[field] for field in unlike)


def _number(text: str | None) -> str | None:
    return None if text is None else fold(text)


def _name(text: str | None) -> str | None:
    return None if text is None else same_name(text)


def _project(public: PublicRow) -> str:
    return fold(public.row.egp_project_number or "")


def _facts_of_contract(one: Contract) -> tuple[object, ...] | None:
    return _known_by(_number(one.number), one.amount, one.signed, _name(one.supplier))


def _facts_of_row(public: PublicRow) -> tuple[object, ...] | None:
    row = public.row
    number, name = _number(row.contract_number), _name(row.supplier)
    return _known_by(number, row.agreed_price, row.contract_date, name)


def _known_by(
    number: str | None, amount: int | None, day: date | None, name: str | None
) -> tuple[object, ...] | None:
    """By what a contract is known without its project; that both name nobody is agreement too."""
    return None if None in (number, amount, day) else (number, amount, day, name)


# ---- in which order


def _order_of_contract(one: Contract) -> tuple[object, ...]:
    day = (one.signed or date.min).isoformat()
    return (one.project, day, one.number or "", one.amount or 0, one.supplier or "", one.line)


def _order_of_row(public: PublicRow) -> tuple[object, ...]:
    row = public.row
    day = (row.contract_date or date.min).isoformat()
    known = (day, row.contract_number or "", row.agreed_price or 0, row.supplier or "")
    return (*known, public.month, public.position)


def _place(public: PublicRow) -> tuple[Month, int]:
    return public.month, public.position


def _place_of_pair(pair: Both) -> tuple[Month, int]:
    return _place(pair.row)


def _assigned(costs: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Return who goes with whom so that the sum is least: (row, column) of the table of costs.

    The Hungarian method on the narrow side; each of n rows needs no more than its n best columns.
    """
    if not costs or not costs[0]:
        return []
    if len(costs) > len(costs[0]):
        turned = [list(column) for column in zip(*costs, strict=True)]
        return sorted((at, to) for to, at in _assigned(turned))
    columns = sorted({to for row in costs for to in _cheapest(row, len(costs))})
    wide = len(columns)
    over, under = [0] * (len(costs) + 1), [0] * (wide + 1)
    owner = [0] * (wide + 1)  # the row of each column, both counted from 1; 0 is none
    for row in range(1, len(costs) + 1):
        owner[0], at = row, 0
        least, came, seen = [_ENDLESS] * (wide + 1), [0] * (wide + 1), {0}
        while owner[at]:
            one = owner[at]
            open_ones = [to for to in range(1, wide + 1) if to not in seen]
            for to in open_ones:
                cost = costs[one - 1][columns[to - 1]] - over[one] - under[to]
                if cost < least[to]:
                    least[to], came[to] = cost, at
            nearest = min(open_ones, key=least.__getitem__)
            step = least[nearest]
            for to in seen:
                over[owner[to]] += step
                under[to] -= step
            for to in open_ones:
                least[to] -= step
            at = nearest
            seen.add(at)
        while at:
            owner[at], at = owner[came[at]], came[at]
    return sorted((owner[to] - 1, columns[to - 1]) for to in range(1, wide + 1) if owner[to])


def _cheapest(row: Sequence[int], count: int) -> list[int]:
    return sorted(range(len(row)), key=row.__getitem__)[:count]


# ---- what is said beside


def _awaited(contract: Contract, public: Collection[Month]) -> bool:
    return contract.signed is not None and Month.of(contract.signed) not in public


def _notes(both: Iterable[Both], alone: Iterable[OnlyThere]) -> Iterable[Note]:
    """Contracts of the year before, dated in this one: their number or their end says so."""
    for contract, row in (
        *((pair.contract, pair.row) for pair in both),
        *((one.contract, None) for one in alone),
    ):
        if reasons := tuple(_slips(contract)):
            yield Note(contract, row, reasons)


def _slips(contract: Contract) -> Iterable[str]:
    if contract.signed is None:
        return
    year = _YEAR_OF_NUMBER.search(fold(contract.number or ""))
    fiscal_year = Month.of(contract.signed).fiscal_year
    if year and gregorian_year(year[1]) + BUDDHIST_OFFSET < fiscal_year:
        yield "number-of-an-earlier-year"
    if contract.ends and contract.ends < contract.signed:
        yield "ends-before-signed"
