"""Get key with key IDs: who may fetch what, and how it is refused (014 clauses 5.4 and 6.4)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qonform.checks.etsi014.delivery import (
    ONE_KEY_A_REQUEST,
    asked_again,
    asked_by_a_stranger,
    is_unauthorised,
    judge_gone,
    judge_not_found,
    judge_nothing_consumed,
    judge_once,
    judge_still_there,
    same,
)
from qonform.drivers.identity import Identity
from qonform.judging import Bench, Judge, Undecidable, judges
from qonform.ports.key_delivery import KeyRequest
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.ports.key_delivery import Key, KeyContainer


@judges("ETSI-014-6.4-01", "ETSI-014-6.4-03", keys=4)
def one_key_or_several(bench: Bench, judge: Judge) -> None:
    """The slave fetches one key, then three in one request, or as many as Status allows.

    Where no key has arrived by any method, nothing says that it is the request that is not served.
    """
    one, *several = bench.draw(1 + min(3, bench.max_number))
    fetched = bench.fetch(bench.slave, [one.id], judged=True)
    served = isinstance(fetched, Delivered)
    if not served and not bench.has_arrivals:
        raise Undecidable(f"no key has reached another SAE in this run: {fetched}")
    judge.that("ETSI-014-6.4-01", served, due="a container with the key", came=fetched)
    _judge_exactly(judge, [one], fetched)
    if served:
        fetched = bench.fetch(bench.slave, [key.id for key in several])
        due = f"a container with {len(several)} keys"
        judge_still_there(bench, judge, "ETSI-014-6.4-01", several, fetched, due=due)
        _judge_exactly(judge, several, fetched)


def _judge_exactly(judge: Judge, keys: Sequence[Key], fetched: Outcome[KeyContainer]) -> None:
    if isinstance(fetched, Delivered):
        judge.that(
            "ETSI-014-6.4-03",
            {key.id.lower() for key in fetched.value.keys} == {key.id.lower() for key in keys},
            due="exactly the keys asked for",
            came=fetched,
        )


@judges(deepens=("ETSI-014-5.4-01",), keys=3)
def keys_of_several_requests_at_once(bench: Bench, judge: Judge) -> None:
    """The slave fetches keys of two sizes in one request, the latest first."""
    if bench.max_number < 2:
        judge.not_applicable("ETSI-014-5.4-01", ONE_KEY_A_REQUEST)
        return
    least = bench.sizes[0] if bench.sizes[0] % 8 == 0 else None
    keys = bench.draw(size=least) + bench.draw(min(2, bench.max_number - 1))
    fetched = bench.fetch(bench.slave, [key.id for key in reversed(keys)])
    if isinstance(fetched, Delivered):
        due = f"the master's {len(keys)} keys"
        judge.that("ETSI-014-5.4-01", same(keys, fetched), due=due, came=fetched)
    else:
        judge.not_applicable("ETSI-014-5.4-01", f"{len(keys)} key IDs at once are not served")


@judges("ETSI-014-5.4-02", "ETSI-014-5.4-05", keys=1)
def a_third_party_is_refused(bench: Bench, judge: Judge) -> None:
    """An SAE that Get key did not name asks the slave's KME for the key; then the slave does."""
    third = bench.third
    (key,) = bench.draw()
    refused = asked_by_a_stranger(bench, third, [key.id])
    fetched = bench.fetch(bench.slave, [key.id])
    judge.refusal(
        "ETSI-014-5.4-02",
        refused,
        is_unauthorised(refused),
        due=f"401 for {third.sae_id}",
        control=fetched,
    )
    judge_nothing_consumed(bench, judge, refused, key, fetched)


