"""The target manifest: what is judged, how to reach it, and what its supplier claims.

`load(path)` reads a `qonform.toml` and believes nothing: what it returns is complete and
consistent, files and certificates included. What is wrong is told with line and key, all of it
at once, in a `ManifestError`.
"""

from __future__ import annotations

from qonform.target.manifest import ManifestError, Problem, load
from qonform.target.model import (
    Claims,
    Client,
    Endpoint,
    Extension,
    GrpcEndpoint,
    HttpEndpoint,
    Implementation,
    KeyClaims,
    Limits,
    LinkClaims,
    Node,
    Role,
    Target,
    Waiver,
)

__all__ = [
    "Claims",
    "Client",
    "Endpoint",
    "Extension",
    "GrpcEndpoint",
    "HttpEndpoint",
    "Implementation",
    "KeyClaims",
    "Limits",
    "LinkClaims",
    "ManifestError",
    "Node",
    "Problem",
    "Role",
    "Target",
    "Waiver",
    "load",
]
