"""One fault is one finding: what others broke is not blamed on the requirement at hand."""

from __future__ import annotations

from typing import Any

from checks_wire_miniatures import Forgetful, Miniature, Refused, failed

from qonform.checks.callers import callers
from qonform.checks.etsi014 import (
    fetching,
    get_key,
    histories,
    identity,
    key_sizes,
    life_cycle,
    status,
)
from qonform.judging import Effort


def test_a_key_that_a_later_get_key_loses_is_no_matter_of_its_size(judge_miniature):
    judged, _ = judge_miniature(
        Forgetful(),
        get_key.a_key_reaches_both_ends,
        key_sizes.the_largest_size_is_served,
        life_cycle.earlier_keys_outlive_later_requests,
    )
    assert failed(judged) == {"ETSI-014-5.3-04"}, judged


class OneSizeABatch(Miniature):
    """Keys of several sizes are not given in one answer."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        if len({len(self.keys[i][0]) for i in ids if i in self.keys}) > 1:
            raise Refused(500, "a bug")
        return super().get_key_with_ids(caller, master, ids)


def test_a_batch_that_is_not_served_is_no_lost_key(judge_miniature):
    judged, _ = judge_miniature(
        OneSizeABatch(), histories.any_history_agrees_with_the_model, effort=Effort.STANDARD, seed=2
    )
    assert "ETSI-014-6.4-01" in failed(judged)
    assert "ETSI-014-5.3-04" not in failed(judged), judged


class NamesThePath(Miniature):
    """The SAE in the path is the master of its Status, whoever asks."""

    def status(self, node: str, caller: str, sae: str) -> Any:
        return super().status(node, caller, sae) | {"master_SAE_ID": sae, "slave_SAE_ID": caller}


def test_a_claim_that_changes_nothing_is_not_believed(judge_miniature, monkeypatch):
    monkeypatch.setattr(identity, "claimed_by_header", lambda _bench: False)
    monkeypatch.setattr(identity, "_two_of_one_node", lambda bench: (callers(bench)[0], "sae-2"))
    judged, _ = judge_miniature(
        NamesThePath(),
        identity.nobody_becomes_another_by_what_it_says,
        status.a_master_is_told_its_status,
    )
    assert judged["ETSI-014-4-06"][0] == "not_applicable", judged
    assert judged["ETSI-014-5.2-02"][0] == "fail", judged


class GivesToAnybody(Miniature):
    """Whoever has the ID of a key gets it."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        owners = {self.keys[i][2] for i in ids if i in self.keys}
        return super().get_key_with_ids(owners.pop() if owners else caller, master, ids)


def test_a_claim_that_nobody_needs_is_not_believed(judge_miniature, monkeypatch):
    monkeypatch.setattr(identity, "claimed_by_header", lambda _bench: False)
    judged, _ = judge_miniature(
        GivesToAnybody(),
        identity.nobody_becomes_another_by_what_it_says,
        fetching.a_third_party_is_refused,
    )
    assert judged["ETSI-014-4-06"][0] != "fail", judged
    assert judged["ETSI-014-5.4-02"][0] == "fail", judged


class RoundsDown(Miniature):
    """A size that is no multiple of 8 is cut to whole bytes."""

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        size = wanted.get("size", 256) // 8 * 8
        return super().get_key(caller, slave, wanted | {"size": size})

    def status(self, *asked: Any) -> Any:
        return super().status(*asked) | {"min_key_size": 72}


def test_a_key_that_is_cut_short_is_no_matter_of_chance(judge_miniature):
    judged, session = judge_miniature(
        RoundsDown(), key_sizes.a_key_of_an_odd_size_has_that_many_bits
    )
    assert judged["ETSI-014-3.1-02"][0] == "not_applicable", judged
    seen = {r.finding.requirement: r.finding.verdict for r in session.monitored()}
    assert seen["ETSI-014-6.2-03"] == "fail"
