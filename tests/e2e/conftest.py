"""Real processes: a reference network, and the suite as a user runs it."""

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
