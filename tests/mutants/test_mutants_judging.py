"""A mutant is judged as a process whose code is the altered one."""

from __future__ import annotations

import pytest
from benchmarks.mutants.judging import Workplace, judged
from benchmarks.mutants.keeping import Ended
from benchmarks.mutants.making import Mutant, modules

pytestmark = pytest.mark.e2e


def altered(module: str, was: str, now: str) -> Mutant:
    lines = modules()[module].splitlines()
    line = next(i for i, text in enumerate(lines) if was in text)
    return Mutant(
        "m", module, "f", "by hand", line + 1, (lines[line],), (lines[line].replace(was, now),)
    )


@pytest.fixture(scope="module")
def place():
    with Workplace.open() as made:
        yield made


def test_a_mutant_that_lies_is_killed(place):
    outcome = judged(altered("domain/key_service.py", "return 1", "return 2"), place)
    assert (outcome.ended, outcome.stage) == (Ended.KILLED, "quick")
    assert "ETSI-014-6.2-02" in outcome.shall


def test_a_mutant_that_cannot_start_is_stillborn(place):
    outcome = judged(altered("adapters/rest.py", "import asyncio", "import asyncoi"), place)
    assert outcome.ended is Ended.STILLBORN
    assert "asyncoi" in outcome.said


def test_a_mutant_that_words_a_message_otherwise_survives(place):
    outcome = judged(altered("adapters/rest.py", "no such resource", "nothing here"), place)
    assert (outcome.ended, outcome.stage) == (Ended.SURVIVED, "variants")
