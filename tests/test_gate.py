"""The gate: whatever way a citizen's number takes into a finished file, it is not published."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from pipeline import CannotRunError, formats
from pipeline import gate as gate_module
from pipeline.__main__ import _one_pass
from pipeline.examples import demo_year, example_month, to_bytes
from pipeline.formats.kept import Kept
from pipeline.gate import PersonalDataError, UnknownKindError, gate
from pipeline.site import ASSETS
from schemas.month import Month
from schemas.personal import HIDDEN, has_bank_account, public, without_citizens
from schemas.procurement import Bid, Procurement, Source
from schemas.summary import MonthlySummary
from schemas.thai import thai_digits
from tests.conftest import Office
from tests.paper import STEADY
from tests.test_personal import CITIZEN, citizens, grouped, texts_of

TODAY = date(2025, 10, 20)
MONTH = Month(2568, 1)
SPELLED = (
    CITIZEN,
    thai_digits(CITIZEN),
    grouped(CITIZEN, "-"),
    grouped(CITIZEN, " "),
    f"{CITIZEN[:9]}xxxx",
    f"XXXXXXXXX{CITIZEN[9:]}",
)


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def cell(book: openpyxl.Workbook) -> None:
    book.worksheets[0]["B2"] = f"นายสมมติ {CITIZEN}"


def figure(book: openpyxl.Workbook) -> None:
    book.worksheets[0]["B2"] = int(CITIZEN)


def note(book: openpyxl.Workbook) -> None:
    book.worksheets[0]["B2"].comment = Comment(f"เลข {CITIZEN}", "ผู้จัดทำ")


def author_of_note(book: openpyxl.Workbook) -> None:
    book.worksheets[0]["B2"].comment = Comment("ตรวจแล้ว", CITIZEN)


def hidden_sheet(book: openpyxl.Workbook) -> None:
    sheet = book.create_sheet("ร่าง")
    sheet["A1"], sheet.sheet_state = CITIZEN, "veryHidden"


def sheet_name(book: openpyxl.Workbook) -> None:
    book.worksheets[0].title = CITIZEN


def title(book: openpyxl.Workbook) -> None:
    book.properties.title = CITIZEN


def author(book: openpyxl.Workbook) -> None:
    book.properties.creator = f"นายสมมติ {CITIZEN}"


def custom(book: openpyxl.Workbook) -> None:
    book.custom_doc_props.append(  # type: ignore[attr-defined]
        StringProperty(name="ผู้จัดทำ", value=CITIZEN)
    )


def defined_name(book: openpyxl.Workbook) -> None:
    book.defined_names["เลข"] = DefinedName("เลข", attr_text=f'"{CITIZEN}"')


def header(book: openpyxl.Workbook) -> None:
    book.worksheets[0].HeaderFooter.oddHeader.center.text = CITIZEN  # type: ignore[union-attr]


def validation(book: openpyxl.Workbook) -> None:
    rule = DataValidation(type="list", formula1=f'"{CITIZEN},ไม่มี"', prompt="เลือก")
    rule.add("A1:A9")
    book.worksheets[0].add_data_validation(rule)


HIDING_PLACES = (
    *(cell, figure, note, author_of_note, hidden_sheet, sheet_name, title, author, custom),
    *(defined_name, header, validation),
)


@pytest.mark.parametrize("fill", HIDING_PLACES, ids=lambda fill: fill.__name__)
def test_a_workbook_to_be_published_is_opened_to_its_last_part(
    fill: Callable[[openpyxl.Workbook], None],
) -> None:
    with pytest.raises(PersonalDataError) as told:
        gate({"fy2568/2568-01/x.xlsx": workbook(fill)})

    assert "fy2568/2568-01/x.xlsx" in str(told.value)
    assert CITIZEN not in str(told.value)


@pytest.mark.parametrize("spelled", SPELLED)
@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("a.html", "<!doctype html><p>{0}</p>"),
        ("a.html", "<!doctype html><p title='{0}'>x</p>"),
        ("a.html", "<!doctype html><p>x</p><!-- {0} -->"),
        ("a.json", '{{"rows": [{{"title": "ก {0}"}}]}}'),
        ("a.json", '{{"{0}": null}}'),
        ("a.csv", 'ก,"ข\n{0}",ค\r\n'),
        ("a.xml", "<urlset><loc>https://x/{0}</loc></urlset>"),
        ("a.txt", "x\n{0}\n"),
        ("{0}/a.txt", "x"),
    ],
)
def test_every_kind_of_file_is_read_as_a_stranger_reads_it(
    path: str, file: str, spelled: str
) -> None:
    with pytest.raises(PersonalDataError):
        gate({path.format(spelled): file.format(spelled).encode()})


def test_a_number_in_pieces_is_still_a_number() -> None:
    """Runs of a string, letters in bold, escapes: what shows as one text is one text."""
    a, b, c = CITIZEN[:4], CITIZEN[4:9], CITIZEN[9:]
    runs = (
        f"<sst><si><r><rPr><b/></rPr><t>{a}</t></r><r><t>{b}</t></r><r><t>{c}</t></r></si></sst>"
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", runs)
    escaped = "".join(f"\\u{ord(digit):04x}" for digit in CITIZEN)
    for path, file in (
        ("a.xlsx", content.getvalue()),
        ("a.html", f"<!doctype html><p>{a}<b>{b}</b>{c}</p>".encode()),
        ("a.html", f"<!doctype html><p>{a}&#{ord(b[0])};{b[1:]}{c}</p>".encode()),
        ("a.json", f'["{escaped}"]'.encode()),
    ):
        with pytest.raises(PersonalDataError):
            gate({path: file})


def test_two_cells_beside_each_other_make_no_number() -> None:
    a, b = CITIZEN[:7], CITIZEN[7:]
    gate({"a.html": f"<!doctype html><table><tr><td>{a}</td><td>{b}</td></table>".encode()})
    gate({"a.csv": f"{a},{b}\r\n".encode(), "a.json": json.dumps([a, b]).encode()})


def test_what_only_looks_like_a_number_of_a_person_passes() -> None:
    sums = {"sha256": f"{CITIZEN}{'a' * 51}", "total_agreed": f"{CITIZEN}.00", "size": 1234}
    numbers = ["67109289344", "680801004122", "0994000237031", HIDDEN, "1234567890123"]
    gate({"status.json": json.dumps([sums, numbers]).encode()})


def document(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("part", ["word/document.xml", "word/header1.xml", "docProps/core.xml"])
def test_a_word_document_is_read_to_its_last_part(part: str) -> None:
    """Word parts a number into runs as it likes."""
    a, b = CITIZEN[:5], CITIZEN[5:]
    runs = f"<w:r><w:t>{a}</w:t></w:r><w:r><w:rPr><w:bCs/></w:rPr><w:t>{b}</w:t></w:r>"
    content = f'<w:p xmlns:w="urn:w">{runs}</w:p>'.encode()
    gate({"x.docx": document({part: content.replace(a.encode(), b"1")})})
    with pytest.raises(PersonalDataError, match=r"x\.docx"):
        gate({"x.docx": document({part: content})})


def test_what_nobody_can_look_into_is_not_published() -> None:
    with pytest.raises(UnknownKindError):
        gate({"fy2568/2568-01/sokhoro1.pdf": b"%PDF-1.7"})
    with pytest.raises(UnknownKindError):
        gate({"fy2568/2568-01/sokhoro1.odt": b"PK"})
    with pytest.raises(UnknownKindError):
        gate({"x.docx": document({"word/embeddings/book.xlsx": b"PK"})})
    picture = io.BytesIO()
    with zipfile.ZipFile(picture, "w") as archive:
        archive.writestr("xl/media/image1.png", b"\x89PNG")
    with pytest.raises(UnknownKindError):
        gate({"x.xlsx": picture.getvalue()})
    gate(dict.fromkeys(ASSETS, CITIZEN.encode()))  # ours, the same for everybody


texts = st.lists(
    st.one_of(
        citizens,
        citizens.map(lambda number: grouped(number, "-")),
        citizens.map(lambda number: grouped(number, "-\n")),
        citizens.map(lambda number: f"{number[:9]}\nxxxx"),
        st.sampled_from(
            ("นาย", " ", "\n", "-", "เลขประจำตัวประชาชน", "ปชช.", "1", "12", "3456", "x", "XXXXX")
        ),
    ),
    max_size=6,
).map("".join)
rows = st.builds(
    Procurement,
    st.builds(Source, texts, texts, st.integers(1, 99)),
    title=texts,
    procurement_method=texts,
    bids=st.lists(st.builds(Bid, texts, st.integers(0, 10**15)), max_size=2).map(tuple),
    supplier=texts,
    budget=st.integers(0, 10**15),
    agreed_price=st.integers(0, 10**15),
    selection_reason=texts,
    contract_number=texts,
    contract_date=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    egp_project_number=texts,
    egp_contract_number=texts,
)


@settings(STEADY, max_examples=60, phases=[Phase.generate])  # to shrink a workbook takes minutes
@given(rows)
def test_whatever_finance_writes_the_gate_never_stops_a_hidden_number(row: Procurement) -> None:
    """What a row says is put together anew by each format: it must not become a number there."""
    summary = MonthlySummary(MONTH, "เทศบาล", "", 1, TODAY, (public(row),))
    place = "fy2568/2568-01/"
    gate({place + name: content for name, content in formats.render(summary).items()})


def test_the_files_of_a_year_pass(office: Office) -> None:
    for name, content in demo_year(2568):
        office.drop(name, content)

    done = office.one_pass(TODAY)

    assert len(done.published) == 11


def test_a_number_that_slipped_through_stops_the_release_and_the_old_one_stays(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two faults at once: fields are not hidden, so that the gate is all there is."""
    good = example_month(MONTH, "nine-columns", 2)
    office.drop(good.file, to_bytes(good))
    office.one_pass(TODAY)
    before = {path: path.read_bytes() for path in office.public.rglob("*") if path.is_file()}
    monkeypatch.setattr("pipeline.summarise.public", lambda row: row)
    bad = example_month(Month(2568, 2), "nine-columns", 2)
    place = bad.expected[0].source
    book = openpyxl.load_workbook(io.BytesIO(to_bytes(bad)))
    book[place.sheet][f"B{place.row}"] = f"จ้างนายสมมติ {CITIZEN}"
    content = io.BytesIO()
    book.save(content)
    office.drop(bad.file, content.getvalue())

    with pytest.raises(CannotRunError, match="สิ่งที่เผยแพร่แล้วไม่เปลี่ยน"):
        _one_pass(office.workspace, TODAY, 0)

    after = {path: path.read_bytes() for path in office.public.rglob("*") if path.is_file()}
    assert after == before
    log = (office.workspace.output / "sokhoro1.log").read_text(encoding="utf-8")
    assert "PersonalDataError" in log
    assert CITIZEN not in log
    monkeypatch.undo()
    assert [str(one.month) for one in office.one_pass(TODAY).published] == ["2568-02"]


