"""`qonform replay`: what is run again, and when it cannot be. With a network: tests/e2e."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from qonform.catalogue import load_all
from qonform.cli import commands
from qonform.practice import replaying
from qonform.practice.recorded import recorded_manifest
from qonform.practice.replaying import NothingToReplayError, State, failures, replay
from qonform.target import load

A_CHECK = "etsi014.fetching.a_key_is_delivered_once"


def results(*checks, verdict="fail", id_="ETSI-014-5.4-06", profile="etsi-014", **run):
    row = {"id": id_, "profile": profile, "level": "shall", "verdict": verdict, "checks": checks}
    about = {"seed": 7, "effort": "quick", "qonform_version": "0.1.0", "command": "qonform run"}
    return {"requirements": [row], "run": about | run}


def showed(id_=A_CHECK, **more):
    return {"id": id_, "verdict": "fail", "message": "twice", "seed": 7} | more


def test_a_failure_is_what_showed_it_and_with_which_seed():
    passed = {"id": "etsi014.histories.x", "verdict": "pass"}
    (failure,) = failures(results(showed(), passed, showed("etsi014.races.y")))
    assert failure.checks == {A_CHECK, "etsi014.races.y"}
    assert failure.seed == 7


def test_what_a_monitor_saw_is_run_by_the_check_that_caused_it():
    (failure,) = failures(results(showed("monitors.containers", during=A_CHECK, seed=2**32)))
    assert failure.checks == {A_CHECK}
    assert failure.seed == 2**32


def test_what_a_monitor_saw_in_what_several_checks_sent_is_run_by_all_of_them():
    (failure,) = failures(results(showed("monitors.x", during=A_CHECK, also_during=["b.c"])))
    assert failure.checks == {A_CHECK, "b.c"}
    assert not failure.alone


def test_a_waived_failure_is_replayed_only_when_it_is_named():
    waived = results(showed(), verdict="waived")
    with pytest.raises(NothingToReplayError, match="nothing failed"):
        failures(waived)
    assert failures(waived, "ETSI-014-5.4-06")
    assert failures(waived, "ETSI-014-5.4-06/etsi-014")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("ETSI-014-5.4-6", "did you mean 'ETSI-014-5.4-06'"),
        ("ETSI-014-5.4-06/qinet-keys", "the results have no"),
    ],
)
def test_what_is_not_there_is_said(wanted, said):
    with pytest.raises(NothingToReplayError, match=said):
        failures(results(showed()), wanted)


def test_what_did_not_fail_is_said():
    with pytest.raises(NothingToReplayError, match="the results say not tested"):
        failures(results(verdict="not_tested"), "ETSI-014-5.4-06")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (results(showed("etsi014.fetching.of_old")), "has no check etsi014.fetching.of_old"),
        (results(showed("monitors.containers")), "monitors.containers saw it"),
        (results(showed("monitors.containers")), "run all again: qonform run --seed 7"),
        (results(showed(), profile="qinet-keys"), "qinet-keys is not claimed"),
        (results(showed(), id_="ETSI-014-5.4-99"), "has no ETSI-014-5.4-99"),
    ],
)
def test_what_cannot_be_replayed_is_not_run_and_says_why(manifest, monkeypatch, found, said):
    monkeypatch.delattr(replaying, "run")
    (ended,) = replay(found, failures(found), load(manifest), load_all())
    assert ended.state is State.CANNOT
    assert said in ended.why


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"verdict": "pass", "checks": []}, State.FIXED),
        ({"verdict": "fail", "checks": [showed()]}, State.STILL),
        ({"verdict": "waived", "checks": [showed()]}, State.STILL),
        ({"verdict": "inconclusive", "reason": "no key", "checks": []}, State.CANNOT),
        ({"verdict": "not_applicable", "reason": "not claimed", "checks": []}, State.CANNOT),
    ],
)
def test_what_the_second_run_says_decides(manifest, monkeypatch, row, state):
    asked = []

    def run(_target, _catalogue, options, _progress):
        asked.append(options)
        return {"requirements": [{"id": "ETSI-014-5.4-06", "profile": "etsi-014"} | row], "run": {}}

    monkeypatch.setattr(replaying, "run", run)
    found = results(showed())
    (ended,) = replay(found, failures(found), load(manifest), load_all())
    assert ended.state is state
    (options,) = asked
    assert (options.checks, options.seed, options.effort) == ((A_CHECK,), 7, "quick")
    assert (options.profiles, options.requirements) == (("etsi-014",), ("ETSI-014-5.4-06",))


@pytest.mark.parametrize(
    "monitor",
    [
        showed("monitors.identifiers", during=A_CHECK, also_during=["etsi014.histories.of_old"]),
        showed("monitors.randomness", during=A_CHECK),
    ],
)
def test_what_takes_more_than_one_check_is_not_called_fixed(manifest, monkeypatch, monitor):
    """Two checks may have to get the same id, and one check has few keys to count."""
    found = results(monitor, id_="ETSI-014-3.1-02")
    row = {"id": "ETSI-014-3.1-02", "profile": "etsi-014", "verdict": "pass", "checks": []}
    monkeypatch.setattr(replaying, "run", lambda *_: {"requirements": [row], "run": {}})
    monkeypatch.setattr(replaying, "_why_not", lambda *_: None)
    (ended,) = replay(found, failures(found), load(manifest), load_all())
    assert ended.state is State.CANNOT
    assert ended.why.endswith("run all again: qonform run --seed 7")


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("qonform run", None),
        ("qonform run --target qonform.toml --effort quick", "qonform.toml"),
        ("qonform run --target 'a folder/q.toml'", "a folder/q.toml"),
    ],
)
def test_the_manifest_of_the_recorded_command(command, path):
    found = recorded_manifest(results(command=command))
    assert found == path or str(found) == path


def test_bad_input_is_one_line_and_2(tmp_path, good_run, save):
    for argument, said in (
        (tmp_path / "nowhere.json", "nowhere.json"),
        (save(good_run), "nothing failed"),
        (f"{save(good_run)}#ETSI-014-5.4-06", "did not fail"),
    ):
        ended = CliRunner().invoke(commands, ["replay", str(argument)])
        assert ended.exit_code == 2
        assert len(ended.output.splitlines()) == 1
        assert said in ended.output
