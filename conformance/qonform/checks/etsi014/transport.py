"""TLS and certificates (014 clauses 4 and 5.1), at every node.

Where a refusal shows is left open: a TLS alert, a closed connection and any error answer are
equally good, and only an answer that serves is a failure.
"""

from __future__ import annotations

import datetime as dt
import re
import ssl
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from qonform.checks.callers import (
    Caller,
    claims,
    gave,
    judge_all_turned_away,
    judge_turned_away,
    one_per_node,
)
from qonform.checks.etsi014.rest_get import by_get
from qonform.drivers.etsi014_wire import Request, segment, status_request
from qonform.drivers.identity import Forgery, Identity, impostor, names_of
from qonform.drivers.tls import offer
from qonform.drivers.tls_probe import MODERN, Handshake, TlsEndpoint, resume_sessions, speaks
from qonform.judging import Undecidable, judges
from qonform.ports.key_delivery import GetStatus, KeyRequest
from qonform.ports.outcome import Delivered
from qonform.target import Role

if TYPE_CHECKING:
    from qonform.checks.wires import RestBench
    from qonform.judging import Bench, Judge

OLD = {ssl.TLSVersion.TLSv1: "TLS 1.0", ssl.TLSVersion.TLSv1_1: "TLS 1.1"}


@judges("ETSI-014-4-01", keys=0)
def nothing_is_served_over_plain_http(rest: RestBench, judge: Judge) -> None:
    """An SAE asks for a Status in plain HTTP, at the host and port of HTTPS."""
    for caller in one_per_node(rest.bench):
        if not tls_of(caller).secure:
            judge.that("ETSI-014-4-01", False, due="HTTPS", came=plainly(caller), evidence=())
            continue
        control = caller.control()
        label = f"{caller.identity.sae_id} in plain HTTP"
        somebody = replace(
            caller.identity.with_headers(claims(caller.identity.sae_id), label), enrolled=False
        )
        path = f"/{segment(caller.peer)}/status"
        call = GetStatus(caller.identity.sae_id, caller.peer)
        answer = rest.driver.send(
            caller.node, somebody, Request("GET", path, call=call, beside=True), plain=True
        )
        judge_turned_away(
            judge, "ETSI-014-4-01", f"{somebody.label} at {caller.node}", answer.outcome, control
        )


@judges("ETSI-014-4-02", keys=0)
def old_versions_of_tls_are_refused(bench: Bench, judge: Judge) -> None:
    """Handshakes that offer nothing but TLS 1.0, then nothing but TLS 1.1."""
    for caller in one_per_node(bench):
        endpoint = tls_of(caller)
        if not endpoint.secure:
            judge.not_applicable("ETSI-014-4-02", plainly(caller))
            continue
        for version, name in OLD.items():
            if not speaks(version):
                why = f"the TLS library here, {ssl.OPENSSL_VERSION}, cannot speak {name} itself"
                judge.undecided("ETSI-014-4-02", why, evidence=())
                continue
            old = endpoint.handshake(caller.identity, (version, version))
            _judge_old(judge, endpoint, name, old, endpoint.handshake(caller.identity))


def _judge_old(
    judge: Judge, endpoint: TlsEndpoint, name: str, old: Handshake, control: Handshake
) -> None:
    came = f"{endpoint}, offered {name}: {old}"
    if old.completed or control.completed:
        judge.that(
            "ETSI-014-4-02",
            not old.completed,
            due=f"no handshake in {name}",
            came=came,
            evidence=[old, control],
        )
    else:
        judge.undecided(
            "ETSI-014-4-02",
            f"{endpoint}: nor a handshake in TLS 1.2 or 1.3: {control}",
            evidence=[old, control],
        )


@judges("ETSI-014-4-03", keys=0)
def tls_1_2_or_1_3_is_spoken(bench: Bench, judge: Judge) -> None:
    """A handshake that offers TLS 1.2 and 1.3, by an enrolled SAE."""
    for caller in one_per_node(bench):
        endpoint = tls_of(caller)
        if not endpoint.secure:
            judge.that("ETSI-014-4-03", False, due="TLS", came=plainly(caller), evidence=())
            continue
        handshake = endpoint.handshake(caller.identity)
        if not handshake.connected or handshake.cut_off:
            judge.undecided("ETSI-014-4-03", f"{endpoint}: {handshake}", evidence=[handshake])
        else:
            judge.that(
                "ETSI-014-4-03",
                handshake.completed,
                due="a handshake in TLS 1.2 or 1.3",
                came=f"{endpoint}: {handshake}",
                evidence=[handshake],
            )


