"""The meter keeps the agreed rate, lets races race, and stops where nobody answers."""

import threading

import pytest

from qonform.drivers.meter import Meter, TargetDown
from qonform.target import Limits


class Clock:
    """Time that passes only where the meter sleeps, so that no machine is too busy for it."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("qonform.drivers.meter.time", clock)
    return clock


def times_of(clock, meter, requests):
    """When each of `requests` sequential requests went out."""
    out = []
    for _ in range(requests):
        with meter.request("line"):
            out.append(clock.now)
    return out


def densest(times, window_s):
    """Most requests in any window of that length."""
    return max(sum(t <= u < t + window_s - 1e-9 for u in times) for t in times)


def each(number, act):
    threads = [threading.Thread(target=act) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def burst(clock, meter, number):
    """When each of `number` requests went out that were booked for one moment."""
    out, barrier = [], threading.Barrier(number)
    meter.book(number)

    def one():
        barrier.wait()
        with meter.booked(), meter.request("line"):
            out.append(clock.now)

    each(number, one)
    return out


def test_the_rate_is_kept_also_around_a_burst(clock):
    meter = Meter(Limits(requests_per_second=50, max_concurrency=8))
    times = times_of(clock, meter, 10) + burst(clock, meter, 8) + times_of(clock, meter, 10)
    assert meter.spent.requests == 28
    assert densest(times, 0.2) == 10
    assert densest(times, 1.0) <= 50


def test_a_burst_goes_out_at_one_moment(clock):
    meter = Meter(Limits(requests_per_second=10, max_concurrency=8))
    assert len(set(burst(clock, meter, 8))) == 1


def test_no_more_at_once_than_agreed():
    meter = Meter(Limits(requests_per_second=1000, max_concurrency=3))
    now = most = 0
    lock, together = threading.Lock(), threading.Barrier(3)

    def one():
        nonlocal now, most
        with meter.request("line"):
            with lock:
                now += 1
                most = max(most, now)
            together.wait(60)
            with lock:
                now -= 1

    each(12, one)
    assert most == 3
    assert not together.broken


def test_the_circuit_opens_for_a_silent_line_alone_and_closes_with_an_answer():
    meter = Meter(Limits(), patience=2)
    for _ in range(2):
        meter.heard("a", answered=False)
    with pytest.raises(TargetDown, match="a: 2 requests in a row got no answer"):
        times_of_line(meter, "a")
    times_of_line(meter, "b")
    meter.heard("a", answered=True)
    times_of_line(meter, "a")


def times_of_line(meter, line):
    with meter.request(line):
        pass


def test_the_budget_never_goes_below_nothing():
    meter = Meter(Limits(key_budget_bits=300))
    meter.drew_keys([256])
    assert meter.key_bits_left == 44
    meter.drew_keys([256])
    assert (meter.key_bits_left, meter.spent.keys, meter.spent.key_bits) == (0, 2, 512)
