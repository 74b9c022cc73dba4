"""Publishing: whole releases, one swap, nothing new without news, damage set right."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import examples
from schemas.manifest import MANIFEST, SIGNATURE
from schemas.month import Month
from tests.conftest import ROOT, Office, make_office

TODAY = date(2025, 10, 20)
MONTH = Month(2568, 1)


@pytest.fixture
def used(office: Office) -> Office:
    """An office with one public month."""
    examples.write(examples.example_month(MONTH, "nine-columns", rows=4), office.workspace.inbox)
    office.one_pass(TODAY)
    return office


def files_under(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def manifest_of(folder: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return answer


def test_the_manifest_names_every_served_file_but_itself_and_its_signature(used: Office) -> None:
    served = files_under(used.public)
    listed = {file["path"]: file for file in manifest_of(used.public)["files"]}
    assert listed.keys() | {MANIFEST, MANIFEST + SIGNATURE} == served.keys()
    for path, file in listed.items():
        assert file["sha256"] == hashlib.sha256(served[path]).hexdigest()
        assert file["size"] == len(served[path])


def test_the_files_of_a_month_name_the_originals_they_come_from(used: Office) -> None:
    (original,) = (path.name for path in used.workspace.originals.iterdir())
    listed = {file["path"]: file["sources"] for file in manifest_of(used.public)["files"]}
    assert listed["fy2568/2568-01/sokhoro1-2568-01.csv"] == [original]
    assert listed["assets/style.css"] == []


def test_current_is_a_link_to_a_release_named_for_its_content(used: Office) -> None:
    assert used.public.is_symlink()
    assert used.public.resolve().name == manifest_of(used.public)["release"]


def test_a_correction_chains_a_new_release_and_keeps_the_old_month(used: Office) -> None:
    before = manifest_of(used.public)["release"]
    old = files_under(used.public / "fy2568" / "2568-01")
    book = examples.example_month(MONTH, "nine-columns", rows=4)
    sheet, row = book.expected[0].source.sheet, book.expected[0].source.row
    corrected = examples.replace_cell(book, sheet, f"H{row}", "เป็นผู้เสนอราคาต่ำสุด")
    used.drop(book.file, examples.to_bytes(corrected))

    used.one_pass(TODAY)

    assert manifest_of(used.public)["previous"] == before
    month = used.month("2568-01")
    assert (month["revision"], month["rows"][0]["selection_reason"]) == (2, "เป็นผู้เสนอราคาต่ำสุด")
    kept = files_under(used.public / "fy2568" / "2568-01" / "revisions" / "1")
    name = "sokhoro1-2568-01.json"
    assert kept[name] == old[name]


def test_damage_done_to_the_public_folder_is_set_right(used: Office) -> None:
    before = files_under(used.public)
    victim = used.public / "fy2568" / "2568-01" / "sokhoro1-2568-01.csv"
    victim.write_bytes(victim.read_bytes().replace(b"2568", b"2569"))
    (used.public / "index.html").unlink()
    (used.public / "stranger.html").write_text("x", encoding="utf-8")

    done = used.one_pass(TODAY)

    assert files_under(used.public) == before
    assert done.published == ()


def test_what_two_releases_say_alike_lies_on_the_disk_once_and_is_held_to_the_bytes(
    used: Office,
) -> None:
    """Also after somebody wrote into a file that has two names: what is public is set right."""
    paper = "fy2568/2568-01/sokhoro1-2568-01.pdf"
    first = used.public.resolve()
    examples.write(
        examples.example_month(MONTH.following, "nine-columns", rows=4), used.workspace.inbox
    )
    used.one_pass(TODAY)
    second = used.public.resolve()
    right = files_under(second)
    assert first != second
    assert (first / paper).samefile(second / paper)
    assert not (first / "index.html").samefile(second / "index.html")

    (second / paper).write_bytes(b"somebody's")
    used.one_pass(TODAY)

    assert files_under(used.public.resolve()) == right
    assert not (used.public / paper).samefile(first / paper)


def test_without_the_right_to_make_links_current_is_a_folder_with_the_same_bytes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows; a month that went and a month that came are both right."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    book = examples.example_month(MONTH, "nine-columns", rows=4)
    examples.write(book, office.workspace.inbox)
    office.one_pass(TODAY)
    (office.public / "left-over.html").write_text("x", encoding="utf-8")
    other = examples.example_month(Month(2568, 2), "nine-columns", rows=2)
    examples.write(other, office.workspace.inbox)
    office.one_pass(TODAY)

    assert office.public.is_dir()
    assert not office.public.is_symlink()
    release = office.workspace.site / "releases" / manifest_of(office.public)["release"]
    assert files_under(office.public) == files_under(release)


def without_cache(office: Office) -> dict[str, bytes | str]:
    """What a pass leaves; what it noted for the next one is no part of it."""
    made = office.everything()
    return {path: made[path] for path in made if not path.startswith("cache/")}


def test_the_site_is_made_again_byte_for_byte_from_the_ledger(used: Office) -> None:
    """All but the ledger, the originals and the keys deleted, and on another day."""
    before = without_cache(used)
    shutil.rmtree(used.workspace.site)
    shutil.rmtree(used.workspace.replies)

    done = used.one_pass(date(2025, 10, 28))

    assert without_cache(used) == before
    assert done.published == ()


def test_of_older_releases_the_last_three_stay_and_every_revision_at_its_address(
    used: Office,
) -> None:
    book = examples.example_month(MONTH, "nine-columns", rows=4)
    sheet, row = book.expected[0].source.sheet, book.expected[0].source.row
    names = [used.public.resolve().name]
    for number in range(5):
        changed = examples.replace_cell(book, sheet, f"H{row}", f"เหตุผลที่ {number}")
        used.drop(book.file, examples.to_bytes(changed))
        used.one_pass(TODAY)
        names.append(used.public.resolve().name)
    releases = used.workspace.site / "releases"
    (releases / ".pruned-half").mkdir()
    (releases / "never-recorded").mkdir()
    used.one_pass(TODAY)

    assert len(set(names)) == 6
    assert {path.name for path in releases.iterdir()} == set(names[-4:])
    kept = used.public / "fy2568" / "2568-01" / "revisions"
    assert sorted(path.name for path in kept.iterdir()) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(("zone", "seed"), [("America/Los_Angeles", "1"), ("Asia/Bangkok", "2")])
def test_time_zone_and_hash_seed_change_no_byte(
    used: Office, tmp_path: Path, zone: str, seed: str
) -> None:
    """The same key, that is: a signature of Ed25519 has no chance in it."""
    other = make_office(tmp_path / "other")
    shutil.copytree(used.workspace.keys, other.workspace.keys)
    examples.write(examples.example_month(MONTH, "nine-columns", rows=4), other.workspace.inbox)
    subprocess.run(
        [sys.executable, "-m", "pipeline", "run", "--today", str(TODAY), "--settle", "0"],
        cwd=other.workspace.inbox.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TZ": zone, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=False,
    )
    assert files_under(other.public) == files_under(used.public)
