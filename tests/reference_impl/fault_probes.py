"""Probes: a few exchanges with a network, told without what differs from run to run.

What a fault changes, some probe tells otherwise than in the network without it.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from base64 import b64decode
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import aiohttp
import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from qinet.discovery.v1 import discovery_pb2, discovery_pb2_grpc
from qinet.keys.v1 import key_delivery_pb2 as pb
from qinet.keys.v1 import key_delivery_pb2_grpc
from qinet_reference.domain.extensions import MAX_AGE_MS
from qinet_reference.pki import new_ca, new_client

UNKNOWN = "00000000-0000-4000-8000-000000000000"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Probe = Callable[[Any], Any]
PROBES: dict[str, Probe] = {}


def probe(function: Probe) -> Probe:
    PROBES[function.__name__] = function
    return function


async def get(lab: Any, body: Any = None, *, slave: str = "sae-2", query: str = "") -> Any:
    return await lab.call("kme-a", "sae-1", f"{slave}/enc_keys{query}", body)


async def fetch(lab: Any, *ids: str, sae: str = "sae-2", **more: Any) -> Any:
    body = {"key_IDs": [{"key_ID": key_id} for key_id in ids]}
    return await lab.call("kme-b", sae, "sae-1/dec_keys", body, **more)


def ids(reply: Any) -> list[str]:
    """The IDs in a container, whatever its shape."""
    return re.findall(r'"(?:key_ID|keyId)":"([^"]+)"', reply.body.decode("latin-1"))


def told(reply: Any) -> Any:
    """A reply without its random parts."""
    text = UUID.sub("<id>", reply.body.decode("latin-1"))
    return reply.code, reply.content_type, re.sub(r'"key":"[^"]*"', '"key":"<key>"', text)


def materials(reply: Any) -> list[str]:
    return re.findall(r'"key":"([^"]*)"', reply.body.decode("latin-1"))


def keys_in(reply: Any) -> dict[str, str]:
    """The material in a container, by ID; nothing in a refusal."""
    return dict(zip(ids(reply), materials(reply), strict=True)) if reply.code == 200 else {}


def lengths(reply: Any) -> list[int]:
    return [len(text) for text in materials(reply)]


@probe
async def status(lab: Any) -> Any:
    return [
        told(await lab.call("kme-a", "sae-1", "sae-2/status")),
        told(await lab.call("kme-b", "sae-2", "sae-1/status")),
        told(await lab.call("kme-b", "sae-3", "sae-1/status")),
        told(await lab.call("kme-a", "sae-1", "%73ae-2/status")),
        told(await lab.call("kme-a", "sae-7", "sae-2/status")),
        told(await lab.call("kme-a", "sae-1", "%FF/status")),
        told(await lab.call("kme-a", "sae-1", "sae-2/status")),
    ]


@probe
async def status_after_get_key(lab: Any) -> Any:
    await get(lab, {"number": 32, "size": 4096})
    return told(await lab.call("kme-a", "sae-1", "sae-2/status"))


@probe
async def numbers_and_sizes(lab: Any) -> Any:
    bodies: list[Any] = [
        {}, {"number": 2}, {"number": 32}, {"number": 33}, {"size": 64}, {"size": 4096},
        {"size": 2048}, {"size": 257}, {"size": 56}, {"size": 4104}, {"number": 1}, {"number": -1},
    ]  # fmt: skip
    replies = [await get(lab, body) for body in bodies]
    replies += [
        await get(lab, query=query) for query in ("", "?number=2&size=128", "?x=1&number=2")
    ]
    return [(told(reply), lengths(reply)) for reply in replies]


@probe
async def unreadable(lab: Any) -> Any:
    return [
        told(await get(lab, b"{")),
        told(await get(lab, {"number": "3"})),
        told(await fetch(lab, "x")),
        told(await lab.call("kme-b", "sae-2", "sae-1/dec_keys", {"key_IDs": ["x"]})),
        told(
            await lab.call(
                "kme-b",
                "sae-2",
                "sae-1/dec_keys",
                {"key_IDs": [{"key_ID": UNKNOWN}], "key_IDs_extension": 1},
            )
        ),
    ]


@probe
async def ids_and_material(lab: Any) -> Any:
    replies = [await get(lab, {"number": 32}) for _ in range(2)]
    found = [one for reply in replies for one in ids(reply)]
    texts = [one for reply in replies for one in materials(reply)]
    raw = b"".join(b64decode(text + "==", altchars=b"-_") for text in texts if "\\n" not in text)
    ones = sum(byte.bit_count() for byte in raw) / max(1, 8 * len(raw))
    odd = materials(await get(lab, {"number": 32, "size": 257}))
    return {
        "odd": len({b64decode(text)[-1] for text in odd if "\\n" not in text}) > 1,
        "uuids": all(UUID.fullmatch(one) for one in found),
        "distinct": len(set(found)),
        "keys": len(set(texts)),
        "prefixes": len({text[:5] for text in texts}) > 10,
        "fair": 0.47 < ones < 0.53,
        "plain": not re.search(r"[-_\\]", "".join(texts)),
    }


@probe
async def many_ids_and_much_material(lab: Any) -> Any:
    """What is all but certain of a thousand keys whose IDs and bits are drawn at random."""
    found, raw = [], []
    for number in [8] * 110 + [32] * 10:
        reply = await get(lab, {"number": number})
        found += ids(reply)
        raw += [b64decode(text + "==") for text in materials(reply)]
    for _ in range(10):
        found += ids(await lab.call("kme-b", "sae-2", "sae-1/enc_keys?number=32"))
    alike = [
        sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))
        for one, other in pairwise(raw)
        if len(one) == len(other)
    ]
    return {
        "ids": len(set(found)),
        "keys": len(set(raw)),
        "lengths": sorted({len(key) for key in raw}),
        "alike": 120 < sum(alike) / len(alike) < 136,
        "last": len({key[-1] for key in raw}) > 100,
        "parities": len({byte.bit_count() % 2 for key in raw for byte in key}),
        "zeros": any(key.endswith(bytes(8)) for key in raw),
        "halves": any(key[:16] == key[16:] for key in raw),
        "overlaps": any(one[16:] == other[:16] for one, other in pairwise(raw)),
        "hashed": raw[0] == hashlib.sha256(found[0].encode()).digest(),
    }


@probe
async def both_ends(lab: Any) -> Any:
    same = []
    for body in ({"number": 3}, {"size": 4096}):
        got = await get(lab, body)
        fetched = await fetch(lab, *ids(got))
        same.append((told(fetched), fetched.body == got.body))
    got = await get(lab)
    again = await lab.call("kme-b", "sae-2", f"sae-1/dec_keys?key_ID={ids(got)[0]}")
    return same, told(again), told(await fetch(lab, UNKNOWN))


@probe
async def strangers(lab: Any) -> Any:
    own, foreign = await get(lab), await get(lab, slave="sae-3")
    (own_id,), (foreign_id,) = ids(own)[:1], ids(foreign)[:1]
    claim = {"X-SAE-ID": "sae-2"}
    return [
        told(await fetch(lab, own_id, sae="sae-5")),
        told(await fetch(lab, own_id)),
        told(await lab.call("kme-b", "sae-2", f"sae-3/dec_keys?key_ID={ids(await get(lab))[0]}")),
        told(await fetch(lab, ids(await get(lab))[0], foreign_id)),
        told(await fetch(lab, foreign_id, sae="sae-3")),
        told(await fetch(lab, ids(await get(lab))[0], sae="sae-5", headers=claim)),
        told(await lab.call("kme-a", "sae-1", f"sae-1/dec_keys?key_ID={ids(await get(lab))[0]}")),
    ]


@probe
async def life_cycle(lab: Any) -> Any:
    (first,), (second,) = ids(await get(lab))[:1], ids(await get(lab))[:1]
    return [
        told(await fetch(lab, first, UNKNOWN)),
        told(await fetch(lab, first)),
        told(await fetch(lab, first)),
        told(await fetch(lab, second, second)),
        told(await fetch(lab, second)),
    ]


@probe
async def multicast(lab: Any) -> Any:
    got = await get(lab, {"additional_slave_SAE_IDs": ["sae-3"]})
    fetched = [await fetch(lab, *ids(got), sae=sae) for sae in ("sae-5", "sae-2", "sae-3")]
    two = await get(lab, {"number": 2, "additional_slave_SAE_IDs": ["sae-3", "sae-5"]})
    for sae in ("sae-5", "sae-3", "sae-2"):
        fetched.append(await fetch(lab, *ids(two), sae=sae))
    many = {"additional_slave_SAE_IDs": ["sae-3", "sae-5", "sae-6"]}
    same = [keys_in(one) in (keys_in(got), keys_in(two)) for one in fetched]
    return [told(one) for one in fetched], same, told(await get(lab, many))


@probe
async def extensions(lab: Any) -> Any:
    values = ((MAX_AGE_MS, 86_400_000), ("acme_x", 1), ("acme_x", None), (MAX_AGE_MS, 0),
              ("acme_x", [{}]), (MAX_AGE_MS, "x"))  # fmt: skip
    kinds = ("extension_mandatory", "extension_optional")
    asked = [{kind: [{name: value}]} for kind in kinds for name, value in values]
    asked += [{"number": 2, kind: [{"acme_x": 1}]} for kind in kinds]
    asked.append({"extension_mandatory": [{MAX_AGE_MS: 86_400_000}, {"acme_x": 1}]})
    return [told(await get(lab, body)) for body in asked], lab.manifest["claims"]


@probe
async def short_supply(lab: Any) -> Any:
    for _ in range(3):
        await get(lab, {"number": 30, "size": 4096}, slave="sae-5")
    for _ in range(10):
        await get(lab, {"number": 32, "size": 4096}, slave="sae-5")
    came = set()
    for _ in range(40):
        reply = await get(lab, {"number": 32, "size": 4096}, slave="sae-5")
        came.add((reply.code, reply.content_type, len(ids(reply)), *set(lengths(reply))))
    return sorted(came)


@probe
async def reverse(lab: Any) -> Any:
    waits = await get(lab)
    got = await lab.call("kme-b", "sae-2", "sae-1/enc_keys")
    fetched = await lab.call("kme-a", "sae-1", f"sae-2/dec_keys?key_ID={ids(got)[0]}")
    return told(got), told(fetched), fetched.body == got.body, told(await fetch(lab, *ids(waits)))


@probe
async def by_get(lab: Any) -> Any:
    """GET beside POST: one query at a time, and the same key both ways."""

    async def fetch_by_get(key_id: str, sae: str = "sae-2") -> Any:
        return told(await lab.call("kme-b", sae, f"sae-1/dec_keys?key_ID={key_id}"))

    (first,), (second,) = ids(await get(lab))[:1], ids(await get(lab))[:1]
    return [
        told(await get(lab, query="?size=257")),
        lengths(await get(lab, query="?size=64")),
        await fetch_by_get(first, "sae-5"),
        await fetch_by_get(first),
        told(await fetch(lab, second)),
        await fetch_by_get(second),
    ]


@probe
async def batches(lab: Any) -> Any:
    """Many at once, in another order, and of several sizes."""
    many = keys_in(await get(lab, {"number": 12}))
    short, long = keys_in(await get(lab, {"size": 64})), keys_in(await get(lab, {"size": 128}))
    ends = []
    for asked in (dict(reversed(many.items())), short | long):
        ends.append(keys_in(await fetch(lab, *asked)) == asked)
    (good,) = ids(await get(lab))
    refused = [told(await fetch(lab, good, bad)) for bad in ("x", good)]
    return ends, refused, told(await fetch(lab, good))


@probe
async def one_by_one(lab: Any) -> Any:
    """Forty keys that wait together, fetched one by one, soon and after a while."""
    waiting = {name: key for _ in range(40) for name, key in keys_in(await get(lab)).items()}
    await asyncio.sleep(0.03)
    return [keys_in(await fetch(lab, name)) == {name: key} for name, key in waiting.items()]


@probe
async def races(lab: Any) -> Any:
    before = (await lab.call("kme-a", "sae-1", "sae-2/status")).json["stored_key_count"]
    got = await asyncio.gather(*(get(lab) for _ in range(4)))
    after = (await lab.call("kme-a", "sae-1", "sae-2/status")).json["stored_key_count"]
    found = [one for reply in got for one in ids(reply)]
    fetched = []
    for _ in range(10):
        (one,) = ids(await get(lab))
        replies = await asyncio.gather(*(fetch(lab, one) for _ in range(4)))
        fetched.append(sorted(reply.code for reply in replies))
    (one,) = ids(await get(lab, {"additional_slave_SAE_IDs": ["sae-3"]}))
    both = await asyncio.gather(*(fetch(lab, one, sae=sae) for sae in ("sae-2", "sae-3")))
    return len(set(found)), before - after, fetched, [reply.code for reply in both]


@probe
async def connections(lab: Any) -> Any:
    url = f"{lab.url('kme-a')}/api/v1/keys/sae-2/status"
    forged = lab.files.folder / "forged"
    new_client("sae-1", new_ca("Qonform throw-away CA")).write(
        forged.with_suffix(".cert"), forged.with_suffix(".key")
    )
    unknown_ca, old = lab.tls(None), lab.tls("sae-1")
    unknown_ca.load_cert_chain(forged.with_suffix(".cert"), forged.with_suffix(".key"))
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    claim = {"X-SAE-ID": "sae-1"}
    return [
        await outcome(url, lab.tls("sae-1"), {}),
        await outcome(url, lab.tls(None), claim),
        await outcome(url, unknown_ca, {}),
        await outcome(url, lab.tls("sae-6"), {}),
        await outcome(url, old, {}),
        await outcome(url.replace("https", "http"), None, {}),
    ]


async def outcome(url: str, context: ssl.SSLContext | None, headers: dict[str, str]) -> Any:
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, ssl=context or False, headers=headers) as reply,
        ):
            return reply.status
    except aiohttp.ClientError:
        return "no connection"


@probe
async def one_connection(lab: Any) -> Any:
    """Requests on one connection, by whoever a proxy says that they are."""
    claims = ("sae-1", "sae-3", "sae-7")
    replies = [
        await lab.call("kme-a", "sae-1", "sae-2/status", headers={"X-SSL-Client-CN": sae})
        for sae in claims
    ]
    return [reply.code for reply in replies]


@probe
async def calls(lab: Any) -> Any:
    """The common interface: what is refused, how, and to whom."""
    master, stranger = lab.stub("kme-a", "sae-1"), lab.stub("kme-b", "sae-5")
    unknown = pb.GetKeyWithKeyIdsRequest(master_id="sae-1", key_ids=[pb.KeyId(key_id=UNKNOWN)])
    status_request = pb.GetStatusRequest(slave_id="sae-3")
    await answer(master.GetStatus(status_request))
    plain = grpc.aio.insecure_channel(f"127.0.0.1:{lab.network.endpoints['kme-a'].grpc}")
    async with plain:
        naked = key_delivery_pb2_grpc.KeyDeliveryStub(plain)
        asked = naked.GetStatus(status_request, timeout=60)
        without_tls = (await answer(asked))[0]
    return [
        await answer(master.GetStatus(status_request)),
        without_tls,
        await answer(master.GetStatus(pb.GetStatusRequest())),
        await answer(stranger.GetKeyWithKeyIds(key_of(await get(lab)))),
        await answer(stranger.GetStatus(status_request, metadata=[("x-sae-id", "sae-2")])),
        await answer(master.GetKey(pb.GetKeyRequest(slave_id="sae-2", number=0))),
        await answer(stranger.GetKeyWithKeyIds(unknown)),
    ]


@probe
async def discovery(lab: Any) -> Any:
    """What the node says about itself."""
    channel = lab.channel("kme-a", "sae-1")
    node = discovery_pb2_grpc.DiscoveryStub(channel).GetNode(discovery_pb2.GetNodeRequest())
    asked = health_pb2.HealthCheckRequest(service="qinet.keys.v1.KeyDelivery")
    listed = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(
        iter([reflection_pb2.ServerReflectionRequest(list_services="")])
    )
    return [
        await answer(node),
        await answer(health_pb2_grpc.HealthStub(channel).Check(asked)),
        [str(reply) async for reply in listed],
        [
            len(key.material)
            for size in (64, 72, 256)
            for key in (
                await lab.stub("kme-a", "sae-1").GetKey(
                    pb.GetKeyRequest(slave_id="sae-2", size_bits=size)
                )
            ).container.keys
        ],
    ]


def key_of(reply: Any) -> pb.GetKeyWithKeyIdsRequest:
    (key_id,) = ids(reply)
    return pb.GetKeyWithKeyIdsRequest(master_id="sae-1", key_ids=[pb.KeyId(key_id=key_id)])


async def answer(call: Any) -> Any:
    try:
        reply = await call
    except grpc.aio.AioRpcError as error:
        raw = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
        infos = []
        for detail in status_pb2.Status.FromString(raw).details:
            info = error_details_pb2.ErrorInfo()
            detail.Unpack(info)
            infos.append((info.domain, info.reason))
        return error.code().name, infos, error.details()
    return UUID.sub("<id>", str(reply).split("material")[0])
