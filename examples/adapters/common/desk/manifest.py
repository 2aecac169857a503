"""The manifest `qonform.toml`: where the adapter's nodes are, and who may ask them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "qonform.toml"

APPLICATIONS: dict[str, tuple[int, str]] = {
    "app-1": (0, "creator"),
    "app-2": (1, "peer"),
    "app-3": (0, "second-creator"),
    "app-4": (1, "second-peer"),
    "app-5": (0, "stranger"),
}
"""Each application, its node (first or second), and its role."""


def manifest(supplier: str, name: str, version: str, speed: float, ports: Mapping[str, int]) -> str:
    """The manifest as TOML. `ports`: of each node, in order, by node ID."""
    nodes = list(ports)
    lines = [
        "[implementation]",
        *_lines(supplier=supplier, name=name, version=version),
        "",
        "[claims]",
        *_lines(profiles=["qinet-links"]),
        "[claims.qinet-links]",
        *_lines(clock_speed=speed),
    ]
    for node, port in ports.items():
        lines += ["", "[[nodes]]", *_lines(id=node), "[nodes.links]"]
        lines += _lines(address=f"127.0.0.1:{port}", ca="certs/ca.pem")
    for application, (index, role) in APPLICATIONS.items():
        lines += ["", "[[clients]]", *_lines(id=application, node=nodes[index], roles=[role])]
        lines += _lines(
            certificate=f"certs/{application}.cert.pem", private_key=f"certs/{application}.key.pem"
        )
    return "\n".join(lines) + "\n"


def _lines(**values: object) -> list[str]:
    """JSON's notation of text, numbers and lists is TOML's too."""
    return [f"{key} = {json.dumps(value)}" for key, value in values.items()]
