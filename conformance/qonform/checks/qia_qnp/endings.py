"""How requests end that cannot be served: by their time, and since an end closes the circuit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qonform.checks.qia_qnp.served import is_refused_as, served
from qonform.judging import Undecidable, judges
from qonform.judging.path_episode import is_over, of
from qonform.ports.entanglement import LinkError, PairType
from qonform.ports.outcome import Delivered
from qonform.ports.paths import HalfDelivered, PathDone, PathFailed

if TYPE_CHECKING:
    from qonform.judging import Judge, PathBench, PathEpisode
    from qonform.ports.paths import What

_CLOSED = 1_700
_MEMORY = 64
"""Up to how many qubits are filled to leave no room for more."""


def memory_pairs(offer: Any, _effort: object) -> float:
    """What a check costs that fills the memory, twice at most."""
    return 2 * min(_MEMORY, int(offer.memory)) + 4


def fill(paths: PathBench, free: int = 0) -> None:
    """Holds all qubits of the end that has fewer, but for some. Raises Undecidable."""
    left = paths.memory - free
    if left > _MEMORY:
        raise Undecidable(f"an end holds {paths.memory} qubits, which would take too many pairs")
    while left > 0:
        number = min(left, paths.path.max_number)
        episode = paths.make(type=PairType.KEEP, number=number)
        if not episode.is_done:
            raise Undecidable(f"pairs that fill the memory were not made: {episode}")
        left -= number


@judges("QIA-QNP-TIM-02", pairs=memory_pairs)
def both_ends_know_when_time_is_over(paths: PathBench, judge: Judge) -> None:
    """A request that is done in time, and one for which there is no memory until it is over."""
    _judge_in_time(paths, judge, paths.make())
    if PairType.KEEP not in paths.path.types:
        return
    paths.give_up()
    fill(paths)
    stalled = paths.make(type=PairType.KEEP)
    if isinstance(stalled.answer, Delivered):
        _judge_in_time(paths, judge, stalled)


def _judge_in_time(paths: PathBench, judge: Judge, episode: PathEpisode) -> None:
    if not isinstance(episode.answer, Delivered):
        raise Undecidable(f"a request was not taken: {episode.answer}")
    paths.await_deadline(episode)
    for user, events in ((episode.by, episode.at_head()), (episode.to, episode.at_tail())):
        came = f"{events[-1]}" if events else "nothing"
        due = f"an event at {user.node} by which the request is done, or has failed, in time"
        judge.that("QIA-QNP-TIM-02", episode.is_over_at(user), due=due, came=came)


@judges("QIA-QNP-TIM-01", pairs=memory_pairs)
def pairs_of_a_window_come_together(paths: PathBench, judge: Judge) -> None:
    """As many qubits as there is memory within a window; then with room for all but one of them."""
    if PairType.KEEP not in paths.path.types:
        judge.not_applicable("QIA-QNP-TIM-01", "the circuit delivers no qubits")
        return
    number = min(paths.memory, paths.path.max_number)
    window_s = 2 * paths.time_for(number)
    members = {"type": PairType.KEEP, "number": number, "window_s": window_s}
    whole = paths.make(**members)
    if not isinstance(whole.answer, Delivered):
        raise Undecidable(f"a request with a window was not taken: {whole.answer}")
    _judge_all_or_none(paths, judge, whole)
    paths.give_up()
    if number < 2:
        return
    fill(paths, free=number - 1)
    part = paths.make(**members)
    if isinstance(part.answer, Delivered):
        paths.await_deadline(part)
        _judge_all_or_none(paths, judge, part)


def _judge_all_or_none(paths: PathBench, judge: Judge, episode: PathEpisode) -> None:
    number, window_s = episode.request.number, episode.request.window_s or 0.0
    for user, events in ((episode.by, episode.at_head()), (episode.to, episode.at_tail())):
        here = [e for e in events if isinstance(e.what, HalfDelivered)]
        spread_s = here[-1].arrived_s - here[0].arrived_s if here else 0.0
        together = spread_s <= paths.seconds(window_s) + paths.slack_s
        due = f"{number} qubits at {user.node} together, or none"
        came = f"{len(here)} of them, within {spread_s:.3f} s"
        holds = len(here) in {0, number} and together
        judge.that("QIA-QNP-TIM-01", holds, due=due, came=came)


@judges("QIA-QNP-VC-02", pairs=memory_pairs)
def a_circuit_is_closed_and_opened_again(paths: PathBench, judge: Judge) -> None:
    """Requests that wait while the tail-end closes the circuit, and one that is made after that."""
    creator, peer = paths.creator, paths.peer
    for user in (creator, peer):
        paths.open(user, _CLOSED)
    before = served(paths, purpose=_CLOSED)
    waiting = _waiting(paths)
    closed = paths.close_circuit(peer, _CLOSED)
    if not isinstance(closed, Delivered):
        raise Undecidable(f"CloseCircuit by {peer} was not served: {closed}")
    between = creator.path.request(paths.request(purpose=_CLOSED))
    for episode in waiting:
        for user in (creator, peer):
            key = episode.key
            user.path.wait(lambda events: is_over(of(events, key)), paths.slack_s)  # noqa: B023
            came = [e.what for e in of(user.path.events(), key)]
            holds = any(_ends_well(what) for what in came)
            due = (
                f"REJECTED at {user.node}, within the slack, since {peer.id} has closed the circuit"
            )
            told = f"{came[-1]}" if came else "nothing"
            judge.that("QIA-QNP-VC-02", holds, due=due, came=told)
    paths.open(peer, _CLOSED)
    paths.give_up()
    after = served(paths, purpose=_CLOSED)
    due = "REJECTED, since the circuit is closed"
    refused = is_refused_as(between, (LinkError.REJECTED,))
    judge.refusal("QIA-QNP-VC-02", between, refused, due=due, control=before.answer)
    due = "pairs, since it is open again"
    judge.that("QIA-QNP-VC-02", after.is_done, due=due, came=after)


def _waiting(paths: PathBench) -> list[PathEpisode]:
    """Requests that wait for memory, where qubits are kept."""
    if PairType.KEEP not in paths.path.types:
        return []
    fill(paths)
    longest = paths.target.claims.paths.clock_speed * 2 * paths.slack_s
    request = paths.request(
        purpose=_CLOSED, type=PairType.KEEP, max_time_s=max(longest, paths.time_for(1))
    )
    begun = paths.begin_all([(paths.creator, paths.peer, request)])
    return [episode for episode in begun if episode.key is not None]


def _ends_well(what: What | None) -> bool:
    """By REJECTED, or done: until an end is told, pairs may still be confirmed."""
    return what == PathFailed(LinkError.REJECTED) or isinstance(what, PathDone)
