"""A local server that speaks chat/completions as model endpoints do, and does what a test tells it."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Request:
    """What came in."""

    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def system(self) -> str:
        return self._message("system")

    @property
    def user(self) -> str:
        return self._message("user")

    @property
    def article(self) -> str:
        """What stands between the marks that the instructions name."""
        mark = re.search(r"^=== [0-9a-f]+ ===$", self.system, re.MULTILINE)
        assert mark is not None
        before, article, after = self.user.split(mark[0])
        assert (before, after) == ("", "")
        return article.strip()

    def _message(self, role: str) -> str:
        return next(each["content"] for each in self.body["messages"] if each["role"] == role)


@dataclass
class Reply:
    """What goes out: a summary, or whatever else a test wants."""

    text: str = ""
    status: int = 200
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0
    drip: float = 0
    tokens: int | None = 100
    kind: str = "application/json"


def summary(*sentences: str) -> Reply:
    return Reply(json.dumps({"sentences": sentences}))


def error(status: int, message: str, **headers: str) -> Reply:
    raw = json.dumps({"error": {"message": message, "type": "error", "param": None, "code": None}}).encode()
    return Reply(status=status, raw=raw, headers={key.replace("_", "-"): value for key, value in headers.items()})


class ModelServer(ThreadingHTTPServer):
    """Answers by `reply`; keeps what it was asked, and how much at once."""

    daemon_threads = True

    def __init__(self, reply: Callable[[Request], Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = reply
        self.requests: list[Request] = []
        self.busy = self.busiest = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert self.path == "/v1/chat/completions", self.path
        request = Request({key.lower(): value for key, value in self.headers.items()}, body)
        server = self.server
        with server.lock:
            server.requests.append(request)
            server.busy += 1
            server.busiest = max(server.busy, server.busiest)
        try:
            self._send(server.reply(request))
        finally:
            with server.lock:
                server.busy -= 1

    def _send(self, reply: Reply) -> None:
        if reply.wait:
            self.server.closing.wait(reply.wait)
        raw = reply.raw if reply.raw is not None else _completion(reply)
        self.send_response(reply.status)
        for key, value in {"content-type": reply.kind, "content-length": str(len(raw)), **reply.headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if not reply.drip:
            self.wfile.write(raw)
            return
        for byte in raw:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.closing.wait(reply.drip):
                return

    def log_message(self, *args: object) -> None:
        pass


def _completion(reply: Reply) -> bytes:
    whole: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "fake",
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": reply.text}},
        ],
    }
    if reply.tokens is not None:
        whole["usage"] = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": reply.tokens}
    return json.dumps(whole).encode()


@contextmanager
def model_server(reply: Callable[[Request], Reply]) -> Iterator[ModelServer]:
    server = ModelServer(reply)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait for something to be true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
