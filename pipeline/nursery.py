"""Where the children come from that read strangers' files: a process that forks on demand.

It has gone through a workbook of our own before (``pipeline.rehearsal``), so that a child begins
with all libraries loaded and all tables made. The fork server of ``multiprocessing`` would run
the caller's script and imports anew in every child, which costs more than to read a workbook.
Not on Windows, which cannot fork.
"""

import atexit
import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")
_MESSAGE = struct.Struct("=ci")  # what to do, with which child
_FORK, _END, _STATUS = b"F", b"E", b"S"
_GRACE_SECONDS = 5


class Nursery:
    """The far end of the process that forks; OSError when it is gone."""

    def __init__(self) -> None:
        self.owner = os.getpid()  # a fork of the owner needs a nursery of its own
        self._one = threading.Lock()
        self._line, far = socket.socketpair()
        with far:
            handle = far.fileno()
            program = (
                f"import sys; sys.path[:] = {sys.path!r}; "
                f"from pipeline.nursery import serve; serve({handle})"
            )
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-c", program], stdin=subprocess.DEVNULL, pass_fds=[handle]
            )
        atexit.register(self.close)

    def close(self) -> None:
        """End it, and with it every child that still waits."""
        if self.owner == os.getpid():
            self._line.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE_SECONDS)

    def child(self) -> tuple[int, Connection]:
        """Return the number of a new child and the line to it."""
        ours, theirs = socket.socketpair()
        with ours, theirs, self._one:
            message = _MESSAGE.pack(_FORK, 0)
            socket.send_fds(self._line, [message], [theirs.fileno()])
            return self._answer(), Connection(ours.detach())

    def end(self, child: int) -> None:
        """Kill a child, if it is not dead; it is reaped later."""
        with self._one:
            self._line.sendall(_MESSAGE.pack(_END, child))

    def status(self, child: int) -> int:
        """Kill a child as well, and return how it ended: minus the signal's number.

        Once for a child, and not after its end.
        """
        with self._one:
            self._line.sendall(_MESSAGE.pack(_STATUS, child))
            return self._answer()

    def _answer(self) -> int:
        message = self._line.recv(_MESSAGE.size, socket.MSG_WAITALL)
        if len(message) < _MESSAGE.size:
            raise BrokenPipeError("the nursery is gone")
        return int(_MESSAGE.unpack(message)[1])


def serve(handle: int) -> None:
    """In the nursery: fork, kill and reap as the owner says, until the owner is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the owner's
    import pipeline.rehearsal  # noqa: F401 - what every child needs
    from pipeline.confine import work

    living: set[int] = set()
    ending: set[int] = set()  # killed, and not yet reaped
    with socket.socket(fileno=handle) as line:
        while True:
            message, handles, _, _ = socket.recv_fds(line, _MESSAGE.size, 1, socket.MSG_WAITALL)
            if len(message) < _MESSAGE.size:
                return  # the children see their own lines end
            what, child = _MESSAGE.unpack(message)
            if what == _FORK:
                child = _fork(line, handles[0], work)
                living.add(child)
                line.sendall(_MESSAGE.pack(_FORK, child))
            elif child in living:  # not reaped before it is asked for: the number is still its own
                living.remove(child)
                os.kill(child, signal.SIGKILL)
                if what == _END:
                    ending.add(child)
                else:
                    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                    line.sendall(_MESSAGE.pack(_STATUS, status))
            ending -= {child for child in ending if os.waitpid(child, os.WNOHANG)[0]}


def _fork(line: socket.socket, handle: int, work: Callable[[Connection], None]) -> int:
    child = os.fork()
    if child:
        os.close(handle)
        return child
    try:
        line.close()
        work(Connection(handle))
    finally:
        os._exit(0)  # nothing of the nursery is the child's to put away
