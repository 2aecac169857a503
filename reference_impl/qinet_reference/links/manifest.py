"""The target manifest of a network of links."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from qinet_reference.manifest import credentials_of, relative

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qinet_reference.links.plan import LinkPlan
    from qinet_reference.pki_files import PkiFiles


def manifest(plan: LinkPlan, ports: Mapping[str, int], files: PkiFiles) -> dict[str, Any]:
    """The manifest as a document, valid against `target.schema.json`; `ports` by node ID."""
    host = f"[{plan.host}]" if ":" in plan.host else plan.host
    return {
        "implementation": {
            "supplier": "Qonform",
            "name": "reference link layer",
            "version": version("qonform"),
        },
        "claims": {"profiles": ["qinet-links"], "qinet-links": _claims(plan)},
        "nodes": [
            {
                "id": node.id,
                "links": {
                    "address": f"{host}:{ports[node.id]}",
                    "ca": relative(files.ca_of_server(node.id), files),
                },
            }
            for node in plan.nodes
        ],
        "clients": [
            {"id": one.id, "node": one.kme, "roles": list(one.roles)}
            | credentials_of(one.id, files)
            for one in plan.applications
        ],
    }


def _claims(plan: LinkPlan) -> dict[str, Any]:
    """What cannot be asked of the nodes."""
    return {"clock_speed": plan.speed} | ({"fault_port": True} if plan.fault_port else {})
