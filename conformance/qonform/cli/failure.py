"""How a command ends when it cannot do its work: one clear line, and exit code 2."""

from __future__ import annotations

import click


class UsageFailure(click.ClickException):
    """Bad input. The message says where, what was expected, and what to do."""

    exit_code = 2
