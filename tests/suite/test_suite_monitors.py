"""Each monitor tells the true from the false on single exchanges."""

import json

import pytest

from qonform.catalogue import load_all
from qonform.drivers.etsi014_wire import read
from qonform.drivers.http_wire import Reply
from qonform.exchanges import Exchange, Message
from qonform.judging import Verdict
from qonform.monitors import MonitorBank
from qonform.monitors.strict import base64_problem, json_problem
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, GetStatus, KeyRequest

KNOWN = {"etsi-014": frozenset(r.id for r in load_all().for_profile("etsi-014"))}
ID = "bc490419-7d60-487f-adc1-4ddcc177c139"
OTHER_ID = "0a782fb5-3434-48fe-aa4d-14f41d46cf92"
MATERIAL = "wHHVxRwDJs3/bXd38GHP3oe4svTuRpZS0yCC7x4Ly+s="
OTHER_MATERIAL = "OeGMPxh1+2RpJpNCYixWHFLYRubpOKCw94FcCI7VdJA="
THIRD_MATERIAL = "fYNA4lPoHzLkEKmPdKtEnxn6lQv7ZfzmCLgxHqjUo1U="
STATUS = {
    "source_KME_ID": "A", "target_KME_ID": "B", "master_SAE_ID": "m", "slave_SAE_ID": "s",
    "key_size": 256, "stored_key_count": 10, "max_key_count": 20, "max_key_per_request": 4,
    "max_key_size": 512, "min_key_size": 64, "max_SAE_ID_count": 0,
}  # fmt: skip
GET_STATUS = GetStatus("m", "s")
GET_KEY = GetKey("m", "s", KeyRequest())
FETCH = GetKeyWithIds("s", "m", (ID,))
PATHS = {GetStatus: "status", GetKey: "enc_keys", GetKeyWithIds: "dec_keys"}


def key(key_id=ID, material=MATERIAL, **more):
    return {"key_ID": key_id, "key": material, **more}


class Run:
    """Shows replies to all monitors, one after the other."""

    def __init__(self):
        self.bank = MonitorBank(KNOWN)
        self.number = 0

    def show(self, call, body, status=200, content_type="application/json"):
        self.number += 1
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply = Reply(status, "", (("Content-Type", content_type),), raw)
        answer = read(reply, call, self.number)
        exchange = Exchange(
            number=self.number,
            at_s=0.0,
            duration_ms=0.0,
            profile="etsi-014",
            transport="https",
            node="kme",
            client="m",
            request=Message(f"POST /api/v1/keys/x/{PATHS[type(call)]}"),
            reply=Message(""),
            command="",
            call=call,
            outcome=answer.outcome,
            wire=answer,
        )
        self.bank.see(exchange)
        return self

    def failed(self):
        return {
            f.requirement.removeprefix("ETSI-014-")
            for monitor in self.bank.monitors
            for f in monitor.findings("etsi-014")
            if f.verdict is Verdict.FAIL
        }


def without(member):
    return {k: v for k, v in STATUS.items() if k != member}


