"""The public months of a fiscal year → its open data: tables, OCDS, and what describes them.

Addresses never change. A year without a public month has no open data; one without a row has no
OCDS package, for the standard knows none without a release. There is no Parquet: its only writer
here would be pyarrow, 40 MB and more for tables of some hundred rows, and its bytes name the
version that wrote them.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.feed import urn
from pipeline.formats import csv
from pipeline.formats.json import rows
from pipeline.ocds import package
from pipeline.pages import PAGE, row_address
from pipeline.places import place_of
from pipeline.summarise import Summaries
from schemas.config import Settings
from schemas.month import fiscal_months
from schemas.open_data_words import (
    CATALOGUE,
    DATASET,
    DESCRIPTION,
    KEYWORDS,
    MONTH_TABLE,
    OPEN_FILES,
    PACKAGE,
    TABLE_SCHEMA,
    TITLE,
    OpenFile,
)
from schemas.summary import MonthlySummary

MONTHLY = "http://publications.europa.eu/resource/authority/frequency/MONTHLY"
THAI = "http://publications.europa.eu/resource/authority/language/THA"
_NUMBERS = {"integer": "integer", "decimal": "number", "string": "string"}
# They end a line for some readers of text, though not for JSON Lines.
_LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


@dataclass(frozen=True)
class _Year:
    """A fiscal year with a public month: what every description of it tells."""

    number: int
    months: tuple[MonthlySummary, ...]  # public, October first
    revisions: tuple[MonthlySummary, ...]  # these and the superseded ones
    settings: Settings
    folder: str  # address of the year's folder, "" while nobody told where the site stands

    @property
    def name(self) -> str:
        return f"sokhoro1-fy{self.number}"

    @property
    def publisher(self) -> str:
        return self.settings.organisation.name

    @property
    def id(self) -> str:
        return urn(self.settings.organisation, f"fy{self.number}")

    @property
    def title(self) -> str:
        return TITLE.format(year=self.number, organisation=self.publisher)

    @property
    def description(self) -> str:
        """A part of a year says that it is one."""
        return DESCRIPTION.format(
            organisation=self.publisher,
            year=self.number,
            published=len(self.months),
            months=" ".join(summary.month.words for summary in self.months),
            rows=sum(len(summary.rows) for summary in self.months),
        )

    @property
    def days(self) -> tuple[str, str]:
        """The first and the last day of the fiscal year."""
        months = fiscal_months(self.number)
        return months[0].first.isoformat(), months[-1].last.isoformat()

    @property
    def issued(self) -> str:
        return min(one.published_on for one in self.revisions).isoformat()

    @property
    def modified(self) -> str:
        return max(one.published_on for one in self.revisions).isoformat()


def open_data(
    fiscal_year: int,
    summaries: Summaries,
    rendered: Mapping[str, bytes],
    settings: Settings,
    base: str,
) -> dict[str, bytes]:
    """Return the files of a fiscal year by their path in the site; {} without a public month.

    ``rendered`` are the files of the months; ``base`` is the site's address with "/" behind, or
    "": then descriptions name files relative to themselves.
    """
    place = f"fy{fiscal_year}/"
    months = tuple(
        sorted(
            (one for one in summaries.public if one.month.fiscal_year == fiscal_year),
            key=lambda one: one.month,
        )
    )
    if not months:
        return {}
    old = tuple(one for one in summaries.superseded if one.month.fiscal_year == fiscal_year)
    year = _Year(fiscal_year, months, (*months, *old), settings, f"{base}{place}" if base else "")
    tables = _tables(year)
    tables[TABLE_SCHEMA] = _json(_table_schema())
    of_months = {
        path.removeprefix(place): rendered[path]
        for summary in months
        for path in _files_of(summary)
        if path in rendered
    }
    described = tables | {
        PACKAGE: _data_package(year, tables | of_months),
    }
    described |= {CATALOGUE: _catalogue(year, tables), DATASET: _dataset(year, tables)}
    return {place + name: content for name, content in described.items()}


def offered(fiscal_year: int, files: Mapping[str, bytes]) -> list[tuple[OpenFile, int]]:
    """Return what the year's page offers, with its size in bytes; names are filled in."""
    filled = [file._replace(name=file.name.format(year=fiscal_year)) for file in OPEN_FILES]
    paths = {file: f"fy{fiscal_year}/{file.name}" for file in filled}
    return [(file, len(files[path])) for file, path in paths.items() if path in files]


