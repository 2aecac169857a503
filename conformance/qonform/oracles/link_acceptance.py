"""Who may be accepting what.

An Accept counts from when it was sent, a StopAccepting from its answer: so a purpose counts as
accepted for as long as it may be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass
class _Span:
    application: str
    began_s: float
    ended_s: float = math.inf


@dataclass
class Acceptances:
    """By node, neighbour and purpose, when each application may have accepted."""

    _spans: dict[tuple[str, str, int], list[_Span]] = field(default_factory=dict)

    def begin(
        self, node: str, application: str, remote_node: str, purpose: int, at_s: float
    ) -> None:
        """An Accept was sent, and was not refused."""
        self._spans.setdefault((node, remote_node, purpose), []).append(_Span(application, at_s))

    def end(self, node: str, application: str, remote_node: str, purpose: int, at_s: float) -> None:
        """A StopAccepting was answered."""
        for span in self._spans.get((node, remote_node, purpose), ()):
            if span.application == application:
                span.ended_s = min(span.ended_s, at_s)

    def ever(self, node: str, remote_node: str, purpose: int, until_s: float) -> set[str]:
        """The applications that may have accepted at some time until then."""
        spans = self._spans.get((node, remote_node, purpose), ())
        return {span.application for span in spans if span.began_s <= until_s}

    def possible(
        self, node: str, remote_node: str, purpose: int, since_s: float, until_s: float
    ) -> bool:
        """Whether somebody may have accepted at some moment between the two."""
        spans = self._spans.get((node, remote_node, purpose), ())
        return any(span.began_s <= until_s and span.ended_s >= since_s for span in spans)
