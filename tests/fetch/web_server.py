"""A real web server on loopback that behaves as badly as a test says: raw octets over asyncio, HTTP/2 on demand.

    with serving() as server:
        server.on("/feed", answer(b"<rss/>", etag='"1"'))
        server.on("/drip", drip)          # async def drip(asked, writer)
        server.url("/feed")

Runs in a thread of its own and ends with the block, whatever is still being sent.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path


class Asked(NamedTuple):
    """A request: names of headers in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    version: str = "1.1"


def answer(content: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """A whole answer; `retry_after="5"` is the header Retry-After. Any header given replaces the usual one; an empty
    one takes it out. With `connection="close"` it is the last of its connection."""
    fields = {"content-length": str(len(content)), **{name.replace("_", "-"): text for name, text in headers.items()}}
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {text}" for name, text in fields.items() if text)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content


def moved(location: str, status: int = 302, **headers: str) -> bytes:
    """A redirect."""
    return answer(b"", status, location=location, **headers)


class WebServer:
    """What is served, and what was asked.

    Args:
        tls: Its certificate; None: plain HTTP.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.port = 0
        self.tls = tls
        self._on: dict[str, list[bytes | Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]]] = {}

    def on(self, path: str, *answers: bytes | Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]) -> None:
        """Answer so; each of several once, the last one from then on."""
        self._on[path] = list(answers)

    def answers(self, path: str) -> list[bytes | Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]]:
        """What it would answer from now on."""
        return list(self._on[path])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [each.target for each in self.asked]

    def said(self, asked: Asked) -> bytes | Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]:
        self.asked.append(asked)
        found = self._on.get(asked.target) or [answer(b"nothing here", 404)]
        return found.pop(0) if len(found) > 1 else found[0]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if (tls := writer.get_extra_info("ssl_object")) and tls.selected_alpn_protocol() == "h2":
                await self._talk_two(reader, writer)
                return
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").rstrip().split("\r\n")
                method, target, _ = first.split(" ")
                headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
                said = self.said(Asked(method, target, headers))
                if not isinstance(said, bytes):
                    await said(self.asked[-1], writer)
                    return
                writer.write(said.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == "HEAD" else said)
                await writer.drain()
                if b"connection: close" in said:
                    return
        except (OSError, asyncio.IncompleteReadError):
            pass  # nobody listens any more
        finally:
            writer.close()

    async def _talk_two(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from h2.config import H2Configuration  # noqa: PLC0415 for one test
        from h2.connection import H2Connection  # noqa: PLC0415 the same
        from h2.events import RequestReceived  # noqa: PLC0415 the same

        connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        while data := await reader.read(65536):
            for event in connection.receive_data(data):
                if isinstance(event, RequestReceived):
                    headers = dict(event.headers)
                    said = self.said(Asked(headers[":method"], headers[":path"], headers, "2"))
                    head, _, content = said.partition(b"\r\n\r\n")
                    first, *lines = head.decode().split("\r\n")
                    fields = [tuple(line.split(": ", 1)) for line in lines]
                    connection.send_headers(event.stream_id, [(":status", first.split()[1]), *fields])
                    connection.send_data(event.stream_id, content, end_stream=True)
            writer.write(connection.data_to_send())
            await writer.drain()


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """Serve while the block runs."""
    server = WebServer(tls)
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    talks: set[asyncio.Task[None]] = set()

    async def serve() -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talks.add(asyncio.current_task())
            with suppress(asyncio.CancelledError):
                await server.talk(reader, writer)

        listening = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
        server.port = listening.sockets[0].getsockname()[1]
        server.stop = asyncio.Event()
        ready.set()
        await server.stop.wait()
        listening.close()
        for each in talks:
            each.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    def run() -> None:
        loop.set_exception_handler(lambda *_: None)  # handshakes that a test breaks off
        loop.run_until_complete(serve())
        loop.run_until_complete(asyncio.sleep(0))  # connections are closed in a turn of their own
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(server.stop.set)
        thread.join()


def certificate(folder: Path, *hosts: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate of hosts, by nobody but itself: what a server shows, and what trusts it."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
    names = [_general(host) for host in hosts]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(path)
    trusting = ssl.create_default_context(cafile=path)
    return shown, trusting


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
