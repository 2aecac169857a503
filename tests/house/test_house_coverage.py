"""Every requirement that can be tested is judged by something, over each of its transports."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from qonform.catalogue import load_all
from qonform.checks.inventory import SPEAKS, checks
from qonform.monitors.bank import MONITORS

if TYPE_CHECKING:
    from collections.abc import Iterator

CATALOGUE = load_all()


def declared() -> Iterator[tuple[str, str, str]]:
    """Requirement, profile, and what says that it judges it."""
    for check in checks():
        for profile in SPEAKS[next(iter(inspect.signature(check.function).parameters))]:
            for requirement in check.requirements:
                yield requirement, profile, check.id
    for monitor in MONITORS:
        for profile in monitor.profiles:
            for requirement in monitor.requirements:
                yield requirement, profile, monitor.id()


JUDGED = {(requirement, profile) for requirement, profile, _ in declared()}
DUE = [(r.id, p) for r in CATALOGUE.requirements if not r.untested_because for p in r.profiles]


@pytest.mark.parametrize(("requirement", "profile"), DUE, ids=lambda value: value)
def test_a_check_or_a_monitor_judges(requirement, profile):
    assert (requirement, profile) in JUDGED, "because no row may stay inconclusive for ever"


def test_nothing_judges_what_the_catalogue_does_not_hold():
    known = {r.id for r in CATALOGUE.requirements}
    assert not [(by, r) for r, _, by in declared() if r not in known]


def test_nothing_judges_what_is_declared_to_be_untestable():
    untested = {r.id for r in CATALOGUE.requirements if r.untested_because}
    assert not [(by, r) for r, _, by in declared() if r in untested]


def test_whatever_is_declared_can_come_up_over_some_transport():
    due = {(r.id, p) for r in CATALOGUE.requirements for p in r.profiles}
    used = {(by, r) for r, p, by in declared() if (r, p) in due}
    assert not {(by, r) for r, _, by in declared()} - used


def test_every_check_says_what_it_does():
    assert not [c.id for c in checks() if not (c.function.__doc__ or "").strip()]


def test_ids_of_checks_are_unique():
    ids = [c.id for c in checks()]
    assert len(ids) == len(set(ids))
