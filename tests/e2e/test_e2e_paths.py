"""Ends of circuits are judged: the clean ones conform, and a lie is found."""

import pytest

from qonform.selftest.judged import judge_altered

CHAIN = ("--links", "--chain", "3", "--speed", "20")


def test_a_chain_of_three_conforms():
    judged = judge_altered(CHAIN, "--effort", "quick", "--seed", "1")
    assert judged.exit_code == 0, judged.stdout
    assert judged.results["requirements"]


@pytest.mark.parametrize(
    ("fault", "requirement"),
    [("pair-id-per-request", "QIA-QNP-ID-02"), ("bell-state-per-end", "QIA-QNP-BEL-01")],
)
def test_a_fault_is_found(fault, requirement):
    judged = judge_altered(("--fault", fault, *CHAIN), "--effort", "quick", "--seed", "1")
    assert judged.exit_code == 1, judged.stdout
    assert requirement in judged.failed()
