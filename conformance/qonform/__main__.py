"""`python -m qonform` is `qonform`."""

from qonform.cli import main

main()
