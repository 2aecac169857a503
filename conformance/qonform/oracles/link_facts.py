"""What the model of an entangled link is told, and what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from qonform.ports.entanglement import PairMade, RequestKey

if TYPE_CHECKING:
    from qonform.ports.entanglement import LinkEvent, PairRequest


@dataclass(frozen=True)
class Allowances:
    """How exactly the suite can tell when something happened. Unit: seconds of this world."""

    late_s: float
    """Longest time from what happens at a node until its application has it."""
    early_s: float = 0.0
    """By how much a TIMEOUT may come before its time: one attempt, and what clocks err."""
    grace_s: float = 0.0
    """How long after the end of a request its pairs may still be declared void."""
    clock_speed: float = 1.0
    """Seconds that the nodes' clocks go on in one second."""


@dataclass(frozen=True)
class Told:
    """An event, and whom which node told it."""

    node: str
    application: str
    event: LinkEvent

    @property
    def at_s(self) -> float:
        """When the suite had it, by its own monotonic clock."""
        return self.event.arrived_s


class Answer(Enum):
    """What came of a CREATE."""

    AWAITED = "nothing yet"
    ACKNOWLEDGED = "an ACK"
    REFUSED = "a refusal"
    LOST = "no answer: it may have taken effect"


@dataclass(eq=False)
class Asked:
    """A CREATE: who sent it, when, and what came of it."""

    node: str
    application: str
    request: PairRequest
    sent_s: float
    last_sent_s: float = field(default=-math.inf)
    """Later than `sent_s` if it was sent again under the same `request_id`."""
    answer: Answer = Answer.AWAITED
    answered_s: float | None = None
    create_id: int | None = None

    def __post_init__(self) -> None:
        self.last_sent_s = max(self.last_sent_s, self.sent_s)

    @property
    def peer(self) -> str:
        """The node at the other end."""
        return self.request.remote_node

    @property
    def key(self) -> RequestKey | None:
        """Its name at both nodes, once it is known."""
        return None if self.create_id is None else RequestKey(self.node, self.create_id)

    def other(self, node: str) -> str:
        """The other one of its two nodes."""
        return self.peer if node == self.node else self.node

    @property
    def unnamed(self) -> bool:
        """Whether events whose request is unknown may be of this one."""
        return self.answer in {Answer.AWAITED, Answer.LOST}

    def fits(self, told: Told) -> bool:
        """Whether an event is what one of this request would look like."""
        if told.node not in (self.node, self.peer) or told.at_s < self.sent_s:
            return False
        here, what = told.node == self.node, told.event.what
        return (
            told.event.purpose in {self.request.purpose, 0 if here else self.request.purpose}
            and (not here or told.application == self.application)
            and (not isinstance(what, PairMade) or what.type is self.request.type)
        )

    def earliest_deadline_s(self, allowances: Allowances) -> float:
        """Before this its time cannot have run out."""
        if self.request.max_time_s is None:
            return math.inf
        return self.sent_s + self.request.max_time_s / allowances.clock_speed

    def latest_deadline_s(self, allowances: Allowances) -> float:
        """After this its time has run out; infinite while nobody knows when it arrived."""
        if self.request.max_time_s is None or self.answered_s is None:
            return math.inf
        arrived_s = self.answered_s
        if self.answer is Answer.LOST:
            arrived_s += allowances.late_s
        return arrived_s + self.request.max_time_s / allowances.clock_speed

    def __str__(self) -> str:
        return f"the request {self.key or 'without an ACK'} of {self.application}"


@dataclass(frozen=True)
class Violation:
    """Something that came and that no possible world explains."""

    requirement: str
    due: str
    came: str
    events: tuple[Told, ...] = ()
    """Those that show it, in the order in which they came."""
    invariant: str | None = None
    """The rule between both ends that is broken, such as `I1`; None: a rule of one event."""
