"""The annual report: seven measures, six columns, the same text in Word, PDF and page."""

import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from pipeline import CannotRunError, examples
from pipeline.compile import compile_report, report_files
from pipeline.measures import NAME, first_measures, read_measures
from pipeline.report import name_of
from schemas.example_words import ORGANISATION
from schemas.month import fiscal_months
from schemas.report import COLUMNS, HEADINGS, MONTH_HEADINGS, NOT_WRITTEN, AnnualReport
from schemas.thai import thai_digits
from tests.conftest import Office, make_office

YEAR, TODAY = 2568, date(2025, 10, 20)
WORDS = """
[report]
assessments = [{ fiscal_year = 2568, score = "91.07", level = "ผ่านดีเยี่ยม" }]
"""
HOSTILE = "จัดแล้ว ๓ ครั้ง <b>&amp; {{ title }} {% for %} \\u0000C\nและ «สรุป» อีก 2 ครั้ง #let x = 1"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return make_office(tmp_path, tail=WORDS)


@pytest.fixture(scope="module")
def of_year(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose year is whole; each test writes its own measures."""
    office = make_office(tmp_path_factory.mktemp("year"), tail=WORDS)
    whole_year(office)
    return office


def write(office: Office, change: Callable[[str], str] = str, year: int = YEAR) -> None:
    text = change(first_measures(ORGANISATION, year))
    (office.workspace.home / NAME).write_text(text, encoding="utf-8")


def filled_in(text: str) -> str:
    """Every example replaced, one of the texts by what must stay text."""
    text = re.sub('"ตัวอย่าง: ([^"]*)"', r'"ทำแล้ว \1"', text)
    return text.replace("ทำแล้ว เปิดบริการออนไลน์ … บริการ มีผู้ใช้ … ครั้ง", _toml(HOSTILE), 1)


def _toml(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def whole_year(office: Office) -> None:
    for month in fiscal_months(YEAR):
        examples.write(
            examples.example_month(month, "nine-columns", rows=2), office.workspace.inbox
        )
    office.one_pass(TODAY)


def made(office: Office, today: date = TODAY) -> tuple[AnnualReport, dict[str, bytes]]:
    report = compile_report(office.workspace, YEAR, today)
    return report, report_files(report, office.workspace)


# ---- what each of the three says


def of_word(content: bytes) -> list[str]:
    document: Document = docx.Document(io.BytesIO(content))
    texts = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            texts += [cell.text for row in block.rows for cell in row.cells]
        else:
            texts.append(block.text)
    return [line.strip() for text in texts for line in text.split("\n") if line.strip()]


class Texts(HTMLParser):
    """Every text of the body, one for each element that stands on a line of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = [""]
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        self.inside |= tag == "body"
        if tag in {"p", "h1", "h2", "td", "th"}:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1] += data


def of_page(content: bytes) -> list[str]:
    texts = Texts()
    texts.feed(content.decode())
    return [text.strip() for text in texts.found if text.strip()]


def of_pdf(content: bytes, folder: Path) -> str:
    """The letters of the PDF as poppler reads them along its structure, without blanks."""
    path = folder / "report.pdf"
    path.write_bytes(content)
    command = ["pdftotext", "-raw", "-enc", "UTF-8", str(path), "-"]
    said = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    said = re.sub("ประจำปีงบประมาณ พ.ศ. [๐-๙]+ +หน้า [๐-๙]+ จาก [๐-๙]+", "", said)
    return squeezed(said)


def squeezed(text: str) -> str:
    return re.sub(r"\s|[\u200b\x0c]", "", text)


@pytest.mark.parametrize("change", [str, filled_in], ids=["first", "filled"])
def test_the_three_formats_say_the_same(
    of_year: Office, tmp_path: Path, change: Callable[[str], str]
) -> None:
    write(of_year, change)
    report, files = made(of_year)
    wanted = list(report.lines())

    assert of_word(files[name_of(YEAR, "docx")]) == wanted
    assert of_page(files[name_of(YEAR, "html")]) == wanted
    repeated = {squeezed("".join(row)) for row in (HEADINGS, MONTH_HEADINGS)}
    rest = of_pdf(files[name_of(YEAR, "pdf")], tmp_path)
    for line in wanted:
        before, found, rest = rest.partition(squeezed(line))
        assert found, line
        assert before in {"", *repeated}, "only header rows stand twice"
    assert rest == ""


