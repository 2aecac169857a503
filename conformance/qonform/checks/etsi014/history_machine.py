"""The machine that makes histories: everybody asks for anything, in any order.

What it asks follows from the seed alone, as far as the answers are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from qonform.checks.etsi014.history_player import Broken, Player
from qonform.checks.etsi014.history_steps import Ask, Asker, Draw, Fetch, Restart, Step
from qonform.drivers.meter import TargetDown
from qonform.judging import Undecidable
from qonform.ports.key_delivery import GetKeyWithIds

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

    from qonform.checks.etsi014.history_search import Search


class History(RuleBasedStateMachine):
    """Get key, Get key with key IDs, and much else, by everybody."""

    search: Search

    def __init__(self) -> None:
        super().__init__()
        self.player = Player(self.search, self.search.asked)

    @initialize(data=st.data(), over=st.integers(0, 1))
    def begin(self, data: DataObject, over: int) -> None:
        """A history without a key tells nothing."""
        self.get_key(data, 0, over)

    @rule(data=st.data(), pair=st.integers(0, 3), over=st.integers(0, 1))
    def get_key(self, data: DataObject, pair: int, over: int) -> None:
        """A master gets keys for its slave, and maybe for others."""
        pairs = self.search.pairs
        chosen = pairs[pair % len(pairs)]
        request = data.draw(self.search.requests(chosen))
        self._take(Draw(self._next, chosen, request, self._profile(chosen.master, over)))

    @rule(
        who=st.integers(0, 9),
        picks=st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
        odd=st.sampled_from(["", "", "", "", "unknown", "nonsense", "master"]),
        over=st.sampled_from([0, 0, 1]),
    )
    def fetch(self, who: int, picks: list[int], odd: str, over: int) -> None:
        """Somebody asks for recent keys, maybe with something beside that cannot be had."""
        if self.search.idle or not self.player.keys:
            return
        refs = list(self.player.keys)
        recent = list(dict.fromkeys(refs[-1 - pick % len(refs)] for pick in picks))
        issued = [self.player.store.keys[self.player.keys[ref]] for ref in recent]
        first, most = issued[0], self.search.judged.max_number
        chosen = [r for r, i in zip(recent, issued, strict=True) if i.master == first.master]
        beside = {"unknown": f"00000000-0000-4000-8000-{self._next:012d}", "nonsense": "no-key"}
        asker = self._asker(list(first.copies), who)
        self._take(
            Fetch(
                asker,
                next(iter(first.copies)) if odd == "master" else first.master,
                tuple(chosen[:most]),
                self._profile(asker, over),
                beside.get(odd) if len(chosen) < most else None,
            )
        )

    @rule(what=st.integers(0, 6), over=st.integers(0, 1))
    def aside(self, what: int, over: int) -> None:
        """Something that takes no key from anybody: Get status, odd Get keys, a new start."""
        pair, odd = self.search.pairs[0], self.search.odd_requests()
        profile = self._profile(pair.master, over)
        if what == 0:
            self._take(Restart())
        elif what <= len(odd):
            self._take(Draw(self._next, pair, odd[what - 1], profile, odd=True))
        else:
            self._take(Ask(pair, profile))

    def teardown(self) -> None:
        """Whoever has keys left fetches them: nothing may have been lost on the way."""
        store, judged = self.player.store, self.search.judged.profile
        for asker in self.search.askers:
            for ref, key_id in list(self.player.keys.items()):
                issued = store.keys[key_id]
                call = GetKeyWithIds(asker.sae_id, issued.master, (key_id,))
                # what came over another transport is first tried over the one that is judged
                for over in dict.fromkeys((judged, issued.over)):
                    held = store.must_deliver(call, issued.over)
                    if held and over in asker.over and issued.over in asker.over:
                        self._take(Fetch(asker, issued.master, (ref,), over))

    @property
    def _next(self) -> int:
        return len(self.player.steps)

    def _asker(self, slaves: list[str], who: int) -> Asker:
        """Half of all fetches are a slave's own."""
        askers = self.search.askers
        own = [a for a in askers if a.sae_id in slaves] or askers
        return own[who % len(own)] if who >= 5 else askers[who % len(askers)]

    @staticmethod
    def _profile(asker: Asker, over: int) -> str:
        """One of the transports of an SAE; 0 is the judged one where it has that."""
        profiles = list(asker.over)
        return profiles[over % len(profiles)]

    def _take(self, step: Step) -> None:
        if self.search.idle:
            return
        try:
            self.player.take(step)
        except Broken as broken:
            self.search.broken = broken
            raise
        except Undecidable as reason:
            self.search.over = str(reason)
        except TargetDown as reason:
            self.search.over = self.search.down = str(reason)
