"""What the public page tells people to type finds every changed bit, without our program."""

import subprocess
from datetime import date
from pathlib import Path

import pytest

from pipeline import examples
from pipeline.keys import fingerprint, open_keys, rotate
from schemas.manifest import CURRENT_KEY, KEYS, LOG, MANIFEST, SIGNATURE
from schemas.month import Month
from tests.conftest import Office
from tests.test_pages import parse

TODAY = date(2025, 10, 20)


@pytest.fixture
def live(office: Office) -> Path:
    """A public folder whose key has been changed once."""
    book = examples.example_month(Month(2568, 1), "nine-columns", rows=3)
    examples.write(book, office.workspace.inbox)
    office.one_pass(TODAY)
    rotate(office.workspace.keys)
    office.one_pass(TODAY)
    return office.public.resolve()


def commands_of(live: Path, kind: str = "") -> list[str]:
    """The commands of the public page, as they stand there; "check" those that check all."""
    page = parse((live / "verify.html").read_bytes())
    found = page.find("pre", class_=kind) if kind else page.find("pre")
    return [line for pre in found for line in pre.text.splitlines()]


def typed(command: str, folder: Path) -> tuple[int, str]:
    ended = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - the tools of whoever checks
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def refused(commands: list[str], folder: Path) -> list[str]:
    """Return command and output of those that refuse."""
    answers = ((command, *typed(command, folder)) for command in commands)
    return [f"{command}\n{said}" for command, status, said in answers if status]


def test_the_commands_find_nothing_in_what_nobody_touched(live: Path) -> None:
    commands = commands_of(live, "check")
    assert [command.split()[0] for command in commands] == ["openssl", "openssl", "sha256sum"]
    assert refused(commands, live) == []
    assert [typed(command, live)[1] for command in commands] == [
        "Signature Verified Successfully\n",
        "Signature Verified Successfully\n",
        "",
    ]


def test_one_bit_in_any_file_is_found_and_named_by_the_commands(live: Path) -> None:
    commands = commands_of(live, "check")
    paths = [path for path in sorted(live.rglob("*")) if path.is_file()]
    assert {MANIFEST, MANIFEST + SIGNATURE, LOG} < {path.name for path in paths}
    for path in paths:
        before, name = path.read_bytes(), path.relative_to(live).as_posix()
        path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        assert any(name in told for told in refused(commands, live)), name
        path.write_bytes(before)
    assert refused(commands, live) == []


def test_the_key_and_single_files_are_checked_as_the_page_says(live: Path, tmp_path: Path) -> None:
    key = fingerprint((live / CURRENT_KEY).read_bytes())
    assert f"sha256sum {CURRENT_KEY}" in commands_of(live)
    assert typed(f"sha256sum {CURRENT_KEY}", live) == (0, f"{key}  {CURRENT_KEY}\n")

    (single,) = (command for command in commands_of(live) if "--ignore-missing" in command)
    name = "fy2568/2568-01/sokhoro1-2568-01.csv"
    for path in ("SHA256SUMS", name):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((live / path).read_bytes())
    assert typed(single, tmp_path) == (0, f"{name}: OK\n")
    (tmp_path / name).write_bytes(b"x")
    assert f"{name}: FAILED" in typed(single, tmp_path)[1]


def test_openssl_sees_that_the_old_key_vouches_for_the_new(live: Path) -> None:
    verify = f"openssl pkeyutl -verify -pubin -rawin -inkey {KEYS}{{}}.pem -in {KEYS}2.pem"
    verify += f" -sigfile {KEYS}2.pem{SIGNATURE}"
    assert typed(verify.format(1), live)[0] == 0
    assert typed(verify.format(2), live)[0] != 0


def test_openssl_reads_our_private_key(office: Office) -> None:
    """So that an office can sign without us."""
    keys = open_keys(office.workspace.keys)
    status, said = typed("openssl pkey -in 1/private.pem -pubout", office.workspace.keys)
    assert (status, said.encode()) == (0, keys.public[0])
