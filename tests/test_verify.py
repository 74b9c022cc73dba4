"""What is live against what was released: every changed bit is found, by us and by openssl."""

import http.server
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline import CannotRunError, examples
from pipeline.keys import Keys, fingerprint, open_keys, public_keys, rotate, signed_by
from pipeline.ledger import Ledger
from pipeline.log import head, lines_of, read_lines, root
from pipeline.publish import sealed
from pipeline.verify import (
    Difference,
    Folder,
    Known,
    Verified,
    known_to,
    read_kept,
    site_at,
    verify,
)
from schemas.history import Release
from schemas.manifest import CURRENT_KEY, KEYS, LOG, MANIFEST, SIGNATURE, SUMS, LogHead, Manifest
from schemas.month import Month
from schemas.verify_words import DIFFERENCES
from tests.conftest import ROOT, Office, make_office

FIRST_DAY, NEXT_DAY = date(2025, 10, 20), date(2025, 11, 20)
SEALS = (MANIFEST, MANIFEST + SIGNATURE, SUMS, SUMS + SIGNATURE, LOG)


@dataclass(frozen=True)
class Published:
    """An office with two releases, and what was public after the first."""

    office: Office
    first: Path

    @property
    def known(self) -> Known:
        known = known_to(self.office.workspace)
        assert known is not None
        return known

    def copy(self, folder: Path) -> Path:
        """What a stranger, or the web server, has of the last release."""
        return shutil.copytree(self.office.public.resolve(), folder / "live")


