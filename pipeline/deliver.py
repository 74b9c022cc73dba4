"""The release in public here → the office's web server, at each target of its own.

Far sides know no swap: contents go first, then pages, then the ways in, the manifest last; every
file is read back. What was read back is kept in ``output/targets/<name>.json``, a cache of the
far side: where it is lost, the far files are read and only what differs is sent.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from pipeline import CannotRunError
from pipeline.inbox import sync_folder
from pipeline.log import read_lines
from pipeline.publish import RELEASES, sending_order
from pipeline.targets import Patience, Store, TargetError, reached, why_of
from pipeline.targets.folder import folder_of
from pipeline.verify import LARGEST, Absent, Known, verify
from schemas.config import Target
from schemas.delivery import Delivery, DeliveryState, Looked, Progress
from schemas.manifest import LOG, MANIFEST, SIGNATURE, Manifest
from schemas.verify_words import NOT_THERE

LONGEST_S = 900  # for one try of one target; the next try goes on from there
LONGEST_WAIT = timedelta(minutes=60)
KEPT_EVERY_S = 1.0
OWNER_ONLY = 0o600


@dataclass(frozen=True)
class _Release:
    """A whole release on this disk; ``files`` are sha256 by path, in the order of sending."""

    name: str
    folder: Path
    files: Mapping[str, str]
    known: frozenset[str]  # the names of all releases so far, this one included

    def read(self, path: str) -> bytes:
        """Return a file; TargetError when it is not what the manifest says."""
        try:
            content = (self.folder / path).read_bytes()
        except OSError as error:
            raise TargetError(f"อ่าน {self.folder / path} ที่จะส่งไม่ได้: {why_of(error, 0)}") from None
        if _sha256(content) != self.files[path]:
            raise TargetError(
                f"ไฟล์ {self.folder / path} ไม่ตรงกับ {MANIFEST} ของฉบับนั้น จึงไม่ส่ง "
                "กรุณาสั่ง sokhoro1 run ให้สร้างใหม่"
            )
        return content


def deliver(
    current: Path,
    targets: Sequence[Target],
    states: Path,
    now: datetime,
    clock: Callable[[], float] = time.monotonic,
    *,
    again: bool = False,
) -> tuple[Delivery, ...]:
    """Bring what ``current`` shows to every target; whatever goes wrong there is in the answer.

    ``states`` keeps what is known of each target; ``now`` counts the waits between two tries
    (1, 2, 4 … 60 minutes). ``again``: try in spite of them, and read every far file back.
    Errors: CannotRunError when what is public here cannot be read.
    """
    if not targets or not current.is_dir():
        return ()
    # Resolved once: what is swapped in while we send is for the next time.
    release = _release_at(current.resolve())
    return tuple(_to_one(target, release, states, now, clock, again=again) for target in targets)


def asked_for(name: str, targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the target of that name, or all for ""; CannotRunError when there is none."""
    if not targets:
        raise CannotRunError(
            "ยังไม่ได้กำหนดปลายทางใน sokhoro1.toml กรุณาเพิ่มหัวข้อ [[targets]] ตามตัวอย่างในไฟล์นั้น"
        )
    chosen = tuple(target for target in targets if name in {"", target.name})
    if not chosen:
        names = ", ".join(target.name for target in targets)
        raise CannotRunError(f"ไม่มีปลายทางชื่อ «{name}» ใน sokhoro1.toml ที่มีคือ {names}")
    return chosen


def look_again(
    target: Target,
    known: Known | None,
    states: Path,
    clock: Callable[[], float] = time.monotonic,
) -> Looked:
    """Read every far file of a target back and name each difference from what was released.

    ``known`` is what the ledger and the keys say. After a difference nothing is taken for known:
    the next delivery reads all and sends what differs.
    """
    try:
        with reached(target, _patience(target, clock)) as store:
            verified = verify(_FarSite(target.url, store), known)
        if verified.differences:
            path = _state_of(target, states)
            progress = _progress(path, target)
            files = dict.fromkeys(progress.files, "")
            _keep(path, progress.model_copy(update={"files": files}))
    except TargetError as error:
        return Looked(target.name, failure=str(error))
    return Looked(target.name, tuple(verified.sentences))


