"""Both stores keep the same promises; the one in a file keeps them across processes."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qinet_reference.domain.model import Allocation, Key, Order
from qinet_reference.domain.refusal import Reason, Refusal
from qinet_reference.domain.reservoir import Supply
from qinet_reference.stores.memory import MemoryStore
from qinet_reference.stores.sqlite import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from qinet_reference.domain.key_store import KeyStore

T = TypeVar("T")
SUPPLY = Supply(rate=0, capacity=10_000, initial=10_000)
BOB, CAROL = ("bob", "kme-b"), ("carol", "kme-b")


def clock() -> float:
    return 5.0


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


def key(number: int) -> Key:
    return Key(f"id-{number}", bytes([number]) * 4)


def refused(coroutine: Coroutine[Any, Any, Any]) -> Reason:
    with pytest.raises(Refusal) as caught:
        run(coroutine)
    return caught.value.reason


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyStore]:
    made: KeyStore
    if request.param == "memory":
        made = MemoryStore(SUPPLY, clock)
    else:
        made = SqliteStore(tmp_path / "keys.sqlite", SUPPLY, clock)
    with closing(made):
        yield made


def test_pay_keep_deliver(store: KeyStore) -> None:
    run(store.allocate(Allocation([key(1), key(2)], 32, "alice", [BOB, CAROL])))
    assert run(store.stored_bits("alice", "bob")) == 10_000 - 64
    assert run(store.stored_bits("carol", "alice")) == 10_000 - 64
    assert run(store.stored_bits("bob", "carol")) == 10_000
    order = Order("kme-b", "bob", "alice", ["id-2", "id-1"])
    assert run(store.deliver(order)) == [key(2), key(1)]
    assert refused(store.deliver(order)) is Reason.KEY_NOT_FOUND
    stranger = Order("kme-b", "dave", "alice", ["id-1"])
    assert refused(store.deliver(stranger)) is Reason.NOT_ENTITLED
    elsewhere = Order("kme-c", "dave", "alice", ["id-1"])
    assert refused(store.deliver(elsewhere)) is Reason.KEY_NOT_FOUND
    assert run(store.deliver(Order("kme-b", "carol", "alice", ["id-1"]))) == [key(1)]
    assert refused(store.deliver(stranger)) is Reason.KEY_NOT_FOUND


def test_a_refused_allocation_changes_nothing(store: KeyStore) -> None:
    run(store.allocate(Allocation([key(1)], 9_000, "alice", [CAROL])))
    refusal = refused(store.allocate(Allocation([key(2)], 2_000, "alice", [BOB, CAROL])))
    assert refusal is Reason.RESOURCE_EXHAUSTED
    assert run(store.stored_bits("alice", "bob")) == 10_000
    assert refused(store.deliver(Order("kme-b", "bob", "alice", ["id-2"]))) is (
        Reason.KEY_NOT_FOUND
    )


STEPS = st.one_of(
    st.tuples(
        st.just("allocate"), st.integers(0, 3000), st.sampled_from([[BOB], [CAROL], [BOB, CAROL]])
    ),
    st.tuples(
        st.just("deliver"),
        st.sampled_from(["bob", "carol", "dave"]),
        st.lists(st.integers(0, 6), min_size=1, max_size=3, unique=True),
    ),
)


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(STEPS, max_size=15))
def test_both_stores_answer_alike(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stores = [MemoryStore(SUPPLY, clock), SqliteStore(Path(folder, "k"), SUPPLY, clock)]
        histories = [run(_history(store, steps)) for store in stores]
        stores[1].close()
    assert histories[0] == histories[1]


async def _history(store: KeyStore, steps: list[Any]) -> list[Any]:
    answers: list[Any] = []
    made = 0
    for step, what, how in steps:
        try:
            if step == "allocate":
                await store.allocate(Allocation([key(made)], what, "alice", how))
                made += 1
                answers.append(await store.stored_bits("alice", "bob"))
            else:
                ids = [f"id-{number}" for number in how]
                answers.append(await store.deliver(Order("kme-b", what, "alice", ids)))
        except Refusal as refusal:
            answers.append(refusal.reason)
    return answers


def test_two_processes_see_one_file(tmp_path: Path) -> None:
    with (
        closing(SqliteStore(tmp_path / "k", SUPPLY, clock)) as here,
        closing(SqliteStore(tmp_path / "k", SUPPLY, clock)) as there,
    ):
        run(here.allocate(Allocation([key(1)], 32, "alice", [BOB])))
        assert run(there.stored_bits("alice", "bob")) == 10_000 - 32
        order = Order("kme-b", "bob", "alice", ["id-1"])
        assert run(there.deliver(order)) == [key(1)]
        assert refused(here.deliver(order)) is Reason.KEY_NOT_FOUND
        assert [here.start_of("kme-a"), there.start_of("kme-a"), here.start_of("kme-b")] == [
            0,
            1,
            0,
        ]


def test_delivered_material_leaves_the_file(tmp_path: Path) -> None:
    secret = b"secret-material-of-a-delivered-key"
    with closing(SqliteStore(tmp_path / "k", SUPPLY, clock)) as store:
        run(store.allocate(Allocation([Key("id", secret)], 32, "alice", [BOB])))
        run(store.deliver(Order("kme-b", "bob", "alice", ["id"])))
    assert not any(secret in path.read_bytes() for path in tmp_path.iterdir())


def _steps(act: Any) -> int:
    """How many lines of Python something takes: its cost, whatever else the machine does."""
    count = 0

    def trace(*_: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def test_outstanding_keys_do_not_slow_get_key() -> None:
    store = MemoryStore(SUPPLY, clock)

    def at_once(coroutine: Coroutine[Any, Any, Any]) -> None:
        """Without an event loop, since no operation of this store waits for anything."""
        with pytest.raises(StopIteration):
            coroutine.send(None)

    def get_keys(name: str, number: int) -> None:
        keys = [Key(f"{name}-{n}", b"x" * 32) for n in range(number)]
        at_once(store.allocate(Allocation(keys, 0, "alice", [BOB])))

    def get_one_and_fetch_it(name: str) -> None:
        get_keys(name, 1)
        at_once(store.deliver(Order("kme-b", "bob", "alice", [f"{name}-0"])))

    get_one_and_fetch_it("first")
    few = _steps(lambda: get_one_and_fetch_it("few"))
    get_keys("waiting", 10_000)
    assert _steps(lambda: get_one_and_fetch_it("many")) == few
