"""A ledger in a real PostgreSQL: what breaks is one sentence, and the next pass goes on."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline import CannotRunError
from pipeline.agencies import add_agencies, configure_all, make_province, run_all
from pipeline.alone import OTHER_RUN
from pipeline.clock import BANGKOK, Clock
from pipeline.configure import Place, configure
from pipeline.ledger import Ledger
from pipeline.ledger.engines import changing
from pipeline.ledger.tables import SCHEMA
from pipeline.watch import result_of
from schemas.month import Month
from tests.conftest import ROOT, Office, in_ledger, make_office
from tests.faults.harness import WAITS, command, first_books, later_books, put_keys
from tests.postgres import Postgres

DAYS = (date(2025, 10, 3), date(2025, 10, 20))
BOOKS = (first_books, later_books)
AGENCIES = ("6800901", "6800902", "6800903")


def town(folder: Path, url: str, agency: str = "") -> Office:
    """An office with keys that are always the same."""
    place = Place(folder, url=url, shared=True)
    office = make_office(folder, tail=in_ledger(place, agency) if url else "")
    put_keys(office.workspace.keys / "1")
    return office


def live(office: Office, day: int) -> None:
    fill(office, day)
    office.one_pass(DAYS[day])


def fill(office: Office, day: int) -> None:
    for name, content in BOOKS[day]().items():
        office.drop(name, content)


def made(office: Office) -> dict[str, bytes | str]:
    """Everything but the ledger, and what is only of the moment."""
    return {
        path: content
        for path, content in office.everything().items()
        if not path.startswith(("ledger/", "cache/", "last_pass"))
    }


def counted(place: Place) -> dict[str, int]:
    """How many rows each table has."""
    with Ledger.view(place) as ledger:
        assert ledger
        with ledger.engine.connect() as link:
            names = sa.inspect(link).get_table_names()
            asked = {
                name: sa.select(sa.func.count()).select_from(sa.table(name)) for name in names
            }
            return {name: link.execute(one).scalar_one() for name, one in asked.items()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same town with a ledger of its own, after both days."""
    office = town(tmp_path_factory.mktemp("alone") / "town", "")
    for day in range(len(DAYS)):
        live(office, day)
    return office


# ---- the same as on SQLite


@pytest.mark.parametrize("kind", ["file", "postgresql"])
def test_two_agencies_of_one_ledger_publish_what_each_does_alone(
    kind: str, postgres: Postgres, undisturbed: Office, tmp_path: Path
) -> None:
    url = postgres.url() if kind == "postgresql" else ""
    place = Place(tmp_path / "shared" / "ledger.sqlite", url=url, shared=True)
    first, second = (
        make_office(tmp_path / agency, tail=in_ledger(place, agency))
        for agency in ("6800901", "6800902")
    )
    for office in (first, second):
        put_keys(office.workspace.keys / "1")
    fill(second, 1)  # it begins where the other ends
    second.one_pass(DAYS[0])
    live(first, 0)
    second.one_pass(DAYS[1])
    live(first, 1)

    assert made(first) == made(undisturbed)
    later = town(tmp_path / "later", "")
    fill(later, 1)
    for day in DAYS:
        later.one_pass(day)
    assert made(second) == made(later)


# ---- crashes


@contextmanager
def crash_at(server: Postgres, number: int, what: str) -> Iterator[list[int]]:
    """Crash the server before the n-th statement, or commit, that is sent to it."""
    seen: list[int] = []

    def count(*_: object) -> None:
        seen.append(1)
        if len(seen) == number:
            server.stop("immediate")

    name = {"statement": "before_cursor_execute", "commit": "commit"}[what]
    sa.event.listen(sa.Engine, name, count)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, name, count)


@pytest.fixture(scope="module")
def whole(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, int], dict[str, int]]:
    """How many rows both days leave in each table, and what the first sends to the server."""
    office = town(tmp_path_factory.mktemp("whole") / "town", postgres.url())
    with (
        crash_at(postgres, -1, "statement") as statements,
        crash_at(postgres, -1, "commit") as ends,
    ):
        live(office, 0)
    sent = {"statement": len(statements), "commit": len(ends)}
    live(office, 1)
    return counted(office.workspace.ledger), sent


