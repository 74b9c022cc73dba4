"""Two revisions of a month → which rows came, went and changed. Pure; no row is ever guessed.

No single fact is a key: contract numbers and titles repeat. A row goes on in the new revision
when one not yet taken agrees with it in all facts, else in all but the running number, else in
two of contract number, title, supplier and project.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import combinations

from schemas.difference import Difference, Pair, Placed
from schemas.explanation import SHARED_TRAITS
from schemas.procurement import Procurement
from schemas.summary import MonthlySummary


def difference(before: Sequence[Procurement], after: Sequence[Procurement]) -> Difference:
    """Return what changed from one revision to another, each row in exactly one place.

    Source: promise 6 of the design. Exchanging the two sides exchanges added and removed, old
    and new, and nothing else; equal rows in another order are no difference.
    """
    _, renumbered, changed, old, new = _paired(before, after)
    return Difference(
        added=tuple(new),
        removed=tuple(old),
        changed=tuple(_in_order(changed)),
        renumbered=tuple(_in_order(renumbered)),
    )


def gone_on(before: Sequence[Procurement], after: Sequence[Procurement]) -> dict[int, int]:
    """Return where each row that goes on stood before, by where it stands now; both from 1."""
    same, renumbered, changed, _, _ = _paired(before, after)
    return {pair.new.position: pair.old.position for pair in (*same, *renumbered, *changed)}


def births(revisions: Sequence[Sequence[Procurement]]) -> list[tuple[int, ...]]:
    """Return the permanent number of each row of each revision of a month, the oldest first.

    Shape:  numbers count from 1 in the order in which rows were published first; none is ever
            given again, and no later revision changes those of an earlier one.
    A row that was removed and stands there again, as after ``revert``, is the one it was.
    """
    numbers: list[tuple[int, ...]] = []
    last: list[Procurement] = []  # every row ever in the month, as it stood last
    before: Sequence[Procurement] = ()
    order: list[int] = []  # which of them stands at each position of the revision before
    for rows in revisions:
        same = {new: order[old - 1] for new, old in gone_on(before, rows).items()}
        fresh = [new for new in range(1, len(rows) + 1) if new not in same]
        standing = set(order)
        away = [index for index in range(len(last)) if index not in standing]
        back = gone_on([last[index] for index in away], [rows[new - 1] for new in fresh])
        same |= {fresh[new - 1]: away[old - 1] for new, old in back.items()}
        for new, row in enumerate(rows, 1):
            if new not in same:
                same[new] = len(last)
                last.append(row)
            last[same[new]] = row
        before, order = rows, [same[new] for new in range(1, len(rows) + 1)]
        numbers.append(tuple(index + 1 for index in order))
    return numbers


def lives(revisions: Sequence[MonthlySummary]) -> list[list[Procurement | None]]:
    """Return for each row ever in the month what it was in each revision; None where it was not.

    They stand in the order of their permanent numbers.
    """
    numbers = births([summary.rows for summary in revisions])
    count = max((max(own, default=0) for own in numbers), default=0)
    lived: list[list[Procurement | None]] = [[None] * len(revisions) for _ in range(count)]
    for at, (summary, own) in enumerate(zip(revisions, numbers, strict=True)):
        for birth, row in zip(own, summary.rows, strict=True):
            lived[birth - 1][at] = row
    return lived


def _paired(
    before: Sequence[Procurement], after: Sequence[Procurement]
) -> tuple[list[Pair], list[Pair], list[Pair], list[Placed], list[Placed]]:
    """Return the rows that are the same, renumbered and changed; then the removed and added."""
    old = [Placed(at, row) for at, row in enumerate(before, 1)]
    new = [Placed(at, row) for at, row in enumerate(after, 1)]
    same, old, new = _same(old, new, Procurement.facts)
    renumbered, old, new = _same(old, new, lambda row: row.fingerprint)
    changed = _alike(old, new)
    known = {id(one) for pair in changed for one in (pair.old, pair.new)}
    left = [one for one in old if id(one) not in known]
    come = [one for one in new if id(one) not in known]
    return same, renumbered, changed, left, come


def _same(
    old: Sequence[Placed], new: Sequence[Placed], key: Callable[[Procurement], Hashable]
) -> tuple[list[Pair], list[Placed], list[Placed]]:
    """Pair the rows of one key in their order; return the pairs and what is left of each side."""
    waiting: dict[Hashable, list[Placed]] = defaultdict(list)
    for one in reversed(old):
        waiting[key(one.row)].append(one)
    pairs, rest = [], []
    for one in new:
        if waiting[key(one.row)]:
            pairs.append(Pair(waiting[key(one.row)].pop(), one))
        else:
            rest.append(one)
    left = {id(one) for ones in waiting.values() for one in ones}
    return pairs, [one for one in old if id(one) in left], rest


def _alike(old: Sequence[Placed], new: Sequence[Placed]) -> list[Pair]:
    """Pair rows that share enough traits, those that are most alike first.

    Of rows equally alike the first go with the first: so several deliveries of one supplier keep
    their order. Two candidates for one row stand in the same order from both sides.
    """
    if not old or not new:
        return []
    candidates: list[tuple[int, ...]] = []
    by_traits: dict[Hashable, list[int]] = defaultdict(list)
    for index, one in enumerate(new):
        for traits in _traits(one.row):
            by_traits[traits].append(index)
    for at, one in enumerate(old):
        known = {index for traits in _traits(one.row) for index in by_traits.get(traits, ())}
        candidates += [(*_unlike(one.row, new[to].row), at, to) for to in known]
    pairs: list[Pair] = []
    old_taken: set[int] = set()
    new_taken: set[int] = set()
    for *_, at, to in sorted(candidates):
        if at not in old_taken and to not in new_taken:
            old_taken.add(at)
            new_taken.add(to)
            pairs.append(Pair(old[at], new[to]))
    return pairs


def _traits(row: Procurement) -> list[tuple[tuple[int, str], ...]]:
    """Every choice of as many traits as two rows must share to be the same purchase."""
    known = [(at, trait) for at, trait in enumerate(row.traits) if trait is not None]
    return list(combinations(known, SHARED_TRAITS))


def _unlike(one: Procurement, other: Procurement) -> tuple[int, int]:
    """How little two rows have in common: by what they are known, then by all they state."""
    traits = sum(a == b is not None for a, b in zip(one.traits, other.traits, strict=True))
    facts = sum(a == b for a, b in zip(one.facts(), other.facts(), strict=True))
    return -traits, -facts


def _in_order(pairs: Sequence[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (pair.new.position, pair.old.position))
