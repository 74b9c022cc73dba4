"""The ledger: what was dropped, what was decided, what was published. It only grows.

Everything under ``output/`` but the ledger, the originals and the keys is made from it. One
decision is one transaction, so a run may be killed at any moment. SQLAlchemy Core, no ORM; only
Integer and Text, days as ISO text, rows as JSON text: the same on SQLite and PostgreSQL.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from pipeline import CannotRunError
from pipeline.inbox import Arrivals, Original
from pipeline.tables import (
    ACCOUNT,
    AS_OF,
    EXPLANATION,
    FINDING,
    RELEASE,
    RELEASE_REVISION,
    RESTORATION,
    REVISION,
    REVISION_PART,
    SCHEMA,
    SIGHTING,
    SUBMISSION,
    SUBMISSION_MONTH,
    SUBMISSION_ROW,
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
    Latest,
    MonthOfDrop,
    PastDrop,
    Release,
    Restored,
    Revision,
    Rows,
    Waiting,
)
from schemas.month import Month
from schemas.procurement import Procurement
from schemas.rules import CORRECTIONS
from schemas.thai import months_in

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
            seen = _sightings(link)
            if seen.get(original.file) == original.sha256:
                return True
            found = _last_submission(link, original)
            if found is None:
                return False
            # Under another name only what was taken: a name may have been what was wrong.
            file, decisions = _answered_as(link, found)
            if "returned" in decisions or _name_says(file) != _name_says(original.file):
                return False
            if file not in present and seen.get(file) == original.sha256:
                return True  # only renamed, or moved
            months = _months_of(link, found)
            latest = {m: p.get(original.part) for m, p in _latest(link).items()}
        return bool(months) and all(
            (word := latest[month]) is not None and word.submission == found for month in months
        )

    def answered(self, original: Original) -> Drop:
        """Return how these bytes were answered last; LookupError when they never were."""
        with self.engine.connect() as link:
            found = _last_submission(link, original)
            if found is None:
                raise LookupError(f"never answered: {original.file}")
            return _drop(link, found)

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
            known, spent = _explanations(link, part), _spent(link, part)
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
            if last is None or _sightings(link).get(original.file) is None:
                return {}
            latest = {month: parts.get(original.part) for month, parts in _latest(link).items()}
            said = _months_of(link, last)
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
            last = _sightings(link)
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
                text = _json(finding.kept())
                insert(link, FINDING, submission_id=submission, position=position, finding=text)
            for position, account in enumerate(accounts):
                text = _json(account.kept())
                insert(link, ACCOUNT, submission_id=submission, position=position, account=text)
            for judged in judgement.months:
                self._record_month(link, submission, original.part, judged, day)
            # Last, so that what this decision makes public is the revision they are known after.
            for one in judgement.given:
                _record_explanation(link, submission, original.part, one, day)

    def record_explanation(self, part: str, given: Given, today: date) -> None:
        """Write down an answer that came without a workbook."""
        with self.engine.begin() as link:
            _record_explanation(link, None, part, given, today.isoformat())

    def _record_month(
        self, link: sa.Connection, submission: int, part: str, judged: Judged, day: str
    ) -> None:
        month = str(judged.month)
        rows = [
            {
                "submission_id": submission,
                "month": month,
                "position": position,
                "procurement": _json(row.kept()),
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
            _publish(link, judged.month, part, submission, day)

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
                _publish(link, one.month, one.part, one.submission, today.isoformat())

    def restore(self, revision: Revision, reason: str, by: str, today: date) -> None:
        """Make a month's earlier revision, all parts as they were, its next one, and say why.

        Whatever was dropped for the month until now is overruled: it neither waits any longer
        nor is it news when it is seen again where it lies.
        """
        with self.engine.begin() as link:
            current = _revisions(link, revision.month)[revision.month][-1]
            last = link.execute(sa.select(sa.func.max(SUBMISSION.c.id))).scalar_one()
            day = today.isoformat()
            key = _append(link, revision.month, current.number + 1, revision.parts, day)
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
            latest = _latest(link)
            return History(
                _revisions(link),
                latest,
                tuple(_returned(link, latest)),
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
            return tuple(_drop(link, key) for key in sorted(key for _, key in last))

    def past_drops(self) -> tuple[PastDrop, ...]:
        """Every drop that was ever answered, as it was decided on its day, oldest first."""
        with self.engine.connect() as link:
            months = _months_of_drops(link)
            findings = _findings_of_drops(link)
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
            return tuple(_findings(link, submission))

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
                known = _by_subject(link, part, revision.month, following)
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
                known = _explanations(link, part, following)
                findings = _findings(link, submission) if known else []
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


# ---- statements


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def insert(link: sa.Connection, table: sa.Table, **values: object) -> int:
    key = link.execute(table.insert(), values).inserted_primary_key
    if key is None:
        raise RuntimeError(f"no key for a new row of {table.name}")
    return int(key[0])


def _publish(link: sa.Connection, month: Month, part: str, submission: int, day: str) -> None:
    """Append the next revision of a month: the current one with this part replaced."""
    current = _revisions(link, month).get(month, ())
    parts = dict(current[-1].parts) if current else {}
    number = current[-1].number + 1 if current else 1
    _append(link, month, number, parts | {part: submission}, day)


def _append(
    link: sa.Connection, month: Month, number: int, parts: Mapping[str, int], day: str
) -> int:
    key = insert(link, REVISION, month=str(month), number=number, accepted_on=day)
    for name, carried in sorted(parts.items()):
        insert(link, REVISION_PART, revision_id=key, part=name, submission_id=carried)
    return key


def _revisions(
    link: sa.Connection, month: Month | None = None
) -> dict[Month, tuple[Revision, ...]]:
    asked = (
        sa.select(REVISION, REVISION_PART.c.part, REVISION_PART.c.submission_id)
        .join(REVISION_PART)
        .order_by(REVISION.c.id)
    )
    if month is not None:
        asked = asked.where(REVISION.c.month == str(month))
    after = _releases_before(link)
    restored = {
        row.revision_id: Restored(row.number, row.reason, row.said_by)
        for row in link.execute(sa.select(RESTORATION))
    }
    found: dict[int, Revision] = {}
    for row in link.execute(asked):
        known = found.get(row.id)
        parts = {**(known.parts if known else {}), row.part: row.submission_id}
        found[row.id] = Revision(
            Month.parse(row.month),
            row.number,
            date.fromisoformat(row.accepted_on),
            parts,
            row.id,
            after.get(row.id),
            restored.get(row.id),
        )
    by_month: dict[Month, tuple[Revision, ...]] = {}
    for revision in found.values():
        by_month[revision.month] = (*by_month.get(revision.month, ()), revision)
    return by_month


def _releases_before(link: sa.Connection) -> dict[int, int]:
    """For each revision that was ever public, how many releases there were before its first."""
    releases = link.execute(sa.select(RELEASE.c.id).order_by(RELEASE.c.id)).scalars()
    position = {key: number for number, key in enumerate(releases)}
    asked = sa.select(RELEASE_REVISION).order_by(RELEASE_REVISION.c.id)
    return {row.revision_id: position[row.release_id] for row in link.execute(asked)}


def _latest(link: sa.Connection) -> dict[Month, dict[str, Latest]]:
    public = {
        (row.month, row.submission_id)
        for row in link.execute(
            sa.select(REVISION.c.month, REVISION_PART.c.submission_id).join(REVISION_PART)
        )
    }
    asked = (
        sa.select(SUBMISSION_MONTH, SUBMISSION.c.file, SUBMISSION.c.part, SUBMISSION.c.received_on)
        .join(SUBMISSION)
        .order_by(SUBMISSION_MONTH.c.id)
    )
    latest: dict[Month, dict[str, Latest]] = {}
    for row in link.execute(asked.where(SUBMISSION_MONTH.c.decision != "repeated")):
        latest.setdefault(Month.parse(row.month), {})[row.part] = Latest(
            row.submission_id,
            row.file,
            row.decision,
            date.fromisoformat(row.received_on),
            (row.month, row.submission_id) in public,
        )
    for month, (after, back) in _restorations(link).items():
        since = {p: word for p, word in latest[month].items() if word.submission > after}
        latest[month] = {**back, **since}
    return latest


def _restorations(link: sa.Connection) -> dict[Month, tuple[int, dict[str, Latest]]]:
    """For a month that went back: the last drop before that, and the words that count again."""
    asked = (
        sa.select(
            REVISION.c.month,
            RESTORATION.c.revision_id,
            RESTORATION.c.after_submission,
            REVISION_PART.c.submission_id,
            SUBMISSION,
        )
        .join(REVISION, REVISION.c.id == RESTORATION.c.revision_id)
        .join(REVISION_PART, REVISION_PART.c.revision_id == REVISION.c.id)
        .join(SUBMISSION, SUBMISSION.c.id == REVISION_PART.c.submission_id)
    )
    found: dict[Month, tuple[int, dict[str, Latest]]] = {}
    seen: dict[Month, int] = {}
    for row in link.execute(asked.order_by(RESTORATION.c.id, REVISION_PART.c.id)):
        month = Month.parse(row.month)
        if seen.get(month) != row.revision_id:
            seen[month], found[month] = row.revision_id, (row.after_submission, {})
        received = date.fromisoformat(row.received_on)
        found[month][1][row.part] = Latest(
            row.submission_id, row.file, "accepted", received, public=True
        )
    return found


def _returned(link: sa.Connection, latest: Mapping[Month, Mapping[str, Latest]]) -> Iterator[str]:
    """Files that lie there as they were sent back: a month's latest word, or one of no month."""
    lying = _sightings(link)
    last = {row.file: row for row in link.execute(sa.select(SUBMISSION).order_by(SUBMISSION.c.id))}
    words = {word.submission: word for parts in latest.values() for word in parts.values()}
    sent_back = {key for key, word in words.items() if word.decision == "returned"}
    for file, drop in sorted(last.items()):
        if lying.get(file) == drop.sha256 and (
            drop.id in sent_back
            or not _months_of(link, drop.id)
            or any(f.severity == "fix" and f.month is None for f in _findings(link, drop.id))
        ):
            yield file


