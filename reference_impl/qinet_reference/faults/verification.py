"""How OpenSSL is made to accept client certificates that it should not."""

from __future__ import annotations

import _ssl
import ctypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

_ASK = 1  # SSL_VERIFY_PEER
_SELF_SIGNED = 18  # X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT


def trust_everybody(context: ssl.SSLContext) -> None:
    """Make OpenSSL accept whatever the verification of a client certificate finds."""
    _decide(context, _ACCEPT)


def trust_self_signed(context: ssl.SSLContext) -> None:
    """Make OpenSSL accept a client certificate whose only defect is that it signed itself."""
    _decide(context, _ACCEPT_SELF_SIGNED)


def _decide(context: ssl.SSLContext, accepts: ctypes._FuncPointer) -> None:
    """Have a function decide about each finding on a client certificate.

    The standard library has no such switch, for good reasons; so this reaches below it.
    CPython's SSLContext begins with the object header, and next comes its SSL_CTX.
    """
    native = ctypes.c_void_p.from_address(id(context) + object.__basicsize__)
    _OPENSSL.SSL_CTX_set_verify(native, _ASK, accepts)


_OPENSSL = ctypes.CDLL(_ssl.__file__)
_DECISION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_ACCEPT = _DECISION(lambda _verified, _store: 1)
_ACCEPT_SELF_SIGNED = _DECISION(
    lambda verified, store: int(
        verified or _OPENSSL.X509_STORE_CTX_get_error(ctypes.c_void_p(store)) == _SELF_SIGNED
    )
)
