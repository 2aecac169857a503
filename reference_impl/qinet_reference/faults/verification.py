"""How OpenSSL is made to accept client certificates that it should not."""

from __future__ import annotations

import _ssl
import ctypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

_DEMAND = 1 | 2  # SSL_VERIFY_PEER, SSL_VERIFY_FAIL_IF_NO_PEER_CERT
_SELF_SIGNED = 18  # X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
_FOREIGN_ROOT = (7, 19)  # X509_V_ERR_CERT_SIGNATURE_FAILURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN


def trust_everybody(context: ssl.SSLContext) -> None:
    """Make OpenSSL accept whatever the verification of a client certificate finds."""
    _decide(context, _ACCEPT)


def trust_self_signed(context: ssl.SSLContext) -> None:
    """Make OpenSSL accept a client certificate whose only defect is that it signed itself."""
    _decide(context, _ACCEPT_SELF_SIGNED)


def trust_sent_root(context: ssl.SSLContext) -> None:
    """Make OpenSSL accept a client certificate that was signed by one that came with it."""
    _decide(context, _ACCEPT_SENT_ROOT)


def _decide(context: ssl.SSLContext, accepts: ctypes._FuncPointer) -> None:
    """Have a function decide about each finding on a client certificate.

    The standard library has no such switch, for good reasons; so this reaches below it.
    CPython's SSLContext begins with the object header, and next comes its SSL_CTX.
    """
    native = ctypes.c_void_p.from_address(id(context) + object.__basicsize__)
    _OPENSSL.SSL_CTX_set_verify(native, _DEMAND, accepts)


def _accept_self_signed(verified: int, store: int) -> int:
    return int(verified or _defect(store) == _SELF_SIGNED)


def _accept_sent_root(verified: int, store: int) -> int:
    """A root of the same name as the trusted one is looked up there first, and fails to fit."""
    return int(verified or (_defect(store) in _FOREIGN_ROOT and _signed_by_sent(store)))


def _defect(store: int) -> int:
    return int(_OPENSSL.X509_STORE_CTX_get_error(_pointer(store)))


def _signed_by_sent(store: int) -> bool:
    """Whether the client certificate was signed by one of those that the client sent."""
    leaf = _pointer(_OPENSSL.X509_STORE_CTX_get0_cert(_pointer(store)))
    sent = _pointer(_OPENSSL.X509_STORE_CTX_get0_untrusted(_pointer(store)))
    keys = [
        _OPENSSL.X509_get0_pubkey(_pointer(_OPENSSL.OPENSSL_sk_value(sent, index)))
        for index in range(_OPENSSL.OPENSSL_sk_num(sent))
    ]
    signed = any(_OPENSSL.X509_verify(leaf, _pointer(key)) == 1 for key in keys)
    _OPENSSL.ERR_clear_error()  # what failed on the way is no defect of the connection
    return signed


_pointer = ctypes.c_void_p
_OPENSSL = ctypes.CDLL(_ssl.__file__)
for _getter in (
    _OPENSSL.X509_STORE_CTX_get0_cert,
    _OPENSSL.X509_STORE_CTX_get0_untrusted,
    _OPENSSL.X509_get0_pubkey,
    _OPENSSL.OPENSSL_sk_value,
):
    _getter.restype = _pointer
_DECISION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_ACCEPT = _DECISION(lambda _verified, _store: 1)
_ACCEPT_SELF_SIGNED = _DECISION(_accept_self_signed)
_ACCEPT_SENT_ROOT = _DECISION(_accept_sent_root)
