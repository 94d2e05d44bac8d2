"""`digest check`, and the preflight of each edition: what is found, what stops a send, what is ignored."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

sys.path.insert(0, str(Path(__file__).parents[1] / "checks"))
from dns_server import Zone, serve

AT = "2026-03-02T12:00:00Z"
FUTURE = "ART003"
"""The sample newsroom has an article dated far ahead."""


def configured(room, more):
    path = room.root / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")


def codes(room, *options):
    found = room.run("check", "--at", AT, "--json", *options).json
    return [each["code"] for each in found if each["code"] != FUTURE]


@pytest.fixture
def relay():
    """A mail server; what it took."""

    class Taken:
        def __init__(self):
            self.messages = []

        async def handle_DATA(self, server, session, envelope):  # noqa: N802 as aiosmtpd calls it
            self.messages.append(envelope.content)
            return "250 ok"

    taken = Taken()
    with socket.create_server(("127.0.0.1", 0)) as free:
        taken.port = free.getsockname()[1]
    controller = Controller(taken, hostname="127.0.0.1", port=taken.port)
    controller.start()
    yield taken
    controller.stop()


def sending(room, relay):
    configured(
        room,
        f"sinks: [{{type: smtp, host: 127.0.0.1, port: {relay.port}, security: none}}]\n"
        "web: {url: https://lists.example.org}\n",
    )


def test_a_good_newsroom_has_no_finding(room):
    assert codes(room) == []


def test_a_misnamed_template_and_a_missing_logo_are_told(room):
    room.write("templates/email-stroy.html", "Nobody reads this.")
    configured(room, "    theme: {logo: {file: brand/logo.svg, alt: Test Press}}\n")
    found = {each["code"]: each for each in room.run("check", "--at", AT, "--json").json}
    assert found["TMPL003"]["place"] == "templates/email-stroy.html"
    assert "did you mean 'email-story.html'?" in found["TMPL003"]["message"]
    assert found["EDIT002"]["place"] == str(room.root / "brand/logo.svg")
    assert "theme.logo.file" in found["EDIT002"]["message"]


@pytest.mark.parametrize(
    ("code", "config"),
    [
        ("CONF003", "    recipients: [ann@example.com]\n"),
        ("CONF004", "web: {url: http://lists.example.org}\n"),
        ("CONF005", "mail: {dkim: [{domain: example.org, selector: s, key: keys/s.pem}]}\n"),
        ("CONF006", "web: {url: https://lists.example.org}\n"),
        ("CONF007", "bounces: [{type: maildir, path: box}]\n"),
        ("CONF008", "bounces: [{type: webhook, provider: mailgun, signing_key: '${KEY}'}]\nweb: {url: https://a.example}\n"),
        ("CONF010", "checks: {ignore: [{code: SPAM001, reason: we shout}]}\n"),
        ("CONF011", "notify: ops@example.org\n"),
        ("MSG009", "sinks: [{type: smtp, host: 127.0.0.1, port: 9, security: none}]\n"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_configuration(room, code, config):
    assert code not in codes(room)
    configured(room, config)
    assert code in codes(room)


def test_what_is_wrong_with_the_rest_of_a_configuration(room):
    path = room.root / "config.yaml"
    whole = path.read_text()
    path.write_text(whole.replace("url: https://news.example.org, ", "").replace(", address: 1 Test Lane", ""))
    assert {"CONF001", "CONF002"} <= set(codes(room))
    path.write_text(whole + "output: blocked\n")
    (room.root / "blocked").write_text("a file")
    assert "CONF009" in codes(room)


def test_what_is_wrong_with_articles_and_editions(room):
    room.write("articles/bad.md", "---\n- a list\n---\ntext\n")
    room.article("two/pic.md", "With a picture", "2026-02-27 12:00", "Two", "See it.", image="p.png")
    assert {"ART002", "ART003"} <= {each["code"] for each in room.run("check", "--at", AT, "--json").json}
    room.write("articles/two/p.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"/>')
    room.article("two/pic.md", "With a picture", "2026-02-27 12:00", "Two", "See it.", image="p.svg")
    room.run("articles")
    (room.root / "articles/two/p.svg").unlink()
    assert "EDIT002" in codes(room)
    room.write("templates/email.html", "{{ edition.titel }}")
    assert "EDIT001" in codes(room)


def test_what_keeps_an_edition_from_coming(room):
    path = room.root / "config.yaml"
    whole = path.read_text()
    path.write_text(whole + "    end: 2026-02-23\n")
    assert codes(room) == ["EDIT003"]
    path.write_text(whole + "    include: {categories: [None such]}\n")
    assert "EDIT004" in codes(room)
    path.write_text(whole.replace("path: articles", "path: gone"))
    assert "ART001" in codes(room)


def test_a_template_is_tried_on_what_was_sent_where_no_story_waits(room):
    assert room.run("run", "weekly", "--at", AT).code == 0
    later = ("--at", "2026-04-06T12:00:00Z")
    for unsent in ("one/third.md", "two/old.md"):
        (room.root / "articles" / unsent).unlink()
    assert "EDIT004" in codes(room, *later)
    before = codes(room, *later)
    room.write("templates/email-footer.html", "{{ newsleter.title }}")
    found = [each for each in room.run("check", *later, "--json").json if each["code"] == "EDIT001"]
    assert [each["place"].rpartition("/")[2] for each in found] == ["email-footer.html:1"]
    assert "newsleter" in found[0]["message"]
    # Looking changes nothing.
    (room.root / "templates/email-footer.html").unlink()
    assert codes(room, *later) == before


def test_findings_of_the_message_name_the_line(room):
    room.article("two/near.md", "Near", "2026-02-27 13:00", "Two", "Here.", url="https://localhost/near")
    found = [each for each in room.run("check", "--at", AT, "--json").json if each["code"] == "LINK004"]
    assert {each["place"].rpartition(":")[0] for each in found} == {"weekly email.html", "weekly email.txt"}
    assert set(found[0]) == {"code", "level", "place", "message", "why", "remedy", "ignored"}
    assert found[0]["level"] == "error"
    plain = room.run("check", "--at", AT)
    assert plain.code == 1
    assert "error: weekly email.html:" in plain.out
    assert "Link to an address that is reachable from outside." in room.run("check", "--at", AT, "--verbose").out


def test_one_link_is_one_line_with_its_places_and_all_of_them_for_programs(room):
    room.article("two/near.md", "Near", "2026-02-27 13:00", "Two", "Here.", url="https://localhost/near")
    (line,) = [each for each in room.run("check", "--at", AT).out.splitlines() if "LINK004" in each]
    assert re.match(r"error: weekly email\.html:\d+, \d+, email\.txt:\d+: https://localhost/near ", line)
    assert "1 error," in room.run("check", "--at", AT).out
    assert sum(each["code"] == "LINK004" for each in room.run("check", "--at", AT, "--json").json) == 3


def test_what_is_ignored_with_a_reason_counts_for_nothing(room):
    room.article("two/near.md", "Near", "2026-02-27 13:00", "Two", "Here.", url="http://old.example.org/near")
    assert set(codes(room)) == {"LINK003"}
    strict = room.run("check", "--at", AT, "--strict")
    assert "LINK003" in strict.out
    one, other = "{code: link003, reason: no TLS, match: old.example.org}", "{code: ART003, reason: meant so}"
    configured(room, f"checks: {{ignore: [{one}, {other}]}}\n")
    result = room.run("check", "--at", AT, "--strict")
    assert result.code == 0
    assert "LINK003" not in result.out
    assert "ignored" in result.out
    assert "no TLS" in room.run("check", "--at", AT, "--verbose").err
    reasons = {each["ignored"] for each in room.run("check", "--at", AT, "--json").json}
    assert reasons == {"no TLS", "meant so"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            "{code: LINK03, reason: x}",
            "such as LINK003, found the text 'LINK03'; did you mean 'LINK003'?",
        ),
        ("{code: LINK003}", "the key 'reason' is missing"),
    ],
)
def test_what_is_ignored_needs_a_code_that_there_is_and_a_reason(room, entry, said):
    configured(room, f"checks: {{ignore: [{entry}]}}\n")
    result = room.run("check", "--at", AT)
    assert result.code == 2
    assert said in result.err


def test_an_error_stops_a_send_until_it_is_mended(room, relay):
    sending(room, relay)
    bad = room.article("two/near.md", "Near", "2026-02-27 13:00", "Two", "Here.", url="https://localhost/near")
    stopped = room.run("run", "weekly", "--at", AT)
    assert stopped.code == 1
    assert "weekly: the edition is not sent: weekly email.html:" in stopped.err
    assert "(LINK004)" in stopped.err
    assert "digest check weekly" in stopped.err
    assert relay.messages == []
    assert room.run("editions", "--json").json == []
    assert not (room.root / "out").exists()
    bad.unlink()
    done = room.run("run", "weekly", "--at", AT, "--json")
    assert (done.code, done.json["status"]) == (0, "composed")
    assert len(relay.messages) == 1
    assert b"localhost" not in relay.messages[0]


def test_a_warning_stops_nothing_and_neither_does_an_error_that_is_ignored(room, relay):
    sending(room, relay)
    configured(room, "checks: {ignore: [{code: LINK004, reason: a demonstration}]}\n")
    room.article("two/near.md", "Near", "2026-02-27 13:00", "Two", "Here.", url="https://localhost/near")
    assert "MSG009" not in codes(room)
    assert "CONF006" in codes(room)
    assert room.run("run", "weekly", "--at", AT).code == 0
    assert len(relay.messages) == 1


def test_where_messages_become_files_an_error_is_told_and_the_edition_made(room):
    room.article("two/near.md", "Near", "2026-02-27 13:00", "Two", "Here.", url="https://localhost/near")
    done = room.run("run", "weekly", "--at", AT)
    assert done.code == 0
    assert "(LINK004); it would stop a send" in done.err


@contextlib.contextmanager
def name_server(records):
    yield from serve(Zone(records))


def test_online_the_dns_is_asked_about_the_senders_domain_and_keys(room):
    made = room.run("keys make", "--selector", "d1", "--domain", "example.org", "--json").json
    configured(
        room, "mail: {bounces: b@lists.example.org, dkim: [{domain: example.org, selector: d1, key: keys/d1.pem}]}\n"
    )
    value = made["value"]
    good = {
        "example.org": ["MX 10 mail.example.org."],
        "_dmarc.example.org": ['TXT "v=DMARC1; p=none"'],
        "lists.example.org": ["MX 10 mail.example.org.", 'TXT "v=spf1 mx -all"'],
        "d1._domainkey.example.org": [f'TXT "{value[:200]}" "{value[200:]}"'],
    }
    with name_server(good) as address:
        assert codes(room, "--online", "--nameserver", address) == []
    with name_server({}) as address:
        found = codes(room, "--online", "--nameserver", address)
    assert found == ["DNS001", "DNS007", "DNS001", "DNS002", "DNS004"]


def test_a_name_server_is_named_by_its_address_and_only_online(room):
    assert room.run("check", "--nameserver", "127.0.0.1").code == 2
    refused = room.run("check", "--online", "--nameserver", "ns.example.org")
    assert refused.code == 2
    assert "write 192.0.2.1" in refused.err


def test_online_links_are_followed_except_to_the_site_itself(room, monkeypatch):
    asked = []

    def lookup(host, *_, **__):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    picture = "https://pictures.example.com/far.png"
    room.article(
        "two/far.md", "Far", "2026-02-27 13:00", "Two", "There.", url="https://stories.example.com/far", image=picture
    )
    records = {
        "example.org": ["MX 10 mail.example.org.", 'TXT "v=spf1 mx -all"'],
        "_dmarc.example.org": ['TXT "v=DMARC1; p=none"'],
    }
    with name_server(records) as address:
        found = room.run("check", "--at", AT, "--json", "--online", "--nameserver", address).json
    said = [each["message"] for each in found if each["code"] == "LINK006"]
    assert len(said) == 2
    assert any("leads to stories.example.com at 127.0.0.1 (loopback)" in each for each in said)
    assert set(asked) == {"stories.example.com", "pictures.example.com"}


def test_offline_nothing_is_looked_up(room, monkeypatch):
    def never(*_, **__):
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket, "create_connection", never)
    room.article("two/far.md", "Far", "2026-02-27 13:00", "Two", "There.", url="https://stories.example.com/far")
    assert codes(room) == []


def test_a_folder_that_may_not_be_written(room):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (room.root / "out").mkdir(mode=0o500)
    assert "CONF009" in codes(room)
