"""Takes the steps of histories, holds each answer against the model, and makes them shorter."""

from __future__ import annotations

import time
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from qonform.checks.etsi014.history_steps import (
    Ask,
    Asker,
    Draw,
    Fetch,
    Pair,
    Ref,
    Restart,
    Step,
    about_the_last,
    plainer,
    shorter,
)
from qonform.drivers.meter import TargetDown
from qonform.generators.key_requests import key_requests, sizes
from qonform.judging import Application, Bench, Story, Undecidable
from qonform.oracles.key_store import Contradiction, KeyStore, Right
from qonform.ports.key_delivery import (
    Call,
    GetKey,
    GetKeyWithIds,
    GetStatus,
    KeyContainer,
    KeyRequest,
)
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from hypothesis import strategies as st

_ROLES = (Role.SLAVE, Role.ADDITIONAL_SLAVE, Role.BYSTANDER, Role.OUTSIDER, Role.MASTER)
_DEAR_BITS = 4_096
"""What a Get key that ought to be refused may cost where it is served."""
_SHORT_WAIT_S = 0.06
"""How long a key is waited for until one is seen to come late. Nothing is judged by this alone."""


class Broken(Exception):  # noqa: N818 - a judgement
    """A history in which an answer contradicts the model."""

    def __init__(self, found: Contradiction, came: object, player: Player) -> None:
        super().__init__(found.requirement)
        self.found = found
        self.came = came
        self.steps = tuple(player.steps)
        self.evidence = tuple(player.evidence)
        self.story = player.story(found.due)


