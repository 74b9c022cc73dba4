"""Many agencies with one ledger: a pass over all of them, of which none can hold up another.

An agency is an office as any other: a folder with its own configuration, inbox, keys and site.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import ValidationError

from pipeline import CannotRunError
from pipeline.alone import alone
from pipeline.clock import Clock
from pipeline.configure import NAME, Workspace, configure, sentence
from pipeline.glance import RESERVED
from pipeline.inbox import Looks, arrivals, first_look
from pipeline.keys import open_keys
from pipeline.ledger import Ledger
from pipeline.ledger.engines import trouble_of_the_disk
from pipeline.measures import write_measures
from pipeline.overview import write_overview
from pipeline.run import Pass, finish
from pipeline.take_in import Answer, Office, take_in
from pipeline.trouble import told_of_bug, told_of_system
from pipeline.workers import HERE, Workers
from schemas.config import AGENCY, Agencies, Agency
from schemas.month import Month

LIST = "agencies.toml"
FOLDER = "agencies"
Thing = TypeVar("Thing")
BATCH = 100  # agencies that are held, read and published before the next ones are begun


class Progress(Protocol):
    """Gives things as they come, and shows whoever looks on how many of ``count`` are done."""

    def __call__(self, words: str, things: Iterable[Thing], count: int) -> Iterable[Thing]: ...


def unseen(words: str, things: Iterable[Thing], count: int) -> Iterable[Thing]:  # noqa: ARG001
    """Show nothing."""
    return things


@dataclass(frozen=True)
class Province:
    """The list of agencies, and where it stands; all folders count from there."""

    settings: Agencies
    home: Path

    @property
    def output(self) -> Path:
        return self.home / self.settings.output

    @property
    def pages(self) -> Path:
        """The overview of all agencies."""
        return self.output / "overview"

    def configuration(self, agency: Agency) -> Path:
        return self.home / agency.folder / NAME


@dataclass(frozen=True)
class PassOfAll:
    """What became of each agency, by its id, in the order of the list."""

    passes: Mapping[str, Pass]
    failed: Mapping[str, str]  # why, in a sentence
    workspaces: Mapping[str, Workspace]  # of those that are configured

    @property
    def waits_for_somebody(self) -> bool:
        return bool(self.failed) or any(one.waits_for_somebody for one in self.passes.values())


def configure_all(path: Path) -> Province:
    """Read the list of agencies; CannotRunError when it is missing or says what it must not."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return Province(Agencies.model_validate(said), path.resolve().parent)
    except FileNotFoundError:
        raise CannotRunError(
            f"ไม่พบรายชื่อหน่วยงาน {path} กรุณาสร้างด้วยคำสั่ง sokhoro1 agencies init หรือระบุด้วย --config"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"เปิดรายชื่อหน่วยงาน {path} ไม่ได้: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotRunError(f"รายชื่อหน่วยงาน {path} เขียนผิดรูปแบบ TOML: {error}") from None
    except ValidationError as error:
        raise CannotRunError(f"รายชื่อหน่วยงาน {path}: {sentence(error)}") from None


# ---- the pass


def run_all(
    province: Province,
    today: date,
    settle: float,
    clock: Clock,
    workers: Workers = HERE,
    shown: Progress = unseen,
) -> PassOfAll:
    """Answer every workbook of every agency, then bring each agency's site up to the ledger.

    What goes wrong with one agency, be it our own fault, is told and leaves the others alone.
    """
    failed: dict[str, str] = {}
    passes: dict[str, Pass] = {}

    def log(error: Exception) -> str:
        return told_of_bug(error, province.output, clock.now())

    looks = _looks(province, log, failed)
    workspaces = {agency: workspace for agency, (workspace, _) in looks.items()}
    if settle and any(look.files for _, look in looks.values()):
        clock.wait(settle)  # once for all
    with _joint(looks, failed) as ledger:
        for batch in _batches(shown("หน่วยงาน", list(looks), len(looks))):
            with ExitStack() as held:
                offices = {}
                for agency in batch:
                    with _apart(agency, log, failed):
                        offices[agency] = _office(looks[agency], ledger, held, settle, clock)
                answers = _answers(offices, today, workers, log, failed)
                for agency, office in offices.items():
                    if agency not in failed:
                        with _apart(agency, log, failed):
                            passes[agency] = finish(office, answers[agency], today, clock, workers)
    return PassOfAll(passes, failed, workspaces)


def _looks(
    province: Province, log: Callable[[Exception], str], failed: dict[str, str]
) -> dict[str, tuple[Workspace, Looks]]:
    """Look at every inbox a first time."""
    looks: dict[str, tuple[Workspace, Looks]] = {}
    for agency in province.settings.agencies:
        with _apart(agency.id, log, failed):
            workspace = configure(province.configuration(agency))
            if workspace.ledger.agency != agency.id:
                raise CannotRunError(
                    f"{province.configuration(agency)}: ledger.agency คือ "
                    f"«{workspace.ledger.agency}» แต่ในรายชื่อคือ «{agency.id}» กรุณาแก้ให้ตรงกัน"
                )
            looks[agency.id] = workspace, first_look(workspace.inbox)
    return looks


@contextmanager
def _joint(looks: dict[str, tuple[Workspace, Looks]], failed: dict[str, str]) -> Iterator[Ledger]:
    """Open the ledger that the agencies share; those that have another are told and left out."""
    if not looks:
        raise CannotRunError("ไม่มีหน่วยงานใดในรายชื่อที่ทำงานได้ " + " ".join(failed.values()))
    places = {agency: replace(w.ledger, agency="") for agency, (w, _) in looks.items()}
    shared = next(iter(places.values()))
    for agency in [agency for agency, place in places.items() if place != shared]:
        del looks[agency]
        failed[agency] = f"บัญชีข้อมูล ({places[agency]}) ไม่ใช่บัญชีร่วม ({shared}) กรุณาแก้ [ledger]"
    with Ledger.open(shared) as ledger:
        yield ledger


def _batches(agencies: Iterable[str]) -> Iterator[list[str]]:
    """Give some at a time: what they hold, locks and answers, is let go before the next ones."""
    waiting = iter(agencies)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _office(
    look: tuple[Workspace, Looks], ledger: Ledger, held: ExitStack, settle: float, clock: Clock
) -> Office:
    """Copy what has settled; the agency's folders and its part of the ledger are held."""
    workspace, first = look
    held.enter_context(alone(workspace.lock))
    part = held.enter_context(ledger.of(workspace.ledger.agency))
    arrived = arrivals(workspace.inbox, workspace.originals, settle, clock.wait, first)
    return Office(workspace, part, arrived)


def _answers(
    offices: Mapping[str, Office],
    today: date,
    workers: Workers,
    log: Callable[[Exception], str],
    failed: dict[str, str],
) -> dict[str, list[Answer]]:
    answers: dict[str, list[Answer]] = {agency: [] for agency in offices}
    agencies = {id(office): agency for agency, office in offices.items()}
    for office, answer in take_in(tuple(offices.values()), today, workers):
        agency = agencies[id(office)]
        with _apart(agency, log, failed):
            if isinstance(answer, Exception):
                raise answer
            answers[agency].append(answer)
    return answers


@contextmanager
def _apart(agency: str, log: Callable[[Exception], str], failed: dict[str, str]) -> Iterator[None]:
    """Keep what goes wrong to the agency; a ledger that cannot be read or written ends all."""
    try:
        yield
    except CannotRunError as error:
        failed[agency] = str(error)
    except OSError as error:
        failed[agency] = told_of_system(error)
    except Exception as error:
        if trouble_of_the_disk(error):
            raise
        failed[agency] = log(error)


def write_pages(province: Province, done: PassOfAll, today: date) -> None:
    """Bring the overview up to what every agency has published, also those that failed now."""
    agencies = [agency.id for agency in province.settings.agencies]
    known = done.workspaces
    sites = {id_: known[id_].site if id_ in known else Path() for id_ in agencies}
    names = {
        id_: known[id_].settings.organisation.name if id_ in known else id_ for id_ in agencies
    }
    write_overview(province.pages, province.settings.name, sites, names, done.failed, today)


# ---- the list


def make_province(folder: Path, name: str) -> Path:
    """Write an empty list of agencies; CannotRunError where there is one. Return its path."""
    path = folder / LIST
    if path.exists():
        raise CannotRunError(f"มี {path} อยู่แล้ว จึงไม่ได้สร้างทับ")
    (folder / "output").mkdir(parents=True, exist_ok=True)
    text = (files("templates") / LIST).read_text(encoding="utf-8")
    path.write_text(text.replace("{{ name }}", json.dumps(name, ensure_ascii=False)), "utf-8")
    return path


def add_agencies(path: Path, added: Sequence[tuple[str, str]], month: Month) -> list[str]:
    """Make a folder for each (id, name) and write it into the list; return the ids.

    Those that are on the list already are left as they are. A folder is made before its line is
    written: what is interrupted can be done again. ``month`` is that of the measures' first year.
    Errors: CannotRunError for an id that cannot be one.
    """
    province = configure_all(path)
    known = {agency.id for agency in province.settings.agencies}
    new = [(id_, name) for id_, name in dict(added).items() if id_ not in known]
    for id_, _ in new:
        if not re.fullmatch(AGENCY, id_):
            raise CannotRunError(
                f"รหัสหน่วยงาน «{id_}» ใช้ไม่ได้ ต้องเป็นตัวเลข อักษรอังกฤษตัวเล็ก หรือขีดกลาง ไม่เกิน 32 ตัว"
            )
    for id_, name in new:
        _make_agency(province, id_, name, month)
    lines = [f'\n[[agencies]]\nid = "{id_}"\nfolder = "{FOLDER}/{id_}"\n' for id_, _ in new]
    with path.open("a", encoding="utf-8") as text:
        text.write("".join(lines))
    return [id_ for id_, _ in new]


def _make_agency(province: Province, id_: str, name: str, month: Month) -> None:
    folder = province.home / FOLDER / id_
    for part in ("", *RESERVED):
        (folder / "inbox" / part).mkdir(parents=True, exist_ok=True)
    open_keys(folder / "output" / "keys")
    config = folder / NAME
    if not config.exists():
        text = (files("templates") / NAME).read_text(encoding="utf-8")
        text = text.replace("{{ name }}", json.dumps(name, ensure_ascii=False))
        shared = Path("../..", province.settings.output, "ledger", "ledger.sqlite").as_posix()
        mine = f'[ledger]\nfile = "{shared}"\nagency = "{id_}"\n'
        text = text.replace("\n[ledger]\n", f"\n{mine}", 1)
        config.write_text(text, encoding="utf-8")
        write_measures(folder, name, month.fiscal_year)


def agencies_in(path: Path) -> list[tuple[str, str]]:
    """Return (id, name) from a CSV with these two columns; CannotRunError where it has others."""
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"เปิดรายชื่อ {path} ไม่ได้: {error}") from None
    for number, line in enumerate(lines, 1):
        if line and len(line) != 2:  # noqa: PLR2004 - id and name
            raise CannotRunError(f"{path} บรรทัดที่ {number} ต้องมีสองช่อง คือ รหัสและชื่อหน่วยงาน")
    said = [(line[0].strip(), line[1].strip()) for line in lines if line]
    return said[1:] if said and said[0][0] == "id" else said
