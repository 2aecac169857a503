"""What happens to a node's links seldom, brought about on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qinet_reference.links.domain.network import LinkNetwork


class Disturbance:
    """Of the links of one node. Refuses what is no neighbour."""

    def __init__(self, node: str, network: LinkNetwork) -> None:
        self._node = network.nodes[node]
        self._network = network

    def miss_heralds(self, remote_node: str, count: int) -> None:
        """Let the node miss heralds, while the neighbour hears them."""
        self._network.link(self._node, remote_node).miss_heralds(self._node, count)

    def skip_numbers(self, remote_node: str, count: int) -> None:
        """Let the counter of sequence numbers go on, as if pairs had been made."""
        self._network.link(self._node, remote_node).skip_numbers(count)
