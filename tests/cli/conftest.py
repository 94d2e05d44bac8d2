"""A small newsroom on disk, and the command line run on it, in this process or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from digest.cli import main

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
site: {title: The Test, url: https://news.example.org, organisation: Test Press, address: 1 Test Lane}
sources:
  - {type: folder, path: articles, timezone: Europe/Berlin}
newsletters:
  weekly:
    title: The Test Weekly
    from: Desk <desk@example.org>
    timezone: Europe/Berlin
    schedule: "0 8 * * mon"
    sections: [{category: One, limit: 2}, {category: Two}]
"""
ARTICLES = {
    "one/first.md": ("First things", "2026-02-24T09:00:00+01:00", "One", "The first sentence. A second one follows."),
    "one/second.md": ("Second thoughts", "2026-02-25 10:00", "One", "Thoughts come second.\n\nAnd third."),
    "one/third.md": ("Third time", "2026-02-23 09:00", "One", "Three is a crowd in this section."),
    "two/fourth.md": ("Fourth & last", "2026-02-27", "Two", "Ampersands & all, in a paragraph of their own."),
    "two/old.md": ("Old news", "2025-06-01", "Two", "Nobody waited for this."),
    "two/draft.md": ("Not ready", "2026-02-26", "Two", "Half a thought."),
    "two/future.md": ("Not yet", "2099-06-01", "Two", "This is for June."),
}


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Newsroom:
    root: Path
    capture: pytest.CaptureFixture[str]

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def article(self, path: str, title: str, date: str, category: str, body: str, **more: str) -> Path:
        extra = "".join(f"{key}: {value}\n" for key, value in more.items())
        dated = f"date: {date}\n" if date else ""
        return self.write(f"articles/{path}", f"---\ntitle: {title}\n{dated}category: {category}\n{extra}---\n{body}\n")

    @staticmethod
    def deliveries(**counts: int) -> dict[str, int]:
        """The `deliveries` of JSON output; those not named are 0."""
        states = ("planned", "accepted", "deferred", "refused", "excluded", "uncertain", "waiting")
        return dict.fromkeys(states, 0) | counts

    def run(self, *args: str) -> Result:
        """Run a command in this process; one of a group with a space, "keys make"."""
        self.capture.readouterr()
        command, rest = args[0], args[1:]
        with pytest.raises(SystemExit) as stop:
            main([*command.split(), "--config", str(self.root / "config.yaml"), *rest])
        captured = self.capture.readouterr()
        return Result(stop.value.code or 0, captured.out, captured.err)

    def start(self, *args: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "digest", *args],
            cwd=self.root,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def files(self, folder: str = "out") -> dict[str, bytes]:
        root = self.root / folder
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def lay_out(root: Path, capture: pytest.CaptureFixture[str]) -> Newsroom:
    room = Newsroom(root, capture)
    room.write("config.yaml", CONFIG)
    for path, (title, date, category, body) in ARTICLES.items():
        room.article(path, title, date, category, body, **({"draft": "true"} if "draft" in path else {}))
    return room


@pytest.fixture
def room(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Newsroom:
    return lay_out(tmp_path / "room", capsys)


@pytest.fixture
def other_room(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Newsroom:
    return lay_out(tmp_path / "elsewhere" / "room", capsys)
