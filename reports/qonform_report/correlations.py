"""Correlations of pairs as matrices: by type and reported state, an axis of either end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qonform_report.chart import signed
from qonform_report.visible import shortened
from qonform_report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ORDER = ("X", "Y", "Z", "(Z+X)/sqrt2", "(Z-X)/sqrt2")
_SHOWN = {"(Z+X)/sqrt2": "(Z+X)/√2", "(Z-X)/sqrt2": "(Z\u2212X)/√2"}
_TYPES = {
    "measure": "Pairs that the nodes measured",
    "keep": "Pairs that were kept, and measured by their applications",
    "prepare": "Pairs that prepared a qubit",
}
_MOST_AXES = 8
_LONGEST_AXIS = 40


@dataclass(frozen=True)
class Cell:
    """A mean product of outcomes. `key` is a colour: of its sign, from 0 to 4 in strength."""

    key: str
    estimate: str
    interval: str
    pairs: str
    ideal: str


@dataclass(frozen=True)
class Matrix:
    """One state: rows are axes of the node that was asked, columns axes of the other end."""

    state: str
    pairs: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True)
class Matrices:
    """All states of one type of pairs."""

    title: str
    states: tuple[Matrix, ...]


def matrices(cells: Iterable[Mapping[str, Any]]) -> tuple[Matrices, ...]:
    """By type of pairs, those of most interest first."""
    by_type: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for cell in cells:
        by_type.setdefault(cell["type"], {}).setdefault(cell["bell_state"], []).append(cell)
    return tuple(
        Matrices(title, tuple(_matrix(state, each) for state, each in by_type[name].items()))
        for name, title in _TYPES.items()
        if name in by_type
    )


def _matrix(state: str, cells: list[Mapping[str, Any]]) -> Matrix:
    found = {(each["axes"][0], each["axes"][1]): each for each in cells}
    rows, columns = (_ordered(axes[end] for axes in found) for end in (0, 1))
    return Matrix(
        state,
        counted(sum(each["pairs"] for each in cells), "pair"),
        tuple(_name(axis) for axis in columns),
        tuple(
            (_name(row), tuple(_cell(found.get((row, column))) for column in columns))
            for row in rows
        ),
    )


def _ordered(axes: Iterable[str]) -> list[str]:
    """Each once; those that the interface names first, in its order."""
    known = {axis: place for place, axis in enumerate(_ORDER)}
    return sorted(set(axes), key=lambda axis: (known.get(axis, len(known)), axis))[:_MOST_AXES]


def _name(axis: str) -> str:
    return _SHOWN.get(axis, shortened(axis, _LONGEST_AXIS))


def _cell(cell: Mapping[str, Any] | None) -> Cell | None:
    if cell is None:
        return None
    strength = min(4, round(4 * abs(cell["estimate"])))
    sign = "minus" if cell["estimate"] < 0 else "plus"
    return Cell(
        f"{sign}-{strength}",
        signed(cell["estimate"]),
        f"{signed(cell['low'])} to {signed(cell['high'])}",
        counted(cell["pairs"], "pair"),
        "0" if abs(cell["ideal"]) < 0.005 else signed(cell["ideal"]),
    )
