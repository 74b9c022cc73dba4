"""The files for systemd and Windows, read as those read them, whatever the folders are called."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pipeline import CannotRunError
from pipeline.bounded import HOME
from pipeline.configure import Workspace, configure
from pipeline.service import COMMANDS, READ_FIRST, UNITS, service_files
from schemas.example_words import ORGANISATION

ROOT = Path(__file__).resolve().parent.parent
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
ODD = [
    "plain",
    "with space",
    "ที่ทำงาน กองคลัง",
    "50%d %n",
    "a & b <c>",
    'say "x"',
    "$HOME ${A}",
    "it's",
]


@pytest.fixture(params=ODD)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    folder = tmp_path / request.param
    folder.mkdir()
    (folder / "output").mkdir()
    (folder / "sokhoro1.toml").write_text(
        f'[organisation]\nname = "{ORGANISATION}"\n', encoding="utf-8"
    )
    return configure(folder / "sokhoro1.toml")


def written(workspace: Workspace) -> tuple[Path, Path, dict[str, bytes]]:
    """The files for an interpreter in the same odd folder; it is a link to ours."""
    folder = workspace.output.parent
    python = folder / "python"
    python.symlink_to(sys.executable)
    return folder, python, service_files(folder / "service", python, workspace, _config(workspace))


def _config(workspace: Workspace) -> Path:
    return workspace.output.parent / "sokhoro1.toml"


# ---- systemd


def unit_of(content: bytes) -> dict[str, str]:
    """The assignments of a unit, by key."""
    lines = content.decode().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and line[0] not in "#;[")


def words_of(value: str) -> list[str]:
    """Words as systemd.syntax(7) and systemd.service(5) say: quotes, escapes, specifiers."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', value)
    assert " ".join(f'"{word}"' for word in words) == value
    unescaped = [re.sub(r"\\(.)", r"\1", word) for word in words]
    assert not any(re.search("%(?!%)", word.replace("%%", "")) for word in unescaped)
    return [word.replace("%%", "%") for word in unescaped]


def test_a_unit_starts_the_very_command(workspace: Workspace) -> None:
    folder, python, files = written(workspace)
    for name in ("watch", "doctor"):
        unit = unit_of(files[f"sokhoro1-{name}.service"])
        command = unit["ExecStart"]

        assert command[0] == ":", "dollar signs would be variables"
        words = words_of(command[1:])
        if words[0] == "/usr/bin/env":  # systemd starts no program with quotes in its path
            del words[0]
        assert words == [
            *(str(python), "-m", "pipeline", *COMMANDS[name]),
            *("--config", str(folder / "sokhoro1.toml")),
        ]
        assert words_of(unit["ReadWritePaths"]) == [
            str(workspace.output),
            f"-{workspace.inbox}",
        ]
        assert unit["WorkingDirectory"] == str(HOME).replace("%", "%%")


def test_the_watch_is_kept_up_and_stopped_gently(workspace: Workspace) -> None:
    unit = unit_of(written(workspace)[2]["sokhoro1-watch.service"])
    wanted = {
        "Restart": "always",
        "KillMode": "mixed",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "PrivateTmp": "yes",
        "UMask": "0027",
        "StartLimitIntervalSec": "0",
    }
    assert {key: unit[key] for key in wanted} == wanted
    assert int(unit["TimeoutStopSec"]) > 20, "more than the watch gives its pass"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_itself_has_nothing_to_say(workspace: Workspace, tmp_path: Path) -> None:
    """It looks for the interpreter too: a path quoted wrongly is none."""
    _, _, files = written(workspace)
    units = tmp_path / "units"
    units.mkdir()
    for name in UNITS:
        (units / name).write_bytes(files[name])

    assert verified(units) == ""
    for name in UNITS[:2]:
        text = files[name].decode().replace('ExecStart=:"', 'ExecStart=:"/nowhere')
        (units / name).write_text(text, encoding="utf-8")
    assert "nowhere" in verified(units), "a wrong path is not noticed"


def verified(units: Path) -> str:
    words = ["systemd-analyze", "verify", *(str(units / name) for name in UNITS)]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    return "".join(
        line for line in done.stderr.splitlines(keepends=True) if "sokhoro1" in line
    ) + ("" if done.returncode == 0 else f"status {done.returncode}")


# ---- Windows


