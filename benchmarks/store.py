"""What Get key costs as more and more keys wait to be fetched: flat, if the store is right."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.domain.key_service import KeyService
from qinet_reference.domain.key_source import RandomKeys
from qinet_reference.domain.model import KeyRequest
from qinet_reference.plan import Plan, default_plan
from qinet_reference.stores.memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE = 2_000


def _kmes(plan: Plan) -> tuple[KeyService, KeyService]:
    store = MemoryStore(plan.supply, time.monotonic)
    directory, source = plan.enrolment(), RandomKeys(os.urandom)
    first, second = (KeyService(k, directory, plan.limits, source, store) for k in plan.kmes)
    return first, second


async def growth(sizes: Sequence[int]) -> list[str]:
    """A row for each number of outstanding keys: microseconds a call, over a sample of calls."""
    plan = default_plan()
    plan = replace(plan, rate=1e15, limits=replace(plan.limits, max_key_count=10**9))
    first, second = _kmes(plan)
    outstanding, rows, one = 0, [], KeyRequest(None, None)
    for size in sizes:
        while outstanding < size:
            outstanding += len(await first.get_key("sae-1", "sae-2", KeyRequest(32, None)))
        began = time.perf_counter()
        keys = [(await first.get_key("sae-1", "sae-2", one))[0] for _ in range(SAMPLE)]
        drawn = time.perf_counter()
        for key in keys:
            await second.get_key_with_ids("sae-2", "sae-1", [key.id])
        fetched = time.perf_counter()
        get, fetch = (1e6 * t / SAMPLE for t in (drawn - began, fetched - drawn))
        rows.append(f"| {size:,} | {get:.1f} µs | {fetch:.1f} µs |")
    return rows
