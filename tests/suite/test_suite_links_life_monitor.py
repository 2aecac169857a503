"""What the monitor of requests says of a history that conforms, and of lies in it."""

import pytest
from link_exchanges import KNOWN, PROFILE, Story, expired, made, served

from qonform.judging import Verdict
from qonform.monitors.link_life import LinkLife
from qonform.ports.entanglement import (
    Axis,
    BasisSet,
    Bell,
    Delivery,
    Interleaving,
    Link,
    LinkError,
    PairType,
    RandomBasis,
    RequestFailed,
    RequestKey,
    Void,
)
from qonform.ports.outcome import Delivered, RefusalKind, Refused

OF_VOID_PAIRS = {f"QIA-EGP-EXP-0{n}" for n in (1, 4, 5)}
SECOND, BACK, NOBODYS = RequestKey("a", 2), RequestKey("b", 1), RequestKey("a", 9)
TIMEOUT = RequestFailed(LinkError.TIMEOUT)


def judged(story, known=KNOWN, profile=PROFILE):
    """What is said, by requirement, when all has long been quiet."""
    monitor = story.later().shown_to(LinkLife(known))
    return {finding.requirement: finding for finding in monitor.findings(profile)}


def failed(story):
    return {
        requirement.removeprefix("QIA-EGP-"): finding
        for requirement, finding in judged(story).items()
        if finding.verdict is Verdict.FAIL
    }


def begun(**terms):
    """A request of node a, which is acknowledged and of which nothing has come."""
    return Story().accepts("b").creates(**terms)


# --- histories that conform -----------------------------------------------------------------------


def test_a_request_that_is_served_passes_with_its_cases():
    found = judged(served())

    passed = {r.removeprefix("QIA-EGP-") for r, f in found.items() if f.verdict is Verdict.PASS}
    assert passed == {
        "BEL-01", "ERR-02", "EXP-02", "FID-02", "MSR-01", "OK-02", "OK-03", "OK-04", "OK-05",
        "OK-06", "OK-07", "OK-08", "SEQ-01", "SEQ-02", "SEQ-03", "TIM-01", "TIM-03",
    }  # fmt: skip
    assert found["QIA-EGP-OK-03"].message == "2 cases, all as the model allows"
    assert found["QIA-EGP-MSR-01"].message == "4 cases, all as the model allows"


def test_requirements_of_void_pairs_do_not_apply_where_there_are_none():
    found = judged(served())

    not_applicable = {r for r, f in found.items() if f.verdict is Verdict.NOT_APPLICABLE}
    assert not_applicable == OF_VOID_PAIRS
    assert {found[r].message for r in OF_VOID_PAIRS} == {"no pair was declared void in this run"}


def test_requirements_of_void_pairs_pass_where_there_are_some():
    story = begun().pair(5).pair(6).ends("ab", expired(Void(6, 7))).pair(7)
    found = judged(story)

    assert not failed(story)
    assert {found[r].verdict for r in OF_VOID_PAIRS} == {Verdict.PASS}
    assert {found[r].message for r in OF_VOID_PAIRS} == {"2 cases, all as the model allows"}


@pytest.mark.parametrize(
    "story",
    [
        served().ends(),
        begun().pair(5, nodes="b").pair(6, nodes="b").pair(5, nodes="a").pair(6, nodes="a"),
        begun().pair(5).ends(what=TIMEOUT, at_s=10.5),
        begun().ends("a", TIMEOUT, at_s=10.5),
        begun(number=1).pair(5, nodes="a").ends("a", expired(Void(5, 6))).pair(7),
        begun(delivery=Delivery.WHEN_COMPLETE).ends(what=TIMEOUT, at_s=10.5),
        Story().accepts("b").is_refused(),
        Story().accepts("b").is_lost().pair(5).pair(6),
        begun().pair(5).accepts("a").creates("b").pair(6, of=BACK).pair(7).pair(8, of=BACK),
        Story().accepts("b").pair(5, at_s=0.02).creates(number=1),
        begun(type=PairType.KEEP).kept(5).kept(6).measures("a", 5, 0).measures("b", 5, 1),
        Story().creates(purpose=7).ends("a", RequestFailed(LinkError.REJECTED), purpose=7),
    ],
    ids=[
        "done is said", "the peer is told first", "its time is over", "its time is over at once",
        "a void pair is replaced", "nothing, since not everything", "a refusal", "a lost ACK",
        "requests cross", "an ACK that is logged late", "qubits are measured",
        "a purpose that nobody accepts",
    ],
)  # fmt: skip
def test_nobody_is_accused_who_conforms(story):
    assert not failed(story)