@judges("ETSI-014-5.4-02", keys=1)
def nobody_else_gets_the_key_at_any_kme(bench: Bench, judge: Judge) -> None:
    """Every SAE that Get key did not name asks every KME for the key; then the slave does."""
    key = bench.spare()
    strangers = [
        bench.at(node, replace(Identity.of(client), enrolled=node == client.node))
        for client in bench.target.clients
        if not client.roles & {Role.MASTER, Role.SLAVE, Role.UNENROLLED, Role.EXPIRED}
        for node in bench.nodes
    ]
    if not strangers:
        raise Undecidable("the manifest has no enrolled SAE beside master and slave")
    asked = [(s, s.keys.get_key_with_ids(bench.master.sae_id, [key.id])) for s in strangers]
    fetched = bench.fetch(bench.slave, [key.id])
    served = any(isinstance(outcome, Delivered) for _, outcome in asked)
    if not served and not isinstance(fetched, Delivered):
        raise Undecidable(f"the slave does not get the key either: {fetched}")
    for stranger, outcome in asked:  # a KME that turns a stranger away at the door is right, too
        judge.that(
            "ETSI-014-5.4-02",
            not isinstance(outcome, Delivered),
            due=f"no key for {stranger}",
            came=outcome,
            evidence=[outcome, fetched],
        )


@judges(deepens=("ETSI-014-5.4-02",), keys=1)
def a_key_of_two_saes_at_one_kme_is_theirs_alone(bench: Bench, judge: Judge) -> None:
    """The slave gets a key for an SAE of its own KME, if that is served; a third one asks for it.

    Whether two SAEs of one KME can share keys is open (A-35), and so is the code of the refusal.
    """
    slave, third = bench.slave, bench.third
    bystander = bench.application(Role.BYSTANDER)
    if bench.target.claims.keys.one_way:
        judge.not_applicable("ETSI-014-5.4-02", "the manifest claims one_way")
        return
    got = bench.get_key(KeyRequest(1, bench.cheapest), by=slave, to=third.sae_id)
    if third.node != slave.node or not isinstance(got, Delivered):
        judge.not_applicable("ETSI-014-5.4-02", f"no key for two SAEs of one KME: {got}")
        return
    ids = [key.id for key in got.value.keys]
    refused = bystander.keys.get_key_with_ids(slave.sae_id, ids)
    judge.refusal(
        "ETSI-014-5.4-02",
        refused,
        not isinstance(refused, Delivered),
        due=f"no key for {bystander.sae_id}",
        control=bench.fetch(third, ids, master=slave.sae_id),
    )


@judges("ETSI-014-5.4-03", "ETSI-014-5.4-05", keys=2)
def a_batch_with_one_foreign_key(bench: Bench, judge: Judge) -> None:
    """The slave asks for its own key together with a key of another SAE, in either order."""
    if bench.max_number < 2:
        judge.not_applicable("ETSI-014-5.4-03", ONE_KEY_A_REQUEST)
        judge.not_applicable("ETSI-014-5.4-05", ONE_KEY_A_REQUEST)
        return
    third, slave = bench.third, bench.slave
    (own,), (foreign,) = bench.draw(), bench.draw(to=third.sae_id)
    asked: list[Outcome[KeyContainer]] = []
    for batch in ([own.id, foreign.id], [foreign.id, own.id]):
        asked.append(asked_by_a_stranger(bench, slave, batch))
        if isinstance(asked[-1], Delivered):
            break
    fetched = bench.fetch(slave, [own.id])
    for refused in asked:
        judge.refusal(
            "ETSI-014-5.4-03",
            refused,
            is_unauthorised(refused),
            due="401 for the whole request",
            control=fetched,
        )
    judge_nothing_consumed(bench, judge, asked[-1], own, fetched)
    judge_nothing_consumed(bench, judge, asked[-1], foreign, bench.fetch(third, [foreign.id]))


NOBODY = "qonform-nobody"
"""An SAE ID that no network has."""


@judges("ETSI-014-5.4-09", keys=2)
def a_key_belongs_to_its_master(bench: Bench, judge: Judge) -> None:
    """The slave asks for its own key in the name of every other SAE, and then of its master."""
    key = bench.arrived()
    others = [client.id for client in bench.target.clients if client.id != bench.master.sae_id]
    asked: list[Outcome[KeyContainer]] = []
    for other in (NOBODY, *others):
        asked.append(bench.slave.keys.get_key_with_ids(other, [key.id]))
        if isinstance(asked[-1], Delivered):
            break
    fetched = bench.fetch(bench.slave, [key.id])
    for outcome in asked:
        judge.refusal(
            "ETSI-014-5.4-09",
            outcome,
            not isinstance(outcome, Delivered),
            due=f"no key but from {bench.master.sae_id}",
            control=fetched,
        )


