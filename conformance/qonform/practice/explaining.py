"""All that is known of one requirement, from the catalogue and from what judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qonform import strength
from qonform.checks.inventory import checks, checks_over
from qonform.judging import Effort, LinkOffer, Offer
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
    most: float | None
    """What it draws at most at `standard`, in units of its kind, from a KME like the example in the
    standard or from a link with modest limits; None if it only looks."""
    unit: str = "key"
    """What that is counted in: keys of default size, or pairs."""

    @property
    def cost(self) -> str:
        """What it draws, in words."""
        if self.most is None:
            return "sends nothing: it looks at what others cause"
        if not self.most:
            return f"draws no {self.unit}"
        amount = f"{self.most:.0f}" if self.most >= 100 else f"{self.most:.3g}"
        return f"draws at most {amount} {self.unit}{'' if self.most == 1 else 's'}"


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
    of_pairs = {*checks_over("qinet-links"), *checks_over("qinet-paths")}
    for check in checks():
        if requirement in check.requirements:
            offer, unit = (LinkOffer(), "pair") if check in of_pairs else (Offer(), "key")
            most = check.cost(offer, Effort.STANDARD) / offer.unit
            yield Evidence(check.id, check.title, most, unit)
    for monitor in MONITORS:
        if requirement in monitor.requirements:
            yield Evidence(monitor.id(), monitor.title(), None)
