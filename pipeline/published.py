"""A published site → what it says, row by row, after every byte of it was verified.

Anybody can do this: the public files are the only source. Whatever is wrong with a site is told
and keeps the whole site out of every count; nothing of it reaches another's.
"""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from jsonschema import ValidationError as NotOfTheSchemaError
from pydantic import ValidationError

from pipeline import CannotRunError
from pipeline.pages import row_address
from pipeline.places import folder_of
from pipeline.roll_up import read_status
from pipeline.verify import Absent, Folder, verify
from schemas.analytics import TROUBLES
from schemas.manifest import MANIFEST, Manifest, printable
from schemas.month import Month
from schemas.personal import is_person
from schemas.procurement import plain_name, unabbreviated
from schemas.province import AgencyMonth, AgencyYear
from schemas.published import PublishedMonth, PublishedRow

LIST_COLUMNS = ("agency", "province", "site")
# Where a workspace has its site, from its folder.
CURRENT = Path("output/site/current")
# Bytes of a row as JSON: every cell of Excel filled to its end stays far below. DuckDB sets aside
# twice as much for each thread.
LONGEST_LINE = 8 << 20
OLDEST = 2541  # fiscal year: the law that asks for the form is of 2540
_STATUS = re.compile(r"fy([0-9]{4})/status\.json")
_MONTH = re.compile(r"fy[0-9]{4}/([0-9]{4}-[0-9]{2})/sokhoro1-\1\.json")


@dataclass(frozen=True)
class Asked:
    """One agency to be counted: its key, its province if somebody said it, its site's folder."""

    agency: str
    province: str | None
    site: Path


@dataclass(frozen=True)
class Published:
    """What one site says; with a ``trouble`` it says nothing. ``lines`` are rows as JSON."""

    asked: Asked
    trouble: str = ""
    organisation: str | None = None
    release: str | None = None
    released_on: date | None = None
    years: tuple[AgencyYear, ...] = ()
    lines: dict[int, tuple[bytes, ...]] = field(default_factory=dict)  # by Buddhist fiscal year

    def without_rows(self) -> "Published":
        return replace(self, lines={})

    def left_out(self, kind: str, what: object) -> "Published":
        """Return the same site without anything that could be counted."""
        told = printable(TROUBLES[kind].format(what=what))
        return replace(self, trouble=told, years=(), lines={})


class LeftOutError(Exception):
    """A site that is not to be counted: a key of ``TROUBLES``, and what is meant."""

    def __init__(self, kind: str, what: object) -> None:
        super().__init__(kind, what)
        self.kind, self.what = kind, what


# ---- which sites


def asked_for(places: Sequence[Path]) -> tuple[Asked, ...]:
    """Return the agencies at some places, ordered by key, those without a site too.

    A place is a site, a folder that has a folder for each agency, or a list (.csv with the
    columns agency, province and site; paths count from the list).
    Errors: CannotRunError for a place that is none of them, and for an agency named twice.
    """
    found = [asked for place in places for asked in _at(place)]
    counted = Counter(asked.agency for asked in found)
    if twice := sorted(key for key, times in counted.items() if times > 1):
        raise CannotRunError(
            f"รหัสหน่วยงาน «{printable(twice[0])}» ซ้ำกัน กรุณาระบุเป็นไฟล์รายชื่อ (.csv) ที่รหัสไม่ซ้ำ"
        )
    for asked in found:
        if asked.agency != printable(asked.agency):
            raise CannotRunError(f"ชื่อโฟลเดอร์ของหน่วยงาน «{printable(asked.agency)}» อ่านไม่ได้")
    return tuple(sorted(found, key=lambda asked: asked.agency))


def _at(place: Path) -> Iterator[Asked]:
    if place.suffix.lower() == ".csv" and place.is_file():
        yield from _listed(place)
    elif not place.is_dir():
        raise CannotRunError(
            f"ไม่พบ {place} กรุณาระบุโฟลเดอร์ของเว็บไซต์ โฟลเดอร์ที่รวมทุกหน่วยงาน หรือไฟล์รายชื่อ (.csv)"
        )
    elif site := _site_of(place):
        yield Asked(_key_of(place), None, site)
    else:
        for folder in sorted(place.iterdir()):
            if folder.is_dir() and not folder.name.startswith("."):
                yield Asked(folder.name, None, _site_of(folder) or folder / CURRENT)


def _site_of(folder: Path) -> Path | None:
    """Return the site that is a folder, or that the workspace in it publishes."""
    sites = (folder, folder / CURRENT, folder / "site" / "current", folder / "current")
    return next((site for site in sites if (site / MANIFEST).is_file()), None)


def _key_of(place: Path) -> str:
    """The folder of the workspace that a site stands in gives the agency its key."""
    folder = place.absolute()
    while folder.name in CURRENT.parts:
        folder = folder.parent
    return folder.name


def _listed(path: Path) -> Iterator[Asked]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise CannotRunError(f"{path}: อ่านไม่ได้ กรุณาบันทึกเป็น CSV UTF-8") from None
    if lines and not set(LIST_COLUMNS) <= lines[0].keys():
        raise CannotRunError(f"{path}: บรรทัดแรกต้องมี {', '.join(LIST_COLUMNS)}")
    for number, line in enumerate(lines, 2):
        agency, province, site = ((line[name] or "").strip() for name in LIST_COLUMNS)
        if not agency:
            raise CannotRunError(f"{path}: บรรทัดที่ {number} ไม่มีรหัสหน่วยงาน (agency)")
        folder = path.parent / site
        yield Asked(agency, province or None, _site_of(folder) or folder / CURRENT)