def drop_month(office: Office, month: Month, today: date) -> None:
    examples.write(examples.example_month(month, "nine-columns", rows=3), office.workspace.inbox)
    office.one_pass(today)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Made once; a test that changes anything takes a copy."""
    folder = tmp_path_factory.mktemp("published")
    office = make_office(folder / "office")
    drop_month(office, Month(2568, 1), FIRST_DAY)
    first = shutil.copytree(office.public.resolve(), folder / "first")
    drop_month(office, Month(2568, 2), NEXT_DAY)
    return Published(office, first)


@pytest.fixture
def live(published: Published, tmp_path: Path) -> Path:
    return published.copy(tmp_path)


def look(folder: Path, known: Known | None = None, kept: LogHead | None = None) -> Verified:
    return verify(Folder(folder.resolve()), known, kept)


def kinds(verified: Verified) -> set[tuple[str, str]]:
    return {(difference.kind, difference.place) for difference in verified.differences}


def flip(path: Path, bit: int | None = None) -> None:
    """Change one bit of a file, one in its middle when none is named."""
    content = bytearray(path.read_bytes())
    place, shift = divmod(len(content) // 2 * 8 if bit is None else bit, 8)
    content[place] ^= 1 << shift
    path.write_bytes(content)


def files_of(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def manifest_of(folder: Path) -> Manifest:
    return Manifest.model_validate_json((folder / MANIFEST).read_bytes())


# ---- what was released and not touched


@pytest.mark.parametrize("with_ledger", [True, False])
def test_nothing_is_said_of_what_nobody_touched(
    published: Published, live: Path, *, with_ledger: bool
) -> None:
    verified = look(live, published.known if with_ledger else None)
    assert verified.differences == ()
    assert verified.with_ledger == with_ledger
    assert verified.fingerprint == fingerprint((live / CURRENT_KEY).read_bytes())


def test_the_root_in_the_manifest_is_that_of_all_releases_with_this_one(
    published: Published, live: Path
) -> None:
    manifest = manifest_of(live)
    lines = (live / LOG).read_bytes().splitlines()
    assert len(lines) == 1
    assert manifest.log.size == 2
    assert manifest.log.root == root([*lines, manifest.entry.leaf])
    assert [entry.release for entry in published.known.releases] == [
        manifest_of(published.first).release,
        manifest.release,
    ]


def test_the_signature_is_64_bytes_over_the_manifest(live: Path) -> None:
    key, text = ((live / path).read_bytes() for path in (CURRENT_KEY, MANIFEST))
    signature = (live / (MANIFEST + SIGNATURE)).read_bytes()
    assert len(signature) == 64
    assert signed_by(key, signature, text)
    assert not signed_by(key, signature, text + b" ")


# ---- one bit, one file more, one less


def test_one_bit_in_any_file_is_found_and_named(published: Published, live: Path) -> None:
    """Another bit in each run: of pages, data, pictures, fonts, keys, seals and the log."""
    seed = os.environ.get("SOKHORO_SEED") or str(random.randrange(10**6))  # noqa: S311
    print(f"SOKHORO_SEED={seed}")  # noqa: T201 - shown when the test fails
    dice, paths = random.Random(seed), files_of(live)  # noqa: S311 - the bits must repeat
    assert {*SEALS, CURRENT_KEY, f"{KEYS}1.pem"} < set(paths)
    assert {Path(path).suffix for path in paths} >= {".html", ".csv", ".xlsx", ".json", ".woff2"}
    for path in paths:
        before = (live / path).read_bytes()
        bit = dice.randrange(len(before) * 8)
        flip(live / path, bit)
        for trusted in (published.known, None):
            named = {d.place.split()[0] for d in look(live, trusted).differences}
            assert path in named, bit
        (live / path).write_bytes(before)
    assert look(live, published.known).differences == ()


def test_a_file_more_and_a_file_less_are_named(published: Published, live: Path) -> None:
    (live / "fy2568" / "ลับ.html").write_text("x", encoding="utf-8")
    (live / "robots.txt").unlink()
    (live / "index.html").write_bytes((live / "index.html").read_bytes() + b" ")
    (live / "assets" / "icon.svg").write_bytes(b"")
    assert kinds(look(live, published.known)) == {
        ("extra", "fy2568/ลับ.html"),
        ("missing", "robots.txt"),
        ("size", "index.html"),
        ("size", "assets/icon.svg"),
    }


@pytest.mark.parametrize("path", SEALS)
def test_a_seal_that_is_gone_is_named(published: Published, live: Path, path: str) -> None:
    (live / path).unlink()
    assert kinds(look(live, published.known)) == {("missing", path)}


def test_what_lies_outside_is_not_read_through_a_link(
    published: Published, live: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "robots.txt"
    shutil.move(live / "robots.txt", outside)
    (live / "robots.txt").symlink_to(outside)
    assert kinds(look(live, published.known)) == {("missing", "robots.txt")}


# ---- whoever can sign, or owns the website


def seal_again(live: Path, before: tuple[Release, ...], day: date, keys: Keys) -> None:
    """Make the folder a release of its own, whole in itself, with other releases before it."""
    made = {path for path in files_of(live) if path in SEALS or path.startswith(KEYS)}
    files = {p: (live / p).read_bytes() for p in files_of(live) if p not in made}
    sources = {file.path: file.sources for file in manifest_of(live).files}
    shutil.rmtree(live)
    for path, content in sealed(files, sources, before, day, keys)[1].items():
        (live / path).parent.mkdir(parents=True, exist_ok=True)
        (live / path).write_bytes(content)


def releases_of(office: Office) -> tuple[Release, ...]:
    with Ledger.view(office.workspace.ledger) as ledger:
        assert ledger is not None
        return ledger.releases()


def test_a_site_that_a_stranger_signed_is_whole_but_not_the_office_s(
    published: Published, live: Path, tmp_path: Path
) -> None:
    (live / "index.html").write_text("<title>ของปลอม</title>", encoding="utf-8")
    before = releases_of(published.office)[:-1]
    seal_again(live, before, NEXT_DAY, open_keys(tmp_path / "stranger"))

    assert look(live).differences == ()
    assert {kind for kind, _ in kinds(look(live, published.known))} == {
        "signature",
        "key",
        "ledger",
    }


def test_a_site_signed_with_the_stolen_key_is_not_in_the_ledger(
    published: Published, live: Path
) -> None:
    (live / "index.html").write_text("<title>ของปลอม</title>", encoding="utf-8")
    keys = open_keys(published.office.workspace.keys)
    seal_again(live, releases_of(published.office)[:-1], NEXT_DAY, keys)

    assert look(live).differences == ()
    assert kinds(look(live, published.known)) == {("ledger", MANIFEST)}


def test_an_older_release_is_told_as_such(published: Published) -> None:
    assert kinds(look(published.first, published.known)) == {("stale", MANIFEST)}
    assert look(published.first).differences == ()


def test_a_past_told_anew_is_found_by_the_ledger_and_by_whoever_kept_a_manifest(
    published: Published, live: Path
) -> None:
    """Signed with the right key: only the log can tell."""
    keys = open_keys(published.office.workspace.keys)
    (first, _) = releases_of(published.office)
    kept = read_kept(str(published.first / MANIFEST))
    assert look(live, None, kept).differences == ()
    assert read_kept(str(kept)) == kept

    seal_again(live, (replace(first, day=date(2025, 10, 1)),), NEXT_DAY, keys)

    assert look(live).differences == ()
    assert kinds(look(live, None, kept)) == {("kept", LOG)}
    assert ("ledger", "log.txt บรรทัดที่ 1") in kinds(look(live, published.known))


def test_a_month_bears_the_head_of_the_log_before_it_for_ever(
    published: Published, tmp_path: Path
) -> None:
    """Whoever kept a page or a printed sheet can hold today's log to it."""
    first_release, _ = releases_of(published.office)
    printed = head([first_release])
    assert printed is not None
    office = make_office(tmp_path / "office")
    shutil.copytree(published.office.workspace.output, office.workspace.output, symlinks=True)
    drop_month(office, Month(2568, 3), date(2025, 12, 20))

    for live in (published.office.public, office.public):
        january, february = (live / "fy2568" / f"2568-{number:02}" for number in (1, 2))
        page = (february / "index.html").read_text(encoding="utf-8")
        with zipfile.ZipFile(february / "sokhoro1-2568-02.xlsx") as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert f">{printed}<" in page
        assert f"{printed}&amp;R" in sheet
        assert str(printed) not in (january / "index.html").read_text(encoding="utf-8")
        assert look(live, None, read_kept(str(printed))).differences == ()
    other = read_kept(f"1:{'0' * 64}")
    assert kinds(look(office.public, None, other)) == {("kept", LOG)}


