"""All nodes and links of a network, and the passing of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qinet_reference.links.domain.validation import malformed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qinet_reference.links.domain.link import Link
    from qinet_reference.links.domain.node import Node


class LinkNetwork:
    """Nodes and the links between them, of which some share a node."""

    def __init__(self, nodes: Sequence[Node], links: Sequence[Link]) -> None:
        self.nodes = {node.id: node for node in nodes}
        self._links = links

    def link(self, node: Node, remote_node: str) -> Link:
        """The link to a neighbour; refuses if there is none."""
        for link in self._links:
            if node in link.ends and link.other(node).id == remote_node:
                return link
        raise malformed("remote_node_id names no neighbour of this node")

    def next_moment(self) -> float | None:
        """When something happens next, unless something is asked before."""
        moments = [link.next_moment() for link in self._links]
        return min((moment for moment in moments if moment is not None), default=None)

    def advance(self, to: float) -> None:
        """Let everything happen that happens until `to`, in the order in which it happens."""
        while (moment := self.next_moment()) is not None and moment <= to:
            for link in self._links:
                link.advance(moment)
            self.look_again(moment)

    def look_again(self, now: float) -> None:
        """Begin or stop attempts on every link, for memory has changed."""
        for link in self._links:
            link.look_again(now)
