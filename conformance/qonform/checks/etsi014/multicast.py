"""Additional slaves (014 clause 6.2, additional_slave_SAE_IDs)."""

from __future__ import annotations

from qonform.checks.etsi014.delivery import (
    asked_by_a_stranger,
    is_unauthorised,
    judge_still_there,
    same,
)
from qonform.judging import Application, Bench, Cost, Effort, Judge, Offer, Undecidable, judges
from qonform.ports.key_delivery import KeyRequest
from qonform.ports.outcome import Delivered, RefusalKind, Refused
from qonform.target import Role

NO_MULTICAST = "max_SAE_ID_count is 0: no additional slaves are offered"


def _if_offered(keys: float) -> Cost:
    return lambda offer, _effort: keys if offer.max_sae_id_count else 0


def _unless_offered(offer: Offer, _effort: Effort) -> float:
    return 0 if offer.max_sae_id_count else 2


@judges("ETSI-014-6.2-18", "ETSI-014-6.2-19", keys=_if_offered(2))
def every_named_slave_gets_the_key(bench: Bench, judge: Judge) -> None:
    """A key for two slaves, which both fetch: the slave in the URL first, then the other first."""
    if not bench.multicast:
        judge.not_applicable("ETSI-014-6.2-18", NO_MULTICAST)
        judge.not_applicable("ETSI-014-6.2-19", NO_MULTICAST)
        return
    slave, third = bench.slave, bench.third
    for order in ((slave, third), (third, slave)):
        keys = bench.draw(additional=[third])
        first, second = (bench.fetch(by, [key.id for key in keys]) for by in order)
        for by, fetched in zip(order, (first, second), strict=True):
            due = f"the master's key {keys[0]} for {by.sae_id}"
            judge_still_there(bench, judge, "ETSI-014-6.2-18", keys, fetched, due=due, alike=True)
        if isinstance(first, Delivered):
            due = f"the key for {order[1].sae_id}, after {order[0].sae_id} has had it"
            judge_still_there(bench, judge, "ETSI-014-6.2-19", keys, second, due=due)


def _if_two_offered(offer: Offer, _effort: Effort) -> float:
    return 2 if offer.max_sae_id_count > 1 else 0


@judges(deepens=("ETSI-014-6.2-18",), keys=_if_two_offered)
def every_one_of_two_additional_slaves_gets_the_keys(bench: Bench, judge: Judge) -> None:
    """Two keys in one request for three slaves, which fetch them one after the other."""
    if bench.multicast < 2:
        judge.not_applicable("ETSI-014-6.2-18", f"max_SAE_ID_count is {bench.multicast}")
        return
    others = _others(bench)
    if len(others) < 2:
        raise Undecidable("needs clients with the roles `additional-slave` and `bystander`")
    keys = bench.draw(min(2, bench.max_number), additional=others)
    for by in (*reversed(others), bench.slave):
        fetched = bench.fetch(by, [key.id for key in keys])
        due = f"the master's {len(keys)} keys for {by.sae_id}"
        judge_still_there(bench, judge, "ETSI-014-6.2-18", keys, fetched, due=due, alike=True)


def _one_for_each(offer: Offer, _effort: Effort) -> float:
    return 1 + min(2, offer.max_sae_id_count)


@judges(deepens=("ETSI-014-6.1-15",), keys=_one_for_each)
def as_many_slaves_as_offered(bench: Bench, judge: Judge) -> None:
    """A key for as many slaves as Status allows, and one for each of them alone."""
    if not bench.multicast:
        judge.not_applicable("ETSI-014-6.1-15", NO_MULTICAST)
        return
    others = _others(bench)[: bench.multicast]
    if len(others) < bench.multicast:
        raise Undecidable(f"Status allows {bench.multicast} additional slaves, and the manifest "
                          f"has {len(others)}")  # fmt: skip
    alone = [bench.get_key(KeyRequest(1, additional_slaves=(o.sae_id,))) for o in others]
    control = next((o for o in alone if not isinstance(o, Delivered)), alone[0])
    outcome = bench.get_key(KeyRequest(1, additional_slaves=tuple(o.sae_id for o in others)))
    bad = isinstance(outcome, Refused) and outcome.kind is RefusalKind.BAD_REQUEST
    due = f"a key for {len(others)} additional slaves, as many as Status allows"
    judge.refusal("ETSI-014-6.1-15", outcome, not bad, due=due, control=control)


