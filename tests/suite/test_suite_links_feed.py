"""A feed takes a stream up where it broke, and ends when it is refused."""

import queue
import threading
from types import SimpleNamespace

import grpc

from qonform.drivers.qinet_feed import Feed


class Stream:
    """Messages until one is an exception; then it breaks. Waits for more until it is cancelled."""

    def __init__(self, *messages):
        self._messages = queue.SimpleQueue()
        for message in messages:
            self._messages.put(message)

    def __iter__(self):
        while (message := self._messages.get()) != "cancelled":
            if isinstance(message, Exception):
                raise message
            yield message

    def cancel(self):
        self._messages.put("cancelled")


def feed(streams, go_on=True):
    """A feed over these streams, and after which event each was begun."""
    begun, ended, rest = [], [], iter(streams)

    def subscribe(after):
        begun.append(after)
        return next(rest, Stream())

    def end(error):
        ended.append(error)
        return go_on

    def read(message):
        return message and SimpleNamespace(number=message)

    return Feed(subscribe, read, end), begun, ended


def numbers(events):
    return [event.number for event in events]


def test_events_come_in_order_and_the_first_message_is_none():
    listening, begun, _ = feed([Stream(None, 1, 2)])
    listening.begin(5)
    assert listening.wait(lambda events: len(events) == 2, 5)
    assert numbers(listening.events()) == [1, 2]
    listening.close()
    assert begun == [None]


def test_a_stream_that_broke_is_taken_up_after_the_last_event():
    broken = grpc.RpcError("broken")
    listening, begun, ended = feed([Stream(None, 1, broken), Stream(None, 2)])
    assert listening.wait(lambda events: len(events) == 2, 5)
    assert numbers(listening.events()) == [1, 2]
    listening.close()
    assert begun == [None, 1]
    assert ended == [broken]


def test_a_refused_stream_is_not_begun_again():
    listening, begun, _ = feed([Stream(grpc.RpcError("refused"))], go_on=False)
    listening.begin(5)
    listening.close()
    assert begun == [None]
    assert not listening.events()


def test_what_does_not_come_in_time_is_not_waited_for():
    listening, _, _ = feed([Stream(None)])
    assert not listening.wait(bool, 0.01)
    listening.close()


def test_a_closed_feed_leaves_no_thread():
    before = threading.active_count()
    listening, _, ended = feed([Stream(None)])
    listening.begin(5)
    listening.close()
    assert threading.active_count() == before
    assert not ended
