"""Deliveries to real servers: each kind of target goes through the same table of cases."""

import hashlib
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest

from pipeline import CannotRunError
from pipeline.deliver import LONGEST_S, asked_for, deliver, look_again
from pipeline.keys import open_keys
from pipeline.log import entry_of
from pipeline.publish import sealed, sending_order, write_release
from pipeline.targets import TEMPORARY
from pipeline.verify import Known
from schemas.config import Target
from schemas.delivery import Delivery
from schemas.history import Release
from schemas.manifest import LOG, MANIFEST, SIGNATURE, SUMS
from tests.servers import (
    CAN_MAKE_A_USER,
    KINDS,
    SERVER,
    Far,
    Objects,
    Ssh,
    babbling,
    line_to,
    make_certificates,
    silent,
    start,
    target_of,
)

NOW = datetime(2025, 10, 20, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRET = "TARGET_SECRET"  # noqa: S105 - the name of a variable
CSV = "fy2568/2567-10/sokhoro1-2567-10.csv"
GONE = "fy2568/2567-10/sokhoro1-2567-10.pdf"
OTHER_KINDS = tuple(kind for kind in KINDS if kind != "file")


def _noise(name: str, size: int) -> bytes:
    """Bytes that no line can make shorter, always the same ones."""
    return hashlib.shake_128(name.encode()).digest(size)


FIRST = {
    "index.html": b"<p>1</p>",
    "feed.xml": b"<feed>1</feed>",
    "assets/style.css": b"p {}",
    "fy2568/index.html": b"<p>2568</p>",
    "fy2568/2567-10/index.html": b"<p>2567-10</p>",
    CSV: _noise("csv", 30_000),
    GONE: _noise("pdf", 20_000),
    "fy2568/2567-10/sokhoro1-2567-10.xlsx": _noise("xlsx", 70_001),
    "fy2568/2567-10/sokhoro1-2567-10.json": b"",
}
SECOND = {
    **{path: content for path, content in FIRST.items() if path != GONE},
    "index.html": b"<p>2</p>",
    "feed.xml": b"<feed>2</feed>",
    CSV: _noise("csv 2", 30_000),
    "fy2568/2567-11/index.html": b"<p>2567-11</p>",
    "fy2568/2567-11/sokhoro1-2567-11.xlsx": _noise("xlsx 2", 60_000),
}
# Of every release: what seals it is new, whatever else is.
SEALS = {LOG, SUMS, SUMS + SIGNATURE, MANIFEST + SIGNATURE, MANIFEST}


@dataclass
class Here:
    """A public folder of this machine with two releases, and where a target leads."""

    folder: Path
    contents: tuple[Mapping[str, bytes], ...]
    releases: tuple[Release, ...]
    known: tuple[Known, ...]

    @property
    def current(self) -> Path:
        return self.folder / "site" / "current"

    @property
    def states(self) -> Path:
        return self.folder / "targets"

    def show(self, number: int) -> None:
        """Swap to the first release (0) or the second."""
        fresh = self.current.with_name(".next")
        fresh.symlink_to(Path("releases") / self.releases[number].name)
        fresh.replace(self.current)

    def deliver(self, *targets: Target, now: datetime = NOW, again: bool = False) -> Delivery:
        """Deliver; return what became of the first target."""
        return deliver(self.current, targets, self.states, now, again=again)[0]


@pytest.fixture
def here(tmp_path: Path) -> Here:
    site, keys = tmp_path / "output" / "site", open_keys(tmp_path / "output" / "keys")
    releases: list[Release] = []
    contents, known = [], []
    for number, files in enumerate((FIRST, SECOND)):
        release, whole = sealed(files, {}, releases, date(2025, 10, 20 + number), keys)
        write_release(site, release, whole)
        releases.append(release)
        contents.append(whole)
        known.append(Known(tuple(map(entry_of, releases)), keys.public))
    made = Here(tmp_path / "output", tuple(contents), tuple(releases), tuple(known))
    made.show(0)
    return made


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Far]]:
    """Each kind's server, started when it is first asked for."""
    started: dict[str, Far] = {}

    def of(kind: str) -> Far:
        if kind not in started:
            folder = tmp_path_factory.mktemp(kind.replace("+", "-"))
            started[kind] = start(kind, folder)
        return started[kind]

    yield of
    for far in started.values():
        far.stop()