def arguments_of(line: str) -> list[str]:
    """Words as CommandLineToArgvW reads them."""
    found, word, quoted, started = [], "", False, False
    for slashes, mark, other in re.findall(r'(\\*)(")|(\\+|[^\\"])', line):
        if mark:
            word += "\\" * (len(slashes) // 2)
            if len(slashes) % 2:
                word += '"'
            else:
                quoted = not quoted
            started = True
        elif other in " \t" and not quoted:
            found += [word] if started else []
            word, started = "", False
        else:
            word, started = word + other, True
    return [*found, word] if started else found


def test_a_task_starts_the_very_command(workspace: Workspace) -> None:
    folder, python, files = written(workspace)
    for name in ("watch", "doctor"):
        content = files[f"sokhoro1-{name}.xml"]
        assert content.startswith(b"\xff\xfe"), "schtasks takes UTF-16 only"
        task = ET.fromstring(content)  # noqa: S314 - our own

        def said(path: str, task: ET.Element = task) -> str | None:
            return task.findtext("/".join(TASK + step for step in path.split("/")))

        assert task.tag == f"{TASK}Task"
        assert said("Actions/Exec/Command") == str(python)
        assert said("Actions/Exec/WorkingDirectory") == str(HOME)
        assert arguments_of(said("Actions/Exec/Arguments") or "") == [
            *("-m", "pipeline", *COMMANDS[name]),
            *("--config", str(folder / "sokhoro1.toml")),
        ]


# The schema of [MS-TSCH] 2.3: elements of a sequence in its order, those of a set in any.
SEQUENCES = {
    "BootTrigger": ("Enabled", "StartBoundary", "EndBoundary", "Repetition", "Delay"),
    "TimeTrigger": ("Enabled", "StartBoundary", "EndBoundary", "Repetition", "RandomDelay"),
    "CalendarTrigger": ("Enabled", "StartBoundary", "EndBoundary", "Repetition", "ScheduleByDay"),
    "Repetition": ("Interval", "Duration", "StopAtDurationEnd"),
    "Exec": ("Command", "Arguments", "WorkingDirectory"),
}
SETS = {
    "Task": {"RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"},
    "Principal": {"LogonType", "RunLevel", "UserId"},
    "Settings": {
        *("MultipleInstancesPolicy", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries"),
        *("AllowHardTerminate", "StartWhenAvailable", "RunOnlyIfNetworkAvailable"),
        *("IdleSettings", "AllowStartOnDemand", "Enabled", "Hidden", "RunOnlyIfIdle"),
        *("WakeToRun", "ExecutionTimeLimit", "Priority", "RestartOnFailure"),
    },
    "RestartOnFailure": {"Interval", "Count"},
    "IdleSettings": {"StopOnIdleEnd", "RestartOnIdle"},
}


@pytest.mark.parametrize("name", ["watch", "doctor"])
def test_a_task_holds_to_its_schema(name: str, tmp_path: Path) -> None:
    (tmp_path / "sokhoro1.toml").write_text(f'[organisation]\nname = "{ORGANISATION}"\n')
    workspace = configure(tmp_path / "sokhoro1.toml")
    (tmp_path / "output").mkdir()
    task = ET.fromstring(written(workspace)[2][f"sokhoro1-{name}.xml"])  # noqa: S314
    for element in task.iter():
        tag, inner = element.tag.removeprefix(TASK), [each.tag for each in element]
        held = [one.removeprefix(TASK) for one in inner]
        assert len(set(held)) == len(held)
        if tag in SEQUENCES:
            assert held == [one for one in SEQUENCES[tag] if one in held]
        if tag in SETS:
            assert set(held) <= SETS[tag]
    values = {each.tag.removeprefix(TASK): each.text for each in task.iter()}
    assert values["ExecutionTimeLimit"] == ("PT0S" if name == "watch" else "PT30M")
    assert (values["MultipleInstancesPolicy"], values["LogonType"]) == ("IgnoreNew", "Password")
    assert (values.get("Interval") is not None) == (name == "watch")


# ---- the command


def test_the_command_writes_all_files_and_how_to_install_them(tmp_path: Path) -> None:
    folder = tmp_path / "ที่ ทำงาน"
    folder.mkdir()
    config = folder / "sokhoro1.toml"
    config.write_text(f'[organisation]\nname = "{ORGANISATION}"\n', encoding="utf-8")
    words = [sys.executable, "-m", "pipeline", "service", "--config", str(config)]
    for more in ([], ["--output", str(tmp_path / "elsewhere")]):
        done = subprocess.run(
            [*words, *more], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert READ_FIRST in done.stdout

    names = {*UNITS, "sokhoro1-watch.xml", "sokhoro1-doctor.xml", READ_FIRST}
    assert {path.name for path in (folder / "service").iterdir()} == names
    assert {path.name for path in (tmp_path / "elsewhere").iterdir()} == names
    read_first = (folder / "service" / READ_FIRST).read_text(encoding="utf-8-sig")
    for command in ("systemctl enable --now", "schtasks /Create", "schtasks /Delete", "sudo rm"):
        assert command in read_first
    assert f"'{folder}/service/sokhoro1-watch.service'" in read_first


def test_a_line_break_in_a_path_is_refused_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "a\nb"
    folder.mkdir()
    (folder / "sokhoro1.toml").write_text(f'[organisation]\nname = "{ORGANISATION}"\n')
    workspace = configure(folder / "sokhoro1.toml")
    with pytest.raises(CannotRunError, match="a\\\\nb"):
        service_files(tmp_path, Path(sys.executable), workspace, _config(workspace))


def test_a_unit_may_write_where_the_site_is_delivered_to(tmp_path: Path) -> None:
    config = tmp_path / "sokhoro1.toml"
    config.write_text(
        f'[organisation]\nname = "{ORGANISATION}"\n'
        '[[targets]]\nname = "share"\nurl = "/mnt/web/สขร"\n'
        '[[targets]]\nname = "web"\nurl = "sftp://user@www.example.go.th/var/www"\n'
    )
    (tmp_path / "output").mkdir()
    workspace = configure(config)
    unit = unit_of(written(workspace)[2]["sokhoro1-watch.service"])

    assert words_of(unit["ReadWritePaths"]) == [
        *(str(workspace.output), f"-{workspace.inbox}", "-/mnt/web/สขร"),
    ]
