"""The PDF of a month: every cell can be read back, by three readers that share no code."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline import formats
from pipeline.formats import form, pdf
from pipeline.formats.copied_text import fonts_of
from pipeline.formats.kept import Kept
from pipeline.formats.thai_words import units
from pipeline.gate import PersonalDataError, UnknownKindError, gate
from pipeline.pdf_text import texts as texts_of
from schemas.explanation import Explanation
from schemas.manifest import LogHead
from schemas.month import Month
from schemas.procurement import Bid, Procurement, Source
from schemas.summary import HEADINGS, MonthlySummary, Numerals
from schemas.thai import fold
from tests.test_pages import ROW
from tests.test_pages import month as month_of

NAME = "sokhoro1-2567-10.pdf"
SOURCE = Source("ตุลาคม.xlsx", "สขร.๑", 7)
LOG = LogHead(size=12, root="0f" * 32)
TITLE = "สรุปผลการดำเนินการจัดซื้อจัดจ้างในรอบเดือนตุลาคม ๒๕๖๗"
KNOWN = Procurement(
    source=SOURCE,
    number=1,
    title="จัดซื้อน้ำมันเชื้อเพลิง ครั้งที่ 12 รั้วตั้งตั๋ว เพื่อฟื้นฟูป่าต้นน้ำ ที่ปรึกษาญี่ปุ่น ปี่ ฟ้ำ กตัญญู กุฏิ ฐานุรูป",
    budget=751_982_194,
    reference_price=750_000_000,
    procurement_method="ประกวดราคาอิเล็กทรอนิกส์ (e-bidding)",
    bids=(Bid("ร้าน ก 2", 740_000_000), Bid("ร้าน ๓", None), Bid(None, 5)),
    supplier="บริษัท ก้าวหน้า (ประเทศไทย) จำกัด",
    agreed_price=740_000_000,
    selection_reason="เป็นผู้มีคุณสมบัติถูกต้องครบถ้วนและเสนอราคาเหมาะสมภายในวงเงินงบประมาณ",
    contract_number="15/2568",
    contract_date=date(2024, 10, 1),
)
UNKNOWN = Procurement(source=SOURCE)
CITIZEN = "1234567890121"
PDFTOTEXT, PDFFONTS, QPDF = map(shutil.which, ("pdftotext", "pdffonts", "qpdf"))


def summary(
    *rows: Procurement,
    revision: int = 1,
    numerals: Numerals = "thai",
    superseded: bool = False,
    explanations: dict[int, tuple[Explanation, ...]] | None = None,
    month_explanations: tuple[Explanation, ...] = (),
    log: LogHead | None = LOG,
) -> MonthlySummary:
    return MonthlySummary(
        month=Month(2567, 10),
        organisation="เทศบาลเมืองตัวอย่าง",
        place="อำเภอตัวอย่าง จังหวัดตัวอย่าง",
        revision=revision,
        published_on=date(2024, 11, 5),
        rows=rows,
        numerals=numerals,
        nil=not rows,
        superseded=superseded,
        explanations=explanations,
        month_explanations=month_explanations,
        log=log,
    )


def made(month: MonthlySummary) -> bytes:
    ((name, content),) = pdf.render(month).items()
    assert name == NAME
    return content


# ---- three readers; each gives the text of each page


def by_poppler(content: bytes) -> list[str]:
    """In the order of the file, as the other two: else poppler reads across the columns."""
    read = subprocess.run(
        [PDFTOTEXT or "pdftotext", "-raw", "-", "-"],
        input=content,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return read.split("\f")[:-1]


def by_pdfium(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def by_pypdf(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


READERS: dict[str, Callable[[bytes], list[str]]] = {"pdfium": by_pdfium, "pypdf": by_pypdf}
if PDFTOTEXT or "CI" in os.environ:
    READERS["poppler"] = by_poppler


def bare(text: str) -> str:
    """The letters without blanks and ends of lines; ํ and า are ำ, as the eye sees them."""
    return re.sub(r"\s", "", fold(text))


def cells(month: MonthlySummary) -> list[str]:
    """Every line of every cell of the form, and of what was explained."""
    digits = form.digits_of(month)
    table = [form.cells(row, digits) for row in month.rows]
    whole = [*table, form.total(month, digits), *form.explained(month, digits)]
    texts = [pdf.text_of(cell, digits) for row in whole for cell in row]
    return [line for text in texts for line in text.split("\n")]


def missing(month: MonthlySummary, content: bytes) -> dict[str, list[str]]:
    """What each reader does not find; a cell that goes on overleaf is looked for line by line."""
    lost = {}
    for name, reader in READERS.items():
        found = bare("".join(reader(content)))
        lost[name] = [line for line in cells(month) if bare(line) not in found]
    return {name: lines for name, lines in lost.items() if lines}


def test_the_form_is_read_back_cell_by_cell_by_every_reader() -> None:
    month = summary(KNOWN, UNKNOWN)
    content = made(month)

    assert missing(month, content) == {}
    for reader in READERS.values():
        text = bare("".join(reader(content)))
        for said in (
            "แบบ สขร.๑",
            TITLE,
            "เทศบาลเมืองตัวอย่าง อำเภอตัวอย่าง จังหวัดตัวอย่าง",
            "เผยแพร่เมื่อวันที่ ๕ พฤศจิกายน ๒๕๖๗",
            "๗,๕๑๙,๘๒๑.๙๔",
            "บริษัท ก้าวหน้า (ประเทศไทย) จำกัด / ๗,๔๐๐,๐๐๐.๐๐ บาท",
            "ไม่ระบุผู้เสนอราคา / ๐.๐๕ บาท",
            "ลว. ๑ ตุลาคม ๒๕๖๗",
            "รวม ๒ รายการ",
            "ไม่รวม ๑ รายการที่ไม่ระบุ",
            f"รหัสประวัติการเผยแพร่ก่อนฉบับนี้ {LOG}",
            "ฉบับที่ ๑",
            "หน้า ๑ จาก ๑",
            *HEADINGS,
        ):
            assert bare(said) in text


def test_arabic_numerals_are_used_where_the_office_wants_them() -> None:
    text = bare("".join(by_pdfium(made(summary(KNOWN, numerals="arabic", log=None)))))

    for said in ("7,519,821.94", "ลว. 1 ตุลาคม 2567", "หน้า 1 จาก 1", "สขร.1", "ฉบับที่ 1"):
        assert bare(said) in text
    assert bare("การเผยแพร่ครั้งแรก") in text


def test_every_page_has_heading_row_page_number_and_log() -> None:
    pages = by_pdfium(made(summary(*[KNOWN] * 30)))

    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        text = bare(page)
        for heading in HEADINGS:
            assert bare(heading) in text
        foot = f"หน้า {number} จาก {len(pages)}"
        assert bare(form.digits_of(summary())(foot)) in text
        assert str(LOG) in text
    assert [bare("รวม ๓๐ รายการ") in bare(page) for page in pages].count(True) == 1


def test_a_month_without_procurement_says_so_and_has_no_sum() -> None:
    text = bare("".join(by_pdfium(made(summary()))))

    assert bare("ไม่มีการจัดซื้อจัดจ้าง") in text
    assert bare("รวม ๐ รายการ") not in text


def test_a_superseded_revision_says_so_above_the_form_and_on_each_page() -> None:
    pages = by_pdfium(made(summary(*[KNOWN] * 12, superseded=True, revision=2)))

    assert len(pages) > 1
    assert bare(pages[0]).count(bare("ฉบับนี้ถูกแทนที่แล้ว")) == 2
    for page in pages:
        assert bare("ฉบับที่ ๒ (ฉบับนี้ถูกแทนที่แล้ว)") in bare(page)
    assert bare("แทนที่") not in bare("".join(by_pdfium(made(summary(KNOWN)))))


def test_explanations_stand_below_the_form() -> None:
    of_row = Explanation("bidders-named", "ผู้ขายมีรายเดียวในพื้นที่", "กองคลัง", date(2024, 12, 1))
    of_month = Explanation("x", "แก้ไขวงเงินให้ตรงกับข้อบัญญัติ", "ปลัด", date(2024, 12, 2))
    month = summary(KNOWN, UNKNOWN, explanations={1: (of_row,)}, month_explanations=(of_month,))
    content = made(month)

    assert missing(month, content) == {}
    text = bare("".join(by_pdfium(content)))
    for said in (*form.EXPLAINED, "ทั้งเดือน", "๑ ธันวาคม ๒๕๖๗"):
        assert bare(said) in text


# ---- what strangers write


INJECTED = '#panic() *x* _y_ $x$ \\ ` @ref <label> = h // c /* c */ #sys.inputs {a} [b] "q" ~ --'


def test_text_is_text_whatever_typst_would_make_of_it() -> None:
    row = Procurement(
        source=SOURCE, title=INJECTED, supplier=INJECTED, bids=(Bid(INJECTED, None),)
    )
    month = summary(row)

    assert missing(month, made(month)) == {}


def test_a_letter_that_the_typeface_lacks_is_shown_by_its_number() -> None:
    text = "".join(by_pdfium(made(summary(Procurement(source=SOURCE, title="ก 中 😀 \u0600 ข")))))

    for said in ("[U+4E2D]", "[U+1F600]", "[U+0600]"):
        assert said in text


def boxes_beyond_the_margins(content: bytes) -> list[str]:
    """Letters outside the margins, or in the gap of another column, as PDFium places them."""
    document = pypdfium2.PdfDocument(content)
    beyond = []
    for page in document:
        width = page.get_width()
        text = page.get_textpage()
        for index in range(text.count_chars()):
            left, _, right, _ = text.get_charbox(index)
            if right > left and (left < 28 or right > width - 28):
                beyond.append(text.get_text_range(index, 1))
    document.close()
    return beyond


LONG = (
    "ก" * 500,
    "น้ำ" * 170,
    "https://example.org/" + "a" * 300 + "?x=1",
    "9" * 200,
    "A-" * 200,
    "โครงการก่อสร้างถนนคอนกรีตเสริมเหล็ก " * 14,
)


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_text_of_any_length_stays_in_its_column_and_is_whole(text: str) -> None:
    row = Procurement(
        source=SOURCE,
        title=text,
        procurement_method=text,
        supplier=text,
        selection_reason=text,
        contract_number=text,
    )
    month = summary(row, KNOWN)
    content = made(month)

    # Cells overlap no neighbour: else PDFium, which reads along the line, would mix their letters.
    found = bare("".join(by_poppler(content) if "poppler" in READERS else by_pypdf(content)))
    head = bare(text)[:60]
    assert found.count(head[:10]) >= 5
    assert boxes_beyond_the_margins(content) == []
    letter = head[0]
    assert found.count(letter) >= 5 * bare(text).count(letter)


def test_amounts_of_any_size_stay_on_one_line() -> None:
    row = Procurement(
        source=SOURCE, title="ก", budget=10**15, reference_price=99_999_999_999_999, agreed_price=1
    )
    month = summary(row, row, KNOWN)
    lines = [bare(line) for page in by_pdfium(made(month)) for line in page.split("\n")]

    joined = "\n".join(lines)
    assert joined.count("10,000,000,000,000.00") == 2
    assert "20,000,007,519,821.94" in joined
    assert "อิเล็กทรอนิกส์" in joined  # its column gave nothing to the amounts


def test_a_row_taller_than_a_page_goes_on_overleaf_and_others_are_not_parted() -> None:
    bids = tuple(Bid(f"ห้างหุ้นส่วนจำกัด ลำดับ{number:03}การโยธา", number) for number in range(60))
    tall = Procurement(source=SOURCE, number=1, title="สูง", bids=bids)
    content = made(summary(tall))
    text = bare("".join(by_pdfium(content)))

    assert all(f"ลำดับ{number:03}" in text for number in range(60))
    assert len(by_pdfium(content)) > 2
    pages = by_pdfium(made(summary(*[KNOWN] * 30)))
    reasons = [bare(page).count(bare(KNOWN.selection_reason or "")) for page in pages]
    assert sum(reasons) == 30


clusters = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "", "เ", "แ", "โ", "ไ"]),
        st.sampled_from("กขคงนมรสหญฐปฟ"),
        st.sampled_from(["", "", "ั", "ิ", "ี", "ึ", "ุ", "ู"]),
        st.sampled_from(["", "", "่", "้", "๊", "๋", "์"]),
        st.sampled_from(["", "", "ะ", "า", "ๆ", "ฯ"]),
    ),
)
texts = st.lists(
    st.one_of(clusters, clusters, st.sampled_from([*" 09๙/.-()#$[]Aaé", "น้ำ", "ทำ"])), max_size=40
).map("".join)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],  # to shrink a PDF takes minutes
)
@given(st.lists(texts, min_size=1, max_size=4))
def test_whatever_is_written_is_said_in_the_pdf(written: list[str]) -> None:
    """As assistive programs read it: letter by letter, blanks too, but for those at an end."""
    rows = tuple(Procurement(source=SOURCE, title=text.strip() or "ก") for text in written)
    found = {text.replace("\u25cc", "") for text in texts_of(made(summary(*rows)))}

    assert {row.title for row in rows} <= found


def test_every_cluster_is_said_once() -> None:
    """Alone, between two letters: each vowel with each mark; ำ stands on no other vowel."""
    vowels, marks = ["", *"ัิีึุู"], ["", *"่้๊๋์"]
    clusters_ = [
        f"ก{before}{consonant}{vowel}{mark}{after}ก"
        for before in ("", "เ")
        for consonant in "นปฐ"
        for vowel in vowels
        for mark in marks
        for after in ["", "ะ", "า", "ๆ", "ฯ", *(["ำ"] if not vowel and mark != "์" else [])]
    ]
    rows = tuple(Procurement(source=SOURCE, title=text) for text in clusters_)
    found = {text.replace("\u25cc", "") for text in texts_of(made(summary(*rows)))}

    assert set(clusters_) - found == set()


@settings(max_examples=300, deadline=None)
@given(texts)
def test_units_lose_no_letter_and_never_begin_with_a_mark(text: str) -> None:
    for run in text.split():
        found = units(run)
        assert "".join(found) == run
        assert not [unit for unit in found[1:] if unit[0] in "ะาำิีึืุู่้๊๋์็ํฯๆ"]


@pytest.mark.parametrize(
    "word",
    ["อิเล็กทรอนิกส์", "ฟื้นฟู", "เทศบาล", "ครุภัณฑ์", "คอมพิวเตอร์", "ประชาสัมพันธ์", "เฉพาะเจาะจง"],
)
def test_no_line_breaks_inside_a_word(word: str) -> None:
    whole = units(f"จ้าง{word}ของหน่วยงาน")

    assert [unit for unit in whole if word in unit or unit in word] == [word]
    parted = 0
    for blanks in range(24):
        title = f"{'ก' * blanks} จ้าง{word}ของหน่วยงาน"
        lines = "".join(by_pypdf(made(summary(Procurement(source=SOURCE, title=title)))))
        parted += fold(word).replace(" ", "") not in [bare(line) for line in lines] and (
            bare(word) not in bare(lines)
        )
        if blanks % 8 == 0:  # the rest says the same of the places between
            assert parted == 0


def test_the_name_of_the_municipality_is_a_word() -> None:
    assert units("ในเขตชะมายเหนือ", frozenset({"ชะมาย"}))[2] == "ชะมาย"


# ---- the file


def test_it_is_an_archive_that_is_read_aloud() -> None:
    with pikepdf.open(io.BytesIO(made(summary(KNOWN)))) as document:
        root = document.Root
        assert str(root.Lang).startswith("th")
        assert root.MarkInfo.Marked
        assert root.ViewerPreferences.DisplayDocTitle
        assert document.docinfo.Title == TITLE
        assert document.docinfo.Author == "เทศบาลเมืองตัวอย่าง"
        metadata = root.Metadata.read_bytes().decode()
        for said in (
            "<pdfaid:part>2</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
            f">{TITLE}<",
            "<xmp:CreateDate>2024-11-05",
        ):
            assert said in metadata
        kinds = [str(one.S) for one in document.objects if _is_element(one)]
    assert kinds.count("/TH") == 9
    assert kinds.count("/TD") == 18
    assert kinds.count("/H1") == 1


def _is_element(thing: object) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and "/S" in thing and "/P" in thing


@pytest.mark.skipif(
    not (QPDF and PDFFONTS) and "CI" not in os.environ, reason="no qpdf, no pdffonts"
)
def test_its_syntax_is_clean_and_its_fonts_are_inside(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(made(summary(KNOWN, UNKNOWN)))

    checked = subprocess.run(
        [QPDF or "qpdf", "--check", path], capture_output=True, text=True, check=True
    )
    assert "No syntax or stream encoding errors" in checked.stdout
    listed = subprocess.run(
        [PDFFONTS or "pdffonts", path], capture_output=True, text=True, check=True
    ).stdout
    fonts = [line.split() for line in listed.splitlines()[2:]]
    assert {font[0].partition("+")[2] for font in fonts} == {"Sarabun-Regular", "Sarabun-Bold"}
    assert all(font[-5:-2] == ["yes", "yes", "yes"] for font in fonts)  # embedded, subset, Unicode


def test_each_glyph_has_its_own_letter() -> None:
    """Readers that know no /ActualText (pdf.js) have nothing else."""
    with pikepdf.open(io.BytesIO(made(summary(KNOWN)))) as document:
        for page in document.pages:
            for font in fonts_of(page).values():
                table = font.ToUnicode.read_bytes().decode()
                said = [
                    bytes.fromhex(code).decode("utf-16-be")
                    for code in re.findall("> <([0-9A-F]+)>\n", table)
                ]
                # A glyph may be a vowel above with its tone, never a consonant with its marks.
                long = [text for text in said if len(text) > 1 and text[0] not in "ั\u0e4dิีึื"]
                assert said
                assert long == []


MAKE = """
import sys, json
from tests.test_format_pdf import KNOWN, UNKNOWN, made, summary
sys.stdout.buffer.write(made(summary(KNOWN, UNKNOWN, *[KNOWN] * 12)))
"""


@pytest.mark.parametrize(
    "around",
    [
        {"TZ": "America/Los_Angeles", "PYTHONHASHSEED": "7", "LC_ALL": "C"},
        {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "8", "SOURCE_DATE_EPOCH": "1"},
    ],
    ids=["west", "east"],
)
def test_another_process_makes_the_same_bytes(around: dict[str, str], tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    there = subprocess.run(
        [sys.executable, "-c", MAKE],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), **around},
        capture_output=True,
        check=True,
    ).stdout

    assert there == made(summary(KNOWN, UNKNOWN, *[KNOWN] * 12))


# ---- what was made before


def test_what_is_kept_is_used_and_a_damaged_or_other_one_is_not(tmp_path: Path) -> None:
    month = summary(KNOWN)
    kept = Kept(tmp_path / "cache")
    first = pdf.render(month, kept)
    (entry,) = (tmp_path / "cache").iterdir()
    told, content = entry.read_bytes().split(b"\n", 1)
    assert content == first[NAME]

    stamp = entry.stat().st_mtime_ns
    assert pdf.render(month, Kept(tmp_path / "cache")) == first
    assert entry.stat().st_mtime_ns == stamp
    for damaged in (told + b"\n" + content[:-1], b"", content, b"0" * 64 + b"\n" + content):
        entry.write_bytes(damaged)
        assert pdf.render(month, Kept(tmp_path / "cache")) == first
        assert entry.read_bytes() == told + b"\n" + content
    again = Kept(tmp_path / "cache")
    other = pdf.render(summary(UNKNOWN), again)
    assert other != first
    again.sweep()
    assert [path.name for path in (tmp_path / "cache").iterdir()] != [entry.name]
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")

    kept = Kept(tmp_path / "cache")

    assert pdf.render(summary(KNOWN), kept) == pdf.render(summary(KNOWN))
    kept.sweep()


# ---- the gate reads it


@pytest.mark.parametrize("number", [CITIZEN, "1-2345-67890-12-1", "๑๒๓๔๕๖๗๘๙๐๑๒๑"])
def test_the_gate_finds_a_number_in_the_pdf(number: str) -> None:
    rows = [
        Procurement(source=SOURCE, title=f"จ้างเหมานาย {number} ทำงาน"),
        Procurement(source=SOURCE, bids=(Bid(number, 5),)),
        Procurement(source=SOURCE, procurement_method=f"ยาวมาก{number}ยาวมาก"),
    ]
    for row in rows:
        with pytest.raises(PersonalDataError):
            gate({"fy2568/2567-10/" + NAME: made(summary(row))})
    gate({"fy2568/2567-10/" + NAME: made(summary(KNOWN, UNKNOWN))})


def test_a_pdf_with_something_attached_is_not_published() -> None:
    with pikepdf.open(io.BytesIO(made(summary(KNOWN)))) as document:
        document.Root.AF = pikepdf.Array([document.make_stream(CITIZEN.encode())])
        changed = io.BytesIO()
        document.save(changed)

    with pytest.raises(UnknownKindError):
        gate({NAME: changed.getvalue()})


# ---- the code that leads from the paper to the page


def scanned(content: bytes) -> list[list[str]]:
    """What a telephone finds on each sheet: one of 100 dots an inch is poorer than any camera."""
    document = pypdfium2.PdfDocument(content)
    try:
        seen = [page.render(scale=100 / 72).to_pil() for page in document]
    finally:
        document.close()
    return [[code.text for code in zxingcpp.read_barcodes(sheet)] for sheet in seen]


@pytest.mark.parametrize("revision", ["", "revisions/1/"])
def test_a_paper_leads_to_its_own_page_on_the_website(revision: str) -> None:
    """A superseded paper to the page that says so and leads to the one in its place."""
    office = "https://www.example.go.th/%E0%B8%AA%E0%B8%82%E0%B8%A3/"
    month = replace(summary(*[KNOWN] * 12, superseded=bool(revision)), site=office)
    content = made(month)
    page = f"{office}fy2568/2567-10/{revision}index.html"

    first, *others = scanned(content)
    assert first == [page]
    assert others
    assert not any(others)
    with pikepdf.open(io.BytesIO(content)) as document:
        (words,) = alternatives(document.Root.StructTreeRoot)
    assert words.endswith(page)


def alternatives(element: pikepdf.Object) -> list[str]:
    """The words that stand for pictures, from the tree of tags."""
    here = [str(element.Alt)] if "/Alt" in element else []
    kids: Any = element.get("/K", [])
    below = kids if isinstance(kids, pikepdf.Array) else [kids]
    return here + [
        words
        for kid in below
        if isinstance(kid, pikepdf.Dictionary)
        for words in alternatives(kid)
    ]


def test_without_an_address_no_code_leads_anywhere() -> None:
    assert scanned(made(summary(KNOWN))) == [[]]


def test_a_month_that_no_pdf_can_hold_says_so_on_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """All else is there: a month of 100,000 rows took Typst 17 GB before it was stopped."""
    summary = month_of(ROW, replace(ROW, number=2), replace(ROW, number=3))
    assert f"sokhoro1-{summary.month}.pdf" in formats.render(summary)
    for module in ("form", "html"):
        monkeypatch.setattr(f"pipeline.formats.{module}.MOST_ROWS_IN_PDF", 2)

    files = formats.render(summary)

    kinds = {name.rpartition(".")[2] for name in files}
    assert kinds == {"xlsx", "csv", "json", "html"}
    page = files["index.html"].decode()
    assert "มากเกินกว่าจะจัดเป็นเอกสาร PDF" in page
    assert ".pdf" not in page
