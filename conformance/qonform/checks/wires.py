"""The bench of checks that are about one wire, and not about meaning."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from qonform.drivers.etsi014_wire import Answer, Request, segment
from qonform.ports.key_delivery import Call, GetKey, GetStatus, KeyRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.drivers.etsi014 import Etsi014Driver
    from qonform.drivers.qinet import QinetDriver
    from qonform.judging import Application, Bench


@dataclass(frozen=True)
class RestBench:
    """The wire of ETSI GS QKD 014, beside the bench over it."""

    bench: Bench
    driver: Etsi014Driver

    def send(self, by: Application, request: Request) -> Answer:
        """Any request, by an SAE at its node."""
        return self.driver.send(by.node, by.identity, request)

    def get_status(self, by: Application, slave: str) -> Answer:
        """Get status, in full."""
        request = Request("GET", f"/{segment(slave)}/status", call=GetStatus(by.sae_id, slave))
        return self.send(by, request)

    def get_key(
        self,
        by: Application,
        slave: str,
        query: Mapping[str, str | int] | None = None,
        *,
        call: Call | None = None,
    ) -> Answer:
        """Get key by GET (014 clause 6.2).

        Args:
            query: as it is to be sent, encoded here.
            call: what it means; None for a query that means nothing.
        """
        path = f"/{segment(slave)}/enc_keys" + (f"?{urlencode(query)}" if query else "")
        return self.send(by, Request("GET", path, call=call))

    def post_key(
        self, by: Application, slave: str, body: Any, *, call: Call | None = None
    ) -> Answer:
        """Get key by POST of any body: bytes as they are, anything else as JSON."""
        path = f"/{segment(slave)}/enc_keys"
        return self.send(by, Request("POST", path, _body(body), call=call))

    def post_key_ids(
        self, by: Application, master: str, body: Any, *, call: Call | None = None
    ) -> Answer:
        """Get key with key IDs by POST of any body: bytes as they are, anything else as JSON."""
        path = f"/{segment(master)}/dec_keys"
        return self.send(by, Request("POST", path, _body(body), call=call))

    def get_key_ids(
        self, by: Application, master: str, query: str, *, call: Call | None = None
    ) -> Answer:
        """Get key with key IDs by GET; `query` as it is to be sent."""
        path = f"/{segment(master)}/dec_keys" + (f"?{query}" if query else "")
        return self.send(by, Request("GET", path, call=call))


def simple_call(by: Application, slave: str, **members: int) -> GetKey:
    """What a Get key means that has no more than a number and a size."""
    return GetKey(by.sae_id, slave, KeyRequest(members.get("number"), members.get("size")))


def _body(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


@dataclass(frozen=True)
class RpcBench:
    """The wire of `qinet.keys.v1`, beside the bench over it."""

    bench: Bench
    driver: QinetDriver
