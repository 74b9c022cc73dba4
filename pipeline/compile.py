"""The annual report of an office: from its ledger and ``measures.toml`` to files on the disk."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from pipeline.configure import Workspace
from pipeline.evidence import evidence
from pipeline.formats.evidence_docx import DOCUMENTS, documents
from pipeline.formats.report_docx import TEMPLATE, as_docx
from pipeline.formats.report_html import as_html, assets
from pipeline.formats.report_pdf import as_pdf
from pipeline.formats.word import ours
from pipeline.gate import gate
from pipeline.ledger import Ledger
from pipeline.look import status_on
from pipeline.measures import measures_file, read_measures, write_measures
from pipeline.publish import read_manifest
from pipeline.report import annual_report, name_of
from pipeline.watched import NAME as WATCHED
from pipeline.watched import read_looks, sightings
from schemas.history import Release
from schemas.report import AnnualReport


def compile_report(workspace: Workspace, fiscal_year: int, today: date) -> AnnualReport:
    """Return the report of a fiscal year as of a (Gregorian) day.

    A workspace without ``measures.toml`` gets the first one. Errors: CannotRunError.
    """
    settings = workspace.settings
    path = measures_file(workspace.home, fiscal_year)
    if not path.exists():
        write_measures(workspace.home, settings.organisation.name, fiscal_year)
    measures = read_measures(path)
    seen = sightings(look for look in read_looks(workspace.records / WATCHED) if look.day <= today)
    status = status_on(workspace, fiscal_year, today)
    base = settings.site.root
    return annual_report(status, measures, seen, _release(workspace), settings, base)


def _release(workspace: Workspace) -> Release | None:
    with Ledger.view(workspace.ledger) as ledger:
        releases = ledger.releases() if ledger else []
    return releases[-1] if releases else None


def evidence_files(workspace: Workspace, fiscal_year: int, today: date) -> dict[str, bytes]:
    """Return the documents of each quarter and of the year that prove measure 4.

    Nothing while nothing of the year is public.
    """
    settings = workspace.settings
    status = status_on(workspace, fiscal_year, today)
    public = dict(read_manifest(workspace.site))
    base = settings.site.root
    made: dict[str, bytes] = {}
    for pack in evidence(status, public, _release(workspace), settings, base):
        made |= documents(pack, workspace.templates)
    gate(made)
    return made


def report_files(report: AnnualReport, workspace: Workspace) -> dict[str, bytes]:
    """Return the report as Word, PDF and page, and what the page needs beside it."""
    numerals = workspace.settings.site.numerals
    year = report.fiscal_year
    made = {
        name_of(year, "docx"): as_docx(report, workspace.templates),
        name_of(year, "pdf"): as_pdf(report, numerals),
        name_of(year, "html"): as_html(report, numerals),
    }
    gate(made)  # read as a stranger would read them: no citizen's number goes out by this door
    return made | assets()


def copy_templates(folder: Path) -> Iterator[Path]:
    """Give the office copies of our Word templates to edit; one that is there stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (TEMPLATE, *DOCUMENTS):
        with suppress(FileExistsError), (folder / name).open("xb") as file:
            file.write(ours(name))
            yield folder / name


def write_files(files: dict[str, bytes], folder: Path) -> Iterator[Path]:
    """Write what was made; a document that somebody has open stays as it was, with an OSError."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        making = path.with_name(f".making-{path.name}")
        making.write_bytes(content)
        making.replace(path)
        yield path
