"""Lies about which request, which pair and which node an event is about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.links.domain.model import SEQUENCE_NUMBERS, Notice, PairMade
from qinet_reference.links.faults.fault import LinkFault, PairFault, ServiceFault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.domain.model import PairRequest
    from qinet_reference.links.domain.rules import Rules
    from qinet_reference.links.domain.service import LinkLayer


class NumberedByPurpose(LinkFault):
    """Pairs are numbered apart for each purpose, so two pairs of the nodes share a number."""

    name = "sequence-per-purpose"
    requirements = ("QIA-EGP-SEQ-01",)
    seen_in = ("SoftwareQuTech/SimulaQron",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, numbered_with=lambda order: order.request.purpose)


class NumberedByOrigin(LinkFault):
    """Each of two neighbours numbers the pairs that it asks for, so some share a number."""

    name = "sequence-per-origin"
    requirements = ("QIA-EGP-SEQ-01",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, numbered_with=lambda order: order.key.origin)


class NumberedByRequest(LinkFault):
    """The pairs of each request are numbered from the start."""

    name = "sequence-per-request"
    requirements = ("QIA-EGP-SEQ-01",)

    def rules(self, rules: Rules) -> Rules:
        return replace(rules, numbered_with=lambda order: order.key)


class NumbersFall(PairFault):
    """Sequence numbers fall from pair to pair."""

    name = "sequence-falls"
    requirements = ("QIA-EGP-SEQ-02",)

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        yield replace(notice, what=replace(made, sequence=SEQUENCE_NUMBERS - 1 - made.sequence))


class NumbersDiffer(PairFault):
    """The peer's sequence numbers are one ahead of the origin's."""

    name = "sequence-off-by-one"
    requirements = ("QIA-EGP-OK-03", "QIA-EGP-OK-01", "QIA-EGP-EXP-02")
    at_origin = False

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        number = (made.sequence + 1) % SEQUENCE_NUMBERS
        yield replace(notice, what=replace(made, sequence=number))


class CreateIdOfThePeer(LinkFault):
    """The peer names requests by Create IDs of its own."""

    name = "create-id-of-peer"
    requirements = ("QIA-EGP-OK-04",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        if not notice.at_origin:
            request = replace(notice.request, create_id=notice.request.create_id + 1_000)
            notice = replace(notice, request=request)
        yield notice


class CreateIdsRepeat(ServiceFault):
    """The Create ID of every request is 1."""

    name = "create-ids-repeat"
    requirements = ("QIA-EGP-ACK-03",)

    def create(self, inner: LinkLayer, node: str, caller: str | None, request: PairRequest) -> int:
        del node
        inner.create(caller, request)
        return 1

    def told(self, notice: Notice) -> Iterable[Notice]:
        yield replace(notice, request=replace(notice.request, create_id=1))


class OriginsMixedUp(PairFault):
    """Of each pair it is said that the node that is told of it had asked for it."""

    name = "origin-is-self"
    requirements = ("QIA-EGP-SYM-02", "QIA-EGP-OK-05")

    def instead(self, notice: Notice, made: PairMade) -> Iterable[Notice]:
        del made
        yield replace(notice, request=replace(notice.request, origin=notice.node))


class RemoteNodeIsSelf(LinkFault):
    """The peer is told of itself as of the other node."""

    name = "remote-node-is-self"
    requirements = ("QIA-EGP-OK-06",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        if notice.at_origin:
            yield notice
        else:
            yield replace(notice, remote_node=notice.node)


class PurposeLost(LinkFault):
    """The peer is told of a purpose of 0."""

    name = "purpose-lost"
    requirements = ("QIA-EGP-OK-07",)

    def told(self, notice: Notice) -> Iterable[Notice]:
        yield notice if notice.at_origin else replace(notice, purpose=0)
