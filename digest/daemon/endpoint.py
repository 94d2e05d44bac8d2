"""What the daemon answers over HTTP: /healthz for whoever restarts it, /metrics for whoever watches it.

It is for this machine alone: the configuration takes only loopback addresses, and a page on the web whose name is made
to point at one (DNS rebinding) is not answered either.
"""

from __future__ import annotations

import json
import logging
import socket
import socketserver
import sys
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING, Any

from digest.daemon.logs import event
from digest.daemon.metrics import CONTENT_TYPE as METRICS_TYPE
from digest.web.listening import host_named, is_loopback, not_listening

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Health = Callable[[], tuple[bool, Mapping[str, object]]]
    Metrics = Callable[[], bytes]

CONNECTIONS = 8
"""At most so many at once; one more is closed unanswered."""
SILENCE = 5.0
"""Seconds a caller may take for the next byte."""
LONGEST = 10.0
"""Seconds a connection may last."""
PULSE = 0.5
"""Seconds between two looks at whether to stop, and at connections that last too long."""


class Endpoint:
    """An HTTP server in a thread of its own.

    Args:
        listen: A loopback address or localhost, and a port; port 0 takes any that is free.
        health: Says whether all is well, and what /healthz tells as JSON. Called in the server's threads.
        metrics: Gives what /metrics tells. Called in the server's threads.
    """

    def __init__(self, listen: tuple[str, int], *, health: Health, metrics: Metrics) -> None:
        self._listen = listen
        self._health = health
        self._metrics = metrics
        self._server: _Server | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it really listens; before `start`, where it is to."""
        if self._server is None:
            return self._listen
        return self._listen[0], self._server.server_address[1]

    def start(self) -> None:
        """Listen.

        Raises:
            DigestError: It cannot listen there.
        """
        try:
            self._server = _Server(self._listen, self._health, self._metrics)
        except (OSError, OverflowError) as error:  # OverflowError: of a port above 65535
            raise not_listening(self._listen, error, "daemon.listen") from error
        Thread(target=self._server.serve_forever, args=(PULSE,), name="endpoint", daemon=True).start()

    def stop(self) -> None:
        """Stop listening, within a second; answers under way are finished if they are quick."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 2 * CONNECTIONS

    def __init__(self, listen: tuple[str, int], health: Health, metrics: Metrics) -> None:
        if ":" in listen[0]:
            self.address_family = socket.AF_INET6
        self.health = health
        self.metrics = metrics
        self.host = listen[0]
        self._free = BoundedSemaphore(CONNECTIONS)
        self._open: dict[socket.socket, float] = {}
        super().__init__(listen, _Handler)

    def server_bind(self) -> None:
        # Not that of HTTPServer: it asks the DNS for this machine's name.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.host, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        self._open[request] = time.monotonic()
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread can be started
            self._done(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._done(request)

    def service_actions(self) -> None:
        """Called at each pulse: ends what lasts too long, however slowly it still trickles."""
        now = time.monotonic()
        for request, since in list(self._open.items()):
            if now - since > LONGEST:
                with suppress(OSError):  # it has ended meanwhile
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hangs up is no event; all else is."""
        del request, client_address
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            event("endpoint_failed", level=logging.ERROR, error=error)

    def _done(self, request: socket.socket) -> None:
        del self._open[request]
        self._free.release()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    error_message_format = "%(code)d %(message)s\n"
    error_content_type = "text/plain; charset=utf-8"

    def setup(self) -> None:
        self.request.settimeout(SILENCE)
        super().setup()

    def do_GET(self) -> None:
        hosts = self.headers.get_all("Host", [])  # none at all: a program, for browsers always send one
        if len(hosts) > 1 or not all(is_loopback(host_named(host)) for host in hosts):
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain; charset=utf-8", b"not for this host\n")
            return
        try:
            status, kind, body = self._found(self.path.partition("?")[0])
        except Exception:
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", b"see the log\n")
            raise  # to handle_error
        self._answer(status, kind, body)

    do_HEAD = do_GET  # noqa: N815 so it is called in the library

    def _found(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        if path == "/healthz":
            well, told = self.server.health()
            status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
            return status, "application/json", json.dumps(told, default=str).encode() + b"\n"
        if path == "/metrics":
            return HTTPStatus.OK, METRICS_TYPE, self.server.metrics()
        return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"there are /healthz and /metrics\n"

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        """Of the Server header: which Python runs here is told to nobody."""
        return "digest"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 so it is called in the library
        """Say nothing: a probe every few seconds is no event."""
