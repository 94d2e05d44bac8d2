"""deliver, verify and reconcile as commands, over a real relay on loopback, and a ledger with doubts in it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from digest import processes
from digest.app import Newsroom
from digest.clock import system_clock

AT = "2026-03-02T09:00:00+01:00"
NAMES = ("ann", "ben", "cid", "dora")
ADDRESSES = tuple(f"{name}@example.net" for name in NAMES)


class Relay:
    """Takes everything, or refuses readers by what is noted of them."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.says: dict[str, str] = {}
        self.hangs_up = False

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 aiosmtpd names it so
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 aiosmtpd names it so
        self.taken += envelope.rcpt_tos
        if self.hangs_up:
            server.transport.abort()
        return "250 2.0.0 taken"


@pytest.fixture
def relay():
    handler = Relay()
    with socket.create_server(("127.0.0.1", 0)) as free:  # aiosmtpd cannot look for a port by itself
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def planned(room, relay):
    """An edition for four readers that nobody has sent yet."""
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    sink = f"sinks: [{{type: smtp, host: 127.0.0.1, port: {relay.port}, security: none, connections: 1}}]\n"
    room.write("config.yaml", config + sink)
    for address in ADDRESSES:
        assert room.run("subscribers add", address, "--newsletter", "weekly").code == 0
    with Newsroom.open(room.root / "config.yaml") as newsroom:
        newsroom.store.ledger.stop("weekly", "too many bounces", system_clock())
    made = room.run("run", "weekly", "--at", AT)
    assert made.code == 1, made.err
    assert "too many bounces" in made.err
    assert relay.taken == []
    assert room.run("resume", "weekly").code == 0
    return room


@pytest.fixture
def doubtful(planned):
    """The same, after a sender died that had all four on the wire."""
    saying = [sys.executable, "-c", "from digest.processes import holder; print(holder())"]
    dead = subprocess.run(saying, check=True, capture_output=True, text=True).stdout.strip()
    with Newsroom.open(planned.root / "config.yaml") as newsroom:
        ledger, now = newsroom.store.ledger, system_clock()
        (dispatch,) = ledger.open("weekly")
        batch = ledger.begin(dispatch.id, dead, now - timedelta(hours=2), timedelta(minutes=1))
        claimed = ledger.claim(dispatch.id, batch, 10, now)
        ledger.commit(batch, (), [each.delivery for each in claimed], now - timedelta(hours=2))
        planned.dispatch = dispatch
    return planned


def message_ids(room) -> dict[str, str]:
    told = room.run("reconcile", "--dry-run", "--json").out.splitlines()
    return {each["address"]: each["message_id"] for each in map(json.loads, told)}


def exim(*lines: tuple[timedelta, str]) -> str:
    now = system_clock()
    return "".join(f"{now - ago:%Y-%m-%d %H:%M:%S} {text}\n" for ago, text in lines)


def test_what_waits_is_delivered_once_and_counted(planned, relay):
    before = planned.run("verify", "--json")
    assert before.json["deliveries"] == planned.deliveries(planned=4, waiting=4), before
    relay.says = {"ben@example.net": "550 5.1.1 unknown", "cid@example.net": "451 4.2.0 later"}
    done = planned.run("deliver", "weekly")
    assert done.code == 0, done
    assert "4 dealt with; of the edition 4 planned: 2 accepted, 1 deferred, 1 refused" in done.out
    assert re.search(r"1 put off, tried again from ", done.out)
    assert relay.taken == ["ann@example.net", "dora@example.net"]
    assert planned.run("deliver").code == 0
    assert len(relay.taken) == 2  # what was put off is not due
    relay.says = {}
    assert planned.run("deliver", "--at-once").code == 0
    assert sorted(relay.taken) == ["ann@example.net", "cid@example.net", "dora@example.net"]
    verified = planned.run("verify", "2026-03-02T0700Z")
    assert (verified.code, "balanced; 4 planned: 3 accepted, 1 refused" in verified.out) == (0, True)


def test_nothing_waits_and_unknown_names(planned):
    assert planned.run("deliver").code == 0
    again = planned.run("deliver")
    assert (again.code, again.out.strip()) == (0, "nothing waits")
    assert "there is no newsletter 'daily'" in planned.run("deliver", "daily").err
    assert "there is no edition 'x'" in planned.run("deliver", "--edition", "x").err
    unknown = planned.run("verify", "x")
    assert unknown.code == 2
    assert "there is no edition 'x'" in unknown.err


def test_what_a_dead_sender_had_on_the_wire_is_not_sent_again_by_itself(doubtful, relay):
    done = doubtful.run("deliver")
    assert "taken over from a sender that died: 0 wait again, 4 uncertain" in done.err
    assert relay.taken == []
    counted = doubtful.run("verify")
    assert "balanced; 4 planned: 4 uncertain" in counted.out
    held = doubtful.run("reconcile")
    assert held.code == 1
    assert held.out.count("held: nobody knows whether it arrived") == 4
    assert "0 settled, 4 still uncertain" in held.out
    resent = doubtful.run("reconcile", "--choice", "resend")
    assert resent.code == 0
    assert "send those that wait again: digest deliver" in resent.out
    assert doubtful.run("deliver").code == 0
    assert sorted(relay.taken) == sorted(ADDRESSES)
    assert doubtful.run("reconcile").out.strip() == "nothing is uncertain"


