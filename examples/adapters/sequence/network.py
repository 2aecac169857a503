"""Two routers of SeQUeNCe, neighbours or with a repeater between them, and their hardware."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from sequence.components.optical_channel import ClassicalChannel, QuantumChannel
from sequence.kernel.timeline import Timeline
from sequence.topology.node import BSMNode, Node, QuantumRouter

NODES = ("node-a", "node-b")
REPEATER = "node-m"
SECOND = 1_000_000_000_000
"""The timeline's unit is the picosecond."""


@dataclass(frozen=True)
class Hardware:
    """What the simulated hardware is like. Lengths in m, times in s."""

    fidelity: float = 0.9
    memories: int = 10
    efficiency: float = 0.95
    fibre: float = 1_000.0
    attenuation_db_per_m: float = 0.0002
    message_time: float = 0.001
    """From each node to each other, with all that its electronics take."""


@dataclass(frozen=True)
class Network:
    """The timeline and its routers, by name."""

    timeline: Timeline
    routers: dict[str, QuantumRouter]


def build(hardware: Hardware, repeater: str | None, seed: int) -> Network:
    """The network, initialised; its time is 0. `repeater`: a router between the two, if any."""
    timeline = Timeline(formalism="ket_vector")
    memory = {
        "MemoryArray": {
            "fidelity": hardware.fidelity,
            "efficiency": hardware.efficiency,
            "frequency": 20_000,
            "coherence_time": -1,
        }
    }
    path = [NODES[0], repeater, NODES[1]] if repeater else list(NODES)
    routers = {}
    for index, name in enumerate(path):
        memories = hardware.memories * (2 if name == repeater else 1)
        routers[name] = QuantumRouter(name, timeline, memories, seed + index, memory)
    for index, pair in enumerate(pairwise(path)):
        _connect(routers, pair, f"middle-{index}", hardware, seed + len(path) + index)
    for here in path:
        for there in path:
            if here != there:
                _wire(routers[here], there, hardware)
                step = 1 if path.index(there) > path.index(here) else -1
                hop = path[path.index(here) + step]
                routers[here].network_manager.forwarding_table[there] = hop
    timeline.init()
    return Network(timeline, routers)


def _connect(
    routers: dict[str, QuantumRouter],
    pair: tuple[str, str],
    name: str,
    hardware: Hardware,
    seed: int,
) -> None:
    """A Bell-state measurement between two neighbours, and what leads to it."""
    timeline = routers[pair[0]].timeline
    middle = BSMNode(name, timeline, list(pair), seed)
    middle.components[f"{name}.BSM"].update_detectors_params("efficiency", hardware.efficiency)
    for here, there in (pair, pair[::-1]):
        routers[here].add_bsm_node(name, there)
        loss = hardware.attenuation_db_per_m
        fibre = QuantumChannel(f"fibre {here} to {name}", timeline, loss, hardware.fibre)
        fibre.set_ends(routers[here], name)
        _wire(routers[here], name, hardware)
        _wire(middle, here, hardware)


def _wire(start: Node, end: str, hardware: Hardware) -> None:
    """A way for messages."""
    delay = round(hardware.message_time * SECOND)
    name = f"wire {start.name} to {end}"
    ClassicalChannel(name, start.timeline, hardware.fibre, delay).set_ends(start, end)
