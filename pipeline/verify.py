"""What is live → where it differs from what was released. Nothing is believed, all is recomputed.

Reads a folder or a website; with the office's ledger and keys it also says whether what is live
is the office's own, without them whether it is whole in itself.
"""

import hashlib
import http.client
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from pipeline import CannotRunError
from pipeline.configure import Workspace
from pipeline.keys import fingerprint, public_keys, signed_by
from pipeline.ledger import Ledger
from pipeline.log import entry_of, read_lines, root
from schemas.manifest import (
    CURRENT_KEY,
    KEYS,
    LOG,
    MANIFEST,
    SIGNATURE,
    SUMS,
    LogEntry,
    LogHead,
    Manifest,
    printable,
)
from schemas.verify_words import ANSWERED, DIFFERENCES, LINE, MORE_THAN, NOT_THERE, NOTHING

LARGEST = 64 << 20  # bytes of one file; the program itself publishes nothing near it
LARGEST_SITE = 4 << 30  # bytes of a website
PATIENCE_S = 30  # for one answer of a website to go on
LONGEST_S = 3600  # for all of it
PIECE = 1 << 16
OK, GONE = 200, (404, 410)
SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was released; ``kind`` is a key of ``DIFFERENCES``."""

    kind: str
    place: str
    found: str = ""
    expected: str = ""

    @property
    def sentence(self) -> str:
        words = DIFFERENCES[self.kind]
        said = words.format(place=self.place, found=self.found, expected=self.expected)
        return printable(said)


@dataclass(frozen=True)
class Verified:
    """What was looked at, by which key, and every difference; ``manifest`` None if unreadable."""

    place: str
    manifest: Manifest | None
    fingerprint: str
    with_ledger: bool
    differences: tuple[Difference, ...]

    @property
    def sentences(self) -> list[str]:
        return [difference.sentence for difference in self.differences]


@dataclass(frozen=True)
class Known:
    """What the office itself knows: its releases, the oldest first, and its public keys (PEM)."""

    releases: tuple[LogEntry, ...]
    keys: tuple[bytes, ...]


@dataclass(frozen=True)
class Absent:
    """A file that cannot be had, and why."""

    why: str


class Site(Protocol):
    """Where published files are read from."""

    @property
    def place(self) -> str: ...

    def read(self, path: str, most: int) -> bytes | Absent:
        """Return a file, or only its first ``most + 1`` bytes where it is larger."""

    def paths(self) -> set[str] | None:
        """Return every file that is there; None where that cannot be known."""


# ---- where the files are


@dataclass(frozen=True)
class Folder:
    """A site on a disk; links in it lead nowhere, a web server might not follow them either."""

    folder: Path

    @property
    def place(self) -> str:
        return str(self.folder)

    def read(self, path: str, most: int) -> bytes | Absent:
        target = self.folder / path
        if not target.is_file() or not target.resolve().is_relative_to(self.folder):
            return Absent(NOT_THERE)
        with target.open("rb") as file:
            return file.read(most + 1)

    def paths(self) -> set[str] | None:
        return {
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_symlink() or not path.is_dir()
        }


class Website:
    """A site over http(s): only the host asked for, no redirects, so much and so long at most."""

    def __init__(self, address: str, clock: Callable[[], float]) -> None:
        """CannotRunError for what is no address of a website."""
        parts = urlsplit(address)
        try:
            host, port = (parts.hostname or "").encode("idna").decode(), parts.port
        except (UnicodeError, ValueError):
            host, port = "", None
        if parts.scheme not in {"http", "https"} or not host or parts.query or parts.username:
            raise CannotRunError(
                f"--site «{address}» ไม่ใช่โฟลเดอร์ที่มีอยู่หรือที่อยู่เว็บไซต์ "
                "กรุณาระบุ เช่น https://www.example.go.th/sokhoro1/"
            )
        self.place = address
        self._root = quote(parts.path.removesuffix("index.html").rstrip("/"), safe="/%") + "/"
        self._clock, self._ends, self._left = clock, clock() + LONGEST_S, LARGEST_SITE
        self._link: http.client.HTTPConnection = (
            http.client.HTTPSConnection(
                host, port, timeout=PATIENCE_S, context=ssl.create_default_context()
            )
            if parts.scheme == "https"
            else http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
        )

    def read(self, path: str, most: int) -> bytes | Absent:
        self._check()
        try:
            try:
                return self._read(path, most)
            except (http.client.HTTPException, ConnectionError):
                self._link.close()  # a connection kept too long; the next one is fresh
                return self._read(path, most)
        except (http.client.HTTPException, OSError) as error:
            raise CannotRunError(
                f"อ่าน {path} จาก {self.place} ไม่ได้ ({error}) กรุณาตรวจที่อยู่และเครือข่าย แล้วสั่งใหม่"
            ) from None

    def _read(self, path: str, most: int) -> bytes | Absent:
        self._link.request(
            "GET", self._root + quote(path), headers={"Accept-Encoding": "identity"}
        )
        answer = self._link.getresponse()
        if answer.status != OK:
            self._link.close()
            if path == MANIFEST and answer.status not in GONE:
                raise CannotRunError(
                    f"{self.place}: {ANSWERED.format(status=answer.status)} เมื่อขอ {MANIFEST} "
                    "ระบบไม่ตามการส่งต่อไปที่อยู่อื่น กรุณาระบุที่อยู่จริงของเว็บไซต์"
                )
            return Absent(ANSWERED.format(status=answer.status))
        content = b""
        while len(content) <= most and (
            piece := answer.read1(min(PIECE, most + 1 - len(content)))
        ):
            content += piece
            self._left -= len(piece)
            self._check()
        if not answer.isclosed():
            self._link.close()  # more than was asked for
        return content

    def _check(self) -> None:
        if self._left < 0 or self._clock() > self._ends:
            raise CannotRunError(
                f"{self.place}: ข้อมูลมากหรือใช้เวลานานเกินกำหนด จึงหยุดตรวจ กรุณาตรวจจากโฟลเดอร์แทน"
            )

    def paths(self) -> set[str] | None:
        return None

    def close(self) -> None:
        self._link.close()


@contextmanager
def site_at(place: str, clock: Callable[[], float]) -> Iterator[Site]:
    """Give the site in a folder or at an address; CannotRunError when it is neither.

    ``clock`` counts seconds.
    """
    folder = Path(place)
    if folder.is_dir():
        yield Folder(folder.resolve())
        return
    website = Website(place, clock)
    try:
        yield website
    finally:
        website.close()


def public_folder(workspace: Workspace) -> Path:
    """Return what the office's own web server serves; CannotRunError before the first release."""
    current = workspace.site / "current"
    if not current.is_dir():
        raise CannotRunError("ยังไม่มีสิ่งที่เผยแพร่ กรุณาสั่ง sokhoro1 run ก่อน")
    return current


