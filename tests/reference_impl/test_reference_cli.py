"""The command line: what the suite relies on when it starts a network."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import tomllib
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from qinet_reference import faults, variants
from qinet_reference.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "qinet_reference"]


@contextmanager
def serving(directory: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--dir", str(directory), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line == f"ready {directory / 'qonform.toml'}\n", process.stderr.read()  # type: ignore[union-attr]
        yield process
    finally:
        process.kill()
        process.communicate()


class Client:
    """An SAE with nothing but the standard library and a manifest."""

    def __init__(self, directory: Path, sae: str) -> None:
        self._target = tomllib.loads((directory / "qonform.toml").read_text(encoding="utf-8"))
        client = next(one for one in self._target["clients"] if one["id"] == sae)
        node = next(one for one in self._target["nodes"] if one["id"] == client["node"])
        self._url = node["etsi014"]["url"]
        self._tls = ssl.create_default_context(cafile=directory / node["etsi014"]["ca"])
        self._tls.load_cert_chain(
            directory / client["certificate"], directory / client["private_key"]
        )

    def ask(self, path: str, body: Any = None) -> Any:
        """The JSON that comes back; raises OSError for refusals and broken connections."""
        data = None if body is None else json.dumps(body).encode()
        url = f"{self._url}/api/v1/keys/{path}"
        with urllib.request.urlopen(url, data, timeout=60, context=self._tls) as reply:  # noqa: S310
            return json.load(reply)


def _knock_without_tls(directory: Path) -> None:
    """Open each port and say something else than TLS asks for: no reason to log anything."""
    target = tomllib.loads((directory / "qonform.toml").read_text(encoding="utf-8"))
    for node in target["nodes"]:
        for address in (node["etsi014"]["url"], node["qinet"]["address"]):
            with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1]))) as knock:
                knock.sendall(b"GET / HTTP/1.1\r\n\r\n")
                knock.settimeout(60)
                knock.recv(100)


def free_port_base() -> int:
    """A port such that it, the next one, and their gRPC companions are free."""
    for base in range(21_000 + os.getpid() % 5_000, 31_000, 7):
        try:
            for offset in (0, 1, 100, 101):
                socket.create_server(("127.0.0.1", base + offset)).close()
        except OSError:
            continue
        return base
    pytest.skip("no free ports")


@pytest.mark.e2e
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path) as process:
        status = Client(tmp_path, "sae-1").ask("sae-2/status")
        assert status["stored_key_count"] == status["max_key_count"] == 10_000
        _knock_without_tls(tmp_path)
        process.send_signal(number)
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, output, errors) == (0, "", "")


@pytest.mark.e2e
def test_starts_with_as_many_keys_as_it_is_told(tmp_path: Path) -> None:
    with serving(tmp_path, "--stored", "7", "--rate", "0"):
        assert Client(tmp_path, "sae-1").ask("sae-2/status")["stored_key_count"] == 7


@pytest.mark.e2e
def test_serves_until_stdin_closes(tmp_path: Path) -> None:
    with serving(tmp_path, "--until-stdin-closes", "--variant", "hangs") as process:
        waiting = threading.Thread(target=_ask_in_vain, args=(Client(tmp_path, "sae-1"),))
        waiting.start()
        time.sleep(0.2)
        assert process.poll() is None
        output, errors = process.communicate(timeout=60)
        waiting.join()
        assert (process.returncode, output, errors) == (0, "", "")


def _ask_in_vain(client: Client) -> None:
    with pytest.raises((TimeoutError, ConnectionError, http.client.HTTPException)):
        client.ask("sae-2/status")


@pytest.mark.e2e
def test_one_network_in_two_processes_survives_kill_9(tmp_path: Path) -> None:
    """Nothing delivered is delivered again, and both ends agree on all that was delivered."""
    shared = ["--port-base", str(free_port_base()), "--store", str(tmp_path / "keys.sqlite")]
    issued: dict[str, str] = {}
    delivered: list[tuple[str, str]] = []
    with serving(tmp_path, *shared, "--only", "kme-b") as slaves_kme:
        for _ in range(2):
            with serving(tmp_path, *shared, "--only", "kme-a", "--seed", "1") as masters_kme:
                master, slave = Client(tmp_path, "sae-1"), Client(tmp_path, "sae-2")
                stop = threading.Timer(0.4, masters_kme.kill)
                stop.start()
                issued.update(_issue_until_it_dies(master))
                stop.join()
        half = list(issued)[::2]
        stop = threading.Timer(0.2, slaves_kme.kill)
        stop.start()
        delivered += _fetch_until_it_dies(slave, half)
        stop.join()
    attempted = len(delivered) + 1  # the one under way may have been taken, but never twice
    with serving(tmp_path, *shared, "--only", "kme-b"):
        slave = Client(tmp_path, "sae-2")
        for key_id, _ in delivered:
            with pytest.raises(OSError, match="400"):
                slave.ask(f"sae-1/dec_keys?key_ID={key_id}")
        rest = [key_id for key_id in issued if key_id not in half[:attempted]]
        for key_id in rest[:100]:
            (key,) = slave.ask(f"sae-1/dec_keys?key_ID={key_id}")["keys"]
            delivered.append((key["key_ID"], key["key"]))
    assert len(issued) > 20
    assert len(delivered) == len(set(delivered)) > 20
    assert dict(delivered).items() <= issued.items()


def _issue_until_it_dies(master: Client) -> dict[str, str]:
    issued: dict[str, str] = {}
    try:
        while True:
            keys = master.ask("sae-2/enc_keys", {"number": 4})["keys"]
            assert not issued.keys() & {key["key_ID"] for key in keys}
            issued.update((key["key_ID"], key["key"]) for key in keys)
    except OSError:
        return issued


def _fetch_until_it_dies(slave: Client, ids: list[str]) -> list[tuple[str, str]]:
    delivered: list[tuple[str, str]] = []
    try:
        for key_id in ids:
            (key,) = slave.ask(f"sae-1/dec_keys?key_ID={key_id}")["keys"]
            delivered.append((key["key_ID"], key["key"]))
    except OSError:
        pass
    return delivered


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "kme-a"], "--port-base and --store"),
        (["--only", "kme-z"], "kme-a, kme-b"),
        (["--fault", "nonsense"], "no fault is called 'nonsense'"),
        (["--variant", "nonsense"], "no variant is called 'nonsense'"),
        (["--rate", "-1"], "--rate"),
        (["--stored", "-1"], "--stored"),
        (["--kmes", "0"], "--kmes"),
    ],
)
def test_usage_errors(tmp_path: Path, arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(main, ["serve", "--dir", str(tmp_path), *arguments])
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["serve", "--dir", str(tmp_path), "--port-base", port])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1


def test_certificates_are_made_once_and_reissued_for_new_hosts(tmp_path: Path) -> None:
    def make(*arguments: str) -> dict[str, bytes]:
        result = CliRunner().invoke(main, ["pki", str(tmp_path), *arguments])
        assert result.exit_code == 0
        return {path.name: path.read_bytes() for path in (tmp_path / "pki").glob("*.pem")}

    first, again, more = make(), make(), make("--host", "kme.example")
    assert first == again
    changed = {name for name in first if first[name] != more[name]}
    assert changed == {f"kme-{x}.{kind}.pem" for x in "ab" for kind in ("cert", "key")}
    assert "kme-c.cert.pem" in make("--kmes", "3", "--host", "kme.example")
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "pki").glob("*.key.pem"))


def test_lists() -> None:
    listed = CliRunner().invoke(main, ["faults"]).output
    assert len(listed.splitlines()) == len(faults.ALL)
    assert re.search(r"^delivered-twice\tETSI-014-5.4-06\tA slave may .*\.$", listed, re.MULTILINE)
    listed = CliRunner().invoke(main, ["variants"]).output
    assert len(listed.splitlines()) == len(variants.ALL)


def test_lists_as_json() -> None:
    listed = json.loads(CliRunner().invoke(main, ["faults", "--json"]).output)
    assert [one["name"] for one in listed] == [fault.name for fault in faults.ALL]
    short = next(one for one in listed if one["name"] == "number-partial-when-short")
    assert set(short) == {"name", "sentence", "requirements", "seen_in", "beside"}
    assert short["beside"] == ["small-store"]
    assert re.fullmatch(r"When too little is stored, .* as if all were well\.", short["sentence"])
    listed = json.loads(CliRunner().invoke(main, ["variants", "--json"]).output)
    assert [one["name"] for one in listed] == [variant.name for variant in variants.ALL]
    plain = next(one for one in listed if one["name"] == "plain-http")
    assert set(plain) == {"name", "sentence", "breaks"}
    assert "ETSI-014-4-01" in plain["breaks"]


def test_links_are_served_instead_of_keys(tmp_path: Path) -> None:
    with serving(tmp_path, "--links", "--speed", "10", "--variant", "slow-link"):
        target = tomllib.loads((tmp_path / "qonform.toml").read_text(encoding="utf-8"))
        told = {"clock_speed": 10, "fault_port": True}
        assert target["claims"] == {"profiles": ["qinet-links"], "qinet-links": told}
        assert [node["id"] for node in target["nodes"]] == ["node-a", "node-b", "node-c"]
        for node in target["nodes"]:
            host, _, port = node["links"]["address"].rpartition(":")
            socket.create_connection((host, int(port)), 5).close()


def test_the_ends_of_a_chain_are_served_instead_of_links(tmp_path: Path) -> None:
    with serving(tmp_path, "--links", "--chain", "4"):
        target = tomllib.loads((tmp_path / "qonform.toml").read_text(encoding="utf-8"))
        assert target["claims"] == {"profiles": ["qinet-paths"], "qinet-paths": {"clock_speed": 1}}
        assert [node["id"] for node in target["nodes"]] == ["node-a", "node-d"]
        for node in target["nodes"]:
            host, _, port = node["paths"]["address"].rpartition(":")
            socket.create_connection((host, int(port)), 5).close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--chain", "3"), "--chain is for --links"),
        (
            ("--links", "--chain", "3", "--fault", "ok-one-sided"),
            "no fault is called 'ok-one-sided'",
        ),
        (("--links", "--rate", "5", "--stored", "1"), "--rate, --stored: not with --links"),
        (("--links", "--processes", "--fault", "refusal-200"), "not with a fault or variant"),
        (("--links", "--processes", "--chain", "3"), "do not go together"),
        (("--processes",), "--processes is for --links"),
        (("--speed", "2"), "--speed is for --links"),
        (("--links", "--fault", "refusal-200"), "no fault is called 'refusal-200'"),
    ],
)
def test_options_of_keys_and_of_links_do_not_mix(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    told = CliRunner().invoke(main, ["serve", "--dir", str(tmp_path), *arguments])
    assert told.exit_code == 2
    assert said in told.output
