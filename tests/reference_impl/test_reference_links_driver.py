"""How time passes in a network of links."""

from __future__ import annotations

import asyncio

from link_cores import new_core

from qinet_reference.links.driver import SLICE_S, Driver, NodeClock


def test_the_nodes_clock_goes_on_as_fast_as_is_said() -> None:
    moments = iter([5.0, 5.0, 7.5])
    clock = NodeClock(speed=100.0, epoch=1000.0, monotonic=lambda: next(moments))
    assert clock() == 1000.0
    assert clock() == 1250.0


def test_time_stays_behind_until_what_is_due_has_happened() -> None:
    async def story() -> None:
        passed = [0.0]
        core = new_core()
        core.create(number=3)
        driver = Driver(NodeClock(epoch=0.0, monotonic=lambda: passed[0]))
        driver.drive(core.network)
        assert driver.now() == 0.0
        passed[0] = 2.5
        assert driver.now() == 1.0 + SLICE_S
        async with asyncio.timeout(10):
            while len(core.pairs("a")) < 2:
                await asyncio.sleep(0)
        assert driver.now() == 2.5
        driver.stop()
        passed[0] = 9.0
        await asyncio.sleep(0.01)
        assert len(core.pairs("a")) == 2

    asyncio.run(story())