# --- lies -----------------------------------------------------------------------------------------


def lies():
    """The lie, what it breaks, the story, and the exchanges that show it.

    Where it cannot but break two requirements, the exchanges are those of the first.
    """
    keep = begun(type=PairType.KEEP)
    drawn = RandomBasis(BasisSet.XZ)
    whole = begun(delivery=Delivery.WHEN_COMPLETE)
    block = begun(interleaving=Interleaving.FORBIDDEN).creates(create_id=2, number=1)
    room = Link("a", "b", frozenset(PairType), 0.9, memory=1, max_number=10)
    small = Story().asked("a", "GetLink", "b", Delivered(room, 0)).accepts("b")
    return [
        ("an OK at one end only", "OK-01", begun(number=1).pair(5, nodes="a"), (3,)),
        ("the peer alone is told", "OK-01", begun(number=1).pair(5, nodes="b"), (3,)),
        ("a pair is told of twice", "OK-02", served().pair(6, nodes="b"), (6, 7)),
        ("the ends count apart", "OK-03", begun(number=1).pair(5, nodes="a").pair(6, nodes="b"),
         (3, 4)),
        ("a name that no request has", "OK-04", served().told("a", made(7), key=NOBODYS), (7,)),
        ("the origin is the wrong end", "OK-05", served().told("b", made(7), key=BACK), (7,)),
        ("a neighbour that is none", "OK-06", begun(number=1).pair(5, nodes="a")
         .told("b", made(5), remote="c"), (4,)),
        ("another purpose at the peer", "OK-07", begun(number=1).pair(5, nodes="a")
         .told("b", made(5), purpose=2), (4,)),
        ("a qubit instead of an outcome", "OK-08", begun(number=1).pair(5, nodes="a")
         .told("b", made(5, qubit=1)), (4,)),
        ("one pair too many", "OK-09", served().pair(7), (3, 5, 7)),
        ("done too early", "OK-09", begun(max_time_s=None).pair(5).ends("a"), (3, 5)),
        ("a number of two requests", "SEQ-01", served().creates(create_id=2, number=1)
         .pair(6, of=SECOND), (5, 8)),
        ("numbers that fall", "SEQ-02", begun().pair(6).pair(5), (3, 5)),
        ("two orders", "SEQ-03 SEQ-02", begun().pair(5, nodes="a").pair(6).pair(5, nodes="b"),
         (3, 4, 6, 5)),
        ("two Bell states", "BEL-01", begun(number=1).pair(5, nodes="a")
         .pair(5, nodes="b", bell_state=Bell.PHI_PLUS), (3, 4)),
        ("no Bell state", "BEL-01", begun(number=1).pair(5, bell_state=None), (3,)),
        ("a goodness above 1", "FID-02", begun(number=1).pair(5, goodness=1.5), (3,)),
        ("an outcome of 2", "MSR-01", begun(number=1).pair(5, (2, 0)), (3,)),
        ("a basis that was not asked for", "MSR-01", begun(number=1, local_basis=drawn)
         .pair(5, nodes="a", axis=Axis.Y).pair(5, nodes="b"), (3,)),
        ("the basis of the other end", "MSR-02", begun(number=1, local_basis=Axis.X)
         .pair(5, nodes="a").pair(5, nodes="b"), (3,)),
        ("an OK when time is over", "TIM-03", begun(number=1).pair(5, at_s=20.0), (3,)),
        ("an OK after the failure", "TIM-03", begun().pair(5).ends(what=TIMEOUT, at_s=10.5)
         .pair(6, at_s=10.6), (5, 7)),
        ("a failure when time is long over", "TIM-01", begun().ends("a", TIMEOUT, at_s=20.0),
         (3,)),
        ("no end when time is over", "TIM-02", begun().pair(5), (3,)),
        ("a TIMEOUT that is early", "TIM-04", begun().ends("a", TIMEOUT, at_s=5.0), (3,)),
        ("two ends of one request", "ERR-02", served().ends("a").ends("a"), (7, 8)),
        ("an unknown error", "ERR-01", begun().ends("a", RequestFailed(None)), (3,)),
        ("an event of a refused request", "ACK-02", Story().accepts("b").is_refused()
         .told("b", made(5)), (3,)),
        ("OKs before all pairs are there", "CON-02", whole.pair(5).pair(6, at_s=8.0), (3, 5)),
        ("another's pair inside", "ATO-01", block.pair(5).pair(6, of=SECOND).pair(7),
         (4, 8, 6)),
        ("an OK that nobody accepts", "PUR-01", Story().creates(number=1).pair(5), (2,)),
        ("an OK that nobody accepts any more", "PUR-03", Story().accepts("b")
         .asked("b", "StopAccepting", ("a", 1), Delivered(None, 0)).creates(number=1, at_s=1.0)
         .pair(5, at_s=2.0), (4,)),
        ("an OK for somebody else", "PUR-02", begun(number=1).pair(5, nodes="b")
         .told("a", made(5), caller="another"), (4,)),
        ("one name for two qubits", "KEP-01", keep.kept(5, qubit=1).kept(6, qubit=1), (3, 5)),
        ("more qubits than there is room", "KEP-01", small.creates(type=PairType.KEEP).kept(5)
         .kept(6), (4, 6)),
        ("pairs of requests that cross", "SYM-02", begun(number=1).accepts("a")
         .creates("b", number=1).pair(5, nodes="a").pair(5, nodes="b", of=BACK)
         .pair(6, nodes="b").pair(6, nodes="a", of=BACK), (5, 6)),
        ("a void range beyond all numbers", "EXP-01", served()
         .ends("a", expired(Void(6, 70_000))), (7,)),
        ("a loss that one end keeps to itself", "EXP-02", served()
         .ends("a", expired(Void(6, 7))), (6,)),
        ("a void pair is delivered", "EXP-05", begun().pair(5).ends("ab", expired(Void(6, 7)))
         .pair(6), (7,)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "story", "shown"), [pytest.param(*lie[1:], id=lie[0]) for lie in lies()]
)
def test_a_lie_is_one_finding_with_the_exchanges_that_tell_it(broken, story, shown):
    found = failed(story)
    requirement, *also = broken.split()
    finding = found[requirement]

    assert set(found) == {requirement, *also}
    created, told = by_call(story, finding.evidence)
    assert told == shown
    assert len(finding.history) == len(shown)
    assert finding.evidence == (*created, *told)


