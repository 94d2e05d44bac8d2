"""What the daemon answers, over real connections."""

from __future__ import annotations

import http.client
import json
import logging
import re
import socket
import threading

import pytest

from digest.core.errors import DigestError
from digest.daemon import endpoint as endpoint_module
from digest.daemon.endpoint import CONNECTIONS, Endpoint


class Daemon:
    """What stands behind an endpoint in these tests."""

    def __init__(self):
        self.well = True
        self.trouble = None

    def health(self):
        if self.trouble:
            raise self.trouble
        return self.well, {"status": "ok" if self.well else "failing", "ticks": 3}

    def metrics(self):
        return b"digest_ticks_total 3.0\n"


@pytest.fixture(autouse=True)
def _quick_to_stop(monkeypatch):
    monkeypatch.setattr(endpoint_module, "PULSE", 0.02)


@pytest.fixture
def daemon():
    return Daemon()


@pytest.fixture
def endpoint(daemon):
    made = Endpoint(("127.0.0.1", 0), health=daemon.health, metrics=daemon.metrics)
    made.start()
    yield made
    made.stop()


def ask(endpoint, path, method="GET", **headers):
    connection = http.client.HTTPConnection(*endpoint.address, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def raw(endpoint, sent):
    with socket.create_connection(endpoint.address, timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_health_is_200_or_503_with_its_reasons(endpoint, daemon):
    status, body, headers = ask(endpoint, "/healthz")
    assert (status, json.loads(body)) == (200, {"status": "ok", "ticks": 3})
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Server"] == "digest"
    daemon.well = False
    status, body, _ = ask(endpoint, "/healthz?verbose")
    assert (status, json.loads(body)["status"]) == (503, "failing")


def test_metrics_come_as_prometheus_reads_them(endpoint):
    status, body, headers = ask(endpoint, "/metrics")
    assert (status, body) == (200, b"digest_ticks_total 3.0\n")
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_head_tells_the_same_without_the_body(endpoint, path):
    asked, told = ask(endpoint, path), ask(endpoint, path, "HEAD")
    assert told[0] == 200
    assert raw(endpoint, f"HEAD {path} HTTP/1.0\r\n\r\n".encode()).endswith(b"\r\n\r\n")
    assert told[2]["Content-Length"] == asked[2]["Content-Length"] == str(len(asked[1]))


def test_there_is_nothing_else(endpoint):
    assert ask(endpoint, "/")[0] == 404
    assert ask(endpoint, "/healthz/x")[0] == 404
    assert ask(endpoint, "/healthz", "POST")[0] == 501


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "localhost.", "127.0.0.1:9", "127.8.8.8", "[::1]:80", "[::1]"]
)
def test_names_of_this_machine_are_answered(endpoint, host):
    assert ask(endpoint, "/healthz", Host=host)[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "x@evil.example", "192.0.2.1", "", "["]
)
def test_no_other_name_is(endpoint, host):
    status, body, _ = ask(endpoint, "/metrics", Host=host)
    assert (status, body) == (421, b"not for this host\n")


def test_no_host_is_no_browser_and_two_are_a_trick(endpoint):
    assert raw(endpoint, b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200 ")
    assert b" 421 " in raw(endpoint, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n")


def test_it_listens_on_ipv6_too(daemon):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    six = Endpoint(("::1", 0), health=daemon.health, metrics=daemon.metrics)
    six.start()
    try:
        assert ask(six, "/healthz")[0] == 200
    finally:
        six.stop()


@pytest.mark.parametrize(
    "sent", [b"", b"\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x00\xff"]
)
def test_nonsense_gets_a_short_answer_or_none_and_no_word_in_the_log(endpoint, sent, capfd, caplog):
    assert b"Traceback" not in raw(endpoint, sent)
    assert ask(endpoint, "/healthz")[0] == 200
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_trouble_behind_it_is_a_500_and_an_event(endpoint, daemon, caplog, capfd):
    daemon.trouble = RuntimeError("no store")
    with caplog.at_level(logging.ERROR, "digest"):
        assert ask(endpoint, "/healthz")[0] == 500
        endpoint.stop()
    (record,) = caplog.records
    assert record.msg == "endpoint_failed"
    assert capfd.readouterr().err == ""


def test_more_callers_than_it_takes_are_turned_away_until_one_leaves(endpoint):
    waiting = [socket.create_connection(endpoint.address, timeout=10) for _ in range(CONNECTIONS)]
    try:
        with socket.create_connection(endpoint.address, timeout=10) as late:
            assert late.recv(1) == b""
        waiting.pop().close()
        for _ in range(1000):  # the server notices that one has left when its thread next runs
            try:
                assert ask(endpoint, "/healthz")[0] == 200
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                continue
        else:
            pytest.fail("no place became free")
    finally:
        for connection in waiting:
            connection.close()


@pytest.mark.parametrize(("name", "sends"), [("SILENCE", False), ("LONGEST", True)])
def test_who_says_nothing_or_never_ends_is_cut_off(daemon, monkeypatch, name, sends):
    monkeypatch.setattr(endpoint_module, name, 0.2)
    slow = Endpoint(("127.0.0.1", 0), health=daemon.health, metrics=daemon.metrics)
    slow.start()
    try:
        with socket.create_connection(slow.address, timeout=0.1) as connection:
            for _ in range(50):  # far longer than it takes, and less long than without the limit
                try:
                    if sends:
                        connection.send(b"G")
                    if connection.recv(1) == b"":
                        break
                except TimeoutError:
                    continue
                except ConnectionError:
                    break
            else:
                pytest.fail("still connected")
    finally:
        slow.stop()


def test_a_port_that_is_taken_names_the_key(endpoint, daemon):
    second = Endpoint(endpoint.address, health=daemon.health, metrics=daemon.metrics)
    with pytest.raises(
        DigestError, match=r"^daemon\.listen: cannot listen on 127\.0\.0\.1 port \d+ \(.*\): another program"
    ):
        second.start()


@pytest.mark.parametrize("listen", [("192.0.2.1", 0), ("127.0.0.1", 99999), ("no.such.host.invalid", 0)])
def test_an_address_that_is_none_names_the_key(listen, daemon):
    with pytest.raises(DigestError, match=re.escape(f"daemon.listen: cannot listen on {listen[0]} port {listen[1]}")):
        Endpoint(listen, health=daemon.health, metrics=daemon.metrics).start()


def test_stopped_it_listens_no_more_and_leaves_no_thread(daemon):
    made = Endpoint(("127.0.0.1", 0), health=daemon.health, metrics=daemon.metrics)
    assert made.address == ("127.0.0.1", 0)
    made.stop()
    made.start()
    address = made.address
    assert address[1] > 0
    made.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=10)
    # It can listen there again at once.
    again = Endpoint(address, health=daemon.health, metrics=daemon.metrics)
    again.start()
    assert ask(again, "/healthz")[0] == 200
    again.stop()
    for thread in threading.enumerate():
        if thread.name == "endpoint":
            thread.join(10)
            assert not thread.is_alive()
