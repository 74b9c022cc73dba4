"""The annual integrity report: what the office writes of its measures, and what is printed.

``Measures`` is the shape of ``measures.toml``, which people write; ``AnnualReport`` is the
finished text, the same in Word, PDF and HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.config import Day

# Exact, in their order (DOMAIN §11).
HEADINGS = (
    "มาตรการ โครงการ กิจกรรม",
    "ขั้นตอนหรือวิธีการปฏิบัติ",
    "ช่วงระยะเวลาในการดำเนินการ",
    "ผู้รับผิดชอบ",
    "ผลการดำเนินการ",
    "ผลลัพธ์หรือผลสัมฤทธิ์ในการดำเนินการ",
)
Column = Literal["title", "steps", "period", "responsible", "result", "outcome"]
COLUMNS: tuple[Column, ...] = ("title", "steps", "period", "responsible", "result", "outcome")
COLUMN_WORDS: dict[Column, str] = dict(zip(COLUMNS, HEADINGS, strict=True))
NUMBERS = (1, 2, 3, 4, 5, 6, 7)
COUNTED = 4  # the measure whose result and outcome the program counts
# A text that begins with it is nobody's yet: it is never printed.
EXAMPLE = "ตัวอย่าง:"
YEAR = "{year}"  # in the texts of measures.toml: the fiscal year of the report

Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Address = Annotated[str, StringConstraints(pattern=r"^(https?://[^\s\"'<>]+)?$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Evidence(_Part):
    """Something that proves what a measure says; where it can be had, and of which day it is."""

    title: Name
    address: Address = ""
    day: Day | None = None


class Measure(_Part):
    """One measure as the office writes it; of the fourth only what stands behind the count.

    ``watch`` are addresses, or files of the workspace, that the measure claims to be public.
    """

    number: int = Field(ge=NUMBERS[0], le=NUMBERS[-1])
    title: Name
    steps: Text = ""
    period: Text = ""
    responsible: Text = ""
    result: Text = ""
    outcome: Text = ""
    evidence: tuple[Evidence, ...] = Field(default=(), strict=False)
    watch: tuple[Name, ...] = Field(default=(), strict=False)


class Measures(_Part):
    """``measures.toml``. Results, outcomes and evidence are of ``fiscal_year`` and of no other."""

    fiscal_year: int = Field(ge=2500, le=2700)
    measures: tuple[Measure, ...] = Field(strict=False)


def is_written(text: str) -> bool:
    """True for a text that somebody wrote: neither empty nor still the example.

    >>> is_written("จัดอบรมแล้ว"), is_written("ตัวอย่าง: จัดอบรม"), is_written("")
    (True, False, False)
    """
    return bool(text) and not text.startswith(EXAMPLE)


@dataclass(frozen=True)
class Sighting:
    """What was seen of a watched place: the same answer at every look since ``since``.

    ``last`` is the day of the latest look, ``days`` on how many days somebody looked; between
    two looks nobody knows. None where nobody has looked yet. Days are Gregorian.
    """

    place: str
    reachable: bool | None = None
    since: date | None = None
    last: date | None = None
    days: int = 0


@dataclass(frozen=True)
class Blank:
    """A place of the report that is still empty: a column of a measure, or something above."""

    measure: int | None
    what: str


@dataclass(frozen=True)
class MeasureLine:
    """A row of the table: the six columns as they are printed; a line break parts paragraphs."""

    title: str
    steps: str
    period: str
    responsible: str
    result: str
    outcome: str

    @property
    def cells(self) -> tuple[str, ...]:
        return (
            *(self.title, self.steps, self.period),
            *(self.responsible, self.result, self.outcome),
        )


@dataclass(frozen=True)
class MonthLine:
    """A month of measure 4 as it was when the report was made."""

    month: str
    state: str
    revision: str
    published: str
    rows: str
    agreed: str

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.month, self.state, self.revision, self.published, self.rows, self.agreed)


@dataclass(frozen=True)
class ProofLine:
    """What proves a measure, where it is, and since when or of which day."""

    measure: str
    what: str
    where: str
    when: str

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.measure, self.what, self.where, self.when)


@dataclass(frozen=True)
class AnnualReport:
    """The whole report as it is printed, in the digits of the office; ``day`` is Gregorian."""

    fiscal_year: int
    day: date
    title: str
    year: str
    organisation: str
    as_of: str
    draft: str  # how much is still empty; "" for nothing
    opening: str
    measures: tuple[MeasureLine, ...]
    months_title: str
    months: tuple[MonthLine, ...]
    release: str  # which publication the figures were taken from
    proofs_title: str
    proofs: tuple[ProofLine, ...]
    no_proof: str  # said where there is none
    blanks: tuple[Blank, ...]
    measures_year: int  # of the office's file: what was done in another year is not taken over

    def lines(self) -> Sequence[str]:
        """Return every text in the order in which it is read, whatever the format."""
        tables = (
            (HEADINGS, self.measures, ()),
            (MONTH_HEADINGS, self.months, (self.months_title,)),
            (PROOF_HEADINGS, self.proofs, (self.proofs_title,)),
        )
        texts = [self.title, self.year, self.organisation, self.as_of, self.draft, self.opening]
        for headings, rows, above in tables:
            texts += above
            if rows:
                texts += headings
            texts += [cell for row in rows for cell in row.cells]
            if headings is MONTH_HEADINGS:
                texts.append(self.release)
        if not self.proofs:
            texts.append(self.no_proof)
        return [line for text in texts for line in text.split("\n") if line]


MONTH_HEADINGS = (
    *("เดือน", "สถานะ", "ฉบับที่", "วันที่เผยแพร่ครั้งแรก"),
    *("จำนวนรายการ", "ราคาที่ตกลงซื้อหรือจ้าง (บาท)"),
)
PROOF_HEADINGS = ("มาตรการที่", "หลักฐานหรือสิ่งที่ติดตาม", "ที่อยู่", "วันที่หรือผลการติดตาม")

# ---- words

TITLE = "รายงานผลการดำเนินการเพื่อส่งเสริมคุณธรรมและความโปร่งใสในหน่วยงาน"
OF_YEAR = "ประจำปีงบประมาณ พ.ศ. {year}"
AS_OF = "ข้อมูล ณ วันที่ {day}"
NOT_ENDED = "ข้อมูล ณ วันที่ {day} ก่อนสิ้นปีงบประมาณ (วันที่ {last})"
DRAFT = "ฉบับร่าง ยังไม่ได้กรอก {count} แห่ง"
NOT_WRITTEN = "(ยังไม่ได้กรอก)"
NUMBERED = "{number}. {title}"
SCORE, LEVEL = "คะแนน ITA", "ระดับผลการประเมิน ITA"
MONTHS = "สรุปผลการจัดซื้อจัดจ้างรายเดือนตามแบบ สขร.1 ที่ใช้ในรายงานนี้ (มาตรการที่ {number})"
RELEASE = "อ้างอิงการเผยแพร่รหัส {release} วันที่ {day}"
NO_RELEASE = "ยังไม่มีการเผยแพร่"
PROOFS = "หลักฐานและการติดตามการเผยแพร่"
NO_PROOFS = "ไม่มีหลักฐานอื่นที่ระบุไว้"
NONE = "–"
COUNTED_PROOF = "หน้าหลักฐานของแต่ละข้อความในผลและผลลัพธ์"
WATCHED = "สิ่งที่ติดตามการเผยแพร่"
REACHABLE = "เข้าถึงได้ทุกครั้งที่ตรวจ ตั้งแต่วันที่ {since} ถึงวันที่ {last} (ตรวจ {days} วัน)"
NOT_REACHABLE = "เข้าถึงไม่ได้ ตั้งแต่วันที่ {since} ถึงวันที่ {last} (ตรวจ {days} วัน)"
NOT_LOOKED = "ยังไม่ได้ตรวจ"
NO_DAY = "ไม่ระบุวันที่"
