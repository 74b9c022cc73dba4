"""The truth of an office in one file, and back: ledger, originals, keys and configuration.

All else is made from them. A backup may be taken while a pass runs: the ledger is copied as it was
at one moment, and the originals that it names were on the disk before it named them. Of a ledger
that many agencies share a backup holds the part of one, as a file of SQLite; it may come back into
any ledger.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

from pipeline import CannotRunError
from pipeline.configure import Place, Workspace
from pipeline.inbox import sync_folder
from pipeline.ledger import Ledger
from pipeline.ledger.copied import copy_part, is_empty

CONTENTS = "contents.json"
LEDGER = "ledger/ledger.sqlite"
ORIGINALS, KEYS = "originals/", "keys/"
CONFIGURATION = "sokhoro1.toml"
WATCHED = "ledger/watched.jsonl"  # looks of days that nobody can look at again
# What people wrote: in the backup to be looked at, never put over what is there.
_WRITTEN = re.compile(r"sokhoro1\.toml|measures[^/\\]{0,20}\.toml")
# No name that climbs out of its folder: a backup may have passed through other hands.
_KNOWN = re.compile(
    r"originals/[0-9a-f]{64}|keys/(?:[0-9A-Za-z_-]+/)?[0-9A-Za-z_-]+(?:\.[0-9A-Za-z]+)*"
)
CHUNK = 1 << 20
NO_LEDGER = "ยังไม่มีบัญชีข้อมูลให้สำรอง กรุณาสั่ง sokhoro1 run ก่อน"
# A zip knows no day before 1980; the moment of a backup stands in its name, not in its bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_PRIVATE = 0o600


def back_up(workspace: Workspace, config: Path, target: Path) -> int:
    """Write everything that cannot be made again to ``target``, a zip; return how many files.

    Errors: CannotRunError when there is no ledger yet, when an original is missing or changed,
    or when the target exists.
    """
    if target.exists():
        raise CannotRunError(f"มีไฟล์ {target} อยู่แล้ว จึงไม่ได้เขียนทับ กรุณาตั้งชื่ออื่น")
    target.parent.mkdir(parents=True, exist_ok=True)
    making = target.with_name(f".{target.name}.making")
    copied = target.with_name(f".{target.name}.ledger")
    try:
        named = _copy_ledger(workspace.ledger, copied)
        with making.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                listed = {
                    name: _add(archive, name, path)
                    for name, path in _files(workspace, config, copied, named)
                }
                archive.writestr(_entry(CONTENTS), json.dumps(listed, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _are_originals(listed)
        making.replace(target)
        sync_folder(target.parent)
    finally:
        for left in (making, *copied.parent.glob(f"{copied.name}*")):  # -wal, -shm
            left.unlink(missing_ok=True)
    return len(listed)


def restore(source: Path, workspace: Workspace) -> int:
    """Put a backup into an office that has no ledger; return how many files.

    Nothing is put in its place before every byte was compared; the ledger comes last. The
    configuration is not overwritten: the one in the backup is for people to look at.
    Errors: CannotRunError for a file that is no whole backup, or a place that is not empty.
    """
    place = workspace.ledger
    with nullcontext() if _is_alone(place) else Ledger.open(place) as ledger:
        if place.file.exists() if ledger is None else not is_empty(ledger):
            raise CannotRunError(f"มีบัญชีข้อมูลที่ {place} อยู่แล้ว กรุณากู้คืนลงในพื้นที่ทำงานใหม่")
        return _restore(source, workspace, ledger)


def _restore(source: Path, workspace: Workspace, ledger: Ledger | None) -> int:
    """Put it back, the ledger as a file of its own or into the part of this agency."""
    making = workspace.output / ".restoring"
    shutil.rmtree(making, ignore_errors=True)
    try:
        with zipfile.ZipFile(source) as archive:
            listed = _listed(archive)
            for name, digest in listed.items():
                _extract(archive, name, digest, making / name)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, zipfile.LargeZipFile) as error:
        shutil.rmtree(making, ignore_errors=True)
        raise CannotRunError(f"ไฟล์สำรอง {source} ไม่สมบูรณ์หรือถูกแก้ไข ({error}) จึงไม่ได้กู้คืน") from None
    for name in sorted(listed, key=lambda name: (name == LEDGER, name)):
        if name == LEDGER and ledger is not None:
            with Ledger.open(Place(making / name)) as part:  # an older one is brought up to date
                copy_part(part, ledger)
        elif not _WRITTEN.fullmatch(name):
            target = workspace.output / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (making / name).replace(target)
            sync_folder(target.parent)
    shutil.rmtree(making)
    return len(listed)


def _is_alone(place: Place) -> bool:
    """True for a file that holds nothing but this town's ledger."""
    return not (place.shared or place.agency)


