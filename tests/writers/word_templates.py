"""The Word templates in ``templates/word/`` as they were first made; offices edit copies of them.

Run ``python -m tests.writers.word_templates`` after a change here, and look at them in Word. What
python-docx alone cannot say: the typeface of Thai is the one for complex script.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table, _Cell

from schemas.report import HEADINGS, MONTH_HEADINGS, PROOF_HEADINGS

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "word"
FONT = "TH SarabunPSK"  # by name only: Thai government PCs have it; nothing is embedded
LEFT, CENTRE, RIGHT = (
    *(WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER),
    WD_ALIGN_PARAGRAPH.RIGHT,
)


def element(tag: str, **attributes: str) -> Any:  # noqa: ANN401 - lxml's element
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def thai(owner: Any, size: float, *, bold: bool = False) -> None:  # noqa: ANN401 - a style's element
    """Give a style its typeface for Latin and for complex script alike; sizes in points."""
    properties = owner.find(qn("w:rPr"))
    if properties is None:
        properties = owner.get_or_add_rPr()
    for old in list(properties):
        properties.remove(old)
    half = str(int(size * 2))
    # In the schema's order: strict readers insist on it.
    properties.append(element("w:rFonts", ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT))
    if bold:
        properties.extend([element("w:b"), element("w:bCs")])
    properties.extend([element("w:sz", val=half), element("w:szCs", val=half)])
    properties.append(element("w:lang", val="en-US", eastAsia="en-US", bidi="th-TH"))


def new_document(*, landscape: bool) -> Document:
    document = docx.Document()
    section = document.sections[0]
    long, short = Cm(29.7), Cm(21)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.left_margin = section.right_margin = Cm(1.5) if landscape else Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(1.5), Cm(1.5)
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))
    thai(defaults, 14)
    normal = document.styles["Normal"]
    thai(normal.element, 14 if landscape else 16)
    normal.paragraph_format.space_after = Pt(0)
    for name, size, bold in (
        ("Cover Title", 26, True),
        ("Cover Line", 20, False),
        ("Notice", 16, True),
        ("Section", 16, True),
        ("Table Heading", 14, True),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        thai(style.element, size, bold=bold)
    properties = document.core_properties
    properties.created = properties.modified = datetime(2026, 11, 1, tzinfo=UTC)
    properties.author = properties.last_modified_by = properties.comments = ""
    return document


def line(document: Document, text: str, style: str = "Normal", side: Any = LEFT) -> Any:  # noqa: ANN401 - a paragraph
    paragraph = document.add_paragraph(text, style=style)
    paragraph.alignment = side
    return paragraph


def table(
    document: Document,
    headings: Sequence[str],
    loop: str,
    fields: Sequence[str],
    widths: Sequence[float],
    sides: Sequence[Any],
) -> Table:
    """A table with its header row on every page, and one row for each of a list."""
    made: Table = document.add_table(rows=4, cols=len(headings), style="Table Grid")
    made.autofit = False
    margins = element("w:tblCellMar")  # else the marks below and above letters touch the lines
    for side, twips in (("top", "40"), ("left", "85"), ("bottom", "40"), ("right", "85")):
        margins.append(element(f"w:{side}", w=twips, type="dxa"))
    properties = made._tbl.tblPr  # noqa: SLF001 - python-docx has no name for it
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)  # the grid, where LibreOffice looks; Word looks at the cells
    heading, before, body, after = made.rows
    heading._tr.get_or_add_trPr().extend([element("w:cantSplit"), element("w:tblHeader")])  # noqa: SLF001 - python-docx has no name for it
    body._tr.get_or_add_trPr().append(element("w:cantSplit"))  # noqa: SLF001 - the same
    before.cells[0].merge(before.cells[-1]).text = f"{{%tr for {loop} %}}"
    after.cells[0].merge(after.cells[-1]).text = "{%tr endfor %}"
    for cell, text, width in zip(heading.cells, headings, widths, strict=True):
        fill(cell, text, width, CENTRE, "Table Heading")
    for cell, text, width, side in zip(body.cells, fields, widths, sides, strict=True):
        fill(cell, text, width, side, "Normal")
    return made


def fill(cell: _Cell, text: str, width: float, side: Any, style: str) -> None:  # noqa: ANN401 - an alignment
    cell.width = Cm(width)
    paragraph = cell.paragraphs[0]
    paragraph.text, paragraph.alignment = text, side
    paragraph.style = style


def report() -> Document:
    document = new_document(landscape=True)
    for _ in range(5):
        line(document, "")
    line(document, "{{ title }}", "Cover Title", CENTRE)
    for field in ("year", "organisation", "as_of"):
        line(document, f"{{{{ {field} }}}}", "Cover Line", CENTRE)
    line(document, "{%p if draft %}")
    line(document, "{{ draft }}", "Notice", CENTRE)
    line(document, "{%p endif %}")
    line(document, "").add_run().add_break(WD_BREAK.PAGE)
    opening = line(document, "{{ opening }}")
    opening.paragraph_format.first_line_indent = Cm(1.5)
    opening.paragraph_format.space_after = Pt(6)
    table(
        document,
        HEADINGS,
        "measure in measures",
        [
            f"{{{{ measure.{name} }}}}"
            for name in ("title", "steps", "period", "responsible", "result", "outcome")
        ],
        (4.2, 5.0, 2.9, 2.8, 6.1, 5.7),
        (LEFT, LEFT, CENTRE, LEFT, LEFT, LEFT),
    )
    section(document, "{{ months_title }}")
    table(
        document,
        MONTH_HEADINGS,
        "month in months",
        [
            f"{{{{ month.{name} }}}}"
            for name in ("month", "state", "revision", "published", "rows", "agreed")
        ],
        (4.2, 5.2, 2.3, 5.0, 4.0, 6.0),
        (LEFT, LEFT, CENTRE, CENTRE, RIGHT, RIGHT),
    )
    gap(line(document, "{{ release }}"))
    section(document, "{{ proofs_title }}")
    line(document, "{%p if proofs %}")
    table(
        document,
        PROOF_HEADINGS,
        "proof in proofs",
        [f"{{{{ proof.{name} }}}}" for name in ("measure", "what", "where", "when")],
        (2.4, 8.0, 9.1, 7.2),
        (CENTRE, LEFT, LEFT, LEFT),
    )
    line(document, "{%p else %}")
    line(document, "{{ no_proof }}")
    line(document, "{%p endif %}")
    page_number(document)
    return document


def section(document: Document, text: str) -> None:
    heading = line(document, text, "Section")
    heading.paragraph_format.space_before = Pt(12)
    heading.paragraph_format.keep_with_next = True


def page_number(document: Document) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = RIGHT
    for kind in ("begin", " PAGE ", "end"):
        # Each part of a field in a run of its own, as Word writes it.
        run = paragraph.add_run()._r  # noqa: SLF001 - a field has no name
        if kind in {"begin", "end"}:
            run.append(element("w:fldChar", fldCharType=kind))
        else:
            code = element("w:instrText")
            code.text = kind
            run.append(code)
    numbers = element("w:pgNumType", fmt="thaiNumbers")
    document.sections[0]._sectPr.insert_element_before(numbers, "w:cols", "w:docGrid")  # noqa: SLF001 - the same


MONTH_TABLE = (
    MONTH_HEADINGS,
    "month in months",
    [
        f"{{{{ month.{name} }}}}"
        for name in ("month", "state", "revision", "published", "rows", "agreed")
    ],
)
LINK_HEADINGS = ("ข้อ ITA", "รายการ", "ที่อยู่", "ค่าแฮช SHA-256")
DOTS = "................................"


def evidence() -> Document:
    document = new_document(landscape=True)
    line(document, "หลักฐานการเผยแพร่สรุปผลการจัดซื้อจัดจ้าง", "Section", CENTRE)
    for field in ("period", "organisation", "as_of"):
        line(document, f"{{{{ {field} }}}}", side=CENTRE)
    section(document, "สรุปรายเดือน")
    table(
        document,
        *MONTH_TABLE,
        (4.2, 5.2, 2.3, 5.0, 4.0, 6.0),
        (LEFT, LEFT, CENTRE, CENTRE, RIGHT, RIGHT),
    )
    gap(line(document, "{{ release }}"))
    section(document, "ที่อยู่และค่าแฮชของไฟล์ที่เผยแพร่")
    line(document, "{%p if no_address %}")
    line(document, "{{ no_address }}")
    line(document, "{%p endif %}")
    table(
        document,
        LINK_HEADINGS,
        "link in links",
        [f"{{{{ link.{name} }}}}" for name in ("item", "what", "address", "sha256")],
        (3.0, 6.2, 9.3, 8.2),
        (LEFT, LEFT, LEFT, LEFT),
    )
    page_number(document)
    return document


def memo() -> Document:
    document = new_document(landscape=False)
    line(document, "บันทึกข้อความ", "Cover Title", CENTRE)
    line(document, "ส่วนราชการ {{ organisation }} กองคลัง")
    line(document, f"ที่ {DOTS} วันที่ {DOTS}")
    line(document, "เรื่อง ขออนุญาตเผยแพร่สรุปผลการดำเนินการจัดซื้อจัดจ้าง {{ period }} บนเว็บไซต์")
    gap(line(document, f"เรียน {DOTS}"))
    for text in (
        "ตามพระราชบัญญัติข้อมูลข่าวสารของราชการ พ.ศ. ๒๕๔๐ มาตรา ๙ (๘) ให้ประชาชนตรวจดูผลการจัดซื้อจัดจ้างได้ นั้น",
        "กองคลัง{{ statement }} รายละเอียดตามแบบฟอร์มการขอเผยแพร่ข้อมูลและบัญชีหลักฐานที่แนบ",
        "จึงเรียนมาเพื่อโปรดพิจารณา หากเห็นชอบ ขอได้โปรดอนุญาตให้เผยแพร่บนเว็บไซต์ของหน่วยงาน",
    ):
        paragraph = line(document, text)
        paragraph.paragraph_format.first_line_indent = Cm(2.5)
        paragraph.paragraph_format.space_before = Pt(6)
    for who in ("ผู้จัดทำ", "ผู้อำนวยการกองคลัง", "ผู้อนุญาต"):
        signature(document, who)
    return document


def publication_form() -> Document:
    document = new_document(landscape=False)
    line(document, "แบบฟอร์มการขอเผยแพร่ข้อมูลผ่านเว็บไซต์", "Section", CENTRE)
    gap(line(document, "{{ organisation }}", side=CENTRE))
    for text in (
        f"วัน เดือน ปี ที่ขอเผยแพร่: {DOTS}",
        "ผู้ขอเผยแพร่: กองคลัง",
        "หัวข้อ: สรุปผลการดำเนินการจัดซื้อจัดจ้าง {{ period }}",
        "รายละเอียดโดยสรุป: {{ statement }}",
    ):
        gap(line(document, text))
    line(document, "ไฟล์และที่อยู่:")
    line(document, "{%p if no_address %}")
    line(document, "{{ no_address }}")
    line(document, "{%p endif %}")
    table(
        document,
        ("รายการ", "ที่อยู่"),
        "link in links",
        ["{{ link.what }}", "{{ link.address }}"],
        (6.0, 10.0),
        (LEFT, LEFT),
    )
    gap(line(document, f"หมายเหตุ: {DOTS}{DOTS}"))
    for who in ("ผู้รับผิดชอบการให้ข้อมูล", "ผู้อนุมัติรับรอง", "ผู้นำข้อมูลขึ้นเผยแพร่"):
        signature(document, who)
    return document


def gap(paragraph: Any) -> None:  # noqa: ANN401 - a paragraph
    paragraph.paragraph_format.space_before = Pt(4)
    paragraph.paragraph_format.space_after = Pt(4)


def signature(document: Document, who: str) -> None:
    signed = line(document, f"ลงชื่อ {DOTS} {who}", side=RIGHT)
    signed.paragraph_format.space_before = Pt(18)
    signed.paragraph_format.keep_with_next = True
    line(document, f"({DOTS}) วันที่ {DOTS}", side=RIGHT)


TEMPLATES = {
    "report.docx": report,
    "evidence.docx": evidence,
    "memo.docx": memo,
    "publication-form.docx": publication_form,
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, make in TEMPLATES.items():
        make().save(str(FOLDER / name))
