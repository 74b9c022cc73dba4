"""The revisions of a fiscal year's months → one OCDS 1.1 release package.

Each row of the form is a contracting process of its own: an e-GP project may have many contracts,
its number may be corrected or become known later, and what two rows say must never be merged into
one. So an ``ocid`` is prefix, month, and the place of the row among all that were ever published
in that month; it never changes, because revisions only follow each other. The project number is
``tender.id`` where the row has it.

A revision that changes a row is a later release of the same ``ocid`` with the ``…Update`` tags;
what it no longer states stands there as null, as OCDS takes a value back, and so does everything
of a row that was removed: nobody said that an award was cancelled. Merged, the releases of an
``ocid`` tell what the public revision tells. A row that nothing happened to has no new release.

What the row does not say is absent: no status, no tax number, no items. Names alone are known, so
each place in a row (buyer, supplier, each bidder) is a party of its own, whether or not two of
them are spelled alike.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.difference import lives
from schemas.procurement import Procurement
from schemas.summary import MonthlySummary

BIDS_EXTENSION = (
    "https://raw.githubusercontent.com/open-contracting-extensions/"
    "ocds_bid_extension/v1.1.5/extension.json"
)
# What the law says of who may offer (sections 55, 69–70 and 79 of the Procurement Act 2560 and
# clause 29 of the regulation), in the words of OCDS: everybody, those invited, one. A design
# contest is none of them for certain.
METHODS: Mapping[str, str] = {
    "open": "open",
    "e-bidding": "open",
    "e-market": "open",
    "quotation": "open",
    "selective": "limited",
    "direct": "direct",
    "consultant-open": "open",
    "consultant-selective": "limited",
    "consultant-direct": "direct",
    "design-open": "open",
    "design-selective": "limited",
    "design-direct": "direct",
}
# The stage that each section of a release tells of, by its tag.
STAGES = {"planning": "planning", "tender": "tender", "awards": "award", "contracts": "contract"}
EXACT = 2**53  # satang: above it the numbers of JSON do not tell every satang
_NAMES = ("id", "awardID")  # they stay where all else is taken back


def package(
    revisions: Sequence[MonthlySummary], publisher: str, uri: str, prefix: str, license_url: str
) -> bytes:
    """Return the package of all revisions of all months given; b"" when they have no row at all.

    ``uri`` is the address of the package, ``prefix`` goes before every name of a process.
    Units: amounts are numbers in baht, days stand with the hour in which they begin in Thailand;
           the seconds of a release only keep the revisions of one day in order.
    """
    months = sorted({one.month for one in revisions})
    releases = [
        release
        for month in months
        for release in _of_month([one for one in revisions if one.month == month], prefix)
    ]
    if not releases:
        return b""  # the standard knows no package without a release
    content = {
        "uri": uri,
        "version": "1.1",
        **({"extensions": [BIDS_EXTENSION]} if any("bids" in one for one in releases) else {}),
        "publishedDate": max(one["date"] for one in releases),
        "publisher": {"name": publisher},
        **({"license": license_url} if license_url else {}),
    }
    head = json.dumps(content, ensure_ascii=False, indent=1).removesuffix("\n}")
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in releases)
    return f'{head},\n "releases": [\n{lines}\n ]\n}}\n'.encode()


def _of_month(month: Sequence[MonthlySummary], prefix: str) -> Iterator[dict[str, Any]]:
    """Give the releases of a month, revision by revision, each in the order of the lives."""
    revisions = sorted(month, key=lambda one: one.revision)
    lived = lives(revisions)
    known: dict[str, dict[str, Any]] = {}  # what the last release of a process told
    seen: dict[str, set[str]] = {}
    for at, summary in enumerate(revisions):
        for place, life in enumerate(lived, 1):
            row, name = life[at], f"{summary.month}-{place}"
            told = known.get(name)
            if row is None and told is None:
                continue
            now = _sections(summary, row, name)
            if now == told:
                continue
            whole = now if told is None else _taking_back(told, now)
            known[name] = now
            stages = [section for section in STAGES if section in whole]
            before = seen.setdefault(name, set())
            yield {
                "ocid": f"{prefix}-{name}",
                "id": f"{prefix}-{name}-{summary.revision}",
                "date": _hour(summary.published_on, summary.revision - 1),
                "tag": [STAGES[one] + ("Update" if one in before else "") for one in stages],
                "initiationType": "tender",
                "language": "th",
                **whole,
            }
            before.update(stages)


def _sections(summary: MonthlySummary, row: Procurement | None, name: str) -> dict[str, Any]:
    """Return everything that a row says; of one that was removed nothing but whose form it is."""
    buyer = {"id": f"{name}-buyer", "name": summary.organisation}
    if row is None:
        return {"parties": [buyer | {"roles": ["buyer"]}], "buyer": buyer}
    supplier = _told(id=f"{name}-supplier", name=row.supplier)
    parties = [buyer | {"roles": ["buyer"]}]
    if row.supplier is not None:
        parties.append(supplier | {"roles": ["supplier"]})
    bids = []
    for place, bid in enumerate(row.bids, 1):
        tenderer = _told(id=f"{name}-tenderer-{place}", name=bid.bidder)
        if bid.bidder is not None:
            parties.append(tenderer | {"roles": ["tenderer"]})
        tenderers = [tenderer] if bid.bidder is not None else None
        bids.append(_told(id=f"{name}-{place}", tenderers=tenderers, value=_value(bid.amount)))
    budget = _value(row.budget)
    contract = _contract(row, name)
    award = _told(
        description=row.selection_reason,
        value=_value(row.agreed_price),
        suppliers=[supplier] if row.supplier is not None else None,
    )
    return _told(
        parties=parties,
        buyer=buyer,
        planning={"budget": {"amount": budget}} if budget else None,
        tender=_told(
            id=row.egp_project_number or name,
            title=row.title,
            value=_value(row.reference_price),
            procurementMethod=METHODS.get(row.procurement_method_code or ""),
            procurementMethodDetails=row.procurement_method,
        ),
        bids={"details": bids} if bids else None,
        # A contract must name an award, also where nothing else is known of it.
        awards=[{"id": name, **award}] if award or contract else None,
        contracts=[contract] if contract else None,
    )


def _contract(row: Procurement, name: str) -> dict[str, Any] | None:
    """Return the contract; its number is no name, for numbers repeat: it is the title."""
    if not (row.contract_number or row.contract_date or row.egp_contract_number):
        return None
    return _told(
        id=row.egp_contract_number or name,
        awardID=name,
        title=row.contract_number,
        value=_value(row.agreed_price),
        dateSigned=_hour(row.contract_date) if row.contract_date else None,
    )


def _told(**fields: object) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _value(satang: int | None) -> dict[str, Any] | None:
    """Return baht; None also for an amount that JSON would round."""
    if satang is None or satang >= EXACT:
        return None
    return {"amount": satang / 100 if satang % 100 else satang // 100, "currency": "THB"}


def _hour(day: date, seconds: int = 0) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{day.isoformat()}T{hour:02}:{minute:02}:{second:02}+07:00"


def _taking_back(old: Any, new: Any) -> Any:  # noqa: ANN401 - any part of a release
    """Return ``new`` with null for whatever ``old`` told and ``new`` does not."""
    if isinstance(old, dict):
        gone = {name: _nothing(value, name) for name, value in old.items() if name not in new}
        both = {name: _taking_back(old[name], new[name]) for name in old if name in new}
        return new | both | gone
    if isinstance(old, list) and all(isinstance(one, dict) for one in old):
        now = {one["id"]: one for one in new}
        then = {one["id"]: one for one in old}
        gone_ones = [_nothing(one) for name, one in then.items() if name not in now]
        return [_taking_back(then.get(name, one), one) for name, one in now.items()] + gone_ones
    return new


def _nothing(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any part of a release
    """Return what takes a value back: null, but names of parts stay."""
    if isinstance(value, dict):
        return {key: _nothing(one, key) for key, one in value.items()}
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return [_nothing(one) for one in value]
    return value if name in _NAMES else None
