"""The samples that the other tests use are what a run may write."""

from __future__ import annotations

import pytest
from report_samples import SAMPLES

from qonform_report.validation import validate


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_satisfy_the_schema_and_agree_with_themselves(name):
    validate(SAMPLES[name]())
