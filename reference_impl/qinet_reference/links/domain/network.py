"""All nodes and links of a network, and the passing of time."""

from __future__ import annotations

import math
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
        self._at = {node.id: [link for link in links if node in link.ends] for node in nodes}

    def link(self, node: Node, remote_node: str) -> Link:
        """The link to a neighbour; refuses if there is none."""
        for link in self._at[node.id]:
            if link.other(node).id == remote_node:
                return link
        raise malformed("remote_node_id names no neighbour of this node")

    def next_moment(self) -> float | None:
        """When something happens next, unless something is asked before."""
        moment = min((link.due for link in self._links), default=math.inf)
        return None if moment == math.inf else moment

    def advance(self, to: float) -> None:
        """Let everything happen that happens until `to`, in the order in which it happens."""
        while (moment := self.next_moment()) is not None and moment <= to:
            for link in self._links:
                if link.due == moment:
                    link.advance(moment)
                    self._look_again_beside(link, moment)

    def look_again(self, now: float) -> None:
        """Begin or stop attempts on every link, for memory has changed."""
        for link in self._links:
            link.look_again(now)

    def _look_again_beside(self, changed: Link, now: float) -> None:
        """Begin or stop attempts on the links that share a node, and its memory, with this one."""
        for node in changed.ends:
            for link in self._at[node.id]:
                if link is not changed:
                    link.look_again(now)
