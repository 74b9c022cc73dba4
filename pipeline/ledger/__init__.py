"""The ledger: what was dropped, what was decided, what was published. It only grows.

Everything under ``output/`` but the ledger, the originals and the keys is made from it. One
decision is one transaction, so a run may be killed at any moment. SQLAlchemy Core, no ORM; only
Integer and Text, days as ISO text, rows as JSON text: the same on SQLite and PostgreSQL.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from pipeline import CannotRunError
from pipeline.inbox import Arrivals, Original
from pipeline.ledger.drops import (
    answered_as,
    as_json,
    findings_of_drops,
    last_submission,
    months_of,
    months_of_drops,
    name_says,
    read_drop,
    read_findings,
    read_returned,
    read_sightings,
)
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
    RELEASE,
    RELEASE_REVISION,
    RESTORATION,
    SCHEMA,
    SIGHTING,
    SUBMISSION,
    SUBMISSION_MONTH,
    SUBMISSION_ROW,
    insert,
    sqlite_engine,
    version_of,
)
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


class Ledger:
    """Reads and appends; nothing here updates or deletes a row."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the ledger for writing; make it, or bring it to today's schema, where needed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = sqlite_engine(path, writing=True)
        version = version_of(engine)
        if version != SCHEMA:
            from pipeline.migrations import upgrade  # a quarter of a second, once in a version

            try:
                upgrade(engine, known=version)
            except LookupError:
                raise CannotRunError(
                    f"บัญชีข้อมูล {path} สร้างโดยโปรแกรมรุ่นใหม่กว่า (รุ่น {version}) กรุณาปรับรุ่นโปรแกรม"
                ) from None
        return cls(engine)

    @classmethod
    @contextmanager
    def view(cls, path: Path) -> Iterator[Self | None]:
        """Open the ledger only to read; None when there is none yet."""
        if not path.exists():
            yield None
            return
        with cls(sqlite_engine(path, writing=False)) as ledger:
            version = version_of(ledger.engine)
            if version not in {None, SCHEMA}:
                raise CannotRunError(
                    f"บัญชีข้อมูล {path} เป็นรุ่น {version} โปรแกรมนี้ใช้รุ่น {SCHEMA} กรุณาสั่ง sokhoro1 run ก่อน"
                )
            yield ledger if version else None

    def close(self) -> None:
        self.engine.dispose()

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
            seen = read_sightings(link)
            if seen.get(original.file) == original.sha256:
                return True
            found = last_submission(link, original)
            if found is None:
                return False
            # Under another name only what was taken: a name may have been what was wrong.
            file, decisions = answered_as(link, found)
            if "returned" in decisions or name_says(file) != name_says(original.file):
                return False
            if file not in present and seen.get(file) == original.sha256:
                return True  # only renamed, or moved
            months = months_of(link, found)
            latest = {m: p.get(original.part) for m, p in read_latest(link).items()}
        return bool(months) and all(
            (word := latest[month]) is not None and word.submission == found for month in months
        )

    def answered(self, original: Original) -> Drop:
        """Return how these bytes were answered last; LookupError when they never were."""
        with self.engine.connect() as link:
            found = last_submission(link, original)
            if found is None:
                raise LookupError(f"never answered: {original.file}")
            return read_drop(link, found)

    def before(self, original: Original) -> Before:
        """Return what is known of the months when this file is dropped."""
        return self.before_part(original.part, self._overruled(original))

    def before_part(self, part: str, overruled: Mapping[Month, Rows] | None = None) -> Before:
        """Return what is known of the months when a part of the office says something new."""
        current = {month: found[-1] for month, found in self.history().revisions.items()}
        own = {month: one for month, one in current.items() if part in one.parts}
        public = {month: self.rows_of(one.parts[part], month) for month, one in own.items()}
        questions = {
            month: tuple(f for f in self.findings_of(one.parts[part]) if f.month == month)
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
        with self.engine.connect() as link:
            known, spent = read_explanations(link, part), spent_answers(link, part)
        return Before(public, numbers, questions, elsewhere, overruled or {}, known, spent)

    def _overruled(self, original: Original) -> dict[Month, Rows]:
        """Return what this file said last about months for which another file speaks since.

        A year's workbook saved again after one sheet was changed says nothing new about the
        month that a later workbook has corrected, or that went back to an earlier revision. A
        file that was gone in between is another drop.
        """
        with self.engine.connect() as link:
            asked = sa.select(SUBMISSION.c.id).where(SUBMISSION.c.file == original.file)
            last = link.execute(asked.order_by(SUBMISSION.c.id.desc()).limit(1)).scalar()
            if last is None or read_sightings(link).get(original.file) is None:
                return {}
            latest = {
                month: parts.get(original.part) for month, parts in read_latest(link).items()
            }
            said = months_of(link, last)
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
            last = read_sightings(link)
            news: list[tuple[str, str | None]] = [
                (original.file, original.sha256)
                for original in arrived.originals
                if last.get(original.file) != original.sha256
            ]
            if present:
                news += [(f, None) for f, sha in sorted(last.items()) if sha and f not in present]
            for file, sha256 in news:
                link.execute(
                    SIGHTING.insert(),
                    {"file": file, "sha256": sha256, "seen_on": today.isoformat()},
                )

    def record(
        self, original: Original, judgement: "Judgement", accounts: Sequence[Account], today: date
    ) -> None:
        """Write one decision whole: drop, findings, accounts, rows, answers, what goes public."""
        day = today.isoformat()
        with self.engine.begin() as link:
            submission = insert(
                link,
                SUBMISSION,
                file=original.file,
                part=original.part,
                sha256=original.sha256,
                received_on=day,
            )
            insert(link, SIGHTING, file=original.file, sha256=original.sha256, seen_on=day)
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
                write_explanation(link, submission, original.part, one, day)

    def record_explanation(self, part: str, given: Given, today: date) -> None:
        """Write down an answer that came without a workbook."""
        with self.engine.begin() as link:
            write_explanation(link, None, part, given, today.isoformat())

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
            publish_part(link, judged.month, part, submission, day)

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
                publish_part(link, one.month, one.part, one.submission, today.isoformat())

    def restore(self, revision: Revision, reason: str, by: str, today: date) -> None:
        """Make a month's earlier revision, all parts as they were, its next one, and say why.

        Whatever was dropped for the month until now is overruled: it neither waits any longer
        nor is it news when it is seen again where it lies.
        """
        with self.engine.begin() as link:
            current = read_revisions(link, revision.month)[revision.month][-1]
            last = link.execute(sa.select(sa.func.max(SUBMISSION.c.id))).scalar_one()
            day = today.isoformat()
            key = append_revision(link, revision.month, current.number + 1, revision.parts, day)
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
            insert(link, AS_OF, day=today.isoformat())

    # ---- reading

    def history(self) -> History:
        with self.engine.connect() as link:
            day = link.execute(sa.select(sa.func.max(AS_OF.c.day))).scalar()
            latest = read_latest(link)
            return History(
                read_revisions(link),
                latest,
                tuple(read_returned(link, latest)),
                date.fromisoformat(day) if day else None,
            )

    def rows(self, revision: Revision) -> tuple[Procurement, ...]:
        """Return the rows of a revision, part after part."""
        parts = [(part, number) for part, number in sorted(revision.parts.items())]
        return tuple(row for _, number in parts for row in self.rows_of(number, revision.month))

    def rows_of(self, submission: int, month: Month) -> tuple[Procurement, ...]:
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
            asked = sa.select(SUBMISSION.c.file, sa.func.max(SUBMISSION.c.id))
            last = link.execute(asked.group_by(SUBMISSION.c.file)).all()
            return tuple(read_drop(link, key) for key in sorted(key for _, key in last))

    def past_drops(self) -> tuple[PastDrop, ...]:
        """Every drop that was ever answered, as it was decided on its day, oldest first."""
        with self.engine.connect() as link:
            months = months_of_drops(link)
            findings = findings_of_drops(link)
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
                for row in link.execute(sa.select(SUBMISSION).order_by(SUBMISSION.c.id))
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
                known = by_subject(link, part, revision.month, following)
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
                known = read_explanations(link, part, following)
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

    def releases(self) -> tuple[Release, ...]:
        """Return every release, the oldest first."""
        with self.engine.connect() as link:
            rows = link.execute(sa.select(RELEASE).order_by(RELEASE.c.id)).all()
        return tuple(
            Release(row.name, row.previous, date.fromisoformat(row.published_on)) for row in rows
        )

    def record_release(self, release: Release, revisions: Iterable[Revision]) -> None:
        """Write down a release, and which revisions it shows for the first time."""
        with self.engine.begin() as link:
            key = insert(
                link,
                RELEASE,
                name=release.name,
                previous=release.previous,
                published_on=release.day.isoformat(),
            )
            for revision in revisions:
                insert(link, RELEASE_REVISION, release_id=key, revision_id=revision.key)
