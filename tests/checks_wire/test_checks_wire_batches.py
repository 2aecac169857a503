"""A request for several keys: they may have been issued apart, and be of different sizes."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from checks_wire_miniatures import Miniature, Refused

from qonform.checks.etsi014 import fetching

CHECK = fetching.keys_of_several_requests_at_once


class InOrderOfIssue(Miniature):
    """Gives the keys in the order of their issue, under the IDs in the order of the request."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        in_order = sorted(ids, key=list(self.keys).index)
        keys = super().get_key_with_ids(caller, master, in_order)["keys"]
        told = [{**key, "key_ID": key_id} for key, key_id in zip(keys, ids, strict=True)]
        return {"keys": told}


class OfOneSize(Miniature):
    """Cuts all keys of a batch to the length of the shortest."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        keys = super().get_key_with_ids(caller, master, ids)["keys"]
        raw = [base64.b64decode(key["key"]) for key in keys]
        cut = [base64.b64encode(one[: min(map(len, raw))]).decode() for one in raw]
        return {"keys": [{**key, "key": text} for key, text in zip(keys, cut, strict=True)]}


class OneByOne(Miniature):
    """Serves one key a request: what several are due is another requirement's matter."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        if len(ids) > 1:
            raise Refused(400, "one by one, please")
        return super().get_key_with_ids(caller, master, ids)


@pytest.mark.parametrize(
    ("kme", "verdict"),
    [(Miniature, "pass"), (InOrderOfIssue, "fail"), (OfOneSize, "fail"),
     (OneByOne, "not_applicable")],
)  # fmt: skip
def test_each_key_of_a_batch_is_the_masters(judge_miniature, kme, verdict):
    judged, _ = judge_miniature(kme(), CHECK)
    assert judged["ETSI-014-5.4-01"][0] == verdict, judged


class GivesAway(Miniature):
    """An SAE at the master's KME may fetch any key; the slave then gets nothing."""

    def get_key_with_ids(self, caller: str, master: str, ids: list[str]) -> Any:
        if caller == "sae-3" and all(i in self.keys for i in ids):
            caller = "sae-2"
        return super().get_key_with_ids(caller, master, ids)


def test_a_key_that_a_stranger_had_is_a_finding_though_the_slave_gets_nothing(judge_miniature):
    judged, _ = judge_miniature(GivesAway(), fetching.nobody_else_gets_the_key_at_any_kme)
    assert judged["ETSI-014-5.4-02"][0] == "fail", judged
