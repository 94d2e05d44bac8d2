"""TLS and logins, over real sockets (fault 21; 535 of fault 20). Certificates are made here."""

from __future__ import annotations

import ipaddress
import logging
import ssl
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from memory_queue import MemoryQueue, envelope, outgoing
from scripted import Server, polite
from sinks import SHORT, Unlimited, deliver, relay

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    file: Path
    context: ssl.SSLContext


def made(folder: Path, host: str, *, days: int = 30) -> Certificate:
    """A certificate of its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay of a test")])
    start = datetime.now(UTC) - timedelta(days=60)
    try:
        subject: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        subject = x509.DNSName(host)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file, both = folder / f"{host}.pem", folder / f"{host}-key.pem"
    file.write_bytes(pem)
    both.write_bytes(secret + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return Certificate(file, context)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Certificate:
    return made(tmp_path_factory.mktemp("tls"), "127.0.0.1")


def starttls(server, context, *, along: tuple[str, ...] = ()):
    """Make a server offer STARTTLS, do it, and say something along with its agreement."""

    def script(peer, server):
        peer.say("220 here")
        peer.line()
        peer.say("250-here", "250-PIPELINING", "250 STARTTLS")
        assert peer.line() == "STARTTLS"
        peer.say("220 Go on", *along)
        peer.secure(context)
        polite(peer, server, greets=False)

    server.script = script


def secured(server) -> list[str]:
    """What was said in plain text, by all connections."""
    return [line for peer in server.peers for line in peer.said if not isinstance(peer.sock, ssl.SSLSocket)]


@pytest.mark.parametrize("mode", ["one-flight", "envelope", "off"])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_messages_go_in_tls(server, certificate, security, mode):
    if security == "tls":

        def script(peer, server):
            peer.secure(certificate.context)
            polite(peer, server)

        server.script = script
    else:
        starttls(server, certificate.context)
    server.offers = ("PIPELINING",)
    queue = MemoryQueue(12, make=lambda n: outgoing(n, body=f".line {n}\n" * 20_000))
    deliver(queue, relay(server.port, security=security, ca=certificate.file, connections=2, pipelining=mode))
    assert queue.numbers("accepted") == list(range(12))
    assert sorted(server.taken) == sorted(
        (f"reader{n}@example.org", envelope(n, body=f".line {n}\n" * 20_000).message) for n in range(12)
    )


def refused(server, caplog, **more) -> str:
    """Deliver, and see that nothing was sent and nobody's attempt spent. What the log says."""
    queue = MemoryQueue(2)
    with caplog.at_level(logging.WARNING):
        deliver(queue, relay(server.port, **more))
    assert (server.taken, queue.attempts) == ([], [])
    assert queue.numbers("waiting") == [0, 1]
    assert not any(line.startswith(("MAIL", "AUTH")) for line in secured(server))
    return caplog.text


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_21_a_certificate_that_nobody_knows(server, certificate, security, caplog):
    if security == "tls":
        server.script = lambda peer, _server: peer.secure(certificate.context)
    else:
        starttls(server, certificate.context)
    assert "its certificate is not trusted: self-signed certificate" in refused(server, caplog, security=security)


def test_21_a_certificate_of_another_name(server, tmp_path, caplog):
    other = made(tmp_path, "mail.example.org")
    starttls(server, other.context)
    assert "not valid for '127.0.0.1'" in refused(server, caplog, security="starttls", ca=other.file)


def test_21_a_certificate_that_has_expired(server, tmp_path, caplog):
    old = made(tmp_path, "127.0.0.1", days=-1)
    starttls(server, old.context)
    assert "certificate has expired" in refused(server, caplog, security="starttls", ca=old.file)


def test_verify_false_takes_any(server, certificate):
    starttls(server, certificate.context)
    queue = MemoryQueue(2)
    deliver(queue, relay(server.port, security="starttls", verify=False))
    assert queue.numbers("accepted") == [0, 1]


def test_21_starttls_is_not_offered(server, caplog):
    server.offers = ("PIPELINING",)
    text = refused(server, caplog, security="starttls")
    assert "the relay offers no STARTTLS, and nothing is sent in plain text" in text


def test_21_starttls_is_refused(server, caplog):
    server.offers = ("STARTTLS",)
    server.on["STARTTLS"] = lambda _peer, _line: "454 4.7.0 Not now"
    assert "the relay refused STARTTLS" in refused(server, caplog, security="starttls")


