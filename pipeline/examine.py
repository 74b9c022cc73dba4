"""One original → what it states: the left half of the way of a file, in a child with limits.

Everything that touches a stranger's bytes or texts runs here: guard, read, recognise, clean. Only
plain JSON comes back, so that no crash, hang or trick of a workbook reaches the coordinator.
"""

from collections.abc import Sequence
from pathlib import Path

from pipeline.answers import is_ours, read_answers
from pipeline.clean import clean
from pipeline.conserve import conserve
from pipeline.data_copy import without_copy
from pipeline.double_entry import double_entry
from pipeline.guard import Limits, guard
from pipeline.kinds import RefusedError, is_system_trouble
from pipeline.read import read
from pipeline.recognise import recognise
from pipeline.totals import totals
from schemas.examined import Examined, Stated, refusal
from schemas.rules import found
from schemas.sheet import Sheet


def examine(path: Path, file: str, names: Sequence[str], limits: Limits) -> Examined:
    """Return what the file at ``path``, named ``file``, states.

    ``names`` are all names of the organisation. A file that must not or cannot be opened is one
    finding with the true reason, no exception.
    """
    try:
        known = guard(path, limits)
        found_sheets = read(path, file, known.kind)
    except RefusedError as refused:
        return refusal(file, refused.rule, refused.reason)
    except Exception as error:
        if is_system_trouble(error) or isinstance(error, MemoryError):
            raise
        # Fuzzing the readers showed eleven kinds of others; to people they mean the same.
        return refusal(file, "file-is-read", "รูปแบบภายในไฟล์ผิดปกติ")
    # What a reply of ours added speaks for no month: its answers are taken, the rest is left.
    answers = read_answers(found_sheets)
    kept = [one for one in without_copy(path, found_sheets) if not is_ours(one)]
    sheets = kept or [Sheet(file, "", {})]
    tables, findings = recognise(sheets, names)
    cleaned = [clean(table) for table in tables]
    findings += [finding for part in cleaned for finding in part.findings]
    findings += totals(cleaned)
    readers, contradictions = double_entry(path, known.kind, sheets, tables)
    accounts, unaccounted = conserve(sheets, tables, findings, readers)
    findings += [*contradictions, *unaccounted]
    if known.macros:
        findings.append(found("macros-left-out", file))
    stated = [
        Stated(file, part.table.sheet, part.table.month, part.rows, part.table.nil)
        for part in cleaned
        if part.table.month is not None
    ]
    return Examined(tuple(stated), tuple(findings), tuple(accounts), tuple(answers))
