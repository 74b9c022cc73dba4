"""Readers while releases change: a set of files is always of one release, no file is ever missing.

Two contents take turns, fifty times, through the real ``publish``. One reader follows the public
link once for a set of files, another asks for single files, as a browser does.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import Self

from pipeline.configure import Workspace
from pipeline.ledger import Ledger
from pipeline.publish import publish
from pipeline.summarise import Summaries
from schemas.config import Organisation, Settings
from schemas.example_words import ORGANISATION
from schemas.history import History
from schemas.manifest import MANIFEST

SWAPS = 50
DAY = date(2025, 10, 6)
NAMES = ("fy2568/2568-06/index.html", "fy2568/2568-06/sokhoro1-2568-06.csv", "index.html")
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


def readers_while(publisher: Publisher, site: Path) -> list[Reader]:
    """Let two kinds of readers read while the contents change."""
    publisher(site, CONTENTS[0])
    with Reader(site / "current", a_set) as one, Reader(site / "current", single_files) as other:
        for content in islice(cycle(reversed(CONTENTS)), SWAPS):
            publisher(site, content)
    return [one, other]


def test_readers_see_whole_releases_and_miss_no_file(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:

        def publisher(site: Path, files: Mapping[str, bytes]) -> None:
            nothing = History({}, {}, (), None)
            settings = Settings(organisation=Organisation(name=ORGANISATION))
            workspace = Workspace(settings, tmp_path / "inbox", site.parent)
            publish(workspace, files, Summaries((), ()), nothing, ledger, DAY)

        readers = readers_while(publisher, tmp_path / "site")

    releases = list((tmp_path / "site" / "releases").iterdir())
    assert len(releases) == SWAPS + 1, "each turn is a release of its own"
    for reader in readers:
        assert reader.looks > SWAPS, "too few looks to have seen a swap"
        assert reader.wrong == []


def test_files_replaced_one_by_one_are_found_out(tmp_path: Path) -> None:
    """Each file by an atomic rename, and yet a set of them is a mixture now and then."""

    def publisher(site: Path, files: Mapping[str, bytes]) -> None:
        listed = [
            {"path": name, "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ]
        manifest = json.dumps({"files": listed}).encode()
        for name, content in {**files, MANIFEST: manifest}.items():
            target = site / "current" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_name("fresh")
            fresh.write_bytes(content)
            fresh.replace(target)

    one, other = readers_while(publisher, tmp_path / "site")

    assert "a mixture of releases in current" in one.wrong
    assert other.wrong == []


def test_files_overwritten_in_place_are_found_out(tmp_path: Path) -> None:
    def publisher(site: Path, files: Mapping[str, bytes]) -> None:
        for name, content in files.items():
            target = site / "current" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb", buffering=0) as file:
                for start in range(0, len(content), 1000):
                    file.write(content[start : start + 1000])

    _, other = readers_while(publisher, tmp_path / "site")

    assert any(wrong.startswith("half a file") for wrong in other.wrong)
