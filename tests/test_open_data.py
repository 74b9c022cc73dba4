"""Open data of a fiscal year: the months' rows and no others, in formats that others validate."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import ocdsmerge
import pytest
from frictionless import validate
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from pipeline import CannotRunError, examples
from pipeline.configure import configure
from pipeline.difference import lives
from pipeline.gate import PersonalDataError, gate
from pipeline.ocds import BIDS_EXTENSION, METHODS, package
from pipeline.open_data import open_data, rows_of_year
from pipeline.render import render
from pipeline.site import assemble
from pipeline.summarise import Summaries
from schemas.config import OpenData, Organisation, Settings, Site
from schemas.month import Month
from schemas.personal import HIDDEN
from schemas.procurement import METHODS as KNOWN_METHODS
from schemas.procurement import Bid, Procurement
from schemas.summary import MonthlySummary
from tests.conftest import ROOT, Office, make_office
from tests.test_corrections import CHANGED, NEW, OTHER, revisions
from tests.test_pages import (
    DECEMBER,
    FY,
    NAME,
    NOTHING_KNOWN,
    NOVEMBER,
    PAYLOADS,
    PLACE,
    ROW,
    month,
    status,
    year,
)

STEADY = tries(deadline=None, derandomize=True)
OCDS = ROOT / "tests" / "ocds"
AFTER_THE_YEAR = date(2025, 10, 20)
BASE = "https://www.example.go.th/sokhoro1/"
FULL = replace(ROW, egp_project_number="67099354005", egp_contract_number="680801004122")
CITIZEN = "1234567890121"
FOLDER = f"fy{FY}/"


def settings(base: str = "", **told: str) -> Settings:
    return Settings(
        organisation=Organisation(name=NAME, place=PLACE),
        site=Site(base_url=base),
        open_data=OpenData(**told),
    )


def made(
    public: Sequence[MonthlySummary],
    superseded: Sequence[MonthlySummary] = (),
    base: str = "",
    **told: str,
) -> dict[str, bytes]:
    """The open data of the year, by name in its folder, beside the files of the months."""
    summaries = Summaries(tuple(public), tuple(superseded))
    rendered = render(summaries)
    files = open_data(FY, summaries, rendered, settings(base, **told), base)
    return {path.removeprefix(FOLDER): content for path, content in (rendered | files).items()}


def ocds(*months: MonthlySummary) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(package(months, NAME, "urn:x", "local-sokhoro1", ""))
    return content


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.decode().split("\n") if line]


@cache
def schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of a release with the bid extension merged in, and that of a package."""
    release, bids, whole = (
        json.loads((OCDS / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("release-schema", "bid-extension", "release-package-schema")
    )
    release["properties"] |= bids["properties"]
    release["definitions"] |= bids["definitions"]
    return release, whole


def errors_of(content: Mapping[str, Any]) -> list[str]:
    release, whole = schemas()
    checker = jsonschema.Draft4Validator.FORMAT_CHECKER
    known = {**whole, "properties": {**whole["properties"]}}
    known["properties"]["releases"] = {**whole["properties"]["releases"], "items": {}}
    one = jsonschema.Draft4Validator(release, format_checker=checker)
    found = [*jsonschema.Draft4Validator(known, format_checker=checker).iter_errors(content)]
    found += [error for told in content["releases"] for error in one.iter_errors(told)]
    return [f"{error.json_path}: {error.message}" for error in found]


def merged(releases: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What OCDS's own library makes of the releases of each process, without what is empty."""
    merger = ocdsmerge.Merger(schemas()[0])
    ocids = {one["ocid"] for one in releases}
    return {
        ocid: full(
            merger.create_compiled_release([one for one in releases if one["ocid"] == ocid])
        )
        for ocid in ocids
    }


def full(value: Any) -> Any:  # noqa: ANN401 - any part of a release
    """Leave out null, what holds nothing, and parts of which nothing but the name is left."""
    if isinstance(value, dict):
        kept = {key: full(one) for key, one in value.items() if key not in {"date", "tag"}}
        kept = {key: one for key, one in kept.items() if one not in (None, {}, [])}
        return kept if kept.keys() - {"id", "awardID"} else {}
    if isinstance(value, list):
        return [one for one in map(full, value) if one not in (None, {}, [])]
    return value


def comparable(value: Any) -> Any:  # noqa: ANN401 - any part of a release
    """What is the same in any order of its parts."""
    if isinstance(value, dict):
        return {k: comparable(v) for k, v in value.items() if k not in {"ocid", "id", "awardID"}}
    if isinstance(value, list):
        return sorted(map(comparable, value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


# ---- every row of the months, and no other


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A year as the program publishes it, two divisions, a month without procurement."""
    office = make_office(tmp_path_factory.mktemp("office"), "", 'place = "จังหวัดสมมุติ"\n')
    for at, layout in (((2567, 10), "nine-columns"), ((2568, 1), "twelve-columns")):
        book = examples.example_month(Month(*at), layout, rows=6)
        office.drop(book.file, examples.to_bytes(book))
    for division, seed in (("กองช่าง", 5), ("กองการศึกษา", 6)):
        book = examples.example_month(Month(2567, 12), "nine-columns", rows=3, seed=seed)
        office.drop(f"{division}/{book.file}", examples.to_bytes(book))
    done = office.one_pass(AFTER_THE_YEAR)
    assert not done.returned
    return office


def test_every_row_of_the_months_stands_in_the_year(dropped: Office) -> None:
    folder = dropped.public / FOLDER
    found = lines((folder / f"sokhoro1-fy{FY}.jsonl").read_bytes())
    expected, cells = [], []
    for at in ("2567-10", "2567-12", "2568-01"):
        told = dropped.month(at)
        head = {key: told[key] for key in ("month", "fiscal_year", "organisation", "revision")}
        expected += [
            head | {"page": f"fy{FY}/{at}/index.html#r{place}"} | row
            for place, row in enumerate(told["rows"], 1)
        ]
        cells += table((folder / at / f"sokhoro1-{at}.csv").read_bytes())[1:]
    assert found == expected
    assert len(found) == 18
    whole = table((folder / f"sokhoro1-fy{FY}.csv").read_bytes())
    assert whole[1:] == cells
    assert whole[0] == table((folder / "2567-10/sokhoro1-2567-10.csv").read_bytes())[0]
    for line in found:
        path, _, anchor = line["page"].partition("#")
        assert f'id="{anchor}"' in (dropped.public / path).read_text(encoding="utf-8")


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_ocds_of_a_real_year_says_what_the_rows_say(dropped: Office) -> None:
    folder = dropped.public / FOLDER
    content = json.loads((folder / f"ocds-fy{FY}.json").read_bytes())
    rows = lines((folder / f"sokhoro1-fy{FY}.jsonl").read_bytes())

    assert errors_of(content) == []
    assert len(content["releases"]) == len(rows)
    released = [said(release) for release in content["releases"]]
    # The second division of a month came in a second revision, before the rows of the first.
    assert comparable(released) == comparable(
        [{key: row[key] for key in released[0]} for row in rows]
    )


def said(release: Mapping[str, Any]) -> dict[str, Any]:
    """A release as the row of the month's JSON; None where the release says nothing."""

    def at(*path: str | int) -> Any:  # noqa: ANN401 - whatever stands there
        value: Any = release
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError):
                return None
        return value

    def baht(*path: str | int) -> str | None:
        amount = at(*path, "amount")
        assert amount is None or at(*path, "currency") == "THB"
        return None if amount is None else f"{amount:.2f}"

    signed = at("contracts", 0, "dateSigned")
    name = release["ocid"].removeprefix("local-sokhoro1-")
    project, control = at("tender", "id"), at("contracts", 0, "id")
    return {
        "organisation": at("buyer", "name"),
        "title": at("tender", "title"),
        "budget": baht("planning", "budget", "amount"),
        "reference_price": baht("tender", "value"),
        "procurement_method": at("tender", "procurementMethodDetails"),
        "bids": [
            {
                "bidder": at("bids", "details", place, "tenderers", 0, "name"),
                "amount": baht("bids", "details", place, "value"),
            }
            for place in range(len(at("bids", "details") or []))
        ],
        "supplier": at("awards", 0, "suppliers", 0, "name"),
        "agreed_price": baht("awards", 0, "value"),
        "selection_reason": at("awards", 0, "description"),
        "contract_number": at("contracts", 0, "title"),
        "contract_date": signed and signed.removesuffix("T00:00:00+07:00"),
        "egp_project_number": None if project == name else project,
        "egp_contract_number": None if control == name else control,
    }


def test_the_manifest_says_from_which_workbooks_the_year_was_made(dropped: Office) -> None:
    manifest = json.loads((dropped.public / "manifest.json").read_bytes())
    sources = {file["path"]: file["sources"] for file in manifest["files"]}
    originals = {one for path, told in sources.items() if "/revisions/" in path for one in told}
    originals |= {
        one for path, told in sources.items() if path.endswith("index.html") for one in told
    }
    assert len(originals) == 4
    for path in rows_of_year(FY):
        assert sources[path] == sorted(originals)


def test_the_data_package_is_valid_by_its_own_library(dropped: Office) -> None:
    report = validate(str(dropped.public / FOLDER / "datapackage.json"))

    assert report.valid, report.flatten(["message"])
    assert len(report.tasks) == 3 + 2 * 3
    rows = {Path(task.place).name: task.stats.get("rows") for task in report.tasks}
    assert rows[f"sokhoro1-fy{FY}.csv"] == 18


def test_the_data_package_catches_a_damaged_file(dropped: Office, tmp_path: Path) -> None:
    """The library does look into the files."""
    for path in (dropped.public / FOLDER).rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(dropped.public / FOLDER)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    damaged = tmp_path / f"sokhoro1-fy{FY}.csv"
    damaged.write_bytes(damaged.read_bytes() + b"1,2\r\n")

    assert not validate(str(tmp_path / "datapackage.json")).valid


def test_descriptions_name_files_that_are_there_with_their_size_and_sum() -> None:
    files = made([month(FULL), month(ROW, month=NOVEMBER)])
    for one in json.loads(files["datapackage.json"])["resources"]:
        content = files[one["path"]]
        assert one["bytes"] == len(content)
        assert one["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    for one in json.loads(files["dcat.json"])["dcat:distribution"]:
        content = files[one["dcat:downloadURL"]["@id"]]
        assert one["dcat:byteSize"]["@value"] == str(len(content))
        sum_ = one["spdx:checksum"]["spdx:checksumValue"]
        assert sum_ == hashlib.sha256(content).hexdigest()
    distribution = json.loads(files["dataset.jsonld"])["distribution"]
    named = [one["contentUrl"] for one in distribution]
    assert named == [path.removeprefix(FOLDER) for path in rows_of_year(FY)]


def test_descriptions_say_how_much_of_the_year_is_there() -> None:
    files = made([month(ROW), month(ROW, ROW, month=NOVEMBER)])
    told = json.loads(files["datapackage.json"])["description"]
    assert "เผยแพร่แล้ว 2 จาก 12 เดือน (ตุลาคม 2567 พฤศจิกายน 2567) รวม 3 รายการ" in told


# ---- what nobody told is absent


def test_what_the_configuration_does_not_tell_is_left_out() -> None:
    silent = made([month(ROW)])
    told = made(
        [month(ROW)],
        base=BASE,
        license="https://creativecommons.org/licenses/by/4.0/",
        contact_name="กองคลัง",
        contact_email="finance@example.go.th",
    )
    names = ("datapackage.json", "dcat.json", "dataset.jsonld", f"ocds-fy{FY}.json")
    for name in names:
        assert not re.search(b'"[^"]*(licen[sc]e|contactPoint)[^"]*"', silent[name]), name
        assert b"example.go.th" not in silent[name]
        assert b"creativecommons" in told[name]
    assert b"mailto:finance@example.go.th" in told["dcat.json"]
    dataset = json.loads(told["dataset.jsonld"])
    assert dataset["publisher"]["contactPoint"]["name"] == "กองคลัง"
    assert dataset["distribution"][0]["contentUrl"] == f"{BASE}{FOLDER}sokhoro1-fy{FY}.csv"
    assert json.loads(told[f"ocds-fy{FY}.json"])["uri"] == f"{BASE}{FOLDER}ocds-fy{FY}.json"
    assert json.loads(silent[f"ocds-fy{FY}.json"])["uri"].startswith("urn:uuid:")


UNKNOWN = (
    *("title", "budget", "reference_price", "procurement_method", "supplier", "agreed_price"),
    *("selection_reason", "contract_number", "contract_date"),
    *("egp_project_number", "egp_contract_number"),
)


@STEADY
@given(
    st.sets(st.sampled_from(UNKNOWN)),
    st.lists(
        st.tuples(st.none() | st.just("ร้าน ก"), st.none() | st.integers(0, 10**9)), max_size=3
    ),
)
def test_what_a_row_does_not_say_has_no_key(
    unknown: set[str], bids: list[tuple[str | None, int | None]]
) -> None:
    """Said back, a release is the row; and no key has null, "", or nothing in it."""
    row = replace(FULL, **dict.fromkeys(unknown), bids=tuple(Bid(*one) for one in bids))  # type: ignore[arg-type]
    content = ocds(month(row))
    (release,) = content["releases"]

    wanted = row.public() | {"organisation": NAME}
    assert said(release) == {key: wanted[key] for key in said(release)}
    assert errors_of(content) == []
    text = json.dumps(release)
    assert not re.search(r'null|""|\[\]|\{\}|status|identifier|items|date":"', text)
    present = {stage for stage in ("planning", "awards", "contracts") if stage in release}
    contract = {"contract_number", "contract_date", "egp_contract_number"} - unknown
    award = {"supplier", "agreed_price", "selection_reason"} - unknown
    assert present == {
        *(["planning"] if "budget" not in unknown else []),
        *(["contracts"] if contract else []),
        *(["awards"] if award or contract else []),
    }
    assert ("extensions" in content) == bool(bids)


def test_a_method_has_a_code_only_where_the_law_is_certain() -> None:
    codes = {method.code for method in KNOWN_METHODS}
    assert codes - METHODS.keys() == {"design-contest"}
    assert METHODS.keys() <= codes
    for words, code in (("ประกวดแบบ", None), ("วิธีใหม่", None), ("คัดเลือก", "limited")):
        (release,) = ocds(month(replace(ROW, procurement_method=words)))["releases"]
        assert release["tender"].get("procurementMethod") == code
        assert release["tender"]["procurementMethodDetails"] == words


def test_an_amount_that_json_would_round_is_left_out() -> None:
    exact = ocds(month(replace(ROW, agreed_price=2**53 - 1)))["releases"][0]
    large = ocds(month(replace(ROW, agreed_price=2**53)))["releases"][0]
    assert f"{exact['awards'][0]['value']['amount']:.2f}" == "90071992547409.91"
    assert "value" not in large["awards"][0]


# ---- corrections


def test_a_correction_is_a_later_release_of_the_same_process() -> None:
    before, now = revisions((FULL, OTHER), (replace(FULL, agreed_price=10_500_000), OTHER))
    releases = ocds(before, now)["releases"]

    assert [one["id"] for one in releases] == [
        "local-sokhoro1-2567-10-1-1",
        "local-sokhoro1-2567-10-2-1",
        "local-sokhoro1-2567-10-1-2",  # nothing happened to the other row
    ]
    assert releases[0]["tag"] == ["planning", "tender", "award", "contract"]
    assert releases[2]["tag"] == [
        "planningUpdate",
        "tenderUpdate",
        "awardUpdate",
        "contractUpdate",
    ]
    assert releases[0]["ocid"] == releases[2]["ocid"] != releases[1]["ocid"]
    assert releases[0]["date"] < releases[2]["date"]
    assert releases[0]["tender"]["id"] == "67099354005"


def test_a_value_and_a_row_taken_back_stand_as_null_and_nothing_is_cancelled() -> None:
    content = ocds(*revisions((FULL, OTHER), (replace(FULL, supplier=None),)))
    *_, silent, removed = content["releases"]

    assert errors_of(content) == []
    assert silent["awards"][0]["suppliers"] == [{"id": "2567-10-1-supplier", "name": None}]
    assert removed["ocid"].endswith("-2")
    assert removed["awards"][0]["value"] == {"amount": None, "currency": None}
    assert removed["tender"]["title"] is None
    text = json.dumps(removed)
    assert "ancel" not in text
    assert "erminat" not in text


def test_a_row_that_comes_back_is_the_one_it_was() -> None:
    content = ocds(*revisions((ROW, OTHER), (ROW,), (ROW, OTHER)))
    other = [one for one in content["releases"] if one["ocid"].endswith("-2")]

    assert len({one["ocid"] for one in content["releases"]}) == 2
    assert [one["id"][-1] for one in other] == ["1", "2", "3"]
    assert other[2]["tag"][0] == "planningUpdate"


def test_a_project_number_that_becomes_known_changes_no_name() -> None:
    late = replace(ROW, egp_project_number="67099354005")
    first, second = ocds(*revisions((ROW,), (late,)))["releases"]
    assert first["ocid"] == second["ocid"]
    assert second["tender"]["id"] == "67099354005"


def test_two_rows_of_one_project_stay_two() -> None:
    content = ocds(month(FULL, replace(FULL, number=2, title="ซื้ออื่น", budget=1)))
    assert len(merged(content["releases"])) == 2


CHOICES = (FULL, ROW, OTHER, NEW, CHANGED, NOTHING_KNOWN, replace(FULL, supplier=None, bids=()))


@STEADY
@given(st.lists(st.lists(st.sampled_from(CHOICES), max_size=4), min_size=1, max_size=4))
def test_merged_the_releases_tell_what_the_public_revision_tells(
    lists: list[list[Procurement]],
) -> None:
    """By OCDS's own library; the schema holds, ids are unique, tags follow each other."""
    months = [
        month(*rows, revision=at, published_on=date(2024, 11, 5))  # all on one day
        for at, rows in enumerate(lists, 1)
    ]
    if not any(lists):
        assert package(months, NAME, "urn:x", "x", "") == b""
        return
    content = ocds(*months[::-1])
    releases = content["releases"]

    assert errors_of(content) == []
    assert len({one["id"] for one in releases}) == len(releases)
    wanted = ocds(replace(months[-1], revision=1))["releases"] if lists[-1] else []
    found = list(merged(releases).values())
    assert comparable([one for one in found if "tender" in one and len(one["tender"]) > 0]) == (
        comparable([full(one) for one in wanted if full(one).get("tender")])
    )
    for ocid in {one["ocid"] for one in releases}:
        told: set[str] = set()
        dates = [one["date"] for one in releases if one["ocid"] == ocid]
        assert dates == sorted(set(dates))
        for tag in (tag for one in releases if one["ocid"] == ocid for tag in one["tag"]):
            assert tag.endswith("Update") == (tag.removesuffix("Update") in told)
            told.add(tag.removesuffix("Update"))


def test_what_was_published_keeps_its_name_when_more_is_published() -> None:
    *first, last = revisions((ROW, OTHER), (OTHER, NEW), (NEW, CHANGED, OTHER))
    before, after = ocds(*first)["releases"], ocds(*first, last)["releases"]
    assert after[: len(before)] == before
    assert len(lives([*first, last])) == 3


# ---- nothing of a stranger does harm, nothing of a citizen goes out


@pytest.mark.parametrize("payload", [*PAYLOADS, "=1+1", "\u2028สองบรรทัด\x85", "@SUM(A1)"])
def test_the_text_of_a_stranger_is_text(payload: str) -> None:
    row = replace(ROW, title=payload, supplier=payload, bids=(Bid(payload, 1),))
    files = made([month(row)])

    content = files[f"sokhoro1-fy{FY}.jsonl"]
    (line,) = lines(content)
    assert (line["title"], line["bids"][0]["bidder"]) == (payload, payload)
    assert len(content.decode().splitlines()) == 1
    cells = table(files[f"sokhoro1-fy{FY}.csv"])[1]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert ocds(month(row))["releases"][0]["tender"]["title"] == payload


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
def test_the_gate_looks_into_every_file(kind: str) -> None:
    files = made([month(replace(ROW, title=f"จ้าง {CITIZEN}"))])
    (name,) = (n for n in files if re.fullmatch(rf"(sokhoro1|ocds)-fy{FY}\.{kind}", n))
    with pytest.raises(PersonalDataError, match=name):
        gate({name: files[name]})
    hidden = made([month(replace(ROW, title=f"จ้าง {HIDDEN}"))])
    gate({name: content for name, content in hidden.items() if "/" not in name})


def test_the_gate_looks_into_a_description() -> None:
    told = made([month(ROW)], contact_name=f"นายสมมติ {CITIZEN}")
    with pytest.raises(PersonalDataError, match=r"dataset\.jsonld"):
        gate({"dataset.jsonld": told["dataset.jsonld"]})


# ---- shapes of a year


def test_a_year_of_nothing_bought_has_tables_and_no_package_of_releases() -> None:
    files = made([month(month=DECEMBER, nil=True)])
    assert len(table(files[f"sokhoro1-fy{FY}.csv"])) == 1
    assert files[f"sokhoro1-fy{FY}.jsonl"] == b""
    assert f"ocds-fy{FY}.json" not in files
    assert len(json.loads(files["dataset.jsonld"])["distribution"]) == 2
    gate({name: content for name, content in files.items() if "/" not in name})


def test_a_year_without_a_public_month_offers_nothing() -> None:
    files = assemble(Summaries((), ()), [year()], {}, settings())
    assert not [path for path in files if "sokhoro1-fy" in path or path.endswith("ld")]
    assert "ข้อมูลเปิดของทั้งปี" not in files[f"{FOLDER}index.html"].decode()


def test_the_year_page_offers_every_file() -> None:
    public = month(ROW)
    summaries = Summaries((public,), ())
    files = assemble(summaries, [year(status(public))], render(summaries), settings())
    page = files[f"{FOLDER}index.html"].decode()
    for path in files:
        name = path.removeprefix(FOLDER)
        if path.startswith(FOLDER) and "/" not in name and name != "index.html":
            assert f'href="{name}"' in page, name


def test_the_same_months_in_another_order_make_the_same_bytes() -> None:
    before, now = revisions((ROW, OTHER), (CHANGED, NEW))
    public = [now, month(FULL, month=NOVEMBER), month(month=DECEMBER, nil=True)]
    assert made(public, [before]) == made(public[::-1], [before])


@pytest.mark.parametrize(
    "line",
    [
        'ocid_prefix = ""',
        'ocid_prefix = "มี ช่องว่าง"',
        'ocid_prefix = "a#b"',
        'license = "by"',
        'contact_email = "กองคลัง"',
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path: Path, line: str) -> None:
    config = tmp_path / "sokhoro1.toml"
    config.write_text(f'[organisation]\nname = "{NAME}"\n[open_data]\n{line}\n', encoding="utf-8")
    with pytest.raises(CannotRunError) as told:
        configure(config)
    assert line.split(maxsplit=1)[0] in str(told.value)


# ---- the feed


@pytest.mark.parametrize("base", ["", BASE])
def test_the_json_feed_has_the_entries_of_the_atom_feed(base: str) -> None:
    """By the rules of https://www.jsonfeed.org/version/1.1/."""
    before, now = revisions((ROW, OTHER), (CHANGED, NEW))
    summaries = Summaries((now, month(FULL, month=NOVEMBER)), (before,))
    years = [year(*map(status, summaries.public))]
    files = assemble(summaries, years, render(summaries), settings(base))
    feed = json.loads(files["feed.json"])
    atom = files["feed.xml"].decode()

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed.get("feed_url") == (f"{base}feed.json" if base else None)
    assert [one["id"] for one in feed["items"]] == re.findall(r"<id>(.*)</id>", atom)[1:]
    assert len(feed["items"]) == 3
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00")
    for one in feed["items"]:
        assert one["content_text"]
        assert one["title"]
        assert moment.fullmatch(one["date_published"])
        assert one["date_published"] <= one["date_modified"]
        assert one["_sokhoro1"]["page"] in files
        assert one.get("url") == (base + one["_sokhoro1"]["page"] if base else None)
        assert f"<title>{one['title']}</title>" in atom
        assert f'<summary type="text">{one["content_text"]}</summary>' in atom


def test_the_extension_is_named_where_bids_are_and_nowhere_else() -> None:
    assert ocds(month(ROW))["extensions"] == [BIDS_EXTENSION]
    assert "extensions" not in ocds(month(replace(ROW, bids=())))


def test_every_release_is_dated_no_later_than_its_package() -> None:
    months = revisions((ROW,), (CHANGED,), (ROW,))
    content = ocds(*months)
    assert content["publishedDate"] == max(one["date"] for one in content["releases"])
    assert content["publishedDate"].startswith(str(months[0].published_on + timedelta(days=60)))
