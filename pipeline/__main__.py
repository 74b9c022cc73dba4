"""The command line. Nothing heavy is imported before a command asks for it."""

import contextlib
import errno
import json
import shutil
import sys
import time
import traceback
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from pipeline import CannotRunError
from pipeline.clock import BANGKOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipeline.configure import Workspace
    from pipeline.ledger import Ledger
    from pipeline.outside import Outside
    from pipeline.run import Pass

Made = TypeVar("Made")
DONE, WAITS, COULD_NOT = 0, 1, 2
YEARS = range(2000, 2100)  # Gregorian
FISCAL_YEARS = range(2541, 2643)  # Buddhist: the law that asks for the form is of 2540
LONGEST_SETTLE = 3600
LARGEST_LOG = 1 << 20  # bytes; one older log is kept beside it
OS_WORDS = {
    errno.ENOSPC: "ดิสก์เต็ม กรุณาเพิ่มที่ว่างแล้วสั่งใหม่",
    errno.EDQUOT: "ใช้ที่เก็บข้อมูลเกินโควตา กรุณาเพิ่มที่ว่างแล้วสั่งใหม่",
    errno.EACCES: "ไม่มีสิทธิ์อ่านหรือเขียน กรุณาตรวจสิทธิ์ของโฟลเดอร์",
    errno.EPERM: "ไม่มีสิทธิ์อ่านหรือเขียน กรุณาตรวจสิทธิ์ของโฟลเดอร์",
    errno.EROFS: "ดิสก์นี้เขียนไม่ได้ กรุณาตรวจดิสก์",
    errno.EIO: "อ่านหรือเขียนดิสก์ไม่สำเร็จ กรุณาตรวจดิสก์แล้วสั่งใหม่",
    errno.EMFILE: "เปิดไฟล์พร้อมกันมากเกินไป กรุณาสั่งใหม่",
}

app = typer.Typer(
    help="ระบบ สขร.๑: จากไฟล์ Excel ของกองคลัง สู่สรุปผลการจัดซื้อจัดจ้างรายเดือนที่เผยแพร่",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # its boxes cost as much time as all the rest of --help
    pretty_exceptions_enable=False,  # a traceback goes to the log whole, never to an officer
    context_settings={"help_option_names": ["-h", "--help"]},
)

ConfigOption = Annotated[Path, typer.Option("--config", help="ไฟล์ตั้งค่า")]
TodayOption = Annotated[
    str | None, typer.Option("--today", metavar="YYYY-MM-DD", help="ทำเสมือนเป็นวันนี้ (ค.ศ.)")
]
JsonOption = Annotated[bool, typer.Option("--json", help="พิมพ์เป็น JSON สำหรับโปรแกรม")]
DEFAULT_CONFIG = Path("sokhoro1.toml")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="โฟลเดอร์ที่จะสร้าง")] = Path(),
    organisation: Annotated[
        str, typer.Option("--organisation", help="ชื่อหน่วยงาน")
    ] = "เทศบาลเมืองชะมาย",
) -> None:
    """สร้างพื้นที่ทำงาน: ไฟล์ตั้งค่า โฟลเดอร์รับไฟล์ โฟลเดอร์ผลลัพธ์ ไฟล์ตัวอย่าง และแบบเปล่า"""
    from pipeline.blank import month_of_form
    from pipeline.workspace import make_workspace

    for line in make_workspace(folder, organisation, month_of_form(None, _day(None))):
        typer.echo(line)


@app.command()
def run(
    config: ConfigOption = DEFAULT_CONFIG,
    today: TodayOption = None,
    settle: Annotated[
        float | None, typer.Option("--settle", metavar="SECONDS", help="รอให้ไฟล์นิ่งกี่วินาที")
    ] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
) -> None:
    """ทำงานหนึ่งรอบ: รับไฟล์ ตรวจ ตอบ เผยแพร่ และปรับสถานะ สั่งซ้ำได้"""
    from pipeline.configure import configure

    workspace = configure(config)
    done = _one_pass(workspace, _day(today), settle)
    from pipeline.heartbeat import write_last_pass
    from pipeline.tell import pass_json, pass_words

    with contextlib.suppress(OSError):  # the pass is made, whether or not that can be noted
        write_last_pass(workspace.output, datetime.now(BANGKOK))
    _print(pass_json(done) if as_json else pass_words(done, str(workspace.output)))
    raise typer.Exit(WAITS if done.waits_for_somebody else DONE)


