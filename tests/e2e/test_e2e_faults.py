"""A daily sample of the seeded faults: each turns its requirement red. `make faults` runs all."""

import datetime as dt
import os

import campaign
import pytest

FAULTS = campaign.alterations("faults")
SHARES = 5
"""A fifth of the faults a day; QONFORM_ALL=1 takes all."""


def sample():
    if os.environ.get("QONFORM_ALL"):
        return FAULTS
    return FAULTS[dt.date.today().toordinal() % SHARES :: SHARES]


@pytest.mark.parametrize("fault", sample(), ids=lambda fault: fault.name)
def test_a_fault_turns_its_requirement_red(fault):
    globs = [word for r in fault.requirements for word in ("--requirement", r)]
    judged, results = campaign.judge_altered(
        campaign.fault_flags(fault), "--effort", "quick", "--seed", "3", *globs
    )
    red = campaign.failures(results)
    assert red & set(fault.requirements), judged.stdout
    shall = campaign.failures(results, "shall")
    assert judged.exit_code in ((1,) if shall else (0, 3)), judged.stdout
