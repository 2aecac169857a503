"""The suite as pytest sees it: a check over one transport is an item."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import qonform.checks
from qonform.judging import Check, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

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

    def runtest(self) -> None:
        """Performs the check; its findings are kept by the session."""
        findings = self.run_session.perform(self.check, self.profile, self.subject)
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
    """Collects the checks of a run, in the order of what they cost."""

    def __init__(self, session: Session) -> None:
        self._session = session

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
        """Keeps what has a part in the run; cheap checks first, mere curiosity last.

        What a poor key store can decide is decided that way.
        """
        open_ = self._session.monitored_only((i.check, i.profile) for i in items)
        items[:] = [
            i
            for i in items
            if self._session.takes(i.check, i.profile)
            or (i.check.requirements and i.profile in open_)
        ]
        self._session.progress.planned(len(items))
        items.sort(key=lambda i: (not i.check.first, not i.check.requirements, i.check.keys))


def collect_and_run(session: Session) -> int:
    """Runs every check of the session's scope. Returns pytest's exit code.

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
    return int(pytest.main(arguments, plugins=[Plugin(session)]))
