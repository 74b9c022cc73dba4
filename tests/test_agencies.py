"""Many agencies in one ledger: each reads, writes and publishes what it does alone, byte for byte.

Two agencies live invented lives with the same names of everything (files, months, parts, hashes,
codes, keys) and other contents. Whatever is read of one is read again where the other is beside
it; a method of ``Ledger`` that is not tried here fails the suite.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline import CannotRunError, outbox
from pipeline.alone import OTHER_RUN
from pipeline.configure import Place
from pipeline.inbox import Arrivals, Original
from pipeline.judge import Judgement
from pipeline.ledger import Ledger
from pipeline.ledger.copied import copy_part, is_empty
from pipeline.ledger.tables import METADATA, NOTICE, REVISION, ROOTS, SUBMISSION
from schemas.announcement import AnnouncementFile, Served
from schemas.config import Channel
from schemas.examined import Account
from schemas.explanation import Given
from schemas.finding import Finding, Severity
from schemas.history import Decision, Judged, Release, Revision
from schemas.month import Month
from schemas.notice import Notice
from schemas.procurement import Procurement, Source

MONTHS = (Month(2567, 10), Month(2567, 11), Month(2568, 1))
FILES, PARTS, HASHES = ("ก.xlsx", "ข.xlsx", "ค.xlsx"), ("", "กองช่าง"), ("a" * 64, "b" * 64)
ORIGINALS = [
    Original(f"{part}/{file}" if part else file, part, sha256, Path(sha256))
    for file in FILES
    for part in PARTS
    for sha256 in HASHES
]
CHANNEL = Channel(name="อีเมล")
FIRST = date(2025, 1, 6)
STEPS = 40
SEEDS = (1, 2, 3, 4)


# ---- a life


def life(ledger: Ledger, seed: int) -> Iterator[None]:
    """Write into the ledger what an office might, a step at a time."""
    lots = random.Random(seed)  # noqa: S311 - the same each time
    every = (drop, drop, drop, look, explain, release, feed, tell, wait, go_back)
    for number in range(STEPS):
        step = every[number] if number < len(every) else lots.choice(every)
        step(ledger, lots, FIRST + timedelta(days=number))
        yield
    ask(ledger, lots, FIRST + timedelta(days=STEPS))
    yield


def drop(ledger: Ledger, lots: random.Random, day: date) -> None:
    original = lots.choice(ORIGINALS)
    decisions: list[Decision] = ["accepted", "accepted", "waiting", "returned", "repeated"]
    months = tuple(
        Judged(month, rows(lots), lots.random() < 0.2, lots.choice(decisions))
        for month in lots.sample(MONTHS, lots.randint(0, 2))
    )
    found = tuple(finding(lots, original.file) for _ in range(lots.randint(0, 4)))
    given = tuple(answer(lots, one) for one in found if one.month and lots.random() < 0.3)
    accounts = [Account("แผ่น", lots.randint(1, 99), 1, {"title": 1}, 0)]
    ledger.record(original, Judgement(months, found, given), accounts, day)


def ask(ledger: Ledger, lots: random.Random, day: date) -> None:
    """The last word about a month, with a question that nobody has answered.

    And two silences of the feed, of which the second is no news.
    """
    for hour in (12, 18):
        at = datetime(day.year, day.month, day.day, hour - 7, tzinfo=UTC)
        ledger.record_answer("W0", at, "unreachable")
    asked = Finding(
        *("price-low", "explain", FILES[0], "แผ่น", "A1", "", "", MONTHS[0]), f"{lots.random()}"
    )
    judged = Judged(MONTHS[0], rows(lots), nil=False, decision="accepted")
    ledger.record(ORIGINALS[0], Judgement((judged,), (asked,)), (), day)


def rows(lots: random.Random) -> tuple[Procurement, ...]:
    return tuple(
        Procurement(
            Source("ก.xlsx", "แผ่น", 5 + position),
            number=position,
            title=lots.choice(("จ้างซ่อม\0", "ซื้อกระดาษ")) + str(lots.randrange(100)),
            agreed_price=lots.randrange(10**8),
            announcements=("https://example.go.th",) if lots.random() < 0.3 else (),
        )
        for position in range(lots.randint(0, 3))
    )


def finding(lots: random.Random, file: str) -> Finding:
    severities: list[Severity] = ["fix", "explain", "explain", "note"]
    month = lots.choice((*MONTHS, None))
    rule, subject = lots.choice(("price-low", "budget-low")), f"{lots.randrange(4):016x} - - - -"
    said = ("แผ่น", "A1", str(lots.randrange(99)), f"ข้อ {lots.randrange(9)}")
    return Finding(rule, lots.choice(severities), file, *said, month, subject)


def answer(lots: random.Random, one: Finding) -> Given:
    assert one.month
    about, reason = one.subject.split(" ")[0], f"เหตุ {lots.randrange(99)}"
    return Given(one.month, one.rule, about, one.key, one.key, reason, "ผู้ชี้แจง")


def look(ledger: Ledger, lots: random.Random, day: date) -> None:
    lying = {one.file: one for one in lots.sample(ORIGINALS, lots.randint(0, 4))}
    ledger.saw(Arrivals(tuple(lying.values()), (), ()), day)
    ledger.record_file(
        AnnouncementFile(
            f"ประกาศ/{lots.choice(FILES)}",
            lots.choice(HASHES),
            day,
            ".pdf",
            kind=f"{seed_of(lots)}",
        )
    )


def seed_of(lots: random.Random) -> int:
    return lots.randrange(10**6)


def explain(ledger: Ledger, lots: random.Random, day: date) -> None:
    for _, part, one in ledger.questions()[:1]:
        ledger.record_explanation(part, answer(lots, one), day)


def release(ledger: Ledger, lots: random.Random, day: date) -> None:
    known = ledger.releases()
    fresh = [r for found in ledger.history().revisions.values() for r in found if r.after is None]
    name = f"{lots.randrange(16**8):08x}"
    ledger.record_release(Release(name, known[-1].name if known else None, day), fresh)
    ledger.record_day(day)


def feed(ledger: Ledger, lots: random.Random, day: date) -> None:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for _ in range(2):
        items = [
            Served("W0", f"6710{number:07}", "", f"งาน {lots.randrange(3)}", day, "")
            for number in range(lots.choice((0, 0, 1, 3)))
        ]
        ledger.record_answer("W0", at, lots.choice(("answered", "unreachable")), items)


def tell(ledger: Ledger, lots: random.Random, day: date) -> None:
    known = outbox.told(ledger)
    key = f"reminder/{lots.randrange(40)}"
    if key not in known:
        notice = Notice((key, f"{key}/also"), "finance", "", "เตือน", str(lots.randrange(99)))
        outbox.queue(ledger, [notice], day)
    moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    trouble = lots.choice(("", "ส่งไม่สำเร็จ"))
    outbox.send_queued(
        ledger, [CHANNEL], lambda _: "mailto://", lambda *_: trouble, lambda: moment
    )


def wait(ledger: Ledger, _: random.Random, day: date) -> None:
    ledger.accept(ledger.waiting()[:1], day)


def go_back(ledger: Ledger, lots: random.Random, day: date) -> None:
    revisions = [found for found in ledger.history().revisions.values() if len(found) > 1]
    if revisions:
        one = lots.choice(revisions)[0]
        ledger.restore(one, f"เหตุ {lots.randrange(99)}", "ผู้สั่ง", day)


# ---- what is read


def revisions_of(ledger: Ledger) -> list[Revision]:
    return [one for _, found in sorted(ledger.history().revisions.items()) for one in found]


def of_each_revision(ledger: Ledger, ask: Callable[[Revision], object]) -> list[object]:
    return [ask(one) for one in revisions_of(ledger)]


def of_pairs(ledger: Ledger, ask: Callable[[Revision, Revision | None], object]) -> list[object]:
    found = revisions_of(ledger)
    return [
        ask(one, other)
        for one in found
        for other in (None, *(other for other in found if other.key > one.key))
    ]


READS: Mapping[str, Callable[[Ledger], object]] = {
    "is_latest": lambda it: (
        [it.is_latest(one, ()) for one in ORIGINALS]
        + [it.is_latest(one, [one.file for one in ORIGINALS]) for one in ORIGINALS]
    ),
    "answered": lambda it: [
        it.answered(one)
        for one in ORIGINALS
        if one.sha256 in {d.sha256 for d in it.past_drops()}
        and any((d.part, d.sha256) == (one.part, one.sha256) for d in it.past_drops())
    ],
    "before": lambda it: [it.before(one) for one in ORIGINALS],
    "extent": lambda it: it.extent(),
    "before_part": lambda it: [it.before_part(part) for part in PARTS],
    "waiting": lambda it: it.waiting(),
    "served": lambda it: it.served(),
    "feed_answers": lambda it: it.feed_answers(),
    "announcement_files": lambda it: it.announcement_files(),
    "lies": lambda it: [it.lies(one) for one in ORIGINALS],
    "history": lambda it: it.history(),
    "rows": lambda it: of_each_revision(it, it.rows),
    "rows_of": lambda it: [it.rows_of(d.submission, m) for d in it.past_drops() for m in MONTHS],
    "linked_rows": lambda it: (
        [
            (known.file, month, found)
            for known in it.past_drops()
            for (key, month), found in it.linked_rows().items()
            if key == known.submission
        ]
        + [len(it.linked_rows())]
    ),
    "sightings": lambda it: it.sightings(),
    "is_nil": lambda it: of_each_revision(it, it.is_nil),
    "drops": lambda it: it.drops(),
    "past_drops": lambda it: it.past_drops(),
    "sources": lambda it: of_each_revision(it, it.sources),
    "findings_of": lambda it: [it.findings_of(one.submission) for one in it.past_drops()],
    "questions": lambda it: it.questions(),
    "explained_rows": lambda it: of_pairs(it, it.explained_rows),
    "explained_month": lambda it: (
        [it.explained_month(one, None, None) for one in revisions_of(it)]
        + of_pairs(it, lambda one, other: it.explained_month(one, other, other))
    ),
    "releases": lambda it: it.releases(),
    "told": outbox.told,
    "queued": lambda it: outbox.queued(it, FIRST),
}
WRITES = {
    "record", "record_explanation", "record_answer", "record_file", "accept", "restore", "saw",
    "record_day", "record_release",
}  # fmt: skip
OPENS = {"open", "view", "of", "close"}


def everything_read(ledger: Ledger) -> dict[str, object]:
    """Every answer, with the keys that the ledger gave counted within the agency."""
    counted = {
        table.name: {key: rank for rank, key in enumerate(keys_of(ledger, table), start=1)}
        for table in (SUBMISSION, REVISION, NOTICE)
    }
    return {name: without_keys(read(ledger), counted) for name, read in READS.items()}


def keys_of(ledger: Ledger, table: sa.Table) -> list[int]:
    asked = sa.select(table.c.id).where(table.c.agency == ledger.agency).order_by(table.c.id)
    with ledger.engine.connect() as link:
        return list(link.execute(asked).scalars())


KEYS = {
    ("Revision", "key"): "revision",
    ("Queued", "key"): "notice",
    ("Drop", "submission"): "submission",
    ("PastDrop", "submission"): "submission",
    ("Latest", "submission"): "submission",
    ("Waiting", "submission"): "submission",
}


def without_keys(told: Any, counted: Mapping[str, Mapping[int, int]]) -> Any:  # noqa: ANN401
    if is_dataclass(told) and not isinstance(told, type):
        kind = type(told).__name__
        plain: dict[str, Any] = {}
        for one in fields(told):
            value = getattr(told, one.name)
            if table := KEYS.get((kind, one.name)):
                plain[one.name] = counted[table][value]
            elif (kind, one.name) == ("Revision", "parts"):
                known = counted["submission"]
                plain[one.name] = [(part, known[key]) for part, key in value.items()]
            else:
                plain[one.name] = without_keys(value, counted)
        return kind, plain
    if isinstance(told, Mapping):  # in its order
        return [(key, without_keys(value, counted)) for key, value in told.items()]
    if isinstance(told, (list, tuple)):
        return [without_keys(one, counted) for one in told]
    return told


# ---- the tests


def test_whatever_a_ledger_can_do_is_tried_here() -> None:
    able = {name for name in vars(Ledger) if not name.startswith("_")}
    assert able == (READS.keys() - {"told", "queued"}) | WRITES | OPENS


@pytest.mark.parametrize(
    ("seed", "order"), [(1, "one-first"), (3, "other-first"), (1, "in-turn"), (3, "in-turn")]
)
def test_an_agency_reads_what_it_would_read_alone(seed: int, order: str, place: Place) -> None:
    alone = {"6800901": seed, "6800902": seed + 1}
    expected = {}
    for agency, own in alone.items():
        with Ledger.open(replace(place, agency=f"{agency}-alone")) as ledger:
            for _ in life(ledger, own):
                pass
            expected[agency] = everything_read(ledger)

    with Ledger.open(replace(place, agency="6800901")) as one, one.of("6800902") as other:
        lives = [life(one, seed), life(other, seed + 1)]
        if order == "in-turn":
            for _ in zip(*lives, strict=True):
                pass
        for rest in lives if order == "one-first" else reversed(lives):
            for _ in rest:
                pass
        found = {ledger.agency: everything_read(ledger) for ledger in (one, other)}

    for agency, answers in expected.items():
        for name, told in answers.items():
            assert found[agency][name] == told, (agency, name)


def test_lives_leave_something_in_every_table_and_to_every_question(place: Place) -> None:
    """Else the test above would compare nothing with nothing."""
    told: set[str] = set()
    for seed in SEEDS:
        with Ledger.open(replace(place, agency=str(seed))) as ledger:
            for _ in life(ledger, seed):
                pass
            told |= {name for name, answer in everything_read(ledger).items() if answer}
    assert told == READS.keys()
    with Ledger.open(place) as ledger, ledger.engine.connect() as link:
        for table in METADATA.sorted_tables:
            asked = sa.select(sa.func.count()).select_from(table)
            assert link.execute(asked).scalar_one() > 0, table.name


@pytest.mark.parametrize("database", ["sqlite"])  # it counts what it does
def test_what_is_read_of_an_agency_costs_by_what_it_has(database: str, tmp_path: Path) -> None:
    """Beside a hundred times as much of others nothing is looked through that is theirs."""
    place = Place(tmp_path / f"ledger.{database}", "6800901", shared=True)
    with Ledger.open(place) as ledger:
        for _ in life(ledger, 1):
            pass
        alone = {name: steps_of(ledger, read) for name, read in READS.items()}
        with ledger.of("6800900") as other:  # before and after it in every index
            for _ in life(other, 2):
                pass
        multiply(ledger, "6800900", 100)
        beside = {name: steps_of(ledger, read) for name, read in READS.items()}

    assert {name for name, steps in beside.items() if steps > 1.2 * alone[name] + 20} == set()


def multiply(ledger: Ledger, agency: str, times: int) -> None:
    """Give that many more agencies what one has."""
    with Ledger.open(Place(Path(f"{ledger.engine.url.database}.one"))) as one:
        with ledger.of(agency) as source:
            copy_part(source, one)
        for number in range(times):
            with ledger.of(f"{6800902 + number}") as target:
                copy_part(one, target)


def steps_of(ledger: Ledger, read: Callable[[Ledger], object]) -> int:
    """How many steps of ten SQLite's machine makes for an answer."""
    steps: list[None] = []

    def count(link: sqlite3.Connection, *_: object) -> None:
        link.set_progress_handler(lambda: steps.append(None), 10)

    sa.event.listen(ledger.engine, "checkout", count)
    read(ledger)
    sa.event.remove(ledger.engine, "checkout", count)
    return len(steps)