# ---- what the sender's workbook carries beside its table


AUTHOR = "นางสาวผู้ส่ง สมมติยิ่ง"


def test_nothing_that_the_sender_s_workbook_carries_beside_its_table_is_published(
    office: Office,
) -> None:
    """Notes, hidden sheets, properties, names, headers, lists of choice: they stay in private."""
    good = example_month(MONTH, "nine-columns", 3)
    book = openpyxl.load_workbook(io.BytesIO(to_bytes(good)))
    for fill in (hidden_sheet, title, custom, defined_name, header, validation):
        fill(book)
    row = good.expected[0].source.row
    book.worksheets[0][f"B{row}"].comment = Comment(f"เลข {CITIZEN}", AUTHOR)
    footer = book.worksheets[0].HeaderFooter.oddFooter
    footer.left.text = f"{AUTHOR} {CITIZEN}"  # type: ignore[union-attr]
    book.properties.creator = book.properties.lastModifiedBy = f"{AUTHOR} {CITIZEN}"
    book.properties.description = book.properties.keywords = f"{AUTHOR} {CITIZEN}"
    content = io.BytesIO()
    book.save(content)
    office.drop(f"มกราคม 2568 {CITIZEN}.xlsx", content.getvalue())

    done = office.one_pass(TODAY)

    assert [str(one.month) for one in done.published] == ["2568-01"]
    told = [(f.rule, f.sheet) for f in done.answers[0].drop.findings]
    assert ("citizen-number-in-name", "") in told
    for path in office.workspace.site.rglob("*"):
        if path.is_file():
            assert CITIZEN.encode() not in path.read_bytes()
            for text in texts_of(path):
                assert CITIZEN not in text
                assert AUTHOR not in text
                assert "ร่าง" not in text


