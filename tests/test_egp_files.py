"""Columns of e-GP's open data are told by what they hold, in every shape and container."""

import gzip
import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.confine import contracts_confined
from pipeline.egp.contracts import read_contracts
from pipeline.egp.records import CHUNK
from pipeline.guard import MIB, Limits
from schemas.egp import Contract, EgpContracts
from tests.egp_files import (
    CONTAINERS,
    OURS,
    PERSON_S_TAX,
    SHAPES,
    Deal,
    deals,
    file_of,
    table,
)

OTHER = "องค์การบริหารส่วนตำบลสมมติ"
LIMITS = Limits()


def read(content: bytes, folder: Path, *names: str) -> EgpContracts:
    path = folder / "egp"
    path.write_bytes(content)
    return read_contracts(path, "egp", names or (OURS,), LIMITS)


def facts(contract: Contract) -> tuple[object, ...]:
    return (
        contract.project,
        contract.number,
        contract.amount,
        contract.supplier,
        contract.signed,
        contract.ends,
        contract.fiscal_year,
        contract.title,
    )


def facts_of(deal: Deal) -> tuple[object, ...]:
    known = (deal.project, deal.number, deal.amount, deal.supplier, deal.signed, deal.ends)
    return (*known, deal.year, deal.title)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_in_every_container_says_the_same(
    tmp_path: Path, shape: str, container: str
) -> None:
    mine = deals(60)
    others = deals(40, OTHER, seed=2)
    mixed = [*others[:20], *mine, *others[20:]]

    said = read(file_of(mixed, shape, container), tmp_path)

    assert said.faults == ()
    assert (said.records, said.ours) == (100, 60)
    assert [facts(one) for one in said.contracts] == [facts_of(one) for one in mine]


@pytest.mark.parametrize("seed", range(12))
def test_a_few_lines_are_enough(tmp_path: Path, seed: int) -> None:
    """Also where all of them look odd: numbers without a year, one supplier, no announcement."""
    mine = deals(random.Random(seed).randint(1, 4), seed=seed)  # noqa: S311 - cases that repeat
    for shape in SHAPES:
        said = read(file_of(mine, shape, "csv"), tmp_path)
        assert [facts(one) for one in said.contracts] == [facts_of(one) for one in mine], shape


def test_what_was_taken_for_what_is_told_with_the_name_that_stands_above(tmp_path: Path) -> None:
    said = read(file_of(deals(30), "shifted", "csv"), tmp_path)

    assert {one.field: (one.column, one.name) for one in said.taken} == {
        "project": (2, "รหัสโครงการ"),
        "title": (3, "ชื่อโครงการ"),
        "organisation": (5, "ชื่อหน่วยงาน"),
        "fiscal_year": (13, "ปีงบประมาณ"),
        "method": (8, "กลุ่มวิธีจัดซื้อฯ"),
        "project_status": (18, "เขต/อำเภอ(Eng)"),
        "supplier": (23, "ละติจูดโครงการ"),
        "number": (24, "ลองจิจูดโครงการ"),
        "signed": (25, "เลขนิติบุคคล"),
        "ends": (26, "ชื่อผู้ชนะ"),
        "amount": (27, "เลขที่สัญญา"),
        "status": (28, "วันที่ลงนามสัญญา"),
    }


def test_columns_in_any_order_are_known_by_a_name_that_their_values_keep(tmp_path: Path) -> None:
    names, lines = table(deals(30), "right")
    order = list(range(len(names)))
    random.Random(4).shuffle(order)  # noqa: S311 - cases that repeat
    text = json.dumps([{names[at]: line[at] for at in order} for line in lines]).encode()

    said = read(text, tmp_path)

    assert [facts(one) for one in said.contracts] == [facts_of(one) for one in deals(30)]


def test_a_header_alone_is_not_believed(tmp_path: Path) -> None:
    """The five things of a contract lie apart, and their names stand over other things."""
    names, lines = table(deals(30), "right")
    order = list(range(len(names)))
    random.Random(4).shuffle(order)  # noqa: S311 - cases that repeat
    wrong = dict(zip(names, (*names[1:], names[0]), strict=True))
    text = json.dumps([{wrong[names[at]]: line[at] for at in order} for line in lines]).encode()

    said = read(text, tmp_path)

    assert [fault.rule for fault in said.faults] == ["egp-columns-known"]
    assert not said.contracts


def test_what_stands_side_by_side_counts_more_than_a_header(tmp_path: Path) -> None:
    """The names of the two days are exchanged: each still stands over a day."""
    names, lines = table(deals(30), "right")
    signed, ends = names.index("วันที่ลงนามสัญญา"), names.index("วันที่สิ้นสุดสัญญา")
    names[signed], names[ends] = names[ends], names[signed]
    text = json.dumps([dict(zip(names, line, strict=True)) for line in lines]).encode()

    said = read(text, tmp_path)

    assert [facts(one) for one in said.contracts] == [facts_of(one) for one in deals(30)]


