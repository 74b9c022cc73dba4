"""The ledger → finance's own page: what waits for a person, the year, the last answers.

Private, never part of the site, and opened from a network share. Pure: facts in, bytes out. The
day that it shows is the ledger's own, so the same ledger makes the same bytes on any day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal
from urllib.parse import quote

from pipeline.announcements import NOTHING_TO_TELL, ToldOfAnnouncements
from pipeline.decide import worst
from pipeline.due import due_day
from pipeline.duty import overdue
from pipeline.pages import draw
from pipeline.questions import QUESTIONS
from schemas.config import Due, Settings
from schemas.egp import COLUMNS
from schemas.finding import Finding, count
from schemas.history import Decision, History, PastDrop
from schemas.month import Month, fiscal_months
from schemas.reconciliation import FIELD_WORDS, NOTHING_COMPARED, Compared, note_words
from schemas.rules import RULE, Rule

DESK = "replies/index.html"
RECENT = 20  # drops
FREQUENT = 8  # rules
MONTHS_BACK = 6  # how far back mistakes are counted, the running month included

State = Literal["published", "nil", "returned", "waiting", "missing", "not_due"]
# For each path of the inbox the files of its answer, relative to ``output/``: the receipt first,
# then the marked workbook where there is one.
Answers = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class HeldMonth:
    """A month that one file holds; ``month`` is None for what belongs to no month."""

    month: Month | None
    state: Literal["returned", "waiting"]
    due: date | None
    overdue: bool
    public: bool  # an earlier revision is
    until_answered: bool  # the due day does not release it
    fix: int
    explain: int


@dataclass(frozen=True)
class Held:
    """A file that waits for a person, with the months that it holds."""

    drop: PastDrop
    months: tuple[HeldMonth, ...]

    @property
    def state(self) -> Literal["returned", "waiting"]:
        """The worst of its months."""
        return "returned" if any(m.state == "returned" for m in self.months) else "waiting"


@dataclass(frozen=True)
class OpenPoints:
    """How many questions about a public month nobody has answered, and the file they are in."""

    month: Month
    drop: PastDrop
    count: int


@dataclass(frozen=True)
class MonthLine:
    """One month of the fiscal year. Days Gregorian; ``rows`` is None while nothing is public."""

    month: Month
    state: State
    due: date
    due_reached: bool
    late: bool  # public after the due day, or not public and the due day is over
    published_on: date | None
    corrections: int
    rows: int | None
    held: tuple[Held, ...]  # files that wait, also beside a public revision
    drops: tuple[PastDrop, ...]  # what the public revision is made from


@dataclass(frozen=True)
class Answered:
    """A drop as it was answered on its day; ``rows`` are those of all its months."""

    drop: PastDrop
    outcome: Decision
    rows: int
    fix: int
    explain: int
    note: int


@dataclass(frozen=True)
class Mistake:
    """A rule, how many different files and places it hit, and what was last seen."""

    rule: Rule
    files: int
    places: int
    last: Finding
    seen: str


def desk_page(
    history: History,
    drops: Sequence[PastDrop],
    settings: Settings,
    answers: Answers,
    announced: ToldOfAnnouncements = NOTHING_TO_TELL,
    compared: Compared = NOTHING_COMPARED,
) -> bytes:
    """Return the page as HTML, made to stand at ``DESK`` beside the answers it leads to.

    In:  every drop, oldest first (``Ledger.past_drops``), and where the answers stand. An answer
         stands for the last drop at its path: earlier drops are named without a link.
    Day: the ledger's ``as_of``, or that of a drop or of a file of e-GP which came later.
    """
    organisation = settings.organisation.name
    if not drops:
        facts = {"organisation": organisation, "announced": announced}
        return draw("desk.html", "arabic", day=None, **facts)
    seen = [one.seen_on for one in compared.files]
    day = max(drops[-1].received_on, history.as_of or date.min, *seen)
    held = _held(history, drops, settings, day)
    unsent = _unsent(history, held, settings, day)
    since = _months_ago(day, MONTHS_BACK - 1)
    last = {drop.file: drop.submission for drop in drops}
    return draw(
        "desk.html",
        "arabic",
        organisation=organisation,
        announced=announced,
        day=day,
        held=held,
        due_now=[month for month in unsent if due_day(month, settings.due) == day],
        missed=[(m, due) for m in unsent if (due := due_day(m, settings.due)) < day],
        upcoming=_upcoming(history, held, settings.due, day),
        open_points=_open_points(history, drops),
        years=[
            (year, [_line(month, history, drops, held, settings.due, day) for month in months])
            for year, months in _years(history, day)
        ],
        recent=[_answered(drop) for drop in reversed(drops[-RECENT:])],
        mistakes=_mistakes(drop for drop in drops if drop.received_on >= since),
        since=since,
        compared=compared,
        words_of=(COLUMNS, FIELD_WORDS),
        note_words=note_words,
        questions=_link(QUESTIONS)[1] if history.revisions else None,
        links={last[file]: [_link(path) for path in paths] for file, paths in answers.items()},
    )


# ---- what waits


def _held(
    history: History, drops: Sequence[PastDrop], settings: Settings, day: date
) -> list[Held]:
    """Files that were sent back or wait for an answer; the nearest due day first."""
    last = {drop.file: drop for drop in drops}
    known = {drop.submission: drop for drop in drops}
    found: dict[int, list[HeldMonth]] = {}

    def hold(drop: PastDrop, month: Month | None, state: Literal["returned", "waiting"]) -> None:
        asked = [finding for finding in drop.findings if finding.month == month]
        counts = count(asked)
        due = due_day(month, settings.due) if month else None
        public = month is not None and history.current(month) is not None
        found.setdefault(drop.submission, []).append(
            HeldMonth(
                month,
                state,
                due,
                overdue=due is not None and day > due and not public,
                public=public,
                until_answered=settings.hold_for_explanation == "always"
                or any(f.open and f.rule in RULE and RULE[f.rule].waits_always for f in asked),
                fix=counts["fix"],
                explain=counts["explain"],
            )
        )

    for file in history.returned:
        for month in _returned_months(last[file], history):
            hold(last[file], month, "returned")
    for month, _, word in history.waiting():
        hold(known[word.submission], month, "waiting")
    return sorted(
        (Held(known[key], tuple(months)) for key, months in found.items()),
        key=lambda one: (min(m.due or date.min for m in one.months), one.drop.file),
    )


def _returned_months(drop: PastDrop, history: History) -> Iterator[Month | None]:
    """The months that nobody has spoken for since, and None for what belongs to no month."""
    if not drop.months or any(f.severity == "fix" and f.month is None for f in drop.findings):
        yield None
    for month in drop.months:
        word = history.latest.get(month, {}).get(drop.part)
        if word and word.submission == drop.submission and word.decision == "returned":
            yield month


def _held_by_month(held: Iterable[Held]) -> dict[Month, tuple[Held, ...]]:
    found: dict[Month, tuple[Held, ...]] = {}
    for one in held:
        for month in (m.month for m in one.months if m.month):
            found[month] = (*found.get(month, ()), one)
    return found


def _unsent(history: History, held: Sequence[Held], settings: Settings, day: date) -> list[Month]:
    """Months whose due day is here or over, and of which no file waits either."""
    waited_for = _held_by_month(held)
    # ``overdue`` begins on the day after; whoever looks on the due day itself can still act.
    due = overdue(history, settings, day + timedelta(days=1))
    return [month for month in due if month not in waited_for]


def _upcoming(history: History, held: Sequence[Held], rule: Due, day: date) -> tuple[Month, date]:
    """The next month that nobody has sent, with its due day."""
    waited_for = _held_by_month(held)
    month = Month.of(day.replace(day=1) - timedelta(days=1))
    while due_day(month, rule) <= day or history.current(month) or month in waited_for:
        month = month.following
    return month, due_day(month, rule)


def _open_points(history: History, drops: Sequence[PastDrop]) -> list[OpenPoints]:
    """Questions of public months that the due day made public, newest month first."""
    found = []
    for month in sorted(history.revisions, reverse=True):
        for drop in _standing(month, history, drops):
            word = history.latest[month].get(drop.part)
            if word and word.submission != drop.submission:
                continue  # a newer file waits, and asks for itself
            asked = [f for f in drop.findings if f.open and f.month == month]
            if asked:
                found.append(OpenPoints(month, drop, len(asked)))
    return found


def _standing(month: Month, history: History, drops: Sequence[PastDrop]) -> list[PastDrop]:
    """What a public month is made from, part by part; the same rows dropped again stand for it."""
    known = {drop.submission: drop for drop in drops}
    revision = history.current(month)
    standing = []
    for part, submission in sorted(revision.parts.items()) if revision else ():
        word = history.latest[month].get(part)
        again = word is not None and word.decision == "unchanged"
        standing.append(known[word.submission if word and again else submission])
    return standing


# ---- the year


def _years(history: History, day: date) -> list[tuple[int, tuple[Month, ...]]]:
    """The fiscal year of the day, then the earlier ones of which anything is known."""
    this_year = Month.of(day).fiscal_year
    years = sorted({*history.fiscal_years, this_year}, reverse=True)
    return [(year, fiscal_months(year)) for year in years if year <= this_year]


def _line(
    month: Month,
    history: History,
    drops: Sequence[PastDrop],
    held: Sequence[Held],
    rule: Due,
    day: date,
) -> MonthLine:
    due = due_day(month, rule)
    files = _held_by_month(held).get(month, ())
    revisions = history.revisions.get(month, ())
    if not revisions:
        states = [m.state for one in files for m in one.months if m.month == month]
        # Sorted, the worst comes first: returned, then waiting.
        state: State = min(states, default="missing" if day >= due else "not_due")
        return MonthLine(month, state, due, day >= due, day > due, None, 0, None, files, ())
    public = _standing(month, history, drops)
    said = [drop.months[month] for drop in public]
    first = revisions[0].accepted_on
    return MonthLine(
        month,
        "nil" if all(one.nil for one in said) else "published",
        due,
        day >= due,
        first > due,
        first,
        len(revisions) - 1,
        sum(one.rows for one in said),
        files,
        tuple(public),
    )


# ---- the last drops, and what they had in common


def _answered(drop: PastDrop) -> Answered:
    decisions = [month.decision for month in drop.months.values()]
    astray = any(f.severity == "fix" and f.month is None for f in drop.findings)
    outcome = worst([*decisions, "returned"] if astray else decisions)
    return Answered(
        drop,
        "unchanged" if outcome == "repeated" else outcome,
        sum(month.rows for month in drop.months.values()),
        **count(drop.findings),
    )


def _mistakes(drops: Iterable[PastDrop]) -> list[Mistake]:
    """What went wrong most often: by files, then by places; the same content counts once.

    A note is a mistake only where a rule says how to avoid it: the others merely tell.
    """
    contents = {drop.sha256: drop for drop in drops}
    hits = [
        (finding.rule, key, finding)
        for key, drop in contents.items()
        for finding in drop.findings
        if (rule := RULE.get(finding.rule)) and (rule.severity != "note" or rule.avoid)
    ]
    found = []
    for rule, group in groupby(sorted(hits, key=lambda hit: hit[0]), key=lambda hit: hit[0]):
        mine = list(group)
        last = mine[-1][2]
        # What to do about that cell stands in its receipt; here the advice stands beside it.
        seen = " ".join(last.message.partition(" กรุณา")[0].split())
        found.append(Mistake(RULE[rule], len({key for _, key, _ in mine}), len(mine), last, seen))
    found.sort(key=lambda one: (-one.files, -one.places, one.rule.id))
    return found[:FREQUENT]


def _months_ago(day: date, months: int) -> date:
    """The first day of the month that lies so many months back."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _link(path: str) -> tuple[str, str]:
    """What a file of an answer is ("html", "xlsx"), and the way to it from this page.

    Only ASCII is escaped: browsers take Thai as it is, and nine bytes a letter would be many.
    """
    here = path.removeprefix("replies/")
    href = "".join(c if ord(c) > 127 else quote(c) for c in here)  # noqa: PLR2004 - ASCII
    return path.rpartition(".")[2], href
