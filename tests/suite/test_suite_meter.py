"""The meter keeps the agreed rate, lets races race, and stops where nobody answers."""

import threading
import time

import pytest

from qonform.drivers.meter import Meter, TargetDown
from qonform.target import Limits


def times_of(meter, requests):
    """When each of `requests` sequential requests went out."""
    out = []
    for _ in range(requests):
        with meter.request("line"):
            out.append(time.monotonic())
    return out


def densest(times, window_s):
    """Most requests in any window of that length."""
    return max(sum(t <= u < t + window_s for u in times) for t in times)


def burst(meter, number):
    out, barrier = [], threading.Barrier(number)
    meter.book(number)

    def one():
        barrier.wait()
        with meter.booked(), meter.request("line"):
            out.append(time.monotonic())

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out


def test_the_rate_is_kept_also_around_a_burst():
    meter = Meter(Limits(requests_per_second=50, max_concurrency=8))
    times = times_of(meter, 10) + burst(meter, 8) + times_of(meter, 10)
    assert meter.spent.requests == 28
    # 10 turns of 20 ms; two more for threads that were scheduled late
    assert densest(times, 0.2) <= 12


def test_a_burst_goes_out_at_one_moment():
    meter = Meter(Limits(requests_per_second=10, max_concurrency=8))
    times = burst(meter, 8)
    assert max(times) - min(times) < 0.35  # apart they would take 0.7 s


def test_no_more_at_once_than_agreed():
    meter = Meter(Limits(requests_per_second=1000, max_concurrency=3))
    now = most = 0
    lock = threading.Lock()

    def one():
        nonlocal now, most
        with meter.request("line"):
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.02)
            with lock:
                now -= 1

    threads = [threading.Thread(target=one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3


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
