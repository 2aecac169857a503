"""Exchanges of an entangled link, made by hand: what two nodes were asked, and what they told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from qonform.catalogue import load_all
from qonform.exchanges import Exchange, Message
from qonform.ports.entanglement import (
    Asked,
    Axis,
    Bell,
    LinkError,
    LinkEvent,
    Measured,
    PairMade,
    PairRequest,
    PairType,
    RequestDone,
    RequestFailed,
    RequestKey,
    Told,
)
from qonform.ports.outcome import Delivered, Failed, RefusalKind, Refused

PROFILE = "qinet-links"
KNOWN = {PROFILE: frozenset(r.id for r in load_all().for_profile(PROFILE))}
OTHER = {"a": "b", "b": "a"}
FIRST = RequestKey("a", 1)


def made(sequence, *, outcome=0, axis=Axis.Z, qubit=None, **more):
    """An OK: of a pair that the node measured, or of one of which it holds a qubit."""
    measured = Measured(outcome, axis) if qubit is None else None
    type_ = PairType.MEASURE if qubit is None else PairType.KEEP
    usual = PairMade(sequence, type_, Bell.PSI_MINUS, 0.9, None, qubit, measured)
    return replace(usual, **more)


def event(node, what, at_s=1.0, *, key=FIRST, purpose=1, remote=None, number=0, exchange=0):
    """What a node told of a request."""
    return LinkEvent(number, key, remote or OTHER[node], purpose, what, at_s, exchange)


def expired(void):
    """Pairs are void."""
    return RequestFailed(LinkError.EXPIRED, void)


@dataclass
class Story:
    """What happened, exchange by exchange. Applications are named after their node: `app-a`."""

    exchanges: list = field(default_factory=list)

    def shown_to(self, listener):
        """Whoever has seen it all."""
        for exchange in self.exchanges:
            listener.see(exchange)
        return listener

    def asked(self, node, operation, what, outcome, at_s=0.0, *, caller=None, took_s=0.01):
        """A call, and what came of it."""
        call = Asked(caller or f"app-{node}", node, operation, what)
        return self._add(
            call, at_s, 1000 * took_s, lambda number: replace(outcome, exchange=number)
        )

    def told(self, node, what, at_s=1.0, *, caller=None, **of):
        """An event, for the application of a node."""
        call = Told(caller or f"app-{node}", node)
        number = len(self.exchanges)

        def heard(exchange):
            return Delivered(
                event(node, what, at_s, number=number, exchange=exchange, **of), exchange
            )

        return self._add(call, at_s, 0.0, heard)

    def _add(self, call, at_s, duration_ms, outcome_of):
        number = len(self.exchanges) + 1
        exchange = Exchange(
            number,
            at_s,
            duration_ms,
            PROFILE,
            "grpc",
            call.node,
            call.caller,
            Message(""),
            Message(""),
            "",
            call=call,
            outcome=outcome_of(number),
        )
        self.exchanges.append(exchange)
        return self

    # calls that are served, or not

    def accepts(self, node, purpose=1, at_s=0.0, **how):
        return self.asked(node, "Accept", (OTHER[node], purpose), Delivered(None, 0), at_s, **how)

    def creates(self, node="a", create_id=1, at_s=0.0, **terms):
        """A CREATE that is acknowledged."""
        outcome = Delivered(create_id, 0)
        return self.asked(node, "Create", PairRequest(OTHER[node], **_terms(terms)), outcome, at_s)

    def is_refused(self, error=LinkError.UNSUPPORTED, at_s=0.0, **terms):
        """A CREATE at node a that is refused."""
        outcome = Refused(RefusalKind.OTHER, "FAILED_PRECONDITION", None, 0, error.value)
        return self.asked("a", "Create", PairRequest("b", **_terms(terms)), outcome, at_s)

    def is_lost(self, at_s=0.0, **terms):
        """A CREATE at node a to which no answer comes."""
        request = PairRequest("b", **_terms(terms))
        return self.asked("a", "Create", request, Failed("it broke", 0), at_s)

    def measures(self, node, qubit, outcome, axis=Axis.Z, at_s=2.0, **how):
        """A qubit is measured by its application."""
        measured = Delivered(Measured(outcome, axis), 0)
        return self.asked(node, "Measure", qubit, measured, at_s, **how)

    # events at several nodes

    def pair(self, sequence, outcomes=(0, 1), at_s=1.0, *, of=FIRST, nodes="ab", **ok):
        """OKs of a pair, with the outcomes of nodes a and b."""
        for node in nodes:
            outcome = outcomes["ab".index(node)]
            self.told(node, made(sequence, outcome=outcome, **ok), at_s, key=of)
        return self

    def kept(self, sequence, at_s=1.0, *, nodes="ab", qubit=None, **ok):
        """OKs of a pair whose halves are held, as qubits of the same number at both nodes."""
        for node in nodes:
            self.told(node, made(sequence, qubit=sequence if qubit is None else qubit, **ok), at_s)
        return self

    def ends(self, nodes="ab", what=None, at_s=1.0, **of):
        """The last that nodes tell of a request: that it is done, if nothing else is said."""
        for node in nodes:
            self.told(node, what or RequestDone(), at_s, **of)
        return self

    def later(self, at_s=100.0):
        """Something that has to do with nothing, much later."""
        return self.asked("a", "Release", 99, Delivered(None, 0), at_s)


def _terms(terms):
    return {"purpose": 1, "number": 2, "max_time_s": 10.0} | terms


def served():
    """One request of node a for two pairs, which both nodes tell of in the same way."""
    return Story().accepts("b").creates().pair(5).pair(6)
