"""What a manifest must obey beyond its schema: names that exist, files that fit, dates.

Every rule looks at data that may break the schema elsewhere, and passes over what it cannot
read: the schema has told that already.
"""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qonform.catalogue import Catalogue, UnknownIdError, did_you_mean
from qonform.target.credentials import certificate_fault, private_key_fault
from qonform.target.shape import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from qonform.target.lines import KeyPath

_ENDPOINT_OF = {
    "etsi-014": "etsi014",
    "qinet-keys": "qinet",
    "qinet-links": "links",
    "qinet-paths": "paths",
}
_ONCE = {"master": {"etsi-014", "qinet-keys"}, "creator": {"qinet-links", "qinet-paths"}}
"""Roles that exactly one client has where one of these profiles is claimed."""


def faults(
    data: Mapping[str, Any], *, folder: Path, today: datetime.date, catalogue: Catalogue
) -> Iterator[Fault]:
    """Everything in which the data breaks a rule. Relative paths start at the folder."""
    yield from _numbers(data, ())
    for list_of in ("nodes", "clients"):
        yield from _same_ids(data, list_of)
    yield from _claims(data)
    yield from _endpoints(data, folder)
    yield from _ones(data)
    yield from _clients(data, folder)
    yield from _waivers(data, today, catalogue)


