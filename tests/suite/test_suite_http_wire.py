"""The HTTP wire gets along with servers of every kind, and never waits longer than it may."""

import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from qonform.drivers.http_wire import HttpWire, WireError
from qonform.drivers.meter import Meter
from qonform.target import Limits

REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def served_by(serve, *, threaded=True):
    """A wire to a server whose `serve(connection)` handles each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def handle(connection):
            with connection, suppress(OSError):
                serve(connection)

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                if threaded:
                    threading.Thread(target=handle, args=(connection,), daemon=True).start()
                else:
                    handle(connection)

        threading.Thread(target=accept, daemon=True).start()
        wire = HttpWire(
            f"http://127.0.0.1:{listener.getsockname()[1]}", Meter(Limits(timeout_s=0.5))
        )
        try:
            yield wire
        finally:
            wire.close()
            listener.shutdown(socket.SHUT_RDWR)


def get(wire, *, safe=True, context=None):
    return wire.send(context, "GET", "/", {}, None, safe=safe)


def keeps_alive(connection):
    while connection.recv(4096):
        connection.sendall(REPLY)


def closes_unannounced(connection):
    connection.recv(4096)
    connection.sendall(REPLY)


def drips(connection):
    connection.recv(4096)
    for byte in REPLY * 100:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def stays_silent(connection):
    connection.recv(4096)
    time.sleep(60)


def closes_at_once(connection):
    connection.recv(4096)


def babbles(connection):
    connection.recv(4096)
    connection.sendall(b"what?\r\n\r\n")


def test_a_connection_is_kept():
    with served_by(keeps_alive) as wire:
        for _ in range(5):
            assert get(wire).body == b"{}"
        assert wire._meter.spent.connections == 1


def test_a_server_that_closes_after_every_reply_loses_no_request():
    with served_by(closes_unannounced) as wire:
        for _ in range(5):
            assert get(wire, safe=False).status == 200
        assert wire._meter.spent.connections == 5


@pytest.mark.parametrize("serve", [drips, stays_silent])
def test_a_request_ends_in_time(serve):
    with served_by(serve) as wire:
        began = time.monotonic()
        with pytest.raises(WireError, match=r"within 0\.5 s"):
            get(wire)
        assert time.monotonic() - began < 30  # not as long as the server would take


@pytest.mark.parametrize("serve", [closes_at_once, babbles])
def test_no_reply_is_told_in_a_line(serve):
    with served_by(serve) as wire, pytest.raises(WireError, match=r"^no reply"):
        get(wire)


def test_nobody_listens():
    wire = HttpWire("http://127.0.0.1:1", Meter(Limits()))
    with pytest.raises(WireError, match=r"cannot connect to 127\.0\.0\.1:1: Connection refused"):
        get(wire)


def test_a_server_of_one_connection_at_a_time_is_given_room():
    with served_by(keeps_alive, threaded=False) as wire:
        assert get(wire).status == 200
        replies = []
        other = threading.Thread(target=lambda: replies.append(get(wire)))
        other.start()
        other.join(5)
        assert [reply.status for reply in replies] == [200]
        assert get(wire).status == 200


def answers_in_a_row(connection, most=9):
    """A server that reads ahead and answers in order, and closes after `most`."""
    held, answered = b"", 0
    while answered < most and (data := connection.recv(7)):
        held += data
        while b"\r\n\r\n" in held and answered < most:
            _, _, held = held.partition(b"\r\n\r\n")
            answered += 1
            body = str(answered).encode() * answered
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
            connection.sendall(head + body)


def test_requests_in_a_row_get_their_answers_in_order():
    with served_by(answers_in_a_row) as wire:
        replies = wire.send_in_a_row(None, "/", {}, 5)
    assert [reply.body for reply in replies] == [b"1", b"22", b"333", b"4444", b"55555"]


def test_a_server_may_close_a_connection_with_requests_in_a_row():
    with served_by(lambda connection: answers_in_a_row(connection, 2)) as wire:
        first, second, last = wire.send_in_a_row(None, "/", {}, 5)
    assert (first.body, second.body) == (b"1", b"22")
    assert isinstance(last, WireError)


def test_a_connection_breaks_when_the_reply_begins_and_no_sooner():
    asked = threading.Event()

    def answers_late(connection):
        connection.recv(4096)
        time.sleep(0.05)
        asked.set()
        connection.sendall(REPLY)

    with served_by(answers_late) as wire:
        wire.cut_off(None, "GET", "/", {}, None)
        assert asked.is_set()


def test_where_no_reply_begins_nothing_was_cut_off():
    with (
        served_by(lambda connection: connection.recv(4096)) as wire,
        pytest.raises(WireError, match="no reply"),
    ):
        wire.cut_off(None, "GET", "/", {}, None)


def test_a_body_goes_in_chunks_where_the_headers_say_so():
    got = []

    def keeps(connection):
        while not b"".join(got).endswith(b"0\r\n\r\n"):
            got.append(connection.recv(4096))
        connection.sendall(REPLY)

    with served_by(keeps) as wire:
        wire.send(None, "POST", "/", {"Transfer-Encoding": "chunked"}, b'{"a":1}', safe=False)
    head, body = b"".join(got).split(b"\r\n\r\n", 1)
    assert b"Content-Length" not in head
    assert body == b'3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n'
