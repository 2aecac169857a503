"""The certificates of a network as files: made when missing, reused otherwise."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from qinet_reference.pki import Credentials, names_hosts, new_ca, new_client, new_server
from qinet_reference.plan import PkiStyle, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PkiFiles:
    """Where the certificates are."""

    folder: Path
    style: PkiStyle

    @property
    def ca(self) -> Path:
        """The certificate that signs, at last, all clients (and servers, unless self-signed)."""
        return self.folder / "ca.pem"

    def certificate(self, holder: str) -> Path:
        """The certificate, with its chain, of a KME or an SAE."""
        return self.folder / f"{_file_name(holder)}.cert.pem"

    def private_key(self, holder: str) -> Path:
        """The private key of a KME or an SAE."""
        return self.folder / f"{_file_name(holder)}.key.pem"

    def ca_of_server(self, kme: str) -> Path:
        """What a client needs to trust in order to trust this KME."""
        return self.certificate(kme) if self.style is PkiStyle.SELF_SIGNED_SERVERS else self.ca


def provide(directory: Path, plan: Plan, hosts: Sequence[str]) -> PkiFiles:
    """The files for a plan, below `directory`. Several processes may ask at once.

    A KME certificate that is not good for all `hosts` is issued anew.
    """
    files = PkiFiles(directory / plan.pki.value, plan.pki)
    files.folder.mkdir(parents=True, exist_ok=True)
    with _locked(files.folder / ".lock"):
        issuer = _issuer(files)
        for kme in plan.kmes:
            if not _is_good_server(files, kme, hosts):
                signer = None if plan.pki is PkiStyle.SELF_SIGNED_SERVERS else issuer
                _write(files, kme, new_server(kme, hosts, signer))
        san_only = plan.pki is PkiStyle.SAN_ONLY
        for sae in plan.saes:
            if not files.certificate(sae.id).exists():
                made = new_client(sae.id, issuer, expired=sae.expired, san_only=san_only)
                _write(files, sae.id, made)
    return files


def _issuer(files: PkiFiles) -> Credentials:
    """Whoever signs the leaves: the root, or an intermediate below it."""
    if not files.ca.exists():
        root = new_ca("Qonform throw-away CA")
        issuer = root
        if files.style is PkiStyle.INTERMEDIATE_CA:
            issuer = new_ca("Qonform throw-away intermediate CA", root)
        _write(files, "issuer", issuer)
        root.write(files.ca, files.private_key("ca"))
    return Credentials.read(files.certificate("issuer"), files.private_key("issuer"))


def _is_good_server(files: PkiFiles, kme: str, hosts: Sequence[str]) -> bool:
    if not files.certificate(kme).exists():
        return False
    present = Credentials.read(files.certificate(kme), files.private_key(kme))
    return names_hosts(present.certificate, hosts)


def _file_name(holder: str) -> str:
    """An ID may hold anything, a file name may not."""
    return quote(holder, safe="")


def _write(files: PkiFiles, holder: str, credentials: Credentials) -> None:
    credentials.write(files.certificate(holder), files.private_key(holder))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
