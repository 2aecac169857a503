"""How fast key delivery was seen to be: how long calls took, and how much key came in that time.

Lengths and times, never judged. See `measurements.keys` in results.json.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from qonform.monitors.spans import covered_s, distribution
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, KeyContainer
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from qonform.exchanges import Exchange

_NAMES = {GetKey: "Get key", GetKeyWithIds: "Get key with key IDs"}


class KeyFigures:
    """Listens to every exchange of key delivery."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        self._keys: dict[str, int] = defaultdict(int)
        self._bits: dict[str, int] = defaultdict(int)

    def see(self, exchange: Exchange) -> None:
        """Takes in one exchange; only what was served counts."""
        match exchange.call, exchange.outcome:
            case (GetKey() | GetKeyWithIds()) as call, Delivered(value=KeyContainer(keys=keys)):
                span = exchange.at_s, exchange.at_s + exchange.duration_ms / 1000
                self._spans[exchange.profile, _NAMES[type(call)]].append(span)
                if isinstance(call, GetKey):
                    self._keys[exchange.profile] += len(keys)
                    self._bits[exchange.profile] += sum(key.material.bits for key in keys)

    def as_json(self) -> dict[str, Any]:
        """As results.json has it; empty where no key was served."""
        spans = dict(self._spans)
        waits = [
            distribution(f"{name} over {profile}", profile, [end - start for start, end in each])
            for (profile, name), each in spans.items()
        ]
        if not waits:
            return {}
        return {
            "waits": [each for each in waits if each is not None],
            "rates": [
                _rate(profile, self._keys[profile], self._bits[profile], covered_s(each))
                for (profile, name), each in spans.items()
                if name == _NAMES[GetKey]
            ],
        }


def _rate(profile: str, keys: int, bits: int, busy_s: float) -> dict[str, Any]:
    """Key in the time in which at least one Get key that was served was under way."""
    rate: dict[str, Any] = {
        "profile": profile,
        "keys": keys,
        "bits": bits,
        "busy_s": round(busy_s, 4),
    }
    return rate | ({"bits_per_s": round(bits / busy_s, 1)} if busy_s > 0 else {})
