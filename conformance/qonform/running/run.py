"""Runs the suite against a target and hands back what it found."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qonform.generators.seeding import let_the_seed_decide
from qonform.running.interruption import let_through
from qonform.running.plugin import collect_and_run
from qonform.running.results import results_of
from qonform.running.session import Progress, Session, Silent

if TYPE_CHECKING:
    from qonform.catalogue import Catalogue
    from qonform.running.course import Course
    from qonform.running.options import Options
    from qonform.target import Target

_PYTEST_INTERRUPTED = 2


def run(
    target: Target, catalogue: Catalogue, options: Options, progress: Progress | None = None
) -> dict[str, Any]:
    """Judges a target. Returns results as results.schema.json has them, also when interrupted.

    Raises:
        SelectionError: a filter or profile matches nothing; nothing was sent.
    """
    with tempfile.TemporaryDirectory(prefix="qonform-") as scratch:
        let_the_seed_decide(Path(scratch))
        session = Session(target, catalogue, options, Path(scratch), progress or Silent())
        with session:
            try:
                with let_through():
                    ended = collect_and_run(session)
            except KeyboardInterrupt:
                ended = _PYTEST_INTERRUPTED
            _say_how_it_ended(session, ended)
            return results_of(session)


def foresee(target: Target, catalogue: Catalogue, options: Options) -> Course:
    """Plans a run and asks nothing of the target.

    Raises:
        SelectionError: a filter or profile matches nothing.
        RuntimeError: the suite itself does not load.
    """
    with (
        tempfile.TemporaryDirectory(prefix="qonform-") as scratch,
        Session(target, catalogue, options, Path(scratch)) as session,
    ):
        collect_and_run(session, dry=True)
        if session.course is None:
            raise RuntimeError("; ".join(session.errors))
        return session.course


def _say_how_it_ended(session: Session, ended: int) -> None:
    """Notes why a run was cut short, if it was."""
    if session.errors and not session.records:
        session.interrupted = "the suite itself failed to load"
    elif ended == _PYTEST_INTERRUPTED:
        session.interrupted = "the run was interrupted"
    elif ended not in (0, 1, 5):
        session.interrupted = "the suite itself failed to run"
        session.errors.append(f"pytest ended with code {ended}")
