"""What is particular to REST: paths, the GET forms, and requests that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from qonform.checks.etsi014.fetching import (
    ONE_KEY_A_REQUEST,
    asked_again,
    asked_by_a_stranger,
    is_unauthorised,
    judge_nothing_consumed,
    judge_once,
    same,
)
from qonform.checks.etsi014.get_key import judge_odd_size, odd_size
from qonform.checks.wires import simple_call
from qonform.drivers.etsi014_wire import Request, segment
from qonform.generators import malformed_requests as malformed
from qonform.judging import Effort, Undecidable, by_effort, judges
from qonform.ports.key_delivery import (
    GetKey,
    GetKeyWithIds,
    GetStatus,
    KeyContainer,
    KeyRequest,
    Status,
)
from qonform.ports.outcome import Delivered, Failed, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

    from qonform.checks.wires import RestBench
    from qonform.drivers.etsi014_wire import Answer
    from qonform.judging import Application, Bench, Judge, Offer

_PATIENCE = 3
"""Wrong answers after which nothing new is learnt."""


@judges("ETSI-014-5.1-08", keys=1)
def the_three_paths_exist(rest: RestBench, judge: Judge) -> None:
    """A well-formed call of each method, at the path that table 2 gives."""
    bench = rest.bench
    _judge_path(judge, "{slave_SAE_ID}/status", bench.master.keys.get_status(bench.slave_id))
    bench.afford(bench.key_size)
    got = bench.master.keys.get_key(bench.slave_id, KeyRequest())
    if _is_absent(got):  # unless it was for want of keys
        got = bench.get_key(KeyRequest())
    _judge_path(judge, "{slave_SAE_ID}/enc_keys", got)
    key_ids = [key.id for key in got.value.keys] if isinstance(got, Delivered) else []
    if not key_ids:
        raise Undecidable(f"no key to ask dec_keys for: {got}")
    fetched = bench.fetch(bench.slave, key_ids[:1], judged=True)
    _judge_path(judge, "{master_SAE_ID}/dec_keys", fetched)


def _is_absent(outcome: Outcome[Any]) -> bool:
    return isinstance(outcome, Refused) and outcome.code in ("404", "405")


def _judge_path(judge: Judge, path: str, outcome: Outcome[Any]) -> None:
    judge.that("ETSI-014-5.1-08", not _is_absent(outcome), due=f"/api/v1/keys/{path}",
               came=f"{path}: {outcome}", evidence=[outcome])  # fmt: skip


@judges("ETSI-014-5.1-09", keys=0)
def the_path_is_url_decoded(rest: RestBench, judge: Judge) -> None:
    """Get status with one character of the slave's ID percent-encoded, then with all of them."""
    bench, slave = rest.bench, rest.bench.slave_id
    plain = rest.get_status(bench.master, slave)
    if not isinstance(plain.outcome, Delivered):
        raise Undecidable(f"Get status is not served without encoding either: {plain}")
    for encoded in dict.fromkeys((_encoded(slave[:1]) + segment(slave[1:]), _encoded(slave))):
        call = GetStatus(bench.master.sae_id, slave)
        request = Request("GET", f"/{encoded}/status", call=call)
        answer = bench.patiently(bench.master, partial(rest.send, bench.master, request))
        if answer.reply is None:
            raise Undecidable(f"{encoded}: {answer}")
        judge.that(
            "ETSI-014-5.1-09", _association(answer) == _association(plain),
            due=f"the Status of {slave} for {encoded}", came=f"{encoded}: {answer}",
            evidence=[plain, answer],
        )  # fmt: skip


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _association(answer: Answer) -> Status | None:
    """Whose Status it is: the rest may change by itself."""
    if isinstance(answer.outcome, Delivered) and isinstance(status := answer.outcome.value, Status):
        return Status(
            source_kme_id=status.source_kme_id,
            target_kme_id=status.target_kme_id,
            master_sae_id=status.master_sae_id,
            slave_sae_id=status.slave_sae_id,
        )
    return None


