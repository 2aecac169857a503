"""Faults and variants of paths are listed, and can be served."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from qinet_reference import faults as key_faults
from qinet_reference import variants as key_variants
from qinet_reference.cli import main
from qinet_reference.links import faults as link_faults
from qinet_reference.links import variants as link_variants
from qinet_reference.paths import faults, variants
from qinet_reference.paths.composition import altered
from qinet_reference.paths.core import new_core
from qinet_reference.paths.plan import chain_plan

if TYPE_CHECKING:
    from qinet_reference.paths.alteration import PathAlteration

ALL: tuple[type[PathAlteration], ...] = (*faults.ALL, *variants.ALL)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_an_alteration_is_described_and_makes_a_network(kind: type[PathAlteration]) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.name)
    assert (kind.__doc__ or "").strip().endswith(".")
    change = kind()
    plan = altered(chain_plan(3), [change])
    assert sorted(new_core(plan, random.Random(1), [change]).nodes) == ["node-a", "node-c"]


def test_no_two_alterations_of_any_network_have_one_name() -> None:
    of_all = [*key_faults.ALL, *link_faults.ALL, *faults.ALL]
    assert len({kind.name for kind in of_all}) == len(of_all)
    others = [*key_variants.ALL, *link_variants.ALL, *variants.ALL]
    assert len({kind.name for kind in others}) == len(others)


@pytest.mark.parametrize(("word", "kinds"), [("faults", faults.ALL), ("variants", variants.ALL)])
def test_alterations_of_paths_are_listed(
    word: str, kinds: tuple[type[PathAlteration], ...]
) -> None:
    told = json.loads(CliRunner().invoke(main, [word, "--paths", "--json"]).output)
    assert [one["name"] for one in told] == [kind.name for kind in kinds]


def test_faults_name_what_they_break() -> None:
    for fault in faults.ALL:
        assert fault.requirements
        assert all(re.fullmatch(r"QIA-QNP-[A-Z]+-\d\d", one) for one in fault.requirements)
