"""Parts of several checks: a request that is served, and how one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform.judging import Undecidable
from qonform.ports.outcome import Outcome, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.judging import PathBench, PathEpisode
    from qonform.ports.entanglement import LinkError


def served(paths: PathBench, **members: Any) -> PathEpisode:
    """A request that is done at both ends: the control of those that are to be refused.

    Raises:
        Undecidable: it was not.
    """
    episode = paths.make(**members)
    paths.give_up()
    if not episode.is_done:
        raise Undecidable(f"a request without fault was not served: {episode}")
    return episode


def number_of(episode: PathEpisode) -> int | None:
    """The number of a request; None if it was not taken."""
    return episode.key.number if episode.key else None


def is_refused_as(answer: Outcome[Any], errors: Sequence[LinkError]) -> bool:
    """Whether a call was refused, for one of these reasons."""
    return isinstance(answer, Refused) and answer.reason in {error.value for error in errors}
