"""One node's application of SimulaQron, in a process of its own: `python end.py NODE OTHER`.

Reads commands from standard input, a JSON object a line, and answers each with a line. A command
that fails is answered with `error`. Gates are letters, applied from left to right: H, K and X.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from netqasm.runtime.settings import set_simulator

set_simulator("simulaqron")

from netqasm.sdk import EPRSocket  # noqa: E402 - the simulator is chosen on import
from network import ADDRESSES  # noqa: E402
from simulaqron.sdk.connection import SimulaQronConnection  # noqa: E402
from simulaqron.settings import network_config  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netqasm.sdk.qubit import Qubit

QUBITS = 12


class End:
    """A node's connection, and the qubits that it holds by number."""

    def __init__(self, node: str, other: str) -> None:
        self._socket = EPRSocket(other)
        self._connection = SimulaQronConnection(node, epr_sockets=[self._socket], max_qubits=QUBITS)
        self._held: dict[int, Qubit] = {}
        self._last = 0

    def pairs(self, role: str, number: int, gates: Sequence[str] | None) -> list[dict[str, Any]]:
        """Create or receive pairs; `gates`, one text a pair: measure each after them."""
        make = self._socket.create_keep if role == "create" else self._socket.recv_keep
        qubits = make(number=number)
        outcomes = [_measured(*one) for one in zip(qubits, gates, strict=True)] if gates else []
        self._connection.flush()
        answers = []
        for index, qubit in enumerate(qubits):
            info = qubit.entanglement_info
            answer = {
                "sequence": int(info.sequence_number),
                "bell_state": int(info.bell_state),
                "goodness": float(info.goodness),
                "goodness_time": float(info.goodness_time),
            }
            if outcomes:
                answer["outcome"] = int(outcomes[index])
            else:
                self._last += 1
                self._held[self._last] = qubit
                answer["qubit"] = self._last
            answers.append(answer)
        return answers

    def measure(self, qubit: int, gates: str) -> int:
        """Measure a qubit that is held."""
        outcome = _measured(self._held.pop(qubit), gates)
        self._connection.flush()
        return int(outcome)

    def release(self, qubit: int) -> None:
        """Give a qubit up."""
        self._held.pop(qubit).free()
        self._connection.flush()


def _measured(qubit: Qubit, gates: str) -> Any:
    for gate in gates:
        getattr(qubit, gate)()
    return qubit.measure()


def main() -> None:
    """Answer commands until there are no more."""
    network_config.read_from_file(ADDRESSES)
    end = End(*sys.argv[1:3])
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = {"answer": getattr(end, command.pop("do"))(**command)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
