"""What each published file of a month says, read by programs that know nothing of ours.

``disagreements`` reads a release and tells where a workbook, a table, a page, a PDF or the OCDS
package says anything else than the month's JSON, cell for cell.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pypdfium2
import python_calamine
from lxml import html

from schemas.thai import fold

UNKNOWN = "ไม่ระบุ"
MONTHS = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
ARABIC = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
THAILAND_HOURS = "T00:00:00+07:00"


@dataclass(frozen=True)
class Shown:
    """A row as a reader of a file has it: texts folded, amounts in satang, None for unknown."""

    number: int | None
    title: str | None
    budget: int | None
    reference_price: int | None
    method: str | None
    bids: tuple[tuple[str | None, int | None], ...]
    supplier: str | None
    agreed_price: int | None
    reason: str | None
    contract_number: str | None
    contract_date: date | None


def disagreements(release: Path, month: str, *, revised: bool = False) -> list[str]:
    """Say where the files of a month differ from its JSON; ``revised``: OCDS tells more of it."""
    fiscal_year = int(month[:4]) + (int(month[5:]) >= 10)
    year = release / f"fy{fiscal_year}"
    folder = year / month
    name = f"sokhoro1-{month}"
    told = json.loads((folder / f"{name}.json").read_text("utf-8"))
    expected = [of_json(row) for row in told["rows"]]
    readers: dict[str, Callable[[], list[Shown]]] = {
        "csv": lambda: list(of_csv(folder / f"{name}.csv")),
        "xlsx by openpyxl": lambda: list(of_cells(by_openpyxl(folder / f"{name}.xlsx"))),
        "xlsx by calamine": lambda: list(of_cells(by_calamine(folder / f"{name}.xlsx"))),
        "pages": lambda: [row for path in pages_of(folder) for row in of_page(path)],
    }
    wrong = []
    for which, read in readers.items():
        found = read()
        # The CSV has no column for the number.
        but = {"number"} if which == "csv" else set()
        wrong += [f"{month} {which} {each}" for each in _different(found, expected, but)]
    if not revised and expected:
        found = list(of_ocds(year / f"ocds-fy{fiscal_year}.json", month))
        wrong += [f"{month} ocds {each}" for each in _different(found, expected, {"number"})]
    thai = re.search("[๐-๙]", _page_title(folder)) is not None
    for reader in (by_pdfium, by_pypdf):
        lost = left_of_pdf(reader(folder / f"{name}.pdf"), expected, thai=thai)
        wrong += [f"{month} pdf {reader.__name__} {each}" for each in lost]
    return wrong


def _different(found: list[Shown], expected: list[Shown], but: set[str]) -> Iterator[str]:
    if len(found) != len(expected):
        yield f"has {len(found)} rows, not {len(expected)}"
    for place, (one, other) in enumerate(zip(found, expected, strict=False), 1):
        for field in fields(Shown):
            values = getattr(one, field.name), getattr(other, field.name)
            if field.name not in but and values[0] != values[1]:
                yield f"row {place} {field.name}: {values[0]!r}, expected {values[1]!r}"


# ---- the readers


def of_json(row: dict[str, Any]) -> Shown:
    return Shown(
        row["number"],
        _text(row["title"]),
        _satang(row["budget"]),
        _satang(row["reference_price"]),
        _text(row["procurement_method"]),
        tuple((_text(bid["bidder"]), _satang(bid["amount"])) for bid in row["bids"]),
        _text(row["supplier"]),
        _satang(row["agreed_price"]),
        _text(row["selection_reason"]),
        _text(row["contract_number"]),
        date.fromisoformat(row["contract_date"]) if row["contract_date"] else None,
    )


def of_csv(path: Path) -> Iterator[Shown]:
    lines = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
    next(lines)
    for line in lines:
        title, budget, reference, method, bidders, amounts, supplier, agreed, reason, contract = [
            re.sub("(?m)^'", "", cell) for cell in line
        ][3:13]
        names, prices = bidders.split("\n"), amounts.split("\n")
        bids = zip(names, prices, strict=True) if bidders or amounts else ()
        number, _, day = contract.partition("\n")
        yield Shown(
            None,
            _text(title),
            _satang(budget),
            _satang(reference),
            _text(method),
            tuple((_text(name), _satang(price)) for name, price in bids),
            _text(supplier),
            _satang(agreed),
            _text(reason),
            _text(number),
            date.fromisoformat(day) if day else None,
        )


def by_openpyxl(path: Path) -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(path).worksheets[0].values]


def by_calamine(path: Path) -> list[list[Any]]:
    rows = python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()
    return [[None if cell == "" else cell for cell in row] for row in rows]


def of_cells(rows: Sequence[Sequence[Any]]) -> Iterator[Shown]:
    """The nine columns of the form, between its heading and its sum."""
    first = next(n for n, row in enumerate(rows) if str(row[0]).startswith("ลำดับ")) + 1
    for row in rows[first:]:
        if row[0] is None:  # the sum, or a month without rows
            return
        number, title, budget, reference, method, bids, chosen, reason, contract = row[:9]
        supplier, agreed = _priced(str(chosen), f"{UNKNOWN}ผู้ได้รับการคัดเลือก")
        lines = [] if bids == UNKNOWN else str(bids).split("\n")
        yield Shown(
            None if number == UNKNOWN else int(number),
            _known(title),
            _amount(budget),
            _amount(reference),
            _known(method),
            tuple(_priced(line, f"{UNKNOWN}ผู้เสนอราคา") for line in lines),
            supplier,
            agreed,
            _known(reason),
            *_contract(str(contract)),
        )


def pages_of(folder: Path) -> list[Path]:
    """The month's page, and those that take the rows which it cannot hold, in their order."""
    return sorted(folder.glob("index*.html"), key=lambda path: (len(path.name), path.name))


