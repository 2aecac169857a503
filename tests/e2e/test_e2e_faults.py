"""A daily sample of the seeded faults: each turns its requirement red. `make faults` runs all."""

import datetime as dt
import os

import pytest

from qonform.selftest.judged import judge_altered
from qonform.selftest.listing import faults

FAULTS = faults()
SHARES = 5
"""A fifth of the faults a day; QONFORM_ALL=1 takes all."""


def sample():
    if os.environ.get("QONFORM_ALL"):
        return FAULTS
    return FAULTS[dt.date.today().toordinal() % SHARES :: SHARES]


@pytest.mark.parametrize("fault", sample(), ids=lambda fault: fault.name)
def test_a_fault_turns_its_requirement_red(fault):
    globs = [word for r in fault.requirements for word in ("--requirement", r)]
    judged = judge_altered(fault.flags, "--effort", "quick", "--seed", "3", *globs)
    assert set(judged.failed()) & set(fault.requirements), judged.stdout
    assert judged.exit_code in ((1,) if judged.failed("shall") else (0, 3)), judged.stdout
