"""Lies about the bases in which ends are measured."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import BasisChoice, BasisSet, RandomBasis
from qinet_reference.links.faults.fault import LinkFault, RequestFault
from qinet_reference.links.physics.bases import Axis, Basis, Rotation

if TYPE_CHECKING:
    import random

    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.physics import Pair, Physics
    from qinet_reference.links.domain.rules import Rules
    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.physics.bell import Bell


class BasesCycled(LinkFault):
    """Whatever is asked for, pairs are measured in Z, X and Y in turn, alike at both ends."""

    name = "bases-cycled"
    requirements = ("QIA-EGP-MSR-01", "QIA-EGP-MSR-02", "QIA-EGP-MSR-04", "QIA-EGP-MSR-05")
    seen_in = ("SoftwareQuTech/QLinkLayerSimulations",)

    def rules(self, rules: Rules) -> Rules:
        ends = count()

        def cycled(choice: BasisChoice | None, chance: random.Random) -> Basis:
            del choice, chance
            return (Axis.Z, Axis.X, Axis.Y)[next(ends) // 2 % 3]

        return replace(rules, basis=cycled)


class BasesShared(LinkFault):
    """Where both ends are to draw, the peer takes the basis that the origin drew."""

    name = "bases-shared"
    requirements = ("QIA-EGP-MSR-04",)

    def rules(self, rules: Rules) -> Rules:
        drawn: list[tuple[BasisChoice, Basis]] = []

        def shared(choice: BasisChoice | None, chance: random.Random) -> Basis:
            if choice is not None and drawn and drawn[0][0] == choice:
                return drawn.pop()[1]
            basis = rules.basis(choice, chance)
            drawn[:] = [(choice, basis)] if isinstance(choice, RandomBasis) else []
            return basis

        return replace(rules, basis=shared)


class BasesCrossed(RequestFault):
    """The origin measures as the peer was to, and the peer as the origin was to."""

    name = "bases-crossed"
    requirements = ("QIA-EGP-MSR-02",)

    def taken(self, request: PairRequest) -> PairRequest:
        if request.remote_basis is None:
            return request
        local, remote = request.local_basis, request.remote_basis
        return replace(request, local_basis=remote, remote_basis=local)


class _Weights(LinkFault, ABC):
    """Bases that are drawn with other probabilities than were asked for."""

    @abstractmethod
    def weights(self, among: BasisSet, given: tuple[float, ...]) -> tuple[float, ...]:
        """The probabilities that are used instead."""

    def rules(self, rules: Rules) -> Rules:
        def weighted(choice: BasisChoice | None, chance: random.Random) -> Basis:
            if isinstance(choice, RandomBasis):
                choice = replace(
                    choice, probabilities=self.weights(choice.among, choice.probabilities)
                )
            return rules.basis(choice, chance)

        return replace(rules, basis=weighted)


class WeightsIgnored(_Weights):
    """All bases of a set are equally likely, whatever probabilities are asked for."""

    name = "weights-ignored"
    requirements = ("QIA-EGP-MSR-03",)

    def weights(self, among: BasisSet, given: tuple[float, ...]) -> tuple[float, ...]:
        del among, given
        return ()


class WeightsReversed(_Weights):
    """Probabilities are given to the bases of a set in the opposite order."""

    name = "weights-reversed"
    requirements = ("QIA-EGP-MSR-03",)

    def weights(self, among: BasisSet, given: tuple[float, ...]) -> tuple[float, ...]:
        del among
        return given[::-1]


class WeightsSkewed(_Weights):
    """Without probabilities the first basis of a set is drawn half as often again as it should."""

    name = "weights-skewed"
    requirements = ("QIA-EGP-MSR-03",)

    def weights(self, among: BasisSet, given: tuple[float, ...]) -> tuple[float, ...]:
        if given:
            return given
        others = len(among.value) - 1
        first = 1.5 / (others + 1)
        return (first, *([(1 - first) / others] * others))


class _OtherBasis(LinkFault, ABC):
    """Pairs that are measured in another basis than is told."""

    def physics(self, physics: Physics) -> Physics:
        return _OtherPairs(physics, self)

    @abstractmethod
    def used(self, basis: Basis) -> Basis:
        """The basis that is used instead."""


class RotationsIgnored(_OtherBasis):
    """A basis that is given by turns is taken for Z."""

    name = "rotations-ignored"
    requirements = ("QIA-EGP-MSR-05",)

    def used(self, basis: Basis) -> Basis:
        return Axis.Z if isinstance(basis, Rotation) else basis


class RotationsReversed(_OtherBasis):
    """The turns of a basis are made in the opposite order and sense."""

    name = "rotations-reversed"
    requirements = ("QIA-EGP-MSR-05",)

    def used(self, basis: Basis) -> Basis:
        if isinstance(basis, Rotation):
            return Rotation(-basis.then_x, -basis.then_y, -basis.first_x)
        return basis


class ChshIsXz(_OtherBasis):
    """The bases between Z and X are taken for Z and X."""

    name = "chsh-is-zx"
    requirements = ("QIA-EGP-MSR-01",)

    def used(self, basis: Basis) -> Basis:
        instead: dict[Basis, Basis] = {Axis.Z_PLUS_X: Axis.Z, Axis.Z_MINUS_X: Axis.X}
        return instead.get(basis, basis)


class _OtherPairs:
    def __init__(self, inner: Physics, fault: _OtherBasis) -> None:
        self._inner = inner
        self._fault = fault

    def pair(self, label: Bell, terms: Terms, now: float) -> Pair:
        return _OtherPair(self._inner.pair(label, terms, now), self._fault)


class _OtherPair:
    def __init__(self, inner: Pair, fault: _OtherBasis) -> None:
        self._inner = inner
        self._fault = fault

    def measure(self, end: int, basis: Basis, now: float) -> int:
        return self._inner.measure(end, self._fault.used(basis), now)
