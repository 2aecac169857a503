"""Circuits that measure along Z after three turns, out of the gates that SeQUeNCe has."""

from __future__ import annotations

from functools import lru_cache

from sequence.components.circuit import Circuit


@lru_cache(1024)
def measurement(first_x: float, then_y: float, then_x: float) -> Circuit:
    """About X, then about Y, then about X, then along Z. Angles in rad."""
    circuit = Circuit(1)
    _about_x(circuit, first_x)
    if then_y:
        circuit.sdg(0)
        _about_x(circuit, then_y)
        circuit.s(0)
    _about_x(circuit, then_x)
    circuit.measure(0)
    return circuit


def _about_x(circuit: Circuit, angle: float) -> None:
    if angle:
        circuit.h(0)
        circuit.phase(0, angle)
        circuit.h(0)
