"""``measures.toml`` → the seven measures as the office wrote them, or one sentence of fault."""

import difflib
import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline import CannotRunError
from schemas.personal import without_citizens
from schemas.report import NUMBERS, Evidence, Measure, Measures
from schemas.thai import visible

NAME = "measures.toml"
OF_YEAR = "measures-{year}.toml"
MEASURES = "measures*.toml"  # both
_TYPES = {
    "string": "ข้อความในเครื่องหมายคำพูด",
    "int": "จำนวนเต็ม",
    "tuple": "รายการใน [ ]",
    "date": "วันที่แบบ 2025-01-15 (ค.ศ.) ไม่มีเครื่องหมายคำพูด",
    "model": "กลุ่มคีย์ใน { }",
}


def first_measures(organisation: str, fiscal_year: int) -> str:
    """Return the file that ``init`` writes: titles, periods and units, and examples to replace."""
    clerk = "สำนักปลัดเทศบาล" if organisation.startswith("เทศบาล") else "สำนักปลัด"
    text = (files("templates") / NAME).read_text(encoding="utf-8")
    for field, value in (("name", organisation), ("clerk", clerk)):
        # Between TOML's quotes: what JSON escapes is escaped the same way there.
        inside = json.dumps(value, ensure_ascii=False)[1:-1]
        text = text.replace(f"{{{{ {field} }}}}", inside)
    return text.replace("{{ fiscal_year }}", str(fiscal_year))


def write_measures(home: Path, organisation: str, fiscal_year: int) -> Path | None:
    """Write the first ``measures.toml`` of a workspace; None where there is one."""
    path = home / NAME
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(first_measures(organisation, fiscal_year))
    except FileExistsError:
        return None
    return path


def measures_file(home: Path, fiscal_year: int) -> Path:
    """Return the file of a year where there is one, else the one for every year."""
    own = home / OF_YEAR.format(year=fiscal_year)
    return own if own.exists() else home / NAME


def read_measures(path: Path) -> Measures:
    """Read the seven measures, in their order.

    Errors: CannotRunError with one sentence that names the key: unreadable, no TOML, an unknown
    key, a wrong type, a measure that is missing or there twice, a citizen's number in a text.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRunError(f"เปิดไฟล์มาตรการ {path} ไม่ได้: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotRunError(f"ไฟล์มาตรการ {path} เขียนผิดรูปแบบ TOML: {error}") from None
    try:
        read = Measures.model_validate(said)
    except ValidationError as error:
        raise CannotRunError(f"ไฟล์มาตรการ {path}: {_sentence(error, said)}") from None
    if fault := _fault(read):
        raise CannotRunError(f"ไฟล์มาตรการ {path}: {fault}")
    clean = (Measure.model_validate(_visible(one.model_dump())) for one in read.measures)
    ordered = tuple(sorted(clean, key=lambda one: one.number))
    return Measures(fiscal_year=read.fiscal_year, measures=ordered)


def _fault(read: Measures) -> str:
    numbers = [one.number for one in read.measures]
    for number in NUMBERS:
        if numbers.count(number) == 0:
            return f"ขาดมาตรการที่ {number} (กลุ่ม [[measures]] ที่มี number = {number})"
        if numbers.count(number) > 1:
            return f"มีมาตรการที่ {number} มากกว่าหนึ่งกลุ่ม กรุณาแก้ number ให้ต่างกัน"
    for one in read.measures:
        for key, value in one.model_dump().items():
            if (text := str(value)) != without_citizens(text):
                return (
                    f"มาตรการที่ {one.number}: «{key}» มีเลขประจำตัวประชาชน กรุณาลบออก "
                    "รายงานนี้เปิดเผยต่อสาธารณะ"
                )
    return ""


def _visible(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    match value:
        case str():
            return visible(value)
        case dict():
            return {key: _visible(one) for key, one in value.items()}
        case tuple():
            return tuple(map(_visible, value))
        case _:
            return value


def _sentence(error: ValidationError, said: dict[str, Any]) -> str:  # noqa: PLR0911 - one for each kind of fault
    """The first fault, with the measure and the key as people find them in the file."""
    faults = error.errors()
    # A misspelt key is missing under its right name as well: the spelling is what to tell.
    fault = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
    key = _key(fault["loc"], said)
    match fault["type"]:
        case "extra_forbidden":
            name = str(fault["loc"][-1])
            known = _keys(fault["loc"])
            near = difflib.get_close_matches(name, known, 1, cutoff=0.5)
            hint = f" (หมายถึง «{near[0]}» หรือไม่)" if near else ""
            return f"ไม่รู้จักคีย์ {key}{hint} คีย์ที่ใช้ได้: {' '.join(known)}"
        case "missing":
            return f"ขาดคีย์ {key}"
        case "string_too_short":
            return f"{key} ว่าง กรุณากรอก"
        case "string_pattern_mismatch":
            return f"{key} ต้องเป็นที่อยู่ที่ขึ้นต้นด้วย http:// หรือ https:// (เขียนไว้ว่า {fault['input']!r})"
        case "greater_than_equal" | "less_than_equal":
            return f"ค่าของ {key} อยู่นอกช่วงที่ใช้ได้: {fault['input']!r}"
        case kind if (wanted := _TYPES.get(kind.partition("_")[0])) and kind.endswith("_type"):
            return f"{key} ต้องเป็น{wanted} (เขียนไว้ว่า {fault['input']!r})"
        case _:
            return f"ค่าของ {key} ใช้ไม่ได้: {fault['input']!r} ({fault['msg']})"


def _keys(place: tuple[int | str, ...]) -> list[str]:
    if "evidence" in place[:-1]:
        return list(Evidence.model_fields)
    return list(Measure.model_fields if "measures" in place[:-1] else Measures.model_fields)


def _key(place: tuple[int | str, ...], said: dict[str, Any]) -> str:
    """The key of a fault, after the measure where it is in one."""
    match place:
        case ("measures", int(at), *rest):
            told = said["measures"][at]
            number = told.get("number") if isinstance(told, dict) else None
            which = f"ที่ {number}" if isinstance(number, int) else f"กลุ่มที่ {at + 1} ของ [[measures]]"
            names = [str(one + 1) if isinstance(one, int) else one for one in rest]
            return f"มาตรการ{which}: «{'.'.join(names) or 'measures'}»"
        case _:
            return f"«{'.'.join(map(str, place))}»"
