"""The form of every refusal and answer of `qinet.keys.v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.drivers.qinet_wire import CODE_OF_REASON, RpcAnswer
from qonform.monitors.monitor import Monitor
from qonform.ports.key_delivery import GetKey, GetStatus, KeyContainer, Status
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from qonform.exchanges import Exchange


class RpcRefusals(Monitor):
    """Checks the ErrorInfo, reason and code of every refusal, and the form of every answer."""

    profiles = ("qinet-keys",)
    requirements = (
        "QINET-KEYS-01",
        "QINET-KEYS-02",
        "QINET-KEYS-03",
        "QINET-KEYS-06",
        "QINET-KEYS-10",
    )

    def see(self, exchange: Exchange) -> None:
        """Judges a refusal, a Status, a Key container."""
        answer = exchange.wire
        ours = exchange.request.summary.startswith("qinet.")  # not health, not reflection
        if not isinstance(answer, RpcAnswer) or not ours:
            return
        if answer.refusal is not None:
            self._refusal(exchange, answer)
        match exchange.call, exchange.outcome:
            case GetStatus(), Delivered(value=Status() as status):
                named = status.source_kme_id and status.target_kme_id
                self.case(
                    exchange,
                    "QINET-KEYS-10",
                    bool(named),
                    due="source_kme_id and target_kme_id, neither empty",
                    came="both" if named else "an empty one",
                )
            case GetKey(request=request), Delivered(value=KeyContainer(keys=keys)) if request.size:
                due = -(-request.size // 8)
                wrong = {k.material.bits // 8 for k in keys} - {due}
                self.case(
                    exchange,
                    "QINET-KEYS-06",
                    not wrong,
                    due=f"{due} bytes for {request.size} bit",
                    came=f"{sorted(wrong)[0]} bytes" if wrong else f"{due} bytes",
                )

    def _refusal(self, exchange: Exchange, answer: RpcAnswer) -> None:
        refusal = answer.refusal
        if refusal is None:
            return
        self.case(
            exchange,
            "QINET-KEYS-01",
            refusal.domain == "qinet" and refusal.infos == 1,
            due='exactly one google.rpc.ErrorInfo of domain "qinet"',
            came=f"{refusal.infos} ErrorInfo"
            + (f" of domain {refusal.domain!r}" if refusal.infos else ""),
        )
        if refusal.reason is None:
            return
        known = refusal.reason in CODE_OF_REASON
        self.case(
            exchange,
            "QINET-KEYS-02",
            known,
            due="a reason of qinet.common.v1.Reason",
            came=f"reason {refusal.reason!r:.60}",
        )
        if known:
            due_code = CODE_OF_REASON[refusal.reason]
            self.case(
                exchange,
                "QINET-KEYS-03",
                refusal.code == due_code,
                due=f"{due_code} for {refusal.reason}",
                came=f"{refusal.code} for {refusal.reason}",
            )
