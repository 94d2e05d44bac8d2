"""`digest bounces take`, `read` and `list`; mail that stands still in `digest status`, and `digest resume --relay`."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from digest.app import Newsroom
from digest.core.gauge import GaugeState
from digest.core.limits import RelayPause, RelayState
from digest.core.outbox import delivery_id
from digest.delivery.tokens import unsubscribe_token
from digest.delivery.verp import encode

AT = "2026-03-02T12:00:00Z"
NEXT = "2026-03-09T12:00:00Z"
EDITION = "2026-03-02T0700Z"
NOW = datetime(2026, 3, 2, 13, tzinfo=UTC)
BOUNCES = "bounces@lists.example.org"
MAIL = """\
mail: {bounces: bounces@lists.example.org, unsubscribe_mailto: leave@lists.example.org}
bounces: [{type: maildir, path: box}]
"""
SMTP = "sinks: [{type: file}, {type: smtp, host: 127.0.0.1, port: 9, security: none}]\n"
RELAY = "127.0.0.1:9"
PAUSED = [RelayState(RELAY, GaugeState(RELAY), pause=RelayPause("535 wrong password", NOW))]


@pytest.fixture(params=["sqlite", "postgresql"])
def sent(request, room):
    """A newsroom whose edition went to three readers, over each kind of database."""
    store = ""
    if request.param == "postgresql":
        store = f"store: {json.dumps(request.getfixturevalue('postgresql')())}\n"
    return prepared(room, store)


@pytest.fixture
def sent_small(room):
    """The same over SQLite alone, for what the database has no part in."""
    return prepared(room)


def prepared(room, more=""):
    path = room.root / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8") + MAIL + more, encoding="utf-8")
    for name in ("ann", "ben", "cat"):
        done = room.run("subscribers add", f"{name}@example.net", "--newsletter", "weekly")
        assert done.code == 0, done.err
    with opened(room) as newsroom:
        newsroom.store.relays.put(PAUSED)
    assert room.run("run", "weekly", "--at", AT).code == (1 if more == SMTP else 0)  # by the paused relay
    for part in ("new", "cur", "tmp"):
        (room.root / "box" / part).mkdir(parents=True)
    return room


def opened(room):
    return Newsroom.open(room.root / "config.yaml", clock=lambda: NOW)


def verp(room, address):
    """The envelope sender that a reader's message had."""
    with opened(room) as newsroom:
        (dispatch,) = newsroom.store.ledger.dispatches("weekly", EDITION)
        numbers = (delivery_id(dispatch.id, number) for number in range(dispatch.planned))
        (mine,) = (each for each in numbers if newsroom.store.ledger.reader_of(each)[3] == address)
        return encode(BOUNCES, mine, newsroom.store.secret)


def bounce(to, status="5.1.1", said="550 5.1.1 user unknown", about="ann@example.net"):
    """A delivery status notification as servers write them [RFC 3464]."""
    return (
        f"From: MAILER-DAEMON@mx.example.net\nTo: <{to}>\nSubject: Undelivered Mail Returned to Sender\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\n\nIt could not be delivered.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
        f"Final-Recipient: rfc822; {about}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n\n--b--\n"
    ).encode()


def mail(subject):
    message = EmailMessage()
    message["From"] = "ann@example.net"
    message["To"] = "leave@lists.example.org"
    message["Subject"] = subject
    message.set_content("")
    return bytes(message)


def put(room, name, raw):
    (room.root / "box" / "new" / name).write_bytes(raw)


def piped(room, monkeypatch, raw, *options):
    class Stream:
        buffer = io.BytesIO(raw)

    monkeypatch.setattr("sys.stdin", Stream)
    return room.run("bounces take", *options)


def suppressed(room, address):
    return (room.run("subscribers show", address, "--json").json["suppressed"] or {}).get("reason")


def planned(room):
    """To how many readers the next edition goes."""
    room.article("two/more.md", "More", "2026-03-05", "Two", "There is more this week.")
    done = room.run("run", "weekly", "--at", NEXT, "--json")
    assert done.code == 0, done.err
    return done.json["deliveries"]["planned"]


def lines(result):
    return [json.loads(line) for line in result.out.splitlines()]