@judges("ETSI-014-6.2-20", keys=_unless_offered)
def no_multicast_means_a_refusal(bench: Bench, judge: Judge) -> None:
    """An additional slave where Status says that there can be none."""
    if bench.multicast:
        judge.not_applicable("ETSI-014-6.2-20", "additional slaves are offered")
        return
    if bench.target.client(Role.ADDITIONAL_SLAVE) is None:
        _judge_stranger_named(bench, judge)
        return
    third = bench.third
    request = KeyRequest(additional_slaves=(third.sae_id,))
    outcome = bench.get_key(request)
    control = bench.get_key(KeyRequest())
    if isinstance(outcome, Delivered) and outcome.value.keys:
        keys = list(outcome.value.keys)
        fetched = bench.fetch(third, [key.id for key in keys], judged=True)
        judge.that(
            "ETSI-014-6.2-20",
            same(keys, fetched),
            due="a refusal, or the key for the additional slave too",
            came=f"Get key was served; {third.sae_id}, fetching the key: {fetched}",
        )
    else:
        judge.refusal(
            "ETSI-014-6.2-20",
            outcome,
            isinstance(outcome, Refused),
            due="a refusal",
            control=control,
        )


def _judge_stranger_named(bench: Bench, judge: Judge) -> None:
    """An SAE that is nowhere can show that the list is ignored; a refusal may be for the SAE."""
    outcome = bench.get_key(KeyRequest(additional_slaves=("sae-extra-0",)))
    if isinstance(outcome, Delivered) and outcome.value.keys:
        judge.that("ETSI-014-6.2-20", False, due="a refusal", came=outcome)
    else:
        raise Undecidable(
            "needs a client with the role `additional-slave`; the manifest has none, and an SAE "
            f"that is not there is {outcome}"
        )


@judges("ETSI-014-6.2-21", keys=_if_offered(1))
def more_slaves_than_offered(bench: Bench, judge: Judge) -> None:
    """One additional slave more than Status allows."""
    if not bench.multicast:
        judge.not_applicable("ETSI-014-6.2-21", NO_MULTICAST)
        return
    if bench.multicast > 1_000:
        raise Undecidable(f"max_SAE_ID_count is {bench.multicast}: too many to name")
    known = [a.sae_id for a in _others(bench)]
    named = known + [f"sae-extra-{i}" for i in range(bench.multicast + 1 - len(known))]
    request = KeyRequest(additional_slaves=tuple(named[: bench.multicast + 1]))
    outcome = bench.get_key(request)
    control = bench.get_key(KeyRequest(additional_slaves=tuple(known[:1])))
    judge.refusal(
        "ETSI-014-6.2-21",
        outcome,
        isinstance(outcome, Refused),
        due=f"no key for {len(request.additional_slaves or ())} additional slaves, since "
        f"max_SAE_ID_count is {bench.multicast}",
        control=control,
    )


@judges("ETSI-014-6.2-22", keys=_if_offered(1))
def an_sae_that_is_not_named_gets_nothing(bench: Bench, judge: Judge) -> None:
    """A key for two slaves; a further SAE at their KME asks for it."""
    if not bench.multicast:
        judge.not_applicable("ETSI-014-6.2-22", NO_MULTICAST)
        return
    bystander = bench.application(Role.BYSTANDER)
    if bystander.node != bench.slave.node:
        raise Undecidable(f"{bystander.sae_id} must be at the slave's node, {bench.slave.node}")
    (key,) = bench.draw(additional=[bench.third])
    refused = asked_by_a_stranger(bench, bystander, [key.id])
    judge.refusal(
        "ETSI-014-6.2-22",
        refused,
        is_unauthorised(refused),
        due=f"401 for {bystander.sae_id}",
        control=bench.fetch(bench.slave, [key.id]),
    )


def _others(bench: Bench) -> list[Application]:
    """SAEs beside master and slave that the manifest knows."""
    found = []
    for role in (Role.ADDITIONAL_SLAVE, Role.BYSTANDER):
        try:
            found.append(bench.application(role))
        except Undecidable:
            continue
    if not found:
        raise Undecidable("needs a client with the role `additional-slave`; the manifest has none")
    return found
