"""Many networks at once: whatever goes wrong with one, the others are judged and kept."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest
from selftest_rows import CATALOGUE, HARD, MILD

from qonform.running.reference import NetworkError
from qonform.selftest import campaign
from qonform.selftest.judged import Judged, Stopped
from qonform.selftest.record import SelfTest


class Told:
    """Who is told."""

    def __init__(self):
        self.began, self.over = [], []

    def started(self, name):
        self.began.append(name)

    def ended(self, name, selftest):
        self.over.append((name, selftest.as_json()["complete"]))


def result(*failed):
    """What a run leaves that failed these."""
    rows = [
        {
            "id": id_,
            "profile": "etsi-014",
            "level": CATALOGUE.requirement(id_).level.value,
            "verdict": "fail",
            "checks": [{"id": "a check", "verdict": "fail", "message": ""}],
        }
        for id_ in failed
    ]
    results = {
        "requirements": rows,
        "summary": {"verdict": "non_conforming" if failed else "conforming", "sentence": "-"},
        "run": {"spent": {"key_bits": 0, "requests": 0}, "duration_s": 0.1},
        "complete": True,
    }
    return Judged(int(bool(failed)), "", "", Path("report"), results)


def perform(monkeypatch, behave, told=None):
    test = SelfTest((HARD, MILD), (HARD, MILD), CATALOGUE, "quick", 9, 2)
    monkeypatch.setattr(campaign, "judge_altered", behave)
    campaign.perform(test, told or Told())
    return test


def outcomes(test):
    return {row["name"]: row["outcome"] for row in test.rows} | {"clean": test.clean["outcome"]}


def test_each_network_is_judged_once_with_the_effort_and_the_seed(monkeypatch):
    asked, told = [], Told()

    def behave(flags, *arguments, stop):
        asked.append((tuple(flags), arguments, stop.is_set()))
        return result(*(HARD.requirements if HARD.name in flags else ()))

    test = perform(monkeypatch, behave, told)
    same = ("--effort", "quick", "--seed", "9")
    assert sorted(asked) == sorted(
        [
            (("--both",), same, False),
            (("--fault", HARD.name), same, False),
            (("--fault", MILD.name), same, False),
        ]
    )
    assert outcomes(test) == {HARD.name: "caught", MILD.name: "survived", "clean": "conforming"}
    assert {name for name, _ in told.over} == {HARD.name, MILD.name, campaign.CLEAN}
    assert not any(complete for _, complete in told.over)
    assert test.as_json()["complete"] is True


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NetworkError("the reference network did not start: no port"), "no port"),
        (subprocess.TimeoutExpired("qonform run", 900), "longer than 900 s"),
        (OSError(28, "No space left on device"), "No space left"),
        (ValueError("not JSON"), "not JSON"),
    ],
)
def test_what_goes_wrong_with_one_is_told_and_hides_nothing(monkeypatch, error, said):
    def behave(flags, *_, **__):
        if HARD.name in flags:
            raise error
        return result(*(MILD.requirements if MILD.name in flags else ()))

    test = perform(monkeypatch, behave)
    assert outcomes(test) == {HARD.name: "not_judged", MILD.name: "caught", "clean": "conforming"}
    found = test.as_json()
    assert found["summary"]["exit_code"] == 2
    assert len(found["run"]["errors"]) == 1
    assert said in found["run"]["errors"][0]


def test_ctrl_c_ends_what_runs_and_keeps_what_was_judged(monkeypatch):
    ended = threading.Event()

    def behave(flags, *_, stop):
        if flags == ["--both"]:
            return result()
        if stop.wait(20):
            ended.set()
        raise Stopped

    class Interrupts(Told):
        def ended(self, name, selftest):
            super().ended(name, selftest)
            raise KeyboardInterrupt

    test = perform(monkeypatch, behave, Interrupts())
    assert ended.is_set()
    assert outcomes(test) == {
        HARD.name: "not_judged",
        MILD.name: "not_judged",
        "clean": "conforming",
    }
    found = test.as_json()
    assert found["complete"] is False
    assert found["summary"]["exit_code"] == 3
    assert found["run"]["interrupted"] == "it was interrupted"
