"""What is known about announcements, held against the rows that are public. Pure but for `known`.

Only what belongs to a row of ours is shown in public: a feed may serve another department's
items, and a number in a file's name may be wrong. The rest is kept, and finance is told of it.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline import CannotRunError
from pipeline.ledger import Ledger
from pipeline.places import folder_of
from pipeline.summarise import Summaries
from schemas.announcement import (
    ANSWERED,
    Announcement,
    AnnouncementFile,
    Announcements,
    Served,
    egp_link,
    own_link,
    projects_in,
)
from schemas.config import LAW_THRESHOLDS, Threshold, in_force
from schemas.history import History
from schemas.month import Month
from schemas.personal import public
from schemas.procurement import Procurement
from schemas.status import Announced
from schemas.summary import MonthlySummary

FOLDER = "announcements/"


# ---- what the ledger knows


def known(
    history: History, ledger: Ledger, summaries: Summaries, base_url: str = ""
) -> Announcements:
    """Return every announcement that the ledger knows, each by its project or its row.

    ``base_url`` is the address of our site: links of finance to its host are links as well.
    """
    served, days = ledger.served()
    files = ledger.announcement_files()
    answered = [one.at.date() for one in ledger.feed_answers() if one.outcome == ANSWERED]
    by_row = dict(_of_workbooks(history, ledger, base_url))
    projects: dict[str, list[Announcement]] = defaultdict(list)
    for item in served:
        if item.project:
            projects[item.project].append(item.announcement)
    homes, copies = homes_of(summaries), {}
    for file in published_files(files, homes):
        copies[copy_of(file, homes)] = file.sha256
        projects[file.projects[0]].append(replace(file.announcement, path=copy_of(file, homes)))
    return Announcements(
        by_project={number: in_order(found) for number, found in sorted(projects.items())},
        by_row=by_row,
        looked=bool(answered or projects or by_row),
        news=tuple(sorted({*days, *(file.received_on for file in files)})),
        copies=copies,
        asked=min(answered, default=None),
    )


def in_order(found: Iterable[Announcement]) -> tuple[Announcement, ...]:
    """Return them as a chain: kind after kind, each by its day; the same twice is there once."""

    def place(one: Announcement) -> tuple[int, date, str, str]:
        return one.place, one.day or one.seen or date.max, one.source, one.url or one.path

    return tuple(sorted(dict.fromkeys(found), key=place))


def _of_workbooks(
    history: History, ledger: Ledger, base_url: str
) -> Iterator[tuple[tuple[Month, str], tuple[Announcement, ...]]]:
    """Give the links that finance wrote beside a public row, by month and the row's facts.

    A workbook that only adds links changes no row: it makes no revision, and still is heard.
    """
    linked = ledger.linked_rows()
    for month, revisions in sorted(history.revisions.items()) if linked else ():
        current = revisions[-1]
        heard = [
            (submission, current.accepted_on) for _, submission in sorted(current.parts.items())
        ]
        heard += [
            (word.submission, word.received_on)
            for word in history.latest.get(month, {}).values()
            if word.decision == "unchanged" and word.submission not in current.parts.values()
        ]
        found: dict[str, list[Announcement]] = defaultdict(list)
        for submission, day in heard:
            for row in map(public, linked.get((submission, month), ())):
                found[row.fingerprint] += links_of(row, day, base_url)
        for fingerprint, links in sorted(found.items()):
            if links:
                first = {one.url: one for one in reversed(links)}
                yield (month, fingerprint), in_order(first.values())


def links_of(row: Procurement, day: date | None, base_url: str = "") -> list[Announcement]:
    """Return the addresses that stand beside a row and may be links."""
    number = number_of(row)
    return [
        Announcement(None, None, None, day, "workbook", number, url=link)
        for text in row.announcements
        if (link := egp_link(text) or own_link(text, base_url))
    ]


# ---- files


def homes_of(summaries: Summaries) -> dict[str, Month]:
    """Return for each project number ever public the month whose folder its files lie in.

    The month that was public first: an address never changes because another month comes.
    """
    every = sorted(
        (*summaries.public, *summaries.superseded),
        key=lambda one: (one.published_on, one.month, one.revision),
    )
    homes: dict[str, Month] = {}
    for summary in every:
        for row in summary.rows:
            if number := number_of(row):
                homes.setdefault(number, summary.month)
    return homes


def published_files(
    files: Sequence[AnnouncementFile], homes: Mapping[str, Month]
) -> list[AnnouncementFile]:
    """Return the files to publish: each content once, of one project that has a row."""
    numbers = _numbers_by_content(files)
    found = {
        one.sha256: one
        for one in reversed(files)
        if one.may_be_public and one.projects[0] in homes and len(numbers[one.sha256]) == 1
    }
    return sorted(found.values(), key=lambda one: (one.received_on, one.file))


def _numbers_by_content(files: Iterable[AnnouncementFile]) -> Mapping[str, set[str]]:
    numbers: dict[str, set[str]] = defaultdict(set)
    for one in files:
        numbers[one.sha256] |= set(one.projects)
    return numbers


def copy_of(file: AnnouncementFile, homes: Mapping[str, Month]) -> str:
    """Return the path of the published copy from the root of the site."""
    number = file.projects[0]
    return f"{folder_of(homes[number])}{FOLDER}{number}-{file.sha256[:8]}{file.ending}"


def copies(announcements: Announcements, originals: Path) -> dict[str, bytes]:
    """Return the files to publish by their path in the site.

    Errors: CannotRunError for an original that is gone or is not what it was.
    """
    found = {}
    for path, digest in announcements.copies.items():
        original = originals / digest
        content = original.read_bytes() if original.is_file() else b""
        if hashlib.sha256(content).hexdigest() != digest:
            raise CannotRunError(
                f"ต้นฉบับของประกาศ {original} หายหรือเสียหาย กรุณากู้คืนจากไฟล์สำรองด้วย sokhoro1 restore"
            )
        found[path] = content
    return found


@dataclass(frozen=True)
class Told:
    """What finance is told of a file: the sentence, and whether it must do something."""

    file: AnnouncementFile
    sentence: str
    asked: bool


@dataclass(frozen=True)
class ToldOfAnnouncements:
    """What finance's own page tells: of dropped files, and of items of the feed without a row."""

    files: tuple[Told, ...] = ()
    unmatched: tuple[Served, ...] = ()


