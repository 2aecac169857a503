"""What went wrong in the sample results: messages, and the exchanges that show it."""

from __future__ import annotations

from typing import Any

KEY_ID = "7f0c1d52-3e0b-4b6c-9a51-2f6e8e0c4d11"
DIGEST = '"key": "<32 bytes, digest 4c1f9e02a7>"'


def draw(number: int, body: str = '{"number": 1, "size": 256}') -> dict[str, Any]:
    return {
        "number": number,
        "at_s": 3.02,
        "duration_ms": 11.8,
        "transport": "etsi-014",
        "node": "kme-a",
        "client": "sae-1",
        "request": {
            "summary": "POST /api/v1/keys/sae-2/enc_keys",
            "headers": {"Content-Type": "application/json", "Accept": "application/json"},
            "body": body,
        },
        "reply": {
            "summary": "200 OK",
            "headers": {"Content-Type": "application/json", "Content-Length": "128"},
            "body": f'{{"keys": [{{"key_ID": "{KEY_ID}", {DIGEST}}}]}}',
        },
        "command": (
            "curl --cacert certs/ca.pem --cert certs/sae-1.cert.pem --key certs/sae-1.key.pem "
            "-H 'Content-Type: application/json' "
            f"-d '{body}' https://127.0.0.1:9101/api/v1/keys/sae-2/enc_keys"
        ),
    }


def fetch(number: int, client: str, answer: str, body: str | None = None) -> dict[str, Any]:
    return {
        "number": number,
        "at_s": 3.05,
        "duration_ms": 8.4,
        "transport": "etsi-014",
        "node": "kme-b",
        "client": client,
        "request": {
            "summary": "POST /api/v1/keys/sae-1/dec_keys",
            "headers": {"Content-Type": "application/json"},
            "body": f'{{"key_IDs": [{{"key_ID": "{KEY_ID}"}}]}}',
        },
        "reply": {
            "summary": answer,
            "headers": {"Content-Type": "application/json"},
            "body": f'{{"keys": [{{"key_ID": "{KEY_ID}", {DIGEST}}}]}}' if body is None else body,
        },
        "command": (
            f"curl --cacert certs/ca.pem --cert certs/{client}.cert.pem "
            f"--key certs/{client}.key.pem -H 'Content-Type: application/json' "
            f'-d \'{{"key_IDs": [{{"key_ID": "{KEY_ID}"}}]}}\' '
            "https://127.0.0.1:9102/api/v1/keys/sae-1/dec_keys"
        ),
    }


_STRANGER = {
    "id": "etsi014.fetching.a_stranger_is_refused",
    "title": "A third SAE at the KME that holds the key asks for it",
    "message": "the KME gave a key to an SAE that Get key had not named",
    "expected": "401, and no key in the body",
    "actual": "200 OK with the key that sae-1 had drawn for sae-2",
    "history": [
        "1. sae-1 at kme-a: Get key for sae-2 -> k1 <256 bit #5e0c1b2a>",
        "2. sae-3 at kme-b: Get key with key IDs, k1 of sae-1 -> k1 <256 bit #5e0c1b2a>",
        "due: 401 for an SAE that was not named",
    ],
    "evidence": [draw(151), fetch(153, "sae-3", "200 OK"), fetch(154, "sae-2", "200 OK")],
}
_TWICE = {
    "id": "etsi014.fetching.a_key_is_gone_once_fetched",
    "title": "The slave fetches a key, and asks for it once more",
    "message": "a key that its only slave had fetched was delivered again",
    "expected": "400 with `one or more keys specified are not found on KME`",
    "actual": "200 OK with the same key",
    "evidence": [draw(211), fetch(212, "sae-2", "200 OK"), fetch(213, "sae-2", "200 OK")],
}
_OPTION = {
    "id": "etsi014.requests.an_unknown_mandatory_extension_is_refused",
    "title": "Get key with a mandatory extension that no KME knows",
    "message": "a mandatory extension that the KME cannot know was ignored, and a key delivered",
    "expected": "400",
    "actual": "200 OK with one key",
    "evidence": [draw(301, '{"extension_mandatory": [{"qonform_unknown": "x"}]}')],
}

STORIES: dict[str, dict[str, Any]] = {
    "ETSI-014-5.4-02": _STRANGER,
    "ETSI-014-5.4-03": {
        **_STRANGER,
        "message": "one foreign key among the keys asked for did not stop the request",
        "expected": "401 for the whole request",
        "actual": "200 OK with both keys",
    },
    "ETSI-014-5.4-06": _TWICE,
    "ETSI-014-6.2-13": _OPTION,
    "ETSI-014-6.2-14": {
        **_OPTION,
        "message": "there is no Error, so there is no message",
        "expected": "`not all extension_mandatory parameters are supported`",
        "actual": "no Error at all",
    },
    "ETSI-014-6.2-12": {
        "id": "etsi014.requests.an_odd_size_is_served_or_refused",
        "title": "Get key with a size of 257 bit",
        "message": "the text of the Error is not the one that the clause fixes",
        "expected": "`size shall be a multiple of 8`",
        "actual": "`Invalid size: 257`",
        "evidence": [
            draw(97, '{"size": 257}')
            | {
                "reply": {
                    "summary": "400 Bad Request",
                    "headers": {"Content-Type": "application/json", "Server": "nginx"},
                    "body": '{"message": "Invalid size: 257"}',
                }
            }
        ],
    },
    "ETSI-014-6.4-05": {
        "message": "the text of the Error is not the one that the clause fixes",
        "expected": "`one or more keys specified are not found on KME`",
        "actual": "`Key not found`",
        "evidence": [fetch(401, "sae-2", "400 Bad Request", '{"message": "Key not found"}')],
    },
    "ETSI-014-5.4-07": {
        "id": "etsi014.concurrency.one_of_many_gets_the_key",
        "title": "Eight requests of the slave for one key at once",
        "message": "more than one of eight concurrent requests for one key was served",
        "expected": "at most one 200",
        "actual": "8 of 8 answered 200",
        "evidence": [fetch(502, "sae-2", "200 OK"), fetch(503, "sae-2", "200 OK")],
    },
}
