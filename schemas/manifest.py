"""What is published beside the pages so that anybody can check them: manifest, log, sums, keys.

None of it goes round in a circle: the name of a release is a hash of its list of files; its leaf
in the log holds that name; the root of the log stands in the manifest, outside of what is named;
the signature is over the bytes of the manifest.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

MANIFEST = "manifest.json"
SIGNATURE = ".sig"  # after the name of what is signed: 64 raw bytes
SUMS = "SHA256SUMS"  # as sha256sum writes it
LOG = "log.txt"
KEYS = "keys/"
CURRENT_KEY = f"{KEYS}current.pem"
NAME_LENGTH = 32  # of 64: short enough for the longest path that Windows takes
LONGEST_PATH = 1000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ReleaseName = Annotated[str, StringConstraints(pattern=rf"^[0-9a-f]{{{NAME_LENGTH}}}$")]


def canonical(value: object) -> bytes:
    """Return the one way to write a value: JSON, names in order, no blanks, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def release_name(previous: str | None, files: Sequence[Mapping[str, Any]]) -> str:
    """Return the name of a release: a hash of the release before it and of its list of files."""
    body = canonical({"previous": previous, "files": files})
    return hashlib.sha256(body).hexdigest()[:NAME_LENGTH]


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the lines of SHA256SUMS for these files, in the order of their paths."""
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return "".join(lines).encode()


def printable(text: str) -> str:
    """Return a stranger's text without what would steer a terminal or its line."""
    return _CONTROL.sub("�", text)


def _inside(path: str) -> str:
    """A path of a stranger's manifest is opened by us: it must stay below the site's root."""
    parts = path.split("/")
    if "\\" in path or ":" in path or _CONTROL.search(path) or not all(parts):
        raise ValueError("no path of a site")
    if {".", ".."} & set(parts):
        raise ValueError("a path that leaves the site")
    return path


SitePath = Annotated[str, StringConstraints(max_length=LONGEST_PATH), AfterValidator(_inside)]


def _once(files: tuple["PublishedFile", ...]) -> tuple["PublishedFile", ...]:
    if len({file.path for file in files}) < len(files):
        raise ValueError("a path is listed twice")
    return files


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PublishedFile(_Strict):
    """A file as the manifest lists it; ``size`` is bytes, ``sources`` the originals (sha256)."""

    path: SitePath
    sha256: Sha256
    size: Annotated[int, Field(ge=0)]
    sources: tuple[Sha256, ...]


class LogHead(_Strict):
    """How many releases the log has, and its Merkle root (RFC 6962)."""

    size: Annotated[int, Field(ge=1)]
    root: Sha256

    def __str__(self) -> str:
        """As it stands on paper: ``12:`` and the root in hexadecimal."""
        return f"{self.size}:{self.root}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what stands on paper; ValueError for anything else."""
        size, _, told = text.partition(":")
        return cls(size=int(size), root=told.strip().lower())


class LogEntry(_Strict):
    """One release in the log: its name, the one before it, and its Gregorian day."""

    day: date
    previous: ReleaseName | None
    release: ReleaseName

    @property
    def leaf(self) -> bytes:
        """The bytes of the leaf, which are also its line in ``log.txt``."""
        return canonical(self.model_dump(mode="json"))


class Manifest(_Strict):
    """Every file of a release but the manifest and its signature.

    ``log`` is its head with this release.
    """

    release: ReleaseName
    previous: ReleaseName | None
    day: date
    log: LogHead
    files: Annotated[tuple[PublishedFile, ...], AfterValidator(_once)]

    @property
    def name(self) -> str:
        """The name that the release must have for its files."""
        return release_name(self.previous, [file.model_dump() for file in self.files])

    @property
    def entry(self) -> LogEntry:
        return LogEntry(day=self.day, previous=self.previous, release=self.release)