def test_it_has_seven_rows_and_six_columns_under_the_exact_headings(office: Office) -> None:
    write(office)
    report, files = made(office)
    table = docx.Document(io.BytesIO(files[name_of(YEAR, "docx")])).tables[0]

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        list(HEADINGS),
        *(list(line.cells) for line in report.measures),
    ]
    assert [line.title[:2] for line in report.measures] == [
        f"{thai_digits(str(number))}." for number in range(1, 8)
    ]


def test_measure_four_is_what_the_status_says_and_the_compiler_may_add(of_year: Office) -> None:
    more = 'number = 4\noutcome = "เปิดเผยยิ่งขึ้น"'
    write(of_year, lambda text: text.replace("number = 4", more))
    report, _ = made(of_year)
    fourth = report.measures[3]

    status = of_year.status(YEAR)
    assert fourth.result == status["sentences"]["result"]
    assert fourth.outcome == status["sentences"]["outcome"] + "\nเปิดเผยยิ่งขึ้น"


def test_an_example_is_nobodys_word_and_is_never_printed(office: Office) -> None:
    write(office)
    report, files = made(office)

    assert "ตัวอย่าง:" not in "".join(report.lines())
    assert all(
        b"\xe0\xb8\xb1\xe0\xb8\xa7\xe0\xb8\xad\xe0\xb8\xa2\xe0\xb9\x88\xe0\xb8\xb2\xe0\xb8\x87:"
        not in one
        for one in files.values()
    )
    assert report.measures[0].result == NOT_WRITTEN
    empty = [(blank.measure, blank.what) for blank in report.blanks]
    columns = (HEADINGS[1], HEADINGS[4], HEADINGS[5])
    assert empty == [(n, what) for n in (1, 2, 3, 5, 6, 7) for what in columns]


def test_score_and_level_are_told_or_said_to_be_empty(tmp_path: Path) -> None:
    told = make_office(tmp_path / "told", tail=WORDS)
    untold = make_office(tmp_path / "untold")
    write(told)
    write(untold)

    assert "มีคะแนนรวม ๙๑.๐๗ คะแนน ระดับผลการประเมิน ผ่านดีเยี่ยม" in made(told)[0].opening
    report, _ = made(untold)
    assert f"มีคะแนนรวม {NOT_WRITTEN} คะแนน ระดับผลการประเมิน {NOT_WRITTEN}" in report.opening
    assert [blank.what for blank in report.blanks if blank.measure is None] == [
        "คะแนน ITA",
        "ระดับผลการประเมิน ITA",
    ]


def test_what_was_done_in_another_year_is_not_taken_over(office: Office) -> None:
    write(office, filled_in, year=2567)
    report, _ = made(office)

    assert report.measures[0].steps.startswith("ทำแล้ว "), "how it is done stays the same"
    assert {line.result for line in report.measures if line.title[0] != "๔"} == {NOT_WRITTEN}
    assert "พ.ศ. ๒๕๖๘" in report.measures[2].title


def test_the_file_of_its_year_wins(office: Office) -> None:
    write(office, filled_in, year=2567)
    own = first_measures(ORGANISATION, YEAR).replace("ตัวอย่าง: ", "ปีนี้ ")
    (office.workspace.home / f"measures-{YEAR}.toml").write_text(own, encoding="utf-8")
    report, _ = made(office)
    assert report.measures[0].result.startswith("ปีนี้ ")


@pytest.mark.parametrize(
    ("today", "cover"),
    [
        (
            date(2025, 9, 30),
            "ข้อมูล ณ วันที่ ๓๐ กันยายน พ.ศ. ๒๕๖๘ ก่อนสิ้นปีงบประมาณ (วันที่ ๓๐ กันยายน พ.ศ. ๒๕๖๘)",
        ),
        (date(2025, 10, 1), "ข้อมูล ณ วันที่ ๑ ตุลาคม พ.ศ. ๒๕๖๘"),
    ],
)
def test_a_year_that_has_not_ended_is_said_on_the_cover(
    office: Office, today: date, cover: str
) -> None:
    write(office)
    assert made(office, today)[0].as_of == cover