@judges("ETSI-014-4-04", keys=1)
def every_request_is_authenticated(bench: Bench, judge: Judge) -> None:
    """The three methods are called without certificate and header, then by the SAE itself."""
    key = bench.spare()
    for caller in one_per_node(bench):
        nobody = caller.identity.without_certificate()
        outcomes = caller.attempts(nobody)
        there = bench.at(caller.node, nobody).keys
        outcomes["Get key with key IDs"] = there.get_key_with_ids(bench.master.sae_id, [key.id])
        control = caller.control(None if any(map(gave, outcomes.values())) else key)
        who = f"{nobody.label} at {caller.node}"
        judge_all_turned_away(
            judge, "ETSI-014-4-04", who, outcomes, control, certificate="no certificate"
        )


@judges(deepens=("ETSI-014-4-04",), keys=1)
def every_request_by_get_is_authenticated(rest: RestBench, judge: Judge) -> None:
    """Keys are asked for by GET without a certificate, then by the SAE itself."""
    key = rest.bench.spare()
    for caller in one_per_node(rest.bench):
        nobody = caller.identity.without_certificate()
        there = by_get(rest, rest.bench.at(caller.node, nobody)).keys
        outcomes = {
            "Get key by GET": there.get_key(caller.peer, KeyRequest()),
            "Get key with key IDs by GET": there.get_key_with_ids(
                rest.bench.master.sae_id, [key.id]
            ),
        }
        control = caller.control(None if any(map(gave, outcomes.values())) else key)
        who = f"{nobody.label} at {caller.node}"
        judge_all_turned_away(
            judge, "ETSI-014-4-04", who, outcomes, control, certificate="no certificate"
        )


@judges(deepens=("ETSI-014-4-04",), keys=0)
def nobody_is_served_in_any_version_of_tls(rest: RestBench, judge: Judge) -> None:
    """Somebody without a certificate asks for a Status in TLS 1.2 alone, and in TLS 1.3 alone."""
    for caller in one_per_node(rest.bench):
        for version in MODERN:
            nobody = caller.identity.without_certificate()
            nobody = replace(nobody, label=f"{nobody.label}, in {version.name} alone,")
            context = rest.driver.context(caller.node, nobody)
            if context is None:
                judge.not_applicable("ETSI-014-4-04", plainly(caller))
                break
            offer(context, (version, version))
            request = status_request(caller.identity.sae_id, caller.peer)
            outcome = rest.driver.send(caller.node, nobody, request).outcome
            who = f"{nobody.label} at {caller.node}"
            judge_turned_away(judge, "ETSI-014-4-04", who, outcome, caller.control())


@judges("ETSI-014-4-04", keys=0)
def a_resumed_session_is_authenticated(rest: RestBench, judge: Judge) -> None:
    """An SAE asks for a Status, and again on a new connection that resumes the TLS session.

    Resumption carries the identity of the session (RFC 8446 2.2), so that the second Status is
    due to the same SAE or to nobody.
    """
    for caller in one_per_node(rest.bench):
        again = replace(caller.identity, label=f"{caller.identity.sae_id} resuming its session")
        context = rest.driver.context(caller.node, again)
        if context is None:
            judge.not_applicable("ETSI-014-4-04", plainly(caller))
            continue
        resumed = resume_sessions(context)
        request = status_request(caller.identity.sae_id, caller.peer)
        first = rest.driver.send(caller.node, again, request).outcome
        second = rest.driver.send(caller.node, again, request, fresh=True).outcome
        if not resumed():
            judge.not_applicable("ETSI-014-4-04", f"{caller.node} resumes no session")
            continue
        due, came = (
            outcome.value.master_sae_id if isinstance(outcome, Delivered) else None
            for outcome in (first, second)
        )
        judge.that("ETSI-014-4-04", came in (None, due), due=f"the Status of {due}, or a refusal",
                   came=f"{again.label} at {caller.node}: the Status of {came or 'nobody'}",
                   evidence=[first, second])  # fmt: skip


