"""Finished files by what they were made from: a folder that anybody may delete at any time."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path


class Kept:
    """Files made before, by a hash of everything that they depend on.

    Each is kept with its own hash, and one that is damaged is made anew. A disk that is full or
    refuses costs time and nothing else. Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def of(self, recipe: bytes, make: Callable[[], bytes]) -> bytes:
        """Return what ``make`` makes; ``recipe`` is all that its result depends on."""
        content = self.read(recipe)
        if content is None:
            content = make()
            self.write(recipe, content)
        return content

    def files(self, recipe: bytes) -> dict[str, bytes] | None:
        """Return files that were written together, by name."""
        content = self.read(recipe)
        if content is None:
            return None
        listed, _, rest = content.partition(b"\n")
        files, at = {}, 0
        for name, size in json.loads(listed):
            files[name] = rest[at : at + size]
            at += size
        return files

    def write_files(self, recipe: bytes, files: Mapping[str, bytes]) -> None:
        listed = json.dumps([(name, len(content)) for name, content in files.items()])
        self.write(recipe, b"\n".join((listed.encode(), b"".join(files.values()))))

    def read(self, recipe: bytes) -> bytes | None:
        """Return what was written for the recipe; None for nothing, or for what is damaged."""
        if self._folder is None:
            return None
        name = self._name(recipe)
        with suppress(OSError):
            told, _, content = (self._folder / name).read_bytes().partition(b"\n")
            if told == _sum(content):
                return content
        return None

    def write(self, recipe: bytes, content: bytes) -> None:
        if self._folder is None:
            return
        name = self._name(recipe)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            making = self._folder / f".making-{name}"
            making.write_bytes(_sum(content) + b"\n" + content)
            making.replace(self._folder / name)

    def _name(self, recipe: bytes) -> str:
        name = hashlib.sha256(recipe).hexdigest()
        self._used.add(name)
        return name

    def sweep(self) -> None:
        """Remove what was not asked for since the beginning: months that were made otherwise."""
        with suppress(OSError):
            for path in [] if self._folder is None else list(self._folder.iterdir()):
                if path.name not in self._used:
                    path.unlink()


def program(modules: Iterable[str], templates: Iterable[str], libraries: Iterable[str]) -> bytes:
    """Return a hash of what a file is made with: modules of this package, templates, libraries."""
    ours = [files("pipeline.formats") / f"{name}.py" for name in modules]
    ours += [files("templates") / name for name in templates]
    versions = "".join(f"{name} {version(name)}\n" for name in libraries)
    whole = hashlib.sha256(versions.encode())
    for file in ours:
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.digest()


@cache
def whole_program(libraries: tuple[str, ...]) -> bytes:
    """Return a hash of all our modules and templates, and of some libraries."""
    whole = hashlib.sha256("".join(f"{name} {version(name)}\n" for name in libraries).encode())
    for package in ("pipeline", "schemas", "templates"):
        root = Path(str(files(package)))
        for file in sorted(path for path in root.rglob("*") if path.is_file()):
            if file.suffix != ".pyc":
                whole.update(f"{package}/{file.relative_to(root).as_posix()}\n".encode())
                whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.digest()


def _sum(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


NOTHING_KEPT = Kept(None)
