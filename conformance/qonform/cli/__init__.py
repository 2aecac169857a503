"""The command line of the suite."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import click

from qonform.cli.diff import diff
from qonform.cli.doctor import doctor
from qonform.cli.explain import explain
from qonform.cli.init import init
from qonform.cli.list_ import list_
from qonform.cli.replay import replay
from qonform.cli.run import run
from qonform.cli.selftest import selftest
from qonform.cli.waive import waive
from qonform.running.interruption import sigterm_as_ctrl_c

_USAGE_OR_TOOL, _UNDECIDED = 2, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qonform")
def commands() -> None:
    """Judges a quantum-network implementation against its standards, clause by clause.

    Exit codes: 0 conforming, 1 at least one mandatory requirement failed, 2 usage, manifest or
    tool error, 3 inconclusive.
    """


for command in (run, list_, explain, init, doctor, replay, waive, diff, selftest):
    commands.add_command(command)


def main() -> None:
    """Runs a command. Whatever goes wrong, the exit code is one of the contract's."""
    try:
        with sigterm_as_ctrl_c():
            code = commands(prog_name="qonform", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = error.exit_code
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "qonform"
        said = " ".join(error.format_message().split()).rstrip(".")
        click.echo(f"Error: {said}; see {where} --help", err=True)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted: nothing was decided.", err=True)
        code = _UNDECIDED
    except Exception as error:
        click.echo(f"Error: a fault of the suite itself: {_place(error)}", err=True)
        code = _USAGE_OR_TOOL
    sys.exit(code)


def _place(error: Exception) -> str:
    """Type and place of an error. No values: they may hold keys."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}"
