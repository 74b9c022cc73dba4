"""A backup is whole or is none; what comes back makes the same site, byte for byte."""

import json
import threading
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline import CannotRunError
from pipeline.backup import CONTENTS, LEDGER, back_up, restore
from pipeline.examples import Book, example_month, replace_cell, to_bytes
from schemas.month import Month
from tests.conftest import Office

DAY = date(2025, 4, 8)


def used(office: Office, months: int = 3) -> Office:
    """An office with months in public, one of them corrected."""
    for number in range(1, months + 1):
        drop(office, number, rows=3)
        office.one_pass(DAY)
    title = replace_cell(book_of(1, rows=3), "สขร.1", "B6", "ชื่องานที่แก้ไขแล้ว")
    office.drop("เดือน 1.xlsx", to_bytes(title))
    office.one_pass(DAY)
    assert office.month("2568-01")["revision"] == 2
    return office


def drop(office: Office, number: int, rows: int) -> None:
    office.drop(f"เดือน {number}.xlsx", to_bytes(book_of(number, rows)))


def book_of(number: int, rows: int) -> Book:
    return example_month(Month(2568, number), "nine-columns", rows=rows)


def saved(office: Office, target: Path) -> Path:
    back_up(office.workspace, office.workspace.inbox.parent / "sokhoro1.toml", target)
    return target


def projection(office: Office) -> dict[str, bytes | str]:
    """What is made from the truth; the log of the truth itself is compared by what it makes."""
    return {
        path: content
        for path, content in office.everything().items()
        if not path.startswith(("ledger/", "site/releases/"))
    }


def test_a_restored_backup_makes_the_same_bytes(
    office: Office, new_office: Callable[[str], Office], tmp_path: Path
) -> None:
    used(office)
    file = saved(office, tmp_path / "สำรอง.zip")
    other = new_office("other")
    restore(file, other.workspace)
    other.one_pass(DAY)

    assert projection(other) == projection(office)
    assert not list(other.workspace.output.rglob(".restoring*"))


def test_a_backup_has_what_cannot_be_made_again_and_nothing_else(
    office: Office, tmp_path: Path
) -> None:
    used(office)
    keys = office.workspace.output / "keys"
    keys.mkdir(exist_ok=True)
    (keys / "a.pem").write_text("secret", encoding="utf-8")
    with zipfile.ZipFile(saved(office, tmp_path / "b.zip")) as archive:
        names = set(archive.namelist())
    folders = {name.partition("/")[0] for name in names}

    assert folders == {"ledger", "originals", "keys", "sokhoro1.toml", CONTENTS}
    assert len([name for name in names if name.startswith("originals/")]) == 4


def test_a_backup_while_passes_run_is_one_moment(
    office: Office, new_office: Callable[[str], Office], tmp_path: Path
) -> None:
    used(office, months=1)
    stop = threading.Event()
    files: list[Path] = []

    def take() -> None:
        while not stop.is_set() or not files:
            files.append(saved(office, tmp_path / f"{len(files)}.zip"))
            stop.wait(0.1)

    thread = threading.Thread(target=take)
    thread.start()
    for number in range(2, 8):
        drop(office, number, rows=2)
        office.one_pass(date(2025, 9, 1))
    stop.set()
    thread.join()

    assert len(files) > 3
    for number, file in enumerate(files[:: len(files) // 3]):
        other = new_office(f"restored {number}")
        restore(file, other.workspace)
        other.one_pass(date(2025, 9, 1))
        assert other.month("2568-01") == office.month("2568-01")


def test_nothing_is_written_over(
    office: Office, new_office: Callable[[str], Office], tmp_path: Path
) -> None:
    used(office, months=1)
    file = saved(office, tmp_path / "b.zip")
    before = file.read_bytes()
    with pytest.raises(CannotRunError, match="อยู่แล้ว"):
        saved(office, file)
    with pytest.raises(CannotRunError, match="อยู่แล้ว"):
        restore(file, office.workspace)
    assert file.read_bytes() == before
    with pytest.raises(CannotRunError, match="ยังไม่มีบัญชีข้อมูล"):
        saved(new_office("empty"), tmp_path / "c.zip")
    assert sorted(path.name for path in tmp_path.glob("*.zip")) == ["b.zip"]


@pytest.mark.parametrize("fault", ["missing", "damaged"])
def test_an_original_that_is_gone_or_damaged_is_told(
    fault: str, office: Office, tmp_path: Path
) -> None:
    used(office, months=1)
    original = next(office.workspace.originals.iterdir())
    original.unlink()
    if fault == "damaged":
        original.write_bytes(b"other")
    with pytest.raises(CannotRunError, match=original.name):
        saved(office, tmp_path / "b.zip")
    assert not list(tmp_path.glob("*.zip"))
    assert not list(tmp_path.glob(".b.zip*"))


def changed(file: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target


def climb(parts: dict[str, bytes]) -> None:
    parts["originals/../../evil"] = b"x"
    listed = json.loads(parts[CONTENTS])
    parts[CONTENTS] = json.dumps({**listed, "originals/../../evil": ""}).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts.pop(CONTENTS),
        lambda parts: parts.pop(LEDGER),
        lambda parts: parts.update({LEDGER: parts[LEDGER][:-1] + b"?"}),
        lambda parts: parts.update({CONTENTS: b"[]"}),
        lambda parts: parts.update({"more": b"x"}),
        climb,
    ],
    ids=["no-list", "no-ledger", "flipped", "list-empty", "more", "climbs"],
)
def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(
    change: Callable[[dict[str, bytes]], None],
    office: Office,
    new_office: Callable[[str], Office],
    tmp_path: Path,
) -> None:
    used(office, months=1)
    bad = changed(saved(office, tmp_path / "b.zip"), tmp_path / "bad.zip", change)
    other = new_office("other")
    with pytest.raises(CannotRunError, match="ไม่สมบูรณ์"):
        restore(bad, other.workspace)

    assert not other.workspace.output.exists() or not any(other.workspace.output.rglob("*.*"))
    assert not (tmp_path / "evil").exists()


def test_half_a_file_is_refused(
    office: Office, new_office: Callable[[str], Office], tmp_path: Path
) -> None:
    used(office, months=1)
    content = saved(office, tmp_path / "b.zip").read_bytes()
    (tmp_path / "half.zip").write_bytes(content[: len(content) // 2])
    with pytest.raises(CannotRunError, match="ไม่สมบูรณ์"):
        restore(tmp_path / "half.zip", new_office("other").workspace)
