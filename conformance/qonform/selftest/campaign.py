"""Judges many altered networks at once, each in processes of its own."""

from __future__ import annotations

import subprocess
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from threading import Event
from typing import TYPE_CHECKING, Protocol

from qonform.running.interruption import let_through
from qonform.running.reference import NetworkError
from qonform.selftest import outcome
from qonform.selftest.judged import Stopped, judge_altered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qonform.selftest.judged import Judged
    from qonform.selftest.listing import Fault
    from qonform.selftest.record import SelfTest

CLEAN = "the clean reference"


class Watch(Protocol):
    """Who is told how a self-test goes. Called by several threads."""

    def started(self, name: str) -> None:
        """A network is about to be judged."""
        ...

    def ended(self, name: str, selftest: SelfTest) -> None:
        """A network has been judged, and what became of it is kept."""
        ...


def perform(selftest: SelfTest, watch: Watch) -> None:
    """Judges the clean reference and every selected fault, and keeps each as it comes.

    Ctrl-C ends it: whatever runs is ended, and what was judged by then stays.
    """
    stop = Event()
    arguments = ["--effort", selftest.effort, "--seed", str(selftest.seed)]

    def judge(fault: Fault | None) -> Judged:
        if stop.is_set():
            raise Stopped
        watch.started(fault.name if fault else CLEAN)
        return judge_altered(fault.flags if fault else ["--both"], *arguments, stop=stop)

    with ThreadPoolExecutor(selftest.workers) as pool:
        jobs: list[Fault | None] = [None, *selftest.selected]
        under_way = {pool.submit(judge, job): job for job in jobs}
        try:
            for future in _completed(under_way):
                fault = under_way[future]
                _keep(selftest, fault, future)
                watch.ended(fault.name if fault else CLEAN, selftest)
        except KeyboardInterrupt:
            selftest.interrupted = "it was interrupted"
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
    selftest.over = True


def _completed(under_way: Iterable[Future[Judged]]) -> Iterator[Future[Judged]]:
    """Each as it comes. Only the waiting is interrupted."""
    coming = as_completed(under_way)
    while True:
        with let_through():
            future = next(coming, None)
        if future is None:
            return
        yield future


def _keep(selftest: SelfTest, fault: Fault | None, future: Future[Judged]) -> None:
    """Keeps what became of one network, or why nothing is known of it."""
    try:
        judged = future.result()
    except subprocess.TimeoutExpired as error:
        reason = f"the run took longer than {error.timeout:g} s"
    except (NetworkError, OSError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
    else:
        if fault is None:
            selftest.keep_clean(outcome.of_clean(judged))
        else:
            selftest.keep(outcome.of_fault(fault, selftest.catalogue, judged))
        return
    if fault is None:
        selftest.keep_clean({"outcome": outcome.NOT_JUDGED, "reason": reason})
    else:
        selftest.keep(outcome.not_judged(fault, selftest.catalogue, reason))
