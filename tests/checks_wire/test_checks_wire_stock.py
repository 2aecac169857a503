"""What Status says of the store is used for waiting, and is not believed against Get key."""

from __future__ import annotations

from typing import Any

import pytest
from checks_wire_miniatures import Miniature, Refused, verdicts

from qonform.checks.etsi014 import get_key, key_sizes, life_cycle


class SaysEmpty(Miniature):
    """Status counts something else than what Get key gives: it says 0, and keys are served."""

    def status(self, *asked: Any) -> Any:
        return super().status(*asked) | {"stored_key_count": 0}


class IsEmpty(SaysEmpty):
    """There are two keys, and then there are none."""

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        if len(self.keys) + wanted.get("number", 1) > 2:
            raise Refused(400, "no keys left")
        return super().get_key(caller, slave, wanted)


BEYOND = (key_sizes.sizes_outside_the_limits, get_key.more_keys_than_a_request_may_have)


@pytest.mark.parametrize("check", BEYOND, ids=lambda check: check.__name__)
def test_a_refusal_is_not_for_want_while_keys_are_served(judge_miniature, check):
    judged, session = judge_miniature(SaysEmpty(), check, get_key.a_key_reaches_both_ends)
    assert verdicts(judged) == {"pass"}, judged
    assert session.records[-1].finding.message


def test_an_empty_store_is_believed(judge_miniature):
    judged, _ = judge_miniature(IsEmpty(), *BEYOND)
    assert verdicts(judged) == {"inconclusive"}, judged


class GivesNothing(Miniature):
    """More than one key at once is none at all, with 200."""

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        if wanted.get("number", 1) > 1:
            return {"keys": []}
        return super().get_key(caller, slave, wanted)


def test_a_container_without_keys_is_a_wrong_number(judge_miniature):
    judged, _ = judge_miniature(
        GivesNothing(), get_key.a_number_of_keys_is_that_many, get_key.much_key_in_one_request
    )
    assert judged["ETSI-014-6.2-01"][0] == "fail", judged


class GrowsBackAtOnce(Miniature):
    """A full store, where Get key takes as long as it takes to regrow most of what it delivers."""

    stored = 99

    def status(self, *asked: Any) -> Any:
        told, self.stored = self.stored, 99
        return super().status(*asked) | {"stored_key_count": told}

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        self.stored = 98
        return super().get_key(caller, slave, wanted)


class CountsTheUnfetched(Miniature):
    """Status counts what waits for the slave, so that the count rises with each Get key."""

    def status(self, *asked: Any) -> Any:
        return super().status(*asked) | {"stored_key_count": len(self.keys)}


def test_a_count_that_rises_by_delivery_does_not_shrink(judge_miniature):
    check = life_cycle.the_store_shrinks_by_what_is_delivered
    judged, _ = judge_miniature(CountsTheUnfetched(), check)
    assert judged["ETSI-014-5.3-03"][0] == "fail", judged


def test_a_store_that_is_full_again_may_have_grown_by_anything(judge_miniature):
    check = life_cycle.the_store_shrinks_by_what_is_delivered
    judged, _ = judge_miniature(GrowsBackAtOnce(), check)
    assert judged["ETSI-014-5.3-03"][0] == "inconclusive", judged
