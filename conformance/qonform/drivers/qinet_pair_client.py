"""What every application of the common interface does with pairs: hears of them, uses qubits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from qinet.entanglement.v1 import qubits_pb2, qubits_pb2_grpc
from qonform.drivers.qinet_feed import T
from qonform.drivers.qinet_pairs_wire import measure_request, read_measured, read_nothing
from qonform.ports.entanglement import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from google.protobuf.message import Message as Protobuf

    from qonform.drivers.identity import Identity
    from qonform.drivers.qinet_listening import QinetListening
    from qonform.ports.entanglement import Axis, Measured, Rotation
    from qonform.ports.outcome import Outcome

_QUBITS = "qinet.entanglement.v1.Qubits"


class QinetPairClient(Generic[T]):
    """One application at its node. The clients of services that deliver pairs derive from it."""

    def __init__(self, driver: QinetListening[T], node: str, identity: Identity) -> None:
        self._driver = driver
        self._node = node
        self._identity = identity

    def measure(self, qubit: int, basis: Axis | Rotation) -> Outcome[Measured]:
        """Qubits.Measure."""
        return self._ask_qubits("Measure", measure_request(qubit, basis), read_measured, qubit)

    def release(self, qubit: int) -> Outcome[None]:
        """Qubits.Release."""
        asked = qubits_pb2.ReleaseRequest(qubit_id=qubit)
        return self._ask_qubits("Release", asked, read_nothing, qubit)

    def events(self) -> list[T]:
        """What Subscribe has told so far."""
        return self._driver.feed(self._node, self._identity).events()

    def replay(self, after: int, until: int) -> Outcome[tuple[T, ...]]:
        """Subscribe with `after`, on a stream of its own."""
        return self._driver.replay(self._node, self._identity, after, until)

    def wait(self, done: Callable[[Sequence[T]], bool], within_s: float) -> bool:
        """Waits until the events so far are as wanted; False when they were not in time."""
        return self._driver.feed(self._node, self._identity).wait(done, within_s)

    def _ask_qubits(
        self, method: str, asked: Protobuf, read: Callable[[Any, int], Outcome[Any]], qubit: int
    ) -> Outcome[Any]:
        stub = qubits_pb2_grpc.QubitsStub(self._driver.channel(self._node, self._identity))
        return self._call(stub, f"{_QUBITS}/{method}", asked, read, qubit)

    def _ask(
        self,
        method: str,
        asked: Protobuf,
        read: Callable[[Any, int], Outcome[Any]],
        what: object = None,
    ) -> Outcome[Any]:
        stub = self._driver.stub(self._driver.channel(self._node, self._identity))
        return self._call(stub, f"{self._driver.service}/{method}", asked, read, what)

    def _call(
        self,
        stub: Any,
        name: str,
        asked: Protobuf,
        read: Callable[[Any, int], Outcome[Any]],
        what: object,
    ) -> Outcome[Any]:
        method = name.rpartition("/")[2]
        return self._driver.call(
            self._node,
            self._identity,
            name,
            getattr(stub, method),
            asked,
            Asked(self._identity.sae_id, self._node, method, what),
            read,
        ).outcome