@app.command()
def watch(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """เฝ้าโฟลเดอร์รับไฟล์และทำงานเองเมื่อถึงเวลา จนกว่าจะสั่งหยุด (Ctrl+C)"""
    from pipeline.configure import configure
    from pipeline.watch import Pace
    from pipeline.watch import watch as stay_up

    workspace = configure(config)
    asked = workspace.settings.watch
    pace = Pace(
        poll_s=asked.poll_seconds,
        daily_at=time_of_day.fromisoformat(asked.daily_at),
        pass_s=asked.pass_minutes * 60,
    )
    folders = (config.resolve(), workspace.inbox, workspace.output)
    stay_up(*folders, pace, lambda: datetime.now(BANGKOK))


@app.command()
def doctor(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
    tell: Annotated[  # noqa: FBT002 - the same
        bool, typer.Option("--tell", help="แจ้งผู้ดูแลทางช่องทางแจ้งเตือนเมื่อไม่ปกติ")
    ] = False,
) -> None:
    """ตรวจสุขภาพของระบบ: ปกติหรือไม่ ทำงานครั้งล่าสุดเมื่อใด รออะไรอยู่ (0 ปกติ 1 ไม่ปกติ)"""
    from pipeline.channels import tell_keeper
    from pipeline.configure import configure
    from pipeline.doctor import doctor as look_at
    from pipeline.doctor import health_json, health_words

    workspace = configure(config)
    health = look_at(workspace, config.resolve(), datetime.now(BANGKOK))
    _print(health_json(health) if as_json else health_words(health))
    if tell and health.ills:
        for channel, trouble in tell_keeper(health.sentences, workspace.settings):
            typer.echo(f"{channel.name}: {trouble or 'แจ้งแล้ว'}", err=True)
    raise typer.Exit(WAITS if health.ills else DONE)


@app.command()
def service(
    output: Annotated[
        Path | None, typer.Option("--output", metavar="DIR", help="โฟลเดอร์ที่จะเขียน (ปกติ service)")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """เขียนไฟล์บริการของ systemd และ Task Scheduler ให้ระบบเริ่ม sokhoro1 watch เองเมื่อเปิดเครื่อง"""
    from pipeline.configure import configure
    from pipeline.service import FOLDER, READ_FIRST, write_service

    workspace = configure(config)
    folder = output or config.resolve().parent / FOLDER
    made = write_service(folder, workspace, config.resolve())
    typer.echo(f"เขียน {len(made)} ไฟล์ไว้ที่ {folder} กรุณาเปิด {READ_FIRST} เพื่อดูวิธีติดตั้ง")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="ไฟล์ที่จะตรวจ")],
    config: ConfigOption = DEFAULT_CONFIG,
    today: TodayOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
    reply: Annotated[
        Path | None, typer.Option("--reply", metavar="DIR", help="เขียนไฟล์ที่ทำเครื่องหมายแล้วลงที่นี่")
    ] = None,
) -> None:
    """ตรวจไฟล์โดยไม่บันทึกและไม่เผยแพร่"""
    from pipeline.configure import configure
    from pipeline.look import look

    workspace = configure(config)
    checked = look(files, workspace, _day(today))
    from pipeline.reply import write_reply_of_check
    from pipeline.tell import check_json, check_words

    replies = [
        reply and write_reply_of_check(path, file.findings, reply, workspace.limits)
        for path, file in zip(files, checked, strict=True)
    ]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    _print(check_json(checked) if as_json else check_words(checked, replies, width))
    asked = any(file.outcome in {"returned", "waiting"} for file in checked)
    raise typer.Exit(WAITS if asked else DONE)


