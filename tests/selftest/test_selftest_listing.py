"""The faults as the reference network lists them, and how some of them are selected."""

from __future__ import annotations

import pytest

from qonform.catalogue import load_all
from qonform.selftest.listing import Fault, NoSuchFaultError, faults, select, variants
from qonform.strength import load

KNOWN = [Fault("key-twice", "", ()), Fault("key-lost", "", ()), Fault("status-odd", "", ())]


def test_the_reference_network_lists_its_faults():
    listed = faults()
    assert len(listed) >= 80
    known = {r.id for r in load_all().requirements}
    assert all(fault.requirements and set(fault.requirements) <= known for fault in listed)
    assert all(fault.sentence.endswith(".") for fault in listed)


def test_a_fault_brings_the_variants_that_it_needs():
    by_name = {variant.name for variant in variants()}
    needy = [fault for fault in faults() if fault.beside]
    assert needy
    for fault in needy:
        assert set(fault.beside) <= by_name
        assert fault.flags[:2] == ["--fault", fault.name]
        assert fault.flags[2:4] == ["--variant", fault.beside[0]]


def test_globs_select_and_keep_the_order_of_the_listing():
    assert [f.name for f in select(KNOWN, ["status-*", "*-twice"])] == ["key-twice", "status-odd"]
    assert select(KNOWN, []) == KNOWN


def test_a_glob_that_matches_nothing_is_an_error_even_beside_one_that_does():
    with pytest.raises(NoSuchFaultError, match=r"key-twise.*key-twice"):
        select(KNOWN, ["key-*", "key-twise"])


@pytest.mark.parametrize("effort", ["quick", "standard"])
def test_what_every_run_tells_of_caught_faults_is_of_faults_that_there_are(effort):
    """Else `make selftest` is due. Of faults that came after it, nothing is said."""
    there_are = {fault.name: set(fault.requirements) for fault in faults()}
    assert load().faults(effort).items() <= there_are.items()
