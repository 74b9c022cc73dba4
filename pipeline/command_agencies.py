"""``sokhoro1 agencies …``: for who looks after many offices with one ledger."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import CannotRunError
from pipeline.asked import (
    DONE,
    WAITS,
    JsonOption,
    TodayOption,
    day_asked,
    printed,
    settle_asked,
    shown,
)

if TYPE_CHECKING:
    from pipeline.agencies import PassOfAll, Province

ListOption = Annotated[Path, typer.Option("--config", help="รายชื่อหน่วยงาน")]
DEFAULT = Path("agencies.toml")

app = typer.Typer(
    help="หลายหน่วยงานที่ใช้บัญชีข้อมูลเดียวกัน: เพิ่มหน่วยงาน และทำงานทุกหน่วยงานหนึ่งรอบ",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="ชื่อบนหน้าภาพรวม เช่น จังหวัด…")],
    folder: Annotated[Path, typer.Argument(metavar="[DIR]")] = Path(),
) -> None:
    """สร้างรายชื่อหน่วยงานที่ยังว่าง"""
    from pipeline.agencies import make_province

    path = make_province(folder, name)
    typer.echo(f"สร้าง {path} แล้ว ขั้นต่อไป: sokhoro1 agencies add รหัส ชื่อ")


@app.command()
def add(
    agency: Annotated[str | None, typer.Argument(metavar="ID", help="รหัสที่ไม่ซ้ำกัน")] = None,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="ชื่อหน่วยงาน")] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="CSV สองช่อง: รหัส,ชื่อหน่วยงาน")
    ] = None,
    config: ListOption = DEFAULT,
) -> None:
    """เพิ่มหน่วยงาน: โฟลเดอร์ ไฟล์ตั้งค่า และกุญแจของแต่ละแห่ง ที่มีแล้วจะไม่ถูกแก้"""
    from pipeline.agencies import add_agencies, agencies_in
    from schemas.month import Month

    if listed is None and (agency is None or name is None):
        raise CannotRunError("กรุณาระบุรหัสและชื่อหน่วยงาน หรือ --list ไฟล์.csv")
    asked = agencies_in(listed) if listed else [(agency or "", name or "")]
    made = add_agencies(config, asked, Month.of(day_asked(None)))
    typer.echo(f"เพิ่ม {len(made)} หน่วยงาน (มีอยู่แล้ว {len(dict(asked)) - len(made)})")
    for one in made[:10]:
        typer.echo(f"  วางไฟล์ Excel ที่ {config.resolve().parent / 'agencies' / one / 'inbox'}")


@app.command()
def run(
    config: ListOption = DEFAULT,
    today: TodayOption = None,
    settle: Annotated[
        float, typer.Option("--settle", metavar="SECONDS", help="รอให้ไฟล์นิ่งกี่วินาที")
    ] = 10,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
) -> None:
    """ทำงานหนึ่งรอบทุกหน่วยงาน แล้วปรับหน้าภาพรวม หน่วยงานที่ขัดข้องไม่กระทบหน่วยงานอื่น"""
    from pipeline.agencies import configure_all, run_all, write_pages
    from pipeline.clock import real_clock
    from pipeline.confine import warm
    from pipeline.workers import workers

    warm()
    province, day = configure_all(config), day_asked(today)
    seconds = settle_asked(settle)
    with workers(province.settings.work) as given:
        done = run_all(province, day, seconds, real_clock(), given, shown)
    write_pages(province, done, day)
    printed(_json(done) if as_json else _words(done, province))
    raise typer.Exit(WAITS if done.waits_for_somebody else DONE)


def _json(done: "PassOfAll") -> dict[str, Any]:
    from pipeline.tell import pass_json

    return {
        "agencies": {agency: pass_json(one) for agency, one in done.passes.items()},
        "failed": dict(done.failed),
    }


def _words(done: "PassOfAll", province: "Province") -> str:
    passes = done.passes.values()
    workbooks = sum(len(one.answers) for one in passes)
    months = sum(len(one.published) for one in passes)
    waits = sum(one.waits_for_somebody for one in passes)
    lines = [
        f"ทำงาน {len(passes)} หน่วยงาน อ่าน {workbooks} ไฟล์ เผยแพร่ใหม่ {months} เดือน",
        f"มีเรื่องที่ต้องดูแล {waits} หน่วยงาน",
        *(f"ทำงานไม่ได้ {agency}: {why}" for agency, why in done.failed.items()),
        f"หน้าภาพรวม: {province.pages / 'index.html'}",
    ]
    return "\n".join(lines)
