"""`qonform doctor`, as far as files show: nobody listens at the other end."""

from __future__ import annotations

import socket

import pytest
from click.testing import CliRunner

from qonform.catalogue import Level, load_all
from qonform.cli import commands
from qonform.practice.doctor import State, examine
from qonform.practice.doctor.roles import NEEDS
from qonform.target import Role, load


def doctor(manifest):
    return CliRunner().invoke(commands, ["doctor", "--target", str(manifest)])


def said(manifest, subject):
    lines = [line for line in examine(load(manifest), load_all()) if line.subject == subject]
    return [(line.state, line.said, line.todo) for line in lines]


def test_what_is_wrong_with_a_manifest_is_told_and_2(manifest):
    manifest.write_text(manifest.read_text().replace("sae-1.key.pem", "sae-2.key.pem"))
    ended = doctor(manifest)
    assert ended.exit_code == 2
    assert "clients[0].private_key: expected a file" in ended.output


def test_a_good_certificate_is_in_order(manifest):
    ((state, text, _),) = said(manifest, "sae-1")
    assert state is State.OK
    assert "issued by the CA in ca.pem" in text


@pytest.mark.parametrize(
    ("days", "state", "text"),
    [
        (30, State.OK, "in date until"),
        (5, State.WARNING, "certificate ends on"),
        (-1, State.PROBLEM, "certificate ended on"),
    ],
)
def test_dates_of_a_certificate(manifest, authority, days, state, text):
    authority.issue("sae-1", days=days)
    first = said(manifest, "sae-1")[0]
    assert first[0] is state
    assert text in first[1]


def test_a_certificate_that_should_be_out_of_date_and_is_not(manifest, authority):
    manifest.write_text(
        manifest.read_text() + '\n[[clients]]\nid = "sae-6"\nnode = "kme-a"\nroles = ["expired"]\n'
        'certificate = "sae-6.cert.pem"\nprivate_key = "sae-6.key.pem"\n'
    )
    authority.issue("sae-6")
    assert said(manifest, "sae-6")[0][0] is State.PROBLEM
    authority.issue("sae-6", days=-3)
    assert said(manifest, "sae-6")[0][0] is State.OK


def test_another_authority_is_worth_a_word_and_no_more(manifest, authority, tmp_path):
    (tmp_path / "other").mkdir()
    other = type(authority)(tmp_path / "other")
    other.issue("sae-1")
    for name in ("sae-1.cert.pem", "sae-1.key.pem"):
        (tmp_path / "other" / name).replace(tmp_path / name)
    states = [state for state, _, _ in said(manifest, "sae-1")]
    assert states == [State.OK, State.WARNING]


def test_a_private_key_that_others_can_read(manifest):
    manifest.with_name("sae-1.key.pem").chmod(0o644)
    _, (state, text, todo) = said(manifest, "sae-1")
    assert (state, todo) == (State.WARNING, "chmod 600 sae-1.key.pem")
    assert "mode 644" in text


def test_missing_roles_say_what_stays_undecided(manifest):
    missing = [line for line in said(manifest, "roles") if line[0] is not State.OK]
    of_keys = [role for role, globs in NEEDS.items() if globs[0].startswith("ETSI-014")]
    assert len(missing) == len(of_keys)
    assert any("nobody is `slave`" in text and "ETSI-014-5.4-01" in text for _, text, _ in missing)


def test_every_role_that_may_be_missing_is_needed_for_something_mandatory():
    catalogue = load_all()
    demanded, curious = {Role.MASTER, Role.CREATOR}, {Role.OUTSIDER, Role.STRANGER}
    assert set(NEEDS) == set(Role) - demanded - curious
    for role, globs in NEEDS.items():
        levels = {catalogue.requirement(id_).level for id_ in catalogue.select(globs)}
        assert Level.SHALL in levels, role


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("requests_per_second = 0.5", "a run takes"),
        ("max_concurrency = 2", "2 requests at once"),
        ("timeout_s = 0.2", "0.2 s for one request"),
    ],
)
def test_limits_that_leave_little_room(manifest, limit, text):
    manifest.write_text(manifest.read_text() + f"\n[limits]\n{limit}\n")
    warned = [line for line in said(manifest, "limits") if line[0] is State.WARNING]
    assert len(warned) == 1
    assert text in warned[0][1]


def test_a_node_that_nobody_answers_at_is_3_and_no_traceback(manifest):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    manifest.write_text(manifest.read_text().replace("9101", str(port)))
    ended = doctor(manifest)
    assert ended.exit_code == 3
    assert f"kme-a over etsi-014: no connection to 127.0.0.1:{port}" in ended.output
    assert "start the node" in ended.output


def test_a_host_without_an_address(manifest):
    manifest.write_text(manifest.read_text().replace("127.0.0.1", "kme.invalid"))
    ((state, text, _),) = said(manifest, "kme-a over etsi-014")
    assert state is State.PROBLEM
    assert "kme.invalid has no address" in text
