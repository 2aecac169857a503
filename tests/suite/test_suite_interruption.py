"""Ctrl-C and SIGTERM: taken once, and only where they may come."""

import signal
import threading
import time

import pytest

from qonform.running.interruption import held_back, let_through, sigterm_as_ctrl_c


@pytest.fixture(autouse=True)
def as_in_a_shell():
    """Whoever runs the tests in the background may have them ignore Ctrl-C."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


EITHER = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@EITHER
def test_either_interrupts_and_only_once(number):
    went_on = False
    with sigterm_as_ctrl_c():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        signal.raise_signal(number)
        went_on = True
    assert went_on
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@EITHER
def test_what_is_held_back_is_done_to_its_end(number):
    done = []
    with sigterm_as_ctrl_c(), held_back():
        done.append("before")
        signal.raise_signal(number)
        done.append("after")
    assert done == ["before", "after"]


@EITHER
def test_one_that_was_held_back_comes_where_it_may(number):
    reached = []
    with sigterm_as_ctrl_c(), held_back():
        signal.raise_signal(number)
        with pytest.raises(KeyboardInterrupt), let_through():
            reached.append("the inside")
    assert not reached


def test_what_is_held_back_ends_with_it():
    with sigterm_as_ctrl_c():
        with held_back(), pytest.raises(KeyboardInterrupt), let_through():
            signal.raise_signal(signal.SIGTERM)
        with held_back():
            signal.raise_signal(signal.SIGTERM)
    with sigterm_as_ctrl_c(), held_back(), let_through():
        pass  # nothing of it is left


def test_a_signal_that_is_ignored_stays_so():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with sigterm_as_ctrl_c():
        signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)


def test_another_thread_changes_nothing():
    inside, leave = threading.Event(), threading.Event()

    def elsewhere():
        with let_through():
            inside.set()
            leave.wait(60)

    with sigterm_as_ctrl_c(), held_back():
        thread = threading.Thread(target=elsewhere)
        thread.start()
        assert inside.wait(60)
        signal.raise_signal(signal.SIGTERM)
        time.sleep(0)
        leave.set()
        thread.join()
