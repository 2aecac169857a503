"""Faults of connections let in whom they say, and nobody else."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

import pytest
from probes_connections import outcome

if TYPE_CHECKING:
    from collections.abc import Collection

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@pytest.mark.parametrize(
    ("fault", "served"),
    [
        ("any-ca-trusted", []),
        ("chain-of-client-trusted", []),
        ("resumed-session-trusted", []),
        ("no-certificate-needed", ["status 1.2", "status 1.3", "enc_keys 1.2", "enc_keys 1.3"]),
        ("no-certificate-needed-in-tls-1.2", ["status 1.2", "enc_keys 1.2"]),
        ("no-certificate-needed-by-get", ["enc_keys 1.2", "enc_keys 1.3"]),
    ],
)
def test_who_is_served_without_a_certificate(
    laboratory: Any, fault: str, served: Collection[str]
) -> None:
    async def asked() -> dict[str, Any]:
        async with laboratory(f"fault:{fault}") as lab:
            assert (await lab.call("kme-a", "sae-1", "sae-2/status")).code == 200
            return {
                f"{resource} {version.name[-3:].replace('_', '.')}": await nobody(
                    lab, resource, version
                )
                for resource in ("status", "enc_keys")
                for version in VERSIONS
            }

    told = asyncio.run(asked())
    assert sorted(name for name, code in told.items() if code == 200) == sorted(served)


async def nobody(lab: Any, resource: str, version: ssl.TLSVersion) -> Any:
    context = lab.tls(None)
    context.minimum_version = context.maximum_version = version
    return await outcome(f"{lab.url('kme-a')}/api/v1/keys/sae-2/{resource}", context, {})
