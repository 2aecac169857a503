"""What the reference network can be made to do: faults and variants, as it lists them itself."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from qonform.catalogue import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


_SERVED = {
    "": [],
    "links": ["--links"],
    "paths": ["--links", "--chain", "3", "--speed", "20"],
}
"""By the name of each network that has alterations, how it is started."""


class ListingError(RuntimeError):
    """The reference network does not say what it can do. The message says what it said."""


class NoSuchFaultError(LookupError):
    """A glob matches no fault. The message names the nearest that there is."""


@dataclass(frozen=True)
class Fault:
    """A lie that the reference network can tell."""

    name: str
    sentence: str
    """The lie."""
    requirements: tuple[str, ...]
    """Ids of what it breaks."""
    seen_in: tuple[str, ...] = ()
    """Public implementations that have it."""
    beside: tuple[str, ...] = ()
    """Variants without which it does not show."""
    network: str = ""
    """Of which network it is one: that of the keys, or `links`, or `paths`."""

    @property
    def flags(self) -> list[str]:
        """How the network is started with it."""
        variants = [word for name in self.beside for word in ("--variant", name)]
        return ["--fault", self.name, *variants, *_SERVED[self.network]]


@dataclass(frozen=True)
class Variant:
    """An unusual way to conform."""

    name: str
    sentence: str
    breaks: tuple[str, ...]
    """Ids of the requirements that it breaks by design."""
    network: str = ""
    """Of which network it is one: that of the keys, or `links`, or `paths`."""

    @property
    def flags(self) -> list[str]:
        """How the network is started with it."""
        return ["--variant", self.name, *_SERVED[self.network]]


def faults() -> list[Fault]:
    """Every seeded fault. Raises ListingError."""
    return [
        Fault(
            one["name"],
            one["sentence"],
            tuple(one["requirements"]),
            tuple(one["seen_in"]),
            tuple(one["beside"]),
            network,
        )
        for network in _SERVED
        for one in _listed("faults", network)
    ]


def variants() -> list[Variant]:
    """Every variant. Raises ListingError."""
    return [
        Variant(one["name"], one["sentence"], tuple(one["breaks"]), network)
        for network in _SERVED
        for one in _listed("variants", network)
    ]


def select(known: Sequence[Fault], globs: Sequence[str]) -> list[Fault]:
    """The faults whose name matches one of the globs; no globs means all.

    Raises NoSuchFaultError when any one glob matches nothing.
    """
    names = [fault.name for fault in known]
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            raise NoSuchFaultError(f"{glob!r} matches no seeded fault{did_you_mean(glob, names)}")
    return [
        fault
        for fault in known
        if not globs or any(fnmatchcase(fault.name, glob) for glob in globs)
    ]


def _listed(kind: str, network: str) -> list[dict[str, Any]]:
    of_network = [f"--{network}"] if network else []
    words = [sys.executable, "-m", "qinet_reference", kind, "--json", *of_network]
    ended = subprocess.run(  # noqa: S603 - our own module
        words, check=False, capture_output=True, text=True, timeout=60
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines()
        raise ListingError(f"the reference network lists no {kind}: {said[-1] if said else ''}")
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    return found
