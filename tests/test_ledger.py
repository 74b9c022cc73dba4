"""The ledger: it only grows, its schema is that of the migrations, it refuses what it must."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline import CannotRunError, examples
from pipeline.ledger import Ledger
from pipeline.ledger.tables import METADATA, ROOTS, SCHEMA
from pipeline.outbox import queue, queued, told
from schemas.month import Month
from schemas.notice import Notice
from tests.conftest import Office

TODAY = date(2025, 10, 20)


@pytest.fixture
def used(office: Office) -> Office:
    """An office with a public month, and a returned workbook."""
    return use(office)


@pytest.fixture
def used_shared(shared_office: Office) -> Office:
    """The same with a ledger that others may share."""
    return use(shared_office)


def use(office: Office) -> Office:
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3)
    examples.write(book, office.workspace.inbox)
    bad = examples.bad_books()[0]
    office.drop(bad.file, bad.content)
    office.one_pass(TODAY)
    return office


def test_the_migrations_make_the_tables_that_the_program_uses(used_shared: Office) -> None:
    with Ledger.open(used_shared.workspace.ledger) as ledger, ledger.engine.connect() as link:
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
    with sqlite3.connect(used.workspace.ledger.file) as link:
        link.execute("UPDATE alembic_version SET version_num = '9999'")
    link.close()
    with pytest.raises(CannotRunError, match="9999"):
        Ledger.open(used.workspace.ledger)


def test_a_file_that_is_no_ledger_is_refused_in_a_sentence(office: Office) -> None:
    office.workspace.records.mkdir(parents=True)
    office.workspace.ledger.file.write_bytes(
        b"not a database, but long enough to be looked at" * 40
    )
    with pytest.raises(CannotRunError):
        Ledger.open(office.workspace.ledger)


def test_no_row_is_ever_changed_or_removed(used_shared: Office) -> None:
    """What the ledger held before a correction, it holds after it, in the same order."""
    before = everything(used_shared)
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3, seed=9)
    used_shared.drop(book.file, examples.to_bytes(book))
    used_shared.one_pass(date(2025, 11, 20))
    after = everything(used_shared)

    assert before.keys() == after.keys()
    for table, rows in before.items():
        assert after[table][: len(rows)] == rows, table
    assert len(after["submission"]) > len(before["submission"])


def test_what_was_there_before_there_were_agencies_is_a_town_alone(used: Office) -> None:
    """A ledger of the sixth schema, with a notice about each thing told."""
    with Ledger.open(used.workspace.ledger) as ledger:
        notice = Notice(("reminder/1", "reminder/2"), "finance", "", "เตือน", "เตือน")
        queue(ledger, [notice], TODAY)
        before = (ledger.history(), ledger.past_drops(), told(ledger), queued(ledger, TODAY))
    older(used.workspace.ledger.file)
    with Ledger.open(used.workspace.ledger) as ledger:
        assert (ledger.history(), ledger.past_drops(), told(ledger), queued(ledger, TODAY)) == (
            before
        )
        with ledger.engine.connect() as link:
            assert compare_metadata(MigrationContext.configure(link), METADATA) == []
    assert used.one_pass(TODAY).published == ()


def older(ledger: Path) -> None:
    """Take back what the seventh schema brought."""
    with closing(sqlite3.connect(ledger)) as link, link:
        keys = link.execute("SELECT id, notice_id, key FROM notice_key").fetchall()
        link.execute("DROP TABLE notice_key")
        link.execute(
            "CREATE TABLE notice_key (id INTEGER NOT NULL PRIMARY KEY, notice_id INTEGER NOT NULL"
            " REFERENCES notice (id), key TEXT NOT NULL UNIQUE) STRICT"
        )
        link.execute("CREATE INDEX ix_notice_key_notice_id ON notice_key (notice_id)")
        link.executemany("INSERT INTO notice_key VALUES (?, ?, ?)", keys)
        link.execute("DROP INDEX ix_submission_content")
        for table in ROOTS:
            if table.name != "notice_key":
                link.execute(f"DROP INDEX ix_{table.name}_agency")
                link.execute(f"ALTER TABLE {table.name} DROP COLUMN agency")
        link.execute("UPDATE alembic_version SET version_num = '0006'")


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
