"""The ledger: what was dropped, what was decided, what was published. It only grows.

Everything under ``output/`` but the ledger, the originals and the keys is made from it. One
decision is one transaction, so a run may be killed at any moment. SQLAlchemy Core, no ORM; only
Integer and Text, days as ISO text, rows as JSON text: the same on SQLite and PostgreSQL. Many
agencies may share one; a ``Ledger`` is the part of one of them.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from pipeline import CannotRunError
from pipeline.alone import alone
from pipeline.configure import Place
from pipeline.inbox import Arrivals, Original
from pipeline.ledger.announcements import (
    read_answers,
    read_files,
    read_served,
    write_answer,
    write_file,
)
from pipeline.ledger.drops import (
    answered_as,
    as_json,
    findings_of_drops,
    last_seen,
    last_submission,
    months_of,
    months_of_drops,
    name_says,
    read_drop,
    read_findings,
    read_returned,
    read_sightings,
    told_findings,
    with_explanations,
)
from pipeline.ledger.engines import engine_of, hold, is_postgres, let_go, version_of
from pipeline.ledger.explanations import (
    by_subject,
    read_explanations,
    spent_answers,
    write_explanation,
)
from pipeline.ledger.revisions import (
    append_revision,
    publish_part,
    read_latest,
    read_revisions,
)
from pipeline.ledger.tables import (
    ACCOUNT,
    AS_OF,
    FINDING,
    METADATA,
    RELEASE,
    RELEASE_REVISION,
    RESTORATION,
    SCHEMA,
    SIGHTING,
    SUBMISSION,
    SUBMISSION_MONTH,
    SUBMISSION_ROW,
    insert,
    own,
)
from schemas.announcement import AnnouncementFile, FeedAnswer, Served
from schemas.examined import Account
from schemas.explanation import Explanation, Given
from schemas.finding import Finding
from schemas.history import (
    Before,
    Drop,
    History,
    Judged,
    PastDrop,
    Release,
    Revision,
    Rows,
    Waiting,
)
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.rules import CORRECTIONS

if TYPE_CHECKING:  # check and its tables need not be loaded to read the ledger
    from pipeline.judge import Judgement


MOST_REMEMBERED = 1_000  # rows of a month, findings of a drop: more are read anew each time


class Ledger:
    """Reads and appends; nothing here updates or deletes a row, or sees another agency's."""

    def __init__(self, engine: sa.Engine, agency: str, *, writing: bool = False) -> None:
        self.engine, self.agency, self.writing = engine, agency, writing
        self._held = ExitStack()  # what is let go when it is closed
        self._rows: dict[tuple[int, Month], Rows] = {}
        self._findings: dict[int, tuple[Finding, ...]] = {}

    @classmethod
    def open(cls, place: Place) -> Self:
        """Open the ledger for writing; make it, or bring it to today's schema, where needed.

        A shared ledger is held until it is closed: one of PostgreSQL its part of this agency, by
        the one connection through which all is read and written, one of SQLite the whole file.
        The folders of the workspace, and with them its own ledger, are held by ``Workspace.lock``.
        Errors: CannotRunError, also when somebody else holds it.
        """
        ledger = cls(engine_of(place, writing=True), place.agency, writing=True)
        with ExitStack() as held:
            held.callback(ledger.engine.dispose)
            if is_postgres(ledger.engine):
                hold(ledger.engine, place.agency)
            else:
                place.file.parent.mkdir(parents=True, exist_ok=True)
                if place.shared:
                    held.enter_context(alone(place.file.with_name(f"{place.file.name}.lock")))
            ledger._bring_up_to_date(place)
            ledger._held = held.pop_all()
        return ledger

    def _bring_up_to_date(self, place: Place) -> None:
        version = version_of(self.engine)
        if version == SCHEMA:
            return
        from pipeline.migrations import upgrade  # a quarter of a second, once in a version

        try:
            upgrade(self.engine)
        except LookupError as newer:
            raise CannotRunError(
                f"บัญชีข้อมูล {place} สร้างโดยโปรแกรมรุ่นใหม่กว่า (รุ่น {newer}) กรุณาปรับรุ่นโปรแกรม"
            ) from None

    @classmethod
    @contextmanager
    def view(cls, place: Place) -> Iterator[Self | None]:
        """Open the ledger only to read; None when there is none yet."""
        if not place.url and not place.file.exists():
            yield None
            return
        with cls(engine_of(place, writing=False), place.agency) as ledger:
            ledger._held.callback(ledger.engine.dispose)
            version = version_of(ledger.engine)
            if version not in {None, SCHEMA}:
                raise CannotRunError(
                    f"บัญชีข้อมูล {place} เป็นรุ่น {version} โปรแกรมนี้ใช้รุ่น {SCHEMA} "
                    "กรุณาสั่ง sokhoro1 run ก่อน"
                )
            yield ledger if version else None

    @contextmanager
    def of(self, agency: str) -> Iterator[Self]:
        """Another agency's part, through the same connection; held where this one is.

        For who has many to do, one after the other. Errors: CannotRunError when it is held.
        """
        holds = self.writing and is_postgres(self.engine) and agency != self.agency
        if holds:
            hold(self.engine, agency)
        try:
            yield type(self)(self.engine, agency, writing=self.writing)
        finally:
            if holds:
                let_go(self.engine, agency)

    def close(self) -> None:
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- taking in

    def is_latest(self, original: Original, present: Collection[str]) -> bool:
        """True for bytes that are no news: seen here last, moved here, or latest of their months.

        A file that stays in the inbox is not dropped again at every look, nor is one that was
        only renamed; the same bytes beside themselves, or back again after others or after they
        were gone, are. ``present`` are the files of this look.
        """
        with self.engine.connect() as link:
            if last_seen(link, self.agency, original.file) == original.sha256:
                return True
            found = last_submission(link, self.agency, original)
            if found is None:
                return False
            # Under another name only what was taken: a name may have been what was wrong.
            file, decisions = answered_as(link, found)
            if "returned" in decisions or name_says(file) != name_says(original.file):
                return False
            if file not in present and last_seen(link, self.agency, file) == original.sha256:
                return True  # only renamed, or moved
            months = months_of(link, found)
            latest = {
                month: parts.get(original.part)
                for month, parts in read_latest(link, self.agency, months).items()
            }
        return bool(months) and all(
            (word := latest[month]) is not None and word.submission == found for month in months
        )

    def answered(self, original: Original) -> Drop:
        """Return how these bytes were answered last; LookupError when they never were."""
        with self.engine.connect() as link:
            found = last_submission(link, self.agency, original)
            if found is None:
                raise LookupError(f"never answered: {original.file}")
            return read_drop(link, found)

    def before(self, original: Original) -> Before:
        """Return what is known of the months when this file is dropped."""
        return self.before_part(original.part, self._overruled(original))

    def before_part(self, part: str, overruled: Mapping[Month, Rows] | None = None) -> Before:
        """Return what is known of the months when a part of the office says something new."""
        with self.engine.connect() as link:
            revisions = read_revisions(link, self.agency)
            explained = read_explanations(link, self.agency, part)
            spent = spent_answers(link, self.agency, part)
        current = {month: found[-1] for month, found in revisions.items()}
        own = {month: one for month, one in current.items() if part in one.parts}
        public = {month: self.rows_of(one.parts[part], month) for month, one in own.items()}
        questions = {
            month: tuple(
                with_explanations(
                    [f for f in self._told(one.parts[part]) if f.month == month], explained
                )
            )
            for month, one in own.items()
        }
        elsewhere = {
            month: {
                other: self.rows_of(submission, month)
                for other, submission in one.parts.items()
                if other != part
            }
            for month, one in current.items()
        }
        numbers = {month: one.number for month, one in own.items()}
        return Before(public, numbers, questions, elsewhere, overruled or {}, explained, spent)

    def _overruled(self, original: Original) -> dict[Month, Rows]:
        """Return what this file said last about months for which another file speaks since.

        A year's workbook saved again after one sheet was changed says nothing new about the
        month that a later workbook has corrected, or that went back to an earlier revision. A
        file that was gone in between is another drop.
        """
        with self.engine.connect() as link:
            asked = sa.select(SUBMISSION.c.id).where(
                SUBMISSION.c.agency == self.agency, SUBMISSION.c.file == original.file
            )
            last = link.execute(asked.order_by(SUBMISSION.c.id.desc()).limit(1)).scalar()
            if last is None or last_seen(link, self.agency, original.file) is None:
                return {}
            said = months_of(link, last)
            latest = {
                month: parts.get(original.part)
                for month, parts in read_latest(link, self.agency, said).items()
            }
        return {
            month: self.rows_of(last, month)
            for month in said
            if (word := latest.get(month)) is None or word.submission != last
        }

    def saw(self, arrived: Arrivals, today: date) -> None:
        """Remember which bytes lie at which path, and which paths are empty now.

        An inbox without any file is more likely a share that is not there: it says nothing.
        """
        present = arrived.files
        with self.engine.begin() as link:
            last = read_sightings(link, self.agency)
            news: list[tuple[str, str | None]] = [
                (original.file, original.sha256)
                for original in arrived.copies
                if last.get(original.file) != original.sha256
            ]
            if present:
                news += [(f, None) for f, sha in sorted(last.items()) if sha and f not in present]
            for file, sha256 in news:
                self._sight(link, file, sha256, today.isoformat())

    def _sight(self, link: sa.Connection, file: str, sha256: str | None, day: str) -> None:
        insert(link, SIGHTING, agency=self.agency, file=file, sha256=sha256, seen_on=day)

    def record(
        self, original: Original, judgement: "Judgement", accounts: Sequence[Account], today: date
    ) -> None:
        """Write one decision whole: drop, findings, accounts, rows, answers, what goes public."""
        day = today.isoformat()
        with self.engine.begin() as link:
            submission = insert(
                link,
                SUBMISSION,
                agency=self.agency,
                file=original.file,
                part=original.part,
                sha256=original.sha256,
                received_on=day,
            )
            self._sight(link, original.file, original.sha256, day)
            for position, finding in enumerate(judgement.findings):
                text = as_json(finding.kept())
                insert(link, FINDING, submission_id=submission, position=position, finding=text)
            for position, account in enumerate(accounts):
                text = as_json(account.kept())
                insert(link, ACCOUNT, submission_id=submission, position=position, account=text)
            for judged in judgement.months:
                self._record_month(link, submission, original.part, judged, day)
            # Last, so that what this decision makes public is the revision they are known after.
            for one in judgement.given:
                write_explanation(link, self.agency, submission, original.part, one, day)

    def record_explanation(self, part: str, given: Given, today: date) -> None:
        """Write down an answer that came without a workbook."""
        with self.engine.begin() as link:
            write_explanation(link, self.agency, None, part, given, today.isoformat())

    def record_answer(
        self, code: str, at: datetime, outcome: str, items: Iterable[Served] = ()
    ) -> FeedAnswer:
        """Write down one answer of e-GP's feed, whole or not at all; ``at`` is aware."""
        with self.engine.begin() as link:
            return write_answer(link, self.agency, code, at, outcome, items)

    def record_file(self, file: AnnouncementFile) -> None:
        """Write down how a dropped announcement was read, and that it lies there."""
        day = file.received_on.isoformat()
        with self.engine.begin() as link:
            write_file(link, self.agency, file)
            self._sight(link, file.file, file.sha256, day)

    def _record_month(
        self, link: sa.Connection, submission: int, part: str, judged: Judged, day: str
    ) -> None:
        month = str(judged.month)
        rows = [
            {
                "submission_id": submission,
                "month": month,
                "position": position,
                "procurement": as_json(row.kept()),
            }
            for position, row in enumerate(judged.rows)
        ]
        if rows:
            link.execute(SUBMISSION_ROW.insert(), rows)
        insert(
            link,
            SUBMISSION_MONTH,
            submission_id=submission,
            month=month,
            decision=judged.decision,
            nil=int(judged.nil),
        )
        if judged.decision == "accepted":
            publish_part(link, self.agency, judged.month, part, submission, day)

    def waiting(self) -> list[Waiting]:
        """Return what waits, with the questions it waits for."""
        return [
            Waiting(
                month,
                part,
                latest.submission,
                tuple(f for f in self.findings_of(latest.submission) if f.month == month),
            )
            for month, part, latest in self.history().waiting()
        ]

    def accept(self, waiting: Iterable[Waiting], today: date) -> None:
        """Make waiting months public as they stand; the day is written, not computed later."""
        for one in waiting:
            with self.engine.begin() as link:
                day = today.isoformat()
                publish_part(link, self.agency, one.month, one.part, one.submission, day)

    def restore(self, revision: Revision, reason: str, by: str, today: date) -> None:
        """Make a month's earlier revision, all parts as they were, its next one, and say why.

        Whatever was dropped for the month until now is overruled: it neither waits any longer
        nor is it news when it is seen again where it lies.
        """
        with self.engine.begin() as link:
            own = sa.select(sa.func.max(SUBMISSION.c.id)).where(SUBMISSION.c.agency == self.agency)
            last, day = link.execute(own).scalar_one(), today.isoformat()
            key = append_revision(link, self.agency, revision.month, revision.parts, day)
            insert(
                link,
                RESTORATION,
                revision_id=key,
                number=revision.number,
                after_submission=last,
                reason=reason,
                said_by=by,
            )

    def record_day(self, today: date) -> None:
        """Write down that from today on the calendar allows other claims than before."""
        with self.engine.begin() as link:
            insert(link, AS_OF, agency=self.agency, day=today.isoformat())

    # ---- reading

    def served(self) -> tuple[list[Served], list[date]]:
        """Return every item of the feed ever seen, and the days on which there was news."""
        with self.engine.connect() as link:
            return read_served(link, self.agency)

    def feed_answers(self) -> list[FeedAnswer]:
        with self.engine.connect() as link:
            return read_answers(link, self.agency)

    def announcement_files(self) -> list[AnnouncementFile]:
        with self.engine.connect() as link:
            return read_files(link, self.agency)

    def lies(self, original: Original) -> bool:
        """True for bytes that were seen last at this path of the inbox."""
        with self.engine.connect() as link:
            return last_seen(link, self.agency, original.file) == original.sha256

    def history(self) -> History:
        with self.engine.connect() as link:
            asked = sa.select(sa.func.max(AS_OF.c.day)).where(AS_OF.c.agency == self.agency)
            day = link.execute(asked).scalar()
            latest = read_latest(link, self.agency)
            return History(
                read_revisions(link, self.agency),
                latest,
                tuple(read_returned(link, self.agency, latest)),
                date.fromisoformat(day) if day else None,
            )

    def rows(self, revision: Revision) -> tuple[Procurement, ...]:
        """Return the rows of a revision, part after part."""
        parts = [(part, number) for part, number in sorted(revision.parts.items())]
        return tuple(row for _, number in parts for row in self.rows_of(number, revision.month))

    def rows_of(self, submission: int, month: Month) -> tuple[Procurement, ...]:
        """Return the rows of a drop; they never change, so they are read once."""
        rows = self._rows.get((submission, month))
        if rows is None:
            rows = self._read_rows(submission, month)
            if len(rows) <= MOST_REMEMBERED:
                self._rows[submission, month] = rows
        return rows

    def _read_rows(self, submission: int, month: Month) -> Rows:
        asked = (
            sa.select(SUBMISSION_ROW.c.procurement)
            .where(
                SUBMISSION_ROW.c.submission_id == submission,
                SUBMISSION_ROW.c.month == str(month),
            )
            .order_by(SUBMISSION_ROW.c.position)
        )
        with self.engine.connect() as link:
            return tuple(Procurement.of(json.loads(text)) for (text,) in link.execute(asked))

    def linked_rows(self) -> dict[tuple[int, Month], list[Procurement]]:
        """Return the rows that finance wrote addresses beside, by submission and month.

        Few have any: the others need not be read for it.
        """
        row = SUBMISSION_ROW.c
        asked = sa.select(row.submission_id, row.month, row.procurement).join(SUBMISSION)
        asked = asked.where(
            SUBMISSION.c.agency == self.agency, row.procurement.contains('"announcements":[')
        )
        found: dict[tuple[int, Month], list[Procurement]] = {}
        with self.engine.connect() as link:
            for submission, month, text in link.execute(asked.order_by(row.id)):
                key = submission, Month.parse(month)
                found.setdefault(key, []).append(Procurement.of(json.loads(text)))
        return found

    def sightings(self) -> list[tuple[str, str | None, date]]:
        """What was ever seen in the inbox, oldest first: path, sha256 (None: gone), day."""
        asked = sa.select(SIGHTING).where(SIGHTING.c.agency == self.agency)
        with self.engine.connect() as link:
            seen = link.execute(asked.order_by(SIGHTING.c.id)).all()
        return [(row.file, row.sha256, date.fromisoformat(row.seen_on)) for row in seen]

    def is_nil(self, revision: Revision) -> bool:
        """True when every part of the month says that nothing was bought."""
        asked = sa.select(SUBMISSION_MONTH.c.nil).where(
            SUBMISSION_MONTH.c.submission_id.in_(revision.parts.values()),
            SUBMISSION_MONTH.c.month == str(revision.month),
        )
        with self.engine.connect() as link:
            return all(nil for (nil,) in link.execute(asked))

    def drops(self) -> tuple[Drop, ...]:
        """The last answer to each path of the inbox, in the order in which they came."""
        with self.engine.connect() as link:
            asked = sa.select(sa.func.max(SUBMISSION.c.id))
            own = asked.where(SUBMISSION.c.agency == self.agency).group_by(SUBMISSION.c.file)
            return tuple(read_drop(link, key) for key in sorted(link.execute(own).scalars()))

    def past_drops(self) -> tuple[PastDrop, ...]:
        """Every drop that was ever answered, as it was decided on its day, oldest first."""
        own = sa.select(SUBMISSION).where(SUBMISSION.c.agency == self.agency)
        with self.engine.connect() as link:
            months = months_of_drops(link, self.agency)
            findings = findings_of_drops(link, self.agency)
            return tuple(
                PastDrop(
                    row.id,
                    row.file,
                    row.part,
                    row.sha256,
                    date.fromisoformat(row.received_on),
                    months.get(row.id, {}),
                    tuple(findings.get(row.id, ())),
                )
                for row in link.execute(own.order_by(SUBMISSION.c.id))
            )

    def sources(self, revision: Revision) -> list[str]:
        """The originals (sha256) that a revision was made from, in order."""
        asked = sa.select(SUBMISSION.c.sha256).where(SUBMISSION.c.id.in_(revision.parts.values()))
        with self.engine.connect() as link:
            return sorted(link.execute(asked).scalars())

    def findings_of(self, submission: int) -> tuple[Finding, ...]:
        """The findings of a drop, each with the explanation that it has by now."""
        with self.engine.connect() as link:
            return tuple(read_findings(link, submission))

    def _told(self, submission: int) -> tuple[Finding, ...]:
        """The findings of a drop as they were told; they never change, so they are read once."""
        found = self._findings.get(submission)
        if found is None:
            with self.engine.connect() as link:
                found = tuple(told_findings(link, submission))
            if len(found) <= MOST_REMEMBERED:
                self._findings[submission] = found
        return found

    def questions(self) -> list[tuple[Month, str, Finding]]:
        """Return what is asked now and not yet answered, by month and part of the office.

        Of the latest word about a month, and of what is public: that may be an earlier one.
        """
        history = self.history()
        asked: dict[tuple[Month, str, str], Finding] = {}
        for month, parts in sorted(history.latest.items()):
            public = history.current(month)
            for part, word in sorted(parts.items()):
                standing = public.parts.get(part, word.submission) if public else word.submission
                findings = (*self.findings_of(word.submission), *self.findings_of(standing))
                for finding in findings:
                    if finding.severity == "explain" and finding.open and finding.month == month:
                        asked.setdefault((month, part, finding.key), finding)
        return [(month, part, finding) for (month, part, _), finding in asked.items()]

    def explained_rows(
        self, revision: Revision, following: Revision | None
    ) -> dict[int, tuple[Explanation, ...]]:
        """Return the explanations of a revision by row, counted over ``rows(revision)``.

        A superseded revision shows what was known while it stood, nothing later.
        """
        found: dict[int, tuple[Explanation, ...]] = {}
        index = 0
        for part, submission in sorted(revision.parts.items()):
            with self.engine.connect() as link:
                known = by_subject(link, self.agency, part, revision.month, following)
            for row in self.rows_of(submission, revision.month):
                if known and (explanations := known.get(row.fingerprint)):
                    found[index] = explanations
                index += 1
        return found

    def explained_month(
        self, revision: Revision, earlier: Revision | None, following: Revision | None
    ) -> tuple[Explanation, ...]:
        """Return the explanations of a revision that have no row to stand beside.

        Why it corrected the one before is said of the parts that it changed.
        """
        told: list[Explanation] = []
        for part, submission in sorted(revision.parts.items()):
            # What was asked when this part first came is no reason for going back to it.
            changed = revision.restored is None and (
                earlier is None or earlier.parts.get(part) != submission
            )
            with self.engine.connect() as link:
                known = read_explanations(link, self.agency, part, following)
                findings = read_findings(link, submission) if known else []
            told += [
                known[finding.key]
                for finding in findings
                if finding.month == revision.month
                and finding.key in known
                and not finding.is_of_a_row
                and (changed or finding.rule not in CORRECTIONS)
            ]
        return tuple(told)

    def extent(self) -> tuple[tuple[str, int], ...]:
        """Return how many rows each table has from which a site is made.

        Nothing is ever changed or removed in them, so the same extent is the same ledger.
        """
        found = []
        with self.engine.connect() as link:
            for table in METADATA.sorted_tables:
                if not table.name.startswith("notice"):  # messages; no page speaks of them
                    rows = own(table, self.agency).subquery()
                    asked = sa.select(sa.func.count()).select_from(rows)
                    found.append((table.name, int(link.execute(asked).scalar_one())))
        return tuple(found)

    def releases(self) -> tuple[Release, ...]:
        """Return every release, the oldest first."""
        with self.engine.connect() as link:
            own = sa.select(RELEASE).where(RELEASE.c.agency == self.agency)
            rows = link.execute(own.order_by(RELEASE.c.id)).all()
        return tuple(
            Release(row.name, row.previous, date.fromisoformat(row.published_on)) for row in rows
        )

    def record_release(self, release: Release, revisions: Iterable[Revision]) -> None:
        """Write down a release, and which revisions it shows for the first time."""
        with self.engine.begin() as link:
            key = insert(
                link,
                RELEASE,
                agency=self.agency,
                name=release.name,
                previous=release.previous,
                published_on=release.day.isoformat(),
            )
            for revision in revisions:
                insert(link, RELEASE_REVISION, release_id=key, revision_id=revision.key)
