"""Waits for what another process does, however busy the machine is."""

import time


def wait_until(it_is_so):
    until = time.monotonic() + 120
    while not it_is_so():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)
