"""The sheet for programs in a workbook that we published: left out when somebody drops it again.

It says once more what the forms beside it say, and would double every row. Only as long as nobody
changed a cell of it: then it is read like any other sheet, for what somebody wrote must not be
lost.
"""

import zipfile
from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from pipeline.formats.data_sheet import PROPERTY, seal
from pipeline.headings import find_header
from schemas.sheet import Sheet

PROPERTIES = "docProps/custom.xml"


def without_copy(path: Path, sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the sheets without the one that the workbook at ``path`` says to be such a copy.

    Without a form beside it, it is a copy of nothing, and stays.
    """
    told = _told(path)
    if told is None:
        return list(sheets)
    others = [sheet for sheet in sheets if _seal_of(sheet) != told]
    has_form = any(find_header(sheet, dict(sheet.rows())) for sheet in others)
    return others if has_form else list(sheets)


def _seal_of(sheet: Sheet) -> str:
    return seal({place: cell.value for place, cell in sheet.cells.items()})


def _told(path: Path) -> str | None:
    """Return the seal among the properties of a workbook; None when it has none."""
    try:
        with zipfile.ZipFile(path) as archive:
            if PROPERTIES not in archive.namelist():
                return None
            content = archive.read(PROPERTIES)
        tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except (zipfile.BadZipFile, etree.XMLSyntaxError):
        return None
    for one in tree:
        if one.get("name") == PROPERTY:
            return "".join(map(str, one.itertext())).strip()
    return None
