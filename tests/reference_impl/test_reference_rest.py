"""ETSI 014 over real mutual TLS."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from qinet_reference.domain import refusal as texts
from qinet_schemas import load

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def valid(name: str, document: Any) -> bool:
    schema = {"$ref": f"#/$defs/{name}", "$defs": load("etsi014")["$defs"]}
    return Draft202012Validator(schema).is_valid(document)


def test_the_whole_way(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            status = await lab.call("kme-a", "sae-1", "sae-2/status")
            assert (status.code, status.content_type) == (200, "application/json")
            assert valid("status", status.json)
            assert status.json["source_KME_ID"] == "kme-a"
            assert status.json["target_KME_ID"] == "kme-b"
            assert status.json["master_SAE_ID"] == "sae-1"
            assert status.json["slave_SAE_ID"] == "sae-2"
            got = await lab.call("kme-a", "sae-1", "sae-2/enc_keys", {"number": 3, "size": 512})
            assert got.code == 200
            assert valid("key_container", got.json)
            keys = {key["key_ID"]: key["key"] for key in got.json["keys"]}
            assert [len(base64.b64decode(key)) for key in keys.values()] == [64] * 3
            wanted = {"key_IDs": [{"key_ID": key_id} for key_id in keys]}
            fetched = await lab.call("kme-b", "sae-2", "sae-1/dec_keys", wanted)
            assert {key["key_ID"]: key["key"] for key in fetched.json["keys"]} == keys
            again = await lab.call("kme-b", "sae-2", "sae-1/dec_keys", wanted)
            assert (again.code, again.json) == (400, {"message": texts.KEYS_NOT_FOUND})

    asyncio.run(story())


def test_get_forms(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            assert len((await lab.call("kme-a", "sae-1", "sae-2/enc_keys")).json["keys"]) == 1
            got = await lab.call("kme-a", "sae-1", "sae-2/enc_keys?number=2&size=64&colour=blue")
            assert [len(base64.b64decode(key["key"])) for key in got.json["keys"]] == [8, 8]
            key = got.json["keys"][0]
            path = f"sae-1/dec_keys?key_ID={key['key_ID']}"
            assert (await lab.call("kme-b", "sae-2", path)).json == {"keys": [key]}

    asyncio.run(story())


BAD_BODIES = [
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    '{"number": 1}'.encode("utf-16"),
    b'{"number": NaN}',
    b"[" * 100_000,
    b'{"number": ' + b"9" * 5000 + b"}",
    {"number": "3"},
    {"number": 3.0},
    {"number": True},
    {"number": None},
    {"number": -1},
    {"number": 10**30},
    {"size": []},
    {"size": -8},
    {"additional_slave_SAE_IDs": "sae-3"},
    {"additional_slave_SAE_IDs": [3]},
    {"additional_slave_SAE_IDs": ["\ud800"]},
    {"extension_mandatory": {}},
    {"extension_mandatory": ["x"]},
    {"extension_optional": [None]},
]


def test_what_cannot_be_read_is_told_as_an_error(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory(rate=0.0) as lab:
            for body in BAD_BODIES:
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                reply = await lab.call("kme-a", "sae-1", "sae-2/enc_keys", raw)
                assert (reply.code, valid("error", reply.json)) == (400, True), body
            for query in ("number=x", "number=", "number=1&number=2", "size=1e3", "number=%ff"):
                reply = await lab.call("kme-a", "sae-1", f"sae-2/enc_keys?{query}")
                assert (reply.code, valid("error", reply.json)) == (400, True), query
            for bad in (
                {},
                {"key_IDs": []},
                {"key_IDs": [UNKNOWN]},
                {"key_IDs": [{}]},
                {"key_IDs": [{"key_ID": 7}]},
                {"key_IDs": [{"key_ID": "x"}]},
                {"key_IDs": [{"key_ID": UNKNOWN, "key_ID_extension": []}]},
                {"key_IDs": [{"key_ID": UNKNOWN}], "key_IDs_extension": 1},
            ):
                reply = await lab.call("kme-b", "sae-2", "sae-1/dec_keys", bad)
                assert (reply.code, valid("error", reply.json)) == (400, True), bad
            huge = await lab.call("kme-a", "sae-1", "sae-2/enc_keys", b" " * (1 << 21))
            assert (huge.code, valid("error", huge.json)) == (400, True)
            status = await lab.call("kme-a", "sae-1", "sae-2/status")
            assert status.json["stored_key_count"] == 10_000

    asyncio.run(story())


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"size": 257}, texts.SIZE_NOT_MULTIPLE_OF_8),
        ({"extension_mandatory": [{"acme_x": 1}]}, texts.MANDATORY_UNSUPPORTED),
        ({"extension_mandatory": [{"qinet_max_age_ms": 0}]}, texts.MANDATORY_UNMET),
    ],
)
def test_the_words_of_the_standard(laboratory: Any, body: Any, message: str) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            reply = await lab.call("kme-a", "sae-1", "sae-2/enc_keys", body)
            assert (reply.code, reply.json["message"]) == (400, message)
            assert valid("error", reply.json)

    asyncio.run(story())


def test_nobody_gets_what_is_not_theirs(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            got = await lab.call("kme-a", "sae-1", "sae-2/enc_keys")
            key_id = got.json["keys"][0]["key_ID"]
            claim = {"X-SAE-ID": "sae-2", "X-SSL-Client-CN": "sae-2"}
            path = f"sae-1/dec_keys?key_ID={key_id}"
            for reply in (
                await lab.call("kme-b", "sae-3", path),
                await lab.call("kme-b", "sae-3", path, headers=claim),
                await lab.call("kme-a", "sae-7", "sae-2/status"),
                await lab.call("kme-b", "sae-1", "sae-2/status"),
            ):
                assert (reply.code, reply.body) == (401, b"")
            assert (await lab.call("kme-b", "sae-2", path)).json == got.json
            assert (await lab.call("kme-a", "sae-4", "sae-2/enc_keys")).code == 400

    asyncio.run(story())


def test_paths_and_methods(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory(rate=0.0) as lab:
            same = await lab.call("kme-a", "sae-1", "%73ae%2D2/status")
            assert same.json["slave_SAE_ID"] == "sae-2"
            for path, code in [
                ("%2573ae-2/status", 400),
                ("%ff/status", 400),
                ("sae-2/status/", 404),
                ("sae-2//status", 404),
                ("sae-2/nothing", 404),
                ("", 404),
            ]:
                reply = await lab.call("kme-a", "sae-1", path)
                assert (reply.code, valid("error", reply.json)) == (code, True), path
            for method, path in [
                ("HEAD", "sae-2/enc_keys"),
                ("PUT", "sae-2/enc_keys"),
                ("DELETE", "sae-2/dec_keys"),
                ("POST", "sae-2/status"),
            ]:
                reply = await lab.call("kme-a", "sae-1", path, method=method)
                assert reply.code == 405
                assert "GET" in reply.headers["Allow"]
            status = await lab.call("kme-a", "sae-1", "sae-2/status")
            assert status.json["stored_key_count"] == 10_000

    asyncio.run(story())


def test_short_supply_is_503(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory("variant:small-store", rate=0.0) as lab:
            for _ in range(5):
                await lab.call("kme-a", "sae-1", "sae-2/enc_keys", {"number": 9})
            reply = await lab.call("kme-a", "sae-1", "sae-2/enc_keys", {"number": 9})
            assert (reply.code, valid("error", reply.json)) == (503, True)
            reply = await lab.call("kme-a", "sae-1", "sae-2/enc_keys", {"number": 5})
            assert len(reply.json["keys"]) == 5

    asyncio.run(story())


def test_connections_that_are_refused(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            url = f"{lab.url('kme-a')}/api/v1/keys/sae-2/status"
            for context in (lab.tls(None), lab.tls("sae-6")):
                async with aiohttp.ClientSession() as session:
                    with pytest.raises(aiohttp.ClientError):
                        await session.get(url, ssl=context)
            async with aiohttp.ClientSession() as session:
                with pytest.raises(aiohttp.ClientError):
                    await session.get(url.replace("https", "http"))

    asyncio.run(story())


def test_what_is_not_even_http_is_told_as_an_error(laboratory: Any) -> None:
    async def story() -> bytes:
        async with laboratory() as lab:
            port = lab.network.endpoints["kme-a"].rest
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=lab.tls("sae-1"), server_hostname="127.0.0.1"
            )
            writer.write(b"GET / HTTP/1.1\r\nHost : x\r\n\r\n")
            reply = await reader.read()
            writer.close()
            return reply

    head, body = asyncio.run(story()).split(b"\r\n\r\n", 1)
    assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"application/json" in head
    assert valid("error", json.loads(body))


def test_concurrent_requests_share_nothing(laboratory: Any) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            replies = await asyncio.gather(
                *(lab.call("kme-a", "sae-1", "sae-2/enc_keys", {"number": 4}) for _ in range(20))
            )
            ids = [key["key_ID"] for reply in replies for key in reply.json["keys"]]
            assert len(set(ids)) == 80
            path = f"sae-1/dec_keys?key_ID={ids[0]}"
            codes = [
                reply.code
                for reply in await asyncio.gather(
                    *(lab.call("kme-b", "sae-2", path) for _ in range(8))
                )
            ]
            assert sorted(codes) == [200, *[400] * 7]

    asyncio.run(story())


def test_seed_makes_keys_predictable(laboratory: Any) -> None:
    async def keys() -> Any:
        async with laboratory(seed=1) as lab:
            return (await lab.call("kme-a", "sae-1", "sae-2/enc_keys")).json

    assert asyncio.run(keys()) == asyncio.run(keys())


def test_nothing_is_logged_of_keys_or_requests(
    laboratory: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with laboratory() as lab:
            await lab.call("kme-a", "sae-1", "sae-2/enc_keys")
            await lab.call("kme-a", "sae-1", "sae-2/enc_keys", b"{")

    with caplog.at_level(logging.DEBUG, "qinet_reference"):
        asyncio.run(story())
    assert not [record for record in caplog.records if record.name.startswith("qinet_reference")]