@judges(deepens=("ETSI-014-6.2-23",), keys=0)
def a_path_that_names_nobody(rest: RestBench, judge: Judge) -> None:
    """Get status for bytes that are not UTF-8, and a key of a master whose ID is empty."""
    bench = rest.bench
    control = rest.get_status(bench.master, bench.slave_id)
    if not isinstance(control.outcome, Delivered):
        raise Undecidable(f"Get status is not served for the slave either: {control}")
    for by, path in (
        (bench.master, "/%FF%C0/status"),
        (bench.slave, f"//dec_keys?key_ID={malformed.SOME_ID}"),
    ):
        request = Request("GET", path, beside=True)  # whoever reads it first may refuse it
        answer = bench.patiently(by, partial(rest.send, by, request))
        if answer.reply is None:
            raise Undecidable(f"{path}: {answer}")
        judge.that("ETSI-014-6.2-23", answer.reply.status < 500, due="no fault of the server",
                   came=f"{path}: {answer}", evidence=[control, answer])  # fmt: skip


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


@judges("ETSI-014-6.2-06", keys=1)
def a_key_request_may_state_nothing(bench: Bench, judge: Judge) -> None:
    """Get key that names the slave and nothing else; over HTTP, a POST of `{}`."""
    outcome = bench.get_key(KeyRequest())
    if isinstance(outcome, Refused):
        control = bench.get_key(KeyRequest(1, bench.key_size))
        if not isinstance(control, Delivered):
            raise Undecidable(f"{outcome}; nor is a request served that states all: {control}")
    served = isinstance(outcome, Delivered) and bool(outcome.value.keys)
    judge.that("ETSI-014-6.2-06", served, due="a key", came=outcome)


@judges("ETSI-014-6.2-07", keys=1)
def get_without_parameters_is_served(rest: RestBench, judge: Judge) -> None:
    """Get key by GET, without a query."""
    _judge_get(rest, judge, "ETSI-014-6.2-07", KeyRequest(), KeyRequest(1))


def _two_and_another_size(offer: Offer, _effort: Effort) -> float:
    bounds = (offer.smallest, min(4_096, offer.max_key_size))
    return 2 + 3 * offer.keys(next((s for s in bounds if s != offer.key_size), offer.key_size))


@judges("ETSI-014-6.2-08", keys=_two_and_another_size)
def get_with_number_and_size_is_served(rest: RestBench, judge: Judge) -> None:
    """Get key by GET with `number`, with `size`, and with both."""
    size, number = _another_size(rest.bench), min(2, rest.bench.max_number)
    for request in (KeyRequest(number), KeyRequest(size=size), KeyRequest(number, size)):
        _judge_get(rest, judge, "ETSI-014-6.2-08", request, request)


@judges(deepens=("ETSI-014-6.2-01",), keys=8)
def what_is_unknown_hides_nothing(rest: RestBench, judge: Judge) -> None:
    """Get key for two keys, by GET and by POST, as it is and beside an unknown parameter."""
    bench = rest.bench
    if bench.max_number < 2:
        judge.not_applicable("ETSI-014-6.2-01", ONE_KEY_A_REQUEST)
        return
    bench.afford(8 * bench.key_size)
    call = simple_call(bench.master, bench.slave_id, number=2)
    for ask in (rest.get_key, rest.post_key):
        plain = ask(bench.master, bench.slave_id, {"number": 2}, call=call)
        beside = ask(bench.master, bench.slave_id, {"qonform_unknown": 1, "number": 2}, call=call)
        if _keys_in(plain) == 2 and isinstance(beside.outcome, Delivered):
            judge.that("ETSI-014-6.2-01", _keys_in(beside) == 2, due="2 keys, or an error",
                       came=f"beside an unknown parameter, {_keys_in(beside)} keys",
                       evidence=[plain, beside])  # fmt: skip


def _keys_in(answer: Answer) -> int:
    return len(answer.outcome.value.keys) if isinstance(answer.outcome, Delivered) else 0


def _another_size(bench: Bench) -> int:
    """A size that Status says can be delivered; not the default one, where there is a choice."""
    if bench.cheapest != bench.smallest:
        return bench.key_size  # what Status says is not so: a matter of 6.2-05
    bounds = (s for s in bench.sizes if s % 8 == 0 and 0 < s <= 4_096)
    return next((s for s in bounds if s != bench.key_size), bench.key_size)


