"""No key of a run is found in anything that the run leaves behind."""

import base64
import json
import subprocess
import sys

import pytest

from qonform.running.reference import reference_network

CANARY = b"QKD\x00"  # how every key begins under `--fault material-constant-prefix`


@pytest.mark.parametrize(
    "flags",
    [
        ("--fault", "material-constant-prefix"),
        ("--fault", "material-constant-prefix", "--fault", "keys-in-refusal"),
        ("--fault", "material-constant-prefix", "--fault", "slave-bit-differs"),
        ("--fault", "material-constant-prefix", "--fault", "container-camel-case-id"),
        ("--fault", "material-constant-prefix", "--fault", "json-two-values"),
        ("--fault", "material-constant-prefix", "--fault", "base64-newline"),
        ("--fault", "material-constant-prefix", "--fault", "base64-url-alphabet"),
    ],
)
def test_every_artefact_is_clean(tmp_path, flags):
    (tmp_path / "network").mkdir()
    with reference_network(tmp_path / "network", flags) as manifest:
        command = [sys.executable, "-m", "qonform", "run", "--target", str(manifest)]
        ended = subprocess.run(
            [*command, "--effort", "quick", "--report-dir", str(tmp_path / "report")],
            check=False,
            capture_output=True,
            cwd=tmp_path,
        )
    assert ended.returncode in (0, 1, 3), ended.stderr
    results = json.loads((tmp_path / "report" / "results.json").read_text())
    assert results["run"]["spent"]["keys"] > 100
    artefacts = {p.name: p.read_bytes() for p in (tmp_path / "report").iterdir()}
    assert len(artefacts) == 4
    artefacts |= {"stdout": ended.stdout, "stderr": ended.stderr}
    leaks = [name for name, text in artefacts.items() for s in spellings() if s in text]
    assert leaks == []
    assert not (tmp_path / ".hypothesis").exists()


def spellings():
    """The canary in base64 (its first five characters are free of what follows), and in hex."""
    encoded = base64.b64encode(CANARY)[:5]
    return [encoded, CANARY.hex().encode(), CANARY.hex().upper().encode()]
