"""Readers while releases change: a set of files is always of one release, no file is ever missing.

Two contents take turns, two hundred times, through the real ``publish``. One reader follows the
public link once and reads page, CSV, workbook, JSON and manifest: all of one release, always.
Another asks for single files through the link: each is there and whole. A third is a visitor of
the website that ``sokhoro1 demo --serve`` shows. A web server follows the link anew for each
request, so what a visitor fetches may come from before and from after a swap. Each file is there
and whole then too; and whoever reads the manifest again at last and finds it as it was at first
has files of that one release: no two releases have one manifest.
"""

import hashlib
import http.client
import json
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import Self

from pipeline.configure import Place, Workspace
from pipeline.ledger import Ledger
from pipeline.publish import publish
from pipeline.summarise import Summaries
from schemas.config import Organisation, Settings
from schemas.example_words import ORGANISATION
from schemas.history import History
from schemas.manifest import MANIFEST
from tests.faults.harness import ROOT

SWAPS = 200
DAY = date(2025, 10, 6)
MONTH = "fy2568/2568-06/"
NAMES = (
    f"{MONTH}index.html",
    *(f"{MONTH}sokhoro1-2568-06.{ending}" for ending in ("csv", "xlsx", "json")),
    "index.html",
)
CONTENTS = [
    {name: f"{word} {name}\n".encode() * 2000 for name in NAMES} for word in ("old", "new")
]
WHOLE = [{content[name] for content in CONTENTS} for name in NAMES]

Publisher = Callable[[Path, Mapping[str, bytes]], None]


class Reader(threading.Thread):
    """Reads for as long as it is let; ``wrong`` is what it should not have seen."""

    def __init__(self, current: Path, read: Callable[[Path], list[str]]) -> None:
        super().__init__()
        self.current, self.look = current, read
        self.enough = threading.Event()
        self.looks, self.wrong = 0, list[str]()

    def run(self) -> None:
        while not self.enough.is_set():
            self.wrong += self.look(self.current)
            self.looks += 1

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.join()


def a_set(current: Path) -> list[str]:
    """Follow the link once, read page, data and manifest: all of one release, or say what not."""
    folder = current.resolve()
    try:
        files = {name: (folder / name).read_bytes() for name in NAMES}
        listed = json.loads((folder / MANIFEST).read_bytes())["files"]
    except (OSError, ValueError) as error:
        return [f"not whole: {error}"]
    told = {file["path"]: file["sha256"] for file in listed if file["path"] in NAMES}
    read = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return [] if told == read else [f"a mixture of releases in {folder.name}"]


def single_files(current: Path) -> list[str]:
    """Ask for one file after the other, each through the link."""
    wrong = []
    for name, whole in zip(NAMES, WHOLE, strict=True):
        try:
            if (current / name).read_bytes() not in whole:
                wrong.append(f"half a file: {name}")
        except OSError as error:
            wrong.append(f"missing: {error}")
    return wrong


class Visitor:
    """Fetches the manifest, a page, a moment later the files of the month, the manifest again."""

    def __init__(self, address: str) -> None:
        self.address, self.steady, self.crossed = address, 0, 0

    def __call__(self, _: Path) -> list[str]:
        try:
            before, *contents, after = (self._fetch(name) for name in (MANIFEST, *NAMES, MANIFEST))
            listed = json.loads(before)["files"]
        # A 404 is an OSError; what is shorter than announced is an HTTPException.
        except (OSError, ValueError, http.client.HTTPException) as error:
            return [f"missing or not whole: {error}"]
        files = dict(zip(NAMES, contents, strict=True))
        halves = [
            f"half a file: {name}"
            for (name, content), whole in zip(files.items(), WHOLE, strict=True)
            if content not in whole
        ]
        if before != after:
            self.crossed += 1
            return halves
        self.steady += 1
        told = {file["path"]: file["sha256"] for file in listed if file["path"] in NAMES}
        read = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        return halves if told == read else [*halves, "a mixture of releases behind one manifest"]

    def _fetch(self, name: str) -> bytes:
        address = self.address + name
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - it is http
            content: bytes = answer.read()
        return content


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The server of ``sokhoro1 demo --serve`` in a process of its own; its address."""
    words = "import sys; from pathlib import Path; from pipeline.workspace import serve_site; "
    words += "serve_site(Path(sys.argv[1]), 0, lambda said: print(said, flush=True))"
    with subprocess.Popen(
        [sys.executable, "-c", words, str(site)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line for each request
        encoding="utf-8",
    ) as server:
        assert server.stdout
        address = re.search(r"http://\S+/", server.stdout.readline())
        assert address
        try:
            yield address[0]
        finally:
            server.kill()


def readers_while(publisher: Publisher, site: Path) -> tuple[list[Reader], Visitor]:
    """Let three kinds of readers read while the contents change."""
    publisher(site, CONTENTS[0])
    current = site / "current"
    with served(site) as address:
        visitor = Visitor(address)
        with (
            Reader(current, a_set) as one,
            Reader(current, single_files) as other,
            Reader(current, visitor) as third,
        ):
            for content in islice(cycle(reversed(CONTENTS)), SWAPS):
                publisher(site, content)
    return [one, other, third], visitor


def test_readers_see_whole_releases_and_miss_no_file(tmp_path: Path) -> None:
    with Ledger.open(Place(tmp_path / "ledger.sqlite")) as ledger:

        def publisher(site: Path, files: Mapping[str, bytes]) -> None:
            nothing = History({}, {}, (), None)
            settings = Settings(organisation=Organisation(name=ORGANISATION))
            workspace = Workspace(settings, tmp_path / "inbox", site.parent)
            publish(workspace, files, Summaries((), ()), nothing, ledger, DAY)

        readers, visitor = readers_while(publisher, tmp_path / "site")
        releases = ledger.releases()

    assert len(releases) == SWAPS + 1, "each turn is a release of its own"
    for reader in readers:
        assert reader.wrong == []
    assert min(reader.looks for reader in readers[:2]) > SWAPS, "too few looks to see a swap"
    print(f"{visitor.steady} visits of one release, {visitor.crossed} across a swap")  # noqa: T201
    assert visitor.steady > 20
    assert visitor.crossed > 20


def with_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    listed = [
        {"path": name, "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    ]
    return {**files, MANIFEST: json.dumps({"files": listed}).encode()}


def test_files_replaced_one_by_one_are_found_out(tmp_path: Path) -> None:
    """Each file by an atomic rename, and yet a set of them is a mixture now and then."""

    def publisher(site: Path, files: Mapping[str, bytes]) -> None:
        for name, content in with_manifest(files).items():
            target = site / "current" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_name("fresh")
            fresh.write_bytes(content)
            fresh.replace(target)

    (one, other, third), _ = readers_while(publisher, tmp_path / "site")

    assert "a mixture of releases in current" in one.wrong
    assert other.wrong == []
    assert "a mixture of releases behind one manifest" in third.wrong


def test_files_overwritten_in_place_are_found_out(tmp_path: Path) -> None:
    def publisher(site: Path, files: Mapping[str, bytes]) -> None:
        for name, content in with_manifest(files).items():
            target = site / "current" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb", buffering=0) as file:
                for start in range(0, len(content), 1000):
                    file.write(content[start : start + 1000])

    (_, other, third), _ = readers_while(publisher, tmp_path / "site")

    for reader in (other, third):
        assert any("half a file" in wrong for wrong in reader.wrong)
