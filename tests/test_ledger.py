"""The ledger: it only grows, its schema is that of the migrations, it refuses what it must."""

import sqlite3
from datetime import date

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline import CannotRunError, examples
from pipeline.ledger import Ledger
from pipeline.ledger.tables import METADATA, SCHEMA
from schemas.month import Month
from tests.conftest import Office

TODAY = date(2025, 10, 20)


@pytest.fixture
def used(office: Office) -> Office:
    """An office with a public month, and a returned workbook."""
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3)
    examples.write(book, office.workspace.inbox)
    bad = examples.bad_books()[0]
    office.drop(bad.file, bad.content)
    office.one_pass(TODAY)
    return office


def test_the_migrations_make_the_tables_that_the_program_uses(used: Office) -> None:
    with Ledger.open(used.workspace.ledger) as ledger, ledger.engine.connect() as link:
        assert compare_metadata(MigrationContext.configure(link), METADATA) == []
        assert link.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == SCHEMA


def test_where_every_cell_went_is_kept_with_the_drop(used: Office) -> None:
    """Title 4 cells, heading 9, three items of nine columns; both readers agree on them."""
    with Ledger.open(used.workspace.ledger) as ledger:
        accounts = {drop.file: drop.accounts for drop in ledger.drops()}
    (account,) = accounts[examples.example_month(Month(2568, 1), "nine-columns", rows=3).file]

    assert (account.left_out, account.told) == ({"heading": 9, "title": 4}, 0)
    assert account.cells == account.read + 13
    assert account.read in range(25, 28)  # an item may leave a cell empty
    assert account.readers == 2


def test_a_ledger_of_a_newer_program_is_refused_in_a_sentence(used: Office) -> None:
    with sqlite3.connect(used.workspace.ledger) as link:
        link.execute("UPDATE alembic_version SET version_num = '9999'")
    link.close()
    with pytest.raises(CannotRunError, match="9999"):
        Ledger.open(used.workspace.ledger)


def test_a_file_that_is_no_ledger_is_refused_in_a_sentence(office: Office) -> None:
    office.workspace.ledger.parent.mkdir(parents=True)
    office.workspace.ledger.write_bytes(b"not a database, but long enough to be looked at" * 40)
    with pytest.raises(CannotRunError):
        Ledger.open(office.workspace.ledger)


def test_no_row_is_ever_changed_or_removed(used: Office) -> None:
    """What the ledger held before a correction, it holds after it, in the same order."""
    before = everything(used)
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3, seed=9)
    used.drop(book.file, examples.to_bytes(book))
    used.one_pass(date(2025, 11, 20))
    after = everything(used)

    assert before.keys() == after.keys()
    for table, rows in before.items():
        assert after[table][: len(rows)] == rows, table
    assert len(after["submission"]) > len(before["submission"])


def test_sqlite_waits_for_the_disk(used: Office) -> None:
    with Ledger.open(used.workspace.ledger) as ledger, ledger.engine.connect() as link:
        assert link.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert link.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert link.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_number_that_is_none_never_gets_in(used: Office) -> None:
    """SQLite would store 1.5 in an integer column without a word."""
    half = {"month": "2568-01", "number": 1.5, "accepted_on": "2025-10-20"}
    statement = sa.text(
        "INSERT INTO revision (month, number, accepted_on) VALUES (:month, :number, :accepted_on)"
    )
    with (
        Ledger.open(used.workspace.ledger) as ledger,
        ledger.engine.begin() as link,
        pytest.raises(sa.exc.IntegrityError),
    ):
        link.execute(statement, half)


def everything(office: Office) -> dict[str, list[tuple[object, ...]]]:
    with Ledger.open(office.workspace.ledger) as ledger, ledger.engine.connect() as link:
        return {
            table.name: [
                tuple(row) for row in link.execute(sa.select(table).order_by(sa.text("id")))
            ]
            for table in METADATA.sorted_tables
        }
