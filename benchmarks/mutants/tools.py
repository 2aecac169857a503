"""Two mutation tools, asked for nothing but their mutations of one source text.

mutmut changes strings, arguments and assigned values; cosmic-ray negates conditions, swaps each
operator for each other, empties loops and breaks exception handlers. Neither does what both do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider
from mutmut.mutation.mutators import mutation_operators

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_RUN = (cst.Annotation, cst.Import, cst.ImportFrom)


def mutations(source: str) -> Iterator[tuple[str, str]]:
    """Every mutation of a module: the operator's name, and the whole text after it.

    Some do not compile, some change nothing that is run, and some occur twice.
    """
    yield from _by_mutmut(source)
    yield from _by_cosmic_ray(source)


def _by_mutmut(source: str) -> Iterator[tuple[str, str]]:
    module = cst.parse_module(source)
    found = _Replacements()
    module.visit(found)
    for operator, node, other in found.replacements:
        changed = module.deep_replace(node, other)
        if isinstance(changed, cst.Module):
            yield f"mutmut {operator}", changed.code


class _Replacements(cst.CSTVisitor):
    """Collects what mutmut's operators would put in the place of each node."""

    def __init__(self) -> None:
        super().__init__()
        self.replacements: list[tuple[str, cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Asks each operator that knows this kind of node; passes over what is not run."""
        if isinstance(node, _NOT_RUN):
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                name = operator.__name__.removeprefix("operator_")
                self.replacements += ((name, node, other) for other in operator(node))
        return True


def _by_cosmic_ray(source: str) -> Iterator[tuple[str, str]]:
    nodes = list(ast_nodes(get_ast(source)))
    provider = OperatorProvider()
    for name in provider:
        kind = provider[name]
        if kind.arguments():  # those want to be told names of variables
            continue
        places = sum(len(list(kind().mutation_positions(node))) for node in nodes)
        for occurrence in range(places):
            changed = mutate_code(source, kind(), occurrence)
            if changed is not None:
                yield f"cosmic-ray {name}", changed
