"""The preview as it is served: a real newsroom on disk, uvicorn on loopback, plain HTTP in front; nobody waits."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from digest.commands.preview_edition import proof, watched
from digest.config import load
from digest.preview.application import application
from digest.preview.watching import Studio
from digest.web.server import WebServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message
    from pathlib import Path

NOON = "2026-03-01T12:00:00Z"
EDITION = "2026-03-02T0700Z"
CONFIG = """\
site: {title: The Test, url: https://news.example.org, organisation: Test Press, address: 1 Test Lane}
newsletters:
  weekly:
    title: The Test Weekly
    from: Desk <desk@example.org>
    timezone: Europe/Berlin
    schedule: "0 8 * * mon"
"""
PICTURE = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00"
    b"\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass
class Room:
    """A newsroom on disk."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config.yaml"

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def article(self, name: str, title: str, date: str = "2026-02-26", body: str = "A sentence of it.") -> None:
        head = f"title: {title}\ndate: {date}\ncategory: One\nimage: dot.gif\nimage_alt: A dot"
        self.write(f"articles/{name}.md", f"---\n{head}\n---\n{body}\n")

    def files(self) -> dict[str, bytes]:
        return {str(each.relative_to(self.root)): each.read_bytes() for each in self.root.rglob("*") if each.is_file()}


class Served:
    """A preview of the room's newsletter; `studio.look()` is what its own thread would do twice a second."""

    def __init__(self, room: Room, at: str | None = NOON, host: str = "127.0.0.1") -> None:
        self.studio = Studio(lambda: proof(room.config, "weekly", at), watched(load(room.config)))
        self.errors: list[Exception] = []
        self.server = WebServer(application(lambda: self.studio.state, host, self.errors.append), ("127.0.0.1", 0), "")
        self.server.start()
        self.studio.look()

    def ask(self, path: str, **headers: str) -> Answer:
        """An answer; a header's name with underscores."""
        connection = http.client.HTTPConnection(*self.server.address, timeout=60)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): said for name, said in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    @property
    def version(self) -> int:
        found: int = json.loads(self.ask("/version").content)["version"]
        return found


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path / "room")
    made.write("config.yaml", CONFIG)
    made.write("articles/dot.gif", PICTURE)
    made.article("first", "First things")
    made.article("second", "Second thoughts", "2026-02-25")
    made.article("old", "Old news", "2025-06-01")
    return made


@pytest.fixture
def serve(room: Room) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(**how: str | None) -> Served:
        started.append(Served(room, **how))
        return started[-1]

    yield start
    for each in started:
        each.server.stop()
        assert each.errors == []
