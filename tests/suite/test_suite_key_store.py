"""The model of a key store allows what the text allows, and names what anything else breaks."""

import pytest

from qonform.oracles.key_store import EITHER, KeyStore, Right
from qonform.ports.key_delivery import Key, KeyContainer
from qonform.ports.outcome import Delivered, Failed, RefusalKind, Refused, Unreadable
from qonform.ports.secret import KeyMaterial

KEYS = [Key(f"k{i}", KeyMaterial(bytes([i]) * 16)) for i in range(3)]
UNKNOWN = "k-unknown"


def store(*slaves):
    model = KeyStore()
    model.issue(KEYS[:2], "m", slaves or ("s",))
    return model


def delivered(*keys):
    return Delivered(KeyContainer(tuple(keys)), 1)


def refused(kind):
    return Refused(kind, kind.value, None, 1)


BAD, NO, LATER, OTHER = (
    refused(k)
    for k in (
        RefusalKind.BAD_REQUEST,
        RefusalKind.UNAUTHORISED,
        RefusalKind.UNAVAILABLE,
        RefusalKind.OTHER,
    )
)


def breaks(model, caller, ids, outcome, **options):
    found = model.judge_fetch(caller, "m", ids, outcome, **options)
    return found and found.requirement


@pytest.mark.parametrize(
    ("caller", "ids", "outcome", "requirement"),
    [
        ("s", ["k0"], delivered(KEYS[0]), None),
        ("s", ["k0", "k1"], delivered(KEYS[1], KEYS[0]), None),
        ("s", ["k0"], delivered(KEYS[1]), "ETSI-014-5.4-01"),
        ("s", ["k0"], delivered(Key("k0", KeyMaterial(b"x" * 16))), "ETSI-014-5.4-01"),
        ("s", ["k0"], BAD, "ETSI-014-5.4-01"),
        ("s", [UNKNOWN], BAD, None),
        ("s", [UNKNOWN], NO, "ETSI-014-6.4-04"),
        ("s", [UNKNOWN], OTHER, "ETSI-014-6.4-04"),
        ("s", ["k0", UNKNOWN], BAD, None),
        ("s", ["k0", UNKNOWN], delivered(KEYS[0]), "ETSI-014-6.4-04"),
        ("x", ["k0"], NO, None),
        ("x", ["k0"], BAD, "ETSI-014-5.4-02"),
        ("x", ["k0"], LATER, None),
        ("x", ["k0"], delivered(KEYS[0]), "ETSI-014-5.4-02"),
        ("x", ["k0", "k1"], delivered(KEYS[0], KEYS[1]), "ETSI-014-5.4-03"),
        ("x", ["k0", UNKNOWN], NO, None),
        ("x", ["k0", UNKNOWN], BAD, None),
        ("m", ["k0"], BAD, None),
        ("m", ["k0"], NO, None),
        ("m", ["k0"], delivered(KEYS[0]), "ETSI-014-5.4-04"),
        ("s", ["k0"], Failed("silence", 1), None),
        ("s", ["k0"], Unreadable("no JSON", 1), None),
    ],
)
def test_the_first_answer_about_a_key(caller, ids, outcome, requirement):
    assert breaks(store(), caller, ids, outcome) == requirement


def test_a_kme_that_never_held_the_key_may_not_know_it():
    assert breaks(store(), "x", ["k0"], BAD, elsewhere=True) is None
    assert breaks(store(), "x", ["k0"], delivered(KEYS[0]), elsewhere=True) == "ETSI-014-5.4-02"


def test_a_key_is_delivered_once():
    model = store()
    assert breaks(model, "s", ["k0"], delivered(KEYS[0])) is None
    assert breaks(model, "s", ["k0"], BAD) is None
    assert breaks(model, "x", ["k0"], BAD) is None
    assert breaks(model, "s", ["k0"], delivered(KEYS[0])) == "ETSI-014-5.4-06"


def test_each_slave_has_a_copy_of_its_own():
    model = store("s", "t")
    assert breaks(model, "s", ["k0"], delivered(KEYS[0])) is None
    assert breaks(model, "t", ["k0"], BAD) == "ETSI-014-6.2-19"
    assert breaks(model, "x", ["k0"], delivered(KEYS[0])) == "ETSI-014-6.2-22"


@pytest.mark.parametrize(
    ("before", "requirement"),
    [
        (("x", ["k0"], NO), "ETSI-014-5.4-05"),
        (("s", ["k0", UNKNOWN], BAD), "ETSI-014-6.4-07"),
    ],
)
def test_a_lost_key_is_blamed_on_what_may_have_used_it_up(before, requirement):
    model = store()
    assert breaks(model, *before) is None
    assert breaks(model, "s", ["k0"], BAD) == requirement


def test_a_later_get_key_is_blamed_for_an_earlier_key():
    model = store()
    model.issue(KEYS[2:], "m", ("s",))
    assert breaks(model, "s", ["k0"], BAD) == "ETSI-014-5.3-04"
    assert breaks(model, "s", ["k2"], BAD) == "ETSI-014-5.4-01"


def test_after_silence_anything_may_be():
    model = store()
    assert breaks(model, "s", ["k0"], Failed("silence", 1)) is None
    assert model.keys["k0"].copies["s"] == EITHER
    assert model.right("s", "m", "k0") is Right.PERHAPS
    for outcome in (BAD, delivered(KEYS[0])):
        assert breaks(model, "s", ["k0"], outcome) is None


def test_what_must_come_is_known_before_asking():
    model = store()
    assert model.must_deliver("s", "m", ["k0", "k1"])
    assert not model.must_deliver("s", "m", ["k0", UNKNOWN])
    assert model.must_refuse_unauthorised("x", "m", ["k0"])
    assert not model.must_refuse_unauthorised("x", "m", ["k0", UNKNOWN])
    assert model.right("s", "other", "k0") is Right.ASTRAY
