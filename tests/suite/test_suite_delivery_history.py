"""The checker of concurrent histories agrees with a search through all orders."""

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qonform.oracles.delivery_history import Operation, violations
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, Key, KeyContainer, KeyRequest
from qonform.ports.outcome import Delivered, Failed, RefusalKind, Refused
from qonform.ports.secret import KeyMaterial

MASTER, SLAVES, STRANGER = "m", ("s", "t"), "x"
NO = Refused(RefusalKind.BAD_REQUEST, "400", None, 1)
LATER = Refused(RefusalKind.UNAVAILABLE, "503", None, 1)
SILENCE = Failed("silence", 1)


def key(name, material=None):
    return Key(name, KeyMaterial((material or name).encode() * 8))


def given_out(*keys):
    return Delivered(KeyContainer(keys), 1)


def get_key(*keys, slaves=("s",), at=(0.0, 1.0), master=MASTER):
    request = KeyRequest(len(keys), 128, slaves[1:] or None)
    return Operation(GetKey(master, slaves[0], request), given_out(*keys), *at)


def fetch(caller, ids, outcome, at, *, settled=False):
    return Operation(GetKeyWithIds(caller, MASTER, tuple(ids)), outcome, *at, settled)


def found(*history):
    return [v.requirement for v in violations(history)]


# --- a naive search ------------------------------------------------------------------------------


class World:
    """The keys there are, and for whom they are held."""

    def __init__(self, issued=(), held=frozenset()):
        self.issued = dict(issued)
        self.held = held

    def after(self, op):
        """Every world that there may be when the operation has taken effect; none if it cannot."""
        if isinstance(op.call, GetKey):
            return self._issue(op)
        mine = {(i, op.caller) for i in op.asked}
        if op.keys:
            return [self._without(mine)] if self._delivers(op, mine) else []
        if isinstance(op.outcome, Refused):
            free = not op.settled or op.outcome.kind is RefusalKind.UNAVAILABLE
            return [self] if free or not mine <= self.held else []
        return [self, self._without(mine)] if mine <= self.held else [self]

    def _issue(self, op):
        materials = [k.material for k, _ in self.issued.values()]
        issued, held = dict(self.issued), set(self.held)
        for k in op.keys:
            if k.id in issued or k.material in materials:
                return []
            slaves = (op.call.slave, *(op.call.request.additional_slaves or ()))
            issued[k.id] = (k, slaves)
            materials.append(k.material)
            held |= {(k.id, s) for s in slaves}
        return [World(issued, frozenset(held))]

    def _delivers(self, op, mine):
        shared = all(len(self.issued[k.id][1]) > 1 for k in op.keys if k.id in self.issued)
        return all(
            k.id in self.issued
            and self.issued[k.id][0].material == k.material
            and op.caller in self.issued[k.id][1]
            for k in op.keys
        ) and (mine <= self.held or shared)

    def _without(self, copies):
        return World(self.issued, self.held - copies)


def explained(history, world=None):
    """Whether some order of the operations explains all answers."""
    world = world or World()
    if not history:
        return True
    soonest_end = min(op.ended_s for op in history)
    return any(
        explained([o for o in history if o is not op], after)
        for op in history
        if op.began_s <= soonest_end
        for after in world.after(op)
    )


# --- small histories of every kind ----------------------------------------------------------------


@st.composite
def histories(draw, *, shared=False, lost_batches=False):
    """Two keys, some concurrent fetches with any answers, and settled ones at the end."""
    slaves = SLAVES if shared else SLAVES[:1]
    names = ("a", "b")
    twin = draw(st.sampled_from(["b", "b", "b", "a"]))
    ops = [
        get_key(key("a"), slaves=slaves, at=(0, 1)),
        get_key(key(draw(st.sampled_from(["b", "b", "b", "a"])), twin), slaves=slaves, at=(0, 1)),
    ]
    for _ in range(draw(st.integers(0, 4))):
        caller = draw(st.sampled_from([*slaves, *slaves, STRANGER]))
        ids = draw(st.sampled_from([("a",), ("b",), ("a", "b")]))
        answers = [given_out(*(key(i, twin if i == "b" else None) for i in ids)), NO, LATER]
        if len(ids) == 1 or lost_batches:
            answers.append(SILENCE)
        answers.append(given_out(*(key(i, "?") for i in ids)))
        outcome = draw(st.sampled_from(answers))
        began = draw(st.integers(2, 6))
        ops.append(fetch(caller, ids, outcome, (began, began + draw(st.integers(1, 4)))))
    for caller in slaves:
        for name in names:
            if draw(st.booleans()):
                right = given_out(key(name, twin if name == "b" else None))
                answer = draw(st.sampled_from([NO, LATER, right]))
                ops.append(fetch(caller, [name], answer, (20, 21), settled=True))
    return draw(st.permutations(ops))


@settings(max_examples=600, deadline=None)
@given(histories())
def test_what_no_order_explains_is_found_and_nothing_else(history):
    assert bool(violations(history)) == (not explained(history))


@settings(max_examples=400, deadline=None)
@given(histories(shared=True))
def test_so_it_is_with_keys_for_several_slaves(history):
    assert bool(violations(history)) == (not explained(history))


@settings(max_examples=400, deadline=None)
@given(histories(lost_batches=True))
def test_an_answer_that_went_missing_accuses_nobody_wrongly(history):
    assume(violations(history))
    assert not explained(history)


