"""`digest keys` and `digest send`, and what `digest check` says of mail."""

from __future__ import annotations

import json
import re
import stat
from email import message_from_bytes
from email.policy import default

import pytest

from digest.app import Newsroom
from digest.commands.send_command import envelope
from digest.core.outbox import Attempt, Returned
from digest.core.reader import Marks
from digest.delivery.tokens import read_unsubscribe_token
from digest.trial import Single

AT = "2026-03-02T12:00:00Z"
EDITION = "2026-03-02T0700Z"


def configured(room, text: str) -> None:
    path = room.root / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_key_is_made_named_shown_and_published(room):
    made = room.run("keys make", "--selector", "D2026", "--json")
    assert made.code == 0, made.err
    path = room.root / "keys" / "d2026.pem"
    assert made.json["path"] == str(path)
    assert made.json["name"] == "d2026._domainkey.example.org."
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = room.run("keys make", "--selector", "d2026")
    assert again.code == 2
    assert "never overwritten" in again.err
    said = room.run("keys make", "--selector", "e1", "--ed25519", "--domain", "Example.org")
    assert "- {domain: example.org, selector: e1, key: keys/e1.pem}" in said.out
    configured(
        room,
        "mail:\n  bounces: bounces@lists.example.org\n  dkim:\n"
        "    - {domain: example.org, selector: d2026, key: keys/d2026.pem}\n"
        "    - {domain: example.org, selector: e1, key: keys/e1.pem, from: 2999-01-01}\n",
    )
    shown = room.run("keys show", "--json").json
    assert [(each["selector"], each["algorithm"], each["state"]) for each in shown] == [
        ("d2026", "rsa", "signs"),
        ("e1", "ed25519", "published only"),
    ]
    records = {(each["name"], each["type"]): each["value"] for each in room.run("keys dns", "--json").json}
    assert records["d2026._domainkey.example.org.", "TXT"] == made.json["value"]
    assert set(records) == {
        ("d2026._domainkey.example.org.", "TXT"),
        ("e1._domainkey.example.org.", "TXT"),
        ("example.org.", "TXT"),
        ("lists.example.org.", "TXT"),
        ("_dmarc.example.org.", "TXT"),
        ("lists.example.org.", "MX"),
    }
    zone = room.run("keys dns").out
    assert (
        "".join(re.findall(r'"([^"]*)"', next(line for line in zone.splitlines() if line.startswith("d2026."))))
        == (made.json["value"])
    )


def test_a_key_file_that_is_not_there_is_named(room):
    configured(room, "mail: {dkim: [{domain: example.org, selector: s, key: keys/s.pem}]}\n")
    for command in (("keys show",), ("keys dns",), ("run", "weekly", "--at", AT)):
        failed = room.run(*command)
        assert failed.code in (1, 2)
        assert "keys/s.pem: there is no such file; `digest keys make` makes a key" in failed.err
    assert "keys/s.pem: there is no such file" in room.run("check", "--at", AT).out


@pytest.mark.parametrize("options", [("--selector", "a_b"), ("--domain", "a b"), ("--bits", "1024")])
def test_what_cannot_name_a_key_is_refused(room, options):
    refused = room.run("keys make", *options)
    assert refused.code == 2
    assert not (room.root / "keys").exists()


WEB = "web: {url: https://lists.example.org}\n"


def test_a_test_message_says_so_goes_to_one_address_and_is_in_no_ledger(room):
    configured(room, WEB)
    assert room.run("send", "weekly", "--to", "ann@example.com").code == 2
    room.run("run", "weekly", "--at", AT)
    before, counts = set(room.files()), room.run("editions", "--json").json
    sent = room.run("send", "weekly", "--to", "Ann <ann@example.com>", "--json")
    assert sent.code == 0, sent.err
    assert sent.json["edition"] == EDITION
    assert room.run("editions", "--json").json == counts
    (new,) = set(room.files()) - before
    message = message_from_bytes(room.files()[new], policy=default)
    assert message["Subject"] == "[Test] The Test Weekly: Second thoughts"
    assert message["To"] == "Ann <ann@example.com>"
    with Newsroom.open(room.root / "config.yaml") as newsroom:
        key = newsroom.store.secret
    for part in message.iter_parts():
        text = part.get_content()
        assert text.count("This is a test.") == 1
        plain = part.get_content_subtype() == "plain"
        told = text.index("This is a test.")
        assert told == 2 if plain else text.index('<div class="pre"') < told < text.index("<h1")
        assert "ann@example.com" in text
        token = re.search(r"https://lists\.example\.org/unsubscribe/weekly/([\w-]{32})", text)[1]
        # The number of nobody: it answers, and changes nothing.
        assert read_unsubscribe_token(key, "weekly", token) == 0
    assert key != bytes(32)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--to", "nobody"), "'nobody' is no mailbox"),
        (("--to", "a@b.example\r\nBcc: c@d.example"), "line break"),
        (("--to", "a@b.example", "--edition", "x"), "no edition 'x'"),
        (("--to", "a@b.example", "--sink", "x"), "no sink 'x' takes messages; there is file:out/mail"),
    ],
)
def test_what_cannot_be_sent_is_refused(room, options, said):
    room.run("run", "weekly", "--at", AT)
    refused = room.run("send", "weekly", *options)
    assert refused.code == 2
    assert said in refused.err


