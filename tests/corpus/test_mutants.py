"""Broken copies in one run: each is answered, and none harms the parent or a good file.

``SOKHORO_MUTANTS=3000`` asks for more of them.
"""

import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from pipeline.confine import examine_confined
from pipeline.guard import Limits
from schemas.examined import Examined
from tests.corpus.mutants import Good, goods, mutants
from tests.paper import OURS

COUNT = int(os.environ.get("SOKHORO_MUTANTS", "300"))
GOOD_AFTER = 50  # mutants: then a good file in between
GROWTH_KIB = 20 << 10
LIMITS = replace(Limits(), wall_seconds=60, memory_bytes=1 << 30)
GAVE_UP = re.compile("ใช้เวลาเกิน|ใช้หน่วยความจำเกิน")


def resident_kib() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (size,) = re.findall(r"VmRSS:\s+([0-9]+) kB", status)
    return int(size)


def ask(folder: Path, good: Good, content: bytes) -> Examined:
    path = folder / "0a1b"
    path.write_bytes(content)
    return examine_confined(path, good.book.file, OURS, LIMITS)


def says_the_same(examined: Examined, good: Good) -> bool:
    """True when nothing but the rows of the good file would be published."""
    rows = [(row.source, row.facts()) for one in examined.months for row in one.rows]
    return rows == [(row.source, row.facts()) for row in good.book.expected]


def is_accepted(examined: Examined) -> bool:
    return bool(examined.months) and all(f.severity == "note" for f in examined.findings)


def test_mutants_corrupt_nothing_silently(tmp_path: Path) -> None:
    originals = goods()
    for good in originals:  # also: the parent has loaded what it needs, and the good ones are good
        first = ask(tmp_path, good, good.content)
        assert is_accepted(first), (good.kind.name, first.findings)
        assert says_the_same(first, good), good.kind.name
    before = resident_kib()
    outcomes: Counter[str] = Counter()
    silent: list[str] = []
    for at, mutant in enumerate(mutants(COUNT)):
        examined = ask(tmp_path, mutant.of, mutant.content)
        assert examined.months or examined.findings
        assert all(re.search("[ก-ฮ]", f.message) for f in examined.findings)
        assert not any(GAVE_UP.search(f.message) for f in examined.findings)
        where = "protected" if mutant.protected else "open"
        if not is_accepted(examined):
            outcomes[f"{where}: sent back"] += 1
        elif says_the_same(examined, mutant.of):
            outcomes[f"{where}: read, the same rows"] += 1
        else:
            outcomes[f"{where}: read, other rows, {mutant.of.kind.name}, {mutant.how}"] += 1
            if mutant.protected:
                silent.append(f"{at}: {mutant.of.kind.name} {mutant.how}")
        if at % GOOD_AFTER == 0:
            good = originals[at // GOOD_AFTER % len(originals)]
            assert says_the_same(ask(tmp_path, good, good.content), good)
    grown = resident_kib() - before

    print(f"\nmutants: {dict(outcomes)}, parent grew {grown} KiB")  # noqa: T201 - seen with -s
    assert sum(outcomes.values()) > COUNT * 0.97
    assert silent == []
    assert grown < GROWTH_KIB
