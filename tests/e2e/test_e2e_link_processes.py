"""A network of links whose nodes are processes of their own conforms, whatever is drawn."""

import pytest

from qonform.selftest.judged import judge_altered

PROCESSES = ["--links", "--processes"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nodes_in_processes_of_their_own_conform(seed):
    run = judge_altered(
        PROCESSES, "--profile", "qinet-links", "--effort", "quick", "--seed", str(seed)
    )
    assert run.exit_code == 0, run.stdout
    assert run.results["summary"]["verdict"] == "conforming"
    assert not run.failed()
