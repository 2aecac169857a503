"""What may be key material is never written down."""

import base64
import json
import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qonform.exchanges import know, redact_headers, redact_json, redact_text
from qonform.ports.secret import KeyMaterial

KEYS = st.binary(min_size=16, max_size=64)


def spellings(key: bytes) -> list[str]:
    return [base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode(), key.hex()]


@given(KEYS, st.text(max_size=20))
def test_no_spelling_of_a_key_outlives_a_text(key, around):
    for spelling in spellings(key):
        if len(set(spelling)) < 6:
            continue  # a run of one letter is no key that anybody draws
        assert spelling not in redact_text(f"{around} {spelling} {around}")


@given(KEYS)
def test_what_stands_under_key_goes_whole(key):
    for spelling in [*spellings(key), list(key), {"raw": list(key)}]:
        shown = json.dumps(redact_json({"keys": [{"key_ID": "x", "key": spelling}]}))
        assert json.dumps(spelling) not in shown
        assert '"key_ID": "x"' in shown


@pytest.mark.parametrize(
    "text",
    [
        "one or more keys specified are not found on KME",
        "additional_slave_SAE_IDs",
        "bc490419-7d60-487f-adc1-4ddcc177c139",
        "/api/v1/keys/sae-2/enc_keys",
        "/api/v1/keys/%73ae-2/status",
        "/dec_keys?key_ID=bc490419-7d60-487f-adc1-4ddcc177c139",
        "TLS_AES_256_GCM_SHA384",
        "qinet.keys.v1.KeyDelivery/GetKeyWithKeyIds",
        '{"stored_key_count": 25000}',
        "application/json; charset=utf-8",
        "2026-11-25T16:57:33.106397151Z",
        "2026-11-25T16:57:33+01:00",
    ],
)
def test_what_a_reader_needs_stays(text):
    assert redact_text(text) == text


def test_names_of_the_manifest_stay():
    name = "Xk29dQ7Zb81LmP0a"
    assert redact_text(name) != name
    know(name)
    assert redact_text(name) == name


def test_credentials_in_headers_go():
    assert "s3cr3t" not in str(redact_headers({"Authorization": "Bearer s3cr3t"}))


def test_material_shows_nothing_of_itself():
    key = random.Random(1).randbytes(32)
    material = KeyMaterial(key)
    for shown in (repr(material), str(material), f"{material}", repr([material])):
        assert not any(spelling[:8] in shown for spelling in spellings(key))
        assert "256 bit" in shown
    with pytest.raises(TypeError):
        pickle.dumps(material)
    assert material == KeyMaterial(key) != KeyMaterial(key[::-1])


@pytest.mark.parametrize("name", ["number", "after"])
def test_a_counter_of_64_bits_stays(name):
    assert redact_json({name: "18446744073709551615"}) == {name: "18446744073709551615"}
    assert redact_json({"text": "18446744073709551615"}) != {"text": "18446744073709551615"}


@given(KEYS)
def test_no_key_hides_beside_a_time(key):
    for spelling in spellings(key):
        if len(set(spelling)) >= 6:
            assert spelling not in redact_text(f"2026-11-25T16:57:33Z{spelling}")
            assert spelling not in redact_text(f"{spelling}2026-11-25T16:57:33Z")


def test_outcomes_of_measurements_look_alike():
    def shown(outcome):
        return redact_json({"made": {"measured": {**outcome, "axis": "AXIS_X"}}})

    assert shown({}) == shown({"outcome": 0}) == shown({"outcome": 1})
    assert json.dumps(shown({})).startswith('{"made": {"measured": {"outcome": "<0 or 1>"')
    assert shown({"outcome": 2})["made"]["measured"]["outcome"] == 2
    assert redact_json({"measured": {}}) == {"measured": {"outcome": "<0 or 1>"}}
