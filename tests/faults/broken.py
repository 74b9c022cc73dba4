"""Guards of the program taken out one by one, to see whether the tests notice."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy as sa

from pipeline import alone, ledger, publish
from pipeline.configure import Place
from schemas.history import Release


def no_fsync() -> None:
    vars(os)["fsync"] = lambda _: None


def no_fsync_of_the_ledger() -> None:
    _on_the_engine("connect", lambda link, _: link.execute("PRAGMA synchronous=off"))


def no_lock() -> None:
    vars(alone)["_lock"] = lambda _: None


def no_transaction() -> None:
    """Each statement is on the disk by itself."""
    _on_the_engine("begin", lambda link: link.exec_driver_sql("COMMIT"))


def _on_the_engine(event: str, act: Callable[..., object]) -> None:
    """Undo at each event of the ledger's engine what the program has just done there."""
    real = vars(ledger)["engine_of"]

    def engine_of(place: Place, *, writing: bool) -> sa.Engine:
        engine: sa.Engine = real(place, writing=writing)
        sa.event.listen(engine, event, act)
        return engine

    vars(ledger)["engine_of"] = engine_of


def link_first() -> None:
    """The public link points to the release before its files are there."""
    real = publish.write_release

    def write_release(
        site: Path, release: Release, files: Mapping[str, bytes], last: Release | None = None
    ) -> None:
        site.mkdir(parents=True, exist_ok=True)
        publish.swap(site, release, files)
        real(site, release, files, last)

    publish.write_release = write_release


def believed_by_name() -> None:
    """The release is made under its last name, and a folder of that name is believed."""

    def write_release(
        site: Path, release: Release, files: Mapping[str, bytes], last: Release | None = None
    ) -> None:
        del last
        folder = site / publish.RELEASES / release.name
        if folder.exists():
            return
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)

    publish.write_release = write_release


def into_the_public_folder() -> None:
    """The files that readers see are written one by one."""

    def swap(site: Path, release: Release, files: Mapping[str, bytes]) -> None:
        del release
        for path, content in files.items():
            target = site / publish.CURRENT / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    publish.swap = swap


BROKEN: dict[str, Callable[[], None]] = {
    guard.__name__: guard
    for guard in (
        no_fsync,
        no_fsync_of_the_ledger,
        no_lock,
        no_transaction,
        link_first,
        believed_by_name,
        into_the_public_folder,
    )
}
