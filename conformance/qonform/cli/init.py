"""`qonform init`: a manifest to begin with."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from qonform.cli.failure import UsageFailure
from qonform.cli.manifest_file import write_manifest
from qonform.cli.page import Page
from qonform.drivers.identity import common_names
from qonform.practice.drafting import Draft, Party
from qonform.practice.probing import ProbeError, probe
from qonform.target.credentials import certificate_fault, private_key_fault

_FILE = click.Path(path_type=Path)
_NAMES = ("supplier", "name", "version")
_UNKNOWN = "https://unknown.invalid"
"""A URL that was not given: it is asked for, or missed."""


@click.command()
@click.option("--probe", "url", metavar="URL", help="Ask the master's KME at URL for its Status.")
@click.option(
    "--output",
    type=_FILE,
    default=Path("qonform.toml"),
    show_default=True,
    metavar="FILE",
    help="Where the manifest goes.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--supplier", default="Example Quantum", show_default=True)
@click.option("--name", default="Example KME", show_default=True)
@click.option("--version", default="1.0.0", show_default=True)
@click.option("--ca", type=_FILE, help="CA of the KMEs' certificates; else the system's CAs.")
@click.option("--id", metavar="ID", help="SAE ID of the master.")
@click.option("--certificate", type=_FILE, help="The master's certificate, PEM.")
@click.option("--private-key", type=_FILE, help="The master's private key, PEM.")
@click.option("--slave-url", metavar="URL", help="The slave's KME.")
@click.option("--slave-id", metavar="ID", help="SAE ID of the slave.")
@click.option("--slave-ca", type=_FILE, help="CA of the slave's KME, if it is another.")
@click.option("--slave-certificate", type=_FILE, help="The slave's certificate, PEM.")
@click.option("--slave-private-key", type=_FILE, help="The slave's private key, PEM.")
@click.option("--master-only", is_flag=True, help="Leave the slave out; little can be judged then.")
def init(url: str | None, output: Path, force: bool, master_only: bool, **given: Any) -> None:
    """Writes a manifest with comments, to begin with.

    With --probe it connects as the master, reads the Status, and writes what it saw; no key is
    drawn. What is not given as an option is asked for, on a terminal.
    """
    if os.path.lexists(output) and not force:
        raise UsageFailure(f"{output} is there already: give --force to write over it")
    page = Page()
    if url is None:
        _must_be_nothing_else(given, master_only=master_only)
        _write_example(output, given)
        page.line(f"{output} is an example: put your own in, then try qonform doctor")
        return
    draft, slave_id = _asked(url, output, given, master_only=master_only)
    write_manifest(output, _probed(draft, slave_id, given).text())
    page.line(f"{output} is written; now try: qonform doctor --target {output}")


def _must_be_nothing_else(given: dict[str, Any], *, master_only: bool) -> None:
    """An example has nobody's credentials: options that it would pass over are errors."""
    passed_over = [f"--{k.replace('_', '-')}" for k, v in given.items() if v and k not in _NAMES]
    if master_only:
        passed_over.append("--master-only")
    if passed_over:
        raise UsageFailure(
            f"without --probe an example is written; remove {', '.join(passed_over)}"
        )


def _write_example(output: Path, given: dict[str, Any]) -> None:
    """An example does not load before its files are there: it is written as it is."""
    certs = output.absolute().parent / "certs"

    def party(id_: str, host: str) -> Party:
        return Party(
            id_, f"https://{host}.example:8443", certs / "ca.pem",
            certs / f"{id_}.cert.pem", certs / f"{id_}.key.pem",
        )  # fmt: skip

    draft = Draft(output, party("sae-1", "kme-a"), party("sae-2", "kme-b"), **_named(given))
    try:
        output.write_text(draft.text(), "utf-8")
    except OSError as error:
        raise UsageFailure(f"{output}: cannot be written: {error.strerror}") from error


def _named(given: dict[str, Any]) -> dict[str, Any]:
    return {key: given[key] for key in _NAMES}