@pytest.mark.parametrize(
    ("what", "share"),
    [("statement", 0.3), ("statement", 0.97), ("commit", 0.6)],
)
def test_a_crash_in_the_middle_of_a_pass_loses_and_doubles_nothing(
    what: str,
    share: float,
    undisturbed: Office,
    whole: tuple[dict[str, int], dict[str, int]],
    tmp_path: Path,
) -> None:
    rows, sent = whole
    with Postgres() as server:
        office = town(tmp_path / "crashed", server.url())
        fill(office, 0)
        with (
            crash_at(server, max(1, round(share * sent[what])), what),
            pytest.raises(CannotRunError, match="ขาดระหว่างทำงาน") as caught,
        ):
            office.one_pass(DAYS[0])
        assert "\n" not in str(caught.value)
        server.start()
        office.one_pass(DAYS[0])
        live(office, 1)

        assert made(office) == made(undisturbed)
        assert counted(office.workspace.ledger) == rows


def test_the_command_ends_with_one_sentence_and_watch_tries_again(tmp_path: Path) -> None:
    with Postgres() as server:
        office = town(tmp_path / "town", server.url())
        fill(office, 0)
        run = started(office, settle=3)
        wait_until(lambda: held(server) > 0)
        server.stop("immediate")
        told, complained = run.communicate(timeout=120)

        assert (run.returncode, told) == (2, "")
        assert "Traceback" not in complained
        assert len(complained.strip().splitlines()) == 1
        result = result_of(run.returncode, told.encode(), complained.encode(), 60)
        assert (result.status, result.trouble) == ("failed", complained.strip()[:1000])

        again = started(office)
        told, complained = again.communicate(timeout=120)
        assert again.returncode == 2
        assert "ไม่ตอบ" in complained
        server.start()
        last = started(office)
        last.communicate(timeout=120)
        assert last.returncode == WAITS


# ---- several coordinators


