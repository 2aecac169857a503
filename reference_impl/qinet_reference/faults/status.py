"""Lies that Get status tells about who is who, and what is on offer (5.2, 6.1)."""

from __future__ import annotations

from dataclasses import replace

from qinet_reference.domain.model import Limits, Status
from qinet_reference.faults.fault import StatusFault


class KeySizeLies(StatusFault):
    """Status promises a default key size that Get key does not keep."""

    name = "status-key-size-lies"
    requirements = ("ETSI-014-6.2-04",)

    def told(self, status: Status) -> Status:
        return replace(status, limits=replace(status.limits, key_size=status.limits.key_size // 2))


class SizesInBytes(StatusFault):
    """Status gives sizes in bytes, while Get key takes and yields bits."""

    name = "status-sizes-in-bytes"
    requirements = ("ETSI-014-6.2-04", "ETSI-014-6.2-05")

    def told(self, status: Status) -> Status:
        limits = status.limits
        return replace(
            status,
            limits=replace(
                limits,
                key_size=limits.key_size // 8,
                min_key_size=limits.min_key_size // 8,
                max_key_size=limits.max_key_size // 8,
            ),
        )


class MinimumAboveDefault(StatusFault):
    """Status gives a least key size above the default one."""

    name = "status-min-above-default"
    requirements = ("ETSI-014-6.1-13",)

    def told(self, status: Status) -> Status:
        return replace(
            status, limits=replace(status.limits, min_key_size=status.limits.key_size + 8)
        )


class ZeroLimits(StatusFault):
    """Status gives every limit as 0, and keys are delivered all the same."""

    name = "status-zero-limits"
    requirements = ("ETSI-014-6.1-15", "ETSI-014-6.2-04")
    seen_in = ("cybermerqury/etsi-gs-qkd-014-referenceimplementation",)

    def told(self, status: Status) -> Status:
        return replace(status, stored_key_count=0, limits=Limits(0, 0, 0, 0, 0, 0))


class MasterFromPath(StatusFault):
    """Status names the SAE in the path as the master, whoever calls."""

    name = "status-master-from-path"
    requirements = ("ETSI-014-5.2-02", "ETSI-014-4-05")

    def told(self, status: Status) -> Status:
        return replace(status, master=status.slave)


class SlaveIsCaller(StatusFault):
    """Status names the caller as the slave."""

    name = "status-slave-is-caller"
    requirements = ("ETSI-014-5.2-02",)

    def told(self, status: Status) -> Status:
        return replace(status, slave=status.master)


class SameKmeIds(StatusFault):
    """All KMEs of the network call themselves by one name."""

    name = "kme-ids-same"
    requirements = ("ETSI-014-4-08", "ETSI-014-5.1-06", "QINET-KEYS-11")

    def told(self, status: Status) -> Status:
        return replace(status, source_kme="kme", target_kme="kme")


class TargetIsSource(StatusFault):
    """Status names the answering KME as the target KME, too."""

    name = "status-target-is-source"
    requirements = ("ETSI-014-6.1-16",)
    seen_in = (
        "krich11/easy-kme",
        "seidkoudia-max/transeuroogs-kms",
    )

    def told(self, status: Status) -> Status:
        return replace(status, target_kme=status.source_kme)


class KmeIdUnconfirmed(StatusFault):
    """The KME calls itself by a name that its certificate does not have."""

    name = "kme-id-unconfirmed"
    requirements = ("ETSI-014-5.1-06", "QINET-KEYS-11")

    def told(self, status: Status) -> Status:
        return replace(
            status,
            source_kme=f"site/{status.source_kme}",
            target_kme=f"site/{status.target_kme}",
        )
