"""What the standard leaves open: each probe records what the implementation does.

Nothing here is a verdict. What may use up keys is left out of a quick run. What every run shows
anyway is recorded by `monitors.open_points`.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from qonform.checks.callers import gave
from qonform.drivers.etsi014_wire import Request, key_ids_request, segment
from qonform.judging import Undecidable, judges
from qonform.monitors.open_points import said
from qonform.ports.key_delivery import KeyRequest, Status
from qonform.ports.outcome import Delivered, Outcome
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from qonform.checks.wires import RestBench
    from qonform.drivers.etsi014_wire import Answer
    from qonform.judging import Bench, Judge
    from qonform.judging.cost import Cost
    from qonform.ports.key_delivery import Key

NOBODY = "an-sae-that-is-not-there"
UNKNOWN_ID = "5f8b7c1e-3a4d-4c55-9d6e-7f8091a2b3c4"
NO_MULTICAST = "no additional slaves are offered"


def _small(number: int, default: int = 0) -> Cost:
    """So many keys of the smallest size, and so many of the default size."""
    return lambda offer, _effort: default + offer.keys(number * offer.smallest)


@judges(keys=0)
def odd_questions(bench: Bench, judge: Judge) -> None:
    """Calls that cost no key: number 0, an unknown slave, oneself, no key ID, the reverse pair."""
    master, slave = bench.master, bench.slave_id
    note = Notes(judge)
    note("A-01", "number = 0", lambda: master.keys.get_key(slave, KeyRequest(number=0)))
    note("A-10", "Get status, unknown slave", lambda: master.keys.get_status(NOBODY))
    note("A-10", "Get status, outsider", lambda: master.keys.get_status(_outsider(bench)))
    note("A-11", "Get status", lambda: master.keys.get_status(master.sae_id))
    note("A-13", "an empty list", lambda: bench.slave.keys.get_key_with_ids(master.sae_id, []))
    note("A-34", "the slave, asking about the master",
         lambda: bench.slave.keys.get_status(master.sae_id))  # fmt: skip
    note("A-34", "the slave, asking about itself", lambda: bench.slave.keys.get_status(slave))
    note("A-35", "Get status", lambda: bench.slave.keys.get_status(bench.third.sae_id))


@judges(keys=0)
def a_key_left_lying(bench: Bench, judge: Judge) -> None:
    """The slave fetches the oldest key of the run that nobody has asked for yet."""
    left = bench.spares.take_oldest()
    if left is None:
        judge.observed("A-28", "not asked: no key was left lying")
        return
    key, age = left
    step = max((s for s in (0.1, 1, 10, 60, 600, 3_600) if s <= age), default=0)
    note = Notes(judge)
    note("A-28", f"a key that nobody had asked for in more than {step:g} s",
         lambda: bench.slave.keys.get_key_with_ids(bench.master.sae_id, [key.id]))  # fmt: skip


@judges(keys=7)
def odd_key_requests(bench: Bench, judge: Judge) -> None:
    """Get keys for an unknown slave, for oneself, at one KME, and with odd additional slaves."""
    master, slave = bench.master, bench.slave_id
    bench.afford(7 * bench.key_size)
    note = Notes(judge)
    note("A-10", "Get key, unknown slave", lambda: master.keys.get_key(NOBODY, KeyRequest()))
    note("A-10", "Get key, outsider", lambda: master.keys.get_key(_outsider(bench), KeyRequest()))
    note("A-11", "Get key", lambda: master.keys.get_key(master.sae_id, KeyRequest()))
    _pair_at_one_kme(bench, note)
    odd = {
        "the slave among the additional slaves": lambda: (slave,),
        "the master among the additional slaves": lambda: (master.sae_id,),
        "one SAE twice among the additional slaves": lambda: (bench.third.sae_id,) * 2,
    }
    for what, named in odd.items():

        def ask(named: Callable[[], tuple[str, ...]] = named) -> Outcome[Any]:
            if len(named()) > bench.multicast:
                raise Undecidable(NO_MULTICAST if not bench.multicast else "only one is offered")
            return master.keys.get_key(slave, KeyRequest(additional_slaves=named()))

        note("A-30", what, ask)


def _pair_at_one_kme(bench: Bench, note: Notes) -> None:
    """The slave calls Get key for the additional slave, which is at the same KME."""
    got = note(
        "A-35", "Get key", lambda: bench.slave.keys.get_key(bench.third.sae_id, KeyRequest())
    )
    if isinstance(got, Delivered) and gave(got):
        ids = [key.id for key in got.value.keys]
        master = bench.slave.sae_id
        note("A-35", "the other one's fetch", lambda: bench.fetch(bench.third, ids, master=master))


def _arrived(bench: Bench, number: int) -> list[Key]:
    """Keys that have reached the slave's KME, as the last, which the slave fetches, shows."""
    *keys, probe = bench.draw(number + 1, size=bench.cheapest)
    fetched = bench.fetch(bench.slave, [probe.id])
    if not isinstance(fetched, Delivered):
        raise Undecidable(f"the slave does not get its keys: {fetched}")
    return keys


