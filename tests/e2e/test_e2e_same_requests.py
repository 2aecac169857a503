"""The same seed asks the same, whatever else is different about the machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import qinet
import qinet_schemas
import qonform
from qonform.running.reference import reference_network

SHAPES = Path(__file__).parent / "asked_shapes.py"
PACKAGES = [Path(p.__path__[0]) for p in (qinet, qinet_schemas, qonform)]


def asked(folder, seed, *, installed, hash_seed, cache=False):
    """What a run asked a fresh network, by check, and its results.

    Args:
        installed: runs the suite from a folder of installed packages; else from its source.
        hash_seed: for Python.
        cache: leaves in the working folder what Hypothesis may have left there.
    """
    places = [str(package.parent) for package in PACKAGES]
    folder.mkdir()
    if installed:
        places = [str(folder / "site-packages")]
        (folder / "site-packages").mkdir()
        for package in PACKAGES:
            (folder / "site-packages" / package.name).symlink_to(package)
    if cache:
        for name in ("examples", "constants", "unicode_data"):
            (folder / ".hypothesis" / name).mkdir(parents=True)
        (folder / ".hypothesis" / "examples" / "0123456789abcdef").write_bytes(b"\x01" * 9)
    out = folder / "asked.json"
    with reference_network(folder) as manifest:
        subprocess.run(
            [sys.executable, str(SHAPES), str(manifest), str(seed), str(out)],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONHASHSEED": str(hash_seed),
                "PYTHONPATH": os.pathsep.join(places),
            },
            check=True,
            timeout=200,
        )
    told = json.loads(out.read_text())
    return told["asked"], told["results"]


@pytest.mark.timeout(600)
def test_a_cold_cache_a_warm_one_and_another_machine_ask_the_same(tmp_path):
    cold, results = asked(tmp_path / "cold", 41, installed=False, hash_seed=0)
    seed = results["run"]["seed"]
    warm, _ = asked(tmp_path / "warm", seed, installed=True, hash_seed=1, cache=True)
    assert [check for check, _ in warm] == [check for check, _ in cold]
    for (check, here), (_, there) in zip(cold, warm, strict=True):
        assert here == there, check
    assert sum(len(requests) for _, requests in cold) > 300