@dataclass(frozen=True)
class _FarSite:
    """A target as ``verify`` reads it; strangers' files beside ours are none of our business."""

    place: str
    store: Store

    def read(self, path: str, most: int) -> bytes | Absent:
        content = self.store.read(path, most)
        return Absent(NOT_THERE) if content is None else content

    def paths(self) -> set[str] | None:
        return None


# ---- one target


def _to_one(
    target: Target,
    release: _Release,
    states: Path,
    now: datetime,
    clock: Callable[[], float],
    *,
    again: bool,
) -> Delivery:
    path = _state_of(target, states)
    with suppress(OSError):  # told when it is to be written
        _fresh(path).unlink(missing_ok=True)  # the rest of a run that was killed
    before = _progress(path, target)
    if not again and before.files == release.files:
        return Delivery(target.name, release.name, "unchanged")
    if not again and before.next_try and now < before.next_try <= now + LONGEST_WAIT:
        # A wait longer than the longest comes from a clock that was wrong.
        failure, next_try = before.failure, before.next_try
        return Delivery(target.name, release.name, "waiting", failure=failure, next_try=next_try)
    work = _Work(release, before.files, path, target, clock)
    try:
        _check_place(target, states)
        with work.kept(again=again), reached(target, _patience(target, clock)) as store:
            work.go(store)
        _keep(path, Progress(url=_address(target), files=work.files))
    except TargetError as error:
        failures = before.failures + 1
        next_try = now + min(timedelta(minutes=2 ** min(failures - 1, 6)), LONGEST_WAIT)
        failed = Progress(
            url=_address(target),
            files=work.files,
            failures=failures,
            failure=str(error),
            next_try=next_try,
        )
        failure = _keep_or_tell(path, failed)
        sent, removed = tuple(work.sent), tuple(work.removed)
        return Delivery(target.name, release.name, "failed", sent, removed, failure, next_try)
    state: DeliveryState = "delivered" if work.sent or work.removed else "unchanged"
    return Delivery(target.name, release.name, state, tuple(work.sent), tuple(work.removed))


class _Work:
    """One try: what is known of the far side grows with every file that was read back."""

    def __init__(
        self,
        release: _Release,
        before: Mapping[str, str],
        path: Path,
        target: Target,
        clock: Callable[[], float],
    ) -> None:
        self.files = dict(before)
        self.sent: list[str] = []
        self.removed: list[str] = []
        self._release, self._before = release, before
        self._path, self._target = path, target
        self._clock, self._kept_at = clock, clock()

    @contextmanager
    def kept(self, *, again: bool) -> Iterator[None]:
        """Keep what is known, from before the first change until after the last."""
        for path, digest in self.files.items():
            # Killed while it changes, it is neither the old file nor the new one for certain.
            if again or digest != self._release.files.get(path):
                self.files[path] = ""
        if again:
            self._before = {}
        self._keep()
        try:
            yield
        finally:
            self._keep()

    def go(self, store: Store) -> None:
        """Send what differs, in order; then remove what is ours and in the release no more."""
        for path in self._listed_there(store):
            self.files.setdefault(path, "")
        for path, digest in self._release.files.items():
            if self.files.get(path) != digest:
                self._bring(store, path, digest)
        for path in sorted(self.files.keys() - self._release.files.keys()):
            store.remove(path)
            self.removed.append(path)
            del self.files[path]

    def _bring(self, store: Store, path: str, digest: str) -> None:
        content = self._release.read(path)
        # What was read back as something else is not read again; what is not known is.
        other = self._before.get(path)
        if other or store.read(path, len(content)) != content:
            self.files[path] = ""
            store.write(path, content)
            self.sent.append(path)
            if store.read(path, len(content)) != content:
                raise TargetError(
                    f"ไฟล์ {path} ที่อ่านกลับจาก {self._target.url} ไม่ตรงกับที่ส่งไป "
                    "กรุณาตรวจที่ว่างและบริการของเครื่องปลายทาง"
                )
        self.files[path] = digest
        if self._clock() - self._kept_at >= KEPT_EVERY_S:
            self._keep()

    def _listed_there(self, store: Store) -> list[str]:
        """Return the files that the far manifest lists, if it is that of a release of ours.

        The name of a release is a hash of its list and stands in our log: a list that a stranger
        wrote cannot make us remove his neighbour's files.
        """
        text = store.read(MANIFEST, LARGEST)
        try:
            manifest = Manifest.model_validate_json(text or b"")
        except ValidationError:
            return []
        if manifest.name != manifest.release or manifest.release not in self._release.known:
            return []
        return [file.path for file in manifest.files]

    def _keep(self) -> None:
        self._kept_at = self._clock()
        _keep(self._path, Progress(url=_address(self._target), files=self.files))


