"""The five JSON objects of ETSI 014 clause 6, as they are on the wire."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema

import qinet_schemas
from qonform.drivers.etsi014_wire import Answer, holds_keys
from qonform.exchanges import Exchange, redact_text
from qonform.monitors.monitor import Monitor
from qonform.monitors.strict import base64_problem, json_problem
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, GetStatus

if TYPE_CHECKING:
    from qonform.drivers.http_wire import Reply

_STATUS_ROWS = {
    "source_KME_ID": "ETSI-014-6.1-01",
    "target_KME_ID": "ETSI-014-6.1-02",
    "master_SAE_ID": "ETSI-014-6.1-03",
    "slave_SAE_ID": "ETSI-014-6.1-04",
    "key_size": "ETSI-014-6.1-05",
    "stored_key_count": "ETSI-014-6.1-06",
    "max_key_count": "ETSI-014-6.1-07",
    "max_key_per_request": "ETSI-014-6.1-08",
    "max_key_size": "ETSI-014-6.1-09",
    "min_key_size": "ETSI-014-6.1-10",
    "max_SAE_ID_count": "ETSI-014-6.1-11",
    "status_extension": "ETSI-014-6.1-12",
}
_VENDOR = re.compile(r"[A-Za-z0-9.-]+_.+")


class RestBodies(Monitor):
    """Reads every body of the interface strictly: JSON in UTF-8, declared as such."""

    profiles = ("etsi-014",)
    requirements = ("ETSI-014-4-07", "ETSI-014-5.1-07")

    def see(self, exchange: Exchange) -> None:
        """Judges the body of a success, and of a 400 or 503."""
        reply = _reply(exchange)
        if reply is None or not exchange.regular or not _has_model(exchange, reply):
            return
        problem = json_problem(reply.body)
        self.case(
            exchange,
            "ETSI-014-4-07",
            problem is None,
            due="a body of one JSON value in UTF-8 (RFC 8259)",
            came=problem or "strict JSON",
        )
        declared = reply.header("content-type")
        media_type = (declared or "").split(";")[0].strip().lower()
        self.case(
            exchange,
            "ETSI-014-5.1-07",
            media_type == "application/json",
            due="Content-Type: application/json",
            came=f"Content-Type: {redact_text(declared)}" if declared else "no Content-Type",
        )


class RestStatus(Monitor):
    """Checks each member of every Status for presence and type (014 table 9)."""

    profiles = ("etsi-014",)
    requirements = tuple(_STATUS_ROWS.values())

    def see(self, exchange: Exchange) -> None:
        """Judges a Status."""
        value = _success(exchange)
        if not isinstance(exchange.call, GetStatus) or not isinstance(value, dict):
            return
        schema = qinet_schemas.load("etsi014")["$defs"]["status"]
        for member, requirement in _STATUS_ROWS.items():
            kind = schema["properties"][member]["type"]
            optional = member not in schema["required"]
            # as in containers, null is as good as absent where a member may be absent
            missing = member not in value or (optional and value[member] is None)
            holds = optional if missing else _is(value[member], kind)
            self.case(
                exchange,
                requirement,
                holds,
                due=f"`{member}`, {kind}" + (", if present" if optional else ""),
                came=f"no `{member}`" if missing else f"`{member}` is {_kind(value[member])}",
            )


class RestContainers(Monitor):
    """Checks the form of every Key container (014 table 11)."""

    profiles = ("etsi-014",)
    requirements = (
        "ETSI-014-6.2-24",
        "ETSI-014-6.3-01",
        "ETSI-014-6.3-02",
        "ETSI-014-6.3-04",
        "ETSI-014-6.3-06",
    )

    def see(self, exchange: Exchange) -> None:
        """Judges a Key container."""
        if not isinstance(exchange.call, GetKey | GetKeyWithIds) or not _succeeded(exchange):
            return
        value = _success(exchange)
        listed = value.get("keys") if isinstance(value, dict) else None
        self.case(
            exchange,
            "ETSI-014-6.3-01",
            isinstance(listed, list),
            due="an object with an array `keys`",
            came=_container_kind(value),
        )
        if not isinstance(value, dict):
            return
        entries = listed if isinstance(listed, list) else value.get("Keys")
        for entry in entries if isinstance(entries, list) else []:
            self._entry(exchange, entry)
        self._extensions(
            exchange, {"key_container_extension": value.get("key_container_extension")}
        )

    def _entry(self, exchange: Exchange, entry: Any) -> None:
        members = entry if isinstance(entry, dict) else {}
        wrong = [m for m in ("key_ID", "key") if not isinstance(members.get(m), str)]
        self.case(
            exchange,
            "ETSI-014-6.3-02",
            not wrong,
            due="strings `key_ID` and `key` in each entry of `keys`",
            came="both"
            if not wrong
            else ", ".join(
                f"`{m}` is {_kind(members[m])}" if m in members else f"no `{m}`" for m in wrong
            ),
        )
        if isinstance(members.get("key"), str):
            problem = base64_problem(members["key"])
            self.case(
                exchange,
                "ETSI-014-6.3-04",
                problem is None,
                due="`key` in base64 of RFC 4648: standard alphabet, padded, nothing else",
                came=problem or "strict base64",
            )
        self._extensions(
            exchange,
            {n: v for n, v in members.items() if n in ("key_ID_extension", "key_extension")},
        )

    def _extensions(self, exchange: Exchange, extensions: dict[str, Any]) -> None:
        for name, value in extensions.items():
            absent = value is None  # null is as good: whether it may be is open, and not judged
            self.case(
                exchange,
                "ETSI-014-6.3-06",
                absent or isinstance(value, dict),
                due=f"`{name}`, if present, an object",
                came=f"no `{name}`" if absent else f"`{name}` is {_kind(value)}",
            )
            for member in value if isinstance(value, dict) else ():
                self.case(
                    exchange,
                    "ETSI-014-6.2-24",
                    bool(_VENDOR.fullmatch(member)),
                    due="a name with a vendor's prefix that ends in an underscore",
                    came=f"extension name {redact_text(member)!r}",
                )


class RestErrors(Monitor):
    """Checks the form of every refusal, and that none hands out a key."""

    profiles = ("etsi-014",)
    requirements = (
        "ETSI-014-6.4-06",
        "ETSI-014-6.5-01",
        "ETSI-014-6.5-02",
        "ETSI-014-6.5-03",
    )

    def see(self, exchange: Exchange) -> None:
        """Judges a reply that is no success."""
        answer = exchange.wire
        if not isinstance(answer, Answer) or answer.reply is None or _succeeded(exchange):
            return
        leaks = holds_keys(answer.json)
        if isinstance(exchange.call, GetKeyWithIds):
            self.case(
                exchange,
                "ETSI-014-6.4-06",
                not leaks,
                due="no key in a refusal",
                came="keys in the refusal" if leaks else "no key",
            )
        status = answer.reply.status
        if status == 401:
            self.case(
                exchange,
                "ETSI-014-6.5-03",
                not leaks,
                due="any body that is no key data, or none",
                came="keys in the body" if leaks else _body_kind(answer),
            )
        elif status in (400, 503) and exchange.regular and _has_body(exchange):
            self._error_object(exchange, answer, leaks)

    def _error_object(self, exchange: Exchange, answer: Answer, leaks: bool) -> None:
        value = answer.json
        message = value.get("message") if isinstance(value, dict) else None
        self.case(
            exchange,
            "ETSI-014-6.5-01",
            isinstance(message, str) and not leaks,
            due="an Error object with a string `message`, and no key",
            came=_body_kind(answer) + (", with keys" if leaks else ""),
        )
        if isinstance(value, dict) and value.get("details") is not None:
            details = value["details"]
            holds = isinstance(details, list) and all(isinstance(d, dict) for d in details)
            self.case(
                exchange,
                "ETSI-014-6.5-02",
                holds,
                due="`details` an array of objects",
                came=f"`details` is {_kind(details)}",
            )
        elif isinstance(message, str):
            self.case(
                exchange,
                "ETSI-014-6.5-02",
                True,
                due="`details`, if present, an array of objects",
                came="no `details`",
            )


class RestCodes(Monitor):
    """Records which error codes each method uses; the tables say *may*, so nothing fails."""

    profiles = ("etsi-014",)
    requirements = ("ETSI-014-5.2-04", "ETSI-014-5.3-06", "ETSI-014-5.4-08")

    def see(self, exchange: Exchange) -> None:
        """Notes the code of an error."""
        reply = _reply(exchange)
        if reply is None or not exchange.regular or reply.status < 400:
            return
        requirement = {
            "status": "ETSI-014-5.2-04",
            "enc_keys": "ETSI-014-5.3-06",
            "dec_keys": "ETSI-014-5.4-08",
        }.get(exchange.request.summary.split("?")[0].rsplit("/", 1)[-1])
        if requirement:
            listed = reply.status in (400, 401, 503)
            self.case(
                exchange,
                requirement,
                True,
                due="400, 401 or 503",
                came=f"{reply.status}" + ("" if listed else ", which the table does not list"),
            )


def _reply(exchange: Exchange) -> Reply | None:
    return exchange.wire.reply if isinstance(exchange.wire, Answer) else None


def _succeeded(exchange: Exchange) -> bool:
    reply = _reply(exchange)
    return reply is not None and 200 <= reply.status < 300


def _success(exchange: Exchange) -> Any:
    return exchange.wire.json if _succeeded(exchange) else None


def _has_body(exchange: Exchange) -> bool:
    return not exchange.request.summary.startswith("HEAD ")


def _has_model(exchange: Exchange, reply: Reply) -> bool:
    """Whether the standard gives the reply a data model: success, 400 and 503 have one."""
    return _has_body(exchange) and (200 <= reply.status < 300 or reply.status in (400, 503))


def _is(value: Any, kind: str) -> bool:
    """JSON Schema's `type`, where 1.0 is an integer: what an integer looks like is open."""
    return jsonschema.Draft202012Validator({"type": kind}).is_valid(value)


def _kind(value: Any) -> str:
    """The JSON type of a value, in words, without the value."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def _container_kind(value: Any) -> str:
    if not isinstance(value, dict):
        return "no JSON object"
    if "keys" in value:
        return f"`keys` is {_kind(value['keys'])}"
    return "`Keys` and no `keys`" if "Keys" in value else "no `keys`"


def _body_kind(answer: Answer) -> str:
    if answer.reply is None or not answer.reply.body:
        return "an empty body"
    if answer.json is None:
        return "a body that is no JSON"
    if isinstance(answer.json, dict):
        return "an object with " + (
            ", ".join(f"`{redact_text(name)}`" for name in list(answer.json)[:5]) or "no member"
        )
    return _kind(answer.json)