@app.command()
def explain(
    key: Annotated[str, typer.Argument(metavar="[KEY]", help="รหัสของข้อที่จะชี้แจง")] = "",
    reason: Annotated[str, typer.Option("--reason", help="เหตุผล")] = "",
    by: Annotated[str, typer.Option("--by", help="ชื่อผู้ชี้แจง")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    today: TodayOption = None,
) -> None:
    """แสดงข้อที่รอคำชี้แจง หรือบันทึกคำชี้แจงหนึ่งข้อ (ผลเหมือนกรอกในแผ่นงาน «คำชี้แจง»)"""
    from pipeline.alone import alone
    from pipeline.configure import configure
    from pipeline.explain import give
    from pipeline.ledger import Ledger
    from pipeline.tell import questions_words

    workspace, day = configure(config), _day(today)
    if not key:
        with Ledger.view(workspace.ledger) as seen:
            questions = seen.questions() if seen else []
        _print(questions_words(questions))
        raise typer.Exit(WAITS if questions else DONE)
    with alone(workspace.ledger.with_name("lock")), Ledger.open(workspace.ledger) as ledger:
        for part, given in give(ledger.questions(), key, reason, by):
            ledger.record_explanation(part, given, day)
    typer.echo(f"บันทึกคำชี้แจงของเดือน{given.month.words} แล้ว จะมีผลเมื่อสั่ง sokhoro1 run")


@app.command()
def revert(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="เดือน พ.ศ. เช่น 2567-10")],
    number: Annotated[int, typer.Argument(metavar="N", help="ฉบับที่ต้องการกลับไปใช้")],
    reason: Annotated[str, typer.Option("--reason", help="เหตุผล ซึ่งจะเผยแพร่")] = "",
    by: Annotated[str, typer.Option("--by", help="ชื่อผู้สั่ง ซึ่งจะเผยแพร่")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    today: TodayOption = None,
) -> None:
    """กลับไปใช้ฉบับก่อนของเดือน เป็นฉบับใหม่ที่มีเหตุผล และเผยแพร่ทันที"""
    from pipeline.clock import real_clock
    from pipeline.configure import configure
    from pipeline.outside import go_outside
    from pipeline.reply import write_replies
    from pipeline.revert import month_of, revert
    from pipeline.run import publish_site
    from pipeline.tell import deliveries_words

    workspace, asked, day = configure(config), month_of(month), _day(today)

    def go_back(ledger: "Ledger") -> "tuple[int, Outside]":
        made = revert(asked, number, (reason, by), ledger, day)
        publish_site(day, workspace, ledger)
        write_replies(ledger, workspace)
        return made.number, go_outside((), workspace, ledger, day, real_clock())

    made, outside = _in_ledger(workspace, go_back)
    typer.echo(f"เดือน{asked.words} กลับไปใช้ฉบับที่ {number} แล้ว เผยแพร่เป็นฉบับที่ {made}")
    if outside.deliveries:
        _print(deliveries_words(outside.deliveries))
    raise typer.Exit(WAITS if outside.waits else DONE)


