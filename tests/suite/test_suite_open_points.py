"""What the exchanges of a run show of the open points, each answer once and without secrets."""

import json

import pytest

from qonform.drivers.etsi014_wire import read
from qonform.drivers.http_wire import Reply
from qonform.exchanges import Exchange, Message
from qonform.judging.spares import Spares
from qonform.monitors.open_points import OpenPoints
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, GetStatus, KeyRequest

STATUS = {
    "source_KME_ID": "A", "target_KME_ID": "B", "master_SAE_ID": "m", "slave_SAE_ID": "s",
    "key_size": 256, "stored_key_count": 10, "max_key_count": 20, "max_key_per_request": 16,
    "max_key_size": 512, "min_key_size": 64, "max_SAE_ID_count": 0,
}  # fmt: skip
ONE = "bc490419-7d60-487f-adc1-4ddcc177c139"
TWO = "0a782fb5-3434-48fe-aa4d-14f41d46cf92"
MATERIAL = "wHHVxRwDJs3/bXd38GHP3oe4svTuRpZS0yCC7x4Ly+s="
OTHER = "OeGMPxh1+2RpJpNCYixWHFLYRubpOKCw94FcCI7VdJA="
ASK_STATUS = GetStatus("m", "s")
NO = {"message": "no"}


def get_key(caller="m", slave="s", **request):
    return GetKey(caller, slave, KeyRequest(**request))


def keys(*pairs):
    return {"keys": [{"key_ID": i, "key": m} for i, m in pairs]}


class Run:
    def __init__(self):
        self.answers = []
        self.points = OpenPoints(lambda id_, _profile, seen: self.answers.append((id_, seen)))
        self.number = 0
        self.exchanges = []

    def show(self, call, body, status=200):
        self.number += 1
        reply = Reply(status, "", (), json.dumps(body).encode())
        answer = read(reply, call, self.number)
        exchange = Exchange(
            number=self.number, at_s=0.0, duration_ms=0.0, profile="etsi-014", transport="https",
            node="kme", client="m", request=Message("GET /api/v1/keys/s/status"),
            reply=Message(""), command="", call=call, outcome=answer.outcome, wire=answer,
        )  # fmt: skip
        self.points.see(exchange)
        self.exchanges.append(exchange)
        return self

    def of(self, observation):
        told = [*self.answers, *self.points.concluded("etsi-014")]
        return list(dict.fromkeys(seen for id_, seen in told if id_ == observation))


def test_what_has_not_been_asked_has_no_answer():
    assert list(Run().points.concluded("etsi-014")) == []


@pytest.mark.parametrize(
    ("exchanges", "observation", "answers"),
    [
        ([(get_key(size=257), NO, 400)], "A-02",
         ["a size that is no multiple of 8: refused with 400"]),
        ([(get_key(size=252), keys((ONE, MATERIAL[:-2] + "A=")), 200)], "A-02",
         ["a size that is no multiple of 8: served; the last bits of the last byte are zero"]),
        ([(get_key(size=255), keys((ONE, "A" + MATERIAL[1:])), 200)], "A-02",
         ["a size that is no multiple of 8: served; the first bits of the first byte are zero"]),
        ([(ASK_STATUS, STATUS, 200)], "A-02",
         ["not met: a size that is no multiple of 8 was not asked for"]),
        ([(ASK_STATUS, STATUS, 200)], "A-03",
         ["not met: more keys were stored than any request asked for"]),
        ([(ASK_STATUS, STATUS, 200), (get_key(number=12), NO, 503),
          (ASK_STATUS, {**STATUS, "stored_key_count": 3}, 200)], "A-03", ["refused with 503"]),
        ([(ASK_STATUS, STATUS, 200), (get_key(number=17), NO, 400), (ASK_STATUS, STATUS, 200)],
         "A-03", ["not met: more keys were stored than any request asked for"]),
        ([(ASK_STATUS, NO, 404)] * 2, "A-04", ["404 in answer to status"]),
        ([(ASK_STATUS, NO, 400)], "A-04", ["none"]),
        ([(ASK_STATUS, {**STATUS, "status_extension": None}, 200)], "A-19",
         ["`status_extension` in Status is null"]),
        ([(ASK_STATUS, STATUS, 200)], "A-19", ["no"]),
        ([(ASK_STATUS, {**STATUS, "age": 1}, 200)], "A-20", ["`age` in Status"]),
        ([(ASK_STATUS, STATUS, 200)], "A-20", ["none"]),
        ([(ASK_STATUS, NO, 400)], "A-26", ["not met: no 401 came"]),
        ([(ASK_STATUS, NO, 401)], "A-26", ["a body, no WWW-Authenticate header"]),
        ([(GetKeyWithIds("s", "m", (ONE, TWO)), keys((TWO, OTHER), (ONE, MATERIAL)), 200)],
         "A-32", ["in another order"]),
        ([(get_key(), keys((ONE, MATERIAL)), 200)], "A-32",
         ["not met: no request for several keys was served"]),
        ([(ASK_STATUS, STATUS, 200), (get_key(size=128), keys((ONE, MATERIAL)), 200),
          (get_key(size=64), NO, 400)], "A-33", ["every size that was asked for"]),
        ([(ASK_STATUS, STATUS, 200), (get_key(size=128), keys((ONE, MATERIAL)), 200),
          (get_key(size=136), NO, 400)], "A-33",
         ["some of those that were asked for; the others: refused with 400"]),
        ([(ASK_STATUS, STATUS, 200), (get_key(size=136), NO, 400)], "A-33",
         ["none that was asked for: refused with 400"]),
        ([(ASK_STATUS, {**STATUS, "min_key_size": 512}, 200)], "A-33",
         ["there are none: smallest and largest size are the same"]),
        ([(get_key(), keys((ONE, MATERIAL)), 200), (get_key("s", "m"), keys((TWO, OTHER)), 200)],
         "A-36", ["no"]),
        ([(get_key(), keys((ONE, MATERIAL)), 200), (get_key("s", "m"), keys((TWO, MATERIAL)), 200)],
         "A-36", ["yes"]),
        ([(get_key(), keys((ONE, MATERIAL)), 200)], "A-36",
         ["not met: keys were delivered in one direction only"]),
    ],
)  # fmt: skip
def test_answers(exchanges, observation, answers):
    run = Run()
    for call, body, status in exchanges:
        run.show(call, body, status)
    assert run.of(observation) == answers


def test_a_spare_is_gone_in_whatever_form_it_was_asked_for():
    spares = Spares("etsi-014", "m", "s")
    run = Run().show(get_key(), keys((ONE, MATERIAL))).show(get_key(), keys((TWO, OTHER)))
    run.show(GetKeyWithIds("s", "m", (ONE.replace("-", "").upper(),)), NO, 400)
    for exchange in run.exchanges:
        spares.see(exchange)
    key, age = spares.take_oldest()
    assert key.id == TWO
    assert 0 <= age < 60
    assert spares.take_oldest() is None