def of_page(path: Path) -> Iterator[Shown]:
    """What a browser shows, without the source and the explanations under a title."""
    tree: Any = html.fromstring(path.read_bytes())
    for row in tree.xpath("//table[@class='rows']/tbody/tr"):
        number, title, budget, reference, method, bids, chosen, reason, contract = row[:9]
        bidders = _named_prices(bids, "ผู้เสนอราคา")
        supplier, agreed = next(_named_prices(chosen, "ผู้ได้รับการคัดเลือก"), (None, None))
        day = contract.find("time")
        yield Shown(
            None if _words(number) == UNKNOWN else int(_words(number).translate(ARABIC)),
            _said(title),
            _amount(_words(budget)),
            _amount(_words(reference)),
            _said(method),
            tuple(bidders),
            supplier,
            agreed,
            _said(reason),
            None if contract.find("br") is None else _said(contract),
            None if day is None else date.fromisoformat(day.get("datetime")),
        )


def of_ocds(path: Path, month: str) -> Iterator[Shown]:
    """The releases of a month that was never corrected, in the order of its rows."""
    package = json.loads(path.read_text("utf-8"))
    for release in package["releases"]:
        if not re.search(f"-{month}-[0-9]+$", release["ocid"]):
            continue
        tender, (award, *_) = release.get("tender", {}), release.get("awards") or [{}]
        (contract, *_) = release.get("contracts") or [{}]
        signed = contract.get("dateSigned", "")
        assert signed.endswith(THAILAND_HOURS) or not signed
        yield Shown(
            None,
            _text(tender.get("title")),
            _value(release.get("planning", {}).get("budget", {}).get("amount")),
            _value(tender.get("value")),
            _text(tender.get("procurementMethodDetails")),
            tuple(
                (
                    _text((bid.get("tenderers") or [{}])[0].get("name")),
                    _value(bid.get("value")),
                )
                for bid in release.get("bids", {}).get("details", ())
            ),
            _text((award.get("suppliers") or [{}])[0].get("name")),
            _value(award.get("value")),
            _text(award.get("description")),
            _text(contract.get("title")),
            date.fromisoformat(signed[:10]) if signed else None,
        )