@pytest.fixture(params=KINDS)
def far(
    request: pytest.FixtureRequest,
    servers: Callable[[str], Far],
    monkeypatch: pytest.MonkeyPatch,
) -> Far:
    return secretly(servers(request.param), monkeypatch)


@pytest.fixture(params=OTHER_KINDS)
def far_away(
    request: pytest.FixtureRequest,
    servers: Callable[[str], Far],
    monkeypatch: pytest.MonkeyPatch,
) -> Far:
    """Every kind that has a line to cut."""
    return secretly(servers(request.param), monkeypatch)


def secretly(far: Far, monkeypatch: pytest.MonkeyPatch) -> Far:
    if far.secret:
        monkeypatch.setenv(SECRET, far.secret)
    return far


@pytest.fixture
def base(request: pytest.FixtureRequest) -> str:
    """A folder of its own for each test, named in Thai."""
    return "เว็บไซต์ " + hashlib.sha256(request.node.name.encode()).hexdigest()[:8]


def target(far: Far, base: str, line: Any = None, **more: Any) -> Target:  # noqa: ANN401
    secret = {"secret_env": SECRET} if far.secret else {}
    return target_of(far, base, line, **{**secret, **more})


def without_temporary(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path != TEMPORARY}


# ---- every kind


def test_the_first_delivery_sends_all_and_the_second_nothing(
    far: Far, base: str, here: Here
) -> None:
    web = target(far, base)
    first = here.deliver(web)

    assert (first.state, first.failure) == ("delivered", "")
    assert (first.name, first.release) == ("web", here.releases[0].name)
    assert list(first.sent) == sorted(here.contents[0], key=sending_order)
    assert far.files(base) == here.contents[0]
    assert here.deliver(web) == Delivery("web", here.releases[0].name, "unchanged")


def test_the_manifest_is_sent_last_its_seal_before_it_and_pages_after_contents(
    far: Far, base: str, here: Here
) -> None:
    sent = here.deliver(target(far, base)).sent
    assert sent[-2:] == (MANIFEST + SIGNATURE, MANIFEST)
    place = {path: number for number, path in enumerate(sent)}
    pages = [number for path, number in place.items() if path.startswith("fy") and "html" in path]
    contents = [place[path] for path in (CSV, GONE, "assets/style.css", "keys/current.pem")]
    assert max(contents) < min(pages)
    assert max(pages) < min(place["index.html"], place["feed.xml"])


def test_a_change_sends_what_changed_and_removes_what_is_there_no_more(
    far: Far, base: str, here: Here
) -> None:
    """A stranger's file beside ours, and in our folders, stays."""
    web = target(far, base)
    here.deliver(web)
    strangers = {"fy2568/ของผู้อื่น.txt": b"x", "wordpress.php": b"y"}
    for path, content in strangers.items():
        far.put(base, path, content)
    here.show(1)

    done = here.deliver(web)

    changed = {path for path in SECOND if SECOND[path] != FIRST.get(path)}
    assert (done.state, done.removed) == ("delivered", (GONE,))
    assert set(done.sent) == changed | SEALS
    assert far.files(base) == {**here.contents[1], **strangers}


def test_with_its_state_lost_nothing_is_sent_again_and_what_is_old_still_goes(
    far: Far, base: str, here: Here
) -> None:
    web = target(far, base)
    here.deliver(web)
    kept = here.states / "web.json"
    for damage in (b"", b'{"url": 1}', b"\xff", kept.read_bytes()[:-30]):
        kept.write_bytes(damage)
        assert here.deliver(web).state == "unchanged"
    kept.unlink()
    here.show(1)
    done = here.deliver(web)
    assert done.removed == (GONE,), "the far manifest is one of ours"
    assert "assets/style.css" not in done.sent
    assert far.files(base) == here.contents[1]


