"""A fork server that has loaded every reader: the corpus asks thousands of times."""

import multiprocessing
from multiprocessing import forkserver

from pipeline.confine import warm
from pipeline.read import READERS


def warm_with_readers() -> None:
    """Start it before ``warm`` does: each child would load the readers anew, some 0.3 s.

    pytest too: a child imports the program that its parent runs.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipeline.examine", *READERS.values(), "pytest"])
    forkserver.ensure_running()
    warm()
