"""What SNS asks to be fetched: from its hosts alone, over TLS that is verified, so much and no longer."""

from __future__ import annotations

import itertools
import re
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from digest.bounces.webhooks.fetching import Fetcher
from digest.core.errors import DigestError, ForgedError

HERE = re.compile(r"localhost:\d+")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(9).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(private + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def serving(certificate):
    """A server over TLS; gives its address, and what it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status = {"/gone": 404, "/elsewhere": 302}.get(self.path, 200)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/there")
            self.end_headers()
            self.wfile.write(b"x" * (1001 if self.path == "/large" else 1000))

        def log_message(self, *_):
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def fetcher(certificate, **more):
    context = ssl.create_default_context(cafile=str(certificate)) if certificate else None
    return Fetcher(HERE, context, most=1000, **more)


def test_it_gets_what_stands_there_and_keeps_certificates(certificate):
    with serving(certificate) as (address, asked):
        one = fetcher(certificate)
        assert one.get(f"{address}/a?b=c") == b"x" * 1000
        assert one.certificate(f"{address}/7.pem") == one.certificate(f"{address}/7.pem")
    assert asked == ["/a?b=c", "/7.pem"]


@pytest.mark.parametrize(
    ("path", "said"),
    [("/gone", "answers 404"), ("/elsewhere", "answers 302"), ("/large", "answers with more than 1000 bytes")],
)
def test_what_is_not_there_leads_elsewhere_or_is_too_large_is_an_error(certificate, path, said):
    with serving(certificate) as (address, asked):
        with pytest.raises(DigestError, match=said):
            fetcher(certificate).get(address + path)
        assert asked == [path]


def test_it_takes_no_longer_than_it_may(certificate):
    with serving(certificate) as (address, _), pytest.raises(DigestError, match="takes longer than 10 s"):
        fetcher(certificate, clock=itertools.count(step=20).__next__).get(f"{address}/slow")


def test_a_certificate_of_nobody_is_not_trusted(certificate):
    with serving(certificate) as (address, asked), pytest.raises(DigestError, match="CERTIFICATE_VERIFY_FAILED"):
        fetcher(None).get(f"{address}/a")
    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com.example.net/x.pem",
        "https://example.net/sns.eu-west-1.amazonaws.com",
        "https://me@sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "https://sns.eu-west-1.amazonaws.com/x\r\nHost: example.net",
        "https://[::1]/x.pem",
        "https://[/x.pem",
        "file:///etc/passwd",
        "",
    ],
)
def test_only_hosts_of_sns_are_asked(address):
    with pytest.raises(ForgedError, match="does not lead to where it must"):
        Fetcher().get(address)
