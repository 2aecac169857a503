"""Requests that cannot be read (014 clauses 6.2 and 6.4)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, seed, settings

from qonform.checks.etsi014.rest_get import by_get
from qonform.drivers.etsi014_wire import Request, segment
from qonform.generators import malformed_requests as malformed
from qonform.judging import Effort, Undecidable, by_effort, judges
from qonform.ports.key_delivery import KeyRequest
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

    from qonform.checks.wires import RestBench
    from qonform.drivers.etsi014_wire import Answer
    from qonform.judging import Application, Bench, Judge


_PATIENCE = 3
"""Wrong answers after which nothing new is learnt."""
_MUCH = 2 << 20
"""More than an HTTP server need read of a body. Unit: byte."""


@judges(deepens=("ETSI-014-6.2-23",), keys=by_effort(0, 1, 1))
def a_body_that_is_too_much(rest: RestBench, judge: Judge) -> None:
    """Get key with two megabytes that are no JSON: refused in whatever way, or cut off."""
    bench = rest.bench
    if bench.effort is Effort.QUICK:
        judge.not_applicable("ETSI-014-6.2-23", "not sent in a hurry")
        return
    path, body = f"/{segment(bench.slave_id)}/enc_keys", b"[" + b" " * _MUCH
    request = Request("POST", path, body, beside=True)
    answer = bench.patiently(bench.master, partial(rest.send, bench.master, request))
    control = bench.get_key(KeyRequest())
    if answer.reply is None or not isinstance(control, Delivered):
        raise Undecidable(f"{answer}; an ordinary request: {control}")
    holds = 400 <= answer.reply.status < 500 and not answer.has_keys
    judge.that("ETSI-014-6.2-23", holds, due="a refusal, and no fault of the server",
               came=f"POST of {_MUCH} bytes: {answer}", evidence=[answer, control])  # fmt: skip


@judges("ETSI-014-6.2-23", keys=2)
def a_key_request_that_cannot_be_read(rest: RestBench, judge: Judge) -> None:
    """Get keys with one fault each: broken JSON, members of a wrong type, impossible numbers."""
    _key_requests(rest, judge).each(malformed.KEY_REQUESTS)


@judges(deepens=("ETSI-014-6.2-23",), keys=2, chance=True)
def any_key_request_that_cannot_be_read(rest: RestBench, judge: Judge) -> None:
    """Get keys with a fault that chance chooses."""
    _key_requests(rest, judge).some(rest.bench, malformed.key_requests())


def _key_requests(rest: RestBench, judge: Judge) -> Trial:
    """Get keys by the master, to whom one without fault is served."""
    bench = rest.bench
    bench.draw()
    got = bench.get_key(KeyRequest(), by=by_get(rest, bench.master))

    ask = partial(_asked, rest, bench.master, f"/{segment(bench.slave_id)}/enc_keys")
    return Trial(judge, "ETSI-014-6.2-23", ask, by_get=isinstance(got, Delivered))


def _asked(rest: RestBench, by: Application, path: str, case: malformed.Malformed) -> Answer:
    request = Request("POST", path, case.body)
    if case.body is None:
        request = Request("GET", f"{path}?{case.query}")
    return rest.bench.patiently(by, partial(rest.send, by, request))


@judges("ETSI-014-6.4-08", keys=3)
def key_ids_that_cannot_be_read(rest: RestBench, judge: Judge) -> None:
    """Get keys with key IDs, by the slave, with one fault each."""
    _key_ids(rest, judge).each(malformed.KEY_IDS)


@judges(deepens=("ETSI-014-6.4-08",), keys=3, chance=True)
def any_key_ids_that_cannot_be_read(rest: RestBench, judge: Judge) -> None:
    """Get keys with key IDs, by the slave, with a fault that chance chooses."""
    _key_ids(rest, judge).some(rest.bench, malformed.key_ids())


def _key_ids(rest: RestBench, judge: Judge) -> Trial:
    """Get keys with key IDs by the slave, to whom one without fault is served."""
    bench, master = rest.bench, rest.bench.master.sae_id
    _stays, first, second = bench.spares_of(3)  # so that no refusal is for want of any key
    if not isinstance(served := bench.fetch(bench.slave, [first.id]), Delivered):
        raise Undecidable(f"a request without fault is not served either: {served}")
    got = by_get(rest, bench.slave).keys.get_key_with_ids(master, [second.id])

    ask = partial(_asked, rest, bench.slave, f"/{segment(master)}/dec_keys")
    return Trial(judge, "ETSI-014-6.4-08", ask, by_get=isinstance(got, Delivered))


@judges(deepens=("ETSI-014-6.4-08",), keys=0)
def reserved_members_of_a_wrong_type(rest: RestBench, judge: Judge) -> None:
    """Get key with key IDs, by the slave: a key that nobody has, and an extension of a wrong type.

    Nobody need look at what is for future use: in either case there is no key to be had.
    """
    for case in malformed.RESERVED:
        slave, master = rest.bench.slave, rest.bench.master.sae_id
        ask = partial(rest.post_key_ids, slave, master, case.body)
        answer = rest.bench.patiently(slave, ask)
        if answer.reply is None:
            raise Undecidable(f"{case}: {answer}")
        holds = 400 <= answer.reply.status < 500 and not answer.has_keys
        judge.that("ETSI-014-6.4-08", holds, due="a refusal, and no fault of the server",
                   came=f"{case}: {answer}", evidence=[answer])  # fmt: skip


class Trial:
    """Tries malformed requests one by one: each is due 400, no key, and no fault of the server.

    Args:
        ask: sends one.
        by_get: whether a GET without fault is served; else GET is another requirement's matter.
    """

    def __init__(
        self,
        judge: Judge,
        requirement: str,
        ask: Callable[[malformed.Malformed], Answer],
        *,
        by_get: bool,
    ) -> None:
        self._judge = judge
        self._requirement = requirement
        self._ask = ask
        self._by_get = by_get
        self._wrong = 0
        self._gave_keys = False

    def each(self, cases: Sequence[malformed.Malformed]) -> None:
        """Tries these, simplest first."""
        for case in cases:
            self._one(case)
        if not self._gave_keys:
            self._judge.observed("A-23", "no")

    def some(self, bench: Bench, cases: SearchStrategy[malformed.Malformed]) -> None:
        """Tries some that chance chooses."""
        quiet = settings(
            max_examples=bench.cases(4, 40, 400), database=None, deadline=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        seed(bench.seed)(quiet(given(cases)(self._one)))()

    def _one(self, case: malformed.Malformed) -> None:
        if self._wrong >= _PATIENCE or (case.body is None and not self._by_get):
            return
        answer = self._ask(case)
        if answer.reply is None:
            self._wrong += 1
            self._judge.undecided(self._requirement, f"{case}: {answer}", evidence=[answer])
            return
        holds = answer.code == 400 and not answer.has_keys
        self._wrong += not holds
        if answer.has_keys:
            self._gave_keys = True
            self._judge.observed("A-23", f"yes, for {case}")
        self._judge.that(self._requirement, holds, due="400, and no key", came=f"{case}: {answer}",
                         evidence=[answer])  # fmt: skip
