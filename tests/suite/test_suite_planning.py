"""What is planned: most decided per bit first, the least effort for all before more for any."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from qonform.judging import Effort, LinkOffer, Offer, Resource, by_effort, judges
from qonform.running.planning import Plan, Planned, Step, plan

KIB = Offer(key_size=1024)


def step(name, decides="", keys=0.0, deepens="", **marks):
    def function(_bench, _judge):
        """Does nothing."""

    function.__name__ = name
    judged = judges(*decides.split(), keys=keys, deepens=tuple(deepens.split()), **marks)
    check = judged(function).qonform
    return Step(check, "p", frozenset(check.decides), frozenset(check.deepens))


def names(steps):
    return [planned.step.check.function.__name__ for planned in steps]


def planned(steps, keys=1000.0, effort=Effort.STANDARD) -> Plan:
    return plan(steps, {"p": KIB}, effort, {Resource.KEY: keys * KIB.key_size})


def test_what_decides_most_per_bit_comes_first_and_depth_and_curiosity_last():
    made = planned(
        [
            step("curious", keys=1),
            step("deep", deepens="a", keys=0.5),
            step("dear", "c d", keys=8),
            step("cheap", "e", keys=2),
            step("again", "e", keys=1.9),
            step("free", "f"),
            step("first", "g", keys=20, first=True),
        ]
    )
    # of two that decide the same the cheaper comes first, and the other decides nothing new
    assert names(made.steps) == ["first", "free", "again", "dear", "cheap", "deep", "curious"]


def test_with_little_key_each_check_gets_the_least_before_any_gets_more():
    cost = by_effort(1, 10, 100)
    steps = [step(name, name, cost) for name in "abc"]
    made = planned(steps, keys=13)
    assert [p.effort for p in made.steps] == [Effort.STANDARD, Effort.QUICK, Effort.QUICK]
    assert made.most(Resource.KEY) == 12 * KIB.key_size
    assert planned(steps, keys=30).most(Resource.KEY) == 30 * KIB.key_size


def test_what_cannot_be_paid_is_left_out_and_cheaper_ones_after_it_are_not():
    made = planned([step("a", "a", 3), step("b", "b", 20), step("c", "c c2 c3 c4", 60)], keys=25)
    assert names(made.steps) == ["a", "b"]
    assert names(made.left_out) == ["c"]
    assert made.missing(Resource.KEY) == 60 * KIB.key_size


def test_what_it_takes_to_make_findings_short_is_told_apart_from_what_is_drawn_anyway():
    steps = [step("a", "a", 3), step("b", deepens="b", keys=by_effort(4, 40, 400),
                                     shortening=by_effort(2, 20, 200))]  # fmt: skip
    made = planned(steps, keys=100)
    assert made.most(Resource.KEY) == 43 * KIB.key_size
    assert made.to_shorten(Resource.KEY) == 20 * KIB.key_size
    assert planned(steps, keys=7).to_shorten(Resource.KEY) == 2 * KIB.key_size


def test_a_cost_may_depend_on_what_the_kme_offers():
    dear = step("dear", "a", lambda offer, _effort: offer.keys(offer.max_key_size))
    for largest in (1024, 8192):
        made = plan([dear], {"p": Offer(1024, 64, largest)}, Effort.QUICK, {Resource.KEY: 10**6})
        assert made.most(Resource.KEY) == largest


@given(
    costs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8),
    keys=st.integers(0, 60),
)
def test_no_plan_spends_more_than_the_budget_and_every_step_is_somewhere(costs, keys):
    steps = [
        step(f"s{i}", f"r{i}", by_effort(least, least + more, 99))
        for i, (least, more) in enumerate(costs)
    ]
    made = planned(steps, keys=keys)
    assert made.most(Resource.KEY) <= keys * KIB.key_size
    assert sorted(names(made.steps + made.left_out)) == sorted(
        s.check.function.__name__ for s in steps
    )
    assert all(
        p.most > keys * KIB.key_size - made.most(Resource.KEY) or p.most == 0 for p in made.left_out
    )


def test_keys_and_pairs_are_paid_from_purses_of_their_own():
    offers = {"p": KIB, "links": LinkOffer(max_number=8)}
    dear = Step(step("dear", "a", 5).check, "p", frozenset("a"), frozenset())
    link = replace(dear, profile="links")
    made = plan([dear, link], offers, Effort.QUICK, {Resource.KEY: 10**6, Resource.PAIRS: 4})
    assert made.steps == (Planned(dear, Effort.QUICK, 5 * KIB.key_size),)
    assert made.missing(Resource.PAIRS) == 5
    assert made.missing(Resource.KEY) == made.most(Resource.PAIRS) == 0
