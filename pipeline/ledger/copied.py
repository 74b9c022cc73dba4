"""One agency's part of a ledger, copied into another ledger: for backups, and to move a town."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from pipeline.ledger import Ledger
from pipeline.ledger.tables import METADATA, ROOTS, insert, own

AT_ONCE = 1000  # rows
# What names a row of another table beside the foreign keys; 0 where there was none.
_NAMED = {"after_revision": "revision", "after_submission": "submission"}
_ANSWER = "answer/"  # a notice about an answer has the number of its submission in its key


def is_empty(ledger: Ledger) -> bool:
    """True while nothing was ever written down of the agency."""
    with ledger.engine.connect() as link:
        return not any(
            link.execute(
                sa.select(table.c.id).where(table.c.agency == ledger.agency).limit(1)
            ).all()
            for table in ROOTS
        )


def copy_part(source: Ledger, target: Ledger) -> None:
    """Write all that one part holds, as it is at this moment, into another that is empty.

    In one transaction. The rows keep their order; the ledger gives them keys of its own.
    """
    keys: dict[str, dict[int, int]] = {"revision": {}, "submission": {}}
    keys |= {
        key.column.table.name: {}
        for table in METADATA.tables.values()
        for key in table.foreign_keys
    }
    with source.engine.connect() as old, target.engine.begin() as new:
        for table in METADATA.sorted_tables:
            for rows in (
                old.execute(own(table, source.agency).order_by(table.c.id))
                .mappings()
                .partitions(AT_ONCE)
            ):
                moved = [_moved(table, row, keys, target.agency) for row in rows]
                if table.name not in keys:
                    new.execute(table.insert(), moved)
                    continue
                for row, values in zip(rows, moved, strict=True):
                    keys[table.name][row["id"]] = insert(new, table, **values)


def _moved(
    table: sa.Table,
    row: sa.RowMapping,
    keys: Mapping[str, Mapping[int, int]],
    agency: str,
) -> dict[str, Any]:
    """The row as it stands in the other ledger."""
    values = {name: value for name, value in row.items() if name != "id"}
    for name, parent in _names_of(table):
        if values[name]:
            values[name] = keys[parent][values[name]]
    key = str(values.get("key", ""))
    if table.name == "notice_key" and key.startswith(_ANSWER):
        values["key"] = f"{_ANSWER}{keys['submission'][int(key.removeprefix(_ANSWER))]}"
    return values | ({"agency": agency} if "agency" in values else {})


def _names_of(table: sa.Table) -> Iterator[tuple[str, str]]:
    for key in table.foreign_keys:
        yield key.parent.name, key.column.table.name
    for name, parent in _NAMED.items():
        if name in table.c:
            yield name, parent
