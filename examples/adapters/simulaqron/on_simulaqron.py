"""Links made by SimulaQron: its processes, and one application of it at each node."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import math
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desk.machine import Terms
from desk.request import Half, Made
from desk.serving import serve
from network import NODES

from qinet.entanglement.v1 import entanglement_pb2 as common

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from desk.bases import Basis, Turns
    from desk.request import Pair, Request

HERE = Path(__file__).resolve().parent
BELL_STATES = (
    common.BELL_STATE_PHI_PLUS,
    common.BELL_STATE_PSI_PLUS,
    common.BELL_STATE_PSI_MINUS,
    common.BELL_STATE_PHI_MINUS,
)
"""By NetQASM's number."""
BATCH = 4
"""Pairs of one subroutine."""
_CLOSE = 1e-9


def gates(turns: Turns) -> str | None:
    """What turns the axis that is measured into Z; None: no gate of SimulaQron does.

    `turns` takes the operator along `(x, y, z)` to Z.
    """
    first_x, then_y, then_x = turns
    x, y, z = 0.0, math.sin(then_x), math.cos(then_x)
    x, z = (x * math.cos(then_y) - z * math.sin(then_y), z * math.cos(then_y))
    y, z = (
        y * math.cos(first_x) + z * math.sin(first_x),
        z * math.cos(first_x) - y * math.sin(first_x),
    )
    for part, text in ((x, "H"), (y, "K"), (z, "")):
        if abs(abs(part) - 1) < _CLOSE:
            return text if part > 0 else text + "X"
    return None


class End:
    """A node's application of SimulaQron, asked over its standard input and output."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def ask(self, **command: Any) -> Any:
        """The answer to a command; raises RuntimeError with what SimulaQron said."""
        async with self._turn:
            if self._process.stdin is None or self._process.stdout is None:
                raise RuntimeError("the application has no pipes")
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the application of SimulaQron has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["answer"]


class SimulaQronMachine:
    """SimulaQron behind the desk."""

    supplier = "SimulaQron developers"
    name = "SimulaQron"
    nodes = NODES
    links = (NODES,)
    speed = 1.0
    terms = Terms(
        types=(common.PAIR_TYPE_KEEP, common.PAIR_TYPE_MEASURE),
        memory=6,
        max_number=200,
        max_min_fidelity=1.0,
        promised_state=common.BELL_STATE_PHI_PLUS,
        attempt_time=0.05,
    )

    def __init__(self, folder: Path, t1: float | None) -> None:
        self.version = version("simulaqron")
        self._folder = folder / "simulaqron"
        self._noise = () if t1 is None else (str(t1),)
        self._processes: list[Process] = []
        self._ends: dict[str, End] = {}

    async def start(self) -> None:
        """Start SimulaQron and the two applications."""
        self._folder.mkdir(exist_ok=True)
        network = await self._run("network.py", *self._noise)
        if network.stdout is None or (await network.stdout.readline()).strip() != b"running":
            raise RuntimeError("SimulaQron does not start")
        for node, other in (NODES, NODES[::-1]):
            self._ends[node] = End(await self._run("end.py", node, other))

    async def stop(self) -> None:
        """Close their standard inputs, and wait for their ends."""
        for process in reversed(self._processes):
            if process.stdin:
                process.stdin.close()
        for process in self._processes:
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()

    def now(self) -> float:
        """The clock of this machine."""
        return time.time()

    def measures(self, basis: Basis) -> bool:
        """Turns by quarters alone."""
        return gates(basis.turns) is not None

    async def serve(self, request: Request) -> None:
        """Have pairs created at the origin and received at the peer, a few at a time."""
        while request.can_go_on():
            pairs = self._claimed(request)
            if not pairs:
                return
            await asyncio.gather(
                self._end_of(request, pairs, request.origin, "create"),
                self._end_of(request, pairs, request.peer, "receive"),
            )

    async def measure(self, node: str, qubit: int, basis: Basis) -> int:
        """Have the application of the node measure it."""
        return int(await self._ends[node].ask(do="measure", qubit=qubit, gates=gates(basis.turns)))

    async def release(self, node: str, qubit: int) -> None:
        """Have the application of the node free it."""
        await self._ends[node].ask(do="release", qubit=qubit)

    def _claimed(self, request: Request) -> list[Pair]:
        pairs: list[Pair] = []
        while len(pairs) < BATCH and (pair := request.claim()):
            pairs.append(pair)
        return pairs

    async def _end_of(self, request: Request, pairs: list[Pair], node: str, role: str) -> None:
        """One end of some pairs, told to the desk as this node's application tells of it."""
        bases = [] if request.keeps else [request.draw(node) for _ in pairs]
        texts = [gates(basis.turns) for basis in bases] or None
        answers = await self._ends[node].ask(do="pairs", role=role, number=len(pairs), gates=texts)
        for index, (pair, answer) in enumerate(zip(pairs, answers, strict=True)):
            if request.keeps:
                half = Half(qubit=answer["qubit"])
            else:
                half = Half(outcome=answer["outcome"], basis=bases[index], time=self.now())
            made = Made(
                node=node,
                sequence=answer["sequence"],
                bell_state=BELL_STATES[answer["bell_state"]],
                goodness=answer["goodness"],
                time=answer["goodness_time"],
                half=half,
            )
            if not request.made(pair, made) and request.keeps:
                await self.release(node, answer["qubit"])

    async def _run(self, program: str, *arguments: str) -> Process:
        environment = dict(os.environ, NETQASM_SIMULATOR="simulaqron", HOME=str(self._folder))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(HERE / program),
            *arguments,
            cwd=self._folder,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._processes.append(process)
        return process


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--t1", type=float, help="time constant of SimulaQron's noise, in s")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(serve(SimulaQronMachine(options.dir, options.t1), options.dir))


if __name__ == "__main__":
    main()
