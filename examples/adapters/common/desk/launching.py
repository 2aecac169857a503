"""Makes the virtual environment of an adapter, and runs the adapter in it.

This module needs the standard library alone: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMMON = HERE.parent
PROTOS = HERE.parents[3] / "protos"


def launch(script: Path, about: str) -> None:
    """Run `script` in an environment that has its `requirements.txt`; does not return."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--dir", type=Path, help="folder for environment, certificates, manifest")
    parser.add_argument("--venv", type=Path, help="an environment to use; made if it is missing")
    options, others = parser.parse_known_args()
    folder = (options.dir or Path(tempfile.mkdtemp(prefix="adapter-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    python = environment((options.venv or folder / "venv").resolve(), script.parent)
    variables = dict(os.environ, PYTHONPATH=os.pathsep.join([str(COMMON), str(PROTOS)]))
    command = [str(python), str(script), "--dir", str(folder), *others]
    os.chdir(folder)
    os.execve(python, command, variables)  # noqa: S606 - this very script, in its environment


def environment(folder: Path, adapter: Path) -> Path:
    """The Python of an environment with everything that an adapter needs."""
    python = folder / "bin" / "python"
    requirements = adapter / "requirements.txt"
    installed = folder / "requirements.txt"
    if not installed.exists() or installed.read_text() != requirements.read_text():
        if not python.exists():
            venv.create(folder, with_pip=True)
        print(f"installing {requirements} into {folder}", file=sys.stderr, flush=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements)]
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603 - pip, our own list
        installed.write_text(requirements.read_text())
    return python
