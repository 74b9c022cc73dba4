"""Word documents from templates that an office may edit: ours, or its own copy of one.

A template that lacks a field, or names one that nobody knows, is told in one sentence; it never
becomes a document. The same facts make the same bytes.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from pipeline import CannotRunError

if TYPE_CHECKING:
    from docxtpl import DocxTemplate

FOLDER = "word"  # in templates/
# A zip knows no day before 1980, and the day on which a document was set says nothing of it.
_MOMENT = (1980, 1, 1, 0, 0, 0)
LONGEST_WHOLE = 500  # letters of a cell whose row stays on one page, also in a wider typeface
LARGEST_TEMPLATE = 20 << 20  # bytes: an emblem fits, and nothing is read whole by mistake


@dataclass(frozen=True)
class Fields:
    """What a template may name: plain fields, and lists with the fields of each of their rows.

    ``needed`` must stand in it, written as ``title`` or ``measures.result``: without them the
    document would leave out what it is for.
    """

    plain: tuple[str, ...]
    lists: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]


def template_of(name: str, own: Path) -> tuple[bytes, str]:
    """Return a template and what people call it: the office's own copy, else ours."""
    path = own / name
    try:
        if path.stat().st_size > LARGEST_TEMPLATE:
            raise CannotRunError(f"แบบเอกสาร {path} ใหญ่เกิน {LARGEST_TEMPLATE >> 20} MiB")
        return path.read_bytes(), str(path)
    except FileNotFoundError:
        return ours(name), name
    except OSError as error:
        raise CannotRunError(f"เปิดแบบเอกสาร {path} ไม่ได้: {error.strerror}") from None


def ours(name: str) -> bytes:
    """Return the template that comes with the program."""
    return (files("templates") / FOLDER / name).read_bytes()


def filled(
    template: tuple[bytes, str],
    fields: Fields,
    facts: Mapping[str, Any],
    title: str,
    day: date,
) -> bytes:
    """Return the document that a template makes of the facts; ``title`` and ``day`` are its own.

    Errors: CannotRunError naming the template and the field, for a field that is missing or that
    nobody knows, for braces that do not close, and for a file that is no Word document.
    """
    content, name = template
    document = _opened(content, name)
    _hold_to(fields, document, name)
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        document.render(dict(facts), environment, autoescape=True)
    except TemplateError as error:
        raise CannotRunError(f"แบบเอกสาร {name} ใช้ไม่ได้: {error.message}") from None
    except (TypeError, ValueError, ArithmeticError) as error:  # of what the template reckons
        raise CannotRunError(f"แบบเอกสาร {name} ใช้ไม่ได้: {error}") from None
    _let_long_rows_break(document)
    properties = document.docx.core_properties
    properties.title, properties.author, properties.last_modified_by = title[:255], "", ""
    properties.created = properties.modified = datetime(day.year, day.month, day.day, tzinfo=UTC)
    made = io.BytesIO()
    document.save(made)
    return _same_bytes(made.getvalue())


def _let_long_rows_break(document: "DocxTemplate") -> None:
    """A row that the template keeps whole may break where it could be longer than a page.

    Else LibreOffice prints the page that it fills and loses the rest.
    """
    from docx.oxml.ns import qn

    for row in document.docx.element.body.iter(qn("w:tr")):
        cells = ("".join(cell.itertext()) for cell in row.iter(qn("w:tc")))
        if max(map(len, cells), default=0) > LONGEST_WHOLE:
            for kept in list(row.iter(qn("w:cantSplit"))):
                kept.getparent().remove(kept)


def _opened(content: bytes, name: str) -> "DocxTemplate":
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate

    document = DocxTemplate(io.BytesIO(content))
    try:
        document.init_docx()
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError):
        raise CannotRunError(
            f"แบบเอกสาร {name} ไม่ใช่เอกสาร Word (.docx) ที่สมบูรณ์ กรุณาบันทึกใหม่จาก Word"
        ) from None
    return document


def _hold_to(fields: Fields, document: "DocxTemplate", name: str) -> None:
    """Compare the fields that a template names with those there are."""
    try:
        named = set(_named(_sources(document)))
    except TemplateSyntaxError as error:
        raise CannotRunError(
            f"แบบเอกสาร {name} เขียนคำสั่งใน {{{{ }}}} หรือ {{% %}} ไม่ครบ: {error.message}"
        ) from None
    known = {*fields.plain, *fields.lists}
    known |= {f"{one}.{field}" for one, row in fields.lists.items() for field in row}
    if unknown := sorted(named - known):
        raise CannotRunError(
            f"แบบเอกสาร {name} มีช่อง «{unknown[0]}» ซึ่งโปรแกรมไม่รู้จัก "
            f"กรุณาแก้ให้ตรงกับช่องที่มี: {' '.join(sorted(known))}"
        )
    if missing := [one for one in fields.needed if one not in named]:
        raise CannotRunError(
            f"แบบเอกสาร {name} ขาดช่อง «{missing[0]}» ซึ่งต้องมี กรุณาใส่คืน หรือลบไฟล์นี้เพื่อใช้แบบของโปรแกรม"
        )


def _sources(document: "DocxTemplate") -> Iterator[str]:
    """Give the body, headers and footers as docxtpl gives them to the template engine."""
    yield document.patch_xml(document.get_xml())
    for kind in (document.HEADER_URI, document.FOOTER_URI):
        for _, part in document.get_headers_footers(kind):
            yield document.patch_xml(document.get_part_xml(part))


def _named(sources: Iterator[str]) -> Iterator[str]:
    """Give each field that is named: ``title``, and ``measures.result`` for a row's."""
    for source in sources:
        tree = SandboxedEnvironment().parse(source)
        rows: dict[str, str] = {"loop": ""}  # Jinja's own, inside a loop
        for loop in tree.find_all(nodes.For):
            if isinstance(loop.target, nodes.Name) and isinstance(loop.iter, nodes.Name):
                rows[loop.target.name] = loop.iter.name
        for one in tree.find_all(nodes.Name):
            if one.ctx == "load" and one.name not in rows:
                yield one.name
        for of in tree.find_all(nodes.Getattr):
            if isinstance(of.node, nodes.Name) and of.node.name != "loop":
                owner = rows.get(of.node.name, of.node.name)
                yield f"{owner}.{of.attr}"


def _same_bytes(content: bytes) -> bytes:
    """Return the same zip without the moment at which each part was written."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return made.getvalue()
