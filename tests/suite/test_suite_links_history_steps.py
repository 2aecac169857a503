"""A history is made shorter step by step, and never longer."""

from qonform.checks.qia_egp.history_steps import Again, Create, Rest, Use, shorter
from qonform.ports.entanglement import Delivery, PairType

FIRST = Create(0, 1, PairType.KEEP, number=3, delivery=Delivery.WHEN_COMPLETE, priority=4)
STEPS = (FIRST, Again(0), Rest(), Use(0, 1, measured=True))


def test_each_step_can_be_left_out():
    less = list(shorter(STEPS))
    for place in range(len(STEPS)):
        assert STEPS[:place] + STEPS[place + 1 :] in less


def test_a_request_can_be_plainer_and_keeps_its_name_its_pair_and_its_type():
    plain = Create(0, 1, PairType.KEEP)
    assert (plain, *STEPS[1:]) in list(shorter(STEPS))
    assert list(shorter((plain,))) == [()]


def test_it_comes_to_an_end_whatever_breaks():
    def size(steps):
        return sum(
            1 + (step != Create(step.name, step.pair, step.type)) + step.number
            if isinstance(step, Create)
            else 1
            for step in steps
        )

    steps, sizes = STEPS, [size(STEPS)]
    while less := next(shorter(steps), None):
        steps = less
        sizes.append(size(steps))
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)
