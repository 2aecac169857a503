"""Whether the limits of the manifest leave room for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.practice.doctor.line import Line, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qonform.target import Limits

REQUESTS = 2_000
"""About what a run at `standard` sends over one transport."""
AT_ONCE = 8
"""How many requests a race sends at once."""
PATIENT_S = 1.0


def limits(given: Limits) -> Iterator[Line]:
    """Looks at rate, concurrency and timeout."""
    minutes = REQUESTS / given.requests_per_second / 60
    if minutes > 15:
        yield warning(
            "limits",
            f"{given.requests_per_second:g} requests a second: a run takes {minutes:.0f} minutes "
            "and more",
            "raise requests_per_second, or use --effort quick",
        )
    else:
        yield ok("limits", f"{given.requests_per_second:g} requests a second")
    if given.max_concurrency < AT_ONCE:
        yield warning(
            "limits",
            f"{given.max_concurrency} requests at once: races ask {AT_ONCE} at once, and stay "
            "undecided",
            f"raise max_concurrency to {AT_ONCE} or more",
        )
    else:
        yield ok("limits", f"{given.max_concurrency} requests at once")
    if given.timeout_s < PATIENT_S:
        yield warning(
            "limits",
            f"{given.timeout_s:g} s for one request: what takes longer stays undecided",
            "raise timeout_s",
        )
