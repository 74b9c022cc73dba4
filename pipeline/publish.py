"""A whole site → one release in public: an immutable folder, then one swap of ``current``.

Order: files and folders on the disk, the folder's name, the ledger, the swap. Whatever stops it,
readers see one whole release, and the next run finishes by itself.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pipeline.announcements import FOLDER
from pipeline.configure import Workspace
from pipeline.inbox import sync_folder
from pipeline.keys import Keys, open_keys
from pipeline.ledger import Ledger
from pipeline.log import entry_of, lines_of, root
from pipeline.open_data import rows_of_year
from pipeline.places import place_of
from pipeline.site.bundles import sources_of_bundles
from pipeline.summarise import Summaries
from schemas.history import History, Release
from schemas.manifest import LOG, MANIFEST, SIGNATURE, SUMS, release_name, sums
from schemas.summary import MonthlySummary

CURRENT = "current"
RELEASES = "releases"
KEPT = 3  # releases before the public one: somebody may be in the middle of a download
WINDOWS_PRIVILEGE_NOT_HELD = 1314


def publish(
    workspace: Workspace,
    files: Mapping[str, bytes],
    summaries: Summaries,
    history: History,
    ledger: Ledger,
    today: date,
) -> tuple[MonthlySummary, ...]:
    """Bring the public folder to ``files``; return the summaries that were not public before.

    Nothing changed makes no release, but what somebody damaged or a crash left half is set right.
    """
    sources = sources_of(files, summaries) | _of_themselves(files)
    site, keys, known = workspace.site, open_keys(workspace.keys), ledger.releases()
    last = known[-1] if known else None
    release, whole = sealed(files, sources, known[:-1], last.day if last else today, keys)
    if last is None or release.name != last.name:
        release, whole = sealed(files, sources, known, today, keys)
    _clear_away(site)
    write_release(site, release, whole, last)
    fresh = [r for revisions in history.revisions.values() for r in revisions if r.after is None]
    if release != last:
        ledger.record_release(release, fresh)
    swap(site, release, whole)
    _prune(site, [*(one for one in known if one.name != release.name), release])
    months = {revision.month for revision in fresh}
    return tuple(summary for summary in summaries.public if summary.month in months)


def tidy(site: Path, releases: Sequence[Release]) -> None:
    """Remove what nobody needs where nothing new is published: halves, and older releases."""
    _clear_away(site)
    _prune(site, releases)


def _clear_away(site: Path) -> None:
    """Remove what a killed run left half made; nobody sees these names."""
    (site / ".next").unlink(missing_ok=True)
    for name in (".making-*", ".damaged-*"):
        for left in (site / RELEASES).glob(name):
            shutil.rmtree(left)
    for left in (site / RELEASES).glob(".pruned-*"):
        with _open_in_windows():
            shutil.rmtree(left)


def _prune(site: Path, known: Sequence[Release]) -> None:
    """Remove the folders of all but the last releases; their months stay in every later one.

    A folder loses its name first: one that is half removed must not pass for a release.
    """
    releases, needed = site / RELEASES, {one.name for one in known[-1 - KEPT :]}
    for folder in sorted(releases.iterdir()):
        if folder.name in needed or folder.name.startswith(".") or not folder.is_dir():
            continue
        pruned = folder.with_name(f".pruned-{folder.name}")
        with _open_in_windows():
            folder.rename(pruned)
            shutil.rmtree(pruned)


@contextmanager
def _open_in_windows() -> Iterator[None]:
    """There a file that somebody reads cannot go: the next pass removes it."""
    try:
        yield
    except PermissionError:
        if os.name != "nt":
            raise


def read_manifest(site: Path) -> list[tuple[str, str]]:
    """Return (path, sha256) of every file that is public now; nothing when nothing is."""
    manifest = site / CURRENT / MANIFEST
    if not manifest.is_file():
        return []
    listed = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return [(file["path"], file["sha256"]) for file in listed]


def sealed(
    files: Mapping[str, bytes],
    sources: Mapping[str, Sequence[str]],
    before: Sequence[Release],
    day: date,
    keys: Keys,
) -> tuple[Release, dict[str, bytes]]:
    """Return a release and all its files: these, and those by which anybody can check them.

    ``log.txt`` lists the releases before this one; its own line follows from its manifest.
    """
    whole = {**files, **keys.published, LOG: lines_of([entry_of(release) for release in before])}
    whole[SUMS] = sums(whole)
    whole[SUMS + SIGNATURE] = keys.sign(whole[SUMS])
    release, whole[MANIFEST] = release_of(whole, sources, before, day)
    whole[MANIFEST + SIGNATURE] = keys.sign(whole[MANIFEST])
    return release, whole


def release_of(
    files: Mapping[str, bytes],
    sources: Mapping[str, Sequence[str]],
    before: Sequence[Release],
    day: date,
) -> tuple[Release, bytes]:
    """Return the release that these files are, named for its content, and its manifest.

    ``sources`` says from which originals (sha256) a file was made. The manifest lists every file
    but itself and its signature. The root of the log includes this release: its leaf holds its
    name, which is a hash of the list of files and not of the log.
    """
    listed = [
        {
            "path": path,
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "sources": list(sources.get(path, ())),
        }
        for path, content in sorted(files.items())
    ]
    previous = before[-1].name if before else None
    release = Release(release_name(previous, listed), previous, day)
    leaves = [entry_of(one).leaf for one in (*before, release)]
    manifest = {
        "release": release.name,
        "previous": previous,
        "day": day.isoformat(),
        "log": {"size": len(leaves), "root": root(leaves)},
        "files": listed,
    }
    return release, (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()


def write_release(
    site: Path, release: Release, files: Mapping[str, bytes], last: Release | None = None
) -> None:
    """Make the folder of a release whole on the disk; one that is there and right stays.

    A file that says the same in the ``last`` release is that file, under a second name.
    """
    folder = site / RELEASES / release.name
    older = site / RELEASES / last.name if last and last.name != release.name else None
    if holds(folder, files):
        return
    making = folder.with_name(f".making-{release.name}")
    folders = {making}
    for path, content in sorted(files.items()):
        target = making / path
        target.parent.mkdir(parents=True, exist_ok=True)
        folders.update(parent for parent in target.parents if parent.is_relative_to(making))
        if not (older and _linked(older / path, target, content)):
            _write(target, content)
    for made in sorted(folders, reverse=True):
        sync_folder(made)
    if folder.exists():  # somebody has changed it: set it right
        damaged = folder.with_name(f".damaged-{release.name}")
        folder.rename(damaged)
    making.rename(folder)
    sync_folder(folder.parent)
    shutil.rmtree(folder.with_name(f".damaged-{release.name}"), ignore_errors=True)


def _linked(older: Path, target: Path, content: bytes) -> bool:
    """Give a file that is on the disk a second name; False where it differs or cannot have one."""
    try:
        if older.is_symlink() or older.read_bytes() != content:
            return False
        os.link(older, target)
    except OSError:  # not there; a file system without links; too many links
        return False
    return True


def holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    """True when a folder has these files, byte for byte, and no others."""
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return present == files.keys() and all(
        (folder / path).read_bytes() == content for path, content in files.items()
    )


def swap(site: Path, release: Release, files: Mapping[str, bytes]) -> None:
    """Let readers see the release: one rename of a link, or file by file without links."""
    current, target = site / CURRENT, Path(RELEASES) / release.name
    if current.is_symlink() and current.readlink() == target:
        return
    if current.is_dir() and not current.is_symlink():
        _replace(current, files)
        return
    link = site / ".next"
    try:
        link.symlink_to(target, target_is_directory=True)
    except (OSError, NotImplementedError) as error:
        # Never through a link that is there: the files behind it are an older release's.
        if current.is_symlink() or not _links_refused(error):
            raise
        _replace(current, files)
        return
    link.replace(current)
    sync_folder(site)


def sources_of(files: Iterable[str], summaries: Summaries) -> dict[str, tuple[str, ...]]:
    """Return the originals of each file of a month, of a quarter, and of a year."""
    every = (*summaries.public, *summaries.superseded)
    places = {place_of(one): one.sources for one in every}
    sources = {}
    for path in files:
        folders = path.split("/")[:-1]
        # A superseded revision lies in a folder of its month: the deepest folder counts.
        above = ("/".join(folders[:depth]) + "/" for depth in range(len(folders), 0, -1))
        place = next((place for place in above if place in places), None)
        if place is not None:
            sources[path] = places[place]
    for fiscal_year in {one.month.fiscal_year for one in every}:
        year = [one for one in every if one.month.fiscal_year == fiscal_year]
        of_year = tuple(sorted({source for one in year for source in one.sources}))
        sources |= dict.fromkeys(rows_of_year(fiscal_year), of_year)
    return sources | sources_of_bundles(tuple(files), summaries.public)


def _of_themselves(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Return the files that are originals as they were dropped: announcements."""
    return {
        path: (hashlib.sha256(content).hexdigest(),)
        for path, content in files.items()
        if f"/{FOLDER}" in path
    }


