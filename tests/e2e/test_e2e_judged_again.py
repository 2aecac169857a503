"""A network that is not started anew is judged again, with the same seed, as the first time."""

import pytest

from qonform.selftest.judged import hurried_network, judge


@pytest.mark.parametrize("flags", [("--links",), ("--links", "--chain", "3", "--speed", "20")])
def test_what_an_earlier_run_left_behind_is_held_against_nobody(tmp_path, flags):
    with hurried_network(tmp_path, flags) as manifest:
        for turn in range(2):
            judged = judge(
                manifest, tmp_path / f"report-{turn}", "--effort", "quick", "--seed", "1"
            )
            assert judged.exit_code == 0, judged.stdout
