"""Requests that are to be served: of each type, alone and together with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qonform.judging import Undecidable, judges
from qonform.judging.path_episode import confirmed
from qonform.ports.entanglement import PairType
from qonform.ports.outcome import Delivered
from qonform.ports.paths import Confirmation, PathFailed
from qonform.target import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qonform.judging import Judge, PathBench, PathEpisode

_PATIENCE = 4
"""How many times as long as it surely takes, at the least, a request without a limit may take."""


@judges("QIA-QNP-REQ-01", "QIA-QNP-EXP-04", pairs=60)
def requests_are_served(paths: PathBench, judge: Judge) -> None:
    """Requests of each type, confirmed first and later, with a time and without, and for much."""
    top = paths.path.max_min_fidelity
    for kind in sorted(paths.path.types, key=lambda kind: kind.value):
        number = _some(paths, kind)
        for confirmation in Confirmation:
            for members in ({}, {"max_time_s": None}, {"min_fidelity": top}):
                episode = paths.make(type=kind, number=number, confirmation=confirmation, **members)
                due = f"a number for a request of {number} pairs to {kind.value}"
                taken = isinstance(episode.answer, Delivered)
                judge.that("QIA-QNP-REQ-01", taken, due=due, came=episode.answer)
                if taken:
                    _judge_progress(paths, judge, episode)
                paths.give_up()


def _some(paths: PathBench, kind: PairType) -> int:
    """Pairs of which several, and all, find room at once."""
    most = min(5, paths.path.max_number)
    return min(most, paths.memory) if kind is PairType.KEEP else most


def _judge_progress(paths: PathBench, judge: Judge, episode: PathEpisode) -> None:
    """All pairs come, unless the time is over before."""
    if not episode.is_over and episode.request.max_time_s is None:
        if paths.path.pairs_per_second is None:
            judge.undecided("QIA-QNP-EXP-04", "the circuit tells no rate, and no limit was set")
            return
        paths.await_end(episode, _PATIENCE * (episode.request.number + 40))
    ends = [e.what for e in (*episode.at_head(), *episode.at_tail())]
    failed = next((what for what in ends if isinstance(what, PathFailed)), None)
    if failed is not None and episode.request.max_time_s is not None:
        judge.undecided("QIA-QNP-EXP-04", f"the request failed: {failed}")
        return
    due = f"{episode.request.number} pairs, each end told that this is all"
    judge.that("QIA-QNP-EXP-04", episode.is_over and failed is None, due=due, came=episode)


@judges("QIA-QNP-ID-03", pairs=60)
def requests_that_share_a_circuit_are_kept_apart(paths: PathBench, judge: Judge) -> None:
    """Requests of one application, and of two, that are outstanding at once over one circuit."""
    number = min(4, paths.path.max_number)
    kind = paths.usual_type
    if kind is PairType.KEEP:
        number = max(1, min(number, paths.memory // 4))
    mine, theirs = (paths.creator, paths.peer), (paths.creator, paths.peer)
    try:
        theirs = (paths.user(Role.SECOND_CREATOR), paths.user(Role.SECOND_PEER))
    except Undecidable:
        judge.undecided("QIA-QNP-ID-03", "needs a second-creator and a second-peer")
    for confirmation in Confirmation:
        asked = []
        for by, to in (mine, theirs, mine, theirs):
            purpose = paths.open(by)
            paths.open(to)
            request = paths.request(
                purpose=purpose,
                type=kind,
                number=number,
                confirmation=confirmation,
                max_time_s=None,
            )
            asked.append((by, to, request))
        _judge_apart(judge, paths.carry_out_all(asked))
        paths.give_up()


def _judge_apart(judge: Judge, episodes: Sequence[PathEpisode]) -> None:
    if not all(episode.is_over for episode in episodes):
        judge.undecided(
            "QIA-QNP-ID-03", "requests that share the circuit did not all come to an end"
        )
        return
    for one in episodes:
        for other in episodes:
            if one is not other:
                crossed = confirmed(one.at_head()).keys() & confirmed(other.at_tail()).keys()
                due = f"pairs of {one.key} for it at both ends"
                came = f"{len(crossed)} of them for {other.key} at {other.to.node}"
                judge.that("QIA-QNP-ID-03", not crossed, due=due, came=came)


@judges("QIA-QNP-ISO-01", pairs=12)
def circuits_that_share_links_are_kept_apart(paths: PathBench, judge: Judge) -> None:
    """Requests over the circuits of both directions at once, beside one that is alone."""
    back = paths.back
    if back is None:
        judge.not_applicable("QIA-QNP-ISO-01", "no circuit leads back from the peer's node")
        return
    creator, peer = paths.creator, paths.peer
    purpose = paths.open(creator)
    paths.open(peer)
    for user in (creator, peer):
        outcome = user.path.open(back.circuit, purpose)
        if not isinstance(outcome, Delivered):
            raise Undecidable(f"OpenCircuit of {back.circuit} by {user} was not served: {outcome}")
    kind = paths.usual_type if paths.usual_type in back.types else min(back.types, key=str)
    number = min(4, paths.path.max_number, back.max_number, max(1, paths.memory // 2))
    alone = paths.make(type=kind, number=number)
    paths.give_up()
    forth = paths.request(type=kind, number=number, max_time_s=None)
    other = paths.request(circuit=back.circuit, type=kind, number=number, max_time_s=None)
    episodes = paths.carry_out_all([(creator, peer, forth), (peer, creator, other)])
    if not alone.is_complete or not all(episode.is_over for episode in episodes):
        raise Undecidable(f"no request had all its pairs alone, or both at once no end: {alone}")
    for episode in episodes:
        due = f"{number} pairs of {episode.key}, the same at both ends"
        judge.that("QIA-QNP-ISO-01", episode.is_complete, due=due, came=episode)
