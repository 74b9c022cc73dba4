"""Dropped workbooks → answers in the ledger: read wherever there is room, decided in order."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.configure import Workspace
from pipeline.confine import examine_confined
from pipeline.guard import Limits
from pipeline.inbox import Arrivals, Original
from pipeline.judge import Judgement, judge
from pipeline.ledger import Ledger
from pipeline.workers import FEW, HERE, Workers
from schemas.config import Settings
from schemas.examined import Examined
from schemas.history import Before, Drop


@dataclass(frozen=True)
class Office:
    """An agency in one pass: its folders, its part of the ledger, and what lies in its inbox."""

    workspace: Workspace
    ledger: Ledger
    arrived: Arrivals


@dataclass(frozen=True)
class Answer:
    """What became of one dropped file; "unchanged" when these bytes were answered before."""

    original: Original
    outcome: str
    drop: Drop


@dataclass(frozen=True)
class Question:
    """A workbook and all that its answer depends on: the same question has the same answer.

    Without ``before`` it is only read. ``content`` is the workbook, for a worker on a machine
    that does not see ``path``.
    """

    path: Path
    file: str
    content: bytes | None
    settings: Settings
    limits: Limits
    today: date
    before: Before | None


Found = tuple[Examined, Judgement | None]


def find_out(question: Question) -> Found:
    """Read a workbook in a child process, and judge it where it is known what was before."""
    examined = _examined(question)
    if question.before is None:
        return examined, None
    return examined, judge(examined, question.before, question.settings, question.today)


def _examined(question: Question) -> Examined:
    names = question.settings.organisation.names
    if question.content is None:
        return examine_confined(question.path, question.file, names, question.limits)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / question.path.name
        path.write_bytes(question.content)
        return examine_confined(path, question.file, names, question.limits)


@dataclass(frozen=True)
class _Turn:
    office: Office
    original: Original
    question: Question | None  # None for what is no news


def take_in(
    offices: Sequence[Office], today: date, workers: Workers = HERE
) -> Iterator[tuple[Office, Answer | Exception]]:
    """Accept each workbook into the ledger month by month, or return it with every doubtful cell.

    Gives the answers in the order of the offices and of their originals: whatever the workers,
    the ledger becomes the same. After an error nothing more is taken in of that office.
    """
    begun = [(office, one) for office in offices for one in office.arrived.originals]
    seem_new = [_is_news(office, one) for office, one in begun]
    if not workers.far and sum(seem_new) <= FEW:
        workers = HERE
    turns = _turns(begun, seem_new, today, far=workers.far)
    decided: set[int] = set()
    broken: set[int] = set()
    for turn, found in workers.each(find_out, turns, lambda turn: turn.question):
        office = turn.office
        if id(office) in broken:
            continue
        try:
            if isinstance(found, Exception):
                raise found  # noqa: TRY301 - as if it had happened here
            news = turn.question is not None
            if id(office) in decided:  # the same bytes again, or overruled by what came before
                news = _is_news(office, turn.original)
            outcome = _decide(office, turn.original, found, today) if news else "unchanged"
            answer = Answer(turn.original, outcome, office.ledger.answered(turn.original))
        except Exception as error:  # noqa: BLE001 - the caller tells it, or raises it
            broken.add(id(office))
            yield office, error
            continue
        decided |= {id(office)} if news else set()
        yield office, answer


def _is_news(office: Office, original: Original) -> bool:
    """The latest, not any earlier one: going back to old content is a new revision."""
    return not office.ledger.is_latest(original, office.arrived.files)


def _turns(
    begun: Sequence[tuple[Office, Original]], news: Sequence[bool], today: date, *, far: bool
) -> Iterator[_Turn]:
    """Give the turns when their time comes: what they hold is not needed before.

    Only the first workbook of an office can be judged before its turn: what is known when the
    next one is decided depends on it.
    """
    first: set[int] = set()
    for (office, original), new in zip(begun, news, strict=True):
        before = None
        if new and id(office) not in first:
            first.add(id(office))
            before = office.ledger.before(original)
        yield _Turn(
            office, original, _question(office, original, today, before, far=far) if new else None
        )


def _question(
    office: Office, original: Original, today: date, before: Before | None, *, far: bool = False
) -> Question:
    return Question(
        original.path,
        original.file,
        original.path.read_bytes() if far else None,
        office.workspace.settings,
        office.workspace.limits,
        today,
        before,
    )


def _decide(office: Office, original: Original, found: Found | None, today: date) -> str:
    """Write one decision whole; return it."""
    examined, judgement = found or find_out(_question(office, original, today, None))
    if judgement is None:
        before = office.ledger.before(original)
        judgement = judge(examined, before, office.workspace.settings, today)
    office.ledger.record(original, judgement, examined.accounts, today)
    return judgement.outcome