def test_a_damaged_far_file_is_named_and_then_mended(far: Far, base: str, here: Here) -> None:
    web = target(far, base)
    here.deliver(web)
    assert look_again(web, here.known[0], here.states).differences == ()
    damaged = bytes([FIRST[CSV][0] ^ 1]) + FIRST[CSV][1:]
    far.put(base, CSV, damaged)
    far.put(base, GONE, FIRST[GONE][:-1])
    far.drop(base, "fy2568/index.html")

    looked = look_again(web, here.known[0], here.states)

    assert looked.failure == ""
    named = {sentence.partition(":")[0] for sentence in looked.differences}
    assert named == {CSV, GONE, "fy2568/index.html"}
    done = here.deliver(web)
    assert set(done.sent) == named
    assert far.files(base) == here.contents[0]
    assert look_again(web, here.known[0], here.states).differences == ()


def test_damage_that_nobody_looked_for_is_mended_when_all_is_read_again(
    far: Far, base: str, here: Here
) -> None:
    web = target(far, base)
    here.deliver(web)
    far.put(base, CSV, b"")
    assert here.deliver(web).state == "unchanged", "nothing is read that was read back before"
    assert here.deliver(web, again=True).sent == (CSV,)
    assert far.files(base) == here.contents[0]


def test_an_old_release_there_is_told_of_one_that_is_new_here(
    far: Far, base: str, here: Here
) -> None:
    web = target(far, base)
    here.deliver(web)
    looked = look_again(web, here.known[1], here.states)
    assert len(looked.differences) == 1
    assert here.releases[1].name in looked.differences[0]


def test_a_list_that_a_stranger_wrote_removes_nothing(far: Far, base: str, here: Here) -> None:
    """Its release is none of our log, even where everything else about it is right."""
    far.put(base, "wordpress.php", b"y")
    keys = open_keys(here.folder / "keys")
    _, forged = sealed({"wordpress.php": b"y"}, {}, (), date(2025, 1, 1), keys)
    web = target(far, base)
    for manifest in (
        forged[MANIFEST],
        here.contents[0][MANIFEST].replace(b"assets/style.css", b"wordpress.php"),
        here.contents[0][MANIFEST].replace(b"assets/style.css", b"../wordpress.php"),
        b"{}",
        b"\xff" * 1000,
    ):
        far.put(base, MANIFEST, manifest)
        (here.states / "web.json").unlink(missing_ok=True)
        done = here.deliver(web)
        assert (done.state, done.removed) == ("delivered", ())
        assert far.files(base) == {**here.contents[0], "wordpress.php": b"y"}


# ---- what goes wrong


def test_a_server_that_is_down_stops_neither_the_others_nor_itself_for_ever(
    far_away: Far, base: str, here: Here, tmp_path: Path
) -> None:
    (tmp_path / "share").mkdir()
    share = Target(name="share", url=str(tmp_path / "share"))
    with line_to(far_away) as line:
        line.down()
        web = target(far_away, base, line)
        down, other = deliver(here.current, [web, share], here.states, NOW)

        assert (down.state, down.sent, down.next_try) == ("failed", (), NOW + MINUTE)
        assert "ไม่รับการเชื่อมต่อ" in down.failure
        assert other.state == "delivered"
        waiting = here.deliver(web, now=NOW + MINUTE / 2)
        assert (waiting.state, waiting.failure) == ("waiting", down.failure)
        assert waiting.next_try == NOW + MINUTE
        now = NOW
        for minutes in (2, 4, 8, 16, 32, 60, 60):
            now = down.next_try or now
            down = here.deliver(web, now=now)
            assert (down.state, down.next_try) == ("failed", now + minutes * MINUTE)
        line.up()
        done = here.deliver(web, again=True)  # somebody asked for it now
        assert (done.state, done.failure) == ("delivered", "")
    assert far_away.files(base) == here.contents[0]


def test_a_clock_that_was_wrong_makes_no_target_wait_for_years(here: Here, tmp_path: Path) -> None:
    share = Target(name="web", url=str(tmp_path / "share"))
    assert here.deliver(share, now=NOW + timedelta(days=9999)).state == "failed"
    (tmp_path / "share").mkdir()
    assert here.deliver(share).state == "delivered"


