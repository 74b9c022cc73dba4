"""What the assessment of integrity and transparency (ITA) asks for, by fiscal year.

The numbers move every year. Those below were read where offices published what they were assessed
on; a number that nobody could show us is left out.
"""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Item = Annotated[str, StringConstraints(pattern=r"^(O[0-9]{1,2})?$")]


class ItaItems(BaseModel):
    """The items of one assessment; "" is not known, or not asked for in that year.

    Assessment year N looks at the months of N, and at the yearly reports of N-1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    fiscal_year: int = Field(ge=2500, le=2700)
    monthly: Item = ""  # the summary of each month
    progress: Item = ""  # the list of purchases and how far they are, where there is no summary
    yearly: Item = ""  # the report of the year before
    announcements: Item = ""
    measures: Item = ""  # what was done for integrity in the year before


KNOWN = (
    *(
        ItaItems(fiscal_year=year, monthly="O23", yearly="O24", announcements="O22")
        for year in (2563, 2564, 2565)
    ),
    ItaItems(fiscal_year=2566, monthly="O21", yearly="O22", announcements="O20"),
    ItaItems(fiscal_year=2568, progress="O12", yearly="O13"),
    ItaItems(fiscal_year=2569, monthly="O11", yearly="O12", measures="O26"),
)
# What people read; {before} is the year before.
ITEM_WORDS = {
    "monthly": "สรุปผลการจัดซื้อจัดจ้างรายเดือน ปีงบประมาณ พ.ศ. {year}",
    "progress": "รายการจัดซื้อจัดจ้างและความก้าวหน้า ปีงบประมาณ พ.ศ. {year}",
    "yearly": "รายงานสรุปผลการจัดซื้อจัดจ้างประจำปีงบประมาณ พ.ศ. {before}",
    "announcements": "ประกาศเกี่ยวกับการจัดซื้อจัดจ้าง",
    "measures": "รายงานผลการดำเนินการเพื่อส่งเสริมคุณธรรมและความโปร่งใส ปีงบประมาณ พ.ศ. {before}",
}
# The items that look at the year before.
OF_YEAR_BEFORE = ("yearly", "measures")


def items_of(fiscal_year: int, configured: Iterable[ItaItems]) -> ItaItems | None:
    """Return the items of a year: the last that the office wrote, else those known, else None.

    >>> items_of(2569, ()).monthly, items_of(2567, ())
    ('O11', None)
    """
    found = [one for one in (*KNOWN, *configured) if one.fiscal_year == fiscal_year]
    return found[-1] if found else None
