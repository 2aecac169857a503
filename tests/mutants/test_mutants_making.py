"""Mutants are one change each, that compiles and that can be seen."""

from __future__ import annotations

import ast

import pytest
from benchmarks.mutants.making import modules, mutants_of
from benchmarks.mutants.tools import mutations
from benchmarks.mutants.visible import visible_form

SOURCE = '''\
"""A module."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logging.getLogger("a name")
LIMIT = 8


class Shop(Protocol):
    def sell(self, number: int = 1) -> int | None:
        """Sells."""


class Counter:
    def total(self, prices: Sequence[int] | None, more: int = 1) -> int | None:
        """The sum."""
        _log.info("counting %d", more + 1)
        if prices is None:
            return None
        if more > LIMIT:
            raise Refusal(Reason.MANY, f"{more} are too many", {"most": LIMIT})
        return sum(prices) + more
'''


@pytest.fixture(scope="module")
def mutants():
    return list(mutants_of("shop.py", SOURCE, mutations(SOURCE)))


def test_a_mutant_differs_in_one_place_and_compiles(mutants):
    assert len(mutants) > 10
    for mutant in mutants:
        before, after = SOURCE.splitlines(), mutant.of(SOURCE).splitlines()
        compile(mutant.of(SOURCE), mutant.module, "exec")
        start, end = mutant.line - 1, mutant.line - 1 + len(mutant.was)
        assert after == [*before[:start], *mutant.now, *before[end:]]
        assert tuple(before[start:end]) == mutant.was != mutant.now


def test_no_two_mutants_are_the_same_network_and_none_is_the_original(mutants):
    forms = {ast.dump(ast.parse(mutant.of(SOURCE))) for mutant in mutants}
    assert len(forms) == len(mutants) == len({mutant.id for mutant in mutants})
    assert visible_form(SOURCE) not in {visible_form(mutant.of(SOURCE)) for mutant in mutants}


def test_nothing_that_is_never_run_or_only_told_is_mutated(mutants):
    changed = {line.strip() for mutant in mutants for line in mutant.was}
    assert changed == {
        "LIMIT = 8",
        "def total(self, prices: Sequence[int] | None, more: int = 1) -> int | None:",
        "if prices is None:",
        "if more > LIMIT:",
        'raise Refusal(Reason.MANY, f"{more} are too many", {"most": LIMIT})',
        "return sum(prices) + more",
    }


def test_words_that_are_free_are_left_alone_and_none_is_not_a_word(mutants):
    refusals = [line for mutant in mutants for line in mutant.now if "raise" in line]
    assert any("None" in line for line in refusals)
    assert not [line for line in refusals if "XX" in line or "MOST" in line]


def test_both_tools_take_part_and_a_place_is_named_by_its_function(mutants):
    assert {mutant.operator.split()[0] for mutant in mutants} == {"mutmut", "cosmic-ray"}
    negated = [m for m in mutants if m.operator == "cosmic-ray AddNot"]
    assert [(m.function, m.was) for m in negated] == [
        ("Counter.total", ("        if prices is None:",)),
        ("Counter.total", ("        if more > LIMIT:",)),
    ]


def test_an_id_stays_when_lines_are_added_elsewhere(mutants):
    longer = SOURCE.replace("LIMIT = 8", "LIMIT = 8\nOTHER = LIMIT")
    again = {mutant.id for mutant in mutants_of("shop.py", longer, mutations(longer))}
    assert {mutant.id for mutant in mutants} <= again


def test_a_mutant_does_not_fit_another_text(mutants):
    with pytest.raises(ValueError, match="no longer"):
        mutants[0].of(SOURCE.replace("LIMIT = 8", "LIMIT = 9").replace("sum", "max"))


def test_the_core_the_store_and_the_rest_wire_are_mutated():
    names = modules()
    assert {"domain/key_service.py", "stores/memory.py", "adapters/rest_wire.py"} <= names.keys()
    assert "adapters/grpc.py" not in names