@app.command()
def status(
    fiscal_year: Annotated[
        int | None, typer.Argument(metavar="[FY]", help="ปีงบประมาณ พ.ศ. เช่น 2568")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    today: TodayOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
) -> None:
    """สถานะของมาตรการที่ 4: สิบสองเดือน จำนวนรายการ และหลักฐาน"""
    from pipeline.configure import configure
    from pipeline.look import status_on

    day = _day(today)
    if fiscal_year is not None and fiscal_year not in FISCAL_YEARS:
        raise CannotRunError(f"ปีงบประมาณ «{fiscal_year}» ต้องเป็นปี พ.ศ. เช่น 2568")
    answer = status_on(configure(config), fiscal_year, day)
    from pipeline.tell import status_words

    _print(answer.public_json() if as_json else status_words(answer))
    late = any(month.late and not month.public for month in answer.months)
    raise typer.Exit(WAITS if late else DONE)


@app.command()
def verify(
    site: Annotated[
        str | None,
        typer.Option("--site", metavar="DIR_OR_URL", help="โฟลเดอร์หรือเว็บไซต์ที่จะตรวจ"),
    ] = None,
    kept: Annotated[
        str | None,
        typer.Option(
            "--kept", metavar="FILE|CODE", help="manifest.json เก่า หรือรหัสประวัติบนเอกสารที่เก็บไว้"
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """ตรวจว่าสิ่งที่เผยแพร่อยู่ตรงกับที่เผยแพร่ไว้ทุกไบต์: ลายมือชื่อ ทุกไฟล์ และประวัติการเผยแพร่"""
    from pipeline.configure import configure
    from pipeline.tell import verify_words
    from pipeline.verify import known_to, public_folder, read_kept, site_at
    from pipeline.verify import verify as compare

    # Anybody may check a website: only the office has a workspace to compare it with.
    workspace = None
    if site is None:
        workspace = configure(config)
        site = str(public_folder(workspace))
    elif config.exists():
        workspace = configure(config)
    known = known_to(workspace) if workspace else None
    old = read_kept(kept) if kept else None
    with site_at(site, time.monotonic) as place:
        verified = compare(place, known, old)
    _print(verify_words(verified))
    raise typer.Exit(WAITS if verified.differences else DONE)


@app.command()
def deliver(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="ชื่อปลายทางใน sokhoro1.toml (ปกติ ทุกแห่ง)")
    ] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
) -> None:
    """ส่งสิ่งที่เผยแพร่ไปยังปลายทางทันที โดยอ่านทุกไฟล์ที่ปลายทางกลับมาเทียบ (ใช้ทดสอบการตั้งค่าได้)"""
    from pipeline.alone import alone
    from pipeline.configure import configure
    from pipeline.deliver import asked_for
    from pipeline.deliver import deliver as bring
    from pipeline.tell import deliveries_json, deliveries_words
    from pipeline.verify import public_folder

    workspace = configure(config)
    targets = asked_for(name, workspace.settings.targets)
    current, now = public_folder(workspace), datetime.now(BANGKOK)
    with alone(workspace.ledger.with_name("lock")):
        deliveries = bring(current, targets, workspace.targets, now, again=True)
    _print({"targets": deliveries_json(deliveries)} if as_json else deliveries_words(deliveries))
    raise typer.Exit(DONE if all(one.arrived for one in deliveries) else WAITS)


@app.command()
def key(
    action: Annotated[str, typer.Argument(metavar="[rotate]", help="rotate: เปลี่ยนกุญแจ")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """แสดงค่า sha256 ของกุญแจสาธารณะที่ใช้ลงนาม หรือเปลี่ยนกุญแจใหม่ (rotate)"""
    from pipeline.alone import alone
    from pipeline.configure import configure
    from pipeline.keys import fingerprint, open_keys, rotate

    if action not in {"", "rotate"}:
        raise CannotRunError(
            f"ไม่รู้จักคำสั่ง key «{action}» กรุณาสั่ง sokhoro1 key หรือ sokhoro1 key rotate"
        )
    workspace = configure(config)
    with alone(workspace.ledger.with_name("lock")):
        keys = (rotate if action else open_keys)(workspace.keys)
    typer.echo(f"กุญแจดอกที่ {len(keys.public)} sha256: {fingerprint(keys.public[-1])}")
    if action:
        typer.echo("เปลี่ยนกุญแจแล้ว จะใช้ลงนามเมื่อสั่ง sokhoro1 run กรุณาสำรองโฟลเดอร์ output/keys")


@app.command()
def notify(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """ทดลองส่งข้อความทางทุกช่องทางแจ้งเตือนที่ตั้งไว้"""
    from pipeline.channels import try_channels
    from pipeline.configure import configure

    workspace = configure(config)
    if not workspace.settings.channels:
        raise CannotRunError("ยังไม่ได้ตั้งช่องทางแจ้งเตือน ([[channels]]) ในไฟล์ตั้งค่า")
    troubles = 0
    for channel, trouble in try_channels(workspace.settings):
        troubles += bool(trouble)
        typer.echo(f"{'✗' if trouble else '✓'} {channel.name}: {trouble or 'ส่งแล้ว'}")
    raise typer.Exit(WAITS if troubles else DONE)


@app.command()
def template(
    month: Annotated[
        str | None, typer.Argument(metavar="[MONTH]", help="เดือน พ.ศ. เช่น 2567-10 (ปกติ เดือนก่อน)")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="ไฟล์ที่จะเขียน ไม่เขียนทับไฟล์เดิม")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    today: TodayOption = None,
) -> None:
    """แบบ สขร.๑ เปล่าของเดือน ให้กองคลังกรอก"""
    from pipeline.blank import blank_form, month_of_form, write_blank
    from pipeline.configure import configure
    from schemas.form_words import FILE

    settings = configure(config).settings
    asked = month_of_form(month, _day(today))
    path = output or Path(FILE.format(month=asked))
    write_blank(path, asked, blank_form(asked, settings.organisation, settings.site.numerals))
    typer.echo(f"เขียนแบบเปล่าของเดือน{asked.words} ไว้ที่ {path}")


@app.command()
def rules(
    shadow: Annotated[bool, typer.Option("--shadow", help="ทดลองกฎกับเดือนที่เผยแพร่แล้ว")] = False,  # noqa: FBT002 - a switch of the command line
    config: ConfigOption = DEFAULT_CONFIG,
    today: TodayOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
) -> None:
    """กฎทุกข้อที่ใช้ตรวจ หรือผลของกฎที่กำลังทดลอง (--shadow)"""
    from pipeline import tell

    if not shadow:
        _print(tell.rules_json() if as_json else tell.rules_words())
        return
    from pipeline.configure import configure
    from pipeline.look import try_rules

    months, trials = try_rules(configure(config), _day(today))
    _print(tell.trials_json(months, trials) if as_json else tell.trials_words(months, trials))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="ไฟล์สำรองที่จะสร้าง (.zip)")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """สำรองบัญชีข้อมูล ต้นฉบับ กุญแจ และไฟล์ตั้งค่าไว้ในไฟล์เดียว ทำได้ขณะระบบทำงาน"""
    from pipeline.backup import back_up
    from pipeline.configure import configure

    count = back_up(configure(config), config, file)
    typer.echo(f"สำรองข้อมูล {count} ไฟล์ไว้ที่ {file} แล้ว กรุณาเก็บไว้คนละเครื่องและไม่เผยแพร่")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="ไฟล์สำรอง")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """กู้คืนจากไฟล์สำรองลงในพื้นที่ทำงานที่ยังไม่มีบัญชีข้อมูล"""
    from pipeline.alone import alone
    from pipeline.backup import restore as put_back
    from pipeline.configure import configure

    workspace = configure(config)
    with alone(workspace.ledger.with_name("lock")):
        count = put_back(file, workspace)
    typer.echo(f"กู้คืน {count} ไฟล์แล้ว กรุณาสั่ง sokhoro1 run เพื่อสร้างหน้าเว็บและคำตอบขึ้นใหม่")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="โฟลเดอร์ตัวอย่าง")] = Path("demo"),
    serve: Annotated[bool, typer.Option("--serve", help="เปิดหน้าเว็บที่เครื่องนี้")] = False,  # noqa: FBT002
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8000,
) -> None:
    """ลองทั้งกระบวนการกับข้อมูลสมมติหนึ่งปีงบประมาณ"""
    from pipeline.workspace import DEMO_YEAR, make_demo, serve_site

    workspace, days = make_demo(folder)
    done = None
    for day in _progress(days, "ทั้งปีงบประมาณ"):
        for file, content in day.files.items():
            (workspace.inbox / file).write_bytes(content)
        done = _one_pass(workspace, day.day, 0)
    from pipeline.look import status_on
    from pipeline.tell import pass_words, status_words

    if done is not None:
        _print(pass_words(done, str(workspace.output)))
        typer.echo()
        _print(status_words(status_on(workspace, DEMO_YEAR, done.today)))
        typer.echo()
    typer.echo(f"ไฟล์ที่กองคลังวาง: {workspace.inbox}")
    typer.echo(f"คำตอบถึงกองคลัง: {workspace.replies}")
    typer.echo(f"เริ่มดูหน้าเว็บที่: {workspace.site / 'current' / 'index.html'}")
    if serve:
        serve_site(workspace.site, port, typer.echo)