@judges("ETSI-014-5.4-04", keys=1)
def a_master_does_not_fetch_its_own_key(bench: Bench, judge: Judge) -> None:
    """The master calls Get key with key IDs for its own key, at its own KME."""
    key = bench.spare()
    refused = bench.master.keys.get_key_with_ids(bench.master.sae_id, [key.id])
    judge.refusal(
        "ETSI-014-5.4-04",
        refused,
        isinstance(refused, Refused),
        due="a refusal",
        control=bench.fetch(bench.slave, [key.id]),
    )


@judges("ETSI-014-6.4-04", "ETSI-014-6.4-05", "ETSI-014-6.4-06", "ETSI-014-6.4-07", keys=2)
def a_batch_with_an_unknown_key(bench: Bench, judge: Judge) -> None:
    """The slave asks for a key that nobody ever got, alone and together with its own key."""
    slave, master = bench.slave, bench.master.sae_id
    unknown = str(uuid.UUID(int=bench.chance("unknown").getrandbits(128), version=4))
    key = bench.arrived()
    batches = [[key.id, unknown], [unknown, key.id]] if bench.max_number > 1 else []
    alone, *mixed = (
        bench.patiently(slave, partial(slave.keys.get_key_with_ids, master, ids))
        for ids in ([unknown], *batches)
    )
    fetched = bench.fetch(slave, [key.id])
    for refused in (alone, *mixed):
        judge_not_found(judge, refused, fetched)
    if not mixed:
        judge.not_applicable("ETSI-014-6.4-06", ONE_KEY_A_REQUEST)
        judge.not_applicable("ETSI-014-6.4-07", ONE_KEY_A_REQUEST)
        return
    leaked = [o for o in mixed if isinstance(o, Delivered) and o.value.keys]
    judge.that(
        "ETSI-014-6.4-06",
        not leaked,
        due="no key, since not all can be returned",
        came=leaked[0] if leaked else mixed[0],
    )
    if leaked:
        judge.not_applicable("ETSI-014-6.4-07", "the batch was not refused: see ETSI-014-6.4-04")
    else:
        due = "the key, which the refused batch did not use up"
        judge_still_there(bench, judge, "ETSI-014-6.4-07", [key], fetched, due=due)


@judges(deepens=("ETSI-014-6.4-07",), keys=2)
def a_batch_with_one_key_twice(bench: Bench, judge: Judge) -> None:
    """The slave asks for a key twice in one request; where that is refused, it asks once."""
    key = bench.arrived()
    twice = bench.slave.keys.get_key_with_ids(bench.master.sae_id, [key.id, key.id])
    if not isinstance(twice, Refused):
        judge.not_applicable("ETSI-014-6.4-07", f"not refused: {twice}")
        return
    fetched = bench.fetch(bench.slave, [key.id])
    due = f"the key, which was asked for twice before and {twice}"
    judge_still_there(bench, judge, "ETSI-014-6.4-07", [key], fetched, due=due)


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


@judges("ETSI-014-5.4-06", "ETSI-014-6.4-04", "ETSI-014-6.4-05", keys=1)
def a_key_is_delivered_once(bench: Bench, judge: Judge) -> None:
    """The slave fetches a key, and then asks for it again."""
    key = bench.spare()
    first = bench.fetch(bench.slave, [key.id])
    judge_once(judge, first, asked_again(bench, bench.slave, key))


@judges(deepens=("ETSI-014-5.4-06",), keys=3)
def each_key_of_a_batch_is_delivered_once(bench: Bench, judge: Judge) -> None:
    """The slave fetches three keys in one request, and then asks for each of them again."""
    if bench.max_number < 2:
        judge.not_applicable("ETSI-014-5.4-06", ONE_KEY_A_REQUEST)
        return
    keys = bench.spares_of(min(3, bench.max_number))
    first = bench.fetch(bench.slave, [key.id for key in keys])
    for key in keys:
        judge_gone(judge, first, asked_again(bench, bench.slave, key))
