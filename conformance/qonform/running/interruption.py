"""Ctrl-C, and SIGTERM, by which CI systems cancel a job: a command ends, and keeps what it knows.

A command is interrupted once. Whoever has something to finish holds interruptions back, and lets
them through only where they may come; one that came too early is raised there.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_TAKEN_OVER = (signal.SIG_DFL, signal.default_int_handler)
"""What else was set stays: `nohup`, a job in the background, or a program that we are a part of."""


@dataclass
class _Interruption:
    """Signals belong to a process, and so does this."""

    let_through: bool = True
    came: bool = False


_state = _Interruption()


def _interrupt(_signal: int, _frame: object) -> None:
    first, _state.came = not _state.came, True
    if first and _state.let_through:
        raise KeyboardInterrupt


@contextmanager
def sigterm_as_ctrl_c() -> Iterator[None]:
    """Both raise KeyboardInterrupt, the first time that one of them comes."""
    before = {each: signal.getsignal(each) for each in _SIGNALS}
    for each, handler in before.items():
        if handler in _TAKEN_OVER:
            signal.signal(each, _interrupt)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        _state.came = False


@contextmanager
def held_back() -> Iterator[None]:
    """What is done here is done to its end, but where interruptions are let through."""
    with _switched(let_through=False):
        yield


@contextmanager
def let_through() -> Iterator[None]:
    """What is done here may be interrupted. Raises KeyboardInterrupt at once if one came before."""
    with _switched(let_through=True):
        if _state.came and _in_main_thread():
            raise KeyboardInterrupt
        yield


@contextmanager
def _switched(*, let_through: bool) -> Iterator[None]:
    """Only the main thread is ever interrupted."""
    if not _in_main_thread():
        yield
        return
    before, _state.let_through = _state.let_through, let_through
    try:
        yield
    finally:
        _state.let_through = before


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
