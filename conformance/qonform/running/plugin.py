"""The suite as pytest sees it: a check over one transport is an item."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import qonform.checks
from qonform.judging import Check, Verdict
from qonform.running.planning import Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qonform.judging import Effort
    from qonform.running.session import Session


class NonConforming(Exception):  # noqa: N818 - a verdict, not an error
    """A check has failed at least one requirement."""


class CheckItem(pytest.Item):
    """One check over one transport."""

    def __init__(
        self, *, check: Check, profile: str, subject: Any, run: Session, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.check = check
        self.profile = profile
        self.subject = subject
        self.run_session = run
        self.effort = run.options.effort

    @property
    def step(self) -> Step:
        """The item as the planner sees it."""
        judged = frozenset(self.run_session.judged_by(self.check, self.profile))
        return Step(
            self.check,
            self.profile,
            judged.intersection(self.check.decides),
            judged.intersection(self.check.deepens),
        )

    def runtest(self) -> None:
        """Performs the check; its findings are kept by the session."""
        findings = self.run_session.perform(self.check, self.profile, self.subject, self.effort)
        failed = [f for f in findings if f.verdict is Verdict.FAIL]
        if failed:
            raise NonConforming("\n".join(f"{f.requirement}: {f.message}" for f in failed))
        if findings and all(f.verdict is Verdict.INCONCLUSIVE for f in findings):
            pytest.skip(findings[0].message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> str:
        """The findings, and no traceback: local variables may hold keys."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the check stands."""
        return self.path, None, f"{self.check.id}[{self.profile}]"


class Plugin:
    """Collects the checks of a run, and runs them in the order of its course.

    Args:
        session: the run.
        dry: only plans, and asks nothing of the target.
    """

    def __init__(self, session: Session, *, dry: bool = False) -> None:
        self._session = session
        self._dry = dry

    @pytest.hookimpl
    def pytest_pycollect_makeitem(
        self, collector: pytest.Module, name: str, obj: object
    ) -> list[pytest.Item] | None:
        """Makes one item for each transport over which a check decides something."""
        check = getattr(obj, "qonform", None)
        if not isinstance(check, Check):
            return []
        if check.function.__module__ != collector.obj.__name__:
            return []
        return list(self._items(collector, name, check))

    def _items(self, collector: pytest.Module, name: str, check: Check) -> Iterable[pytest.Item]:
        first = next(iter(inspect.signature(check.function).parameters))
        for profile in self._session.scope.profiles:
            subject = self._session.subject(first, profile)
            if subject is not None:
                yield CheckItem.from_parent(
                    collector,
                    name=f"{name}[{profile}]",
                    check=check,
                    profile=profile,
                    subject=subject,
                    run=self._session,
                )

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module of checks that does not load is a fault of the suite."""
        if report.failed:
            said = str(report.longrepr).strip().splitlines()
            self._session.errors.append(
                f"{report.nodeid} does not load: {said[-1] if said else ''}"
            )

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[CheckItem]) -> None:
        """Keeps what has a part in the run."""
        open_ = self._session.monitored_only((i.check, i.profile) for i in items)
        items[:] = [
            i
            for i in items
            if self._session.takes(i.check, i.profile)
            or (i.check.requirements and i.profile in open_)
        ]

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the items in the order of the course; then again by chance, for the time given."""
        if session.testsfailed:
            raise session.Interrupted("a module of checks does not load")
        items = {item.step: item for item in session.items if isinstance(item, CheckItem)}
        course = self._session.begin(items)
        if self._dry:
            return True
        for planned in course:
            _run(items[planned.step], planned.effort)
        for left_out in course.left_out:
            self._session.leave_out(left_out)
        for planned in self._session.more_rounds():
            _run(items[planned.step], planned.effort)
        self._session.settle()
        return True


def _run(item: CheckItem, effort: Effort) -> None:
    item.effort = effort
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def collect_and_run(session: Session, *, dry: bool = False) -> int:
    """Runs every check of the session's scope, or only plans it. Returns pytest's exit code.

    Nothing is written to the terminal, and no plugin that happens to be installed takes part.
    """
    root = Path(qonform.checks.__file__).parent
    arguments = [
        str(root),
        "--rootdir",
        str(root),
        "-c",
        str(root / "pytest.ini"),
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:doctest",
        "-p",
        "no:junitxml",
        "-p",
        "no:faulthandler",
        "-p",
        "no:unraisableexception",
        "-p",
        "no:threadexception",
        "-p",
        "no:logging",
        "-p",
        "no:warnings",
        "--disable-plugin-autoload",
        "--capture=no",
        "--import-mode=importlib",
        "-o",
        "addopts=",
    ]
    return int(pytest.main(arguments, plugins=[Plugin(session, dry=dry)]))