def by_call(story, numbers):
    """Of exchanges, those that made a request, and the others."""
    made = tuple(
        n for n in numbers if getattr(story.exchanges[n - 1].call, "operation", "") == "Create"
    )
    return made, tuple(n for n in numbers if n not in made)


def test_what_is_told_of_a_request_is_cited_beside_its_create():
    story = served().pair(6, nodes="b")
    (created, *told) = failed(story)["OK-02"].evidence
    assert story.exchanges[created - 1].call.operation == "Create"
    assert told


def test_a_history_tells_when_which_node_told_whom_of_what():
    story = begun().pair(5, (0, 1)).ends("a", at_s=1.25)

    assert failed(story)["OK-09"].history == (
        "+0.000000 s  a tells app-a: a/1, pair 5 in PSI_MINUS, goodness 0.9, an outcome at Z",
        "+0.250000 s  a tells app-a: a/1, done",
    )


def test_a_lie_is_said_beside_what_holds():
    found = judged(served().pair(6, nodes="b"))

    assert found["QIA-EGP-OK-02"].verdict is Verdict.FAIL
    assert found["QIA-EGP-OK-02"].expected == "one OK of each pair"
    assert found["QIA-EGP-OK-02"].actual == "6 at b for a/1, and again for a/1"
    assert found["QIA-EGP-OK-03"].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("requirement", "story"),
    [
        ("ACK-03", begun().creates(at_s=0.5).pair(5)),
        ("ACK-02", Story().accepts("b").is_refused(LinkError.TIMEOUT)),
    ],
)
def test_a_lie_of_an_answer_is_found_too(requirement, story):
    assert requirement in failed(story)


# --- what is judged at all ------------------------------------------------------------------------


def test_an_accept_that_was_refused_accepts_nothing():
    refused = Refused(RefusalKind.OTHER, "PERMISSION_DENIED", None, 0)
    story = Story().asked("b", "Accept", ("a", 1), refused).creates(number=1).pair(5)

    assert "PUR-01" in failed(story)


def test_what_was_not_selected_is_not_said():
    known = {PROFILE: frozenset({"QIA-EGP-OK-02"})}

    assert set(judged(served().pair(6, nodes="b").pair(7), known)) == {"QIA-EGP-OK-02"}


def test_of_another_profile_nothing_is_said():
    assert not judged(served(), profile="etsi-014")


def test_a_run_without_links_says_nothing():
    assert not LinkLife(KNOWN).findings(PROFILE)


def test_a_request_that_may_still_go_on_is_not_accused():
    monitor = begun(number=1).pair(5, nodes="a").shown_to(LinkLife(KNOWN))

    assert not [f for f in monitor.findings(PROFILE) if f.verdict is Verdict.FAIL]