@judges(keys=_small(7, 1))
def odd_key_ids(bench: Bench, judge: Judge) -> None:
    """Fetches by strangers, under a wrong master, by an ID in another form, and of one ID twice."""
    note, master, slave = Notes(judge), bench.master.sae_id, bench.slave.keys
    _note_delay(bench, judge)
    had, afar, other, bare, cased, twice = (key.id for key in _arrived(bench, 6))
    bench.fetch(bench.slave, [had])
    note(
        "A-06",
        "asked for a key that its slave has had",
        lambda: bench.third.keys.get_key_with_ids(master, [had]),
    )
    note(
        "A-07",
        "an SAE that was not named, at the master's KME",
        lambda: _outsiders_keys(bench).get_key_with_ids(master, [afar]),
    )
    note(
        "A-09",
        "the slave, naming another master",
        lambda: slave.get_key_with_ids(bench.third.sae_id, [other]),
    )
    note(
        "A-16",
        "an ID without hyphens",
        lambda: slave.get_key_with_ids(master, [bare.replace("-", "")]),
    )
    note(
        "A-16",
        "an ID in the other letter case",
        lambda: slave.get_key_with_ids(master, [cased.swapcase()]),
    )
    answer = note("A-12", "one ID twice", lambda: slave.get_key_with_ids(master, [twice, twice]))
    if not gave(answer):
        kept = isinstance(bench.fetch(bench.slave, [twice]), Delivered)
        judge.observed("A-12", "afterwards the key is " + ("still there" if kept else "lost"))


def _note_delay(bench: Bench, judge: Judge) -> None:
    """How soon the slave can fetch a key, in rough steps, for it is never quite the same."""
    (key,) = bench.draw()
    began = time.monotonic()
    before = bench.slave.keys.get_key_with_ids(bench.master.sae_id, [key.id])
    if isinstance(before, Delivered):
        judge.observed("A-27", "at once")
        return
    came = isinstance(bench.fetch(bench.slave, [key.id]), Delivered)
    took = time.monotonic() - began
    soon = next((step for step in (0.1, 0.5, 1, 2, 5, 10, 30) if took <= step), 60)
    when = f"within {soon:g} s" if came else f"not within {bench.delay_s:g} s"
    judge.observed("A-27", f"{when}; before that: {said(before)}")


@judges(keys=_small(3, 2))
def a_key_asked_for_again(bench: Bench, judge: Judge) -> None:
    """A key asked for after its delivery, at once several times, in company, and by two slaves."""
    note, master, slave = Notes(judge), bench.master.sae_id, bench.slave.keys
    key, contended = _arrived(bench, 2)
    bench.fetch(bench.slave, [key.id])
    note("A-05", "once more, after its delivery", lambda: slave.get_key_with_ids(master, [key.id]))
    _at_once(bench, judge, contended)
    note("A-08", "somebody else's key and an unknown one", partial(_foreign_and_unknown, bench))
    if not bench.multicast:
        judge.observed("A-29", f"not asked: {NO_MULTICAST}")
        return
    keys = bench.draw(additional=[bench.third])
    ids = [key.id for key in keys]
    note("A-29", "one slave", partial(bench.fetch, bench.slave, ids))
    for what, by in (
        ("the same slave again", bench.slave),
        ("then the other slave", bench.third),
        ("the other slave again", bench.third),
    ):
        note("A-29", what, partial(by.keys.get_key_with_ids, master, ids))


def _at_once(bench: Bench, judge: Judge, key: Key) -> None:
    """Several requests for one key at one moment."""
    number = min(4, bench.target.limits.max_concurrency)
    if number < 2:
        judge.observed("A-05", "at one moment: not asked, limits.max_concurrency is 1")
        return
    ask = partial(bench.slave.keys.get_key_with_ids, bench.master.sae_id, [key.id])
    outcomes = [shot.outcome for shot in bench.burst([ask] * number)]
    served = sum(isinstance(outcome, Delivered) for outcome in outcomes)
    others = sorted({said(o) for o in outcomes if not isinstance(o, Delivered)})
    told = f"; the others: {', '.join(others)}" if others else ""
    times = {0: "never served", 1: "served once"}.get(served, f"served {served} times")
    judge.observed("A-05", f"{number} times at one moment: {times}{told}")


def _foreign_and_unknown(bench: Bench) -> Outcome[Any]:
    if bench.max_number < 2:
        raise Undecidable("one request may have only one key")
    (foreign,) = bench.draw(to=bench.third.sae_id)
    return bench.slave.keys.get_key_with_ids(bench.master.sae_id, [foreign.id, UNKNOWN_ID])


