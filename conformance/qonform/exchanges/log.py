"""Exchanges, numbered in the order in which they ended, and who listens to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """One side of an exchange, fit to be written down."""

    summary: str
    """One line, such as `POST /api/v1/keys/sae-2/enc_keys` or `200 OK`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The message as results.json has it."""
        shown: dict[str, Any] = {"summary": self.summary}
        if self.headers:
            shown["headers"] = dict(self.headers)
        if self.body is not None:
            shown["body"] = self.body
        return shown


@dataclass(frozen=True)
class Exchange:
    """One request and its reply. Holds no key material but in `outcome` and `wire`."""

    number: int
    at_s: float
    """Start, in seconds after the start of the run."""
    duration_ms: float
    profile: str
    transport: str
    node: str
    client: str
    request: Message
    reply: Message
    command: str
    """The command that sends the request again."""
    regular: bool = True
    """An enrolled client asked one of the interface's methods: the interface must answer in form.
    False for strangers, who may be turned away before HTTP, and for probes beside the interface."""
    call: object = None
    """What was asked, when it was one of the port's operations."""
    outcome: Any = field(default=None, repr=False)
    """What came of it, for monitors; not kept in the log."""
    wire: Any = field(default=None, repr=False)
    """What the driver saw, for monitors of that wire; not kept in the log."""

    def as_json(self) -> dict[str, Any]:
        """The exchange as results.json has it."""
        return {
            "number": self.number,
            "at_s": round(self.at_s, 4),
            "duration_ms": round(self.duration_ms, 3),
            "transport": self.transport,
            "node": self.node,
            "client": self.client,
            "request": self.request.as_json(),
            "reply": self.reply.as_json(),
            "command": self.command,
        }


Listener = Callable[[Exchange], None]


class ExchangeLog:
    """Every exchange of the run. Drivers write it; monitors listen; checks cite its numbers."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._lock = threading.RLock()
        self._exchanges: list[Exchange] = []
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Calls `listener` with every exchange from now on, one at a time."""
        self._listeners.append(listener)

    def now(self) -> float:
        """Seconds since the start of the run."""
        return self._clock() - self._started

    def record(self, make: Callable[[int], Exchange]) -> Exchange:
        """Numbers an exchange, lets every listener see it whole, keeps it without secrets."""
        with self._lock:
            exchange = make(len(self._exchanges) + 1)
            self._exchanges.append(_without_secrets(exchange))
            for listener in self._listeners:
                listener(exchange)
        return exchange

    def __len__(self) -> int:
        return len(self._exchanges)

    def __getitem__(self, number: int) -> Exchange:
        return self._exchanges[number - 1]

    def since(self, number: int) -> range:
        """Numbers of the exchanges after `number`."""
        return range(number + 1, len(self._exchanges) + 1)

    def cite(self, numbers: Iterable[int]) -> list[dict[str, Any]]:
        """Exchanges as results.json has them, in the order of the log, each once."""
        return [self[n].as_json() for n in sorted(set(numbers)) if 1 <= n <= len(self)]


def _without_secrets(exchange: Exchange) -> Exchange:
    return Exchange(
        exchange.number,
        exchange.at_s,
        exchange.duration_ms,
        exchange.profile,
        exchange.transport,
        exchange.node,
        exchange.client,
        exchange.request,
        exchange.reply,
        exchange.command,
        exchange.regular,
        exchange.call,
    )
