"""What `qinet.entanglement.v1` means on the wire, and ranges of sequence numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qinet.entanglement.v1 import entanglement_pb2 as pb
from qinet.entanglement.v1 import link_layer_pb2 as link_pb
from qonform.drivers import qinet_links_wire as wire
from qonform.ports.entanglement import (
    SEQUENCE_NUMBERS,
    Axis,
    BasisSet,
    Bell,
    Delivery,
    Interleaving,
    LinkError,
    PairMade,
    PairRequest,
    PairType,
    PauliFrame,
    RandomBasis,
    RequestDone,
    RequestFailed,
    RequestKey,
    Rotation,
    Void,
)

NUMBERS = st.integers(0, SEQUENCE_NUMBERS - 1)


def test_each_field_of_a_request_is_sent():
    request = PairRequest(
        "node-b",
        7,
        PairType.KEEP,
        3,
        0.9,
        1.5,
        2,
        Delivery.WHEN_COMPLETE,
        Interleaving.FORBIDDEN,
        RandomBasis(BasisSet.XYZ, (0.2, 0.3, 0.5)),
        Rotation(0.1, 0.2, 0.3),
        "once",
    )
    sent = wire.create_request(request)
    assert (sent.remote_node_id, sent.purpose_id, sent.number) == ("node-b", 7, 3)
    assert (sent.type, sent.priority, sent.request_id) == (pb.PAIR_TYPE_KEEP, 2, "once")
    assert sent.min_fidelity == 0.9
    assert (sent.max_time.seconds, sent.max_time.nanos) == (1, 500_000_000)
    assert sent.delivery == link_pb.DELIVERY_WHEN_COMPLETE
    assert sent.interleaving == link_pb.INTERLEAVING_FORBIDDEN
    assert sent.local_basis.random.set == pb.BASIS_SET_XYZ
    assert list(sent.local_basis.random.probabilities) == [0.2, 0.3, 0.5]
    assert sent.remote_basis.rotation.then_y_rad == 0.2


def test_what_is_absent_is_not_sent():
    sent = wire.create_request(PairRequest("node-b", 0))
    assert not any(sent.HasField(f) for f in ("max_time", "local_basis", "remote_basis"))
    assert wire.create_request(PairRequest("node-b", 0, None)).type == pb.PAIR_TYPE_UNSPECIFIED


@pytest.mark.parametrize("bell", Bell)
@pytest.mark.parametrize("axis", Axis)
def test_an_ok_means_what_it_names(bell, axis):
    made = link_pb.PairMade(
        sequence=5,
        type=pb.PAIR_TYPE_MEASURE,
        bell_state=pb.BellState.Value(f"BELL_STATE_{bell.name}"),
        goodness=0.75,
        measured=pb.Measured(outcome=1, axis=pb.Axis.Value(f"AXIS_{axis.name}")),
    )
    event = link_pb.LinkEvent(number=3, origin_node_id="a", create_id=9, made=made)
    read = wire.read_event(event, 1.25, 40)
    assert (read.number, read.request, read.arrived_s, read.exchange) == (
        3,
        RequestKey("a", 9),
        1.25,
        40,
    )
    assert isinstance(read.what, PairMade)
    assert (read.what.sequence, read.what.type, read.what.bell_state) == (
        5,
        PairType.MEASURE,
        bell,
    )
    assert read.what.measured.outcome == 1
    assert read.what.measured.basis is axis
    assert read.what.qubit is None
    assert read.what.goodness_time_s is None


def test_what_the_interface_does_not_know_has_no_name():
    made = link_pb.PairMade(sequence=1, type=99, bell_state=99)
    read = wire.read_event(link_pb.LinkEvent(made=made), 0.0, 1).what
    assert isinstance(read, PairMade)
    assert read.type is read.bell_state is read.qubit is read.measured is None
    assert wire.read_event(link_pb.LinkEvent(number=1), 0.0, 1).what is None
    unknown = link_pb.LinkEvent(failed=link_pb.LinkFailure(error=99))
    assert wire.read_event(unknown, 0.0, 1).what == RequestFailed(None)


@pytest.mark.parametrize("error", LinkError)
def test_a_failure_is_told_by_name(error):
    failed = link_pb.LinkFailure(error=pb.LinkError.Value(f"LINK_ERROR_{error.name}"))
    read = wire.read_event(link_pb.LinkEvent(failed=failed), 0.0, 1)
    assert read.what == RequestFailed(error)


def test_what_is_void_is_a_range_or_all():
    ranged = link_pb.LinkFailure(range=link_pb.SequenceRange(first=65_535, end=2))
    everything = link_pb.LinkFailure(all=link_pb.AllPairs())
    assert wire.read_event(link_pb.LinkEvent(failed=ranged), 0.0, 1).what.void == Void(65_535, 2)
    assert wire.read_event(link_pb.LinkEvent(failed=everything), 0.0, 1).what.void == Void()
    done = link_pb.LinkEvent(done=link_pb.RequestDone())
    assert wire.read_event(done, 0.0, 1).what == RequestDone()


def test_a_link_is_read_with_what_it_does_not_tell():
    told = link_pb.Link(
        node_id="a",
        remote_node_id="b",
        types=[pb.PAIR_TYPE_KEEP, 77],
        max_min_fidelity=0.9,
        memory_qubits=4,
        max_number=16,
        pauli_frame=link_pb.PAULI_FRAME_AS_HERALDED,
    )
    told.coherence_time.FromMilliseconds(250)
    link = wire.read_link(link_pb.GetLinkResponse(link=told), 1).value
    assert link.types == {PairType.KEEP}
    assert (link.memory, link.max_number, link.coherence_time_s) == (4, 16, 0.25)
    assert link.pauli_frame is PauliFrame.AS_HERALDED
    assert link.expected_fidelity is link.pairs_per_second is link.promised_state is None
    assert link.attempt_time_s is link.node_time_s is None


@given(st.floats(1e-6, 1e6))
def test_a_time_is_sent_to_the_nanosecond(seconds):
    sent = wire.create_request(PairRequest("b", 1, max_time_s=seconds)).max_time
    assert math.isclose(sent.seconds + sent.nanos / 1e9, seconds, abs_tol=1e-9, rel_tol=1e-12)


@given(NUMBERS, st.integers(0, 1000), st.integers(0, 1000))
def test_a_range_is_half_open_and_goes_round(first, width, offset):
    void = Void(first, (first + width) % SEQUENCE_NUMBERS)
    assert void.covers((first + offset) % SEQUENCE_NUMBERS) == (offset < width)


@given(NUMBERS)
def test_all_is_every_number(sequence):
    assert Void().covers(sequence)
