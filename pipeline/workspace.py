"""A new workspace: the commented configuration, the folders, an example; and the demonstration."""

import functools
import http.server
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from pipeline import CannotRunError
from pipeline.configure import NAME, Workspace, configure
from pipeline.due import due_day
from pipeline.glance import ANNOUNCEMENTS, EGP, RESERVED
from schemas.config import Organisation, Settings
from schemas.example_words import ORGANISATION
from schemas.form_words import FILE as FORM_FILE
from schemas.month import Month, fiscal_months

EXAMPLES = "ตัวอย่าง"
DEMO_YEAR = 2568
LATE_IN_DEMO = Month(2568, 4)
LAST_OF_YEAR = 9


def make_workspace(folder: Path, organisation: str, month: Month) -> list[str]:
    """Make a workspace in ``folder`` and return the lines to tell; never overwrites one.

    ``month`` is that of the blank form beside the example.
    """
    from pipeline import examples
    from pipeline.blank import blank_form, write_blank
    from pipeline.keys import open_keys
    from pipeline.measures import write_measures

    config = folder / NAME
    if config.exists():
        raise CannotRunError(f"มี {config} อยู่แล้ว จึงไม่ได้สร้างทับ")
    for part in ("", *RESERVED):
        (folder / "inbox" / part).mkdir(parents=True, exist_ok=True)
    (folder / "output").mkdir(exist_ok=True)
    open_keys(folder / "output" / "keys")
    (folder / EXAMPLES).mkdir(exist_ok=True)
    book = examples.example_month(Month(DEMO_YEAR, 1), "nine-columns", rows=8)
    example = examples.write(book, folder / EXAMPLES)
    blank = folder / EXAMPLES / FORM_FILE.format(month=month)
    if not blank.exists():  # an earlier try may have left it
        settings = Settings(organisation=Organisation(name=organisation))
        form = blank_form(month, settings.organisation, settings.site.numerals)
        write_blank(blank, month, form)
    text = (files("templates") / NAME).read_text(encoding="utf-8")
    # JSON's quotes and escapes are TOML's as well.
    name = json.dumps(organisation, ensure_ascii=False)
    config.write_text(text.replace("{{ name }}", name), encoding="utf-8")
    write_measures(folder, organisation, month.fiscal_year)
    return [
        f"สร้างพื้นที่ทำงานแล้วที่ {folder.resolve()}",
        f"1. ตรวจชื่อหน่วยงานใน {NAME} (ตอนนี้คือ {organisation})",
        f"2. วางไฟล์ Excel ของกองคลังลงในโฟลเดอร์ inbox (ดูตัวอย่างที่ {EXAMPLES}/{example.name})",
        f"   หรือกรอกแบบเปล่าที่ {EXAMPLES}/{blank.name} (เดือนอื่นสั่ง sokhoro1 template)",
        f"   ไฟล์ประกาศวางในโฟลเดอร์ inbox/{ANNOUNCEMENTS} ข้อมูลเปิดของ e-GP วางใน inbox/{EGP}",
        "3. สั่ง sokhoro1 run",
        "กุญแจที่ใช้ลงนามสิ่งที่เผยแพร่อยู่ใน output/keys กรุณาสำรองไว้ในที่ที่ผู้อื่นอ่านไม่ได้",
    ]


@dataclass(frozen=True)
class DemoDay:
    """A day of the demonstration: what finance drops on it, by file name."""

    day: date
    files: Mapping[str, bytes]


def make_demo(folder: Path) -> tuple[Workspace, list[DemoDay]]:
    """Make a workspace for the demonstration; return it and its days, in order.

    An invented year as offices live it: a workbook some days after each month's end, one of
    them late, one with an amount nobody can read, and questions that wait for the due day.
    """
    from pipeline import examples

    if not (folder / NAME).exists():
        make_workspace(folder, ORGANISATION, Month(DEMO_YEAR, LAST_OF_YEAR))
    workspace = configure(folder / NAME)
    if workspace.settings.organisation.name != ORGANISATION:
        raise CannotRunError(
            f"{folder.resolve()} เป็นพื้นที่ทำงานของหน่วยงานจริง จึงไม่วางข้อมูลสมมติลงไป กรุณาระบุโฟลเดอร์อื่น"
        )
    days: dict[date, dict[str, bytes]] = {}
    drops = zip(fiscal_months(DEMO_YEAR), examples.demo_year(DEMO_YEAR), strict=True)
    for month, (file, content) in drops:
        late = month == LATE_IN_DEMO
        days.setdefault(month.following.first.replace(day=20 if late else 4), {})[file] = content
        if month.number != LAST_OF_YEAR:  # the last month's question is still open at the end
            days.setdefault(due_day(month, workspace.settings.due), {})
    return workspace, [DemoDay(day, files) for day, files in sorted(days.items())]


def serve_site(site: Path, port: int, tell: Callable[[str], None]) -> None:
    """Show the public folder at this machine only, until the reader stops it."""
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=str(site / "current")
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        tell(f"เปิดดูที่ http://127.0.0.1:{server.server_port}/ (กด Ctrl+C เพื่อหยุด)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            tell("หยุดแล้ว")
