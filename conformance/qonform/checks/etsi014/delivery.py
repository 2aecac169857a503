"""What is said of a key: that it is refused, given once, still there, and the master's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from qonform.judging import Bench, Judge, is_unavailable
from qonform.ports.outcome import Delivered, Outcome, RefusalKind, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.judging import Application
    from qonform.ports.key_delivery import Key, KeyContainer

ONE_KEY_A_REQUEST = "max_key_per_request is 1, so that no request need have several keys"
NOT_FOUND = "one or more keys specified are not found on KME"


def asked_by_a_stranger(
    bench: Bench, by: Application, key_ids: Sequence[str]
) -> Outcome[KeyContainer]:
    """What an SAE is answered that has no right to a key, once the key has reached its KME.

    Raises:
        Undecidable: the KME is busy.
    """
    ask = partial(by.keys.get_key_with_ids, bench.master.sae_id, key_ids)
    outcome = bench.settle(ask, final, within_s=0.0 if bench.has_arrivals is False else None)
    return bench.patiently(by, ask) if is_unavailable(outcome) else outcome


def asked_again(bench: Bench, by: Application, key: Key) -> Outcome[KeyContainer]:
    """What comes of asking for a key that is due no more."""
    return bench.patiently(by, partial(by.keys.get_key_with_ids, bench.master.sae_id, [key.id]))


def judge_once(judge: Judge, first: Outcome[KeyContainer], again: Outcome[KeyContainer]) -> None:
    """What has been delivered to its slave is refused to it, as a key that is not there."""
    judge_gone(judge, first, again)
    if isinstance(again, Delivered):
        why = "the key was delivered again, so that nothing was refused: see ETSI-014-5.4-06"
        judge.not_applicable("ETSI-014-6.4-04", why)
        judge.not_applicable("ETSI-014-6.4-05", why)
    else:
        judge_not_found(judge, again, first)


def judge_gone(judge: Judge, first: Outcome[KeyContainer], again: Outcome[KeyContainer]) -> None:
    """What has been delivered to its slave is refused to it, in whatever way."""
    judge.refusal(
        "ETSI-014-5.4-06",
        again,
        not isinstance(again, Delivered),
        due="a refusal: the slave has had the key",
        control=first,
    )


def judge_not_found(
    judge: Judge, refused: Outcome[KeyContainer], control: Outcome[KeyContainer]
) -> None:
    """A key that cannot be returned is refused as a bad request, in the words of the standard."""
    bad = isinstance(refused, Refused) and refused.kind is RefusalKind.BAD_REQUEST
    judge.refusal("ETSI-014-6.4-04", refused, bad, due="400", control=control, evidence=[refused])
    said = isinstance(refused, Refused) and refused.message == NOT_FOUND
    if isinstance(refused, Delivered):
        judge.not_applicable("ETSI-014-6.4-05", "the request was not refused: see ETSI-014-6.4-04")
    else:
        judge.refusal(
            "ETSI-014-6.4-05",
            refused,
            said,
            due=f"an error whose message is {NOT_FOUND!r}",
            control=control,
            evidence=[refused],
        )


def judge_nothing_consumed(
    bench: Bench, judge: Judge, refused: Outcome[Any], key: Key, fetched: Outcome[KeyContainer]
) -> None:
    """After a refused request, the rightful slave still gets its key."""
    if isinstance(refused, Delivered):
        judge.not_applicable("ETSI-014-5.4-05", "the request was not refused")
    else:
        due = "the key for its rightful slave, after the refusal"
        judge_still_there(bench, judge, "ETSI-014-5.4-05", [key], fetched, due=due)


def judge_still_there(
    bench: Bench,
    judge: Judge,
    requirement: str,
    keys: Sequence[Key],
    fetched: Outcome[KeyContainer],
    *,
    due: str,
    alike: bool = False,
) -> None:
    """Keys that nothing may have used up are there.

    How long they are kept is open (A-28): where they are not there, it is seen whether a key of
    the same age is that nobody has touched.

    Args:
        alike: whether they must also be the master's, bit for bit.
    """
    age_s = bench.age_s(keys)
    if isinstance(fetched, Refused) and not bench.keeps(age_s):
        why = f"{fetched}; but so is any key {age_s:.1f} s after it was issued"
        judge.undecided(requirement, why)
        return
    holds = same(keys, fetched) if alike else isinstance(fetched, Delivered)
    judge.that(requirement, holds, due=due, came=fetched)


def judge_arrival(bench: Bench, judge: Judge, key: Key) -> None:
    """The slave fetches a key, at once: what a later Get key does to it is 5.3-04."""
    fetched = bench.fetch(bench.slave, [key.id])
    due = f"the master's key {key}"
    judge_still_there(bench, judge, "ETSI-014-5.4-01", [key], fetched, due=due, alike=True)


def is_unauthorised(outcome: Outcome[Any]) -> bool:
    """401, in whatever words the transport has for it."""
    return isinstance(outcome, Refused) and outcome.kind is RefusalKind.UNAUTHORISED


def final(outcome: Outcome[Any]) -> bool:
    """Whether asking again could change nothing: delivered, or refused for want of a right.

    Until the key has reached this KME it may well answer that it knows no such key.
    """
    return is_unauthorised(outcome) or not isinstance(outcome, Refused)


def same(keys: Sequence[Key], outcome: Outcome[KeyContainer]) -> bool:
    """Whether just these keys were delivered, bit for bit."""
    if not isinstance(outcome, Delivered):
        return False
    return {k.id.lower(): k.material for k in keys} == {
        k.id.lower(): k.material for k in outcome.value.keys
    }
