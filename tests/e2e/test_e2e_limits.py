"""Rate and concurrency of the manifest are kept, as the server itself counts them."""

import asyncio
import re
import threading
import time
from contextlib import contextmanager

from qinet_reference.alteration import AltersService
from qinet_reference.manifest import manifest, write
from qinet_reference.network import Network
from qinet_reference.pki_files import provide
from qinet_reference.plan import default_plan

RATE, AT_ONCE = 150, 3


class Counting(AltersService):
    """Notes when each request arrives, and how many are being answered at once."""

    name = "counting"

    def __init__(self):
        self.arrived: list[float] = []
        self.now = self.most = 0

    async def _count(self, answer):
        self.arrived.append(time.monotonic())
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.002)
            return await answer
        finally:
            self.now -= 1

    async def get_status(self, inner, kme, caller, slave):
        return await self._count(super().get_status(inner, kme, caller, slave))

    async def get_key(self, inner, caller, slave, request):
        return await self._count(super().get_key(inner, caller, slave, request))

    async def get_key_with_ids(self, inner, caller, master, key_ids):
        return await self._count(super().get_key_with_ids(inner, caller, master, key_ids))


@contextmanager
def counted(folder):
    """A reference network in a thread: its manifest, and its counter."""
    counting, ready, stop = Counting(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve():
        plan = default_plan(2)
        files = provide(folder, plan, [plan.host])
        async with Network(plan, files, [counting]) as network:
            write(folder / "qonform.toml", manifest(plan, network.endpoints, files))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        yield folder / "qonform.toml", counting
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def most_in(times, window_s):
    """Most arrivals in any window of that length."""
    times, first, most = sorted(times), 0, 0
    for last, moment in enumerate(times):
        while moment - times[first] >= window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


def test_rate_and_concurrency_are_kept_as_the_server_counts_them(tmp_path, judge):
    with counted(tmp_path) as (path, counting):
        limits = f"[limits]\nrequests_per_second = {RATE}\nmax_concurrency = {AT_ONCE}\n"
        text = re.sub(r"(?m)^\[limits\]\n(?:[a-z_]+ *=.*\n)*", "", path.read_text())
        path.write_text(f"{text}\n{limits}")
        judged = judge(path, "--effort", "quick", "--seed", "1")
    assert judged.exit_code == 0, judged.stdout
    assert len(counting.arrived) > 2 * RATE
    assert counting.most == AT_ONCE  # reached, and never passed
    # Beside the rate: those that were under way when the window began, and one burst, which
    # takes the turns before it and after it.
    for window_s in (1.0, 2.0):
        assert most_in(counting.arrived, window_s) <= RATE * window_s + 2 * AT_ONCE
