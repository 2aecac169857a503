"""Conforming, and odd: never failed. `make variants` runs them on ten seeds each."""

import campaign
import pytest

from qonform.selftest.judged import judge_altered
from qonform.selftest.listing import variants

CONFORMING = {
    "one-key-per-request",
    "one-size",
    "no-multicast",
    "serves-any-size",
    "optional-refused",
    "zero-number-empty",
    "upper-case-ids",
    "shuffled-batches",
    "consumed-key-401-to-strangers",
    "self-signed",
    "chained-ca",
    "san-only",
    "ipv6",
    "tls12-only",
    "tls13-only",
    "closes-connections",
    "json-401",
    "extra-members",
    "codes-404",
}
"""Those that lack nothing that a verdict needs."""


@pytest.mark.timeout(600)  # some of them take their time
@pytest.mark.parametrize("variant", variants(), ids=lambda v: v.name)
def test_an_odd_target_is_not_failed(variant):
    judged = judge_altered(variant.flags, "--effort", "quick", "--seed", "5")
    assert campaign.unjust(variant, judged) == set(), judged.stdout
    if variant.name in CONFORMING:
        assert judged.exit_code == 0, judged.stdout
    elif not variant.breaks:
        assert judged.exit_code in (0, 3), judged.stdout


def test_one_kme_says_in_one_line_what_is_missing():
    judged = judge_altered(["--variant", "single-kme"], "--effort", "quick")
    assert judged.exit_code == 3
    assert "needs a client with the role `slave`" in judged.stdout
