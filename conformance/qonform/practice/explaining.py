"""All that is known of one requirement, from the catalogue and from what judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform import strength
from qonform.checks.inventory import checks
from qonform.judging import Effort, Offer
from qonform.monitors.bank import MONITORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.catalogue import Catalogue, Observation, Requirement


@dataclass(frozen=True)
class Evidence:
    """A check or a monitor that judges a requirement."""

    id: str
    does: str
    """What it sends, or what it looks at, in a sentence or two."""
    keys: float | None
    """What it draws at most at `standard`, in keys of default size, from a KME like the example in
    the standard; None if it only looks."""

    @property
    def cost(self) -> str:
        """What it draws, in words."""
        if self.keys is None:
            return "sends nothing: it looks at what others cause"
        if not self.keys:
            return "draws no key"
        return f"draws at most {self.keys:.3g} {'key' if self.keys == 1 else 'keys'}"


@dataclass(frozen=True)
class Explanation:
    """A requirement and what belongs to it."""

    requirement: Requirement
    judged_by: tuple[Evidence, ...]
    left_open: tuple[Observation, ...]
    """Open points that it bounds, then the others of its clause."""
    caught: tuple[str, ...]
    """Names of the seeded faults that its checks have caught."""


def explain(id_: str, catalogue: Catalogue) -> Explanation:
    """Explains the requirement of that id. Raises UnknownIdError."""
    requirement = catalogue.requirement(id_)
    bounded = [o for o in catalogue.observations if requirement.id in o.judged_by]
    beside = [
        o
        for o in catalogue.observations
        if (o.standard, o.clause) == (requirement.standard, requirement.clause) and not o.judged_by
    ]
    return Explanation(
        requirement,
        tuple(_judged_by(requirement.id)),
        (*bounded, *beside),
        strength.faults_caught(requirement.id),
    )


def _judged_by(requirement: str) -> Iterator[Evidence]:
    for check in checks():
        if requirement in check.requirements:
            keys = Offer().keys(check.cost(Offer(), Effort.STANDARD))
            yield Evidence(check.id, check.title, keys)
    for monitor in MONITORS:
        if requirement in monitor.requirements:
            yield Evidence(monitor.id(), monitor.title(), None)
