"""Random cases depend on the seed alone, not on where the suite's modules lie."""

import os
import subprocess
import sys
from pathlib import Path

import qonform

PACKAGES = Path(qonform.__path__[0]).parent
DRAW = """
import sys, tempfile
from pathlib import Path
from hypothesis import Phase, given, seed, settings
from qonform.checks.etsi014 import rest_unreadable
from qonform.generators import malformed_requests
from qonform.generators.seeding import let_the_seed_decide

if sys.argv[1] == "decided":
    let_the_seed_decide(Path(tempfile.mkdtemp()))

@seed(1)
@settings(max_examples=300, database=None, phases=[Phase.generate], deadline=None)
@given(malformed_requests.key_requests())
def show(drawn):
    print(drawn)

show()
"""


def drawn(folder, how, *, installed):
    place = PACKAGES
    if installed:
        place = folder / "site-packages"
        place.mkdir(exist_ok=True)
        if not (place / "qonform").exists():
            (place / "qonform").symlink_to(PACKAGES / "qonform")
    rest = os.environ.get("PYTHONPATH", "")
    ended = subprocess.run(
        [sys.executable, "-c", DRAW, how],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(place), rest])},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout


def test_installed_or_not_the_same_is_drawn(tmp_path):
    here, there = (drawn(tmp_path, "decided", installed=i) for i in (False, True))
    assert here == there
    assert here.count("\n") > 100


def test_left_alone_it_is_not(tmp_path):
    here, there = (drawn(tmp_path, "left alone", installed=i) for i in (False, True))
    assert here != there, "and then this module has nothing to do any more"
