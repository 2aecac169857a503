"""A target may answer anything at all: the suite reads it, and reports what it read."""

import json

import pytest

from qonform.drivers.etsi014_wire import read
from qonform.drivers.http_wire import Reply
from qonform.exchanges import redact_json
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, GetStatus, KeyRequest
from qonform.ports.outcome import Delivered, Refused, Unreadable

CALLS = [GetStatus("m", "s"), GetKey("m", "s", KeyRequest()), GetKeyWithIds("s", "m", ("k",))]
DEEP = b"[" * 100_000 + b"]" * 100_000
DEEPISH = b'{"a":' * 900 + b"1" + b"}" * 900


@pytest.mark.parametrize("call", CALLS, ids=lambda call: type(call).__name__)
@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 500, 599])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"NaN",
        b"\xff\xfe\x00",
        DEEP,
        DEEPISH,
        b'{"keys": 7}',
        b'{"keys": [null, 1, []]}',
        b'{"keys": [{"key_ID": 1, "key": 2}]}',
        b'{"keys": [{"key_ID": "a", "key": "\\u00e9\\ud800"}]}',
        b'{"message": ["no", 1], "details": {}}',
        b'{"message": "\\ud800 \\u0000 ]]> <script>"}',
        b'{"key_size": 1e400, "stored_key_count": -1, "max_key_size": {}}',
    ],
    ids=range(15),
)
def test_any_answer_has_a_meaning(call, status, body):
    outcome = read(Reply(status, "", (), body), call, 1).outcome
    assert isinstance(outcome, Delivered | Refused | Unreadable)
    assert isinstance(outcome, Refused) is (status >= 300)
    str(outcome).encode()


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "]]>", "<script>alert(1)</script>", "\u202e"])
def test_any_text_can_be_written_down(text):
    shown = redact_json({"message": text, text: [text]})
    written = json.dumps(shown, ensure_ascii=False).encode()
    assert json.loads(written) == shown
