"""The ledger → what goes back to finance for each dropped file: its own workbook, and a receipt.

Private, never part of the site. Made anew from the ledger, written only when it differs: somebody
may have the workbook open.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path, PurePosixPath

from pipeline.announcements import told_to_finance
from pipeline.configure import Workspace
from pipeline.confine import mark_confined
from pipeline.desk import DESK, desk_page
from pipeline.due import due_day
from pipeline.durable import write_durably
from pipeline.egp.compare import compare
from pipeline.formats.kept import Kept
from pipeline.guard import Limits
from pipeline.inbox import sync_folder
from pipeline.ledger import Ledger
from pipeline.pages import draw
from pipeline.questions import QUESTION_YEARS, QUESTIONS, questions_page
from pipeline.summarise import summarise
from schemas.finding import SEVERITIES, SEVERITY_WORDS, Finding
from schemas.history import Drop, History
from schemas.month import Month
from schemas.rules import UNREAD

RECEIPT = "ใบตอบรับ.html"
TEXT = "ใบตอบรับ.txt"
# Pages that stand beside the folders of the answers.
_OURS = {PurePosixPath(page).name.casefold() for page in (DESK, QUESTIONS)}
# What Windows does not take in a name, and what would climb out of the folder.
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_ENDING = re.compile(r"\.(?:xlsx|xlsm|xls|xlsb|ods|csv|tsv|txt|html?|xml)$", re.IGNORECASE)
LONGEST_NAME = 180  # bytes of 255 that a file system allows
KEPT, CHECKED = "ฉบับที่แก้ไว้", "ตรวจแล้ว"
_STAMP = re.compile(r'<meta name="reply" content="([0-9a-f]*) ([0-9a-f]*)">')
EACH, FIRST, PLACES = 5, 3, 40  # findings of a rule told one by one, else the first and places


def reply_of(file: str) -> str:
    """Return where the receipt for a file of the inbox stands, relative to ``output/``."""
    return f"replies/{_folder(file)}/{RECEIPT}"


def marked_of(file: str) -> str:
    """Return where the marked workbook stands, relative to ``output/``: named as it was dropped.

    So that whoever puts it back into the inbox replaces what lies there.
    """
    name = _plain(PurePosixPath(file).name)
    return f"replies/{_folder(file)}/{_ENDING.sub('', name) or name}.xlsx"


def _folder(file: str) -> str:
    plain = file.removesuffix(".xlsx")
    name = _plain(plain)
    # «a.xlsx» answers in «a», «a.csv» in «a.csv»; all that could be meant by these names too, is
    # changed or is cut, gets a sign of its own. The pages of all answers have their names already.
    plainly = (plain != file) != bool(_ENDING.search(plain))
    own = plainly and name == plain and name.casefold() not in _OURS
    return name if own else f"{name}-{hashlib.sha256(file.encode()).hexdigest()[:8]}"


def _plain(name: str) -> str:
    safe = _NOT_IN_NAMES.sub("_", name)
    return safe.encode()[:LONGEST_NAME].decode(errors="ignore").strip(" .")


def can_be_marked(findings: Sequence[Finding]) -> bool:
    """True when there is something to mark in a file that was read."""
    return bool(findings) and not any(finding.rule in UNREAD for finding in findings)


def write_replies(ledger: Ledger, workspace: Workspace) -> dict[str, str]:
    """Bring ``replies/`` up to the ledger; return the reply to each path of the inbox.

    It is the marked workbook, or the receipt where there is none; relative to ``output/``.
    """
    history, drops = ledger.history(), ledger.drops()
    replies = {drop.file: _write_reply(drop, history, workspace) for drop in drops}
    answers = {
        drop.file: tuple(dict.fromkeys((reply_of(drop.file), replies[drop.file])))
        for drop in drops
    }
    told = told_to_finance(history, ledger)
    compared = compare(history, ledger, workspace, Kept(workspace.cache))
    desk = desk_page(
        *(history, ledger.past_drops(), workspace.settings, answers),
        announced=told,
        compared=compared,
    )
    write_durably(workspace.output / DESK, desk)
    if history.revisions:
        # Nobody prepares answers about older years: what is not shown is not read either.
        newest = sorted({month.fiscal_year for month in history.revisions})[-QUESTION_YEARS:]
        shown = {m: r for m, r in history.revisions.items() if m.fiscal_year in newest}
        recent = replace(history, revisions=shown)
        public = summarise(recent, ledger, workspace.settings).public
        write_durably(workspace.output / QUESTIONS, questions_page(public, workspace.settings))
    return replies


def _write_reply(drop: Drop, history: History, workspace: Workspace) -> str:
    receipt = workspace.output / reply_of(drop.file)
    marked = workspace.output / marked_of(drop.file)
    stamp = _stamp(drop)
    known, digest = _stamped(receipt)
    if known != stamp or (digest and not marked.is_file()):
        try:
            digest = _write_marked(drop, marked, digest, workspace)
        except PermissionError as error:
            if not hasattr(error, "winerror"):
                raise
            return reply_of(drop.file)  # open in somebody's Excel; the next pass comes back
    facts = _facts(drop, history, workspace)
    facts["stamp"] = f"{stamp} {digest}"
    facts["marked"] = marked.name if digest else ""
    write_durably(receipt, draw("receipt.html", "arabic", **facts))
    text = draw("receipt.txt", "arabic", **facts).decode()
    # Notepad wants to be told that it is UTF-8, and older ones want both marks at a line's end.
    write_durably(receipt.with_name(TEXT), text.replace("\n", "\r\n").encode("utf-8-sig"))
    return marked_of(drop.file) if digest else reply_of(drop.file)


def _stamped(receipt: Path) -> tuple[str, str]:
    """What the receipt says of the workbook beside it: made from what, and its sha256."""
    known = receipt.read_text(encoding="utf-8") if receipt.is_file() else ""
    found = _STAMP.search(known)
    return (found[1], found[2]) if found else ("", "")


def _stamp(drop: Drop) -> str:
    """By what a workbook that lies there is known to say what the ledger says."""
    said = [[*f.kept(), f.explanation and astuple(f.explanation)] for f in drop.findings]
    text = json.dumps([drop.sha256, said], ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def _write_marked(drop: Drop, marked: Path, digest: str, workspace: Workspace) -> str:
    """Write the marked workbook, or take away the last one; return its sha256, "" for none."""
    original = workspace.originals / drop.sha256
    content = None
    if can_be_marked(drop.findings) and original.is_file():
        content = mark_confined(original, drop.file, drop.findings, workspace.limits)
    if marked.is_file() and content != marked.read_bytes():
        _keep(marked, digest)
    # The receipt is believed about what lies beside it: it may reach the disk only afterwards.
    if content is None:
        if marked.is_file():
            marked.unlink()
            sync_folder(marked.parent)
        return ""
    write_durably(marked, content)
    return hashlib.sha256(content).hexdigest()


def _keep(marked: Path, digest: str) -> None:
    """What somebody typed into a reply and saved there is set aside, never written over."""
    if hashlib.sha256(marked.read_bytes()).hexdigest() != digest:
        marked.replace(free_name(marked, KEPT))


def free_name(path: Path, what: str) -> Path:
    """Return a name beside ``path`` that no file has: «แบบ (ตรวจแล้ว).xlsx», then numbered."""
    names = (f"{path.stem} ({what}{number}){path.suffix}" for number in ("", *range(2, 1000)))
    return next(fresh for name in names if not (fresh := path.with_name(name)).exists())


def write_reply_of_check(
    path: Path, findings: Sequence[Finding], folder: Path, limits: Limits
) -> Path | None:
    """Write the marked workbook of a file that was only looked at; None where there is none."""
    if not can_be_marked(findings):
        return None
    content = mark_confined(path, path.name, findings, limits)
    if content is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    name = _ENDING.sub("", path.name) or path.name
    fresh = free_name(folder / f"{name}.xlsx", CHECKED)
    write_durably(fresh, content)
    return fresh


# ---- the receipt


@dataclass(frozen=True)
class Group:
    """The findings of one kind as a receipt of one page can hold them."""

    kind: str
    words: str
    count: int
    told: tuple[Finding, ...]
    more: tuple[tuple[int, str], ...]  # of a rule met often: how many more, and where


def _facts(drop: Drop, history: History, workspace: Workspace) -> dict[str, object]:
    settings = workspace.settings
    open_or_note = [f for f in drop.findings if f.explanation is None]
    return {
        "organisation": settings.organisation.name,
        "drop": drop,
        "months": [
            (month, _state(drop, month, history), due_day(month, settings.due))
            for month in drop.months
        ],
        "groups": [
            _group(s, SEVERITY_WORDS[s], [f for f in open_or_note if f.severity == s])
            for s in SEVERITIES
        ],
        "explained": [f for f in drop.findings if f.explanation],
    }


def _group(kind: str, words: str, findings: Sequence[Finding]) -> Group:
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    told: list[Finding] = []
    more: list[tuple[int, str]] = []
    for same in by_rule.values():
        first = len(same) if len(same) <= EACH else FIRST
        told += same[:first]
        if same[first:]:
            more.append((len(same) - first, _places(same[first:])))
    return Group(kind, words, len(findings), tuple(told), tuple(more))


def _places(findings: Iterable[Finding]) -> str:
    """«ต.ค. F7, F9; พ.ย. F3 …»."""
    by_sheet: dict[str, list[str]] = {}
    for number, finding in enumerate(findings):
        if number == PLACES:
            by_sheet["…"] = []
            break
        by_sheet.setdefault(finding.sheet, []).append(finding.cell)
    return "; ".join(f"{sheet} {', '.join(cells)}".strip() for sheet, cells in by_sheet.items())


def _state(drop: Drop, month: Month, history: History) -> str:
    """Where the month stands now.

    "replaced" when a later drop speaks for it, "set-aside" when the month went back to what was
    public before this one.
    """
    word = history.latest[month].get(drop.part)
    if word is None or word.submission < drop.submission:
        back = any(revision.restored for revision in history.revisions.get(month, ()))
        return "set-aside" if back else "replaced"
    if word.submission != drop.submission:
        return "replaced"
    if word.decision in {"returned", "waiting"} and not word.public:
        return word.decision
    return "public"