def _copy_file(ledger: Path, copied: Path) -> None:
    if not ledger.exists():
        raise CannotRunError(NO_LEDGER)
    with (
        closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copied)) as target,
    ):
        source.backup(target)


def _copy_ledger(place: Place, copied: Path) -> list[str]:
    """Copy the ledger as it is at this moment; return the originals (sha256) that it names."""
    copied.unlink(missing_ok=True)
    if _is_alone(place):
        _copy_file(place.file, copied)
    else:
        with Ledger.view(place) as ledger:
            if ledger is None or is_empty(ledger):
                raise CannotRunError(NO_LEDGER)
            with Ledger.open(Place(copied)) as part:
                copy_part(ledger, part)
    with closing(sqlite3.connect(copied)) as target:
        target.execute("PRAGMA journal_mode=delete")  # one file, nothing beside it
        if target.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise CannotRunError("บัญชีข้อมูลเสียหาย จึงไม่ได้สำรอง กรุณากู้คืนจากไฟล์สำรองครั้งก่อน")
        # What came by a reserved folder is known by where it lay, and by nothing else.
        asked = target.execute(
            "SELECT sha256 FROM submission UNION "
            "SELECT sha256 FROM sighting WHERE sha256 IS NOT NULL ORDER BY sha256"
        )
        return [digest for (digest,) in asked]


def _files(
    workspace: Workspace, config: Path, ledger: Path, named: list[str]
) -> Iterator[tuple[str, Path]]:
    yield LEDGER, ledger
    yield CONFIGURATION, config
    for path in sorted(config.parent.glob("measures*.toml")):
        if _WRITTEN.fullmatch(path.name):
            yield path.name, path
    if (watched := workspace.output / WATCHED).is_file():
        yield WATCHED, watched
    for digest in named:
        path = workspace.originals / digest
        if not path.is_file():
            raise CannotRunError(f"ไม่พบต้นฉบับ {path} ที่บัญชีข้อมูลอ้างถึง จึงไม่ได้สำรอง")
        yield f"{ORIGINALS}{digest}", path
    for path in sorted((workspace.output / KEYS).rglob("*")):
        if path.is_file():
            yield path.relative_to(workspace.output).as_posix(), path


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = _PRIVATE << 16
    return entry


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file, archive.open(_entry(name), "w") as entry:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            entry.write(chunk)
    return digest.hexdigest()


def _are_originals(listed: dict[str, str]) -> None:
    """An original bears the name of its content: a damaged one must not look like a backup."""
    for name, digest in listed.items():
        if name.startswith(ORIGINALS) and name != f"{ORIGINALS}{digest}":
            raise CannotRunError(f"ต้นฉบับ {name} เสียหาย (เนื้อไฟล์ไม่ตรงกับรหัส) จึงไม่ได้สำรอง")


def _listed(archive: zipfile.ZipFile) -> dict[str, str]:
    listed = json.loads(archive.read(CONTENTS))
    names = {name for name in archive.namelist() if name != CONTENTS}
    if not isinstance(listed, dict) or set(listed) != names or LEDGER not in names:
        raise ValueError("รายการไฟล์ไม่ตรง")
    if not all(
        name in {LEDGER, WATCHED} or _WRITTEN.fullmatch(name) or _KNOWN.fullmatch(name)
        for name in names
    ):
        raise ValueError("มีไฟล์ที่ไม่รู้จัก")
    return listed


def _extract(archive: zipfile.ZipFile, name: str, digest: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    found = hashlib.sha256()
    with archive.open(name) as entry, target.open("wb") as file:
        while chunk := entry.read(CHUNK):
            found.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    target.chmod(_PRIVATE if name.startswith(KEYS) else target.stat().st_mode)
    if found.hexdigest() != digest:
        raise ValueError(f"เนื้อไฟล์ {name} ไม่ตรง")
