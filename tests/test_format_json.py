"""The JSON of a month: the contract of DESIGN §7, and every text exactly as it was written."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.json import render
from schemas.explanation import Explanation
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.summary import MonthlySummary

KNOWN = Procurement(
    source=Source("ตุลาคม.xlsx", "สขร.๑", 7),
    number=1,
    title='ซื้อ  "วัสดุ" ๑๒ รายการ\n<b>&',
    budget=10_000_050,
    reference_price=9_900_000,
    procurement_method="วิธีเฉพาะเจาะจง",
    bids=(Bid("ร้าน ก", 9_800_000), Bid("ร้าน ข", None), Bid(None, 100)),
    supplier="ร้าน ก",
    agreed_price=9_800_000,
    selection_reason="ราคาต่ำสุด",
    contract_number="๑๕/๒๕๖๘",
    contract_date=date(2024, 10, 1),
    egp_project_number="67099354005",
    egp_contract_number="680801004122",
    supplier_tax_id="0133540001301",
)
UNKNOWN = Procurement(source=Source("ตุลาคม.xlsx", "สขร.๑", 8))
EXPLANATION = Explanation("agreed-within-budget", "ราคาวัสดุสูงขึ้น", "นางตัวอย่าง", date(2024, 11, 4))


def summary(
    *rows: Procurement,
    nil: bool = False,
    explanations: dict[int, tuple[Explanation, ...]] | None = None,
) -> MonthlySummary:
    return MonthlySummary(
        month=Month(2567, 10),
        organisation="เทศบาลเมืองตัวอย่าง",
        place="จังหวัดตัวอย่าง",
        revision=2,
        published_on=date(2024, 11, 5),
        rows=rows,
        nil=nil,
        explanations=explanations,
    )


def test_a_month_is_the_agreed_keys_in_their_order() -> None:
    files = render(summary(KNOWN, UNKNOWN, explanations={1: (EXPLANATION,)}))

    assert list(files) == ["sokhoro1-2567-10.json"]
    content = json.loads(files["sokhoro1-2567-10.json"])
    expected = {
        "month": "2567-10",
        "fiscal_year": 2568,
        "organisation": "เทศบาลเมืองตัวอย่าง",
        "revision": 2,
        "rows": [
            {
                "number": 1,
                "title": 'ซื้อ  "วัสดุ" ๑๒ รายการ\n<b>&',
                "budget": "100000.50",
                "reference_price": "99000.00",
                "procurement_method": "วิธีเฉพาะเจาะจง",
                "procurement_method_code": "direct",
                "bids": [
                    {"bidder": "ร้าน ก", "amount": "98000.00"},
                    {"bidder": "ร้าน ข", "amount": None},
                    {"bidder": None, "amount": "1.00"},
                ],
                "supplier": "ร้าน ก",
                "agreed_price": "98000.00",
                "selection_reason": "ราคาต่ำสุด",
                "contract_number": "๑๕/๒๕๖๘",
                "contract_date": "2024-10-01",
                "egp_project_number": "67099354005",
                "egp_contract_number": "680801004122",
                "source": {"file": "ตุลาคม.xlsx", "sheet": "สขร.๑", "row": 7},
                "explanations": [],
                "announcements": [],
            },
            {
                "number": None,
                "title": None,
                "budget": None,
                "reference_price": None,
                "procurement_method": None,
                "procurement_method_code": None,
                "bids": [],
                "supplier": None,
                "agreed_price": None,
                "selection_reason": None,
                "contract_number": None,
                "contract_date": None,
                "egp_project_number": None,
                "egp_contract_number": None,
                "source": {"file": "ตุลาคม.xlsx", "sheet": "สขร.๑", "row": 8},
                "explanations": [
                    {
                        "rule": "agreed-within-budget",
                        "reason": "ราคาวัสดุสูงขึ้น",
                        "by": "นางตัวอย่าง",
                        "date": "2024-11-04",
                    }
                ],
                "announcements": [],
            },
        ],
        "totals": {"rows": 2, "agreed_price": "98000.00", "budget": "100000.50"},
        "nil": False,
        "explanations": [],
    }
    assert content == expected
    assert json.dumps(content) == json.dumps(expected), "the order of the keys has changed"


def test_a_month_without_procurement_says_so_and_sums_nothing() -> None:
    content = json.loads(render(summary(nil=True))["sokhoro1-2567-10.json"])

    assert content["nil"] is True
    assert content["rows"] == []
    assert content["totals"] == {"rows": 0, "agreed_price": None, "budget": None}


def test_the_file_can_be_read_by_people() -> None:
    text = render(summary(KNOWN))["sokhoro1-2567-10.json"].decode()

    assert '   "supplier": "ร้าน ก",\n' in text
    assert text.endswith("}\n")


def test_a_tax_id_is_never_published() -> None:
    assert b"0133540001301" not in render(summary(KNOWN))["sokhoro1-2567-10.json"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_unchanged(text: str) -> None:
    row = Procurement(
        source=Source(text, text, 7),
        title=text,
        procurement_method=text,
        bids=(Bid(text, 1),),
        supplier=text,
        selection_reason=text,
        contract_number=text,
        egp_project_number=text,
        egp_contract_number=text,
    )
    explanation = Explanation("agreed-within-budget", text, text, date(2024, 11, 4))

    content = json.loads(render(summary(row, explanations={0: (explanation,)})).popitem()[1])

    (back,) = content["rows"]
    assert [
        back["title"],
        back["procurement_method"],
        back["bids"][0]["bidder"],
        back["supplier"],
        back["selection_reason"],
        back["contract_number"],
        back["egp_project_number"],
        back["egp_contract_number"],
        back["source"]["file"],
        back["source"]["sheet"],
        back["explanations"][0]["reason"],
        back["explanations"][0]["by"],
    ] == [text] * 12