def known_to(workspace: Workspace) -> Known | None:
    """Return what ledger and keys of an office say; None when it has never published."""
    with Ledger.view(workspace.ledger) as ledger:
        releases = ledger.releases() if ledger else ()
    keys = public_keys(workspace.keys)
    return Known(tuple(map(entry_of, releases)), keys) if releases else None


# ---- what is compared


def verify(site: Site, known: Known | None, kept: LogHead | None = None) -> Verified:
    """Return every difference between what is live and what was released.

    ``kept`` is where the log stood once, as somebody kept it: that must be part of today's.
    Errors: CannotRunError when the site cannot be read.
    """
    text = site.read(MANIFEST, LARGEST)
    manifest, told = _manifest(text)
    if manifest is None or isinstance(text, Absent):
        return Verified(site.place, None, "", known is not None, tuple(told))
    files, contents = _files(site, manifest)
    current = contents.get(CURRENT_KEY, b"")
    keys = known.keys if known and known.keys else (current,)
    told += _signature(MANIFEST, text, site.read(MANIFEST + SIGNATURE, SIGNATURE_BYTES), keys)
    told += files
    told += _sums(manifest, contents, keys)
    told += _keys(contents, known.keys if known else ())
    told += _log(manifest, contents, known.releases if known else (), kept)
    shown = fingerprint(current) if current else ""
    return Verified(site.place, manifest, shown, known is not None, tuple(told))


def read_kept(kept: str) -> LogHead:
    """Return where the log stood by what somebody kept: a manifest, or the code on a document.

    Errors: CannotRunError when it is neither.
    """
    path = Path(kept)
    try:
        return LogHead.parse(kept)
    except ValueError:
        pass  # pydantic's errors are ValueErrors
    try:
        return Manifest.model_validate_json(path.read_bytes()).log
    except FileNotFoundError:
        raise CannotRunError(
            f"ไม่พบไฟล์ {path} ที่ระบุด้วย --kept กรุณาตรวจชื่อไฟล์ หรือรหัสจากเอกสาร (เลขลำดับ:ค่าราก 64 ตัว)"
        ) from None
    except ValidationError:
        raise CannotRunError(f"{path}: ไม่ใช่ {MANIFEST} ของระบบนี้ กรุณาตรวจไฟล์") from None


def _manifest(text: bytes | Absent) -> tuple[Manifest | None, list[Difference]]:
    if isinstance(text, Absent):
        return None, [Difference("missing", MANIFEST, text.why)]
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return None, [Difference("form", MANIFEST, f"{where} {first['msg']}".strip())]
    if manifest.name != manifest.release:
        return manifest, [Difference("name", MANIFEST, manifest.release, manifest.name)]
    return manifest, []