def by_pdfium(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def by_pypdf(path: Path) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def left_of_pdf(text: str, expected: Sequence[Shown], *, thai: bool) -> Iterator[str]:
    """Say which row does not stand there whole: its nine cells in a row, and rows in order."""
    rest = _bare(text)
    for place, row in enumerate(expected, 1):
        wanted = _bare("".join(_on_paper(row, thai=thai)))
        before, found, rest_ = rest.partition(wanted)
        if not found:
            yield f"row {place}: {wanted!r} is not in {rest[:400]!r}"
        else:
            # Between two rows stands nothing, or the foot and the head of a page.
            if place > 1 and before and not before.endswith(_bare("ข้อตกลงในการซื้อหรือจ้าง")):
                yield f"before row {place}: {before!r}"
            rest = rest_


def _on_paper(row: Shown, *, thai: bool) -> Iterator[str]:
    def ours(text: str) -> str:
        return text.translate(THAI) if thai else text

    def baht(satang: int) -> str:
        return ours(f"{satang // 100:,}.{satang % 100:02}")

    def amount(satang: int | None) -> str:
        return UNKNOWN if satang is None else baht(satang)

    def priced(name: str | None, satang: int | None, what: str) -> str:
        if name is None and satang is None:
            return UNKNOWN
        price = f"{UNKNOWN}ราคา" if satang is None else f"{baht(satang)} บาท"
        return f"{name or UNKNOWN + what} / {price}"

    yield UNKNOWN if row.number is None else ours(str(row.number))
    yield row.title or UNKNOWN
    yield amount(row.budget)
    yield amount(row.reference_price)
    yield row.method or UNKNOWN
    yield "".join(priced(*bid, "ผู้เสนอราคา") for bid in row.bids) or UNKNOWN
    yield priced(row.supplier, row.agreed_price, "ผู้ได้รับการคัดเลือก")
    yield row.reason or UNKNOWN
    day = row.contract_date
    if row.contract_number is None and day is None:
        yield UNKNOWN
        return
    yield row.contract_number or f"{UNKNOWN}เลขที่"
    if day is None:
        yield f"{UNKNOWN}วันที่"
    else:
        yield "ลว. " + ours(f"{day.day} {MONTHS[day.month - 1]} {day.year + 543}")


# ---- values


def _text(text: str | None) -> str | None:
    return fold(text) if text else None


def _known(text: object) -> str | None:
    return None if text == UNKNOWN else _text(str(text))


def _satang(baht: str | None) -> int | None:
    if not baht:
        return None
    whole, _, part = baht.partition(".")
    assert len(part) == 2
    return int(whole) * 100 + int(part)


def _amount(cell: object) -> int | None:
    """Baht as a number, or as text with commas."""
    if cell == UNKNOWN:
        return None
    if isinstance(cell, (int, float)):
        return round(cell * 100)
    return _satang(str(cell).translate(ARABIC).replace(",", ""))


def _value(value: dict[str, Any] | None) -> int | None:
    if value is None:
        return None
    assert value["currency"] == "THB"
    satang: int = round(value["amount"] * 100)
    return satang


def _priced(line: str, nameless: str) -> tuple[str | None, int | None]:
    if line == UNKNOWN:
        return None, None
    name, _, price = line.rpartition(" / ")
    satang = None if price == f"{UNKNOWN}ราคา" else _amount(price.removesuffix(" บาท"))
    return None if name == nameless else _text(name), satang


def _contract(cell: str) -> tuple[str | None, date | None]:
    if cell == UNKNOWN:
        return None, None
    number, _, signed = cell.rpartition("\n")
    known = None if number == f"{UNKNOWN}เลขที่" else _text(number)
    if signed == f"{UNKNOWN}วันที่":
        return known, None
    day, month, year = signed.removeprefix("ลว. ").translate(ARABIC).split()
    return known, date(int(year) - 543, MONTHS.index(month) + 1, int(day))


def _words(element: Any) -> str:  # noqa: ANN401 - lxml's element
    return " ".join("".join(element.itertext()).split())


def _said(element: Any) -> str | None:  # noqa: ANN401
    """What people wrote, which stands in <bdi>; None where the page says it is unknown."""
    found = element.find(".//bdi")
    return None if found is None else _text(found.text)


def _named_prices(cell: Any, what: str) -> Iterator[tuple[str | None, int | None]]:  # noqa: ANN401
    """A name and its price, with a line break between; several stand in a paragraph each."""
    for line in cell.findall("p") or [cell]:
        end = line.find("br")
        if end is None:
            assert _words(line) == UNKNOWN
            continue
        name, price = _said(line), _words(line)[len(_words_before(end)) :].strip()
        assert name or _words_before(end) == f"{UNKNOWN}{what}"
        yield name, None if price == f"{UNKNOWN}ราคา" else _amount(price)


def _words_before(end: Any) -> str:  # noqa: ANN401
    return _words(end.getprevious())  # what strangers wrote, or that it is unknown


def _page_title(folder: Path) -> str:
    return str(html.parse(folder / "index.html").findtext(".//h1"))


def _bare(text: str) -> str:
    """The letters without blanks and ends of lines; ํ and า are ำ, as the eye sees them."""
    return re.sub(r"\s", "", fold(text)).replace("\u0e4d\u0e32", "\u0e33")
