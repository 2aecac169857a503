"""The target as a check sees it over one transport: who asks, what may be drawn, how long to wait.

Nothing here judges. What cannot be had (a client that the manifest lacks, a key that the store or
the budget does not give) ends the check as undecided, never as failed.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from qonform.judging.advertised import Advertised
from qonform.judging.burst import Bursts, Shot
from qonform.judging.finding import Undecidable
from qonform.judging.lifetime import Lifetime
from qonform.judging.patience import Patience, is_unavailable
from qonform.judging.spares import Spares
from qonform.ports.key_delivery import Key, KeyContainer, KeyRequest, Status
from qonform.ports.outcome import Delivered, Failed, Outcome, RefusalKind, Refused
from qonform.target import Role, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qonform.judging.cost import Effort
    from qonform.judging.parties import Application, Driver

T = TypeVar("T")
A = TypeVar("A")

_SLOW_ANSWER_S, _LATE_KEY_S = 0.1, 0.5
_PAUSES_S = (0.1, 0.3, 0.6, 1.0)
"""Between one request and the same again, where a server may be busy, in seconds."""
_PLENTY = 16
"""Keys beyond what a request needs from which its refusal cannot be for want of keys."""
_NEXT_TO_NOTHING = 2
"""Keys stored up to which it is cheap to see whether Get key gives more."""


class Bench(Advertised):
    """What a check works with.

    Args:
        target: the manifest.
        driver: the transport.
        effort: how much to explore.
        seed: of everything random.
        scratch: a folder for certificates that the suite makes.
    """

    def __init__(
        self, target: Target, driver: Driver, effort: Effort, seed: int, scratch: Path
    ) -> None:
        super().__init__(target, driver)
        self.effort = effort
        self.seed = seed
        self.scratch = scratch
        self._dry = False
        self._wants_size = False
        """Whether Get key was seen to be served only with a size."""
        self._miscounted = False
        """Whether Get key was seen to give more keys than Status says are stored."""
        self._sizes_served: dict[int, bool] = {}
        """By size in bit, whether a Get key for one key of that size was served."""
        self._busy = False
        """Whether what was unavailable was so for a while, or for everybody."""
        self._late = False
        self._arrival: bool | None = None
        """Whether keys reach another SAE; None until one was fetched, or waited for in vain."""
        self._patience = Patience(self.delay_s, "another answer")
        self._for_arrival = Patience(self.delay_s, "the arrival of a key")
        self._for_stock = Patience(self.delay_s, "more key in the store")
        self._bursts = Bursts(driver.meter)
        self.spares = self._spares()
        self.lifetime = Lifetime()
        self.allowance_bits = driver.meter.key_budget_bits
        """What the check that runs draws at most from a KME that conforms."""
        self.shortening_bits = driver.meter.key_budget_bits
        """What it draws at most beyond that, to make short what it found."""
        self.borrowed: list[int] = []
        """Exchanges that earlier checks caused and that this one's keys came with."""

    def _spares(self) -> Spares:
        master, slave = self.target.client(Role.MASTER), self.target.client(Role.SLAVE)
        return Spares(self.profile, master.id if master else "", slave.id if slave else "")

    @property
    def cheapest(self) -> int:
        """The smallest size if it is served, as it should be; else the default. In bit.

        For a check that needs keys of no particular size. Raises Undecidable.
        """
        size = self.smallest
        if size != self.key_size and size not in self._sizes_served:
            self.get_key(KeyRequest(1, size))
        return size if self._sizes_served.get(size, True) else self.key_size

    def affordable(self, bits: int) -> bool:
        """Whether the key budget still allows to draw so many bits."""
        return not self._dry and bits <= self.driver.meter.key_bits_left

    def draw(
        self,
        number: int = 1,
        *,
        size: int | None = None,
        additional: Sequence[Application] = (),
        by: Application | None = None,
        to: str | None = None,
    ) -> list[Key]:
        """Keys that the master gets for the slave, in as many requests as the limits need.

        Raises:
            Undecidable: the budget, the store or the implementation does not give them.
        """
        keys: list[Key] = []
        while len(keys) < number:
            batch = min(number - len(keys), self.max_number)
            request = KeyRequest(
                batch,
                size,
                tuple(a.sae_id for a in additional) or None,
            )
            keys += self._draw_once(by or self.master, to or self.slave_id, request, batch)
        return keys

    def spare(self) -> Key:
        """A key that the master got for the slave and that nobody has asked for; else a new one.

        For a check to which it makes no difference who drew the key and when. Raises Undecidable.
        """
        return self.spares_of(1)[0]

    def spares_of(self, number: int) -> list[Key]:
        """So many such keys. Raises Undecidable."""
        keys: list[Key] = []
        while len(keys) < number and (left := self.spares.take()):
            key, exchange = left
            self.borrowed.append(exchange)
            keys.append(key)
        missing = number - len(keys)
        return keys + (self.draw(missing) if missing else [])

    def age_s(self, keys: Sequence[Key]) -> float:
        """Seconds since the oldest of the keys was issued."""
        return self.lifetime.age_s(key.id for key in keys)

    def keeps(self, age_s: float) -> bool:
        """Whether a key that nobody has touched is kept for its slave until it is so old.

        For a key that seems lost: how long keys are kept the text does not say (A-28).

        Raises:
            Undecidable: no key can be had to see it.
        """
        return self.lifetime.reaches(age_s, self._is_there_after)

    def _is_there_after(self, seconds: float) -> bool:
        """Whether one of two keys is, in case the other is lost for a reason of its own."""
        one, other = (self.draw(size=self.cheapest)[0] for _ in range(2))
        time.sleep(seconds)
        fetched = self.fetch(self.slave, [one.id])
        if not isinstance(fetched, Delivered):
            fetched = self.slave.keys.get_key_with_ids(self.master.sae_id, [other.id])
        return isinstance(fetched, Delivered)

    def _draw_once(
        self, by: Application, to: str, request: KeyRequest, number: int
    ) -> tuple[Key, ...]:
        if self._wants_size and request.size is None:
            request = replace(request, size=self.key_size)
        outcome = self.get_key(request, by=by, to=to)
        if isinstance(outcome, Refused) and request.size is None:
            # That a size may be left out is a requirement of its own; others need the key.
            outcome = self.get_key(replace(request, size=self.key_size), by=by, to=to)
            self._wants_size = isinstance(outcome, Delivered)
        if not isinstance(outcome, Delivered):
            raise Undecidable(f"Get key did not give the key that this check needs: {outcome}")
        if len(outcome.value.keys) < number:
            raise Undecidable(f"Get key gave {len(outcome.value.keys)} keys instead of {number}")
        return outcome.value.keys[:number]

    def get_key(
        self, request: KeyRequest, *, by: Application | None = None, to: str | None = None
    ) -> Outcome[KeyContainer]:
        """Get key, by the master for the slave if nobody else is named.

        What is refused while there is little key is asked again when there is more, so that a
        refusal that comes back is for the request itself.

        Raises:
            Undecidable: the budget does not allow it, or the store has too little key, or the
                server is busy.
        """
        by, to = by or self.master, to or self.slave_id
        number = max(1, request.number or 1)
        bits = number * max(1, request.size or self.key_size)
        self.afford(bits)
        outcome = by.keys.get_key(to, request)
        if isinstance(outcome, Refused) and outcome.kind is not RefusalKind.UNAUTHORISED:
            needed = 1 + max(number, -(-bits // self.key_size))
            if self._stock(by, to, outcome) < needed + _PLENTY:
                self._wait_for_stock(by, to, needed)
                outcome = by.keys.get_key(to, request)
            outcome = self._for_stock.until_available(lambda: by.keys.get_key(to, request), outcome)
            if is_unavailable(outcome):
                outcome = self.patiently(by, lambda: by.keys.get_key(to, request))
        if request.size is not None and request == KeyRequest(1, request.size):
            self._sizes_served[request.size] = not isinstance(outcome, Refused)
        return outcome

    def afford(self, bits: int) -> None:
        """Raises Undecidable when the key budget, or the store, has no more."""
        if self._dry:
            raise Undecidable("the key store of the target has run dry")
        left = self.driver.meter.key_bits_left
        if bits > left:
            raise Undecidable(f"needs {bits} bit of key; {left} bit of the budget are left")

    def _stock(self, by: Application, to: str, refused: Refused) -> int:
        """Keys stored now; where Status does not say, plenty, unless the refusal was for want.

        A server that has no time for Get status either is waited for as it is.
        """
        status = by.keys.get_status(to)
        told = status.value.stored_key_count if isinstance(status, Delivered) else None
        if told is not None and not self._miscounted:
            return told
        if is_unavailable(refused) and not is_unavailable(status):
            raise Undecidable(f"Get key was {refused}, and Status does not tell what is stored")
        return 2 * _PLENTY + self.driver.meter.key_budget_bits

    def _wait_for_stock(self, by: Application, to: str, needed: int) -> None:
        """Waits until so many keys are stored. Raises Undecidable when they do not come."""

        def enough(status: Outcome[Status]) -> bool:
            return isinstance(status, Delivered) and (status.value.stored_key_count or 0) >= needed

        status = self._for_stock.settle(lambda: by.keys.get_status(to), enough)
        self._miscounted = not enough(status) and self._gives_more_than(status, by, to)
        if not enough(status) and not self._miscounted:
            self._dry = needed <= 2
            raise Undecidable(f"the key store of the target has less than the {needed} keys needed")

    def _gives_more_than(self, status: Outcome[Status], by: Application, to: str) -> bool:
        """Whether Get key gives, one by one, clearly more keys than Status says are stored."""
        stored = status.value.stored_key_count if isinstance(status, Delivered) else None
        if stored is None or stored > _NEXT_TO_NOTHING:
            return False
        return all(
            self.affordable(self.key_size)
            and isinstance(by.keys.get_key(to, KeyRequest()), Delivered)
            for _ in range(stored + _NEXT_TO_NOTHING)
        )

    def fetch(
        self,
        by: Application,
        key_ids: Sequence[str],
        *,
        master: str | None = None,
        judged: bool = False,
    ) -> Outcome[KeyContainer]:
        """Get key with key IDs, asked again while the key may still be on its way (014 clause 4).

        Args:
            by: who fetches.
            key_ids: what.
            master: whose keys they are; the master's if None.
            judged: whether keys arrive at all is the very question.

        Raises:
            Undecidable: no key of the run has ever arrived, or so much time was waited in vain
                that waiting again would say nothing; or the KME is too busy to answer.
        """
        began = time.monotonic()
        ask = partial(by.keys.get_key_with_ids, master or self.master.sae_id, key_ids)
        outcome = self._for_arrival.settle(
            ask, lambda outcome: not isinstance(outcome, Refused), spared=judged
        )
        if is_unavailable(outcome):
            outcome = self.patiently(by, ask)
        if isinstance(outcome, Delivered):
            self._arrival = True
            self._late = self._late or time.monotonic() - began > _LATE_KEY_S
        if not judged and not self._arrives():
            raise Undecidable(f"no key has reached another SAE in this run: {outcome}")
        return outcome

    def patiently(self, by: Application, ask: Callable[[], A]) -> A:
        """What comes of asking, for an outcome or an answer; asked again while it is unavailable.

        A server may be busy. That it is unavailable is its answer to this request only if it comes
        each time, and if Get status by the same SAE is answered each time in between.

        Args:
            by: who asks.
            ask: what is due another answer.

        Raises:
            Undecidable: the server is busy, or has been seen to be at times.
        """
        came = ask()
        if not is_unavailable(came):
            return came
        for pause_s in _PAUSES_S:
            time.sleep(pause_s)
            peer = self.slave_id if by.sae_id == self.master.sae_id else self.master.sae_id
            beside = by.keys.get_status(peer)
            self._busy |= is_unavailable(beside) or isinstance(beside, Failed)
            came = ask()
            if not is_unavailable(came):
                self._busy = True
                return came
        if self._busy:
            raise Undecidable(f"{by} asks a server that is busy at times: {came}")
        return came

    def _arrives(self) -> bool:
        """Whether keys arrive at all: where none has yet, a new one tells, once."""
        if self._arrival is None:
            (key,) = self.draw()
            probe = self.fetch(self.slave, [key.id], judged=True)
            self._arrival = isinstance(probe, Delivered)
        return self._arrival

    @property
    def delay_s(self) -> float:
        """Longest time that a key may be on its way: as declared, else the timeout."""
        return self.target.claims.keys.delivery_delay_s

    def settle(
        self,
        ask: Callable[[], Outcome[T]],
        done: Callable[[Outcome[T]], bool],
        *,
        spared: bool = False,
        within_s: float | None = None,
    ) -> Outcome[T]:
        """Asks until `done`, at most for `delay_s`: see `Patience.settle`. Raises Undecidable."""
        return self._patience.settle(ask, done, spared=spared, within_s=within_s)

    def cases(self, quick: int, standard: int, thorough: int) -> int:
        """How many random cases to try at this run's effort; a quarter of it at a slow target."""
        number = self.by_effort(quick, standard, thorough)
        return max(min(number, 1), number // 4) if self.slow else number

    def by_effort(self, quick: int, standard: int, thorough: int) -> int:
        """One of three numbers, by this run's effort."""
        return self.effort.of(quick, standard, thorough)

    @property
    def slow(self) -> bool:
        """Whether an answer takes a tenth of a second, or a key half a second to arrive."""
        spent = self.driver.meter.spent
        return self._late or spent.target_s > _SLOW_ANSWER_S * max(10, spent.requests)

    def burst(self, calls: Sequence[Callable[[], Outcome[T]]]) -> list[Shot[T]]:
        """Makes all calls at one moment: see `Bursts.send`. Raises Undecidable."""
        return self._bursts.send(calls)

    def chance(self, purpose: str) -> random.Random:
        """A source of chance that depends on the run's seed and the purpose alone."""
        return random.Random(f"{self.seed}:{self.profile}:{purpose}")  # noqa: S311 - no secret

    def close(self) -> None:
        """Ends the threads of `burst`."""
        self._bursts.close()