def test_a_mailbox_is_read_and_the_dead_reader_gets_no_more_mail(sent):
    put(sent, "1", bounce(verp(sent, "ann@example.net")))
    put(sent, "2", bounce(verp(sent, "ben@example.net"), "4.2.2", "452 4.2.2 mailbox full"))
    put(sent, "3", b"Subject: Buy now\n\nThis is no report.\n")
    done = sent.run("bounces read", "--json")
    assert done.code == 0, done.err
    told = [tuple(each[key] for key in ("kind", "address", "newsletter", "edition", "effect")) for each in lines(done)]
    assert told == [
        ("hard", "ann@example.net", "weekly", EDITION, "suppress"),
        ("soft", "ben@example.net", "weekly", EDITION, "count"),
        ("none", "", "", "", "nothing"),
    ]
    assert lines(done)[0]["why"] == "hard bounce: no such address"
    assert suppressed(sent, "ann@example.net") == "bounce"
    assert lines(sent.run("bounces read", "--json")) == []
    kept = sent.run("bounces list", "weekly", "--json").json
    assert sorted((each["kind"], each["address"], each["detail"]) for each in kept) == [
        ("hard", "ann@example.net", "550 5.1.1 user unknown"),
        ("soft", "ben@example.net", "452 4.2.2 mailbox full"),
    ]
    assert len(sent.run("bounces list", "--count", "1", "--json").json) == 1
    assert planned(sent) == 2


def test_a_message_is_taken_from_a_pipe_and_again_without_harm(sent, monkeypatch):
    raw, to = bounce(BOUNCES, "4.2.2", "452 4.2.2 mailbox full"), verp(sent, "cat@example.net")
    monkeypatch.setenv("ORIGINAL_RECIPIENT", to)
    first = piped(sent, monkeypatch, raw)
    assert first.code == 0, first.err
    assert first.out == f"soft: weekly {EDITION} cat@example.net: count: soft bounce: mailbox full; score 1.0 of 5\n"
    again = piped(sent, monkeypatch, raw)
    assert "score 1.0 of 5" in again.out  # the same report does not count twice
    assert len(sent.run("bounces list", "--json").json) == 1


def test_the_option_goes_before_the_environment(sent_small, monkeypatch):
    monkeypatch.setenv("RECIPIENT", "somebody@example.org")
    done = piped(sent_small, monkeypatch, bounce(BOUNCES), "--recipient", verp(sent_small, "ann@example.net"), "--json")
    assert (done.json["address"], done.json["effect"]) == ("ann@example.net", "suppress")


def test_a_forged_bounce_changes_nothing(sent_small, monkeypatch):
    right = verp(sent_small, "ann@example.net")
    local, _, domain = right.partition("@")
    forged = f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}"
    done = piped(sent_small, monkeypatch, bounce(forged), "--recipient", forged, "--json")
    assert (done.code, done.json["kind"], done.json["effect"]) == (0, "hard", "nothing")
    assert done.json["why"] == "it came to no address that digest has given out"
    assert suppressed(sent_small, "ann@example.net") is None
    assert sent_small.run("bounces list", "--json").json == []


def test_a_bounce_loop_is_taken_and_ends(sent_small, monkeypatch):
    """A bounce of a bounce, of a bounce: each is taken at once, answered by nothing, and changes nothing."""
    to, before = verp(sent_small, "ann@example.net"), sent_small.files()
    raw = bounce(to)
    for _ in range(5):
        whole = bounce(to).removesuffix(b"--b--\n")
        raw = whole + b"--b\nContent-Type: message/rfc822\n\n" + raw + b"\n--b--\n"
        raw = raw.replace(b"\n\n--b\n\n", b"\n\n--b\n\n", 1)
        done = piped(sent_small, monkeypatch, raw, "--recipient", to, "--json")
        assert (done.code, done.json["kind"], done.json["effect"]) == (0, "none", "nothing")
        assert "a report about a report" in done.json["why"]
    assert suppressed(sent_small, "ann@example.net") is None
    assert sent_small.files() == before


@pytest.mark.parametrize(
    "subject",
    ["unsubscribe weekly {}", "Re: Unsubscribe Weekly {}", "  unsubscribe weekly {} ", "UNSUBSCRIBE WEEKLY {}"],
)
def test_a_reader_leaves_by_mail(sent, monkeypatch, subject):
    with opened(sent) as newsroom:
        number = newsroom.store.roster.number("ann@example.net")
        token = unsubscribe_token(newsroom.store.secret, "weekly", number)
    whole = subject.format(token)
    done = piped(sent, monkeypatch, mail(whole.upper() if subject.startswith("UN") else whole), "--json")
    assert (done.json["address"], done.json["kind"]) == ("ann@example.net", "unsubscribe")
    assert done.json["effect"] == "unsubscribe"
    (tie,) = sent.run("subscribers show", "ann@example.net", "--json").json["subscriptions"]
    assert tie["state"] == "unsubscribed"
    assert planned(sent) == 2


