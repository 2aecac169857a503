"""Two neighbouring routers of SeQUeNCe with a Bell-state measurement between them."""

from __future__ import annotations

from dataclasses import dataclass

from sequence.components.optical_channel import ClassicalChannel, QuantumChannel
from sequence.kernel.timeline import Timeline
from sequence.topology.node import BSMNode, QuantumRouter

NODES = ("node-a", "node-b")
MIDDLE = "middle"
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


def build(hardware: Hardware, seed: int) -> Network:
    """The network, initialised; its time is 0."""
    timeline = Timeline(formalism="ket_vector")
    memory = {
        "MemoryArray": {
            "fidelity": hardware.fidelity,
            "efficiency": hardware.efficiency,
            "frequency": 20_000,
            "coherence_time": -1,
        }
    }
    routers = {
        name: QuantumRouter(name, timeline, hardware.memories, seed + i, memory)
        for i, name in enumerate(NODES)
    }
    middle = BSMNode(MIDDLE, timeline, list(NODES), seed + len(NODES))
    detectors = middle.components[f"{MIDDLE}.BSM"]
    detectors.update_detectors_params("efficiency", hardware.efficiency)
    for here, there in (NODES, NODES[::-1]):
        router = routers[here]
        router.add_bsm_node(MIDDLE, there)
        router.network_manager.set_forwarding_table({there: there})
        fibre = QuantumChannel(
            f"fibre {here}", timeline, hardware.attenuation_db_per_m, hardware.fibre
        )
        fibre.set_ends(router, MIDDLE)
        delay = round(hardware.message_time * SECOND)
        for start, end in ((router, there), (router, MIDDLE), (middle, here)):
            wire = ClassicalChannel(f"{start.name} to {end}", timeline, hardware.fibre, delay)
            wire.set_ends(start, end)
    timeline.init()
    return Network(timeline, routers)
