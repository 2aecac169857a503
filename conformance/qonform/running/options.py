"""What is asked of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform.judging import Effort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.catalogue import Catalogue, Level
    from qonform.target import Target


class SelectionError(ValueError):
    """A filter or a profile that matches nothing. The message says which, and what does."""


@dataclass(frozen=True)
class Options:
    """How a run is narrowed, seeded and repeated."""

    profiles: tuple[str, ...] = ()
    """Empty means all that the target claims."""
    requirements: tuple[str, ...] = ()
    """Globs over requirement ids; empty means all."""
    levels: tuple[Level, ...] = ()
    """Empty means all."""
    effort: Effort = Effort.STANDARD
    seed: int = 0
    budget_keys: int | None = None
    """What may be drawn, in keys of default size; None: what the manifest allows."""
    for_s: float = 0.0
    """For how long chance is tried again and again, in seconds from the start of the run."""
    command: str = "qonform run"
    """The command that repeats the run."""
    checks: tuple[str, ...] = ()
    """Ids of the checks that take part; empty means all. To run again what found something."""


@dataclass(frozen=True)
class Scope:
    """What a run judges."""

    profiles: tuple[str, ...]
    selected: frozenset[str]
    """Requirement ids."""

    @classmethod
    def of(cls, options: Options, target: Target, catalogue: Catalogue) -> Scope:
        """The scope that the options give. Raises SelectionError."""
        claimed = target.claims.profiles
        for profile in options.profiles:
            if profile not in claimed:
                raise SelectionError(
                    f"profile {profile!r} is not claimed in {target.path.name}: "
                    f"claims.profiles has {', '.join(claimed)}"
                )
        profiles = options.profiles or claimed
        known = {r.id for p in profiles for r in catalogue.for_profile(p)}
        try:
            selected = catalogue.select(options.requirements, options.levels)
        except LookupError as error:
            raise SelectionError(str(error)) from error
        _match_each(options.requirements, known, catalogue, profiles)
        return cls(tuple(profiles), frozenset(selected & known))


def _match_each(
    globs: Sequence[str], known: set[str], catalogue: Catalogue, profiles: Sequence[str]
) -> None:
    for glob in globs:
        if not catalogue.select([glob], []) & known:
            raise SelectionError(f"--requirement {glob} matches nothing in {', '.join(profiles)}")