def test_a_part_is_copied_whole_into_another_ledger(place: Place) -> None:
    """What a backup holds: it reads there as it read here, and goes on alike."""
    here = Place(Path(f"{place.file}.copied"))
    with Ledger.open(replace(place, agency="6800901")) as one, one.of("6800902") as other:
        for _ in zip(life(one, 1), life(other, 2), strict=True):
            pass
        with Ledger.open(here) as file:
            copy_part(other, file)
            assert everything_read(file) == everything_read(other)
            with one.of("6800903") as back:
                assert is_empty(back)
                copy_part(file, back)
                assert not is_empty(back)
                before = everything_read(other)
                for ledger in (file, back):
                    for _ in life(ledger, 3):
                        pass
                assert everything_read(file) == everything_read(back)
                assert everything_read(other) == before


def test_a_shared_file_is_held_whole_and_let_go(tmp_path: Path) -> None:
    place = Place(tmp_path / "ledger.sqlite", "6800901", shared=True)
    with Ledger.open(place):
        for agency in ("6800901", "6800902"):
            with pytest.raises(CannotRunError, match=OTHER_RUN):
                Ledger.open(replace(place, agency=agency))
        with Ledger.view(replace(place, agency="6800902")) as seen:
            assert seen is not None  # who only looks waits for nobody
    Ledger.open(replace(place, agency="6800902")).close()


def test_a_ledger_that_cannot_be_opened_is_let_go(tmp_path: Path) -> None:
    place = Place(tmp_path / "ledger.sqlite", shared=True)
    place.file.write_bytes(b"no ledger " * 1000)
    for _ in range(2):
        with pytest.raises(CannotRunError, match="เปิดบัญชีข้อมูลไม่ได้"):
            Ledger.open(place)


def test_no_row_gets_in_that_belongs_to_nobody(place: Place) -> None:
    with Ledger.open(place) as ledger:
        for table in ROOTS:
            said = {
                column.name: 1 if isinstance(column.type, sa.Integer) else "ก"
                for column in table.columns
                if column.name not in {"id", "agency"}
            }
            with (
                ledger.engine.begin() as link,
                pytest.raises(sa.exc.StatementError, match="no agency"),
            ):
                link.execute(table.insert(), said)