def test_who_shows_another_token_stays(sent_small, monkeypatch):
    with opened(sent_small) as newsroom:
        key, number = newsroom.store.secret, newsroom.store.roster.number("ann@example.net")
    for token in (
        unsubscribe_token(bytes(32), "weekly", number),
        unsubscribe_token(key, "daily", number),
        unsubscribe_token(key, "weekly", 0),
        unsubscribe_token(key, "weekly", 4711),
    ):
        done = piped(sent_small, monkeypatch, mail(f"unsubscribe weekly {token}"), "--json")
        assert (done.code, done.json["kind"], done.json["effect"]) == (0, "none", "nothing")
    (tie,) = sent_small.run("subscribers show", "ann@example.net", "--json").json["subscriptions"]
    assert tie["state"] == "active"


def test_what_cannot_be_taken_now_is_left_to_the_mail_system(sent_small, monkeypatch):
    monkeypatch.setattr("digest.store.opening.TIMEOUT", 0.1)
    to = verp(sent_small, "ann@example.net")
    put(sent_small, "1", bounce(to))
    text = (sent_small.root / "config.yaml").read_text(encoding="utf-8")
    (sent_small.root / "config.yaml").write_text(text + "nonsense: 1\n", encoding="utf-8")
    broken = piped(sent_small, monkeypatch, bounce(to))
    assert broken.code == 75
    assert "nonsense" in broken.err
    (sent_small.root / "config.yaml").write_text(text, encoding="utf-8")
    (sent_small.root / "digest.db").rename(sent_small.root / "away.db")
    (sent_small.root / "digest.db").mkdir()
    assert piped(sent_small, monkeypatch, bounce(to)).code == 75
    assert sent_small.run("bounces read").code == 1
    assert (sent_small.root / "box" / "new" / "1").exists()
    assert piped(sent_small, monkeypatch, b"").code == 75


def test_one_mailbox_that_fails_does_not_keep_the_others_back(sent_small):
    text = (sent_small.root / "config.yaml").read_text(encoding="utf-8")
    two = '[{type: imap, host: 127.0.0.1, port: 9, username: me, password: "${NO_SUCH}"}, {type: maildir, path: box}]'
    (sent_small.root / "config.yaml").write_text(text.replace("[{type: maildir, path: box}]", two), encoding="utf-8")
    put(sent_small, "1", bounce(verp(sent_small, "ann@example.net")))
    done = sent_small.run("bounces read", "--json")
    assert done.code == 1
    assert "the environment variable NO_SUCH is not set" in done.err
    assert [each["effect"] for each in lines(done)] == ["suppress"]


def test_without_a_mailbox_it_says_how_to_name_one(room):
    done = room.run("bounces read")
    assert done.code == 2
    assert "bounces: [{type: maildir, path: mail/bounces}]" in done.err


def wrongs(room):
    return {(each["what"], each["place"]): each["message"] for each in room.run("status", "--json").json["wrong"]}


def test_a_newsletter_that_stopped_itself_is_told_with_what_lets_it_go_on(sent_small):
    with opened(sent_small) as newsroom:
        newsroom.store.ledger.stop("weekly", "12 of 100 deliveries bounced for good", NOW)
    said = wrongs(sent_small)["stopped", "weekly"]
    assert "12 of 100 deliveries bounced for good" in said
    assert said.endswith("digest resume weekly")
    assert "stopped  12 of 100" in sent_small.run("status").out
    sent_small.run("resume", "weekly")
    assert ("stopped", "weekly") not in wrongs(sent_small)


def test_held_mail_and_doubts_are_told(room):
    room = prepared(room, SMTP)
    with opened(room) as newsroom:
        (dispatch,) = (each for each in newsroom.store.ledger.open("weekly"))
        newsroom.store.ledger.hold(dispatch.id, "was to go out long ago")
    with closing(sqlite3.connect(room.root / "digest.db")) as connection, connection:
        doubt = "update deliveries set state = 'uncertain' where id = ?"
        connection.execute(doubt, (delivery_id(dispatch.id, 0),))
    found = wrongs(room)
    assert found["held", "weekly"].endswith(f"digest deliver weekly --edition {EDITION} --late")
    assert found["uncertain", "weekly"].startswith("nobody knows whether 1 message arrived")


