"""`python -m qinet_reference` is `qinet-reference`."""

from qinet_reference.cli import main

main()
