"""The checks of the REST wire: one that conforms passes, one that tells a lie is caught."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from checks_wire_miniatures import Miniature, Refused

from qonform.checks.etsi014 import (
    fetching,
    get_key,
    identity,
    open_points,
    rest_get,
    rest_paths,
    rest_unreadable,
    transport,
)
from qonform.judging import Effort


def checks_of(module: Any) -> list[Any]:
    found = [f for _, f in inspect.getmembers(module, inspect.isfunction)]
    return [f for f in found if hasattr(f, "qonform") and f.__module__ == module.__name__]


class BehindGetForms(Miniature):
    """GET is not served."""

    def answer(self, node: str, method: str, url: str, *rest: Any) -> Any:
        if method == "GET" and not url.endswith("/status"):
            raise Refused(405, "method not allowed")
        return super().answer(node, method, url, *rest)


class IgnoresQueries(Miniature):
    """A GET yields one key, whatever its query says."""

    def wanted(self, method: str, body: bytes, _: dict[str, str]) -> dict[str, Any]:
        return super().wanted(method, body, {})


class Undecoded(Miniature):
    """The SAE ID in the path is taken as it is written."""

    def decoded(self, segment: str) -> str:
        return segment


class BreaksOnBytes(Miniature):
    """A path that is not UTF-8 is answered 500."""

    def decoded(self, segment: str) -> str:
        if "\ufffd" in super().decoded(segment):
            raise Refused(500, "oops")
        return super().decoded(segment)


class WantsMembers(Miniature):
    """A Get key must state its number."""

    def wanted(self, method: str, body: bytes, query: dict[str, str]) -> dict[str, Any]:
        wanted = super().wanted(method, body, query)
        if not wanted:
            raise Refused(400, "number is missing")
        return wanted


class Forgiving(Miniature):
    """What cannot be read is taken for an empty request."""

    def wanted(self, method: str, body: bytes, query: dict[str, str]) -> dict[str, Any]:
        try:
            return super().wanted(method, body, query)
        except Refused:
            return {}


class Crashing(Miniature):
    """What cannot be read is answered 500."""

    def read(self, body: bytes) -> dict[str, Any]:
        try:
            return super().read(body)
        except Refused:
            raise Refused(500, "oops") from None

    def ids(self, method: str, body: bytes, query: dict[str, str]) -> list[str]:
        try:
            return super().ids(method, body, query)
        except Refused:
            raise Refused(500, "oops") from None


class NoDecKeys(Miniature):
    """dec_keys is somewhere else."""

    def get_key_with_ids(self, *_: Any) -> Any:
        raise Refused(404, "not found")


class OwnWords(Miniature):
    """A size that is no multiple of 8 is refused in words of its own."""

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        if wanted.get("size", 8) % 8:
            raise Refused(400, "bad size")
        return super().get_key(caller, slave, wanted)


class Believing(Miniature):
    """A header that anybody may send goes before the one of the proxy."""

    def caller(self, said: dict[str, str]) -> str | None:
        return said.get("X-SAE-ID") or super().caller(said)


class Anonymous(Miniature):
    """Whoever does not say who it is gets a master's answers."""

    def caller(self, said: dict[str, str]) -> str | None:
        return super().caller(said) or "sae-1"


class OneName(Miniature):
    """All KMEs have one name."""

    def status(self, node: str, caller: str, sae: str) -> Any:
        return {**super().status(node, caller, sae), "source_KME_ID": "kme"}


class SwapsEnds(Miniature):
    """The slave is described as the slave even in its own Status (A-34)."""

    def status(self, node: str, caller: str, sae: str) -> Any:
        told = super().status(node, caller, sae)
        if caller == "sae-1":
            return told
        swapped = {"source_KME_ID": "target_KME_ID", "master_SAE_ID": "slave_SAE_ID"}
        swapped |= {there: here for here, there in swapped.items()}
        return told | {here: told[there] for here, there in swapped.items()}


class FirstCaller(Miniature):
    """Everybody at kme-b is taken for the slave."""

    def caller(self, said: dict[str, str]) -> str | None:
        who = super().caller(said)
        return "sae-2" if who == "sae-3" else who


class ServesStrangersByGet(Miniature):
    """Who may fetch is looked at by POST alone; what a stranger has had is gone."""

    def ids(self, method: str, body: bytes, query: dict[str, str]) -> list[str]:
        self.by_get = method == "GET"
        return super().ids(method, body, query)

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        if self.by_get and ids[0] in self.keys:
            caller = self.keys[ids[0]][2]
        return super().get_key_with_ids(caller, master, ids)


LIES = {
    ServesStrangersByGet: {"ETSI-014-5.4-02"},
    BehindGetForms: {"ETSI-014-6.2-07", "ETSI-014-6.2-08", "ETSI-014-6.4-02"},
    IgnoresQueries: {"ETSI-014-6.2-08", "ETSI-014-6.2-11", "ETSI-014-6.2-23"},
    Undecoded: {"ETSI-014-5.1-09"},
    BreaksOnBytes: {"ETSI-014-6.2-23"},
    WantsMembers: {"ETSI-014-6.2-06", "ETSI-014-6.2-07"},
    Forgiving: {"ETSI-014-6.2-23"},
    Crashing: {"ETSI-014-6.2-23", "ETSI-014-6.4-08"},
    OwnWords: {"ETSI-014-6.2-12"},
}


