"""A reference network in a thread of the test, which counts what reaches it."""

import asyncio
import threading
import time
from contextlib import contextmanager

from qinet_reference.alteration import AltersService
from qinet_reference.manifest import manifest, write
from qinet_reference.network import Network
from qinet_reference.pki_files import provide
from qinet_reference.plan import default_plan


class Counting(AltersService):
    """Notes when each request arrives, and how many are being answered at once.

    An answer takes `takes_s`.
    """

    name = "counting"

    def __init__(self, takes_s=0.002):
        self.takes_s = takes_s
        self.arrived: list[float] = []
        self.now = self.most = 0

    async def _count(self, answer):
        self.arrived.append(time.monotonic())
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.takes_s)
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
def counted(folder, counting):
    """Runs such a network, and gives the path of its manifest."""
    ready, stop = threading.Event(), asyncio.Event()
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
        yield folder / "qonform.toml"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