@judges(keys=_small(2))
def a_key_whose_answer_was_lost(rest: RestBench, judge: Judge) -> None:
    """The slave fetches a key, the connection breaks when the answer begins, and it asks again."""
    bench = rest.bench
    (key,), slave, master = _arrived(bench, 1), bench.slave, bench.master.sae_id
    request = key_ids_request(slave.sae_id, master, [key.id])
    if rest.driver.cut_off(slave.node, slave.identity, request):
        note = Notes(judge)
        note("A-05", "once more, after a connection that broke when the answer began",
             lambda: slave.keys.get_key_with_ids(master, [key.id]))  # fmt: skip


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
    master = segment(rest.bench.master.sae_id)
    slave = Beside(rest, judge, by_slave=True)
    slave("A-13", "GET without key_ID", Request("GET", f"/{master}/dec_keys"))


@judges(keys=_small(5))
def several_key_ids_in_a_get(rest: RestBench, judge: Judge) -> None:
    """A GET for two keys, with key_ID twice, and with key_IDs and a comma."""
    bench, path = rest.bench, f"/{segment(rest.bench.master.sae_id)}/dec_keys"
    note = Beside(rest, judge, by_slave=True)
    ids = [key.id for key in _arrived(bench, 4)]
    for what, query in (
        ("key_ID twice", f"key_ID={ids[0]}&key_ID={ids[1]}"),
        ("key_IDs with a comma", f"key_IDs={ids[2]},{ids[3]}"),
    ):
        note("A-14", what, Request("GET", f"{path}?{query}"))
    for key_id in ids:  # lest another check take for a spare what this has used up
        bench.slave.keys.get_key_with_ids(bench.master.sae_id, [key_id])


@judges(keys=11)
def odd_forms_of_get_key(rest: RestBench, judge: Judge) -> None:
    """Get keys of a form that the text leaves open: no body, other integers, empty lists."""
    rest.bench.afford(11 * rest.bench.key_size)
    path = f"/{segment(rest.bench.slave_id)}/enc_keys"
    note = Beside(rest, judge)
    note("A-22", "POST without a body", Request("POST", path, b""))
    note("A-15", "unknown JSON member in Get key", Request("POST", path, b'{"qonform_unknown": 1}'))
    note("A-15", "unknown query parameter in Get key",
         Request("GET", f"{path}?qonform_unknown=1"))  # fmt: skip
    for form in ('"1"', "1.0", "1e0", "true"):
        note("A-24", f"number = {form}", Request("POST", path, f'{{"number": {form}}}'.encode()))
    note("A-30", "an empty list of additional slaves",
         Request("POST", path, b'{"additional_slave_SAE_IDs": []}'))  # fmt: skip
    note("A-31", "an empty list", Request("POST", path, b'{"extension_mandatory": []}'))
    note("A-31", "an empty object in the list",
         Request("POST", path, b'{"extension_mandatory": [{}]}'))  # fmt: skip
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
    """Makes calls and records what came of them, or why they could not be made."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def __call__(
        self, observation: str, what: str, ask: Callable[[], Outcome[Any]]
    ) -> Outcome[Any]:
        """Asks, and records the answer. Returns it; a Delivered of nothing if it was not asked."""
        try:
            outcome = ask()
        except Undecidable as reason:
            self._judge.observed(observation, f"{what}: not asked, {reason}")
            return Delivered(None, 0)
        self._judge.observed(observation, f"{what}: {said(outcome)}")
        return outcome


class Beside:
    """Sends requests beside the interface and records what came back."""

    def __init__(self, rest: RestBench, judge: Judge, *, by_slave: bool = False) -> None:
        self._rest = rest
        self._judge = judge
        self._by_slave = by_slave

    def __call__(self, observation: str, what: str, request: Request) -> Answer:
        """Sends it, and records the answer."""
        bench = self._rest.bench
        by = bench.slave if self._by_slave else bench.master
        answer = self._rest.driver.send(by.node, by.identity, replace(request, beside=True))
        self._judge.observed(observation, f"{what}: {_came(answer)}")
        return answer


def _came(answer: Answer) -> str:
    """What came of a request beside the interface: `served, with 1 key`, `refused with 404`."""
    if answer.code is None or answer.code >= 400:
        told = "no answer" if answer.code is None else f"refused with {answer.code}"
        return f"{told}, and with keys in the answer" if answer.has_keys else told
    if answer.code >= 300:
        return f"redirected with {answer.code}"
    keys = answer.json.get("keys") if isinstance(answer.json, dict) else None
    if isinstance(keys, list):
        return f"served, with {len(keys)} {'key' if len(keys) == 1 else 'keys'}"
    return f"answered with {answer.code}"
