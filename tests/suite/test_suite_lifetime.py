"""Which ages keys reach is found out by trial, and each trial serves for all that are like it."""

from types import SimpleNamespace

import pytest

from qonform.judging import Undecidable
from qonform.judging import lifetime as clock
from qonform.judging.lifetime import LONGEST_S, Lifetime
from qonform.ports.key_delivery import GetKey, Key, KeyContainer, KeyRequest
from qonform.ports.outcome import Delivered
from qonform.ports.secret import KeyMaterial


class Kme:
    """Keeps keys for five seconds."""

    def __init__(self):
        self.tried = []

    def is_there(self, age_s):
        self.tried.append(age_s)
        return age_s <= 5


def test_what_is_known_is_not_tried_again():
    kme, lifetime = Kme(), Lifetime()
    ages = (2, 1.5, 4, 9, 20, 6, 5)
    reached = [lifetime.reaches(age, kme.is_there) for age in ages]
    assert reached == [True, True, True, False, False, False, True]
    assert kme.tried == [2, 4, 9, 6, 5]


def test_a_key_must_live_long_enough_to_be_asked_for():
    kme = Kme()
    assert Lifetime().reaches(0.9, kme.is_there)
    assert not kme.tried


def test_of_an_old_key_nothing_is_said():
    kme = Kme()
    with pytest.raises(Undecidable, match="forgotten"):
        Lifetime().reaches(LONGEST_S + 1, kme.is_there)
    assert not kme.tried


def test_a_key_is_as_old_as_it_is_since_its_issue():
    lifetime = Lifetime()
    key = Key("5F8B7C1E-3A4D-4C55-9D6E-7F8091A2B3C4", KeyMaterial(bytes(32)))
    call, outcome = GetKey("sae-1", "sae-2", KeyRequest()), Delivered(KeyContainer((key,)), 1)
    lifetime.see(SimpleNamespace(call=call, outcome=outcome))
    assert 0 <= lifetime.age_s([key.id.lower()]) < LONGEST_S
    assert lifetime.age_s(["another"]) == lifetime.age_s([]) == 0


def test_a_key_that_was_waited_for_is_as_old_as_when_it_was_first_missed(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: now[0]))
    lifetime = Lifetime()
    key = Key("5F8B7C1E-3A4D-4C55-9D6E-7F8091A2B3C4", KeyMaterial(bytes(32)))
    call, outcome = GetKey("sae-1", "sae-2", KeyRequest()), Delivered(KeyContainer((key,)), 1)
    lifetime.see(SimpleNamespace(call=call, outcome=outcome))
    now[0] = 107.0
    assert lifetime.age_s([key.id]) == 7
    lifetime.miss([key.id], 100.5)
    assert lifetime.age_s([key.id]) == 0.5
    lifetime.miss([key.id], 106.0)
    assert lifetime.age_s([key.id]) == 6
