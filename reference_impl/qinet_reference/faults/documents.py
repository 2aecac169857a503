"""Lies about JSON, and in JSON (4, 6.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qinet_reference.faults.fault import DocumentFault, EntryFault, Fault

if TYPE_CHECKING:
    from qinet_reference.adapters.rest_wire import Document, RestWire


class Latin1Body(Fault):
    """Bodies are JSON in Latin-1."""

    name = "json-latin-1"
    requirements = ("ETSI-014-4-07",)

    def rest(self, wire: RestWire) -> RestWire:
        def encode(document: Document) -> bytes:
            text = wire.encode({**document, "qinet_supplier": "?"}).decode("ascii")
            return text.replace("?", "Clés quantiques").encode("latin-1")

        return replace(wire, encode=encode)


class ByteOrderMark(Fault):
    """Bodies begin with a byte order mark."""

    name = "json-byte-order-mark"
    requirements = ("ETSI-014-4-07",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, encode=lambda document: b"\xef\xbb\xbf" + wire.encode(document))


class TwoValues(Fault):
    """Bodies hold two JSON values, one after the other."""

    name = "json-two-values"
    requirements = ("ETSI-014-4-07",)

    def rest(self, wire: RestWire) -> RestWire:
        return replace(wire, encode=lambda document: wire.encode(document) + b"\n{}")


class NotANumber(Fault):
    """Status has an extension with a quality that is NaN, as long as nothing was measured."""

    name = "json-nan"
    requirements = ("ETSI-014-4-07",)

    def rest(self, wire: RestWire) -> RestWire:
        def encode(document: Document) -> bytes:
            return wire.encode(document).replace(b'"?"', b"NaN")

        extended = wire.rewriting(
            status=lambda status: {**status, "status_extension": {"qinet_qber": "?"}}
        )
        return replace(extended, encode=encode)


class PythonText(Fault):
    """Errors are written as Python writes a dictionary, with single quotes."""

    name = "json-single-quotes"
    requirements = ("ETSI-014-4-07", "ETSI-014-6.5-01")

    def rest(self, wire: RestWire) -> RestWire:
        def encode(document: Document) -> bytes:
            return f"{document}".encode() if "message" in document else wire.encode(document)

        return replace(wire, encode=encode)


class RawLineBreak(Fault):
    """Messages of errors hold a raw line break."""

    name = "json-raw-line-break"
    requirements = ("ETSI-014-4-07",)

    def rest(self, wire: RestWire) -> RestWire:
        def encode(document: Document) -> bytes:
            details = document.get("details", [])
            noted = {**document, "details": [*details, {"trace": "?"}]}
            text = noted if "message" in document else document
            return wire.encode(text).replace(b'"?"', b'"first line\nsecond line"')

        return replace(wire, encode=encode)


class CapitalKeys(DocumentFault):
    """Key containers hold `Keys`, as the standard's table prints it, and no `keys`."""

    name = "container-capital-keys"
    requirements = ("ETSI-014-6.3-01",)

    def container(self, container: Document) -> Document:
        return {"Keys": container["keys"]}


class KeysByName(DocumentFault):
    """Key containers hold an object of keys by their IDs, instead of an array."""

    name = "container-keys-object"
    requirements = ("ETSI-014-6.3-01",)

    def container(self, container: Document) -> Document:
        return {"keys": {key["key_ID"]: key["key"] for key in container["keys"]}}


class TextExtension(DocumentFault):
    """Key containers have an extension that is a text."""

    name = "container-extension-text"
    requirements = ("ETSI-014-6.3-06",)

    def container(self, container: Document) -> Document:
        return {**container, "key_container_extension": "none"}


class CamelCaseId(EntryFault):
    """Keys in a container have a `keyId` instead of a `key_ID`."""

    name = "container-camel-case-id"
    requirements = ("ETSI-014-6.3-02",)

    def entry(self, entry: Document) -> Document:
        return {"keyId": entry["key_ID"], "key": entry["key"]}


class IdNested(EntryFault):
    """Keys in a container have an object for a `key_ID`, which holds the ID and its form."""

    name = "container-id-object"
    requirements = ("ETSI-014-6.3-02",)

    def entry(self, entry: Document) -> Document:
        return {**entry, "key_ID": {"value": entry["key_ID"], "form": "UUID"}}


class ArrayExtension(EntryFault):
    """Each key has an extension that is an array."""

    name = "container-array-extension"
    requirements = ("ETSI-014-6.3-06",)

    def entry(self, entry: Document) -> Document:
        return {**entry, "key_extension": []}
