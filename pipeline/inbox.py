"""The inbox → originals: which dropped files have settled, each copied under its sha256."""

import hashlib
import os
import stat
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.glance import entries, reserved
from schemas.thai import visible

LOOKS_FOR_THE_REST = 3  # a copy may stall: an unfinished zip gets so many looks more
MAKING = ".making"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Original:
    """A dropped file, copied: only the copy is read. ``part`` is the division's folder, or ""."""

    file: str  # path in the inbox, with / between, as people read it
    part: str
    sha256: str
    path: Path  # of the copy


@dataclass(frozen=True)
class Arrivals:
    """What one look at the inbox gave: copies to read, names left out, names not yet settled.

    ``elsewhere`` are copies from reserved folders, which are no workbooks of finance.
    """

    originals: tuple[Original, ...]
    ignored: tuple[str, ...]
    unsettled: tuple[str, ...]
    elsewhere: tuple[Original, ...] = ()

    @property
    def copies(self) -> tuple[Original, ...]:
        return (*self.originals, *self.elsewhere)

    @property
    def files(self) -> frozenset[str]:
        """Everything that lies there and is not left out by name."""
        return frozenset((*(original.file for original in self.copies), *self.unsettled))


@dataclass(frozen=True)
class _Look:
    """What two looks must agree on: a rename over the same name is another inode."""

    size: int
    changed: int
    inode: int


@dataclass(frozen=True)
class Looks:
    """What lay in an inbox at a moment: what to wait for, and names left out."""

    files: Mapping[Path, _Look]
    ignored: tuple[str, ...]


def first_look(inbox: Path) -> Looks:
    """Return what lies in an inbox; it is made where it is not there."""
    inbox.mkdir(parents=True, exist_ok=True)
    ignored: list[str] = []
    return Looks(_looks(inbox, ignored), tuple(sorted(ignored)))


def arrivals(
    inbox: Path,
    originals: Path,
    settle: float,
    wait: Callable[[float], None] = time.sleep,
    first: Looks | None = None,
) -> Arrivals:
    """Return the files of ``inbox`` that look alike ``settle`` seconds apart, oldest first.

    With ``settle`` 0 what is there is taken. A zip without its end gets a few looks more, then
    it is taken as it is, so that its sender gets an answer. ``first`` is a look of so long ago.
    """
    waited = first is not None
    first = first or first_look(inbox)
    originals.mkdir(parents=True, exist_ok=True)
    (originals / MAKING).unlink(missing_ok=True)  # the rest of a run that was killed
    before = after = first.files
    for _ in range(LOOKS_FOR_THE_REST if settle and before else 0):
        if not waited:
            wait(settle)
        waited = False
        before, after = after, _looks(inbox, [])
        if before == after and all(map(_whole, after)):
            break
    steady = [path for path, look in after.items() if before.get(path) == look]
    taken, unsettled = [], [_shown(path, inbox) for path in after if path not in steady]
    for path in sorted(steady, key=lambda path: (after[path].changed, _shown(path, inbox))):
        original = _copy(path, inbox, originals)
        if original is None:
            unsettled.append(_shown(path, inbox))
        else:
            taken.append(original)
    return Arrivals(
        tuple(one for one in taken if not reserved(one.part)),
        first.ignored,
        tuple(sorted(unsettled)),
        tuple(one for one in taken if reserved(one.part)),
    )


def _looks(inbox: Path, ignored: list[str]) -> dict[Path, _Look]:
    looks = {}
    for entry, taken in entries(os.fspath(inbox)):
        try:
            state = entry.stat(follow_symlinks=False)
        except FileNotFoundError:  # gone between the two calls
            continue
        if not taken or not stat.S_ISREG(state.st_mode):
            ignored.append(_shown(Path(entry.path), inbox))
        else:
            looks[Path(entry.path)] = _Look(state.st_size, state.st_mtime_ns, state.st_ino)
    return looks


def _shown(path: Path, inbox: Path) -> str:
    """The path in the inbox as text; what cannot be seen is written out, so two names stay two.

    Names on disk may be bytes that are no text at all.
    """
    raw = os.fsencode(path.relative_to(inbox).as_posix()).decode("utf-8", "backslashreplace")
    return "".join(c if c == " " or visible(c) == c else f"\\u{ord(c):04x}" for c in raw)


def _whole(path: Path) -> bool:
    """False while a zip lacks its end; other kinds are told by the guard."""
    try:
        with path.open("rb") as file:
            return file.read(2) != b"PK" or zipfile.is_zipfile(path)
    except OSError:
        return False


def _copy(path: Path, inbox: Path, originals: Path) -> Original | None:
    """Copy to ``originals/<sha256>``; None when the file changes meanwhile or is locked."""
    making = originals / MAKING
    digest = hashlib.sha256()
    # O_BINARY is Windows', O_NOFOLLOW is everybody else's.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        source = os.open(path, flags)
    except OSError:  # locked by Excel, or gone
        return None
    with os.fdopen(source, "rb") as file, making.open("wb") as copy:
        first = os.fstat(source)
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            copy.write(chunk)
        last = os.fstat(source)
        copy.flush()
        os.fsync(copy.fileno())
    same = (first.st_size, first.st_mtime_ns) == (last.st_size, last.st_mtime_ns)
    if not same or making.stat().st_size != last.st_size:
        making.unlink()
        return None
    kept = originals / digest.hexdigest()
    if kept.exists():
        making.unlink()
    else:
        making.replace(kept)
        sync_folder(originals)
    shown = _shown(path, inbox)
    part = shown.rpartition("/")[0]
    return Original(shown, part, digest.hexdigest(), kept)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut; Windows cannot open one, and need not."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
