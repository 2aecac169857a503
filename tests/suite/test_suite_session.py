"""What a session keeps when a check, or the suite itself, goes wrong."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from qonform import strength
from qonform.catalogue import load_all
from qonform.drivers.meter import TargetDown
from qonform.judging import Check, Judge, Undecidable, Verdict, judges
from qonform.running.foresight import foreseen
from qonform.running.options import Options, SelectionError
from qonform.running.planning import Step
from qonform.running.results import results_of
from qonform.running.session import Session
from qonform.target import (
    Claims,
    Client,
    GrpcEndpoint,
    HttpEndpoint,
    Implementation,
    KeyClaims,
    Limits,
    Node,
    Role,
    Target,
)

CANARY = "c2VjcmV0IGtleSBtYXRlcmlhbA=="


def a_target(**changes):
    said = {
        "implementation": Implementation(supplier="Acme", name="KME", version="2.1"),
        "claims": Claims(
            profiles=("etsi-014",), keys=KeyClaims(delivery_delay_s=5.0), stated={"profiles": []}
        ),
        "nodes": (
            Node(
                id="kme-a",
                etsi014=HttpEndpoint(url="http://127.0.0.1:1"),
                qinet=GrpcEndpoint(address="127.0.0.1:1"),
            ),
        ),
        "clients": (Client(id="sae-1", node="kme-a", roles=frozenset({Role.MASTER})),),
        "limits": Limits(),
        "waivers": (),
        "path": Path("qonform.toml"),
    }
    return Target(**{**said, **changes})


@pytest.fixture
def session(tmp_path):
    with Session(a_target(), load_all(), Options(seed=1), tmp_path) as session:
        yield session


def check(behave):
    """A check of one requirement that behaves as it is told."""

    @judges("ETSI-014-5.2-01", keys=0)
    def told(bench, judge):
        """Does as it is told."""
        behave(bench, judge)

    return told.qonform


def perform(session, behave):
    return session.perform(check(behave), "etsi-014", SimpleNamespace())


def test_a_crash_is_the_tools_fault_and_shows_no_value(session):
    def crash(_bench, _judge):
        key = CANARY
        raise ValueError(f"cannot decode {key}")

    (finding,) = perform(session, crash)
    assert finding.verdict is Verdict.INCONCLUSIVE
    results = results_of(session)
    assert results["summary"]["exit_code"] == 2
    assert len(results["run"]["errors"]) == 1
    assert "ValueError at test_suite_session.py" in results["run"]["errors"][0]
    assert CANARY not in str(results)


@pytest.mark.parametrize("error", [Undecidable("no such client"), TargetDown("silent")])
def test_what_cannot_be_had_is_undecided_for_that_reason(session, error):
    def stop(_bench, _judge):
        raise error

    (finding,) = perform(session, stop)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.message == str(error)
    assert results_of(session)["summary"]["exit_code"] == 3


def test_what_an_interrupted_check_has_seen_is_kept(session):
    def stop(_bench, judge):
        judge.that("ETSI-014-5.2-01", False, due="a Status", came="none", evidence=())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perform(session, stop)
    (record,) = session.records
    assert record.finding.verdict is Verdict.FAIL
    assert [caused.check for caused in session.caused] == [record.check]


def test_a_check_speaks_only_of_what_it_is_declared_to_judge(session):
    def overreach(_bench, judge):
        judge.that("ETSI-014-5.4-02", True, due="-", came="-")

    perform(session, overreach)
    assert "LookupError" in session.errors[0]


def test_a_failed_should_and_an_undecided_rest_are_not_conforming_and_not_failed(session):
    perform(session, lambda _bench, judge: judge.that("ETSI-014-5.2-01", True, due="-", came="-"))
    results = results_of(session)
    assert results["summary"]["verdict"] == "inconclusive"
    assert results["summary"]["counts"]["pass"] == 1
    row = next(r for r in results["requirements"] if r["id"] == "ETSI-014-5.2-01")
    assert row["verdict"] == "pass"


def test_an_interrupted_run_is_never_conforming(tmp_path):
    options = Options(requirements=("ETSI-014-5.2-01",), seed=1)
    with Session(a_target(), load_all(), options, tmp_path) as session:
        perform(session, lambda _b, judge: judge.that("ETSI-014-5.2-01", True, due="-", came="-"))
        assert results_of(session)["summary"]["verdict"] == "conforming"
        session.interrupted = "the run was interrupted"
        results = results_of(session)
    assert results["summary"]["verdict"] == "inconclusive"
    assert results["complete"] is False


@pytest.mark.parametrize(
    "options",
    [
        Options(requirements=("ETSI-014-5.9-*",)),
        Options(requirements=("QINET-KEYS-*",)),
        Options(profiles=("qinet-keys",)),
    ],
)
def test_a_selection_that_matches_nothing_is_an_error(tmp_path, options):
    with pytest.raises(SelectionError):
        Session(a_target(), load_all(), options, tmp_path)


class Outcome(SimpleNamespace):
    exchange = 1


def a_judge():
    return Judge(["R-1"], lambda: [1, 2])


def test_the_worst_case_of_a_requirement_stays_and_cases_add_up():
    judge = a_judge()
    for holds in (True, False, True):
        judge.that("R-1", holds, due="this", came="that")
    judge.not_applicable("R-1", "late")
    (finding,) = judge.findings("-")
    assert finding.verdict is Verdict.FAIL
    assert finding.examples == 4
    assert finding.evidence == (1, 2)
    assert (finding.expected, finding.actual) == ("this", "that")


def test_what_was_not_judged_is_undecided_with_the_reason():
    (finding,) = a_judge().findings("no key")
    assert (finding.verdict, finding.message) == (Verdict.INCONCLUSIVE, "no key")


def test_a_finding_shows_no_key_wherever_a_target_puts_one(session):
    judge = a_judge()
    judge.that("R-1", False, due="a name", came=f"the name {CANARY}")
    (finding,) = judge.findings("-")
    assert CANARY not in str(finding)
    session.observe("A-20", "etsi-014", f"`{CANARY}` in Status")
    assert CANARY not in str(session.observations)


def test_named_checks_take_part_and_no_others(tmp_path):
    told = check(lambda _bench, _judge: None)
    for named, taken in (((told.id,), True), (("etsi014.fetching.another",), False)):
        options = Options(requirements=("ETSI-014-6.3-04",), seed=1, checks=named)
        with Session(a_target(), load_all(), options, tmp_path) as session:
            assert session.takes(told, "etsi-014") is taken
            assert session.monitored_only([(told, "etsi-014")]) == set()


def test_an_exchange_is_traced_to_the_check_that_caused_it(session):
    perform(session, lambda _bench, _judge: None)
    ask = session.benches["etsi-014"].master.keys.get_status
    perform(session, lambda _bench, _judge: ask("sae-2"))
    assert session.during(1).check == check(None).id
    assert session.during(2) is None


def test_a_failure_is_told_with_the_seed_of_its_round(session):
    bench = session.benches["etsi-014"]
    ask = bench.master.keys.get_status

    def fail(_bench, judge):
        judge.that("ETSI-014-5.2-01", False, due="-", came="-", evidence=[ask("sae-2")])

    perform(session, lambda _bench, judge: judge.that("ETSI-014-5.2-01", True, due="-", came="-"))
    bench.seed = 77
    perform(session, fail)
    row = next(r for r in results_of(session)["requirements"] if r["id"] == "ETSI-014-5.2-01")
    assert row["checks"][0]["seed"] == 77
    assert row["checks"][0]["replay"].endswith("--seed 77")


def test_a_row_says_how_many_seeded_faults_its_checks_have_caught(session, monkeypatch):
    told = "told"
    known = {"ETSI-014-5.2-01": {"one": {"standard": [told]}, "two": {"standard": []}}}
    monkeypatch.setattr(strength, "load", lambda: strength.Strength({"standard": "0.1"}, known))
    monkeypatch.setattr(Check, "id", told)
    perform(session, lambda _bench, judge: judge.that("ETSI-014-5.2-01", True, due="-", came="-"))
    rows = {r["id"]: r for r in results_of(session)["requirements"]}
    row = rows["ETSI-014-5.2-01"]
    assert row["seeded_faults"] == {"caught": 1, "of": 2}
    assert [check["caught"] for check in row["checks"]] == [1]
    assert "seeded_faults" not in rows["ETSI-014-5.2-02"]


def test_the_plan_in_words_says_what_findings_may_cost_and_never_more_than_the_budget(tmp_path):
    @judges(deepens=("ETSI-014-5.4-06",), keys=10, shortening=30, chance=True)
    def deep(_bench, _judge):
        """Looks deeper."""

    for budget, more in ((100, "30 keys"), (25, "15 keys")):
        with Session(a_target(), load_all(), Options(budget_keys=budget), tmp_path) as session:
            step = Step(deep.qonform, "etsi-014", frozenset(), frozenset(deep.qonform.deepens))
            course = session.begin([step])
            said = foreseen(course)
        assert said.startswith("plan: 1 check, at most 10 keys (3.52 kbit) if all is well; ")
        assert f"what fails is made short, for at most {more} (" in said


def test_what_no_self_test_has_shown_is_not_told(session, monkeypatch):
    monkeypatch.setattr(strength, "load", lambda: strength.Strength({"quick": "0.1"}, {}))
    perform(session, lambda _bench, judge: judge.that("ETSI-014-5.2-01", True, due="-", came="-"))
    rows = results_of(session)["requirements"]
    assert not [r for r in rows if "seeded_faults" in r]
