"""Back to an earlier revision of a month: checked, said why, written down as the next revision."""

from datetime import date

from pipeline import CannotRunError
from pipeline.ledger import Ledger
from schemas.history import Revision
from schemas.month import Month
from schemas.procurement import is_placeholder
from schemas.thai import visible


def month_of(text: str) -> Month:
    """Read the month that was typed; CannotRunError for what is none."""
    try:
        return Month.parse(text.strip())
    except ValueError:
        raise CannotRunError(f"เดือน «{text}» ต้องเป็นปีและเดือน พ.ศ. เช่น 2567-10") from None


def revert(
    month: Month, number: int, said: tuple[str, str], ledger: Ledger, today: date
) -> Revision:
    """Make revision ``number`` of a month its next one and return that; ``said`` is reason, by.

    The whole month as it was then: every division's list, also where some came later.
    Errors: CannotRunError in one sentence for a month that is not public, a number that it does
            not have, one that says what is public already, and a reason or a name that is none.
    """
    reason, by = (visible(text) for text in said)
    if is_placeholder(reason) or is_placeholder(by):
        raise CannotRunError("กรุณาระบุเหตุผล (--reason) และชื่อผู้สั่ง (--by)")
    revisions = ledger.history().revisions.get(month, ())
    if not revisions:
        raise CannotRunError(f"เดือน{month.words} ยังไม่เคยเผยแพร่ จึงไม่มีฉบับให้กลับไปใช้ กรุณาตรวจเดือน")
    current = revisions[-1]
    wanted = next((one for one in revisions if one.number == number), None)
    if wanted is None:
        raise CannotRunError(
            f"เดือน{month.words} ไม่มีฉบับที่ {number} กรุณาระบุฉบับที่ 1 ถึง {current.number}"
        )
    if wanted == current:
        raise CannotRunError(f"ฉบับที่ {number} เป็นฉบับปัจจุบันของเดือน{month.words} อยู่แล้ว")
    if wanted.parts == current.parts or _says(ledger, wanted) == _says(ledger, current):
        raise CannotRunError(
            f"ฉบับที่ {number} ของเดือน{month.words} มีข้อมูลตรงกับฉบับปัจจุบัน (ฉบับที่ {current.number}) อยู่แล้ว"
        )
    ledger.restore(wanted, reason, by, today)
    return ledger.history().revisions[month][-1]


def _says(ledger: Ledger, revision: Revision) -> list[tuple[object, ...]]:
    return [row.facts() for row in ledger.rows(revision)]
