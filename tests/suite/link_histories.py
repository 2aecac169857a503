"""Histories of an entangled link that conforms, and what the model says of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from qonform.oracles.link_facts import Allowances
from qonform.oracles.link_worlds import LinkWorlds
from qonform.ports.entanglement import (
    SEQUENCE_NUMBERS,
    Axis,
    BasisSet,
    Bell,
    Delivery,
    Interleaving,
    LinkError,
    LinkEvent,
    Measured,
    PairMade,
    PairRequest,
    PairType,
    RandomBasis,
    RequestDone,
    RequestFailed,
    RequestKey,
    Void,
)

LATE_S = 0.2
ALLOWANCES = Allowances(late_s=LATE_S, early_s=0.1, grace_s=1.0)
OTHER = {"a": "b", "b": "a"}


@dataclass(frozen=True)
class Step:
    """Something that the model is told, and when the suite knew it."""

    at_s: float
    kind: str
    node: str
    application: str
    content: object = None
    number: int = 0
    """Of the request, for what concerns a CREATE."""


def played(steps, *, allowances=ALLOWANCES, memory=None, quiet_s=1000.0):
    """What the model says of a history."""
    model = LinkWorlds(allowances, memory or {})
    asked, found = {}, []
    for step in steps:
        match step.kind:
            case "accept":
                model.acceptances.begin(
                    step.node, step.application, OTHER[step.node], step.content, step.at_s
                )
            case "stop":
                model.acceptances.end(
                    step.node, step.application, OTHER[step.node], step.content, step.at_s
                )
            case "sent":
                asked[step.number] = model.sent(
                    step.node, step.application, step.content, step.at_s
                )
            case "ack":
                found += model.acknowledged(asked[step.number], step.content, step.at_s)
            case "refusal":
                found += model.refused(asked[step.number], step.content, step.at_s)
            case "lost":
                model.lost(asked[step.number], step.at_s)
            case "told":
                found += model.told(step.node, step.application, step.content)
            case "give up":
                model.given_up(step.node, step.application, step.content, step.at_s)
    return found + model.quiet(quiet_s)


def requirements(found):
    return {violation.requirement.removeprefix("QIA-EGP-") for violation in found}


@dataclass
class Made:
    """A request that the simulated link serves."""

    number: int
    node: str
    application: str
    request: PairRequest
    sent_s: float
    create_id: int
    deadline_s: float
    waiting: list = field(default_factory=list)
    """Pairs that are made and not yet told of: by node the OK."""
    k: int = 0
    over: bool = False
    seen_by_peer: bool = False
    """Whether the peer was told of a pair."""


@dataclass
class Simulation:
    """Two nodes, two applications each, and a counter; all chances come from `rng`.

    What happens at a node at a time is told within `LATE_S`, in order for each application.
    """

    rng: object
    time_limits: list = field(default_factory=lambda: [None, 0.5, 2.0])
    first_ids: tuple = (0, 7)
    """Create IDs of node a begin after one of these, those of b after 7."""
    steps: list = field(default_factory=list)
    made: list = field(default_factory=list)
    now: float = 0.0
    block: Made | None = None
    events: dict = field(default_factory=dict)
    qubits: dict = field(default_factory=lambda: {"a": 0, "b": 0})

    def run(self, *, requests=4, lossy=True):
        self.sequence = self.rng.choice([0, 17, 65_530, 32_766])
        self.next_id = {"a": self.rng.choice(self.first_ids), "b": 7}
        self.lossy = lossy
        for node in "ab":
            for purpose in (1, 2):
                self.step("accept", node, f"{node}{purpose}", purpose)
        for number in range(requests):
            self.create(number)
            for _ in range(self.rng.randint(0, 6)):
                self.tick()
        while any(not made.over for made in self.made):
            self.tick()
        return sorted(self.steps, key=lambda step: step.at_s)

    def step(self, kind, node, application, content=None, number=0, delay_s=0.0):
        self.steps.append(Step(self.now + delay_s, kind, node, application, content, number))

    def create(self, number):
        rng, node = self.rng, self.rng.choice("ab")
        purpose = rng.choice([1, 2, 3])
        type_ = rng.choice(list(PairType))
        basis = RandomBasis(rng.choice(list(BasisSet)))
        measured = type_ is not PairType.KEEP
        request = PairRequest(
            OTHER[node],
            purpose,
            type_,
            rng.randint(1, 4),
            max_time_s=rng.choice(self.time_limits),
            delivery=rng.choice(list(Delivery)),
            interleaving=rng.choice(list(Interleaving)),
            local_basis=basis if measured else None,
            remote_basis=basis if type_ is PairType.MEASURE else None,
            request_id=rng.choice(["", f"r{number}"]),
        )
        application = f"{node}{rng.choice([1, 2])}"
        self.step("sent", node, application, request, number)
        self.now += 0.01
        fate = rng.choice(["ack", "ack", "ack", "ack", "refusal", "lost", "never"])
        if purpose == 3 and fate != "refusal" and rng.random() < 0.5:
            fate = "rejected"
        if fate == "refusal":
            error = rng.choice([LinkError.UNSUPPORTED, LinkError.REJECTED, None])
            self.step("refusal", node, application, error, number, rng.uniform(0, LATE_S))
            return
        if fate == "never":
            self.step("lost", node, application, None, number, rng.uniform(0, LATE_S))
            return
        self.next_id[node] += 1
        create_id = self.next_id[node]
        if fate == "lost":
            self.step("lost", node, application, None, number, rng.uniform(0, 2 * LATE_S))
            if request.request_id and rng.random() < 0.5:
                self.step("sent", node, application, request, number, 0.5)
                self.step("ack", node, application, create_id, number, 0.5 + LATE_S)
        else:
            self.step("ack", node, application, create_id, number, rng.uniform(0, LATE_S))
        deadline_s = self.now + (request.max_time_s or math.inf)
        made = Made(number, node, application, request, self.now, create_id, deadline_s)
        if purpose == 3:
            self.tell(made, node, RequestFailed(LinkError.REJECTED))
            return
        self.made.append(made)

    def tick(self):
        """Some time passes; perhaps a pair is made; perhaps the time of a request runs out."""
        self.now += self.rng.choice([0.01, 0.05, 0.2])
        for made in self.made:
            if not made.over and self.now > made.deadline_s:
                self.now, later = made.deadline_s, self.now
                self.end(made, LinkError.TIMEOUT)
                self.now = later
        waiting = [made for made in self.made if not made.over]
        if self.block and self.block.over:
            self.block = None
        if waiting and self.rng.random() < 0.6:
            made = self.block or self.rng.choice(waiting)
            if made.request.interleaving is Interleaving.FORBIDDEN:
                self.block = made
            self.pair(made)
        elif waiting and self.lossy and self.rng.random() < 0.03:
            self.end(self.rng.choice(waiting), LinkError.OTHER)

    def pair(self, made):
        self.sequence = (self.sequence + self.rng.choice([1, 1, 1, 5])) % SEQUENCE_NUMBERS
        ends = {node: self.half(made, node) for node in "ab"}
        per_pair = made.request.delivery is Delivery.PER_PAIR
        if self.lossy and self.rng.random() < 0.15:
            self.lose(made, ends, told=per_pair)
            return
        made.k += 1
        made.waiting.append(ends)
        if not (per_pair or made.k == made.request.number):
            return
        for each in made.waiting:
            for node in self.rng.sample("ab", 2):
                self.tell(made, node, each[node])
        made.waiting = []
        if made.k == made.request.number:
            made.over = True
            for node in "ab":
                if self.rng.random() < 0.7:
                    self.tell(made, node, RequestDone())
            if self.lossy and self.rng.random() < 0.1:
                self.expire_both(made)

    def lose(self, made, ends, *, told):
        """One node missed a herald: what the other has told is void, and the pair is replaced."""
        first, end = self.sequence, (self.sequence + 1) % SEQUENCE_NUMBERS
        node = self.rng.choice("ab")
        if told:
            self.tell(made, node, ends[node])
        void = RequestFailed(LinkError.EXPIRED, Void(first, end))
        self.tell(made, node, void)
        for _ in range(self.rng.randint(0, 2)):
            self.tell(made, OTHER[node], void)

    def expire_both(self, made):
        void = self.rng.choice([Void(), Void(self.sequence, (self.sequence + 1) % 65536)])
        for node in "ab":
            self.tell(made, node, RequestFailed(LinkError.EXPIRED, void))

    def end(self, made, error):
        made.over, made.waiting = True, []
        self.tell(made, made.node, RequestFailed(error))
        if made.seen_by_peer or self.rng.random() < 0.5:
            self.tell(made, OTHER[made.node], RequestFailed(error))

    def half(self, made, node):
        type_ = made.request.type
        holds = type_ is PairType.KEEP or (type_ is PairType.PREPARE and node != made.node)
        self.qubits[node] += holds
        among = (made.request.local_basis or RandomBasis(BasisSet.XZ)).among.value
        measured = Measured(self.rng.choice([0, 1]), self.rng.choice(among))
        return PairMade(
            self.sequence,
            type_,
            list(Bell)[self.sequence % 4],
            0.9,
            None,
            qubit=self.qubits[node] if holds else None,
            measured=None if holds else measured,
        )

    def tell(self, made, node, what):
        made.seen_by_peer |= node != made.node and isinstance(what, PairMade)
        application = made.application if node == made.node else f"{node}{made.request.purpose}"
        before = self.events.get((node, application), (0, 0.0))
        at_s = max(before[1], self.now + self.rng.uniform(0, LATE_S))
        self.events[node, application] = number, _ = before[0] + 1, at_s
        event = LinkEvent(
            number,
            RequestKey(made.node, made.create_id),
            OTHER[node],
            made.request.purpose,
            what,
            at_s,
        )
        self.steps.append(Step(at_s, "told", node, application, event, made.number))


@dataclass(frozen=True)
class Script:
    """A history that is written down by hand: one request of application `a1` at node a."""

    request: PairRequest
    steps: tuple = ()

    @classmethod
    def of(cls, *, accepted=True, answer="ack", **request):
        """With `accept` at b, the CREATE at 0 s, and its answer at 0.01 s."""
        terms = {"purpose": 1, "number": 2, "max_time_s": 10.0} | request
        made = PairRequest("b", **terms)
        steps = [Step(0.0, "accept", "b", "b1", 1)] if accepted else []
        steps.append(Step(0.0, "sent", "a", "a1", made, 0))
        content = {"ack": 1, "refusal": LinkError.UNSUPPORTED, "lost": None}[answer]
        steps.append(Step(0.01, answer, "a", "a1", content, 0))
        return cls(made, tuple(steps))

    def told(self, node, what, at_s=1.0, **event):
        """An event at a node, with anything in it changed."""
        application = event.pop("application", f"{node}1")
        made = LinkEvent(
            len(self.steps), RequestKey("a", 1), OTHER[node], self.request.purpose, what, at_s
        )
        step = Step(at_s, "told", node, application, replace(made, **event), 0)
        return replace(self, steps=(*self.steps, step))

    def ok(self, nodes, sequence, at_s=1.0, *, made=None, **event):
        """OKs of a pair at these nodes."""
        script = self
        for node in nodes:
            script = script.told(node, self.pair(node, sequence, **(made or {})), at_s, **event)
        return script

    def pair(self, node, sequence, **made):
        type_ = self.request.type
        holds = type_ is PairType.KEEP or (type_ is PairType.PREPARE and node == "b")
        what = PairMade(
            sequence,
            type_,
            Bell.PSI_PLUS,
            0.9,
            None,
            qubit=sequence if holds else None,
            measured=None if holds else Measured(0, Axis.Z),
        )
        return replace(what, **made)

    def failed(self, nodes, error, at_s=1.0, void=None):
        """ERRs at these nodes."""
        script = self
        for node in nodes:
            script = script.told(node, RequestFailed(error, void), at_s)
        return script

    def done(self, nodes, at_s=1.0):
        """Its end at these nodes."""
        script = self
        for node in nodes:
            script = script.told(node, RequestDone(), at_s)
        return script

    def then(self, kind, at_s, *, node="a", application="a1", content=None, number=0):
        """Something else."""
        step = Step(at_s, kind, node, application, content, number)
        return replace(self, steps=(*self.steps, step))

    def breaks(self, **how):
        """The requirements that it breaks."""
        return requirements(played(self.steps, **how))
