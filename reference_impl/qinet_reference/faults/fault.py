"""What a seeded fault is."""

from __future__ import annotations

from typing import ClassVar

from qinet_reference.alteration import Alteration, AltersService, AltersStore


class Fault(Alteration):
    """A lie that a network can tell; the docstring of each subclass says which.

    `requirements` are the ids, in the suite's catalogue, of what it breaks. `seen_in` names
    public implementations that are known to have it. `beside` names the variants without which
    it does not show.
    """

    requirements: ClassVar[tuple[str, ...]]
    seen_in: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()


class ServiceFault(Fault, AltersService):
    """A lie about meaning, told on every wire."""


class StoreFault(Fault, AltersStore):
    """A lie about the keys that are kept for slaves, told on every wire."""
