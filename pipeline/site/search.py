"""Search without a server: a page, its script, and what the script fetches to answer.

Everything of a row that is searched (title, supplier, bidders, numbers) is folded, and all of it,
the oldest month first, makes one long text. A gram is what stands there from one place on:
``GRAM`` characters, fewer at the end of a field. ``grams-*.json`` has for each gram all its
places. A phrase is in the text where its grams follow each other, so the answer has no false hit
and misses none, and the rows themselves are fetched for the page of results alone:

``index.json``        where the rest is: months, methods, the first row or gram of each shard
``facts-*.json``      of each row what filters and orders: price, method, supplier
``suppliers-*.json``  their names, fetched by whoever filters by one
``grams-*.json``      the places of the grams, in the order of JavaScript's strings
``rows-*.json``       what a line of the results shows

The shards stand in a folder named for their content: whoever has an old index never reads it
together with newer shards.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.pages import row_address
from pipeline.places import place_of
from pipeline.site.view import Site
from schemas.folding import FOLDING, fold
from schemas.procurement import METHODS, Procurement
from schemas.summary import MonthlySummary
from schemas.thai import decimal_baht

SEARCH = "search.html"
FOLDER = "search/"
INDEX = f"{FOLDER}index.json"
GRAM = 5
# Bytes at which a shard is full: a query needs a few shards, and little of each.
GRAMS_FULL, ROWS_FULL, FACTS_FULL = 20_000, 10_000, 50_000
PLACES_OF_A_PIECE = 3_000  # of a gram that is everywhere; six letters a place at the most
OTHER, UNKNOWN = "other", "unknown"  # ways of buying without a code of ours, and none written
# Neither digits nor the «x» of a mask: nothing that the gate could take for somebody's number.
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWYZ"
_DIGEST = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


@dataclass(frozen=True)
class _Row:
    """A public row where it stands: ``month`` counts in the index, ``position`` from 1."""

    month: int
    position: int
    row: Procurement

    @property
    def address(self) -> str:
        """Where the row is shown, from the folder of its month: the one place that knows it."""
        return row_address(self.position)

    @property
    def bidders(self) -> tuple[str, ...]:
        """Who else has bid: the supplier is told already."""
        names = dict.fromkeys(bid.bidder for bid in self.row.bids if bid.bidder is not None)
        return tuple(name for name in names if name != self.row.supplier)

    @property
    def numbers(self) -> tuple[str | None, str | None, str | None]:
        return self.row.contract_number, self.row.egp_project_number, self.row.egp_contract_number

    @property
    def searched(self) -> tuple[str, ...]:
        texts = (self.row.title, self.row.supplier, *self.bidders, *self.numbers)
        return tuple(fold(text) for text in texts if text is not None)

    @property
    def shown(self) -> list[Any]:
        """The price and the way of buying are among the facts."""
        return [self.address, self.row.title, self.row.supplier, self.bidders, self.numbers]

    @property
    def method(self) -> tuple[str, str | None]:
        """What the filter knows it by, and the words that the office wrote."""
        words = self.row.procurement_method
        without_code = UNKNOWN if words is None else OTHER
        return self.row.procurement_method_code or without_code, words


def search(site: Site) -> dict[str, bytes]:
    """Return the page, the index and its shards by path: of what is public now, and no other."""
    months = sorted(site.summaries.public, key=lambda summary: summary.month)
    rows = [
        _Row(number, position, row)
        for number, summary in enumerate(months)
        for position, row in enumerate(summary.rows, 1)
    ]
    methods = list(dict.fromkeys(row.method for row in rows))
    shards, begins = _shards(rows, methods)
    digest = hashlib.sha256(_json(sorted((name, text) for name, text in shards.items())))
    folder = f"{FOLDER}{digest.hexdigest()[:16].translate(_DIGEST)}/"
    index = {
        "folder": folder,
        "gram": GRAM,
        "months": [_month(summary) for summary in months],
        "methods": methods,
        **begins,
        "folding": FOLDING,
    }
    return {
        SEARCH: site.draw(
            SEARCH,
            root="",
            years=site.years,
            methods=_offered(methods),
        ),
        INDEX: _json(index),
        **{f"{folder}{name}": text.encode() for name, text in shards.items()},
    }


def _month(summary: MonthlySummary) -> dict[str, Any]:
    return {
        "month": str(summary.month),
        "fiscal_year": summary.month.fiscal_year,
        "words": summary.month.words,
        "folder": place_of(summary),
        "rows": len(summary.rows),
    }


def _offered(methods: Iterable[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Return each way of buying that is met, in the order of the law, with the law's own words."""
    met = {value for value, _ in methods}
    known = [(method.code, method.spellings[0]) for method in METHODS if method.code in met]
    return [*known, *((value, None) for value in (OTHER, UNKNOWN) if value in met)]


