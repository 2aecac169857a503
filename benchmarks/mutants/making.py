"""Mutants: the reference network with one place changed by a machine."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.mutants.visible import visible_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PACKAGE = Path(__file__).parents[2] / "reference_impl" / "qinet_reference"

_JUDGED = ("domain/*.py", "stores/memory.py", "adapters/rest.py", "adapters/rest_wire.py")
"""The core, the store that a run uses, and all of ETSI 014 on the wire."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One place of one module changed: the lines `was`, which begin at `line`, become `now`.

    `id` names module, function and change, and stays the same while that function's lines do.
    """

    id: str
    module: str
    function: str
    operator: str
    line: int
    was: tuple[str, ...]
    now: tuple[str, ...]

    def of(self, source: str) -> str:
        """The changed text of the module. Raises ValueError if it is not the text mutated."""
        lines = source.splitlines()
        start = self.line - 1
        if tuple(lines[start : start + len(self.was)]) != self.was:
            raise ValueError(f"{self.id}: the module is no longer what was mutated")
        lines[start : start + len(self.was)] = self.now
        return "\n".join(lines) + "\n"


def modules(package: Path = PACKAGE) -> dict[str, str]:
    """The texts that are mutated, by path within the package."""
    paths = sorted(path for pattern in _JUDGED for path in package.glob(pattern))
    return {path.relative_to(package).as_posix(): path.read_text("utf-8") for path in paths}


def mutants_of(module: str, source: str, mutations: Iterable[tuple[str, str]]) -> Iterator[Mutant]:
    """The mutants of a module that can be told from it and from each other, and compile."""
    seen = {visible_form(source)}
    ids: dict[str, int] = {}
    for operator, changed in mutations:
        try:
            form = visible_form(changed)
        except (SyntaxError, ValueError):
            continue
        if form in seen:
            continue
        seen.add(form)
        yield _mutant(module, source, changed, operator, ids)


def _mutant(module: str, source: str, changed: str, operator: str, ids: dict[str, int]) -> Mutant:
    line, was, now = _difference(source.splitlines(), changed.splitlines())
    function = _function_at(source, line)
    text = "\n".join((module, function, *was, "=>", *now))
    ids[text] = nth = ids.get(text, 0) + 1
    digest = hashlib.sha256(f"{text}\n{nth}".encode()).hexdigest()[:8]
    name = f"{module.removesuffix('.py')}:{function}:{digest}"
    return Mutant(name, module, function, operator, line, was, now)


def _difference(old: list[str], new: list[str]) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """The one place where two texts differ: its first line, counted from 1, before and after."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    left = shorter - head
    tail = next((i for i in range(left) if old[-1 - i] != new[-1 - i]), left)
    return head + 1, tuple(old[head : len(old) - tail]), tuple(new[head : len(new) - tail])


def _function_at(source: str, line: int) -> str:
    """The qualified name of the innermost class or function that a line belongs to."""
    inside: list[str] = []
    nodes = ast.parse(source).body
    while True:
        for node in nodes:
            if isinstance(
                node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
            ) and node.lineno <= line <= (node.end_lineno or node.lineno):
                inside.append(node.name)
                nodes = node.body
                break
        else:
            return ".".join(inside) or "module"
