"""What every agency has published → pages on which their year is seen together.

The public ``status.json`` of each is all that is read: what stands here anybody can add up.
"""

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.dress import dress
from pipeline.durable import write_durably
from pipeline.formats.csv import inert
from pipeline.pages import draw, numbered, shares
from pipeline.publish import CURRENT
from pipeline.roll_up import roll_up
from schemas.province import HEARD_WORDS, WORD_WORDS, Province
from schemas.thai import decimal_baht

AGENCIES_A_PAGE = 200
HEADINGS = (
    *("รหัส", "หน่วยงาน", "รายงาน", "เดือน", "สถานะ", "ล่าช้า", "วันครบกำหนด", "วันที่เผยแพร่"),
    *("จำนวนรายการ", "ราคาที่ตกลง (บาท)", "รายการที่ไม่ระบุราคา"),
)


def write_overview(
    output: Path,
    name: str,
    sites: Mapping[str, Path],
    names: Mapping[str, str],
    failed: Mapping[str, str],
    today: date,
) -> None:
    """Bring the pages under ``output`` up to what lies in the agencies' sites.

    ``sites`` are the folders of the agencies' releases, ``names`` what we call an agency that
    says nothing, ``failed`` why the last pass left an agency as it was. Errors: OSError.
    """
    for path, content in overview(output, name, sites, names, failed, today).items():
        write_durably(output / path, content)


def overview(
    output: Path,
    name: str,
    sites: Mapping[str, Path],
    names: Mapping[str, str],
    failed: Mapping[str, str],
    today: date,
) -> dict[str, bytes]:
    """Return the pages by their path: one set for each fiscal year that anybody speaks of."""
    years = sorted({year for site in sites.values() for year in _years(site)}, reverse=True)
    files = dress("", b"")
    for fiscal_year in years:
        said = {agency: _status(site, fiscal_year) for agency, site in sites.items()}
        year = roll_up(fiscal_year, said, today)
        stem = f"fy{fiscal_year}"
        files[f"{stem}.json"] = _json(year)
        files[f"{stem}.csv"] = _csv(year, names)
        parts = shares(year.agencies, AGENCIES_A_PAGE)
        pages = [numbered(f"{stem}.html", number) for number in range(1, len(parts) + 1)]
        for number, part in enumerate(parts, 1):
            files[pages[number - 1]] = draw(
                "province.html",
                "thai",
                name=name,
                year=year,
                years=years,
                agencies=part,
                pages=pages,
                number=number,
                first=(number - 1) * AGENCIES_A_PAGE + 1,
                names=names,
                links={
                    one.agency: _link(output, sites[one.agency])
                    for one in part
                    if (sites[one.agency] / CURRENT / "index.html").is_file()
                },
                failed=failed,
                said_words=WORD_WORDS,
                state_words=HEARD_WORDS,
            )
    if years:
        files["index.html"] = files[f"fy{years[0]}.html"]
    return files


def _years(site: Path) -> Iterator[int]:
    for folder in (site / CURRENT).glob("fy[0-9][0-9][0-9][0-9]"):
        if (folder / "status.json").is_file():
            yield int(folder.name.removeprefix("fy"))


def _status(site: Path, fiscal_year: int) -> Mapping[str, Any] | None:
    """Return what an agency says, {} for what is no JSON; None when it says nothing."""
    path = site / CURRENT / f"fy{fiscal_year}" / "status.json"
    try:
        said = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _link(output: Path, site: Path) -> str:
    """From the overview to an agency's site, where both lie on one machine."""
    whole = site / CURRENT / "index.html"
    return quote(Path(os.path.relpath(whole, output)).as_posix())


def _json(year: Province) -> bytes:
    return (json.dumps(year.public_json(), ensure_ascii=False, indent=1) + "\n").encode()


def _csv(year: Province, names: Mapping[str, str]) -> bytes:
    """One line for each agency and month; nothing for what is not known."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for one in year.agencies:
        for month in one.months:
            agreed = month.total_agreed
            values = (
                one.agency,
                inert(one.organisation or names.get(one.agency, "")),
                WORD_WORDS[one.word],
                str(month.month),
                HEARD_WORDS[month.state],
                "ใช่" if month.late else "",
                month.due,
                month.published_at,
                month.rows,
                None if agreed is None else decimal_baht(agreed),
                month.price_unknown,
            )
            writer.writerow("" if value is None else str(value) for value in values)
    return text.getvalue().encode("utf-8-sig")
