"""Who the KME takes its callers for, and who it says it is (014 clauses 4 and 6.1)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from qonform.checks.callers import Caller, basic_authorization, callers, claims, gave
from qonform.drivers.etsi014_wire import Request, key_ids_request, segment, status_request
from qonform.judging import Effort, Undecidable, judges
from qonform.ports.key_delivery import GetKeyWithIds
from qonform.ports.outcome import Delivered, Failed, Outcome, Unreadable

if TYPE_CHECKING:
    from qonform.checks.wires import RestBench
    from qonform.drivers.identity import Identity
    from qonform.judging import Application, Bench, Judge
    from qonform.ports.key_delivery import KeyContainer, Status


@judges("ETSI-014-4-05", keys=1)
def each_caller_is_known_by_its_own_name(bench: Bench, judge: Judge) -> None:
    """Every enrolled SAE asks for a Status, and is named as the master in its own."""
    told = {caller: outcome for caller in callers(bench) if (outcome := as_master(caller, judge))}
    for caller, outcome in told.items():
        named, own = outcome.value.master_sae_id, caller.identity.sae_id
        if len(told) > 1 or named != own:
            judge.that("ETSI-014-4-05", named == own, due=f"master {own} in the Status of {own}",
                       came=f"{own} at {caller.node} is told master {named}",
                       evidence=[outcome])  # fmt: skip
    if len(told) < 2:
        _judge_by_right(bench, judge)


def _judge_by_right(bench: Bench, judge: Judge) -> None:
    """On a one-way link only one SAE is told a Status; the others differ by what they may fetch."""
    key = bench.spare()
    third = bench.third.keys.get_key_with_ids(bench.master.sae_id, [key.id])
    slave = bench.fetch(bench.slave, [key.id])
    if isinstance(third, Delivered) or not isinstance(slave, Delivered):
        raise Undecidable(
            "only one SAE of the manifest is told a Status as master: none to compare"
        )
    judge.that(
        "ETSI-014-4-05", True, due="callers told apart",
        came=f"{bench.slave_id} gets its key and {bench.third.sae_id} does not: {third}",
        evidence=[third, slave],
    )  # fmt: skip


@judges("ETSI-014-4-06", keys=1)
def nobody_becomes_another_by_what_it_says(bench: Bench, judge: Judge) -> None:
    """An SAE with its own certificate claims to be another in headers, and asks for its keys."""
    liar, claimed = _two_of_one_node(bench)
    if claimed_by_header(bench):
        why = "the manifest itself lets clients be known by a header"
        judge.not_applicable("ETSI-014-4-06", why)
        return
    control, beside = liar.status(), liar.node == bench.slave.node
    for words in _lies(bench, claimed):
        _judge_status(judge, liar, claimed, words, control, alone=not beside)
    if beside:
        _judge_fetch(bench, judge, liar)


def _two_of_one_node(bench: Bench) -> tuple[Caller, str]:
    """An SAE, and whom it may claim to be: best of all, the slave at its own node."""
    everybody = callers(bench)
    beside = [c for c in everybody if c.node == _node_of(bench, bench.slave_id)]
    for caller in beside:
        if caller.identity.sae_id not in (bench.slave_id, bench.master.sae_id):
            return caller, bench.slave_id
    return everybody[0], bench.slave_id


def _node_of(bench: Bench, sae_id: str) -> str | None:
    return next((c.node for c in bench.target.clients if c.id == sae_id), None)


def claimed_by_header(bench: Bench) -> bool:
    """Whether the manifest itself identifies some client by a header."""
    return any(client.headers for client in bench.target.clients)


def _lies(bench: Bench, claimed: str) -> list[dict[str, str]]:
    """All claims at once; then, unless in a hurry, each alone, lest one spoil another."""
    all_at_once, basic = claims(claimed), basic_authorization(claimed)
    if bench.effort is Effort.QUICK:
        return [all_at_once, basic]
    alone = [{name: value} for name, value in all_at_once.items()]
    certificate = next((c.certificate for c in bench.target.clients if c.id == claimed), None)
    if certificate is not None:
        shown = quote(certificate.read_text(errors="replace"), safe="")
        alone += [{name: shown} for name in ("X-SSL-Client-Cert", "SSL-Client-Cert")]
    return [all_at_once, basic, *alone]


def liar_as(liar: Identity, claimed: str, words: dict[str, str]) -> Identity:
    """The liar with its headers; over gRPC, its metadata. No answer is due to it in any form."""
    said = next(iter(words)) if len(words) == 1 else "headers"
    lying = liar.with_headers(words, f"{liar.sae_id} claiming in {said} to be {claimed}")
    return replace(lying, enrolled=False)


def _judge_status(
    judge: Judge,
    liar: Caller,
    claimed: str,
    words: dict[str, str],
    control: Outcome[Status],
    *,
    alone: bool,
) -> None:
    """The Status names the liar itself; a request that is refused for its headers is as good.

    Where the liar is told no Status at all, `alone` says whether nothing else will decide.
    """
    identity = liar_as(liar.identity, claimed, words)
    outcome = liar.bench.at(liar.node, identity).keys.get_status(liar.peer)
    came, seen = f"{identity.label}: {outcome}", [outcome, control]
    if isinstance(control, Delivered) and control.value.master_sae_id == claimed:
        why = f"{liar.identity.sae_id} is told master {claimed} without any header too"
        judge.not_applicable("ETSI-014-4-06", f"{why}: see ETSI-014-5.2-02")
    elif isinstance(outcome, Delivered) and outcome.value.master_sae_id is not None:
        named = outcome.value.master_sae_id
        judge.that(
            "ETSI-014-4-06",
            named != claimed,
            due=f"not {claimed} as the master",
            came=f"{identity.label} is told master {named}",
            evidence=seen,
        )
    elif isinstance(control, Delivered) and not isinstance(outcome, Failed | Unreadable):
        judge.that(
            "ETSI-014-4-06", True, due=f"not {claimed} as the master", came=came, evidence=seen
        )
    elif alone:
        judge.undecided("ETSI-014-4-06", came, evidence=seen)


def _judge_fetch(bench: Bench, judge: Judge, liar: Caller) -> None:
    """The liar asks for a key of the SAE that it claims to be, which then fetches it."""
    identity = liar_as(liar.identity, bench.slave_id, claims(bench.slave_id))
    key = bench.spare()
    stolen = bench.at(liar.node, identity).keys.get_key_with_ids(bench.master.sae_id, [key.id])
    got = isinstance(stolen, Delivered) and bool(stolen.value.keys)
    if got and _takes_without_a_claim(bench, liar):
        why = f"{liar.identity.sae_id} gets a key of {bench.slave_id} without any header too"
        requirement = "5.4-04" if liar.identity.sae_id == bench.master.sae_id else "5.4-02"
        judge.not_applicable("ETSI-014-4-06", f"{why}: see ETSI-014-{requirement}")
        return
    control: Outcome[KeyContainer] = stolen if got else bench.fetch(bench.slave, [key.id])
    judge.refusal(
        "ETSI-014-4-06",
        stolen,
        not got,
        due=f"no key of {bench.slave_id}",
        control=control,
        evidence=[stolen],
    )


@judges(deepens=("ETSI-014-4-06",), keys=1)
def nobody_becomes_another_by_a_parameter(rest: RestBench, judge: Judge) -> None:
    """An SAE with its own certificate names another as the caller: in queries, and in a body."""
    bench = rest.bench
    liar, claimed = _two_of_one_node(bench)
    if claimed_by_header(bench) or liar.node != bench.slave.node:
        why = "it would show at the slave's node, where clients are known by certificates"
        judge.not_applicable("ETSI-014-4-06", why)
        return
    said = urlencode(dict.fromkeys(("master_SAE_ID", "slave_SAE_ID", "SAE_ID", "sae_id"), claimed))
    label = f"{liar.identity.sae_id} claiming in parameters to be {claimed}"
    identity = replace(liar.identity, label=label, enrolled=False)
    key, master = bench.spare(), bench.master.sae_id
    call = GetKeyWithIds(liar.identity.sae_id, master, (key.id,))
    body = {"key_IDs": [{"key_ID": key.id}], "slave_SAE_ID": claimed}
    path = f"/{segment(master)}/dec_keys"
    asked = [
        rest.driver.send(liar.node, identity, replace(request, call=call)).outcome
        for request in (
            Request("GET", f"{path}?key_ID={segment(key.id)}&{said}"),
            Request("POST", path, json.dumps(body).encode()),
            Request("POST", f"{path}?{said}", key_ids_request(claimed, master, [key.id]).body),
        )
    ]
    if any(map(gave, asked)) and _takes_without_a_claim(bench, liar):
        why = f"{liar.identity.sae_id} gets a key of {claimed} without any claim too"
        judge.not_applicable("ETSI-014-4-06", f"{why}: see ETSI-014-5.4-02")
        return
    control: Outcome[KeyContainer] = next(filter(gave, asked), None) or bench.fetch(
        bench.slave, [key.id]
    )
    for outcome in asked:
        judge.refusal("ETSI-014-4-06", outcome, not gave(outcome), due=f"no key of {claimed}",
                      control=control, evidence=[outcome])  # fmt: skip
    _judge_named(judge, rest, liar, claimed, said, identity)


def _judge_named(
    judge: Judge, rest: RestBench, liar: Caller, claimed: str, said: str, identity: Identity
) -> None:
    """The Status names the liar, if anybody, however the query names the caller."""
    control = liar.status()
    request = status_request(liar.identity.sae_id, liar.peer)
    request = replace(request, path=f"{request.path}?{said}")
    outcome = rest.driver.send(liar.node, identity, request).outcome
    names = [
        o.value.master_sae_id if isinstance(o, Delivered) else None for o in (outcome, control)
    ]
    if isinstance(control, Delivered) and names[1] != claimed:
        judge.that("ETSI-014-4-06", names[0] != claimed, due=f"not {claimed} as the master",
                   came=f"{identity.label} is told master {names[0] or 'nobody'}",
                   evidence=[outcome, control])  # fmt: skip


def _takes_without_a_claim(bench: Bench, liar: Caller) -> bool:
    """Whether a key of the slave's is given to the liar in its own name."""
    key = bench.arrived()
    return isinstance(
        liar.application.keys.get_key_with_ids(bench.master.sae_id, [key.id]), Delivered
    )


