"""What can be wrong with pairs, and how many pairs it takes until a test of the suite says so."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from qonform.ports.entanglement import Axis, Bell
from qonform.statistics.links.chsh import QUANTUM, STRAIGHT, TURNED, Chsh, wins
from qonform.statistics.links.correlation import PAULI_AXES, breaks
from qonform.statistics.links.cost import error_share
from qonform.statistics.links.fidelity import Fidelity
from qonform.statistics.links.labels import ReportedState
from qonform.statistics.links.marginals import Bias, End, Independence, Mismatched
from qonform.statistics.links.physical import Physical
from qonform.statistics.links.result import Verdict

FIDELITY = 0.9
"""Of the pairs, to the state that they really are in."""
_X, _Y, _Z = PAULI_AXES
Looks = Iterator[Verdict]
"""What a test says after each pair."""
Play = Callable[[random.Random], Looks]
Count = Callable[[random.Random], int]
"""Pairs until it is found."""


def _outcomes(rng: random.Random, state: Bell, axis: Axis) -> tuple[int, int]:
    one = rng.getrandbits(1)
    other = one ^ breaks(state, axis, 0, 0) ^ (rng.random() < error_share(FIDELITY))
    return one, other


def _wrong_label(at_least: float) -> Play:
    def looks(rng: random.Random) -> Looks:
        test = ReportedState(Bell.PSI_PLUS, at_least=at_least)
        while True:
            axis = rng.choice(PAULI_AXES)
            test.see(axis, *_outcomes(rng, Bell.PSI_MINUS, axis))
            yield test.verdict

    return looks


def _others_outcomes(rng: random.Random) -> Looks:
    test = Fidelity(FIDELITY)
    while True:
        test.see(rng.choice(PAULI_AXES), bool(rng.getrandbits(1)))
        yield test.verdict


def _always_equal(rng: random.Random) -> Looks:
    test = Physical()
    while True:
        one, off = rng.getrandbits(1), rng.random() < error_share(FIDELITY)
        test.see(
            rng.choice((Bell.PSI_PLUS, Bell.PSI_MINUS)), rng.choice(PAULI_AXES), one, one ^ off
        )
        yield test.verdict


def _other_sense_of_y(rng: random.Random) -> Looks:
    test = Physical()
    while True:
        state, axis = rng.choice((Bell.PSI_PLUS, Bell.PSI_MINUS)), rng.choice(PAULI_AXES)
        one, other = _outcomes(rng, state, axis)
        test.see(state, axis, one, other ^ (axis is _Y))
        yield test.verdict


def _biased(bias: float) -> Play:
    def looks(rng: random.Random) -> Looks:
        test = Bias()
        while True:
            test.see(End.PEER, _Z, int(rng.random() < 0.5 + bias))
            yield test.claims[0].verdict

    return looks


def _same_axes(rng: random.Random) -> Looks:
    test = Independence(dict.fromkeys(PAULI_AXES, 1 / 3), dict.fromkeys(PAULI_AXES, 1 / 3))
    while True:
        axis = rng.choice(PAULI_AXES)
        test.see(axis, axis)
        yield test.verdict


def _z_for_x(rng: random.Random) -> Looks:
    """One state, axes drawn from X and Z at both ends; the creator measures Z at all times."""
    test = Mismatched()
    while True:
        creator, peer = rng.choice((_X, _Z)), rng.choice((_X, _Z))
        related = _outcomes(rng, Bell.PSI_PLUS, _Z)
        apart = rng.getrandbits(1), rng.getrandbits(1)
        test.see(Bell.PSI_PLUS, creator, peer, *(related if peer is _Z else apart))
        broken = any(claim.broken.speaks for claim in test.claims)
        yield Verdict.BROKEN if broken else Verdict.UNDECIDED


def _chsh(fidelity: float) -> Play:
    winning = 0.5 + (QUANTUM - 0.5) * (4 * fidelity - 1) / 3

    def looks(rng: random.Random) -> Looks:
        test = Chsh()
        while True:
            turned, straight = rng.choice(TURNED), rng.choice(STRAIGHT)
            unequal = not wins(Bell.PHI_PLUS, turned, straight, 0, 0)
            test.see(Bell.PHI_PLUS, turned, straight, 0, int(unequal ^ (rng.random() >= winning)))
            yield test.verdict

    return looks


def _pairs(looks: Play, until: Verdict = Verdict.BROKEN) -> Count:
    def taken(rng: random.Random) -> int:
        return next(number for number, said in enumerate(looks(rng), 1) if said is until)

    return taken


FAULTS: dict[str, tuple[str, Count]] = {
    "a wrong Bell state is reported": ("`labels`", _pairs(_wrong_label(0.5))),
    "the same, where F >= 0.9 is taken for granted": ("`labels`", _pairs(_wrong_label(0.9))),
    "outcomes are those of other pairs": ("`fidelity`", _pairs(_others_outcomes)),
    "outcomes are equal at X, Y and Z": ("`physical`", _pairs(_always_equal)),
    "the ends differ about the sense of Y": ("`physical`", _pairs(_other_sense_of_y)),
    "one end's outcomes at Z are 1 with 0.6": ("`marginals`", _pairs(_biased(0.1))),
    "one end's outcomes at Z are 1 with 0.55": ("`marginals`", _pairs(_biased(0.05))),
    "both ends draw the same axis": ("`marginals`", _pairs(_same_axes)),
    "one end measures Z whatever it says, of X and Z": ("`marginals`", _pairs(_z_for_x)),
    "none: F is 0.95, and S > 2 is shown": ("`chsh`", _pairs(_chsh(0.95), Verdict.HOLDS)),
    "none: F is 0.9, and S > 2 is shown": ("`chsh`", _pairs(_chsh(0.9), Verdict.HOLDS)),
}
"""By what finds it, with the tests' own bounds: 1e-6 for faults, 1e-3 for what is shown."""
