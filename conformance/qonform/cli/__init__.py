"""The command line of the suite."""

from __future__ import annotations

import click

from qonform.cli.catalogue import explain, list_
from qonform.cli.run import run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qonform")
def main() -> None:
    """Judges a quantum-network implementation against its standards, clause by clause.

    Exit codes: 0 conforming, 1 at least one mandatory requirement failed, 2 usage, manifest or
    tool error, 3 inconclusive.
    """


main.add_command(run)
main.add_command(list_)
main.add_command(explain)