OVER_REST = [
    *(check for module in (rest_paths, rest_get, rest_unreadable) for check in checks_of(module)),
    get_key.a_key_request_may_state_nothing,
    fetching.a_key_id_that_is_no_uuid,
]


def failed(found: dict[str, tuple[str, str]]) -> set[str]:
    return {requirement for requirement, (verdict, _) in found.items() if verdict == "fail"}


@pytest.mark.parametrize("effort", [Effort.QUICK, Effort.STANDARD])
def test_by_the_book_passes(judge_miniature: Any, effort: Effort) -> None:
    found, _ = judge_miniature(Miniature(), *OVER_REST, effort=effort)
    shared = {"ETSI-014-6.2-19": "not_applicable"}  # it serves no additional slaves
    assert {r: v for r, (v, _) in found.items() if v != "pass"} == shared


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_each_lie_is_caught_and_no_other(judge_miniature: Any, lie: type[Miniature]) -> None:
    found, _ = judge_miniature(lie(), *OVER_REST)
    assert failed(found) == LIES[lie]


def test_a_missing_path_is_named(judge_miniature: Any) -> None:
    found, _ = judge_miniature(NoDecKeys(), rest_paths.the_three_paths_exist)
    verdict, message = found["ETSI-014-5.1-08"]
    assert verdict == "fail"
    assert "dec_keys: refused with 404" in message


def test_get_that_is_not_served_leaves_its_details_undecided(judge_miniature: Any) -> None:
    """Else a KME without GET would fail for words that it never got to say."""
    found, _ = judge_miniature(BehindGetForms(), rest_get.a_size_by_get_that_is_no_multiple_of_8)
    assert {v for v, _ in found.values()} == {"inconclusive"}


def test_a_malformed_request_that_yields_a_key_is_counted_and_soon_stopped(
    judge_miniature: Any,
) -> None:
    check = rest_unreadable.a_key_request_that_cannot_be_read
    found, session = judge_miniature(Forgiving(), check, effort=Effort.STANDARD)
    assert "with keys in its body" in found["ETSI-014-6.2-23"][1]
    assert session.meter.spent.keys == 5, "2 for control, and 3 that nobody should have got"
    assert any("yes" in seen for seen in session.observations["A-23", "etsi-014"])


def test_identity_checks(judge_miniature: Any) -> None:
    found, _ = judge_miniature(Miniature(), *checks_of(identity))
    assert found.pop("ETSI-014-4-06")[0] == "not_applicable"
    assert {v for v, _ in found.values()} == {"pass"}


@pytest.mark.parametrize(
    ("lie", "check", "requirement"),
    [
        (Anonymous, transport.every_request_is_authenticated, "ETSI-014-4-04"),
        (OneName, identity.kme_ids_differ, "ETSI-014-4-08"),
        (OneName, identity.both_ends_agree_who_they_are, "ETSI-014-6.1-16"),
        (FirstCaller, identity.each_caller_is_known_by_its_own_name, "ETSI-014-4-05"),
    ],
)  # fmt: skip
def test_identity_lies(judge_miniature: Any, lie: Any, check: Any, requirement: str) -> None:
    found, _ = judge_miniature(lie(), check)
    assert found[requirement][0] == "fail"


def test_swapped_ends_are_observed_and_never_failed(judge_miniature: Any) -> None:
    found, session = judge_miniature(SwapsEnds(), *checks_of(identity))
    assert failed(found) == set()
    assert session.observations["A-34", "etsi-014"]


def test_plain_http_fails_what_it_must_and_nothing_else(judge_miniature: Any) -> None:
    found, _ = judge_miniature(Miniature(), *checks_of(transport))
    assert failed(found) == {"ETSI-014-4-01", "ETSI-014-4-03", "ETSI-014-5.1-01"}
    assert found["ETSI-014-4-02"][0] == "not_applicable"
    assert found["ETSI-014-4-04"][0] == "pass"
    undecided = {f"ETSI-014-5.1-0{n}" for n in (2, 3, 4, 5, 6)}
    assert {r for r, (v, _) in found.items() if v == "inconclusive"} == undecided


def test_open_points_are_seen_and_cost_few_keys(judge_miniature: Any) -> None:
    _, session = judge_miniature(Miniature(), *checks_of(open_points), effort=Effort.STANDARD)
    seen = {observation for observation, _ in session.observations}
    assert seen >= {"A-01", "A-10", "A-11", "A-13", "A-15", "A-17", "A-18", "A-24", "A-27"}
    assert {"A-05", "A-08", "A-14", "A-28"} <= seen
    assert session.meter.spent.keys <= 64
    assert session.records == []


def test_probes_that_may_cost_keys_have_no_place_in_a_quick_or_narrowed_run(
    judge_miniature: Any,
) -> None:
    _, quick = judge_miniature(Miniature())
    taken = {f.__name__ for f in checks_of(open_points) if quick.takes(f.qonform, "etsi-014")}
    assert taken == {"odd_questions", "odd_paths_and_methods", "a_key_left_lying"}
