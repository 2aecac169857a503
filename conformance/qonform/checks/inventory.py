"""Every check that the suite has, without a run."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache

import qonform.checks
from qonform.judging import Check

_KEYS = frozenset({"etsi-014", "qinet-keys"})
SPEAKS = {
    "bench": _KEYS,
    "network": _KEYS,
    "rest": frozenset({"etsi-014"}),
    "rpc": frozenset({"qinet-keys"}),
    "links": frozenset({"qinet-links"}),
    "paths": frozenset({"qinet-paths"}),
}
"""By its first parameter, the profiles over whose transport a check can run."""


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


def checks_over(profile: str) -> tuple[Check, ...]:
    """The checks that run over a profile's transport."""
    return tuple(check for check in checks() if profile in SPEAKS[_subject(check)])


def _subject(check: Check) -> str:
    return next(iter(inspect.signature(check.function).parameters))
