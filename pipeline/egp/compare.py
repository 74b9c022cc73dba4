"""The files of ``inbox/e-GP/`` and all that is public → what came of holding them together.

Made from the ledger, which knows when which bytes lay where, and from the originals: a file that
is taken out of the folder still stands for its year, until another one does.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files

from pipeline.configure import Workspace
from pipeline.confine import contracts_confined
from pipeline.formats.kept import Kept
from pipeline.glance import EGP, reserved
from pipeline.guard import Limits
from pipeline.inbox import Arrivals, Original
from pipeline.ledger import Ledger
from pipeline.reconcile import reconcile
from pipeline.summarise import Summaries, summarise
from schemas.egp import EgpContracts, EgpFile, Fault, refused
from schemas.history import History
from schemas.reconciliation import NOTHING_COMPARED, Compared, PublicRow

SECONDS = 600  # for a file of the whole nation, which needs two minutes on an old machine
_MADE_WITH = (
    *(("pipeline.egp", name) for name in ("records.py", "columns.py", "contracts.py")),
    *(("schemas", name) for name in ("egp.py", "thai.py", "procurement.py", "personal.py")),
)


@dataclass(frozen=True)
class EgpAnswer:
    """What became of one file of the folder: "accepted", "unchanged", or "returned": no use."""

    original: Original
    outcome: str
    said: EgpContracts


def take_in_contracts(
    arrived: Arrivals, workspace: Workspace, ledger: Ledger
) -> Iterator[EgpAnswer]:
    """Read what lies in the folder; before the ledger is told that it was seen."""
    last = {file: sha256 for file, sha256, _ in ledger.sightings()}
    kept = Kept(workspace.cache)
    for original in arrived.elsewhere:
        if reserved(original.part) == EGP:
            said = _said(original.sha256, original.file, workspace, kept)
            same = last.get(original.file) == original.sha256
            outcome = "unchanged" if same else "accepted"
            yield EgpAnswer(original, outcome if said.contracts else "returned", said)


def compare(
    history: History,
    ledger: Ledger,
    workspace: Workspace,
    kept: Kept,
    summaries: Summaries | None = None,
) -> Compared:
    """Return the files that lie in the folder, and each fiscal year that a file stands for.

    ``summaries`` are those of the history, where the caller has them already.
    """
    dropped = egp_files(ledger, workspace, kept)
    if not dropped:
        return NOTHING_COMPARED
    if summaries is None:
        summaries = summarise(history, ledger, workspace.settings)
    public = {summary.month for summary in summaries.public}
    years = {month.fiscal_year for month in public}
    standing = {
        year: one for one in dropped for year in one.said.fiscal_years if year in years
    }  # the last one wins
    there = tuple(one for one in reversed(dropped) if one.there)
    return Compared(
        there,
        reconcile(standing, _rows(history, summaries, ledger), public) if standing else {},
        {one.file: faults for one in there if (faults := tuple(_faults(one, years)))},
    )


def egp_files(ledger: Ledger, workspace: Workspace, kept: Kept) -> tuple[EgpFile, ...]:
    """Return every content that ever lay in the folder, in the order of its last coming."""
    seen: dict[str, tuple[str, date]] = {}
    lying: dict[str, str | None] = {}
    for file, sha256, day in ledger.sightings():
        if reserved(file.partition("/")[0]) != EGP:
            continue
        lying[file] = sha256
        if sha256:
            seen.pop(sha256, None)
            seen[sha256] = (file, day)
    now = set(lying.values())
    return tuple(
        EgpFile(file, sha256, day, sha256 in now, _said(sha256, file, workspace, kept))
        for sha256, (file, day) in seen.items()
    )


def _said(sha256: str, file: str, workspace: Workspace, kept: Kept) -> EgpContracts:
    """What a file says of us, as it was read before or is read now."""
    names = workspace.settings.organisation.names
    limits = replace(workspace.limits, wall_seconds=SECONDS, cpu_seconds=SECONDS)
    path = workspace.originals / sha256

    def read() -> bytes:
        said = contracts_confined(path, file, names, limits)
        return json.dumps(said.kept(), ensure_ascii=False).encode()

    if not path.is_file():  # lost with the disk, or restored from a backup of an older program
        return refused("egp-readable", "ไม่พบต้นฉบับ กรุณาวางไฟล์อีกครั้ง")
    return EgpContracts.of(json.loads(kept.of(_recipe(sha256, names, limits), read)))


def _recipe(sha256: str, names: tuple[str, ...], limits: Limits) -> bytes:
    program = b"".join(
        hashlib.sha256((files(package) / name).read_bytes()).digest()
        for package, name in _MADE_WITH
    )
    return program + json.dumps(["e-gp", sha256, names, str(limits)]).encode()


def _rows(history: History, summaries: Summaries, ledger: Ledger) -> list[PublicRow]:
    """Every public row with its permanent number, as it was written: with its cells."""
    rows = []
    for summary in summaries.public:
        revision = history.current(summary.month)
        if revision is None:
            raise LookupError(f"{summary.month} is public without a revision")
        raw = ledger.rows(revision)
        for position, (row, birth) in enumerate(zip(raw, summary.births, strict=True), 1):
            rows.append(PublicRow(summary.month, position, birth, row))
    return rows


def _faults(one: EgpFile, years: set[int]) -> list[Fault]:
    others = [str(year) for year in one.said.fiscal_years if year not in years]
    told = list(one.said.faults)
    if others:
        told.append(Fault("egp-of-a-public-year", " ".join(others)))
    return told