def _check_place(target: Target, states: Path) -> None:
    ours = states.parent.resolve()
    if target.kind == "file" and folder_of(target).resolve().is_relative_to(ours):
        raise TargetError(
            f"ปลายทาง {target.name} อยู่ใน {ours} ซึ่งเป็นโฟลเดอร์ผลลัพธ์เอง กรุณาระบุโฟลเดอร์อื่น"
        )


def _patience(target: Target, clock: Callable[[], float]) -> Patience:
    return Patience(target.timeout_seconds, clock() + LONGEST_S, clock)


def _release_at(folder: Path) -> _Release:
    try:
        text = (folder / MANIFEST).read_bytes()
        manifest = Manifest.model_validate_json(text)
        # Where links cannot be made, ``current`` is a folder that changes file by file.
        whole = folder.parent / RELEASES / manifest.release
        folder = whole if whole.is_dir() else folder
        seal = (folder / (MANIFEST + SIGNATURE)).read_bytes()
        log = read_lines((folder / LOG).read_bytes())
    except (OSError, ValueError):
        raise CannotRunError(
            f"สิ่งที่เผยแพร่ใน {folder} เสียหาย กรุณาสั่ง sokhoro1 run ให้สร้างใหม่"
        ) from None
    files = {file.path: file.sha256 for file in manifest.files}
    files |= {MANIFEST + SIGNATURE: _sha256(seal), MANIFEST: _sha256(text)}
    ordered = {path: files[path] for path in sorted(files, key=sending_order)}
    known = frozenset((manifest.release, *(entry.release for entry in log)))
    return _Release(manifest.release, folder, ordered, known)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# ---- what is kept of a target


def _state_of(target: Target, states: Path) -> Path:
    return states / f"{target.name}.json"


def _address(target: Target) -> str:
    """What the kept state is of: another address is another far side."""
    return " ".join(filter(None, (target.url, target.endpoint)))


def last_known(target: Target, states: Path) -> Progress | None:
    """Return what the last delivery left of a target; None where it was never tried."""
    path = _state_of(target, states)
    return _progress(path, target) if path.exists() else None


def _progress(path: Path, target: Target) -> Progress:
    """Return what is known of a target; nothing where it is lost, damaged, or of another place."""
    fresh = Progress(url=_address(target))
    try:
        kept = Progress.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return fresh
    return kept if kept.url == fresh.url else fresh


def _keep(path: Path, progress: Progress) -> None:
    """Put the state on the disk, whole or not at all; TargetError when it cannot be."""

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, OWNER_ONLY)

    fresh = _fresh(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)  # its mode would stay as it was
        with open(fresh, "xb", opener=opener) as file:
            file.write(progress.model_dump_json(indent=1).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise TargetError(f"บันทึกสถานะของปลายทางที่ {path} ไม่ได้: {why_of(error, 0)}") from None


def _fresh(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _keep_or_tell(path: Path, progress: Progress) -> str:
    """Keep a failure; return its sentence, with the reason why it could not be kept."""
    try:
        _keep(path, progress)
    except TargetError as error:
        return f"{progress.failure} และ{error}"
    return progress.failure
