"""Each fault and each variant of a link shows."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from link_cores import HOMES, Core, new_core, refusal
from link_stories import STORIES, Story

from qinet_reference.cli import main
from qinet_reference.links import faults, variants
from qinet_reference.links.domain.model import (
    BasisSet,
    Done,
    Failed,
    Measured,
    PairType,
    RandomBasis,
    Void,
)
from qinet_reference.links.domain.refusal import LinkError
from qinet_reference.links.domain.terms import PauliFrame
from qinet_reference.links.physics.bases import Axis
from qinet_reference.links.physics.bell import Bell

if TYPE_CHECKING:
    from collections.abc import Callable

FAULTS = {kind.name: kind for kind in faults.ALL}
VARIANTS = {kind.name: kind for kind in variants.ALL}
PAULIS = RandomBasis(BasisSet.XYZ)


def measured(*altered: str, number: int = 300, **terms: Any) -> Core:
    """A core that has made pairs, measured along X, Y and Z."""
    core = new_core(altered=[(FAULTS | VARIANTS)[name]() for name in altered], **terms)
    core.create(number=number, local_basis=PAULIS, remote_basis=PAULIS)
    core.at(1e9)
    return core


def as_said(core: Core) -> float:
    """The share of pairs measured along one axis whose outcomes agree with what was said."""
    good = []
    for mine, theirs in zip(core.pairs("a"), core.pairs("b"), strict=True):
        one, two = mine.half, theirs.half
        assert isinstance(one, Measured)
        assert isinstance(two, Measured)
        if one.basis == two.basis and isinstance(one.basis, Axis):
            sign = dict(zip("XYZ", mine.bell.signs, strict=True))[one.basis.name]
            good.append((one.outcome == two.outcome) == (sign == 1))
    assert len(good) > 50
    return sum(good) / len(good)


def test_without_a_fault_all_is_as_said() -> None:
    assert as_said(measured()) == 1


def bell_state_unconverted() -> bool:
    core = measured("bell-state-unconverted")
    return as_said(core) < 0.6 and core.pairs("a")[0].bell is core.pairs("b")[0].bell


def outcomes_all_equal() -> bool:
    core = measured("outcomes-all-equal")
    halves = zip(core.pairs("a"), core.pairs("b"), strict=True)
    same = [(a.half, b.half) for a, b in halves if a.half.basis == b.half.basis]  # type: ignore[union-attr]
    return all(a.outcome == b.outcome for a, b in same)  # type: ignore[union-attr]


def ok_one_sided() -> bool:
    core = measured("ok-one-sided", number=8)
    ours, theirs = core.pairs("a"), core.pairs("b")
    return len(ours) == 8 and [one.sequence for one in theirs] == [0, 1, 2, 4, 5, 6]


def errors_swallowed() -> bool:
    core = new_core(altered=[FAULTS["errors-swallowed"]()])
    late = core.create(number=5, max_time=2)
    core.at(100)
    return len(core.pairs("a")) == 2 and core.ends(late) == []


def outcomes_swapped() -> bool:
    core = measured("outcomes-swapped", number=299)
    plain = measured(number=299)
    halves, true = ([one.half for one in each.pairs("b")] for each in (core, plain))
    return halves[:4] == [true[1], true[0], true[3], true[2]] and halves[-1] == true[-1]


def sequence_per_purpose() -> bool:
    core = new_core(altered=[FAULTS["sequence-per-purpose"]()])
    core.services["b"].accept("dora", "a", 4)
    core.create()
    core.create(purpose=4)
    core.at(2)
    return [pair.sequence for pair in core.pairs("a")] == [0, 0]


def timeout_head_only() -> bool:
    core = new_core(altered=[FAULTS["timeout-head-only"]()])
    core.create(number=10)
    late = core.create(max_time=2)
    core.at(9)
    early = core.ends(late)
    core.at(11)
    return early == [] and core.ends(late) == [("a", LinkError.TIMEOUT), ("b", LinkError.TIMEOUT)]


def ok_after_deadline() -> bool:
    core = new_core(altered=[FAULTS["ok-after-deadline"]()])
    core.create(number=20, max_time=3)
    core.at(100)
    return len(core.pairs("a")) == 12


def goodness_echoed() -> bool:
    core = new_core(altered=[FAULTS["goodness-echoed"]()])
    core.create(min_fidelity=0.42)
    core.at(1)
    return core.pairs("a")[0].goodness == 0.42


def goodness_constant() -> bool:
    core = measured("goodness-constant", fidelity=0.5)
    return {pair.goodness for pair in core.pairs("b")} == {1.0}


def fidelity_below_promise() -> bool:
    core = measured("fidelity-below-promise", number=1000)
    return abs(as_said(core) - (1 - 2 * (1 - 0.88) / 3)) < 0.05


SHOWN: dict[str, Callable[[], bool]] = {
    look.__name__.replace("_", "-"): look
    for look in (
        bell_state_unconverted,
        outcomes_all_equal,
        ok_one_sided,
        errors_swallowed,
        outcomes_swapped,
        sequence_per_purpose,
        timeout_head_only,
        ok_after_deadline,
        goodness_echoed,
        goodness_constant,
        fidelity_below_promise,
    )
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_lie_is_the_one_that_is_described(name: str) -> None:
    assert SHOWN[name]()


def seen(story: Story, *names: str) -> object:
    """All answers and events of a story."""
    altered = [(FAULTS | VARIANTS)[name]() for name in names]
    core = new_core(altered=altered, fidelity=0.95)
    answers = list(story(core))
    logs = {
        (node.id, name): list(node.log(name).after(0))
        for node in core.network.nodes.values()
        for name in HOMES
    }
    return answers, logs


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_shows(name: str) -> None:
    beside = FAULTS[name].beside
    assert any(seen(story, *beside) != seen(story, *beside, name) for story in STORIES)


@pytest.mark.parametrize("story", STORIES)
def test_stories_are_told_alike_twice(story: Story) -> None:
    assert seen(story) == seen(story)


def test_swapping_leaves_held_qubits_and_ends_alone() -> None:
    core = new_core(altered=[FAULTS["outcomes-swapped"]()])
    kept, odd = core.create(type=PairType.KEEP, number=2), core.create(number=3)
    core.at(10)
    assert core.qubits("b") == [0, 1]
    assert core.ends(kept) == core.ends(odd) == [("a", Done), ("b", Done)]
    assert [one.sequence for one in core.pairs("b", odd)] == [2, 3, 4]


def test_faults_name_what_they_break() -> None:
    for fault in faults.ALL:
        assert (fault.__doc__ or "").strip().endswith(".")
        assert fault.requirements
        for requirement in fault.requirements:
            assert re.fullmatch(r"QIA-EGP-[A-Z]{3}-\d\d|QIA-EGP-OK-\d\d", requirement)
        assert set(fault.beside) <= VARIANTS.keys()
    assert max(Counter(kind.name for kind in (*faults.ALL, *variants.ALL)).values()) == 1


def test_always_phi_plus() -> None:
    core = measured("always-phi-plus")
    assert {pair.bell for pair in core.pairs("a")} == {Bell.PHI_PLUS}
    assert as_said(core) == 1
    terms = core.services["a"].get_link("alice", "b").terms
    assert (terms.pauli_frame, terms.promised_state) == (PauliFrame.CORRECTED, Bell.PHI_PLUS)


def test_phase_errors() -> None:
    core = new_core(altered=[VARIANTS["phase-errors"]()], fidelity=0.6, labels=(Bell.PSI_PLUS,))
    for axis in (Axis.X, Axis.Z):
        core.create(number=200, local_basis=axis, remote_basis=axis)
    core.at(400)
    halves = zip(core.pairs("a"), core.pairs("b"), strict=True)
    equal = [one.half.outcome == two.half.outcome for one, two in halves]  # type: ignore[union-attr]
    assert 90 < sum(equal[:200]) < 150
    assert not any(equal[200:])


def test_no_keep() -> None:
    core = measured("no-keep")
    assert len(core.pairs("a")) == 300
    for kind in (PairType.KEEP, PairType.PREPARE):
        assert core.refusal(type=kind) is LinkError.UNSUPPORTED
    assert core.services["a"].get_link("alice", "b").memory == 0


def test_slow_link() -> None:
    core = measured("slow-link", attempt_time=1e-5)
    assert core.services["a"].get_link("alice", "b").terms.pairs_per_second == pytest.approx(20)
    assert core.pairs("a")[-1].goodness_time == pytest.approx(15, rel=0.3)


def test_sequence_wraps() -> None:
    numbers = [pair.sequence for pair in measured("sequence-wraps").pairs("b")]
    assert numbers[0] == 65_500
    assert numbers[36] == 0


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_serves(name: str) -> None:
    """Measured or kept, pairs come as they are said to, and every request ends."""
    core = new_core(altered=[VARIANTS[name]()], memory=40, attempt_time=0.01)
    served = core.services["a"].get_link("alice", "b").terms.types
    kind = PairType.MEASURE if PairType.MEASURE in served else PairType.KEEP
    key = core.create(type=kind, number=30)
    core.at(1e9)
    theirs = {pair.sequence: pair for pair in core.pairs("b")}
    assert len(theirs) == 30
    for pair in core.pairs("a"):
        other = theirs.get(pair.sequence)
        assert other is None or (other.bell, other.type) == (pair.bell, kind)
    assert core.ends(key)[-2:] == [("a", Done), ("b", Done)]


def test_rejects_late() -> None:
    core = new_core(altered=[VARIANTS["rejects-late"]()])
    key = core.create(purpose=99)
    (event,) = core.services["a"].events("alice").after(0)
    assert event.notice.request.create_id == key
    assert event.notice.what == Failed(LinkError.REJECTED)


def test_qubit_ids_large() -> None:
    core = new_core(altered=[VARIANTS["qubit-ids-large"]()])
    core.create(type=PairType.KEEP, number=2)
    core.at(2)
    assert core.qubits("a") == [1000, 1001]
    core.services["a"].measure("alice", 1000, Axis.Z)
    core.services["a"].release("alice", 1001)
    assert refusal(lambda: core.services["a"].release("alice", 1)) is LinkError.QUBIT_NOT_FOUND


def test_lists_of_faults_and_variants() -> None:
    for word, kinds in (("faults", faults.ALL), ("variants", variants.ALL)):
        listed = CliRunner().invoke(main, [word, "--links"]).output
        assert [line.split("\t")[0] for line in listed.splitlines()] == [
            kind.name for kind in kinds
        ]


def test_heralds_lost() -> None:
    core = new_core(altered=[VARIANTS["heralds-lost"]()], memory=30)
    key = core.create(type=PairType.KEEP, number=20)
    nodes = core.network.nodes.values()
    core.at(10)
    assert [node.memory.free for node in nodes] == [20, 21]
    core.at(11)
    assert [node.memory.free for node in nodes] == [20, 20]
    core.at(100)
    ours, theirs = ([one.sequence for one in core.pairs(node)] for node in "ab")
    assert ours == list(range(22))
    assert set(ours) - set(theirs) == {9, 19}
    assert core.ends(key) == [
        ("a", LinkError.EXPIRED),
        ("a", LinkError.EXPIRED),
        ("a", Done),
        ("b", Done),
    ]
    voids = [one.what.void for one in core.told if isinstance(one.what, Failed)]
    assert voids == [Void(9, 10), Void(19, 20)]
    assert [node.memory.free for node in nodes] == [10, 10]


def test_an_expired_qubit_that_was_used_meanwhile_is_anothers_now() -> None:
    core = new_core(altered=[VARIANTS["heralds-lost"]()], memory=2, success_probability=1.0)
    core.create(number=9)
    core.at(9)
    core.create(type=PairType.KEEP, number=2)
    core.at(10)
    core.services["a"].measure("alice", 0, Axis.Z)
    core.at(12)
    assert core.qubits("a") == [0, 0, 1]
    assert [node.memory.free for node in core.network.nodes.values()] == [0, 0]


def test_last_come_first_served() -> None:
    core = new_core(altered=[VARIANTS["last-come-first-served"]()])
    first, second = core.create(number=2), core.create()
    core.at(3)
    assert [one.request.create_id for one in core.told if one.node == "a"] == [
        second,
        second,
        first,
        first,
        first,
    ]
