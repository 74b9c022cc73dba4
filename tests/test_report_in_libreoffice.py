"""The report in LibreOffice: every letter in the Thai typeface, the whole text on landscape A4."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from pipeline.compile import compile_report, report_files
from pipeline.report import name_of
from tests.conftest import OFFICE, ROOT, Office
from tests.test_report import squeezed

FONT = "TH SarabunPSK"
YEAR, TODAY = 2568, date(2025, 10, 20)


@pytest.fixture(scope="module")
def typeface(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration with our Sarabun under the name that Word documents ask for."""
    folder = tmp_path_factory.mktemp("fonts")
    for weight in ("Regular", "Bold"):
        font = TTFont(ROOT / "templates" / "fonts" / f"Sarabun-{weight}.ttf")
        for name in font["name"].names:
            if name.nameID in {1, 16}:
                name.string = FONT
        font.save(folder / f"{weight}.ttf")
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{folder}</dir></fontconfig>",
        encoding="utf-8",
    )
    return path


def in_office(document: bytes, folder: Path, typeface: Path) -> Path:
    """Return the PDF that LibreOffice prints."""
    assert OFFICE
    path = folder / "report.docx"
    path.write_bytes(document)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    environment = {"FONTCONFIG_FILE": str(typeface), "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    subprocess.run(
        [*command, str(path)], check=True, capture_output=True, timeout=180, env=environment
    )
    return path.with_suffix(".pdf")


def poppler(program: str, *arguments: str | Path) -> str:
    return subprocess.run([program, *arguments], check=True, capture_output=True).stdout.decode()


def test_thai_is_in_the_thai_typeface_and_nothing_is_cut(
    office: Office, tmp_path: Path, typeface: Path
) -> None:
    report = compile_report(office.workspace, YEAR, TODAY)
    document = report_files(report, office.workspace)[name_of(YEAR, "docx")]
    printed = in_office(document, tmp_path, typeface)

    fonts = {line.split()[0] for line in poppler("pdffonts", printed).splitlines()[2:]}
    assert {re.sub("^[A-Z]{6}[+]", "", font).split("-")[0] for font in fonts} <= {
        "THSarabunPSK",
        "Sarabun",  # its own name inside the file
    }
    assert re.search("Page size: +841.* x 595", poppler("pdfinfo", printed))
    said = squeezed(poppler("pdftotext", "-raw", printed, "-"))
    for line in report.lines():
        # A cell may go over a page: then the header row stands inside it.
        assert squeezed(line)[:20] in said, line


def test_the_header_row_stands_on_every_page_of_a_long_table(
    office: Office, tmp_path: Path, typeface: Path
) -> None:
    compile_report(office.workspace, YEAR, TODAY)  # writes the first measures.toml
    path = office.workspace.home / "measures.toml"
    text = path.read_text(encoding="utf-8")
    long = " ".join(f"<{number}>" for number in range(900))
    path.write_text(re.sub('result = "[^"]*"', f'result = "{long}"', text), encoding="utf-8")
    report = compile_report(office.workspace, YEAR, TODAY)
    document = report_files(report, office.workspace)[name_of(YEAR, "docx")]
    printed = in_office(document, tmp_path, typeface)

    pages = poppler("pdftotext", "-raw", printed, "-").split("\f")
    of_table = [page for page in pages if "<" in page]
    assert len(of_table) > len(report.measures)
    assert all("ผู้รับผิดชอบ" in page for page in of_table)
    found = [int(number) for number in re.findall("<([0-9]+)>", squeezed("".join(of_table)))]
    rows = sum(1 for line in report.measures if "<" in line.result)
    assert sorted(found) == sorted(list(range(900)) * rows), "a row longer than a page is whole"