def test_releases_that_are_no_chain_are_found(published: Published, live: Path) -> None:
    keys = open_keys(published.office.workspace.keys)
    first = releases_of(published.office)[0]
    other = Release("f" * 32, "e" * 32, FIRST_DAY)
    seal_again(live, (first, other), NEXT_DAY, keys)
    assert kinds(look(live)) == {("chain", "log.txt บรรทัดที่ 2")}


def resigned(live: Path, keys: Keys, change: Callable[[dict[str, Any]], None]) -> Verified:
    """Change the manifest, sign it rightly, and verify."""
    manifest = json.loads((live / MANIFEST).read_bytes())
    change(manifest)
    text = json.dumps(manifest).encode()
    (live / MANIFEST).write_bytes(text)
    (live / (MANIFEST + SIGNATURE)).write_bytes(keys.sign(text))
    return look(live)


CHANGES: Mapping[str, tuple[Callable[[dict[str, Any]], None], set[str]]] = {
    "root": (lambda m: m["log"].update(root="0" * 64), {"log-root"}),
    "size": (lambda m: m["log"].update(size=3), {"log-size"}),
    "name": (lambda m: m.update(release="0" * 32), {"name", "log-root"}),
    "previous": (lambda m: m.update(previous=None), {"name", "chain", "log-root"}),
    "day": (lambda m: m.update(day="2025-11-21"), {"log-root"}),
    "source": (lambda m: m["files"][0].update(sources=["0" * 64]), {"name"}),
    "one less": (lambda m: m["files"].pop(0), {"name", "extra", "missing"}),
    "outside": (lambda m: m["files"][0].update(path="../secret"), {"form"}),
    "absolute": (lambda m: m["files"][0].update(path="/etc/hostname"), {"form"}),
    "drive": (lambda m: m["files"][0].update(path="C:/x"), {"form"}),
    "backslash": (lambda m: m["files"][0].update(path="..\\x"), {"form"}),
    "escape": (lambda m: m["files"][0].update(path="\x1b[2J"), {"form"}),
    "twice": (lambda m: m["files"].append(m["files"][0]), {"form"}),
    "text": (lambda m: m["files"][0].update(size="1"), {"form"}),
    "unknown": (lambda m: m.update(more=1), {"form"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_manifest_that_says_what_is_not_so_is_found(
    published: Published, live: Path, name: str
) -> None:
    change, expected = CHANGES[name]
    verified = resigned(live, open_keys(published.office.workspace.keys), change)
    assert {difference.kind for difference in verified.differences} == expected
    assert not any("\x1b" in sentence for sentence in verified.sentences)


def test_every_difference_has_its_sentence() -> None:
    for kind in DIFFERENCES:
        sentence = Difference(kind, "ที่", "พบ\x1b[2J\u202e", "ควร").sentence
        assert sentence.startswith("ที่: ")
        assert "\x1b" not in sentence
        assert "\u202e" not in sentence


# ---- keys


def test_a_private_key_is_for_its_owner_alone(published: Published) -> None:
    folder = published.office.workspace.keys / "1"
    assert (folder / "private.pem").stat().st_mode & 0o777 == 0o600
    assert (folder / "private.pem").read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    served = b"".join(p.read_bytes() for p in published.office.public.rglob("*") if p.is_file())
    assert b"PRIVATE KEY" not in served


def test_after_a_rotation_the_old_key_vouches_for_the_new_and_old_releases_verify(
    office: Office,
) -> None:
    drop_month(office, Month(2568, 1), FIRST_DAY)
    old = office.public.resolve()
    keys = rotate(office.workspace.keys)
    assert look(old, known_to(office.workspace)).differences == ()

    office.one_pass(FIRST_DAY)

    now = look(office.public, known_to(office.workspace))
    assert now.differences == ()
    assert now.fingerprint == fingerprint(keys.public[1])
    assert not (office.workspace.keys / "1" / "private.pem").exists()
    assert look(old).differences == ()
    first, second, vouched = (
        (office.public / KEYS / name).read_bytes() for name in ("1.pem", "2.pem", "2.pem.sig")
    )
    assert signed_by(first, vouched, second)
    assert not signed_by(second, vouched, second)
    assert (first, second) == public_keys(office.workspace.keys)


def test_a_key_that_the_one_before_does_not_vouch_for_is_told(
    office: Office, tmp_path: Path
) -> None:
    drop_month(office, Month(2568, 1), FIRST_DAY)
    rotate(office.workspace.keys)
    stranger = open_keys(tmp_path / "stranger")
    office.one_pass(FIRST_DAY)
    live = shutil.copytree(office.public.resolve(), tmp_path / "live")
    keys = open_keys(office.workspace.keys)
    wrong = (None, stranger.sign(keys.public[1]))
    seal_again(live, releases_of(office)[:-1], FIRST_DAY, replace(keys, endorsements=wrong))
    assert ("endorsement", f"{KEYS}2.pem") in kinds(look(live))


@pytest.mark.parametrize("lost", ["", "1", "1/private.pem"])
def test_lost_keys_are_made_anew_by_the_next_run(office: Office, lost: str) -> None:
    drop_month(office, Month(2568, 1), FIRST_DAY)
    old = manifest_of(office.public).release
    path = office.workspace.keys / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    office.one_pass(FIRST_DAY)

    assert look(office.public, known_to(office.workspace)).differences == ()
    assert manifest_of(office.public).previous == old


@pytest.mark.parametrize("name", ["private.pem", "public.pem"])
@pytest.mark.parametrize("how", ["half", "another"])
def test_a_damaged_key_stops_the_run_in_one_sentence(
    office: Office, tmp_path: Path, name: str, how: str
) -> None:
    open_keys(office.workspace.keys)
    open_keys(tmp_path / "other")
    path = office.workspace.keys / "1" / name
    content = path.read_bytes()
    other = (tmp_path / "other" / "1" / name).read_bytes()
    path.write_bytes(content[: len(content) // 2] if how == "half" else other)
    with pytest.raises(CannotRunError, match="กุญแจลงนาม"):
        open_keys(office.workspace.keys)


def test_a_pair_half_made_is_no_pair(tmp_path: Path) -> None:
    """As a kill leaves it: the name of a finished pair comes last."""
    making = tmp_path / "keys" / ".making-1"
    making.mkdir(parents=True)
    (making / "private.pem").write_bytes(b"-----BEGIN")
    assert public_keys(tmp_path / "keys") == ()
    assert len(open_keys(tmp_path / "keys").public) == 1
    assert not making.exists()


# ---- a website


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files as any web server does."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Say nothing."""


class Elsewhere(Quiet):
    """Sends everybody away."""

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Endless(Quiet):
    """The front page never ends."""

    def do_GET(self) -> None:
        if self.path != "/live/index.html":
            super().do_GET()
            return
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:  # whoever asked has heard enough
            return


@contextmanager
def served(folder: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    make = partial(handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), make) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/live/"
        finally:
            server.shutdown()
            thread.join()


def look_at(address: str, known: Known | None = None) -> Verified:
    with site_at(address, time.monotonic) as site:
        return verify(site, known)


def test_a_website_is_verified_as_a_folder_is(published: Published, live: Path) -> None:
    with served(live.parent) as address:
        assert look_at(address, published.known).differences == ()
        assert look_at(address + "index.html").differences == ()
        flip(live / "index.html")
        (live / "robots.txt").unlink()
        assert kinds(look_at(address, published.known)) == {
            ("sha256", "index.html"),
            ("missing", "robots.txt"),
        }


def test_nobody_is_sent_to_another_host(live: Path) -> None:
    with (
        served(live.parent, Elsewhere) as address,
        pytest.raises(CannotRunError, match="302"),
    ):
        look_at(address)


def test_of_a_file_without_end_only_so_much_is_read(live: Path) -> None:
    with served(live.parent, Endless) as address:
        assert kinds(look_at(address)) == {("size", "index.html")}


def test_a_website_that_takes_too_long_is_given_up(live: Path) -> None:
    hours = iter(range(0, 10**9, 3600))
    with (
        served(live.parent) as address,
        site_at(address, lambda: float(next(hours))) as site,
        pytest.raises(CannotRunError, match="นานเกินกำหนด"),
    ):
        verify(site, None)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.go.th/",
        "file:///etc/passwd",
        "nowhere",
        "http://",
        "http://a:b@c/",
        "http://a/?b",
    ],
)
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(CannotRunError, match="--site"):
        look_at(address)


# ---- the command


def sokhoro1(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_says_0_whole_1_different_2_could_not(
    published: Published, live: Path, tmp_path: Path
) -> None:
    office = published.office.workspace.inbox.parent
    whole = sokhoro1(office, "verify")
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "✓" in whole.stdout

    kept = ("--kept", str(published.first / MANIFEST))
    assert sokhoro1(tmp_path, "verify", "--site", str(live), *kept).returncode == 0
    flip(live / "index.html")
    for folder in (office, tmp_path):  # with and without the office's ledger
        changed = sokhoro1(folder, "verify", "--site", str(live))
        assert (changed.returncode, changed.stderr) == (1, "")
        assert "✗ index.html: " in changed.stdout

    for arguments in (
        ("--site", "http://127.0.0.1:9/"),
        ("--site", str(live), "--kept", str(live / "index.html")),
        ("--site", str(live), "--kept", str(live / "nowhere")),
        (),
    ):
        could_not = sokhoro1(tmp_path, "verify", *arguments)
        assert (could_not.returncode, could_not.stdout) == (2, ""), arguments
        assert could_not.stderr.count("\n") == 1


def test_the_key_is_shown_and_changed_by_its_command(tmp_path: Path) -> None:
    assert sokhoro1(tmp_path, "init", ".").returncode == 0
    (key,) = public_keys(tmp_path / "output" / "keys")
    assert fingerprint(key) in sokhoro1(tmp_path, "key").stdout

    changed = sokhoro1(tmp_path, "key", "rotate")
    assert changed.returncode == 0
    assert public_keys(tmp_path / "output" / "keys")[0] == key
    assert fingerprint(public_keys(tmp_path / "output" / "keys")[1]) in changed.stdout
    assert sokhoro1(tmp_path, "key", "lose").returncode == 2
    assert sokhoro1(tmp_path, "verify").returncode == 2, "nothing is published yet"


def test_the_log_has_every_release_before_this_one(published: Published, live: Path) -> None:
    entries = read_lines((live / LOG).read_bytes())
    assert (live / LOG).read_bytes() == lines_of(published.known.releases[:-1])
    assert [entry.day for entry in entries] == [FIRST_DAY]
