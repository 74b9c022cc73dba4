"""The evidence pack of a quarter or a year: what is public, where, and by which hash it is known.

The memo and the form ask leave to publish; who signs and when is left to people.
"""

from dataclasses import dataclass
from datetime import date

from schemas.report import MonthLine


@dataclass(frozen=True)
class Link:
    """One public file: for which item of the ITA ("–" for none), what, where, and its sha256."""

    item: str
    what: str
    address: str
    sha256: str


@dataclass(frozen=True)
class EvidencePack:
    """Everything that the documents of one quarter, or of the year, say; ``day`` is Gregorian."""

    name: str  # of the files: "fy2568-q1", "fy2568"
    day: date
    organisation: str
    period: str
    as_of: str
    statement: str
    months: tuple[MonthLine, ...]
    links: tuple[Link, ...]
    no_address: str  # said where nobody told where the site stands, else ""
    release: str


QUARTER = "ไตรมาสที่ {quarter} ปีงบประมาณ พ.ศ. {year} ({first} ถึง {last})"
WHOLE_YEAR = "ปีงบประมาณ พ.ศ. {year} ({first} ถึง {last})"
NO_ADDRESS = "ยังไม่ได้กำหนดที่อยู่เว็บไซต์ (site.base_url) จึงแสดงเส้นทางจากหน้าแรกของเว็บไซต์"
NO_ITEM = "–"
# In the fiscal year N of the assessment; the yearly report is looked at one year later.
ITEM = "{item} (ITA {year})"
CSV_HEADINGS = ("item", "what", "address", "sha256")
WHAT_MONTH = "สขร.1 เดือน{month} ({kind})"
WHAT_QUARTER = "สรุปผลไตรมาสที่ {quarter} ({kind})"
WHAT_YEAR = "สรุปผลทั้งปีงบประมาณ ({kind})"
WHAT_WINNERS = "บัญชีผู้ชนะไตรมาสที่ {quarter} ({kind})"
WHAT_LIST = "รายการจัดซื้อจัดจ้างทั้งปี ({columns} คอลัมน์)"
WHAT_ANNOUNCEMENTS = "ประกาศของแต่ละโครงการ"
KIND_WORDS = {"pdf": "PDF", "xlsx": "Excel"}
