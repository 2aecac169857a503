"""Each seeded fault shows: some probe answers otherwise than in the network without it."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest
from fault_probes import PROBES

from qinet_reference import faults, variants

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from qinet_reference.faults.fault import Fault

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


def test_without_a_fault_probes_answer_alike(laboratory: Any) -> None:
    told = baseline(laboratory)
    assert asyncio.run(transcript(laboratory)) == told
    assert not [name for name, answer in told.items() if isinstance(answer, str)]


@pytest.mark.parametrize("fault", faults.ALL, ids=lambda fault: fault.name)
def test_a_fault_shows(laboratory: Any, fault: type[Fault]) -> None:
    beside = [f"variant:{name}" for name in fault.beside]
    told = baseline(laboratory, *beside)
    assert asyncio.run(first_difference(laboratory, told, *beside, f"fault:{fault.name}"))


def test_faults_are_described() -> None:
    names = [fault.name for fault in faults.ALL]
    assert len(names) == len(set(names)) >= 200
    for fault in faults.ALL:
        assert re.fullmatch(r"[a-z0-9.]+(-[a-z0-9.]+)*", fault.name)
        assert fault.requirements
        assert (fault.__doc__ or "").strip().endswith(".")
        assert all(re.fullmatch(r"(ETSI-014|QINET-KEYS)-.+", one) for one in fault.requirements)
        assert set(fault.beside) <= {variant.name for variant in variants.ALL}