def test_no_private_folder_is_in_the_site_or_linked_from_it(office: Office) -> None:
    good = example_month(MONTH, "nine-columns", 3)
    office.drop(good.file, to_bytes(good))
    office.one_pass(TODAY)
    assert {path.name for path in office.workspace.output.iterdir()} >= {
        *("ledger", "originals", "replies", "site")
    }

    for path in office.workspace.site.rglob("*"):
        assert not path.is_symlink() or path == office.public
        inside = path.resolve().is_relative_to(office.workspace.site.resolve())
        assert inside, path
        parts = set(path.relative_to(office.workspace.site).parts)
        assert not parts & {"ledger", "originals", "replies", "inbox"}
        if path.is_file():
            for text in texts_of(path):
                for private in (
                    "replies",
                    "originals",
                    "ledger",
                    "sokhoro1.log",
                    "inbox",
                    "file://",
                ):
                    assert private not in text, path
                assert str(office.workspace.output) not in text


# ---- what is told, and what is not


@pytest.mark.parametrize(
    "text",
    [
        "โอนเข้าบัญชีธนาคารกรุงไทย เลขที่ 012-3-45678-9",
        "บัญชีออมทรัพย์ ๐๑๒-๓-๔๕๖๗๘-๙",
        "ธ.ก.ส. สาขาตัวอย่าง 012345678901",
        "ธนาคารออมสิน 0200 1234 5678",
        "พร้อมเพย์ 0812345678",
        "เลขที่บัญชี 0123456789",
    ],
)
def test_a_bank_account_is_seen_behind_its_word(text: str) -> None:
    assert has_bank_account(text)


