"""What the results of a run tell of how it was started."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def recorded_manifest(results: Mapping[str, Any]) -> Path | None:
    """The manifest as the recorded command names it; None if the reference network was judged.

    A relative one is relative to wherever the command was given.
    """
    words = shlex.split(results["run"]["command"])
    if "--target" in words[:-1]:
        return Path(words[words.index("--target") + 1])
    return None
