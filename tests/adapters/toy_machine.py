"""A machine for the desk, whose pairs and clock a test has in its hands; run: serves it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from desk.bases import AXES, Basis, Choice
from desk.machine import Terms
from desk.request import Half, Made
from desk.serving import serve

from qinet.entanglement.v1 import entanglement_pb2 as common

KEEP, MEASURE = common.PAIR_TYPE_KEEP, common.PAIR_TYPE_MEASURE
Z = Choice((Basis(AXES[common.AXIS_Z], common.AXIS_Z),), (1.0,))


class Toy:
    """Makes a pair when it is told to; `lost`: pairs whose second end never comes."""

    supplier = "Qonform"
    name = "toy"
    version = "1"
    nodes = ("a", "b")
    links = (("a", "b"),)
    terms = Terms((KEEP, MEASURE), 2, 10, 0.9, common.BELL_STATE_PHI_PLUS, attempt_time=0.01)
    speed = 1000.0

    def __init__(self, lost=()):
        self.time = 100.0
        self.lost = lost
        self.served = []
        self.released = []
        self._sequence = 0

    async def start(self):
        pass

    async def stop(self):
        pass

    def now(self):
        return self.time

    def measures(self, basis):
        return basis.axis != common.AXIS_Z_PLUS_X

    async def serve(self, request):
        self.served.append(request.create_id)
        while pair := request.claim():
            self._sequence += 1
            ends = (request.origin, request.peer)
            for node in ends[: 1 if self._sequence in self.lost else 2]:
                half = (
                    Half(qubit=(node, self._sequence))
                    if request.keeps
                    else Half(None, 0, Z.draw(), self.time)
                )
                request.made(pair, Made(node, self._sequence, 1, 0.9, self.time, half))
            await asyncio.sleep(0)
        while request.missing == 0 and not request.ended:
            request.changed.clear()
            await request.changed.wait()

    async def release(self, node, qubit):
        self.released.append((node, qubit))


if __name__ == "__main__":
    asyncio.run(serve(Toy(), Path(sys.argv[1])))