def _sightings(link: sa.Connection) -> dict[str, str | None]:
    """For each path of the inbox what was last seen there."""
    asked = sa.select(SIGHTING.c.file, SIGHTING.c.sha256).order_by(SIGHTING.c.id)
    return {row.file: row.sha256 for row in link.execute(asked)}


def _answered_as(link: sa.Connection, submission: int) -> tuple[str, set[str]]:
    """Under which name a drop came, and what was decided; "returned" for one without a month."""
    file = sa.select(SUBMISSION.c.file).where(SUBMISSION.c.id == submission)
    asked = sa.select(SUBMISSION_MONTH.c.decision)
    asked = asked.where(SUBMISSION_MONTH.c.submission_id == submission)
    return link.execute(file).scalar_one(), set(link.execute(asked).scalars()) or {"returned"}


def _name_says(file: str) -> list[tuple[int | None, int]]:
    """The months that a file's name states: they belong to what the file says."""
    return months_in(PurePath(file).stem)


def _last_submission(link: sa.Connection, original: Original) -> int | None:
    asked = sa.select(SUBMISSION.c.id).where(
        SUBMISSION.c.sha256 == original.sha256, SUBMISSION.c.part == original.part
    )
    return link.execute(asked.order_by(SUBMISSION.c.id.desc()).limit(1)).scalar()


