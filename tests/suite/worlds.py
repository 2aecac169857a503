"""Networks in memory, which drivers ask as they would ask real ones: no wire, no waiting."""

import os
import uuid
from pathlib import Path

from qonform.ports.key_delivery import Key, KeyContainer, Status
from qonform.ports.outcome import Delivered, RefusalKind, Refused
from qonform.ports.secret import KeyMaterial
from qonform.target import (
    Claims,
    Client,
    GrpcEndpoint,
    HttpEndpoint,
    Implementation,
    KeyClaims,
    Limits,
    Node,
    Role,
    Target,
)

HOMES = {"m": "a", "s": "b", "t": "b", "x": "b", "o": "a"}
ROLES = {"m": Role.MASTER, "s": Role.SLAVE, "t": Role.ADDITIONAL_SLAVE, "x": Role.BYSTANDER,
         "o": Role.OUTSIDER}  # fmt: skip
OVER = ("etsi-014", "qinet-keys")


class Held:
    def __init__(self, key, master, slaves, over):
        self.key, self.master, self.named, self.over = key, master, set(slaves), over
        self.waiting = set(slaves)


class World:
    """A network in memory that conforms. Over both transports there is one store."""

    def __init__(self):
        self.keys = {}
        self.asked = []

    def get_status(self, _over, caller, slave):
        return Status("a", "b", caller, slave, 256, 999, 999, 4, 512, 64, 2)

    def get_key(self, over, caller, slave, request):
        n, size = request.number, request.size
        n, size = 1 if n is None else n, 256 if size is None else size
        if not 1 <= n <= 4 or not 64 <= size <= 512 or request.mandatory or caller == "o":
            raise No
        keys = [Key(str(uuid.uuid4()), KeyMaterial(os.urandom(size // 8))) for _ in range(n)]
        slaves = (slave, *(request.additional_slaves or ()))
        self.keys |= {k.id: Held(k, caller, slaves, over) for k in keys}
        return keys

    def get_key_with_ids(self, over, caller, master, ids):
        held = [self.find(over, i, HOMES[caller]) for i in ids]
        if any(h and caller not in h.named for h in held):
            raise NotYou
        if any(not h or caller not in h.waiting or h.master != master for h in held):
            raise No
        return [self.hand_out(over, h, caller) for h in held]

    def find(self, _over, key_id, home):
        held = self.keys.get(key_id)
        return held if held and any(HOMES[s] == home for s in held.waiting) else None

    def hand_out(self, _over, held, caller):
        held.waiting.discard(caller)
        return held.key


class No(Exception):  # noqa: N818 - an answer
    kind = RefusalKind.BAD_REQUEST


class NotYou(Exception):  # noqa: N818 - an answer
    kind = RefusalKind.UNAUTHORISED


class Driver:
    def __init__(self, profile, world, meter, count):
        self.profile, self.world, self.meter, self.count = profile, world, meter, count
        self.restarts = 0

    def serves(self, _node):
        return True

    def restart(self):
        self.restarts += 1

    def key_delivery(self, _node, identity):
        return Port(self, identity.sae_id)


class Port:
    def __init__(self, driver, me):
        self.driver, self.me = driver, me

    def _ask(self, what, *args):
        d = self.driver
        d.count.append((d.profile, self.me, what, *args))
        d.meter.spent.requests += 1
        try:
            came = getattr(d.world, what)(d.profile, self.me, *args)
        except (No, NotYou) as no:
            return Refused(no.kind, "no", None, len(d.count))
        if what == "get_key":
            d.meter.drew_keys([k.material.bits for k in came])
        value = came if what == "get_status" else KeyContainer(tuple(came))
        return Delivered(value, len(d.count))

    def get_status(self, slave):
        return self._ask("get_status", slave)

    def get_key(self, slave, request):
        return self._ask("get_key", slave, request)

    def get_key_with_ids(self, master, ids):
        return self._ask("get_key_with_ids", master, ids)


def target_of(*, one_way, delay_s):
    """Their manifest."""
    return Target(
        implementation=Implementation(supplier="Acme", name="KME", version="1"),
        waivers=(),
        path=Path("qonform.toml"),
        claims=Claims(
            profiles=OVER,
            keys=KeyClaims(delivery_delay_s=delay_s, one_way=one_way),
            stated={},
        ),
        nodes=tuple(
            Node(id=n, etsi014=HttpEndpoint(url="http://h"), qinet=GrpcEndpoint(address="h:1"))
            for n in "ab"
        ),
        clients=tuple(
            Client(id=s, node=HOMES[s], roles=frozenset({role})) for s, role in ROLES.items()
        ),
        limits=Limits(requests_per_second=100_000),
    )
