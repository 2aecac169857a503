"""Makes random cases depend on the seed and on nothing else of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

if TYPE_CHECKING:
    from pathlib import Path


def let_the_seed_decide(scratch: Path) -> None:
    """Keeps Hypothesis from looking around.

    It would take up what an earlier run has left in the working folder, and now and then draw
    numbers and words that stand in modules which are no installed packages: this suite's own,
    wherever somebody works on its source.

    Args:
        scratch: an empty folder for whatever it wants to write down.
    """
    set_hypothesis_home_dir(scratch)
    nothing = Constants()
    providers._get_local_constants = lambda: nothing  # there is no setting for it