def test_what_another_sender_has_on_the_wire_is_no_doubt(planned, relay):
    now = system_clock()
    with Newsroom.open(planned.root / "config.yaml") as newsroom:
        ledger = newsroom.store.ledger
        (dispatch,) = ledger.open("weekly")
        batch = ledger.begin(dispatch.id, processes.holder(), now, timedelta(minutes=10))
        first, *_ = ledger.claim(dispatch.id, batch, 1, now)
        ledger.commit(batch, (), [first.delivery], now)
    done = planned.run("deliver")
    assert (done.code, len(relay.taken)) == (0, 3), done
    assert "nobody knows" not in done.err


def test_a_run_that_leaves_doubts_says_so(room, relay):
    config = (room.root / "config.yaml").read_text(encoding="utf-8")
    sink = f"sinks: [{{type: smtp, host: 127.0.0.1, port: {relay.port}, security: none, connections: 1}}]\n"
    room.write("config.yaml", config + sink)
    assert room.run("subscribers add", "ann@example.net", "--newsletter", "weekly").code == 0
    relay.hangs_up = True
    made = room.run("run", "weekly", "--at", AT)
    assert (made.code, relay.taken) == (1, ["ann@example.net"])
    assert "weekly 2026-03-02T0700Z: nobody knows whether 1 arrived: digest reconcile" in made.err


def test_a_relays_log_settles_what_it_covers(doubtful, relay, tmp_path):
    doubtful.run("deliver")
    ids = message_ids(doubtful)
    assert ids.keys() == set(ADDRESSES)
    log = tmp_path / "mainlog"
    taken = f"1xVKSV-0005C9-02 <= b@x.org H=x [192.0.2.7] P=esmtp S=9 id={ids['ann@example.net'][1:-1]}"
    log.write_text(exim((timedelta(hours=4), "1xVKSU-0005C9-2v Completed"), (timedelta(hours=2), taken)))
    short = doubtful.run("reconcile", str(log))
    assert short.code == 1
    assert f"ann@example.net: accepted; the relay took it: {log.name}" in short.out.replace(str(tmp_path) + "/", "")
    assert short.out.count("uncertain; no log covers 20") == 3
    assert "1 settled, 3 still uncertain" in short.out
    with log.open("a") as more:
        more.write(exim((timedelta(minutes=5), "1xVKSU-0005C9-2v Completed")))
    looked = doubtful.run("reconcile", "--dry-run", str(log))
    assert "3 would be settled, 0 still uncertain" in looked.out
    assert "balanced; 4 planned: 1 accepted, 3 uncertain" in doubtful.run("verify").out
    settled = doubtful.run("reconcile", str(log))
    assert settled.code == 0
    assert settled.out.count("waiting; the log covers the time, and does not have it") == 3
    assert doubtful.run("deliver").code == 0
    assert sorted(relay.taken) == ["ben@example.net", "cid@example.net", "dora@example.net"]


def test_a_choice_settles_what_the_log_leaves(doubtful, tmp_path, relay):
    doubtful.run("deliver")
    missing = doubtful.run("reconcile", "--choice", "accept", str(tmp_path / "gone.log"))
    assert missing.code == 0
    assert "gone.log" in missing.err
    assert "4 settled, 0 still uncertain" in missing.out
    assert "4 planned: 4 accepted" in doubtful.run("verify").out
    assert relay.taken == []
    wrong = doubtful.run("reconcile", "--zone", "Mars/Base")
    assert wrong.code == 2
    assert "'Mars/Base' is no time zone" in wrong.err


def test_an_old_copy_of_the_store_sends_nothing_until_it_is_told_to_go_on(planned, relay):
    database = planned.root / "digest.db"
    copy = database.read_bytes()
    for path in Path(planned.root).glob("digest.db-*"):
        assert path.stat().st_size == 0 or path.suffix == ".db-shm", path
    assert planned.run("deliver").code == 0
    assert sorted(relay.taken) == sorted(ADDRESSES)
    for path in Path(planned.root).glob("digest.db-*"):
        path.unlink()
    database.write_bytes(copy)
    refused = planned.run("deliver")
    assert refused.code == 1
    assert "reconcile --restored" in refused.err
    assert len(relay.taken) == 4
    looked = planned.run("reconcile", "--restored", "--dry-run")
    assert "what waits would be uncertain" in looked.out
    gone_on = planned.run("reconcile", "--restored")
    assert "4 deliveries that waited are uncertain now" in gone_on.out
    assert planned.run("deliver").code == 1  # nobody knows whether they arrived
    assert len(relay.taken) == 4
    again = planned.run("reconcile", "--restored")
    assert "nothing to go on from" in again.out