def test_it_says_which_revision_and_which_publication_it_used(office: Office) -> None:
    month = fiscal_months(YEAR)[0]
    examples.write(examples.example_month(month, "nine-columns", rows=2), office.workspace.inbox)
    office.one_pass(TODAY)
    write(office)
    before, _ = made(office)
    book = examples.example_month(month, "nine-columns", rows=2)
    sheet, row = book.expected[0].source.sheet, book.expected[0].source.row
    changed = examples.replace_cell(book, sheet, f"H{row}", "เป็นผู้เสนอราคาต่ำสุด")
    office.drop(book.file, examples.to_bytes(changed))
    office.one_pass(date(2025, 10, 21))
    after, _ = made(office, date(2025, 10, 21))

    assert (before.months[0].revision, after.months[0].revision) == ("๑", "๒")
    release = (office.public / "manifest.json").read_text(encoding="utf-8")
    code = re.search('"release": "([0-9a-f]+)"', release)
    assert code
    assert code[1] in after.release
    assert code[1] not in before.release


def test_the_same_facts_make_the_same_bytes(office: Office) -> None:
    write(office)
    assert made(office)[1] == made(office)[1]


# ---- Word


def test_thai_in_word_is_set_for_complex_script(office: Office) -> None:
    """Word takes the typeface, size and weight of Thai from the attributes for complex script."""
    write(office)
    _, files = made(office)
    document = docx.Document(io.BytesIO(files[name_of(YEAR, "docx")]))
    used = {paragraph.style.name for paragraph in _paragraphs(document) if paragraph.style}
    for name in used - {"Footer", "Header"}:
        properties = document.styles[name].element.rPr
        fonts = properties.find(qn("w:rFonts"))
        assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "cs")} == {
            "TH SarabunPSK"
        }, name
        assert properties.find(qn("w:sz")).get(qn("w:val")) == properties.find(qn("w:szCs")).get(
            qn("w:val")
        )
        assert properties.find(qn("w:lang")).get(qn("w:bidi")) == "th-TH"
        assert (properties.find(qn("w:b")) is None) == (properties.find(qn("w:bCs")) is None)
    section = document.sections[0]
    assert section.page_width
    assert section.page_height
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (29.7, 21.0)
    heading = document.tables[0].rows[0]._tr.trPr  # noqa: SLF001 - python-docx has no name for it
    assert heading is not None
    assert heading.find(qn("w:tblHeader")) is not None


def _paragraphs(document: Document) -> Iterator[Paragraph]:
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def own_template(office: Office, change: Callable[[str], str]) -> Path:
    """An office's copy of the report's template, its body changed."""
    ours = Path(__file__).parents[1] / "templates" / "word" / "report.docx"
    own = office.workspace.templates / "report.docx"
    own.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(ours) as old, zipfile.ZipFile(own, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                changed = change(content.decode())
                assert changed != content.decode()
                content = changed.encode()
            new.writestr(name, content)
    return own


def test_an_office_edits_its_own_copy_of_the_template(office: Office) -> None:
    write(office)
    own_template(
        office, lambda xml: xml.replace("{{ organisation }}", "สำนักปลัด {{ organisation }}")
    )
    report, files = made(office)
    assert f"สำนักปลัด {report.organisation}" in of_word(files[name_of(YEAR, "docx")])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{{ measure.result }}", "", "ขาดช่อง «measures.result»"),
        ("{{ opening }}", "", "ขาดช่อง «opening»"),
        (
            "{{ measure.result }}",
            "{{ measure.resullt }}",
            "มีช่อง «measures.resullt» ซึ่งโปรแกรมไม่รู้จัก",
        ),
        ("{{ organisation }}", "{{ organization }}", "มีช่อง «organization» ซึ่งโปรแกรมไม่รู้จัก"),
        ("{{ organisation }}", "{{ organisation", "ไม่ครบ"),
        ("{%tr endfor %}", "", "ไม่ครบ"),
        ("{{ organisation }}", "{{ organisation.__class__.__mro__ }}", "organisation.__class__"),
    ],
)
def test_a_template_with_a_fault_is_told_in_one_sentence(
    office: Office, old: str, new: str, told: str
) -> None:
    write(office)
    own = own_template(office, lambda xml: xml.replace(old, new, 1))
    with pytest.raises(CannotRunError) as fault:
        made(office)
    assert told in str(fault.value)
    assert str(own) in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04broken", b"<html>", b"PK\x05\x06" + b"\0" * 18]
)
def test_a_template_that_is_no_word_document_is_told(office: Office, content: bytes) -> None:
    write(office)
    own = office.workspace.templates / "report.docx"
    own.parent.mkdir()
    own.write_bytes(content)
    with pytest.raises(CannotRunError, match="ไม่ใช่เอกสาร Word"):
        made(office)