@judges(deepens=("ETSI-014-4-04",), keys=0)
def a_resumed_session_of_nobody_is_not_served(rest: RestBench, judge: Judge) -> None:
    """Somebody without a certificate asks for a Status, and again in a resumed TLS session."""
    for caller in one_per_node(rest.bench):
        nobody = caller.identity.without_certificate()
        nobody = replace(nobody, label=f"{nobody.label}, resuming its session,")
        context = rest.driver.context(caller.node, nobody)
        if context is None:
            judge.not_applicable("ETSI-014-4-04", plainly(caller))
            continue
        resumed = resume_sessions(context)
        request = status_request(caller.identity.sae_id, caller.peer)
        rest.driver.send(caller.node, nobody, request)
        again = rest.driver.send(caller.node, nobody, request, fresh=True).outcome
        if resumed():
            who = f"{nobody.label} at {caller.node}"
            judge_turned_away(judge, "ETSI-014-4-04", who, again, caller.control())
        else:
            judge.not_applicable("ETSI-014-4-04", f"nobody has a session at {caller.node}")


@judges("ETSI-014-5.1-01", keys=0)
def both_sides_show_a_certificate(bench: Bench, judge: Judge) -> None:
    """A handshake, watched for the server's certificate and its request for the SAE's."""
    for caller in one_per_node(bench):
        endpoint = tls_of(caller)
        if not endpoint.secure:
            judge.that(
                "ETSI-014-5.1-01", False, due="mutual TLS", came=plainly(caller), evidence=()
            )
            continue
        if caller.by_header_alone:
            judge.undecided("ETSI-014-5.1-01", behind_proxy(caller), evidence=())
            continue
        seen = endpoint.handshake(caller.identity)
        if not seen.completed or seen.asked_for_certificate is None:
            why = f"{seen}" if not seen.completed else "this Python does not show handshakes"
            judge.undecided("ETSI-014-5.1-01", f"{endpoint}: {why}", evidence=[seen])
            continue
        asked = "asked for" if seen.asked_for_certificate else "did not ask for"
        judge.that(
            "ETSI-014-5.1-01",
            seen.asked_for_certificate and seen.certificate is not None,
            due="a server certificate, and a request for the SAE's",
            came=f"{endpoint} showed a certificate and {asked} the SAE's",
            evidence=[seen],
        )


@judges("ETSI-014-5.1-02", keys=1)
def a_certificate_of_an_unknown_ca_is_refused(bench: Bench, judge: Judge) -> None:
    """Somebody shows an SAE's names, certified by a CA that nobody knows, or by nobody."""
    for caller in one_per_node(bench):
        if why := no_certificates(caller):
            judge.undecided("ETSI-014-5.1-02", why, evidence=())
            continue
        forged = {f: impostor(caller.identity, _folder(bench), f) for f in Forgery}
        attempts = {forgery: caller.attempts(by) for forgery, by in forged.items()}
        control = caller.control()
        for forgery, outcomes in attempts.items():
            judge_all_turned_away(
                judge,
                "ETSI-014-5.1-02",
                f"{forged[forgery].label} at {caller.node}",
                outcomes,
                control,
                certificate=f"a certificate by {forgery}",
            )


def _folder(bench: Bench) -> Path:
    """A new one, for a certificate and its key."""
    return Path(tempfile.mkdtemp(dir=bench.scratch))


@judges("ETSI-014-5.1-03", keys=1)
def an_expired_certificate_is_refused(bench: Bench, judge: Judge) -> None:
    """The client with the role `expired` calls; then an SAE of the same node."""
    bad = bench.application(Role.EXPIRED).identity
    caller = neighbour(bench, Role.EXPIRED)
    if why := no_certificates(caller):
        raise Undecidable(why)
    if bad.certificate is None or in_date(bad.certificate):
        raise Undecidable(f"the certificate of {bad.sae_id} is in date")
    _judge_stranger(judge, "ETSI-014-5.1-03", caller, bad, "expired", "an expired certificate")


@judges("ETSI-014-5.1-04", keys=1)
def a_caller_without_sae_id_is_refused(bench: Bench, judge: Judge) -> None:
    """The client with the role `unenrolled` calls; then an SAE of the same node."""
    bad = bench.application(Role.UNENROLLED).identity
    caller = neighbour(bench, Role.UNENROLLED)
    _judge_stranger(
        judge, "ETSI-014-5.1-04", caller, bad, "not enrolled", "a certificate of nobody enrolled"
    )


