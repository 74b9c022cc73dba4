"""MonthlySummary → what the official form says, cell by cell; Excel and PDF only set it."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from schemas.manifest import LogHead
from schemas.procurement import Procurement
from schemas.summary import MonthlySummary
from schemas.thai import UNKNOWN, baht, date_long, thai_digits

# The form's own words.
FORM = "สขร.1"
# A row takes Typst 170 kB of memory, and nobody prints a thousand sheets.
MOST_ROWS_IN_PDF = 5_000
CORNER = "แบบ {form}"
TITLE = "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือน{month}"
PUBLISHED = "เผยแพร่เมื่อวันที่ {day}"
REVISION = "ฉบับที่ {revision}"
SUPERSEDED = "ฉบับนี้ถูกแทนที่แล้ว"
NIL = "ไม่มีการจัดซื้อจัดจ้าง"
NAME_AND_PRICE = "{name} / {price}"
PRICE = "{baht} บาท"
SIGNED = "ลว. {day}"
UNKNOWN_PRICE = f"{UNKNOWN}ราคา"
UNKNOWN_BIDDER = f"{UNKNOWN}ผู้เสนอราคา"
UNKNOWN_SUPPLIER = f"{UNKNOWN}ผู้ได้รับการคัดเลือก"
UNKNOWN_NUMBER = f"{UNKNOWN}เลขที่"
UNKNOWN_DATE = f"{UNKNOWN}วันที่"
TOTAL = "รวม {rows} รายการ"
WITHOUT = f"ไม่รวม {{rows}} รายการที่{UNKNOWN}"
EXPLANATIONS = "คำชี้แจง"
EXPLAINED = ("แถวที่", "งานที่จัดซื้อหรือจัดจ้าง", "คำชี้แจง", "ผู้ชี้แจง", "วันที่ชี้แจง")
WHOLE_MONTH = "ทั้งเดือน"
PAGE_OF = "หน้า {page} จาก {pages}"
LOG = "รหัสประวัติการเผยแพร่ก่อนฉบับนี้ {head}"
QR = "QR code ของหน้าเว็บเดือนนี้ {page}"
FIRST_OF_LOG = "การเผยแพร่ครั้งแรก"

EXACT = 10**14  # Excel keeps 15 digits of a number, LibreOffice shows 14 of them truly

Cell = str | int | Decimal | None  # Decimal is baht, None stays blank
Digits = Callable[[str], str]


def digits_of(summary: MonthlySummary) -> Digits:
    """Return what writes our own text in the digits of the month; people's text is not ours."""
    return thai_digits if summary.numerals == "thai" else str


def title(summary: MonthlySummary) -> str:
    return digits_of(summary)(TITLE.format(month=summary.month.words))


def heading(summary: MonthlySummary) -> Iterator[tuple[str, str]]:
    """Give each line above the table by its part: corner, title, published, superseded."""
    digits = digits_of(summary)
    published = PUBLISHED.format(day=date_long(summary.published_on))
    revision = REVISION.format(revision=summary.revision) if summary.revision > 1 else ""
    yield "corner", digits(CORNER.format(form=FORM))
    yield "title", title(summary)
    yield "title", f"{summary.organisation} {summary.place}".strip()
    yield "published", digits(f"{published} {revision}".strip())
    if summary.superseded:
        yield "superseded", SUPERSEDED


def edition(summary: MonthlySummary) -> str:
    """Return which revision a sheet of paper belongs to, for its foot."""
    revision = digits_of(summary)(REVISION.format(revision=summary.revision))
    return f"{revision} ({SUPERSEDED})" if summary.superseded else revision


def log_words(log: LogHead | None) -> str:
    """Return what the foot of each sheet of paper says of the releases before this one."""
    return LOG.format(head=log) if log else FIRST_OF_LOG


def cells(row: Procurement, digits: Digits) -> tuple[Cell, ...]:
    """Return the nine columns; only what we compose is written in the chosen digits."""

    def priced(name: str | None, satang: int | None, unknown_name: str) -> str:
        if name is None and satang is None:
            return UNKNOWN
        price = UNKNOWN_PRICE if satang is None else PRICE.format(baht=digits(baht(satang)))
        return NAME_AND_PRICE.format(name=known(name, unknown_name), price=price)

    bids = [priced(bid.bidder, bid.amount, UNKNOWN_BIDDER) for bid in row.bids]
    return (
        UNKNOWN if row.number is None else _number(row.number, digits),
        known(row.title),
        amount(row.budget, digits),
        amount(row.reference_price, digits),
        known(row.procurement_method),
        "\n".join(bids) or UNKNOWN,
        priced(row.supplier, row.agreed_price, UNKNOWN_SUPPLIER),
        known(row.selection_reason),
        _contract(row, digits),
    )


def known(text: str | None, unknown: str = UNKNOWN) -> str:
    return unknown if text is None else text


def _number(number: int, digits: Digits) -> Cell:
    return number if number < EXACT else digits(str(number))


def amount(satang: int | None, digits: Digits) -> Cell:
    """Return baht as a number, but as text where Excel would round the number."""
    if satang is None:
        return UNKNOWN
    return Decimal(satang).scaleb(-2) if satang < EXACT else digits(baht(satang))


def _contract(row: Procurement, digits: Digits) -> str:
    day = row.contract_date
    if row.contract_number is None and day is None:
        return UNKNOWN
    signed = UNKNOWN_DATE if day is None else SIGNED.format(day=digits(date_long(day)))
    return f"{known(row.contract_number, UNKNOWN_NUMBER)}\n{signed}"


def sum_of(satang: int | None, unknown_rows: int, digits: Digits) -> Cell:
    """Return a sum in baht; it says how many rows it leaves out."""
    if satang is None or not unknown_rows:
        return amount(satang, digits)
    # As text: nobody shall reckon with a sum that is not the whole.
    return digits(f"{baht(satang)}\n{WITHOUT.format(rows=unknown_rows)}")


def total(summary: MonthlySummary, digits: Digits) -> tuple[Cell, ...]:
    totals = summary.totals
    label = digits(TOTAL.format(rows=totals.rows))
    budget = sum_of(totals.budget, totals.budget_unknown, digits)
    agreed = sum_of(totals.agreed_price, totals.agreed_price_unknown, digits)
    return (None, label, budget, None, None, None, agreed, None, None)


def explained(summary: MonthlySummary, digits: Digits) -> list[tuple[Cell, ...]]:
    """Give what was explained: of the rows in their order, then of the month as a whole."""
    beside = [
        (number, row.title, given)
        for number, row in enumerate(summary.rows, start=1)
        for given in (summary.explanations or {}).get(number - 1, ())
    ]
    whole = [(None, WHOLE_MONTH, given) for given in summary.month_explanations]
    return [
        (
            "" if number is None else digits(str(number)),
            known(title),
            given.reason,
            given.by,
            digits(date_long(given.date)),
        )
        for number, title, given in (*beside, *whole)
    ]
