"""Runs single checks against a miniature."""

from __future__ import annotations

from contextlib import ExitStack
from inspect import signature
from typing import TYPE_CHECKING, Any

import pytest
from checks_wire_miniatures import OF_NODE, Judged, Miniature, manifest, serving

from qonform.catalogue import load_all
from qonform.generators.seeding import let_the_seed_decide
from qonform.judging import Effort
from qonform.judging.verdict import Verdict, combine
from qonform.running.options import Options
from qonform.running.session import Session
from qonform.target import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def _as_in_a_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is asked follows from the seed, and not from which tests are loaded."""
    let_the_seed_decide(tmp_path_factory.mktemp("hypothesis"))


@pytest.fixture
def judge_miniature(tmp_path: Path) -> Callable[..., tuple[Judged, Session]]:
    """Runs some checks against a miniature: verdict and message of each requirement."""

    def judged(
        kme: Miniature, *checks: Any, effort: Effort = Effort.QUICK, seed: int = 1
    ) -> tuple[Judged, Session]:
        with ExitStack() as stack:
            ports = {node: stack.enter_context(serving(kme, node)) for node in OF_NODE}
            path = tmp_path / "qonform.toml"
            path.write_text(manifest(ports, kme.timeout_s))
            options = Options(effort=effort, seed=seed)
            session = stack.enter_context(Session(load(path), load_all(), options, tmp_path))
            for check in checks:
                first = next(iter(signature(check).parameters))
                session.perform(check.qonform, "etsi-014", session.subject(first, "etsi-014"))
            assert not session.errors
            worst: Judged = {}
            for finding in (record.finding for record in session.records):
                known, _ = worst.get(finding.requirement, (Verdict.NOT_TESTED, ""))
                if combine([Verdict(known), finding.verdict]) != known:
                    worst[finding.requirement] = (finding.verdict.value, finding.message)
            return worst, session

    return judged