@pytest.mark.parametrize(
    "text",
    [
        "67109289344",
        "680801004122",
        "สัญญาเลขที่ 012-3-45678-9",
        "โครงการธนาคารขยะ เลขที่โครงการ 67109289344",
        "ธนาคารน้ำใต้ดิน เลขคุมสัญญา 680801004122",
        "จ้างทำบัญชี ปี 2567-2568",
        "ตามบัญชีแนบท้าย เลขครุภัณฑ์ 416-60-0014",
        "ธนาคาร วงเงิน 1,234,567,890.00 บาท",
        "ธนาคารโทร 02-123-4567 ต่อ 1",
        "สมุดบัญชี 12 เล่ม 15/2568",
        "บัญชี 0994000237031",
    ],
)
def test_what_is_no_bank_account_is_not_told(text: str) -> None:
    assert not has_bank_account(text)


@pytest.mark.parametrize(
    "text", ["ขนาด 60 x 120 x 240 x 30 ซม.", "2*4*6*8*1234567", "ท่อ 3-2.40x2.40x2.40x 12 ม."]
)
def test_signs_of_multiplication_are_no_mask(text: str) -> None:
    assert without_citizens(text) == text


def test_a_number_over_two_lines_of_a_narrow_cell_is_hidden() -> None:
    a, b = grouped(CITIZEN, "-")[:12], grouped(CITIZEN, "-")[12:]
    assert without_citizens(f"นายสมมติ\n{a}\n{b}") == f"นายสมมติ\n{HIDDEN}"
    spaced = grouped(CITIZEN, " - ")
    assert without_citizens(spaced) == HIDDEN


def test_what_was_looked_into_is_not_looked_into_again_and_nothing_else_is_spared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean, more = {"a.txt": b"ABC", "b.txt": b"DEF"}, {"c.txt": b"ABC"}
    looked: list[str] = []
    really = gate_module.text_of

    def text_of(path: str, content: bytes) -> Iterator[str]:
        looked.append(path)
        return really(path, content)

    monkeypatch.setattr(gate_module, "text_of", text_of)
    gate(clean, kept=Kept(tmp_path))
    gate(clean | more, kept=Kept(tmp_path))
    assert looked == ["a.txt", "b.txt", "c.txt"]

    for wrong in ({"a.txt": CITIZEN.encode()}, {f"{CITIZEN}.txt": b"ABC"}):
        with pytest.raises(PersonalDataError):
            gate(clean | wrong, kept=Kept(tmp_path))
        with pytest.raises(PersonalDataError):  # also the second time
            gate(clean | wrong, kept=Kept(tmp_path))

    monkeypatch.setattr(gate_module, "_how", lambda: b"a mended gate")
    looked.clear()
    gate(clean, kept=Kept(tmp_path))
    assert looked == ["a.txt", "b.txt"]