def _numbers(value: Any, here: KeyPath) -> Iterator[Fault]:
    """TOML has nan and inf, which pass every comparison of the schema, and JSON has not."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _numbers(inner, (*here, key))
        case list():
            for index, inner in enumerate(value):
                yield from _numbers(inner, (*here, index))
        case float() if not math.isfinite(value):
            yield Fault(here, "expected a finite number")
        case datetime.date() | datetime.time() if "extensions" in here:
            yield Fault(here, "expected a value that JSON has too, such as text")


def _same_ids(data: Mapping[str, Any], list_of: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, table in _tables(data, list_of):
        id_ = _text(table, "id")
        if id_ is None:
            continue
        if id_ in first:
            message = f"expected an id of its own, {list_of}[{first[id_]}] is called {id_!r} too"
            yield Fault((list_of, index, "id"), message)
        first.setdefault(id_, index)


def _claims(data: Mapping[str, Any]) -> Iterator[Fault]:
    for index, profile in enumerate(_claimed(data)):
        endpoint = _ENDPOINT_OF.get(profile)
        if endpoint and not any(endpoint in node for _, node in _tables(data, "nodes")):
            message = f"{profile} is claimed and no node offers it; expected a [nodes.{endpoint}]"
            yield Fault(("claims", "profiles", index), message)


def _endpoints(data: Mapping[str, Any], folder: Path) -> Iterator[Fault]:
    for index, node in _tables(data, "nodes"):
        for kind in _ENDPOINT_OF.values():
            key = "url" if kind == "etsi014" else "address"
            endpoint = node.get(kind)
            if not isinstance(endpoint, dict):
                continue
            where = _text(endpoint, key)
            fault = where and _location_fault(where if kind == "etsi014" else f"//{where}")
            if fault:
                yield Fault(("nodes", index, kind, key), fault)
            ca = _text(endpoint, "ca")
            fault = ca and certificate_fault(folder / ca)
            if fault:
                yield Fault(("nodes", index, kind, "ca"), fault)


def _location_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "expected a host and a port from 1 to 65535"
    if port == 0:
        return "expected a port from 1 to 65535"
    if "@" in parts.netloc:
        return "expected no user name or password here"
    if not parts.hostname or any(letter.isspace() for letter in parts.netloc):
        return "expected a host name or an address"
    return None


def _ones(data: Mapping[str, Any]) -> Iterator[Fault]:
    claimed = set(_claimed(data))
    for role, profiles in _ONCE.items():
        have = [index for index, client in _tables(data, "clients") if role in _roles(client)]
        if not have and data.get("clients") and claimed & profiles:
            yield Fault(("clients",), f"expected one client with the role {role}, none has it")
        for index in have[1:]:
            message = f"expected one {role}, clients[{have[0]}] is it already"
            yield Fault(("clients", index, "roles"), message)


def _clients(data: Mapping[str, Any], folder: Path) -> Iterator[Fault]:
    nodes = {node["id"]: node for _, node in _tables(data, "nodes") if _text(node, "id")}
    for index, client in _tables(data, "clients"):
        here: KeyPath = ("clients", index)
        yield from _credentials(client, here, folder)
        node = _text(client, "node")
        if node in nodes:
            yield from _identity(client, here, nodes[node], _claimed(data))
        elif node:
            message = f"no node is called {node!r}"
            hint = did_you_mean(node, nodes) or f"; known are {', '.join(map(repr, nodes))}"
            yield Fault((*here, "node"), message + hint)


def _credentials(client: Mapping[str, Any], here: KeyPath, folder: Path) -> Iterator[Fault]:
    certificate, private_key = _text(client, "certificate"), _text(client, "private_key")
    if certificate:
        fault = certificate_fault(folder / certificate)
        if fault:
            yield Fault((*here, "certificate"), fault)
    if private_key:
        beside = folder / certificate if certificate else None
        fault = private_key_fault(folder / private_key, beside)
        if fault:
            yield Fault((*here, "private_key"), fault)


def _identity(
    client: Mapping[str, Any], here: KeyPath, node: Mapping[str, Any], profiles: list[str]
) -> Iterator[Fault]:
    if client.keys() & {"certificate", "private_key"}:
        return
    http = node.get("etsi014")
    url = _text(http, "url") if isinstance(http, dict) else None
    if url and url.startswith("https:") and not client.get("headers"):
        message = f"expected certificate and private_key, or headers: {node['id']!r} asks for https"
        yield Fault(here, message)
    elif any(_ENDPOINT_OF.get(p) in node for p in profiles if p != "etsi-014"):
        message = "expected certificate and private_key: over gRPC nothing else tells who it is"
        yield Fault(here, message)


def _waivers(
    data: Mapping[str, Any], today: datetime.date, catalogue: Catalogue
) -> Iterator[Fault]:
    first: dict[tuple[str, str | None], int] = {}
    for index, waiver in _tables(data, "waivers"):
        here: KeyPath = ("waivers", index)
        expires = _date(waiver.get("expires"))
        if expires and expires < today:
            yield Fault((*here, "expires"), f"expired on {expires}; remove the waiver or renew it")
        name, profile = _text(waiver, "requirement"), _text(waiver, "profile")
        if name is None:
            continue
        try:
            requirement = catalogue.requirement(name)
        except UnknownIdError as error:
            yield Fault((*here, "requirement"), str(error))
            continue
        if profile and profile not in requirement.profiles:
            message = f"{requirement.id} is judged in {' and '.join(requirement.profiles)} only"
            yield Fault((*here, "profile"), message)
        elif not set(_claimed(data)) & {profile, *(() if profile else requirement.profiles)}:
            message = f"{profile or requirement.id} is in no profile that is claimed"
            yield Fault((*here, "profile" if profile else "requirement"), message)
        same = first.setdefault((requirement.id, profile), index)
        if same != index:
            yield Fault((*here, "requirement"), f"is waived already by waivers[{same}]")


def _tables(data: Mapping[str, Any], list_of: str) -> Iterator[tuple[int, dict[str, Any]]]:
    entries = data.get(list_of)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def _text(table: Mapping[str, Any], key: str) -> str | None:
    value = table.get(key)
    return value if isinstance(value, str) and value else None


def _roles(client: Mapping[str, Any]) -> list[str]:
    roles = client.get("roles")
    return roles if isinstance(roles, list) else []


def _claimed(data: Mapping[str, Any]) -> list[str]:
    claims = data.get("claims")
    profiles = claims.get("profiles") if isinstance(claims, dict) else None
    return [p if isinstance(p, str) else "" for p in profiles] if isinstance(profiles, list) else []


def _date(value: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
