"""A new workspace: the commented configuration, the folders, an example; and the demonstration."""

import functools
import http.server
import json
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

from pipeline import CannotRunError
from pipeline.configure import NAME, Workspace, configure
from schemas.month import Month

EXAMPLES = "ตัวอย่าง"
DEMO_YEAR = 2568
DEMO_DAY = date(2025, 10, 6)  # all months are over, the last is due tomorrow


def make_workspace(folder: Path, organisation: str) -> list[str]:
    """Make a workspace in ``folder`` and return the lines to tell; never overwrites one."""
    from pipeline import examples

    config = folder / NAME
    if config.exists():
        raise CannotRunError(f"มี {config} อยู่แล้ว จึงไม่ได้สร้างทับ")
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    (folder / "output").mkdir(exist_ok=True)
    (folder / EXAMPLES).mkdir(exist_ok=True)
    book = examples.example_month(Month(DEMO_YEAR, 1), "nine-columns", rows=8)
    example = examples.write(book, folder / EXAMPLES)
    text = (files("templates") / NAME).read_text(encoding="utf-8")
    # JSON's quotes and escapes are TOML's as well.
    name = json.dumps(organisation, ensure_ascii=False)
    config.write_text(text.replace("{{ name }}", name), encoding="utf-8")
    return [
        f"สร้างพื้นที่ทำงานแล้วที่ {folder.resolve()}",
        f"1. ตรวจชื่อหน่วยงานใน {NAME} (ตอนนี้คือ {organisation})",
        f"2. วางไฟล์ Excel ของกองคลังลงในโฟลเดอร์ inbox (ดูตัวอย่างที่ {EXAMPLES}/{example.name})",
        "3. สั่ง sokhoro1 run",
    ]


def make_demo(folder: Path) -> tuple[Workspace, date]:
    """Make a workspace with an invented year in its inbox; return it and the day to play."""
    from pipeline import examples

    if not (folder / NAME).exists():
        make_workspace(folder, examples.ORGANISATION)
    workspace = configure(folder / NAME)
    for path, content in examples.demo_year(DEMO_YEAR):
        target = workspace.inbox / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return workspace, DEMO_DAY


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
