"""A manifest to begin with, as text: every line says what it is for, and what was seen."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import tomlkit

from qonform.checks.inventory import checks_over
from qonform.exchanges import redact_text
from qonform.judging import Effort, Offer
from qonform.target import (
    Claims,
    Client,
    HttpEndpoint,
    Implementation,
    KeyClaims,
    Limits,
    Node,
    Role,
    Target,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qonform.ports.key_delivery import Status
    from qonform.practice.probing import Seen

PROFILE = "etsi-014"
_NODES = {Role.MASTER: "kme-a", Role.SLAVE: "kme-b"}


@dataclass(frozen=True)
class Party:
    """One application and its node, as far as they are known."""

    id: str
    url: str
    ca: Path | None = None
    certificate: Path | None = None
    private_key: Path | None = None


@dataclass(frozen=True)
class Draft:
    """What a manifest is made from."""

    path: Path
    """Where it will stand: paths in it are relative to its folder."""
    master: Party
    slave: Party | None
    supplier: str = "Example Quantum"
    name: str = "Example KME"
    version: str = "1.0.0"
    seen: Seen | None = field(default=None, repr=False)

    def target(self) -> Target:
        """The same as a target, to be looked at."""
        parties = {Role.MASTER: self.master} | ({Role.SLAVE: self.slave} if self.slave else {})
        limits = Limits()
        return Target(
            implementation=Implementation(
                supplier=self.supplier, name=self.name, version=self.version
            ),
            claims=Claims(
                profiles=(PROFILE,), keys=KeyClaims(delivery_delay_s=limits.timeout_s), stated={}
            ),
            nodes=tuple(
                Node(id=_NODES[role], etsi014=HttpEndpoint(url=party.url.rstrip("/"), ca=party.ca))
                for role, party in parties.items()
            ),
            clients=tuple(
                Client(
                    id=party.id,
                    node=_NODES[role],
                    roles=frozenset({role}),
                    certificate=party.certificate,
                    private_key=party.private_key,
                )
                for role, party in parties.items()
            ),
            limits=limits,
            waivers=(),
            path=self.path.absolute(),
        )

    def text(self) -> str:
        """The manifest."""
        return "\n".join([*self._head(), *self._nodes(), *self._clients(), *self._limits(), ""])

    def _head(self) -> Iterator[str]:
        yield "# What is judged, where it is, and who may ask it. Paths are relative to this file."
        yield "# `qonform doctor` looks whether all is in order, `qonform run` judges."
        if self.seen:
            yield f"# Written after a look at {self.master.url}, by which no key was drawn."
        yield ""
        yield "[implementation]                # it stands on the report's first page"
        for key in ("supplier", "name", "version"):
            yield f"{key} = {_text(getattr(self, key))}"
        yield ""
        yield "[claims]                        # the implementation conformance statement (ICS)"
        yield f"profiles = [{_text(PROFILE)}]"
        yield ""
        yield "[claims.etsi-014]               # what cannot be asked of a KME, and must be told"
        yield "delivery_delay_s = 5.0          # so long may a key take to reach the other KME"
        yield from self._one_way()
        yield ""

    def _one_way(self) -> Iterator[str]:
        if self.seen and self.seen.both_ways:
            yield "one_way = false                 # the slave got a Status about the reverse pair"
            return
        if self.seen and self.seen.reverse:
            yield f"# About the reverse pair the slave got: {_comment(self.seen.reverse)}"
        yield "one_way = false                 # true: the slave cannot be the master of other keys"

    def _nodes(self) -> Iterator[str]:
        for role, party in self._parties():
            yield f"[[nodes]]                       # the {role}'s KME"
            yield f"id = {_text(_NODES[role])}"
            yield "[nodes.etsi014]"
            yield f"url = {_text(party.url)}   # /api/v1/keys is appended"
            if party.ca:
                yield f"ca = {self._file(party.ca)}   # who signed the KME's certificate"
            else:
                yield '# ca = "certs/ca.pem"           # without it, the CAs of this system'
            if role is Role.MASTER and self.seen:
                yield from _what_it_says(self.seen)
            yield ""

    def _parties(self) -> Iterator[tuple[Role, Party]]:
        yield Role.MASTER, self.master
        if self.slave:
            yield Role.SLAVE, self.slave

    def _clients(self) -> Iterator[str]:
        does = {
            Role.MASTER: "calls Get key: every manifest has one master",
            Role.SLAVE: "fetches the same keys, at the other KME",
        }
        for role, party in self._parties():
            yield f"[[clients]]                     # {does[role]}"
            yield f"id = {_text(party.id)}   # the SAE ID"
            yield f"node = {_text(_NODES[role])}"
            yield f"roles = [{_text(role)}]"
            if party.certificate and party.private_key:
                yield f"certificate = {self._file(party.certificate)}"
                yield f"private_key = {self._file(party.private_key)}"
            yield ""
        yield from _FURTHER

    def _limits(self) -> Iterator[str]:
        yield ""
        yield "[limits]                        # what the suite may take"
        status = self.seen.status if self.seen else None
        yield from _budget(status)
        yield "requests_per_second = 200"
        yield "max_concurrency = 16            # a race asks 8 at once"
        took = self.seen.took_s if self.seen else 0.0
        timeout = max(5, math.ceil(20 * took))
        seen = f"; the Status took {took:.2f} s" if self.seen else ""
        yield f"timeout_s = {timeout}.0                 # for one request{seen}"

    def _file(self, path: Path) -> str:
        folder, absolute = self.path.absolute().parent, path.absolute()
        inside = absolute.is_relative_to(folder)
        return _text(os.fspath(absolute.relative_to(folder) if inside else absolute))


_FURTHER = """
# Further applications, each with its own certificate. What needs one that is not here stays
# undecided; `qonform doctor` says what that is.
#
# [[clients]]                   # at the slave's KME: a second slave, or a third party
# id = "sae-3"
# node = "kme-b"
# roles = ["additional-slave"]
# certificate = "certs/sae-3.cert.pem"
# private_key = "certs/sae-3.key.pem"
#
# In the same way: "bystander" (one more at the slave's KME), "outsider" (shares no keys with the
# others), "unenrolled" (a good certificate that stands for no SAE), "expired" (out of date).
""".strip().splitlines()


def _what_it_says(seen: Seen) -> Iterator[str]:
    status = seen.status
    yield "# What it says of itself:"
    if seen.unverified:
        yield f"# Its certificate did not verify: {_comment(seen.unverified)}"
    for name, value in (
        ("source_KME_ID", status.source_kme_id),
        ("target_KME_ID", status.target_kme_id),
        ("key_size", status.key_size),
        ("stored_key_count", status.stored_key_count),
        ("max_key_count", status.max_key_count),
        ("max_key_per_request", status.max_key_per_request),
        ("min_key_size", status.min_key_size),
        ("max_key_size", status.max_key_size),
        ("max_SAE_ID_count", status.max_sae_id_count),
    ):
        told = "not told" if value is None else _comment(f"{value}")
        yield f"#   {name:<20} {told}"


def _budget(status: Status | None) -> Iterator[str]:
    usual = Limits().key_budget_bits
    size, stored = (status.key_size, status.stored_key_count) if status else (None, None)
    if status is None or not size or size < 1 or not stored or stored < 1:
        yield f"key_budget_bits = {usual}       # most key that one run may draw"
        return
    offer = _offer(status, size)
    for effort in (Effort.QUICK, Effort.STANDARD):
        bits = sum(check.cost(offer, effort) for check in checks_over(PROFILE))
        yield f"# A run at {effort} draws at most {-(-bits // size)} keys; {stored} were stored."
    yield f"key_budget_bits = {min(usual, stored * size)}       # most key that one run may draw"


def _offer(status: Status, size: int) -> Offer:
    """The limits on which costs depend; where they are not told, the default size, and 1 key."""
    return Offer(
        size,
        status.min_key_size or size,
        status.max_key_size or size,
        status.max_key_per_request or 1,
        status.max_sae_id_count or 0,
    )


def _text(value: str) -> str:
    return tomlkit.string(value).as_string()


def _comment(value: str) -> str:
    """Text from outside, fit for the rest of a line."""
    line = " ".join(redact_text(value).split())[:120]
    return "".join(letter if letter.isprintable() else "?" for letter in line)
