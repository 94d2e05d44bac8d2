"""The messages that ask readers to confirm: what a relay defers is tried again for some hours, then told of."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest

from digest.core.roster import Enrolment
from digest.daemon.inviter import Inviter

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATIENCE = 60.0
NOBODY = 4711
LATER = "451 4.7.1 greylisted"


class Asking:
    """An inviter at a relay that does what a test says, by a clock that a test sets."""

    def __init__(self, sent, server) -> None:
        self.sent, self.server = sent, server
        self.now = NOON
        path = sent.root / "config.yaml"
        path.write_text(
            path.read_text(encoding="utf-8")
            + "web: {url: 'https://lists.example.org'}\n"
            + f"sinks: [{{type: smtp, host: 127.0.0.1, port: {server.port}, security: none}}]\n",
            encoding="utf-8",
        )
        wanted = Enrolment(address="ann@example.org", state="pending", source="form")
        with sent.opened() as newsroom:
            newsroom.store.roster.enrol("weekly", [wanted], NOON)
            self.ann = newsroom.store.roster.number("ann@example.org")
            self.inviter = Inviter(newsroom.settings, lambda: self.now)
        self.inviter.start()

    def wait_for(self, name, count=1):
        began = time.monotonic()
        while len(found := self.sent.events(name)) < count:
            assert time.monotonic() - began < PATIENCE, self.sent.log.getvalue()
            time.sleep(0.02)
        return found[count - 1]

    def goes_by(self, **span: float) -> None:
        """Set the clock on; what somebody else asks for makes the thread look, whose message nobody gets."""
        before = len(self.sent.events("invitation_failed"))
        self.now += timedelta(**span)
        self.inviter.invite("weekly", NOBODY)
        self.wait_for("invitation_failed", before + 1)


@pytest.fixture
def asking(sent, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "delivery" / "smtp"))
    with import_module("scripted").Server() as server:
        one = Asking(sent, server)
        yield one
        one.inviter.stop()


def test_what_is_deferred_goes_out_later(asking):
    asking.server.on["RCPT"] = lambda *_: LATER
    asking.inviter.invite("weekly", asking.ann)
    said = asking.wait_for("invitation_deferred")
    assert "greylisted" in said["error"]
    again = datetime.fromisoformat(said["again"])
    assert timedelta(minutes=5) <= again - NOON <= timedelta(minutes=15)
    assert asking.server.taken == []
    asking.server.on.clear()
    asking.goes_by(minutes=16)
    asking.wait_for("invited")
    assert asking.server.recipients == ["ann@example.org"]


def test_it_is_given_up_after_six_hours_and_that_is_told(asking):
    asking.server.on["RCPT"] = lambda *_: LATER
    asking.inviter.invite("weekly", asking.ann)
    asking.wait_for("invitation_deferred")
    asking.goes_by(hours=5, minutes=55)
    asking.wait_for("invitation_failed", 2)
    (said,) = (each["error"] for each in asking.sent.events("invitation_failed") if "given up" in each["error"])
    assert "greylisted; given up after 2 attempts: the reader may ask again" in said


def test_what_is_refused_is_not_tried_again(asking):
    asking.server.on["RCPT"] = lambda *_: "550 5.1.1 no such user"
    asking.inviter.invite("weekly", asking.ann)
    assert "no such user" in asking.wait_for("invitation_failed")["error"]
    asking.server.on.clear()
    asking.goes_by(hours=1)
    assert asking.server.taken == []
    assert asking.sent.events("invitation_deferred") == []


@pytest.mark.parametrize("event", ["suppressed", "confirmed", "forgotten"])
def test_who_needs_no_question_any_more_is_not_asked_again(asking, event):
    asking.server.on["RCPT"] = lambda *_: LATER
    asking.inviter.invite("weekly", asking.ann)
    asking.wait_for("invitation_deferred")
    with asking.sent.opened() as newsroom:
        roster = newsroom.store.roster
        if event == "suppressed":
            roster.suppress("ann@example.org", "bounce", "", NOON)
        elif event == "forgotten":
            roster.forget("ann@example.org", NOON)
        else:
            roster.enrol("weekly", [Enrolment(address="ann@example.org", state="active", source="x")], NOON)
    asking.server.on.clear()
    # The due one first: once the other has failed, this one has been looked at.
    asking.goes_by(minutes=20)
    asking.goes_by(minutes=1)
    assert asking.server.taken == []
    assert asking.sent.events("invited") == []


def test_what_waits_at_the_end_is_told_of(asking):
    asking.server.on["RCPT"] = lambda *_: LATER
    asking.inviter.invite("weekly", asking.ann)
    asking.wait_for("invitation_deferred")
    asking.inviter.stop()
    assert "stopped before a relay took it" in asking.wait_for("invitation_failed")["error"]