def _judge_stranger(
    judge: Judge, requirement: str, caller: Caller, bad: Identity, why: str, certificate: str
) -> None:
    stranger = replace(bad, label=f"{bad.sae_id}, {why},", enrolled=False)
    who = f"{stranger.label} at {caller.node}"
    attempts, control = caller.attempts(stranger), caller.control()
    judge_all_turned_away(judge, requirement, who, attempts, control, certificate=certificate)


@judges("ETSI-014-5.1-05", keys=0)
def the_kme_certificate_verifies(bench: Bench, judge: Judge) -> None:
    """An ordinary TLS client, which trusts the CA of the manifest, verifies the KME."""
    for caller in one_per_node(bench):
        endpoint = tls_of(caller)
        if not endpoint.secure:
            judge.undecided("ETSI-014-5.1-05", plainly(caller), evidence=())
            continue
        seen = endpoint.handshake(caller.identity, verify=True)
        if not seen.completed and not seen.distrusted:
            judge.undecided("ETSI-014-5.1-05", f"{endpoint}: {seen}", evidence=[seen])
            continue
        judge.that(
            "ETSI-014-5.1-05",
            seen.completed,
            due="a certificate that chains to the declared CA, is in date and fits the host",
            came=f"{endpoint}: {seen.problem or 'it verifies'}",
            evidence=[seen],
        )


@judges("ETSI-014-5.1-06", keys=0)
def the_kme_id_is_in_its_certificate(bench: Bench, judge: Judge) -> None:
    """The source_KME_ID of Status is looked for among the names of the server certificate."""
    for caller in one_per_node(bench):
        if not tls_of(caller).secure:
            judge.undecided("ETSI-014-5.1-06", plainly(caller), evidence=())
            continue
        outcome, seen = caller.status(), tls_of(caller).handshake(caller.identity)
        kme_id = outcome.value.source_kme_id if isinstance(outcome, Delivered) else None
        if isinstance(outcome, Delivered) and caller.is_slave_in(outcome.value):
            kme_id = outcome.value.target_kme_id
        if not kme_id or seen.certificate is None:
            why = f"no Status with a source_KME_ID: {outcome}" if seen.completed else f"{seen}"
            judge.undecided("ETSI-014-5.1-06", f"{caller.node}: {why}", evidence=[outcome, seen])
            continue
        names = names_of(x509.load_der_x509_certificate(seen.certificate))
        judge.that(
            "ETSI-014-5.1-06",
            any(holds_name(name, kme_id) for name in names),
            due=f"{kme_id} in the common name or an alternative name",
            came=f"the certificate of {caller.node} names {', '.join(names) or 'nobody'}",
            evidence=[outcome, seen],
        )


def tls_of(caller: Caller) -> TlsEndpoint:
    """Where the caller's node speaks TLS."""
    return caller.bench.driver.tls(caller.node)


def plainly(caller: Caller) -> str:
    """What is said of a node without TLS."""
    return f"no TLS at {caller.node}: the manifest gives an http:// URL"


def behind_proxy(caller: Caller) -> str:
    """What is said where the suite stands in the place of a proxy."""
    return (
        f"at {caller.node} clients are known by a header: the suite stands where the "
        "TLS-terminating proxy stands, and does not see what that proxy does"
    )


def no_certificates(caller: Caller) -> str | None:
    """Why client certificates cannot be judged at the caller's node, if they cannot."""
    if not tls_of(caller).secure:
        return plainly(caller)
    if caller.by_header_alone:
        return behind_proxy(caller)
    if caller.identity.certificate is None:
        return f"{caller.identity.label} has no certificate in the manifest"
    return None


def neighbour(bench: Bench, role: Role) -> Caller:
    """An enrolled SAE at the node of the client with that role."""
    node = bench.application(role).node
    for caller in one_per_node(bench):
        if caller.node == node:
            return caller
    raise Undecidable(f"the manifest has no enrolled client at {node}, for comparison")


def holds_name(text: str, name: str) -> bool:
    """Whether a name stands in a text by itself: `kme-a` in `urn:kme:kme-a`, not in `kme-ab`."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def in_date(certificate: Path) -> bool:
    """Whether a certificate is valid now."""
    read = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    return read.not_valid_before_utc <= dt.datetime.now(dt.UTC) <= read.not_valid_after_utc