def _progress(things: "list[Any]", words: str) -> "Iterable[Any]":
    """Show how far a long work has come, where somebody is looking."""
    if not sys.stderr.isatty():
        return things
    from rich.console import Console
    from rich.progress import track

    return track(things, words, console=Console(stderr=True))


def _one_pass(workspace: "Workspace", today: date, settle: float | None) -> "Pass":
    from pipeline.confine import warm

    warm()  # the reader is loaded beside us, while we load the rest
    from pipeline.clock import real_clock
    from pipeline.run import run as run_once

    seconds = workspace.settings.inbox.settle_seconds if settle is None else settle
    if not 0 <= seconds <= LONGEST_SETTLE:
        raise CannotRunError(f"--settle «{settle}» ต้องเป็นจำนวนวินาทีตั้งแต่ 0 ถึง {LONGEST_SETTLE}")
    return _in_ledger(
        workspace, lambda ledger: run_once(today, workspace, ledger, seconds, real_clock())
    )


def _in_ledger(workspace: "Workspace", work: "Callable[[Ledger], Made]") -> Made:
    """Do something alone in the ledger; whatever goes wrong is told in one sentence."""
    from pipeline.alone import alone
    from pipeline.ledger import Ledger
    from pipeline.ledger.tables import trouble_of_the_disk

    try:
        with alone(workspace.ledger.with_name("lock")), Ledger.open(workspace.ledger) as ledger:
            return work(ledger)
    except (CannotRunError, OSError):
        raise
    except Exception as error:
        if trouble := trouble_of_the_disk(error):
            raise CannotRunError(
                f"อ่านหรือบันทึกบัญชีข้อมูลไม่ได้ ({trouble}) กรุณาตรวจดิสก์และที่ว่างแล้วสั่งใหม่"
            ) from error
        # A bug of ours. Whatever was decided before it is whole; the rest is for the next pass.
        log = workspace.output / "sokhoro1.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(BANGKOK).isoformat()}\n{traceback.format_exc()}\n")
        raise CannotRunError(
            f"โปรแกรมทำงานผิดพลาด ({type(error).__name__}) สิ่งที่เผยแพร่แล้วไม่เปลี่ยน "
            f"กรุณาส่งไฟล์ {log} ให้ผู้ดูแลระบบ"
        ) from error


