"""Reports out of an IMAP mailbox: a small server of our own on loopback, with TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from digest.bounces.imap import Mailbox, unread
from digest.bounces.incoming import drain
from digest.core.errors import MailboxError, StoreError


class Server:
    """As much of IMAP as a client needs that reads and marks: messages by number, seen ones, moved ones."""

    def __init__(self):
        self.messages = {3: b"Subject: three\r\n\r\n", 11: b"Subject: eleven\r\n\r\nx"}
        self.seen, self.moved = set(), {}
        self.capabilities = "IMAP4rev1"
        self.said = []

    def answer(self, tag, line):
        """The lines that answer one of the client."""
        self.said.append(line)
        words = line.split()
        command = words[0].upper() if words[0].upper() != "UID" else words[1].upper()
        number = int(words[2]) if words[0].upper() == "UID" and words[2].isdigit() else 0
        ok = f"{tag} OK done\r\n".encode()
        if command == "LOGIN" and "pass word" not in line:
            return f"{tag} NO wrong password\r\n".encode()
        if command == "SELECT" and "INBOX" not in line:
            return f"{tag} NO no such folder\r\n".encode()
        if command == "STORE":
            self.seen.add(number)
        if command in {"MOVE", "COPY"}:
            self.moved[number] = line.partition('"')[2].strip('"')
        return self.data(command, number) + ok

    def data(self, command, number):
        if command == "FETCH":
            raw = self.messages[number]
            return f"* 1 FETCH (UID {number} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
        left = sorted(set(self.messages) - self.seen - set(self.moved), reverse=True)
        return {
            "CAPABILITY": f"* CAPABILITY {self.capabilities}\r\n".encode(),
            "SELECT": b"* 2 EXISTS\r\n",
            "SEARCH": f"* SEARCH {' '.join(map(str, left))}\r\n".encode(),
            "LOGOUT": b"* BYE\r\n",
        }.get(command, b"")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def serving(server, certificate, *, talk=None, tls=True):
    """The server for one connection after the other; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def one(plain):
        with context.wrap_socket(plain, server_side=True) if tls else plain as connection:
            (talk or converse)(connection, server, over)

    def run():
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with plain:
                try:
                    one(plain)
                except OSError:
                    continue

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def converse(connection, server, _over):
    connection.sendall(b"* OK ready\r\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            tag, _, rest = line.decode().strip().partition(" ")
            connection.sendall(server.answer(tag, rest))


def mailbox(port, **more):
    return Mailbox(**{"host": "localhost", "port": port, "username": "digest", "password": "pass word", **more})


def trusting(certificate):
    return ssl.create_default_context(cafile=str(certificate))


def test_unseen_messages_are_taken_in_order_and_marked(certificate):
    server, taken = Server(), []
    with serving(server, certificate) as port:
        incoming = unread(mailbox(port), trusting(certificate))
        assert drain(incoming, lambda raw, recipient: taken.append((raw, recipient))) == 2
        assert drain(unread(mailbox(port), trusting(certificate)), taken.append) == 0
    assert taken == [(server.messages[3], None), (server.messages[11], None)]
    assert server.seen == {3, 11}


@pytest.mark.parametrize("capabilities", ["IMAP4rev1", "IMAP4rev1 MOVE"])
def test_or_moved_where_that_is_wished(certificate, capabilities):
    server = Server()
    server.capabilities = capabilities
    with serving(server, certificate) as port:
        drain(unread(mailbox(port, move_to='done "x"'), trusting(certificate)), lambda *_: None)
    assert set(server.moved) == {3, 11}
    assert any(" MOVE " in line for line in server.said) is ("MOVE" in capabilities)
    assert any('"done \\"x\\""' in line for line in server.said)


def test_what_the_store_did_not_take_stays_unseen(certificate):
    def take(raw, recipient):
        raise StoreError("the disk is full")

    server = Server()
    with serving(server, certificate) as port, pytest.raises(StoreError):
        drain(unread(mailbox(port), trusting(certificate)), take)
    assert server.seen == set()


def test_a_certificate_of_nobody_is_refused_and_no_password_is_sent(certificate):
    server = Server()
    with serving(server, certificate) as port, pytest.raises(MailboxError, match="certificate cannot be verified"):
        list(unread(mailbox(port)))
    assert server.said == []


def test_starttls_that_is_not_offered_sends_no_password(certificate):
    server = Server()
    with serving(server, certificate, tls=False) as port, pytest.raises(MailboxError, match="TLS not supported"):
        list(unread(mailbox(port, security="starttls"), trusting(certificate)))
    assert not any("LOGIN" in line for line in server.said)


@pytest.mark.parametrize(
    ("more", "said"),
    [({"password": "wrong"}, "wrong password"), ({"folder": "Nowhere"}, "cannot open the folder: no such folder")],
)
def test_what_the_server_refuses_is_said_in_its_words(certificate, more, said):
    with serving(Server(), certificate) as port, pytest.raises(MailboxError, match=said) as caught:
        list(unread(mailbox(port, **more), trusting(certificate)))
    assert caught.value.place.startswith(f"imap digest@localhost:{port} ")
    assert "pass" not in caught.value.place


def test_a_server_that_is_not_there_is_named():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(MailboxError, match="refused"):
        list(unread(mailbox(port)))


def test_folders_that_would_break_a_command_are_refused():
    with pytest.raises(MailboxError, match="must be ASCII"):
        list(unread(mailbox(1, folder="INBOX\r\nA1 DELETE x")))


def drip(connection, _server, over):
    """One byte after the other, each in time for a limit on single reads."""
    while not over.wait(0.02):
        connection.sendall(b"*")


@pytest.mark.parametrize("tls", [True, False])
def test_the_whole_visit_is_bounded(certificate, tls):
    """With TLS the greeting drips; without, what should be the handshake."""
    with (
        serving(Server(), certificate, talk=drip, tls=tls) as port,
        pytest.raises(MailboxError, match="what was not taken comes again"),
    ):
        list(unread(mailbox(port, seconds=0.5), trusting(certificate)))


def test_a_server_that_breaks_off_while_a_message_is_marked_is_named(certificate):
    class Breaks(Server):
        def answer(self, tag, line):
            if "STORE" in line:
                raise OSError
            return super().answer(tag, line)

    with serving(Breaks(), certificate) as port, pytest.raises(MailboxError, match="comes again"):
        drain(unread(mailbox(port), trusting(certificate)), lambda *_: None)