# ---- shards


def _shards(
    rows: list[_Row], methods: list[tuple[str, str | None]]
) -> tuple[dict[str, str], dict[str, list[Any]]]:
    """Return the shards by name, and for each kind where they begin."""
    searched = [row.searched for row in rows]
    suppliers = list(dict.fromkeys(row.row.supplier for row in rows if row.row.supplier))
    facts = [
        [
            None if row.row.agreed_price is None else decimal_baht(row.row.agreed_price),
            methods.index(row.method),
            number,
            sum(len(field) + 1 for field in fields),
        ]
        for row, fields, number in zip(
            rows, searched, _numbers(suppliers, (row.row.supplier for row in rows)), strict=True
        )
    ]
    listed = {
        "facts": _packed(map(_text, facts), FACTS_FULL),
        "suppliers": _packed(map(_text, suppliers), FACTS_FULL),
        "rows": _packed((_text(row.shown) for row in rows), ROWS_FULL),
    }
    grams = list(_gram_shards(searched))
    shards = {
        f"{kind}-{number}.json": f"[{_LINES.join(pieces)}]\n"
        for kind, packed in listed.items()
        for number, (_, pieces) in enumerate(packed)
    } | {f"grams-{number}.json": _text(places) + "\n" for number, places in enumerate(grams)}
    index: dict[str, list[Any]] = {
        kind: [first for first, _ in packed] for kind, packed in listed.items()
    }
    # First and last: a gram that is everywhere goes on in the next shard.
    return shards, index | {"grams": [[next(iter(one)), next(reversed(one))] for one in grams]}


_LINES = ",\n"


def _numbers(suppliers: list[str], of_rows: Iterable[str | None]) -> Iterator[int | None]:
    known = {name: number for number, name in enumerate(suppliers)}
    return (known[name] if name else None for name in of_rows)


def _packed(pieces: Iterable[str], full: int) -> list[tuple[int, list[str]]]:
    """Put pieces into shards until each is full; with the number of the first piece in it."""
    shards: list[tuple[int, list[str]]] = []
    size = full
    for number, piece in enumerate(pieces):
        weight = len(piece.encode()) + len(_LINES)
        if size + weight > full:
            shards.append((number, []))
            size = 0
        shards[-1][1].append(piece)
        size += weight
    return shards


def _gram_shards(searched: Iterable[tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """Give the places of all grams in the order in which JavaScript compares strings."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    at = 0
    for fields in searched:
        for field in fields:
            for start in range(len(field)):
                places[field[start : start + GRAM]].append(at + start)
            at += len(field) + 1  # so that no gram goes on in the next field
    shard: dict[str, str] = {}
    size = 0
    for gram in sorted(places, key=lambda gram: gram.encode("utf-16-be", "surrogatepass")):
        for begin in range(0, len(places[gram]), PLACES_OF_A_PIECE):
            piece = _letters(places[gram][begin : begin + PLACES_OF_A_PIECE])
            weight = len(_text(gram).encode()) + len(piece) + 4
            if shard and (size + weight > GRAMS_FULL or gram in shard):
                yield shard
                shard, size = {}, 0
            shard[gram] = piece
            size += weight
    if shard:
        yield shard


def _letters(places: Iterable[int]) -> str:
    """Write the steps from place to place to the base of 25; a capital ends a step.

    >>> _letters([0, 24, 49, 700])
    'AZbAbbB'
    """
    written, before = [], 0
    for place in places:
        rest, last = divmod(place - before, len(_ALPHABET))
        letters = _ALPHABET[last]
        while rest:
            rest, digit = divmod(rest, len(_ALPHABET))
            letters = _ALPHABET[digit].lower() + letters
        written.append(letters)
        before = place
    return "".join(written)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json(value: object) -> bytes:
    return (_text(value) + "\n").encode()
