"""Links followed to a real web server on loopback; the clock and the waiting are the test's."""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from digest.checks.alive import Manners, follow, is_public


class _Page(BaseHTTPRequestHandler):
    def answer(self) -> None:
        name = self.path.partition("?")[0].strip("/")
        self.server.asked.append((self.command, self.path, self.headers["User-Agent"]))
        first, _, status = name.partition("-")
        if first == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drops: ")
            with suppress(OSError):  # nobody waits for it any more
                for _ in range(20):
                    self.wfile.write(b"x")
                    time.sleep(0.1)
                self.wfile.write(b"\r\n\r\n")
            return
        if first == "to":
            self.send_response(302)
            self.send_header("Location", {"ring": "/to-ring", "out": "ftp://a.example/", "ok": "/200"}[status])
        elif first == "nohead":
            self.send_response(405 if self.command == "HEAD" else 200)
        else:
            self.send_response(int(name or 200))
        self.end_headers()

    do_HEAD = do_GET = answer  # noqa: N815 as the server calls them

    def log_message(self, *_: object) -> None:
        pass


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waited: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


@pytest.fixture
def server():
    found = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    found.asked = []
    thread = threading.Thread(target=found.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


@pytest.fixture
def certificate(tmp_path):
    """A certificate of 127.0.0.1 by nobody but itself, with its key."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    path = tmp_path / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def asked(server):
    """Follow paths of the server; the codes and words of what is wrong."""
    time = Time()

    def ask(*paths: str, scheme: str = "http", **more: object) -> list[tuple[str, str]]:
        manners = Manners(**{"permitted": lambda _: True, "clock": lambda: time.now, "sleep": time.sleep, **more})
        linked = {f"{scheme}://127.0.0.1:{server.server_port}{path}": f"email.html:{path}" for path in paths}
        found = list(follow(linked.items(), manners))
        assert all(each.place.startswith("email.html:/") for each in found)
        return [(each.code, each.what.partition(" ")[2]) for each in found]

    ask.time = time
    return ask


def test_what_answers_is_asked_once_by_head(server, asked):
    assert asked("/200?a=b#c", "/200?a=b#d", "/") == []
    assert [(method, path) for method, path, _ in server.asked] == [("HEAD", "/200?a=b"), ("HEAD", "/")]
    assert "digest-check" in server.asked[0][2]


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/404", "LINK005", "answers 404 Not Found"),
        ("/410", "LINK005", "answers 410 Gone"),
        ("/500", "LINK006", "answers 500"),
        ("/403", "LINK006", "answers 403"),
        ("/to-ring", "LINK006", "is redirected more than 5 times"),
        ("/to-out", "LINK006", "cannot be reached: it leads on to ftp://a.example/"),
    ],
)
def test_what_does_not_answer_as_it_should(asked, path, code, words):
    assert asked(path) == [(code, words)]


def test_a_server_that_does_not_like_head_is_asked_by_get(server, asked):
    assert asked("/nohead", "/to-ok") == []
    assert [method for method, _, _ in server.asked] == ["HEAD", "GET", "HEAD", "HEAD"]


def test_between_two_requests_to_a_host_there_is_a_pause(asked):
    assert asked("/200", "/201", "/202") == []
    assert asked.time.waited == [1.0, 1.0]


def test_the_time_for_all_of_them_is_bounded(server, asked):
    found = asked("/200", "/201", "/202", "/203", total=1.5)
    assert [code for code, _ in found] == ["LINK006", "LINK006"]
    assert "the 1.5 seconds for all links were over" in found[0][1]
    assert len(server.asked) == 2


def test_neighbours_of_this_machine_are_not_asked(server, asked):
    assert asked("/200", permitted=is_public) == [
        ("LINK006", "cannot be reached: 127.0.0.1 is 127.0.0.1, which others do not reach")
    ]
    assert server.asked == []
    assert is_public("8.8.8.8")
    assert not any(map(is_public, ("10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1")))


def test_a_port_where_nobody_listens(server, asked):
    server.server_close()
    ((code, words),) = asked("/200")
    assert (code, words.partition(":")[0]) == ("LINK006", "cannot be reached")


def test_by_tls_a_certificate_must_be_one_that_is_trusted(server, asked, certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # the handshake that is broken off below
    ((code, words),) = asked("/200", scheme="https")
    assert code == "LINK006"
    assert "certificate verify failed" in words
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert asked("/200", scheme="https") == []
    assert [(method, path) for method, path, _ in server.asked] == [("HEAD", "/200")]


def test_a_server_that_answers_an_octet_at_a_time_is_not_waited_for(server):
    address = f"http://127.0.0.1:{server.server_address[1]}/drip"
    (finding,) = follow([(address, "here")], Manners(timeout=0.5, permitted=lambda _: True))
    assert (finding.code, finding.what) == ("LINK006", f"{address} was not followed to its end: it took too long")
