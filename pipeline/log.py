"""The log of releases: a Merkle tree that only grows (RFC 6962, section 2.1).

Computed from the ledger's releases, no truth of its own. A leaf is the canonical JSON of a
release: its day, the release before it, its name. Whoever kept an old manifest can see in today's
``log.txt`` that nothing before it was changed or taken out.
"""

import hashlib
from collections.abc import Sequence

from pydantic import ValidationError

from schemas.history import Release
from schemas.manifest import LogEntry, LogHead


def root(leaves: Sequence[bytes]) -> str:
    """Return the hash of the whole tree in hexadecimal; that of no leaf is SHA-256 of nothing."""
    return _root([hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]).hex()


def _root(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1  # the largest power of two below the number
    nodes = _root(hashes[:split]) + _root(hashes[split:])
    return hashlib.sha256(b"\1" + nodes).digest()


def head(releases: Sequence[Release]) -> LogHead | None:
    """Return where the log stands after these releases, the oldest first; None before any."""
    leaves = [entry_of(release).leaf for release in releases]
    return LogHead(size=len(leaves), root=root(leaves)) if leaves else None


def entry_of(release: Release) -> LogEntry:
    return LogEntry(day=release.day, previous=release.previous, release=release.name)


def lines_of(entries: Sequence[LogEntry]) -> bytes:
    """Return ``log.txt``: a leaf in each line, the oldest first."""
    return b"".join(entry.leaf + b"\n" for entry in entries)


def read_lines(content: bytes) -> list[LogEntry]:
    """Return the releases of a ``log.txt``.

    Errors: ValueError for a line that is not the canonical form of a release.
    """
    try:
        entries = [LogEntry.model_validate_json(line) for line in content.splitlines()]
    except ValidationError as error:
        raise ValueError(str(error)) from None
    if lines_of(entries) != content:
        raise ValueError("not in canonical form")
    return entries
