"""Another code for one reason to refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from qinet_reference.alteration import Alteration

if TYPE_CHECKING:
    from collections.abc import Callable

    import grpc

    from qinet_reference.adapters.grpc_wire import GrpcWire
    from qinet_reference.adapters.rest_wire import RestWire
    from qinet_reference.domain.refusal import Reason, Refusal

C = TypeVar("C")


class AltersCode(Alteration):
    """A KME that answers one `reason` with another HTTP status, its `code`.

    `canonical` is the code over gRPC; where it is None, nothing is altered there.
    """

    reason: ClassVar[Reason]
    code: ClassVar[int]
    canonical: ClassVar[grpc.StatusCode | None] = None

    def rest(self, wire: RestWire) -> RestWire:
        """See `Alteration`."""
        return replace(wire, code_of=self._else(self.code, wire.code_of))

    def grpc(self, wire: GrpcWire) -> GrpcWire:
        """See `Alteration`."""
        if self.canonical is None:
            return wire
        return replace(wire, code_of=self._else(self.canonical, wire.code_of))

    def _else(self, code: C, code_of: Callable[[Refusal], C]) -> Callable[[Refusal], C]:
        def altered(refusal: Refusal) -> C:
            mine = self.applies and refusal.reason is self.reason
            return code if mine else code_of(refusal)

        return altered
