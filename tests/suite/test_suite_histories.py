"""Histories find what is wrong, over one transport or across two, and nothing where all is well."""

import pytest
from worlds import HOMES, OVER, Driver, No, NotYou, World, target_of

from qonform.checks.etsi014.histories import (
    any_history_agrees_with_the_model,
    any_history_over_all_transports_agrees_with_the_model,
)
from qonform.drivers.meter import Meter
from qonform.judging import Bench, Effort, Judge, Network, Undecidable
from qonform.ports.key_delivery import Key
from qonform.ports.secret import KeyMaterial


def judged(world, tmp_path, *, across=False, seed=1, one_way=False, delay_s=0.2, allowed=None):
    """Findings by requirement, what was asked, and the drivers."""
    target = target_of(one_way=one_way, delay_s=delay_s)
    meter, count = Meter(target.limits), []
    benches = [
        Bench(target, Driver(profile, world, meter, count), Effort.STANDARD, seed, tmp_path)
        for profile in OVER
    ]
    if allowed is not None:
        benches[0].allowance_bits, benches[0].shortening_bits = allowed
    check = (
        any_history_over_all_transports_agrees_with_the_model
        if across
        else any_history_agrees_with_the_model
    )
    judge = Judge(check.qonform.requirements, list)
    try:
        check(Network(benches[0], (benches[1],)) if across else benches[0], judge)
    except Undecidable as reason:
        findings = judge.findings(str(reason))
    else:
        findings = judge.findings("-")
    for bench in benches:
        bench.close()
    return {f.requirement: f for f in findings}, count, benches


def failed(findings):
    return {r for r, f in findings.items() if f.verdict.value == "fail"}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("across", [False, True])
def test_all_is_well(tmp_path, across, seed):
    findings, count, benches = judged(World(), tmp_path, across=across, seed=seed)
    assert {f.verdict.value for f in findings.values()} == {"pass"}
    askers = {(who, what) for _, who, what, *_ in count}
    assert {("m", "get_key"), ("s", "get_key"), ("t", "get_key")} <= askers
    assert len({who for who in HOMES if (who, "get_key_with_ids") in askers}) >= 4
    assert benches[0].driver.restarts > 0
    assert len({over for over, *_ in count}) == (2 if across else 1)


def test_the_same_seed_asks_the_same(tmp_path):
    def shape(seed):
        _, count, _ = judged(World(), tmp_path, across=True, seed=seed)
        names = {}

        def plain(given):
            if isinstance(given, (tuple, list)):
                return [names.setdefault(i, len(names)) for i in given]
            return given

        return [(*head, *map(plain, args)) for *head, args in split(count)]

    def split(count):
        return [(over, who, what, to, args) for over, who, what, to, *args in count]

    assert shape(7) == shape(7)
    assert shape(7) != shape(8)


def test_a_link_that_goes_one_way_is_asked_one_way(tmp_path):
    findings, count, _ = judged(World(), tmp_path, one_way=True)
    assert not failed(findings)
    assert {who for _, who, what, *_ in count if what == "get_key"} == {"m"}


def test_masters_that_are_not_served_are_no_fault(tmp_path):
    class OneMaster(World):
        def get_key(self, over, caller, slave, request):
            if caller != "m":
                raise No
            return super().get_key(over, caller, slave, request)

    findings, count, _ = judged(OneMaster(), tmp_path)
    assert not failed(findings)
    assert sum(who == "s" and what == "get_key" for _, who, what, *_ in count) == 1


class Separate(World):
    """Each transport has a store of its own."""

    def find(self, over, key_id, home):
        held = super().find(over, key_id, home)
        return held if held and held.over == over else None


class LateAcross(Separate):
    """As `Separate`, and strangers of the other store are told 401."""

    def get_key_with_ids(self, over, caller, master, ids):
        if any(i in self.keys and self.keys[i].over != over for i in ids):
            raise NotYou
        return super().get_key_with_ids(over, caller, master, ids)


@pytest.mark.parametrize("world", [Separate, LateAcross])
def test_transports_need_not_share_their_keys(tmp_path, world):
    findings, _, _ = judged(world(), tmp_path, across=True)
    assert {f.verdict.value for f in findings.values()} == {"not_applicable"}


class StaysAcross(World):
    """What is fetched over another transport stays."""

    def hand_out(self, over, held, caller):
        return held.key if held.over != over else super().hand_out(over, held, caller)


class OtherAcross(World):
    """Another transport gives other keys."""

    def hand_out(self, over, held, caller):
        key = super().hand_out(over, held, caller)
        return key if held.over == over else Key(key.id, KeyMaterial(b"x" * 32))


