"""Parts of several checks: a request that is served, and how one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform.judging import Undecidable
from qonform.ports.outcome import Delivered, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.judging import Episode, Judge, LinkBench
    from qonform.ports.entanglement import LinkError


_TURNS = 3


def served(links: LinkBench, **members: Any) -> Episode:
    """A request that both ends had all pairs of: the control of those that are to be refused.

    Raises:
        Undecidable: it was not.
    """
    for _ in range(_TURNS):  # pairs may be declared void
        episode = links.make(**members)
        if episode.is_complete:
            return episode
    raise Undecidable(f"a request without fault was not served: {episode}")


def is_refused_as(episode: Episode, errors: Sequence[LinkError]) -> bool:
    """Whether a request was refused on arrival, for one of these reasons."""
    came = episode.acknowledged
    return isinstance(came, Refused) and came.reason in {error.value for error in errors}


def judge_silence(judge: Judge, requirement: str, links: LinkBench, refused: Episode) -> None:
    """After a refusal neither end hears anything of the request.

    A refused request has no Create ID by which to know its events: so nothing may be heard by
    either end, but of requests that were acknowledged.
    """
    if isinstance(refused.acknowledged, Delivered):
        judge.not_applicable(requirement, "the request was not refused")
        return
    if not isinstance(refused.acknowledged, Refused):
        judge.undecided(requirement, f"{refused.acknowledged}")
        return
    stray = links.strays()
    came = f"{stray[0]}" if stray else "nothing was heard of it"
    judge.that(requirement, not stray, due="no event of the request at either node", came=came)