def rows_of_year(fiscal_year: int) -> tuple[str, ...]:
    """Return the paths of the files that hold the rows themselves."""
    names = (file.name.format(year=fiscal_year) for file in OPEN_FILES if file.data)
    return tuple(f"fy{fiscal_year}/{name}" for name in names)


def _tables(year: _Year) -> dict[str, bytes]:
    """Return the rows themselves, each file by its name."""
    table = f"{year.name}.csv"
    files = {
        table: csv.table(year.months),
        f"{table}-metadata.json": csv.description(table, year.title, year.publisher),
        f"{year.name}.jsonl": "".join(map(_lines, year.months)).encode(),
    }
    name = f"ocds-fy{year.number}.json"
    settings = year.settings.open_data
    releases = package(
        year.revisions,
        year.publisher,
        year.folder + name if year.folder else urn(year.settings.organisation, name),
        settings.ocid_prefix,
        settings.license,
    )
    return files | ({name: releases} if releases else {})


def _lines(summary: MonthlySummary) -> str:
    """Return a line for each row: where it stands, then the row of the month's JSON as it is."""
    head = {
        "month": str(summary.month),
        "fiscal_year": summary.month.fiscal_year,
        "organisation": summary.organisation,
        "revision": summary.revision,
    }
    lines = [
        head | {"page": f"{place_of(summary)}{row_address(position)}"} | row
        for position, row in enumerate(rows(summary), 1)
    ]
    return "".join(
        f"{json.dumps(line, ensure_ascii=False).translate(_LINE_ENDS)}\n" for line in lines
    )


def _files_of(summary: MonthlySummary) -> tuple[str, str]:
    stem = f"{place_of(summary)}sokhoro1-{summary.month}"
    return f"{stem}.csv", f"{stem}.json"


# ---- descriptions


def _table_schema() -> dict[str, Any]:
    """Return the columns of every CSV as Frictionless wants them (Table Schema)."""
    return {
        "fields": [
            {
                "name": column.heading,
                "title": column.name,
                # Several values in a cell are text to whoever does not part them.
                "type": "string" if column.separator else _NUMBERS[column.datatype],
                "description": column.description,
            }
            for column in csv.COLUMNS
        ],
        "missingValues": [""],
    }


def _data_package(year: _Year, files: Mapping[str, bytes]) -> bytes:
    """Return the description of every file of the year and its months (Frictionless, v1)."""
    content = {
        "profile": "data-package",
        "name": year.name,
        "id": year.id,
        "title": year.title,
        "description": year.description,
        **({"homepage": year.folder + PAGE} if year.folder else {}),
        "created": f"{year.modified}T00:00:00+07:00",
        "keywords": list(KEYWORDS),
        "contributors": [{"title": year.publisher, "role": "publisher"}],
        **_if_known("licenses", [{"path": year.settings.open_data.license}]),
        "resources": [
            _resource(year, path, content)
            for path, content in files.items()
            if not path.endswith("metadata.json") and path != TABLE_SCHEMA
        ],
    }
    return _json(content)


def _resource(year: _Year, path: str, content: bytes) -> dict[str, Any]:
    kind = path.rpartition(".")[2]
    month = {str(one.month): one.month.words for one in year.months}.get(path.partition("/")[0])
    table = {"profile": "tabular-data-resource", "schema": TABLE_SCHEMA} if kind == "csv" else {}
    return {
        "name": path.rpartition("/")[2].replace(".", "-").lower(),
        "path": path,
        "title": MONTH_TABLE.format(month=month) if month else _label(year, path),
        "format": kind,
        "mediatype": _media_type(path),
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        **table,
    }


