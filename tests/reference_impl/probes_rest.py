"""Probes of ETSI 014 over REST."""

from __future__ import annotations

import asyncio
import hashlib
import re
from base64 import b64decode, b64encode
from itertools import pairwise
from typing import Any

from asking import UNKNOWN, UUID, Probes, fetch, get, ids, keys_in, lengths, materials, told

from qinet_reference.domain.extensions import MAX_AGE_MS

PROBES = Probes()


@PROBES.probe
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


@PROBES.probe
async def status_after_get_key(lab: Any) -> Any:
    await get(lab, {"number": 32, "size": 4096})
    return told(await lab.call("kme-a", "sae-1", "sae-2/status"))


@PROBES.probe
async def numbers_and_sizes(lab: Any) -> Any:
    bodies: list[Any] = [
        {}, {"number": 2}, {"number": 32}, {"number": 33}, {"size": 64}, {"size": 4096},
        {"size": 2048}, {"size": 257}, {"size": 56}, {"size": 4104}, {"number": 1}, {"number": -1},
        {"size": 65}, {"number": (1 << 32) + 2, "size": (1 << 32) + 64},
    ]  # fmt: skip
    replies = [await get(lab, body) for body in bodies]
    replies += [
        await get(lab, query=query) for query in ("", "?number=2&size=128", "?x=1&number=2")
    ]
    return [(told(reply), lengths(reply)) for reply in replies]


@PROBES.probe
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


@PROBES.probe
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


@PROBES.probe
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


@PROBES.probe
async def both_ends(lab: Any) -> Any:
    same = []
    for body in ({"number": 3}, {"size": 4096}):
        got = await get(lab, body)
        fetched = await fetch(lab, *ids(got))
        same.append((told(fetched), fetched.body == got.body))
    got = await get(lab)
    again = await lab.call("kme-b", "sae-2", f"sae-1/dec_keys?key_ID={ids(got)[0]}")
    return same, told(again), told(await fetch(lab, UNKNOWN))


@PROBES.probe
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


@PROBES.probe
async def claims(lab: Any) -> Any:
    """An SAE that nobody serves says that it is another."""
    user = {"Authorization": f"Basic {b64encode(b'sae-1:').decode()}"}
    (key_id,) = ids(await get(lab))
    return [
        told(await lab.call("kme-a", "sae-7", "sae-2/enc_keys", headers=user)),
        told(await lab.call("kme-a", "sae-7", "sae-2/enc_keys?master_SAE_ID=sae-1")),
        told(await lab.call("kme-a", "sae-7", "sae-2/status?master_SAE_ID=sae-1")),
        told(
            await lab.call("kme-b", "sae-5", f"sae-1/dec_keys?key_ID={key_id}&slave_SAE_ID=sae-2")
        ),
    ]


@PROBES.probe
async def life_cycle(lab: Any) -> Any:
    (first,), (second,) = ids(await get(lab))[:1], ids(await get(lab))[:1]
    return [
        told(await fetch(lab, first, UNKNOWN)),
        told(await fetch(lab, first)),
        told(await fetch(lab, first)),
        told(await fetch(lab, second, second)),
        told(await fetch(lab, second)),
    ]


@PROBES.probe
async def multicast(lab: Any) -> Any:
    got = await get(lab, {"additional_slave_SAE_IDs": ["sae-3"]})
    fetched = [await fetch(lab, *ids(got), sae=sae) for sae in ("sae-5", "sae-2", "sae-3")]
    two = await get(lab, {"number": 2, "additional_slave_SAE_IDs": ["sae-3", "sae-5"]})
    for sae in ("sae-5", "sae-3", "sae-2"):
        fetched.append(await fetch(lab, *ids(two), sae=sae))
    many = {"additional_slave_SAE_IDs": ["sae-3", "sae-5", "sae-6"]}
    same = [keys_in(one) in (keys_in(got), keys_in(two)) for one in fetched]
    return [told(one) for one in fetched], same, told(await get(lab, many))


@PROBES.probe
async def extensions(lab: Any) -> Any:
    values = ((MAX_AGE_MS, 86_400_000), ("acme_x", 1), ("acme_x", None), (MAX_AGE_MS, 0),
              ("acme_x", [{}]), (MAX_AGE_MS, "x"))  # fmt: skip
    kinds = ("extension_mandatory", "extension_optional")
    asked = [{kind: [{name: value}]} for kind in kinds for name, value in values]
    asked += [{"number": 2, kind: [{"acme_x": 1}]} for kind in kinds]
    asked.append({"extension_mandatory": [{MAX_AGE_MS: 86_400_000}, {"acme_x": 1}]})
    asked.append({"extension_mandatory": [{MAX_AGE_MS: 86_400_000, "acme_x": 1}]})
    return [told(await get(lab, body)) for body in asked], lab.manifest["claims"]


@PROBES.probe
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


@PROBES.probe
async def reverse(lab: Any) -> Any:
    waits = await get(lab)
    got = await lab.call("kme-b", "sae-2", "sae-1/enc_keys")
    fetched, again = [
        await lab.call("kme-a", "sae-1", f"sae-2/dec_keys?key_ID={ids(got)[0]}") for _ in range(2)
    ]
    came = [told(one) for one in (got, fetched, again)]
    return came, fetched.body == got.body, told(await fetch(lab, *ids(waits)))


@PROBES.probe
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
        told(await fetch(lab, *ids(await get(lab, query="?number=2")))),
    ]


@PROBES.probe
async def batches(lab: Any) -> Any:
    """Many at once, in another order, and of several sizes."""
    many = keys_in(await get(lab, {"number": 12}))
    short, long = keys_in(await get(lab, {"size": 64})), keys_in(await get(lab, {"size": 128}))
    ends = []
    for asked in (dict(reversed(many.items())), short | long):
        ends.append(keys_in(await fetch(lab, *asked)) == asked)
    (good,) = ids(await get(lab))
    refused = [told(await fetch(lab, good, bad)) for bad in ("x", good)]
    again = [told(await fetch(lab, key_id)) for key_id in many]
    return ends, refused, again, told(await fetch(lab, good))


@PROBES.probe
async def chunked(lab: Any) -> Any:
    """A body whose length is not told ahead."""
    return lengths(await get(lab, b'{"number": 2, "size": 64}', chunked=True))


@PROBES.probe
async def one_by_one(lab: Any) -> Any:
    """Forty keys that wait together, fetched one by one, soon and after a while."""
    waiting = {name: key for _ in range(40) for name, key in keys_in(await get(lab)).items()}
    await asyncio.sleep(0.03)
    return [keys_in(await fetch(lab, name)) == {name: key} for name, key in waiting.items()]


@PROBES.probe
async def races(lab: Any) -> Any:
    before = (await lab.call("kme-a", "sae-1", "sae-2/status")).json["stored_key_count"]
    got = await asyncio.gather(*(get(lab, body) for body in (None, None, {}, {})))
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
