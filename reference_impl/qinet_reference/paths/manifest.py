"""How to reach the ends of circuits, and who may: in the form of a target manifest."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from qinet_reference.manifest import credentials_of, relative

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qinet_reference.paths.plan import PathPlan
    from qinet_reference.pki_files import PkiFiles


def manifest(plan: PathPlan, ports: Mapping[str, int], files: PkiFiles) -> dict[str, Any]:
    """The manifest as a document, valid against `target.schema.json`; `ports` by node ID."""
    host = f"[{plan.host}]" if ":" in plan.host else plan.host
    return {
        "implementation": {
            "supplier": "Qonform",
            "name": "reference network layer",
            "version": version("qonform"),
        },
        "claims": {"profiles": ["qinet-paths"], "qinet-paths": {"clock_speed": plan.speed}},
        "nodes": [
            {
                "id": node.id,
                "paths": {
                    "address": f"{host}:{ports[node.id]}",
                    "ca": relative(files.ca_of_server(node.id), files),
                },
            }
            for node in plan.ends
        ],
        "clients": [
            {"id": one.id, "node": one.kme, "roles": list(one.roles)}
            | credentials_of(one.id, files)
            for one in plan.applications
        ],
    }