NOTHING_TO_TELL = ToldOfAnnouncements()


def told_to_finance(history: History, ledger: Ledger) -> ToldOfAnnouncements:
    """Return what could not be matched, and what could not be published."""
    files, (served, _) = ledger.announcement_files(), ledger.served()
    if not files and not served:
        return NOTHING_TO_TELL
    ever = {
        number_of(row)
        for revisions in history.revisions.values()
        for revision in revisions
        for row in ledger.rows(revision)
    }
    projects = frozenset(filter(None, ever))
    told = told_of_files(files, projects)
    return ToldOfAnnouncements(tuple(told), tuple(unmatched(served, projects)))


def told_of_files(files: Sequence[AnnouncementFile], homes: Collection[str]) -> list[Told]:
    """Return what finance must know of the files that lie in the folder, what asks first."""
    lying = [one for one in files if one.lies]
    count = Counter(one.sha256 for one in lying)
    numbers = _numbers_by_content(files)
    first = {one.sha256: one.file for one in reversed(lying)}
    told: list[Told] = []
    for one in lying:
        file, trouble, of_all = one, one.trouble, sorted(numbers[one.sha256])
        if not trouble and len(of_all) > 1:
            file, trouble = replace(one, projects=tuple(of_all)), "two-projects"
        elif not trouble and count[one.sha256] > 1 and one.file != first[one.sha256]:
            trouble = "duplicate"
        asked = bool(trouble)
        if not trouble and one.projects[0] not in homes:
            trouble = "no-row"
        trouble = trouble or ("" if one.read else "unread") or ("" if one.kind else "unknown-kind")
        if trouble:
            words = replace(file, trouble=trouble).trouble_words(first[one.sha256])
            told.append(Told(file, words, asked))
    return sorted(told, key=lambda one: (not one.asked, one.file.file))


def unmatched(served: Iterable[Served], homes: Collection[str]) -> list[Served]:
    """Return the items of the feed that belong to no row that was ever public, newest first."""
    found = [one for one in served if one.project not in homes]
    return sorted(found, key=lambda one: (one.seen or date.min, one.key), reverse=True)


# ---- rows and months


def number_of(row: Procurement) -> str | None:
    """Return the row's e-GP project number in one spelling; None where it states none."""
    if row.egp_project_number is None:
        return None
    found = projects_in(row.egp_project_number)
    return found[0] if len(found) == 1 else row.egp_project_number


def of_row(
    month: Month, row: Procurement, announcements: Announcements
) -> tuple[Announcement, ...]:
    """Return what is known of a row's project, as a chain."""
    number = number_of(row)
    found = announcements.by_project.get(number, ()) if number else ()
    return in_order((*found, *announcements.by_row.get((month, row.fingerprint), ())))


def in_quarterly_list(
    row: Procurement, month: Month, amounts: Sequence[Threshold] = LAW_THRESHOLDS
) -> bool:
    """True for a small purchase without e-GP number: the quarterly list of winners has it.

    Small is what may be bought directly, and was; an unknown amount or method is not small.
    """
    limit = in_force(amounts, "direct", row.contract_date or month.last)
    return (
        row.egp_project_number is None
        and row.procurement_method_code == "direct"
        and limit is not None
        and row.agreed_price is not None
        and row.agreed_price <= limit
    )


def announced(
    summary: MonthlySummary,
    announcements: Announcements,
    amounts: Sequence[Threshold] = LAW_THRESHOLDS,
) -> Announced:
    """Count the projects of a month: announced, in the quarterly list, the rest is unknown.

    Rows with one project number are one project, a row without is one of its own. Where nobody
    ever looked, ``announced`` is None.
    """
    projects: dict[str | int, list[Procurement]] = defaultdict(list)
    for index, row in enumerate(summary.rows):
        projects[number_of(row) or index].append(row)
    if not announcements.looked:
        return Announced(len(projects), None)
    shown = [
        any(of_row(summary.month, r, announcements) for r in rows) for rows in projects.values()
    ]
    listed = [
        all(in_quarterly_list(r, summary.month, amounts) for r in rows)
        for rows in projects.values()
    ]
    by_list = sum(known and not there for there, known in zip(shown, listed, strict=True))
    return Announced(len(projects), sum(shown), by_list)


def announced_by_month(
    summaries: Summaries,
    announcements: Announcements,
    amounts: Sequence[Threshold] = LAW_THRESHOLDS,
) -> dict[Month, Announced]:
    return {
        summary.month: announced(summary, announcements, amounts) for summary in summaries.public
    }
