"""The target as a check sees it over one transport: who asks, what may be drawn, how long to wait.

Nothing here judges. What cannot be had (a client that the manifest lacks, a key that the store or
the budget does not give) ends the check as undecided, never as failed.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, TypeVar

from qonform.judging.burst import Bursts, Shot
from qonform.judging.drawing import Drawing
from qonform.judging.finding import Undecidable
from qonform.judging.lifetime import Lifetime
from qonform.judging.patience import Patience, is_unavailable
from qonform.judging.spares import Spares
from qonform.ports.outcome import Delivered, Outcome, Refused
from qonform.target import Role, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qonform.exchanges import ExchangeLog
    from qonform.judging.cost import Effort
    from qonform.judging.parties import Application, Driver
    from qonform.ports.key_delivery import Key, KeyContainer

T = TypeVar("T")

_SLOW_ANSWER_S, _LATE_KEY_S = 0.1, 0.5


class Bench(Drawing):
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
        self._late = False
        self._arrival: bool | None = None
        """Whether keys reach another SAE; None until one was fetched, or waited for in vain."""
        self._patience = Patience(self.delay_s, "another answer")
        self._for_arrival = Patience(self.delay_s, "the arrival of a key")
        self._bursts = Bursts(driver.meter)
        self.spares = self._spares()
        self.lifetime = Lifetime()
        self.allowance_bits = driver.meter.key_budget_bits
        """What the check that runs draws at most from a KME that conforms."""
        self.shortening_bits = driver.meter.key_budget_bits
        """What it draws at most beyond that, to make short what it found."""
        self.borrowed: list[int] = []
        """Exchanges that earlier checks caused and that this one's keys came with."""

    def allow(self, most: int, to_shorten: int) -> None:
        """Says what the check that comes may draw, in bit, and how much to make findings short."""
        self.allowance_bits, self.shortening_bits = most, to_shorten

    def distrust(self) -> bool:
        """Whether the last check was handed keys that were gone: it is to be done again."""
        return self.spares.distrust()

    def listen_to(self, log: ExchangeLog) -> None:
        """Sees every exchange from now on."""
        log.listen(self.spares.see)
        log.listen(self.lifetime.see)

    def _spares(self) -> Spares:
        master, slave = self.target.client(Role.MASTER), self.target.client(Role.SLAVE)
        return Spares(self.profile, master.id if master else "", slave.id if slave else "")

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

    def arrived(self) -> Key:
        """A key that is at the slave's KME already, as one that was drawn later shows.

        What is to be refused says nothing while the key is on its way. Costs two keys, or one
        beside a spare.

        Raises:
            Undecidable: no key can be had, or none reaches the slave.
        """
        key, later = self.spare(), self.draw()[0]
        if not isinstance(fetched := self.fetch(self.slave, [later.id]), Delivered):
            raise Undecidable(f"the slave does not get a later key either: {fetched}")
        return key

    def age_s(self, keys: Sequence[Key]) -> float:
        """Seconds from the issue of the oldest of the keys until now, or until it was missed."""
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
        answered: list[float] = []

        def ask() -> Outcome[KeyContainer]:
            outcome = by.keys.get_key_with_ids(master or self.master.sae_id, key_ids)
            answered.append(time.monotonic())
            return outcome

        in_vain = self._arrival is False and not judged
        outcome = self._for_arrival.settle(
            ask,
            lambda outcome: not isinstance(outcome, Refused),
            spared=judged,
            within_s=0.0 if in_vain else None,
        )
        if is_unavailable(outcome):
            outcome = self.patiently(by, ask)
        if isinstance(outcome, Refused):
            self.lifetime.miss(key_ids, answered[0])
        if isinstance(outcome, Delivered):
            self._arrival = True
            self._late = self._late or time.monotonic() - began > _LATE_KEY_S
        if not judged and not self._arrives():
            raise Undecidable(f"no key has reached another SAE in this run: {outcome}")
        return outcome

    @property
    def has_arrivals(self) -> bool | None:
        """Whether any key was seen to reach another SAE, by whatever method; None if unknown."""
        return self._arrival

    def _arrives(self) -> bool:
        """Whether keys arrive at all: where none has yet, a new one tells, once."""
        if self._arrival is None:
            (key,) = self.draw()
            probe = self.fetch(self.slave, [key.id], judged=True)
            self._arrival = isinstance(probe, Delivered)
        return self._arrival

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
