"""Lies about the form of Errors, and about what replies are labelled as (5.1, 6.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from qinet_reference.faults.fault import DocumentFault, Fault

if TYPE_CHECKING:
    from aiohttp import web

    from qinet_reference.adapters.rest_wire import Document, RestWire


class ErrorAsDetail(DocumentFault):
    """Refusals carry {"detail": text} instead of an Error."""

    name = "error-as-detail"
    requirements = ("ETSI-014-6.5-01",)
    seen_in = (
        "krich11/easy-kme",
        "thedaemon-wizard/pqc-qkd-HybridNetwork",
    )

    def error(self, error: Document) -> Document:
        return {"detail": error["message"]}


class ErrorDetailsStrings(DocumentFault):
    """Errors give their details as an array of strings."""

    name = "error-details-strings"
    requirements = ("ETSI-014-6.5-02",)

    def error(self, error: Document) -> Document:
        return {**error, "details": [error["message"]]}


class ErrorDetailsString(DocumentFault):
    """Errors give their details as a string."""

    name = "error-details-string"
    requirements = ("ETSI-014-6.5-02",)

    def error(self, error: Document) -> Document:
        return {**error, "details": str(error.get("details", "none"))}


class ErrorMessageNull(DocumentFault):
    """Errors have a code and a message, which is null."""

    name = "error-message-null"
    requirements = ("ETSI-014-6.5-01",)

    def error(self, error: Document) -> Document:
        return {**error, "code": 17, "message": None}


class ErrorEmpty(Fault):
    """Refusals have no body."""

    name = "error-empty"
    requirements = ("ETSI-014-6.5-01",)

    def rest(self, wire: RestWire) -> RestWire:
        def reply(code: int, body: bytes) -> web.Response:
            return wire.json_reply(code, b"" if code >= 400 else body)

        return replace(wire, json_reply=reply)


class _LabelledAs(Fault):
    """A KME that labels errors, or else what it delivers, as something else than JSON."""

    requirements = ("ETSI-014-5.1-07",)
    content_type: ClassVar[str]
    labels_errors: ClassVar[bool] = True

    def rest(self, wire: RestWire) -> RestWire:
        def reply(code: int, body: bytes) -> web.Response:
            response = wire.json_reply(code, body)
            if self.labels_errors == (code >= 400):
                response.content_type = self.content_type
            return response

        return replace(wire, json_reply=reply)


class ErrorAsText(_LabelledAs):
    """Errors are labelled text/plain."""

    name = "error-as-text"
    content_type = "text/plain"


class ErrorUnlabelled(_LabelledAs):
    """Nobody labels errors, so that they go out as application/octet-stream."""

    name = "error-unlabelled"
    content_type = "application/octet-stream"


class ReplyAsText(_LabelledAs):
    """Status and key containers are labelled text/html."""

    name = "reply-as-text"
    content_type = "text/html"
    labels_errors = False
