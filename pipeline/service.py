"""Interpreter and configuration → files for systemd and for Windows' Task Scheduler."""

import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline import CannotRunError
from pipeline.bounded import HOME
from pipeline.configure import Workspace
from pipeline.pages import draw
from pipeline.targets.folder import folder_of

FOLDER = "service"
READ_FIRST = "อ่านก่อน.txt"
UNITS = ("sokhoro1-watch.service", "sokhoro1-doctor.service", "sokhoro1-doctor.timer")
TASKS = {
    "watch": "sokhoro1: เฝ้าโฟลเดอร์รับไฟล์และเผยแพร่ตามกำหนด",
    "doctor": "sokhoro1: ตรวจสุขภาพของระบบวันละครั้ง",
}
COMMANDS = {"watch": ["watch"], "doctor": ["doctor", "--tell"]}
NOBODY = "sokhoro1"  # where an account has no name, as on Windows


def write_service(folder: Path, workspace: Workspace, config: Path) -> list[Path]:
    """Write the files into ``folder`` and return them; older ones are replaced.

    ``config`` is absolute. The output folder is made where it is missing: a service may only
    write where a folder is.
    """
    workspace.output.mkdir(parents=True, exist_ok=True)
    made = service_files(folder.resolve(), Path(sys.executable), workspace, config)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in made]


def service_files(
    folder: Path, python: Path, workspace: Workspace, config: Path
) -> dict[str, bytes]:
    """Return every file by its name; all paths are absolute. CannotRunError for an odd path."""
    for path in (folder, python, HOME, config, workspace.inbox, workspace.output):
        if not str(path).isprintable() or str(path).endswith("\\"):
            raise CannotRunError(
                f"เส้นทาง {str(path)!r} มีอักขระที่ใช้ในไฟล์บริการไม่ได้ กรุณาย้ายไปโฟลเดอร์ที่ชื่อเป็นตัวอักษรธรรมดา"
            )
    commands = {
        name: [str(python), "-m", "pipeline", *words, "--config", str(config)]
        for name, words in COMMANDS.items()
    }
    user, group = _owner(workspace.output)
    facts = {
        "user": user,
        "group": group,
        "home": _specified(str(HOME)),
        "writable": unit_words(
            [str(workspace.output), *(f"-{one}" for one in _others(workspace))]
        ),
        **{name: unit_words(_started(words)) for name, words in commands.items()},
    }
    units = {name: draw(f"{FOLDER}/{name[9:]}.txt", "arabic", **facts) for name in UNITS}
    tasks = {
        f"sokhoro1-{name}.xml": _task(commands[name], description, always=name == "watch")
        for name, description in TASKS.items()
    }
    read_first = draw(
        f"{FOLDER}/read-first.txt",
        "arabic",
        config=config,
        quoted_config=shlex.quote(str(config)),
        python=python,
        user=user,
        group=group,
        copied=shlex.join(str(folder / name) for name in UNITS),
    ).decode()
    # Windows' own editor and PowerShell want the mark to see that it is UTF-8.
    return units | tasks | {READ_FIRST: read_first.replace("\n", "\r\n").encode("utf-8-sig")}


def _others(workspace: Workspace) -> list[Path]:
    """The folders that are written to beside the output, where they are there."""
    targets = [one for one in workspace.settings.targets if one.kind == "file"]
    return [workspace.inbox, *map(folder_of, targets)]


def unit_words(words: Sequence[str]) -> str:
    r"""Quote words as systemd reads them in a unit.

    >>> unit_words(["/a b/100%", 'say "x"', "C:\\y"])
    '"/a b/100%%" "say \\"x\\"" "C:\\\\y"'
    """
    escaped = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return " ".join(f'"{_specified(word)}"' for word in escaped)


def _started(command: Sequence[str]) -> list[str]:
    """Systemd refuses a program whose path has quotes; ``env`` starts it."""
    return ["/usr/bin/env", *command] if re.search(r"[\"'\\]", command[0]) else [*command]


def _specified(text: str) -> str:
    """In a unit a percent sign begins a specifier."""
    return text.replace("%", "%%")


def _task(command: Sequence[str], description: str, *, always: bool) -> bytes:
    """A task as ``schtasks /Create /XML`` takes it: UTF-16, Windows' line ends."""
    text = draw(
        f"{FOLDER}/task.xml",
        "arabic",
        description=description,
        always=always,
        command=command[0],
        arguments=subprocess.list2cmdline(command[1:]),
        home=HOME,
    ).decode()
    return text.replace("\n", "\r\n").encode("utf-16")


def _owner(folder: Path) -> tuple[str, str]:
    """The account and the group that own a folder."""
    try:
        return folder.owner(), folder.group()
    except (KeyError, NotImplementedError):  # no name; Windows
        return NOBODY, NOBODY
