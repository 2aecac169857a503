"""The core, without wires: limits, supply, life cycle of keys, and who may have them."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinet_reference.domain import refusal as texts
from qinet_reference.domain.extensions import MAX_AGE_MS
from qinet_reference.domain.key_service import KeyService
from qinet_reference.domain.key_source import RandomKeys, uuid4_text
from qinet_reference.domain.model import Extension, Key, KeyRequest, Limits
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.domain.reservoir import Reservoir, Supply
from qinet_reference.plan import default_plan
from qinet_reference.stores.memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class World:
    """Two KMEs over one store, with a clock that only the test moves."""

    def __init__(self, limits: Limits | None = None, rate: float = 0.0) -> None:
        self.now = 1000.0
        plan = replace(default_plan(), limits=limits or Limits(), rate=rate)
        self.store = MemoryStore(plan.supply, lambda: self.now)
        source = RandomKeys(random.Random(7).randbytes)
        self.kmes = {
            kme: KeyService(kme, plan.enrolment(), plan.limits, source, self.store)
            for kme in plan.kmes
        }

    def get(self, slave: str = "sae-2", caller: str | None = "sae-1", **request: Any) -> list[Key]:
        return run(self.kmes["kme-a"].get_key(caller, slave, KeyRequest(**request)))

    def fetch(self, *ids: str, caller: str | None = "sae-2", master: str = "sae-1") -> list[Key]:
        return run(self.kmes["kme-b"].get_key_with_ids(caller, master, ids))

    def stored(self) -> int:
        return run(self.kmes["kme-a"].get_status("sae-1", "sae-2")).stored_key_count


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


def reason(call: Any, *args: Any, **kwargs: Any) -> Reason:
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    return caught.value.reason


# --- supply ---


@given(
    rate=st.floats(0, 1e6),
    capacity=st.integers(0, 10**7),
    share=st.floats(0, 1),
    steps=st.lists(st.tuples(st.floats(-10, 100), st.integers(0, 10**5)), max_size=20),
)
def test_a_reservoir_never_overflows_runs_dry_or_invents_bits(
    rate: float, capacity: int, share: float, steps: list[tuple[float, int]]
) -> None:
    supply = Supply(rate, capacity, int(capacity * share))
    now = 50.0
    reservoir = Reservoir.new(supply, now)
    drawn = waited = 0.0
    for wait, bits in steps:
        now += wait
        waited += max(0.0, wait)
        reservoir = reservoir.at(now, supply)
        assert 0 <= reservoir.level <= capacity
        if reservoir.level >= bits:
            reservoir = reservoir.draw(bits, supply)
            drawn += bits
        else:
            assert reason(reservoir.draw, bits, supply) is Reason.RESOURCE_EXHAUSTED
    assert drawn <= supply.initial + rate * waited + 1e-3 * (1 + waited)


def test_young_bits_are_those_that_arrived_lately() -> None:
    supply = Supply(rate=100, capacity=1000, initial=1000)
    reservoir = Reservoir.new(supply, 0.0).at(60.0, supply)
    assert reservoir.younger_than(60.0, supply) == 1000
    assert reservoir.younger_than(2.0, supply) == 200
    assert reservoir.draw(200, supply, max_age=2.0).level == 0
    assert reason(reservoir.draw, 201, supply, 2.0) is Reason.MANDATORY_EXTENSION_UNMET


def test_stored_key_count_follows_deliveries_and_arrivals() -> None:
    world = World(Limits(max_key_count=10), rate=256.0)
    assert world.stored() == 10
    world.get(number=4)
    assert world.stored() == 6
    world.now += 2.5
    assert world.stored() == 8
    world.now += 1e6
    assert world.stored() == 10


def test_short_supply_refuses_and_takes_nothing() -> None:
    world = World(Limits(max_key_count=10))
    world.get(number=8)
    assert reason(world.get, number=3) is Reason.RESOURCE_EXHAUSTED
    assert world.stored() == 2
    assert len(world.get(number=2)) == 2


def test_each_slave_costs_key_of_its_own_association() -> None:
    world = World(Limits(max_key_count=2))
    world.get(number=2, slave="sae-3")
    assert reason(world.get, additional_slaves=("sae-3",)) is Reason.RESOURCE_EXHAUSTED
    assert world.stored() == 2


# --- number, size, form ---


@given(number=st.integers(1, 32), size=st.integers(8, 512).map(lambda n: n * 8))
def test_exactly_as_many_keys_of_exactly_that_size(number: int, size: int) -> None:
    keys = World(Limits(max_key_count=100_000)).get(number=number, size=size)
    assert [len(key.material) * 8 for key in keys] == [size] * number
    assert len({key.id for key in keys}) == number
    assert all(UUID.fullmatch(key.id) for key in keys)


@given(raw=st.binary(min_size=16, max_size=16))
def test_ids_are_version_4_uuids(raw: bytes) -> None:
    assert UUID.fullmatch(uuid4_text(raw))


@given(bits=st.integers(1, 300))
def test_padding_bits_are_zero(bits: int) -> None:
    key = RandomKeys(lambda n: b"\xff" * n).new_key(bits)
    assert int.from_bytes(key.material, "big").bit_count() == bits
    assert len(key.material) == (bits + 7) // 8


def test_defaults() -> None:
    (key,) = World().get()
    assert len(key.material) * 8 == 256


@pytest.mark.parametrize(
    ("request_", "expected", "message"),
    [
        ({"number": 0}, Reason.NUMBER_OUT_OF_RANGE, None),
        ({"number": -1}, Reason.NUMBER_OUT_OF_RANGE, None),
        ({"number": 33}, Reason.NUMBER_OUT_OF_RANGE, None),
        ({"size": 56}, Reason.SIZE_OUT_OF_RANGE, None),
        ({"size": 4104}, Reason.SIZE_OUT_OF_RANGE, None),
        ({"size": 0}, Reason.SIZE_OUT_OF_RANGE, None),
        ({"size": 257}, Reason.SIZE_NOT_MULTIPLE_OF_8, texts.SIZE_NOT_MULTIPLE_OF_8),
        ({"additional_slaves": ("sae-3", "sae-5", "sae-6")}, Reason.TOO_MANY_SLAVES, None),
        ({"additional_slaves": ("sae-2",)}, Reason.MALFORMED_REQUEST, None),
        ({"additional_slaves": ("sae-4",)}, Reason.UNKNOWN_ASSOCIATION, None),
        (
            {"mandatory": (Extension("acme_x", 1), Extension(MAX_AGE_MS, 0))},
            Reason.MANDATORY_EXTENSION_UNSUPPORTED,
            texts.MANDATORY_UNSUPPORTED,
        ),
        *(
            (
                {"mandatory": (Extension(MAX_AGE_MS, value),)},
                Reason.MANDATORY_EXTENSION_UNMET,
                texts.MANDATORY_UNMET,
            )
            for value in (0, -5, "1000", None, True, 1.5, [], {})
        ),
    ],
)
def test_refusals_of_get_key_take_nothing(
    request_: dict[str, Any], expected: Reason, message: str | None
) -> None:
    world = World()
    with pytest.raises(Refusal) as caught:
        world.get(**request_)
    assert caught.value.reason is expected
    assert message in (None, caught.value.message)
    assert world.stored() == 10_000


def test_mandatory_extension_that_can_be_met() -> None:
    world = World(rate=1e6)
    world.now += 3600
    assert len(world.get(mandatory=(Extension(MAX_AGE_MS, 60_000),))) == 1
    assert reason(world.get, size=4096, number=32, mandatory=(Extension(MAX_AGE_MS, 1),)) is (
        Reason.MANDATORY_EXTENSION_UNMET
    )
    assert len(world.get(optional=(Extension("acme_x", None),))) == 1


def test_sizes_beyond_bytes_where_they_are_served() -> None:
    (key,) = World(Limits(serves_any_size=True)).get(size=257)
    assert len(key.material) == 33


# --- who may fetch, and how often ---


def test_both_ends_agree_and_each_copy_is_delivered_once() -> None:
    world = World()
    keys = world.get(number=3)
    ids = [key.id for key in keys]
    assert world.fetch(*ids[::-1]) == keys[::-1]
    assert reason(world.fetch, ids[0]) is Reason.KEY_NOT_FOUND


def test_multicast_copies_are_independent() -> None:
    world = World()
    (key,) = world.get(additional_slaves=("sae-3",))
    assert world.fetch(key.id) == [key]
    assert reason(world.fetch, key.id) is Reason.KEY_NOT_FOUND
    assert reason(world.fetch, key.id, caller="sae-5") is Reason.NOT_ENTITLED
    assert world.fetch(key.id, caller="sae-3") == [key]
    assert reason(world.fetch, key.id, caller="sae-5") is Reason.KEY_NOT_FOUND


def test_refused_batches_take_nothing() -> None:
    world = World()
    (own,), (foreign,) = world.get(), world.get(slave="sae-3")
    unknown = "00000000-0000-4000-8000-000000000000"
    assert reason(world.fetch, own.id, foreign.id) is Reason.NOT_ENTITLED
    assert reason(world.fetch, unknown, foreign.id) is Reason.NOT_ENTITLED
    assert reason(world.fetch, own.id, unknown) is Reason.KEY_NOT_FOUND
    assert reason(world.fetch, own.id, master="sae-3") is Reason.KEY_NOT_FOUND
    assert reason(world.fetch, own.id, own.id.upper()) is Reason.MALFORMED_REQUEST
    assert world.fetch(own.id) == [own]
    assert world.fetch(foreign.id.upper(), caller="sae-3") == [foreign]


@pytest.mark.parametrize("ids", [(), ("x",), ("",), ("{00000000-0000-4000-8000-000000000000}",)])
def test_what_is_no_key_id(ids: tuple[str, ...]) -> None:
    assert reason(World().fetch, *ids) is Reason.MALFORMED_REQUEST


@pytest.mark.parametrize("caller", [None, "sae-2", "sae-7", "nobody"])
def test_only_the_enrolled_are_served_and_only_at_their_kme(caller: str | None) -> None:
    world = World()
    status = world.kmes["kme-a"].get_status
    assert reason(world.get, caller=caller) is Reason.UNAUTHENTICATED
    assert reason(lambda: run(status(caller, "sae-2"))) is Reason.UNAUTHENTICATED


def test_the_unassociated_are_told_so() -> None:
    world = World()
    assert reason(world.get, caller="sae-4") is Reason.UNKNOWN_ASSOCIATION
    assert reason(world.get, slave="sae-1") is Reason.UNKNOWN_ASSOCIATION
    assert reason(world.get, slave="nobody") is Reason.UNKNOWN_ASSOCIATION


def test_a_key_shows_nothing_of_itself() -> None:
    (key,) = World().get()
    assert repr(key) == f"Key(id={key.id!r}, material=<32 bytes>)"
