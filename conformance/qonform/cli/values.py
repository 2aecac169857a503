"""Values that options take."""

from __future__ import annotations

import re
from typing import Any

import click

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Duration(click.ParamType[float]):
    """A time such as `90s`, `10m` or `2h`, as seconds."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds, as a float. Ends the command if the text is no time."""
        if isinstance(value, int | float):
            return float(value)
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", value.strip())
        if not match:
            self.fail(f"{value!r} is no time; write 90s, 10m or 2h", param, ctx)
        return float(match[1]) * _SECONDS[match[2]]


DURATION = Duration()
