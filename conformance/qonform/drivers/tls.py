"""TLS contexts of the suite's clients, and whether the target's own certificate verifies."""

from __future__ import annotations

import ssl
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from qonform.drivers.identity import Identity


def client_context(
    ca: Path | None,
    identity: Identity,
    *,
    verify: bool = True,
    versions: tuple[ssl.TLSVersion, ssl.TLSVersion] | None = None,
) -> ssl.SSLContext:
    """A context that shows the certificate of `identity`, if it has one.

    Args:
        ca: PEM file with the authority of the server certificate; None means the system's.
        identity: whose certificate is shown.
        verify: False accepts any server certificate, once its failing is a finding of its own.
        versions: lowest and highest version to offer; None means what the library offers.
    """
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    context.set_ciphers("DEFAULT")  # 014 fixes none, and Python offers less than RFC 5246 demands
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if versions is not None:
        offer(context, versions)
    if identity.certificate is not None:
        context.load_cert_chain(identity.certificate, identity.private_key)
    return context


def offer(context: ssl.SSLContext, versions: tuple[ssl.TLSVersion, ssl.TLSVersion]) -> None:
    """Makes a context speak the versions from the lowest to the highest, and no other."""
    lowest, highest = versions
    if lowest < ssl.TLSVersion.TLSv1_2:  # OpenSSL offers the old versions only at level 0
        context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
        context.minimum_version = lowest
        context.maximum_version = highest
