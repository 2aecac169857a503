"""Results of an earlier run, as a command is given them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import qonform_report
from qonform.cli.failure import UsageFailure

if TYPE_CHECKING:
    from pathlib import Path


def read_results(path: Path) -> dict[str, Any]:
    """The results in a file, whole and valid. Raises UsageFailure with one line that says why."""
    try:
        return qonform_report.read(path)
    except qonform_report.UnusableResultsError as error:
        raise UsageFailure(str(error)) from error
