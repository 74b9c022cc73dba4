"""The command line. Nothing heavy is imported before a command asks for it."""

import contextlib
import os
import shutil
import sys
import time
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from pipeline import CannotRunError
from pipeline.asked import (
    COULD_NOT,
    DONE,
    WAITS,
    JsonOption,
    TodayOption,
    day_asked,
    printed,
    settle_asked,
    shown,
)
from pipeline.clock import BANGKOK
from pipeline.command_agencies import app as agencies
from pipeline.trouble import told_of_system

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.configure import Workspace
    from pipeline.ledger import Ledger
    from pipeline.outside import Outside
    from pipeline.run import Pass

Made = TypeVar("Made")
FISCAL_YEARS = range(2541, 2643)  # Buddhist: the law that asks for the form is of 2540
app = typer.Typer(
    help="ระบบ สขร.๑: จากไฟล์ Excel ของกองคลัง สู่สรุปผลการจัดซื้อจัดจ้างรายเดือนที่เผยแพร่",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # its boxes cost as much time as all the rest of --help
    pretty_exceptions_enable=False,  # a traceback goes to the log whole, never to an officer
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(agencies, name="agencies")
ConfigOption = Annotated[Path, typer.Option("--config", help="ไฟล์ตั้งค่า")]
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

    for line in make_workspace(folder, organisation, month_of_form(None, day_asked(None))):
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
    done = _one_pass(workspace, day_asked(today), settle)
    from pipeline.heartbeat import write_last_pass
    from pipeline.tell import pass_json, pass_words

    with contextlib.suppress(OSError):  # the pass is made, whether or not that can be noted
        write_last_pass(workspace.output, datetime.now(BANGKOK))
    printed(pass_json(done) if as_json else pass_words(done, str(workspace.output)))
    raise typer.Exit(WAITS if done.waits_for_somebody else DONE)


@app.command()
def announce(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
    due: Annotated[bool, typer.Option("--due", help="ถามเฉพาะเมื่อถึงเวลาที่ตั้งไว้")] = False,  # noqa: FBT002
) -> None:
    """ถามประกาศใหม่จาก RSS ของระบบ e-GP แล้วเก็บไว้ทั้งหมด (ขึ้นหน้าเว็บเมื่อสั่ง run)"""
    from pipeline.announce import next_poll, poll
    from pipeline.clock import real_clock
    from pipeline.configure import configure
    from pipeline.tell import poll_json, poll_words

    workspace, clock = configure(config), real_clock()
    owed = not due or next_poll(workspace, clock.now()) <= clock.now()
    made = poll(workspace, clock) if owed else None
    again_at = next_poll(workspace, clock.now())
    printed(poll_json(made, again_at) if as_json else poll_words(made, again_at))
    # The feed is often away: that is no reason to call somebody (doctor does, after days).
    raise typer.Exit(DONE)


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
        announce=bool(workspace.settings.announcements.address),
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
    printed(health_json(health) if as_json else health_words(health))
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
    from pipeline.confine import warm

    warm()  # the reader is loaded beside us, while we load the rest
    from pipeline.checked import check_json, check_words, look
    from pipeline.configure import configure

    workspace = configure(config)
    checked = look(files, workspace, day_asked(today))
    replies: list[Path | None] = [None for _ in files]
    if reply is not None:
        from pipeline.reply import write_reply_of_check

        replies = [
            write_reply_of_check(path, file.findings, reply, workspace.limits)
            for path, file in zip(files, checked, strict=True)
        ]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    printed(check_json(checked) if as_json else check_words(checked, replies, width))
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

    workspace, day = configure(config), day_asked(today)
    if not key:
        with Ledger.view(workspace.ledger) as seen:
            questions = seen.questions() if seen else []
        printed(questions_words(questions))
        raise typer.Exit(WAITS if questions else DONE)
    with alone(workspace.lock), Ledger.open(workspace.ledger) as ledger:
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

    workspace, asked, day = configure(config), month_of(month), day_asked(today)

    def go_back(ledger: "Ledger") -> "tuple[int, Outside]":
        made = revert(asked, number, (reason, by), ledger, day)
        publish_site(day, workspace, ledger)
        write_replies(ledger, workspace)
        return made.number, go_outside((), workspace, ledger, day, real_clock())

    made, outside = _in_ledger(workspace, go_back)
    typer.echo(f"เดือน{asked.words} กลับไปใช้ฉบับที่ {number} แล้ว เผยแพร่เป็นฉบับที่ {made}")
    if outside.deliveries:
        printed(deliveries_words(outside.deliveries))
    raise typer.Exit(WAITS if outside.waits else DONE)


@app.command()
def rebuild(
    config: ConfigOption = DEFAULT_CONFIG,
    today: TodayOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
) -> None:
    """สร้างทุกอย่างที่เผยแพร่ใหม่จากบัญชีข้อมูล แล้วเทียบทุกไบต์กับที่เผยแพร่อยู่"""
    from pipeline.clock import real_clock
    from pipeline.configure import configure
    from pipeline.rebuild import rebuild as make_again
    from pipeline.tell import rebuilt_json, rebuilt_words
    from pipeline.workers import workers

    workspace, day = configure(config), day_asked(today)
    with workers(workspace.settings.work) as given:
        made = _in_ledger(
            workspace, lambda ledger: make_again(day, workspace, ledger, real_clock(), given)
        )
    printed(rebuilt_json(made) if as_json else rebuilt_words(made))
    raise typer.Exit(WAITS if made.waits else DONE)


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

    day = day_asked(today)
    year = None if fiscal_year is None else _fiscal_year(fiscal_year)
    answer = status_on(configure(config), year, day)
    from pipeline.tell import status_words

    printed(answer.public_json() if as_json else status_words(answer))
    late = any(month.late and not month.public for month in answer.months)
    raise typer.Exit(WAITS if late else DONE)


@app.command()
def report(
    fiscal_year: Annotated[int, typer.Argument(metavar="FY", help="ปีงบประมาณ พ.ศ. เช่น 2568")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="DIR", help="โฟลเดอร์ที่จะเขียน (ปกติ output/measure4/fy<FY>)"
        ),
    ] = None,
    preview: Annotated[  # noqa: FBT002 - a switch of the command line
        bool, typer.Option("--preview", help="แสดงเฉพาะสิ่งที่ยังไม่ได้กรอก ไม่เขียนไฟล์")
    ] = False,
    templates: Annotated[  # noqa: FBT002 - the same
        bool,
        typer.Option("--templates", help="คัดลอกแบบ Word ลงในโฟลเดอร์ templates เพื่อแก้ไข ไม่เขียนทับ"),
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    today: TodayOption = None,
) -> None:
    """รายงานประจำปีเจ็ดมาตรการ เป็น Word PDF และหน้าเว็บ พร้อมรายการสิ่งที่ยังไม่ได้กรอก"""
    from pipeline.alone import alone
    from pipeline.compile import (
        compile_report,
        copy_templates,
        evidence_files,
        report_files,
        write_files,
    )
    from pipeline.configure import configure
    from pipeline.measures import measures_file
    from pipeline.tell import report_words
    from pipeline.watched import watch_places

    workspace, day, year = configure(config), day_asked(today), _fiscal_year(fiscal_year)
    if templates:
        for path in copy_templates(workspace.templates):
            typer.echo(f"คัดลอกแบบ {path}")
    if not preview:
        # Another run looks as well: its lock is no reason to have no report.
        with contextlib.suppress(CannotRunError), alone(workspace.lock):
            watch_places(workspace, day, time.monotonic)
    made = compile_report(workspace, year, day)
    folder = output or workspace.measure4 / f"fy{year}"
    files: dict[str, bytes] = {}
    if not preview:
        proofs = evidence_files(workspace, year, day)
        files = report_files(made, workspace)
        files |= {f"evidence/{name}": content for name, content in proofs.items()}
    written = list(write_files(files, folder))
    printed(report_words(made, written, measures_file(workspace.home, year)))
    raise typer.Exit(WAITS if made.blanks else DONE)


@app.command()
def reconcile(
    fiscal_year: Annotated[
        int | None, typer.Argument(metavar="[FY]", help="ปีงบประมาณ พ.ศ. เช่น 2568")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
) -> None:
    """เทียบรายการที่เผยแพร่กับข้อมูลเปิดของ e-GP ที่วางใน inbox/e-GP (0 ตรงกัน 1 มีข้อที่ต้องตรวจ)"""
    from pipeline.configure import configure
    from pipeline.look import compared_now

    if fiscal_year is not None and fiscal_year not in FISCAL_YEARS:
        raise CannotRunError(f"ปีงบประมาณ «{fiscal_year}» ต้องเป็นปี พ.ศ. เช่น 2568")
    workspace = configure(config)
    compared = compared_now(workspace).of_year(fiscal_year)
    from pipeline.tell import reconcile_json, reconcile_words

    ours = workspace.settings.organisation.name
    printed(reconcile_json(compared, ours) if as_json else reconcile_words(compared, ours))
    raise typer.Exit(WAITS if compared.asks else DONE)


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
    printed(verify_words(verified))
    raise typer.Exit(WAITS if verified.differences else DONE)


@app.command()
def analyse(
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="SITE…", help="เว็บไซต์ (โฟลเดอร์) โฟลเดอร์ที่รวมทุกหน่วยงาน หรือไฟล์รายชื่อ (.csv)"
        ),
    ],
    output: Annotated[Path, typer.Option("--output", metavar="DIR", help="โฟลเดอร์ที่จะเขียน")] = Path(
        "analysis"
    ),
    memory: Annotated[
        int, typer.Option("--memory", min=128, metavar="MIB", help="หน่วยความจำของ DuckDB")
    ] = 1024,
    workers: Annotated[
        int, typer.Option("--workers", min=0, help="อ่านพร้อมกันกี่แห่ง (0 เท่าจำนวนหน่วยประมวลผล)")
    ] = 0,
    today: TodayOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a switch of the command line
) -> None:
    """รวมข้อมูลที่เผยแพร่ของหลายหน่วยงานเป็น Parquet และ CSV หลังตรวจทุกไบต์ (ใช้ DuckDB)"""
    from pipeline.add_up import Bounds
    from pipeline.analyse import analyse as roll_up
    from pipeline.analyse import analysis_json, analysis_words, reading_with
    from pipeline.published import asked_for

    threads = workers or os.cpu_count() or 1
    with reading_with(threads) as executor:
        bounds = Bounds(memory, threads)
        made = roll_up(asked_for(places), output, day_asked(today), bounds, executor)
    printed(analysis_json(made) if as_json else analysis_words(made, output))
    raise typer.Exit(WAITS if made.left_out else DONE)


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
    with alone(workspace.lock):
        deliveries = bring(current, targets, workspace.targets, now, again=True)
    printed({"targets": deliveries_json(deliveries)} if as_json else deliveries_words(deliveries))
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
    with alone(workspace.lock):
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
    asked = month_of_form(month, day_asked(today))
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
        printed(tell.rules_json() if as_json else tell.rules_words())
        return
    from pipeline.configure import configure
    from pipeline.look import try_rules

    months, trials = try_rules(configure(config), day_asked(today))
    printed(tell.trials_json(months, trials) if as_json else tell.trials_words(months, trials))


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
    with alone(workspace.lock):
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
    for day in shown("ทั้งปีงบประมาณ", days, len(days)):
        for file, content in day.files.items():
            (workspace.inbox / file).write_bytes(content)
        done = _one_pass(workspace, day.day, 0)
    from pipeline.look import status_on
    from pipeline.tell import pass_words, status_words

    if done is not None:
        printed(pass_words(done, str(workspace.output)))
        typer.echo()
        printed(status_words(status_on(workspace, DEMO_YEAR, done.today)))
        typer.echo()
    typer.echo(f"ไฟล์ที่กองคลังวาง: {workspace.inbox}")
    typer.echo(f"คำตอบถึงกองคลัง: {workspace.replies}")
    typer.echo(f"เริ่มดูหน้าเว็บที่: {workspace.site / 'current' / 'index.html'}")
    if serve:
        serve_site(workspace.site, port, typer.echo)


