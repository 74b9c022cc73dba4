"""Public rows of a fiscal year → what they tell of competition and price. Pure counting.

Counted as the pictures of the year are (``pipeline/site/figures.py``), so that who looks there
finds the same. What a row does not state is not counted as anything; each number says on how many
rows it rests.
"""

from collections.abc import Sequence

from schemas.procurement import Procurement, unabbreviated
from schemas.status import Outcomes


def outcomes(rows: Sequence[Procurement], *, complete: bool) -> Outcomes:
    """Return the outcomes of some public rows; ``complete``: all twelve months are public."""
    named = [row for row in rows if row.supplier is not None]
    sums: dict[str, int] = {}
    priced = [row for row in named if row.agreed_price is not None]
    for row in priced:
        name = unabbreviated(row.supplier or "")
        sums[name] = sums.get(name, 0) + (row.agreed_price or 0)
    whole = sum(sums.values())
    bids = [len(row.bids) for row in rows if row.bids]
    # A reference price of 0 compares with nothing.
    both = [row for row in rows if row.agreed_price is not None and row.reference_price]
    return Outcomes(
        complete=complete,
        suppliers=len({unabbreviated(row.supplier or "") for row in named}) or None,
        supplier_rows=len(named),
        largest_share=_share(max(sums.values()), whole) if complete and whole else None,
        largest_rows=len(priced),
        bidders=sum(bids),
        bidder_rows=len(bids),
        reference_price=sum(row.reference_price or 0 for row in both) if both else None,
        agreed_price=sum(row.agreed_price or 0 for row in both) if both else None,
        price_rows=len(both),
    )


def _share(part: int, whole: int) -> int:
    """In hundredths of a per cent, rounded half up."""
    return (part * 20_000 + whole) // (2 * whole)