def _judge_get(
    rest: RestBench, judge: Judge, requirement: str, request: KeyRequest, stated: KeyRequest
) -> None:
    """The keys came that were asked for, or at least what the same request by POST yields.

    `stated` is the request as it is sure to be understood: a refusal counts if that is served.
    """
    bench = rest.bench
    outcome = bench.get_key(request, by=by_get(rest, bench.master))
    due = _amount([8 * -(-(request.size or bench.key_size) // 8)] * (request.number or 1))
    came = _came(outcome)
    if came != due:
        control = bench.get_key(stated if isinstance(outcome, Refused) else request)
        if isinstance(outcome, Failed) or not isinstance(control, Delivered):
            judge.undecided(requirement, f"{came}; the same by POST: {_came(control)}")
            return
        due = _came(control)
    judge.that(requirement, came == due, due=f"{due}, as by POST", came=came)


def _came(outcome: Outcome[KeyContainer]) -> str:
    if isinstance(outcome, Delivered):
        return _amount([key.material.bits for key in outcome.value.keys])
    return f"{outcome}"


def _amount(lengths: list[int]) -> str:
    """How many keys, and how long."""
    sizes = " and ".join(map(str, sorted(set(lengths)))) or "no"
    return f"{len(lengths)} key{'' if len(lengths) == 1 else 's'} of {sizes} bit"


@judges("ETSI-014-6.2-11", "ETSI-014-6.2-12", keys=2)
def a_size_by_get_that_is_no_multiple_of_8(rest: RestBench, judge: Judge) -> None:
    """Get key by GET for a size between the limits that is no multiple of 8."""
    bench, size = rest.bench, odd_size(rest.bench)
    if size is None:
        why = "no size between the limits of Status is anything but a multiple of 8"
        judge.not_applicable("ETSI-014-6.2-11", why)
        judge.not_applicable("ETSI-014-6.2-12", why)
        return
    bench.afford(size)
    asker = by_get(rest, bench.master)
    control = bench.get_key(KeyRequest(size=bench.smallest), by=asker)
    if not isinstance(control, Delivered):
        raise Undecidable(f"GET is not served at a multiple of 8 either: {control}")
    ask = partial(asker.keys.get_key, bench.slave_id, KeyRequest(size=size))
    outcome = bench.patiently(asker, ask)
    judge_odd_size(judge, size, outcome, control)


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

    def ask(case: malformed.Malformed) -> Answer:
        if case.body is not None:
            return rest.post_key(bench.master, bench.slave_id, case.body)
        path = f"/{segment(bench.slave_id)}/enc_keys?{case.query}"
        return rest.send(bench.master, Request("GET", path))

    careful = partial(bench.patiently, bench.master)
    return Trial(judge, "ETSI-014-6.2-23", ask, careful, by_get=isinstance(got, Delivered))


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

    def ask(case: malformed.Malformed) -> Answer:
        if case.body is not None:
            return rest.post_key_ids(bench.slave, master, case.body)
        return rest.get_key_ids(bench.slave, master, case.query or "")

    careful = partial(bench.patiently, bench.slave)
    return Trial(judge, "ETSI-014-6.4-08", ask, careful, by_get=isinstance(got, Delivered))


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


@judges("ETSI-014-6.4-08", keys=1)
def a_key_id_that_is_no_uuid(bench: Bench, judge: Judge) -> None:
    """The slave asks for a key by an ID that cannot be one; then for its own key."""
    master = bench.master.sae_id
    key = bench.spare()
    ask = partial(bench.slave.keys.get_key_with_ids, master, ["not-a-uuid"])
    refused = bench.patiently(bench.slave, ask)
    bad = isinstance(refused, Refused) and refused.kind is RefusalKind.BAD_REQUEST
    judge.refusal("ETSI-014-6.4-08", refused, bad, due="400",
                  control=bench.fetch(bench.slave, [key.id]))  # fmt: skip


@judges("ETSI-014-5.4-02", "ETSI-014-5.4-05", keys=1)
def a_third_party_is_refused_by_get(rest: RestBench, judge: Judge) -> None:
    """By GET, a key is asked for by a third party, then by its slave."""
    bench = rest.bench
    third, slave = by_get(rest, bench.third), by_get(rest, bench.slave)
    (key,) = bench.draw()
    refused = asked_by_a_stranger(bench, third, [key.id])
    fetched = bench.fetch(slave, [key.id])
    if not isinstance(refused, Delivered) and not isinstance(fetched, Delivered):
        _not_by_get(judge, fetched, "ETSI-014-5.4-02", "ETSI-014-5.4-05")
        return
    judge.refusal(
        "ETSI-014-5.4-02",
        refused,
        is_unauthorised(refused),
        due=f"401 for {third.sae_id}",
        control=fetched,
    )
    judge_nothing_consumed(bench, judge, refused, key, fetched)


@judges("ETSI-014-5.4-06", "ETSI-014-6.4-04", "ETSI-014-6.4-05", keys=1)
def a_key_is_delivered_once_by_get(rest: RestBench, judge: Judge) -> None:
    """By GET, a key is asked for by its slave, and by its slave once more."""
    bench = rest.bench
    slave = by_get(rest, bench.slave)
    key = bench.spare()
    fetched = bench.fetch(slave, [key.id])
    if not isinstance(fetched, Delivered):
        _not_by_get(judge, fetched, "ETSI-014-5.4-06", "ETSI-014-6.4-04", "ETSI-014-6.4-05")
        return
    judge_once(judge, fetched, asked_again(bench, slave, key))


@judges(deepens=("ETSI-014-5.4-06",), keys=2)
def a_key_is_delivered_once_by_either_method(rest: RestBench, judge: Judge) -> None:
    """A key that the slave has had by POST is asked for by GET, and one that it had by GET by POST.

    Where GET is not served, it refuses what it is asked for, and that is well, too.
    """
    bench = rest.bench
    by_post, by_query = bench.slave, by_get(rest, bench.slave)
    for first, then in ((by_post, by_query), (by_query, by_post)):
        key = bench.spare()
        fetched = bench.fetch(first, [key.id])
        again = then.keys.get_key_with_ids(bench.master.sae_id, [key.id])
        if isinstance(fetched, Delivered):
            judge.refusal(
                "ETSI-014-5.4-06",
                again,
                not isinstance(again, Delivered),
                due="a refusal: the slave has had the key",
                control=fetched,
            )


def _not_by_get(judge: Judge, fetched: Outcome[KeyContainer], *requirements: str) -> None:
    """What GET would show where it is served, POST shows where it is not."""
    for requirement in requirements:
        judge.not_applicable(requirement, f"by GET the slave gets no key: {fetched}")


@judges("ETSI-014-6.4-02", keys=1)
def a_key_is_fetched_by_get(rest: RestBench, judge: Judge) -> None:
    """Get key with key IDs by GET, for one key."""
    bench = rest.bench
    key = bench.spare()
    outcome = bench.fetch(by_get(rest, bench.slave), [key.id], judged=True)
    if isinstance(outcome, Refused) and not isinstance(
        by_post := bench.fetch(bench.slave, [key.id]), Delivered
    ):
        raise Undecidable(f"the key is not there by POST either: {by_post}")
    judge.that("ETSI-014-6.4-02", same([key], outcome), due=f"the key {key}", came=outcome)


class Trial:
    """Tries malformed requests one by one: each is due 400, no key, and no fault of the server.

    Args:
        ask: sends one.
        careful: asks again where the server is busy.
        by_get: whether a GET without fault is served; else GET is another requirement's matter.
    """

    def __init__(
        self,
        judge: Judge,
        requirement: str,
        ask: Callable[[malformed.Malformed], Answer],
        careful: Callable[[Callable[[], Answer]], Answer],
        *,
        by_get: bool,
    ) -> None:
        self._judge = judge
        self._requirement = requirement
        self._ask = ask
        self._careful = careful
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
        answer = self._careful(partial(self._ask, case))
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


@dataclass(frozen=True)
class GetForms:
    """Key delivery by GET alone (014 clauses 6.2 and 6.4), for one SAE."""

    rest: RestBench
    application: Application

    def get_status(self, slave: str) -> Outcome[Status]:
        """As ever."""
        return self.application.keys.get_status(slave)

    def get_key(self, slave: str, request: KeyRequest) -> Outcome[KeyContainer]:
        """GET enc_keys with `number` and `size`, the only members that it has."""
        members = {"number": request.number, "size": request.size}
        query = {name: value for name, value in members.items() if value is not None}
        call = GetKey(self.application.sae_id, slave, request)
        return self.rest.get_key(self.application, slave, query, call=call).outcome

    def get_key_with_ids(self, master: str, key_ids: Sequence[str]) -> Outcome[KeyContainer]:
        """GET dec_keys for a single key."""
        (key_id,) = key_ids
        call = GetKeyWithIds(self.application.sae_id, master, (key_id,))
        query = f"key_ID={segment(key_id)}"
        return self.rest.get_key_ids(self.application, master, query, call=call).outcome


def by_get(rest: RestBench, application: Application) -> Application:
    """The same SAE, asking by GET."""
    return replace(application, keys=GetForms(rest, application))
