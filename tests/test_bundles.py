"""Documents over several months say what their months say, cell for cell, and what they lack."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from pipeline.examine import examine
from pipeline.formats import xlsx
from pipeline.formats.kept import NOTHING_KEPT, Kept
from pipeline.gate import FormulaError, PersonalDataError, gate
from pipeline.guard import Limits
from pipeline.places import place_of
from pipeline.publish import sources_of
from pipeline.site import assemble
from pipeline.site.bundles import bundles
from pipeline.site.view import Site, year_of
from pipeline.summarise import Summaries
from schemas import bundle_words as words
from schemas.config import Ita, Organisation, Settings
from schemas.ita import ItaItems
from schemas.month import Month, fiscal_months
from schemas.procurement import Bid, Procurement, Source
from schemas.summary import HEADINGS, MonthlySummary
from schemas.thai import UNKNOWN
from tests.test_format_pdf import READERS, bare, cells
from tests.test_pages import parse, status, year

OFFICE = Organisation(name="เทศบาลเมืองตัวอย่าง", place="จังหวัดตัวอย่าง")
SETTINGS = Settings(organisation=OFFICE)
FOLDER = "fy2568/"
OCTOBER, NOVEMBER, DECEMBER, JANUARY = fiscal_months(2568)[:4]
ROW = Procurement(
    Source("ตุลาคม.xlsx", "แผ่นแรก", 7),
    number=1,
    title="ซื้อวัสดุสำนักงาน",
    budget=10_800_000,
    reference_price=10_700_000,
    procurement_method="วิธีเฉพาะเจาะจง",
    bids=(Bid("ร้านสมมุติ", 10_650_000), Bid("ร้านตัวอย่าง", None)),
    supplier="ร้านสมมุติ",
    agreed_price=10_600_000,
    selection_reason="ราคาต่ำสุด",
    contract_number="5/2568",
    contract_date=date(2024, 10, 1),
    egp_project_number="67109012345",
)
OTHER = replace(
    ROW,
    number=2,
    title="จ้างก่อสร้างถนน",
    procurement_method="e-bidding",
    supplier="หจก.ตัวอย่าง",
    agreed_price=31_800_000,
    budget=40_000_000,
)
NOTHING = Procurement(ROW.source)


def summary(month: Month, *rows: Procurement, nil: bool = False) -> MonthlySummary:
    day = month.following.first.replace(day=5)
    source = f"{month.number:02}" * 32
    return MonthlySummary(
        month, OFFICE.name, OFFICE.place, 1, day, rows, nil=nil, sources=(source,)
    )


QUARTER = (
    summary(OCTOBER, ROW, OTHER),
    summary(NOVEMBER, replace(ROW, title="จ้างซ่อมรถ")),
    summary(DECEMBER, nil=True),
)


def made(
    *months: MonthlySummary, settings: Settings = SETTINGS, kept: Kept = NOTHING_KEPT
) -> dict[str, bytes]:
    """The documents of the fiscal year by their name."""
    summaries = Summaries(months, ())
    of_year = year_of(year(*map(status, months)), summaries, {})
    files = bundles(Site((of_year,), summaries, {}, settings, "", kept))
    assert all(path.startswith(FOLDER) for path in files)
    return {path.removeprefix(FOLDER): content for path, content in files.items()}


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return made(*QUARTER, summary(JANUARY, ROW, NOTHING))


def sheets_of(content: bytes) -> list[Worksheet]:
    return list(load_workbook(io.BytesIO(content)).worksheets)


def grid(sheet: Worksheet) -> list[list[Any]]:
    return [list(line) for line in sheet.iter_rows(values_only=True)]


def table_of(sheet: Worksheet, heading: str) -> list[list[Any]]:
    """The lines below the header that begins with ``heading``."""
    lines = grid(sheet)
    head = next(at for at, line in enumerate(lines) if line[0] == heading)
    return lines[head + 1 :]


def test_a_year_has_a_document_for_each_quarter_with_a_public_month(
    files: Mapping[str, bytes],
) -> None:
    of = ("sokhoro1-fy2568-{}.pdf", "sokhoro1-fy2568-{}.xlsx", "w62-fy2568-{}.xlsx")
    quarters = {name.format(quarter) for quarter in ("q1", "q2") for name in of}
    of_year = {"sokhoro1-fy2568-summary.pdf", "sokhoro1-fy2568-summary.xlsx"}

    assert set(files) == quarters | of_year | {"ita16-fy2568.xlsx", "ita18-fy2568.xlsx"}
    assert made() == {}


def test_a_quarter_has_the_forms_of_its_months_cell_for_cell(files: Mapping[str, bytes]) -> None:
    content = files["sokhoro1-fy2568-q1.xlsx"]
    cover, *sheets = sheets_of(content)
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(content))

    alone = [next(iter(xlsx.render(month).values())) for month in QUARTER]

    assert [sheet.title for sheet in (cover, *sheets)] == [
        *("สรุป", "สขร.๑ ต.ค.๖๗", "สขร.๑ พ.ย.๖๗", "สขร.๑ ธ.ค.๖๗", "ข้อมูล"),
    ]
    for at, book in enumerate(alone):
        form, data = sheets_of(book)
        assert grid(sheets[at]) == grid(form)
        assert sheets[at].print_title_rows == form.print_title_rows
        other = CalamineWorkbook.from_filelike(io.BytesIO(book))
        assert (
            calamine.get_sheet_by_index(at + 1).to_python()
            == other.get_sheet_by_index(0).to_python()
        )
        assert [line for line in grid(sheets[3]) if line[2] == grid(data)[-1][2]] in (
            grid(data)[1:],
            [grid(data)[0]],  # nil: nothing but the header
        )
    assert len(grid(sheets[3])) == 4


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_finds_every_cell_of_the_months_in_the_pdf(
    files: Mapping[str, bytes], reader: str
) -> None:
    text = bare("".join(READERS[reader](files["sokhoro1-fy2568-q1.pdf"])))

    for month in QUARTER[:2]:
        for line in cells(month):
            assert bare(line) in text, line
    assert text.count(bare(HEADINGS[8])) == 3
    for said in (
        "รวมทั้ง ๓ เดือน",
        "๕๓๐,๐๐๐.๐๐",
        "เผยแพร่ครบทั้ง ๓ เดือน",
        "ไม่มีการจัดซื้อจัดจ้าง",
        "หน้า ๔ จาก ๔",
    ):
        assert bare(said) in text, said


def test_the_cover_sums_its_months(files: Mapping[str, bytes]) -> None:
    cover = sheets_of(files["sokhoro1-fy2568-q1.xlsx"])[0]

    assert table_of(cover, "เดือน") == [
        ["ตุลาคม ๒๕๖๗", "เผยแพร่แล้ว", 2, 508_000, 424_000],
        ["พฤศจิกายน ๒๕๖๗", "เผยแพร่แล้ว", 1, 108_000, 106_000],
        ["ธันวาคม ๒๕๖๗", "ไม่มีการจัดซื้อจัดจ้าง", 0, "–", "–"],
        ["รวมทั้ง ๓ เดือน", None, 3, 616_000, 530_000],
    ]


def test_a_quarter_that_lacks_months_names_them_and_is_not_called_whole(
    files: Mapping[str, bytes],
) -> None:
    lacks = "ยังไม่ครบ: เผยแพร่แล้ว ๑ จาก ๓ เดือน ยังไม่มี กุมภาพันธ์ ๒๕๖๘ มีนาคม ๒๕๖๘"
    workbooks = ("sokhoro1-fy2568-q2.xlsx", "w62-fy2568-q2.xlsx")
    texts = [str(grid(sheets_of(files[name])[0])) for name in workbooks]
    texts += ["".join(read(files["sokhoro1-fy2568-q2.pdf"])) for read in READERS.values()]

    for text in texts:
        assert bare(lacks) in bare(text)
        assert bare("ครบทั้ง") not in bare(text)
        assert bare("รวมทั้ง ๓") not in bare(text)
    assert bare("รวม ๑ จาก ๓ เดือน") in bare(texts[0])
    assert table_of(sheets_of(files["sokhoro1-fy2568-q2.xlsx"])[0], "เดือน")[0] == [
        *("มกราคม ๒๕๖๘", "เผยแพร่แล้ว", 2),
        *("๑๐๘,๐๐๐.๐๐\nไม่รวม ๑ รายการที่ไม่ระบุ", "๑๐๖,๐๐๐.๐๐\nไม่รวม ๑ รายการที่ไม่ระบุ"),
    ]


def test_the_summary_gives_no_share_while_months_are_missing(files: Mapping[str, bytes]) -> None:
    cover = sheets_of(files["sokhoro1-fy2568-summary.xlsx"])[0]

    lines = table_of(cover, "วิธีซื้อหรือจ้าง")

    assert [line[:3] for line in lines[:4]] == [
        ["เฉพาะเจาะจง", "–", 3],
        ["ประกวดราคาอิเล็กทรอนิกส์", "–", 1],
        [UNKNOWN, "–", 1],
        ["รวม ๕ รายการ", None, 5],
    ]
    assert lines[4][0] == words.NO_SHARE_MONTHS
    assert "ไม่คาดเดาประเภท" in lines[6][0]


def test_a_whole_year_has_shares_of_what_every_row_states() -> None:
    months = [summary(month, ROW) for month in fiscal_months(2568)]
    whole = made(summary(OCTOBER, ROW, OTHER), *months[1:])
    unknown = made(summary(OCTOBER, ROW, NOTHING), *months[1:])

    name = "sokhoro1-fy2568-summary.xlsx"
    shares = [line[:2] for line in table_of(sheets_of(whole[name])[0], "วิธีซื้อหรือจ้าง")]
    assert shares[:2] == [["เฉพาะเจาะจง", 80], ["ประกวดราคาอิเล็กทรอนิกส์", 20]]
    lines = table_of(sheets_of(unknown[name])[0], "วิธีซื้อหรือจ้าง")
    assert [line[1] for line in lines[:2]] == ["–", "–"]
    assert lines[3][0] == words.NO_SHARE_ROWS
    assert len(grid(sheets_of(whole[name])[1])) == 14  # every row of the year, and the header


def test_the_list_of_winners_has_nothing_that_no_row_tells(files: Mapping[str, bytes]) -> None:
    (sheet,) = sheets_of(files["w62-fy2568-q1.xlsx"])

    first, *_, total = table_of(sheet, words.W62_HEADINGS[0])[:4]

    assert first == [
        *(1, None, "ร้านสมมุติ", "ซื้อวัสดุสำนักงาน", 106_000, "๑ ต.ค. ๖๗", "5/2568", None),
    ]
    assert total == [None, None, "รวมทั้งสิ้น ๓ รายการ", None, 530_000, None, None, None]
    assert "จัดทำจากแบบ สขร.๑" in str(grid(sheet))
    empty = table_of(sheets_of(files["w62-fy2568-q2.xlsx"])[0], words.W62_HEADINGS[0])[1]
    assert empty == [2, *[None] * 7]


@pytest.mark.parametrize("columns", [words.ITA_16, words.ITA_18], ids=["16", "18"])
def test_ita_sheets_are_filled_from_rows_and_configuration_alone(
    files: Mapping[str, bytes], columns: tuple[tuple[str, str], ...]
) -> None:
    told = Ita(
        district="เมือง",
        province="ตัวอย่าง",
        ministry="มหาดไทย",
        kind="เทศบาลเมือง",
        items=(ItaItems(fiscal_year=2568, progress="O12"),),
    )
    filled = made(*QUARTER, settings=SETTINGS.model_copy(update={"ita": told}))
    name = f"ita{len(columns)}-fy2568.xlsx"
    heads = [heading for heading, _ in columns]
    wanted = {
        "number": 1,
        "year": 2568,
        "organisation": OFFICE.name,
        "title": "ซื้อวัสดุสำนักงาน",
        "budget": 108_000,
        "procurement_method": "วิธีเฉพาะเจาะจง",
        "reference_price": 107_000,
        "agreed_price": 106_000,
        "supplier": "ร้านสมมุติ",
        "egp_project_number": "67109012345",
    }
    ours = {"district": "เมือง", "province": "ตัวอย่าง", "ministry": "มหาดไทย", "kind": "เทศบาลเมือง"}

    for made_, known in ((files, wanted), (filled, wanted | ours)):
        (sheet,) = sheets_of(made_[name])
        lines = table_of(sheet, heads[0])
        assert lines[0] == [known.get(field) for _, field in columns]
    assert heads in grid(sheets_of(files[name])[0])
    assert "ข้อ O12" in str(grid(sheets_of(filled[name])[0]))


def test_a_quarter_dropped_again_states_each_row_once(
    files: Mapping[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "0a1b"
    path.write_bytes(files["sokhoro1-fy2568-q1.xlsx"])

    again = examine(path, "q1.xlsx", OFFICE.names, Limits())

    assert [(one.month, len(one.rows)) for one in again.months] == [
        (OCTOBER, 2),
        (NOVEMBER, 1),
        (DECEMBER, 0),
    ]


def test_the_same_months_make_the_same_bytes_and_what_is_kept_is_taken(tmp_path: Path) -> None:
    first = made(*QUARTER, kept=Kept(tmp_path / "cache"))
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()}

    again = Kept(tmp_path / "cache")
    second = made(*QUARTER, kept=again)
    again.sweep()

    assert first == second == made(*QUARTER)
    assert len(stamps) == len(first)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()} == stamps
    assert made(*QUARTER[:2], QUARTER[2], summary(JANUARY, ROW)).keys() > first.keys()


def test_every_document_names_the_originals_of_its_months(files: Mapping[str, bytes]) -> None:
    months = (*QUARTER, summary(JANUARY, ROW, NOTHING))
    paths = [FOLDER + name for name in files]

    sources = sources_of(paths, Summaries(months, ()))

    assert sources[f"{FOLDER}sokhoro1-fy2568-q1.pdf"] == ("10" * 32, "11" * 32, "12" * 32)
    assert sources[f"{FOLDER}w62-fy2568-q2.xlsx"] == ("01" * 32,)
    assert all(len(sources[p]) == 4 for p in paths if "-q" not in p)


def test_the_page_of_the_year_links_every_document() -> None:
    months = (*QUARTER, summary(JANUARY, ROW))
    rendered = {place_of(one) + n: c for one in months for n, c in xlsx.render(one).items()}
    items = (
        ItaItems(fiscal_year=2568, monthly="O11"),
        ItaItems(fiscal_year=2569, yearly="O12"),
    )
    settings = SETTINGS.model_copy(update={"ita": Ita(items=items)})

    whole = assemble(Summaries(months, ()), [year(*map(status, months))], rendered, settings)

    section = parse(whole[f"{FOLDER}index.html"]).one("section", aria_labelledby="bundles")
    links = {link.attributes["href"] for link in section.find("a")}
    assert links == {path.removeprefix(FOLDER) for path in whole if _is_bundle(path)}
    text = " ".join(section.text.split())
    assert "ไตรมาสที่ ๑ (ต.ค. – ธ.ค.) ตัวชี้วัด ITA ปี ๒๕๖๘ ข้อ O11" in text
    assert "ไตรมาสที่ ๒ (ม.ค. – มี.ค.) ยังไม่ครบ: ๑ จาก ๓ เดือน" in text
    assert "สรุปทั้งปี ยังไม่ครบ: ๔ จาก ๑๒ เดือน" in text


def _is_bundle(path: str) -> bool:
    return any(sign in path for sign in ("-q1", "-q2", "summary", "/ita"))


CITIZEN = "1234567890121"


def test_the_gate_looks_into_every_document(files: Mapping[str, bytes]) -> None:
    site = {FOLDER + name: content for name, content in files.items()}
    bad = made(summary(OCTOBER, replace(ROW, title=f"จ้าง {CITIZEN}", supplier=CITIZEN)))

    assert gate(site) == site
    for name, content in bad.items():
        if name.endswith(".pdf") and "summary" in name:
            continue  # it has sums, no row
        with pytest.raises(PersonalDataError):
            gate({name: content})


def test_a_formula_in_a_workbook_is_not_published(files: Mapping[str, bytes]) -> None:
    book = load_workbook(io.BytesIO(files["w62-fy2568-q1.xlsx"]))
    book.worksheets[0]["C20"] = "=1+1"
    saved = io.BytesIO()
    book.save(saved)

    with pytest.raises(FormulaError):
        gate({"w62-fy2568-q1.xlsx": saved.getvalue()})


@pytest.mark.parametrize("text", ["=1+1", "<r><t>ก</t></r>", "+1", "https://x.example", "๑๒๓"])
def test_text_stays_text_in_every_workbook(text: str) -> None:
    row = replace(ROW, title=text, supplier=text, contract_number=text, procurement_method=text)

    for name, content in made(summary(OCTOBER, row)).items():
        if name.endswith(".pdf"):
            continue
        found = [
            cell
            for sheet in load_workbook(io.BytesIO(content)).worksheets
            for line in sheet.iter_rows()
            for cell in line
            if cell.value is not None
        ]
        assert {cell.data_type for cell in found} <= {"s", "n", "d"}
        assert text in {cell.value for cell in found}, name
        assert not [cell for cell in found if cell.hyperlink]
