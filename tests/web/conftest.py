"""The pages for readers as they are served: uvicorn on loopback, a real store behind it, and plain HTTP in front."""

from __future__ import annotations

import http.client
import re
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from digest.config import load
from digest.core.roster import Enrolment
from digest.daemon.metrics import Metrics
from digest.daemon.readers_pages import ReadersPages
from digest.delivery.tokens import confirm_token, unsubscribe_token
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from email.message import Message
    from pathlib import Path

    from digest.core.roster import Person, State
    from digest.store.opening import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
ANN = "Ann@example.org"
CONFIG = """\
site: {title: The Site, organisation: Test Press, language: de}
newsletters:
  weekly:
    {title: "The <Weekly> & Co", from: Desk <desk@example.org>, timezone: UTC, schedule: "0 8 * * mon", language: en}
  arabic:
    title: الأسبوع
    timezone: UTC
    schedule: "0 8 * * mon"
    language: ar
    template: brief
    theme: {colours: {accent: "#7a0019"}}
web: {url: 'https://lists.example.org/lists/', listen: '127.0.0.1:0', subscribe: true}
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str

    @property
    def heading(self) -> str:
        found = re.search("<h1>(.*?)</h1>", self.text)
        assert found, self.text
        return found[1]


class Web:
    """The pages, their store, and the clock they go by."""

    def __init__(self, root: Path, config: str = CONFIG) -> None:
        self.root = root
        self.now = NOON
        (root / "config.yaml").write_text(config, encoding="utf-8")
        self.settings = load(root / "config.yaml")
        self.store: Store = open_store(self.settings.store)
        self.pages = ReadersPages(self.settings, lambda: self.now, Metrics("1", NOON))
        self.pages.start()

    def close(self) -> None:
        self.pages.stop()
        self.store.close()

    def enrol(self, address: str = ANN, state: State = "active", newsletter: str = "weekly") -> int:
        wanted = Enrolment(address=address, state=state, source="a card", proof="its number")
        self.store.roster.enrol(newsletter, [wanted], self.now)
        number = self.store.roster.number(address)
        assert number is not None
        return number

    def state(self, address: str = ANN, newsletter: str = "weekly") -> str | None:
        ties = self.person(address).subscriptions
        return next((each.state for each in ties if each.newsletter == newsletter), None)

    def person(self, address: str = ANN) -> Person:
        return self.store.roster.person(address)

    def leaving(self, number: int, newsletter: str = "weekly") -> str:
        return f"/unsubscribe/{newsletter}/{unsubscribe_token(self.store.secret, newsletter, number)}"

    def confirming(self, number: int, newsletter: str = "weekly", asked: datetime = NOON) -> str:
        return f"/confirm/{newsletter}/{confirm_token(self.store.secret, newsletter, number, asked + WEEK)}"

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection(*self.pages.address, timeout=20)
        try:
            connection.request(method, path, body, dict(headers or {}))
            found = connection.getresponse()
            return Answer(found.status, found.headers, found.read().decode())
        finally:
            connection.close()

    def post(self, path: str, **fields: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Browser/1"}
        return self.ask(path, "POST", urlencode(fields).encode(), kind)

    def one_click(self, path: str) -> Answer:
        """What RFC 8058 section 3.1 says a mail program sends."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask(path, "POST", b"List-Unsubscribe=One-Click", kind)

    def raw(self, sent: bytes) -> bytes:
        with socket.create_connection(self.pages.address, timeout=20) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            try:
                return b"".join(iter(lambda: connection.recv(4096), b""))
            except ConnectionError:
                return b""


@pytest.fixture
def web_at(tmp_path: Path) -> Iterator[Callable[[str], Web]]:
    """Serve the pages of a configuration."""
    served: list[Web] = []

    def serve(config: str) -> Web:
        served.append(Web(tmp_path, config))
        return served[-1]

    yield serve
    for each in served:
        each.close()


@pytest.fixture
def web(web_at: Callable[[str], Web]) -> Web:
    return web_at(CONFIG)
