"""Lies about what a Status consists of (6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from qinet_reference.faults.fault import DocumentFault

if TYPE_CHECKING:
    from qinet_reference.adapters.rest_wire import Document


class _Lacks(DocumentFault):
    """Status leaves out one `member`."""

    member: ClassVar[str]

    def status(self, status: Document) -> Document:
        return {name: value for name, value in status.items() if name != self.member}


class StatusFieldMissing(_Lacks):
    """Status leaves out max_key_size."""

    name = "status-field-missing"
    requirements = ("ETSI-014-6.1-09",)
    member = "max_key_size"


class StatusMulticastMissing(_Lacks):
    """Status leaves out max_SAE_ID_count."""

    name = "status-multicast-missing"
    requirements = ("ETSI-014-6.1-11",)
    member = "max_SAE_ID_count"


class StatusKmeMissing(_Lacks):
    """Status leaves out source_KME_ID."""

    name = "status-kme-missing"
    requirements = ("ETSI-014-6.1-01",)
    member = "source_KME_ID"


class StatusMasterMissing(_Lacks):
    """Status leaves out master_SAE_ID, for the caller knows who it is."""

    name = "status-master-missing"
    requirements = ("ETSI-014-6.1-03",)
    member = "master_SAE_ID"


class _Gives(DocumentFault):
    """Status gives one `member` a `value` of another type."""

    member: ClassVar[str]
    value: ClassVar[object]

    def status(self, status: Document) -> Document:
        return {**status, self.member: self.value}


class StatusSlaveNull(_Gives):
    """Status gives slave_SAE_ID as null."""

    name = "status-slave-null"
    requirements = ("ETSI-014-6.1-04",)
    seen_in = ("JarryChou/etsi-qkd-api",)
    member, value = "slave_SAE_ID", None


class StatusTargetInteger(_Gives):
    """Status gives target_KME_ID as the integer 0."""

    name = "status-target-integer"
    requirements = ("ETSI-014-6.1-02",)
    seen_in = ("a-v-popov/etsi-qkd-rest",)
    member, value = "target_KME_ID", 0


class StatusFieldNull(_Gives):
    """Status gives min_key_size as null, for there is none."""

    name = "status-field-null"
    requirements = ("ETSI-014-6.1-10",)
    member, value = "min_key_size", None


class StatusFieldWords(_Gives):
    """Status gives max_key_per_request in words."""

    name = "status-field-words"
    requirements = ("ETSI-014-6.1-08",)
    member, value = "max_key_per_request", "thirty-two"


class StatusFieldBoolean(_Gives):
    """Status gives max_key_count as true, for there is a limit."""

    name = "status-field-boolean"
    requirements = ("ETSI-014-6.1-07",)
    member, value = "max_key_count", True


class StatusExtensionArray(_Gives):
    """Status carries its extension as an array."""

    name = "status-extension-array"
    requirements = ("ETSI-014-6.1-12",)
    member, value = "status_extension", ()


class StatusFieldString(DocumentFault):
    """Status gives key_size as a string."""

    name = "status-field-string"
    requirements = ("ETSI-014-6.1-05",)

    def status(self, status: Document) -> Document:
        return {**status, "key_size": str(status["key_size"])}


class StatusCountFraction(DocumentFault):
    """Status counts stored keys in fractions."""

    name = "status-count-fraction"
    requirements = ("ETSI-014-6.1-06",)

    def status(self, status: Document) -> Document:
        return {**status, "stored_key_count": status["stored_key_count"] - 0.5}