def _drop(link: sa.Connection, submission: int) -> Drop:
    row = link.execute(sa.select(SUBMISSION).where(SUBMISSION.c.id == submission)).one()
    rows = sa.select(sa.func.count()).where(SUBMISSION_ROW.c.submission_id == submission)
    return Drop(
        row.id,
        row.file,
        row.part,
        row.sha256,
        date.fromisoformat(row.received_on),
        tuple(_months_of(link, submission)),
        int(link.execute(rows).scalar_one()),
        tuple(_findings(link, submission)),
        tuple(_accounts(link, submission)),
    )


def _accounts(link: sa.Connection, submission: int) -> list[Account]:
    asked = sa.select(ACCOUNT.c.account).where(ACCOUNT.c.submission_id == submission)
    return [
        Account(**json.loads(text)) for (text,) in link.execute(asked.order_by(ACCOUNT.c.position))
    ]


def _months_of(link: sa.Connection, submission: int) -> list[Month]:
    asked = sa.select(SUBMISSION_MONTH.c.month).where(
        SUBMISSION_MONTH.c.submission_id == submission
    )
    return sorted(Month.parse(month) for (month,) in link.execute(asked))


def _months_of_drops(link: sa.Connection) -> dict[int, dict[Month, MonthOfDrop]]:
    row, drop = SUBMISSION_ROW.c, SUBMISSION_MONTH.c
    asked = sa.select(row.submission_id, row.month, sa.func.count())
    counted = asked.group_by(row.submission_id, row.month)
    rows = {(key, month): number for key, month, number in link.execute(counted)}
    months: dict[int, dict[Month, MonthOfDrop]] = {}
    for said in link.execute(sa.select(SUBMISSION_MONTH).order_by(drop.month)):
        key = said.submission_id
        months.setdefault(key, {})[Month.parse(said.month)] = MonthOfDrop(
            said.decision, rows.get((key, said.month), 0), bool(said.nil)
        )
    return months