@settings(max_examples=400, deadline=None)
@given(histories(shared=True))
def test_each_violation_is_shown_by_operations_that_contradict_themselves(history):
    for violation in violations(history):
        assert len(violation.operations) <= 3
        assert not explained(list(violation.operations))


# --- right histories, and one lie in them ---------------------------------------------------------


def right_history(rng):
    """What a correct store answers to a burst, each operation taking effect within its time."""
    issued = [key(f"k{n}") for n in range(9)]
    held = {(k.id, s): k for k in issued for s in SLAVES[:1]}
    ops = [get_key(*issued)]
    moments = sorted(rng.uniform(2, 3) for _ in range(rng.randint(4, 20)))
    for moment in moments:
        caller = rng.choice(["s", "s", STRANGER])
        ids = rng.sample([k.id for k in issued], rng.choice([1, 1, 2]))
        outcome = NO
        if all((i, caller) in held for i in ids) and rng.random() < 0.8:
            outcome = given_out(*(held.pop((i, caller)) for i in ids))
            outcome = rng.choice([outcome, outcome, SILENCE])
        at = (moment - rng.random(), moment + rng.random())
        if outcome is NO:
            outcome = rng.choice([NO, NO, LATER])
        ops.append(fetch(caller, ids, outcome, at))
    for k in issued:
        last = given_out(held.pop((k.id, "s"))) if (k.id, "s") in held else NO
        ops.append(fetch("s", [k.id], last, (10, 11), settled=True))
    rng.shuffle(ops)
    return ops


@pytest.mark.parametrize("seed", range(300))
def test_a_correct_store_is_never_accused(seed):
    assert not violations(right_history(random.Random(seed)))


def lies(rng, ops):
    """The same history with one answer that cannot be, and the requirements that it may break."""
    op = rng.choice([op for op in ops if isinstance(op.call, GetKeyWithIds) and op.keys])
    k = rng.choice(op.keys)
    during = (op.began_s, op.ended_s)
    yield [*ops, fetch("s", [k.id], given_out(k), during)], {"ETSI-014-5.4-07"}
    yield [*ops, fetch("s", [k.id], given_out(k), (30, 31))], {"ETSI-014-5.4-06"}
    yield [*ops, fetch(STRANGER, [k.id], given_out(k), during)], {"ETSI-014-5.4-02"}
    yield [*ops, fetch(MASTER, [k.id], given_out(k), during)], {"ETSI-014-5.4-04"}
    yield [*ops, get_key(k, at=(0, 1), master="other")], {"ETSI-014-3.1-01"}
    yield [*ops, get_key(key("new", k.id), at=(0, 1))], {"ETSI-014-5.3-02"}
    others = [o for o in ops if o is not op]
    wrong = given_out(*(key(i, "?") for i in op.call.key_ids))
    yield [*others, fetch("s", op.call.key_ids, wrong, during)], {"ETSI-014-5.4-01"}
    refused = [o for o in ops if k.id not in o.asked or not o.may_have_delivered]
    lost = fetch("s", [k.id], NO, (30, 31), settled=True)
    yield [*refused, lost], {"ETSI-014-5.4-01", "ETSI-014-5.4-05", "ETSI-014-6.4-07"}


@pytest.mark.parametrize("seed", range(100))
def test_a_lie_is_caught_wherever_it_is_told(seed):
    rng = random.Random(seed)
    ops = right_history(rng)
    for history, broken in lies(rng, ops):
        assert set(found(*history)) & broken


# --- whom a loss is blamed on ---------------------------------------------------------------------


def test_a_key_that_a_refused_stranger_used_up():
    assert found(
        get_key(key("a")),
        fetch(STRANGER, ["a"], NO, (2, 3)),
        fetch("s", ["a"], NO, (2, 3)),
        fetch("s", ["a"], NO, (5, 6), settled=True),
    ) == ["ETSI-014-5.4-05"]


def test_a_key_that_a_refused_batch_used_up():
    history = [
        get_key(key("a"), key("b")),
        fetch("s", ["a"], given_out(key("a")), (2, 3)),
        fetch("s", ["a", "b"], NO, (2, 3)),
        fetch("s", ["b"], NO, (5, 6), settled=True),
    ]
    (violation,) = violations(history)
    assert violation.requirement == "ETSI-014-6.4-07"
    assert violation.operations == (history[0], history[2], history[3])


def test_a_key_that_another_slave_took():
    assert found(
        get_key(key("a"), slaves=SLAVES),
        fetch("s", ["a"], given_out(key("a")), (2, 3)),
        fetch("t", ["a"], NO, (2, 3)),
        fetch("t", ["a"], NO, (5, 6), settled=True),
    ) == ["ETSI-014-6.2-19"]


@pytest.mark.parametrize("answer", [SILENCE, given_out(key("a"))])
def test_nothing_is_lost_that_an_answer_may_have_delivered(answer):
    assert not found(
        get_key(key("a")),
        fetch("s", ["a"], answer, (2, 3)),
        fetch("s", ["a"], NO, (5, 6), settled=True),
    )


def test_a_server_that_cannot_just_now_has_lost_nothing():
    assert not found(get_key(key("a")), fetch("s", ["a"], LATER, (5, 6), settled=True))


def test_short_keys_may_be_equal_by_chance():
    one, other = Key("a", KeyMaterial(b"1")), Key("b", KeyMaterial(b"1"))
    assert not found(get_key(one), get_key(other))
    assert found(get_key(one), get_key(Key("A", KeyMaterial(b"2")))) == ["ETSI-014-3.1-01"]