@pytest.mark.parametrize("more", range(8))
def test_a_number_at_the_end_of_what_was_read_goes_on(tmp_path: Path, more: int) -> None:
    records, _, _ = file_of(deals(3), "right", "json").decode().rpartition("]")
    before = '{"padding": "'
    padding = "x" * (CHUNK + 1 - len(before) - len('", "total": ') - more)
    text = f'{before}{padding}", "total": 123456, "records": {records}]}}'

    assert len(read(text.encode(), tmp_path).contracts) == 3


def test_a_file_without_a_needed_column_says_which(tmp_path: Path) -> None:
    names, lines = table(deals(30), "right")
    kept = [at for at, name in enumerate(names) if name != "เลขที่สัญญา"]
    text = json.dumps([{names[at]: line[at] for at in kept} for line in lines]).encode()

    said = read(text, tmp_path)

    assert [fault.rule for fault in said.faults] == ["egp-columns-known"]
    assert "«เลขที่สัญญา»" in said.faults[0].words(OURS)


def test_the_former_name_is_ours_too(tmp_path: Path) -> None:
    renamed = [
        replace(deal, organisation=OURS if at % 2 else "เทศบาลตำบลตัวอย่าง")
        for at, deal in enumerate(deals(10))
    ]
    content = file_of(renamed)

    assert len(read(content, tmp_path, OURS, "เทศบาลตำบลตัวอย่าง").contracts) == 10
    assert len(read(content, tmp_path, OURS).contracts) == 5


def test_a_file_of_another_organisation_is_called_by_its_name(tmp_path: Path) -> None:
    said = read(file_of(deals(10, OTHER)), tmp_path)

    assert said.ours == 0
    assert [fault.rule for fault in said.faults] == ["egp-of-ours"]
    assert OTHER in said.faults[0].words(OURS)


def test_we_as_somebody_s_supplier_are_not_the_buyer(tmp_path: Path) -> None:
    sold = [replace(deal, supplier=OURS) for deal in deals(5, OTHER)]

    assert read(file_of([*sold, *deals(5, OTHER, seed=3)]), tmp_path).ours == 0


def test_a_project_without_a_contract_is_counted_and_is_none(tmp_path: Path) -> None:
    bare = Deal("68019000001", "", 0, "", None)

    said = read(file_of([*deals(9), bare], "right"), tmp_path)

    assert (said.ours, said.without_contract, len(said.contracts)) == (10, 1, 9)


def test_a_line_that_nobody_can_read_is_told_and_the_others_count(tmp_path: Path) -> None:
    made = deals(30)
    made[3] = replace(made[3], project="6801900000")
    made[7] = replace(made[7], project="6.80190E+10")

    said = read(file_of(made, "right", "csv"), tmp_path)

    assert [(fault.rule, fault.line) for fault in said.faults] == [
        ("egp-row-readable", 5),
        ("egp-row-readable", 9),
    ]
    assert (said.unreadable, len(said.contracts)) == (2, 28)


def test_a_thousand_such_lines_are_counted_and_not_told_one_by_one(tmp_path: Path) -> None:
    made = [
        replace(deal, project="68-01") if at < 300 else deal for at, deal in enumerate(deals(2000))
    ]

    said = read(file_of(made, "right", "csv"), tmp_path)

    assert (said.unreadable, len(said.faults), len(said.contracts)) == (300, 50, 1700)


def test_a_last_day_that_does_not_exist_costs_no_contract(tmp_path: Path) -> None:
    text = file_of(deals(20), "right", "json").decode()
    records = json.loads(text)
    records[3]["วันที่สิ้นสุดสัญญา"] = "31 ก.พ. 68"

    said = read(json.dumps(records).encode(), tmp_path)

    assert (said.unreadable, len(said.contracts), said.contracts[3].ends) == (0, 20, None)


def test_no_tax_number_leaves_the_reader(tmp_path: Path) -> None:
    person = replace(deals(1)[0], tax=PERSON_S_TAX, supplier=f"นายสมมติ {PERSON_S_TAX}")

    said = read(file_of([*deals(40), person], "right"), tmp_path)

    text = json.dumps(said.kept(), ensure_ascii=False)
    assert len(said.contracts) == 41
    assert PERSON_S_TAX not in text
    assert "xxxx" not in text
    assert "0994000237031" not in text