@pytest.mark.parametrize(
    ("call", "body", "status", "failed"),
    [
        (GET_STATUS, STATUS, 200, set()),
        (GET_STATUS, {**STATUS, "anything": [1]}, 200, set()),
        (GET_STATUS, without("max_SAE_ID_count"), 200, {"6.1-11"}),
        (GET_STATUS, {**STATUS, "key_size": "256"}, 200, {"6.1-05"}),
        (GET_STATUS, {**STATUS, "source_KME_ID": 0}, 200, {"6.1-01"}),
        (GET_STATUS, {**STATUS, "key_size": True}, 200, {"6.1-05"}),
        (GET_STATUS, {**STATUS, "status_extension": []}, 200, {"6.1-12"}),
        (GET_STATUS, {**STATUS, "min_key_size": 1024}, 200, {"6.1-13"}),
        (GET_STATUS, {**STATUS, "stored_key_count": 21}, 200, {"6.1-14"}),
        (GET_STATUS, {**STATUS, "stored_key_count": -1}, 200, {"6.1-14"}),
        (GET_STATUS, {**STATUS, "max_key_per_request": 0}, 200, {"6.1-15"}),
        (GET_KEY, {"keys": [key()]}, 200, set()),
        (GET_KEY, {"keys": [key(key_extension=None)]}, 200, set()),
        (GET_KEY, {"keys": [key(ID.upper())]}, 200, set()),
        (GET_KEY, {"Keys": [key()]}, 200, {"6.3-01"}),
        (GET_KEY, {"keys": [key("0815")]}, 200, {"6.3-03"}),
        (GET_KEY, {"keys": [key(), key(OTHER_ID, OTHER_MATERIAL)]}, 200, {"6.2-02"}),
        (GET_KEY, {"keys": []}, 200, {"6.2-02"}),
        (GET_KEY, {"keys": [key(key_extension=[])]}, 200, {"6.3-06"}),
        (GET_KEY, {"keys": [key(key_extension={"age": 1})]}, 200, {"6.2-24"}),
        (GET_KEY, {"keys": [key(key_extension={"acme_age": 1})]}, 200, set()),
        (GET_KEY, {"keys": [{"key_ID": ID}]}, 200, {"6.3-02"}),
        (GET_KEY, {"keys": [key(material=MATERIAL.rstrip("="))]}, 200, {"6.3-04"}),
        (GET_KEY, {"message": "no"}, 400, set()),
        (GET_KEY, {"message": "no", "details": [{"a": 1}]}, 503, set()),
        (GET_KEY, {"message": "no", "details": "a"}, 400, {"6.5-02"}),
        (GET_KEY, {"message": "no", "details": ["a"]}, 400, {"6.5-02"}),
        (GET_KEY, {"detail": "no"}, 400, {"6.5-01"}),
        (GET_KEY, {"message": "no", "keys": [key()]}, 400, {"6.5-01"}),
        (GET_KEY, b"", 401, set()),
        (GET_KEY, b"<h1>no</h1>", 401, set()),
        (GET_KEY, b"<h1>no</h1>", 404, set()),
        (FETCH, {"keys": [key()]}, 200, set()),
        (FETCH, {"keys": [key(OTHER_ID)]}, 200, {"6.4-03"}),
        (FETCH, {"keys": []}, 200, {"6.4-03"}),
        (FETCH, {"message": "no", "keys": [key()]}, 400, {"6.4-06", "6.5-01"}),
    ],
)
def test_one_reply(call, body, status, failed):
    assert Run().show(call, body, status).failed() == failed


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        (b"\xef\xbb\xbf" + json.dumps(STATUS).encode(), {"4-07"}),
        (json.dumps({**STATUS, "source_KME_ID": "K\xe9"}, ensure_ascii=False).encode("latin-1"),
         {"4-07"}),
        (json.dumps(STATUS).encode() + b"{}", {"4-07"}),
    ],
)  # fmt: skip
def test_a_body_is_read_leniently_and_judged_strictly(body, failed):
    assert Run().show(GET_STATUS, body).failed() == failed


def test_a_content_type_may_have_parameters():
    assert (
        not Run().show(GET_STATUS, STATUS, content_type="Application/JSON; charset=UTF-8").failed()
    )
    assert Run().show(GET_STATUS, STATUS, content_type="text/html").failed() == {"5.1-07"}


def test_ids_and_keys_are_new_every_time():
    run = Run().show(GET_KEY, {"keys": [key()]})
    assert run.show(GET_KEY, {"keys": [key(OTHER_ID, OTHER_MATERIAL)]}).failed() == set()
    assert run.show(GET_KEY, {"keys": [key(ID.upper(), THIRD_MATERIAL)]}).failed() == {"3.1-01"}


def test_a_key_under_a_new_id_is_no_new_key():
    run = Run().show(GET_KEY, {"keys": [key()]}).show(GET_KEY, {"keys": [key(OTHER_ID)]})
    assert run.failed() == {"5.3-02", "3.1-02"}  # two equal keys are no chance, either


def test_both_ends_have_the_same_bits():
    run = Run().show(GET_KEY, {"keys": [key()]})
    assert run.show(FETCH, {"keys": [key()]}).failed() == set()
    assert run.show(FETCH, {"keys": [key(material=OTHER_MATERIAL)]}).failed() == {"5.4-01"}


def test_sizes_are_what_was_asked_or_what_status_says():
    asked = GetKey("m", "s", KeyRequest(size=128))
    assert Run().show(asked, {"keys": [key()]}).failed() == {"6.2-03"}
    odd = GetKey("m", "s", KeyRequest(size=255))
    assert Run().show(odd, {"keys": [key()]}).failed() == set()
    run = Run().show(GET_STATUS, {**STATUS, "key_size": 128})
    assert run.show(GET_KEY, {"keys": [key()]}).failed() == {"6.2-04"}


@pytest.mark.parametrize(
    ("text", "right"),
    [("", True), ("QUJD", True), ("QUI=", True), ("QQ==", True), ("QQ", False), ("QQ=", False),
     ("QU-_", False), ("QU\n==", False), ("Q=Q=", False), ("QQ==QQ==", False), ("QR==", True)],
)  # fmt: skip
def test_base64_is_that_of_rfc_4648(text, right):
    assert (base64_problem(text) is None) is right


@pytest.mark.parametrize(
    ("body", "right"),
    [(b"{}", True), (b"NaN", False), (b"", False), (b"{}{}", False), (b"1", True)],
)
def test_json_is_that_of_rfc_8259(body, right):
    assert (json_problem(body) is None) is right
