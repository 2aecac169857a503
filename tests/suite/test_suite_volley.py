"""Requests of a burst go at one moment, each once, whatever becomes of the others."""

import socket
import threading
import time

import pytest

from qonform.drivers import http_wire
from qonform.drivers.meter import Meter
from qonform.drivers.volley import Volley
from qonform.target import Limits


def each(number, act):
    """Runs `act(n)` in so many threads; results or errors, by n."""
    came = {}

    def run(n):
        try:
            came[n] = act(n)
        except Exception as error:
            came[n] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [came[n] for n in range(number)]


def test_none_goes_before_all_are_ready():
    volley, ready, seen = Volley(5, 10), [], []

    def act(n):
        time.sleep(0.02 * n)
        ready.append(n)
        return volley.fire(lambda: seen.append(len(ready)) or n)[0]

    assert each(5, act) == [0, 1, 2, 3, 4]
    assert seen == [5] * 5
    assert not volley.in_vain


def test_an_error_belongs_to_the_request_that_made_it():
    volley = Volley(3, 10)

    def go(n):
        if n == 1:
            raise ConnectionError(n)
        return n

    came = each(3, lambda n: volley.fire(lambda: go(n))[0])
    assert [came[0], came[2]] == [0, 2]
    assert isinstance(came[1], ConnectionError)


def test_nobody_waits_for_a_request_that_was_withdrawn():
    volley, meter, gone = Volley(3, 60), Meter(Limits()), []

    def act(n):
        with meter.booked(volley):
            if n:
                meter.fire(lambda: gone.append(n))

    each(3, act)
    assert sorted(gone) == [1, 2]
    assert not volley.in_vain, "the others might have become ready together"


def test_where_only_one_can_be_ready_each_goes_once_on_its_own():
    volley, one_at_a_time, gone = Volley(3, 0.05), threading.Lock(), []

    def act(n):
        with one_at_a_time:
            volley.fire(lambda: gone.append(n))

    each(3, act)
    assert sorted(gone) == [0, 1, 2]
    assert volley.in_vain


@pytest.mark.parametrize("body", [None, b'{"key_IDs": []}'])
def test_the_last_byte_of_each_request_goes_after_all_others(body, monkeypatch):
    sent, send = [], http_wire._PlainSocket.sendall

    def sendall(sock, data):
        sent.append(bytes(data))
        send(sock, data)

    def serve(connection):
        received = b""
        while received.count(b"\r\n\r\n") < 1 or not received.endswith(body or b"\r\n\r\n"):
            received += connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept():
            for _ in range(3):
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        meter, volley = Meter(Limits()), Volley(3, 10)
        wire = http_wire.HttpWire(f"http://127.0.0.1:{listener.getsockname()[1]}", meter)
        monkeypatch.setattr(http_wire._PlainSocket, "sendall", sendall)

        def act(_):
            with meter.booked(volley):
                return wire.send(None, "POST", "/x", {}, body, safe=False).status

        assert each(3, act) == [200] * 3
        wire.close()
    assert [len(data) > 1 for data in sent] == [True] * 3 + [False] * 3