# ---- what a site says


def read_site(asked: Asked) -> Published:
    """Return what a site says; never raises for anything that stands in it."""
    told = Published(asked)
    try:
        return _read(asked)
    except LeftOutError as error:
        return told.left_out(error.kind, error.what)
    except OSError as error:
        return told.left_out("unreadable", error.strerror or type(error).__name__)


def _read(asked: Asked) -> Published:
    if not (asked.site / MANIFEST).is_file():
        raise LeftOutError("no-site", MANIFEST)
    site = Folder(asked.site.resolve())  # one release, whatever is published meanwhile
    verified = verify(site, None)
    if verified.manifest is None or verified.differences:
        raise LeftOutError("changed", verified.sentences[0])
    contents = _Contents(site, verified.manifest)
    years: list[AgencyYear] = []
    lines: dict[int, tuple[bytes, ...]] = {}
    expected: set[str] = set()
    for path in contents.paths:
        if named := _STATUS.fullmatch(path):
            year = _year(contents, asked.agency, path, fiscal_year := int(named[1]))
            public = [month for month in year.months if month.public]
            expected |= {_path_of(month.month) for month in public}
            lines[fiscal_year] = tuple(
                _line(row, position, published, asked, verified.manifest.release)
                for published in (_month(contents, month) for month in public)
                for position, row in enumerate(published.rows, 1)
            )
            years.append(year)
    if more := sorted({path for path in contents.paths if _MONTH.fullmatch(path)} - expected):
        raise LeftOutError("disagrees", more[0])
    return Published(
        asked,
        organisation=years[-1].organisation if years else None,
        release=verified.manifest.release,
        released_on=verified.manifest.day,
        years=tuple(years),
        lines=lines,
    )


class _Contents:
    """The files of a verified site, each held to its hash once more when it is read."""

    def __init__(self, site: Folder, manifest: Manifest) -> None:
        self._site, self._files = site, {file.path: file for file in manifest.files}
        self.paths = sorted(self._files)

    def read(self, path: str) -> bytes:
        file = self._files.get(path)
        if file is None:
            raise LeftOutError("disagrees", path)
        content = self._site.read(path, file.size)
        if isinstance(content, Absent) or hashlib.sha256(content).hexdigest() != file.sha256:
            raise LeftOutError("changed", path)
        return content


def _year(contents: _Contents, agency: str, path: str, fiscal_year: int) -> AgencyYear:
    try:
        year = read_status(fiscal_year, agency, json.loads(contents.read(path)))
    except (ValueError, RecursionError, NotOfTheSchemaError):
        raise LeftOutError("form", path) from None
    if not _is_plausible(year, fiscal_year):
        raise LeftOutError("form", path)
    return year


def _is_plausible(year: AgencyYear, fiscal_year: int) -> bool:
    """A name that is text, and no year before the law or long after the status was made."""
    name = year.organisation or ""
    latest = Month.of(year.as_of).fiscal_year + 1 if year.as_of else OLDEST
    return name == printable(name) and OLDEST <= fiscal_year <= latest


def _month(contents: _Contents, status: AgencyMonth) -> PublishedMonth:
    """Return a month's rows, held to what the status claims of them."""
    path = _path_of(status.month)
    try:
        month = PublishedMonth.model_validate_json(contents.read(path))
    except ValidationError:
        raise LeftOutError("form", path) from None
    unknown = sum(row.agreed_price is None for row in month.rows)
    says = (month.month, month.revision, len(month.rows), month.agreed, unknown, month.nil)
    claimed = (
        *(str(status.month), status.revision, status.rows),
        *(status.total_agreed, status.price_unknown, status.state == "nil"),
    )
    if says != claimed or not month.agrees_with_itself:
        raise LeftOutError("disagrees", path)
    return month


def _path_of(month: Month) -> str:
    return f"{folder_of(month)}sokhoro1-{month}.json"


def _line(
    row: PublishedRow, position: int, month: PublishedMonth, asked: Asked, release: str
) -> bytes:
    """Return a row as one line of JSON with the names of ``ROW_TYPES``."""
    told = Month.parse(month.month)
    plain: dict[str, Any] = row.model_dump(mode="json")
    source = plain.pop("source")
    name = row.supplier
    plain |= {
        "province": asked.province,
        "agency": asked.agency,
        "organisation": month.organisation,
        "month": month.month,
        "first_day": told.first.isoformat(),
        "revision": month.revision,
        "position": position,
        "supplier_name": None if name is None else plain_name(name),
        "supplier_key": None if name is None else _key(unabbreviated(name)),
        "supplier_is_person": None if name is None else is_person(name),
        "source_file": source["file"],
        "source_sheet": source["sheet"],
        "source_row": source["row"],
        "page": folder_of(told) + row_address(position),
        "release": release,
    }
    line = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    if len(line) > LONGEST_LINE:
        raise LeftOutError("form", _path_of(told))
    return line


def _key(name: str) -> str:
    """16 hex digits in place of a form of the name that is only for comparing."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]
