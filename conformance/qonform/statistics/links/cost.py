"""How many pairs a decision takes at least."""

from __future__ import annotations

import math


def divergence(p: float, q: float) -> float:
    """KL(p || q) of two bits, in nats: what a bit of share p tells against the share q."""

    def part(of: float, to: float) -> float:
        if of == 0:
            return 0.0
        return of * math.log(of / to) if to > 0 else math.inf

    return part(p, q) + part(1 - p, 1 - q)


def error_share(fidelity: float) -> float:
    """Share of broken relations, as the mean over X, Y and Z, at this fidelity."""
    return 2 * (1 - fidelity) / 3


def stein_floor(alpha: float, true: float, null: float) -> float:
    """Bits that any test with error bound alpha needs on the average, to tell `true` from `null`.

    Raises:
        ValueError: the shares are the same: no number is enough.
    """
    apart = divergence(true, null)
    if apart == 0:
        raise ValueError("equal shares cannot be told apart")
    return -math.log(alpha) / apart


def pairs_to_decide(alpha: float, true_fidelity: float, min_fidelity: float) -> float:
    """Pairs with both ends at one axis that are needed to tell the one fidelity from the other.

    Raises:
        ValueError: the fidelities are the same.
    """
    return stein_floor(alpha, error_share(true_fidelity), error_share(min_fidelity))


def pairs_to_ask(useful: float, one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Pairs to ask for, on the average, until so many have both ends at the same axis.

    Args:
        useful: the number with a common axis that is wanted.
        one: probabilities with which one end draws its axes; (1,) for a fixed axis.
        other: those of the other end, in the same order.
    """
    return useful / sum(p * q for p, q in zip(one, other, strict=True))
