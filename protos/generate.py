"""Regenerates the Python code beside each .proto file; `--check` only says whether it is stale."""

from __future__ import annotations

import filecmp
import sys
import sysconfig
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).parent


def generate(out: Path) -> list[Path]:
    """Writes the modules of every .proto below `protos/` to `out`; returns their paths in it."""
    sources = sorted(str(p.relative_to(ROOT)) for p in ROOT.rglob("*.proto"))
    well_known = str(resources.files("grpc_tools") / "_proto")
    flags = [f"--{kind}_out={out}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
    scripts = Path(sysconfig.get_path("scripts"))
    plugins = [f"--plugin={scripts / name}" for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")]
    if protoc.main(["protoc", f"-I{ROOT}", f"-I{well_known}", *plugins, *flags, *sources]):
        raise SystemExit("protoc failed: see above")
    return sorted(p.relative_to(out) for p in out.rglob("*_pb2*.py*"))


def main() -> None:
    """Regenerates in place, or with `--check` compares and exits 1 when something is stale."""
    if "--check" not in sys.argv:
        generate(ROOT)
        return
    with tempfile.TemporaryDirectory() as scratch:
        fresh = generate(Path(scratch))
        stale = [
            name
            for name in fresh
            if not (ROOT / name).exists()
            or not filecmp.cmp(ROOT / name, Path(scratch) / name, shallow=False)
        ]
    if stale:
        raise SystemExit(f"stale, run `tox -e protos`: {', '.join(map(str, stale))}")


if __name__ == "__main__":
    main()
