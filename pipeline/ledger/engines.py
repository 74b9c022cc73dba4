"""The two databases that a ledger may be in: a file of SQLite, or a database of PostgreSQL.

SQLite is set up so that what it says is written is written; PostgreSQL so that a pass has one
connection, which holds the lock of its agency as long as it lives, and never gets another.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline import CannotRunError
from pipeline.alone import TRY_LATER
from pipeline.configure import Place
from pipeline.secret import SecretError, secret_of
from schemas.manifest import printable

NEEDED = "psycopg[binary]>=3.3,<4"  # as in the extras of pyproject.toml
LONGEST_REASON = 200  # characters of what a server says
# Until when a server that no longer answers is given up, from either side: some 60 seconds. The
# server must give us up too, or it would keep the lock of a machine that lost its power.
PATIENCE: dict[str, str | int] = {
    "application_name": "sokhoro1",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # ms; libpq heeds it on Linux only
}
PATIENCE_OF_THE_SERVER = (
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; "
    "SET tcp_keepalives_count = 3; SET tcp_user_timeout = 60000"
)
NO_RIGHT = "42501"  # SQLSTATE


def engine_of(place: Place, *, writing: bool) -> sa.Engine:
    """Return an engine to read, or to read and write; CannotRunError where it cannot be."""
    if place.url:
        return _postgres(place, writing=writing)
    return _sqlite(place.file, writing=writing)


def is_postgres(engine: sa.Engine) -> bool:
    return engine.dialect.name == "postgresql"


# ---- SQLite


def _sqlite(path: Path, *, writing: bool) -> sa.Engine:
    """Return an engine whose every commit has reached the disk (WAL, ``synchronous=FULL``)."""
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)))

    @sa.event.listens_for(engine, "connect")
    def _connect(link: sqlite3.Connection, _: object) -> None:
        link.isolation_level = None  # we begin transactions ourselves
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
            link.execute(f"PRAGMA {pragma}")
        link.execute("PRAGMA busy_timeout=5000")

    @sa.event.listens_for(engine, "begin")
    def _begin(link: sa.Connection) -> None:
        # A plain BEGIN that reads and then writes beside another writer fails at once.
        link.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def trouble_of_the_disk(error: Exception) -> str:
    """Return what SQLite says of a disk that is full, locked or broken; "" for any other error."""
    # Its subclasses, a broken constraint or a wrong statement, are bugs of ours.
    if type(error) in {sa.exc.OperationalError, sa.exc.DatabaseError}:
        return str(getattr(error, "orig", error))
    return ""


def damage_of(engine: sa.Engine) -> str:
    """Return what SQLite finds wrong with its file, "" for nothing; a server looks after its own.

    Errors: ``sqlalchemy.exc.DatabaseError`` for a file that is damaged beyond that.
    """
    if is_postgres(engine):
        return ""
    with engine.connect() as link:
        found = link.execute(sa.text("PRAGMA quick_check")).scalars().all()
    return "" if found == ["ok"] else str(found[0] if found else "?")


# ---- PostgreSQL


def _postgres(place: Place, *, writing: bool) -> sa.Engine:
    """Return an engine of one connection, whose every trouble is one Thai sentence.

    Each transaction sees the ledger as it was at one moment, as with SQLite. We only ever add
    rows, so that two never contradict each other.
    """
    secret = _secret(place)
    url = sa.make_url(place.url).set(drivername="postgresql+psycopg")
    url = url.set(password=secret) if secret else url
    patience = {key: value for key, value in PATIENCE.items() if key not in url.query}
    try:
        engine = sa.create_engine(
            url,
            isolation_level="REPEATABLE READ",
            pool_size=1,
            max_overflow=0,  # a second one beside the first would see another moment
            pool_timeout=5,
            connect_args=patience,
            execution_options={} if writing else {"postgresql_readonly": True},
        )
    except ModuleNotFoundError:
        raise CannotRunError(
            f'บัญชีข้อมูลแบบ PostgreSQL ต้องติดตั้งโปรแกรมเสริมก่อน กรุณาสั่ง pip install "{NEEDED}"'
        ) from None
    connected: list[bool] = []

    @sa.event.listens_for(engine, "do_connect")
    def _once(*_: object) -> None:
        # The lock died with the first connection: another pass may have written since.
        if writing and connected:
            raise CannotRunError(_lost(place, "ไม่ต่อใหม่ในรอบเดียวกัน"))

    @sa.event.listens_for(engine, "connect")
    def _connect(link: Any, _: object) -> None:  # noqa: ANN401 - psycopg need not be installed
        connected.append(True)
        with link.cursor() as cursor:
            encoding = cursor.execute("SHOW server_encoding").fetchone()[0]
            cursor.execute(PATIENCE_OF_THE_SERVER)
        link.commit()
        if encoding != "UTF8":
            raise CannotRunError(
                f"ฐานข้อมูล {place} เก็บตัวอักษรแบบ {encoding} ใช้ไม่ได้ "
                "กรุณาสร้างใหม่ด้วย createdb --encoding=UTF8 --template=template0"
            )

    @sa.event.listens_for(engine, "handle_error")
    def _tell(context: sa.engine.ExceptionContext) -> None:
        raised, original = context.sqlalchemy_exception, context.original_exception
        if getattr(original, "sqlstate", None) == NO_RIGHT:
            raise CannotRunError(
                f"ผู้ใช้ของ {place} ไม่มีสิทธิ์ในฐานข้อมูล ({_said(original, secret)}) "
                "กรุณาให้เป็นเจ้าของฐานข้อมูล (ALTER DATABASE … OWNER TO …)"
            ) from original
        if type(raised) is sa.exc.OperationalError:
            told = _lost if context.connection is not None else _refused
            raise CannotRunError(told(place, _said(original, secret))) from original

    return engine


def _secret(place: Place) -> str:
    try:
        return secret_of(place.secret_env, place.secret_file)
    except SecretError as error:
        raise CannotRunError(f"รหัสผ่านของบัญชีข้อมูล {place}: {error}") from None


def _said(error: BaseException, secret: str) -> str:
    """What the server said, on one short line, without the password."""
    said = printable(" ".join(str(error).split()))
    return (said.replace(secret, "•••") if secret else said)[:LONGEST_REASON]


def _lost(place: Place, said: str) -> str:
    return (
        f"การเชื่อมต่อกับบัญชีข้อมูล {place} ขาดระหว่างทำงาน ({said}) สิ่งที่บันทึกแล้วอยู่ครบ "
        "รอบหน้าจะทำต่อจากเดิม กรุณาตรวจ PostgreSQL และเครือข่าย"
    )


# What PostgreSQL says in English; in another language it is quoted.
_LOGIN = (
    "password authentication failed|no password supplied|role .* does not exist|"
    "no pg_hba.conf entry|Peer authentication failed"
)
_REFUSALS = (
    (
        _LOGIN,
        "ไม่รับชื่อผู้ใช้หรือรหัสผ่าน ({said}) กรุณาตรวจ ledger.url และ secret_env หรือ secret_file",
    ),
    (
        r"database .* does not exist",
        (
            "ไม่มีฐานข้อมูลนี้ ({said}) กรุณาสร้างด้วย "
            "createdb --encoding=UTF8 --template=template0 หรือแก้ ledger.url"
        ),
    ),
    (r"", "ไม่ตอบ ({said}) กรุณาตรวจว่า PostgreSQL เปิดอยู่และเครือข่ายไปถึง แล้วสั่งใหม่"),
)


def _refused(place: Place, said: str) -> str:
    words = next(words for pattern, words in _REFUSALS if re.search(pattern, said))
    return f"เปิดบัญชีข้อมูล {place} ไม่ได้: {words.format(said=said)}"


def _number(name: str) -> int:
    """What PostgreSQL knows a lock by; other programs may have theirs in the same database."""
    digest = hashlib.sha256(f"sokhoro1/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def hold(engine: sa.Engine, agency: str) -> None:
    """Lock an agency's part as long as this connection lives; CannotRunError when it is held."""
    with engine.begin() as link:
        asked = sa.select(sa.func.pg_try_advisory_lock(_number(f"agency/{agency}")))
        if not link.execute(asked).scalar_one():
            raise CannotRunError(TRY_LATER)


def let_go(engine: sa.Engine, agency: str) -> None:
    with engine.begin() as link:
        link.execute(sa.select(sa.func.pg_advisory_unlock(_number(f"agency/{agency}"))))


# ---- the schema


def version_of(engine: sa.Engine) -> str | None:
    """Return the schema that the ledger has, None for a new one; CannotRunError for no ledger."""
    try:
        with engine.connect() as link:
            if not sa.inspect(link).has_table("alembic_version"):
                return None
            version = link.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            return None if version is None else str(version)
    except sa.exc.DatabaseError as error:
        raise CannotRunError(f"เปิดบัญชีข้อมูลไม่ได้: {error.orig}") from None


@contextmanager
def changing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that alone may change the schema; who waited sees what the other has done."""
    if not is_postgres(engine):
        with engine.begin() as link:  # SQLite lets in one writer
            yield link
        return
    # Of the moment of each statement: one moment for all would be that before the wait.
    waits = engine.connect().execution_options(isolation_level="READ COMMITTED")
    with waits as link, link.begin():
        link.execute(sa.select(sa.func.pg_advisory_xact_lock(_number("schema"))))
        yield link
