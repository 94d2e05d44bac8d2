"""A newsroom whose edition went out, for what comes back of it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 the dataclass's fields are read at run time
from typing import Any

import pytest

from digest.app import Newsroom
from digest.cli import main
from digest.core.outbox import delivery_id
from digest.daemon import logs
from digest.delivery.tokens import unsubscribe_token
from digest.delivery.verp import encode

BACK_AT = datetime(2026, 3, 2, 13, tzinfo=UTC)
CONFIG = """\
site: {title: T, url: https://news.example.org}
newsletters:
  weekly: {title: W, timezone: UTC, schedule: "0 8 * * mon", recipients: [ann@example.net, ben@example.net]}
mail: {bounces: bounces@lists.example.org, unsubscribe_mailto: leave@lists.example.org}
"""


class Log(io.StringIO):
    """What the daemon says."""

    def events(self, name: str = "") -> list[dict[str, Any]]:
        """The events of a name, or all."""
        told = map(json.loads, self.getvalue().splitlines())
        return [each for each in told if name in ("", each["event"])]


@pytest.fixture
def log():
    log = Log()
    logs.configure(log, form="json")
    return log


@dataclass
class Sent:
    """The newsroom, and what is told in its daemon's log."""

    root: Path
    log: Log

    def configure(self, bounces: str) -> Any:
        """The settings with these ways in."""
        (self.root / "config.yaml").write_text(f"{CONFIG}bounces:\n{bounces}\n", encoding="utf-8")
        with self.opened() as newsroom:
            return newsroom.settings

    def opened(self) -> Newsroom:
        return Newsroom.open(self.root / "config.yaml")

    def verp(self, number: int = 0) -> str:
        """The envelope sender of one of its deliveries."""
        with self.opened() as newsroom:
            (dispatch,) = newsroom.store.ledger.dispatches("weekly", "2026-03-02T0800Z")
            return encode("bounces@lists.example.org", delivery_id(dispatch.id, number), newsroom.store.secret)

    def token(self, address: str) -> str:
        """The token by which a reader leaves."""
        with self.opened() as newsroom:
            number = newsroom.store.roster.number(address)
            return unsubscribe_token(newsroom.store.secret, "weekly", number)

    def person(self, address: str) -> Any:
        with self.opened() as newsroom:
            return newsroom.store.roster.person(address)

    def suppressed(self, address: str) -> str:
        veto = self.person(address).suppression
        return veto.reason if veto else ""

    def events(self, name: str) -> list[dict[str, Any]]:
        return self.log.events(name)


@pytest.fixture
def sent(tmp_path, log):
    room = Sent(tmp_path, log)
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.md").write_text("---\ntitle: A\ndate: 2026-03-01\n---\nOne sentence. And another.\n")
    with pytest.raises(SystemExit) as stop:
        main(["run", "weekly", "--config", str(tmp_path / "config.yaml"), "--at", "2026-03-02T12:00:00Z", "--quiet"])
    assert not stop.value.code
    return room


@pytest.fixture
def bounced():
    """A delivery status notification as servers write them [RFC 3464]."""

    def made(to: str, status: str = "5.1.1", said: str = "550 5.1.1 user unknown") -> bytes:
        return (
            f"From: MAILER-DAEMON@mx.example.net\r\nTo: <{to}>\r\nSubject: Returned\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nNo.\r\n\r\n'
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
            f"Final-Recipient: rfc822; ann@example.net\r\nAction: failed\r\nStatus: {status}\r\n"
            f"Diagnostic-Code: smtp; {said}\r\n\r\n--b--\r\n"
        ).encode()

    return made
