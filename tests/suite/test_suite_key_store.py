"""The model of a key store allows what the text allows, and names what anything else breaks."""

import pytest

from qonform.oracles.key_store import EITHER, KeyStore, Right
from qonform.ports.key_delivery import GetKeyWithIds, Key, KeyContainer
from qonform.ports.outcome import Delivered, Failed, RefusalKind, Refused, Unreadable
from qonform.ports.secret import KeyMaterial

KEYS = [Key(f"k{i}", KeyMaterial(bytes([i]) * 16)) for i in range(3)]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def store(*slaves, homes=None):
    model = KeyStore(homes or {})
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


def breaks(model, caller, ids, outcome, *, master="m", over=""):
    found = model.judge_fetch(GetKeyWithIds(caller, master, tuple(ids)), outcome, over)
    return found and found.requirement


def right(model, caller, key_id, *, master="m", over=""):
    return model.right(GetKeyWithIds(caller, master, (key_id,)), key_id, over)


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
    homes = {"x": "a", "s": "b"}
    assert breaks(store(homes=homes), "x", ["k0"], BAD) is None
    assert breaks(store(homes=homes), "x", ["k0"], delivered(KEYS[0])) == "ETSI-014-5.4-02"


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
    assert right(model, "s", "k0") is Right.PERHAPS
    for outcome in (BAD, delivered(KEYS[0])):
        assert breaks(model, "s", ["k0"], outcome) is None


def test_an_answer_that_nobody_can_read_may_have_delivered():
    model = store()
    assert breaks(model, "s", ["k0"], Unreadable("no JSON", 1)) is None
    assert breaks(model, "s", ["k0"], BAD) is None


def test_what_must_come_is_known_before_asking():
    model = store()

    def must(caller, *ids):
        call = GetKeyWithIds(caller, "m", ids)
        return model.must_deliver(call), model.must_refuse_unauthorised(call)

    assert must("s", "k0", "k1") == (True, False)
    assert must("s", "k0", UNKNOWN) == (False, False)
    assert must("x", "k0") == (False, True)
    assert must("x", "k0", UNKNOWN) == (False, False)


def test_a_wrong_master_in_the_request_leaves_the_answer_open_but_not_to_strangers():
    model = store()
    assert right(model, "s", "k0", master="other") is Right.ASTRAY
    assert breaks(model, "s", ["k0"], NO, master="other") is None
    assert breaks(model, "x", ["k0"], BAD, master="other") is None
    assert breaks(model, "x", ["k0"], delivered(KEYS[0]), master="other") == "ETSI-014-5.4-02"


def test_so_does_a_wrong_master_of_a_key_that_the_slave_has_had():
    model = store()
    assert breaks(model, "s", ["k0"], delivered(KEYS[0])) is None
    for outcome in (NO, BAD, OTHER):
        assert breaks(model, "s", ["k0"], outcome, master="other") is None
    assert breaks(model, "s", ["k0"], delivered(KEYS[0]), master="other") == "ETSI-014-5.4-06"


def test_what_is_no_key_id_may_be_refused_in_any_way_but_not_served():
    for outcome in (BAD, OTHER, NO):
        assert breaks(store(), "s", ["k0", "nonsense"], outcome) is None
    assert breaks(store(), "s", ["k0", "nonsense"], delivered(KEYS[0])) == "ETSI-014-6.4-04"
    assert breaks(store(), "s", [], OTHER) is None
    assert breaks(store(), "s", [], delivered()) is None


def test_roles_are_per_key():
    model = store(homes={"m": "a", "s": "b", "x": "b"})
    model.issue(KEYS[2:], "s", ("m",))
    assert right(model, "m", "k2", master="s") is Right.OWN
    assert right(model, "s", "k2", master="s") is Right.MASTERS
    assert right(model, "x", "k2", master="s") is Right.PAST, "its KME never held the key"
    assert breaks(model, "m", ["k2"], delivered(KEYS[2]), master="s") is None


def test_a_refused_get_key_takes_nothing_away():
    model = store()
    model.issue((), "m", ("s",))
    assert breaks(model, "s", ["k0"], BAD) == "ETSI-014-5.3-04"


@pytest.fixture
def across():
    model = KeyStore()
    model.issue(KEYS[:2], "m", ("s",), "rest")
    return model


@pytest.mark.parametrize("outcome", [BAD, NO, OTHER, LATER])
def test_another_interface_need_not_know_a_key(across, outcome):
    assert breaks(across, "s", ["k0"], outcome, over="rpc") is None
    assert breaks(across, "x", ["k0"], outcome, over="rpc") is None
    assert right(across, "s", "k0", over="rest") is Right.OWN, "and nothing has changed"
    assert breaks(across, "s", ["k0"], BAD, over="rest") == "ETSI-014-5.4-05"


def test_what_another_interface_delivers_is_the_key_and_gone_everywhere(across):
    wrong = delivered(Key("k1", KeyMaterial(b"x" * 16)))
    assert breaks(across, "s", ["k1"], wrong, over="rpc") == "ETSI-014-5.4-01"
    assert breaks(across, "s", ["k0"], delivered(KEYS[0]), over="rpc") is None
    assert right(across, "s", "k0", over="rest") is Right.HAD
    assert breaks(across, "s", ["k0"], delivered(KEYS[0]), over="rest") == "ETSI-014-5.4-06"


def test_another_interface_serves_no_stranger(across):
    assert breaks(across, "x", ["k0"], delivered(KEYS[0]), over="rpc") == "ETSI-014-5.4-02"
