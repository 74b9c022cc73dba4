"""Readers of workbooks as plain forks, for tests that would wait too long for a nursery each."""

import os
from contextlib import suppress
from multiprocessing.context import ForkContext, ForkProcess
from pathlib import Path

LAST_STANDARD_HANDLE = 2


class _Reader(ForkProcess):
    """A fork that holds as little of the run as a child of the nursery does.

    Else the run's lock, and its end of the line, would live on in a reader that the run has left.
    """

    def run(self) -> None:
        (line,) = self._args  # type: ignore[attr-defined]
        for handle in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
            if handle > LAST_STANDARD_HANDLE and handle != line.fileno():
                with suppress(OSError):  # the one that listed them
                    os.close(handle)
        super().run()


class Forks(ForkContext):
    """Where ``pipeline.confine`` starts its readers instead."""

    Process = _Reader
