"""`qonform init`, as far as it goes without a KME. With one: tests/e2e."""

from __future__ import annotations

import importlib
import tomllib
from dataclasses import replace

import pytest
from click.testing import CliRunner

from qonform.cli import commands
from qonform.ports.key_delivery import Status
from qonform.practice.drafting import Draft, Party
from qonform.practice.probing import ProbeError, Seen
from qonform.target import Role, load

command = importlib.import_module("qonform.cli.init")  # its name in the package is the command

STATUS = Status(
    source_kme_id="KME-A", target_kme_id="KME-B", master_sae_id="sae-1", slave_sae_id="sae-2",
    key_size=352, stored_key_count=50, max_key_count=100, max_key_per_request=1,
    max_key_size=1024, min_key_size=64, max_sae_id_count=0,
)  # fmt: skip
SEEN = Seen(STATUS, 0.4, None, "a Status", both_ways=True)


def init(*arguments, **options):
    return CliRunner().invoke(commands, ["init", *map(str, arguments)], **options)


@pytest.fixture
def files(tmp_path, authority):
    for name in ("sae-1", "sae-2"):
        authority.issue(name)
    return tmp_path


@pytest.fixture
def draft(files):
    def party(name, port):
        return Party(
            name, f"https://127.0.0.1:{port}", files / "ca.pem",
            files / f"{name}.cert.pem", files / f"{name}.key.pem",
        )  # fmt: skip

    return Draft(files / "qonform.toml", party("sae-1", 9101), party("sae-2", 9102), seen=SEEN)


def loaded(draft):
    draft.path.write_text(draft.text())
    return load(draft.path)


def test_a_draft_loads_and_says_what_was_seen(draft):
    target = loaded(draft)
    assert target.client(Role.MASTER).id == "sae-1"
    assert target.client(Role.SLAVE).node == "kme-b"
    assert target.limits.key_budget_bits == 50 * 352
    assert target.limits.timeout_s == 8
    assert not target.claims.keys.one_way
    text = draft.path.read_text()
    for seen in ("max_key_per_request  1", "50 were stored", "got a Status about the reverse pair"):
        assert seen in text
    assert 'certificate = "sae-1.cert.pem"' in text


def test_a_draft_of_a_kme_that_tells_little_loads_too(draft):
    silent = replace(SEEN, status=Status(), reverse="refused with 400", both_ways=False)
    text = replace(draft, seen=silent).text()
    assert loaded(replace(draft, seen=silent)).limits.key_budget_bits == 4_000_000
    assert "stored_key_count     not told" in text
    assert "About the reverse pair the slave got: refused with 400" in text


@pytest.mark.parametrize("odd", ['sae "1"', "sae\\1", "sae\n[limits]", "süß", "a#b", "a\x1b[31mb"])
def test_what_comes_from_outside_stays_inside_its_quotes(draft, odd):
    evil = replace(draft, master=replace(draft.master, id=odd))
    told = replace(SEEN, status=replace(STATUS, source_kme_id=f"{odd}\nroles = 1"))
    assert loaded(replace(evil, seen=told)).client(Role.MASTER).id == odd


def test_an_example_is_written_once(tmp_path):
    path = tmp_path / "qonform.toml"
    assert init("--output", path, "--supplier", "Acme").exit_code == 0
    said = tomllib.loads(path.read_text())
    assert said["implementation"]["supplier"] == "Acme"
    assert said["clients"][0]["certificate"] == "certs/sae-1.cert.pem"
    path.write_text("mine")
    again = init("--output", path)
    assert again.exit_code == 2
    assert "--force" in again.output
    assert path.read_text() == "mine"
    assert init("--output", path, "--force").exit_code == 0
    assert path.read_text() != "mine"


def test_an_example_takes_no_credentials(files):
    path = files / "qonform.toml"
    ended = init("--output", path, "--ca", files / "ca.pem", "--master-only")
    assert ended.exit_code == 2
    assert "remove --ca, --master-only" in ended.output
    assert not path.exists()


