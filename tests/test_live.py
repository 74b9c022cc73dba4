"""What readers see, held against what was released: here at every pass, far away once a day."""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from pipeline.clock import BANGKOK
from pipeline.examples import example_month, replace_cell, to_bytes
from pipeline.live import LOOKED, troubles_of
from pipeline.notices import silence
from pipeline.run import Pass
from schemas.delivery import Delivery
from schemas.month import Month
from tests.conftest import Office, make_office
from tests.test_command_line import sokhoro1
from tests.test_notices import month_of

DAY = date(2024, 11, 5)
PAGE = "fy2568/2567-10/index.html"
NOW = datetime(2024, 11, 5, 9, tzinfo=BANGKOK)


@contextmanager
def website(folder: Path) -> Iterator[str]:
    """A web server over a folder; it counts nothing and caches nothing."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def office_at(folder: Path, base_url: str = "", tail: str = "") -> Office:
    office = make_office(folder, tail=f'[site]\nbase_url = "{base_url}"\n{tail}')
    office.drop(*month_of(Month(2567, 10)))
    return office


def change(page: Path) -> None:
    page.write_bytes(page.read_bytes().replace("ตุลาคม".encode(), "มีนาคม".encode()))


def test_the_website_is_looked_at_once_a_day_and_until_it_is_right(tmp_path: Path) -> None:
    """The municipality's server shows a copy, as after an upload by hand."""
    far = tmp_path / "far"
    far.mkdir()
    with website(far) as address:
        office = office_at(tmp_path / "office", address)
        first = office.one_pass(DAY)
        assert [sentence for sentence in first.outside.damage if "manifest.json" in sentence]
        assert first.outside.again_at == NOW + timedelta(minutes=5)

        _upload(office, far)
        assert office.one_pass(DAY).outside.damage == ()
        change(far / PAGE)
        assert office.one_pass(DAY).outside.damage == (), "it was right today"
        (wrong,) = office.one_pass(date(2024, 11, 6)).outside.damage
    assert wrong.startswith(f"{PAGE}: เนื้อไฟล์ถูกเปลี่ยน")
    (down,) = office.one_pass(date(2024, 11, 6)).outside.damage
    assert address in down


def _upload(office: Office, far: Path) -> None:
    for path in office.public.resolve().rglob("*"):
        if path.is_file():
            target = far / path.relative_to(office.public.resolve())
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())


def test_what_somebody_changed_at_a_target_is_told_and_sent_anew(tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    office = office_at(tmp_path / "office", tail=f'[[targets]]\nname = "web"\nurl = "{far}"\n')
    assert _states(office.one_pass(DAY)) == ["delivered"]
    change(far / PAGE)
    assert office.one_pass(DAY).outside.damage == (), "it was right today"

    found = office.one_pass(date(2024, 11, 6))
    assert [sentence.split(":")[0] for sentence in found.outside.damage] == [PAGE]
    assert found.waits_for_somebody
    mended = office.one_pass(date(2024, 11, 6))
    assert (_states(mended), mended.outside.damage) == (["delivered"], ())
    assert (far / PAGE).read_bytes() == (office.public / PAGE).read_bytes()


def _states(done: Pass) -> list[str]:
    return [one.state for one in done.outside.deliveries]


def test_going_back_reaches_the_targets_at_once(tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    office = office_at(tmp_path / "office", tail=f'[[targets]]\nname = "web"\nurl = "{far}"\n')
    office.one_pass(DAY)
    book = example_month(Month(2567, 10), "nine-columns", rows=3)
    place = book.expected[0].source
    office.drop(book.file, to_bytes(replace_cell(book, place.sheet, f"H{place.row}", "เหตุผลใหม่")))
    office.one_pass(date(2024, 11, 12))
    back = ("revert", "2567-10", "1", "--reason", "ส่งไฟล์ผิด", "--by", "นายตัวอย่าง สมมติ")
    done = sokhoro1(*back, "--today", "2024-11-13", folder=office.workspace.inbox.parent)

    assert (done.returncode, done.stderr) == (0, "")
    assert office.month("2567-10")["revision"] == 3
    assert (far / PAGE).read_bytes() == (office.public / PAGE).read_bytes()


def test_a_target_that_the_release_has_not_reached_is_no_damage(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    tail = f'[[targets]]\nname = "web"\nurl = "{nowhere}"\n'
    done = office_at(tmp_path / "office", tail=tail).one_pass(DAY)

    assert (_states(done), done.outside.damage) == (["failed"], ())
    assert done.outside.again_at == NOW + timedelta(minutes=1)


def test_a_damaged_cache_is_looked_at_anew(tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    office = office_at(tmp_path / "office", tail=f'[[targets]]\nname = "web"\nurl = "{far}"\n')
    office.one_pass(DAY)
    looked = office.workspace.output / LOOKED
    right = json.loads(looked.read_text(encoding="utf-8"))
    for said in ("", "[]", "{", '{"web": 1}'):
        looked.write_text(said, encoding="utf-8")
        assert office.one_pass(DAY).outside.damage == ()
        assert json.loads(looked.read_text(encoding="utf-8")) == right


def test_only_trouble_that_lasts_is_told_to_the_keeper() -> None:
    def told(minutes: int) -> int:
        again = NOW + timedelta(minutes=minutes)
        away = Delivery("web", "x", "failed", failure="ปลายทางไม่ตอบ", next_try=again)
        return len(troubles_of((), (), (away,), DAY, NOW))

    assert [told(minutes) for minutes in (1, 2, 4, 8, 16)] == [0, 0, 0, 1, 1]


def test_the_same_trouble_has_one_name_on_a_day_and_another_on_the_next() -> None:
    (first,) = troubles_of(("ก",), (), (), DAY, NOW)
    (same,) = troubles_of(("ก",), (), (), DAY, NOW)
    (other,) = troubles_of(("ข",), (), (), DAY, NOW)
    (later,) = troubles_of(("ก",), (), (), date(2024, 11, 6), NOW)

    assert first.key == same.key
    assert len({first.key, other.key, later.key}) == 3


def test_two_days_of_silence_are_told_by_the_first_pass_after_them() -> None:
    last = NOW - timedelta(days=45)
    (told,) = silence(last, NOW)

    assert "21 ก.ย. 67" in told.sentences[0]
    assert "45 วัน" in told.sentences[0]
    assert silence(NOW - timedelta(hours=47), NOW) == ()
    assert silence(None, NOW) == (), "the first pass of all"
