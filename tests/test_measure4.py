"""What stands in the folder of a year for measure 4: proofs of each claim, its past, its feeds."""

import csv
import io
import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipeline import examples
from schemas.example_words import ORGANISATION
from schemas.month import Month
from schemas.status import HISTORY_VERSION, VERSION
from tests.conftest import Office, make_office

YEAR = 2568
OCTOBER, NOVEMBER, MAY = Month(2567, 10), Month(2567, 11), Month(2568, 5)
ADDRESS = "https://www.example.go.th/sokhoro1/"


def drop(office: Office, month: Month, rows: int = 3) -> None:
    examples.write(
        examples.example_month(month, "nine-columns", rows=rows), office.workspace.inbox
    )


def corrected(office: Office) -> None:
    """October on time, November late, then October corrected; May without a purchase."""
    drop(office, OCTOBER)
    office.one_pass(date(2024, 11, 4))
    drop(office, NOVEMBER)
    office.one_pass(date(2024, 12, 20))
    book = examples.example_month(OCTOBER, "nine-columns", rows=3)
    sheet, row = book.expected[0].source.sheet, book.expected[0].source.row
    changed = examples.replace_cell(book, sheet, f"H{row}", "เป็นผู้เสนอราคาต่ำสุด")
    office.drop(book.file, examples.to_bytes(changed))
    office.one_pass(date(2025, 2, 3))
    drop(office, MAY, rows=0)
    office.one_pass(date(2025, 6, 4))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("measure4")
    office = make_office(folder, tail=f'[site]\nbase_url = "{ADDRESS}"\n')
    corrected(office)
    return office


def read(office: Office, name: str) -> bytes:
    return (office.public / f"fy{YEAR}" / name).read_bytes()


class Links(HTMLParser):
    """Every element, and where each link leads."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href" and value]


def links_of(content: bytes) -> Links:
    links = Links()
    links.feed(content.decode())
    return links


def test_every_claim_leads_to_pages_and_files_that_are_there(office: Office) -> None:
    claims = office.status(YEAR)["claims"]
    assert [claim["kind"] for claim in claims] == [
        *("published", "sums", "punctuality", "missing", "nil"),
        *("files", "corrections"),
    ]
    linked = {
        (office.public / f"fy{YEAR}" / link).resolve()
        for link in links_of(read(office, "measure4.html")).links
    }
    for claim in claims:
        assert claim["proofs"]
        for proof in claim["proofs"]:
            assert (office.public / proof).is_file(), claim
            assert (office.public / proof).resolve() in linked, claim
        assert claim["text"] in read(office, "measure4.html").decode()


def test_its_past_is_what_each_day_could_claim(office: Office) -> None:
    told = json.loads(read(office, "status-history.json"))
    assert told["version"] == HISTORY_VERSION
    days = {day["day"]: day for day in told["days"]}
    facts = ("due", "published", "on_time", "late", "rows")
    assert [days["2024-11-04"][name] for name in facts] == [0, 1, 1, 0, 3]
    assert [days["2024-12-09"][name] for name in facts] == [2, 1, 1, 0, 3], "November is due"
    assert [days["2024-12-20"][name] for name in facts] == [2, 2, 1, 1, 6]
    october = [
        (day, m["revision"])
        for day, one in days.items()
        for m in one["months"]
        if m["month"] == "2567-10"
    ]
    assert {revision for day, revision in october if day < "2025-02-03"} == {1}
    assert {revision for day, revision in october if day >= "2025-02-03"} == {2}
    last, summary = told["days"][-1], office.status(YEAR)["summary"]
    assert {name: last[name] for name in ("due", "published", "on_time", "late", "rows")} == {
        name: summary[name] for name in ("due", "published", "on_time", "late", "rows")
    }
    assert last["total_agreed"] == summary["total_agreed"]


def test_the_table_says_what_the_json_says(office: Office) -> None:
    lines = list(csv.DictReader(io.StringIO(read(office, "status.csv").decode("utf-8-sig"))))
    for line, month in zip(lines, office.status(YEAR)["months"], strict=True):
        flat: dict[str, Any] = month | (month["announcements"] or {})
        assert {name: value or None for name, value in line.items()} == {
            name: None
            if (told := flat.get(name)) is None
            else str(told).replace("True", "true").replace("False", "false")
            for name in line
        }


def test_the_reason_of_a_late_month_is_told(office: Office) -> None:
    late = {month["month"]: month["late_because"] for month in office.status(YEAR)["months"]}
    assert (late["2567-10"], late["2567-11"], late["2567-12"]) == (
        *(None, "published_after_due", "not_received"),
    )


def test_the_fragment_disturbs_no_page_that_it_is_set_into(office: Office) -> None:
    content = read(office, "measure4-fragment.html")
    fragment = links_of(content)
    assert fragment.tags <= {"section", "h2", "p", "bdi", "time", "ul", "li", "a"}
    assert not fragment.attributes & {"style", "class", "id", "onclick"}
    assert all(link.startswith(f"{ADDRESS}fy{YEAR}/") for link in fragment.links)
    assert fragment.links
    assert f'data-sokhoro1-measure4="{VERSION}"'.encode() in content
    for sentence in office.status(YEAR)["sentences"].values():
        assert sentence in content.decode()


def test_without_an_address_the_fragment_has_no_link(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    drop(office, OCTOBER)
    office.one_pass(date(2024, 11, 4))
    content = read(office, "measure4-fragment.html")
    assert links_of(content).links == []
    assert ORGANISATION in content.decode()
