"""Results of an earlier run, as a command is given them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import qonform_report
from qonform.cli.failure import UsageFailure
from qonform.practice.recorded import recorded_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_results(path: Path) -> dict[str, Any]:
    """The results in a file, whole and valid. Raises UsageFailure with one line that says why."""
    try:
        return qonform_report.read(path)
    except qonform_report.UnusableResultsError as error:
        raise UsageFailure(str(error)) from error


def manifest_of(results: Mapping[str, Any], given: Path | None) -> Path | None:
    """The manifest given, else the one that the results name; None if they name none.

    Raises:
        UsageFailure: the one that they name is not there.
    """
    if given:
        return given
    path = recorded_manifest(results)
    if path and not os.path.lexists(path):
        raise UsageFailure(f"{path}, which the results name, is not there: give it with --target")
    return path