def test_a_contract_list_within_a_record_is_as_many_contracts(tmp_path: Path) -> None:
    """The shape in which the state's own service answers."""
    text = json.dumps(
        {
            "result": [
                {
                    "project_id": "68019000001",
                    "project_name": "จ้างก่อสร้างถนนสมมติ โดยวิธีเฉพาะเจาะจง",
                    "dept_name": OURS,
                    "budget_year": "2568",
                    "contract": [
                        {
                            "winner_tin": "0994000237031",
                            "winner": f"บริษัท ตัวอย่าง {at} จำกัด",
                            "contract_no": f"{at}/2568",
                            "contract_date": "2025-01-15",
                            "contract_finish_date": "2025-03-15",
                            "price_agree": "1000.50",
                            "status": "ระหว่างดำเนินการ",
                        }
                        for at in (1, 2)
                    ],
                }
            ]
        }
    ).encode()

    said = read(text, tmp_path)

    assert [(one.project, one.number, one.amount, one.signed) for one in said.contracts] == [
        ("68019000001", "1/2568", 100050, date(2025, 1, 15)),
        ("68019000001", "2/2568", 100050, date(2025, 1, 15)),
    ]


# ---- what is something else, and what would harm


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "egp-is-contracts"),
        (b"   \n", "egp-is-contracts"),
        (b"%PDF-1.7 ...", "egp-is-contracts"),
        (b"\x89PNG\r\n", "egp-is-contracts"),
        (b"hello", "egp-is-contracts"),
        ("ชื่อ,ราคา\nก,1\n".encode(), "egp-is-contracts"),
        (b"{}", "egp-is-contracts"),
        (b"[]", "egp-is-contracts"),
        (b"[1, 2, 3]", "egp-is-contracts"),
        (b'{"rows": []}', "egp-is-contracts"),
        (b'[{"a": 1}, 2]', "egp-is-contracts"),
        (b'[{"a": 1}', "egp-readable"),
        (b'[{"a": ', "egp-readable"),
        (b"[" * 100_000, "egp-within-limits"),
        (b'[{"a": "' + b"x" * 3_000_000, "egp-readable"),
        (b'[{"a": "' + b"x" * 3_000_000 + b'"}]', "egp-readable"),
        (gzip.compress(b"[]", mtime=0)[:-9], "egp-readable"),
        (gzip.compress(b'[{"a": 1}]' * 9999, mtime=0)[:-9], "egp-readable"),
        (b"\x1f\x8b\x08rubbish", "egp-readable"),
        (b"PK\x03\x04rubbish", "egp-readable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rubbish", "egp-readable"),
        (b"a,b\n" + b'"' + b"x" * 2_000_000, "egp-readable"),
        (b"a,b\x00\n1,2\n", "egp-is-contracts"),
        (bytes(range(256)) * 500, "egp-is-contracts"),
        (b"<html><body>Request Rejected</body></html>", "egp-is-contracts"),
    ],
)
def test_what_is_no_contract_file_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, rule: str
) -> None:
    said = read(content, tmp_path)

    assert [fault.rule for fault in said.faults] == [rule], said.faults
    assert "\n" not in said.faults[0].words(OURS)
    assert not said.contracts


def test_a_bomb_ends_at_its_limit(tmp_path: Path) -> None:
    """Ten megabytes that are ten gigabytes of one record."""
    path = tmp_path / "bomb.json.gz"
    with gzip.open(path, "wb", compresslevel=6) as file:
        file.write(b'[{"a": "')
        for _ in range(200):
            file.write(b"x" * MIB)

    said = contracts_confined(path, path.name, (OURS,), replace(LIMITS, memory_bytes=512 * MIB))

    assert [fault.rule for fault in said.faults] == ["egp-readable"]


def test_a_file_that_never_ends_its_work_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(file_of(deals(20_000), "right", "csv"))

    said = contracts_confined(path, path.name, (OURS,), replace(LIMITS, wall_seconds=0))

    assert [fault.rule for fault in said.faults] == ["egp-within-limits"]


def test_the_confined_reader_says_what_the_reader_says(tmp_path: Path) -> None:
    content = file_of(deals(300), "short", "csv-874")
    path = tmp_path / "egp.csv"
    path.write_bytes(content)

    assert contracts_confined(path, "egp.csv", (OURS,), LIMITS) == read(content, tmp_path)


@pytest.mark.parametrize("seed", range(300))
def test_a_damaged_file_never_breaks_the_reader(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - cases that repeat
    whole = file_of(deals(20), chance.choice(SHAPES), chance.choice(CONTAINERS))
    content = bytearray(whole)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(content))
        match chance.randrange(3):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                del content[at : at + chance.randrange(1, 400)]
            case _:
                content[at:at] = bytes(chance.randrange(256) for _ in range(9))
        if not content:
            break

    read(bytes(content), tmp_path)  # whatever it says, it says it
