"""What the standard leaves open: each probe records what the implementation does.

Nothing here is a verdict. What may use up keys is left out of a quick run.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from qonform.checks.callers import gave
from qonform.drivers.etsi014_wire import Request, segment
from qonform.exchanges import redact_text
from qonform.judging import Undecidable, judges
from qonform.ports.key_delivery import KeyContainer, KeyRequest, Status
from qonform.ports.outcome import Delivered, Outcome
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from qonform.checks.wires import RestBench
    from qonform.drivers.etsi014_wire import Answer
    from qonform.judging import Bench, Judge
    from qonform.ports.key_delivery import Key

NOBODY = "an-sae-that-is-not-there"
UNKNOWN_ID = "5f8b7c1e-3a4d-4c55-9d6e-7f8091a2b3c4"


@judges(keys=0)
def odd_questions(bench: Bench, judge: Judge) -> None:
    """Calls that cost no key: number 0, an unknown slave, oneself, no key ID, the reverse pair."""
    master, slave = bench.master, bench.slave_id
    note = Notes(judge)
    note("A-01", "", lambda: master.keys.get_key(slave, KeyRequest(number=0)))
    note("A-10", "Get status, unknown slave", lambda: master.keys.get_status(NOBODY))
    note("A-10", "Get status, outsider", lambda: master.keys.get_status(_outsider(bench)))
    note("A-11", "Get status", lambda: master.keys.get_status(master.sae_id))
    note("A-13", "", lambda: bench.slave.keys.get_key_with_ids(master.sae_id, []))
    note("A-34", "about the master", lambda: bench.slave.keys.get_status(master.sae_id))
    note("A-34", "about itself", lambda: bench.slave.keys.get_status(slave))
    note("A-35", "Get status", lambda: bench.slave.keys.get_status(bench.third.sae_id))


@judges(keys=4)
def odd_key_requests(bench: Bench, judge: Judge) -> None:
    """Get keys for an unknown slave, for oneself, and for additional slaves named twice."""
    master, slave = bench.master, bench.slave_id
    bench.afford(4 * bench.key_size)
    note = Notes(judge)
    note("A-10", "Get key, unknown slave", lambda: master.keys.get_key(NOBODY, KeyRequest()))
    note("A-11", "Get key", lambda: master.keys.get_key(master.sae_id, KeyRequest()))
    if bench.multicast:
        again = KeyRequest(additional_slaves=(slave,))
        note("A-30", "the slave again", lambda: master.keys.get_key(slave, again))
    if bench.multicast > 1:
        note("A-30", "one SAE twice", lambda: master.keys.get_key(slave, _twice(bench)))


def _twice(bench: Bench) -> KeyRequest:
    return KeyRequest(additional_slaves=(bench.third.sae_id,) * 2)


@judges(keys=5)
def odd_key_ids(bench: Bench, judge: Judge) -> None:
    """Fetches by strangers, under a wrong master, by an ID in another form, and of one ID twice."""
    note, master, slave = Notes(judge), bench.master.sae_id, bench.slave.keys
    (key,) = bench.draw()
    if _was_late(bench, judge, key):
        return  # a refusal would say no more than that the key is on its way
    note("A-06", "", lambda: bench.third.keys.get_key_with_ids(master, [key.id]))
    key = bench.draw()[0]
    note("A-07", "", lambda: _outsiders_keys(bench).get_key_with_ids(master, [key.id]))
    probes: tuple[tuple[str, str, Callable[[Key], Outcome[Any]]], ...] = (
        ("A-09", "", lambda k: slave.get_key_with_ids(bench.third.sae_id, [k.id])),
        ("A-16", "without hyphens",
         lambda k: slave.get_key_with_ids(master, [k.id.replace("-", "")])),
        ("A-16", "in the other letter case",
         lambda k: slave.get_key_with_ids(master, [k.id.swapcase()])),
    )  # fmt: skip
    for observation, what, ask in probes:
        if gave(note(observation, what, partial(ask, key))):
            key = bench.draw()[0]
    if not gave(note("A-12", "", lambda: slave.get_key_with_ids(master, [key.id, key.id]))):
        lost = not isinstance(bench.fetch(bench.slave, [key.id]), Delivered)
        judge.observed("A-12", "afterwards the key is " + ("lost" if lost else "still there"))


def _was_late(bench: Bench, judge: Judge, key: Key) -> bool:
    """How soon the slave can fetch a key, in rough steps, for it is never quite the same."""
    began = time.monotonic()
    before = bench.slave.keys.get_key_with_ids(bench.master.sae_id, [key.id])
    if isinstance(before, Delivered):
        judge.observed("A-27", "at once")
        return False
    came = isinstance(bench.fetch(bench.slave, [key.id]), Delivered)
    took = time.monotonic() - began
    soon = next((step for step in (0.1, 0.5, 1, 2, 5, 10, 30) if took <= step), 60)
    when = f"within {soon:g} s" if came else f"not within {bench.delay_s:g} s"
    judge.observed("A-27", f"{when}; before that: {said(before)}")
    return True


def _outsider(bench: Bench) -> str:
    return bench.application(Role.OUTSIDER).sae_id


def _outsiders_keys(bench: Bench) -> Any:
    """An SAE at a KME that never held the key."""
    outsider = bench.application(Role.OUTSIDER)
    if outsider.node == bench.slave.node:
        raise Undecidable("the outsider is at the slave's KME")
    return outsider.keys


@judges(keys=0)
def odd_paths_and_methods(rest: RestBench, judge: Judge) -> None:
    """Get status with a trailing slash, a double slash, other letter case; other HTTP methods."""
    path = f"/{segment(rest.bench.slave_id)}"
    note = Beside(rest, judge)
    note("A-17", "a trailing slash", Request("GET", f"{path}/status/"))
    note("A-17", "a double slash", Request("GET", f"/{path}/status"))
    note("A-17", "STATUS", Request("GET", f"{path}/STATUS"))
    for method in ("HEAD", "OPTIONS", "PUT", "POST"):
        body = None if method in ("HEAD", "OPTIONS") else b"{}"
        note("A-18", f"{method} status", Request(method, f"{path}/status", body))
    note("A-15", "unknown query parameter in Get status",
         Request("GET", f"{path}/status?qonform_unknown=1"))  # fmt: skip
    query = f"key_ID={UNKNOWN_ID}"
    master = segment(rest.bench.master.sae_id)
    slave = Beside(rest, judge, by_slave=True)
    slave("A-13", "GET without key_ID", Request("GET", f"/{master}/dec_keys"))
    twice = Request("GET", f"/{master}/dec_keys?{query}&{query}")
    slave("A-14", "an unknown key_ID twice", twice)


@judges(keys=8)
def odd_forms_of_get_key(rest: RestBench, judge: Judge) -> None:
    """Get keys of a form that the text leaves open: no body, other integers, empty lists."""
    rest.bench.afford(8 * rest.bench.key_size)
    path = f"/{segment(rest.bench.slave_id)}/enc_keys"
    note = Beside(rest, judge)
    note("A-22", "", Request("POST", path, b""))
    note("A-15", "unknown JSON member in Get key", Request("POST", path, b'{"qonform_unknown": 1}'))
    note("A-24", '"1"', Request("POST", path, b'{"number": "1"}'))
    note("A-24", "1.0", Request("POST", path, b'{"number": 1.0}'))
    note("A-24", "true", Request("POST", path, b'{"number": true}'))
    note("A-30", "an empty list", Request("POST", path, b'{"additional_slave_SAE_IDs": []}'))
    note("A-31", "an empty list", Request("POST", path, b'{"extension_mandatory": []}'))
    before = _stored(rest)
    answer = note("A-18", "HEAD enc_keys", Request("HEAD", path))
    after = _stored(rest)
    if answer.code == 200 and before is not None and after is not None and after < before:
        judge.observed("A-18", "HEAD enc_keys uses up a key")


def _stored(rest: RestBench) -> int | None:
    outcome = rest.get_status(rest.bench.master, rest.bench.slave_id).outcome
    if isinstance(outcome, Delivered) and isinstance(outcome.value, Status):
        return outcome.value.stored_key_count
    return None


class Notes:
    """Makes calls and records what came of them; what cannot be asked is passed over."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def __call__(
        self, observation: str, what: str, ask: Callable[[], Outcome[Any]]
    ) -> Outcome[Any]:
        """Asks, and records the answer. Returns it; a Delivered of nothing if it was not asked."""
        try:
            outcome = ask()
        except Undecidable:
            return Delivered(None, 0)
        self._judge.observed(observation, f"{what}: {said(outcome)}" if what else said(outcome))
        return outcome


class Beside:
    """Sends requests beside the interface and records the code that came back."""

    def __init__(self, rest: RestBench, judge: Judge, *, by_slave: bool = False) -> None:
        self._rest = rest
        self._judge = judge
        self._by_slave = by_slave

    def __call__(self, observation: str, what: str, request: Request) -> Answer:
        """Sends it, and records the answer."""
        bench = self._rest.bench
        by = bench.slave if self._by_slave else bench.master
        answer = self._rest.driver.send(by.node, by.identity, replace(request, beside=True))
        came = f"{answer.code}" if answer.reply else f"{answer}"
        came += ", with keys" if answer.has_keys else ""
        self._judge.observed(observation, f"{what}: {came}" if what else came)
        return answer


def said(outcome: Outcome[Any]) -> str:
    """What came, without what differs from run to run: keys, IDs, counts."""
    match outcome:
        case Delivered(value=KeyContainer(keys=keys)):
            return f"served; keys: {len(keys)}"
        case Delivered(value=Status() as status):
            return f"served, as master {status.master_sae_id} and slave {status.slave_sae_id}"
        case _:
            return redact_text(f"{outcome}")