def _one_pass(workspace: "Workspace", today: date, settle: float | None) -> "Pass":
    from pipeline.confine import warm

    warm()  # the reader is loaded beside us, while we load the rest
    from pipeline.clock import real_clock
    from pipeline.run import run as run_once
    from pipeline.workers import workers

    seconds = settle_asked(workspace.settings.inbox.settle_seconds if settle is None else settle)
    with workers(workspace.settings.work) as given:
        return _in_ledger(
            workspace,
            lambda ledger: run_once(today, workspace, ledger, seconds, real_clock(), given),
        )


def _in_ledger(workspace: "Workspace", work: "Callable[[Ledger], Made]") -> Made:
    """Do something alone in the ledger; whatever goes wrong is told in one sentence."""
    from pipeline.alone import alone
    from pipeline.ledger import Ledger
    from pipeline.ledger.engines import trouble_of_the_disk
    from pipeline.trouble import told_of_bug

    try:
        with alone(workspace.lock), Ledger.open(workspace.ledger) as ledger:
            return work(ledger)
    except (CannotRunError, OSError):
        raise
    except Exception as error:
        if trouble := trouble_of_the_disk(error):
            raise CannotRunError(
                f"อ่านหรือบันทึกบัญชีข้อมูลไม่ได้ ({trouble}) กรุณาตรวจดิสก์และที่ว่างแล้วสั่งใหม่"
            ) from error
        # Whatever was decided before it is whole; the rest is for the next pass.
        told = told_of_bug(error, workspace.output, datetime.now(BANGKOK))
        raise CannotRunError(told) from error


def _fiscal_year(asked: int) -> int:
    if asked not in FISCAL_YEARS:
        raise CannotRunError(f"ปีงบประมาณ «{asked}» ต้องเป็นปี พ.ศ. เช่น 2568")
    return asked


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
        typer.echo(told_of_system(error), err=True)
        sys.exit(COULD_NOT)


if __name__ == "__main__":
    main()
