"""From `qonform.toml` to a `Target`, or to everything that is wrong with it."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qonform.catalogue import load_all
from qonform.target import rules, shape
from qonform.target.lines import KeyPath, Lines
from qonform.target.model import (
    Claims,
    Client,
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

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    file: str
    line: int | None
    """Counted from 1; None if the file as a whole is meant."""
    key: str
    """Such as `clients[1].certificate`; empty if no key is meant."""
    message: str

    def __str__(self) -> str:
        """Such as `qonform.toml:17: clients[1].node: no node is called 'kme-x'`, on one line."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(filter(None, (place, self.key, self.message)))


class ManifestError(ValueError):
    """A manifest cannot be used. One line for each thing that is wrong with it.

    - The file cannot be read, is not UTF-8 or is not TOML: one problem, and nothing further
      can be told.
    - A key is unknown (the nearest known one is named), is missing, or holds something else
      than expected.
    - A file that it names does not exist, is not PEM, or is a private key that is encrypted or
      is not its certificate's.
    - Names do not fit: two nodes or clients of one id, a client of an unknown node, no master
      or two, a claimed profile that no node offers.
    - A client has nothing by which its node could know it.
    - A waiver has expired, names an unknown requirement, or waives nothing that is claimed.

    A message names keys and files and never a header's value or what a file holds.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


def load(path: Path | str, *, today: datetime.date | None = None) -> Target:
    """The target that a manifest describes. Raises ManifestError with everything wrong in it.

    `today` decides which waivers have expired; by default, it is today.
    """
    path = Path(path)
    text = _read(path)
    data = _parse(path, text)
    folder = path.absolute().parent
    found = [
        *shape.faults(data),
        *rules.faults(
            data, folder=folder, today=today or datetime.date.today(), catalogue=load_all()
        ),
    ]
    if found:
        raise ManifestError(_problems(path, Lines(text), found))
    return _target(data, path.absolute())


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = "expected UTF-8, found other bytes"
        raise ManifestError([Problem(str(path), line, "", message)]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ManifestError([Problem(str(path), None, "", message)]) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
        line = int(place[1]) if place and place[1] else len(text.splitlines()) or 1
        column = f" (column {place[2]})" if place and place[2] else ""
        what = str(error)[: place.start()] if place else str(error)
        message = f"is not TOML: {what}{column}"
        raise ManifestError([Problem(str(path), line, "", message)]) from None
    _dates_as_text(data)
    return data


def _dates_as_text(data: dict[str, Any]) -> None:
    """TOML knows dates, JSON Schema does not."""
    waivers = data.get("waivers")
    for waiver in waivers if isinstance(waivers, list) else ():
        if isinstance(waiver, dict) and type(waiver.get("expires")) is datetime.date:
            waiver["expires"] = waiver["expires"].isoformat()


def _problems(path: Path, lines: Lines, faults: Sequence[shape.Fault]) -> list[Problem]:
    problems = {
        Problem(str(path), lines.of(fault.key), _dotted(fault.key), fault.message)
        for fault in faults
    }
    return sorted(problems, key=lambda p: (p.line or 0, p.key, p.message))


def _dotted(path: KeyPath) -> str:
    parts = (
        f"[{part}]"
        if isinstance(part, int)
        else "." + (part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else json.dumps(part))
        for part in path
    )
    return "".join(parts).removeprefix(".")


def _target(data: Mapping[str, Any], path: Path) -> Target:
    folder = path.parent
    limits = _limits(data.get("limits", {}))
    return Target(
        implementation=Implementation(**data["implementation"]),
        claims=_claims(data["claims"], limits),
        nodes=tuple(_node(table, folder) for table in data["nodes"]),
        clients=tuple(_client(table, folder) for table in data["clients"]),
        limits=limits,
        waivers=tuple(_waiver(table) for table in data.get("waivers", ())),
        path=path,
    )


def _limits(table: dict[str, Any]) -> Limits:
    whole = {"key_budget_bits", "pair_budget", "max_concurrency"}  # JSON Schema calls 1e6 whole
    return Limits(**table | {key: int(table[key]) for key in table.keys() & whole})


def _claims(table: Mapping[str, Any], limits: Limits) -> Claims:
    keys: dict[str, Any] = table.get("etsi-014", {})
    extensions = tuple(
        Extension(**each, has_possible="possible" in each, has_impossible="impossible" in each)
        for each in keys.get("extensions", ())
    )
    stated = {"delivery_delay_s": limits.timeout_s} | keys | {"extensions": extensions}
    slack = {"slack_s": limits.timeout_s}
    return Claims(
        profiles=tuple(table["profiles"]),
        keys=KeyClaims(**stated),
        links=LinkClaims(**slack | table.get("qinet-links", {})),
        paths=LinkClaims(**slack | table.get("qinet-paths", {})),
        stated=table,
    )


def _node(table: Mapping[str, Any], folder: Path) -> Node:
    http = table.get("etsi014")
    return Node(
        id=table["id"],
        etsi014=http
        and HttpEndpoint(url=http["url"].rstrip("/"), ca=_path(folder, http.get("ca"))),
        qinet=_grpc(table.get("qinet"), folder),
        links=_grpc(table.get("links"), folder),
        paths=_grpc(table.get("paths"), folder),
    )


def _grpc(table: Mapping[str, Any] | None, folder: Path) -> GrpcEndpoint | None:
    if table is None:
        return None
    return GrpcEndpoint(address=table["address"], ca=_path(folder, table.get("ca")))


def _client(table: Mapping[str, Any], folder: Path) -> Client:
    return Client(
        id=table["id"],
        node=table["node"],
        roles=frozenset(map(Role, table["roles"])),
        certificate=_path(folder, table.get("certificate")),
        private_key=_path(folder, table.get("private_key")),
        headers=table.get("headers", {}),
    )


def _waiver(table: Mapping[str, Any]) -> Waiver:
    return Waiver(
        requirement=load_all().requirement(table["requirement"]).id,
        profile=table.get("profile"),
        reason=table["reason"],
        expires=datetime.date.fromisoformat(table["expires"]),
    )


def _path(folder: Path, name: str | None) -> Path | None:
    return folder / name if name else None