def test_21_a_handshake_that_fails(server, caplog):
    def script(peer, _server):
        peer.say("220 here")
        peer.line()
        peer.say("250-here", "250 STARTTLS")
        peer.line()
        peer.say("220 Go on")
        peer.sock.recv(1)
        peer.say("this is no handshake")

    server.script = script
    assert "TLS failed" in refused(server, caplog, security="starttls")


def test_21_a_handshake_that_hangs(server, caplog):
    def script(peer, _server):
        peer.say("220 here")
        peer.line()
        peer.say("250-here", "250 STARTTLS")
        peer.line()
        peer.say("220 Go on")
        peer.wait_for_end()

    server.script = script
    queue = MemoryQueue(1)
    with caplog.at_level(logging.WARNING):
        deliver(queue, relay(server.port, security="starttls"), deadlines=replace(SHORT, opening=0.3))
    assert "EHLO, TLS and AUTH took too long" in caplog.text
    assert queue.numbers("waiting") == [0]


def test_words_smuggled_before_tls_are_thrown_away_with_the_connection(server, certificate, caplog):
    starttls(server, certificate.context, along=("250-here", "250 AUTH PLAIN"))
    assert "took its turn" not in refused(server, caplog, security="starttls", ca=certificate.file)
    assert "the relay went on talking where it was our turn" in caplog.text


def test_a_file_of_certificates_that_is_none(server, tmp_path, caplog):
    text = refused(server, caplog, security="tls", ca=tmp_path / "none.pem")
    assert "none.pem cannot be read: No such file or directory" in text
    assert server.peers == []


class Noted(Unlimited):
    """A governor that notes who was paused."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def paused(self, relay, reason, now):
        self.reasons.append(f"{relay} {reason} {now.tzinfo}")


def test_a_login_over_tls(server, certificate):
    starttls(server, certificate.context)
    server.offers = ("AUTH PLAIN LOGIN",)
    server.on["AUTH"] = lambda _peer, line: "235 2.7.0 Ok" if line.split()[2] == expected else "535 5.7.8 No"
    expected = b64encode(b"\0ann\0secret").decode()
    queue = MemoryQueue(2)
    one = relay(server.port, security="starttls", ca=certificate.file, username="ann", variable="SMTP_PASSWORD")
    deliver(queue, one, environ={"SMTP_PASSWORD": "secret"})
    assert queue.numbers("accepted") == [0, 1]


def test_20_a_refused_login_pauses_the_relay_and_spends_nothing(server, caplog):
    server.offers = ("AUTH PLAIN",)
    server.on["AUTH"] = lambda _peer, _line: "535 5.7.8 Authentication failed"
    queue, governor = MemoryQueue(3), Noted()
    one = relay(server.port, username="ann", variable="SMTP_PASSWORD")
    with caplog.at_level(logging.WARNING):
        deliver(queue, one, governor=governor, environ={"SMTP_PASSWORD": "a-secret-word"}, wait=True)
    assert (queue.numbers("waiting"), queue.attempts) == ([0, 1, 2], [])
    assert governor.reasons == ["relay the relay refused the login: 535 5.7.8 Authentication failed UTC"] * len(
        governor.reasons
    )
    assert governor.reasons
    assert "a-secret-word" not in caplog.text + repr(one)


def test_another_relay_takes_what_a_locked_one_does_not(server, caplog):
    server.offers = ("AUTH PLAIN",)
    server.on["AUTH"] = lambda _peer, _line: "535 5.7.8 Authentication failed"
    queue = MemoryQueue(5)
    with Server() as other:
        locked = relay(server.port, "locked", username="ann", variable="P")
        deliver(queue, locked, relay(other.port, "other"), environ={"P": "x"}, wait=True)
        assert len(other.taken) == 5
    assert queue.numbers("accepted") == list(range(5))
    assert "locked: the relay refused the login: 535" in caplog.text


def test_a_password_that_is_not_in_the_environment(server, caplog):
    governor = Noted()
    queue = MemoryQueue(1)
    deliver(queue, relay(server.port, username="ann", variable="SMTP_PASSWORD"), governor=governor)
    assert "there is no password for it: the environment has no SMTP_PASSWORD" in governor.reasons[0]
    assert server.peers == []
    assert queue.numbers("waiting") == [0]
