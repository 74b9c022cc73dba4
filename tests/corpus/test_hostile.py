"""Whatever is dropped gets an answer in Thai, in little memory, and harms no other file."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pipeline.confine import examine_confined
from pipeline.guard import Limits
from schemas.examined import Examined
from schemas.procurement import Procurement
from tests.corpus.hostile import FILE, GOOD, HOSTILE, WORKBOOK
from tests.paper import OURS

CASES = {f"{one.kind}: {one.name}": one for one in HOSTILE}
# A third below what a child may take, and half of its time: an answer, but not this one.
TIGHT = replace(Limits(), memory_bytes=1 << 30, wall_seconds=60)
GAVE_UP = re.compile("ใช้เวลาเกิน|ใช้หน่วยความจำเกิน")


def ask(folder: Path, content: bytes, file: str) -> Examined:
    path = folder / "0a1b"  # originals bear their sum, not the name that people gave
    path.write_bytes(content)
    return examine_confined(path, file, OURS, TIGHT)


def facts(rows: tuple[Procurement, ...]) -> list[tuple[object, ...]]:
    return [row.facts() for row in rows]


def is_good(examined: Examined) -> bool:
    if [finding for finding in examined.findings if finding.severity != "note"]:
        return False
    return [facts(one.rows) for one in examined.months] == [facts(GOOD.expected)]


def is_refused(examined: Examined) -> bool:
    """True for a file that comes back as a whole: nothing of it is published."""
    return examined.months == () and any(f.severity == "fix" for f in examined.findings)


@cache
def answer(name: str, folder: Path) -> Examined:
    case = CASES[name]
    return ask(folder, case.content(), case.file)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize("name", CASES)
def test_it_is_answered_in_thai(name: str, folder: Path) -> None:
    case, examined = CASES[name], answer(name, folder)

    assert examined.months or examined.findings, "neither read nor sent back"
    for finding in examined.findings:
        assert re.search("[ก-ฮ]", finding.message)
        assert finding.file == case.file
        assert not GAVE_UP.search(finding.message)


@pytest.mark.parametrize("name", [n for n, one in CASES.items() if one.outcome != "answered"])
def test_it_comes_to_what_is_right(name: str, folder: Path) -> None:
    examined = answer(name, folder)

    match CASES[name].outcome:
        case "refused":
            assert is_refused(examined), examined.months
        case "read":
            assert is_good(examined), examined.findings
        case "harmless":
            assert is_refused(examined) or is_good(examined)


@pytest.mark.parametrize("kind", sorted({one.kind for one in HOSTILE}))
def test_a_good_file_after_each_kind_is_read(kind: str, folder: Path) -> None:
    worst = [name for name, one in CASES.items() if one.kind == kind][-1]
    answer(worst, folder)

    assert is_good(ask(folder, WORKBOOK, FILE)), kind


def test_there_are_enough_of_them() -> None:
    kinds = Counter(one.kind for one in HOSTILE)

    assert len(kinds) >= 26
    assert len(HOSTILE) >= 200
    assert len(CASES) == len(HOSTILE), "two bear one name"
