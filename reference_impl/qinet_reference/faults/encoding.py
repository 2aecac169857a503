"""Lies about how key material is written (6.3)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import b64decode, b64encode, encodebytes, urlsafe_b64encode
from typing import TYPE_CHECKING

from qinet_reference.faults.fault import EntryFault

if TYPE_CHECKING:
    from qinet_reference.adapters.rest_wire import Document


class _EncodingFault(EntryFault, ABC):
    """Key material that is written in another way."""

    def entry(self, entry: Document) -> Document:
        return {**entry, "key": self.encoded(b64decode(entry["key"]))}

    @abstractmethod
    def encoded(self, material: bytes) -> str:
        """The text that stands for the material."""


class Base64Url(_EncodingFault):
    """Keys are encoded in the URL-safe alphabet of base64."""

    name = "base64-url-alphabet"
    requirements = ("ETSI-014-6.3-04",)

    def encoded(self, material: bytes) -> str:
        return urlsafe_b64encode(material).decode("ascii")


class Base64Newline(_EncodingFault):
    """Base64 is broken into lines, and the last ends in a line break."""

    name = "base64-newline"
    requirements = ("ETSI-014-6.3-04",)

    def encoded(self, material: bytes) -> str:
        return encodebytes(material).decode("ascii")


class Base64Unpadded(_EncodingFault):
    """Base64 lacks its padding."""

    name = "base64-unpadded"
    requirements = ("ETSI-014-6.3-04",)

    def encoded(self, material: bytes) -> str:
        return b64encode(material).decode("ascii").rstrip("=")


class HexMaterial(_EncodingFault):
    """Keys are encoded in hexadecimal digits."""

    name = "material-hex"
    requirements = ("ETSI-014-6.2-03", "ETSI-014-6.2-04")

    def encoded(self, material: bytes) -> str:
        return material.hex()


class LeadingZerosLost(_EncodingFault):
    """A key passes through an integer, and loses the zeros that it begins with."""

    name = "leading-zeros-lost"
    requirements = ("ETSI-014-6.2-03", "ETSI-014-6.2-04")
    seen_in = ("JarryChou/etsi-qkd-api",)

    def encoded(self, material: bytes) -> str:
        return b64encode(material.lstrip(b"\0")).decode("ascii")


class Base64Twice(_EncodingFault):
    """Keys are encoded in base64 twice."""

    name = "base64-twice"
    requirements = ("ETSI-014-6.2-03", "ETSI-014-6.2-04")

    def encoded(self, material: bytes) -> str:
        return b64encode(b64encode(material)).decode("ascii")


class Utf8Material(_EncodingFault):
    """Keys pass through a text, so that each byte above 127 becomes two."""

    name = "material-as-utf-8"
    requirements = ("ETSI-014-6.2-03", "ETSI-014-6.2-04")

    def encoded(self, material: bytes) -> str:
        return b64encode(material.decode("latin-1").encode()).decode("ascii")
