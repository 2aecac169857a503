"""Streams of events of the common interface: one for each application at its node."""

from __future__ import annotations

import threading
from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic

import grpc

from qonform.drivers.qinet_calls import QinetCalls, show
from qonform.drivers.qinet_feed import Feed, T
from qonform.drivers.qinet_wire import read_error
from qonform.exchanges import Exchange, Message
from qonform.ports.entanglement import Asked, Told
from qonform.ports.outcome import Delivered, Failed, Outcome

if TYPE_CHECKING:
    from google.protobuf.message import Message as Protobuf

    from qonform.drivers.identity import Identity
    from qonform.drivers.meter import Meter
    from qonform.exchanges import ExchangeLog
    from qonform.target import Target


class QinetListening(QinetCalls, Generic[T]):
    """Calls nodes, and listens to what they tell. The drivers of pairs derive from it."""

    service: ClassVar[str]
    """Full name of the service whose Subscribe it is."""

    def __init__(self, target: Target, log: ExchangeLog, meter: Meter) -> None:
        super().__init__(target, log, meter)
        self._feeds: dict[tuple[str, Identity], Feed[T]] = {}
        self._feeding = threading.Lock()

    @staticmethod
    @abstractmethod
    def stub(channel: grpc.Channel) -> Any:
        """The service's stub."""

    @staticmethod
    @abstractmethod
    def _asked(after: int | None) -> Any:
        """The message that asks for a stream."""

    @staticmethod
    @abstractmethod
    def _read(event: Any, arrived_s: float, number: int) -> T:
        """An event, from its message; `number` is the exchange's."""

    @abstractmethod
    def _drew(self, event: T, node: str) -> int:
        """How many pairs of the budget an event tells of."""

    @staticmethod
    @abstractmethod
    def _in_short(event: T) -> str:
        """An event in a line: its number, its request, and what became of that."""

    def now(self) -> float:
        """Seconds since the start of the run, the clock of events."""
        return self._log.now()

    def feed(self, node: str, identity: Identity) -> Feed[T]:
        """What the node tells that application, from the first time that this is asked."""
        with self._feeding:
            if (node, identity) not in self._feeds:
                self._feeds[node, identity] = feed = self._listen(node, identity)
                feed.begin(self.meter.limits.timeout_s)
            return self._feeds[node, identity]

    def _listen(self, node: str, identity: Identity) -> Feed[T]:
        stub = self.stub(self.connect(node, identity))
        metadata = tuple((k.lower(), v) for k, v in identity.headers.items())
        line = f"{node} over {self.profile}"
        asked: list[Any] = [self._asked(None)]

        def subscribe(after: int | None) -> Any:
            asked[0] = self._asked(after)
            with self.meter.request(line):
                return stub.Subscribe(asked[0], metadata=metadata)

        def read(message: Any) -> T | None:
            if not message.HasField("event"):
                return None
            return self._heard(node, identity, asked[0], message)

        def ended(error: Exception | None) -> bool:
            return isinstance(self._broke(node, identity, asked[0], error), Failed)

        return Feed(subscribe, read, ended)

    def _heard(self, node: str, identity: Identity, asked: Protobuf, message: Any) -> T:
        at = self._log.now()
        told: list[T] = []

        def make(number: int) -> Exchange:
            event = self._read(message.event, at, number)
            told.append(event)
            self.meter.drew_pairs(self._drew(event, node))
            reply = Message(self._in_short(event), body=show(message.event))
            outcome = Delivered(event, number)
            return self._exchange(number, at, node, identity, asked, reply, outcome)

        self._log.record(make)
        return told[0]

    def _broke(
        self, node: str, identity: Identity, asked: Protobuf, error: Exception | None
    ) -> Outcome[Any]:
        at = self._log.now()
        outcomes: list[Outcome[Any]] = []

        def make(number: int) -> Exchange:
            outcome: Outcome[Any] = Failed("the stream of events ended", number)
            if error is not None:
                outcome = read_error(error, number).outcome  # type: ignore[arg-type]
            outcomes.append(outcome)
            return self._exchange(number, at, node, identity, asked, Message(str(outcome)), outcome)

        self._log.record(make)
        return outcomes[0]

    def _exchange(
        self,
        number: int,
        at_s: float,
        node: str,
        identity: Identity,
        asked: Protobuf,
        reply: Message,
        outcome: Outcome[Any],
    ) -> Exchange:
        name = f"{self.service}/Subscribe"
        return Exchange(
            number,
            at_s,
            0.0,
            self.profile,
            "grpc",
            node,
            identity.label,
            Message(name, {}, show(asked)),
            reply,
            self.command(node, identity, name, asked),
            identity.enrolled,
            Told(identity.sae_id, node),
            outcome,
        )

    def replay(
        self, node: str, identity: Identity, after: int, until: int
    ) -> Outcome[tuple[T, ...]]:
        """What a stream of its own tells of the events after one, up to that numbered `until`.

        These events are no news: they are recorded as one answer. A stream that tells less within
        the time of a request is cut there.
        """
        asked, told = self._asked(after), list[Any]()
        metadata = tuple((k.lower(), v) for k, v in identity.headers.items())
        at, error = self._log.now(), None
        with self.meter.request(f"{node} over {self.profile}"):
            stub = self.stub(self.channel(node, identity))
            stream = stub.Subscribe(asked, metadata=metadata, timeout=self.meter.limits.timeout_s)
            try:
                for message in stream:
                    told += [message.event] if message.HasField("event") else []
                    if told and told[-1].number >= until:
                        break
            except grpc.RpcError as broken:
                in_vain = broken.code() is grpc.StatusCode.DEADLINE_EXCEEDED
                error = None if in_vain else broken
            stream.cancel()
        outcomes: list[Outcome[tuple[T, ...]]] = []

        def make(number: int) -> Exchange:
            events = tuple(self._read(event, at, number) for event in told)
            outcome: Outcome[Any] = Delivered(events, number)
            if error is not None:
                outcome = read_error(error, number).outcome
            outcomes.append(outcome)
            reply = Message("; ".join(map(self._in_short, events)) or str(outcome))
            exchange = self._exchange(number, at, node, identity, asked, reply, outcome)
            return replace(exchange, call=Asked(identity.sae_id, node, "Subscribe", after))

        self._log.record(make)
        return outcomes[0]

    def restart(self) -> None:
        """Forgets connections, as if every application had been started anew; events go on."""
        self._hush()
        super().restart()

    def close(self) -> None:
        """Listens no longer, and closes every connection."""
        self._hush()
        super().close()

    def _hush(self) -> None:
        with self._feeding:
            while self._feeds:
                self._feeds.popitem()[1].close()
