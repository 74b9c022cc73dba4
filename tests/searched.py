"""A town to search in, and the oracle: plain Python looks into every field of every row."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pipeline.formats import html
from pipeline.places import place_of
from pipeline.site import assemble
from pipeline.summarise import Summaries
from schemas.config import Organisation, Settings, Site
from schemas.folding import fold
from schemas.month import Month, fiscal_months
from schemas.procurement import Bid, Procurement, Source
from schemas.status import MeasureStatus, MonthStatus
from schemas.summary import MonthlySummary, Numerals
from schemas.thai import thai_digits

NAME = "เทศบาลเมืองสมมุติ"
WORDS = (
    *("ซื้อวัสดุสำนักงาน", "จ้างเหมาบริการ", "ก่อสร้างถนนคอนกรีตเสริมเหล็ก", "ชุมชน", "ริมน้ำ", "ประจำปี"),
    *("โครงการ", "ซ่อมแซม", "เครื่องปรับอากาศ", "อาหารเสริม (นม)", "โรงเรียน", "ที่ปรึกษา", "สิทธิ์"),
    *("โดยวิธีเฉพาะเจาะจง", "รายที่", "กํ้ากึ่ง", "จํานวน", "น้ำมัน", "เเละ", "ช่ือ", "e-Bidding", "LED"),
    *(
        "Über",
        "👩‍💼",
        "๒๕๖๘",
        "2568",
        "๑๒/๒๕๖๗",
        "\u200b",
        "  ",
        "\n",
        " – ",
        "𠜎𠜎",
        "\uff20ﷺ",
        "_" * 6,
        "constructor",
    ),
)
FIRMS = (
    *("ร้านสมมุติการค้า", "บริษัท ก้าวหน้า  จำกัด", "หจก.ตัวอย่าง", "นางสาวสมมุติ  นามสมมุติ", "บจก.เอ บี ซี"),
    *("ร้านริมน้ำ", "__proto__", "ABC Company"),
)
METHODS = (*["เฉพาะเจาะจง"] * 6, "คัดเลือก", "e-bidding", "วิธีของเราเอง", None)
PAYLOADS = (
    "<script>document.title='broken'</script>",
    '"><img src=x onerror="document.title=\'broken\'">',
    "</td></tr></table><style>*{display:none}</style>",
    "javascript:document.title='broken'",
    "</bdi><a href=//x.example>",
    "&lt;b&gt; &amp; &#60;",
    "{{ 7 * 7 }}${7*7}`",
    "\u202eกลับด้าน",
    "ก" * 1_200,  # the only gram that is in more places than a piece holds
)


@dataclass(frozen=True)
class Asked:
    """What somebody types and chooses, by the names in the address."""

    q: str = ""
    year: str = ""
    month: str = ""
    method: str = ""
    supplier: str = ""
    from_: str = ""
    to: str = ""
    order: str = ""

    @property
    def named(self) -> dict[str, str]:
        return {name.rstrip("_"): value for name, value in vars(self).items()}


@dataclass(frozen=True)
class Town:
    """Rows in the order of the index, oldest first, each with its month and place in it."""

    public: tuple[MonthlySummary, ...]
    rows: tuple[tuple[Month, int, Procurement], ...]
    files: Mapping[str, bytes] = field(repr=False)

    def answer(self, asked: Asked) -> list[int]:
        """The numbers of the rows that answer, in the order asked for."""
        low, high = (int(text) * 100 if text else None for text in (asked.from_, asked.to))
        found = []
        for number, (month, _, row) in enumerate(self.rows):
            price = row.agreed_price
            value = row.procurement_method_code or (
                "other" if row.procurement_method else "unknown"
            )
            if (
                any(fold(asked.q) in fold(text) for text in ("", *texts(row)))
                and asked.year in {"", str(month.fiscal_year)}
                and asked.month in {"", str(month)}
                and asked.method in {"", value}
                and (not asked.supplier or fold(asked.supplier) in fold(row.supplier or "\n"))
                and (low is None or (price is not None and low <= price))
                and (high is None or (price is not None and price <= high))
            ):
                found.append(number)
        newest = sorted(found, key=lambda number: (_backwards(self.rows[number][0]), number))
        if asked.order == "oldest":
            return found
        if not asked.order:
            return newest
        known = [number for number in newest if self.rows[number][2].agreed_price is not None]
        sign = -1 if asked.order == "dearest" else 1
        known.sort(key=lambda number: sign * (self.rows[number][2].agreed_price or 0))
        return [*known, *(number for number in newest if number not in set(known))]

    def address(self, number: int) -> str:
        month, position, _ = self.rows[number]
        return f"fy{month.fiscal_year}/{month}/index.html#r{position}"


def _backwards(month: Month) -> tuple[int, int]:
    return -month.year, -month.number


def texts(row: Procurement) -> Iterator[str]:
    numbers = (row.contract_number, row.egp_project_number, row.egp_contract_number)
    for text in (row.title, row.supplier, *(bid.bidder for bid in row.bids), *numbers):
        if text is not None:
            yield text


def some_row(lots: random.Random, number: int) -> Procurement:
    title = " ".join(lots.choices(WORDS, k=lots.randint(1, 12)))
    supplier = lots.choice(FIRMS)
    bidders = [supplier, *lots.sample(FIRMS, k=lots.randint(0, 2))]
    unknown = {
        name: None
        for name in ("title", "supplier", "agreed_price", "contract_number", "egp_project_number")
        if lots.random() < 0.04
    }
    row = Procurement(
        Source("ตุลาคม.xlsx", "แผ่นแรก", 7 + number),
        number=number,
        title=title,
        procurement_method=lots.choice(METHODS),
        bids=tuple(Bid(name, 100_00) for name in bidders),
        supplier=supplier,
        agreed_price=lots.choice((0, 99_999, 5_000_00, 500_000_00, lots.randrange(10**9))),
        contract_number=thai_digits(f"{number}/2568") if number % 2 else f"{number}/2568",
        egp_project_number=f"6709{lots.randrange(10**7):07}",
        egp_contract_number=f"68{lots.randrange(10**10):010}",
    )
    return replace(row, **unknown)  # type: ignore[arg-type]  # the names are real fields


def town(
    rows_of_a_month: int = 40,
    first_year: int = 2567,
    numerals: Numerals = "thai",
    superseded: Sequence[MonthlySummary] = (),
) -> Town:
    """Two fiscal years: the first whole with a nil month, of the second three months."""
    lots = random.Random(rows_of_a_month)  # noqa: S311 - no secret: the same town again
    months = [*fiscal_months(first_year), *fiscal_months(first_year + 1)[:3]]
    public = []
    for at, month in enumerate(months):
        rows = [some_row(lots, number + 1) for number in range(0 if at == 5 else rows_of_a_month)]
        if at == 3:
            rows += [
                replace(
                    rows[0], title=text, supplier=text, bids=(Bid(text, 1),), contract_number=text
                )
                for text in PAYLOADS
            ]
            rows.append(Procurement(Source("ตุลาคม.xlsx", "แผ่นแรก", 99)))
        public.append(
            MonthlySummary(
                *(month, NAME, "", 1, month.last + timedelta(days=5), tuple(rows)),
                numerals=numerals,
                nil=not rows,
            )
        )
    return town_of(tuple(public), numerals, tuple(superseded))


def town_of(
    public: tuple[MonthlySummary, ...],
    numerals: Numerals = "thai",
    superseded: tuple[MonthlySummary, ...] = (),
) -> Town:
    years = [
        _status({one.month: one for one in public if one.month.fiscal_year == year}, year)
        for year in sorted({one.month.fiscal_year for one in public})
    ]
    rendered = {
        place_of(one) + name: content
        for one in (*public, *superseded)
        for name, content in html.render(one).items()
    }
    settings = Settings(organisation=Organisation(name=NAME), site=Site(numerals=numerals))
    files = assemble(Summaries(public, superseded), years, rendered, settings)
    rows = tuple(
        (one.month, position, row) for one in public for position, row in enumerate(one.rows, 1)
    )
    return Town(public, rows, files)


def _status(public: Mapping[Month, MonthlySummary], year: int) -> MeasureStatus:
    due = timedelta(days=10)
    return MeasureStatus(
        year,
        NAME,
        date(year - 543, 10, 20),
        tuple(
            MonthStatus(
                *(month, "nil" if public[month].nil else "published", False, month.last + due),
                rows=len(public[month].rows),
                total_agreed=public[month].totals.agreed_price,
                revision=1,
                published_at=public[month].published_on,
            )
            if month in public
            else MonthStatus(month, "missing", late=True, due=month.last + due)
            for month in fiscal_months(year)
        ),
        result="ผล",
        outcome="ผลลัพธ์",
    )


def questions(lots: random.Random, searched: Town, count: int) -> Iterator[Asked]:
    """Pieces of what stands in the rows, typed as people type, with filters or without."""
    for _ in range(count):
        month, _, row = lots.choice(searched.rows)
        text = lots.choice(["", *texts(row)])
        start = lots.randrange(len(text) + 1)
        q = text[start : start + lots.choice((1, 2, 3, 4, 5, 6, 9, 14, 20, 40, 120))]
        filters = {
            "year": str(month.fiscal_year),
            "month": str(month),
            "method": lots.choice(("direct", "selective", "e-bidding", "other", "unknown")),
            "supplier": lots.choice(FIRMS)[: lots.randint(1, 9)],
            "from_": str(lots.choice((0, 999, 1_000, 5_000, 500_000))),
            "to": str(lots.choice((0, 5_000, 500_000, 9_000_000))),
            "order": lots.choice(("", "oldest", "dearest", "cheapest")),
        }
        chosen = {name for name in filters if lots.random() < 0.15} | {"order"}
        yield Asked(q=typed(lots, q), **{name: filters[name] for name in chosen})


def typed(lots: random.Random, text: str) -> str:
    """The text as somebody else types it; without its end signs the address would change it."""
    ways = (
        lambda one: one,
        thai_digits,
        str.upper if "ß" not in text else str,
        lambda one: one.replace("ำ", "ํา"),
        lambda one: one.replace("แ", "เเ"),
        "\u200b".join,
        lambda one: one.replace(" ", ""),
        lambda one: f"  {one} ",
    )
    return lots.choice(ways)(text)[:200]
