"""One instance at a time: a lock that the system drops when the process dies, also by kill -9."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline import CannotRunError

OTHER_RUN = "มีการทำงานของ sokhoro1 อีกรายการหนึ่งอยู่"
TRY_LATER = f"{OTHER_RUN} กรุณารอให้เสร็จแล้วสั่งใหม่"
# What the systems say of a lock that another process holds; the last two are Windows'.
BUSY = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}


@contextmanager
def alone(path: Path, busy: str = TRY_LATER) -> Iterator[None]:
    """Hold the lock at ``path``; CannotRunError, saying ``busy``, when another process does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError as error:
            if error.errno not in BUSY:
                raise  # a lock that cannot be had at all is no other run to wait for
            raise CannotRunError(busy) from None
        yield


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
