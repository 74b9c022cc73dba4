"""What every command is asked and answers alike: the day, the switches, the exit codes."""

import json
import sys
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import typer

from pipeline import CannotRunError
from pipeline.clock import BANGKOK

Thing = TypeVar("Thing")
DONE, WAITS, COULD_NOT = 0, 1, 2
YEARS = range(2000, 2100)  # Gregorian
LONGEST_SETTLE = 3600
TodayOption = Annotated[
    str | None, typer.Option("--today", metavar="YYYY-MM-DD", help="ทำเสมือนเป็นวันนี้ (ค.ศ.)")
]
JsonOption = Annotated[bool, typer.Option("--json", help="พิมพ์เป็น JSON สำหรับโปรแกรม")]


def day_asked(today: str | None) -> date:
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


def settle_asked(seconds: float) -> float:
    """Return how long a file must lie still; CannotRunError for what is no time to wait."""
    if not 0 <= seconds <= LONGEST_SETTLE:
        raise CannotRunError(f"--settle «{seconds}» ต้องเป็นจำนวนวินาทีตั้งแต่ 0 ถึง {LONGEST_SETTLE}")
    return seconds


def printed(answer: dict[str, Any] | str) -> None:
    """Print words, or JSON for programs."""
    if isinstance(answer, str):
        typer.echo(answer.strip())
    else:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))


def shown(words: str, things: Iterable[Thing], count: int) -> Iterable[Thing]:
    """Give things as they come; show how many, and how long still, where somebody looks."""
    if not sys.stderr.isatty():
        return things
    from rich.console import Console
    from rich.progress import track

    return track(things, words, total=count, console=Console(stderr=True), show_speed=True)
