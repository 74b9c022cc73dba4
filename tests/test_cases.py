"""Each folder in ``tests/cases/`` is a test: what is dropped on which day, and what must come out.

``inbox/<day>/`` holds what finance drops on that day; every day is one pass. ``expected/`` holds
the answer of each pass, the findings, and the public JSON after the last one; read the difference
before you commit what ``pytest tests/test_cases.py --rewrite`` wrote.
"""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.run import Pass
from tests.conftest import Office

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_case(case: str, office: Office, request: pytest.FixtureRequest) -> None:
    play(case, office, request)


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_case_in_a_shared_ledger(
    case: str, shared_office: Office, request: pytest.FixtureRequest
) -> None:
    play(case, shared_office, request)


def play(case: str, office: Office, request: pytest.FixtureRequest) -> None:
    found: dict[str, str] = {}
    for day in sorted((CASES / case / "inbox").iterdir()):
        for path in sorted(path for path in day.rglob("*") if path.name != ".gitkeep"):
            if path.is_file():
                office.drop(path.relative_to(day).as_posix(), path.read_bytes())
        done = office.one_pass(date.fromisoformat(day.name))
        found[f"{day.name}.txt"] = told(done)
    found |= public(office)

    expected = CASES / case / "expected"
    if request.config.getoption("--rewrite"):
        shutil.rmtree(expected, ignore_errors=True)
        expected.mkdir()
        for name, text in found.items():
            (expected / name).write_text(text, encoding="utf-8")
    wanted = {path.name: path.read_text(encoding="utf-8") for path in expected.iterdir()}
    assert found == wanted


def told(done: Pass) -> str:
    """One pass as a reviewer reads it: decisions, findings, what went public, what waits."""
    lines = []
    for answer in done.answers:
        lines.append(f"{answer.outcome}: {answer.original.file}")
        lines += [
            f"  {f.severity} {f.rule} {f.sheet}!{f.cell} «{f.value}» {f.message}"
            for f in answer.drop.findings
        ]
    lines += [f"ignored: {file}" for file in done.arrived.ignored]
    lines += [f"published: {s.month} revision {s.revision}" for s in done.published]
    lines += [f"waiting: {one.month} {one.part}".rstrip() for one in done.waiting]
    lines += [f"late: {', '.join(map(str, done.late))}"] if done.late else []
    return "\n".join(lines) + "\n"


def public(office: Office) -> dict[str, str]:
    """The JSON of every public and superseded month, what changed, and what the status says."""
    found = {}
    months = office.public.rglob("sokhoro1-*.json")
    for path in sorted((*months, *office.public.rglob("difference.json"))):
        if "schema" not in path.name and "metadata" not in path.name:
            name = path.relative_to(office.public).as_posix().replace("/", "_")
            found[name] = path.read_text(encoding="utf-8")
    for path in sorted(office.public.glob("fy*/status.json")):
        status: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        states = {m["month"]: m["state"] for m in status["months"] if m["state"] != "not_due"}
        short = {"states": states, **status["sentences"]}
        name = f"{path.parent.name}_status.json"
        found[name] = json.dumps(short, ensure_ascii=False, indent=1) + "\n"
    return found