def test_two_tests_are_two_messages_and_neither_is_the_edition_s(room):
    room.run("run", "weekly", "--at", AT)
    with Newsroom.open(room.root / "config.yaml") as newsroom:
        record = newsroom.store.editions.find("weekly", EDITION)
        made = [envelope(newsroom, record, "desk@example.org", record.slot.replace(minute=n)) for n in (1, 2)]
        queue = Single(made[0])
    ids = {each.message_id for each in made}
    assert len(ids) == 2
    assert not any(each.encode() in content for each in ids for content in room.files().values())
    assert b"\r\nDate: Mon, 02 Mar 2026 07:01:00 +0000\r\n" in made[0].message
    (outgoing,) = queue.take(10)
    assert (outgoing.delivery, outgoing.envelope) == (0, made[0])
    assert queue.take(10) == []
    assert list(queue.commit([], [0])) == [0]
    queue.commit([Returned(0)], [])
    assert queue.take(1) == []  # somebody waits for the answer: it is not tried again
    queue.commit([Attempt(0, "message", None)], [])
    assert len(queue.attempts) == 1


def test_the_message_leads_out_and_the_web_copy_does_not(room):
    configured(room, WEB)
    room.run("run", "weekly", "--at", AT)
    shown = room.files(f"out/weekly/{EDITION}")
    assert b"/unsubscribe/" not in shown["index.html"] + shown["index.txt"]
    for name in ("email.html", "email.txt"):
        assert f"https://lists.example.org/unsubscribe/weekly/{'0' * 32}".encode() in shown[name]
        assert b"reader@example.invalid" in shown[name]


def test_an_article_that_holds_the_marks_of_an_edition_stays_as_it_is(room, other_room):
    room.run("run", "weekly", "--at", AT)
    marks = Marks.of(json.loads(room.files()[f"weekly/{EDITION}/edition.json"])["mark"])
    for each in (room, other_room):
        each.article(
            "two/forged.md", "Numbers", "2026-02-27 09:00", "Two", f"They are {marks.token} and {marks.address}."
        )
        configured(each, WEB)
    other_room.run("run", "weekly", "--at", AT)
    (message,) = (content for name, content in other_room.files().items() if name.endswith(".eml"))
    for part in message_from_bytes(message, policy=default).iter_parts():
        assert f"They are {marks.token} and {marks.address}." in " ".join(part.get_content().split())


def test_check_says_what_keeps_one_click_from_working(room):
    configured(room, WEB.replace("https", "http"))
    said = room.run("check", "--at", AT).out
    assert "only an https address can be unsubscribed from with one click" in said
    assert "newsletters.weekly: has no key for the domain of Desk <desk@example.org>" in said
    assert "prints no link" not in said
    room.write("templates/text.txt", "{{ edition.title }}\n{{ edition.url }}\n")
    said = room.run("check", "--at", AT).out
    assert "templates/text.txt: prints no link to unsubscribe" in said
    assert "templates/email.html: prints no link" not in said


def test_check_says_when_what_comes_back_would_name_no_delivery(room):
    sinks = "sinks: [{type: file}, {type: smtp, host: 127.0.0.1, port: 9, security: none%s}]\n"
    ways = (
        'bounces: [{type: webhook, provider: ses, topics: ["arn:aws:sns:eu-west-1:123456789012:bounces"]}, '
        "{type: webhook, provider: mailgun, signing_key: '${KEY}'}]\n"
    )
    whole = (room.root / "config.yaml").read_text(encoding="utf-8")
    configured(room, sinks % "" + ways)
    said = room.run("check", "--at", AT).out
    assert "mail.bounces: is not set: what comes back names no delivery" in said
    assert "no relay says provider: mailgun" in said
    assert "no relay says provider: ses" not in said
    mail = "mail: {bounces: bounces@lists.example.org}\n"
    (room.root / "config.yaml").write_text(whole + sinks % ", provider: mailgun" + ways + mail, encoding="utf-8")
    said = room.run("check", "--at", AT).out
    assert "names no delivery" not in said
    assert "no relay says provider" not in said


def test_an_edition_that_there_is_not_is_no_edition_without_mail(room):
    room.run("run", "weekly", "--at", AT)
    for named in (("weekly",), ()):
        refused = room.run("deliver", *named, "--edition", "2026-03-02")
        assert refused.code == 2
        assert "there is no edition '2026-03-02'; digest editions lists them" in refused.err
        assert "nothing waits" in room.run("deliver", *named, "--edition", EDITION).out


def test_without_an_edition_a_test_message_is_made_of_none_and_nobody_is_told_to_mail_everybody(room):
    refused = room.run("send", "weekly", "--to", "ann@example.com")
    assert "make one while nobody but you is to get it: digest run weekly" in refused.err
