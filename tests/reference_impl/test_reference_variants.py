"""Each variant starts, describes itself truly, and delivers keys like any other network."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from qinet.keys.v1 import key_delivery_pb2 as pb
from qinet_reference import variants
from qinet_reference.manifest import to_toml, write
from qinet_reference.variants.fetching import LateKeys
from qinet_schemas import load

if TYPE_CHECKING:
    from pathlib import Path

SILENT = "hangs"


def names() -> list[str]:
    return [variant.name for variant in variants.ALL]


Ask = Callable[..., Any]


@pytest.fixture
def ask(laboratory: Any) -> Ask:
    """One request to the first KME of a variant: its name, who asks, the path, a body."""

    async def story(name: str, sae: str, path: str, body: Any = None, **more: Any) -> Any:
        async with laboratory(f"variant:{name}") as lab:
            return await lab.call("kme-a", sae, path, body, **more)

    return lambda *what, **more: asyncio.run(story(*what, **more))


async def fetch(lab: Any, *ids: str, sae: str = "sae-2", master: str = "sae-1") -> Any:
    body = {"key_IDs": [{"key_ID": key_id} for key_id in ids]}
    return await lab.call("kme-b", sae, f"{quote(master, safe='')}/dec_keys", body)


def played(lab: Any, role: str) -> str:
    """The ID of the SAE with that role."""
    return next(client["id"] for client in lab.manifest["clients"] if role in client["roles"])


@pytest.mark.parametrize("name", ["", *names()])
def test_manifest_is_valid_and_true(laboratory: Any, name: str) -> None:
    async def story() -> None:
        async with laboratory(*([f"variant:{name}"] if name else [])) as lab:
            problems = list(Draft202012Validator(load("target")).iter_errors(lab.manifest))
            assert not problems
            assert tomllib.loads(to_toml(lab.manifest)) == lab.manifest
            if name == SILENT:
                return
            await _asks_what_status_offers(lab)

    asyncio.run(story())


async def _asks_what_status_offers(lab: Any) -> None:
    if name_of_nodes(lab) == ["kme-a"]:
        assert (await lab.call("kme-a", "sae-1", "sae-2/enc_keys")).code == 200
        return
    master, slave = played(lab, "master"), played(lab, "slave")
    at_slave = quote(slave, safe="")
    status = (await lab.call("kme-a", master, f"{at_slave}/status")).json
    number = min(3, status["max_key_per_request"], status["stored_key_count"])
    request = {"number": number, "size": status["max_key_size"]}
    got = (await lab.call("kme-a", master, f"{at_slave}/enc_keys", request)).json
    if got.get("keys") is None:  # sizes above the default cost more than the count promises
        got = (await lab.call("kme-a", master, f"{at_slave}/enc_keys")).json
    ids = [key["key_ID"] for key in got["keys"]]
    reply = await fetch(lab, *ids, sae=slave, master=master)
    if reply.code == 400:  # late: allowed, and soon over
        await asyncio.sleep(LateKeys.delay_s)
        reply = await fetch(lab, *ids, sae=slave, master=master)

    def by_id(container: Any) -> dict[str, str]:
        return {key["key_ID"]: key["key"] for key in container["keys"]}

    assert by_id(reply.json) == by_id(got)
    if lab.plan.serves_grpc:
        asked = pb.GetStatusRequest(slave_id=slave)
        if lab.plan.host == "127.0.0.1":
            answer = await lab.stub("kme-a", master).GetStatus(asked)
            assert answer.status.max_key_size_bits == status["max_key_size"]


def name_of_nodes(lab: Any) -> list[str]:
    return [node["id"] for node in lab.manifest["nodes"]]


def test_manifests_of_networks_behind_a_proxy_hold_headers(laboratory: Any) -> None:
    async def story(name: str) -> Any:
        async with laboratory(name) as lab:
            spoofed = await lab.call("kme-a", "sae-7", "sae-2/status")
            assert spoofed.code == 401
            return lab.manifest

    for name in ("variant:header-identity", "variant:plain-http"):
        document = asyncio.run(story(name))
        assert document["claims"]["profiles"] == ["etsi-014"]
        assert all("certificate" not in client for client in document["clients"])
        assert document["clients"][0]["headers"] == {"X-SSL-Client-CN": "sae-1"}


def test_codes_and_bodies_of_variants(ask: Ask) -> None:
    assert ask("json-401", "sae-7", "sae-2/status").json["message"]
    assert ask("codes-404", "sae-4", "sae-2/status").code == 404
    assert ask("zero-number-empty", "sae-1", "sae-2/enc_keys", {"number": 0}).json == {"keys": []}
    optional = {"extension_optional": [{"acme_x": 1}]}
    told = ask("optional-refused", "sae-1", "sae-2/enc_keys", optional)
    assert told.json["message"] == "not all extension_optional request options handled"
    multicast = {"additional_slave_SAE_IDs": ["sae-3"]}
    assert ask("no-multicast", "sae-1", "sae-2/enc_keys", multicast).code == 400
    assert "Gr" in ask("extra-members", "sae-1", "sae-2/status").json["qinet_note"]


def test_consumed_keys_and_strangers(laboratory: Any) -> None:
    async def story(*names: str) -> list[int]:
        async with laboratory(*names) as lab:
            got = (await lab.call("kme-a", "sae-1", "sae-2/enc_keys")).json["keys"][0]["key_ID"]
            return [(await fetch(lab, got, sae=sae)).code for sae in ("sae-2", "sae-3", "sae-2")]

    assert asyncio.run(story()) == [200, 400, 400]
    assert asyncio.run(story("variant:consumed-key-401-to-strangers")) == [200, 401, 400]


def test_choices_of_codes_and_bodies(ask: Ask) -> None:
    assert ask("unassociated-403", "sae-4", "sae-2/status").code == 403
    assert ask("unenrolled-403", "sae-7", "sae-2/status").code == 403
    assert ask("html-401", "sae-7", "sae-2/status").headers["WWW-Authenticate"]
    assert ask("strict-members", "sae-1", "sae-2/enc_keys", {"acme_x": 1}).code == 400
    assert ask("strict-members", "sae-1", "sae-2/enc_keys", {"number": 1}).code == 200
    assert ask("empty-lists-refused", "sae-1", "sae-2/enc_keys", {"number": 1}).code == 200
    lists = {"extension_optional": []}
    assert ask("empty-lists-refused", "sae-1", "sae-2/enc_keys", lists).code == 400
    assert ask("body-required", "sae-1", "sae-2/enc_keys", b"").code == 400
    forgiven = ask("numbers-forgiven", "sae-1", "sae-2/enc_keys", {"number": "2"})
    assert len(forgiven.json["keys"]) == 2
    assert ask("everybody-associated", "sae-4", "sae-2/enc_keys").code == 200
    assert ask("everybody-associated", "sae-7", "sae-2/enc_keys").code == 401
    assert ask("slashes-forgiven", "sae-1", "sae-2/enc_keys/?number=2").code == 200
    assert ask("http-redirected", "sae-1", "sae-2/status").code == 200
    with pytest.raises(aiohttp.ClientError):
        ask("unenrolled-hung-up-on", "sae-7", "sae-2/status")


def test_plain_http_is_redirected(laboratory: Any) -> None:
    async def story() -> Any:
        async with laboratory("variant:http-redirected") as lab, aiohttp.ClientSession() as session:
            url = lab.url("kme-a").replace("https", "http") + "/x?y"
            async with session.get(url, allow_redirects=False) as reply:
                return reply.status, reply.headers["Location"], lab.url("kme-a")

    code, location, url = asyncio.run(story())
    assert (code, location) == (308, f"{url}/x?y")


def test_choices_of_what_may_be_fetched(laboratory: Any) -> None:
    async def get(lab: Any, body: Any = None) -> list[str]:
        reply = await lab.call("kme-a", "sae-1", "sae-2/enc_keys", body)
        return [key["key_ID"] for key in reply.json["keys"]]

    async def shared() -> list[int]:
        async with laboratory("variant:shared-key-stays-until-all-had-it") as lab:
            ids = await get(lab, {"additional_slave_SAE_IDs": ["sae-3"]})
            order = ("sae-2", "sae-2", "sae-3", "sae-2")
            return [(await fetch(lab, *ids, sae=sae)).code for sae in order]

    async def twice() -> Any:
        async with laboratory("variant:duplicate-ids-served") as lab:
            ids = await get(lab)
            return (await fetch(lab, *ids, *ids)).json["keys"], (await fetch(lab)).code

    async def elsewhere(name: str) -> list[int]:
        async with laboratory(f"variant:{name}") as lab:
            (key_id,) = await get(lab)
            path = f"sae-1/dec_keys?key_ID={key_id}"
            stranger = await lab.call("kme-a", "sae-4", path)
            wrong = await lab.call("kme-b", "sae-2", path.replace("sae-1", "sae-3"))
            return [stranger.code, wrong.code, (await fetch(lab, key_id)).code]

    assert asyncio.run(shared()) == [200, 200, 200, 400]
    keys, none = asyncio.run(twice())
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert none == 400
    assert asyncio.run(elsewhere("strangers-401-at-every-kme")) == [401, 400, 200]
    assert asyncio.run(elsewhere("wrong-master-401")) == [400, 401, 200]


def test_forms_are_as_described(ask: Ask) -> None:
    def twenty_keys(name: str) -> Any:
        return ask(name, "sae-1", "sae-2/enc_keys", {"number": 20})

    escaped = twenty_keys("json-escapes").body
    assert b"\\u006" in escaped
    assert escaped.count(b"\\/") == escaped.count(b"/") > 0
    assert twenty_keys("json-indented").body.startswith(b"\r\n\t {\n")
    assert twenty_keys("tiny-chunks").headers["Transfer-Encoding"] == "chunked"
    assert twenty_keys("odd-headers").headers["Content-Type"].startswith("Application/JSON ;")
    assert twenty_keys("announces-close").headers["Connection"] == "close"
    assert twenty_keys("extension-objects").json["keys"][0]["key_extension"] == {}


def test_head_may_use_up_a_key(laboratory: Any) -> None:
    async def stored(name: str) -> tuple[int, bytes, int]:
        async with laboratory(*([name] if name else []), rate=0.0, initial_keys=9) as lab:
            head = await lab.call("kme-a", "sae-1", "sae-2/enc_keys", method="HEAD")
            left = (await lab.call("kme-a", "sae-1", "sae-2/status")).json["stored_key_count"]
            return head.code, head.body, left

    assert asyncio.run(stored("")) == (405, b"", 9)
    assert asyncio.run(stored("variant:head-served-as-get")) == (200, b"", 8)


def test_variants_are_described() -> None:
    assert len(set(names())) == len(names())
    assert all((variant.__doc__ or "").strip().endswith(".") for variant in variants.ALL)


def test_a_manifest_is_replaced_at_once(tmp_path: Path) -> None:
    path = tmp_path / "qonform.toml"
    document = {"a": 'tricky "\\\n\u007f', "b c": [1, True, 0.5], "t": {"x": [{"y": {"z": 1}}]}}
    for _ in range(2):
        write(path, document)
        assert tomllib.loads(path.read_text(encoding="utf-8")) == document
    assert list(tmp_path.iterdir()) == [path]