def test_a_paused_relay_is_told_and_lifted(room):
    room = prepared(room, SMTP)
    said = wrongs(room)["relay", RELAY]
    assert "535 wrong password" in said
    assert said.endswith(f"digest resume --relay {RELAY}")
    assert room.run("resume", "--relay", "nowhere:25").code == 2
    assert room.run("resume", "weekly", "--relay", RELAY).code == 2
    assert "it was paused: 535 wrong password" in room.run("resume", "--relay", RELAY).out
    assert ("relay", RELAY) not in wrongs(room)
    assert "is not paused" in room.run("resume", "--relay", RELAY).out


def test_mail_that_waits_for_a_paused_relay_is_no_success(room):
    room = prepared(room, SMTP)
    for command in (("deliver",), ("run", "weekly", "--at", AT), ("run", "--all", "--due", "--at", AT)):
        waits = room.run(*command)
        assert waits.code == 1
        assert f"{RELAY} is paused, nothing leaves by it: 535 wrong password" in waits.err
        assert f"digest resume --relay {RELAY}" in waits.err


def asked_to_confirm(room, address):
    """A subscriber who was asked to confirm; the envelope sender of the message that did."""
    add = ("subscribers add", address, "--newsletter", "weekly", "--pending")
    path = room.root / "config.yaml"
    config = path.read_text(encoding="utf-8")
    if "web:" not in config:
        path.write_text(config + "web: {url: 'https://lists.example.org'}\n", encoding="utf-8")
    done = room.run(*add)
    assert done.code == 0, done.err
    with opened(room) as newsroom:
        return newsroom.messages.confirmation(
            newsroom.newsletter("weekly"), newsroom.store.roster.number(address), NOW
        ).sender


def test_who_cannot_be_asked_to_confirm_is_suppressed_and_a_full_mailbox_says_nothing(sent):
    dead, full, angry = (asked_to_confirm(sent, f"{who}@example.net") for who in ("dan", "eve", "fay"))
    put(sent, "1", bounce(dead, about="dan@example.net"))
    put(sent, "2", bounce(full, "4.2.2", "452 4.2.2 mailbox full", "eve@example.net"))
    first, second = sorted(lines(sent.run("bounces read", "--json")), key=lambda one: one["address"])
    assert (first["kind"], first["effect"], first["newsletter"]) == ("hard", "suppress", "")
    assert (second["kind"], second["effect"]) == ("soft", "nothing")
    assert suppressed(sent, "dan@example.net") == "bounce"
    assert suppressed(sent, "eve@example.net") is None
    assert sent.run("bounces list", "--json").json == []  # it counts for no edition
    complaint = (
        b"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        b"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n"
        + f"Original-Mail-From: <{angry}>\n\n--b--\n".encode()
    )
    put(sent, "3", complaint)
    assert [one["effect"] for one in lines(sent.run("bounces read", "--json"))] == ["suppress"]
    assert suppressed(sent, "fay@example.net") == "complaint"


def test_who_was_asked_to_confirm_and_forgotten_since_is_left_alone(sent_small):
    to = asked_to_confirm(sent_small, "dan@example.net")
    with opened(sent_small) as newsroom:
        assert newsroom.incoming.takes_mail_for(to)
        assert not newsroom.incoming.takes_mail_for("bounces+x@lists.example.org")
    assert sent_small.run("subscribers forget", "dan@example.net").code == 0
    put(sent_small, "1", bounce(to, about="dan@example.net"))
    (said,) = lines(sent_small.run("bounces read", "--json"))
    assert (said["effect"], said["address"]) == ("nothing", "")
    assert "forgotten" in said["why"]


def test_a_bounce_of_the_question_taken_twice_suppresses_once(sent_small):
    to = asked_to_confirm(sent_small, "dan@example.net")
    with opened(sent_small) as newsroom:
        taken = [newsroom.incoming.bouncing.take(bounce(to, about="dan@example.net"), to, NOW) for _ in range(2)]
    assert [each.new for each in taken] == [True, False]
