"""Every check that the suite has, without a run."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import qonform.checks
from qonform.judging import Check


@cache
def checks() -> tuple[Check, ...]:
    """All checks, in the order of their modules."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(qonform.checks.__path__, "qonform.checks.")
    ]
    return tuple(
        mark
        for module in modules
        for member in vars(module).values()
        if isinstance(mark := getattr(member, "qonform", None), Check)
        and mark.function.__module__ == module.__name__
    )
