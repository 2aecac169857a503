"""Takes the steps of a history, and holds each answer against the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform.checks.etsi014.history_steps import (
    Ask,
    Asker,
    Draw,
    Fetch,
    Ref,
    Restart,
    Step,
)
from qonform.judging import Application, Story
from qonform.oracles.key_store import Contradiction, KeyStore, Right
from qonform.ports.key_delivery import (
    Call,
    GetKey,
    GetKeyWithIds,
    GetStatus,
    KeyContainer,
)
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from qonform.checks.etsi014.history_search import Search

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