@pytest.mark.parametrize("budget", [0, 700, 5_000, 20_000, 60_000, 120_000, 200_000])
def test_a_line_cut_anywhere_leaves_the_old_manifest_and_is_gone_on_from(
    far_away: Far, base: str, here: Here, budget: int
) -> None:
    with line_to(far_away) as line:
        web = target(far_away, base, line)
        first = here.deliver(web)
        assert (first.state, first.failure) == ("delivered", "")
        here.show(1)
        line.budget = budget
        cut = here.deliver(web)
        there = without_temporary(far_away.files(base))
        if cut.state == "failed":
            assert cut.failure
            assert there[MANIFEST] in {whole[MANIFEST] for whole in here.contents}
        if there[MANIFEST] == here.contents[1][MANIFEST]:
            there.pop(GONE, None)
            assert there == here.contents[1], "the manifest came before what it lists"
        line.budget = None
        far_away.forget()
        done = here.deliver(web, now=NOW + MINUTE)
    assert done.state == ("unchanged" if cut.state == "delivered" else "delivered")
    assert far_away.files(base) == here.contents[1]
    assert not set(cut.sent[:-1]) & set(done.sent), "what was read back is sent once"


def test_a_line_cut_again_and_again_comes_to_an_end(far_away: Far, base: str, here: Here) -> None:
    """Each try gets no further than some files: the next one goes on from there."""
    with line_to(far_away) as line:
        web = target(far_away, base, line)
        for number in range(20):
            line.budget = 200_000
            done = here.deliver(web, now=NOW + number * timedelta(hours=1))
            if done.state == "delivered":
                break
        assert number > 0, "the line was never cut"
        assert done.state == "delivered"
    assert far_away.files(base) == here.contents[0]


@pytest.mark.parametrize("budget", [0, 300, 100_000])
def test_a_server_that_falls_silent_ends_by_the_timeout(
    far_away: Far, base: str, here: Here, budget: int
) -> None:
    with line_to(far_away) as line:
        line.budget, line.then = budget, "stall"
        web = target(far_away, base, line, timeout_seconds=1.0)
        stalled = here.deliver(web)
        assert stalled.state == "failed"
        assert "ไม่ตอบภายใน 1 วินาที" in stalled.failure
        line.budget = None
        far_away.forget()
        line.down()
        line.up()
        done = here.deliver(target(far_away, base, line), again=True)
        assert (done.state, done.failure) == ("delivered", "")
    assert far_away.files(base) == here.contents[0]


def elsewhere(far: Far, base: str, port: int) -> Target:
    """A target of that kind at another port, where nobody waits long."""
    told = target(far, base, timeout_seconds=1.0).model_dump()
    for key in ("url", "endpoint"):
        told[key] = told[key].replace(f":{far.ports[0]}", f":{port}")
    return Target.model_validate(told)


@pytest.mark.parametrize(
    "words",
    [
        _noise("noise", 5_000),
        b"",
        b"\r\n" * 99,
        b"220 \xff\xfe\r\n331 \r\n230 \r\n" + b"213 x\r\n227 (1,2,3)\r\n" * 99,
        b"SSH-2.0-x\r\n" + bytes(3_000),
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<x>",
        b"HTTP/1.1 403 \xff\r\nContent-Length: x\r\n\r\n<Error><Code>x</Code>",
        b"HTTP/1.1 207 \r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 301 \r\nLocation: http://127.0.0.1:9/\r\n\r\n",
    ],
)
def test_a_server_of_something_else_is_told_in_one_sentence(
    far_away: Far, base: str, here: Here, words: bytes
) -> None:
    with babbling(words) as port:
        done = here.deliver(elsewhere(far_away, base, port))
    assert done.state == "failed"
    assert re.search("[ก-๙]", done.failure)
    assert done.failure.isprintable()
    assert len(done.failure) < 600


def test_a_server_that_accepts_and_says_nothing_ends_by_the_timeout(
    far_away: Far, base: str, here: Here
) -> None:
    begun = time.monotonic()
    with silent() as port:
        done = here.deliver(elsewhere(far_away, base, port))
    assert time.monotonic() - begun < 15
    assert done.state == "failed"
    assert "ไม่ตอบภายใน 1 วินาที" in done.failure


