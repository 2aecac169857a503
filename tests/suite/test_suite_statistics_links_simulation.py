"""The simulation of pairs plays the suite's own test of fidelity, and keeps its bounds."""

import random

import pytest
from benchmarks.statistics import pairs
from benchmarks.statistics.link_faults import FAULTS

from qonform.statistics.links.correlation import PAULI_AXES
from qonform.statistics.links.fidelity import Fidelity


@pytest.fixture(scope="module")
def least():
    return pairs.thresholds()


@pytest.mark.parametrize("share", [0.0, 0.04, 0.067, 0.1, 0.3])
def test_the_simulation_speaks_when_the_suite_does(least, share):
    rng = random.Random(1)
    for at, bound in enumerate(pairs.BOUNDS):
        test, errors, passed, failed = Fidelity(pairs.MIN_FIDELITY, bound, bound), 0, False, False
        for look in range(400):
            for axis in PAULI_AXES:
                error = rng.random() < share
                errors += error
                test.see(axis, error)
            failed |= bool(errors >= least[0][at, look])
            passed |= bool(errors <= least[1][at, look])
            assert (test.broken.speaks, test.holds.speaks) == (failed, passed)


def test_bounds_are_kept_at_the_border_of_either_side(least):
    """Of 400 runs 40 at 0.1, and 4 at 0.01; at those rates more come in 1 of 1,000 such tests."""
    for parts in pairs.STATES.values():
        for counts in pairs.alarms(pairs.MIN_FIDELITY, parts, 400, 3, least):
            assert counts[0] <= 60
            assert counts[1] <= 12
            assert counts[3] == 0


def test_every_fault_is_found():
    few = {
        "a wrong Bell state is reported": 120,
        "the same, where F >= 0.9 is taken for granted": 40,
        "outcomes are those of other pairs": 90,
        "both ends draw the same axis": 40,
    }
    assert few.keys() <= FAULTS.keys()
    for what, most in few.items():
        assert FAULTS[what][1](random.Random(2)) <= most
