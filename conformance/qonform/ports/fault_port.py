"""What happens to a link seldom, brought about on purpose, where a node offers that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from qonform.ports.outcome import Outcome


class FaultPort(Protocol):
    """One application's access to the fault port of its node. Errors are outcomes, never raised."""

    def miss_heralds(self, remote_node: str, count: int) -> Outcome[None]:
        """Lets the node miss the next heralds of pairs that are delivered one by one."""
        ...

    def skip_sequence_numbers(self, remote_node: str, count: int) -> Outcome[None]:
        """Leaves out so many sequence numbers, from 0 to 32767."""
        ...
