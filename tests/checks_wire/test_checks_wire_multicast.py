"""Additional slaves where Status offers none; and what two SAEs alone can show."""

from __future__ import annotations

from typing import Any

import checks_wire_miniatures as miniatures
import pytest
from checks_wire_miniatures import Miniature, Refused, verdicts

from qonform.checks.etsi014 import multicast, rest_get


class RefusesMulticast(Miniature):
    """What is not offered is refused."""

    def get_key(self, caller: str, slave: str, wanted: dict[str, Any]) -> Any:
        if wanted.get("additional_slave_SAE_IDs"):
            raise Refused(400, "one slave only")
        return super().get_key(caller, slave, wanted)


@pytest.mark.parametrize("kme", [Miniature, RefusesMulticast])
@pytest.mark.parametrize("third", [True, False], ids=["with a third SAE", "with two SAEs"])
def test_a_list_that_is_ignored_is_caught(judge_miniature, monkeypatch, kme, third):
    if not third:
        monkeypatch.setitem(miniatures.OF_NODE, "kme-b", ("sae-2",))
    judged, _ = judge_miniature(kme(), multicast.no_multicast_means_a_refusal)
    verdict, message = judged["ETSI-014-6.2-20"]
    if kme is Miniature:
        assert verdict == "fail"
    else:
        assert verdict == ("pass" if third else "inconclusive"), message


def test_that_a_key_is_delivered_once_needs_no_third_sae(judge_miniature, monkeypatch):
    monkeypatch.setitem(miniatures.OF_NODE, "kme-b", ("sae-2",))
    judged, _ = judge_miniature(Miniature(), rest_get.a_key_is_delivered_once_by_get)
    assert verdicts(judged) == {"pass"}, judged