def test_in_a_pipe_what_is_missing_is_named(tmp_path):
    ended = init("--probe", "https://127.0.0.1:1", "--output", tmp_path / "q.toml")
    assert ended.exit_code == 2
    assert len(ended.output.splitlines()) == 1
    ended = init("--probe", "nonsense", "--output", tmp_path / "q.toml")
    assert "--probe nonsense: expected https://host" in ended.output
    ended = init("--probe", "https://127.0.0.1:1", "--output", tmp_path / "q.toml")
    for option in ("--certificate", "--private-key", "--id", "--slave-url", "--slave-certificate"):
        assert option in ended.output
    assert not (tmp_path / "q.toml").exists()


def given(files, **changes):
    options = {
        "--probe": "https://127.0.0.1:1", "--output": files / "q.toml", "--ca": files / "ca.pem",
        "--certificate": files / "sae-1.cert.pem", "--private-key": files / "sae-1.key.pem",
        "--slave-url": "https://127.0.0.1:2",
        "--slave-certificate": files / "sae-2.cert.pem",
        "--slave-private-key": files / "sae-2.key.pem",
    } | {f"--{key.replace('_', '-')}": value for key, value in changes.items()}  # fmt: skip
    return [word for pair in options.items() for word in pair]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"probe": "kme-a:8443"}, "expected https://host"),
        ({"probe": "https://kme-a:99999"}, "expected https://host"),
        (
            {"certificate": "nowhere.pem"},
            "--certificate: expected a file, nowhere.pem",
        ),
        ({"private_key": "ca.pem"}, "--private-key: "),
        ({"slave_private_key": "ca.pem"}, "--slave-private-key: "),
        ({"output": "no/such/folder/q.toml"}, "no connection"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(files, changes, said, monkeypatch):
    monkeypatch.chdir(files)

    def no_kme(_target, _slave_id):
        raise ProbeError("no connection")

    monkeypatch.setattr(command, "probe", no_kme)
    ended = init(*given(files, **changes))
    assert ended.exit_code == 2
    assert len(ended.output.splitlines()) == 1
    assert said in ended.output
    assert not (files / "q.toml").exists()


def test_ids_come_from_certificates_and_the_masters_from_the_kme(files, monkeypatch):
    asked = []

    def a_kme(target, slave_id):
        asked.append((target.client(Role.MASTER).id, slave_id))
        return replace(SEEN, status=replace(STATUS, master_sae_id="SAE-ONE"))

    monkeypatch.setattr(command, "probe", a_kme)
    assert init(*given(files)).exit_code == 0
    assert asked == [("sae-1", "sae-2")]
    assert load(files / "q.toml").client(Role.MASTER).id == "SAE-ONE"
    assert init(*given(files, id="mine"), "--force").exit_code == 0
    assert load(files / "q.toml").client(Role.MASTER).id == "mine"


def test_at_a_terminal_it_asks_and_suggests(files, monkeypatch):
    monkeypatch.setattr(command, "_somebody_is_there", lambda: True)
    monkeypatch.setattr(command, "probe", lambda _target, _slave_id: SEEN)
    answers = [
        files / "ca.pem", files / "sae-1.cert.pem", files / "sae-1.key.pem", "",
        "https://127.0.0.1:2", files / "sae-2.cert.pem", files / "sae-2.key.pem", "",
    ]  # fmt: skip
    typed = "".join(f"{answer}\n" for answer in answers)
    ended = init("--probe", "https://127.0.0.1:1", "--output", files / "q.toml", input=typed)
    assert ended.exit_code == 0, ended.output
    assert "SAE ID of the slave [sae-2]" in ended.output
    assert load(files / "q.toml").client(Role.SLAVE).id == "sae-2"


def test_without_a_slave_the_manifest_has_one_node(files, monkeypatch):
    monkeypatch.setattr(command, "probe", lambda _target, _slave_id: replace(SEEN, reverse=None))
    assert init(*given(files, slave_id="sae-2"), "--master-only").exit_code == 0
    target = load(files / "q.toml")
    assert target.client(Role.SLAVE) is None
    assert len(target.nodes) == 1
