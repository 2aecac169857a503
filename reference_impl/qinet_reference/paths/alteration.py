"""The seams of a network of paths: each is a function that a fault or a variant may wrap.

The composition passes every part through every alteration, in the order they were named.
The parts themselves know nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qinet_reference.links.domain.model import Measured
    from qinet_reference.links.physics.bases import Basis
    from qinet_reference.paths.domain.model import PathLog, PathNotice, PathRequest
    from qinet_reference.paths.domain.service import NetworkLayer
    from qinet_reference.paths.domain.terms import PathView
    from qinet_reference.paths.plan import PathPlan


class PathAlteration:
    """A way in which a network differs from the plain one. Unless overridden, in none."""

    name: ClassVar[str]

    def plan(self, plan: PathPlan) -> PathPlan:
        """What the network consists of; also decides what the manifest says."""
        return plan

    def told(self, notice: PathNotice) -> Iterable[PathNotice]:
        """What is told instead of a notice: to whom it says."""
        yield notice

    def service(self, service: NetworkLayer, node: str) -> NetworkLayer:
        """What one node answers."""
        del node
        return service


class AltersPaths(PathAlteration):
    """An alteration of what nodes answer, method by method. Unless overridden, forwards.

    `inner` is what would answer otherwise, `node` whose answer it is.
    """

    def service(self, service: NetworkLayer, node: str) -> NetworkLayer:
        """See `PathAlteration`."""
        return _AlteredPaths(self, service, node)

    def viewed(self, view: PathView) -> PathView:
        """What is told of a circuit."""
        return view

    def open(
        self, inner: NetworkLayer, node: str, caller: str | None, circuit: str, purpose: int
    ) -> None:
        """See `NetworkLayer`."""
        del node
        inner.open(caller, circuit, purpose)

    def close(self, inner: NetworkLayer, caller: str | None, circuit: str, purpose: int) -> None:
        """See `NetworkLayer`."""
        inner.close(caller, circuit, purpose)

    def request(
        self, inner: NetworkLayer, node: str, caller: str | None, request: PathRequest
    ) -> int:
        """See `NetworkLayer`."""
        del node
        return inner.request(caller, request)

    def measure(
        self, inner: NetworkLayer, node: str, caller: str | None, qubit: int, basis: Basis
    ) -> Measured:
        """See `NetworkLayer`."""
        del node
        return inner.measure(caller, qubit, basis)


class _AlteredPaths:
    def __init__(self, by: AltersPaths, inner: NetworkLayer, node: str) -> None:
        self._by = by
        self._inner = inner
        self._node = node

    def get_paths(self, caller: str | None, remote_node: str) -> list[PathView]:
        return [self._by.viewed(view) for view in self._inner.get_paths(caller, remote_node)]

    def get_path(self, caller: str | None, circuit: str) -> PathView:
        return self._by.viewed(self._inner.get_path(caller, circuit))

    def open(self, caller: str | None, circuit: str, purpose: int) -> None:
        self._by.open(self._inner, self._node, caller, circuit, purpose)

    def close(self, caller: str | None, circuit: str, purpose: int) -> None:
        self._by.close(self._inner, caller, circuit, purpose)

    def request(self, caller: str | None, request: PathRequest) -> int:
        return self._by.request(self._inner, self._node, caller, request)

    def events(self, caller: str | None) -> PathLog:
        return self._inner.events(caller)

    def measure(self, caller: str | None, qubit: int, basis: Basis) -> Measured:
        return self._by.measure(self._inner, self._node, caller, qubit, basis)

    def release(self, caller: str | None, qubit: int) -> None:
        self._inner.release(caller, qubit)
