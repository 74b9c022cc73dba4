"""What the measures claim to be public is looked at, and each look is kept."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest

from pipeline.backup import back_up, restore
from pipeline.compile import compile_report
from pipeline.measures import NAME, first_measures
from pipeline.watched import NAME as WATCHED
from pipeline.watched import places_of, read_looks, sightings, watch_places
from schemas.example_words import ORGANISATION
from schemas.report import Sighting
from tests.conftest import Office, make_office

YEAR, DAY = 2568, date(2025, 10, 20)
THAI = quote("/จริยธรรม")


class _Answers(BaseHTTPRequestHandler):
    """Pages that are there, gone, elsewhere; ``asked`` counts the looks."""

    asked: list[str]
    gone: set[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        moved = {"/moved": "/there", "/file": "file:///etc/passwd", "/round": "/round"}
        status = 302 if self.path in moved else 404 if self.path in self.gone else 200
        self.send_response(status)
        if self.path in moved:
            self.send_header("Location", moved[self.path])
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nobody reads it."""


class Server:
    """Where it answers, what it was asked for, and what is gone: both may change meanwhile."""

    def __init__(self, address: str, asked: list[str], gone: set[str]) -> None:
        self.address, self.asked, self.gone = address, asked, gone


@contextmanager
def serving() -> Iterator[Server]:
    asked: list[str] = []
    gone: set[str] = {"/gone"}
    handler = type("Handler", (_Answers,), {"asked": asked, "gone": gone})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Server(f"http://127.0.0.1:{server.server_port}", asked, gone)
        server.shutdown()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


def watching(office: Office, *places: str) -> None:
    listed = ", ".join(json.dumps(place, ensure_ascii=False) for place in places)
    text = first_measures(ORGANISATION, YEAR).replace("watch = []", f"watch = [{listed}]", 1)
    (office.workspace.home / NAME).write_text(text, encoding="utf-8")


def looks(office: Office) -> list[tuple[str, str, bool]]:
    path = office.workspace.records / WATCHED
    return [(look.place, look.day.isoformat(), look.reachable) for look in read_looks(path)]


def look(office: Office, day: date, clock: Iterator[float] | None = None) -> None:
    watch_places(office.workspace, day, lambda: next(clock) if clock else 0.0)


def test_an_answer_is_a_page_that_is_there(office: Office, server: Server) -> None:
    dead = "http://127.0.0.1:1/"
    places = {
        f"{server.address}/there": True,
        f"{server.address}/moved": True,
        f"{server.address}/จริยธรรม": True,
        f"{server.address}/gone": False,
        f"{server.address}/file": False,
        f"{server.address}/round": False,
        dead: False,
        "http://[": False,
        "หลักฐาน/แผน.pdf": True,
        "หลักฐาน/ไม่มี.pdf": False,
        "../outside.pdf": False,
    }
    home = office.workspace.home
    (home / "หลักฐาน").mkdir()
    (home / "หลักฐาน" / "แผน.pdf").write_bytes(b"%PDF")
    (home.parent / "outside.pdf").write_bytes(b"%PDF")
    watching(office, *places)

    look(office, DAY)

    assert {place: reachable for place, _, reachable in looks(office)} == places
    assert THAI in server.asked


def test_a_place_is_looked_at_once_a_day_until_it_was_reached(
    office: Office, server: Server
) -> None:
    place = f"{server.address}/page"
    server.gone.add("/page")
    watching(office, place)
    look(office, DAY)
    look(office, DAY)  # in vain again: nothing new to write
    server.gone.clear()
    look(office, DAY)
    look(office, DAY)
    assert looks(office) == [(place, "2025-10-20", False), (place, "2025-10-20", True)]
    assert server.asked == ["/page"] * 3


def test_since_when_counts_from_the_last_change_of_the_answer(
    office: Office, server: Server
) -> None:
    place = f"{server.address}/page"
    watching(office, place)
    for number in range(8):
        gone = {"/page"} if number in {2, 3} else set()
        server.gone.clear()
        server.gone.update(gone)
        look(office, DAY + timedelta(days=number))
        if number == 3:
            seen = sightings(read_looks(office.workspace.records / WATCHED))[place]
            assert seen == Sighting(
                place, reachable=False, since=date(2025, 10, 22), last=date(2025, 10, 23), days=2
            )
    seen = sightings(read_looks(office.workspace.records / WATCHED))[place]
    assert seen == Sighting(
        place, reachable=True, since=date(2025, 10, 24), last=date(2025, 10, 27), days=4
    )
    report = compile_report(office.workspace, YEAR, date(2025, 10, 26))
    assert [line.when for line in report.proofs] == [
        "เข้าถึงได้ทุกครั้งที่ตรวจ ตั้งแต่วันที่ ๒๔ ตุลาคม ๒๕๖๘ ถึงวันที่ ๒๖ ตุลาคม ๒๕๖๘ (ตรวจ ๓ วัน)"
    ], "what was seen after the report's day is not in it"


def test_every_pass_looks_and_the_report_of_a_place_nobody_saw_says_so(
    office: Office, server: Server
) -> None:
    watching(office, f"{server.address}/a")
    assert [line.when for line in compile_report(office.workspace, YEAR, DAY).proofs] == [
        "ยังไม่ได้ตรวจ"
    ]
    office.one_pass(DAY)
    assert looks(office) == [(f"{server.address}/a", "2025-10-20", True)]


def test_what_a_power_cut_left_half_is_no_look_and_spoils_none(
    office: Office, server: Server
) -> None:
    watching(office, f"{server.address}/a")
    look(office, DAY)
    path = office.workspace.records / WATCHED
    with path.open("ab") as file:
        file.write(b'{"place": "http://x", "da')
    look(office, DAY + timedelta(days=1))
    assert [day for _, day, _ in looks(office)] == ["2025-10-20", "2025-10-21"]


def test_a_slow_place_does_not_hold_up_the_pass(office: Office, server: Server) -> None:
    places = [f"{server.address}/{number}" for number in range(5)]
    watching(office, *places)
    times = iter([0.0, 1.0, 30.0, 61.0])
    look(office, DAY, times)
    assert [place for place, _, _ in looks(office)] == places[:2]
    look(office, DAY)
    assert [place for place, _, _ in looks(office)] == places


def test_measures_that_cannot_be_read_stop_no_pass(office: Office) -> None:
    (office.workspace.home / NAME).write_text("no toml", encoding="utf-8")
    assert places_of(office.workspace.home) == []
    office.one_pass(DAY)


def test_a_backup_has_the_looks_and_what_people_wrote(
    office: Office, server: Server, tmp_path: Path
) -> None:
    watching(office, f"{server.address}/a")
    office.one_pass(DAY)
    config = office.workspace.home / "sokhoro1.toml"
    back_up(office.workspace, config, tmp_path / "backup.zip")
    other = make_office(tmp_path / "other")
    restore(tmp_path / "backup.zip", other.workspace)
    assert looks(other) == looks(office)
    assert not (other.workspace.home / NAME).exists()
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        assert NAME in archive.namelist()
