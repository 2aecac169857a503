"""What a seeded fault is."""

from __future__ import annotations

from typing import ClassVar

from qinet_reference.alteration import Alteration


class Fault(Alteration):
    """A lie that a network can tell; the docstring of each subclass says which.

    `requirements` are the ids, in the suite's catalogue, of what it breaks.
    """

    requirements: ClassVar[tuple[str, ...]]