def _catalogue(year: _Year, tables: Mapping[str, bytes]) -> bytes:
    """Return the data set in the words of DCAT, which CKAN (data.go.th) takes in."""
    settings = year.settings.open_data
    contact = {
        "@type": "vcard:Organization",
        **_if_known("vcard:fn", settings.contact_name),
        **_if_known("vcard:hasEmail", {"@id": f"mailto:{settings.contact_email}"}),
    }
    begin, end = year.days
    content = {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "spdx": "http://spdx.org/rdf/terms#",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": year.folder or year.id,
        "@type": "dcat:Dataset",
        "dct:identifier": year.id,
        "dct:title": {"@value": year.title, "@language": "th"},
        "dct:description": {"@value": year.description, "@language": "th"},
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": year.publisher},
        "dct:issued": _day(year.issued),
        "dct:modified": _day(year.modified),
        "dct:language": {"@id": THAI},
        "dct:accrualPeriodicity": {"@id": MONTHLY},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(begin),
            "dcat:endDate": _day(end),
        },
        **_if_known("dct:spatial", {"foaf:name": year.settings.organisation.place}),
        "dcat:keyword": [{"@value": word, "@language": "th"} for word in KEYWORDS],
        **({"dcat:contactPoint": contact} if len(contact) > 1 else {}),
        **_if_known("dct:license", {"@id": settings.license}),
        "dcat:landingPage": {"@id": year.folder + PAGE},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:title": {"@value": _label(year, name), "@language": "th"},
                "dct:description": {"@value": file.use, "@language": "th"},
                "dcat:accessURL": {"@id": year.folder + name},
                "dcat:downloadURL": {"@id": year.folder + name},
                "dcat:mediaType": {
                    "@id": f"https://www.iana.org/assignments/media-types/{file.media_type}"
                },
                "dct:format": name.rpartition(".")[2].upper(),
                "dcat:byteSize": {
                    "@value": str(len(tables[name])),
                    "@type": "xsd:nonNegativeInteger",
                },
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": hashlib.sha256(tables[name]).hexdigest(),
                },
                **_if_known("dct:license", {"@id": settings.license}),
            }
            for name, file in _data_files(year, tables)
        ],
    }
    return _json(content)


def _dataset(year: _Year, tables: Mapping[str, bytes]) -> bytes:
    """Return the data set in the words of schema.org, for search engines."""
    settings = year.settings
    contact = {
        "@type": "ContactPoint",
        **_if_known("name", settings.open_data.contact_name),
        **_if_known("email", settings.open_data.contact_email),
    }
    publisher = {
        "@type": "GovernmentOrganization",
        "name": year.publisher,
        **({"contactPoint": contact} if len(contact) > 1 else {}),
    }
    content = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "identifier": year.id,
        "name": year.title,
        "description": year.description,
        "url": year.folder + PAGE,
        "inLanguage": "th",
        "keywords": list(KEYWORDS),
        "creator": publisher,
        "publisher": publisher,
        "isAccessibleForFree": True,
        **_if_known("license", settings.open_data.license),
        "datePublished": year.issued,
        "dateModified": year.modified,
        "temporalCoverage": "/".join(year.days),
        **_if_known("spatialCoverage", settings.organisation.place),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.label,
                "encodingFormat": file.media_type,
                "contentUrl": year.folder + name,
                "contentSize": f"{len(tables[name])} B",
                "sha256": hashlib.sha256(tables[name]).hexdigest(),
            }
            for name, file in _data_files(year, tables)
        ],
    }
    return _json(content)


def _data_files(year: _Year, tables: Mapping[str, bytes]) -> Sequence[tuple[str, OpenFile]]:
    named = [(file.name.format(year=year.number), file) for file in OPEN_FILES if file.data]
    return [(name, file) for name, file in named if name in tables]


def _label(year: _Year, name: str) -> str:
    return next(file.label for file in OPEN_FILES if file.name.format(year=year.number) == name)


def _media_type(path: str) -> str:
    kind = path.rpartition(".")[2]
    return next(file.media_type for file in OPEN_FILES if file.name.endswith(f".{kind}"))


def _day(day: str) -> dict[str, str]:
    return {"@value": day, "@type": "xsd:date"}


def _if_known(name: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON holds
    """Leave out what the configuration does not tell, however deep the empty text lies."""
    return {name: value} if _says_something(value) else {}


def _says_something(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, dict):
        return all(map(_says_something, value.values()))
    if isinstance(value, list):
        return all(map(_says_something, value))
    return value not in ("", "mailto:")


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
