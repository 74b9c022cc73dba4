"""EvidencePack → Word: the index of links, the memo that asks leave, the form of publication."""

import csv
import io
from dataclasses import asdict
from pathlib import Path

from pipeline.formats.word import Fields, filled, template_of
from schemas.evidence import CSV_HEADINGS, EvidencePack

FIELDS_OF_PACK = ("organisation", "period", "as_of", "statement", "no_address", "release")
LISTS = {
    "months": ("month", "state", "revision", "published", "rows", "agreed"),
    "links": ("item", "what", "address", "sha256"),
}
# Each template with what must stand in it.
DOCUMENTS = {
    "evidence.docx": ("organisation", "period", "as_of", "links.address", "links.sha256"),
    "memo.docx": ("organisation", "period", "statement"),
    "publication-form.docx": ("organisation", "period", "links.address"),
}
TITLES = {
    "evidence.docx": "หลักฐานการเผยแพร่",
    "memo.docx": "บันทึกข้อความ",
    "publication-form.docx": "แบบฟอร์มการขอเผยแพร่ข้อมูลผ่านเว็บไซต์",
}


def documents(pack: EvidencePack, own: Path) -> dict[str, bytes]:
    """Return the documents of a pack by their names; ``own`` are the office's templates."""
    facts = asdict(pack)
    facts = {name: facts[name] for name in (*FIELDS_OF_PACK, *LISTS)}
    made = {}
    for template, needed in DOCUMENTS.items():
        name = template.replace(".docx", f"-{pack.name}.docx")
        title = f"{TITLES[template]} {pack.period}"
        fields = Fields(FIELDS_OF_PACK, LISTS, needed)
        made[name] = filled(template_of(template, own), fields, facts, title, pack.day)
    return made | {f"evidence-{pack.name}.csv": _table(pack)}


def _table(pack: EvidencePack) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(CSV_HEADINGS)
    writer.writerows((link.item, link.what, link.address, link.sha256) for link in pack.links)
    return text.getvalue().encode("utf-8-sig")
