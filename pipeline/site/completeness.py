"""The page of each fiscal year that was held against e-GP's open data: what is in both, what not.

It counts and leads to the rows; it accuses nobody. Names stand only where they differ.
"""

from dataclasses import replace

from pipeline.site.view import Site
from schemas.personal import is_person, public, without_citizens
from schemas.reconciliation import FIELD_WORDS, Both, PublicRow, Reconciliation, Unlike

COMPLETENESS = "completeness.html"


def completeness(site: Site) -> dict[str, bytes]:
    return {
        f"fy{year.status.fiscal_year}/{COMPLETENESS}": _page(site, found)
        for year in site.years
        if (found := site.beside.compared.get(year.status.fiscal_year))
    }


def _page(site: Site, found: Reconciliation) -> bytes:
    shown = replace(
        found,
        differing=tuple(_public_pair(pair) for pair in found.differing),
        only_here=tuple(_public_row(row) for row in found.only_here),
        not_comparable=tuple(_public_row(row) for row in found.not_comparable),
    )
    names = [
        value
        for pair in shown.differing
        for one in pair.unlike
        for value in (one.here, one.there)
        if one.field == "supplier" and isinstance(value, str)
    ]
    return site.draw(
        COMPLETENESS,
        root="../",
        found=shown,
        file=without_citizens(found.file.file.rpartition("/")[2]),
        words=FIELD_WORDS,
        person=any(map(is_person, names)),
    )


def _public_pair(pair: Both) -> Both:
    return replace(
        pair, row=_public_row(pair.row), unlike=tuple(_public_value(one) for one in pair.unlike)
    )


def _public_value(one: Unlike) -> Unlike:
    here, there = (
        without_citizens(value) if isinstance(value, str) else value
        for value in (one.here, one.there)
    )
    return replace(one, here=here, there=there)


def _public_row(row: PublicRow) -> PublicRow:
    return replace(row, row=public(row.row))