def _files(site: Site, manifest: Manifest) -> tuple[list[Difference], dict[str, bytes]]:
    """Compare every file; return also those that are as listed and say something of the others."""
    told: list[Difference] = []
    contents: dict[str, bytes] = {}
    for file in manifest.files:
        content = site.read(file.path, min(file.size, LARGEST))
        if isinstance(content, Absent):
            told.append(Difference("missing", file.path, content.why))
            continue
        if len(content) != file.size:
            size = (
                MORE_THAN.format(size=file.size) if len(content) > file.size else str(len(content))
            )
            told.append(Difference("size", file.path, size, str(file.size)))
            continue
        found = hashlib.sha256(content).hexdigest()
        if found != file.sha256:
            told.append(Difference("sha256", file.path, found, file.sha256))
        elif file.path in {LOG, SUMS, SUMS + SIGNATURE} or file.path.startswith(KEYS):
            contents[file.path] = content
    listed = {file.path for file in manifest.files}
    needed = (LOG, SUMS, SUMS + SIGNATURE, CURRENT_KEY)
    told += [Difference("missing", path, NOT_THERE) for path in needed if path not in listed]
    present = site.paths() or set()
    more = sorted(present - listed - {MANIFEST, MANIFEST + SIGNATURE})
    return [*told, *(Difference("extra", path) for path in more)], contents


def _signature(
    path: str, content: bytes, signature: bytes | Absent, keys: Sequence[bytes]
) -> Iterator[Difference]:
    if isinstance(signature, Absent):
        yield Difference("missing", path + SIGNATURE, signature.why)
    elif not any(signed_by(key, signature, content) for key in keys):
        shown = fingerprint(keys[-1]) if keys[-1] else NOTHING
        yield Difference("signature", path + SIGNATURE, path, shown)


def _sums(
    manifest: Manifest, contents: Mapping[str, bytes], keys: Sequence[bytes]
) -> Iterator[Difference]:
    if not {SUMS, SUMS + SIGNATURE} <= contents.keys():
        return  # told with the other files
    apart = {SUMS, SUMS + SIGNATURE}
    lines = [f"{file.sha256}  {file.path}\n" for file in manifest.files if file.path not in apart]
    if contents[SUMS] != "".join(lines).encode():
        yield Difference("sums", SUMS)
    yield from _signature(SUMS, contents[SUMS], contents[SUMS + SIGNATURE], keys)


def _keys(contents: Mapping[str, bytes], known: Sequence[bytes]) -> Iterator[Difference]:
    """Each key is endorsed by the one before it; all are the office's own."""
    published: list[bytes] = []
    while (path := f"{KEYS}{len(published) + 1}.pem") in contents:
        key, endorsement = contents[path], contents.get(path + SIGNATURE)
        if endorsement and not (published and signed_by(published[-1], endorsement, key)):
            yield Difference("endorsement", path)
        published.append(key)
    if published and CURRENT_KEY in contents and published[-1] != contents[CURRENT_KEY]:
        found, expected = fingerprint(contents[CURRENT_KEY]), fingerprint(published[-1])
        yield Difference("key", CURRENT_KEY, found, expected)
    # Fewer may be published than there are: a new key is public from the next release on.
    for number, (found_key, own) in enumerate(zip(published, known, strict=False), 1):
        if found_key != own:
            place = f"{KEYS}{number}.pem"
            yield Difference("key", place, fingerprint(found_key), fingerprint(own))


def _log(
    manifest: Manifest,
    contents: Mapping[str, bytes],
    ledger: Sequence[LogEntry],
    kept: LogHead | None,
) -> Iterator[Difference]:
    """The releases are one chain, their root is the manifest's, and the office knows them all."""
    if LOG not in contents:
        return  # told with the other files
    try:
        entries = [*read_lines(contents[LOG]), manifest.entry]
    except ValueError:
        yield Difference("form", LOG, "JSON")
        return
    for number, (before, entry) in enumerate(pairwise([None, *entries]), 1):
        expected = before.release if before else None
        if entry and entry.previous != expected:
            place = MANIFEST if number == len(entries) else LINE.format(number=number)
            yield Difference("chain", place, entry.previous or NOTHING, expected or NOTHING)
    if manifest.log.size != len(entries):
        yield Difference("log-size", MANIFEST, str(manifest.log.size), str(len(entries)))
    computed = root([entry.leaf for entry in entries])
    if manifest.log.root != computed:
        yield Difference("log-root", MANIFEST, manifest.log.root, computed)
    if ledger:
        yield from _against(entries, ledger)
    if kept:
        told = [entry.leaf for entry in entries[: kept.size]]
        if len(told) < kept.size or root(told) != kept.root:
            yield Difference("kept", LOG, str(kept), f"{len(told)}:{root(told)}")


def _against(entries: Sequence[LogEntry], ledger: Sequence[LogEntry]) -> Iterator[Difference]:
    for number, entry in enumerate(entries, 1):
        own = ledger[number - 1] if number <= len(ledger) else None
        if entry != own:
            place = MANIFEST if number == len(entries) else LINE.format(number=number)
            expected = own.leaf.decode() if own else NOTHING
            yield Difference("ledger", place, entry.leaf.decode(), expected)
            return  # all after it differs as well
    if len(entries) < len(ledger):
        yield Difference("stale", MANIFEST, entries[-1].release, ledger[-1].release)
