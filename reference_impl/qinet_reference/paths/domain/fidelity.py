"""Between which bounds the fidelity of a circuit's pairs lies, by exact density matrices."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from qinet_reference.links.physics.bell import after_swapping
from qinet_reference.links.physics.decay import Decay
from qinet_reference.links.physics.noise import PairNoise
from qinet_reference.links.physics.states import End, fidelity
from qinet_reference.links.physics.swapping import branches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.links.domain.terms import Terms
    from qinet_reference.links.physics.bell import Bell, Matrix
    from qinet_reference.paths.domain.terms import CircuitTerms


@lru_cache(256)
def least_fidelity(terms: CircuitTerms, window: float = 0.0) -> float:
    """When all waits as long as it may: at each swap one qubit, and both ends until the last."""
    swaps = len(terms.links) - 1
    at_ends = swaps * terms.cutoff + terms.message_time + window
    return min(
        _joined(terms, labels, terms.cutoff, at_ends)
        for labels in product(*(link.labels for link in terms.links))
    )


@lru_cache(256)
def greatest_fidelity(terms: CircuitTerms) -> float:
    """When nothing waits."""
    labels = [link.labels[0] for link in terms.links]
    return _joined(terms, labels, 0.0, 0.0)


def expected_fidelity(terms: CircuitTerms) -> float:
    """In the middle between both: an estimate, and no mean of anything."""
    return (least_fidelity(terms) + greatest_fidelity(terms)) / 2


def memory(link: Terms) -> Decay:
    """How the memories of a link's qubits decay."""
    return Decay(link.relaxation_time, link.coherence_time)


def _joined(terms: CircuitTerms, labels: Sequence[Bell], at_swaps: float, at_ends: float) -> float:
    """Fidelity of the whole, of all results of swaps the worst at each."""
    first, last = terms.links[0], terms.links[-1]
    label, rho = labels[0], _made(first, labels[0])
    for link, other in zip(terms.links[1:], labels[1:], strict=True):
        right = memory(link).after(_made(link, other), End.FIRST, at_swaps)
        worst = min(
            branches(rho, right, terms.swap_noise),
            key=lambda b: fidelity(b.rho, after_swapping(label, other, b.found)),
        )
        label, rho = after_swapping(label, other, worst.found), worst.rho
    rho = memory(first).after(rho, End.FIRST, at_ends)
    return fidelity(memory(last).after(rho, End.SECOND, at_ends), label)


def _made(link: Terms, label: Bell) -> Matrix:
    return PairNoise(link.fidelity, link.errors).state(label)
