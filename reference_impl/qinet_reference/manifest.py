"""The target manifest: tells a conformance suite how to reach a network, and who it may be."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from qinet_reference.plan import PROXY_HEADER, Identity, Plan, Sae

if TYPE_CHECKING:
    from pathlib import Path

    from qinet_reference.pki_files import PkiFiles

FILE_NAME = "qonform.toml"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The ports of one KME; `grpc` is None where only REST is served."""

    rest: int
    grpc: int | None


def manifest(plan: Plan, endpoints: Mapping[str, Endpoint], files: PkiFiles) -> dict[str, Any]:
    """The manifest as a document, valid against `target.schema.json`.

    Paths are relative to the folder that holds the manifest and the certificates' folder.
    """
    listed = plan.listed_kmes or plan.kmes
    profiles = ["etsi-014", "qinet-keys"] if plan.serves_grpc else ["etsi-014"]
    return {
        "implementation": {
            "supplier": "Qonform",
            "name": "reference network",
            "version": version("qonform"),
        },
        "claims": {
            "profiles": profiles,
            "etsi-014": {**plan.claims, "extensions": [dict(one) for one in plan.extensions]},
        },
        "nodes": [_node(plan, kme, endpoints[kme], files) for kme in listed],
        "clients": [
            _client(plan, sae, files)
            for sae in plan.saes
            if sae.kme in listed and not (sae.expired and plan.identity is Identity.HEADER)
        ],
    }


def _node(plan: Plan, kme: str, endpoint: Endpoint, files: PkiFiles) -> dict[str, Any]:
    host = f"[{plan.host}]" if ":" in plan.host else plan.host
    ca = relative(files.ca_of_server(kme), files)
    rest = {"url": f"{plan.scheme}://{host}:{endpoint.rest}"}
    node: dict[str, Any] = {"id": kme, "etsi014": rest}
    if plan.scheme == "https":
        rest["ca"] = ca
    if endpoint.grpc is not None:
        node["qinet"] = {"address": f"{host}:{endpoint.grpc}", "ca": ca}
    return node


def _client(plan: Plan, sae: Sae, files: PkiFiles) -> dict[str, Any]:
    client: dict[str, Any] = {"id": sae.id, "node": sae.kme, "roles": list(sae.roles)}
    if plan.identity is Identity.HEADER:
        return {**client, "headers": {PROXY_HEADER: sae.id}}
    return client | credentials_of(sae.id, files)


def credentials_of(holder: str, files: PkiFiles) -> dict[str, str]:
    """Where an application's certificate and private key are."""
    return {
        "certificate": relative(files.certificate(holder), files),
        "private_key": relative(files.private_key(holder), files),
    }


def relative(path: Path, files: PkiFiles) -> str:
    """A path as the manifest has it: from the folder that holds it and the certificates'."""
    return path.relative_to(files.folder.parent).as_posix()


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document as TOML; a reader sees the old file or the new one, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(to_toml(document).lstrip(), encoding="utf-8")
    draft.replace(path)


def to_toml(document: Mapping[str, Any], prefix: str = "") -> str:
    """TOML of a document of tables, arrays of tables, and plain values."""
    tables = {name: value for name, value in document.items() if _is_tables(value)}
    lines = [f"{_key(n)} = {_value(v)}" for n, v in document.items() if n not in tables]
    text = "".join(f"{line}\n" for line in lines)
    for name, value in tables.items():
        path = f"{prefix}{_key(name)}"
        if isinstance(value, Mapping):
            text += f"\n[{path}]\n{to_toml(value, f'{path}.')}"
        else:
            text += "".join(f"\n[[{path}]]\n{to_toml(one, f'{path}.')}" for one in value)
    return text


def _is_tables(value: object) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _key(name: str) -> str:
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name)


def _value(value: object) -> str:
    """A plain value; JSON's notation of strings, numbers, booleans and arrays is TOML's too."""
    return json.dumps(value, ensure_ascii=True)
