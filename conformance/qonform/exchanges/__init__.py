"""The exchange log: every request and reply of a run, without key material."""

from qonform.exchanges.log import Exchange, ExchangeLog, Message
from qonform.exchanges.redaction import know, redact_headers, redact_json, redact_text

__all__ = [
    "Exchange",
    "ExchangeLog",
    "Message",
    "know",
    "redact_headers",
    "redact_json",
    "redact_text",
]