@judges("ETSI-014-4-08", keys=0)
def kme_ids_differ(bench: Bench, judge: Judge) -> None:
    """The source_KME_ID of every node of the manifest, compared."""
    names, evidence = _kme_ids(bench, judge)
    if len(names) < 2:
        raise Undecidable(f"KME IDs are known of too few nodes: {', '.join(names) or 'of none'}")
    came = ", ".join(f"{node} is {kme_id}" for node, kme_id in names.items())
    judge.that(
        "ETSI-014-4-08",
        len(set(names.values())) == len(names),
        due="another source_KME_ID at each node",
        came=came,
        evidence=evidence,
    )


def _kme_ids(bench: Bench, judge: Judge) -> tuple[dict[str, str], list[Delivered[Status]]]:
    """What each node calls itself, as far as it tells anybody."""
    own: dict[str, str] = {}
    afar: dict[str, str] = {}
    evidence = []
    for caller in callers(bench):
        if caller.node in own or not (outcome := as_master(caller, judge)):
            continue
        if outcome.value.source_kme_id is not None:
            own[caller.node] = outcome.value.source_kme_id
            evidence.append(outcome)
        if caller.peer == bench.slave_id:
            afar = _as_seen_from_afar(bench, outcome)
    return afar | own, evidence


def _as_seen_from_afar(bench: Bench, outcome: Delivered[Status]) -> dict[str, str]:
    """On a one-way link the slave's KME tells nobody a Status: the master's names it as target."""
    here, there = outcome.value.source_kme_id, outcome.value.target_kme_id
    node = _node_of(bench, bench.slave_id)
    return {node: there} if node is not None and there is not None and there != here else {}