# ---- measures.toml


def test_the_first_file_is_whole_and_names_the_office(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text(first_measures('อบต."ตัวอย่าง\\', 2570), encoding="utf-8")
    read = read_measures(path)
    assert [one.number for one in read.measures] == [1, 2, 3, 4, 5, 6, 7]
    assert read.measures[0].title.endswith('ของอบต."ตัวอย่าง\\')
    assert [one.period for one in read.measures] == [
        "ไตรมาส ๒" if one.number == 2 else "ไตรมาส ๑ - ๔" for one in read.measures
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("number = 3", "number = 2", "มีมาตรการที่ 2 มากกว่าหนึ่งกลุ่ม"),
        ("[[measures]]\nnumber = 2", "[[x]]\nnumber = 2", "ไม่รู้จักคีย์ «x»"),
        ("steps =", "stpes =", "ไม่รู้จักคีย์ มาตรการที่ 1: «stpes» (หมายถึง «steps» หรือไม่)"),
        ('period = "ไตรมาส ๒"', "period = 2", "มาตรการที่ 2: «period» ต้องเป็นข้อความ"),
        ("number = 3", 'number = "3"', "«number» ต้องเป็นจำนวนเต็ม"),
        ("number = 3", "number = 8", "มาตรการที่ 8: «number»"),
        ("fiscal_year = 2568", "", "ขาดคีย์ «fiscal_year»"),
        ("fiscal_year = 2568", "fiscal_year = 2025", "«fiscal_year»"),
        ("watch = []", 'watch = "หน้าเว็บ"', "มาตรการที่ 1: «watch» ต้องเป็นรายการ"),
        ("evidence = []", "evidence = [{ titel = 'x' }]", "(หมายถึง «title» หรือไม่)"),
        ("evidence = []", 'evidence = [{ title = "x", address = "javascript:1" }]', "http"),
        ("evidence = []", "evidence = [", "TOML"),
        ('result = "', 'result = "เลข 3-1015-01234-56-4 ', "เลขประจำตัวประชาชน"),
    ],
)
def test_a_fault_in_the_file_is_one_sentence_that_names_the_key(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = first_measures(ORGANISATION, YEAR)
    assert old in text
    path = tmp_path / NAME
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CannotRunError) as fault:
        read_measures(path)
    assert told in str(fault.value)
    assert str(path) in str(fault.value)


def test_a_measure_that_is_missing_is_named(tmp_path: Path) -> None:
    text = first_measures(ORGANISATION, YEAR)
    start = text.index("[[measures]]\nnumber = 5")
    end = text.index("[[measures]]\nnumber = 6")
    path = tmp_path / NAME
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(CannotRunError, match="ขาดมาตรการที่ 5"):
        read_measures(path)


def test_every_column_of_the_table_is_a_key_of_the_file() -> None:
    text = first_measures(ORGANISATION, YEAR)
    for column in COLUMNS:
        assert re.search(rf"^{column} = ", text, re.MULTILINE), column


def test_measure_four_leads_to_the_page_of_its_proofs_where_the_address_is_known(
    tmp_path: Path,
) -> None:
    office = make_office(tmp_path, tail='[site]\nbase_url = "https://www.example.go.th/s"\n')
    month = fiscal_months(YEAR)[0]
    examples.write(examples.example_month(month, "nine-columns", rows=1), office.workspace.inbox)
    office.one_pass(TODAY)
    write(office)
    report, files = made(office)
    address = "https://www.example.go.th/s/fy2568/measure4.html"
    assert [line.where for line in report.proofs] == [address]
    assert f'href="{address}"'.encode() in files[name_of(YEAR, "html")]
