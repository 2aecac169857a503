"""Links made by SeQUeNCe, in this process: reservations, entangled memories, its quantum states."""

from __future__ import annotations

import argparse
import asyncio
import logging
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from desk.machine import Terms
from desk.request import Half, Made
from desk.serving import serve
from measuring import measurement
from network import NODES, REPEATER, SECOND, Hardware, build
from sequence.app.request_app import RequestApp

from qinet.entanglement.v1 import entanglement_pb2 as common

if TYPE_CHECKING:
    from desk.bases import Basis
    from desk.request import Pair, Request
    from sequence.network_management.reservation import Reservation
    from sequence.resource_management.memory_manager import MemoryInfo
    from sequence.topology.node import QuantumRouter

_log = logging.getLogger(__name__)
SPARE = 2
"""Memories that are never kept, so that pairs can be made while others are held."""
SWAPPED = 0.95
"""What SeQUeNCe multiplies the fidelity of a swapped pair with, besides those of its two pairs."""
LEAD_S = 0.02
"""From the call to the start of a reservation; what an earlier one began has ended by then."""
FOR_EVER = 10**9 * SECOND
TURN_S = 0.002
STEP = SECOND // 1000


@dataclass(eq=False)
class Session:
    """A reservation at work for a request.

    `open`: pairs of which one end is known; `kept`: the names of memories that it has given away.
    """

    request: Request
    size: int
    identity: int
    reservation: Reservation | None = None
    rejected: bool = False
    used: int = 0
    kept: set[str] = field(default_factory=set)
    open: dict[frozenset[str], tuple[str, Pair | None]] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether it can give nothing more to its request."""
        request = self.request
        if self.rejected or request.ended or request.complete:
            return True
        spent = request.keeps and (self.used >= self.size or not request.can_go_on())
        return spent and not any(pair for _, pair in self.open.values())


class App(RequestApp):
    """The application of SeQUeNCe at one router: hears of reservations and of memories."""

    def __init__(self, router: QuantumRouter, machine: SequenceMachine) -> None:
        super().__init__(router)
        self._machine = machine

    def get_reservation_result(self, reservation: Reservation, result: bool) -> None:
        """The answer to the initiator."""
        super().get_reservation_result(reservation, result)
        self._machine.answered(reservation, result)

    def get_memory(self, info: MemoryInfo) -> None:
        """A memory to which no rule applies."""
        if info.state == "ENTANGLED" and info.index in self.memo_to_reservation:
            self._machine.entangled(self.node, self.memo_to_reservation[info.index], info)


class SequenceMachine:
    """SeQUeNCe behind the desk."""

    supplier = "SeQUeNCe developers"
    name = "SeQUeNCe"
    nodes = NODES
    links = (NODES,)

    def __init__(self, hardware: Hardware, speed: float, seed: int, *, repeater: bool) -> None:
        self.version = version("sequence")
        self.speed = speed
        reached = hardware.fidelity**2 * SWAPPED if repeater else hardware.fidelity
        self.terms = Terms(
            types=(common.PAIR_TYPE_KEEP, common.PAIR_TYPE_MEASURE),
            memory=hardware.memories - SPARE,
            max_number=1000,
            max_min_fidelity=reached,
            promised_state=common.BELL_STATE_PHI_PLUS,
            expected_fidelity=reached,
            attempt_time=LEAD_S,
        )
        self._network = build(hardware, REPEATER if repeater else None, seed)
        self._timeline = self._network.timeline
        self._apps = {name: App(router, self) for name, router in self._network.routers.items()}
        self._sessions: dict[int, Session] = {}
        self._reservations = 0
        self._sequence = 0
        self._began = time.time()
        self._pump: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Let simulated time pass."""
        self._pump = asyncio.create_task(self._run())
        self._pump.add_done_callback(_tell_of_failure)

    async def stop(self) -> None:
        """Stop it."""
        if self._pump:
            self._pump.cancel()

    def now(self) -> float:
        """Simulated time, counted from when the adapter began."""
        return self._began + float(self._timeline.now() / SECOND)

    def measures(self, basis: Basis) -> bool:
        """Every basis: circuits have a phase gate."""
        del basis
        return True

    async def serve(self, request: Request) -> None:
        """Reserve memories at both routers, and hand over what they are entangled to."""
        size = min(request.missing, self._free()) if request.keeps else SPARE
        self._reservations += 1
        session = Session(request, size, self._reservations)
        self._sessions[session.identity] = session
        start = self._timeline.now() + round(LEAD_S * SECOND)
        fidelity = max(request.wanted.min_fidelity, 1e-6)
        router = self._network.routers[request.origin]
        router.reserve_net_resource(
            request.peer, start, start + FOR_EVER, size, fidelity, 1, session.identity
        )
        while not session.over:
            request.changed.clear()
            await request.changed.wait()
        self._finish(session)

    async def measure(self, node: str, qubit: MemoryInfo, basis: Basis) -> int:
        """A circuit on the memory's state, which SeQUeNCe's quantum manager runs."""
        outcome = self._measured(self._network.routers[node], qubit, basis)
        await self.release(node, qubit)
        return outcome

    async def release(self, node: str, qubit: MemoryInfo) -> None:
        """Give the memory back."""
        router = self._network.routers[node]
        card = router.network_manager.get_timecards()[qubit.index]
        card.reservations.clear()
        router.resource_manager.update(None, qubit.memory, "RAW")

    def answered(self, reservation: Reservation, result: bool) -> None:
        """A reservation was approved, or rejected."""
        session = self._sessions.get(reservation.identity)
        if session:
            session.reservation = reservation
            session.rejected = not result
            session.request.changed.set()

    def entangled(self, router: QuantumRouter, reservation: Reservation, info: MemoryInfo) -> None:
        """One end of a pair has come into being."""
        session = self._sessions.get(reservation.identity)
        ends = (reservation.initiator, reservation.responder)
        if session is None or router.name not in ends or info.remote_node not in ends:
            return
        if info.fidelity < reservation.fidelity:
            return
        name = frozenset((info.memory.name, info.remote_memo))
        known = session.open.pop(name, None)
        if known and known[0] == router.name:
            _log.warning("%s: the other end was never told of a pair", router.name)
            known = None
        if known is None:
            pair = session.request.claim()
            self._sequence += pair is not None
            session.open[name] = (router.name, pair)
        else:
            pair = known[1]
        if pair is None or not self._hand_over(session, pair, router, info):
            router.resource_manager.update(None, info.memory, "RAW")

    def _hand_over(
        self, session: Session, pair: Pair, router: QuantumRouter, info: MemoryInfo
    ) -> bool:
        """Tell the desk of one end; whether the memory is kept."""
        request = session.request
        if request.keeps:
            half = Half(qubit=info)
        else:
            basis = request.draw(router.name)
            outcome = self._measured(router, info, basis)
            half = Half(outcome=outcome, basis=basis, time=self.now())
        sequence = self._sequence if not pair.ends else next(iter(pair.ends.values())).sequence
        made = Made(
            node=router.name,
            sequence=sequence,
            bell_state=common.BELL_STATE_PHI_PLUS,
            goodness=info.fidelity,
            time=self.now(),
            half=half,
        )
        taken = request.made(pair, made)
        session.used += len(pair.ends) == len(NODES)
        if taken and request.keeps:
            session.kept.add(info.memory.name)
        return taken and request.keeps

    def _measured(self, router: QuantumRouter, info: MemoryInfo, basis: Basis) -> int:
        key = info.memory.qstate_key
        chance = router.get_generator().random()
        manager = self._timeline.quantum_manager
        return int(manager.run_circuit(measurement(*basis.turns), [key], chance)[key])

    def _free(self) -> int:
        cards = [self._network.routers[name].network_manager.get_timecards() for name in NODES]
        return min(sum(not card.reservations for card in mine) for mine in cards) - SPARE

    def _finish(self, session: Session) -> None:
        """End a reservation before its time, but for the memories that are still held."""
        del self._sessions[session.identity]
        reservation = session.reservation
        if reservation is None or session.rejected:
            return
        for router in self._network.routers.values():
            router.resource_manager.expire_rules_by_reservation(reservation)
            for card in router.network_manager.get_timecards():
                memory = router.resource_manager.memory_manager[card.memory_index].memory
                if reservation in card.reservations and memory.name not in session.kept:
                    router.resource_manager.update(None, memory, "RAW")
                    card.remove(reservation)

    async def _run(self) -> None:
        """Let the timeline follow the clock; where it cannot keep up, its time waits."""
        timeline = self._timeline
        before = time.monotonic()
        due = 0.0
        while True:
            after = time.monotonic()
            due = min(due + (after - before) * self.speed * SECOND, 20 * STEP)
            before = after
            while due > 0 and time.monotonic() - after < TURN_S:
                step = min(due, STEP)
                due -= step
                timeline.stop_time = timeline.now() + int(step)
                end = timeline.stop_time
                timeline.run()
                timeline.time = end
            await asyncio.sleep(0 if due > 0 else TURN_S)


def _tell_of_failure(pump: asyncio.Task[None]) -> None:
    """Simulated time stands still from now on; say why."""
    if not pump.cancelled() and pump.exception():
        _log.error("SeQUeNCe has failed", exc_info=pump.exception())


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--speed", type=float, default=0.5, help="simulated seconds in a second")
    parser.add_argument("--fidelity", type=float, default=0.9, help="of the pairs, from 0.5 to 1")
    parser.add_argument("--repeater", action="store_true", help="a router between, which swaps")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    machine = SequenceMachine(
        Hardware(fidelity=options.fidelity), options.speed, options.seed, repeater=options.repeater
    )
    asyncio.run(serve(machine, options.dir))


if __name__ == "__main__":
    main()
