"""Search: what its index holds, read by Python alone; tests/test_search_in_browser.py asks it."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pipeline.gate import PersonalDataError, gate
from pipeline.site import ASSETS
from pipeline.site.search import FOLDER, GRAM, INDEX, SEARCH
from schemas.folding import fold
from schemas.procurement import METHODS
from tests.searched import Town, town, town_of
from tests.test_pages import parse, words

LIMIT = 100_000
CITIZEN = "1234567890121"


@pytest.fixture(scope="module")
def searched() -> Town:
    return town()


def index_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    index: dict[str, Any] = json.loads(files[INDEX])
    return index


def shards(files: Mapping[str, bytes], kind: str) -> list[Any]:
    """The shards of a kind in their order."""
    index = index_of(files)
    return [
        json.loads(files[f"{index['folder']}{kind}-{number}.json"])
        for number in range(len(index[kind]))
    ]


# ---- folding


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("๑๒/๒๕๖๘", "12/2568"),
        ("E-Bidding", "e-bidding"),
        ("\uff21\uff22\uff11", "ab1"),
        ("จํานวน", "จำนวน"),
        ("น้ํา", "น้ำ"),
        ("นํ้า", "น้ำ"),
        ("นำ้", "น้ำ"),
        ("จํำนวน", "จำนวน"),
        ("ช่ือ", "ชื่อ"),
        ("กู้", "กู้"),
        ("สิทธ์ิ", "สิทธิ์"),
        ("เเบบ", "แบบ"),
        ("บริษัท  ก ข\u00a0ค\nจำกัด", "บริษัทกขคจำกัด"),
        ("ก\u200bข\u200d\ufeff\u00ad", "กข"),
        ("12–34", "12-34"),
        ("Cafe\u0301", "café"),
    ],
)
def test_what_is_typed_in_two_ways_is_searched_in_one(typed: str, meant: str) -> None:
    assert fold(typed) == fold(meant) == fold(fold(typed))
    assert fold(meant) == meant  # the right spelling is its own


def test_different_words_stay_different() -> None:
    told = ["กา", "กำ", "ก้า", "ก่า", "กัน", "กิน", "ที", "ที่", "แ", "เ", "1/2", "12", "ซื้อ", "ซือ"]

    assert len({fold(word) for word in told}) == len(told)


# ---- the index


def test_every_gram_of_every_field_is_at_its_place_and_no_other(searched: Town) -> None:
    """The oracle walks over the fields; the index is read back as the script reads it."""
    wanted: dict[str, list[int]] = {}
    at = 0
    for _, _, row in searched.rows:
        for text in fields(row):
            folded = fold(text)
            for start in range(len(folded)):
                wanted.setdefault(folded[start : start + GRAM], []).append(at + start)
            at += len(folded) + 1

    found: dict[str, list[int]] = {}
    for grams in shards(searched.files, "grams"):
        for gram, letters in grams.items():
            place = 0
            for step in re.findall("[a-z]*[A-Z]", letters):
                number = 0
                for letter in step:
                    number = number * 25 + "abcdefghijklmnopqrstuvwyz".index(letter.lower())
                place += number
                found.setdefault(gram, []).append(place)
    assert found == wanted
    assert max(map(len, found.values())) > 3_000  # one that goes on in a further shard


def fields(row: Any) -> list[str]:  # noqa: ANN401 - a procurement
    """Each bidder once, and the supplier not again."""
    bidders = dict.fromkeys(bid.bidder for bid in row.bids if bid.bidder != row.supplier)
    numbers = (row.contract_number, row.egp_project_number, row.egp_contract_number)
    return [text for text in (row.title, row.supplier, *bidders, *numbers) if text is not None]


def test_a_shard_is_small_and_there_are_several(searched: Town) -> None:
    sizes = {path: len(body) for path, body in searched.files.items() if path.startswith(FOLDER)}

    assert {path: size for path, size in sizes.items() if size > LIMIT} == {}
    assert sum("grams-" in path for path in sizes) > 10
    assert sum("rows-" in path for path in sizes) > 10


def test_the_index_says_where_each_shard_begins(searched: Town) -> None:
    index = index_of(searched.files)
    for kind in ("rows", "facts", "suppliers"):
        lengths = [len(shard) for shard in shards(searched.files, kind)]
        assert index[kind] == [sum(lengths[:number]) for number in range(len(lengths))]

    ends = [[*shard][:1] + [*shard][-1:] for shard in shards(searched.files, "grams")]
    assert index["grams"] == ends
    grams = [gram for shard in shards(searched.files, "grams") for gram in shard]
    as_javascript = [gram.encode("utf-16-be") for gram in grams]
    assert max(map(max, grams)) > "\uffff"  # where Python and JavaScript differ
    assert as_javascript == sorted(as_javascript)
    assert sum(month["rows"] for month in index["months"]) == len(searched.rows)
    assert sum(map(len, shards(searched.files, "rows"))) == len(searched.rows)


def test_what_was_replaced_is_not_found(searched: Town) -> None:
    first, *others = searched.public
    old = replace(first.rows[0], title="รายการที่ถูกถอนออกแล้ว")
    superseded = replace(first, rows=(old,), revision=1, superseded=True)
    corrected = town_of((replace(first, revision=2), *others), superseded=(superseded,))

    index = {path: body for path, body in corrected.files.items() if path.startswith(FOLDER)}
    same = {path: body for path, body in searched.files.items() if path.startswith(FOLDER)}
    assert any("ถูกถอนออก".encode() in body for body in corrected.files.values())
    assert index == same


def test_the_order_in_which_months_come_changes_no_byte(searched: Town) -> None:
    backwards = town_of(searched.public[::-1])

    assert backwards.files == searched.files


def test_other_content_stands_in_another_folder(searched: Town) -> None:
    """Whoever has the index of an older release never reads it with newer shards."""
    *others, last = searched.public
    changed = town_of((*others, replace(last, rows=last.rows[:-1])))

    assert index_of(changed.files)["folder"] != index_of(searched.files)["folder"]


# ---- the gate


@pytest.mark.parametrize("kind", ["rows", "suppliers", "grams", "facts"])
def test_the_gate_reads_every_shard(searched: Town, kind: str) -> None:
    path = f"{index_of(searched.files)['folder']}{kind}-0.json"
    content = json.loads(searched.files[path])
    spoilt = content | {"ก": CITIZEN} if isinstance(content, dict) else [*content, CITIZEN]

    gate({path: searched.files[path]})
    with pytest.raises(PersonalDataError, match=kind):
        gate({path: json.dumps(spoilt).encode()})


def test_the_script_is_ours_and_the_same_for_everybody(searched: Town) -> None:
    assert ASSETS["assets/search.js"] == "search.js"
    assert gate(searched.files) == searched.files


def test_the_script_has_no_way_to_make_markup_or_code_of_a_text(searched: Town) -> None:
    script = searched.files["assets/search.js"].decode()

    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(", script)
        == []
    )
    assert re.findall(r"https?://|import\(|setAttribute\(\"(?:on|href|src)", script) == []


# ---- the page


def test_only_this_page_may_run_its_script_and_fetch(searched: Town) -> None:
    page = parse(searched.files[SEARCH])
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]

    assert policy.endswith("; script-src 'self'; connect-src 'self'")
    assert [tag.attributes["src"] for tag in page.find("script")] == ["assets/search.js"]
    assert b"script-src" not in b"".join(
        body for path, body in searched.files.items() if path.endswith(".html") and path != SEARCH
    )


def test_without_a_script_the_page_is_a_list_of_all_months(searched: Town) -> None:
    page = parse(searched.files[SEARCH])
    links = {tag.attributes["href"] for tag in page.one("main").find("a")}

    assert {
        f"fy{one.month.fiscal_year}/{one.month}/index.html" for one in searched.public
    } <= links
    assert "hidden" in page.one("form").attributes
    assert "hidden" in page.one("section", id="results").attributes
    assert "JavaScript" in words(page.one("p", id="without"))
    assert "hidden" not in page.one("p", id="without").attributes


def test_the_page_says_how_complete_the_years_are(searched: Town) -> None:
    said = words(parse(searched.files[SEARCH]).one("main"))

    assert "ค้นจาก ๑๕ เดือนที่เผยแพร่แล้ว จากทั้งหมด ๒๔ เดือนของ ๒ ปีงบประมาณ" in said
    assert "ปีงบประมาณ พ.ศ. ๒๕๖๗ เผยแพร่แล้วครบทั้ง ๑๒ เดือน" in said
    assert "ปีงบประมาณ พ.ศ. ๒๕๖๘ เผยแพร่แล้ว ๓ จาก ๑๒ เดือน เดือนที่ยังไม่เผยแพร่ไม่อยู่ในผลการค้นหา" in said


def test_the_ways_of_buying_that_are_offered_are_those_of_the_rows(searched: Town) -> None:
    (select,) = parse(searched.files[SEARCH]).find("select", id="method")
    offered = {tag.attributes["value"]: tag.text for tag in select.find("option")}
    known = {method.code: method.spellings[0] for method in METHODS}

    assert offered == {
        "": "ทุกวิธี",
        **{code: known[code] for code in ("direct", "selective", "e-bidding")},
        "other": "วิธีที่เขียนเป็นคำอื่น",
        "unknown": "ไม่ระบุ",
    }


def test_a_site_without_a_row_can_still_be_searched_in_vain(searched: Town) -> None:
    nil = searched.public[5]
    assert nil.nil
    empty = town_of((nil,))

    assert index_of(empty.files)["grams"] == []
    assert "ไม่มีการจัดซื้อจัดจ้าง" in words(parse(empty.files[SEARCH]).one("main"))
