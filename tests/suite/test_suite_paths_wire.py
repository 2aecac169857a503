"""What the network layer of `qinet.entanglement.v1` means on the wire."""

import pytest

from qinet.entanglement.v1 import entanglement_pb2 as common
from qinet.entanglement.v1 import network_layer_pb2 as pb
from qonform.drivers import qinet_paths_wire as wire
from qonform.ports.entanglement import Axis, Bell, LinkError, Measured, PairType
from qonform.ports.outcome import Unreadable
from qonform.ports.paths import (
    Confirmation,
    HalfConfirmed,
    HalfDelivered,
    HalfExpired,
    PathDone,
    PathFailed,
    PathKey,
    PathPair,
    PathRequest,
)

PAIR = pb.ConfirmedPair(pair_id=9, bell_state=common.BELL_STATE_PSI_PLUS, fidelity=0.75)
READ = PathPair(9, Bell.PSI_PLUS, 0.75)


def test_each_field_of_a_request_is_sent():
    request = PathRequest(
        "a..c", 7, PairType.KEEP, 3, 0.9, 1.5, 0.25, Bell.PSI_MINUS, request_id="once"
    )
    sent = wire.path_request(request)
    assert (sent.circuit_id, sent.purpose_id, sent.number) == ("a..c", 7, 3)
    assert (sent.type, sent.min_fidelity) == (common.PAIR_TYPE_KEEP, 0.9)
    assert (sent.max_time.seconds, sent.max_time.nanos) == (1, 500_000_000)
    assert (sent.window.seconds, sent.window.nanos) == (0, 250_000_000)
    assert sent.final_state == common.BELL_STATE_PSI_MINUS
    assert sent.confirmation == pb.CONFIRMATION_FIRST
    assert sent.request_id == "once"


def test_what_a_request_does_not_say_is_absent():
    sent = wire.path_request(PathRequest("a..c", 0, None, confirmation=Confirmation.LATER))
    assert not sent.HasField("max_time")
    assert not sent.HasField("window")
    assert not sent.HasField("local_basis")
    assert sent.type == common.PAIR_TYPE_UNSPECIFIED
    assert sent.final_state == common.BELL_STATE_UNSPECIFIED
    assert sent.confirmation == pb.CONFIRMATION_LATER


def test_what_a_path_does_not_tell_is_none():
    told = pb.Path(circuit_id="a..c", head_node_id="a", tail_node_id="c", max_number=4)
    path = wire.read_path(pb.GetPathResponse(path=told), 1).value
    assert (path.circuit, path.head_node, path.tail_node, path.max_number) == ("a..c", "a", "c", 4)
    assert path.expected_fidelity is None
    assert path.pairs_per_second is None
    assert path.node_time_s is None


def test_a_path_that_is_missing_is_unreadable():
    assert isinstance(wire.read_path(pb.GetPathResponse(), 1), Unreadable)


MEASURED = common.Measured(outcome=1, axis=common.AXIS_X)


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (
            pb.PathEvent(
                delivered=pb.PairDelivered(
                    half_id=2, status=pb.PAIR_STATUS_CONFIRMED, pair=PAIR, measured=MEASURED
                )
            ),
            HalfDelivered(2, READ, False, None, Measured(1, Axis.X)),
        ),
        (
            pb.PathEvent(
                delivered=pb.PairDelivered(
                    half_id=2, status=pb.PAIR_STATUS_PROVISIONAL, qubit=common.Qubit(qubit_id=0)
                )
            ),
            HalfDelivered(2, None, True, 0),
        ),
        (pb.PathEvent(confirmed=pb.PairConfirmed(half_id=2, pair=PAIR)), HalfConfirmed(2, READ)),
        (pb.PathEvent(confirmed=pb.PairConfirmed(half_id=2)), HalfConfirmed(2, None)),
        (pb.PathEvent(expired=pb.PairExpired(half_id=2)), HalfExpired(2)),
        (
            pb.PathEvent(failed=pb.RequestFailed(error=common.LINK_ERROR_TIMEOUT)),
            PathFailed(LinkError.TIMEOUT),
        ),
        (pb.PathEvent(done=pb.PathRequestDone()), PathDone()),
        (pb.PathEvent(), None),
    ],
)
def test_an_event_is_read(event, what):
    event.number, event.circuit_id, event.request_number = 4, "a..c", 5
    read = wire.read_event(event, 1.25, 40)
    assert (read.number, read.request, read.arrived_s, read.exchange) == (
        4,
        PathKey("a..c", 5),
        1.25,
        40,
    )
    assert read.what == what