def _findings_of_drops(link: sa.Connection) -> dict[int, list[Finding]]:
    asked = sa.select(FINDING.c.submission_id, FINDING.c.finding)
    findings: dict[int, list[Finding]] = {}
    for key, text in link.execute(asked.order_by(FINDING.c.submission_id, FINDING.c.position)):
        findings.setdefault(key, []).append(Finding.of(json.loads(text)))
    parts = {row.id: row.part for row in link.execute(sa.select(SUBMISSION))}
    known = {part: _explanations(link, part) for part in set(parts.values())}
    return {key: _explained(found, known[parts[key]]) for key, found in findings.items()}


def _findings(link: sa.Connection, submission: int) -> list[Finding]:
    asked = sa.select(FINDING.c.finding).where(FINDING.c.submission_id == submission)
    found = [
        Finding.of(json.loads(text))
        for (text,) in link.execute(asked.order_by(FINDING.c.position))
    ]
    part = sa.select(SUBMISSION.c.part).where(SUBMISSION.c.id == submission)
    return _explained(found, _explanations(link, link.execute(part).scalar_one()))


def _explained(findings: list[Finding], known: Mapping[str, Explanation]) -> list[Finding]:
    if not known:
        return findings
    return [
        replace(f, explanation=known.get(f.key)) if f.severity == "explain" else f
        for f in findings
    ]


# ---- explanations


def _record_explanation(
    link: sa.Connection, submission: int | None, part: str, given: Given, day: str
) -> None:
    revisions = _revisions(link, given.month).get(given.month, ())
    insert(
        link,
        EXPLANATION,
        submission_id=submission,
        part=part,
        month=str(given.month),
        rule=given.rule,
        subject=given.subject,
        key=given.key,
        answered=given.answered,
        reason=given.reason,
        said_by=given.by,
        given_on=day,
        after_revision=revisions[-1].key if revisions else 0,
    )


def _explanations(
    link: sa.Connection, part: str, following: Revision | None = None
) -> dict[str, Explanation]:
    """The last answer to each question of a part, by the key of the question.

    With ``following`` only what was known before that revision came.
    """
    asked = sa.select(EXPLANATION).where(EXPLANATION.c.part == part)
    if following is not None:
        asked = asked.where(EXPLANATION.c.after_revision < following.key)
    return {row.key: _explanation(row) for row in link.execute(asked.order_by(EXPLANATION.c.id))}


def _explanation(row: sa.Row[Any]) -> Explanation:
    return Explanation(row.rule, row.reason, row.said_by, date.fromisoformat(row.given_on))


def _spent(link: sa.Connection, part: str) -> frozenset[tuple[str, str, str]]:
    """The answers whose facts have been public: (key of the line, reason, by)."""
    last = sa.select(REVISION.c.month, sa.func.max(REVISION.c.id)).group_by(REVISION.c.month)
    newest = {month: int(key) for month, key in link.execute(last)}
    asked = (
        sa.select(EXPLANATION, SUBMISSION_MONTH.c.decision)
        .outerjoin(
            SUBMISSION_MONTH,
            sa.and_(
                SUBMISSION_MONTH.c.submission_id == EXPLANATION.c.submission_id,
                SUBMISSION_MONTH.c.month == EXPLANATION.c.month,
            ),
        )
        .where(EXPLANATION.c.part == part)
    )
    return frozenset(
        (row.answered, row.reason, row.said_by)
        for row in link.execute(asked)
        if row.decision in {"accepted", "unchanged"}
        or newest.get(row.month, 0) > row.after_revision
    )


def _by_subject(
    link: sa.Connection, part: str, month: Month, following: Revision | None
) -> dict[str, tuple[Explanation, ...]]:
    """The last answer of each rule, by the fingerprint of the row that it speaks of."""
    asked = sa.select(EXPLANATION).where(
        EXPLANATION.c.part == part, EXPLANATION.c.month == str(month)
    )
    if following is not None:
        asked = asked.where(EXPLANATION.c.after_revision < following.key)
    last: dict[tuple[str, str], Explanation] = {}
    for row in link.execute(asked.order_by(EXPLANATION.c.id)):
        last[row.subject, row.rule] = _explanation(row)
    found: dict[str, tuple[Explanation, ...]] = {}
    for (subject, _), explanation in last.items():
        found[subject] = (*found.get(subject, ()), explanation)
    return found