def test_a_target_that_takes_too_long_in_all_is_gone_on_from(
    far: Far, base: str, here: Here
) -> None:
    """However long each answer takes: here a twentieth of it for each look at the clock."""
    moments = iter(range(10**6))

    def clock() -> float:
        return next(moments) * LONGEST_S / 20

    web = target(far, base)
    slow = deliver(here.current, [web], here.states, NOW, clock)[0]
    assert slow.state == "failed"
    assert "นานเกินกำหนด" in slow.failure
    assert 0 < len(slow.sent) < len(here.contents[0])
    done = here.deliver(web, now=NOW + MINUTE)
    assert done.state == "delivered"
    assert far.files(base) == here.contents[0]
    assert not set(slow.sent[:-1]) & set(done.sent)


def test_a_wrong_password_is_told_and_never_printed(
    far_away: Far,
    base: str,
    here: Here,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    wrong = "ผิด/hunter2&@:"
    monkeypatch.setenv(SECRET, wrong)
    caplog.set_level(0)
    web = target(far_away, base, secret_env=SECRET, key_file="")
    done = here.deliver(web)

    assert done.state == "failed"
    assert "ไม่รับการเข้าสู่ระบบ" in done.failure
    written = "".join(path.read_text("utf-8") for path in here.states.iterdir())
    captured = capfd.readouterr()
    everything = f"{done!r}{web!r}{written}{captured.out}{captured.err}"
    assert "hunter2" not in everything
    # botocore's own debugging is nobody's log: it is off unless a program turns it on.
    ours = [record for record in caplog.records if not record.name.startswith("botocore")]
    assert "hunter2" not in "".join(record.getMessage() for record in ours)
    assert far_away.files(base) == {}


def test_no_secret_is_in_what_is_kept_or_told(far: Far, base: str, here: Here) -> None:
    done = here.deliver(target(far, base))
    kept = here.states / "web.json"
    if os.name == "posix":
        assert kept.stat().st_mode & 0o777 == 0o600
    assert not far.secret or far.secret not in repr(done) + kept.read_text("utf-8")


# ---- what only one kind has


def test_a_password_that_a_server_repeats_is_hidden(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, "hunter2")
    with socket.create_server((SERVER, 0)) as listening:

        def answer() -> None:
            link, _ = listening.accept()
            with link, link.makefile("rw", newline="\r\n") as talk:
                print("220 hello", file=talk, flush=True)
                talk.readline()
                print("331 and?", file=talk, flush=True)
                print("530 no", talk.readline().strip(), file=talk, flush=True)

        thread = threading.Thread(target=answer)
        thread.start()
        port = listening.getsockname()[1]
        done = here.deliver(Target(name="web", url=f"ftp://a@{SERVER}:{port}", secret_env=SECRET))
        thread.join()
    assert "530 no PASS •••" in done.failure


class _Forgetful(http.server.BaseHTTPRequestHandler):
    """A WebDAV server that says yes and loses the last byte of what it is given."""

    files: ClassVar[dict[str, bytes]] = {}

    def do_PUT(self) -> None:
        self.files[self.path] = self.rfile.read(int(self.headers["Content-Length"]))[:-1]
        self._answer(201)

    def do_MOVE(self) -> None:
        self.files[urlsplit(self.headers["Destination"]).path] = self.files.pop(self.path)
        self._answer(201)

    def do_MKCOL(self) -> None:
        self._answer(201)

    def do_GET(self) -> None:
        content = self.files.get(self.path)
        self._answer(404 if content is None else 200, content or b"")

    def _answer(self, status: int, content: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def test_what_a_server_did_not_keep_as_sent_is_not_taken_for_delivered(here: Here) -> None:
    with http.server.HTTPServer((SERVER, 0), _Forgetful) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        web = Target(name="web", url=f"webdav+http://{SERVER}:{server.server_port}/x")
        done = here.deliver(web)
        server.shutdown()
        thread.join()
    assert done.state == "failed"
    assert done.sent == (min(here.contents[0], key=sending_order),)
    assert "ไม่ตรงกับที่ส่งไป" in done.failure
    assert f"/x/{MANIFEST}" not in _Forgetful.files


@pytest.fixture
def ssh(servers: Callable[[str], Far]) -> Ssh:
    if "sftp" not in KINDS:
        pytest.skip("openssh-server is not installed")
    far = servers("sftp")
    assert isinstance(far, Ssh)
    return far


STRANGER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIexCCoNnd1qWwHcR2dYoZLEbQTy25BTPGgjNfs3tWyO"


@pytest.mark.parametrize(
    "host_key", [STRANGER, "SHA256:AAAAC3NzaC1lZDI1NTE5AAAAIIexCCoNnd1qWwHcR2d"]
)
def test_a_host_with_another_key_is_refused_and_its_key_shown(
    ssh: Ssh, base: str, here: Here, host_key: str
) -> None:
    done = here.deliver(target(ssh, base, host_key=host_key))
    assert done.state == "failed"
    assert "ไม่ตรงกับ host_key" in done.failure
    assert "ssh-ed25519 SHA256:" in done.failure
    assert ssh.files(base) == {}


def test_an_unknown_host_is_never_believed(
    ssh: Ssh, base: str, here: Here, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"
    web = target(ssh, base, host_key="", known_hosts=str(known))
    assert "กรุณาใส่ host_key" in here.deliver(web).failure
    known.write_bytes(b"other.example ssh-ed25519 x\n\xff\n")
    assert "กรุณาใส่ host_key" in here.deliver(web, again=True).failure
    known.write_text(f"other.example {ssh.public_key}\n")
    assert "ไม่ตรงกับ host_key หรือ known_hosts" in here.deliver(web, again=True).failure
    assert ssh.files(base) == {}
    known.write_text(f"[{SERVER}]:{ssh.ports[0]} {ssh.public_key}\n")
    assert here.deliver(web, again=True).state == "delivered"


def test_a_host_is_believed_by_its_fingerprint(ssh: Ssh, base: str, here: Here) -> None:
    command = ["ssh-keygen", "-l", "-f", f"{ssh.host_key}.pub"]
    listed = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    web = target(ssh, base, host_key=listed.split()[1])
    assert here.deliver(web).state == "delivered"


def test_a_host_key_that_is_none_is_told(ssh: Ssh, base: str, here: Here) -> None:
    assert "host_key อ่านไม่ได้" in here.deliver(target(ssh, base, host_key="ssh-rsa x")).failure


@pytest.mark.skipif(not CAN_MAKE_A_USER, reason="a user with a password of its own needs root")
def test_a_password_logs_in_and_a_wrong_one_does_not(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right one is proved to be tried: a key would let us in with any."""
    (tmp_path / "far").mkdir()
    far = Ssh(tmp_path / "far", password="ลับ hunter2")  # noqa: S106 - of this test's own server
    try:
        web = target(far, "เว็บ", key_file="", secret_env=SECRET)
        monkeypatch.setenv(SECRET, "hunter3")
        assert "ไม่รับการเข้าสู่ระบบ" in here.deliver(web).failure
        monkeypatch.setenv(SECRET, "ลับ hunter2")
        assert here.deliver(web, again=True).state == "delivered"
        assert far.files("เว็บ") == here.contents[0]
    finally:
        far.stop()


def test_a_private_key_that_others_may_read_is_not_used(
    ssh: Ssh, base: str, here: Here, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_bytes(ssh.login_key.read_bytes())
    key.chmod(0o644)
    assert "ผู้อื่นอ่านได้" in here.deliver(target(ssh, base, key_file=str(key))).failure


def test_a_server_that_renames_over_nothing_gets_the_file_removed_first(
    here: Here, tmp_path: Path
) -> None:
    """`posix-rename` is an extension of OpenSSH: elsewhere a rename over a file fails."""
    if "sftp" not in KINDS:
        pytest.skip("openssh-server is not installed")
    (tmp_path / "far").mkdir()
    plain = Ssh(tmp_path / "far", denied="posix-rename")
    try:
        web = target(plain, "เว็บ")
        assert here.deliver(web).state == "delivered"
        here.show(1)
        assert here.deliver(web).state == "delivered"
        assert plain.files("เว็บ") == here.contents[1]
    finally:
        plain.stop()


@pytest.mark.parametrize("kind", ["ftps", "webdav+https"])
def test_a_server_that_nobody_vouches_for_is_refused(
    kind: str,
    servers: Callable[[str], Far],
    base: str,
    here: Here,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    far = secretly(servers(kind), monkeypatch)
    stranger = make_certificates(tmp_path / "stranger").authority
    for ca_file in ("", str(stranger)):
        done = here.deliver(target(far, base, ca_file=ca_file), again=True)
        assert "ใบรับรองของเครื่องปลายทางตรวจไม่ผ่าน" in done.failure
    done = here.deliver(target(far, base, ca_file=str(tmp_path / "none.pem")), again=True)
    assert "(ca_file)" in done.failure
    assert far.files(base) == {}


def test_a_bucket_tells_browsers_what_a_file_is(
    servers: Callable[[str], Far], base: str, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = secretly(servers("s3"), monkeypatch)
    assert isinstance(far, Objects)
    here.deliver(target(far, base))
    assert far.content_type(base, "index.html") == "text/html; charset=utf-8"
    assert far.content_type(base, CSV) == "text/csv; charset=utf-8"


def test_a_bucket_that_is_not_there_is_told(
    servers: Callable[[str], Far], here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = target(secretly(servers("s3"), monkeypatch), "x").model_copy(
        update={"url": "s3://another"}
    )
    assert "ไม่พบ bucket another" in here.deliver(web).failure


def test_a_folder_that_is_not_mounted_is_not_made(here: Here, tmp_path: Path) -> None:
    away = tmp_path / "mnt" / "web"
    assert "ไม่พบโฟลเดอร์ปลายทาง" in here.deliver(Target(name="web", url=str(away))).failure
    assert not away.parent.exists()


def test_a_target_inside_our_own_output_is_refused(here: Here) -> None:
    done = here.deliver(Target(name="web", url=str(here.folder / "site")))
    assert "โฟลเดอร์ผลลัพธ์เอง" in done.failure


# ---- secrets, packages, names


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_with_a_password_that_others_may_read_is_not_used(
    servers: Callable[[str], Far], base: str, here: Here, tmp_path: Path
) -> None:
    far = servers("ftp")
    file = tmp_path / "password.txt"
    file.write_text(far.secret + "\n", encoding="utf-8")
    web = target_of(far, base, secret_file=str(file))
    for mode in (0o644, 0o640, 0o604):
        file.chmod(mode)
        assert "ผู้อื่นอ่านได้" in here.deliver(web, again=True).failure
    file.chmod(0o600)
    assert here.deliver(web, again=True).state == "delivered"


def test_a_secret_that_is_not_there_is_told(
    servers: Callable[[str], Far], base: str, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = servers("ftp")
    monkeypatch.delenv(SECRET, raising=False)
    assert f"ตัวแปรระบบ {SECRET}" in here.deliver(target(far, base)).failure
    nowhere = target_of(far, base, secret_file="/none/at/all")  # noqa: S106
    assert "(secret_file)" in here.deliver(nowhere, again=True).failure


@pytest.mark.parametrize(("kind", "package"), [("sftp", "paramiko"), ("s3", "botocore")])
def test_a_missing_package_is_named_with_the_command_that_brings_it(
    kind: str, package: str, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [*sys.modules]:
        if name.partition(".")[0] == package or name == f"pipeline.targets.{kind}":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    done = here.deliver(Target(name="web", url=f"{kind}://a@{SERVER}/x"))
    assert done.state == "failed"
    assert f'pip install "{package}>=' in done.failure


def test_the_name_of_a_target_chooses_it() -> None:
    one, two = (Target(name=name, url="/x") for name in ("one", "two"))
    assert asked_for("", (one, two)) == (one, two)
    assert asked_for("two", (one, two)) == (two,)
    with pytest.raises(CannotRunError, match="ที่มีคือ one, two"):
        asked_for("three", (one, two))
    with pytest.raises(CannotRunError, match=r"\[\[targets\]\]"):
        asked_for("", ())


# ---- what changes or breaks here


def test_a_release_that_is_swapped_in_meanwhile_makes_no_mixture(
    here: Here, tmp_path: Path
) -> None:
    (tmp_path / "share").mkdir()
    share = Target(name="web", url=str(tmp_path / "share"))
    looks = 0

    def clock() -> float:
        nonlocal looks
        looks += 1
        if looks == 10:
            here.show(1)
        return 0.0

    first = deliver(here.current, [share], here.states, NOW, clock)[0]
    assert looks > 10
    assert first.release == here.releases[0].name
    there = {
        path.relative_to(tmp_path / "share").as_posix(): path.read_bytes()
        for path in (tmp_path / "share").rglob("*")
        if path.is_file()
    }
    assert there == here.contents[0]
    assert here.deliver(share).release == here.releases[1].name


def test_where_links_cannot_be_made_the_whole_release_is_sent_all_the_same(
    here: Here, tmp_path: Path
) -> None:
    """As on Windows: ``current`` is a folder in which a swap goes file by file."""
    (tmp_path / "share").mkdir()
    here.current.unlink()
    here.current.mkdir()
    for path in (MANIFEST,):
        (here.current / path).write_bytes(here.contents[1][path])
    done = here.deliver(Target(name="web", url=str(tmp_path / "share")))
    assert done.state == "delivered"
    assert len(done.sent) == len(here.contents[1])


def test_a_file_damaged_here_is_not_sent(here: Here, tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    share = Target(name="web", url=str(tmp_path / "share"))
    (here.current / CSV).write_bytes(b"x")
    assert "ไม่ตรงกับ manifest.json" in here.deliver(share).failure
    (here.current / CSV).unlink()
    assert "ที่จะส่งไม่ได้" in here.deliver(share, again=True).failure
    assert not (tmp_path / "share" / CSV).exists()
    (here.current / MANIFEST).write_bytes(b"x")
    with pytest.raises(CannotRunError, match="เสียหาย"):
        here.deliver(share)


def test_the_same_name_at_another_address_is_another_far_side(here: Here, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        done = here.deliver(Target(name="web", url=str(tmp_path / name)))
        assert len(done.sent) == len(here.contents[0])


def test_a_kept_state_makes_us_remove_nothing_outside(here: Here, tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "neighbour").write_bytes(b"x")
    share = Target(name="web", url=str(tmp_path / "share"))
    here.deliver(share)
    kept = here.states / "web.json"
    state = json.loads(kept.read_text("utf-8"))
    state["files"]["../neighbour"] = ""
    kept.write_text(json.dumps(state))
    here.show(1)
    assert here.deliver(share).removed == (GONE,)
    assert (tmp_path / "neighbour").exists()


def test_no_public_folder_and_no_target_is_nothing_to_do(here: Here, tmp_path: Path) -> None:
    share = Target(name="web", url=str(tmp_path))
    assert deliver(tmp_path / "none", [share], here.states, NOW) == ()
    assert deliver(here.current, [], here.states, NOW) == ()
    assert not here.states.exists()


def test_what_was_killed_in_the_middle_of_a_file_is_not_taken_for_the_old_one(
    here: Here, tmp_path: Path
) -> None:
    """Killed after the first write of a changed file; then the old release comes back."""
    (tmp_path / "share").mkdir()
    share = Target(name="web", url=str(tmp_path / "share"))
    here.deliver(share)
    here.show(1)
    script = (
        "import os, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from pipeline.deliver import deliver\n"
        "from pipeline.targets.folder import FolderStore\n"
        "from schemas.config import Target\n"
        "write = FolderStore.write\n"
        "def once(*arguments):\n"
        "    write(*arguments)\n"
        "    os._exit(9)\n"
        "FolderStore.write = once\n"
        "current, states, url = sys.argv[1:]\n"
        "target = Target(name='web', url=url)\n"
        "deliver(Path(current), [target], Path(states), datetime.now(UTC))\n"
    )
    arguments = [str(here.current), str(here.states), share.url]
    killed = subprocess.run([sys.executable, "-c", script, *arguments], check=False)
    assert killed.returncode == 9
    assert (tmp_path / "share" / CSV).read_bytes() == SECOND[CSV]
    here.show(0)
    assert here.deliver(share).sent == (CSV,)
