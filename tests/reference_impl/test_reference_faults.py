"""Each seeded fault shows: some probe answers otherwise than in the network without it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
from probing import baseline, first_difference, transcript

from qinet_reference import faults, variants

if TYPE_CHECKING:
    from qinet_reference.faults.fault import Fault


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
