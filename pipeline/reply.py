"""The ledger → an answer to finance for each dropped file: a receipt that any browser opens.

Private, never part of the site. Made anew from the ledger, written only when it differs.
"""

import hashlib
import re

from pipeline.configure import Workspace
from pipeline.due import due_day
from pipeline.ledger import Ledger
from pipeline.pages import draw
from schemas.finding import SEVERITIES, SEVERITY_WORDS
from schemas.history import Drop, History
from schemas.month import Month

RECEIPT = "ใบตอบรับ.html"
# What Windows does not take in a name, and what would climb out of the folder.
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
LONGEST_NAME = 180  # bytes of 255 that a file system allows


def reply_of(file: str) -> str:
    """Return where the answer to a file of the inbox stands, relative to ``output/``."""
    return f"replies/{_folder(file)}/{RECEIPT}"


def _folder(file: str) -> str:
    plain = re.sub(r"\.xlsx$", "", file, flags=re.IGNORECASE)
    name = _NOT_IN_NAMES.sub("_", plain)
    name = name.encode()[:LONGEST_NAME].decode(errors="ignore").strip(" .")
    # Whatever was changed or cut may now be the name of another file's answer.
    return name if name == plain else f"{name}-{hashlib.sha256(file.encode()).hexdigest()[:8]}"


def write_replies(ledger: Ledger, workspace: Workspace) -> None:
    """Bring ``replies/`` up to the ledger: one receipt for the last drop at each path."""
    history = ledger.history()
    for drop in ledger.drops():
        path = workspace.output / reply_of(drop.file)
        content = draw("receipt.html", "arabic", **_facts(drop, history, workspace))
        if path.is_file() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_bytes(content)
        fresh.replace(path)


def _facts(drop: Drop, history: History, workspace: Workspace) -> dict[str, object]:
    settings = workspace.settings
    return {
        "organisation": settings.organisation.name,
        "drop": drop,
        "months": [
            (month, _state(drop, month, history), due_day(month, settings.due))
            for month in drop.months
        ],
        "groups": [
            (
                severity,
                SEVERITY_WORDS[severity],
                [f for f in drop.findings if f.severity == severity],
            )
            for severity in SEVERITIES
        ],
    }


def _state(drop: Drop, month: Month, history: History) -> str:
    """Where the month stands now; "replaced" when a later drop speaks for it."""
    word = history.latest[month].get(drop.part)
    if word is None or word.submission != drop.submission:
        return "replaced"
    if word.decision in {"returned", "waiting"} and not word.public:
        return word.decision
    return "public"
