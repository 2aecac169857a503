"""The life of requests for entangled pairs, as a model over sets of possible worlds.

It is told what was asked and what each node told its applications, in any interleaving, and says of
each event which requirement it breaks, if no possible world explains it. The streams of two nodes
race: the peer's OK may come before the creator's ACK, and neither waits for the other. What was
lost, or is not there yet, is taken for whatever makes the rest right. When all is quiet the two
ends must fit together.

The model knows everybody who takes part: whoever accepts a purpose that is used must be told of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qonform.oracles.link_acceptance import Acceptances
from qonform.oracles.link_claims import Claim, World, without_a_request
from qonform.oracles.link_ends import broken_block, intruders, settled
from qonform.oracles.link_facts import Allowances, Answer, Asked, Told, Violation
from qonform.oracles.link_life import Life
from qonform.oracles.link_memory import Memory
from qonform.oracles.link_numbers import Numbers, PairEnd, void_of
from qonform.oracles.link_strays import stray
from qonform.ports.entanglement import LinkError, PairMade, RequestFailed, RequestKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qonform.ports.entanglement import LinkEvent, PairRequest

_NEVER_ON_ARRIVAL = {LinkError.TIMEOUT, LinkError.EXPIRED}


@dataclass
class LinkWorlds:
    """All requests of a history, and what may be told of them.

    Args:
        allowances: how exactly times are known.
        memory: qubits that each node can hold; those without one are not counted.
    """

    allowances: Allowances
    memory: Mapping[str, int] = field(default_factory=dict)
    acceptances: Acceptances = field(default_factory=Acceptances)
    """Tell it who accepts what."""
    _asked: list[Asked] = field(default_factory=list)
    _claims: dict[RequestKey, Claim] = field(default_factory=dict)
    _past: list[Claim] = field(default_factory=list)
    _numbers: dict[frozenset[str], Numbers] = field(default_factory=dict)
    _blocks: list[tuple[Life, RequestKey]] = field(default_factory=list)
    _qubits: Memory = field(init=False)

    def __post_init__(self) -> None:
        self._qubits = Memory(self.allowances.late_s, self.memory)

    def sent(self, node: str, application: str, request: PairRequest, at_s: float) -> Asked:
        """A CREATE goes out. One with the `request_id` of an earlier one is the earlier one."""
        for asked in self._asked:
            again = (asked.node, asked.application) == (node, application)
            again &= bool(request.request_id) and asked.request.request_id == request.request_id
            if again and asked.answer is not Answer.REFUSED:
                asked.last_sent_s = at_s
                return asked
        asked = Asked(node, application, request, at_s)
        self._asked.append(asked)
        return asked

    def acknowledged(self, asked: Asked, create_id: int, at_s: float) -> list[Violation]:
        """The ACK has come."""
        if asked.create_id is not None:
            if asked.create_id == create_id:
                return []
            due = f"Create ID {asked.create_id}, as before"
            return [Violation("QIA-EGP-ACK-01", due, f"Create ID {create_id}")]
        asked.answer, asked.answered_s, asked.create_id = Answer.ACKNOWLEDGED, at_s, create_id
        key = RequestKey(asked.node, create_id)
        found = self._not_of(asked, but=key)
        claim = self._claims.get(key)
        world = claim and claim.of(asked)
        if claim and not world:
            return [*found, *self._given_again(claim, asked, at_s)]
        if not claim or not world:
            self._claims[key] = Claim(key, [World(self._life(asked))], owner=asked)
            return found
        claim.owner, claim.worlds = asked, [world]
        for told in claim.told:
            world.found += world.life.late(told)
        world.found += self._before_the_ack(claim, asked, at_s)
        return [*found, *claim.contradictions()]

    def refused(self, asked: Asked, error: LinkError | None, at_s: float) -> list[Violation]:
        """A refusal has come; None: with a reason that is no error of the link."""
        if asked.answer is not Answer.AWAITED:
            return []  # what an earlier call did, a refusal of its repetition does not undo
        asked.answer, asked.answered_s = Answer.REFUSED, at_s
        found = self._not_of(asked)
        if error in _NEVER_ON_ARRIVAL:
            due, came = "an error of those that come on arrival", error.value
            found.append(Violation("QIA-EGP-ACK-02", due, came))
        return found

    def lost(self, asked: Asked, at_s: float) -> None:
        """No answer has come, or one that nobody can read: both are possible from now on."""
        if asked.answer in {Answer.AWAITED, Answer.LOST}:
            asked.answer, asked.answered_s = Answer.LOST, at_s

    def given_up(self, node: str, application: str, qubit: int, at_s: float) -> None:
        """A Measure or Release of a qubit goes out."""
        self._qubits.given_up(node, application, qubit, at_s)

    def told(self, node: str, application: str, event: LinkEvent) -> list[Violation]:
        """A node has told an application of an event.

        Events of one application must be told in their order, and after the `sent` of the request
        that they are of.
        """
        told = Told(node, application, event)
        claim = self._claim(told)
        numbers = self._numbers_of(claim, told)
        end, found = None, []
        match event.what:
            case PairMade() as made:
                end = numbers.enter(told, made)
                found = list(numbers.twice(end))
                if found and found[0].requirement == "QIA-EGP-OK-02":
                    numbers.at(node, end.position).pop()
                    return found
                self._qubits.holds(told, made)
            case RequestFailed(error=LinkError.EXPIRED, void=void) if void is not None:
                numbers.voids.append(told)
                self._qubits.void(told, void)
            case _:
                pass
        return [*found, *self._take(claim, told, end)]

    def quiet(self, at_s: float) -> list[Violation]:
        """All that had come until now was told. Judges, once, what can change no more."""
        found: list[Violation] = []
        for claim in self._claims.values():
            if claim.reused_s is not None:
                found += self._still_in_use(claim, at_s)
                continue
            before = [world.judged for world in claim.worlds]
            claim.judge_end(at_s)
            if claim.owner and before == [False] and claim.worlds[0].judged:
                self._blocks.append((claim.worlds[0].life, claim.key))
            found += claim.contradictions()
        nameless = [c for c in self._claims.values() if not c.owner and not c.nobodys]
        for claim in without_a_request(nameless):
            found += self._nobodys(claim)
        return [*found, *self._broken_blocks(at_s), *self._qubits.violations()]

    def _claim(self, told: Told) -> Claim:
        key = told.event.request
        for past in self._past:
            if past.key == key and _names_pairs_of(told, past):
                return past
        if key not in self._claims:
            those = [a for a in self._asked if a.node == key.origin and a.unnamed]
            those = [a for a in those if a.sent_s <= told.at_s]
            those = [a for a in those if a.answer is Answer.AWAITED or a.fits(told)]
            self._claims[key] = Claim(key, [World(self._life(asked)) for asked in those])
        return self._claims[key]

    def _take(self, claim: Claim, told: Told, end: PairEnd | None) -> list[Violation]:
        if claim.reused_s is not None:
            if told.at_s <= claim.reused_s + self.allowances.late_s:
                claim.take(told, end)
            return []
        claim.take(told, end)
        return claim.contradictions() if claim.worlds else self._nobodys(claim)

    def _nobodys(self, claim: Claim) -> list[Violation]:
        """No request explains the events under this name: said once."""
        if claim.nobodys or not claim.told:
            return []
        claim.nobodys = True
        return [stray(claim.told[0], self._asked)]

    def _not_of(self, asked: Asked, but: RequestKey | None = None) -> list[Violation]:
        """The request is known now: no other name is its own."""
        found = []
        for claim in self._claims.values():
            if claim.owner is None and claim.key != but and claim.of(asked):
                claim.drop(asked)
                found += claim.contradictions() if claim.worlds else self._nobodys(claim)
        return found

    def _before_the_ack(self, claim: Claim, asked: Asked, at_s: float) -> Iterator[Violation]:
        """The ACK and the creator's stream are two ways: one may overtake the other a little."""
        if asked.last_sent_s > asked.sent_s:
            return  # it is the ACK of a repetition
        early = [t for t in claim.told if t.node == asked.node]
        early = [told for told in early if told.at_s < at_s - self.allowances.late_s]
        if early:
            due, came = f"the ACK of {asked} first", f"it {at_s - early[0].at_s:.3f} s after this"
            yield Violation("QIA-EGP-ACK-01", due, came, tuple(early[:1]))

    def _given_again(self, claim: Claim, asked: Asked, at_s: float) -> list[Violation]:
        """A name may be given again when nothing more comes of the request that had it."""
        if claim.nobodys or all(settled(world.life, at_s) for world in claim.worlds):
            claim.judge_end(at_s)
            self._past.append(claim)
            self._claims[claim.key] = Claim(claim.key, [World(self._life(asked))], owner=asked)
            return claim.contradictions()
        claim.reused_s = at_s
        return []

    def _still_in_use(self, claim: Claim, at_s: float) -> Iterator[Violation]:
        """The earlier request was not over at its creator when its name was given again."""
        if claim.reused_s is None or claim.nobodys:
            return
        if at_s > claim.reused_s + self.allowances.late_s:
            claim.nobodys = True
            if not any(world.life.creator.over for world in claim.worlds):
                due = "a Create ID of its own for each request that is outstanding"
                yield Violation("QIA-EGP-ACK-03", due, f"{claim.key} twice", tuple(claim.told))

    def _broken_blocks(self, at_s: float) -> Iterator[Violation]:
        """Judged when the others are settled too, since a void pair does not count."""
        waiting = []
        for life, key in self._blocks:
            found = [
                (end, self._claims.get(end.told.event.request)) for end in intruders(life, key)
            ]
            known = [(end, claim.worlds[0].life) for end, claim in found if claim and claim.owner]
            if not all(settled(other, at_s) for _, other in known):
                waiting.append((life, key))
                continue
            for end, other in known:
                if all(end.position in side.live for side in other.sides.values()):
                    yield broken_block(life, end)
                    break
        self._blocks = waiting

    def _life(self, asked: Asked) -> Life:
        link = frozenset({asked.node, asked.peer})
        numbers = self._numbers.setdefault(link, Numbers())
        return Life(asked, numbers, self.acceptances, self.allowances)

    def _numbers_of(self, claim: Claim, told: Told) -> Numbers:
        if claim.worlds:
            return claim.worlds[0].life.numbers
        origin = told.event.request.origin
        other = origin if origin != told.node else told.event.remote_node
        return self._numbers.setdefault(frozenset({told.node, other}), Numbers())


def _names_pairs_of(told: Told, past: Claim) -> bool:
    """Whether an event declares pairs void that were of the request that had this name before."""
    void = void_of(told)
    return (
        void is not None
        and void.first is not None
        and any(
            isinstance(each.event.what, PairMade) and void.covers(each.event.what.sequence)
            for each in past.told
            if each.node == told.node
        )
    )
