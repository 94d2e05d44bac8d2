"""`digest run` and `digest serve` write to the operator, whichever of them comes first, and once."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))
sys.path.insert(0, str(Path(__file__).parents[1] / "delivery/smtp"))

from scripted import Server
from web_server import answer, serving

PATIENCE = 60.0


@pytest.fixture
def relay():
    with Server() as relay:
        yield relay


@pytest.fixture
def noted(room, relay):
    """A newsroom whose feed is gone for good, and an operator; no slot of its newsletter is due."""
    with serving() as web:
        web.on("/feed", answer(status=410))
        config = room.root / "config.yaml"
        feed = f"  - {{type: feed, url: '{web.url('/feed')}', name: Pumps, local: true}}\n"
        sinks = f"sinks: [{{type: smtp, host: 127.0.0.1, port: {relay.port}, security: none}}]\n"
        more = "notify: ops@example.net\ndaemon: {tick: 1s, grace: 20s, listen: 'off'}\n"
        config.write_text(config.read_text().replace("newsletters:\n", f"{feed}newsletters:\n") + sinks + more)
        yield room


def test_cron_tells_it_once(noted, relay):
    first = noted.run("run", "weekly", "--at", "2026-03-02T12:00:00Z", "--verbose")
    assert "ops@example.net was notified" in first.err
    again = [noted.run("run", "--all", "--due", "--verbose") for _ in range(2)]
    assert all("notified" not in each.err for each in again)
    assert [each for each in relay.recipients if each.startswith("ops")] == ["ops@example.net"]


def test_what_is_only_shown_tells_nobody(noted, relay):
    noted.run("run", "weekly", "--at", "2026-03-02T12:00:00Z", "--dry-run")
    noted.run("rehearse", "weekly", "--from", "2026-03-01", "--to", "2026-03-03")
    noted.run("check")
    noted.run("sources", "list")
    noted.run("status")
    assert relay.peers == []


def test_a_relay_that_fails_costs_the_run_nothing_but_its_exit_code(noted, relay):
    relay.on["RCPT"] = lambda _, line: "550 5.7.1 no" if "ops@" in line else None
    done = noted.run("run", "weekly", "--at", "2026-03-02T12:00:00Z", "--json")
    assert done.code == 1
    assert done.json["status"] == "composed"
    assert "ops@example.net was not notified: smtp: did not take the message: 550 5.7.1 no" in done.err
    # Never per try: until it is due again, nothing is said of it but by who asks.
    assert "notified" not in noted.run("run", "--all", "--due").err
    said = [each for each in noted.run("status", "--json").json["wrong"] if each["what"] == "note"]
    assert [each["place"] for each in said] == ["ops@example.net"]
    assert "550 5.7.1 no" in said[0]["message"]


def test_a_daemon_tells_it_and_neither_its_next_life_nor_cron_tells_it_again(noted, relay):
    def lives(until):
        daemon = noted.start("serve")
        began = time.monotonic()
        try:
            while not until():
                assert time.monotonic() - began < PATIENCE
                assert daemon.poll() is None
                time.sleep(0.05)
        finally:
            daemon.terminate()
            _, said = daemon.communicate(timeout=PATIENCE)
        assert daemon.returncode == 0
        return said.decode()

    assert '"notified"' in lives(lambda: relay.taken)
    config = noted.root / "config.yaml"
    ticked = noted.root / "beat"
    config.write_text(config.read_text().replace("listen: 'off'", "listen: 'off', heartbeat: beat"))
    assert '"notified"' not in lives(ticked.exists)
    noted.run("run", "--all", "--due")
    assert relay.recipients == ["ops@example.net"]
