"""A child process that is sure to end: by itself, at its limit, or with the one who started it.

The watch does nothing itself that could hang; whatever touches a share or a workbook is a child.
``python -m pipeline.bounded PARENT run …`` is the command as such a child: it ends when the
process PARENT is no more, so that a killed watch leaves no pass behind that nobody bounds.
"""

import contextlib
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Where our packages lie: the child must be of the same program, whatever folder we were called in.
HOME = Path(__file__).resolve().parent.parent
LARGEST_ANSWER = 16 << 20  # bytes kept of what a child says; it may say more and is not stopped
SLICE_S = 0.1
FAREWELL_S = 5  # to be gone after a kill; a process that waits for a dead disk may not go
LIFE_SIGN_S = 1


@dataclass(frozen=True)
class Ended:
    """How a child ended; ``status`` None when it was killed at its limit."""

    status: int | None
    told: bytes
    complained: bytes


class Child:
    """A process in a group of its own, so that its children end with it."""

    def __init__(self, command: Sequence[str]) -> None:
        """Errors: OSError when the system can start no process."""
        self.process = subprocess.Popen(  # noqa: S603 - the words are ours
            command,
            cwd=HOME,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUTF8": "1"},
            start_new_session=sys.platform != "win32",
            creationflags=_NEW_GROUP,
        )
        self._group = _group_of(self.process)
        assert self.process.stdout  # noqa: S101 - for the type: both are pipes
        assert self.process.stderr  # noqa: S101
        self._ears = (_Ear(self.process.stdout), _Ear(self.process.stderr))

    def end(self, until: Callable[[], float]) -> Ended:
        """Wait for its end and return it; ``until`` is asked often when (monotonic) to kill it."""
        overdue = False
        while self._runs() and not overdue:
            overdue = time.monotonic() >= until()
        _kill(self._group)  # also after its own end: its children must not outlive it
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(FAREWELL_S)
        told, complained = (ear.heard(FAREWELL_S) for ear in self._ears)
        return Ended(None if overdue else self.process.returncode, told, complained)

    @property
    def gone(self) -> bool:
        """False for a process that no signal could end, which happens on dead disks."""
        return self.process.poll() is not None

    def _runs(self) -> bool:
        """Wait a moment for the end; a closed pipe tells it sooner than the system does."""
        self._ears[0].join(SLICE_S)
        try:
            self.process.wait(0 if self._ears[0].is_alive() else SLICE_S)
        except subprocess.TimeoutExpired:
            return True
        return False


class _Ear(threading.Thread):
    """Hears all that a pipe says, so that nobody waits for room in it, and keeps the beginning."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe, self._kept = pipe, bytearray()
        self.start()

    def run(self) -> None:
        with self._pipe:
            while piece := os.read(self._pipe.fileno(), 1 << 16):
                self._kept += piece[: LARGEST_ANSWER - len(self._kept)]

    def heard(self, seconds: float) -> bytes:
        self.join(seconds)
        return bytes(self._kept)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _NEW_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    _KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)
    _KERNEL.CreateJobObjectW.restype = wintypes.HANDLE
    _KERNEL.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
    _KERNEL.SetInformationJobObject.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        wintypes.LPVOID,
        wintypes.DWORD,
    )
    _KERNEL.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _KERNEL.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
    _KERNEL.CloseHandle.argtypes = (wintypes.HANDLE,)
    _EXTENDED_LIMITS, _KILL_ON_CLOSE = 9, 0x2000

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("process_time", ctypes.c_int64),
            ("job_time", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("least_working_set", ctypes.c_size_t),
            ("most_working_set", ctypes.c_size_t),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority", wintypes.DWORD),
            ("scheduling", wintypes.DWORD),
        )

    class _Limits(ctypes.Structure):
        _fields_ = (
            ("basic", _BasicLimits),
            ("io", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t),
            ("process_peak", ctypes.c_size_t),
            ("job_peak", ctypes.c_size_t),
        )

    @dataclass
    class _Group:
        """A job object: it ends all its processes when it is closed, also by our own death."""

        job: int | None

    def _group_of(process: subprocess.Popen[bytes]) -> _Group:
        job = _KERNEL.CreateJobObjectW(None, None)
        limits = _Limits()
        limits.basic.flags = _KILL_ON_CLOSE
        size = ctypes.sizeof(limits)
        _KERNEL.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size)
        _KERNEL.AssignProcessToJobObject(job, int(process._handle))  # noqa: SLF001 - no other way
        return _Group(job)

    def _kill(group: _Group) -> None:
        if group.job is not None:
            _KERNEL.TerminateJobObject(group.job, 1)
            _KERNEL.CloseHandle(group.job)
            group.job = None

else:
    _NEW_GROUP = 0

    def _group_of(process: subprocess.Popen[bytes]) -> int:
        return process.pid

    def _kill(group: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def bounded_command(*arguments: str) -> list[str]:
    """The words that start a command of ours as a child that ends with this process."""
    return [sys.executable, "-m", "pipeline.bounded", str(os.getpid()), *arguments]


def main() -> None:
    """Be the command, and end when the one who started it is gone."""
    if sys.platform != "win32":  # there the job object ends us
        threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    sys.argv = ["sokhoro1", *sys.argv[2:]]
    runpy.run_module("pipeline", run_name="__main__", alter_sys=True)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LIFE_SIGN_S)
    os.killpg(os.getpgid(0), signal.SIGKILL)


if __name__ == "__main__":
    main()
