"""A key that one check drew and nobody asked for serves another, once."""

from types import SimpleNamespace

import pytest

from qonform.judging import spares
from qonform.judging.spares import Spares
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, Key, KeyContainer, KeyRequest
from qonform.ports.outcome import Delivered, RefusalKind, Refused
from qonform.ports.secret import KeyMaterial

ID = "5f8b7c1e-3a4d-4c55-9d6e-7f8091a2b3c4"


def exchange(call, outcome, number=7, profile="etsi-014", regular=True):
    return SimpleNamespace(
        call=call, outcome=outcome, number=number, profile=profile, regular=regular
    )


def drawn(request=None, caller="sae-1", slave="sae-2", **marks):
    key = Key(ID, KeyMaterial(bytes(32)))
    call = GetKey(caller, slave, request or KeyRequest(1))
    return exchange(call, Delivered(KeyContainer((key,)), 7), **marks)


@pytest.fixture
def some():
    return Spares("etsi-014", "sae-1", "sae-2")


def test_a_key_is_a_spare_once(some):
    some.see(drawn())
    key, number = some.take()
    assert (key.id, number) == (ID, 7)
    assert some.take() is None


def test_what_anybody_asked_for_is_none(some):
    some.see(drawn())
    refused = Refused(RefusalKind.UNAUTHORISED, "401", "no", 8)
    some.see(exchange(GetKeyWithIds("sae-3", "sae-1", (ID.upper(),)), refused, number=8))
    assert some.take() is None


@pytest.mark.parametrize(
    "odd",
    [
        drawn(KeyRequest(1, additional_slaves=("sae-3",))),
        drawn(KeyRequest(1, optional=(("x", 1),))),
        drawn(KeyRequest(1, mandatory=(("x", 1),))),
        drawn(KeyRequest(1, 257)),
        drawn(caller="sae-2", slave="sae-1"),
        drawn(profile="qinet-keys"),
        drawn(regular=False),
    ],
)
def test_keys_of_an_odd_request_are_none(some, odd):
    some.see(odd)
    assert some.take() is None


def test_a_key_that_may_have_been_forgotten_is_none(some, monkeypatch):
    monkeypatch.setattr(spares, "LONGEST_S", 0.0)
    some.see(drawn())
    assert some.take() is None


def asked_for(key_id, outcome, caller="sae-2"):
    return exchange(GetKeyWithIds(caller, "sae-1", (key_id,)), outcome, number=8)


def test_when_its_slave_is_refused_one_there_are_none_any_more(some):
    some.see(drawn())
    some.take()
    some.see(asked_for(ID, Refused(RefusalKind.BAD_REQUEST, "400", "no", 8)))
    some.see(drawn())
    assert some.distrust()
    assert some.take() is None
    assert not some.distrust()


def test_one_that_came_late_or_was_refused_to_others_is_trusted(some):
    some.see(drawn())
    some.take()
    some.see(asked_for(ID, Refused(RefusalKind.UNAUTHORISED, "401", "no", 8), caller="sae-3"))
    some.see(asked_for(ID, Refused(RefusalKind.BAD_REQUEST, "400", "no", 8)))
    some.see(asked_for(ID, Delivered(KeyContainer(()), 9)))
    some.see(asked_for(ID, Refused(RefusalKind.BAD_REQUEST, "400", "no", 10)))
    assert not some.distrust()
