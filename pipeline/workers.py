"""Where work on files is done: in this process, in processes beside it, or on a Dask cluster.

Work is a pure function of its argument. Only its result comes back; whoever asked for it writes
the ledger and publishes. So it does no harm when work is done twice, nor where.
"""

import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
)
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, Generic, ParamSpec, TypeVar

from pipeline import CannotRunError
from pipeline.confine import start_method
from schemas.config import Work

Thing = TypeVar("Thing")
Asked = TypeVar("Asked")
Made = TypeVar("Made")
Arguments = ParamSpec("Arguments")

AHEAD = 4  # pieces of work under way for each worker: enough to stay busy, few to hold in memory
TRIES = 3  # workers die of the machine, not of the files, which are read in children of theirs
PATIENCE_SECONDS = 10  # for a scheduler to answer
FEW = 24  # workbooks: below it, starting a second process takes longer than they do


@dataclass
class _Begun(Generic[Thing, Asked, Made]):
    thing: Thing
    asked: Asked | None
    future: Future[Made] | None

    @property
    def lost(self) -> bool:
        """True when whoever did the work is gone: not when the work itself failed."""
        try:
            return self.future is not None and isinstance(self.future.exception(), BrokenExecutor)
        except CancelledError:  # a scheduler that is gone takes its work along
            return True

    @property
    def made(self) -> tuple[Thing, Made | Exception | None]:
        """The thing, and what became of it."""
        error = None if self.future is None else self.future.exception()
        if isinstance(error, Exception):
            return self.thing, error
        return self.thing, None if self.future is None else self.future.result()


class Serial(Executor):
    """Does at once what it is asked for."""

    def submit(
        self, fn: Callable[Arguments, Made], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Made]:
        """Return a future that is done."""
        future: Future[Made] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Started:
    """An executor at work, and how to end it."""

    executor: Executor
    end: Callable[[], object]


def _nothing() -> None:
    pass


class Workers:
    """An executor that is started when it is needed, and again when its workers have died."""

    def __init__(self, start: Callable[[], Started], width: int, *, far: bool = False) -> None:
        """``width`` is how many work at once, ``far`` that they see no disk of ours."""
        self.width, self.far = width, far
        self._start = start
        self._started: Started | None = None

    def each(
        self,
        work: Callable[[Asked], Made],
        things: Iterable[Thing],
        asked: Callable[[Thing], Asked | None],
    ) -> Iterator[tuple[Thing, Made | Exception | None]]:
        """Give each thing, in their order, with what ``work`` makes of what is asked about it.

        Nothing is made where nothing is asked; an error that ``work`` raises is given, not
        raised. Only a few are under way at a time.
        Errors: CannotRunError when workers die again and again.
        """
        under_way: deque[_Begun[Thing, Asked, Made]] = deque()
        most = AHEAD * self.width if self.width > 1 else 1
        for thing in things:
            question = asked(thing)
            under_way.append(_Begun(thing, question, self._submit(work, question)))
            if len(under_way) >= most:
                yield self._first(work, under_way).made
        while under_way:
            yield self._first(work, under_way).made

    def _first(
        self,
        work: Callable[[Asked], Made],
        under_way: "deque[_Begun[Thing, Asked, Made]]",
    ) -> "_Begun[Thing, Asked, Made]":
        """Wait for the first, and begin all of them again where workers have died."""
        for _ in range(TRIES - 1):
            if not under_way[0].lost:
                return under_way.popleft()
            self.close()
            for one in under_way:
                one.future = self._submit(work, one.asked)
        if not under_way[0].lost:
            return under_way.popleft()
        raise CannotRunError(
            f"กระบวนการที่ช่วยอ่านไฟล์หยุดไปเอง {TRIES} ครั้ง กรุณาตรวจหน่วยความจำของเครื่อง แล้วสั่งใหม่"
        )

    def _submit(
        self, work: Callable[[Asked], Made], question: Asked | None
    ) -> Future[Made] | None:
        if question is None:
            return None
        if self._started is None:
            self._started = self._start()
        try:
            return self._started.executor.submit(work, question)
        except BrokenExecutor as error:
            future: Future[Made] = Future()  # it died since the last piece of work
            future.set_exception(error)
            return future

    def close(self) -> None:
        """End the workers; what they were doing is not waited for."""
        if self._started is not None:
            started, self._started = self._started, None
            started.end()


HERE = Workers(lambda: Started(Serial(), _nothing), 1)


@contextmanager
def workers(asked: Work) -> Iterator[Workers]:
    """Give those that the configuration asks for; CannotRunError where they are not to be had."""
    if asked.executor == "serial":
        yield HERE
        return
    given = _cluster(asked.executor) if "://" in asked.executor else _pool(asked.processes)
    try:
        yield given
    finally:
        given.close()


def _pool(processes: int) -> Workers:
    width = processes or os.cpu_count() or 1

    def start() -> Started:
        context = multiprocessing.get_context(start_method())
        pool = ProcessPoolExecutor(width, mp_context=context)
        return Started(pool, partial(pool.shutdown, wait=True, cancel_futures=True))

    return Workers(start, width) if width > 1 else HERE


def _cluster(address: str) -> Workers:
    try:
        cluster: Any = import_module("distributed")  # has hardly any annotations
    except ImportError:
        raise CannotRunError(
            f"executor = \"{address}\" ต้องใช้ Dask ซึ่งยังไม่ได้ติดตั้ง กรุณาสั่ง pip install 'sokhoro1[dask]'"
        ) from None
    for name in ("distributed", "tornado.application"):  # a link that breaks is told in a sentence
        logging.getLogger(name).setLevel(logging.CRITICAL)
    where = f"tcp://{address.partition('://')[2]}"

    def client() -> Any:  # noqa: ANN401 - Dask has no annotations
        try:
            return cluster.Client(where, timeout=PATIENCE_SECONDS)
        except OSError:
            raise CannotRunError(
                f"ติดต่อ Dask scheduler ที่ {address} ไม่ได้ กรุณาตรวจว่าเปิดอยู่ แล้วสั่งใหม่"
            ) from None

    def start() -> Started:
        link = client()
        # With pure=True the same path would answer what it held before.
        return Started(link.get_executor(pure=False), link.close)

    with client() as link:
        width = sum(link.nthreads().values()) or 1
        _same_program(link)
    return Workers(start, width, far=True)


def program_here() -> bytes:
    """Return a hash of this program and of the libraries that make its files."""
    from pipeline.formats.kept import whole_program
    from pipeline.render import LIBRARIES

    return whole_program(LIBRARIES)


def _same_program(link: Any) -> None:  # noqa: ANN401
    """Other modules, templates or libraries would make other bytes, and nobody would know why."""
    theirs = link.run(program_here, on_error="return")
    others = sorted(address for address, made in theirs.items() if made != program_here())
    if others:
        raise CannotRunError(
            f"เครื่อง {', '.join(others)} ใช้โปรแกรมหรือไลบรารีคนละรุ่นกับเครื่องนี้"
            " กรุณาติดตั้งรุ่นเดียวกันทุกเครื่อง แล้วเปิด Dask worker ใหม่"
        )
