"""Real processes: a reference network, and the suite as a user runs it."""

import signal
from pathlib import Path

import pytest

from qonform.running.reference import reference_network
from qonform.selftest import judged


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """The manifest of a clean reference network."""
    with reference_network(tmp_path_factory.mktemp("network")) as manifest:
        yield manifest


@pytest.fixture
def judge(tmp_path):
    """Runs `qonform run` on a manifest, with further arguments."""

    def run(manifest, *arguments, **options):
        return judged.judge(manifest, tmp_path / "report", *arguments, **options)

    return run


@pytest.fixture
def as_in_a_shell():
    """Who runs the tests in the background may have them ignore Ctrl-C, and all they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
