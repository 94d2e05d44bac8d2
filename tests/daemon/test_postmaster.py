"""What comes back while the daemon runs: mailboxes that are read, LMTP that is spoken, places that cannot be had."""

from __future__ import annotations

import smtplib
import socket
import time
from datetime import UTC, datetime

import pytest

from digest.daemon.metrics import Metrics
from digest.daemon.postmaster import AGAIN, Postmaster

NOW = datetime(2026, 3, 2, 13, tzinfo=UTC)
PATIENCE = 60.0


@pytest.fixture
def start():
    """Start postmasters; all are stopped in the end."""
    started = []

    def begin(settings):
        metrics = Metrics("0", NOW)
        started.append(Postmaster(settings, lambda: NOW, metrics))
        started[-1].start()
        return started[-1], metrics

    yield begin
    for one in started:
        assert one.stop(PATIENCE)


def until(holds):
    began = time.monotonic()
    while not (found := holds()):
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.02)
    return found


def listening(sent, count=1):
    """Where LMTP is spoken."""
    return until(lambda: sent.events("lmtp_listening")[count - 1 :])[0]["address"]


def box(sent):
    for part in ("new", "cur", "tmp"):
        (sent.root / "box" / part).mkdir(parents=True, exist_ok=True)
    return sent.root / "box" / "new"


def test_a_mailbox_is_read_and_counted(sent, bounced, start):
    new = box(sent)
    (new / "1").write_bytes(bounced(sent.verp(0)))
    # Some mail systems write a whole subject in capitals.
    (new / "2").write_bytes(f"SUBJECT: UNSUBSCRIBE WEEKLY {sent.token('ben@example.net').upper()}\n\n".encode())
    (new / "3").write_bytes(b"Subject: hello\n\nNo report.\n")
    postmaster, metrics = start(sent.configure("  - {type: maildir, path: box}"))
    until(lambda: not list(new.iterdir()))
    assert sent.suppressed("ann@example.net") == "bounce"
    (tie,) = sent.person("ben@example.net").subscriptions
    assert tie.state == "unsubscribed"
    assert postmaster.stop(PATIENCE)
    told = [(each["newsletter"], each["kind"], each["effect"]) for each in sent.events("came_back")]
    assert told == [("weekly", "hard", "suppress"), ("weekly", "unsubscribe", "unsubscribe")]
    assert "example.net" not in sent.log.getvalue()  # a log is no place for readers' addresses
    said = metrics.render().decode()
    assert 'digest_bounces_total{kind="hard",newsletter="weekly"} 1.0' in said
    assert 'digest_bounces_total{kind="unsubscribe",newsletter="weekly"} 1.0' in said


def test_lmtp_takes_what_is_for_our_addresses_and_once(sent, bounced, start):
    _, metrics = start(sent.configure("  - {type: lmtp, listen: '127.0.0.1:0'}"))
    host, _, port = listening(sent).rpartition(":")
    to = sent.verp(1)
    with smtplib.LMTP(host, int(port)) as client:
        client.sendmail("", [to], bounced(to))
        client.sendmail("", [to], bounced(to))  # a mail system that did not see our answer
        for stranger in ("postmaster@lists.example.org", to.replace("+", "+a", 1)):
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("", [stranger], bounced(stranger))
        leave = "Leave@lists.example.org"
        client.sendmail("a@b", [leave], f"Subject: unsubscribe weekly {sent.token('ann@example.net')}\r\n\r\n")
    assert sent.suppressed("ben@example.net") == "bounce"
    assert sent.person("ann@example.net").subscriptions[0].state == "unsubscribed"
    assert 'digest_bounces_total{kind="hard",newsletter="weekly"} 1.0' in metrics.render().decode()


def test_lmtp_over_a_unix_socket_that_is_left_over_but_not_in_use(sent, bounced, start, monkeypatch):
    monkeypatch.setattr("digest.daemon.postmaster.AGAIN", AGAIN / 50)
    path = sent.root / "lmtp"
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(path))
    settings = sent.configure("  - {type: lmtp, listen: ./lmtp}")
    first, _ = start(settings)
    assert listening(sent) == str(path)
    second, _ = start(settings)
    until(lambda: "another program listens there" in second.trouble)
    to = sent.verp(0)
    with smtplib.LMTP(str(path)) as client:
        client.sendmail("", [to], bounced(to))
    assert sent.suppressed("ann@example.net") == "bounce"
    assert first.stop(PATIENCE)
    listening(sent, 2)  # the other tries again
    until(lambda: not second.trouble)


def test_a_port_in_use_is_told_once_and_tried_again(sent, start, monkeypatch):
    monkeypatch.setattr("digest.daemon.postmaster.AGAIN", AGAIN / 50)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        postmaster, _ = start(sent.configure(f"  - {{type: lmtp, listen: '127.0.0.1:{port}'}}"))
        until(lambda: postmaster.trouble)
        time.sleep(AGAIN / 10)
    assert listening(sent) == f"127.0.0.1:{port}"
    until(lambda: sent.events("works_again"))
    (failing,) = sent.events("failing")
    assert failing["what"] == f"lmtp 127.0.0.1:{port}"
    assert "another program listens there" in failing["error"]


def test_while_the_store_cannot_be_used_nothing_is_taken_and_nothing_lost(sent, bounced, start):
    to, store = sent.verp(0), sent.root / "digest.db"
    new = box(sent)
    (new / "1").write_bytes(bounced(to))
    settings = sent.configure("  - {type: maildir, path: box, every: 1m}\n  - {type: lmtp, listen: '127.0.0.1:0'}")
    store.rename(sent.root / "away.db")
    store.mkdir()
    postmaster, _ = start(settings)
    host, _, port = listening(sent).rpartition(":")
    with smtplib.LMTP(host, int(port)) as client:
        with pytest.raises(smtplib.SMTPDataError) as caught:
            client.sendmail("", [to], bounced(to))
        assert caught.value.smtp_code == 451
        until(lambda: "is a folder" in postmaster.trouble)
        assert (new / "1").exists()
        store.rmdir()
        (sent.root / "away.db").rename(store)
        client.sendmail("", [to], bounced(to))
    assert sent.suppressed("ann@example.net") == "bounce"


def test_mailboxes_that_cannot_be_read_are_named_and_the_others_are_read(sent, bounced, start, monkeypatch):
    monkeypatch.delenv("NO_SUCH", raising=False)
    new = box(sent)
    (new / "1").write_bytes(bounced(sent.verp(0)))
    (new / "0").mkdir()
    imap = '{type: imap, host: 127.0.0.1, username: me, password: "${NO_SUCH}"}'
    postmaster, _ = start(
        sent.configure(f"  - {imap}\n  - {{type: maildir, path: nowhere}}\n  - {{type: maildir, path: box}}")
    )
    until(lambda: not (new / "1").exists())
    assert "the environment variable NO_SUCH is not set" in postmaster.trouble
    assert "is no Maildir" in postmaster.trouble
    (problem,) = sent.events("problem")
    assert problem["problem"].startswith(f"{new}/0: cannot be read")


def test_without_ways_in_nothing_is_begun(sent):
    with sent.opened() as newsroom:
        postmaster = Postmaster(newsroom.settings, lambda: NOW, Metrics("0", NOW))
    postmaster.start()
    assert postmaster.stop(0)