@judges("ETSI-014-6.1-16", keys=0)
def both_ends_agree_who_they_are(bench: Bench, judge: Judge) -> None:
    """The master asks for the status about the slave, and the slave about the master."""
    here = _ends(bench.master, bench.slave_id)
    there = _ends(bench.slave, bench.master.sae_id)
    judge.that(
        "ETSI-014-6.1-16",
        here == there[::-1],
        due="source and target KME of one end the target and source of the other",
        came=f"at {bench.master.node} source {here[0]}, target {here[1]}; "
        f"at {bench.slave.node} source {there[0]}, target {there[1]}",
    )


def _ends(application: Application, peer: str) -> tuple[str, str]:
    outcome = application.keys.get_status(peer)
    if not isinstance(outcome, Delivered):
        raise Undecidable(f"{application} is told no Status about {peer}: {outcome}")
    source, target = outcome.value.source_kme_id, outcome.value.target_kme_id
    if source is None or target is None:
        raise Undecidable(f"the Status at {application.node} lacks a KME ID")
    if outcome.value.slave_sae_id == application.sae_id:
        raise Undecidable(f"{application} is described as the slave: the ends are swapped (A-34)")
    return source, target


def as_master(caller: Caller, judge: Judge) -> Delivered[Status] | None:
    """The Status that a caller is told as master; None if it is told none.

    Some KMEs describe a caller as the slave whenever it is one for somebody: whether they may
    is open (A-34), so that such a Status says nothing of who the caller was taken for.
    """
    outcome = caller.status()
    if not isinstance(outcome, Delivered) or outcome.value.master_sae_id is None:
        return None
    if caller.is_slave_in(outcome.value):
        own = caller.identity.sae_id
        judge.observed("A-34", f"{own}, asking about {caller.peer}, is described as the slave")
        return None
    return outcome
