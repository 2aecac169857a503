"""Judges a target and writes down what was asked, in a form that two runs can be compared by.

Usage: python asked_shapes.py MANIFEST SEED OUT
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qonform.catalogue import load_all
from qonform.judging import Effort
from qonform.running.options import Options
from qonform.running.run import run
from qonform.running.session import Silent
from qonform.target import load

if TYPE_CHECKING:
    from qonform.exchanges import Exchange
    from qonform.judging import Check
    from qonform.running.session import Session

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DIGEST = re.compile(r"#[0-9a-f]{8}")
"""Salted anew in each run."""
AT_ONCE = "etsi014.races."
"""Checks whose requests end in any order, since they go out together."""


def without_repeats(shapes: list[Any]) -> list[Any]:
    """What is asked again and again, until it is so, is asked once: up to four requests."""
    once: list[Any] = []
    for shape in shapes:
        once.append(shape)
        for length in (1, 2, 3, 4):
            if once[-length:] == once[-2 * length : -length]:
                del once[-length:]
    return once


class Recorder(Silent):
    """Keeps the requests of each check: who asked what, where, over what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[Any]]] = []
        self._names: dict[str, str] = {}
        self._before = 0

    def started(self, _check: Check, _profile: str, session: Session) -> None:
        self._before = len(session.log)

    def ended(self, check: Check, profile: str, session: Session) -> None:
        shapes = [self._shape(session.log[n]) for n in session.log.since(self._before)]
        if check.id.startswith(AT_ONCE):
            shapes.sort()
        self.asked.append((f"{check.id} over {profile}", without_repeats(shapes)))

    def _shape(self, exchange: Exchange) -> list[str]:
        asked = exchange.request
        words = f"{asked.summary} {sorted(asked.headers.items())} {asked.body}"
        return [
            exchange.profile,
            exchange.transport,
            exchange.node,
            exchange.client,
            DIGEST.sub("#", UUID.sub(self._name, words)),
        ]

    def _name(self, found: re.Match[str]) -> str:
        return self._names.setdefault(found[0].lower(), f"<key {len(self._names) + 1}>")


def main(manifest: str, seed: str, out: str) -> None:
    recorder = Recorder()
    options = Options(effort=Effort.QUICK, seed=int(seed))
    results = run(load(Path(manifest)), load_all(), options, recorder)
    Path(out).write_text(json.dumps({"asked": recorder.asked, "results": results}))


if __name__ == "__main__":
    main(*sys.argv[1:])
