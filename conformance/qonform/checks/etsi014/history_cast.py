"""Who takes part in a history, and what may be asked of Get key in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.checks.etsi014.history_steps import (
    Asker,
    Pair,
)
from qonform.generators.key_requests import key_requests, sizes
from qonform.judging import Bench, Undecidable
from qonform.ports.key_delivery import (
    KeyRequest,
)
from qonform.ports.outcome import Delivered
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis import strategies as st

_ROLES = (Role.SLAVE, Role.ADDITIONAL_SLAVE, Role.BYSTANDER, Role.OUTSIDER, Role.MASTER)
_DEAR_BITS = 4_096
"""What a Get key that ought to be refused may cost where it is served."""


class Cast:
    """Everybody who takes part in a history, and what they may ask.

    Args:
        benches: of each transport; the answers over the first are judged.

    Raises:
        Undecidable: nobody can be the slave, or nobody can call Get key.
    """

    def __init__(self, benches: tuple[Bench, ...]) -> None:
        self.benches = {bench.profile: bench for bench in benches}
        self.judged, *_ = benches
        self.askers = list(self._askers())
        self.homes = {a.sae_id: next(iter(a.over.values())).node for a in self.askers}
        """By SAE ID, the node that it asks."""
        self.pairs = list(self._pairs())

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
