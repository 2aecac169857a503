"""Whole histories against the model of a key store, made as short as they can be."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.reporting import with_reporter
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from qonform.drivers.meter import TargetDown
from qonform.generators.key_requests import key_requests, sizes
from qonform.judging import Application, Bench, Judge, Undecidable, by_effort, judges
from qonform.oracles.key_store import Contradiction, KeyStore
from qonform.ports.outcome import Delivered, Outcome, Refused
from qonform.target import Role

if TYPE_CHECKING:
    from qonform.ports.key_delivery import KeyRequest

JUDGED = (
    "ETSI-014-5.3-04",
    "ETSI-014-5.4-01",
    "ETSI-014-5.4-02",
    "ETSI-014-5.4-03",
    "ETSI-014-5.4-04",
    "ETSI-014-5.4-05",
    "ETSI-014-5.4-06",
    "ETSI-014-6.2-19",
    "ETSI-014-6.2-22",
    "ETSI-014-6.4-01",
    "ETSI-014-6.4-04",
    "ETSI-014-6.4-07",
)
SHRINK_S = 10.0
"""How long the first failing history is made shorter, in seconds; each further one, half of it."""


class Broken(Exception):  # noqa: N818 - a judgement
    """A history in which an answer contradicts the model."""

    def __init__(self, found: Contradiction, came: object, evidence: tuple[int, ...]) -> None:
        super().__init__(found.requirement)
        self.found = found
        self.came = came
        self.evidence = evidence


class Search:
    """What one search shares: who takes part, what has been found, when to stop."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.master = bench.master
        self.askers = _askers(bench)
        low = bench.cheapest
        ceiling = bench.by_effort(512, 2_048, 16_384)
        size = sizes(low, bench.sizes[1] // 8 * 8, bench.key_size, ceiling=ceiling)
        named = [a.sae_id for a in self.askers if a.role is Role.ADDITIONAL_SLAVE]
        self.requests = key_requests(min(3, bench.max_number), size, named, bench.multicast)
        self.asked = set(JUDGED)
        self.down: str | None = None
        """Why nobody answers any more, if so."""
        meter = bench.driver.meter
        share = min(10 * bench.allowance_bits, meter.key_bits_left // 4)
        self._spent_at_most = meter.spent.key_bits + share
        """Key bits: more than from a KME that conforms, since what breaks is made shorter; but
        other checks, and other transports, need theirs."""
        self.begin()

    def begin(self) -> None:
        """Nothing is found yet; what was found before is no more asked."""
        self.shrink_s = SHRINK_S / 2 ** (len(JUDGED) - len(self.asked))
        self.best: Broken | None = None
        self.first_broken: float | None = None
        self.over: str | None = None
        self.steps = 0

    def pay(self) -> None:
        """Ends the search when it has spent its share. Raises Undecidable."""
        if self.bench.driver.meter.spent.key_bits > self._spent_at_most:
            raise Undecidable("the share of the key budget that histories may use is spent")

    def broken(self, broken: Broken) -> None:
        """Keeps the shortest history, and lets Hypothesis look for a shorter one for a while."""
        self.first_broken = self.first_broken or time.monotonic()
        if self.best is None or len(broken.evidence) < len(self.best.evidence):
            self.best = broken
        if time.monotonic() - self.first_broken < self.shrink_s:
            raise broken


class Asker:
    """An SAE that takes part, and whether its KME is the one that holds the slaves' copies."""

    def __init__(self, role: Role, application: Application, *, elsewhere: bool) -> None:
        self.role = role
        self.sae_id = application.sae_id
        self.application = application
        self.elsewhere = elsewhere

    def __repr__(self) -> str:
        return self.sae_id


def _askers(bench: Bench) -> list[Asker]:
    slave = bench.slave
    found = [Asker(Role.SLAVE, slave, elsewhere=False)]
    for role in (Role.ADDITIONAL_SLAVE, Role.BYSTANDER, Role.OUTSIDER, Role.MASTER):
        try:
            application = bench.application(role)
        except Undecidable:
            continue
        found.append(Asker(role, application, elsewhere=application.node != slave.node))
    return found


class History(RuleBasedStateMachine):
    """Get status, Get key and Get key with key IDs, by everybody, in any order."""

    search: Search

    def __init__(self) -> None:
        super().__init__()
        self.store = KeyStore()
        self.evidence: list[int] = []
        self.ids: list[str] = []

    @property
    def idle(self) -> bool:
        """Nothing more is asked: budget or patience is out, or the search has what it wants."""
        s = self.search
        late = s.first_broken is not None and time.monotonic() - s.first_broken > s.shrink_s
        return s.over is not None or late

    @rule(data=st.data())
    def get_key(self, data: st.DataObject) -> None:
        """The master gets keys for the slave, and maybe for others."""
        request = data.draw(self.search.requests)
        if not self.idle:
            self._attempt(lambda: self._get_key(request))

    def _get_key(self, request: KeyRequest) -> None:
        s = self.search
        s.pay()
        outcome = s.bench.get_key(request)
        self.evidence.append(outcome.exchange)
        if isinstance(outcome, Delivered):
            keys = outcome.value.keys
            slaves = (s.bench.slave_id, *(request.additional_slaves or ()))
            self.store.issue(keys, s.master.sae_id, slaves)
            self.ids += [key.id for key in keys]

    @rule()
    def get_status(self) -> None:
        """The master asks for the status; the monitors judge it."""
        if not self.idle:
            self._attempt(self._get_status)

    def _get_status(self) -> None:
        s = self.search
        self.evidence.append(s.master.keys.get_status(s.bench.slave_id).exchange)

    @rule(
        who=st.integers(0, 9),
        picks=st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
        unknown=st.sampled_from([False, False, False, True]),
    )
    def fetch(self, who: int, picks: list[int], unknown: bool) -> None:
        """Somebody asks for recent keys, maybe together with a key that never was."""
        if self.idle or not self.ids:
            return
        # half of all fetches are the slave's own
        asker = self.search.askers[0 if who >= 5 else who % len(self.search.askers)]
        ids = list(dict.fromkeys(self.ids[-1 - pick % len(self.ids)] for pick in picks))
        ids = ids[: self.search.bench.max_number]
        if unknown and len(ids) < self.search.bench.max_number:
            ids.append(f"00000000-0000-4000-8000-{self.search.steps:012d}")
        self._attempt(lambda: self._fetch(asker, ids))

    def _fetch(self, asker: Asker, ids: list[str]) -> Outcome[Any]:
        s, master = self.search, self.search.master.sae_id
        s.steps += 1

        def ask() -> Outcome[Any]:
            outcome = asker.application.keys.get_key_with_ids(master, ids)
            self.evidence.append(outcome.exchange)
            return outcome

        outcome = s.bench.settle(ask, self._enough(asker, ids))
        own = self.store.must_deliver(asker.sae_id, master, ids)
        if own and len(ids) > 1 and isinstance(outcome, Refused):
            self._one_by_one(asker, ids, outcome)
            return outcome
        found = self.store.judge_fetch(
            asker.sae_id, master, ids, outcome, elsewhere=asker.elsewhere
        )
        self._contradicted(found, outcome)
        return outcome

    def _one_by_one(self, asker: Asker, ids: list[str], refused: Refused) -> None:
        """A batch of keys that are its own was refused to an SAE: each alone shows why."""
        alone = [self._fetch(asker, [key_id]) for key_id in ids]
        if all(isinstance(outcome, Delivered) for outcome in alone):
            due = "all keys in one request, as each alone"
            self._contradicted(Contradiction("ETSI-014-6.4-01", due), refused)

    def _contradicted(self, found: Contradiction | None, came: object) -> None:
        if found is not None and found.requirement in self.search.asked:
            self.search.broken(Broken(found, came, tuple(self.evidence)))

    def _enough(self, asker: Asker, ids: list[str]) -> Any:
        """Whether an answer is final, or the key may still be on its way and changes it."""
        master = self.search.master.sae_id
        if self.store.must_deliver(asker.sae_id, master, ids):
            return lambda outcome: not isinstance(outcome, Refused)
        if not asker.elsewhere and self.store.must_refuse_unauthorised(asker.sae_id, master, ids):
            return lambda outcome: (
                not isinstance(outcome, Refused) or outcome.kind.name != "BAD_REQUEST"
            )
        return lambda _: True

    def _attempt(self, step: Any) -> None:
        try:
            step()
        except Undecidable as reason:
            self.search.over = str(reason)
        except TargetDown as reason:
            self.search.over = self.search.down = str(reason)

    def teardown(self) -> None:
        """Whoever has keys left fetches them: nothing may have been lost on the way."""
        for asker in self.search.askers:
            for key_id in list(self.ids):
                if self.idle:
                    return
                master = self.search.master.sae_id
                if self.store.must_deliver(asker.sae_id, master, [key_id]):
                    self._attempt(lambda a=asker, k=key_id: self._fetch(a, [k]))


@judges(deepens=JUDGED, keys=by_effort(40, 400, 4_000), chance=True)
def any_history_agrees_with_the_model(bench: Bench, judge: Judge) -> None:
    """Random histories of all three methods by everybody, held against a model of a key store."""
    search = Search(bench)
    for _ in range(bench.cases(3, len(JUDGED), len(JUDGED))):
        before = bench.driver.meter.spent.requests
        _explore(bench, search)
        if search.best is None:
            _conclude(judge, search, bench.driver.meter.spent.requests - before)
            return
        found = search.best.found
        judge.that(
            found.requirement,
            False,
            due=found.due,
            came=search.best.came,
            evidence=search.best.evidence,
        )
        search.asked.remove(found.requirement)
        search.begin()
    raise Undecidable("the search ended at other findings")


def _explore(bench: Bench, search: Search) -> None:
    """Looks for a history that breaks what is asked, and for the shortest such."""
    machine = type("Run", (History,), {"search": search})
    chosen = settings(
        max_examples=max(2, bench.cases(4, 25, 400)),
        stateful_step_count=bench.by_effort(8, 14, 40),
        database=None,
        deadline=None,
        print_blob=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        with with_reporter(lambda _text: None):
            run_state_machine_as_test(seed(bench.seed)(machine), settings=chosen)
    except (Broken, Flaky, ExceptionGroup) as ended:
        if search.best is None and not isinstance(ended, Flaky):
            raise  # a target whose answers do not repeat has broken nothing yet


def _conclude(judge: Judge, search: Search, requests: int) -> None:
    """No history contradicts what is still asked."""
    if search.down:
        raise Undecidable(search.down)
    if not search.steps:
        raise Undecidable(search.over or "no history had a key to fetch")
    for requirement in sorted(search.asked):
        judge.that(
            requirement,
            True,
            due="answers that the model allows",
            came=f"{search.steps} fetches in {requests} requests, all as the model allows",
            evidence=(),
        )