def _day(today: str | None) -> date:
    """The Gregorian day asked for, else the day it is in Thailand."""
    if today is None:
        return datetime.now(BANGKOK).date()
    try:
        day = date.fromisoformat(today)
    except ValueError:
        raise CannotRunError(f"--today «{today}» ไม่ใช่วันที่แบบ 2025-10-20") from None
    if day.year not in YEARS:  # the ledger never forgets a day: a Buddhist year must not get in
        raise CannotRunError(f"--today «{today}» ต้องเป็นปี ค.ศ. เช่น 2025-10-20 (พ.ศ. 2568)")
    return day


def _print(answer: dict[str, Any] | str) -> None:
    if isinstance(answer, str):
        typer.echo(answer.strip())
    else:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))


def main() -> None:
    """Run a command: 0 done, 1 something waits for a person, 2 could not run."""
    for stream in (sys.stdout, sys.stderr):
        # A Thai Windows console may speak cp874, which lacks the marks we print.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except CannotRunError as error:
        typer.echo(str(error), err=True)
        sys.exit(COULD_NOT)
    except OSError as error:
        reason = OS_WORDS.get(error.errno or 0) or error.strerror or str(error)
        typer.echo(f"ทำงานไม่ได้: {reason} ({error.filename or 'output'})", err=True)
        sys.exit(COULD_NOT)


if __name__ == "__main__":
    main()
