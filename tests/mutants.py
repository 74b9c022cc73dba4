"""Damaged copies of a file, the same ones in every run, and what a reader may do with them."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from schemas.sheet import Sheet

Read = Callable[[Path, str], tuple[Sheet, ...]]


def mutants(content: bytes, count: int) -> Iterator[bytes]:
    """Every fourth one is cut off; the others have up to eight bytes changed."""
    random = Random(len(content))  # noqa: S311 - must repeat
    for number in range(count):
        damaged = bytearray(content)
        if number % 4 == 0:
            del damaged[random.randrange(len(damaged)) :]
        else:
            for _ in range(random.randint(1, 8)):
                damaged[random.randrange(len(damaged))] = random.choice((0, 255, number % 256))
        yield bytes(damaged)


def zip_mutants(content: bytes, suffixes: tuple[str, ...], count: int) -> Iterator[bytes]:
    """Damage the parts themselves: a damaged zip is refused before any reader sees it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in (name for name in parts if name.endswith(suffixes)):
        for damaged in mutants(parts[name], count):
            yield zipped({**parts, name: damaged})


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return file.getvalue()


def only_ordinary_errors(read: Read, path: Path, damaged: Iterator[bytes]) -> int:
    """Read each; return how many were refused. No memory or stack may run out on the way."""
    refused = 0
    for content in damaged:
        path.write_bytes(content)
        try:
            read(path, "แบบ")
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: BLE001 - whichever: the caller of readers makes one finding of all
            refused += 1
    return refused