def started(office: Office, settle: float = 0, day: date = DAYS[0]) -> subprocess.Popen[str]:
    config = str(office.workspace.home / "sokhoro1.toml")
    words = ("run", "--config", config, "--today", day.isoformat(), "--settle", str(settle))
    return subprocess.Popen(
        command(*words),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def held(server: Postgres, database: str = "town1") -> int:
    """How many agencies somebody holds."""
    engine = sa.create_engine(server.url_of(database), poolclass=sa.NullPool)
    asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    with engine.connect() as link:
        return int(link.execute(sa.text(asked)).scalar_one())


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_of_two_coordinators_of_one_agency_one_works(
    postgres: Postgres, undisturbed: Office, tmp_path: Path
) -> None:
    """On two machines: they share the ledger, not the folders."""
    url = postgres.url()
    one, other = town(tmp_path / "one", url), town(tmp_path / "other", url)
    for office in (one, other):
        fill(office, 0)
    with ExitStack() as stack:
        runs = [stack.enter_context(started(office, settle=4)) for office in (one, other)]
        ended = [(*run.communicate(timeout=120), run.returncode) for run in runs]

    assert sorted(status for _, _, status in ended) == [WAITS, 2]
    assert [OTHER_RUN in complained for _, complained, status in ended if status == 2] == [True]
    one.one_pass(DAYS[0])
    live(one, 1)
    assert made(one) == made(undisturbed)


def test_two_agencies_work_at_once_on_a_ledger_that_is_not_yet_made(
    postgres: Postgres, undisturbed: Office, tmp_path: Path
) -> None:
    url = postgres.url()
    offices = [town(tmp_path / agency, url, agency) for agency in ("6800901", "6800902")]
    for office in offices:
        fill(office, 0)
    with ExitStack() as stack:
        runs = [stack.enter_context(started(office)) for office in offices]
        ended = [(*run.communicate(timeout=120), run.returncode) for run in runs]
    assert [(status, complained) for _, complained, status in ended] == [(WAITS, "")] * 2
    for office in offices:
        live(office, 1)
        assert made(office) == made(undisturbed)


def test_a_coordinator_that_is_killed_lets_go(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.url()
    office = town(tmp_path / "town", url)
    run, name = started(office, settle=60), url.partition("?")[0].rpartition("/")[2]
    wait_until(lambda: held(postgres, name) == 1)
    with pytest.raises(CannotRunError, match=OTHER_RUN):
        Ledger.open(office.workspace.ledger)
    run.kill()
    run.communicate()
    wait_until(lambda: held(postgres, name) == 0)
    with Ledger.open(office.workspace.ledger):
        assert held(postgres, name) == 1


def test_a_connection_that_died_is_never_replaced(postgres: Postgres, tmp_path: Path) -> None:
    """Somebody else may have had the lock meanwhile: what this pass knows is old."""
    place = Place(tmp_path, "6800901", postgres.url(), shared=True)
    with Ledger.open(place) as ledger:
        ledger.record_day(DAYS[0])
        kill = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
        with Ledger.view(place) as other:
            assert other
            with other.engine.connect() as link:
                link.execute(sa.text(f"{kill} AND datname = current_database()"))
        with Ledger.open(place) as second:
            for _ in range(2):
                with pytest.raises(CannotRunError, match="ขาดระหว่างทำงาน"):
                    ledger.record_day(DAYS[1])
            assert second.history().as_of == DAYS[0]


def test_agencies_of_one_connection_are_held_one_by_one(
    postgres: Postgres, tmp_path: Path
) -> None:
    place = Place(tmp_path, "6800901", postgres.url(), shared=True)
    other = replace(place, agency="6800902")
    with Ledger.open(place) as ledger:
        with ledger.of("6800902"), pytest.raises(CannotRunError, match=OTHER_RUN):
            Ledger.open(other)
        with Ledger.open(other), pytest.raises(CannotRunError, match=OTHER_RUN):
            ledger.of("6800902").__enter__()
        with pytest.raises(CannotRunError, match=OTHER_RUN):
            Ledger.open(place)


OPENS = """
import sys
from datetime import date
from pathlib import Path
import pipeline.migrations
from pipeline.configure import Place
from pipeline.ledger import Ledger
_, url, agency = sys.argv
print("ready", flush=True)
sys.stdin.readline()
with Ledger.open(Place(Path(), agency, url, shared=True)) as ledger:
    ledger.record_day(date(2025, 10, 3))
"""


def test_many_that_make_the_tables_at_once_make_them_once(
    postgres: Postgres, tmp_path: Path
) -> None:
    url = postgres.url()
    with ExitStack() as stack:
        runs = [
            stack.enter_context(
                subprocess.Popen(
                    (sys.executable, "-c", OPENS, url, str(number)),
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                )
            )
            for number in range(4)
        ]
        for run in runs:
            assert run.stdout
            run.stdout.readline()
        for run in runs:
            assert run.stdin
            run.stdin.write("\n")
            run.stdin.flush()
        ended = [run.communicate(timeout=60)[1] for run in runs]
    assert ended == [""] * 4
    rows = counted(Place(tmp_path, url=url, shared=True))
    assert (rows["alembic_version"], rows["as_of"]) == (1, 4)


def test_what_is_read_together_is_of_one_moment(postgres: Postgres, tmp_path: Path) -> None:
    place = Place(tmp_path, url=postgres.url(), shared=True)
    asked = sa.text("SELECT count(*) FROM as_of")
    with Ledger.open(place) as ledger, Ledger.view(place) as seen:
        assert seen
        with seen.engine.connect() as link:
            before = link.execute(asked).scalar_one()
            ledger.record_day(DAYS[0])
            assert link.execute(asked).scalar_one() == before
        with seen.engine.connect() as link:
            assert link.execute(asked).scalar_one() == before + 1


def test_who_only_looks_can_change_nothing(postgres: Postgres, tmp_path: Path) -> None:
    place = Place(tmp_path, url=postgres.url(), shared=True)
    with Ledger.view(place) as seen:
        assert seen is None  # nor is anything made
    Ledger.open(place).close()
    with Ledger.view(place) as seen:
        assert seen
        with pytest.raises(sa.exc.InternalError, match="read-only"):
            seen.record_day(DAYS[0])


# ---- what cannot be opened


def refused(place: Place) -> str:
    with pytest.raises(CannotRunError) as writing:
        Ledger.open(place)
    with pytest.raises(CannotRunError) as reading, Ledger.view(place):
        pass
    assert str(writing.value) == str(reading.value)
    assert "\n" not in str(reading.value)
    return str(reading.value)


def test_a_server_that_is_away_is_told(tmp_path: Path) -> None:
    place = Place(tmp_path, url=f"postgresql+psycopg:///sokhoro1?host={tmp_path}", shared=True)
    assert "กรุณาตรวจว่า PostgreSQL เปิดอยู่" in refused(place)


def test_a_database_that_is_not_there_is_told(postgres: Postgres, tmp_path: Path) -> None:
    assert "ไม่มีฐานข้อมูลนี้" in refused(Place(tmp_path, url=postgres.url_of("nowhere"), shared=True))


def test_a_database_of_other_letters_is_told(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.url("--encoding=LATIN1", "--locale=C", "--template=template0")
    assert "LATIN1" in refused(Place(tmp_path, url=url, shared=True))


def test_a_ledger_of_a_newer_program_is_told(postgres: Postgres, tmp_path: Path) -> None:
    place = Place(tmp_path, url=postgres.url(), shared=True)
    with Ledger.open(place) as ledger, changing(ledger.engine) as link:
        link.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CannotRunError, match="9999"):
        Ledger.open(place)
    with pytest.raises(CannotRunError, match=f"9999.*{SCHEMA}"), Ledger.view(place):
        pass


def test_the_password_comes_from_a_file_and_is_never_told(
    postgres: Postgres, tmp_path: Path
) -> None:
    secret, file = "hunter2 ก็ได้/@", tmp_path / "secret.txt"
    url = postgres.url()
    owner = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = sa.make_url(url).database
    with owner.connect() as link:
        link.execute(sa.text("DROP ROLE IF EXISTS town"))
        link.execute(sa.text(f"CREATE ROLE town LOGIN PASSWORD '{secret}'"))
        link.execute(sa.text(f"GRANT ALL ON DATABASE {name} TO town"))
    rules = postgres.data / "pg_hba.conf"
    kept = rules.read_text(encoding="utf-8")
    rules.write_text(f"local all town scram-sha-256\n{kept}", encoding="utf-8")
    postgres.reload()
    place = Place(tmp_path, "", url.replace("tests@", "town@"), "", str(file), shared=True)
    file.touch(0o600)
    file.write_text("wrong\n", encoding="utf-8")
    assert "ไม่รับชื่อผู้ใช้หรือรหัสผ่าน" in refused(place)
    assert "ไม่รับชื่อผู้ใช้หรือรหัสผ่าน" in refused(replace(place, secret_file=""))
    assert "wrong" not in refused(place)
    file.write_text(f"{secret}\n", encoding="utf-8")
    with pytest.raises(CannotRunError, match="ไม่มีสิทธิ์") as caught:
        Ledger.open(place)
    assert secret not in str(caught.value)
    with owner.connect() as link:
        link.execute(sa.text(f"ALTER DATABASE {name} OWNER TO town"))
    Ledger.open(place).close()
    file.chmod(0o644)
    assert "chmod 600" in refused(place)


# ---- backups


def test_a_backup_of_one_agency_comes_back_into_any_ledger(
    postgres: Postgres, undisturbed: Office, tmp_path: Path
) -> None:
    url = postgres.url()
    office, other = (town(tmp_path / agency, url, agency) for agency in ("68009", "68010"))
    live(other, 0)
    live(office, 0)
    live(other, 1)
    file = tmp_path / "b.zip"
    told(office, "backup", str(file))
    alone = town(tmp_path / "alone", "")
    moved = town(tmp_path / "moved", url, "68011")
    for back in (alone, moved):
        shutil.rmtree(back.workspace.keys)
        told(back, "restore", str(file))
        assert "อยู่แล้ว" in told(back, "restore", str(file), status=2)
        back.one_pass(DAYS[0])
        live(back, 1)
        assert made(back) == made(undisturbed)
    live(office, 1)
    assert made(office) == made(undisturbed)
    assert "ยังไม่มี" in told(town(tmp_path / "new", url, "n"), "backup", str(file) + "2", status=2)


def told(office: Office, *words: str, status: int = 0) -> str:
    config = ("--config", str(office.workspace.home / "sokhoro1.toml"))
    done: Any = subprocess.run(
        command(*words, *config), check=False, cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert not re.search("Traceback", done.stderr)
    return str(done.stdout + done.stderr)


def test_doctor_says_that_the_server_is_away(tmp_path: Path) -> None:
    with Postgres() as server:
        office = town(tmp_path / "town", server.url())
        live(office, 0)
        assert re.search("✓.*บัญชีข้อมูล", told(office, "doctor", status=1))
        server.stop()
        assert "กรุณาตรวจว่า PostgreSQL เปิดอยู่" in told(office, "doctor", status=1)
        assert "กรุณาตรวจว่า PostgreSQL เปิดอยู่" in told(office, "status", status=2)


# ---- a province


def province_of(folder: Path, url: str) -> Path:
    """Three agencies with keys that are always the same, two of which have something to say."""
    path = make_province(folder, "จังหวัดสมมติ")
    add_agencies(path, [(agency, f"เทศบาล {agency}") for agency in AGENCIES], Month(2567, 10))
    for agency, books in zip(AGENCIES, (*BOOKS, dict), strict=True):
        home = folder / "agencies" / agency
        shutil.rmtree(home / "output" / "keys")
        put_keys(home / "output" / "keys" / "1")
        for name, content in books().items():
            (home / "inbox" / name).write_bytes(content)
        config = home / "sokhoro1.toml"
        text = config.read_text(encoding="utf-8")
        if url:
            text, changed = re.subn('(?m)^file = ".*ledger.sqlite"$', f'url = "{url}"', text)
            assert changed == 1
        config.write_text(text, encoding="utf-8")
    return path


def run_province(path: Path) -> dict[str, str]:
    morning = datetime.combine(DAYS[1], time_of_day(9), BANGKOK)
    clock = Clock(lambda: morning, lambda _: None)
    return dict(run_all(configure_all(path), DAYS[1], 0, clock).failed)


def published_by(path: Path) -> dict[str, dict[str, bytes | str]]:
    homes = (path.parent / "agencies" / agency / "sokhoro1.toml" for agency in AGENCIES)
    return {home.parent.name: made(Office(configure(home))) for home in homes}


@pytest.mark.parametrize("share", [0, 0.4])
def test_a_province_is_published_alike_also_after_a_crash(share: float, tmp_path: Path) -> None:
    expected = province_of(tmp_path / "file", "")
    assert run_province(expected) == {}
    with Postgres() as server:
        whole = province_of(tmp_path / "whole", server.url())
        with crash_at(server, -1, "statement") as sent:
            assert run_province(whole) == {}
        assert published_by(whole) == published_by(expected)
        if share:
            crashed = province_of(tmp_path / "crashed", server.url())
            with (
                crash_at(server, round(share * len(sent)), "statement"),
                pytest.raises(CannotRunError, match="ขาดระหว่างทำงาน"),
            ):
                run_province(crashed)
            server.start()
            assert run_province(crashed) == {}
            assert published_by(crashed) == published_by(expected)


def test_an_agency_that_another_machine_works_for_is_left_out(
    postgres: Postgres, tmp_path: Path
) -> None:
    url = postgres.url()
    path = province_of(tmp_path / "province", url)
    with Ledger.open(Place(tmp_path, AGENCIES[0], url, shared=True)):
        failed = run_province(path)
    assert list(failed) == [AGENCIES[0]]
    assert OTHER_RUN in failed[AGENCIES[0]]
    assert run_province(path) == {}
