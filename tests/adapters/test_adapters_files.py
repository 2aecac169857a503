"""The adapters in `examples`, without the simulators that they need."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from desk import certificates
from desk.manifest import APPLICATIONS, FILE_NAME, manifest

from qonform.target import Role, load

ROOT = Path(__file__).parents[2]
ADAPTERS = ROOT / "examples" / "adapters"
SOURCES = sorted(ADAPTERS.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ADAPTERS)))
def test_an_adapter_compiles_and_imports_neither_the_suite_nor_the_reference(path):
    tree = ast.parse(path.read_text("utf-8"), str(path))
    compile(tree, str(path), "exec")
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
    }
    assert not imported & {"qonform", "qinet_reference", "qinet_schemas", "qonform_report"}


@pytest.mark.parametrize("name", ["sequence", "simulaqron"])
def test_an_adapter_says_what_it_needs_and_how_it_is_started(name):
    folder = ADAPTERS / name
    pinned = (folder / "requirements.txt").read_text("utf-8")
    assert any(line.startswith(f"{name}==") for line in pinned.splitlines())
    assert f"examples/adapters/{name}/serve.py" in (folder / "README.md").read_text("utf-8")


def test_the_manifest_of_an_adapter_is_in_order(tmp_path):
    ports = {"node-a": 50_051, "node-b": 50_052}
    certificates.make(tmp_path / "certs", list(ports), APPLICATIONS)
    path = tmp_path / FILE_NAME
    path.write_text(manifest("S", "N", "1", 0.5, ports), "utf-8")
    target = load(path)
    roles = (Role.CREATOR, Role.PEER, Role.SECOND_CREATOR, Role.SECOND_PEER, Role.STRANGER)
    at = [target.client(role).node for role in roles]
    assert at == ["node-a", "node-b", "node-a", "node-b", "node-a"]
    assert target.node("node-b").links.address == "127.0.0.1:50052"