def sending_order(path: str) -> tuple[int, str]:
    """Return the place of a file where they cannot all appear at once, for ``sorted``.

    Contents, pages, the ways in, what tells of the whole, its seal, and last the manifest.
    """
    order = {
        **dict.fromkeys(("index.html", "feed.xml", "feed.json"), 2),
        **dict.fromkeys((LOG, SUMS, SUMS + SIGNATURE), 3),
        MANIFEST + SIGNATURE: 4,
        MANIFEST: 5,
    }
    return order.get(path, 1 if path.endswith(".html") else 0), path


def _links_refused(error: OSError | NotImplementedError) -> bool:
    """True where links cannot be made at all: Windows without the right, FAT, some shares."""
    refused = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
    return (
        isinstance(error, NotImplementedError)
        or error.errno in refused
        or getattr(error, "winerror", None) == WINDOWS_PRIVILEGE_NOT_HELD
    )


def _replace(current: Path, files: Mapping[str, bytes]) -> None:
    """Without links: file by file."""
    for path in sorted(files, key=sending_order):
        target = current / path
        if target.is_file() and target.read_bytes() == files[path]:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.new")
        _write(fresh, files[path])
        fresh.replace(target)
    for old in sorted(current.rglob("*"), reverse=True):
        if old.is_file() and old.relative_to(current).as_posix() not in files:
            old.unlink()
        elif old.is_dir() and not any(old.iterdir()):
            old.rmdir()
    sync_folder(current)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