class StrangersAcross(World):
    """Another transport serves everybody."""

    def get_key_with_ids(self, over, caller, master, ids):
        held = [self.keys.get(i) for i in ids]
        if all(h and h.over != over for h in held):
            return [h.key for h in held]
        return super().get_key_with_ids(over, caller, master, ids)


class BurnsAcross(World):
    """A stranger who is refused over another transport burns the key."""

    def get_key_with_ids(self, over, caller, master, ids):
        try:
            return super().get_key_with_ids(over, caller, master, ids)
        except NotYou:
            for i in ids:
                if i in self.keys and self.keys[i].over != over:
                    self.keys[i].waiting.clear()
            raise


@pytest.mark.parametrize(
    ("world", "broken"),
    [
        (StaysAcross, "ETSI-014-5.4-06"),
        (OtherAcross, "ETSI-014-5.4-01"),
        (StrangersAcross, "ETSI-014-5.4-02"),
        (BurnsAcross, "ETSI-014-5.4-05"),
    ],
)
def test_what_goes_wrong_between_transports_is_found_there_alone(tmp_path, world, broken):
    assert not failed(judged(world(), tmp_path)[0])
    runs = (judged(world(), tmp_path, across=True, seed=seed)[0] for seed in range(1, 9))
    findings = next(found for found in runs if broken in failed(found))
    *steps, due = findings[broken].history
    assert len(steps) <= 4
    assert due.startswith("due: ")
    assert any("over etsi-014" in step for step in steps)
    assert any("over qinet-keys" in step for step in steps)


class Twice(World):
    """A key may be fetched again and again."""

    def hand_out(self, _over, held, _caller):
        return held.key


class Burns(World):
    """A refused request uses up the keys that it could have had."""

    def get_key_with_ids(self, over, caller, master, ids):
        try:
            return super().get_key_with_ids(over, caller, master, ids)
        except No:
            for i in ids:
                if i in self.keys and len(ids) > 1:
                    self.keys[i].waiting.discard(caller)
            raise


class Drops(World):
    """A Get key drops what was not fetched before."""

    def get_key(self, over, caller, slave, request):
        keys = super().get_key(over, caller, slave, request)
        for held in self.keys.values():
            if held.master == caller and held.key not in keys:
                held.waiting.clear()
        return keys


class Forgets(World):
    """A Get key that is refused drops all that was not fetched."""

    def get_key(self, over, caller, slave, request):
        try:
            return super().get_key(over, caller, slave, request)
        except No:
            for held in self.keys.values():
                held.waiting.clear()
            raise


class Greedy(World):
    """The first of several slaves takes the key from the others."""

    def hand_out(self, _over, held, _caller):
        held.waiting.clear()
        return held.key


@pytest.mark.parametrize(
    ("world", "broken", "steps"),
    [
        (Twice, "ETSI-014-5.4-06", 3),
        (Burns, "ETSI-014-6.4-07", 3),
        (Drops, "ETSI-014-5.3-04", 3),
        (Forgets, "ETSI-014-5.3-04", 3),
        (Greedy, "ETSI-014-6.2-19", 3),
    ],
)
def test_the_shortest_history_shows_it_and_no_other_requirement_is_blamed(
    tmp_path, world, broken, steps
):
    findings, _, _ = judged(world(), tmp_path)
    assert failed(findings) == {broken}
    assert len(findings[broken].history) == steps + 1


class Late(World):
    """A key is there when it has been asked for a few times."""

    def __init__(self):
        super().__init__()
        self.waits = {}

    def find(self, over, key_id, home):
        self.waits[key_id] = self.waits.get(key_id, 0) + 1
        return super().find(over, key_id, home) if self.waits[key_id] > 3 else None


def test_keys_that_come_late_are_waited_for(tmp_path):
    findings, _, _ = judged(Late(), tmp_path, delay_s=5.0)
    assert not failed(findings)


@pytest.mark.parametrize("seed", range(4))
def test_what_a_search_draws_is_what_the_plan_says_of_it(tmp_path, seed):
    """The one figure when all is well; that and what it takes to make short, when it is not."""
    explored, shortened = 40 * 256, 10 * 256
    for world, most in ((World(), explored), (Twice(), explored + shortened)):
        _, _, benches = judged(world, tmp_path, seed=seed, allowed=(explored, shortened))
        drawn = benches[0].driver.meter.spent.key_bits
        assert 0 < drawn <= most


def test_without_key_to_make_it_short_a_history_is_told_as_it_was_found(tmp_path):
    short, _, _ = judged(Twice(), tmp_path)
    found, _, _ = judged(Twice(), tmp_path, allowed=(400 * 256, 0))
    assert "ETSI-014-5.4-06" in failed(found) & failed(short)