def _asked(
    url: str, output: Path, given: dict[str, Any], *, master_only: bool
) -> tuple[Draft, str]:
    """A draft of what is given, and of what a person at a terminal adds; and the slave's id.

    Raises:
        UsageFailure: something is missing, or is not what it should be.
    """
    _must_be_a_url("--probe", url)
    answers = _Answers(given)
    master = answers.party("", url, answers.optional("ca", "CA of the KMEs' certificates"))
    if master_only:
        slave, slave_id = None, answers.required("slave_id", "SAE ID of the slave") or ""
    else:
        slave_url = answers.required("slave_url", "URL of the slave's KME") or _UNKNOWN
        _must_be_a_url("--slave-url", slave_url)
        slave = answers.party("slave_", slave_url, given["slave_ca"] or master.ca)
        slave_id = slave.id
    answers.complete()
    _must_be_usable("", master)
    if slave:
        _must_be_usable("slave-", slave)
    return Draft(output, master, slave, **_named(given)), slave_id


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


class _Answers:
    """What the options say; on a terminal, a prompt for each that was not given."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self._missing: list[str] = []

    def optional(self, key: str, prompt: str) -> Path | None:
        """A file that need not be."""
        path: Path | None = self._given[key]
        if path or not _somebody_is_there():
            return path
        answer = click.prompt(f"{prompt} (empty: none)", default="", show_default=False)
        return Path(answer) if answer else None

    def required(self, key: str, prompt: str, suggested: str | None = None) -> str | None:
        """A text that must be; None, and noted, where nobody can be asked."""
        if value := self._given[key]:
            return str(value)
        if _somebody_is_there():
            return str(click.prompt(prompt, default=suggested))
        if suggested is None:
            self._missing.append(f"--{key.replace('_', '-')}")
        return suggested

    def party(self, prefix: str, url: str, ca: Path | None) -> Party:
        """One application: its certificate first, since that suggests its id."""
        who = "the slave" if prefix else "the master"
        certificate = private_key = None
        if urlsplit(url).scheme != "http":
            certificate = self.required(f"{prefix}certificate", f"certificate of {who}, PEM")
            private_key = self.required(f"{prefix}private_key", f"private key of {who}, PEM")
        suggested = _suggested(f"--{prefix.replace('_', '-')}certificate", certificate)
        id_ = self.required(f"{prefix}id", f"SAE ID of {who}", suggested)
        return Party(
            id_ or "", url, ca,
            Path(certificate) if certificate else None,
            Path(private_key) if private_key else None,
        )  # fmt: skip

    def complete(self) -> None:
        """Raises UsageFailure if something is missing that nobody could be asked for."""
        if self._missing:
            named = ", ".join(self._missing)
            raise UsageFailure(f"there is no terminal to ask at: --probe needs {named}")


def _suggested(option: str, certificate: str | None) -> str | None:
    """The id that a certificate may stand for: its first common or alternative name."""
    if certificate is None:
        return None
    if fault := certificate_fault(Path(certificate)):
        raise UsageFailure(f"{option}: {fault}")
    return next(iter(common_names(Path(certificate))), None)


def _must_be_a_url(option: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise UsageFailure(f"{option} {url}: expected https://host[:port][/prefix]")


def _must_be_usable(prefix: str, party: Party) -> None:
    """What the files hold. Raises UsageFailure."""
    if party.ca and (fault := certificate_fault(party.ca)):
        raise UsageFailure(f"--{prefix}ca: {fault}")
    key = party.private_key
    if key and (fault := private_key_fault(key, party.certificate)):
        raise UsageFailure(f"--{prefix}private-key: {fault}")


def _probed(draft: Draft, slave_id: str, given: dict[str, Any]) -> Draft:
    """The draft with what the KME said, under the id by which it calls the master."""
    try:
        seen = probe(draft.target(), slave_id)
    except ProbeError as error:
        raise UsageFailure(f"{draft.master.url}: {error}; nothing was written") from error
    known_as = seen.status.master_sae_id
    if known_as and not given["id"]:
        draft = replace(draft, master=replace(draft.master, id=known_as))
    return replace(draft, seen=seen)