class Search:
    """What one search shares: who takes part, what has been found, when to stop.

    Args:
        benches: of each transport; the answers over the first are judged.
        asked: the requirements that a history may break.
    """

    def __init__(self, benches: tuple[Bench, ...], asked: Iterable[str]) -> None:
        self.benches = {bench.profile: bench for bench in benches}
        self.judged, *_ = benches
        self.asked = set(asked)
        self.known = frozenset(self.asked)
        """All that a history may break; what has been found is no more asked."""
        self.askers = list(self._askers())
        self.homes = {a.sae_id: next(iter(a.over.values())).node for a in self.askers}
        self._spent_at_most = self.judged.driver.meter.spent.key_bits + self.judged.allowance_bits
        """In bit: all that is found by then may be made short for `shortening_bits` more."""
        self._shortens = False
        self.fetches = self.across = 0
        """Answers to Get key with key IDs, and deliveries over another transport than Get key."""
        self.late = False
        """Whether something came that a short wait had missed."""
        self.broken: Broken | None = None
        self.over: str | None = None
        """Why nothing more is asked, if so."""
        self.down: str | None = None
        """Why nobody answers any more, if so."""
        self.pairs = list(self._pairs())

    # --- who takes part, and what may be asked ------------------------------------------------

    def _askers(self) -> Iterator[Asker]:
        self.judged.application(Role.SLAVE)  # without one there is no history
        for role in _ROLES:
            over = {}
            for profile, bench in self.benches.items():
                try:
                    over[profile] = bench.application(role)
                except Undecidable:
                    continue
            if over:
                yield Asker(next(iter(over.values())).sae_id, over)

    def asker(self, role: Role) -> Asker | None:
        """Who has the role, if anybody in reach."""
        client = self.judged.target.client(role)
        return next((a for a in self.askers if client and a.sae_id == client.id), None)

    def _pairs(self) -> Iterator[Pair]:
        """The master and its slave, and the other way round where such keys are served."""
        master, profile = self.asker(Role.MASTER), self.judged.profile
        if master is None or profile not in master.over:
            raise Undecidable("nobody can call Get key")
        yield Pair(master, self.judged.slave_id)
        if self.judged.target.claims.keys.one_way:
            return
        for role in (Role.SLAVE, Role.ADDITIONAL_SLAVE):
            other = self.asker(role)
            size = self.judged.cheapest
            if other is None or profile not in other.over or not self.judged.affordable(size):
                continue
            probe = other.over[profile].keys.get_key(master.sae_id, KeyRequest(1, size))
            if isinstance(probe, Delivered) and probe.value.keys:
                yield Pair(other, master.sae_id)

    def requests(self, pair: Pair) -> st.SearchStrategy[KeyRequest]:
        """What may be asked of Get key; additional slaves only of the master of the manifest."""
        bench = self.judged
        ceiling = bench.by_effort(512, 2_048, 16_384)
        high = bench.sizes[1] // 8 * 8
        size = sizes(bench.cheapest, high, bench.key_size, ceiling=ceiling)
        third = self.asker(Role.ADDITIONAL_SLAVE)
        named = [third.sae_id] if third and pair == self.pairs[0] else []
        return key_requests(min(3, bench.max_number), size, named, bench.multicast)

    def odd_requests(self) -> list[KeyRequest]:
        """Get keys that are refused, or not, and take nothing from anybody in any case."""
        bench, size = self.judged, self.judged.cheapest
        odd = (
            KeyRequest(0, size),
            KeyRequest(1, size, mandatory=(("qonform_no_such_parameter", True),)),
            KeyRequest(1, bench.sizes[1] // 8 * 8 + 8),
            KeyRequest(bench.max_number + 1, size),
        )
        return [r for r in odd if (r.number or 0) * (r.size or 0) <= _DEAR_BITS]

    # --- how it goes --------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Nothing more is asked: budget or patience is out, or the search has what it wants."""
        return self.over is not None or self.broken is not None

    def pay(self, bits: int) -> None:
        """Raises Undecidable when the search has spent its share."""
        self.judged.afford(bits)
        if self.judged.driver.meter.spent.key_bits + bits > self._spent_at_most:
            raise Undecidable("the share of the key budget that histories may use is spent")

    def _may_shorten(self) -> None:
        if not self._shortens:
            self._shortens = True
            left = self.judged.driver.meter.key_bits_left  # others need theirs, too
            self._spent_at_most += min(self.judged.shortening_bits, left // 4)

    def shortest(self, at_most: int, within_s: float) -> Broken | None:
        """The history that was found, without whatever it does not need; None if it is none.

        It may turn out to break another requirement than it seemed to. The one that is shown has
        waited in full for whatever was due.

        Args:
            at_most: how many other histories are tried.
            within_s: for how long, in seconds, however slow the target is.
        """
        first = self.broken
        if first is None:
            return None
        self._may_shorten()
        until = time.monotonic() + within_s
        tries = takewhile(lambda _: time.monotonic() < until, range(at_most))
        steps = first.steps
        if (related := about_the_last(steps)) != steps and self._breaks(related, first):
            steps = related
        for less in (shorter, plainer, shorter):
            steps = self._reduced(steps, less, first, tries)
        last = self._breaks(steps, first, patient=True)
        if last is None and not self.late:
            self.late, self.broken = True, None  # it may have come late: look again, and wait
            return None
        return last or first

    def _reduced(
        self,
        steps: tuple[Step, ...],
        less: Callable[[tuple[Step, ...]], Iterator[tuple[Step, ...]]],
        first: Broken,
        tries: Iterator[int],
    ) -> tuple[Step, ...]:
        """What is left when nothing can be left out any more."""
        while True:
            for candidate in less(steps):
                if next(tries, None) is None:
                    return steps
                if self._breaks(candidate, first):
                    steps = candidate
                    break
            else:
                return steps

    def _breaks(
        self, steps: tuple[Step, ...], first: Broken, *, patient: bool = False
    ) -> Broken | None:
        """Whether the steps, taken anew, lack the same thing at their last one."""
        player = Player(self, self.known, patient=patient)
        try:
            for step in steps:
                player.take(step)
        except Broken as broken:
            same = broken.found.due == first.found.due and len(broken.steps) == len(steps)
            return broken if same else None
        except (Undecidable, TargetDown):
            return None
        return None


class Player:
    """Takes the steps of one history.

    Args:
        search: who takes part.
        asked: the requirements that may be broken.
        patient: waits in full for whatever is due.
    """

    def __init__(self, search: Search, asked: Iterable[str], *, patient: bool = False) -> None:
        self.search = search
        self.asked = asked
        self.store = KeyStore(search.homes)
        self.steps: list[Step] = []
        self.evidence: list[int] = []
        self.keys: dict[Ref, str] = {}
        """IDs of all keys of the history."""
        self._told: list[tuple[str, Call, Outcome[Any], str] | str] = []
        waits = patient or search.late or search.judged.slow
        self._patience_s = None if waits else _SHORT_WAIT_S
        self._spared = patient

    def take(self, step: Step) -> None:
        """One more step.

        Raises:
            Broken: its answer contradicts the model.
            Undecidable: the budget does not allow it, or waiting has been in vain too often.
            TargetDown: nobody answers any more.
        """
        self.steps.append(step)
        match step:
            case Draw():
                self._draw(step)
            case Fetch():
                ids = [self.keys[ref] for ref in step.keys if ref in self.keys]
                ids += [] if step.beside is None else [step.beside]
                if ids:
                    call = GetKeyWithIds(step.asker.sae_id, step.master, tuple(ids))
                    self._fetch(step.asker.over[step.over], call, step.over)
            case Ask(pair=pair, over=over):
                by = pair.master.over[over]
                outcome = by.keys.get_status(pair.slave)
                self._tell(by, over, GetStatus(by.sae_id, pair.slave), outcome)
            case Restart():
                for bench in self.search.benches.values():
                    bench.driver.restart()
                self._told.append("every application starts anew, with new connections")

    def _draw(self, step: Draw) -> None:
        bench, by, request = (
            self.search.benches[step.over],
            step.pair.master.over[step.over],
            step.request,
        )
        default = bench.key_size if request.size is None else request.size
        self.search.pay((1 if request.number is None else request.number) * default)
        if step.odd or step.pair != self.search.pairs[0]:
            outcome = by.keys.get_key(step.pair.slave, request)
        else:  # that it is refused for want of keys is no step of the history
            outcome = bench.get_key(request, by=by, to=step.pair.slave)
        call = GetKey(by.sae_id, step.pair.slave, request)
        self._tell(by, step.over, call, outcome)
        keys = outcome.value.keys if isinstance(outcome, Delivered) else ()
        slaves = (step.pair.slave, *(request.additional_slaves or ()))
        self.store.issue(keys, by.sae_id, slaves, step.over)
        self.keys.update({(step.name, place): key.id for place, key in enumerate(keys)})

    def _fetch(self, by: Application, call: GetKeyWithIds, over: str) -> Outcome[KeyContainer]:
        self.search.fetches += 1
        numbers: list[int] = []

        def ask() -> Outcome[KeyContainer]:
            outcome = by.keys.get_key_with_ids(call.master, call.key_ids)
            numbers.append(outcome.exchange)
            return outcome

        outcome = self.search.benches[over].settle(
            ask, self._enough(call, over), spared=self._spared, within_s=self._patience_s
        )
        self._tell(by, over, call, outcome, numbers[:-1])
        if isinstance(outcome, Delivered):
            keys = self.store.keys
            self.search.across += any(keys[i].over != over for i in call.key_ids if i in keys)
        batch = len(call.key_ids) > 1 and isinstance(outcome, Refused)
        if batch and self.store.must_deliver(call, over):
            self._one_by_one(by, call, outcome, over)
        else:
            owners, due = self._owners(call, over), self.store.must_deliver(call, over)
            found = self.store.judge_fetch(call, outcome, over)
            if found and due and isinstance(outcome, Refused) and not self._keeps(call.key_ids):
                found = None  # it may have been forgotten: how long keys are kept is open
            if found and owners and isinstance(outcome, Refused) and not self._get(owners, over):
                found = None  # the refusal may be right: the key is not there for its slave either
            self._hold(found, outcome, over)
        return outcome

    def _keeps(self, key_ids: Sequence[str]) -> bool:
        bench = self.search.judged
        return bench.keeps(bench.lifetime.age_s(key_ids))

    def _owners(self, call: GetKeyWithIds, over: str) -> list[tuple[Asker, GetKeyWithIds]]:
        """Who can show that keys of others, which are asked for, are there."""
        foreign = [i for i in call.key_ids if self.store.right(call, i, over) is Right.FOREIGN]
        found = []
        for key_id in foreign:
            calls = (
                (a, GetKeyWithIds(a.sae_id, call.master, (key_id,))) for a in self.search.askers
            )
            found += [
                (a, c) for a, c in calls if over in a.over and self.store.must_deliver(c, over)
            ][:1]
        return found

    def _get(self, owners: list[tuple[Asker, GetKeyWithIds]], over: str) -> bool:
        """Whether all of them are served."""
        served = True
        for asker, call in owners:
            by = asker.over[over]
            outcome = by.keys.get_key_with_ids(call.master, call.key_ids)
            self._tell(by, over, call, outcome)
            served = served and isinstance(outcome, Delivered)
        return served

    def _one_by_one(
        self, by: Application, call: GetKeyWithIds, refused: Outcome[Any], over: str
    ) -> None:
        """A batch of keys that are its own was refused to an SAE: each alone shows why."""
        alone = [
            self._fetch(by, GetKeyWithIds(call.caller, call.master, (key_id,)), over)
            for key_id in call.key_ids
        ]
        if all(isinstance(outcome, Delivered) for outcome in alone):
            due = "all keys in one request, as each alone"
            self._hold(Contradiction("ETSI-014-6.4-01", due), refused, over)

    def _enough(self, call: GetKeyWithIds, over: str) -> Callable[[Outcome[KeyContainer]], bool]:
        """Whether an answer is final, or the key may still be on its way and changes it."""
        if self.store.must_deliver(call, over):
            return lambda outcome: not isinstance(outcome, Refused)
        if self.store.must_refuse_unauthorised(call, over):
            return lambda outcome: (
                not isinstance(outcome, Refused) or outcome.kind is not RefusalKind.BAD_REQUEST
            )
        return lambda _: True

    def _hold(self, found: Contradiction | None, came: object, over: str) -> None:
        s = self.search
        if found and found.requirement in self.asked and over == s.judged.profile:
            raise Broken(found, came, self)

    def _tell(
        self,
        by: Application,
        over: str,
        call: Call,
        outcome: Outcome[Any],
        before: Iterable[int] = (),
    ) -> None:
        again = list(before)
        self.evidence += [*again[:1], outcome.exchange]
        who = f"{by} over {over}" if len(self.search.benches) > 1 else str(by)
        often = f"asked {len(again) + 1} times" if again else ""
        self._told.append((who, call, outcome, often))

    def story(self, due: str) -> tuple[str, ...]:
        """The history in lines; it is about the keys that were asked for last."""
        calls = [told[1] for told in self._told if not isinstance(told, str)]
        last = next(call for call in reversed(calls) if isinstance(call, GetKeyWithIds))
        story = Story(last.key_ids)
        for told in self._told:
            if isinstance(told, str):
                story.say(told)
            else:
                story.tell(*told)
        return story.lines(due)
