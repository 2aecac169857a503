"""Networks are told from one another by what probes are answered."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import probes_connections
import probes_grpc
import probes_rest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PROBES = probes_rest.PROBES | probes_connections.PROBES | probes_grpc.PROBES

SEED = 1
"""Of keys and IDs: what is all but certain of random ones is certain with this one."""


async def answers(laboratory: Any, *names: str) -> AsyncIterator[tuple[str, Any]]:
    """What each probe is answered, one after the other, by a network altered so."""
    async with laboratory(*names, rate=0.0, seed=SEED) as lab:
        for name, one in PROBES.items():
            try:
                yield name, await one(lab)
            except Exception as failure:  # what a fault does to a probe is its answer
                yield name, type(failure).__name__


async def transcript(laboratory: Any, *names: str) -> dict[str, Any]:
    return {name: told async for name, told in answers(laboratory, *names)}


async def first_difference(laboratory: Any, baseline: dict[str, Any], *names: str) -> str | None:
    async with aclosing(answers(laboratory, *names)) as told:
        return await anext((name async for name, one in told if one != baseline[name]), None)


BASELINES: dict[tuple[str, ...], dict[str, Any]] = {}


def baseline(laboratory: Any, *variants: str) -> dict[str, Any]:
    """What a network without faults answers; made once for each choice of variants."""
    if variants not in BASELINES:
        BASELINES[variants] = asyncio.run(transcript(laboratory, *variants))
    return BASELINES[variants]
